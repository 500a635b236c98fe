/* verify.c - a record written down, and run again: all of it or some parts, every digest compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"
#include "host/api/recorded.h"
#include "host/report/json.h"
#include "host/result/digest.h"
#include "host/support/escape.h"
#include "host/support/number.h"
#include "host/support/sha256.h"
#include "kernels/tile.h"

/* ---------------------------------------------------------------- writing one */
struct recording {
    const struct apsis_result *result;
    char *text;
};

static void free_text(void *text) { apsis_free(text); }

static enum apsis_status write_record(void *arguments)
{
    struct recording *recording = arguments;
    const struct apsis_result *result = recording->result;
    struct apsis_case *c = result->handle->c;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_print print;
    struct apsis_measure_settings measure;
    struct apsis_buffer out = {0};
    apsis_print_default(&print);
    apsis_measure_settings_of(c, &measure);
    struct apsis_report report = apsis_report_of(arena, result, &print);
    apsis_case_files(c);
    char *text = apsis_model_text(c->model);
    struct apsis_cleanup cleanup;
    if (!text) apsis_out_of_memory(0);
    apsis_escape_defer(&cleanup, free_text, text);
    json_t *data = json_array(); /* nothing from here to apsis_json_write jumps */
    for (size_t i = 0; i < c->file_count; i++)
        apsis_json_append(data, json_pack("{s:s, s:s}", "path", c->files[i].name, "sha256", c->files[i].sha256));
    struct apsis_record record = {
        .model_file = apsis_model_name(c->model), .model_text = text, .model_length = strlen(text),
        .scenarios = c->settings.scenarios, .scenario_count = c->settings.scenario_count, .sets = c->settings.sets, .set_count = c->settings.set_count,
        .only = c->only, .result = result, .report = &report, .settings = &measure, .data = data,
    };
    json_t *json = apsis_record_json(&record);
    apsis_json_write(json, &out);
    apsis_escape_drop(&cleanup);
    apsis_free(text);
    apsis_arena_free(arena);
    return apsis_hand_out(&out, &recording->text);
}

enum apsis_status apsis_result_record(const struct apsis_result *result, char **text)
{
    struct recording recording = {.result = result};
    if (!result || !text || result->partial) return APSIS_USAGE;
    *text = NULL;
    enum apsis_status status = apsis_guard(NULL, write_record, &recording);
    *text = recording.text;
    return status;
}

/* ---------------------------------------------------------------- running it again */
struct check {
    const char *record_text, *name;
    size_t record_length;
    uint64_t parts;
    const struct apsis_settings *given;
    struct apsis_arena *arena;
    struct apsis_verdict_made *made;
    json_t *record;
    struct apsis_recorded recorded;
    struct apsis_model *model;
    struct apsis_case *c;
    struct apsis_ready ready;
};

/* A verdict and what it owns. */
struct apsis_verdict_made {
    struct apsis_verdict verdict; /* first: it is what the caller holds */
    struct apsis_arena *arena;
    struct apsis_model *model;
    uint64_t *differ;
};

