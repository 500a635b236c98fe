/* test_cuda.c - the CUDA engine on a driver and a compiler that are fakes: its results, its memory, and all that can fail. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/engine/cuda.h"
#include "host/engine/program_text.h"
#include "host/plan/model.h"
#include "host/result/result.h"
#include "kernels/tally.h"

static char folder[] = "/tmp/apsis-cuda-XXXXXX", count_file[128];
static void (*fake_reset)(void);
static long (*fake_held)(void), (*fake_launches)(void);

/* A machine with these settings of the fakes ("NAME=value", NULL at the end) and nothing else. */
static void machine(const char *first, ...)
{
    static const char *const all[] = {"FAKE_CUDA_DEVICES", "FAKE_CUDA_CAPABILITY", "FAKE_CUDA_VERSION", "FAKE_CUDA_MEMORY", "FAKE_CUDA_FAIL", "FAKE_NVRTC_VERSION", "FAKE_NVRTC_FAIL"};
    va_list list;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) unsetenv(all[i]);
    setenv("APSIS_CUDA_DRIVER", FAKE_CUDA_LIBRARY, 1);
    setenv("APSIS_NVRTC", FAKE_NVRTC_LIBRARY, 1);
    va_start(list, first);
    for (const char *one = first; one; one = va_arg(list, const char *)) {
        char name[64];
        const char *is = strchr(one, '=');
        snprintf(name, sizeof name, "%.*s", (int)(is - one), one);
        setenv(name, is + 1, 1);
    }
    va_end(list);
    fake_reset();
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    char path[128];
    snprintf(path, sizeof path, "%s/cache", folder);
    setenv("APSIS_CACHE", path, 1);
    setenv("TMPDIR", folder, 1);
    snprintf(count_file, sizeof count_file, "%s/count", folder);
    setenv("FAKE_NVRTC_COUNT", count_file, 1);
    void *library = dlopen(FAKE_CUDA_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) return -1;
    *(void **)&fake_reset = dlsym(library, "fake_cuda_reset");
    *(void **)&fake_held = dlsym(library, "fake_cuda_held");
    *(void **)&fake_launches = dlsym(library, "fake_cuda_launches");
    return fake_reset && fake_held && fake_launches ? 0 : -1;
}
static int teardown(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}
static long compilations(void)
{
    struct stat status;
    return stat(count_file, &status) ? 0 : (long)status.st_size;
}

/* ------------------------------------------------------------------ a model that has some of everything, and the models of the project */
static const char every_kind[] =
    "model every_kind\n"
    "period quarter 2026Q1 to 2033Q4\n"
    "a ~ normal(1, 2)\n"
    "b ~ pert(0, 1, 9)\n"
    "n ~ poisson(abs(a) * 3)\n"
    "k ~ discrete(0: 20%, 1: 30%, 3: 50%)\n"
    "e ~ cumulative(0: 0%, 2: 40%, 9: 100%)\n"
    "c ~ gamma(2.5, 3)\n"
    "correlate\n"
    "  b, c  60%\n"
    "g[t] ~ normal(2%, 5%)\n"
    "x[t] = x[t-1] * (1 + g[t]) + k - x[t - k - 1] * 10%\n"
    "x[..2025Q4] = 1\n"
    "cash[t] = if t < 4 then -b - 3 else x[t] * a\n"
    "output rare = a * b given n > 9\n"
    "output often = sqrt(a) + e given k > 0\n"
    "output whole = n + k   targets 1, 3\n"
    "output worth = npv(10%, cash, mid) / (k - 1)\n"
    "output rate = irr(cash, end, between: -90%, 300%)\n"
    "output x[t]\n";

