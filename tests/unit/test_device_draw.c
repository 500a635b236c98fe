/* test_device_draw.c - what a thread of a GPU draws and solves has the bits of the interpreter's steps; run on the host, a fiber a thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
/* From here on this file is CUDA text: kernels/dialect.h takes the device's side. The interpreter is the library's, compiled as C. */
#define __CUDACC_RTC__ 1
#include "tests/support/device_on_host.h"
#undef extern
#undef __global__
#define APSIS_FAMILY_KERNELS 1
#include "kernels/device_draw.h"
#include "family_kernels.inc"
#undef APSIS_FAMILY_KERNELS
#include "distributions/family.h"
#include "host/plan/samplers.h"
#include "host/support/arena.h"
#include "kernels/program.h"
#include "tests/support/distribution_text.h"

#define TOP 0x000fffffffffffffull
#define LANES 512
extern const struct ap_loop apsis_loop_plain;

static const struct device_family {
    const char *name;
    ap_f64 (*draw)(ap_word m, const ap_f64 *p);
    ap_f64 (*score)(ap_f64 z, const ap_f64 *p);
    ap_f64 (*solve)(int spelling, const ap_f64 *arguments, const double *percents, int component);
} device_families[] = {
#define APSIS_FAMILY_ENTRY(name) {#name, ap_draw_##name, ap_score_##name, ap_solve_##name},
#include "families.inc"
#undef APSIS_FAMILY_ENTRY
};
#define FAMILIES (sizeof device_families / sizeof *device_families)

/* ------------------------------------------------------------------ random numbers of the test itself (SplitMix64) */
static uint64_t state;
static uint64_t random_word(void)
{
    uint64_t x = state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}
static double random_unit(void) { return (double)(random_word() >> 11) * 0x1p-53; }
static ap_u32 random_below(ap_u32 n) { return (ap_u32)(random_word() % n); }
static const ap_word extreme_m[] = {0, 1, 2, 3, 7, TOP, TOP - 1, TOP - 2, TOP / 2, TOP / 2 + 1, TOP / 2 - 1, 1ull << 20, 1ull << 40, TOP - (1ull << 20), 0x0004000000000000ull};
#define EXTREMES (sizeof extreme_m / sizeof *extreme_m)

static int same(double a, double b) { return (a != a && b != b) || ap_word_of(a) == ap_word_of(b); }

/* ------------------------------------------------------------------ the interpreter's steps */
static double room[64][LANES] __attribute__((aligned(64))), scratch[8][LANES] __attribute__((aligned(64)));
struct call {
    struct ap_program program;
    struct ap_instruction what;
    struct ap_arg args[10];
    struct ap_step step;
    struct ap_frame frame;
};
/* args[k] for k >= 1 is filled by the caller; out is room[0] */
static void run_step(struct call *c, ap_u32 kind, ap_u32 arg_count, ap_u32 lanes)
{
    c->args[0] = (struct ap_arg){room[0], 0, 0, 0, 1};
    c->step.span = UINT32_MAX, c->step.arg_count = arg_count, c->step.out = c->args, c->step.what = &c->what;
    c->what.kind = kind, c->what.arg_count = arg_count;
    c->frame.program = &c->program, c->frame.lanes = lanes, c->frame.scratch = scratch[0];
    apsis_loop_plain.steps[kind](&c->frame, &c->step);
}
static struct ap_arg a_lane_each(double *row) { return (struct ap_arg){row, 0, 0, 0, 1}; }

/* The draw number of the interpreter's lane. */
static ap_word draw_of(const struct ap_frame *frame, ap_u32 lane)
{
    ap_u32 half = lane >= frame->lanes / 2;
    ap_word pair = frame->pair + (half ? lane - frame->lanes / 2 : lane);
    return (pair >> 8) << 9 | (ap_word)half << 8 | (pair & 255);
}

