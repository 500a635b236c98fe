/* stress.c - runs the cells of a stress in batches that each hold the base, and puts the batches together. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "host/result/stress.h"

#include <string.h>
#include <time.h>

#include "host/support/escape.h"
#include "kernels/dialect.h"

/* Cells beside the base in one plan. models/orbital_compute.risk, a grid of 24, in single runs of 100,000 draws, interpreter, one thread: 6 in a
   plan cost 23.4, 8 20.8, 12 20.9, 24 21.1; its seven scenarios, 200,000 draws: 4 in a plan 8.1, 7 6.8. More in a plan repeat the base less often, and
   their registers leave the cache; and a plan must not be longer than a compiler takes. */
#define BATCH 12

void apsis_stress_defaults(struct apsis_stress_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    apsis_measure_defaults(&settings->measure);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct stressing {
    struct apsis_arena *arena;
    struct apsis_arena *batch; /* of the plan in work */
    const struct apsis_cell_version *cells;
    const struct apsis_engine *engine;
    const struct apsis_stress_settings *settings;
    struct apsis_diagnostics *diagnostics;
    struct apsis_stress *stress;
    const char *why;
};

/* ---------------------------------------------------------------- rows */
static int is_wanted(const struct apsis_stress_settings *settings, const struct apsis_output *o)
{
    if (!o->is_output || (o->is_series && !settings->series)) return 0;
    if (!settings->only) return 1;
    for (const char *const *name = settings->only; *name; name++)
        if (!strcmp(*name, o->name) || (o->base && !strcmp(*name, o->base))) return 1;
    return 0;
}

static enum apsis_status make_rows(struct stressing *s)
{
    const struct apsis_ir *ir = s->cells[0].ir;
    struct apsis_stress *stress = s->stress;
    size_t capacity = 0;
    int found = 0;
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *o = &ir->outputs[i];
        if (!is_wanted(s->settings, o)) continue;
        int named = s->settings->of && !strcmp(s->settings->of, o->name);
        if (!o->is_series && !o->category_count && !found && (named || !s->settings->of)) found = 1, stress->of = stress->row_count;
        for (uint32_t t = 0; t < (o->is_series ? ir->periods : 1); t++)
            *APSIS_PUSH(s->arena, stress->rows, stress->row_count, capacity) = (struct apsis_stress_row){(uint32_t)i, o->is_series ? (int32_t)t : -1};
    }
    if (found) return APSIS_OK;
    if (s->settings->of) s->why = apsis_arena_printf(s->arena, "%s is no output that is one number a draw", s->settings->of);
    else s->why = "no output is one number a draw";
    return APSIS_USAGE;
}

/* ---------------------------------------------------------------- one batch */
/* The measure of an output and period: measures stand in the order of the plan's output columns. */
static size_t *measure_index(struct apsis_arena *arena, const struct apsis_plan *plan)
{
    size_t *first = APSIS_NEW_ARRAY(arena, size_t, plan->ir->output_count + 1), number = 0;
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        if (plan->columns[c].period <= 0) first[plan->columns[c].index] = number;
        number++;
    }
    return first;
}

static const struct apsis_measure *named_measure(struct stressing *s, const struct apsis_result *result, size_t number, size_t row)
{
    struct apsis_measure *copy = APSIS_NEW(s->arena, struct apsis_measure);
    *copy = result->measures[number];
    copy->output = s->stress->rows[row].output;
    copy->name = NULL;
    return copy;
}

