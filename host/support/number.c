/* number.c - decimal text to double and back, correctly rounded, whatever the locale. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/number.h"
#include "host/support/shortest.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/block.h"

/* No double, and no midpoint between two, has more significant digits than 768: what lies beyond only says "a little more". */
#define SIGNIFICANT 800
#define EXPONENT_LIMIT 100000

double apsis_number_from_decimal(const char *digits, size_t length, long exponent)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    while (length && *digits == '0') digits++, length--;
    if (exponent > EXPONENT_LIMIT || exponent < -EXPONENT_LIMIT) {
        /* Only the sum of exponent and length counts; both may be absurd. */
        if (!length) return 0;
        if (exponent > 0) return HUGE_VAL;
        if (exponent < -(LONG_MAX / 2) || (unsigned long)-exponent > length + EXPONENT_LIMIT) return 0;
    }
    while (length && digits[length - 1] == '0') length--, exponent++;
    if (!length) return 0;

    if (length <= 15 && exponent >= -22 && exponent <= 22) { /* both parts exact: one rounding */
        uint64_t whole = 0;
        for (size_t i = 0; i < length; i++) whole = whole * 10 + (uint64_t)(digits[i] - '0');
        return exponent < 0 ? (double)whole / powers[-exponent] : (double)whole * powers[exponent];
    }
    char text[SIGNIFICANT + 40];
    size_t kept = length < SIGNIFICANT ? length : SIGNIFICANT;
    memcpy(text, digits, kept);
    exponent += (long)(length - kept);
    if (kept < length) { /* the last digit cut off is not 0, so there is something behind */
        text[kept++] = '1';
        exponent--;
    }
    if (exponent > EXPONENT_LIMIT) return HUGE_VAL;
    if (exponent < -EXPONENT_LIMIT) return 0;
    /* Whole digits and an exponent have no decimal point, so no locale has a say. */
    snprintf(text + kept, sizeof text - kept, "e%ld", exponent);
    return strtod(text, NULL);
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with single underscores between them, appended to `out`; returns where they end, or NULL when there are none. */
static const char *read_digits(const char *at, const char *end, char *out, size_t *count)
{
    if (at == end || !is_digit(*at)) return NULL;
    while (at < end) {
        if (is_digit(*at)) out[(*count)++] = *at++;
        else if (*at == '_' && at + 1 < end && is_digit(at[1])) at++;
        else break;
    }
    return at;
}

int apsis_number_parse(const char *text, size_t length, double *value)
{
    char small[128], *digits = length < sizeof small ? small : apsis_malloc(length);
    const char *at = text, *end = text + length;
    size_t count = 0;
    long exponent = 0;
    int negative = at < end && *at == '-', ok = 0;
    if (negative) at++;
    at = read_digits(at, end, digits, &count);
    if (!at) goto out;
    if (at < end && *at == '.') {
        size_t whole = count;
        at = read_digits(at + 1, end, digits, &count);
        if (!at) goto out;
        exponent = -(long)(count - whole);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        int minus = 0;
        long power = 0;
        if (++at < end && (*at == '+' || *at == '-')) minus = *at++ == '-';
        if (at == end) goto out;
        for (; at < end && is_digit(*at); at++) {
            if (power < 1000000000) power = power * 10 + (*at - '0');
            ok = 1;
        }
        if (!ok) goto out;
        exponent += minus ? -power : power;
    }
    ok = 1;
    if (at == end) goto out;
    if (at + 1 == end && *at == '%') exponent -= 2;
    else if (at + 1 == end && *at == 'k') exponent += 3;
    else if (at + 1 == end && *at == 'M') exponent += 6;
    else if (at + 2 == end && at[0] == 'b' && at[1] == 'n') exponent += 9;
    else ok = 0;
out:
    if (ok) {
        double number = apsis_number_from_decimal(digits, count, exponent);
        *value = negative ? -number : number;
    }
    if (digits != small) apsis_block_free(digits);
    return ok;
}

/* `value` > 0 and finite as `count` significant digits d.ddd * 10^exponent, rounded to nearest. */
static void round_to_digits(double value, int count, char *digits, int *exponent)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    int n = 0;
    const char *at = text;
    for (; *at != 'e'; at++) /* skips the decimal point, whatever the locale makes of it */
        if (is_digit(*at)) digits[n++] = *at;
    digits[n] = 0;
    *exponent = atoi(at + 1);
}

static int reads_back(const char *digits, int count, int exponent, double value)
{
    return apsis_number_from_decimal(digits, (size_t)count, exponent - (count - 1)) == value;
}

/* Adds one unit to the last place; the digits are not all nines where this is used. */
static void step_up(char *digits, int count)
{
    int i = count - 1;
    while (i > 0 && digits[i] == '9') digits[i--] = '0';
    digits[i]++;
}

static int is_power_of_two(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & (((uint64_t)1 << 52) - 1)) == 0;
}

