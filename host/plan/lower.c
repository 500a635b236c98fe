/* lower.c - from a checked tree to its graph: overrides in layers, every name in turn, then what only the whole shows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/lower.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- errors */
/* One error for a place: a rule is lowered for each member, and a value is looked at from several sides. */
static int reported(struct apsis_lowering *l, struct apsis_span span)
{
    if (l->reported_count * 2 >= l->reported_size) {
        size_t size = l->reported_size ? l->reported_size * 2 : 64;
        uint64_t *table = APSIS_NEW_ARRAY(l->arena, uint64_t, size);
        for (size_t i = 0; i < l->reported_size; i++) {
            if (!l->reported[i]) continue;
            size_t at = l->reported[i] * 0x9e3779b97f4a7c15ull >> 20 & (size - 1);
            while (table[at]) at = (at + 1) & (size - 1);
            table[at] = l->reported[i];
        }
        l->reported = table;
        l->reported_size = size;
    }
    uint64_t key = ((uint64_t)span.source << 58 ^ (uint64_t)span.begin << 29 ^ span.end) + 1;
    size_t at = key * 0x9e3779b97f4a7c15ull >> 20 & (l->reported_size - 1);
    for (; l->reported[at]; at = (at + 1) & (l->reported_size - 1))
        if (l->reported[at] == key) return 1;
    l->reported[at] = key;
    l->reported_count++;
    return 0;
}

struct apsis_diagnostic *apsis_lower_error(struct apsis_lowering *l, struct apsis_span span, const char *format, ...)
{
    if (span.end && reported(l, span)) return NULL;
    va_list list;
    va_start(list, format);
    const char *text = apsis_arena_vprintf(l->list->arena, format, list);
    va_end(list);
    return apsis_error(l->list, span, "%s", text);
}

const char *apsis_text_of(struct apsis_lowering *l, struct apsis_span span)
{
    const struct apsis_sources *sources = l->ast->sources;
    if (span.source >= sources->count || span.end > sources->items[span.source].length || span.begin >= span.end) return "";
    const char *from = sources->items[span.source].text + span.begin;
    size_t length = span.end - span.begin, out = 0;
    char *text = apsis_arena_alloc(l->arena, length + 1);
    for (size_t i = 0; i < length; i++) {
        int blank = from[i] == ' ' || from[i] == '\t' || from[i] == '\n' || from[i] == '\r';
        if (!blank) text[out++] = from[i];
        else if (out && text[out - 1] != ' ') text[out++] = ' ';
    }
    return text;
}

/* ---------------------------------------------------------------- overrides */
static const struct apsis_scenario *find_scenario(const struct apsis_ast *ast, const char *name)
{
    for (size_t i = 0; i < ast->scenario_count; i++)
        if (!strcmp(ast->scenarios[i].name, name)) return &ast->scenarios[i];
    return NULL;
}

static struct apsis_layer *make_layers(struct apsis_lowering *l, const struct apsis_overrides *o, size_t *count)
{
    size_t lines = 0;
    for (size_t i = 0; i < o->set_count; i++) lines += o->sets[i].definition_count;
    struct apsis_layer *layers = APSIS_NEW_ARRAY(l->arena, struct apsis_layer, o->scenario_count + lines + 1);
    for (size_t i = 0; i < o->scenario_count; i++) {
        const struct apsis_scenario *s = find_scenario(l->ast, o->scenarios[i]);
        if (s) {
            layers[(*count)++] = (struct apsis_layer){s->definitions, s->definition_count, s->name};
            l->ir->scenario = l->ir->scenario ? apsis_arena_printf(l->arena, "%s + %s", l->ir->scenario, s->name) : s->name;
            continue;
        }
        struct apsis_span none = {0, 0, 0};
        struct apsis_diagnostic *d = apsis_error(l->list, none, "there is no scenario %s", o->scenarios[i]);
        const char **names = APSIS_NEW_ARRAY(l->arena, const char *, l->ast->scenario_count + 1);
        char *all = NULL;
        for (size_t k = 0; k < l->ast->scenario_count; k++) {
            names[k] = l->ast->scenarios[k].name;
            if (k < 12) all = apsis_arena_printf(l->arena, "%s%s%s", all ? all : "", all ? ", " : "", names[k]);
        }
        const char *near = apsis_nearest_name(o->scenarios[i], names, l->ast->scenario_count);
        if (near) apsis_hint(l->list, d, "did you mean %s?", near);
        else apsis_hint(l->list, d, all ? "the model has %s" : "the model has no scenarios%s", all ? all : "");
    }
    for (size_t i = 0; i < o->set_count; i++) /* each line of --set is a layer: a later one may use an earlier one's value */
        for (size_t k = 0; k < o->sets[i].definition_count; k++) layers[(*count)++] = (struct apsis_layer){&o->sets[i].definitions[k], 1, NULL};
    return layers;
}

static void check_scenarios(struct apsis_lowering *l)
{
    for (size_t i = 0; i < l->ast->scenario_count; i++)
        if (find_scenario(l->ast, l->ast->scenarios[i].name) != &l->ast->scenarios[i])
            apsis_error(l->list, l->ast->scenarios[i].span, "there are two scenarios called %s", l->ast->scenarios[i].name);
}

