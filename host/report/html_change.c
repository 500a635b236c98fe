/* html_change.c - a difference and how sure it is, as reports say it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

double apsis_html_half(double value, double low, double high)
{
    double up = high - value, down = value - low;
    return up > down ? up : down;
}

/* Decimals of value and error both, so that the error's digits show. */
static int decimals_of(double half, int decimals, double scale)
{
    int finer = half > 0 && isfinite(half) ? apsis_text_decimals(half * scale) : -1;
    return finer > decimals ? finer : decimals;
}

const char *apsis_html_change(struct apsis_html *html, double value, double half, int decimals, const struct apsis_quantity *quantity)
{
    char text[APSIS_TEXT_SIZE], error[APSIS_TEXT_SIZE];
    double scale = quantity->scale;
    if (!isfinite(value)) return "\u2013";
    if (value == 0 && !(half > 0)) return "\u00b10";
    int finest = decimals_of(half, decimals, scale);
    apsis_html_minus(apsis_text_number(text, value * scale, finest));
    const char *sign = strncmp(text, "\u2212", strlen("\u2212")) ? value < 0 ? "\u2212" : "+" : ""; /* what rounds to zero has one too */
    if (!(half > 0) || !isfinite(half)) return strspn(text, "0.") == strlen(text) ? "\u00b10" : apsis_arena_printf(html->arena, "%s%s", sign, text);
    return apsis_arena_printf(html->arena, "%s%s \u00b1%s", sign, text, apsis_text_number(error, half * scale, finest));
}

const char *apsis_html_change_amount(struct apsis_html *html, double value, double half, const struct apsis_quantity *quantity)
{
    double size = fabs(value);
    if (!(half > 0) || !isfinite(half)) return apsis_html_amount(html, size, quantity);
    int decimals = decimals_of(half, -1, quantity->scale);
    return apsis_arena_printf(html->arena, "%s \u00b1\u00a0%s", apsis_html_amount_to(html, size, decimals, quantity), apsis_html_amount_to(html, half, decimals, quantity));
}

const char *apsis_html_count_words(struct apsis_html *html, size_t count)
{
    static const char *const words[] = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"};
    char number[APSIS_TEXT_SIZE];
    return count < sizeof words / sizeof *words ? words[count] : apsis_arena_printf(html->arena, "%s", apsis_text_count(number, count));
}
