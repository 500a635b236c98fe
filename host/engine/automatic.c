/* automatic.c - the engine `auto`: interprets at once, prepares better engines meanwhile, hands whole tiles over when one is ready and faster. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "host/engine/automatic.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/support/escape.h"
#include "kernels/tally.h"

/*
 * All engines give the same bits, so any mixture has the same digest; only time is at stake. While an engine is being prepared a
 * job is run in portions, and after each it is seen whether that engine is ready. Then it shows on one portion how fast it is, and
 * whichever is fastest for this kind of job (which columns are wanted of it) has the rest. An engine that fails is not used again;
 * it has added nothing, so its tiles are given to another.
 */
#define PORTION_SECONDS 0.2  /* of a job while an engine is being prepared */
#define PROBE_SECONDS 0.05   /* of an engine whose speed is not known */
/* A compiler takes 0.1 s and 3.3 ms an instruction (gcc 12 on an EPYC of 2024), on one of the threads that the draws need too. What
   it makes is kept. A run that takes this many times as long by the interpreter pays for it, on two threads, where compiled code is
   1.15 times as fast; at twice as fast 1.5 would do. */
#define REPAYS 4
#define STEP_SECONDS 3e-9    /* of one step and draw, about: before anything is measured */
enum { MOST_ENGINES = 1 + APSIS_MOST_BETTER, MOST_KINDS = 8 };

enum state { IDLE, PREPARING, READY, NOT_CACHED, GONE };

struct candidate {
    struct apsis_better better;
    struct apsis_engine_options options;
    struct apsis_arena *arena;  /* of its thread, then of its run */
    struct apsis_plan plan;     /* the same with that arena */
    pthread_t thread;
    int has_thread;
    int state;                  /* enum state; written by its thread, last of all it writes */
    int failed;                 /* in a run: not used again */
    void *run;
    enum apsis_status status;   /* of prepare() */
    const char *why;
};

/* Jobs that ask for the same columns, and how many tiles a second each engine makes of them; 0: not known. */
struct kind {
    uint64_t key;
    double rate[MOST_ENGINES];
    unsigned char probes[MOST_ENGINES];
    int stale;                  /* the interpreter was measured while a compiler ran beside it */
};

struct automatic {
    const struct apsis_plan *plan;
    void *interpreter;
    int threads;
    double guess;               /* tiles a second, before anything is measured */
    uint64_t expected;          /* tiles that all jobs together have; 0: as the jobs say */
    uint64_t tiles;             /* so far, of jobs with a tally */
    volatile int cancel;        /* ends what is being prepared */
    struct candidate candidates[APSIS_MOST_BETTER];
    size_t count;
    struct kind kinds[MOST_KINDS];
    size_t kind_count;
    unsigned ran;               /* engines that ran tiles, as bits: 0 is the interpreter, then the candidates */
    unsigned char order[MOST_ENGINES];
    size_t ran_count;
    unsigned ran_since[APSIS_MOST_BETTER]; /* engines that ran tiles since this candidate failed */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static const char *available(const struct apsis_engine_options *options) { return apsis_engine_interpreter.available(options); }

/* ---------------------------------------------------------------- preparing in the background */
static enum apsis_status prepare_it(struct candidate *c, const struct apsis_engine *engine)
{
    c->why = NULL;
    if (engine->available && engine->available(&c->options)) return APSIS_OK; /* not here: nothing that was asked for is missing */
    return engine->prepare(&c->plan, &c->options, &c->run, &c->why);
}

static void *prepare_candidate(void *data)
{
    struct candidate *c = data;
    const struct apsis_engine *engine = c->better.engine;
    int state = GONE;
    struct apsis_escape escape;
    if (APSIS_ESCAPE_ENTER(&escape)) {
        c->status = prepare_it(c, engine);
        apsis_escape_leave(&escape);
    } else {
        c->status = APSIS_FAILURE;
        c->why = "out of memory";
    }
    if (c->status == APSIS_OK && c->run) state = READY;
    else if (c->status == APSIS_INCOMPLETE && c->options.only_cached) state = NOT_CACHED;
    __atomic_store_n(&c->state, state, __ATOMIC_RELEASE);
    return NULL;
}

static void start_candidate(struct automatic *a, struct candidate *c, int only_cached)
{
    if (!c->arena) c->arena = apsis_block_keep(apsis_arena_new()); /* its thread may outlive the escape of this job */
    c->plan = *a->plan;
    c->plan.arena = c->arena;
    c->options.only_cached = only_cached;
    c->options.cancel_prepare = &a->cancel;
    c->run = NULL;
    __atomic_store_n(&c->state, PREPARING, __ATOMIC_RELAXED);
    c->has_thread = pthread_create(&c->thread, NULL, prepare_candidate, c) == 0;
    if (!c->has_thread) c->state = GONE;
}

/* Joins what has ended; returns 1 while something is being prepared. */
static int look(struct automatic *a)
{
    int busy = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct candidate *c = &a->candidates[i];
        if (!c->has_thread) continue;
        if (__atomic_load_n(&c->state, __ATOMIC_ACQUIRE) == PREPARING) {
            busy = 1;
            continue;
        }
        pthread_join(c->thread, NULL);
        c->has_thread = 0;
        for (size_t k = 0; k < a->kind_count; k++) a->kinds[k].stale = 1;
    }
    return busy;
}

