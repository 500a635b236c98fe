/* compiled.h - what the text of a program means in C: groups of operations as loops over the vectors of a block. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_COMPILED_H
#define APSIS_KERNELS_COMPILED_H
#include "kernels/history.h"
#include "kernels/interpret_step.h"
#include "kernels/operation_calls.h"

/*
 * The text defines AP_LANES (of a block), AP_PERIODS, AP_PERIODS_PER_YEAR, includes this and calls what is below. The workspace
 * is the interpreter's (kernels/program.h): slot k of lane i lies at ws[k * AP_LANES + i]. A step over a whole block is the
 * interpreter's own; a group keeps its values in vector registers from its first to its last operation.
 */
#define AP_STATE struct ap_frame *const frame, double *const ws, const double *const numbers
#define AP_STATE_NAMES frame, ws, numbers
#define AP_PART __attribute__((noinline)) static void
#define AP_LANES_BEGIN (void)frame, (void)t; for (ap_u32 i = 0; i < AP_LANES; i += AP_WIDTH) {
#define AP_LANES_END }

#define AP_SLOT(slot) (ws + (size_t)(slot) * AP_LANES + i)
#define AP_READ(slot) ap_load(AP_SLOT(slot))
#define AP_READ_ROW(slot, row) ap_load(AP_SLOT((slot) + (row)))
#define AP_WRITE(slot, value) ap_store(AP_SLOT(slot), value)
#define AP_WRITE_ROW(slot, row, value) ap_store(AP_SLOT((slot) + (row)), value)
#define AP_NUMBER(number) ap_set1(numbers[number])
/* the address of a row, doubles from one period to the next, 1 where each lane has its own */
#define AP_ROWS(slot, row) ws + (size_t)((slot) + (row)) * AP_LANES, AP_LANES, 1
#define AP_NUMBER_ROWS(number, row) numbers + (number) + (row), 1, 0

AP_FN ap_f64 ap_look(ap_u32 i, int mode, ap_u32 slots, ap_u32 t, ap_f64 k, ap_f64 before, const double *rows, ap_sword step, int lanes)
{
    double last = mode == AP_GATHER_AT ? (double)AP_PERIODS - 1 : mode == AP_GATHER_PAST ? (double)t : (double)t - 1;
    ap_i64 lane = ap_set1_i64(0);
    if (lanes) lane = ap_as_i64(ap_lane_numbers()) + ap_set1_i64((ap_sword)i);
    return ap_history_look(rows, step, lane, k, before, t, -(double)slots, last, mode != AP_GATHER_AT);
}
#define AP_LOOK(...) ap_look(i, __VA_ARGS__)

/* Step number k over the block; how it would be written for one lane follows and is not looked at here. */
#define AP_STEP(k, ...) frame->steps[k].run(frame, &frame->steps[k])
#define AP_BODY static void ap_body(AP_STATE)
#define AP_LOOP(count) for (ap_u32 t = 0; t < (count) && ap_begin(frame, t); t++)
AP_FN int ap_begin(struct ap_frame *frame, ap_u32 t)
{
    frame->t = t;
    return !(frame->cancel && *frame->cancel);
}
#define AP_ENTRY                                                                   \
    __attribute__((visibility("default"))) void apsis_compiled_run(struct ap_frame *frame); \
    void apsis_compiled_run(struct ap_frame *frame) { ap_body(frame, frame->slots, frame->program->numbers); }

#endif
