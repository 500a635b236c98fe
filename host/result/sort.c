/* sort.c - sorting of values, and of values with their draw numbers; never quadratic. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/tallies.h"

/* Doubles in the order of unsigned integers; -0 does not occur. */
static inline uint64_t key_of(double x)
{
    uint64_t bits = ap_word_of(x);
    return bits ^ ((uint64_t)-(int64_t)(bits >> 63) | 1ull << 63);
}

static inline int before(const struct apsis_kept *a, const struct apsis_kept *b)
{
    return a->value < b->value || (a->value == b->value && a->draw < b->draw);
}

static void merge_sort(struct apsis_kept *items, struct apsis_kept *other, size_t count)
{
    enum { RUN = 12 };
    for (size_t from = 0; from < count; from += RUN) {
        size_t to = from + RUN < count ? from + RUN : count;
        for (size_t i = from + 1; i < to; i++) {
            struct apsis_kept item = items[i];
            size_t k = i;
            for (; k > from && before(&item, &items[k - 1]); k--) items[k] = items[k - 1];
            items[k] = item;
        }
    }
    struct apsis_kept *source = items, *target = other;
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t from = 0; from < count; from += 2 * width) {
            size_t middle = from + width < count ? from + width : count, to = from + 2 * width < count ? from + 2 * width : count;
            size_t a = from, b = middle;
            for (size_t k = from; k < to; k++) {
                int take_b = a == middle || (b < to && before(&source[b], &source[a]));
                target[k] = take_b ? source[b++] : source[a++];
            }
        }
        struct apsis_kept *swap = source;
        source = target;
        target = swap;
    }
    if (source != items) memcpy(items, source, count * sizeof *items);
}

/* By the four highest bytes of the values, from the highest in which they differ, least byte first; then runs that these do
   not tell apart, few where the values are many, by value and draw. */
static void radix_sort(struct apsis_kept *items, struct apsis_kept *other, size_t count)
{
    static const size_t small = 256;
    if (count < small) {
        merge_sort(items, other, count);
        return;
    }
    size_t starts[8][256];
    memset(starts, 0, sizeof starts);
    for (size_t i = 0; i < count; i++) {
        uint64_t key = key_of(items[i].value);
        for (int b = 0; b < 8; b++) starts[b][key >> 8 * b & 255]++;
    }
    struct apsis_kept *from = items, *to = other;
    uint64_t key = key_of(items[0].value);
    int top = 7;
    while (top > 0 && starts[top][key >> 8 * top & 255] == count) top--;
    int lowest = top > 3 ? top - 3 : 0;
    for (int b = lowest; b <= top; b++) {
        size_t sum = 0;
        if (starts[b][key >> 8 * b & 255] == count) continue;
        for (int d = 0; d < 256; d++) {
            size_t here = starts[b][d];
            starts[b][d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) to[starts[b][key_of(from[i].value) >> 8 * b & 255]++] = from[i];
        struct apsis_kept *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
    for (size_t i = 0, end; i < count; i = end) {
        int sorted = 1;
        uint64_t high = key_of(items[i].value) >> 8 * lowest;
        for (end = i + 1; end < count && key_of(items[end].value) >> 8 * lowest == high; end++) sorted &= before(&items[end - 1], &items[end]);
        if (!sorted) merge_sort(items + i, other, end - i);
    }
}

void apsis_sort_kept(struct apsis_kept *items, size_t sorted, size_t count)
{
    if (count < 2 || sorted == count) return;
    struct apsis_kept *other = apsis_malloc(count * sizeof *other);
    radix_sort(items + sorted, other, count - sorted);
    if (sorted && before(&items[sorted], &items[sorted - 1])) {
        /* the new ones go aside, then both merge from the end */
        size_t a = sorted, b = count - sorted, k = count;
        memcpy(other, items + sorted, b * sizeof *other);
        while (b) items[--k] = a && before(&other[b - 1], &items[a - 1]) ? items[--a] : other[--b];
    }
    apsis_block_free(other);
}

/* Radix sort: eight bits at a time, digits that all share are skipped. */
void apsis_sort_doubles(double *values, size_t count)
{
    if (count < 2) return;
    uint64_t *from = apsis_malloc(count * sizeof *from), *to = apsis_malloc(count * sizeof *to);
    static const unsigned digit_bits = 8;
    for (size_t i = 0; i < count; i++) from[i] = key_of(values[i]);
    for (unsigned shift = 0; shift < 64; shift += digit_bits) {
        size_t starts[256] = {0}, sum = 0;
        for (size_t i = 0; i < count; i++) starts[from[i] >> shift & 255]++;
        if (starts[from[0] >> shift & 255] == count) continue;
        for (int d = 0; d < 256; d++) {
            size_t here = starts[d];
            starts[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) to[starts[from[i] >> shift & 255]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t key = from[i];
        values[i] = ap_double_of(key & 1ull << 63 ? key ^ 1ull << 63 : ~key);
    }
    apsis_block_free(from);
    apsis_block_free(to);
}
