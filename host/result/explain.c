/* explain.c - runs mixtures of two models in batches on the same draws, and shares the difference out among the changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "host/result/explain.h"

#include <omp.h>
#include <string.h>
#include <time.h>

#include "host/plan/cells.h"
#include "host/result/explain_influence.h"
#include "host/result/tallies.h"
#include "host/support/escape.h"
#include "kernels/normal.h"

#define BATCH 32
#define DRAWS 65536        /* that influences are taken from ... */
#define FEW_DRAWS 16384    /* ... beyond MANY_CELLS */
#define MANY_CELLS 64
#define MEMORY ((size_t)128 << 20)
#define CHUNK 1024

struct explaining {
    struct apsis_arena *arena;
    const struct apsis_changes *changes;
    const struct apsis_parts_list *parts;
    const struct apsis_engine *engine;
    const struct apsis_explain_settings *settings;
    struct apsis_measure_settings measure;
    struct apsis_diagnostics *diagnostics;
    struct apsis_explain *explain;
    const char *why;
    size_t rows;         /* parts, and the whole difference */
    size_t draws;        /* that influences are taken from */
    size_t *bit;         /* by part: its bit in a cell's number, or its place in the order */
    double *values;      /* [cell * statistics + statistic] */
    double *influence;   /* [(row * statistics + statistic) * draws + draw] */
    size_t done;         /* cells */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---------------------------------------------------------------- cells and weights */
static int is_made(const struct explaining *e, size_t cell, size_t part) { return e->explain->in_order ? e->bit[part] < cell : cell >> e->bit[part] & 1; }

static size_t size_of(const struct explaining *e, size_t cell)
{
    size_t size = 0;
    for (size_t k = 0; k < e->explain->part_count; k++) size += (size_t)is_made(e, cell, k);
    return size;
}

/* s! (n - s - 1)! / n! */
static double shapley_weight(size_t n, size_t s)
{
    double choose = 1; /* n - 1 over s */
    for (size_t i = 0; i < s; i++) choose = choose * (double)(n - 1 - i) / (double)(i + 1);
    return 1 / ((double)n * choose);
}

/* What a cell's statistic counts in a row. */
static double weight_of(const struct explaining *e, size_t cell, size_t row)
{
    size_t n = e->explain->part_count;
    if (row == n) return n == 0 ? 0 : cell == e->explain->cells - 1 ? 1 : cell == 0 ? -1 : 0;
    if (e->explain->in_order) return cell == e->bit[row] + 1 ? 1 : cell == e->bit[row] ? -1 : 0;
    size_t size = size_of(e, cell);
    return is_made(e, cell, row) ? shapley_weight(n, size - 1) : -shapley_weight(n, size);
}

static struct apsis_ir *lower_cell(const struct explaining *e, struct apsis_arena *arena, size_t cell)
{
    unsigned char *chosen = APSIS_NEW_ARRAY(arena, unsigned char, e->parts->count + 1), *made = APSIS_NEW_ARRAY(arena, unsigned char, e->changes->count + 1);
    for (size_t k = 0; k < e->parts->count; k++) chosen[k] = (unsigned char)is_made(e, cell, k);
    apsis_parts_made(e->changes, e->parts, chosen, made);
    return apsis_changes_lower(arena, e->changes, made, e->diagnostics);
}

/* Graphs over other periods have no common series: they are run in batches of their own. */
static int same_periods(const struct apsis_ir *a, const struct apsis_ir *b)
{
    return a->periods == b->periods && a->calendar == b->calendar && a->first_year == b->first_year && a->first_part == b->first_part;
}

/* Neighbours in a batch differ in the low bits: parts that change the least of the graph get those, so that the rest is computed once. */
static void choose_bits(struct explaining *e)
{
    size_t n = e->parts->count;
    e->bit = APSIS_NEW_ARRAY(e->arena, size_t, n + 1);
    for (size_t k = 0; k < n; k++) e->bit[k] = k;
    if (e->explain->in_order || n < 2) return;
    size_t *more = APSIS_NEW_ARRAY(e->arena, size_t, n + 1), *order = APSIS_NEW_ARRAY(e->arena, size_t, n + 1);
    struct apsis_arena *arena = apsis_arena_new();
    for (size_t k = 0; k < n; k++) {
        struct apsis_cell_version two[2] = {{"0", lower_cell(e, arena, 0)}, {"1", lower_cell(e, arena, (size_t)1 << k)}};
        more[k] = SIZE_MAX;
        if (two[0].ir && two[1].ir && same_periods(two[0].ir, two[1].ir)) more[k] = apsis_cells_merge(arena, two, 2, NULL)->values_merged;
        size_t at = k;
        for (; at && more[order[at - 1]] > more[k]; at--) order[at] = order[at - 1];
        order[at] = k;
        apsis_arena_clear(arena);
    }
    apsis_arena_free(arena);
    for (size_t i = 0; i < n; i++) e->bit[order[i]] = i;
}

/* ---------------------------------------------------------------- one batch */
static int batch_progress(void *context, uint64_t done, uint64_t all, unsigned pass)
{
    const struct explaining *e = context;
    double share = ((double)e->done + (double)(e->explain->cells < BATCH ? e->explain->cells : BATCH) * (pass > 1 ? 1 : (double)done / (double)all)) / (double)e->explain->cells;
    uint64_t whole = e->settings->measure.draws * (uint64_t)e->explain->cells;
    return e->settings->measure.progress(e->settings->measure.context, (uint64_t)((share > 1 ? 1 : share) * (double)whole), whole, 1);
}

/* The columns of a batch: their draws, and behind those room for them in order. */
struct sorting {
    double *const *stored;
    const size_t *columns;
    size_t *counts, draws, room;
};
static void sort_column(void *context, size_t number)
{
    const struct sorting *s = context;
    double *values = s->stored[s->columns[number]], *sorted = values + s->room;
    size_t count = 0;
    for (size_t i = 0; i < s->draws; i++)
        if (values[i] - values[i] == 0) sorted[count++] = values[i];
    apsis_sort_doubles(sorted, count);
    s->counts[number] = count;
}

/* Adds what the cells of a batch say of each draw to the rows; draw by draw, so that threads do not matter. */
struct adding {
    const struct explaining *e;
    size_t first, count;            /* cells */
    double *const *columns;         /* draws, by cell */
    const struct apsis_influence *influences; /* [cell * statistics + statistic] */
    const double *weights;          /* [row * count + cell] */
};
static void add_chunk(const struct adding *a, size_t begin, size_t end)
{
    const struct explaining *e = a->e;
    size_t statistics = e->explain->statistic_count;
    double buffer[CHUNK];
    for (size_t cell = 0; cell < a->count; cell++) {
        for (size_t k = 0; k < statistics; k++) {
            const struct apsis_influence *influence = &a->influences[cell * statistics + k];
            for (size_t i = begin; i < end; i++) buffer[i - begin] = apsis_influence_of(influence, a->columns[cell][i]);
            for (size_t row = 0; row < e->rows; row++) {
                double weight = a->weights[row * a->count + cell], *to = e->influence + (row * statistics + k) * e->draws;
                if (weight == 0) continue;
                for (size_t i = begin; i < end; i++) to[i] += weight * buffer[i - begin];
            }
        }
    }
}

static enum apsis_status store(struct explaining *e, struct apsis_arena *arena, const struct apsis_merged *merged, const struct apsis_plan *plan,
                               const struct apsis_result *result, void *run, size_t first, const size_t *number)
{
    size_t tiles = (e->draws + AP_TILE_DRAWS - 1) / AP_TILE_DRAWS, room = tiles * AP_TILE_DRAWS, statistics = e->explain->statistic_count, count = merged->cell_count, columns = 0;
    double **stored = APSIS_NEW_ARRAY(arena, double *, plan->column_count + 1), **of_cell = APSIS_NEW_ARRAY(arena, double *, count + 1);
    size_t *list = APSIS_NEW_ARRAY(arena, size_t, plan->column_count + 1), *counts = APSIS_NEW_ARRAY(arena, size_t, plan->column_count + 1);
    struct apsis_influence *own = APSIS_NEW_ARRAY(arena, struct apsis_influence, (plan->column_count + 1) * statistics), *influences = APSIS_NEW_ARRAY(arena, struct apsis_influence, count * statistics + 1);
    double *weights = APSIS_NEW_ARRAY(arena, double, e->rows * count + 1);
    int threads = e->settings->engine.threads > 0 ? e->settings->engine.threads : omp_get_num_procs();
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        stored[c] = APSIS_NEW_ARRAY(arena, double, 2 * room);
        list[columns++] = c; /* the number of its measure */
    }
    struct apsis_job job = {.seed = e->measure.seed, .draws = result->draws, .tile_count = tiles, .stored = stored, .cancel = e->measure.cancel};
    enum apsis_status status = e->engine->run(run, &job);
    if (status) return status;
    struct sorting sorting = {stored, list, counts, e->draws, room};
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < columns; i++) apsis_escape_part(&parts, sort_column, &sorting, i);
    apsis_parts_end(&parts);
    for (size_t i = 0; i < columns; i++) apsis_influences(&result->measures[i], stored[list[i]] + room, counts[i], e->draws, own + i * statistics);
    for (size_t cell = 0; cell < count; cell++) {
        memcpy(influences + cell * statistics, own + number[cell] * statistics, statistics * sizeof *influences);
        of_cell[cell] = stored[list[number[cell]]];
        for (size_t row = 0; row < e->rows; row++) weights[row * count + cell] = weight_of(e, first + cell, row);
    }
    struct adding adding = {e, first, count, of_cell, influences, weights};
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t begin = 0; begin < e->draws; begin += CHUNK) add_chunk(&adding, begin, begin + CHUNK < e->draws ? begin + CHUNK : e->draws);
    return APSIS_OK;
}

