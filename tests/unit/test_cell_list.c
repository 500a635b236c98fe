/* test_cell_list.c - cells as they are written: scenarios, overrides, bands and grids, what lies under all, and mistakes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/plan/cell_list.h"

static const char text[] =
    "model list\n"
    "a ~ normal(10, 2)\n"
    "wacc = 8%\n"
    "output v = a * (1 - wacc)\n"
    "scenario slow \"All is late\"\n"
    "  wacc = 10%\n"
    "scenario worse\n"
    "  wacc = 1.5 * wacc\n"
    "  a = 50% * a\n";

static struct apsis_cell_list *list(struct apsis_model **model, struct apsis_cell_request request)
{
    *model = apsis_model_parse("list.risk", text, sizeof text - 1);
    assert_int_equal((*model)->status, APSIS_OK);
    return apsis_cell_list_new(*model, &request);
}

static double wacc(const struct apsis_cell_list *l, size_t cell) /* 1 - wacc is a constant there */
{
    const struct apsis_ir *ir = l->cells[cell].ir;
    const struct apsis_node *product = &ir->nodes[ir->outputs[0].node];
    double value = -1;
    assert_true(apsis_ir_is_const(ir, product->args[1], &value));
    return 1 - value;
}
static int close_to(double a, double b) { return a - b < 1e-12 && b - a < 1e-12; }

static void test_cells(void **state)
{
    struct apsis_model *model;
    const char *cells[] = {"slow;worse ", " wacc = 9% ; a in P75..P100", "worse; a in P0..P50 alone; wacc = wacc + 1%"};
    (void)state;
    struct apsis_cell_list *l = list(&model, (struct apsis_cell_request){.scenarios = 1, .cells = cells, .cell_count = 3, .grid = "wacc = 5%, 6%; a = 1, 2"});
    for (size_t i = 0; i < model->diagnostics.count; i++) print_message("%s\n", model->diagnostics.items[i].message);
    assert_non_null(l);
    assert_int_equal(l->count, 1 + 2 + 3 + 4);
    assert_string_equal(l->cells[0].name, "base");
    assert_string_equal(l->cells[1].name, "slow");
    assert_string_equal(l->titles[1], "All is late");
    assert_null(l->titles[2]);
    assert_string_equal(l->cells[3].name, "slow;worse");
    assert_string_equal(l->cells[4].name, "wacc = 9% ; a in P75..P100");
    assert_true(close_to(wacc(l, 0), 0.08) && close_to(wacc(l, 1), 0.10) && close_to(wacc(l, 2), 0.12) && close_to(wacc(l, 3), 0.15) && close_to(wacc(l, 4), 0.09));
    assert_true(close_to(wacc(l, 5), 0.13));
    assert_true(!l->cells[0].ir->inputs[0].score && l->cells[4].ir->inputs[0].score && l->cells[5].ir->inputs[0].score);
    assert_true(l->grid && l->grid_first == 6);
    assert_string_equal(l->cells[9].name, "wacc = 6%, a = 2");
    apsis_model_free(model);
    const char *under[] = {"slow", "a in P0..P50"}, *half[] = {"wacc = wacc / 2"};
    l = list(&model, (struct apsis_cell_request){.under = under, .under_count = 2, .cells = half, .cell_count = 1});
    assert_non_null(l);
    assert_int_equal(l->count, 2);
    assert_true(close_to(wacc(l, 0), 0.10) && close_to(wacc(l, 1), 0.05) && l->cells[0].ir->inputs[0].score && l->cells[1].ir->inputs[0].score);
    apsis_model_free(model);
}

static void expect(struct apsis_cell_request request, const char *message)
{
    struct apsis_model *model;
    char all[600];
    assert_null(list(&model, request));
    assert_int_equal(model->diagnostics.count, 1);
    const struct apsis_diagnostic *d = &model->diagnostics.items[0];
    snprintf(all, sizeof all, "%s / %s", d->message, d->hint ? d->hint : "");
    assert_string_equal(all, message);
    apsis_model_free(model);
}
#define ONE(cell) (struct apsis_cell_request){.scenarios = 1, .cells = (const char *[]){cell}, .cell_count = 1}

static void test_mistakes(void **state)
{
    (void)state;
    expect(ONE("slwo"), "there is no scenario slwo / did you mean slow?");
    expect(ONE("slow"), "the cell slow is asked for twice / ");
    expect(ONE(" ; "), "this cell is empty / a cell is the name of a scenario, an override (x = 12%), a band (x in P75..P100), or several of these with ; between");
    expect(ONE("wac = 3"), "wac is not a name of the model / did you mean wacc?");
    expect(ONE("aa in P0..P5"), "aa is no uncertain input / did you mean a?");
    expect(ONE("a = 1; a in P0..P5"), "a is fixed here: its draws are not used / leave out the band, or what fixes it");
    expect((struct apsis_cell_request){.grid = "wacc = 1%, 2%; b = 1, 2"}, "b is not a name of the model / in the cell wacc = 1%, b = 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells), cmocka_unit_test(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
