/* html_stress_charts.c - the cells of a stress side by side: the range of each, and what each changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html_stress.h"

#define LIST_MOST 12 /* rows that a description tells; the table has all */

struct range {
    double low, high;         /* of the bar */
    double inner_low, inner_high, middle; /* NaN: not asked for */
};

/* The pair of percentiles furthest out, up to P5 and P95 where they are there. */
static struct range range_of(const struct apsis_measure *m)
{
    struct range r = {apsis_html_percentile(m, 5), apsis_html_percentile(m, 95), apsis_html_percentile(m, 25), apsis_html_percentile(m, 75), apsis_html_percentile(m, 50)};
    if (!(r.low <= r.high)) r.low = apsis_html_percentile(m, 10), r.high = apsis_html_percentile(m, 90);
    return r;
}

static void reach(double value, double *low, double *high)
{
    if (isfinite(value)) *low = fmin(*low, value), *high = fmax(*high, value);
}

static void put_circle(struct apsis_html *html, double x, double y)
{
    apsis_html_raw(html, "<circle class=\"z\" cx=\"");
    apsis_svg_number(html->out, x);
    apsis_html_printf(html, "%%\" cy=\"%.0f\" r=\"4\"/>", y);
}

static const char *title_of(const struct apsis_html_stress *s, size_t cell) { return s->report->list->titles[cell]; }

void apsis_html_stress_ranges(const struct apsis_html_stress *s, size_t places)
{
    struct apsis_html *html = s->html;
    size_t row = s->stress->of, rows = 0;
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
    const struct apsis_measure *base = apsis_html_stress_measure(s, 0, row);
    struct apsis_buffer words = {0};
    double low = INFINITY, high = -INFINITY;
    for (size_t place = 0; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
        if (!m || m->valid == 0) continue;
        struct range r = range_of(m);
        reach(r.low, &low, &high), reach(r.high, &low, &high), reach(m->mean, &low, &high), reach(r.middle, &low, &high);
        if (rows++ < LIST_MOST) {
            apsis_buffer_printf(&words, " %s: mean %s", apsis_html_stress_name(s, cell), apsis_html_amount(html, m->mean, &quantity));
            if (r.low <= r.high) apsis_buffer_printf(&words, ", %s to %s", apsis_html_amount(html, r.low, &quantity), apsis_html_amount(html, r.high, &quantity));
            apsis_buffer_text(&words, ".");
        }
    }
    if (!isfinite(low)) return;
    if (!(high > low)) high = low + (low != 0 ? fabs(low) : 1);
    double room = 0.02 * (high - low), scale;
    low = (low - room) * quantity.scale, high = (high + room) * quantity.scale;
    scale = 100 / (high - low);
    double height = APSIS_HTML_SPAN_ROW * (double)rows;
    double side = apsis_html_spans_side(low, high, quantity.unit);
    struct apsis_html_figure figure = {.title = "The range of each, the worst first", .subject = quantity.name,
                                       .note = "Bar: P5 to P95. Box: P25 to P75. Upright line: median. Dot: mean. Dashed: the median of the base.",
                                       .description = apsis_arena_printf(html->arena, "One row for the base and for each case, the worst first.%s", words.text ? words.text : ""),
                                       .height = height, .left = side, .right = side, .top = 4, .bottom = 24};
    apsis_buffer_free(&words);
    apsis_html_figure(html, &figure);
    struct range first = base ? range_of(base) : (struct range){NAN, NAN, NAN, NAN, NAN};
    double mark = isfinite(first.middle) ? first.middle : base ? base->mean : NAN;
    if (isfinite(mark)) apsis_html_line(html, "m", (mark * quantity.scale - low) * scale, 0, (mark * quantity.scale - low) * scale, height);
    double y = 0;
    for (size_t place = 0; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
        if (!m || m->valid == 0) continue;
        struct range r = range_of(m);
        double k = quantity.scale * scale, shift = -low * scale;
        if (r.low <= r.high) apsis_html_rect(html, "o", r.low * k + shift, r.high * k + shift, y + 23, 6);
        if (r.inner_low <= r.inner_high) apsis_html_rect(html, "i", r.inner_low * k + shift, r.inner_high * k + shift, y + 19, 14);
        if (isfinite(r.middle)) apsis_html_line(html, "l", r.middle * k + shift, y + 18, r.middle * k + shift, y + 34);
        if (isfinite(m->mean)) put_circle(html, m->mean * k + shift, y + 26);
        const char *text = apsis_arena_printf(html->arena, "mean %s", apsis_html_amount(html, m->mean, &quantity));
        apsis_html_row_words(html, y, apsis_html_stress_name(s, cell), title_of(s, cell), text);
        y += APSIS_HTML_SPAN_ROW;
    }
    apsis_html_axis_x(html, low, high, height, quantity.unit);
    static const char *const heads[] = {"", "Mean", "P5", "P25", "P50", "P75", "P95"};
    static const double percents[] = {5, 25, 50, 75, 95};
    int decimals = apsis_html_decimals(base ? apsis_report_decimals(base) : -1, &quantity);
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Mean and percentiles of %s%s%s, the worst first", quantity.name, *quantity.unit ? ", " : "", quantity.unit), "lrrrrrr", heads);
    for (size_t place = 0; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
        char text[APSIS_TEXT_SIZE];
        apsis_html_row(html);
        apsis_html_row_head(html, apsis_html_stress_name(s, cell));
        for (int i = -1; i < 5; i++) {
            double value = !m || m->valid == 0 ? NAN : i < 0 ? m->mean : apsis_html_percentile(m, percents[i]);
            apsis_html_cell(html, isfinite(value) ? apsis_html_minus(apsis_text_number(text, value * quantity.scale, decimals)) : "none");
        }
    }
    apsis_html_figure_end(html);
}

