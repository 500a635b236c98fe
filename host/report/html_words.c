/* html_words.c - outputs and chances as people speak of them: names without underscores, amounts with units, "about 1 in 5". */
/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

/* ---------------------------------------------------------------- names */
static const char *const initials[] = {"npv", "irr", "ev", "fcf", "dcf", "ebit", "ebitda", "moic", "wacc", "roi", "roe", "capex", NULL};
static const char *const initials_large[] = {"NPV", "IRR", "EV", "FCF", "DCF", "EBIT", "EBITDA", "MOIC", "WACC", "ROI", "ROE", "capex", NULL};

/* core_ev: "core EV" */
static const char *spoken(struct apsis_arena *arena, const char *name)
{
    struct apsis_buffer out = {0};
    while (*name) {
        size_t length = strcspn(name, "_");
        const char *word = NULL;
        for (size_t i = 0; initials[i]; i++)
            if (strlen(initials[i]) == length && !strncmp(initials[i], name, length)) word = initials_large[i];
        if (word) apsis_buffer_text(&out, word);
        else apsis_buffer_add(&out, name, length);
        name += length;
        if (*name) apsis_buffer_text(&out, " "), name++;
    }
    const char *copy = out.text ? apsis_arena_copy(arena, out.text, out.length) : "";
    apsis_buffer_free(&out);
    return copy;
}

/* Bytes of the sign of a currency at the start of a text. */
static size_t currency_sign(const char *text)
{
    static const char *const signs[] = {"$", "\u20ac", "\u00a3", "\u00a5", NULL};
    for (size_t i = 0; signs[i]; i++)
        if (!strncmp(text, signs[i], strlen(signs[i]))) return strlen(signs[i]);
    return 0;
}

static int is_unit_word(const char *label)
{
    static const char *const words[] = {"%", "GW", "MW", "kW", "TW", "GWh", "MWh", "kWh", "t", "kg", "tonnes", "years", "year", "yr", "quarters", "months", "weeks", "days", "hours",
                                        "per year", "a year", "per month", "USD", "EUR", "GBP", "people", "units", "flights", NULL};
    for (size_t i = 0; words[i]; i++)
        if (!strcmp(words[i], label)) return 1;
    return 0;
}

static int begins(const char *text, const char *start) { return !strncasecmp(text, start, strlen(start)); }

static int is_share(const char *text)
{
    return begins(text, "share of") || begins(text, "fraction of") || begins(text, "proportion of") || begins(text, "chance") || begins(text, "probability");
}

void apsis_html_label_parts(struct apsis_arena *arena, const char *label, const char *currency, const char **words, const char **unit)
{
    if (label && !*label) label = NULL;
    *words = label;
    if (!label || *unit) return;
    size_t length = strlen(label), ends = currency ? strlen(currency) : 0;
    const char *comma = strchr(label, ',');
    if (is_unit_word(label) || (currency_sign(label) && !comma)) {
        *unit = label;
        *words = NULL;
    } else if (currency_sign(label)) { /* "$B per GW, wholesale" */
        *unit = apsis_arena_copy(arena, label, (size_t)(comma - label));
        *words = comma + 1 + strspn(comma + 1, " ");
    } else if (ends && length > ends + 1 && !strcmp(label + length - ends, currency) && strchr(" ,", label[length - ends - 1])) {
        size_t left = length - ends;
        while (left && strchr(" ,", label[left - 1])) left--;
        *unit = currency;
        *words = apsis_arena_copy(arena, label, left);
    }
}

struct apsis_quantity apsis_html_quantity(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure)
{
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    const char *words, *unit = output->unit;
    struct apsis_quantity quantity = {.scale = 1};
    apsis_html_label_parts(html->arena, output->label, result->ir->currency, &words, &unit);
    if (!unit && words && is_share(words) && measure->min >= 0 && measure->max <= 1) unit = "%", quantity.scale = 100;
    if (measure->is_irr && (!unit || begins(unit, "per year") || begins(unit, "a year"))) unit = "%", quantity.scale = 100;
    const char *name = spoken(html->arena, output->member && output->base ? output->base : output->name);
    quantity.name = !words ? name : currency_sign(output->label) ? apsis_arena_printf(html->arena, "%s, %s", name, words) : words;
    if (output->member) quantity.name = apsis_arena_printf(html->arena, "%s, %s", quantity.name, output->member);
    quantity.unit = unit ? unit : "";
    return quantity;
}

