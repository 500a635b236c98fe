/* cuda_work.c - a job's tiles shared out among cards, a host thread each; a card that is lost gives its tiles back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/cuda_card.h"
#include "host/support/escape.h"
#include "kernels/tally.h"

#define LAUNCH_SECONDS 0.2    /* how long a cancelled run may have to wait for launches that cannot be stopped */
#define PIECES 4              /* of a job for each card, so that the host takes one while the card works at the next */
#define WORKER_VALUES 50000   /* tiles times columns of a job that are worth another worker */

struct range {
    uint64_t first, count;
};

/*
 * What the cards share. Every tile of the job is in `ranges` or under way on one card, until it is taken; `open` counts those that
 * are not. Nothing reaches the job's tally but through the cards' own workers, which began empty: when the job fails they are
 * thrown away, and the tally is as it was.
 */
struct work {
    struct apsis_cuda_task task;
    int threads;
    size_t cards;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct range *ranges;
    size_t range_count, range_capacity;
    uint64_t open;
    int cancelled;
    struct apsis_parts parts;
};

struct station {
    struct work *work;
    struct apsis_cuda_card *card;
    struct ap_tally **workers;
    size_t worker_count;
    pthread_t thread;
    int threaded, started;
};

static void give(struct work *work, uint64_t first, uint64_t count)
{
    if (work->range_count == work->range_capacity) {
        work->range_capacity = 2 * work->range_capacity + 8;
        work->ranges = apsis_realloc(work->ranges, work->range_capacity * sizeof *work->ranges);
    }
    work->ranges[work->range_count++] = (struct range){first, count};
}

static void unlock(void *lock) { pthread_mutex_unlock(lock); }

static void give_back(struct work *work, uint64_t first, uint64_t count)
{
    struct apsis_cleanup cleanup;
    pthread_mutex_lock(&work->lock);
    apsis_escape_defer(&cleanup, unlock, &work->lock);
    give(work, first, count);
    apsis_escape_drop(&cleanup);
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->lock);
}

static void settle(struct work *work, uint64_t tiles, int cancelled)
{
    pthread_mutex_lock(&work->lock);
    work->open -= tiles;
    work->cancelled |= cancelled;
    if (!work->open || cancelled) pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->lock);
}

/* At most `most` tiles; 0: there are none now, and (when told to wait) there will be none. */
static uint32_t take_range(struct work *work, uint32_t most, int wait, uint64_t *first)
{
    uint32_t count = 0;
    pthread_mutex_lock(&work->lock);
    while (wait && !work->range_count && work->open && !work->cancelled) pthread_cond_wait(&work->changed, &work->lock);
    if (work->range_count && !work->cancelled) {
        struct range *range = &work->ranges[work->range_count - 1];
        count = range->count < most ? (uint32_t)range->count : most;
        *first = range->first;
        range->first += count;
        range->count -= count;
        if (!range->count) work->range_count--;
    }
    pthread_mutex_unlock(&work->lock);
    return count;
}

/* Tiles of one launch: what the card works off in the time allowed, a whole number for each block. */
static uint32_t launch_tiles(const struct work *work, const struct apsis_cuda_card *card)
{
    uint64_t all = work->task.job->tile_count, most = (all + PIECES * work->cards - 1) / (PIECES * work->cards);
    double timely = card->tiles_per_second > 0 ? LAUNCH_SECONDS * card->tiles_per_second : card->blocks;
    if (timely < card->blocks) timely = card->blocks;
    if ((double)most > timely) most = (uint64_t)timely;
    if (most < card->blocks) most = card->blocks;
    most -= most % card->blocks;
    return most < card->most_tiles ? (uint32_t)most : card->most_tiles;
}

static void lose(struct station *station, const char *why)
{
    struct apsis_cuda_card *card = station->card;
    card->lost = why;
    for (int i = 0; i < APSIS_CUDA_SLOTS; i++) {
        struct apsis_cuda_slot *slot = &card->slots[i];
        if (slot->busy) give_back(station->work, slot->first_tile, slot->tiles);
        slot->busy = 0;
    }
}

/* Room for the launches of this job; less of it where there is too little. 0, or the card is lost. */
static int fit(struct station *station)
{
    struct apsis_cuda_card *card = station->card;
    const struct apsis_cuda_need *need = &station->work->task.need;
    while (apsis_cuda_fit(card, need)) {
        if (card->error != APSIS_CUDA_OUT_OF_MEMORY) return lose(station, apsis_cuda_card_why(card)), 1;
        if (!apsis_cuda_less(card)) return lose(station, apsis_cuda_short(card, need)), 1;
    }
    return 0;
}

