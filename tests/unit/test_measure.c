/* test_measure.c - whole runs on formulas: statistics against a sort of all draws, the same bits whatever the partition. */
/* SPDX-License-Identifier: Apache-2.0 */
#if defined(__AVX2__)
#define AP_WIDTH 4
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernels/special/special.h"
#include "tests/unit/fake_engine.h"

static int by_value(const void *a, const void *b)
{
    const struct apsis_kept *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value ? 1 : x->draw < y->draw ? -1 : x->draw > y->draw;
}

static int same(double a, double b)
{
    return a == b || (a != a && b != b);
}

#define CHECK(condition) \
    do { \
        if (!(condition)) fail_msg("%s: shape %d, %llu draws", #condition, shape, (unsigned long long)draws); \
    } while (0)

/* Everything about one column from all its values, by the definitions. */
static void check_column(const struct apsis_measure *m, const struct fake_run *run, size_t c, uint64_t seed, uint64_t draws)
{
    int shape = run->shapes[c];
    struct apsis_kept *all = malloc((draws + 1) * sizeof *all);
    uint64_t given = 0, n = 0, first_invalid = APSIS_NO_DRAW;
    for (uint64_t d = 0; d < draws; d++) {
        double g, x = fake_column(run, c, seed, d, &g) + 0.0;
        if (g == 0) continue;
        given++;
        if (g != g || !isfinite(x)) {
            if (first_invalid == APSIS_NO_DRAW) first_invalid = d;
            continue;
        }
        all[n++] = (struct apsis_kept){x, d};
    }
    qsort(all, n, sizeof *all, by_value);
    CHECK(m->draws == draws);
    CHECK(m->given == given);
    CHECK(m->valid == n);
    CHECK(m->invalid == given - n);
    CHECK(m->first_invalid == first_invalid);
    if (!n) {
        CHECK(m->mean != m->mean);
        free(all);
        return;
    }
    CHECK(m->min == all[0].value && m->min_draw == all[0].draw);
    uint64_t last = n - 1;
    while (last && all[last - 1].value == all[n - 1].value) last--;
    CHECK(m->max == all[n - 1].value && m->max_draw == all[last].draw);
    for (size_t k = 0; k < m->percentile_count; k++) {
        const struct apsis_measured_percentile *p = &m->percentiles[k];
        uint64_t rank = apsis_percent_rank(p->percent, n), low, high;
        apsis_quantile_ranks(n, p->percent.numerator, 100, 0.95, &low, &high);
        if (!same(p->value, all[rank - 1].value))
            fail_msg("shape %d, %llu draws, P%llu: %.17g is not %.17g", shape, (unsigned long long)draws, (unsigned long long)p->percent.numerator, p->value,
                     all[rank - 1].value);
        CHECK(same(p->low, low < 1 ? NAN : all[low - 1].value));
        CHECK(same(p->high, high > n ? NAN : all[high - 1].value));
        uint64_t first = rank - 1;
        while (first && all[first - 1].value == all[rank - 1].value) first--;
        CHECK(p->draw == all[first].draw);
    }
    for (size_t k = 0; k < m->target_count; k++) {
        uint64_t count = 0;
        for (uint64_t i = 0; i < n; i++) count += all[i].value > m->targets[k].above;
        CHECK(m->targets[k].count == count);
    }
    uint64_t total = 0;
    for (size_t k = 0, i = 0; k < m->histogram_count; k++) {
        uint64_t count = 0;
        for (; i < n && (k + 1 == m->histogram_count || all[i].value < m->histogram_edges[k + 1]); i++) count++;
        CHECK(m->histogram_counts[k] == count);
        total += count;
    }
    CHECK(m->histogram_count == 0 || total == n);
    for (size_t k = 0; k < m->shortfall_count; k++) {
        const struct apsis_measured_shortfall *s = &m->shortfalls[k];
        long double mass = (long double)n * (long double)s->percent.numerator / 100, left = mass, sum = 0, square = 0;
        for (uint64_t i = 0; i < n && left > 0; i++) {
            long double x = s->high_side ? all[n - 1 - i].value : all[i].value, w = left < 1 ? left : 1;
            sum += w * x;
            square += w * x * x;
            left -= w;
        }
        uint64_t rank = apsis_percent_rank(s->percent, n);
        long double mean = sum / mass, v = s->high_side ? all[n - rank].value : all[rank - 1].value;
        long double p = (long double)s->percent.numerator / 100, variance = (square / mass - mean * mean + (1 - p) * (v - mean) * (v - mean)) / mass;
        CHECK(fabsl(s->value - mean) <= 1e-13L * (fabsl(mean) + fabsl(v)));
        if (n > 1 && shape != FAKE_HUGE && shape != FAKE_OFFSET && variance > 0) CHECK(fabsl(s->se - sqrtl(variance)) <= 1e-6L * sqrtl(variance) + 1e-7L * (fabsl(mean) + fabsl(v)));
    }
    if (n > 1 && shape != FAKE_HUGE) {
        __float128 mean = 0, m2 = 0, m3 = 0, m4 = 0; /* sums of up to 2^18 terms with 60 digits to spare */
        for (uint64_t i = 0; i < n; i++) mean += all[i].value;
        mean /= n;
        for (uint64_t i = 0; i < n; i++) {
            __float128 d = all[i].value - mean;
            m2 += d * d, m3 += d * d * d, m4 += d * d * d * d;
        }
        m2 /= n, m3 /= n, m4 /= n;
        long double sd = sqrtl((long double)(m2 * n / (n - 1)));
        long double middle = (long double)mean, size = fabsl(middle);
        CHECK(fabsl((long double)(m->mean - mean)) <= 4e-16L * size + 1e-14L * sd);
        CHECK(fabsl(m->sd - sd) <= 1e-12L * sd + 1e-30L * size);
        if (sd > 1e-9L * size) {
            long double skewness = (long double)m3 / ((long double)m2 * sqrtl((long double)m2)), kurtosis = (long double)(m4 / (m2 * m2));
            CHECK(fabsl(m->skewness - skewness) <= 1e-8L * (1 + fabsl(m->skewness)));
            CHECK(fabsl(m->kurtosis - kurtosis) <= 1e-8L * m->kurtosis);
        }
    }
    free(all);
}

static struct apsis_result *measure(struct apsis_arena *arena, struct fake_run *run, const struct apsis_measure_settings *settings)
{
    struct apsis_result *result;
    assert_int_equal(apsis_measure_run(arena, run->plan, &fake_engine, run, settings, &result), APSIS_OK);
    return result;
}

static void setup(struct apsis_arena *arena, struct fake_run *run, size_t inputs)
{
    int shapes[FAKE_SHAPES], *column_shapes;
    for (int i = 0; i < FAKE_SHAPES; i++) shapes[i] = i;
    memset(run, 0, sizeof *run);
    run->plan = fake_plan(arena, shapes, FAKE_SHAPES, inputs, 0, &column_shapes);
    run->shapes = column_shapes;
    run->lanes = 256;
    run->threads = 2;
    run->flip_draw = UINT64_MAX;
}

static void test_against_sort(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, 2, 17, 100, 1000, 1024, 1025, 5000, 16384, 17000, 120001};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct fake_run run;
        struct apsis_measure_settings settings;
        setup(arena, &run, 0);
        apsis_measure_defaults(&settings);
        settings.draws = sizes[s];
        struct apsis_result *result = measure(arena, &run, &settings);
        for (size_t c = 0; c < result->measure_count; c++) check_column(&result->measures[c], &run, c, settings.seed, settings.draws);
        apsis_arena_free(arena);
    }
}

