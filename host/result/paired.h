/* paired.h - a statistic of a cell less that of the base, over the same draws, with an interval of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PAIRED_H
#define APSIS_HOST_PAIRED_H
#include "host/result/result.h"

/*
 * Where both have the same valid draws, the mean's interval is that of the mean of the differences, which is exact. Else, with se the
 * standard error of either statistic and r the correlation of their influence functions (percentile: is the draw at or below it;
 * shortfall: its excess beyond the quantile; target: is it above; 0 for draws that do not count), the difference's is
 * sqrt(se_cell^2 + se_base^2 - 2 r se_cell se_base).
 *
 * r is over the first min(N, 65,536) draws. So is the se of a percentile: half the distance between the order statistics
 * WINDOW = 2 times as far from it, in ranks, as the ends of its 95 % interval. The interval's own ends (WINDOW = 1) give a noisier slope,
 * whose noise hardly cancels between two columns that move together. Measured, linear Gaussian and lognormal, correlation 0 to 0.999,
 * P1 to P50, 10,000 draws, 1,000 repeats: coverage 93.4 to 97.2 % with 1, 93.3 to 96.2 % with 2, up to 98.5 % with 4 at P1; sections of the draws
 * (32 or 64) cover only 65 to 96 %. tests/long/test_paired_coverage.py has more. Where only a handful of draws
 * tell the two apart at the statistic (below about ten), normal intervals of this kind are too short, here as in McNemar's.
 */
#define APSIS_PAIRED_DRAWS 65536
#define APSIS_PAIRED_SERIES_DRAWS 16384 /* where there are many columns: the correlations need no more than two digits */

/* One number to compare; indices into result->measures, those of the plan's output columns. */
struct apsis_pair {
    size_t base, cell;
    size_t difference; /* SIZE_MAX: none */
};

/* pairs[i] is told in (*paired)[i], in `arena`. The engine that measured `result` runs its first draws again. `memory`: bytes for the draws held
   at once (they are taken in turn); 0: 256 MiB. `most`: of the first draws, that the correlations are from. `threads`: 0: all. */
enum apsis_status apsis_paired_run(struct apsis_arena *arena, const struct apsis_result *result, const struct apsis_engine *engine, void *run,
                                   const struct apsis_measure_settings *settings, const struct apsis_pair *pairs, size_t count, size_t most, size_t memory,
                                   int threads, struct apsis_paired **paired);

#endif
