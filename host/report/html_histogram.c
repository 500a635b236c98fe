/* html_histogram.c - how often an output takes which values, with its percentiles marked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

#define HEIGHT 170.0

/* "1.0 % of the draws lie below −$100B and 0.6 % above $3,000B: not drawn" */
static const char *outside_words(struct apsis_html *html, const struct apsis_text_range *range, const struct apsis_quantity *quantity)
{
    char share[2][APSIS_TEXT_SIZE];
    const char *below = NULL, *above = NULL;
    if (range->below > 0.0005) below = apsis_arena_printf(html->arena, "%s lie below %s", apsis_text_share(share[0], range->below, 0.001), apsis_html_amount(html, range->low, quantity));
    if (range->above > 0.0005) above = apsis_arena_printf(html->arena, "%s above %s", apsis_text_share(share[1], range->above, 0.001), apsis_html_amount(html, range->high, quantity));
    if (!below && !above) return NULL;
    return apsis_arena_printf(html->arena, "%s%s%s of the draws, not drawn", below ? below : "", below && above ? ", " : "", above ? above : "");
}

static void put_data(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const double *edges)
{
    static const char *const heads[] = {"From", "To", "Draws", "Share"};
    char text[APSIS_TEXT_SIZE];
    double n = (double)measure->valid;
    int decimals = apsis_text_decimals((edges[2] - edges[1]) * quantity->scale / 4); /* edges are round; the first and the last are extremes */
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Histogram of %s", quantity->name), "rrrr", heads);
    for (size_t i = 0; i < measure->histogram_count; i++) {
        apsis_html_row(html);
        for (size_t k = i; k < i + 2; k++) {
            apsis_text_figures(text, edges[k] * quantity->scale, 12);
            if (strlen(text) > 9 || k == 0 || k == measure->histogram_count) apsis_text_number(text, edges[k] * quantity->scale, decimals);
            apsis_html_cell(html, text);
        }
        apsis_html_cell(html, apsis_text_count(text, measure->histogram_counts[i]));
        apsis_html_cell(html, apsis_text_share(text, (double)measure->histogram_counts[i] / n, 0.0005));
    }
    apsis_html_figure_end(html);
}

static void put_bar(struct apsis_html *html, double from, double to, double top)
{
    apsis_html_raw(html, "<rect x=\"");
    apsis_svg_number(html->out, 100 * from);
    apsis_html_raw(html, "%\" y=\"");
    apsis_svg_number(html->out, top);
    apsis_html_raw(html, "\" width=\"");
    apsis_svg_number(html->out, 100 * (to - from));
    apsis_html_raw(html, "%\" height=\"");
    apsis_svg_number(html->out, HEIGHT - top);
    apsis_html_raw(html, "\"/>");
}

/* "Most draws lie between 0 and 500; the 5th percentile is 21.6, the median 497, ..." for a reader who does not see it */
static const char *description(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_html_markers *markers)
{
    struct apsis_buffer out = {0};
    char text[APSIS_TEXT_SIZE];
    apsis_buffer_printf(&out, "Histogram of %s draws from %s to %s", apsis_text_count(text, measure->valid), apsis_html_amount(html, measure->min, quantity),
                        apsis_html_amount(html, measure->max, quantity));
    for (size_t i = 0; i < markers->count; i++) apsis_buffer_printf(&out, "%s%s", i ? ", " : ". Percentiles: ", markers->texts[i]);
    const char *copy = apsis_arena_printf(html->arena, "%s%s%s.", out.text, *quantity->unit ? ", in " : "", quantity->unit);
    apsis_buffer_free(&out);
    return copy;
}

void apsis_html_histogram(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_report *report)
{
    size_t count = measure->histogram_count;
    struct apsis_text_bins bins = {measure->histogram_edges, measure->histogram_counts, count, measure->min, measure->max};
    struct apsis_text_range range;
    struct apsis_html_markers markers;
    double *edges = APSIS_NEW_ARRAY(html->arena, double, count + 1), n = (double)measure->valid, most = 0;
    if (count == 0 || !apsis_text_bin_range(&bins, edges, &range)) return;
    double wide = edges[2] - edges[1]; /* of every bin but the open ones: heights are shares of the draws in that much width */
    for (size_t i = range.first; i <= range.last; i++) {
        double size = edges[i + 1] - edges[i], height = size > 0 ? (double)measure->histogram_counts[i] / n * wide / size : 0;
        if (size < wide / 2 && height > (double)measure->histogram_counts[i] / n) height = (double)measure->histogram_counts[i] / n;
        if (height > most) most = height;
    }
    apsis_html_markers_find(html, measure, report, quantity, range.low, range.high, &markers);
    struct apsis_svg_ticks ticks = apsis_svg_ticks(0, 100 * most, 5);
    struct apsis_html_figure figure = {
        .title = "How often which value", .note = outside_words(html, &range, quantity), .description = description(html, measure, quantity, &markers),
        .height = HEIGHT, .left = apsis_html_axis_room(&ticks, "%"), .right = 20, .top = apsis_html_markers_room(&markers), .bottom = 26,
    };
    apsis_html_figure(html, &figure);
    apsis_html_axis_y(html, 0, 100 * most, HEIGHT, &ticks, "%");
    apsis_html_raw(html, "<g class=\"bar\">");
    for (size_t i = range.first; i <= range.last; i++) {
        double size = edges[i + 1] - edges[i], height = (double)measure->histogram_counts[i] / n * (size > wide / 2 ? wide / size : 1);
        if (measure->histogram_counts[i] == 0 || !(size > 0)) continue;
        put_bar(html, (edges[i] - range.low) / (range.high - range.low), (edges[i + 1] - range.low) / (range.high - range.low), HEIGHT * (1 - height / most));
    }
    apsis_html_raw(html, "</g>");
    apsis_html_axis_x(html, range.low * quantity->scale, range.high * quantity->scale, HEIGHT, quantity->unit);
    for (size_t i = 0; i < markers.count; i++) apsis_html_marker_draw(html, &markers, i, HEIGHT);
    put_data(html, measure, quantity, edges);
}
