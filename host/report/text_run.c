/* text_run.c - the report of a run on a terminal: who ran what, a table of the outputs with their errors, then each one's shape. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"

double apsis_report_invalid_share(const struct apsis_result *result)
{
    double worst = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        double share = measure->draws ? (double)measure->invalid / (double)measure->draws : 0;
        if (share > worst) worst = share;
    }
    return worst;
}

double apsis_report_half(const struct apsis_measured_percentile *percentile)
{
    double below = percentile->value - percentile->low, above = percentile->high - percentile->value;
    return isnan(below) || isnan(above) ? NAN : below > above ? below : above;
}

char *apsis_report_percent(char text[APSIS_TEXT_SIZE], struct apsis_percent percent)
{
    snprintf(text, APSIS_TEXT_SIZE, "P%.12g", apsis_percent_value(percent));
    return text;
}

size_t apsis_report_pick(const struct apsis_measure *measure, const struct apsis_report *report, unsigned char *shown)
{
    size_t count = 0;
    for (size_t i = 0; i < measure->percentile_count; i++) {
        double p = apsis_percent_value(measure->percentiles[i].percent);
        shown[i] = report->percentiles_given || p == 5 || p == 25 || p == 50 || p == 75 || p == 95;
        count += shown[i];
    }
    if (count == 0) memset(shown, 1, count = measure->percentile_count);
    return count;
}

int apsis_report_decimals(const struct apsis_measure *measure)
{
    double finest = measure->mean_se > 0 ? measure->mean_se : NAN;
    for (size_t i = 0; i < measure->percentile_count; i++) {
        double half = apsis_report_half(&measure->percentiles[i]);
        if (half > 0 && half / 2 > measure->mean_se / 10 && !(half / 2 >= finest)) finest = half / 2;
    }
    return apsis_text_decimals(finest);
}

static int is_whole(double x) { return fabs(x) < 1e15 && x == (double)(int64_t)x; }

int apsis_report_whole(const struct apsis_measure *measure)
{
    int whole = is_whole(measure->min) && is_whole(measure->max);
    for (size_t i = 0; i < measure->percentile_count && whole; i++) whole = is_whole(measure->percentiles[i].value);
    return whole;
}

void apsis_report_title_text(const struct apsis_output *output, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_buffer words = {0};
    apsis_buffer_text(&words, output->label ? output->label : "");
    if (output->unit) apsis_buffer_printf(&words, "%s[%s]", output->label ? " " : "", output->unit);
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_text_add(out, output->name);
    apsis_text_tone(out, page, APSIS_PLAIN);
    size_t used = apsis_text_width(output->name) + 2, room = (size_t)page->width > used + 10 ? (size_t)page->width - used : 10;
    if (words.length) {
        apsis_buffer_text(out, "  ");
        apsis_text_pad(out, page, words.text, apsis_text_width(words.text) < room ? apsis_text_width(words.text) : room, 0);
    }
    apsis_buffer_free(&words);
}

static void add_item(struct apsis_buffer *out, const struct apsis_page *page, size_t *used, const char *text)
{
    size_t wide = apsis_text_width(text);
    if (*used && *used + 3 + wide > (size_t)page->width) {
        apsis_buffer_text(out, "\n");
        *used = 0;
    } else if (*used) {
        apsis_buffer_printf(out, " %s ", apsis_text_dot(page));
        *used += 3;
    }
    apsis_text_add(out, text);
    *used += wide;
}

static void put_head(const struct apsis_result *result, const struct apsis_report *report, const struct apsis_page *page, struct apsis_buffer *out)
{
    const struct apsis_ir *ir = result->ir;
    char text[128], count[APSIS_TEXT_SIZE];
    size_t used = 0;
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_text_wrap(out, page, ir->title ? ir->title : ir->name ? ir->name : report->model_file ? report->model_file : "model", 0);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
    if (report->model_file) add_item(out, page, &used, report->model_file);
    if (ir->scenario) {
        struct apsis_buffer words = {0};
        apsis_buffer_printf(&words, "scenario %s", ir->scenario);
        add_item(out, page, &used, words.text);
        apsis_buffer_free(&words);
    }
    snprintf(text, sizeof text, "%s draws", apsis_text_count(count, result->partial ? result->done : result->draws));
    add_item(out, page, &used, text);
    if (result->seed < 1000000) snprintf(text, sizeof text, "seed %" PRIu64, result->seed);
    else snprintf(text, sizeof text, "seed 0x%" PRIx64, result->seed);
    add_item(out, page, &used, text);
    if (result->engine) add_item(out, page, &used, result->engine);
    snprintf(text, sizeof text, result->seconds < 10 ? "%.2f s" : "%.0f s", result->seconds);
    add_item(out, page, &used, text);
    if (result->passes != 1) {
        snprintf(text, sizeof text, "%u passes", result->passes);
        add_item(out, page, &used, text);
    }
    apsis_buffer_text(out, "\n");
    if (result->digest[0]) {
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_printf(out, "digest %s\n", result->digest);
        apsis_text_tone(out, page, APSIS_PLAIN);
    }
    if (result->partial) {
        char all[APSIS_TEXT_SIZE];
        apsis_text_tone(out, page, APSIS_BOLD);
        apsis_buffer_printf(out, "PARTIAL: stopped after %s of %s draws; what follows is over those.\n", apsis_text_count(count, result->done),
                            apsis_text_count(all, result->draws));
        apsis_text_tone(out, page, APSIS_PLAIN);
    }
}

/* ---------------------------------------------------------------- the table of outputs */
struct row {
    const struct apsis_measure *measure;
    const struct apsis_output *output;
    char label[192];
};

