/* text_format.c - numbers and words for people: digits that follow the error, widths, tones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/text.h"
#include "host/support/number.h"

static double power_of_ten(int exponent)
{
    double power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--) power *= 10;
    return exponent < 0 ? 1 / power : power;
}

/* the power of ten of the first digit; size is positive and finite */
static int decade(double size)
{
    int place = 0;
    for (; size >= 10 && place < 400; place++) size /= 10;
    for (; size < 1 && place > -400; place--) size *= 10;
    return place;
}

int apsis_text_decimals(double error)
{
    if (!(error > 0) || isinf(error)) return -1;
    int place = decade(error), decimals = -place;
    if (decimals < 0) return 0;
    if (decimals > 12) return 12;
    return decimals + (error / power_of_ten(place) < 2.95);
}

/* digits "12345.67" -> "12,345.67": from five digits on, so that years stay years */
static void add_commas(char *to, const char *from)
{
    if (*from == '-') *to++ = *from++;
    size_t whole = strspn(from, "0123456789");
    for (size_t i = 0; i < whole; i++) {
        *to++ = from[i];
        if (whole > 4 && i + 1 < whole && (whole - i - 1) % 3 == 0) *to++ = ',';
    }
    strcpy(to, from + whole);
}

static char *finish(char text[APSIS_TEXT_SIZE], char *plain)
{
    if (plain[0] == '-' && strspn(plain + 1, "0.") == strlen(plain + 1)) plain++; /* no -0.00 */
    add_commas(text, plain);
    return text;
}

char *apsis_text_figures(char text[APSIS_TEXT_SIZE], double value, int figures)
{
    char plain[APSIS_TEXT_SIZE];
    double size = fabs(value);
    if (isnan(value)) return strcpy(text, "-");
    if (isinf(value)) return strcpy(text, value < 0 ? "-inf" : "inf");
    if (size >= 1e15 || (size > 0 && size < 1e-6)) {
        snprintf(text, APSIS_TEXT_SIZE, "%.*g", figures, value);
        return text;
    }
    int after = figures - 1 - (size > 0 ? decade(size) : 0);
    snprintf(plain, sizeof plain, "%.*f", after < 0 ? 0 : after, value);
    if (strchr(plain, '.')) {
        size_t length = strlen(plain);
        while (plain[length - 1] == '0') length--;
        if (plain[length - 1] == '.') length--;
        plain[length] = 0;
    }
    return finish(text, plain);
}

char *apsis_text_number(char text[APSIS_TEXT_SIZE], double value, int decimals)
{
    char plain[APSIS_TEXT_SIZE];
    if (decimals < 0 || isnan(value) || isinf(value) || fabs(value) >= 1e15) return apsis_text_figures(text, value, 6);
    if (decimals > 12) decimals = 12;
    if (decimals == 12 && fabs(value) < 1e-6) return apsis_text_figures(text, value, 6);
    snprintf(plain, sizeof plain, "%.*f", decimals, value);
    return finish(text, plain);
}

char *apsis_text_count(char text[APSIS_TEXT_SIZE], uint64_t count)
{
    char plain[APSIS_TEXT_SIZE];
    snprintf(plain, sizeof plain, "%" PRIu64, count);
    size_t length = strlen(plain), at = 0;
    for (size_t i = 0; i < length; i++) {
        text[at++] = plain[i];
        if (i + 1 < length && (length - i - 1) % 3 == 0) text[at++] = ',';
    }
    text[at] = 0;
    return text;
}

char *apsis_text_share(char text[APSIS_TEXT_SIZE], double share, double error)
{
    if (isnan(share)) return strcpy(text, "-");
    double percent = 100 * share;
    int decimals = apsis_text_decimals(100 * error);
    if (decimals < 0) {
        char number[APSIS_TEXT_SIZE];
        snprintf(text, APSIS_TEXT_SIZE, "%s %%", apsis_text_figures(number, percent, 4));
        return text;
    }
    if (decimals > 4) decimals = 4;
    snprintf(text, APSIS_TEXT_SIZE, "%.*f %%", decimals, percent);
    return text;
}

/* One code point of valid UTF-8; its bytes in *bytes. */
static uint32_t code_point(const unsigned char *at, size_t *bytes)
{
    size_t more = at[0] < 0x80 ? 0 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
    uint32_t code = more == 0 ? at[0] : at[0] & (0x3fu >> more);
    size_t i = 1;
    for (; i <= more && (at[i] & 0xc0) == 0x80; i++) code = code << 6 | (at[i] & 0x3f);
    *bytes = i;
    return code;
}

static size_t code_width(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
    if ((code >= 0x300 && code < 0x370) || (code >= 0x200b && code < 0x2010) || (code >= 0xfe00 && code < 0xfe10)) return 0;
    if ((code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) || (code >= 0xac00 && code < 0xd7a4) ||
        (code >= 0xf900 && code < 0xfb00) || (code >= 0xff00 && code < 0xff61) || (code >= 0x1f300 && code < 0x1f650))
        return 2;
    return 1;
}

static int is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code < 0x202f) || (code >= 0x2066 && code < 0x206a);
}

size_t apsis_text_width(const char *text)
{
    size_t width = 0, bytes;
    for (const unsigned char *at = (const unsigned char *)text; *at; at += bytes) {
        uint32_t code = code_point(at, &bytes);
        width += is_control(code) ? 1 : code_width(code);
    }
    return width;
}

