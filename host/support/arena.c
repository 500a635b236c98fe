/* arena.c - memory that lives and dies together: one arena for each compiled model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/block.h"
#include "host/support/escape.h"

#define ALIGNMENT 64u
#define FIRST_CHUNK ((size_t)64 << 10)

struct chunk {
    struct chunk *next;
    size_t used, size; /* of the bytes behind the header, which starts at the next multiple of ALIGNMENT */
};

struct apsis_arena {
    struct chunk *chunks;
    size_t next_size;
};

static void free_chunks(void *block)
{
    struct apsis_arena *arena = block;
    for (struct chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
}

struct apsis_arena *apsis_arena_new(void)
{
    struct apsis_arena *arena = apsis_calloc(1, sizeof *arena);
    arena->next_size = FIRST_CHUNK;
    apsis_block_hold(arena, free_chunks);
    return arena;
}

void apsis_arena_free(struct apsis_arena *arena)
{
    if (!arena) return;
    free_chunks(arena);
    apsis_block_free(arena);
}

void apsis_arena_clear(struct apsis_arena *arena)
{
    struct chunk **link = &arena->chunks, *largest = arena->chunks;
    for (struct chunk *c = arena->chunks; c; c = c->next)
        if (c->size > largest->size) largest = c;
    while (*link) {
        struct chunk *c = *link;
        if (c == largest) {
            link = &c->next;
        } else {
            *link = c->next;
            free(c);
        }
    }
    if (largest) largest->used = 0;
}

void *apsis_arena_alloc(struct apsis_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4) apsis_out_of_memory(size);
    size_t align = size < ALIGNMENT ? 16 : ALIGNMENT; /* small things (syntax nodes) side by side, arrays on a cache line */
    size = (size + align - 1) / align * align;
    if (arena->chunks) arena->chunks->used = (arena->chunks->used + align - 1) / align * align;
    if (!arena->chunks || arena->chunks->used > arena->chunks->size || arena->chunks->size - arena->chunks->used < size) {
        size_t room = size > arena->next_size ? size : arena->next_size;
        struct chunk *c = aligned_alloc(ALIGNMENT, ALIGNMENT + room);
        if (!c) apsis_out_of_memory(room);
        c->next = arena->chunks;
        c->used = 0;
        c->size = room;
        arena->chunks = c;
        if (arena->next_size < ((size_t)4 << 20)) arena->next_size *= 2;
    }
    void *block = (char *)arena->chunks + ALIGNMENT + arena->chunks->used;
    arena->chunks->used += size;
    return memset(block, 0, size);
}

void *apsis_arena_array(struct apsis_arena *arena, size_t size, size_t count)
{
    if (size && count > SIZE_MAX / 4 / size) apsis_out_of_memory(SIZE_MAX);
    return apsis_arena_alloc(arena, size * count);
}

char *apsis_arena_copy(struct apsis_arena *arena, const char *bytes, size_t length)
{
    char *copy = apsis_arena_alloc(arena, length + 1);
    memcpy(copy, bytes, length);
    return copy;
}

char *apsis_arena_vprintf(struct apsis_arena *arena, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    char *text = apsis_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *apsis_arena_printf(struct apsis_arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = apsis_arena_vprintf(arena, format, list);
    va_end(list);
    return text;
}

void *apsis_arena_push(struct apsis_arena *arena, void *items_pointer, size_t *count, size_t *capacity, size_t size)
{
    void **items = items_pointer;
    if (*count == *capacity) {
        size_t wider = *capacity ? *capacity * 2 : 8;
        void *moved = apsis_arena_array(arena, size, wider);
        if (*count) memcpy(moved, *items, *count * size);
        *items = moved;
        *capacity = wider;
    }
    return memset((char *)*items + (*count)++ * size, 0, size);
}
