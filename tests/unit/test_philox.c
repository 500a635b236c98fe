/* test_philox.c - Random123's known answers, the counter picture's known draws, and every width against one lane. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "kernels/philox.h"
#include "tests/support/elementary_lanes.h"

static void known_answers(void **unused)
{
    (void)unused;
    FILE *file = fopen(APSIS_SOURCE_DIR "/tests/data/kat_philox.txt", "r");
    assert_non_null(file);
    char line[256];
    int answers = 0, count;
    const struct elementary_width *widths = elementary_widths(&count);
    while (fgets(line, sizeof line, file)) {
        uint32_t v[10], words[4];
        int at = 0;
        char *rest = line;
        if (*line == '#') continue;
        for (int used; at < 10 && sscanf(rest, "%8x%n", &v[at], &used) == 1; at++) rest += used;
        assert_int_equal(at, 10);
        for (int w = 0; w < count; w++) {
            if (!widths[w].here) continue;
            memset(words, 0xa5, sizeof words);
            widths[w].words(v + 4, v, words);
            assert_memory_equal(words, v + 6, sizeof words);
        }
        answers++;
    }
    fclose(file);
    assert_int_equal(answers, 3);
}

/* the stream of a name: int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], 'little') in Python */
static const struct {
    const char *name;
    uint64_t stream, draw;
    uint32_t period;
    double u;
} draws[] = {
    {"payload", 0xc737e755ed599f23u, 0, 0, 0x1.7e6817d186003p-1},
    {"payload", 0xc737e755ed599f23u, 256, 0, 0x1.bbefa32b36832p-2},
    {"noise", 0xd7496d9ec0a5e2efu, 123456789, 7, 0x1.ed9cb04740bbfp-1},
    {"weight[energy]", 0xaeddd293ebdc35f4u, 5, 0, 0x1.7965c7d954a31p-1},
    {"payload#3", 0xb710f46abc1225c1u, 0, 0, 0x1.90697fb23b6e4p-3},
};

static double uniform(uint64_t bits) { return (2.0 * (double)(bits >> 12) + 1.0) * 0x1p-53; }

static void counter_picture(void **unused)
{
    (void)unused;
    int count;
    const struct elementary_width *widths = elementary_widths(&count);
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
        assert_true(uniform(ap_draw_bits(draws[i].draw, 1, draws[i].stream, draws[i].period)) == draws[i].u);
        uint64_t d = draws[i].draw, pair = (d >> 9) << 8 | (d & 255);
        for (int w = 0; w < count; w++) {
            if (!widths[w].here) continue;
            double u0[8], u1[8], v0[8];
            widths[w].uniforms(pair, 1, draws[i].stream, draws[i].period, u0, u1, v0, 8);
            assert_true(((d >> 8) & 1 ? u1 : u0)[0] == draws[i].u);
        }
    }
}

/* Lanes against the one-draw version: far draws, seeds past 2^32, the last period, pairs that carry out of 32 bits. */
static void lanes_agree(void **unused)
{
    (void)unused;
    static const uint64_t firsts[] = {0, 8, 0xfffffff8u, (uint64_t)1 << 32, ((uint64_t)1 << 48) - 8, 123456788};
    static const uint32_t periods[] = {0, 1, 39, 65535};
    int count;
    const struct elementary_width *widths = elementary_widths(&count);
    for (int w = 0; w < count; w++) {
        if (!widths[w].here) continue;
        for (int i = 0; i < 6; i++) {
            for (int p = 0; p < 4; p++) {
                uint64_t seed = 0x9e3779b97f4a7c15u * (uint64_t)i + 1, stream = 0xd1342543de82ef95u * (uint64_t)(p + 3);
                double u0[8], u1[8], v0[8];
                widths[w].uniforms(firsts[i], seed, stream, periods[p], u0, u1, v0, 8);
                for (unsigned j = 0; j < 8; j++) {
                    uint64_t pair = firsts[i] + j, draw = (pair >> 8) << 9 | (pair & 255);
                    assert_true(u0[j] == uniform(ap_draw_bits(draw, seed, stream, periods[p])));
                    assert_true(u1[j] == uniform(ap_draw_bits(draw + 256, seed, stream, periods[p])));
                    assert_true(v0[j] == 1.0 - u0[j] && u0[j] > 0.0 && v0[j] > 0.0 && u0[j] + v0[j] == 1.0);
                }
            }
        }
    }
}

static void grid(void **unused)
{
    (void)unused;
    static const uint64_t ms[] = {0, 1, 2, 12345, (uint64_t)1 << 51, ((uint64_t)1 << 51) - 1, ((uint64_t)1 << 52) - 1, ((uint64_t)1 << 52) - 2};
    for (int i = 0; i < 8; i++) {
        double u = ap_uniform_of(ms[i]), v = ap_uniform_upper_of(ms[i]);
        assert_true(u * 0x1p53 == 2.0 * (double)ms[i] + 1.0); /* 2m + 1 < 2^53: every step is exact */
        assert_true(v == 1.0 - u && u > 0.0 && u < 1.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers), cmocka_unit_test(counter_picture), cmocka_unit_test(lanes_agree), cmocka_unit_test(grid)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
