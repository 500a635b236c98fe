/* test_table.c - the polynomial tables: within bounds at awkward parameters, continuous and monotone, the same for every caller. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "host/plan/samplers.h"
#include "host/plan/table.h"
#include "kernels/sampler.h"
#include "tests/support/distribution_text.h"

#define TOP (((ap_word)1 << 52) - 1)

static struct apsis_arena *arena;
static int open_arena(void **state) { return (void)state, arena = apsis_arena_new(), 0; }
static int close_arena(void **state) { return (void)state, apsis_arena_free(arena), 0; }

static const char *const texts[] = {
    "pert(20, 80, 300)", "pert(20, 20, 300)", "beta(0.3, 40)", "beta(40, 0.3)", "beta(0.05, 0.05)", "gamma(0.05, 1)", "gamma(0.5, 1)", "gamma(1e5, 1)",
    "student_t(1.5)", "student_t(0.3)", "truncate(normal(0, 1), 10, inf)", "truncate(student_t(2), -1, 30)", "metalog(p10: 20, p50: 35, p90: 70)",
    "mixture(70%: normal(0, 1), 30%: normal(1000, 1))", "mixture(40%: uniform(0, 1), 60%: uniform(7, 8))",
    "mixture(20%: discrete(0: 50%, 3: 50%), 80%: normal(1, 2))",
};
#define TEXTS (sizeof texts / sizeof *texts)

static struct ap_table table_of(const char *text, int from_score)
{
    const char *why;
    const struct apsis_distribution *d = distribution_of(arena, text, &why);
    struct ap_sampler sampler;
    if (!d || apsis_sampler_build(arena, d, from_score, &sampler, &why)) fail_msg("%s: %s", text, why);
    assert_int_equal(sampler.form, AP_SAMPLER_TABLE);
    return sampler.table;
}

/* Across every segment's end, and every end of a part of a split one, the draws go on rising, by no jump. */
static void tables_rise_across_segments(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        struct ap_table t = table_of(texts[i], 0);
        for (ap_word first = 16; first < (ap_word)1 << 51; first += first / 16) { /* 8 segments an octave end at multiples of 1/8 */
            for (int upper = 0; upper < 2; upper++) {
                double last = 0;
                for (ap_word k = 0; k < 4; k++) {
                    ap_word m = first - 2 + k;
                    double x = ap_sample_table(&t, upper ? m ^ TOP : m);
                    double slack = 8e-16 * (ap_abs(x) + ap_abs(t.base[upper]));
                    if (k && !(upper ? x <= last + slack : x >= last - slack))
                        fail_msg("%s: falls from %.17g to %.17g at m = %llu", texts[i], last, x, (unsigned long long)m);
                    last = x;
                }
            }
        }
        double below = ap_sample_table(&t, TOP >> 1), above = ap_sample_table(&t, (TOP >> 1) + 1);
        double slack = 4e-16 * (ap_abs(below) + ap_abs(t.base[0]) + ap_abs(t.base[1])); /* each tail counts from its own end */
        if (!(above >= below - slack) || !(above - below < 1e-9 * (ap_abs(below) + 1)))
            fail_msg("%s: the tails meet at %.17g and %.17g", texts[i], below, above);
    }
}

/* the same along scores, which are anywhere */
static void score_tables_rise(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        struct ap_table t = table_of(texts[i], 1);
        double last = -ap_infinity();
        for (int k = -8209; k <= 8209; k++) {
            double x = ap_sample_table_score(&t, k * 1e-3), slack = 1e-15 * (ap_abs(x) + ap_abs(t.base[k > 0]));
            if (!(x >= last - slack)) fail_msg("%s: falls from %.17g to %.17g at z = %g", texts[i], last, x, k * 1e-3);
            last = x;
        }
        /* what no score is must not leave the table */
        double end = ap_sample_table_score(&t, 9), nan = ap_sample_table_score(&t, ap_nan()), low = ap_sample_table_score(&t, -ap_infinity());
        assert_true(end == end && nan == nan && low == low);
    }
}

