/* lint.h - what is allowed in a model and yet is probably not meant: unused inputs, units that do not match, and the like. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_LINT_H
#define APSIS_HOST_LINT_H
#include "host/plan/ir.h"

struct apsis_linting;

/* One kind of finding. The table is in lint.c; a new one is a row there and a function. */
struct apsis_lint {
    const char *name;    /* "unused-input": printed behind each finding, and what an allow names */
    const char *meaning; /* one line */
    int affects_results; /* 1: an output may be other than was meant. `apsis run` counts these */
    int whole_model;     /* 1: about no single line; an allow anywhere in the text silences it */
    void (*look)(struct apsis_linting *linting); /* NULL: found when the comments are done with */
};

extern const struct apsis_lint apsis_lints[];
extern const size_t apsis_lint_count;
const struct apsis_lint *apsis_lint_find(const char *name); /* or NULL */

/* Looks at a model that has no errors: findings go to `list` as warnings and notes, each with the lint's name. `ir` is its graph;
   the allows of the tree's texts are read from its comments into ir->allows. What is wrong with an allow is an error. */
void apsis_lint(const struct apsis_ast *ast, struct apsis_ir *ir, struct apsis_diagnostics *list);

/* How many findings of a list could change a result. */
size_t apsis_lint_affecting(const struct apsis_diagnostics *list);

#endif
