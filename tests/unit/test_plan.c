/* test_plan.c - what the planner makes of small models: rates, rings, passes, dead values, errors; and how the engine stops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/engine/engine.h"
#include "host/plan/model.h"
#include "host/plan/plan.h"
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

struct made {
    struct apsis_model *model;
    struct apsis_ir *ir;
    struct apsis_plan *plan;
};

static struct made make(const char *text, const struct apsis_plan_options *options)
{
    struct made m = {.model = apsis_model_parse("test.risk", text, strlen(text))};
    assert_int_equal(m.model->status, APSIS_OK);
    m.ir = apsis_lower(m.model->arena, m.model->ast, NULL, NULL, &m.model->diagnostics);
    for (size_t i = 0; i < m.model->diagnostics.count; i++) print_message("%s\n", m.model->diagnostics.items[i].message);
    assert_non_null(m.ir);
    m.plan = apsis_plan_new(m.model->arena, m.ir, options, &m.model->diagnostics);
    return m;
}
static void drop(struct made *m) { apsis_model_free(m->model); }

/* How many instructions of a kind are in loops, and outside. */
static unsigned count(const struct ap_program *program, unsigned kind, unsigned in_loop)
{
    unsigned n = 0;
    for (ap_u32 s = 0; s < program->section_count; s++) {
        if (program->sections[s].is_loop != in_loop) continue;
        for (ap_u32 i = 0; i < program->sections[s].count; i++) n += program->instructions[program->sections[s].first + i].kind == kind;
    }
    return n;
}
static unsigned loops(const struct ap_program *program)
{
    unsigned n = 0;
    for (ap_u32 s = 0; s < program->section_count; s++) n += program->sections[s].is_loop;
    return n;
}

static void test_rates(void **unused)
{
    (void)unused;
    struct made m = make("model rates\nperiod year 2026 to 2045\n"
                         "a ~ uniform(1, 2)\n"
                         "cpi[t] = cpi[t-1] * 1.02\ncpi[2025] = 1\n"
                         "x[t] = x[t-1] * exp(a) + sqrt(cpi[t]) * a ^ t\nx[2025] = 0\n"
                         "output y = x[2045]\n",
                         NULL);
    assert_non_null(m.plan);
    const struct ap_program *p = m.plan->program;
    assert_int_equal(count(p, AP_OP_EXP, 1), 0);      /* once a draw */
    assert_int_equal(count(p, AP_OP_EXP, 0), 1);
    assert_int_equal(count(p, AP_OP_SQRT, 0) + count(p, AP_OP_SQRT, 1), 0); /* once a model */
    assert_int_equal(count(p, AP_OP_POW, 1), 0);
    assert_int_equal(count(p, AP_OP_POW_FROM, 1), 1);
    assert_int_equal(count(p, AP_OP_LOG_HIGH, 0), 1);
    assert_int_equal(loops(p), 1);
    assert_true(p->slots < 12);
    drop(&m);
}

static void test_long_horizon(void **unused)
{
    (void)unused;
    struct made m = make("model long\nperiod month 1900-01 to 2066-08\n"
                         "n[t] ~ normal(0, 1)\n"
                         "x[t] = 0.5 * x[t-1] + 0.25 * x[t-3] + n[t]\nx[1899-10..1899-12] = 0, 1, 2\n"
                         "output y = x[2066-08]\noutput low = lowest(x)\n",
                         NULL);
    assert_non_null(m.plan);
    assert_int_equal(m.plan->program->periods, 2000);
    assert_true(m.plan->program->slots < 16); /* no history */
    volatile int cancel = 1;
    double *stored[2] = {malloc(1024 * sizeof(double)), NULL};
    struct apsis_job job = {.seed = 1, .draws = 1024, .tile_count = 1, .stored = stored, .cancel = &cancel};
    void *run;
    const char *why;
    assert_int_equal(apsis_engine_interpreter.prepare(m.plan, NULL, &run, &why), APSIS_OK);
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_INTERRUPTED);
    cancel = 0;
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_OK);
    assert_true(stored[0][0] == stored[0][0]);
    apsis_engine_interpreter.free(run);
    free(stored[0]);
    drop(&m);
}

static void test_only(void **unused)
{
    (void)unused;
    static const char *const only[] = {"y", NULL};
    struct made m = make("model only\na ~ uniform(1, 2)\nb ~ uniform(1, 2)\noutput y = exp(a)\noutput z = log(b)\n",
                         &(struct apsis_plan_options){.only = only});
    assert_int_equal(m.plan->column_count, 1);
    assert_int_equal(count(m.plan->program, AP_STEP_DRAW, 0), 1);
    assert_int_equal(count(m.plan->program, AP_OP_LOG, 0), 0);
    drop(&m);
}

