/* test_tally.c - the tally of one tile, one lane at a time, against its written definitions. */
/* SPDX-License-Identifier: Apache-2.0 */
#define AP_WIDTH 1
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/fake_engine.h"

/* The fingerprint as kernels/fingerprint.h says it, in 64-bit multiplications. */
static void plain_fingerprint(uint64_t bits, const uint64_t key[2], uint64_t draw, uint64_t sums[2])
{
    uint64_t z = bits ^ (key[0] + draw * 0x9e3779b97f4a7c15ull);
    z *= 0x85ebca6bu;
    z ^= z >> 32;
    uint64_t a = z * 0xc2b2ae35u, t = z + key[1];
    sums[0] += a ^ a >> 29;
    sums[1] += (t & 0xffffffffu) * (t >> 32);
}

/* The tree over pairs: bits 3, 4, 5, 6, 7, 8 (the group), then 2, 1, 0. */
static double plain_tree(double *leaf)
{
    static const int order[] = {3, 4, 5, 6, 7, 8, 2, 1, 0};
    int gone = 0;
    for (int k = 0; k < 9; k++) {
        int bit = 1 << order[k];
        for (int p = 0; p < 512; p++)
            if (!(p & (gone | bit))) leaf[p] = leaf[p] + leaf[p | bit];
        gone |= bit;
    }
    return leaf[0];
}

static uint64_t last_tile;
static void tile_done(struct ap_tally *worker, ap_word tile)
{
    (void)worker;
    last_tile = tile;
}

static void test_tile(void **unused)
{
    (void)unused;
    static const unsigned sizes[] = {16, 32, 64, 128, 256, 512};
    static const uint64_t ends[] = {5000, 2 * 1024 + 700, 2 * 1024 + 3, 2 * 1024 + 513, UINT64_MAX};
    for (size_t s = 0; s < 6; s++)
        for (size_t e = 0; e < 5; e++)
            for (int shape = 0; shape < FAKE_SHAPES; shape++) {
                struct ap_tally_column column;
                memset(&column, 0, sizeof column);
                column.wanted = AP_TALLY_COUNTS | AP_TALLY_MOMENTS | AP_TALLY_FINGERPRINT;
                column.key[0] = 12345, column.key[1] = 0xfedcba9876543210ull;
                column.centre = shape == FAKE_OFFSET ? 1e9 : 0.3, column.inverse = 4;
                column.first_invalid = column.min_draw = column.max_draw = UINT64_MAX;
                column.min = INFINITY, column.max = -INFINITY;
                struct ap_tally worker = {.columns = &column, .column_count = 1, .tile_done = tile_done};
                uint64_t sums[2] = {0, 0}, given_count = 0, valid_count = 0, first_invalid = UINT64_MAX;
                double leaf[4][512];
                memset(leaf, 0, sizeof leaf);
                double values[512], given[512];
                for (unsigned unit = 0; unit < 64; unit += sizes[s] / 16) {
                    struct ap_block block = {.tile = 2, .draws = ends[e], .lanes = sizes[s], .unit = unit};
                    block.first = 2048 + unit / 32 * 512 + unit % 32 * 8;
                    for (unsigned i = 0; i < sizes[s]; i++) values[i] = fake_value(shape, 3, ap_block_draw(&block, i), &given[i]);
                    ap_tally_block(&column, &block, values, shape == FAKE_GIVEN || shape == FAKE_RARE ? given : NULL);
                }
                ap_tally_tile(&worker, 2);
                assert_true(last_tile == 2);
                for (unsigned p = 0; p < 512; p++) {
                    double y[2] = {0, 0};
                    for (int half = 0; half < 2; half++) {
                        uint64_t draw = 2048 + (p >> 8) * 512 + (p & 255) + (half ? 256 : 0);
                        if (draw >= ends[e]) continue;
                        double g, x = fake_value(shape, 3, draw, &g) + 0.0;
                        int valid = isfinite(x) && g == g && g != 0;
                        given_count += g != 0;
                        valid_count += (uint64_t)valid;
                        if (g != 0 && !valid && draw < first_invalid) first_invalid = draw;
                        plain_fingerprint(valid ? ap_word_of(x) : g == 0 ? 0x7ff8000000000a51ull : 0x7ff8000000000000ull, column.key, draw, sums);
                        if (valid) y[half] = (x - column.centre) * column.inverse;
                    }
                    leaf[0][p] = y[0] + y[1];
                    leaf[1][p] = y[0] * y[0] + y[1] * y[1];
                    leaf[2][p] = y[0] * y[0] * y[0] + y[1] * y[1] * y[1];
                    leaf[3][p] = (y[0] * y[0]) * (y[0] * y[0]) + (y[1] * y[1]) * (y[1] * y[1]);
                }
                assert_true(column.fingerprint[0] == sums[0] && column.fingerprint[1] == sums[1]);
                assert_true(column.given == given_count && column.valid == valid_count && column.first_invalid == first_invalid);
                for (int k = 0; k < 4; k++) {
                    double wanted = plain_tree(leaf[k]);
                    if (wanted != wanted) assert_true(column.sum[k] != column.sum[k]);
                    else assert_true(wanted == column.sum[k]);
                }
            }
}

/* Another width gives the same: test_measure and test_digest run the same with 4 and 2 lanes. */
static void test_golden(void **unused)
{
    (void)unused;
    fake_check_golden();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tile), cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
