/* html_stress_tables.c - the figures of a stress: values and changes, chances, the other outputs in short, a grid in shades. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "host/report/html_stress.h"

#define MOST_COLUMNS 12

/* "335", and below it "−311 ±2.1"; `d` NULL: the value alone */
static void put_value(const struct apsis_html_stress *s, double value, const struct apsis_paired_value *d, int decimals, const struct apsis_quantity *quantity)
{
    char text[APSIS_TEXT_SIZE];
    apsis_html_cell(s->html, isfinite(value) ? apsis_html_minus(apsis_text_number(text, value * quantity->scale, decimals)) : "none");
    if (d && isfinite(d->value)) apsis_html_element(s->html, "small", apsis_html_change(s->html, d->value, apsis_html_half(d->value, d->low, d->high), decimals, quantity));
}

static void put_share(const struct apsis_html_stress *s, double share)
{
    char text[APSIS_TEXT_SIZE];
    apsis_html_cell(s->html, isfinite(share) ? apsis_text_share(text, share, NAN) : "");
}

static void put_name(const struct apsis_html_stress *s, size_t cell, int same)
{
    apsis_html_raw(s->html, "<th scope=\"row\">");
    apsis_html_words(s->html, apsis_html_stress_name(s, cell));
    if (same) apsis_html_raw(s->html, "<small>the same in every draw</small>");
    apsis_html_raw(s->html, "</th>");
}

void apsis_html_stress_values(const struct apsis_html_stress *s, size_t places)
{
    struct apsis_html *html = s->html;
    size_t row = s->stress->of, shown[MOST_COLUMNS], count = 0, shortfall = SIZE_MAX;
    const struct apsis_measure *base = apsis_html_stress_measure(s, 0, row);
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
    if (!base) return;
    for (int round = 0; round < 2 && count == 0; round++)
        for (size_t i = 0; i < base->percentile_count && count < MOST_COLUMNS - 4; i++) {
            double p = apsis_percent_value(base->percentiles[i].percent);
            if (round || p == 5 || p == 25 || p == 50 || p == 75 || p == 95) shown[count++] = i;
        }
    for (size_t i = 0; i < base->shortfall_count && shortfall == SIZE_MAX; i++)
        if (base->shortfalls[i].high_side == s->more_is_worse) shortfall = i;
    const char *heads[MOST_COLUMNS + 1];
    char columns[MOST_COLUMNS + 1] = "l";
    size_t at = 0;
    heads[at++] = "";
    heads[at++] = "Mean";
    if (shortfall != SIZE_MAX) heads[at++] = apsis_arena_printf(html->arena, "Worst %.3g %%", apsis_percent_value(base->shortfalls[shortfall].percent));
    for (size_t i = 0; i < count; i++) {
        char text[APSIS_TEXT_SIZE];
        heads[at++] = apsis_arena_printf(html->arena, "%s", apsis_report_percent(text, base->percentiles[shown[i]].percent));
    }
    heads[at++] = s->more_is_worse ? "Higher in" : "Lower in";
    for (size_t i = 1; i < at; i++) columns[i] = 'r';
    columns[at] = 0;
    int decimals = apsis_html_decimals(apsis_report_decimals(base), &quantity);
    apsis_html_table(html, apsis_arena_printf(html->arena, "%s%s%s: each case, and below each figure its change with half of its 95 %% interval", apsis_html_capital(html, quantity.name), *quantity.unit ? ", " : "", quantity.unit), 0,
                     columns, heads);
    for (size_t place = 0; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
        const struct apsis_paired *d = apsis_html_stress_paired(s, cell, row), *told = d && !d->same ? d : NULL;
        apsis_html_row(html);
        put_name(s, cell, d && d->same);
        put_value(s, m ? m->mean : NAN, told ? &told->mean : NULL, decimals, &quantity);
        if (shortfall != SIZE_MAX) put_value(s, m ? m->shortfalls[shortfall].value : NAN, told ? &told->shortfalls[shortfall] : NULL, decimals, &quantity);
        for (size_t i = 0; i < count; i++) put_value(s, m ? m->percentiles[shown[i]].value : NAN, told ? &told->percentiles[shown[i]] : NULL, decimals, &quantity);
        put_share(s, told ? s->more_is_worse ? told->more : told->less : NAN);
    }
    apsis_html_table_end(html);
    apsis_html_raw(html, "<p class=\"soft\">All cases meet the same draws, so most of the chance is common to them and cancels: the \u00b1 of a change is of its own, and smaller than that of either value. ");
    apsis_html_printf(html, "%s: share of the draws in which the case has %s than the base.</p>\n", s->more_is_worse ? "Higher in" : "Lower in", s->more_is_worse ? "more" : "less");
}