/* histories that a thread's local memory does not hold */
static const char long_memory[] =
    "model long_memory\n"
    "period quarter 2026Q1 to 2225Q4\n"
    "k ~ randint(1, 700)\n"
    "r ~ normal(1, 0.1)\n"
    "a[t] = a[t-1] * 0.9 + r - b[t - k] * 1%\n"
    "a[..2025Q4] = 1\n"
    "b[t] = a[t - k] + c[t - k] * 2%\n"
    "b[..2025Q4] = 2\n"
    "c[t] = b[t - k] - d[t - k] * 3%\n"
    "c[..2025Q4] = 3\n"
    "d[t] = c[t - k] * 0.5 + e[t - k]\n"
    "d[..2025Q4] = 4\n"
    "e[t] = d[t - k] * 0.7 - a[t - k]\n"
    "e[..2025Q4] = 5\n"
    "output last = a[2225Q4] + b[2225Q4] + c[2225Q4] + d[2225Q4] + e[2225Q4]\n";

struct world {
    struct apsis_model *model;
    struct apsis_plan *plan;
};
static struct world open_world(const char *name)
{
    struct world w;
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, name);
    if (!strcmp(name, "every_kind")) w.model = apsis_model_parse("every_kind.risk", every_kind, sizeof every_kind - 1);
    else if (!strcmp(name, "long_memory")) w.model = apsis_model_parse("long_memory.risk", long_memory, sizeof long_memory - 1);
    else w.model = apsis_model_read(path);
    struct apsis_ir *ir = w.model->status ? NULL : apsis_lower(w.model->arena, w.model->ast, NULL, NULL, &w.model->diagnostics);
    for (size_t i = 0; i < w.model->diagnostics.count && !ir; i++) print_message("%s\n", w.model->diagnostics.items[i].message);
    assert_non_null(ir);
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    w.plan = apsis_plan_new(w.model->arena, ir, &options, &w.model->diagnostics);
    assert_non_null(w.plan);
    return w;
}

/* ------------------------------------------------------------------ an engine that falls back, as auto does: no tile may be counted twice */
static long fallbacks;
static void *fallback_run;
static enum apsis_status run_or_interpret(void *run, const struct apsis_job *job)
{
    enum apsis_status status = apsis_engine_cuda.run(run, job);
    if (status != APSIS_FAILURE) return status;
    fallbacks++;
    return apsis_engine_interpreter.run(fallback_run, job);
}

struct outcome {
    enum apsis_status prepared, status;
    char digest[65], why[2048], note[2048], engine[256];
    unsigned passes;
    int fell_back;
};
struct wishes {
    const char *device, *include;
    uint64_t draws;
    size_t memory;
    int fall_back, only_cached;
    const volatile int *cancel;
};

static struct outcome measure(const struct world *w, const struct apsis_engine *engine, struct wishes wishes)
{
    struct outcome out = {.status = APSIS_OK};
    struct apsis_engine_options options = {.threads = 2, .device = wishes.device, .cuda_include = wishes.include ? wishes.include : "none", .only_cached = wishes.only_cached};
    struct apsis_engine falling = apsis_engine_cuda;
    struct apsis_measure_settings settings;
    struct apsis_result *result = NULL;
    struct apsis_arena *arena = apsis_arena_new();
    const char *why = "";
    void *run = NULL;
    apsis_measure_defaults(&settings);
    settings.draws = wishes.draws ? wishes.draws : 3000;
    if (wishes.memory) settings.memory = wishes.memory;
    settings.cancel = wishes.cancel;
    out.prepared = engine->prepare(w->plan, &options, &run, &why);
    if (out.prepared == APSIS_OK) {
        if (wishes.fall_back) {
            falling.run = run_or_interpret;
            engine = &falling;
            assert_int_equal(apsis_engine_interpreter.prepare(w->plan, &options, &fallback_run, &why), APSIS_OK);
        }
        fallbacks = 0;
        out.status = apsis_measure_run(arena, w->plan, engine, run, &settings, &result);
        out.fell_back = fallbacks != 0;
        if (result) {
            strcpy(out.digest, result->digest);
            out.passes = result->passes;
        }
        snprintf(out.engine, sizeof out.engine, "%s", engine->describe(run));
        const char *note = engine->note ? engine->note(run) : NULL;
        snprintf(out.note, sizeof out.note, "%s", note ? note : "");
        engine->free(run);
        if (wishes.fall_back) apsis_engine_interpreter.free(fallback_run);
    } else {
        snprintf(out.why, sizeof out.why, "%s", why);
    }
    apsis_arena_free(arena);
    if (engine != &apsis_engine_interpreter && fake_held() != 0) fail_msg("%ld things are left on the fake GPUs", fake_held());
    return out;
}

