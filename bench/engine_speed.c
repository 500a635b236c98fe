/* engine_speed.c - draws a second of the interpreter on a model, by instruction set, without and with the cost of a column's output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/engine/cpu.h"
#include "host/engine/engine.h"
#include "host/plan/model.h"

/* Seconds; of this process alone where one thread works, since others may be busy too. */
static double now(int threads)
{
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* engine_speed model.risk [tiles] [threads] [cpu] [block] [plan|ir] */
int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    uint64_t tiles = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
    struct apsis_engine_options options = {.threads = argc > 3 ? atoi(argv[3]) : 1, .cpu = argc > 4 && strcmp(argv[4], "-") ? argv[4] : NULL,
                                           .block = argc > 5 ? (unsigned)atoi(argv[5]) : 0};
    struct apsis_model *model = apsis_model_read(argv[1]);
    struct apsis_buffer text = {0};
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_ir *ir = model->status == APSIS_OK ? apsis_lower(arena, model->ast, NULL, NULL, &model->diagnostics) : NULL;
    double start = omp_get_wtime();
    struct apsis_plan *plan = ir ? apsis_plan_new(arena, ir, NULL, &model->diagnostics) : NULL;
    if (!plan) {
        apsis_diagnostics_print(&model->diagnostics, &model->sources, "text", &text);
        fprintf(stderr, "%s", text.text ? text.text : "no plan\n");
        return 1;
    }
    double planned = omp_get_wtime() - start;
    if (argc > 6) {
        if (!strcmp(argv[6], "ir")) apsis_ir_print(ir, &text);
        apsis_plan_print(plan, &text);
        puts(text.text);
        return 0;
    }
    void *run;
    const char *why;
    if (apsis_engine_interpreter.prepare(plan, &options, &run, &why) != APSIS_OK) return fprintf(stderr, "%s\n", why), 1;
    double **stored = calloc(plan->column_count + 1, sizeof *stored);
    size_t scalars = 0;
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].period < 0) stored[c] = malloc(tiles * 1024 * sizeof(double)), scalars++;
    }
    struct apsis_job job = {.seed = 1, .draws = tiles * 1024, .tile_count = tiles, .stored = stored};
    double best = 1e9;
    for (int k = 0; k < 3; k++) {
        start = now(options.threads);
        apsis_engine_interpreter.run(run, &job);
        double took = now(options.threads) - start;
        if (took < best) best = took;
    }
    printf("%s: %s, plan %.1f ms, %u instructions, %u slots; %.0f draws/s\n", argv[1], apsis_engine_interpreter.describe(run), planned * 1e3,
           plan->program->instruction_count, plan->program->slots, (double)tiles * 1024 / best);
    for (size_t c = 0; c < plan->column_count; c++) {
        if (!stored[c]) continue;
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < tiles * 1024; i++) if (stored[c][i] - stored[c][i] == 0) sum += stored[c][i], n++;
        printf("  %-24s mean %.9g over %zu\n", ir->outputs[plan->columns[c].index].name, sum / (double)n, n);
    }
    return 0;
}