static int begin_job(struct station *station)
{
    struct apsis_cuda_card *card = station->card;
    const struct apsis_cuda_task *task = &station->work->task;
    size_t bytes = task->plan->column_count * sizeof *task->row_of;
    if (APSIS_CUDA_ASK(card, context_set, card->context)) return lose(station, apsis_cuda_card_why(card)), 1;
    *card->cancel = 0;
    card->job_number++;
    if (fit(station)) return 1;
    if (bytes && APSIS_CUDA_ASK(card, copy_in, card->row_of.address, task->row_of, bytes, card->compute)) return lose(station, apsis_cuda_card_why(card)), 1;
    return 0;
}

static struct apsis_cuda_slot *free_slot(struct apsis_cuda_card *card)
{
    for (int i = 0; i < APSIS_CUDA_SLOTS; i++)
        if (!card->slots[i].busy) return &card->slots[i];
    return NULL;
}

/* Fills the slots. Returns how many launches are under way, or -1: the card is lost. */
static int fill_slots(struct station *station, struct apsis_cuda_slot **oldest)
{
    struct work *work = station->work;
    struct apsis_cuda_card *card = station->card;
    for (;;) {
        struct apsis_cuda_slot *slot = free_slot(card);
        int busy = 0;
        uint64_t first = 0;
        for (int i = 0; i < APSIS_CUDA_SLOTS; i++) busy += card->slots[i].busy;
        uint32_t tiles = slot ? take_range(work, launch_tiles(work, card), busy == 0, &first) : 0;
        if (!tiles) return busy;
        if (!apsis_cuda_begin(card, slot, &work->task, first, tiles)) {
            if (!busy) *oldest = slot;
            continue;
        }
        give_back(work, first, tiles);
        if (card->error != APSIS_CUDA_OUT_OF_MEMORY) return lose(station, apsis_cuda_card_why(card)), -1;
        if (busy) return busy; /* those first: then there is more */
        if (!apsis_cuda_less(card)) return lose(station, apsis_cuda_short(card, &work->task.need)), -1;
        if (fit(station)) return -1;
    }
}

static void work_off(void *pointer, size_t number)
{
    struct station *station = pointer;
    (void)number;
    struct work *work = station->work;
    struct apsis_cuda_card *card = station->card;
    struct apsis_cuda_slot *oldest = NULL;
    if (begin_job(station)) return;
    while (fill_slots(station, &oldest) > 0) {
        struct apsis_cuda_slot *slot = oldest;
        enum apsis_cuda_outcome outcome = apsis_cuda_end(card, slot, &work->task, station->workers, station->worker_count);
        if (outcome == APSIS_CUDA_FAILED) {
            slot->busy = 1;
            lose(station, apsis_cuda_card_why(card));
            return;
        }
        if (outcome == APSIS_CUDA_AGAIN) give_back(work, slot->first_tile, slot->tiles);
        else settle(work, slot->tiles, outcome == APSIS_CUDA_CANCELLED);
        for (int i = 0; i < APSIS_CUDA_SLOTS; i++) /* of two, the other one is older than what comes next */
            if (card->slots[i].busy) oldest = &card->slots[i];
    }
}

/* A station's thread. Where it finds no memory, the others need not go on: the job fails. */
static void *run_station(void *pointer)
{
    struct station *station = pointer;
    struct work *work = station->work;
    apsis_escape_part(&work->parts, work_off, station, 0);
    if (__atomic_load_n(&work->parts.wanted, __ATOMIC_RELAXED)) settle(work, 0, 1);
    return NULL;
}

static void run_all(struct station *stations, size_t count)
{
    size_t live = 0;
    for (size_t i = 0; i < count; i++) live += !stations[i].card->lost;
    for (size_t i = 0; i < count; i++) {
        struct station *station = &stations[i];
        station->started = !station->card->lost;
        station->threaded = station->started && live > 1 && pthread_create(&station->thread, NULL, run_station, station) == 0;
    }
    for (size_t i = 0; i < count; i++)
        if (stations[i].started && !stations[i].threaded) run_station(&stations[i]);
    for (size_t i = 0; i < count; i++)
        if (stations[i].threaded) pthread_join(stations[i].thread, NULL);
}

/* Workers that hold nothing yet, as many as the job is worth. */
static void open_workers(struct station *stations, size_t count, struct apsis_tally *tally, size_t threads, double values)
{
    for (size_t i = 0; i < count; i++) {
        size_t most = (size_t)(values / WORKER_VALUES) + 1, n = threads < most ? threads : most;
        if (stations[i].card->lost) continue;
        stations[i].workers = apsis_calloc(n, sizeof *stations[i].workers);
        for (; stations[i].worker_count < n; stations[i].worker_count++) stations[i].workers[stations[i].worker_count] = tally->open_empty(tally);
    }
}

