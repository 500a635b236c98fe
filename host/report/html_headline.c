/* html_headline.c - the answer in sentences: what it is worth, how sure that is, how likely each target. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

#define MOST_TARGETS 12 /* sentences; the table has all */

struct headline {
    const struct apsis_measure *measure;
    struct apsis_quantity quantity;
    const struct apsis_measured_percentile *low, *middle, *high; /* NULL: not asked for */
};

static const struct apsis_measured_percentile *percentile_in(const struct apsis_measure *measure, double from, double to)
{
    for (size_t i = 0; i < measure->percentile_count; i++) {
        double p = apsis_percent_value(measure->percentiles[i].percent);
        if (p >= from && p <= to && !isnan(measure->percentiles[i].value)) return &measure->percentiles[i];
    }
    return NULL;
}

static struct headline find(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure)
{
    struct headline headline = {.measure = measure, .quantity = apsis_html_quantity(html, result, measure), .middle = percentile_in(measure, 50, 50)};
    headline.low = percentile_in(measure, 5, 5);
    if (!headline.low) headline.low = percentile_in(measure, 0, 25);
    if (headline.low) {
        double other = 100 - apsis_percent_value(headline.low->percent);
        headline.high = percentile_in(measure, other - 1e-9, other + 1e-9);
    }
    return headline;
}

static const char *share_words(struct apsis_html *html, const struct headline *headline)
{
    double share = apsis_percent_value(headline->high->percent) - apsis_percent_value(headline->low->percent);
    if (fabs(share - 90) < 1e-9) return "nine in ten";
    if (fabs(share - 80) < 1e-9) return "eight in ten";
    if (fabs(share - 50) < 1e-9) return "half";
    return apsis_arena_printf(html->arena, "%.12g in 100", share);
}

/* Three figures, or fewer where the error of the output hides the last. */
static const char *told(struct apsis_html *html, double value, const struct headline *headline)
{
    const char *figures = apsis_html_amount(html, value, &headline->quantity);
    int decimals = apsis_html_decimals(apsis_report_decimals(headline->measure), &headline->quantity);
    const char *exact = decimals < 0 ? figures : apsis_html_amount_to(html, value, decimals, &headline->quantity);
    return strlen(exact) < strlen(figures) ? exact : figures;
}

static void put_strong(struct apsis_html *html, double value, const struct headline *headline)
{
    apsis_html_raw(html, "<strong>");
    apsis_html_words(html, told(html, value, headline));
    apsis_html_raw(html, "</strong>");
}

static void put_lead(struct apsis_html *html, const struct headline *headline)
{
    const struct apsis_measure *measure = headline->measure;
    apsis_html_raw(html, "<p class=\"lead\">");
    apsis_html_words(html, apsis_html_capital(html, headline->quantity.name));
    if (measure->min == measure->max) {
        apsis_html_raw(html, " is ");
        put_strong(html, measure->min, headline);
        apsis_html_raw(html, " in every simulated future.</p>\n");
        return;
    }
    if (headline->middle) {
        apsis_html_raw(html, " is as likely to end above ");
        put_strong(html, headline->middle->value, headline);
        apsis_html_raw(html, " as below");
    } else {
        apsis_html_raw(html, " is ");
        put_strong(html, measure->mean, headline);
        apsis_html_raw(html, " on average");
    }
    if (headline->low && headline->high) {
        apsis_html_printf(html, ". In %s simulated futures it lies between ", share_words(html, headline));
        put_strong(html, headline->low->value, headline);
        apsis_html_raw(html, " and ");
        put_strong(html, headline->high->value, headline);
    }
    apsis_html_raw(html, ".</p>\n");
}

static void put_tile(struct apsis_html *html, const char *name, const char *text, const char *below)
{
    apsis_html_raw(html, "<div><dt>");
    apsis_html_words(html, name);
    apsis_html_raw(html, "</dt><dd>");
    apsis_html_words(html, text);
    if (below) apsis_html_element(html, "small", below);
    apsis_html_raw(html, "</dd></div>");
}

static void put_tiles(struct apsis_html *html, const struct headline *headline)
{
    const struct apsis_measure *measure = headline->measure;
    const struct apsis_quantity *quantity = &headline->quantity;
    int decimals = apsis_html_decimals(apsis_report_decimals(measure), quantity);
    apsis_html_raw(html, "<dl class=\"tiles\">\n");
    if (headline->middle) {
        double half = apsis_report_half(headline->middle);
        put_tile(html, "Median", told(html, headline->middle->value, headline),
                 half > 0 ? apsis_arena_printf(html->arena, "\u00b1\u2060%s from sampling", apsis_html_amount_to(html, half, decimals, quantity)) : NULL);
    }
    put_tile(html, "Average", told(html, measure->mean, headline),
             measure->mean_se > 0 ? apsis_arena_printf(html->arena, "\u00b1\u2060%s standard error", apsis_html_amount_to(html, measure->mean_se, decimals, quantity)) : NULL);
    if (headline->low && headline->high) {
        char low[APSIS_TEXT_SIZE], high[APSIS_TEXT_SIZE];
        put_tile(html, apsis_arena_printf(html->arena, "%s to %s", apsis_report_percent(low, headline->low->percent), apsis_report_percent(high, headline->high->percent)),
                 apsis_arena_printf(html->arena, "%s to %s", told(html, headline->low->value, headline), told(html, headline->high->value, headline)),
                 apsis_arena_printf(html->arena, "%s futures", share_words(html, headline)));
    }
    if (measure->target_count) {
        const struct apsis_measured_target *target = &measure->targets[0];
        put_tile(html, apsis_arena_printf(html->arena, "Chance to end above %s", target->above == 0 ? "zero" : apsis_html_amount(html, target->above, quantity)),
                 apsis_html_chance(html, target->probability), apsis_html_often(html, target->probability));
    }
    apsis_html_raw(html, "</dl>\n");
}

