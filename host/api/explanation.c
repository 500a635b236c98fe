/* explanation.c - why two answers differ: two cases compared, their changes joined into parts, run, and told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "host/api/api.h"
#include "host/report/waterfall.h"
#include "host/result/explain.h"
#include "host/support/escape.h"

#define FEW_PARTS 6 /* up to 64 mixtures: 100,000 draws are a matter of seconds */

/* What is handed out: it begins with the explanation and owns the rest. */
struct explanation_made {
    struct apsis_explanation explanation; /* first: it is what the caller holds */
    struct apsis_arena *arena;
    struct apsis_explanation_origin origin;
};

struct working {
    struct apsis_case *old, *new_one;
    const char *of;
    struct apsis_arena *arena;
    struct explanation_made *made;
    struct apsis_diagnostics list;
    int draws_chosen;    /* 1: nobody said how many */
    uint64_t draws;
};

static enum apsis_status fail(struct working *w, enum apsis_status status, const char *setting, const char *text)
{
    return apsis_fail(w->new_one->model, status, setting, "%s", text);
}

/* What the comparison itself found wrong, in one line. */
static enum apsis_status fail_list(struct working *w)
{
    const struct apsis_diagnostics *list = &w->list;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].severity == APSIS_ERROR)
            return apsis_fail(w->new_one->model, APSIS_MODEL_ERROR, NULL, "%s%s%s", list->items[i].message, list->items[i].hint ? ": " : "", list->items[i].hint ? list->items[i].hint : "");
    return fail(w, APSIS_MODEL_ERROR, NULL, "the two models cannot be mixed");
}

/* ---------------------------------------------------------------- the output */
static const struct apsis_output *output_of(const struct apsis_case *c, const char *name, size_t length)
{
    for (size_t i = 0; i < c->ir->output_count; i++) {
        const struct apsis_output *o = &c->ir->outputs[i];
        if (o->is_output && ((!strncmp(o->name, name, length) && !o->name[length]) || (o->base && !strncmp(o->base, name, length) && !o->base[length]))) return o;
    }
    return NULL;
}
static const struct apsis_output *find_output(const struct apsis_case *c, const char *name)
{
    const struct apsis_output *o = output_of(c, name, strlen(name));
    return o ? o : output_of(c, name, strcspn(name, "[")); /* a period or a member of one */
}
static int is_number(const struct apsis_output *o) { return o->is_output && !o->is_series && !o->category_count; }

static const char *names_of(struct apsis_arena *arena, const struct apsis_case *c)
{
    const char *text = "";
    size_t shown = 0;
    for (size_t i = 0; i < c->ir->output_count; i++) {
        if (!c->ir->outputs[i].is_output) continue;
        if (shown == 12) return apsis_arena_printf(arena, "%s, ...", text);
        text = apsis_arena_printf(arena, "%s%s%s", text, shown++ ? ", " : "", c->ir->outputs[i].name);
    }
    return *text ? text : "none";
}

static enum apsis_status no_output(struct working *w, const struct apsis_case *c, const char *which)
{
    const char **names = APSIS_NEW_ARRAY(w->arena, const char *, 2 * c->ir->output_count + 1), *near;
    size_t count = 0;
    for (size_t i = 0; i < c->ir->output_count; i++)
        if (c->ir->outputs[i].is_output) names[count++] = c->ir->outputs[i].name;
    near = apsis_nearest_name(w->of, names, count);
    if (near) return apsis_fail(w->new_one->model, APSIS_USAGE, "of", "of: %s has no output %s: did you mean %s?", which, w->of, near);
    return apsis_fail(w->new_one->model, APSIS_USAGE, "of", "of: %s has no output %s; it has %s", which, w->of, names_of(w->arena, c));
}

static const char *case_name(struct apsis_arena *arena, const struct apsis_case *c)
{
    const struct apsis_settings *s = &c->settings;
    const char *text = apsis_model_name(c->model);
    for (size_t i = 0; i < s->scenario_count; i++) text = apsis_arena_printf(arena, "%s + %s", text, s->scenarios[i]);
    for (size_t i = 0; i < s->set_count; i++) text = apsis_arena_printf(arena, "%s + %s", text, s->sets[i]);
    return apsis_arena_copy(arena, text, strlen(text));
}

