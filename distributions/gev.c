/* gev.c - the largest of many: Gumbel, Frechet and Weibull in one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: location, scale, shape */
AP_FN ap_f64 ap_gev_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 x = ap_spread(p[0], p[1], ap_box_cox(p[2], ap_negate(ap_log(ap_hazard(upper, lower)))));
    return ap_valid(ap_not_negative(p[1]), ap_within_end(p[0], p[1], p[2], x));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(gev)
AP_FAMILY_NO_SOLVE(gev)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double s = d->p[2], z = (x - d->p[0]) / d->p[1], y;
     if (d->p[1] == 0) y = x < d->p[0] ? ap_infinity() : 0;
     else if (s == 0) y = ap_exp(-z);
     else if (1 + s * z > 0) y = ap_exp(-ap_log1p(s * z) / s);
     else y = s > 0 ? ap_infinity() : 0;
     *lower = ap_exp(-y);
     *upper = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_gev_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double s = d->p[2], z = (x - d->p[0]) / d->p[1];
     if (s != 0 && !(1 + s * z > 0)) return 0;
     double y = s == 0 ? z : ap_log1p(s * z) / s; /* -ln of -ln F */
     return ap_exp(-(1 + s) * y - ap_exp(-y)) / d->p[1];
}
static double mean(const struct apsis_distribution *d)
{
    double s = d->p[2];
     if (d->p[1] == 0) return d->p[0];
     if (s >= 1) return ap_infinity();
     if (s == 0) return ap_fma(0x1.2788cfc6fb619p-1, d->p[1], d->p[0]);
     return ap_fma(d->p[1], ap_expm1(apsis_lgamma(1 - s)) / s, d->p[0]);
}
static double sd(const struct apsis_distribution *d)
{
    double s = d->p[2];
     if (d->p[1] == 0) return 0;
     if (s >= 0.5) return ap_infinity();
     if (s == 0) return d->p[1] * 0x1.48552f88091a8p+0;
     double g = apsis_lgamma(1 - s);
     return d->p[1] * ap_exp(g) * ap_sqrt(ap_expm1(apsis_lgamma(1 - 2 * s) - 2 * g)) / ap_abs(s);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double s = d->p[2];
     *low = d->p[1] == 0 ? d->p[0] : s > 0 ? d->p[0] - d->p[1] / s : -ap_infinity();
     *high = d->p[1] == 0 ? d->p[0] : s < 0 ? d->p[0] - d->p[1] / s : ap_infinity();
}

APSIS_FAMILY(gev) = {
    .name = "gev", .title = "the largest of many, any tail", .reference = "Coles (2001), ch. 3",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"location", "scale", "shape"},
    .parameter_docs = {"location", "scale, 0 or more", "tail: above 0 heavy, below 0 bounded"},
    .spellings = {{.names = {"location", "scale", "shape"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(location, scale, shape)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "gev(0, 1, 10%)",
};
#endif
