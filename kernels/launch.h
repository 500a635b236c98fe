/* launch.h - what the host hands to a kernel on a GPU: plain data, the same struct on both sides. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_LAUNCH_H
#define APSIS_KERNELS_LAUNCH_H
#include "kernels/dialect.h"
#include "kernels/tile.h"

/*
 * One launch works out tiles first_tile .. first_tile + tile_count - 1. A block of AP_THREADS threads takes the tiles
 * first_tile + blockIdx.x, + gridDim.x, ...; it works out a tile's 1024 draws AP_THREADS at a time, writes what leaves the
 * draw (columns of the plan that are wanted) to rows of 1024 doubles, waits, and reduces those rows, a warp a row.
 *
 * Thread i of a tile (i = 0 .. 1023, AP_THREADS of them at a time): a warp is two units of kernels/tile.h, so that the two
 * draws that share a Philox call sit 16 lanes apart in one warp.
 *
 *   pair of the tile = (i >> 5) * 16 + (i & 15)      group = pair >> 8      half = (i >> 4) & 1
 *   place in the tile = group * 512 + half * 256 + (pair & 255)             draw = tile * 1024 + place
 *
 * All pointers are addresses on the device. Buffers are made and freed by the host; nothing is allocated in a kernel.
 */
#define AP_NO_ROW 0xffffffffu

struct ap_sampler;
struct ap_device_tally; /* kernels/device_tally.h */

struct ap_launch {
    ap_word seed, draws, first_tile;
    ap_u32 tile_count;
    ap_u32 column_count;              /* of the plan */
    ap_u32 row_count;                 /* columns that are wanted */
    ap_u32 stored;                    /* 1: the rows are what is asked for, nothing is reduced */
    const ap_u32 *row_of;             /* by column: its row, or AP_NO_ROW */
    const double *numbers;            /* of the program text (host/engine/program_text.h); a module that has the symbol
                                         ap_constant_numbers reads them there, so the host copies them there too */
    const struct ap_sampler *samplers;/* likewise; the addresses inside are the device's */
    /* stored 0: scratch, row r of block b at values[(b * row_count + r) * 1024], overwritten tile by tile;
       stored 1: row r of tile first_tile + i at values[(r * tile_count + i) * 1024] */
    double *values;
    double *far;                      /* histories too long for local memory: row h of thread g (of all threads of the grid) at far[h * threads + g] */
    const struct ap_device_tally *tally; /* NULL where stored */
    const volatile ap_u32 *cancel;    /* host memory mapped into the device, or NULL: not 0 ends the launch between tiles */
};

#endif
