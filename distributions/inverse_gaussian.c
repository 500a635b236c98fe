/* inverse_gaussian.c - when a drifting random walk first reaches a level. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(inverse_gaussian)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"
#include "kernels/special/special.h"

/* p: mean, shape; the standard form has mean 1 and shape s = shape / mean */
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0)) return "mean must be above 0";
    return d->p[1] > 0 && d->p[1] / d->p[0] >= 1e-3 && d->p[1] / d->p[0] <= 1e6 ? NULL : "shape must be from 0.001 to 1,000,000 times the mean";
}
/* P = N(r (x - 1)) + e^(2s) N(-r (x + 1)), r = sqrt(s / x); the exponential is taken into erfcx */
static void standard_tails(double s, double x, double *lower, double *upper)
{
    double r = ap_sqrt(s / x), a = r * (x - 1), b = r * (x + 1);
    double second = 0.5 * apsis_erfcx(b * 0x1.6a09e667f3bcdp-1) * ap_exp(-0.5 * a * a);
    *lower = ap_normal_cdf(a) + second;
    *upper = a > 0 ? 0.5 * ap_exp(-0.5 * a * a) * (apsis_erfcx(a * 0x1.6a09e667f3bcdp-1) - apsis_erfcx(b * 0x1.6a09e667f3bcdp-1))
                   : ap_normal_cdf(-a) - second;
}
static double log_density(double s, double y) /* of y = ln x */
{
    double x = ap_exp(y), h = ap_exp(-0.5 * y) * (x - 1);
    return 0.5 * (ap_log(s) - y) - 0x1.d67f1c864beb5p-1 - 0.5 * s * h * h; /* ln sqrt(2 pi) */
}
static double log_quantile(double s, double lower, double upper)
{
    double low = -800, high = 800, y = 0;
    for (int i = 0; i < 300; i++) {
        double l, u;
        standard_tails(s, ap_exp(y), &l, &u);
        int below = lower <= upper ? l < lower : u > upper;
        if (below) low = y;
        else high = y;
        double tail = lower <= upper ? l : u, want = lower <= upper ? lower : upper;
        double step = tail > 0 ? tail * ap_log(want / tail) * ap_exp(-log_density(s, y)) : ap_infinity(); /* Newton on the tail's logarithm */
        if (lower > upper) step = -step;
        double next = y + step;
        if (ap_abs(step) <= 1e-16 * (1 + ap_abs(y))) return next;
        if (!(next > low && next < high) || i % 10 == 9) next = 0.5 * (low + high);
        if (!(next > low && next < high)) break;
        y = next;
    }
    return y;
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (!(x > 0)) *lower = 0, *upper = 1;
    else standard_tails(d->p[1] / d->p[0], x / d->p[0], lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    if (lower <= 0) return 0;
    if (upper <= 0) return ap_infinity();
    return d->p[0] * ap_exp(log_quantile(d->p[1] / d->p[0], lower, upper));
}
static double density(const struct apsis_distribution *d, double x)
{
    return x > 0 ? ap_exp(log_density(d->p[1] / d->p[0], ap_log(x / d->p[0]))) / x : 0;
}
static double mean(const struct apsis_distribution *d) { return d->p[0]; }
static double sd(const struct apsis_distribution *d) { return d->p[0] * ap_sqrt(d->p[0] / d->p[1]); }
static void support(const struct apsis_distribution *d, double *low, double *high) { (void)d, *low = 0, *high = ap_infinity(); }
static double table_value(const struct apsis_table_source *source, int upper, double v)
{
    return log_quantile(source->p[0], upper ? 1 - v : v, upper ? v : 1 - v);
}
static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    (void)upper;
    return ap_exp(log_density(source->p[0], y));
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    source->family = d->family;
    source->p[0] = d->p[1] / d->p[0];
    source->value = table_value;
    source->density = table_density;
    source->transform = APSIS_TRANSFORM_EXP;
    source->scale = d->p[0];
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    (void)percents;
    if (!(arguments[0] > 0)) return "mean must be above 0";
    if (!(arguments[1] > 0)) return "sd must be above 0";
    double ratio = arguments[0] / arguments[1];
    canonical[0] = arguments[0], canonical[1] = arguments[0] * ratio * ratio;
    return NULL;
}
struct ratio {
    double low, high, log;
};
/* Falls as the shape rises: largest, yet finite, towards no shape, where the distribution is Levy's. */
static double ratio_above(double log_s, const void *context)
{
    const struct ratio *r = context;
    double s = ap_exp(log_s);
    return log_quantile(s, r->high, 1 - r->high) - log_quantile(s, r->low, 1 - r->low) - r->log;
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    struct ratio r = {percents[0], percents[1], 0};
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    r.log = ap_log(arguments[1]) - ap_log(arguments[0]);
    double log_s = apsis_solve_root(ratio_above, &r, ap_log(1e-3), ap_log(1e6)), s = ap_exp(log_s);
    if (log_s != log_s) return "no shape from 0.001 to 1,000,000 times the mean has percentiles "
                                   "with this ratio (p10 and p90: from 1.0026 to 168)";
    canonical[0] = ap_exp(ap_log(arguments[0]) - log_quantile(s, r.low, 1 - r.low));
    canonical[1] = s * canonical[0];
    return NULL;
}

APSIS_FAMILY(inverse_gaussian) = {
    .name = "inverse_gaussian", .title = "when a drifting random walk first reaches a level", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 15",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"mean", "shape"}, .parameter_docs = {"mean, above 0", "shape, from 0.001 to 1,000,000 times the mean; the variance is mean^3 / shape"},
    .spellings = {{.names = {"mean", "shape"}}, {.names = {"mean", "sd"}, .solve = solve_moments, .named_only = 1},
                  {.names = {"p*", "p*"}, .solve = solve_percents}},
    .spelling_count = 3,
    .takes = "(mean, shape), (mean:, sd:) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "inverse_gaussian(2, 3)",
};
#endif
