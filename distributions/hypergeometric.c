/* hypergeometric.c - marked items in a sample drawn without putting back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(hypergeometric)
#else
#include "distributions/family.h"
#include "distributions/steps.h"
#include "kernels/exponential.h"
#include "kernels/special/special.h"

/* p: population, marked, sample */
static int whole(double x) { return ap_floor(x) == x && x >= 0; }
static const char *check(const struct apsis_distribution *d)
{
    if (!(whole(d->p[0]) && whole(d->p[1]) && whole(d->p[2]))) return "population, marked and sample must be whole numbers, 0 or more";
    if (!(d->p[0] <= 1e6)) return "population must be at most 1,000,000";
    return d->p[1] <= d->p[0] && d->p[2] <= d->p[0] ? NULL : "marked and sample must not be above population";
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double least = d->p[1] + d->p[2] - d->p[0];
    *low = least > 0 ? least : 0;
    *high = d->p[1] < d->p[2] ? d->p[1] : d->p[2];
}
/* as a product of binomial masses at the common chance sample / population (Loader) */
static double density(const struct apsis_distribution *d, double x)
{
    double low, high, population = d->p[0], marked = d->p[1], sample = d->p[2];
    support(d, &low, &high);
    if (x < low || x > high || ap_floor(x) != x) return 0;
    if (low == high) return 1;
    double p = sample / population;
    return apsis_binomial_pmf(marked, p, x) * apsis_binomial_pmf(population - marked, p, sample - x) / apsis_binomial_pmf(population, p, sample);
}
/* adds masses from the nearer end of the range inwards */
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double low, high, k = ap_floor(x), sum = 0, m = d->p[1] * (d->p[2] / d->p[0]);
    support(d, &low, &high);
    if (k < low || k >= high) {
        *lower = k >= high, *upper = k < high;
        return;
    }
    int below = k < m;
    double j = below ? k : k + 1, mass = density(d, j), rest = d->p[0] - d->p[1] - d->p[2];
    while (mass > 0 && j >= low && j <= high) { /* away from the middle; masses by their ratio */
        sum += mass;
        if (mass < sum * 0x1p-60) break;
        mass *= below ? j * (rest + j) / ((d->p[1] - j + 1) * (d->p[2] - j + 1)) : (d->p[1] - j) * (d->p[2] - j) / ((j + 1) * (rest + j + 1));
        j += below ? -1 : 1;
    }
    *lower = below ? sum : 1 - sum;
    *upper = below ? 1 - sum : sum;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return apsis_steps_search(d, lower, upper); }
static double mean(const struct apsis_distribution *d) { return d->p[0] > 0 ? d->p[1] * (d->p[2] / d->p[0]) : 0; }
static double sd(const struct apsis_distribution *d)
{
    double n = d->p[0];
    return n > 1 ? ap_sqrt(d->p[2] * (d->p[1] / n) * ((n - d->p[1]) / n) * ((n - d->p[2]) / (n - 1))) : 0;
}

APSIS_FAMILY(hypergeometric) = {
    .name = "hypergeometric", .title = "marked items in a sample drawn without putting back", .reference = "Johnson, Kemp and Kotz, ch. 6; Loader (2000)",
    .form = APSIS_FORM_STEP, .discrete = 1, .whole = 1,
    .parameter_names = {"population", "marked", "sample"},
    .parameter_docs = {"items, whole, from 0 to 1,000,000", "marked ones among them, whole, from 0 to all", "items drawn, whole, from 0 to all"},
    .spellings = {{.names = {"population", "marked", "sample"}}}, .spelling_count = 1,
    .takes = "(population, marked, sample)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support,
    .example = "hypergeometric(50, 12, 10)",
};
#endif
