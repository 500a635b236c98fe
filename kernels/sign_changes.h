/* sign_changes.h - how often a draw's flows change sign: more than once, and more than one rate may make them worth nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SIGN_CHANGES_H
#define APSIS_KERNELS_SIGN_CHANGES_H
#include "kernels/dialect.h"

/* The next flow: zeros are no flows. `sign` is that of the last one, -1, 0 (none yet) or 1. */
AP_FN void ap_sign_next(ap_f64 x, ap_f64 *sign, ap_f64 *changes)
{
    ap_f64 zero = ap_set1(0.0), now = ap_truth(ap_lt(zero, x)) - ap_truth(ap_lt(x, zero));
    *changes = ap_select(ap_isnan(x), ap_nan(), *changes + ap_truth(ap_lt(now * *sign, zero)));
    *sign = ap_select(ap_eq(now, zero), *sign, now);
}

/*
 * In time: upfront, the flows of the periods, final. Flows of one moment are one flow: with timing 0 (start of period) upfront and the
 * first, with timing 2 (end) the last and final. `flow` is the first period's, `step` the doubles to the next one's. One vector of lanes.
 */
AP_FN ap_f64 ap_sign_changes_one(const double *flow, ap_word step, ap_u32 periods, ap_u32 timing, ap_f64 upfront, ap_f64 final)
{
    ap_f64 sign = ap_set1(0.0), changes = ap_set1(0.0);
    if (timing != 0) ap_sign_next(upfront, &sign, &changes);
    for (ap_u32 t = 0; t < periods; t++, flow += step) {
        ap_f64 now = ap_load(flow);
        if (timing == 0 && t == 0) now = upfront + now;
        if (timing == 2 && t + 1 == periods) now = now + final;
        ap_sign_next(now, &sign, &changes);
    }
    if (timing != 2) ap_sign_next(final, &sign, &changes);
    return changes;
}

#endif
