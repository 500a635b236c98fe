/* block.c - memory that is not in an arena: blocks that know the escape they belong to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/block.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/support/escape.h"

#define HEAD 64u /* in front of each block, so that blocks keep an alignment of 64 where they have it */

/* Blocks of an open escape are in its list; others have no owner and are in none. */
struct apsis_block {
    struct apsis_block *next, **link;
    struct apsis_escape *owner; /* changed under the lock; a block without an owner never gets one again */
    void (*release)(void *block);
};
_Static_assert(sizeof(struct apsis_block) <= HEAD, "a head has room for what is known of a block");

/* One for all lists: a block may be freed by another thread than its escape's, while that hands it on. Allocations are few. */
static pthread_mutex_t lists = PTHREAD_MUTEX_INITIALIZER;

static struct apsis_block *head_of(void *block) { return (struct apsis_block *)((char *)block - HEAD); }
static void *block_of(struct apsis_block *head) { return (char *)head + HEAD; }

static void link_to(struct apsis_block *head, struct apsis_escape *owner)
{
    head->next = owner->blocks;
    head->link = &owner->blocks;
    if (head->next) head->next->link = &head->next;
    owner->blocks = head;
    __atomic_store_n(&head->owner, owner, __ATOMIC_RELAXED);
}

static void unlink_it(struct apsis_block *head)
{
    *head->link = head->next;
    if (head->next) head->next->link = head->link;
}

static void *begin(void *memory)
{
    struct apsis_block *head = memory;
    struct apsis_escape *owner = apsis_escape_current();
    if (!head) return NULL;
    head->owner = NULL;
    head->release = NULL;
    if (owner) {
        pthread_mutex_lock(&lists);
        link_to(head, owner);
        pthread_mutex_unlock(&lists);
    }
    return block_of(head);
}

void *apsis_malloc_or_null(size_t size) { return size > SIZE_MAX / 2 ? NULL : begin(malloc(HEAD + size)); }

void *apsis_malloc(size_t size)
{
    void *block = apsis_malloc_or_null(size);
    if (!block) apsis_out_of_memory(size);
    return block;
}

void *apsis_calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size) apsis_out_of_memory(SIZE_MAX);
    void *block = begin(calloc(1, HEAD + count * size));
    if (!block) apsis_out_of_memory(count * size);
    return block;
}

void *apsis_malloc_aligned(size_t size)
{
    if (size > SIZE_MAX / 2) apsis_out_of_memory(size);
    void *block = begin(aligned_alloc(HEAD, (HEAD + size + HEAD - 1) / HEAD * HEAD));
    if (!block) apsis_out_of_memory(size);
    return block;
}

void *apsis_realloc(void *block, size_t size)
{
    if (!block) return apsis_malloc(size);
    struct apsis_block *head = head_of(block);
    int owned = __atomic_load_n(&head->owner, __ATOMIC_RELAXED) != NULL;
    if (owned) pthread_mutex_lock(&lists);
    struct apsis_escape *owner = owned ? head->owner : NULL;
    if (owner) unlink_it(head);
    struct apsis_block *moved = size > SIZE_MAX / 2 ? NULL : realloc(head, HEAD + size);
    if (owner) link_to(moved ? moved : head, owner);
    if (owned) pthread_mutex_unlock(&lists);
    if (!moved) apsis_out_of_memory(size);
    return block_of(moved);
}

void *apsis_block_keep(void *block)
{
    struct apsis_block *head = head_of(block);
    if (__atomic_load_n(&head->owner, __ATOMIC_RELAXED)) {
        pthread_mutex_lock(&lists);
        if (head->owner) unlink_it(head);
        __atomic_store_n(&head->owner, NULL, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&lists);
    }
    return block;
}

void apsis_block_free(void *block)
{
    if (block) free(head_of(apsis_block_keep(block)));
}

void apsis_block_hold(void *block, void (*release)(void *block)) { head_of(block)->release = release; }

void apsis_blocks_hand_over(struct apsis_escape *from, struct apsis_escape *to)
{
    struct apsis_block *last = NULL;
    pthread_mutex_lock(&lists);
    for (struct apsis_block *head = from->blocks, *next; head; head = next) {
        next = head->next;
        __atomic_store_n(&head->owner, to, __ATOMIC_RELAXED);
        last = head;
    }
    if (to && last) { /* the whole list in front of the other's */
        last->next = to->blocks;
        if (last->next) last->next->link = &last->next;
        to->blocks = from->blocks;
        to->blocks->link = &to->blocks;
    }
    from->blocks = NULL;
    pthread_mutex_unlock(&lists);
}

void apsis_blocks_release(struct apsis_escape *escape)
{
    for (;;) {
        pthread_mutex_lock(&lists);
        struct apsis_block *head = escape->blocks;
        if (head) unlink_it(head);
        pthread_mutex_unlock(&lists);
        if (!head) return;
        head->owner = NULL;
        if (head->release) head->release(block_of(head));
        free(head);
    }
}
