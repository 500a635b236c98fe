/* trapezoidal.c - rises, stays level, falls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: min, from, to, max. Far out in a tail the distance is taken from the nearer end of the level part, as in triangular.c,
   or from max. */
AP_FN ap_f64 ap_trapezoidal_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 rise = p[1] - p[0], level = p[2] - p[1], fall = p[3] - p[2], zero = ap_set1(0.0), half = ap_set1(0.5);
     ap_f64 area = ap_fma(half, rise + fall, level); /* of height 1 */
     ap_f64 x = ap_fma(lower, area, ap_fma(half, rise, p[0]));
     x = ap_select(ap_lt(lower * area, half * rise), p[0] + ap_sqrt((lower + lower) * area * rise), x);
     x = ap_select(ap_lt(upper * area, half * fall), p[3] - ap_sqrt((upper + upper) * area * fall), x);
     ap_f64 far = ap_set1(0x1p-16), before = ap_fma(half, rise, level), after = ap_fma(half, fall, level);
     ap_f64 below = ap_fma(lower, area, ap_negate(before)), above = ap_fma(upper, area, ap_negate(after));
     x = ap_select(ap_mand(ap_lt(upper, far), ap_le(half * fall, upper * area)), p[3] - ap_fma(upper, area, half * fall), x);
     x = ap_select(ap_mand(ap_lt(lower, far), ap_positive(below)), p[2] + ap_down_slope(below, fall), x);
     x = ap_select(ap_mand(ap_lt(upper, far), ap_positive(above)), p[1] - ap_down_slope(above, rise), x);
     return ap_valid(ap_mand(ap_mand(ap_le(zero, rise), ap_le(zero, level)), ap_le(zero, fall)), x);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(trapezoidal)
AP_FAMILY_NO_SOLVE(trapezoidal)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] <= d->p[1] && d->p[1] <= d->p[2] && d->p[2] <= d->p[3] ? NULL : "the four values must not fall";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double rise = d->p[1] - d->p[0], fall = d->p[3] - d->p[2], area = 0.5 * (rise + fall) + (d->p[2] - d->p[1]);
     if (x < d->p[0]) *lower = 0, *upper = 1;
     else if (x >= d->p[3]) *lower = 1, *upper = 0;
     else if (x < d->p[1]) *lower = 0.5 * (x - d->p[0]) * (x - d->p[0]) / rise / area, *upper = 1 - *lower;
     else if (x > d->p[2]) *upper = 0.5 * (d->p[3] - x) * (d->p[3] - x) / fall / area, *lower = 1 - *upper;
     else *lower = (0.5 * rise + (x - d->p[1])) / area, *upper = (0.5 * fall + (d->p[2] - x)) / area;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_trapezoidal_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double rise = d->p[1] - d->p[0], fall = d->p[3] - d->p[2], area = 0.5 * (rise + fall) + (d->p[2] - d->p[1]);
     if (x < d->p[0] || x > d->p[3]) return 0;
     return (x < d->p[1] ? (x - d->p[0]) / rise : x > d->p[2] ? (d->p[3] - x) / fall : 1) / area;
}
/* E X and E X^2 measured from the middle, so that little cancels */
static double moment(const struct apsis_distribution *d, int second)
{
    double m = 0.5 * d->p[0] + 0.5 * d->p[3], a = d->p[0] - m, b = d->p[1] - m, c = d->p[2] - m, e = d->p[3] - m, w = 3 * (e + c - a - b);
    if (second) return ((e + c) * (e * e + c * c) - (b + a) * (b * b + a * a)) / (2 * w);
    return ((e * e + e * c + c * c) - (a * a + a * b + b * b)) / w;
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[3] > d->p[0] ? 0.5 * d->p[0] + 0.5 * d->p[3] + moment(d, 0) : d->p[0];
}
static double sd(const struct apsis_distribution *d)
{
    double first = moment(d, 0);
    return d->p[3] > d->p[0] ? ap_sqrt(moment(d, 1) - first * first) : 0;
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[0], *high = d->p[3];
}

APSIS_FAMILY(trapezoidal) = {
    .name = "trapezoidal", .title = "rises, stays level, falls", .reference = "van Dorp and Kotz (2003)",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"min", "from", "to", "max"},
    .parameter_docs = {"smallest value", "start of the level part, min or more", "end of the level part, its start or more", "largest value, that end or more"},
    .spellings = {{.names = {"min", "from", "to", "max"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(min, from, to, max)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "trapezoidal(0, 2, 5, 6)",
};
#endif
