/* xlsx_check.c - reads a finished workbook back: the zip's directory, each part's CRC-32, the XML's tags, and counts of what must be there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/xlsx_check.h"

#ifdef APSIS_HAVE_XLSXWRITER
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "host/support/arena.h"

#define DEPTH 48 /* of elements; charts have the deepest, about 15 */
#define LOCAL_SIZE 30
#define ENTRY_SIZE 46
#define END_SIZE 22
#define UNKNOWN ((size_t)-1)

/* What one part, or all of them, hold. */
struct tally {
    size_t cells, texts;            /* cells, and those of them that refer to a shared text */
    size_t shared;                  /* that so many refer to, says the list of shared texts */
    size_t anchors, lines, overrides;
};

struct element {
    const char *name;
    size_t length, children, expected;
    size_t points, points_expected; /* of a chart's copy of its cells */
};

struct scan {
    const char *at, *end;
    struct element open[DEPTH];
    size_t depth;
    int exact; /* every point of a chart is there */
    struct tally tally;
};

/* ---------------------------------------------------------------- XML, as libxlsxwriter writes it: no comments, no DTD, no CDATA */
static int is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-' || c == '.'; }

static int is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static size_t name_length(const struct scan *s)
{
    size_t length = 0;
    while (s->at + length < s->end && is_name(s->at[length])) length++;
    return length;
}

static int named(const char *name, size_t length, const char *wanted) { return length == strlen(wanted) && !memcmp(name, wanted, length); }

static size_t whole_number(const char *text, size_t length)
{
    size_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || i > 9) return UNKNOWN;
        value = value * 10 + (size_t)(text[i] - '0');
    }
    return length ? value : UNKNOWN;
}

/* What an attribute says about how much there is. */
static void note_attribute(struct scan *s, struct element *e, const char *name, size_t length, const char *value, size_t size)
{
    int list = named(e->name, e->length, "sst");
    if (named(name, length, "count") && list) s->tally.shared = whole_number(value, size);
    else if (named(name, length, list ? "uniqueCount" : "count") || (named(name, length, "size") && named(e->name, e->length, "vt:vector"))) e->expected = whole_number(value, size);
    else if (named(name, length, "t") && named(e->name, e->length, "c")) s->tally.texts += named(value, size, "s");
    else if (named(name, length, "val") && named(e->name, e->length, "c:ptCount") && s->depth) s->open[s->depth - 1].points_expected = whole_number(value, size);
}

/* The attributes of a tag, up to what ends it. */
static int scan_attributes(struct scan *s, struct element *e)
{
    while (s->at < s->end && is_space(*s->at)) {
        s->at++;
        const char *name = s->at;
        size_t length = name_length(s);
        if (!length) return s->at < s->end && *s->at == '/'; /* <a /> */
        s->at += length;
        if (s->end - s->at < 2 || s->at[0] != '=' || s->at[1] != '"') return 0;
        const char *value = s->at += 2;
        while (s->at < s->end && *s->at != '"' && *s->at != '<' && *s->at) s->at++;
        if (s->at == s->end || *s->at != '"') return 0;
        if (e) note_attribute(s, e, name, length, value, (size_t)(s->at - value));
        s->at++;
    }
    return s->at < s->end;
}

static int has_all(const struct scan *s, const struct element *e)
{
    if (e->expected != UNKNOWN && e->children != e->expected) return 0;
    return e->points_expected == UNKNOWN || e->points == e->points_expected || (!s->exact && e->points < e->points_expected);
}

static int scan_end_tag(struct scan *s)
{
    size_t length = name_length(s);
    if (!s->depth) return 0;
    const struct element *e = &s->open[--s->depth];
    if (length != e->length || memcmp(s->at, e->name, length) || !has_all(s, e)) return 0;
    s->at += length;
    return s->at < s->end && *s->at++ == '>';
}

static int scan_start_tag(struct scan *s)
{
    struct element e = {.name = s->at, .length = name_length(s), .expected = UNKNOWN, .points_expected = UNKNOWN};
    if (!e.length || s->depth == DEPTH) return 0;
    s->at += e.length;
    if (s->depth) {
        s->open[s->depth - 1].children++;
        s->open[s->depth - 1].points += named(e.name, e.length, "c:pt");
    }
    s->tally.cells += named(e.name, e.length, "c");
    s->tally.lines += named(e.name, e.length, "c:ser");
    s->tally.anchors += named(e.name, e.length, "xdr:twoCellAnchor");
    s->tally.overrides += named(e.name, e.length, "Override");
    if (!scan_attributes(s, &e)) return 0;
    int empty = *s->at == '/';
    s->at += empty;
    if (s->at == s->end || *s->at++ != '>') return 0;
    if (empty) return has_all(s, &e);
    s->open[s->depth++] = e;
    return 1;
}

static int scan_declaration(struct scan *s)
{
    if (s->end - s->at < 5 || memcmp(s->at, "<?xml", 5)) return 0;
    s->at += 5;
    if (!scan_attributes(s, NULL) || s->end - s->at < 2 || memcmp(s->at, "?>", 2)) return 0;
    s->at += 2;
    return 1;
}

/* 1: the text is one element, closed, with nothing but space after it. */
static int scan_xml(struct scan *s)
{
    int roots = 0;
    if (!scan_declaration(s)) return 0;
    while (s->at < s->end) {
        if (*s->at == '<') {
            s->at++;
            if (s->at == s->end || *s->at == '!' || *s->at == '?') return 0;
            int closes = *s->at == '/';
            s->at += closes;
            roots += !closes && !s->depth;
            if (!(closes ? scan_end_tag(s) : scan_start_tag(s))) return 0;
        } else if (!*s->at || *s->at == '>' || (!s->depth && !is_space(*s->at))) {
            return 0;
        } else {
            s->at++;
        }
    }
    return roots == 1 && !s->depth;
}

