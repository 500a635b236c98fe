/* hyperbolic.h - sinh, tanh and asinh in every lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_HYPERBOLIC_H
#define APSIS_KERNELS_HYPERBOLIC_H

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
/* After FreeBSD's e_sinh.c, s_tanh.c and s_asinh.c. All are exactly odd; a NaN gives a NaN, which one is not promised. */

/* sinh x. Error below 2 ulp. */
AP_FN ap_f64 ap_sinh(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    ap_f64 half = ap_expm1_scaled(a, 1); /* (e^a - 1) / 2, finite as long as sinh is */
    ap_f64 y = half + half / ap_fma(ap_set1(2.0), half, ap_set1(1.0));
    y = ap_select(ap_lt(half, ap_set1(0x1p60)), y, half);
    return ap_copysign(y, x);
}

/* tanh x. Error below 2 ulp. */
AP_FN ap_f64 ap_tanh(ap_f64 x)
{
    ap_f64 a = ap_abs(x);
    ap_f64 two = ap_set1(2.0), one = ap_set1(1.0);
    ap_mask small = ap_lt(a, one);
    ap_f64 t = ap_expm1(ap_select(small, ap_negate(two) * a, two * ap_select(ap_lt(ap_set1(40.0), a), ap_set1(40.0), a)));
    ap_f64 q = ap_select(small, ap_negate(t), two) / (t + two);
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
