/* burr.c - a positive quantity with a power law tail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"

/* p: c, k, scale */
AP_FN ap_f64 ap_burr_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_mask ok = ap_mand(ap_mand(ap_positive(p[0]), ap_positive(p[1])), ap_not_negative(p[2]));
     return ap_valid(ok, p[2] * ap_exp(ap_log(ap_expm1(ap_hazard(lower, upper) / p[1])) / p[0]));
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(burr)
AP_FAMILY_NO_SOLVE(burr)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/special/special.h"

/* c and k that are looked for; below the least k the quantile overflows far out */
#define LOG_LEAST_K -0x1.681dd7a559a2ap+1 /* ln 0.06 */
#define LOG_MOST_K 0x1.cc845b54b54f2p+6   /* ln 1e50 */

/* ln(x / scale) = ln(e^(h / k) - 1) / c, h = -ln(1 - chance): the ratio of the two logarithms is that of k, whatever c */
struct wanted {
    double log[2], hazard[2];
    double mean, spread, log_c; /* ln(mean / scale), (sd / mean)^2 */
};
static double log_expm1(double t) { return t > 40 ? t : ap_log(ap_expm1(t)); }
static double off_lower(double log_k, const void *context) /* falls from above 0 to below */
{
    const struct wanted *w = context;
    double k = ap_exp(log_k), low = log_expm1(w->hazard[0] / k), high = log_expm1(w->hazard[1] / k);
    return low * (w->log[1] - w->log[0]) - w->log[0] * (high - low);
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    struct wanted w;
    if (!(arguments[2] > 0)) return "scale must be above 0";
    if (!(arguments[0] > 0)) return "the lower percentile must be above 0";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    for (int i = 0; i < 2; i++) w.log[i] = ap_log(arguments[i] / arguments[2]), w.hazard[i] = ap_hazard(percents[i], 1 - percents[i]);
    if (!(off_lower(LOG_LEAST_K, &w) >= 0))
        return "the higher percentile must be above scale * (lower percentile / scale)^r, r = ln(chance above the higher) / ln(chance above the lower), "
               "with k at 0.06 or more: give a scale: larger than this one (1 unless given)";
    if (!(off_lower(LOG_MOST_K, &w) <= 0))
        return "these percentiles are too close together so far below the scale (1 unless given): k may be at most 1e50; "
               "give a smaller scale:";
    canonical[1] = ap_exp(apsis_solve_root(off_lower, &w, LOG_LEAST_K, LOG_MOST_K));
    double low = log_expm1(w.hazard[0] / canonical[1]), high = log_expm1(w.hazard[1] / canonical[1]);
    canonical[0] = (high - low) / (w.log[1] - w.log[0]);
    canonical[2] = arguments[2];
    return NULL;
}

/* Mean and sd: along the curve of the (c, k) with this mean the sd falls as c rises, from infinity, where k c = 2, to that of the Pareto
   distribution with this mean, or to 0 where the mean is below the scale. */