static void says(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("'%s' does not say '%s'", text, part);
}

/* ------------------------------------------------------------------ results */
static void same_digest(const char *name, struct wishes wishes, const char *devices)
{
    struct world w = open_world(name);
    machine(devices, NULL);
    struct outcome a = measure(&w, &apsis_engine_interpreter, wishes), b = measure(&w, &apsis_engine_cuda, wishes);
    if (b.prepared) fail_msg("%s: %s", name, b.why);
    assert_int_equal(b.status, APSIS_OK);
    assert_string_equal(b.note, "");
    assert_string_equal(a.digest, b.digest);
    assert_int_equal(strlen(b.digest), 64);
    apsis_model_free(w.model);
}

static void first(void **state) { (void)state, same_digest("first", (struct wishes){.draws = 20000}, NULL); }
static void everything(void **state) { (void)state, same_digest("every_kind", (struct wishes){.draws = 12345}, NULL); }
static void far_histories(void **state)
{
    (void)state;
    struct world w = open_world("long_memory");
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_text_options options = {.dialect = APSIS_TEXT_CUDA, .threads = 256};
    assert_true(apsis_program_text(arena, w.plan, NULL, &options)->far_rows > 0);
    apsis_arena_free(arena);
    apsis_model_free(w.model);
    same_digest("long_memory", (struct wishes){.draws = 5000}, NULL);
}
static void revenue_stack(void **state) { (void)state, same_digest("revenue_stack", (struct wishes){.draws = 1500}, NULL); }
static void portfolio(void **state) { (void)state, same_digest("portfolio", (struct wishes){.draws = 1500}, NULL); }
static void terrestrial(void **state) { (void)state, same_digest("terrestrial_dc", (struct wishes){.draws = 1500}, NULL); }
static void orbital(void **state) { (void)state, same_digest("orbital_compute", (struct wishes){.draws = 1500}, NULL); }
static void three_cards(void **state) { (void)state, same_digest("first", (struct wishes){.draws = 70000}, "FAKE_CUDA_DEVICES=3"); }

/* little room for kept values: several passes, narrowed windows, launches that must be done again */
static void little_memory(void **state)
{
    (void)state;
    struct world w = open_world("every_kind");
    machine(NULL);
    struct wishes wishes = {.draws = 40000, .memory = 1};
    struct outcome a = measure(&w, &apsis_engine_interpreter, wishes), b = measure(&w, &apsis_engine_cuda, wishes);
    assert_string_equal(a.digest, b.digest);
    assert_true(b.passes > 1);
    apsis_model_free(w.model);
}

static void curand(void **state)
{
    (void)state;
    char path[64], command[600];
    struct world w = open_world("first");
    machine(NULL);
    snprintf(path, sizeof path, "%s/toolkit", folder);
    snprintf(command, sizeof command, "mkdir -p %s/include/nv && touch %s/include/nv/target %s/include/curand_philox4x32_x.h", path, path, path);
    assert_int_equal(system(command), 0);
    struct outcome own = measure(&w, &apsis_engine_cuda, (struct wishes){.include = "none"}), theirs = measure(&w, &apsis_engine_cuda, (struct wishes){.include = path});
    assert_string_equal(own.digest, theirs.digest);
    assert_string_equal(own.engine, "cuda/Fake GPU sm_90, own Philox");
    assert_string_equal(theirs.engine, "cuda/Fake GPU sm_90, cuRAND Philox");
    struct outcome wrong = measure(&w, &apsis_engine_cuda, (struct wishes){.include = folder});
    assert_int_equal(wrong.prepared, APSIS_USAGE);
    says(wrong.why, "nv/target");
    apsis_model_free(w.model);
}

