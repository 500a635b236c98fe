/* burr.c - a positive quantity with a power law tail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: c, k, scale */
AP_FN ap_f64 ap_burr_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_mask ok = ap_mand(ap_mand(ap_positive(p[0]), ap_positive(p[1])), ap_not_negative(p[2]));
     return ap_valid(ok, p[2] * ap_exp(ap_log(ap_expm1(ap_hazard(lower, upper) / p[1])) / p[0]));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(burr)
AP_FAMILY_NO_SOLVE(burr)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[1] > 0)) return "c and k must be above 0";
     return d->p[2] > 0 ? NULL : "scale must be above 0";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = x > 0 ? d->p[1] * ap_log1p(ap_exp(d->p[0] * ap_log(x / d->p[2]))) : 0;
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_burr_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (!(x > 0)) return 0;
     double y = ap_exp(d->p[0] * ap_log(x / d->p[2]));
     return d->p[0] * d->p[1] / x * y * ap_exp(-(d->p[1] + 1) * ap_log1p(y));
}
static double mean(const struct apsis_distribution *d)
{
    double r = 1 / d->p[0];
     return d->p[1] > r ? d->p[2] * d->p[1] * ap_exp(apsis_log_beta(d->p[1] - r, 1 + r)) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    double r = 2 / d->p[0], m = mean(d) / d->p[2];
     return d->p[1] > r ? d->p[2] * ap_sqrt(d->p[1] * ap_exp(apsis_log_beta(d->p[1] - r, 1 + r)) - m * m) : ap_infinity();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    (void)d;
    *low = 0, *high = ap_infinity();
}

APSIS_FAMILY(burr) = {
    .name = "burr", .title = "a positive quantity with a power law tail", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, 12.4.5 (type XII)",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"c", "k", "scale"},
    .parameter_docs = {"shape near 0, above 0", "c k is the tail exponent; above 0", "scale, 1 unless given"},
    .spellings = {{.names = {"c", "k", "scale?"}, .defaults = {0, 0, 1}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(c, k) or (c, k, scale: 1)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "burr(2, 3, 10)",
};
#endif
