/* power.h - x to the power y in every lane, in two steps so that the logarithm of an unchanging base is taken once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_POWER_H
#define APSIS_KERNELS_POWER_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
/*
 * ln |x| as high + low, relative error about 2^-65, then e^(y (high + low)). The logarithm follows the arrangement of ARM's
 * optimized-routines (math/pow.c, MIT licence) with 32 intervals instead of 128: m = z, r = z c - 1 exactly since c has few bits,
 * ln z = -ln c + r - r^2/2 + r^3 P(r). The interval around 1 has c = 1, so the result keeps its relative precision there.
 */
/* c = j/64 below 1, j/32 above, near 1/z; z in [0x1.6cp-1, 0x1.6cp+0); |z c - 1| <= 0.0232, and -ln c in two parts, the first a
   multiple of 2^-42 so that k ln 2 + it is exact */
AP_CONST double ap_pow_inverse[32] = {
    0x1.6800000000000p+0, 0x1.6000000000000p+0, 0x1.5800000000000p+0, 0x1.5000000000000p+0,
    0x1.4800000000000p+0, 0x1.4000000000000p+0, 0x1.3800000000000p+0, 0x1.3800000000000p+0,
    0x1.3000000000000p+0, 0x1.2800000000000p+0, 0x1.2800000000000p+0, 0x1.2000000000000p+0,
    0x1.1800000000000p+0, 0x1.1800000000000p+0, 0x1.1000000000000p+0, 0x1.1000000000000p+0,
    0x1.0800000000000p+0, 0x1.0800000000000p+0, 0x1.0000000000000p+0, 0x1.f000000000000p-1,
    0x1.e000000000000p-1, 0x1.d800000000000p-1, 0x1.c800000000000p-1, 0x1.b800000000000p-1,
    0x1.b000000000000p-1, 0x1.a800000000000p-1, 0x1.9800000000000p-1, 0x1.9000000000000p-1,
    0x1.8800000000000p-1, 0x1.8000000000000p-1, 0x1.7800000000000p-1, 0x1.7000000000000p-1,
};
AP_CONST double ap_pow_log_high[32] = {
    -0x1.5d1bdbf581000p-2, -0x1.4618bc21c6000p-2, -0x1.2e8e2bae12000p-2, -0x1.1675cababa000p-2,
    -0x1.fb9186d5e4000p-3, -0x1.c8ff7c79aa000p-3, -0x1.9525a9cf46000p-3, -0x1.9525a9cf46000p-3,
    -0x1.5ff3070a7a000p-3, -0x1.29552f8200000p-3, -0x1.29552f8200000p-3, -0x1.e27076e2b0000p-4,
    -0x1.6f0d28ae58000p-4, -0x1.6f0d28ae58000p-4, -0x1.f0a30c0118000p-5, -0x1.f0a30c0118000p-5,
    -0x1.f829b0e780000p-6, -0x1.f829b0e780000p-6, 0x0.0p+0, 0x1.0415d89e78000p-5,
    0x1.08598b59e4000p-4, 0x1.4d3115d208000p-4, 0x1.da72763844000p-4, 0x1.365fcb015a000p-3,
    0x1.5bf406b544000p-3, 0x1.823c16551a000p-3, 0x1.d1037f2656000p-3, 0x1.f991c6cb3c000p-3,
    0x1.1178e8227e000p-2, 0x1.269621134e000p-2, 0x1.3c25277333000p-2, 0x1.522ae0738a000p-2,
};
AP_CONST double ap_pow_log_low[32] = {
    0x1.8d6bdc9c7c238p-44, 0x1.3d82f484c84ccp-46, 0x1.67b1e99b72bd8p-45, -0x1.8380e731f55c4p-44,
    0x1.d572aab993c87p-47, 0x1.7794f689f8434p-45, 0x1.297137d9f158fp-44, 0x1.297137d9f158fp-44,
    0x1.8586f183bebf2p-44, 0x1.5b967f4471dfcp-44, 0x1.5b967f4471dfcp-44, 0x1.a342c2af0003cp-45,
    0x1.4b4641b664613p-44, 0x1.4b4641b664613p-44, 0x1.d599e83368e91p-45, 0x1.d599e83368e91p-45,
    -0x1.980267c7e09e4p-45, -0x1.980267c7e09e4p-45, 0x0.0p+0, -0x1.dddc7f461c516p-44,
    -0x1.7e5dd7009902cp-46, -0x1.53a2582f4e1efp-48, 0x1.a89401fa71733p-46, -0x1.fd3a0afb9691bp-44,
    -0x1.27023eb68981cp-46, 0x1.e0ddb9a631e83p-46, -0x1.84a7e75b6f6e4p-47, -0x1.90d04cd7cc834p-44,
    0x1.1ef78ce2d07f2p-44, -0x1.1b61f10522625p-44, 0x1.83b54b606bd5cp-46, 0x1.ebe708164c759p-45,
};

