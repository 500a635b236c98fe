/* geometric.c - failures before the first success. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: p */
AP_FN ap_f64 ap_geometric_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 one = ap_set1(1.0), k = ap_hazard(lower, upper) / ap_negate(ap_log1p(ap_negate(p[0])));
     k = ap_negate(ap_floor(ap_negate(k))) - one; /* (k + 1) ln(1 - p) <= ln(1 - u) */
     k = ap_select(ap_lt(ap_set1(0.0), k), k, ap_set1(0.0));
     return ap_valid(ap_mand(ap_positive(p[0]), ap_le(p[0], one)), k);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(geometric)
AP_FAMILY_NO_SOLVE(geometric)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] > 0 && d->p[0] <= 1 ? NULL : "p must be above 0 and at most 1";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double k = ap_floor(x), y = k < 0 ? 0 : -(k + 1) * ap_log1p(-d->p[0]);
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_geometric_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    return x < 0 || ap_floor(x) != x ? 0 : x == 0 ? d->p[0] : d->p[0] * ap_exp(x * ap_log1p(-d->p[0]));
}
static double mean(const struct apsis_distribution *d)
{
    return (1 - d->p[0]) / d->p[0];
}
static double sd(const struct apsis_distribution *d)
{
    return ap_sqrt(1 - d->p[0]) / d->p[0];
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = 0, *high = d->p[0] < 1 ? ap_infinity() : 0;
}

APSIS_FAMILY(geometric) = {
    .name = "geometric", .title = "failures before the first success", .reference = "Johnson, Kemp and Kotz, ch. 5",
    .form = APSIS_FORM_INVERSION, .discrete = 1, .whole = 1,
    .parameter_names = {"p"},
    .parameter_docs = {"chance of success, above 0 and at most 1"},
    .spellings = {{.names = {"p"}, .dynamic = 1}},
    .spelling_count = 1,
    .takes = "(p)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "geometric(20%)",
};
#endif
