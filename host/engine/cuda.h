/* cuda.h - what can be asked of a run on GPUs beside its results, and of a machine that may have some. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CUDA_H
#define APSIS_HOST_CUDA_H
#include "host/engine/engine.h"

extern const struct apsis_engine apsis_engine_cuda;

/* Of one GPU of a run (the `run` of apsis_engine_cuda): for benchmarks. */
struct apsis_cuda_figures {
    const char *name;         /* "NVIDIA H200" */
    int ordinal, major, minor, processors;
    int registers, local_bytes, shared_bytes; /* of the kernel: a thread's, a thread's, a block's */
    unsigned threads, blocks; /* of a block; that the card runs at once */
    double kernel_seconds;    /* that kernels ran, by the card's own clock */
    uint64_t kernel_tiles;    /* in that time */
    double compile_seconds;   /* of NVRTC; 0 where the cache had it */
    int cached;
    const char *log;          /* of NVRTC: "" mostly */
};
size_t apsis_cuda_figures(void *run, struct apsis_cuda_figures *figures, size_t room); /* how many cards there are; fills up to `room` */

/* What apsis doctor says; every text is there. */
struct apsis_cuda_description {
    int driver_works;
    const char *driver;       /* "CUDA 13.0 (libcuda.so.1)", or why not */
    size_t device_count;
    const char *devices;      /* "NVIDIA H200 (cuda:0, compute capability 9.0, 132 processors, 139.8 GiB)", comma, ...; or "none" */
    int nvrtc_works;
    const char *nvrtc;        /* "13.0 (libnvrtc.so)", or why not */
    const char *headers_path; /* NULL: not found, random words come from Apsis' own Philox */
    const char *headers;      /* "/usr/local/cuda/include", or why not */
};
/* `include`: --cuda-include, or NULL. Texts lie in the arena. */
struct apsis_cuda_description apsis_cuda_describe(struct apsis_arena *arena, const char *include);

struct apsis_text_options;
/* How the engine has its text written; for measurements APSIS_CUDA_THREADS (of a block), APSIS_CUDA_BLOCKS (on a multiprocessor) and
   APSIS_CUDA_SHARE (0: no thread takes random words from another) in the environment say otherwise. NULL, or what is wrong. */
const char *apsis_cuda_text_options(const struct apsis_engine_options *options, int curand, struct apsis_text_options *text);

#endif
