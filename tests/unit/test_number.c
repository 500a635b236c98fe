/* test_number.c - decimal text to double and back: exact cases, hard cases, and a million random bit patterns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/number.h"

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void reads(const char *text, double expected)
{
    double value = -77;
    if (!apsis_number_parse(text, strlen(text), &value)) fail_msg("%s is not read", text);
    if (bits_of(value) != bits_of(expected)) fail_msg("%s read as %a, not %a", text, value, expected);
}

static void test_parse(void **state)
{
    (void)state;
    reads("0", 0);
    reads("-0", -0.0);
    reads("7", 7);
    reads("007", 7);
    reads("1_000", 1000);
    reads("10_000.000_1", 10000.0001);
    reads("2.5e-3", 0.0025);
    reads("1E5", 1e5);
    reads("1e+5", 1e5);
    reads("45%", 0.45);
    reads("0.5%", 0.005);
    reads("7%", 0.07); /* 7 * 0.01 and 7 / 100 differ for some figures; this is rounded once */
    reads("35%", 0.35);
    reads("57%", 0.57);
    reads("3.5k", 3500);
    reads("0.1k", 100);
    reads("120M", 120e6);
    reads("2bn", 2e9);
    reads("1.1bn", 1.1e9);
    reads("-2.5e-3", -0.0025);
    reads("1e400", HUGE_VAL);
    reads("1e-400", 0);
    reads("1e999999999999999999999", HUGE_VAL);
    reads("1e-999999999999999999999", 0);
    reads("0e999999999999999999999", 0);
    static const char *const wrong[] = {"", "-", "--1", "+1", ".5", "1.", "1_", "_1", "1__0", "1e", "1e+", "1 ", " 1", "1%%", "1%k", "1b", "1K",
                                        "1m", "0x10", "nan", "inf", "1,000", "1.2.3", "1_.5", "1._5", "1bn%", "e5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value;
        if (apsis_number_parse(wrong[i], strlen(wrong[i]), &value)) fail_msg("'%s' is read as a number", wrong[i]);
    }
}

/* Every percentage with up to three decimals is the double nearest to the true value, as MPFR divides it. */
static void test_percent_rounds_once(void **state)
{
    (void)state;
    for (int thousandths = 0; thousandths <= 200000; thousandths += 7) {
        char text[32];
        double value;
        snprintf(text, sizeof text, "%d.%03d%%", thousandths / 1000, thousandths % 1000);
        assert_true(apsis_number_parse(text, strlen(text), &value));
        assert_true(value == thousandths / 100000.0); /* one correctly rounded division of two exact numbers */
    }
}

static void test_hard_cases(void **state)
{
    (void)state;
    reads("2.2250738585072011e-308", of_bits(0x000fffffffffffff)); /* hung PHP and Java once */
    reads("2.2250738585072014e-308", DBL_MIN);
    reads("4.9406564584124654e-324", of_bits(1));
    reads("2.4703282292062327208e-324", 0);
    reads("2.4703282292062328e-324", of_bits(1));
    reads("1.7976931348623157e308", DBL_MAX);
    reads("1.7976931348623158e308", DBL_MAX);
    reads("1.7976931348623159e308", HUGE_VAL);
    reads("9007199254740993", 9007199254740992);
    reads("9007199254740993.00000000000000000000000000000000000000000000000001", 9007199254740994);
    reads("9007199254740992.99999999999999999999999999999999999", 9007199254740992);
    reads("6929495644600919.5", 6929495644600920);
    reads("1448997445238699", 1448997445238699);
    reads("8.533e+68", 8.533e68);
    reads("89255e-22", 89255e-22);
    reads("1.00000000000000011102230246251565404236316680908203125", 1);
    reads("1.00000000000000011102230246251565404236316680908203126", 1 + DBL_EPSILON);
    /* The midpoint of the second and third smallest doubles has 750 digits; a 1 far behind them decides. */
    mpfr_t middle;
    mpfr_init2(middle, 64);
    mpfr_set_d(middle, of_bits(1), MPFR_RNDN);
    mpfr_div_2ui(middle, middle, 1, MPFR_RNDN);
    mpfr_mul_ui(middle, middle, 5, MPFR_RNDN);
    char *exact, *longer;
    mpfr_asprintf(&exact, "%.1200Re", middle);
    char *e = strchr(exact, 'e');
    reads(exact, of_bits(2)); /* a tie goes to the even one */
    longer = malloc(strlen(exact) + 8);
    sprintf(longer, "%.*s1%s", (int)(e - exact), exact, e);
    reads(longer, of_bits(3));
    longer[e - exact - 1] = '0';
    assert_true(strstr(exact, "000000e") != NULL); /* so all digits are there */
    mpfr_free_str(exact);
    free(longer);
    mpfr_clear(middle);
}