/* A seed, stream, period and pair whose Philox words make lane 0 of 16 draw this m: the rounds backwards. */
static void aim(struct call *c, ap_word m)
{
    ap_word bits = m << 12 | (random_word() & 0xfff), other = random_word(), seed = random_word();
    ap_u32 w0 = (ap_u32)bits, w1 = (ap_u32)(bits >> 32), w2 = (ap_u32)other, w3 = (ap_u32)(other >> 32), inverse0 = 1, inverse1 = 1;
    for (int i = 0; i < 5; i++) inverse0 *= 2 - inverse0 * AP_PHILOX_M0, inverse1 *= 2 - inverse1 * AP_PHILOX_M1;
    for (ap_u32 i = 10; i-- > 0;) {
        ap_u32 z = w1 * inverse1, x = w3 * inverse0;
        ap_u32 y = w0 ^ (ap_u32)((ap_word)z * AP_PHILOX_M1 >> 32) ^ ((ap_u32)seed + i * AP_PHILOX_W0);
        ap_u32 w = w2 ^ (ap_u32)((ap_word)x * AP_PHILOX_M0 >> 32) ^ ((ap_u32)(seed >> 32) + i * AP_PHILOX_W1);
        w0 = x, w1 = y, w2 = z, w3 = w;
    }
    c->frame.seed = seed, c->frame.pair = w0 | (ap_word)(w1 & 0xffff) << 32, c->frame.t = w1 >> 16;
    c->what.stream = w2 | (ap_word)w3 << 32;
    assert_int_equal(ap_draw_bits(draw_of(&c->frame, 0), seed, c->what.stream, c->frame.t) >> 12, m);
}

/* ------------------------------------------------------------------ words */
struct words_launch {
    ap_word tile, seed, stream[2];
    ap_u32 period[2];
    ap_word *one, *a, *b; /* by thread of the grid */
};
static void words_thread(void *arguments)
{
    const struct words_launch *l = arguments;
    ap_u32 thread = blockIdx.x * blockDim.x + threadIdx.x;
    ap_word draw = ap_device_draw(l->tile + blockIdx.x, threadIdx.x);
    l->one[thread] = ap_device_bits(draw, l->seed, l->stream[0], l->period[0]);
    ap_device_bits_two(draw, l->seed, l->stream[0], l->period[0], l->stream[1], l->period[1], &l->a[thread], &l->b[thread]);
}
static void words(void **unused)
{
    (void)unused;
    static ap_word one[2048], a[2048], b[2048];
    state = 1;
    for (int round = 0; round < 12; round++) {
        struct words_launch l = {random_word() >> (round < 6 ? 40 : 10), random_word(), {random_word(), random_word()}, {random_below(65536), random_below(400)}, one, a, b};
        if (round % 3 == 1) l.stream[1] = l.stream[0]; /* two periods of one stream */
        device_on_host_launch(words_thread, &l, 2, 1024);
        for (ap_u32 block = 0; block < 2; block++) {
            int seen[1024] = {0};
            for (ap_u32 i = 0; i < 1024; i++) {
                ap_u32 place = ap_device_place(i), at = block * 1024 + i;
                ap_word draw = (l.tile + block) * 1024 + place;
                assert_int_equal(seen[place]++, 0);
                ap_word first = ap_draw_bits(draw, l.seed, l.stream[0], l.period[0]) >> 12;
                assert_int_equal(one[at], first);
                assert_int_equal(a[at], first);
                assert_int_equal(b[at], ap_draw_bits(draw, l.seed, l.stream[1], l.period[1]) >> 12);
            }
        }
    }
    struct call c = {0}; /* and the interpreter's own */
    for (int round = 0; round < 50; round++) {
        c.frame.seed = random_word(), c.frame.pair = (random_word() >> (16 + random_below(40))) & ~(ap_word)255, c.frame.t = random_below(65536);
        c.what.stream = random_word();
        run_step(&c, AP_STEP_DRAW, 0, LANES);
        for (ap_u32 i = 0; i < LANES; i++) assert_true(same(room[0][i], ap_uniform_of(ap_device_bits(draw_of(&c.frame, i), c.frame.seed, c.what.stream, c.frame.t))));
        run_step(&c, AP_STEP_SCORE, 0, LANES);
        for (ap_u32 i = 0; i < LANES; i++) assert_true(same(room[0][i], ap_score_of(ap_device_bits(draw_of(&c.frame, i), c.frame.seed, c.what.stream, c.frame.t))));
    }
}

