/* test_svg.c - drawings: labels that never overlap whatever the width, round axes, texts and numbers as SVG takes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/report/svg.h"

static uint64_t state = 20261121;

static double uniform(void)
{
    state += 0x9e3779b97f4a7c15u;
    uint64_t x = state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

static int by_at(const void *a, const void *b)
{
    double p = ((const struct apsis_svg_flag *)a)->at, q = ((const struct apsis_svg_flag *)b)->at;
    return (p > q) - (p < q);
}

/* Random sets of every kind: spread out, in clusters, all at one point, at the edges. */
static size_t random_flags(struct apsis_svg_flag *flags)
{
    size_t count = (size_t)(uniform() * 10), kind = (size_t)(uniform() * 5);
    double centre = uniform();
    for (size_t i = 0; i < count; i++) {
        double at = kind == 0 ? uniform() : kind == 1 ? centre + 0.05 * (uniform() - 0.5) : kind == 2 ? centre : kind == 3 ? (uniform() < 0.5 ? 0.02 * uniform() : 1 - 0.02 * uniform()) : (double)i / 10;
        flags[i] = (struct apsis_svg_flag){.at = at < 0 ? 0 : at > 1 ? 1 : at, .width = 20 + 80 * uniform()};
    }
    qsort(flags, count, sizeof *flags, by_at);
    return count;
}

static void labels_never_overlap(void **unused)
{
    (void)unused;
    static const double widths[] = {APSIS_SVG_NARROWEST, 230, 290, 333.3, 480, 760, 1400};
    size_t inside = 0, all = 0, crossed = 0, highest = 0;
    for (int trial = 0; trial < 40000; trial++) {
        struct apsis_svg_flag flags[10];
        size_t count = random_flags(flags), rows = apsis_svg_place(flags, count, APSIS_SVG_NARROWEST);
        assert_true(rows <= count);
        if (rows > highest) highest = rows;
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
            for (size_t i = 0; i < count; i++) {
                double begin[2], end[2];
                apsis_svg_flag_box(&flags[i], widths[w], &begin[0], &end[0]);
                assert_true(flags[i].row >= 0 && (size_t)flags[i].row < rows);
                for (size_t k = i + 1; k < count; k++) {
                    apsis_svg_flag_box(&flags[k], widths[w], &begin[1], &end[1]);
                    if (flags[i].row == flags[k].row) assert_true(end[0] + 5.99 <= begin[1]);
                }
                if (w) continue;
                all++;
                inside += begin[0] >= 0 && end[0] <= widths[w];
                for (size_t k = 0; k < count; k++) {
                    double at = flags[k].at * widths[w];
                    crossed += k != i && flags[k].row > flags[i].row && at > begin[0] && at < end[0];
                }
            }
    }
    assert_true(all > 100000);
    assert_true(inside >= all - all / 50); /* the few are wider than half of the plot, in the middle of a crowd */
    assert_true(crossed < all / 5);
}

static void single_labels_stay_inside(void **unused)
{
    (void)unused;
    for (int i = 0; i <= 1000; i++) {
        struct apsis_svg_flag flag = {.at = i / 1000.0, .width = 90};
        double begin, end;
        assert_int_equal(apsis_svg_place(&flag, 1, APSIS_SVG_NARROWEST), 1);
        apsis_svg_flag_box(&flag, APSIS_SVG_NARROWEST, &begin, &end);
        assert_true(begin >= 0 && end <= APSIS_SVG_NARROWEST);
    }
}

/* The spread positions keep their distance and their range; what had room already stays. */
static void positions_are_spread(void **unused)
{
    (void)unused;
    for (int trial = 0; trial < 20000; trial++) {
        double at[12], before[12] = {0}, gap = 14, low = 0, high = 200, sum = 0, moved = 0;
        size_t count = (size_t)(uniform() * 13);
        for (size_t i = 0; i < count; i++) at[i] = before[i] = trial % 3 ? 200 * uniform() : 100;
        for (size_t i = 1; i < count; i++) /* ascending */
            for (size_t k = i; k > 0 && before[k] < before[k - 1]; k--) {
                double swap = before[k];
                before[k] = before[k - 1], before[k - 1] = swap;
            }
        int room = 1;
        for (size_t i = 1; i < count; i++) room &= before[i] - before[i - 1] >= gap;
        memcpy(at, before, sizeof at);
        apsis_svg_spread(at, count, gap, low, high);
        for (size_t i = 0; i < count; i++) {
            assert_true(at[i] >= low - 1e-9 && at[i] <= high + 1e-9);
            if (i) assert_true(at[i] - at[i - 1] >= gap - 1e-9);
            sum += fabs(at[i] - before[i]);
            moved = fmax(moved, fabs(at[i] - before[i]));
        }
        if (room) assert_true(sum < 1e-9);
        assert_true(moved <= 200);
    }
    double crowd[30] = {0};
    apsis_svg_spread(crowd, 30, 14, 0, 100); /* no room: evenly */
    for (int i = 1; i < 30; i++) assert_true(fabs(crowd[i] - crowd[i - 1] - 100.0 / 29) < 1e-9);
}

