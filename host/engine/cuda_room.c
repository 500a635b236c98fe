/* cuda_room.c - the memory of a card: how much a launch may use, chosen from what is free, and less where that is too much. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "host/engine/cuda_card.h"

#define PORTABLE 1u /* CU_MEMHOSTALLOC_PORTABLE */
/* Enough for launches of a tenth of a second at the speeds aimed at; more only keeps the host waiting. */
#define RESULTS_MOST ((size_t)64 << 20)
#define STORED_MOST ((size_t)256 << 20)
/* Shares of what is free: the rest is for the driver, which grows local memory when a kernel starts, and for others. */
#define SCRATCH_SHARE 0.6
#define RESULTS_SHARE 0.1

void apsis_cuda_release(struct apsis_cuda_card *card, struct apsis_cuda_buffer *buffer)
{
    if (buffer->address) card->driver->memory_free(buffer->address);
    *buffer = (struct apsis_cuda_buffer){0, 0};
}

int apsis_cuda_grow(struct apsis_cuda_card *card, struct apsis_cuda_buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->bytes) return 0;
    apsis_cuda_release(card, buffer);
    if (APSIS_CUDA_ASK(card, memory_alloc, &buffer->address, bytes)) {
        buffer->address = 0;
        return card->error;
    }
    buffer->bytes = bytes;
    return 0;
}

int apsis_cuda_grow_staging(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, size_t bytes)
{
    void *memory = NULL;
    if (bytes <= slot->staging_room) return 0;
    if (slot->staging) card->driver->host_free(slot->staging);
    slot->staging = NULL;
    slot->staging_room = 0;
    if (APSIS_CUDA_ASK(card, host_alloc, &memory, bytes, PORTABLE)) return card->error;
    slot->staging = memory;
    slot->staging_room = bytes;
    return 0;
}

void apsis_cuda_release_slot(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot)
{
    apsis_cuda_release(card, &slot->image);
    apsis_cuda_release(card, &slot->results);
    if (slot->staging) card->driver->host_free(slot->staging);
    apsis_block_free(slot->image_text);
    slot->staging = slot->image_text = NULL;
    slot->staging_room = slot->image_room = 0;
    slot->image_job = 0;
    slot->busy = 0;
}

static size_t block_bytes(const struct apsis_cuda_card *card, const struct apsis_cuda_need *need)
{
    return (need->stored ? 0 : (size_t)need->rows * AP_TILE_DRAWS * sizeof(double)) + card->text->far_rows * card->threads * sizeof(double);
}

/* Bytes of results that `tiles` tiles make, without kept values. */
static size_t result_bytes(const struct apsis_cuda_need *need, uint32_t tiles)
{
    struct apsis_cuda_sizes sizes;
    if (need->stored) return (size_t)tiles * need->rows * AP_TILE_DRAWS * sizeof(double);
    apsis_cuda_tally_sizes(need->tally, tiles, 0, &sizes);
    return sizes.results;
}

int apsis_cuda_fit(struct apsis_cuda_card *card, const struct apsis_cuda_need *need)
{
    size_t free_bytes = 0, total = 0, one = block_bytes(card, need), held = card->values.bytes + card->far.bytes;
    if (APSIS_CUDA_ASK(card, memory_info, &free_bytes, &total)) return card->error;
    for (int i = 0; i < APSIS_CUDA_SLOTS; i++) held += card->slots[i].results.bytes;
    double all = (double)(free_bytes + held);
    unsigned less = card->short_of_memory < 31 ? card->short_of_memory : 31; /* halved as often, whatever is said to be free */
    uint64_t blocks = card->most_blocks >> less, fit = one ? (uint64_t)(SCRATCH_SHARE * all / (double)one) : blocks;
    if (blocks > fit) blocks = fit;
    if (blocks > need->tiles) blocks = need->tiles;
    card->blocks = blocks ? (uint32_t)blocks : 1;
    card->rows = need->rows;

    size_t base = result_bytes(need, 1), each = result_bytes(need, 2) - base, most = need->stored ? STORED_MOST : RESULTS_MOST;
    size_t least = base + each * (card->blocks - 1); /* a tile for each block, if memory allows */
    if (most < least) most = least;
    if ((double)most > RESULTS_SHARE * all) most = (size_t)(RESULTS_SHARE * all);
    uint64_t tiles = most > base && each ? 1 + (most - base) / each : 1;
    tiles = tiles >> less ? tiles >> less : 1;
    card->most_tiles = tiles > need->tiles ? (uint32_t)need->tiles : (uint32_t)tiles;
    if (card->most_tiles > UINT32_MAX / AP_TILE_DRAWS) card->most_tiles = UINT32_MAX / AP_TILE_DRAWS;

    if (apsis_cuda_grow(card, &card->row_of, (size_t)(need->columns + 1) * sizeof(uint32_t))) return card->error;
    if (!need->stored && apsis_cuda_grow(card, &card->values, (size_t)card->blocks * need->rows * AP_TILE_DRAWS * sizeof(double))) return card->error;
    if (card->text->far_rows && apsis_cuda_grow(card, &card->far, (size_t)card->blocks * card->text->far_rows * card->threads * sizeof(double))) return card->error;
    return 0;
}

int apsis_cuda_less(struct apsis_cuda_card *card)
{
    apsis_cuda_release(card, &card->values);
    apsis_cuda_release(card, &card->far);
    for (int i = 0; i < APSIS_CUDA_SLOTS; i++) apsis_cuda_release_slot(card, &card->slots[i]);
    card->short_of_memory++;
    return card->blocks > 1 || card->most_tiles > 1;
}

const char *apsis_cuda_short(struct apsis_cuda_card *card, const struct apsis_cuda_need *need)
{
    size_t free_bytes = 0, total = 0, one = block_bytes(card, need) + APSIS_CUDA_SLOTS * (result_bytes(need, 1) + (need->stored ? 0 : (size_t)card->rows * 64 * sizeof(double)));
    card->driver->memory_info(&free_bytes, &total);
    return apsis_arena_printf(card->arena,
                              "cuda:%d (%s): out of device memory: one block of %u draws needs %.2f MiB%s, and %.2f of %.2f MiB are free; ask for fewer outputs at once (--only), or run with --engine auto",
                              card->device.ordinal, card->device.name, card->threads, (double)one / (1 << 20),
                              card->local_bytes ? apsis_arena_printf(card->arena, " and %d bytes of local memory a draw", card->local_bytes) : "",
                              (double)free_bytes / (1 << 20), (double)total / (1 << 20));
}
