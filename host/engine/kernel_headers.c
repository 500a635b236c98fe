/* kernel_headers.c - the text of kernels/ and of the families' kernel sides, kept in the library for compilers at run time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/kernel_headers.h"

#include <string.h>

#include "host/support/sha256.h"

static const struct apsis_kernel_header headers[] = {
#include "kernel_headers.inc" /* written by the build: cmake/embed_kernels.cmake */
};
#define COUNT (sizeof headers / sizeof *headers)

const struct apsis_kernel_header *apsis_kernel_headers(size_t *count)
{
    *count = COUNT;
    return headers;
}

const struct apsis_kernel_header *apsis_kernel_header_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(headers[i].name, name)) return &headers[i];
    return NULL;
}

void apsis_kernel_headers_sha256(uint8_t digest[32])
{
    struct apsis_sha256 hash;
    apsis_sha256_init(&hash);
    for (size_t i = 0; i < COUNT; i++) { /* with the zeros that end them: no two sets of files run together alike */
        apsis_sha256_update(&hash, headers[i].name, strlen(headers[i].name) + 1);
        apsis_sha256_update(&hash, headers[i].text, headers[i].length + 1);
    }
    apsis_sha256_final(&hash, digest);
}
