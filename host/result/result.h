/* result.h - the numbers of a run with their errors: what reports print. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_RESULT_H
#define APSIS_HOST_RESULT_H
#include "host/engine/engine.h"

/* Draw numbers that do not exist (no such draw, no such rank). */
#define APSIS_NO_DRAW UINT64_MAX

/* A percentile as the user asked for it: an exact decimal, numerator / 10^scale percent ("99.9" is 999 / 10). */
struct apsis_percent {
    uint64_t numerator;
    unsigned scale;
};
/* "99.9" -> 1, or 0 when it is no percentage strictly between 0 and 100 with at most 12 decimals. */
int apsis_percent_parse(const char *text, size_t length, struct apsis_percent *percent);
double apsis_percent_value(struct apsis_percent percent); /* 99.9 */
/* ceil(p * n), from 1 to n, in integers */
uint64_t apsis_percent_rank(struct apsis_percent percent, uint64_t n);

struct apsis_measured_percentile {
    struct apsis_percent percent;
    double value;
    double low, high;   /* 95 % distribution-free interval: order statistics; NaN where the bound does not exist */
    uint64_t draw;      /* the lowest draw number that has this value */
};

struct apsis_measured_shortfall {
    struct apsis_percent percent;
    int high_side;      /* mean of the worst `percent` at the low end, or of the best at the high end */
    double value, se;
};

struct apsis_measured_target {
    double above;
    double probability, low, high; /* share of valid draws > above, exact binomial (Clopper-Pearson) 95 % interval */
    uint64_t count;
};

/* The statistics of one column of the plan (a scalar output, one period of a series output). */
struct apsis_measure {
    uint32_t output;           /* ir->outputs */
    int32_t period;            /* t, or -1 */
    uint64_t draws;            /* all draws looked at */
    uint64_t given;            /* of them, those that satisfy `given` (draws where it is NaN are invalid) */
    uint64_t valid;            /* of those, finite ones: N of every statistic below */
    uint64_t invalid;          /* given but NaN or infinite */
    uint64_t first_invalid;    /* lowest draw number of those, or APSIS_NO_DRAW */
    double mean, mean_se, sd, sd_se, skewness, skewness_se, kurtosis, kurtosis_se; /* NaN where undefined; kurtosis is 3 for a normal */
    double min, max;
    uint64_t min_draw, max_draw;
    struct apsis_measured_percentile *percentiles; /* none for category outputs; NaN where a pass was interrupted */
    size_t percentile_count;
    struct apsis_measured_shortfall *shortfalls;
    size_t shortfall_count;
    struct apsis_measured_target *targets;
    size_t target_count;
    double *histogram_edges;   /* histogram_count + 1 edges; the first and last bins are open to -inf and +inf; scalar outputs only */
    uint64_t *histogram_counts;
    size_t histogram_count;
    uint64_t *category_counts; /* category outputs only: draws of each category; ir->outputs has the names */
    size_t category_count;
    int is_irr;                /* 1: the next is known */
    uint64_t several_signs;    /* valid draws whose flows change sign more than once */
    double *rank_correlation;  /* scalar outputs: one a scalar input, in ir->inputs order of scalar inputs; NaN where constant; else NULL */
};

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
    void (*progress)(void *context, uint64_t draws_done, uint64_t draws_all, unsigned pass);
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
};

/* Runs the plan and measures every output column. APSIS_OK, APSIS_INTERRUPTED (result is partial, valid over `done` draws), or a
   failure. The result lives in `arena`. Nothing in it depends on threads, blocks, memory, brackets or passes. */
enum apsis_status apsis_measure_run(struct apsis_arena *arena, const struct apsis_plan *plan, const struct apsis_engine *engine, void *run,
                                    const struct apsis_measure_settings *settings, struct apsis_result **result);

#endif