/* ---------------------------------------------------------------- the zip: one disk, no comment, no encryption, less than 4 GiB */
static uint32_t read16(const unsigned char *at) { return at[0] | (uint32_t)at[1] << 8; }

static uint32_t read32(const unsigned char *at) { return read16(at) | read16(at + 2) << 16; }

struct part {
    const unsigned char *name;
    size_t name_length;
    const unsigned char *packed;
    size_t packed_size, size;
    uint32_t method, crc;
};

/* The part that an entry of the directory speaks of; its own head must say the same. */
static int find_part(const unsigned char *bytes, size_t end, const unsigned char *entry, struct part *part)
{
    size_t offset = read32(entry + 42);
    *part = (struct part){entry + ENTRY_SIZE, read16(entry + 28), NULL, read32(entry + 20), read32(entry + 24), read16(entry + 10), read32(entry + 16)};
    if (offset > end || end - offset < LOCAL_SIZE) return 0;
    const unsigned char *head = bytes + offset;
    size_t room = end - offset - LOCAL_SIZE, skip = (size_t)read16(head + 26) + read16(head + 28);
    if (memcmp(head, "PK\3\4", 4) || read16(head + 26) != part->name_length || skip > room || part->packed_size > room - skip) return 0;
    if (memcmp(head + LOCAL_SIZE, part->name, part->name_length)) return 0;
    if (!(read16(head + 6) & 8) && memcmp(head + 14, entry + 16, 12)) return 0; /* bit 3: CRC-32 and sizes come after the data */
    part->packed = head + LOCAL_SIZE + skip;
    return 1;
}

static int unpack(const struct part *part, char *text)
{
    if (part->method == 0) {
        if (part->packed_size != part->size) return 0;
        memcpy(text, part->packed, part->size);
    } else {
        z_stream z = {.next_in = (Bytef *)(uintptr_t)part->packed, .avail_in = (uInt)part->packed_size, .next_out = (Bytef *)text, .avail_out = (uInt)part->size};
        if (part->method != Z_DEFLATED || inflateInit2(&z, -MAX_WBITS) != Z_OK) return 0;
        int done = inflate(&z, Z_FINISH) == Z_STREAM_END && !z.avail_in && !z.avail_out;
        inflateEnd(&z);
        if (!done) return 0;
    }
    return crc32(crc32(0, NULL, 0), (const Bytef *)text, (uInt)part->size) == part->crc;
}

static int begins(const struct part *part, const char *text) { return part->name_length > strlen(text) && !memcmp(part->name, text, strlen(text)); }

static int ends(const struct part *part, const char *text)
{
    size_t length = strlen(text);
    return part->name_length >= length && !memcmp(part->name + part->name_length - length, text, length);
}

struct book {
    const struct apsis_xlsx_written *written;
    struct apsis_arena *arena;
    size_t sheets, charts, named; /* parts that were found; those that the list of types names */
    struct tally all;
};

static int check_part(struct book *b, const struct part *part)
{
    if (part->size / 1100 > part->packed_size) return 0; /* deflate does not pack that tightly: not the size */
    char *text = APSIS_NEW_ARRAY(b->arena, char, part->size + 1);
    if (!unpack(part, text)) return 0;
    struct scan s = {.at = text, .end = text + part->size, .exact = !b->written->gaps};
    if (!scan_xml(&s)) return 0;
    if (begins(part, "xl/worksheets/sheet")) {
        char name[64];
        size_t number = 0;
        for (; number < b->written->sheets; number++) {
            snprintf(name, sizeof name, "sheet%zu.xml", number + 1);
            if (part->name_length == strlen("xl/worksheets/") + strlen(name) && ends(part, name)) break;
        }
        if (number == b->written->sheets || s.tally.cells != b->written->cells[number]) return 0;
        b->sheets++;
        b->all.texts += s.tally.texts;
    }
    b->charts += begins(part, "xl/charts/chart");
    b->named += !ends(part, ".rels") && !ends(part, "[Content_Types].xml");
    b->all.shared += s.tally.shared;
    b->all.anchors += s.tally.anchors;
    b->all.lines += s.tally.lines;
    b->all.overrides += s.tally.overrides;
    return 1;
}

static int check_parts(struct book *b, const unsigned char *bytes, size_t length)
{
    if (length < END_SIZE || length > UINT32_MAX / 2) return 0;
    const unsigned char *last = bytes + length - END_SIZE;
    size_t count = read16(last + 10), size = read32(last + 12), offset = read32(last + 16);
    if (memcmp(last, "PK\5\6", 4) || offset + size != length - END_SIZE) return 0;
    const unsigned char *entry = bytes + offset;
    for (size_t i = 0; i < count; i++) {
        struct part part;
        size_t room = (size_t)(last - entry);
        if (room < ENTRY_SIZE || memcmp(entry, "PK\1\2", 4)) return 0;
        size_t whole = ENTRY_SIZE + (size_t)read16(entry + 28) + read16(entry + 30) + read16(entry + 32);
        if (whole > room || !find_part(bytes, offset, entry, &part) || !check_part(b, &part)) return 0;
        entry += whole;
    }
    return entry == last;
}

int apsis_xlsx_whole(const char *bytes, size_t length, const struct apsis_xlsx_written *written)
{
    struct book b = {.written = written, .arena = apsis_arena_new()};
    int whole = check_parts(&b, (const unsigned char *)bytes, length);
    apsis_arena_free(b.arena);
    return whole && b.sheets == written->sheets && b.charts == written->charts && b.all.anchors == written->charts && b.all.lines == written->lines && b.all.shared == b.all.texts &&
           b.all.overrides == b.named;
}
#endif
