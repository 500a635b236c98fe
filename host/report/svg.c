/* svg.c - numbers and texts as SVG wants them, and round values for axes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "host/report/svg.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the character at `at`, and its number; 0 where it is no UTF-8. */
static size_t read_character(const unsigned char *at, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *at < 0x80 ? 1 : (*at & 0xe0) == 0xc0 ? 2 : (*at & 0xf0) == 0xe0 ? 3 : (*at & 0xf8) == 0xf0 ? 4 : 0;
    if (length == 0) return 0;
    *code = length == 1 ? *at : *at & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        *code = *code << 6 | (at[i] & 0x3fu);
    }
    return *code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : length;
}

static int is_harmful(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code < 0x202f) || (code >= 0x2066 && code < 0x206a) || (code >= 0xfdd0 && code < 0xfdf0) || (code & 0xfffe) == 0xfffe;
}

void apsis_svg_text(struct apsis_buffer *out, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        uint32_t code = 0;
        size_t length = read_character(at, &code);
        if (length == 0 || is_harmful(code)) apsis_buffer_text(out, REPLACEMENT);
        else if (code == '&') apsis_buffer_text(out, "&amp;");
        else if (code == '<') apsis_buffer_text(out, "&lt;");
        else if (code == '>') apsis_buffer_text(out, "&gt;");
        else if (code == '"') apsis_buffer_text(out, "&quot;");
        else if (code == '\'') apsis_buffer_text(out, "&#39;");
        else apsis_buffer_add(out, (const char *)at, length);
        at += length ? length : 1;
    }
}

void apsis_svg_number(struct apsis_buffer *out, double value)
{
    char digits[24];
    size_t at = sizeof digits;
    if (!isfinite(value)) value = 0;
    if (value > 1e9) value = 1e9;
    if (value < -1e9) value = -1e9;
    int64_t hundredths = (int64_t)(value * 100 + (value < 0 ? -0.5 : 0.5));
    uint64_t size = (uint64_t)(hundredths < 0 ? -hundredths : hundredths), part = size % 100, whole = size / 100;
    if (part) {
        if (part % 10) digits[--at] = (char)('0' + part % 10);
        digits[--at] = (char)('0' + part / 10);
        digits[--at] = '.';
    }
    if (whole || !part) do digits[--at] = (char)('0' + whole % 10); while (whole /= 10);
    if (hundredths < 0) digits[--at] = '-';
    apsis_buffer_add(out, digits + at, sizeof digits - at);
}

double apsis_svg_text_width(const char *text, double size)
{
    double width = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        uint32_t code = 0;
        size_t length = read_character(at, &code);
        if (code == 0x2060 || (code >= 0x300 && code < 0x370)) width += 0; /* joins words; sits on a letter */
        else if (code >= 0x2010 && code < 0x2026) width += 0.62;
        else if (code == 0x2212) width += 0.86;
        else if (length == 0 || code >= 0x1100) width += 1.05; /* wide scripts take a square */
        else if (code == 0xa0) width += 0.42;
        else if (strchr("mwMWQGO%@&", (int)code) && code < 0x80) width += 0.98;
        else if (code < 0x80 && strchr("il.,:;'|! jft()[]I/", (int)code)) width += 0.42;
        else if (code >= 'A' && code <= 'Z') width += 0.74;
        else width += 0.66;
        at += length ? length : 1;
    }
    return width * size;
}

/* ---------------------------------------------------------------- axes */
static double power_of_ten(int exponent)
{
    double power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--) power *= 10;
    return exponent < 0 ? 1 / power : power;
}

struct apsis_svg_ticks apsis_svg_ticks(double low, double high, size_t most)
{
    struct apsis_svg_ticks ticks = {low, 0, 0, 0};
    double span = high - low, rough = span / (double)(most > 2 ? most : 2), size = rough;
    int exponent = 0;
    if (!(span > 0) || isinf(span)) return ticks;
    for (; size >= 10 && exponent < 320; exponent++) size /= 10;
    for (; size < 1 && exponent > -320; exponent--) size *= 10;
    static const double nice[] = {1, 2, 2.5, 5, 10, 20, 25, 50};
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++) {
        double step = exponent < 0 ? nice[i] / power_of_ten(-exponent) : nice[i] * power_of_ten(exponent);
        double first = ceil(low / step - 1e-9), last = floor(high / step + 1e-9);
        if (!(step > 0) || isinf(step) || last - first + 1 > (double)(most > 2 ? most : 2)) continue;
        int extra = nice[i] == 2.5 ? 1 : nice[i] >= 10 && nice[i] != 25 ? -1 : 0;
        ticks.first = first * step;
        ticks.step = step;
        ticks.count = last >= first ? (size_t)(last - first) + 1 : 0;
        ticks.decimals = extra - exponent < 0 ? 0 : extra - exponent > 12 ? 12 : extra - exponent;
        return ticks;
    }
    return ticks;
}
