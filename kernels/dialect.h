/* dialect.h - the C that scalar C, vector C and CUDA have in common: lanes, masks, and the operations that round correctly. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DIALECT_H
#define APSIS_KERNELS_DIALECT_H
/*
 * Every header of kernels/ is written once, on these types:
 *
 *   ap_f64   one double a lane        ap_u64, ap_i64   one 64-bit integer a lane
 *   ap_mask  one truth value a lane, to be handled by the functions here only: an int in scalar C and CUDA, a mask register under
 *            AVX-512 (AP_MASK_IS_BITS is 1, bit i is lane i), else all bits of a 64-bit lane
 *
 * AP_WIDTH is the number of lanes: 1 (plain C, CUDA; the specification), 2, 4 or 8. The operators + - * / on ap_f64 and
 * + - * & | ^ ~ << >> on ap_u64 and ap_i64 (shifts by a scalar) are written as in C. What C has no operator for over lanes
 * is a function here. Every operation is correctly rounded or exact, so each width gives the same bits in each lane.
 *
 * What must stay true: no function here may contract, reassociate or approximate; nothing here calls libm except fma and
 * sqrt, which IEEE 754 defines to the bit.
 */
#ifndef AP_WIDTH
#define AP_WIDTH 1
#endif

/* Where a benchmark earned them, a few operations are one instruction by name; the bits are those of the plain text. */
#if AP_WIDTH == 8 && defined(__AVX512F__) && defined(__AVX512DQ__)
#define AP_AVX512 1
#else
#define AP_AVX512 0
#endif
#if AP_WIDTH == 4 && defined(__AVX2__)
#define AP_AVX2 1
#else
#define AP_AVX2 0
#endif
#define AP_MASK_IS_BITS AP_AVX512
#if AP_AVX512 || AP_AVX2
#include <immintrin.h>
#endif

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)
#define AP_CUDA 1
#define AP_FN static __device__ __forceinline__
#define AP_CONST static __device__ const
typedef unsigned int ap_u32;
typedef unsigned long long ap_word;
typedef long long ap_sword;
#else
#define AP_CUDA 0
#include <stdint.h>
#define AP_FN static inline __attribute__((always_inline, unused))
#define AP_CONST static const __attribute__((unused))
typedef uint32_t ap_u32;
typedef uint64_t ap_word;
typedef int64_t ap_sword;
#endif

/* One lane, always there whatever the width: what tables are made of and what the host computes with. */
AP_FN ap_word ap_word_of(double x)
{
#if AP_CUDA
    return (ap_word)__double_as_longlong(x);
#else
    union { double d; ap_word w; } u;
    u.d = x;
    return u.w;
#endif
}
AP_FN double ap_double_of(ap_word w)
{
#if AP_CUDA
    return __longlong_as_double((ap_sword)w);
#else
    union { double d; ap_word w; } u;
    u.w = w;
    return u.d;
#endif
}
#define AP_NAN_BITS 0x7ff8000000000000ull
#define AP_INF_BITS 0x7ff0000000000000ull

#if AP_WIDTH == 1
/* ------------------------------------------------------------------ one lane: plain C and CUDA, the specification */
typedef double ap_f64;
typedef ap_word ap_u64;
typedef ap_sword ap_i64;
typedef int ap_mask;

