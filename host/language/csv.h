/* csv.h - fields of a CSV text, one after another, each with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CSV_H
#define APSIS_HOST_CSV_H
#include <stddef.h>

/* RFC 4180 with what is met in practice: rows end in LF, CRLF or CR, the last one in nothing; blanks around a field do not count; a byte
   order mark at the beginning is passed over. */
struct apsis_csv {
    const char *at, *line_start;
    size_t line;          /* of `at`, from 1 */
    char *field;          /* the field read last, unquoted, zero-terminated; freed by apsis_csv_end */
    size_t length, capacity;
    size_t field_line, field_column; /* where it begins; the column counts characters from 1 */
    int quoted, ends_row;
    const char *broken;   /* NULL, or what is wrong with the quotes of that field */
};

void apsis_csv_begin(struct apsis_csv *csv, const char *text); /* `text` ends with a zero, and lives as long */
int apsis_csv_more(const struct apsis_csv *csv);               /* 0 at the end of the text */
void apsis_csv_next(struct apsis_csv *csv);
void apsis_csv_end(struct apsis_csv *csv);

#endif
