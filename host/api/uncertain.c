/* uncertain.c - distributions as arguments: made from numbers, and written as the language writes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "distributions/family.h"
#include "host/api/build.h"
#include "host/support/number.h"

#define MOST 6 /* values of a struct apsis_uncertain */

/* ---------------------------------------------------------------- made from numbers */
struct apsis_uncertain apsis_written(const char *text)
{
    return (struct apsis_uncertain){.text = text};
}

struct apsis_uncertain apsis_family(const char *family, int count, ...)
{
    struct apsis_uncertain u = {.family = family, .count = count};
    va_list list;
    va_start(list, count);
    for (int i = 0; i < count && i < MOST; i++) u.values[i] = va_arg(list, double);
    va_end(list);
    return u;
}

/* A percentile is two values: its percentage, then where it lies. */
static const char percent_name[] = "percent";

struct apsis_uncertain apsis_percentiles(const char *family, double percent1, double value1, double percent2, double value2)
{
    return (struct apsis_uncertain){.family = family, .names = {percent_name, "value", percent_name, "value"}, .values = {percent1, value1, percent2, value2}, .count = 4};
}

struct apsis_uncertain apsis_mean_sd(const char *family, double mean, double sd)
{
    return (struct apsis_uncertain){.family = family, .names = {"mean", "sd"}, .values = {mean, sd}, .count = 2};
}

struct apsis_uncertain apsis_empirical(const double *values, size_t count)
{
    return (struct apsis_uncertain){.family = "empirical", .data = values, .data_count = count};
}

struct apsis_uncertain apsis_discrete(const double *values, const double *weights, size_t count)
{
    return (struct apsis_uncertain){.family = "discrete", .data = values, .weights = weights, .data_count = count};
}

struct apsis_uncertain apsis_cumulative(const double *values, const double *chances, size_t count)
{
    return (struct apsis_uncertain){.family = "cumulative", .data = values, .weights = chances, .data_count = count};
}

/* ---------------------------------------------------------------- written */
struct writer {
    struct apsis_model *model;
    const char *function, *name; /* of the call, of the input */
    const struct apsis_uncertain *u;
    char *text, *at, *end;
};

static void put(struct writer *w, const char *text)
{
    size_t length = strlen(text);
    memcpy(w->at, text, length + 1);
    w->at += length;
}

static void put_number(struct writer *w, double value)
{
    char number[APSIS_NUMBER_SIZE];
    *apsis_number_put(number, value) = 0;
    put(w, number);
}

/* Room for that many numbers and words. */
static void begin(struct writer *w, size_t numbers, size_t words)
{
    size_t size = (numbers + 1) * (APSIS_NUMBER_SIZE + 4) + words + 8;
    w->text = w->at = APSIS_NEW_ARRAY(w->model->arena, char, size);
    w->end = w->text + size;
}

static const char *words_of(double value) { return isnan(value) ? "NaN" : value > 0 ? "infinite" : "-infinite"; }

/* What parameter number i is called: by its argument, or by the family's first spelling that takes so many by position. */
static const char *name_of(const struct apsis_uncertain *u, const struct apsis_family *family, int i)
{
    if (u->names[i]) return u->names[i];
    for (size_t s = 0; family && s < family->spelling_count; s++) {
        const struct apsis_spelling *spelling = &family->spellings[s];
        int n = 0;
        while (spelling->names[n]) n++;
        if (!spelling->named_only && n >= u->count && strcmp(spelling->names[0], "p*")) return spelling->names[i];
    }
    return NULL;
}

/* "3 numbers", "2 or 3 numbers": how many a family takes by position; "" where it takes none. */
static const char *counts_of(struct apsis_arena *arena, const struct apsis_family *family)
{
    unsigned fits = 0;
    for (size_t s = 0; s < family->spelling_count; s++) {
        const struct apsis_spelling *spelling = &family->spellings[s];
        int n = 0, least = 0;
        if (spelling->named_only || !strcmp(spelling->names[0], "p*")) continue;
        for (; spelling->names[n]; n++) least += spelling->names[n][strlen(spelling->names[n]) - 1] != '?';
        for (int k = least; k <= n; k++) fits |= 1u << k;
    }
    const char *text = "";
    int last = 0;
    for (int k = 0; k <= MOST; k++)
        if (fits >> k & 1) text = apsis_arena_printf(arena, "%s%s%d", text, *text ? " or " : "", k), last = k;
    return *text ? apsis_arena_printf(arena, "%s number%s", text, last == 1 && strlen(text) == 1 ? "" : "s") : "";
}

static const char *refuse(struct writer *w, const char *text)
{
    apsis_build_refuse(w->model, "%s: %s: %s", w->function, w->name, text);
    return NULL;
}

