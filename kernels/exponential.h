/* exponential.h - exp, expm1 and exp2 in every lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_EXPONENTIAL_H
#define APSIS_KERNELS_EXPONENTIAL_H

#include "kernels/dialect.h"
/*
 * x = k ln 2 + r + e with |r| <= ln 2 / 2 and e the rounding error of r; e^(r + e) = 1 + r + (e + r^2 P(r)).
 * The 1 + r is added without error and the rest joins it last, which keeps the result near half an ulp.
 * A NaN gives a NaN; which one is not promised.
 */
#define AP_LOG2E 0x1.71547652b82fep+0
#define AP_LN2_HI 0x1.62e42fefa3800p-1  /* ln 2 to 42 bits, so that k * AP_LN2_HI is exact for |k| < 2^11 */
#define AP_LN2_LO 0x1.ef35793c76730p-45 /* ln 2 - AP_LN2_HI */
#define AP_LN2_TAIL 0x1.abc9e3b39803fp-56 /* ln 2 - its nearest double 0x1.62e42fefa39efp-1 */

/* P(r) = (e^r - 1 - r) / r^2 on |r| <= 0.3469: Chebyshev interpolation of degree 10, relative error 2^-57.5; here (P(r) - 1/2) / r */
AP_FN ap_f64 ap_exp_cubic(ap_f64 r)
{
    ap_f64 z = r * r;
    ap_f64 a = ap_fma(ap_set1(0x1.5555555555556p-5), r, ap_set1(0x1.5555555555557p-3));
    ap_f64 b = ap_fma(ap_set1(0x1.6c16c16c162c3p-10), r, ap_set1(0x1.11111111100bep-7));
    ap_f64 c = ap_fma(ap_set1(0x1.a01a01a6e1e2ap-16), r, ap_set1(0x1.a01a01abf85abp-13));
    ap_f64 d = ap_fma(ap_set1(0x1.27e4db46cddd1p-22), r, ap_set1(0x1.71de01fdbf9cap-19));
    ap_f64 e = ap_fma(ap_set1(0x1.1f7340dbc337ep-29), r, ap_set1(0x1.af4e554377204p-26));
    return ap_fma(ap_fma(ap_fma(ap_fma(e, z, d), z, c), z, b), z, a);
}
/* P(r) itself */
AP_FN ap_f64 ap_exp_rest(ap_f64 r)
{
    ap_f64 z = r * r;
    ap_f64 a = ap_fma(ap_set1(0x1.5555555555557p-3), r, ap_set1(0.5));
    ap_f64 b = ap_fma(ap_set1(0x1.11111111100bep-7), r, ap_set1(0x1.5555555555556p-5));
    ap_f64 c = ap_fma(ap_set1(0x1.a01a01abf85abp-13), r, ap_set1(0x1.6c16c16c162c3p-10));
    ap_f64 d = ap_fma(ap_set1(0x1.71de01fdbf9cap-19), r, ap_set1(0x1.a01a01a6e1e2ap-16));
    ap_f64 e = ap_fma(ap_set1(0x1.af4e554377204p-26), r, ap_set1(0x1.27e4db46cddd1p-22));
    ap_f64 f = ap_fma(ap_set1(0x1.1f7340dbc337ep-29), z, e);
    return ap_fma(ap_fma(ap_fma(ap_fma(f, z, d), z, c), z, b), z, a);
}

/* 2^k for whole -1022 <= k <= 1023; k is given as the double k + 1.5 * 2^52 */
AP_FN ap_f64 ap_power_of_two(ap_f64 k_shifted)
{
    return ap_from_bits((ap_bits(k_shifted) + ap_set1_u64(1023)) << 52);
}

/* y * 2^k for whole |k| <= 2000, rounded once where the result is subnormal */
AP_FN ap_f64 ap_scale(ap_f64 y, ap_f64 k)
{
    ap_f64 magic = ap_set1(0x1.8p52);
    ap_f64 half = (ap_fma(k, ap_set1(0.5), magic)) - magic;
    return y * ap_power_of_two(half + magic) * ap_power_of_two((k - half) + magic);
}

