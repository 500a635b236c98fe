/* test_automatic.c - the engine auto with engines that are slow to come, fail, or are no faster: the same digest, no thread left behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "host/engine/automatic.h"
#include "host/engine/cpu.h"
#include "host/plan/model.h"
#include "host/result/result.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void nap(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static int threads_now(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}

/* ---------------------------------------------------------------- engines that misbehave: the interpreter inside */
struct manners {
    const char *unavailable;
    double prepare_seconds;
    int cached, prepare_fails;
    double tile_seconds;   /* slower by so much */
    uint64_t fails_after;  /* tiles; 0: never */
    const char *cpu;
};
struct fake {
    const struct manners *manners;
    const char *name, *note;
    void *inner;
    uint64_t tiles;
};
static struct manners manners[2];
static int prepared[2], freed[2], asked_cached[2];
static uint64_t tiles_of[2];

static enum apsis_status fake_prepare(int which, const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    static struct fake fakes[2];
    struct fake *fake = &fakes[which];
    const struct manners *m = &manners[which];
    *fake = (struct fake){.manners = m, .name = which ? "second" : "first"};
    asked_cached[which] += options->only_cached;
    if (options->only_cached && !m->cached) return APSIS_INCOMPLETE;
    for (double end = now() + m->prepare_seconds; now() < end; nap(0.001))
        if (options->cancel_prepare && *options->cancel_prepare) return APSIS_INTERRUPTED;
    if (m->prepare_fails) {
        *why = apsis_arena_printf(plan->arena, "the tool said %d", m->prepare_fails);
        return APSIS_FAILURE;
    }
    struct apsis_engine_options inner = *options;
    inner.cpu = m->cpu;
    enum apsis_status status = apsis_engine_interpreter.prepare(plan, &inner, &fake->inner, why);
    prepared[which] += status == APSIS_OK;
    *run = fake;
    return status;
}
static enum apsis_status prepare_first(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    return fake_prepare(0, plan, options, run, why);
}
static enum apsis_status prepare_second(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    return fake_prepare(1, plan, options, run, why);
}
static const char *available_first(const struct apsis_engine_options *options) { (void)options; return manners[0].unavailable; }
static const char *available_second(const struct apsis_engine_options *options) { (void)options; return manners[1].unavailable; }

static enum apsis_status fake_run(void *state, const struct apsis_job *job)
{
    struct fake *fake = state;
    const struct manners *m = fake->manners;
    if (m->fails_after && fake->tiles >= m->fails_after) {
        fake->note = "error 719";
        return APSIS_FAILURE;
    }
    if (m->tile_seconds > 0) nap(m->tile_seconds * (double)job->tile_count);
    fake->tiles += job->tile_count;
    tiles_of[m - manners] += job->tile_count;
    return apsis_engine_interpreter.run(fake->inner, job);
}
static const char *fake_describe(void *state) { return ((struct fake *)state)->name; }
static const char *fake_note(void *state) { return ((struct fake *)state)->note; }
static void fake_free(void *state)
{
    struct fake *fake = state;
    freed[fake->manners - manners]++;
    apsis_engine_interpreter.free(fake->inner);
}
static const struct apsis_engine first = {"first", available_first, prepare_first, fake_run, fake_describe, fake_note, fake_free};
static const struct apsis_engine second = {"second", available_second, prepare_second, fake_run, fake_describe, fake_note, fake_free};

/* ---------------------------------------------------------------- runs of a model */
struct outcome {
    char digest[65], engine[256], note[512];
    enum apsis_status status;
    double seconds, free_seconds;
};
static volatile int interrupted;
static double interrupt_at; /* 0: never; else seconds after the start */

static int progress(void *context, uint64_t done, uint64_t all, unsigned pass)
{
    (void)done, (void)all, (void)pass;
    if (interrupt_at > 0 && now() - *(double *)context > interrupt_at) interrupted = 1;
    return 0;
}

