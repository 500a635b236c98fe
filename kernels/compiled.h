/* compiled.h - what the text of a program means in C: groups of operations as loops over the vectors of a block. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_COMPILED_H
#define APSIS_KERNELS_COMPILED_H
#include "kernels/history.h"
#include "kernels/interpret_step.h"
#include "kernels/operations.h"

/*
 * The text defines AP_LANES (of a block), AP_PERIODS, AP_PERIODS_PER_YEAR, includes this and calls what is below. The workspace
 * is the interpreter's (kernels/program.h): slot k of lane i lies at ws[k * AP_LANES + i]. A step over a whole block is the
 * interpreter's own; a group keeps its values in vector registers from its first to its last operation.
 */
#define AP_STATE struct ap_frame *const frame, double *const ws, const double *const numbers
#define AP_STATE_NAMES frame, ws, numbers
#define AP_PART __attribute__((noinline)) static void

/* Several vectors go through a group side by side: a model is often one long chain of operations, each waiting for the one before,
   and only other draws can fill the time between (measured: DESIGN section 7). */
#ifndef AP_VECTORS
#define AP_VECTORS (AP_LANES / AP_WIDTH < 4 ? AP_LANES / AP_WIDTH : 4)
#endif
typedef struct {
    ap_f64 v[AP_VECTORS];
} ap_value;
#define AP_EACH _Pragma("GCC unroll 8") for (int j = 0; j < AP_VECTORS; j++)

#define AP_LANES_BEGIN (void)frame, (void)t; for (ap_u32 i = 0; i < AP_LANES; i += AP_VECTORS * AP_WIDTH) {
#define AP_LANES_END }

AP_FN ap_value ap_value_of(double x)
{
    ap_value r;
    AP_EACH r.v[j] = ap_set1(x);
    return r;
}
AP_FN ap_value ap_value_load(const double *p)
{
    ap_value r;
    AP_EACH r.v[j] = ap_load(p + j * AP_WIDTH);
    return r;
}
AP_FN void ap_value_store(double *p, ap_value x)
{
    AP_EACH ap_store(p + j * AP_WIDTH, x.v[j]);
}

#define AP_SLOT(slot) (ws + (size_t)(slot) * AP_LANES + i)
#define AP_READ(slot) ap_value_load(AP_SLOT(slot))
#define AP_READ_ROW(slot, row) ap_value_load(AP_SLOT((slot) + (row)))
#define AP_WRITE(slot, value) ap_value_store(AP_SLOT(slot), value)
#define AP_WRITE_ROW(slot, row, value) ap_value_store(AP_SLOT((slot) + (row)), value)
#define AP_NUMBER(number) ap_value_of(numbers[number])
/* the address of a row, doubles from one period to the next, 1 where each lane has its own */
#define AP_ROWS(slot, row) ws + (size_t)((slot) + (row)) * AP_LANES, AP_LANES, 1
#define AP_NUMBER_ROWS(number, row) numbers + (number) + (row), 1, 0

/* Each operation of the list, on a value: ap_do_ADD(a, b). */
#define AP_TAKE_1 ap_value x0
#define AP_TAKE_2 AP_TAKE_1, ap_value x1
#define AP_TAKE_3 AP_TAKE_2, ap_value x2
#define AP_TAKE_4 AP_TAKE_3, ap_value x3
#define AP_OPEN_1 ap_f64 a = x0.v[j];
#define AP_OPEN_2 AP_OPEN_1 ap_f64 b = x1.v[j];
#define AP_OPEN_3 AP_OPEN_2 ap_f64 c = x2.v[j];
#define AP_OPEN_4 AP_OPEN_3 ap_f64 d = x3.v[j];
#define AP_VALUE_FUNCTION(head, name, arity, expression) \
    head ap_value name(AP_TAKE_##arity)                  \
    {                                                    \
        ap_value r;                                      \
        AP_EACH                                          \
        {                                                \
            AP_OPEN_##arity r.v[j] = expression;         \
        }                                                \
        return r;                                        \
    }
#define AP_OPERATION_DO(name, arity, expression, meaning) AP_VALUE_FUNCTION(AP_FN, ap_do_##name, arity, expression)
AP_OPERATIONS(AP_OPERATION_DO)
/* The long ones by a call: compiled once, not once a use. */
#define AP_OPERATION_CALL(name, arity, expression, meaning) \
    AP_VALUE_FUNCTION(__attribute__((noinline, unused)) static, ap_call_##name, arity, expression)
AP_OPERATIONS(AP_OPERATION_CALL)
#undef AP_OPERATION_DO
#undef AP_OPERATION_CALL
AP_VALUE_FUNCTION(AP_FN, ap_do_MIN_KNOWN, 2, ap_min_known(a, b))
AP_VALUE_FUNCTION(AP_FN, ap_do_MAX_KNOWN, 2, ap_max_known(a, b))
AP_VALUE_FUNCTION(AP_FN, ap_do_CLAMP_KNOWN, 3, ap_clamp_known(a, b, c))
AP_VALUE_FUNCTION(AP_FN, ap_mix_cut, 1, ap_mix_limit(a))

/* Comparisons that only steer, as masks: ap_is_LT, ap_is_AND ... make them, ap_do_CHOOSE takes them. */
typedef struct {
    struct ap_truths v[AP_VECTORS];
} ap_truth_value;
#define AP_TRUTH_FUNCTION(name, type, arguments, expression)      \
    AP_FN type name arguments                                     \
    {                                                             \
        type r;                                                   \
        AP_EACH r.v[j] = expression;                              \
        return r;                                                 \
    }
AP_TRUTH_FUNCTION(ap_is_LT, ap_truth_value, (ap_value a, ap_value b), ap_truths_lt(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_LE, ap_truth_value, (ap_value a, ap_value b), ap_truths_le(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_EQ, ap_truth_value, (ap_value a, ap_value b), ap_truths_eq(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_NE, ap_truth_value, (ap_value a, ap_value b), ap_truths_ne(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_NUMBER, ap_truth_value, (ap_value a), ap_truths_number(a.v[j]))
AP_TRUTH_FUNCTION(ap_is_AND, ap_truth_value, (ap_truth_value a, ap_truth_value b), ap_truths_and(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_OR, ap_truth_value, (ap_truth_value a, ap_truth_value b), ap_truths_or(a.v[j], b.v[j]))
AP_TRUTH_FUNCTION(ap_is_NOT, ap_truth_value, (ap_truth_value a), ap_truths_not(a.v[j]))
AP_TRUTH_FUNCTION(ap_do_CHOOSE, ap_value, (ap_truth_value c, ap_value a, ap_value b), ap_choose(c.v[j], a.v[j], b.v[j]))

AP_FN ap_value ap_look(ap_u32 i, int mode, ap_u32 slots, ap_u32 t, ap_value k, ap_value before, const double *rows, ap_sword step, int lanes)
{
    ap_value r;
    AP_EACH
    {
        ap_i64 lane = ap_set1_i64(0);
        if (lanes) lane = ap_as_i64(ap_lane_numbers()) + ap_set1_i64((ap_sword)(i + (ap_u32)j * AP_WIDTH));
        r.v[j] = ap_history_look(rows, step, lane, k.v[j], before.v[j], mode, t, slots, AP_PERIODS);
    }
    return r;
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
