/* cmd_check.c - apsis check: everything that is wrong with a model, and nothing run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

/* "30 inputs" */
static const char *counted(struct apsis_cli *cli, size_t count, const char *word)
{
    return apsis_arena_printf(cli->arena, "%zu %s%s", count, word, count == 1 ? "" : "s");
}

static enum apsis_status print_json(struct apsis_cli *cli, enum apsis_status status, const struct apsis_check_counts *counts)
{
    json_t *json = json_object();
    if (status) apsis_json_set(json, "error", json_sprintf("%s: %zu errors", cli->options.file, counts->errors));
    apsis_json_set(json, "ok", json_boolean(status == APSIS_OK));
    apsis_json_set(json, "inputs", json_integer((json_int_t)counts->inputs));
    apsis_json_set(json, "outputs", json_integer((json_int_t)counts->outputs));
    apsis_json_set(json, "diagnostics", apsis_cli_messages_json(cli));
    enum apsis_status written = apsis_cli_write_json(cli, json);
    return written ? written : status;
}

enum apsis_status apsis_cmd_check(struct apsis_cli *cli)
{
    struct apsis_settings settings = apsis_cli_settings(cli);
    struct apsis_check_counts counts = {.size = sizeof counts};
    struct apsis_buffer out = {0};
    const char *format = cli->options.format ? cli->options.format : "text";
    cli->model = apsis_model_open(cli->options.file);
    enum apsis_status status = apsis_check(cli->model, &settings);
    apsis_check_count(cli->model, &counts);
    if (status && counts.errors == 0) return apsis_cli_fail_call(cli, status); /* no memory, or an option at fault */
    if (cli->options.json && !cli->options.format) return print_json(cli, status, &counts);
    char *messages = apsis_messages_text(cli->model, format);
    if (!messages) return apsis_cli_fail(cli, APSIS_FAILURE, "out of memory");
    apsis_buffer_text(&out, messages);
    apsis_free(messages);
    if (!strcmp(format, "text")) {
        apsis_buffer_text(&out, cli->options.file);
        if (status == APSIS_OK) apsis_buffer_printf(&out, ": ok, %s, %s", counted(cli, counts.inputs, "input"), counted(cli, counts.outputs, "output"));
        else apsis_buffer_printf(&out, ": %s", counted(cli, counts.errors, "error"));
        if (counts.warnings) apsis_buffer_printf(&out, ", %s", counted(cli, counts.warnings, "warning"));
        if (counts.notes) apsis_buffer_printf(&out, ", %s", counted(cli, counts.notes, "note"));
        if (status == APSIS_OK && counts.scenarios) apsis_buffer_printf(&out, ", %s", counted(cli, counts.scenarios, "scenario"));
        apsis_buffer_text(&out, "\n");
    }
    enum apsis_status written = apsis_cli_write(cli, &out); /* the messages are what was asked for: stdout */
    apsis_buffer_free(&out);
    return written ? written : status;
}
