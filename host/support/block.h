/* block.h - memory that is not in an arena: blocks that know the escape they belong to. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_BLOCK_H
#define APSIS_HOST_BLOCK_H
#include <stddef.h>

struct apsis_escape;

/* As malloc, calloc and realloc, but never NULL (host/support/escape.h says what happens instead), and freed with apsis_block_free, by any
   thread. A block that apsis_realloc moves stays with the escape that it belongs to. */
void *apsis_malloc(size_t size);
void *apsis_calloc(size_t count, size_t size);
void *apsis_realloc(void *block, size_t size);
/* Aligned to 64 bytes; not for apsis_realloc. */
void *apsis_malloc_aligned(size_t size);
/* NULL where there is no memory: for what can be done without. */
void *apsis_malloc_or_null(size_t size);
void apsis_block_free(void *block); /* NULL is fine */

/* What an escape does with this block before it frees it: give back what hangs on it. */
void apsis_block_hold(void *block, void (*release)(void *block));

/* Takes a block (or an arena) out of the escape it belongs to: for what an object owns that was made before and outlives it. */
void *apsis_block_keep(void *block);

/* Of escape.c. */
void apsis_blocks_hand_over(struct apsis_escape *from, struct apsis_escape *to);
void apsis_blocks_release(struct apsis_escape *escape);

#endif
