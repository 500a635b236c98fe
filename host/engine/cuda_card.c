/* cuda_card.c - one GPU made ready for a plan: context, kernel, streams, and what all launches read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "host/engine/cuda_card.h"

#define NON_BLOCKING 1u  /* CU_STREAM_NON_BLOCKING: copies and kernels do not wait for each other */
#define MAPPED 2u        /* CU_MEMHOSTALLOC_DEVICEMAP */

/* The driver answers asynchronously: kernels and copies in a stream go in order, and each card has one for either. */
static int upload_package(struct apsis_cuda_card *card)
{
    struct apsis_cuda_pack *pack = apsis_cuda_pack_new(card->text);
    size_t bytes = apsis_cuda_pack_bytes(pack);
    int error = apsis_cuda_grow(card, &card->package, bytes);
    if (!error) {
        unsigned char *room = apsis_malloc(bytes);
        uint64_t numbers, samplers;
        apsis_cuda_pack_write(pack, card->package.address, room, &numbers, &samplers);
        card->numbers = numbers, card->samplers = samplers;
        error = APSIS_CUDA_ASK(card, copy_in, card->package.address, room, bytes, card->compute) || APSIS_CUDA_ASK(card, stream_wait, card->compute);
        apsis_block_free(room);
    }
    apsis_cuda_pack_free(pack);
    return error;
}

/* Numbers that the kernel reads from constant memory, where they are few enough for that (kernels/device.h). */
static int upload_constants(struct apsis_cuda_card *card)
{
    apsis_cuda_address address = 0;
    size_t room = 0, bytes = card->text->number_count * sizeof *card->text->numbers;
    if (APSIS_CUDA_ASK(card, module_global, &address, &room, card->module, "ap_constant_numbers")) return card->error == APSIS_CUDA_NOT_FOUND ? 0 : 1;
    if (bytes > room) bytes = room;
    if (!bytes) return 0;
    return APSIS_CUDA_ASK(card, copy_in, address, card->text->numbers, bytes, card->compute) || APSIS_CUDA_ASK(card, stream_wait, card->compute);
}

static int ask_kernel(struct apsis_cuda_card *card)
{
    int blocks = 0;
    if (APSIS_CUDA_ASK(card, function_attribute, &card->registers, APSIS_CUDA_REGISTERS, card->function)) return 1;
    if (APSIS_CUDA_ASK(card, function_attribute, &card->local_bytes, APSIS_CUDA_LOCAL_BYTES, card->function)) return 1;
    if (APSIS_CUDA_ASK(card, function_attribute, &card->shared_bytes, APSIS_CUDA_SHARED_BYTES, card->function)) return 1;
    if (APSIS_CUDA_ASK(card, occupancy, &blocks, card->function, (int)card->threads, 0)) return 1;
    if (blocks < 1) blocks = 1; /* the launch will say why it cannot be */
    card->most_blocks = (unsigned)blocks * (unsigned)(card->device.processors > 0 ? card->device.processors : 1);
    return 0;
}

int apsis_cuda_card_open(struct apsis_cuda_card *card, const void *cubin)
{
    void *cancel = NULL;
    if (!card->arena) card->arena = apsis_arena_new();
    if (!card->context && APSIS_CUDA_ASK(card, context_retain, &card->context, card->device.handle)) {
        card->context = NULL;
        return 1;
    }
    if (APSIS_CUDA_ASK(card, context_set, card->context)) return 1;
    if (APSIS_CUDA_ASK(card, module_load, &card->module, cubin)) {
        card->module = NULL;
        return 1;
    }
    if (APSIS_CUDA_ASK(card, module_function, &card->function, card->module, "apsis_tiles")) return 1;
    if (ask_kernel(card)) return 1;
    if (APSIS_CUDA_ASK(card, stream_create, &card->compute, NON_BLOCKING)) return card->compute = NULL, 1;
    if (APSIS_CUDA_ASK(card, stream_create, &card->copies, NON_BLOCKING)) return card->copies = NULL, 1;
    for (int i = 0; i < APSIS_CUDA_SLOTS; i++) {
        if (APSIS_CUDA_ASK(card, event_create, &card->slots[i].start, 0)) return card->slots[i].start = NULL, 1;
        if (APSIS_CUDA_ASK(card, event_create, &card->slots[i].end, 0)) return card->slots[i].end = NULL, 1;
    }
    if (APSIS_CUDA_ASK(card, host_alloc, &cancel, sizeof(ap_u32), MAPPED)) return 1;
    card->cancel = cancel;
    *card->cancel = 0;
    if (APSIS_CUDA_ASK(card, host_address, &card->cancel_address, cancel, 0)) return 1;
    return upload_constants(card) || upload_package(card);
}

/* A context that broke answers nothing but its error: what it held goes with it, when the last holder lets it go. */
void apsis_cuda_card_close(struct apsis_cuda_card *card)
{
    const struct apsis_cuda_driver *driver = card->driver;
    if (card->context) {
        driver->context_set(card->context);
        if (card->compute) driver->stream_wait(card->compute);
        if (card->copies) driver->stream_wait(card->copies);
        for (int i = 0; i < APSIS_CUDA_SLOTS; i++) {
            apsis_cuda_release_slot(card, &card->slots[i]);
            if (card->slots[i].start) driver->event_destroy(card->slots[i].start);
            if (card->slots[i].end) driver->event_destroy(card->slots[i].end);
        }
        apsis_cuda_release(card, &card->values);
        apsis_cuda_release(card, &card->far);
        apsis_cuda_release(card, &card->row_of);
        apsis_cuda_release(card, &card->package);
        if (card->cancel) driver->host_free((void *)card->cancel);
        if (card->compute) driver->stream_destroy(card->compute);
        if (card->copies) driver->stream_destroy(card->copies);
        if (card->module) driver->module_unload(card->module);
        driver->context_set(NULL);
        driver->context_release(card->device.handle);
    }
    apsis_arena_free(card->arena);
    card->context = NULL;
    card->arena = NULL;
}

const char *apsis_cuda_card_why(const struct apsis_cuda_card *card)
{
    return apsis_arena_printf(card->arena, "cuda:%d (%s): %s says %s", card->device.ordinal, card->device.name, apsis_cuda_symbols[card->asked],
                              apsis_cuda_error(card->arena, card->driver, card->error));
}
