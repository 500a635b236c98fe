/* cmd_verify.c - apsis verify: runs a record again, all of it or some parts, and compares the digests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/report.h"
#include "host/result/digest.h"
#include "host/support/number.h"
#include "host/support/sha256.h"
#include "kernels/tile.h"

struct check {
    struct apsis_cli *cli;
    json_t *record;
    struct apsis_measure_settings settings;
    const struct apsis_plan *plan;
    const struct apsis_engine *engine;
    void *run;
    uint64_t parts_checked, part_count;
    json_t *differ;            /* numbers of the parts that differ */
    int digest_differs;
    const char *version_words; /* NULL, or how the versions differ */
    const char *ran, *note;    /* the engine that ran, and what it says */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static enum apsis_status damaged(struct apsis_cli *cli, const char *what)
{
    return apsis_cli_fail(cli, APSIS_FAILURE, "%s is no whole record: %s", cli->options.file, what);
}

static const char **list_of(struct apsis_cli *cli, const json_t *list, size_t *count)
{
    const char **texts = APSIS_NEW_ARRAY(cli->arena, const char *, json_array_size(list) + 1);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        texts[i] = text ? text : "";
    }
    return texts;
}

static int percents_of(struct apsis_cli *cli, const json_t *list, struct apsis_percent **percents, size_t *count)
{
    *percents = NULL;
    *count = 0;
    if (!json_is_array(list)) return 1; /* the defaults */
    *percents = APSIS_NEW_ARRAY(cli->arena, struct apsis_percent, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !apsis_percent_parse(text, strlen(text), &(*percents)[i])) return 0;
        ++*count;
    }
    return 1;
}

/* The options that this record was made with, as if they had been typed. */
static enum apsis_status take_options(struct check *check)
{
    struct apsis_cli *cli = check->cli;
    struct apsis_options *options = &cli->options;
    const json_t *record = check->record, *settings = json_object_get(record, "settings"), *targets = json_object_get(settings, "targets");
    const char *why;
    size_t only_count;
    options->scenarios = list_of(cli, json_object_get(record, "scenarios"), &options->scenario_count);
    options->sets = list_of(cli, json_object_get(record, "sets"), &options->set_count);
    if (!apsis_parse_u64(text_of(record, "seed"), &options->seed)) return damaged(cli, "its seed cannot be read");
    if (!apsis_parse_draws(text_of(record, "draws"), &options->draws, &why)) return damaged(cli, "its draws cannot be read");
    if (strcmp(text_of(record, "sampling"), "philox")) return apsis_cli_fail(cli, APSIS_FAILURE, "this version samples by philox only, not by %s", text_of(record, "sampling"));
    if (json_is_array(json_object_get(settings, "only"))) {
        options->only = list_of(cli, json_object_get(settings, "only"), &only_count);
        options->only_count = only_count;
    }
    options->target_texts = APSIS_NEW_ARRAY(cli->arena, const char *, json_array_size(targets) + 1);
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const json_t *target = json_array_get(targets, i);
        char number[APSIS_NUMBER_SIZE];
        apsis_number_print(number, json_number_value(json_object_get(target, "above")));
        options->target_texts[options->target_count++] = apsis_arena_printf(cli->arena, "%s > %s", text_of(target, "output"), number);
    }
    apsis_measure_defaults(&check->settings);
    check->settings.seed = options->seed;
    check->settings.draws = options->draws;
    check->settings.cancel = &apsis_interrupted;
    check->settings.no_percentiles = !strcmp(text_of(settings, "percentiles"), "none");
    if (!percents_of(cli, json_object_get(settings, "percentiles"), &check->settings.percentiles, &check->settings.percentile_count) ||
        !percents_of(cli, json_object_get(settings, "shortfalls"), &check->settings.shortfalls, &check->settings.shortfall_count))
        return damaged(cli, "its percentiles cannot be read");
    return APSIS_OK;
}