/* Seconds that the rest of the run will take, of which this job is a part: 0 where too little is known. */
static double expect(const struct automatic *a, const struct apsis_job *job, uint64_t done, double rate)
{
    if (!(rate > 0)) return 0;
    uint64_t end = job->draws / AP_TILE_DRAWS + 1, at = job->first_tile + done, left = end > at ? end - at : 0;
    if (!job->tally && a->tiles) left = job->tile_count - done; /* what comes behind a pass is short */
    if (a->expected) {
        uint64_t rest = a->expected > a->tiles ? a->expected - a->tiles : 0;
        if (rest < left) left = rest;
    }
    return (double)left / rate;
}

static void consider(struct automatic *a, double seconds)
{
    for (size_t i = 0; i < a->count; i++) {
        struct candidate *c = &a->candidates[i];
        if (c->has_thread) continue;
        if (c->state == IDLE && seconds > c->better.cached_after) start_candidate(a, c, seconds <= c->better.after);
        else if (c->state == NOT_CACHED && seconds > c->better.after) start_candidate(a, c, 0);
    }
}

/* ---------------------------------------------------------------- choosing */
static struct kind *kind_of(struct automatic *a, const struct apsis_job *job)
{
    uint64_t key = 0xcbf29ce484222325ull ^ (uint64_t)(job->tally != NULL);
    for (size_t c = 0; c < a->plan->column_count; c++) {
        int wanted = job->tally ? !job->tally->wanted || job->tally->wanted[c] : job->stored[c] != NULL;
        key = (key ^ (uint64_t)(wanted != 0)) * 0x100000001b3ull;
    }
    for (size_t k = 0; k < a->kind_count; k++)
        if (a->kinds[k].key == key) return &a->kinds[k];
    if (a->kind_count == MOST_KINDS) {
        memmove(a->kinds, a->kinds + 1, (MOST_KINDS - 1) * sizeof *a->kinds);
        a->kind_count--;
    }
    struct kind *kind = &a->kinds[a->kind_count++];
    *kind = (struct kind){.key = key};
    return kind;
}

static int is_usable(const struct automatic *a, size_t e)
{
    if (e == 0) return 1;
    const struct candidate *c = &a->candidates[e - 1];
    return c->state == READY && !c->has_thread && !c->failed;
}

/* What the interpreter makes a second, as far as is known. */
static double rate_of(const struct automatic *a, const struct kind *kind)
{
    if (kind->rate[0] > 0) return kind->rate[0];
    double rate = 0;
    for (size_t k = 0; k < a->kind_count; k++)
        if (a->kinds[k].rate[0] > rate) rate = a->kinds[k].rate[0];
    return rate;
}

static uint64_t portion(const struct automatic *a, double rate, double seconds, uint64_t left)
{
    double n = (rate > 0 ? rate : a->guess) * seconds, least = 2.0 * a->threads;
    if (n < least) n = least;
    return n < (double)left ? (uint64_t)n : left;
}

