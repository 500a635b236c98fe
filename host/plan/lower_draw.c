/* lower_draw.c - what stands behind ~: families, their parameters, and the inputs they make. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/language/data_file.h"
#include "host/plan/lower.h"
#include "host/plan/stream.h"
#include "host/support/number.h"

struct drawing {
    struct apsis_lowering *l;
    const struct apsis_scope *scope;
    const char *name; /* of the input */
};

static const struct apsis_distribution *constant(struct drawing *d, const struct apsis_expr *e);

/* "pert(20, 80, 30)": the call with its values, as the error about them begins */
static const char *with_values(struct apsis_lowering *l, const struct apsis_expr *e, const double *values)
{
    char *text = apsis_arena_printf(l->arena, "%s(", e->text), number[APSIS_NUMBER_SIZE];
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_expr *key = e->arguments[i].key;
        const char *name = key ? apsis_text_of(l, key->span) : "";
        text = apsis_arena_printf(l->arena, "%s%s%s%s%s", text, i ? ", " : "", name, key ? ": " : "",
                                  values ? apsis_number_print(number, values[i]) : apsis_text_of(l, e->arguments[i].value->span));
    }
    return apsis_arena_printf(l->arena, "%s)", text);
}

/* A number that must be the same in every draw and period. */
static int constant_number(struct drawing *d, const struct apsis_expr *e, const char *family, double *value)
{
    apsis_node_id node = apsis_lower_number(d->l, d->scope, e);
    if (!node) return 0;
    if (apsis_ir_is_const(d->l->ir, node, value)) return 1;
    apsis_hint(d->l->list, apsis_lower_error(d->l, e->span, "%s needs constants, and %s changes", family, apsis_text_of(d->l, e->span)),
               "only closed forms such as normal, lognormal, uniform and triangular take parameters that change");
    return 0;
}

static const struct apsis_family *family_of(struct apsis_lowering *l, const struct apsis_expr *e)
{
    if (e->kind == APSIS_EXPR_ERROR) return NULL;
    if (e->kind != APSIS_EXPR_CALL) {
        const struct apsis_family *family = e->kind == APSIS_EXPR_NAME ? apsis_family_find(e->text) : NULL;
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, family ? "%s needs its parameters" : "what follows ~ must be a distribution", e->text ? e->text : "");
        if (family) apsis_hint(l->list, d, "such as %s", family->example ? family->example : "...");
        else apsis_hint(l->list, d, e->kind == APSIS_EXPR_NUMBER ? "a fixed value is set by =" : "draw a name of its own, such as u ~ pert(20, 80, 300), then compute with it by =");
        return NULL;
    }
    const struct apsis_family *family = apsis_family_find(e->text);
    if (family) return family;
    if (apsis_is_function(e->text) || apsis_names_find(l->names, apsis_arena_printf(l->arena, "%s()", e->text))) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a function, not a distribution", e->text), "a computed value is set by =");
        return NULL;
    }
    size_t count;
    const struct apsis_family *const *list = apsis_families(&count);
    const char **names = APSIS_NEW_ARRAY(l->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) names[i] = list[i]->name;
    struct apsis_diagnostic *d = apsis_lower_error(l, e->head, "there is no distribution %s", e->text);
    const char *near = apsis_nearest_name(e->text, names, count);
    if (near) apsis_hint(l->list, d, "did you mean %s?", near);
    else apsis_hint(l->list, d, "`apsis families` lists them");
    return NULL;
}

static int no_stray_parts(struct apsis_lowering *l, const struct apsis_expr *e)
{
    for (size_t i = 0; i < e->argument_count; i++)
        if (e->arguments[i].where || e->arguments[i].is_else) {
            apsis_lower_error(l, e->arguments[i].span, "%s does not take this", e->text);
            return 0;
        }
    return 1;
}

/* ---------------------------------------------------------------- families by parameters */
struct match {
    int spelling;
    double percents[APSIS_MAX_ARGUMENTS];
    size_t order[APSIS_MAX_ARGUMENTS], slots;
};

