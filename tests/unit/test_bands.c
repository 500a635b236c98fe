/* test_bands.c - bands and grids as written; banded inputs against the formula, and against rejection sampling. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "host/plan/bands.h"
#include "host/plan/grid.h"
#include "host/plan/model.h"
#include "kernels/normal.h"
#include "kernels/tile.h"

enum { TILES = 200, DRAWS = TILES * AP_TILE_DRAWS };

/* ------------------------------------------------------------------ what is written, and what is wrong with it */

static struct apsis_model *open_text(const char *text)
{
    struct apsis_model *model = apsis_model_parse("bands.risk", text, strlen(text));
    assert_int_equal(model->status, APSIS_OK);
    return model;
}

static int read_bands(struct apsis_model *model, const char *text, struct apsis_band **bands, size_t *count)
{
    size_t capacity = 0;
    *bands = NULL;
    *count = 0;
    uint32_t source = apsis_sources_add(&model->sources, "--band", text, strlen(text));
    return apsis_bands_parse(model->arena, &model->sources, source, &model->diagnostics, bands, count, &capacity);
}

/* NULL, or the graph under bands. */
static struct apsis_ir *banded(struct apsis_model *model, const char *set, const char *text)
{
    struct apsis_scenario lines = {.name = "--set"};
    struct apsis_band *bands;
    size_t count;
    if (set) {
        uint32_t source = apsis_sources_add(&model->sources, "--set", set, strlen(set));
        apsis_parse_overrides(model->arena, &model->sources, source, &model->diagnostics, &lines);
    }
    struct apsis_overrides overrides = {NULL, 0, &lines, set ? 1 : 0};
    struct apsis_ir *ir = apsis_lower(model->arena, model->ast, &overrides, NULL, &model->diagnostics);
    assert_non_null(ir);
    if (!text) return ir;
    if (!read_bands(model, text, &bands, &count)) return NULL;
    return apsis_bands_apply(ir, NULL, bands, count, &model->diagnostics) ? ir : NULL;
}

static const char model_text[] =
    "model bands\n"
    "period year 2026 to 2029\n"
    "member site: texas, iowa\n"
    "a ~ normal(10, 2)\n"
    "b ~ pert(0, 1, 9)\n"
    "c ~ discrete(1: 20%, 2: 30%, 5: 50%)\n"
    "d ~ lognormal(p10: 1, p90: 5)\n"
    "e ~ gamma(2, 1)\n"
    "f ~ bernoulli(40%)\n"
    "permit[site] ~ normal(0, 1)\n"
    "twin ~ normal(3, 1)\n"
    "other ~ normal(4, 1)\n"
    "correlate\n"
    "  a, b  70%\n"
    "  a, c  -50%\n"
    "  b, d  30%\n"
    "  g[t], h[t] 60%\n"
    "  twin, other 100%\n"
    "g[t] ~ normal(0, 1)\n"
    "h[t] ~ pert(0, 2, 10)\n"
    "wacc = 8%\n"
    "output oa = a\noutput ob = b\noutput oc = c\noutput od = d\noutput oe = e\noutput of = f\n"
    "output og = g[2028]\noutput oh = h[2028]\noutput oi = h[2026] + wacc + permit[texas] + permit[iowa]\noutput two = twin + other\n";

static void expect(const char *set, const char *text, const char *message, size_t begin, size_t end)
{
    struct apsis_model *model = open_text(model_text);
    assert_null(banded(model, set, text));
    assert_true(model->diagnostics.count > 0);
    const struct apsis_diagnostic *d = &model->diagnostics.items[0];
    const char *hint = d->hint ? d->hint : "";
    char all[1000];
    snprintf(all, sizeof all, "%s / %s", d->message, hint);
    assert_string_equal(all, message);
    assert_int_equal(d->span.begin, begin);
    assert_int_equal(d->span.end, end);
    apsis_model_free(model);
}

