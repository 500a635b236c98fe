/* device_row.h - what one row of values is reduced into on a GPU: plain data, the same on both sides, and totals over a warp. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_ROW_H
#define APSIS_KERNELS_DEVICE_ROW_H
#include "kernels/launch.h"
#include "kernels/tally.h"

/* A word of counts a row and tile: given, valid, and the places of min and max, 16 bits each; a place 0xffff was not looked for. */
#define AP_DEVICE_NO_PLACE 0xffffu
/* Words of ap_device_row.counts before those of windows (three each), targets, categories and bins. Zero is the beginning of all. */
enum { AP_DEVICE_INVALID, AP_DEVICE_LEAST, AP_DEVICE_MOST, AP_DEVICE_LOST, AP_DEVICE_WINDOWS };
/* of a window: values below, values inside, ~ its first draw */
#define AP_DEVICE_WINDOW_WORDS 3
/* of a tail: limbs of the sum of x, limbs of the sum of squares, flags of add_tail */
#define AP_DEVICE_TAIL_WORDS (2 * AP_EXACT_LIMBS + 1)
/* doubles of a row and tile: four power sums, min, max */
#define AP_DEVICE_MOMENTS 6
#define AP_DEVICE_BINS 64 /* histograms up to this size are counted in shared memory */

struct ap_device_window {
    double low, high;
    ap_u32 counted, unused;
};

struct ap_device_row {
    ap_u32 wanted;          /* enum ap_tally_wanted */
    ap_u32 keep;            /* 1: values in windows that are not `counted` are kept */
    ap_word key[2];
    double centre, inverse, bin_inverse;
    ap_u32 window_count, tail_count, target_count, category_count, bin_count;
    ap_u32 moment_row;      /* its place among the rows with moments */
    const struct ap_device_window *windows;
    const struct ap_tally_tail *tails;
    const double *targets, *edges;
    ap_word *counts;        /* AP_DEVICE_INVALID and so on */
    ap_word *limbs;         /* AP_DEVICE_TAIL_WORDS a tail */
};

struct ap_device_kept {
    double value;
    ap_u32 place; /* draw number less that of the launch's first draw */
    ap_u32 row;
};

struct ap_device_tally {
    ap_word first_tile, tiles;   /* of the launch */
    const struct ap_device_row *rows;
    ap_word *fingerprints;       /* two words a tile */
    ap_word *counts;             /* [row][tile] */
    double *moments;             /* [moment row][AP_DEVICE_MOMENTS][tile] */
    ap_word *kept_count;         /* counts on past the room */
    struct ap_device_kept *kept;
    ap_word kept_room;
};

#if AP_CUDA
#define AP_ALL_LANES 0xffffffffu
#ifdef AP_THREADS
#define AP_DEVICE_WARPS (AP_THREADS / 32)
#else
#define AP_DEVICE_WARPS 32
#endif

/* finite; every other value is invalid or not given */
AP_FN int ap_device_valid(double x) { return ((ap_u32)(ap_word_of(x) >> 32) & 0x7fffffffu) < 0x7ff00000u; }

/* x, or a NaN where it is not valid or not `here`: every comparison with it is false. */
AP_FN double ap_device_clean(double x, int here)
{
    return ap_double_of(ap_word_of(x) | (here && ap_device_valid(x) ? 0 : AP_NAN_BITS));
}

/* Pointers in structs are taken for pointers to anything; atomics are many times dearer where they might be to shared memory. */
AP_FN ap_word *ap_device_global(ap_word *p)
{
    __builtin_assume(__isGlobal(p));
    return p;
}
AP_FN void ap_device_add(ap_word *p, ap_word n) { atomicAdd(ap_device_global(p), n); }

/* The warp's totals of four words, one in each eighth of the lanes: lane l gets that of word (l >> 3) & 3. */
AP_FN ap_u32 ap_device_total4(const ap_u32 n[4], ap_u32 lane)
{
    ap_u32 upper = lane & 16, odd = lane & 8;
    ap_u32 a = upper ? n[2] : n[0], b = upper ? n[3] : n[1], send_a = upper ? n[0] : n[2], send_b = upper ? n[1] : n[3];
    a += __shfl_xor_sync(AP_ALL_LANES, send_a, 16);
    b += __shfl_xor_sync(AP_ALL_LANES, send_b, 16);
    ap_u32 r = odd ? b : a, send = odd ? a : b;
    r += __shfl_xor_sync(AP_ALL_LANES, send, 8);
    for (ap_u32 d = 4; d; d >>= 1) r += __shfl_xor_sync(AP_ALL_LANES, r, d);
    return r;
}
/* The same for doubles whose sums are exact in any order. */
AP_FN double ap_device_total4_exact(const double n[4], ap_u32 lane)
{
    ap_u32 upper = lane & 16, odd = lane & 8;
    double a = upper ? n[2] : n[0], b = upper ? n[3] : n[1], send_a = upper ? n[0] : n[2], send_b = upper ? n[1] : n[3];
    a += __shfl_xor_sync(AP_ALL_LANES, send_a, 16);
    b += __shfl_xor_sync(AP_ALL_LANES, send_b, 16);
    double r = odd ? b : a, send = odd ? a : b;
    r += __shfl_xor_sync(AP_ALL_LANES, send, 8);
    for (ap_u32 d = 4; d; d >>= 1) r += __shfl_xor_sync(AP_ALL_LANES, r, d);
    return r;
}
/* The warp's total of a in lanes 0 .. 15, of b in the others. */
AP_FN ap_word ap_device_total2(ap_word a, ap_word b, ap_u32 lane)
{
    ap_word r = lane & 16 ? b : a, send = lane & 16 ? a : b;
    r += __shfl_xor_sync(AP_ALL_LANES, send, 16);
    for (ap_u32 d = 8; d; d >>= 1) r += __shfl_xor_sync(AP_ALL_LANES, r, d);
    return r;
}
/* The least a of the warp in lanes 0 .. 15, the least b in the others. */
AP_FN double ap_device_least2(double a, double b, ap_u32 lane)
{
    double r = lane & 16 ? b : a, send = lane & 16 ? a : b;
    double other = __shfl_xor_sync(AP_ALL_LANES, send, 16);
    r = other < r ? other : r;
    for (ap_u32 d = 8; d; d >>= 1) {
        other = __shfl_xor_sync(AP_ALL_LANES, r, d);
        r = other < r ? other : r;
    }
    return r;
}
AP_FN ap_u32 ap_device_most(ap_u32 n)
{
    for (ap_u32 d = 16; d; d >>= 1) {
        ap_u32 other = __shfl_xor_sync(AP_ALL_LANES, n, d);
        n = other > n ? other : n;
    }
    return n;
}
#endif

#endif
