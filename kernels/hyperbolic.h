/* hyperbolic.h - sinh, tanh and asinh in every lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_HYPERBOLIC_H
#define APSIS_KERNELS_HYPERBOLIC_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
/* After FreeBSD's e_sinh.c, s_tanh.c and s_asinh.c. All are exactly odd; a NaN gives a NaN, which one is not promised. */

/* n / (d + d_low) with the rounding of the quotient and of d made good, as a sum that is nearly exact in its last rounding */
AP_FN ap_f64 ap_divide_by_sum(ap_f64 n, ap_f64 d, ap_f64 d_low)
{
    ap_f64 inverse = ap_set1(1.0) / d;
    ap_f64 q = n * inverse;
    return ap_fma(inverse, ap_fma(ap_negate(q), d_low, ap_fma(ap_negate(q), d, n)), q);
}

/* sinh x. Error below 2 ulp. */
AP_FN ap_f64 ap_sinh(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    ap_f64 half = ap_expm1_scaled(a, 1); /* (e^a - 1) / 2, finite as long as sinh is */
    ap_f64 one = ap_set1(1.0);
    ap_mask large = ap_lt(ap_set1(0x1p60), half);
    ap_f64 t = ap_select(large, one, half + half);
    ap_f64 d = one + t;
    ap_f64 d_low = ap_select(ap_lt(t, one), (one - d) + t, (t - d) + one);
    ap_f64 y = half + ap_divide_by_sum(ap_set1(0.5) * t, d, d_low);
    return ap_copysign(ap_select(large, half, y), x);
}

/* tanh x. Error below 2 ulp. */
AP_FN ap_f64 ap_tanh(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    ap_f64 two = ap_set1(2.0), one = ap_set1(1.0);
    ap_mask small = ap_lt(a, one);
    ap_f64 t = ap_expm1(ap_select(small, ap_negate(two) * a, two * ap_select(ap_lt(ap_set1(40.0), a), ap_set1(40.0), a)));
    ap_f64 d = t + two;
    ap_f64 d_low = ap_select(small, (two - d) + t, ap_set1(0.0));
    ap_f64 q = ap_divide_by_sum(ap_select(small, ap_negate(t), two), d, d_low);
    return ap_copysign(ap_select(small, q, one - q), x);
}

/* asinh x. Error below 2 ulp. */
AP_FN ap_f64 ap_asinh(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    ap_f64 one = ap_set1(1.0);
    ap_mask huge = ap_lt(ap_set1(0x1p500), a);
    ap_f64 square = a * a;
    ap_f64 t = ap_select(huge, a, a + square / (one + ap_sqrt(one + square)));
    ap_f64 y = ap_log1p(t) + ap_select(huge, ap_set1(0x1.62e42fefa39efp-1), ap_set1(0.0));
    return ap_copysign(y, x);
}

#endif
