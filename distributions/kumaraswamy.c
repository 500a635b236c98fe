/* kumaraswamy.c - like a beta, with a closed form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/power.h"

/* p: a, b, min, max */
AP_FN ap_f64 ap_kumaraswamy_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 y = ap_pow(ap_negate(ap_expm1(ap_negate(ap_hazard(lower, upper)) / p[1])), ap_set1(1.0) / p[0]);
     ap_mask ok = ap_mand(ap_mand(ap_positive(p[0]), ap_positive(p[1])), ap_le(p[2], p[3]));
     return ap_valid(ok, ap_fma(y, p[3] - p[2], p[2]));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(kumaraswamy)
AP_FAMILY_NO_SOLVE(kumaraswamy)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[1] > 0)) return "a and b must be above 0";
     return d->p[2] < d->p[3] ? NULL : "min must be below max";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double z = (x - d->p[2]) / (d->p[3] - d->p[2]);
     double y = z <= 0 ? 0 : z >= 1 ? ap_infinity() : -d->p[1] * ap_log1p(-ap_pow(z, d->p[0]));
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_kumaraswamy_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double width = d->p[3] - d->p[2], z = (x - d->p[2]) / width;
     if (z < 0 || z > 1) return 0;
     return d->p[0] * d->p[1] * ap_pow(z, d->p[0] - 1) * ap_pow(1 - ap_pow(z, d->p[0]), d->p[1] - 1) / width;
}
static double mean(const struct apsis_distribution *d)
{
    double m = d->p[1] * ap_exp(apsis_log_beta(1 + 1 / d->p[0], d->p[1]));
     return ap_fma(m, d->p[3] - d->p[2], d->p[2]);
}
static double sd(const struct apsis_distribution *d)
{
    double m = d->p[1] * ap_exp(apsis_log_beta(1 + 1 / d->p[0], d->p[1])), s = d->p[1] * ap_exp(apsis_log_beta(1 + 2 / d->p[0], d->p[1]));
     return (d->p[3] - d->p[2]) * ap_sqrt(s - m * m);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[2], *high = d->p[3];
}

APSIS_FAMILY(kumaraswamy) = {
    .name = "kumaraswamy", .title = "like a beta, with a closed form", .reference = "Kumaraswamy (1980); Jones (2009)",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"a", "b", "min", "max"},
    .parameter_docs = {"shape at the low end, above 0", "shape at the high end, above 0", "smallest value, 0 unless given", "largest value, 1 unless given"},
    .spellings = {{.names = {"a", "b", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(a, b), with min: and max: where it does not run from 0 to 1",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "kumaraswamy(2, 3)",
};
#endif
