/* count_loop.h - the loops over a block of binomial or Poisson draws: each stage of the search for many lanes at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_COUNT_LOOP_H
#define APSIS_KERNELS_COUNT_LOOP_H
#include "kernels/count_search.h"
#if !AP_CUDA /* a thread of a GPU searches for its own draw: kernels/device_family.h */

/*
 * The same k as ap_count_search gives: each lane's numbers are those that it would compute alone. What is different is the order:
 *
 *   - the masses at 0 of a chunk come first, then the sums of two vectors side by side: neither waits for the other;
 *   - the far way costs ten times the near one, and all lanes of a vector pay when one needs it: such lanes are set aside and
 *     searched together.
 */
enum { AP_COUNT_CHUNK = 64, AP_COUNT_ASIDE = 2 * AP_COUNT_CHUNK };
struct ap_count_aside {
    double lower[AP_COUNT_ASIDE], upper[AP_COUNT_ASIDE], a[AP_COUNT_ASIDE], b[AP_COUNT_ASIDE]; /* a, b: the parameters */
    ap_u32 place[AP_COUNT_ASIDE];
    ap_u32 count;
};
/* What the sums of a chunk start from. */
struct ap_count_chunk {
    double target[AP_COUNT_CHUNK], mass[AP_COUNT_CHUNK], left[AP_COUNT_CHUNK], factor[AP_COUNT_CHUNK]; /* target 0: k = 0 */
    double base[AP_COUNT_CHUNK], sign[AP_COUNT_CHUNK];                                                 /* result = base + sign * k */
};

AP_FN void ap_count_set(struct ap_count_draw *draw, ap_f64 lower, ap_f64 upper, const ap_f64 *p, int poisson)
{
    if (poisson) ap_poisson_set(draw, lower, upper, p[0]);
    else ap_binomial_set(draw, lower, upper, p[0], p[1]);
}

AP_FN void ap_count_set_aside(struct ap_count_aside *aside, ap_u32 bits, ap_u32 place, ap_f64 lower, ap_f64 upper, const ap_f64 *p)
{
    double lane[4][AP_WIDTH];
    ap_store(lane[0], lower), ap_store(lane[1], upper), ap_store(lane[2], p[0]), ap_store(lane[3], p[1]);
    for (; bits; bits &= bits - 1) {
        int from = ap_lowest_bit(bits);
        ap_u32 to = aside->count++;
        aside->lower[to] = lane[0][from], aside->upper[to] = lane[1][from];
        aside->a[to] = lane[2][from], aside->b[to] = lane[3][from];
        aside->place[to] = place + (ap_u32)from;
    }
}

AP_FN void ap_count_far_loop(struct ap_count_aside *aside, double *out, int poisson)
{
    ap_u32 count = aside->count;
    for (; count % AP_WIDTH; count++) { /* the last vector is filled up with its last lane */
        aside->lower[count] = aside->lower[count - 1], aside->upper[count] = aside->upper[count - 1];
        aside->a[count] = aside->a[count - 1], aside->b[count] = aside->b[count - 1];
    }
    for (ap_u32 i = 0; i < count; i += AP_WIDTH) {
        struct ap_count_draw draw;
        ap_f64 p[2] = {ap_load(aside->a + i), ap_load(aside->b + i)};
        double lane[AP_WIDTH];
        ap_count_set(&draw, ap_load(aside->lower + i), ap_load(aside->upper + i), p, poisson);
        ap_store(lane, ap_count_result(&draw, ap_count_far_lanes(&draw, poisson)));
        for (ap_u32 k = 0; k < AP_WIDTH && i + k < aside->count; k++) out[aside->place[i + k]] = lane[k];
    }
    aside->count = 0;
}

AP_FN void ap_count_start(struct ap_count_chunk *chunk, ap_u32 i, ap_f64 lower, ap_f64 upper, const ap_f64 *p, struct ap_count_aside *aside,
                          ap_u32 place, int poisson)
{
    struct ap_count_draw draw;
    ap_f64 zero = ap_set1(0.0), one = ap_set1(1.0);
    ap_count_set(&draw, lower, upper, p, poisson);
    if (ap_any(draw.far)) ap_count_set_aside(aside, ap_mask_bits(draw.far), place, lower, upper, p);
    ap_store(chunk->target + i, ap_select(draw.near, draw.target, zero));
    ap_store(chunk->base + i, ap_select(draw.valid, ap_select(draw.mirror, draw.c.n, zero), ap_nan()));
    ap_store(chunk->sign + i, ap_select(draw.mirror, ap_negate(one), one));
    ap_store(chunk->left + i, draw.c.n);
    ap_store(chunk->factor + i, ap_either(poisson, draw.c.mean, draw.c.odds));
    if (ap_any(draw.near)) ap_store(chunk->mass + i, ap_count_none(&draw.c, poisson));
    else ap_store(chunk->mass + i, zero);
}

