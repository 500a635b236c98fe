/* test_cells.c - merged cells: each cell's outputs have the bits of a run of its own, on every engine; sharing; differences. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/cuda.h"
#include "host/plan/bands.h"
#include "host/plan/cells.h"
#include "host/plan/model.h"
#include "kernels/tile.h"

enum { MOST = 16, TILES = 3, DRAWS = 3 * 1024 - 100 };

static char folder[] = "/tmp/apsis-cells-XXXXXX";

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    setenv("APSIS_CACHE", folder, 1);
    setenv("APSIS_CUDA_DRIVER", FAKE_CUDA_LIBRARY, 1);
    setenv("APSIS_NVRTC", FAKE_NVRTC_LIBRARY, 1);
    return 0;
}
static int teardown(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

struct world {
    struct apsis_model *model;
    struct apsis_cell_version cells[MOST];
    size_t count;
};

static void add_cell(struct world *w, const char *scenario, const char *set, const char *band)
{
    struct apsis_scenario lines = {.name = "--set"};
    struct apsis_model *m = w->model;
    if (set) {
        uint32_t source = apsis_sources_add(&m->sources, "--set", set, strlen(set));
        apsis_parse_overrides(m->arena, &m->sources, source, &m->diagnostics, &lines);
    }
    struct apsis_overrides overrides = {&scenario, scenario ? 1 : 0, &lines, set ? 1 : 0};
    struct apsis_cell_version *cell = &w->cells[w->count];
    cell->name = scenario ? scenario : set ? set : band ? band : "base";
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, &overrides, NULL, &m->diagnostics);
    if (band && ir) {
        struct apsis_band *bands = NULL;
        size_t count = 0, capacity = 0;
        uint32_t source = apsis_sources_add(&m->sources, "--band", band, strlen(band));
        assert_true(apsis_bands_parse(m->arena, &m->sources, source, &m->diagnostics, &bands, &count, &capacity));
        assert_true(apsis_bands_apply(ir, NULL, bands, count, &m->diagnostics));
    }
    cell->ir = ir;
    for (size_t i = 0; i < m->diagnostics.count && !cell->ir; i++) print_message("%s\n", m->diagnostics.items[i].message);
    assert_non_null(cell->ir);
    w->count++;
}

static void open_text(struct world *w, const char *text)
{
    memset(w, 0, sizeof *w);
    w->model = apsis_model_parse("cells.risk", text, strlen(text));
    assert_int_equal(w->model->status, APSIS_OK);
    add_cell(w, NULL, NULL, NULL);
}

static void open_model(struct world *w, const char *name)
{
    char path[4096];
    memset(w, 0, sizeof *w);
    snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, name);
    w->model = apsis_model_read(path);
    assert_int_equal(w->model->status, APSIS_OK);
    add_cell(w, NULL, NULL, NULL);
    for (size_t i = 0; i < w->model->ast->scenario_count && w->count < MOST; i++) add_cell(w, w->model->ast->scenarios[i].name, NULL, NULL);
}

/* Every column of a graph's outputs, draw by draw. */
struct columns {
    struct apsis_plan *plan;
    double **stored;
};
static struct columns run_graph(struct world *w, const struct apsis_ir *ir, const struct apsis_engine *engine)
{
    struct columns c;
    void *run = NULL;
    const char *why = NULL;
    struct apsis_engine_options options = {.threads = 2};
    c.plan = apsis_plan_new(w->model->arena, ir, NULL, &w->model->diagnostics);
    assert_non_null(c.plan);
    enum apsis_status status = engine->prepare(c.plan, &options, &run, &why);
    if (status) print_message("%s: %s\n", engine->name, why ? why : "");
    assert_int_equal(status, APSIS_OK);
    c.stored = calloc(c.plan->column_count + 1, sizeof *c.stored);
    for (size_t i = 0; i < c.plan->column_count; i++) c.stored[i] = calloc(TILES * AP_TILE_DRAWS, sizeof(double));
    struct apsis_job job = {.seed = 7, .draws = DRAWS, .first_tile = 0, .tile_count = TILES, .stored = c.stored};
    assert_int_equal(engine->run(run, &job), APSIS_OK);
    engine->free(run);
    return c;
}
static void free_columns(struct columns *c)
{
    for (size_t i = 0; i < c->plan->column_count; i++) free(c->stored[i]);
    free(c->stored);
}
static size_t column_of(const struct apsis_plan *plan, uint32_t output, int32_t period)
{
    for (size_t i = 0; i < plan->column_count; i++)
        if (plan->columns[i].kind == APSIS_PLAN_OUTPUT && plan->columns[i].index == output && plan->columns[i].period == period) return i;
    fail_msg("no column of output %u", output);
    return 0;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits;
}
static int not_given(double x) { return bits_of(x) == AP_NOT_GIVEN_BITS; }
static int finite(double x) { return x - x == 0; }

