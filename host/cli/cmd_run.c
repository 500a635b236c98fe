/* cmd_run.c - apsis run: draws a model and reports its outputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/json.h"
#include "host/report/report.h"
#include "host/support/sha256.h"

static void settings_of(const struct apsis_options *options, struct apsis_measure_settings *settings)
{
    apsis_measure_defaults(settings);
    settings->seed = options->seed;
    settings->draws = options->draws;
    if (options->percentiles_given && !options->no_percentiles) {
        settings->percentiles = options->percentiles;
        settings->percentile_count = options->percentile_count;
    }
    settings->no_percentiles = options->no_percentiles;
    if (options->shortfalls_given) {
        settings->shortfalls = options->shortfalls;
        settings->shortfall_count = options->shortfall_count;
    }
    if (options->memory) settings->memory = options->memory;
    settings->cancel = &apsis_interrupted;
}

static enum apsis_status write_record(struct apsis_cli *cli, const struct apsis_result *result, const struct apsis_report *report,
                                      const struct apsis_measure_settings *settings)
{
    const struct apsis_source *source = &cli->model->sources.items[cli->model->source];
    struct apsis_record record = {
        .model_file = cli->options.file, .model_text = source->text, .model_length = source->length,
        .scenarios = cli->options.scenarios, .scenario_count = cli->options.scenario_count, .sets = cli->options.sets, .set_count = cli->options.set_count,
        .only = cli->options.only, .result = result, .report = report, .settings = settings, .data = apsis_cli_data_files(cli),
    };
    struct apsis_file file;
    struct apsis_buffer text = {0};
    enum apsis_status status = apsis_file_open(cli, cli->options.record, &file);
    if (status) return status;
    apsis_json_write(apsis_record_json(&record), &text);
    int whole = fwrite(text.text, 1, text.length, file.stream) == text.length;
    apsis_buffer_free(&text);
    status = apsis_file_close(cli, &file, whole);
    return status || whole ? status : APSIS_FAILURE;
}

enum apsis_status apsis_cmd_run(struct apsis_cli *cli)
{
    struct apsis_plan *plan = NULL;
    const struct apsis_engine *engine;
    void *run = NULL;
    struct apsis_result *result = NULL;
    struct apsis_measure_settings settings;
    struct apsis_progress progress;
    char sha256[65];
    uint8_t hash[32];
    enum apsis_status status = apsis_cli_load(cli, 0);
    if (status == APSIS_OK) status = apsis_cli_outputs(cli);
    if (status == APSIS_OK && cli->ir->output_count == 0)
        status = apsis_cli_fail(cli, APSIS_MODEL_ERROR, "%s has no output: write output before a value, as in output ev = ...", cli->options.file);
    settings_of(&cli->options, &settings);
    struct apsis_plan_options options = {.inputs = settings.no_rank_correlation ? 0 : 1, .signs = 1, .only = cli->options.only};
    if (status == APSIS_OK) status = apsis_cli_plan(cli, &options, &plan);
    if (status) return status;
    apsis_cli_warnings(cli);
    apsis_cli_count_findings(cli);
    status = apsis_cli_engine(cli, plan, "auto", &engine, &run);
    if (status) return status;
    apsis_progress_start(&progress, cli, "running");
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    double started = apsis_clock_seconds();
    status = apsis_measure_run(cli->arena, plan, engine, run, &settings, &result);
    apsis_progress_end(&progress);
    if (status && !(status == APSIS_INTERRUPTED && result)) {
        status = apsis_cli_fail_run(cli, status, engine, run, "the run failed", "interrupted before the first results");
        apsis_cli_engine_free(cli);
        return status;
    }
    apsis_cli_note(cli, result->note);
    if (!(result->seconds > 0)) result->seconds = apsis_clock_seconds() - started;
    const struct apsis_source *source = &cli->model->sources.items[cli->model->source];
    apsis_sha256(source->text, source->length, hash);
    apsis_sha256_hex(hash, sha256);
    struct apsis_report report = {.model_file = cli->options.file, .model_sha256 = sha256, .replay = apsis_cli_replay_words(cli), .all_periods = cli->options.all_periods,
                                  .percentiles_given = cli->options.percentiles_given, .max_invalid = cli->options.max_invalid};
    enum apsis_status written = APSIS_OK;
    if (cli->options.record && status == APSIS_OK) written = write_record(cli, result, &report, &settings);
    else if (cli->options.record) fprintf(stderr, "apsis: interrupted: %s is not written\n", cli->options.record);
    if (cli->options.html && status == APSIS_OK && written == APSIS_OK) written = apsis_cli_write_html(cli, result, &report);
    else if (cli->options.html && status) fprintf(stderr, "apsis: interrupted: %s is not written\n", cli->options.html);
    if (cli->options.json && written == APSIS_OK) {
        written = apsis_cli_write_json(cli, apsis_report_run_json(result, &report));
    } else if (!cli->options.json) {
        struct apsis_buffer out = {0};
        apsis_report_run_text(result, &report, &cli->page, &out);
        enum apsis_status shown = apsis_cli_write(cli, &out);
        apsis_buffer_free(&out);
        if (shown) written = shown;
    }
    apsis_cli_engine_free(cli);
    if (written) return written;
    if (status) return status;
    double invalid = apsis_report_invalid_share(result);
    if (invalid > cli->options.max_invalid) {
        char share[APSIS_TEXT_SIZE], most[APSIS_TEXT_SIZE];
        fprintf(stderr, "apsis: warning: %s of the draws are invalid, more than --max-invalid %s\n", apsis_text_share(share, invalid, 0.0 / 0.0),
                apsis_text_share(most, cli->options.max_invalid, 0.0 / 0.0));
        return APSIS_FAILURE;
    }
    return APSIS_OK;
}