static enum apsis_status choose_output(struct working *w)
{
    const struct apsis_ir *ir = w->new_one->ir;
    const char *name = w->new_one->model == w->old->model ? "the model" : apsis_model_name(w->new_one->model);
    if (w->of) {
        if (!find_output(w->new_one, w->of)) return no_output(w, w->new_one, name);
        if (!find_output(w->old, w->of)) return no_output(w, w->old, apsis_model_name(w->old->model));
        return APSIS_OK;
    }
    for (size_t i = 0; i < ir->output_count && !w->of; i++) {
        const struct apsis_output *o = is_number(&ir->outputs[i]) ? output_of(w->old, ir->outputs[i].name, strlen(ir->outputs[i].name)) : NULL;
        if (o && is_number(o) && !strcmp(o->name, ir->outputs[i].name)) w->of = o->name;
    }
    if (w->of) return APSIS_OK;
    return apsis_fail(w->new_one->model, APSIS_MODEL_ERROR, NULL, "the two models have no output in common that is one number a draw: %s has %s; %s has %s", apsis_model_name(w->old->model),
                      names_of(w->arena, w->old), apsis_model_name(w->new_one->model), names_of(w->arena, w->new_one));
}

static enum apsis_status check_draws(struct working *w)
{
    const struct apsis_settings *o = &w->old->settings, *n = &w->new_one->settings;
    if (o->seed != n->seed)
        return apsis_fail(w->new_one->model, APSIS_USAGE, "seed", "seed: the old answer was drawn from seed 0x%" PRIx64 ", the new one from 0x%" PRIx64 ": explained are answers from the same draws, so choose one seed for both",
                          o->seed, n->seed);
    char old[APSIS_TEXT_SIZE], new_one[APSIS_TEXT_SIZE];
    if (o->draws != n->draws)
        return apsis_fail(w->new_one->model, APSIS_USAGE, "draws", "draws: the old answer has %s draws, the new one %s: explained are answers from the same draws, so choose one number for both",
                          apsis_text_count(old, o->draws), apsis_text_count(new_one, n->draws));
    return APSIS_OK;
}

/* ---------------------------------------------------------------- telling */
static const char *copy_text(struct apsis_arena *arena, const char *text) { return text ? apsis_arena_copy(arena, text, strlen(text)) : NULL; }

/* "fleet[t]" is labelled where fleet is. */
static const char *label_of(struct apsis_arena *arena, const struct apsis_ast *ast, const char *name)
{
    size_t length = strcspn(name, "[(");
    for (size_t i = 0; i < ast->definition_count; i++)
        if (ast->definitions[i].clauses.label && !strncmp(ast->definitions[i].name, name, length) && !ast->definitions[i].name[length])
            return copy_text(arena, ast->definitions[i].clauses.label);
    return NULL;
}

static struct apsis_explained_change told(struct working *w, const struct apsis_change *change)
{
    const char *label = label_of(w->arena, w->new_one->model->ast, change->name);
    return (struct apsis_explained_change){.name = change->name, .was = change->was, .now = change->now, .added = change->added, .removed = change->removed,
                                           .is_override = change->is_override, .label = label ? label : label_of(w->arena, w->old->model->ast, change->name)};
}

/* "revenue and price_factor (new)" */
static const char *part_name(struct apsis_arena *arena, const struct apsis_explained_change *changes, size_t count)
{
    enum { SHOWN = 4 };
    const char *text = "";
    size_t shown = count > SHOWN ? SHOWN - 1 : count;
    for (size_t i = 0; i < shown; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " and " : ", ", *state = changes[i].added ? " (new)" : changes[i].removed ? " (removed)" : "";
        text = apsis_arena_printf(arena, "%s%s%s%s", text, between, changes[i].name, state);
    }
    return shown < count ? apsis_arena_printf(arena, "%s and %zu more", text, count - shown) : text;
}

static double size_of(const struct apsis_explain_part *part)
{
    double value = part->values[0].value;
    return value == value ? value < 0 ? -value : value : -1;
}

