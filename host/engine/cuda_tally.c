/* cuda_tally.c - a job's tally on a GPU: the image that is uploaded, and the way back into workers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cuda_tally.h"

#include <stdlib.h>
#include <string.h>

#include "host/support/arena.h"
#include "kernels/device_row.h"

/* One row: its column, and where its parts lie in the image and in the results. */
struct row {
    ap_u32 column, moment_row;
    size_t windows, tails, targets, edges; /* bytes from the start of the image */
    size_t counts, limbs;                  /* bytes from the start of the results */
};

struct apsis_cuda_tally {
    struct row *rows;
    ap_u32 row_count, moment_rows, column_count;
    uint32_t *row_of;
    unsigned char *image; /* as it is uploaded, but for addresses */
    size_t image_bytes, counter_bytes;
};

/* The results: the counter of kept values by itself, counters and limbs of the rows, fingerprints (all these begin as zero), counts,
   moments, kept values. */
enum { KEPT_COUNTER = 64 };
struct places {
    size_t fingerprints, counts, moments, kept;
};

static struct places places_of(const struct apsis_cuda_tally *tally, uint32_t tiles)
{
    struct places p;
    p.fingerprints = KEPT_COUNTER + tally->counter_bytes;
    p.counts = p.fingerprints + (size_t)tiles * 2 * sizeof(ap_word);
    p.moments = p.counts + (size_t)tiles * tally->row_count * sizeof(ap_word);
    p.kept = p.moments + (size_t)tiles * tally->moment_rows * AP_DEVICE_MOMENTS * sizeof(double);
    p.kept = (p.kept + 15) & ~(size_t)15;
    return p;
}

/* Appends to the image what all launches share; returns where it lies. */
static size_t put(struct apsis_cuda_tally *tally, const void *bytes, size_t count)
{
    size_t at = tally->image_bytes, more = (count + 7) & ~(size_t)7;
    tally->image = apsis_realloc(tally->image, at + more + 8);
    if (count) memcpy(tally->image + at, bytes, count);
    memset(tally->image + at + count, 0, more - count);
    tally->image_bytes += more;
    return at;
}

static size_t row_place(ap_u32 number) { return sizeof(struct ap_device_tally) + number * sizeof(struct ap_device_row); }

static void add_row(struct apsis_cuda_tally *tally, ap_u32 number, const struct ap_tally_column *column)
{
    struct row *row = &tally->rows[number];
    ap_u32 wanted = column->wanted;
    struct ap_device_row device = {.wanted = wanted, .keep = !column->lost, .key = {column->key[0], column->key[1]}, .centre = column->centre,
                                   .inverse = column->inverse, .moment_row = row->moment_row};
    if (wanted & AP_TALLY_WINDOWS) {
        device.window_count = column->window_count;
        device.tail_count = column->open_tails;
        row->windows = tally->image_bytes;
        for (ap_u32 w = 0; w < column->window_count; w++) {
            const struct ap_tally_window *window = &column->windows[w];
            put(tally, &(struct ap_device_window){.low = window->low, .high = window->high, .counted = window->counted}, sizeof(struct ap_device_window));
        }
        row->tails = put(tally, column->tails, column->open_tails * sizeof *column->tails);
    }
    if (wanted & AP_TALLY_TARGETS) {
        device.target_count = column->target_count;
        row->targets = put(tally, column->targets, column->target_count * sizeof(double));
    }
    if (wanted & AP_TALLY_CATEGORIES) device.category_count = column->category_count;
    if (wanted & AP_TALLY_HISTOGRAM) {
        device.bin_count = column->bin_count;
        device.bin_inverse = column->bin_inverse;
        row->edges = put(tally, column->edges, (column->bin_count + 1) * sizeof(double));
    }
    row->counts = KEPT_COUNTER + tally->counter_bytes;
    tally->counter_bytes += sizeof(ap_word) * ((size_t)AP_DEVICE_WINDOWS + (size_t)device.window_count * AP_DEVICE_WINDOW_WORDS + device.target_count +
                                               device.category_count + device.bin_count);
    row->limbs = KEPT_COUNTER + tally->counter_bytes;
    tally->counter_bytes += sizeof(ap_word) * AP_DEVICE_TAIL_WORDS * (size_t)device.tail_count;
    memcpy(tally->image + row_place(number), &device, sizeof device);
}

