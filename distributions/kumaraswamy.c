/* kumaraswamy.c - like a beta, with a closed form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/standard.h"
#include "kernels/power.h"

/* p: a, b, min, max. The share is (1 - e^-t)^(1 / a): by its logarithm, from whichever of 1 - e^-t and e^-t is small, and measured from
   the nearer end, so that nothing is lost next to max either. */
AP_FN ap_f64 ap_kumaraswamy_quantile(ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    ap_f64 t = ap_hazard(lower, upper) / p[1], small = ap_log(ap_negate(ap_expm1(ap_negate(t)))), large = ap_log1p(ap_negate(ap_exp(ap_negate(t))));
    ap_f64 y = ap_select(ap_lt(t, ap_set1(0x1.62e42fefa39efp-1)), small, large) / p[0], width = p[3] - p[2]; /* ln 2 */
    ap_mask ok = ap_mand(ap_mand(ap_positive(p[0]), ap_positive(p[1])), ap_le(p[2], p[3]));
    ap_f64 x = ap_select(ap_lt(y, ap_set1(-0x1.62e42fefa39efp-1)), ap_fma(ap_exp(y), width, p[2]), ap_fma(ap_expm1(y), width, p[3]));
    return ap_valid(ok, x);
}

#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_CLOSED(kumaraswamy)
AP_FAMILY_NO_SOLVE(kumaraswamy)
#else
#include "distributions/family.h"
#include "distributions/solve.h"
#include "kernels/special/special.h"

/* b that is looked for, and the least a: below them 1 - x, or x^a, is rounded away */
#define LOG_LEAST_B -0x1.26bb1bbb55515p+2 /* ln 0.01 */
#define LOG_MOST_B 0x1.cc845b54b54f2p+6   /* ln 1e50 */
#define LEAST_A 0.001

/* ln x = ln(1 - e^(-h / b)) / a, h = -ln(1 - chance): the ratio of the two logarithms is that of b, whatever a */
struct wanted {
    double log[2], hazard[2];
    double mean, spread, log_a; /* ln mean, (sd / mean)^2, of the share */
};
static double log_share(double t) { return t > 1 ? ap_log1p(-ap_exp(-t)) : ap_log(-ap_expm1(-t)); }
static double off_lower(double log_b, const void *context)
{
    const struct wanted *w = context;
    double b = ap_exp(log_b);
    return ap_log(log_share(w->hazard[0] / b) / log_share(w->hazard[1] / b)) - ap_log(w->log[0] / w->log[1]);
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    double low = arguments[2], high = arguments[3], width = high - low;
    struct wanted w;
    if (!(width > 0)) return "min must be below max";
    if (!(arguments[0] > low && arguments[1] < high)) return "the percentiles must lie between min and max (0 and 1 unless given)";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    for (int i = 0; i < 2; i++) {
        double x = (arguments[i] - low) / width, y = (high - arguments[i]) / width;
        w.log[i] = x < y ? ap_log(x) : ap_log1p(-y);
        w.hazard[i] = ap_hazard(percents[i], 1 - percents[i]);
    }
    if (!(off_lower(LOG_LEAST_B, &w) >= 0)) return "the higher percentile is too near to max: b would have to be below 0.01";
    if (!(off_lower(LOG_MOST_B, &w) <= 0)) return "these percentiles are too close together: b would have to be above 1e50";
    double log_b = apsis_solve_root(off_lower, &w, LOG_LEAST_B, LOG_MOST_B), b = ap_exp(log_b);
    canonical[0] = log_share(w.hazard[0] / b) / w.log[0], canonical[1] = b, canonical[2] = low, canonical[3] = high;
    return canonical[0] >= LEAST_A ? NULL : "these percentiles are too far apart: a would have to be below 0.001";
}

