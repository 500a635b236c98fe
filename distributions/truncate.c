/* truncate.c - a distribution given that its value lies between two ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(truncate)
#else
#include "distributions/family.h"
#include "distributions/knots.h"
#include "distributions/steps.h"
#include "host/support/arena.h"
#include "kernels/special/gauss_legendre.h"

/* p: low, high, chance below low, chance above high, chance between; parts[0] the whole */
static const struct apsis_distribution *whole_of(const struct apsis_distribution *d) { return d->parts[0]; }

static double density(const struct apsis_distribution *d, double x)
{
    return x < d->p[0] || x > d->p[1] ? 0 : apsis_distribution_density(whole_of(d), x) / d->p[4];
}

/* The chance between an end and a point next to it, by integrating the density. */
static double beside(const struct apsis_distribution *whole, double end, double distance)
{
    double sum = 0;
    for (int k = 0; k < APSIS_LEGENDRE_NODES; k++)
        sum = ap_fma(apsis_legendre_weight[k], apsis_distribution_density(whole, ap_fma(distance, apsis_legendre_node[k], end)), sum);
    return sum * ap_abs(distance);
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    const struct apsis_distribution *whole = whole_of(d);
    double below, above;
    if (!(x >= d->p[0])) {
        *lower = 0, *upper = 1;
        return;
    }
    if (x >= d->p[1]) {
        *lower = 1, *upper = 0;
        return;
    }
    whole->family->tails(whole, x, &below, &above);
    *lower = (below - d->p[2]) / d->p[4];
    *upper = (above - d->p[3]) / d->p[4];
    if (d->p[2] > 0.5) *lower = 1 - *upper; /* all of it lies in one tail of the whole */
    if (d->p[3] > 0.5) *upper = 1 - *lower;
    /* next to an end that cuts off more than what lies between, the difference has lost its digits */
    if (*lower < 1e-3 && d->p[0] - d->p[0] == 0 && *lower * d->p[4] < d->p[2]) {
        *lower = beside(whole, d->p[0], x - d->p[0]) / d->p[4];
        *upper = 1 - *lower;
    } else if (*upper < 1e-3 && d->p[1] - d->p[1] == 0 && *upper * d->p[4] < d->p[3]) {
        *upper = beside(whole, d->p[1], x - d->p[1]) / d->p[4];
        *lower = 1 - *upper;
    }
}
/* How far from an end the chance `chance` of the whole lies, by integrating its density there: exact where the difference of two
   chances would not be. Negative when that does not work. */
static double from_end(const struct apsis_distribution *whole, double end, double sign, double chance)
{
    double f = apsis_distribution_density(whole, end), distance = chance / f;
    if (!(f > 0 && distance < ap_infinity())) return -1;
    for (int i = 0; i < 8; i++) {
        double sum = 0;
        for (int k = 0; k < APSIS_LEGENDRE_NODES; k++)
            sum = ap_fma(apsis_legendre_weight[k], apsis_distribution_density(whole, ap_fma(sign * distance, apsis_legendre_node[k], end)), sum);
        double step = (sum * distance - chance) / apsis_distribution_density(whole, ap_fma(sign, distance, end));
        if (!(ap_abs(step) < 0.5 * distance)) return -1;
        distance -= step;
        if (ap_abs(step) <= 1e-13 * distance) return distance;
    }
    return -1;
}

/* distance from the lower end (upper 0) or minus that from the upper one, where the end is finite; else the value */
static double value(const struct apsis_distribution *d, int upper, double v)
{
    const struct apsis_distribution *whole = whole_of(d);
    double end = d->p[upper], chance = v * d->p[4];
    int open = end - end != 0;
    if (!open && chance < 1e-3 * d->p[4] && chance < d->p[2 + upper]) { /* past as much as is cut off, the sum below keeps its digits */
        double distance = from_end(whole, end, upper ? -1 : 1, chance);
        if (distance >= 0) return upper ? -distance : distance;
    }
    double below = d->p[2] + (upper ? (1 - v) * d->p[4] : chance), above = d->p[3] + (upper ? chance : (1 - v) * d->p[4]);
    double x = whole->family->quantile(whole, below, above);
    x = x < d->p[0] ? d->p[0] : x > d->p[1] ? d->p[1] : x;
    return open ? x : x - end;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    int top = upper < lower;
    double end = d->p[top], y = value(d, top, top ? upper : lower);
    return end - end == 0 ? end + y : y;
}
static double table_value(const struct apsis_table_source *source, int upper, double v) { return value(source->distribution, upper, v); }
static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    const struct apsis_distribution *d = source->distribution;
    return apsis_distribution_density(whole_of(d), source->base[upper] + y) / d->p[4];
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    source->family = d->family;
    source->distribution = d;
    source->value = table_value;
    source->density = table_density;
    source->scale = 1;
    source->base[0] = d->p[0] - d->p[0] == 0 ? d->p[0] : 0;
    source->base[1] = d->p[1] - d->p[1] == 0 ? d->p[1] : 0;
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    whole_of(d)->family->support(whole_of(d), low, high);
    if (*low < d->p[0]) *low = d->p[0];
    if (*high > d->p[1]) *high = d->p[1];
}