static int match_arguments(struct apsis_lowering *l, const struct apsis_family *family, const struct apsis_expr *e, struct match *m)
{
    const char *why = NULL, **names = APSIS_NEW_ARRAY(l->arena, const char *, e->argument_count + 1);
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_expr *key = e->arguments[i].key;
        if (!key) continue;
        names[i] = key->text ? key->text : apsis_text_of(l, key->span);
    }
    if (e->argument_count <= APSIS_MAX_ARGUMENTS &&
        apsis_family_match(family, names, e->argument_count, &m->spelling, m->percents, m->order, &m->slots, &why) == APSIS_OK)
        return 1;
    apsis_hint(l->list, apsis_lower_error(l, e->span, "%s takes %s", family->name, why ? why : family->takes), "such as %s", family->example);
    return 0;
}

static double default_of(const struct apsis_family *family, const struct match *m, size_t slot)
{
    return slot < APSIS_MAX_PARAMETERS ? family->spellings[m->spelling].defaults[slot] : 0;
}

static const struct apsis_distribution *plain_constant(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e, const struct match *m,
                                                       const double *values)
{
    double arguments[APSIS_MAX_ARGUMENTS];
    const char *why = NULL;
    for (size_t i = 0; i < m->slots; i++) arguments[i] = m->order[i] == APSIS_ARGUMENT_DEFAULT ? default_of(family, m, i) : values[m->order[i]];
    const struct apsis_distribution *result = apsis_distribution_new(d->l->arena, family, m->spelling, arguments, m->percents, m->slots, &why);
    if (!result) apsis_lower_error(d->l, e->span, "%s: %s", with_values(d->l, e, values), why ? why : "these parameters are not possible");
    return result;
}

/* ---------------------------------------------------------------- families by data */
static const struct apsis_distribution *by_points(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e)
{
    struct apsis_lowering *l = d->l;
    double *x = APSIS_NEW_ARRAY(l->arena, double, e->argument_count + 1), *w = APSIS_NEW_ARRAY(l->arena, double, e->argument_count + 1);
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        int edge = family->arguments == APSIS_ARGUMENTS_BINS && !i;
        if (edge == (a->key != NULL)) {
            apsis_lower_error(l, e->span, "%s takes %s", family->name, family->takes);
            return NULL;
        }
        if (!constant_number(d, edge ? a->value : a->key, family->name, &x[i])) return NULL;
        if (!edge && !constant_number(d, a->value, family->name, &w[i])) return NULL;
    }
    const char *why = NULL;
    const struct apsis_distribution *result = e->argument_count ? apsis_distribution_data(l->arena, family, x, w, e->argument_count, &why) : NULL;
    if (!result) apsis_lower_error(l, e->span, "%s: %s", apsis_text_of(l, e->span), why ? why : "there are no values");
    return result;
}

/* What its arguments are called where a family reads a file: the values, then what goes with each of them. */
static int file_argument(const struct apsis_family *family, const char *key, int *counts)
{
    *counts = 0;
    if (!key) return 0;
    if (!strcmp(key, "column")) return 1;
    if (family->arguments == APSIS_ARGUMENTS_POINTS && !strcmp(key, "probability")) return 2;
    if (family->arguments == APSIS_ARGUMENTS_BINS && !strcmp(key, "share")) return 2;
    *counts = family->arguments == APSIS_ARGUMENTS_BINS && !strcmp(key, "count");
    return *counts ? 2 : -1;
}

static const struct apsis_distribution *wrong_file_arguments(struct apsis_lowering *l, const struct apsis_family *family, struct apsis_span span)
{
    if (family->arguments == APSIS_ARGUMENTS_POINTS)
        apsis_lower_error(l, span, "cumulative from a file takes (\"file.csv\", column: \"of values\", probability: \"of chances so far\")");
    else if (family->arguments == APSIS_ARGUMENTS_BINS)
        apsis_lower_error(l, span, "histogram from a file takes (\"file.csv\", column: \"of edges\", share: \"of each bin\"), or count: where the bins are counts");
    else apsis_lower_error(l, span, "%s takes %s", family->name, family->takes);
    return NULL;
}