/* ------------------------------------------------------------------ samplers */
static double device_value(const struct ap_sampler *s, int scored, ap_word m, double z, const double *p)
{
    const struct device_family *family = &device_families[s->family];
    if (s->form == AP_SAMPLER_TABLE) return scored ? ap_score_table(z, s) : ap_draw_table(m, s);
    if (s->form == AP_SAMPLER_STEPS) return scored ? ap_score_steps(z, s) : ap_draw_steps(m, s);
    return scored ? family->score(z, p) : family->draw(m, p);
}
/* One step over `lanes` draws; rows 2.. of `room` hold the parameters that vary, room[1] the scores. */
static void compare(struct call *c, const struct ap_sampler *s, int scored, ap_u32 lanes, const char *what)
{
    ap_u32 count = s->varying ? s->parameter_count : 0;
    c->what.data = s, c->what.mode = (ap_u32)scored;
    c->args[1] = a_lane_each(room[1]);
    for (ap_u32 k = 0; k < count; k++) c->args[1 + (ap_u32)scored + k] = a_lane_each(room[2 + k]);
    run_step(c, AP_STEP_DRAW, count + (ap_u32)scored, lanes);
    for (ap_u32 i = 0; i < lanes; i++) {
        ap_word m = ap_device_bits(draw_of(&c->frame, i), c->frame.seed, c->what.stream, c->frame.t);
        struct ap_list p = ap_list_of(room[2][i], room[3][i], room[4][i], room[5][i], room[6][i], room[7][i]);
        double got = device_value(s, scored, m, room[1][i], count ? p.v : s->constant);
        if (!same(got, room[0][i]))
            fail_msg("%s, scored %d: lane %u, m %llx, z %a, p %a %a %a %a: device %a, interpreter %a", what, scored, i, m, room[1][i], p.v[0], p.v[1], p.v[2], p.v[3], got, room[0][i]);
    }
}
/* Searches for counts are given what the engine's scores can be: up to the limit. */
static void random_scores(int searched)
{
    static const double special[] = {0.0, -0.0, 8.2095, -8.2095, 8.25, -8.25, 1e300, -1e300, 0x1p-1074, -1e-300, 38, -38, 5, -5};
    for (ap_u32 i = 0; i < LANES; i++) room[1][i] = (random_unit() - 0.5) * (i % 4 ? 6 : 17);
    for (ap_u32 i = 0; i < sizeof special / sizeof *special; i++) room[1][3 + 7 * i] = special[i];
    room[1][200] = ap_nan(), room[1][201] = ap_infinity(), room[1][202] = -ap_infinity();
    for (ap_u32 i = 0; searched && i < LANES; i++)
        if (!(ap_abs(room[1][i]) <= AP_SCORE_LIMIT)) room[1][i] = i & 1 ? AP_SCORE_LIMIT : -AP_SCORE_LIMIT;
}
static void random_frame(struct call *c)
{
    c->frame.seed = random_word(), c->frame.pair = random_word() >> 30 & ~(ap_word)255, c->frame.t = random_below(700), c->what.stream = random_word();
}