static void tell(struct working *w, const struct apsis_changes *changes, const struct apsis_explain *explain)
{
    struct apsis_arena *arena = w->arena;
    struct apsis_explanation *to = &w->made->explanation;
    const struct apsis_output *output = find_output(w->new_one, w->of);
    const struct apsis_settings *s = &w->new_one->settings;
    size_t n = explain->part_count, *order = APSIS_NEW_ARRAY(arena, size_t, n + 1);
    struct apsis_explained_part *parts = APSIS_NEW_ARRAY(arena, struct apsis_explained_part, n + 1);
    struct apsis_explained_change *idle = APSIS_NEW_ARRAY(arena, struct apsis_explained_change, changes->count + 1);
    struct apsis_explained_statistic *statistics = APSIS_NEW_ARRAY(arena, struct apsis_explained_statistic, explain->statistic_count);
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at && size_of(&explain->parts[order[at - 1]]) < size_of(&explain->parts[i]) && !explain->in_order; at--) order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < n; i++) {
        const struct apsis_explain_part *from = &explain->parts[order[i]];
        struct apsis_explained_change *list = APSIS_NEW_ARRAY(arena, struct apsis_explained_change, from->part->count + 1);
        for (size_t k = 0; k < from->part->count; k++) list[k] = told(w, &changes->items[from->part->changes[k]]);
        parts[i] = (struct apsis_explained_part){part_name(arena, list, from->part->count), list, from->part->count, from->values};
    }
    statistics[0].is_mean = 1;
    for (size_t k = 1; k < explain->statistic_count; k++) statistics[k].percent = w->new_one->percentiles[k - 1];
    for (size_t i = 0; i < changes->count; i++)
        if (!changes->items[i].reaches) idle[to->idle_count++] = told(w, &changes->items[i]);
    to->of = copy_text(arena, w->of), to->label = copy_text(arena, output->label), to->unit = copy_text(arena, output->unit);
    to->old_name = case_name(arena, w->old), to->new_name = case_name(arena, w->new_one);
    to->seed = s->seed, to->draws = w->draws;
    to->draws_chosen = w->draws_chosen;
    to->statistics = statistics, to->statistic_count = explain->statistic_count;
    to->before = explain->before, to->after = explain->after, to->difference = explain->difference;
    to->parts = parts, to->part_count = n;
    to->idle = idle;
    to->in_order = explain->in_order, to->cells = explain->cells;
    to->engine = explain->engine, to->note = explain->note, to->seconds = explain->seconds;
}

/* "apsis explain old.risk new.risk --of ev --draws 100000"; NULL where the command has no words for it */
static const char *explain_words(const struct working *w)
{
    const struct apsis_settings *o = &w->old->settings, *n = &w->new_one->settings;
    const char *old = apsis_model_name(w->old->model), *new_name = apsis_model_name(w->new_one->model);
    struct apsis_buffer out = {0};
    int one = w->old->model == w->new_one->model, same = o->scenario_count == n->scenario_count && o->set_count == n->set_count;
    for (size_t i = 0; same && i < o->scenario_count; i++) same = !strcmp(o->scenarios[i], n->scenarios[i]);
    for (size_t i = 0; same && i < o->set_count; i++) same = !strcmp(o->sets[i], n->sets[i]);
    if (one ? o->scenario_count || o->set_count : !same) return NULL;
    apsis_buffer_printf(&out, "apsis explain %s", apsis_text_shell_word(w->arena, old));
    if (!one) apsis_buffer_printf(&out, " %s", apsis_text_shell_word(w->arena, new_name));
    apsis_command_words(w->arena, &out, "scenario", n->scenarios, n->scenario_count);
    apsis_command_words(w->arena, &out, "set", n->sets, n->set_count);
    apsis_command_words(w->arena, &out, "of", &w->of, 1);
    apsis_buffer_printf(&out, " --draws %" PRIu64, w->draws);
    if (n->seed != 1) apsis_buffer_printf(&out, " --seed 0x%" PRIx64, n->seed);
    if (n->percentiles && strcmp(n->percentiles, "5,50,95")) apsis_command_words(w->arena, &out, "percentiles", &n->percentiles, 1);
    const char *copy = apsis_arena_copy(w->arena, out.text, out.length);
    apsis_buffer_free(&out);
    return copy;
}

static void tell_origin(struct working *w)
{
    const struct apsis_ir *ir = w->new_one->ir;
    w->made->origin = (struct apsis_explanation_origin){.title = copy_text(w->arena, ir->title), .currency = copy_text(w->arena, ir->currency),
                                                        .old_sha256 = apsis_model_sha256(w->arena, w->old->model), .new_sha256 = apsis_model_sha256(w->arena, w->new_one->model),
                                                        .command = explain_words(w)};
}

