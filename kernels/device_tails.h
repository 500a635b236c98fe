/* device_tails.h - exact sums of the values beyond the tails' edges, a warp a tile; included by device_tally.h only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_TAILS_H
#define APSIS_KERNELS_DEVICE_TAILS_H
#include "kernels/device_row.h"

#if AP_CUDA
/*
 * A finite double is digits * 2^(position - 1074) with digits < 2^53. With `base` 60 below the highest position in the warp, all values
 * from base on are whole multiples of 2^base below 2^(113 + base): 1024 of them add up exactly in 128 bits, in any order. Smaller
 * ones, 2^60 times below the largest, are rare and go to the limbs one by one.
 */
struct ap_device_wide {
    ap_word low, high; /* two's complement */
};

AP_FN ap_u32 ap_device_position(double x)
{
    ap_u32 exponent = (ap_u32)(ap_word_of(x) >> 52) & 2047u;
    return exponent ? exponent - 1 : 0;
}

/* limbs += (negative ? -1 : 1) * word * 2^position, word < 2^53 */
static __device__ __noinline__ void ap_device_small(ap_word *limbs, ap_word word, ap_u32 position, int negative)
{
    ap_u32 shift = position & 31;
    ap_word low = word << shift, high = shift ? word >> (64 - shift) : 0, part[3];
    part[0] = low & 0xffffffffu, part[1] = low >> 32, part[2] = high;
    for (ap_u32 i = 0; i < 3; i++)
        if (part[i]) atomicAdd(&limbs[(position >> 5) + i], negative ? 0 - part[i] : part[i]);
}

AP_FN void ap_device_wide_add(struct ap_device_wide *sum, double x, ap_u32 base, ap_word *limbs)
{
    ap_word bits = ap_word_of(x), digits = bits & 0xfffffffffffffull;
    if (bits >> 52 & 2047u) digits |= 0x10000000000000ull;
    ap_u32 position = ap_device_position(x);
    if (position < base) {
        ap_device_small(limbs, digits, position, (int)(bits >> 63));
        return;
    }
    ap_u32 shift = position - base;
    ap_word low = digits << shift, high = shift ? digits >> (64 - shift) : 0;
    if (bits >> 63) {
        sum->high -= high + (sum->low < low);
        sum->low -= low;
    } else {
        sum->low += low;
        sum->high += high + (sum->low < low);
    }
}

AP_FN struct ap_device_wide ap_device_wide_from(struct ap_device_wide x, ap_u32 lane_mask)
{
    struct ap_device_wide r;
    r.low = __shfl_xor_sync(AP_ALL_LANES, x.low, lane_mask);
    r.high = __shfl_xor_sync(AP_ALL_LANES, x.high, lane_mask);
    return r;
}

AP_FN void ap_device_tail(const struct ap_device_row *row, const struct ap_tally_tail *tail, ap_word *limbs, const double *values, ap_u32 limit, ap_u32 lane)
{
    double edge = tail->edge, centre = row->centre, inverse = row->inverse;
    int upper = tail->high != 0;
    ap_u32 beyond = 0; /* bit i: value 32 i + lane */
#pragma unroll 4
    for (ap_u32 i = 0; i < 32; i++) {
        double x = values[32 * i + lane];
        if (32 * i + lane < limit && ap_device_valid(x) && (x < edge) != upper) beyond |= 1u << i;
    }
    if (!__ballot_sync(AP_ALL_LANES, beyond != 0)) return;
    ap_u32 top_x = 0, top_q = 0, not_finite = 0;
    for (ap_u32 left = beyond; left; left &= left - 1) {
        double x = values[32 * (ap_u32)ap_lowest_bit(left) + lane], y = (x - centre) * inverse, q = y * y;
        ap_u32 p = ap_device_position(x), s = ap_device_position(q);
        if (!ap_device_valid(q)) not_finite = 1;
        else top_q = s > top_q ? s : top_q;
        top_x = p > top_x ? p : top_x;
    }
    __syncwarp();
    top_x = ap_device_most(top_x);
    top_q = ap_device_most(top_q);
    ap_u32 base_x = top_x > 60 ? top_x - 60 : 0, base_q = top_q > 60 ? top_q - 60 : 0;
    struct ap_device_wide sum_x = {0, 0}, sum_q = {0, 0};
    ap_word *limbs_q = limbs + AP_EXACT_LIMBS;
    for (ap_u32 left = beyond; left; left &= left - 1) {
        double x = values[32 * (ap_u32)ap_lowest_bit(left) + lane], y = (x - centre) * inverse, q = y * y;
        ap_device_wide_add(&sum_x, x, base_x, limbs);
        if (ap_device_valid(q)) ap_device_wide_add(&sum_q, q, base_q, limbs_q);
    }
    __syncwarp();
    if (__ballot_sync(AP_ALL_LANES, not_finite) && lane == 0) atomicOr(&limbs[2 * AP_EXACT_LIMBS], 2ull);
    /* lanes 0 .. 15 add up the values, the others the squares */
    int squares = (lane & 16) != 0;
    struct ap_device_wide sum = squares ? sum_q : sum_x, send = squares ? sum_x : sum_q;
    for (ap_u32 d = 16; d; d >>= 1) {
        struct ap_device_wide other = ap_device_wide_from(send, d);
        sum.low += other.low;
        sum.high += other.high + (sum.low < other.low);
        send = sum;
    }
    /* one limb a lane: five of them hold 128 bits that begin anywhere in the first */
    ap_u32 base = squares ? base_q : base_x, k = lane & 15, negative = (ap_u32)(sum.high >> 63);
    if (negative) {
        sum.high = ~sum.high + (sum.low == 0);
        sum.low = 0 - sum.low;
    }
    if (k < 5) {
        ap_u32 here = (ap_u32)(k == 0 ? sum.low : k == 1 ? sum.low >> 32 : k == 2 ? sum.high : k == 3 ? sum.high >> 32 : 0);
        ap_u32 before = (ap_u32)(k == 0 ? 0 : k == 1 ? sum.low : k == 2 ? sum.low >> 32 : k == 3 ? sum.high : sum.high >> 32);
        ap_word part = ((ap_word)here << 32 | before) << (base & 31) >> 32;
        if (part) atomicAdd((squares ? limbs_q : limbs) + (base >> 5) + k, negative ? 0 - part : part);
    }
}

AP_FN void ap_device_tails(const struct ap_device_row *row, const double *values, ap_u32 limit, ap_u32 lane)
{
#pragma unroll 1
    for (ap_u32 t = 0; t < row->tail_count; t++)
        ap_device_tail(row, row->tails + t, row->limbs + (ap_word)AP_DEVICE_TAIL_WORDS * t, values, limit, lane);
}

#endif

#endif
