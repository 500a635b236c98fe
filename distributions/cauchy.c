/* cauchy.c - so heavy in the tails that there is no mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/trigonometry.h"

/* p: location, scale */
AP_FN ap_f64 ap_cauchy_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 v = ap_select(ap_lt(upper, lower), upper, lower), pi = ap_set1(0x1.921fb54442d18p+1);
     ap_f64 inner = ap_tan(pi * (ap_set1(0.5) - v)), outer = ap_set1(1.0) / ap_tan(pi * v);
     ap_f64 size = ap_select(ap_lt(v, ap_set1(0.25)), outer, inner);
     return ap_valid(ap_not_negative(p[1]), ap_fma(p[1], ap_copysign(size, lower - upper), p[0]));
}
/* 1: two percentiles */
AP_FN void ap_cauchy_solve(int spelling, const ap_f64 *arguments, const double *percents, ap_f64 *canonical)
{
    ap_f64 a = ap_set1(percents[0]), b = ap_set1(percents[1]);
    ap_f64 low = ap_tan(ap_set1(0x1.921fb54442d18p+1) * (a - ap_set1(0.5))), high = ap_tan(ap_set1(0x1.921fb54442d18p+1) * (b - ap_set1(0.5)));
    (void)spelling;
    ap_stretch(low, high, arguments, canonical);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(cauchy)
AP_FAMILY_SOLVE(cauchy)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    if (!(arguments[0] <= arguments[1])) return "the lower percentile must not be above the higher one";

    ap_cauchy_solve(1, arguments, percents, canonical);
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = (x - d->p[0]) / d->p[1];
     if (d->p[1] == 0) z = x < d->p[0] ? -1e300 : 1e300;
     apsis_student_t_tails(1, z, lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_cauchy_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double z = (x - d->p[0]) / d->p[1];
     return 0x1.45f306dc9c883p-2 / (d->p[1] * ap_fma(z, z, 1)); /* 1/pi */
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[1] > 0 ? ap_nan() : d->p[0];
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[1] > 0 ? ap_nan() : 0;
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[1] > 0 ? ap_infinity() : 0;
     *low = d->p[0] - wide, *high = d->p[0] + wide;
}

APSIS_FAMILY(cauchy) = {
    .name = "cauchy", .title = "so heavy in the tails that there is no mean", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 16",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"location", "scale"},
    .parameter_docs = {"median", "half the distance between the quartiles, 0 or more"},
    .spellings = {{.names = {"location", "scale"}, .dynamic = 1}, {.names = {"p*", "p*"}, .solve = solve_percents, .dynamic = 1}},
    .spelling_count = 2,
    .takes = "(location, scale) or two percentiles such as (p10:, p90:)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "cauchy(0, 1)",
};
#endif
