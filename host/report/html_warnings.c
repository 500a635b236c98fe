/* html_warnings.c - what a reader must know before trusting the figures: draws left out, rates that are not unique, doubts about the model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/html.h"

static void begin(struct apsis_html *html, int *told)
{
    (*told)++;
    apsis_html_raw(html, "<div class=\"warn\"><p>");
}

static void end(struct apsis_html *html) { apsis_html_raw(html, "</p></div>\n"); }

static void put_invalid(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report, int *told)
{
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (i > 0 && result->measures[i - 1].output == measure->output) continue;
        uint64_t worst = 0, first = APSIS_NO_DRAW;
        size_t at = i;
        for (size_t k = i; k < result->measure_count && result->measures[k].output == measure->output; k++) { /* a series: its worst period */
            if (result->measures[k].invalid > worst) worst = result->measures[k].invalid, at = k;
            if (result->measures[k].first_invalid < first) first = result->measures[k].first_invalid;
        }
        if (!worst) continue;
        struct apsis_buffer name = {0};
        char a[APSIS_TEXT_SIZE], b[APSIS_TEXT_SIZE], share[APSIS_TEXT_SIZE];
        apsis_report_column_name(result->ir, result->ir->outputs[measure->output].name, result->measures[at].period, &name);
        begin(html, told);
        apsis_html_raw(html, "<strong>Draws left out.</strong> ");
        apsis_html_words(html, name.text);
        apsis_html_printf(html, ": %s of %s draws (%s) are not a number or infinite, and are in none of its figures.</p><p>The first of them: <code>", apsis_text_count(a, worst),
                          apsis_text_count(b, measure->draws), apsis_text_share(share, (double)worst / (double)measure->draws, NAN));
        apsis_html_words(html, report->replay ? report->replay : "apsis replay MODEL");
        apsis_html_printf(html, " --draw %" PRIu64 "</code>", first);
        end(html);
        apsis_buffer_free(&name);
    }
}

static void put_signs(struct apsis_html *html, const struct apsis_result *result, int *told)
{
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        char share[APSIS_TEXT_SIZE];
        if (measure->several_signs == 0 || measure->period >= 0) continue;
        double n = (double)measure->valid, part = (double)measure->several_signs / n;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        begin(html, told);
        apsis_html_raw(html, "<strong>More than one rate may fit.</strong> ");
        apsis_html_words(html, apsis_html_capital(html, quantity.name));
        apsis_html_printf(html, ": in %s of the draws the flows change sign more than once.", apsis_text_share(share, part, sqrt(part * (1 - part) / n)));
        end(html);
    }
}

static void put_conditions(struct apsis_html *html, const struct apsis_result *result)
{
    int open = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        char share[APSIS_TEXT_SIZE], a[APSIS_TEXT_SIZE], b[APSIS_TEXT_SIZE];
        if (!output->given || measure->period >= 0) continue;
        double part = measure->draws ? (double)measure->given / (double)measure->draws : NAN;
        if (!open++) apsis_html_raw(html, "<h3>Conditions</h3>\n<ul class=\"say\">");
        apsis_html_raw(html, "<li>");
        apsis_html_words(html, output->name);
        apsis_html_raw(html, " is over the draws given <code>");
        apsis_html_words(html, output->given_text ? output->given_text : "its condition");
        apsis_html_printf(html, "</code>: %s (%s of %s).</li>", apsis_text_share(share, part, sqrt(part * (1 - part) / (double)measure->draws)), apsis_text_count(a, measure->given),
                          apsis_text_count(b, measure->draws));
    }
    if (open) apsis_html_raw(html, "</ul>\n");
}

static const char *place_words(struct apsis_html *html, const struct apsis_ir *ir, struct apsis_span span)
{
    if (!ir->sources || span.end == 0 || span.source >= ir->sources->count) return "the model";
    const struct apsis_source *source = &ir->sources->items[span.source];
    return apsis_arena_printf(html->arena, "line %zu", apsis_source_place(source, span.begin).line);
}

