/* html_drivers.c - the inputs that an output moves with, as bars of their rank correlations. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

#define BARS 8
#define ROWS 12 /* of the table; --json has every input */

void apsis_html_drivers(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    const struct apsis_ir *ir = result->ir;
    struct apsis_driver drivers[ROWS];
    struct apsis_html_bar bars[BARS];
    struct apsis_buffer words = {0};
    size_t all = apsis_report_drivers(result, measure, drivers, ROWS), count = all < BARS ? all : BARS;
    if (count == 0) return;
    for (size_t i = 0; i < count; i++) {
        double rank = drivers[i].rank_correlation;
        const char *name = ir->inputs[drivers[i].input].name;
        bars[i] = (struct apsis_html_bar){name, apsis_arena_printf(html->arena, "%s%.2f", rank < 0 ? "\u2212" : "+", fabs(rank)), rank, rank < 0 ? "neg" : "bar"};
        apsis_buffer_printf(&words, "%s%s %s", i ? ", " : "The strongest: ", name, bars[i].text);
    }
    apsis_buffer_text(&words, ".");
    struct apsis_html_figure figure = {
        .title = "What it moves with", .subject = quantity->name, .note = "rank correlation with each input, \u22121 to +1",
        .description = apsis_arena_printf(html->arena, "%s", words.text),
        .height = APSIS_HTML_BAR_ROW * (double)count, .left = apsis_html_bars_left(bars, count), .right = apsis_html_bars_right(bars, count), .top = 4, .bottom = 8,
    };
    apsis_html_figure(html, &figure);
    apsis_html_bars(html, bars, count);
    static const char *const heads[] = {"Input", "Meaning", "Rank correlation"};
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Rank correlations with %s", quantity->name), "llr", heads);
    for (size_t i = 0; i < all; i++) {
        const struct apsis_input *input = &ir->inputs[drivers[i].input];
        apsis_html_row(html);
        apsis_html_row_head(html, input->name);
        apsis_html_cell_text(html, input->label ? input->label : "");
        apsis_html_cell(html, apsis_arena_printf(html->arena, "%+.3f", drivers[i].rank_correlation));
    }
    apsis_html_figure_end(html);
    apsis_buffer_free(&words);
}
