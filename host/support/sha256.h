/* sha256.h - SHA-256 (FIPS 180-4), for stream keys, digests and records. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SHA256_H
#define APSIS_HOST_SHA256_H
#include <stddef.h>
#include <stdint.h>

struct apsis_sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes taken so far */
    uint8_t block[64];
};

void apsis_sha256_init(struct apsis_sha256 *hash);
void apsis_sha256_update(struct apsis_sha256 *hash, const void *bytes, size_t size);
void apsis_sha256_final(struct apsis_sha256 *hash, uint8_t out[32]);

/* All three in one. */
void apsis_sha256(const void *bytes, size_t size, uint8_t out[32]);

/* 64 lower-case hexadecimal digits and a zero. */
void apsis_sha256_hex(const uint8_t digest[32], char text[65]);

#endif
