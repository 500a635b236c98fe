/* tile.h - how draws lie in tiles and blocks: the geometry that every engine and every reducer shares. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_TILE_H
#define APSIS_KERNELS_TILE_H
#include "kernels/dialect.h"

/*
 * A tile is 1024 consecutive draws: two groups of 512, each 256 pairs (DESIGN section 5: draws d and d + 256 share one Philox call).
 * A block is `lanes` draws of one group: lanes/2 consecutive pairs, first their halves 0, then their halves 1:
 *
 *   lane i <  lanes/2   draw = first + i
 *   lane i >= lanes/2   draw = first + 256 + (i - lanes/2)
 *
 * lanes is a power of two from 16 to 512. A unit is 16 lanes that lie in every block size: 8 consecutive pairs, both halves
 * (draws first..first+7 and first+256..first+263); a tile has 64 units, in the order of their first draws.
 */
#define AP_TILE_DRAWS 1024
#define AP_GROUP_DRAWS 512
#define AP_PAIRS 256
#define AP_UNIT_LANES 16
#define AP_TILE_UNITS 64

struct ap_block {
    ap_word tile;       /* number of the tile in the run */
    ap_word first;      /* draw number of lane 0 */
    ap_word draws;      /* lanes whose draw number is not below this are left out of everything */
    ap_u32 lanes;
    ap_u32 unit;        /* first unit of the tile that this block covers; it covers lanes/16 */
};

/* the draw number of one lane */
AP_FN ap_word ap_block_draw(const struct ap_block *block, ap_u32 lane)
{
    ap_u32 half = block->lanes / 2;
    return block->first + (lane < half ? lane : lane - half + AP_PAIRS);
}

/* What a value outside `given` is stored as: a quiet NaN that no computation gives. */
#define AP_NOT_GIVEN_BITS 0x7ff8000000000a51ull

/* What a value is stored as: +0 for -0; the NaN of AP_NOT_GIVEN_BITS outside `given`; any other NaN or an infinity is invalid.
   This is also what `stored` columns of a job hold (host/engine/engine.h). */
AP_FN ap_f64 ap_stored_value(ap_f64 x, int has_given, ap_f64 given)
{
    x = x + ap_set1(0.0);
    if (has_given) {
        x = ap_select(ap_isnan(given), ap_nan(), x);
        x = ap_select(ap_eq(given, ap_set1(0.0)), ap_from_bits(ap_set1_u64(AP_NOT_GIVEN_BITS)), x);
    }
    return x;
}

#endif
