/* text_stress.c - a stress on a terminal: cells by harm with what each changes and how sure that is; a grid as a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/stress_report.h"

#define MOST_PERCENTILES 9

struct telling {
    const struct apsis_stress_report *report;
    const struct apsis_stress *stress;
    const struct apsis_page *page;
    struct apsis_arena *arena;
    struct apsis_buffer *out;
    size_t row;                          /* the number that is told of */
    int decimals;
    size_t shown[MOST_PERCENTILES], shown_count; /* which of its percentiles */
    size_t shortfall;                    /* which of its shortfalls, SIZE_MAX: none */
};

static const struct apsis_measure *measure_of(const struct telling *t, size_t cell)
{
    return t->stress->cells[cell].measures ? t->stress->cells[cell].measures[t->row] : NULL;
}
static const struct apsis_paired *paired_of(const struct telling *t, size_t cell)
{
    const struct apsis_paired *paired = cell && measure_of(t, cell) && t->stress->cells[cell].paired ? &t->stress->cells[cell].paired[t->row] : NULL;
    return paired && paired->base ? paired : NULL;
}
static const struct apsis_output *output_of(const struct telling *t, size_t row) { return &t->report->list->cells[0].ir->outputs[t->stress->rows[row].output]; }

static double half_of(const struct apsis_paired_value *d)
{
    double up = d->high - d->value, down = d->value - d->low;
    return up > down ? up : down;
}

static void put(struct apsis_text_table *table, double value, int decimals)
{
    char text[APSIS_TEXT_SIZE];
    apsis_text_cell(table, isfinite(value) ? apsis_text_number(text, value, decimals) : "");
}

static void put_change(struct apsis_text_table *table, double value, int decimals)
{
    char text[APSIS_TEXT_SIZE], whole[APSIS_TEXT_SIZE + 1];
    snprintf(whole, sizeof whole, "%s%s", value > 0 ? "+" : "", apsis_text_number(text, value, decimals));
    apsis_text_cell(table, isfinite(value) ? whole : "");
}

static void put_half(struct apsis_text_table *table, const struct telling *t, double half, int decimals)
{
    char text[APSIS_TEXT_SIZE], whole[APSIS_TEXT_SIZE + 8];
    int finer = half == 0 ? 0 : apsis_text_decimals(half);
    snprintf(whole, sizeof whole, "%s%s", apsis_text_plus_minus(t->page), apsis_text_number(text, half, half == 0 ? 0 : finer > decimals ? finer : decimals));
    apsis_text_cell(table, isfinite(half) ? whole : "");
}

/* The percentiles that people look at first, as many as fit. */
static void choose(struct telling *t, const struct apsis_measure *base)
{
    size_t room = t->page->width >= 100 ? 5 : 3;
    t->shown_count = 0;
    for (int round = 0; round < 2 && t->shown_count == 0; round++)
        for (size_t i = 0; i < base->percentile_count && t->shown_count < (round ? MOST_PERCENTILES : room); i++) {
            double p = apsis_percent_value(base->percentiles[i].percent);
            if (round || p == 5 || p == 50 || p == 95 || (room > 3 && (p == 25 || p == 75))) t->shown[t->shown_count++] = i;
        }
    t->shortfall = SIZE_MAX;
    for (size_t i = 0; i < base->shortfall_count && t->shortfall == SIZE_MAX; i++)
        if (!base->shortfalls[i].high_side) t->shortfall = i;
    t->decimals = apsis_report_decimals(base);
}

/* One cell: its figures; what changes; how sure that is. */
static void put_cell(struct telling *t, struct apsis_text_table *table, size_t cell)
{
    const struct apsis_measure *m = measure_of(t, cell);
    const struct apsis_paired *d = paired_of(t, cell);
    char text[APSIS_TEXT_SIZE];
    apsis_text_cell(table, t->stress->cells[cell].name);
    put(table, m ? m->mean : NAN, t->decimals);
    if (t->shortfall != SIZE_MAX) put(table, m ? m->shortfalls[t->shortfall].value : NAN, t->decimals);
    for (size_t i = 0; i < t->shown_count; i++) put(table, m ? m->percentiles[t->shown[i]].value : NAN, t->decimals);
    apsis_text_cell(table, d && isfinite(d->less) ? apsis_text_share(text, d->less, NAN) : "");
    if (!d) return;
    apsis_text_cell(table, d->same ? "  the same" : "  change");
    put_change(table, d->mean.value, t->decimals);
    if (t->shortfall != SIZE_MAX) put_change(table, d->shortfalls[t->shortfall].value, t->decimals);
    for (size_t i = 0; i < t->shown_count; i++) put_change(table, d->percentiles[t->shown[i]].value, t->decimals);
    apsis_text_cell(table, "");
    if (d->same) return;
    apsis_text_cell(table, "");
    put_half(table, t, half_of(&d->mean), t->decimals);
    if (t->shortfall != SIZE_MAX) put_half(table, t, half_of(&d->shortfalls[t->shortfall]), t->decimals);
    for (size_t i = 0; i < t->shown_count; i++) put_half(table, t, half_of(&d->percentiles[t->shown[i]]), t->decimals);
    apsis_text_cell(table, "");
}

