/* cuda_tally.h - a job's tally on a GPU: what is uploaded before a launch, what comes back, and how workers get it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CUDA_TALLY_H
#define APSIS_HOST_CUDA_TALLY_H
#include <stddef.h>
#include <stdint.h>

#include "kernels/tally.h"

/*
 * Nothing here talks to CUDA. For one job, one launch after the other:
 *
 *   worker = job->tally->open(job->tally);
 *   tally = apsis_cuda_tally_new(worker);                                              once a job: columns change between jobs
 *   launch.row_of = upload(apsis_cuda_tally_row_of(tally)), launch.row_count = apsis_cuda_tally_rows(tally);
 *   for each launch of `tiles` tiles from `first` on:
 *       apsis_cuda_tally_sizes(tally, tiles, kept_room, &sizes);                       two buffers on the device, aligned to 256 bytes:
 *                                                                                      sizes.image and sizes.results bytes (kept for all launches)
 *       apsis_cuda_tally_image(tally, image_address, results_address, first, tiles, kept_room, image);
 *       upload(image_address, image, first launch ? sizes.image : sizes.head);
 *       memset on the device(results_address, 0, sizes.zero);
 *       launch.tally = image_address; launch.stored = 0; ... launch, wait;
 *       download(results, results_address, sizes.fixed);
 *       n = apsis_cuda_tally_kept(results);                                            values that wanted to be kept
 *       if (n > kept_room) either enlarge kept_room and launch again (nothing was taken yet), or go on: rows that lost some say so
 *       download(results + sizes.fixed, results_address + sizes.fixed, min(n, kept_room) * sizeof(struct ap_device_kept));
 *       apsis_cuda_tally_take_rows(tally, worker, results, first, tiles, kept_room);
 *       apsis_cuda_tally_take_tiles(tally, worker, results, first, tiles, 0, tiles);
 *   job->tally->close(job->tally, worker);
 *
 * A launch that was cancelled must not be taken. sizes.results grows with tiles and with kept_room and with nothing else: buffers made for
 * the largest launch serve all. One tally serves several devices at once (it is not written to after _new); each device has its own two
 * buffers and its own image. Workers: _take_rows once a launch, by any thread with a worker of its own; _take_tiles may be split over threads
 * by ranges of tiles, each with a worker of its own (opened and closed as above): that is where the host's time goes, about 10 ns a
 * tile and column (four exact additions).
 */
struct apsis_cuda_tally;

struct apsis_cuda_sizes {
    size_t image;   /* bytes of the image: struct ap_device_tally first, then rows, windows, targets, edges, tails */
    size_t head;    /* of these, the bytes that differ between launches of one job with the same number of tiles, addresses and kept_room;
                       where any of those differ the whole image is uploaded again */
    size_t zero;    /* bytes at the start of the results that must be zero when a launch begins; the rest may hold anything */
    size_t fixed;   /* bytes at the start of the results to download after each launch; the kept values come after them */
    size_t results; /* bytes of the results with room for kept_room kept values, 16 bytes each */
};

/* From the columns of an open worker of the tally; copies all it needs, but for the callbacks. Never NULL. Rows are the columns with
   something wanted, in rising order. */
struct apsis_cuda_tally *apsis_cuda_tally_new(const struct ap_tally *worker);
void apsis_cuda_tally_free(struct apsis_cuda_tally *tally);
uint32_t apsis_cuda_tally_rows(const struct apsis_cuda_tally *tally);
/* by column of the plan: its row, or AP_NO_ROW; worker->column_count entries */
const uint32_t *apsis_cuda_tally_row_of(const struct apsis_cuda_tally *tally);

void apsis_cuda_tally_sizes(const struct apsis_cuda_tally *tally, uint32_t tiles, uint32_t kept_room, struct apsis_cuda_sizes *sizes);
/* Writes sizes.image bytes to `image` with addresses on the device inside. 1 <= tiles. */
void apsis_cuda_tally_image(const struct apsis_cuda_tally *tally, uint64_t image_address, uint64_t results_address, uint64_t first_tile, uint32_t tiles,
                            uint32_t kept_room, void *image);

/* How many values wanted to be kept in that launch; more than kept_room: some were not. `results` is aligned to 8 bytes. */
uint64_t apsis_cuda_tally_kept(const void *results);
/* Windows, targets, categories, bins, tails, kept values, the first invalid draw: adds them to the worker's columns. */
void apsis_cuda_tally_take_rows(const struct apsis_cuda_tally *tally, struct ap_tally *worker, const void *results, uint64_t first_tile, uint32_t tiles,
                                uint32_t kept_room);
/* Counts, min, max, power sums and fingerprints of the launch's tiles from .. to - 1 (0 is first_tile). */
void apsis_cuda_tally_take_tiles(const struct apsis_cuda_tally *tally, struct ap_tally *worker, const void *results, uint64_t first_tile, uint32_t tiles,
                                 uint32_t from, uint32_t to);

#endif
