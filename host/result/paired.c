/* paired.c - differences of statistics between two columns of one run, with intervals from the correlation of their influence functions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/paired.h"

#include <omp.h>
#include <string.h>

#include "host/result/tallies.h"
#include "host/support/escape.h"
#include "kernels/normal.h"
#include "kernels/special/special.h"

#define WINDOW 2
#define MEMORY ((size_t)256 << 20)

static double none(void) { return ap_double_of(AP_NAN_BITS); }
static int finite(double x) { return x - x == 0; }

/* The first draws of a column. */
struct sample {
    const double *value;  /* by draw; not finite where the draw does not count */
    double *sorted;       /* the finite ones */
    size_t count;
};

/* The mean of products of two influence functions, by sums in the order of draws: deterministic. */
struct products {
    double xx, yy, xy;
};
static double correlation_of(struct products p)
{
    double r = p.xy / (ap_sqrt(p.xx) * ap_sqrt(p.yy));
    if (!finite(r)) return none();
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

/* Correlation of two 0-1 variables, each less its mean over the draws that count for it, and 0 elsewhere: whole numbers all along. */
struct indicators {
    uint64_t n, m, x, y;  /* draws that count for the first, the second; of those the ones that are 1 */
    uint64_t xy, xm, yn, both; /* 1 in both; 1 in the first and counting for the second; ...; counting for both */
};
static double indicator_correlation(const struct indicators *k)
{
    if (!k->n || !k->m) return none();
    double p = (double)k->x / (double)k->n, q = (double)k->y / (double)k->m;
    double xy = (double)k->xy - p * (double)k->yn - q * (double)k->xm + p * q * (double)k->both;
    return correlation_of((struct products){(double)k->x * (1 - p), (double)k->y * (1 - q), xy});
}

enum kind { AT_OR_BELOW, ABOVE, EQUAL };
static int is_one(double value, double edge, enum kind kind) { return kind == AT_OR_BELOW ? value <= edge : kind == ABOVE ? value > edge : value == edge; }

static double indicators_of(const struct sample *a, const struct sample *b, size_t draws, double edge_a, double edge_b, enum kind kind)
{
    struct indicators k = {0};
    for (size_t i = 0; i < draws; i++) {
        int va = finite(a->value[i]), vb = finite(b->value[i]);
        int x = va && is_one(a->value[i], edge_a, kind), y = vb && is_one(b->value[i], edge_b, kind);
        k.n += (uint64_t)va, k.m += (uint64_t)vb, k.x += (uint64_t)x, k.y += (uint64_t)y;
        k.xy += (uint64_t)(x & y), k.xm += (uint64_t)(x & vb), k.yn += (uint64_t)(y & va), k.both += (uint64_t)(va & vb);
    }
    return indicator_correlation(&k);
}

/* Influence of a draw on a shortfall, or (side 0) on the mean: its excess beyond the edge, scaled so that squares do not overflow. */
static double excess(double x, double edge, double scale, int side)
{
    if (side == 0) return (x - edge) * scale;
    return side < 0 ? (x < edge ? (x - edge) * scale : 0) : (x > edge ? (x - edge) * scale : 0);
}
static double excess_mean(const struct sample *a, size_t draws, double edge, double scale, int side)
{
    double sum = 0;
    for (size_t i = 0; i < draws; i++)
        if (finite(a->value[i])) sum += excess(a->value[i], edge, scale, side);
    return a->count ? sum / (double)a->count : 0;
}
static double scale_of(const struct sample *a, double edge)
{
    if (!a->count) return 1;
    double low = edge - a->sorted[0], high = a->sorted[a->count - 1] - edge, most = low > high ? low : high;
    return most > 0 && finite(most) && finite(1 / most) ? 1 / most : 1;
}
static double excesses_of(const struct sample *a, const struct sample *b, size_t draws, double edge_a, double edge_b, int side)
{
    double scale_a = scale_of(a, edge_a), scale_b = scale_of(b, edge_b);
    double mean_a = excess_mean(a, draws, edge_a, scale_a, side), mean_b = excess_mean(b, draws, edge_b, scale_b, side);
    struct products p = {0, 0, 0};
    for (size_t i = 0; i < draws; i++) {
        double x = finite(a->value[i]) ? excess(a->value[i], edge_a, scale_a, side) - mean_a : 0;
        double y = finite(b->value[i]) ? excess(b->value[i], edge_b, scale_b, side) - mean_b : 0;
        p.xx += x * x, p.yy += y * y, p.xy += x * y;
    }
    return correlation_of(p);
}

/* ---------------------------------------------------------------- standard errors */
/* Of a percentile of all N draws, from the slope of the sample's quantile function around it. */
static double percentile_se(const struct sample *s, const struct apsis_measure *measure, const struct apsis_measured_percentile *percentile, double z)
{
    double p = apsis_percent_value(percentile->percent) / 100, n = (double)s->count;
    if (!s->count || !measure->valid) return none();
    double rank = (double)apsis_percent_rank(percentile->percent, s->count), step = z * ap_sqrt(n * p * (1 - p));
    for (int window = WINDOW; window; window--) {
        double low = ap_floor(rank - window * step), high = -ap_floor(-(rank + window * step));
        if (low < 1 || high > n) continue;
        double width = s->sorted[(size_t)high - 1] - s->sorted[(size_t)low - 1];
        return width / (2 * window * z) * ap_sqrt(n / (double)measure->valid);
    }
    return (percentile->high - percentile->low) / (2 * z);
}

static struct apsis_paired_value joined(double cell, double base, double se_cell, double se_base, double r, double z)
{
    struct apsis_paired_value v = {cell - base, none(), none(), r};
    if (se_cell == 0 || se_base == 0 || !finite(r)) r = 0; /* an error of 0 has none; one that the sample does not show gains nothing */
    double apart = se_cell - se_base, variance = apart * apart + 2 * (1 - r) * (se_cell * se_base);
    double half = z * ap_sqrt(variance > 0 ? variance : 0 * variance);
    if (!finite(half) || !finite(v.value)) return v;
    v.low = v.value - half;
    v.high = v.value + half;
    return v;
}

static double share_se(double probability, uint64_t n) { return n ? ap_sqrt(probability * (1 - probability) / (double)n) : none(); }

/* ---------------------------------------------------------------- one pair */
static struct apsis_paired_value *new_values(struct apsis_arena *arena, size_t count)
{
    struct apsis_paired_value *values = APSIS_NEW_ARRAY(arena, struct apsis_paired_value, count + 1);
    for (size_t i = 0; i < count; i++) values[i] = (struct apsis_paired_value){none(), none(), none(), none()};
    return values;
}

static void begin(struct apsis_arena *arena, const struct apsis_result *result, const struct apsis_pair *pair, struct apsis_paired *to)
{
    *to = (struct apsis_paired){.base = &result->measures[pair->base], .cell = &result->measures[pair->cell]};
    to->difference = pair->difference == SIZE_MAX ? NULL : &result->measures[pair->difference];
    to->same = pair->base == pair->cell;
    to->percentiles = new_values(arena, to->cell->percentile_count);
    to->shortfalls = new_values(arena, to->cell->shortfall_count);
    to->targets = new_values(arena, to->cell->target_count);
    to->categories = new_values(arena, to->cell->category_count);
    to->mean = (struct apsis_paired_value){none(), none(), none(), none()};
    to->more = to->more_low = to->more_high = to->less = to->less_low = to->less_high = none();
}

static void set_same(struct apsis_paired_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) values[i] = (struct apsis_paired_value){0, 0, 0, 1};
}

