/* data_file.c - columns of numbers from CSV files that a model names: header row, quoted fields, errors by line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/data_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/support/number.h"
#include "host/support/sha256.h"

#define FILE_LIMIT ((size_t)256 << 20)

/* Only names that lead downward: no absolute path, no "..", no backslash. */
static int leads_down(const char *path)
{
    if (!*path || path[0] == '/' || strchr(path, '\\') || strchr(path, ':')) return 0;
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (!strncmp(part, "..", 2) && (part[2] == '/' || !part[2])) return 0;
    return 1;
}

/* A link could lead out of the folder again: the resolved path must begin with the resolved folder. */
static int stays_inside(const char *folder, const char *path)
{
    char *root = realpath(folder, NULL), *real = realpath(path, NULL);
    size_t length = root ? strlen(root) : 0;
    int inside = root && real && !strncmp(root, real, length) && (real[length] == '/' || (length && root[length - 1] == '/'));
    free(root);
    free(real);
    return inside;
}

static char *read_all(const char *path, size_t *length, const char **why)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file) {
        *why = strerror(errno);
        return NULL;
    }
    char *text = NULL;
    if (fstat(fileno(file), &about) || !S_ISREG(about.st_mode)) *why = "it is not a file";
    else if ((size_t)about.st_size > FILE_LIMIT) *why = "it is larger than 256 MiB";
    else {
        text = apsis_malloc((size_t)about.st_size + 1);
        *length = fread(text, 1, (size_t)about.st_size, file);
        text[*length] = 0;
        if (memchr(text, 0, *length)) {
            *why = "it is not a text";
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}

struct reader {
    const char *at;
    size_t line;
    char *field;        /* the field read last, unquoted */
    size_t capacity, length;
    int ends_row, broken;
};

static void put(struct reader *r, char c)
{
    if (r->length + 1 >= r->capacity) {
        r->capacity = r->capacity ? r->capacity * 2 : 64;
        r->field = apsis_realloc(r->field, r->capacity);
    }
    r->field[r->length++] = c;
    r->field[r->length] = 0;
}

/* field: quoted "..." with "" for a quote, or everything up to a comma or line end; blanks around it do not count. */
static void next_field(struct reader *r)
{
    r->length = 0;
    put(r, 0);
    r->length = 0;
    while (*r->at == ' ' || *r->at == '\t') r->at++;
    if (*r->at == '"') {
        for (r->at++; *r->at; r->at++) {
            if (*r->at == '"' && r->at[1] != '"') break;
            if (*r->at == '"') r->at++;
            if (*r->at == '\n') r->line++;
            put(r, *r->at);
        }
        if (*r->at != '"') r->broken = 1;
        else r->at++;
        while (*r->at == ' ' || *r->at == '\t') r->at++;
        if (*r->at && *r->at != ',' && *r->at != '\n' && *r->at != '\r') r->broken = 1;
    } else {
        while (*r->at && *r->at != ',' && *r->at != '\n' && *r->at != '\r') put(r, *r->at++);
        while (r->length && (r->field[r->length - 1] == ' ' || r->field[r->length - 1] == '\t')) r->field[--r->length] = 0;
    }
    r->ends_row = *r->at != ',';
    if (*r->at == '\r') r->at++;
    if (*r->at == '\n' || *r->at == ',') r->at++;
}

static int read_rows(struct reader *r, struct apsis_arena *arena, const char *path, const char *column, struct apsis_span span,
                     struct apsis_diagnostics *list, double **values, size_t *count)
{
    const char **names = NULL;
    size_t name_count = 0, name_capacity = 0, capacity = 0, wanted = SIZE_MAX;
    do {
        next_field(r);
        *APSIS_PUSH(arena, names, name_count, name_capacity) = apsis_arena_copy(arena, r->field, r->length);
        if (column && !strcmp(r->field, column) && wanted == SIZE_MAX) wanted = name_count - 1;
    } while (!r->ends_row && !r->broken);
    if (!column && name_count == 1) wanted = 0;
    if (r->broken) {
        apsis_error(list, span, "%s, line 1: a quoted field does not end", path);
        return 0;
    }
    if (wanted == SIZE_MAX) {
        char *all = apsis_arena_printf(arena, "%s", names[0]);
        for (size_t i = 1; i < name_count && i < 12; i++) all = apsis_arena_printf(arena, "%s, %s", all, names[i]);
        struct apsis_diagnostic *d = column ? apsis_error(list, span, "%s has no column %s", path, column)
                                            : apsis_error(list, span, "%s has several columns", path);
        apsis_hint(list, d, "say which by column: \"...\"; it has %s", all);
        return 0;
    }
    while (*r->at) {
        size_t line = ++r->line, field = 0;
        int found = 0, empty = 1;
        double value = 0;
        do {
            next_field(r);
            if (r->length) empty = 0;
            if (field++ != wanted || !r->length) continue;
            found = apsis_number_parse(r->field, r->length, &value) && isfinite(value) ? 1 : -1;
            if (found < 0) {
                apsis_error(list, span, "%s, line %zu: \"%.40s\" is not a number", path, line, r->field);
                return 0;
            }
        } while (!r->ends_row && !r->broken);
        if (r->broken) {
            apsis_error(list, span, "%s, line %zu: a quoted field does not end", path, line);
            return 0;
        }
        if (empty) continue; /* a blank line */
        if (!found) {
            apsis_hint(list, apsis_error(list, span, "%s, line %zu: column %s is empty", path, line, names[wanted]), "leave the row out, or give it a number");
            return 0;
        }
        *APSIS_PUSH(arena, *values, *count, capacity) = value;
    }
    if (!*count) apsis_error(list, span, "%s has no rows under its header", path);
    return *count > 0;
}

int apsis_data_column(struct apsis_arena *arena, const char *model, const char *path, const char *column, struct apsis_span span,
                      struct apsis_diagnostics *list, double **values, size_t *count, uint8_t sha256[32])
{
    const char *slash = strrchr(model, '/'), *why = NULL;
    char *folder = slash ? apsis_arena_copy(arena, model, slash == model ? 1 : (size_t)(slash - model)) : apsis_arena_printf(arena, ".");
    *values = NULL;
    *count = 0;
    if (!leads_down(path)) {
        apsis_hint(list, apsis_error(list, span, "%s is not under the model's own folder", path), "a model reads only files beside or below it");
        return 0;
    }
    char *whole = apsis_arena_printf(arena, "%s/%s", folder, path);
    size_t length = 0;
    char *text = read_all(whole, &length, &why);
    if (text && !stays_inside(folder, whole)) {
        apsis_hint(list, apsis_error(list, span, "%s is not under the model's own folder", path), "a model reads only files beside or below it");
        free(text);
        return 0;
    }
    if (!text) {
        apsis_hint(list, apsis_error(list, span, "%s cannot be read: %s", path, why), "a path begins at the folder of the model");
        return 0;
    }
    apsis_sha256(text, length, sha256);
    struct reader r = {.at = text, .line = 1};
    if (!strncmp(r.at, "\xef\xbb\xbf", 3)) r.at += 3;
    int good = read_rows(&r, arena, path, column, span, list, values, count);
    free(r.field);
    free(text);
    return good;
}
