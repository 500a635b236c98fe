/* interpreter.c - the engine that is always there: the program, a step at a time over a block of draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>

#include "host/engine/blocks.h"

/* A workspace should lie in the second-level cache with room to spare. */
#define CACHE_BYTES ((size_t)768 << 10)

struct interpreter {
    const struct apsis_plan *plan;
    struct apsis_blocks blocks;
    char *description;
};

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
    if (block && (*why = apsis_blocks_refuse(block)) != NULL) return APSIS_USAGE;
    unsigned lanes = block ? block : apsis_blocks_lanes(plan->program, threads, CACHE_BYTES);
    if ((*why = apsis_blocks_too_large(plan->arena, plan->program, lanes)) != NULL) return APSIS_FAILURE;
    struct interpreter *engine = apsis_calloc(1, sizeof *engine);
    *engine = (struct interpreter){plan, {plan->program, cpu, cpu->loop->run, lanes, threads}, apsis_arena_printf(plan->arena, "interpreter/%s", cpu->title)};
    *run = engine;
    return APSIS_OK;
}

/* What a job needs: the whole program, or one without the values that only columns nobody asked for rest on. */
static enum apsis_status run(void *state, const struct apsis_job *job)
{
    const struct interpreter *engine = state;
    struct apsis_arena *arena = apsis_arena_new();
    unsigned char *wanted = apsis_job_wanted(engine->plan, job, arena);
    struct apsis_blocks blocks = engine->blocks;
    if (wanted) blocks.program = apsis_plan_prune(engine->plan, wanted, arena);
    enum apsis_status status = apsis_blocks_run(&blocks, job);
    apsis_arena_free(arena);
    return status;
}

static const char *describe(void *run) { return ((struct interpreter *)run)->description; }

const struct apsis_engine apsis_engine_interpreter = {"interpreter", available, prepare, run, describe, NULL, free};
