/* data_given.c - columns of numbers that calls give under the name of a file, and the fingerprint of the file that they would be. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/data_file.h"
#include "host/support/number.h"
#include "host/support/sha256.h"

struct apsis_given_file *apsis_given_find(const struct apsis_sources *sources, const char *name)
{
    for (size_t i = 0; i < sources->file_count; i++)
        if (!strcmp(sources->files[i].name, name)) return &sources->files[i];
    return NULL;
}

void apsis_given_add(struct apsis_sources *sources, const char *name, const char *column, const double *values, size_t count)
{
    struct apsis_given_file *file = apsis_given_find(sources, name);
    if (!file) {
        file = APSIS_PUSH(sources->arena, sources->files, sources->file_count, sources->file_capacity);
        file->name = apsis_arena_copy(sources->arena, name, strlen(name));
        file->rows = count;
    }
    double *copy = APSIS_NEW_ARRAY(sources->arena, double, count);
    memcpy(copy, values, count * sizeof *copy);
    *APSIS_PUSH(sources->arena, file->columns, file->column_count, file->column_capacity) =
        (struct apsis_given_column){apsis_arena_copy(sources->arena, column, strlen(column)), copy};
    file->hashed = 0;
}

static void add_name(struct apsis_sha256 *hash, const char *name)
{
    if (!strpbrk(name, ",\" ")) {
        apsis_sha256_update(hash, name, strlen(name));
        return;
    }
    apsis_sha256_update(hash, "\"", 1);
    for (; *name; name++) apsis_sha256_update(hash, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    apsis_sha256_update(hash, "\"", 1);
}

const uint8_t *apsis_given_sha256(struct apsis_given_file *file)
{
    struct apsis_sha256 hash;
    if (file->hashed) return file->sha256;
    apsis_sha256_init(&hash);
    for (size_t c = 0; c < file->column_count; c++) {
        if (c) apsis_sha256_update(&hash, ",", 1);
        add_name(&hash, file->columns[c].name);
    }
    apsis_sha256_update(&hash, "\n", 1);
    for (size_t i = 0; i < file->rows; i++) {
        for (size_t c = 0; c < file->column_count; c++) {
            char number[APSIS_NUMBER_SIZE], *end = apsis_number_put(number, file->columns[c].values[i]);
            if (c) apsis_sha256_update(&hash, ",", 1);
            apsis_sha256_update(&hash, number, (size_t)(end - number));
        }
        apsis_sha256_update(&hash, "\n", 1);
    }
    apsis_sha256_final(&hash, file->sha256);
    file->hashed = 1;
    return file->sha256;
}
