/* xlsx_run.c - a run as an Excel workbook: tables, native charts, assumptions and the record, written by libxlsxwriter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/report.h"

#ifndef APSIS_HAVE_XLSXWRITER

enum apsis_status apsis_report_run_xlsx(const struct apsis_result *result, const struct apsis_report *report, struct apsis_buffer *out, const char **why)
{
    (void)result, (void)report, (void)out;
    *why = "this build has no libxlsxwriter: install libxlsxwriter-dev and zlib1g-dev (Debian's names), and build again";
    return APSIS_USAGE;
}

#else
#include <locale.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "host/report/xlsx_check.h"
#include "host/support/escape.h"

#define FORMATS 8
#define SHEETS 6
#define CHART_ROWS 20 /* that a chart of the usual size covers */
#define NO_DATE 946684800 /* 2000-01-01: a date of writing would make two workbooks of one result differ */

struct sheet {
    lxw_worksheet *lxw;
    size_t blanks; /* numbers that do not exist */
    size_t *cells; /* that were written, for apsis_xlsx_whole */
};

struct book {
    const struct apsis_result *result;
    const struct apsis_report *report;
    lxw_workbook *workbook;
    lxw_format *title, *head, *wrap, *share, *tiny, *decimals[FORMATS];
    struct sheet sheets[SHEETS], *summary, *percentiles, *series, *assumptions, *histograms, *record;
    size_t cells[SHEETS], sheet_count, charts, lines;
    char folder[512], path[544];
    locale_t locale, before;
};

static void give_up(void *context)
{
    struct book *b = context;
    if (b->workbook) lxw_workbook_free(b->workbook);
    if (b->path[0]) unlink(b->path);
    if (b->folder[0]) rmdir(b->folder);
    if (b->locale) {
        uselocale(b->before);
        freelocale(b->locale);
    }
}

/* ---------------------------------------------------------------- cells: texts are never formulas, what does not exist is empty */
static void put_text(struct sheet *sheet, size_t row, size_t column, const char *text, lxw_format *format)
{
    char clean[1024];
    snprintf(clean, sizeof clean, "%s", text ? text : "");
    for (char *at = clean; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f) *at = ' ';
    lxw_error error = worksheet_write_string(sheet->lxw, (lxw_row_t)row, (lxw_col_t)column, clean, format);
    *sheet->cells += error == LXW_NO_ERROR && (*clean || format); /* an empty one without a format is left out */
}

static void put_number(struct sheet *sheet, size_t row, size_t column, double value, lxw_format *format)
{
    lxw_error error;
    if (isfinite(value)) error = worksheet_write_number(sheet->lxw, (lxw_row_t)row, (lxw_col_t)column, value, format);
    else error = worksheet_write_blank(sheet->lxw, (lxw_row_t)row, (lxw_col_t)column, format);
    *sheet->cells += error == LXW_NO_ERROR && (isfinite(value) || format);
    sheet->blanks += !isfinite(value);
}

static void put_heads(struct book *b, struct sheet *sheet, size_t row, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++) put_text(sheet, row, i, heads[i], b->head);
}

/* Thousands, and the decimals that the error of the numbers deserves. */
static lxw_format *format_of(const struct book *b, const struct apsis_measure *m)
{
    int decimals = apsis_report_decimals(m);
    double size = fmax(fabs(m->min), fabs(m->max));
    if (!(size == 0) && size < 1e-4) return b->tiny;
    if (decimals < 0) decimals = apsis_report_whole(m) ? 0 : 3;
    return b->decimals[decimals < FORMATS ? decimals : FORMATS - 1];
}

static lxw_format *format_for(const struct book *b, double value)
{
    double size = fabs(value);
    if (size != 0 && size < 1e-4) return b->tiny;
    return b->decimals[size == floor(size) ? 0 : size >= 1000 ? 1 : size >= 10 ? 2 : 4];
}

