/* normal.h - the normal distribution in every lane: erfc, the cumulative probability, and its inverse. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_NORMAL_H
#define APSIS_KERNELS_NORMAL_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"

/* (1 + 2a) e^(a^2) erfc(a) as a polynomial in t = (a - 3) / (a + 3), a >= 0 (the substitution of Shepherd and Laframboise, 1981):
   Chebyshev interpolation of degree 24 on the whole of [-1, 1], relative error 2^-54.1 */
AP_FN ap_f64 ap_erfc_shape(ap_f64 a)
{
    ap_f64 t = (a - ap_set1(3.0)) / (a + ap_set1(3.0));
    ap_f64 p = ap_set1(0x1.e750cac4778d3p-31);
    p = ap_fma(p, t, ap_set1(0x1.0fbd1ff90e1c8p-30));
    p = ap_fma(p, t, ap_set1(-0x1.24124a7979a5cp-27));
    p = ap_fma(p, t, ap_set1(-0x1.c9e3f1cd92f5bp-27));
    p = ap_fma(p, t, ap_set1(0x1.67206d83c9b4dp-25));
    p = ap_fma(p, t, ap_set1(0x1.b58741910ab39p-24));
    p = ap_fma(p, t, ap_set1(-0x1.3015c7bf14f85p-23));
    p = ap_fma(p, t, ap_set1(-0x1.4b0fad3f74c42p-21));
    p = ap_fma(p, t, ap_set1(0x1.7f26fd7caec6cp-22));
    p = ap_fma(p, t, ap_set1(0x1.d20f41dbcb1c9p-19));
    p = ap_fma(p, t, ap_set1(-0x1.88ba0a324beaap-21));
    p = ap_fma(p, t, ap_set1(-0x1.513b482a54a1dp-16));
    p = ap_fma(p, t, ap_set1(0x1.4c2781340ddffp-18));
    p = ap_fma(p, t, ap_set1(0x1.065a34115a389p-13));
    p = ap_fma(p, t, ap_set1(-0x1.b91279aaf4f8dp-14));
    p = ap_fma(p, t, ap_set1(-0x1.98db50d72f6fdp-11));
    p = ap_fma(p, t, ap_set1(0x1.ef1bdd4ca47a3p-10));
    p = ap_fma(p, t, ap_set1(0x1.4b884e41eebcbp-9));
    p = ap_fma(p, t, ap_set1(-0x1.8574c40bd189cp-6));
    p = ap_fma(p, t, ap_set1(0x1.17ca2877f2532p-4));
    p = ap_fma(p, t, ap_set1(-0x1.e88b803a49228p-4));
    p = ap_fma(p, t, ap_set1(0x1.098366a5b466cp-3));
    p = ap_fma(p, t, ap_set1(-0x1.85a15c58aa5e6p-5));
    p = ap_fma(p, t, ap_set1(-0x1.15c084bb9e8f2p-3));
    p = ap_fma(p, t, ap_set1(0x1.40c522d7e4987p+0));
    return p / ap_fma(ap_set1(2.0), a, ap_set1(1.0));
}

/* erfc x. Error below 3 ulp over the whole range, the tail included. */
AP_FN ap_f64 ap_erfc(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    a = ap_select(ap_lt(ap_set1(28.0), a), ap_set1(28.0), a);
    ap_f64 square = a * a, k;
    ap_f64 low = ap_fma(a, a, ap_negate(square));
    ap_f64 e = ap_exp_parts(ap_negate(square), ap_negate(low), &k);
    ap_f64 y = ap_scale(e * ap_erfc_shape(a), k);
    return ap_select(ap_lt(x, ap_set1(0.0)), ap_set1(2.0) - y, y);
}

/* P(Z <= x). Relative error below 4 ulp, in the lower tail down to the smallest double. */
AP_FN ap_f64 ap_normal_cdf(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    a = ap_select(ap_lt(ap_set1(39.5), a), ap_set1(39.5), a);
    ap_f64 half = ap_set1(0.5) * a, k;
    ap_f64 square = half * a;
    ap_f64 low = ap_fma(half, a, ap_negate(square));
    ap_f64 e = ap_exp_parts(ap_negate(square), ap_negate(low), &k);
    ap_f64 y = ap_scale(ap_set1(0.5) * (e * ap_erfc_shape(a * ap_set1(0x1.6a09e667f3bcdp-1))), k);
    return ap_select(ap_lt(ap_set1(0.0), x), ap_set1(1.0) - y, y);
}

/*
 * The quantile in three pieces, each a ratio of two polynomials with positive coefficients, after the plan of AS 241 (Wichura 1988);
 * rational interpolation at mapped Chebyshev nodes, 60 digits.
 */
/* z / d for |d| = |p - 1/2| <= 0.425 in t = 0.180625 - d^2: relative error 2^-52.8 */
AP_FN ap_f64 ap_score_centre_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.34073d248dcbdp+11);
    y = ap_fma(y, t, ap_set1(0x1.0175ef959b164p+15));
    y = ap_fma(y, t, ap_set1(0x1.03e453ef2c225p+16));
    y = ap_fma(y, t, ap_set1(0x1.63e79a87278e0p+15));
    y = ap_fma(y, t, ap_set1(0x1.aac6834e56005p+13));
    y = ap_fma(y, t, ap_set1(0x1.eb43414d9a8b6p+10));
    y = ap_fma(y, t, ap_set1(0x1.09e1177c3eecfp+7));
    y = ap_fma(y, t, ap_set1(0x1.b18d91e9eef75p+1));
    return y;
}
AP_FN ap_f64 ap_score_centre_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.415045ed7305ep+12);
    y = ap_fma(y, t, ap_set1(0x1.bb0b218deab99p+14));
    y = ap_fma(y, t, ap_set1(0x1.30059a93b8cf3p+15));
    y = ap_fma(y, t, ap_set1(0x1.4909178e824e2p+14));
    y = ap_fma(y, t, ap_set1(0x1.4f7102d44e0b6p+12));
    y = ap_fma(y, t, ap_set1(0x1.5689d76f0c20dp+9));
    y = ap_fma(y, t, ap_set1(0x1.52078ad058e24p+5));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}
