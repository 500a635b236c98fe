/* html_explain.c - the report of an explanation as one HTML page: a waterfall from the old answer to the new, and what changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"
#include "host/report/waterfall.h"

#define MOST_FIGURES 12 /* waterfalls; the table has all statistics */
#define MOST_COLUMNS 12
#define MOST_PARTS 200

struct telling {
    struct apsis_html *html;
    const struct apsis_explanation *x;
    struct apsis_quantity quantity;
    int decimals;
};

static double half_of(const struct apsis_explained *e) { return apsis_html_half(e->value, e->low, e->high); }

static const char *statistic_name(const struct telling *t, size_t k)
{
    char text[APSIS_TEXT_SIZE];
    return t->x->statistics[k].is_mean ? "Mean" : apsis_arena_printf(t->html->arena, "%s", apsis_report_percent(text, t->x->statistics[k].percent));
}

static void put_strong(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<strong>");
    apsis_html_words(html, text);
    apsis_html_raw(html, "</strong>");
}

/* ---------------------------------------------------------------- in words */
static void put_headline(const struct telling *t)
{
    struct apsis_html *html = t->html;
    const struct apsis_explanation *x = t->x;
    const struct apsis_explained *d = &x->difference[0];
    if (x->part_count == 0) {
        apsis_html_raw(html, x->idle_count ? "<p class=\"lead\">Nothing that changed reaches " : "<p class=\"lead\">Nothing differs: the two are the same model, and so is ");
        apsis_html_words(html, t->quantity.name);
        apsis_html_raw(html, ".</p>\n");
        return;
    }
    apsis_html_raw(html, "<p class=\"lead\">The expected ");
    apsis_html_words(html, t->quantity.name);
    if (!isfinite(d->value)) {
        apsis_html_raw(html, " has no mean in one of the two.</p>\n");
        return;
    }
    apsis_html_raw(html, d->value < 0 ? " falls from " : d->value > 0 ? " rises from " : " stays at ");
    put_strong(html, apsis_html_amount(html, x->before[0].value, &t->quantity));
    if (d->value != 0) {
        apsis_html_raw(html, " to ");
        put_strong(html, apsis_html_amount(html, x->after[0].value, &t->quantity));
        apsis_html_raw(html, ", by ");
        apsis_html_words(html, apsis_html_change_amount(html, d->value, half_of(d), &t->quantity));
    }
    apsis_html_raw(html, ".</p>\n<ul class=\"say\">\n");
    for (size_t i = 0; i < x->part_count && i < 4; i++) {
        const struct apsis_explained *part = &x->parts[i].values[0];
        if (!isfinite(part->value) || !(part->low > 0 || part->high < 0)) continue;
        const char *label = x->parts[i].change_count == 1 ? x->parts[i].changes[0].label : NULL;
        apsis_html_raw(html, "<li>");
        put_strong(html, x->parts[i].name);
        if (label) {
            apsis_html_raw(html, " (");
            apsis_html_words(html, label);
            apsis_html_raw(html, ")");
        }
        apsis_html_raw(html, part->value < 0 ? " takes " : " adds ");
        apsis_html_words(html, apsis_html_change_amount(html, part->value, half_of(part), &t->quantity));
        apsis_html_raw(html, part->value < 0 ? " off.</li>\n" : ".</li>\n");
    }
    if (x->part_count > 1)
        apsis_html_raw(html, x->in_order ? "<li>There are more than ten changes: they are made one after the other, in the order of the file; another order would share them out otherwise.</li>\n"
                                         : "<li>Each part is the average of what its change adds over all orders of making them (Shapley value): no order is preferred, and the parts add up.</li>\n");
    for (size_t i = 0; i < x->part_count; i++)
        if (x->parts[i].change_count > 1) {
            apsis_html_raw(html, "<li>Changes that only make sense together are one part.</li>\n");
            break;
        }
    apsis_html_raw(html, "</ul>\n");
}

/* ---------------------------------------------------------------- waterfalls */
/* "orbital.risk" of "models/orbital.risk"; "+ price_war" of what lies over the old model. */
static const char *short_name(const struct apsis_explanation *x, int is_new)
{
    const char *name = is_new ? x->new_name : x->old_name, *slash;
    size_t length = strlen(x->old_name);
    if (is_new && !strncmp(name, x->old_name, length) && !strncmp(name + length, " + ", 3)) return name + length + 1;
    while (strcspn(name, "/") < strcspn(name, " ") && (slash = strchr(name, '/')) && slash[1]) name = slash + 1;
    return name;
}

