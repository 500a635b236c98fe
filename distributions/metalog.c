/* metalog.c - a curve through any percentiles, with or without ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(metalog)
#else
#include "distributions/family.h"
#include "host/support/arena.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"

#define MAX_TERMS 12

/*
 * Keelin's quantile function M(u) = a1 + a2 L + a3 c L + a4 c + a5 c^2 + a6 c^2 L + a7 c^3 + ..., c = u - 1/2, L = ln(u / (1 - u)), as
 * many terms as percentiles, which it meets exactly. With min, exp(M) + min; with max, max - exp(-M); with both, a logistic between.
 * d->x and d->w: percentiles, then `tail` the terms; p: 1 where there is a min, min, 1 where a max, max, number of terms.
 */
static void terms(double lower, double upper, int count, double *t)
{
    double c = lower < upper ? lower - 0.5 : 0.5 - upper, l = ap_log(lower / upper), power = 1;
    for (int k = 0; k < count; k++) {
        if (k == 0) t[k] = 1;
        else if (k == 1) t[k] = l;
        else if (k == 2) t[k] = c * l;
        else if (k == 3) t[k] = c;
        else {
            if (k % 2 == 0) power *= k == 4 ? c * c : c; /* c^2, c^2 L, c^3, c^3 L, ... */
            t[k] = k % 2 == 0 ? power : power * l;
        }
    }
}
static double curve(const struct apsis_distribution *d, double lower, double upper)
{
    double t[MAX_TERMS], sum = 0;
    int count = (int)d->p[4];
    terms(lower, upper, count, t);
    for (int k = 0; k < count; k++) sum = ap_fma(d->tail[k], t[k], sum);
    return sum;
}
/* dM/du times u (1 - u) */
static double steepness(const struct apsis_distribution *d, double lower, double upper)
{
    double c = lower < upper ? lower - 0.5 : 0.5 - upper, l = ap_log(lower / upper), w = lower * upper, sum = 0;
    int count = (int)d->p[4];
    for (int k = 1; k < count; k++) {
        int n = k < 4 ? (k == 1 ? 0 : 1) : k / 2; /* the power of c */
        int logs = k == 1 || k == 2 || (k >= 4 && k % 2 == 1);
        double power = 1, less = n ? 1 : 0;
        for (int j = 0; j < n; j++) power *= c;
        for (int j = 1; j < n; j++) less *= c;
        sum += d->tail[k] * (logs ? power + n * less * l * w : n * less * w);
    }
    return sum;
}
static double stretch(const struct apsis_distribution *d, double m)
{
    int low = d->p[0] != 0, high = d->p[2] != 0;
    if (low && high) {
        double e = ap_exp(-ap_abs(m));
        return ap_fma(d->p[3] - d->p[1], (m < 0 ? e : 1) / (1 + e), d->p[1]);
    }
    if (low) return d->p[1] + ap_exp(m);
    if (high) return d->p[3] - ap_exp(-m);
    return m;
}
static double shrink(const struct apsis_distribution *d, double x)
{
    int low = d->p[0] != 0, high = d->p[2] != 0;
    if (low && high) return ap_log((x - d->p[1]) / (d->p[3] - x));
    if (low) return ap_log(x - d->p[1]);
    if (high) return -ap_log(d->p[3] - x);
    return x;
}

