/* html_outputs.c - the tables of a run: outputs with their percentiles, targets, the mean of the tails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

/* "±1.2" below a figure */
static void put_error(struct apsis_html *html, double error, int decimals)
{
    char text[APSIS_TEXT_SIZE];
    if (isnan(error)) return;
    apsis_text_number(text, error, decimals < 0 ? apsis_text_decimals(error) : decimals);
    if (error > 0 && text[strspn(text, "0.")] == 0) apsis_text_figures(text, error, 1); /* small is not none */
    apsis_html_raw(html, "<small>\u00b1");
    apsis_html_text(html, error == 0 ? "0" : text);
    apsis_html_raw(html, "</small>");
}

static void put_output(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const unsigned char *shown)
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
    char text[APSIS_TEXT_SIZE];
    int decimals = apsis_html_decimals(apsis_report_decimals(measure), &quantity);
    apsis_html_row(html);
    apsis_html_raw(html, "<th scope=\"row\"><a href=\"#o-");
    apsis_html_printf(html, "%u", (unsigned)measure->output);
    apsis_html_raw(html, "\">");
    apsis_html_words(html, apsis_html_capital(html, quantity.name));
    apsis_html_raw(html, "</a><small>");
    apsis_html_words(html, output->name);
    if (output->given_text) {
        apsis_html_raw(html, ", given ");
        apsis_html_words(html, output->given_text);
    }
    apsis_html_raw(html, "</small></th>");
    apsis_html_cell_unit(html, quantity.unit);
    apsis_html_cell(html, apsis_text_number(text, measure->mean * quantity.scale, decimals));
    put_error(html, measure->mean_se * quantity.scale, decimals);
    int whole = apsis_report_whole(measure);
    for (size_t i = 0; i < measure->percentile_count; i++) {
        if (!shown[i]) continue;
        apsis_html_cell(html, isnan(measure->percentiles[i].value) ? "" : apsis_text_number(text, measure->percentiles[i].value * quantity.scale, whole ? 0 : decimals));
        put_error(html, apsis_report_half(&measure->percentiles[i]) * quantity.scale, whole ? 0 : decimals);
    }
}

void apsis_html_outputs(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    unsigned char *shown = NULL;
    const char *heads[40] = {"Output", "Unit", "Mean"}, *columns = NULL;
    size_t used = 3, section = 0, rows = 0;
    int sections = apsis_report_output_sections(result);
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        if (measure->period >= 0 || output->categories) continue;
        if (!shown) {
            char text[APSIS_TEXT_SIZE];
            shown = APSIS_NEW_ARRAY(html->arena, unsigned char, measure->percentile_count + 1);
            apsis_report_pick(measure, report, shown);
            for (size_t k = 0; k < measure->percentile_count; k++)
                if (shown[k] && used == 39) shown[k] = 0;
                else if (shown[k]) heads[used++] = apsis_arena_printf(html->arena, "%s", apsis_report_percent(text, measure->percentiles[k].percent));
            char *letters = apsis_arena_alloc(html->arena, used + 1);
            memset(letters, 'r', used);
            letters[0] = letters[1] = 'l';
            columns = letters;
            apsis_html_table(html, "Outputs: mean and percentiles. \u00b1 is the standard error of the mean, and the longer half of the 95 % interval of a percentile.", 0, columns, heads);
        }
        if (sections && (!rows++ || output->section != section)) apsis_html_table_group(html, used, apsis_ir_section(result->ir, output->section) ? apsis_ir_section(result->ir, output->section) : "Others");
        section = output->section;
        put_output(html, result, measure, shown);
    }
    if (shown) apsis_html_table_end(html);
}

/* ---------------------------------------------------------------- targets */
int apsis_html_has_targets(const struct apsis_result *result)
{
    for (size_t i = 0; i < result->measure_count; i++)
        if (result->measures[i].period < 0 && result->measures[i].target_count) return 1;
    return 0;
}

void apsis_html_targets(struct apsis_html *html, const struct apsis_result *result)
{
    static const char *const heads[] = {"Output", "is above", "Probability", "95 % interval from", "to", "In words"};
    apsis_html_table(html, "Probability that an output is above a target, with exact 95 % intervals.", 0, "lrrrrl", heads);
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0) continue;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        for (size_t k = 0; k < measure->target_count; k++) {
            const struct apsis_measured_target *target = &measure->targets[k];
            double error = (target->high - target->low) / 4;
            char text[APSIS_TEXT_SIZE];
            apsis_html_row(html);
            apsis_html_row_head(html, apsis_html_capital(html, quantity.name));
            apsis_html_cell(html, apsis_html_amount_to(html, target->above, -1, &quantity));
            apsis_html_cell(html, apsis_text_share(text, target->probability, error));
            apsis_html_cell(html, apsis_text_share(text, target->low, error));
            apsis_html_cell(html, apsis_text_share(text, target->high, error));
            apsis_html_cell_text(html, apsis_html_often(html, target->probability));
        }
    }
    apsis_html_table_end(html);
}

/* ---------------------------------------------------------------- tails */
static void put_tail(struct apsis_html *html, const struct apsis_measure *measure, struct apsis_percent percent, int high_side, const struct apsis_quantity *quantity)
{
    char text[APSIS_TEXT_SIZE];
    for (size_t i = 0; i < measure->shortfall_count; i++) {
        const struct apsis_measured_shortfall *tail = &measure->shortfalls[i];
        if (tail->high_side != high_side || apsis_percent_value(tail->percent) != apsis_percent_value(percent) || isnan(tail->value)) continue;
        double se = tail->se * quantity->scale;
        int decimals = apsis_text_decimals(se);
        apsis_html_cell(html, apsis_text_number(text, tail->value * quantity->scale, decimals));
        if (se > 0) put_error(html, se, decimals);
        return;
    }
    apsis_html_cell(html, "");
}

void apsis_html_tails(struct apsis_html *html, const struct apsis_result *result)
{
    static const char *const heads[] = {"Output", "Unit", "Share of draws", "Mean of the lowest", "Mean of the highest"};
    int open = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0) continue;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        for (size_t k = 0; k < measure->shortfall_count; k++) {
            if (measure->shortfalls[k].high_side) continue;
            if (!open++) apsis_html_table(html, "Expected shortfall: the mean of the lowest and of the highest draws, \u00b1 its standard error.", 0, "llrrr", heads);
            apsis_html_row(html);
            apsis_html_row_head(html, apsis_html_capital(html, quantity.name));
            apsis_html_cell_unit(html, quantity.unit);
            apsis_html_cell(html, apsis_arena_printf(html->arena, "%.12g %%", apsis_percent_value(measure->shortfalls[k].percent)));
            put_tail(html, measure, measure->shortfalls[k].percent, 0, &quantity);
            put_tail(html, measure, measure->shortfalls[k].percent, 1, &quantity);
        }
    }
    if (open) apsis_html_table_end(html);
}