static void put_waterfall(const struct telling *t, size_t k)
{
    struct apsis_html *html = t->html;
    const struct apsis_explanation *x = t->x;
    size_t parts = x->part_count < MOST_PARTS ? x->part_count : MOST_PARTS, count = 0;
    struct apsis_html_span *spans = APSIS_NEW_ARRAY(html->arena, struct apsis_html_span, parts + 2);
    double scale = t->quantity.scale, level = x->before[k].value * scale, low, high;
    struct apsis_buffer words = {0};
    if (!isfinite(x->before[k].value) || !isfinite(x->after[k].value)) return;
    spans[count++] = (struct apsis_html_span){.name = short_name(x, 0), .text = apsis_html_amount(html, x->before[k].value, &t->quantity), .class = "i", .from = level, .to = level, .low = NAN, .high = NAN};
    for (size_t i = 0; i < parts; i++) {
        const struct apsis_explained *part = &x->parts[i].values[k];
        double to = level + part->value * scale;
        int sure = part->high > part->low;
        const char *text = apsis_html_change(html, part->value, half_of(part), -1, &t->quantity);
        spans[count++] = (struct apsis_html_span){.name = x->parts[i].name, .text = text, .class = part->value < 0 ? "neg" : "bar", .from = level, .to = to,
                                                  .low = sure ? level + part->low * scale : NAN, .high = sure ? level + part->high * scale : NAN, .joined = 1};
        apsis_buffer_printf(&words, " %s: %s.", x->parts[i].name, text);
        if (isfinite(to)) level = to;
    }
    double end = x->after[k].value * scale;
    spans[count++] = (struct apsis_html_span){.name = short_name(x, 1), .text = apsis_html_amount(html, x->after[k].value, &t->quantity), .class = "i", .from = end, .to = end, .low = NAN, .high = NAN, .joined = 1};
    apsis_html_spans_range(spans, count, &low, &high);
    /* totals stand on zero where it is near, else on the left end */
    double span = high - low, foot = low >= 0 && low < span ? 0 : high <= 0 && -high < span ? 0 : low < 0 && high > 0 ? 0 : low > 0 ? low - 0.15 * span : high + 0.15 * span;
    if (foot < low) low = foot;
    if (foot > high) high = foot;
    spans[0].from = spans[count - 1].from = foot;
    spans[count - 1].joined = 0;
    double height = APSIS_HTML_SPAN_ROW * (double)count;
    double side = apsis_html_spans_side(low, high, t->quantity.unit);
    struct apsis_html_figure figure = {.title = apsis_arena_printf(html->arena, x->statistics[k].is_mean ? "What moves the mean" : "What moves %s", statistic_name(t, k)), .subject = t->quantity.name,
                                       .note = "From the old answer to the new. Whisker: the 95 % interval of a part.",
                                       .description = apsis_arena_printf(html->arena, "From %s in %s to %s in %s.%s", spans[0].text, x->old_name, spans[count - 1].text, x->new_name, words.text ? words.text : ""),
                                       .height = height, .left = side, .right = side, .top = 4, .bottom = 24};
    apsis_buffer_free(&words);
    apsis_html_figure(html, &figure);
    apsis_html_spans(html, spans, count, low, high);
    apsis_html_axis_x(html, low, high, height, t->quantity.unit);
    static const char *const heads[] = {"", "Value", "from", "to"};
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "Parts of the change of %s of %s%s%s, with 95 %% intervals", x->statistics[k].is_mean ? "the mean" : statistic_name(t, k), t->quantity.name,
                                                    *t->quantity.unit ? ", " : "", t->quantity.unit), "lrrr", heads);
    for (size_t i = 0; i < parts + 3; i++) {
        const struct apsis_explained *e = i == 0 ? &x->before[k] : i <= parts ? &x->parts[i - 1].values[k] : i == parts + 1 ? &x->after[k] : &x->difference[k];
        double half = half_of(e) * scale, values[] = {e->value, e->low, e->high};
        int finer = half > 0 && isfinite(half) ? apsis_text_decimals(half) : t->decimals;
        char text[APSIS_TEXT_SIZE];
        apsis_html_row(html);
        apsis_html_row_head(html, i == 0 ? x->old_name : i <= parts ? x->parts[i - 1].name : i == parts + 1 ? x->new_name : "difference");
        for (int j = 0; j < 3; j++) apsis_html_cell(html, isfinite(values[j]) ? apsis_html_minus(apsis_text_number(text, values[j] * scale, finer > t->decimals ? finer : t->decimals)) : "none");
    }
    apsis_html_figure_end(html);
}