static const struct apsis_distribution *from_file(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e)
{
    struct apsis_lowering *l = d->l;
    int with_weights = family->arguments != APSIS_ARGUMENTS_FILE, counts = 0;
    struct apsis_data_request request = {.model = l->ast->sources->items[0].name, .sources = l->ast->sources, .count = with_weights ? 2 : 1, .first_empty = family->arguments == APSIS_ARGUMENTS_BINS};
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        int is_count, slot = file_argument(family, a->key ? a->key->text ? a->key->text : "" : NULL, &is_count);
        if (slot < 0 || a->value->kind != APSIS_EXPR_TEXT || (slot ? request.columns[slot - 1] != NULL : request.path != NULL)) return wrong_file_arguments(l, family, a->span);
        counts |= is_count;
        if (!slot) request.path = a->value->text, request.span = a->value->span;
        else request.columns[slot - 1] = a->value->text, request.spans[slot - 1] = a->value->span;
    }
    if (!request.path || (with_weights && (!request.columns[0] || !request.columns[1]))) return wrong_file_arguments(l, family, e->span);
    struct apsis_data data;
    const char *why = NULL;
    if (!apsis_data_read(l->arena, &request, l->list, &data)) return NULL;
    size_t known = 0;
    while (known < l->ir->data_file_count && strcmp(l->ir->data_files[known].path, request.path)) known++;
    if (known == l->ir->data_file_count) {
        struct apsis_data_file *file = APSIS_PUSH(l->arena, l->ir->data_files, l->ir->data_file_count, l->ir->data_file_capacity);
        file->path = request.path;
        memcpy(file->sha256, data.sha256, sizeof data.sha256);
    }
    if (counts) {
        double all = 0;
        for (size_t i = 0; i < data.count; i++) all += data.values[1][i];
        for (size_t i = 0; i < data.count && all > 0; i++) data.values[1][i] /= all;
    }
    const struct apsis_distribution *result = apsis_distribution_data(l->arena, family, data.values[0], data.values[1], data.count, &why);
    if (!result) {
        struct apsis_diagnostic *fault = apsis_lower_error(l, request.span, "%s: %s", request.path, why ? why : "these data are not possible");
        if (family->arguments == APSIS_ARGUMENTS_BINS && !counts) apsis_hint(l->list, fault, "where the column counts what fell into each bin, write count: for share:");
    }
    return result;
}

static const struct apsis_distribution *truncated(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e)
{
    struct apsis_lowering *l = d->l;
    double ends[2] = {-INFINITY, INFINITY};
    const struct apsis_expr *inner = NULL;
    size_t at = 0;
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        const char *key = a->key ? a->key->text : NULL;
        int slot = !a->key ? (int)at++ : key && (!strcmp(key, "min") || !strcmp(key, "low")) ? 1 : key && (!strcmp(key, "max") || !strcmp(key, "high")) ? 2 : 3;
        if (slot > 2) {
            apsis_lower_error(l, a->span, "truncate takes %s", family->takes);
            return NULL;
        }
        if (!slot) inner = a->value;
        else if (!constant_number(d, a->value, "truncate", &ends[slot - 1])) return NULL;
    }
    if (!inner || e->argument_count < 2) {
        apsis_lower_error(l, e->span, "truncate takes %s", family->takes);
        return NULL;
    }
    const struct apsis_distribution *part = constant(d, inner);
    const char *why = NULL;
    if (!part) return NULL;
    const struct apsis_distribution *result = apsis_distribution_truncate(l->arena, part, ends[0], ends[1], &why);
    if (!result) apsis_lower_error(l, e->span, "%s: %s", apsis_text_of(l, e->span), why ? why : "nothing is left between the ends");
    return result;
}

static const struct apsis_distribution *mixed(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e)
{
    struct apsis_lowering *l = d->l;
    const struct apsis_distribution **parts = APSIS_NEW_ARRAY(l->arena, const struct apsis_distribution *, e->argument_count + 1);
    double *weights = APSIS_NEW_ARRAY(l->arena, double, e->argument_count + 1);
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        if (!a->key) {
            apsis_lower_error(l, a->span, "mixture takes %s", family->takes);
            return NULL;
        }
        if (!constant_number(d, a->key, "mixture", &weights[i])) return NULL;
        parts[i] = constant(d, a->value);
        if (!parts[i]) return NULL;
    }
    const char *why = NULL;
    const struct apsis_distribution *result = e->argument_count ? apsis_distribution_mixture(l->arena, parts, weights, e->argument_count, &why) : NULL;
    if (!result) apsis_lower_error(l, e->span, "%s: %s", apsis_text_of(l, e->span), why ? why : "there are no parts");
    return result;
}

