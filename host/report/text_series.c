/* text_series.c - a series output by period: percentiles of a number, shares of a category. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"

#define FEW 12 /* rows that are read at a glance */

static const char *period_words(const struct apsis_ir *ir)
{
    return ir->calendar == APSIS_CALENDAR_MONTH ? "months" : ir->calendar == APSIS_CALENDAR_QUARTER ? "quarters" : "years";
}

static const char *ordinal(size_t n) { return n % 100 / 10 == 1 ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th"; }

/* A step that gives whole years where that is enough. */
static size_t thin(const struct apsis_ir *ir, size_t count, int all)
{
    if (all || count <= FEW) return 1;
    size_t step = 2;
    while ((count + step - 1) / step > FEW) {
        if (step < ir->periods_per_year && ir->periods_per_year % step == 0) step = step * 2 <= ir->periods_per_year ? step * 2 : ir->periods_per_year;
        else if (step % ir->periods_per_year == 0) step += ir->periods_per_year;
        else step++;
        if (ir->periods_per_year > 1 && step > 2 && step < ir->periods_per_year) step = ir->periods_per_year;
    }
    return step;
}

void apsis_report_series_text(const struct apsis_result *result, size_t first, size_t count, const struct apsis_report *report,
                              const struct apsis_page *page, struct apsis_buffer *out)
{
    const struct apsis_ir *ir = result->ir;
    const struct apsis_measure *measures = &result->measures[first];
    const struct apsis_output *output = &ir->outputs[measures[0].output];
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_text_table table;
    unsigned char *shown = APSIS_NEW_ARRAY(arena, unsigned char, measures[0].percentile_count + 1);
    int conditional = 0;
    for (size_t i = 0; i < count; i++) conditional |= measures[i].valid < measures[i].draws;
    size_t picked = apsis_report_pick(&measures[0], report, shown), figures = output->categories ? output->category_count : 1 + picked;
    size_t targets = output->categories ? 0 : measures[0].target_count < 6 ? measures[0].target_count : 6;
    if (figures > 24) figures = 24; /* a table has 32 columns; --json has all */
    char right[33], text[APSIS_TEXT_SIZE];
    memset(right, 'r', sizeof right);
    right[0] = 'l';
    right[1 + figures + targets + (size_t)conditional] = 0;
    apsis_text_table_start(&table, arena, 1 + figures + targets + (size_t)conditional, right);
    apsis_text_cell(&table, "");
    if (output->categories) {
        for (size_t k = 0; k < figures; k++) apsis_text_cell(&table, output->categories[k]);
    } else {
        apsis_text_cell(&table, "mean");
        for (size_t k = 0, used = 1; k < measures[0].percentile_count && used < figures; k++)
            if (shown[k]) apsis_text_cell(&table, apsis_report_percent(text, measures[0].percentiles[k].percent)), used++;
    }
    for (size_t k = 0; k < targets; k++) apsis_text_cell(&table, apsis_arena_printf(arena, "P(> %s)", apsis_text_number(text, measures[0].targets[k].above, -1)));
    if (conditional) apsis_text_cell(&table, "of draws");
    int decimals = -1; /* one for all periods, so that a column can be read down: the median period's */
    double finest = NAN;
    for (size_t i = 0; i < count; i++)
        if (measures[i].mean_se > 0 && !(measures[i].mean_se <= finest)) finest = measures[i].mean_se;
    decimals = apsis_text_decimals(finest);
    int whole = 1;
    for (size_t i = 0; i < count; i++) whole &= apsis_report_whole(&measures[i]);
    size_t step = thin(ir, count, report->all_periods);
    for (size_t i = 0; i < count; i++) {
        const struct apsis_measure *measure = &measures[i];
        char label[16];
        if (i % step != 0 && i + 1 != count) continue;
        apsis_text_cell(&table, apsis_period_label(ir, measure->period, label));
        if (output->categories) {
            for (size_t k = 0; k < figures; k++) {
                double n = (double)measure->valid, part = n > 0 && k < measure->category_count ? (double)measure->category_counts[k] / n : NAN;
                double error = part > 0 && part < 1 ? sqrt(part * (1 - part) / n) : NAN;
                apsis_text_cell(&table, apsis_text_share(text, part, error < 0.0001 ? 0.0001 : error)); /* two decimals at most */
            }
        } else {
            apsis_text_cell(&table, apsis_text_number(text, measure->mean, decimals));
            for (size_t k = 0, used = 1; k < measure->percentile_count && used < figures; k++)
                if (shown[k]) apsis_text_cell(&table, apsis_text_number(text, measure->percentiles[k].value, whole ? 0 : decimals)), used++;
        }
        for (size_t k = 0; k < targets; k++) {
            const struct apsis_measured_target *target = &measure->targets[k];
            double error = (target->high - target->low) / 4;
            apsis_text_cell(&table, apsis_text_share(text, target->probability, error < 0.0001 ? 0.0001 : error));
        }
        if (conditional) apsis_text_cell(&table, apsis_text_share(text, (double)measure->valid / (double)measure->draws, 0.001));
    }
    apsis_buffer_text(out, "\n");
    apsis_report_title_text(output, page, out);
    apsis_buffer_text(out, "\n");
    apsis_text_table_print(&table, page, 2, 1, out);
    if (step > 1) {
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "every %zu%s of %zu %s, and the last; --all-periods shows all", step, ordinal(step), count, period_words(ir)), 2);
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
    }
    if (output->given_text && conditional) {
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_text(out, "  over the draws given ");
        apsis_text_wrap(out, page, output->given_text, 4);
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
    }
    apsis_arena_free(arena);
}
