/* negative_binomial.c - failures before the r-th success. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(negative_binomial)
#else
#include "distributions/family.h"
#include "distributions/steps.h"
#include "kernels/special/special.h"

/* p: r, p */
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[0] <= 1e6)) return "r must be above 0 and at most 1,000,000";
    if (!(d->p[1] > 0 && d->p[1] <= 1)) return "p must be above 0 and at most 1";
    return (1 - d->p[1]) * d->p[0] <= 1e4 * d->p[1] ? NULL : "the mean, r (1 - p) / p, must be at most 10,000";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double k = ap_floor(x);
    if (k < 0) *lower = 0, *upper = 1;
    else apsis_incomplete_beta(d->p[0], k + 1, d->p[1], 1 - d->p[1], lower, upper);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (x < 0 || ap_floor(x) != x) return 0;
    /* C(k + r - 1, k) p^r q^k = p q / (k + r) ... as a beta density in p, scaled */
    double q = 1 - d->p[1];
    if (q == 0) return x == 0;
    return apsis_beta_density(d->p[0], x + 1, d->p[1], q) * d->p[1] / (d->p[0] + x);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return apsis_steps_search(d, lower, upper); }
static double mean(const struct apsis_distribution *d) { return d->p[0] * (1 - d->p[1]) / d->p[1]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(d->p[0] * (1 - d->p[1])) / d->p[1]; }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = 0, *high = d->p[1] < 1 ? ap_infinity() : 0; }

APSIS_FAMILY(negative_binomial) = {
    .name = "negative_binomial", .title = "failures before the r-th success", .reference = "Johnson, Kemp and Kotz, ch. 5",
    .form = APSIS_FORM_STEP, .discrete = 1, .whole = 1,
    .parameter_names = {"r", "p"}, .parameter_docs = {"successes to wait for, above 0 and at most 1,000,000", "chance of success, above 0 and at most 1; the mean, r (1 - p) / p, at most 10,000"},
    .spellings = {{.names = {"r", "p"}}}, .spelling_count = 1,
    .takes = "(r, p)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "negative_binomial(3, 40%)",
};
#endif
