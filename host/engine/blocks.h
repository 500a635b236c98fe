/* blocks.h - runs tiles on the processor's threads, a block of draws at a time: what the interpreter and compiled code share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_BLOCKS_H
#define APSIS_HOST_BLOCKS_H
#include "host/engine/cpu.h"
#include "host/engine/engine.h"

#define APSIS_MOST_LANES 512u
#define APSIS_LEAST_LANES 16u

struct apsis_blocks {
    const struct ap_program *program;
    const struct apsis_cpu *cpu;
    void (*body)(struct ap_frame *frame); /* all sections of the program on one block; loop->run for the interpreter */
    unsigned lanes;
    int threads;
};

/* The job's tiles, each by one thread. APSIS_OK or APSIS_INTERRUPTED: it cannot fail once it runs. */
enum apsis_status apsis_blocks_run(const struct apsis_blocks *blocks, const struct apsis_job *job);

/* Lanes of a block whose workspace stays below `bytes`, and below what all threads together may take. */
unsigned apsis_blocks_lanes(const struct ap_program *program, int threads, size_t bytes);
/* compiled.c: those that the compiled engine chooses; threads 0: as many as the machine has */
unsigned apsis_compiled_lanes(const struct apsis_plan *plan, int threads);
/* What the options ask of the processor: instruction set, threads, lanes (0: to be chosen); the rest of *blocks is left at 0.
   APSIS_USAGE and *why where this machine or a block cannot have it. */
enum apsis_status apsis_blocks_ask(const struct apsis_engine_options *options, struct apsis_blocks *blocks, const char **why);
/* NULL, or why the instruction set that is asked for cannot be had */
const char *apsis_blocks_available(const struct apsis_engine_options *options);
/* NULL, or (in `arena`) why one thread's memory does not suffice */
const char *apsis_blocks_too_large(struct apsis_arena *arena, const struct ap_program *program, unsigned lanes);

/* By column of the plan: 1 where the job wants it; NULL where it wants all. */
unsigned char *apsis_job_wanted(const struct apsis_plan *plan, const struct apsis_job *job, struct apsis_arena *arena);

#endif
