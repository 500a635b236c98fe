/* interpreter.c - the engine that is always there: the program, a step at a time over a block of draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "host/engine/blocks.h"

/* A workspace should lie in the second-level cache with room to spare. */
#define CACHE_BYTES ((size_t)768 << 10)

struct interpreter {
    const struct apsis_plan *plan;
    struct apsis_blocks blocks;
    char *description;
};

static enum apsis_status prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    struct apsis_blocks blocks;
    if (apsis_blocks_ask(options, &blocks, why) != APSIS_OK) return APSIS_USAGE;
    if (!blocks.lanes) blocks.lanes = apsis_blocks_lanes(plan->program, blocks.threads, CACHE_BYTES);
    if ((*why = apsis_blocks_too_large(plan->arena, plan->program, blocks.lanes)) != NULL) return APSIS_FAILURE;
    blocks.program = plan->program;
    blocks.body = blocks.cpu->loop->run;
    struct interpreter *engine = apsis_calloc(1, sizeof *engine);
    *engine = (struct interpreter){plan, blocks, apsis_arena_printf(plan->arena, "interpreter/%s", blocks.cpu->title)};
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

const struct apsis_engine apsis_engine_interpreter = {"interpreter", apsis_blocks_available, prepare, run, describe, NULL, apsis_block_free};