/* Rows of every second column, from a tile in the middle, with an end inside of a tile. */
static void stored(void **state)
{
    (void)state;
    enum { TILES = 11, ROOM = TILES * 1024 };
    struct world w = open_world("every_kind");
    size_t columns = w.plan->column_count;
    const struct apsis_engine *engines[] = {&apsis_engine_interpreter, &apsis_engine_cuda, &apsis_engine_cuda};
    double **values[3];
    for (int e = 0; e < 3; e++) {
        machine(e == 2 ? "FAKE_CUDA_DEVICES=2" : NULL, NULL);
        values[e] = calloc(columns, sizeof(double *));
        for (size_t c = 0; c < columns; c += 2) {
            values[e][c] = malloc(ROOM * sizeof(double));
            for (size_t i = 0; i < ROOM; i++) values[e][c][i] = -12345;
        }
        struct apsis_engine_options options = {.cuda_include = "none"};
        struct apsis_job job = {.seed = 77, .draws = (3 + TILES) * 1024 - 300, .first_tile = 3, .tile_count = TILES, .stored = values[e]};
        const char *why = "";
        void *run;
        if (engines[e]->prepare(w.plan, &options, &run, &why)) fail_msg("%s", why);
        assert_int_equal(engines[e]->run(run, &job), APSIS_OK);
        engines[e]->free(run);
        assert_int_equal(fake_held(), 0);
    }
    for (size_t c = 0; c < columns; c += 2) {
        assert_memory_equal(values[0][c], values[1][c], ROOM * sizeof(double));
        assert_memory_equal(values[0][c], values[2][c], ROOM * sizeof(double));
        assert_true(values[1][c][ROOM - 300] == -12345 && values[1][c][ROOM - 301] != -12345);
        for (int e = 0; e < 3; e++) free(values[e][c]);
    }
    for (int e = 0; e < 3; e++) free(values[e]);
    apsis_model_free(w.model);
}

/* ------------------------------------------------------------------ what a machine may lack */
static void lacks(const struct world *w, const char *setting, struct wishes wishes, enum apsis_status status, const char *part, int also_available)
{
    machine(setting, NULL);
    struct outcome out = measure(w, &apsis_engine_cuda, wishes);
    assert_int_equal(out.prepared, status);
    says(out.why, part);
    struct apsis_engine_options options = {.device = wishes.device};
    const char *why = apsis_engine_cuda.available(&options);
    if (also_available) assert_null(why);
    else says(why, part);
}

