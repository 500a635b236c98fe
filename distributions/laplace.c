/* laplace.c - two exponentials back to back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: location, scale */
AP_FN ap_f64 ap_laplace_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 low = ap_log(lower + lower), high = ap_negate(ap_log(upper + upper));
     return ap_valid(ap_not_negative(p[1]), ap_fma(p[1], ap_select(ap_lt(lower, upper), low, high), p[0]));
}
/* 1: two percentiles */
AP_FN void ap_laplace_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]), one = ap_set1(1.0);
    ap_f64 low = ap_select(ap_lt(a, ap_set1(0.5)), ap_log(a + a), ap_negate(ap_log((one - a) * ap_set1(2.0)))), high = ap_select(ap_lt(b, ap_set1(0.5)), ap_log(b + b), ap_negate(ap_log((one - b) * ap_set1(2.0))));
    (void)spelling;
    ap_stretch(low, high, arguments, canonical);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(laplace)
AP_FAMILY_SOLVE(laplace)
#else
#include "distributions/family.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";

    ap_laplace_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    (void)percents;
    if (!(arguments[1] >= 0)) return "sd must be 0 or more";
    canonical[0] = arguments[0];
    canonical[1] = arguments[1] / 0x1.6a09e667f3bcdp+0; /* sqrt(2) */
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
     double small = 0.5 * ap_exp(-ap_abs(z));
     *lower = z < 0 ? small : 1 - small;
     *upper = z < 0 ? 1 - small : small;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_laplace_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    return 0.5 * ap_exp(-ap_abs((x - d->p[0]) / d->p[1])) / d->p[1];
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[0];
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[1] * 0x1.6a09e667f3bcdp+0; /* sqrt(2) */
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[1] > 0 ? ap_infinity() : 0;
     *low = d->p[0] - wide, *high = d->p[0] + wide;
}

APSIS_FAMILY(laplace) = {
    .name = "laplace", .title = "two exponentials back to back", .reference = "Johnson, Kotz and Balakrishnan, vol. 2, ch. 24",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"location", "scale"},
    .parameter_docs = {"mean and median", "scale, 0 or more"},
    .spellings = {{.names = {"location", "scale"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(location, scale), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "laplace(0, 1)",
};
#endif
