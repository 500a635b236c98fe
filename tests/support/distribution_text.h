/* distribution_text.h - reads a distribution as a model writes it, numbers only: what the tests and their driver share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_DISTRIBUTION_TEXT_H
#define APSIS_TESTS_DISTRIBUTION_TEXT_H
#include <string.h>

#include "distributions/family.h"
#include "host/support/arena.h"
#include "host/support/number.h"

static const struct apsis_distribution *read_distribution(struct apsis_arena *arena, const char **text, const char **why);

static void skip_spaces(const char **text)
{
    while (**text == ' ' || **text == ',') ++*text;
}
/* up to one of the characters of `end`, trimmed */
static char *word_until(struct apsis_arena *arena, const char **text, const char *end)
{
    size_t n = strcspn(*text, end), length = n;
    while (length && (*text)[length - 1] == ' ') length--;
    char *word = apsis_arena_copy(arena, *text, length);
    *text += n;
    return word;
}
static int number_of(const char *word, double *value)
{
    if (!strcmp(word, "inf") || !strcmp(word, "-inf")) {
        *value = *word == '-' ? -ap_infinity() : ap_infinity();
        return 1;
    }
    return apsis_number_parse(word, strlen(word), value);
}

/* "pert(20, 80, 300)", "lognormal(p10: 1, p90: 2)", "discrete(4: 20%, 5: 80%)", "truncate(normal(0, 1), 0, 5)", "mixture(70%: ..., 30%: ...)",
   "empirical(1, 2, 2)" */
static const struct apsis_distribution *read_distribution(struct apsis_arena *arena, const char **text, const char **why)
{
    skip_spaces(text);
    const struct apsis_family *family = apsis_family_find(word_until(arena, text, "("));
    const struct apsis_distribution *parts[16];
    const char *names[64], *unknown = "unreadable";
    double before[64], values[64];
    size_t count = 0, part_count = 0;
    if (!family || **text != '(') {
        *why = "no such family";
        return NULL;
    }
    ++*text;
    for (;; count++) {
        skip_spaces(text);
        if (**text == ')') break;
        if (!**text || count == 64) return *why = unknown, NULL;
        names[count] = NULL;
        before[count] = values[count] = 0;
        size_t plain = strcspn(*text, ",()"), colon = strcspn(*text, ":");
        if (colon < plain) {
            names[count] = word_until(arena, text, ":");
            ++*text;
            skip_spaces(text);
            number_of(names[count], &before[count]);
        }
        if ((*text)[strcspn(*text, ",()")] == '(') {
            if (part_count == 16 || !(parts[part_count++] = read_distribution(arena, text, why))) return NULL;
            if (!names[count]) count--; /* the distribution that truncate takes */
        } else if (!number_of(word_until(arena, text, ",)"), &values[count])) {
            return *why = unknown, NULL;
        }
    }
    ++*text;
    switch (family->arguments) {
    case APSIS_ARGUMENTS_TRUNCATE: return apsis_distribution_truncate(arena, parts[0], values[0], values[1], why);
    case APSIS_ARGUMENTS_MIXTURE: return apsis_distribution_mixture(arena, parts, before, count, why);
    case APSIS_ARGUMENTS_FILE: return apsis_distribution_data(arena, family, values, NULL, count, why);
    case APSIS_ARGUMENTS_POINTS:
    case APSIS_ARGUMENTS_WEIGHTS: return apsis_distribution_data(arena, family, before, values, count, why);
    case APSIS_ARGUMENTS_BINS:
        for (size_t i = 0; i < count; i++)
            if (!names[i]) before[i] = values[i];
        return apsis_distribution_data(arena, family, before, values, count, why);
    default: break;
    }
    int spelling = 0;
    double percents[APSIS_MAX_ARGUMENTS], ordered[APSIS_MAX_ARGUMENTS];
    size_t order[APSIS_MAX_ARGUMENTS], slots = 0;
    if (apsis_family_match(family, names, count, &spelling, percents, order, &slots, why) != APSIS_OK) return NULL;
    for (size_t i = 0; i < slots; i++)
        ordered[i] = order[i] == APSIS_ARGUMENT_DEFAULT ? family->spellings[spelling].defaults[i] : values[order[i]];
    return apsis_distribution_new(arena, family, spelling, ordered, percents, slots, why);
}

static inline const struct apsis_distribution *distribution_of(struct apsis_arena *arena, const char *text, const char **why)
{
    *why = NULL;
    return read_distribution(arena, &text, why);
}

#endif