/* Takes what the batch found: cell k of the merged graph is number[k] of the stress. */
static enum apsis_status take(struct stressing *s, const struct apsis_merged *merged, const struct apsis_result *result, void *run, const size_t *number)
{
    struct apsis_stress *stress = s->stress;
    size_t *first = measure_index(s->batch, result->plan), rows = stress->row_count;
    struct apsis_pair *pairs[2]; /* of numbers, of series */
    struct apsis_paired *paired[2];
    size_t counts[2] = {0, 0}, next[2] = {0, 0};
    for (int k = 0; k < 2; k++) pairs[k] = APSIS_NEW_ARRAY(s->batch, struct apsis_pair, merged->cell_count * rows + 1);
    unsigned char *fresh = APSIS_NEW_ARRAY(s->batch, unsigned char, merged->cell_count + 1);
    for (size_t cell = 0; cell < merged->cell_count; cell++) {
        struct apsis_stress_cell *to = &stress->cells[number[cell]];
        fresh[cell] = to->measures == NULL; /* the base is there from the first batch on */
        if (fresh[cell]) to->measures = APSIS_NEW_ARRAY(s->arena, const struct apsis_measure *, rows + 1);
    }
    /* row by row, so that all cells of a row are compared while the base's draws of it are held */
    for (size_t row = 0, o = 0; row < rows; row++) {
        while (merged->base_outputs[o] != stress->rows[row].output) o++;
        size_t t = stress->rows[row].period < 0 ? 0 : (size_t)stress->rows[row].period, base = first[apsis_merged_output(merged, 0, o).output] + t;
        for (size_t cell = 0; cell < merged->cell_count; cell++) {
            struct apsis_cell_output output = apsis_merged_output(merged, cell, o);
            if (!fresh[cell] || output.output == APSIS_NO_OUTPUT) continue;
            stress->cells[number[cell]].measures[row] = named_measure(s, result, first[output.output] + t, row);
            int k = stress->rows[row].period >= 0;
            if (cell) pairs[k][counts[k]++] = (struct apsis_pair){base, first[output.output] + t, output.difference == APSIS_NO_OUTPUT ? SIZE_MAX : first[output.difference] + t};
        }
    }
    for (int k = 0; k < 2; k++) {
        enum apsis_status status = apsis_paired_run(s->arena, result, s->engine, run, &s->settings->measure, pairs[k], counts[k],
                                                    k ? APSIS_PAIRED_SERIES_DRAWS : APSIS_PAIRED_DRAWS, 0, s->settings->engine.threads, &paired[k]);
        if (status) return status;
    }
    for (size_t cell = 1; cell < merged->cell_count; cell++) stress->cells[number[cell]].paired = APSIS_NEW_ARRAY(s->arena, struct apsis_paired, rows + 1);
    for (size_t row = 0; row < rows; row++)
        for (size_t cell = 1; cell < merged->cell_count; cell++) {
            struct apsis_stress_cell *to = &stress->cells[number[cell]];
            int k = stress->rows[row].period >= 0;
            if (to->measures[row]) to->paired[row] = paired[k][next[k]++];
            else to->paired[row].mean = (struct apsis_paired_value){ap_nan(), ap_nan(), ap_nan(), ap_nan()};
            to->paired[row].base = stress->cells[0].measures[row];
            to->paired[row].cell = to->measures[row];
        }
    return APSIS_OK;
}

static enum apsis_status run_batch(struct stressing *s, const size_t *number, size_t count)
{
    struct apsis_stress *stress = s->stress;
    struct apsis_cell_version *versions = APSIS_NEW_ARRAY(s->batch, struct apsis_cell_version, count);
    for (size_t i = 0; i < count; i++) versions[i] = s->cells[number[i]];
    struct apsis_merge_options merge = {.series = s->settings->series, .differences = !s->settings->no_differences, .only = s->settings->only};
    struct apsis_merged *merged = apsis_cells_merge(s->batch, versions, count, &merge);
    struct apsis_plan_options options = {.signs = 1};
    struct apsis_plan *plan = apsis_plan_new(s->batch, merged->ir, &options, s->diagnostics);
    if (!plan) return APSIS_MODEL_ERROR;
    struct apsis_measure_settings settings = s->settings->measure;
    struct apsis_result *result = NULL;
    void *run = NULL;
    settings.no_rank_correlation = 1;
    enum apsis_status status = s->engine->prepare(plan, &s->settings->engine, &run, &s->why);
    if (status) return status;
    struct apsis_engine_held held = {s->engine, run};
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_engine, &held);
    status = apsis_measure_run(s->arena, plan, s->engine, run, &settings, &result);
    stress->values_apart += merged->values_apart;
    stress->values_merged += merged->values_merged;
    stress->batches++;
    if (status == APSIS_OK) status = take(s, merged, result, run, number);
    else if (status != APSIS_INTERRUPTED && s->engine->note) s->why = s->engine->note(run);
    if (s->why) s->why = apsis_arena_printf(s->batch, "%s", s->why);
    if (status == APSIS_OK) {
        stress->done = result->done;
        stress->engine = apsis_arena_printf(s->arena, "%s", result->engine);
        if (result->note) stress->note = apsis_arena_printf(s->arena, "%s", result->note);
    }
    apsis_escape_drop(&cleanup);
    s->engine->free(run);
    return status;
}

