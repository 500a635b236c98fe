/* logarithm.h - log, log1p, log2 and log10 in every lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_LOGARITHM_H
#define APSIS_KERNELS_LOGARITHM_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
/*
 * x = 2^k m with m in [0.707, 1.414); f = m - 1, s = f / (2 + f), and log m = f - (f^2/2 - s (f^2/2 + s^2 R(s^2))), the arrangement of
 * FreeBSD's e_log.c; k ln 2 + f is added without error, so that only one rounding reaches the result.
 * log of a negative number is NaN, of 0 -infinity. A NaN gives a NaN; which one is not promised.
 */

/* x = 2^k m for finite x > 0, subnormals included */
AP_FN ap_f64 ap_log_reduce(ap_f64 x, ap_f64 *k)
{
    ap_mask tiny = ap_lt(x, ap_set1(0x1p-1022));
    ap_f64 normal = ap_select(tiny, x * ap_set1(0x1p54), x);
    ap_u64 shifted = ap_bits(normal) - ap_set1_u64(0x3fe6a09e00000000ull); /* so that m starts at about sqrt(1/2) */
    ap_f64 m = ap_from_bits(ap_bits(normal) - (shifted & ap_set1_u64(0xfff0000000000000ull)));
    /* the top 12 bits of shifted are k as two's complement: flip the sign bit, and let 2^52 + (k + 2048) carry it to a double */
    ap_u64 biased = (shifted ^ ap_set1_u64(0x8000000000000000ull)) >> 52;
    ap_f64 n = ap_from_bits(biased | ap_set1_u64(0x4330000000000000ull)) - ap_set1(0x1p52 + 2048.0);
    *k = n - ap_select(tiny, ap_set1(54.0), ap_set1(0.0));
    return m;
}

/* s^2 R(s^2) with R(z) = (2 atanh(s) / s - 2) / z on s^2 = z <= 0.02956: Chebyshev interpolation of degree 7, relative error 2^-54 */
AP_FN ap_f64 ap_log_rest(ap_f64 z)
{
    ap_f64 w = z * z;
    ap_f64 a = ap_fma(ap_set1(0x1.9999999999a3cp-2), z, ap_set1(0x1.5555555555555p-1));
    ap_f64 b = ap_fma(ap_set1(0x1.c71c72028c63ap-3), z, ap_set1(0x1.24924924761eep-2));
    ap_f64 c = ap_fma(ap_set1(0x1.3b1c507f6db3ap-3), z, ap_set1(0x1.745cf8848adbep-3));
    ap_f64 d = ap_fma(ap_set1(0x1.0c21303d21ff2p-3), z, ap_set1(0x1.0fbbc059e7152p-3));
    return z * ap_fma(ap_fma(ap_fma(d, w, c), w, b), w, a);
}

/* log(1 + f) = f - rest for f in [-0.293, 0.415]: returns the rest */
AP_FN ap_f64 ap_log_bend(ap_f64 f)
{
    ap_f64 s = f / (ap_set1(2.0) + f);
    ap_f64 half = ap_set1(0.5) * f * f;
    return ap_fma(ap_negate(s), half + ap_log_rest(s * s), half);
}

/* what log makes of arguments that are not positive finite numbers: x = 0, x < 0, infinity, NaN */
AP_FN ap_f64 ap_log_special(ap_f64 x, ap_f64 y)
{
    y = ap_select(ap_lt(x, ap_infinity()), y, x); /* infinity and NaN */
    y = ap_select(ap_lt(x, ap_set1(0.0)), ap_nan(), y);
    return ap_select(ap_eq(x, ap_set1(0.0)), ap_negate(ap_infinity()), y);
}

/* ln x. Error below 0.9 ulp. */
AP_FN ap_f64 ap_log(ap_f64 x)
{
    ap_f64 k, m = ap_log_reduce(x, &k);
    ap_f64 f = m - ap_set1(1.0);
    ap_f64 whole = k * ap_set1(AP_LN2_HI); /* exact */
    ap_f64 sum = whole + f;
    ap_f64 tail = (whole - sum) + f;
    ap_f64 y = sum + ((tail - ap_log_bend(f)) + k * ap_set1(AP_LN2_LO));
    return ap_log_special(x, y);
}

