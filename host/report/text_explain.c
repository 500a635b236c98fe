/* text_explain.c - an explanation as a waterfall for a terminal: totals, parts with intervals and bars, and what changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"
#include "host/report/waterfall.h"

#define BAR 32      /* columns of a bar at most, and at least */
#define LEAST_BAR 6
#define NAME 32     /* a longer name of a model is cut to the file's */

struct telling {
    const struct apsis_explanation *x;
    const struct apsis_page *page;
    struct apsis_buffer *out;
    struct apsis_arena *arena;
    struct apsis_text_table table;
    size_t shown;            /* statistics that fit */
    int decimals[8];
    double low, high;        /* of the levels that the bars stand between */
    double level;            /* where the next part begins */
    size_t bar;              /* columns of a bar; 0: none */
};

static double half_of(const struct apsis_explained *e)
{
    double up = e->high - e->value, down = e->value - e->low;
    return up > down ? up : down;
}

/* ---------------------------------------------------------------- bars */
static void find_levels(struct telling *t)
{
    const struct apsis_explanation *x = t->x;
    double level = x->before[0].value;
    t->low = t->high = level;
    for (size_t i = 0; i < x->part_count; i++) {
        level += x->parts[i].values[0].value;
        if (level < t->low) t->low = level;
        if (level > t->high) t->high = level;
    }
    if (x->after[0].value < t->low) t->low = x->after[0].value;
    if (x->after[0].value > t->high) t->high = x->after[0].value;
    double span = t->high - t->low;
    if (t->low >= 0 && t->low < span) t->low = 0; /* zero is shown where it is near */
    else if (t->low > 0) t->low -= 0.15 * span;
    if (t->high <= 0 && -t->high < span) t->high = 0;
    else if (t->high < 0) t->high += 0.15 * span;
}

static size_t place(const struct telling *t, double level)
{
    double share = (level - t->low) / (t->high - t->low);
    return share > 0 ? (size_t)(share * (double)t->bar + 0.5) : 0;
}

/* A bar from one level to another; a part that is too small for it keeps a mark. */
static const char *bar_between(const struct telling *t, double from, double to, const char *full)
{
    struct apsis_buffer bar = {0};
    if (t->bar == 0 || !(t->high > t->low) || !isfinite(from) || !isfinite(to)) return "";
    size_t begin = place(t, from < to ? from : to), end = place(t, from < to ? to : from);
    if (begin == end && from == to) full = t->page->utf8 ? "\u2502" : "|";
    if (begin == end && begin == t->bar) begin--;
    if (begin == end) end++;
    apsis_buffer_repeat(&bar, ' ', begin);
    for (size_t i = begin; i < end; i++) apsis_buffer_text(&bar, full);
    const char *text = apsis_arena_copy(t->arena, bar.text, bar.length);
    apsis_buffer_free(&bar);
    return text;
}

/* The scale above the bars: what their left and right ends stand for. */
static const char *scale_of(const struct telling *t)
{
    char low[APSIS_TEXT_SIZE], high[APSIS_TEXT_SIZE];
    if (t->bar == 0 || !(t->high > t->low)) return "";
    size_t used = strlen(apsis_text_figures(low, t->low, 3)) + strlen(apsis_text_figures(high, t->high, 3));
    return used + 1 > t->bar ? "" : apsis_arena_printf(t->arena, "%s%*s%s", low, (int)(t->bar - used), "", high);
}

/* ---------------------------------------------------------------- the table */
/* The figures of a row, and below them their errors. */
static void put_row(struct telling *t, const char *name, const struct apsis_explained *values, const char *bar, int is_part)
{
    char text[APSIS_TEXT_SIZE], number[APSIS_TEXT_SIZE + 1];
    apsis_text_cell(&t->table, name);
    for (size_t k = 0; k < t->shown; k++) {
        apsis_text_number(text, values[k].value, t->decimals[k]);
        snprintf(number, sizeof number, "%s%s", is_part && values[k].value > 0 ? "+" : "", text);
        apsis_text_cell(&t->table, number);
    }
    apsis_text_cell(&t->table, bar);
    apsis_text_cell(&t->table, "");
    for (size_t k = 0; k < t->shown; k++) {
        double half = half_of(&values[k]);
        int exact = half == 0, finer = apsis_text_decimals(half);
        snprintf(number, sizeof number, "%s%s", apsis_text_plus_minus(t->page), apsis_text_number(text, half, exact ? 0 : finer > t->decimals[k] ? finer : t->decimals[k]));
        apsis_text_cell(&t->table, isfinite(half) ? number : "");
    }
    apsis_text_cell(&t->table, "");
}

static void choose_decimals(struct telling *t)
{
    for (size_t k = 0; k < t->shown; k++) {
        double half = half_of(&t->x->difference[k]);
        if (!(half > 0)) half = half_of(&t->x->before[k]);
        t->decimals[k] = apsis_text_decimals(half);
    }
}

/* "old.risk" of a long path to it */
static const char *short_name(const char *name)
{
    const char *at = apsis_text_width(name) > NAME ? strrchr(name, '/') : NULL;
    return at && at[1] ? at + 1 : name;
}

