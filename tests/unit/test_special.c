/* test_special.c - the special functions against golden points of mpmath, inverses against the functions, and what lies at the edges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <cmocka.h>
#include "kernels/special/special.h"

static double relative(double got, double want) { return want == 0 ? fabs(got) : got == want ? 0 : fabs(got - want) / fabs(want); }
static double guarded(double got, double want) { return fabs(got - want) / fmax(1, fabs(want)); }

/* how each kind of golden line is checked: the worst of the errors of its results; wrong counts give 1 */
static double lgamma_error(const double *v) { return relative(apsis_lgamma(v[0]), v[1]); }
static double correction_error(const double *v) { return v[0] >= 10 ? relative(apsis_gamma_correction(v[0]), v[1]) : fabs(apsis_gamma_correction(v[0]) - v[1]); }
static double digamma_error(const double *v) { return guarded(apsis_digamma(v[0]), v[1]); }
static double log_beta_error(const double *v) { return guarded(apsis_log_beta(v[0], v[1]), v[2]); }
static double erf_error(const double *v) { return relative(apsis_erf(v[0]), v[1]); }
static double erfc_error(const double *v) { return relative(apsis_erfc(v[0]), v[1]); }
static double erfcx_error(const double *v) { return relative(apsis_erfcx(v[0]), v[1]); }
static double gamma_error(const double *v)
{
    double lower, upper;
    apsis_incomplete_gamma(v[0], v[1], &lower, &upper);
    return fmax(relative(lower, v[2]), relative(upper, v[3]));
}
static double beta_error(const double *v)
{
    double lower, upper, mirror_lower, mirror_upper;
    apsis_incomplete_beta(v[0], v[1], v[2], v[3], &lower, &upper);
    apsis_incomplete_beta(v[1], v[0], v[3], v[2], &mirror_lower, &mirror_upper);
    double mirror = fmax(relative(mirror_lower, v[5]), relative(mirror_upper, v[4]));
    return fmax(mirror, fmax(relative(lower, v[4]), relative(upper, v[5])));
}
static double student_error(const double *v)
{
    double lower, upper;
    apsis_student_t_tails(v[0], v[1], &lower, &upper);
    double back = apsis_student_t_quantile(v[0], v[2], v[3]);
    /* what the quantile is sure of: its own tail again */
    double lower_back, upper_back;
    apsis_student_t_tails(v[0], back, &lower_back, &upper_back);
    double again = v[2] < v[3] ? relative(lower_back, v[2]) : relative(upper_back, v[3]);
    return fmax(again, fmax(relative(lower, v[2]), relative(upper, v[3])));
}
static double binomial_error(const double *v)
{
    double lower, upper;
    apsis_binomial_tails(v[0], v[1], v[2], &lower, &upper);
    return fmax(relative(apsis_binomial_pmf(v[0], v[1], v[2]), v[3]), fmax(relative(lower, v[4]), relative(upper, v[5])));
}
static double poisson_error(const double *v)
{
    double lower, upper;
    apsis_poisson_tails(v[0], v[1], &lower, &upper);
    return fmax(relative(apsis_poisson_pmf(v[0], v[1]), v[2]), fmax(relative(lower, v[3]), relative(upper, v[4])));
}
static double interval_error(const double *v)
{
    double low, high;
    apsis_binomial_interval(v[0], v[1], v[2], &low, &high);
    return fmax(relative(low, v[3]), relative(high, v[4]));
}
static double ranks_error(const double *v)
{
    uint64_t low, high;
    apsis_quantile_ranks((uint64_t)v[0], (uint64_t)v[1], (uint64_t)v[2], v[3], &low, &high);
    return (double)low == v[4] && (double)high == v[5] ? 0 : 1;
}