static struct sheet *add_sheet(struct book *b, const char *name, size_t frozen, const double *widths, size_t count)
{
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, name);
    if (!sheet) apsis_out_of_memory(0);
    struct sheet *added = &b->sheets[b->sheet_count];
    *added = (struct sheet){.lxw = sheet, .cells = &b->cells[b->sheet_count++]};
    if (frozen) worksheet_freeze_panes(sheet, (lxw_row_t)frozen, 1);
    for (size_t i = 0; i < count; i++) worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, widths[i], NULL);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
    if (frozen) worksheet_repeat_rows(sheet, 0, (lxw_row_t)frozen - 1);
    worksheet_set_footer(sheet, "&L&F&C&A&RPage &P of &N");
    return added;
}

static const struct apsis_output *output_of(const struct book *b, const struct apsis_measure *m) { return &b->result->ir->outputs[m->output]; }

static double percentile(const struct apsis_measure *m, double percent)
{
    for (size_t i = 0; i < m->percentile_count; i++)
        if (apsis_percent_value(m->percentiles[i].percent) == percent) return m->percentiles[i].value;
    return NAN;
}

static void title_of(const struct apsis_output *output, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s%s%s%s", output->name, output->label ? ": " : "", output->label ? output->label : "", output->unit ? " [" : "",
             output->unit ? output->unit : "", output->unit ? "]" : "");
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f) *at = ' ';
}

/* ---------------------------------------------------------------- charts */
static lxw_chart_series *add_line(struct book *b, lxw_chart *chart, const char *sheet, size_t first, size_t last, size_t names, size_t values, size_t head)
{
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    if (!series) apsis_out_of_memory(0);
    chart_series_set_categories(series, sheet, (lxw_row_t)first, (lxw_col_t)names, (lxw_row_t)last, (lxw_col_t)names);
    chart_series_set_values(series, sheet, (lxw_row_t)first, (lxw_col_t)values, (lxw_row_t)last, (lxw_col_t)values);
    chart_series_set_name_range(series, sheet, (lxw_row_t)head, (lxw_col_t)values);
    b->lines++;
    return series;
}

static lxw_chart *add_chart(struct book *b, uint8_t type, const struct apsis_output *output, const char *across, const char *up)
{
    char title[200];
    lxw_chart *chart = workbook_add_chart(b->workbook, type);
    if (!chart) apsis_out_of_memory(0);
    title_of(output, title, sizeof title);
    chart_title_set_name(chart, title);
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    chart_title_set_name_font(chart, &font);
    chart_axis_set_name(chart->x_axis, across);
    chart_axis_set_name(chart->y_axis, up);
    return chart;
}

static void put_chart(struct book *b, struct sheet *sheet, size_t row, size_t column, lxw_chart *chart, const struct apsis_output *output)
{
    char words[240] = "Chart of ";
    title_of(output, words + 9, sizeof words - 9);
    lxw_chart_options options = {.description = words, .x_scale = 1.25, .y_scale = 1.25};
    if (worksheet_insert_chart_opt(sheet->lxw, (lxw_row_t)row, (lxw_col_t)column, chart, &options) == LXW_NO_ERROR) b->charts++;
}

