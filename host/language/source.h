/* source.h - the texts of a model (the file, each --set) and places in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SOURCE_H
#define APSIS_HOST_SOURCE_H
#include <stddef.h>
#include <stdint.h>

#include "host/support/arena.h"
#include "include/apsis.h"

/* Bytes begin..end-1 of text number `source`. Lines and columns are worked out when printed. */
struct apsis_span {
    uint32_t source, begin, end;
};

/* Part of a text that somebody wrote as a text of its own: an argument of a call, in the statement that the call added. */
struct apsis_source_piece {
    const char *name; /* apsis_define("fleet[t]") */
    uint32_t begin, end;
};

struct apsis_source {
    const char *name; /* as the user gave it: "model.risk", "-", "--set" */
    const char *text; /* zero-terminated, valid UTF-8, owned by the arena */
    size_t length;
    const struct apsis_source_piece *pieces; /* in order, apart; none where all of it was written as it stands */
    size_t piece_count;
};

/* Columns of numbers under the name of a file, given by calls: no file of that name is opened. All of one file are equally long. */
struct apsis_given_column {
    const char *name;
    const double *values;
};
struct apsis_given_file {
    const char *name;
    struct apsis_given_column *columns;
    size_t column_count, column_capacity, rows;
    uint8_t sha256[32]; /* of the CSV text that they would be: see apsis_given_sha256 */
    int hashed;         /* 1: it is known */
};

/* All texts of one model, in the order they were added. */
struct apsis_sources {
    struct apsis_arena *arena;
    struct apsis_source *items;
    size_t count, capacity;
    struct apsis_given_file *files;
    size_t file_count, file_capacity;
};

struct apsis_diagnostics;

#define APSIS_SOURCE_LIMIT ((size_t)64 << 20) /* bytes of a model that are read; more is an error */

/* Adds a copy of `text` under `name` (copied too) and returns its number. The text is taken as it is: see apsis_source_check. */
uint32_t apsis_sources_add(struct apsis_sources *sources, const char *name, const char *text, size_t length);

/* What a place in a text is to whoever wrote it: the text itself, or the piece that it lies in, as a text of its own (not zero-terminated at
   its length); `span` is moved into it. What lies between pieces belongs to the one before. */
struct apsis_source apsis_source_shown(const struct apsis_sources *sources, struct apsis_span *span);

/* Looks at text number `source` as at a file: an error for empty, binary (a zero byte), invalid UTF-8 or
   a character that turns the direction of the text (with the line), too large. */
enum apsis_status apsis_source_check(const struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics);

/* Reads and checks a file, or stdin when `path` is "-". APSIS_OK and its number in *source, or APSIS_FAILURE (cannot be read) or
   APSIS_MODEL_ERROR (not a text) with the reason in the list. */
enum apsis_status apsis_sources_read(struct apsis_sources *sources, const char *path, uint32_t *source,
                                     struct apsis_diagnostics *diagnostics);

/* Where a byte of a text stands. Lines and columns count from 1, a column for each code point; a tab is one column. */
struct apsis_place {
    size_t line, column;
    size_t line_begin, line_end; /* bytes of that line, without its line end */
};
struct apsis_place apsis_source_place(const struct apsis_source *source, size_t offset);

#endif
