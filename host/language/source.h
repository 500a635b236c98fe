/* source.h - the texts of a model (the file, each --set) and places in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SOURCE_H
#define APSIS_HOST_SOURCE_H
#include <stddef.h>
#include <stdint.h>

#include "host/support/arena.h"
#include "include/apsis.h"

/* Bytes begin..end-1 of text number `source`. Lines and columns are worked out when printed. */
struct apsis_span {
    uint32_t source, begin, end;
};

struct apsis_source {
    const char *name; /* as the user gave it: "model.risk", "-", "--set" */
    const char *text; /* zero-terminated, valid UTF-8, owned by the arena */
    size_t length;
};

/* All texts of one model, in the order they were added. */
struct apsis_sources {
    struct apsis_arena *arena;
    struct apsis_source *items;
    size_t count, capacity;
};

#endif
