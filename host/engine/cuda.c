/* cuda.c - the engine that runs a plan on NVIDIA GPUs: one kernel for the whole program, compiled for the cards there are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cuda.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/cuda_card.h"
#include "host/engine/cuda_cubin.h"
#include "host/support/buffer.h"
#include "host/support/escape.h"

/* Unless asked for otherwise: blocks of 128 threads, three at least on a multiprocessor. The models in models/ would like 255 registers a
   thread, which leaves eight warps to hide the latency of double precision; with three blocks they get 168 and twelve. */
#define THREADS 128u
#define BLOCKS 3u

struct cuda {
    struct apsis_arena *arena; /* of texts that runs make; the plan's arena is prepare's */
    const struct apsis_plan *plan;
    struct apsis_cuda_driver driver;
    const struct apsis_program_text *text;
    struct apsis_cuda_card *cards;
    struct apsis_cuda_cubin *cubins; /* of each card; bytes are shared by cards of one kind */
    size_t count, opened;
    int threads;               /* of the host */
    int curand;
    const char *note, *why;    /* why: the last run failed */
};

/* The driver, and the cards that options ask for. */
static enum apsis_status find_cards(struct apsis_arena *arena, const struct apsis_engine_options *options, struct apsis_cuda_driver *driver,
                                    struct apsis_cuda_device **chosen, size_t *count, const char **why)
{
    struct apsis_cuda_device *devices;
    size_t all;
    enum apsis_status status = apsis_cuda_driver_open(arena, driver, why);
    if (status == APSIS_OK) status = apsis_cuda_devices(arena, driver, &devices, &all, why);
    if (status == APSIS_OK) status = apsis_cuda_choose(arena, options ? options->device : NULL, devices, all, chosen, count, why);
    return status;
}

static const char *available(const struct apsis_engine_options *options)
{
    static _Thread_local char text[512]; /* until the same thread asks again */
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_cuda_driver driver;
    struct apsis_cuda_device *chosen;
    size_t count;
    const char *why = NULL;
    enum apsis_status status = find_cards(arena, options, &driver, &chosen, &count, &why);
    if (status == APSIS_USAGE) status = APSIS_OK; /* a wrong --device is for prepare to tell, as what it is */
    if (status != APSIS_OK) {
        strncpy(text, why, sizeof text - 1);
        text[sizeof text - 1] = 0;
    }
    apsis_arena_free(arena);
    return status == APSIS_OK ? NULL : text;
}

/* Cards of one kind share a cubin: the first of them frees it. */
static void free_cubin(struct cuda *cuda, size_t i)
{
    size_t first = 0;
    while (first < i && cuda->cubins[first].bytes != cuda->cubins[i].bytes) first++;
    if (first == i) apsis_block_free(cuda->cubins[i].bytes);
}

static void free_run(void *run)
{
    struct cuda *cuda = run;
    for (size_t i = 0; i < cuda->opened; i++) apsis_cuda_card_close(&cuda->cards[i]);
    for (size_t i = cuda->count; i-- > 0;) free_cubin(cuda, i);
    apsis_block_free(cuda->cards);
    apsis_block_free(cuda->cubins);
    apsis_arena_free(cuda->arena);
    apsis_block_free(cuda);
}

/* Its cubin and all else that one card needs. A cubin of the cache that the driver does not take is compiled again. */
static enum apsis_status open_card(struct cuda *cuda, size_t i, const struct apsis_engine_options *options, const char *headers, const char **why)
{
    struct apsis_cuda_card *card = &cuda->cards[i];
    struct apsis_cuda_cubin *cubin = &cuda->cubins[i];
    struct apsis_arena *arena = cuda->plan->arena;
    cuda->opened = i + 1;
    for (size_t k = 0; k < i && !cubin->bytes; k++)
        if (cuda->cubins[k].major == card->device.major && cuda->cubins[k].minor == card->device.minor) *cubin = cuda->cubins[k];
    for (int again = 0;; again++) {
        if (!cubin->bytes) {
            enum apsis_status status = apsis_cuda_cubin(arena, cuda->text, options, headers, card->device.major, card->device.minor, again, cubin, why);
            if (status != APSIS_OK) return status;
        }
        if (!apsis_cuda_card_open(card, cubin->bytes)) return APSIS_OK;
        int image = card->asked == APSIS_CUDA_CALL_module_load && card->error != APSIS_CUDA_OUT_OF_MEMORY;
        *why = apsis_arena_printf(arena, "%s%s", apsis_cuda_card_why(card), image ? "; a driver newer than the CUDA Toolkit, or as new, is needed" : "");
        if (!image || !cubin->cached || again) return APSIS_FAILURE;
        free_cubin(cuda, i);
        memset(cubin, 0, sizeof *cubin);
    }
}