static void put_title(struct telling *t, const char *behind)
{
    struct apsis_buffer title = {0};
    const struct apsis_output *output = output_of(t, t->row);
    apsis_buffer_printf(&title, "%s", t->report->rows[t->row]);
    if (output->label) apsis_buffer_printf(&title, "  %s", output->label);
    if (output->unit) apsis_buffer_printf(&title, " [%s]", output->unit);
    apsis_buffer_text(&title, behind);
    struct apsis_buffer clean = {0};
    apsis_text_add(&clean, title.text);
    apsis_text_heading(t->out, t->page, clean.text);
    apsis_buffer_free(&clean);
    apsis_buffer_free(&title);
}

static void put_number(struct telling *t)
{
    const struct apsis_measure *base = measure_of(t, 0);
    char text[APSIS_TEXT_SIZE];
    struct apsis_text_table table;
    choose(t, base);
    put_title(t, t->row == t->stress->of ? ", the worst first" : "");
    apsis_text_table_start(&table, t->arena, t->shown_count + 3 + (t->shortfall != SIZE_MAX), "lrrrrrrrrrrrrr");
    apsis_text_cell(&table, "");
    apsis_text_cell(&table, "mean");
    if (t->shortfall != SIZE_MAX) {
        snprintf(text, sizeof text, "worst %.3g %%", apsis_percent_value(base->shortfalls[t->shortfall].percent));
        apsis_text_cell(&table, text);
    }
    for (size_t i = 0; i < t->shown_count; i++) apsis_text_cell(&table, apsis_report_percent(text, base->percentiles[t->shown[i]].percent));
    apsis_text_cell(&table, "lower in");
    for (size_t place = 0; place < t->stress->cell_count; place++) put_cell(t, &table, apsis_stress_cell_at(t->stress, place));
    apsis_text_table_print(&table, t->page, 2, 1, t->out);
}

/* ---------------------------------------------------------------- targets */
/* "94.38 % (-1.82 ±0.15)" */
static const char *chance_words(struct telling *t, const struct apsis_measured_target *target, const struct apsis_paired_value *change)
{
    char share[APSIS_TEXT_SIZE], by[APSIS_TEXT_SIZE], error[APSIS_TEXT_SIZE];
    apsis_text_share(share, target->probability, (target->high - target->low) / 2);
    if (!change || !isfinite(change->value)) return apsis_arena_printf(t->arena, "%s", share);
    double half = 100 * half_of(change);
    int decimals = half > 0 ? apsis_text_decimals(half) : 0;
    apsis_text_number(by, 100 * change->value, decimals);
    apsis_text_number(error, half, decimals);
    return apsis_arena_printf(t->arena, "%s (%s%s %s%s)", share, change->value > 0 ? "+" : "", by, apsis_text_plus_minus(t->page), error);
}

#define CHANCE_WIDTH 25 /* columns that a chance with its change takes */

/* As many targets side by side as fit, the rest below. */
static void put_targets(struct telling *t)
{
    const struct apsis_measure *base = measure_of(t, 0);
    char number[APSIS_TEXT_SIZE];
    size_t names = 4, room;
    for (size_t cell = 0; cell < t->stress->cell_count; cell++) {
        size_t width = apsis_text_width(t->stress->cells[cell].name);
        names = width > names ? width : names;
    }
    if (names > (size_t)t->page->width / 3) names = (size_t)t->page->width / 3;
    room = ((size_t)t->page->width - 2 - names) / CHANCE_WIDTH;
    if (room == 0) room = 1;
    for (size_t first = 0; first < base->target_count; first += room) {
        size_t count = base->target_count - first < room ? base->target_count - first : room;
        struct apsis_text_table table;
        apsis_buffer_text(t->out, "\n");
        apsis_text_table_start(&table, t->arena, 1 + count, "lrrrrrrrrrrrrrrrrrrr");
        apsis_text_cell(&table, "");
        for (size_t i = first; i < first + count; i++) apsis_text_cell(&table, apsis_arena_printf(t->arena, "P(> %s)", apsis_text_number(number, base->targets[i].above, -1)));
        for (size_t place = 0; place < t->stress->cell_count; place++) {
            size_t cell = apsis_stress_cell_at(t->stress, place);
            const struct apsis_measure *m = measure_of(t, cell);
            const struct apsis_paired *d = paired_of(t, cell);
            apsis_text_cell(&table, t->stress->cells[cell].name);
            for (size_t i = first; i < first + count; i++) apsis_text_cell(&table, m ? chance_words(t, &m->targets[i], d && !d->same ? &d->targets[i] : NULL) : "");
        }
        apsis_text_table_print(&table, t->page, 2, 1, t->out);
    }
}

