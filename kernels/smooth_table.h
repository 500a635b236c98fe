/* smooth_table.h - a quantile function as polynomials of degree 7, addressed by the bits of u or by a normal score. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SMOOTH_TABLE_H
#define APSIS_KERNELS_SMOOTH_TABLE_H
#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/philox.h"
#if AP_WIDTH == 8 && defined(__AVX512F__)
#include <immintrin.h>
#endif

/*
 * By u: v = min(u, 1 - u) = (2k + 1) * 2^-53 as a double. Its exponent is the octave (-53 .. -2), the next 3 bits the segment, the other
 * 49 the place in the segment. Segments of the lower tail come first, then those of the upper one.
 * By score: z in [-8.25, 8.25), 16 segments a unit; the first 49 bits behind the point of 16 z are the place.
 * A segment is one row, or, in a table with an index, a tree: index[segment] is a row, or AP_TABLE_BRANCH + the place in the index
 * of four children, which the next two bits choose from. The polynomial runs over t in [-1, 1) within the leaf.
 */
#define AP_TABLE_OCTAVES 52
#define AP_TABLE_TAIL_SEGMENTS (AP_TABLE_OCTAVES * 8)
#define AP_TABLE_SEGMENTS (2 * AP_TABLE_TAIL_SEGMENTS)
#define AP_TABLE_SCORE_REACH 132 /* sixteenths: 8.25 */
#define AP_TABLE_SCORE_SEGMENTS (2 * AP_TABLE_SCORE_REACH)
#define AP_TABLE_BRANCH ((ap_word)1 << 32)
#define AP_TABLE_LOCAL_BITS 49
#define AP_TABLE_LOCAL_MASK (((ap_word)1 << AP_TABLE_LOCAL_BITS) - 1)

enum ap_table_transform { AP_TABLE_NONE, AP_TABLE_EXP, AP_TABLE_LOGISTIC };

/* x = base[upper half] + scale * T(polynomial): inputs with the same standardised parameters share rows and index. */
struct ap_table {
    const double *rows;   /* 8 coefficients each, constant first, aligned to 64 bytes */
    const ap_word *index; /* NULL: segment k is row k */
    double base[2], scale;
    ap_u32 transform;
    ap_u32 row_count, index_count; /* for those who copy them elsewhere */
};

#if AP_CUDA
struct __attribute__((aligned(16))) ap_table_two {
    double first, second;
};
#endif
/* The eight coefficients of one row a lane. */
AP_FN void ap_table_row(const double *rows, ap_i64 row, ap_f64 *c)
{
#if AP_WIDTH == 8 && defined(__AVX512F__)
    /* eight rows of 64 bytes, transposed in registers: twice as fast as eight gathers, the same bits */
    __m512d r[8], t[8], s[8];
    for (int i = 0; i < 8; i++) r[i] = _mm512_load_pd(rows + 8 * row[i]);
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm512_unpacklo_pd(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_pd(r[2 * i], r[2 * i + 1]);
    }
    for (int odd = 0; odd < 2; odd++) {
        s[0] = _mm512_shuffle_f64x2(t[odd], t[odd + 2], 0x88);
        s[1] = _mm512_shuffle_f64x2(t[odd + 4], t[odd + 6], 0x88);
        s[2] = _mm512_shuffle_f64x2(t[odd], t[odd + 2], 0xdd);
        s[3] = _mm512_shuffle_f64x2(t[odd + 4], t[odd + 6], 0xdd);
        c[odd] = (ap_f64)_mm512_shuffle_f64x2(s[0], s[1], 0x88);
        c[odd + 4] = (ap_f64)_mm512_shuffle_f64x2(s[0], s[1], 0xdd);
        c[odd + 2] = (ap_f64)_mm512_shuffle_f64x2(s[2], s[3], 0x88);
        c[odd + 6] = (ap_f64)_mm512_shuffle_f64x2(s[2], s[3], 0xdd);
    }
#elif AP_WIDTH == 4
    /* four rows in two halves, each four by four */
    ap_f64 r[4];
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 4; i++) r[i] = ap_load(rows + 8 * row[i] + 4 * half);
#if defined(__clang__)
        ap_f64 a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6), b = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7);
        ap_f64 d = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6), e = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
        c[4 * half] = __builtin_shufflevector(a, d, 0, 1, 4, 5);
        c[4 * half + 1] = __builtin_shufflevector(b, e, 0, 1, 4, 5);
        c[4 * half + 2] = __builtin_shufflevector(a, d, 2, 3, 6, 7);
        c[4 * half + 3] = __builtin_shufflevector(b, e, 2, 3, 6, 7);
#else
        ap_f64 a = __builtin_shuffle(r[0], r[1], (ap_i64){0, 4, 2, 6}), b = __builtin_shuffle(r[0], r[1], (ap_i64){1, 5, 3, 7});
        ap_f64 d = __builtin_shuffle(r[2], r[3], (ap_i64){0, 4, 2, 6}), e = __builtin_shuffle(r[2], r[3], (ap_i64){1, 5, 3, 7});
        c[4 * half] = __builtin_shuffle(a, d, (ap_i64){0, 1, 4, 5});
        c[4 * half + 1] = __builtin_shuffle(b, e, (ap_i64){0, 1, 4, 5});
        c[4 * half + 2] = __builtin_shuffle(a, d, (ap_i64){2, 3, 6, 7});
        c[4 * half + 3] = __builtin_shuffle(b, e, (ap_i64){2, 3, 6, 7});
#endif
    }
