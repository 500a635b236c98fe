/* model.h - a model from its file to its graph of values: reading, overrides, lowering. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_MODEL_H
#define APSIS_HOST_MODEL_H
#include "host/plan/ir.h"

/* A model that was read: owns its texts, its tree and what is wrong with it. */
struct apsis_model {
    struct apsis_arena *arena;
    struct apsis_sources sources;
    struct apsis_diagnostics diagnostics;
    struct apsis_ast *ast;    /* NULL when the file could not be read or is no text */
    enum apsis_status status; /* APSIS_OK, APSIS_FAILURE (cannot be read), APSIS_MODEL_ERROR */
    uint32_t source;          /* number of the model's own text, the first where there are several */
    struct apsis_built *built;/* what calls added (host/api/build.h): apsis_model_tree then gives the tree; else NULL */
    /* what the C interface keeps (host/api) */
    int references;           /* who frees it: apsis_model_free ends it when the last one does */
    size_t told, told_errors; /* diagnostics of reading and building; those behind them are of the last check or case */
    char why[1024];           /* why the last call failed, or "" */
    const char *why_setting;  /* the setting at fault, or NULL */
    size_t check_inputs, check_outputs; /* what the last check counted */
    struct apsis_messages *messages; /* the diagnostics as they are handed out, or NULL */
    struct apsis_names_list *names[APSIS_NAMES_VALUES + 1]; /* by kind, as they are handed out, or NULL */
};

/* An empty model. */
struct apsis_model *apsis_model_blank(void);
/* Reads and parses a file, or stdin when `path` is "-". Never NULL; look at status and diagnostics. */
struct apsis_model *apsis_model_read(const char *path);
/* The same from a text in memory. */
struct apsis_model *apsis_model_parse(const char *name, const char *text, size_t length);
struct apsis_model *apsis_model_keep(struct apsis_model *model); /* one more who frees it, by apsis_model_free of include/apsis.h */
const char *apsis_model_name(const struct apsis_model *model);   /* of its text, as it was given */

/* What is laid over the model, in this order: scenarios by name, then sets (see apsis_parse_overrides). On the right of an
   override its own name means its value so far. */
struct apsis_overrides {
    const char *const *scenarios;
    size_t scenario_count;
    const struct apsis_scenario *sets;
    size_t set_count;
};

struct apsis_lower_options {
    int keep_all;       /* every named value becomes an output with is_output = 0, for replay */
    uint32_t replicate; /* r >= 1: every stream is that of "name#r" */
};

/* The graph of a model. `overrides` and `options` may be NULL. NULL when there are errors, which are then all in the list.
   The IR points into the tree and its texts: they must live as long. */
struct apsis_ir *apsis_lower(struct apsis_arena *arena, const struct apsis_ast *ast, const struct apsis_overrides *overrides,
                             const struct apsis_lower_options *options, struct apsis_diagnostics *diagnostics);

/* Everything that is wrong: the model alone, then under each of its scenarios. Returns APSIS_OK or APSIS_MODEL_ERROR. */
enum apsis_status apsis_model_check(const struct apsis_ast *ast, struct apsis_diagnostics *diagnostics);
/* Likewise for one that was lowered already and is right by itself: under its scenarios what the list does not say yet. */
enum apsis_status apsis_model_check_scenarios(const struct apsis_ast *ast, struct apsis_diagnostics *diagnostics);

#endif