#define WRITTEN " / a band is written: permit_delay in P75..P100, with alone behind it if nothing is to follow"
static void test_mistakes(void **state)
{
    (void)state;
    expect(NULL, "a in P60..P60", "the band P60..P60 is empty / give it a width, or fix the input's value by --set", 5, 13);
    expect(NULL, "a in P60..P50.5", "the band P60..P50.5 is empty / the lower percentile comes first", 5, 15);
    expect(NULL, "a in P60..P101", "expected two percentiles from P0 to P100, such as P75..P100" WRITTEN, 5, 14);
    expect(NULL, "a in P60", "expected two percentiles from P0 to P100, such as P75..P100" WRITTEN, 5, 8);
    expect(NULL, "a in", "expected two percentiles from P0 to P100, such as P75..P100" WRITTEN, 4, 5);
    expect(NULL, "a at P1..P2", "expected in and two percentiles" WRITTEN, 2, 4);
    expect(NULL, "a in P1..P2 only", "expected the end of the band, or alone" WRITTEN, 12, 16);
    expect(NULL, " ; ", "there is no band here" WRITTEN, 0, 3);
    expect(NULL, "a in P1..P2; permitt in P1..P2", "permitt is no uncertain input / did you mean permit?", 13, 20);
    expect(NULL, "wacc in P1..P2", "wacc is no uncertain input / a band holds an input that is drawn, by ~; `apsis inputs` lists them", 0, 4);
    expect("a = 3", "a in P1..P2", "a is fixed here: its draws are not used / leave out the band, or what fixes it", 0, 1);
    expect(NULL, "a in P1..P2; a in P50..P60", "a has two bands / give one, with the ends that hold in the end", 13, 14);
    expect(NULL, "twin in P1..P2; other in P50..P60",
           "other follows from the inputs that the bands before hold: it has no room for a band of its own / leave one of them out, or write alone behind it", 16, 21);
    struct apsis_model *model = open_text(model_text);
    struct apsis_band *bands;
    size_t count;
    assert_true(read_bands(model, "permit[ texas ] in P0.1..99.9% alone ;g[t] in P0..P100\n", &bands, &count));
    assert_int_equal(count, 2);
    assert_string_equal(bands[0].name, "permit[texas]");
    assert_string_equal(bands[0].text, "permit[ texas ] in P0.1..99.9% alone");
    assert_true(bands[0].low == 0.001 && bands[0].low_upper == 0.999 && bands[0].high == 0.999 && bands[0].high_upper == 0.001 && bands[0].alone);
    assert_true(bands[1].low == 0 && bands[1].low_upper == 1 && bands[1].high == 1 && bands[1].high_upper == 0 && !bands[1].alone);
    apsis_model_free(model);
}

static void expect_grid(const char *text, const char *message, size_t begin, size_t end)
{
    struct apsis_model *model = open_text(model_text);
    uint32_t source = apsis_sources_add(&model->sources, "--grid", text, strlen(text));
    assert_null(apsis_grid_parse(model->arena, &model->sources, source, &model->diagnostics));
    assert_true(model->diagnostics.count > 0);
    const struct apsis_diagnostic *d = &model->diagnostics.items[0];
    char all[1000];
    snprintf(all, sizeof all, "%s / %s", d->message, d->hint ? d->hint : "");
    assert_string_equal(all, message);
    assert_int_equal(d->span.begin, begin);
    assert_int_equal(d->span.end, end);
    apsis_model_free(model);
}

