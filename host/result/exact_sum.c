/* exact_sum.c - sums of doubles without any rounding. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/exact_sum.h"

#include "kernels/dialect.h"

#define LIMB_MASK 0xffffffffll
#define CARRY_AFTER (1u << 29)

/* Makes every limb but the last lie in 0 .. 2^32 - 1; the sign is then the last limb's. */
static void carry(struct apsis_exact *sum)
{
    int64_t over = 0;
    for (int i = 0; i < APSIS_EXACT_LIMBS - 1; i++) {
        int64_t limb = sum->limb[i] + over;
        over = limb >> 32; /* arithmetic: rounds down */
        sum->limb[i] = limb & LIMB_MASK;
    }
    sum->limb[APSIS_EXACT_LIMBS - 1] += over;
    sum->pending = 0;
}

/* adds or subtracts word * 2^position */
static inline void add_word(struct apsis_exact *sum, uint64_t word, unsigned position, int negative)
{
    unsigned at = position >> 5, shift = position & 31;
    unsigned __int128 wide = (unsigned __int128)word << shift; /* at most 95 bits */
    int64_t a = (int64_t)(uint32_t)wide, b = (int64_t)(uint32_t)(wide >> 32), c = (int64_t)(uint32_t)(wide >> 64);
    int64_t sign = -(int64_t)negative;
    if (sum->pending >= CARRY_AFTER) carry(sum);
    sum->pending++;
    sum->limb[at] += (a ^ sign) - sign;
    sum->limb[at + 1] += (b ^ sign) - sign;
    sum->limb[at + 2] += (c ^ sign) - sign;
}

/* 1 and the parts of a finite x = +- digits * 2^(position - 1074), or 0 */
static inline int take_apart(struct apsis_exact *sum, double x, uint64_t *digits, unsigned *position, int *negative)
{
    uint64_t bits = ap_word_of(x);
    unsigned exponent = (unsigned)(bits >> 52) & 2047;
    if (exponent == 2047) {
        sum->not_finite = 1;
        return 0;
    }
    *negative = (int)(bits >> 63);
    *digits = bits & 0xfffffffffffffull;
    *position = 0;
    if (exponent) *digits |= 1ull << 52, *position = exponent - 1;
    return 1;
}

void apsis_exact_add(struct apsis_exact *sum, double x)
{
    uint64_t digits;
    unsigned position;
    int negative;
    if (take_apart(sum, x, &digits, &position, &negative)) add_word(sum, digits, position, negative);
}

/*
 * Many at a time: each value is cut in two along a grid of 2^40 steps below the largest, and another 2^40 below that. A part is
 * at most 2^40 steps, 2^11 of them fill a double: their sums are exact in any order. What is left over, of values 2^27 times
 * smaller than the largest, is added by itself.
 */
typedef double four __attribute__((vector_size(32)));
typedef int64_t four_words __attribute__((vector_size(32)));
enum { MANY = 2048, PART_BITS = 40 };

static double power_of_two(int exponent)
{
    return ap_double_of((uint64_t)(exponent + 1023) << 52);
}

static void add_many(struct apsis_exact *sum, const double *values, size_t count)
{
    uint64_t most = 0;
    size_t i = 0;
    for (size_t k = 0; k < count; k++) {
        uint64_t size = ap_word_of(values[k]) & ~(1ull << 63);
        most = size > most ? size : most;
    }
    int exponent = (int)(most >> 52) - 1023; /* all are below 2^(exponent + 1) */
    if (exponent > -900 && exponent < 1000) {
        double c = 1.5 * power_of_two(52 + exponent + 1 - PART_BITS), d = 1.5 * power_of_two(52 + exponent + 1 - 2 * PART_BITS);
        four c4 = {c, c, c, c}, d4 = {d, d, d, d}, high = {0}, low = {0}, zero = {0};
        for (; i + 4 <= count; i += 4) {
            four x = {values[i], values[i + 1], values[i + 2], values[i + 3]};
            four a = (x + c4) - c4, rest = x - a, b = (rest + d4) - d4;
            high += a, low += b;
            rest -= b;
            four_words left = (four_words)(rest != zero);
            if (left[0] | left[1] | left[2] | left[3])
                for (int k = 0; k < 4; k++) apsis_exact_add(sum, rest[k]);
        }
        apsis_exact_add(sum, (high[0] + high[1]) + (high[2] + high[3]));
        apsis_exact_add(sum, (low[0] + low[1]) + (low[2] + low[3]));
    }
    for (; i < count; i++) apsis_exact_add(sum, values[i]);
}