struct apsis_cuda_tally *apsis_cuda_tally_new(const struct ap_tally *worker)
{
    struct apsis_cuda_tally *tally = apsis_calloc(1, sizeof *tally);
    tally->column_count = worker->column_count;
    tally->rows = apsis_calloc(worker->column_count + 1, sizeof *tally->rows);
    tally->row_of = apsis_malloc((worker->column_count + 1) * sizeof *tally->row_of);
    for (ap_u32 c = 0; c < worker->column_count; c++) {
        ap_u32 wanted = worker->columns[c].wanted;
        tally->row_of[c] = wanted ? tally->row_count : AP_NO_ROW;
        if (!wanted) continue;
        tally->rows[tally->row_count++] = (struct row){.column = c, .moment_row = tally->moment_rows};
        tally->moment_rows += (wanted & AP_TALLY_MOMENTS) != 0;
    }
    tally->image_bytes = row_place(tally->row_count);
    tally->image = apsis_calloc(tally->image_bytes + 8, 1);
    for (ap_u32 r = 0; r < tally->row_count; r++) add_row(tally, r, &worker->columns[tally->rows[r].column]);
    return tally;
}

void apsis_cuda_tally_free(struct apsis_cuda_tally *tally)
{
    if (!tally) return;
    apsis_block_free(tally->rows);
    apsis_block_free(tally->row_of);
    apsis_block_free(tally->image);
    apsis_block_free(tally);
}

uint32_t apsis_cuda_tally_rows(const struct apsis_cuda_tally *tally) { return tally->row_count; }
const uint32_t *apsis_cuda_tally_row_of(const struct apsis_cuda_tally *tally) { return tally->row_of; }

void apsis_cuda_tally_sizes(const struct apsis_cuda_tally *tally, uint32_t tiles, uint32_t kept_room, struct apsis_cuda_sizes *sizes)
{
    struct places p = places_of(tally, tiles);
    sizes->image = tally->image_bytes;
    sizes->head = sizeof(struct ap_device_tally);
    sizes->zero = p.counts;
    sizes->fixed = p.kept;
    sizes->results = p.kept + (size_t)kept_room * sizeof(struct ap_device_kept);
}

/* an address on the device, in a field that is a pointer there and here */
#define ADDRESS(type, at) ((type *)(uintptr_t)(at))

void apsis_cuda_tally_image(const struct apsis_cuda_tally *tally, uint64_t image_address, uint64_t results_address, uint64_t first_tile, uint32_t tiles,
                            uint32_t kept_room, void *image)
{
    _Static_assert(sizeof(void *) == 8, "addresses on the device are as wide as those here");
    struct places p = places_of(tally, tiles);
    struct ap_device_tally head = {.first_tile = first_tile, .tiles = tiles, .rows = ADDRESS(const struct ap_device_row, image_address + row_place(0)),
                                   .fingerprints = ADDRESS(ap_word, results_address + p.fingerprints), .counts = ADDRESS(ap_word, results_address + p.counts),
                                   .moments = ADDRESS(double, results_address + p.moments), .kept_count = ADDRESS(ap_word, results_address),
                                   .kept = ADDRESS(struct ap_device_kept, results_address + p.kept), .kept_room = kept_room};
    unsigned char *out = image;
    memcpy(out, tally->image, tally->image_bytes);
    memcpy(out, &head, sizeof head);
    for (ap_u32 r = 0; r < tally->row_count; r++) {
        const struct row *row = &tally->rows[r];
        struct ap_device_row device;
        memcpy(&device, out + row_place(r), sizeof device);
        device.windows = ADDRESS(const struct ap_device_window, image_address + row->windows);
        device.tails = ADDRESS(const struct ap_tally_tail, image_address + row->tails);
        device.targets = ADDRESS(const double, image_address + row->targets);
        device.edges = ADDRESS(const double, image_address + row->edges);
        device.counts = ADDRESS(ap_word, results_address + row->counts);
        device.limbs = ADDRESS(ap_word, results_address + row->limbs);
        memcpy(out + row_place(r), &device, sizeof device);
    }
}

uint64_t apsis_cuda_tally_kept(const void *results) { return *(const uint64_t *)results; }

/* ------------------------------------------------------------------ back into a worker */
static void take_windows(struct ap_tally_column *column, const ap_word *words)
{
    for (ap_u32 w = 0; w < column->window_count; w++, words += AP_DEVICE_WINDOW_WORDS) {
        struct ap_tally_window *window = &column->windows[w];
        window->below += words[0];
        window->inside += words[1]; /* kept values are taken off again one by one */
        if (window->counted && words[2] && ~words[2] < window->first) window->first = ~words[2];
    }
}

/* A kept value goes where the host keeps those of the CPU, or, where there is no room, stays counted. */
static void take_kept(struct ap_tally_column *column, double value, ap_word draw)
{
    if (column->lost) return;
    if (column->kept + 8 > column->kept_room && !column->keep_more(column)) {
        column->lost = 1;
        return;
    }
    column->kept_value[column->kept] = value;
    column->kept_draw[column->kept++] = draw;
    for (ap_u32 w = 0; w < column->window_count; w++) {
        struct ap_tally_window *window = &column->windows[w];
        if (!window->counted && value >= window->low && value < window->high) {
            window->inside--;
            break;
        }
    }
}

