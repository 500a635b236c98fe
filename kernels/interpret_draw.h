/* interpret_draw.h - the steps that make random values: uniform to sampler without a stop, scores of correlated groups. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_INTERPRET_DRAW_H
#define APSIS_KERNELS_INTERPRET_DRAW_H
#include "kernels/interpret_step.h"
#include "kernels/normal.h"
#include "kernels/philox.h"
#include "kernels/sampler.h"

/* The 52-bit integers of one stream and period for all lanes of the block. */
AP_FN void ap_draw_bits_block(const struct ap_frame *frame, ap_word stream, ap_word *m)
{
    ap_u32 half = frame->lanes / 2;
    for (ap_u32 i = 0; i < half; i += AP_WIDTH) {
        ap_u64 m0, m1;
        ap_uniform_pair(ap_set1_u64(frame->pair + i) + ap_lane_numbers(), frame->seed, stream, frame->t, &m0, &m1);
        ap_store((double *)m + i, ap_from_bits(m0));
        ap_store((double *)m + half + i, ap_from_bits(m1));
    }
}

static void ap_step_draw(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const struct ap_sampler *sampler = step->what->data;
    ap_u32 scored = step->what->mode, lanes = frame->lanes;
    const double *parameters[AP_MAX_PARAMETERS];
    for (ap_u32 k = scored; k < step->arg_count; k++) parameters[k - scored] = ap_arg_at(frame, &step->out[1 + k]);
    if (scored) {
        ap_sample_score(sampler, ap_arg_at(frame, &step->out[1]), step->arg_count > 1 ? parameters : 0, out, lanes);
        return;
    }
    ap_word *m = (ap_word *)frame->scratch;
    ap_draw_bits_block(frame, step->what->stream, m);
    if (sampler) {
        ap_sample(sampler, m, step->arg_count ? parameters : 0, out, lanes);
    } else {
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_uniform_of(ap_bits(ap_load((double *)m + i))));
    }
}

static void ap_step_score(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    ap_u32 half = frame->lanes / 2;
    ap_word stream = step->what->stream;
    for (ap_u32 i = 0; i < half; i += AP_WIDTH) {
        ap_u64 m0, m1;
        ap_uniform_pair(ap_set1_u64(frame->pair + i) + ap_lane_numbers(), frame->seed, stream, frame->t, &m0, &m1);
        ap_store(out + i, ap_normal_quantile_tails(ap_uniform_of(m0), ap_uniform_upper_of(m0)));
        ap_store(out + half + i, ap_normal_quantile_tails(ap_uniform_of(m1), ap_uniform_upper_of(m1)));
    }
}

/* One row of factor * scores: products and sums each rounded, left to right; structural zeros are left out by the planner. */
static void ap_step_mix(struct ap_frame *frame, const struct ap_step *step)
{
    double *out = ap_arg_at(frame, step->out);
    const double *weight = step->what->data;
    ap_u32 count = step->arg_count;
    for (ap_u32 i = 0; i < frame->lanes; i += AP_WIDTH) {
        ap_f64 z = ap_set1(weight[0]) * ap_arg_load(ap_arg_at(frame, &step->out[1]), &step->out[1], i);
        for (ap_u32 k = 1; k < count; k++) {
            z = z + ap_set1(weight[k]) * ap_arg_load(ap_arg_at(frame, &step->out[1 + k]), &step->out[1 + k], i);
        }
        ap_store(out + i, ap_mix_limit(z));
    }
}

static void ap_step_solve(struct ap_frame *frame, const struct ap_step *step)
{
    const struct ap_solve *solve = step->what->data;
    const double *arguments[AP_MAX_PARAMETERS];
    ap_u32 varying = 0;
    for (ap_u32 k = 0; k < step->arg_count && k < AP_MAX_PARAMETERS; k++) {
        arguments[k] = ap_arg_at(frame, &step->out[1 + k]);
        varying |= step->out[1 + k].stride << k;
    }
    ap_sample_solve(solve->family, solve->spelling, arguments, step->arg_count, varying, solve->percents, (int)step->what->index,
                    ap_arg_at(frame, step->out), frame->lanes);
}

#endif