static void compare_cell(const struct world *w, const struct apsis_merged *merged, const struct columns *all, const struct columns *own, const struct columns *base, size_t cell)
{
    const struct apsis_ir *ir = w->cells[cell].ir;
    size_t compared = 0;
    for (size_t o = 0; o < merged->output_count; o++) {
        struct apsis_cell_output to = apsis_merged_output(merged, cell, o);
        const struct apsis_output *output = &w->cells[0].ir->outputs[merged->base_outputs[o]];
        assert_int_not_equal(to.output, APSIS_NO_OUTPUT);
        for (uint32_t t = 0; t < (output->is_series ? ir->periods : 1); t++) {
            int32_t period = output->is_series ? (int32_t)t : -1;
            const double *mine = own->stored[column_of(own->plan, merged->base_outputs[o], period)];
            const double *found = all->stored[column_of(all->plan, to.output, period)];
            if (memcmp(mine, found, DRAWS * sizeof *mine)) fail_msg("%s of %s differs in period %d", output->name, w->cells[cell].name, period);
            compared++;
            if (!cell) continue;
            const double *from = base->stored[column_of(base->plan, merged->base_outputs[o], period)];
            const double *difference = to.difference == APSIS_NO_OUTPUT ? NULL : all->stored[column_of(all->plan, to.difference, period)];
            if (!difference && !output->category_count) assert_memory_equal(mine, from, DRAWS * sizeof *mine);
            for (size_t d = 0; d < DRAWS && difference; d++) {
                double x = mine[d] - from[d] + 0.0;
                if (not_given(mine[d]) || not_given(from[d])) assert_true(not_given(difference[d]));
                else if (!finite(x)) assert_false(finite(difference[d]));
                else assert_true(bits_of(x) == bits_of(difference[d]));
            }
        }
    }
    assert_true(compared > 0);
}

/* All cells merged on one engine, each alone by the interpreter. */
static void check_world(struct world *w, const struct apsis_engine *const *engines)
{
    struct apsis_merge_options options = {.series = 1, .differences = 2};
    struct apsis_merged *merged = apsis_cells_merge(w->model->arena, w->cells, w->count, &options);
    struct columns own[MOST];
    for (size_t cell = 0; cell < w->count; cell++) own[cell] = run_graph(w, w->cells[cell].ir, &apsis_engine_interpreter);
    for (; *engines; engines++) {
        struct columns all = run_graph(w, merged->ir, *engines);
        for (size_t cell = 0; cell < w->count; cell++) compare_cell(w, merged, &all, &own[cell], &own[0], cell);
        free_columns(&all);
    }
    for (size_t cell = 0; cell < w->count; cell++) free_columns(&own[cell]);
    assert_true(merged->values_merged < merged->values_apart);
}

static const struct apsis_engine *const interpreter[] = {&apsis_engine_interpreter, NULL};
static const struct apsis_engine *const all_engines[] = {&apsis_engine_interpreter, &apsis_engine_compiled, &apsis_engine_cuda, NULL};

