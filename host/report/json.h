/* json.h - JSON as Apsis prints it: doubles in their shortest exact form, short arrays on one line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_JSON_H
#define APSIS_HOST_JSON_H
#include <jansson.h>

#include "host/support/buffer.h"
#include "host/support/json_value.h"

/* Members in the order they were set; ends with a line end. */
void apsis_json_print(const json_t *json, struct apsis_buffer *out);
/* The same, and takes the reference; what was noted while it was built (host/support/json_value.h) is raised. */
void apsis_json_write(json_t *json, struct apsis_buffer *out);

#endif