/* constant parameters, awkward ones among them; besides these every family's example */
static const char *const given[] = {
    "normal(-1e5, 3)", "normal(5, 0)", "lognormal(mu: 0, sigma: 4)", "johnson_su(0.5, 0.3, -2, 7)", "pert(0, 0, 1)", "pert(20, 299, 300)", "beta(0.1, 0.2)", "beta(200, 3)", "beta(1, 1)",
    "gamma(0.05, 3)", "gamma(500, 0.1)", "chi_squared(0.3)", "student_t(1)", "student_t(300)", "inverse_gaussian(2, 0.1)", "inverse_gamma(0.5, 2)", "metalog(p10: -2, p50: 3, p90: 4)",
    "metalog(p5: 1, p50: 2, p95: 9, min: 0)", "truncate(normal(0, 1), 3, 5)", "truncate(gamma(2, 3), 1, inf)", "truncate(poisson(6), 2, 9)", "mixture(5%: normal(-3, 0.1), 95%: normal(3, 2))",
    "mixture(20%: poisson(3), 80%: randint(5, 9))", "binomial(1000000, 30%)", "binomial(400, 0.1%)", "binomial(0, 30%)", "binomial(50, 100%)", "poisson(0)", "poisson(1000000)", "poisson(0.001)",
    "discrete(-1: 1e-9, 1: 99.9999999%)", "cumulative(0: 0%, 1: 0.001%, 2: 99.999%, 3: 100%)", "empirical(1, 2, 2)", "histogram(0, 1: 1%, 2: 98%, 100: 1%)", "randint(-1000000, 1000000)",
    "geometric(0.01%)", "geometric(100%)", "hypergeometric(5000, 1200, 100)", "negative_binomial(0.5, 4%)", "gev(0, 1, -40%)", "gev(0, 1, 0%)", "gpd(0, 1, 0%)", "gpd(3, 2, -50%)",
    "triangular(1, 1, 5)", "triangular(1, 5, 5)", "trapezoidal(0, 0, 5, 5)", "weibull(0.2, 10)", "pareto(1, 0.3)", "burr(0.3, 2, 10)", "kumaraswamy(0.2, 0.3, -1, 1)", "bearbull(0, 3, 7, 12)",
    "bernoulli(0%)", "bernoulli(100%)", "bernoulli(0.0001%)", "uniform(-1e-300, 1e300)", "cauchy(0, 1e-5)", "loglogistic(10, 0.2)", "frechet(0.3, 10)", "exponential(mean: 1e9)"};
static void constant_parameters(void **unused)
{
    (void)unused;
    struct apsis_arena *arena = apsis_arena_new();
    size_t count, forms[3] = {0};
    const struct apsis_family *const *families = apsis_families(&count);
    assert_int_equal(count, FAMILIES);
    state = 2;
    for (size_t k = 0; k < count + sizeof given / sizeof *given; k++) {
        const char *why, *text = k < count ? families[k]->example : given[k - count];
        if (k < count) assert_string_equal(families[k]->name, device_families[k].name);
        if (strchr(text, '"')) continue; /* names a file */
        const struct apsis_distribution *d = distribution_of(arena, text, &why);
        if (!d) fail_msg("%s: %s", text, why);
        for (int scored = 0; scored < 2; scored++) {
            struct ap_sampler s;
            if (apsis_sampler_build(arena, d, scored, &s, &why) != APSIS_OK) fail_msg("%s: %s", text, why);
            struct call c = {0};
            forms[s.form]++;
            for (int round = 0; round < 8; round++) {
                random_frame(&c);
                random_scores(s.form == AP_SAMPLER_FAMILY && families[s.family]->searched);
                compare(&c, &s, scored, LANES, text);
            }
            for (size_t e = 0; !scored && e < EXTREMES; e++) {
                aim(&c, extreme_m[e]);
                compare(&c, &s, 0, 16, text);
            }
        }
    }
    printf("  samplers: %zu of a family, %zu tables, %zu of steps\n", forms[AP_SAMPLER_FAMILY], forms[AP_SAMPLER_TABLE], forms[AP_SAMPLER_STEPS]);
    assert_true(forms[0] && forms[1] && forms[2]);
    apsis_arena_free(arena);
}