static void test_long_texts(void **state)
{
    (void)state;
    size_t n = 1000000;
    char *text = malloc(n + 32);
    double value;
    memset(text, '9', n);
    strcpy(text + n, "e-1000000");
    assert_true(apsis_number_parse(text, strlen(text), &value));
    assert_true(value == 1);
    memset(text, '0', n);
    text[n - 1] = '5';
    text[n] = 0;
    assert_true(apsis_number_parse(text, n, &value));
    assert_true(value == 5);
    text[1] = '.';
    strcpy(text + n, "e999998");
    assert_true(apsis_number_parse(text, strlen(text), &value));
    assert_true(value == 5);
    memset(text, '1', n);
    assert_true(apsis_number_parse(text, n, &value));
    assert_true(isinf(value));
    free(text);
}

static void prints(double value, const char *expected)
{
    char text[APSIS_NUMBER_SIZE];
    assert_string_equal(apsis_number_print(text, value), expected);
}

static void test_print(void **state)
{
    (void)state;
    prints(0, "0");
    prints(-0.0, "-0");
    prints(1, "1");
    prints(-3, "-3");
    prints(0.1, "0.1");
    prints(0.45, "0.45");
    prints(100, "100");
    prints(1e300, "1e+300");
    prints(1.5e-7, "1.5e-7");
    prints(0.000001, "0.000001");
    prints(123456789012345680.0, "1.2345678901234568e+17");
    prints(12345678901234567.0, "12345678901234568");
    prints(1e16, "10000000000000000");
    prints(0.1 + 0.2, "0.30000000000000004");
    prints(5e-324, "5e-324");
    prints(1.7976931348623157e308, "1.7976931348623157e+308");
    prints(2.2250738585072014e-308, "2.2250738585072014e-308");
    prints(of_bits(0x3d10000000000000), "1.4210854715202004e-14"); /* powers of two: the room below is half the room above */
    prints(of_bits(0x3cf0000000000000), "3.552713678800501e-15");
    prints(5.684341886080802e-14, "5.684341886080802e-14");
    prints(9007199254740992, "9007199254740992");
    prints(HUGE_VAL, "inf");
    prints(-HUGE_VAL, "-inf");
    prints(NAN, "nan");
}

/* Reads back as the same bits, and no text with fewer digits does: dropping the last digit, rounded either way, is another number. */
static void check_round_trip(uint64_t bits)
{
    double value = of_bits(bits), back;
    char text[APSIS_NUMBER_SIZE];
    if (!isfinite(value)) return;
    apsis_number_print(text, value);
    assert_true(strlen(text) < APSIS_NUMBER_SIZE);
    if (!apsis_number_parse(text, strlen(text), &back) || bits_of(back) != bits) fail_msg("%a prints as %s", value, text);
    char digits[40];
    size_t count = 0;
    for (const char *at = text; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && (count || *at != '0')) digits[count++] = *at;
    while (count && digits[count - 1] == '0') count--;
    if (count < 2) return;
    char shorter[64];
    int exponent;
    snprintf(shorter, sizeof shorter, "%.*e", (int)count - 1, fabs(value));
    exponent = atoi(strchr(shorter, 'e') + 1) - (int)count + 2;
    if (apsis_number_from_decimal(digits, count - 1, exponent) == fabs(value)) fail_msg("%s could be shorter", text);
    for (size_t i = count - 1; i-- > 0;) { /* rounded up */
        if (digits[i]++ < '9') break;
        digits[i] = '0';
    }
    if (digits[0] >= '1' && apsis_number_from_decimal(digits, count - 1, exponent) == fabs(value)) fail_msg("%s could be shorter", text);
}

static void test_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 1000000; i++) check_round_trip(next_random(&seed));
    for (int i = 0; i < 100000; i++) {
        check_round_trip(next_random(&seed) & 0x800fffffffffffffu);                       /* subnormal */
        check_round_trip(bits_of((double)(next_random(&seed) % 10000000) / 1000));        /* what people type */
        check_round_trip((next_random(&seed) & 0x7ff0000000000000u) + (uint64_t)(i % 3) - 1); /* around powers of two */
    }
    for (uint64_t power = 0; power < 2047; power++) check_round_trip(power << 52);
    for (int shift = 0; shift < 52; shift++) check_round_trip((uint64_t)1 << shift);
}

/* Of the texts with the fewest digits that read back, the nearest: printf rounds to nearest, so its first precision that reads back. */
static void check_nearest(double value)
{
    char text[APSIS_NUMBER_SIZE], theirs[64], digits[64], wanted[64];
    int precision = 0;
    do snprintf(theirs, sizeof theirs, "%.*e", precision, value);
    while (strtod(theirs, NULL) != value && ++precision < 17);
    const char *at = theirs + (*theirs == '-');
    int exponent = atoi(strchr(at, 'e') + 1), count = 0;
    for (; *at != 'e'; at++)
        if (*at != '.') digits[count++] = *at;
    while (count > 1 && digits[count - 1] == '0') count--;
    char *to = wanted;
    if (signbit(value)) *to++ = '-';
    if (exponent < 0) to += sprintf(to, "0.%.*s", -1 - exponent, "00000000");
    for (int i = 0; i < count || i <= exponent; i++) {
        if (exponent >= 0 && i == exponent + 1) *to++ = '.';
        *to++ = i < count ? digits[i] : '0';
    }
    *to = 0;
    memset(text, 'x', sizeof text);
    *apsis_number_put(text, value) = 0;
    assert_string_equal(text, wanted);
    assert_string_equal(apsis_number_print(text, value), wanted);
}

