/* columns.c - what is looked for in each output column, and what of it is published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/measure.h"
#include "kernels/special/special.h"

#define P(n) {n, 0}
static const struct apsis_percent scalar_percentiles[] = {P(1), P(5), P(10), P(25), P(50), P(75), P(90), P(95), P(99)};
static const struct apsis_percent series_percentiles[] = {P(5), P(25), P(50), P(75), P(95)};
static const struct apsis_percent usual_shortfalls[] = {P(5)};
#undef P

static double share_of(struct apsis_percent percent)
{
    return (double)percent.numerator / (double)apsis_percent_denominator(percent);
}

/* Standard deviations that hold a two-sided interval of this confidence, rounded up. */
static double margin_of(double confidence)
{
    return confidence <= 0.956 ? 2.02 : confidence <= 0.991 ? 2.62 : confidence <= 0.9991 ? 3.33 : 6;
}

static const struct apsis_percent *copy_percents(struct apsis_arena *arena, const struct apsis_percent *from, size_t count)
{
    struct apsis_percent *to = APSIS_NEW_ARRAY(arena, struct apsis_percent, count + 1);
    memcpy(to, from, count * sizeof *to);
    return to;
}

/* The lists of a column's measure, in the order in which `sought` follows: three for each percentile (the order statistic, the
   ends of its interval), then two for each shortfall (low, high). */
static void set_up_sought(struct apsis_measurement *m, struct apsis_reduced *column, struct apsis_measure *measure)
{
    const struct apsis_measure_settings *settings = m->settings;
    const struct apsis_percent *percents = measure->period < 0 ? scalar_percentiles : series_percentiles, *shortfalls = usual_shortfalls;
    size_t percent_count = measure->period < 0 ? 9 : 5, shortfall_count = 1;
    if (settings->percentiles) percents = settings->percentiles, percent_count = settings->percentile_count;
    if (settings->shortfalls) shortfalls = settings->shortfalls, shortfall_count = settings->shortfall_count;
    if (settings->no_percentiles || m->plan->ir->outputs[measure->output].category_count) percent_count = shortfall_count = 0;
    percents = copy_percents(m->arena, percents, percent_count);
    measure->percentile_count = percent_count;
    measure->percentiles = APSIS_NEW_ARRAY(m->arena, struct apsis_measured_percentile, percent_count + 1);
    measure->shortfall_count = 2 * shortfall_count;
    measure->shortfalls = APSIS_NEW_ARRAY(m->arena, struct apsis_measured_shortfall, 2 * shortfall_count + 1);
    column->sought_count = 3 * percent_count + 2 * shortfall_count;
    column->sought = APSIS_NEW_ARRAY(m->arena, struct apsis_sought, column->sought_count + 1);
    column->tail_count = 2 * shortfall_count;
    column->tails = APSIS_NEW_ARRAY(m->arena, struct apsis_tail, column->tail_count + 1);
    struct apsis_sought *sought = column->sought;
    for (size_t i = 0; i < percent_count; i++) {
        measure->percentiles[i].percent = percents[i];
        for (int k = 0; k < 3; k++)
            *sought++ = (struct apsis_sought){.share = share_of(percents[i]), .margin = k ? 0 : margin_of(settings->confidence), .tail = -1};
    }
    for (size_t i = 0; i < shortfall_count; i++)
        for (int high = 0; high < 2; high++) {
            double share = share_of(shortfalls[i]);
            column->tails[2 * i + (size_t)high].high = high;
            measure->shortfalls[2 * i + (size_t)high].percent = shortfalls[i];
            measure->shortfalls[2 * i + (size_t)high].high_side = high;
            *sought++ = (struct apsis_sought){.share = high ? 1 - share : share, .tail = (int)(2 * i) + high};
        }
}

