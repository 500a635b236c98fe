/* run.c - a case run and measured, and the numbers of its result. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/api/api.h"
#include "host/support/escape.h"
#include "host/support/sha256.h"

void apsis_measure_settings_of(const struct apsis_case *c, struct apsis_measure_settings *measure)
{
    const struct apsis_settings *s = &c->settings;
    apsis_measure_defaults(measure);
    measure->seed = s->seed;
    measure->draws = s->draws;
    measure->percentiles = c->percentiles;
    measure->percentile_count = c->percentile_count;
    measure->no_percentiles = c->no_percentiles;
    measure->shortfalls = c->shortfalls;
    measure->shortfall_count = c->shortfall_count;
    if (s->memory) measure->memory = s->memory;
    measure->no_rank_correlation = c->without_ranks;
    measure->cancel = s->cancel;
    measure->progress = s->progress;
    measure->context = s->context;
}

/* What the result is asked for beside its statistics. */
static struct apsis_result_handle *describe(struct apsis_case *c, struct apsis_result *result, struct apsis_arena *arena)
{
    struct apsis_buffer name = {0};
    for (size_t i = 0; i < result->measure_count; i++) {
        struct apsis_measure *measure = &result->measures[i];
        name.length = 0;
        apsis_report_column_name(c->ir, c->ir->outputs[measure->output].name, measure->period, &name);
        measure->name = apsis_arena_copy(arena, name.text, name.length);
    }
    apsis_buffer_free(&name);
    struct apsis_result_handle *handle = APSIS_NEW(arena, struct apsis_result_handle);
    handle->arena = arena;
    handle->c = c;
    handle->info = (struct apsis_run_info){.model_sha256 = apsis_model_sha256(arena, c->model), .seed = result->seed, .draws = result->draws, .done = result->done, .partial = result->partial,
                                           .engine = apsis_arena_printf(arena, "%s", result->engine),
                                           .note = result->note ? apsis_arena_printf(arena, "%s", result->note) : NULL, .seconds = result->seconds,
                                           .passes = result->passes, .digest = result->digest, .invalid_share = apsis_report_invalid_share(result)};
    result->engine = handle->info.engine; /* the engine that said so ends now */
    result->note = handle->info.note;
    return handle;
}

struct running {
    struct apsis_case *c;
    struct apsis_result *result;
};

static enum apsis_status run_case(void *arguments)
{
    struct running *running = arguments;
    struct apsis_case *c = running->c;
    struct apsis_measure_settings measure;
    struct apsis_ready ready;
    struct apsis_result *result = NULL;
    struct apsis_result_handle *handle = NULL;
    apsis_measure_settings_of(c, &measure);
    if (c->output_count == 0)
        return apsis_fail(c->model, APSIS_MODEL_ERROR, NULL, "%s has no output: write output before a value, as in output ev = ...", apsis_model_name(c->model));
    struct apsis_plan_options options = {.inputs = measure.no_rank_correlation ? 0 : 1, .signs = 1, .only = c->only};
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_cleanup cleanup;
    ready = (struct apsis_ready){0};
    apsis_escape_defer(&cleanup, apsis_ready_cleanup, &ready);
    enum apsis_status status = apsis_ready_make(c, arena, &options, "auto", &ready);
    if (status == APSIS_OK) {
        status = apsis_measure_run(arena, ready.plan, ready.engine, ready.run, &measure, &result);
        if (status && !(status == APSIS_INTERRUPTED && result)) {
            status = apsis_ready_fail(c, status, &ready, "the run failed", "interrupted before the first results");
        } else {
            if (status) apsis_fail(c->model, status, NULL, "interrupted");
            handle = describe(c, result, arena);
        }
    }
    apsis_escape_drop(&cleanup);
    apsis_ready_free(&ready);
    if (!handle) {
        apsis_arena_free(arena);
        return status;
    }
    result->handle = handle;
    apsis_case_keep(c);
    running->result = result;
    return status;
}

enum apsis_status apsis_case_run(struct apsis_case *c, struct apsis_result **out)
{
    struct running running = {.c = c};
    if (!out) return APSIS_USAGE;
    *out = NULL;
    if (!c) return APSIS_USAGE;
    enum apsis_status status = apsis_guard(c->model, run_case, &running);
    *out = running.result;
    return status;
}

static enum apsis_status run_model(struct apsis_model *model, const struct apsis_settings *settings, int without_ranks, struct apsis_result **out)
{
    struct apsis_case *c = NULL;
    if (!out) return APSIS_USAGE;
    *out = NULL;
    enum apsis_status status = apsis_case_open(model, settings, &c);
    if (status == APSIS_OK) {
        c->without_ranks = without_ranks;
        status = apsis_case_run(c, out);
    }
    apsis_case_free(c);
    return status;
}

enum apsis_status apsis_run(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_result **out) { return run_model(model, settings, 0, out); }

enum apsis_status apsis_run_without_ranks(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_result **out)
{
    return run_model(model, settings, 1, out);
}

void apsis_result_free(struct apsis_result *result)
{
    if (!result) return;
    struct apsis_result_handle *handle = result->handle;
    struct apsis_case *c = handle->c;
    apsis_arena_free(handle->arena); /* the result lies in it */
    apsis_case_free(c);
}

const struct apsis_run_info *apsis_result_info(const struct apsis_result *result) { return &result->handle->info; }
const struct apsis_case *apsis_result_case(const struct apsis_result *result) { return result->handle->c; }
size_t apsis_result_count(const struct apsis_result *result) { return result ? result->measure_count : 0; }

const struct apsis_measure *apsis_result_at(const struct apsis_result *result, size_t number)
{
    return result && number < result->measure_count ? &result->measures[number] : NULL;
}

const struct apsis_measure *apsis_result_find(const struct apsis_result *result, const char *name)
{
    for (size_t i = 0; result && name && i < result->measure_count; i++)
        if (!strcmp(result->measures[i].name, name)) return &result->measures[i];
    return NULL;
}

double apsis_result_rank_correlation(const struct apsis_result *result, const struct apsis_measure *measure, size_t input)
{
    const struct apsis_ir *ir = result->ir;
    size_t scalar = 0;
    if (!measure || !measure->rank_correlation || input >= ir->input_count || ir->inputs[input].is_series) return NAN;
    for (size_t i = 0; i < input; i++) scalar += !ir->inputs[i].is_series;
    return measure->rank_correlation[scalar];
}
