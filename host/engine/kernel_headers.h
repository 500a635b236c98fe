/* kernel_headers.h - the text of kernels/ and of the families' kernel sides, kept in the library for compilers at run time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_KERNEL_HEADERS_H
#define APSIS_HOST_KERNEL_HEADERS_H
#include <stddef.h>
#include <stdint.h>

/* Every kernels/<name>.h, distributions/<family>.c and the headers these take, and the generated families.inc and
   family_kernels.inc. `name` is as #include spells it: "kernels/dialect.h". */
struct apsis_kernel_header {
    const char *name, *text; /* zero-terminated */
    size_t length;
};

/* Constant for the life of the process; sorted by name. */
const struct apsis_kernel_header *apsis_kernel_headers(size_t *count);
/* By name; NULL where there is none. */
const struct apsis_kernel_header *apsis_kernel_header_find(const char *name);
/* SHA-256 over all names and texts: part of the name of whatever is compiled from them. Takes about a millisecond. */
void apsis_kernel_headers_sha256(uint8_t digest[32]);

#endif
