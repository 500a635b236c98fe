/* draws.c - the draws of a case as columns of numbers, and the draw that a percentile is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"
#include "host/language/check.h"
#include "host/support/escape.h"
#include "kernels/tile.h"

int apsis_is_not_given(double value) { return apsis_report_not_given(value); }

/* No two alike, which NumPy asks for: an input that is an output too, or is drawn by several rules, is "x (drawn)", the next "x (2)". */
static struct apsis_column_info *name_columns(struct apsis_case *c)
{
    const struct apsis_plan *plan = c->draws.plan;
    struct apsis_map taken = {.arena = c->arena};
    struct apsis_buffer text = {0};
    struct apsis_column_info *columns = APSIS_NEW_ARRAY(c->arena, struct apsis_column_info, plan->column_count + 1);
    apsis_map_add(&taken, "draw", 0);
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct apsis_plan_column *column = &plan->columns[i];
        struct apsis_column_info *info = &columns[i];
        int is_input = column->kind == APSIS_PLAN_INPUT;
        text.length = 0;
        apsis_report_column_name(plan->ir, is_input ? plan->ir->inputs[column->index].name : plan->ir->outputs[column->index].name, column->period, &text);
        const char *plain = apsis_arena_copy(c->arena, text.text, text.length), *name = plain;
        if (is_input && apsis_map_find(&taken, name) != APSIS_MAP_NONE) name = apsis_arena_printf(c->arena, "%s (drawn)", plain);
        for (int k = 2; apsis_map_find(&taken, name) != APSIS_MAP_NONE; k++) name = apsis_arena_printf(c->arena, "%s (%d)", plain, k);
        apsis_map_add(&taken, name, (uint32_t)i);
        *info = (struct apsis_column_info){.kind = is_input ? APSIS_COLUMN_INPUT : column->kind == APSIS_PLAN_VALUE ? APSIS_COLUMN_VALUE : APSIS_COLUMN_OUTPUT,
                                           .number = column->index, .name = name, .period = column->period};
        if (is_input) continue;
        info->categories = plan->ir->outputs[column->index].categories;
        info->category_count = plan->ir->outputs[column->index].category_count;
    }
    apsis_buffer_free(&text);
    return columns;
}

static enum apsis_status make_columns(void *arguments)
{
    struct apsis_case *c = arguments;
    struct apsis_plan_options options = {.inputs = 2, .only = c->only};
    if (c->columns) return APSIS_OK;
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_ready_cleanup, &c->draws);
    enum apsis_status status = apsis_ready_make(c, c->arena, &options, "interpreter", &c->draws);
    struct apsis_column_info *columns = status ? NULL : name_columns(c);
    apsis_escape_drop(&cleanup);
    if (status) apsis_ready_free(&c->draws);
    else apsis_escape_keep(); /* the engine is the case's, whatever comes of the call that wanted it */
    c->columns = columns;
    return status;
}

enum apsis_status apsis_case_columns(struct apsis_case *c, size_t *count)
{
    if (count) *count = 0;
    if (!c || !count) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(c->model, make_columns, c);
    if (status == APSIS_OK) *count = c->draws.plan->column_count;
    return status;
}

const struct apsis_column_info *apsis_case_column(struct apsis_case *c, size_t number)
{
    return c && c->columns && number < c->draws.plan->column_count ? &c->columns[number] : NULL;
}

static enum apsis_status ask_engine(void *arguments)
{
    struct apsis_case *c = arguments;
    c->engine = (struct apsis_engine_info){c->draws.engine->describe(c->draws.run), c->draws.engine->note ? c->draws.engine->note(c->draws.run) : NULL};
    return APSIS_OK;
}

const struct apsis_engine_info *apsis_case_engine(struct apsis_case *c)
{
    return c && c->columns && apsis_guard(c->model, ask_engine, c) == APSIS_OK ? &c->engine : NULL;
}

struct drawing {
    struct apsis_case *c;
    uint64_t first;
    size_t count;
    double *const *values;
};

/* Whole tiles go straight into the caller's arrays; what is left at either end by way of a tile of our own. */
static enum apsis_status draw(void *arguments)
{
    struct drawing *d = arguments;
    struct apsis_case *c = d->c;
    enum apsis_status status = APSIS_OK;
    uint64_t end = d->first + d->count;
    if (end > 1ull << 49 || end < d->first) return apsis_fail(c->model, APSIS_USAGE, "draws", "draws: past draw 2^49");
    size_t columns = c->draws.plan->column_count;
    double **stored = apsis_calloc(columns + 1, sizeof *stored), *room = NULL;
    for (uint64_t at = d->first; at < end && status == APSIS_OK;) {
        uint64_t tile = at / AP_TILE_DRAWS, skip = at % AP_TILE_DRAWS, whole = skip ? 0 : (end - at) / AP_TILE_DRAWS;
        uint64_t tiles = whole ? whole : 1, got = whole ? whole * AP_TILE_DRAWS : AP_TILE_DRAWS - skip;
        if (got > end - at) got = end - at;
        if (!whole && !room) room = apsis_malloc((columns + 1) * AP_TILE_DRAWS * sizeof *room);
        for (size_t i = 0; i < columns; i++) stored[i] = !d->values[i] ? NULL : whole ? d->values[i] + (at - d->first) : room + i * AP_TILE_DRAWS;
        struct apsis_job job = {.seed = c->settings.seed, .draws = at + got, .first_tile = tile, .tile_count = tiles, .stored = stored, .cancel = c->settings.cancel};
        status = c->draws.engine->run(c->draws.run, &job);
        for (size_t i = 0; i < columns && !whole && status == APSIS_OK; i++)
            if (d->values[i]) memcpy(d->values[i] + (at - d->first), stored[i] + skip, got * sizeof(double));
        at += got;
    }
    apsis_block_free(room);
    apsis_block_free(stored);
    return status ? apsis_ready_fail(c, status, &c->draws, "the draws cannot be computed", "interrupted") : APSIS_OK;
}

