/* trigonometry.h - sin, cos and tan in every lane, for |x| up to 2^45. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_TRIGONOMETRY_H
#define APSIS_KERNELS_TRIGONOMETRY_H

#include "kernels/dialect.h"
/*
 * x = n pi/2 + r + e with pi/2 in three doubles and every product exact by fma, so that r keeps its relative precision however
 * close x is to a multiple of pi/2. Beyond 2^45 in size n itself would be wrong: those arguments give NaN, as do infinities.
 */
#define AP_TRIGONOMETRY_LIMIT 0x1p45

/* r + *e = x - n pi/2 with |r| <= pi/4 * 1.004; the low two bits of *quadrant are n mod 4 */
AP_FN ap_f64 ap_quarter_turns(ap_f64 x, ap_f64 *e, ap_u64 *quadrant)
{
    ap_f64 magic = ap_set1(0x1.8p52);
    ap_f64 shifted = ap_fma(x, ap_set1(0x1.45f306dc9c883p-1), magic);
    ap_f64 n = shifted - magic;
    *quadrant = ap_bits(shifted);
    ap_f64 p = n * ap_set1(0x1.921fb54442d18p+0);
    ap_f64 p_low = ap_fma(n, ap_set1(0x1.921fb54442d18p+0), ap_negate(p));
    ap_f64 q = n * ap_set1(0x1.1a62633145c07p-54);
    ap_f64 q_low = ap_fma(n, ap_set1(0x1.1a62633145c07p-54), ap_negate(q));
    ap_f64 a = x - p; /* exact: p is within a factor of two of x, or 0 */
    /* a - p_low and then - q, both with their errors */
    ap_f64 b = a - p_low;
    ap_f64 v = b - a;
    ap_f64 b_low = (a - (b - v)) - (p_low + v);
    ap_f64 c = b - q;
    v = c - b;
    ap_f64 c_low = (b - (c - v)) - (q + v);
    ap_f64 low = (b_low + c_low) - ap_fma(n, ap_set1(-0x1.f1976b7ed8fbcp-110), q_low);
    ap_f64 r = c + low;
    *e = (c - r) + low;
    return r;
}

/* sin(r + e) - r for |r| <= 0.794. (sin(t)/t - 1)/t^2 in t^2: Chebyshev interpolation of degree 6, relative error 2^-53.9 */
AP_FN ap_f64 ap_sin_rest(ap_f64 r, ap_f64 e)
{
    ap_f64 z = r * r;
    ap_f64 w = z * z;
    ap_f64 a = ap_fma(ap_set1(0x1.1111111111110p-7), z, ap_set1(-0x1.5555555555555p-3));
    ap_f64 b = ap_fma(ap_set1(0x1.71de3a544a6cep-19), z, ap_set1(-0x1.a01a01a019880p-13));
    ap_f64 c = ap_fma(ap_set1(0x1.612161267019ep-33), z, ap_set1(-0x1.ae6453ecab5c4p-26));
    ap_f64 d = ap_fma(ap_fma(ap_fma(ap_set1(-0x1.ab066192d3e8fp-41), w, c), w, b), w, a);
    return ap_fma(z * r, d, ap_fma(ap_set1(-0.5) * z, e, e));
}

/* cos(r + e) = *high + low, low returned. (cos(t) - 1 + t^2/2)/t^4 in t^2: Chebyshev interpolation of degree 5, relative error 2^-53.9 */
AP_FN ap_f64 ap_cos_rest(ap_f64 r, ap_f64 e, ap_f64 *high)
{
    ap_f64 one = ap_set1(1.0);
    ap_f64 z = r * r;
    ap_f64 w = z * z;
    ap_f64 half = ap_set1(0.5) * z;
    ap_f64 a = ap_fma(ap_set1(-0x1.6c16c16c1691fp-10), z, ap_set1(0x1.5555555555555p-5));
    ap_f64 b = ap_fma(ap_set1(-0x1.27e4fa0241f7cp-22), z, ap_set1(0x1.a01a019f3dde1p-16));
    ap_f64 c = ap_fma(ap_set1(-0x1.906dbf4fda044p-37), z, ap_set1(0x1.1eeb52a201da3p-29));
    ap_f64 d = ap_fma(ap_fma(c, w, b), w, a);
    ap_f64 h = one - half;
    *high = h;
    ap_f64 half_low = ap_fma(ap_set1(0.5) * r, r, ap_negate(half));
    return ((one - h) - half) + (ap_fma(w, d, ap_negate(half_low)) - r * e);
}

