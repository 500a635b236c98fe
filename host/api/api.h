/* api.h - what the files of the C interface share: the guard around every entry, a case, why a call failed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_API_H
#define APSIS_HOST_API_H
#include "host/engine/engine.h"
#include "host/plan/model.h"
#include "host/report/report.h"
#include "host/result/result.h"
#include "include/apsis.h"

/* ---------------------------------------------------------------- guard.c */
/* Runs the work of a public function: with the floating-point mode that results are defined in, and with running out of memory as
   APSIS_FAILURE: everything that the work made is freed then, so it hands its object to the caller as its last step. `model`, where there is
   one, forgets why the last call failed first, and is told when memory ran out. */
enum apsis_status apsis_guard(struct apsis_model *model, enum apsis_status (*work)(void *arguments), void *arguments);

/* Says why a call on this model fails and returns `status`. `setting` names a field of struct apsis_settings, or is NULL. */
enum apsis_status apsis_fail(struct apsis_model *model, enum apsis_status status, const char *setting, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for what the model's messages say: "model.risk: 2 errors". */
enum apsis_status apsis_fail_model(struct apsis_model *model, enum apsis_status status);
struct apsis_messages {
    struct apsis_message *items;
    size_t count, of_count;  /* of_count: diagnostics that they were made of */
};
/* Forgets the messages of earlier checks and cases; those of reading and building stay. */
void apsis_messages_begin(struct apsis_model *model);
/* A text of its own for the caller; NULL when memory runs out. Frees the buffer. */
enum apsis_status apsis_hand_out(struct apsis_buffer *buffer, char **text);

/* ---------------------------------------------------------------- settings.c */
/* The caller's settings, of whatever size, over the defaults; texts are copied into `arena`. NULL: the defaults. */
void apsis_settings_copy(struct apsis_arena *arena, const struct apsis_settings *given, struct apsis_settings *copy);
/* Whether the numbers and words among them are possible. */
enum apsis_status apsis_settings_check(struct apsis_model *model, const struct apsis_settings *settings);
void apsis_print_copy(const struct apsis_print *given, struct apsis_print *copy);

/* ---------------------------------------------------------------- case.c */
/* A plan that is ready to run. */
struct apsis_ready {
    struct apsis_plan *plan;
    const struct apsis_engine *engine;
    void *run;
};

struct apsis_case {
    int references;
    struct apsis_arena *arena;
    struct apsis_model *model;
    struct apsis_settings settings;    /* copied */
    const struct apsis_ast *ast;       /* of the model as it was when the case was opened */
    struct apsis_scenario *sets;
    struct apsis_ir *ir;
    const char **only;                 /* names of outputs, NULL-terminated; NULL: all */
    size_t only_count;
    struct apsis_percent *percentiles, *shortfalls; /* NULL: the defaults */
    size_t percentile_count, shortfall_count;
    int no_percentiles;
    int without_ranks;                 /* 1: runs compute no rank correlations */
    uint64_t draws_expected;           /* 0, or how many draws will be run in all */
    struct apsis_input_info *inputs;   /* ir->input_count */
    struct apsis_output_info *outputs; /* ir->output_count */
    size_t output_count;               /* of them, those that are outputs; they come first */
    struct apsis_file_info *files;     /* found when asked for */
    size_t file_count;
    int files_known;
    struct apsis_ready draws;          /* made when draws are asked for */
    struct apsis_column_info *columns;
    struct apsis_engine_info engine;
    struct apsis_diagnostics *findings;/* of the lints, NULL before they were looked for */
};
struct apsis_case *apsis_case_keep(struct apsis_case *c); /* one more who frees it */

/* ---------------------------------------------------------------- case_info.c */
void apsis_case_describe(struct apsis_case *c); /* fills inputs and outputs */

/* ---------------------------------------------------------------- data_files.c */
void apsis_case_files(struct apsis_case *c); /* fills files */
const char *apsis_file_sha256(struct apsis_arena *arena, const char *path); /* hexadecimal; "" where it cannot be read */
const char *apsis_model_sha256(struct apsis_arena *arena, const struct apsis_model *model); /* of its text, hexadecimal */

/* ---------------------------------------------------------------- build.c */
/* The tree of all that was read and added by calls so far; it stays as it is when more is added. NULL where nothing could be read. */
const struct apsis_ast *apsis_model_tree(struct apsis_model *model);

/* ---------------------------------------------------------------- ready.c */
/* Plans (in `arena`) and prepares the engine that the settings ask for, or `otherwise`. *ready is to be freed also after a failure. */
enum apsis_status apsis_ready_make(struct apsis_case *c, struct apsis_arena *arena, const struct apsis_plan_options *options, const char *otherwise, struct apsis_ready *ready);
/* The engine that the settings ask for, or `otherwise`, and why it could not be made ready for a plan: for those who make several plans. */
struct apsis_ready_choice {
    const char *name;
    const struct apsis_engine *engine;
    struct apsis_engine_options options;
};
enum apsis_status apsis_ready_choose(struct apsis_case *c, const char *otherwise, struct apsis_ready_choice *choice);
enum apsis_status apsis_ready_unprepared(struct apsis_case *c, enum apsis_status status, const struct apsis_ready_choice *choice, const char *why);
void apsis_ready_free(struct apsis_ready *ready);
void apsis_ready_cleanup(void *ready); /* the same for apsis_escape_defer */
/* Says that a run ended with `status`, and what the engine says of it. */
enum apsis_status apsis_ready_fail(struct apsis_case *c, enum apsis_status status, const struct apsis_ready *ready, const char *failed, const char *interrupted);

/* ---------------------------------------------------------------- print.c */
/* " --scenario slow --scenario worse", as a shell wants it */
void apsis_command_words(struct apsis_arena *arena, struct apsis_buffer *out, const char *option, const char *const *texts, size_t count);
struct apsis_report apsis_report_of(struct apsis_arena *arena, const struct apsis_result *result, const struct apsis_print *print);

/* ---------------------------------------------------------------- run.c */
/* What a result that was handed out owns. */
struct apsis_result_handle {
    struct apsis_arena *arena; /* of the result */
    struct apsis_case *c;
    struct apsis_run_info info;
};
/* apsis_run without rank correlations, which cost a pass over the first draws. */
enum apsis_status apsis_run_without_ranks(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_result **out);
void apsis_measure_settings_of(const struct apsis_case *c, struct apsis_measure_settings *measure);

#endif