/* ---------------------------------------------------------------- the other numbers, in short */
static void put_brief(struct telling *t)
{
    const struct apsis_measure *base = measure_of(t, 0);
    struct apsis_text_table table;
    if (!base || output_of(t, t->row)->categories) return;
    t->decimals = apsis_report_decimals(base);
    put_title(t, "");
    apsis_text_table_start(&table, t->arena, 5, "lrrrr");
    apsis_text_cell(&table, "");
    apsis_text_cell(&table, "mean");
    apsis_text_cell(&table, "change");
    apsis_text_cell(&table, "");
    apsis_text_cell(&table, "lower in");
    for (size_t place = 0; place < t->stress->cell_count; place++) {
        size_t cell = apsis_stress_cell_at(t->stress, place);
        const struct apsis_measure *m = measure_of(t, cell);
        const struct apsis_paired *d = paired_of(t, cell);
        char text[APSIS_TEXT_SIZE];
        apsis_text_cell(&table, t->stress->cells[cell].name);
        put(&table, m ? m->mean : NAN, t->decimals);
        if (d && d->same) apsis_text_cell(&table, "the same");
        else if (d) put_change(&table, d->mean.value, t->decimals);
        else apsis_text_cell(&table, "");
        if (d && !d->same) put_half(&table, t, half_of(&d->mean), t->decimals);
        else apsis_text_cell(&table, "");
        apsis_text_cell(&table, d && !d->same && isfinite(d->less) ? apsis_text_share(text, d->less, NAN) : "");
    }
    apsis_text_table_print(&table, t->page, 2, 1, t->out);
}

static void put_categories(struct telling *t)
{
    const struct apsis_output *output = output_of(t, t->row);
    const struct apsis_measure *base = measure_of(t, 0);
    struct apsis_text_table table;
    size_t count = output->category_count < 6 ? output->category_count : 6;
    if (!base || count == 0) return;
    put_title(t, "");
    apsis_text_table_start(&table, t->arena, 1 + count, "lrrrrrr");
    apsis_text_cell(&table, "");
    for (size_t i = 0; i < count; i++) apsis_text_cell(&table, output->categories[i]);
    for (size_t place = 0; place < t->stress->cell_count; place++) {
        size_t cell = apsis_stress_cell_at(t->stress, place);
        const struct apsis_measure *m = measure_of(t, cell);
        char text[APSIS_TEXT_SIZE];
        apsis_text_cell(&table, t->stress->cells[cell].name);
        for (size_t i = 0; i < count; i++)
            apsis_text_cell(&table, m && m->valid && i < m->category_count ? apsis_text_share(text, (double)m->category_counts[i] / (double)m->valid, NAN) : "");
    }
    apsis_text_table_print(&table, t->page, 2, 1, t->out);
}

