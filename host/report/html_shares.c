/* html_shares.c - how often each category of an output comes out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html.h"

void apsis_html_shares(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    size_t count = measure->category_count < output->category_count ? measure->category_count : output->category_count;
    struct apsis_html_bar *bars = APSIS_NEW_ARRAY(html->arena, struct apsis_html_bar, count + 1);
    struct apsis_buffer words = {0};
    double n = (double)measure->valid;
    char text[APSIS_TEXT_SIZE], of[APSIS_TEXT_SIZE];
    if (count == 0 || measure->valid == 0) return;
    for (size_t i = 0; i < count; i++) {
        double share = (double)measure->category_counts[i] / n;
        bars[i] = (struct apsis_html_bar){output->categories[i], apsis_arena_printf(html->arena, "%s", apsis_text_share(text, share, 0.001)), share, "bar"};
        apsis_buffer_printf(&words, "%s%s %s", i ? ", " : "", output->categories[i], bars[i].text);
    }
    struct apsis_html_figure figure = {
        .title = "How often which", .subject = quantity->name, .note = apsis_arena_printf(html->arena, "share of %s draws", apsis_text_count(of, measure->valid)),
        .description = apsis_arena_printf(html->arena, "%s.", words.text),
        .height = APSIS_HTML_BAR_ROW * (double)count, .left = apsis_html_bars_left(bars, count), .right = apsis_html_bars_right(bars, count), .top = 4, .bottom = 8,
    };
    apsis_html_figure(html, &figure);
    apsis_html_bars(html, bars, count);
    static const char *const heads[] = {"Category", "Draws", "Share", "Standard error"};
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Shares of %s", quantity->name), "lrrr", heads);
    for (size_t i = 0; i < count; i++) {
        double share = bars[i].value, error = sqrt(share * (1 - share) / n);
        apsis_html_row(html);
        apsis_html_row_head(html, output->categories[i]);
        apsis_html_cell(html, apsis_text_count(text, measure->category_counts[i]));
        apsis_html_cell(html, apsis_text_share(text, share, error));
        apsis_html_cell(html, error > 0 ? apsis_text_share(text, error, error) : "0 %");
    }
    apsis_html_figure_end(html);
    apsis_buffer_free(&words);
}
