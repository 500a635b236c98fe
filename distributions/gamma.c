/* gamma.c - the gamma distribution: waiting times, losses, rates. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(gamma)
#else
#include "distributions/gamma.h"
#include "distributions/solve.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special.h"

double apsis_gamma_standard_log_quantile(double shape, double lower, double upper)
{
    /* far below 1, P(shape, x) is x^shape / Gamma(shape + 1) */
    double y = (ap_log(lower) + apsis_lgamma(shape + 1)) / shape;
    return y < -600 ? y : ap_log(apsis_incomplete_gamma_inverse(shape, lower, upper));
}
double apsis_gamma_standard_quantile(double shape, double lower, double upper)
{
    if (lower <= 0) return 0;
    if (upper <= 0) return ap_infinity();
    if (shape < 0.25) return ap_exp(apsis_gamma_standard_log_quantile(shape, lower, upper));
    return apsis_incomplete_gamma_inverse(shape, lower, upper);
}

/* p: shape, ln Gamma(shape) */
static double table_value(const struct apsis_table_source *source, int upper, double v)
{
    double lower = upper ? 1 - v : v, above = upper ? v : 1 - v;
    return source->transform == APSIS_TRANSFORM_EXP ? apsis_gamma_standard_log_quantile(source->p[0], lower, above)
                                                    : apsis_incomplete_gamma_inverse(source->p[0], lower, above);
}
static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    double shape = source->p[0];
    (void)upper;
    if (source->transform == APSIS_TRANSFORM_EXP) return ap_exp(ap_fma(shape, y, -ap_exp(y)) - source->p[1]);
    if (shape < 100) return ap_exp(ap_fma(shape - 1, ap_log(y), -y) - source->p[1]);
    return apsis_gamma_density(shape, y);
}
void apsis_gamma_table(double shape, double scale, struct apsis_table_source *source)
{
    source->family = &apsis_family_gamma;
    source->p[0] = shape, source->p[1] = apsis_lgamma(shape);
    source->value = table_value;
    source->density = table_density;
    source->transform = shape < 0.25 ? APSIS_TRANSFORM_EXP : APSIS_TRANSFORM_NONE;
    source->scale = scale;
}

struct ratio {
    double low, high;
};
static double ratio_of(double shape, const void *context)
{
    const struct ratio *r = context;
    return apsis_gamma_standard_log_quantile(shape, r->high, 1 - r->high) - apsis_gamma_standard_log_quantile(shape, r->low, 1 - r->low);
}
const char *apsis_gamma_percents(const double *arguments, const double *percents, double *shape, double *scale)
{
    struct ratio r = {percents[0], percents[1]};
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    *shape = apsis_solve_log(ratio_of, &r, 0.002, 1e7, ap_log(arguments[1]) - ap_log(arguments[0]));
    if (*shape != *shape) return "no shape from 0.002 to 10,000,000 has percentiles with this ratio";
    *scale = ap_exp(ap_log(arguments[0]) - apsis_gamma_standard_log_quantile(*shape, r.low, 1 - r.low));
    return NULL;
}

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    return apsis_gamma_percents(arguments, percents, &canonical[0], &canonical[1]);
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double ratio = arguments[0] / arguments[1];
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(arguments[1] > 0)) return "sd must be above 0";
    canonical[0] = ratio * ratio;
    canonical[1] = arguments[1] / ratio;
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] >= 0.002 && d->p[0] <= 1e7)) return "shape must be from 0.002 to 10,000,000";
    return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (!(x > 0) || d->p[1] == 0) *lower = x >= 0 && d->p[1] == 0, *upper = 1 - *lower;
    else apsis_incomplete_gamma(d->p[0], x / d->p[1], lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->p[1] == 0 ? 0 : d->p[1] * apsis_gamma_standard_quantile(d->p[0], lower, upper);
}
static double density(const struct apsis_distribution *d, double x) { return x < 0 ? 0 : apsis_gamma_density(d->p[0], x / d->p[1]) / d->p[1]; }
static double mean(const struct apsis_distribution *d) { return d->p[0] * d->p[1]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(d->p[0]) * d->p[1]; }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = 0, *high = d->p[1] > 0 ? ap_infinity() : 0; }
static void table(const struct apsis_distribution *d, struct apsis_table_source *source) { apsis_gamma_table(d->p[0], d->p[1], source); }

APSIS_FAMILY(gamma) = {
    .name = "gamma", .title = "waiting time for several events", .reference = "DLMF 8.2; DiDonato and Morris (1986)",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"shape", "scale"}, .parameter_docs = {"shape, from 0.002 to 10,000,000", "scale, 0 or more; the mean is shape times scale"},
    .spellings = {{.names = {"shape", "scale"}}, {.names = {"p*", "p*"}, .solve = solve_percents},
                  {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(shape, scale), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "gamma(2, 3)",
};
#endif
