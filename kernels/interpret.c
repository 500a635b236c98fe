/* interpret.c - runs a program over a block of draws, one step at a time; compiled once for each instruction set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/program.h"

#include "kernels/interpret_draw.h"
#include "kernels/interpret_emit.h"
#include "kernels/interpret_flows.h"
#include "kernels/interpret_history.h"
#include "kernels/interpret_step.h"

#ifndef AP_ISA
#define AP_ISA plain
#endif
#define AP_PASTE2(a, b) a##b
#define AP_PASTE(a, b) AP_PASTE2(a, b)
#define AP_TEXT2(a) #a
#define AP_TEXT(a) AP_TEXT2(a)

/* One function an operation: `expression` over all lanes of the block, a vector at a time. Reading stays ahead of writing in
   each vector, so the result may take the place of an argument. */
#define AP_STEP_1                                                              \
    for (ap_u32 i = 0; i < n; i += AP_WIDTH) {                                 \
        ap_f64 a = ap_load(x0);                                                \
        x0 += s0;
#define AP_STEP_2                                                              \
    for (ap_u32 i = 0; i < n; i += AP_WIDTH) {                                 \
        ap_f64 a = ap_load(x0), b = ap_load(x1);                               \
        x0 += s0, x1 += s1;
#define AP_STEP_3                                                              \
    for (ap_u32 i = 0; i < n; i += AP_WIDTH) {                                 \
        ap_f64 a = ap_load(x0), b = ap_load(x1), c = ap_load(x2);              \
        x0 += s0, x1 += s1, x2 += s2;
#define AP_STEP_4                                                              \
    for (ap_u32 i = 0; i < n; i += AP_WIDTH) {                                 \
        ap_f64 a = ap_load(x0), b = ap_load(x1), c = ap_load(x2), d = ap_load(x3); \
        x0 += s0, x1 += s1, x2 += s2, x3 += s3;
#define AP_OPEN_1 AP_STEP_ARG(0)
#define AP_OPEN_2 AP_OPEN_1 AP_STEP_ARG(1)
#define AP_OPEN_3 AP_OPEN_2 AP_STEP_ARG(2)
#define AP_OPEN_4 AP_OPEN_3 AP_STEP_ARG(3)
#define AP_STEP_ARG(k)                                                         \
    const double *x##k = ap_arg_at(frame, &step->out[1 + k]);                  \
    size_t s##k = ap_arg_stride(&step->out[1 + k]);

#define AP_STEP_OPERATION(name, arity, expression, meaning)                    \
    static void ap_step_##name(struct ap_frame *frame, const struct ap_step *step) \
    {                                                                          \
        double *out = ap_arg_at(frame, step->out);                             \
        ap_u32 n = frame->lanes;                                               \
        AP_OPEN_##arity AP_STEP_##arity ap_store(out + i, expression);         \
    }                                                                          \
    }
AP_OPERATIONS(AP_STEP_OPERATION)
#undef AP_STEP_OPERATION

static void ap_step_copy(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    ap_u32 n = frame->lanes;
    AP_OPEN_1 AP_STEP_1 ap_store(out + i, a);
    }
}

static ap_step_function *const ap_steps[AP_STEP_COUNT] = {
#define AP_STEP_ENTRY(name, arity, expression, meaning) [AP_OP_##name] = ap_step_##name,
    AP_OPERATIONS(AP_STEP_ENTRY)
#undef AP_STEP_ENTRY
    [AP_STEP_COPY] = ap_step_copy,
    [AP_STEP_DRAW] = ap_step_draw,
    [AP_STEP_SCORE] = ap_step_score,
    [AP_STEP_MIX] = ap_step_mix,
    [AP_STEP_GATHER] = ap_step_gather,
    [AP_STEP_CONVOLVE] = ap_step_convolve,
    [AP_STEP_SIGN_CHANGES] = ap_step_sign_changes,
    [AP_STEP_IRR] = ap_step_irr,
    [AP_STEP_SOLVE] = ap_step_solve,
    [AP_STEP_EMIT] = ap_step_emit,
    [AP_STEP_KEEP] = ap_step_keep,
};

static void ap_run(struct ap_frame *frame)
{
    const struct ap_program *program = frame->program;
    for (ap_u32 s = 0; s < program->section_count; s++) {
        const struct ap_section *section = &program->sections[s];
        const struct ap_step *begin = frame->steps + section->first, *end = begin + section->count;
        ap_u32 periods = section->is_loop ? program->periods : 1;
        for (ap_u32 t = 0; t < periods; t++) {
            frame->t = t;
            if (frame->cancel && *frame->cancel) return;
            for (const struct ap_step *step = begin; step != end; step++) {
                if (t - step->first <= step->span) step->run(frame, step);
            }
        }
    }
}

static void ap_tile_done(struct ap_tally *worker, ap_word tile) { ap_tally_tile(worker, tile); }

const struct ap_loop AP_PASTE(apsis_loop_, AP_ISA) = {AP_TEXT(AP_ISA), AP_WIDTH, ap_steps, ap_run, ap_tile_done};
