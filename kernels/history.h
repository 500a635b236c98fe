/* history.h - looks into a draw's own past: the value of another period, and a convolution with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_HISTORY_H
#define APSIS_KERNELS_HISTORY_H
#include "kernels/dialect.h"

/*
 * The value of the period that k asks for, lane by lane. k must be whole (else NaN), and the period it names
 *
 *   at = k, or t - k where from_end is 1 (k is a lag)
 *
 * gives, with lowest and highest the first and the last period that may be read (whole numbers, lowest <= 0):
 *   lowest <= at <= highest    rows[(at - lowest) * step + lane]
 *   at < lowest                before (NaN where there is nothing before the history)
 *   at > highest               NaN
 * Memory outside those periods is never read. `rows` is the row of period `lowest`, `step` the doubles from a period to the next,
 * `lane` what a lane adds: its number where every draw has its own value, 0 in all lanes where one number serves all.
 *
 * highest is  periods - 1  for AP_GATHER_AT (from_end 0),  t  for AP_GATHER_PAST,  t - 1  for AP_GATHER_PAST_CYCLE (from_end 1).
 * Where highest < lowest nothing is ever read.
 */
AP_FN ap_f64 ap_history_look(const double *rows, ap_sword step, ap_i64 lane, ap_f64 k, ap_f64 before, double t, double lowest,
                             double highest, int from_end)
{
    ap_f64 first = ap_set1(lowest), at = k;
    if (from_end) at = ap_set1(t) - k;
    ap_mask whole = ap_eq(k, ap_floor(k)); /* false for NaN; infinities are whole, and outside */
    ap_mask known = ap_mand(whole, ap_le(at, ap_set1(highest)));
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