/* One run under any circumstances is one digest. */
static void test_partitions(void **state)
{
    (void)state;
    static const struct {
        unsigned lanes;
        int threads, backwards;
        size_t memory;
        double width;
        uint64_t pilot;
    } cases[] = {{256, 1, 0, 0, 0, 0},       {512, 3, 0, 0, 0, 0},       {16, 2, 1, 0, 0, 0},    {64, 2, 0, 1, 0, 0},         {128, 2, 1, 300000, 0, 0},
                 {256, 2, 0, 0, 0.3, 0},     {256, 2, 0, 0, 0, 100},     {32, 5, 1, 1, 0.2, 50}, {256, 2, 0, 1u << 20, 2, 3}, {512, 2, 0, 1, 4.5, 1}};
    char digest[65] = "";
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct fake_run run;
        struct apsis_measure_settings settings;
        setup(arena, &run, 2);
        run.lanes = cases[k].lanes, run.threads = cases[k].threads, run.backwards = cases[k].backwards;
        apsis_measure_defaults(&settings);
        settings.draws = 40001;
        if (cases[k].memory) settings.memory = cases[k].memory;
        if (cases[k].pilot) settings.pilot = cases[k].pilot;
        settings.bracket_width = cases[k].width;
        struct apsis_result *result = measure(arena, &run, &settings);
        if (getenv("APSIS_TEST_VERBOSE")) fprintf(stderr, "case %zu: passes %u, %s\n", k, result->passes, result->digest);
        assert_int_equal(strlen(result->digest), 64);
        if (k == 0) strcpy(digest, result->digest);
        if (strcmp(result->digest, digest))
            for (size_t c = 0; c < result->measure_count; c++) check_column(&result->measures[c], &run, c, settings.seed, settings.draws);
        assert_string_equal(result->digest, digest);
        apsis_arena_free(arena);
    }
}

