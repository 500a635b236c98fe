/* binomial.c - successes in n independent trials. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/count_search.h"

/* p: n, p */
AP_FN ap_f64 ap_binomial_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p) { return ap_binomial_search(lower, upper, p[0], p[1]); }

#ifdef APSIS_FAMILY_KERNELS
#include "kernels/count_loop.h"
AP_FAMILY_COUNTED(binomial, 0)
AP_FAMILY_NO_SOLVE(binomial)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] >= 0 && d->p[0] <= AP_COUNT_LIMIT && ap_floor(d->p[0]) == d->p[0])) return "n must be a whole number from 0 to 1,000,000,000";
    return d->p[1] >= 0 && d->p[1] <= 1 ? NULL : "p must be from 0 to 1";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double k = ap_floor(x);
    if (k < 0) *lower = 0, *upper = 1;
    else if (k >= d->p[0]) *lower = 1, *upper = 0;
    else apsis_binomial_tails(d->p[0], d->p[1], k, lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return ap_binomial_quantile(lower, upper, d->p); }
static double density(const struct apsis_distribution *d, double x)
{
    return x < 0 || x > d->p[0] || ap_floor(x) != x ? 0 : apsis_binomial_pmf(d->p[0], d->p[1], x);
}
static double mean(const struct apsis_distribution *d) { return d->p[0] * d->p[1]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(d->p[0] * d->p[1] * (1 - d->p[1])); }
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[1] == 1 ? d->p[0] : 0, *high = d->p[1] > 0 ? d->p[0] : 0;
}

APSIS_FAMILY(binomial) = {
    .name = "binomial", .title = "successes in n independent trials", .reference = "Loader (2000); Johnson, Kemp and Kotz, ch. 3",
    .form = APSIS_FORM_INVERSION, .discrete = 1, .whole = 1, .searched = 1,
    .parameter_names = {"n", "p"}, .parameter_docs = {"trials, a whole number from 0 to 1,000,000,000", "chance of success, from 0 to 1"},
    .spellings = {{.names = {"n", "p"}, .dynamic = 1}}, .spelling_count = 1,
    .takes = "(n, p)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "binomial(20, 30%)",
};
#endif
