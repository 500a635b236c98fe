/* escape.h - the way out when memory runs out in the depth: back to whoever opened an escape, and nothing is left behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_ESCAPE_H
#define APSIS_HOST_ESCAPE_H
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * No function of Apsis that allocates says NULL. Where there is no memory, apsis_out_of_memory() goes back to the innermost escape that
 * the calling thread has opened; where there is none, it says so on stderr and ends the process (the command opens one around all it does).
 *
 *     struct apsis_escape escape;
 *     enum apsis_status status = APSIS_FAILURE;
 *     if (APSIS_ESCAPE_ENTER(&escape)) {
 *         status = work(...);                  no return, break or goto out of here
 *         apsis_escape_leave(&escape);
 *     } else {
 *         why = "out of memory";               escape.wanted bytes more were needed
 *     }
 *
 * Local variables that are changed between the two and read after an escape must be volatile or lie in a struct whose address was handed on.
 *
 * Why this and not a NULL check at each of 700 places: nearly all of them build a model's arena, which is thrown away as a whole; each check
 * would be a branch that no user ever takes and that only a test could keep right, in a compiler of 20,000 lines. A jump has one branch, and
 * what would leak by it is known: memory and a few dozen handles. Both are written down while they are held:
 *
 * - Memory: a block of apsis_malloc and the like that was made within an escape belongs to it until it is left, and is freed by an escape
 *   through it; so is an arena, with all that is in it. What is left alive on leaving belongs to the escape around it, or to nobody. Hence:
 *   an object that was made before the escape and outlives it must not be given its first block within it, or its owner must forget it then.
 *   An arena may grow: its chunks are its own.
 * - All else (files, handles, json_t, running engines, locks): a cleanup, registered with apsis_escape_defer as long as it is held. Or:
 *   allocate first, open then, and hold nothing across an allocation.
 *
 * Cleanups run before blocks are freed, the last registered first, in the frames of those who registered them: they may use all they point
 * to. The processor's floating-point mode is put back to what it was on entering.
 *
 * Threads: an escape is of one thread, and a jump never leaves a thread, an OpenMP region or a critical section. What such a region does that
 * may allocate goes through apsis_escape_part, which catches, and the caller raises the failure again behind the region:
 *
 *     struct apsis_parts parts = apsis_parts();
 *     #pragma omp parallel for
 *     for (size_t i = 0; i < count; i++) apsis_escape_part(&parts, work_on_one, context, i);
 *     apsis_parts_end(&parts);
 *
 * Blocks that a part has made belong to the caller's escape afterwards, whether it succeeded or not: structures may point to them.
 * A thread that may outlive its maker's escape opens a plain one and owns what it makes.
 */
struct apsis_block;

struct apsis_cleanup {
    void (*run)(void *context); /* must not allocate */
    void *context;
    struct apsis_cleanup *below;
    struct apsis_escape *escape; /* NULL: none was open, nothing to do */
};

struct apsis_escape {
    jmp_buf where;
    struct apsis_escape *outer;  /* of the same thread */
    struct apsis_escape *heir;   /* who gets the blocks that are alive on leaving; NULL: nobody */
    int is_part;                 /* the heir gets the blocks after a failure, too */
    struct apsis_block *blocks;
    struct apsis_cleanup *cleanups;
    uint64_t floating;
    int later;                   /* memory has run out where no jump could be: due at the next apsis_escape_due */
    size_t wanted;               /* after an escape: the bytes that were not to be had */
};

/* 1: entered. 0: memory ran out within; all that was made since is freed and the escape is closed. To be the whole condition of an if. */
#define APSIS_ESCAPE_ENTER(escape) (setjmp(*apsis_escape_open(escape)) == 0)
/* The innermost one must be left first; every cleanup was dropped. What is due is raised: then the else is taken after all. */
void apsis_escape_leave(struct apsis_escape *escape);
/* The blocks that belong to the innermost one belong to nobody from here on: what was made for an object that was there before, and is whole. */
void apsis_escape_keep(void);
/* The innermost one of this thread, or NULL. */
struct apsis_escape *apsis_escape_current(void);

/* run(context) when memory runs out before apsis_escape_drop: which is called in the frame that deferred, the last deferred first.
   apsis_escape_drop does not run it. Both cost nothing to speak of, and do nothing where no escape is open. */
void apsis_escape_defer(struct apsis_cleanup *cleanup, void (*run)(void *context), void *context);
void apsis_escape_drop(struct apsis_cleanup *cleanup);

/* Cleanups for a FILE * and for an int with a file descriptor (-1: none). */
void apsis_cleanup_file(void *file);
void apsis_cleanup_descriptor(void *descriptor);

/* Work that is done in parts, by any threads, while the calling thread waits. */
struct apsis_parts {
    struct apsis_escape *around;
    size_t wanted; /* not 0: a part found no memory, and these bytes more were needed */
};
struct apsis_parts apsis_parts(void);
/* part(context, number), within an escape. */
void apsis_escape_part(struct apsis_parts *parts, void (*part)(void *context, size_t number), void *context, size_t number);
/* Raises what a part has met. */
void apsis_parts_end(const struct apsis_parts *parts);

/* Memory has run out where half-built things are held that no cleanup knows: noted, and raised by the next apsis_escape_due, at the latest
   on leaving. */
void apsis_escape_later(void);
void apsis_escape_due(void);

/* Memory has run out: see above. */
_Noreturn void apsis_out_of_memory(size_t wanted);

/* What the macro needs. */
jmp_buf *apsis_escape_open(struct apsis_escape *escape);

#endif