/* Many columns of a series, with room for a few at a time: more passes, the same digest. */
static void test_many_columns(void **state)
{
    (void)state;
    enum { COLUMNS = 80 };
    int shapes[COLUMNS], *column_shapes;
    char digest[65] = "";
    unsigned passes = 0;
    for (int i = 0; i < COLUMNS; i++) shapes[i] = i % FAKE_LATE; /* LATE needs a second pass anyway */
    for (int k = 0; k < 3; k++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct apsis_measure_settings settings;
        struct fake_run run = {.lanes = 128, .threads = 2, .flip_draw = UINT64_MAX};
        run.plan = fake_plan(arena, shapes, COLUMNS, 0, 1, &column_shapes);
        run.shapes = column_shapes;
        apsis_measure_defaults(&settings);
        settings.draws = 100000;
        if (k) settings.memory = k == 1 ? 2u << 20 : 600u << 10;
        struct apsis_result *result = measure(arena, &run, &settings);
        if (getenv("APSIS_TEST_VERBOSE")) fprintf(stderr, "%zu bytes: %u passes\n", settings.memory, result->passes);
        assert_true(k == 0 ? result->passes == 1 : result->passes > passes);
        passes = result->passes;
        if (!k) strcpy(digest, result->digest);
        assert_string_equal(digest, result->digest);
        assert_int_equal(result->measures[0].percentile_count, 5);
        apsis_arena_free(arena);
    }
}

/* Spearman by its definition: ranks by counting, Pearson on them. */
static void test_rank_correlation(void **state)
{
    (void)state;
    enum { DRAWS = 1500 };
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_measure_settings settings;
    struct fake_run run;
    setup(arena, &run, 2);
    apsis_measure_defaults(&settings);
    settings.draws = DRAWS;
    struct apsis_result *result = measure(arena, &run, &settings);
    for (size_t c = 0; c < FAKE_SHAPES; c++)
        for (size_t in = 0; in < 2; in++) {
            static double x[DRAWS], y[DRAWS];
            size_t n = 0;
            for (uint64_t d = 0; d < DRAWS; d++) {
                double g, ignored;
                x[n] = fake_column(&run, c, 1, d, &g) + 0.0;
                y[n] = fake_column(&run, FAKE_SHAPES + in, 1, d, &ignored);
                n += g == g && g != 0 && isfinite(x[n]);
            }
            double sxy = 0, sxx = 0, syy = 0;
            for (size_t i = 0; i < n; i++) {
                double a = -(double)n, b = -(double)n; /* twice the centred rank */
                for (size_t k = 0; k < n; k++) {
                    a += (x[k] < x[i] ? 2 : x[k] == x[i] ? 1 : 0);
                    b += (y[k] < y[i] ? 2 : y[k] == y[i] ? 1 : 0);
                }
                sxy += a * b, sxx += a * a, syy += b * b;
            }
            double wanted = sxy / sqrt(sxx * syy), got = result->measures[c].rank_correlation[in];
            if (wanted != wanted) assert_true(got != got);
            else assert_true(fabs(got - wanted) <= 1e-13);
        }
    apsis_arena_free(arena);
}

static void test_golden(void **state)
{
    (void)state;
    fake_check_golden();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sort),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_rank_correlation),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