/* Columns of which only the draws that are 1 are counted, in the first pass. */
static void set_up_signs(struct apsis_measurement *m)
{
    const struct apsis_plan *plan = m->plan;
    m->sign_measures = APSIS_NEW_ARRAY(m->arena, struct apsis_measure *, plan->column_count + 1);
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_SIGNS) continue;
        struct apsis_reduced *column = &m->columns[m->count + m->sign_count];
        size_t i = 0;
        while (m->result->measures[i].output != plan->columns[c].index) i++;
        m->result->measures[i].is_irr = 1;
        m->sign_measures[m->sign_count++] = &m->result->measures[i];
        column->column = (uint32_t)c;
        column->wanted = AP_TALLY_CATEGORIES;
        column->category_count = 2;
        column->category_counts = APSIS_NEW_ARRAY(m->arena, uint64_t, 2);
    }
}

void apsis_columns_init(struct apsis_measurement *m)
{
    const struct apsis_plan *plan = m->plan;
    const struct apsis_ir *ir = plan->ir;
    m->columns = apsis_calloc(plan->column_count + 1, sizeof *m->columns);
    m->expected = APSIS_NEW_ARRAY(m->arena, double, plan->column_count + 1);
    m->need = APSIS_NEW_ARRAY(m->arena, double, plan->column_count + 1);
    m->result->measures = APSIS_NEW_ARRAY(m->arena, struct apsis_measure, plan->column_count + 1);
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        struct apsis_reduced *column = &m->columns[m->count];
        struct apsis_measure *measure = &m->result->measures[m->count++];
        const struct apsis_output *output = &ir->outputs[plan->columns[c].index];
        measure->output = plan->columns[c].index;
        measure->period = plan->columns[c].period;
        column->column = (uint32_t)c;
        column->wanted = AP_TALLY_COUNTS | AP_TALLY_MOMENTS | AP_TALLY_FINGERPRINT;
        column->first_invalid = column->min_draw = column->max_draw = UINT64_MAX;
        column->min = ap_double_of(AP_INF_BITS), column->max = -column->min;
        column->scale = column->inverse = 1;
        apsis_digest_key(output->name, measure->period, column->key);
        if (output->target_count) {
            column->wanted |= AP_TALLY_TARGETS;
            column->targets = output->targets;
            column->target_count = output->target_count;
            column->target_counts = APSIS_NEW_ARRAY(m->arena, uint64_t, output->target_count);
        }
        if (output->category_count) {
            column->wanted |= AP_TALLY_CATEGORIES;
            column->category_count = output->category_count;
            column->category_counts = APSIS_NEW_ARRAY(m->arena, uint64_t, output->category_count);
        } else if (measure->period < 0) {
            column->wanted |= AP_TALLY_HISTOGRAM;
        }
        set_up_sought(m, column, measure);
    }
    m->result->measure_count = m->count;
    set_up_signs(m);
}

/* The ranks of an interval's ends depend on the number of draws alone, which most columns share. */
struct rank_cache {
    struct {
        uint64_t n, low, high;
        struct apsis_percent percent;
    } items[64];
    size_t next;
};

static void interval_ranks(struct rank_cache *cache, uint64_t n, struct apsis_percent percent, double confidence, uint64_t *low, uint64_t *high)
{
    for (size_t i = 0; i < 64; i++) {
        if (cache->items[i].n != n || cache->items[i].percent.numerator != percent.numerator || cache->items[i].percent.scale != percent.scale) continue;
        *low = cache->items[i].low, *high = cache->items[i].high;
        return;
    }
    apsis_quantile_ranks(n, percent.numerator, apsis_percent_denominator(percent), confidence, low, high);
    size_t at = cache->next++ % 64;
    cache->items[at].n = n, cache->items[at].percent = percent, cache->items[at].low = *low, cache->items[at].high = *high;
}

static void set_rank(struct apsis_sought *sought, uint64_t rank, uint64_t n)
{
    if (sought->solved) return;
    if (rank < 1 || rank > n) { /* does not exist */
        sought->solved = 1;
        sought->value = ap_double_of(AP_NAN_BITS);
        sought->draw = APSIS_NO_DRAW;
    } else {
        sought->rank = rank;
    }
}

