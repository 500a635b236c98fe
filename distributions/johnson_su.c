/* johnson_su.c - a normal stretched by sinh: skewed, heavy tails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/hyperbolic.h"
#include "kernels/normal.h"

/* p: gamma, delta, location, scale */
AP_FN ap_f64 ap_johnson_su_from_score(ap_f64 z, const ap_f64 *p)
{
    return ap_valid(ap_mand(ap_positive(p[1]), ap_not_negative(p[3])), ap_spread(p[2], p[3], ap_sinh((z - p[0]) / p[1])));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_SCORE(johnson_su)
AP_FAMILY_NO_SOLVE(johnson_su)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[1] > 0)) return "delta must be above 0";
     return d->p[3] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = ap_fma(d->p[1], ap_asinh((x - d->p[2]) / d->p[3]), d->p[0]);
     if (d->p[3] == 0) z = x < d->p[2] ? -100 : 100;
     *lower = ap_normal_cdf(z);
     *upper = ap_normal_cdf(-z);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_johnson_su_from_score(ap_normal_quantile_tails(lower, upper), d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double y = (x - d->p[2]) / d->p[3], z = ap_fma(d->p[1], ap_asinh(y), d->p[0]);
     return d->p[1] / (d->p[3] * ap_sqrt(ap_fma(y, y, 1))) * 0x1.9884533d43651p-2 * ap_exp(-0.5 * z * z);
}
static double mean(const struct apsis_distribution *d)
{
    double w = 0.5 / (d->p[1] * d->p[1]);
     return ap_fma(-d->p[3], ap_exp(w) * ap_sinh(d->p[0] / d->p[1]), d->p[2]);
}
static double sd(const struct apsis_distribution *d)
{
    double w = 1 / (d->p[1] * d->p[1]), e = ap_exp(2 * d->p[0] / d->p[1]);
     return d->p[3] * ap_sqrt(0.5 * ap_expm1(w) * (ap_exp(w) * 0.5 * (e + 1 / e) + 1));
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[3] > 0 ? ap_infinity() : 0;
    *low = d->p[2] - wide, *high = d->p[2] + wide;
}

APSIS_FAMILY(johnson_su) = {
    .name = "johnson_su", .title = "a normal stretched by sinh: skewed, with heavy tails", .reference = "Johnson (1949)",
    .form = APSIS_FORM_SCORE,
    .parameter_names = {"gamma", "delta", "location", "scale"},
    .parameter_docs = {"skewness, to the left where it is positive", "shape, above 0", "location, 0 unless given", "scale, 0 or more; 1 unless given"},
    .spellings = {{.names = {"gamma", "delta", "location?", "scale?"}, .defaults = {0, 0, 0, 1}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(gamma, delta), with location: 0 and scale: 1",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "johnson_su(-1, 2)",
};
#endif
