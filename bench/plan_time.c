/* plan_time.c - milliseconds from a model's text to a plan, stage by stage: parse, check, lower, plan with all its tables, lint. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host/plan/lint.h"
#include "host/plan/model.h"
#include "host/plan/plan.h"

enum stage { PARSE, CHECK, LOWER, PLAN, LINT, STAGES };
static const char *const names[STAGES] = {"parse", "check", "lower", "plan", "lint"};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* plan_time model.risk [rounds] [threads]: one JSON object, medians of the rounds in milliseconds; by the wall, and of all processors. */
int main(int argc, char **argv)
{
    int rounds = argc > 2 ? atoi(argv[2]) : 21;
    if (argc < 2 || rounds < 1) return 2;
    if (argc > 3) omp_set_num_threads(atoi(argv[3]));
    double *wall = calloc((size_t)rounds * STAGES, sizeof *wall), *used = calloc((size_t)rounds * STAGES, sizeof *used);
    size_t inputs = 0, instructions = 0;
    for (int r = 0; r < rounds; r++) {
        double at[STAGES + 1], cpu[STAGES + 1];
        struct apsis_model *model = NULL;
        struct apsis_ir *ir = NULL;
        struct apsis_plan *plan = NULL;
        for (int s = 0; s <= STAGES; s++) {
            at[s] = now(CLOCK_MONOTONIC), cpu[s] = now(CLOCK_PROCESS_CPUTIME_ID);
            if (s == PARSE) model = apsis_model_read(argv[1]);
            if (s == CHECK && apsis_model_check(model->ast, &model->diagnostics)) break;
            if (s == LOWER) ir = apsis_lower(model->arena, model->ast, NULL, NULL, &model->diagnostics);
            if (s == PLAN) plan = apsis_plan_new(model->arena, ir, NULL, &model->diagnostics);
            if (s == LINT) apsis_lint(model->ast, ir, &model->diagnostics);
        }
        if (!plan) {
            fprintf(stderr, "%s cannot be planned: apsis check %s says why\n", argv[1], argv[1]);
            return 1;
        }
        for (int s = 0; s < STAGES; s++) wall[s * rounds + r] = at[s + 1] - at[s], used[s * rounds + r] = cpu[s + 1] - cpu[s];
        inputs = ir->input_count, instructions = plan->program->instruction_count;
        apsis_model_free(model);
    }
    printf("{\"model\": \"%s\", \"rounds\": %d, \"threads\": %d, \"inputs\": %zu, \"instructions\": %zu", argv[1], rounds, omp_get_max_threads(), inputs, instructions);
    for (int s = 0; s < STAGES; s++) {
        qsort(wall + s * rounds, (size_t)rounds, sizeof *wall, ascending);
        qsort(used + s * rounds, (size_t)rounds, sizeof *used, ascending);
        printf(", \"%s_ms\": %.3f, \"%s_cpu_ms\": %.3f", names[s], wall[s * rounds + rounds / 2], names[s], used[s * rounds + rounds / 2]);
    }
    printf("}\n");
    free(wall);
    free(used);
    return 0;
}
