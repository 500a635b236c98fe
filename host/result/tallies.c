/* tallies.c - workers' tallies: opened by engines, filled a wave long, merged exactly or thrown away. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/tallies.h"

#include <string.h>

#include "host/support/escape.h"

#define TAIL_ROOM (2 * AP_TALLY_SLACK)

static void lock(struct apsis_tallies *all)
{
    while (__atomic_exchange_n(&all->lock, 1, __ATOMIC_ACQUIRE)) {
    }
}

static void unlock(struct apsis_tallies *all)
{
    __atomic_store_n(&all->lock, 0, __ATOMIC_RELEASE);
}

/* Room for a worker's next values, half as much again as it has, while all workers together stay under the limit. */
static int keep_more(struct ap_tally_column *column)
{
    struct apsis_share *share = column->host;
    struct apsis_tallies *all = share->all;
    ap_u32 room = column->kept_room + column->kept_room / 2 + 32;
    size_t more = (size_t)(room - column->kept_room) * sizeof(struct apsis_kept);
    if (__atomic_add_fetch(&all->keep_used, more, __ATOMIC_RELAXED) > all->keep_limit) {
        __atomic_sub_fetch(&all->keep_used, more, __ATOMIC_RELAXED);
        return 0;
    }
    column->kept_value = apsis_realloc(column->kept_value, room * sizeof(double));
    column->kept_draw = apsis_realloc(column->kept_draw, room * sizeof(ap_word));
    column->kept_room = room;
    return 1;
}

void apsis_tail_add(struct apsis_reduced *column, struct apsis_exact *sum, struct apsis_exact *square, double x, uint64_t times)
{
    double y = (x - column->centre) * column->inverse;
    if (times == 1) {
        apsis_exact_add(sum, x);
        apsis_exact_add(square, y * y);
    } else {
        apsis_exact_add_times(sum, x, times);
        apsis_exact_add_times(square, y * y, times);
    }
}

static void flush_tail(struct ap_tally_column *column)
{
    struct apsis_share *share = column->host;
    const struct apsis_reduced *reduced = share->reduced;
    double values[TAIL_ROOM], squares[TAIL_ROOM];
    for (size_t t = 0; t < reduced->tail_count; t++) {
        const struct apsis_tail *tail = &reduced->tails[t];
        if (tail->solved || tail->edge - tail->edge != 0) continue;
        double edge = tail->edge, centre = reduced->centre, inverse = reduced->inverse;
        int high = tail->high;
        size_t n = 0;
        for (ap_u32 i = 0; i < column->tail_count; i++) {
            double x = column->tail[i], y = (x - centre) * inverse;
            values[n] = x;
            squares[n] = y * y;
            n += (size_t)((x < edge) != high);
        }
        apsis_exact_add_all(&share->tails[2 * t], values, n);
        apsis_exact_add_all(&share->tails[2 * t + 1], squares, n);
    }
    column->tail_count = 0;
}

/* Sums of a tail that were made elsewhere (kernels/device_tally.h). */
static void add_tail(struct ap_tally_column *column, ap_u32 number, const ap_sword *sum, const ap_sword *square, ap_word additions, ap_word not_finite)
{
    _Static_assert(AP_EXACT_LIMBS == APSIS_EXACT_LIMBS, "the device's limbs are those of exact_sum.h");
    struct apsis_share *share = column->host;
    const ap_sword *limbs[] = {sum, square};
    for (int k = 0; k < 2; k++) {
        struct apsis_exact part = {.pending = additions < UINT32_MAX ? (uint32_t)additions : UINT32_MAX, .not_finite = (uint32_t)(not_finite >> k) & 1};
        for (int i = 0; i < APSIS_EXACT_LIMBS; i++) part.limb[i] = limbs[k][i];
        apsis_exact_merge(&share->tails[2 * number + (ap_u32)k], &part);
    }
}

static void tile_done(struct ap_tally *base, ap_word tile)
{
    struct apsis_worker *worker = base->host;
    struct apsis_tallies *all = worker->all;
    uint64_t a = 0, b = 0;
    for (ap_u32 c = 0; c < base->column_count; c++) {
        struct ap_tally_column *column = &base->columns[c];
        if (column->wanted & AP_TALLY_FINGERPRINT) {
            a += column->fingerprint[0];
            b += column->fingerprint[1];
            column->fingerprint[0] = column->fingerprint[1] = 0;
        }
        if (column->wanted & AP_TALLY_MOMENTS) {
            struct apsis_share *share = column->host;
            for (int k = 0; k < 4; k++) apsis_exact_add(&share->power[k], column->sum[k]);
        }
    }
    if (all->fingerprints) {
        all->fingerprints[2 * (tile - all->first_tile)] = a;
        all->fingerprints[2 * (tile - all->first_tile) + 1] = b;
    }
}

