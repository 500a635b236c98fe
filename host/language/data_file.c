/* data_file.c - columns of numbers from CSV files that a model names: which rows count, and what is told by line and column. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/data_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/language/csv.h"
#include "host/support/escape.h"
#include "host/support/number.h"
#include "host/support/sha256.h"

#define MOST_MEGABYTES 256

/* ---------------------------------------------------------------- the file */
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
    errno = 0;
    char *root = realpath(folder, NULL), *real = realpath(path, NULL);
    int short_of_memory = (!root || !real) && errno == ENOMEM;
    size_t length = root ? strlen(root) : 0;
    int inside = root && real && !strncmp(root, real, length) && (real[length] == '/' || (length && root[length - 1] == '/'));
    free(root);
    free(real);
    if (short_of_memory) apsis_out_of_memory(0);
    return inside;
}

static char *read_all(struct apsis_arena *arena, const char *path, size_t *length, const char **why)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file) {
        *why = strerror(errno);
        return NULL;
    }
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_file, file);
    char *text = NULL;
    if (fstat(fileno(file), &about) || !S_ISREG(about.st_mode)) *why = "it is not a file";
    else if (about.st_size > (off_t)MOST_MEGABYTES * 1000000)
        *why = apsis_arena_printf(arena, "it has %lld MB, and a column is held in memory whole: at most %d MB; a sample of its rows gives the same distribution",
                                  (long long)((about.st_size + 999999) / 1000000), MOST_MEGABYTES);
    else {
        text = apsis_malloc((size_t)about.st_size + 1);
        *length = fread(text, 1, (size_t)about.st_size, file);
        text[*length] = 0;
        if (!strncmp(text, "\xff\xfe", 2) || !strncmp(text, "\xfe\xff", 2)) *why = "it is UTF-16: save it as UTF-8";
        else if (memchr(text, 0, *length)) *why = "it is not a text";
        if (*why) {
            apsis_block_free(text);
            text = NULL;
        }
    }
    apsis_escape_drop(&cleanup);
    fclose(file);
    return text;
}

/* ---------------------------------------------------------------- cells */
struct reader {
    const struct apsis_data_request *request;
    struct apsis_arena *arena;
    struct apsis_diagnostics *list;
    struct apsis_csv csv;
    const char **names;
    size_t name_count, wanted[APSIS_DATA_COLUMNS];
    struct apsis_diagnostic *first; /* the error about the first cell that is no number: the last in the list as long as rows are read */
    size_t more;                    /* such cells after it */
};

/* A cell as a message shows it: one line, at most 40 characters, no byte that is no text. */
static const char *shown(const struct reader *r, const char *text)
{
    char *copy = apsis_arena_printf(r->arena, "%.40s%s", text, strlen(text) > 40 ? "..." : "");
    for (unsigned char *c = (unsigned char *)copy; *c; c++)
        if (*c < 32 || *c > 126) *c = '?';
    return copy;
}

/* "returns.csv:3:7" */
static const char *place(const struct reader *r)
{
    return apsis_arena_printf(r->arena, "%s:%zu:%zu", r->request->path, r->csv.field_line, r->csv.field_column);
}

/* As the language writes numbers, and as other programs do: +5, .5 and 5. are theirs. */
static int number(const char *text, size_t length, double *value)
{
    char plain[80];
    size_t used = 0;
    if (apsis_number_parse(text, length, value)) return 1;
    if (!length || length + 3 > sizeof plain) return 0;
    if (*text == '+' || *text == '-') {
        if (*text == '-') plain[used++] = '-';
        text++, length--;
    }
    if (length && *text == '.') plain[used++] = '0';
    for (size_t i = 0; i < length; i++) {
        plain[used++] = text[i];
        if (text[i] == '.' && (i + 1 == length || text[i + 1] == 'e' || text[i + 1] == 'E')) {
            if (i == 0) return 0;
            plain[used++] = '0';
        }
        if (used + 2 > sizeof plain) return 0;
    }
    return plain[used > 0 && *plain == '-' ? 1 : 0] != '-' && apsis_number_parse(plain, used, value);
}

