/* changes_tree.h - two syntax trees side by side, slot by slot; inside host/plan only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CHANGES_TREE_H
#define APSIS_HOST_CHANGES_TREE_H
#include "host/language/check.h"
#include "host/plan/changes.h"

#define APSIS_NO_CHANGE SIZE_MAX

/* A place that may hold something else in the two models; NULL: nothing. */
struct apsis_slot {
    const char *key;
    const void *old, *new_one; /* struct apsis_definition, apsis_table, apsis_correlation or apsis_column */
    size_t change;             /* number of the change, or APSIS_NO_CHANGE: both are the same */
    int reaches;
};
struct apsis_slots {
    struct apsis_slot *items;
    size_t count, capacity;
};

/* A scenario or set that is laid over either model, or both. */
struct apsis_changes_layer {
    const char *key, *where; /* where: "in slow_permits", "in --set" */
    struct apsis_slots lines; /* definitions */
};

struct apsis_changes_tree {
    struct apsis_sources sources; /* of both models */
    const struct apsis_ast *old, *new_one;
    struct apsis_slots definitions, tables, correlations;
    struct apsis_slots *columns;  /* of each table, where the table is the same but for columns; else none */
    struct apsis_changes_layer *layers;
    size_t layer_count;
    size_t period_change;
    struct apsis_definition output;        /* output `of`, without its condition */
    const char *of, *of_base;
    const struct apsis_expr *old_given, *new_given;
    size_t given_change;
};

/* changes_reach.c: marks the slots and changes that a way leads from to the output */
void apsis_changes_reach(struct apsis_arena *arena, struct apsis_changes *changes);

#endif