/* "above $1,000B in 21.0 % of them, about 1 in 5" */
static void put_target(struct apsis_html *html, const struct apsis_measured_target *target, const struct apsis_quantity *quantity, int first)
{
    apsis_html_raw(html, target->above == 0 ? "above zero" : "above ");
    if (target->above != 0) apsis_html_words(html, apsis_html_amount_to(html, target->above, -1, quantity));
    apsis_html_printf(html, " in <strong>%s</strong>%s (%s)", apsis_html_chance(html, target->probability), first ? " of the futures" : "", apsis_html_often(html, target->probability));
}

static void put_targets(struct apsis_html *html, const struct apsis_result *result)
{
    size_t count = 0, all = 0;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0 || measure->target_count == 0) continue;
        all += measure->target_count;
        if (count + measure->target_count > MOST_TARGETS && count) continue;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        apsis_html_raw(html, count ? "<li>" : "<ul class=\"say\">\n<li>");
        apsis_html_words(html, apsis_html_capital(html, quantity.name));
        apsis_html_raw(html, " ends ");
        for (size_t k = 0; k < measure->target_count; k++, count++) {
            if (k) apsis_html_raw(html, ", ");
            put_target(html, &measure->targets[k], &quantity, k == 0);
        }
        apsis_html_raw(html, ".</li>\n");
    }
    if (count) apsis_html_raw(html, "</ul>\n");
    if (all > count) apsis_html_printf(html, "<p class=\"soft\"><a href=\"#targets\">All %zu targets</a></p>\n", all);
}

/* A model of series or categories alone: what comes out in the end. */
static void put_without_number(struct apsis_html *html, const struct apsis_result *result)
{
    for (size_t i = result->measure_count; i-- > 0;) {
        const struct apsis_measure *measure = &result->measures[i];
        const struct apsis_output *output = &result->ir->outputs[measure->output];
        char share[APSIS_TEXT_SIZE], label[16];
        if (measure->valid == 0 || (i + 1 < result->measure_count && result->measures[i + 1].output == measure->output)) continue;
        struct apsis_quantity quantity = apsis_html_quantity(html, result, measure);
        apsis_html_raw(html, "<p class=\"lead\">");
        apsis_html_words(html, apsis_html_capital(html, quantity.name));
        if (measure->period >= 0) apsis_html_printf(html, " in %s", apsis_period_label(result->ir, measure->period, label));
        if (output->categories) {
            size_t most = 0;
            for (size_t k = 0; k < measure->category_count; k++)
                if (measure->category_counts[k] > measure->category_counts[most]) most = k;
            apsis_html_raw(html, " is most often <strong>");
            apsis_html_words(html, output->categories[most]);
            apsis_html_printf(html, "</strong>: in %s of the simulated futures.</p>\n", apsis_text_share(share, (double)measure->category_counts[most] / (double)measure->valid, 0.005));
        } else {
            const struct apsis_measured_percentile *middle = percentile_in(measure, 50, 50);
            apsis_html_raw(html, middle ? " is as likely to be above " : " is on average ");
            const struct headline one = {.measure = measure, .quantity = quantity};
            put_strong(html, middle ? middle->value : measure->mean, &one);
            apsis_html_raw(html, middle ? " as below.</p>\n" : ".</p>\n");
        }
    }
}

void apsis_html_headline(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_measure *measure = apsis_html_first(result);
    char count[APSIS_TEXT_SIZE], share[APSIS_TEXT_SIZE];
    (void)report;
    if (!measure) {
        put_without_number(html, result);
        return;
    }
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    struct headline headline = find(html, result, measure);
    put_lead(html, &headline);
    if (output->given) {
        apsis_html_raw(html, "<p>This is over the futures given <code>");
        apsis_html_words(html, output->given_text ? output->given_text : "its condition");
        apsis_html_printf(html, "</code>, %s of all.</p>\n", apsis_text_share(share, (double)measure->given / (double)measure->draws, 0.005));
    }
    if (measure->min < measure->max) put_tiles(html, &headline);
    put_targets(html, result);
    apsis_html_printf(html, "<p>How sure is that? The range above is the uncertainty of the assumptions, over %s simulated futures. ", apsis_text_count(count, measure->valid));
    apsis_html_words(html, apsis_html_more_draws(html, measure, &headline.quantity));
    if (measure->invalid) apsis_html_printf(html, " %s draws are invalid and left out: see <a href=\"#warnings\">Warnings</a>.", apsis_text_count(count, measure->invalid));
    apsis_html_raw(html, "</p>\n");
}