/* k counts the sums that stay below the target; past n the masses are 0, and k is cut. Two vectors, each on its own. */
struct ap_count_sum {
    ap_f64 target, mass, factor, left, sum, k;
};
AP_FN void ap_count_sum_begin(struct ap_count_sum *s, const struct ap_count_chunk *chunk, ap_u32 i)
{
    s->target = ap_load(chunk->target + i), s->mass = ap_load(chunk->mass + i), s->factor = ap_load(chunk->factor + i);
    s->left = ap_load(chunk->left + i), s->sum = s->mass, s->k = ap_set1(0.0);
}
AP_FN ap_mask ap_count_sum_open(const struct ap_count_sum *s, int poisson)
{
    ap_mask open = ap_lt(s->sum, s->target);
    return poisson ? open : ap_mand(open, ap_lt(ap_set1(0.0), s->left));
}
AP_FN void ap_count_sum_step(struct ap_count_sum *s, ap_f64 inverse, int poisson)
{
    ap_f64 one = ap_set1(1.0);
    s->k = s->k + ap_truth(ap_lt(s->sum, s->target));
    s->mass = s->mass * ap_either(poisson, s->factor * inverse, s->left * s->factor * inverse);
    s->left = s->left - one;
    s->sum = s->sum + s->mass;
}
AP_FN void ap_count_sum_end(const struct ap_count_sum *s, const struct ap_count_chunk *chunk, ap_u32 i, double *out, int poisson)
{
    ap_f64 k = s->k, n = ap_load(chunk->left + i);
    if (!poisson) k = ap_select(ap_lt(n, k), n, k);
    ap_store(out, ap_load(chunk->base + i) + ap_load(chunk->sign + i) * k);
}

AP_FN void ap_count_sums(const struct ap_count_chunk *chunk, ap_u32 lanes, double *out, int poisson)
{
    for (ap_u32 i = 0; i < lanes; i += 2 * AP_WIDTH) {
        struct ap_count_sum a, b;
        ap_count_sum_begin(&a, chunk, i);
        ap_count_sum_begin(&b, chunk, i + AP_WIDTH);
        double j = 1;
        while (j < 1000 && ap_any(ap_mor(ap_count_sum_open(&a, poisson), ap_count_sum_open(&b, poisson)))) {
            for (int twice = 0; twice < 2; twice++, j += 1) {
                ap_f64 inverse = ap_set1(1.0 / j);
                ap_count_sum_step(&a, inverse, poisson);
                ap_count_sum_step(&b, inverse, poisson);
            }
        }
        ap_count_sum_end(&a, chunk, i, out + i, poisson);
        ap_count_sum_end(&b, chunk, i + AP_WIDTH, out + i + AP_WIDTH, poisson);
    }
}

/* `lanes` draws, a multiple of 16, of the integers m, or of the scores z where m is NULL. out may be where a parameter lies. */
AP_FN void ap_count_block(const struct ap_sampler *sampler, const ap_word *m, const double *z, const double *const *parameters, double *out,
                          ap_u32 lanes, int poisson)
{
    struct ap_count_aside aside;
    struct ap_count_chunk chunk;
    ap_f64 p[AP_MAX_PARAMETERS];
    aside.count = 0;
    ap_sampler_constants(sampler, parameters, p);
    for (ap_u32 from = 0; from < lanes; from += AP_COUNT_CHUNK) {
        ap_u32 n = lanes - from < AP_COUNT_CHUNK ? lanes - from : AP_COUNT_CHUNK;
        for (ap_u32 i = 0; i < n; i += AP_WIDTH) {
            ap_f64 lower, upper;
            if (m) {
                ap_u64 bits = ap_sampler_load_m(m + from + i);
                lower = ap_uniform_of(bits), upper = ap_uniform_upper_of(bits);
            } else {
                ap_f64 score = ap_load(z + from + i);
                lower = ap_normal_cdf(score), upper = ap_normal_cdf(ap_negate(score));
            }
            ap_sampler_varying(sampler, parameters, from + i, p);
            ap_count_start(&chunk, i, lower, upper, p, &aside, from + i, poisson);
        }
        ap_count_sums(&chunk, n, out + from, poisson);
        if (aside.count > AP_COUNT_ASIDE - AP_COUNT_CHUNK || from + n == lanes) ap_count_far_loop(&aside, out, poisson);
    }
}

#define AP_FAMILY_COUNTED(name, poisson)                                                                                           \
    static void ap_##name##_draw_loop(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters,         \
                                      double *out, ap_u32 lanes)                                                                   \
    {                                                                                                                              \
        ap_count_block(sampler, m, 0, parameters, out, lanes, poisson);                                                            \
    }                                                                                                                              \
    static void ap_##name##_score_loop(const struct ap_sampler *sampler, const double *z, const double *const *parameters,         \
                                       double *out, ap_u32 lanes)                                                                  \
    {                                                                                                                              \
        ap_count_block(sampler, 0, z, parameters, out, lanes, poisson);                                                            \
    }

#endif
#endif
