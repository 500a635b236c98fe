/* nearest_name.c - the name that was probably meant. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/support/nearest_name.h"

#define LONGEST 255

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* Insertions, deletions, changes and transpositions of neighbours count 2 each, another case of a letter 1.
   Gives up with limit + 1 once it must be more than `limit`. */
static int distance(const char *a, size_t n, const char *b, size_t m, int limit)
{
    int rows[3][LONGEST + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++) above[j] = 2 * (int)j;
    for (size_t i = 1; i <= n; i++) {
        int best = row[0] = 2 * (int)i;
        for (size_t j = 1; j <= m; j++) {
            char c = a[i - 1], d = b[j - 1];
            int cost = above[j - 1] + (c == d ? 0 : lower(c) == lower(d) ? 1 : 2);
            if (above[j] + 2 < cost) cost = above[j] + 2;
            if (row[j - 1] + 2 < cost) cost = row[j - 1] + 2;
            if (i > 1 && j > 1 && lower(c) == lower(b[j - 2]) && lower(a[i - 2]) == lower(d) && before[j - 2] + 2 < cost)
                cost = before[j - 2] + 2;
            row[j] = cost;
            if (cost < best) best = cost;
        }
        if (best > limit) return limit + 1;
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[m];
}

const char *apsis_nearest_name(const char *name, const char *const *names, size_t count)
{
    size_t length = strlen(name);
    if (length == 0 || length > LONGEST) return NULL;
    /* One slip in a short name, one more for every three letters; a single letter only by its case. */
    int limit = length == 1 ? 1 : length < 6 ? 2 : length < 9 ? 4 : 6;
    const char *nearest = NULL;
    for (size_t i = 0; i < count && limit >= 0; i++) {
        size_t other = names[i] ? strlen(names[i]) : 0;
        size_t gap = other > length ? other - length : length - other;
        if (other == 0 || other > LONGEST || 2 * gap > (size_t)limit) continue;
        int found = distance(name, length, names[i], other, limit);
        if (found > limit || found >= 2 * (int)(length > other ? length : other)) continue;
        nearest = names[i];
        limit = found - 1; /* only a nearer one replaces it: the first of equals wins */
    }
    return nearest;
}
