/* html_stack.c - the shares of a category output by period, one upon the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html.h"

#define HEIGHT 210.0
#define COLOURS 8

static double share_of(const struct apsis_measure *measure, size_t category)
{
    return measure->valid && category < measure->category_count ? (double)measure->category_counts[category] / (double)measure->valid : 0;
}

/* The colour of each category; where there are more than colours, the rarest share the last one. Returns how many colours are used. */
static size_t give_colours(struct apsis_html *html, const struct apsis_measure *measures, size_t count, size_t categories, size_t *colours)
{
    double *sums = APSIS_NEW_ARRAY(html->arena, double, categories + 1);
    for (size_t k = 0; k < categories; k++)
        for (size_t t = 0; t < count; t++) sums[k] += share_of(&measures[t], k);
    size_t used = 0;
    for (size_t k = 0; k < categories; k++) {
        size_t larger = 0;
        for (size_t m = 0; m < categories; m++) larger += sums[m] > sums[k] || (sums[m] == sums[k] && m < k);
        colours[k] = categories <= COLOURS || larger < COLOURS - 1 ? used++ : COLOURS - 1;
    }
    return categories <= COLOURS ? categories : COLOURS;
}

/* Its upper edge from left to right and its lower one back. */
static void put_layer(struct apsis_html *html, size_t colour, const double *below, const double *above, size_t count)
{
    apsis_html_printf(html, "<path class=\"s k%zu\" d=\"M0 %.0f", colour, 1000 * (1 - above[0]));
    for (size_t t = 0; t < count; t++) apsis_html_printf(html, "V%.0fH%.0f", 1000 * (1 - above[t]), 1000 * (double)(t + 1) / (double)count);
    for (size_t t = count; t-- > 0;) apsis_html_printf(html, "V%.0fH%.0f", 1000 * (1 - below[t]), 1000 * (double)t / (double)count);
    apsis_html_raw(html, "Z\"/>");
}

static void put_legend(struct apsis_html *html, const char *const *categories, size_t count, const size_t *colours, size_t used)
{
    int folded = count > COLOURS;
    apsis_html_raw(html, "<ul class=\"legend\" aria-hidden=\"true\">");
    for (size_t colour = used; colour-- > 0;) { /* from the top of the drawing down */
        apsis_html_printf(html, "<li><svg viewBox=\"0 0 10 10\"><rect class=\"k%zu\" width=\"10\" height=\"10\"/></svg>", colour);
        if (folded && colour == COLOURS - 1) apsis_html_text(html, "all others");
        else
            for (size_t k = 0; k < count; k++)
                if (colours[k] == colour) apsis_html_words(html, categories[k]);
        apsis_html_raw(html, "</li>");
    }
    apsis_html_raw(html, "</ul>\n");
}

static void put_data(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measures, size_t count, const struct apsis_quantity *quantity)
{
    const struct apsis_output *output = &result->ir->outputs[measures[0].output];
    size_t categories = output->category_count;
    char *columns = apsis_arena_alloc(html->arena, categories + 2), text[APSIS_TEXT_SIZE], label[16];
    const char **heads = APSIS_NEW_ARRAY(html->arena, const char *, categories + 1);
    columns[0] = 'l';
    heads[0] = "Period";
    for (size_t k = 0; k < categories; k++) columns[k + 1] = 'r', heads[k + 1] = output->categories[k];
    apsis_html_figure_data(html, apsis_arena_printf(html->arena, "%s: share of each by period", apsis_html_capital(html, quantity->name)), columns, heads);
    for (size_t t = 0; t < count; t++) {
        apsis_html_row(html);
        apsis_html_row_head(html, apsis_period_label(result->ir, measures[t].period, label));
        for (size_t k = 0; k < categories; k++) {
            double part = measures[t].valid ? share_of(&measures[t], k) : NAN, error = part > 0 && part < 1 ? sqrt(part * (1 - part) / (double)measures[t].valid) : NAN;
            apsis_html_cell(html, apsis_text_share(text, part, error < 0.0001 ? 0.0001 : error));
        }
    }
    apsis_html_figure_end(html);
}

void apsis_html_stack(struct apsis_html *html, const struct apsis_result *result, size_t first, size_t count)
{
    const struct apsis_measure *measures = &result->measures[first];
    const struct apsis_output *output = &result->ir->outputs[measures[0].output];
    struct apsis_quantity quantity = apsis_html_quantity(html, result, &measures[0]);
    size_t categories = output->category_count, *colours = APSIS_NEW_ARRAY(html->arena, size_t, categories + 1);
    double *below = APSIS_NEW_ARRAY(html->arena, double, count), *above = APSIS_NEW_ARRAY(html->arena, double, count);
    struct apsis_buffer words = {0};
    struct apsis_svg_ticks ticks = {0, 25, 5, 0};
    char from[16], to[16], share[2][APSIS_TEXT_SIZE];
    if (categories == 0) return;
    size_t used = give_colours(html, measures, count, categories, colours);
    apsis_period_label(result->ir, measures[0].period, from);
    apsis_period_label(result->ir, measures[count - 1].period, to);
    apsis_buffer_printf(&words, "Shares from %s to %s", from, to);
    for (size_t k = 0; k < categories; k++)
        apsis_buffer_printf(&words, "%s%s from %s to %s", k ? ", " : ": ", output->categories[k], apsis_text_share(share[0], share_of(&measures[0], k), 0.001),
                            apsis_text_share(share[1], share_of(&measures[count - 1], k), 0.001));
    struct apsis_html_figure figure = {
        .title = apsis_html_capital(html, quantity.name), .note = "share of the draws in each period", .description = apsis_arena_printf(html->arena, "%s.", words.text),
        .height = HEIGHT, .left = apsis_html_axis_room(&ticks, "%"), .right = 20, .top = 10, .bottom = 26,
    };
    apsis_buffer_free(&words);
    apsis_html_figure(html, &figure);
    apsis_html_axis_y(html, 0, 100, HEIGHT, &ticks, "%");
    apsis_html_canvas(html, HEIGHT);
    for (size_t colour = 0; colour < used; colour++) {
        for (size_t t = 0; t < count; t++) {
            double sum = 0;
            for (size_t k = 0; k < categories; k++) sum += colours[k] == colour ? share_of(&measures[t], k) : 0;
            above[t] = below[t] + sum;
        }
        put_layer(html, colour, below, above, count);
        for (size_t t = 0; t < count; t++) below[t] = above[t];
    }
    apsis_html_raw(html, "</svg>");
    apsis_html_axis_periods(html, result->ir, measures[0].period, count, 1, HEIGHT);
    apsis_html_drawn(html);
    put_legend(html, output->categories, categories, colours, used);
    put_data(html, result, measures, count, &quantity);
}