/* ln m as an unevaluated sum high + low, good to about 2^-58 of the larger of ln m and f^2 */
AP_FN ap_f64 ap_log_mantissa(ap_f64 m, ap_f64 *low)
{
    ap_f64 f = m - ap_set1(1.0);
    ap_f64 bend = ap_log_bend(f);
    ap_f64 high = f - bend;
    *low = (f - high) - bend;
    return high;
}

/* log to the base 2. Error below 1 ulp; exact for powers of two. */
AP_FN ap_f64 ap_log2(ap_f64 x)
{
    ap_f64 k, low, m = ap_log_reduce(x, &k);
    ap_f64 high = ap_log_mantissa(m, &low);
    ap_f64 p = high * ap_set1(0x1.71547652b82fep+0);
    ap_f64 q = ap_fma(high, ap_set1(0x1.71547652b82fep+0), ap_negate(p));
    q = ap_fma(low, ap_set1(0x1.71547652b82fep+0), ap_fma(high, ap_set1(0x1.777d0ffda0d24p-56), q));
    ap_f64 sum = k + p;
    ap_f64 y = sum + (((k - sum) + p) + q);
    return ap_log_special(x, y);
}

/* log to the base 10. Error below 1 ulp. */
AP_FN ap_f64 ap_log10(ap_f64 x)
{
    ap_f64 k, low, m = ap_log_reduce(x, &k);
    ap_f64 high = ap_log_mantissa(m, &low);
    ap_f64 p = high * ap_set1(0x1.bcb7b1526e50ep-2);
    ap_f64 q = ap_fma(high, ap_set1(0x1.bcb7b1526e50ep-2), ap_negate(p));
    q = ap_fma(low, ap_set1(0x1.bcb7b1526e50ep-2), ap_fma(high, ap_set1(0x1.95355baaafad3p-57), q));
    ap_f64 whole = k * ap_set1(0x1.34413509f7800p-2); /* log10(2) to 42 bits: exact */
    q = ap_fma(k, ap_set1(0x1.fef311f12b358p-46), q);
    ap_f64 sum = whole + p;
    ap_f64 y = sum + (((whole - sum) + p) + q);
    return ap_log_special(x, y);
}

/* ln(high + low) where low is at most half an ulp of high, or high + low is a small number plus 1 */
AP_FN ap_f64 ap_log_of_sum(ap_f64 high, ap_f64 low)
{
    ap_f64 k, m = ap_log_reduce(high, &k);
    ap_f64 n = ap_clamp_finite(k, -1000.0, 1000.0);
    ap_f64 scale = ap_power_of_two(ap_set1(0x1.8p52) - n);
    ap_f64 f0 = m - ap_set1(1.0);
    ap_f64 f1 = low * scale;
    ap_f64 f = f0 + f1;
    ap_f64 e = (f0 - f) + f1;
    e = ap_fma(ap_negate(e), f, e); /* e / (1 + f), nearly */
    ap_f64 whole = k * ap_set1(AP_LN2_HI);
    ap_f64 sum = whole + f;
    ap_f64 tail = (whole - sum) + f;
    return sum + ((tail - ap_log_bend(f)) + ap_fma(k, ap_set1(AP_LN2_LO), e));
}

/* ln(1 + x). Error below 0.9 ulp; -0 gives -0, -1 gives -infinity. */
AP_FN ap_f64 ap_log1p(ap_f64 x)
{
    ap_f64 one = ap_set1(1.0);
    ap_f64 u = one + x;
    ap_f64 v = u - one;
    ap_f64 low = (one - (u - v)) + (x - v); /* 1 + x = u + low exactly */
    ap_f64 y = ap_log_of_sum(u, ap_select(ap_lt(u, ap_infinity()), low, ap_set1(0.0)));
    y = ap_log_special(u, y);
    return ap_select(ap_lt(ap_abs(x), ap_set1(0x1p-54)), x, y);
}

#endif