/* ---------------------------------------------------------------- chances */
void apsis_html_stress_targets(const struct apsis_html_stress *s, size_t places)
{
    struct apsis_html *html = s->html;
    for (size_t row = 0; row < s->stress->row_count; row++) {
        const struct apsis_measure *base = apsis_html_stress_measure(s, 0, row);
        if (!base || base->target_count == 0 || s->stress->rows[row].period >= 0) continue;
        struct apsis_quantity quantity = apsis_html_stress_quantity(s, row), points = {.unit = "", .scale = 100};
        const char *heads[MOST_COLUMNS + 1];
        char columns[MOST_COLUMNS + 1] = "lrrrrrrrrrrr";
        size_t count = base->target_count < MOST_COLUMNS - 1 ? base->target_count : MOST_COLUMNS - 1;
        heads[0] = "";
        columns[1 + count] = 0;
        for (size_t i = 0; i < count; i++) heads[1 + i] = base->targets[i].above == 0 ? "above zero" : apsis_arena_printf(html->arena, "above %s", apsis_html_amount_to(html, base->targets[i].above, -1, &quantity));
        apsis_html_table(html, apsis_arena_printf(html->arena, "Chance that %s is above; below each its change in points of per cent", quantity.name), 0, columns, heads);
        for (size_t place = 0; place < places; place++) {
            size_t cell = apsis_stress_cell_at(s->stress, place);
            const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
            const struct apsis_paired *d = apsis_html_stress_paired(s, cell, row);
            apsis_html_row(html);
            put_name(s, cell, d && d->same);
            for (size_t i = 0; i < count; i++) {
                char text[APSIS_TEXT_SIZE];
                const struct apsis_measured_target *t = m ? &m->targets[i] : NULL;
                apsis_html_cell(html, t && isfinite(t->probability) ? apsis_text_share(text, t->probability, (t->high - t->low) / 2) : "none");
                if (d && !d->same && isfinite(d->targets[i].value))
                    apsis_html_element(html, "small", apsis_html_change(html, d->targets[i].value, apsis_html_half(d->targets[i].value, d->targets[i].low, d->targets[i].high), -1, &points));
            }
        }
        apsis_html_table_end(html);
    }
}

/* ---------------------------------------------------------------- the other outputs */
static int is_other(const struct apsis_html_stress *s, size_t row)
{
    return row != s->stress->of && s->stress->rows[row].period < 0 && apsis_html_stress_measure(s, 0, row);
}

int apsis_html_stress_has_others(const struct apsis_html_stress *s)
{
    for (size_t row = 0; row < s->stress->row_count; row++)
        if (is_other(s, row)) return 1;
    return 0;
}

static void put_categories(const struct apsis_html_stress *s, size_t row, size_t places)
{
    struct apsis_html *html = s->html;
    const struct apsis_output *output = apsis_html_stress_output(s, row);
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
    const char *heads[MOST_COLUMNS + 1];
    char columns[MOST_COLUMNS + 1] = "lrrrrrrrrrrr";
    size_t count = output->category_count < MOST_COLUMNS - 1 ? output->category_count : MOST_COLUMNS - 1;
    heads[0] = "";
    columns[1 + count] = 0;
    for (size_t i = 0; i < count; i++) heads[1 + i] = output->categories[i];
    apsis_html_table(html, apsis_arena_printf(html->arena, "Shares of %s", quantity.name), 0, columns, heads);
    for (size_t place = 0; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
        apsis_html_row(html);
        put_name(s, cell, 0);
        for (size_t i = 0; i < count; i++) put_share(s, m && m->valid && i < m->category_count ? (double)m->category_counts[i] / (double)m->valid : NAN);
    }
    apsis_html_table_end(html);
}

void apsis_html_stress_others(const struct apsis_html_stress *s, size_t places)
{
    static const char *const heads[] = {"", "Mean", "Change", "Lower in"};
    struct apsis_html *html = s->html;
    int open = 0;
    for (size_t row = 0; row < s->stress->row_count; row++) {
        if (!is_other(s, row) || apsis_html_stress_output(s, row)->categories) continue;
        struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
        int decimals = apsis_html_decimals(apsis_report_decimals(apsis_html_stress_measure(s, 0, row)), &quantity);
        if (!open++) apsis_html_table(html, "The mean of each other output, and its change with half of its 95 % interval", 0, "lrrr", heads);
        apsis_html_table_group(html, 4, apsis_arena_printf(html->arena, "%s%s%s", apsis_html_capital(html, quantity.name), *quantity.unit ? ", " : "", quantity.unit));
        for (size_t place = 0; place < places; place++) {
            size_t cell = apsis_stress_cell_at(s->stress, place);
            const struct apsis_measure *m = apsis_html_stress_measure(s, cell, row);
            const struct apsis_paired *d = apsis_html_stress_paired(s, cell, row);
            apsis_html_row(html);
            put_name(s, cell, 0);
            put_value(s, m ? m->mean : NAN, NULL, decimals, &quantity);
            apsis_html_cell(html, !d ? "" : d->same ? "the same" : apsis_html_change(html, d->mean.value, apsis_html_half(d->mean.value, d->mean.low, d->mean.high), decimals, &quantity));
            put_share(s, d && !d->same ? d->less : NAN);
        }
    }
    if (open) apsis_html_table_end(html);
    for (size_t row = 0; row < s->stress->row_count; row++)
        if (is_other(s, row) && apsis_html_stress_output(s, row)->category_count) put_categories(s, row, places);
}

