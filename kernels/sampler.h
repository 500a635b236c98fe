/* sampler.h - what a draw instruction points at, and the loops that turn uniforms or scores into draws of any family. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SAMPLER_H
#define APSIS_KERNELS_SAMPLER_H
#include "kernels/dialect.h"
#include "kernels/normal.h"
#include "kernels/philox.h"
#include "kernels/smooth_table.h"
#include "kernels/step_table.h"

#define AP_MAX_PARAMETERS 6

enum ap_sampler_form {
    AP_SAMPLER_FAMILY, /* the family's own function: closed form, score form, inversion in the draw */
    AP_SAMPLER_TABLE,  /* table */
    AP_SAMPLER_STEPS   /* steps */
};

struct ap_sampler {
    ap_u32 form, family;     /* family: its number in the registry */
    ap_u32 parameter_count;
    ap_u32 varying;          /* bit k: parameter k comes lane by lane, else it is constant[k] */
    double constant[AP_MAX_PARAMETERS];
    struct ap_table table;   /* by score where the sampler was built for scores */
    struct ap_steps steps;
};

/* lanes: a multiple of 16. A parameter that does not vary is constant[k] where its pointer is NULL (or `parameters` is), else the first
   AP_WIDTH numbers there, all the same. `varying` says the same of the arguments of a solve loop. */
typedef void ap_family_draw(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters, double *out, ap_u32 lanes);
typedef void ap_family_draw_score(const struct ap_sampler *sampler, const double *z, const double *const *parameters, double *out, ap_u32 lanes);
typedef void ap_family_solve_loop(int spelling, const double *const *arguments, ap_u32 argument_count, ap_u32 varying,
                                  const double *percents, int component, double *out, ap_u32 lanes);

struct ap_family_kernel {
    ap_family_draw *draw;
    ap_family_draw_score *draw_score;
    ap_family_solve_loop *solve;
};

#if AP_CUDA
#include "kernels/device_family.h"
#else
AP_FN ap_u64 ap_sampler_load_m(const ap_word *m)
{
#if AP_WIDTH == 1
    return *m;
#else
    typedef uint64_t unaligned __attribute__((vector_size(8 * AP_WIDTH), may_alias, aligned(8)));
    return *(const unaligned *)m;
#endif
}
AP_FN void ap_sampler_constants(const struct ap_sampler *sampler, const double *const *parameters, ap_f64 *p)
{
    for (ap_u32 k = 0; k < AP_MAX_PARAMETERS; k++)
        p[k] = parameters && k < sampler->parameter_count && parameters[k] ? ap_load(parameters[k]) : ap_set1(sampler->constant[k]);
}
AP_FN void ap_sampler_varying(const struct ap_sampler *sampler, const double *const *parameters, ap_u32 i, ap_f64 *p)
{
    for (ap_u32 k = 0; k < AP_MAX_PARAMETERS; k++)
        if (sampler->varying >> k & 1u) p[k] = ap_load(parameters[k] + i);
}

/* What a family's file says about its kernel, one of these three and one of the two below. */
#define AP_FAMILY_CLOSED(name)                                                                                                     \
    static void ap_##name##_draw_loop(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters,         \
                                      double *out, ap_u32 lanes)                                                                   \
    {                                                                                                                              \
        ap_f64 p[AP_MAX_PARAMETERS];                                                                                               \
        ap_sampler_constants(sampler, parameters, p);                                                                              \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {                                                                             \
            ap_u64 bits = ap_sampler_load_m(m + i);                                                                                \
            ap_sampler_varying(sampler, parameters, i, p);                                                                         \
            ap_store(out + i, ap_##name##_quantile(ap_uniform_of(bits), ap_uniform_upper_of(bits), p));                            \
        }                                                                                                                          \
    }                                                                                                                              \
    static void ap_##name##_score_loop(const struct ap_sampler *sampler, const double *z, const double *const *parameters,         \
                                       double *out, ap_u32 lanes)                                                                  \
    {                                                                                                                              \
        ap_f64 p[AP_MAX_PARAMETERS];                                                                                               \
        ap_sampler_constants(sampler, parameters, p);                                                                              \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {                                                                             \
            ap_f64 score = ap_load(z + i);                                                                                         \
            ap_sampler_varying(sampler, parameters, i, p);                                                                         \
            ap_store(out + i, ap_##name##_quantile(ap_normal_cdf(score), ap_normal_cdf(ap_negate(score)), p));                     \
        }                                                                                                                          \
    }
#define AP_FAMILY_SCORE(name)                                                                                                      \
    static void ap_##name##_draw_loop(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters,         \
                                      double *out, ap_u32 lanes)                                                                   \
    {                                                                                                                              \
        ap_f64 p[AP_MAX_PARAMETERS];                                                                                               \
        ap_sampler_constants(sampler, parameters, p);                                                                              \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {                                                                             \
            ap_u64 bits = ap_sampler_load_m(m + i);                                                                                \
            ap_f64 score = ap_normal_quantile_tails(ap_uniform_of(bits), ap_uniform_upper_of(bits));                               \
            ap_sampler_varying(sampler, parameters, i, p);                                                                         \
            ap_store(out + i, ap_##name##_from_score(score, p));                                                                   \
        }                                                                                                                          \
    }                                                                                                                              \
    static void ap_##name##_score_loop(const struct ap_sampler *sampler, const double *z, const double *const *parameters,         \
                                       double *out, ap_u32 lanes)                                                                  \
    {                                                                                                                              \
        ap_f64 p[AP_MAX_PARAMETERS];                                                                                               \
        ap_sampler_constants(sampler, parameters, p);                                                                              \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {                                                                             \
            ap_sampler_varying(sampler, parameters, i, p);                                                                         \
            ap_store(out + i, ap_##name##_from_score(ap_load(z + i), p));                                                          \
        }                                                                                                                          \
    }
/* drawn by a table or by steps only; these loops are never reached */
#define AP_FAMILY_TABULATED(name)                                                                                                  \
    static void ap_##name##_draw_loop(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters,         \
                                      double *out, ap_u32 lanes)                                                                   \
    {                                                                                                                              \
        (void)sampler, (void)m, (void)parameters;                                                                                  \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_nan());                                                  \
    }                                                                                                                              \
    static void ap_##name##_score_loop(const struct ap_sampler *sampler, const double *z, const double *const *parameters,         \
                                       double *out, ap_u32 lanes)                                                                  \
    {                                                                                                                              \
        (void)sampler, (void)z, (void)parameters;                                                                                  \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_nan());                                                  \
    }                                                                                                                              \
    AP_FAMILY_NO_SOLVE(name)

