/* nvrtc.h - CUDA's compiler, loaded while the program runs: text and headers in, a cubin for one kind of GPU and the log out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_NVRTC_H
#define APSIS_HOST_NVRTC_H
#include "host/support/arena.h"
#include "include/apsis.h"

/* The oldest NVRTC that gives a cubin by itself. */
#define APSIS_NVRTC_OLDEST_MAJOR 11
#define APSIS_NVRTC_OLDEST_MINOR 2

#define APSIS_NVRTC_FUNCTIONS(X)                                                                                                      \
    X(version, "nvrtcVersion", (int *major, int *minor))                                                                              \
    X(create, "nvrtcCreateProgram",                                                                                                   \
      (void **program, const char *text, const char *name, int header_count, const char *const *headers, const char *const *names))   \
    X(destroy, "nvrtcDestroyProgram", (void **program))                                                                               \
    X(compile, "nvrtcCompileProgram", (void *program, int option_count, const char *const *options))                                  \
    X(log_size, "nvrtcGetProgramLogSize", (void *program, size_t *size))                                                              \
    X(log, "nvrtcGetProgramLog", (void *program, char *log))                                                                          \
    X(cubin_size, "nvrtcGetCUBINSize", (void *program, size_t *size))                                                                 \
    X(cubin, "nvrtcGetCUBIN", (void *program, char *cubin))

struct apsis_nvrtc {
    void *library;
    const char *path; /* as it was found: a name for the loader, or a whole path */
    int major, minor;
#define APSIS_NVRTC_MEMBER(member, symbol, parameters) int (*member) parameters;
    APSIS_NVRTC_FUNCTIONS(APSIS_NVRTC_MEMBER)
#undef APSIS_NVRTC_MEMBER
    const char *(*error_text)(int error);
    /* NULL in old versions; a callback that returns 1 ends the compilation */
    int (*set_flow)(void *program, int (*callback)(void *payload, void *unused), void *payload);
};

/* Loads it: what APSIS_NVRTC names, else libnvrtc.so and its versions from the loader's places, CUDA_HOME, CUDA_PATH, /usr/local/cuda
   and /opt/cuda. Texts lie in the arena. APSIS_FAILURE with *why: it is not there, or too old. */
enum apsis_status apsis_nvrtc_open(struct apsis_arena *arena, struct apsis_nvrtc *nvrtc, const char **why);

struct apsis_nvrtc_job {
    const char *text, *name;             /* of the kernel's file, for messages */
    const char *const *headers, *const *header_names;
    size_t header_count;
    int major, minor;                    /* compute capability: 9, 0 */
    const char *const *options;          /* more of them, such as -I of the toolkit's headers */
    size_t option_count;
    const volatile int *cancel;          /* NULL, or not 0 ends it, where this NVRTC can be ended */
    /* what comes out; in the arena */
    char *cubin;
    size_t cubin_size;
    const char *log;                     /* never NULL, also when it succeeds */
};

/* APSIS_OK, APSIS_INTERRUPTED, or APSIS_FAILURE with *why, which holds the whole log. The user's arithmetic is never contracted. */
enum apsis_status apsis_nvrtc_compile(struct apsis_arena *arena, const struct apsis_nvrtc *nvrtc, struct apsis_nvrtc_job *job, const char **why);

/* The folder that holds curand_philox4x32_x.h and nv/target, the latter in it or (toolkits from 13.0) in its folder cccl: `given` alone if it is not NULL, else the environment's CUDA_HOME and
   CUDA_PATH, /usr/local/cuda, /opt/cuda, /usr/include. "none": do without. NULL with *why where there is none. */
const char *apsis_toolkit_headers(struct apsis_arena *arena, const char *given, const char **why);

#endif
