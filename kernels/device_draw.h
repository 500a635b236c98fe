/* device_draw.h - all that one thread of a GPU needs to draw: its random words, tables, families, scores. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_DRAW_H
#define APSIS_KERNELS_DEVICE_DRAW_H
#include "kernels/dialect.h"
#include "kernels/device_family.h"
#include "kernels/history.h"
#include "kernels/irr.h"
#include "kernels/philox.h"
#include "kernels/sampler.h"
#include "kernels/sign_changes.h"
#include "kernels/tile.h"
#if AP_CUDA

/*
 * One thread is one draw; all below is one lane wide and gives the interpreter's bits.
 *
 *   ap_device_draw(tile, i)                                          draw number of thread i = 0 .. 1023 of a tile (kernels/launch.h)
 *   ap_device_place(i)                                               where its value lies in the tile's 1024
 *   ap_device_bits(draw, seed, stream, period)                       m of a stream: 52 bits
 *   ap_device_bits_two(draw, seed, stream_a, period_a, stream_b, period_b, &a, &b)
 *                                                                    m of two streams or periods for one Philox call; by whole warps
 *   ap_uniform_of(m), ap_score_of(m)                                 u and its normal score
 *   ap_draw_table(m, sampler)  ap_score_table(z, sampler)            AP_SAMPLER_TABLE
 *   ap_draw_steps(m, sampler)  ap_score_steps(z, sampler)            AP_SAMPLER_STEPS
 *   ap_draw_<family>(m, p)  ap_score_<family>(z, p)  ap_solve_<family>(...)    kernels/device_family.h
 *   AP_LIST(p0, p1, p2, p3, p4, p5)                                  six numbers as such a p
 *   ap_mix_limit  ap_history_look  ap_convolve_one  ap_irr_one  ap_sign_changes_one     kernels/normal.h history.h irr.h sign_changes.h
 */
AP_FN ap_u32 ap_device_place(ap_u32 i)
{
    ap_u32 pair = (i >> 5) * 16 + (i & 15), half = (i >> 4) & 1;
    return (pair >> 8) * AP_GROUP_DRAWS + half * AP_PAIRS + (pair & 255);
}
AP_FN ap_word ap_device_draw(ap_word tile, ap_u32 i) { return tile * AP_TILE_DRAWS + ap_device_place(i); }

struct ap_list {
    ap_f64 v[AP_MAX_PARAMETERS];
};
AP_FN struct ap_list ap_list_of(ap_f64 a, ap_f64 b, ap_f64 c, ap_f64 d, ap_f64 e, ap_f64 f)
{
    struct ap_list list = {{a, b, c, d, e, f}};
    return list;
}
#define AP_LIST(a, b, c, d, e, f) ap_list_of(a, b, c, d, e, f).v

/* ------------------------------------------------------------------ random words */
/* The 52-bit integer m of a draw. */
AP_DRAW_FN ap_word ap_device_bits(ap_word draw, ap_word seed, ap_word stream, ap_u32 period)
{
    return ap_draw_bits(draw, seed, stream, period) >> 12;
}

/*
 * Two integers for one Philox call a thread. The threads of draws d and d + 256 sit 16 lanes apart in a warp (kernels/launch.h) and
 * need the two halves of the same calls: the one works out stream a for both, the other stream b, and they exchange. All 32 lanes
 * of a warp must come here together, with the same seed, streams and periods.
 */
struct ap_word_two {
    ap_word a, b;
};
AP_DRAW_FN struct ap_word_two ap_device_two(ap_word draw, ap_word seed, ap_word stream_a, ap_u32 period_a, ap_word stream_b, ap_u32 period_b)
{
    int second = (int)(draw >> 8) & 1;
    ap_word half0, half1;
    ap_draw_halves(draw, seed, second ? stream_b : stream_a, second ? period_b : period_a, &half0, &half1);
    ap_word mine = second ? half1 : half0, partners = second ? half0 : half1;
    partners = __shfl_xor_sync(0xffffffffu, partners, 16);
    struct ap_word_two two = {(second ? partners : mine) >> 12, (second ? mine : partners) >> 12};
    return two;
}
AP_FN void ap_device_bits_two(ap_word draw, ap_word seed, ap_word stream_a, ap_u32 period_a, ap_word stream_b, ap_u32 period_b, ap_word *a,
                              ap_word *b)
{
    struct ap_word_two two = ap_device_two(draw, seed, stream_a, period_a, stream_b, period_b);
    *a = two.a;
    *b = two.b;
}

/* ------------------------------------------------------------------ samplers that carry data */
AP_DRAW_FN ap_f64 ap_draw_table(ap_word m, const struct ap_sampler *sampler) { return ap_sample_table(&sampler->table, m); }
AP_DRAW_FN ap_f64 ap_score_table(ap_f64 z, const struct ap_sampler *sampler) { return ap_sample_table_score(&sampler->table, z); }
AP_DRAW_FN ap_f64 ap_draw_steps(ap_word m, const struct ap_sampler *sampler) { return ap_sample_steps(&sampler->steps, m); }
AP_DRAW_FN ap_f64 ap_score_steps(ap_f64 z, const struct ap_sampler *sampler) { return ap_sample_steps_score(&sampler->steps, z); }

#endif
#endif
