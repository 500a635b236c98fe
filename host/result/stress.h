/* stress.h - many cells of one model run on the same draws: each cell's statistics, and its differences to the base. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_STRESS_H
#define APSIS_HOST_STRESS_H
#include "host/plan/cells.h"
#include "host/result/paired.h"

struct apsis_stress_settings {
    struct apsis_measure_settings measure;  /* seed, draws, percentiles, ...; rank correlations are never computed */
    struct apsis_engine_options engine;
    size_t batch;            /* cells beside the base in one plan; 0: chosen. Nothing that is published depends on it */
    int series;              /* 1: series outputs too, period by period; 0: numbers only. Series have no columns of differences (`difference` is
                                NULL, the chances are NaN), and their correlations are from fewer draws */
    int no_differences;      /* 1: no columns of differences at all: no exact mean of them, no chances to be more or less */
    const char *const *only; /* NULL, or the outputs wanted, NULL-terminated */
    const char *of;          /* the output that cells are ordered by; NULL: the first that is a number */
    int more_is_worse;       /* 1: the cell with the largest mean of `of` is worst; 0: the smallest */
};
void apsis_stress_defaults(struct apsis_stress_settings *settings);

/* A row of every cell: a scalar output, or one period of a series output. */
struct apsis_stress_row {
    uint32_t output;         /* of the base's graph */
    int32_t period;          /* t, or -1 */
};
struct apsis_stress_cell {
    const char *name;
    const struct apsis_ir *ir;
    /* by row, with row numbers as `output`; NULL where the cell has no such output. Their `name` is NULL. */
    const struct apsis_measure **measures;
    struct apsis_paired *paired; /* by row; of the base NULL; where measures[row] is NULL all NaN */
};

struct apsis_stress {
    struct apsis_stress_cell *cells; /* as they came; cells[0] is the base */
    size_t cell_count;
    struct apsis_stress_row *rows;
    size_t row_count;
    size_t of;               /* the row that cells are ordered by */
    size_t *order;           /* cells but the base, worst first; cell_count - 1 numbers */
    uint64_t seed, draws, done;
    int partial;             /* 1: interrupted: cells that were not reached have no measures */
    const char *engine, *note;
    double seconds;
    size_t batches;          /* plans that were run */
    size_t values_apart, values_merged; /* of all batches: what sharing saved */
    struct apsis_stress_handle *handle; /* what the C interface keeps of it (host/api), or NULL */
};

/* Runs all cells (cells[0] is the base; see cells.h) in as many plans as are best. Measures, names and plans live in `arena`.
   APSIS_OK; APSIS_INTERRUPTED with what is known (*stress NULL when the base is not); APSIS_USAGE where `of` is no number of the base
   (*why says so); APSIS_MODEL_ERROR with diagnostics where a cell cannot be planned; a failure of the engine, with *why. */
enum apsis_status apsis_stress_run(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count, const struct apsis_engine *engine,
                                   const struct apsis_stress_settings *settings, struct apsis_diagnostics *diagnostics, struct apsis_stress **stress,
                                   const char **why);

#endif