/* ln |x| = *high + *low, relative error below 2^-64; |x| = 0 gives -infinity, infinity infinity, NaN NaN, each with *low = 0 */
AP_FN void ap_log_split(ap_f64 x, ap_f64 *high, ap_f64 *low)
{
    ap_f64 a = ap_abs(x);
    ap_mask tiny = ap_lt(a, ap_set1(0x1p-1022));
    ap_f64 normal = ap_select(tiny, a * ap_set1(0x1p54), a);
    ap_u64 shifted = ap_bits(normal) - ap_set1_u64(0x3fe6c00000000000ull);
    ap_f64 z = ap_from_bits(ap_bits(normal) - (shifted & ap_set1_u64(0xfff0000000000000ull)));
    ap_u64 biased = (shifted ^ ap_set1_u64(0x8000000000000000ull)) >> 52;
    ap_f64 k = ap_from_bits(biased | ap_set1_u64(0x4330000000000000ull)) - ap_select(tiny, ap_set1(0x1p52 + 2102.0), ap_set1(0x1p52 + 2048.0));
    ap_u64 i = shifted >> 47;
    ap_f64 r = ap_fma(z, ap_table32(ap_pow_inverse, i), ap_set1(-1.0)); /* exact */
    ap_f64 t = ap_fma(k, ap_set1(AP_LN2_HI), ap_table32(ap_pow_log_high, i)); /* exact */
    ap_f64 t_low = ap_fma(k, ap_set1(AP_LN2_LO), ap_table32(ap_pow_log_low, i));
    ap_f64 h1 = t + r;
    ap_f64 l1 = (t - h1) + r;
    ap_f64 ar = ap_set1(-0.5) * r;
    ap_f64 h2 = r * ar;
    ap_f64 l2 = ap_fma(r, ar, ap_negate(h2));
    ap_f64 h3 = h1 + h2;
    ap_f64 l3 = (h1 - h3) + h2;
    /* (ln(1 + r) - r + r^2/2) / r^3 on |r| <= 0.0285: Chebyshev interpolation of degree 8, relative error 2^-53.7 */
    ap_f64 w = r * r;
    ap_f64 p0 = ap_fma(ap_set1(-0x1.fffffffffffd2p-3), r, ap_set1(0x1.5555555555555p-2));
    ap_f64 p1 = ap_fma(ap_set1(-0x1.555555560dbd7p-3), r, ap_set1(0x1.999999999996fp-3));
    ap_f64 p2 = ap_fma(ap_set1(-0x1.ffffe70fa037ap-4), r, ap_set1(0x1.249249253c82ap-3));
    ap_f64 p3 = ap_fma(ap_set1(-0x1.9a3976369a804p-4), r, ap_set1(0x1.c71c5ac1c0b21p-4));
    ap_f64 p = ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.74f0a84705643p-4), w, p3), w, p2), w, p1), w, p0);
    ap_f64 sum = ap_fma(w * r, p, ((t_low + l1) + l2) + l3);
    ap_f64 h = h3 + sum;
    ap_f64 l = (h3 - h) + sum;
    ap_mask finite = ap_mand(ap_lt(a, ap_infinity()), ap_lt(ap_set1(0.0), a));
    ap_f64 end = ap_select(ap_eq(a, ap_set1(0.0)), ap_negate(ap_infinity()), a);
    *high = ap_select(finite, h, end);
    *low = ap_select(finite, l, ap_set1(0.0));
}

/* x^y from ln |x| = high + low */
AP_FN ap_f64 ap_pow_from(ap_f64 high, ap_f64 low, ap_f64 x, ap_f64 y)
{
    ap_f64 zero = ap_set1(0.0), one = ap_set1(1.0);
    ap_f64 e = y * high;
    ap_f64 f = ap_fma(y, low, ap_fma(y, high, ap_negate(e)));
    ap_f64 c = ap_clamp_finite(e, -760.0, 720.0);
    f = ap_select(ap_eq(c, e), f, zero);
    ap_f64 k, m = ap_exp_parts(c, f, &k);
    ap_f64 result = ap_scale(m, k);
    /* negative bases: odd whole exponents keep the sign, other whole ones lose it, the rest have no real value */
    ap_f64 half = ap_set1(0.5) * y;
    ap_mask whole = ap_eq(ap_floor(y), y);
    ap_mask odd = ap_mand(whole, ap_mnot(ap_eq(ap_floor(half), half)));
    ap_u64 sign = ap_bits(x) & ap_set1_u64(0x8000000000000000ull);
    result = ap_select(odd, ap_from_bits(ap_bits(result) | sign), result);
    ap_f64 size = ap_abs(x);
    ap_mask negative = ap_mand(ap_lt(x, zero), ap_lt(size, ap_infinity()));
    result = ap_select(ap_mand(negative, ap_mnot(whole)), ap_nan(), result);
    result = ap_select(ap_isnan(y), y, result);
    /* 1^anything and (-1)^infinity are 1, as is anything^0 */
    ap_mask endless = ap_eq(ap_abs(y), ap_infinity());
    ap_mask unit = ap_mor(ap_eq(x, one), ap_mand(ap_eq(size, one), endless));
    result = ap_select(ap_mor(unit, ap_eq(y, zero)), one, result);
    result = ap_select(ap_eq(y, one), x, result);
    return ap_select(ap_eq(y, ap_set1(2.0)), x * x, result);
}

/* x^y. Error below 1 ulp; y = 1 gives x and y = 2 gives x * x exactly; special cases as in IEEE 754 (pow(x, 0) = pow(1, y) = 1). */
AP_FN ap_f64 ap_pow(ap_f64 x, ap_f64 y)
{
    ap_f64 high, low;
    ap_log_split(x, &high, &low);
    return ap_pow_from(high, low, x, y);
}

#endif