static void not_there(void **state)
{
    (void)state;
    struct world w = open_world("first");
    struct wishes none = {0};
    lacks(&w, "APSIS_CUDA_DRIVER=/nowhere/libcuda.so.1", none, APSIS_FAILURE, "no NVIDIA driver: /nowhere/libcuda.so.1 is not there; install the driver, or run with --engine auto", 0);
    lacks(&w, "FAKE_CUDA_VERSION=10020", none, APSIS_FAILURE, "driver is too old: it serves CUDA 10.2, and 11.2 is needed", 0);
    lacks(&w, "APSIS_CUDA_DRIVER=" FAKE_NVRTC_LIBRARY, none, APSIS_FAILURE, "and has no cuInit", 0);
    lacks(&w, "FAKE_CUDA_FAIL=cuInit:1:999", none, APSIS_FAILURE, "cuInit says CUDA_ERROR_UNKNOWN (999), unknown error", 1);
    lacks(&w, "FAKE_CUDA_DEVICES=0", none, APSIS_FAILURE, "shows no GPU", 0);
    lacks(&w, "FAKE_CUDA_FAIL=cuDeviceGetCount:1+:999", none, APSIS_FAILURE, "cuDeviceGetCount says CUDA_ERROR_UNKNOWN", 0);
    lacks(&w, "FAKE_CUDA_CAPABILITY=6.1", none, APSIS_FAILURE, "Fake GPU (cuda:0) has compute capability 6.1, and 7.0 is needed", 0);
    lacks(&w, "FAKE_CUDA_DEVICES=2", (struct wishes){.device = "cuda:0,2"}, APSIS_USAGE, "there is no cuda:2; this machine has cuda:0 to cuda:1", 1);
    lacks(&w, NULL, (struct wishes){.device = "opencl"}, APSIS_USAGE, "'opencl' names no GPU", 1);
    lacks(&w, NULL, (struct wishes){.device = "cuda:0,0"}, APSIS_USAGE, "names cuda:0 twice", 1);
    char setting[200];
    setenv("APSIS_CACHE", "off", 1);
    lacks(&w, "APSIS_NVRTC=/nowhere/libnvrtc.so", none, APSIS_FAILURE, "no NVRTC, CUDA's compiler: /nowhere/libnvrtc.so is not there; install the CUDA Toolkit", 1);
    lacks(&w, "FAKE_NVRTC_VERSION=11.0", none, APSIS_FAILURE, "is NVRTC 11.0, too old: 11.2 is needed", 1);
    lacks(&w, "APSIS_NVRTC=" FAKE_CUDA_LIBRARY, none, APSIS_FAILURE, "too old", 1);
    lacks(&w, "FAKE_NVRTC_FAIL=line one\nline two", none, APSIS_FAILURE, "NVRTC_ERROR_COMPILATION\nline one\nline two", 1);
    lacks(&w, "FAKE_CUDA_CAPABILITY=13.5", none, APSIS_FAILURE, "it does not know this GPU: install a newer CUDA Toolkit", 1);
    snprintf(setting, sizeof setting, "%s/cache", folder);
    setenv("APSIS_CACHE", setting, 1);
    apsis_model_free(w.model);
}

/* Of two cards one is too old: all that serve are used; the old one by name is refused. */
static void mixed_cards(void **state)
{
    (void)state;
    struct world w = open_world("first");
    machine("FAKE_CUDA_DEVICES=3", "FAKE_CUDA_CAPABILITY=6.1,9.0,8.0", NULL);
    struct outcome reference = measure(&w, &apsis_engine_interpreter, (struct wishes){0}), all = measure(&w, &apsis_engine_cuda, (struct wishes){0});
    if (all.prepared || all.status) fail_msg("%s%s", all.why, all.note);
    assert_string_equal(all.digest, reference.digest);
    assert_string_equal(all.engine, "cuda/Fake GPU sm_90 + Fake GPU sm_80, own Philox");
    struct outcome old = measure(&w, &apsis_engine_cuda, (struct wishes){.device = "cuda:0"});
    assert_int_equal(old.prepared, APSIS_FAILURE);
    says(old.why, "6.1");
    struct outcome last = measure(&w, &apsis_engine_cuda, (struct wishes){.device = "2"});
    assert_string_equal(last.engine, "cuda/Fake GPU sm_80, own Philox");
    assert_string_equal(last.digest, reference.digest);
    apsis_model_free(w.model);
}