static struct outcome measure(const char *model, uint64_t draws, const char *cpu, const struct apsis_better *better, size_t count)
{
    struct outcome out = {.status = APSIS_OK};
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, model);
    struct apsis_model *m = apsis_model_read(path);
    assert_int_equal(m->status, APSIS_OK);
    struct apsis_overrides overrides = {0};
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, &overrides, NULL, &m->diagnostics);
    assert_non_null(ir);
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    struct apsis_plan *plan = apsis_plan_new(m->arena, ir, &options, &m->diagnostics);
    assert_non_null(plan);
    struct apsis_engine_options settings = {.threads = 2, .cpu = cpu};
    struct apsis_measure_settings measured;
    struct apsis_result *result = NULL;
    const char *why = NULL;
    void *run = NULL;
    apsis_measure_defaults(&measured);
    measured.draws = draws;
    measured.cancel = &interrupted;
    measured.progress = progress;
    double start = now();
    measured.context = &start;
    interrupted = 0;
    const struct apsis_engine *engine = better ? &apsis_engine_auto : &apsis_engine_interpreter;
    if (better) assert_int_equal(apsis_automatic_prepare(plan, &settings, better, count, &run, &why), APSIS_OK);
    else assert_int_equal(engine->prepare(plan, &settings, &run, &why), APSIS_OK);
    out.status = apsis_measure_run(m->arena, plan, engine, run, &measured, &result);
    out.seconds = now() - start;
    strcpy(out.digest, result->digest);
    snprintf(out.engine, sizeof out.engine, "%s", result->engine);
    snprintf(out.note, sizeof out.note, "%s", result->note ? result->note : "");
    start = now();
    engine->free(run);
    out.free_seconds = now() - start;
    apsis_model_free(m);
    return out;
}

static void begin(void)
{
    memset(manners, 0, sizeof manners);
    memset(prepared, 0, sizeof prepared);
    memset(freed, 0, sizeof freed);
    memset(asked_cached, 0, sizeof asked_cached);
    memset(tiles_of, 0, sizeof tiles_of);
    interrupt_at = 0;
}
static const char *best_name(void)
{
    static char text[64];
    snprintf(text, sizeof text, "interpreter/%s", apsis_cpu_find(NULL)->title);
    return text;
}
static struct apsis_better soon(const struct apsis_engine *engine) { return (struct apsis_better){engine, "the first engine", 0, 0, 0}; }

/* Every acceptance model, handed over in the middle to an engine that is faster: the same digest. */
static void test_hand_over(void **state)
{
    (void)state;
    static const struct { const char *model; uint64_t draws; } cases[] = {
        {"first", 400000}, {"revenue_stack", 100000}, {"portfolio", 20000}, {"terrestrial_dc", 20000}, {"orbital_compute", 20000}};
    struct apsis_better better = soon(&first);
    measure("first", 1000, NULL, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        struct outcome wanted = measure(cases[i].model, cases[i].draws, NULL, NULL, 0);
        manners[0] = (struct manners){.cached = 1, .prepare_seconds = 0.02};
        int threads = threads_now();
        struct outcome got = measure(cases[i].model, cases[i].draws, "plain", &better, 1);
        assert_int_equal(threads_now(), threads);
        assert_int_equal(got.status, APSIS_OK);
        assert_string_equal(got.digest, wanted.digest);
        assert_string_equal(got.engine, "auto: interpreter/plain, then first");
        assert_string_equal(got.note, "");
        assert_string_equal(wanted.engine, best_name());
        assert_int_equal(prepared[0], 1);
        assert_int_equal(freed[0], 1);
        assert_true(tiles_of[0] > 0);
    }
}

/* It fails after some tiles: the interpreter has the rest, and the note says so. */
static void test_failure_in_mid_run(void **state)
{
    (void)state;
    struct apsis_better better = soon(&first);
    begin();
    struct outcome wanted = measure("first", 400000, NULL, NULL, 0);
    for (uint64_t after = 1; after <= 67; after += 33) { /* of 391 tiles: it has the better part of them, also on a busy machine */
        begin();
        manners[0] = (struct manners){.cached = 1, .fails_after = after};
        struct outcome got = measure("first", 400000, "plain", &better, 1);
        assert_int_equal(got.status, APSIS_OK);
        assert_string_equal(got.digest, wanted.digest);
        assert_string_equal(got.engine, "auto: interpreter/plain, then first");
        assert_string_equal(got.note, "the first engine failed (error 719): the rest was computed by the interpreter");
        assert_int_equal(freed[0], 1);
    }
}

