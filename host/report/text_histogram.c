/* text_histogram.c - little charts in the characters of a terminal: columns, bars, the shape of a result. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/text.h"

static const char *const lower_blocks[9] = {" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const left_blocks[9] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589", "\u2588"};

void apsis_text_columns(struct apsis_buffer *out, const struct apsis_page *page, const double *values, size_t count, size_t height, size_t indent)
{
    double highest = 0;
    for (size_t i = 0; i < count; i++) highest = values[i] > highest ? values[i] : highest;
    if (!(highest > 0)) return;
    for (size_t line = height; line-- > 0;) {
        apsis_buffer_repeat(out, ' ', indent);
        for (size_t i = 0; i < count; i++) {
            double eighths = values[i] / highest * 8 * (double)height - 8 * (double)line;
            if (line == 0 && values[i] > 0 && eighths < 1) eighths = 1; /* what is there is seen */
            int level = eighths >= 8 ? 8 : eighths > 0 ? (int)eighths : 0;
            if (page->utf8) apsis_buffer_text(out, lower_blocks[level]);
            else apsis_buffer_text(out, level == 0 ? " " : level < 4 ? "." : level < 7 ? ":" : "#");
        }
        while (out->length && out->text[out->length - 1] == ' ') out->text[--out->length] = 0;
        apsis_buffer_text(out, "\n");
    }
}

void apsis_text_bar(struct apsis_buffer *out, const struct apsis_page *page, double share, size_t width)
{
    double eighths = share * 8 * (double)width;
    if (!(eighths >= 0)) eighths = 0;
    if (eighths > 8 * (double)width) eighths = 8 * (double)width;
    size_t whole = (size_t)(eighths / 8), used = whole;
    if (page->utf8) {
        for (size_t i = 0; i < whole; i++) apsis_buffer_text(out, left_blocks[8]);
        int part = (int)(eighths - 8 * (double)whole);
        if (part == 0 && whole == 0 && share > 0) part = 1;
        if (part && used < width) {
            apsis_buffer_text(out, left_blocks[part]);
            used++;
        }
    } else {
        if (whole == 0 && share > 0 && width) used = 1;
        apsis_buffer_repeat(out, '#', used);
    }
    apsis_buffer_repeat(out, ' ', width - used);
}

#define MOST_COLUMNS 60

/* From the first bin that holds a five-hundredth of the draws to the last. An open bin is drawn down to the least value where that is
   near; else its draws are told in words. */
int apsis_text_bin_range(const struct apsis_text_bins *given, double *edges, struct apsis_text_range *range)
{
    const uint64_t *counts = given->counts;
    size_t count = given->count, first = 0, last = count - 1;
    double all = 0, below = 0, above = 0;
    for (size_t i = 0; i < count; i++) all += (double)counts[i];
    if (count < 3 || !(all > 0)) return 0;
    memcpy(edges, given->edges, (count + 1) * sizeof *edges);
    double width = edges[2] - edges[1];
    edges[0] = given->min;
    edges[count] = given->max;
    if (edges[1] - edges[0] > 2 * width) below = (double)counts[first++];
    if (edges[count] - edges[count - 1] > 2 * width) above = (double)counts[last--];
    while (first < last && below + (double)counts[first] < all / 500) below += (double)counts[first++];
    while (last > first && above + (double)counts[last] < all / 500) above += (double)counts[last--];
    *range = (struct apsis_text_range){first, last, edges[first], edges[last + 1], below / all, above / all};
    return range->high > range->low && !isinf(range->low) && !isinf(range->high);
}

/* The bins laid over columns of equal width. */
void apsis_text_histogram(struct apsis_buffer *out, const struct apsis_page *page, const struct apsis_text_bins *given, size_t indent)
{
    const uint64_t *counts = given->counts;
    double edges[given->count + 1];
    struct apsis_text_range range;
    if (!apsis_text_bin_range(given, edges, &range)) return;
    double low = range.low, high = range.high;
    size_t first = range.first, last = range.last;
    double columns[MOST_COLUMNS] = {0};
    size_t wide = (size_t)page->width > indent + MOST_COLUMNS ? MOST_COLUMNS : (size_t)page->width - indent, bins = last - first + 1;
    if ((size_t)page->width < indent + 20) wide = 20;
    if (bins <= wide) wide = bins * (wide / bins);
    for (size_t i = first; i <= last; i++) { /* a bin's draws go to the columns in proportion to the overlap */
        double from = (edges[i] - low) / (high - low) * (double)wide, to = (edges[i + 1] - low) / (high - low) * (double)wide;
        if (!(to > from)) {
            size_t at = from >= (double)wide ? wide - 1 : (size_t)from;
            columns[at] += (double)counts[i];
            continue;
        }
        for (size_t c = (size_t)from; c < wide && (double)c < to; c++) {
            double left = from > (double)c ? from : (double)c, right = to < (double)c + 1 ? to : (double)c + 1;
            columns[c] += (double)counts[i] * (right - left) / (to - from);
        }
    }
    apsis_text_columns(out, page, columns, wide, 4, indent);
    char left[APSIS_TEXT_SIZE], right[APSIS_TEXT_SIZE], share[APSIS_TEXT_SIZE];
    int decimals = apsis_text_decimals((high - low) / 300);
    apsis_text_figures(left, low, 12);
    apsis_text_figures(right, high, 12);
    if (strlen(left) > 9) apsis_text_number(left, low, decimals); /* edges are round, the least and the largest value are not */
    if (strlen(right) > 9) apsis_text_number(right, high, decimals);
    apsis_text_tone(out, page, APSIS_DIM);
    apsis_buffer_repeat(out, ' ', indent);
    apsis_buffer_text(out, left);
    size_t used = strlen(left) + strlen(right);
    apsis_buffer_repeat(out, ' ', used < wide ? wide - used : 1);
    apsis_buffer_text(out, right);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
    char line[2 * APSIS_TEXT_SIZE + 32] = "";
    if (range.below > 0.0005) snprintf(line, sizeof line, "%s below", apsis_text_share(share, range.below, 0.001));
    if (range.above > 0.0005) snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s above", *line ? ", " : "", apsis_text_share(share, range.above, 0.001));
    if (!*line) return;
    if ((size_t)page->width > indent + wide + 3 + strlen(line)) { /* beside the axis where there is room */
        out->text[--out->length] = 0;
        apsis_buffer_text(out, "   ");
    } else {
        apsis_buffer_repeat(out, ' ', indent);
    }
    apsis_text_tone(out, page, APSIS_DIM);
    apsis_buffer_text(out, line);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
}
