/* normal.h - the normal distribution in every lane: erfc, the cumulative probability, and its inverse. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_NORMAL_H
#define APSIS_KERNELS_NORMAL_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"

/* f(a) = (1 + 2a) e^(a^2) erfc(a) as a polynomial in t = (a - 3) / (a + 3), a >= 0 (the substitution of Shepherd and Laframboise,
   1981): Chebyshev interpolation of degree 24 on the whole of [-1, 1], relative error 2^-54.1 */
AP_FN ap_f64 ap_erfc_shape(ap_f64 t, ap_f64 *low)
{
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
    ap_f64 high = ap_fma(p, t, ap_set1(0x1.40c522d7e4987p+0));
    *low = ap_fma(p, t, ap_set1(0x1.40c522d7e4987p+0) - high); /* what the last step rounded off */
    return high;
}
/* df/dt to two digits: all that the rounding error of t needs */
AP_FN ap_f64 ap_erfc_slope(ap_f64 t)
{
    ap_f64 y = ap_set1(0.35627406);
    y = ap_fma(y, t, ap_set1(-0.63766165));
    y = ap_fma(y, t, ap_set1(0.38568743));
    y = ap_fma(y, t, ap_set1(-0.056065772));
    return ap_fma(y, t, ap_set1(-0.13562111));
}

/*
 * e^(-square - square_low) f(a) / (1 + 2a) * factor, for a + a_low >= 0 with square + square_low = (a + a_low)^2: erfc, or half of it.
 * Each quotient and product carries its rounding error along, so that the result is good to about an ulp.
 */
AP_FN ap_f64 ap_erfc_core(ap_f64 a, ap_f64 a_low, ap_f64 square, ap_f64 square_low, double factor)
{
    ap_f64 three = ap_set1(3.0), one = ap_set1(1.0);
    ap_f64 d = a + three; /* up to 31: a and 3 change places, the error is what it is to an ulp of itself */
    ap_f64 d_low = ap_select(ap_lt(a, three), (three - d) + a, (a - d) + three) + a_low;
    ap_f64 n = a - three;
    ap_f64 n_low = ap_select(ap_lt(a, three), a - (n + three), (a - n) - three) + a_low;
    ap_f64 inverse = one / d;
    ap_f64 t = n * inverse;
    ap_f64 t_low = inverse * (ap_fma(ap_negate(t), d, n) + ap_fma(ap_negate(t), d_low, n_low));
    ap_f64 p_low, p = ap_erfc_shape(t, &p_low);
    p_low = ap_fma(ap_erfc_slope(t), t_low, p_low);
    ap_f64 twice = a + a;
    ap_f64 u = one + twice;
    ap_f64 u_low = ap_select(ap_lt(twice, one), (one - u) + twice, (twice - u) + one) + (a_low + a_low);
    inverse = one / u;
    ap_f64 q = p * inverse;
    ap_f64 q_low = inverse * (ap_fma(ap_negate(q), u, p) + ap_fma(ap_negate(q), u_low, p_low));
    ap_f64 k, e_low, e = ap_exp_sum(ap_negate(square), ap_negate(square_low), &e_low, &k);
    ap_f64 y = e * q;
    ap_f64 y_low = ap_fma(e, q, ap_negate(y)) + ap_fma(e_low, q, e * q_low);
    return ap_scale(ap_set1(factor) * (y + y_low), k);
}

/* erfc x. Error below 2 ulp over the whole range, the tail included. */
AP_FN ap_f64 ap_erfc(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    a = ap_select(ap_lt(ap_set1(28.0), a), ap_set1(28.0), a);
    ap_f64 square = a * a;
    ap_f64 y = ap_erfc_core(a, ap_set1(0.0), square, ap_fma(a, a, ap_negate(square)), 1.0);
    return ap_select(ap_lt(x, ap_set1(0.0)), ap_set1(2.0) - y, y);
}

/* P(Z <= x). Error below 2 ulp, in the lower tail down to the smallest double. */
AP_FN ap_f64 ap_normal_cdf(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    a = ap_select(ap_lt(ap_set1(39.5), a), ap_set1(39.5), a);
    ap_f64 half = ap_set1(0.5) * a;
    ap_f64 square = half * a;
    ap_f64 root = ap_set1(0x1.6a09e667f3bcdp-1);
    ap_f64 b = a * root;
    ap_f64 b_low = ap_fma(a, ap_set1(-0x1.bdd3413b26456p-55), ap_fma(a, root, ap_negate(b)));
    ap_f64 y = ap_erfc_core(b, b_low, square, ap_fma(half, a, ap_negate(square)), 0.5);
    return ap_select(ap_lt(ap_set1(0.0), x), ap_set1(1.0) - y, y);
}