static void test_nearest(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 60000; i++) { /* from 2^-19 to 2^50: no exponent is printed */
        uint64_t bits = next_random(&seed);
        check_nearest(of_bits((bits & 0x800fffffffffffffu) | (1023 - 19 + next_random(&seed) % 69) << 52));
        check_nearest((double)(int64_t)(bits >> (11 + bits % 53)) / (i % 2 ? 1 : 1000));
        check_nearest((double)(int64_t)(bits % 20000 - 10000) * 1e10);
    }
    for (double ten = 1e-6; ten < 1e17; ten *= 10)
        for (int i = -3; i <= 3; i++) check_nearest(of_bits(bits_of(ten) + (uint64_t)(int64_t)(ten < 2e-6 && i < 0 ? 0 : i)));
}

/* The C library's strtod is correctly rounded; MPFR says the same of ours, digit strings of any length. */
static void test_against_mpfr(void **state)
{
    (void)state;
    uint64_t seed = 2;
    mpfr_t x;
    mpfr_init2(x, 53);
    mpfr_exp_t least = mpfr_get_emin(), most = mpfr_get_emax();
    mpfr_set_emin(-1073);
    mpfr_set_emax(1024);
    for (int i = 0; i < 50000; i++) {
        char digits[64], text[96];
        size_t count = 1 + next_random(&seed) % 40;
        for (size_t j = 0; j < count; j++) digits[j] = (char)('0' + next_random(&seed) % 10);
        long exponent = i % 2 ? (long)(next_random(&seed) % 680) - 360 : (long)(next_random(&seed) % 60) - 50;
        snprintf(text, sizeof text, "%.*se%ld", (int)count, digits, exponent);
        int inexact = mpfr_strtofr(x, text, NULL, 10, MPFR_RNDN);
        mpfr_subnormalize(x, inexact, MPFR_RNDN);
        double expected = mpfr_get_d(x, MPFR_RNDN), got = apsis_number_from_decimal(digits, count, exponent);
        if (bits_of(expected) != bits_of(got)) fail_msg("%s read as %a, not %a", text, got, expected);
    }
    mpfr_set_emin(least);
    mpfr_set_emax(most);
    mpfr_clear(x);
}

static void pretty(double value, int digits, const char *expected)
{
    char text[APSIS_NUMBER_SIZE];
    assert_string_equal(apsis_number_pretty(text, value, digits), expected);
}

static void test_pretty(void **state)
{
    (void)state;
    pretty(1234.5, 5, "1,234.5");
    pretty(0.0123, 3, "0.0123");
    pretty(-12.3, 3, "-12.3");
    pretty(0, 4, "0");
    pretty(45, 4, "45");
    pretty(45.001, 4, "45.00");
    pretty(999.96, 4, "1,000");
    pretty(1234567, 4, "1,235,000");
    pretty(1234567.8, 9, "1,234,567.80");
    pretty(-1000000, 3, "-1,000,000");
    pretty(999999, 2, "1,000,000");
    pretty(1.23e18, 3, "1.23e+18");
    pretty(1.23e-9, 3, "1.23e-9");
    pretty(0.05, 1, "0.05");
    pretty(NAN, 3, "nan");
    pretty(-HUGE_VAL, 3, "-inf");
    for (int digits = -1; digits < 30; digits++)
        for (uint64_t power = 0; power < 2047; power++) {
            char text[APSIS_NUMBER_SIZE];
            apsis_number_pretty(text, -of_bits(power << 52 | 0xfffffffffffff), digits);
            assert_true(strlen(text) < APSIS_NUMBER_SIZE);
        }
}

/* Same texts under a locale with a decimal comma, where the machine has one. */
static void test_locale(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    const char *set = NULL;
    for (size_t i = 0; i < sizeof locales / sizeof *locales && !set; i++) set = setlocale(LC_ALL, locales[i]);
    test_print(state);
    test_parse(state);
    test_pretty(state);
    setlocale(LC_ALL, "C");
    if (!set) skip(); /* ran, but in no other locale */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_percent_rounds_once), cmocka_unit_test(test_hard_cases),
        cmocka_unit_test(test_long_texts), cmocka_unit_test(test_print), cmocka_unit_test(test_nearest), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_against_mpfr), cmocka_unit_test(test_pretty), cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
