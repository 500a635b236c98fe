/* inverse_gamma.c - the reciprocal of a gamma quantity. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(inverse_gamma)
#else
#include "distributions/family.h"
#include "distributions/gamma.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special.h"

/* p: shape, scale: scale / G(shape) */
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] >= 0.05 && d->p[0] <= 1e7)) return "shape must be from 0.05 to 10,000,000";
    return d->p[1] > 0 ? NULL : "scale must be above 0";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (!(x > 0)) *lower = 0, *upper = 1;
    else apsis_incomplete_gamma(d->p[0], d->p[1] / x, upper, lower);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->p[1] / apsis_gamma_standard_quantile(d->p[0], upper, lower);
}
static double density(const struct apsis_distribution *d, double x)
{
    return x > 0 ? apsis_gamma_density(d->p[0], d->p[1] / x) * (d->p[1] / x / x) : 0;
}
static double mean(const struct apsis_distribution *d) { return d->p[0] > 1 ? d->p[1] / (d->p[0] - 1) : ap_infinity(); }
static double sd(const struct apsis_distribution *d) { return d->p[0] > 2 ? mean(d) / ap_sqrt(d->p[0] - 2) : ap_infinity(); }
static void support(const struct apsis_distribution *d, double *low, double *high) { (void)d, *low = 0, *high = ap_infinity(); }
/* Tabulated as its logarithm, which is smooth at both ends: that of 1 / G, or, of a large shape, of shape / G, which keeps its digits. */
#define LARGE 4096
static double table_value(const struct apsis_table_source *source, int upper, double v)
{
    if (source->p[0] >= LARGE) {
        double g = apsis_gamma_standard_quantile(source->p[0], upper ? v : 1 - v, upper ? 1 - v : v);
        return -ap_log1p((g - source->p[0]) / source->p[0]);
    }
    return -apsis_gamma_standard_log_quantile(source->p[0], upper ? v : 1 - v, upper ? 1 - v : v);
}
static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    (void)upper;
    if (source->p[0] >= LARGE) {
        double g = source->p[0] * ap_exp(-y);
        return apsis_gamma_density(source->p[0], g) * g;
    }
    return source->p[0] < 100 ? ap_exp(ap_fma(source->p[0], -y, -ap_exp(-y)) - source->p[1])
                              : apsis_gamma_density(source->p[0], ap_exp(-y)) * ap_exp(-y);
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    source->family = d->family;
    source->p[0] = d->p[0], source->p[1] = apsis_lgamma(d->p[0]);
    source->value = table_value;
    source->density = table_density;
    source->transform = APSIS_TRANSFORM_EXP;
    source->scale = d->p[0] >= LARGE ? d->p[1] / d->p[0] : d->p[1];
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double ratio = arguments[0] / arguments[1];
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(arguments[1] > 0)) return "sd must be above 0";
    canonical[0] = ap_fma(ratio, ratio, 2);
    canonical[1] = arguments[0] * (canonical[0] - 1);
    return NULL;
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    double mirrored[2] = {1 / arguments[1], 1 / arguments[0]}, chances[2] = {1 - percents[1], 1 - percents[0]}, scale;
    const char *why = apsis_gamma_percents(mirrored, chances, &canonical[0], &scale);
    canonical[1] = 1 / scale;
    return why;
}

APSIS_FAMILY(inverse_gamma) = {
    .name = "inverse_gamma", .title = "the reciprocal of a gamma quantity", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, 17.8",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"shape", "scale"}, .parameter_docs = {"tail exponent, from 0.05 to 10,000,000", "scale, above 0"},
    .spellings = {{.names = {"shape", "scale"}}, {.names = {"p*", "p*"}, .solve = solve_percents},
                  {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(shape, scale), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "inverse_gamma(3, 2)",
};
#endif
