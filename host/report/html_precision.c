/* html_precision.c - how exact the figures of a run are, and whether more draws would change them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

#define MOVE 0.9486832980505138 /* sqrt(1 - 1/10): N draws are a tenth of 10 N, so the new figure moves by this much of the old error */

static const struct apsis_measured_percentile *percentile(const struct apsis_measure *measure, double percent)
{
    for (size_t i = 0; i < measure->percentile_count; i++)
        if (apsis_percent_value(measure->percentiles[i].percent) == percent && !isnan(measure->percentiles[i].value)) return &measure->percentiles[i];
    return NULL;
}

/* What ten times the draws would change. */
struct move {
    const char *what;   /* "the 5th percentile" */
    double half;        /* of its 95 % interval */
    const char *change; /* beside the spread of the output: "none", "little", "some"; "" where nothing is known */
};

static struct move find_move(const struct apsis_measure *measure)
{
    const struct apsis_measured_percentile *low = percentile(measure, 5), *middle = percentile(measure, 50), *high = percentile(measure, 95), *told = low ? low : middle;
    struct move move = {low ? "the 5th percentile" : middle ? "the median" : "the mean", told ? apsis_report_half(told) : 1.959963984540054 * measure->mean_se, ""};
    double spread = low && high ? high->value - low->value : 3.29 * measure->sd, part = move.half / spread;
    if (measure->min == measure->max) return (struct move){"no figure", 0, "none"};
    if (!(spread > 0)) spread = measure->max - measure->min;
    if (spread > 0 && move.half >= 0) move.change = part < 0.02 ? "none" : part < 0.08 ? "little" : "some";
    return move;
}

const char *apsis_html_more_draws(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    const struct move move = find_move(measure);
    const char *words = !strcmp(move.change, "none") ? "More draws would not change it" : !strcmp(move.change, "little") ? "More draws would change it little" : "More draws would sharpen it";
    if (!*move.change) return "Too few draws to say how exact this is: run more.";
    if (move.half == 0) return apsis_arena_printf(html->arena, "%s: %s stays where it is, on one of few values.", words, move.what);
    int decimals = apsis_text_decimals(move.half * quantity->scale);
    return apsis_arena_printf(html->arena, "%s: ten times the draws would move %s by about \u00b1\u2060%s.", words, move.what, apsis_html_amount_to(html, MOVE * move.half, decimals, quantity));
}

void apsis_html_precision(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    static const char *const heads[] = {"Output", "Unit", "Mean", "P5", "P50", "P95", "Ten times the draws would move", "Change to the picture"};
    int open = 0;
    char text[APSIS_TEXT_SIZE];
    (void)report;
    apsis_html_raw(html, "<p>The figures come from a finite number of draws. Half the width of a 95 % interval says how far each may be from what infinitely many draws would give. "
                         "It is no statement about the assumptions: those are as good as their sources.</p>\n");
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        if (measure->period >= 0 || output->categories) continue;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        if (!open++) apsis_html_table(html, "Sampling error: half the width of 95 % intervals.", 0, "llrrrrll", heads);
        apsis_html_row(html);
        apsis_html_row_head(html, apsis_html_capital(html, quantity.name));
        apsis_html_cell_unit(html, quantity.unit);
        double halves[4] = {1.959963984540054 * measure->mean_se, NAN, NAN, NAN};
        for (int k = 1; k < 4; k++) {
            const struct apsis_measured_percentile *p = percentile(measure, k == 1 ? 5 : k == 2 ? 50 : 95);
            halves[k] = p ? apsis_report_half(p) : NAN;
        }
        for (int k = 0; k < 4; k++) {
            double half = halves[k] * quantity.scale;
            apsis_html_cell(html, isnan(half) ? "" : apsis_arena_printf(html->arena, "\u00b1%s", half == 0 ? "0" : apsis_text_number(text, half, apsis_text_decimals(half))));
        }
        const struct move move = find_move(measure);
        double moved = MOVE * move.half * quantity.scale;
        apsis_html_cell_text(html, !*move.change ? "" : apsis_arena_printf(html->arena, "%s by %s%s", move.what, moved > 0 ? "\u00b1\u2060" : "", moved > 0 ? apsis_html_amount_to(html, MOVE * move.half, apsis_text_decimals(moved), &quantity) : "nothing"));
        apsis_html_cell_text(html, *move.change ? move.change : "too few draws to say");
    }
    if (open) apsis_html_table_end(html);
}
