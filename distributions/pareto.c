/* pareto.c - few are large: a power law above a minimum. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/power.h"

/* p: min, shape */
AP_FN ap_f64 ap_pareto_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_mand(ap_not_negative(p[0]), ap_positive(p[1])), p[0] * ap_exp(ap_hazard(lower, upper) / p[1]));
}
/* 1: two percentiles */
AP_FN void ap_pareto_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]), one = ap_set1(1.0);
    ap_f64 low = ap_hazard(a, one - a), high = ap_hazard(b, one - b), first = ap_log(arguments[0]), second = ap_log(arguments[1]);
    (void)spelling;
    canonical[1] = (high - low) / (second - first);
    canonical[0] = ap_exp(first - low / canonical[1]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(pareto)
AP_FAMILY_SOLVE(pareto)
#else
#include "distributions/family.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";

    ap_pareto_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double ratio = arguments[0] / arguments[1];
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(arguments[1] > 0)) return "sd must be above 0";
    canonical[1] = 1 + ap_sqrt(ap_fma(ratio, ratio, 1));
    canonical[0] = arguments[0] * (canonical[1] - 1) / canonical[1];
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0)) return "min must be above 0";
     return d->p[1] > 0 ? NULL : "shape must be above 0";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = x > d->p[0] ? d->p[1] * ap_log(x / d->p[0]) : 0;
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_pareto_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    return x < d->p[0] ? 0 : d->p[1] / x * ap_pow(d->p[0] / x, d->p[1]);
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[1] > 1 ? d->p[0] * d->p[1] / (d->p[1] - 1) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[1] > 2 ? d->p[0] / (d->p[1] - 1) * ap_sqrt(d->p[1] / (d->p[1] - 2)) : ap_infinity();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[0], *high = ap_infinity();
}

APSIS_FAMILY(pareto) = {
    .name = "pareto", .title = "a power law above a minimum", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 20",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"min", "shape"},
    .parameter_docs = {"smallest value, above 0", "tail exponent, above 0"},
    .spellings = {{.names = {"min", "shape"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(min, shape), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "pareto(1, 3)",
};
#endif