static void ticks_are_round(void **unused)
{
    (void)unused;
    for (int trial = 0; trial < 20000; trial++) {
        double low = (uniform() - 0.5) * pow(10, 12 * uniform() - 6), high = low + uniform() * pow(10, 12 * uniform() - 6);
        size_t most = 2 + (size_t)(uniform() * 9);
        struct apsis_svg_ticks ticks = apsis_svg_ticks(low, high, most);
        assert_true(ticks.step > 0 && ticks.count <= most);
        double mantissa = ticks.step;
        while (mantissa >= 9.999999) mantissa /= 10;
        while (mantissa < 0.9999999) mantissa *= 10;
        assert_true(fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 || fabs(mantissa - 2.5) < 1e-6 || fabs(mantissa - 5) < 1e-6);
        for (size_t i = 0; i < ticks.count; i++) {
            double value = ticks.first + (double)i * ticks.step;
            assert_true(value >= low - 1e-6 * ticks.step && value <= high + 1e-6 * ticks.step);
            double shown = value * pow(10, ticks.decimals);
            if (ticks.decimals < 12 && fabs(shown) < 1e11) assert_true(fabs(shown - round(shown)) < 1e-3);
        }
    }
    assert_int_equal(apsis_svg_ticks(1, 1, 5).count, 0);
    assert_int_equal(apsis_svg_ticks(0, INFINITY, 5).count, 0);
    assert_int_equal(apsis_svg_ticks(NAN, 1, 5).count, 0);
}

static void texts_are_escaped(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"a < b & \"c\" > 'd'", "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;"},
        {"</title><script>alert(1)</script>", "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\u20ac \u05d0\u05d1 \U0001f680", "\u20ac \u05d0\u05d1 \U0001f680"},
        {"\u202eback\u2066", "\ufffdback\ufffd"},
        {"\x01\x7f\xc2\x85", "\ufffd\ufffd\ufffd"},
        {"\xff\xc3", "\ufffd\ufffd"},
        {"\xed\xa0\x80|\xc0\x80", "\ufffd\ufffd\ufffd|\ufffd\ufffd"},
        {"line\nnext\ttab", "line\nnext\ttab"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct apsis_buffer out = {0};
        apsis_svg_text(&out, cases[i][0]);
        assert_string_equal(out.text, cases[i][1]);
        apsis_buffer_free(&out);
    }
}

static void numbers_are_short(void **unused)
{
    (void)unused;
    static const struct { double value; const char *text; } cases[] = {
        {0, "0"}, {-0.0, "0"}, {1, "1"}, {-1.5, "-1.5"}, {0.25, ".25"}, {-0.05, "-.05"}, {12.345, "12.35"}, {99.999, "100"}, {1e300, "1000000000"}, {0.001, "0"}, {-0.001, "0"},
        {123456, "123456"}, {10.1, "10.1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct apsis_buffer out = {0};
        apsis_svg_number(&out, cases[i].value);
        assert_string_equal(out.text, cases[i].text);
        apsis_buffer_free(&out);
    }
    struct apsis_buffer out = {0};
    apsis_svg_number(&out, NAN);
    apsis_svg_number(&out, INFINITY);
    assert_string_equal(out.text, "00");
    apsis_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_never_overlap), cmocka_unit_test(single_labels_stay_inside), cmocka_unit_test(positions_are_spread),
        cmocka_unit_test(ticks_are_round), cmocka_unit_test(texts_are_escaped), cmocka_unit_test(numbers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