AP_FN ap_f64 ap_set1(double x) { return x; }
AP_FN ap_u64 ap_set1_u64(ap_word x) { return x; }
AP_FN ap_i64 ap_set1_i64(ap_sword x) { return x; }
AP_FN ap_u64 ap_bits(ap_f64 x) { return ap_word_of(x); }
AP_FN ap_f64 ap_from_bits(ap_u64 x) { return ap_double_of(x); }
AP_FN ap_i64 ap_as_i64(ap_u64 x) { return (ap_i64)x; }
AP_FN ap_u64 ap_as_u64(ap_i64 x) { return (ap_u64)x; }
#if AP_CUDA
AP_FN ap_f64 ap_fma(ap_f64 a, ap_f64 b, ap_f64 c) { return __fma_rn(a, b, c); }
AP_FN ap_f64 ap_sqrt(ap_f64 x) { return __dsqrt_rn(x); }
AP_FN ap_f64 ap_floor(ap_f64 x) { return floor(x); }
#else
AP_FN ap_f64 ap_fma(ap_f64 a, ap_f64 b, ap_f64 c) { return __builtin_fma(a, b, c); }
AP_FN ap_f64 ap_sqrt(ap_f64 x) { return __builtin_sqrt(x); }
AP_FN ap_f64 ap_floor(ap_f64 x) { return __builtin_floor(x); }
#endif
AP_FN ap_mask ap_lt(ap_f64 a, ap_f64 b) { return a < b; }
AP_FN ap_mask ap_le(ap_f64 a, ap_f64 b) { return a <= b; }
AP_FN ap_mask ap_eq(ap_f64 a, ap_f64 b) { return a == b; }
AP_FN ap_mask ap_lt_i64(ap_i64 a, ap_i64 b) { return a < b; }
AP_FN ap_mask ap_eq_i64(ap_i64 a, ap_i64 b) { return a == b; }
AP_FN ap_mask ap_mand(ap_mask a, ap_mask b) { return a & b; }
AP_FN ap_mask ap_mor(ap_mask a, ap_mask b) { return a | b; }
AP_FN ap_mask ap_mnot(ap_mask a) { return !a; }
AP_FN int ap_any(ap_mask m) { return m; }
AP_FN int ap_all(ap_mask m) { return m; }
/* bit i is lane i */
AP_FN ap_u32 ap_mask_bits(ap_mask m) { return (ap_u32)(m != 0); }
AP_FN ap_f64 ap_select(ap_mask m, ap_f64 a, ap_f64 b) { return m ? a : b; }
AP_FN ap_u64 ap_select_u64(ap_mask m, ap_u64 a, ap_u64 b) { return m ? a : b; }
AP_FN ap_i64 ap_select_i64(ap_mask m, ap_i64 a, ap_i64 b) { return m ? a : b; }
/* base[index] in each lane; the caller keeps every lane's index in range */
AP_FN ap_f64 ap_gather(const double *base, ap_i64 index) { return base[index]; }
AP_FN ap_u64 ap_gather_u64(const ap_word *base, ap_i64 index) { return base[index]; }
/* low 32 bits of a times low 32 bits of b, all 64 bits of it */
AP_FN ap_u64 ap_mul32(ap_u64 a, ap_u64 b) { return (ap_u64)(ap_u32)a * (ap_u32)b; }
AP_FN ap_u64 ap_xor3(ap_u64 a, ap_u64 b, ap_u64 c) { return a ^ b ^ c; }
/* table[index & 31] of a 32-entry table */
AP_FN ap_f64 ap_table32(const double *table, ap_u64 index) { return table[index & 31]; }
AP_FN double ap_lane(ap_f64 x, int lane) { (void)lane; return x; }
AP_FN ap_f64 ap_load(const double *p) { return *p; }
AP_FN void ap_store(double *p, ap_f64 x) { *p = x; }

#else
/* ------------------------------------------------------------------ several lanes: gcc's and clang's vector extensions */
typedef double ap_f64 __attribute__((vector_size(8 * AP_WIDTH), may_alias));
typedef uint64_t ap_u64 __attribute__((vector_size(8 * AP_WIDTH), may_alias));
typedef int64_t ap_i64 __attribute__((vector_size(8 * AP_WIDTH), may_alias));
#if AP_MASK_IS_BITS
typedef __mmask8 ap_mask;
#else
typedef int64_t ap_mask __attribute__((vector_size(8 * AP_WIDTH), may_alias));
#endif
typedef double ap_f64_unaligned __attribute__((vector_size(8 * AP_WIDTH), may_alias, aligned(8)));