static int names_a_file(const struct apsis_expr *e)
{
    for (size_t i = 0; i < e->argument_count; i++)
        if (e->arguments[i].value->kind == APSIS_EXPR_TEXT) return 1;
    return 0;
}

static const struct apsis_distribution *with_data(struct drawing *d, const struct apsis_family *family, const struct apsis_expr *e)
{
    switch (family->arguments) {
    case APSIS_ARGUMENTS_FILE: return from_file(d, family, e);
    case APSIS_ARGUMENTS_TRUNCATE: return truncated(d, family, e);
    case APSIS_ARGUMENTS_MIXTURE: return mixed(d, family, e);
    case APSIS_ARGUMENTS_POINTS: case APSIS_ARGUMENTS_BINS: return names_a_file(e) ? from_file(d, family, e) : by_points(d, family, e);
    default: return by_points(d, family, e);
    }
}

static int has_parameters(const struct apsis_family *family)
{
    return family->arguments == APSIS_ARGUMENTS_PLAIN || family->arguments == APSIS_ARGUMENTS_PERCENTILES;
}

/* A distribution inside truncate or mixture: constants throughout. */
static const struct apsis_distribution *constant(struct drawing *d, const struct apsis_expr *e)
{
    struct apsis_lowering *l = d->l;
    const struct apsis_family *family = family_of(l, e);
    if (!family || !no_stray_parts(l, e)) return NULL;
    if (!has_parameters(family)) {
        if (l->depth >= APSIS_DEPTH_LIMIT) return NULL;
        l->depth++;
        const struct apsis_distribution *result = with_data(d, family, e);
        l->depth--;
        return result;
    }
    struct match m;
    if (!match_arguments(l, family, e, &m)) return NULL;
    double *values = APSIS_NEW_ARRAY(l->arena, double, e->argument_count + 1);
    for (size_t i = 0; i < e->argument_count; i++)
        if (!constant_number(d, e->arguments[i].value, "truncate or mixture", &values[i])) return NULL;
    return plain_constant(d, family, e, &m, values);
}

/* ---------------------------------------------------------------- inputs */
/* The spellings of a family whose arguments may change: "(location, scale) or (p10:, p90:)". */
static const char *changing_spellings(struct apsis_arena *arena, const struct apsis_family *family)
{
    const char *text = "";
    for (size_t i = 0; i < family->spelling_count; i++) {
        const struct apsis_spelling *s = &family->spellings[i];
        if (!s->dynamic) continue;
        const char *list = "";
        for (size_t k = 0; s->names[k]; k++) {
            const char *name = s->names[k];
            if (!strcmp(name, "p*")) name = k ? "p90:" : "p10:";
            list = apsis_arena_printf(arena, "%s%s%.*s%s", list, k ? ", " : "", (int)strcspn(name, "?"), name, s->named_only ? ":" : "");
        }
        text = apsis_arena_printf(arena, "%s%s(%s)", text, *text ? " or " : "", list);
    }
    return text;
}

/* What to write instead, where a family cannot take parameters that change. */
static void report_changing(struct apsis_lowering *l, const struct apsis_family *family, const struct match *m, const struct apsis_expr *argument)
{
    struct apsis_diagnostic *d = apsis_lower_error(l, argument->span, "%s needs constant parameters, and %s changes", family->name, apsis_text_of(l, argument->span));
    const struct apsis_spelling *s = &family->spellings[m->spelling];
    int other = 0;
    for (size_t i = 0; i < family->spelling_count; i++) other |= family->spellings[i].dynamic;
    if (other && !s->dynamic) apsis_hint(l->list, d, "%s takes changing parameters when it is written %s%s", family->name, family->name, changing_spellings(l->arena, family));
    else if (!strcmp(family->name, "pert")) apsis_hint(l->list, d, "draw between constant ends and scale: u ~ pert(0, 0.4, 1), then x = low + (high - low) * u; or use triangular");
    else apsis_hint(l->list, d, "draw with constants and shift or scale the draw by =; or use normal, lognormal, uniform or triangular");
}

