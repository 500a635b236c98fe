/* rayleigh.c - length of a vector with two normal parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: scale */
AP_FN ap_f64 ap_rayleigh_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    return ap_valid(ap_not_negative(p[0]), p[0] * ap_sqrt(ap_set1(2.0) * ap_hazard(lower, upper)));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(rayleigh)
AP_FAMILY_NO_SOLVE(rayleigh)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = x > 0 ? d->p[0] > 0 ? x / d->p[0] : ap_infinity() : 0;
     *upper = ap_exp(-0.5 * z * z);
     *lower = -ap_expm1(-0.5 * z * z);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_rayleigh_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double z = x / d->p[0];
     return x < 0 ? 0 : z / d->p[0] * ap_exp(-0.5 * z * z);
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[0] * 0x1.40d931ff62706p+0; /* sqrt(pi/2) */
}
static double sd(const struct apsis_distribution *d)
{
    return d->p[0] * 0x1.4f6e09081901ep-1; /* sqrt(2 - pi/2) */
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = 0, *high = d->p[0] > 0 ? ap_infinity() : 0;
}

APSIS_FAMILY(rayleigh) = {
    .name = "rayleigh", .title = "length of a vector with two normal parts", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, 18.10",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"scale"},
    .parameter_docs = {"scale, 0 or more"},
    .spellings = {{.names = {"scale"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(scale)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "rayleigh(2)",
};
#endif
