/* cpu.c - the instruction sets that the draw loop was built for, and which of them this machine has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cpu.h"

#include <string.h>

static int always(void) { return 1; }

#if defined(__x86_64__)
static int has_v3(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}
static int has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

static const struct apsis_cpu cpus[] = {
#if defined(__x86_64__)
    {"v4", "x86-64-v4", &apsis_loop_v4, has_v4},
    {"v3", "x86-64-v3", &apsis_loop_v3, has_v3},
#elif defined(__aarch64__)
    {"armv8", "armv8", &apsis_loop_armv8, always},
#endif
    {"plain", "plain", &apsis_loop_plain, always},
    {NULL, NULL, NULL, NULL},
};

const struct apsis_cpu *apsis_cpus(void) { return cpus; }

const struct apsis_cpu *apsis_cpu_find(const char *name)
{
    for (const struct apsis_cpu *c = cpus; c->name; c++) {
        if (name && strcmp(name, c->name) && strcmp(name, c->title)) continue;
        if (c->present()) return c;
        if (name) return NULL;
    }
    return NULL;
}
