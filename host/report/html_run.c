/* html_run.c - the report of a run as one HTML page, made of the parts in html_*.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/html.h"

void apsis_html_run(struct apsis_buffer *out, const struct apsis_result *result, const struct apsis_report *report)
{
    struct apsis_html html = {.out = out, .arena = apsis_arena_new()};
    const struct apsis_ir *ir = result->ir;
    char count[APSIS_TEXT_SIZE];
    const char *title = ir->title ? ir->title : ir->name ? ir->name : report->model_file ? report->model_file : "model";
    static const struct apsis_html_entry entries[] = {{"headline", "In short"}, {"outputs", "Outputs"}};
    apsis_html_begin(&html, title, "Valuation under uncertainty",
                     apsis_arena_printf(html.arena, "%s draws", apsis_text_count(count, result->partial ? result->done : result->draws)));
    apsis_html_contents(&html, entries, 2);
    apsis_html_section(&html, "headline", "In short");
    apsis_html_headline(&html, result, report);
    apsis_html_section_end(&html);
    apsis_html_section(&html, "outputs", "Outputs");
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0 || ir->outputs[measure->output].categories) continue;
        struct apsis_quantity quantity = apsis_html_quantity(&html, result, measure);
        apsis_html_element(&html, "h3", apsis_html_capital(&html, quantity.name));
        apsis_html_raw(&html, "<div class=\"charts\">");
        apsis_html_histogram(&html, measure, &quantity, report);
        apsis_html_raw(&html, "</div>");
    }
    apsis_html_section_end(&html);
    apsis_html_end(&html);
    apsis_arena_free(html.arena);
}
