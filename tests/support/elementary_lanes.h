/* elementary_lanes.h - the functions of kernels/ that the tests run over arrays, at every number of lanes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_ELEMENTARY_LANES_H
#define APSIS_TESTS_ELEMENTARY_LANES_H
#include <stddef.h>
#include <stdint.h>

/* X(name, expression in the lanes x and y) */
#define ELEMENTARY_FUNCTIONS(X) \
    X(exp, ap_exp(x)) \
    X(expm1, ap_expm1(x)) \
    X(exp2, ap_exp2(x)) \
    X(log, ap_log(x)) \
    X(log1p, ap_log1p(x)) \
    X(log2, ap_log2(x)) \
    X(log10, ap_log10(x)) \
    X(sin, ap_sin(x)) \
    X(cos, ap_cos(x)) \
    X(tan, ap_tan(x)) \
    X(sinh, ap_sinh(x)) \
    X(tanh, ap_tanh(x)) \
    X(asinh, ap_asinh(x)) \
    X(erfc, ap_erfc(x)) \
    X(normal_cdf, ap_normal_cdf(x)) \
    X(normal_quantile, ap_normal_quantile(x)) \
    X(normal_quantile_tails, ap_normal_quantile_tails(x, y)) \
    X(pow, ap_pow(x, y)) \
    X(pow_in_two_steps, lanes_pow_in_two_steps(x, y)) \
    X(floor, ap_floor(x)) \
    X(sqrt, ap_sqrt(x)) \
    X(fma, ap_fma(x, y, x)) \
    X(select, ap_select(ap_lt(x, y), x, y)) \
    X(copysign, ap_copysign(x, y)) \
    X(truths, lanes_truths(x, y)) \
    X(integers, lanes_integers(x, y)) \
    X(any_all, lanes_any_all(x, y)) \
    X(table, lanes_table(x, y))

enum elementary_function {
#define X(name, expression) ELEMENTARY_##name,
    ELEMENTARY_FUNCTIONS(X)
#undef X
    ELEMENTARY_COUNT
};

/* out[i] = function(x[i], y[i]) for i < n; n is a multiple of 8. u0, u1: the uniforms of pairs first, first + 1, ... */
#define ELEMENTARY_WIDTH(w) \
    void elementary_lanes_##w(enum elementary_function function, const double *x, const double *y, double *out, size_t n); \
    void elementary_uniforms_##w(uint64_t first, uint64_t seed, uint64_t stream, uint32_t period, double *u0, double *u1, double *v0, size_t n); \
    void elementary_words_##w(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]);
ELEMENTARY_WIDTH(1)
ELEMENTARY_WIDTH(2)
ELEMENTARY_WIDTH(4)
ELEMENTARY_WIDTH(8)
#undef ELEMENTARY_WIDTH

struct elementary_width {
    int lanes;
    void (*run)(enum elementary_function, const double *, const double *, double *, size_t);
    void (*uniforms)(uint64_t, uint64_t, uint64_t, uint32_t, double *, double *, double *, size_t);
    void (*words)(const uint32_t *, const uint32_t *, uint32_t *);
    int here; /* this processor runs it */
};
/* the four widths, narrowest first */
const struct elementary_width *elementary_widths(int *count);
const char *elementary_name(enum elementary_function function);

#endif
