/* json_value.h - JSON values that are built: what there is no memory for is noticed, never left out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_JSON_VALUE_H
#define APSIS_HOST_JSON_VALUE_H
#include <jansson.h>

/*
 * Jansson answers NULL where memory runs out, and takes NULL for a value by doing nothing. Values are built through these, which note
 * it (apsis_escape_later) and go on, so that no half-built tree is left in the frames of a jump; who has the whole raises it:
 * apsis_json_write (host/report/json.h), or at the latest apsis_escape_leave.
 */

/* Both take the reference. */
void apsis_json_set(json_t *object, const char *key, json_t *value);
void apsis_json_append(json_t *array, json_t *value);

/* A text, null for NULL; bytes above 127 of one that is not UTF-8 (a file's name) are "?". */
json_t *apsis_json_text(const char *text);

/* For apsis_escape_defer: gives up a reference. */
void apsis_cleanup_json(void *json);

#endif
