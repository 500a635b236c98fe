/* rank_correlation.c - Spearman's rank correlation of every scalar output with every scalar input, over the first draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "host/result/tallies.h"
#include "host/support/escape.h"

/*
 * Over the first min(N, 65536) draws; of each pair only draws in which both are valid. Ties get the mean of their ranks. All
 * sums are of whole numbers and exact: with A = 2 rank - (n + 1), rho = sum AB / sqrt(sum A^2 * sum B^2).
 */
enum { DRAWS = 65536, INPUTS_AT_ONCE = 64, OUTPUTS_AT_ONCE = 32 };
#define MOST_BYTES ((size_t)64 << 20) /* of columns held at a time, where that is more than 64 inputs */

/* A column in the order of its finite values. */
struct ordered {
    uint32_t *index;
    double *value; /* by draw */
    int32_t *rank; /* by draw, where all draws are finite: A, and the sum of A^2 */
    int64_t square;
    size_t count;
    int whole;     /* all draws are finite */
};

static size_t mid_ranks(const struct ordered *column, const struct ordered *with, int32_t *rank);

static void order(struct ordered *column, const double *values, size_t draws)
{
    struct apsis_kept *items = apsis_malloc(draws * sizeof *items);
    size_t n = 0;
    for (size_t i = 0; i < draws; i++)
        if (values[i] - values[i] == 0) items[n++] = (struct apsis_kept){values[i], i};
    apsis_sort_kept(items, 0, n);
    for (size_t i = 0; i < n; i++) column->index[i] = (uint32_t)items[i].draw;
    column->count = n;
    column->whole = n == draws;
    apsis_block_free(items);
    if (!column->whole) return;
    mid_ranks(column, column, column->rank);
    int64_t square = 0, middle = (int64_t)n + 1;
    for (size_t i = 0; i < n; i++) {
        int64_t a = column->rank[i] - middle;
        column->rank[i] = (int32_t)a;
        square += a * a;
    }
    column->square = square;
}

/* 2 * mid-rank of each draw among those in which `with` is finite too; returns how many those are */
static size_t mid_ranks(const struct ordered *column, const struct ordered *with, int32_t *rank)
{
    size_t n = 0, at = 0;
    for (size_t i = 0, end; i < column->count; i = end) {
        double value = column->value[column->index[i]];
        size_t same = 0;
        for (end = i; end < column->count && column->value[column->index[end]] == value; end++) {
            double other = with->value[column->index[end]];
            same += other - other == 0;
        }
        for (size_t k = i; k < end; k++) rank[column->index[k]] = (int32_t)(2 * at + same + 1);
        at += same;
        n += same;
    }
    return n;
}

struct ordering {
    struct ordered *columns;
    size_t draws;
};

static void order_one(void *context, size_t number)
{
    const struct ordering *ordering = context;
    struct ordered *column = &ordering->columns[number];
    if (column->value) order(column, column->value, ordering->draws);
}

static void order_all(struct ordering *ordering, size_t count, int threads)
{
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t k = 0; k < count; k++) apsis_escape_part(&parts, order_one, ordering, k);
    apsis_parts_end(&parts);
}

static double quotient(int64_t ab, int64_t aa, int64_t bb)
{
    if (!aa || !bb) return ap_double_of(AP_NAN_BITS);
    return (double)ab / ap_sqrt((double)aa * (double)bb);
}