/* Inverses at the golden tails: the tail at the result may be off by what the last bit of the result makes of it. */
static double gamma_inverse_error(const double *v)
{
    double lower, upper, tail = fmin(v[2], v[3]), worst = 0;
    double x[2] = {apsis_incomplete_gamma_inverse(v[0], v[2], v[3]), apsis_incomplete_gamma_inverse_from(v[0], v[2], v[3], v[1] * (1 + 1e-7))};
    for (int i = 0; i < 2; i++) {
        apsis_incomplete_gamma(v[0], x[i], &lower, &upper);
        double bit = apsis_gamma_density(v[0], x[i]) * x[i] * 0x1p-52 / tail;
        worst = fmax(worst, fmax(0, relative(v[2] < v[3] ? lower : upper, tail) - bit));
    }
    return worst;
}
static double beta_inverse_error(const double *v)
{
    double lower, upper, tail = fmin(v[4], v[5]), worst = 0, x[2], y[2];
    apsis_incomplete_beta_inverse(v[0], v[1], v[4], v[5], &x[0], &y[0]);
    apsis_incomplete_beta_inverse_from(v[0], v[1], v[4], v[5], v[2] * (1 + 1e-7 * v[3]), v[3] * (1 - 1e-7 * v[2]), &x[1], &y[1]);
    for (int i = 0; i < 2; i++) {
        apsis_incomplete_beta(v[0], v[1], x[i], y[i], &lower, &upper);
        double bit = apsis_beta_density(v[0], v[1], x[i], y[i]) * fmin(x[i], y[i]) * 0x1p-52 / tail;
        worst = fmax(worst, fmax(0, relative(v[4] < v[5] ? lower : upper, tail) - bit));
    }
    return worst;
}

struct kind { const char *name; int values; double (*error)(const double *v); double bound; int seen; double worst; };
static struct kind kinds[] = {
    {"lgamma", 2, lgamma_error, 1e-15, 0, 0},
    {"gamma_correction", 2, correction_error, 2e-15, 0, 0},
    {"digamma", 2, digamma_error, 2e-15, 0, 0},
    {"log_beta", 3, log_beta_error, 1e-15, 0, 0},
    {"erf", 2, erf_error, 1e-15, 0, 0},
    {"erfc", 2, erfc_error, 5e-15, 0, 0},
    {"erfcx", 2, erfcx_error, 5e-15, 0, 0},
    {"incomplete_gamma", 4, gamma_error, 1e-14, 0, 0},
    {"incomplete_gamma", 4, gamma_inverse_error, 2e-14, 0, 0},
    {"incomplete_beta", 6, beta_error, 5e-14, 0, 0},
    {"incomplete_beta", 6, beta_inverse_error, 5e-14, 0, 0},
    {"student_t", 4, student_error, 2e-14, 0, 0},
    {"binomial", 6, binomial_error, 1e-14, 0, 0},
    {"poisson", 5, poisson_error, 1e-14, 0, 0},
    {"binomial_interval", 5, interval_error, 1e-14, 0, 0},
    {"quantile_ranks", 6, ranks_error, 0, 0, 0},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void golden_points(void **state)
{
    (void)state;
    FILE *file = fopen(APSIS_SOURCE_DIR "/tests/data/special_points.txt", "r");
    assert_non_null(file);
    char text[512];
    int total = 0, wrong = 0;
    while (fgets(text, sizeof text, file)) {
        if (text[0] == '#') continue;
        char name[32];
        int at = 0, step, count = 0;
        double v[8];
        assert_int_equal(sscanf(text, "%31s%n", name, &at), 1);
        while (count < 8 && sscanf(text + at, "%lf%n", &v[count], &step) == 1) at += step, count++;
        int known = 0;
        for (size_t i = 0; i < KINDS; i++) {
            struct kind *kind = &kinds[i];
            if (strcmp(kind->name, name) != 0) continue;
            assert_int_equal(count, kind->values);
            double error = kind->error(v);
            known = 1;
            kind->seen++;
            if (!(error <= kind->worst)) kind->worst = error;
            if (!(error <= kind->bound)) {
                wrong++;
                if (wrong <= 20) print_error("error %.3g: %s", error, text);
            }
        }
        assert_true(known);
        total++;
    }
    fclose(file);
    for (size_t i = 0; i < KINDS; i++) {
        print_message("%-18s %5d points, largest error %.2e\n", kinds[i].name, kinds[i].seen, kinds[i].worst);
        assert_true(kinds[i].seen > 5);
    }
    assert_true(total >= 2000);
    assert_int_equal(wrong, 0);
}

static uint64_t random_state = 12345;
static double uniform(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(random_state >> 12) + 0.5) * 0x1p-52;
}