static const char *cell(char text[APSIS_TEXT_SIZE], const struct row *row, size_t column, const unsigned char *shown, int errors,
                        const struct apsis_page *page)
{
    const struct apsis_measure *measure = row->measure;
    int decimals = apsis_report_decimals(measure);
    double value = NAN, error = NAN;
    if (column == 0) {
        value = measure->mean;
        error = measure->mean_se;
    } else {
        size_t at = 0, seen = 0;
        for (; at < measure->percentile_count; at++)
            if (shown[at] && ++seen == column) break;
        if (at == measure->percentile_count) return "";
        value = measure->percentiles[at].value;
        error = apsis_report_half(&measure->percentiles[at]);
        if (apsis_report_whole(measure)) decimals = 0;
    }
    if (!errors) return apsis_text_number(text, value, decimals);
    if (isnan(value)) return "";
    char number[APSIS_TEXT_SIZE];
    if (isnan(error)) snprintf(number, sizeof number, "?");
    else if (error == 0) strcpy(number, "0");
    else apsis_text_number(number, error, decimals < 0 ? apsis_text_decimals(error) : decimals);
    if (error > 0 && number[strspn(number, "0.")] == 0) apsis_text_figures(number, error, 1); /* small is not none */
    snprintf(text, APSIS_TEXT_SIZE, "%s%s", apsis_text_plus_minus(page), number);
    return text;
}