static const char *prepare(struct apsis_arena *arena, struct apsis_distribution *d)
{
    double a[MAX_TERMS][MAX_TERMS + 1], *x = APSIS_NEW_ARRAY(arena, double, d->count), *w = APSIS_NEW_ARRAY(arena, double, d->count);
    int n = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (i && !(d->x[i - 1] < d->x[i])) return "the values must rise with their percentiles, from min to max";
        if (d->w[i] == 0) d->p[0] = 1, d->p[1] = d->x[i];
        else if (d->w[i] == 1) d->p[2] = 1, d->p[3] = d->x[i];
        else if (n == MAX_TERMS) return "at most 12 percentiles";
        else x[n] = d->x[i], w[n++] = d->w[i];
    }
    if (n < 3) return "at least three percentiles are needed";
    for (int i = 0; i < n; i++) {
        terms(w[i], 1 - w[i], n, a[i]);
        a[i][n] = shrink(d, x[i]);
    }
    for (int k = 0; k < n; k++) { /* elimination with row pivots */
        int pivot = k;
        for (int i = k + 1; i < n; i++)
            if (ap_abs(a[i][k]) > ap_abs(a[pivot][k])) pivot = i;
        if (a[pivot][k] == 0) return "these percentiles do not determine a curve";
        for (int j = k; j <= n; j++) {
            double t = a[k][j];
            a[k][j] = a[pivot][j], a[pivot][j] = t;
        }
        for (int i = k + 1; i < n; i++)
            for (int j = n; j >= k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    d->tail = APSIS_NEW_ARRAY(arena, double, MAX_TERMS);
    for (int k = n - 1; k >= 0; k--) {
        double sum = a[k][n];
        for (int j = k + 1; j < n; j++) sum -= a[k][j] * d->tail[j];
        d->tail[k] = sum / a[k][k];
    }
    d->x = x, d->w = w, d->count = (size_t)n;
    d->p[4] = n;
    for (int octave = 1; octave < 54; octave++)
        for (int i = 0; i < 32; i++) {
            double v = ap_double_of((ap_word)(1022 - octave) << 52) * (1 + i / 32.0);
            if (!(steepness(d, v, 1 - v) > 0) || !(steepness(d, 1 - v, v) > 0))
                return "no metalog goes through these percentiles: its curve would have to turn back (move the middle one, or give fewer)";
        }
    return NULL;
}

static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    if (lower <= 0) return d->p[0] != 0 ? d->p[1] : -ap_infinity();
    if (upper <= 0) return d->p[2] != 0 ? d->p[3] : ap_infinity();
    return stretch(d, curve(d, lower, upper));
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    if ((d->p[0] != 0 && x <= d->p[1]) || (d->p[2] != 0 && x >= d->p[3])) {
        *upper = d->p[0] != 0 && x <= d->p[1], *lower = 1 - *upper;
        return;
    }
    /* the tail v where the curve passes, by halving ln v */
    double m = shrink(d, x);
    int top = m > curve(d, 0.5, 0.5);
    double a = -700, b = -0x1.62e42fefa39efp-1; /* ln(1/2) */
    for (int i = 0; i < 100 && b - a > 1e-16 * ap_abs(a); i++) {
        double middle = 0.5 * (a + b), v = ap_exp(middle), y = top ? curve(d, 1 - v, v) : curve(d, v, 1 - v);
        if (top ? y > m : y < m) a = middle;
        else b = middle;
    }
    double v = ap_exp(0.5 * (a + b));
    *lower = top ? 1 - v : v;
    *upper = top ? v : 1 - v;
}
static double density(const struct apsis_distribution *d, double x)
{
    double lower, upper, m;
    tails(d, x, &lower, &upper);
    if (lower == 0 || upper == 0) return 0;
    m = lower * upper / steepness(d, lower, upper); /* of M */
    int low = d->p[0] != 0, high = d->p[2] != 0;
    if (low && high) return m * (d->p[3] - d->p[1]) / ((x - d->p[1]) * (d->p[3] - x));
    return low ? m / (x - d->p[1]) : high ? m / (d->p[3] - x) : m;
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->p[0] != 0 ? d->p[1] : -ap_infinity();
    *high = d->p[2] != 0 ? d->p[3] : ap_infinity();
}
static double table_value(const struct apsis_table_source *source, int upper, double v)
{
    double m = upper ? curve(source->distribution, 1 - v, v) : curve(source->distribution, v, 1 - v);
    return source->scale < 0 ? -m : m;
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    int low = d->p[0] != 0, high = d->p[2] != 0;
    source->family = d->family;
    source->distribution = d;
    source->value = table_value;
    source->transform = low && high ? APSIS_TRANSFORM_LOGISTIC : low || high ? APSIS_TRANSFORM_EXP : APSIS_TRANSFORM_NONE;
    source->scale = low && high ? d->p[3] - d->p[1] : low ? 1 : high ? -1 : 1;
    source->base[0] = source->base[1] = low ? d->p[1] : high ? d->p[3] : 0;
}

APSIS_FAMILY(metalog) = {
    .name = "metalog", .title = "a smooth curve through any percentiles", .reference = "Keelin (2016), Decision Analysis 13",
    .form = APSIS_FORM_TABLE,
    .arguments = APSIS_ARGUMENTS_PERCENTILES,
    .takes = "three to twelve percentiles such as (p10:, p50:, p90:), and min: and max: where there are ends",
    .prepare = prepare, .tails = tails, .quantile = quantile, .density = density, .support = support, .table = table,
    .example = "metalog(p10: 20, p50: 35, p90: 70)",
};
#endif
