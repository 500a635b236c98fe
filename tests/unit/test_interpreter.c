/* test_interpreter.c - random small graphs, run by the interpreter in every shape, against one draw at a time by recursion. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "host/engine/cpu.h"
#include "host/engine/engine.h"
#include "tests/support/evaluate.h"

static uint64_t state;
static uint32_t pick(uint32_t below)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((state >> 33) % below);
}

/* ------------------------------------------------------------------ graphs made at random */

struct maker {
    struct apsis_ir *ir;
    apsis_node_id scalars[64], varying[64]; /* what a rule of the series in work may use */
    size_t scalar_count, varying_count;
    uint32_t group_of[16]; /* by series: its loop, about */
};

static uint32_t new_input(struct maker *m, int is_series, const struct apsis_family *family)
{
    struct apsis_ir *ir = m->ir;
    struct apsis_input *i = APSIS_PUSH(ir->arena, ir->inputs, ir->input_count, ir->input_capacity);
    uint32_t number = (uint32_t)(ir->input_count - 1);
    i->name = apsis_arena_printf(ir->arena, "u%u", number);
    i->stream = 0x9e3779b97f4a7c15ull * (number + 1);
    i->is_series = is_series;
    i->family = family;
    i->group = -1;
    return number;
}
static apsis_node_id draw_of(struct maker *m, uint32_t input)
{
    apsis_node_id node = apsis_ir_node(m->ir, (struct apsis_node){.kind = APSIS_NODE_DRAW, .index = input});
    m->ir->inputs[input].node = node;
    return node;
}

static void can_use(struct maker *m, apsis_node_id node) { m->varying[m->varying_count++] = node; }
static void can_read(struct maker *m, apsis_node_id node) { m->scalars[m->scalar_count++] = node; }
static apsis_node_id any_scalar(struct maker *m) { return m->scalars[pick((uint32_t)m->scalar_count)]; }
static apsis_node_id any_value(struct maker *m)
{
    return m->varying_count && pick(3) ? m->varying[pick((uint32_t)m->varying_count)] : any_scalar(m);
}

static apsis_node_id any_expression(struct maker *m, int varying, int depth)
{
    static const enum ap_operation two[] = {AP_OP_ADD, AP_OP_SUB, AP_OP_MUL, AP_OP_MIN, AP_OP_MAX, AP_OP_LT, AP_OP_LE, AP_OP_DIV, AP_OP_AND, AP_OP_OR, AP_OP_NE};
    static const enum ap_operation one[] = {AP_OP_NEGATE, AP_OP_ABS, AP_OP_SQRT, AP_OP_FLOOR, AP_OP_NOT, AP_OP_ROUND, AP_OP_NORMAL_CDF, AP_OP_SIN};
    struct apsis_ir *ir = m->ir;
    if (depth == 0 || pick(6) == 0) return varying ? any_value(m) : any_scalar(m);
    apsis_node_id a = any_expression(m, varying, depth - 1);
    switch (pick(9)) {
    case 0: return apsis_ir_op(ir, one[pick(sizeof one / sizeof *one)], a, 0, 0);
    case 1: return apsis_ir_op(ir, AP_OP_IF, apsis_ir_op(ir, AP_OP_LT, a, apsis_ir_const(ir, 0.5), 0), any_expression(m, varying, depth - 1), any_expression(m, varying, depth - 1));
    case 2: return apsis_ir_op(ir, AP_OP_POW, apsis_ir_op(ir, AP_OP_ABS, varying && pick(2) ? any_scalar(m) : a, 0, 0), any_expression(m, varying, depth - 1), 0);
    case 3: return apsis_ir_op(ir, AP_OP_POW, a, apsis_ir_const(ir, 2), 0);
    case 4: return apsis_ir_op(ir, AP_OP_CLAMP, a, apsis_ir_const(ir, -3), apsis_ir_const(ir, 4));
    default: return apsis_ir_op(ir, two[pick(sizeof two / sizeof *two)], a, any_expression(m, varying, depth - 1), 0);
    }
}

