/* double_double.h - numbers of 106 bits as unevaluated sums, and a logarithm in them, for exponents that cancel. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SPECIAL_DOUBLE_DOUBLE_H
#define APSIS_KERNELS_SPECIAL_DOUBLE_DOUBLE_H
#include "kernels/dialect.h"

struct apsis_dd { double hi, lo; };

static inline struct apsis_dd apsis_dd_of(double x) { return (struct apsis_dd){x, 0}; }
static inline struct apsis_dd apsis_dd_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (struct apsis_dd){s, (a - (s - t)) + (b - t)};
}
static inline struct apsis_dd apsis_dd_product(double a, double b)
{
    double p = a * b;
    return (struct apsis_dd){p, ap_fma(a, b, -p)};
}
static inline struct apsis_dd apsis_dd_add(struct apsis_dd a, struct apsis_dd b)
{
    struct apsis_dd s = apsis_dd_sum(a.hi, b.hi), t = apsis_dd_sum(a.lo, b.lo);
    s = apsis_dd_sum(s.hi, s.lo + t.hi);
    return apsis_dd_sum(s.hi, s.lo + t.lo);
}
static inline struct apsis_dd apsis_dd_negate(struct apsis_dd a) { return (struct apsis_dd){-a.hi, -a.lo}; }
static inline struct apsis_dd apsis_dd_multiply(struct apsis_dd a, struct apsis_dd b)
{
    struct apsis_dd p = apsis_dd_product(a.hi, b.hi);
    return apsis_dd_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
static inline struct apsis_dd apsis_dd_scale(double a, struct apsis_dd b)
{
    struct apsis_dd p = apsis_dd_product(a, b.hi);
    return apsis_dd_sum(p.hi, ap_fma(a, b.lo, p.lo));
}
static inline struct apsis_dd apsis_dd_divide(struct apsis_dd a, struct apsis_dd b)
{
    double q = a.hi / b.hi;
    double r = ap_fma(-q, b.hi, a.hi) + ap_fma(-q, b.lo, a.lo);
    return apsis_dd_sum(q, r / b.hi);
}

/* ln(above / below), both positive: relative error 2^-60 everywhere, 2^-100 as the ratio nears 1. Both are in log_gamma.c. */
struct apsis_dd apsis_dd_log_ratio(struct apsis_dd above, struct apsis_dd below);
/* exp(d.hi + d.lo), to the last bits */
double apsis_dd_exp(struct apsis_dd d);

#endif
