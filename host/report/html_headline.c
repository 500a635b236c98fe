/* html_headline.c - the answer in sentences: what it is worth, how sure that is, how likely each target. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

static const struct apsis_measured_percentile *percentile_near(const struct apsis_measure *measure, double low, double high)
{
    for (size_t i = 0; i < measure->percentile_count; i++) {
        double p = apsis_percent_value(measure->percentiles[i].percent);
        if (p >= low && p <= high && !isnan(measure->percentiles[i].value)) return &measure->percentiles[i];
    }
    return NULL;
}

static const char *share_words(struct apsis_html *html, double share)
{
    if (share > 89.9 && share < 90.1) return "nine in ten";
    if (share > 79.9 && share < 80.1) return "eight in ten";
    if (share > 49.9 && share < 50.1) return "half";
    return apsis_arena_printf(html->arena, "%.12g %%", share);
}

void apsis_html_headline(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    (void)report;
    const struct apsis_measure *measure = apsis_html_first(result);
    if (!measure) return;
    struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
    const struct apsis_measured_percentile *middle = percentile_near(measure, 50, 50), *low = percentile_near(measure, 5, 5), *high = NULL;
    if (!low) low = percentile_near(measure, 0, 25);
    for (size_t i = 0; i < measure->percentile_count; i++)
        if (low && apsis_percent_value(measure->percentiles[i].percent) == 100 - apsis_percent_value(low->percent)) high = &measure->percentiles[i];
    apsis_html_raw(html, "<p class=\"lead\">");
    apsis_html_words(html, apsis_html_capital(html, quantity.name));
    if (middle) {
        apsis_html_raw(html, " is as likely to come out above as below <strong>");
        apsis_html_text(html, apsis_html_amount(html, middle->value, &quantity));
        apsis_html_raw(html, "</strong>");
    } else {
        apsis_html_raw(html, " is <strong>");
        apsis_html_text(html, apsis_html_amount(html, measure->mean, &quantity));
        apsis_html_raw(html, "</strong> on average");
    }
    if (low && high) {
        apsis_html_printf(html, "; %s of the simulated futures lie between <strong>", share_words(html, apsis_percent_value(high->percent) - apsis_percent_value(low->percent)));
        apsis_html_text(html, apsis_html_amount(html, low->value, &quantity));
        apsis_html_raw(html, "</strong> and <strong>");
        apsis_html_text(html, apsis_html_amount(html, high->value, &quantity));
        apsis_html_raw(html, "</strong>");
    }
    apsis_html_raw(html, ".</p>\n");
}
