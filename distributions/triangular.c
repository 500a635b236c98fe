/* triangular.c - a straight rise from the minimum to the mode and a straight fall to the maximum. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: min, mode, max. Far out in a tail beyond the mode, next to an end where the mode lies, the distance is taken from the mode: from the
   other end it would lose its digits. */
AP_FN ap_f64 ap_triangular_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 width = p[2] - p[0], rise = p[1] - p[0], fall = p[2] - p[1];
    ap_f64 x = ap_select(ap_le(lower * width, rise), p[0] + ap_sqrt(lower * (width * rise)), p[2] - ap_sqrt(upper * (width * fall)));
    ap_f64 half = ap_set1(0.5), far = ap_set1(0x1p-16), below = ap_fma(lower, width, ap_negate(rise)), above = ap_fma(upper, width, ap_negate(fall));
    x = ap_select(ap_mand(ap_lt(lower, far), ap_positive(below)), p[1] + ap_down_slope(half * below, fall), x);
    x = ap_select(ap_mand(ap_lt(upper, far), ap_positive(above)), p[1] - ap_down_slope(half * above, rise), x);
    return ap_select(ap_mand(ap_ge(rise, ap_set1(0.0)), ap_ge(fall, ap_set1(0.0))), x, ap_nan());
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(triangular)
AP_FAMILY_NO_SOLVE(triangular)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] <= d->p[1] && d->p[1] <= d->p[2] ? NULL : "the middle must lie between the ends";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double a = d->p[0], m = d->p[1], b = d->p[2], width = b - a;
    if (x < a) *lower = 0;
    else if (x >= b) *lower = 1;
    else if (x <= m) *lower = (x - a) / width * ((x - a) / (m - a));
    else *lower = 1 - (b - x) / width * ((b - x) / (b - m));
    if (x < a) *upper = 1;
    else if (x >= b) *upper = 0;
    else if (x <= m) *upper = 1 - *lower;
    else *upper = (b - x) / width * ((b - x) / (b - m));
    if (x == a && x == m && x < b) *lower = 0, *upper = 1;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_triangular_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double a = d->p[0], m = d->p[1], b = d->p[2], width = b - a;
    if (x < a || x > b) return 0;
    return x < m ? 2 * (x - a) / (width * (m - a)) : x > m ? 2 * (b - x) / (width * (b - m)) : 2 / width;
}
static double mean(const struct apsis_distribution *d) { return (d->p[0] + d->p[1] + d->p[2]) / 3; }
static double sd(const struct apsis_distribution *d)
{
    double rise = d->p[1] - d->p[0], fall = d->p[2] - d->p[1];
    return ap_sqrt((rise * rise + rise * fall + fall * fall) / 18);
}
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[0], *high = d->p[2]; }

APSIS_FAMILY(triangular) = {
    .name = "triangular", .title = "a straight rise from min to mode and a straight fall to max",
    .reference = "Johnson, Kotz and Balakrishnan, vol. 2, 26.9",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"min", "mode", "max"}, .parameter_docs = {"smallest value", "likeliest value, from min to max", "largest value, mode or more"},
    .spellings = {{.names = {"min", "mode", "max"}, .dynamic = 1}}, .spelling_count = 1,
    .takes = "(min, mode, max)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "triangular(1, 2, 5)",
};
#endif
