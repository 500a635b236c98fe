/* ready.c - a case made ready to run: its plan, and the engine that was asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/api/api.h"

/* How the engine came to be asked for: what to leave out so that another runs. */
static const char *asked_by(const struct apsis_case *c, const char *name)
{
    const struct apsis_settings *s = &c->settings;
    if (!s->engine) return apsis_arena_printf(c->arena, "--device %s", s->device);
    return apsis_arena_printf(c->arena, "--engine %s%s%s", name, s->device ? " --device " : "", s->device ? s->device : "");
}

enum apsis_status apsis_ready_choose(struct apsis_case *c, const char *otherwise, struct apsis_ready_choice *choice)
{
    const struct apsis_settings *s = &c->settings;
    choice->options = (struct apsis_engine_options){.threads = s->threads, .cpu = s->cpu, .block = s->block, .device = s->device, .cuda_include = s->cuda_include,
                                                    .cancel_prepare = s->cancel, .draws_expected = c->draws_expected};
    choice->name = s->engine ? s->engine : s->device ? "cuda" : otherwise;
    const char *name = choice->name, *why = NULL;
    int by_name = s->engine || s->device;
    choice->engine = apsis_engine_find(name);
    if (!choice->engine) return apsis_fail(c->model, APSIS_FAILURE, NULL, "engine %s is not in this version: without %s it runs on the processor", name, asked_by(c, name));
    if (choice->engine->available) why = choice->engine->available(&choice->options);
    if (why && s->cpu) return apsis_fail(c->model, APSIS_USAGE, "cpu", "cpu %s: %s", s->cpu, why);
    if (why && by_name && !strstr(why, "--engine"))
        return apsis_fail(c->model, APSIS_FAILURE, NULL, "engine %s cannot run here: %s; without %s the results are the same", name, why, asked_by(c, name));
    if (why) return apsis_fail(c->model, APSIS_FAILURE, NULL, "engine %s cannot run here: %s", name, why);
    return APSIS_OK;
}

enum apsis_status apsis_ready_unprepared(struct apsis_case *c, enum apsis_status status, const struct apsis_ready_choice *choice, const char *why)
{
    const char *name = choice->name;
    int by_name = c->settings.engine || c->settings.device;
    if (status == APSIS_INTERRUPTED) return apsis_fail(c->model, status, NULL, "interrupted before the first results");
    if (status == APSIS_FAILURE && by_name && !(why && strstr(why, "--engine")) && strcmp(name, "auto") && strcmp(name, "interpreter"))
        return apsis_fail(c->model, status, NULL, "engine %s: %s; without %s the results are the same", name, why ? why : "cannot be made ready", asked_by(c, name));
    return apsis_fail(c->model, status, NULL, "engine %s: %s", name, why ? why : "cannot be made ready");
}

static enum apsis_status prepare(struct apsis_case *c, const char *otherwise, struct apsis_ready *ready)
{
    struct apsis_ready_choice choice;
    const char *why = NULL;
    enum apsis_status status = apsis_ready_choose(c, otherwise, &choice);
    ready->engine = choice.engine;
    if (status) return status;
    status = ready->engine->prepare(ready->plan, &choice.options, &ready->run, &why);
    return status ? apsis_ready_unprepared(c, status, &choice, why) : APSIS_OK;
}

enum apsis_status apsis_ready_make(struct apsis_case *c, struct apsis_arena *arena, const struct apsis_plan_options *options, const char *otherwise, struct apsis_ready *ready)
{
    *ready = (struct apsis_ready){0};
    ready->plan = apsis_plan_new(arena, c->ir, options, &c->model->diagnostics);
    if (!ready->plan || c->model->diagnostics.errors) return apsis_fail_model(c->model, APSIS_MODEL_ERROR);
    return prepare(c, otherwise, ready);
}

void apsis_ready_free(struct apsis_ready *ready)
{
    if (ready->run) ready->engine->free(ready->run);
    *ready = (struct apsis_ready){0};
}

void apsis_ready_cleanup(void *ready) { apsis_ready_free(ready); }

enum apsis_status apsis_ready_fail(struct apsis_case *c, enum apsis_status status, const struct apsis_ready *ready, const char *failed, const char *interrupted)
{
    const char *why = ready->engine->note ? ready->engine->note(ready->run) : NULL;
    if (status == APSIS_INTERRUPTED) return apsis_fail(c->model, status, NULL, "%s", interrupted);
    return apsis_fail(c->model, status, NULL, "%s%s%s", failed, why ? ": " : "", why ? why : "");
}
