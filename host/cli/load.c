/* load.c - from the words of a command to a model that can run: reading, overriding, lowering, planning. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "host/cli/cli.h"

size_t apsis_cli_errors(const struct apsis_cli *cli) { return cli->model ? cli->model->diagnostics.errors : 0; }

static enum apsis_status read_sets(struct apsis_cli *cli)
{
    const struct apsis_options *options = &cli->options;
    struct apsis_model *model = cli->model;
    if (model->status) return model->status;
    cli->sets = APSIS_NEW_ARRAY(cli->arena, struct apsis_scenario, options->set_count + 1);
    for (size_t i = 0; i < options->set_count; i++) {
        uint32_t source = apsis_sources_add(&model->sources, "--set", options->sets[i], strlen(options->sets[i]));
        if (apsis_source_check(&model->sources, source, &model->diagnostics)) return APSIS_MODEL_ERROR;
        cli->sets[i].name = "--set";
        apsis_parse_overrides(model->arena, &model->sources, source, &model->diagnostics, &cli->sets[i]);
    }
    return APSIS_OK;
}

enum apsis_status apsis_cli_read(struct apsis_cli *cli)
{
    cli->model = apsis_model_read(cli->options.file);
    return read_sets(cli);
}

enum apsis_status apsis_cli_read_text(struct apsis_cli *cli, const char *name, const char *text, size_t length)
{
    cli->model = apsis_model_parse(name, text, length);
    return read_sets(cli);
}

enum apsis_status apsis_cli_lower(struct apsis_cli *cli, int keep_all)
{
    const struct apsis_options *options = &cli->options;
    struct apsis_overrides overrides = {options->scenarios, options->scenario_count, cli->sets, options->set_count};
    struct apsis_lower_options lower = {.keep_all = keep_all};
    struct apsis_model *model = cli->model;
    cli->ir = apsis_lower(model->arena, model->ast, &overrides, &lower, &model->diagnostics);
    return cli->ir && model->diagnostics.errors == 0 ? APSIS_OK : APSIS_MODEL_ERROR;
}

enum apsis_status apsis_cli_load(struct apsis_cli *cli, int keep_all)
{
    enum apsis_status status = cli->model ? cli->model->status : apsis_cli_read(cli);
    if (status == APSIS_OK && apsis_cli_errors(cli)) status = APSIS_MODEL_ERROR;
    if (status == APSIS_OK) status = apsis_cli_lower(cli, keep_all);
    return status ? apsis_cli_fail_model(cli, status) : APSIS_OK;
}

enum apsis_status apsis_cli_plan(struct apsis_cli *cli, const struct apsis_plan_options *options, struct apsis_plan **plan)
{
    *plan = apsis_plan_new(cli->model->arena, cli->ir, options, &cli->model->diagnostics);
    return *plan && apsis_cli_errors(cli) == 0 ? APSIS_OK : apsis_cli_fail_model(cli, APSIS_MODEL_ERROR);
}

/* ---------------------------------------------------------------- names of outputs */
static int is_named(const struct apsis_output *output, const char *name)
{
    return output->is_output && (!strcmp(output->name, name) || (output->base && !strcmp(output->base, name)));
}

static enum apsis_status no_output(struct apsis_cli *cli, const char *option, const char *name)
{
    const char **names = APSIS_NEW_ARRAY(cli->arena, const char *, 2 * cli->ir->output_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < cli->ir->output_count; i++) {
        const struct apsis_output *output = &cli->ir->outputs[i];
        if (!output->is_output) continue;
        names[count++] = output->name;
        if (output->member && (count < 2 || strcmp(names[count - 2], output->base))) names[count++] = output->base;
    }
    const char *near = apsis_nearest_name(name, names, count);
    if (near) return apsis_cli_fail(cli, APSIS_MODEL_ERROR, "%s: the model has no output %s: did you mean %s?", option, name, near);
    struct apsis_buffer text = {0};
    for (size_t i = 0; i < count && i < 20; i++) apsis_buffer_printf(&text, "%s%s", i ? ", " : "", names[i]);
    enum apsis_status status = apsis_cli_fail(cli, APSIS_MODEL_ERROR, "%s: the model has no output %s; it has %s%s", option, name, text.length ? text.text : "none",
                                              count > 20 ? ", ..." : "");
    apsis_buffer_free(&text);
    return status;
}

static enum apsis_status take_only(struct apsis_cli *cli)
{
    struct apsis_options *options = &cli->options;
    const char **list = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; options->only && options->only[i]; i++) {
        int found = 0;
        for (size_t k = 0; k < cli->ir->output_count; k++)
            if (is_named(&cli->ir->outputs[k], options->only[i])) {
                int twice = 0;
                for (size_t m = 0; m < count; m++) twice |= !strcmp(list[m], cli->ir->outputs[k].name);
                if (!twice) *APSIS_PUSH(cli->arena, list, count, capacity) = cli->ir->outputs[k].name;
                found = 1;
            }
        if (!found) return no_output(cli, options->at ? "--at" : "--only", options->only[i]);
    }
    if (options->only) {
        *APSIS_PUSH(cli->arena, list, count, capacity) = NULL;
        options->only = list;
        options->only_count = count - 1;
    }
    return APSIS_OK;
}

static enum apsis_status take_targets(struct apsis_cli *cli)
{
    const struct apsis_options *options = &cli->options;
    for (size_t i = 0; i < options->target_count; i++) {
        const char *name;
        double above;
        int found = 0;
        if (!apsis_parse_target(cli->arena, options->target_texts[i], &name, &above))
            return apsis_cli_fail(cli, APSIS_USAGE, "--target '%s': write it as 'output > number', such as 'ev > 2000' or 'irr > 8%%'", options->target_texts[i]);
        for (size_t k = 0; k < cli->ir->output_count; k++) {
            struct apsis_output *output = &cli->ir->outputs[k];
            int twice = 0;
            if (!is_named(output, name)) continue;
            if (output->categories)
                return apsis_cli_fail(cli, APSIS_USAGE, "--target '%s': %s is no number; its shares are reported anyway", options->target_texts[i], name);
            found = 1;
            for (size_t m = 0; m < output->target_count; m++) twice |= output->targets[m] == above;
            if (twice) continue;
            double *targets = APSIS_NEW_ARRAY(cli->model->arena, double, output->target_count + 1);
            if (output->target_count) memcpy(targets, output->targets, output->target_count * sizeof *targets);
            targets[output->target_count++] = above;
            output->targets = targets;
        }
        if (!found) return no_output(cli, "--target", name);
    }
    return APSIS_OK;
}

enum apsis_status apsis_cli_outputs(struct apsis_cli *cli)
{
    enum apsis_status status = take_only(cli);
    return status ? status : take_targets(cli);
}

const char *apsis_cli_replay_words(struct apsis_cli *cli)
{
    const struct apsis_options *options = &cli->options;
    struct apsis_buffer text = {0};
    apsis_buffer_printf(&text, "apsis replay %s", apsis_cli_shell_word(cli->arena, options->file ? options->file : "-"));
    if (options->seed != 1) apsis_buffer_printf(&text, " --seed 0x%" PRIx64, options->seed);
    for (size_t i = 0; i < options->scenario_count; i++) apsis_buffer_printf(&text, " --scenario %s", apsis_cli_shell_word(cli->arena, options->scenarios[i]));
    for (size_t i = 0; i < options->set_count; i++) apsis_buffer_printf(&text, " --set %s", apsis_cli_shell_word(cli->arena, options->sets[i]));
    const char *copy = apsis_arena_copy(cli->arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}