static apsis_node_id whole_number(struct maker *m, int varying, int from, int to)
{
    struct apsis_ir *ir = m->ir;
    apsis_node_id u = varying && m->varying_count && pick(2) ? any_value(m) : any_scalar(m);
    u = apsis_ir_op(ir, AP_OP_CLAMP, apsis_ir_op(ir, AP_OP_ABS, u, 0, 0), apsis_ir_const(ir, 0), apsis_ir_const(ir, 1));
    u = apsis_ir_op(ir, AP_OP_FLOOR, apsis_ir_op(ir, AP_OP_MUL, u, apsis_ir_const(ir, to - from + 1), 0), 0, 0);
    return apsis_ir_op(ir, AP_OP_ADD, u, apsis_ir_const(ir, from), 0);
}

static void add_output(struct maker *m, apsis_node_id node, int is_series, apsis_node_id given)
{
    struct apsis_ir *ir = m->ir;
    struct apsis_output *o = APSIS_PUSH(ir->arena, ir->outputs, ir->output_count, ir->output_capacity);
    *o = (struct apsis_output){.name = apsis_arena_printf(ir->arena, "o%zu", ir->output_count), .is_series = is_series, .node = node, .given = given, .is_output = 1};
}

/* Scalars from the series of the loops before this one. */
static void add_results(struct maker *m, uint32_t group)
{
    struct apsis_ir *ir = m->ir;
    for (uint32_t s = 0; s < ir->series_count && m->scalar_count < 48; s++) {
        if (m->group_of[s] >= group) continue;
        if (pick(2)) {
            apsis_node_id k = pick(2) ? apsis_ir_const(ir, (double)pick(ir->periods + 4) - 3) : whole_number(m, 0, -3, (int)ir->periods);
            can_read(m, apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_AT, .index = s, .arg_count = 1, .args = {k}}));
        }
        if (pick(4) == 0) {
            can_read(m, apsis_ir_node(ir, (struct apsis_node){
                .kind = APSIS_NODE_SIGN_CHANGES, .index = s, .arg_count = 2, .args = {any_scalar(m), any_scalar(m)}}));
        }
        if (pick(4) == 0) {
            can_read(m, apsis_ir_node(ir, (struct apsis_node){
                .kind = APSIS_NODE_IRR, .index = s, .arg_count = 4, .timing = (uint8_t)pick(3),
                .args = {apsis_ir_op(ir, AP_OP_NEGATE, any_scalar(m), 0, 0), any_scalar(m), apsis_ir_const(ir, -0.5), apsis_ir_const(ir, 2)}}));
        }
    }
}

