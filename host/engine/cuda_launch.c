/* cuda_launch.c - one launch of some tiles on one card: what it is handed, how it is waited for, what is taken from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <time.h>

#include "host/engine/cuda_card.h"
#include "host/support/escape.h"
#include "host/support/floating.h"
#include "kernels/device_row.h"

/* Values kept in a launch: more than these (64 MiB) would find no room in the workers either. */
#define MOST_KEPT (1u << 22)
#define LEAST_KEPT (1u << 10)

static size_t with_reserve(size_t bytes) { return bytes + bytes / 4; }

/* From the launch before; first of all a value of thirty-two, since a launch that is cut short is done again. */
static uint32_t kept_room(const struct apsis_cuda_card *card, uint32_t tiles)
{
    double each = card->kept_known ? card->kept_per_tile : card->rows * 32.0, room = 1.5 * each * tiles + LEAST_KEPT;
    if (room < card->least_kept_room) room = card->least_kept_room;
    return room < MOST_KEPT ? (uint32_t)room : MOST_KEPT;
}

/* The image of this launch and zeros where it counts, in the order of the stream. */
static int upload_tally(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task)
{
    size_t before = slot->results.bytes;
    slot->kept_room = kept_room(card, slot->tiles);
    apsis_cuda_tally_sizes(task->tally, slot->tiles, slot->kept_room, &slot->sizes);
    if (slot->sizes.results > slot->results.bytes && apsis_cuda_grow(card, &slot->results, with_reserve(slot->sizes.results))) return card->error;
    if (slot->sizes.results > slot->staging_room && apsis_cuda_grow_staging(card, slot, with_reserve(slot->sizes.results))) return card->error;
    int same = slot->image_job == card->job_number && slot->image_tiles == slot->tiles && slot->image_kept_room == slot->kept_room && before == slot->results.bytes;
    if (slot->sizes.image > slot->image.bytes) {
        same = 0;
        if (apsis_cuda_grow(card, &slot->image, with_reserve(slot->sizes.image))) return card->error;
    }
    if (slot->sizes.image > slot->image_room) { /* the slot lives longer than this job */
        slot->image_text = apsis_block_keep(apsis_realloc(slot->image_text, with_reserve(slot->sizes.image)));
        slot->image_room = with_reserve(slot->sizes.image);
    }
    apsis_cuda_tally_image(task->tally, slot->image.address, slot->results.address, slot->first_tile, slot->tiles, slot->kept_room, slot->image_text);
    slot->image_job = card->job_number, slot->image_tiles = slot->tiles, slot->image_kept_room = slot->kept_room;
    if (APSIS_CUDA_ASK(card, copy_in, slot->image.address, slot->image_text, same ? slot->sizes.head : slot->sizes.image, card->compute)) return card->error;
    return slot->sizes.zero ? APSIS_CUDA_ASK(card, fill_bytes, slot->results.address, 0, slot->sizes.zero, card->compute) : 0;
}

#define AT(type, address) ((type *)(uintptr_t)(address))

int apsis_cuda_begin(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task, uint64_t first_tile, uint32_t tiles)
{
    slot->first_tile = first_tile;
    slot->tiles = tiles;
    if (task->tally) {
        if (upload_tally(card, slot, task)) {
            slot->image_job = 0;
            return card->error;
        }
    } else if (apsis_cuda_grow(card, &slot->results, (size_t)tiles * task->need.rows * AP_TILE_DRAWS * sizeof(double))) {
        return card->error;
    }
    struct ap_launch launch = {.seed = task->job->seed, .draws = task->job->draws, .first_tile = first_tile, .tile_count = tiles,
                               .column_count = (ap_u32)task->plan->column_count, .row_count = task->need.rows, .stored = task->tally == NULL,
                               .row_of = AT(const ap_u32, card->row_of.address), .numbers = AT(const double, card->numbers),
                               .samplers = AT(const struct ap_sampler, card->samplers),
                               .values = AT(double, task->tally ? card->values.address : slot->results.address), .far = AT(double, card->far.address),
                               .tally = task->tally ? AT(const struct ap_device_tally, slot->image.address) : NULL,
                               .cancel = AT(const volatile ap_u32, card->cancel_address)};
    void *parameters[] = {&launch};
    unsigned blocks = tiles < card->blocks ? tiles : card->blocks;
    if (APSIS_CUDA_ASK(card, event_record, slot->start, card->compute)) return card->error;
    if (APSIS_CUDA_ASK(card, launch, card->function, blocks, 1, 1, card->threads, 1, 1, 0, card->compute, parameters, NULL)) return card->error;
    if (APSIS_CUDA_ASK(card, event_record, slot->end, card->compute)) return card->error;
    slot->busy = 1;
    return 0;
}

/* Waits for the end of the launch; a cancelled job is told to the card too, which ends between tiles. Short naps, so that a
   processor is left for the threads that take results. */