static void finish_same(struct apsis_paired *to)
{
    const struct apsis_measure *m = to->cell;
    if (!m->valid) return;
    set_same(to->percentiles, m->percentile_count), set_same(to->shortfalls, m->shortfall_count);
    set_same(to->targets, m->target_count), set_same(to->categories, m->category_count);
    if (m->category_count) return;
    set_same(&to->mean, 1);
    to->more = to->more_low = to->less = to->less_low = 0;
    apsis_binomial_interval(0, (double)m->valid, 0.95, &to->more_low, &to->more_high);
    to->less_high = to->more_high;
}

static void finish_chances(struct apsis_paired *to, double confidence)
{
    const struct apsis_measure *d = to->difference;
    if (!d || d->target_count != 2 || !d->valid) return;
    double not_less = (double)d->targets[1].count, n = (double)d->valid;
    to->more = d->targets[0].probability, to->more_low = d->targets[0].low, to->more_high = d->targets[0].high;
    to->less = (n - not_less) / n;
    apsis_binomial_interval(n - not_less, n, confidence, &to->less_low, &to->less_high);
}

static void finish(struct apsis_paired *to, const struct sample *cell, const struct sample *base, size_t draws, double confidence)
{
    const struct apsis_measure *c = to->cell, *b = to->base, *d = to->difference;
    double z = ap_normal_quantile((1 + confidence) / 2);
    finish_chances(to, confidence);
    if (d && d->valid && d->valid == c->valid && d->valid == b->valid) {
        to->mean.value = d->mean;
        if (finite(d->mean_se)) to->mean.low = d->mean - z * d->mean_se, to->mean.high = d->mean + z * d->mean_se;
        /* Var(c - b) says it for all draws */
        double r = (c->mean_se * c->mean_se + b->mean_se * b->mean_se - d->mean_se * d->mean_se) / (2 * c->mean_se * b->mean_se);
        to->mean.correlation = finite(r) ? r > 1 ? 1 : r < -1 ? -1 : r : none();
    } else if (!c->category_count) {
        to->mean = joined(c->mean, b->mean, c->mean_se, b->mean_se, excesses_of(cell, base, draws, c->mean, b->mean, 0), z);
    }
    for (size_t i = 0; i < c->percentile_count && i < b->percentile_count; i++) {
        const struct apsis_measured_percentile *x = &c->percentiles[i], *y = &b->percentiles[i];
        double r = indicators_of(cell, base, draws, x->value, y->value, AT_OR_BELOW);
        to->percentiles[i] = joined(x->value, y->value, percentile_se(cell, c, x, z), percentile_se(base, b, y, z), r, z);
    }
    for (size_t i = 0; i < c->shortfall_count && i < b->shortfall_count; i++) {
        const struct apsis_measured_shortfall *x = &c->shortfalls[i], *y = &b->shortfalls[i];
        size_t rank_c = cell->count ? (size_t)apsis_percent_rank(x->percent, cell->count) : 0, rank_b = base->count ? (size_t)apsis_percent_rank(x->percent, base->count) : 0;
        if (!rank_c || !rank_b) continue;
        double edge_c = cell->sorted[x->high_side ? cell->count - rank_c : rank_c - 1], edge_b = base->sorted[x->high_side ? base->count - rank_b : rank_b - 1];
        to->shortfalls[i] = joined(x->value, y->value, x->se, y->se, excesses_of(cell, base, draws, edge_c, edge_b, x->high_side ? 1 : -1), z);
    }
    for (size_t i = 0; i < c->target_count && i < b->target_count; i++) {
        const struct apsis_measured_target *x = &c->targets[i], *y = &b->targets[i];
        double r = indicators_of(cell, base, draws, x->above, y->above, ABOVE);
        to->targets[i] = joined(x->probability, y->probability, share_se(x->probability, c->valid), share_se(y->probability, b->valid), r, z);
    }
    for (size_t i = 0; i < c->category_count && i < b->category_count && c->valid && b->valid; i++) {
        double x = (double)c->category_counts[i] / (double)c->valid, y = (double)b->category_counts[i] / (double)b->valid;
        to->categories[i] = joined(x, y, share_se(x, c->valid), share_se(y, b->valid), indicators_of(cell, base, draws, (double)i, (double)i, EQUAL), z);
    }
}

