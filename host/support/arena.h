/* arena.h - memory that lives and dies together: one arena for each compiled model. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_ARENA_H
#define APSIS_HOST_ARENA_H
#include <stdarg.h>
#include <stddef.h>

#include "host/support/block.h"

struct apsis_arena;

/* A new, empty arena; apsis_arena_free(NULL) is fine. It belongs to the escape that it was made in, as a block does. */
struct apsis_arena *apsis_arena_new(void);
void apsis_arena_free(struct apsis_arena *arena);
/* All that was allocated is gone; the largest piece of memory stays, for what comes next. */
void apsis_arena_clear(struct apsis_arena *arena);

/* `size` zeroed bytes, aligned to 64 (to 16 below 64 bytes); never NULL (see host/support/escape.h). Freed with the arena only. */
void *apsis_arena_alloc(struct apsis_arena *arena, size_t size);
#define APSIS_NEW(arena, type) ((type *)apsis_arena_alloc((arena), sizeof(type)))
#define APSIS_NEW_ARRAY(arena, type, count) ((type *)apsis_arena_array((arena), sizeof(type), (count)))
void *apsis_arena_array(struct apsis_arena *arena, size_t size, size_t count);

/* A zero-terminated copy of `length` bytes. */
char *apsis_arena_copy(struct apsis_arena *arena, const char *bytes, size_t length);
/* printf into the arena. Only for texts that no result depends on. */
char *apsis_arena_printf(struct apsis_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
char *apsis_arena_vprintf(struct apsis_arena *arena, const char *format, va_list list) __attribute__((format(printf, 2, 0), nonnull(2)));

/* Grow-able array: room for one more element of `size` bytes behind `*items`, whose `*count` are in use.
   `*capacity` is kept here. Old contents are copied; the old block stays in the arena. Returns the new element, zeroed. */
void *apsis_arena_push(struct apsis_arena *arena, void *items_pointer, size_t *count, size_t *capacity, size_t size);
#define APSIS_PUSH(arena, items, count, capacity) \
    (apsis_arena_push((arena), &(items), &(count), &(capacity), sizeof *(items)), &(items)[(count) - 1])

#endif
