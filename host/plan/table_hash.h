/* table_hash.h - short hashes of the numbers a plan was made with: equal texts of `apsis show` mean equal bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_TABLE_HASH_H
#define APSIS_HOST_TABLE_HASH_H
#include "distributions/family.h"
#include "host/support/buffer.h"
#include "kernels/smooth_table.h"
#include "kernels/step_table.h"

/* All write " sha256 " and the first 16 hexadecimal digits. A NaN is a NaN whatever its payload; every other bit counts. */
void apsis_hash_numbers(struct apsis_buffer *out, const double *numbers, size_t count);
/* Rows and index of a smooth table: as far as the draw loop can reach, by u or by score. */
void apsis_hash_table(struct apsis_buffer *out, const struct ap_table *table, int by_score);
/* Guide, last draws, values and slopes. */
void apsis_hash_steps(struct apsis_buffer *out, const struct ap_steps *steps);
/* The data of a distribution: points, weights, tails. */
void apsis_hash_distribution(struct apsis_buffer *out, const struct apsis_distribution *d);

#endif
