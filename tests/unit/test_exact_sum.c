/* test_exact_sum.c - exact sums against MPFR with 2,400 bits, over the whole range of doubles and in any order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mpfr.h>

#include "host/result/exact_sum.h"
#include "kernels/dialect.h"

static uint64_t state_word = 88172645463325252ull;
static uint64_t next_word(void)
{
    state_word ^= state_word << 13;
    state_word ^= state_word >> 7;
    state_word ^= state_word << 17;
    return state_word;
}

/* Doubles of every exponent between low and high (of the exponent field), both signs. */
static double any_double(unsigned low, unsigned high)
{
    uint64_t bits = next_word();
    uint64_t exponent = low + next_word() % (high - low + 1);
    return ap_double_of((bits & 0x800fffffffffffffull) | exponent << 52);
}

static void check(const double *x, size_t n, int halves)
{
    mpfr_t sum;
    mpfr_init2(sum, 2400);
    mpfr_set_zero(sum, 1);
    struct apsis_exact exact = {0}, other = {0};
    for (size_t i = 0; i < n; i++) {
        mpfr_add_d(sum, sum, x[i], MPFR_RNDN);
        apsis_exact_add(halves && i % 2 ? &other : &exact, x[n - 1 - i]);
    }
    if (halves) apsis_exact_merge(&exact, &other);
    double wanted = mpfr_get_d(sum, MPFR_RNDN) + 0.0, got = apsis_exact_round(&exact);
    if (ap_word_of(wanted) != ap_word_of(got)) fail_msg("%zu terms: %a is not %a", n, got, wanted);
    struct apsis_exact all = {0};
    apsis_exact_add_all(&all, x, n);
    got = apsis_exact_round(&all);
    if (ap_word_of(wanted) != ap_word_of(got)) fail_msg("%zu terms at once: %a is not %a", n, got, wanted);
    mpfr_clear(sum);
}

static void test_sums(void **unused)
{
    (void)unused;
    static double x[4000];
    static const unsigned ranges[][2] = {{0, 2046}, {0, 60}, {1000, 1046}, {2000, 2040}, {1022, 1023}, {0, 1}, {500, 1500}};
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (int trial = 0; trial < 300; trial++) {
            size_t n = 1 + next_word() % (trial % 10 ? 40 : 4000);
            for (size_t i = 0; i < n; i++) x[i] = any_double(ranges[r][0], ranges[r][1]);
            if (trial % 3 == 0) /* sums that nearly cancel */
                for (size_t i = 0; i + 1 < n; i += 2) x[i + 1] = -x[i] * (trial % 2 ? 1 : 1 + 0x1p-52);
            for (size_t i = 0; i < n; i++)
                if (x[i] - x[i] != 0) x[i] = 1;
            check(x, n, trial & 1);
        }
}

static void test_edges(void **unused)
{
    (void)unused;
    const double largest = 0x1.fffffffffffffp1023, least = 0x1p-1074;
    double ties[] = {1, 0x1p-53}, above[] = {1, 0x1p-53, 0x1p-1074}, odd[] = {0x1.0000000000001p0, 0x1p-53};
    check(ties, 2, 0);
    check(above, 3, 0);
    check(odd, 2, 1);
    double over[] = {largest, 0x1p970}, under[] = {largest, 0x1.fffffffffffffp969}, back[] = {largest, largest, -largest}, tiny[] = {least, least, -0x1p-1022};
    check(over, 2, 0);
    check(under, 2, 0);
    check(back, 3, 0);
    check(tiny, 3, 0);
    struct apsis_exact sum = {0};
    assert_true(ap_word_of(apsis_exact_round(&sum)) == 0);
    apsis_exact_add(&sum, -0.0);
    assert_true(ap_word_of(apsis_exact_round(&sum)) == 0);
    apsis_exact_add(&sum, __builtin_inf());
    assert_true(apsis_exact_round(&sum) != apsis_exact_round(&sum));
}

static void test_times(void **unused)
{
    (void)unused;
    mpfr_t sum, term;
    mpfr_init2(sum, 2400);
    mpfr_init2(term, 200);
    for (int trial = 0; trial < 2000; trial++) {
        struct apsis_exact exact = {0};
        mpfr_set_zero(sum, 1);
        for (int i = 0; i < 5; i++) {
            double x = any_double(0, 1900);
            uint64_t n = next_word() >> (next_word() % 64);
            mpfr_set_d(term, x, MPFR_RNDN);
            mpfr_mul_ui(term, term, n, MPFR_RNDN);
            if (i & 1) apsis_exact_subtract_times(&exact, x, n), mpfr_sub(sum, sum, term, MPFR_RNDN);
            else apsis_exact_add_times(&exact, x, n), mpfr_add(sum, sum, term, MPFR_RNDN);
        }
        assert_true(ap_word_of(mpfr_get_d(sum, MPFR_RNDN) + 0.0) == ap_word_of(apsis_exact_round(&exact)));
    }
    mpfr_clear(sum);
    mpfr_clear(term);
}

/* Far more additions than a limb takes without a carry, by merging a sum with itself. */
static void test_carries(void **unused)
{
    (void)unused;
    for (int negative = 0; negative < 2; negative++) {
        struct apsis_exact sum = {0};
        double x = negative ? -0x1.fffffffffffffp10 : 0x1.fffffffffffffp10;
        apsis_exact_add(&sum, x);
        for (int i = 0; i < 60; i++) {
            struct apsis_exact copy = sum;
            apsis_exact_merge(&sum, &copy);
        }
        assert_true(apsis_exact_round(&sum) == x * 0x1p60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_edges), cmocka_unit_test(test_times), cmocka_unit_test(test_carries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