void apsis_cuda_tally_take_rows(const struct apsis_cuda_tally *tally, struct ap_tally *worker, const void *results, uint64_t first_tile, uint32_t tiles,
                                uint32_t kept_room)
{
    const unsigned char *base = results;
    ap_word additions = (ap_word)tiles * (AP_TILE_DRAWS + 2); /* every value by itself, and two sums of parts */
    for (ap_u32 r = 0; r < tally->row_count; r++) {
        const struct row *row = &tally->rows[r];
        struct ap_tally_column *column = &worker->columns[row->column];
        const ap_word *words = (const ap_word *)(const void *)(base + row->counts);
        ap_word first = ~words[AP_DEVICE_INVALID];
        if (words[AP_DEVICE_INVALID] && first < column->first_invalid) column->first_invalid = first;
        ap_word lost = words[AP_DEVICE_LOST];
        words += AP_DEVICE_WINDOWS;
        if (column->wanted & AP_TALLY_WINDOWS) {
            const ap_sword *limbs = (const ap_sword *)(const void *)(base + row->limbs);
            take_windows(column, words);
            words += (size_t)column->window_count * AP_DEVICE_WINDOW_WORDS;
            for (ap_u32 t = 0; t < column->open_tails; t++, limbs += AP_DEVICE_TAIL_WORDS)
                column->add_tail(column, column->tails[t].number, limbs, limbs + AP_EXACT_LIMBS, additions, (ap_word)limbs[2 * AP_EXACT_LIMBS]);
        }
        if (column->wanted & AP_TALLY_TARGETS)
            for (ap_u32 i = 0; i < column->target_count; i++) column->target_counts[i] += *words++;
        if (column->wanted & AP_TALLY_CATEGORIES)
            for (ap_u32 i = 0; i < column->category_count; i++) column->category_counts[i] += *words++;
        if (column->wanted & AP_TALLY_HISTOGRAM)
            for (ap_u32 i = 0; i < column->bin_count; i++) column->bins[i] += *words++;
        if (lost) column->lost = 1; /* after this nothing more is kept; what is inside stays counted */
    }
    uint64_t count = apsis_cuda_tally_kept(results);
    const struct ap_device_kept *kept = (const struct ap_device_kept *)(const void *)(base + places_of(tally, tiles).kept);
    if (count > kept_room) count = kept_room;
    for (uint64_t i = 0; i < count; i++)
        take_kept(&worker->columns[tally->rows[kept[i].row].column], kept[i].value, first_tile * AP_TILE_DRAWS + kept[i].place);
}

void apsis_cuda_tally_take_tiles(const struct apsis_cuda_tally *tally, struct ap_tally *worker, const void *results, uint64_t first_tile, uint32_t tiles,
                                 uint32_t from, uint32_t to)
{
    struct places p = places_of(tally, tiles);
    const ap_word *fingerprints = (const ap_word *)(const void *)((const unsigned char *)results + p.fingerprints);
    const ap_word *counts = (const ap_word *)(const void *)((const unsigned char *)results + p.counts);
    const double *moments = (const double *)(const void *)((const unsigned char *)results + p.moments);
    if (from >= to) return;
    for (ap_u32 r = 0; r < tally->row_count; r++) {
        struct ap_tally_column *column = &worker->columns[tally->rows[r].column];
        const ap_word *words = counts + (size_t)r * tiles;
        for (uint32_t i = from; i < to; i++) {
            column->given += words[i] & 0xffff;
            column->valid += words[i] >> 16 & 0xffff;
        }
        if (!(column->wanted & AP_TALLY_MOMENTS)) continue;
        const double *m = moments + (size_t)tally->rows[r].moment_row * tiles * AP_DEVICE_MOMENTS;
        for (ap_u32 k = 0; k < 4; k++) column->add_sums(column, k, m + (size_t)k * tiles + from, to - from);
        const double *min = m + (size_t)4 * tiles, *max = m + (size_t)5 * tiles;
        for (uint32_t i = from; i < to; i++) {
            /* without a place, another tile of the launch has a lower (higher) one */
            ap_word first = (first_tile + i) * AP_TILE_DRAWS, low = words[i] >> 32 & 0xffff, high = words[i] >> 48;
            if (low != AP_DEVICE_NO_PLACE && (min[i] < column->min || (min[i] == column->min && first + low < column->min_draw)))
                column->min = min[i], column->min_draw = first + low;
            if (high != AP_DEVICE_NO_PLACE && (max[i] > column->max || (max[i] == column->max && first + high < column->max_draw)))
                column->max = max[i], column->max_draw = first + high;
        }
    }
    worker->tiles_done(worker, first_tile + from, to - from, fingerprints + 2 * (size_t)from);
}
