/* html_cdf.c - the chance that an output stays below each value, with its percentiles marked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "host/report/html.h"

#define HEIGHT 170.0

struct point {
    double value, share;
};

static int by_value(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    return p->value != q->value ? (p->value > q->value) - (p->value < q->value) : (p->share > q->share) - (p->share < q->share);
}

/* What is known exactly: at the edges of the bins, and at the percentiles; steps where values are whole. */
static size_t find_points(const struct apsis_measure *measure, const struct apsis_html_shape *shape, struct point *points)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->count; i++) {
        const struct apsis_html_step *bar = &shape->bars[i];
        double middle = (bar->from + bar->to) / 2;
        if (shape->whole && i == 0) points[count++] = (struct point){shape->low, bar->before};
        points[count++] = (struct point){shape->whole ? middle : bar->from, bar->before};
        if (shape->whole) points[count++] = (struct point){middle, bar->before + bar->share};
        if (i + 1 == shape->count) points[count++] = (struct point){shape->high, bar->before + bar->share};
    }
    for (size_t i = 0; i < measure->percentile_count && !shape->whole; i++) {
        double value = measure->percentiles[i].value;
        if (value >= shape->low && value <= shape->high) points[count++] = (struct point){value, apsis_percent_value(measure->percentiles[i].percent) / 100};
    }
    qsort(points, count, sizeof *points, by_value);
    for (size_t i = 1; i < count; i++) /* at a value that many draws have, a bin's edge may say less than a percentile before it */
        if (points[i].share < points[i - 1].share) points[i].share = points[i - 1].share;
    return count;
}

static void put_data(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    static const char *const heads[] = {"Percentile", "Value", "95 % from", "to", "Draw"};
    char text[APSIS_TEXT_SIZE];
    int decimals = apsis_report_whole(measure) ? 0 : apsis_html_decimals(apsis_report_decimals(measure), quantity);
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Percentiles of %s", quantity->name), "lrrrr", heads);
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &measure->percentiles[i];
        apsis_html_row(html);
        apsis_html_row_head(html, apsis_report_percent(text, p->percent));
        double values[3] = {p->value, p->low, p->high};
        for (int k = 0; k < 3; k++) apsis_html_cell(html, isnan(values[k]) ? "none" : apsis_text_number(text, values[k] * quantity->scale, decimals));
        apsis_html_cell(html, p->draw == APSIS_NO_DRAW ? "" : apsis_arena_printf(html->arena, "%" PRIu64, p->draw));
    }
    apsis_html_figure_end(html);
}

void apsis_html_cdf(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_report *report)
{
    struct apsis_html_shape shape;
    struct apsis_html_markers markers;
    if (measure->percentile_count == 0 || !apsis_html_shape_find(html, measure, &shape)) return;
    struct point *points = APSIS_NEW_ARRAY(html->arena, struct point, 2 * shape.count + 2 + measure->percentile_count);
    size_t point_count = find_points(measure, &shape, points);
    apsis_html_markers_find(html, measure, report, quantity, shape.low, shape.high, &markers);
    struct apsis_svg_ticks ticks = {0, 25, 5, 0};
    struct apsis_buffer words = {0};
    for (size_t i = 0; i < markers.count; i++)
        apsis_buffer_printf(&words, "%s%.12g in 100 draws are at most %s", i ? ", " : "", 100 * markers.shares[i], apsis_html_amount(html, markers.values[i], quantity));
    struct apsis_html_figure figure = {
        .title = "Chance to stay at or below", .subject = quantity->name, .note = "share of draws; dots mark percentiles", .description = apsis_arena_printf(html->arena, "Distribution function. %s.", words.text ? words.text : ""),
        .height = HEIGHT, .left = apsis_html_axis_room(&ticks, "%"), .right = 20, .top = apsis_html_markers_room(&markers), .bottom = 26,
    };
    apsis_buffer_free(&words);
    apsis_html_figure(html, &figure);
    apsis_html_axis_y(html, 0, 100, HEIGHT, &ticks, "%");
    apsis_html_canvas(html, HEIGHT);
    apsis_html_raw(html, "<path class=\"l\" d=\"");
    for (size_t i = 0; i < point_count; i++)
        apsis_html_printf(html, "%s%.0f %.0f", i == 0 ? "M" : i == 1 ? "L" : " ", 1000 * (points[i].value - shape.low) / (shape.high - shape.low), 1000 * (1 - points[i].share));
    apsis_html_raw(html, "\"/></svg>");
    apsis_html_axis_x(html, shape.low * quantity->scale, shape.high * quantity->scale, HEIGHT, quantity->unit);
    for (size_t i = 0; i < markers.count; i++) {
        double y = HEIGHT * (1 - markers.shares[i]);
        apsis_html_marker_draw(html, &markers, i, y);
        apsis_html_raw(html, "<circle class=\"dot\" cx=\"");
        apsis_svg_number(html->out, 100 * markers.flags[i].at);
        apsis_html_raw(html, "%\" cy=\"");
        apsis_svg_number(html->out, y);
        apsis_html_raw(html, "\" r=\"4\"/>");
    }
    put_data(html, measure, quantity);
}
