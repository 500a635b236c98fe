/* irr.h - the rate at which a draw's flows are worth nothing, by sixty halvings of the bracket. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_IRR_H
#define APSIS_KERNELS_IRR_H
#include "kernels/dialect.h"
#include "kernels/power.h"

/*
 * g(i) = upfront + shift * sum over t of flow[t] v^t + final * v^T,   v = (1 + i)^(-1/m) a period,
 * with shift 1, sqrt(v), v for flows at the start, middle, end of a period. By Horner's rule from the last flow, in fma:
 *   h = fma(final, v / shift, flow[T-1]);   h = fma(h, v, flow[t]) for t = T-2 .. 0;   g = fma(shift, h, upfront)
 * where v / shift is v, sqrt(v), 1. These steps are the definition: every engine does them in this order.
 */
#define AP_IRR_LANES 4 /* vectors at a time: their chains of fma hide one another's latency */

struct ap_irr_flows {
    const double *flow; /* of the first period, at this vector */
    ap_word step, next; /* doubles to the next period, to the next vector */
    ap_u32 periods, timing;
    double exponent;    /* -1 / periods per year */
};

AP_FN void ap_irr_value(const struct ap_irr_flows *f, int count, const ap_f64 *rate, const ap_f64 *upfront, const ap_f64 *final, ap_f64 *value)
{
    ap_f64 v[AP_IRR_LANES], h[AP_IRR_LANES], shift[AP_IRR_LANES];
    const double *x = f->flow + (ap_word)(f->periods - 1) * f->step;
    for (int j = 0; j < count; j++) {
        ap_f64 growth = ap_set1(1.0) + rate[j], one = ap_set1(1.0), rest;
        if (f->exponent == -1.0) v[j] = one / growth;
        else v[j] = ap_pow(growth, ap_set1(f->exponent));
        if (f->timing == 0) shift[j] = one, rest = v[j];
        else if (f->timing == 1) shift[j] = rest = ap_sqrt(v[j]);
        else shift[j] = v[j], rest = one;
        h[j] = ap_fma(final[j], rest, ap_load(x + (ap_word)j * f->next));
    }
    if (count == AP_IRR_LANES) { /* by name, so that all stay in registers */
        ap_f64 h0 = h[0], h1 = h[1], h2 = h[2], h3 = h[3], v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3];
        ap_word next = f->next, step = f->step;
        for (ap_u32 t = f->periods - 1; t > 0; t--) {
            x -= step;
            h0 = ap_fma(h0, v0, ap_load(x));
            h1 = ap_fma(h1, v1, ap_load(x + next));
            h2 = ap_fma(h2, v2, ap_load(x + 2 * next));
            h3 = ap_fma(h3, v3, ap_load(x + 3 * next));
        }
        h[0] = h0, h[1] = h1, h[2] = h2, h[3] = h3;
    } else {
        for (ap_u32 t = f->periods - 1; t > 0; t--) {
            x -= f->step;
            for (int j = 0; j < count; j++) h[j] = ap_fma(h[j], v[j], ap_load(x + (ap_word)j * f->next));
        }
    }
    for (int j = 0; j < count; j++) value[j] = ap_fma(shift[j], h[j], upfront[j]);
}

/* The last midpoint of 60 halvings; `low` where g(low) <= 0, else `high` where g(high) >= 0; NaN where a flow is. */
AP_FN void ap_irr_solve(const struct ap_irr_flows *f, int count, const ap_f64 *low, const ap_f64 *high, const ap_f64 *upfront,
                        const ap_f64 *final, ap_f64 *rate)
{
    ap_f64 at_low[AP_IRR_LANES], at_high[AP_IRR_LANES], a[AP_IRR_LANES], b[AP_IRR_LANES], g[AP_IRR_LANES], middle[AP_IRR_LANES];
    ap_irr_value(f, count, low, upfront, final, at_low);
    ap_irr_value(f, count, high, upfront, final, at_high);
    for (int j = 0; j < count; j++) a[j] = low[j], b[j] = high[j], middle[j] = low[j];
    for (int round = 0; round < 60; round++) {
        for (int j = 0; j < count; j++) middle[j] = ap_set1(0.5) * (a[j] + b[j]);
        ap_irr_value(f, count, middle, upfront, final, g);
        for (int j = 0; j < count; j++) {
            ap_mask more = ap_lt(ap_set1(0.0), g[j]);
            a[j] = ap_select(more, middle[j], a[j]);
            b[j] = ap_select(more, b[j], middle[j]);
        }
    }
    for (int j = 0; j < count; j++) {
        ap_f64 zero = ap_set1(0.0);
        ap_f64 root = ap_set1(0.5) * (a[j] + b[j]);
        root = ap_select(ap_le(zero, at_high[j]), high[j], root);
        root = ap_select(ap_le(at_low[j], zero), low[j], root);
        rate[j] = ap_select(ap_unordered(at_low[j], at_high[j]), ap_nan(), root);
    }
}

/* One vector of lanes. `flow` is the first period's, `step` the doubles to the next one's, `timing` 0 start, 1 middle, 2 end of period. */
AP_FN ap_f64 ap_irr_one(const double *flow, ap_word step, ap_u32 periods, ap_u32 timing, ap_u32 periods_per_year, ap_f64 upfront,
                        ap_f64 final, ap_f64 low, ap_f64 high)
{
    struct ap_irr_flows f = {flow, step, 0, periods, timing, -1.0 / (double)periods_per_year};
    ap_f64 rate;
    ap_irr_solve(&f, 1, &low, &high, &upfront, &final, &rate);
    return rate;
}

#endif
