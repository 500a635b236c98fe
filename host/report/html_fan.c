/* html_fan.c - a series output over time: bands between its percentiles and the median. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

#define HEIGHT 210.0
#define LABEL 14.0 /* pixels between labels at the right */

/* Which percentiles make the picture; numbers of measure->percentiles, or SIZE_MAX. */
struct lines {
    size_t outer[2], inner[2], middle;
};

static size_t find_percentile(const struct apsis_measure *measure, double percent)
{
    for (size_t i = 0; i < measure->percentile_count; i++)
        if (apsis_percent_value(measure->percentiles[i].percent) == percent) return i;
    return SIZE_MAX;
}

static struct lines choose(const struct apsis_measure *measure)
{
    size_t n = measure->percentile_count;
    struct lines lines = {{find_percentile(measure, 5), find_percentile(measure, 95)}, {find_percentile(measure, 25), find_percentile(measure, 75)}, find_percentile(measure, 50)};
    if (lines.outer[0] == SIZE_MAX || lines.outer[1] == SIZE_MAX) lines.outer[0] = n > 1 ? 0 : SIZE_MAX, lines.outer[1] = n > 1 ? n - 1 : SIZE_MAX;
    if (lines.inner[0] == SIZE_MAX || lines.inner[1] == SIZE_MAX) lines.inner[0] = lines.inner[1] = SIZE_MAX;
    return lines;
}

static double at(const struct apsis_measure *measure, size_t percentile)
{
    return percentile == SIZE_MAX ? measure->mean : percentile < measure->percentile_count ? measure->percentiles[percentile].value : NAN;
}

struct scale {
    double low, high;
    size_t count;
};

static void put_point(struct apsis_html *html, const struct scale *scale, size_t t, double value, int first)
{
    double x = scale->count > 1 ? 1000 * (double)t / (double)(scale->count - 1) : 500;
    apsis_html_printf(html, "%s%.0f %.0f", first ? "M" : "L", x, 1000 * (scale->high - value) / (scale->high - scale->low));
}

/* A line, or a band between two, broken where a period has no valid draw. */
static void put_path(struct apsis_html *html, const struct scale *scale, const struct apsis_measure *measures, const char *class, size_t low, size_t high)
{
    apsis_html_printf(html, "<path class=\"%s\" d=\"", class);
    for (size_t begin = 0, end; begin < scale->count; begin = end + 1) {
        for (end = begin; end < scale->count && isfinite(at(&measures[end], low)) && isfinite(at(&measures[end], high)); end++) put_point(html, scale, end, at(&measures[end], high), end == begin);
        if (low == high || end == begin) continue;
        for (size_t t = end; t-- > begin;) put_point(html, scale, t, at(&measures[t], low), 0);
        apsis_html_raw(html, "Z");
    }
    apsis_html_raw(html, "\"/>");
}

static int label_decimals(double low, double high)
{
    int decimals = apsis_text_decimals((high - low) / 30);
    return decimals < 0 ? 0 : decimals;
}