const char *apsis_html_capital(struct apsis_html *html, const char *text)
{
    char *copy = apsis_arena_copy(html->arena, text, strlen(text));
    if (copy[0] >= 'a' && copy[0] <= 'z' && copy[1] && !(copy[1] >= 'A' && copy[1] <= 'Z')) copy[0] = (char)(copy[0] - 'a' + 'A');
    return copy;
}

const struct apsis_measure *apsis_html_first(const struct apsis_result *result)
{
    const struct apsis_measure *first = NULL;
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        if (measure->period >= 0 || result->ir->outputs[measure->output].categories || measure->valid == 0) continue;
        if (measure->target_count) return measure;
        if (!first) first = measure;
    }
    return first;
}

/* ---------------------------------------------------------------- amounts */
static const char *with_unit(struct apsis_html *html, const char *number, const char *unit)
{
    size_t sign = currency_sign(unit);
    int negative = number[0] == '-';
    size_t whole = strspn(number + negative, "0123456789");
    if (sign && whole == 4) number = apsis_arena_printf(html->arena, "%s%c,%s", negative ? "-" : "", number[negative], number + negative + 1);
    if (sign) return apsis_arena_printf(html->arena, "%s%.*s%s%s", negative ? "\u2212\u2060" : "", (int)sign, unit, number + negative, unit + sign);
    int bare = !*unit || !strcmp(unit, "year");
    return apsis_arena_printf(html->arena, "%s%s%s%s", negative ? "\u2212" : "", number + negative, bare ? "" : "\u00a0", bare ? "" : unit);
}

const char *apsis_html_amount_to(struct apsis_html *html, double value, int decimals, const struct apsis_quantity *quantity)
{
    char number[APSIS_TEXT_SIZE];
    return with_unit(html, apsis_text_number(number, value * quantity->scale, decimals), quantity->unit);
}

const char *apsis_html_amount(struct apsis_html *html, double value, const struct apsis_quantity *quantity)
{
    char number[APSIS_TEXT_SIZE];
    return with_unit(html, apsis_text_figures(number, value * quantity->scale, 3), quantity->unit);
}

int apsis_html_decimals(int decimals, const struct apsis_quantity *quantity)
{
    if (quantity->scale == 1 || decimals < 0) return decimals;
    return decimals > 2 ? decimals - 2 : 0;
}

/* ---------------------------------------------------------------- chances */
const char *apsis_html_chance(struct apsis_html *html, double probability)
{
    char share[APSIS_TEXT_SIZE];
    double rest = probability < 0.5 ? probability : 1 - probability;
    apsis_text_share(share, probability, rest < 0.001 ? 0.00005 : rest < 0.01 ? 0.0005 : 0.005);
    return apsis_arena_printf(html->arena, "%s", share);
}

const char *apsis_html_often(struct apsis_html *html, double p)
{
    static const struct { double p; const char *words; } parts[] = {
        {0.1, "1 in 10"}, {1.0 / 8, "1 in 8"}, {1.0 / 7, "1 in 7"}, {1.0 / 6, "1 in 6"}, {0.2, "1 in 5"}, {0.25, "1 in 4"}, {0.3, "3 in 10"}, {1.0 / 3, "1 in 3"}, {0.4, "2 in 5"}, {0.45, "9 in 20"},
        {0.5, "1 in 2"}, {0.55, "11 in 20"}, {0.6, "3 in 5"}, {2.0 / 3, "2 in 3"}, {0.7, "7 in 10"}, {0.75, "3 in 4"}, {0.8, "4 in 5"}, {5.0 / 6, "5 in 6"}, {0.9, "9 in 10"}};
    char number[APSIS_TEXT_SIZE];
    if (isnan(p)) return "not known";
    if (p <= 0) return "in none of the draws";
    if (p >= 1) return "in all of the draws";
    if (p < 0.09) return apsis_arena_printf(html->arena, "about 1 in %s", apsis_text_count(number, (uint64_t)(1 / p + 0.5)));
    if (p > 0.9949) return apsis_arena_printf(html->arena, "all but about 1 in %s", apsis_text_count(number, (uint64_t)(1 / (1 - p) + 0.5)));
    if (p > 0.92) return apsis_arena_printf(html->arena, "about %.0f in 100", 100 * p);
    size_t best = 0;
    for (size_t i = 1; i < sizeof parts / sizeof *parts; i++)
        if (fabs(p - parts[i].p) < fabs(p - parts[best].p)) best = i;
    return apsis_arena_printf(html->arena, "about %s", parts[best].words);
}