apsis_node_id apsis_lower_draw(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_cell *cell, const struct apsis_rule *rule)
{
    struct apsis_ir *ir = l->ir;
    struct apsis_symbol *s = cell->symbol;
    const struct apsis_expr *e = rule->definition->values[0];
    struct drawing d = {l, scope, apsis_member_name(l->names, s, cell->member)};
    const struct apsis_family *family = family_of(l, e);
    if (!family || !no_stray_parts(l, e)) return 0;

    const struct apsis_distribution *distribution = NULL;
    apsis_node_id arguments[APSIS_MAX_ARGUMENTS];
    struct match m = {0};
    int changing = 0;
    if (!has_parameters(family)) {
        distribution = with_data(&d, family, e);
        if (!distribution) return 0;
    } else {
        if (!match_arguments(l, family, e, &m)) return 0;
        apsis_node_id given[APSIS_MAX_ARGUMENTS];
        double values[APSIS_MAX_ARGUMENTS];
        const struct apsis_expr *first = NULL;
        for (size_t i = 0; i < e->argument_count; i++) {
            given[i] = apsis_lower_number(l, scope, e->arguments[i].value);
            if (!given[i]) return 0;
            if (!apsis_ir_is_const(ir, given[i], &values[i]) && !first) first = e->arguments[i].value;
        }
        if (!first) {
            distribution = plain_constant(&d, family, e, &m, values);
            if (!distribution) return 0;
        } else {
            int free = family->form == APSIS_FORM_CLOSED || family->form == APSIS_FORM_SCORE || family->form == APSIS_FORM_INVERSION;
            if (!free || !family->spellings[m.spelling].dynamic || m.slots > APSIS_MAX_PARAMETERS) {
                report_changing(l, family, &m, first);
                return 0;
            }
            changing = 1;
            for (size_t i = 0; i < m.slots; i++)
                arguments[i] = m.order[i] == APSIS_ARGUMENT_DEFAULT ? apsis_ir_const(ir, default_of(family, &m, i)) : given[m.order[i]];
        }
    }

    uint32_t number = (uint32_t)ir->input_count;
    struct apsis_input *in = APSIS_PUSH(l->arena, ir->inputs, ir->input_count, ir->input_capacity);
    in->name = d.name;
    in->base = s->name;
    in->member = s->table == APSIS_NO_TABLE ? NULL : l->ast->tables[s->table].members[cell->member];
    in->stream = apsis_stream_of(in->name, l->options.replicate);
    in->is_series = s->timed;
    const struct apsis_clauses *own = &rule->definition->clauses, *all = s->clauses;
    in->label = own->label ? own->label : all ? all->label : NULL;
    in->unit = own->unit ? own->unit : all ? all->unit : NULL;
    in->source = own->source ? own->source : all ? all->source : NULL;
    in->section = s->kind == APSIS_SYMBOL_COLUMN ? l->ast->tables[s->table].section : s->definition ? s->definition->section : 0;
    in->text = apsis_text_of(l, e->span);
    in->span = rule->definition->span;
    in->family = family;
    in->distribution = distribution;
    in->group = -1;
    in->is_scenario_override = rule->layer > 0;
    if (changing) {
        const struct apsis_spelling *spelling = &family->spellings[m.spelling];
        in->spelling = m.spelling;
        memcpy(in->percents, m.percents, sizeof in->percents);
        if (!spelling->solve) {
            in->parameter_count = m.slots;
            memcpy(in->parameters, arguments, m.slots * sizeof *arguments);
        } else {
            size_t components = 0;
            while (components < APSIS_MAX_PARAMETERS && family->parameter_names[components]) components++;
            if (m.slots > 4) {
                apsis_lower_error(l, e->span, "%s has too many parameters that change", family->name);
                return 0;
            }
            for (size_t i = 0; i < components; i++) {
                struct apsis_node node = {.kind = APSIS_NODE_SOLVE, .arg_count = (uint8_t)m.slots, .index = (uint32_t)i, .other = number};
                memcpy(node.args, arguments, m.slots * sizeof *arguments);
                apsis_node_id id = apsis_ir_node(ir, node);
                ir->inputs[number].parameters[i] = id;
            }
            ir->inputs[number].parameter_count = components;
        }
    }
    struct apsis_node node = {.kind = APSIS_NODE_DRAW, .index = number};
    return ir->inputs[number].node = apsis_ir_node(ir, node);
}