enum apsis_status apsis_case_draws(struct apsis_case *c, uint64_t first, size_t count, double *const *values)
{
    struct drawing drawing = {.c = c, .first = first, .count = count, .values = values};
    if (!c || !values) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(c->model, make_columns, c);
    return status ? status : apsis_guard(c->model, draw, &drawing);
}

/* ---------------------------------------------------------------- the draw that a percentile is */
struct search {
    struct apsis_case *c;
    const char *at;
    uint64_t draw;
};

/* Runs the model as apsis_case_run would, for this one output, and takes the draw number from the result. */
static enum apsis_status find_draw(void *arguments)
{
    struct search *search = arguments;
    struct apsis_model *model = search->c->model;
    const char *at = search->at, *colon = strrchr(at, ':'), *what = colon ? colon + 1 : "";
    struct apsis_percent percent = {0};
    if (!colon || colon == at) return apsis_fail(model, APSIS_USAGE, "at", "at %s: write OUTPUT:P5, OUTPUT:min or OUTPUT:max", at);
    int is_end = !strcmp(what, "min") || !strcmp(what, "max");
    const char *number = !strcmp(what, "median") ? "50" : what + (*what == 'P' || *what == 'p');
    if (!is_end && !apsis_percent_parse(number, strlen(number), &percent))
        return apsis_fail(model, APSIS_USAGE, "at", "at %s: %s is no percentile: write P5, P99.9, min or max", at, what);

    struct apsis_arena *arena = search->c->arena;
    const char *name = apsis_arena_copy(arena, at, (size_t)(colon - at)), *wanted = name, *bracket = strrchr(name, '[');
    int exact = 0; /* "fleet[2030]" may be a period of fleet, "working[texas, 2030]" one of working[texas], "rev[energy]" an output by itself */
    for (size_t i = 0; i < search->c->output_count; i++) exact |= !strcmp(search->c->outputs[i].name, name);
    if (!exact && bracket) {
        const char *comma = strrchr(name, ',');
        wanted = comma ? apsis_arena_printf(arena, "%.*s]", (int)(comma - name), name) : apsis_arena_copy(arena, name, strcspn(name, "["));
    }
    struct apsis_settings settings = search->c->settings;
    struct apsis_result *result = NULL;
    settings.only = &wanted;
    settings.only_count = 1;
    settings.target_count = 0;
    settings.every_value = 0;
    settings.shortfalls = NULL;
    settings.percentiles = is_end ? "none" : number;
    enum apsis_status status = apsis_run_without_ranks(model, &settings, &result);
    if (status) {
        apsis_result_free(result);
        if (status == APSIS_INTERRUPTED) return apsis_fail(model, status, NULL, "interrupted before the draw was found");
        if (model->why_setting && !strcmp(model->why_setting, "only") && !strncmp(model->why, "only", 4)) { /* what was asked for by `at` */
            model->why_setting = "at";
            memmove(model->why + 2, model->why + 4, strlen(model->why + 4) + 1);
            memcpy(model->why, "at", 2);
        }
        return status;
    }
    const struct apsis_measure *found = apsis_result_find(result, name);
    size_t count = apsis_result_count(result);
    if (!found && count == 1) found = apsis_result_at(result, 0);
    if (!found && count) {
        status = apsis_fail(model, APSIS_USAGE, "at", "at %s: %s is several numbers; say which, such as %s:%s", at, name, apsis_result_at(result, count - 1)->name, what);
    } else if (!found || found->valid == 0) {
        status = apsis_fail(model, APSIS_FAILURE, NULL, "%s has no valid draw", name);
    } else if (found->category_count) {
        status = apsis_fail(model, APSIS_USAGE, "at", "at %s: %s is a category, which has no percentiles", at, name);
    } else {
        search->draw = !strcmp(what, "min") ? found->min_draw : !strcmp(what, "max") ? found->max_draw : found->percentile_count ? found->percentiles[0].draw : APSIS_NO_DRAW;
        if (search->draw == APSIS_NO_DRAW) status = apsis_fail(model, APSIS_FAILURE, NULL, "%s has no such draw", at);
    }
    apsis_result_free(result);
    return status;
}

enum apsis_status apsis_case_find_draw(struct apsis_case *c, const char *at, uint64_t *draw)
{
    struct search search = {.c = c, .at = at, .draw = APSIS_NO_DRAW};
    if (!c || !at || !draw) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(c->model, find_draw, &search);
    *draw = search.draw;
    return status;
}
