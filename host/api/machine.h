/* machine.h - what was found of this machine: lines for people, members for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_MACHINE_H
#define APSIS_HOST_MACHINE_H
#include <jansson.h>

#include "host/support/arena.h"
#include "host/support/json_value.h"

enum { APSIS_MACHINE_FACTS = 32 };
struct apsis_machine_fact {
    const char *key, *words, *text; /* of the JSON member; of the line */
};
struct apsis_machine {
    struct apsis_arena *arena;
    struct apsis_machine_fact items[APSIS_MACHINE_FACTS];
    size_t count;
    json_t *gpus; /* NULL, or a list of objects */
};
void apsis_machine_found(struct apsis_machine *m, const char *key, const char *words, const char *text);

/* machine_engines.c */
/* Those that --cpu may name here, the best last; it is the one that is taken: "plain, v3, v4". */
const char *apsis_machine_instruction_sets(struct apsis_arena *arena);
void apsis_machine_engines(struct apsis_machine *m);
void apsis_machine_cuda(struct apsis_machine *m);

#endif