/*
 * The quantile in three pieces, each a ratio of two polynomials with positive coefficients, after the plan of AS 241 (Wichura 1988);
 * rational interpolation at mapped Chebyshev nodes, 60 digits.
 */
/* (z / d - sqrt(2 pi)) / d^2 for |d| = |p - 1/2| <= 0.425 in t = 0.180625 - d^2: error 2^-52.6 of z */
AP_FN ap_f64 ap_score_centre_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.3a4dbe5189c8ep+13);
    y = ap_fma(y, t, ap_set1(0x1.30d5039bffb8ap+15));
    y = ap_fma(y, t, ap_set1(0x1.25bf5a11d53d4p+15));
    y = ap_fma(y, t, ap_set1(0x1.b50490d6749afp+13));
    y = ap_fma(y, t, ap_set1(0x1.23e68e9c482f4p+11));
    y = ap_fma(y, t, ap_set1(0x1.6042428f18460p+7));
    y = ap_fma(y, t, ap_set1(0x1.37fc2a497dea9p+2));
    return y;
}
AP_FN ap_f64 ap_score_centre_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.35b7c8c4f9f22p+12);
    y = ap_fma(y, t, ap_set1(0x1.af27de18795dbp+14));
    y = ap_fma(y, t, ap_set1(0x1.2a211e27dd64bp+15));
    y = ap_fma(y, t, ap_set1(0x1.449867a91031ep+14));
    y = ap_fma(y, t, ap_set1(0x1.4c773f4328542p+12));
    y = ap_fma(y, t, ap_set1(0x1.54bf647ad2824p+9));
    y = ap_fma(y, t, ap_set1(0x1.513dc6287bc1bp+5));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}
/* sqrt(2) s - |z| in t = s - 1.6 with s = sqrt(-ln tail) in [1.6, 6.1]: error 2^-52.8 of z */
AP_FN ap_f64 ap_score_near_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.14d9ae4108f88p-24);
    y = ap_fma(y, t, ap_set1(0x1.1b6aa10bcc279p-14));
    y = ap_fma(y, t, ap_set1(0x1.bcdb6c0643032p-9));
    y = ap_fma(y, t, ap_set1(0x1.9ec1eab5349d6p-5));
    y = ap_fma(y, t, ap_set1(0x1.47bce34211a23p-2));
    y = ap_fma(y, t, ap_set1(0x1.f7a0398f7b0c5p-1));
    y = ap_fma(y, t, ap_set1(0x1.7613cb98d9c23p+0));
    y = ap_fma(y, t, ap_set1(0x1.adb954c2ae752p-1));
    return y;
}
AP_FN ap_f64 ap_score_near_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.f33ba4a630816p-17);
    y = ap_fma(y, t, ap_set1(0x1.0e9e7bd967446p-10));
    y = ap_fma(y, t, ap_set1(0x1.4f38d1fe2b0f9p-6));
    y = ap_fma(y, t, ap_set1(0x1.6521cacdf6fecp-3));
    y = ap_fma(y, t, ap_set1(0x1.82e2d425a6012p-1));
    y = ap_fma(y, t, ap_set1(0x1.c1adaf542960bp+0));
    y = ap_fma(y, t, ap_set1(0x1.0b9da447d1e6ap+1));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}
/* the same in t = s - 6 with s in [6, 27.4], tails that no uniform reaches: error 2^-56.7 of z */
AP_FN ap_f64 ap_score_far_over(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.c96501ec84984p-42);
    y = ap_fma(y, t, ap_set1(0x1.641bd70ae9220p-29));
    y = ap_fma(y, t, ap_set1(0x1.6dc35b6fd2cc6p-21));
    y = ap_fma(y, t, ap_set1(0x1.b64a56f1d15d8p-15));
    y = ap_fma(y, t, ap_set1(0x1.acb18ae2e6f18p-10));
    y = ap_fma(y, t, ap_set1(0x1.80568183057cap-6));
    y = ap_fma(y, t, ap_set1(0x1.38eb41a0f00c7p-3));
    y = ap_fma(y, t, ap_set1(0x1.757067ddf79cdp-2));
    return y;
}
AP_FN ap_f64 ap_score_far_under(ap_f64 t)
{
    ap_f64 y = ap_set1(0x1.f6eb5fbd192e9p-32);
    y = ap_fma(y, t, ap_set1(0x1.4c264dea146d6p-23));
    y = ap_fma(y, t, ap_set1(0x1.ee32b61b6f279p-17));
    y = ap_fma(y, t, ap_set1(0x1.324862dd789fdp-11));
    y = ap_fma(y, t, ap_set1(0x1.70c99b4cb09aap-7));
    y = ap_fma(y, t, ap_set1(0x1.c5b0a63f489f8p-4));
    y = ap_fma(y, t, ap_set1(0x1.118cce9ef6fafp-1));
    y = ap_fma(y, t, ap_set1(1.0));
    return y;
}