static int wait_for(struct apsis_cuda_card *card, const struct apsis_cuda_slot *slot, const volatile int *cancel)
{
    long nap = 5000;
    while (APSIS_CUDA_ASK(card, event_query, slot->end) == APSIS_CUDA_NOT_READY) {
        if (cancel && *cancel) *card->cancel = 1;
        nanosleep(&(struct timespec){0, nap}, NULL);
        if (nap < 100000) nap += nap / 2;
    }
    return card->error;
}

static int fetch(struct apsis_cuda_card *card, void *to, apsis_cuda_address from, size_t bytes)
{
    return APSIS_CUDA_ASK(card, copy_out, to, from, bytes, card->copies) || APSIS_CUDA_ASK(card, stream_wait, card->copies);
}

/* Columns that are wanted, those draws that there are. */
static int fetch_stored(struct apsis_cuda_card *card, const struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task)
{
    const struct apsis_job *job = task->job;
    uint64_t first = slot->first_tile * AP_TILE_DRAWS, count = (uint64_t)slot->tiles * AP_TILE_DRAWS;
    if (first >= job->draws) return 0;
    if (count > job->draws - first) count = job->draws - first;
    for (size_t c = 0; c < task->plan->column_count; c++) {
        if (task->row_of[c] == AP_NO_ROW) continue;
        double *to = job->stored[c] + (size_t)(slot->first_tile - job->first_tile) * AP_TILE_DRAWS;
        apsis_cuda_address from = slot->results.address + (apsis_cuda_address)task->row_of[c] * slot->tiles * AP_TILE_DRAWS * sizeof(double);
        if (APSIS_CUDA_ASK(card, copy_out, to, from, (size_t)count * sizeof(double), card->copies)) return card->error;
    }
    return APSIS_CUDA_ASK(card, stream_wait, card->copies);
}

struct taking {
    const struct apsis_cuda_slot *slot;
    const struct apsis_cuda_task *task;
    struct ap_tally *const *workers;
    size_t count;
};

static void take_share(void *context, size_t w)
{
    const struct taking *taking = context;
    const struct apsis_cuda_slot *slot = taking->slot;
    const struct apsis_cuda_tally *tally = taking->task->tally;
    uint64_t mode = apsis_floating_set(), tiles = slot->tiles;
    uint32_t from = (uint32_t)(tiles * w / taking->count), to = (uint32_t)(tiles * (w + 1) / taking->count);
    if (w == 0) apsis_cuda_tally_take_rows(tally, taking->workers[0], slot->staging, slot->first_tile, slot->tiles, slot->kept_room);
    apsis_cuda_tally_take_tiles(tally, taking->workers[w], slot->staging, slot->first_tile, slot->tiles, from, to);
    apsis_floating_restore(mode);
}

static void take(const struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task, struct ap_tally *const *workers, size_t count)
{
    if (count > slot->tiles) count = slot->tiles;
    struct taking taking = {slot, task, workers, count};
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(static, 1) num_threads((int)count) if (count > 1)
    for (size_t w = 0; w < count; w++) apsis_escape_part(&parts, take_share, &taking, w);
    apsis_parts_end(&parts);
}

enum apsis_cuda_outcome apsis_cuda_end(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task,
                                       struct ap_tally *const *workers, size_t worker_count)
{
    float milliseconds = 0;
    slot->busy = 0;
    if (wait_for(card, slot, task->job->cancel)) return APSIS_CUDA_FAILED;
    if (*card->cancel || (task->job->cancel && *task->job->cancel)) return APSIS_CUDA_CANCELLED;
    if (!APSIS_CUDA_ASK(card, event_elapsed, &milliseconds, slot->start, slot->end) && milliseconds > 0) {
        card->tiles_per_second = (double)slot->tiles / (double)milliseconds * 1000;
        card->busy_seconds += (double)milliseconds / 1000;
        card->busy_tiles += slot->tiles;
    }
    if (!task->tally) return fetch_stored(card, slot, task) ? APSIS_CUDA_FAILED : APSIS_CUDA_DONE;
    if (fetch(card, slot->staging, slot->results.address, slot->sizes.fixed)) return APSIS_CUDA_FAILED;
    uint64_t kept = apsis_cuda_tally_kept(slot->staging);
    card->kept_per_tile = (double)kept / (double)slot->tiles;
    card->kept_known = 1;
    card->least_kept_room = 0;
    if (kept > slot->kept_room) {
        if (slot->kept_room < MOST_KEPT) {
            card->least_kept_room = kept < MOST_KEPT - kept / 8 ? (uint32_t)(kept + kept / 8) : MOST_KEPT;
            return APSIS_CUDA_AGAIN;
        }
        kept = slot->kept_room;
    }
    size_t bytes = (size_t)kept * sizeof(struct ap_device_kept);
    if (bytes && fetch(card, slot->staging + slot->sizes.fixed, slot->results.address + slot->sizes.fixed, bytes)) return APSIS_CUDA_FAILED;
    take(slot, task, workers, worker_count);
    return APSIS_CUDA_DONE;
}