/* A function of the model cannot be called as one of the language; a value can. */
static void check_functions(struct apsis_lowering *l)
{
    for (size_t i = 0; i < l->names->symbol_count; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (s->kind == APSIS_SYMBOL_FUNCTION && (apsis_is_function(s->name) || apsis_family_find(s->name)))
            apsis_hint(l->list, apsis_lower_error(l, s->span, "%s is a %s of the language", s->name, apsis_is_function(s->name) ? "function" : "distribution"),
                       "choose another name");
    }
}

/* ---------------------------------------------------------------- inputs */
static int by_stream(const void *left, const void *right)
{
    const struct apsis_input *const *a = left, *const *b = right;
    if ((*a)->stream != (*b)->stream) return (*a)->stream < (*b)->stream ? -1 : 1;
    return strcmp((*a)->name, (*b)->name);
}

static void check_streams(struct apsis_lowering *l)
{
    struct apsis_ir *ir = l->ir;
    if (!ir->input_count) return;
    const struct apsis_input **sorted = APSIS_NEW_ARRAY(l->arena, const struct apsis_input *, ir->input_count);
    for (size_t i = 0; i < ir->input_count; i++) sorted[i] = &ir->inputs[i];
    qsort(sorted, ir->input_count, sizeof *sorted, by_stream);
    for (size_t i = 1; i < ir->input_count; i++)
        if (!strcmp(sorted[i]->name, sorted[i - 1]->name) && !sorted[i]->is_series)
            apsis_hint(l->list, apsis_lower_error(l, sorted[i]->span, "%s is drawn from itself: both draws would be of the same numbers", sorted[i]->name),
                       "change the drawn value by =, or replace the distribution by ~ without using %s", sorted[i]->name);
        else if (sorted[i]->stream == sorted[i - 1]->stream && strcmp(sorted[i]->name, sorted[i - 1]->name))
            apsis_hint(l->list, apsis_lower_error(l, sorted[i]->span, "%s and %s would draw the same numbers", sorted[i - 1]->name, sorted[i]->name),
                       "rename one of them");
}

/* An input that a scenario fixed or changed is marked. */
static void mark_overridden(struct apsis_lowering *l)
{
    for (size_t i = 0; i < l->names->symbol_count; i++) {
        struct apsis_symbol *s = &l->names->symbols[i];
        if (!s->top_layer || !s->cells || s->kind != APSIS_SYMBOL_VALUE) continue;
        for (uint32_t m = 0; m < apsis_symbol_members(l->names, s); m++) {
            struct apsis_cell *cell = (struct apsis_cell *)s->cells + m;
            if (!cell->painted) continue;
            long periods = s->timed ? (long)l->names->time.periods : 1;
            for (struct apsis_drawn *d = cell->drawn; d; d = d->next) {
                if (!d->node) continue;
                for (long t = 0; t < periods; t++) {
                    uint32_t number = cell->winner[cell->history + t];
                    if (number && s->rules[number - 1].layer > d->rule->layer) l->ir->inputs[l->ir->nodes[d->node].index].is_scenario_override = 2;
                }
            }
        }
    }
}

/* ---------------------------------------------------------------- the whole */
struct apsis_ir *apsis_lower(struct apsis_arena *arena, const struct apsis_ast *ast, const struct apsis_overrides *overrides,
                             const struct apsis_lower_options *options, struct apsis_diagnostics *diagnostics)
{
    struct apsis_lowering *l = APSIS_NEW(arena, struct apsis_lowering);
    static const struct apsis_overrides nothing;
    size_t errors = diagnostics->errors, layer_count = 0;
    l->arena = arena;
    l->ast = ast;
    l->list = diagnostics;
    l->helpers.arena = arena;
    if (options) l->options = *options;
    struct apsis_ir *ir = l->ir = apsis_ir_new(arena);
    struct apsis_layer *layers = make_layers(l, overrides ? overrides : &nothing, &layer_count);
    check_scenarios(l);
    struct apsis_names *names = l->names = apsis_names_new(arena, ast, layers, layer_count, diagnostics);
    check_functions(l);
    ir->sources = ast->sources;
    ir->name = ast->name;
    ir->title = ast->title;
    ir->currency = ast->currency;
    ir->sections = ast->sections;
    ir->section_count = ast->section_count;
    ir->calendar = names->time.calendar;
    ir->first_year = names->time.first_year;
    ir->first_part = names->time.calendar == APSIS_CALENDAR_YEAR || !names->time.periods ? 0 : names->time.first_part;
    ir->periods = names->time.periods;
    ir->periods_per_year = names->time.per_year;

    for (size_t i = 0; i < names->symbol_count; i++) apsis_symbol_names(l, &names->symbols[names->order[i]]);
    for (size_t i = 0; i < names->symbol_count; i++) {
        struct apsis_symbol *s = &names->symbols[names->order[i]];
        if (s->kind == APSIS_SYMBOL_FUNCTION || s->broken) continue;
        size_t members = apsis_symbol_members(names, s);
        for (uint32_t m = 0; m < members; m++) apsis_cell_lower(l, apsis_cell_of(l, s, m, s->top_layer));
    }
    apsis_lower_correlations(l);
    apsis_lower_outputs(l);
    /* versions below the top that were asked for */
    for (size_t k = 0; k < l->series_cell_count; k++)
        if (l->series_cells[k]) apsis_cell_lower(l, l->series_cells[k]);
    check_streams(l);
    mark_overridden(l);
    apsis_lower_whole_checks(l);
    apsis_lower_loops(l);
    return diagnostics->errors > errors ? NULL : ir;
}