static void add_sums(struct ap_tally_column *column, ap_u32 k, const double *sums, ap_u32 count)
{
    struct apsis_share *share = column->host;
    apsis_exact_add_all(&share->power[k], sums, count);
}

static void tiles_done(struct ap_tally *base, ap_word first_tile, ap_u32 count, const ap_word *fingerprints)
{
    const struct apsis_tallies *all = ((struct apsis_worker *)base->host)->all;
    for (size_t i = 0; all->fingerprints && i < 2 * (size_t)count; i++) all->fingerprints[2 * (first_tile - all->first_tile) + i] = fingerprints[i];
}

/* Puts a worker's columns in the state of a wave in which nothing has happened. */
static void reset(struct apsis_worker *worker)
{
    struct apsis_tallies *all = worker->all;
    worker->empty = 1;
    for (size_t i = 0; i < all->count; i++) {
        struct apsis_reduced *reduced = &all->columns[i];
        struct ap_tally_column *column = &worker->base.columns[reduced->column];
        struct apsis_share *share = &worker->shares[i];
        column->wanted = reduced->wanted;
        if (!column->wanted) continue;
        column->key[0] = reduced->key[0], column->key[1] = reduced->key[1];
        column->fingerprint[0] = column->fingerprint[1] = 0;
        column->centre = reduced->centre, column->inverse = reduced->inverse;
        column->given = column->valid = 0;
        column->first_invalid = column->min_draw = column->max_draw = UINT64_MAX;
        column->min = ap_double_of(AP_INF_BITS), column->max = -column->min;
        column->host = share;
        column->keep_more = keep_more;
        column->flush_tail = flush_tail;
        column->add_tail = add_tail;
        column->add_sums = add_sums;
        if (column->wanted & AP_TALLY_MOMENTS) memset(share->power, 0, sizeof share->power);
        if (column->wanted & AP_TALLY_TARGETS) {
            if (!column->target_counts) column->target_counts = apsis_malloc(reduced->target_count * sizeof(ap_word));
            memset(column->target_counts, 0, reduced->target_count * sizeof(ap_word));
            column->targets = reduced->targets, column->target_count = (ap_u32)reduced->target_count;
        }
        if (column->wanted & AP_TALLY_CATEGORIES) {
            if (!column->category_counts) column->category_counts = apsis_malloc(reduced->category_count * sizeof(ap_word));
            memset(column->category_counts, 0, reduced->category_count * sizeof(ap_word));
            column->category_count = (ap_u32)reduced->category_count;
        }
        if (column->wanted & AP_TALLY_HISTOGRAM) {
            if (!column->bins) column->bins = apsis_malloc(reduced->bin_count * sizeof(ap_word));
            memset(column->bins, 0, reduced->bin_count * sizeof(ap_word));
            column->edges = reduced->edges, column->bin_count = (ap_u32)reduced->bin_count, column->bin_inverse = reduced->bin_inverse;
        }
        if (column->wanted & AP_TALLY_WINDOWS) {
            column->windows = apsis_realloc(column->windows, (reduced->window_count + 1) * sizeof *column->windows);
            for (size_t w = 0; w < reduced->window_count; w++) {
                const struct apsis_window *window = &reduced->windows[w];
                column->windows[w] =
                    (struct ap_tally_window){.low = window->low, .high = window->high, .first = UINT64_MAX, .counted = (ap_u32)window->counted};
            }
            column->window_count = (ap_u32)reduced->window_count;
            column->kept = 0;
            column->lost = (ap_u32)reduced->lost;
            column->tail_low = -ap_double_of(AP_INF_BITS), column->tail_high = -column->tail_low;
            column->tail_count = column->tail_room = column->open_tails = 0;
            if (reduced->tail_count && !column->tails) column->tails = apsis_malloc(reduced->tail_count * sizeof *column->tails);
            for (size_t t = 0; t < reduced->tail_count; t++) {
                const struct apsis_tail *tail = &reduced->tails[t];
                if (tail->solved || tail->edge - tail->edge != 0) continue;
                if (tail->high ? tail->edge < column->tail_high : tail->edge > column->tail_low) {
                    if (tail->high) column->tail_high = tail->edge;
                    else column->tail_low = tail->edge;
                }
                column->tail_room = TAIL_ROOM;
                column->tails[column->open_tails++] = (struct ap_tally_tail){.edge = tail->edge, .high = (ap_u32)tail->high, .number = (ap_u32)t};
            }
            if (column->tail_room && !column->tail) column->tail = apsis_malloc(TAIL_ROOM * sizeof(double));
            if (column->tail_room) memset(share->tails, 0, 2 * reduced->tail_count * sizeof *share->tails);
        }
    }
}

