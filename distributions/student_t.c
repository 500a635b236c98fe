/* student_t.c - bell shaped with a power law in both tails. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(student_t)
#else
#include "distributions/family.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special.h"

/* p: df, mean, scale */
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] >= 0.2 && d->p[0] <= 1e7)) return "df must be from 0.2 to 10,000,000";
    return d->p[2] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if (d->p[2] == 0) *lower = x >= d->p[1], *upper = 1 - *lower;
    else apsis_student_t_tails(d->p[0], (x - d->p[1]) / d->p[2], lower, upper);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return d->p[2] == 0 ? d->p[1] : ap_fma(d->p[2], apsis_student_t_quantile(d->p[0], lower, upper), d->p[1]);
}
/* ln of 1 / (sqrt(df) B(1/2, df/2)) */
static double log_factor(double df) { return -0.5 * ap_log(df) - apsis_log_beta(0.5, 0.5 * df); }
static double standard_density(double df, double factor, double t) { return ap_exp(ap_fma(-0.5 * (df + 1), ap_log1p(t / df * t), factor)); }
static double density(const struct apsis_distribution *d, double x)
{
    return standard_density(d->p[0], log_factor(d->p[0]), (x - d->p[1]) / d->p[2]) / d->p[2];
}
static double mean(const struct apsis_distribution *d) { return d->p[0] > 1 || d->p[2] == 0 ? d->p[1] : ap_nan(); }
static double sd(const struct apsis_distribution *d)
{
    if (d->p[2] == 0) return 0;
    return d->p[0] > 2 ? d->p[2] * ap_sqrt(d->p[0] / (d->p[0] - 2)) : d->p[0] > 1 ? ap_infinity() : ap_nan();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    double wide = d->p[2] > 0 ? ap_infinity() : 0;
    *low = d->p[1] - wide, *high = d->p[1] + wide;
}
static double table_value(const struct apsis_table_source *source, int upper, double v)
{
    double t = apsis_student_t_quantile(source->p[0], v, 1 - v);
    return upper ? -t : t;
}
static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    (void)upper;
    return standard_density(source->p[0], source->p[1], y);
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    source->family = d->family;
    source->p[0] = d->p[0], source->p[1] = log_factor(d->p[0]);
    source->value = table_value;
    source->density = table_density;
    source->scale = d->p[2];
    source->base[0] = source->base[1] = d->p[1];
}

APSIS_FAMILY(student_t) = {
    .name = "student_t", .title = "bell shaped with a power law in both tails", .reference = "Hill (1970); Shaw (2006)",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"df", "mean", "scale"}, .parameter_docs = {"degrees of freedom, from 0.2 to 10,000,000", "centre, 0 unless given", "scale, 0 or more; 1 unless given"},
    .spellings = {{.names = {"df", "mean?", "scale?"}, .defaults = {0, 0, 1}}}, .spelling_count = 1,
    .takes = "(df) or (df, mean: 0, scale: 1)",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "student_t(4)",
};
#endif
