/* beta.c - the beta distribution, on [0, 1] or between given ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(beta)
#else
#include "distributions/beta.h"
#include "distributions/solve.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special.h"

void apsis_beta_tails_at(const struct apsis_beta *beta, double x, double *lower, double *upper)
{
    if (x < beta->low || x >= beta->high) {
        *lower = x >= beta->high, *upper = x < beta->high;
        return;
    }
    double width = beta->high - beta->low;
    apsis_incomplete_beta(beta->a, beta->b, (x - beta->low) / width, (beta->high - x) / width, lower, upper);
}
double apsis_beta_quantile_at(const struct apsis_beta *beta, double lower, double upper)
{
    double width = beta->high - beta->low, x, y;
    if (width == 0) return beta->low;
    if (lower <= 0) return beta->low;
    if (upper <= 0) return beta->high;
    apsis_incomplete_beta_inverse(beta->a, beta->b, lower, upper, &x, &y);
    return x < y ? ap_fma(x, width, beta->low) : ap_fma(-y, width, beta->high);
}
double apsis_beta_density_at(const struct apsis_beta *beta, double x)
{
    double width = beta->high - beta->low;
    if (x < beta->low || x > beta->high) return 0;
    return apsis_beta_density(beta->a, beta->b, (x - beta->low) / width, (beta->high - x) / width) / width;
}
double apsis_beta_sd_of(const struct apsis_beta *beta)
{
    double s = beta->a + beta->b;
    return (beta->high - beta->low) * (ap_sqrt(beta->a / s * (beta->b / s) / (s + 1)));
}

/* p: a, b, ln B(a, b). From below the distance to the low end, from above minus the distance to the high end; or the logit. */
static double beta_value(const struct apsis_table_source *source, int upper, double v)
{
    double x, y;
    apsis_incomplete_beta_inverse(source->p[0], source->p[1], upper ? 1 - v : v, upper ? v : 1 - v, &x, &y);
    if (source->transform == APSIS_TRANSFORM_LOGISTIC) { /* far out I_x(a, b) is x^a / (a B), also where x itself underflows */
        double a = source->p[upper], far = (ap_log(v) + ap_log(a) + source->p[2]) / a;
        return far < -600 ? (upper ? -far : far) : ap_log(x) - ap_log(y);
    }
    return upper ? -y : x;
}
static double beta_density(const struct apsis_table_source *source, int upper, double value)
{
    double a = source->p[0], b = source->p[1];
    if (source->transform == APSIS_TRANSFORM_LOGISTIC) { /* x^a y^b / B: x = 1/(1 + e^-value) */
        double small = ap_log1p(ap_exp(-ap_abs(value)));   /* -ln of the larger of x and y */
        double log_x = value < 0 ? value - small : -small, log_y = value < 0 ? -small : -value - small;
        return ap_exp(ap_fma(a, log_x, ap_fma(b, log_y, -source->p[2])));
    }
    if (upper) { /* the mirror */
        double t = a;
        a = b, b = t;
        value = -value;
    }
    return ap_exp(ap_fma(a - 1, ap_log(value), ap_fma(b - 1, ap_log1p(-value), -source->p[2])));
}
void apsis_beta_table(const struct apsis_beta *beta, struct apsis_table_source *source)
{
    source->p[0] = beta->a, source->p[1] = beta->b, source->p[2] = apsis_log_beta(beta->a, beta->b);
    source->family = &apsis_family_beta;
    source->distribution = NULL;
    source->value = beta_value;
    source->density = beta_density;
    source->scale = beta->high - beta->low;
    /* an end that values pile up at like u^(1/a), a small, is not smooth enough as it stands */
    int steep = beta->a < 0.25 || beta->b < 0.25;
    source->transform = steep ? APSIS_TRANSFORM_LOGISTIC : APSIS_TRANSFORM_NONE;
    source->base[0] = beta->low;
    source->base[1] = steep ? beta->low : beta->high;
}