/* ---------------------------------------------------------------- grids */
/* The mean of a number over the grid: the first axis down, the second across; further axes are tables of their own. */
static void put_grid(struct telling *t)
{
    const struct apsis_grid *grid = t->report->list->grid;
    const struct apsis_measure *base = measure_of(t, 0);
    size_t across = grid->axis_count > 1 ? grid->axes[1].count : 1, down = grid->axes[0].count, deep = grid->cell_count / (across * down);
    char text[APSIS_TEXT_SIZE];
    t->decimals = apsis_report_decimals(base);
    put_title(t, ", its mean");
    apsis_buffer_printf(t->out, "  base: %s\n", apsis_text_number(text, base->mean, t->decimals));
    for (size_t plane = 0; plane < deep; plane++) {
        struct apsis_text_table table;
        apsis_text_table_start(&table, t->arena, 1 + across, "lrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
        size_t left = plane;
        struct apsis_buffer words = {0};
        for (size_t axis = grid->axis_count; axis-- > 2;) { /* the last axis runs fastest */
            size_t value = left % grid->axes[axis].count;
            left /= grid->axes[axis].count;
            const char *before = words.length ? apsis_arena_copy(t->arena, words.text, words.length) : NULL;
            words.length = 0;
            apsis_buffer_printf(&words, "%s = %s%s%s", grid->axes[axis].name, grid->axes[axis].values[value], before ? ", " : "", before ? before : "");
        }
        if (words.length) apsis_buffer_printf(t->out, "\n  %s\n", words.text);
        apsis_buffer_free(&words);
        apsis_text_cell(&table, grid->axis_count > 1 ? apsis_arena_printf(t->arena, "%s, %s across", grid->axes[0].name, grid->axes[1].name) : grid->axes[0].name);
        for (size_t x = 0; x < across; x++) apsis_text_cell(&table, grid->axis_count > 1 ? grid->axes[1].values[x] : "mean");
        for (size_t y = 0; y < down; y++) {
            apsis_text_cell(&table, grid->axes[0].values[y]);
            for (size_t x = 0; x < across; x++) {
                const struct apsis_measure *m = measure_of(t, t->report->list->grid_first + (y * across + x) * deep + plane);
                put(&table, m ? m->mean : NAN, t->decimals);
            }
        }
        apsis_text_table_print(&table, t->page, 2, 1, t->out);
    }
}

/* ---------------------------------------------------------------- the whole */
static void put_head(struct telling *t)
{
    const struct apsis_stress *stress = t->stress;
    const struct apsis_ir *ir = t->report->list->cells[0].ir;
    char count[APSIS_TEXT_SIZE];
    struct apsis_buffer line = {0};
    if (ir->title) {
        struct apsis_buffer title = {0};
        apsis_text_add(&title, ir->title);
        apsis_text_tone(t->out, t->page, APSIS_BOLD);
        apsis_text_wrap(t->out, t->page, title.text, 0);
        apsis_text_tone(t->out, t->page, APSIS_PLAIN);
        apsis_buffer_text(t->out, "\n");
        apsis_buffer_free(&title);
    }
    const char *dot = apsis_text_dot(t->page);
    apsis_text_add(&line, t->report->model_file);
    apsis_buffer_printf(&line, " %s %zu" APSIS_TEXT_TIE "cells %s %s paired draws %s seed %" PRIu64 " %s %s %s %.2f" APSIS_TEXT_TIE "s", dot, stress->cell_count, dot,
                        apsis_text_count(count, stress->draws), dot, stress->seed, dot, t->report->engine, dot, stress->seconds);
    apsis_text_wrap(t->out, t->page, line.text, 0);
    apsis_buffer_text(t->out, "\n");
    apsis_buffer_free(&line);
    if (stress->partial) apsis_buffer_text(t->out, "interrupted: cells without figures were not reached\n");
}

/* What scenarios are, for those who know their names only by heart. */
static void put_titles(struct telling *t)
{
    struct apsis_text_table table;
    size_t count = 0;
    apsis_text_table_start(&table, t->arena, 2, "ll");
    for (size_t place = 1; place < t->stress->cell_count; place++) {
        size_t cell = apsis_stress_cell_at(t->stress, place);
        if (!t->report->list->titles[cell]) continue;
        apsis_text_cell(&table, t->stress->cells[cell].name);
        apsis_text_cell(&table, t->report->list->titles[cell]);
        count++;
    }
    if (!count) return;
    apsis_buffer_text(t->out, "\n");
    apsis_text_table_print(&table, t->page, 2, 0, t->out);
}

void apsis_report_stress_text(const struct apsis_stress_report *report, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct telling t = {.report = report, .stress = report->stress, .page = page, .arena = arena, .out = out};
    const struct apsis_stress *stress = report->stress;
    int is_grid = report->list->grid && report->list->grid_first == 1 && report->list->grid->cell_count > 1;
    put_head(&t);
    t.row = stress->of;
    if (is_grid) {
        put_grid(&t);
        for (t.row = 0; t.row < stress->row_count; t.row++)
            if (t.row != stress->of && stress->rows[t.row].period < 0 && !output_of(&t, t.row)->categories && measure_of(&t, 0)) put_grid(&t);
        apsis_buffer_text(out, "\n--csv and --json hold every statistic of each cell and its change, with intervals\n");
        return;
    }
    put_titles(&t);
    put_number(&t);
    apsis_buffer_text(out, "\n  ");
    apsis_text_wrap(out, page, apsis_arena_printf(arena, "change: to the base, on the same draws; %s: half of its own 95 %% interval; lower in: share of the draws in which the cell has less",
                                                  apsis_text_plus_minus(page)), 2);
    apsis_buffer_text(out, "\n");
    put_targets(&t);
    for (t.row = 0; t.row < stress->row_count; t.row++) {
        if (t.row == stress->of || stress->rows[t.row].period >= 0) continue;
        if (output_of(&t, t.row)->categories) put_categories(&t);
        else put_brief(&t);
    }
}
