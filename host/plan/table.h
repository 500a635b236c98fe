/* table.h - builds the polynomials of a smooth table and proves each of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_TABLE_H
#define APSIS_HOST_TABLE_H
#include "distributions/family.h"
#include "kernels/smooth_table.h"

#define APSIS_TABLE_MAX_ROWS 4096

/* Rows and index as struct ap_table wants them; index_count 0: segment k is row k. Owned here: apsis_table_free. */
struct apsis_table_rows {
    double *rows;
    ap_word *index;
    size_t row_count, index_count;
    double error;    /* largest measured error of u, over the bound of that place: 1 is just within */
};

/*
 * By u: every row is within 1e-12 in u, and within a relative 1e-10 of either tail, or next to the exact double (measured inside each
 * row, the bound is set five times tighter to allow for what lies between). Rows that miss it are split in four, again and again; past
 * 4,096 rows it fails. Only project arithmetic is used: the same bits on every machine. Any thread may call; nothing is shared.
 * Returns NULL, or why it cannot be.
 */
const char *apsis_table_build(const struct apsis_table_source *source, struct apsis_table_rows *out);

/* By normal score, from a finished table by u of the same source. */
const char *apsis_table_build_score(const struct apsis_table_source *source, const struct ap_table *by_u, struct apsis_table_rows *out);

void apsis_table_free(struct apsis_table_rows *rows);

#endif