/* ---------------------------------------------------------------- sheets */
static void put_summary(struct book *b)
{
    static const char *const heads[] = {"Output", "Label", "Unit", "Mean", "Standard error", "Standard deviation", "P5", "P50", "P95", "Minimum", "Maximum", "Invalid draws"};
    static const char *const target_heads[] = {"Target", "Label", "Unit", "Above", "Probability", "95 % low", "95 % high"};
    const struct apsis_result *result = b->result;
    const struct apsis_ir *ir = result->ir;
    size_t row = 0, targets = 0, first = 0;
    put_text(b->summary, row++, 0, ir->title ? ir->title : ir->name ? ir->name : "model", b->title);
    char words[256], count[APSIS_TEXT_SIZE];
    snprintf(words, sizeof words, "%s draws, seed 0x%" PRIx64 "%s%s", apsis_text_count(count, result->done ? result->done : result->draws), result->seed, ir->scenario ? ", scenario " : "", ir->scenario ? ir->scenario : "");
    put_text(b->summary, row++, 0, words, NULL);
    put_heads(b, b->summary, row++, heads, 12);
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *m = &result->measures[i];
        const struct apsis_output *output = output_of(b, m);
        targets += m->target_count;
        if (m->period >= 0 || output->categories) continue;
        lxw_format *format = format_of(b, m);
        const double values[] = {m->mean, m->mean_se, m->sd, percentile(m, 5), percentile(m, 50), percentile(m, 95), m->min, m->max};
        put_text(b->summary, row, 0, output->name, NULL);
        put_text(b->summary, row, 1, output->label, b->wrap);
        put_text(b->summary, row, 2, output->unit, NULL);
        for (size_t k = 0; k < 8; k++) put_number(b->summary, row, 3 + k, values[k], format);
        put_number(b->summary, row++, 11, (double)m->invalid, b->decimals[0]);
    }
    if (!targets) return;
    size_t head = ++row;
    put_heads(b, b->summary, row++, target_heads, 7);
    first = row;
    const struct apsis_output *output = NULL;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *m = &result->measures[i];
        for (size_t k = 0; k < m->target_count; k++, row++) {
            const struct apsis_measured_target *t = &m->targets[k];
            struct apsis_buffer name = {0};
            char value[APSIS_TEXT_SIZE];
            output = output_of(b, m);
            apsis_report_column_name(ir, output->name, m->period, &name);
            apsis_buffer_printf(&name, " > %s", apsis_text_number(value, t->above, -1));
            put_text(b->summary, row, 0, name.text, NULL);
            apsis_buffer_free(&name);
            put_text(b->summary, row, 1, output->label, b->wrap);
            put_text(b->summary, row, 2, output->unit, NULL);
            put_number(b->summary, row, 3, t->above, format_for(b, t->above));
            put_number(b->summary, row, 4, t->probability, b->share);
            put_number(b->summary, row, 5, t->low, b->share);
            put_number(b->summary, row, 6, t->high, b->share);
        }
    }
    lxw_chart *chart = add_chart(b, LXW_CHART_BAR, output, "Probability", "Target"); /* of bars x is the value axis */
    chart_title_set_name(chart, "Chance of each target");
    chart_axis_set_reverse(chart->y_axis);
    chart_axis_set_min(chart->x_axis, 0);
    chart_axis_set_max(chart->x_axis, 1);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    add_line(b, chart, "Summary", first, row - 1, 0, 4, head);
    put_chart(b, b->summary, row + 1, 0, chart, output);
}

static void put_percentiles(struct book *b)
{
    static const char *const heads[] = {"Output", "Label", "Unit", "Percentile (%)", "Value", "95 % low", "95 % high", "Draw"};
    size_t row = 1;
    put_heads(b, b->percentiles, 0, heads, 8);
    for (size_t i = 0; i < b->result->measure_count; i++) {
        const struct apsis_measure *m = &b->result->measures[i];
        const struct apsis_output *output = output_of(b, m);
        for (size_t k = 0; m->period < 0 && k < m->percentile_count; k++, row++) {
            const struct apsis_measured_percentile *p = &m->percentiles[k];
            lxw_format *format = format_of(b, m);
            put_text(b->percentiles, row, 0, output->name, NULL);
            put_text(b->percentiles, row, 1, output->label, NULL);
            put_text(b->percentiles, row, 2, output->unit, NULL);
            put_number(b->percentiles, row, 3, apsis_percent_value(p->percent), NULL);
            put_number(b->percentiles, row, 4, p->value, format);
            put_number(b->percentiles, row, 5, p->low, format);
            put_number(b->percentiles, row, 6, p->high, format);
            put_number(b->percentiles, row, 7, p->draw == APSIS_NO_DRAW ? NAN : (double)p->draw, b->decimals[0]);
        }
    }
}