#define GRID " / a grid is written: launch_cap = 500, 1000, 2000; wacc = 8%, 10%, 12%"
static void test_grid(void **state)
{
    (void)state;
    struct apsis_model *model = open_text(model_text);
    static const char text[] = "wacc = 8%, max(9%, 10%) ,12%;\n a = a, 50% * a;";
    uint32_t source = apsis_sources_add(&model->sources, "--grid", text, sizeof text - 1);
    struct apsis_grid *grid = apsis_grid_parse(model->arena, &model->sources, source, &model->diagnostics);
    assert_non_null(grid);
    assert_int_equal(grid->axis_count, 2);
    assert_int_equal(grid->cell_count, 6);
    assert_string_equal(apsis_grid_name(model->arena, grid, 0), "wacc = 8%, a = a");
    assert_string_equal(apsis_grid_name(model->arena, grid, 3), "wacc = max(9%, 10%), a = 50% * a");
    assert_string_equal(apsis_grid_name(model->arena, grid, 5), "wacc = 12%, a = 50% * a");
    struct apsis_scenario settings[2];
    apsis_grid_cell(grid, 5, settings);
    assert_string_equal(settings[0].name, "wacc = 12%");
    struct apsis_overrides overrides = {NULL, 0, settings, 2};
    assert_non_null(apsis_lower(model->arena, model->ast, &overrides, NULL, &model->diagnostics));
    apsis_model_free(model);
    expect_grid("", "this grid is empty" GRID, 0, 1);
    expect_grid("wacc", "expected a name, = and values" GRID, 0, 4);
    expect_grid("wacc = 8%, , 9%", "expected a value" GRID, 11, 12);
    expect_grid("= 8%", "expected a name before =" GRID, 0, 1);
    expect_grid("wacc = 8%, 8%", "wacc has the value 8% twice / ", 11, 13);
    expect_grid("wacc = 8%; a = 1; wacc = 9%", "wacc stands in this grid twice / give all its values in one list", 18, 22);
    struct apsis_buffer big = {0};
    for (int axis = 0; axis < 2; axis++) {
        apsis_buffer_printf(&big, "%s = ", axis ? "; a" : "wacc");
        for (int i = 0; i < 101; i++) apsis_buffer_printf(&big, "%s%d", i ? "," : "", i);
    }
    expect_grid(big.text, "this grid has 10201 cells; the most is 10000 / leave out values, or run parts of it one after the other", 0, big.length);
    apsis_buffer_free(&big);
}

/* ------------------------------------------------------------------ draws */
enum { OUTPUTS = 10 };

static double **draw(struct apsis_model *model, const struct apsis_ir *ir)
{
    struct apsis_plan *plan = apsis_plan_new(model->arena, ir, NULL, &model->diagnostics);
    void *run;
    const char *why;
    assert_non_null(plan);
    assert_int_equal(plan->column_count, OUTPUTS);
    double **stored = APSIS_NEW_ARRAY(model->arena, double *, plan->column_count);
    for (size_t c = 0; c < plan->column_count; c++) stored[c] = APSIS_NEW_ARRAY(model->arena, double, DRAWS);
    assert_int_equal(apsis_engine_interpreter.prepare(plan, NULL, &run, &why), APSIS_OK);
    struct apsis_job job = {.seed = 3, .draws = DRAWS, .tile_count = TILES, .stored = stored};
    assert_int_equal(apsis_engine_interpreter.run(run, &job), APSIS_OK);
    apsis_engine_interpreter.free(run);
    return stored;
}

/* All inputs standard normal: the outputs are the scores. */
static const char scores[] = "a ~ normal(0, 1)\nb ~ normal(0, 1)\nc ~ normal(0, 1)\nd ~ normal(0, 1)\ne ~ normal(0, 1)\nf ~ normal(0, 1)\ng[t] ~ normal(0, 1)\nh[t] ~ normal(0, 1)";
enum { A, B, C, D, E, F, G, H, I, TWO };

static double score_correlation(double rank) { return 2 * sin(M_PI * rank / 6); }
static double confined(double z, double lo, double hi) /* the body only: u is accurate there */
{
    return ap_normal_quantile(lo + (hi - lo) * ap_normal_cdf(z));
}
static int near(double a, double b, double most) { return fabs(a - b) <= most; }

