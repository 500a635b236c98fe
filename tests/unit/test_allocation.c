/* test_allocation.c - memory that runs out anywhere: a clean failure, nothing left behind, and the next run is right. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/engine/automatic.h"
#include "host/engine/cuda.h"
#include "host/plan/lint.h"
#include "host/plan/model.h"
#include "host/plan/plan.h"
#include "host/report/html.h"
#include "host/report/json.h"
#include "host/report/report.h"
#include "host/support/escape.h"

/*
 * Every allocation of the library comes through here: --wrap at the link for its own and for those that libc makes for it by these names,
 * Jansson's by its own hook. The Nth one fails, alone or with all that follow; live blocks are counted.
 *
 * Every N up to DENSE, then in strides. APSIS_ALLOCATION_SECONDS in the environment: of each stage as many as that time allows.
 */
#define DENSE 40
#define ATTEMPTS 70

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counted, fail_at; /* fail_at 0: none fails */
static int sticky;
static enum { ALL, ONLY, BUT } whose; /* whose allocations count: only those of `chosen`, all but those */
static pthread_t chosen;

/* ---------------------------------------------------------------- live blocks: a set of addresses */
enum { SLOTS = 1 << 20 };
static void *slots[SLOTS];
static long live;

static size_t place_of(const void *block)
{
    size_t at = (size_t)((uintptr_t)block * 0x9e3779b97f4a7c15ull >> 44);
    while (slots[at] && slots[at] != block) at = (at + 1) % SLOTS;
    return at;
}

static void *born(void *block)
{
    if (!block) return NULL;
    pthread_mutex_lock(&lock);
    slots[place_of(block)] = block;
    if (++live > SLOTS / 2) abort();
    pthread_mutex_unlock(&lock);
    return block;
}

static void died(void *block)
{
    if (!block) return;
    pthread_mutex_lock(&lock);
    size_t at = place_of(block);
    if (slots[at]) { /* else: of libc */
        live--;
        slots[at] = NULL;
        for (size_t next = (at + 1) % SLOTS; slots[next]; next = (next + 1) % SLOTS) { /* close the gap */
            void *moved = slots[next];
            slots[next] = NULL;
            slots[place_of(moved)] = moved;
        }
    }
    pthread_mutex_unlock(&lock);
}

static int fails(void)
{
    pthread_mutex_lock(&lock);
    int here = whose == ALL || (pthread_equal(pthread_self(), chosen) != 0) == (whose == ONLY), bad = 0;
    if (here) {
        counted++;
        bad = fail_at && (counted == fail_at || (sticky && counted > fail_at));
    }
    pthread_mutex_unlock(&lock);
    if (bad) errno = ENOMEM;
    return bad;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *block);
char *__real_strdup(const char *text);
char *__real_realpath(const char *path, char *room);
FILE *__real_fopen(const char *path, const char *mode);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);
char *__wrap_realpath(const char *path, char *room);
FILE *__wrap_fopen(const char *path, const char *mode);

void *__wrap_malloc(size_t size) { return fails() ? NULL : born(__real_malloc(size)); }
void *__wrap_calloc(size_t count, size_t size) { return fails() ? NULL : born(__real_calloc(count, size)); }
void *__wrap_aligned_alloc(size_t alignment, size_t size) { return fails() ? NULL : born(__real_aligned_alloc(alignment, size)); }
char *__wrap_strdup(const char *text) { return fails() ? NULL : __real_strdup(text); }
char *__wrap_realpath(const char *path, char *room) { return fails() ? NULL : __real_realpath(path, room); }
FILE *__wrap_fopen(const char *path, const char *mode) { return fails() ? NULL : __real_fopen(path, mode); }

void *__wrap_realloc(void *block, size_t size)
{
    if (fails()) return NULL;
    died(block);
    return born(__real_realloc(block, size)); /* memory of the machine does run out: then the set is one short, and the test says so */
}

void __wrap_free(void *block)
{
    died(block);
    __real_free(block);
}

static void arm(long at, int all_that_follow)
{
    pthread_mutex_lock(&lock);
    counted = 0, fail_at = at, sticky = all_that_follow;
    pthread_mutex_unlock(&lock);
}

