/* interval.c - mean, spread and shape with their standard errors, from exact power sums. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/tallies.h"

/*
 * The centre c of a column is the (lower) median of the valid values of tile 0, its scale s the power of two at or below the distance
 * between their 16th and 84th percentiles; where that is 0 their range, where that is 0 too |c|, else 1. Where tile 0 has no
 * valid value, the first of tiles 1 .. 15 that has one takes its place; where none has, c = 0 and s = 1.
 */
void apsis_interval_centre(struct apsis_reduced *column, const double *sorted, size_t count)
{
    double centre = 0, spread = 1;
    if (count) {
        centre = sorted[(count - 1) / 2];
        spread = sorted[(count - 1) * 84 / 100] - sorted[(count - 1) * 16 / 100];
        if (!(spread > 0)) spread = sorted[count - 1] - sorted[0];
        if (!(spread > 0)) spread = centre < 0 ? -centre : centre;
        if (!(spread > 0)) spread = 1;
    }
    int exponent = (int)(ap_word_of(spread) >> 52) - 1023; /* an infinite spread counts as 2^1000 */
    if (exponent > 1000) exponent = 1000;
    if (exponent < -1000) exponent = -1000;
    column->centre = centre;
    column->scale = ap_double_of((uint64_t)(1023 + exponent) << 52);
    column->inverse = ap_double_of((uint64_t)(1023 - exponent) << 52);
}

/*
 * With S_k the exact sums of y^k, y = (x - c) / s, rounded once: mean, sd with N - 1, skewness M3 / M2^1.5, kurtosis M4 / M2^2.
 * Errors: mean sd / sqrt(N); sd by the delta method, sd/2 * sqrt((kurtosis - 1) / N) (Rao 1973, 6h); skewness and kurtosis
 * as for a normal sample (Fisher 1930): they say whether a shape differs from a normal one.
 */
void apsis_interval_moments(const struct apsis_reduced *column, struct apsis_measure *measure)
{
    const double none = ap_double_of(AP_NAN_BITS);
    double n = (double)column->valid;
    measure->mean = measure->mean_se = measure->sd = measure->sd_se = none;
    measure->skewness = measure->skewness_se = measure->kurtosis = measure->kurtosis_se = none;
    if (!column->valid) return;
    if (column->min == column->max) {
        measure->mean = column->min;
        if (column->valid > 1) measure->sd = measure->mean_se = measure->sd_se = 0;
        return;
    }
    double p[4];
    for (int k = 0; k < 4; k++) p[k] = apsis_exact_round(&column->power[k]) / n;
    double m = p[0], m2 = p[1] - m * m, m3 = p[2] - 3 * m * p[1] + 2 * m * m * m;
    double m4 = p[3] - 4 * m * p[2] + 6 * m * m * p[1] - 3 * (m * m) * (m * m);
    measure->mean = column->centre + column->scale * m;
    if (!(m2 > 0) || !(m2 < ap_double_of(AP_INF_BITS))) return;
    measure->sd = column->scale * ap_sqrt(m2 * (n / (n - 1)));
    measure->mean_se = measure->sd / ap_sqrt(n);
    if (!(m4 < ap_double_of(AP_INF_BITS))) return;
    measure->kurtosis = m4 / (m2 * m2);
    measure->skewness = m3 / (m2 * ap_sqrt(m2));
    double excess = measure->kurtosis - 1;
    measure->sd_se = measure->sd / 2 * ap_sqrt((excess > 0 ? excess : 0) / n);
    if (column->valid < 4) return;
    measure->skewness_se = ap_sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)));
    measure->kurtosis_se = 2 * measure->skewness_se * ap_sqrt((n * n - 1) / ((n - 3) * (n + 5)));
}
