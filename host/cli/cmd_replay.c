/* cmd_replay.c - apsis replay: one draw in full, by its number or as a percentile of an output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/report.h"
#include "kernels/tile.h"

/* "ev:P5", "fleet[2030]:max" -> the output's column name and what of it */
static enum apsis_status split_at(struct apsis_cli *cli, const char **name, const char **what, struct apsis_percent *percent)
{
    const char *at = cli->options.at, *colon = strrchr(at, ':');
    if (!colon || colon == at) return apsis_cli_fail(cli, APSIS_USAGE, "--at %s: write OUTPUT:P5, OUTPUT:min or OUTPUT:max", at);
    *name = apsis_arena_copy(cli->arena, at, (size_t)(colon - at));
    *what = colon + 1;
    if (!strcmp(*what, "min") || !strcmp(*what, "max")) return APSIS_OK;
    const char *number = *what + ((*what)[0] == 'P' || (*what)[0] == 'p');
    if (!strcmp(*what, "median")) number = "50";
    if (!apsis_percent_parse(number, strlen(number), percent))
        return apsis_cli_fail(cli, APSIS_USAGE, "--at %s: %s is no percentile: write P5, P99.9, min or max", at, *what);
    return APSIS_OK;
}

/* Runs the model as `apsis run` would, for this one output, and takes the draw number from the result. */
static enum apsis_status find_draw(struct apsis_cli *cli, const char **why)
{
    struct apsis_options *options = &cli->options;
    const char *name = "", *what = "", **names = APSIS_NEW_ARRAY(cli->arena, const char *, 2);
    struct apsis_percent percent = {0};
    struct apsis_plan *plan = NULL;
    const struct apsis_engine *engine;
    struct apsis_result *result = NULL;
    struct apsis_measure_settings settings;
    struct apsis_progress progress;
    void *run = NULL;
    enum apsis_status status = split_at(cli, &name, &what, &percent);
    if (status) return status;
    char *bracket = strrchr(apsis_arena_printf(cli->arena, "%s", name), '[');
    names[0] = name; /* "fleet[2030]" may be a period of fleet, "working[texas, 2030]" one of working[texas], "rev[energy]" an output by itself */
    int exact = 0;
    for (size_t i = 0; i < cli->ir->output_count; i++) exact |= cli->ir->outputs[i].is_output && !strcmp(cli->ir->outputs[i].name, name);
    if (!exact && bracket) {
        const char *comma = strrchr(name, ',');
        size_t plain = strcspn(name, "[");
        names[0] = comma ? apsis_arena_printf(cli->arena, "%.*s]", (int)(comma - name), name) : apsis_arena_copy(cli->arena, name, plain);
    }
    options->only = names;
    options->only_count = 1;
    status = apsis_cli_outputs(cli);
    if (status) return status;
    struct apsis_plan_options plan_options = {.only = options->only};
    status = apsis_cli_plan(cli, &plan_options, &plan);
    if (status) return status;
    status = apsis_cli_engine(cli, plan, "auto", &engine, &run);
    if (status) return status;
    apsis_measure_defaults(&settings);
    settings.seed = options->seed;
    settings.draws = options->draws;
    settings.no_rank_correlation = 1;
    settings.cancel = &apsis_interrupted;
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    if (percent.numerator) {
        settings.percentiles = &percent;
        settings.percentile_count = 1;
    } else {
        settings.no_percentiles = 1;
    }
    apsis_progress_start(&progress, cli, "looking for the draw");
    status = apsis_measure_run(cli->arena, plan, engine, run, &settings, &result);
    apsis_progress_end(&progress);
    if (status) status = apsis_cli_fail_run(cli, status, engine, run, "the run failed", "interrupted before the draw was found");
    else apsis_cli_note(cli, result->note);
    apsis_cli_engine_free(cli);
    if (status) return status;
    const struct apsis_measure *found = NULL;
    size_t candidates = 0;
    struct apsis_buffer text = {0};
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *measure = &result->measures[i];
        text.length = 0;
        apsis_report_column_name(cli->ir, cli->ir->outputs[measure->output].name, measure->period, &text);
        if (!strcmp(text.text, name)) found = measure;
        candidates++;
    }
    if (!found && candidates == 1) found = &result->measures[0];
    enum apsis_status fault = APSIS_OK;
    if (!found && result->measure_count) {
        const struct apsis_measure *last = &result->measures[result->measure_count - 1];
        text.length = 0;
        apsis_report_column_name(cli->ir, cli->ir->outputs[last->output].name, last->period, &text);
        fault = apsis_cli_fail(cli, APSIS_USAGE, "--at %s: %s is several numbers; say which, such as %s:%s", options->at, name, text.text, what);
    } else if (!found || found->valid == 0) {
        fault = apsis_cli_fail(cli, APSIS_FAILURE, "%s has no valid draw", name);
    } else if (cli->ir->outputs[found->output].categories) {
        fault = apsis_cli_fail(cli, APSIS_USAGE, "--at %s: %s is a category, which has no percentiles", options->at, name);
    } else {
        uint64_t draw = !strcmp(what, "min") ? found->min_draw : !strcmp(what, "max") ? found->max_draw : found->percentile_count ? found->percentiles[0].draw : APSIS_NO_DRAW;
        if (draw == APSIS_NO_DRAW) {
            fault = apsis_cli_fail(cli, APSIS_FAILURE, "%s has no such draw", options->at);
        } else {
            char count[APSIS_TEXT_SIZE];
            options->draw = draw;
            *why = apsis_arena_printf(cli->arena, "%s of %s over %s draws", what, name, apsis_text_count(count, options->draws));
        }
    }
    apsis_buffer_free(&text);
    return fault;
}

