/* cuda_cubin.h - a program's text as machine code for one kind of GPU: from the cache, or by NVRTC. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CUDA_CUBIN_H
#define APSIS_HOST_CUDA_CUBIN_H
#include "host/engine/engine.h"
#include "host/engine/nvrtc.h"
#include "host/engine/program_text.h"

struct apsis_cuda_cubin {
    unsigned char *bytes; /* to be freed */
    size_t size;
    int cached;           /* it was in the cache */
    double seconds;       /* that NVRTC took */
    const char *log;      /* of NVRTC; never NULL */
    int major, minor;     /* what it is for */
};

/* `headers`: the toolkit's folder, or NULL where the text needs none. `again`: what the cache holds was of no use, compile it.
   APSIS_OK, APSIS_INCOMPLETE (options->only_cached, and it is not there), APSIS_INTERRUPTED, or APSIS_FAILURE with *why. */
enum apsis_status apsis_cuda_cubin(struct apsis_arena *arena, const struct apsis_program_text *text, const struct apsis_engine_options *options, const char *headers,
                                   int major, int minor, int again, struct apsis_cuda_cubin *cubin, const char **why);

#endif