/* The second is tried first; it fails; the first has the rest. */
static void test_two_engines(void **state)
{
    (void)state;
    struct apsis_better better[2] = {{&first, "the compiled engine", 0, 0, 0}, {&second, "the GPU", 0, 0, 4}};
    begin();
    struct outcome wanted = measure("first", 600000, NULL, NULL, 0);
    manners[0] = (struct manners){.cached = 1};
    manners[1] = (struct manners){.cached = 1, .fails_after = 1};
    struct outcome got = measure("first", 600000, "plain", better, 2);
    assert_string_equal(got.digest, wanted.digest);
    assert_non_null(strstr(got.note, "the GPU failed (error 719): the rest was computed "));
    assert_true(tiles_of[0] > 0 && tiles_of[1] > 0);
    assert_int_equal(prepared[0] + prepared[1], 2);
    assert_int_equal(freed[0] + freed[1], 2);
}

/* What cannot be made ready: told where it is a fault, not where there is no such thing here. */
static void test_failure_in_prepare(void **state)
{
    (void)state;
    struct apsis_better better[2] = {{&first, "the compiled engine", 0, 0, 0}, {&second, "the GPU", 0, 0, 0}};
    begin();
    struct outcome wanted = measure("first", 300000, NULL, NULL, 0);
    manners[0] = (struct manners){.cached = 1, .prepare_fails = 3};
    manners[1] = (struct manners){.unavailable = "no driver"};
    struct outcome got = measure("first", 300000, NULL, better, 2);
    assert_int_equal(got.status, APSIS_OK);
    assert_string_equal(got.digest, wanted.digest);
    assert_string_equal(got.engine, best_name());
    assert_string_equal(got.note, "the compiled engine could not be used (the tool said 3): all was computed without it");
    assert_int_equal(freed[0] + freed[1], 0);
}

/* One that is slower gets a portion of each kind of job to show it, and no more. */
static void test_slower(void **state)
{
    (void)state;
    struct apsis_better better = soon(&first);
    begin();
    struct outcome wanted = measure("first", 1000000, NULL, NULL, 0);
    manners[0] = (struct manners){.cached = 1, .tile_seconds = 0.005};
    struct outcome got = measure("first", 1000000, NULL, &better, 1);
    assert_string_equal(got.digest, wanted.digest);
    assert_true(tiles_of[0] > 0);
    assert_true(tiles_of[0] < 1000000 / 1024 / 2);
}

/* Nothing is started for a run that is over soon, and only what is cached for one that takes a little longer. */
static void test_thresholds(void **state)
{
    (void)state;
    struct apsis_better better = {&first, "the compiled engine", 0.1, 1000, 0};
    begin();
    struct outcome got = measure("first", 10000, NULL, &better, 1);
    assert_string_equal(got.engine, best_name());
    assert_int_equal(asked_cached[0], 0);
    begin();
    got = measure("first", 1000000, "plain", &better, 1);
    assert_int_equal(asked_cached[0], 1);
    assert_int_equal(prepared[0], 0);
    assert_string_equal(got.engine, "interpreter/plain");
    assert_string_equal(got.note, "");
    begin();
    manners[0] = (struct manners){.cached = 1};
    got = measure("first", 1000000, "plain", &better, 1);
    assert_int_equal(asked_cached[0], 1);
    assert_int_equal(prepared[0], 1);
    assert_string_equal(got.engine, "auto: interpreter/plain, then first");
}

/* What is still being prepared when the run ends, or is interrupted, is given up at once. */
static void test_cancel(void **state)
{
    (void)state;
    struct apsis_better better = soon(&first);
    begin();
    measure("first", 100000, NULL, NULL, 0);
    int threads = threads_now();
    manners[0] = (struct manners){.cached = 1, .prepare_seconds = 30};
    struct outcome got = measure("first", 200000, NULL, &better, 1);
    assert_int_equal(got.status, APSIS_OK);
    assert_string_equal(got.engine, best_name());
    assert_string_equal(got.note, "");
    assert_true(got.free_seconds < 1);
    assert_int_equal(prepared[0], 0);
    assert_int_equal(threads_now(), threads);
    interrupt_at = 0.2;
    got = measure("first", 1ull << 36, NULL, &better, 1);
    assert_int_equal(got.status, APSIS_INTERRUPTED);
    assert_true(got.seconds + got.free_seconds < 1.2);
    assert_string_equal(got.note, "");
    assert_int_equal(threads_now(), threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hand_over), cmocka_unit_test(test_failure_in_mid_run), cmocka_unit_test(test_two_engines),
        cmocka_unit_test(test_failure_in_prepare), cmocka_unit_test(test_slower), cmocka_unit_test(test_thresholds), cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