static void take_end(struct explaining *e, const struct apsis_measure *measure, struct apsis_explained *to)
{
    double z = ap_normal_quantile(0.975);
    to[0] = (struct apsis_explained){measure->mean, measure->mean - z * measure->mean_se, measure->mean + z * measure->mean_se};
    for (size_t k = 0; k + 1 < e->explain->statistic_count; k++) {
        const struct apsis_measured_percentile *p = &measure->percentiles[k];
        to[k + 1] = (struct apsis_explained){p->value, p->low, p->high};
    }
}

static enum apsis_status take(struct explaining *e, struct apsis_arena *arena, const struct apsis_merged *merged, const struct apsis_plan *plan,
                              const struct apsis_result *result, void *run, size_t first)
{
    size_t statistics = e->explain->statistic_count, *number = APSIS_NEW_ARRAY(arena, size_t, merged->cell_count + 1);
    for (size_t cell = 0; cell < merged->cell_count; cell++) {
        size_t output = apsis_merged_output(merged, cell, 0).output;
        while (result->measures[number[cell]].output != output) number[cell]++;
        const struct apsis_measure *measure = &result->measures[number[cell]];
        double *values = e->values + (first + cell) * statistics;
        values[0] = measure->mean;
        for (size_t k = 1; k < statistics; k++) values[k] = measure->percentiles[k - 1].value;
        if (first + cell == 0) take_end(e, measure, e->explain->before);
        if (first + cell == e->explain->cells - 1) take_end(e, measure, e->explain->after);
    }
    return store(e, arena, merged, plan, result, run, first, number);
}