static struct ap_tally *open_one(struct apsis_tally *base, int must_be_empty)
{
    struct apsis_tallies *all = (struct apsis_tallies *)(void *)base;
    lock(all);
    struct apsis_worker *worker = all->workers;
    while (worker && (worker->used || (must_be_empty && !worker->empty))) worker = worker->next;
    if (worker) worker->used = 1, worker->empty = 0;
    unlock(all);
    if (worker) return &worker->base;
    worker = apsis_calloc(1, sizeof *worker);
    worker->all = all;
    worker->used = 1;
    worker->base.columns = apsis_calloc(all->base.column_count + 1, sizeof *worker->base.columns);
    worker->base.column_count = all->base.column_count;
    worker->base.tile_done = tile_done;
    worker->base.tiles_done = tiles_done;
    worker->base.host = worker;
    worker->shares = apsis_calloc(all->count + 1, sizeof *worker->shares);
    for (size_t i = 0; i < all->count; i++) {
        worker->shares[i].all = all;
        worker->shares[i].reduced = &all->columns[i];
        if (all->columns[i].tail_count) worker->shares[i].tails = apsis_calloc(2 * all->columns[i].tail_count, sizeof(struct apsis_exact));
    }
    reset(worker);
    worker->empty = 0;
    lock(all);
    worker->next = all->workers;
    all->workers = worker;
    all->threads++;
    unlock(all);
    return &worker->base;
}

static struct ap_tally *open_worker(struct apsis_tally *base) { return open_one(base, 0); }
static struct ap_tally *open_empty(struct apsis_tally *base) { return open_one(base, 1); }

/* The room for kept values stays, as it does from wave to wave. */
static void discard_worker(struct apsis_tally *base, struct ap_tally *tally)
{
    struct apsis_tallies *all = (struct apsis_tallies *)(void *)base;
    struct apsis_worker *worker = tally->host;
    reset(worker);
    lock(all);
    worker->used = 0;
    unlock(all);
}

static void close_worker(struct apsis_tally *base, struct ap_tally *tally)
{
    /* What it holds stays until the wave is merged or thrown away; a worker opened again in the same wave goes on adding. */
    struct apsis_tallies *all = (struct apsis_tallies *)(void *)base;
    struct apsis_worker *worker = tally->host;
    lock(all);
    worker->used = 0;
    unlock(all);
}

void apsis_tallies_init(struct apsis_tallies *all, struct apsis_reduced *columns, size_t count, size_t plan_columns)
{
    memset(all, 0, sizeof *all);
    all->base.open = open_worker;
    all->base.close = close_worker;
    all->base.open_empty = open_empty;
    all->base.discard = discard_worker;
    all->base.wanted = apsis_calloc(plan_columns + 1, 1);
    all->base.column_count = (ap_u32)plan_columns;
    all->columns = columns;
    all->count = count;
}

void apsis_tallies_wave(struct apsis_tallies *all, uint64_t first_tile, uint64_t *fingerprints)
{
    all->first_tile = first_tile;
    all->fingerprints = fingerprints;
    unsigned char *wanted = (unsigned char *)all->base.wanted;
    for (size_t i = 0; i < all->count; i++) wanted[all->columns[i].column] = all->columns[i].wanted != 0;
    for (struct apsis_worker *worker = all->workers; worker; worker = worker->next) reset(worker);
}

void apsis_tallies_forget(struct apsis_tallies *all)
{
    for (struct apsis_worker *worker = all->workers; worker; worker = worker->next) {
        for (size_t i = 0; i < all->count; i++) {
            struct ap_tally_column *column = &worker->base.columns[all->columns[i].column];
            apsis_block_free(column->kept_value);
            apsis_block_free(column->kept_draw);
            column->kept_value = NULL;
            column->kept_draw = NULL;
            column->kept = column->kept_room = 0;
        }
    }
    all->keep_used = 0;
}

