/* recorded.c - what a record holds: its model, its settings, and whether its data files are still those of the run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/api/recorded.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/escape.h"
#include "host/support/number.h"
#include "host/support/sha256.h"

static enum apsis_status cannot(struct apsis_recorded *r, enum apsis_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum apsis_status cannot(struct apsis_recorded *r, enum apsis_status status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    r->why = apsis_arena_vprintf(r->arena, format, list);
    va_end(list);
    return status;
}

static enum apsis_status damaged(struct apsis_recorded *r, const char *what) { return cannot(r, APSIS_FAILURE, "%s is no whole record: %s", r->name, what); }

const char *apsis_recorded_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *const *list_of(struct apsis_recorded *r, const json_t *list, size_t *count)
{
    const char **texts = APSIS_NEW_ARRAY(r->arena, const char *, json_array_size(list) + 1);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        texts[i] = text ? text : "";
    }
    return texts;
}

/* "5,50,99.9"; NULL: the defaults */
static const char *percents_of(struct apsis_recorded *r, const json_t *list)
{
    const char *text = json_is_array(list) ? "" : json_string_value(list);
    for (size_t i = 0; i < json_array_size(list); i++)
        text = apsis_arena_printf(r->arena, "%s%s%s", text, i ? "," : "", json_string_value(json_array_get(list, i)) ? json_string_value(json_array_get(list, i)) : "?");
    return text;
}

int apsis_recorded_number(const json_t *object, const char *key, uint64_t *value)
{
    const char *text = apsis_recorded_text(object, key);
    unsigned base = text[0] == '0' && text[1] == 'x' ? 16 : 10;
    char *end;
    *value = strtoull(text + (base == 16 ? 2 : 0), &end, (int)base);
    return *text && !*end;
}

/* The settings that this record was made with, as if they had been given. */
static enum apsis_status take_settings(struct apsis_recorded *r, const struct apsis_settings *given, struct apsis_settings *s)
{
    const json_t *record = r->record, *settings = json_object_get(record, "settings"), *targets = json_object_get(settings, "targets");
    apsis_settings_copy(r->arena, given, s);
    s->scenarios = list_of(r, json_object_get(record, "scenarios"), &s->scenario_count);
    s->sets = list_of(r, json_object_get(record, "sets"), &s->set_count);
    if (!apsis_recorded_number(record, "seed", &s->seed)) return damaged(r, "its seed cannot be read");
    if (!apsis_recorded_number(record, "draws", &s->draws)) return damaged(r, "its draws cannot be read");
    if (strcmp(apsis_recorded_text(record, "sampling"), "philox")) return cannot(r, APSIS_FAILURE, "this version samples by philox only, not by %s", apsis_recorded_text(record, "sampling"));
    s->only = NULL;
    s->only_count = 0;
    if (json_is_array(json_object_get(settings, "only"))) s->only = list_of(r, json_object_get(settings, "only"), &s->only_count);
    const char **texts = APSIS_NEW_ARRAY(r->arena, const char *, json_array_size(targets) + 1);
    s->target_count = 0;
    for (size_t i = 0; i < json_array_size(targets); i++) {
        const json_t *target = json_array_get(targets, i);
        char number[APSIS_NUMBER_SIZE];
        apsis_number_print(number, json_number_value(json_object_get(target, "above")));
        texts[s->target_count++] = apsis_arena_printf(r->arena, "%s > %s", apsis_recorded_text(target, "output"), number);
    }
    s->targets = texts;
    s->percentiles = percents_of(r, json_object_get(settings, "percentiles"));
    s->shortfalls = percents_of(r, json_object_get(settings, "shortfalls"));
    return APSIS_OK;
}

static enum apsis_status check_model(struct apsis_recorded *r)
{
    const json_t *model = json_object_get(r->record, "model"), *text = json_object_get(model, "text");
    uint8_t hash[32];
    char hex[65];
    if (!json_is_string(text)) return damaged(r, "it holds no model");
    apsis_sha256(json_string_value(text), json_string_length(text), hash);
    apsis_sha256_hex(hash, hex);
    if (strcmp(hex, apsis_recorded_text(model, "sha256"))) return cannot(r, APSIS_FAILURE, "the model's text was changed after the run: its SHA-256 is not the recorded one");
    r->model = apsis_model_from_text(apsis_recorded_text(model, "file"), json_string_value(text), json_string_length(text));
    if (!r->model) return APSIS_FAILURE;
    return r->model->status ? cannot(r, r->model->status, "%s", apsis_why(r->model)) : APSIS_OK;
}