static void test_models(void **state)
{
    static const char *const models[] = {"first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"};
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct world w;
        open_model(&w, models[i]);
        check_world(&w, interpreter);
        apsis_model_free(w.model);
    }
}

static size_t instructions(const struct ap_program *program, ap_u32 kind)
{
    size_t count = 0;
    for (ap_u32 i = 0; i < program->instruction_count; i++) count += program->instructions[i].kind == kind;
    return count;
}

/* Replaced distributions in correlated groups, changed correlations, parameters that change, conditions, histories, IRR, categories. */
static const char every_kind[] =
    "model every_kind\n"
    "period quarter 2026Q1 to 2028Q4\n"
    "lift = 1\n"
    "a ~ normal(1, 2)\n"
    "b ~ pert(0, 1, 9)\n"
    "n ~ poisson(abs(a) * 3)\n"
    "k ~ discrete(0: 20%, 1: 30%, 3: 50%)\n"
    "c ~ gamma(2.5, 3)\n"
    "free ~ lognormal(p10: 1, p90: 2 + abs(a))\n"
    "correlate\n"
    "  b, c  60%\n"
    "  a, c  20%\n"
    "  g[t], h[t] 30%\n"
    "g[t] ~ normal(2%, 5%)\n"
    "h[t] ~ normal(1, lift)\n"
    "x[t] = x[t-1] * (1 + g[t]) + k - x[t - k - 1] * 10%\n"
    "x[..2025Q4] = 1\n"
    "y[t] = y[t-1] * 0.9 + h[t] * lift\n"
    "y[2025Q4] = 0\n"
    "cash[t] = if t < 4 then -b - 3 else x[t] * a + y[t]\n"
    "output rare = a * b given n > 9\n"
    "output often = sqrt(a) + c given k > 0\n"
    "output whole = n + k   targets 1, 3\n"
    "output worth = npv(10%, cash, mid) / (k - 1) + free\n"
    "output rate = irr(cash, end, between: -90%, 300%)\n"
    "output what = smallest(one: a, two: b, three: c)\n"
    "output x[t]\n"
    "output y[t] given k > 0\n";

static void test_every_kind(void **state)
{
    struct world w;
    (void)state;
    open_text(&w, every_kind);
    static const char *const sets[] = {"b ~ pert(0, 2, 9)", "lift = 2", "k = 0", "c = 2 * c", "a ~ normal(1, 3)", "g[2027Q1..2027Q4] = 5%", "a = 1", "n = n"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) add_cell(&w, NULL, sets[i], NULL);
    check_world(&w, all_engines);
    apsis_model_free(w.model);
}

/* Bands: scores are shared with the cells that have none. */
static void test_bands(void **state)
{
    struct world w;
    struct apsis_merge_options options = {.series = 1, .differences = 2};
    (void)state;
    open_text(&w, every_kind);
    static const char *const bands[] = {"b in P75..P100", "a in P50..P100; b in P20..P80 alone; c in P0..P10", "g[t] in P0..P30", "h in P90..P99.9 alone", "k in P10..P60; free in P0..P50"};
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) add_cell(&w, NULL, i == 2 ? "lift = 2" : NULL, bands[i]);
    check_world(&w, all_engines);
    w.count = 2;
    struct apsis_merged *merged = apsis_cells_merge(w.model->arena, w.cells, w.count, &options);
    struct apsis_plan *one = apsis_plan_new(w.model->arena, w.cells[0].ir, NULL, &w.model->diagnostics);
    struct apsis_plan *all = apsis_plan_new(w.model->arena, merged->ir, NULL, &w.model->diagnostics);
    assert_int_equal(instructions(all->program, AP_STEP_SCORE), instructions(one->program, AP_STEP_SCORE));
    assert_int_equal(instructions(all->program, AP_STEP_MIX), instructions(one->program, AP_STEP_MIX));
    assert_int_equal(instructions(all->program, AP_OP_CONFINE), 1);
    assert_int_equal(instructions(all->program, AP_STEP_DRAW), instructions(one->program, AP_STEP_DRAW) + 2); /* b, and c, which follows */
    apsis_model_free(w.model);
}