/* `ir`: whose section titles stand between the rows; NULL: none do */
static void put_rows(const struct row *rows, size_t count, const unsigned char *shown, size_t columns, const struct apsis_ir *ir,
                     const struct apsis_page *page, struct apsis_buffer *out)
{
    size_t wide[2] = {4, 4}, label = 6, inline_label; /* mean; every percentile alike */
    char text[APSIS_TEXT_SIZE];
    for (size_t i = 0; i < count; i++) {
        size_t name = apsis_text_width(rows[i].output->name), words = apsis_text_width(rows[i].label);
        label = name > label ? name : label;
        label = words > label ? words : label;
        for (size_t c = 0; c < columns; c++)
            for (int errors = 0; errors < 2; errors++) {
                size_t w = apsis_text_width(cell(text, &rows[i], c, shown, errors, page));
                if (w > wide[c > 0]) wide[c > 0] = w;
            }
    }
    size_t figures = wide[0] + 2;
    inline_label = label + 2 + figures + (columns - 1) * (wide[1] + 2) <= (size_t)page->width;
    size_t left = inline_label ? label : 4;
    size_t each = ((size_t)page->width - left - figures) / (wide[1] + 2);
    if (each == 0) each = 1;
    for (size_t begin = 1; begin == 1 || begin < columns; begin += each) { /* too many columns: several tables */
        size_t end = begin + each < columns ? begin + each : columns;
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_text_pad(out, page, begin == 1 && inline_label ? "output" : "", left + 2, 0);
        apsis_text_pad(out, page, "mean", wide[0], 1);
        for (size_t c = begin; c < end; c++) {
            size_t at = 0, seen = 0;
            for (; at < rows[0].measure->percentile_count; at++)
                if (shown[at] && ++seen == c) break;
            apsis_buffer_text(out, "  ");
            apsis_text_pad(out, page, apsis_report_percent(text, rows[0].measure->percentiles[at].percent), wide[1], 1);
        }
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
        for (size_t i = 0; i < count; i++) {
            if (ir && (i ? rows[i].output->section != rows[i - 1].output->section : apsis_ir_section(ir, rows[i].output->section) != NULL)) {
                const char *title = apsis_ir_section(ir, rows[i].output->section);
                if (i) apsis_buffer_text(out, "\n");
                if (title) apsis_text_section(out, page, title, 0);
            }
            if (!inline_label) {
                apsis_report_title_text(rows[i].output, page, out);
                apsis_buffer_text(out, "\n");
            }
            for (int errors = 0; errors < 2; errors++) {
                if (!errors && inline_label) apsis_text_tone(out, page, APSIS_BOLD);
                apsis_text_pad(out, page, !inline_label ? "" : errors ? rows[i].label : rows[i].output->name, left + 2, 0);
                if (!errors && inline_label) apsis_text_tone(out, page, APSIS_PLAIN);
                if (errors) apsis_text_tone(out, page, APSIS_DIM);
                for (size_t c = 0; c < end; c = c ? c + 1 : begin) {
                    if (c) apsis_buffer_text(out, "  ");
                    apsis_text_pad(out, page, cell(text, &rows[i], c, shown, errors, page), wide[c > 0], 1);
                }
                if (errors) apsis_text_tone(out, page, APSIS_PLAIN);
                apsis_buffer_text(out, "\n");
            }
        }
        if (begin + each < columns) apsis_buffer_text(out, "\n");
    }
}

static void put_outputs(const struct apsis_result *result, const struct apsis_report *report, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct row *rows = APSIS_NEW_ARRAY(arena, struct row, result->measure_count + 1);
    size_t count = 0, columns = 1;
    unsigned char *shown = NULL;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        if (measure->period >= 0 || output->categories) continue;
        struct row *row = &rows[count++];
        row->measure = measure;
        row->output = output;
        char *at = row->label;
        size_t room = sizeof row->label;
        if (output->label) {
            int n = snprintf(at, room, "%s%s", output->label, output->unit ? " " : "");
            at += (size_t)n < room ? (size_t)n : room - 1;
            room = sizeof row->label - (size_t)(at - row->label);
        }
        if (output->unit) snprintf(at, room, "[%s]", output->unit);
        if (!shown) {
            shown = APSIS_NEW_ARRAY(arena, unsigned char, measure->percentile_count + 1);
            columns = 1 + apsis_report_pick(measure, report, shown);
        }
    }
    if (count) {
        apsis_buffer_text(out, "\n");
        put_rows(rows, count, shown, columns, apsis_report_output_sections(result) ? result->ir : NULL, page, out);
        char line[256];
        snprintf(line, sizeof line, "%s: standard error of the mean%s", apsis_text_plus_minus(page),
                 columns > 1 ? "; 95 % interval of a percentile, its longer half" : "");
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_text_wrap(out, page, line, 0);
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
    }
    apsis_arena_free(arena);
}