/* The names and last values of the lines at the right, moved apart. */
static double put_labels(struct apsis_html *html, const struct scale *scale, const struct apsis_measure *measures, const struct lines *lines,
                         double multiply, int draw)
{
    const struct apsis_measure *last = NULL;
    size_t which[5] = {lines->outer[1], lines->inner[1], lines->middle, lines->inner[0], lines->outer[0]}, count = 0;
    double y[5], true_y[5], ends[5], widest = 0;
    int bold[5];
    const char *texts[5], *highest[5];
    char number[APSIS_TEXT_SIZE], percent[APSIS_TEXT_SIZE];
    for (size_t t = 0; t < scale->count; t++)
        if (isfinite(at(&measures[t], lines->middle))) last = &measures[t];
    if (!last) return 20;
    int decimals = label_decimals(scale->low * multiply, scale->high * multiply);
    for (size_t i = 0; i < 5; i++) {
        if ((which[i] == SIZE_MAX && i != 2) || !isfinite(at(last, which[i]))) continue;
        double value = at(last, which[i]);
        if (which[i] == SIZE_MAX) strcpy(percent, "mean");
        else apsis_report_percent(percent, last->percentiles[which[i]].percent);
        apsis_html_minus(apsis_text_number(number, value * multiply, decimals));
        if (count && which[i] != SIZE_MAX && value == ends[count - 1]) { /* lines that end in one point have one label */
            texts[count - 1] = apsis_arena_printf(html->arena, "%s\u2013%s\u00a0%s", percent, highest[count - 1], number);
            widest = fmax(widest, apsis_svg_text_width(texts[count - 1], APSIS_SVG_FONT));
            bold[count - 1] |= i == 2;
            continue;
        }
        ends[count] = value;
        bold[count] = i == 2;
        highest[count] = apsis_arena_printf(html->arena, "%s", percent);
        texts[count] = apsis_arena_printf(html->arena, "%s\u00a0%s", percent, number);
        true_y[count] = y[count] = HEIGHT * (scale->high - value) / (scale->high - scale->low);
        widest = fmax(widest, apsis_svg_text_width(texts[count++], APSIS_SVG_FONT));
    }
    if (!draw) return widest + 18;
    apsis_svg_spread(y, count, LABEL, 0, HEIGHT);
    apsis_html_raw(html, "<svg x=\"100%\" overflow=\"visible\"><path class=\"e\" d=\"");
    for (size_t i = 0; i < count; i++) {
        apsis_html_raw(html, "M2 ");
        apsis_svg_number(html->out, true_y[i]);
        apsis_html_raw(html, "L10 ");
        apsis_svg_number(html->out, y[i]);
    }
    apsis_html_raw(html, "\"/></svg>");
    for (size_t i = 0; i < count; i++) apsis_html_label(html, 100, 13, y[i] + 4, 's', bold[i] ? "p b" : "p t", texts[i]);
    return widest + 18;
}

static void put_data(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measures, size_t count, const struct apsis_quantity *quantity)
{
    const struct apsis_measure *first = &measures[0];
    size_t targets = first->target_count < 6 ? first->target_count : 6, used = 0;
    char columns[40] = "l", text[APSIS_TEXT_SIZE], label[16];
    const char *heads[40];
    int partial = 0, whole = 1, decimals;
    double finest = NAN;
    for (size_t t = 0; t < count; t++) {
        partial |= measures[t].valid < measures[t].draws;
        whole &= apsis_report_whole(&measures[t]);
        if (measures[t].mean_se > 0 && !(measures[t].mean_se <= finest)) finest = measures[t].mean_se;
    }
    decimals = apsis_text_decimals(finest * quantity->scale);
    heads[used++] = "Period";
    heads[used++] = "Mean";
    size_t percentiles = first->percentile_count < 25 ? first->percentile_count : 25;
    for (size_t i = 0; i < percentiles; i++) heads[used++] = apsis_arena_printf(html->arena, "%s", apsis_report_percent(text, first->percentiles[i].percent));
    for (size_t i = 0; i < targets; i++) heads[used++] = apsis_arena_printf(html->arena, "P(> %s)", apsis_text_number(text, first->targets[i].above, -1));
    if (partial) heads[used++] = "Of draws";
    memset(columns + 1, 'r', used - 1);
    columns[used] = 0;
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "%s by period%s%s", apsis_html_capital(html, quantity->name), *quantity->unit ? ", " : "", quantity->unit), columns, heads);
    for (size_t t = 0; t < count; t++) {
        apsis_html_row(html);
        apsis_html_row_head(html, apsis_period_label(result->ir, measures[t].period, label));
        apsis_html_cell(html, apsis_text_number(text, measures[t].mean * quantity->scale, decimals));
        for (size_t i = 0; i < percentiles; i++) apsis_html_cell(html, apsis_text_number(text, measures[t].percentiles[i].value * quantity->scale, whole ? 0 : decimals));
        for (size_t i = 0; i < targets; i++) apsis_html_cell(html, apsis_text_share(text, measures[t].targets[i].probability, 0.0005));
        if (partial) apsis_html_cell(html, apsis_text_share(text, (double)measures[t].valid / (double)measures[t].draws, 0.001));
    }
    apsis_html_figure_end(html);
}