/* Periods down, what is known of each across, and a chart beside it; measures first .. first + count - 1 are the periods. */
static size_t put_series(struct book *b, size_t first, size_t count, size_t row)
{
    const struct apsis_measure *list = &b->result->measures[first];
    const struct apsis_output *output = output_of(b, list);
    char title[300], label[16];
    size_t columns = output->categories ? output->category_count : list->percentile_count, head = row + 1;
    title_of(output, title, sizeof title);
    put_text(b->series, row, 0, title, b->title);
    put_text(b->series, head, 0, "Period", b->head);
    if (!output->categories) put_text(b->series, head, columns + 1, "Mean", b->head);
    for (size_t k = 0; k < columns; k++) {
        char percent[APSIS_TEXT_SIZE];
        put_text(b->series, head, k + 1, output->categories ? output->categories[k] : apsis_report_percent(percent, list->percentiles[k].percent), b->head);
    }
    for (size_t i = 0; i < count; i++) {
        const struct apsis_measure *m = &list[i];
        put_text(b->series, head + 1 + i, 0, apsis_period_label(b->result->ir, m->period, label), NULL);
        for (size_t k = 0; k < columns; k++) {
            if (output->categories) put_number(b->series, head + 1 + i, k + 1, m->valid ? (double)m->category_counts[k] / (double)m->valid : NAN, b->share);
            else put_number(b->series, head + 1 + i, k + 1, m->percentiles[k].value, format_of(b, m));
        }
        if (!output->categories) put_number(b->series, head + 1 + i, columns + 1, m->mean, format_of(b, m));
    }
    lxw_chart *chart = add_chart(b, output->categories ? LXW_CHART_COLUMN_STACKED_PERCENT : LXW_CHART_LINE, output, "Period", output->categories ? "Share of draws" : output->unit ? output->unit : "Value");
    size_t lines = output->categories ? columns : columns + 1;
    for (size_t k = 0; k < lines; k++) add_line(b, chart, "Series", head + 1, head + count, 0, k + 1, head);
    put_chart(b, b->series, row, lines + 2, chart, output);
    return row + 3 + (count + 2 > CHART_ROWS ? count + 1 : CHART_ROWS);
}

static void put_all_series(struct book *b)
{
    size_t row = 0;
    for (size_t i = 0, next; i < b->result->measure_count; i = next) {
        const struct apsis_measure *m = &b->result->measures[i];
        for (next = i + 1; next < b->result->measure_count && m->period >= 0 && b->result->measures[next].output == m->output;) next++;
        if (m->period >= 0) row = put_series(b, i, next - i, row);
    }
    if (row == 0) put_text(b->series, 0, 0, "The model has no series output.", NULL);
}