static struct apsis_ir *make_graph(struct apsis_arena *arena, uint64_t seed)
{
    state = seed;
    struct maker maker = {.ir = apsis_ir_new(arena)}, *m = &maker;
    struct apsis_ir *ir = m->ir;
    const struct apsis_family *normal = apsis_family_find("normal"), *bernoulli = apsis_family_find("bernoulli");
    ir->name = "random";
    ir->periods = 1 + pick(9);
    ir->periods_per_year = pick(2) ? 1 : 4;
    for (int i = 0; i < 3; i++) can_read(m, apsis_ir_const(ir, (double)pick(9) / 4 - 1));
    for (uint32_t i = 0, n = pick(4); i < n; i++) can_read(m, draw_of(m, new_input(m, 0, NULL)));
    if (pick(2)) { /* a correlated group of three, semidefinite at times */
        struct apsis_group *g = APSIS_PUSH(arena, ir->groups, ir->group_count, ir->group_capacity);
        g->count = 3;
        g->members = APSIS_NEW_ARRAY(arena, uint32_t, 3);
        g->factor = APSIS_NEW_ARRAY(arena, double, 9);
        static const double factor[9] = {1, 0, 0, 0.6, 0.8, 0, 0.3, 0, 0.9539392014169456};
        memcpy(g->factor, factor, sizeof factor);
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t number = g->members[k] = new_input(m, 0, normal);
            ir->inputs[number].group = (int)ir->group_count - 1;
            ir->inputs[number].position = k;
            ir->inputs[number].parameter_count = 2;
            ir->inputs[number].parameters[0] = any_scalar(m);
            ir->inputs[number].parameters[1] = apsis_ir_const(ir, 0.5);
            apsis_node_id node = draw_of(m, number);
            if (pick(3)) can_read(m, node);
        }
    }
    for (int i = 0; i < 3; i++) can_read(m, any_expression(m, 0, 2));
    uint32_t series = 1 + pick(7), group = 0;
    double *year = APSIS_NEW_ARRAY(arena, double, ir->periods);
    for (uint32_t t = 0; t < ir->periods; t++) year[t] = 0.25 * t;
    apsis_node_id clock = apsis_ir_period(ir, year);
    ir->series = APSIS_NEW_ARRAY(arena, struct apsis_series, 16);
    for (uint32_t s = 0; s < series; s++) m->group_of[s] = 9;
    for (uint32_t s = 0; s < series; s++) {
        if (s && pick(3) == 0) group++;
        m->group_of[s] = group;
    }
    /* the series of one loop may look at one another's past, so all of them must exist before their rules */
    ir->series_count = series;
    group = 0;
    for (uint32_t s = 0; s < series; s++) {
        struct apsis_series *x = &ir->series[s];
        if (m->group_of[s] > group) add_results(m, group = m->group_of[s]);
        x->name = apsis_arena_printf(arena, "x%u", s);
        m->varying_count = 0;
        can_use(m, clock);
        for (uint32_t i = 0, n = 1 + pick(5); i < n; i++) {
            uint32_t other = pick(series);
            if (m->group_of[other] > group) other = pick(s + 1);
            switch (pick(8)) {
            case 0: can_use(m, draw_of(m, new_input(m, 1, NULL))); break;
            case 1: {
                uint32_t number = new_input(m, 1, pick(2) ? normal : bernoulli);
                ir->inputs[number].parameter_count = ir->inputs[number].family == normal ? 2 : 1;
                ir->inputs[number].parameters[0] = any_value(m);
                ir->inputs[number].parameters[1] = apsis_ir_op(ir, AP_OP_ABS, any_value(m), 0, 0);
                can_use(m, draw_of(m, number));
                break;
            }
            case 2: can_use(m, apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_PAST, .index = other, .arg_count = 1, .args = {whole_number(m, pick(2) ? 1 : 0, -1, 4)}})); break;
            case 3: if (s > 1) can_use(m, apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_CONVOLVE, .index = pick(s), .other = pick(s)})); break;
            case 4:
                for (uint32_t k = 0; k < s; k++) {
                    if (m->group_of[k] < group) can_use(m, apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_AT, .index = k, .arg_count = 1, .args = {whole_number(m, 1, -2, (int)ir->periods)}}));
                    if (m->varying_count > 40) break;
                }
                break;
            case 5: if (s) can_use(m, apsis_ir_read(ir, pick(s), 0)); break;
            default: can_use(m, apsis_ir_read(ir, other, 1 + (int)pick(4))); break;
            }
        }
        x->history_count = pick(6);
        x->history = APSIS_NEW_ARRAY(arena, apsis_node_id, x->history_count + 1);
        for (size_t k = 0; k < x->history_count; k++) x->history[k] = m->scalars[pick(3)];
        if (pick(2)) x->before = m->scalars[pick(3)];
        x->pieces = APSIS_NEW_ARRAY(arena, struct apsis_piece, 4);
        for (uint32_t t = 0; t < ir->periods;) {
            uint32_t last = x->piece_count < 3 && pick(2) ? t + pick(3) : ir->periods - 1;
            if (last >= ir->periods) last = ir->periods - 1;
            apsis_node_id rule = any_expression(m, 1, 3);
            /* keep sizes moderate, so that signs and orders matter everywhere */
            if (pick(2)) rule = apsis_ir_op(ir, AP_OP_CLAMP, rule, apsis_ir_const(ir, -8), apsis_ir_const(ir, 8));
            x->pieces[x->piece_count++] = (struct apsis_piece){t, last, rule};
            t = last + 1;
        }
    }
    m->varying_count = 0;
    add_results(m, 10);
    for (uint32_t s = 0; s < series; s++) {
        if (pick(2)) add_output(m, apsis_ir_read(ir, s, 0), 1, pick(3) ? 0 : pick(2) ? any_scalar(m) : apsis_ir_read(ir, pick(series), 0));
    }
    for (int i = 0; i < 4; i++) add_output(m, any_expression(m, 0, 2), 0, pick(3) ? 0 : any_scalar(m));
    return ir;
}

/* ------------------------------------------------------------------ the check */

static uint64_t bits_of(double x)
{
    if (ap_word_of(x) == AP_NOT_GIVEN_BITS) return AP_NOT_GIVEN_BITS;
    return x == x ? ap_word_of(x + 0.0) : AP_NAN_BITS;
}

