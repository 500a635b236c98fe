/* cells_classes.h - which values of several graphs are the same: classes of inputs, series and values; inside host/plan only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CELLS_CLASSES_H
#define APSIS_HOST_CELLS_CLASSES_H
#include "host/plan/cells.h"

/* Class numbers by cell and number there; equal numbers are the same thing. Values that are "none" (node 0) have class 0. */
struct apsis_cell_classes {
    uint32_t *nodes, *series, *inputs, *groups;
    uint32_t *scores; /* by input: inputs whose normal scores are the same before bands, whatever family they are drawn from */
    uint32_t *tables; /* by period table */
};
struct apsis_classes {
    struct apsis_cell_classes *cells;
    uint32_t node_count, series_count, input_count, group_count; /* classes are numbered in the order in which cells show them */
};

/* Lies in `arena`. */
struct apsis_classes *apsis_cells_classes(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count);

#endif