/* Adds up to `limit` columns; returns how many were added. */
static size_t add_clean(struct apsis_buffer *out, const char *text, size_t limit)
{
    size_t width = 0, bytes;
    for (const unsigned char *at = (const unsigned char *)text; *at; at += bytes) {
        uint32_t code = code_point(at, &bytes);
        size_t wide = is_control(code) ? 1 : code_width(code);
        if (width + wide > limit) break;
        if (is_control(code)) apsis_buffer_text(out, "?");
        else apsis_buffer_add(out, (const char *)at, bytes);
        width += wide;
    }
    return width;
}

void apsis_text_add(struct apsis_buffer *out, const char *text)
{
    add_clean(out, text, SIZE_MAX);
}

void apsis_text_pad(struct apsis_buffer *out, const struct apsis_page *page, const char *text, size_t width, int right)
{
    size_t wide = apsis_text_width(text);
    if (wide <= width) {
        if (right) apsis_buffer_repeat(out, ' ', width - wide);
        apsis_text_add(out, text);
        if (!right) apsis_buffer_repeat(out, ' ', width - wide);
        return;
    }
    const char *mark = page->utf8 ? "\u2026" : "~";
    size_t used = width ? add_clean(out, text, width - 1) : 0;
    if (width) apsis_buffer_text(out, mark);
    apsis_buffer_repeat(out, ' ', width - used - (width ? 1 : 0));
}

size_t apsis_text_column(const struct apsis_buffer *out)
{
    size_t at = out->length, width = 0;
    while (at > 0 && out->text[at - 1] != '\n') at--;
    while (at < out->length) {
        if (out->text[at] == '\x1b') {
            while (at < out->length && out->text[at] != 'm') at++;
            at++;
            continue;
        }
        size_t bytes;
        width += code_width(code_point((const unsigned char *)out->text + at, &bytes));
        at += bytes;
    }
    return width;
}

void apsis_text_wrap(struct apsis_buffer *out, const struct apsis_page *page, const char *text, size_t indent)
{
    size_t used = apsis_text_column(out), width = page->width > 0 && (size_t)page->width > indent + 16 ? (size_t)page->width : indent + 16;
    int fresh = 1; /* no word of this text on the line yet */
    while (*text) {
        size_t length = strcspn(text, " ");
        char word[512];
        size_t copied = length < sizeof word ? length : sizeof word - 1;
        memcpy(word, text, copied);
        word[copied] = 0;
        for (char *tie = word; (tie = strpbrk(tie, APSIS_TEXT_TIE));) *tie = ' ';
        size_t wide = apsis_text_width(word);
        if (used > indent && used + !fresh + wide > width) {
            if (fresh) while (out->length && out->text[out->length - 1] == ' ') out->text[--out->length] = 0;
            apsis_buffer_text(out, "\n");
            apsis_buffer_repeat(out, ' ', indent);
            used = indent;
        } else if (!fresh) {
            apsis_buffer_text(out, " ");
            used++;
        }
        fresh = 0;
        apsis_text_add(out, word);
        used += wide;
        text += copied;
        while (*text == ' ') text++;
    }
}

void apsis_text_tone(struct apsis_buffer *out, const struct apsis_page *page, enum apsis_tone tone)
{
    if (page->colour) apsis_buffer_text(out, tone == APSIS_BOLD ? "\x1b[1m" : tone == APSIS_DIM ? "\x1b[2m" : "\x1b[0m");
}

void apsis_text_heading(struct apsis_buffer *out, const struct apsis_page *page, const char *text)
{
    apsis_buffer_text(out, "\n");
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_text_wrap(out, page, text, 0);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
}

void apsis_text_section(struct apsis_buffer *out, const struct apsis_page *page, const char *title, size_t indent)
{
    const char *rule = page->utf8 ? "\u2500\u2500" : "--";
    size_t wide = apsis_text_width(title), room = (size_t)page->width > indent + 16 ? (size_t)page->width - indent - 6 : 10;
    apsis_buffer_repeat(out, ' ', indent);
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_buffer_printf(out, "%s ", rule);
    apsis_text_pad(out, page, title, wide < room ? wide : room, 0);
    apsis_buffer_printf(out, " %s", rule);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
}

const char *apsis_text_plus_minus(const struct apsis_page *page) { return page->utf8 ? "\u00b1" : "+-"; }
const char *apsis_text_dash(const struct apsis_page *page) { return page->utf8 ? "\u2013" : "-"; }
const char *apsis_text_dot(const struct apsis_page *page) { return page->utf8 ? "\u00b7" : "-"; }

const char *apsis_text_shell_word(struct apsis_arena *arena, const char *word)
{
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,+@%") == strlen(word)) return word;
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, "'");
    for (; *word; word++) {
        if (*word == '\'') apsis_buffer_text(&text, "'\\''");
        else apsis_buffer_add(&text, word, 1);
    }
    apsis_buffer_text(&text, "'");
    const char *copy = apsis_arena_copy(arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

void apsis_text_csv(struct apsis_buffer *out, const char *text)
{
    if (!text[strcspn(text, ",\"\n\r")] && text[0] != ' ') {
        apsis_buffer_text(out, text);
        return;
    }
    apsis_buffer_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"') apsis_buffer_text(out, "\"");
        apsis_buffer_add(out, text, 1);
    }
    apsis_buffer_text(out, "\"");
}