/* Runs at most *number cells, and says how many. */
static enum apsis_status run_batch(struct explaining *e, struct apsis_arena *arena, size_t first, size_t *number)
{
    size_t count = 0;
    struct apsis_cell_version *cells = APSIS_NEW_ARRAY(arena, struct apsis_cell_version, *number + 1);
    for (; count < *number; count++) {
        cells[count] = (struct apsis_cell_version){apsis_arena_printf(arena, "%zu", first + count), lower_cell(e, arena, first + count)};
        if (!cells[count].ir) return APSIS_MODEL_ERROR;
        if (!same_periods(cells[0].ir, cells[count].ir)) break;
    }
    *number = count;
    struct apsis_merged *merged = apsis_cells_merge(arena, cells, count, NULL);
    struct apsis_plan_options options = {0};
    struct apsis_plan *plan = apsis_plan_new(arena, merged->ir, &options, e->diagnostics);
    if (!plan) return APSIS_MODEL_ERROR;
    struct apsis_result *result = NULL;
    void *run = NULL;
    enum apsis_status status = e->engine->prepare(plan, &e->settings->engine, &run, &e->why);
    if (status) {
        if (e->why) e->why = apsis_arena_printf(e->arena, "%s", e->why);
        return status;
    }
    struct apsis_engine_held held = {e->engine, run};
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_engine, &held);
    status = apsis_measure_run(arena, plan, e->engine, run, &e->measure, &result);
    if (status == APSIS_OK) status = take(e, arena, merged, plan, result, run, first);
    const char *note = e->engine->note ? e->engine->note(run) : NULL;
    if (note) note = apsis_arena_printf(e->arena, "%s", note);
    if (status == APSIS_OK) e->explain->engine = apsis_arena_printf(e->arena, "%s", result->engine);
    if (status == APSIS_OK && note) e->explain->note = note;
    if (status && status != APSIS_INTERRUPTED) e->why = note;
    e->explain->values_apart += merged->values_apart;
    e->explain->values_merged += merged->values_merged;
    e->explain->batches++;
    apsis_escape_drop(&cleanup);
    e->engine->free(run);
    return status;
}

/* ---------------------------------------------------------------- what comes out */
/* The row's value of a statistic: differences of pairs of cells, so that a part that changes nothing is 0. */
static double value_of(const struct explaining *e, size_t row, size_t k, int *moves)
{
    size_t statistics = e->explain->statistic_count, n = e->explain->part_count, cells = e->explain->cells;
    const double *v = e->values;
    double sum = 0;
    if (row == n || e->explain->in_order) {
        size_t from = row == n ? 0 : e->bit[row], to = row == n ? cells - 1 : from + 1;
        sum = v[to * statistics + k] - v[from * statistics + k];
        *moves |= sum != 0;
        return sum;
    }
    size_t mask = (size_t)1 << e->bit[row];
    for (size_t cell = 0; cell < cells; cell++) {
        if (cell & mask) continue;
        double difference = v[(cell | mask) * statistics + k] - v[cell * statistics + k];
        *moves |= difference != 0;
        sum += shapley_weight(n, size_of(e, cell)) * difference;
    }
    return sum;
}

