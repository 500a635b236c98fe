/* lognormal.c - a positive quantity whose logarithm is normal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"

/* p: mu, sigma of the logarithm */
AP_FN ap_f64 ap_lognormal_from_score(ap_f64 z, const ap_f64 *p)
{
    return ap_select(ap_ge(p[1], ap_set1(0.0)), ap_exp(ap_fma(p[1], z, p[0])), ap_nan());
}
/* 1: mean and sd, 2: two percentiles, 3: median and sigma. What is not positive has a NaN logarithm, an invalid draw. */
AP_FN void ap_lognormal_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    if (spelling == 1) {
        ap_f64 ratio = arguments[1] / arguments[0];
        ap_f64 square = ap_log1p(ratio * ratio);
        canonical[1] = ap_select(ap_ge(arguments[1], ap_set1(0.0)), ap_sqrt(square), ap_nan());
        canonical[0] = ap_fma(ap_set1(-0.5), square, ap_log(arguments[0]));
    } else if (spelling == 2) {
        ap_f64 low = ap_normal_quantile(ap_set1(percents[0])), high = ap_normal_quantile(ap_set1(percents[1]));
        ap_f64 first = ap_log(arguments[0]), second = ap_log(arguments[1]);
        canonical[1] = (second - first) / (high - low);
        canonical[0] = ap_fma(ap_negate(low), canonical[1], first);
    } else {
        canonical[0] = ap_log(arguments[0]);
        canonical[1] = arguments[1];
    }
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_SCORE(lognormal)
AP_FAMILY_SOLVE(lognormal)
#else
#include "distributions/family.h"

static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(arguments[1] >= 0)) return "sd must be 0 or more";
    ap_lognormal_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";
    ap_lognormal_solve(2, arguments, percents, canonical);
    return NULL;
}
static const char *solve_median(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "median must be above 0";
    ap_lognormal_solve(3, arguments, percents, canonical);
    return NULL;
}
static const char *check(const struct apsis_distribution *d) { return d->p[1] >= 0 ? NULL : "sigma must be 0 or more"; }
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (!(x > 0)) {
        *lower = 0, *upper = 1;
        return;
    }
    double z = d->p[1] > 0 ? (ap_log(x) - d->p[0]) / d->p[1] : x < ap_exp(d->p[0]) ? -100 : 100;
    *lower = ap_normal_cdf(z);
    *upper = ap_normal_cdf(-z);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->p[1] == 0 ? ap_exp(d->p[0]) : ap_lognormal_from_score(ap_normal_quantile_tails(lower, upper), d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (!(x > 0)) return 0;
    double z = (ap_log(x) - d->p[0]) / d->p[1];
    return ap_exp(-0.5 * z * z) * 0x1.9884533d43651p-2 / (d->p[1] * x);
}
static double mean(const struct apsis_distribution *d) { return ap_exp(d->p[0] + 0.5 * d->p[1] * d->p[1]); }
static double sd(const struct apsis_distribution *d) { return mean(d) * ap_sqrt(ap_expm1(d->p[1] * d->p[1])); }
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[1] > 0 ? 0 : ap_exp(d->p[0]);
    *high = d->p[1] > 0 ? ap_infinity() : ap_exp(d->p[0]);
}

APSIS_FAMILY(lognormal) = {
    .name = "lognormal", .title = "a positive quantity whose logarithm is normal", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 14",
    .form = APSIS_FORM_SCORE,
    .parameter_names = {"mu", "sigma"}, .parameter_docs = {"mean of the logarithm", "standard deviation of the logarithm, 0 or more"},
    .spellings = {{.names = {"mu", "sigma"}, .dynamic = 1, .named_only = 1},
                  {.names = {"mean", "sd"}, .solve = solve_moments, .dynamic = 1, .named_only = 1},
                  {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1},
                  {.names = {"median", "sigma"}, .solve = solve_median, .dynamic = 1, .named_only = 1}},
    .spelling_count = 4,
    .takes = "(mu:, sigma:), (mean:, sd:), (median:, sigma:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "lognormal(p10: 250, p90: 3000)",
};
#endif
