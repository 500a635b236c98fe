/* randint.c - a whole number, all equally likely. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: low, high */
AP_FN ap_f64 ap_randint_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 one = ap_set1(1.0), count = p[1] - p[0] + one;
     (void)upper;
     ap_f64 k = ap_negate(ap_floor(ap_negate(lower * count))) - one; /* smallest with (k + 1) / count >= u */
     k = ap_select(ap_lt(k, ap_set1(0.0)), ap_set1(0.0), k);
     ap_mask ok = ap_mand(ap_mand(ap_eq(ap_floor(p[0]), p[0]), ap_eq(ap_floor(p[1]), p[1])), ap_le(p[0], p[1]));
     return ap_valid(ok, p[0] + k);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(randint)
AP_FAMILY_NO_SOLVE(randint)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    if (ap_floor(d->p[0]) != d->p[0] || ap_floor(d->p[1]) != d->p[1]) return "low and high must be whole numbers";
     if (!(ap_abs(d->p[0]) <= 1e15 && ap_abs(d->p[1]) <= 1e15)) return "low and high must lie within 1e15";
     return d->p[0] <= d->p[1] ? NULL : "low must not be above high";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double k = ap_floor(x), count = d->p[1] - d->p[0] + 1;
     *lower = k < d->p[0] ? 0 : k >= d->p[1] ? 1 : (k - d->p[0] + 1) / count;
     *upper = k < d->p[0] ? 1 : k >= d->p[1] ? 0 : (d->p[1] - k) / count;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_randint_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    return x < d->p[0] || x > d->p[1] || ap_floor(x) != x ? 0 : 1 / (d->p[1] - d->p[0] + 1);
}
static double mean(const struct apsis_distribution *d)
{
    return 0.5 * d->p[0] + 0.5 * d->p[1];
}
static double sd(const struct apsis_distribution *d)
{
    double count = d->p[1] - d->p[0] + 1;
     return ap_sqrt((count * count - 1) / 12);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[0], *high = d->p[1];
}

APSIS_FAMILY(randint) = {
    .name = "randint", .title = "a whole number, all equally likely", .reference = "Johnson, Kemp and Kotz, 6.10.1",
    .form = APSIS_FORM_INVERSION, .discrete = 1, .whole = 1,
    .parameter_names = {"low", "high"},
    .parameter_docs = {"smallest value, whole, within 1e15", "largest value, whole, not below the smallest"},
    .spellings = {{.names = {"low", "high"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(low, high), both included",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "randint(1, 6)",
};
#endif