static void test_formula(void **state)
{
    struct apsis_model *model = open_text(model_text);
    double **plain = draw(model, banded(model, scores, NULL));
    double **same = draw(model, banded(model, scores, "a in P0..P100; g in P0..P100 alone"));
    double **a = draw(model, banded(model, scores, "a in P30..P60")), **alone = draw(model, banded(model, scores, "a in P30..P60 alone; e in P99.9..P99.99"));
    double **g = draw(model, banded(model, scores, "g in P10..P20")), **two = draw(model, banded(model, scores, "a in P30..P60; b in P80..P100"));
    double ab = score_correlation(0.7), ac = score_correlation(-0.5), gh = score_correlation(0.6);
    (void)state;
    for (int c = 0; c < OUTPUTS; c++) assert_memory_equal(plain[c], same[c], DRAWS * sizeof(double));
    double lowest = 9, highest = -9, left = ap_normal_quantile_tails(0.999, 0.001), right = ap_normal_quantile_tails(0.9999, 0.0001);
    for (size_t i = 0; i < DRAWS; i++) {
        double z = plain[A][i], to = confined(z, 0.3, 0.6), moved = to - z;
        assert_true(near(a[A][i], to, 1e-13) && a[A][i] >= ap_normal_quantile(0.3) && a[A][i] <= ap_normal_quantile(0.6));
        assert_true(near(a[B][i], plain[B][i] + ab * moved, 1e-13) && near(a[C][i], plain[C][i] + ac * moved, 1e-13));
        assert_true(near(a[D][i], plain[D][i], 1e-13)); /* not correlated with a itself */
        assert_true(near(alone[A][i], to, 1e-13));
        for (int c = B; c <= D; c++) assert_true(alone[c][i] == plain[c][i]);
        for (int c = E; c <= TWO; c++) assert_true(a[c][i] == plain[c][i] && (c == E || alone[c][i] == plain[c][i]));
        assert_true(alone[E][i] >= left && alone[E][i] <= right);
        double q = 0.0001 + (0.001 - 0.0001) * ap_normal_cdf(-plain[E][i]); /* the upper tail has the digits */
        assert_true(near(alone[E][i], -ap_normal_quantile(q), 1e-13));
        if (alone[E][i] < lowest) lowest = alone[E][i];
        if (alone[E][i] > highest) highest = alone[E][i];
        double zg = confined(plain[G][i], 0.1, 0.2);
        assert_true(near(g[G][i], zg, 1e-13) && near(g[H][i], plain[H][i] + gh * (zg - plain[G][i]), 1e-13));
        /* the second band: by the distribution that the first left */
        double sd = sqrt(1 - ab * ab), end = (ap_normal_quantile(0.8) - ab * to) / sd, rest = (plain[B][i] - ab * z) / sd;
        double tail = ap_normal_cdf(-end) * ap_normal_cdf(-rest), zb = ab * to - sd * ap_normal_quantile(tail);
        assert_true(near(two[A][i], to, 1e-13) && near(two[B][i], zb, 1e-11) && two[B][i] >= ap_normal_quantile(0.8));
    }
    assert_true(near(lowest, left, 1e-4) && near(highest, right, 1e-4)); /* the whole band is filled */
    apsis_model_free(model);
}

/* A band far out keeps its digits; a full one changes nothing. */
static void test_tails(void **state)
{
    (void)state;
    for (double z = -8; z <= 8; z += 0.25) {
        assert_true(near(ap_normal_confined(z, -INFINITY, INFINITY), z, 1e-14 * (1 + fabs(z))));
        double low = 7, high = 7.5, mass = ap_normal_cdf(-low) - ap_normal_cdf(-high);
        double want = -ap_normal_quantile(ap_normal_cdf(-high) + mass * ap_normal_cdf(-z));
        assert_true(near(ap_normal_confined(z, low, high), want, 1e-13) && near(ap_normal_confined(-z, -high, -low), -want, 1e-13));
        assert_true(ap_normal_confined(z, low, high) == -ap_normal_confined(-z, -high, -low)); /* odd, to the bit */
        double far = ap_normal_confined(z, 30, INFINITY);
        assert_true(far >= 30 && far < 32);
        assert_true(ap_normal_confined(z, 45, 46) == 45 && ap_normal_confined(z, -46, -45) == -45);
    }
    assert_true(isnan(ap_normal_confined(NAN, -1, 1)));
}

/* ------------------------------------------------------------------ rejection: the plain draws of which the score lies in the band */

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Kolmogorov and Smirnov's distance of two samples, in units of its scale; ties are passed together. */
static double distance(double *a, size_t n, double *b, size_t m)
{
    double most = 0;
    qsort(a, n, sizeof *a, by_value);
    qsort(b, m, sizeof *b, by_value);
    for (size_t i = 0, j = 0; i < n && j < m;) {
        double x = a[i] < b[j] ? a[i] : b[j];
        while (i < n && a[i] == x) i++;
        while (j < m && b[j] == x) j++;
        double d = fabs((double)i / (double)n - (double)j / (double)m);
        if (d > most) most = d;
    }
    return most * sqrt((double)n * (double)m / (double)(n + m));
}

