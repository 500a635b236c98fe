/* interpret_history.h - the steps that look into a draw's own past: gather at a random lag, convolution. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_HISTORY_H
#define APSIS_KERNELS_INTERPRET_HISTORY_H
#include "kernels/history.h"
#include "kernels/interpret_step.h"

/* args: index, value before all history (NaN: none), history (row 0 is t = -what->index) */
static void ap_step_gather(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *index_arg = &step->out[1], *before_arg = &step->out[2], *history_arg = &step->out[3];
    const double *index = ap_arg_at(frame, index_arg), *before = ap_arg_at(frame, before_arg);
    int mode = (int)step->what->mode;
    const double *rows = history_arg->base;
    ap_sword row = (ap_sword)history_arg->step;
    size_t next = ap_arg_stride(history_arg);
    ap_i64 lane = ap_set1_i64(0);
    if (next) lane = ap_as_i64(ap_lane_numbers());
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH, rows += next) {
        ap_store(out + i, ap_history_look(rows, row, lane, ap_arg_load(index, index_arg, i), ap_arg_load(before, before_arg, i), mode,
                                          frame->t, step->what->index, frame->program->periods));
    }
}

/* sum over k = 0..t of added[t-k] * kept[k], by fma from 0 in this order */
static void ap_step_convolve(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *a = &step->out[1], *b = &step->out[2];
    ap_u32 t = frame->t;
    const double *newest = ap_arg_row(a, t), *first = ap_arg_row(b, 0);
    size_t sa = ap_arg_stride(a), sb = ap_arg_stride(b);
    ap_u32 vectors = frame->lanes / AP_WIDTH, v = 0;
    for (; v + 4 <= vectors; v += 4) { /* four sums at a time, by name, so that they stay in registers */
        const double *x = newest + v * sa, *w = first + v * sb;
        ap_f64 sum0 = ap_set1(0.0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (ap_u32 k = 0; k <= t; k++, x -= a->step, w += b->step) {
            sum0 = ap_fma(ap_load(x), ap_load(w), sum0);
            sum1 = ap_fma(ap_load(x + sa), ap_load(w + sb), sum1);
            sum2 = ap_fma(ap_load(x + 2 * sa), ap_load(w + 2 * sb), sum2);
            sum3 = ap_fma(ap_load(x + 3 * sa), ap_load(w + 3 * sb), sum3);
        }
        double *to = out + (size_t)v * AP_WIDTH;
        ap_store(to, sum0), ap_store(to + AP_WIDTH, sum1), ap_store(to + 2 * AP_WIDTH, sum2), ap_store(to + 3 * AP_WIDTH, sum3);
    }
    for (; v < vectors; v++) {
        ap_store(out + (size_t)v * AP_WIDTH, ap_convolve_one(newest + v * sa, a->step, first + v * sb, b->step, t));
    }
}

#endif