static enum apsis_status check_texts(struct check *check)
{
    struct apsis_cli *cli = check->cli;
    const json_t *model = json_object_get(check->record, "model"), *data = json_object_get(check->record, "data"), *text = json_object_get(model, "text");
    uint8_t hash[32];
    char hex[65];
    if (!json_is_string(text)) return damaged(cli, "it holds no model");
    apsis_sha256(json_string_value(text), json_string_length(text), hash);
    apsis_sha256_hex(hash, hex);
    if (strcmp(hex, text_of(model, "sha256"))) return apsis_cli_fail(cli, APSIS_FAILURE, "the model's text was changed after the run: its SHA-256 is not the recorded one");
    enum apsis_status status = apsis_cli_read_text(cli, text_of(model, "file"), json_string_value(text), json_string_length(text));
    if (status == APSIS_OK && apsis_cli_errors(cli) == 0) {
        json_t *now = apsis_cli_data_files(cli);
        for (size_t i = 0; i < json_array_size(now) && !status; i++) {
            const char *path = text_of(json_array_get(now, i), "path"), *got = text_of(json_array_get(now, i), "sha256"), *recorded = "";
            for (size_t k = 0; k < json_array_size(data); k++)
                if (!strcmp(text_of(json_array_get(data, k), "path"), path)) recorded = text_of(json_array_get(data, k), "sha256");
            if (!*got) status = apsis_cli_fail(cli, APSIS_FAILURE, "the data file %s is not there", path);
            else if (strcmp(got, recorded)) status = apsis_cli_fail(cli, APSIS_FAILURE, "the data file %s is not the one of the run: its SHA-256 differs", path);
        }
        json_decref(now);
        if (status) return status;
    }
    return apsis_cli_load(cli, 0);
}

static void compare_part(struct check *check, uint64_t part, const char *digest)
{
    const char *recorded = json_string_value(json_array_get(json_object_get(check->record, "parts"), (size_t)part));
    check->parts_checked++;
    if (!recorded || strcmp(recorded, digest)) apsis_json_append(check->differ, json_integer((json_int_t)part));
}

static enum apsis_status run_parts(struct check *check)
{
    uint64_t wanted = check->cli->options.tiles < check->part_count ? check->cli->options.tiles : check->part_count;
    struct apsis_progress progress;
    enum apsis_status status = APSIS_OK;
    apsis_progress_start(&progress, check->cli, "verifying");
    for (uint64_t i = 0; i < wanted && !status; i++) { /* spread over the run, the last among them */
        uint64_t part = wanted == 1 ? check->part_count - 1 : i * (check->part_count - 1) / (wanted - 1);
        char digest[65];
        status = apsis_digest_part(check->engine, check->run, check->plan, &check->settings, part, digest);
        if (status == APSIS_OK) compare_part(check, part, digest);
        apsis_progress_show(&progress, i + 1, wanted, 1);
    }
    apsis_progress_end(&progress);
    return status;
}

static enum apsis_status run_all(struct check *check)
{
    struct apsis_result *result = NULL;
    struct apsis_progress progress;
    apsis_progress_start(&progress, check->cli, "verifying");
    check->settings.progress = apsis_progress_show;
    check->settings.context = &progress;
    enum apsis_status status = apsis_measure_run(check->cli->arena, check->plan, check->engine, check->run, &check->settings, &result);
    apsis_progress_end(&progress);
    if (status) return status;
    for (size_t i = 0; i < result->subtree_count; i++) compare_part(check, i, result->subtrees[i]);
    if (result->subtree_count != check->part_count) check->digest_differs = 1;
    check->digest_differs |= strcmp(result->digest, text_of(check->record, "digest")) != 0;
    return APSIS_OK;
}