AP_FN ap_f64 ap_turn_domain(ap_f64 x, ap_f64 y)
{
    return ap_select(ap_le(ap_abs(x), ap_set1(AP_TRIGONOMETRY_LIMIT)), y, ap_nan());
}
AP_FN ap_mask ap_bit_set(ap_u64 bits, int bit)
{
    return ap_mnot(ap_eq_i64(ap_as_i64((bits >> bit) & ap_set1_u64(1)), ap_set1_i64(0)));
}

/* sin x. Error below 1 ulp for |x| <= 2^45, NaN beyond; -0 gives -0. */
AP_FN ap_f64 ap_sin(ap_f64 x)
{
    ap_f64 e, high;
    ap_u64 quadrant;
    ap_f64 r = ap_quarter_turns(x, &e, &quadrant);
    ap_f64 s = r + ap_sin_rest(r, e);
    ap_f64 low = ap_cos_rest(r, e, &high);
    ap_f64 y = ap_select(ap_bit_set(quadrant, 0), high + low, s);
    y = ap_from_bits(ap_bits(y) ^ ((quadrant >> 1) << 63));
    return ap_select(ap_eq(x, ap_set1(0.0)), x, ap_turn_domain(x, y));
}

/* cos x. Error below 1 ulp for |x| <= 2^45, NaN beyond. */
AP_FN ap_f64 ap_cos(ap_f64 x)
{
    ap_f64 e, high;
    ap_u64 quadrant;
    ap_f64 r = ap_quarter_turns(x, &e, &quadrant);
    ap_f64 s = r + ap_sin_rest(r, e);
    ap_f64 low = ap_cos_rest(r, e, &high);
    ap_f64 y = ap_select(ap_bit_set(quadrant, 0), s, high + low);
    y = ap_from_bits(ap_bits(y) ^ (((quadrant + ap_set1_u64(1)) >> 1) << 63));
    return ap_turn_domain(x, y);
}

/* tan x. Error below 1 ulp for |x| <= 2^45, NaN beyond; -0 gives -0. */
AP_FN ap_f64 ap_tan(ap_f64 x)
{
    ap_f64 e, cos_high;
    ap_u64 quadrant;
    ap_f64 r = ap_quarter_turns(x, &e, &quadrant);
    ap_f64 sin_low = ap_sin_rest(r, e);
    ap_f64 cos_low = ap_cos_rest(r, e, &cos_high);
    ap_mask turned = ap_bit_set(quadrant, 0);
    ap_f64 s = r + sin_low; /* both as sums that carry their rounding */
    ap_f64 s_low = (r - s) + sin_low;
    ap_f64 c = cos_high + cos_low;
    ap_f64 c_low = (cos_high - c) + cos_low;
    ap_f64 over = ap_select(turned, ap_negate(c), s), over_low = ap_select(turned, ap_negate(c_low), s_low);
    ap_f64 under = ap_select(turned, s, c), under_low = ap_select(turned, s_low, c_low);
    ap_f64 y = over / under;
    ap_f64 rest = ap_fma(ap_negate(y), under_low, ap_fma(ap_negate(y), under, over) + over_low);
    y = y + rest / under;
    return ap_select(ap_eq(x, ap_set1(0.0)), x, ap_turn_domain(x, y));
}

#endif
