/* tally.c - nanoseconds a value of the tally's parts, windows as in the middle of a run of a million draws. */
/* SPDX-License-Identifier: Apache-2.0 */
/* cc -std=gnu11 -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -march=x86-64-v4 -mprefer-vector-width=512 -DAP_WIDTH=8 -Wno-psabi -I. bench/tally.c */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/tally.h"

#define TILES 64
#define ROUNDS 200

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
static void tile_done(struct ap_tally *worker, ap_word tile)
{
    (void)tile;
    worker->columns->kept = 0;
}
static int keep_more(struct ap_tally_column *column)
{
    column->kept = 0;
    return 1;
}
static void flush_tail(struct ap_tally_column *column) { column->tail_count = 0; }

static void measure(const char *name, const double *values, ap_u32 lanes, ap_u32 wanted, int windows, double inside, int tails)
{
    static const double shares[] = {0.01, 0.05, 0.10, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99}, fewer[] = {0.05, 0.25, 0.5, 0.75, 0.95}, targets[] = {0.2, 0.5, 0.8};
    struct ap_tally_window window[9];
    struct ap_tally_column column;
    ap_word target_counts[3] = {0}, bins[64] = {0};
    double edges[64];
    memset(&column, 0, sizeof column);
    column.wanted = wanted;
    column.centre = 0.5, column.inverse = 4;
    column.first_invalid = column.min_draw = column.max_draw = ~0ull;
    column.min = 2, column.max = -2;
    column.windows = window, column.window_count = (ap_u32)windows;
    for (int k = 0; k < windows; k++) {
        double q = windows == 9 ? shares[k] : fewer[k], half = inside * 2 * __builtin_sqrt(q * (1 - q)) / 2;
        window[k] = (struct ap_tally_window){.low = q - half, .high = q + half, .first = ~0ull};
    }
    column.kept_room = 4096;
    column.kept_value = malloc(4200 * 8), column.kept_draw = malloc(4200 * 8);
    column.keep_more = keep_more;
    column.flush_tail = flush_tail;
    if (tails) column.tail_room = 1040, column.tail_low = 0.048, column.tail_high = 0.952;
    column.tail = malloc(1100 * 8);
    column.targets = targets, column.target_counts = target_counts, column.target_count = 3;
    for (int i = 0; i < 64; i++) edges[i] = i / 50.0;
    column.edges = edges, column.bins = bins, column.bin_count = 50, column.bin_inverse = 50;
    struct ap_tally worker = {.columns = &column, .column_count = 1, .tile_done = tile_done};
    double best = 1e9;
    for (int trial = 0; trial < 5; trial++) {
        double start = now();
        for (int round = 0; round < ROUNDS; round++)
            for (ap_word tile = 0; tile < TILES; tile++) {
                for (ap_u32 unit = 0; unit < 64; unit += lanes / 16) {
                    struct ap_block block = {.tile = tile, .draws = ~0ull, .lanes = lanes, .unit = unit};
                    block.first = tile * 1024 + unit / 32 * 512 + unit % 32 * 8;
                    ap_tally_block(&column, &block, values + tile * 1024 + unit * 16, 0);
                }
                ap_tally_tile(&worker, tile);
            }
        double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    printf("%-48s width %d, %3u lanes: %.3f ns a value\n", name, AP_WIDTH, lanes, best * 1e9 / (1024.0 * TILES * ROUNDS));
    free(column.kept_value), free(column.kept_draw), free(column.tail);
}

int main(void)
{
    double *values = malloc(TILES * 1024 * sizeof *values);
    ap_word x = 88172645463325252ull;
    for (int i = 0; i < TILES * 1024; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        values[i] = (double)(x >> 11) * 0x1p-53;
    }
    const ap_u32 base = AP_TALLY_COUNTS | AP_TALLY_MOMENTS, print = base | AP_TALLY_FINGERPRINT;
    for (ap_u32 lanes = 128; lanes <= 512; lanes *= 2) {
        measure("counts", values, lanes, AP_TALLY_COUNTS, 0, 0, 0);
        measure("counts, fingerprint", values, lanes, AP_TALLY_COUNTS | AP_TALLY_FINGERPRINT, 0, 0, 0);
        measure("counts, moments, fingerprint", values, lanes, print, 0, 0, 0);
        measure("series: and 5 windows, 2 % kept", values, lanes, print | AP_TALLY_WINDOWS, 5, 0.02 / 1.8, 0);
        measure("series: and tails", values, lanes, print | AP_TALLY_WINDOWS, 5, 0.02 / 1.8, 1);
        measure("scalar: 9 windows, 3 % kept, tails", values, lanes, print | AP_TALLY_WINDOWS, 9, 0.03 / 2.6, 1);
        measure("scalar: and 3 targets, 50 bins", values, lanes, print | AP_TALLY_WINDOWS | AP_TALLY_TARGETS | AP_TALLY_HISTOGRAM, 9, 0.03 / 2.6, 1);
    }
    free(values);
    return 0;
}