/* A result over the horizon and what depends on it are worked out one loop after the other; the print names them. */
static void test_passes(void **unused)
{
    (void)unused;
    struct made m = make("model passes\nperiod year 2026 to 2045\n"
                         "n[t] ~ normal(0, 1)\n"
                         "x[t] = x[t-1] + n[t]\nx[2025] = 0\n"
                         "hit = first(t where x > 2, else 99)\n"
                         "y[t] = if t > hit then x[t] else 0\n"
                         "output total = sum(y)\n",
                         NULL);
    assert_non_null(m.plan);
    assert_int_equal(loops(m.plan->program), 2);
    assert_int_equal(count(m.plan->program, AP_STEP_DRAW, 1), 1); /* x is kept, not drawn again */
    struct apsis_buffer text = {0};
    apsis_plan_print(m.plan, &text);
    assert_non_null(strstr(text.text, "for t = 0 .. 19"));
    assert_non_null(strstr(text.text, "# x"));
    apsis_buffer_free(&text);
    drop(&m);
}

/* The same graph by hand, since the language's own check speaks first. */
static void test_horizon_cycle(void **unused)
{
    (void)unused;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_ir *ir = apsis_ir_new(arena);
    struct apsis_diagnostics diagnostics = {.arena = arena};
    ir->name = "cycle";
    ir->periods = 4;
    struct apsis_input *u = APSIS_PUSH(arena, ir->inputs, ir->input_count, ir->input_capacity);
    *u = (struct apsis_input){.name = "u", .stream = 1, .group = -1, .is_series = 1};
    struct apsis_series *x = APSIS_PUSH(arena, ir->series, ir->series_count, ir->series_capacity);
    apsis_node_id draw = apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_DRAW});
    apsis_node_id at = apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_AT, .arg_count = 1, .args = {apsis_ir_const(ir, 3)}});
    *x = (struct apsis_series){.name = "x", .pieces = APSIS_NEW(arena, struct apsis_piece), .piece_count = 1};
    x->pieces[0] = (struct apsis_piece){0, 3, apsis_ir_op(ir, AP_OP_ADD, draw, at, 0)};
    struct apsis_output *o = APSIS_PUSH(arena, ir->outputs, ir->output_count, ir->output_capacity);
    *o = (struct apsis_output){.name = "o", .node = at, .is_output = 1};
    assert_null(apsis_plan_new(arena, ir, NULL, &diagnostics));
    assert_int_equal(diagnostics.count, 1);
    assert_string_equal(diagnostics.items[0].message, "x needs a result over all periods that needs x itself");
    apsis_arena_free(arena);
}

static void test_floating_mode(void **unused)
{
    (void)unused;
    struct made m = make("model mode\na ~ uniform(0, 1)\noutput y = a / 3 * 1e-300 * 1e-10\noutput z = log(a) / 7 + 1 / 3\n", NULL);
    double *plain[2], *flipped[2];
    for (int c = 0; c < 2; c++) plain[c] = malloc(4096 * 8), flipped[c] = malloc(4096 * 8);
    struct apsis_job job = {.seed = 1, .draws = 4096, .tile_count = 4, .stored = plain};
    struct apsis_engine_options options = {.threads = 2};
    void *run;
    const char *why;
    assert_int_equal(apsis_engine_interpreter.prepare(m.plan, &options, &run, &why), APSIS_OK);
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_OK);
#if defined(__x86_64__)
    unsigned before = _mm_getcsr(), odd = 0x1f80 | 0x8000 | 0x0040 | 0x4000; /* flush, denormals are zero, round up */
    _mm_setcsr(odd);
    struct made again = make("model mode\na ~ uniform(0, 1)\noutput y = a / 3 * 1e-300 * 1e-10\noutput z = log(a) / 7 + 1 / 3\n", NULL);
    void *second;
    assert_int_equal(apsis_engine_interpreter.prepare(again.plan, &options, &second, &why), APSIS_OK);
    job.stored = flipped;
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_OK);
    for (int c = 0; c < 2; c++) assert_memory_equal(plain[c], flipped[c], 4096 * 8);
    assert_int_equal(apsis_engine_interpreter.run(second, &job), APSIS_OK);
    unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    assert_int_equal(after & 0xffc0, odd & 0xffc0); /* put back; the flags of what happened do not count */
    assert_memory_equal(plain[0], flipped[0], 4096 * 8);
    apsis_engine_interpreter.free(second);
    drop(&again);
#endif
    assert_true(plain[0][0] > 0); /* 1e-310: a denormal lives */
    apsis_engine_interpreter.free(run);
    for (int c = 0; c < 2; c++) free(plain[c]), free(flipped[c]);
    drop(&m);
}

static void test_bad_options(void **unused)
{
    (void)unused;
    struct made m = make("model options\na ~ uniform(0, 1)\noutput y = a\n", NULL);
    void *run;
    const char *why = NULL;
    assert_int_equal(apsis_engine_interpreter.prepare(m.plan, &(struct apsis_engine_options){.cpu = "z80"}, &run, &why), APSIS_USAGE);
    assert_non_null(why);
    assert_int_equal(apsis_engine_interpreter.prepare(m.plan, &(struct apsis_engine_options){.block = 48}, &run, &why), APSIS_USAGE);
    assert_ptr_equal(apsis_engine_find("interpreter"), &apsis_engine_interpreter);
    assert_null(apsis_engine_find("abacus"));
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),         cmocka_unit_test(test_long_horizon), cmocka_unit_test(test_only),        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_horizon_cycle), cmocka_unit_test(test_floating_mode), cmocka_unit_test(test_bad_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
