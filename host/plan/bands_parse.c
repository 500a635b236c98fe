/* bands_parse.c - reads bands as they are written: "permit_delay in P75..P100 alone". */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/diagnostic.h"
#include "host/plan/bands.h"
#include "host/support/number.h"

struct reader {
    struct apsis_arena *arena;
    const char *text;
    size_t at, end; /* of the band in work */
    uint32_t source;
    struct apsis_diagnostics *list;
};

static struct apsis_span span(const struct reader *r, size_t begin, size_t end) { return (struct apsis_span){r->source, (uint32_t)begin, (uint32_t)end}; }
static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
static void skip(struct reader *r)
{
    while (r->at < r->end && is_space(r->text[r->at])) r->at++;
}
static size_t word(const struct reader *r)
{
    size_t to = r->at;
    while (to < r->end && !is_space(r->text[to])) to++;
    return to;
}

static int wrong(struct reader *r, size_t begin, size_t end, const char *what)
{
    if (end <= begin) end = begin + 1;
    apsis_hint(r->list, apsis_error(r->list, span(r, begin, end), "%s", what), "a band is written: permit_delay in P75..P100, with alone behind it if nothing is to follow");
    return 0;
}

/* The digits of a percentile, exact: its share and the rest of 1, each rounded once. Returns where it ends, or 0. */
static size_t percentile(const struct reader *r, size_t at, size_t end, double *share, double *rest)
{
    char digits[40], other[40];
    size_t count = 0, scale = 0, i = at;
    int point = 0;
    if (i < end && (r->text[i] == 'P' || r->text[i] == 'p')) i++;
    for (; i < end && count < 20; i++) {
        char c = r->text[i];
        if (c == '.' && !point && i + 1 < end && r->text[i + 1] >= '0' && r->text[i + 1] <= '9') point = 1;
        else if (c >= '0' && c <= '9') digits[count++] = c, scale += (size_t)point;
        else break;
    }
    if (!count || scale > 12) return 0;
    if (i < end && r->text[i] == '%') i++;
    /* 100 less it, digit by digit */
    size_t length = scale + 3;
    if (count > length) return 0;
    int borrow = 0;
    for (size_t k = 0; k < length; k++) {
        size_t place = length - 1 - k;
        int own = k < count ? digits[count - 1 - k] - '0' : 0, from = k == scale + 2 ? 1 : 0, left = from - own - borrow;
        borrow = left < 0;
        other[place] = (char)('0' + left + 10 * borrow);
    }
    if (borrow) return 0; /* above 100 */
    *share = apsis_number_from_decimal(digits, count, -(long)scale - 2);
    *rest = apsis_number_from_decimal(other, length, -(long)scale - 2);
    return i;
}

static int read_ends(struct reader *r, struct apsis_band *band)
{
    size_t begin = r->at, to = word(r), low, high = 0;
    low = percentile(r, begin, to, &band->low, &band->low_upper);
    if (low && low + 1 < to && r->text[low] == '.' && r->text[low + 1] == '.') high = percentile(r, low + 2, to, &band->high, &band->high_upper);
    if (!high || high != to) return wrong(r, begin, to, "expected two percentiles from P0 to P100, such as P75..P100");
    if (band->high_upper < band->low_upper || (band->high_upper == band->low_upper && band->high > band->low)) {
        r->at = to;
        return 1;
    }
    const char *words = apsis_arena_copy(r->arena, r->text + begin, to - begin);
    struct apsis_diagnostic *d = apsis_error(r->list, span(r, begin, to), "the band %s is empty", words);
    if (band->low == band->high) apsis_hint(r->list, d, "give it a width, or fix the input's value by --set");
    else apsis_hint(r->list, d, "the lower percentile comes first");
    return 0;
}

static int read_one(struct reader *r, struct apsis_band *band)
{
    skip(r);
    size_t begin = r->at, name = begin;
    int depth = 0;
    for (; name < r->end && (depth || !is_space(r->text[name])); name++) depth += r->text[name] == '[' ? 1 : r->text[name] == ']' ? -1 : 0;
    if (name == begin) return wrong(r, begin, r->end, "this band is empty");
    /* "permit[texas, t]": as inputs are called, without spaces inside, and without t */
    char *copy = apsis_arena_copy(r->arena, r->text + begin, name - begin), *to = copy;
    for (const char *c = copy; *c; c++)
        if (!is_space(*c)) *to++ = *c;
    *to = 0;
    if (to - copy > 3 && !strcmp(to - 3, ",t]")) strcpy(to - 3, "]");
    band->name = copy;
    band->name_span = span(r, begin, name);
    r->at = name;
    skip(r);
    size_t in = word(r);
    if (in - r->at != 2 || memcmp(r->text + r->at, "in", 2)) return wrong(r, r->at < r->end ? r->at : begin, in, "expected in and two percentiles");
    r->at = in;
    skip(r);
    if (!read_ends(r, band)) return 0;
    skip(r);
    size_t rest = word(r);
    if (rest - r->at == 5 && !memcmp(r->text + r->at, "alone", 5)) {
        band->alone = 1;
        r->at = rest;
        skip(r);
    }
    if (r->at < r->end) return wrong(r, r->at, r->end, "expected the end of the band, or alone");
    band->span = span(r, begin, r->at);
    size_t length = r->at - begin;
    while (length && is_space(r->text[begin + length - 1])) length--;
    band->text = apsis_arena_copy(r->arena, r->text + begin, length);
    return 1;
}

int apsis_bands_parse(struct apsis_arena *arena, const struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics,
                      struct apsis_band **bands, size_t *count, size_t *capacity)
{
    const struct apsis_source *from = &sources->items[source];
    struct reader r = {.arena = arena, .text = from->text, .source = source, .list = diagnostics};
    int good = 1, any = 0;
    for (size_t begin = 0; begin <= from->length; begin = r.end + 1) {
        r.end = begin + strcspn(from->text + begin, ";\n");
        r.at = begin;
        skip(&r);
        if (r.at == r.end) continue; /* nothing between two ends */
        struct apsis_band band = {0};
        any = 1;
        if (!read_one(&r, &band)) {
            good = 0;
            continue;
        }
        *(struct apsis_band *)(apsis_arena_push(arena, bands, count, capacity, sizeof **bands), &(*bands)[*count - 1]) = band;
    }
    if (any) return good;
    return wrong(&r, 0, from->length, "there is no band here");
}
