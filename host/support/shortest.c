/* shortest.c - the shortest digits of a double in the range people use, in 128-bit integers: what makes tables of draws quick to write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "host/support/shortest.h"

typedef unsigned __int128 wide;

#define MOST_SCALE 27 /* 5^27 < 2^63 */

static const uint64_t tens[] = {1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull, 100000000ull, 1000000000ull, 10000000000ull,
                                100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull, 1000000000000000ull, 10000000000000000ull,
                                100000000000000000ull, 1000000000000000000ull};
static const uint64_t fives[MOST_SCALE + 1] = {
    1ull, 5ull, 25ull, 125ull, 625ull, 3125ull, 15625ull, 78125ull, 390625ull, 1953125ull, 9765625ull, 48828125ull, 244140625ull, 1220703125ull,
    6103515625ull, 30517578125ull, 152587890625ull, 762939453125ull, 3814697265625ull, 19073486328125ull, 95367431640625ull, 476837158203125ull,
    2384185791015625ull, 11920928955078125ull, 59604644775390625ull, 298023223876953125ull, 1490116119384765625ull, 7450580596923828125ull};

/* How many digits a whole number has; 0 has one. */
static int digits_of(uint64_t value)
{
    int guess = (64 - __builtin_clzll(value | 1)) * 1233 >> 12; /* log10(2) of the bits: right or one too few */
    return guess + (value >= tens[guess]) + (value == 0);
}

/*
 * value = m 2^e. With p decimals the value is F 2^-s4 in units of 10^-p, F = 4 m 5^p, s4 = 2 - e - p; everything is exact in 128 bits.
 * The doubles' own interval around it, half a step to each side (a quarter below a power of two), reads back as the value; its ends do
 * when m is even. Of the whole numbers lo..hi in it those with the most zeros are the shortest texts, and of them the nearest is taken.
 */
int apsis_shortest_decimal(double value, uint64_t *decimal, int *power)
{
    if (!(value >= 1e-7 && value < 1e15)) return 0;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int e = (int)(bits >> 52) - 1075;
    uint64_t m = (bits & ((1ull << 52) - 1)) | 1ull << 52;
    int k = ((e + 52) * 1233) >> 12; /* floor(log10) or one less: log10(2) is a little above 1233 / 4096 */
    int p = 16 - k, s4 = 2 - e - p;
    if (p < 0 || p > MOST_SCALE || s4 < 1 || s4 > 100) return 0;
    uint64_t five = fives[p];
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
    if (best >= tens[17]) return 0;
    *decimal = best;
    *power = zeros - p;
    return digits_of(best);
}

/* `value` < 10^8 as eight digits, two and two at a time within one word. */
static void put_eight(char *at, uint32_t value)
{
    uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t high = fours * 10486 >> 20 & 0x7f0000007full, twos = high + ((fours - 100 * high) << 16);
    uint64_t first = twos * 103 >> 10 & 0xf000f000f000full, ones = first + ((twos - 10 * first) << 8);
    ones += 0x3030303030303030ull;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    ones = __builtin_bswap64(ones);
#endif
    memcpy(at, &ones, 8);
}

/* `value` < 10^17 as seventeen digits. */
static void put_seventeen(char *at, uint64_t value)
{
    uint64_t high = value / 100000000;
    at[0] = (char)('0' + high / 100000000);
    put_eight(at + 1, (uint32_t)(high % 100000000));
    put_eight(at + 9, (uint32_t)(value % 100000000));
}

char *apsis_shortest_put(char *at, double value)
{
    char digits[48]; /* what is copied out of it is a fixed number of bytes, past the digits too */
    uint64_t bits, decimal;
    memcpy(&bits, &value, sizeof bits);
    *at = '-';
    at += bits >> 63;
    bits &= ~(1ull << 63);
    memcpy(&value, &bits, sizeof value);
    if (value < 1e15 && value == (double)(int64_t)value) { /* a whole number: its own digits, whatever zeros it ends in */
        put_seventeen(digits, decimal = (uint64_t)value);
        int count = digits_of(decimal);
        memcpy(at, digits + 17 - count, 16);
        return at + count;
    }
    int power, count = apsis_shortest_decimal(value, &decimal, &power), whole = count + power;
    if (!count || whole < -5) return NULL; /* 1e-7 has an exponent */
    put_seventeen(digits, decimal);
    const char *from = digits + 17 - count;
    if (whole > 0) {
        memcpy(at, from, 16);
        at[whole] = '.';
        memcpy(at + whole + 1, from + whole, 16);
        return at + count + 1;
    }
    memcpy(at, "0.000000", 8);
    memcpy(at + 2 - whole, from, 17);
    return at + 2 - whole + count;
}