static double expected(struct evaluation *e, const struct apsis_output *o, long t)
{
    if (o->given) {
        double given = evaluate_node(e, o->given, e->ir->nodes[o->given].kind == APSIS_NODE_READ ? t : 0);
        if (given == 0) return ap_double_of(AP_NOT_GIVEN_BITS);
        if (isnan(given)) return NAN;
    }
    return evaluate_node(e, o->node, t);
}

#define TILES 2

static void run_plan(const struct apsis_plan *plan, const char *cpu, unsigned block, int threads, uint64_t draws, double *const *stored)
{
    struct apsis_engine_options options = {.threads = threads, .cpu = cpu, .block = block};
    void *run;
    const char *why = NULL;
    assert_int_equal(apsis_engine_interpreter.prepare(plan, &options, &run, &why), APSIS_OK);
    struct apsis_job job = {.seed = 7, .draws = draws, .first_tile = 3, .tile_count = TILES, .stored = stored};
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_OK);
    apsis_engine_interpreter.free(run);
}

static void check_graph(uint64_t seed)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_ir *ir = make_graph(arena, seed);
    struct apsis_diagnostics diagnostics = {.arena = arena};
    struct apsis_plan *plan = apsis_plan_new(arena, ir, NULL, &diagnostics);
    if (!plan) {
        for (size_t i = 0; i < diagnostics.count; i++) print_message("seed %llu: %s\n", (unsigned long long)seed, diagnostics.items[i].message);
        fail();
    }
    struct evaluation e;
    evaluate_begin(&e, ir, 7);
    double *want = malloc((plan->column_count + 1) * sizeof *want), **stored = malloc((plan->column_count + 1) * sizeof *stored);
    static const char *const cpus[] = {"plain", "v3", "v4", "armv8"};
    static const unsigned blocks[] = {16, 64, 512, 32, 256, 128};
    uint64_t draws = 5 * 1024 - 100;
    for (unsigned shape = 0; shape < 4; shape++) {
        const char *cpu = cpus[(seed + shape) % 4];
        if (!apsis_cpu_find(cpu)) continue;
        unsigned block = blocks[(seed + 2 * shape) % 6];
        for (size_t c = 0; c < plan->column_count; c++) {
            stored[c] = NULL; /* in one shape some columns are not asked for: what only they need is not computed */
            if (shape == 3 && (c + seed) % 3) continue;
            stored[c] = malloc(TILES * 1024 * sizeof(double));
            memset(stored[c], 0x5a, TILES * 1024 * sizeof(double));
        }
        run_plan(plan, cpu, block, 1 + (int)(shape % 3), draws, stored);
        for (uint64_t k = 0; k < 24; k++) {
            uint64_t at = (k * 401 + seed * 7) % (TILES * 1024), draw = 3 * 1024 + at;
            evaluate_draw(&e, draw);
            for (size_t c = 0; c < plan->column_count; c++) {
                const struct apsis_plan_column *column = &plan->columns[c];
                if (!stored[c]) continue;
                uint64_t got = ap_word_of(stored[c][at]);
                if (draw >= draws) {
                    assert_int_equal(got, 0x5a5a5a5a5a5a5a5aull);
                    continue;
                }
                double x = expected(&e, &ir->outputs[column->index], column->period < 0 ? 0 : column->period);
                if (bits_of(stored[c][at]) != bits_of(x)) {
                    struct apsis_buffer text = {0};
                    apsis_ir_print(ir, &text);
                    apsis_plan_print(plan, &text);
                    fprintf(stderr, "%s\nseed %llu, %s, block %u, draw %llu, %s period %d: %a, not %a\n", text.text, (unsigned long long)seed, cpu, block,
                            (unsigned long long)draw, ir->outputs[column->index].name, column->period, stored[c][at], x);
                    fail();
                }
                if (stored[c][at] == 0) assert_int_equal(got, 0); /* no -0 in a result */
            }
        }
        for (size_t c = 0; c < plan->column_count; c++) free(stored[c]);
    }
    free(want);
    free(stored);
    evaluate_end(&e);
    apsis_arena_free(arena);
}

static void test_random_graphs(void **unused)
{
    (void)unused;
    const char *one = getenv("APSIS_GRAPH"), *many = getenv("APSIS_GRAPHS");
    if (one) {
        check_graph(strtoull(one, NULL, 10));
        return;
    }
    uint64_t count = many ? strtoull(many, NULL, 10) : 600;
    for (uint64_t seed = 1; seed <= count; seed++) check_graph(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_graphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
