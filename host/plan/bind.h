/* bind.h - a program with addresses: one workspace and one list of steps for each thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_BIND_H
#define APSIS_HOST_BIND_H
#include "kernels/program.h"

struct apsis_bound;

/* Everything one thread needs to run blocks of `lanes` draws; the frame's block, seed and sinks are the caller's to set. */
struct apsis_bound *apsis_bind(const struct ap_program *program, const struct ap_loop *loop, unsigned lanes);
struct ap_frame *apsis_bound_frame(struct apsis_bound *bound);
void apsis_bound_free(struct apsis_bound *bound); /* NULL is fine */

/* Bytes of workspace for blocks of `lanes`. */
size_t apsis_bound_size(const struct ap_program *program, unsigned lanes);

#endif
