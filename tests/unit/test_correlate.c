/* test_correlate.c - the factor of a correlated group: against its own product, the semidefinite case, ranges that are possible. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/plan/correlate.h"

static uint64_t seed = 12345;
static double random_number(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(seed >> 11) * 0x1p-52 - 1; /* -1 .. 1 */
}

/* Correlations of n vectors of `rank` random coordinates: semidefinite where rank < n. */
static void random_matrix(double *score, size_t n, size_t rank)
{
    double v[16][16];
    for (size_t i = 0; i < n; i++) {
        double size = 0;
        for (size_t k = 0; k < rank; k++) v[i][k] = random_number(), size += v[i][k] * v[i][k];
        for (size_t k = 0; k < rank; k++) v[i][k] /= sqrt(size);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            score[i * n + j] = 0;
            for (size_t k = 0; k < rank; k++) score[i * n + j] += v[i][k] * v[j][k];
            if (i == j) score[i * n + j] = 1;
        }
}

static double product_error(const double *score, const double *factor, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) sum += factor[i * n + k] * factor[j * n + k];
            worst = fmax(worst, fabs(sum - score[i * n + j]));
        }
    return worst;
}

static void the_product_is_the_matrix(void **state)
{
    (void)state;
    double score[256], factor[256];
    for (int round = 0; round < 500; round++) {
        size_t n = 2 + (size_t)round % 14;
        random_matrix(score, n, n + 1 > 16 ? 16 : n + 1);
        assert_int_equal(apsis_correlate_factor(score, n, factor), n);
        assert_true(product_error(score, factor, n) < 1e-14 * (double)n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++) assert_true(factor[i * n + j] == 0);
    }
}

static void certain_pairs_are_allowed(void **state)
{
    (void)state;
    const double same[] = {1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1}, opposite[] = {1, -1, -1, 1}, wrong[] = {1, 1, 0.5, 1, 1, 0.4, 0.5, 0.4, 1};
    double factor[9];
    assert_int_equal(apsis_correlate_factor(same, 3, factor), 3);
    assert_true(product_error(same, factor, 3) < 1e-15);
    assert_true(factor[4] == 0);
    assert_int_equal(apsis_correlate_factor(opposite, 2, factor), 2);
    assert_true(factor[2] == -1 && factor[3] == 0);
    assert_int_equal(apsis_correlate_factor(wrong, 3, factor), 2);
}

static void impossible_ones_are_found(void **state)
{
    (void)state;
    const double score[] = {1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1};
    double factor[9], low, high;
    assert_int_equal(apsis_correlate_factor(score, 3, factor), 2);
    assert_int_equal(apsis_correlate_range(score, 3, 0, 2, &low, &high), 1);
    assert_float_equal(low, 0.81 - 0.19, 1e-14); /* ab -+ sqrt((1 - a^2)(1 - b^2)) */
    assert_float_equal(high, 1, 1e-14);
}

/* Just inside the range the matrix holds, just outside it does not. */
static void ranges_are_sharp(void **state)
{
    (void)state;
    double score[256], factor[256], low, high;
    for (int round = 0; round < 300; round++) {
        size_t n = 3 + (size_t)round % 10, i = 0, j = n - 1;
        random_matrix(score, n, n + 2);
        assert_int_equal(apsis_correlate_range(score, n, i, j, &low, &high), 1);
        assert_true(low <= score[j] && score[j] <= high && high - low > 1e-6);
        double step = (high - low) * 1e-3;
        const double at[4] = {low + step, high - step, low - step, high + step};
        for (int k = 0; k < 4; k++) {
            score[i * n + j] = score[j * n + i] = at[k];
            assert_int_equal(apsis_correlate_factor(score, n, factor) == n, k < 2);
        }
    }
}

static void rank_to_score(void **state)
{
    (void)state;
    assert_true(apsis_score_correlation(0) == 0 && apsis_score_correlation(1) == 1 && apsis_score_correlation(-1) == -1);
    assert_float_equal(apsis_score_correlation(0.5), 0.51763809020504152, 1e-15); /* 2 sin(pi / 12) */
    for (double s = -0.95; s < 1; s += 0.1) assert_float_equal(apsis_rank_correlation(apsis_score_correlation(s)), s, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_product_is_the_matrix), cmocka_unit_test(certain_pairs_are_allowed), cmocka_unit_test(impossible_ones_are_found),
        cmocka_unit_test(ranges_are_sharp), cmocka_unit_test(rank_to_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
