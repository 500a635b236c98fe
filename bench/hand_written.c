/* hand_written.c - models/first.risk written by hand in vector C: its bits checked, then its draw loop timed beside the engines'. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_hand_written [first.risk] [tiles] [repeats]
 *
 * Built by CMake; a compiler that knows no target pragma needs -march=x86-64-v4 -mprefer-vector-width=512 for AVX-512, else it gets one lane.
 * All sides use one thread, the same draws and the same tables, and store the same 11 columns (value and ten years of fleet) in
 * draw order into buffers of their own, again and again; nothing else is counted. Processor time, the least of alternating repeats.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512cd,bmi,bmi2,fma,lzcnt,popcnt")
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define AP_WIDTH 8
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/engine/engine.h"
#include "host/plan/model.h"
#include "kernels/normal.h"
#include "kernels/sampler.h"

#define YEARS 10
#define COLUMNS (1 + YEARS)
#define VECTORS 4 /* side by side: the fleet and the discount are chains, each step of which waits for the one before */
#define EACH _Pragma("GCC unroll 8") for (int j = 0; j < VECTORS; j++)

enum input { CADENCE, PERMIT, CHIPS, RENT, WACC, INPUTS };
static const char *const names[INPUTS] = {"launch_cadence", "permit_delay", "chip_supply", "rack_revenue", "wacc"};

struct by_hand {
    const struct ap_sampler *sampler[INPUTS];
    ap_word stream[INPUTS];
    double share[YEARS]; /* min(1, (t + 1) / 5) */
};

#if AP_WIDTH == 8
static const ap_u64 lane = {0, 1, 2, 3, 4, 5, 6, 7};
#else
static const ap_u64 lane = 0;
#endif

static inline __attribute__((always_inline)) void fetch(const struct by_hand *model, enum input input, ap_word seed, ap_u64 pair, ap_u64 *m)
{
    ap_uniform_pair(pair, seed, model->stream[input], 0, &m[0], &m[1]);
}
/* the two lognormals are exp(mu + sigma * score), the others tables */
static inline __attribute__((always_inline)) ap_f64 sampled(const struct by_hand *model, enum input input, ap_u64 m)
{
    const struct ap_sampler *sampler = model->sampler[input];
    if (input == PERMIT || input == CHIPS)
        return ap_exp(ap_fma(ap_set1(sampler->constant[1]), ap_normal_quantile_tails(ap_uniform_of(m), ap_uniform_upper_of(m)), ap_set1(sampler->constant[0])));
    return ap_sample_table(&sampler->table, m);
}

/* 2 * AP_WIDTH pairs (or what VECTORS holds) from `pair` on, both their halves; draw is the place in the buffers of half 0. */
static inline __attribute__((always_inline)) void draws(const struct by_hand *model, ap_word seed, ap_word first_pair, size_t place, double *const *out)
{
    ap_f64 x[INPUTS][VECTORS];
    for (int input = 0; input < INPUTS; input++) {
        EACH {
            if (j & 1) continue;
            ap_u64 m[2], pair = ap_set1_u64(first_pair + (ap_word)(j / 2) * AP_WIDTH) + lane;
            fetch(model, (enum input)input, seed, pair, m);
            x[input][j] = sampled(model, (enum input)input, m[0]);
            x[input][j + 1] = sampled(model, (enum input)input, m[1]);
        }
    }
    ap_f64 fleet[VECTORS], discount[VECTORS], sum[VECTORS], step[VECTORS], root[VECTORS], cash[VECTORS];
    size_t at[VECTORS];
    EACH {
        step[j] = ap_set1(1.0) / (ap_set1(1.0) + x[WACC][j]);
        root[j] = ap_sqrt(step[j]);
        discount[j] = ap_set1(1.0) / root[j];
        fleet[j] = ap_set1(1.0);
        sum[j] = cash[j] = ap_set1(0.0);
        at[j] = place + (size_t)(j / 2) * AP_WIDTH + (size_t)(j & 1) * AP_PAIRS;
    }
    for (int t = 0; t < YEARS; t++) {
        EACH {
            ap_f64 orbit = x[CADENCE][j] * ap_set1(model->share[t]) * ap_set1(50.0) / ap_set1(10000.0);
            ap_f64 sites = orbit + ap_truth(ap_lt(x[PERMIT][j], ap_set1(t + 1.0)));
            ap_f64 built = ap_select(ap_lt(sites, x[CHIPS][j]), sites, x[CHIPS][j]);
            fleet[j] = fleet[j] * ap_set1(0.85) + built;
            ap_store(out[1 + t] + at[j], fleet[j]);
            cash[j] = fleet[j] * x[RENT][j] * ap_set1(10.0) * ap_set1(0.6) - built * ap_set1(30.0);
            discount[j] = discount[j] * step[j];
            sum[j] = sum[j] + cash[j] * discount[j];
        }
    }
    EACH ap_store(out[0] + at[j], sum[j] + ap_set1(8.0) * cash[j] * (discount[j] * root[j]) + ap_set1(0.0));
}