static void put_histograms(struct book *b)
{
    size_t row = 0;
    for (size_t i = 0; i < b->result->measure_count; i++) {
        const struct apsis_measure *m = &b->result->measures[i];
        const struct apsis_output *output = output_of(b, m);
        char title[300];
        size_t count = m->histogram_count, head = row + 1;
        if (!count) continue;
        title_of(output, title, sizeof title);
        put_text(b->histograms, row, 0, title, b->title);
        put_text(b->histograms, head, 0, "From", b->head);
        put_text(b->histograms, head, 1, "To", b->head);
        put_text(b->histograms, head, 2, "Draws", b->head);
        lxw_format *format = format_of(b, m);
        for (size_t k = 0; k < count; k++) {
            put_number(b->histograms, head + 1 + k, 0, m->histogram_edges[k], format);
            put_number(b->histograms, head + 1 + k, 1, m->histogram_edges[k + 1], format);
            put_number(b->histograms, head + 1 + k, 2, (double)m->histogram_counts[k], b->decimals[0]);
        }
        struct apsis_text_bins bins = {m->histogram_edges, m->histogram_counts, count, m->min, m->max};
        struct apsis_text_range range;
        struct apsis_arena *arena = apsis_arena_new();
        if (apsis_text_bin_range(&bins, APSIS_NEW_ARRAY(arena, double, count + 1), &range)) {
            lxw_chart *chart = add_chart(b, LXW_CHART_COLUMN, output, output->unit ? output->unit : output->name, "Draws");
            lxw_chart_series *series = add_line(b, chart, "Histograms", head + 1 + range.first, head + 1 + range.last, 0, 2, head);
            lxw_chart_line edge = {.none = LXW_TRUE};
            chart_series_set_line(series, &edge);
            chart_set_series_gap(chart, 4);
            chart_axis_set_label_position(chart->x_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
            chart_axis_set_num_format(chart->y_axis, "#,##0");
            chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
            put_chart(b, b->histograms, row, 4, chart, output);
        }
        apsis_arena_free(arena);
        row += 3 + (count + 2 > CHART_ROWS ? count + 1 : CHART_ROWS);
    }
    if (row == 0) put_text(b->histograms, 0, 0, "No output has a histogram.", NULL);
}

static void put_assumptions(struct book *b)
{
    static const char *const heads[] = {"Input", "Label", "Unit", "Distribution", "Mean", "Standard deviation", "P5", "P50", "P95", "Source", "Section"};
    const struct apsis_ir *ir = b->result->ir;
    put_heads(b, b->assumptions, 0, heads, 11);
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *input = &ir->inputs[i];
        struct apsis_input_summary s = apsis_input_summarise(input->distribution);
        const double values[] = {s.mean, s.sd, s.p5, s.p50, s.p95};
        put_text(b->assumptions, i + 1, 0, input->name, NULL);
        put_text(b->assumptions, i + 1, 1, input->label, b->wrap);
        put_text(b->assumptions, i + 1, 2, input->unit, NULL);
        put_text(b->assumptions, i + 1, 3, input->text, b->wrap);
        for (size_t k = 0; k < 5; k++) put_number(b->assumptions, i + 1, 4 + k, values[k], format_for(b, values[k]));
        put_text(b->assumptions, i + 1, 9, input->source, b->wrap);
        put_text(b->assumptions, i + 1, 10, apsis_ir_section(ir, input->section), b->wrap);
    }
}

static void put_record(struct book *b)
{
    const struct apsis_result *result = b->result;
    char seed[32], draws[32];
    snprintf(seed, sizeof seed, "0x%" PRIx64, result->seed);
    snprintf(draws, sizeof draws, "%" PRIu64, result->partial ? result->done : result->draws);
    const char *const rows[][2] = {{"Model", b->report->model_file}, {"SHA-256 of the model", b->report->model_sha256}, {"Scenario", result->ir->scenario}, {"Seed", seed}, {"Draws", draws},
                                   {"Digest", result->digest}, {"Apsis", apsis_version()}, {"The same again", b->report->command}, {"One draw", b->report->replay}};
    put_text(b->record, 0, 0, "Run record", b->title);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_text(b->record, i + 1, 0, rows[i][0], b->head);
        put_text(b->record, i + 1, 1, rows[i][1], b->wrap);
    }
}

/* ---------------------------------------------------------------- the file */
static lxw_format *add_format(struct book *b, const char *number)
{
    lxw_format *format = workbook_add_format(b->workbook);
    if (!format) apsis_out_of_memory(0);
    if (number) format_set_num_format(format, number);
    return format;
}

static void put_properties(struct book *b)
{
    const struct apsis_ir *ir = b->result->ir;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    long long date = epoch ? atoll(epoch) : 0;
    char title[256];
    snprintf(title, sizeof title, "%s", ir->title ? ir->title : ir->name ? ir->name : "model");
    lxw_doc_properties properties = {.title = title, .subject = "Monte Carlo results", .author = "Apsis", .comments = (char *)b->result->digest, .created = date > 0 ? (time_t)date : NO_DATE};
    workbook_set_properties(b->workbook, &properties);
}