/* ---------------------------------------------------------------- targets, tails, what was left out */
static char *measure_name(const struct apsis_result *result, const struct apsis_measure *measure, char text[160])
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    char label[16];
    if (measure->period < 0) {
        snprintf(text, 160, "%.140s", output->name);
        return text;
    }
    apsis_period_label(result->ir, measure->period, label);
    size_t length = strlen(output->name);
    if (length && output->name[length - 1] == ']') snprintf(text, 160, "%.*s, %s]", (int)(length < 130 ? length - 1 : 130), output->name, label);
    else snprintf(text, 160, "%.130s[%s]", output->name, label);
    return text;
}

static void put_targets(const struct apsis_result *result, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_text_table table;
    apsis_text_table_start(&table, arena, 3, "lrl");
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0) continue;
        for (size_t k = 0; k < measure->target_count; k++) {
            const struct apsis_measured_target *target = &measure->targets[k];
            char name[160], number[APSIS_TEXT_SIZE], share[APSIS_TEXT_SIZE], low[APSIS_TEXT_SIZE], high[APSIS_TEXT_SIZE];
            double error = (target->high - target->low) / 4;
            apsis_text_cell(&table, apsis_arena_printf(arena, "P(%s > %s)", measure_name(result, measure, name), apsis_text_number(number, target->above, -1)));
            apsis_text_cell(&table, apsis_text_share(share, target->probability, error));
            char *percent = strchr(apsis_text_share(low, target->low, error), ' ');
            if (percent) *percent = 0;
            percent = strchr(apsis_text_share(high, target->high, error), ' ');
            if (percent) *percent = 0;
            apsis_text_cell(&table, apsis_arena_printf(arena, "(%s%s%s)", low, apsis_text_dash(page), high));
        }
    }
    if (table.count) {
        apsis_text_heading(out, page, "Targets, with 95 % intervals");
        apsis_text_table_print(&table, page, 2, 0, out);
    }
    apsis_arena_free(arena);
}

static void put_tails(const struct apsis_result *result, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_text_table table;
    apsis_text_table_start(&table, arena, 4, "lrrr");
    apsis_text_cell(&table, "");
    apsis_text_cell(&table, "share");
    apsis_text_cell(&table, "lowest draws");
    apsis_text_cell(&table, "highest draws");
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0) continue;
        for (size_t k = 0; k < measure->shortfall_count; k++) {
            const struct apsis_measured_shortfall *low = &measure->shortfalls[k];
            if (low->high_side) continue;
            char text[2][APSIS_TEXT_SIZE * 2], number[APSIS_TEXT_SIZE], error[APSIS_TEXT_SIZE], name[160];
            for (int side = 0; side < 2; side++) {
                const struct apsis_measured_shortfall *found = NULL;
                for (size_t m = 0; m < measure->shortfall_count; m++)
                    if (measure->shortfalls[m].high_side == side && apsis_percent_value(measure->shortfalls[m].percent) == apsis_percent_value(low->percent))
                        found = &measure->shortfalls[m];
                text[side][0] = 0;
                if (!found || isnan(found->value)) continue;
                int decimals = apsis_text_decimals(found->se);
                apsis_text_number(number, found->value, decimals);
                if (found->se > 0)
                    snprintf(text[side], sizeof text[side], "%s %s%s", number, apsis_text_plus_minus(page), apsis_text_number(error, found->se, decimals));
                else snprintf(text[side], sizeof text[side], "%s", number);
            }
            apsis_text_cell(&table, measure_name(result, measure, name));
            apsis_text_cell(&table, apsis_arena_printf(arena, "%.12g %%", apsis_percent_value(low->percent)));
            apsis_text_cell(&table, text[0]);
            apsis_text_cell(&table, text[1]);
        }
    }
    if (table.count > 4) {
        apsis_text_heading(out, page, "Expected shortfall: the mean of the lowest and of the highest draws");
        apsis_text_table_print(&table, page, 2, 1, out);
    }
    apsis_arena_free(arena);
}

