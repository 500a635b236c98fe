/* cell_list.h - the cells of a stress from what a user writes: scenarios, overrides, bands, a grid. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CELL_LIST_H
#define APSIS_HOST_CELL_LIST_H
#include "host/plan/bands.h"
#include "host/plan/cells.h"
#include "host/plan/grid.h"
#include "host/plan/model.h"

/*
 * A cell is written as parts joined by ; each of which is the name of a scenario ("slow"), an override as behind --set ("wacc = 12%",
 * "x ~ pert(1, 2, 3)"), or a band as behind --band ("permit_delay in P75..P100 alone"). Scenarios are laid over the model first, then overrides,
 * then bands, each in the order given. "slow; permit_delay in P75..P100" is one cell.
 */
struct apsis_cell_request {
    const char *const *under; /* parts that lie under every cell, the base too */
    size_t under_count;
    int scenarios;            /* 1: every scenario of the model is a cell, in its order */
    const char *const *cells; /* texts, each a cell */
    size_t cell_count;
    const char *grid;         /* NULL, or as grid.h says: each of its cells is one */
};

struct apsis_cell_list {
    struct apsis_cell_version *cells; /* [0]: the base, "base"; then scenarios, texts, the grid's */
    const char **titles;              /* the scenario's title where a cell is just a scenario, else NULL */
    size_t count;
    const struct apsis_grid *grid;    /* NULL, or the cells from grid_first on are its */
    size_t grid_first;
};

/* Reads and lowers all cells. NULL after errors, which are in the model's list, each once, those of a cell with its name in the hint; also where
   two cells are written alike. Lies in the model's arena. */
struct apsis_cell_list *apsis_cell_list_new(struct apsis_model *model, const struct apsis_cell_request *request);

#endif
