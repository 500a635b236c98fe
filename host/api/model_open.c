/* model_open.c - a model from a file or a text, and what is wrong with it as data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/api/api.h"

struct opening {
    const char *name, *text;
    size_t length;
    struct apsis_model *model;
};

/* What was said while reading stays; what checks say later comes and goes behind it. */
static enum apsis_status keep_messages(struct apsis_model *model)
{
    model->told = model->diagnostics.count;
    model->told_errors = model->diagnostics.errors;
    return model->status ? apsis_fail_model(model, model->status) : APSIS_OK;
}

static enum apsis_status open_file(void *arguments)
{
    struct opening *opening = arguments;
    opening->model = apsis_model_read(opening->name);
    return keep_messages(opening->model);
}

static enum apsis_status open_text(void *arguments)
{
    struct opening *opening = arguments;
    opening->model = apsis_model_parse(opening->name, opening->text, opening->length);
    return keep_messages(opening->model);
}

struct apsis_model *apsis_model_open(const char *path)
{
    struct opening opening = {.name = path ? path : ""};
    apsis_guard(NULL, open_file, &opening);
    return opening.model;
}

struct apsis_model *apsis_model_from_text(const char *name, const char *text, size_t length)
{
    struct opening opening = {.name = name ? name : "model", .text = text ? text : "", .length = text ? length : 0};
    apsis_guard(NULL, open_text, &opening);
    return opening.model;
}

const char *apsis_why(const struct apsis_model *model) { return model ? model->why : "out of memory"; }
const char *apsis_why_setting(const struct apsis_model *model) { return model ? model->why_setting : NULL; }
enum apsis_status apsis_model_status(const struct apsis_model *model) { return model ? model->status : APSIS_FAILURE; }

/* In order of place, each once: made when asked for, anew when there are others. */
static enum apsis_status list_messages(void *arguments)
{
    struct apsis_model *model = arguments;
    struct apsis_messages *list = APSIS_NEW(model->arena, struct apsis_messages);
    const struct apsis_diagnostic **sorted = apsis_diagnostics_sorted(model->arena, &model->diagnostics, &list->count);
    list->of_count = model->diagnostics.count;
    list->items = APSIS_NEW_ARRAY(model->arena, struct apsis_message, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        const struct apsis_diagnostic *d = sorted[i];
        struct apsis_message *message = &list->items[i];
        *message = (struct apsis_message){.severity = d->severity, .text = d->message, .hint = d->hint, .lint = d->lint};
        if (d->span.end == 0 || d->span.source >= model->sources.count) continue;
        struct apsis_span span = d->span;
        struct apsis_source source = apsis_source_shown(&model->sources, &span);
        struct apsis_place from = apsis_source_place(&source, span.begin), to = apsis_source_place(&source, span.end);
        message->file = source.name;
        message->begin = span.begin, message->end = span.end;
        message->line = from.line, message->column = from.column;
        message->end_line = to.line, message->end_column = to.column;
    }
    model->messages = list;
    return APSIS_OK;
}

static const struct apsis_messages *messages_of(const struct apsis_model *model)
{
    static const struct apsis_messages none;
    if (!model) return &none;
    if (!model->messages || model->messages->of_count != model->diagnostics.count) apsis_guard(NULL, list_messages, (void *)model);
    return model->messages ? model->messages : &none;
}

size_t apsis_message_count(const struct apsis_model *model) { return messages_of(model)->count; }

const struct apsis_message *apsis_message_at(const struct apsis_model *model, size_t number)
{
    const struct apsis_messages *list = messages_of(model);
    return number < list->count ? &list->items[number] : NULL;
}

struct printing {
    const struct apsis_model *model;
    const char *format;
    char *text;
};

static enum apsis_status print_messages(void *arguments)
{
    struct printing *printing = arguments;
    struct apsis_buffer out = {0};
    apsis_diagnostics_print(&printing->model->diagnostics, &printing->model->sources, printing->format, &out);
    return apsis_hand_out(&out, &printing->text);
}

char *apsis_messages_text(const struct apsis_model *model, const char *format)
{
    struct printing printing = {.model = model, .format = format ? format : "text"};
    if (model) apsis_guard(NULL, print_messages, &printing);
    return printing.text;
}
