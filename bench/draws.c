/* draws.c - nanoseconds a draw of tables and of binomial and Poisson searches, checked against the quantile function first. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cc -std=gnu11 -O2 -ffp-contract=off -march=x86-64-v4 -mprefer-vector-width=512 -DAP_WIDTH=8 -I. -Ibuild/generated bench/draws.c \
 *    build/libapsis_core.a -fopenmp -ljansson -o draws
 * The least of 200 runs over 4,096 draws, uniforms ready made. Also the time to build 25 PERT tables, 17 of them by score as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/plan/samplers.h"
#include "kernels/sampler.h"

#define DRAWS 4096
static ap_word m[DRAWS];
static double first[DRAWS], second[DRAWS], out[DRAWS];
static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (double)(state >> 12) * 0x1p-52;
}
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static void run(const char *name, const struct ap_sampler *sampler)
{
    double least = 1e9;
    for (int i = 0; i < 200; i++) {
        double start = seconds();
        for (int block = 0; block < DRAWS; block += 512) {
            const double *parameters[] = {first + block, second + block};
            ap_sample(sampler, m + block, sampler->varying ? parameters : NULL, out + block, 512);
        }
        double time = seconds() - start;
        if (time < least) least = time;
    }
    printf("%d lanes  %-32s %7.2f ns a draw\n", AP_WIDTH, name, least / DRAWS * 1e9);
}
static void run_count(const char *family, const char *name, double n_low, double n_high, double p_low, double p_high)
{
    struct ap_sampler sampler = {.form = AP_SAMPLER_FAMILY, .family = (ap_u32)apsis_family_number(apsis_family_find(family)),
                                 .parameter_count = family[0] == 'b' ? 2 : 1, .varying = family[0] == 'b' ? 3 : 1};
    for (int i = 0; i < DRAWS; i++) {
        m[i] = (ap_word)(uniform() * 0x1p52);
        first[i] = n_low + uniform() * (n_high - n_low);
        if (family[0] == 'b') first[i] = (double)(long)first[i];
        second[i] = p_low + uniform() * (p_high - p_low);
    }
    run(name, &sampler);
    for (int i = 0; i < DRAWS; i++) { /* rightly? */
        struct apsis_distribution d = {.family = apsis_family_find(family), .p = {first[i], second[i]}};
        double lower, upper, below, above, u = (2 * (double)m[i] + 1) * 0x1p-53;
        apsis_distribution_tails(&d, out[i], &lower, &upper);
        apsis_distribution_tails(&d, out[i] - 1, &below, &above);
        if (lower < u * (1 - 1e-12) || below > u * (1 + 1e-12)) printf("wrong: %s(%g, %g) at %.17g gives %g\n", family, first[i], second[i], u, out[i]), exit(1);
    }
}

int main(void)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct ap_sampler samplers[25];
    struct apsis_sampler_request requests[25];
    const char *why;
    for (int i = 0; i < 25; i++) {
        double arguments[] = {0, 1 + i, 40, 4};
        requests[i] = (struct apsis_sampler_request){.from_score = i >= 8, .out = &samplers[i],
            .distribution = apsis_distribution_new(arena, apsis_family_find("pert"), 0, arguments, NULL, 4, &why)};
    }
    double start = seconds();
    if (apsis_samplers_build(arena, requests, 25)) return 1;
    printf("25 PERT tables, 17 by score: %.1f ms\n", (seconds() - start) * 1e3);
    for (int i = 0; i < DRAWS; i++) m[i] = (ap_word)(uniform() * 0x1p52);
    run("pert(0, 1, 40)", &samplers[0]);
    run_count("binomial", "binomial, n = 0", 0, 0, 0.3, 0.3);
    run_count("binomial", "binomial, n 5..7, p 0.35..0.9", 5, 7.99, 0.35, 0.9);
    run_count("binomial", "binomial, n p = 5", 333, 333, 0.015, 0.015);
    run_count("binomial", "binomial, n p = 15", 1000, 1000, 0.015, 0.015);
    run_count("binomial", "binomial, n p = 700", 47000, 47000, 0.015, 0.015);
    run_count("binomial", "binomial, n 0..47000, p 0..3 %", 0, 47000, 0, 0.03);
    run_count("poisson", "poisson, rate 3", 3, 3, 0, 0);
    run_count("poisson", "poisson, rate 500", 500, 500, 0, 0);
    apsis_arena_free(arena);
    return 0;
}