static void cache(void **state)
{
    (void)state;
    struct world w = open_world("first");
    char path[200];
    snprintf(path, sizeof path, "%s/fresh", folder);
    setenv("APSIS_CACHE", path, 1);
    machine(NULL);
    struct outcome empty = measure(&w, &apsis_engine_cuda, (struct wishes){.only_cached = 1});
    assert_int_equal(empty.prepared, APSIS_INCOMPLETE);
    long before = compilations();
    struct outcome one = measure(&w, &apsis_engine_cuda, (struct wishes){0});
    assert_int_equal(compilations(), before + 1);
    struct outcome two = measure(&w, &apsis_engine_cuda, (struct wishes){.only_cached = 1});
    assert_string_equal(one.digest, two.digest);
    machine("APSIS_NVRTC=/nowhere", NULL); /* what one machine compiled serves where there is no compiler */
    struct outcome three = measure(&w, &apsis_engine_cuda, (struct wishes){0});
    assert_string_equal(one.digest, three.digest);
    assert_int_equal(compilations(), before + 1);
    machine("FAKE_CUDA_FAIL=cuModuleLoadData:1:200", NULL); /* the driver does not take it: once more */
    struct outcome four = measure(&w, &apsis_engine_cuda, (struct wishes){0});
    assert_string_equal(one.digest, four.digest);
    assert_int_equal(compilations(), before + 2);
    machine("FAKE_CUDA_FAIL=cuModuleLoadData:1+:200", NULL);
    struct outcome five = measure(&w, &apsis_engine_cuda, (struct wishes){0});
    assert_int_equal(five.prepared, APSIS_FAILURE);
    says(five.why, "cuModuleLoadData says CUDA_ERROR_INVALID_IMAGE (200), device kernel image is invalid; a driver newer than the CUDA Toolkit, or as new, is needed");
    snprintf(path, sizeof path, "%s/cache", folder);
    setenv("APSIS_CACHE", path, 1);
    apsis_model_free(w.model);
}

/* ------------------------------------------------------------------ memory */
static void memory(void **state)
{
    (void)state;
    struct world w = open_world("every_kind");
    machine(NULL);
    struct wishes wishes = {.draws = 9000};
    struct outcome reference = measure(&w, &apsis_engine_interpreter, wishes);
    int refused = 0, noted = 0, good = 0;
    for (double bytes = 64e3; bytes < 64e6; bytes *= 2.5) {
        char setting[64];
        snprintf(setting, sizeof setting, "FAKE_CUDA_MEMORY=%.0f", bytes);
        machine(setting, NULL);
        struct outcome out = measure(&w, &apsis_engine_cuda, wishes);
        if (out.prepared || out.status) {
            assert_true(!noted && !good); /* more memory never does less */
            refused++;
            says(out.prepared ? out.why : out.note, out.prepared ? "CUDA_ERROR_OUT_OF_MEMORY (2), out of memory" : "cuda:0 (Fake GPU): out of device memory: one block of 128 draws needs ");
            continue;
        }
        assert_string_equal(out.digest, reference.digest);
        if (*out.note) says(out.note, "was short of memory"), noted++;
        else good++;
    }
    assert_true(refused >= 2 && good >= 2);
    apsis_model_free(w.model);
}

/* Every allocation may find that somebody else has taken the memory. */
static void memory_goes(void **state)
{
    (void)state;
    struct world w = open_world("first");
    machine(NULL);
    struct outcome reference = measure(&w, &apsis_engine_interpreter, (struct wishes){0});
    static const char *const symbols[] = {"cuMemAlloc_v2", "cuMemHostAlloc", "cuLaunchKernel"};
    for (int s = 0; s < 3; s++) {
        int hits = 0;
        for (int n = 1; n < 8; n++) {
            char setting[64];
            snprintf(setting, sizeof setting, "FAKE_CUDA_FAIL=%s:%d:2", symbols[s], n);
            machine(setting, NULL);
            struct outcome out = measure(&w, &apsis_engine_cuda, (struct wishes){0});
            if (out.prepared) {
                says(out.why, "out of memory");
                continue;
            }
            if (out.status) fail_msg("%s: %s", setting, out.note);
            assert_string_equal(out.digest, reference.digest);
            hits += *out.note != 0;
        }
        assert_true(hits >= 1);
    }
    apsis_model_free(w.model);
}