static unsigned number_of(const char *variable, unsigned otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

const char *apsis_cuda_text_options(const struct apsis_engine_options *options, int curand, struct apsis_text_options *text)
{
    unsigned threads = options && options->block ? options->block : number_of("APSIS_CUDA_THREADS", THREADS);
    *text = (struct apsis_text_options){.dialect = APSIS_TEXT_CUDA, .threads = threads, .curand = curand,
                                        .blocks = number_of("APSIS_CUDA_BLOCKS", threads == THREADS ? BLOCKS : 0),
                                        .own_words = number_of("APSIS_CUDA_SHARE", 1) == 0};
    if (threads >= 32 && threads <= 1024 && !(threads & (threads - 1)) && text->blocks <= 32) return NULL;
    return "a block on a GPU holds a power of two of draws, from 32 to 1024; a multiprocessor up to 32 blocks";
}

static enum apsis_status prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    struct apsis_engine_options none = {0};
    struct apsis_cuda_device *chosen;
    if (!options) options = &none;
    struct apsis_text_options text;
    if ((*why = apsis_cuda_text_options(options, 0, &text)) != NULL) return APSIS_USAGE;
    struct cuda *cuda = apsis_calloc(1, sizeof *cuda);
    cuda->arena = apsis_arena_new();
    cuda->plan = plan;
    cuda->threads = options->threads > 0 ? options->threads : omp_get_num_procs();
    size_t count = 0;
    enum apsis_status status = find_cards(plan->arena, options, &cuda->driver, &chosen, &count, why);
    if (status != APSIS_OK) count = 0;
    cuda->cards = apsis_calloc(count + 1, sizeof *cuda->cards);
    cuda->cubins = apsis_calloc(count + 1, sizeof *cuda->cubins);
    cuda->count = count;
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, free_run, cuda);
    const char *headers = NULL, *no_headers = NULL;
    if (status == APSIS_OK) {
        headers = apsis_toolkit_headers(plan->arena, options->cuda_include, &no_headers);
        if (!headers && options->cuda_include && strcmp(options->cuda_include, "none")) {
            *why = apsis_arena_printf(plan->arena, "--cuda-include: %s", no_headers);
            status = APSIS_USAGE;
        }
    }
    if (status == APSIS_OK) {
        cuda->curand = headers != NULL;
        text.curand = cuda->curand;
        cuda->text = apsis_program_text(plan->arena, plan, NULL, &text);
    }
    for (size_t i = 0; i < cuda->count && status == APSIS_OK; i++) {
        cuda->cards[i] = (struct apsis_cuda_card){.driver = &cuda->driver, .text = cuda->text, .device = chosen[i], .threads = text.threads};
        status = options->cancel_prepare && *options->cancel_prepare ? APSIS_INTERRUPTED : open_card(cuda, i, options, headers, why);
    }
    apsis_escape_drop(&cleanup);
    if (status == APSIS_OK) *run = cuda;
    else free_run(cuda);
    return status;
}

static enum apsis_status run(void *state, const struct apsis_job *job)
{
    struct cuda *cuda = state;
    const char *note = NULL;
    enum apsis_status status = apsis_cuda_work(cuda->cards, cuda->count, cuda->plan, job, cuda->threads, cuda->arena, &cuda->why, &note);
    if (note) cuda->note = cuda->note ? apsis_arena_printf(cuda->arena, "%s; %s", cuda->note, note) : note;
    return status;
}

static const char *describe(void *run)
{
    struct cuda *cuda = run;
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, "cuda/");
    for (size_t i = 0; i < cuda->count; i++) {
        const struct apsis_cuda_device *device = &cuda->cards[i].device;
        size_t same = 1;
        while (i + same < cuda->count && !strcmp(cuda->cards[i + same].device.name, device->name) && cuda->cards[i + same].device.major == device->major) same++;
        if (i) apsis_buffer_text(&text, " + ");
        if (same > 1) apsis_buffer_printf(&text, "%zu x ", same);
        apsis_buffer_printf(&text, "%s sm_%d%d", device->name, device->major, device->minor);
        i += same - 1;
    }
    apsis_buffer_text(&text, cuda->curand ? ", cuRAND Philox" : ", own Philox");
    const char *copy = apsis_arena_copy(cuda->arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

static const char *note(void *run)
{
    const struct cuda *cuda = run;
    return cuda->why ? cuda->why : cuda->note;
}

size_t apsis_cuda_figures(void *run, struct apsis_cuda_figures *figures, size_t room)
{
    const struct cuda *cuda = run;
    for (size_t i = 0; i < cuda->count && i < room; i++) {
        const struct apsis_cuda_card *card = &cuda->cards[i];
        const struct apsis_cuda_cubin *cubin = &cuda->cubins[i];
        figures[i] = (struct apsis_cuda_figures){
            .name = card->device.name, .ordinal = card->device.ordinal, .major = card->device.major, .minor = card->device.minor, .processors = card->device.processors,
            .registers = card->registers, .local_bytes = card->local_bytes, .shared_bytes = card->shared_bytes, .threads = card->threads, .blocks = card->most_blocks,
            .kernel_seconds = card->busy_seconds, .kernel_tiles = card->busy_tiles, .compile_seconds = cubin->seconds, .cached = cubin->cached, .log = cubin->log};
    }
    return cuda->count;
}

const struct apsis_engine apsis_engine_cuda = {"cuda", available, prepare, run, describe, note, free_run};
