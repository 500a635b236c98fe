/* data_file.h - columns of numbers from CSV files that a model names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DATA_FILE_H
#define APSIS_HOST_DATA_FILE_H
#include "host/language/diagnostic.h"

/* Reads one column of the CSV file `path`, which must lie under the folder of the model (`model`: the model's own path or "-").
   `column` NULL: the only one. 1 with the numbers and the file's SHA-256, or 0 with an error at `span`. */
int apsis_data_column(struct apsis_arena *arena, const char *model, const char *path, const char *column, struct apsis_span span,
                      struct apsis_diagnostics *list, double **values, size_t *count, uint8_t sha256[32]);

#endif
