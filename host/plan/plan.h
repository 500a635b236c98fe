/* plan.h - a model made ready to run: programs over blocks of draws, with their registers, streams, tables and columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PLAN_H
#define APSIS_HOST_PLAN_H
#include "host/plan/ir.h"
#include "kernels/program.h"

/* One number a draw that leaves the engine: a scalar output, one period of a series output, or a scalar or series input's value. */
enum apsis_plan_column_kind {
    APSIS_PLAN_OUTPUT, APSIS_PLAN_INPUT, APSIS_PLAN_VALUE,
    APSIS_PLAN_SIGNS /* several_signs of an output: counted, and no result by itself */
};

struct apsis_plan_column {
    enum apsis_plan_column_kind kind;
    uint32_t index;  /* ir->outputs (OUTPUT, VALUE, SIGNS) or ir->inputs (INPUT) */
    int32_t period;  /* t, or -1 for a scalar */
};

struct apsis_plan_options {
    int inputs; /* 1: scalar inputs are columns too; 2: series inputs as well (one column a period) */
    int signs;  /* 1: several_signs of each output wanted is a column too */
    const char *const *only; /* NULL, or the names of the outputs wanted, NULL-terminated: the rest is not computed */
};

struct apsis_plan {
    struct apsis_arena *arena;
    const struct apsis_ir *ir;
    struct apsis_plan_column *columns; /* outputs in declared order, a series' periods in order; then inputs, then SIGNS */
    size_t column_count;
    struct ap_program *program;   /* what kernels/interpret.c runs; see kernels/program.h */
    struct ap_program *fixed;     /* found the numbers that no draw changes, when the plan was made; for printers */
    struct apsis_code *code;      /* the program before registers: what apsis_plan_prune starts from */
};

/* NULL with diagnostics when the model cannot be run (a table that cannot be built, too large). */
struct apsis_plan *apsis_plan_new(struct apsis_arena *arena, const struct apsis_ir *ir, const struct apsis_plan_options *options,
                                  struct apsis_diagnostics *diagnostics);

/* The plan's program without what only columns c with wanted[c] == 0 need. It lies in `arena`; the plan must live as long.
   What is left gives the same bits. */
struct ap_program *apsis_plan_prune(const struct apsis_plan *plan, const unsigned char *wanted, struct apsis_arena *arena);

/* `apsis show --plan`: programs, instructions with names, registers, histories, streams. */
void apsis_plan_print(const struct apsis_plan *plan, struct apsis_buffer *out);

#endif
