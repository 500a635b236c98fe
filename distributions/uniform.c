/* uniform.c - every value between two ends equally likely. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/dialect.h"

/* p: min, max. Measured from the nearer end, so that nothing is lost next to it. */
AP_FN ap_f64 ap_uniform_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 width = p[1] - p[0];
    ap_f64 x = ap_select(ap_lt(upper, lower), ap_fma(ap_negate(upper), width, p[1]), ap_fma(lower, width, p[0]));
    return ap_select(ap_ge(width, ap_set1(0.0)), x, ap_nan());
}
/* 0: two percentiles */
AP_FN void ap_uniform_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 width = (arguments[1] - arguments[0]) / ap_set1(percents[1] - percents[0]);
    (void)spelling;
    canonical[0] = ap_fma(ap_set1(-percents[0]), width, arguments[0]);
    canonical[1] = ap_fma(ap_set1(1.0 - percents[1]), width, arguments[1]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(uniform)
AP_FAMILY_SOLVE(uniform)
#else
#include "distributions/family.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";
    ap_uniform_solve(0, arguments, percents, canonical);
    return NULL;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    (void)percents;
    if (!(arguments[1] >= 0)) return "sd must be 0 or more";
    double half = arguments[1] * 0x1.bb67ae8584caap+0; /* sqrt(3) */
    canonical[0] = arguments[0] - half;
    canonical[1] = arguments[0] + half;
    return NULL;
}
static const char *check(const struct apsis_distribution *d) { return d->p[0] <= d->p[1] ? NULL : "min must not be above max"; }
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double width = d->p[1] - d->p[0];
    *lower = x < d->p[0] ? 0 : x >= d->p[1] ? 1 : (x - d->p[0]) / width;
    *upper = x < d->p[0] ? 1 : x >= d->p[1] ? 0 : (d->p[1] - x) / width;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return ap_uniform_quantile(lower, upper, d->p); }
static double density(const struct apsis_distribution *d, double x) { return x < d->p[0] || x > d->p[1] ? 0 : 1 / (d->p[1] - d->p[0]); }
static double mean(const struct apsis_distribution *d) { return 0.5 * d->p[0] + 0.5 * d->p[1]; }
static double sd(const struct apsis_distribution *d) { return (d->p[1] - d->p[0]) * 0x1.279a74590331cp-2; /* 1/sqrt(12) */ }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[0], *high = d->p[1]; }

APSIS_FAMILY(uniform) = {
    .name = "uniform", .title = "every value between two ends equally likely", .reference = "Johnson, Kotz and Balakrishnan, vol. 2, ch. 26",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"min", "max"}, .parameter_docs = {"smallest value", "largest value, min or more"},
    .spellings = {{.names = {"min", "max"}, .dynamic = 1},
                  {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1},
                  {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(min, max), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "uniform(2, 5)",
};
#endif
