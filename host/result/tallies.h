/* tallies.h - what a run has found so far, by column: merged from the workers after each wave; inside host/result only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_TALLIES_H
#define APSIS_HOST_TALLIES_H
#include <stdlib.h>

#include "host/result/exact_sum.h"
#include "host/result/result.h"
#include "host/support/arena.h"
#include "kernels/tally.h"

/* A value kept with its draw number. */
struct apsis_kept {
    double value;
    uint64_t draw;
};

/* One order statistic that is looked for. Its rank is known only when the number of valid draws is; until then `share` times
   the valid draws so far says where it lies, and `margin` says how many standard deviations sqrt(N q (1-q)) around it belong
   to it (the interval of a percentile). */
struct apsis_sought {
    double share, margin;
    uint64_t rank;   /* 0: not yet known */
    int solved;
    int tail;        /* index of the tail that ends here, or -1 */
    double value;
    uint64_t draw;
};

/* The values beyond an order statistic: those already past the edge are in the sums, those of the windows are not. */
struct apsis_tail {
    int high;                  /* 0: values below `edge`; 1: values not below it */
    int solved;
    double edge;               /* -inf or +inf: nothing yet */
    struct apsis_exact sum;    /* of x */
    struct apsis_exact square; /* of ((x - centre) * inverse)^2, each rounded once */
    double excess, squares;    /* when solved: sum of (x - v) beyond the order statistic v; sum of squares beyond it */
    uint64_t beyond;           /* when solved: values strictly beyond v */
};

/* A half-open range [low, high) that is looked at in this pass; see kernels/tally.h. */
struct apsis_window {
    double low, high;
    uint64_t below, below_high; /* valid values < low and < high so far */
    uint64_t first;             /* counted windows only: lowest draw number inside, or all ones */
    int counted;
};

/* Where a window ended in a former pass: exactly `below` valid draws lie below `edge`. */
struct apsis_edge {
    double edge;
    uint64_t below;
};

/* Everything known of one column of the plan. */
struct apsis_reduced {
    uint32_t column;           /* of the plan */
    uint32_t wanted;           /* enum ap_tally_wanted, in this pass */
    uint64_t key[2];
    double centre, inverse, scale;
    uint64_t given, valid, first_invalid;
    double min, max;
    uint64_t min_draw, max_draw;
    struct apsis_exact power[4];
    double *targets;
    uint64_t *target_counts;
    size_t target_count;
    uint64_t *category_counts;
    size_t category_count;
    double *edges;             /* of the histogram */
    uint64_t *bins;
    size_t bin_count;
    double bin_inverse;
    /* order statistics */
    struct apsis_sought *sought;
    size_t sought_count;
    struct apsis_tail *tails;
    size_t tail_count;
    struct apsis_edge *known;  /* rising */
    size_t known_count, known_room;
    unsigned stuck;            /* passes in which nothing new was learned */
    /* this pass */
    int active;                /* its windows are looked at in this pass */
    struct apsis_window *windows;
    size_t window_count;
    struct apsis_kept *kept;   /* all values in the windows that are not `counted`; the first kept_after are sorted */
    size_t kept_count, kept_room, kept_after;
    int lost;                  /* some were not kept */
    uint64_t pass_valid;       /* valid draws of this pass */
};

/* One worker's share of one column, beside its struct ap_tally_column. */
struct apsis_share {
    struct apsis_tallies *all;
    struct apsis_reduced *reduced;
    struct apsis_exact power[4];
    struct apsis_exact *tails; /* sum and square of each tail */
};

struct apsis_worker {
    struct ap_tally base;
    struct apsis_tallies *all;
    struct apsis_share *shares;
    int used;
    int empty;                   /* nothing was found since the wave began */
    struct apsis_worker *next;
};

/* All columns of a run, and the workers of the wave that is under way. */
struct apsis_tallies {
    struct apsis_tally base;     /* what the job carries */
    struct apsis_reduced *columns;
    size_t count;
    uint64_t *fingerprints;      /* two words a tile of the wave, or NULL */
    uint64_t first_tile;
    struct apsis_worker *workers;/* all ever opened */
    int lock;
    int threads;                 /* workers so far: as many threads merge */
    size_t keep_limit, keep_used;/* bytes that workers may keep and keep */
};

/* tallies.c */
void apsis_tallies_init(struct apsis_tallies *all, struct apsis_reduced *columns, size_t count, size_t plan_columns);
void apsis_tallies_free(struct apsis_tallies *all);
void apsis_tallies_forget(struct apsis_tallies *all); /* gives back what workers keep: before a pass */
void apsis_tallies_wave(struct apsis_tallies *all, uint64_t first_tile, uint64_t *fingerprints); /* makes the workers ready */
void apsis_tallies_merge(struct apsis_tallies *all);                                              /* takes what they found */
void apsis_tail_add(struct apsis_reduced *column, struct apsis_exact *sum, struct apsis_exact *square, double x, uint64_t times);

/* sort.c */
/* By value, then draw; the first `sorted` are in order already. */
void apsis_sort_kept(struct apsis_kept *items, size_t sorted, size_t count);
void apsis_sort_doubles(double *values, size_t count);        /* no NaN, no -0 */

/* percent.c */
uint64_t apsis_percent_denominator(struct apsis_percent percent); /* share = numerator / denominator */

/* bracket.c: the windows of a pass. `width` is in standard errors. */
void apsis_bracket_pilot(struct apsis_reduced *column, const double *sorted, size_t count, uint64_t looked_at, uint64_t draws, double width);
void apsis_bracket_again(struct apsis_reduced *column);
void apsis_bracket_drop(struct apsis_reduced *column); /* what a pass looked at, once it is solved or learned from */
void apsis_bracket_narrow(struct apsis_reduced *column, double share_done, double width, size_t room);
double apsis_bracket_share(const struct apsis_reduced *column, const double *sorted, size_t count); /* of the pilot in kept windows */
double apsis_next_up(double x);

/* percentile.c: what the windows of a finished pass say */
int apsis_percentile_solve(struct apsis_reduced *column); /* 1 when nothing is left to look for */

/* interval.c */
void apsis_interval_moments(const struct apsis_reduced *column, struct apsis_measure *measure);
void apsis_interval_centre(struct apsis_reduced *column, const double *sorted, size_t count);

/* bins.c */
void apsis_histogram_edges(struct apsis_arena *arena, struct apsis_reduced *column, const double *sorted, size_t count);

/* shortfall.c */
void apsis_shortfall_finish(const struct apsis_reduced *column, struct apsis_percent percent, const struct apsis_sought *at,
                            struct apsis_measured_shortfall *shortfall);

/* rank_correlation.c */
enum apsis_status apsis_rank_correlations(struct apsis_arena *arena, const struct apsis_plan *plan, const struct apsis_engine *engine, void *run,
                                          const struct apsis_measure_settings *settings, struct apsis_measure *measures, size_t count, int threads);

#endif
