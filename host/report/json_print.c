/* json_print.c - writes a JSON value: order kept, doubles in the shortest text that reads back the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/json.h"
#include "host/support/escape.h"
#include "host/support/number.h"

static int is_flat(const json_t *json)
{
    if (json_is_array(json)) {
        for (size_t i = 0; i < json_array_size(json); i++) {
            const json_t *item = json_array_get(json, i);
            if (json_is_array(item) || json_is_object(item)) return 0;
        }
        return 1;
    }
    const char *key;
    json_t *value;
    if (json_object_size(json) > 6) return 0;
    json_object_foreach((json_t *)json, key, value)
        if (json_is_array(value) || json_is_object(value)) return 0;
    return 1;
}

static void put_text(const char *text, struct apsis_buffer *out)
{
    apsis_buffer_text(out, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == '"' || *at == '\\') apsis_buffer_printf(out, "\\%c", *at);
        else if (*at == '\n') apsis_buffer_text(out, "\\n");
        else if (*at == '\t') apsis_buffer_text(out, "\\t");
        else if (*at == '\r') apsis_buffer_text(out, "\\r");
        else if (*at < 0x20 || *at == 0x7f) apsis_buffer_printf(out, "\\u%04x", *at);
        else apsis_buffer_add(out, (const char *)at, 1);
    }
    apsis_buffer_text(out, "\"");
}

static void put_break(struct apsis_buffer *out, int flat, size_t depth)
{
    if (flat) return;
    apsis_buffer_text(out, "\n");
    apsis_buffer_repeat(out, ' ', 2 * depth);
}

static void put(const json_t *json, size_t depth, struct apsis_buffer *out)
{
    char number[APSIS_NUMBER_SIZE];
    switch (json_typeof(json)) {
    case JSON_OBJECT: {
        int flat = is_flat(json), first = 1;
        const char *key;
        json_t *value;
        apsis_buffer_text(out, "{");
        json_object_foreach((json_t *)json, key, value) {
            if (!first) apsis_buffer_text(out, flat ? ", " : ",");
            first = 0;
            put_break(out, flat, depth + 1);
            put_text(key, out);
            apsis_buffer_text(out, ": ");
            put(value, depth + 1, out);
        }
        if (!first) put_break(out, flat, depth);
        apsis_buffer_text(out, "}");
        break;
    }
    case JSON_ARRAY: {
        int flat = is_flat(json);
        size_t count = json_array_size(json);
        apsis_buffer_text(out, "[");
        for (size_t i = 0; i < count; i++) {
            if (i) apsis_buffer_text(out, flat ? ", " : ",");
            put_break(out, flat, depth + 1);
            put(json_array_get(json, i), depth + 1, out);
        }
        if (count) put_break(out, flat, depth);
        apsis_buffer_text(out, "]");
        break;
    }
    case JSON_STRING: put_text(json_string_value(json), out); break;
    case JSON_INTEGER: apsis_buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json)); break;
    case JSON_REAL: {
        apsis_number_print(number, json_real_value(json));
        apsis_buffer_text(out, number);
        if (!number[strcspn(number, ".en")]) apsis_buffer_text(out, ".0"); /* stays a real for readers that tell them apart */
        break;
    }
    case JSON_TRUE: apsis_buffer_text(out, "true"); break;
    case JSON_FALSE: apsis_buffer_text(out, "false"); break;
    case JSON_NULL: apsis_buffer_text(out, "null"); break;
    }
}

void apsis_json_print(const json_t *json, struct apsis_buffer *out)
{
    put(json, 0, out);
    apsis_buffer_text(out, "\n");
}

void apsis_json_write(json_t *json, struct apsis_buffer *out)
{
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_json, json);
    if (!json) apsis_out_of_memory(0);
    apsis_escape_due();
    apsis_json_print(json, out);
    apsis_escape_drop(&cleanup);
    json_decref(json);
}

json_t *apsis_json_u64(uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return apsis_json_text(text);
}

json_t *apsis_json_double(double value) { return isfinite(value) ? json_real(value) : json_null(); }
json_t *apsis_json_draw(uint64_t draw) { return draw == APSIS_NO_DRAW ? json_null() : apsis_json_u64(draw); }