/* any parameters, any tail: the inverse's tail is the one that was asked for */
static void inverses_everywhere(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        double a = pow(10, uniform() * 10 - 3), b = pow(10, uniform() * 10 - 3), p = i % 2 ? uniform() : pow(10, -299 * uniform()), q = 1 - p, x, y, lower, upper;
        if (p >= 1 || q >= 1 + 1e-9 || p <= 0) continue;
        int flip = i / 2 % 2;
        double want_lower = flip ? q : p, want_upper = flip ? p : q, tail = fmin(p, q);
        x = apsis_incomplete_gamma_inverse(a, want_lower, want_upper);
        assert_true(x >= 0);
        if (x > 1e-300) {
            apsis_incomplete_gamma(a, x, &lower, &upper);
            double bit = apsis_gamma_density(a, x) * x * 0x1p-52 / tail;
            if (!(relative(want_lower < want_upper ? lower : upper, tail) <= 1e-13 + bit)) fail_msg("gamma %a %a %a: %a", a, want_lower, want_upper, x);
        }
        apsis_incomplete_beta_inverse(a, b, want_lower, want_upper, &x, &y);
        assert_true(x >= 0 && y >= 0 && fabs(x + y - 1) < 1e-15);
        if (x > 1e-300 && y > 1e-300) {
            apsis_incomplete_beta(a, b, x, y, &lower, &upper);
            double bit = apsis_beta_density(a, b, x, y) * fmin(x, y) * 0x1p-51 / tail;
            if (!(relative(want_lower < want_upper ? lower : upper, tail) <= 1e-13 + bit)) fail_msg("beta %a %a %a %a: %a %a", a, b, want_lower, want_upper, x, y);
        }
    }
}

/* tails never turn back, across the borders between methods too, beyond the noise of the last bits */
static void tails_are_monotone(void **state)
{
    (void)state;
    static const double shapes[] = {0.05, 0.3, 1, 4, 24.9, 25.1, 40, 1e4};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        double last = 0;
        for (int k = 1; k < 4000; k++) {
            double lower, upper, x = shapes[i] * k / 1000.0;
            apsis_incomplete_gamma(shapes[i], x, &lower, &upper);
            assert_true(lower >= last * (1 - 1e-14));
            last = lower;
        }
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
            last = 0;
            for (int k = 1; k < 1024; k++) {
                double lower, upper, x = k / 1024.0;
                apsis_incomplete_beta(shapes[i], shapes[j], x, 1 - x, &lower, &upper);
                assert_true(lower >= last * (1 - 1e-14));
                assert_true(fabs(lower + upper - 1) < 1e-14);
                last = lower;
            }
        }
    }
}

static void densities(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        double a = pow(10, uniform() * 7 - 2), b = pow(10, uniform() * 7 - 2), x, y, low, up, low2, up2, e = 1e-5;
        double p = 0.01 + 0.98 * uniform();
        apsis_incomplete_beta_inverse(a, b, p, 1 - p, &x, &y);
        if (x < 1e-200 || y < 1e-200) continue;
        double d = apsis_beta_density(a, b, x, y);
        assert_true(fabs(log(d) - apsis_beta_log_density(a, b, x, y)) < 1e-12);
        if (x > 1e-3 && y > 1e-3) { /* the density is the slope */
            double h = e * fmin(fmin(x, y), 1 / d);
            apsis_incomplete_beta(a, b, x - h, 1 - (x - h), &low, &up);
            apsis_incomplete_beta(a, b, x + h, 1 - (x + h), &low2, &up2);
            assert_true(fabs((low2 - low) / (2 * h) / d - 1) < 1e-4);
        }
        x = apsis_incomplete_gamma_inverse(a, p, 1 - p);
        if (x < 1e-200) continue;
        d = apsis_gamma_density(a, x);
        assert_true(fabs(log(d) - apsis_gamma_log_density(a, x)) < 1e-12);
        double h = e * fmin(x, 1 / d);
        apsis_incomplete_gamma(a, x - h, &low, &up);
        apsis_incomplete_gamma(a, x + h, &low2, &up2);
        assert_true(fabs((low2 - low) / (2 * h) / d - 1) < 1e-4);
    }
    assert_true(isinf(apsis_beta_density(0.5, 2, 0, 1)) && apsis_beta_density(1, 3, 0, 1) == 3 && apsis_beta_density(2, 3, 0, 1) == 0);
    assert_true(isinf(apsis_gamma_density(0.5, 0)) && apsis_gamma_density(1, 0) == 1 && apsis_gamma_density(2, 0) == 0);
}

