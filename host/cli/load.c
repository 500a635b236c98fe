/* load.c - from the words of a command to a case of its model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "host/cli/cli.h"

struct apsis_settings apsis_cli_settings(const struct apsis_cli *cli)
{
    const struct apsis_options *o = &cli->options;
    struct apsis_settings s;
    apsis_settings_default(&s);
    s.scenarios = o->scenarios, s.scenario_count = o->scenario_count;
    s.sets = o->sets, s.set_count = o->set_count;
    s.only = o->only, s.only_count = o->only_count;
    s.targets = o->target_texts, s.target_count = o->target_count;
    s.seed = o->seed;
    s.draws = o->draws;
    s.percentiles = o->percentiles;
    s.shortfalls = o->shortfalls;
    s.engine = o->engine, s.device = o->device, s.cpu = o->cpu, s.cuda_include = o->cuda_include;
    s.threads = o->threads;
    s.block = o->block;
    s.memory = o->memory;
    s.cancel = &apsis_interrupted;
    return s;
}

enum apsis_status apsis_cli_open(struct apsis_cli *cli, int every_value)
{
    struct apsis_settings settings = apsis_cli_settings(cli);
    settings.every_value = every_value;
    if (!cli->model) cli->model = apsis_model_open(cli->options.file);
    enum apsis_status status = apsis_case_open(cli->model, &settings, &cli->c);
    if (status) return apsis_cli_fail_call(cli, status);
    apsis_cli_messages(cli);
    return APSIS_OK;
}

void apsis_cli_doubts(struct apsis_cli *cli)
{
    size_t count = apsis_case_doubts(cli->c);
    const char *file = cli->options.file;
    if (count && !cli->options.json)
        fprintf(stderr, "apsis: %zu warning%s about %s: apsis check %s shows %s\n", count, count == 1 ? "" : "s", file, apsis_text_shell_word(cli->arena, file),
                count == 1 ? "it" : "them");
}
