/* engines.c - the engines there are: those that run by themselves in a list, and auto, which chooses among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/engine/cuda.h"

static const struct apsis_engine *const engines[] = {&apsis_engine_interpreter, &apsis_engine_compiled, &apsis_engine_cuda, NULL};

const struct apsis_engine *const *apsis_engines(void) { return engines; }

const struct apsis_engine *apsis_engine_find(const char *name)
{
    if (!strcmp(name, apsis_engine_auto.name)) return &apsis_engine_auto;
    for (size_t i = 0; engines[i]; i++) {
        if (!strcmp(engines[i]->name, name)) return engines[i];
    }
    return NULL;
}

void apsis_cleanup_engine(void *context)
{
    const struct apsis_engine_held *held = context;
    held->engine->free(held->run);
}