static void compare_sample(const char *what, int column, const double *banded_values, const double *plain, const unsigned char *kept)
{
    double *a = malloc(DRAWS * sizeof *a), *b = malloc(DRAWS * sizeof *b), sum[2] = {0}, square[2] = {0};
    size_t n = DRAWS, m = 0;
    memcpy(a, banded_values, DRAWS * sizeof *a);
    for (size_t i = 0; i < DRAWS; i++)
        if (kept[i]) b[m++] = plain[i];
    assert_true(m > 5000);
    for (size_t i = 0; i < n; i++) sum[0] += a[i] / (double)n, square[0] += a[i] * a[i] / (double)n;
    for (size_t i = 0; i < m; i++) sum[1] += b[i] / (double)m, square[1] += b[i] * b[i] / (double)m;
    double va = square[0] - sum[0] * sum[0], vb = square[1] - sum[1] * sum[1], d = distance(a, n, b, m);
    /* 2.4 is passed by chance once in 50,000, 4.5 standard errors once in 150,000; 60 comparisons; the seed is fixed. The kept draws are
       some of those that were moved: the two samples are positively dependent if at all */
    if (d > 2.4 || fabs(sum[0] - sum[1]) > 4.5 * sqrt((va + vb) / (double)m) || fabs(va - vb) > 0.12 * vb + 1e-12)
        fail_msg("%s, output %d: KS %.2f, means %g %g, variances %g %g", what, column, d, sum[0], sum[1], va, vb);
    free(a);
    free(b);
}

/* `score`: the output that is the score of the banded input; lo and hi its band. */
static void reject(const char *band, int score, double lo, double hi)
{
    struct apsis_model *model = open_text(model_text);
    double **z = draw(model, banded(model, scores, NULL)), **plain = draw(model, banded(model, NULL, NULL)), **found = draw(model, banded(model, NULL, band));
    unsigned char *kept = APSIS_NEW_ARRAY(model->arena, unsigned char, DRAWS);
    for (size_t i = 0; i < DRAWS; i++) {
        double u = ap_normal_cdf(z[score][i]);
        kept[i] = u > lo && u <= hi;
    }
    int alone = strstr(band, "alone") != NULL;
    for (int c = A; c <= H; c++) {
        if (alone && c != score) assert_memory_equal(found[c], plain[c], DRAWS * sizeof(double)); /* as drawn */
        else compare_sample(band, c, found[c], plain[c], kept);
    }
    apsis_model_free(model);
}

static void test_rejection(void **state)
{
    (void)state;
    reject("a in P75..P100", A, 0.75, 1);        /* continuous, closed form */
    reject("b in P10..P40", B, 0.10, 0.40);      /* a table */
    reject("c in P15..P60", C, 0.15, 0.60);      /* discrete */
    reject("d in P0..P20", D, 0, 0.20);          /* closed form with a solved spelling */
    reject("e in P90..P100", E, 0.9, 1);         /* a table, no group */
    reject("f in P50..P80", F, 0.5, 0.8);        /* discrete, no group */
    reject("g[t] in P75..P100", G, 0.75, 1);     /* a series: in every period */
    reject("h in P0..P25", H, 0, 0.25);          /* a table series */
    reject("a in P75..P100 alone", A, 0.75, 1);
    reject("c in P15..P60 alone", C, 0.15, 0.60);
    reject("h in P0..P25 alone", H, 0, 0.25);
}

/* Two bands in one group: given the first score, the second and the rest are as rejection leaves them. In thin slices of the first score
   the two orders of conditioning agree. */
static void test_two_bands(void **state)
{
    struct apsis_model *model = open_text(model_text);
    double **z = draw(model, banded(model, scores, NULL)), **plain = draw(model, banded(model, NULL, NULL));
    double **found = draw(model, banded(model, NULL, "a in P45..P55; b in P60..P100"));
    unsigned char *kept = APSIS_NEW_ARRAY(model->arena, unsigned char, DRAWS);
    (void)state;
    for (size_t i = 0; i < DRAWS; i++) {
        double u = ap_normal_cdf(z[A][i]), v = ap_normal_cdf(z[B][i]);
        kept[i] = u > 0.45 && u <= 0.55 && v > 0.6;
    }
    for (int c = B; c <= H; c++) compare_sample("two bands", c, found[c], plain[c], kept);
    apsis_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes), cmocka_unit_test(test_grid), cmocka_unit_test(test_tails), cmocka_unit_test(test_formula),
                                       cmocka_unit_test(test_rejection), cmocka_unit_test(test_two_bands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