/* What is odd about a cell that is no number, or NULL. */
static const char *reason(const struct reader *r, const char *text)
{
    size_t digits = strspn(text, "-+0123456789");
    char plain[80];
    double value;
    if (text[digits] == ',' && strlen(text) < sizeof plain) {
        size_t used = 0, groups = 1, since = 0, commas = 0;
        for (const char *c = text; *c; c++) {
            if (*c == ',') {
                groups &= commas == 0 || since == 3;
                commas++, since = 0;
                continue;
            }
            if (*c == '.' || *c == 'e' || *c == '%') { /* behind the last group */
                groups &= since == 3;
                since = 3;
                strcpy(plain + used, c);
                used += strlen(c);
                break;
            }
            plain[used++] = *c, since++;
        }
        plain[used] = 0;
        if (groups && since == 3 && number(plain, used, &value)) return apsis_arena_printf(r->arena, "has commas between its thousands: write %s", plain);
        if (commas == 1 && !strchr(text, '.')) {
            strcpy(plain, text);
            plain[digits] = '.';
            if (number(plain, strlen(plain), &value)) return apsis_arena_printf(r->arena, "has a decimal comma: write %s", plain);
        }
    }
    return NULL;
}

static void bad_cell(struct reader *r, int which, const char *text, const char *why, const char *hint)
{
    struct apsis_diagnostic *d;
    if (r->first) {
        r->more++;
        return;
    }
    if (text) d = apsis_error(r->list, r->request->span, "%s: \"%s\" %s", place(r), shown(r, text), why);
    else d = apsis_error(r->list, r->request->span, "%s: column %s %s", place(r), r->names[r->wanted[which]], why);
    if (hint) apsis_hint(r->list, d, "%s", hint);
    r->first = d;
}

/* The field read last is a cell of wanted column `which`, in the row of that number. */
static double cell(struct reader *r, int which, size_t row)
{
    const char *text = r->csv.field, *why;
    double value = 0;
    int edge = which == 1 && row == 0 && r->request->first_empty;
    if (!r->csv.length) {
        if (!edge) bad_cell(r, which, NULL, "is empty", "leave the row out, or give it a number");
    } else if (number(text, r->csv.length, &value) && isfinite(value)) {
        if (edge && value != 0)
            bad_cell(r, which, text, "stands in the first row, which is the lowest edge of all: nothing lies below it", "leave that cell empty, or write 0");
    } else if (isinf(value)) {
        bad_cell(r, which, text, "is too large for a number", NULL);
    } else {
        why = reason(r, text);
        bad_cell(r, which, text, why ? why : "is not a number", NULL);
    }
    return value;
}

/* ---------------------------------------------------------------- rows */
static int broken(struct reader *r)
{
    if (r->csv.broken) apsis_error(r->list, r->request->span, "%s: %s", place(r), r->csv.broken);
    return r->csv.broken != NULL;
}

static const char *all_names(const struct reader *r)
{
    char *all = apsis_arena_printf(r->arena, "%s", shown(r, r->names[0]));
    for (size_t i = 1; i < r->name_count && i < 12; i++) all = apsis_arena_printf(r->arena, "%s, %s", all, shown(r, r->names[i]));
    return r->name_count > 12 ? apsis_arena_printf(r->arena, "%s and %zu more", all, r->name_count - 12) : all;
}

