/* normal.c - the normal distribution. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/normal.h"

/* p: mean, sd */
AP_FN ap_f64 ap_normal_from_score(ap_f64 z, const ap_f64 *p)
{
    return ap_select(ap_ge(p[1], ap_set1(0.0)), ap_fma(p[1], z, p[0]), ap_nan());
}
/* 1: two percentiles */
AP_FN void ap_normal_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 low = ap_normal_quantile(ap_set1(percents[0])), high = ap_normal_quantile(ap_set1(percents[1]));
    (void)spelling;
    canonical[1] = (arguments[1] - arguments[0]) / (high - low);
    canonical[0] = ap_fma(ap_negate(low), canonical[1], arguments[0]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_SCORE(normal)
AP_FAMILY_SOLVE(normal)
#else
#include "distributions/family.h"
#include "kernels/exponential.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";
    ap_normal_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *check(const struct apsis_distribution *d) { return d->p[1] >= 0 ? NULL : "sd must be 0 or more"; }
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = (x - d->p[0]) / d->p[1];
    if (d->p[1] == 0) z = x < d->p[0] ? -100 : 100;
    *lower = ap_normal_cdf(z);
    *upper = ap_normal_cdf(-z);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->p[1] == 0 ? d->p[0] : ap_normal_from_score(ap_normal_quantile_tails(lower, upper), d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double z = (x - d->p[0]) / d->p[1];
    return ap_exp(-0.5 * z * z) * 0x1.9884533d43651p-2 / d->p[1]; /* 1/sqrt(2 pi) */
}
static double mean(const struct apsis_distribution *d) { return d->p[0]; }
static double sd(const struct apsis_distribution *d) { return d->p[1]; }
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[1] > 0 ? ap_infinity() : 0;
    *low = d->p[0] - wide, *high = d->p[0] + wide;
}

APSIS_FAMILY(normal) = {
    .name = "normal", .title = "the bell curve", .reference = "DLMF 7.17; Wichura, AS241 (1988)",
    .form = APSIS_FORM_SCORE,
    .parameter_names = {"mean", "sd"}, .parameter_docs = {"mean", "standard deviation, 0 or more"},
    .spellings = {{.names = {"mean", "sd"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}},
    .spelling_count = 2,
    .takes = "(mean, sd) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "normal(0, 1)",
};
#endif
