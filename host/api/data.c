/* data.c - columns of numbers as data of a model: under the name of a file, or of an input of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/api/build.h"
#include "host/language/data_file.h"

struct column {
    struct apsis_model *model;
    const char *file, *name;
    const double *values;
    size_t count;
};

static enum apsis_status add_column(void *arguments)
{
    const struct column *c = arguments;
    struct apsis_model *model = c->model;
    apsis_build_begin(model);
    if (apsis_build_quotable(model, "apsis_data", "", "file", c->file) || apsis_build_quotable(model, "apsis_data", c->file, "column", c->name)) return APSIS_USAGE;
    if (!*c->file) return apsis_build_refuse(model, "apsis_data: the file is empty: a name such as \"returns.csv\" is expected");
    if (!*c->name || *c->name == ' ' || c->name[strlen(c->name) - 1] == ' ')
        return apsis_build_refuse(model, "apsis_data: %s: the column \"%s\" %s", c->file, c->name, *c->name ? "has blanks at its ends" : "is empty");
    if (!c->values) return apsis_build_refuse(model, "apsis_data: %s, %s: values is NULL", c->file, c->name);
    if (!c->count) return apsis_build_refuse(model, "apsis_data: %s, %s: there are no values", c->file, c->name);
    for (size_t i = 0; i < c->count; i++)
        if (!isfinite(c->values[i])) return apsis_build_refuse(model, "apsis_data: %s, %s: values[%zu] is %s", c->file, c->name, i, isnan(c->values[i]) ? "NaN" : "infinite");
    const struct apsis_given_file *file = apsis_given_find(&model->sources, c->file);
    for (size_t i = 0; file && i < file->column_count; i++)
        if (!strcmp(file->columns[i].name, c->name)) return apsis_build_refuse(model, "apsis_data: %s has a column %s already", c->file, c->name);
    if (file && file->rows != c->count)
        return apsis_build_refuse(model, "apsis_data: %s, %s: %zu values, and its column %s has %zu: the columns of one file are equally long", c->file, c->name, c->count,
                                  file->columns[0].name, file->rows);
    apsis_given_add(&model->sources, c->file, c->name, c->values, c->count);
    return APSIS_OK;
}

enum apsis_status apsis_data(struct apsis_model *model, const char *file, const char *column, const double *values, size_t count)
{
    struct column c = {model, file, column, values, count};
    return model ? apsis_build_guard(model, add_column, &c) : APSIS_USAGE;
}

/* "launch_cadence.data.csv"; "noise_t_2.data.csv" where that was given already: letters, digits and _ of the name. */
const char *apsis_build_column(struct apsis_model *model, const char *name, const double *values, size_t count)
{
    char *plain = apsis_arena_copy(model->arena, name, strlen(name)), *out = plain;
    for (const char *c = name; *c; c++) {
        int letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_';
        if (letter) *out++ = *c;
        else if (*c == '[' || *c == ',' || *c == '.' || *c == '-') *out++ = '_';
    }
    *out = 0;
    const char *file = apsis_arena_printf(model->arena, "%s.data.csv", plain);
    for (int i = 2; apsis_given_find(&model->sources, file); i++) file = apsis_arena_printf(model->arena, "%s_%d.data.csv", plain, i);
    apsis_given_add(&model->sources, file, plain, values, count);
    return file;
}
