/* operation_count.c - how many double and 32-bit integer instructions one draw of a model needs at the least, as JSON for floor.py. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_operation_count model.risk
 *
 * Walks the plan's program; a step in a loop counts as often as it runs. What each kind costs is in the tables below: instructions of
 * the function's usual path in one lane, counted in the vector code that a compiler makes of kernels/ (an fma is one instruction), with
 * what a GPU must do otherwise: a 64-bit integer operation or a selection between doubles is two of 32 bits, a division 9 and a square
 * root 10 double instructions. Rare paths count nothing, so the sum is a floor. Philox counts half a call a draw: pairs share one.
 */
#include <stdio.h>
#include <string.h>

#include "distributions/family.h"
#include "host/engine/engine.h"
#include "host/plan/model.h"
#include "kernels/sampler.h"

enum { DIVISION = 9, ROOT = 10 };
struct cost {
    double fp64, int32;
};
#define COST(kind, fp, in) [AP_OP_##kind] = {fp, in}
static const struct cost operation[AP_OPERATION_COUNT] = {
    COST(ADD, 1, 0), COST(SUB, 1, 0), COST(MUL, 1, 0), COST(DIV, DIVISION, 2), COST(POW, 60, 40), COST(NEGATE, 0, 1), COST(ABS, 0, 1),
    COST(SQRT, ROOT, 2), COST(EXP, 26, 12), COST(LOG, 24 + DIVISION, 16), COST(LOG2, 28 + DIVISION, 16), COST(LOG10, 29 + DIVISION, 16),
    COST(SIN, 30, 16), COST(COS, 30, 16), COST(TAN, 40 + 2 * DIVISION, 20), COST(FLOOR, 1, 0), COST(CEIL, 1, 2), COST(ROUND, 4, 4),
    COST(MIN, 1, 2), COST(MAX, 1, 2), COST(CLAMP, 2, 4), COST(LT, 1, 2), COST(LE, 1, 2), COST(EQ, 1, 2), COST(NE, 1, 2), COST(AND, 2, 2),
    COST(OR, 2, 2), COST(NOT, 1, 2), COST(IF, 1, 2), COST(NORMAL_CDF, 50 + 2 * DIVISION, 24), COST(NORMAL_QUANTILE, 45 + 2 * DIVISION + ROOT, 28),
    COST(LOG_HIGH, 28, 30), COST(LOG_LOW, 28, 30), COST(POW_FROM, 42, 24),
    COST(CONFINE, 6 * (50 + 2 * DIVISION) + ROOT, 170)};
static const struct cost uniform = {1, 2 + (60 + 18) / 2.0}, table = {13, 30}, steps = {2, 16}, score = {45 + 2 * DIVISION + ROOT, 28},
                         counted = {60, 40}, solved = {40, 20};
enum { IRR_ROUNDS = 6 };

static const char *kind_name(ap_u32 kind)
{
    static const char *const operations[] = {
#define NAME(name, arity, expression, meaning) #name,
        AP_OPERATIONS(NAME)
#undef NAME
    };
    static const char *const others[] = {"COPY", "DRAW", "SCORE", "MIX", "GATHER", "CONVOLVE", "SIGN_CHANGES", "IRR", "SOLVE", "EMIT", "KEEP"};
    return kind < AP_OPERATION_COUNT ? operations[kind] : others[kind - AP_OPERATION_COUNT];
}
static struct cost plus(struct cost a, struct cost b) { return (struct cost){a.fp64 + b.fp64, a.int32 + b.int32}; }