static void close_workers(struct station *stations, size_t count, struct apsis_tally *tally, int good)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t w = 0; w < stations[i].worker_count; w++) {
            if (good) tally->close(tally, stations[i].workers[w]);
            else tally->discard(tally, stations[i].workers[w]);
        }
        apsis_block_free(stations[i].workers);
    }
}

/* Rows of a stored job: the columns that somebody wants. */
static uint32_t stored_rows(const struct apsis_plan *plan, const struct apsis_job *job, uint32_t *row_of)
{
    uint32_t rows = 0;
    for (size_t c = 0; c < plan->column_count; c++) row_of[c] = job->stored[c] ? rows++ : AP_NO_ROW;
    return rows;
}

static const char *join(struct apsis_arena *arena, const char *text, const char *more)
{
    return text ? apsis_arena_printf(arena, "%s; %s", text, more) : apsis_arena_printf(arena, "%s", more);
}

enum apsis_status apsis_cuda_work(struct apsis_cuda_card *cards, size_t count, const struct apsis_plan *plan, const struct apsis_job *job, int threads,
                                  struct apsis_arena *arena, const char **why, const char **note)
{
    struct work work = {.task = {.plan = plan, .job = job, .need = {.tiles = job->tile_count, .columns = (uint32_t)plan->column_count, .stored = job->tally == NULL}}, .threads = threads, .parts = apsis_parts()};
    struct station *stations = apsis_calloc(count, sizeof *stations);
    unsigned *before = apsis_calloc(count, sizeof *before); /* how often each was short of memory */
    const char *lost_before = NULL, *lost_now = NULL;
    uint32_t *stored_row_of = NULL;
    struct apsis_cuda_tally *tally = NULL;
    enum apsis_status status = APSIS_OK;
    *why = *note = NULL;
    for (size_t i = 0; i < count; i++) {
        stations[i] = (struct station){.work = &work, .card = &cards[i]};
        before[i] = cards[i].short_of_memory;
        if (cards[i].lost) lost_before = join(arena, lost_before, cards[i].lost);
        else work.cards++;
    }
    if (!work.cards) {
        *why = lost_before;
        status = APSIS_FAILURE;
        goto end;
    }
    if (job->tally) {
        struct ap_tally *first = job->tally->open_empty(job->tally);
        work.task.tally = tally = apsis_cuda_tally_new(first);
        job->tally->discard(job->tally, first);
        work.task.row_of = apsis_cuda_tally_row_of(tally);
        work.task.need.tally = tally;
        work.task.need.rows = apsis_cuda_tally_rows(tally);
        open_workers(stations, count, job->tally, (size_t)threads / work.cards ? (size_t)threads / work.cards : 1, (double)job->tile_count * work.task.need.rows);
    } else {
        stored_row_of = apsis_malloc((plan->column_count + 1) * sizeof *stored_row_of);
        work.task.need.rows = stored_rows(plan, job, stored_row_of);
        work.task.row_of = stored_row_of;
    }
    if (work.task.need.rows || job->tally) {
        give(&work, job->first_tile, job->tile_count);
        work.open = job->tile_count;
    }
    pthread_mutex_init(&work.lock, NULL);
    pthread_cond_init(&work.changed, NULL);
    run_all(stations, count);
    pthread_cond_destroy(&work.changed);
    pthread_mutex_destroy(&work.lock);
    apsis_parts_end(&work.parts);
    for (size_t i = 0; i < count; i++) {
        const struct apsis_cuda_card *card = &cards[i];
        if (stations[i].started && card->lost) lost_now = join(arena, lost_now, card->lost);
        else if (card->short_of_memory > before[i])
            *note = join(arena, *note, apsis_arena_printf(arena, "cuda:%d (%s) was short of memory and worked at %u tiles at a time, with %u blocks of %u", card->device.ordinal,
                                                          card->device.name, card->most_tiles, card->blocks, card->most_blocks));
    }
    if (work.cancelled) {
        status = APSIS_INTERRUPTED;
    } else if (work.open) {
        if (lost_before) lost_now = join(arena, lost_before, lost_now);
        *why = strstr(lost_now, "--engine auto") ? lost_now : join(arena, lost_now, "run with --engine auto, which does without it");
        status = APSIS_FAILURE;
    } else if (lost_now) {
        *note = join(arena, *note, apsis_arena_printf(arena, "%s; its tiles were given to the other GPUs", lost_now));
    }
    if (job->tally) close_workers(stations, count, job->tally, status == APSIS_OK);
end:
    apsis_cuda_tally_free(tally);
    apsis_block_free(stored_row_of);
    apsis_block_free(work.ranges);
    apsis_block_free(before);
    apsis_block_free(stations);
    return status;
}
