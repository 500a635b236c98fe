/* table_hash.c - short hashes of the numbers a plan was made with: equal texts of `apsis show` mean equal bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/table_hash.h"

#include "host/support/sha256.h"

#define TOP (((ap_word)1 << 52) - 1)

static void add_words(struct apsis_sha256 *hash, const ap_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        for (int k = 0; k < 8; k++) bytes[k] = (uint8_t)(words[i] >> (8 * k)); /* the same on every machine */
        apsis_sha256_update(hash, bytes, sizeof bytes);
    }
}

static void add_numbers(struct apsis_sha256 *hash, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ap_word word = numbers[i] != numbers[i] ? AP_NAN_BITS : ap_word_of(numbers[i]);
        add_words(hash, &word, 1);
    }
}

static void print(struct apsis_buffer *out, struct apsis_sha256 *hash)
{
    uint8_t digest[32];
    char text[65];
    apsis_sha256_final(hash, digest);
    apsis_sha256_hex(digest, text);
    apsis_buffer_printf(out, " sha256 %.16s", text);
}

void apsis_hash_numbers(struct apsis_buffer *out, const double *numbers, size_t count)
{
    struct apsis_sha256 hash;
    apsis_sha256_init(&hash);
    add_numbers(&hash, numbers, count);
    print(out, &hash);
}

void apsis_hash_table(struct apsis_buffer *out, const struct ap_table *table, int by_score)
{
    struct apsis_sha256 hash;
    size_t rows = by_score ? AP_TABLE_SCORE_SEGMENTS : AP_TABLE_SEGMENTS, entries = table->index ? rows : 0;
    apsis_sha256_init(&hash);
    if (table->index) { /* how many rows there are follows from what can be reached; branches point forward, to four entries */
        rows = 0;
        for (size_t i = 0; i < entries; i++) {
            size_t to = (size_t)(table->index[i] & (AP_TABLE_BRANCH - 1));
            if (table->index[i] & AP_TABLE_BRANCH) entries = to + 4 > entries ? to + 4 : entries;
            else rows = to + 1 > rows ? to + 1 : rows;
        }
        add_words(&hash, table->index, entries);
    }
    add_numbers(&hash, table->rows, rows * 8);
    apsis_buffer_printf(out, " %zu rows", rows);
    print(out, &hash);
}

void apsis_hash_steps(struct apsis_buffer *out, const struct ap_steps *steps)
{
    struct apsis_sha256 hash;
    size_t count = 1;
    while (steps->last[count - 1] < TOP) count++;
    apsis_sha256_init(&hash);
    add_words(&hash, steps->guide, (size_t)1 << (52 - steps->shift));
    add_words(&hash, steps->last, count);
    add_numbers(&hash, steps->value, count);
    if (steps->slope) {
        add_numbers(&hash, steps->origin, count);
        add_numbers(&hash, steps->slope, count);
    }
    apsis_buffer_printf(out, " %zu pieces", count);
    print(out, &hash);
}

void apsis_hash_distribution(struct apsis_buffer *out, const struct apsis_distribution *d)
{
    struct apsis_sha256 hash;
    apsis_sha256_init(&hash);
    if (d->x) add_numbers(&hash, d->x, d->count);
    if (d->w) add_numbers(&hash, d->w, d->count);
    if (d->tail) add_numbers(&hash, d->tail, d->count);
    print(out, &hash);
}
