/* data_file.h - columns of numbers from CSV files that a model names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DATA_FILE_H
#define APSIS_HOST_DATA_FILE_H
#include "host/language/diagnostic.h"

#define APSIS_DATA_COLUMNS 2

struct apsis_data_request {
    const char *model;           /* the model's own path or "-": the file must lie under its folder */
    const char *path;
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

/* Reads the columns of a CSV file with a header row. 1, or 0 with errors at the request's spans. */
int apsis_data_read(struct apsis_arena *arena, const struct apsis_data_request *request, struct apsis_diagnostics *list, struct apsis_data *data);

#endif
