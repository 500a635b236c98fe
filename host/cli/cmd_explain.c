/* cmd_explain.c - `apsis explain`: a waterfall from an old answer to a new one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"

static enum apsis_status fail_call(struct apsis_cli *cli, struct apsis_model *old, enum apsis_status status)
{
    struct apsis_model *kept = cli->model;
    if (old && *apsis_why(old) && !*apsis_why(cli->model)) cli->model = old;
    status = apsis_cli_fail_call(cli, status);
    cli->model = kept;
    return status;
}

enum apsis_status apsis_cmd_explain(struct apsis_cli *cli)
{
    const struct apsis_options *o = &cli->options;
    struct apsis_settings settings = apsis_cli_settings(cli), old_settings = settings;
    struct apsis_progress progress;
    const struct apsis_explanation *explanation = NULL;
    struct apsis_model *old = NULL;
    char *text = NULL;
    if (!o->second && !o->scenario_count && !o->set_count)
        return apsis_cli_fail(cli, APSIS_USAGE, "explain what? give two models, or one and what to lay over it: --scenario NAME, --set 'X = ...'");
    if (!o->draws_given) settings.draws = old_settings.draws = APSIS_EXPLAIN_DRAWS;
    if (o->second) {
        old = apsis_model_open(o->file);
        cli->model = apsis_model_open(o->second);
    } else {
        cli->model = apsis_model_open(o->file);
        old_settings.scenario_count = old_settings.set_count = 0; /* the model as it stands */
    }
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    apsis_progress_start(&progress, cli, "explaining");
    enum apsis_status status = apsis_explain(old ? old : cli->model, &old_settings, cli->model, &settings, o->of, &explanation);
    apsis_progress_end(&progress);
    if (status) status = fail_call(cli, old, status);
    if (explanation) {
        struct apsis_print print = apsis_cli_print_settings(cli);
        apsis_cli_messages(cli);
        apsis_cli_note(cli, explanation->note);
        status = apsis_explanation_text(explanation, &print, &text);
        status = status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
    }
    apsis_explanation_free(explanation);
    apsis_model_free(old);
    return status;
}