static void put_book(struct book *b)
{
    static const double summary[] = {28, 34, 10, 13, 13, 13, 13, 13, 13, 13, 13, 13}, percentiles[] = {28, 34, 10, 12, 14, 14, 14, 12}, series[] = {14, 12, 12, 12, 12, 12, 12, 12},
                        histograms[] = {14, 14, 14}, assumptions[] = {28, 34, 10, 40, 12, 12, 12, 12, 12, 40, 20}, record[] = {24, 90};
    b->title = add_format(b, NULL);
    format_set_bold(b->title);
    format_set_font_size(b->title, 13);
    b->head = add_format(b, NULL);
    format_set_bold(b->head);
    format_set_bottom(b->head, LXW_BORDER_THIN);
    b->wrap = add_format(b, NULL);
    format_set_text_wrap(b->wrap);
    format_set_align(b->wrap, LXW_ALIGN_VERTICAL_TOP);
    b->share = add_format(b, "0.0%");
    b->tiny = add_format(b, "0.000E+00");
    for (int i = 0; i < FORMATS; i++) {
        char number[32] = "#,##0";
        if (i) snprintf(number, sizeof number, "#,##0.%.*s", i, "0000000000");
        b->decimals[i] = add_format(b, number);
    }
    b->summary = add_sheet(b, "Summary", 3, summary, 12);
    b->percentiles = add_sheet(b, "Percentiles", 1, percentiles, 8);
    b->series = add_sheet(b, "Series", 0, series, 8);
    b->assumptions = add_sheet(b, "Assumptions", 1, assumptions, 11);
    b->histograms = add_sheet(b, "Histograms", 0, histograms, 3);
    b->record = add_sheet(b, "Run record", 0, record, 2);
    put_properties(b);
    put_summary(b);
    put_percentiles(b);
    put_all_series(b);
    put_assumptions(b);
    put_histograms(b);
    put_record(b);
}

/* 1: all of the file was added. */
static int read_all(FILE *file, struct apsis_buffer *out)
{
    size_t got;
    while ((got = fread(apsis_buffer_room(out, 65536), 1, 65536, file)) > 0) out->length += got;
    return !ferror(file) && out->length > 0;
}

enum apsis_status apsis_report_run_xlsx(const struct apsis_result *result, const struct apsis_report *report, struct apsis_buffer *out, const char **why)
{
    const char *temporary = getenv("TMPDIR");
    struct book book = {.result = result, .report = report};
    struct apsis_cleanup cleanup;
    *why = "no temporary file could be made: see TMPDIR";
    int wrote = snprintf(book.folder, sizeof book.folder, "%s/apsis-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (wrote < 0 || (size_t)wrote >= sizeof book.folder || !mkdtemp(book.folder)) return APSIS_FAILURE;
    snprintf(book.path, sizeof book.path, "%s/book.xlsx", book.folder);
    book.locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* libxlsxwriter prints numbers by the thread's locale */
    book.before = book.locale ? uselocale(book.locale) : (locale_t)0;
    apsis_escape_defer(&cleanup, give_up, &book);
    lxw_workbook_options options = {.tmpdir = book.folder};
    book.workbook = workbook_new_opt(book.path, &options);
    if (!book.workbook) apsis_out_of_memory(0);
    put_book(&book);
    lxw_error error = workbook_close(book.workbook);
    book.workbook = NULL;
    *why = "the workbook could not be written: is the folder for temporary files (TMPDIR, /tmp) full?";
    FILE *file = error == LXW_NO_ERROR ? fopen(book.path, "rb") : NULL;
    int whole = 0; /* all of the file was read, and it is a whole workbook: libxlsxwriter does not look whether its temporary files were written */
    if (file) {
        struct apsis_cleanup open;
        apsis_escape_defer(&open, apsis_cleanup_file, file);
        whole = read_all(file, out);
        apsis_escape_drop(&open);
        fclose(file);
    }
    if (whole) {
        struct apsis_xlsx_written written = {book.cells, book.sheet_count, book.charts, book.lines, book.summary->blanks || book.series->blanks || book.histograms->blanks};
        whole = apsis_xlsx_whole(out->text, out->length, &written);
    }
    apsis_escape_drop(&cleanup);
    give_up(&book);
    return whole ? APSIS_OK : APSIS_FAILURE;
}
#endif
