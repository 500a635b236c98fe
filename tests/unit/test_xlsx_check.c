/* test_xlsx_check.c - a small workbook is whole; cut anywhere, with any part cut, a list too short or a cell lost it is not; no damage is read beyond. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/report/xlsx_check.h"

#ifndef APSIS_HAVE_XLSXWRITER
int main(void) { return 77; }
#else
#include <zlib.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define PARTS 5

static const size_t cells[] = {3};
static const struct apsis_xlsx_written written = {cells, 1, 1, 1, 0};

static const char *const names[PARTS] = {"[Content_Types].xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/charts/chart1.xml", "xl/drawings/drawing1.xml"};
static const char *const good[PARTS] = {
    HEAD "<Types><Override PartName=\"/a\"/><Override PartName=\"/b\"/><Override PartName=\"/c\"/><Override PartName=\"/d\"/></Types>",
    HEAD "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>1.5</v></c><c r=\"C1\" s=\"2\" /></row></sheetData></worksheet>\n",
    HEAD "<sst count=\"1\" uniqueCount=\"1\"><si><t>a &lt; b</t></si></sst>",
    HEAD "<c:chartSpace><c:ser><c:numCache><c:ptCount val=\"2\"/><c:pt idx=\"0\"><c:v>1</c:v></c:pt><c:pt idx=\"1\"><c:v>2</c:v></c:pt></c:numCache></c:ser></c:chartSpace>",
    HEAD "<xdr:wsDr><xdr:twoCellAnchor></xdr:twoCellAnchor></xdr:wsDr>",
};

static void put16(unsigned char **at, size_t value)
{
    *(*at)++ = (unsigned char)value;
    *(*at)++ = (unsigned char)(value >> 8);
}

static void put32(unsigned char **at, size_t value)
{
    put16(at, value & 0xffff);
    put16(at, value >> 16);
}

static void put_bytes(unsigned char **at, const void *bytes, size_t size)
{
    memcpy(*at, bytes, size);
    *at += size;
}

/* What a head and the directory both say of a part. */
static void put_facts(unsigned char **at, size_t i, const char *text, size_t size)
{
    for (int k = 0; k < 5; k++) put16(at, k == 0 ? 20 : 0); /* version, flags, stored, time, date */
    put32(at, crc32(0, (const Bytef *)text, (uInt)size));
    put32(at, size);
    put32(at, size);
    put16(at, strlen(names[i]));
    put16(at, 0);
}

/* A zip of stored parts; the caller frees it. */
static unsigned char *pack(const char *const *texts, const size_t *sizes, size_t *length)
{
    unsigned char *bytes = malloc(8192), *at = bytes, *directory;
    size_t offsets[PARTS];
    assert_non_null(bytes);
    for (size_t i = 0; i < PARTS; i++) {
        offsets[i] = (size_t)(at - bytes);
        put_bytes(&at, "PK\3\4", 4);
        put_facts(&at, i, texts[i], sizes[i]);
        put_bytes(&at, names[i], strlen(names[i]));
        put_bytes(&at, texts[i], sizes[i]);
    }
    directory = at;
    for (size_t i = 0; i < PARTS; i++) {
        put_bytes(&at, "PK\1\2\24\0", 6);
        put_facts(&at, i, texts[i], sizes[i]);
        for (int k = 0; k < 5; k++) put16(&at, 0);
        put32(&at, offsets[i]);
        put_bytes(&at, names[i], strlen(names[i]));
    }
    size_t size = (size_t)(at - directory);
    put_bytes(&at, "PK\5\6\0\0\0\0", 8);
    put16(&at, PARTS);
    put16(&at, PARTS);
    put32(&at, size);
    put32(&at, (size_t)(directory - bytes));
    put16(&at, 0);
    *length = (size_t)(at - bytes);
    return bytes;
}

/* The good workbook with one part in another text. */
static int whole_with(size_t part, const char *text, size_t size)
{
    const char *texts[PARTS];
    size_t sizes[PARTS], length;
    for (size_t i = 0; i < PARTS; i++) texts[i] = i == part ? text : good[i], sizes[i] = i == part ? size : strlen(good[i]);
    unsigned char *bytes = pack(texts, sizes, &length);
    int whole = apsis_xlsx_whole((const char *)bytes, length, &written);
    free(bytes);
    return whole;
}

static void test_parts_cut(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < PARTS; i++) {
        assert_true(whole_with(i, good[i], strlen(good[i])));
        for (size_t size = 0; size < strlen(good[i]); size++)
            if (good[i][size] != '\n' || size + 1 < strlen(good[i])) assert_false(whole_with(i, good[i], size));
    }
}

static void test_wrong_parts(void **unused)
{
    (void)unused;
    static const struct {
        size_t part;
        const char *lost, *instead;
    } wrong[] = {
        {0, "<Override PartName=\"/c\"/>", ""}, {1, "<c r=\"B1\"><v>1.5</v></c>", ""}, {1, " t=\"s\"", ""}, {1, "</row>", ""}, {1, "<v>1.5</v>", "<v>1.5</c>"}, {1, "<v>1.5", "<v>1 > 5"},
        {1, "r=\"B1\"", "r=\"B1"}, {1, "r=\"B1\"", "r=B1"}, {1, "\n<worksheet>", "\nx<worksheet>"}, {1, "</worksheet>\n", "</worksheet><a/>"}, {2, "<si><t>a &lt; b</t></si>", ""},
        {2, " count=\"1\"", " count=\"2\""}, {3, "<c:pt idx=\"1\"><c:v>2</c:v></c:pt>", ""}, {3, "<c:ser>", "<c:ser></c:ser><c:ser>"}, {4, "<xdr:twoCellAnchor></xdr:twoCellAnchor>", ""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[1024];
        const char *from = good[wrong[i].part], *at = strstr(from, wrong[i].lost);
        assert_non_null(at);
        size_t before = (size_t)(at - from), instead = strlen(wrong[i].instead), after = strlen(at + strlen(wrong[i].lost));
        memcpy(text, from, before);
        memcpy(text + before, wrong[i].instead, instead);
        memcpy(text + before + instead, at + strlen(wrong[i].lost), after);
        if (whole_with(wrong[i].part, text, before + instead + after)) fail_msg("taken for whole: %.*s", (int)(before + instead + after), text);
    }
}

/* In a block of the exact size: a sanitizer would see what is read beyond it. */
static int whole_copy(const unsigned char *bytes, size_t length, size_t flipped, unsigned char by)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    if (flipped < length) copy[flipped] = (char)(copy[flipped] ^ by);
    int whole = apsis_xlsx_whole(copy, length, &written);
    free(copy);
    return whole;
}

static void test_damage(void **unused)
{
    (void)unused;
    size_t sizes[PARTS], length, first = 30 + strlen(names[0]);
    for (size_t i = 0; i < PARTS; i++) sizes[i] = strlen(good[i]);
    unsigned char *bytes = pack(good, sizes, &length);
    for (size_t size = 0; size < length; size++) assert_false(whole_copy(bytes, size, length, 0));
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            int whole = whole_copy(bytes, length, at, (unsigned char)(1 << bit));
            if (at >= first && at < first + sizes[0]) assert_false(whole); /* any bit of a part's text */
        }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts_cut), cmocka_unit_test(test_wrong_parts), cmocka_unit_test(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