/* What an override does not reach exists once. */
static void test_sharing(void **state)
{
    struct world w;
    struct apsis_merge_options options = {.series = 1, .differences = 2};
    (void)state;
    open_text(&w, every_kind);
    add_cell(&w, NULL, "n = n", NULL);        /* nothing at all */
    add_cell(&w, NULL, "lift = 1 + 0", NULL); /* nothing either */
    struct apsis_merged *merged = apsis_cells_merge(w.model->arena, w.cells, w.count, &options);
    struct apsis_plan *one = apsis_plan_new(w.model->arena, w.cells[0].ir, NULL, &w.model->diagnostics);
    struct apsis_plan *all = apsis_plan_new(w.model->arena, merged->ir, NULL, &w.model->diagnostics);
    assert_int_equal(all->program->instruction_count, one->program->instruction_count);
    assert_int_equal(merged->ir->output_count, w.cells[0].ir->output_count);
    for (size_t o = 0; o < merged->output_count; o++) {
        assert_int_equal(apsis_merged_output(merged, 2, o).output, apsis_merged_output(merged, 0, o).output);
        assert_int_equal(apsis_merged_output(merged, 2, o).difference, APSIS_NO_OUTPUT);
    }
    /* another distribution in a correlated group: one more draw, no more scores */
    add_cell(&w, NULL, "b ~ pert(0, 2, 9)", NULL);
    merged = apsis_cells_merge(w.model->arena, w.cells, w.count, &options);
    all = apsis_plan_new(w.model->arena, merged->ir, NULL, &w.model->diagnostics);
    assert_int_equal(instructions(all->program, AP_STEP_SCORE), instructions(one->program, AP_STEP_SCORE));
    assert_int_equal(instructions(all->program, AP_STEP_MIX), instructions(one->program, AP_STEP_MIX));
    assert_int_equal(instructions(all->program, AP_STEP_DRAW), instructions(one->program, AP_STEP_DRAW) + 1);
    apsis_model_free(w.model);
}

/* Overrides that change what helpers there are, and a chain of series of which the last one differs. */
static void test_chain(void **state)
{
    struct apsis_buffer text = {0};
    struct world w;
    (void)state;
    apsis_buffer_text(&text, "model chain\nperiod year 2026 to 2035\nu ~ normal(0, 1)\nr = 8%\ns0[t] = u + t\n");
    for (int i = 1; i < 60; i++) apsis_buffer_printf(&text, "s%d[t] = s%d[t-1] * 0.9 + s%d[t]\ns%d[2025] = %d\n", i, i, i - 1, i, i);
    apsis_buffer_text(&text, "output v = npv(r, s59, mid)\noutput w = npv(10%, s3, mid) + npv(9%, s4, end)\n");
    open_text(&w, text.text);
    add_cell(&w, NULL, "s58[2030] = 1", NULL);
    add_cell(&w, NULL, "s0[2030] = 1", NULL);
    add_cell(&w, NULL, "r = 9%", NULL);
    check_world(&w, interpreter);
    struct apsis_merged *merged = apsis_cells_merge(w.model->arena, w.cells, w.count, NULL);
    assert_int_equal(apsis_merged_output(merged, 1, 1).output, apsis_merged_output(merged, 0, 1).output);
    assert_int_not_equal(apsis_merged_output(merged, 2, 1).output, apsis_merged_output(merged, 0, 1).output);
    assert_int_equal(apsis_merged_output(merged, 3, 1).output, apsis_merged_output(merged, 0, 1).output);
    apsis_buffer_free(&text);
    apsis_model_free(w.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models), cmocka_unit_test(test_every_kind), cmocka_unit_test(test_bands), cmocka_unit_test(test_sharing), cmocka_unit_test(test_chain),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
