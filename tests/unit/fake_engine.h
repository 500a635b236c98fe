/* fake_engine.h - an engine whose columns are formulas of the draw number: what the reducers are tested with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_FAKE_ENGINE_H
#define APSIS_TESTS_FAKE_ENGINE_H
#include <math.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/result/digest.h"
#include "host/result/tallies.h"

static uint64_t fake_hash(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}
static double fake_uniform(uint64_t seed, uint64_t stream, uint64_t draw)
{
    return ((double)(fake_hash(draw ^ fake_hash(stream * 7919 + seed)) >> 12) + 0.5) * 0x1p-52;
}

/* The shapes that columns may have. `given` is 1 where the draw counts. Only + - * / sqrt: the same bits everywhere. */
enum fake_shape {
    FAKE_UNIFORM, FAKE_HEAVY, FAKE_DICE, FAKE_MOSTLY_ZERO, FAKE_CONSTANT, FAKE_INVALID, FAKE_RARE, FAKE_GIVEN, FAKE_SIGNED_ZERO,
    FAKE_MIXED, FAKE_HUGE, FAKE_TIES, FAKE_NONE, FAKE_OFFSET, FAKE_TWO_CLUSTERS, FAKE_LATE, FAKE_SHAPES
};
static double fake_value(int shape, uint64_t seed, uint64_t draw, double *given)
{
    double u = fake_uniform(seed, (uint64_t)shape, draw), w = fake_uniform(seed, (uint64_t)shape + 100, draw);
    *given = 1;
    switch (shape) {
    case FAKE_UNIFORM: return u + w + fake_uniform(seed, 50, draw) - 1;
    case FAKE_HEAVY: return 1 / (u * u) - 1 / (w * sqrt(w));
    case FAKE_DICE: return (double)(int)(u * 20);
    case FAKE_MOSTLY_ZERO: return u < 0.93 ? 0 : w;
    case FAKE_CONSTANT: return 3.7;
    case FAKE_INVALID: return u < 0.1 ? NAN : u < 0.2 ? INFINITY : u < 0.25 ? -INFINITY : w;
    case FAKE_RARE: *given = u < 1e-4 ? 2 : 0; return w;
    case FAKE_GIVEN: *given = u < 0.3 ? 0 : u < 0.35 ? NAN : 1; return w * w * 1000;
    case FAKE_SIGNED_ZERO: return u < 0.4 ? -0.0 : u < 0.5 ? 0.0 : w - 0.5;
    case FAKE_MIXED: return u < 0.3 ? 1 : u < 0.5 ? 2.5 : 4 * w;
    case FAKE_HUGE: return (u - 0.5) * 1e300;
    case FAKE_TIES: return (double)(int)(u * 5000) / 8;
    case FAKE_NONE: return NAN;
    case FAKE_OFFSET: return 1e9 + u + w;
    case FAKE_TWO_CLUSTERS: return u < 0.5 ? -1000 - w : 1000 + w;
    case FAKE_LATE: return draw < 20000 ? u : 10 + u; /* the pilot does not tell */
    default: return u;
    }
}

struct fake_run {
    const struct apsis_plan *plan;
    const int *shapes;      /* by plan column; an input column is uniform */
    unsigned lanes;
    int threads;
    int backwards;          /* tiles from the last to the first */
    uint64_t flip_draw;     /* one bit of one value of one draw is flipped */
    size_t flip_column;
    unsigned flip_bit;
    unsigned jobs;
    uint64_t fail_after;    /* jobs; 0: never: then interrupted */
};

static double fake_column(const struct fake_run *run, size_t c, uint64_t seed, uint64_t draw, double *given)
{
    double x = fake_value(run->shapes[c], seed + 1000 * c * (c >= FAKE_SHAPES), draw, given);
    if (draw == run->flip_draw && c == run->flip_column) {
        uint64_t bits;
        memcpy(&bits, &x, 8);
        bits ^= 1ull << run->flip_bit;
        memcpy(&x, &bits, 8);
    }
    return x;
}

static void fake_tile(const struct fake_run *run, const struct apsis_job *job, struct ap_tally *worker, uint64_t tile)
{
    double values[512], given[512];
    for (unsigned unit = 0; unit < AP_TILE_UNITS; unit += run->lanes / AP_UNIT_LANES) {
        struct ap_block block = {.tile = tile, .draws = job->draws, .lanes = run->lanes, .unit = unit};
        block.first = tile * AP_TILE_DRAWS + unit / 32 * 512 + unit % 32 * 8;
        for (size_t c = 0; c < run->plan->column_count; c++) {
            if (!job->tally->wanted[c]) continue;
            int has_given = 0;
            for (unsigned i = 0; i < run->lanes; i++) {
                values[i] = fake_column(run, c, job->seed, ap_block_draw(&block, i), &given[i]);
                has_given |= given[i] != 1;
            }
            ap_tally_block(&worker->columns[c], &block, values, has_given ? given : NULL);
        }
    }
    ap_tally_tile(worker, tile);
}