/* ------------------------------------------------------------------ failures in mid-run */
static const char *const calls[] = {"cuLaunchKernel", "cuEventQuery", "cuEventRecord", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuMemsetD8Async", "cuStreamSynchronize", "cuMemAlloc_v2",
                                    "cuMemGetInfo_v2", "cuCtxSetCurrent"};
static const int codes[] = {700, 719, 214};

/* One card: the engine by itself fails and says why; behind it, another engine does the same tiles and the digest is the same. */
static void one_card_fails(void **state)
{
    (void)state;
    struct world w = open_world("first");
    machine(NULL);
    struct wishes wishes = {.draws = 5000};
    struct outcome reference = measure(&w, &apsis_engine_interpreter, wishes);
    int failed = 0;
    for (size_t s = 0; s < sizeof calls / sizeof *calls; s++)
        for (int n = 1; n < 20; n += 1 + n / 2) {
            char setting[64], says_code[32];
            int code = codes[(s + (size_t)n) % 3];
            snprintf(setting, sizeof setting, "FAKE_CUDA_FAIL=%s:%d:%d", calls[s], n, code);
            machine(setting, NULL);
            struct outcome out = measure(&w, &apsis_engine_cuda, wishes);
            snprintf(says_code, sizeof says_code, "(%d)", code);
            if (out.prepared) {
                says(out.why, says_code);
                continue;
            }
            if (out.status == APSIS_OK) { /* it was not called as often */
                assert_string_equal(out.digest, reference.digest);
                continue;
            }
            failed++;
            assert_int_equal(out.status, APSIS_FAILURE);
            says(out.note, calls[s]);
            says(out.note, says_code);
            says(out.note, "run with --engine auto");
            machine(setting, NULL);
            out = measure(&w, &apsis_engine_cuda, (struct wishes){.draws = 5000, .fall_back = 1});
            assert_int_equal(out.status, APSIS_OK);
            assert_true(out.fell_back);
            assert_string_equal(out.digest, reference.digest);
        }
    assert_true(failed > 12);
    apsis_model_free(w.model);
}

/* Two cards, one of them lost at some moment: the other one does its tiles. */
static void one_of_two_fails(void **state)
{
    (void)state;
    struct world w = open_world("first");
    machine(NULL);
    struct wishes wishes = {.draws = 20000};
    struct outcome reference = measure(&w, &apsis_engine_interpreter, wishes);
    int lost = 0;
    for (size_t s = 0; s + 1 < sizeof calls / sizeof *calls; s++)
        for (int n = 1; n < 20; n += 1 + n) {
            char setting[64], name[16];
            int card = (n + (int)s) % 2, code = codes[(s + (size_t)n) % 3];
            snprintf(setting, sizeof setting, "FAKE_CUDA_FAIL=%s:%d:%d@%d", calls[s], n, code, card);
            machine("FAKE_CUDA_DEVICES=2", setting, NULL);
            struct outcome out = measure(&w, &apsis_engine_cuda, wishes);
            if (out.prepared) continue;
            assert_int_equal(out.status, APSIS_OK);
            assert_string_equal(out.digest, reference.digest);
            if (!*out.note) continue;
            lost++;
            snprintf(name, sizeof name, "cuda:%d (", card);
            says(out.note, name);
            says(out.note, "its tiles were given to the other GPUs");
        }
    assert_true(lost > 6);
    machine("FAKE_CUDA_DEVICES=2", "FAKE_CUDA_FAIL=cuLaunchKernel:3:700@0,cuLaunchKernel:4:719@1", NULL);
    struct outcome both = measure(&w, &apsis_engine_cuda, wishes);
    assert_int_equal(both.status, APSIS_FAILURE);
    says(both.note, "(700)");
    machine("FAKE_CUDA_DEVICES=2", "FAKE_CUDA_FAIL=cuLaunchKernel:3:700@0,cuLaunchKernel:4:719@1", NULL);
    both = measure(&w, &apsis_engine_cuda, (struct wishes){.draws = 20000, .fall_back = 1});
    assert_string_equal(both.digest, reference.digest);
    apsis_model_free(w.model);
}