static int find_column(struct reader *r, size_t which)
{
    const char *column = r->request->columns[which], *path = r->request->path;
    if (!column) {
        r->wanted[which] = 0;
        if (r->name_count == 1) return 1;
        apsis_hint(r->list, apsis_error(r->list, r->request->span, "%s has several columns", path), "say which by column: \"...\"; it has %s", all_names(r));
        return 0;
    }
    size_t found = 0, second = 0;
    for (size_t i = 0; i < r->name_count; i++) {
        if (strcmp(r->names[i], column)) continue;
        if (found++) second = i;
        else r->wanted[which] = i;
    }
    if (found == 1) return 1;
    if (found > 1) {
        apsis_hint(r->list, apsis_error(r->list, r->request->spans[which], "%s has %zu columns %s: of its %zu, those in places %zu and %zu", path, found, column,
                                        r->name_count, r->wanted[which] + 1, second + 1),
                   "give each a name of its own in the first row");
        return 0;
    }
    struct apsis_diagnostic *d = apsis_error(r->list, r->request->spans[which], "%s has no column %s", path, column);
    const char *near = apsis_nearest_name(column, r->names, r->name_count);
    if (near) apsis_hint(r->list, d, "did you mean %s? it has %s", near, all_names(r));
    else if (r->name_count == 1 && strpbrk(r->names[0], ";\t"))
        apsis_hint(r->list, d, "its first row has no commas: separate the columns by commas, not by %s", strchr(r->names[0], ';') ? "semicolons" : "tabs");
    else apsis_hint(r->list, d, "it has %s", all_names(r));
    return 0;
}

static int read_header(struct reader *r)
{
    size_t capacity = 0, numbers = 0;
    double value;
    while (*r->csv.at == '\n' || *r->csv.at == '\r') apsis_csv_next(&r->csv); /* empty lines above it */
    if (!apsis_csv_more(&r->csv)) {
        apsis_hint(r->list, apsis_error(r->list, r->request->span, "%s is empty", r->request->path), "its first row names the columns, the others hold their numbers");
        return 0;
    }
    do {
        apsis_csv_next(&r->csv);
        if (broken(r)) return 0;
        *APSIS_PUSH(r->arena, r->names, r->name_count, capacity) = apsis_arena_copy(r->arena, r->csv.field, r->csv.length);
        numbers += (size_t)number(r->csv.field, r->csv.length, &value);
    } while (!r->csv.ends_row);
    int named = 0; /* years may be names */
    for (size_t i = 0; i < r->name_count; i++) named |= r->request->columns[0] && !strcmp(r->names[i], r->request->columns[0]);
    if (numbers == r->name_count && !named) {
        apsis_hint(r->list, apsis_error(r->list, r->request->span, "%s begins with numbers: its first row must name the columns", r->request->path), "write a name over each column");
        return 0;
    }
    for (size_t which = 0; which < r->request->count; which++)
        if (!find_column(r, which)) return 0;
    return 1;
}

/* Rows without any text are passed over: empty lines, and what spreadsheets leave at the end. 0: stop. */
static int read_row(struct reader *r, struct apsis_data *data, size_t *capacity)
{
    double values[APSIS_DATA_COLUMNS] = {0};
    size_t fields = 0, line = r->csv.line, extra = 0;
    const char *row = r->csv.at + strspn(r->csv.at, ", \t");
    int empty = !*row || *row == '\n' || *row == '\r';
    do {
        apsis_csv_next(&r->csv);
        if (empty) continue;
        if (broken(r)) return 0;
        for (size_t which = 0; which < r->request->count; which++)
            if (fields == r->wanted[which]) values[which] = cell(r, (int)which, data->count);
        fields++;
        if (fields > r->name_count && r->csv.length) extra = fields;
    } while (!r->csv.ends_row);
    if (empty) return 1;
    if (extra || fields < r->name_count) {
        struct apsis_diagnostic *d = apsis_error(r->list, r->request->span, "%s:%zu: this row has %zu field%s, the first row %zu", r->request->path, line, extra ? extra : fields,
                                                 (extra ? extra : fields) == 1 ? "" : "s", r->name_count);
        apsis_hint(r->list, d, extra ? "a text with a comma in it stands in quotes; numbers are written without commas" : "an empty cell still has its comma; is the file whole?");
        return 0;
    }
    size_t had = *capacity;
    for (size_t which = 0; which < r->request->count; which++) {
        size_t count = data->count;
        *capacity = had;
        *APSIS_PUSH(r->arena, data->values[which], count, *capacity) = values[which];
    }
    data->count++;
    return 1;
}

