/* bins.c - bins for charts: round edges of equal width over the middle of the first draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/tallies.h"

enum { MOST_BINS = 64, WANTED_BINS = 50 };

/* 10^k for |k| <= 300, the same everywhere; exact up to 22 */
static double power_of_ten(int k)
{
    double p = 1;
    for (int i = 0; i < k; i++) p *= 10;
    return p;
}

/* i * digit * 10^exponent, rounded once as long as 10^|exponent| is exact */
static double edge_at(double i, double digit, int exponent)
{
    return exponent >= 0 ? i * digit * power_of_ten(exponent) : i * digit / power_of_ten(-exponent);
}

/*
 * From the 0.5th to the 99.5th percentile of the first min(N, 16384) draws; the width is 1, 2 or 5 times a power of ten, the edges are
 * multiples of it. The first and last bins are open, so every valid draw is in one.
 */
void apsis_histogram_edges(struct apsis_arena *arena, struct apsis_reduced *column, const double *sorted, size_t count)
{
    static const double digits[] = {1, 2, 5};
    double low = count ? sorted[(count - 1) / 200] : 0, high = count ? sorted[(count - 1) - (count - 1) / 200] : 0;
    column->edges = APSIS_NEW_ARRAY(arena, double, MOST_BINS + 2);
    column->bins = APSIS_NEW_ARRAY(arena, uint64_t, MOST_BINS + 2);
    double spread = high - low;
    if (spread > 0 && spread < 0x1p900 && spread > 0x1p-900) {
        double least = spread / WANTED_BINS, digit = 1;
        int exponent = -290, which = 0;
        while (exponent < 290 && edge_at(1, 10, exponent) <= least) exponent++;
        while (which < 2 && edge_at(1, digits[which], exponent) < least) which++;
        digit = digits[which];
        if (edge_at(1, digit, exponent) < least) digit = 1, exponent++;
        double width = edge_at(1, digit, exponent), first = ap_floor(low / width);
        size_t bins = 0;
        column->edges[0] = edge_at(first, digit, exponent) + 0.0;
        while (bins < MOST_BINS && column->edges[bins] <= high) {
            bins++;
            column->edges[bins] = edge_at(first + (double)bins, digit, exponent) + 0.0;
            if (!(column->edges[bins] > column->edges[bins - 1])) bins = MOST_BINS + 1;
        }
        if (bins && bins <= MOST_BINS) {
            column->bin_count = bins;
            column->bin_inverse = 1 / width;
            return;
        }
    }
    /* one value, or a spread that doubles cannot divide */
    double width = low < 0 ? -low / 8 : low / 8;
    if (!(width > 0) || !(width < 0x1p1000)) width = 1;
    column->bin_count = 1;
    column->edges[0] = low;
    column->edges[1] = high + width;
    column->bin_inverse = 1 / (column->edges[1] - column->edges[0]);
}