static void run(const struct by_hand *model, ap_word seed, size_t tiles, double *const *out)
{
    for (size_t group = 0; group < 2 * tiles; group++) {
        for (size_t k = 0; k < AP_PAIRS; k += VECTORS / 2 * AP_WIDTH) draws(model, seed, group * AP_PAIRS + k, group * AP_GROUP_DRAWS + k, out);
    }
}

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static int fail(const char *text) { return fprintf(stderr, "hand_written: %s\n", text), 1; }

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "models/first.risk";
    size_t tiles = argc > 2 ? strtoull(argv[2], NULL, 10) : 64, repeats = argc > 3 ? strtoull(argv[3], NULL, 10) : 51;
#if AP_WIDTH == 8
    if (!__builtin_cpu_supports("avx512dq")) return fail("this machine has no AVX-512; build for it with the flags above");
#endif
    struct apsis_model *read = apsis_model_read(path);
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_ir *ir = read->status == APSIS_OK ? apsis_lower(arena, read->ast, NULL, NULL, &read->diagnostics) : NULL;
    struct apsis_plan *plan = ir ? apsis_plan_new(arena, ir, NULL, &read->diagnostics) : NULL;
    if (!plan || plan->column_count != COLUMNS) return fail("this is not models/first.risk");

    struct by_hand model = {.share = {0}};
    const struct ap_program *program = plan->program;
    for (ap_u32 i = 0; i < program->instruction_count; i++) {
        const struct ap_instruction *step = &program->instructions[i];
        for (int k = 0; step->kind == AP_STEP_DRAW && k < INPUTS; k++)
            if (step->name && !strcmp(step->name, names[k])) model.sampler[k] = step->data, model.stream[k] = step->stream;
    }
    for (int k = 0; k < INPUTS; k++)
        if (!model.sampler[k] || (model.sampler[k]->form == AP_SAMPLER_TABLE) != (k != PERMIT && k != CHIPS)) return fail("this is not models/first.risk");
    for (int t = 0; t < YEARS; t++) model.share[t] = t < 4 ? (t + 1) / 5.0 : 1;

    enum { SIDES = 3 };
    const char *const sides[SIDES] = {"written by hand", "interpreter", "compiled"};
    const struct apsis_engine *engine[SIDES] = {NULL, apsis_engine_find("interpreter"), apsis_engine_find("compiled")};
    double *out[SIDES][COLUMNS], best[SIDES] = {1e9, 1e9, 1e9};
    void *prepared[SIDES] = {0};
    const char *why = "there is no such engine";
    struct apsis_engine_options options = {.threads = 1};
    for (int s = 0; s < SIDES; s++) {
        if (engine[s] && ((why = engine[s]->available(&options)) || engine[s]->prepare(plan, &options, &prepared[s], &why) != APSIS_OK)) engine[s] = NULL;
        for (int c = 0; c < COLUMNS; c++) memset(out[s][c] = malloc(tiles * 1024 * sizeof(double)), 0, tiles * 1024 * sizeof(double));
    }
    for (size_t k = 0; k < repeats + 1; k++) {
        for (int s = 0; s < SIDES; s++) {
            if (s && !engine[s]) continue;
            double start = processor_seconds();
            if (!s) run(&model, 1, tiles, out[0]);
            else {
                struct apsis_job job = {.seed = 1, .draws = tiles * 1024, .tile_count = tiles, .stored = out[s]};
                if (engine[s]->run(prepared[s], &job) != APSIS_OK) return fail("an engine failed");
            }
            double took = processor_seconds() - start;
            for (int c = 0; k == 0 && c < COLUMNS; c++) /* the first time counts as a check only */
                if (memcmp(out[0][c], out[s][c], tiles * 1024 * sizeof(double))) return fail("the bits differ");
            if (k && took < best[s]) best[s] = took;
        }
    }
    printf("models/first.risk, %zu draws, one thread, %d lanes by hand; 11 columns stored, the same bits\n", tiles * 1024, AP_WIDTH);
    for (int s = 0; s < SIDES; s++) {
        if (s && !engine[s]) printf("%-18s n/a: %s\n", sides[s], why ? why : "it could not be prepared");
        else printf("%-18s %12.0f draws/s   %.3f of by hand   %s\n", sides[s], (double)tiles * 1024 / best[s], best[0] / best[s],
                    s ? engine[s]->describe(prepared[s]) : "");
    }
    return 0;
}
