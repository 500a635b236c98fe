/* automatic.h - what the engine `auto` chooses from, and from when on: given by hand in tests only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_AUTOMATIC_H
#define APSIS_HOST_AUTOMATIC_H
#include "host/engine/engine.h"

/* An engine that may take over, and how long the rest of the run must be expected to take by what runs now, in seconds,
   before it is prepared: from what is in the cache, and by a compiler. */
struct apsis_better {
    const struct apsis_engine *engine;
    const char *words;      /* "the GPU": in notes */
    double cached_after, after;
    unsigned least_tiles;   /* fewer do not show how fast it is */
};

enum { APSIS_MOST_BETTER = 4 };

/* As apsis_engine_auto.prepare, which calls it with the engines there are. The last of them is tried first. */
enum apsis_status apsis_automatic_prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options,
                                          const struct apsis_better *better, size_t count, void **run, const char **why);

/* Why an engine cannot run, without "or run with --engine auto" at its end: that is for those who asked for it by name. */
const char *apsis_without_advice(struct apsis_arena *arena, const char *why);

#endif
