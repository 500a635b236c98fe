/* chi_squared.c - a sum of squared standard normals. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(chi_squared)
#else
#include "distributions/family.h"
#include "distributions/gamma.h"
#include "kernels/special/special.h"

static const char *check(const struct apsis_distribution *d)
{
    return d->p[0] >= 0.004 && d->p[0] <= 2e7 ? NULL : "df must be from 0.004 to 20,000,000";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (!(x > 0)) *lower = 0, *upper = 1;
    else apsis_incomplete_gamma(0.5 * d->p[0], 0.5 * x, lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return 2 * apsis_gamma_standard_quantile(0.5 * d->p[0], lower, upper);
}
static double density(const struct apsis_distribution *d, double x) { return x < 0 ? 0 : 0.5 * apsis_gamma_density(0.5 * d->p[0], 0.5 * x); }
static double mean(const struct apsis_distribution *d) { return d->p[0]; }
static double sd(const struct apsis_distribution *d) { return ap_sqrt(2 * d->p[0]); }
static void support(const struct apsis_distribution *d, double *low, double *high) { (void)d, *low = 0, *high = ap_infinity(); }
static void table(const struct apsis_distribution *d, struct apsis_table_source *source) { apsis_gamma_table(0.5 * d->p[0], 2, source); }

APSIS_FAMILY(chi_squared) = {
    .name = "chi_squared", .title = "a sum of squared standard normals", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, ch. 18",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"df"}, .parameter_docs = {"degrees of freedom, from 0.004 to 20,000,000"},
    .spellings = {{.names = {"df"}}}, .spelling_count = 1,
    .takes = "(df)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "chi_squared(3)",
};
#endif