/* ---------------------------------------------------------------- order */
/* Worst first; cells without a mean last; equals as they came. */
static void find_order(struct stressing *s)
{
    struct apsis_stress *stress = s->stress;
    size_t count = 0;
    double sign = s->settings->more_is_worse ? -1 : 1;
    double *harm = APSIS_NEW_ARRAY(s->arena, double, stress->cell_count + 1);
    stress->order = APSIS_NEW_ARRAY(s->arena, size_t, stress->cell_count + 1);
    for (size_t cell = 1; cell < stress->cell_count; cell++) {
        double mean = stress->cells[cell].paired ? sign * stress->cells[cell].paired[stress->of].mean.value : ap_nan();
        size_t at = count++;
        harm[cell] = mean == mean ? mean : ap_infinity();
        for (; at && harm[stress->order[at - 1]] > harm[cell]; at--) stress->order[at] = stress->order[at - 1];
        stress->order[at] = cell;
    }
}

/* Total number of cells beside the base in each plan, even where they do not divide. */
static size_t batch_size(const struct stressing *s, size_t others)
{
    size_t most = s->settings->batch ? s->settings->batch : BATCH;
    if (others <= most) return others ? others : 1;
    size_t batches = (others + most - 1) / most;
    return (others + batches - 1) / batches;
}

enum apsis_status apsis_stress_run(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count, const struct apsis_engine *engine,
                                   const struct apsis_stress_settings *settings, struct apsis_diagnostics *diagnostics, struct apsis_stress **out,
                                   const char **why)
{
    double start = now();
    struct apsis_stress *stress = APSIS_NEW(arena, struct apsis_stress);
    struct stressing s = {.arena = arena, .cells = cells, .engine = engine, .settings = settings, .diagnostics = diagnostics, .stress = stress};
    *out = NULL;
    *why = NULL;
    stress->cells = APSIS_NEW_ARRAY(arena, struct apsis_stress_cell, count + 1);
    stress->cell_count = count;
    for (size_t i = 0; i < count; i++) stress->cells[i].name = cells[i].name, stress->cells[i].ir = cells[i].ir;
    stress->seed = settings->measure.seed;
    stress->draws = settings->measure.draws;
    enum apsis_status status = make_rows(&s);
    size_t size = batch_size(&s, count - 1), *number = APSIS_NEW_ARRAY(arena, size_t, size + 2);
    for (size_t first = 1; status == APSIS_OK && (first < count || first == 1); first += size) {
        size_t in_batch = 1;
        for (size_t i = first; i < count && i < first + size; i++) number[in_batch++] = i;
        s.batch = apsis_arena_new();
        status = run_batch(&s, number, in_batch);
        if (status && s.why) s.why = apsis_arena_printf(arena, "%s", s.why);
        apsis_arena_free(s.batch);
    }
    *why = s.why;
    if (status && !(status == APSIS_INTERRUPTED && stress->cells[0].measures)) return status;
    stress->partial = status != APSIS_OK;
    find_order(&s);
    stress->seconds = now() - start;
    *out = stress;
    return status;
}
