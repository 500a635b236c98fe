/* floating.h - the processor's floating-point mode: saved, set to the one that results are defined in, restored. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_FLOATING_H
#define APSIS_HOST_FLOATING_H
#include <stdint.h>

/* The mode of the calling thread before it became: to nearest, nothing flushed to zero, no traps. Every function that computes
   results, and every worker thread, begins with this and ends with apsis_floating_restore. */
uint64_t apsis_floating_set(void);
void apsis_floating_restore(uint64_t mode);

#endif
