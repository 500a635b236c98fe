/* diagnostic.c - the list of what is wrong with a model, and its three printed forms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/escape.h"
#include "host/support/json_value.h"

#define KEPT_ERRORS 100
#define KEPT_WARNINGS 1000
#define COLUMNS 120  /* a longer line is cut around the span */
#define MARGIN 40    /* columns kept before the span of a cut line */

/* ---------------------------------------------------------------- the list */
static __attribute__((nonnull(4))) struct apsis_diagnostic *add(struct apsis_diagnostics *list, enum apsis_severity severity,
                                                                struct apsis_span span, const char *format, va_list arguments)
{
    size_t limit = severity == APSIS_ERROR ? KEPT_ERRORS : KEPT_WARNINGS;
    size_t warnings = list->count - (list->errors < KEPT_ERRORS ? list->errors : KEPT_ERRORS);
    size_t have = severity == APSIS_ERROR ? list->errors : warnings;
    if (severity == APSIS_ERROR) list->errors++;
    else if (have >= limit) list->dropped++;
    if (have >= limit) return NULL;
    const char *message = apsis_arena_vprintf(list->arena, format, arguments);
    struct apsis_diagnostic *d = APSIS_PUSH(list->arena, list->items, list->count, list->capacity);
    d->severity = severity;
    d->span = span;
    d->message = message;
    return d;
}

struct apsis_diagnostic *apsis_error(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct apsis_diagnostic *d = add(list, APSIS_ERROR, span, format, arguments);
    va_end(arguments);
    return d;
}

struct apsis_diagnostic *apsis_warning(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct apsis_diagnostic *d = add(list, APSIS_WARNING, span, format, arguments);
    va_end(arguments);
    return d;
}

struct apsis_diagnostic *apsis_note(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct apsis_diagnostic *d = add(list, APSIS_NOTE, span, format, arguments);
    va_end(arguments);
    return d;
}

size_t apsis_diagnostics_count(const struct apsis_diagnostics *list, enum apsis_severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) count += list->items[i].severity == severity;
    return count;
}

void apsis_hint(struct apsis_diagnostics *list, struct apsis_diagnostic *d, const char *format, ...)
{
    if (!d) return;
    va_list arguments;
    va_start(arguments, format);
    d->hint = apsis_arena_vprintf(list->arena, format, arguments);
    va_end(arguments);
}

/* ---------------------------------------------------------------- order and places */
struct entry {
    const struct apsis_diagnostic *d;
    size_t number;
};

static int has_place(const struct apsis_diagnostic *d, const struct apsis_sources *sources)
{
    return d->span.end > 0 && d->span.source < sources->count;
}

