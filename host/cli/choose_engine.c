/* choose_engine.c - the engine that was asked for: words that go together, what it cannot do here, what it says afterwards. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

const char *const apsis_cli_engine_names[] = {"auto", "interpreter", "compiled", "cuda", NULL};
enum { NAMES = sizeof apsis_cli_engine_names / sizeof *apsis_cli_engine_names - 1 };

enum apsis_status apsis_cli_engine_words(struct apsis_cli *cli)
{
    const struct apsis_options *options = &cli->options;
    const char *name = options->engine;
    int known = !name;
    for (size_t i = 0; i < NAMES && name; i++) known |= !strcmp(apsis_cli_engine_names[i], name);
    if (!known) {
        const char *near = apsis_nearest_name(name, apsis_cli_engine_names, NAMES);
        if (near) return apsis_cli_fail(cli, APSIS_USAGE, "no engine %s: did you mean %s?", name, near);
        return apsis_cli_fail(cli, APSIS_USAGE, "no engine %s: there are auto, interpreter, compiled and cuda", name);
    }
    if (options->device && name && strcmp(name, "cuda"))
        return apsis_cli_fail(cli, APSIS_USAGE, "--device %s is for --engine cuda: leave out --device, or --engine %s", options->device, name);
    if (options->cpu && (options->device || (name && !strcmp(name, "cuda"))))
        return apsis_cli_fail(cli, APSIS_USAGE, "--cpu %s is for the processor, not for --engine cuda: leave out one of them", options->cpu);
    return APSIS_OK;
}

/* How the engine came to be asked for: what to leave out so that another runs. */
static const char *asked_by(struct apsis_cli *cli, const char *name)
{
    if (!cli->options.engine) return apsis_arena_printf(cli->arena, "--device %s", cli->options.device);
    return apsis_arena_printf(cli->arena, "--engine %s%s%s", name, cli->options.device ? " --device " : "", cli->options.device ? cli->options.device : "");
}

enum apsis_status apsis_cli_engine(struct apsis_cli *cli, const struct apsis_plan *plan, const char *otherwise, const struct apsis_engine **engine, void **run)
{
    const struct apsis_options *options = &cli->options;
    struct apsis_engine_options settings = {.threads = options->threads, .cpu = options->cpu, .block = options->block, .device = options->device,
                                            .cuda_include = options->cuda_include, .cancel_prepare = &apsis_interrupted,
                                            .draws_expected = cli->draws_expected};
    const char *name = options->engine ? options->engine : options->device ? "cuda" : otherwise, *why = NULL;
    int by_name = options->engine || options->device;
    *engine = apsis_engine_find(name);
    if (!*engine) return apsis_cli_fail(cli, APSIS_FAILURE, "engine %s is not in this version: without %s it runs on the processor", name, asked_by(cli, name));
    if ((*engine)->available) why = (*engine)->available(&settings);
    if (why && options->cpu) return apsis_cli_fail(cli, APSIS_USAGE, "--cpu %s: %s", options->cpu, why);
    if (why && by_name && !strstr(why, "--engine"))
        return apsis_cli_fail(cli, APSIS_FAILURE, "engine %s cannot run here: %s; without %s the results are the same", name, why, asked_by(cli, name));
    if (why) return apsis_cli_fail(cli, APSIS_FAILURE, "engine %s cannot run here: %s", name, why);
    enum apsis_status status = (*engine)->prepare(plan, &settings, run, &why);
    if (status == APSIS_INTERRUPTED) return apsis_cli_fail(cli, status, "interrupted before the first results");
    if (status == APSIS_FAILURE && by_name && !(why && strstr(why, "--engine")) && strcmp(name, "auto") && strcmp(name, "interpreter"))
        return apsis_cli_fail(cli, status, "engine %s: %s; without %s the results are the same", name, why ? why : "cannot be made ready", asked_by(cli, name));
    if (status) return apsis_cli_fail(cli, status, "engine %s: %s", name, why ? why : "cannot be made ready");
    cli->engine = *engine;
    cli->run = *run;
    return APSIS_OK;
}

void apsis_cli_engine_free(struct apsis_cli *cli)
{
    if (cli->engine) cli->engine->free(cli->run);
    cli->engine = NULL;
    cli->run = NULL;
}

void apsis_cli_note(struct apsis_cli *cli, const char *note)
{
    if (!note || cli->options.json) return;
    struct apsis_buffer text = {0};
    apsis_text_add(&text, note);
    fprintf(stderr, "apsis: note: %s\n", text.text ? text.text : "");
    apsis_buffer_free(&text);
}

enum apsis_status apsis_cli_fail_run(struct apsis_cli *cli, enum apsis_status status, const struct apsis_engine *engine, void *run, const char *failed,
                                     const char *interrupted)
{
    const char *why = engine->note ? engine->note(run) : NULL;
    if (status == APSIS_INTERRUPTED) return apsis_cli_fail(cli, status, "%s", interrupted);
    return apsis_cli_fail(cli, status, "%s%s%s", failed, why ? ": " : "", why ? why : "");
}