static int by_place(const void *a, const void *b)
{
    const struct apsis_diagnostic *p = a, *q = b;
    if (p->span.source != q->span.source) return p->span.source < q->span.source ? -1 : 1;
    if (p->span.begin != q->span.begin) return p->span.begin < q->span.begin ? -1 : 1;
    return strcmp(p->message, q->message);
}

static void put_findings(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_diagnostics *list = report->findings;
    const struct apsis_ir *ir = result->ir;
    static const char *const heads[] = {"Where", "What", "Name"};
    apsis_html_raw(html, "<h3>Findings of the check</h3>\n");
    if (!list || list->count == 0) {
        apsis_html_raw(html, "<p>None: <code>apsis check</code> finds nothing to ask about in this model.</p>\n");
    } else {
        apsis_html_table(html, "What apsis check finds in the model: allowed, and perhaps not meant.", 0, "lll", heads);
        struct apsis_diagnostic *items = APSIS_NEW_ARRAY(html->arena, struct apsis_diagnostic, list->count);
        memcpy(items, list->items, list->count * sizeof *items);
        qsort(items, list->count, sizeof *items, by_place);
        for (size_t i = 0; i < list->count; i++) {
            const struct apsis_diagnostic *d = &items[i];
            apsis_html_row(html);
            apsis_html_row_head(html, place_words(html, ir, d->span));
            apsis_html_raw(html, "<td class=\"x\">");
            apsis_html_words(html, d->message);
            if (d->hint) apsis_html_element(html, "small", d->hint);
            apsis_html_cell_text(html, d->lint ? d->lint : d->severity == APSIS_WARNING ? "warning" : "");
        }
        apsis_html_table_end(html);
        if (list->dropped) apsis_html_printf(html, "<p class=\"soft\">and %zu more</p>\n", list->dropped);
    }
    int open = 0;
    static const char *const allow_heads[] = {"Where", "Silenced", "Findings", "Reason given"};
    for (size_t i = 0; i < ir->allow_count; i++) {
        const struct apsis_allow *allow = &ir->allows[i];
        char text[APSIS_TEXT_SIZE];
        if (!open++) {
            apsis_html_raw(html, "<h3>Findings that the author silenced</h3>\n");
            apsis_html_table(html, "Findings that the author of the model has silenced, and why.", 1, "llrl", allow_heads);
        }
        apsis_html_row(html);
        apsis_html_row_head(html, place_words(html, ir, allow->span));
        apsis_html_cell_text(html, allow->name);
        apsis_html_cell(html, apsis_text_count(text, allow->silenced));
        apsis_html_cell_text(html, allow->reason ? allow->reason : "none");
    }
    if (open) apsis_html_table_end(html);
}

void apsis_html_warnings(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    int told = 0;
    double invalid = apsis_report_invalid_share(result);
    char a[APSIS_TEXT_SIZE], b[APSIS_TEXT_SIZE];
    if (result->partial) {
        begin(html, &told);
        apsis_html_printf(html, "<strong>Stopped early.</strong> The figures are over the first %s of %s draws.", apsis_text_count(a, result->done), apsis_text_count(b, result->draws));
        end(html);
    }
    if (invalid > report->max_invalid) {
        begin(html, &told);
        apsis_html_printf(html, "<strong>Too many invalid draws.</strong> Up to %s of the draws of an output are invalid; %s were allowed.", apsis_text_share(a, invalid, NAN),
                          report->max_invalid > 0 ? apsis_text_share(b, report->max_invalid, NAN) : "none");
        end(html);
    }
    put_invalid(html, result, report, &told);
    put_signs(html, result, &told);
    if (!told) apsis_html_raw(html, "<p>Every draw of every output is valid.</p>\n");
    put_conditions(html, result);
    put_findings(html, result, report);
}