/* ---------------------------------------------------------------- grids */
/* Shades go by the distance from the base's mean: up to four on either side, the same for all tables of a number. */
static const char *shade(double value, double base, double reach)
{
    static const char *const up[] = {"u1", "u2", "u3", "u4"}, *const down[] = {"d1", "d2", "d3", "d4"};
    double share = fabs(value - base) / reach;
    if (!(share > 0.02)) return "u0";
    int step = share > 0.75 ? 3 : share > 0.5 ? 2 : share > 0.25 ? 1 : 0;
    return value > base ? up[step] : down[step];
}

static const char *plane_words(const struct apsis_html_stress *s, const struct apsis_grid *grid, size_t plane)
{
    const char *words = NULL;
    for (size_t axis = grid->axis_count; axis-- > 2; plane /= grid->axes[axis].count) /* the last axis runs fastest */
        words = apsis_arena_printf(s->html->arena, "%s = %s%s%s", grid->axes[axis].name, grid->axes[axis].values[plane % grid->axes[axis].count], words ? ", " : "", words ? words : "");
    return words;
}

void apsis_html_stress_grid(const struct apsis_html_stress *s, size_t row)
{
    struct apsis_html *html = s->html;
    const struct apsis_grid *grid = s->report->list->grid;
    const struct apsis_measure *base = apsis_html_stress_measure(s, 0, row);
    size_t across = grid->axis_count > 1 ? grid->axes[1].count : 1, down = grid->axes[0].count, deep = grid->cell_count / (across * down);
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, row);
    if (!base) return;
    int decimals = apsis_html_decimals(apsis_report_decimals(base), &quantity);
    char text[APSIS_TEXT_SIZE];
    double reach = 0;
    for (size_t i = 0; i < grid->cell_count; i++) {
        const struct apsis_measure *m = apsis_html_stress_measure(s, s->report->list->grid_first + i, row);
        if (m && isfinite(m->mean)) reach = fmax(reach, fabs(m->mean - base->mean));
    }
    apsis_html_raw(html, "<h3>");
    apsis_html_words(html, apsis_html_capital(html, quantity.name));
    apsis_html_raw(html, "</h3>\n<p class=\"soft\">The mean; that of the base is ");
    apsis_html_words(html, apsis_html_amount_to(html, base->mean, decimals, &quantity));
    apsis_html_raw(html, ". Cells are shaded by their distance from it: blue above, orange below.</p>\n");
    for (size_t plane = 0; plane < deep; plane++) {
        const char **heads = APSIS_NEW_ARRAY(html->arena, const char *, across + 2), *words = plane_words(s, grid, plane);
        char *columns = APSIS_NEW_ARRAY(html->arena, char, across + 2);
        heads[0] = grid->axis_count > 1 ? apsis_arena_printf(html->arena, "%s \u2193, %s \u2192", grid->axes[0].name, grid->axes[1].name) : grid->axes[0].name;
        columns[0] = 'l';
        for (size_t x = 0; x < across; x++) heads[1 + x] = grid->axis_count > 1 ? grid->axes[1].values[x] : "Mean", columns[1 + x] = 'r';
        columns[1 + across] = 0;
        apsis_html_table(html, apsis_arena_printf(html->arena, "Mean of %s%s%s over the grid%s%s", quantity.name, *quantity.unit ? ", " : "", quantity.unit, words ? ": " : "", words ? words : ""), 0, columns, heads);
        for (size_t y = 0; y < down; y++) {
            apsis_html_row(html);
            apsis_html_row_head(html, grid->axes[0].values[y]);
            for (size_t x = 0; x < across; x++) {
                const struct apsis_measure *m = apsis_html_stress_measure(s, s->report->list->grid_first + (y * across + x) * deep + plane, row);
                apsis_html_printf(html, "<td class=\"h %s\">", m && reach > 0 ? shade(m->mean, base->mean, reach) : "u0");
                apsis_html_text(html, m && isfinite(m->mean) ? apsis_html_minus(apsis_text_number(text, m->mean * quantity.scale, decimals)) : "none");
            }
        }
        apsis_html_table_end(html);
    }
}
