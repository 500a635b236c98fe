/* number.h - decimal text to double and back, correctly rounded, whatever the locale. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_NUMBER_H
#define APSIS_HOST_NUMBER_H
#include <stddef.h>

/* The double nearest to digits * 10^exponent, where `digits` are `length` decimal digits (no sign, no point). Rounds once;
   infinity when out of range. */
double apsis_number_from_decimal(const char *digits, size_t length, long exponent);

/* The whole of `text` as a number as the language writes it (1_000, 2.5e-3, 45%, 3.5k, 120M, 2bn, a leading minus):
   1 and *value, or 0 when it is no number. */
int apsis_number_parse(const char *text, size_t length, double *value);

#define APSIS_NUMBER_SIZE 40
/* The shortest text that reads back as `value`, as JSON writes numbers ("0.1", "1e+300", "-3"); NaN and infinities as
   "nan", "inf", "-inf". Returns `text`. */
char *apsis_number_print(char text[APSIS_NUMBER_SIZE], double value);
/* The same without a final zero: returns its end. All APSIS_NUMBER_SIZE bytes may be written. */
char *apsis_number_put(char text[APSIS_NUMBER_SIZE], double value);

/* For people: `digits` significant digits, thousands separated by commas: "1,234.5", "0.0123", "-12.3". */
char *apsis_number_pretty(char text[APSIS_NUMBER_SIZE], double value, int digits);

#endif
