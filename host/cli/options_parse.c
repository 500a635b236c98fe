/* options_parse.c - what may stand behind an option: counts and seeds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"
#include "host/support/number.h"

int apsis_parse_u64(const char *text, uint64_t *value)
{
    unsigned base = 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    uint64_t sum = 0;
    int digits = 0;
    for (; *text; text++) {
        unsigned digit = 99;
        if (*text >= '0' && *text <= '9') digit = (unsigned)(*text - '0');
        else if (*text >= 'a' && *text <= 'f') digit = (unsigned)(*text - 'a') + 10;
        else if (*text >= 'A' && *text <= 'F') digit = (unsigned)(*text - 'A') + 10;
        else if (*text == '_' && digits) continue;
        if (digit >= base || sum > (UINT64_MAX - digit) / base) return 0;
        sum = sum * base + digit;
        digits = 1;
    }
    *value = sum;
    return digits;
}

int apsis_parse_draws(const char *text, uint64_t *draws, const char **why)
{
    double value;
    *why = NULL;
    if (!strchr(text, '%') && apsis_parse_u64(text, draws)) {
        if (*draws == 0) *why = "at least 1 draw is needed";
        else if (*draws > 1ull << 49) *why = "more than 2^49 = 562,949,953,421,312 draws";
    } else if (strchr(text, '%') || !apsis_number_parse(text, strlen(text), &value)) {
        *why = "not a number of draws: write 250000, 1_000_000, 1e6, 250k, 10M or 2bn";
    } else if (!(value >= 1)) {
        *why = "at least 1 draw is needed";
    } else if (value > 0x1p49) {
        *why = "more than 2^49 = 562,949,953,421,312 draws";
    } else if (value != (double)(uint64_t)value) {
        *why = "write a whole number of draws";
    } else {
        *draws = (uint64_t)value;
    }
    return *why == NULL;
}