/* ---------------------------------------------------------------- the table */
static void put_row(const struct telling *t, const char *name, const struct apsis_explained *values, size_t count, int is_part)
{
    char text[APSIS_TEXT_SIZE], error[APSIS_TEXT_SIZE];
    apsis_html_row(t->html);
    apsis_html_row_head(t->html, name);
    for (size_t k = 0; k < count; k++) {
        double value = values[k].value * t->quantity.scale, half = half_of(&values[k]) * t->quantity.scale;
        int finer = half > 0 && isfinite(half) ? apsis_text_decimals(half) : -1, decimals = finer > t->decimals ? finer : t->decimals;
        apsis_html_cell(t->html, isfinite(value) ? is_part && value > 0 ? "+" : "" : "none");
        if (!isfinite(value)) continue;
        apsis_html_text(t->html, apsis_html_minus(apsis_text_number(text, value, decimals)));
        if (half > 0 && isfinite(half)) apsis_html_element(t->html, "small", apsis_arena_printf(t->html->arena, "\u00b1%s", apsis_text_number(error, half, decimals)));
    }
}

static void put_table(const struct telling *t)
{
    const struct apsis_explanation *x = t->x;
    const char *heads[MOST_COLUMNS + 1];
    char columns[MOST_COLUMNS + 1] = "lrrrrrrrrrrr";
    size_t count = x->statistic_count < MOST_COLUMNS - 1 ? x->statistic_count : MOST_COLUMNS - 1, parts = x->part_count < MOST_PARTS ? x->part_count : MOST_PARTS;
    heads[0] = "";
    columns[1 + count] = 0;
    for (size_t k = 0; k < count; k++) heads[1 + k] = statistic_name(t, k);
    apsis_html_table(t->html, apsis_arena_printf(t->html->arena, "%s%s%s: from the old answer to the new, with half of each 95 %% interval", apsis_html_capital(t->html, t->quantity.name),
                                                 *t->quantity.unit ? ", " : "", t->quantity.unit), 0, columns, heads);
    put_row(t, x->old_name, x->before, count, 0);
    for (size_t i = 0; i < parts; i++) put_row(t, x->parts[i].name, x->parts[i].values, count, 1);
    put_row(t, x->new_name, x->after, count, 0);
    put_row(t, "difference", x->difference, count, 1);
    apsis_html_table_end(t->html);
}

/* ---------------------------------------------------------------- what changed */
static void put_code(const struct telling *t, const char *text, const char *otherwise)
{
    apsis_html_raw(t->html, "<td class=\"x\">");
    if (text) apsis_html_element(t->html, "code", text);
    else apsis_html_element(t->html, "small", otherwise);
}

static void put_change(const struct telling *t, const struct apsis_explained_change *change, const char *part)
{
    apsis_html_row(t->html);
    apsis_html_raw(t->html, "<th scope=\"row\">");
    apsis_html_words(t->html, change->label ? change->label : change->name);
    if (change->label) apsis_html_element(t->html, "small", change->name);
    apsis_html_raw(t->html, "</th>");
    put_code(t, change->was, change->added ? "not there" : "");
    put_code(t, change->now, change->removed ? "gone" : "");
    apsis_html_cell(t->html, part);
}

static void put_changes(const struct telling *t)
{
    static const char *const heads[] = {"What", "Was", "Now", "At the mean"};
    const struct apsis_explanation *x = t->x;
    size_t left = MOST_PARTS;
    if (x->part_count + x->idle_count == 0) {
        apsis_html_raw(t->html, "<p>Nothing.</p>\n");
        return;
    }
    apsis_html_table(t->html, apsis_arena_printf(t->html->arena, "Every change, and what it does to %s%s%s at the mean", t->quantity.name, *t->quantity.unit ? ", " : "", t->quantity.unit), 0, "lllr", heads);
    for (size_t i = 0; i < x->part_count; i++)
        for (size_t k = 0; k < x->parts[i].change_count && left; k++, left--) {
            const struct apsis_explained *e = &x->parts[i].values[0];
            put_change(t, &x->parts[i].changes[k], k ? "with the one above" : apsis_html_change(t->html, e->value, half_of(e), -1, &t->quantity));
        }
    for (size_t i = 0; i < x->idle_count && left; i++, left--) put_change(t, &x->idle[i], "does not reach it");
    apsis_html_table_end(t->html);
    if (!left) apsis_html_printf(t->html, "<p class=\"soft\">The first %d; --json holds all.</p>\n", MOST_PARTS);
}

