/* test_elementary.c - measures every elementary function against MPFR, and compares the bits of all widths. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <mpfr.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/support/elementary_lanes.h"

#define PRECISION 200
#define NO_Y 0.0, 0.0

static uint64_t state = 1; /* splitmix64: the test's own randomness */
static uint64_t next_bits(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
static double next_uniform(void) { return (double)(next_bits() >> 11) * 0x1p-53; }
static double of_bits(uint64_t b)
{
    double d;
    memcpy(&d, &b, 8);
    return d;
}
static uint64_t bits_of(double d)
{
    uint64_t b;
    memcpy(&b, &d, 8);
    return b;
}

/* where the exact value goes; x and y are doubles, exact */
typedef void oracle(mpfr_t out, double x, double y, double got);
#define ONE_ARGUMENT(name) \
    static void exact_##name(mpfr_t out, double x, double y, double got) \
    { \
        (void)y, (void)got; \
        mpfr_set_d(out, x, MPFR_RNDN); \
        mpfr_##name(out, out, MPFR_RNDN); \
    }
ONE_ARGUMENT(exp)
ONE_ARGUMENT(expm1)
ONE_ARGUMENT(exp2)
ONE_ARGUMENT(log)
ONE_ARGUMENT(log1p)
ONE_ARGUMENT(log2)
ONE_ARGUMENT(log10)
ONE_ARGUMENT(sin)
ONE_ARGUMENT(cos)
ONE_ARGUMENT(tan)
ONE_ARGUMENT(sinh)
ONE_ARGUMENT(tanh)
ONE_ARGUMENT(asinh)
ONE_ARGUMENT(erfc)
static void exact_pow(mpfr_t out, double x, double y, double got)
{
    (void)got;
    mpfr_t e;
    mpfr_init2(e, 53);
    mpfr_set_d(e, y, MPFR_RNDN);
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_pow(out, out, e, MPFR_RNDN);
    mpfr_clear(e);
}
static void lower_tail(mpfr_t out, const mpfr_t z) /* P(Z <= z) */
{
    mpfr_t h;
    mpfr_init2(h, PRECISION);
    mpfr_set_d(h, 0.5, MPFR_RNDN);
    mpfr_sqrt(h, h, MPFR_RNDN);
    mpfr_mul(h, h, z, MPFR_RNDN);
    mpfr_neg(h, h, MPFR_RNDN);
    mpfr_erfc(h, h, MPFR_RNDN);
    mpfr_div_2ui(out, h, 1, MPFR_RNDN);
    mpfr_clear(h);
}
static void exact_normal_cdf(mpfr_t out, double x, double y, double got)
{
    (void)y, (void)got;
    mpfr_set_d(out, x, MPFR_RNDN);
    lower_tail(out, out);
}
/* Newton's method on ln F from the value under test, which is near enough or is caught by not being so; works from the nearer tail */
static void exact_normal_quantile(mpfr_t out, double p, double y, double got)
{
    (void)y;
    mpfr_t q, f, density;
    mpfr_inits2(PRECISION, q, f, density, (mpfr_ptr)0);
    int upper = p > 0.5;
    mpfr_set_d(q, p, MPFR_RNDN);
    if (upper) mpfr_ui_sub(q, 1, q, MPFR_RNDN);
    mpfr_set_d(out, upper ? -got : got, MPFR_RNDN);
    for (int i = 0; i < 2; i++) {
        lower_tail(f, out);
        mpfr_sqr(density, out, MPFR_RNDN);
        mpfr_div_2ui(density, density, 1, MPFR_RNDN);
        mpfr_neg(density, density, MPFR_RNDN);
        mpfr_exp(density, density, MPFR_RNDN);
        mpfr_t root;
        mpfr_init2(root, PRECISION);
        mpfr_const_pi(root, MPFR_RNDN);
        mpfr_mul_2ui(root, root, 1, MPFR_RNDN);
        mpfr_sqrt(root, root, MPFR_RNDN);
        mpfr_div(density, density, root, MPFR_RNDN);
        mpfr_div(root, f, q, MPFR_RNDN);
        mpfr_log(root, root, MPFR_RNDN);
        mpfr_mul(root, root, f, MPFR_RNDN);
        mpfr_div(root, root, density, MPFR_RNDN);
        mpfr_sub(out, out, root, MPFR_RNDN);
        mpfr_clear(root);
    }
    if (upper) mpfr_neg(out, out, MPFR_RNDN);
    mpfr_clears(q, f, density, (mpfr_ptr)0);
}

/* |got - exact| in units of the last place of exact, whose unit is never below 2^-1074; infinity counts as 2^1024 */
static double error_in_ulp(double got, const mpfr_t exact)
{
    if (mpfr_nan_p(exact)) return isnan(got) ? 0.0 : INFINITY;
    if (isnan(got)) return INFINITY;
    if (mpfr_inf_p(exact)) return isinf(got) && signbit(got) == mpfr_signbit(exact) ? 0.0 : INFINITY;
    mpfr_t d, top;
    mpfr_inits2(PRECISION + 60, d, top, (mpfr_ptr)0);
    mpfr_set_ui_2exp(top, 1, 1024, MPFR_RNDN);
    if (isinf(got)) {
        if (signbit(got)) mpfr_neg(top, top, MPFR_RNDN);
        mpfr_set(d, top, MPFR_RNDN);
        mpfr_abs(top, top, MPFR_RNDN);
    } else {
        mpfr_set_d(d, got, MPFR_RNDN);
    }
    double ulp;
    if (mpfr_cmpabs(exact, top) >= 0) {
        ulp = isinf(got) && signbit(got) == mpfr_signbit(exact) ? 0.0 : INFINITY;
    } else {
        long e = mpfr_zero_p(exact) ? -1074 : mpfr_get_exp(exact) - 53;
        if (e < -1074) e = -1074;
        mpfr_sub(d, d, exact, MPFR_RNDN);
        mpfr_mul_2si(d, d, -e, MPFR_RNDN);
        ulp = fabs(mpfr_get_d(d, MPFR_RNDU));
    }
    mpfr_clears(d, top, (mpfr_ptr)0);
    return ulp;
}

enum shape { LINEAR, EXPONENTS, EVERY_BIT }; /* uniform; uniform exponent, both signs where low < 0; uniform 64-bit pattern */
struct range {
    enum shape shape;
    double low, high;   /* of x */
    double y_low, y_high;
    int points;
};
struct measure {
    enum elementary_function function;
    oracle *exact;
    double limit; /* ulp: what the function's header comment states */
    struct range ranges[8];
};
#define N 12000
#define SLOW 3000
static const struct measure measures[] = {
    {ELEMENTARY_exp, exact_exp, 0.8, {{LINEAR, -0.5, 0.5, NO_Y, N}, {LINEAR, -20, 20, NO_Y, N}, {LINEAR, -746, 710, NO_Y, N}, {LINEAR, -746, -707, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_expm1, exact_expm1, 0.9, {{LINEAR, -0.4, 0.4, NO_Y, N}, {LINEAR, -2, 2, NO_Y, N}, {LINEAR, -40, 45, NO_Y, 2 * N}, {LINEAR, 45, 710, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_exp2, exact_exp2, 0.8, {{LINEAR, -0.5, 0.5, NO_Y, N}, {LINEAR, -20, 20, NO_Y, N}, {LINEAR, -1076, 1025, NO_Y, N}, {LINEAR, -1076, -1020, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_log, exact_log, 0.9, {{LINEAR, 0.5, 2, NO_Y, 2 * N}, {LINEAR, 0.99, 1.01, NO_Y, N}, {EXPONENTS, 0x1p-1074, 0x1p1023, NO_Y, N}, {EXPONENTS, 0x1p-20, 0x1p20, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_log1p, exact_log1p, 0.9, {{LINEAR, -0.999, 1, NO_Y, 2 * N}, {EXPONENTS, -0x1p-60, 0x1p-2, NO_Y, N}, {EXPONENTS, 0x1p-10, 0x1p70, NO_Y, N}, {EXPONENTS, 0x1p-1074, 0x1p1023, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_log2, exact_log2, 1.0, {{LINEAR, 0.5, 2, NO_Y, 2 * N}, {LINEAR, 0.99, 1.01, NO_Y, N}, {EXPONENTS, 0x1p-1074, 0x1p1023, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_log10, exact_log10, 1.0, {{LINEAR, 0.5, 2, NO_Y, 2 * N}, {LINEAR, 0.99, 1.01, NO_Y, N}, {EXPONENTS, 0x1p-1074, 0x1p1023, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_sin, exact_sin, 1.0, {{LINEAR, -0.8, 0.8, NO_Y, N}, {LINEAR, -10, 10, NO_Y, N}, {EXPONENTS, -0x1p-1074, 0x1p1, NO_Y, N}, {EXPONENTS, -1, 0x1p44, NO_Y, 2 * N}}},
    {ELEMENTARY_cos, exact_cos, 1.0, {{LINEAR, -0.8, 0.8, NO_Y, N}, {LINEAR, -10, 10, NO_Y, N}, {EXPONENTS, -0x1p-1074, 0x1p1, NO_Y, N}, {EXPONENTS, -1, 0x1p44, NO_Y, 2 * N}}},
    {ELEMENTARY_tan, exact_tan, 1.0, {{LINEAR, -0.8, 0.8, NO_Y, N}, {LINEAR, -10, 10, NO_Y, N}, {EXPONENTS, -0x1p-1074, 0x1p1, NO_Y, N}, {EXPONENTS, -1, 0x1p44, NO_Y, 2 * N}}},
    {ELEMENTARY_sinh, exact_sinh, 2.0, {{LINEAR, -1, 1, NO_Y, N}, {LINEAR, -25, 25, NO_Y, N}, {LINEAR, -711, 711, NO_Y, N}, {EXPONENTS, -0x1p-1074, 1, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_tanh, exact_tanh, 2.0, {{LINEAR, -1, 1, NO_Y, N}, {LINEAR, -25, 25, NO_Y, N}, {EXPONENTS, -0x1p-1074, 1, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_asinh, exact_asinh, 2.0, {{LINEAR, -1, 1, NO_Y, N}, {LINEAR, -25, 25, NO_Y, N}, {EXPONENTS, -0x1p-1074, 0x1p1023, NO_Y, N}, {EXPONENTS, -0x1p-8, 0x1p8, NO_Y, N}, {EVERY_BIT, 0, 0, NO_Y, N}}},
    {ELEMENTARY_erfc, exact_erfc, 2.0, {{LINEAR, -6, 3, NO_Y, N}, {LINEAR, 0, 27.4, NO_Y, N}, {LINEAR, 26, 28, NO_Y, SLOW}, {EXPONENTS, -0x1p-1074, 1, NO_Y, SLOW}}},
    {ELEMENTARY_normal_cdf, exact_normal_cdf, 2.0, {{LINEAR, -4, 9, NO_Y, N}, {LINEAR, -39, 0, NO_Y, N}, {LINEAR, -38.6, -37, NO_Y, SLOW}, {EXPONENTS, -0x1p-1074, 1, NO_Y, SLOW}}},
    {ELEMENTARY_normal_quantile, exact_normal_quantile, 4.0, {{LINEAR, 0, 1, NO_Y, 2 * SLOW}, {LINEAR, 0.49, 0.51, NO_Y, SLOW}, {EXPONENTS, 0x1p-1074, 0x1p-2, NO_Y, SLOW}, {EXPONENTS, 0x1p-60, 0x1p-1, NO_Y, SLOW}, {LINEAR, 0.07, 0.08, NO_Y, SLOW}}},
    {ELEMENTARY_pow, exact_pow, 1.0, {{LINEAR, 0, 3, -20, 20, N}, {LINEAR, 0.9, 1.1, -3000, 3000, N}, {EXPONENTS, 0x1p-1074, 0x1p1023, -1.05, 1.05, N}, {LINEAR, 1, 10, 250, 330, N}, {EXPONENTS, 0x1p-30, 0x1p30, -36, 36, N}, {LINEAR, 0.97, 1.05, -20000, 20000, N}, {EVERY_BIT, 0, 0, -3, 3, N}}},
};
#define MEASURES (sizeof measures / sizeof *measures)

static void fill(const struct range *r, double *x, double *y, size_t n)
{
    int low, high;
    frexp(r->low, &low);
    frexp(r->high, &high);
    for (size_t i = 0; i < n; i++) {
        if (r->shape == LINEAR) {
            x[i] = r->low + (r->high - r->low) * next_uniform();
        } else if (r->shape == EXPONENTS) {
            double mantissa = 1.0 + next_uniform();
            x[i] = ldexp(mantissa, low - 1 + (int)(next_bits() % (unsigned)(high - low + 1)));
            if (r->low < 0 && (next_bits() & 1)) x[i] = -x[i];
        } else {
            x[i] = of_bits(next_bits());
        }
        y[i] = r->y_low + (r->y_high - r->y_low) * next_uniform();
    }
}

static void accuracy(void **unused)
{
    (void)unused;
    int count, failures = 0;
    const struct elementary_width *widths = elementary_widths(&count);
    const struct elementary_width *widest = widths;
    for (int i = 0; i < count; i++) if (widths[i].here) widest = &widths[i];
    mpfr_t exact;
    mpfr_init2(exact, PRECISION);
    static double x[2 * N], y[2 * N], out[2 * N];
    for (size_t m = 0; m < MEASURES; m++) {
        const struct measure *t = &measures[m];
        double worst = 0, at = 0, at_y = 0;
        for (int r = 0; r < 8 && t->ranges[r].points; r++) {
            size_t n = (size_t)t->ranges[r].points;
            fill(&t->ranges[r], x, y, n);
            widest->run(t->function, x, y, out, n);
            for (size_t i = 0; i < n; i++) {
                t->exact(exact, x[i], y[i], out[i]);
                double e = error_in_ulp(out[i], exact);
                if (e > worst) worst = e, at = x[i], at_y = y[i];
            }
        }
        printf("  %-16s largest error %.3f ulp (stated: below %.2f) at %a, %a\n", elementary_name(t->function), worst, t->limit, at, at_y);
        if (!(worst < t->limit)) failures++;
    }
    mpfr_clear(exact);
    assert_int_equal(failures, 0);
}

/* arguments that hurt: zeros, subnormals, powers of two, thresholds of the code, infinities, NaN, and neighbours of them all */
static size_t awkward(double *x, size_t room)
{
    static const double seeds[] = {0.0, 0x1p-1074, 0x1p-1022, 0x1p-1000, 0x1p-512, 0x1p-60, 0x1p-54, 0x1p-53, 0x1p-52, 0x1p-27, 0x1p-10, 0.075, 0.1, 0.25,
        0.34657359027997264, 0.425, 0.5, 0.7071067811865476, 0.7109375, 0.75, 0.925, 1.0, 1.4142135623730951, 1.421875, 1.5, 1.5707963267948966, 2.0,
        2.718281828459045, 3.0, 3.141592653589793, 5.5, 6.0, 8.2095, 10.0, 26.5, 27.226, 28.0, 36.7, 37.5, 38.4, 39.5, 40.0, 100.0, 690.0, 708.396, 709.782712893384,
        710.4758600739439, 711.0, 720.0, 744.4400719213812, 745.1332191019411, 746.0, 760.0, 1000.0, 1022.5, 1023.0, 1024.0, 1074.0, 1075.0, 1100.0, 0x1p30, 0x1p44,
        0x1p45, 0x1p51, 0x1p52, 0x1.8p52, 0x1p53, 0x1p54, 0x1p62, 0x1p63, 0x1p64, 0x1p500, 0x1p511, 0x1p512, 0x1p1000, 0x1.6a09e667f3bcdp1023, 0x1.fffffffffffffp1023};
    size_t n = 0;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        for (int step = -2; step <= 2; step++) {
            double v = step < 0 && seeds[i] == 0.0 ? 0.0 : of_bits(bits_of(seeds[i]) + (uint64_t)(int64_t)step);
            if (n + 2 <= room) x[n++] = v, x[n++] = -v;
        }
    }
    if (n + 2 <= room) x[n++] = INFINITY, x[n++] = -INFINITY;
    if (n + 2 <= room) x[n++] = NAN, x[n++] = -NAN;
    return n;
}

static void awkward_accuracy(void **unused)
{
    (void)unused;
    int count, failures = 0;
    const struct elementary_width *w = elementary_widths(&count);
    static double seeds[1000], x[1000], y[1000], out[1000];
    size_t n = awkward(seeds, 1000);
    mpfr_t exact;
    mpfr_init2(exact, PRECISION);
    for (size_t m = 0; m < MEASURES; m++) {
        const struct measure *t = &measures[m];
        int quantile = t->function == ELEMENTARY_normal_quantile, turn = t->exact == exact_sin || t->exact == exact_cos || t->exact == exact_tan;
        size_t rounds = t->function == ELEMENTARY_pow ? n : 1;
        for (size_t round = 0; round < rounds; round++) {
            for (size_t i = 0; i < n; i++) x[i] = seeds[i], y[i] = seeds[(i + round) % n];
            w->run(t->function, x, y, out, n);
            for (size_t i = 0; i < n; i++) {
                double e;
                if (turn && !(fabs(x[i]) <= 0x1p45)) e = isnan(out[i]) ? 0 : INFINITY;
                else if (quantile && !(x[i] > 0 && x[i] < 1)) e = (x[i] == 0 && out[i] == -INFINITY) || (x[i] == 1 && out[i] == INFINITY) || (x[i] != 0 && x[i] != 1 && isnan(out[i])) ? 0 : INFINITY;
                else t->exact(exact, x[i], y[i], out[i]), e = error_in_ulp(out[i], exact);
                /* the sign of a zero is part of the result */
                if (e == 0 && out[i] == 0 && !quantile && !turn && !mpfr_nan_p(exact) && mpfr_zero_p(exact) && signbit(out[i]) != mpfr_signbit(exact)) e = INFINITY;
                if (!(e < t->limit)) {
                    if (failures < 40) printf("  %s(%a, %a) = %a: %g ulp\n", elementary_name(t->function), x[i], y[i], out[i], e);
                    failures++;
                }
            }
        }
    }
    mpfr_clear(exact);
    assert_int_equal(failures, 0);
}

/* every width gives the bits of one lane; NaNs are equal among themselves; the mix of all is pinned, for other compilers and machines */
static void widths_agree(void **unused)
{
    (void)unused;
    int count;
    const struct elementary_width *widths = elementary_widths(&count);
    static double x[4096], y[4096], one[4096], out[4096];
    uint64_t mix = 0;
    state = 2;
    size_t n = awkward(x, 1000);
    for (size_t i = 0; i < n; i++) y[i] = x[next_bits() % n];
    for (size_t i = n; i < 4096; i++) {
        double scale = ldexp(1.0, (int)(next_bits() % 24) - 12);
        x[i] = i & 1 ? scale * (next_uniform() * 2 - 1) : i & 2 ? next_uniform() : of_bits(next_bits());
        y[i] = i & 4 ? 1 - x[i] : next_uniform() * 40 - 20;
    }
    for (int f = 0; f < ELEMENTARY_COUNT; f++) {
        widths[0].run(f, x, y, one, 4096);
        for (int w = 1; w < count; w++) {
            if (!widths[w].here) {
                printf("  width %d: this processor does not run it, not compared\n", widths[w].lanes);
                continue;
            }
            widths[w].run(f, x, y, out, 4096);
            for (size_t i = 0; i < 4096; i++) {
                if (bits_of(one[i]) == bits_of(out[i]) || (isnan(one[i]) && isnan(out[i]))) continue;
                printf("  %s(%a, %a): %a at one lane, %a at %d\n", elementary_name(f), x[i], y[i], one[i], out[i], widths[w].lanes);
                fail();
            }
        }
        for (size_t i = 0; i < 4096; i++) mix = (mix ^ (isnan(one[i]) ? 0x7ff8000000000000u : bits_of(one[i]))) * 0x100000001b3u + (mix >> 47);
    }
    printf("  mix of all results %016llx\n", (unsigned long long)mix);
    assert_int_equal(mix, 0xb4515b63920f9e2aull);
}

static double once(enum elementary_function f, double x, double y)
{
    double a[8], b[8], out[8];
    int count;
    for (int i = 0; i < 8; i++) a[i] = x, b[i] = y;
    elementary_widths(&count)[0].run(f, a, b, out, 8);
    return out[0];
}

static void promises(void **unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        double x = (next_uniform() - 0.3) * ldexp(1, (int)(next_bits() % 600) - 300), u = (2.0 * (double)(next_bits() >> 12) + 1) * 0x1p-53;
        assert_true(once(ELEMENTARY_pow, x, 1.0) == x);
        assert_true(once(ELEMENTARY_pow, x, 2.0) == x * x);
        double a = once(ELEMENTARY_normal_quantile_tails, u, 1 - u), b = once(ELEMENTARY_normal_quantile_tails, 1 - u, u);
        assert_true(a == -b);
        assert_true(fabs(a) < 8.2096);
        assert_true(once(ELEMENTARY_sinh, -x, 0) == -once(ELEMENTARY_sinh, x, 0));
        assert_true(once(ELEMENTARY_asinh, -x, 0) == -once(ELEMENTARY_asinh, x, 0));
        assert_true(once(ELEMENTARY_pow_in_two_steps, fabs(x), u) == once(ELEMENTARY_pow, fabs(x), u));
    }
    for (int k = -1074; k <= 1023; k++) {
        assert_true(once(ELEMENTARY_exp2, k, 0) == ldexp(1, k));
        assert_true(once(ELEMENTARY_log2, ldexp(1, k), 0) == k);
    }
    double ten = 1;
    for (int k = 0; k <= 22; k++, ten *= 10) {
        assert_true(once(ELEMENTARY_log10, ten, 0) == k);
        assert_true(once(ELEMENTARY_pow, 10, k) == ten);
    }
}

int main(void)
{
    mpfr_set_emin(-5000000);
    mpfr_set_emax(5000000);
    const struct CMUnitTest tests[] = {cmocka_unit_test(accuracy), cmocka_unit_test(awkward_accuracy), cmocka_unit_test(widths_agree), cmocka_unit_test(promises)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
