/* data_file.h - columns of numbers from CSV files that a model names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DATA_FILE_H
#define APSIS_HOST_DATA_FILE_H
#include "host/language/diagnostic.h"

#define APSIS_DATA_COLUMNS 2

struct apsis_data_request {
    const char *model;           /* the model's own path or "-": the file must lie under its folder */
    const char *path;
    struct apsis_sources *sources; /* whose columns given by calls come before files; or NULL */
    struct apsis_span span;      /* of the path in the model */
    size_t count;                /* of columns wanted */
    const char *columns[APSIS_DATA_COLUMNS]; /* columns[0] NULL: the only one of the file */
    struct apsis_span spans[APSIS_DATA_COLUMNS];
    int first_empty;             /* the first row of columns[1] must be empty or 0 (it is read as 0) */
};

struct apsis_data {
    double *values[APSIS_DATA_COLUMNS];
    size_t count;       /* of rows */
    uint8_t sha256[32]; /* of the file */
};

/* The columns that calls gave under the name of a file, or NULL. */
struct apsis_given_file *apsis_given_find(const struct apsis_sources *sources, const char *name);
/* Gives it one more column, which is copied. */
void apsis_given_add(struct apsis_sources *sources, const char *file, const char *column, const double *values, size_t count);
/* SHA-256 of the text of a CSV file with the same columns: a row of their names, in quotes ("" for a quote) where a comma, a quote or a blank is
   in them; then the rows, numbers as apsis_number_put writes them; commas between, every row ended by one line feed. */
const uint8_t *apsis_given_sha256(struct apsis_given_file *file);

/* Reads the columns of a CSV file with a header row. 1, or 0 with errors at the request's spans. */
int apsis_data_read(struct apsis_arena *arena, const struct apsis_data_request *request, struct apsis_diagnostics *list, struct apsis_data *data);

#endif