/* ---------------------------------------------------------------- stages */
struct fixture {
    char path[512];
    struct apsis_model *model;
    struct apsis_arena *arena;
    struct apsis_ir *ir;
    struct apsis_plan *plan;
    struct apsis_result *result;
    char right[65];    /* the digest */
    char digest[65];   /* of the last attempt, "" where it came to none */
    enum apsis_status status;
    const char *why;
    char told[256];
    int threads;
};
static const struct apsis_page page = {.width = 100, .utf8 = 1};

static void must(int good, const char *what)
{
    if (good) return;
    fprintf(stderr, "test_allocation: %s\n", what);
    exit(1);
}

static void read_and_check(struct fixture *f)
{
    struct apsis_model *model = apsis_model_read(f->path);
    struct apsis_buffer text = {0};
    f->status = model->status;
    if (f->status == APSIS_OK) f->status = apsis_model_check(model->ast, &model->diagnostics);
    apsis_diagnostics_print(&model->diagnostics, &model->sources, "text", &text);
    apsis_diagnostics_print(&model->diagnostics, &model->sources, "json", &text);
    snprintf(f->told, sizeof f->told, "%s", text.text);
    apsis_buffer_free(&text);
    apsis_model_free(model);
}

static void lower_and_plan(struct fixture *f)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_diagnostics list = {.arena = arena};
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    struct apsis_buffer text = {0};
    struct apsis_ir *ir = apsis_lower(arena, f->model->ast, NULL, NULL, &list);
    if (ir) apsis_lint(f->model->ast, ir, &list);
    struct apsis_plan *plan = ir ? apsis_plan_new(arena, ir, &options, &list) : NULL;
    if (plan) apsis_plan_print(plan, &text);
    f->status = plan ? APSIS_OK : APSIS_MODEL_ERROR;
    apsis_diagnostics_print(&list, &f->model->sources, "text", &text);
    snprintf(f->told, sizeof f->told, "%s", text.text);
    apsis_buffer_free(&text);
    apsis_arena_free(arena);
}

/* Draws over four tiles, with an engine that prepares itself. */
static void measure_with(struct fixture *f, enum apsis_status (*prepare)(const struct apsis_plan *, const struct apsis_engine_options *, void **, const char **),
                         const struct apsis_engine *engine)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_plan plan = *f->plan;
    struct apsis_engine_options options = {.threads = f->threads, .cpu = "plain"};
    struct apsis_measure_settings settings;
    struct apsis_result *result = NULL;
    struct apsis_cleanup cleanup;
    const char *why = NULL;
    void *run = NULL;
    plan.arena = arena;
    apsis_measure_defaults(&settings);
    settings.draws = 3500;
    *f->digest = 0;
    f->status = prepare(&plan, &options, &run, &why);
    snprintf(f->told, sizeof f->told, "%s", why ? why : "");
    if (f->status == APSIS_OK) {
        apsis_escape_defer(&cleanup, engine->free, run);
        f->status = apsis_measure_run(arena, &plan, engine, run, &settings, &result);
        if (f->status == APSIS_OK) memcpy(f->digest, result->digest, sizeof f->digest);
        apsis_escape_drop(&cleanup);
        engine->free(run);
    }
    apsis_arena_free(arena);
}

static void interpret(struct fixture *f) { measure_with(f, apsis_engine_interpreter.prepare, &apsis_engine_interpreter); }
static void run_on_gpus(struct fixture *f) { measure_with(f, apsis_engine_cuda.prepare, &apsis_engine_cuda); }
static void compile_and_run(struct fixture *f) { measure_with(f, apsis_engine_compiled.prepare, &apsis_engine_compiled); }

/* auto, with the compiled engine asked for at once. */
static enum apsis_status prepare_eager(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    struct apsis_better better = {&apsis_engine_compiled, "the compiled engine", -1, -1, 0};
    return apsis_automatic_prepare(plan, options, &better, 1, run, why);
}
static void run_automatic(struct fixture *f) { measure_with(f, prepare_eager, &apsis_engine_auto); }

static void report(struct fixture *f)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_buffer text = {0};
    struct apsis_measure_settings settings;
    struct apsis_report about = {.model_file = "a \xff name.risk", .model_sha256 = "00", .replay = "apsis replay"};
    apsis_measure_defaults(&settings);
    struct apsis_record record = {.model_file = f->path, .model_text = "text", .model_length = 4, .result = f->result, .report = &about, .settings = &settings};
    apsis_report_run_text(f->result, &about, &page, &text);
    apsis_json_write(apsis_report_run_json(f->result, &about), &text);
    apsis_json_write(apsis_record_json(&record), &text);
    apsis_json_write(apsis_report_inputs_json(f->ir, 1), &text);
    apsis_report_inputs_text(f->ir, arena, &page, &text);
    apsis_html_run(&text, f->result, &about);
    uint64_t hash = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < text.length; i++) hash = (hash ^ (unsigned char)text.text[i]) * 0x100000001b3ull;
    snprintf(f->digest, sizeof f->digest, "%016llx", (unsigned long long)hash);
    f->status = APSIS_OK;
    apsis_buffer_free(&text);
    apsis_arena_free(arena);
}

