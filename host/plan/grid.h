/* grid.h - a grid of overrides: every combination of the values of some names, each a cell. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_GRID_H
#define APSIS_HOST_GRID_H
#include "host/language/ast.h"
#include "host/language/diagnostic.h"

#define APSIS_GRID_LIMIT 10000 /* cells */

/* "launch_cap = 500, 1000, 2000": one axis. */
struct apsis_grid_axis {
    const char *name;                /* "launch_cap", as written left of = */
    const char **values;             /* "500", ... as written */
    struct apsis_scenario *settings; /* of each value: what lies over the model, as a --set */
    size_t count;
    struct apsis_span span;          /* of the name */
};
struct apsis_grid {
    struct apsis_grid_axis *axes;
    size_t axis_count;
    size_t cell_count;               /* the product of the axes' counts; the last axis runs fastest */
};

/* Reads "launch_cap = 500, 1000, 2000; wacc = 8%, 10%, 12%": axes separated by ; or line ends, values by commas outside brackets; a value
   may be any expression. NULL after errors: no axis, an axis without values, one value twice, a name twice, more than
   APSIS_GRID_LIMIT cells, a value that is no expression. What the names mean is found when a cell is lowered. */
struct apsis_grid *apsis_grid_parse(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics);

/* Of cell number `cell`: settings[i] is that of axis i (axis_count of them), for struct apsis_overrides; and the cell's name,
   "launch_cap = 500, wacc = 8%", in `arena`. */
void apsis_grid_cell(const struct apsis_grid *grid, size_t cell, struct apsis_scenario *settings);
const char *apsis_grid_name(struct apsis_arena *arena, const struct apsis_grid *grid, size_t cell);

#endif
