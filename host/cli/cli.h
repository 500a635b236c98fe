/* cli.h - what the commands of `apsis` share: options, the model that was loaded, output, interruption. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CLI_H
#define APSIS_HOST_CLI_H
#include <stdint.h>
#include <stdio.h>

#include "host/engine/engine.h"
#include "host/language/ast.h"
#include "host/plan/model.h"
#include "host/plan/plan.h"
#include "host/report/text.h"
#include "host/result/result.h"
#include "host/support/json_value.h"
#include "include/apsis.h"

struct apsis_cli;
struct apsis_report;

/* ---------------------------------------------------------------- options.c */
enum apsis_command_id {
    APSIS_COMMAND_NEW, APSIS_COMMAND_RUN, APSIS_COMMAND_CHECK, APSIS_COMMAND_INPUTS, APSIS_COMMAND_REPLAY, APSIS_COMMAND_DRAWS,
    APSIS_COMMAND_VERIFY, APSIS_COMMAND_SHOW, APSIS_COMMAND_FAMILIES, APSIS_COMMAND_DOCTOR, APSIS_COMMAND_COMPLETION,
    APSIS_COMMAND_MAN, APSIS_COMMANDS
};

/* What was typed behind a command, taken apart and checked as far as it can be without the model. */
struct apsis_options {
    enum apsis_command_id command;
    const char *file;           /* the one argument, or NULL */
    const char **scenarios, **sets, **target_texts, **only; /* `only` is NULL-terminated, NULL when not given */
    size_t scenario_count, set_count, target_count, only_count;
    uint64_t draws, seed, from, draw, tiles;
    int draws_given, draw_given, tiles_given;
    const char *at;
    struct apsis_percent *percentiles, *shortfalls;
    size_t percentile_count, shortfall_count;
    int percentiles_given, no_percentiles, shortfalls_given;
    int threads;
    unsigned block;
    size_t memory;              /* 0: the default */
    const char *engine, *device, *cuda_include, *cpu, *record, *html, *csv, *npy, *format;
    double max_invalid;
    int json, all_periods, markdown, watch;
    int show;                   /* '1' --ast, '2' --ir, '3' --plan, '4' --c, '5' --cuda, or 0 */
};

struct apsis_command {
    enum apsis_command_id id;
    const char *name, *synopsis, *summary, *example;
    const char *argument;       /* "model.risk", or "[NAME]" for one that may be left out, or NULL */
    enum apsis_status (*run)(struct apsis_cli *cli);
};
extern const struct apsis_command apsis_commands[APSIS_COMMANDS];

struct apsis_option_row {
    char id;
    const char *name, *argument; /* argument NULL: a switch */
    unsigned commands;           /* bit 1 << id of each command that takes it */
    const char *help;
};
extern const struct apsis_option_row apsis_option_rows[];
extern const size_t apsis_option_row_count;

struct apsis_exit_code {
    enum apsis_status code;
    const char *name, *meaning; /* meaning NULL: the name says it */
};
extern const struct apsis_exit_code apsis_exit_codes[];
extern const size_t apsis_exit_code_count;
extern const char apsis_about[], apsis_allow_form[]; /* what Apsis is; how a comment silences a warning */

/* One command under way. */
struct apsis_cli {
    struct apsis_arena *arena;
    struct apsis_options options;
    const struct apsis_command *command;
    struct apsis_page page, error_page; /* stdout, stderr */
    struct apsis_model *model; /* NULL before it is read; owns texts, tree, diagnostics */
    struct apsis_scenario *sets;
    struct apsis_ir *ir;
    const struct apsis_diagnostics *findings; /* of the lints, once they were counted; NULL before */
    const struct apsis_engine *engine; /* of `run`; NULL: none is ready */
    void *run;
    struct apsis_file *file;  /* being written, or NULL */
    uint64_t draws_expected; /* 0, or how many draws will be run in all where that is not what the jobs say */
};

/* APSIS_OK, or APSIS_USAGE after the fault was told. *done is set when there is nothing left to do (--help). */
enum apsis_status apsis_options_read(struct apsis_cli *cli, int argc, char **argv, int *done);
void apsis_options_front_page(struct apsis_buffer *out, const struct apsis_page *page);
void apsis_options_help(const struct apsis_command *command, const struct apsis_page *page, struct apsis_buffer *out);