/* A wide table is built from rows of its own, none left unused; trees stay within the limit. */
static void rows_are_few(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        const char *why;
        const struct apsis_distribution *d = distribution_of(arena, texts[i], &why);
        struct apsis_table_source source = {0};
        struct apsis_table_rows rows;
        d->family->table(d, &source);
        why = apsis_table_build(&source, &rows);
        if (why) fail_msg("%s: %s", texts[i], why);
        assert_true(rows.row_count >= AP_TABLE_SEGMENTS && rows.row_count <= APSIS_TABLE_MAX_ROWS);
        assert_true(rows.error <= 1);
        for (size_t k = 0; k < rows.index_count; k++) {
            if (rows.index[k] >= AP_TABLE_BRANCH) assert_true((rows.index[k] & (AP_TABLE_BRANCH - 1)) + 4 <= rows.index_count);
            else assert_true(rows.index[k] < rows.row_count);
        }
        apsis_table_free(&rows);
    }
}

/* A quantile function that no 4,096 rows can follow is refused, not approximated. */
static double saw(const struct apsis_table_source *source, int upper, double v)
{
    (void)source;
    double x = upper ? 1 - v : v;
    return x + 1e-3 * (x * 1e6 - ap_floor(x * 1e6));
}
static void what_cannot_be_tabulated_is_refused(void **state)
{
    (void)state;
    struct apsis_table_source source = {.value = saw, .scale = 1};
    struct apsis_table_rows rows;
    assert_non_null(apsis_table_build(&source, &rows));
    assert_null(rows.rows);
    /* a distribution as a model may have it: sixteen bells, each a tenth as wide as the one before */
    char text[1000];
    int used = snprintf(text, sizeof text, "mixture(");
    for (int k = 0; k < 16; k++) used += snprintf(text + used, sizeof text - (size_t)used, "%s6.25%%: normal(%d, 1e-%d)", k ? ", " : "", 10 * k, k);
    snprintf(text + used, sizeof text - (size_t)used, ")");
    for (int from_score = 0; from_score < 2; from_score++) {
        const char *why;
        const struct apsis_distribution *d = distribution_of(arena, text, &why);
        struct ap_sampler sampler;
        if (!d) fail_msg("%s: %s", text, why);
        assert_int_not_equal(apsis_sampler_build(arena, d, from_score, &sampler, &why), APSIS_OK);
        assert_string_equal(why, "its quantile function bends too sharply for a table of 4,096 rows");
    }
}

/* Rows as they were first built, on any machine and by any compiler: a sum over their bits. */
static void tables_have_known_bits(void **state)
{
    (void)state;
    static const struct { const char *text; ap_word digest; } known[] = {
        {"pert(20, 80, 300)", 0xaf149f6a06c4502cu}, {"gamma(0.5, 1)", 0xa28da436e7519935u}, {"student_t(4)", 0xd3c6321c1a078340u},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *why;
        const struct apsis_distribution *d = distribution_of(arena, known[i].text, &why);
        struct apsis_table_source source = {0};
        struct apsis_table_rows rows;
        d->family->table(d, &source);
        assert_null(apsis_table_build(&source, &rows));
        ap_word digest = 0;
        for (size_t k = 0; k < 8 * rows.row_count; k++) digest = digest * 6364136223846793005u + ap_word_of(rows.rows[k]);
        if (digest != known[i].digest) fail_msg("%s: %#llx", known[i].text, (unsigned long long)digest);
        apsis_table_free(&rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_rise_across_segments), cmocka_unit_test(score_tables_rise), cmocka_unit_test(rows_are_few),
        cmocka_unit_test(what_cannot_be_tabulated_is_refused), cmocka_unit_test(tables_have_known_bits),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