/* A parameter of any sort, so that each family meets what it takes and what it refuses. */
static double any_parameter(void)
{
    switch (random_below(16)) {
    case 0: return 0;
    case 1: return -random_unit();
    case 2: return 1;
    case 3: return ap_nan();
    case 4: return random_below(2) ? ap_infinity() : -ap_infinity();
    case 5: return (double)random_below(5);
    case 6: return random_below(2) ? 1e9 : 1e-9;
    case 7: return (double)random_below(200);
    case 8: return ap_exp((random_unit() - 0.5) * 20);
    default: return random_below(3) ? random_unit() : 10 * random_unit();
    }
}
static void varying_parameters(void **unused)
{
    (void)unused;
    size_t count, kinds = 0;
    const struct apsis_family *const *families = apsis_families(&count);
    state = 3;
    for (size_t f = 0; f < count; f++) {
        enum apsis_form form = families[f]->form;
        if (form != APSIS_FORM_CLOSED && form != APSIS_FORM_SCORE && form != APSIS_FORM_INVERSION) continue;
        struct ap_sampler s = {.form = AP_SAMPLER_FAMILY, .family = (ap_u32)f};
        while (families[f]->parameter_names[s.parameter_count]) s.varying |= 1u << s.parameter_count++;
        struct call c = {0};
        kinds++;
        for (int round = 0; round < 24; round++) {
            random_scores(families[f]->searched);
            for (ap_u32 i = 0; i < LANES; i++) {
                for (ap_u32 k = 0; k < AP_MAX_PARAMETERS; k++) {
                    double x = any_parameter();
                    if (round & 1 && k && i & 1) x += room[1 + k][i]; /* rising ones, as ends and modes are */
                    room[2 + k][i] = families[f]->searched && x > 1e6 ? 1e6 : x; /* a search is as long as its standard deviation */
                }
            }
            random_frame(&c);
            compare(&c, &s, 0, LANES, families[f]->name);
            compare(&c, &s, 1, LANES, families[f]->name);
            if (round % 4 == 0) {
                for (size_t e = 0; e < EXTREMES; e++) {
                    aim(&c, extreme_m[e]);
                    compare(&c, &s, 0, 16, families[f]->name);
                }
            }
        }
    }
    assert_true(kinds >= 20);
}

/* The searches for counts: a thread goes on where its own sum is short, the interpreter two vectors and two terms at a time. */
static void counts(void **unused)
{
    (void)unused;
    const struct apsis_family *both[2] = {apsis_family_find("binomial"), apsis_family_find("poisson")};
    state = 4;
    for (int poisson = 0; poisson < 2; poisson++) {
        struct ap_sampler s = {.form = AP_SAMPLER_FAMILY, .family = (ap_u32)apsis_family_number(both[poisson]), .parameter_count = poisson ? 1 : 2, .varying = poisson ? 1 : 3};
        struct call c = {0};
        for (int round = 0; round < 6000; round++) {
            for (ap_u32 i = 0; i < LANES; i++) {
                double mean = random_below(8) ? 45 * random_unit() : ap_exp(ap_log(1e-9) + random_unit() * 27); /* up to 500 */
                double n = random_below(4) ? 1 + (double)random_below(60) : (double)random_below(4) * ap_floor(ap_exp(random_unit() * 18));
                double p = random_below(3) && n > mean ? mean / n : random_unit();
                if (random_below(400) == 0) n = -1 + 0.5 * random_below(5);
                if (random_below(400) == 0) p = -0.5 + 0.5 * random_below(5);
                if (n * p * (1 - p) > 1e4) n = ap_floor(1e4 / p);
                room[2][i] = poisson ? mean : n, room[3][i] = p;
            }
            random_frame(&c);
            compare(&c, &s, 0, LANES, both[poisson]->name);
        }
        for (int round = 0; round < 100; round++) {
            random_scores(1);
            compare(&c, &s, 1, LANES, both[poisson]->name);
        }
        for (int round = 0; round < 500; round++) {
            for (ap_u32 i = 0; i < 16; i++) room[2][i] = poisson ? 60 * random_unit() : (double)random_below(100), room[3][i] = random_unit();
            aim(&c, extreme_m[random_below(EXTREMES)]);
            compare(&c, &s, 0, 16, both[poisson]->name);
        }
        room[2][0] = 1e9, room[3][0] = 0.5; /* the largest there is */
        for (ap_u32 i = 1; i < 16; i++) room[2][i] = room[3][i] = 0.25;
        compare(&c, &s, 0, 16, both[poisson]->name);
    }
}

