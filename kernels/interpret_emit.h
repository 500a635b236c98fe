/* interpret_emit.h - the steps that hand values on: to the tally, to stored columns, to the numbers of another program. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_EMIT_H
#define APSIS_KERNELS_INTERPRET_EMIT_H
#include "kernels/interpret_step.h"
#include "kernels/tally.h"

/* One value a lane, whatever the operand is: `room` is filled where one number serves all. */
AP_FN const double *ap_arg_spread(const struct ap_frame *frame, const struct ap_arg *arg, double *room)
{
    const double *row = ap_arg_at(frame, arg);
    if (arg->stride) return row;
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH) ap_store(room + i, ap_load(row));
    return room;
}

static void ap_step_emit(struct ap_frame *frame, const struct ap_step *step)
{
    ap_u32 column = step->what->index + frame->t;
    int has_given = step->what->mode != 0;
    ap_u32 lanes = frame->lanes, half = lanes / 2;
    if (frame->columns) {
        if (!frame->columns[column].wanted) return;
        const double *values = ap_arg_spread(frame, &step->out[1], frame->scratch);
        const double *given = has_given ? ap_arg_spread(frame, &step->out[2], frame->scratch + lanes) : 0;
        ap_tally_block(&frame->columns[column], &frame->block, values, given);
        return;
    }
    double *stored = frame->stored[column];
    if (!stored) return;
    const double *values = ap_arg_at(frame, &step->out[1]), *given = has_given ? ap_arg_at(frame, &step->out[2]) : 0;
    for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {
        ap_f64 x = ap_arg_load(values, &step->out[1], i), g = ap_set1(0.0);
        if (given) g = ap_arg_load(given, &step->out[2], i);
        x = ap_stored_value(x, given != 0, g);
        double *place = stored + frame->store_offset + (i < half ? i : i - half + AP_PAIRS);
        double lane[AP_WIDTH];
        ap_store(lane, x);
        for (ap_u32 k = 0; k < AP_WIDTH; k++) {
            if (ap_block_draw(&frame->block, i + k) < frame->block.draws) place[k] = lane[k];
        }
    }
}

static void ap_step_keep(struct ap_frame *frame, const struct ap_step *step)
{
    frame->kept[step->what->index + frame->t] = ap_arg_at(frame, &step->out[1])[0];
}

#endif