#define AP_FAMILY_SOLVE(name)                                                                                                      \
    static void ap_##name##_solve_loop(int spelling, const double *const *arguments, ap_u32 argument_count, ap_u32 varying,        \
                                       const double *percents, int component, double *out, ap_u32 lanes)                           \
    {                                                                                                                              \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) {                                                                             \
            ap_f64 a[AP_MAX_PARAMETERS], canonical[AP_MAX_PARAMETERS];                                                             \
            for (ap_u32 k = 0; k < AP_MAX_PARAMETERS; k++) {                                                                       \
                a[k] = k < argument_count ? ap_load(arguments[k] + (varying >> k & 1u ? i : 0)) : ap_set1(0.0);                    \
                canonical[k] = ap_nan();                                                                                           \
            }                                                                                                                      \
            ap_##name##_solve(spelling, a, percents, canonical);                                                                   \
            ap_store(out + i, canonical[component]);                                                                               \
        }                                                                                                                          \
    }
#define AP_FAMILY_NO_SOLVE(name)                                                                                                   \
    static void ap_##name##_solve_loop(int spelling, const double *const *arguments, ap_u32 argument_count, ap_u32 varying,        \
                                       const double *percents, int component, double *out, ap_u32 lanes)                           \
    {                                                                                                                              \
        (void)spelling, (void)arguments, (void)argument_count, (void)varying, (void)percents, (void)component;                     \
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_nan());                                                  \
    }

#define APSIS_FAMILY_KERNELS 1
#include "family_kernels.inc"
#undef APSIS_FAMILY_KERNELS

static const struct ap_family_kernel ap_family_kernels[] = {
#define APSIS_FAMILY_ENTRY(name) {ap_##name##_draw_loop, ap_##name##_score_loop, ap_##name##_solve_loop},
#include "families.inc"
#undef APSIS_FAMILY_ENTRY
};

/* `lanes` draws of the 52-bit integers m (a multiple of 16 of them; anything may lie in the lanes that do not count). */
static inline void ap_sample(const struct ap_sampler *sampler, const ap_word *m, const double *const *parameters, double *out, ap_u32 lanes)
{
    if (sampler->form == AP_SAMPLER_TABLE) {
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_sample_table(&sampler->table, ap_sampler_load_m(m + i)));
    } else if (sampler->form == AP_SAMPLER_STEPS) {
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_sample_steps(&sampler->steps, ap_sampler_load_m(m + i)));
    } else {
        ap_family_kernels[sampler->family].draw(sampler, m, parameters, out, lanes);
    }
}

/* The same from normal scores, for a sampler that was built for scores. */
static inline void ap_sample_score(const struct ap_sampler *sampler, const double *z, const double *const *parameters, double *out, ap_u32 lanes)
{
    if (sampler->form == AP_SAMPLER_TABLE) {
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_sample_table_score(&sampler->table, ap_load(z + i)));
    } else if (sampler->form == AP_SAMPLER_STEPS) {
        for (ap_u32 i = 0; i < lanes; i += AP_WIDTH) ap_store(out + i, ap_sample_steps_score(&sampler->steps, ap_load(z + i)));
    } else {
        ap_family_kernels[sampler->family].draw_score(sampler, z, parameters, out, lanes);
    }
}

/* Component of the canonical parameters that a spelling with non-constant arguments means. */
static inline void ap_sample_solve(ap_u32 family, int spelling, const double *const *arguments, ap_u32 argument_count,
                                   ap_u32 varying, const double *percents, int component, double *out, ap_u32 lanes)
{
    ap_family_kernels[family].solve(spelling, arguments, argument_count, varying, percents, component, out, lanes);
}
#endif

#endif