static void solved_parameters(void **unused)
{
    (void)unused;
    static const double pairs[][6] = {{0.1, 0.9}, {0.05, 0.95}, {0.25, 0.5}, {0.001, 0.999}, {0.5, 0.8}};
    size_t count, spellings = 0;
    const struct apsis_family *const *families = apsis_families(&count);
    state = 5;
    for (size_t f = 0; f < count; f++) {
        for (size_t k = 0; k < families[f]->spelling_count; k++) {
            const struct apsis_spelling *spelling = &families[f]->spellings[k];
            if (!spelling->dynamic || !spelling->solve) continue;
            ap_u32 arguments = 0;
            while (spelling->names[arguments]) arguments++;
            spellings++;
            for (int round = 0; round < 20; round++) {
                struct ap_solve solve = {(ap_u32)f, (int)k, pairs[round % 5]};
                struct call c = {0};
                c.what.data = &solve;
                for (ap_u32 a = 0; a < arguments; a++) {
                    for (ap_u32 i = 0; i < LANES; i++) {
                        room[2 + a][i] = any_parameter();
                        if (a && i & 1) room[2 + a][i] += room[1 + a][i];
                    }
                    c.args[1 + a] = a_lane_each(room[2 + a]);
                }
                for (int component = 0; component < AP_MAX_PARAMETERS; component++) {
                    c.what.index = (ap_u32)component;
                    run_step(&c, AP_STEP_SOLVE, arguments, LANES);
                    for (ap_u32 i = 0; i < LANES; i++) {
                        double a[AP_MAX_PARAMETERS] = {0};
                        for (ap_u32 n = 0; n < arguments; n++) a[n] = room[2 + n][i];
                        double got = device_families[f].solve((int)k, a, solve.percents, component);
                        if (!same(got, room[0][i])) fail_msg("%s, spelling %zu: component %d of %a, %a: device %a, interpreter %a", families[f]->name, k, component, a[0], a[1], got, room[0][i]);
                    }
                }
            }
        }
    }
    assert_true(spellings >= 10);
}