void apsis_exact_add_all(struct apsis_exact *sum, const double *values, size_t count)
{
    for (size_t from = 0; from < count; from += MANY) add_many(sum, values + from, count - from < MANY ? count - from : MANY);
}

static void add_times(struct apsis_exact *sum, double x, uint64_t n, int minus)
{
    uint64_t digits;
    unsigned position;
    int negative;
    if (!n || !take_apart(sum, x, &digits, &position, &negative)) return;
    unsigned __int128 product = (unsigned __int128)digits * n;
    add_word(sum, (uint64_t)(uint32_t)product, position, negative ^ minus);
    add_word(sum, (uint64_t)(uint32_t)(product >> 32), position + 32, negative ^ minus);
    add_word(sum, (uint64_t)(product >> 64), position + 64, negative ^ minus);
}

void apsis_exact_add_times(struct apsis_exact *sum, double x, uint64_t n)
{
    add_times(sum, x, n, 0);
}

void apsis_exact_subtract_times(struct apsis_exact *sum, double x, uint64_t n)
{
    add_times(sum, x, n, 1);
}

void apsis_exact_merge(struct apsis_exact *sum, const struct apsis_exact *other)
{
    if ((uint64_t)sum->pending + other->pending + 2 >= CARRY_AFTER) carry(sum);
    if (other->pending + 2 >= CARRY_AFTER) {
        struct apsis_exact copy = *other;
        carry(&copy);
        apsis_exact_merge(sum, &copy);
        return;
    }
    for (int i = 0; i < APSIS_EXACT_LIMBS; i++) sum->limb[i] += other->limb[i];
    sum->pending += other->pending + 1; /* a carried limb is below 2^32, as one addition is */
    sum->not_finite |= other->not_finite;
}

double apsis_exact_round(const struct apsis_exact *source)
{
    struct apsis_exact sum = *source;
    if (sum.not_finite) return ap_double_of(AP_NAN_BITS);
    carry(&sum);
    uint64_t sign = 0;
    if (sum.limb[APSIS_EXACT_LIMBS - 1] < 0) {
        sign = 1ull << 63;
        for (int i = 0; i < APSIS_EXACT_LIMBS; i++) sum.limb[i] = -sum.limb[i];
        carry(&sum);
    }
    int top = APSIS_EXACT_LIMBS - 1;
    while (top >= 0 && sum.limb[top] == 0) top--;
    if (top < 0) return 0.0;
    if (sum.limb[top] > LIMB_MASK) return ap_double_of(sign | AP_INF_BITS); /* far past the largest double */
    /* position of the leading bit, then the 53 (or fewer) digits from `low` on, then what is cut off */
    int lead = top * 32 + 31 - __builtin_clz((unsigned)sum.limb[top]);
    int low = lead > 52 ? lead - 52 : 0;
    uint64_t digits = 0;
    for (int bit = lead; bit >= low; bit--) digits = digits << 1 | (uint64_t)(sum.limb[bit >> 5] >> (bit & 31) & 1);
    if (low > 0) {
        int half = (int)(sum.limb[(low - 1) >> 5] >> ((low - 1) & 31) & 1), rest = 0;
        if (half) {
            for (int i = 0; i < (low - 1) >> 5 && !rest; i++) rest = sum.limb[i] != 0;
            if (!rest) rest = (sum.limb[(low - 1) >> 5] & ((1ll << ((low - 1) & 31)) - 1)) != 0;
            if (rest || (digits & 1)) digits++;
        }
    }
    /* `low` is the exponent field less 1 of a normal number whose digits have their leading bit at 52; a carry out of the
       digits and a subnormal both come out right because the leading bit is added, not put */
    if (low >= 2046) return ap_double_of(sign | AP_INF_BITS);
    uint64_t bits = ((uint64_t)low << 52) + digits;
    if (bits >= AP_INF_BITS) bits = AP_INF_BITS;
    return ap_double_of(sign | bits);
}