/* Mean and sd: along the curve of the (a, b) with this mean, where b rises with a, the sd falls from that of a coin towards 0. */
static double log_moment(double a, double b, double order) { return ap_log(b) + apsis_log_beta(1 + order / a, b); }
static double off_mean(double log_b, const void *context)
{
    const struct wanted *w = context;
    return log_moment(ap_exp(w->log_a), ap_exp(log_b), 1) - w->mean;
}
/* infinity, -infinity: b would have to be below its range, above it */
static double meet_mean(const struct wanted *w, double *log_b)
{
    if (off_mean(LOG_LEAST_B, w) < 0) return ap_infinity();
    if (off_mean(LOG_MOST_B, w) > 0) return -ap_infinity();
    *log_b = apsis_solve_root(off_mean, w, LOG_LEAST_B, LOG_MOST_B);
    return 0;
}
static double off_spread(double log_a, const void *context)
{
    struct wanted w = *(const struct wanted *)context;
    double log_b = 0;
    w.log_a = log_a;
    double outside = meet_mean(&w, &log_b);
    if (outside != 0) return outside;
    double a = ap_exp(log_a), b = ap_exp(log_b);
    return ap_log(ap_expm1(log_moment(a, b, 2) - 2 * log_moment(a, b, 1))) - w.spread;
}
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    static const char *const larger = "sd must be larger: a may be at most 1,000,000 and b at most 1e50";
    static const char *const smaller = "sd must be further below sqrt((mean - min) * (max - mean)): a must be at least 0.001 and b at least 0.01";
    double width = arguments[3] - arguments[2], m = (arguments[0] - arguments[2]) / width, s = arguments[1] / width;
    double low = ap_log(LEAST_A), high = ap_log(1e6);
    (void)percents;
    if (!(width > 0)) return "min must be below max";
    if (!(m > 0 && m < 1)) return "mean must lie between min and max (0 and 1 unless given)";
    if (!(s > 0 && s * s < m * (1 - m))) return "sd must be above 0 and below sqrt((mean - min) * (max - mean))";
    struct wanted w = {.mean = ap_log(m), .spread = 2 * ap_log(s / m)};
    if (off_spread(low, &w) < 0) return smaller;
    if (off_spread(high, &w) > 0) return larger;
    w.log_a = apsis_solve_root(off_spread, &w, low, high);
    if (!(ap_abs(off_spread(w.log_a, &w)) < 1e-6)) return off_spread(w.log_a - 1e-6, &w) == ap_infinity() ? smaller : larger;
    double log_b = 0;
    meet_mean(&w, &log_b);
    canonical[0] = ap_exp(w.log_a), canonical[1] = ap_exp(log_b), canonical[2] = arguments[2], canonical[3] = arguments[3];
    return NULL;
}
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[1] > 0)) return "a and b must be above 0";
     return d->p[2] <= d->p[3] ? NULL : "min must not be above max";
}
/* ln z^a, from the nearer end */
static double log_power(const struct apsis_distribution *d, double x)
{
    double width = d->p[3] - d->p[2], z = (x - d->p[2]) / width;
    return d->p[0] * (z > 0.5 ? ap_log1p((x - d->p[3]) / width) : ap_log(z));
}
/* ln(1 - z^a), whichever of the two is small */
static double log_rest(double t)
{
    double rest = -ap_expm1(t);
    return rest < 0.5 ? ap_log(rest) : ap_log1p(-ap_exp(t));
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
     double y = x >= d->p[3] ? ap_infinity() : x <= d->p[2] ? 0 : -d->p[1] * log_rest(log_power(d, x));
     *upper = ap_exp(-y);
     *lower = -ap_expm1(-y);
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    return ap_kumaraswamy_quantile(lower, upper, d->p);
}
static double density(const struct apsis_distribution *d, double x)
{
    double width = d->p[3] - d->p[2], a = d->p[0], b = d->p[1];
    if (x < d->p[2] || x > d->p[3]) return 0;
    /* by logarithms: b may be so large that only z^a far below 2^-53 matters */
    double power = log_power(d, x), first = a == 1 ? 0 : power * ((a - 1) / a), second = b == 1 ? 0 : (b - 1) * log_rest(power); /* not 0 times infinity, at an end */
    return a * b * ap_exp(first + second) / width;
}
static double mean(const struct apsis_distribution *d)
{
    double m = d->p[1] * ap_exp(apsis_log_beta(1 + 1 / d->p[0], d->p[1]));
     return ap_fma(m, d->p[3] - d->p[2], d->p[2]);
}
static double sd(const struct apsis_distribution *d)
{
    double m = d->p[1] * ap_exp(apsis_log_beta(1 + 1 / d->p[0], d->p[1])), s = d->p[1] * ap_exp(apsis_log_beta(1 + 2 / d->p[0], d->p[1]));
     return (d->p[3] - d->p[2]) * ap_sqrt(s - m * m);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[2], *high = d->p[3];
}

APSIS_FAMILY(kumaraswamy) = {
    .name = "kumaraswamy", .title = "like a beta, with a closed form", .reference = "Kumaraswamy (1980); Jones (2009)",
    .form = APSIS_FORM_CLOSED,
    .parameter_names = {"a", "b", "min", "max"},
    .parameter_docs = {"shape at the low end, above 0", "shape at the high end, above 0", "smallest value, 0 unless given", "largest value, min or more; 1 unless given"},
    .spellings = {{.names = {"a", "b", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .dynamic = 1},
                  {.names = {"p*", "p*", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .solve = solve_percents},
                  {.names = {"mean", "sd", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .solve = solve_moments, .named_only = 1}},
    .spelling_count = 3,
    .takes = "(a, b), (mean:, sd:) or two percentiles such as (p10:, p90:), each with min: and max: where it does not run from 0 to 1",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd,
    .support = support,
    .example = "kumaraswamy(2, 3)",
};
#endif
