/* json_value.c - JSON values that are built: what there is no memory for is noticed, never left out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/json_value.h"

#include <stdlib.h>
#include <string.h>

#include "host/support/escape.h"

void apsis_json_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value)) apsis_escape_later();
}

void apsis_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value)) apsis_escape_later();
}

json_t *apsis_json_text(const char *text)
{
    if (!text) return json_null();
    json_t *value = json_string(text);
    if (value) return value;
    size_t length = strlen(text);
    char *plain = malloc(length + 1); /* not apsis_malloc: see above */
    if (!plain) return NULL;
    for (size_t i = 0; i <= length; i++) plain[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
    value = json_string(plain);
    free(plain);
    return value;
}

void apsis_cleanup_json(void *json) { json_decref(json); }