void apsis_html_stress_changes(const struct apsis_html_stress *s, size_t places)
{
    struct apsis_html *html = s->html;
    size_t row = s->stress->of, count = 0;
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
    struct apsis_html_span *spans = APSIS_NEW_ARRAY(html->arena, struct apsis_html_span, places + 1);
    struct apsis_buffer words = {0};
    for (size_t place = 1; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_paired *d = apsis_html_stress_paired(s, cell, row);
        if (!d || !isfinite(d->mean.value)) continue;
        const char *text = d->same ? "the same" : apsis_html_change(html, d->mean.value, apsis_html_half(d->mean.value, d->mean.low, d->mean.high), -1, &quantity);
        int harm = s->more_is_worse ? d->mean.value > 0 : d->mean.value < 0;
        spans[count++] = (struct apsis_html_span){.name = apsis_html_stress_name(s, cell), .more = title_of(s, cell), .text = text, .class = harm ? "neg" : "bar", .from = 0,
                                                  .to = d->mean.value * quantity.scale, .low = d->same ? NAN : d->mean.low * quantity.scale, .high = d->mean.high * quantity.scale};
        if (count <= LIST_MOST) apsis_buffer_printf(&words, " %s: %s.", spans[count - 1].name, text);
    }
    if (count) {
        double low, high, height = APSIS_HTML_SPAN_ROW * (double)count;
        apsis_html_spans_range(spans, count, &low, &high);
        double side = apsis_html_spans_side(low, high, quantity.unit);
        struct apsis_html_figure figure = {.title = "What each changes at the mean", .subject = quantity.name,
                                           .note = "Bar: the mean less that of the base, on the same draws. Whisker: its 95 % interval.",
                                           .description = apsis_arena_printf(html->arena, "The change of the mean by each case%s%s, with half of its 95 %% interval.%s", *quantity.unit ? ", in " : "", quantity.unit, words.text),
                                           .height = height, .left = side, .right = side, .top = 4, .bottom = 24};
        apsis_html_figure(html, &figure);
        apsis_html_spans(html, spans, count, low, high);
        apsis_html_axis_x(html, low, high, height, quantity.unit);
        static const char *const heads[] = {"", "Change", "from", "to", "Lower in", "Higher in"};
        apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Change of the mean of %s%s%s, with its 95 %% interval", quantity.name, *quantity.unit ? ", " : "", quantity.unit), "lrrrrr", heads);
        for (size_t place = 1; place < places; place++) {
            size_t cell = apsis_stress_cell_at(s->stress, place);
            const struct apsis_paired *d = apsis_html_stress_paired(s, cell, row);
            char text[APSIS_TEXT_SIZE];
            if (!d || !isfinite(d->mean.value)) continue;
            double half = apsis_html_half(d->mean.value, d->mean.low, d->mean.high) * quantity.scale, values[] = {d->mean.value, d->mean.low, d->mean.high}, shares[] = {d->less, d->more};
            apsis_html_row(html);
            apsis_html_row_head(html, apsis_html_stress_name(s, cell));
            for (int i = 0; i < 3; i++) apsis_html_cell(html, isfinite(values[i]) ? apsis_html_minus(apsis_text_number(text, values[i] * quantity.scale, apsis_text_decimals(half))) : "none");
            for (int i = 0; i < 2; i++) apsis_html_cell(html, isfinite(shares[i]) ? apsis_text_share(text, shares[i], NAN) : "none");
        }
        apsis_html_figure_end(html);
    }
    apsis_buffer_free(&words);
}