static void fill_table(struct telling *t)
{
    const struct apsis_explanation *x = t->x;
    char text[APSIS_TEXT_SIZE];
    int utf8 = t->page->utf8;
    apsis_text_table_start(&t->table, t->arena, t->shown + 2, "lrrrrrrrrr");
    t->table.right[t->shown + 1] = 0;
    t->table.dim_row_step = 2;
    apsis_text_cell(&t->table, "");
    for (size_t k = 0; k < t->shown; k++) apsis_text_cell(&t->table, x->statistics[k].is_mean ? "mean" : apsis_report_percent(text, x->statistics[k].percent));
    apsis_text_cell(&t->table, scale_of(t));
    put_row(t, short_name(x->old_name), x->before, bar_between(t, t->low > 0 || t->high < 0 ? t->low : 0, x->before[0].value, utf8 ? "\u2588" : "#"), 0);
    t->level = x->before[0].value;
    for (size_t i = 0; i < x->part_count; i++) {
        double value = x->parts[i].values[0].value;
        put_row(t, apsis_arena_printf(t->arena, "  %s", x->parts[i].name), x->parts[i].values, bar_between(t, t->level, t->level + value, value > 0 ? utf8 ? "\u2593" : "+" : utf8 ? "\u2591" : "-"), 1);
        t->level += value;
    }
    put_row(t, short_name(x->new_name), x->after, bar_between(t, t->low > 0 || t->high < 0 ? t->low : 0, x->after[0].value, utf8 ? "\u2588" : "#"), 0);
    put_row(t, "difference", x->difference, "", 1);
}

/* The bars take what the figures leave of the page. */
static void put_table(struct telling *t)
{
    size_t used = 2, columns = t->shown + 2;
    t->bar = 0;
    fill_table(t);
    for (size_t c = 0; c + 1 < columns; c++) {
        size_t widest = 0;
        for (size_t i = c; i < t->table.count; i += columns) {
            size_t width = apsis_text_width(t->table.cells[i]);
            widest = width > widest ? width : widest;
        }
        used += widest + 2;
    }
    size_t room = (size_t)t->page->width > used ? (size_t)t->page->width - used : 0;
    t->bar = room > BAR ? BAR : room < LEAST_BAR ? 0 : room;
    fill_table(t);
    apsis_text_table_print(&t->table, t->page, 2, 1, t->out);
}

/* ---------------------------------------------------------------- words */
static void put_change(struct telling *t, const struct apsis_explained_change *change)
{
    struct apsis_buffer line = {0};
    const char *arrow = t->page->utf8 ? "\u2192" : "->";
    if (change->added) apsis_buffer_printf(&line, "%s is new%s%s", change->name, change->now ? ": " : "", change->now ? change->now : "");
    else if (change->removed) apsis_buffer_printf(&line, "%s is gone%s%s", change->name, change->was ? "; it was " : "", change->was ? change->was : "");
    else apsis_buffer_printf(&line, "%s: %s %s %s", change->name, change->was ? change->was : "nothing", arrow, change->now ? change->now : "nothing");
    if (change->label) apsis_buffer_printf(&line, "  (%s)", change->label);
    apsis_buffer_text(t->out, "  ");
    struct apsis_buffer clean = {0};
    apsis_text_add(&clean, line.text);
    apsis_text_wrap(t->out, t->page, clean.text, 6);
    apsis_buffer_text(t->out, "\n");
    apsis_buffer_free(&clean);
    apsis_buffer_free(&line);
}

static void put_sentence(struct telling *t, const char *sentence)
{
    apsis_buffer_text(t->out, "  ");
    apsis_text_wrap(t->out, t->page, sentence, 2);
    apsis_buffer_text(t->out, "\n");
}

static void put_method(struct telling *t)
{
    const struct apsis_explanation *x = t->x;
    char draws[APSIS_TEXT_SIZE], cells[APSIS_TEXT_SIZE];
    const char *all = apsis_arena_printf(t->arena, "%s draws from seed %" PRIu64 "%s, the same in all %s mixtures of the two; below each figure its 95 %% interval.",
                                         apsis_text_count(draws, x->draws), x->seed, x->draws_chosen ? " (--draws takes more)" : "", apsis_text_count(cells, x->cells));
    apsis_buffer_text(t->out, "\n");
    if (x->part_count > 1 && x->in_order)
        put_sentence(t, apsis_arena_printf(t->arena, "More than 10 changes: they are made one after the other, in the order of the file; another order would share them out otherwise. %s", all));
    else if (x->part_count > 1)
        put_sentence(t, apsis_arena_printf(t->arena, "Each part is the average of what its change adds over all orders of making them (Shapley value): no order is preferred, and the parts add up. %s", all));
    else
        put_sentence(t, all);
    for (size_t i = 0; i < x->part_count; i++)
        if (x->parts[i].change_count > 1) {
            put_sentence(t, "Changes that only make sense together are one part.");
            break;
        }
}

void apsis_report_explanation_text(const struct apsis_explanation *x, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct telling t = {.x = x, .page = page, .out = out, .arena = apsis_arena_new()};
    struct apsis_output output = {.name = x->of, .label = x->label, .unit = x->unit};
    apsis_report_title_text(&output, page, out);
    apsis_buffer_text(out, "\n\n");
    if (x->part_count == 0 && x->idle_count == 0) {
        put_sentence(&t, "Nothing differs: the two are the same model, whatever their layout, order and labels.");
        apsis_arena_free(t.arena);
        return;
    }
    t.shown = x->statistic_count < 8 ? x->statistic_count : 8;
    if (page->width < 100 && t.shown > 4) t.shown = 4;
    choose_decimals(&t);
    find_levels(&t);
    put_table(&t);
    if (x->part_count) {
        apsis_text_heading(out, page, "What changed");
        for (size_t i = 0; i < x->part_count; i++)
            for (size_t k = 0; k < x->parts[i].change_count; k++) put_change(&t, &x->parts[i].changes[k]);
    }
    if (x->idle_count) {
        apsis_text_heading(out, page, apsis_arena_printf(t.arena, "Changed, and %s does not hang on it", x->of));
        for (size_t i = 0; i < x->idle_count; i++) put_change(&t, &x->idle[i]);
    }
    put_method(&t);
    apsis_arena_free(t.arena);
}