/* The public interface, which catches by itself: each call fails with a status or not at all, and objects stay as they were. */
static void told_by(struct fixture *f, const struct apsis_model *model) { snprintf(f->told, sizeof f->told, "%s", apsis_why(model)); }

static void use_interface(struct fixture *f)
{
    struct apsis_settings settings;
    struct apsis_print print;
    struct apsis_case *c = NULL;
    struct apsis_result *result = NULL;
    struct apsis_verdict *verdict = NULL;
    char *texts[5] = {NULL};
    double first[3], *values[4096] = {first};
    size_t columns = 0;
    uint64_t draw;
    apsis_settings_default(&settings);
    apsis_print_default(&print);
    settings.draws = 3500;
    settings.threads = 2;
    settings.engine = "interpreter";
    struct apsis_model *model = apsis_model_open(f->path);
    f->status = apsis_model_status(model);
    if (!f->status) f->status = apsis_check(model, NULL);
    if (!f->status) f->status = apsis_case_open(model, &settings, &c);
    if (!f->status) f->status = apsis_case_columns(c, &columns);
    if (!f->status && columns < 4096) f->status = apsis_case_draws(c, 5, 3, values);
    if (!f->status) f->status = apsis_case_find_draw(c, "value:P5", &draw);
    if (!f->status) f->status = apsis_case_run(c, &result);
    if (!f->status) f->status = apsis_result_record(result, &texts[0]);
    for (int format = 0; format < 3 && !f->status; format++) {
        print.format = format == 0 ? APSIS_FORMAT_TEXT : format == 1 ? APSIS_FORMAT_JSON : APSIS_FORMAT_HTML;
        f->status = apsis_result_text(result, &print, &texts[1 + format]);
    }
    if (!f->status) f->status = apsis_case_replay_text(c, 7, NULL, &print, &texts[4]);
    if (!f->status) f->status = apsis_verify(texts[0], strlen(texts[0]), "the record", 0, &settings, &verdict);
    if (!f->status && !verdict->same) f->status = APSIS_MODEL_ERROR;
    if (!f->status) memcpy(f->digest, apsis_result_info(result)->digest, sizeof f->digest);
    else told_by(f, model);
    if (f->status && !*f->told) snprintf(f->told, sizeof f->told, "%s", verdict && verdict->why ? verdict->why : "out of memory");
    for (int i = 0; i < 5; i++) apsis_free(texts[i]);
    apsis_verdict_free(verdict);
    apsis_result_free(result);
    apsis_case_free(c);
    apsis_model_free(model);
}

/* A model built by calls: a call that found no memory is remembered, whatever the others said. */
static void build_by_calls(struct fixture *f)
{
    static const double sample[] = {1, 2, 3.5}, chance[] = {0, 0.5, 1};
    static const char *const members[] = {"north", "south"};
    struct apsis_model *model = apsis_model_new("built", "By calls");
    apsis_period(model, "year 2026 to 2028");
    apsis_currency(model, "$B");
    apsis_section(model, "Inputs");
    apsis_members(model, "site", members, 2);
    apsis_input(model, "a", apsis_pert(1, 2, 3));
    apsis_label(model, "a", "an input [1]", "a source");
    apsis_input(model, "b", apsis_empirical(sample, 3));
    apsis_input(model, "c", apsis_cumulative(sample, chance, 3));
    apsis_input(model, "d", apsis_percentiles("lognormal", 10, 1, 90, 5));
    apsis_correlate(model, "a", "d", 0.5);
    apsis_data(model, "x.csv", "x", sample, 3);
    apsis_add(model, "e[t] = a * t  # a line\noutput f = sum(e)  \"label\"\nscenario s\n  a = 1\n");
    apsis_target(model, "f", 5);
    apsis_label(model, "f", "better label", NULL);
    apsis_override(model, "s", "b", "2");
    apsis_define(model, "g", "a + b + c + d");
    apsis_output(model, "g", NULL);
    apsis_given(model, "g", "a > 1.5");
    apsis_scenario(model, "other", NULL);
    apsis_override_input(model, "other", "d", apsis_written("normal(0, 1)"));
    char *text = apsis_model_text(model), *messages = NULL;
    f->status = apsis_model_status(model);
    if (f->status) snprintf(f->told, sizeof f->told, "out of memory, remembered");
    if (!f->status && !text) f->status = APSIS_FAILURE, snprintf(f->told, sizeof f->told, "no text");
    if (!f->status && (f->status = apsis_check(model, NULL))) told_by(f, model);
    if (!f->status && !(messages = apsis_messages_text(model, "text"))) f->status = APSIS_FAILURE, snprintf(f->told, sizeof f->told, "no messages");
    if (!f->status) snprintf(f->digest, sizeof f->digest, "%zu %zu %s", strlen(text), strlen(messages), text + strlen(text) - 20);
    apsis_free(text);
    apsis_free(messages);
    apsis_model_free(model);
}

