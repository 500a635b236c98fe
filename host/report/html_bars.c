/* html_bars.c - horizontal bars from a common zero, each with its name on the left and its figure on the right. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html.h"

#define MOST_NAME 150.0 /* pixels: a phone keeps as much for the bars */

double apsis_html_bars_left(const struct apsis_html_bar *bars, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, apsis_svg_text_width(bars[i].name, APSIS_SVG_FONT));
    return fmin(most, MOST_NAME) + 10;
}

double apsis_html_bars_right(const struct apsis_html_bar *bars, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) most = fmax(most, apsis_svg_text_width(bars[i].text, APSIS_SVG_FONT));
    return most + 10;
}

void apsis_html_bars(struct apsis_html *html, const struct apsis_html_bar *bars, size_t count)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < count; i++) low = fmin(low, bars[i].value), high = fmax(high, bars[i].value);
    if (!(high > low)) high = low + 1;
    double zero = -low / (high - low);
    for (size_t i = 0; i < count; i++) {
        double end = (bars[i].value - low) / (high - low), from = fmin(zero, end), width = fabs(end - zero), y = APSIS_HTML_BAR_ROW * (double)i;
        apsis_html_label(html, 0, -8, y + 16, 'e', NULL, apsis_html_fit(html, bars[i].name, MOST_NAME));
        apsis_html_printf(html, "<rect class=\"%s\" x=\"", bars[i].class);
        apsis_svg_number(html->out, 100 * from);
        apsis_html_printf(html, "%%\" y=\"%.0f\" width=\"", y + 4);
        apsis_svg_number(html->out, 100 * width);
        apsis_html_printf(html, "%%\" height=\"%.0f\"/>", APSIS_HTML_BAR_ROW - 8);
        apsis_html_label(html, 100, apsis_html_bars_right(bars, count) - 2, y + 16, 'e', "t", bars[i].text);
    }
    apsis_html_line(html, "a", 100 * zero, 0, 100 * zero, APSIS_HTML_BAR_ROW * (double)count);
}
