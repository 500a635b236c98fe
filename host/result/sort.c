/* sort.c - sorting of values, and of values with their draw numbers; never quadratic. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/tally.h"

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

void apsis_sort_kept(struct apsis_kept *items, size_t count)
{
    if (count < 2) return;
    struct apsis_kept *other = apsis_malloc(count * sizeof *other);
    merge_sort(items, other, count);
    free(other);
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
    free(from);
    free(to);
}
