/* test_dialect.c - the operations of the dialect, one lane against plain C and several lanes against one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "kernels/dialect.h"
#include "tests/support/elementary_lanes.h"

static const double values[] = {0.0, -0.0, 0x1p-1074, -0x1p-1074, 0x1p-1022, 0.3, -0.3, 0.5, -0.5, 0x1.fffffffffffffp-2, 0.9999999999999999, -0.9999999999999999, 1.0, -1.0,
    1.5, -1.5, 2.5, -2.5, 3.0, 1e6 + 0.25, -1e6 - 0.25, 0x1p31, -0x1p31, 0x1p50 + 0.75, 0x1p51 - 0.5, 0x1p51 + 0.5, -0x1p51 - 0.5, 0x1.fffffffffffffp51, -0x1.fffffffffffffp51,
    0x1p52, -0x1p52, 0x1.8p52 + 1, 0x1p53, 0x1p63, 0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023, INFINITY, -INFINITY, NAN};
#define VALUES (sizeof values / sizeof *values)

static int same(double a, double b) { return ap_word_of(a) == ap_word_of(b) || (isnan(a) && isnan(b)); }

/* every pair of values through every width, against what the C library says */
static void operations(void **unused)
{
    (void)unused;
    int count;
    const struct elementary_width *widths = elementary_widths(&count);
    double x[8], y[8], out[8];
    for (int w = 0; w < count; w++) {
        if (!widths[w].here) continue;
        for (size_t i = 0; i < VALUES; i++) {
            for (size_t j = 0; j < VALUES; j += 8) {
                for (size_t k = 0; k < 8; k++) x[k] = values[(i + k) % VALUES], y[k] = values[(j + k) % VALUES];
                widths[w].run(ELEMENTARY_floor, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(same(out[k], floor(x[k])));
                widths[w].run(ELEMENTARY_sqrt, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(same(out[k], sqrt(x[k])));
                widths[w].run(ELEMENTARY_fma, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(same(out[k], fma(x[k], y[k], x[k])));
                widths[w].run(ELEMENTARY_select, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(same(out[k], x[k] < y[k] ? x[k] : y[k]));
                widths[w].run(ELEMENTARY_copysign, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(same(out[k], copysign(x[k], y[k])));
                widths[w].run(ELEMENTARY_any_all, x, y, out, 8);
                for (int k = 0; k < 8; k++) assert_true(out[k] == 3.0); /* any and all of yes, neither of no */
                widths[w].run(ELEMENTARY_truths, x, y, out, 8);
                for (int k = 0; k < 8; k++) {
                    double a = x[k], b = y[k];
                    int truth = (a < b) + 2 * (a <= b) + 4 * (a == b) + 8 * !(a > b) + 16 * (a >= b && isfinite(a)) + 32 * (isnan(a) || isnan(b) || a < 0) +
                                64 * ((int64_t)ap_word_of(a) < (int64_t)ap_word_of(b)) + 128 * (ap_word_of(a) == ap_word_of(b));
                    assert_true(out[k] == truth);
                }
            }
        }
    }
}

static void masks_of_some_lanes(void **unused)
{
    (void)unused;
    /* any, all and mnot on the one lane there is here; the select test above mixes lanes */
    assert_true(ap_any(ap_lt(1.0, 2.0)) && !ap_any(ap_lt(2.0, 1.0)) && ap_all(ap_mnot(ap_lt(2.0, 1.0))) && !ap_any(ap_lt(NAN, 1.0)));
    assert_true(ap_all(ap_isnan(NAN)) && !ap_any(ap_isnan(INFINITY)) && ap_any(ap_isfinite(0x1.fffffffffffffp1023)) && !ap_any(ap_isfinite(-INFINITY)));
}

static void conversions(void **unused)
{
    (void)unused;
    static const int64_t wholes[] = {0, 1, -1, 2, 4095, -4096, 123456789012, -123456789012, ((int64_t)1 << 51) - 1, -((int64_t)1 << 51) + 1};
    for (int i = 0; i < 10; i++) {
        assert_true(ap_i64_of_f64((double)wholes[i]) == wholes[i]);
        assert_true(ap_f64_of_i51(wholes[i]) == (double)wholes[i]);
        if (wholes[i] >= 0) assert_true(ap_f64_of_u52((uint64_t)wholes[i]) == (double)wholes[i]);
    }
    assert_true(ap_mul32(0xdeadbeefffffffffu, 0x12345678ffffffffu) == 0xfffffffe00000001u);
    assert_true(same(ap_abs(-0.0), 0.0) && same(ap_negate(0.0), -0.0) && same(ap_copysign(NAN, -1.0), NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(operations), cmocka_unit_test(masks_of_some_lanes), cmocka_unit_test(conversions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