enum apsis_status apsis_cmd_replay(struct apsis_cli *cli)
{
    struct apsis_plan *plan = NULL;
    const struct apsis_engine *engine;
    void *run = NULL;
    const char *why = NULL;
    if (!cli->options.at == !cli->options.draw_given)
        return apsis_cli_fail(cli, APSIS_USAGE, cli->options.at ? "give either --draw or --at, not both" : "which draw? --draw K, or --at OUTPUT:P5");
    enum apsis_status status = apsis_cli_load(cli, 1);
    if (status == APSIS_OK && cli->options.at) status = find_draw(cli, &why);
    if (status) return status;
    struct apsis_plan_options options = {.inputs = 2};
    status = apsis_cli_plan(cli, &options, &plan);
    if (status) return status;
    apsis_cli_warnings(cli);
    cli->options.threads = 1;
    status = apsis_cli_engine(cli, plan, "interpreter", &engine, &run);
    if (status) return status;
    double **stored = APSIS_NEW_ARRAY(cli->arena, double *, plan->column_count + 1);
    double *values = APSIS_NEW_ARRAY(cli->arena, double, plan->column_count + 1);
    double *room = apsis_malloc((plan->column_count + 1) * AP_TILE_DRAWS * sizeof(double));
    for (size_t c = 0; c < plan->column_count; c++) stored[c] = room + c * AP_TILE_DRAWS;
    uint64_t draw = cli->options.draw;
    struct apsis_job job = {.seed = cli->options.seed, .draws = draw + 1, .first_tile = draw / AP_TILE_DRAWS, .tile_count = 1, .stored = stored, .cancel = &apsis_interrupted};
    status = engine->run(run, &job);
    for (size_t c = 0; c < plan->column_count; c++) values[c] = stored[c][draw % AP_TILE_DRAWS];
    apsis_block_free(room);
    if (status) status = apsis_cli_fail_run(cli, status, engine, run, "the draw cannot be computed", "interrupted");
    else apsis_cli_note(cli, engine->note ? engine->note(run) : NULL);
    apsis_cli_engine_free(cli);
    if (status) return status;
    struct apsis_replay replay = {.plan = plan, .values = values, .seed = cli->options.seed, .draw = draw, .why = why};
    if (cli->options.json) return apsis_cli_write_json(cli, apsis_report_replay_json(&replay));
    struct apsis_buffer out = {0};
    apsis_report_replay_text(&replay, cli->arena, &cli->page, &out);
    status = apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return status;
}