static enum apsis_status fake_engine_run(void *data, const struct apsis_job *job)
{
    struct fake_run *run = data;
    if (run->fail_after && ++run->jobs > run->fail_after) return APSIS_INTERRUPTED;
    if (!job->tally) {
        for (size_t c = 0; c < run->plan->column_count; c++) {
            if (!job->stored[c]) continue;
            for (uint64_t i = 0; i < job->tile_count * AP_TILE_DRAWS; i++) {
                double given, x = fake_column(run, c, job->seed, job->first_tile * AP_TILE_DRAWS + i, &given) + 0.0;
                if (given != given) x = NAN;
                else if (given == 0) x = ap_double_of(AP_NOT_GIVEN_BITS);
                job->stored[c][i] = x;
            }
        }
        return APSIS_OK;
    }
#pragma omp parallel num_threads(run->threads)
    {
        struct ap_tally *worker = job->tally->open(job->tally);
#pragma omp for schedule(dynamic, 1)
        for (uint64_t i = 0; i < job->tile_count; i++) fake_tile(run, job, worker, job->first_tile + (run->backwards ? job->tile_count - 1 - i : i));
        job->tally->close(job->tally, worker);
    }
    return APSIS_OK;
}

__attribute__((unused)) static const struct apsis_engine fake_engine = {.name = "fake", .run = fake_engine_run};

/* A plan of `outputs` scalar or series columns and `inputs` scalar inputs; all memory is in the arena. */
__attribute__((unused)) static struct apsis_plan *fake_plan(struct apsis_arena *arena, const int *shapes, size_t outputs, size_t inputs, int series, int **column_shapes)
{
    static double targets[] = {0, 0.25, 2};
    struct apsis_ir *ir = APSIS_NEW(arena, struct apsis_ir);
    struct apsis_plan *plan = APSIS_NEW(arena, struct apsis_plan);
    ir->outputs = APSIS_NEW_ARRAY(arena, struct apsis_output, outputs + 1);
    ir->inputs = APSIS_NEW_ARRAY(arena, struct apsis_input, inputs + 1);
    plan->columns = APSIS_NEW_ARRAY(arena, struct apsis_plan_column, outputs + inputs + 1);
    *column_shapes = APSIS_NEW_ARRAY(arena, int, outputs + inputs + 1);
    for (size_t i = 0; i < outputs; i++) {
        ir->outputs[i].name = apsis_arena_printf(arena, "output%zu", i);
        ir->outputs[i].targets = targets;
        ir->outputs[i].target_count = series ? 0 : 3;
        ir->outputs[i].is_output = 1;
        plan->columns[i] = (struct apsis_plan_column){APSIS_PLAN_OUTPUT, (uint32_t)i, series ? (int32_t)i : -1};
        (*column_shapes)[i] = shapes[i];
    }
    for (size_t i = 0; i < inputs; i++) {
        ir->inputs[i].name = apsis_arena_printf(arena, "input%zu", i);
        plan->columns[outputs + i] = (struct apsis_plan_column){APSIS_PLAN_INPUT, (uint32_t)i, -1};
        (*column_shapes)[outputs + i] = i == 0 ? FAKE_UNIFORM : FAKE_DICE;
    }
    ir->output_count = outputs;
    ir->input_count = inputs;
    plan->ir = ir;
    plan->arena = arena;
    plan->column_count = outputs + inputs;
    return plan;
}

#define FAKE_GOLDEN "cdff6a7939e6b5b8919af14175795375b14d36b26c09552e74464f088d1369c9"

/* What every vector width must give: a digest over the tiles' fingerprints and over the bits of statistics. */
__attribute__((unused)) static void fake_check_golden_of(const struct apsis_engine *engine)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct fake_run run = {.lanes = 128, .threads = 2, .flip_draw = UINT64_MAX};
    struct apsis_measure_settings settings;
    struct apsis_result *result;
    int shapes[FAKE_SHAPES], *column_shapes;
    for (int i = 0; i < FAKE_SHAPES; i++) shapes[i] = i;
    run.plan = fake_plan(arena, shapes, FAKE_SHAPES, 0, 0, &column_shapes);
    run.shapes = column_shapes;
    apsis_measure_defaults(&settings);
    settings.draws = 70001;
    assert_int_equal(apsis_measure_run(arena, run.plan, engine, &run, &settings, &result), APSIS_OK);
    struct apsis_sha256 hash;
    uint8_t out[32];
    char text[65];
    apsis_sha256_init(&hash);
    for (size_t i = 0; i < result->subtree_count; i++) apsis_sha256_update(&hash, result->subtrees[i], 64);
    for (size_t i = 0; i < result->measure_count; i++) {
        const struct apsis_measure *m = &result->measures[i];
        uint64_t words[] = {m->valid, ap_word_of(m->mean), ap_word_of(m->sd), ap_word_of(m->skewness), ap_word_of(m->kurtosis), ap_word_of(m->min), m->min_draw,
                            ap_word_of(m->percentiles[2].value), m->percentiles[2].draw, ap_word_of(m->shortfalls[0].value), ap_word_of(m->shortfalls[1].se)};
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if ((words[k] & 0x7ff0000000000000ull) == 0x7ff0000000000000ull && words[k] != UINT64_MAX) words[k] = 0; /* NaN */
        apsis_sha256_update(&hash, words, sizeof words);
    }
    apsis_sha256_final(&hash, out);
    apsis_sha256_hex(out, text);
    assert_string_equal(text, FAKE_GOLDEN);
    apsis_arena_free(arena);
}

__attribute__((unused)) static void fake_check_golden(void)
{
    fake_check_golden_of(&fake_engine);
}

#endif
