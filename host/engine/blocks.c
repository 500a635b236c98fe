/* blocks.c - runs tiles on the processor's threads, a block of draws at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/blocks.h"

#include <omp.h>

#include "host/plan/bind.h"
#include "host/support/escape.h"
#include "host/support/floating.h"
#include "kernels/tally.h"

/* Where not even PAYING_LANES fit the cache, smaller blocks no longer pay (measured: a model of 24,000 slots runs 1.3 times as fast
   with 64 lanes as with 16), and memory is what bounds them: all threads together stay below ALL_BYTES, as long as blocks of 16
   lanes allow it. */
#define ALL_BYTES ((size_t)96 << 20)
#define PAYING_LANES 64u
#define MOST_WORKSPACE ((size_t)64 << 20)

unsigned apsis_blocks_lanes(const struct ap_program *program, int threads, size_t bytes)
{
    unsigned lanes = APSIS_MOST_LANES;
    while (lanes > PAYING_LANES && apsis_bound_size(program, lanes) > bytes) lanes /= 2;
    while (lanes > APSIS_LEAST_LANES && apsis_bound_size(program, lanes) > ALL_BYTES / (size_t)threads) lanes /= 2;
    return lanes;
}

const char *apsis_blocks_available(const struct apsis_engine_options *options)
{
    return apsis_cpu_find(options ? options->cpu : NULL) ? NULL : "not an instruction set of this machine; apsis doctor lists those";
}

enum apsis_status apsis_blocks_ask(const struct apsis_engine_options *options, struct apsis_blocks *blocks, const char **why)
{
    unsigned lanes = options ? options->block : 0;
    *blocks = (struct apsis_blocks){.cpu = apsis_cpu_find(options ? options->cpu : NULL), .lanes = lanes,
                                    .threads = options && options->threads > 0 ? options->threads : omp_get_num_procs()};
    *why = apsis_blocks_available(options);
    if (!*why && lanes && (lanes < APSIS_LEAST_LANES || lanes > APSIS_MOST_LANES || (lanes & (lanes - 1))))
        *why = "a block holds a power of two of draws, from 16 to 512";
    return *why ? APSIS_USAGE : APSIS_OK;
}

const char *apsis_blocks_too_large(struct apsis_arena *arena, const struct ap_program *program, unsigned lanes)
{
    if (apsis_bound_size(program, lanes) <= MOST_WORKSPACE) return NULL;
    return apsis_arena_printf(arena, "the model keeps %u numbers a draw, too many for one thread's memory of %zu MiB", program->slots, MOST_WORKSPACE >> 20);
}

unsigned char *apsis_job_wanted(const struct apsis_plan *plan, const struct apsis_job *job, struct apsis_arena *arena)
{
    size_t wanted = 0;
    unsigned char *mask = apsis_arena_alloc(arena, plan->column_count + 1);
    for (size_t c = 0; c < plan->column_count; c++) {
        mask[c] = job->tally ? !job->tally->wanted || job->tally->wanted[c] : job->stored[c] != NULL;
        wanted += mask[c] != 0;
    }
    return wanted == plan->column_count ? NULL : mask;
}

/* The blocks of one tile, in the order of their units. */
static void run_tile(const struct apsis_blocks *blocks, const struct apsis_job *job, struct ap_frame *frame, uint64_t tile)
{
    unsigned lanes = blocks->lanes;
    for (unsigned group = 0; group < AP_TILE_DRAWS / AP_GROUP_DRAWS; group++) {
        for (unsigned first = 0; first < AP_PAIRS; first += lanes / 2) {
            uint64_t draw = tile * AP_TILE_DRAWS + group * AP_GROUP_DRAWS + first;
            frame->block = (struct ap_block){.tile = tile, .first = draw, .draws = job->draws, .lanes = lanes,
                                             .unit = group * (AP_GROUP_DRAWS / AP_UNIT_LANES) + first / (AP_UNIT_LANES / 2)};
            frame->pair = (draw >> 9) << 8 | (draw & 255);
            frame->store_offset = (size_t)(draw - job->first_tile * AP_TILE_DRAWS);
            blocks->body(frame);
        }
    }
}

static int cancelled(const struct apsis_job *job) { return job->cancel && *job->cancel; }

/* What the threads of a job share. */
struct share {
    const struct apsis_blocks *blocks;
    const struct apsis_job *job;
    uint64_t next; /* tile that nobody has taken yet, from 0 */
    int stopped;
    struct apsis_parts parts;
};

/* One thread's part: tiles, one after another, as long as there are any. */
static void run_share(void *context, size_t number)
{
    struct share *share = context;
    (void)number;
    const struct apsis_blocks *blocks = share->blocks;
    const struct apsis_job *job = share->job;
    struct apsis_bound *bound = apsis_bind(blocks->program, blocks->cpu->loop, blocks->lanes);
    struct ap_frame *frame = apsis_bound_frame(bound);
    struct ap_tally *worker = job->tally ? job->tally->open(job->tally) : NULL;
    frame->seed = job->seed;
    frame->cancel = job->cancel;
    frame->columns = worker ? worker->columns : NULL;
    frame->stored = job->stored;
    for (uint64_t i; (i = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED)) < job->tile_count;) {
        int stop = cancelled(job);
        if (!stop) {
            run_tile(blocks, job, frame, job->first_tile + i);
            stop = cancelled(job); /* this tile may be cut short: it is not counted */
        }
        if (stop) __atomic_store_n(&share->stopped, 1, __ATOMIC_RELAXED);
        if (stop || __atomic_load_n(&share->parts.wanted, __ATOMIC_RELAXED)) break;
        if (worker) blocks->cpu->loop->tile(worker, job->first_tile + i);
    }
    if (worker) job->tally->close(job->tally, worker);
    apsis_bound_free(bound);
}

enum apsis_status apsis_blocks_run(const struct apsis_blocks *blocks, const struct apsis_job *job)
{
    struct share share = {.blocks = blocks, .job = job, .parts = apsis_parts()};
#pragma omp parallel num_threads(blocks->threads)
    {
        uint64_t mode = apsis_floating_set();
        apsis_escape_part(&share.parts, run_share, &share, 0);
        apsis_floating_restore(mode);
    }
    apsis_parts_end(&share.parts);
    return share.stopped ? APSIS_INTERRUPTED : APSIS_OK;
}
