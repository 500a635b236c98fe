/* compiler.h - the system's C compiler: found, run on emitted text; and loading what it made. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_COMPILER_H
#define APSIS_HOST_COMPILER_H
#include <stddef.h>

#include "include/apsis.h"

struct apsis_compiler;

/* The first of $CC (a name or a path, no options), cc, gcc, clang that answers --version as gcc 9 or clang 11 or later does; NULL and
   the reason in *why (the caller's, to be freed; why may be NULL): what was tried and what was wrong with it. Takes some milliseconds. */
struct apsis_compiler *apsis_compiler_find(char **why);
/* 1 where a program of one of those names is there, whatever it answers: a few looks at folders. */
int apsis_compiler_named(void);
void apsis_compiler_free(struct apsis_compiler *compiler); /* NULL is fine */
/* All that it says of itself, for keys of caches. */
const char *apsis_compiler_version(const struct apsis_compiler *compiler);
/* For people: "gcc 12", "clang 14"; and where it is. */
const char *apsis_compiler_title(const struct apsis_compiler *compiler);
const char *apsis_compiler_path(const struct apsis_compiler *compiler);

struct apsis_compile_options {
    const char *isa;            /* "plain", "v3", "v4", "armv8", as in host/engine/cpu.h */
    int optimise;               /* -O1, -O2, -O3; 0: 2 */
    double seconds_limit;       /* the compiler is killed after that; 0: none */
    const volatile int *cancel; /* NULL, or looked at 50 times a second: not 0 kills the compiler */
};

/* Lanes for an isa (AP_WIDTH); 0 where the isa is none of this architecture's. */
int apsis_compiler_width(const char *isa);
/* The options as one line, for keys of caches: "-std=gnu11 -O2 ... -DAP_WIDTH=8". APSIS_USAGE where the isa is unknown. */
enum apsis_status apsis_compiler_flags(const struct apsis_compiler *compiler, const struct apsis_compile_options *options, char *line, size_t size);

/*
 * C text to a shared object. The text sees the kernel headers of the library (host/engine/kernel_headers.h) and the system's, and
 * nothing of the current folder. *so and *log are the caller's, to be freed; *log (log may be NULL) is never NULL afterwards, and holds
 * all that the compiler said, or what was wrong before it could say anything. APSIS_KEEP_SOURCE=FOLDER in the environment keeps text and log there.
 * APSIS_INTERRUPTED: by *cancel. APSIS_USAGE: unknown isa. APSIS_FAILURE: all else. Several threads may compile at once.
 */
enum apsis_status apsis_compile(const struct apsis_compiler *compiler, const char *text, size_t length,
                                const struct apsis_compile_options *options, unsigned char **so, size_t *size, char **log);

/* Loads a shared object from memory, so that the bytes that were checked are the bytes that run; never from a file that others could
   change. *handle is for dlsym and dlclose. APSIS_FAILURE and *why (the caller's, to be freed; may be NULL). */
enum apsis_status apsis_load_object(const unsigned char *so, size_t size, void **handle, char **why);

#endif
