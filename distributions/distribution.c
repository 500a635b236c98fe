/* distribution.c - makes distributions with constant parameters, and answers for any of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "distributions/family.h"
#include "distributions/knots.h"
#include "distributions/steps.h"
#include "host/support/arena.h"
#include "kernels/special/gauss_legendre.h"

static size_t parameter_count(const struct apsis_family *f)
{
    size_t n = 0;
    while (n < APSIS_MAX_PARAMETERS && f->parameter_names[n]) n++;
    return n;
}

static int is_finite(double x) { return x - x == 0; }

const struct apsis_distribution *apsis_distribution_new(struct apsis_arena *arena, const struct apsis_family *family, int spelling,
                                                        const double *arguments, const double *percents, size_t count,
                                                        const char **why)
{
    struct apsis_distribution *d = APSIS_NEW(arena, struct apsis_distribution);
    d->family = family;
    d->whole = family->whole;
    for (size_t i = 0; i < count; i++)
        if (!is_finite(arguments[i])) {
            const char *name = family->arguments == APSIS_ARGUMENTS_PERCENTILES ? "p*" : family->spellings[spelling].names[i];
            *why = !strcmp(name, "p*") ? "a percentile must be a finite number" : apsis_arena_printf(arena, "%.*s must be a finite number", (int)strcspn(name, "?"), name);
            return NULL;
        }
    if (family->arguments == APSIS_ARGUMENTS_PERCENTILES) {
        double *x = APSIS_NEW_ARRAY(arena, double, count), *w = APSIS_NEW_ARRAY(arena, double, count);
        memcpy(x, arguments, count * sizeof *x);
        memcpy(w, percents, count * sizeof *w);
        d->x = x, d->w = w, d->count = count;
        if (family->prepare && (*why = family->prepare(arena, d))) return NULL;
    } else {
        const struct apsis_spelling *s = &family->spellings[spelling];
        if (s->solve) {
            if ((*why = s->solve(arguments, percents, d->p))) return NULL;
        } else {
            memcpy(d->p, arguments, parameter_count(family) * sizeof *d->p);
        }
        for (size_t i = 0; i < parameter_count(family); i++)
            if (!is_finite(d->p[i])) {
                *why = "no such distribution in the range of numbers";
                return NULL;
            }
    }
    if (family->check && (*why = family->check(d))) return NULL;
    if (family->arguments == APSIS_ARGUMENTS_PLAIN && family->prepare && (*why = family->prepare(arena, d))) return NULL;
    return d;
}

const struct apsis_distribution *apsis_distribution_data(struct apsis_arena *arena, const struct apsis_family *family,
                                                         const double *x, const double *w, size_t count, const char **why)
{
    struct apsis_distribution *d = APSIS_NEW(arena, struct apsis_distribution);
    d->family = family;
    d->whole = family->whole;
    if (count == 0) {
        *why = "at least one value is needed";
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!is_finite(x[i]) || (w && !is_finite(w[i]))) {
            *why = "every value and weight must be a finite number";
            return NULL;
        }
    if (family->arguments == APSIS_ARGUMENTS_FILE) {
        apsis_steps_set(arena, d, x, NULL, count);
    } else {
        size_t first = family->arguments == APSIS_ARGUMENTS_BINS ? 1 : 0;
        double total = 0;
        for (size_t i = first; i < count; i++) {
            if (w[i] < 0) {
                *why = "a weight must not be negative";
                return NULL;
            }
            total += w[i];
        }
        if (family->arguments != APSIS_ARGUMENTS_POINTS && !(ap_abs(total - 1) <= 1e-9)) {
            *why = "the weights must sum to 100%";
            return NULL;
        }
        if (family->arguments == APSIS_ARGUMENTS_WEIGHTS) apsis_steps_set(arena, d, x, w, count);
        else if ((*why = apsis_knots_set(arena, d, x, w, count))) return NULL;
    }
    if (family->check && (*why = family->check(d))) return NULL;
    return d;
}

double apsis_distribution_quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->family->quantile(d, lower, upper);
}
void apsis_distribution_tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    d->family->tails(d, x, lower, upper);
}
void apsis_distribution_support(const struct apsis_distribution *d, double *low, double *high) { d->family->support(d, low, high); }
int apsis_distribution_is_constant(const struct apsis_distribution *d)
{
    double low, high;
    d->family->support(d, &low, &high);
    return low == high;
}
double apsis_distribution_density(const struct apsis_distribution *d, double x)
{
    if (d->family->discrete || !apsis_distribution_is_constant(d)) return d->family->density(d, x);
    return apsis_distribution_quantile(d, 0.5, 0.5) == x ? ap_infinity() : 0;
}

#define OCTAVES 200
/* The integrals over u of Q(u) - centre and its square: 24 points an octave of either tail, down to a chance of 2^-200 or to where what
   is left no longer counts; added from the smallest. */
static void integrals(const struct apsis_distribution *d, double centre, double *first, double *second)
{
    double sums[OCTAVES][2], total = 0;
    int last = 0;
    for (int octave = 1, small = 0; octave <= OCTAVES && small < 3; octave++) {
        double high = ap_double_of((ap_word)(1023 - octave) << 52), low = octave == OCTAVES ? 0 : 0.5 * high, sum = 0, squares = 0;
        for (int upper = 0; upper < 2; upper++)
            for (int i = 0; i < APSIS_LEGENDRE_NODES; i++) {
                double v = ap_fma(high - low, apsis_legendre_node[i], low), weight = (high - low) * apsis_legendre_weight[i];
                double y = (upper ? d->family->quantile(d, 1 - v, v) : d->family->quantile(d, v, 1 - v)) - centre;
                sum = ap_fma(y, weight, sum);
                squares = ap_fma(y * y, weight, squares);
            }
        last = octave - 1;
        sums[last][0] = sum, sums[last][1] = squares;
        total += squares;
        small = squares <= 0x1p-70 * total ? small + 1 : 0; /* three in a row: not a gap */
    }
    *first = *second = 0;
    for (int k = last; k >= 0; k--) *first += sums[k][0], *second += sums[k][1];
}
double apsis_distribution_mean(const struct apsis_distribution *d)
{
    if (d->family->mean) return d->family->mean(d);
    double centre = d->family->quantile(d, 0.5, 0.5);
    double first, second;
    integrals(d, centre, &first, &second);
    return centre + first;
}
double apsis_distribution_sd(const struct apsis_distribution *d)
{
    if (d->family->sd) return d->family->sd(d);
    double centre = apsis_distribution_mean(d), first, second;
    integrals(d, centre, &first, &second);
    return ap_sqrt(second);
}

static double plain_value(const struct apsis_table_source *source, int upper, double v)
{
    const struct apsis_distribution *d = source->distribution;
    return (upper ? d->family->quantile(d, 1 - v, v) : d->family->quantile(d, v, 1 - v)) - source->base[upper];
}
void apsis_table_plain(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    double ends[2];
    d->family->support(d, &ends[0], &ends[1]);
    source->family = d->family;
    source->distribution = d;
    source->value = plain_value;
    source->scale = 1;
    for (int upper = 0; upper < 2; upper++) {
        source->base[upper] = is_finite(ends[upper]) ? ends[upper] : 0;
        source->coarse[upper] = ap_abs(source->base[upper]);
    }
}
