/* options_parse.c - what may stand behind an option: counts, seeds, percentages, targets. */
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

int apsis_parse_percents(struct apsis_arena *arena, const char *text, struct apsis_percent **list, size_t *count, const char **why)
{
    size_t capacity = 0;
    *list = NULL;
    *count = 0;
    for (;;) {
        while (*text == ' ') text++;
        if ((*text == 'P' || *text == 'p') && text[1]) text++;
        size_t length = strcspn(text, ","), used = length;
        while (used && (text[used - 1] == ' ' || text[used - 1] == '%')) used--;
        struct apsis_percent percent;
        if (!apsis_percent_parse(text, used, &percent)) {
            *why = "write percentages between 0 and 100, separated by commas, such as 5,50,95 or 99.9";
            return 0;
        }
        int twice = 0;
        for (size_t i = 0; i < *count; i++) twice |= apsis_percent_value((*list)[i]) == apsis_percent_value(percent);
        if (!twice) *APSIS_PUSH(arena, *list, *count, capacity) = percent;
        if (*count > 1000) {
            *why = "more than 1,000 percentages";
            return 0;
        }
        if (!text[length]) break;
        text += length + 1;
    }
    for (size_t i = 1; i < *count; i++) /* in order, so that tables read from left to right */
        for (size_t k = i; k > 0 && apsis_percent_value((*list)[k]) < apsis_percent_value((*list)[k - 1]); k--) {
            struct apsis_percent swap = (*list)[k];
            (*list)[k] = (*list)[k - 1];
            (*list)[k - 1] = swap;
        }
    return 1;
}

/* "cuda", "cuda:0", "cuda:0,1" */
const char *apsis_parse_device(const char *text)
{
    static const char *const form = "write cuda for all GPUs, cuda:0 for one, cuda:0,1 for several; apsis doctor numbers them";
    unsigned char seen[1000] = {0};
    if (!strcmp(text, "cpu")) return "the processor is --engine compiled or --engine interpreter";
    if (strncmp(text, "cuda", 4)) return form;
    text += 4;
    if (!*text) return NULL;
    if (*text++ != ':') return form;
    for (;;) {
        unsigned number = 0, digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++) number = 10 * number + (unsigned)(*text - '0');
        if (!digits) return form;
        if (seen[number]++) return "each GPU once";
        if (!*text) return NULL;
        if (*text++ != ',') return form;
    }
}

int apsis_parse_target(struct apsis_arena *arena, const char *text, const char **name, double *above)
{
    const char *sign = strchr(text, '>');
    if (!sign) return 0;
    const char *begin = text, *end = sign;
    while (begin < end && *begin == ' ') begin++;
    while (end > begin && end[-1] == ' ') end--;
    if (begin == end) return 0;
    const char *number = sign + 1, *stop = number + strlen(number);
    while (*number == ' ') number++;
    while (stop > number && stop[-1] == ' ') stop--;
    *name = apsis_arena_copy(arena, begin, (size_t)(end - begin));
    return apsis_number_parse(number, (size_t)(stop - number), above);
}
