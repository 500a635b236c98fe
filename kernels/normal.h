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

/* quantile from both tails and distance = lower - 1/2; AS241 (Wichura 1988) */
AP_FN ap_f64 ap_normal_score(ap_f64 lower, ap_f64 upper, ap_f64 distance)
{
    ap_f64 tail = ap_select(ap_lt(upper, lower), upper, lower);
    ap_f64 v = ap_fma(ap_negate(distance), distance, ap_set1(0.180625));
    ap_f64 s = ap_sqrt(ap_negate(ap_log(tail)));
    ap_f64 t = s - ap_set1(1.6), g = s - ap_set1(5.0);
    ap_f64 an = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.39a296f7d925ep+11), v, ap_set1(0x1.052d26b2e45e4p+15)), v, ap_set1(0x1.06c1c55b78f20p+16)), v, ap_set1(0x1.66c3e869b752ap+15)), v, ap_set1(0x1.ad1d8cd4ee71dp+13)), v, ap_set1(0x1.ece5d2213c0ccp+10)), v, ap_set1(0x1.0a4888b1a436ep+7)), v, ap_set1(0x1.b18d91e9eef75p+1));
    ap_f64 ad = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.46a7eca984b69p+12), v, ap_set1(0x1.c0e457cb1ae76p+14)), v, ap_set1(0x1.3317caa64f4bep+15)), v, ap_set1(0x1.4b772d5d65266p+14)), v, ap_set1(0x1.512322e75c89fp+12)), v, ap_set1(0x1.5797efdc8b3f7p+9)), v, ap_set1(0x1.5281b386e1ab5p+5)), v, ap_set1(0x1.0000000000000p+0));
    ap_f64 cn = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.9615ac0b7ace9p-11), t, ap_set1(0x1.744eb6c45ec67p-6)), t, ap_set1(0x1.ef2abb9b85c37p-3)), t, ap_set1(0x1.453cc085375b2p+0)), t, ap_set1(0x1.d2ecb1a3d02c4p+1)), t, ap_set1(0x1.713f71462256ap+2)), t, ap_set1(0x1.2857748cab19bp+2)), t, ap_set1(0x1.6c665fde9526ap+0));
    ap_f64 cd = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.20d3f686439e4p-30), t, ap_set1(0x1.1f18cbfdf2728p-11)), t, ap_set1(0x1.f207a7eab17bfp-7)), t, ap_set1(0x1.2f5123394f040p-3)), t, ap_set1(0x1.61292f23385c9p-1)), t, ap_set1(0x1.ad278e6526633p+0)), t, ap_set1(0x1.06cefbb46a449p+1)), t, ap_set1(0x1.0000000000000p+0));
    ap_f64 en = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.afb74d693bf93p-23), g, ap_set1(0x1.c6ec6cc59e02ap-16)), g, ap_set1(0x1.45c1908425345p-10)), g, ap_set1(0x1.b2b41193b4ee7p-6)), g, ap_set1(0x1.2fad9315255cfp-2)), g, ap_set1(0x1.c8ea6461fa445p+0)), g, ap_set1(0x1.5daea6e875003p+2)), g, ap_set1(0x1.aa1b1c13ee526p+2));
    ap_f64 ed = ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_fma(ap_set1(0x1.269bff1f8c190p-49), g, ap_set1(0x1.31446f740b9e0p-23)), g, ap_set1(0x1.35c2c496374bfp-16)), g, ap_set1(0x1.9c8bc979dc5d7p-11)), g, ap_set1(0x1.e76f93215462ap-7)), g, ap_set1(0x1.186eb183443fbp-3)), g, ap_set1(0x1.331d34fc7d77fp-1)), g, ap_set1(0x1.0000000000000p+0));
    ap_mask far = ap_lt(ap_set1(5.0), s), centre = ap_le(ap_abs(distance), ap_set1(0.425));
    ap_f64 y = ap_copysign(ap_select(far, en, cn) / ap_select(far, ed, cd), distance);
    y = ap_select(centre, distance * (an / ad), y);
    ap_f64 end = ap_copysign(ap_infinity(), distance);
    return ap_select(ap_eq(tail, ap_set1(0.0)), end, y);
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
