/* html_run.c - the report of a run as one HTML page, made of the parts in html_*.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

/* "Standard deviation 587, skewness 1.80; the lowest −$1,446B (draw 91474), the highest $9,667B (draw 9194)." */
static void put_facts(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity)
{
    char skewness[APSIS_TEXT_SIZE];
    apsis_html_raw(html, "<p class=\"soft\">Standard deviation ");
    apsis_html_words(html, apsis_html_amount(html, measure->sd, quantity));
    apsis_html_raw(html, ", skewness ");
    apsis_html_text(html, apsis_html_minus(apsis_text_number(skewness, measure->skewness, isfinite(measure->skewness) ? 2 : -1)));
    apsis_html_raw(html, "; lowest ");
    apsis_html_words(html, apsis_html_amount(html, measure->min, quantity));
    apsis_html_printf(html, " (draw %" PRIu64 "), highest ", measure->min_draw);
    apsis_html_words(html, apsis_html_amount(html, measure->max, quantity));
    apsis_html_printf(html, " (draw %" PRIu64 ").</p>\n", measure->max_draw);
}

static void put_scalar(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_report *report)
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
    apsis_html_printf(html, "<h3 id=\"o-%u\">", (unsigned)measure->output);
    apsis_html_words(html, apsis_html_capital(html, quantity.name));
    if (*quantity.unit) {
        apsis_html_raw(html, " <small>");
        apsis_html_words(html, quantity.unit);
        apsis_html_raw(html, "</small>");
    }
    apsis_html_raw(html, "</h3>\n");
    if (measure->valid == 0) {
        apsis_html_raw(html, "<p>No valid draw.</p>\n");
        return;
    }
    if (!output->categories && measure->min == measure->max) {
        apsis_html_raw(html, "<p>Always ");
        apsis_html_words(html, apsis_html_amount_to(html, measure->min, -1, &quantity));
        apsis_html_raw(html, ".</p>\n");
        return;
    }
    if (!output->categories) put_facts(html, measure, &quantity);
    apsis_html_raw(html, "<div class=\"charts three\">\n");
    if (output->categories) {
        apsis_html_shares(html, result, measure, &quantity);
    } else {
        apsis_html_histogram(html, measure, &quantity, report);
        apsis_html_cdf(html, measure, &quantity, report);
        apsis_html_drivers(html, result, measure, &quantity);
    }
    apsis_html_raw(html, "</div>\n");
}

static void put_series(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    apsis_html_raw(html, "<div class=\"charts\">\n");
    for (size_t i = 0; i < result->measure_count;) {
        size_t count = 1;
        if (result->measures[i].period >= 0) {
            while (i + count < result->measure_count && result->measures[i + count].output == result->measures[i].output) count++;
            if (result->ir->outputs[result->measures[i].output].categories) apsis_html_stack(html, result, i, count);
            else apsis_html_fan(html, result, i, count, report);
        }
        i += count;
    }
    apsis_html_raw(html, "</div>\n");
}

static const char *subtitle(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    char count[APSIS_TEXT_SIZE], seed[APSIS_TEXT_SIZE];
    const char *file = report->model_file && strcmp(report->model_file, "-") ? report->model_file : NULL; /* - is standard input */
    snprintf(seed, sizeof seed, result->seed < 1000000 ? "%" PRIu64 : "0x%" PRIx64, result->seed);
    return apsis_arena_printf(html->arena, "%s%s%s%s%s draws \u00b7 seed %s", file ? file : "", file ? " \u00b7 " : "",
                              result->ir->scenario ? apsis_arena_printf(html->arena, "scenario %s", result->ir->scenario) : "", result->ir->scenario ? " \u00b7 " : "",
                              apsis_text_count(count, result->partial ? result->done : result->draws), seed);
}

void apsis_html_run(struct apsis_buffer *out, const struct apsis_result *result, const struct apsis_report *report)
{
    struct apsis_html html = {.out = out, .arena = apsis_arena_new()};
    const struct apsis_ir *ir = result->ir;
    int scalars = 0, numbers = 0, series = 0, targets = apsis_html_has_targets(result);
    for (size_t i = 0; i < result->measure_count; i++) {
        int scalar = result->measures[i].period < 0;
        scalars += scalar;
        series += !scalar;
        numbers += scalar && !ir->outputs[result->measures[i].output].categories;
    }
    struct apsis_html_entry entries[10];
    size_t count = 0;
    entries[count++] = (struct apsis_html_entry){"headline", "In short"};
    if (numbers) entries[count++] = (struct apsis_html_entry){"outputs", "Outputs"};
    if (scalars) entries[count++] = (struct apsis_html_entry){"each", "One by one"};
    if (series) entries[count++] = (struct apsis_html_entry){"time", "Over time"};
    if (targets) entries[count++] = (struct apsis_html_entry){"targets", "Targets"};
    entries[count++] = (struct apsis_html_entry){"assumptions", "Assumptions"};
    entries[count++] = (struct apsis_html_entry){"correlations", "Correlations"};
    entries[count++] = (struct apsis_html_entry){"precision", "Sampling error"};
    entries[count++] = (struct apsis_html_entry){"warnings", "Warnings"};
    entries[count++] = (struct apsis_html_entry){"record", "Run record"};
    apsis_html_begin(&html, ir->title ? ir->title : ir->name ? ir->name : report->model_file && strcmp(report->model_file, "-") ? report->model_file : "A model", "Valuation under uncertainty", subtitle(&html, result, report));
    apsis_html_contents(&html, entries, count);
    for (size_t i = 0; i < count; i++) {
        const char *id = entries[i].id;
        apsis_html_section(&html, id, entries[i].title);
        if (!strcmp(id, "headline")) apsis_html_headline(&html, result, report);
        if (!strcmp(id, "outputs")) {
            apsis_html_outputs(&html, result, report);
            apsis_html_tails(&html, result);
        }
        if (!strcmp(id, "each"))
            for (size_t k = 0; k < result->measure_count; k++)
                if (result->measures[k].period < 0) put_scalar(&html, result, &result->measures[k], report);
        if (!strcmp(id, "time")) put_series(&html, result, report);
        if (!strcmp(id, "targets")) apsis_html_targets(&html, result);
        if (!strcmp(id, "assumptions")) apsis_html_assumptions(&html, result);
        if (!strcmp(id, "correlations")) apsis_html_correlations(&html, result);
        if (!strcmp(id, "precision")) apsis_html_precision(&html, result, report);
        if (!strcmp(id, "warnings")) apsis_html_warnings(&html, result, report);
        if (!strcmp(id, "record")) apsis_html_record(&html, result, report);
        apsis_html_section_end(&html);
    }
    apsis_html_end(&html);
    apsis_arena_free(html.arena);
}