static void finish(struct explaining *e)
{
    size_t statistics = e->explain->statistic_count;
    double z = ap_normal_quantile((1 + e->measure.confidence) / 2);
    for (size_t row = 0; row < e->rows; row++) {
        struct apsis_explained *to = row < e->explain->part_count ? e->explain->parts[row].values : e->explain->difference;
        int moves = 0;
        for (size_t k = 0; k < statistics; k++) to[k].value = value_of(e, row, k, &moves);
        for (size_t k = 0; k < statistics; k++) {
            const double *influence = e->influence + (row * statistics + k) * e->draws;
            double sum = 0;
            for (size_t i = 0; i < e->draws; i++) sum += influence[i] * influence[i];
            double half = moves ? z * ap_sqrt(sum / (double)e->draws / (double)e->measure.draws) : 0;
            to[k].low = to[k].value - half;
            to[k].high = to[k].value + half;
        }
    }
}

static void make_room(struct explaining *e)
{
    struct apsis_explain *x = e->explain;
    x->part_count = e->parts->count;
    x->statistic_count = 1 + (e->measure.no_percentiles ? 0 : e->measure.percentile_count);
    x->in_order = x->part_count > APSIS_EXPLAIN_EXACT;
    x->cells = x->in_order ? x->part_count + 1 : (size_t)1 << x->part_count;
    x->parts = APSIS_NEW_ARRAY(e->arena, struct apsis_explain_part, x->part_count + 1);
    for (size_t k = 0; k < x->part_count; k++) {
        x->parts[k].part = &e->parts->items[k];
        x->parts[k].values = APSIS_NEW_ARRAY(e->arena, struct apsis_explained, x->statistic_count);
    }
    x->before = APSIS_NEW_ARRAY(e->arena, struct apsis_explained, x->statistic_count);
    x->after = APSIS_NEW_ARRAY(e->arena, struct apsis_explained, x->statistic_count);
    x->difference = APSIS_NEW_ARRAY(e->arena, struct apsis_explained, x->statistic_count);
    e->rows = x->part_count + 1;
    e->draws = x->cells > MANY_CELLS ? FEW_DRAWS : DRAWS;
    while (e->draws > 1024 && e->rows * x->statistic_count * e->draws * sizeof(double) > MEMORY) e->draws /= 2;
    if (e->draws > e->measure.draws) e->draws = (size_t)e->measure.draws;
    e->values = APSIS_NEW_ARRAY(e->arena, double, x->cells * x->statistic_count);
}

enum apsis_status apsis_explain_run(struct apsis_arena *arena, const struct apsis_changes *changes, const struct apsis_parts_list *parts,
                                    const struct apsis_engine *engine, const struct apsis_explain_settings *settings,
                                    struct apsis_diagnostics *diagnostics, struct apsis_explain **explain, const char **why)
{
    static struct apsis_percent no_shortfalls[1];
    double start = now();
    struct explaining e = {.arena = arena, .changes = changes, .parts = parts, .engine = engine, .settings = settings, .measure = settings->measure,
                           .diagnostics = diagnostics, .explain = APSIS_NEW(arena, struct apsis_explain)};
    *explain = NULL;
    *why = NULL;
    e.measure.shortfalls = no_shortfalls;
    e.measure.shortfall_count = 0;
    e.measure.no_rank_correlation = 1;
    if (e.measure.progress) e.measure.progress = batch_progress, e.measure.context = &e;
    make_room(&e);
    choose_bits(&e);
    e.influence = apsis_calloc(e.rows * e.explain->statistic_count * e.draws + 1, sizeof(double));
    size_t batch = settings->batch ? settings->batch : BATCH, cells = e.explain->cells;
    struct apsis_arena *scratch = apsis_arena_new();
    enum apsis_status status = APSIS_OK;
    while (status == APSIS_OK && e.done < cells) {
        size_t count = cells - e.done < batch ? cells - e.done : batch;
        status = run_batch(&e, scratch, e.done, &count);
        e.done += count;
        apsis_arena_clear(scratch);
    }
    apsis_arena_free(scratch);
    if (status == APSIS_OK) finish(&e);
    apsis_block_free(e.influence);
    *why = e.why;
    if (status) return status;
    e.explain->seconds = now() - start;
    *explain = e.explain;
    return APSIS_OK;
}