static enum apsis_status tell(struct check *check)
{
    struct apsis_cli *cli = check->cli;
    size_t differ = json_array_size(check->differ);
    int same = differ == 0 && !check->digest_differs, all = !cli->options.tiles_given;
    enum apsis_status status = same ? APSIS_OK : APSIS_FAILURE, written;
    if (cli->options.json) {
        json_t *json = json_object();
        apsis_json_set(json, "record", apsis_json_text(cli->options.file));
        apsis_json_set(json, "verified", json_boolean(same));
        apsis_json_set(json, "parts", apsis_json_u64(check->part_count));
        apsis_json_set(json, "parts_checked", apsis_json_u64(check->parts_checked));
        json_object_set(json, "parts_that_differ", check->differ);
        apsis_json_set(json, "digest_same", all ? json_boolean(!check->digest_differs) : json_null());
        apsis_json_set(json, "version_recorded", apsis_json_text(text_of(check->record, "apsis")));
        apsis_json_set(json, "version_here", apsis_json_text(apsis_version()));
        apsis_json_set(json, "engine", apsis_json_text(check->ran));
        apsis_json_set(json, "note", apsis_json_text(check->note));
        written = apsis_cli_write_json(cli, json);
        return written ? written : status;
    }
    struct apsis_buffer out = {0};
    char count[APSIS_TEXT_SIZE], parts[APSIS_TEXT_SIZE];
    uint64_t part_draws = 0;
    apsis_parse_u64(text_of(check->record, "part_tiles"), &part_draws);
    part_draws *= AP_TILE_DRAWS;
    if (check->version_words) apsis_buffer_printf(&out, "note: %s\n", check->version_words);
    apsis_buffer_printf(&out, "%s: ", cli->options.file);
    if (same && all)
        apsis_buffer_printf(&out, "the same to the last bit: %s draws, %s parts, digest %s\n", apsis_text_count(count, cli->options.draws),
                            apsis_text_count(parts, check->part_count), text_of(check->record, "digest"));
    else if (same)
        apsis_buffer_printf(&out, "the %s of %s parts that were run again are the same to the last bit\n", apsis_text_count(count, check->parts_checked),
                            apsis_text_count(parts, check->part_count));
    else if (differ == 0)
        apsis_buffer_printf(&out, "DIFFERENT: every draw is the same, but the published statistics are not\n");
    else
        apsis_buffer_printf(&out, "DIFFERENT: %zu of the %s parts that were run again\n", differ, apsis_text_count(parts, check->parts_checked));
    for (size_t i = 0; i < differ && i < 8; i++) {
        uint64_t part = (uint64_t)json_integer_value(json_array_get(check->differ, i)), end = (part + 1) * part_draws;
        if (end > cli->options.draws) end = cli->options.draws;
        apsis_buffer_printf(&out, "  part %" PRIu64 ": draws %" PRIu64 " to %" PRIu64 "\n", part, part * part_draws, end - 1);
    }
    if (differ > 8) apsis_buffer_printf(&out, "  and %zu more\n", differ - 8);
    written = apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return written ? written : status;
}

static enum apsis_status verify(struct check *check)
{
    struct apsis_cli *cli = check->cli;
    if (json_integer_value(json_object_get(check->record, "record_version")) != 1) {
        if (json_object_get(check->record, "schema_version")) return damaged(cli, "it is a result (--json), not a record (--record)");
        return damaged(cli, "it has no record_version 1");
    }
    if (strcmp(text_of(check->record, "apsis"), apsis_version()))
        check->version_words = apsis_arena_printf(cli->arena, "recorded by apsis %s, run again by %s: versions may differ in results", text_of(check->record, "apsis"), apsis_version());
    check->part_count = json_array_size(json_object_get(check->record, "parts"));
    if (check->part_count == 0 || !json_is_string(json_object_get(check->record, "digest"))) return damaged(cli, "it holds no digests");
    struct apsis_plan *plan = NULL;
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    enum apsis_status status = take_options(check);
    if (status == APSIS_OK) status = check_texts(check);
    if (status == APSIS_OK) status = apsis_cli_outputs(cli);
    options.only = cli->options.only;
    if (status == APSIS_OK) status = apsis_cli_plan(cli, &options, &plan);
    check->plan = plan;
    if (cli->options.tiles_given && cli->options.tiles < check->part_count && apsis_parse_u64(text_of(check->record, "part_tiles"), &cli->draws_expected))
        cli->draws_expected *= cli->options.tiles * AP_TILE_DRAWS;
    if (status == APSIS_OK) status = apsis_cli_engine(cli, plan, "auto", &check->engine, &check->run);
    if (status) return status;
    status = cli->options.tiles_given ? run_parts(check) : run_all(check);
    if (status) {
        status = apsis_cli_fail_run(cli, status, check->engine, check->run, "the run failed", "interrupted: nothing is proved");
    } else {
        check->ran = check->engine->describe(check->run);
        check->note = check->engine->note ? check->engine->note(check->run) : NULL;
        apsis_cli_note(cli, check->note);
        status = tell(check);
    }
    apsis_cli_engine_free(cli);
    return status;
}

enum apsis_status apsis_cmd_verify(struct apsis_cli *cli)
{
    json_error_t error;
    const char *file = cli->options.file;
    struct check check = {.cli = cli, .differ = json_array()};
    check.record = strcmp(file, "-") ? json_load_file(file, 0, &error) : json_loadf(stdin, 0, &error);
    enum apsis_status status;
    if (!check.record && error.line < 0) status = apsis_cli_fail(cli, APSIS_FAILURE, "cannot read %s", file);
    else if (!check.record) status = apsis_cli_fail(cli, APSIS_FAILURE, "%s is no record: line %d: %s", file, error.line, error.text);
    else status = verify(&check);
    json_decref(check.record);
    json_decref(check.differ);
    return status;
}