/* ---------------------------------------------------------------- many pairs, some at a time */
static size_t *columns_of(struct apsis_arena *arena, const struct apsis_plan *plan)
{
    size_t *columns = APSIS_NEW_ARRAY(arena, size_t, plan->column_count + 1), count = 0;
    for (size_t c = 0; c < plan->column_count; c++)
        if (plan->columns[c].kind == APSIS_PLAN_OUTPUT) columns[count++] = c;
    return columns;
}

/* Columns that are held: their draws, and behind those room for them in order. */
struct sorting {
    struct sample *samples; /* by column */
    double *const *stored;
    const size_t *held;
    size_t draws, room;
};

static void sort_sample(void *context, size_t number)
{
    const struct sorting *sorting = context;
    size_t column = sorting->held[number];
    struct sample *s = &sorting->samples[column];
    s->value = sorting->stored[column];
    s->sorted = sorting->stored[column] + sorting->room;
    s->count = 0;
    for (size_t i = 0; i < sorting->draws; i++)
        if (finite(s->value[i])) s->sorted[s->count++] = s->value[i];
    apsis_sort_doubles(s->sorted, s->count);
}

static void sort_all(struct sorting *sorting, size_t count, int threads)
{
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t k = 0; k < count; k++) apsis_escape_part(&parts, sort_sample, sorting, k);
    apsis_parts_end(&parts);
}