/* once, in one period */
static struct cost of(const struct ap_instruction *step, const struct ap_program *program)
{
    double periods = program->periods;
    if (step->kind < AP_OPERATION_COUNT) return operation[step->kind];
    switch (step->kind) {
    case AP_STEP_DRAW: {
        const struct ap_sampler *sampler = step->data;
        struct cost c = step->mode ? (struct cost){0, 0} : uniform;
        if (!sampler) return c;
        if (sampler->form == AP_SAMPLER_TABLE) return plus(plus(c, table), sampler->table.transform ? operation[AP_OP_EXP] : (struct cost){0, 0});
        if (sampler->form == AP_SAMPLER_STEPS) return plus(c, steps);
        size_t count;
        const struct apsis_family *family = apsis_families(&count)[sampler->family];
        if (!strcmp(family->name, "uniform")) return plus(c, (struct cost){1, 0});
        if (!strcmp(family->name, "bernoulli")) return plus(c, (struct cost){1, 2});
        if (family->discrete) return plus(c, counted);
        if (!step->mode && (!strcmp(family->name, "normal") || !strcmp(family->name, "lognormal"))) c = plus(c, score);
        if (!strcmp(family->name, "normal")) return plus(c, (struct cost){1, 0});
        if (!strcmp(family->name, "lognormal")) return plus(c, plus(operation[AP_OP_EXP], (struct cost){1, 0}));
        return plus(c, operation[AP_OP_LOG]); /* closed forms: one logarithm or power at the least */
    }
    case AP_STEP_SCORE: return plus(uniform, score);
    case AP_STEP_MIX: return (struct cost){step->arg_count, 2};
    case AP_STEP_GATHER: return (struct cost){1, 4};
    case AP_STEP_CONVOLVE: return (struct cost){periods / 2, periods};
    case AP_STEP_SIGN_CHANGES: return (struct cost){periods, periods};
    case AP_STEP_IRR: return (struct cost){IRR_ROUNDS * (2 * periods + DIVISION), 0}; /* Newton's method: two fma a flow and round */
    case AP_STEP_SOLVE: return solved;
    default: return (struct cost){0, 0};
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) return fprintf(stderr, "operation_count model.risk\n"), 2;
    struct apsis_model *model = apsis_model_read(argv[1]);
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_ir *ir = model->status == APSIS_OK ? apsis_lower(arena, model->ast, NULL, NULL, &model->diagnostics) : NULL;
    struct apsis_plan *plan = ir ? apsis_plan_new(arena, ir, NULL, &model->diagnostics) : NULL;
    if (!plan) return fprintf(stderr, "%s cannot be planned\n", argv[1]), 1;
    const struct ap_program *program = plan->program;
    struct cost sum = {0, 0}, random = {0, 0};
    double times[AP_STEP_COUNT] = {0}, fp64[AP_STEP_COUNT] = {0};
    for (ap_u32 s = 0; s < program->section_count; s++) {
        const struct ap_section *section = &program->sections[s];
        for (ap_u32 i = section->first; i < section->first + section->count; i++) {
            const struct ap_instruction *step = &program->instructions[i];
            double runs = 1;
            if (section->is_loop) {
                ap_u32 last = step->last < program->periods ? step->last : program->periods - 1;
                runs = last < step->first ? 0 : (double)(last - step->first) + 1;
            }
            struct cost c = of(step, program);
            sum.fp64 += runs * c.fp64, sum.int32 += runs * c.int32;
            if (step->kind == AP_STEP_DRAW || step->kind == AP_STEP_SCORE) random.fp64 += runs * c.fp64, random.int32 += runs * c.int32;
            times[step->kind] += runs, fp64[step->kind] += runs * c.fp64;
        }
    }
    size_t scalars = 0, series = 0;
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        if (plan->columns[c].period < 0) scalars++;
        else series++;
    }
    printf("{\"model\": \"%s\", \"fp64\": %.1f, \"int32\": %.1f, \"random_fp64\": %.1f, \"random_int32\": %.1f,\n", ir->name ? ir->name : "",
           sum.fp64, sum.int32, random.fp64, random.int32);
    printf(" \"scalar_columns\": %zu, \"series_columns\": %zu,\n \"kinds\": {", scalars, series);
    int first = 1;
    for (ap_u32 k = 0; k < AP_STEP_COUNT; k++) {
        if (times[k] == 0) continue;
        printf("%s\"%s\": {\"times\": %.0f, \"fp64\": %.0f}", first ? "" : ", ", kind_name(k), times[k], fp64[k]);
        first = 0;
    }
    printf("}}\n");
    return 0;
}
