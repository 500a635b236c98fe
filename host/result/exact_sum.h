/* exact_sum.h - sums of doubles without any rounding: order and partition do not matter, the result is rounded once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_EXACT_SUM_H
#define APSIS_HOST_EXACT_SUM_H
#include <stddef.h>
#include <stdint.h>

/*
 * A fixed-point number that covers every double: bit 0 of limb 0 is 2^-1074, a limb counts 2^32 times the one before. Limbs are
 * signed and carry lazily: each takes 2^29 additions before a carry must run. 68 limbs leave room for 2^62 additions of the
 * largest double.
 */
#define APSIS_EXACT_LIMBS 68

struct apsis_exact {
    int64_t limb[APSIS_EXACT_LIMBS];
    uint32_t pending;    /* additions since the last carry */
    uint32_t not_finite; /* 1: an infinity or a NaN came in, the sum is NaN */
};

/* A sum of zero is all bits zero: apsis_calloc or = {0}. */
void apsis_exact_add(struct apsis_exact *sum, double x);
void apsis_exact_add_all(struct apsis_exact *sum, const double *values, size_t count);
/* adds x times n, exactly */
void apsis_exact_add_times(struct apsis_exact *sum, double x, uint64_t n);
/* subtracts x times n, exactly */
void apsis_exact_subtract_times(struct apsis_exact *sum, double x, uint64_t n);
void apsis_exact_merge(struct apsis_exact *sum, const struct apsis_exact *other);
/* The double nearest to the sum, ties to even; +0 for zero; an infinity past the largest double. */
double apsis_exact_round(const struct apsis_exact *sum);

#endif
