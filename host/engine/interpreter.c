/* interpreter.c - the engine that is always there: the program, a block of draws at a time, on all threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>

#include "host/engine/cpu.h"
#include "host/engine/engine.h"
#include "host/plan/bind.h"
#include "host/support/floating.h"
#include "kernels/tally.h"

/* A workspace should lie in the second-level cache with room to spare. Where not even 64 lanes do, smaller blocks no longer pay
   (measured: a model of 24,000 slots runs 1.3 times as fast with 64 lanes as with 16), and memory is what bounds them: all
   threads together stay below ALL_BYTES, as long as blocks of 16 lanes allow it. */
#define CACHE_BYTES ((size_t)768 << 10)
#define ALL_BYTES ((size_t)96 << 20)
#define MOST_LANES 512u
#define PAYING_LANES 64u
#define LEAST_LANES 16u
#define MOST_WORKSPACE ((size_t)64 << 20)

struct interpreter {
    const struct apsis_plan *plan;
    const struct apsis_cpu *cpu;
    unsigned lanes;
    int threads;
    char *description;
};

static unsigned choose_lanes(const struct ap_program *program, int threads)
{
    unsigned lanes = MOST_LANES;
    while (lanes > PAYING_LANES && apsis_bound_size(program, lanes) > CACHE_BYTES) lanes /= 2;
    while (lanes > LEAST_LANES && apsis_bound_size(program, lanes) > ALL_BYTES / (size_t)threads) lanes /= 2;
    return lanes;
}

static const char *available(const struct apsis_engine_options *options)
{
    if (apsis_cpu_find(options ? options->cpu : NULL)) return NULL;
    return "not an instruction set of this machine; apsis doctor lists those";
}

static enum apsis_status prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    const struct apsis_cpu *cpu = apsis_cpu_find(options ? options->cpu : NULL);
    unsigned block = options ? options->block : 0;
    int threads = options && options->threads > 0 ? options->threads : omp_get_num_procs();
    if (!cpu) {
        *why = available(options);
        return APSIS_USAGE;
    }
    if (block && (block < LEAST_LANES || block > MOST_LANES || (block & (block - 1)))) {
        *why = "a block holds a power of two of draws, from 16 to 512";
        return APSIS_USAGE;
    }
    unsigned lanes = block ? block : choose_lanes(plan->program, threads);
    if (apsis_bound_size(plan->program, lanes) > MOST_WORKSPACE) {
        *why = apsis_arena_printf(plan->arena, "the model keeps %u numbers a draw, too many for one thread's memory of %zu MiB",
                                  plan->program->slots, MOST_WORKSPACE >> 20);
        return APSIS_FAILURE;
    }
    struct interpreter *engine = apsis_calloc(1, sizeof *engine);
    *engine = (struct interpreter){plan, cpu, lanes, threads, apsis_arena_printf(plan->arena, "interpreter/%s", cpu->title)};
    *run = engine;
    return APSIS_OK;
}

/* The blocks of one tile, in the order of their units. */
static void run_tile(const struct interpreter *engine, const struct apsis_job *job, struct ap_frame *frame, uint64_t tile)
{
    unsigned lanes = engine->lanes;
    for (unsigned group = 0; group < AP_TILE_DRAWS / AP_GROUP_DRAWS; group++) {
        for (unsigned first = 0; first < AP_PAIRS; first += lanes / 2) {
            uint64_t draw = tile * AP_TILE_DRAWS + group * AP_GROUP_DRAWS + first;
            frame->block = (struct ap_block){.tile = tile, .first = draw, .draws = job->draws, .lanes = lanes,
                                             .unit = group * (AP_GROUP_DRAWS / AP_UNIT_LANES) + first / (AP_UNIT_LANES / 2)};
            frame->pair = (draw >> 9) << 8 | (draw & 255);
            frame->store_offset = (size_t)(draw - job->first_tile * AP_TILE_DRAWS);
            engine->cpu->loop->run(frame);
        }
    }
}

static int cancelled(const struct apsis_job *job) { return job->cancel && *job->cancel; }

/* What this job needs: the whole program, or one without the values that only columns nobody asked for rest on. */
static const struct ap_program *program_of(const struct apsis_plan *plan, const struct apsis_job *job, struct apsis_arena *arena)
{
    size_t wanted = 0;
    unsigned char *mask = apsis_arena_alloc(arena, plan->column_count + 1);
    for (size_t c = 0; c < plan->column_count; c++) {
        mask[c] = job->tally ? !job->tally->wanted || job->tally->wanted[c] : job->stored[c] != NULL;
        wanted += mask[c] != 0;
    }
    return wanted == plan->column_count ? plan->program : apsis_plan_prune(plan, mask, arena);
}

static enum apsis_status run(void *state, const struct apsis_job *job)
{
    const struct interpreter *engine = state;
    int stopped = 0;
    struct apsis_arena *arena = apsis_arena_new();
    const struct ap_program *program = program_of(engine->plan, job, arena);
#pragma omp parallel num_threads(engine->threads)
    {
        uint64_t mode = apsis_floating_set();
        struct apsis_bound *bound = apsis_bind(program, engine->cpu->loop, engine->lanes);
        struct ap_frame *frame = apsis_bound_frame(bound);
        struct ap_tally *worker = job->tally ? job->tally->open(job->tally) : NULL;
        frame->seed = job->seed;
        frame->cancel = job->cancel;
        frame->columns = worker ? worker->columns : NULL;
        frame->stored = job->stored;
#pragma omp for schedule(dynamic, 1) reduction(|| : stopped)
        for (uint64_t i = 0; i < job->tile_count; i++) {
            if (cancelled(job)) {
                stopped = 1;
                continue;
            }
            run_tile(engine, job, frame, job->first_tile + i);
            if (cancelled(job)) stopped = 1; /* this tile may be cut short: it is not counted */
            else if (worker) engine->cpu->loop->tile(worker, job->first_tile + i);
        }
        if (worker) job->tally->close(job->tally, worker);
        apsis_bound_free(bound);
        apsis_floating_restore(mode);
    }
    apsis_arena_free(arena);
    return stopped ? APSIS_INTERRUPTED : APSIS_OK;
}

static const char *describe(void *run) { return ((struct interpreter *)run)->description; }

const struct apsis_engine apsis_engine_interpreter = {"interpreter", available, prepare, run, describe, NULL, free};
