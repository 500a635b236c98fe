/* explain.h - the difference of two models' statistics, shared out among the changes between them, with intervals. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_EXPLAIN_H
#define APSIS_HOST_EXPLAIN_H
#include "host/plan/changes.h"
#include "host/result/result.h"

/*
 * A cell is the model with a set S of the parts made, v(S) a statistic of its output over the same draws. Up to APSIS_EXPLAIN_EXACT parts
 * all 2^n cells are run, and a part's value is its Shapley value
 *     phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)),
 * the average of what it adds over all orders of making the changes; else v(first i + 1 parts) - v(first i parts). Both are linear in the
 * cells' statistics, and the interval is the normal one of the same linear combination of their influence functions, draw by draw, over the first
 * min(N, 65,536) draws (16,384 beyond 64 cells): of the mean x - mean, of a percentile q_p with density f there (p - 1[x <= q_p]) / f.
 * 1 / f is the slope of the sample's quantile function over the bandwidth of Hall and Sheather (1988).
 */
struct apsis_explain_settings {
    struct apsis_measure_settings measure; /* seed, draws, percentiles, ...; no shortfalls, no rank correlations */
    struct apsis_engine_options engine;
    size_t batch;                          /* cells in one plan, a power of 2; 0: chosen. Nothing that is published depends on it */
};

struct apsis_explain_part {
    const struct apsis_part *part;
    struct apsis_explained *values;        /* by statistic: the mean, then the percentiles */
};
struct apsis_explain {
    struct apsis_explain_part *parts;      /* in the order of the list of parts */
    size_t part_count, statistic_count;
    struct apsis_explained *before, *after, *difference;
    int in_order;
    size_t cells;
    size_t batches, values_apart, values_merged; /* plans that were run; nodes of all cells, and of the merged graphs */
    const char *engine, *note;
    double seconds;
};

/* APSIS_OK; APSIS_INTERRUPTED; APSIS_MODEL_ERROR with diagnostics where a cell cannot be run; a failure of the engine, with *why. All lies in
   `arena`. */
enum apsis_status apsis_explain_run(struct apsis_arena *arena, const struct apsis_changes *changes, const struct apsis_parts_list *parts,
                                    const struct apsis_engine *engine, const struct apsis_explain_settings *settings,
                                    struct apsis_diagnostics *diagnostics, struct apsis_explain **explain, const char **why);

#endif
