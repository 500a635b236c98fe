/* device_tails.h - exact sums of the values beyond the tails' edges, a warp a tile; included by device_tally.h only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_TAILS_H
#define APSIS_KERNELS_DEVICE_TAILS_H
#include "kernels/device_row.h"

#if AP_CUDA
/*
 * As host/result/exact_sum.c adds many: each value is cut in two along a grid of 2^40 steps below the power of two above all of
 * them, and another 2^40 below that. Sums of 1024 parts are exact in any order. What is left over, of values 2^27 times smaller than the
 * largest, goes to the limbs by itself; so does everything where the grids would leave the range of doubles.
 */
struct ap_device_cut {
    double first, second; /* 1.5 * 2^(52 + 1 + exponent - 40), and 2^40 times smaller; or 0: no grid */
};
#define AP_DEVICE_PART_BITS 40

/* limbs += x * 2^1074 */
static __device__ __noinline__ void ap_device_limbs(ap_word *limbs, double x)
{
    ap_word bits = ap_word_of(x), word = bits & 0xfffffffffffffull, part[3];
    ap_u32 exponent = (ap_u32)(bits >> 52) & 2047u, position = exponent ? exponent - 1 : 0, shift = position & 31;
    if (exponent) word |= 0x10000000000000ull;
    ap_word low = word << shift, high = shift ? word >> (64 - shift) : 0;
    part[0] = low & 0xffffffffu, part[1] = low >> 32, part[2] = high;
    for (ap_u32 i = 0; i < 3; i++)
        if (part[i]) ap_device_add(&limbs[(position >> 5) + i], bits >> 63 ? 0 - part[i] : part[i]);
}

/* The grids for numbers whose upper words, without signs, are at most `top`. */
AP_FN struct ap_device_cut ap_device_grids(ap_u32 top)
{
    ap_u32 exponent = top >> 20; /* with its bias of 1023 */
    struct ap_device_cut cut = {0, 0};
    if (exponent > 123 && exponent < 2023) {
        cut.first = ap_double_of((ap_word)(exponent + 53 - AP_DEVICE_PART_BITS) << 52 | 0x8000000000000ull);
        cut.second = ap_double_of((ap_word)(exponent + 53 - 2 * AP_DEVICE_PART_BITS) << 52 | 0x8000000000000ull);
    }
    return cut;
}
AP_FN void ap_device_part(double *first, double *second, double x, struct ap_device_cut cut, ap_word *limbs)
{
    double rest = x;
    if (cut.first != 0.0) {
        double a = (x + cut.first) - cut.first, b;
        rest = x - a;
        b = (rest + cut.second) - cut.second;
        rest = rest - b;
        *first += a;
        *second += b;
    }
    if (rest != 0.0) ap_device_limbs(limbs, rest);
}

AP_FN ap_u32 ap_device_size(double x) { return (ap_u32)(ap_word_of(x) >> 32) & 0x7fffffffu; }

/* One tail: bit i of `beyond` is value 32 i + lane. */
AP_FN void ap_device_tail(double centre, double inverse, ap_word *limbs, const double *values, ap_u32 beyond, ap_u32 lane)
{
    if (!__ballot_sync(AP_ALL_LANES, beyond != 0)) return;
    ap_u32 top_x = 0, top_q = 0, not_finite = 0;
    for (ap_u32 left = beyond; left; left &= left - 1) {
        double x = values[32 * (ap_u32)ap_lowest_bit(left) + lane], y = (x - centre) * inverse, q = y * y;
        ap_u32 p = ap_device_size(x), s = ap_device_size(q);
        if (s >= 0x7ff00000u) not_finite = 1, s = 0;
        top_q = s > top_q ? s : top_q;
        top_x = p > top_x ? p : top_x;
    }
    __syncwarp();
    struct ap_device_cut cut_x = ap_device_grids(ap_device_most(top_x)), cut_q = ap_device_grids(ap_device_most(top_q));
    double sum[4] = {0, 0, 0, 0};
    ap_word *limbs_q = limbs + AP_EXACT_LIMBS;
    for (ap_u32 left = beyond; left; left &= left - 1) {
        double x = values[32 * (ap_u32)ap_lowest_bit(left) + lane], y = (x - centre) * inverse, q = y * y;
        ap_device_part(&sum[0], &sum[1], x, cut_x, limbs);
        if (ap_device_valid(q)) ap_device_part(&sum[2], &sum[3], q, cut_q, limbs_q);
    }
    __syncwarp();
    if (__ballot_sync(AP_ALL_LANES, not_finite) && lane == 0) atomicOr(ap_device_global(&limbs[2 * AP_EXACT_LIMBS]), 2ull);
    double all = ap_device_total4_exact(sum, lane);
    if ((lane & 7) == 0 && all != 0.0) ap_device_limbs(lane & 16 ? limbs_q : limbs, all);
    __syncwarp();
}

/* Two tails at a time: as a rule one of each side. */
AP_FN void ap_device_tails(const struct ap_device_row *row, const double *values, ap_u32 limit, ap_u32 lane)
{
#pragma unroll 1
    for (ap_u32 t = 0; t < row->tail_count; t += 2) {
        ap_u32 beyond[2] = {0, 0}, high[2], valid = 0;
        double edge[2];
        for (ap_u32 k = 0; k < 2; k++) {
            int there = t + k < row->tail_count;
            edge[k] = there ? row->tails[t + k].edge : ap_nan();
            high[k] = there && row->tails[t + k].high;
        }
#pragma unroll 4
        for (ap_u32 i = 0; i < 32; i++) {
            double x = ap_device_clean(values[32 * i + lane], 32 * i + lane < limit);
            if (x == x) valid |= 1u << i;
            for (int k = 0; k < 2; k++)
                if (x < edge[k]) beyond[k] |= 1u << i;
        }
        for (int k = 0; k < 2; k++)
            if (high[k]) beyond[k] = valid & ~beyond[k];
#pragma unroll 1
        for (ap_u32 k = 0; k < 2; k++)
            ap_device_tail(row->centre, row->inverse, row->limbs + (ap_word)AP_DEVICE_TAIL_WORDS * (t + k), values, k ? beyond[1] : beyond[0], lane);
    }
}
#endif

#endif
