/* engines.c - the engines there are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/engine/engine.h"

static const struct apsis_engine *const engines[] = {&apsis_engine_interpreter, NULL};

const struct apsis_engine *const *apsis_engines(void) { return engines; }

const struct apsis_engine *apsis_engine_find(const char *name)
{
    for (size_t i = 0; engines[i]; i++) {
        if (!strcmp(engines[i]->name, name)) return engines[i];
    }
    return NULL;
}
