/* interpret_step.h - where a step finds its operands. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_STEP_H
#define APSIS_KERNELS_INTERPRET_STEP_H
#include "kernels/program.h"

AP_FN double *ap_arg_row(const struct ap_arg *arg, ap_u32 t) { return arg->base + (size_t)((t + arg->bias) & arg->mask) * arg->step; }
AP_FN double *ap_arg_at(const struct ap_frame *frame, const struct ap_arg *arg) { return ap_arg_row(arg, frame->t); }
/* doubles from one vector of lanes to the next: 0 where one number serves all */
AP_FN size_t ap_arg_stride(const struct ap_arg *arg) { return (size_t)arg->stride * AP_WIDTH; }
/* The value for the vector that begins at lane i. */
AP_FN ap_f64 ap_arg_load(const double *row, const struct ap_arg *arg, ap_u32 i) { return ap_load(row + (size_t)arg->stride * i); }

/* lane numbers 0, 1, 2, ... */
AP_FN ap_u64 ap_lane_numbers(void)
{
#if AP_WIDTH == 1
    return 0;
#else
    ap_u64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = (ap_word)i;
    return r;
#endif
}

#endif
