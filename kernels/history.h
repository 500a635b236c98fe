/* history.h - looks into a draw's own past: the value of another period, and a convolution with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_HISTORY_H
#define APSIS_KERNELS_HISTORY_H
#include "kernels/dialect.h"

enum ap_gather_mode {
    AP_GATHER_AT,         /* k counts from t = 0: at = k */
    AP_GATHER_PAST,       /* k is a lag >= 0: at = t - k */
    AP_GATHER_PAST_CYCLE  /* a lag >= 1, likewise: this period's value waits for what is computed here */
};

/*
 * The value of the period `at` that k asks for, lane by lane, in period t of `periods` with `slots` periods of history before t = 0.
 * k must be whole (else NaN). What may be read begins at lowest = -slots and ends at highest, which is periods - 1, t or t - 1 by the mode:
 *
 *   lowest <= at <= highest    rows[(at - lowest) * step + lane]
 *   at < lowest                before (NaN where there is nothing before the history)
 *   at > highest               NaN
 * Memory outside those periods is never read; where highest < lowest nothing is. `rows` is the row of period `lowest`, `step` the doubles
 * from a period to the next, `lane` what a lane adds: its number where every draw has its own value, 0 in all lanes where one number
 * serves all.
 */
AP_FN ap_f64 ap_history_look(const double *rows, ap_sword step, ap_i64 lane, ap_f64 k, ap_f64 before, int mode, ap_u32 t, ap_u32 slots,
                             ap_u32 periods)
{
    double last = mode == AP_GATHER_AT ? (double)periods - 1 : mode == AP_GATHER_PAST ? (double)t : (double)t - 1;
    ap_f64 first = ap_set1(-(double)slots), highest = ap_set1(last), at = k;
    if (mode != AP_GATHER_AT) at = ap_set1((double)t) - k;
    ap_mask whole = ap_eq(k, ap_floor(k)); /* false for NaN; infinities are whole, and outside */
    ap_mask known = ap_mand(whole, ap_le(at, highest));
    ap_mask inside = ap_mand(known, ap_le(first, at));
    ap_i64 place = ap_i64_of_f64(ap_select(inside, at - first, ap_set1(0.0)));
    ap_f64 x = ap_gather(rows, place * ap_set1_i64(step) + lane); /* row 0 where nothing is asked of it: it is always there */
    ap_f64 outside = ap_select(ap_mand(known, ap_lt(at, first)), before, ap_nan());
    return ap_select(inside, x, outside);
}

/* sum over k = 0..t of newest[-k * newest_step] * first[k * first_step], by fma from 0 in this order: one vector of lanes. */
AP_FN ap_f64 ap_convolve_one(const double *newest, ap_sword newest_step, const double *first, ap_sword first_step, ap_u32 t)
{
    ap_f64 sum = ap_set1(0.0);
    for (ap_u32 k = 0; k <= t; k++, newest -= newest_step, first += first_step) sum = ap_fma(ap_load(newest), ap_load(first), sum);
    return sum;
}

#endif