/* Which engine gets the next tiles of a job, and how many of the `left`. */
static size_t choose(const struct automatic *a, struct kind *kind, uint64_t left, int busy, uint64_t *n)
{
    double rate = rate_of(a, kind);
    size_t best = 0;
    for (size_t e = a->count; e > 0; e--) {
        if (!is_usable(a, e)) continue;
        /* first a few tiles, which warm it up and show whether it is far too slow, then more */
        if (kind->probes[e] == 0 || (kind->probes[e] == 1 && kind->rate[e] > 0.2 * rate)) {
            *n = portion(a, rate, kind->probes[e] ? PROBE_SECONDS : 0.1 * PROBE_SECONDS, left);
            if (*n < a->candidates[e - 1].better.least_tiles) *n = a->candidates[e - 1].better.least_tiles;
            if (*n > left) *n = left;
            return e;
        }
        if (kind->rate[e] > (best ? kind->rate[best] : rate)) best = e;
    }
    if (best && (!(kind->rate[0] > 0) || (kind->stale && kind->rate[best] < 1.5 * kind->rate[0]))) {
        uint64_t probe = portion(a, rate, PROBE_SECONDS, left);
        if (left / 4 >= probe) {
            kind->stale = 0;
            *n = probe;
            return 0;
        }
    }
    *n = left;
    if (busy) *n = portion(a, kind->rate[best], PORTION_SECONDS, left);
    else if (!a->ran && (double)left > a->guess) *n = portion(a, 0, PORTION_SECONDS, left); /* a heavy model: soon something is known */
    return best;
}

/* ---------------------------------------------------------------- running */
static enum apsis_status run_part(struct automatic *a, size_t e, const struct apsis_job *job, uint64_t done, uint64_t n)
{
    struct apsis_job part = *job;
    double **shifted = NULL;
    part.first_tile += done;
    part.tile_count = n;
    if (!job->tally && done) {
        shifted = apsis_malloc((a->plan->column_count + 1) * sizeof *shifted);
        for (size_t c = 0; c < a->plan->column_count; c++) shifted[c] = job->stored[c] ? job->stored[c] + done * AP_TILE_DRAWS : NULL;
        part.stored = shifted;
    }
    enum apsis_status status = e ? a->candidates[e - 1].better.engine->run(a->candidates[e - 1].run, &part) : apsis_engine_interpreter.run(a->interpreter, &part);
    apsis_block_free(shifted);
    return status;
}

static void count_tiles(struct automatic *a, size_t e, const struct apsis_job *job, uint64_t n)
{
    if (!(a->ran & 1u << e)) a->order[a->ran_count++] = (unsigned char)e;
    a->ran |= 1u << e;
    for (size_t i = 0; i < a->count; i++)
        if (a->candidates[i].failed) a->ran_since[i] |= 1u << e;
    if (job->tally) a->tiles += n;
}

static enum apsis_status run(void *state, const struct apsis_job *job)
{
    struct automatic *a = state;
    struct kind *kind = kind_of(a, job);
    uint64_t done = 0;
    while (done < job->tile_count) {
        uint64_t left = job->tile_count - done, n;
        int busy = look(a);
        size_t e = choose(a, kind, left, busy, &n);
        double start = now();
        enum apsis_status status = run_part(a, e, job, done, n);
        double seconds = now() - start;
        if (status == APSIS_INTERRUPTED || (status && e == 0)) {
            a->cancel = 1;
            return status;
        }
        if (status) {
            a->candidates[e - 1].failed = 1;
            continue;
        }
        count_tiles(a, e, job, n);
        done += n;
        double rate = (double)n / (seconds > 1e-9 ? seconds : 1e-9);
        kind->rate[e] = rate;
        if (kind->probes[e] < 2) kind->probes[e]++;
        if (a->count) {
            /* few tiles do not keep all threads busy */
            double whole = n < (uint64_t)a->threads ? rate * a->threads / (double)n : rate;
            consider(a, expect(a, job, done, whole));
        }
    }
    return APSIS_OK;
}

/* ---------------------------------------------------------------- what is told of it */
const char *apsis_without_advice(struct apsis_arena *arena, const char *why)
{
    const char *advice = strstr(why, "run with --engine auto");
    if (!advice) return why;
    size_t length = (size_t)(advice - why);
    if (length >= 3 && !strncmp(advice - 3, "or ", 3)) length -= 3;
    while (length && strchr(",; ", why[length - 1])) length--;
    return apsis_arena_copy(arena, why, length);
}

static const char *name_of(struct automatic *a, size_t e)
{
    const struct apsis_engine *engine = e ? a->candidates[e - 1].better.engine : &apsis_engine_interpreter;
    return engine->describe ? engine->describe(e ? a->candidates[e - 1].run : a->interpreter) : engine->name;
}

static const char *describe(void *state)
{
    struct automatic *a = state;
    if (a->ran_count <= 1) return name_of(a, a->ran_count ? a->order[0] : 0);
    const char *text = "auto: ";
    for (size_t i = 0; i < a->ran_count; i++) text = apsis_arena_printf(a->plan->arena, "%s%s%s", text, i ? ", then " : "", name_of(a, a->order[i]));
    return text;
}

