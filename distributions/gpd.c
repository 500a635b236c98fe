/* gpd.c - what exceeds a high threshold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: location, scale, shape */
AP_FN ap_f64 ap_gpd_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 x = ap_spread(p[0], p[1], ap_box_cox(p[2], ap_hazard(lower, upper)));
    return ap_valid(ap_not_negative(p[1]), ap_within_end(p[0], p[1], ap_select(ap_positive(p[2]), ap_set1(0.0), p[2]), x));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(gpd)
AP_FAMILY_NO_SOLVE(gpd)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[1] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double s = d->p[2], z = x > d->p[0] ? (x - d->p[0]) / d->p[1] : 0;
     if (d->p[1] == 0) z = x < d->p[0] ? 0 : ap_infinity();
     double y = z == ap_infinity() || s == 0 ? z : 1 + s * z > 0 ? ap_log1p(s * z) / s : ap_infinity();
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_gpd_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double s = d->p[2], z = (x - d->p[0]) / d->p[1];
     if (z < 0 || !(1 + s * z > 0)) return 0;
     return ap_exp(-(1 + s) * (s == 0 ? z : ap_log1p(s * z) / s)) / d->p[1];
}
static double mean(const struct apsis_distribution *d)
{
    return d->p[1] == 0 ? d->p[0] : d->p[2] < 1 ? d->p[0] + d->p[1] / (1 - d->p[2]) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    if (d->p[1] == 0) return 0;
    return d->p[2] < 0.5 ? d->p[1] / ((1 - d->p[2]) * ap_sqrt(1 - 2 * d->p[2])) : ap_infinity();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[0], *high = d->p[1] == 0 ? d->p[0] : d->p[2] < 0 ? d->p[0] - d->p[1] / d->p[2] : ap_infinity();
}

APSIS_FAMILY(gpd) = {
    .name = "gpd", .title = "what exceeds a high threshold", .reference = "Coles (2001), ch. 4",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"location", "scale", "shape"},
    .parameter_docs = {"threshold", "scale, 0 or more", "tail: above 0 heavy, below 0 bounded"},
    .spellings = {{.names = {"location", "scale", "shape"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(location, scale, shape)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "gpd(0, 1, 20%)",
};
#endif
