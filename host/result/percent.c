/* percent.c - percentages as exact decimals, and the ranks that they mean, in integers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/result.h"
#include "host/result/tallies.h"

static const uint64_t powers_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};

uint64_t apsis_percent_denominator(struct apsis_percent percent)
{
    return 100 * powers_of_ten[percent.scale];
}

int apsis_percent_parse(const char *text, size_t length, struct apsis_percent *percent)
{
    uint64_t numerator = 0;
    unsigned scale = 0, digits = 0;
    int point = 0;
    if (length && text[length - 1] == '%') length--;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '.' && !point) {
            point = 1;
        } else if (c >= '0' && c <= '9') {
            numerator = numerator * 10 + (uint64_t)(c - '0');
            digits++;
            scale += (unsigned)point;
            if (scale > 12 || numerator >= 100 * powers_of_ten[scale]) return 0;
        } else {
            return 0;
        }
    }
    if (!digits || !numerator) return 0;
    while (scale && numerator % 10 == 0) numerator /= 10, scale--;
    percent->numerator = numerator;
    percent->scale = scale;
    return 1;
}

double apsis_percent_value(struct apsis_percent percent)
{
    return (double)percent.numerator / (double)powers_of_ten[percent.scale]; /* both exact: rounds once */
}

uint64_t apsis_percent_rank(struct apsis_percent percent, uint64_t n)
{
    unsigned __int128 product = (unsigned __int128)percent.numerator * n;
    uint64_t denominator = apsis_percent_denominator(percent);
    uint64_t rank = (uint64_t)((product + denominator - 1) / denominator);
    return rank < 1 ? 1 : rank > n ? n : rank;
}
