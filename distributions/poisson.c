/* poisson.c - how often something rare happens, given how often it does on average. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/count_search.h"

/* p: rate */
AP_FN ap_f64 ap_poisson_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p) { return ap_poisson_search(lower, upper, p[0]); }

#ifdef APSIS_FAMILY_KERNELS
#include "kernels/count_loop.h"
AP_FAMILY_COUNTED(poisson, 1)
AP_FAMILY_NO_SOLVE(poisson)
#else
#include "distributions/family.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] >= 0 && d->p[0] <= AP_COUNT_LIMIT ? NULL : "rate must be from 0 to 1,000,000,000";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double k = ap_floor(x);
    if (k < 0) *lower = 0, *upper = 1;
    else if (d->p[0] == 0) *lower = 1, *upper = 0;
    else apsis_poisson_tails(d->p[0], k, lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return ap_poisson_quantile(lower, upper, d->p); }
static double density(const struct apsis_distribution *d, double x) { return x < 0 || ap_floor(x) != x ? 0 : apsis_poisson_pmf(d->p[0], x); }
static double mean(const struct apsis_distribution *d) { return d->p[0]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(d->p[0]); }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = 0, *high = d->p[0] > 0 ? ap_infinity() : 0; }

APSIS_FAMILY(poisson) = {
    .name = "poisson", .title = "how often something rare happens", .reference = "Loader (2000); Johnson, Kemp and Kotz, ch. 4",
    .form = APSIS_FORM_INVERSION, .discrete = 1, .whole = 1, .searched = 1,
    .parameter_names = {"rate"}, .parameter_docs = {"mean number of events, from 0 to 1,000,000,000"},
    .spellings = {{.names = {"rate"}, .dynamic = 1}, {.names = {"mean"}, .dynamic = 1, .named_only = 1}}, .spelling_count = 2,
    .takes = "(rate)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "poisson(2.5)",
};
#endif
