/* guard.c - what surrounds every call from outside: floating-point mode, memory, and why the call failed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"
#include "host/support/escape.h"
#include "host/support/floating.h"

enum apsis_status apsis_guard(struct apsis_model *model, enum apsis_status (*work)(void *arguments), void *arguments)
{
    uint64_t mode = apsis_floating_set();
    if (model) {
        model->why[0] = 0;
        model->why_setting = NULL;
    }
    struct apsis_escape escape;
    volatile enum apsis_status status = APSIS_FAILURE;
    if (APSIS_ESCAPE_ENTER(&escape)) {
        status = work(arguments);
        apsis_escape_leave(&escape);
    } else if (model) {
        apsis_fail(model, APSIS_FAILURE, NULL, "out of memory: %zu bytes more were needed", escape.wanted);
    }
    apsis_floating_restore(mode);
    return status;
}

enum apsis_status apsis_fail(struct apsis_model *model, enum apsis_status status, const char *setting, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(model->why, sizeof model->why, format, list);
    va_end(list);
    model->why_setting = setting;
    return status;
}

enum apsis_status apsis_fail_model(struct apsis_model *model, enum apsis_status status)
{
    const struct apsis_diagnostics *list = &model->diagnostics;
    if (status == APSIS_OK) status = APSIS_MODEL_ERROR;
    for (size_t i = 0; list->errors == 1 && i < list->count; i++)
        if (list->items[i].severity == APSIS_ERROR && list->items[i].span.end == 0) { /* about no place in the text: that is the whole message */
            const char *hint = list->items[i].hint;
            return apsis_fail(model, status, NULL, "%s%s%s", list->items[i].message, hint ? ": " : "", hint ? hint : "");
        }
    return apsis_fail(model, status, NULL, "%s: %zu error%s", apsis_model_name(model), list->errors, list->errors == 1 ? "" : "s");
}

void apsis_messages_begin(struct apsis_model *model)
{
    struct apsis_diagnostics *list = &model->diagnostics;
    if (list->count > model->told) list->count = model->told;
    list->errors = model->told_errors;
    list->dropped = 0;
    model->messages = NULL;
}

enum apsis_status apsis_hand_out(struct apsis_buffer *buffer, char **text)
{
    apsis_buffer_text(buffer, ""); /* also nothing is a text */
    *text = malloc(buffer->length + 1);
    if (*text) memcpy(*text, buffer->text, buffer->length + 1);
    apsis_buffer_free(buffer);
    return *text ? APSIS_OK : APSIS_FAILURE;
}

void apsis_free(char *text) { free(text); }

const char *apsis_status_text(enum apsis_status status)
{
    switch (status) {
    case APSIS_OK: return "ok";
    case APSIS_FAILURE: return "failure";
    case APSIS_USAGE: return "usage";
    case APSIS_MODEL_ERROR: return "model error";
    case APSIS_INCOMPLETE: return "incomplete";
    case APSIS_INTERRUPTED: return "interrupted";
    }
    return "unknown status";
}
