/* csv.c - fields of a CSV text, one after another, each with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/csv.h"
#include "host/support/arena.h"

void apsis_csv_begin(struct apsis_csv *csv, const char *text)
{
    *csv = (struct apsis_csv){.at = text, .line = 1};
    if (!strncmp(text, "\xef\xbb\xbf", 3)) csv->at += 3;
    csv->line_start = csv->at;
}

int apsis_csv_more(const struct apsis_csv *csv) { return *csv->at != 0; }

void apsis_csv_end(struct apsis_csv *csv)
{
    apsis_block_free(csv->field);
    csv->field = NULL;
}

static void put(struct apsis_csv *csv, char c)
{
    if (csv->length + 1 >= csv->capacity) {
        csv->capacity = csv->capacity ? csv->capacity * 2 : 64;
        csv->field = apsis_realloc(csv->field, csv->capacity);
    }
    csv->field[csv->length++] = c;
}

/* Past one line end, if there is one. */
static int line_end(struct apsis_csv *csv)
{
    if (*csv->at != '\n' && *csv->at != '\r') return 0;
    csv->at += csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 1;
    csv->line++;
    csv->line_start = csv->at;
    return 1;
}

static size_t characters(const char *from, const char *to)
{
    size_t count = 0;
    for (; from < to; from++) count += ((unsigned char)*from & 0xc0) != 0x80;
    return count;
}

/* field: quoted "..." with "" for a quote, or everything up to a comma or line end. */
void apsis_csv_next(struct apsis_csv *csv)
{
    csv->length = 0;
    csv->broken = NULL;
    while (*csv->at == ' ' || *csv->at == '\t') csv->at++;
    csv->field_line = csv->line;
    csv->field_column = characters(csv->line_start, csv->at) + 1;
    csv->quoted = *csv->at == '"';
    if (csv->quoted) {
        csv->at++;
        while (*csv->at && (*csv->at != '"' || csv->at[1] == '"')) {
            const char *begin = csv->at;
            if (line_end(csv)) {
                for (; begin < csv->at; begin++) put(csv, *begin);
                continue;
            }
            csv->at += *csv->at == '"' ? 2 : 1;
            put(csv, *begin);
        }
        if (*csv->at != '"') csv->broken = "the quote that begins here does not end";
        else csv->at++;
        while (*csv->at == ' ' || *csv->at == '\t') csv->at++;
        if (*csv->at && *csv->at != ',' && *csv->at != '\n' && *csv->at != '\r') csv->broken = "text follows the closing quote; a quote within quotes is written \"\"";
    } else {
        while (*csv->at && *csv->at != ',' && *csv->at != '\n' && *csv->at != '\r') put(csv, *csv->at++);
        while (csv->length && (csv->field[csv->length - 1] == ' ' || csv->field[csv->length - 1] == '\t')) csv->length--;
    }
    put(csv, 0);
    csv->length--;
    csv->ends_row = *csv->at != ',';
    if (!csv->ends_row) csv->at++;
    else line_end(csv);
}
