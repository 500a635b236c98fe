/* verify.c - a record written down, and run again: all of it or some parts, every digest compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"
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
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    check->made->verdict.why = apsis_arena_printf(check->arena, "%s", text);
    return status;
}

static enum apsis_status damaged(struct check *check, const char *what) { return cannot(check, APSIS_FAILURE, "%s is no whole record: %s", check->name, what); }
static enum apsis_status as_model_says(struct check *check, enum apsis_status status) { return cannot(check, status, "%s", apsis_why(check->model)); }

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *const *list_of(struct check *check, const json_t *list, size_t *count)
{
    const char **texts = APSIS_NEW_ARRAY(check->arena, const char *, json_array_size(list) + 1);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        texts[i] = text ? text : "";
    }
    return texts;
}

/* "5,50,99.9"; NULL: the defaults */
static const char *percents_of(struct check *check, const json_t *list)
{
    const char *text = json_is_array(list) ? "" : json_string_value(list);
    for (size_t i = 0; i < json_array_size(list); i++)
        text = apsis_arena_printf(check->arena, "%s%s%s", text, i ? "," : "", json_string_value(json_array_get(list, i)) ? json_string_value(json_array_get(list, i)) : "?");
    return text;
}

static int number_of(const json_t *object, const char *key, uint64_t *value)
{
    const char *text = text_of(object, key);
    unsigned base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    char *end;
    *value = strtoull(text + (base == 16 ? 2 : 0), &end, (int)base);
    return *text && !*end;
}

/* The settings that this record was made with, as if they had been given. */
static enum apsis_status take_settings(struct check *check, struct apsis_settings *s)
{
    const json_t *record = check->record, *settings = json_object_get(record, "settings"), *targets = json_object_get(settings, "targets");
    apsis_settings_copy(check->arena, check->given, s);
    s->scenarios = list_of(check, json_object_get(record, "scenarios"), &s->scenario_count);
    s->sets = list_of(check, json_object_get(record, "sets"), &s->set_count);
    if (!number_of(record, "seed", &s->seed)) return damaged(check, "its seed cannot be read");
    if (!number_of(record, "draws", &s->draws)) return damaged(check, "its draws cannot be read");
    if (strcmp(text_of(record, "sampling"), "philox")) return cannot(check, APSIS_FAILURE, "this version samples by philox only, not by %s", text_of(record, "sampling"));
    s->only = NULL;
    s->only_count = 0;
    if (json_is_array(json_object_get(settings, "only"))) s->only = list_of(check, json_object_get(settings, "only"), &s->only_count);
    const char **texts = APSIS_NEW_ARRAY(check->arena, const char *, json_array_size(targets) + 1);
    s->target_count = 0;
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const json_t *target = json_array_get(targets, i);
        char number[APSIS_NUMBER_SIZE];
        apsis_number_print(number, json_number_value(json_object_get(target, "above")));
        texts[s->target_count++] = apsis_arena_printf(check->arena, "%s > %s", text_of(target, "output"), number);
    }
    s->targets = texts;
    s->percentiles = percents_of(check, json_object_get(settings, "percentiles"));
    s->shortfalls = percents_of(check, json_object_get(settings, "shortfalls"));
    return APSIS_OK;
}

static enum apsis_status check_model(struct check *check)
{
    const json_t *model = json_object_get(check->record, "model"), *text = json_object_get(model, "text");
    uint8_t hash[32];
    char hex[65];
    if (!json_is_string(text)) return damaged(check, "it holds no model");
    apsis_sha256(json_string_value(text), json_string_length(text), hash);
    apsis_sha256_hex(hash, hex);
    if (strcmp(hex, text_of(model, "sha256"))) return cannot(check, APSIS_FAILURE, "the model's text was changed after the run: its SHA-256 is not the recorded one");
    check->model = apsis_model_from_text(text_of(model, "file"), json_string_value(text), json_string_length(text));
    if (!check->model) return APSIS_FAILURE;
    check->made->model = check->model;
    check->made->verdict.model = check->model;
    return check->model->status ? as_model_says(check, check->model->status) : APSIS_OK;
}

static enum apsis_status check_data(struct check *check, const struct apsis_settings *s)
{
    const json_t *data = json_object_get(check->record, "data");
    const char *name, *path;
    for (size_t i = 0; apsis_model_file_at(check->model, s, i, &name, &path); i++) {
        const char *recorded = "", *here = apsis_file_sha256(check->arena, path);
        for (size_t k = 0; k < json_array_size(data); k++)
            if (!strcmp(text_of(json_array_get(data, k), "path"), name)) recorded = text_of(json_array_get(data, k), "sha256");
        if (!*here) return cannot(check, APSIS_FAILURE, "the data file %s is not there", name);
        if (strcmp(here, recorded)) return cannot(check, APSIS_FAILURE, "the data file %s is not the one of the run: its SHA-256 differs", name);
    }
    return APSIS_OK;
}

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
    enum apsis_status status = take_settings(check, &s);
    if (status == APSIS_OK) status = check_model(check);
    if (status == APSIS_OK) status = check_data(check, &s);
    if (status) return status;
    status = apsis_case_open(check->model, &s, &check->c);
    if (status) return as_model_says(check, status);
    uint64_t part_tiles = 0;
    number_of(check->record, "part_tiles", &part_tiles);
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
    verdict->digest = apsis_arena_printf(check->arena, "%s", text_of(check->record, "digest"));
    verdict->version = apsis_arena_printf(check->arena, "%s", text_of(check->record, "apsis"));
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