/* The quantile from both tails, lower + upper = 1, and distance = lower - 1/2. */
AP_FN ap_f64 ap_normal_score(ap_f64 lower, ap_f64 upper, ap_f64 distance)
{
    ap_f64 tail = ap_select(ap_lt(upper, lower), upper, lower);
    ap_mask centre = ap_le(ap_abs(distance), ap_set1(0.425));
    ap_f64 s = ap_sqrt(ap_negate(ap_log(tail)));
    ap_mask far = ap_lt(ap_set1(6.05), s);
    ap_f64 square = distance * distance;
    ap_f64 t = ap_select(centre, ap_set1(0.180625) - square, s - ap_set1(1.6));
    ap_f64 over = ap_select(centre, ap_score_centre_over(t), ap_score_near_over(t));
    ap_f64 under = ap_select(centre, ap_score_centre_under(t), ap_score_near_under(t));
    if (ap_any(far)) { /* never for a draw's uniform; the bits do not depend on which way it goes */
        ap_f64 g = s - ap_set1(6.0);
        over = ap_select(far, ap_score_far_over(g), over);
        under = ap_select(far, ap_score_far_under(g), under);
    }
    ap_f64 q = over / under;
    ap_f64 outer = ap_fma(ap_set1(0x1.6a09e667f3bcdp+0), s, ap_fma(ap_set1(-0x1.bdd3413b26456p-54), s, ap_negate(q)));
    ap_f64 inner = ap_fma(ap_set1(0x1.40d931ff62706p+1), distance, distance * (square * q));
    ap_f64 y = ap_select(centre, inner, ap_copysign(outer, distance));
    return ap_select(ap_eq(tail, ap_set1(0.0)), ap_copysign(ap_infinity(), distance), y);
}

/* The x with P(Z <= x) = p. Error below 4 ulp for every p in (0, 1); p = 0 gives -infinity, 1 infinity, anything else outside (0, 1) NaN. */
AP_FN ap_f64 ap_normal_quantile(ap_f64 p)
{
    return ap_normal_score(p, ap_set1(1.0) - p, p - ap_set1(0.5));
}

/* The same from lower = u and upper = 1 - u, both accurate: exactly odd, swapping the two changes the sign and nothing else. */
AP_FN ap_f64 ap_normal_quantile_tails(ap_f64 lower, ap_f64 upper)
{
    return ap_normal_score(lower, upper, ap_set1(0.5) * (lower - upper));
}

/* The score at the place of z, Phi(z) of the way, in a standard normal confined to [low, high]; low < high, either may be infinite.
   Worked in the tail where the band lies, so that both of its ends keep their digits. */
AP_FN ap_f64 ap_normal_confined(ap_f64 z, ap_f64 low, ap_f64 high)
{
    ap_mask mirrored = ap_lt(ap_set1(0.0), low + high);
    ap_f64 a = ap_select(mirrored, ap_negate(high), low), b = ap_select(mirrored, ap_negate(low), high), x = ap_select(mirrored, ap_negate(z), z);
    ap_f64 below = ap_normal_cdf(a), above = ap_normal_cdf(ap_negate(b)), mass = ap_normal_cdf(b) - below;
    ap_f64 lower = below + mass * ap_normal_cdf(x), upper = above + mass * ap_normal_cdf(ap_negate(x));
    ap_f64 y = ap_normal_quantile_tails(lower, upper);
    y = ap_select(ap_lt(y, a), a, ap_select(ap_lt(b, y), b, y));
    y = ap_select(ap_eq(lower, ap_set1(0.0)), b, y); /* further out than numbers reach: the nearer end */
    return ap_select(mirrored, ap_negate(y), y);
}

/* A score that others were mixed into, cut to what the scores of uniforms reach: |z| is never above what the smallest u gives. */
#define AP_SCORE_LIMIT 8.2095
AP_FN ap_f64 ap_mix_limit(ap_f64 z)
{
    ap_f64 limit = ap_set1(AP_SCORE_LIMIT);
    return ap_select(ap_lt(limit, ap_abs(z)), ap_copysign(limit, z), z);
}

#endif
