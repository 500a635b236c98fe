/* result.h - the numbers of a run with their errors: what reports print. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_RESULT_H
#define APSIS_HOST_RESULT_H
#include "host/engine/engine.h"

/* "99.9" -> 1, or 0 when it is no percentage strictly between 0 and 100 with at most 12 decimals. */
int apsis_percent_parse(const char *text, size_t length, struct apsis_percent *percent);
/* ceil(p * n), from 1 to n, in integers */
uint64_t apsis_percent_rank(struct apsis_percent percent, uint64_t n);

struct apsis_measure_settings {
    uint64_t seed, draws;
    struct apsis_percent *percentiles;   /* NULL: defaults, scalars 1 5 10 25 50 75 90 95 99, series 5 25 50 75 95 */
    size_t percentile_count;
    int no_percentiles;                  /* --percentiles none: neither percentiles nor shortfall */
    struct apsis_percent *shortfalls;    /* NULL: 5 */
    size_t shortfall_count;
    double confidence;                   /* 0.95 */
    size_t memory;                       /* bytes for kept draws, all columns; default 128 MiB; below 256 KiB counts as 256 KiB */
    double bracket_width;                /* in standard errors; 0: chosen (5.5); tests make it tiny */
    uint64_t pilot;                      /* draws that the first windows follow; default and most 16384 */
    int no_rank_correlation;
    const volatile int *cancel;
    int (*progress)(void *context, uint64_t draws_done, uint64_t draws_all, unsigned pass); /* not 0: stop, as cancel */
    void *context;
};
void apsis_measure_defaults(struct apsis_measure_settings *settings);

struct apsis_result {
    const struct apsis_ir *ir;
    const struct apsis_plan *plan;
    uint64_t seed;
    uint64_t draws;            /* asked for */
    uint64_t done;             /* measured: fewer when interrupted */
    int partial;
    const char *engine;        /* what ran: as the engine describes itself after the last draw */
    const char *note;          /* NULL, or what went otherwise than asked; neither is in the digest */
    double seconds;
    unsigned passes;
    char digest[65];           /* hex, "" when partial */
    struct apsis_measure *measures; /* in the order of the plan's output columns */
    size_t measure_count;
    char (*subtrees)[65];      /* digests of at most 1,024 equal parts of the run, in order; see digest.h */
    size_t subtree_count;
    uint64_t subtree_tiles;    /* tiles in each but the last */
    struct apsis_result_handle *handle; /* what the C interface keeps of it (host/api), or NULL */
};

/* Runs the plan and measures every output column. APSIS_OK, APSIS_INTERRUPTED (result is partial, valid over `done` draws), or a
   failure. The result lives in `arena`. Nothing in it depends on threads, blocks, memory, brackets or passes. */
enum apsis_status apsis_measure_run(struct apsis_arena *arena, const struct apsis_plan *plan, const struct apsis_engine *engine, void *run,
                                    const struct apsis_measure_settings *settings, struct apsis_result **result);

#endif
