/* html_spans.c - horizontal bars from one level to another, each below its name and its figure: changes to both sides, waterfalls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html.h"

void apsis_html_row_words(struct apsis_html *html, double y, const char *name, const char *more, const char *text)
{
    double taken = apsis_svg_text_width(text, APSIS_SVG_FONT) + 12;
    const char *narrow = apsis_html_fit(html, name, APSIS_HTML_SPAN_NARROW - taken);
    const char *wide = apsis_html_fit(html, more ? apsis_arena_printf(html->arena, "%s: %s", name, more) : name, APSIS_HTML_SPAN_WIDE - taken);
    int same = narrow == wide; /* neither was cut, and there is no more to say */
    apsis_html_label(html, 0, 0, y + 13, 's', same ? "b" : "b vn", narrow);
    if (!same) apsis_html_label(html, 0, 0, y + 13, 's', "b v", wide);
    apsis_html_label(html, 100, 0, y + 13, 'e', "t", text);
}

void apsis_html_rect(struct apsis_html *html, const char *class, double x1, double x2, double y, double height)
{
    apsis_html_printf(html, "<rect class=\"%s\" x=\"", class);
    apsis_svg_number(html->out, fmin(x1, x2));
    apsis_html_printf(html, "%%\" y=\"%.0f\" width=\"", y);
    apsis_svg_number(html->out, fabs(x2 - x1));
    apsis_html_printf(html, "%%\" height=\"%.0f\"/>", height);
}

void apsis_html_spans_range(const struct apsis_html_span *spans, size_t count, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        const double ends[] = {spans[i].from, spans[i].to, spans[i].low, spans[i].high};
        for (size_t k = 0; k < 4; k++)
            if (isfinite(ends[k])) *low = fmin(*low, ends[k]), *high = fmax(*high, ends[k]);
    }
    if (!isfinite(*low)) *low = 0, *high = 1;
    if (!(*high > *low)) *high = *low + (*low != 0 ? fabs(*low) : 1);
    double room = 0.02 * (*high - *low);
    if (*low != 0) *low -= room;
    if (*high != 0) *high += room;
}

double apsis_html_spans_side(double low, double high, const char *unit)
{
    struct apsis_svg_ticks ticks = apsis_svg_ticks(low, high, 10);
    return fmax(4, apsis_html_axis_room(&ticks, unit) / 2);
}

void apsis_html_spans(struct apsis_html *html, const struct apsis_html_span *spans, size_t count, double low, double high)
{
    double scale = 100 / (high - low);
    if (low < 0 && high > 0) apsis_html_line(html, "a", -low * scale, 0, -low * scale, APSIS_HTML_SPAN_ROW * (double)count);
    for (size_t i = 0; i < count; i++) {
        const struct apsis_html_span *span = &spans[i];
        double y = APSIS_HTML_SPAN_ROW * (double)i, from = (span->from - low) * scale, to = (span->to - low) * scale;
        if (isfinite(from) && isfinite(to)) {
            if (span->joined && i) apsis_html_line(html, "m", from, y - 7, from, y + 19);
            apsis_html_rect(html, span->class, from, to, y + 19, 14);
            if (from == to) apsis_html_line(html, "q", from, y + 19, from, y + 33);
            if (isfinite(span->low) && isfinite(span->high) && span->high > span->low) {
                double begin = (span->low - low) * scale, end = (span->high - low) * scale;
                apsis_html_line(html, "q", begin, y + 26, end, y + 26);
                apsis_html_line(html, "q", begin, y + 22, begin, y + 30);
                apsis_html_line(html, "q", end, y + 22, end, y + 30);
            }
        }
        apsis_html_row_words(html, y, span->name, span->more, span->text);
    }
}
