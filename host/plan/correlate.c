/* correlate.c - the factor of a correlation matrix, semidefinite ones included. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/correlate.h"

#include <math.h>
#include <string.h>

#include "host/plan/ir.h"

double apsis_score_correlation(double spearman)
{
    if (spearman == 0 || fabs(spearman) == 1) return spearman;
    return 2 * apsis_ir_compute(AP_OP_SIN, spearman * (0x1.921fb54442d18p+1 / 6), 0, 0, 0);
}

double apsis_rank_correlation(double score)
{
    double low = -1, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (apsis_score_correlation(middle) < score) low = middle;
        else high = middle;
    }
    return (low + high) / 2;
}

size_t apsis_correlate_factor(const double *score, size_t n, double *factor)
{
    double tolerance = (double)n * APSIS_CORRELATE_PIVOT;
    memset(factor, 0, n * n * sizeof *factor);
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < r; c++) {
            double rest = score[r * n + c];
            for (size_t k = 0; k < c; k++) rest -= factor[r * n + k] * factor[c * n + k];
            double pivot = factor[c * n + c];
            if (pivot > 0) factor[r * n + c] = rest / pivot;
            else if (fabs(rest) > APSIS_CORRELATE_REST) return r;
        }
        double square = 1;
        for (size_t k = 0; k < r; k++) square -= factor[r * n + k] * factor[r * n + k];
        if (square < -tolerance) return r;
        factor[r * n + r] = square <= tolerance ? 0 : __builtin_sqrt(square);
    }
    return n;
}

/* With i and j moved to the end, score[i][j] = a.b +- |p||q|, where (a, p) and (b, q) are their last rows of the factor. */
int apsis_correlate_range(const double *score, size_t n, size_t i, size_t j, double *low, double *high)
{
    double part[64 * 64], factor[64 * 64], one[64 * 64];
    size_t order[64], m = 0;
    if (n > 64) return 0;
    for (size_t k = 0; k < n; k++)
        if (k != i && k != j) order[m++] = k;
    const size_t last[2] = {i, j};
    double rows[2][64], rest[2];
    for (int side = 0; side < 2; side++) {
        order[m] = last[side];
        for (size_t r = 0; r <= m; r++)
            for (size_t c = 0; c <= m; c++) part[r * (m + 1) + c] = score[order[r] * n + order[c]];
        if (apsis_correlate_factor(part, m + 1, factor) != m + 1) return 0;
        memcpy(one, factor, sizeof one);
        for (size_t c = 0; c < m; c++) rows[side][c] = one[m * (m + 1) + c];
        rest[side] = one[m * (m + 1) + m];
    }
    double middle = 0;
    for (size_t c = 0; c < m; c++) middle += rows[0][c] * rows[1][c];
    *low = middle - rest[0] * rest[1];
    *high = middle + rest[0] * rest[1];
    return 1;
}
