/* test_percentile.c - percentages as decimals, their ranks in integers, sorting, neighbours of doubles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_engine.h"

static void test_parse(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int good;
        uint64_t numerator;
        unsigned scale;
        double value;
    } cases[] = {{"5", 1, 5, 0, 5},       {"99.9", 1, 999, 1, 99.9},  {"50.0", 1, 50, 0, 50},   {"0.001", 1, 1, 3, 0.001}, {"2.5%", 1, 25, 1, 2.5},
                 {".5", 1, 5, 1, 0.5},    {"100", 0, 0, 0, 0},        {"0", 0, 0, 0, 0},        {"0.0", 0, 0, 0, 0},       {"-5", 0, 0, 0, 0},
                 {"", 0, 0, 0, 0},        {".", 0, 0, 0, 0},          {"5 ", 0, 0, 0, 0},       {"1e1", 0, 0, 0, 0},       {"1.2.3", 0, 0, 0, 0},
                 {"99.999999999999", 1, 99999999999999, 12, 99.999999999999}, {"1.0000000000001", 0, 0, 0, 0}, {"99999999999999999999999", 0, 0, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct apsis_percent percent;
        assert_int_equal(apsis_percent_parse(cases[i].text, strlen(cases[i].text), &percent), cases[i].good);
        if (!cases[i].good) continue;
        assert_true(percent.numerator == cases[i].numerator && percent.scale == cases[i].scale);
        assert_true(apsis_percent_value(percent) == cases[i].value);
    }
}

static void test_rank(void **unused)
{
    (void)unused;
    struct apsis_percent p = {999, 1};
    assert_true(apsis_percent_rank(p, 10000) == 9990); /* 0.999 * 10000 in doubles is 9990.000000000002 */
    assert_true(apsis_percent_rank(p, 1) == 1);
    assert_true(apsis_percent_rank(p, 1ull << 49) == 562387003467891ull); /* ceil(0.999 * 2^49) */
    p = (struct apsis_percent){5, 0};
    assert_true(apsis_percent_rank(p, 20) == 1 && apsis_percent_rank(p, 21) == 2 && apsis_percent_rank(p, 40) == 2);
    p = (struct apsis_percent){99999999999999, 12};
    assert_true(apsis_percent_rank(p, 1ull << 49) == (1ull << 49) - 5); /* 2^49 / 10^14 = 5.6 */
}

static int kept_order(const void *a, const void *b)
{
    const struct apsis_kept *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value ? 1 : x->draw < y->draw ? -1 : x->draw > y->draw;
}

static void test_sort(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < 9000; n += 1 + n / 3) {
        for (int shape = 0; shape < FAKE_SHAPES; shape++) {
            struct apsis_kept *a = malloc((n + 1) * sizeof *a), *b = malloc((n + 1) * sizeof *b);
            double *values = malloc((n + 1) * sizeof *values);
            size_t count = 0;
            for (size_t i = 0; i < n; i++) {
                double given, x = fake_value(shape, 7, i, &given) + 0.0;
                if (x - x != 0) continue;
                a[count] = b[count] = (struct apsis_kept){x, (i * 7919) % 9001};
                values[count++] = x;
            }
            size_t sorted = count / 3; /* some are in order already */
            qsort(a, sorted, sizeof *a, kept_order);
            apsis_sort_kept(a, sorted, count);
            qsort(b, count, sizeof *b, kept_order);
            apsis_sort_doubles(values, count);
            for (size_t i = 0; i < count; i++) assert_true(a[i].value == b[i].value && a[i].draw == b[i].draw && values[i] == b[i].value);
            free(a);
            free(b);
            free(values);
        }
    }
}

static void test_next_up(void **unused)
{
    (void)unused;
    static const double points[] = {0, 1, -1, 0x1p-1074, -0x1p-1074, -0x1p-1022, 0x1.fffffffffffffp-1023, 3.7e55, -3.7e55, 0x1.fffffffffffffp1023, -INFINITY};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        double up = apsis_next_up(points[i]), wanted = nextafter(points[i], INFINITY) + 0.0;
        assert_true(ap_word_of(up) == ap_word_of(wanted));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_rank), cmocka_unit_test(test_sort), cmocka_unit_test(test_next_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
