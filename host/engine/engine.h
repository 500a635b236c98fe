/* engine.h - what runs a plan: tiles in, tallies and stored draws out; all engines give the same bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_ENGINE_H
#define APSIS_HOST_ENGINE_H
#include "host/plan/plan.h"
#include "include/apsis.h"

struct apsis_tally;

/* One job: tiles first_tile .. first_tile + tile_count - 1. Draws from `draws` on are not computed into anything. */
struct apsis_job {
    uint64_t seed, draws;
    uint64_t first_tile, tile_count;
    /* Either: every column of the plan that the tally wants is reduced into it (host/result/tallies.h) ... */
    struct apsis_tally *tally;
    /* ... or, where tally is NULL: stored[c], NULL or room for tile_count * 1024 doubles, gets column c of the plan in draw
       order, -0 as +0; draws outside `given` are stored as the NaN APSIS_NOT_GIVEN. */
    double *const *stored;
    const volatile int *cancel; /* looked at between blocks: not 0 ends the job with APSIS_INTERRUPTED */
};

struct apsis_engine_options {
    int threads;          /* 0: as many as the machine has */
    const char *cpu;      /* NULL: the best this machine has; "plain", "v3", "v4", "armv8" */
    unsigned block;       /* 0: chosen from the plan; lanes in a block, a power of two from 16 to 512 */
    const char *device;   /* NULL: every GPU there is (engine cuda); "cuda:0,1": those */
    const char *cuda_include; /* NULL: the usual places; where curand_philox4x32_x.h and nv/target are */
    const volatile int *cancel_prepare; /* NULL, or looked at by prepare(): not 0 ends it within a second with APSIS_INTERRUPTED */
    uint64_t draws_expected; /* 0: as many as the jobs' `draws` says; else all jobs together have about this many */
    int only_cached;      /* 1: prepare() takes what was compiled before, or says APSIS_INCOMPLETE at once and starts no compiler */
};

struct apsis_engine {
    const char *name; /* "interpreter" */
    /* NULL, or why it cannot run here and what to do about it */
    const char *(*available)(const struct apsis_engine_options *options);
    /* Returns APSIS_OK and *run, or a failure with a text in *why (arena of the plan). May be called in a thread of its own while
       another engine runs the same plan: it writes to the plan's arena (which is then its own), never to what the plan holds. */
    enum apsis_status (*prepare)(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why);
    /* Jobs come one at a time, from one thread. APSIS_OK, APSIS_INTERRUPTED, or a failure: a run that failed has added nothing to the
       job's tally, not one tile of it, so that another engine can be given the same tiles; `stored` may hold anything then. */
    enum apsis_status (*run)(void *run, const struct apsis_job *job);
    /* "interpreter/x86-64-v4": as results name it; asked for after the last job, since it may tell what really ran */
    const char *(*describe)(void *run);
    /* NULL (also the function), or one sentence without a full stop on what went otherwise than asked: what failed, what was done
       instead. After a run that failed: why. */
    const char *(*note)(void *run);
    void (*free)(void *run);
};

/* An engine that was prepared; for apsis_escape_defer while it is held. */
struct apsis_engine_held {
    const struct apsis_engine *engine;
    void *run;
};
void apsis_cleanup_engine(void *held);

extern const struct apsis_engine apsis_engine_interpreter, apsis_engine_compiled;
/* automatic.c: the interpreter at once, then, tile by tile, whichever of the others is ready and was measured to be faster. */
extern const struct apsis_engine apsis_engine_auto;

/* All engines, NULL-terminated, and one by name. */
const struct apsis_engine *const *apsis_engines(void);
const struct apsis_engine *apsis_engine_find(const char *name);

#endif
