/* digest.h - one SHA-256 over everything a run computed and published, as a tree whose parts can be checked singly. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DIGEST_H
#define APSIS_HOST_DIGEST_H
#include "host/result/result.h"
#include "host/support/sha256.h"

/*
 * Every integer is 8 bytes, little-endian; a double is its 64 bits so, every NaN as 7ff8000000000000; a text is its length,
 * then its bytes; a text that is absent has the length 2^64 - 1.
 *
 *   key of a column = the first 16 bytes, two integers, of SHA-256(text "apsis column", text name, integer period + 1)
 *   fingerprint     = (a, b) of a tile: kernels/fingerprint.h
 *   leaf            = SHA-256(byte 0, integer tile number, integer a, integer b)
 *   node            = SHA-256(byte 1, left, right)
 *   tree of n leaves = the leaf for n = 1; else the node of the tree of the first k leaves and the tree of the others, k the
 *                     largest power of two below n (RFC 6962)
 *   part            = tree over P successive tiles, the last part over what is left; P is the smallest power of two for which
 *                     a run has at most 1,024 parts. The tree over all tiles is the tree over the parts.
 *   digest          = SHA-256(byte 2, tree over all tiles, integer draws, integer number of measures, every measure)
 *   measure         = text name, integer period + 1, text member; draws, given, valid, invalid, first_invalid; mean, mean_se, sd, sd_se,
 *                     skewness, skewness_se, kurtosis, kurtosis_se, min, max, min_draw, max_draw;
 *                     then each list with its length before it: percentiles (numerator, scale, value, low, high, draw), shortfalls
 *                     (numerator, scale, high_side, value, se), targets (above, probability, low, high, count), histogram edges,
 *                     histogram counts, category counts, rank correlations; for an IRR the draws with several changes of sign
 */
struct apsis_digest {
    uint8_t stack[64][32]; /* trees of sizes that are powers of two, the largest first */
    unsigned height;
    uint64_t leaves;       /* in the part under way */
    uint8_t parts[64][32]; /* the same over parts */
    unsigned parts_height;
    uint64_t part_tiles, part_count;
    struct apsis_result *result; /* takes the parts' digests; may be NULL */
};

void apsis_digest_key(const char *name, int32_t period, uint64_t key[2]);
/* Tiles in each part of a run of so many tiles. */
uint64_t apsis_digest_part_tiles(uint64_t tiles);
void apsis_digest_init(struct apsis_digest *digest, uint64_t tiles, struct apsis_result *result);
/* The next tile, in order. */
void apsis_digest_tile(struct apsis_digest *digest, uint64_t tile, uint64_t a, uint64_t b);
/* The tree over all tiles so far. */
void apsis_digest_root(struct apsis_digest *digest, uint8_t root[32]);
/* The digest of a complete result, given the tree over its tiles. */
void apsis_digest_result(const struct apsis_result *result, const uint8_t root[32], char text[65]);

/* Computes part number `part` of a run again. APSIS_USAGE where there is no such part. */
enum apsis_status apsis_digest_part(const struct apsis_engine *engine, void *run, const struct apsis_plan *plan,
                                    const struct apsis_measure_settings *settings, uint64_t part, char text[65]);

#endif
