/* frechet.c - the largest of many with heavy tails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: shape, scale, location */
AP_FN ap_f64 ap_frechet_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_mand(ap_positive(p[0]), ap_not_negative(p[1])), ap_spread(p[2], p[1], ap_exp(ap_negate(ap_log(ap_hazard(upper, lower)) / p[0]))));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(frechet)
AP_FAMILY_NO_SOLVE(frechet)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/special/special.h"

/* two percentiles and the location: ln(x - location) = ln(scale) - ln(-ln(chance)) / shape */
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    double low = ap_log(ap_hazard(1 - percents[0], percents[0])), high = ap_log(ap_hazard(1 - percents[1], percents[1]));
    if (!(arguments[0] > arguments[2])) return "the lower percentile must be above the location (0 unless given)";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    double first = ap_log(arguments[0] - arguments[2]), second = ap_log(arguments[1] - arguments[2]);
    canonical[0] = (low - high) / (second - first);
    canonical[1] = ap_exp(first + low / canonical[0]);
    canonical[2] = arguments[2];
    return canonical[1] > 0 ? NULL : "the percentiles are too far apart: the scale would be too small for a number";
}
/* (sd / mean)^2 of a shape */
static double spread(double shape, const void *context)
{
    (void)context;
    return ap_expm1(apsis_lgamma(1 - 2 / shape) - 2 * apsis_lgamma(1 - 1 / shape));
}
/* mean, sd and the location: at shape 2 the sd is infinite */
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    static const char *const range = "sd must be from 0.001 to 100 times the mean (less the location, 0 unless given)";
    double above = arguments[0] - arguments[2], ratio = arguments[1] / above;
    (void)percents;
    if (!(above > 0)) return "mean must be above the location (0 unless given)";
    if (!(ratio >= 0.001 && ratio <= 100)) return range;
    canonical[0] = apsis_solve_log(spread, NULL, 2 + 1e-6, 1e4, ratio * ratio);
    if (canonical[0] != canonical[0]) return range;
    canonical[1] = above / ap_exp(apsis_lgamma(1 - 1 / canonical[0]));
    canonical[2] = arguments[2];
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0)) return "shape must be above 0";
     return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = d->p[1] == 0 && x >= d->p[2] ? 0 : x > d->p[2] ? ap_exp(-d->p[0] * ap_log((x - d->p[2]) / d->p[1])) : ap_infinity();
     *lower = ap_exp(-y);
     *upper = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_frechet_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (!(x > d->p[2])) return 0;
     double y = ap_exp(-d->p[0] * ap_log((x - d->p[2]) / d->p[1]));
     return d->p[0] / (x - d->p[2]) * y * ap_exp(-y);
}
static double mean(const struct apsis_distribution *d)
{
    if (d->p[1] == 0) return d->p[2];
    return d->p[0] > 1 ? ap_fma(d->p[1], ap_exp(apsis_lgamma(1 - 1 / d->p[0])), d->p[2]) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    if (d->p[1] == 0) return 0;
    if (!(d->p[0] > 2)) return ap_infinity();
     double m = apsis_lgamma(1 - 1 / d->p[0]);
     return d->p[1] * ap_exp(m) * ap_sqrt(ap_expm1(apsis_lgamma(1 - 2 / d->p[0]) - 2 * m));
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[2], *high = d->p[1] == 0 ? d->p[2] : ap_infinity();
}

APSIS_FAMILY(frechet) = {
    .name = "frechet", .title = "the largest of many with heavy tails", .reference = "Johnson, Kotz and Balakrishnan, vol. 2, ch. 22",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"shape", "scale", "location"},
    .parameter_docs = {"tail exponent, above 0", "scale, 0 or more", "smallest value, 0 unless given"},
    .spellings = {{.names = {"shape", "scale", "location?"}, .dynamic = 1}, {.names = {"p*", "p*", "location?"}, .solve = solve_percents},
                  {.names = {"mean", "sd", "location?"}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(shape, scale), (mean:, sd:) or two percentiles such as (p10:, p90:), each with location: where it is not 0",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "frechet(3, 10)",
};
#endif