static double log_moment(double c, double k, double order)
{
    double r = order / c;
    return ap_log(k) + apsis_log_beta(k - r, 1 + r);
}
static double off_mean(double log_k, const void *context)
{
    const struct wanted *w = context;
    return log_moment(ap_exp(w->log_c), ap_exp(log_k), 1) - w->mean;
}
/* infinity: k c would have to be 2 or less; -infinity: k outside its range, and c is too large */
static double meet_mean(const struct wanted *w, double *log_k)
{
    double finite = ap_log(2) - w->log_c + 1e-7, least = finite < LOG_LEAST_K ? LOG_LEAST_K : finite;
    if (off_mean(least, w) < 0) return least == finite ? ap_infinity() : -ap_infinity();
    if (off_mean(LOG_MOST_K, w) > 0) return -ap_infinity();
    *log_k = apsis_solve_root(off_mean, w, least, LOG_MOST_K);
    return 0;
}
static double off_spread(double log_c, const void *context)
{
    struct wanted w = *(const struct wanted *)context;
    double log_k = 0;
    w.log_c = log_c;
    double outside = meet_mean(&w, &log_k);
    if (outside != 0) return outside;
    double c = ap_exp(log_c), k = ap_exp(log_k);
    return ap_log(ap_expm1(log_moment(c, k, 2) - 2 * log_moment(c, k, 1))) - w.spread;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    double mean = arguments[0] / arguments[2], ratio = arguments[1] / arguments[0], low = ap_log(0.01), high = ap_log(1e6);
    (void)percents;
    if (!(arguments[2] > 0)) return "scale must be above 0";
    if (!(mean > 0 && mean < 2)) return "mean must be above 0 and below 2 * scale (scale is 1 unless given): beyond it no sd is finite";
    if (!(ratio >= 0.001 && ratio <= 100)) return "sd must be from 0.001 to 100 times the mean";
    if (mean > 1 && !(ratio * mean > (mean - 1) * ap_sqrt(mean / (2 - mean))))
        return "sd must be above (mean - scale) * sqrt(mean / (2 * scale - mean)), where scale is 1 unless given: give a larger scale:";
    struct wanted w = {.mean = ap_log(mean), .spread = 2 * ap_log(ratio)};
    double log_c = apsis_solve_root(off_spread, &w, low, high);
    if (!(ap_abs(off_spread(log_c, &w)) < 1e-6))
        return mean > 1 ? "sd must be larger: k would have to be below 0.06 (give a larger scale:, 1 unless given)"
                        : "sd must be larger: k would have to be above 1e50 (give a smaller scale:, 1 unless given)";
    w.log_c = log_c;
    double log_k = 0;
    meet_mean(&w, &log_k);
    canonical[0] = ap_exp(log_c), canonical[1] = ap_exp(log_k), canonical[2] = arguments[2];
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[1] > 0)) return "c and k must be above 0";
     return d->p[2] >= 0 ? NULL : "scale must be 0 or more";
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double y = x >= 0 && d->p[2] == 0 ? ap_infinity() : x > 0 ? d->p[1] * ap_log1p(ap_exp(d->p[0] * ap_log(x / d->p[2]))) : 0;
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_burr_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    if (!(x > 0)) return 0;
     double y = ap_exp(d->p[0] * ap_log(x / d->p[2]));
     return d->p[0] * d->p[1] / x * y * ap_exp(-(d->p[1] + 1) * ap_log1p(y));
}
static double mean(const struct apsis_distribution *d)
{
    double r = 1 / d->p[0];
     if (d->p[2] == 0) return 0;
     return d->p[1] > r ? d->p[2] * d->p[1] * ap_exp(apsis_log_beta(d->p[1] - r, 1 + r)) : ap_infinity();
}
static double sd(const struct apsis_distribution *d)
{
    double r = 2 / d->p[0], m = mean(d) / d->p[2];
     if (d->p[2] == 0) return 0;
     return d->p[1] > r ? d->p[2] * ap_sqrt(d->p[1] * ap_exp(apsis_log_beta(d->p[1] - r, 1 + r)) - m * m) : ap_infinity();
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = 0, *high = d->p[2] > 0 ? ap_infinity() : 0;
}

APSIS_FAMILY(burr) = {
    .name = "burr", .title = "a positive quantity with a power law tail", .reference = "Johnson, Kotz and Balakrishnan, vol. 1, 12.4.5 (type XII)",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"c", "k", "scale"},
    .parameter_docs = {"shape near 0, above 0", "c k is the tail exponent; above 0", "scale, 0 or more; 1 unless given"},
    .spellings = {{.names = {"c", "k", "scale?"}, .defaults = {0, 0, 1}, .dynamic = 1},
                  {.names = {"p*", "p*", "scale?"}, .defaults = {0, 0, 1}, .solve = solve_percents},
                  {.names = {"mean", "sd", "scale?"}, .defaults = {0, 0, 1}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(c, k), (mean:, sd:) or two percentiles such as (p10:, p90:), each with scale: where it is not 1",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "burr(2, 3, 10)",
};
#endif