/* ---------------------------------------------------------------- the work */
static enum apsis_status explain_cases(void *arguments)
{
    struct working *w = arguments;
    struct apsis_arena *arena = w->arena = apsis_arena_new();
    struct apsis_explain *explain = NULL;
    struct apsis_ready_choice choice;
    const char *why = NULL;
    w->list.arena = arena;
    enum apsis_status status = check_draws(w);
    if (status == APSIS_OK) status = choose_output(w);
    if (status == APSIS_OK) status = apsis_ready_choose(w->new_one, "auto", &choice);
    if (status == APSIS_OK) {
        const struct apsis_settings *o = &w->old->settings, *n = &w->new_one->settings;
        struct apsis_changes_side old = {w->old->model->ast, o->scenarios, o->scenario_count, o->sets, o->set_count};
        struct apsis_changes_side new_one = {w->new_one->model->ast, n->scenarios, n->scenario_count, n->sets, n->set_count};
        struct apsis_changes *changes = apsis_changes_find(arena, &old, &new_one, w->of, &w->list);
        struct apsis_parts_list *parts = NULL;
        struct apsis_explain_settings settings = {.engine = choice.options};
        apsis_measure_settings_of(w->new_one, &settings.measure);
        for (int every = 0; every < 2 && changes; every++) { /* the second time after a mixture that is no model */
            w->list = (struct apsis_diagnostics){.arena = arena};
            parts = apsis_changes_join(arena, changes, every, &w->list);
            if (!parts) break;
            if (w->draws_chosen) w->draws = settings.measure.draws = parts->count > FEW_PARTS && parts->count <= APSIS_EXPLAIN_EXACT ? APSIS_EXPLAIN_DRAWS / 10 : APSIS_EXPLAIN_DRAWS;
            status = apsis_explain_run(arena, changes, parts, choice.engine, &settings, &w->list, &explain, &why);
            if (status != APSIS_MODEL_ERROR) break;
        }
        if (!parts || (status == APSIS_MODEL_ERROR && w->list.errors)) status = fail_list(w);
        else if (status == APSIS_INTERRUPTED) status = fail(w, status, NULL, "interrupted");
        else if (status && parts) status = apsis_ready_unprepared(w->new_one, status, &choice, why);
        if (status == APSIS_OK) {
            w->made = APSIS_NEW(arena, struct explanation_made);
            w->made->arena = arena;
            tell(w, changes, explain);
            tell_origin(w);
        }
    }
    if (status) apsis_arena_free(arena);
    return status;
}

/* The caller's settings without what an explanation does not look at. */
static struct apsis_settings what_matters(const struct apsis_settings *given)
{
    struct apsis_settings s;
    apsis_settings_default(&s);
    if (given) memcpy(&s, given, given->size < sizeof s ? given->size : sizeof s);
    s.size = sizeof s;
    s.only = s.targets = NULL;
    s.only_count = s.target_count = 0;
    s.shortfalls = NULL;
    s.every_value = 0;
    return s;
}

enum apsis_status apsis_explain(struct apsis_model *old_model, const struct apsis_settings *old_settings, struct apsis_model *new_model,
                                const struct apsis_settings *new_settings, const char *of, const struct apsis_explanation **out)
{
    struct working w = {.of = of};
    if (!out) return APSIS_USAGE;
    *out = NULL;
    if (!old_model || !new_model) return APSIS_FAILURE;
    struct apsis_settings old = what_matters(old_settings), new_one = what_matters(new_settings);
    if (!new_one.percentiles) new_one.percentiles = "5,50,95";
    w.draws_chosen = !old.draws && !new_one.draws;
    if (w.draws_chosen) old.draws = new_one.draws = APSIS_EXPLAIN_DRAWS;
    w.draws = new_one.draws;
    new_model->why[0] = 0; /* where the fault is the old one's */
    new_model->why_setting = NULL;
    old.percentiles = NULL;
    enum apsis_status status = apsis_case_open(old_model, &old, &w.old);
    if (status == APSIS_OK) status = apsis_case_open(new_model, &new_one, &w.new_one);
    if (status == APSIS_OK) status = apsis_guard(new_model, explain_cases, &w);
    apsis_case_free(w.old);
    apsis_case_free(w.new_one);
    if (status == APSIS_OK) *out = &w.made->explanation;
    return status;
}

void apsis_explanation_free(const struct apsis_explanation *explanation)
{
    if (explanation) apsis_arena_free(((const struct explanation_made *)explanation)->arena); /* the explanation lies in it */
}

/* ---------------------------------------------------------------- printing */
struct printing {
    const struct apsis_explanation *explanation;
    struct apsis_print print;
    char *text;
};

static enum apsis_status print_explanation(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_buffer out = {0};
    if (p->print.format == APSIS_FORMAT_JSON) apsis_json_write(apsis_report_explanation_json(p->explanation), &out);
    else if (p->print.format == APSIS_FORMAT_HTML) apsis_html_explanation(&out, p->explanation, &((const struct explanation_made *)p->explanation)->origin);
    else apsis_report_explanation_text(p->explanation, &p->print.page, &out);
    return apsis_hand_out(&out, &p->text);
}

enum apsis_status apsis_explanation_text(const struct apsis_explanation *explanation, const struct apsis_print *print, char **text)
{
    struct printing p = {.explanation = explanation};
    if (!text) return APSIS_USAGE;
    *text = NULL;
    if (!explanation) return APSIS_USAGE;
    apsis_print_copy(print, &p.print);
    enum apsis_status status = apsis_guard(NULL, print_explanation, &p);
    *text = p.text;
    return status;
}
