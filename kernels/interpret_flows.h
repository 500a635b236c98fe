/* interpret_flows.h - the steps that weigh all flows of a draw: the rate that makes them worth nothing, their changes of sign. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_FLOWS_H
#define APSIS_KERNELS_INTERPRET_FLOWS_H
#include "kernels/interpret_step.h"
#include "kernels/irr.h"
#include "kernels/sign_changes.h"

/* args: upfront, final, low, high, flows (row 0 is t = 0) */
static void ap_step_irr(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *args = &step->out[1];
    const double *rows[4];
    for (int k = 0; k < 4; k++) rows[k] = ap_arg_at(frame, &args[k]);
    struct ap_irr_flows f = {0, args[4].step, ap_arg_stride(&args[4]), frame->program->periods, step->what->mode,
                             -1.0 / (double)frame->program->periods_per_year};
    const double *flows = ap_arg_row(&args[4], 0);
    ap_u32 vectors = frame->lanes / AP_WIDTH;
    for (ap_u32 v = 0; v < vectors;) {
        ap_f64 upfront[AP_IRR_LANES], final[AP_IRR_LANES], low[AP_IRR_LANES], high[AP_IRR_LANES], rate[AP_IRR_LANES];
        int count = v + AP_IRR_LANES <= vectors ? AP_IRR_LANES : 1;
        for (int j = 0; j < count; j++) {
            ap_u32 i = (v + (ap_u32)j) * AP_WIDTH;
            upfront[j] = ap_arg_load(rows[0], &args[0], i);
            final[j] = ap_arg_load(rows[1], &args[1], i);
            low[j] = ap_arg_load(rows[2], &args[2], i);
            high[j] = ap_arg_load(rows[3], &args[3], i);
        }
        f.flow = flows + v * f.next;
        if (count == AP_IRR_LANES) ap_irr_solve(&f, AP_IRR_LANES, low, high, upfront, final, rate);
        else ap_irr_solve(&f, 1, low, high, upfront, final, rate);
        for (int j = 0; j < count; j++) ap_store(out + (size_t)(v + (ap_u32)j) * AP_WIDTH, rate[j]);
        v += (ap_u32)count;
    }
}

/* args: upfront, final, flows (row 0 is t = 0) */
static void ap_step_sign_changes(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_arg *upfront = &step->out[1], *final = &step->out[2], *flows = &step->out[3];
    const double *first = ap_arg_at(frame, upfront), *last = ap_arg_at(frame, final), *flow = ap_arg_row(flows, 0);
    ap_u32 timing = step->what->mode, periods = frame->program->periods;
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH) {
        ap_store(out + i, ap_sign_changes_one(flow + (size_t)flows->stride * i, flows->step, periods, timing,
                                              ap_arg_load(first, upfront, i), ap_arg_load(last, final, i)));
    }
}

#endif
