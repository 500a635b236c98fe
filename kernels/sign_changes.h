/* sign_changes.h - how often a draw's flows change sign: more than once, and more than one rate may make them worth nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SIGN_CHANGES_H
#define APSIS_KERNELS_SIGN_CHANGES_H
#include "kernels/interpret_step.h"

/* The next flow: zeros are no flows. `sign` is that of the last one, -1, 0 (none yet) or 1. */
AP_FN void ap_sign_next(ap_f64 x, ap_f64 *sign, ap_f64 *changes)
{
    ap_f64 zero = ap_set1(0.0), now = ap_truth(ap_lt(zero, x)) - ap_truth(ap_lt(x, zero));
    *changes = ap_select(ap_isnan(x), ap_nan(), *changes + ap_truth(ap_lt(now * *sign, zero)));
    *sign = ap_select(ap_eq(now, zero), *sign, now);
}

#if !AP_CUDA /* the interpreter's loop over a block */
/* args: upfront, final, flows (row 0 is t = 0); in time: upfront, the flows of the periods, final. Flows of one moment are one flow:
   with mode 0 (start of period) upfront and the first, with mode 2 (end) the last and final. */
static void ap_step_sign_changes(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *upfront = &step->out[1], *final = &step->out[2], *flows = &step->out[3];
    ap_u32 mode = step->what->mode;
    const double *first = ap_arg_at(frame, upfront), *last = ap_arg_at(frame, final), *flow = ap_arg_row(flows, 0);
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH) {
        const double *x = flow + (size_t)flows->stride * i;
        ap_f64 sign = ap_set1(0.0), changes = ap_set1(0.0);
        ap_f64 before = ap_arg_load(first, upfront, i), after = ap_arg_load(last, final, i);
        ap_u32 end = frame->program->periods;
        if (mode != 0) ap_sign_next(before, &sign, &changes);
        for (ap_u32 t = 0; t < end; t++, x += flows->step) {
            ap_f64 now = ap_load(x);
            if (mode == 0 && t == 0) now = before + now;
            if (mode == 2 && t + 1 == end) now = now + after;
            ap_sign_next(now, &sign, &changes);
        }
        if (mode != 2) ap_sign_next(after, &sign, &changes);
        ap_store(out + i, changes);
    }
}
#endif

#endif
