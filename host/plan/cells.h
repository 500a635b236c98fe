/* cells.h - several versions of one model merged into one graph: what they have in common exists once, and differences are outputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CELLS_H
#define APSIS_HOST_CELLS_H
#include "host/plan/ir.h"

#define APSIS_NO_OUTPUT UINT32_MAX

/*
 * A cell is a model under some overrides, lowered on its own. Two values of two cells are one value of the merged graph where they are
 * bisimilar: the same operation of the same values, down to the same inputs (name, stream, family, parameters, correlated group);
 * series, which refer to themselves, are taken for equal until their rules say otherwise. So random numbers and common work are
 * shared by construction, and each value is computed by the very operations that its cell alone would have: the same bits.
 */
struct apsis_cell_version {
    const char *name;           /* "slow", "wacc = 8%": told apart from other cells in names of outputs; not looked at for the base */
    const struct apsis_ir *ir;  /* of the same model */
};

/* Where output o of cell c went: */
struct apsis_cell_output {
    uint32_t output;     /* number in ir->outputs; cells whose output is the same value share it */
    uint32_t difference; /* of the output `cell - base`: it is given where both are, and valid where both are; APSIS_NO_OUTPUT for the
                            base, for categories, and where the output is the base's (the difference is 0 in every draw) */
};

struct apsis_merged {
    struct apsis_ir *ir;
    size_t cell_count, output_count;   /* outputs of a cell: those of the base that are wanted, in its order */
    uint32_t *base_outputs;            /* o: its number in the base's own graph */
    struct apsis_cell_output *outputs; /* [cell * output_count + o] */
    size_t values_apart, values_merged;/* nodes of all cells, and of the merged graph: what sharing saves */
};

struct apsis_merge_options {
    int series;      /* 1: series outputs too; 0: numbers a draw only */
    int differences; /* 1: difference outputs of numbers; 2: of series too */
    const char *const *only; /* NULL, or the names of the outputs wanted, NULL-terminated */
};

/* cells[0] is the base. The graph lies in `arena` and points into the cells', which must live as long. Outputs of cell k are called
   "ev @ slow", their differences "ev @ slow - base"; the base's keep their names. A difference has two targets: above 0 (the cell is
   more) and above -2^-1074 (it is not less). A cell that lacks an output of the base, or has it as
   another kind (a number here, names there), has APSIS_NO_OUTPUT. Targets are the base's in all cells. */
struct apsis_merged *apsis_cells_merge(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count, const struct apsis_merge_options *options);

static inline struct apsis_cell_output apsis_merged_output(const struct apsis_merged *merged, size_t cell, size_t output)
{
    return merged->outputs[cell * merged->output_count + output];
}

#endif
