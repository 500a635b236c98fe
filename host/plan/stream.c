/* stream.c - the number of a variable's stream of random numbers (DESIGN section 5). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/stream.h"

#include <string.h>

#include "host/support/sha256.h"

uint64_t apsis_stream_of(const char *name, uint32_t replicate)
{
    struct apsis_sha256 hash;
    uint8_t digest[32];
    apsis_sha256_init(&hash);
    apsis_sha256_update(&hash, name, strlen(name));
    if (replicate) {
        char digits[12];
        int at = sizeof digits;
        for (uint32_t r = replicate; r; r /= 10) digits[--at] = (char)('0' + r % 10);
        digits[--at] = '#';
        apsis_sha256_update(&hash, digits + at, sizeof digits - (size_t)at);
    }
    apsis_sha256_final(&hash, digest);
    uint64_t stream = 0;
    for (int i = 7; i >= 0; i--) stream = stream << 8 | digest[i];
    return stream;
}
