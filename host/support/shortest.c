/* shortest.c - the shortest digits of a double in the range people use, in 128-bit integers: what makes tables of draws quick to write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "host/support/shortest.h"

typedef unsigned __int128 wide;

#define MOST_SCALE 27 /* 5^27 < 2^63 */

/*
 * value = m 2^e. With p decimals the value is F 2^-s4 in units of 10^-p, F = 4 m 5^p, s4 = 2 - e - p; everything is exact in 128 bits.
 * The doubles' own interval around it, half a step to each side (a quarter below a power of two), reads back as the value; its ends do
 * when m is even. Of the whole numbers lo..hi in it those with the most zeros are the shortest texts, and of them the nearest is taken.
 */
int apsis_shortest_digits(double value, char *digits, int *exponent)
{
    if (!(value >= 1e-7 && value < 1e15)) return 0;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int e = (int)(bits >> 52) - 1075;
    uint64_t m = (bits & ((1ull << 52) - 1)) | 1ull << 52;
    int k = ((e + 52) * 1233) >> 12; /* floor(log10) or one less: log10(2) is a little above 1233 / 4096 */
    int p = 16 - k, s4 = 2 - e - p;
    if (p < 0 || p > MOST_SCALE || s4 < 1 || s4 > 100) return 0;
    uint64_t five = 1;
    for (int i = 0; i < p; i++) five *= 5;
    if (m >> 52 && (wide)m * five >> 125) return 0;
    wide f = (wide)m * five * 4, unit = (wide)1 << s4;
    wide low = f - (m == 1ull << 52 ? five : 2 * (wide)five), high = f + 2 * (wide)five;
    int even = !(m & 1);
    uint64_t lo = (uint64_t)(low >> s4), hi = (uint64_t)(high >> s4), at = (uint64_t)(f >> s4);
    if ((low & (unit - 1)) || !even) lo++;
    if (!(high & (unit - 1)) && !even) hi--;
    wide part = f & (unit - 1); /* what is left of at */
    int zeros = 0;
    uint64_t ten = 1;
    while ((lo + 9) / 10 <= hi / 10) {
        lo = (lo + 9) / 10;
        hi = hi / 10;
        ten *= 10;
        zeros++;
    }
    if (at < 10000000000000000ull || lo > hi) return 0;
    uint64_t down = at / ten, rest = at % ten;
    int up; /* 1: the nearest is one more; a tie goes to the even one */
    if (zeros == 0) up = part > unit / 2 || (part == unit / 2 && (down & 1));
    else up = 2 * rest > ten || (2 * rest == ten && (part || (down & 1)));
    uint64_t best = down + (uint64_t)up;
    if (best < lo) best = lo;
    if (best > hi) best = hi;
    char reversed[24];
    int count = 0;
    for (; best; best /= 10) reversed[count++] = (char)('0' + best % 10);
    for (int i = 0; i < count; i++) digits[i] = reversed[count - 1 - i];
    digits[count] = 0;
    *exponent = count - 1 + zeros - p;
    return count;
}
