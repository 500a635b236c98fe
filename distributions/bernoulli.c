/* bernoulli.c - 1 with chance p, else 0. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/dialect.h"

/* 1 exactly where 1 - u < p: p = 0 never, p = 1 always */
AP_FN ap_f64 ap_bernoulli_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    (void)lower;
    ap_mask valid = ap_mand(ap_ge(p[0], ap_set1(0.0)), ap_le(p[0], ap_set1(1.0)));
    return ap_select(valid, ap_truth(ap_lt(upper, p[0])), ap_nan());
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(bernoulli)
AP_FAMILY_NO_SOLVE(bernoulli)
#else
#include "distributions/family.h"

static const char *check(const struct apsis_distribution *d) { return d->p[0] >= 0 && d->p[0] <= 1 ? NULL : "p must be from 0 to 1"; }
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    *upper = x < 0 ? 1 : x < 1 ? d->p[0] : 0;
    *lower = x < 0 ? 0 : x < 1 ? 1 - d->p[0] : 1;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return ap_bernoulli_quantile(lower, upper, d->p); }
static double density(const struct apsis_distribution *d, double x) { return x == 1 ? d->p[0] : x == 0 ? 1 - d->p[0] : 0; }
static double mean(const struct apsis_distribution *d) { return d->p[0]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(d->p[0] * (1 - d->p[0])); }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[0] == 1, *high = d->p[0] > 0; }

APSIS_FAMILY(bernoulli) = {
    .name = "bernoulli", .title = "1 with chance p, else 0", .reference = "the indicator of 1 - u < p",
    .form = APSIS_FORM_INVERSION, .discrete = 1, .whole = 1,
    .parameter_names = {"p"}, .parameter_docs = {"chance of 1, from 0 to 1"},
    .spellings = {{.names = {"p"}, .dynamic = 1}}, .spelling_count = 1,
    .takes = "(p)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "bernoulli(55%)",
};
#endif
