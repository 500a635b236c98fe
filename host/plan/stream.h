/* stream.h - the number of a variable's stream of random numbers (DESIGN section 5). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_STREAM_H
#define APSIS_HOST_STREAM_H
#include <stdint.h>

/* First 8 bytes, little-endian, of SHA-256 of the name; replicate r >= 1 appends "#r". */
uint64_t apsis_stream_of(const char *name, uint32_t replicate);

#endif
