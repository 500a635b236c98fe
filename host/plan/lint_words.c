/* lint_words.c - what a name, its label and its unit say about a value, as a reader would understand them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lint_parts.h"
#include "host/support/number.h"

#define WORD 32

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next run of letters from *at, in lower case, cut at WORD - 1; 0 at the end. */
static int next_word(const char **at, char word[WORD])
{
    size_t length = 0;
    while (**at && !is_letter(**at)) ++*at;
    for (; is_letter(**at); ++*at)
        if (length < WORD - 1) word[length++] = lower(**at);
    word[length] = 0;
    return length > 0;
}

static int is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (word[0] == **list && !strcmp(word, *list)) return 1;
    return 0;
}

int apsis_lint_has_word(const char *text, const char *const *list)
{
    char word[WORD];
    while (text && next_word(&text, word))
        if (is_one_of(word, list)) return 1;
    return 0;
}

/* ---------------------------------------------------------------- meaning */
static const char *const chance_words[] = {"chance", "probability", "likelihood", NULL};
static const char *const chance_names[] = {"p", "prob", "chance", "probability", "likelihood", NULL};
static const char *const share_words[] = {"share", "fraction", "portion", "proportion", NULL};
static const char *const money_words[] = {"usd", "eur", "gbp", "jpy", "chf", "cny", "dollar", "dollars", "euro", "euros", "cent", "cents", NULL};
static const char *const duration_units[] = {"yr", "yrs", "year", "years", "quarter", "quarters", "month", "months", "mo", "week", "weeks",
                                             "day", "days", "hour", "hours", "h", "hr", "hrs", "minute", "minutes", "min", NULL};
/* What may be negative though its unit is money, a share or time. */
static const char *const signed_words[] = {
    "change", "changes", "growth", "grow", "grows", "shock", "shocks", "noise", "difference", "delta", "deviation", "gain", "gains", "profit", "profits",
    "loss", "losses", "margin", "margins", "cash", "flow", "net", "balance", "result", "return", "returns", "yield", "inflation", "drift", "trend", "decline",
    "fall", "rise", "swing", "spread", "premium", "surprise", "error", "adjustment", "variation", "variance", "slip", "late", "early", "lead", "lag", "shift",
    "offset", "earnings", "income", "ebit", "ebitda", "npv", "irr", "value", "edge", "surplus", "deficit", "correction", "basis", "hedge", "pnl", "ahead", "behind", "versus", NULL};

/* "share of ..." in a label */
static int has_share_of(const char *text)
{
    char word[WORD];
    int share = 0;
    while (text && next_word(&text, word)) {
        if (share && !strcmp(word, "of")) return 1;
        share = is_one_of(word, share_words);
    }
    return 0;
}

/* bridge_share, but neither earnings_per_share nor share_price */
static int named_share(const char *name)
{
    char word[WORD], last[WORD] = "", before[WORD] = "";
    while (next_word(&name, word)) {
        memcpy(before, last, WORD);
        memcpy(last, word, WORD);
    }
    return is_one_of(last, share_words) && strcmp(before, "per");
}

static int has_money(const char *unit)
{
    return strchr(unit, '$') || strstr(unit, "\xe2\x82\xac") || strstr(unit, "\xc2\xa3") || strstr(unit, "\xc2\xa5") || apsis_lint_has_word(unit, money_words);
}

/* 1 when the unit is this one word: "yr", "months after the permit" is not. */
static int is_unit(const char *unit, const char *const *list)
{
    const char *at = unit;
    char word[WORD];
    if (!is_letter(*at) || !next_word(&at, word) || *at) return 0;
    return is_one_of(word, list);
}

const char *apsis_lint_unit(const struct apsis_symbol *symbol)
{
    return symbol->clauses ? symbol->clauses->unit : NULL;
}

