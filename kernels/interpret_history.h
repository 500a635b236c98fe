/* interpret_history.h - the steps that look into a draw's own past: gather at a random lag, convolution. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_HISTORY_H
#define APSIS_KERNELS_INTERPRET_HISTORY_H
#include "kernels/interpret_step.h"

/* args: index, value before all history (NaN: none), history (row 0 is t = -what->index). What is asked must be whole; what
   lies outside horizon and history is NaN, and memory there is never read. */
static void ap_step_gather(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *index_arg = &step->out[1], *before_arg = &step->out[2], *history_arg = &step->out[3];
    const double *index = ap_arg_at(frame, index_arg), *before = ap_arg_at(frame, before_arg);
    const double *history = history_arg->base;
    ap_u32 mode = step->what->mode, slots = step->what->index;
    double t = frame->t;
    /* the last period that may be read */
    double top = mode == AP_GATHER_AT ? (double)frame->program->periods - 1 : mode == AP_GATHER_PAST ? t : t - 1;
    ap_f64 lowest = ap_set1(-(double)slots), highest = ap_set1(top);
    ap_i64 row = ap_set1_i64((ap_sword)history_arg->step);
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH) {
        ap_f64 k = ap_arg_load(index, index_arg, i);
        ap_f64 at = k;
        if (mode != AP_GATHER_AT) at = ap_set1(t) - k;
        ap_mask whole = ap_eq(k, ap_floor(k)); /* false for NaN; infinities are whole, and outside */
        ap_mask known = ap_mand(whole, ap_le(at, highest));
        ap_mask inside = ap_mand(known, ap_le(lowest, at));
        ap_i64 place = ap_i64_of_f64(ap_select(inside, at - lowest, ap_set1(0.0)));
#if AP_WIDTH == 1
        (void)row;
        ap_f64 x = history[place * (ap_i64)history_arg->step + (ap_i64)(history_arg->stride * i)];
#else
        ap_i64 lane = ap_set1_i64(0);
        if (history_arg->stride) lane = ap_as_i64(ap_lane_numbers()) + ap_set1_i64((ap_sword)i);
        ap_f64 x = ap_gather(history, place * row + lane);
#endif
        ap_f64 early = ap_arg_load(before, before_arg, i);
        ap_f64 outside = ap_select(ap_mand(known, ap_lt(at, lowest)), early, ap_nan());
        ap_store(out + i, ap_select(inside, x, outside));
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
#define AP_CONVOLVE(count)                                                                                     \
    for (; v + (count) <= vectors; v += (count)) {                                                             \
        ap_f64 sum[count];                                                                                     \
        const double *x = newest + v * sa, *w = first + v * sb;                                                \
        for (int j = 0; j < (count); j++) sum[j] = ap_set1(0.0);                                               \
        for (ap_u32 k = 0; k <= t; k++, x -= a->step, w += b->step) {                                          \
            for (int j = 0; j < (count); j++) sum[j] = ap_fma(ap_load(x + (size_t)j * sa), ap_load(w + (size_t)j * sb), sum[j]); \
        }                                                                                                      \
        for (int j = 0; j < (count); j++) ap_store(out + (size_t)(v + (ap_u32)j) * AP_WIDTH, sum[j]);          \
    }
    AP_CONVOLVE(8)
    AP_CONVOLVE(2)
    AP_CONVOLVE(1)
#undef AP_CONVOLVE
}

#endif