void apsis_columns_ranks(struct apsis_measurement *m)
{
    struct rank_cache cache;
    memset(&cache, 0, sizeof cache);
    for (size_t i = 0; i < m->count; i++) {
        struct apsis_reduced *column = &m->columns[i];
        const struct apsis_measure *measure = &m->result->measures[i];
        struct apsis_sought *sought = column->sought;
        uint64_t n = column->valid;
        for (size_t k = 0; k < measure->percentile_count; k++) {
            uint64_t low = 0, high = 0;
            if (n) interval_ranks(&cache, n, measure->percentiles[k].percent, m->settings->confidence, &low, &high);
            set_rank(sought++, n ? apsis_percent_rank(measure->percentiles[k].percent, n) : 0, n);
            set_rank(sought++, low, n);
            set_rank(sought++, high, n);
        }
        for (size_t k = 0; k < measure->shortfall_count; k++) {
            uint64_t rank = n ? apsis_percent_rank(measure->shortfalls[k].percent, n) : 0;
            set_rank(sought++, !n ? 0 : measure->shortfalls[k].high_side ? n - rank + 1 : rank, n);
        }
    }
}

static void publish(struct apsis_measurement *m, const struct apsis_reduced *column, struct apsis_measure *measure)
{
    const double none = ap_double_of(AP_NAN_BITS);
    measure->draws = m->done;
    measure->given = column->given;
    measure->valid = column->valid;
    measure->invalid = column->given - column->valid;
    measure->first_invalid = column->first_invalid;
    measure->min = column->valid ? column->min : none;
    measure->max = column->valid ? column->max : none;
    measure->min_draw = column->min_draw;
    measure->max_draw = column->max_draw;
    apsis_interval_moments(column, measure);
    const struct apsis_sought *sought = column->sought;
    for (size_t k = 0; k < measure->percentile_count; k++, sought += 3) {
        struct apsis_measured_percentile *p = &measure->percentiles[k];
        p->value = sought[0].solved ? sought[0].value : none;
        p->low = sought[1].solved ? sought[1].value : none;
        p->high = sought[2].solved ? sought[2].value : none;
        p->draw = sought[0].solved ? sought[0].draw : APSIS_NO_DRAW;
    }
    for (size_t k = 0; k < measure->shortfall_count; k++, sought++)
        apsis_shortfall_finish(column, measure->shortfalls[k].percent, sought, &measure->shortfalls[k]);
    measure->target_count = column->target_count;
    measure->targets = APSIS_NEW_ARRAY(m->arena, struct apsis_measured_target, column->target_count + 1);
    for (size_t k = 0; k < column->target_count; k++) {
        struct apsis_measured_target *target = &measure->targets[k];
        target->above = column->targets[k];
        target->count = column->target_counts[k];
        target->probability = target->low = target->high = none;
        if (!column->valid) continue;
        target->probability = (double)target->count / (double)column->valid;
        apsis_binomial_interval((double)target->count, (double)column->valid, m->settings->confidence, &target->low, &target->high);
    }
    measure->histogram_edges = column->edges;
    measure->histogram_counts = column->bins;
    measure->histogram_count = column->bin_count;
    measure->category_counts = column->category_counts;
    measure->category_count = column->category_count;
}

void apsis_columns_publish(struct apsis_measurement *m)
{
    for (size_t i = 0; i < m->count; i++) publish(m, &m->columns[i], &m->result->measures[i]);
    for (size_t i = 0; i < m->sign_count; i++) m->sign_measures[i]->several_signs = m->columns[m->count + i].category_counts[1];
}

void apsis_columns_free(struct apsis_measurement *m)
{
    for (size_t i = 0; i < m->count; i++) {
        apsis_block_free(m->columns[i].known);
        apsis_block_free(m->columns[i].windows);
        apsis_block_free(m->columns[i].kept);
    }
    apsis_block_free(m->columns);
}
