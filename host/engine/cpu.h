/* cpu.h - the instruction sets that the draw loop was built for, and which of them this machine has. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CPU_H
#define APSIS_HOST_CPU_H
#include <stddef.h>

#include "kernels/program.h"

struct apsis_cpu {
    const char *name;  /* "plain", "v3", "v4", "armv8": what --cpu takes */
    const char *title; /* "x86-64-v4" */
    const struct ap_loop *loop;
    int (*present)(void); /* this machine has it */
};

/* Best first, NULL-named end. */
const struct apsis_cpu *apsis_cpus(void);
/* By name, or the best that is present where `name` is NULL; NULL when there is none of that name or the machine lacks it. */
const struct apsis_cpu *apsis_cpu_find(const char *name);

#endif
