/* pert.c - a beta distribution on [min, max] through its likeliest value. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(pert)
#else
#include "distributions/beta.h"
#include "distributions/family.h"

/* canonical p: min, mode, max, shape; the beta's own parameters are a = 1 + shape (mode - min) / (max - min) and its mirror */
static struct apsis_beta beta_of(const struct apsis_distribution *d)
{
    double width = d->p[2] - d->p[0];
    return (struct apsis_beta){1 + d->p[3] * ((d->p[1] - d->p[0]) / width), 1 + d->p[3] * ((d->p[2] - d->p[1]) / width), d->p[0], d->p[2]};
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] <= d->p[1] && d->p[1] <= d->p[2])) return "the middle must lie between the ends";
    if (!(d->p[2] - d->p[0] < ap_infinity())) return "the ends must be finite";
    if (!(d->p[3] > 0 && d->p[3] <= 1000)) return "shape must be above 0 and at most 1000";
    return NULL;
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    struct apsis_beta b = beta_of(d);
    apsis_beta_tails_at(&b, x, lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    struct apsis_beta b = beta_of(d);
    return apsis_beta_quantile_at(&b, lower, upper);
}
static double density(const struct apsis_distribution *d, double x)
{
    struct apsis_beta b = beta_of(d);
    return apsis_beta_density_at(&b, x);
}
static double mean(const struct apsis_distribution *d) { return (d->p[0] + d->p[3] * d->p[1] + d->p[2]) / (d->p[3] + 2); }
static double sd(const struct apsis_distribution *d)
{
    struct apsis_beta b = beta_of(d);
    return d->p[2] > d->p[0] ? apsis_beta_sd_of(&b) : 0;
}
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[0], *high = d->p[2]; }
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    struct apsis_beta b = beta_of(d);
    apsis_beta_table(&b, source);
}

APSIS_FAMILY(pert) = {
    .name = "pert", .title = "smooth between min and max, likeliest at mode", .reference = "Malcolm et al. (1959); Vose, Risk Analysis (2008)",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"min", "mode", "max", "shape"},
    .parameter_docs = {"smallest value", "likeliest value, from min to max", "largest value, mode or more", "weight of the mode, above 0 and at most 1,000; 4 unless given"},
    .spellings = {{.names = {"min", "mode", "max", "shape?"}, .defaults = {0, 0, 0, 4}}}, .spelling_count = 1,
    .takes = "(min, mode, max) or (min, mode, max, shape: 4)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "pert(20, 80, 300)",
};
#endif
