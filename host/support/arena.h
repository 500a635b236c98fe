/* arena.h - memory that lives and dies together: one arena for each compiled model. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_ARENA_H
#define APSIS_HOST_ARENA_H
#include <stddef.h>

struct apsis_arena;

/* A new, empty arena; apsis_arena_free(NULL) is fine. */
struct apsis_arena *apsis_arena_new(void);
void apsis_arena_free(struct apsis_arena *arena);

/* `size` zeroed bytes, aligned to 64 (to 16 below 64 bytes); never NULL (see apsis_out_of_memory). Freed with the arena only. */
void *apsis_arena_alloc(struct apsis_arena *arena, size_t size);
#define APSIS_NEW(arena, type) ((type *)apsis_arena_alloc((arena), sizeof(type)))
#define APSIS_NEW_ARRAY(arena, type, count) ((type *)apsis_arena_array((arena), sizeof(type), (count)))
void *apsis_arena_array(struct apsis_arena *arena, size_t size, size_t count);

/* A zero-terminated copy of `length` bytes. */
char *apsis_arena_copy(struct apsis_arena *arena, const char *bytes, size_t length);
/* printf into the arena. Only for texts that no result depends on. */
char *apsis_arena_printf(struct apsis_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));

/* Grow-able array: room for one more element of `size` bytes behind `*items`, whose `*count` are in use.
   `*capacity` is kept here. Old contents are copied; the old block stays in the arena. Returns the new element, zeroed. */
void *apsis_arena_push(struct apsis_arena *arena, void *items_pointer, size_t *count, size_t *capacity, size_t size);
#define APSIS_PUSH(arena, items, count, capacity) \
    (apsis_arena_push((arena), &(items), &(count), &(capacity), sizeof *(items)), &(items)[(count) - 1])

/* Memory that is not in an arena: as malloc, calloc and realloc, but never NULL for a size above 0. Freed with free(). */
void *apsis_malloc(size_t size);
void *apsis_calloc(size_t count, size_t size);
void *apsis_realloc(void *block, size_t size);

/* The one place where memory runs out: says so on stderr and ends the process with APSIS_FAILURE. */
_Noreturn void apsis_out_of_memory(size_t wanted);

#endif
