/* correlate.h - the factor of a correlation matrix, semidefinite ones included. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CORRELATE_H
#define APSIS_HOST_CORRELATE_H
#include <stddef.h>

/* A pivot (1 minus the sum of squares before it) between -n * PIVOT and n * PIVOT counts as 0; what then remains to the right of it
   must be 0 within REST. */
#define APSIS_CORRELATE_PIVOT 1e-13
#define APSIS_CORRELATE_REST 1e-9

/* The score correlation of a normal copula whose rank correlation is `spearman`: 2 sin(pi s / 6), exact at 0 and +-1. */
double apsis_score_correlation(double spearman);
/* The inverse, for messages. */
double apsis_rank_correlation(double score);

/* Lower triangular factor of the n * n matrix `score` (row major, unit diagonal), each sum left to right. Returns n, or the number of
   the first row at which the matrix is not positive semidefinite. */
size_t apsis_correlate_factor(const double *score, size_t n, double *factor);

/* Between which values score[i][j] can lie, the others staying as they are: 1, or 0 when there is no such value. n <= 64. */
int apsis_correlate_range(const double *score, size_t n, size_t i, size_t j, double *low, double *high);

#endif
