/* text_shapes.c - one output by itself: its histogram or shares, its extremes, what it moves with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"

#define DRIVERS 5

static void put_shares(const struct apsis_measure *measure, const struct apsis_output *output, const struct apsis_page *page, struct apsis_buffer *out)
{
    size_t label = 0;
    double n = (double)measure->valid;
    for (size_t i = 0; i < measure->category_count; i++) {
        size_t wide = apsis_text_width(output->categories[i]);
        label = wide > label ? wide : label;
    }
    if (label > 30) label = 30;
    for (size_t i = 0; i < measure->category_count; i++) {
        char share[APSIS_TEXT_SIZE], error[APSIS_TEXT_SIZE];
        double part = n > 0 ? (double)measure->category_counts[i] / n : NAN, se = sqrt(part * (1 - part) / n);
        apsis_buffer_text(out, "  ");
        apsis_text_pad(out, page, output->categories[i], label, 0);
        apsis_buffer_text(out, "  ");
        apsis_text_pad(out, page, apsis_text_share(share, part, se), 9, 1);
        int decimals = apsis_text_decimals(100 * se);
        snprintf(error, sizeof error, "%s%.*f", apsis_text_plus_minus(page), decimals < 0 ? 0 : decimals > 4 ? 4 : decimals, 100 * se);
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_text_pad(out, page, se > 0 ? error : "", 9, 1);
        apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "  ");
        size_t used = 2 + label + 2 + 9 + 9 + 2, room = (size_t)page->width > used + 8 ? (size_t)page->width - used : 8;
        apsis_text_bar(out, page, part, room < 30 ? room : 30);
        while (out->text[out->length - 1] == ' ') out->text[--out->length] = 0;
        apsis_buffer_text(out, "\n");
    }
}

static void put_drivers(const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_driver drivers[DRIVERS];
    size_t count = apsis_report_drivers(result, measure, drivers, DRIVERS);
    struct apsis_buffer line = {0};
    for (size_t i = 0; i < count; i++)
        apsis_buffer_printf(&line, "%s%s" APSIS_TEXT_TIE "%+.2f", i ? ", " : "moves with: ", result->ir->inputs[drivers[i].input].name, drivers[i].rank_correlation);
    if (count) {
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, line.text, 2);
        apsis_buffer_text(out, "\n");
    }
    apsis_buffer_free(&line);
}

static void put_facts(const struct apsis_measure *measure, const struct apsis_page *page, struct apsis_buffer *out)
{
    char text[APSIS_TEXT_SIZE], line[512];
    int decimals = apsis_report_whole(measure) ? 0 : apsis_report_decimals(measure);
    char sd[APSIS_TEXT_SIZE], low[APSIS_TEXT_SIZE], high[APSIS_TEXT_SIZE];
    apsis_text_number(sd, measure->sd, apsis_text_decimals(measure->sd_se));
    apsis_text_number(low, measure->min, decimals);
    apsis_text_number(high, measure->max, decimals);
    snprintf(line, sizeof line, "sd" APSIS_TEXT_TIE "%s, skewness" APSIS_TEXT_TIE "%s, lowest" APSIS_TEXT_TIE "%s" APSIS_TEXT_TIE "(draw" APSIS_TEXT_TIE "%" PRIu64 "), highest" APSIS_TEXT_TIE "%s" APSIS_TEXT_TIE "(draw" APSIS_TEXT_TIE "%" PRIu64 ")", sd,
             apsis_text_number(text, measure->skewness, isfinite(measure->skewness) ? 2 : -1), low, measure->min_draw, high, measure->max_draw);
    apsis_buffer_text(out, "  ");
    apsis_text_wrap(out, page, line, 2);
    apsis_buffer_text(out, "\n");
}

/* Which rate an IRR is, where several fit, is for the reader to judge. */
static void put_several_signs(const struct apsis_measure *measure, const struct apsis_page *page, struct apsis_buffer *out)
{
    char share[APSIS_TEXT_SIZE], line[256];
    double n = (double)measure->valid, part = (double)measure->several_signs / n;
    char *space = strchr(apsis_text_share(share, part, sqrt(part * (1 - part) / n)), ' ');
    if (space) *space = *APSIS_TEXT_TIE;
    snprintf(line, sizeof line, "in %s of the draws the flows change sign more than once: more than one rate may fit", share);
    apsis_buffer_text(out, "  ");
    apsis_text_wrap(out, page, line, 2);
    apsis_buffer_text(out, "\n");
}

void apsis_report_shape_text(const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_page *page, struct apsis_buffer *out)
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    apsis_buffer_text(out, "\n");
    apsis_report_title_text(output, page, out);
    apsis_buffer_text(out, "\n");
    if (measure->valid == 0) {
        apsis_buffer_text(out, "  no valid draws\n");
        return;
    }
    if (output->categories) {
        put_shares(measure, output, page, out);
        return;
    }
    if (measure->min == measure->max) {
        char text[APSIS_TEXT_SIZE];
        apsis_buffer_printf(out, "  always %s\n", apsis_text_number(text, measure->min, -1));
        if (measure->several_signs) put_several_signs(measure, page, out);
        return;
    }
    if (measure->histogram_count) {
        struct apsis_text_bins bins = {measure->histogram_edges, measure->histogram_counts, measure->histogram_count, measure->min, measure->max};
        apsis_text_histogram(out, page, &bins, 2);
    }
    put_facts(measure, page, out);
    if (measure->several_signs) put_several_signs(measure, page, out);
    if (measure->rank_correlation) put_drivers(result, measure, page, out);
}