static enum apsis_status cannot(struct check *check, enum apsis_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum apsis_status cannot(struct check *check, enum apsis_status status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    check->made->verdict.why = apsis_arena_vprintf(check->arena, format, list);
    va_end(list);
    return status;
}

static enum apsis_status damaged(struct check *check, const char *what) { return cannot(check, APSIS_FAILURE, "%s is no whole record: %s", check->name, what); }
static enum apsis_status as_model_says(struct check *check, enum apsis_status status) { return cannot(check, status, "%s", apsis_why(check->model)); }

static void compare_part(struct check *check, uint64_t part, const char *digest)
{
    struct apsis_verdict *verdict = &check->made->verdict;
    const char *recorded = json_string_value(json_array_get(json_object_get(check->record, "parts"), (size_t)part));
    verdict->parts_checked++;
    if (!recorded || strcmp(recorded, digest)) check->made->differ[verdict->differ_count++] = part;
}

static enum apsis_status run_parts(struct check *check, const struct apsis_measure_settings *measure)
{
    uint64_t count = check->made->verdict.part_count, wanted = check->parts < count ? check->parts : count;
    enum apsis_status status = APSIS_OK;
    check->made->verdict.digest_same = -1;
    for (uint64_t i = 0; i < wanted && !status; i++) { /* spread over the run, the last among them */
        uint64_t part = wanted == 1 ? count - 1 : i * (count - 1) / (wanted - 1);
        char digest[65];
        status = apsis_digest_part(check->ready.engine, check->ready.run, check->ready.plan, measure, part, digest);
        if (status == APSIS_OK) compare_part(check, part, digest);
        if (status == APSIS_OK && measure->progress && measure->progress(measure->context, i + 1, wanted, 1)) status = APSIS_INTERRUPTED;
    }
    return status;
}

static enum apsis_status run_all(struct check *check, const struct apsis_measure_settings *measure)
{
    struct apsis_verdict *verdict = &check->made->verdict;
    struct apsis_result *result = NULL;
    enum apsis_status status = apsis_measure_run(check->arena, check->ready.plan, check->ready.engine, check->ready.run, measure, &result);
    if (status) return status;
    for (size_t i = 0; i < result->subtree_count && i < verdict->part_count; i++) compare_part(check, i, result->subtrees[i]);
    verdict->digest_same = result->subtree_count == verdict->part_count && !strcmp(result->digest, verdict->digest);
    return APSIS_OK;
}

static enum apsis_status run_again(struct check *check)
{
    struct apsis_verdict *verdict = &check->made->verdict;
    struct apsis_settings s;
    struct apsis_measure_settings measure;
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    check->recorded = (struct apsis_recorded){.arena = check->arena, .record = check->record, .name = check->name};
    enum apsis_status status = apsis_recorded_read(&check->recorded, check->given, &s);
    check->model = check->made->model = check->recorded.model;
    verdict->model = check->model;
    verdict->why = check->recorded.why;
    if (status) return status;
    status = apsis_case_open(check->model, &s, &check->c);
    if (status) return as_model_says(check, status);
    uint64_t part_tiles = 0;
    apsis_recorded_number(check->record, "part_tiles", &part_tiles);
    verdict->part_draws = part_tiles * AP_TILE_DRAWS;
    verdict->draws = s.draws;
    if (check->parts && check->parts < verdict->part_count) check->c->draws_expected = verdict->part_draws * check->parts;
    options.only = check->c->only;
    status = apsis_ready_make(check->c, check->arena, &options, "auto", &check->ready);
    if (status) return as_model_says(check, status);
    apsis_measure_settings_of(check->c, &measure);
    status = check->parts ? run_parts(check, &measure) : run_all(check, &measure);
    if (status) {
        apsis_ready_fail(check->c, status, &check->ready, "the run failed", "interrupted: nothing is proved");
        return as_model_says(check, status);
    }
    const char *note = check->ready.engine->note ? check->ready.engine->note(check->ready.run) : NULL;
    verdict->engine = apsis_arena_printf(check->arena, "%s", check->ready.engine->describe(check->ready.run));
    verdict->note = note ? apsis_arena_printf(check->arena, "%s", note) : NULL;
    verdict->same = verdict->differ_count == 0 && verdict->digest_same != 0;
    return APSIS_OK;
}

static enum apsis_status read_record(struct check *check)
{
    struct apsis_verdict *verdict = &check->made->verdict;
    if (json_integer_value(json_object_get(check->record, "record_version")) != 1)
        return damaged(check, json_object_get(check->record, "schema_version") ? "it is a result (--json), not a record (--record)" : "it has no record_version 1");
    verdict->part_count = json_array_size(json_object_get(check->record, "parts"));
    if (verdict->part_count == 0 || !json_is_string(json_object_get(check->record, "digest"))) return damaged(check, "it holds no digests");
    verdict->digest = apsis_arena_printf(check->arena, "%s", apsis_recorded_text(check->record, "digest"));
    verdict->version = apsis_arena_printf(check->arena, "%s", apsis_recorded_text(check->record, "apsis"));
    check->made->differ = APSIS_NEW_ARRAY(check->arena, uint64_t, verdict->part_count + 1);
    verdict->differ = check->made->differ;
    return run_again(check);
}

/* When memory runs out: what was made is freed, but for handles. */
static void release(void *arguments)
{
    struct check *check = arguments;
    apsis_ready_free(&check->ready);
    json_decref(check->record);
    *check = (struct check){0};
}

static enum apsis_status verify(void *arguments)
{
    struct check *check = arguments;
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, release, check);
    struct apsis_arena *arena = apsis_arena_new();
    json_error_t error;
    check->arena = arena;
    check->made = APSIS_NEW(arena, struct apsis_verdict_made);
    check->made->arena = arena;
    struct apsis_verdict *verdict = &check->made->verdict;
    verdict->digest = verdict->version = "";
    check->record = json_loadb(check->record_text, check->record_length, 0, &error);
    enum apsis_status status;
    if (!check->record) status = cannot(check, APSIS_FAILURE, "%s is no record: line %d: %s", check->name, error.line, error.text);
    else status = read_record(check);
    apsis_escape_drop(&cleanup);
    return status;
}

enum apsis_status apsis_verify(const char *record, size_t length, const char *name, uint64_t parts, const struct apsis_settings *settings,
                               struct apsis_verdict **verdict)
{
    struct check check = {.record_text = record, .record_length = length, .name = name ? name : "the record", .parts = parts, .given = settings};
    if (!verdict) return APSIS_USAGE;
    *verdict = NULL;
    if (!record) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(NULL, verify, &check);
    apsis_ready_free(&check.ready);
    apsis_case_free(check.c);
    json_decref(check.record);
    if (check.made) *verdict = &check.made->verdict;
    return status;
}

void apsis_verdict_free(struct apsis_verdict *verdict)
{
    if (!verdict) return;
    struct apsis_verdict_made *made = (struct apsis_verdict_made *)verdict;
    struct apsis_model *model = made->model;
    apsis_arena_free(made->arena); /* the verdict lies in it */
    apsis_model_free(model);
}