static int read_rows(struct reader *r, struct apsis_data *data)
{
    size_t capacity = 0;
    if (!read_header(r)) return 0;
    while (apsis_csv_more(&r->csv))
        if (!read_row(r, data, &capacity)) return 0;
    if (r->first) {
        if (r->more) apsis_hint(r->list, r->first, "%s%s%zu more cell%s like it", r->first->hint ? r->first->hint : "", r->first->hint ? "; " : "", r->more, r->more == 1 ? "" : "s");
        return 0;
    }
    if (!data->count) apsis_error(r->list, r->request->span, "%s has no rows under its header", r->request->path);
    return data->count > 0;
}

/* ---------------------------------------------------------------- columns given by calls */
static int read_given(struct apsis_arena *arena, const struct apsis_data_request *request, struct apsis_diagnostics *list, struct apsis_given_file *file,
                      struct apsis_data *data)
{
    struct reader r = {.request = request, .arena = arena, .list = list, .name_count = file->column_count};
    r.names = APSIS_NEW_ARRAY(arena, const char *, file->column_count);
    for (size_t i = 0; i < file->column_count; i++) r.names[i] = file->columns[i].name;
    for (size_t which = 0; which < request->count; which++) {
        if (!find_column(&r, which)) return 0;
        data->values[which] = APSIS_NEW_ARRAY(arena, double, file->rows);
        memcpy(data->values[which], file->columns[r.wanted[which]].values, file->rows * sizeof(double));
    }
    data->count = file->rows;
    memcpy(data->sha256, apsis_given_sha256(file), sizeof data->sha256);
    if (!request->first_empty || data->values[1][0] == 0) return 1;
    apsis_hint(list, apsis_error(list, request->spans[1], "%s: the first value of column %s stands for the lowest edge of all: nothing lies below it", request->path, request->columns[1]),
               "make it 0");
    return 0;
}

int apsis_data_read(struct apsis_arena *arena, const struct apsis_data_request *request, struct apsis_diagnostics *list, struct apsis_data *data)
{
    const char *slash = strrchr(request->model, '/'), *why = NULL, *path = request->path;
    char *folder = slash ? apsis_arena_copy(arena, request->model, slash == request->model ? 1 : (size_t)(slash - request->model)) : apsis_arena_printf(arena, ".");
    *data = (struct apsis_data){0};
    struct apsis_given_file *given = request->sources ? apsis_given_find(request->sources, path) : NULL;
    if (given) return read_given(arena, request, list, given, data);
    if (!leads_down(path)) {
        apsis_hint(list, apsis_error(list, request->span, "%s is not under the model's own folder", path), "a model reads only files beside or below it");
        return 0;
    }
    char *whole = apsis_arena_printf(arena, "%s/%s", folder, path);
    size_t length = 0;
    char *text = read_all(arena, whole, &length, &why);
    if (text && !stays_inside(folder, whole)) {
        apsis_hint(list, apsis_error(list, request->span, "%s is not under the model's own folder", path), "a model reads only files beside or below it");
        apsis_block_free(text);
        return 0;
    }
    if (!text) {
        struct apsis_diagnostic *d = apsis_error(list, request->span, "%s cannot be read: %s", path, why);
        if (access(whole, F_OK)) apsis_hint(list, d, "a path begins at the folder of the model");
        return 0;
    }
    apsis_sha256(text, length, data->sha256);
    struct reader r = {.request = request, .arena = arena, .list = list};
    apsis_csv_begin(&r.csv, text);
    int good = read_rows(&r, data);
    apsis_csv_end(&r.csv);
    apsis_block_free(text);
    return good;
}