/* Promise 5: what was not counted is said, output by output, with the draw to look at. */
static void put_left_out(const struct apsis_result *result, const struct apsis_report *report, const struct apsis_page *page, struct apsis_buffer *out)
{
    char name[160], a[APSIS_TEXT_SIZE], b[APSIS_TEXT_SIZE], share[APSIS_TEXT_SIZE];
    int head = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        if (!output->given || measure->period >= 0) continue;
        if (!head++) apsis_text_heading(out, page, "Conditions");
        double part = measure->draws ? (double)measure->given / (double)measure->draws : NAN;
        struct apsis_buffer words = {0};
        apsis_buffer_printf(&words, "%s is over the draws given %s: %s (%s of %s)", measure_name(result, measure, name),
                            output->given_text ? output->given_text : "its condition", apsis_text_share(share, part, sqrt(part * (1 - part) / (double)measure->draws)),
                            apsis_text_count(a, measure->given), apsis_text_count(b, measure->draws));
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, words.text, 4);
        apsis_buffer_free(&words);
        apsis_buffer_text(out, "\n");
    }
    head = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        if (i > 0 && result->measures[i - 1].output == measure->output) continue;
        uint64_t worst = 0, first = APSIS_NO_DRAW, all = 0; /* a series: its worst period, the first draw of any */
        size_t periods = 0, at = i;
        for (size_t k = i; k < result->measure_count && result->measures[k].output == measure->output; k++) {
            const struct apsis_measure *one = &result->measures[k];
            periods += one->invalid > 0;
            all += one->invalid;
            if (one->invalid > worst) worst = one->invalid, at = k;
            if (one->first_invalid < first) first = one->first_invalid;
        }
        if (!all) continue;
        if (!head++) apsis_text_heading(out, page, "Invalid draws, left out of the figures above");
        apsis_buffer_text(out, "  ");
        apsis_text_add(out, measure_name(result, &result->measures[at], name));
        apsis_buffer_printf(out, ": %s of %s draws (%s) are NaN or infinite%s\n    the first: ", apsis_text_count(a, worst), apsis_text_count(b, measure->draws),
                            apsis_text_share(share, (double)worst / (double)measure->draws, NAN), periods > 1 ? ", and fewer in other periods" : "");
        apsis_text_add(out, report->replay ? report->replay : "apsis replay MODEL");
        apsis_buffer_printf(out, " --draw %" PRIu64 "\n", first);
        (void)output;
    }
    double share_invalid = apsis_report_invalid_share(result);
    if (share_invalid > report->max_invalid) {
        apsis_text_tone(out, page, APSIS_BOLD);
        apsis_buffer_text(out, "  WARNING");
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_printf(out, ": more than --max-invalid %s of the draws are invalid\n", apsis_text_share(a, report->max_invalid, NAN));
    }
}

/* The outputs that measures first .. end-1 are of, one by one: numbers, then series. */
static void put_each(const struct apsis_result *result, size_t first, size_t end, const struct apsis_report *report, const struct apsis_page *page,
                     struct apsis_buffer *out)
{
    for (size_t i = first; i < end; i++)
        if (result->measures[i].period < 0) apsis_report_shape_text(result, &result->measures[i], page, out);
    for (size_t i = first; i < end;) {
        size_t count = 1;
        if (result->measures[i].period >= 0) {
            while (i + count < end && result->measures[i + count].output == result->measures[i].output) count++;
            apsis_report_series_text(result, i, count, report, page, out);
        }
        i += count;
    }
}

void apsis_report_run_text(const struct apsis_result *result, const struct apsis_report *report, const struct apsis_page *page, struct apsis_buffer *out)
{
    put_head(result, report, page, out);
    if (result->draws == 0 || (result->partial && result->done == 0)) return;
    put_outputs(result, report, page, out);
    put_targets(result, page, out);
    put_tails(result, page, out);
    int sections = apsis_report_output_sections(result);
    for (size_t first = 0, end; first < result->measure_count; first = end) {
        size_t section = result->ir->outputs[result->measures[first].output].section;
        for (end = first + 1; end < result->measure_count; end++)
            if (sections && result->ir->outputs[result->measures[end].output].section != section) break;
        if (sections) apsis_report_section_text(result->ir, section, page, out);
        put_each(result, first, end, report, page, out);
    }
    apsis_report_inputs_brief(result->ir, page, out);
    put_left_out(result, report, page, out);
}