unsigned apsis_lint_says(const struct apsis_symbol *symbol)
{
    const char *unit = apsis_lint_unit(symbol), *label = symbol->clauses ? symbol->clauses->label : NULL;
    int plain = !unit || unit[0] == '%' || is_unit(unit, share_words);
    unsigned says = 0;
    if (unit && has_money(unit)) says |= APSIS_SAYS_PRICE;
    if (unit && is_unit(unit, duration_units)) says |= APSIS_SAYS_DURATION;
    if (plain && (apsis_lint_has_word(label, chance_words) || apsis_lint_has_word(symbol->name, chance_names))) says |= APSIS_SAYS_CHANCE;
    if (plain && ((says & APSIS_SAYS_CHANCE) || (unit && is_unit(unit, share_words)) || has_share_of(label) || named_share(symbol->name))) says |= APSIS_SAYS_SHARE;
    if (apsis_lint_has_word(label, signed_words) || apsis_lint_has_word(symbol->name, signed_words)) says |= APSIS_SAYS_SIGNED;
    return says;
}

/* ---------------------------------------------------------------- units in one spelling */
static const char *const spellings[][2] = {
    {"years", "yr"}, {"year", "yr"}, {"yrs", "yr"}, {"y", "yr"}, {"months", "month"}, {"mo", "month"}, {"quarters", "quarter"}, {"days", "day"},
    {"hours", "h"}, {"hour", "h"}, {"hrs", "h"}, {"hr", "h"}, {"usd", "$"}, {"dollars", "$"}, {"eur", "\xe2\x82\xac"}, {"gbp", "\xc2\xa3"},
    {"tonnes", "t"}, {"tonne", "t"}, {"tons", "t"}, {"million", "m"}, {"billion", "b"}, {"share", "%"}, {"fraction", "%"}, {"percent", "%"}, {NULL, NULL}};

/* Adds one word of a unit: letters of more than three in lower case and without a plural's end, since "MW" is no "mW". */
static size_t add_word(char *out, const char *word, size_t length)
{
    char small[WORD];
    if (length >= WORD) length = WORD - 1;
    for (size_t i = 0; i < length; i++) small[i] = lower(word[i]);
    small[length] = 0;
    for (size_t i = 0; spellings[i][0]; i++)
        if (!strcmp(small, spellings[i][0])) {
            memcpy(out, spellings[i][1], strlen(spellings[i][1]));
            return strlen(spellings[i][1]);
        }
    if (length > 3 && small[length - 1] == 's') length--;
    if (length > 3 && small[length - 1] == 'e') length--;
    memcpy(out, length > 3 ? small : word, length);
    return length;
}

const char *apsis_lint_plain_unit(struct apsis_linting *l, const char *unit)
{
    char *out = apsis_arena_alloc(l->arena, 4 * strlen(unit) + 8);
    size_t length = 0;
    for (const char *at = unit; *at;) {
        const char *begin = at;
        if (!is_letter(*at)) {
            if (*at != ' ' && *at != '\t') out[length++] = *at;
            at++;
            continue;
        }
        while (is_letter(*at)) at++;
        size_t word = (size_t)(at - begin);
        int per = (word == 3 && !memcmp(begin, "per", 3)) || (word == 1 && *begin == 'a' && begin > unit && *at == ' ');
        if (per) out[length++] = '/';
        else length += add_word(out + length, begin, word);
    }
    out[length] = 0;
    return out;
}

/* ---------------------------------------------------------------- numbers */
const char *apsis_lint_number(struct apsis_linting *l, double value)
{
    char text[APSIS_NUMBER_SIZE], *out = text;
    apsis_number_pretty(text, value, 3);
    for (const char *at = text; *at; at++)
        if (*at != ',') *out++ = *at;
    if (memchr(text, '.', (size_t)(out - text)) && !memchr(text, 'e', (size_t)(out - text))) {
        while (out[-1] == '0') out--;
        if (out[-1] == '.') out--;
    }
    *out = 0;
    return apsis_arena_copy(l->arena, text, strlen(text));
}

const char *apsis_lint_often(struct apsis_linting *l, double chance)
{
    char text[APSIS_NUMBER_SIZE];
    if (chance >= 1) return "every draw";
    if (chance > 0.99) return "nearly every draw";
    if (chance < 1e-4) return apsis_arena_printf(l->arena, "1 draw in %s", apsis_number_pretty(text, 1 / chance, 2));
    return apsis_arena_printf(l->arena, "%s%% of draws", apsis_number_pretty(text, 100 * chance, 2));
}
