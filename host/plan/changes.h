/* changes.h - what differs between two versions of a model, and any mixture of the two as a graph of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CHANGES_H
#define APSIS_HOST_CHANGES_H
#include "host/plan/model.h"

/* One side of a comparison: a model's texts, and the overrides that are laid over it (sets as they were given, as texts). */
struct apsis_changes_side {
    const struct apsis_ast *ast;
    const char *const *scenarios;
    size_t scenario_count;
    const char *const *sets;
    size_t set_count;
};

/*
 * A change is what differs of one thing: a definition (by its name and reach: fleet[t], fleet[2025]), a table (its members), a column of
 * a table, a correlation, the periods, the condition of the output, a line of an override (by its scenario, name and reach). Layout, order,
 * labels, units, sources, targets, comments, and scenarios that are not applied are no changes. Numbers are compared as values: 8% is 0.08.
 */
enum apsis_change_kind { APSIS_CHANGE_PERIOD, APSIS_CHANGE_TABLE, APSIS_CHANGE_COLUMN, APSIS_CHANGE_DEFINITION, APSIS_CHANGE_CORRELATION, APSIS_CHANGE_CONDITION, APSIS_CHANGE_OVERRIDE };

struct apsis_change {
    enum apsis_change_kind kind;
    const char *name;      /* "wacc", "fleet[t]", "size of site", "period": as people are told */
    const char *was, *now; /* as written; NULL: not there */
    int is_override;       /* 1: what differs is a line of a scenario or set; `was` may be what the line overrides */
    int added, removed;    /* 1: there is no such thing in the old, the new model (an override is added to what is there) */
    int reaches;           /* 0: no way leads from it to the output, in either model */
};

struct apsis_changes {
    struct apsis_change *items; /* in the order of the new model's text, what was removed where it stood */
    size_t count;
    struct apsis_changes_tree *tree; /* changes_tree.h */
    unsigned char *touch;       /* [i * count + j]: 1: one of them names the other, in either model, or both are of one name */
};

/* Compares. `of` is an output of both: "ev", "rev[energy]", "fleet[2030]". All lies in `arena` and the texts are copied. NULL after an error. */
struct apsis_changes *apsis_changes_find(struct apsis_arena *arena, const struct apsis_changes_side *old, const struct apsis_changes_side *new_side,
                                         const char *of, struct apsis_diagnostics *diagnostics);

/* The model in which change i is made where made[i] is not 0, down to what the output needs: it has the one output `of`. NULL with errors where
   that is no model, or the output is no number a draw. The graph lies in `arena`; the changes must live as long. */
struct apsis_ir *apsis_changes_lower(struct apsis_arena *arena, const struct apsis_changes *changes, const unsigned char *made,
                                     struct apsis_diagnostics *diagnostics);

/* Up to so many parts every mixture is looked at; beyond, one after the other in their order. */
#define APSIS_EXPLAIN_EXACT 10

/* Changes that only make sense together are one part: wherever a mixture is no model, those that stand against each other are joined. */
struct apsis_part {
    size_t *changes; /* in order */
    size_t count;
};
struct apsis_parts_list {
    struct apsis_part *items; /* in the order of their first changes; those that do not reach the output are in none */
    size_t count;
};
/* Tries each part alone, all but it, and each two; with `every` all mixtures that an explanation runs, which costs as many lowerings: needed where
   one of these was no model after all. NULL with errors where not even all of the changes together, or none of them, are a model. */
struct apsis_parts_list *apsis_changes_join(struct apsis_arena *arena, const struct apsis_changes *changes, int every, struct apsis_diagnostics *diagnostics);

/* made[i] for the parts where chosen[k] is not 0. */
void apsis_parts_made(const struct apsis_changes *changes, const struct apsis_parts_list *parts, const unsigned char *chosen, unsigned char *made);

#endif