/* e^(x + low) = (y + *y_low) * 2^*k for |x| <= 800 and |low| much smaller than x: y is returned, and |*y_low| <= 0.08 y */
AP_FN ap_f64 ap_exp_sum(ap_f64 x, ap_f64 low, ap_f64 *y_low, ap_f64 *k)
{
    ap_f64 magic = ap_set1(0x1.8p52);
    ap_f64 n = ap_fma(x, ap_set1(AP_LOG2E), magic) - magic;
    ap_f64 high = ap_fma(n, ap_set1(-AP_LN2_HI), x); /* exact */
    ap_f64 rest = ap_fma(n, ap_set1(-AP_LN2_LO), low);
    ap_f64 r = high + rest;
    ap_f64 e = (high - r) + rest;
    ap_f64 one = ap_set1(1.0);
    ap_f64 sum = one + r;
    ap_f64 tail = (one - sum) + r;
    *k = n;
    *y_low = tail + ap_fma(r * r, ap_exp_rest(r), e);
    return sum;
}
/* the same in one double: e^(x + low) = y * 2^*k */
AP_FN ap_f64 ap_exp_parts(ap_f64 x, ap_f64 low, ap_f64 *k)
{
    ap_f64 y_low, y = ap_exp_sum(x, low, &y_low, k);
    return y + y_low;
}

AP_FN ap_f64 ap_clamp_finite(ap_f64 x, double low, double high) /* NaN stays NaN */
{
    x = ap_select(ap_lt(x, ap_set1(low)), ap_set1(low), x);
    return ap_select(ap_lt(ap_set1(high), x), ap_set1(high), x);
}

/* e^x. Error below 0.8 ulp, subnormal results included; 0 below -745.14, infinity above 709.79. */
AP_FN ap_f64 ap_exp(ap_f64 x)
{
    ap_f64 k, y = ap_exp_parts(ap_clamp_finite(x, -760.0, 720.0), ap_set1(0.0), &k);
    return ap_scale(y, k);
}

/* 2^x. Error below 0.8 ulp, subnormal results included; exact for whole x. */
AP_FN ap_f64 ap_exp2(ap_f64 x)
{
    ap_f64 magic = ap_set1(0x1.8p52);
    ap_f64 one = ap_set1(1.0);
    x = ap_clamp_finite(x, -1100.0, 1100.0);
    ap_f64 k = (x + magic) - magic;
    ap_f64 d = x - k; /* exact, |d| <= 1/2 */
    ap_f64 r = d * ap_set1(0x1.62e42fefa39efp-1);
    ap_f64 e = ap_fma(d, ap_set1(0x1.62e42fefa39efp-1), ap_negate(r));
    e = ap_fma(d, ap_set1(AP_LN2_TAIL), e);
    ap_f64 sum = one + r;
    ap_f64 tail = (one - sum) + r;
    ap_f64 y = sum + (tail + ap_fma(r * r, ap_exp_rest(r), e));
    return ap_scale(y, k);
}

/* (e^x - 1) / 2^halvings with halvings 0 or 1: the core of expm1 and of sinh, whose halves do not overflow where e^x does */
AP_FN ap_f64 ap_expm1_scaled(ap_f64 x, int halvings)
{
    ap_f64 magic = ap_set1(0x1.8p52);
    ap_f64 one = ap_set1(1.0);
    ap_f64 c = ap_clamp_finite(x, -100.0, 711.0);
    ap_f64 n = ap_fma(c, ap_set1(AP_LOG2E), magic) - magic;
    ap_f64 high = ap_fma(n, ap_set1(-AP_LN2_HI), c);
    ap_f64 rest = n * ap_set1(-AP_LN2_LO);
    ap_f64 r = high + rest;
    ap_f64 e = (high - r) + rest;
    /* s = 2^k, with k held below 1023 where the result is brought to size at the end */
    ap_mask large = ap_lt(ap_set1(1000.0), n);
    ap_f64 s = ap_power_of_two(ap_select(large, n - ap_set1(100.0), n) + magic);
    ap_f64 whole = s - one;
    ap_f64 whole_low = (s - whole) - one; /* s > 2^53 would lose the 1 */
    ap_f64 part = s * r;
    ap_f64 sum = whole + part;
    ap_f64 tail = (whole - sum) + part;
    ap_f64 square = ap_set1(0.5) * r; /* r^2/2 joins without error too: near k = 1, r = -0.3 it is as large as the result */
    ap_f64 bend = square * r;
    ap_f64 bend_low = ap_fma(square, r, ap_negate(bend));
    ap_f64 cubic = ap_fma(bend + bend, r * ap_exp_cubic(r), e + bend_low);
    part = s * bend;
    ap_f64 total = sum + part;
    tail = tail + ((sum - total) + part);
    ap_f64 y = total + ap_fma(s, cubic, tail + whole_low);
    y = y * ap_select(large, ap_set1(halvings ? 0x1p99 : 0x1p100), ap_set1(halvings ? 0.5 : 1.0));
    return ap_select(ap_eq(x, ap_set1(0.0)), x, y);
}

/* e^x - 1. Error below 0.9 ulp; -0 gives -0. */
AP_FN ap_f64 ap_expm1(ap_f64 x) { return ap_expm1_scaled(x, 0); }

#endif