static double spearman(const struct ordered *a, const struct ordered *b, int32_t *rank_a, int32_t *rank_b)
{
    if (a->whole && b->whole) {
        const int32_t *x = a->rank, *y = b->rank;
        int64_t even = 0, odd = 0;
        size_t i = 0;
        for (; i + 2 <= a->count; i += 2) {
            even += (int64_t)x[i] * y[i];
            odd += (int64_t)x[i + 1] * y[i + 1];
        }
        if (i < a->count) even += (int64_t)x[i] * y[i];
        return quotient(even + odd, a->square, b->square);
    }
    size_t n = mid_ranks(a, b, rank_a);
    mid_ranks(b, a, rank_b);
    int64_t ab = 0, aa = 0, bb = 0, middle = (int64_t)n + 1;
    for (size_t i = 0; i < a->count; i++) {
        uint32_t draw = a->index[i];
        double other = b->value[draw];
        if (other - other != 0) continue;
        int64_t x = rank_a[draw] - middle, y = rank_b[draw] - middle;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return quotient(ab, aa, bb);
}

enum apsis_status apsis_rank_correlations(struct apsis_arena *arena, const struct apsis_plan *plan, const struct apsis_engine *engine, void *run,
                                          const struct apsis_measure_settings *settings, struct apsis_measure *measures, size_t count, int threads)
{
    const struct apsis_ir *ir = plan->ir;
    size_t draws = settings->draws < DRAWS ? (size_t)settings->draws : DRAWS, tiles = (draws + AP_TILE_DRAWS - 1) / AP_TILE_DRAWS;
    size_t input_count = 0, output_count = 0;
    /* number of each scalar input in the list of scalar inputs, and the column that carries it */
    size_t *input_columns = APSIS_NEW_ARRAY(arena, size_t, ir->input_count + 1), *output_columns = APSIS_NEW_ARRAY(arena, size_t, count + 1);
    size_t *places = APSIS_NEW_ARRAY(arena, size_t, ir->input_count + 1);
    for (size_t i = 0; i < ir->input_count; i++) {
        places[i] = input_count;
        input_count += !ir->inputs[i].is_series;
    }
    for (size_t i = 0; i < input_count; i++) input_columns[i] = SIZE_MAX;
    for (size_t c = 0; c < plan->column_count; c++) {
        const struct apsis_plan_column *column = &plan->columns[c];
        if (column->kind == APSIS_PLAN_INPUT && column->period < 0) input_columns[places[column->index]] = c;
    }
    struct apsis_measure **outputs = APSIS_NEW_ARRAY(arena, struct apsis_measure *, count + 1);
    size_t m = 0;
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        struct apsis_measure *measure = &measures[m++];
        if (measure->period >= 0 || ir->outputs[measure->output].category_count) continue;
        measure->rank_correlation = APSIS_NEW_ARRAY(arena, double, input_count + 1);
        for (size_t i = 0; i < input_count; i++) measure->rank_correlation[i] = ap_double_of(AP_NAN_BITS);
        outputs[output_count] = measure;
        output_columns[output_count++] = c;
    }
    enum apsis_status status = APSIS_OK;
    double **stored = apsis_calloc(plan->column_count + 1, sizeof *stored);
    size_t column_bytes = tiles * AP_TILE_DRAWS * (sizeof(double) + sizeof(uint32_t) + sizeof(int32_t)), at_once = MOST_BYTES / (column_bytes + 1);
    if (at_once < INPUTS_AT_ONCE) at_once = INPUTS_AT_ONCE; /* few draws: more inputs, so that a model of many is run few times */
    if (at_once > input_count + 1) at_once = input_count + 1;
    struct ordered *columns = APSIS_NEW_ARRAY(arena, struct ordered, at_once + OUTPUTS_AT_ONCE);
    for (size_t o = 0; o < output_count && status == APSIS_OK; o += OUTPUTS_AT_ONCE) {
        size_t out = output_count - o < OUTPUTS_AT_ONCE ? output_count - o : OUTPUTS_AT_ONCE;
        for (size_t i = 0; i < input_count && status == APSIS_OK; i += at_once) {
            size_t in = input_count - i < at_once ? input_count - i : at_once;
            memset(columns, 0, (at_once + OUTPUTS_AT_ONCE) * sizeof *columns);
            for (size_t k = 0; k < out + in; k++) {
                size_t c = k < out ? output_columns[o + k] : input_columns[i + k - out];
                if (c == SIZE_MAX) continue;
                columns[k].value = stored[c] = apsis_malloc(tiles * AP_TILE_DRAWS * sizeof(double));
                columns[k].index = apsis_malloc(tiles * AP_TILE_DRAWS * sizeof(uint32_t));
                columns[k].rank = apsis_malloc(tiles * AP_TILE_DRAWS * sizeof(int32_t));
            }
            struct apsis_job job = {.seed = settings->seed, .draws = settings->draws, .tile_count = tiles, .stored = stored, .cancel = settings->cancel};
            status = engine->run(run, &job);
            if (status == APSIS_OK) {
                int32_t *ranks = apsis_malloc((size_t)threads * 2 * draws * sizeof *ranks);
                order_all(&(struct ordering){columns, draws}, out + in, threads);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
                for (size_t k = 0; k < out * in; k++) {
                    const struct ordered *a = &columns[k / in], *b = &columns[out + k % in];
                    int32_t *mine = ranks + (size_t)omp_get_thread_num() * 2 * draws;
                    if (b->value) outputs[o + k / in]->rank_correlation[i + k % in] = spearman(a, b, mine, mine + draws);
                }
                apsis_block_free(ranks);
            }
            for (size_t k = 0; k < out + in; k++) {
                apsis_block_free(columns[k].value);
                apsis_block_free(columns[k].index);
                apsis_block_free(columns[k].rank);
            }
            memset(stored, 0, plan->column_count * sizeof *stored);
        }
    }
    apsis_block_free(stored);
    return status;
}
