/* fingerprint.h - what a tile's outputs are known by: an order-free 128-bit mix over every bit of every value of every draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_FINGERPRINT_H
#define APSIS_KERNELS_FINGERPRINT_H
#include "kernels/dialect.h"

/*
 * A column of output values has a key of two 64-bit words (host/result/digest.h says how it follows from the output's name and
 * period). The value of one draw is the 64-bit pattern
 *
 *   AP_NOT_GIVEN_BITS  where the draw lies outside `given`
 *   AP_NAN_BITS        where it is invalid: NaN, infinite, or `given` is NaN
 *   its IEEE bits      else, with -0 as +0
 *
 * It is mixed with the draw's number, all arithmetic modulo 2^64:
 *
 *   z = bits ^ (key[0] + draw * AP_FINGERPRINT_DRAW)
 *   z = z * AP_FINGERPRINT_1                    32-bit odd factor: one to one
 *   z = z ^ (z >> 32)                           one to one
 *   a = z * AP_FINGERPRINT_2     a = a ^ (a >> 29)     one to one, so any change of one value changes the sum of the a's
 *   t = z + key[1]               b = (t mod 2^32) * (t >> 32)      a second mix that no sum of the first determines
 *
 * The fingerprint of a tile is (sum of a, sum of b) modulo 2^64 over all columns and all draws of the run in it: sums, so
 * the order of draws, columns, threads and lanes does not matter. The scalar width of the dialect is the specification.
 */
#define AP_FINGERPRINT_DRAW 0x9e3779b97f4a7c15ull
#define AP_FINGERPRINT_1 0x85ebca6bu
#define AP_FINGERPRINT_2 0xc2b2ae35u

/* x * k for a 32-bit k, modulo 2^64 */
AP_FN ap_u64 ap_fingerprint_times(ap_u64 x, ap_u32 k)
{
    ap_u64 factor = ap_set1_u64(k);
    return ap_mul32(x, factor) + (ap_mul32(x >> 32, factor) << 32);
}

/* The two words that one value adds. `place` is key[0] + draw * AP_FINGERPRINT_DRAW. */
AP_FN void ap_fingerprint_mix(ap_u64 bits, ap_u64 place, ap_u64 key1, ap_u64 *a, ap_u64 *b)
{
    ap_u64 z = ap_fingerprint_times(bits ^ place, AP_FINGERPRINT_1);
    z = z ^ (z >> 32);
    ap_u64 first = ap_fingerprint_times(z, AP_FINGERPRINT_2);
    *a = first ^ (first >> 29);
    ap_u64 t = z + key1;
    *b = ap_mul32(t, t >> 32);
}

#endif