APSIS_FAMILY(truncate) = {
    .name = "truncate", .title = "a distribution given that its value lies between two ends", .reference = "conditional distribution",
    .form = APSIS_FORM_TABLE,
    .arguments = APSIS_ARGUMENTS_TRUNCATE,
    .takes = "a distribution, a lower and an upper end, such as truncate(normal(0, 1), 0, 5)",
    .tails = tails, .quantile = quantile, .density = density, .support = support, .table = table,
    .example = "truncate(normal(0, 1), 0, 5)",
};

/* the steps or points between the ends, as a distribution of the same kind */
static const struct apsis_distribution *cut(struct apsis_arena *arena, const struct apsis_distribution *d, double low, double high,
                                            const char **why)
{
    double *x = APSIS_NEW_ARRAY(arena, double, d->count + 2), *w = APSIS_NEW_ARRAY(arena, double, d->count + 2);
    size_t n = 0;
    struct apsis_distribution *r = APSIS_NEW(arena, struct apsis_distribution);
    if (d->steps || (d->family->form == APSIS_FORM_STEP && d->x)) {
        for (size_t i = 0; i < d->count; i++)
            if (d->x[i] >= low && d->x[i] <= high) x[n] = d->x[i], w[n++] = apsis_steps_mass(d, d->x[i]);
        r->family = apsis_family_find("discrete");
        if (n) apsis_steps_set(arena, r, x, w, n);
        r->steps = 1;
    } else { /* cumulative chances between the ends, with the ends themselves as points */
        double first, last, none, total;
        low = low < d->x[0] ? d->x[0] : low;
        high = high > d->x[d->count - 1] ? d->x[d->count - 1] : high;
        apsis_knots_tails(d, low, &first, &none);
        apsis_knots_tails(d, high, &last, &none);
        total = last - first;
        x[n] = low, w[n++] = 0;
        for (size_t i = 0; i < d->count; i++)
            if (d->x[i] > low && d->x[i] < high) x[n] = d->x[i], w[n++] = (d->w[i] - first) / total;
        x[n] = high, w[n++] = 1;
        if (!(total > 0)) n = 0;
        r->family = apsis_family_find("cumulative");
        if (n && (*why = apsis_knots_set(arena, r, x, w, n))) return NULL;
    }
    if (!n) {
        *why = "nothing of the distribution lies between the ends";
        return NULL;
    }
    return r;
}

const struct apsis_distribution *apsis_distribution_truncate(struct apsis_arena *arena, const struct apsis_distribution *whole, double low,
                                                             double high, const char **why)
{
    if (!(low <= high)) {
        *why = "the lower end must not be above the upper one";
        return NULL;
    }
    if (whole->family->discrete || whole->steps) {
        whole = apsis_steps_of(arena, whole, why);
        return whole ? cut(arena, whole, low, high, why) : NULL;
    }
    if (whole->family->form == APSIS_FORM_KNOTTED) return cut(arena, whole, low, high, why);
    struct apsis_distribution *d = APSIS_NEW(arena, struct apsis_distribution);
    const struct apsis_distribution **parts = APSIS_NEW_ARRAY(arena, const struct apsis_distribution *, 1);
    double least, most, below_low, above_low, below_high, above_high;
    whole->family->support(whole, &least, &most);
    if (low < least) low = least;
    if (high > most) high = most;
    d->family = &apsis_family_truncate;
    parts[0] = whole;
    d->parts = parts;
    d->p[0] = low, d->p[1] = high;
    below_low = 0, above_low = 1, below_high = 1, above_high = 0;
    if (low > least) whole->family->tails(whole, low, &below_low, &above_low);
    if (high < most) whole->family->tails(whole, high, &below_high, &above_high);
    d->p[2] = below_low, d->p[3] = above_high;
    d->p[4] = below_low > 0.5 ? above_low - above_high : above_high > 0.5 ? below_high - below_low : 1 - below_low - above_high;
    if (!(d->p[4] > 1e-290)) {
        *why = "next to nothing of the distribution lies between the ends";
        return NULL;
    }
    return d;
}
#endif