/* ---------------------------------------------------------------- options_parse.c: what stands behind an option; 0 when it is not that */
int apsis_parse_draws(const char *text, uint64_t *draws, const char **why);
int apsis_parse_u64(const char *text, uint64_t *value);
const char *apsis_parse_device(const char *text); /* NULL, or what is wrong with it */
int apsis_parse_percents(struct apsis_arena *arena, const char *text, struct apsis_percent **list, size_t *count, const char **why);

/* ---------------------------------------------------------------- output.c */
/* Writes all of it to stdout and flushes. A closed pipe ends the process quietly; anything else is told and APSIS_FAILURE. */
enum apsis_status apsis_cli_write(struct apsis_cli *cli, const struct apsis_buffer *text);
enum apsis_status apsis_cli_write_json(struct apsis_cli *cli, json_t *json); /* takes the reference */
/* Tells what went wrong: on stderr, or in --json mode as {"error": ...} on stdout. Diagnostics, when there are any, go along.
   Returns `status`. */
enum apsis_status apsis_cli_fail(struct apsis_cli *cli, enum apsis_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Tells the diagnostics of the model; returns APSIS_MODEL_ERROR, or `status` when that is a failure of the machine. */
enum apsis_status apsis_cli_fail_model(struct apsis_cli *cli, enum apsis_status status);
void apsis_cli_warnings(struct apsis_cli *cli); /* prints what there is on stderr (not in --json mode) */
/* "./my model.risk" as a shell wants it */
const char *apsis_cli_shell_word(struct apsis_arena *arena, const char *word);
json_t *apsis_cli_diagnostics_json(struct apsis_cli *cli);
/* Lints the model of cli->ir, which then knows its allows, and tells on stderr how many findings may change results. */
void apsis_cli_count_findings(struct apsis_cli *cli);

/* A file that appears whole or not at all: written beside its target, synced, renamed. */
struct apsis_file {
    FILE *stream;
    char *path, *temporary; /* temporary NULL: stdout, or a device or pipe that is written in place */
};
enum apsis_status apsis_file_open(struct apsis_cli *cli, const char *path, struct apsis_file *file);
enum apsis_status apsis_file_close(struct apsis_cli *cli, struct apsis_file *file, int keep);
/* When memory runs out: ends the engine, removes the file that was being written. */
void apsis_cli_abandon(void *cli);

/* ---------------------------------------------------------------- run_html.c */
/* Writes the report of a run to options.html, whole or not at all. Tells what is wrong. */
enum apsis_status apsis_cli_write_html(struct apsis_cli *cli, const struct apsis_result *result, const struct apsis_report *report);

/* ---------------------------------------------------------------- load.c */
/* Reads and parses options.file, and every --set. What is wrong is in cli->model->diagnostics, not told. */
enum apsis_status apsis_cli_read(struct apsis_cli *cli);
/* The same from a text in memory; `name` is where data files are looked for and what messages say. */
enum apsis_status apsis_cli_read_text(struct apsis_cli *cli, const char *name, const char *text, size_t length);
/* The graph of what was read, under the scenarios and settings of the options: cli->ir. Nothing is told. */
enum apsis_status apsis_cli_lower(struct apsis_cli *cli, int keep_all);
/* Both, and tells what is wrong. */
enum apsis_status apsis_cli_load(struct apsis_cli *cli, int keep_all);
size_t apsis_cli_errors(const struct apsis_cli *cli);
/* Tells what is wrong with it. */
enum apsis_status apsis_cli_plan(struct apsis_cli *cli, const struct apsis_plan_options *options, struct apsis_plan **plan);
/* --only and --target against the outputs of cli->ir: names of an index become its members, targets join their outputs. */
enum apsis_status apsis_cli_outputs(struct apsis_cli *cli);
/* "apsis replay model.risk --seed 2 --scenario slow": the command that looks at a draw of this run, without --draw */
const char *apsis_cli_replay_words(struct apsis_cli *cli);
/* The data files that the model names, each once, as it names them; and where one lies. */
size_t apsis_cli_data_names(struct apsis_cli *cli, const char ***names);
const char *apsis_cli_data_path(struct apsis_cli *cli, const char *name);
/* [{"path", "sha256"}] of the data files that the model names */
json_t *apsis_cli_data_files(struct apsis_cli *cli);
/* --target 'ev > 2000' taken apart: the output's name and the number; 0 when it is not that */
int apsis_parse_target(struct apsis_arena *arena, const char *text, const char **name, double *above);

/* ---------------------------------------------------------------- complete.c */
/* `apsis complete KIND [MODEL]`, which the scripts of `apsis completion` call: one possible word a line, a tab, and what it is.
   Says nothing else, whatever is wrong. The arguments begin with KIND. */
enum apsis_status apsis_cli_complete(struct apsis_cli *cli, int argc, char **argv);

/* ---------------------------------------------------------------- choose_engine.c */
extern const char *const apsis_cli_engine_names[]; /* what --engine takes, NULL-terminated */
/* Whether --engine, --device and --cpu are words that go together; tells what is wrong. */
enum apsis_status apsis_cli_engine_words(struct apsis_cli *cli);
/* The engine that was asked for, or `otherwise`, prepared for the plan; *run is freed with apsis_cli_engine_free, one at a time. Tells what is wrong. */
enum apsis_status apsis_cli_engine(struct apsis_cli *cli, const struct apsis_plan *plan, const char *otherwise, const struct apsis_engine **engine, void **run);
void apsis_cli_engine_free(struct apsis_cli *cli);
/* What went otherwise than asked, on stderr (not in --json mode, where it is in the result). */
void apsis_cli_note(struct apsis_cli *cli, const char *note);
/* Tells that a run ended with `status`: "the run failed", and what the engine says of it; or `interrupted`. Returns `status`. */
enum apsis_status apsis_cli_fail_run(struct apsis_cli *cli, enum apsis_status status, const struct apsis_engine *engine, void *run, const char *failed,
                                     const char *interrupted);

/* ---------------------------------------------------------------- interrupt.c */
extern volatile int apsis_interrupted; /* set by the first SIGINT or SIGTERM; the second ends the process */
void apsis_interrupt_install(void);

/* ---------------------------------------------------------------- watch.c */
extern volatile int apsis_superseded; /* this run was stopped because its model was saved again: it prints nothing more */
/* Runs the command, and again whenever its files change, until it is interrupted. */
enum apsis_status apsis_cli_watch(struct apsis_cli *cli);

/* ---------------------------------------------------------------- progress.c */
struct apsis_progress {
    double started, last;
    int shown, on;
    const char *words;
};
void apsis_progress_start(struct apsis_progress *progress, const struct apsis_cli *cli, const char *words);
int apsis_progress_show(void *progress, uint64_t done, uint64_t all, unsigned pass); /* as apsis_settings wants it; 0 */
void apsis_progress_end(struct apsis_progress *progress);
double apsis_clock_seconds(void);

/* ---------------------------------------------------------------- terminal.c */
struct apsis_page apsis_page_of(int descriptor);

/* ---------------------------------------------------------------- cmd_*.c */
enum apsis_status apsis_cmd_new(struct apsis_cli *cli);
enum apsis_status apsis_cmd_run(struct apsis_cli *cli);
enum apsis_status apsis_cmd_check(struct apsis_cli *cli);
enum apsis_status apsis_cmd_inputs(struct apsis_cli *cli);
enum apsis_status apsis_cmd_replay(struct apsis_cli *cli);
enum apsis_status apsis_cmd_draws(struct apsis_cli *cli);
enum apsis_status apsis_cmd_verify(struct apsis_cli *cli);
enum apsis_status apsis_cmd_show(struct apsis_cli *cli);
enum apsis_status apsis_cmd_families(struct apsis_cli *cli);
enum apsis_status apsis_cmd_doctor(struct apsis_cli *cli);
enum apsis_status apsis_cmd_completion(struct apsis_cli *cli);
enum apsis_status apsis_cmd_man(struct apsis_cli *cli);

#endif