/* The ranks keep their promise where n is as large as a run can be. */
static void ranks_of_large_runs(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1000, 1000000, 1000000007, (uint64_t)1 << 40, (uint64_t)1 << 49};
    for (int i = 0; i < 5; i++) {
        uint64_t low, high;
        apsis_quantile_ranks(sizes[i], 1, 4, 0.95, &low, &high); /* 1/4 is a double */
        double n = (double)sizes[i], tail = (1 - 0.95) / 2, lower, upper, sd = sqrt(n * 3 / 16);
        apsis_binomial_tails(n, 0.25, (double)low - 1, &lower, &upper);
        assert_true(lower <= tail);
        apsis_binomial_tails(n, 0.25, (double)low, &lower, &upper);
        assert_true(lower > tail);
        apsis_binomial_tails(n, 0.25, (double)high - 1, &lower, &upper);
        assert_true(upper <= tail);
        apsis_binomial_tails(n, 0.25, (double)high - 2, &lower, &upper);
        assert_true(upper > tail);
        assert_true(fabs(((double)low - n / 4) / sd + 1.959964) < 0.1 && fabs(((double)high - n / 4) / sd - 1.959964) < 0.1);
    }
}

static int all_nan(double a, double b) { return isnan(a) && isnan(b); }

static void edges(void **state)
{
    (void)state;
    double l, u;
    static const double bad[] = {-1, 0, NAN, INFINITY, -INFINITY, 1e-200, 1e100};
    for (int i = 0; i < 7; i++) {
        apsis_incomplete_gamma(bad[i], 1, &l, &u);
        assert_true(all_nan(l, u));
        apsis_incomplete_beta(bad[i], 1, 0.5, 0.5, &l, &u);
        assert_true(all_nan(l, u));
        apsis_incomplete_beta(1, bad[i], 0.5, 0.5, &l, &u);
        assert_true(all_nan(l, u));
        apsis_incomplete_beta_inverse(bad[i], 1, 0.5, 0.5, &l, &u);
        assert_true(all_nan(l, u));
        apsis_student_t_tails(bad[i], 1, &l, &u);
        assert_true(all_nan(l, u));
        assert_true(isnan(apsis_incomplete_gamma_inverse(bad[i], 0.5, 0.5)));
    }
    assert_true(isnan(apsis_lgamma(NAN)) && isnan(apsis_lgamma(-1)) && isnan(apsis_erf(NAN)) && isnan(apsis_erfc(NAN)) && isnan(apsis_erfcx(NAN)) && isnan(apsis_digamma(0)));
    assert_true(apsis_lgamma(1) == 0 && apsis_lgamma(2) == 0);
    apsis_incomplete_gamma(2, 0, &l, &u);
    assert_true(l == 0 && u == 1);
    apsis_incomplete_gamma(2, INFINITY, &l, &u);
    assert_true(l == 1 && u == 0);
    apsis_incomplete_gamma(2, -1, &l, &u);
    assert_true(all_nan(l, u));
    apsis_incomplete_beta(2, 3, 0, 1, &l, &u);
    assert_true(l == 0 && u == 1);
    apsis_incomplete_beta(2, 3, 1, 0, &l, &u);
    assert_true(l == 1 && u == 0);
    assert_true(apsis_incomplete_gamma_inverse(2, 0, 1) == 0 && isinf(apsis_incomplete_gamma_inverse(2, 1, 0)));
    assert_true(isnan(apsis_incomplete_gamma_inverse(2, NAN, 0.5)) && isnan(apsis_incomplete_gamma_inverse(2, -0.1, 1)));
    assert_true(apsis_student_t_quantile(3, 0.5, 0.5) == 0 && isinf(apsis_student_t_quantile(3, 1, 0)));
    assert_true(apsis_erf(INFINITY) == 1 && apsis_erfc(INFINITY) == 0 && apsis_erfc(-INFINITY) == 2);
    assert_true(apsis_binomial_pmf(10, 0, 0) == 1 && apsis_binomial_pmf(10, 1, 10) == 1 && apsis_binomial_pmf(0, 0.3, 0) == 1 && apsis_binomial_pmf(10, 0.5, 11) == 0);
    assert_true(isnan(apsis_binomial_pmf(2.5, 0.5, 1)) && isnan(apsis_binomial_pmf(3, 1.5, 1)));
    apsis_binomial_tails(10, 0.5, -1, &l, &u);
    assert_true(l == 0 && u == 1);
    apsis_binomial_tails(10, 0.5, 10, &l, &u);
    assert_true(l == 1 && u == 0);
    apsis_poisson_tails(0, 0, &l, &u);
    assert_true(l == 1 && u == 0);
    apsis_binomial_interval(0, 0, 0.95, &l, &u);
    assert_true(l == 0 && u == 1);
    apsis_binomial_interval(3, 2, 0.95, &l, &u);
    assert_true(all_nan(l, u));
    uint64_t low, high;
    apsis_quantile_ranks(0, 1, 2, 0.95, &low, &high);
    assert_true(low == 0 && high == 1);
}