static int by_place(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    const struct apsis_span *x = &a->d->span, *y = &b->d->span;
    if ((x->end > 0) != (y->end > 0)) return x->end > 0 ? 1 : -1; /* what has no place comes first */
    if (x->source != y->source) return x->source < y->source ? -1 : 1;
    if (x->end > 0 && x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* The diagnostics sorted by place, without those that say the same at the same place. The caller frees. */
static struct entry *sorted(const struct apsis_diagnostics *list, size_t *count)
{
    struct entry *entries = apsis_calloc(list->count + 1, sizeof *entries);
    for (size_t i = 0; i < list->count; i++) entries[i] = (struct entry){&list->items[i], i};
    qsort(entries, list->count, sizeof *entries, by_place);
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        int seen = 0;
        for (size_t j = *count; j-- > 0 && !seen;) {
            const struct apsis_diagnostic *a = entries[i].d, *b = entries[j].d;
            if (a->span.source != b->span.source || a->span.begin != b->span.begin) break;
            seen = a->span.end == b->span.end && a->severity == b->severity && strcmp(a->message, b->message) == 0;
        }
        if (!seen) entries[(*count)++] = entries[i];
    }
    return entries;
}

const struct apsis_diagnostic **apsis_diagnostics_sorted(struct apsis_arena *arena, const struct apsis_diagnostics *list, size_t *count)
{
    struct entry *entries = sorted(list, count);
    const struct apsis_diagnostic **items = APSIS_NEW_ARRAY(arena, const struct apsis_diagnostic *, *count + 1);
    for (size_t i = 0; i < *count; i++) items[i] = entries[i].d;
    apsis_block_free(entries);
    return items;
}

/* Places are asked for in rising order, so the way from the last one is walked once: many errors in a huge text stay cheap. */
struct cursor {
    const char *text;
    size_t offset, line, column, line_begin;
};

static void walk(struct cursor *c, const struct apsis_source *source, size_t offset)
{
    if (offset > source->length) offset = source->length;
    if (c->text != source->text || offset < c->offset) *c = (struct cursor){source->text, 0, 1, 1, 0};
    for (const char *text = source->text; c->offset < offset; c->offset++) {
        if (text[c->offset] == '\n') {
            c->line++;
            c->column = 1;
            c->line_begin = c->offset + 1;
        } else if (((unsigned char)text[c->offset] & 0xc0) != 0x80 && !(c->offset == 0 && memcmp(text, "\xef\xbb\xbf", 3) == 0)) {
            c->column++;
        }
    }
}

/* ---------------------------------------------------------------- text */
static int is_part(char c) /* a later byte of a UTF-8 sequence */
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Text for people: control characters, which could drive a terminal, become "?"; `as_spaces` gives the blanks that stand below it. */
static void put_plain(const char *text, size_t begin, size_t end, int as_spaces, struct apsis_buffer *out)
{
    for (size_t i = begin; i < end; i++) {
        unsigned char c = (unsigned char)text[i];
        int control = (c < 0x20 && c != '\t') || c == 0x7f;
        if (as_spaces && is_part(text[i])) continue;
        apsis_buffer_add(out, as_spaces ? (c == '\t' ? "\t" : " ") : control ? "?" : text + i, 1);
    }
}

/* Up to `columns` code points back from `at`, not before `limit`. */
static size_t step_back(const char *text, size_t at, size_t limit, size_t columns)
{
    while (at > limit && columns > 0) {
        at--;
        if (!is_part(text[at])) columns--;
    }
    return at;
}

static size_t step_on(const char *text, size_t at, size_t limit, size_t columns)
{
    for (; at < limit; at++)
        if (!is_part(text[at]) && columns-- == 0) break;
    return at;
}

/* The line of the span, cut around it when long, and the carets. */
static void put_line(const struct apsis_source *source, const struct apsis_span *span, const struct cursor *c, struct apsis_buffer *out)
{
    const char *text = source->text;
    size_t line_begin = c->line_begin, begin = c->offset, end = span->end;
    if (line_begin == 0 && source->length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) line_begin = 3;
    if (begin < line_begin) begin = line_begin;
    size_t left = step_on(text, line_begin, begin, COLUMNS) < begin ? step_back(text, begin, line_begin, MARGIN) : line_begin;
    const char *newline = memchr(text + begin, '\n', source->length - begin);
    size_t line_end = newline ? (size_t)(newline - text) : source->length;
    if (line_end > begin && text[line_end - 1] == '\r') line_end--;
    size_t right = step_on(text, left, line_end, COLUMNS);
    if (right < line_end && left == line_begin && step_on(text, begin, line_end, MARGIN) > right) {
        left = step_back(text, begin, line_begin, MARGIN);
        right = step_on(text, left, line_end, COLUMNS);
    }
    apsis_buffer_text(out, left > line_begin ? "    ..." : "    ");
    put_plain(text, left, right, 0, out);
    apsis_buffer_text(out, right < line_end ? "...\n" : "\n");
    apsis_buffer_text(out, left > line_begin ? "       " : "    ");
    put_plain(text, left, begin, 1, out);
    apsis_buffer_text(out, "^");
    if (end > right) end = right;
    for (size_t i = begin + 1; i < end; i++)
        if (!is_part(text[i])) apsis_buffer_text(out, "~");
    apsis_buffer_text(out, "\n");
}

static const char *severity_word(enum apsis_severity severity)
{
    return severity == APSIS_ERROR ? "error" : severity == APSIS_WARNING ? "warning" : "note";
}

static void put_message(const struct apsis_diagnostic *d, struct apsis_buffer *out)
{
    apsis_buffer_printf(out, "%s: ", severity_word(d->severity));
    put_plain(d->message, 0, strlen(d->message), 0, out);
    if (d->lint) apsis_buffer_printf(out, " [%s]", d->lint);
    apsis_buffer_text(out, "\n");
}

static void print_text(const struct entry *entries, size_t count, const struct apsis_sources *sources, int with_lines,
                       struct apsis_buffer *out)
{
    struct cursor cursor = {0};
    for (size_t i = 0; i < count; i++) {
        const struct apsis_diagnostic *d = entries[i].d;
        struct apsis_span span = d->span;
        struct apsis_source source = has_place(d, sources) ? apsis_source_shown(sources, &span) : (struct apsis_source){0};
        if (source.text) {
            walk(&cursor, &source, span.begin);
            put_plain(source.name, 0, strlen(source.name), 0, out);
            apsis_buffer_printf(out, ":%zu:%zu: ", cursor.line, cursor.column);
        }
        put_message(d, out);
        if (!with_lines) continue;
        if (source.text) put_line(&source, &span, &cursor, out);
        if (d->hint) {
            apsis_buffer_text(out, "  hint: ");
            put_plain(d->hint, 0, strlen(d->hint), 0, out);
            apsis_buffer_text(out, "\n");
        }
    }
}

/* ---------------------------------------------------------------- json */
/* One object for each diagnostic, in the order of the text form:
     {"file": "model.risk", "line": 3, "column": 12, "end_line": 3, "end_column": 18, "severity": "error", "message": "...", "hint": null, "lint": null}
   Lines and columns count from 1, a column for each code point; the end is the column behind the span. Without a place, file and
   the four numbers are null. When errors or warnings were dropped, a last object without a place says how many. */
static json_t *json_entry(const struct apsis_diagnostic *d, const struct apsis_sources *sources, struct cursor *cursor)
{
    json_t *object = json_object();
    struct apsis_span span = d->span;
    struct apsis_source shown = has_place(d, sources) ? apsis_source_shown(sources, &span) : (struct apsis_source){0};
    const struct apsis_source *source = shown.text ? &shown : NULL;
    struct cursor begin = {0}, end = {0};
    if (source) {
        walk(cursor, source, span.begin);
        begin = end = *cursor;
        walk(&end, source, span.end > span.begin ? span.end : span.begin);
    }
    apsis_json_set(object, "file", source ? apsis_json_text(source->name) : json_null());
    apsis_json_set(object, "line", source ? json_integer((json_int_t)begin.line) : json_null());
    apsis_json_set(object, "column", source ? json_integer((json_int_t)begin.column) : json_null());
    apsis_json_set(object, "end_line", source ? json_integer((json_int_t)end.line) : json_null());
    apsis_json_set(object, "end_column", source ? json_integer((json_int_t)end.column) : json_null());
    apsis_json_set(object, "severity", apsis_json_text(severity_word(d->severity)));
    apsis_json_set(object, "message", apsis_json_text(d->message));
    apsis_json_set(object, "hint", apsis_json_text(d->hint));
    apsis_json_set(object, "lint", apsis_json_text(d->lint));
    return object;
}

void apsis_diagnostics_print(const struct apsis_diagnostics *list, const struct apsis_sources *sources, const char *format,
                             struct apsis_buffer *out)
{
    size_t count, dropped = list->errors > KEPT_ERRORS ? list->errors - KEPT_ERRORS : 0;
    struct entry *entries = sorted(list, &count);
    if (strcmp(format, "json") == 0) {
        json_t *array = json_array();
        struct cursor cursor = {0};
        for (size_t i = 0; i < count; i++) apsis_json_append(array, json_entry(entries[i].d, sources, &cursor));
        for (int k = 0; k < 2; k++) {
            size_t more = k ? list->dropped : dropped;
            char text[64];
            snprintf(text, sizeof text, "and %zu more %s%s", more, k ? "warning" : "error", more == 1 ? "" : "s");
            struct apsis_diagnostic last = {.severity = k ? APSIS_WARNING : APSIS_ERROR, .message = text};
            if (more) apsis_json_append(array, json_entry(&last, sources, &cursor));
        }
        char *text = json_dumps(array, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        struct apsis_cleanup cleanup;
        json_decref(array);
        apsis_escape_defer(&cleanup, free, text);
        if (!text) apsis_escape_later();
        apsis_escape_due();
        apsis_buffer_printf(out, "%s\n", text);
        apsis_escape_drop(&cleanup);
        free(text);
    } else {
        print_text(entries, count, sources, strcmp(format, "gcc") != 0, out);
        if (dropped) apsis_buffer_printf(out, "and %zu more error%s\n", dropped, dropped == 1 ? "" : "s");
        if (list->dropped) apsis_buffer_printf(out, "and %zu more warning%s\n", list->dropped, list->dropped == 1 ? "" : "s");
    }
    apsis_block_free(entries);
}
