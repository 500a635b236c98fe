/* escape.c - the way out when memory runs out in the depth: back to whoever opened an escape, and nothing is left behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/support/block.h"
#include "host/support/floating.h"
#include "include/apsis.h"

static _Thread_local struct apsis_escape *current;

struct apsis_escape *apsis_escape_current(void) { return current; }

static jmp_buf *enter(struct apsis_escape *escape, struct apsis_escape *heir, int is_part)
{
    escape->outer = current;
    escape->heir = heir;
    escape->is_part = is_part;
    escape->blocks = NULL;
    escape->cleanups = NULL;
    escape->wanted = 0;
    escape->later = 0;
    escape->floating = apsis_floating_set();
    apsis_floating_restore(escape->floating);
    current = escape;
    return &escape->where;
}

jmp_buf *apsis_escape_open(struct apsis_escape *escape) { return enter(escape, current, 0); }

void apsis_escape_leave(struct apsis_escape *escape)
{
    apsis_escape_due();
    current = escape->outer;
    if (escape->blocks) apsis_blocks_hand_over(escape, escape->heir);
}

void apsis_escape_keep(void)
{
    if (current) apsis_blocks_hand_over(current, NULL);
}

void apsis_escape_later(void)
{
    if (!current) apsis_out_of_memory(0);
    current->later = 1;
}

void apsis_escape_due(void)
{
    if (current && current->later) apsis_out_of_memory(0);
}

void apsis_escape_defer(struct apsis_cleanup *cleanup, void (*run)(void *context), void *context)
{
    *cleanup = (struct apsis_cleanup){run, context, current ? current->cleanups : NULL, current};
    if (current) current->cleanups = cleanup;
}

void apsis_escape_drop(struct apsis_cleanup *cleanup)
{
    if (cleanup->escape) cleanup->escape->cleanups = cleanup->below;
}

void apsis_cleanup_file(void *file) { fclose(file); }

void apsis_cleanup_descriptor(void *descriptor)
{
    if (*(int *)descriptor >= 0) close(*(int *)descriptor);
}

struct apsis_parts apsis_parts(void) { return (struct apsis_parts){current, 0}; }

void apsis_escape_part(struct apsis_parts *parts, void (*part)(void *context, size_t number), void *context, size_t number)
{
    struct apsis_escape escape;
    if (setjmp(*enter(&escape, parts->around, 1)) == 0) {
        part(context, number);
        apsis_escape_leave(&escape);
    } else {
        __atomic_store_n(&parts->wanted, escape.wanted ? escape.wanted : 1, __ATOMIC_RELAXED);
    }
}

void apsis_parts_end(const struct apsis_parts *parts)
{
    if (parts->wanted) apsis_out_of_memory(parts->wanted);
}

_Noreturn void apsis_out_of_memory(size_t wanted)
{
    struct apsis_escape *escape = current;
    if (!escape) {
        fprintf(stderr, "apsis: out of memory (%zu bytes more were needed)\n", wanted);
        _Exit(APSIS_FAILURE);
    }
    while (escape->cleanups) { /* taken off first: should one need memory after all, the rest goes on */
        struct apsis_cleanup *last = escape->cleanups;
        escape->cleanups = last->below;
        last->run(last->context);
    }
    if (escape->is_part) apsis_blocks_hand_over(escape, escape->heir);
    else apsis_blocks_release(escape);
    current = escape->outer;
    escape->wanted = wanted;
    apsis_floating_restore(escape->floating);
    longjmp(escape->where, 1);
}