/* family(a, b, name: c) */
static const char *write_values(struct writer *w)
{
    const struct apsis_uncertain *u = w->u;
    struct apsis_arena *arena = w->model->arena;
    const struct apsis_family *family = apsis_family_find(u->family);
    if (u->count < 0 || u->count > MOST) return refuse(w, apsis_arena_printf(arena, "%s with %d numbers: at most %d", u->family, u->count, MOST));
    const char *takes = family && !u->names[0] ? counts_of(arena, family) : "";
    int percentiles = u->names[0] == percent_name;
    for (int i = 0; i < u->count; i++) {
        if (isfinite(u->values[i])) continue;
        const char *name = name_of(u, family, i), *is = words_of(u->values[i]);
        size_t length = name ? strlen(name) : 0;
        if (length && name[length - 1] == '?') length--;
        const char *what = name ? apsis_arena_printf(arena, "%.*s is %s", (int)length, name, is) : apsis_arena_printf(arena, "number %d is %s", i + 1, is);
        return refuse(w, *takes ? apsis_arena_printf(arena, "%s takes %s, %s", u->family, takes, what) : apsis_arena_printf(arena, "%s: %s", u->family, what));
    }
    if (*takes) {
        char given[16];
        int fits = 0;
        snprintf(given, sizeof given, "%d", u->count);
        for (const char *c = takes; *c; c++) fits |= *c == *given;
        if (!fits) return refuse(w, apsis_arena_printf(arena, "%s takes %s, %d %s given", u->family, takes, u->count, u->count == 1 ? "was" : "were"));
    } else if (family && !u->names[0]) {
        return refuse(w, apsis_arena_printf(arena, "%s takes %s", u->family, family->takes ? family->takes : "something else"));
    }
    size_t words = strlen(u->family);
    for (int i = 0; i < u->count; i++) words += u->names[i] ? strlen(u->names[i]) + 4 : 0;
    begin(w, (size_t)u->count, words);
    put(w, u->family);
    put(w, "(");
    for (int i = 0; i < u->count; i++) {
        if (i) put(w, ", ");
        if (percentiles) {
            double percent = u->values[i++];
            if (!(percent > 0 && percent < 100)) {
                put_number(w, percent);
                return refuse(w, apsis_arena_printf(arena, "%s: a percentage lies above 0 and below 100, this is %s", u->family, apsis_number_print(w->text, percent)));
            }
            put(w, "p");
            put_number(w, percent);
            put(w, ": ");
        } else if (u->names[i]) {
            put(w, u->names[i]);
            put(w, ": ");
        }
        put_number(w, u->values[i]);
    }
    put(w, ")");
    return w->text;
}

static int all_finite(struct writer *w, const double *values, const char *what)
{
    for (size_t i = 0; i < w->u->data_count; i++)
        if (!isfinite(values[i])) {
            refuse(w, apsis_arena_printf(w->model->arena, "%s: %s[%zu] is %s", w->u->family, what, i, words_of(values[i])));
            return 0;
        }
    return 1;
}

/* discrete(value: weight, ...), cumulative(value: chance, ...) */
static const char *write_pairs(struct writer *w)
{
    const struct apsis_uncertain *u = w->u;
    const char *with = strcmp(u->family, "cumulative") ? "weights" : "chances";
    if (!u->weights) return refuse(w, apsis_arena_printf(w->model->arena, "%s: %s is NULL", u->family, with));
    if (!all_finite(w, u->data, "values") || !all_finite(w, u->weights, with)) return NULL;
    begin(w, 2 * u->data_count, strlen(u->family));
    put(w, u->family);
    put(w, "(");
    for (size_t i = 0; i < u->data_count; i++) {
        if (i) put(w, ", ");
        put_number(w, u->data[i]);
        put(w, ": ");
        put_number(w, u->weights[i]);
    }
    put(w, ")");
    return w->text;
}

static const char *write_data(struct writer *w)
{
    const struct apsis_uncertain *u = w->u;
    if (!u->data) return refuse(w, apsis_arena_printf(w->model->arena, "%s: values is NULL", u->family));
    if (!u->data_count) return refuse(w, apsis_arena_printf(w->model->arena, "%s: there are no values", u->family));
    if (strcmp(u->family, "empirical")) return write_pairs(w);
    if (!all_finite(w, u->data, "values")) return NULL;
    const char *file = apsis_build_column(w->model, w->name, u->data, u->data_count);
    return apsis_arena_printf(w->model->arena, "empirical(\"%s\")", file);
}

const char *apsis_uncertain_text(struct apsis_model *model, const char *function, const char *name, const struct apsis_uncertain *distribution)
{
    struct writer w = {.model = model, .function = function, .name = name, .u = distribution};
    if (!distribution->family) return distribution->text ? distribution->text : refuse(&w, "the distribution is NULL");
    if (!apsis_build_name(model, apsis_arena_printf(model->arena, "%s: %s", function, name), distribution->family, 1u << APSIS_NAME_PLAIN)) return NULL;
    return distribution->data || distribution->data_count ? write_data(&w) : write_values(&w);
}
