/* html_shape.c - what of an output's histogram is drawn: bins, or a bar for each value where values are whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/html.h"

#define MOST_VALUES 80

/* A bar for each whole number; 0 where a bin may hold several. An end bin that holds several is left out, and told. */
static int by_value(struct apsis_html *html, const struct apsis_measure *measure, struct apsis_html_shape *shape)
{
    size_t bins = measure->histogram_count;
    const double *edges = measure->histogram_edges;
    double n = (double)measure->valid, counts[MOST_VALUES] = {0}, below = 0, above = 0;
    if (!apsis_report_whole(measure) || bins < 3 || edges[2] - edges[1] > 1) return 0;
    double first = ceil(edges[1]) - 1, last = ceil(edges[bins - 1]); /* next to the inner bins: known where an open bin holds nothing else */
    first = measure->min < first ? first + 1 : measure->min;
    last = measure->max > last ? last - 1 : measure->max;
    if (!(last > first) || last - first >= MOST_VALUES) return 0;
    for (size_t i = 0; i < bins; i++) {
        double from = i ? edges[i] : measure->min, to = i + 1 < bins ? edges[i + 1] : measure->max, value = ceil(from), count = (double)measure->histogram_counts[i];
        double most = i + 1 < bins ? ceil(to) - 1 : floor(to); /* the last whole number in it */
        if (count == 0) continue;
        if (value > most) value = most = floor(to + 0.5); /* rounding put a whole number on the other side of an edge */
        if (value < most && i == 0) below += count;
        else if (value < most && i + 1 == bins) above += count;
        else if (value < most || value < first || value > last) return 0;
        else counts[(size_t)(value - first)] += count;
    }
    size_t begin = 0, end = (size_t)(last - first) + 1;
    while (begin + 1 < end && below + counts[begin] < n / 500) below += counts[begin++];
    while (end > begin + 1 && above + counts[end - 1] < n / 500) above += counts[--end];
    shape->whole = 1;
    shape->wide = 1;
    shape->low = first + (double)begin - 0.5;
    shape->high = first + (double)end - 0.5;
    shape->below = below / n;
    shape->above = above / n;
    shape->bars = APSIS_NEW_ARRAY(html->arena, struct apsis_html_step, end - begin);
    double sum = below / n;
    for (size_t i = begin; i < end; i++) {
        double value = first + (double)i, share = counts[i] / n;
        shape->bars[shape->count++] = (struct apsis_html_step){value - 0.4, value + 0.4, share, share, sum};
        sum += share;
    }
    return 1;
}

int apsis_html_shape_find(struct apsis_html *html, const struct apsis_measure *measure, struct apsis_html_shape *shape)
{
    size_t count = measure->histogram_count;
    struct apsis_text_bins bins = {measure->histogram_edges, measure->histogram_counts, count, measure->min, measure->max};
    struct apsis_text_range range;
    double *edges = APSIS_NEW_ARRAY(html->arena, double, count + 1), n = (double)measure->valid, sum = 0;
    *shape = (struct apsis_html_shape){0};
    if (count < 3) return 0;
    if (by_value(html, measure, shape)) return 1;
    if (!apsis_text_bin_range(&bins, edges, &range)) return 0;
    *shape = (struct apsis_html_shape){.low = range.low, .high = range.high, .below = range.below, .above = range.above, .wide = edges[2] - edges[1]};
    shape->bars = APSIS_NEW_ARRAY(html->arena, struct apsis_html_step, count);
    for (size_t i = 0; i < range.first; i++) sum += (double)measure->histogram_counts[i] / n;
    for (size_t i = range.first; i <= range.last; i++) {
        double from = edges[i], to = edges[i + 1], share = (double)measure->histogram_counts[i] / n;
        if (to - from < shape->wide / 2) { /* an end bin of few values: half as wide as the others, so that it is seen */
            if (i == range.first) from = to - shape->wide / 2;
            else to = from + shape->wide / 2;
        }
        shape->low = fmin(shape->low, from);
        shape->high = fmax(shape->high, to);
        shape->bars[shape->count++] = (struct apsis_html_step){from, to, share, share * shape->wide / (to - from), sum};
        sum += share;
    }
    return 1;
}
