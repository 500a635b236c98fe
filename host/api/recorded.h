/* recorded.h - what a record holds, for those who run it again or explain it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_RECORDED_H
#define APSIS_HOST_RECORDED_H
#include <jansson.h>

#include "host/api/api.h"

struct apsis_recorded {
    struct apsis_arena *arena;
    const json_t *record;
    const char *name;          /* the record's file, for messages */
    const char *why;           /* in the arena, or NULL */
    struct apsis_model *model; /* of the record, to be freed by the caller; also after a failure, where there is one */
};
/* Reads model and settings (over `given`, in the arena or the record), and holds data files against their fingerprints. */
enum apsis_status apsis_recorded_read(struct apsis_recorded *recorded, const struct apsis_settings *given, struct apsis_settings *settings);
const char *apsis_recorded_text(const json_t *object, const char *key); /* "" where there is none */
int apsis_recorded_number(const json_t *object, const char *key, uint64_t *value);

#endif