AP_FN ap_f64 ap_set1(double x) { return x - (ap_f64){0}; /* x - 0.0 is x, -0 and NaN included: a broadcast */ }
AP_FN ap_u64 ap_set1_u64(ap_word x) { return x + (ap_u64){0}; }
AP_FN ap_i64 ap_set1_i64(ap_sword x) { return x + (ap_i64){0}; }
AP_FN ap_u64 ap_bits(ap_f64 x) { return (ap_u64)x; }
AP_FN ap_f64 ap_from_bits(ap_u64 x) { return (ap_f64)x; }
AP_FN ap_i64 ap_as_i64(ap_u64 x) { return (ap_i64)x; }
AP_FN ap_u64 ap_as_u64(ap_i64 x) { return (ap_u64)x; }
#if AP_AVX512
AP_FN ap_f64 ap_fma(ap_f64 a, ap_f64 b, ap_f64 c) { return (ap_f64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
AP_FN ap_f64 ap_sqrt(ap_f64 x) { return (ap_f64)_mm512_sqrt_pd((__m512d)x); }
AP_FN ap_f64 ap_floor(ap_f64 x) { return (ap_f64)_mm512_roundscale_pd((__m512d)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
AP_FN ap_mask ap_lt(ap_f64 a, ap_f64 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
AP_FN ap_mask ap_le(ap_f64 a, ap_f64 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ); }
AP_FN ap_mask ap_eq(ap_f64 a, ap_f64 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ); }
AP_FN ap_mask ap_lt_i64(ap_i64 a, ap_i64 b) { return _mm512_cmplt_epi64_mask((__m512i)a, (__m512i)b); }
AP_FN ap_mask ap_eq_i64(ap_i64 a, ap_i64 b) { return _mm512_cmpeq_epi64_mask((__m512i)a, (__m512i)b); }
AP_FN ap_mask ap_mnot(ap_mask a) { return (ap_mask)~a; }
AP_FN int ap_any(ap_mask m) { return m != 0; }
AP_FN int ap_all(ap_mask m) { return m == 0xff; }
AP_FN ap_u32 ap_mask_bits(ap_mask m) { return m; }
AP_FN ap_f64 ap_select(ap_mask m, ap_f64 a, ap_f64 b) { return (ap_f64)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a); }
AP_FN ap_u64 ap_select_u64(ap_mask m, ap_u64 a, ap_u64 b) { return (ap_u64)_mm512_mask_blend_epi64(m, (__m512i)b, (__m512i)a); }
AP_FN ap_i64 ap_select_i64(ap_mask m, ap_i64 a, ap_i64 b) { return (ap_i64)_mm512_mask_blend_epi64(m, (__m512i)b, (__m512i)a); }
AP_FN ap_f64 ap_gather(const double *base, ap_i64 index) { return (ap_f64)_mm512_i64gather_pd((__m512i)index, base, 8); }
AP_FN ap_u64 ap_gather_u64(const ap_word *base, ap_i64 index) { return (ap_u64)_mm512_i64gather_epi64((__m512i)index, base, 8); }
AP_FN ap_u64 ap_mul32(ap_u64 a, ap_u64 b) { return (ap_u64)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
AP_FN ap_u64 ap_xor3(ap_u64 a, ap_u64 b, ap_u64 c) { return (ap_u64)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96); }
AP_FN ap_f64 ap_table32(const double *table, ap_u64 index)
{
    __m512d low = _mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)index, _mm512_loadu_pd(table + 8)); /* low four bits of the index */
    __m512d high = _mm512_permutex2var_pd(_mm512_loadu_pd(table + 16), (__m512i)index, _mm512_loadu_pd(table + 24));
    return (ap_f64)_mm512_mask_blend_pd(_mm512_test_epi64_mask((__m512i)index, _mm512_set1_epi64(16)), low, high);
}
#else
AP_FN ap_f64 ap_fma(ap_f64 a, ap_f64 b, ap_f64 c)
{
    ap_f64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = __builtin_fma(a[i], b[i], c[i]); /* both compilers make one instruction of it */
    return r;
}
AP_FN ap_f64 ap_sqrt(ap_f64 x)
{
    ap_f64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = __builtin_sqrt(x[i]);
    return r;
}
AP_FN ap_mask ap_lt(ap_f64 a, ap_f64 b) { return (ap_mask)(a < b); }
AP_FN ap_mask ap_le(ap_f64 a, ap_f64 b) { return (ap_mask)(a <= b); }
AP_FN ap_mask ap_eq(ap_f64 a, ap_f64 b) { return (ap_mask)(a == b); }
AP_FN ap_mask ap_lt_i64(ap_i64 a, ap_i64 b) { return (ap_mask)(a < b); }
AP_FN ap_mask ap_eq_i64(ap_i64 a, ap_i64 b) { return (ap_mask)(a == b); }
AP_FN ap_mask ap_mnot(ap_mask a) { return ~a; }
#if AP_AVX2
AP_FN int ap_any(ap_mask m) { return _mm256_movemask_pd((__m256d)m) != 0; }
AP_FN int ap_all(ap_mask m) { return _mm256_movemask_pd((__m256d)m) == 15; }
AP_FN ap_u32 ap_mask_bits(ap_mask m) { return (ap_u32)_mm256_movemask_pd((__m256d)m); }
AP_FN ap_f64 ap_select(ap_mask m, ap_f64 a, ap_f64 b) { return (ap_f64)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
AP_FN ap_u64 ap_select_u64(ap_mask m, ap_u64 a, ap_u64 b) { return (ap_u64)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
AP_FN ap_i64 ap_select_i64(ap_mask m, ap_i64 a, ap_i64 b) { return (ap_i64)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
AP_FN ap_f64 ap_floor(ap_f64 x) { return (ap_f64)_mm256_floor_pd((__m256d)x); }
AP_FN ap_u64 ap_mul32(ap_u64 a, ap_u64 b) { return (ap_u64)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
#else
AP_FN int ap_any(ap_mask m)
{
    int64_t r = 0;
    for (int i = 0; i < AP_WIDTH; i++) r |= m[i];
    return r != 0;
}
AP_FN int ap_all(ap_mask m)
{
    int64_t r = -1;
    for (int i = 0; i < AP_WIDTH; i++) r &= m[i];
    return r != 0;
}
AP_FN ap_u32 ap_mask_bits(ap_mask m)
{
    ap_u32 r = 0;
    for (int i = 0; i < AP_WIDTH; i++) r |= (ap_u32)(m[i] & 1) << i;
    return r;
}
AP_FN ap_f64 ap_select(ap_mask m, ap_f64 a, ap_f64 b) { return (ap_f64)(((ap_i64)a & m) | ((ap_i64)b & ~m)); }
AP_FN ap_u64 ap_select_u64(ap_mask m, ap_u64 a, ap_u64 b) { return (a & (ap_u64)m) | (b & ~(ap_u64)m); }
AP_FN ap_i64 ap_select_i64(ap_mask m, ap_i64 a, ap_i64 b) { return (a & m) | (b & ~m); }
AP_FN ap_f64 ap_floor(ap_f64 x)
{
    /* Round to an integer by adding 2^52 with the sign of x, then step down where that rounded up; exact for every x.
       From 2^52 on every double is whole. The sign is put back so that floor(-0) is -0. */
    ap_u64 sign = ap_bits(x) & 0x8000000000000000ull;
    ap_f64 size = ap_from_bits(ap_bits(x) & 0x7fffffffffffffffull);
    ap_f64 magic = ap_from_bits(sign | 0x4330000000000000ull);
    ap_f64 near = (x + magic) - magic;
    ap_f64 down = near - ap_from_bits((ap_u64)ap_lt(x, near) & 0x3ff0000000000000ull);
    down = ap_from_bits(ap_bits(down) | sign); /* (x < 0) stays below or at -0; x >= 0 has sign 0 */
    return ap_select(ap_lt(size, ap_set1(0x1p52)), down, x);
}
AP_FN ap_u64 ap_mul32(ap_u64 a, ap_u64 b) { return (a & 0xffffffffu) * (b & 0xffffffffu); }
#endif
AP_FN ap_f64 ap_gather(const double *base, ap_i64 index)
{
    ap_f64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = base[index[i]];
    return r;
}
AP_FN ap_u64 ap_gather_u64(const ap_word *base, ap_i64 index)
{
    ap_u64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = base[index[i]];
    return r;
}
AP_FN ap_u64 ap_xor3(ap_u64 a, ap_u64 b, ap_u64 c) { return a ^ b ^ c; }
/* table[index & 31] of a 32-entry table */
AP_FN ap_f64 ap_table32(const double *table, ap_u64 index) { return ap_gather(table, ap_as_i64(index & 31)); }
#endif
AP_FN ap_mask ap_mand(ap_mask a, ap_mask b) { return a & b; }
AP_FN ap_mask ap_mor(ap_mask a, ap_mask b) { return a | b; }
AP_FN double ap_lane(ap_f64 x, int lane) { return x[lane]; }
AP_FN ap_f64 ap_load(const double *p) { return *(const ap_f64_unaligned *)p; }
AP_FN void ap_store(double *p, ap_f64 x) { *(ap_f64_unaligned *)p = x; }
#endif

/* ------------------------------------------------------------------ made of the above, the same text for all */
/* the number of the lowest bit that is set; bits is not 0 */
AP_FN int ap_lowest_bit(ap_u32 bits)
{
#if AP_CUDA
    return __ffs((int)bits) - 1;
#else
    return __builtin_ctz(bits);
#endif
}
AP_FN ap_mask ap_gt(ap_f64 a, ap_f64 b) { return ap_lt(b, a); }
AP_FN ap_mask ap_ge(ap_f64 a, ap_f64 b) { return ap_le(b, a); }
#if AP_AVX512
AP_FN ap_mask ap_isnan(ap_f64 x) { return _mm512_cmp_pd_mask((__m512d)x, (__m512d)x, _CMP_UNORD_Q); }
AP_FN ap_mask ap_unordered(ap_f64 a, ap_f64 b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_UNORD_Q); }
#elif AP_AVX2
AP_FN ap_mask ap_isnan(ap_f64 x) { return (ap_mask)_mm256_cmp_pd((__m256d)x, (__m256d)x, _CMP_UNORD_Q); }
AP_FN ap_mask ap_unordered(ap_f64 a, ap_f64 b) { return (ap_mask)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_UNORD_Q); }
#else
AP_FN ap_mask ap_isnan(ap_f64 x) { return ap_mnot(ap_eq(x, x)); }
AP_FN ap_mask ap_unordered(ap_f64 a, ap_f64 b) { return ap_mor(ap_isnan(a), ap_isnan(b)); }
#endif
AP_FN ap_f64 ap_nan(void) { return ap_from_bits(ap_set1_u64(AP_NAN_BITS)); }
AP_FN ap_f64 ap_infinity(void) { return ap_from_bits(ap_set1_u64(AP_INF_BITS)); }
AP_FN ap_f64 ap_abs(ap_f64 x) { return ap_from_bits(ap_bits(x) & ap_set1_u64(0x7fffffffffffffffull)); }
AP_FN ap_f64 ap_negate(ap_f64 x) { return ap_from_bits(ap_bits(x) ^ ap_set1_u64(0x8000000000000000ull)); }
AP_FN ap_f64 ap_copysign(ap_f64 size, ap_f64 sign)
{
    ap_u64 top = ap_set1_u64(0x8000000000000000ull);
    return ap_from_bits((ap_bits(size) & ~top) | (ap_bits(sign) & top));
}
AP_FN ap_mask ap_isfinite(ap_f64 x) { return ap_lt(ap_abs(x), ap_infinity()); }
/* 1.0 where m, else +0.0 */
AP_FN ap_f64 ap_truth(ap_mask m) { return ap_select(m, ap_set1(1.0), ap_set1(0.0)); }
/* exact for integers 0 <= k < 2^52 */
AP_FN ap_f64 ap_f64_of_u52(ap_u64 k)
{
    return ap_from_bits(k | ap_set1_u64(0x4330000000000000ull)) - ap_set1(0x1p52);
}
/* exact for whole |x| < 2^51; other values give an unspecified integer, never a trap */
AP_FN ap_i64 ap_i64_of_f64(ap_f64 x)
{
    return ap_as_i64(ap_bits(x + ap_set1(0x1.8p52)) - ap_set1_u64(0x4338000000000000ull)); /* unsigned: it may wrap */
}
AP_FN ap_f64 ap_f64_of_i51(ap_i64 k)
{
    return ap_from_bits(ap_as_u64(k) + ap_set1_u64(0x4338000000000000ull)) - ap_set1(0x1.8p52);
}

#endif