void apsis_html_fan(struct apsis_html *html, const struct apsis_result *result, size_t first, size_t count, const struct apsis_report *report)
{
    (void)report;
    const struct apsis_measure *measures = &result->measures[first];
    struct apsis_quantity quantity = apsis_html_quantity(html, result, &measures[0]);
    struct lines lines = choose(&measures[0]);
    size_t all[5] = {lines.outer[0], lines.outer[1], lines.inner[0], lines.inner[1], lines.middle};
    double low = INFINITY, high = -INFINITY;
    for (size_t t = 0; t < count; t++)
        for (int k = 0; k < 5; k++) {
            double value = all[k] == SIZE_MAX && k != 4 ? NAN : at(&measures[t], all[k]) * quantity.scale;
            if (isfinite(value)) low = fmin(low, value), high = fmax(high, value);
        }
    if (!(high >= low)) return;
    if (low > 0 && low < 0.4 * high) low = 0;
    if (high < 0 && high > 0.4 * low) high = 0;
    if (high == low) low = fmin(low, 0), high = high > low ? high : low + 1;
    struct apsis_svg_ticks ticks = apsis_svg_ticks(low, high, 6);
    struct scale scale = {low / quantity.scale, high / quantity.scale, count};
    char from[16], to[16], band[2][APSIS_TEXT_SIZE], top[2][APSIS_TEXT_SIZE];
    const struct apsis_measure *last = &measures[count - 1];
    apsis_period_label(result->ir, measures[0].period, from);
    apsis_period_label(result->ir, last->period, to);
    const char *note = "no percentiles were asked for: the mean";
    if (lines.outer[0] != SIZE_MAX) {
        apsis_report_percent(band[0], measures[0].percentiles[lines.outer[0]].percent);
        apsis_report_percent(top[0], measures[0].percentiles[lines.outer[1]].percent);
        if (lines.inner[0] != SIZE_MAX) apsis_report_percent(band[1], measures[0].percentiles[lines.inner[0]].percent);
        if (lines.inner[0] != SIZE_MAX) apsis_report_percent(top[1], measures[0].percentiles[lines.inner[1]].percent);
        note = apsis_arena_printf(html->arena, "%s%sbands: %s\u2013%s%s%s%s%s; line: the %s", quantity.unit, *quantity.unit ? " \u00b7 " : "", band[0], top[0], lines.inner[0] == SIZE_MAX ? "" : " and ",
                                  lines.inner[0] == SIZE_MAX ? "" : band[1], lines.inner[0] == SIZE_MAX ? "" : "\u2013", lines.inner[0] == SIZE_MAX ? "" : top[1],
                                  lines.middle == SIZE_MAX ? "mean" : "median");
    }
    const char *description = apsis_arena_printf(
        html->arena, "From %s to %s. The %s goes from %s to %s%s%s%s%s.", from, to, lines.middle == SIZE_MAX ? "mean" : "median", apsis_html_amount(html, at(&measures[0], lines.middle), &quantity),
        apsis_html_amount(html, at(last, lines.middle), &quantity), lines.outer[0] == SIZE_MAX ? "" : "; in the last period the outer band reaches from ",
        lines.outer[0] == SIZE_MAX ? "" : apsis_html_amount(html, at(last, lines.outer[0]), &quantity), lines.outer[0] == SIZE_MAX ? "" : " to ",
        lines.outer[0] == SIZE_MAX ? "" : apsis_html_amount(html, at(last, lines.outer[1]), &quantity));
    struct apsis_html_figure figure = {
        .title = apsis_html_capital(html, quantity.name), .note = note, .description = description, .height = HEIGHT, .left = apsis_html_axis_room(&ticks, quantity.unit),
        .right = put_labels(html, &scale, measures, &lines, quantity.scale, 0), .top = 10, .bottom = 26,
    };
    apsis_html_figure(html, &figure);
    apsis_html_axis_y(html, low, high, HEIGHT, &ticks, quantity.unit);
    apsis_html_canvas(html, HEIGHT);
    if (lines.outer[0] != SIZE_MAX) put_path(html, &scale, measures, "o", lines.outer[0], lines.outer[1]);
    if (lines.inner[0] != SIZE_MAX) put_path(html, &scale, measures, "i", lines.inner[0], lines.inner[1]);
    put_path(html, &scale, measures, "l", lines.middle, lines.middle);
    apsis_html_raw(html, "</svg>");
    apsis_html_axis_periods(html, result->ir, measures[0].period, count, 0, HEIGHT);
    put_labels(html, &scale, measures, &lines, quantity.scale, 1);
    put_data(html, result, measures, count, &quantity);
}