static void put_record(const struct telling *t, const struct apsis_explanation_origin *origin)
{
    struct apsis_html *html = t->html;
    const struct apsis_explanation *x = t->x;
    char text[APSIS_TEXT_SIZE];
    apsis_html_raw(html, "<p>Both answers, and every mixture of the two, are from the same draws: the same command gives the same figures on every machine and engine.</p>\n<dl class=\"record\">\n");
    apsis_html_record_item(html, "Old", x->old_name, 1);
    apsis_html_record_item(html, "SHA-256 of its model", origin->old_sha256, 1);
    apsis_html_record_item(html, "New", x->new_name, 1);
    apsis_html_record_item(html, "SHA-256 of its model", origin->new_sha256, 1);
    apsis_html_record_item(html, "Output", x->of, 1);
    apsis_html_record_item(html, "Seed", apsis_arena_printf(html->arena, x->seed < 1000000 ? "%" PRIu64 : "0x%" PRIx64, x->seed), 0);
    apsis_html_record_item(html, "Draws", apsis_text_count(text, x->draws), 0);
    apsis_html_record_item(html, "Mixtures run", apsis_text_count(text, x->cells), 0);
    apsis_html_record_item(html, "Command", origin->command, 1);
    apsis_html_record_item(html, "Apsis", apsis_version(), 0);
    snprintf(text, sizeof text, x->seconds < 10 ? "%.2f s" : "%.0f s", x->seconds);
    if (x->engine) apsis_html_record_item(html, "Engine", apsis_arena_printf(html->arena, "%s in %s", x->engine, text), 0);
    apsis_html_record_item(html, "Note", x->note, 0);
    apsis_html_raw(html, "</dl>\n");
}

void apsis_html_explanation(struct apsis_buffer *out, const struct apsis_explanation *x, const struct apsis_explanation_origin *origin)
{
    static const struct apsis_html_entry entries[] = {{"headline", "In short"}, {"waterfall", "From old to new"}, {"changes", "What changed"}, {"record", "Run record"}};
    struct apsis_html html = {.out = out, .arena = apsis_arena_new()};
    struct telling t = {.html = &html, .x = x};
    char draws[APSIS_TEXT_SIZE];
    /* an output of its own, for the words that all reports use */
    struct apsis_output output = {.name = x->of, .label = x->label, .unit = x->unit};
    struct apsis_ir ir = {.outputs = &output, .output_count = 1, .currency = origin->currency};
    const struct apsis_result result = {.ir = &ir};
    const struct apsis_measure measure = {.min = -INFINITY, .max = INFINITY};
    t.quantity = apsis_html_quantity(&html, &result, &measure);
    double half = half_of(&x->difference[0]);
    if (!(half > 0)) half = half_of(&x->before[0]);
    t.decimals = apsis_text_decimals(half * t.quantity.scale);
    apsis_html_begin(&html, origin->title ? origin->title : apsis_arena_printf(html.arena, "What moved %s", t.quantity.name), "What changed",
                     apsis_arena_printf(html.arena, "%s \u2192 %s \u00b7 %s draws, the same in both \u00b7 seed\u00a0%" PRIu64, x->old_name, x->new_name, apsis_text_count(draws, x->draws), x->seed));
    apsis_html_contents(&html, entries, 4);
    apsis_html_section(&html, "headline", "In short");
    put_headline(&t);
    apsis_html_section_end(&html);
    apsis_html_section(&html, "waterfall", "From old to new");
    if (x->part_count) {
        put_waterfall(&t, 0);
        if (x->statistic_count > 1) apsis_html_raw(&html, "<div class=\"charts\">\n");
        for (size_t k = 1; k < x->statistic_count && k < MOST_FIGURES && (k + 1) * x->part_count < 400; k++) put_waterfall(&t, k);
        if (x->statistic_count > 1) apsis_html_raw(&html, "</div>\n");
    }
    put_table(&t);
    apsis_html_section_end(&html);
    apsis_html_section(&html, "changes", "What changed");
    put_changes(&t);
    apsis_html_section_end(&html);
    apsis_html_section(&html, "record", "Run record");
    put_record(&t, origin);
    apsis_html_section_end(&html);
    apsis_html_end(&html);
    apsis_arena_free(html.arena);
}
