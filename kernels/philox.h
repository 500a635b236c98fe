/* philox.h - Philox4x32-10 as a pure function of (key, counter), and the uniforms that draws are made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_PHILOX_H
#define APSIS_KERNELS_PHILOX_H

#include "kernels/dialect.h"
#ifndef AP_CURAND
#define AP_CURAND 0 /* 1, on a GPU: the rounds by cuRAND's device function; the toolkit's include folder must be given to NVRTC */
#endif
#if AP_CURAND
#include <curand_philox4x32_x.h>
#endif
/*
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). The words are those of Random123 and of
 * cuRAND's CURAND_RNG_PSEUDO_PHILOX4_32_10. Each 32-bit word lives in the low half of a 64-bit lane, where the multiplication
 * wants it; the upper halves are junk until the last round, since only the low half is ever multiplied.
 *
 * The counter picture, which may not move:
 *   key = seed low, seed high     x = pair low     y = pair bits 32..47 | period << 16     z, w = stream low, high
 *   pair = (draw >> 9) << 8 | (draw & 255)         half = (draw >> 8) & 1
 *   bits = half ? w3 << 32 | w2 : w1 << 32 | w0    m = bits >> 12        u = (2m + 1) * 2^-53
 */
#define AP_PHILOX_M0 0xd2511f53u
#define AP_PHILOX_M1 0xcd9e8d57u
#define AP_PHILOX_W0 0x9e3779b9u
#define AP_PHILOX_W1 0xbb67ae85u

struct ap_philox4 {
    ap_u64 w0, w1, w2, w3;
};

/* One round on words whose upper halves may hold anything; k0 and k1 are the same for all lanes. */
AP_FN struct ap_philox4 ap_philox_round(struct ap_philox4 c, ap_u32 k0, ap_u32 k1)
{
    ap_u64 p0 = ap_mul32(c.w0, ap_set1_u64(AP_PHILOX_M0));
    ap_u64 p1 = ap_mul32(c.w2, ap_set1_u64(AP_PHILOX_M1));
    struct ap_philox4 r;
    r.w0 = ap_xor3(p1 >> 32, c.w1, ap_set1_u64(k0));
    r.w1 = p1;
    r.w2 = ap_xor3(p0 >> 32, c.w3, ap_set1_u64(k1));
    r.w3 = p0;
    return r;
}

/* Rounds 1 to 9 of nine or ten; kept apart so that the first round may be a cheaper one. */
AP_FN struct ap_philox4 ap_philox_rounds(struct ap_philox4 c, ap_u32 key0, ap_u32 key1, int first)
{
    for (int i = first; i < 10; i++) {
        c = ap_philox_round(c, (ap_u32)(key0 + (ap_u32)i * AP_PHILOX_W0), (ap_u32)(key1 + (ap_u32)i * AP_PHILOX_W1));
    }
    return c;
}

/* The four words of counter (x, y, z, w), each below 2^32 in its lane. The upper halves of x..w are not looked at. */
AP_FN struct ap_philox4 ap_philox(ap_u32 key0, ap_u32 key1, ap_u64 x, ap_u64 y, ap_u64 z, ap_u64 w)
{
    struct ap_philox4 c = {x, y, z, w};
    ap_u64 low = ap_set1_u64(0xffffffffu);
    c = ap_philox_rounds(c, key0, key1, 0);
    c.w0 = c.w0 & low;
    c.w1 = c.w1 & low;
    c.w2 = c.w2 & low;
    c.w3 = c.w3 & low;
    return c;
}

/*
 * The two 52-bit integers of one call: *m0 belongs to the draw with half 0 (draw d), *m1 to the one with half 1 (draw d + 256).
 * Seed, stream and period are the same for all lanes, so half of the first round is done once for all of them.
 */
AP_FN void ap_uniform_pair(ap_u64 pair, ap_word seed, ap_word stream, ap_u32 period, ap_u64 *m0, ap_u64 *m1)
{
    ap_u32 k0 = (ap_u32)seed, k1 = (ap_u32)(seed >> 32), z = (ap_u32)stream, w = (ap_u32)(stream >> 32);
    ap_word zm = (ap_word)z * AP_PHILOX_M1;
    ap_u64 low = ap_set1_u64(0xffffffffu);
    ap_u64 p0 = ap_mul32(pair, ap_set1_u64(AP_PHILOX_M0));
    ap_u64 y = ((pair >> 32) & ap_set1_u64(0xffffu));
    struct ap_philox4 c;
    c.w0 = y ^ ap_set1_u64((zm >> 32) ^ k0 ^ ((ap_word)period << 16));
    c.w1 = ap_set1_u64(zm);
    c.w2 = (p0 >> 32) ^ ap_set1_u64(w ^ k1);
    c.w3 = p0;
    c = ap_philox_rounds(c, k0, k1, 1);
    *m0 = ((c.w1 << 32) | (c.w0 & low)) >> 12;
    *m1 = ((c.w3 << 32) | (c.w2 & low)) >> 12;
}

/* u = (2m + 1) * 2^-53, exactly, for m < 2^52: never 0, never 1. (1.m as a double, less 1 - 2^-53; both steps are exact.) */
AP_FN ap_f64 ap_uniform_of(ap_u64 m)
{
    return ap_from_bits(m | ap_set1_u64(0x3ff0000000000000ull)) - ap_set1(0x1.fffffffffffffp-1);
}
/* 1 - u = (2(2^52 - 1 - m) + 1) * 2^-53, exactly: on the same grid */
AP_FN ap_f64 ap_uniform_upper_of(ap_u64 m) { return ap_uniform_of(m ^ ap_set1_u64(0x000fffffffffffffull)); }

/*
 * On one lane whatever the width, what the host and a GPU's thread compute with, and the specification: the 64 bits of the draws of
 * half 0 and half 1 that share the call of this draw.
 */
AP_FN void ap_draw_halves(ap_word draw, ap_word seed, ap_word stream, ap_u32 period, ap_word *half0, ap_word *half1)
{
    ap_word pair = ((draw >> 9) << 8) | (draw & 255u);
    ap_u32 x = (ap_u32)pair, y = ((ap_u32)(pair >> 32) & 0xffffu) | (period << 16), z = (ap_u32)stream, w = (ap_u32)(stream >> 32);
#if AP_CURAND
    uint4 counter = make_uint4(x, y, z, w);
    counter = curand_Philox4x32_10(counter, make_uint2((ap_u32)seed, (ap_u32)(seed >> 32)));
    x = counter.x, y = counter.y, z = counter.z, w = counter.w;
#else
    ap_u32 k0 = (ap_u32)seed, k1 = (ap_u32)(seed >> 32);
    for (int i = 0; i < 10; i++) {
        ap_word p0 = (ap_word)x * AP_PHILOX_M0, p1 = (ap_word)z * AP_PHILOX_M1;
        x = (ap_u32)(p1 >> 32) ^ y ^ k0;
        y = (ap_u32)p1;
        z = (ap_u32)(p0 >> 32) ^ w ^ k1;
        w = (ap_u32)p0;
        k0 += AP_PHILOX_W0;
        k1 += AP_PHILOX_W1;
    }
#endif
    *half0 = (ap_word)y << 32 | x;
    *half1 = (ap_word)w << 32 | z;
}
AP_FN ap_word ap_draw_bits(ap_word draw, ap_word seed, ap_word stream, ap_u32 period)
{
    ap_word half0, half1;
    ap_draw_halves(draw, seed, stream, period, &half0, &half1);
    return (draw >> 8) & 1u ? half1 : half0;
}

#endif
