/* exponential.c - waiting time at a constant rate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: mean */
AP_FN ap_f64 ap_exponential_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_not_negative(p[0]), p[0] * ap_hazard(lower, upper));
}
/* 0: rate */
AP_FN void ap_exponential_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    (void)spelling, (void)percents;
    canonical[0] = ap_valid(ap_positive(arguments[0]), ap_set1(1.0) / arguments[0]);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(exponential)
AP_FAMILY_SOLVE(exponential)
#else
#include "distributions/family.h"

static const char *solve_rate(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "rate must be above 0";
    ap_exponential_solve(0, arguments, percents, canonical);
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] >= 0 ? NULL : "mean must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = x > 0 ? x / d->p[0] : 0;
      if (d->p[0] == 0) y = x >= 0 ? ap_infinity() : 0;
      *upper = ap_exp(-y);
      *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_exponential_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    return x < 0 ? 0 : ap_exp(-x / d->p[0]) / d->p[0];
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[0];
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[0];
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = 0, *high = d->p[0] > 0 ? ap_infinity() : 0;
}

APSIS_FAMILY(exponential) = {
    .name = "exponential", .title = "waiting time at a constant rate", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 19",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"mean"},
    .parameter_docs = {"mean, 0 or more"},
    .spellings = {{.names = {"rate"}, .solve = solve_rate, .dynamic = 1, .named_only = 1}, {.names = {"mean"}, .dynamic = 1, .named_only = 1}},
    .spelling_count = 2,
    .takes = "(rate:) or (mean:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "exponential(mean: 2)",
};
#endif