/* The fewest digits that read back as `value`, which is positive and finite. */
static int shortest(double value, char *digits, int *exponent)
{
    uint64_t decimal;
    int power, count = apsis_shortest_decimal(value, &decimal, &power);
    if (count) {
        *exponent = count - 1 + power;
        digits[count] = 0;
        for (int i = count; i-- > 0; decimal /= 10) digits[i] = (char)('0' + decimal % 10);
        return count;
    }
    if (value < DBL_MIN) { /* subnormal: fewer digits are enough, and 15 may be too many to be unique */
        for (count = 1; count < 17; count++) {
            round_to_digits(value, count, digits, exponent);
            if (reads_back(digits, count, *exponent, value)) break;
        }
        if (count == 17) round_to_digits(value, 17, digits, exponent);
    } else {
        /* Up to 15 digits survive the way through a double, so the shortest text is the 15-digit one without its zeros. */
        count = 15;
        round_to_digits(value, 15, digits, exponent);
        if (!reads_back(digits, 15, *exponent, value)) {
            count = 16;
            round_to_digits(value, 16, digits, exponent);
            if (!reads_back(digits, 16, *exponent, value)) {
                /* At a power of two the room below is half the room above: the next text up may still be near enough. */
                char up[20];
                memcpy(up, digits, 17);
                step_up(up, 16);
                if (is_power_of_two(value) && up[0] <= '9' && reads_back(up, 16, *exponent, value)) {
                    memcpy(digits, up, 17);
                } else {
                    count = 17;
                    round_to_digits(value, 17, digits, exponent);
                }
            }
        }
    }
    while (count > 1 && digits[count - 1] == '0') count--;
    digits[count] = 0;
    return count;
}

/* d.ddde+x */
static char *put_scientific(char *at, const char *digits, int count, int exponent)
{
    *at++ = digits[0];
    if (count > 1) {
        *at++ = '.';
        memcpy(at, digits + 1, (size_t)count - 1);
        at += count - 1;
    }
    return at + sprintf(at, "e%+d", exponent);
}

/* `count` digits around a decimal point, with commas between thousands when `commas`. */
static char *put_fixed(char *at, const char *digits, int count, int exponent, int commas)
{
    if (exponent < 0) {
        *at++ = '0';
        *at++ = '.';
        for (int i = -1; i > exponent; i--) *at++ = '0';
        memcpy(at, digits, (size_t)count);
        return at + count;
    }
    for (int place = exponent; place >= 0 || exponent - place < count; place--) {
        int i = exponent - place;
        if (place == -1) *at++ = '.';
        *at++ = i < count ? digits[i] : '0';
        if (commas && place > 0 && place % 3 == 0) *at++ = ',';
    }
    return at;
}

static char *put_words(char *at, const char *words)
{
    size_t length = strlen(words);
    memcpy(at, words, length);
    return at + length;
}

char *apsis_number_put(char text[APSIS_NUMBER_SIZE], double value)
{
    char *end = apsis_shortest_put(text, value);
    if (end) return end;
    if (isnan(value)) return put_words(text, "nan");
    if (isinf(value)) return put_words(text, value < 0 ? "-inf" : "inf");
    char *at = text, digits[40];
    if (signbit(value)) *at++ = '-';
    value = fabs(value);
    int exponent = 0, count = 1;
    if (value == 0) memcpy(digits, "0", 2);
    else count = shortest(value, digits, &exponent);
    return exponent < -6 || exponent > 16 ? put_scientific(at, digits, count, exponent) : put_fixed(at, digits, count, exponent, 0);
}

char *apsis_number_print(char text[APSIS_NUMBER_SIZE], double value)
{
    *apsis_number_put(text, value) = 0;
    return text;
}

/* Whole numbers get no decimals; everything else keeps its trailing zeros, which say how much is known. Outside 1e-6..1e15
   the form is 1.23e+18. */
char *apsis_number_pretty(char text[APSIS_NUMBER_SIZE], double value, int digits_wanted)
{
    if (isnan(value)) return strcpy(text, "nan");
    if (isinf(value)) return strcpy(text, value < 0 ? "-inf" : "inf");
    if (value == 0) return strcpy(text, "0");
    if (digits_wanted < 1) digits_wanted = 1;
    if (digits_wanted > 17) digits_wanted = 17;
    char *at = text, digits[40];
    if (value < 0) *at++ = '-';
    value = fabs(value);
    int exponent, count = digits_wanted;
    round_to_digits(value, count, digits, &exponent);
    if (value < 1e15 && value == (double)(int64_t)value)
        while (count > 1 && count > exponent + 1 && digits[count - 1] == '0') count--;
    *(exponent < -6 || exponent >= 15 ? put_scientific(at, digits, count, exponent) : put_fixed(at, digits, count, exponent, 1)) = 0;
    return text;
}
