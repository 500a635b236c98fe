/* json.h - JSON as Apsis prints it: doubles in their shortest exact form, short arrays on one line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_JSON_H
#define APSIS_HOST_JSON_H
#include <jansson.h>
#include <stdint.h>

#include "host/support/buffer.h"
#include "host/support/json_value.h"
#include "include/apsis.h"

/* Members in the order they were set; ends with a line end. */
void apsis_json_print(const json_t *json, struct apsis_buffer *out);
/* The same, and takes the reference; what was noted while it was built (host/support/json_value.h) is raised. */
void apsis_json_write(json_t *json, struct apsis_buffer *out);

json_t *apsis_json_u64(uint64_t value);      /* "1000000" */
json_t *apsis_json_double(double value);     /* null when not finite */
json_t *apsis_json_draw(uint64_t draw);      /* null when APSIS_NO_DRAW */

#endif