static const char *note(void *state)
{
    struct automatic *a = state;
    const char *text = NULL;
    look(a);
    for (size_t i = 0; i < a->count; i++) {
        const struct candidate *c = &a->candidates[i];
        const struct apsis_engine *engine = c->better.engine;
        if (c->has_thread) continue; /* not needed any more */
        const char *one = NULL, *said = c->state == READY && engine->note ? engine->note(c->run) : NULL;
        if (c->failed) {
            unsigned since = a->ran_since[i];
            const char *by = "without it";
            if (since == 1) by = "by the interpreter";
            for (size_t k = 0; k < a->count; k++)
                if (since == 2u << k) by = apsis_arena_printf(a->plan->arena, "by %s", a->candidates[k].better.words);
            one = apsis_arena_printf(a->plan->arena, "%s failed (%s): the rest was computed %s", c->better.words, said ? apsis_without_advice(a->plan->arena, said) : "it does not say why", by);
        } else if (c->state == GONE && c->status && c->status != APSIS_INTERRUPTED && !a->cancel) {
            one = apsis_arena_printf(a->plan->arena, "%s could not be used (%s): all was computed without it", c->better.words, c->why ? apsis_without_advice(a->plan->arena, c->why) : "it does not say why");
        } else if (said) {
            one = said;
        }
        if (one) text = text ? apsis_arena_printf(a->plan->arena, "%s; %s", text, one) : one;
    }
    return text;
}

static void free_automatic(void *state)
{
    struct automatic *a = state;
    if (!a) return;
    a->cancel = 1;
    for (size_t i = 0; i < a->count; i++) {
        struct candidate *c = &a->candidates[i];
        if (c->has_thread) pthread_join(c->thread, NULL);
        if (c->state == READY && c->better.engine->free) c->better.engine->free(c->run);
        apsis_arena_free(c->arena);
    }
    apsis_engine_interpreter.free(a->interpreter);
    apsis_block_free(a);
}

/* ---------------------------------------------------------------- beginning */
static double steps_of(const struct ap_program *program)
{
    double steps = 0;
    for (ap_u32 s = 0; s < program->section_count; s++)
        steps += (double)program->sections[s].count * (program->sections[s].is_loop ? program->periods : 1);
    return steps;
}

enum apsis_status apsis_automatic_prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options,
                                          const struct apsis_better *better, size_t count, void **run, const char **why)
{
    static const struct apsis_engine_options none;
    void *interpreter = NULL;
    if (!options) options = &none;
    enum apsis_status status = apsis_engine_interpreter.prepare(plan, options, &interpreter, why);
    if (status) return status;
    struct automatic *a = apsis_calloc(1, sizeof *a);
    a->plan = plan;
    a->interpreter = interpreter;
    a->threads = options->threads > 0 ? options->threads : omp_get_num_procs();
    a->guess = a->threads / ((steps_of(plan->program) + 1) * AP_TILE_DRAWS * STEP_SECONDS);
    a->expected = options->draws_expected ? options->draws_expected / AP_TILE_DRAWS + 1 : 0;
    a->count = count < APSIS_MOST_BETTER ? count : APSIS_MOST_BETTER;
    for (size_t i = 0; i < a->count; i++) {
        a->candidates[i] = (struct candidate){.better = better[i], .options = *options};
        if (!strcmp(better[i].engine->name, "cuda")) a->candidates[i].options.block = 0; /* asked for the processor's sake */
    }
    *run = a;
    return APSIS_OK;
}

static enum apsis_status prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    struct apsis_better better[APSIS_MOST_BETTER];
    size_t count = 0;
    const struct apsis_engine *compiled = apsis_engine_find("compiled"), *cuda = apsis_engine_find("cuda");
    double steps = plan->program->instruction_count;
    if (compiled) better[count++] = (struct apsis_better){compiled, "the compiled engine", 0.1, REPAYS * (0.1 + 0.0033 * steps), 0};
    if (cuda) better[count++] = (struct apsis_better){cuda, "the GPU", 1, 2 + 0.002 * steps, 256};
    return apsis_automatic_prepare(plan, options, better, count, run, why);
}

const struct apsis_engine apsis_engine_auto = {"auto", available, prepare, run, describe, note, free_automatic};