/* |z| in t = s - 1.6 with s = sqrt(-ln tail) in [1.6, 6.1]: relative error 2^-53.6 */
AP_FN ap_f64 ap_score_near_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.23c0b6adb7588p-15);
    y = ap_fma(y, t, ap_set1(0x1.db01797a6eadep-10));
    y = ap_fma(y, t, ap_set1(0x1.07cf69a64134ap-5));
    y = ap_fma(y, t, ap_set1(0x1.1c918bd1362fbp-2));
    y = ap_fma(y, t, ap_set1(0x1.54a3c3c2a29e2p+0));
    y = ap_fma(y, t, ap_set1(0x1.d7352a03cfcb5p+1));
    y = ap_fma(y, t, ap_set1(0x1.7085df7d99ea4p+2));
    y = ap_fma(y, t, ap_set1(0x1.279c660842befp+2));
    y = ap_fma(y, t, ap_set1(0x1.6c665fde9526ap+0));
    return y;
}
AP_FN ap_f64 ap_score_near_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.9c96c3f962979p-16);
    y = ap_fma(y, t, ap_set1(0x1.459a4001a5a60p-10));
    y = ap_fma(y, t, ap_set1(0x1.55bad473ce0c4p-6));
    y = ap_fma(y, t, ap_set1(0x1.53acf2d6990e2p-3));
    y = ap_fma(y, t, ap_set1(0x1.6bd1882728d7cp-1));
    y = ap_fma(y, t, ap_set1(0x1.ad94b9f0d46c8p+0));
    y = ap_fma(y, t, ap_set1(0x1.05c828c3a55b2p+1));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}
/* |z| in t = s - 6 with s in [6, 27.4], tails that no uniform reaches: relative error 2^-54.0 */
AP_FN ap_f64 ap_score_far_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.7803fe2408073p-30);
    y = ap_fma(y, t, ap_set1(0x1.7cae58ec1a10ep-22));
    y = ap_fma(y, t, ap_set1(0x1.f576b96f6bd3dp-16));
    y = ap_fma(y, t, ap_set1(0x1.2f3028be5c080p-10));
    y = ap_fma(y, t, ap_set1(0x1.8377b0c6352fep-6));
    y = ap_fma(y, t, ap_set1(0x1.15c5a9a9e3d7bp-2));
    y = ap_fma(y, t, ap_set1(0x1.bfd09015de651p+0));
    y = ap_fma(y, t, ap_set1(0x1.7a3496abf6231p+2));
    y = ap_fma(y, t, ap_set1(0x1.03dbe98f0710bp+3));
    return y;
}
AP_FN ap_f64 ap_score_far_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.09e20514cf81dp-30);
    y = ap_fma(y, t, ap_set1(0x1.06f3a215a84c4p-22));
    y = ap_fma(y, t, ap_set1(0x1.49ff9fc4a4212p-16));
    y = ap_fma(y, t, ap_set1(0x1.6f48305480469p-11));
    y = ap_fma(y, t, ap_set1(0x1.9bca8d3af5741p-7));
    y = ap_fma(y, t, ap_set1(0x1.e24ff2702f0cbp-4));
    y = ap_fma(y, t, ap_set1(0x1.18c5a2ce68c52p-1));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}

/* The quantile from both tails, lower + upper = 1, and distance = lower - 1/2. Error below 4 ulp. */
AP_FN ap_f64 ap_normal_score(ap_f64 lower, ap_f64 upper, ap_f64 distance)
{
    ap_f64 tail = ap_select(ap_lt(upper, lower), upper, lower);
    ap_mask centre = ap_le(ap_abs(distance), ap_set1(0.425));
    ap_f64 s = ap_sqrt(ap_negate(ap_log(tail)));
    ap_mask far = ap_lt(ap_set1(6.05), s);
    ap_f64 t = ap_select(centre, ap_fma(ap_negate(distance), distance, ap_set1(0.180625)), s - ap_set1(1.6));
    ap_f64 over = ap_select(centre, distance * ap_score_centre_over(t), ap_copysign(ap_score_near_over(t), distance));
    ap_f64 under = ap_select(centre, ap_score_centre_under(t), ap_score_near_under(t));
    if (ap_any(far)) { /* never for a draw's uniform; the bits do not depend on which way it goes */
        ap_f64 g = s - ap_set1(6.0);
        over = ap_select(far, ap_copysign(ap_score_far_over(g), distance), over);
        under = ap_select(far, ap_score_far_under(g), under);
    }
    ap_f64 y = over / under;
    return ap_select(ap_eq(tail, ap_set1(0.0)), ap_copysign(ap_infinity(), distance), y);
}

/* The x with P(Z <= x) = p. p = 0 gives -infinity, 1 infinity, anything else outside (0, 1) NaN. */
AP_FN ap_f64 ap_normal_quantile(ap_f64 p)
{
    return ap_normal_score(p, ap_set1(1.0) - p, p - ap_set1(0.5));
}

/* The same from lower = u and upper = 1 - u, both accurate: exactly odd, swapping the two changes the sign and nothing else. */
AP_FN ap_f64 ap_normal_quantile_tails(ap_f64 lower, ap_f64 upper)
{
    return ap_normal_score(lower, upper, ap_set1(0.5) * (lower - upper));
}

#endif
