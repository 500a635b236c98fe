/* tally.h - what happens to a block of output values: counts, moments, windows around percentiles, fingerprints; per worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_TALLY_H
#define APSIS_KERNELS_TALLY_H
#include "kernels/fingerprint.h"
#include "kernels/tile.h"

/*
 * An engine with a tally in its job does this (host/result/ fills the structs, the engine only passes them on):
 *
 *   struct ap_tally *worker = job->tally->open(job->tally);           in each worker thread, once a job
 *   for each tile, whole, by one worker:
 *       for each block of the tile in rising order of block->unit:
 *           for each column c:  ap_tally_block(&worker->columns[c], &block, values, given);
 *       ap_tally_tile(worker, tile);
 *   job->tally->close(job->tally, worker);                            in each worker thread, also after a cancel
 *
 * Columns with wanted == 0 need neither be computed nor passed; ap_tally_block returns at once for them. Blocks of one tile
 * all have the same number of lanes. Lanes from block->draws on may hold anything. `values` and `given` hold block->lanes
 * doubles, aligned to 8 bytes at least; they are not written to. Tiles may come in any order and go to any worker.
 */
struct ap_tally_column;
struct ap_tally;

/* What a job carries; host/result/tallies.h makes one. */
struct apsis_tally {
    struct ap_tally *(*open)(struct apsis_tally *tally); /* never NULL; safe to call from several threads */
    void (*close)(struct apsis_tally *tally, struct ap_tally *worker);
    /* For engines that may fail: as open, but a worker that holds nothing yet; and instead of close, what it found is thrown away. */
    struct ap_tally *(*open_empty)(struct apsis_tally *tally);
    void (*discard)(struct apsis_tally *tally, struct ap_tally *worker);
    const unsigned char *wanted; /* by column of the plan: 0 where nothing needs it, so that an engine can leave it out */
    ap_u32 column_count;
};

/* A half-open range of values [low, high) around an order statistic that is looked for. */
struct ap_tally_window {
    double low, high;
    ap_word below;      /* valid values < low */
    ap_word inside;     /* valid values in it, less those that are kept */
    ap_word first;      /* counted windows only: lowest draw number inside, or all ones */
    ap_u32 counted;     /* 1: values inside are counted, not kept (one value that many draws share) */
    ap_u32 unused;
};

/* A tail that is open: valid values below `edge`, or, where `high`, not below it. For engines that add the tails up themselves. */
struct ap_tally_tail {
    double edge;
    ap_u32 high, number; /* number: what add_tail is told */
};
#define AP_EXACT_LIMBS 68 /* an exact sum (host/result/exact_sum.h): limb i counts 2^(32 i - 1074); limbs have signs and carry lazily */

#define AP_TALLY_LEVELS 7 /* of the tree over the 64 units of a tile */
#define AP_TALLY_SLACK 520 /* free places that a tail needs before a block: a block's lanes and one vector */

enum ap_tally_wanted {
    AP_TALLY_COUNTS = 1,      /* given, valid, first invalid */
    AP_TALLY_MOMENTS = 2,     /* power sums, min and max */
    AP_TALLY_FINGERPRINT = 4,
    AP_TALLY_WINDOWS = 8,     /* windows and tails */
    AP_TALLY_TARGETS = 16,
    AP_TALLY_HISTOGRAM = 32,
    AP_TALLY_CATEGORIES = 64
};

/* The state of one worker for one column of the plan: plain data, written by that worker only. */
struct ap_tally_column {
    ap_u32 wanted; /* bits of enum ap_tally_wanted */
    ap_u32 window_count;
    ap_word key[2];          /* fingerprint */
    ap_word fingerprint[2];  /* of the tile in work */
    double centre, inverse;  /* y = (x - centre) * inverse; inverse is a power of two */
    ap_word given, valid;
    ap_word first_invalid;   /* all ones: none */
    double min, max;         /* of valid values; +inf and -inf: none */
    ap_word min_draw, max_draw;
    /* targets and categories */
    const double *targets;
    ap_word *target_counts;  /* valid values > target */
    ap_word *category_counts;/* valid values == 0, 1, 2, ... */
    ap_u32 target_count, category_count;
    /* histogram: edges[0] .. edges[bins]; bin i holds edges[i] <= x < edges[i+1], the first and last are open */
    const double *edges;
    ap_word *bins;
    double bin_inverse;      /* 1 / width, about */
    ap_u32 bin_count;
    /* values kept, from all windows, in any order */
    ap_u32 lost;             /* 1: there was no room; counts stay right */
    struct ap_tally_window *windows;
    double *kept_value;
    ap_word *kept_draw;
    ap_u32 kept, kept_room;
    /* tails: every valid value below tail_low or not below tail_high is handed to the host */
    double tail_low, tail_high;
    double *tail;
    ap_u32 tail_count, tail_room;
    int (*keep_more)(struct ap_tally_column *column);   /* makes room for 8 more at least; 0: there is none */
    void (*flush_tail)(struct ap_tally_column *column); /* takes the tail's values, sets tail_count = 0 */
    /* what ap_tally_tile does for one tile, for many whose sums kernels/device_tally.h made: count sums of y^(k + 1) */
    void (*add_sums)(struct ap_tally_column *column, ap_u32 k, const double *sums, ap_u32 count);
    /* what flush_tail does, a tail at a time, likewise: exact sums of x and of y * y rounded once, y = (x - centre) * inverse, as limbs to
       which at most `additions` numbers below 2^32 in size have gone each; not_finite: bit 0 an x, bit 1 a square was no number */
    struct ap_tally_tail *tails;
    ap_u32 open_tails;
    ap_u32 unused;
    void (*add_tail)(struct ap_tally_column *column, ap_u32 number, const ap_sword *sum, const ap_sword *square, ap_word additions, ap_word not_finite);
    void *host;
    double sum[4];           /* of the tile, after ap_tally_tile: y, y^2, y^3, y^4 */
    double tree[AP_TALLY_LEVELS][4][8];
};

struct ap_tally {
    struct ap_tally_column *columns;
    ap_u32 column_count;
    void (*tile_done)(struct ap_tally *worker, ap_word tile);
    /* instead of tile_done, after add_sums in each column: two words of fingerprint over all columns for each tile */
    void (*tiles_done)(struct ap_tally *worker, ap_word first_tile, ap_u32 count, const ap_word *fingerprints);
    void *host;
};

#if AP_CUDA
#define AP_TALLY_FN static __device__ __noinline__
#else
#define AP_TALLY_FN static __attribute__((noinline, unused))
#endif

#if !AP_CUDA /* a GPU reduces whole tiles: kernels/device_tally.h */
AP_TALLY_FN void ap_tally_block(struct ap_tally_column *column, const struct ap_block *block, const double *values, const double *given);
AP_TALLY_FN void ap_tally_tile(struct ap_tally *worker, ap_word tile);

#include "kernels/tally_block.h"
#endif

#endif
