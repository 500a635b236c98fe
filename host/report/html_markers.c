/* html_markers.c - percentiles marked above a histogram or a distribution function. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

static char *short_number(char text[APSIS_TEXT_SIZE], double value, const struct apsis_quantity *quantity)
{
    apsis_html_minus(apsis_text_figures(text, value * quantity->scale, 3));
    if (!strcmp(quantity->unit, "%")) strcat(text, "\u00a0%");
    return text;
}

void apsis_html_markers_find(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_report *report,
                             const struct apsis_quantity *quantity, double low, double high, struct apsis_html_markers *markers)
{
    unsigned char *shown = APSIS_NEW_ARRAY(html->arena, unsigned char, measure->percentile_count + 1);
    const char *first[APSIS_HTML_MARKERS] = {NULL};
    char text[APSIS_TEXT_SIZE];
    memset(markers, 0, sizeof *markers);
    apsis_report_pick(measure, report, shown);
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *percentile = &measure->percentiles[i];
        if (!shown[i] || !(percentile->value >= low && percentile->value <= high)) continue;
        size_t at = markers->count;
        apsis_report_percent(text, percentile->percent);
        if (at && markers->values[at - 1] == percentile->value) { /* percentiles are in ascending order, and so are their values */
            markers->texts[at - 1] = apsis_arena_printf(html->arena, "%s\u2013%s", first[at - 1], text);
            markers->shares[at - 1] = apsis_percent_value(percentile->percent) / 100;
            continue;
        }
        if (at == APSIS_HTML_MARKERS) break;
        first[at] = markers->texts[at] = apsis_arena_printf(html->arena, "%s", text);
        markers->values[at] = percentile->value;
        markers->shares[at] = apsis_percent_value(percentile->percent) / 100;
        markers->flags[at].at = (percentile->value - low) / (high - low);
        markers->count++;
    }
    for (size_t i = 0; i < markers->count; i++) {
        markers->texts[i] = apsis_arena_printf(html->arena, "%s\u00a0%s", markers->texts[i], short_number(text, markers->values[i], quantity));
        markers->flags[i].width = apsis_svg_text_width(markers->texts[i], APSIS_SVG_FONT);
    }
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
