/* registry.c - the list of families, and which of a family's spellings some arguments fit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "distributions/family.h"

#define APSIS_FAMILY_ENTRY(name) extern const struct apsis_family apsis_family_##name;
#include "families.inc"
#undef APSIS_FAMILY_ENTRY

static const struct apsis_family *const list[] = {
#define APSIS_FAMILY_ENTRY(name) &apsis_family_##name,
#include "families.inc"
#undef APSIS_FAMILY_ENTRY
};

const struct apsis_family *const *apsis_families(size_t *count)
{
    *count = sizeof list / sizeof list[0];
    return list;
}

const struct apsis_family *apsis_family_find(const char *name)
{
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (!strcmp(list[i]->name, name)) return list[i];
    return NULL;
}

size_t apsis_family_number(const struct apsis_family *family)
{
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (list[i] == family) return i;
    return SIZE_MAX;
}

/* 1 and the probability for "p10", "p2.5", "p99.9"; the quotient of two exact integers, so rounded once. */
static int percent_of(const char *name, double *percent)
{
    if (name[0] != 'p' || name[1] < '0' || name[1] > '9') return 0;
    double digits = 0, unit = 100;
    int point = 0, places = 0;
    for (const char *c = name + 1; *c; c++) {
        if (*c == '.' && !point) {
            point = 1;
        } else if (*c >= '0' && *c <= '9') {
            if (++places > 15) return 0;
            digits = digits * 10 + (*c - '0');
            if (point) unit *= 10;
        } else {
            return 0;
        }
    }
    *percent = digits / unit;
    return *percent > 0 && *percent < 1;
}

static size_t spelling_length(const struct apsis_spelling *s)
{
    size_t n = 0;
    while (s->names[n]) n++;
    return n;
}

static int is_percent(const char *name) { return !strcmp(name, "p*"); }

/* "shape" for "shape?" */
static int name_is(const char *wanted, const char *name)
{
    size_t n = strlen(wanted);
    if (n && wanted[n - 1] == '?') n--;
    return strlen(name) == n && !memcmp(wanted, name, n);
}
static int optional(const char *name) { return name[strlen(name) - 1] == '?'; }

static int fits(const struct apsis_spelling *s, const char *const *names, size_t count, double *percents, size_t *order)
{
    size_t n = spelling_length(s), percent_slots = 0;
    for (size_t i = 0; i < n; i++) order[i] = APSIS_ARGUMENT_DEFAULT, percents[i] = 0;
    for (size_t i = 0; i < n; i++) percent_slots += (size_t)is_percent(s->names[i]);
    if (count > n) return 0;
    for (size_t k = 0; k < count; k++) {
        const char *name = names ? names[k] : NULL;
        size_t slot = n;
        double percent = 0;
        if (!name) {
            if (s->named_only || is_percent(s->names[k]) || (k && names && names[k - 1])) return 0;
            slot = k;
        } else if (percent_slots && percent_of(name, &percent)) {
            /* insert among the percentiles so far, in rising order; they are the first slots of the spelling */
            size_t used = 0;
            while (used < percent_slots && order[used] != APSIS_ARGUMENT_DEFAULT) used++;
            if (used == percent_slots) return 0;
            slot = used;
            while (slot > 0 && percents[slot - 1] > percent) {
                percents[slot] = percents[slot - 1], order[slot] = order[slot - 1];
                slot--;
            }
            if (slot > 0 && percents[slot - 1] == percent) return 0;
            percents[slot] = percent;
            order[slot] = APSIS_ARGUMENT_DEFAULT;
        } else {
            for (size_t i = 0; i < n; i++)
                if (!is_percent(s->names[i]) && name_is(s->names[i], name)) slot = i;
        }
        if (slot == n || order[slot] != APSIS_ARGUMENT_DEFAULT) return 0;
        order[slot] = k;
    }
    for (size_t i = 0; i < n; i++)
        if (order[i] == APSIS_ARGUMENT_DEFAULT && !optional(s->names[i])) return 0;
    return 1;
}

/* Any number of percentiles in rising order; min: comes first as the percentile 0, max: last as 1. */
static int fits_percentiles(const char *const *names, size_t count, double *percents, size_t *order)
{
    if (!names || count > APSIS_MAX_ARGUMENTS) return 0;
    size_t used = 0, inner = 0;
    for (size_t k = 0; k < count; k++) {
        double percent;
        if (!names[k]) return 0;
        if (!strcmp(names[k], "min")) percent = 0;
        else if (!strcmp(names[k], "max")) percent = 1;
        else if (percent_of(names[k], &percent)) inner++;
        else return 0;
        size_t slot = used++;
        while (slot > 0 && percents[slot - 1] > percent) {
            percents[slot] = percents[slot - 1], order[slot] = order[slot - 1];
            slot--;
        }
        if (slot > 0 && percents[slot - 1] == percent) return 0;
        percents[slot] = percent, order[slot] = k;
    }
    return inner >= 3;
}

enum apsis_status apsis_family_match(const struct apsis_family *family, const char *const *names, size_t count, int *spelling,
                                     double *percents, size_t *order, size_t *slots, const char **why)
{
    if (family->arguments == APSIS_ARGUMENTS_PERCENTILES && fits_percentiles(names, count, percents, order)) {
        *spelling = 0, *slots = count;
        return APSIS_OK;
    }
    if (family->arguments == APSIS_ARGUMENTS_PLAIN)
        for (size_t i = 0; i < family->spelling_count; i++)
            if (fits(&family->spellings[i], names, count, percents, order)) {
                *spelling = (int)i, *slots = spelling_length(&family->spellings[i]);
                return APSIS_OK;
            }
    *why = family->takes;
    return APSIS_MODEL_ERROR;
}