/* Draws from a case that stays, whatever came of the calls before. */
static struct apsis_case *standing;
static void draw_again(struct fixture *f)
{
    double first[2000], *values[4096] = {first};
    size_t columns;
    f->status = apsis_case_columns(standing, &columns);
    if (!f->status) f->status = apsis_case_draws(standing, 1000, 2000, values);
    if (f->status) snprintf(f->told, sizeof f->told, "%s", apsis_why(f->model));
    else snprintf(f->digest, sizeof f->digest, "%a %a", first[0], first[1999]);
}

/* ---------------------------------------------------------------- attempts */
static int entries(const char *folder)
{
    int count = 0;
    DIR *list = opendir(folder);
    for (struct dirent *item; list && (item = readdir(list));) count += item->d_name[0] != '.';
    if (list) closedir(list);
    return count;
}

struct tally {
    long attempts, escaped, told, unharmed;
};

/* 1: it went through, or failed with a status. */
static int attempt(void (*work)(struct fixture *), struct fixture *f, long at, int all)
{
    struct apsis_escape escape;
    *f->told = 0;
    *f->digest = 0;
    arm(at, all);
    if (APSIS_ESCAPE_ENTER(&escape)) {
        work(f);
        apsis_escape_leave(&escape);
        fail_at = 0;
        return 1;
    }
    fail_at = 0;
    must(apsis_escape_current() == NULL, "an escape is still open");
    return 0;
}

