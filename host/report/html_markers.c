/* html_markers.c - percentiles marked above a histogram or a distribution function. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

static const char *number_text(struct apsis_html *html, double value, int decimals, const struct apsis_quantity *quantity)
{
    char text[APSIS_TEXT_SIZE];
    apsis_html_minus(apsis_text_number(text, value * quantity->scale, decimals));
    return apsis_arena_printf(html->arena, "%s%s", text, !strcmp(quantity->unit, "%") ? "\u00a0%" : "");
}

void apsis_html_markers_find(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_report *report,
                             const struct apsis_quantity *quantity, double low, double high, struct apsis_html_markers *markers)
{
    unsigned char *shown = APSIS_NEW_ARRAY(html->arena, unsigned char, measure->percentile_count + 1);
    const char *first[APSIS_HTML_MARKERS] = {NULL}, *numbers[APSIS_HTML_MARKERS] = {NULL};
    char text[APSIS_TEXT_SIZE];
    int decimals = apsis_report_whole(measure) ? 0 : apsis_text_decimals((high - low) * quantity->scale / 100);
    memset(markers, 0, sizeof *markers);
    apsis_report_pick(measure, report, shown);
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *percentile = &measure->percentiles[i];
        if (!shown[i] || !(percentile->value >= low && percentile->value <= high)) continue;
        size_t at = markers->count;
        const char *number = number_text(html, percentile->value, decimals, quantity);
        apsis_report_percent(text, percentile->percent);
        if (at && !strcmp(numbers[at - 1], number)) { /* percentiles are in ascending order, and so are their values */
            markers->texts[at - 1] = apsis_arena_printf(html->arena, "%s\u2013%s\u00a0%s", first[at - 1], text, number);
            markers->shares[at - 1] = apsis_percent_value(percentile->percent) / 100;
            continue;
        }
        if (at == APSIS_HTML_MARKERS) break;
        first[at] = apsis_arena_printf(html->arena, "%s", text);
        numbers[at] = number;
        markers->texts[at] = apsis_arena_printf(html->arena, "%s\u00a0%s", text, number);
        markers->values[at] = percentile->value;
        markers->shares[at] = apsis_percent_value(percentile->percent) / 100;
        markers->flags[at].at = (percentile->value - low) / (high - low);
        markers->count++;
    }
    for (size_t i = 0; i < markers->count; i++) markers->flags[i].width = apsis_svg_text_width(markers->texts[i], APSIS_SVG_FONT);
    markers->rows = apsis_svg_place(markers->flags, markers->count, APSIS_SVG_NARROWEST);
}

double apsis_html_markers_room(const struct apsis_html_markers *markers) { return 8 + APSIS_HTML_MARKER_ROW * (double)markers->rows; }

void apsis_html_marker_draw(struct apsis_html *html, const struct apsis_html_markers *markers, size_t i, double y)
{
    const struct apsis_svg_flag *flag = &markers->flags[i];
    double x = 100 * flag->at, top = -6 - APSIS_HTML_MARKER_ROW * flag->row;
    apsis_html_line(html, "m", x, top - 8, x, y);
    apsis_html_label(html, x, flag->left ? -APSIS_SVG_FLAG_GAP : APSIS_SVG_FLAG_GAP, top, flag->left ? 'e' : 's', "p", markers->texts[i]);
}
