/* source.c - the texts of a model: read, checked, and places in them worked out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/language/diagnostic.h"
#include "host/support/escape.h"

uint32_t apsis_sources_add(struct apsis_sources *sources, const char *name, const char *text, size_t length)
{
    struct apsis_source *source = APSIS_PUSH(sources->arena, sources->items, sources->count, sources->capacity);
    source->name = apsis_arena_copy(sources->arena, name, strlen(name));
    source->text = apsis_arena_copy(sources->arena, text, length);
    source->length = length;
    return (uint32_t)(sources->count - 1);
}

struct apsis_source apsis_source_shown(const struct apsis_sources *sources, struct apsis_span *span)
{
    struct apsis_source source = sources->items[span->source];
    const struct apsis_source_piece *piece = source.pieces;
    if (!source.piece_count) return source;
    for (size_t i = 1; i < source.piece_count && source.pieces[i].begin <= span->begin; i++) piece = &source.pieces[i];
    uint32_t length = piece->end - piece->begin;
    span->begin = span->begin < piece->begin ? 0 : span->begin > piece->end ? length : span->begin - piece->begin;
    span->end = span->end < piece->begin ? 0 : span->end > piece->end ? length : span->end - piece->begin;
    if (span->end <= span->begin) span->end = span->begin + 1; /* a place, also behind its end */
    return (struct apsis_source){.name = piece->name, .text = source.text + piece->begin, .length = length};
}

/* Length of the UTF-8 sequence at `at`, or 0 when it is not one (overlong forms and surrogates are none). */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80) return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
    size_t length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (left < length) return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80) return 0;
    if (at[0] == 0xe0 && at[1] < 0xa0) return 0;
    if (at[0] == 0xed && at[1] > 0x9f) return 0;
    if (at[0] == 0xf0 && at[1] < 0x90) return 0;
    if (at[0] == 0xf4 && at[1] > 0x8f) return 0;
    return length;
}

/* 1 for the directional controls U+202A..U+202E and U+2066..U+2069, which make a text look other than it is. */
static int turns_text(const unsigned char *c, size_t length)
{
    return length == 3 && c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) || (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
}

enum apsis_status apsis_source_check(const struct apsis_sources *sources, uint32_t number, struct apsis_diagnostics *list)
{
    const struct apsis_source *source = &sources->items[number];
    struct apsis_span whole = {number, 0, 0};
    if (source->length > APSIS_SOURCE_LIMIT) {
        apsis_error(list, whole, "%s is larger than %zu MB", source->name, APSIS_SOURCE_LIMIT >> 20);
        return APSIS_MODEL_ERROR;
    }
    if (memchr(source->text, 0, source->length)) {
        apsis_hint(list, apsis_error(list, whole, "%s is not a text file: it has zero bytes in it", source->name),
                   "a model is plain text; save it as UTF-8");
        return APSIS_MODEL_ERROR;
    }
    int blank = 1;
    for (size_t at = 0; at < source->length;) {
        const unsigned char *c = (const unsigned char *)source->text + at;
        size_t length = utf8_length(c, source->length - at);
        if (!length) {
            struct apsis_span byte = {number, (uint32_t)at, (uint32_t)at + 1};
            apsis_hint(list, apsis_error(list, byte, "a character that is not valid UTF-8 (byte 0x%02x)", *c),
                       "save the file as UTF-8");
            return APSIS_MODEL_ERROR;
        }
        if (turns_text(c, length)) {
            struct apsis_span turn = {number, (uint32_t)at, (uint32_t)(at + length)};
            apsis_hint(list, apsis_error(list, turn, "an invisible character that changes the direction of the text"),
                       "delete it: what is read here would not be what stands here");
            return APSIS_MODEL_ERROR;
        }
        int is_mark = at == 0 && length == 3 && memcmp(c, "\xef\xbb\xbf", 3) == 0; /* a byte order mark */
        if (!is_mark && (length > 1 || !strchr(" \t\r\n", *c))) blank = 0;
        at += length;
    }
    if (blank) {
        apsis_error(list, whole, "%s is empty", source->name);
        return APSIS_MODEL_ERROR;
    }
    return APSIS_OK;
}

enum apsis_status apsis_sources_read(struct apsis_sources *sources, const char *path, uint32_t *number, struct apsis_diagnostics *list)
{
    int is_stdin = strcmp(path, "-") == 0;
    struct apsis_span nowhere = {0, 0, 0};
    struct stat status;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (!file || (!is_stdin && fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode))) {
        int fault = errno;
        if (file) fclose(file);
        if (file) apsis_hint(list, apsis_error(list, nowhere, "%s is a folder", path), "name the .risk file in it");
        else if (fault == ENOENT) apsis_error(list, nowhere, "cannot open %s: there is no such file", path);
        else if (fault == EACCES) apsis_error(list, nowhere, "cannot open %s: no permission to read it", path);
        else apsis_error(list, nowhere, "cannot open %s: %s", path, strerror(fault));
        return APSIS_FAILURE;
    }
    size_t length = 0, capacity = 1 << 16, got;
    struct apsis_cleanup cleanup;
    if (!is_stdin) apsis_escape_defer(&cleanup, apsis_cleanup_file, file);
    char *text = apsis_malloc(capacity);
    while (length <= APSIS_SOURCE_LIMIT && (got = fread(text + length, 1, capacity - length, file)) > 0) {
        length += got;
        if (length == capacity) text = apsis_realloc(text, capacity *= 2);
    }
    int failed = ferror(file);
    if (!is_stdin) {
        apsis_escape_drop(&cleanup);
        fclose(file);
    }
    if (failed) {
        apsis_block_free(text);
        apsis_error(list, nowhere, "cannot read %s", path);
        return APSIS_FAILURE;
    }
    *number = apsis_sources_add(sources, path, text, length);
    apsis_block_free(text);
    return apsis_source_check(sources, *number, list);
}

struct apsis_place apsis_source_place(const struct apsis_source *source, size_t offset)
{
    struct apsis_place place = {1, 1, 0, 0};
    const char *text = source->text;
    if (offset > source->length) offset = source->length;
    for (const char *next; (next = memchr(text + place.line_begin, '\n', offset - place.line_begin)); place.line++)
        place.line_begin = (size_t)(next - text) + 1;
    const char *end = memchr(text + offset, '\n', source->length - offset);
    place.line_end = end ? (size_t)(end - text) : source->length;
    if (end && place.line_end > place.line_begin && text[place.line_end - 1] == '\r') place.line_end--;
    for (size_t i = place.line_begin; i < offset; i++) place.column += ((unsigned char)text[i] & 0xc0) != 0x80;
    return place;
}