static enum apsis_status check_data(struct apsis_recorded *r, const struct apsis_settings *s)
{
    const json_t *data = json_object_get(r->record, "data");
    const char *name, *path;
    for (size_t i = 0; apsis_model_file_at(r->model, s, i, &name, &path); i++) {
        const char *recorded = "", *here = apsis_file_sha256(r->arena, path);
        for (size_t k = 0; k < json_array_size(data); k++)
            if (!strcmp(apsis_recorded_text(json_array_get(data, k), "path"), name)) recorded = apsis_recorded_text(json_array_get(data, k), "sha256");
        if (!*here) return cannot(r, APSIS_FAILURE, "the data file %s is not there", name);
        if (strcmp(here, recorded)) return cannot(r, APSIS_FAILURE, "the data file %s is not the one of the run: its SHA-256 differs", name);
    }
    return APSIS_OK;
}

enum apsis_status apsis_recorded_read(struct apsis_recorded *r, const struct apsis_settings *given, struct apsis_settings *s)
{
    enum apsis_status status = take_settings(r, given, s);
    if (status == APSIS_OK) status = check_model(r);
    if (status == APSIS_OK) status = check_data(r, s);
    return status;
}

/* ---------------------------------------------------------------- records for programs */
struct apsis_record_handle {
    struct apsis_recorded recorded;
    struct apsis_settings settings;
};

struct opening {
    const char *text, *name;
    size_t length;
    const struct apsis_settings *given;
    struct apsis_record_handle *handle;
    json_t *json;
};

static void release(void *arguments)
{
    struct opening *o = arguments;
    json_decref(o->json);
    o->json = NULL;
    o->handle = NULL;
}

static enum apsis_status open_record(void *arguments)
{
    struct opening *o = arguments;
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, release, o);
    struct apsis_arena *arena = apsis_arena_new();
    json_error_t error;
    struct apsis_record_handle *handle = APSIS_NEW(arena, struct apsis_record_handle);
    struct apsis_recorded *r = &handle->recorded;
    r->arena = arena;
    r->name = apsis_arena_copy(arena, o->name, strlen(o->name));
    o->handle = handle;
    o->json = json_loadb(o->text, o->length, 0, &error);
    enum apsis_status status = APSIS_OK;
    if (!o->json) status = cannot(r, APSIS_FAILURE, "%s is no record: line %d: %s", r->name, error.line, error.text);
    else if (json_integer_value(json_object_get(o->json, "record_version")) != 1)
        status = damaged(r, json_object_get(o->json, "schema_version") ? "it is a result (--json), not a record (--record)" : "it has no record_version 1");
    r->record = o->json;
    if (status == APSIS_OK) status = apsis_recorded_read(r, o->given, &handle->settings);
    if (status == APSIS_OK) {
        struct apsis_settings copy;
        apsis_settings_copy(arena, &handle->settings, &copy); /* its texts are the JSON's, which goes */
        handle->settings = copy;
    }
    apsis_escape_drop(&cleanup);
    return status;
}

enum apsis_status apsis_record_open(const char *record, size_t length, const char *name, const struct apsis_settings *settings, struct apsis_record_handle **out)
{
    struct opening opening = {.text = record, .length = length, .name = name ? name : "the record", .given = settings};
    if (!out) return APSIS_USAGE;
    *out = NULL;
    if (!record) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(NULL, open_record, &opening);
    json_decref(opening.json);
    if (opening.handle) opening.handle->recorded.record = NULL;
    *out = opening.handle;
    return status;
}

const char *apsis_record_why(const struct apsis_record_handle *record) { return record->recorded.why ? record->recorded.why : ""; }
struct apsis_model *apsis_record_model(const struct apsis_record_handle *record) { return record->recorded.model; }
const struct apsis_settings *apsis_record_settings(const struct apsis_record_handle *record) { return &record->settings; }

void apsis_record_free(struct apsis_record_handle *record)
{
    if (!record) return;
    struct apsis_model *model = record->recorded.model;
    apsis_arena_free(record->recorded.arena); /* the record lies in it */
    apsis_model_free(model);
}