static void merge_column(struct apsis_reduced *to, const struct ap_tally_column *from, const struct apsis_share *share)
{
    if (!to->wanted) return;
    to->pass_valid += from->valid;
    if (to->wanted & AP_TALLY_COUNTS) {
        to->given += from->given;
        to->valid += from->valid;
        if (from->first_invalid < to->first_invalid) to->first_invalid = from->first_invalid;
    }
    if (to->wanted & AP_TALLY_MOMENTS) {
        if (from->min < to->min || (from->min == to->min && from->min_draw < to->min_draw)) to->min = from->min, to->min_draw = from->min_draw;
        if (from->max > to->max || (from->max == to->max && from->max_draw < to->max_draw)) to->max = from->max, to->max_draw = from->max_draw;
        for (int k = 0; k < 4; k++) apsis_exact_merge(&to->power[k], &share->power[k]);
    }
    if (to->wanted & AP_TALLY_TARGETS)
        for (size_t i = 0; i < to->target_count; i++) to->target_counts[i] += from->target_counts[i];
    if (to->wanted & AP_TALLY_CATEGORIES)
        for (size_t i = 0; i < to->category_count; i++) to->category_counts[i] += from->category_counts[i];
    if (to->wanted & AP_TALLY_HISTOGRAM)
        for (size_t i = 0; i < to->bin_count; i++) to->bins[i] += from->bins[i];
    if (!(to->wanted & AP_TALLY_WINDOWS)) return;
    for (size_t w = 0; w < to->window_count; w++) {
        to->windows[w].below += from->windows[w].below;
        to->windows[w].below_high += from->windows[w].below + from->windows[w].inside;
        if (from->windows[w].first < to->windows[w].first) to->windows[w].first = from->windows[w].first;
    }
    for (ap_u32 i = 0; i < from->kept; i++) {
        double x = from->kept_value[i];
        size_t w = 0, end = to->window_count; /* the last window that begins at or below x */
        while (end - w > 1) {
            size_t middle = w + (end - w) / 2;
            if (to->windows[middle].low <= x) w = middle;
            else end = middle;
        }
        to->windows[w].below_high++;
    }
    to->lost |= (int)from->lost;
    if (from->tail_room)
        for (size_t t = 0; t < to->tail_count; t++) {
            apsis_exact_merge(&to->tails[t].sum, &share->tails[2 * t]);
            apsis_exact_merge(&to->tails[t].square, &share->tails[2 * t + 1]);
        }
    if (!to->lost) {
        size_t count = to->kept_count + from->kept;
        if (count > to->kept_room) {
            to->kept_room = count + to->kept_count / 8;
            to->kept = apsis_realloc(to->kept, to->kept_room * sizeof *to->kept);
        }
        for (ap_u32 i = 0; i < from->kept; i++) to->kept[to->kept_count + i] = (struct apsis_kept){from->kept_value[i], from->kept_draw[i]};
        to->kept_count = count;
    }
}

static void merge_workers(void *context, size_t i)
{
    struct apsis_tallies *all = context;
    for (struct apsis_worker *worker = all->workers; worker; worker = worker->next) {
        struct ap_tally_column *column = &worker->base.columns[all->columns[i].column];
        if (column->wanted & AP_TALLY_WINDOWS && column->tail_count) flush_tail(column);
        merge_column(&all->columns[i], column, &worker->shares[i]);
    }
}

void apsis_tallies_merge(struct apsis_tallies *all)
{
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) num_threads(all->threads > 0 ? all->threads : 1)
    for (size_t i = 0; i < all->count; i++) apsis_escape_part(&parts, merge_workers, all, i);
    apsis_parts_end(&parts);
}

void apsis_tallies_free(struct apsis_tallies *all)
{
    for (struct apsis_worker *worker = all->workers, *next; worker; worker = next) {
        next = worker->next;
        for (size_t i = 0; i < all->count; i++) {
            struct ap_tally_column *column = &worker->base.columns[all->columns[i].column];
            apsis_block_free(column->target_counts);
            apsis_block_free(column->category_counts);
            apsis_block_free(column->bins);
            apsis_block_free(column->windows);
            apsis_block_free(column->kept_value);
            apsis_block_free(column->kept_draw);
            apsis_block_free(column->tail);
            apsis_block_free(column->tails);
            apsis_block_free(worker->shares[i].tails);
        }
        apsis_block_free(worker->base.columns);
        apsis_block_free(worker->shares);
        apsis_block_free(worker);
    }
    apsis_block_free((void *)all->base.wanted);
    memset(all, 0, sizeof *all);
}
