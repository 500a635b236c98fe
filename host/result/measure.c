/* measure.c - a run measured: pilot, first pass, as many further passes as order statistics need, digest. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "host/result/measure.h"
#include "host/support/escape.h"

#include <string.h>
#include <time.h>

enum { MOST_PASSES = 10000 };

void apsis_measure_defaults(struct apsis_measure_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->seed = 1;
    settings->draws = 1000000;
    settings->confidence = 0.95;
    settings->memory = 128u << 20;
    settings->pilot = 16384;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void solve_one(void *columns, size_t number)
{
    struct apsis_reduced *column = (struct apsis_reduced *)columns + number;
    if (column->active && column->valid) apsis_percentile_solve(column);
    apsis_bracket_drop(column); /* the next pass' columns need the room */
}

/* Takes what the windows of the pass say; returns how many columns still look for something. */
static size_t solve(struct apsis_measurement *m)
{
    struct apsis_parts parts = apsis_parts();
    size_t open = 0;
#pragma omp parallel for schedule(dynamic, 4) num_threads(m->tallies.threads > 0 ? m->tallies.threads : 1)
    for (size_t i = 0; i < m->count; i++) apsis_escape_part(&parts, solve_one, m->columns, i);
    apsis_parts_end(&parts);
    for (size_t i = 0; i < m->count; i++) open += (size_t)apsis_looks_for_something(&m->columns[i]);
    return open;
}

enum apsis_status apsis_measure_run(struct apsis_arena *arena, const struct apsis_plan *plan, const struct apsis_engine *engine, void *run,
                                    const struct apsis_measure_settings *settings, struct apsis_result **out)
{
    double start = now();
    struct apsis_result *result = APSIS_NEW(arena, struct apsis_result);
    struct apsis_measurement m = {.arena = arena, .plan = plan, .engine = engine, .run = run, .settings = settings, .result = result};
    *out = result;
    result->ir = plan->ir;
    result->plan = plan;
    result->seed = settings->seed;
    result->draws = settings->draws;
    result->engine = engine->name;
    if (settings->draws < 1 || settings->draws >= 1ull << 49) return APSIS_USAGE;
    m.tiles = settings->draws / AP_TILE_DRAWS + (settings->draws % AP_TILE_DRAWS != 0);
    m.pilot_draws = settings->pilot < 1 ? 1 : settings->pilot;
    m.width = settings->bracket_width > 0 ? settings->bracket_width : 5.5;
    result->subtrees = apsis_arena_array(arena, sizeof *result->subtrees, 1024);
    result->subtree_tiles = apsis_digest_part_tiles(m.tiles);
    apsis_digest_init(&m.digest, m.tiles, result);
    apsis_columns_init(&m);
    apsis_tallies_init(&m.tallies, m.columns, m.count + m.sign_count, plan->column_count);

    enum apsis_status status = APSIS_OK;
    size_t open = 1;
    while (status == APSIS_OK && open) {
        if (m.pass == MOST_PASSES) {
            status = APSIS_FAILURE;
            break;
        }
        m.pass++;
        status = apsis_pass(&m);
        if (status != APSIS_OK && (status != APSIS_INTERRUPTED || m.pass > 1)) break; /* a later pass that was cut short says nothing */
        if (m.pass == 1) apsis_columns_ranks(&m);
        open = solve(&m);
    }
    result->passes = m.pass;
    result->done = m.done;
    result->partial = status != APSIS_OK;
    if (status == APSIS_OK || status == APSIS_INTERRUPTED) apsis_columns_publish(&m);
    if (status == APSIS_OK && !settings->no_rank_correlation) {
        status = apsis_rank_correlations(arena, plan, engine, run, settings, result->measures, m.count, m.tallies.threads > 0 ? m.tallies.threads : 1);
        result->partial = status != APSIS_OK;
    }
    if (status == APSIS_OK) {
        uint8_t root[32];
        apsis_digest_root(&m.digest, root);
        apsis_digest_result(result, root, result->digest);
    } else {
        result->subtree_count = 0;
    }
    apsis_tallies_free(&m.tallies);
    apsis_columns_free(&m);
    result->seconds = now() - start;
    if (engine->describe) result->engine = engine->describe(run); /* what really ran */
    result->note = engine->note ? engine->note(run) : NULL;
    return status;
}
