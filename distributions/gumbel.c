/* gumbel.c - the largest of many. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: location, scale */
AP_FN ap_f64 ap_gumbel_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_not_negative(p[1]), ap_fma(ap_negate(p[1]), ap_log(ap_hazard(upper, lower)), p[0]));
}
/* 1: two percentiles */
AP_FN void ap_gumbel_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]), one = ap_set1(1.0);
    ap_f64 low = ap_negate(ap_log(ap_hazard(one - a, a))), high = ap_negate(ap_log(ap_hazard(one - b, b)));
    (void)spelling;
    ap_stretch(low, high, arguments, canonical);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(gumbel)
AP_FAMILY_SOLVE(gumbel)
#else
#include "distributions/family.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";

    ap_gumbel_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    (void)percents;
    if (!(arguments[1] >= 0)) return "sd must be 0 or more";
    canonical[1] = arguments[1] / 0x1.48552f88091a8p+0; /* pi/sqrt(6) */
    canonical[0] = ap_fma(-0x1.2788cfc6fb619p-1, canonical[1], arguments[0]);
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = (x - d->p[0]) / d->p[1];
     if (d->p[1] == 0) z = x < d->p[0] ? -800 : 800;
     double e = ap_exp(-z);
     *lower = ap_exp(-e);
     *upper = -ap_expm1(-e);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_gumbel_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double z = (x - d->p[0]) / d->p[1];
     return ap_exp(-z - ap_exp(-z)) / d->p[1];
}
static double mean(const struct apsis_distribution *d)
{
    return ap_fma(0x1.2788cfc6fb619p-1, d->p[1], d->p[0]); /* Euler */
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[1] * 0x1.48552f88091a8p+0; /* pi/sqrt(6) */
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[1] > 0 ? ap_infinity() : 0;
     *low = d->p[0] - wide, *high = d->p[0] + wide;
}

APSIS_FAMILY(gumbel) = {
    .name = "gumbel", .title = "the largest of many", .reference = "Johnson, Kotz and Balakrishnan, vol. 2, ch. 22",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"location", "scale"},
    .parameter_docs = {"mode", "scale, 0 or more"},
    .spellings = {{.names = {"location", "scale"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(location, scale), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "gumbel(0, 1)",
};
#endif
