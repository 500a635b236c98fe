/* cli.h - what the commands of `apsis` share: options, the model that was loaded, output, interruption. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CLI_H
#define APSIS_HOST_CLI_H
#include <stdint.h>
#include <stdio.h>

#include "host/report/text.h"
#include "host/support/json_value.h"
#include "host/support/nearest_name.h"
#include "include/apsis.h"

/* The command is written on include/apsis.h like any other program; of the rest of the library it uses the layout of texts
   (host/report/text.h) and what that stands on (host/support/). */

struct apsis_cli;

/* ---------------------------------------------------------------- options.c */
enum apsis_command_id {
    APSIS_COMMAND_NEW, APSIS_COMMAND_RUN, APSIS_COMMAND_CHECK, APSIS_COMMAND_INPUTS, APSIS_COMMAND_REPLAY, APSIS_COMMAND_DRAWS,
    APSIS_COMMAND_STRESS, APSIS_COMMAND_EXPLAIN, APSIS_COMMAND_VERIFY, APSIS_COMMAND_SHOW, APSIS_COMMAND_FAMILIES, APSIS_COMMAND_DOCTOR, APSIS_COMMAND_COMPLETION,
    APSIS_COMMAND_MAN, APSIS_COMMANDS
};

/* What was typed behind a command, taken apart and checked as far as it can be without the model. */
struct apsis_options {
    enum apsis_command_id command;
    const char *file;           /* the one argument, or NULL */
    const char *second;         /* of a command that takes two */
    const char *of;
    const char **scenarios, **sets, **target_texts, **only; /* `only` is NULL-terminated, NULL when not given */
    const char **bands, **cells, *grid;
    size_t scenario_count, set_count, target_count, only_count, band_count, cell_count;
    int more_is_worse;
    uint64_t draws, seed, from, draw, tiles;
    int draws_given, draw_given, tiles_given, seed_given;
    const char *at;
    const char *percentiles, *shortfalls;
    int threads;
    unsigned block;
    size_t memory;              /* 0: the default */
    const char *engine, *device, *cuda_include, *cpu, *record, *html, *xlsx, *csv, *npy, *format;
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
    struct apsis_model *model; /* NULL before it is read */
    struct apsis_case *c;      /* the model under the options, or NULL */
    int told;                  /* the model's messages were told */
    struct apsis_file *file;   /* being written, or NULL */
};

/* APSIS_OK, or APSIS_USAGE after the fault was told. *done is set when there is nothing left to do (--help). */
enum apsis_status apsis_options_read(struct apsis_cli *cli, int argc, char **argv, int *done);
void apsis_options_front_page(struct apsis_buffer *out, const struct apsis_page *page);
void apsis_options_help(const struct apsis_command *command, const struct apsis_page *page, struct apsis_buffer *out);

/* ---------------------------------------------------------------- options_parse.c: what stands behind an option; 0 when it is not that */
int apsis_parse_draws(const char *text, uint64_t *draws, const char **why);
int apsis_parse_u64(const char *text, uint64_t *value);
/* ---------------------------------------------------------------- output.c */
/* Writes all of it to stdout and flushes. A closed pipe ends the process quietly; anything else is told and APSIS_FAILURE. */
enum apsis_status apsis_cli_write(struct apsis_cli *cli, const struct apsis_buffer *text);
enum apsis_status apsis_cli_write_json(struct apsis_cli *cli, json_t *json); /* takes the reference */
/* Tells what went wrong: on stderr, or in --json mode as {"error": ...} on stdout. Diagnostics, when there are any, go along.
   Returns `status`. */
enum apsis_status apsis_cli_fail(struct apsis_cli *cli, enum apsis_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Tells why a call of the library failed: the messages of the model, then the reason, with the option that is at fault. Returns `status`. */
enum apsis_status apsis_cli_fail_call(struct apsis_cli *cli, enum apsis_status status);
void apsis_cli_messages(struct apsis_cli *cli); /* tells the model's messages on stderr, once (not in --json mode) */
json_t *apsis_cli_messages_json(struct apsis_cli *cli);
/* What went otherwise than asked, on stderr (not in --json mode, where it is in the result). */
void apsis_cli_note(struct apsis_cli *cli, const char *note);
/* Writes a text of the library to stdout and frees it. */
enum apsis_status apsis_cli_print(struct apsis_cli *cli, char *text);
struct apsis_print apsis_cli_print_settings(const struct apsis_cli *cli); /* --json or this terminal, and what the options say of it */

/* A file that appears whole or not at all: written beside its target, synced, renamed. */
struct apsis_file {
    FILE *stream;
    char *path, *temporary; /* temporary NULL: stdout, or a device or pipe that is written in place */
};
enum apsis_status apsis_file_open(struct apsis_cli *cli, const char *path, struct apsis_file *file);
enum apsis_status apsis_file_close(struct apsis_cli *cli, struct apsis_file *file, int keep);
/* When memory runs out: removes the file that was being written. */
void apsis_cli_abandon(void *cli);

enum apsis_status apsis_file_write(struct apsis_cli *cli, const char *path, const char *text); /* all of it at once */
enum apsis_status apsis_file_write_bytes(struct apsis_cli *cli, const char *path, const char *bytes, size_t length);

/* A whole file, or stdin, to be freed by apsis_block_free; NULL after the fault was told. */
char *apsis_cli_read_whole(struct apsis_cli *cli, const char *path, size_t *length);

/* ---------------------------------------------------------------- load.c */
/* The settings of the library that the options mean. */
struct apsis_settings apsis_cli_settings(const struct apsis_cli *cli);
/* Reads options.file and understands it under the options: cli->model, cli->c. Tells what is wrong, and what is worth a warning. */
enum apsis_status apsis_cli_open(struct apsis_cli *cli, int every_value);
/* Tells on stderr how many of the findings of `apsis check` may change results. */
void apsis_cli_doubts(struct apsis_cli *cli);

/* ---------------------------------------------------------------- complete.c */
/* `apsis complete KIND [MODEL]`, which the scripts of `apsis completion` call: one possible word a line, a tab, and what it is.
   Says nothing else, whatever is wrong. The arguments begin with KIND. */
enum apsis_status apsis_cli_complete(struct apsis_cli *cli, int argc, char **argv);

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
enum apsis_status apsis_cmd_stress(struct apsis_cli *cli);
enum apsis_status apsis_cmd_explain(struct apsis_cli *cli);
enum apsis_status apsis_cmd_verify(struct apsis_cli *cli);
enum apsis_status apsis_cmd_show(struct apsis_cli *cli);
enum apsis_status apsis_cmd_families(struct apsis_cli *cli);
enum apsis_status apsis_cmd_doctor(struct apsis_cli *cli);
enum apsis_status apsis_cmd_completion(struct apsis_cli *cli);
enum apsis_status apsis_cmd_man(struct apsis_cli *cli);

#endif
