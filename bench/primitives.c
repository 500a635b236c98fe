/* primitives.c - nanoseconds a lane of what the draw loop is made of, checked against one lane before it is timed. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cc -std=gnu11 -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -march=x86-64-v4 -mprefer-vector-width=512 -DAP_WIDTH=8 -I. bench/primitives.c
 * Each figure is the median of 15 runs over a block of 512 draws that stays in the first-level cache, with the least and the greatest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kernels/exponential.h"
#include "kernels/hyperbolic.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"
#include "kernels/philox.h"
#include "kernels/power.h"
#include "kernels/trigonometry.h"

#define BLOCK 512
#define RUNS 15
static double a[BLOCK], b[BLOCK], out[BLOCK], alone[BLOCK];

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static int by_size(const void *x, const void *y) { return (*(const double *)x > *(const double *)y) - (*(const double *)x < *(const double *)y); }

#define PRIMITIVES(X) \
    X(add, x + y) \
    X(mul, x * y) \
    X(div, x / y) \
    X(sqrt, ap_sqrt(x)) \
    X(select, ap_select(ap_lt(x, y), x, y)) \
    X(floor, ap_floor(x)) \
    X(exp, ap_exp(x)) \
    X(expm1, ap_expm1(x)) \
    X(log, ap_log(x)) \
    X(log1p, ap_log1p(x)) \
    X(pow, ap_pow(x, y)) \
    X(sin, ap_sin(x)) \
    X(tan, ap_tan(x)) \
    X(sinh, ap_sinh(x)) \
    X(tanh, ap_tanh(x)) \
    X(asinh, ap_asinh(x)) \
    X(normal_cdf, ap_normal_cdf(x)) \
    X(normal_quantile, ap_normal_quantile_tails(y, ap_set1(1.0) - y))

#define X(name, expression) \
    static void __attribute__((noinline)) block_##name(const double *px, const double *py, double *p, size_t n) \
    { \
        for (size_t i = 0; i < n; i += AP_WIDTH) { \
            ap_f64 x = ap_load(px + i), y = ap_load(py + i); \
            (void)x, (void)y; \
            ap_store(p + i, expression); \
        } \
    }
PRIMITIVES(X)
#undef X

/* both uniforms of each call, as a block of 512 draws has them: pairs 0..255 give draws d and d + 256 */
static void __attribute__((noinline)) block_uniform(ap_word first, ap_word seed, ap_word stream, ap_u32 period, double *p)
{
    ap_u64 step;
    for (int j = 0; j < AP_WIDTH; j++) ((ap_word *)&step)[j] = (ap_word)j;
    for (ap_word i = 0; i < BLOCK / 2; i += AP_WIDTH) {
        ap_u64 m0, m1;
        ap_uniform_pair(step + ap_set1_u64(first + i), seed, stream, period, &m0, &m1);
        ap_store(p + i, ap_uniform_of(m0));
        ap_store(p + BLOCK / 2 + i, ap_uniform_of(m1));
    }
}

static void report(const char *name, double *ns)
{
    qsort(ns, RUNS, sizeof *ns, by_size);
    printf("%-16s %7.3f ns a lane   (%.3f to %.3f)\n", name, ns[RUNS / 2], ns[0], ns[RUNS - 1]);
}

int main(void)
{
#ifdef __clang__
    const char *compiler = "clang " __clang_version__;
#else
    const char *compiler = "gcc " __VERSION__;
#endif
    char cpu[128] = "unknown processor", line[256];
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info && fgets(line, sizeof line, info))
        if (sscanf(line, "model name : %127[^\n]", cpu) == 1) break;
    if (info) fclose(info);
    printf("%d lanes, %s, %s\n", AP_WIDTH, compiler, cpu);
    for (int i = 0; i < BLOCK; i++) {
        ap_word m = ap_draw_bits((ap_word)i, 1, 7, 0) >> 12, m2 = ap_draw_bits((ap_word)i, 1, 8, 0) >> 12;
        a[i] = (2.0 * (double)m + 1) * 0x1p-53 * 8 + 0.1;
        b[i] = (2.0 * (double)m2 + 1) * 0x1p-53;
    }
    double ns[RUNS];
    const size_t repeats = 4000;

    block_uniform(0, 1, 99, 3, out);
    for (int i = 0; i < BLOCK; i++) {
        double u = (2.0 * (double)(ap_draw_bits((ap_word)i, 1, 99, 3) >> 12) + 1) * 0x1p-53;
        if (out[i] != u) return printf("uniform: draw %d differs\n", i), 1;
    }
    for (int r = 0; r < RUNS; r++) {
        double start = seconds();
        for (size_t k = 0; k < repeats; k++) block_uniform(k * 256, 1, 99, 3, out);
        ns[r] = (seconds() - start) * 1e9 / (double)(repeats * BLOCK);
    }
    report("philox uniform", ns);
#define X(name, expression) \
    block_##name(a, b, out, BLOCK); \
    for (int i = 0; i < BLOCK; i++) { /* every lane alone */ \
        double xs[AP_WIDTH], ys[AP_WIDTH], os[AP_WIDTH]; \
        for (int j = 0; j < AP_WIDTH; j++) xs[j] = a[i], ys[j] = b[i]; \
        block_##name(xs, ys, os, AP_WIDTH); \
        alone[i] = os[0]; \
    } \
    if (memcmp(alone, out, sizeof out)) return printf(#name ": a lane depends on its neighbours\n"), 1; \
    for (int r = 0; r < RUNS; r++) { \
        double start = seconds(); \
        for (size_t k = 0; k < repeats; k++) { \
            block_##name(a, b, out, BLOCK); \
            __asm__ volatile("" ::: "memory"); \
        } \
        ns[r] = (seconds() - start) * 1e9 / (double)(repeats * BLOCK); \
    } \
    report(#name, ns);
    PRIMITIVES(X)
#undef X
    return 0;
}