static struct apsis_beta beta_of(const struct apsis_distribution *d) { return (struct apsis_beta){d->p[0], d->p[1], d->p[2], d->p[3]}; }
static const char *check(const struct apsis_distribution *d)
{
    if (!(d->p[0] > 0 && d->p[0] <= 1e6)) return "a must be above 0 and at most 1,000,000";
    if (!(d->p[1] > 0 && d->p[1] <= 1e6)) return "b must be above 0 and at most 1,000,000";
    if (!(d->p[2] <= d->p[3] && d->p[3] - d->p[2] < ap_infinity())) return "min must not be above max, and both must be finite";
    return NULL;
}
/* mean, sd, and the ends */
static const char *solve_moments(const double *arguments, const double *percents, double *canonical)
{
    (void)percents;
    double width = arguments[3] - arguments[2];
    if (!(width > 0)) return "min must be below max";
    double m = (arguments[0] - arguments[2]) / width, s = arguments[1] / width;
    if (!(m > 0 && m < 1)) return "mean must lie between min and max (0 and 1 unless given)";
    if (!(s > 0 && s * s < m * (1 - m))) return "sd must be above 0 and below sqrt((mean - min) * (max - mean))";
    double total = m * (1 - m) / (s * s) - 1;
    canonical[0] = m * total, canonical[1] = (1 - m) * total, canonical[2] = arguments[2], canonical[3] = arguments[3];
    return NULL;
}
/* Two percentiles: along the curve of the (a, b) that meet the lower one, where b rises with a, the higher one is met once (Shih 2015). */
struct wanted {
    double x[2], y[2], logit[2]; /* y = 1 - x; logit of the chance below x */
    double low, high, log_a;     /* where ln a and ln b are looked for */
};
static double logit_above(const struct wanted *w, int i, double log_b)
{
    double lower, upper;
    apsis_incomplete_beta(ap_exp(w->log_a), ap_exp(log_b), w->x[i], w->y[i], &lower, &upper);
    return ap_log(lower / upper) - w->logit[i];
}
static double at_lower(double log_b, const void *context) { return logit_above(context, 0, log_b); }
/* -infinity, infinity: b would have to be below the range, above it */
static double meet_lower(const struct wanted *w, double *log_b)
{
    if (at_lower(w->low, w) > 0) return -ap_infinity();
    if (at_lower(w->high, w) < 0) return ap_infinity();
    *log_b = apsis_solve_root(at_lower, w, w->low, w->high);
    return 0;
}
static double at_higher(double log_a, const void *context)
{
    struct wanted w = *(const struct wanted *)context;
    double log_b = 0;
    w.log_a = log_a;
    double outside = meet_lower(&w, &log_b);
    return outside != 0 ? outside : logit_above(&w, 1, log_b);
}
static const char *solve_percents(const double *arguments, const double *percents, double *canonical)
{
    static const char *const close = "these percentiles are too close together: a and b may be at most 1,000,000";
    static const char *const far = "these percentiles are too far apart or too near to min and max: a and b must be at least 0.01";
    double low = arguments[2], high = arguments[3], width = high - low;
    if (!(width > 0)) return "min must be below max";
    if (!(arguments[0] > low && arguments[1] < high)) return "the percentiles must lie between min and max (0 and 1 unless given)";
    if (!(arguments[0] < arguments[1])) return "the lower percentile must be below the higher one";
    struct wanted w = {.low = ap_log(0.01), .high = ap_log(1e6)};
    for (int i = 0; i < 2; i++) {
        w.x[i] = (arguments[i] - low) / width, w.y[i] = (high - arguments[i]) / width;
        w.logit[i] = ap_log(percents[i] / (1 - percents[i]));
    }
    if (at_higher(w.low, &w) > 0) return far;
    if (at_higher(w.high, &w) < 0) return close;
    w.log_a = apsis_solve_root(at_higher, &w, w.low, w.high);
    if (!(ap_abs(at_higher(w.log_a, &w)) < 1e-6)) return at_higher(w.log_a - 1e-6, &w) == -ap_infinity() ? far : close;
    double log_b = 0;
    meet_lower(&w, &log_b);
    canonical[0] = ap_exp(w.log_a), canonical[1] = ap_exp(log_b), canonical[2] = low, canonical[3] = high;
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
static double mean(const struct apsis_distribution *d) { return ap_fma(d->p[0] / (d->p[0] + d->p[1]), d->p[3] - d->p[2], d->p[2]); }
static double sd(const struct apsis_distribution *d)
{
    struct apsis_beta b = beta_of(d);
    return apsis_beta_sd_of(&b);
}
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[2], *high = d->p[3]; }
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    struct apsis_beta b = beta_of(d);
    apsis_beta_table(&b, source);
}

APSIS_FAMILY(beta) = {
    .name = "beta", .title = "a share between 0 and 1, or between given ends", .reference = "DLMF 8.17; DiDonato and Morris (1992)",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"a", "b", "min", "max"},
    .parameter_docs = {"weight towards the top, above 0 and at most 1,000,000", "weight towards the bottom, above 0 and at most 1,000,000", "smallest value, 0 unless given",
                       "largest value, min or more; 1 unless given"},
    .spellings = {{.names = {"a", "b", "min?", "max?"}, .defaults = {0, 0, 0, 1}},
                  {.names = {"mean", "sd", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .solve = solve_moments, .named_only = 1},
                  {.names = {"p*", "p*", "min?", "max?"}, .defaults = {0, 0, 0, 1}, .solve = solve_percents}},
    .spelling_count = 3,
    .takes = "(a, b), (mean:, sd:) or two percentiles such as (p10:, p90:), each with min: and max: where it does not run from 0 to 1",
    .check = check, .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "beta(2, 10)",
};
#endif
