/* cmd_check.c - apsis check: everything that is wrong with a model, and nothing run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"
#include "host/plan/lint.h"

/* "30 inputs" */
static const char *counted(struct apsis_cli *cli, size_t count, const char *word)
{
    return apsis_arena_printf(cli->arena, "%zu %s%s", count, word, count == 1 ? "" : "s");
}

void apsis_cli_count_findings(struct apsis_cli *cli)
{
    struct apsis_diagnostics *list = APSIS_NEW(cli->arena, struct apsis_diagnostics);
    list->arena = cli->arena;
    apsis_lint(cli->model->ast, cli->ir, cli->model->source, list);
    cli->findings = list;
    size_t count = apsis_lint_affecting(list) + list->errors;
    const char *file = cli->options.file ? cli->options.file : "the model";
    if (count && !cli->options.json)
        fprintf(stderr, "apsis: %s%s about %s: apsis check %s shows %s\n", list->dropped ? "more than " : "", counted(cli, count, "warning"), file,
                apsis_cli_shell_word(cli->arena, file), count == 1 ? "it" : "them");
}

/* Without --scenario: the model alone, then under each of its scenarios. Tables and correlations are built as for a run. */
static enum apsis_status look(struct apsis_cli *cli)
{
    struct apsis_plan_options options = {0};
    enum apsis_status status = apsis_cli_lower(cli, 0);
    if (status == APSIS_OK && cli->options.scenario_count == 0 && cli->options.set_count == 0)
        status = apsis_model_check_scenarios(cli->model->ast, &cli->model->diagnostics);
    if (status || apsis_cli_errors(cli)) return status;
    if (!apsis_plan_new(cli->arena, cli->ir, &options, &cli->model->diagnostics)) return APSIS_MODEL_ERROR;
    apsis_lint(cli->model->ast, cli->ir, cli->model->source, &cli->model->diagnostics);
    return APSIS_OK;
}

enum apsis_status apsis_cmd_check(struct apsis_cli *cli)
{
    struct apsis_buffer out = {0};
    const char *format = cli->options.format ? cli->options.format : cli->options.json ? "json" : "text";
    enum apsis_status status = apsis_cli_read(cli);
    if (status == APSIS_OK) status = look(cli);
    const struct apsis_diagnostics *diagnostics = &cli->model->diagnostics;
    if (status == APSIS_OK && diagnostics->errors) status = APSIS_MODEL_ERROR;
    if (cli->options.json && !cli->options.format) {
        json_t *json = json_object();
        size_t inputs = cli->ir ? cli->ir->input_count : 0, outputs = cli->ir ? cli->ir->output_count : 0;
        if (status) apsis_json_set(json, "error", json_sprintf("%s: %zu errors", cli->options.file, diagnostics->errors));
        apsis_json_set(json, "ok", json_boolean(status == APSIS_OK));
        apsis_json_set(json, "inputs", json_integer((json_int_t)inputs));
        apsis_json_set(json, "outputs", json_integer((json_int_t)outputs));
        apsis_json_set(json, "diagnostics", apsis_cli_diagnostics_json(cli));
        enum apsis_status written = apsis_cli_write_json(cli, json);
        return written ? written : status;
    }
    apsis_diagnostics_print(diagnostics, &cli->model->sources, format, &out);
    if (!strcmp(format, "text")) {
        size_t warnings = apsis_diagnostics_count(diagnostics, APSIS_WARNING) + diagnostics->dropped, notes = apsis_diagnostics_count(diagnostics, APSIS_NOTE);
        apsis_buffer_text(&out, cli->options.file);
        if (status == APSIS_OK)
            apsis_buffer_printf(&out, ": ok, %s, %s", counted(cli, cli->ir->input_count, "input"), counted(cli, cli->ir->output_count, "output"));
        else apsis_buffer_printf(&out, ": %s", counted(cli, diagnostics->errors, "error"));
        if (warnings) apsis_buffer_printf(&out, ", %s", counted(cli, warnings, "warning"));
        if (notes) apsis_buffer_printf(&out, ", %s", counted(cli, notes, "note"));
        if (status == APSIS_OK && cli->model->ast && cli->model->ast->scenario_count)
            apsis_buffer_printf(&out, ", %s", counted(cli, cli->model->ast->scenario_count, "scenario"));
        apsis_buffer_text(&out, "\n");
    }
    enum apsis_status written = apsis_cli_write(cli, &out); /* the diagnostics are what was asked for: stdout */
    apsis_buffer_free(&out);
    return written ? written : status;
}
