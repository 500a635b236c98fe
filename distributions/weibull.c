/* weibull.c - time to failure with a rising or falling hazard. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/power.h"

/* p: shape, scale */
AP_FN ap_f64 ap_weibull_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_mand(ap_positive(p[0]), ap_not_negative(p[1])), p[1] * ap_pow(ap_hazard(lower, upper), ap_set1(1.0) / p[0]));
}
/* 1: two percentiles */
AP_FN void ap_weibull_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]), one = ap_set1(1.0);
    ap_f64 low = ap_log(ap_hazard(a, one - a)), high = ap_log(ap_hazard(b, one - b)), first = ap_log(arguments[0]), second = ap_log(arguments[1]);
    (void)spelling;
    canonical[0] = (high - low) / (second - first);
    canonical[1] = ap_exp(first - low / canonical[0]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(weibull)
AP_FAMILY_SOLVE(weibull)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/special/special.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";

    ap_weibull_solve(1, arguments, percents, canonical);
    return NULL;
}
/* (sd / mean)^2 + 1 of a shape */
static double spread(double shape, const void *context)
{
    (void)context;
    return ap_exp(apsis_lgamma(1 + 2 / shape) - 2 * apsis_lgamma(1 + 1 / shape));
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double ratio = arguments[1] / arguments[0];
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(ratio > 0.001 && ratio < 400)) return "sd must be from 0.001 to 400 times the mean";
    canonical[0] = apsis_solve_log(spread, NULL, 0.1, 1e5, ap_fma(ratio, ratio, 1));
    if (canonical[0] != canonical[0]) return "sd must be from 0.001 to 400 times the mean";
    canonical[1] = arguments[0] / ap_exp(apsis_lgamma(1 + 1 / canonical[0]));
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] >= 0.01 && d->p[0] <= 1e6)) return "shape must be from 0.01 to 1,000,000";
     return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = x > 0 ? d->p[1] > 0 ? ap_pow(x / d->p[1], d->p[0]) : ap_infinity() : 0;
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_weibull_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (x < 0) return 0;
     double y = ap_pow(x / d->p[1], d->p[0] - 1);
     return d->p[0] / d->p[1] * y * ap_exp(-y * (x / d->p[1]));
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[1] * ap_exp(apsis_lgamma(1 + 1 / d->p[0]));
}
static double sd(const struct apsis_distribution *d)
{
    double ratio = ap_exp(apsis_lgamma(1 + 2 / d->p[0]) - 2 * apsis_lgamma(1 + 1 / d->p[0]));
     return mean(d) * ap_sqrt(ratio - 1);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = 0, *high = d->p[1] > 0 ? ap_infinity() : 0;
}

APSIS_FAMILY(weibull) = {
    .name = "weibull", .title = "time to failure with a rising or falling hazard", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 21",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"shape", "scale"},
    .parameter_docs = {"shape, from 0.01 to 1,000,000; 1 is the exponential", "scale, 0 or more"},
    .spellings = {{.names = {"shape", "scale"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(shape, scale), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "weibull(1.5, 10)",
};
#endif
