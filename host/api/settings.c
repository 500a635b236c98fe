/* settings.c - what a case is run with: defaults, a copy of the caller's, and whether it is possible. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/api/api.h"

void apsis_settings_default(struct apsis_settings *settings)
{
    if (settings) *settings = (struct apsis_settings){.size = sizeof *settings, .seed = 1, .draws = 1000000};
}

void apsis_print_default(struct apsis_print *print)
{
    if (print) *print = (struct apsis_print){.size = sizeof *print, .format = APSIS_FORMAT_TEXT, .page = {.width = 80, .utf8 = 1}};
}

/* A caller that was compiled with an older header has a shorter struct: what it does not know keeps its default. */
static void take(void *to, size_t whole, const void *from, size_t size) { memcpy(to, from, size < whole ? size : whole); }

void apsis_print_copy(const struct apsis_print *given, struct apsis_print *copy)
{
    apsis_print_default(copy);
    if (given) take(copy, sizeof *copy, given, given->size);
}

static const char *copy_text(struct apsis_arena *arena, const char *text) { return text ? apsis_arena_copy(arena, text, strlen(text)) : NULL; }

static const char *const *copy_texts(struct apsis_arena *arena, const char *const *list, size_t *count)
{
    if (!list) *count = 0;
    if (!*count) return NULL;
    const char **copy = APSIS_NEW_ARRAY(arena, const char *, *count + 1);
    for (size_t i = 0; i < *count; i++) copy[i] = copy_text(arena, list[i] ? list[i] : "");
    return copy;
}

void apsis_settings_copy(struct apsis_arena *arena, const struct apsis_settings *given, struct apsis_settings *copy)
{
    apsis_settings_default(copy);
    if (given) take(copy, sizeof *copy, given, given->size);
    copy->size = sizeof *copy;
    copy->scenarios = copy_texts(arena, copy->scenarios, &copy->scenario_count);
    copy->sets = copy_texts(arena, copy->sets, &copy->set_count);
    copy->only = copy_texts(arena, copy->only, &copy->only_count);
    copy->targets = copy_texts(arena, copy->targets, &copy->target_count);
    copy->percentiles = copy_text(arena, copy->percentiles);
    copy->shortfalls = copy_text(arena, copy->shortfalls);
    copy->engine = copy_text(arena, copy->engine);
    copy->device = copy_text(arena, copy->device);
    copy->cpu = copy_text(arena, copy->cpu);
    copy->cuda_include = copy_text(arena, copy->cuda_include);
}

/* "cuda", "cuda:0", "cuda:0,1"; NULL, or what is wrong with it */
static const char *device_fault(const char *text)
{
    static const char *const form = "write cuda for all GPUs, cuda:0 for one, cuda:0,1 for several; apsis doctor numbers them";
    unsigned char seen[1000] = {0};
    if (!strcmp(text, "cpu")) return "the processor is engine compiled or interpreter";
    if (strncmp(text, "cuda", 4)) return form;
    text += 4;
    if (!*text) return NULL;
    if (*text++ != ':') return form;
    for (;;) {
        unsigned number = 0, digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++) number = 10 * number + (unsigned)(*text - '0');
        if (!digits) return form;
        if (seen[number]++) return "each GPU once";
        if (!*text) return NULL;
        if (*text++ != ',') return form;
    }
}

static const char *const engine_names[] = {"auto", "interpreter", "compiled", "cuda"};
enum { ENGINES = sizeof engine_names / sizeof *engine_names };

int apsis_engine_at(size_t number, const char **name)
{
    if (number >= ENGINES) return 0;
    *name = engine_names[number];
    return 1;
}

int apsis_cpu_at(size_t number, const char **name)
{
    static const char *const all[] = {"plain", "armv8", "v3", "v4"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct apsis_engine_options options = {.cpu = all[i]};
        if (apsis_engine_interpreter.available(&options) || number-- > 0) continue;
        *name = all[i];
        return 1;
    }
    return 0;
}

static enum apsis_status check_engine(struct apsis_model *model, const struct apsis_settings *s)
{
    int known = !s->engine;
    const char *why;
    for (size_t i = 0; i < ENGINES && s->engine; i++) known |= !strcmp(engine_names[i], s->engine);
    if (!known) {
        const char *near = apsis_nearest_name(s->engine, engine_names, ENGINES);
        if (near) return apsis_fail(model, APSIS_USAGE, "engine", "no engine %s: did you mean %s?", s->engine, near);
        return apsis_fail(model, APSIS_USAGE, "engine", "no engine %s: there are auto, interpreter, compiled and cuda", s->engine);
    }
    if (s->device && (why = device_fault(s->device))) return apsis_fail(model, APSIS_USAGE, "device", "device %s: %s", s->device, why);
    if (s->device && s->engine && strcmp(s->engine, "cuda"))
        return apsis_fail(model, APSIS_USAGE, "device", "device %s is for engine cuda: leave out the device, or engine %s", s->device, s->engine);
    if (s->cpu && (s->device || (s->engine && !strcmp(s->engine, "cuda"))))
        return apsis_fail(model, APSIS_USAGE, "cpu", "cpu %s is for the processor, not for engine cuda: leave out one of them", s->cpu);
    return APSIS_OK;
}

enum apsis_status apsis_settings_check(struct apsis_model *model, const struct apsis_settings *s)
{
    if (s->draws < 1) return apsis_fail(model, APSIS_USAGE, "draws", "draws: at least 1 draw is needed");
    if (s->draws > 1ull << 49) return apsis_fail(model, APSIS_USAGE, "draws", "draws: more than 2^49 = 562,949,953,421,312 draws");
    if (s->threads < 0 || s->threads > 4096) return apsis_fail(model, APSIS_USAGE, "threads", "threads %d: a number of threads from 1 to 4096, or 0 for all", s->threads);
    if (s->block && (s->block < 16 || s->block > 512 || (s->block & (s->block - 1))))
        return apsis_fail(model, APSIS_USAGE, "block", "block %u: a power of two from 16 to 512, or 0", s->block);
    return check_engine(model, s);
}