/* ------------------------------------------------------------------ past and flows */
#define PERIODS 40
#define BEFORE 3
static double history[(BEFORE + PERIODS) * LANES], other[(BEFORE + PERIODS) * LANES]; /* slot by slot, as the interpreter has them */
/* What a thread has: its own column, in local memory, or among those of all threads of the grid. */
static const double *of_lane(const double *rows, ap_u32 lane, int far, double *local, ap_sword *step)
{
    *step = far ? LANES : 1;
    for (ap_u32 t = 0; t < BEFORE + PERIODS; t++) local[t] = rows[t * LANES + lane];
    return far ? rows + lane : local;
}
static void random_rows(double *rows)
{
    for (ap_u32 i = 0; i < (BEFORE + PERIODS) * LANES; i++) {
        rows[i] = (random_unit() - 0.3) * 100;
        if (random_below(20) == 0) rows[i] = 0;
        if (random_below(3000) == 0) rows[i] = ap_nan();
        if (i % LANES % 7 == 0) rows[i] = ap_abs(rows[i]); /* some draws never change their sign */
    }
}
static void pasts(void **unused)
{
    (void)unused;
    static double local[BEFORE + PERIODS];
    state = 6;
    for (int round = 0; round < 60; round++) {
        struct call c = {.program = {.periods = PERIODS, .periods_per_year = 4}};
        int far = round & 1;
        ap_sword step;
        random_rows(history);
        random_rows(other);
        for (ap_u32 i = 0; i < LANES; i++) {
            room[1][i] = (double)random_below(PERIODS + 8) - 6;
            if (i % 16 == 0) room[1][i] += 0.5;
            room[2][i] = i % 3 ? random_unit() : ap_nan();
        }
        room[1][1] = ap_nan(), room[1][2] = ap_infinity(), room[1][3] = -ap_infinity(), room[1][5] = -0.0, room[1][6] = 1e300;
        c.args[1] = a_lane_each(room[1]), c.args[2] = a_lane_each(room[2]);
        c.args[3] = (struct ap_arg){history, BEFORE, UINT32_MAX, LANES, 1};
        c.what.index = BEFORE, c.what.mode = (ap_u32)round % 3, c.frame.t = random_below(PERIODS);
        run_step(&c, AP_STEP_GATHER, 3, LANES);
        for (ap_u32 i = 0; i < LANES; i++) {
            const double *rows = of_lane(history, i, far, local, &step);
            assert_true(same(room[0][i], ap_history_look(rows, step, 0, room[1][i], room[2][i], (int)c.what.mode, c.frame.t, BEFORE, PERIODS)));
        }
        c.args[1] = (struct ap_arg){history, 0, UINT32_MAX, LANES, 1}, c.args[2] = (struct ap_arg){other, 0, UINT32_MAX, LANES, 1};
        run_step(&c, AP_STEP_CONVOLVE, 2, LANES);
        for (ap_u32 i = 0; i < LANES; i++) {
            static double second[BEFORE + PERIODS];
            const double *x = of_lane(history, i, far, local, &step), *w = of_lane(other, i, far, second, &step);
            assert_true(same(room[0][i], ap_convolve_one(x + step * (ap_sword)c.frame.t, step, w, step, c.frame.t)));
        }
    }
}
static void flows(void **unused)
{
    (void)unused;
    static double local[BEFORE + PERIODS];
    size_t found = 0, changed = 0;
    state = 7;
    for (int round = 0; round < 36; round++) {
        static const ap_u32 per_year[] = {1, 4, 12};
        struct call c = {.program = {.periods = round % 5 ? PERIODS : 1, .periods_per_year = per_year[round / 3 % 3]}};
        int far = round & 1;
        ap_sword step;
        random_rows(history);
        for (ap_u32 i = 0; i < LANES; i++) {
            room[1][i] = i % 5 ? -500 * random_unit() : 0, room[2][i] = i % 4 ? 100 * random_unit() : 0;
            room[3][i] = -0.99, room[4][i] = i % 2 ? 10 : 0.5;
        }
        for (ap_u32 k = 1; k <= 4; k++) c.args[k] = a_lane_each(room[k]);
        c.args[5] = (struct ap_arg){history, 0, UINT32_MAX, LANES, 1};
        c.what.mode = (ap_u32)round % 3;
        run_step(&c, AP_STEP_IRR, 5, LANES);
        for (ap_u32 i = 0; i < LANES; i++) {
            const double *x = of_lane(history, i, far, local, &step);
            double rate = ap_irr_one(x, (ap_word)step, c.program.periods, c.what.mode, c.program.periods_per_year, room[1][i], room[2][i], room[3][i], room[4][i]);
            assert_true(same(room[0][i], rate));
            found += rate > -0.98 && rate < 10;
        }
        c.args[3] = c.args[5];
        run_step(&c, AP_STEP_SIGN_CHANGES, 3, LANES);
        for (ap_u32 i = 0; i < LANES; i++) {
            const double *x = of_lane(history, i, far, local, &step);
            double changes = ap_sign_changes_one(x, (ap_word)step, c.program.periods, c.what.mode, room[1][i], room[2][i]);
            assert_true(same(room[0][i], changes));
            changed += changes > 1;
        }
    }
    assert_true(found > 1000 && changed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(constant_parameters), cmocka_unit_test(varying_parameters), cmocka_unit_test(counts),
                                       cmocka_unit_test(solved_parameters), cmocka_unit_test(pasts), cmocka_unit_test(flows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
