/* svg_labels.c - where labels go so that no two of them overlap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>

#include "host/report/svg.h"

#define APART 6.0 /* pixels between texts in one row */

void apsis_svg_flag_box(const struct apsis_svg_flag *flag, double width, double *begin, double *end)
{
    double at = flag->at * width;
    *begin = flag->left ? at - APSIS_SVG_FLAG_GAP - flag->width : at + APSIS_SVG_FLAG_GAP;
    *end = *begin + flag->width;
}

/* 1: the texts share some width, or come too near, in this plot or in a wider one: texts stand in the order of their points, for only
   then does a wider plot move them further apart */
static int texts_meet(const struct apsis_svg_flag *a, const struct apsis_svg_flag *b, double width)
{
    double begin[2], end[2];
    if (a > b) return texts_meet(b, a, width);
    apsis_svg_flag_box(a, width, &begin[0], &end[0]);
    apsis_svg_flag_box(b, width, &begin[1], &end[1]);
    return begin[1] < end[0] + APART;
}

/* 1: the line of `a`, which goes from the axis to its row, passes through the text of `b` */
static int line_crosses(const struct apsis_svg_flag *a, const struct apsis_svg_flag *b, double width)
{
    double begin, end, at = a->at * width;
    apsis_svg_flag_box(b, width, &begin, &end);
    return a->row > b->row && begin - 1 < at && at < end + 1;
}

/* The lowest row in which the text meets none that is placed and, if that can be, no line crosses a text. */
static void place_one(struct apsis_svg_flag *flags, size_t count, const unsigned char *placed, size_t i, double width)
{
    int best = 0;
    size_t fewest = SIZE_MAX;
    for (flags[i].row = 0; flags[i].row <= (int)count; flags[i].row++) {
        size_t crossings = 0, meets = 0;
        for (size_t k = 0; k < count && !meets; k++) {
            if (k == i || !placed[k]) continue;
            meets = flags[k].row == flags[i].row && texts_meet(&flags[i], &flags[k], width);
            crossings += (size_t)line_crosses(&flags[i], &flags[k], width) + (size_t)line_crosses(&flags[k], &flags[i], width);
        }
        if (meets || crossings >= fewest) continue;
        fewest = crossings;
        best = flags[i].row;
        if (crossings == 0) break;
    }
    flags[i].row = best;
}

/* All flags before `split` carry their text on the right, the others on the left. Returns what is wrong with that, in one number. */
static double place_split(struct apsis_svg_flag *flags, size_t count, size_t split, double width, size_t *rows)
{
    unsigned char placed[64] = {0};
    double cost = 0;
    for (size_t i = 0; i < count; i++) flags[i].left = i >= split;
    for (size_t i = split; i-- > 0;) { /* a text to the right is crossed by lines further right: those are lower */
        place_one(flags, count, placed, i, width);
        placed[i] = 1;
    }
    for (size_t i = split; i < count; i++) {
        place_one(flags, count, placed, i, width);
        placed[i] = 1;
    }
    *rows = 0;
    for (size_t i = 0; i < count; i++) {
        double begin, end;
        apsis_svg_flag_box(&flags[i], width, &begin, &end);
        if (begin < 0) cost += 1e3 - begin;
        if (end > width) cost += 1e3 + end - width;
        for (size_t k = 0; k < count; k++)
            if (k != i) cost += 20 * line_crosses(&flags[i], &flags[k], width);
        if ((size_t)flags[i].row + 1 > *rows) *rows = (size_t)flags[i].row + 1;
    }
    return cost + (double)*rows;
}

size_t apsis_svg_place(struct apsis_svg_flag *flags, size_t count, double width)
{
    double least = INFINITY;
    size_t best = count, rows = 0;
    if (count > 64) count = 64;
    for (size_t split = count + 1; split-- > 0;) {
        double cost = place_split(flags, count, split, width, &rows);
        if (cost < least) least = cost, best = split;
    }
    place_split(flags, count, best, width, &rows);
    return rows;
}

void apsis_svg_spread(double *positions, size_t count, double gap, double low, double high)
{
    if (count == 0) return;
    if ((double)(count - 1) * gap > high - low) gap = count > 1 ? (high - low) / (double)(count - 1) : 0;
    /* positions[i] - i * gap must not fall: pool neighbours that violate it at their mean, then keep to the range */
    struct { double sum; size_t count; } pools[64];
    size_t pool_count = 0;
    if (count > 64) count = 64;
    for (size_t i = 0; i < count; i++) {
        pools[pool_count].sum = positions[i] - (double)i * gap;
        pools[pool_count++].count = 1;
        while (pool_count > 1 && pools[pool_count - 2].sum / (double)pools[pool_count - 2].count > pools[pool_count - 1].sum / (double)pools[pool_count - 1].count) {
            pools[pool_count - 2].sum += pools[pool_count - 1].sum;
            pools[pool_count - 2].count += pools[pool_count - 1].count;
            pool_count--;
        }
    }
    double most = high - (double)(count - 1) * gap;
    for (size_t p = 0, i = 0; p < pool_count; p++) {
        double at = pools[p].sum / (double)pools[p].count;
        if (at > most) at = most;
        if (at < low) at = low;
        for (size_t k = 0; k < pools[p].count; k++, i++) positions[i] = at + (double)i * gap;
    }
}