enum apsis_status apsis_paired_run(struct apsis_arena *arena, const struct apsis_result *result, const struct apsis_engine *engine, void *run,
                                   const struct apsis_measure_settings *settings, const struct apsis_pair *pairs, size_t count, size_t most, size_t memory,
                                   int threads, struct apsis_paired **paired)
{
    const struct apsis_plan *plan = result->plan;
    size_t draws = result->done < most ? (size_t)result->done : most, tiles = (draws + AP_TILE_DRAWS - 1) / AP_TILE_DRAWS;
    size_t *columns = columns_of(arena, plan), bytes = 2 * tiles * AP_TILE_DRAWS * sizeof(double), room = (memory ? memory : MEMORY) / (bytes + 1);
    if (room < 2) room = 2;
    if (threads < 1) threads = omp_get_num_procs();
    *paired = APSIS_NEW_ARRAY(arena, struct apsis_paired, count + 1);
    for (size_t i = 0; i < count; i++) {
        begin(arena, result, &pairs[i], &(*paired)[i]);
        if ((*paired)[i].same) finish_same(&(*paired)[i]);
    }
    enum apsis_status status = APSIS_OK;
    double **stored = apsis_calloc(plan->column_count + 1, sizeof *stored);
    struct sample *samples = apsis_calloc(plan->column_count + 1, sizeof *samples);
    size_t *held = apsis_malloc((room + 1) * sizeof *held);
    for (size_t first = 0, last; first < count && status == APSIS_OK; first = last) {
        size_t holding = 0;
        for (last = first; last < count; last++) {
            size_t two[2] = {columns[pairs[last].base], columns[pairs[last].cell]};
            if (pairs[last].base == pairs[last].cell) continue;
            size_t fresh = (stored[two[0]] == NULL) + (stored[two[1]] == NULL);
            if (holding + fresh > room) break;
            for (int k = 0; k < 2; k++) {
                if (stored[two[k]]) continue;
                stored[two[k]] = apsis_malloc(2 * tiles * AP_TILE_DRAWS * sizeof(double));
                held[holding++] = two[k];
            }
        }
        if (holding) {
            struct apsis_job job = {.seed = settings->seed, .draws = result->draws, .tile_count = tiles, .stored = stored, .cancel = settings->cancel};
            status = engine->run(run, &job);
        }
        if (status == APSIS_OK && holding) {
            struct sorting sorting = {samples, stored, held, draws, tiles * AP_TILE_DRAWS};
            sort_all(&sorting, holding, threads);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
            for (size_t i = first; i < last; i++)
                if (!(*paired)[i].same) finish(&(*paired)[i], &samples[columns[pairs[i].cell]], &samples[columns[pairs[i].base]], draws, settings->confidence);
        }
        for (size_t k = 0; k < holding; k++) {
            apsis_block_free(stored[held[k]]);
            stored[held[k]] = NULL;
        }
    }
    apsis_block_free(held);
    apsis_block_free(samples);
    apsis_block_free(stored);
    return status;
}
