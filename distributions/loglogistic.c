/* loglogistic.c - a positive quantity whose logarithm is logistic. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: scale, shape */
AP_FN ap_f64 ap_loglogistic_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_mand(ap_positive(p[0]), ap_positive(p[1])), p[0] * ap_exp(ap_logit(lower, upper) / p[1]));
}
/* 1: two percentiles */
AP_FN void ap_loglogistic_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]), one = ap_set1(1.0);
    ap_f64 low = ap_logit(a, one - a), high = ap_logit(b, one - b), first = ap_log(arguments[0]), second = ap_log(arguments[1]);
    (void)spelling;
    canonical[1] = (high - low) / (second - first);
    canonical[0] = ap_exp(first - low / canonical[1]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(loglogistic)
AP_FAMILY_SOLVE(loglogistic)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/trigonometry.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";

    ap_loglogistic_solve(1, arguments, percents, canonical);
    return NULL;
}
/* (sd / mean)^2 + 1 of a shape */
static double spread(double shape, const void *context)
{
    double b = 0x1.921fb54442d18p+1 / shape;
    (void)context;
    return ap_tan(b) / b;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double ratio = arguments[1] / arguments[0];
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(ratio >= 1e-4 && ratio <= 1000)) return "sd must be from 0.0001 to 1,000 times the mean";
    canonical[1] = apsis_solve_log(spread, NULL, 2 + 1e-9, 1e6, ap_fma(ratio, ratio, 1));
    if (canonical[1] != canonical[1]) return "sd must be from 0.0001 to 1,000 times the mean";
    double b = 0x1.921fb54442d18p+1 / canonical[1];
    canonical[0] = arguments[0] * ap_sin(b) / b;
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0)) return "scale must be above 0";
     return d->p[1] > 0 ? NULL : "shape must be above 0";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = x > 0 ? d->p[1] * ap_log(x / d->p[0]) : -ap_infinity();
     *lower = 1 / (1 + ap_exp(-z));
     *upper = 1 / (1 + ap_exp(z));
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_loglogistic_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (!(x > 0)) return 0;
     double e = ap_exp(-ap_abs(d->p[1] * ap_log(x / d->p[0])));
     return d->p[1] / x * e / ((1 + e) * (1 + e));
}
static double mean(const struct apsis_distribution *d)
{
    double b = 0x1.921fb54442d18p+1 / d->p[1];
     return d->p[1] > 1 ? d->p[0] * b / ap_sin(b) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    double b = 0x1.921fb54442d18p+1 / d->p[1], m = b / ap_sin(b);
     return d->p[1] > 2 ? d->p[0] * ap_sqrt(2 * b / ap_sin(2 * b) - m * m) : ap_infinity();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    (void)d;
    *low = 0, *high = ap_infinity();
}

APSIS_FAMILY(loglogistic) = {
    .name = "loglogistic", .title = "a positive quantity whose logarithm is logistic", .reference = "Johnson, Kotz and Balakrishnan, vol. 2, 23.11",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"scale", "shape"},
    .parameter_docs = {"median, above 0", "shape, above 0"},
    .spellings = {{.names = {"scale", "shape"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(scale, shape), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "loglogistic(10, 4)",
};
#endif