static void one(const char *name, void (*work)(struct fixture *), struct fixture *f, long at, int all, const char *right, struct tally *tally)
{
    long before = live;
    int files = entries("/proc/self/fd"), through = attempt(work, f, at, all);
    tally->attempts++;
    must(entries("/proc/self/fd") == files, "a file was not closed");
    if (live != before) {
        fprintf(stderr, "%s, %s: %ld blocks left behind when allocation %ld%s fails (%s)\n", f->path, name, live - before, at, all ? " and all after it" : "", through ? "it went through" : "escaped");
        exit(1);
    }
    if (!through) {
        tally->escaped++;
    } else if (f->status == APSIS_OK) {
        tally->unharmed++;
        if (strcmp(f->digest, right)) fprintf(stderr, "%s, %s, allocation %ld: %s, not %s\n", f->path, name, at, f->digest, right);
        must(!strcmp(f->digest, right), "a run that was told to be right is wrong");
    } else {
        tally->told++;
        must(*f->told != 0, "a failure without a word");
        if (f->status != APSIS_FAILURE && !strstr(f->told, "memory")) fprintf(stderr, "%s, %s, allocation %ld: status %d: %s\n", f->path, name, at, (int)f->status, f->told);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void exhaust(const char *name, void (*work)(struct fixture *), struct fixture *f, long dense, long most)
{
    struct tally tally = {0};
    char right[65];
    long before = live;
    double start = now();
    must(attempt(work, f, 0, 0) && f->status == APSIS_OK, name);
    must(live == before, "a run that succeeds leaves blocks behind");
    memcpy(right, f->digest, sizeof right);
    long all = counted;
    const char *seconds = getenv("APSIS_ALLOCATION_SECONDS");
    if (seconds) {
        most = (long)(atof(seconds) / (now() - start + 1e-6)); /* a run that fails is shorter than one that does not */
        dense = most > all ? all : most / 2;
    }
    for (long at = 1; at <= dense && at <= all; at++) one(name, work, f, at, (int)(at & 1), right, &tally);
    long stride = (all - dense) / (most - dense > 0 ? most - dense : 1) + 1;
    for (long at = dense + 1; at <= all + stride; at += stride) one(name, work, f, at, (int)(at / stride & 1), right, &tally);
    must(tally.escaped + tally.told > 0, "no allocation failed");
    must(attempt(work, f, 0, 0) && f->status == APSIS_OK && !strcmp(f->digest, right), "the run afterwards is not right");
    printf("%-60s %-10s %6ld allocations, %4ld attempts: %ld escaped, %ld failed by a status, %ld went through\n", strrchr(f->path, '/') + 1, name, all, tally.attempts, tally.escaped, tally.told,
           tally.unharmed);
}

static void test_interface(struct fixture *f)
{
    struct apsis_settings settings;
    struct tally tally = {0};
    char right[65];
    exhaust("interface", use_interface, f, DENSE, ATTEMPTS);
    exhaust("calls", build_by_calls, f, 400, 600);
    apsis_settings_default(&settings);
    settings.engine = "interpreter";
    for (long at = 1; at < 40; at++) { /* a new case each time: its engine is made, or not, within the calls that fail */
        long before = live;
        must(apsis_case_open(f->model, &settings, &standing) == APSIS_OK, "a case");
        tally.escaped += !attempt(draw_again, f, at, (int)(at & 1));
        tally.told += f->status != APSIS_OK;
        for (int again = 0; again < 2; again++) {
            must(attempt(draw_again, f, 0, 0) && f->status == APSIS_OK, "draws after a failure");
            if (at == 1 && again == 0) memcpy(right, f->digest, sizeof right);
            must(!strcmp(right, f->digest), "draws after a failure are other ones");
        }
        apsis_case_free(standing);
        must(live - before <= 4, "a case leaves blocks behind"); /* the model's arena may have grown */
    }
    must(tally.escaped == 0 && tally.told > 10, "the interface lets a jump out");
    printf("interface: draws of one case after %ld failures\n", tally.told);
}

static void set_up(struct fixture *f, const char *model)
{
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s/models/%s", APSIS_SOURCE_DIR, model);
    f->threads = 2;
    f->model = apsis_model_read(f->path);
    f->arena = apsis_arena_new();
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    f->ir = apsis_lower(f->arena, f->model->ast, NULL, NULL, &f->model->diagnostics);
    must(f->ir != NULL, f->path);
    f->plan = apsis_plan_new(f->arena, f->ir, &options, &f->model->diagnostics);
    must(f->plan != NULL, f->path);
    struct apsis_measure_settings settings;
    const char *why;
    void *run;
    apsis_measure_defaults(&settings);
    settings.draws = 3500;
    must(apsis_engine_interpreter.prepare(f->plan, NULL, &run, &why) == APSIS_OK && apsis_measure_run(f->arena, f->plan, &apsis_engine_interpreter, run, &settings, &f->result) == APSIS_OK, "a run");
    apsis_engine_interpreter.free(run);
}

static void tear_down(struct fixture *f)
{
    apsis_arena_free(f->arena);
    apsis_model_free(f->model);
}

/* ---------------------------------------------------------------- more than one thread */
struct pair {
    struct fixture *f;
    volatile int stop;
    long runs;
};

static void *run_on(void *context)
{
    struct pair *pair = context;
    struct fixture mine = *pair->f;
    for (; !pair->stop || pair->runs < 3; pair->runs++) {
        interpret(&mine);
        must(mine.status == APSIS_OK && !strcmp(mine.digest, pair->f->result->digest), "a thread is disturbed by another one's failure");
    }
    return NULL;
}

static void test_two_threads(struct fixture *f)
{
    struct pair pair = {.f = f};
    pthread_t other;
    f->threads = 1;
    whose = ONLY;
    chosen = pthread_self();
    long before = live;
    must(pthread_create(&other, NULL, run_on, &pair) == 0, "a thread");
    long failures = 0;
    for (long at = 1; at < 300; at += 7) failures += !attempt(interpret, f, at, at & 1);
    pair.stop = 1;
    pthread_join(other, NULL);
    whose = ALL;
    must(live == before, "two threads leave blocks behind");
    must(failures > 20 && pair.runs >= 3, "too little happened");
    f->threads = 2;
    printf("two threads: %ld failures of one, %ld right runs of the other\n", failures, pair.runs);
}

/* What prepares another engine in the background finds no memory: the run goes on without it. */
static void test_background(struct fixture *f)
{
    struct tally tally = {0};
    int threads = omp_get_max_threads();
    f->threads = 1;
    omp_set_num_threads(1); /* all of the run in this thread */
    chosen = pthread_self();
    whose = BUT;
    must(attempt(run_automatic, f, 0, 0) && counted > 10, "nothing was prepared in the background");
    for (long at = 1; at < 60; at += 3) one("auto, in the background", run_automatic, f, at, (int)(at & 1), f->result->digest, &tally);
    must(tally.unharmed == tally.attempts, "a failure in the background ended a run");
    whose = ALL;
    f->threads = 2;
    omp_set_num_threads(threads);
    printf("auto, in the background: %ld attempts, all went through\n", tally.attempts);
}

/* ---------------------------------------------------------------- files and children of the compiled engine */
static void test_compiled(struct fixture *f, int sanitized)
{
    char folder[] = "/tmp/apsis-test-allocation-XXXXXX", cache[64], temporary[64];
    must(mkdtemp(folder) != NULL, "a folder");
    snprintf(cache, sizeof cache, "%s/cache", folder);
    snprintf(temporary, sizeof temporary, "%s/tmp", folder);
    mkdir(temporary, 0700);
    setenv("TMPDIR", temporary, 1);
    setenv("APSIS_CACHE", "off", 1);
    interpret(f);
    if (apsis_engine_compiled.available(NULL)) {
        printf("compiled: skipped, %s\n", apsis_engine_compiled.available(NULL));
    } else {
        struct tally tally = {0};
        long before = live;
        setenv("APSIS_CACHE", cache, 1);
        must(attempt(compile_and_run, f, 0, 0) && f->status == APSIS_OK && !strcmp(f->digest, f->result->digest), "compiled code");
        must(live == before, "compiling leaves blocks behind");
        long all = counted;
        setenv("APSIS_CACHE", "off", 1); /* each time anew: a few places */
        for (long k = 1; k <= (sanitized ? 3 : 6); k++) one("compiling", compile_and_run, f, all * k / 8 + k, (int)(k & 1), f->result->digest, &tally);
        must(entries(temporary) == 0, "the compiler's folder is left behind");
        must(tally.escaped > 0, "no allocation failed while compiling");
        setenv("APSIS_CACHE", cache, 1);
        exhaust("compiled", compile_and_run, f, DENSE, ATTEMPTS);
        exhaust("auto", run_automatic, f, DENSE, ATTEMPTS);
        test_background(f);
        if (!sanitized) { /* its fibers are not for the sanitizers */
            setenv("APSIS_CUDA_DRIVER", FAKE_CUDA_LIBRARY, 1);
            setenv("APSIS_NVRTC", FAKE_NVRTC_LIBRARY, 1);
            setenv("FAKE_CUDA_DEVICES", "2", 1);
            run_on_gpus(f);
            if (f->status) printf("cuda: skipped, %s\n", f->told);
            else must(!strcmp(f->digest, f->result->digest), "the digest of the GPUs");
            if (!f->status) exhaust("cuda", run_on_gpus, f, DENSE, ATTEMPTS);
        }
        must(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "a child is left");
        must(entries(temporary) == 0, "a folder is left behind");
    }
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    must(system(command) == 0, "the folder is removed");
}

int main(int argc, char **argv)
{
    static const char *const models[] = {"first.risk", "portfolio.risk", "revenue_stack.risk", "terrestrial_dc.risk", "orbital_compute.risk"};
    int sanitized = argc > 1 && !strcmp(argv[1], "sanitized");
    long few = DENSE, most = ATTEMPTS;
    setvbuf(stdout, NULL, _IOLBF, 0);
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct fixture f;
        if (i || sanitized) few = sanitized ? 8 : 16, most = sanitized ? 14 : 28; /* larger models take longer */
        set_up(&f, models[i]);
        exhaust("read", read_and_check, &f, few, most);
        exhaust("plan", lower_and_plan, &f, few, most);
        exhaust("measure", interpret, &f, few, most);
        exhaust("report", report, &f, few, most);
        if (i == 0) {
            test_interface(&f);
            test_two_threads(&f);
            test_compiled(&f, sanitized);
        }
        tear_down(&f);
        must(live == 0, "blocks are left in the end");
    }
    return 0;
}