/* ------------------------------------------------------------------ cancelled */
static void *cancel_later(void *pointer)
{
    nanosleep(&(struct timespec){0, 300000000}, NULL);
    *(volatile int *)pointer = 1;
    return NULL;
}
static void cancelled(void **state)
{
    (void)state;
    struct world w = open_world("first");
    volatile int cancel = 0;
    pthread_t thread;
    machine("FAKE_CUDA_DEVICES=2", NULL);
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, (void *)&cancel), 0);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    struct outcome out = measure(&w, &apsis_engine_cuda, (struct wishes){.draws = 1000000000, .cancel = &cancel});
    clock_gettime(CLOCK_MONOTONIC, &end);
    pthread_join(thread, NULL);
    assert_int_equal(out.status, APSIS_INTERRUPTED);
    assert_true(end.tv_sec - start.tv_sec < 10);
    apsis_model_free(w.model);
}

/* ------------------------------------------------------------------ what else it tells */
static void tells(void **state)
{
    (void)state;
    struct world w = open_world("first");
    machine("FAKE_CUDA_DEVICES=2", NULL);
    struct apsis_engine_options options = {.cuda_include = "none"};
    struct apsis_cuda_figures figures[4];
    const char *why = "";
    void *run;
    if (apsis_engine_cuda.prepare(w.plan, &options, &run, &why)) fail_msg("%s", why);
    assert_string_equal(apsis_engine_cuda.describe(run), "cuda/2 x Fake GPU sm_90, own Philox");
    assert_null(apsis_engine_cuda.note(run));
    assert_int_equal(apsis_cuda_figures(run, figures, 4), 2);
    assert_true(figures[1].ordinal == 1 && figures[1].registers == 64 && figures[1].threads == 128 && figures[1].blocks == 4);
    apsis_engine_cuda.free(run);
    apsis_model_free(w.model);

    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_cuda_description d = apsis_cuda_describe(arena, folder);
    assert_true(d.driver_works && d.nvrtc_works && !d.headers_path && d.device_count == 2);
    says(d.driver, "CUDA 13.0 (");
    says(d.devices, "Fake GPU (cuda:0, compute capability 9.0, 2 processors, 1.0 GiB), Fake GPU (cuda:1");
    says(d.nvrtc, "13.0 (");
    says(d.headers, "does not hold both");
    machine("APSIS_CUDA_DRIVER=/nowhere", "APSIS_NVRTC=/nowhere", NULL);
    d = apsis_cuda_describe(arena, NULL);
    assert_true(!d.driver_works && !d.nvrtc_works && d.device_count == 0);
    says(d.driver, "/nowhere is not there");
    says(d.nvrtc, "/nowhere is not there");
    assert_string_equal(d.devices, "none");
    apsis_arena_free(arena);
    assert_int_equal(fake_held(), 0);
}

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first), cmocka_unit_test(everything), cmocka_unit_test(far_histories), cmocka_unit_test(three_cards), cmocka_unit_test(little_memory), cmocka_unit_test(curand), cmocka_unit_test(stored),
        cmocka_unit_test(not_there), cmocka_unit_test(mixed_cards), cmocka_unit_test(cache), cmocka_unit_test(memory), cmocka_unit_test(memory_goes),
        cmocka_unit_test(one_card_fails), cmocka_unit_test(one_of_two_fails), cmocka_unit_test(cancelled), cmocka_unit_test(tells),
        cmocka_unit_test(revenue_stack), cmocka_unit_test(portfolio), cmocka_unit_test(terrestrial), cmocka_unit_test(orbital)};
    if (count > 1) cmocka_set_test_filter(words[1]); /* one of them, by name */
    return cmocka_run_group_tests(tests, setup, teardown);
}