/* Every pair and triple of awkward numbers comes back, in order or NaN. */
static void awkward_numbers(void **state)
{
    (void)state;
    static const double v[] = {0, -1, 5e-324, 1e-310, 1e-300, 1e-200, 1e-99, 1e-30, 1e-3, 0.3, 0.5, 0.9999999999999999,
                               1, 1.5, 24.9, 1e3, 1e8, 1e17, 1e40, 1e59, 1e61, 1e150, 1e308, INFINITY, NAN};
    int count = sizeof v / sizeof *v;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            for (int k = 0; k < count; k++) {
                double a = v[i], b = v[j], x = v[k], l, u;
                int shape = a >= 1e-100 && a <= 1e60, both = shape && b >= 1e-100 && b <= 1e60, unit = x >= 0 && x <= 1;
                apsis_incomplete_gamma(a, x, &l, &u);
                assert_true(shape && x >= 0 ? l >= 0 && u >= 0 && fabs(l + u - 1) < 1e-12 : all_nan(l, u));
                apsis_incomplete_beta(a, b, x, 1 - x, &l, &u);
                assert_true(both && unit ? l >= 0 && u >= 0 && fabs(l + u - 1) < 1e-12 : all_nan(l, u));
                apsis_incomplete_beta_inverse(a, b, x, 1 - x, &l, &u);
                assert_true(both && unit ? l >= 0 && u >= 0 && fabs(l + u - 1) < 1e-12 : all_nan(l, u));
                apsis_student_t_tails(a, b, &l, &u);
                assert_true(shape && b == b ? l >= 0 && u >= 0 && fabs(l + u - 1) < 1e-12 : all_nan(l, u));
                assert_true(isnan(apsis_incomplete_gamma_inverse_from(a, x, 1 - x, b)) == !(shape && unit));
                assert_true(isnan(apsis_student_t_quantile(a, x, 1 - x)) == !(shape && unit));
                apsis_binomial_tails(a, x, b, &l, &u);
                apsis_binomial_interval(a, b, x, &l, &u);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_points), cmocka_unit_test(inverses_everywhere), cmocka_unit_test(tails_are_monotone), cmocka_unit_test(densities),
        cmocka_unit_test(ranks_of_large_runs), cmocka_unit_test(edges), cmocka_unit_test(awkward_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
