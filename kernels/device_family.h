/* device_family.h - what a family's file becomes in a kernel on a GPU: functions of one draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_FAMILY_H
#define APSIS_KERNELS_DEVICE_FAMILY_H
#include "kernels/dialect.h"
#include "kernels/normal.h"
#include "kernels/philox.h"

/*
 * #define APSIS_FAMILY_KERNELS 1 and #include "distributions/normal.c" behind kernels/device_draw.h give
 *
 *   ap_f64 ap_draw_normal(ap_word m, const ap_f64 *p)      the draw of the 52-bit integer m
 *   ap_f64 ap_score_normal(ap_f64 z, const ap_f64 *p)      the draw of the normal score z
 *   ap_f64 ap_solve_normal(int spelling, const ap_f64 *arguments, const double *percents, int component)
 *
 * with AP_MAX_PARAMETERS numbers in p and in arguments (those that a family has not may be anything in p, and 0 in arguments),
 * the bits of kernels/sampler.h's loops. Families that are drawn by tables or steps only, and solve where no spelling is solved
 * draw by draw, give NaN.
 *
 * AP_DRAW_FN: how they are defined. They are put in place at every call, unless the text defines AP_DEVICE_CALLS 1 for a program of
 * more than some ten draws: then each is one function that is called. 64 normals in place are 420 kB of instructions, which take NVRTC
 * 1.5 s and fit no instruction cache; called they are 30 kB and 0.15 s. A search for a count is always called: 64 in place took 25 s.
 */
#ifndef AP_DEVICE_CALLS
#define AP_DEVICE_CALLS 0
#endif
#if AP_DEVICE_CALLS
#define AP_DRAW_FN static __device__ __noinline__
#else
#define AP_DRAW_FN AP_FN
#endif
#define AP_LIST_6(p) (p)[0], (p)[1], (p)[2], (p)[3], (p)[4], (p)[5]

/* from_m in terms of m and p, from_z of z and p; numbers go over by value, so that a call leaves them in registers. */
#define AP_DEVICE_FAMILY(kind, name, from_m, from_z)                                                                                   \
    kind ap_f64 ap_##name##_one_m(ap_word m, ap_f64 p0, ap_f64 p1, ap_f64 p2, ap_f64 p3, ap_f64 p4, ap_f64 p5)                     \
    {                                                                                                                              \
        const ap_f64 p[6] = {p0, p1, p2, p3, p4, p5};                                                                              \
        (void)m, (void)p;                                                                                                          \
        return from_m;                                                                                                             \
    }                                                                                                                              \
    kind ap_f64 ap_##name##_one_z(ap_f64 z, ap_f64 p0, ap_f64 p1, ap_f64 p2, ap_f64 p3, ap_f64 p4, ap_f64 p5)                      \
    {                                                                                                                              \
        const ap_f64 p[6] = {p0, p1, p2, p3, p4, p5};                                                                              \
        (void)z, (void)p;                                                                                                          \
        return from_z;                                                                                                             \
    }                                                                                                                              \
    AP_FN ap_f64 ap_draw_##name(ap_word m, const ap_f64 *p) { return ap_##name##_one_m(m, AP_LIST_6(p)); }                         \
    AP_FN ap_f64 ap_score_##name(ap_f64 z, const ap_f64 *p) { return ap_##name##_one_z(z, AP_LIST_6(p)); }

#define AP_DEVICE_CLOSED(kind, name)                                                                                               \
    AP_DEVICE_FAMILY(kind, name, ap_##name##_quantile(ap_uniform_of(m), ap_uniform_upper_of(m), p),                                \
                     ap_##name##_quantile(ap_normal_cdf(z), ap_normal_cdf(ap_negate(z)), p))
#define AP_FAMILY_CLOSED(name) AP_DEVICE_CLOSED(AP_DRAW_FN, name)
#define AP_FAMILY_COUNTED(name, poisson) AP_DEVICE_CLOSED(static __device__ __noinline__, name)
#define AP_FAMILY_SCORE(name) AP_DEVICE_FAMILY(AP_DRAW_FN, name, ap_##name##_from_score(ap_score_of(m), p), ap_##name##_from_score(z, p))
#define AP_FAMILY_TABULATED(name) AP_DEVICE_FAMILY(AP_FN, name, ap_nan(), ap_nan()) AP_FAMILY_NO_SOLVE(name)

#define AP_FAMILY_SOLVE(name)                                                                                                      \
    AP_FN ap_f64 ap_solve_##name(int spelling, const ap_f64 *arguments, const double *percents, int component)                     \
    {                                                                                                                              \
        ap_f64 canonical[6] = {ap_nan(), ap_nan(), ap_nan(), ap_nan(), ap_nan(), ap_nan()};                                        \
        ap_##name##_solve(spelling, arguments, percents, canonical);                                                               \
        return canonical[component];                                                                                               \
    }
#define AP_FAMILY_NO_SOLVE(name)                                                                                                   \
    AP_FN ap_f64 ap_solve_##name(int spelling, const ap_f64 *arguments, const double *percents, int component)                     \
    {                                                                                                                              \
        (void)spelling, (void)arguments, (void)percents, (void)component;                                                          \
        return ap_nan();                                                                                                           \
    }

/* The normal score of the uniform that m stands for. */
AP_DRAW_FN ap_f64 ap_score_of(ap_word m) { return ap_normal_quantile_tails(ap_uniform_of(m), ap_uniform_upper_of(m)); }

#endif
