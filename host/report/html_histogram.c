/* html_histogram.c - how often an output takes which values, with its percentiles marked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

#define HEIGHT 170.0

/* "share of draws; 0.58 % below −$100B and 0.50 % above $640B not drawn" */
static const char *outside_words(struct apsis_html *html, const struct apsis_html_shape *shape, const struct apsis_quantity *quantity)
{
    char share[2][APSIS_TEXT_SIZE];
    const char *below = NULL, *above = NULL;
    if (shape->below > 0.0005) below = apsis_arena_printf(html->arena, "%s below %s", apsis_text_share(share[0], shape->below, 0.001), apsis_html_amount(html, shape->low, quantity));
    if (shape->above > 0.0005) above = apsis_arena_printf(html->arena, "%s above %s", apsis_text_share(share[1], shape->above, 0.001), apsis_html_amount(html, shape->high, quantity));
    if (!below && !above) return "share of draws";
    return apsis_arena_printf(html->arena, "share of draws; %s%s%s not drawn", below ? below : "", below && above ? " and " : "", above ? above : "");
}

/* A row for each whole number. */
static void put_values(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_html_shape *shape)
{
    static const char *const heads[] = {"Value", "Draws", "Share"};
    char text[APSIS_TEXT_SIZE];
    double n = (double)measure->valid;
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Histogram of %s", quantity->name), "rrr", heads);
    for (size_t i = 0; i < shape->count; i++) {
        const struct apsis_html_step *bar = &shape->bars[i];
        apsis_html_row(html);
        apsis_html_cell(html, apsis_text_figures(text, (bar->from + bar->to) / 2 * quantity->scale, 12));
        apsis_html_cell(html, apsis_text_count(text, (uint64_t)(bar->share * n + 0.5)));
        apsis_html_cell(html, apsis_text_share(text, bar->share, 0.0005));
    }
    apsis_html_figure_end(html);
}

static void put_data(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    static const char *const heads[] = {"From", "To", "Draws", "Share"};
    size_t count = measure->histogram_count;
    char text[APSIS_TEXT_SIZE];
    double n = (double)measure->valid, wide = measure->histogram_edges[2] - measure->histogram_edges[1];
    int decimals = apsis_text_decimals(wide * quantity->scale / 4); /* edges are round; the least and the largest value are not */
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Histogram of %s", quantity->name), "rrrr", heads);
    for (size_t i = 0; i < count; i++) {
        double ends[2] = {i ? measure->histogram_edges[i] : fmin(measure->min, measure->histogram_edges[0]),
                          i + 1 < count ? measure->histogram_edges[i + 1] : fmax(measure->max, measure->histogram_edges[count])};
        apsis_html_row(html);
        for (size_t k = 0; k < 2; k++) {
            apsis_text_figures(text, ends[k] * quantity->scale, 12);
            if (strlen(text) > 9) apsis_text_number(text, ends[k] * quantity->scale, decimals);
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
    struct apsis_html_shape shape;
    struct apsis_html_markers markers;
    double most = 0;
    if (!apsis_html_shape_find(html, measure, &shape)) return;
    for (size_t i = 0; i < shape.count; i++) most = fmax(most, shape.bars[i].height);
    if (!(most > 0)) return;
    apsis_html_markers_find(html, measure, report, quantity, shape.low, shape.high, &markers);
    struct apsis_svg_ticks ticks = apsis_svg_ticks(0, 100 * most, 5);
    struct apsis_html_figure figure = {
        .title = "How often which value", .subject = quantity->name, .note = outside_words(html, &shape, quantity), .description = description(html, measure, quantity, &markers),
        .height = HEIGHT, .left = apsis_html_axis_room(&ticks, "%"), .right = 20, .top = apsis_html_markers_room(&markers), .bottom = 26,
    };
    apsis_html_figure(html, &figure);
    apsis_html_axis_y(html, 0, 100 * most, HEIGHT, &ticks, "%");
    apsis_html_raw(html, "<g class=\"bar\">");
    for (size_t i = 0; i < shape.count; i++) {
        const struct apsis_html_step *bar = &shape.bars[i];
        if (!(bar->height > 0)) continue;
        double top = HEIGHT * (1 - bar->height / most), span = shape.high - shape.low;
        put_bar(html, (bar->from - shape.low) / span, (bar->to - shape.low) / span, top > HEIGHT - 0.75 ? HEIGHT - 0.75 : top); /* what is there is seen */
    }
    apsis_html_raw(html, "</g>");
    apsis_html_axis_x(html, shape.low * quantity->scale, shape.high * quantity->scale, HEIGHT, quantity->unit);
    for (size_t i = 0; i < markers.count; i++) apsis_html_marker_draw(html, &markers, i, HEIGHT);
    if (shape.whole) put_values(html, measure, quantity, &shape);
    else put_data(html, measure, quantity);
}