#elif AP_CUDA
    /* four loads of 16 bytes */
    struct __align__(16) two {
        double x, y;
    };
    const struct two *r = (const struct two *)(rows + 8 * row);
    for (int k = 0; k < 4; k++) {
        struct two pair = r[k];
        c[2 * k] = pair.x;
        c[2 * k + 1] = pair.y;
    }
#elif AP_CUDA
    /* a row is aligned to 64 bytes: four loads of two */
    const struct ap_table_two *at = (const struct ap_table_two *)(const void *)(rows + (row << 3));
    for (int k = 0; k < 4; k++) {
        struct ap_table_two two = at[k];
        c[2 * k] = two.first;
        c[2 * k + 1] = two.second;
    }
#else
    for (int k = 0; k < 8; k++) c[k] = ap_gather(rows + k, row << 3);
#endif
}

/* The polynomial's value, before transform and scale. `place` has 49 bits. */
AP_FN ap_f64 ap_table_local(const double *rows, const ap_word *index, ap_i64 segment, ap_u64 place)
{
    ap_i64 row = segment;
    if (index) {
        ap_u64 entry = ap_gather_u64(index, segment);
        ap_mask branch = ap_lt_i64(ap_set1_i64((ap_sword)AP_TABLE_BRANCH - 1), ap_as_i64(entry));
        while (ap_any(branch)) { /* the depth of the tree is bounded: the builder splits 24 times at most */
            ap_u64 child = (entry & ap_set1_u64(AP_TABLE_BRANCH - 1)) + (place >> (AP_TABLE_LOCAL_BITS - 2));
            ap_i64 where = ap_select_i64(branch, ap_as_i64(child), segment);
            entry = ap_select_u64(branch, ap_gather_u64(index, where), entry);
            place = ap_select_u64(branch, (place << 2) & ap_set1_u64(AP_TABLE_LOCAL_MASK), place);
            branch = ap_mand(branch, ap_lt_i64(ap_set1_i64((ap_sword)AP_TABLE_BRANCH - 1), ap_as_i64(entry)));
        }
        row = ap_as_i64(entry);
    }
    ap_f64 one = ap_from_bits((place << 3) | ap_set1_u64(0x3ff0000000000000ull)); /* 1 + place * 2^-49 */
    ap_f64 t = ap_fma(ap_set1(2.0), one, ap_set1(-3.0)), c[8];
    ap_table_row(rows, row, c);
    ap_f64 y = c[7];
    for (int k = 6; k >= 0; k--) y = ap_fma(y, t, c[k]);
    return y;
}

/* Where v = min(u, 1 - u) lies. v may be any number in (0, 1/2); below 2^-53 it counts as 2^-53. */
AP_FN ap_i64 ap_table_place(ap_f64 v, ap_mask upper, ap_u64 *place)
{
    v = ap_select(ap_lt(v, ap_set1(0x1p-53)), ap_set1(0x1p-53), v);
    ap_u64 bits = ap_bits(v);
    *place = bits & ap_set1_u64(AP_TABLE_LOCAL_MASK);
    ap_i64 segment = ap_as_i64(bits >> AP_TABLE_LOCAL_BITS) - ap_set1_i64((1023 - 53) * 8);
    return segment + ap_select_i64(upper, ap_set1_i64(AP_TABLE_TAIL_SEGMENTS), ap_set1_i64(0));
}

AP_FN ap_f64 ap_table_finish(const struct ap_table *table, ap_mask upper, ap_f64 y)
{
    if (table->transform == AP_TABLE_EXP) y = ap_exp(y);
    else if (table->transform == AP_TABLE_LOGISTIC) {
        ap_f64 one = ap_set1(1.0), e = ap_exp(ap_negate(ap_abs(y))); /* never overflows, and keeps the digits of both ends */
        y = ap_select(ap_lt(y, ap_set1(0.0)), e, one) / (one + e);
    }
    return ap_fma(ap_set1(table->scale), y, ap_select(upper, ap_set1(table->base[1]), ap_set1(table->base[0])));
}

/* The draw of the 52-bit integer m (DESIGN section 5). */
AP_FN ap_f64 ap_sample_table(const struct ap_table *table, ap_u64 m)
{
    ap_mask upper = ap_lt_i64(ap_set1_i64(0x0007ffffffffffffll), ap_as_i64(m));
    ap_u64 place, fold = ap_select_u64(upper, m ^ ap_set1_u64(0x000fffffffffffffull), m);
    ap_i64 segment = ap_table_place(ap_uniform_of(fold), upper, &place);
    return ap_table_finish(table, upper, ap_table_local(table->rows, table->index, segment, place));
}

/* The draw of a normal score, by a table made for scores. Scores outside the table, NaN too, count as its ends. */
AP_FN ap_f64 ap_sample_table_score(const struct ap_table *table, ap_f64 z)
{
    ap_f64 end = ap_set1(0x1.07fffffffffffp+3);
    z = ap_select(ap_lt(ap_abs(z), end), z, ap_copysign(end, z));
    ap_f64 y = z * ap_set1(16.0), down = ap_floor(y);
    ap_i64 segment = ap_i64_of_f64(down) + ap_set1_i64(AP_TABLE_SCORE_REACH);
    ap_u64 place = ap_as_u64(ap_i64_of_f64(ap_floor((y - down) * ap_set1(0x1p49))));
    return ap_table_finish(table, ap_ge(z, ap_set1(0.0)), ap_table_local(table->rows, table->index, segment, place));
}

#endif
