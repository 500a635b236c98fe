/* stress_speed.c - what a stress of all scenarios of a model costs in single runs, by cells in a plan. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/plan/grid.h"
#include "host/plan/model.h"
#include "host/result/stress.h"

static double now(int threads)
{
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A run as `apsis run` does it, without rank correlations: every output, or numbers only. */
static double single(struct apsis_model *model, const struct apsis_ir *ir, const struct apsis_engine *engine, const struct apsis_stress_settings *settings, char digest[65])
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_plan_options options = {.signs = 1};
    struct apsis_measure_settings measure = settings->measure;
    struct apsis_result *result;
    const char *why, **only = calloc(ir->output_count + 1, sizeof *only);
    void *run;
    size_t count = 0;
    for (size_t i = 0; i < ir->output_count; i++)
        if (settings->series || !ir->outputs[i].is_series) only[count++] = ir->outputs[i].name;
    options.only = only;
    measure.no_rank_correlation = 1;
    double start = now(settings->engine.threads);
    struct apsis_plan *plan = apsis_plan_new(arena, ir, &options, &model->diagnostics);
    if (engine->prepare(plan, &settings->engine, &run, &why)) exit(1);
    if (apsis_measure_run(arena, plan, engine, run, &measure, &result)) exit(1);
    double took = now(settings->engine.threads) - start;
    memcpy(digest, result->digest, 65);
    engine->free(run);
    free(only);
    apsis_arena_free(arena);
    return took;
}

/* All scenarios, or the cells of a grid. */
static struct apsis_cell_version *make_cells(struct apsis_model *model, const char *grid_text, size_t *count)
{
    struct apsis_grid *grid = NULL;
    *count = model->ast->scenario_count + 1;
    if (grid_text) {
        uint32_t source = apsis_sources_add(&model->sources, "--grid", grid_text, strlen(grid_text));
        grid = apsis_grid_parse(model->arena, &model->sources, source, &model->diagnostics);
        if (!grid) exit(1);
        *count = grid->cell_count + 1;
    }
    struct apsis_cell_version *cells = calloc(*count, sizeof *cells);
    for (size_t i = 0; i < *count; i++) {
        struct apsis_scenario settings[16];
        if (grid && i) apsis_grid_cell(grid, i - 1, settings);
        cells[i].name = !i ? "base" : grid ? apsis_grid_name(model->arena, grid, i - 1) : model->ast->scenarios[i - 1].name;
        struct apsis_overrides overrides = {&cells[i].name, i && !grid ? 1 : 0, settings, i && grid ? grid->axis_count : 0};
        cells[i].ir = apsis_lower(model->arena, model->ast, &overrides, NULL, &model->diagnostics);
        if (!cells[i].ir) exit(1);
    }
    return cells;
}

/* stress_speed model.risk [draws] [threads] [engine] [series] [differences] [grid|-] [batch ...] */
int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    struct apsis_stress_settings settings;
    apsis_stress_defaults(&settings);
    settings.measure.draws = argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
    settings.engine.threads = argc > 3 ? atoi(argv[3]) : 1;
    settings.engine.draws_expected = settings.measure.draws;
    const struct apsis_engine *engine = apsis_engine_find(argc > 4 ? argv[4] : "interpreter");
    settings.series = argc > 5 ? atoi(argv[5]) : 0;
    settings.no_differences = argc > 6 ? !atoi(argv[6]) : 0;
    struct apsis_model *model = apsis_model_read(argv[1]);
    if (model->status || !engine) return 1;
    size_t count;
    struct apsis_cell_version *cells = make_cells(model, argc > 7 && strcmp(argv[7], "-") ? argv[7] : NULL, &count);
    double apart = 0, base = 0;
    char digest[65];
    for (size_t i = 0; i < count && i < 9; i++) {
        double took = single(model, cells[i].ir, engine, &settings, digest);
        apart += took;
        if (!i) base = took;
    }
    printf("%s, %zu cells, %llu draws, %d threads, %s%s%s: base alone %.3f s, the first %zu apart %.3f s = %.2f single runs\n", argv[1], count, (unsigned long long)settings.measure.draws,
           settings.engine.threads, engine->name, settings.series ? ", series" : "", settings.no_differences ? ", no differences" : "", base, count < 9 ? count : 9, apart, apart / base);
    for (int k = 8; k < argc || k == 8; k++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct apsis_stress *stress;
        const char *why;
        settings.batch = k < argc ? (size_t)atoi(argv[k]) : 0;
        double start = now(settings.engine.threads);
        if (apsis_stress_run(arena, cells, count, engine, &settings, &model->diagnostics, &stress, &why)) return fprintf(stderr, "%s\n", why ? why : "failed"), 1;
        double took = now(settings.engine.threads) - start;
        printf("  batch %2zu: %.3f s = %.2f single runs, %zu plans, values %zu of %zu, %s; worst %s\n", settings.batch, took, took / base, stress->batches,
               stress->values_merged, stress->values_apart, stress->engine, stress->cells[stress->order[0]].name);
        apsis_arena_free(arena);
    }
    return 0;
}
