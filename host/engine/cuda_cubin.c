/* cuda_cubin.c - a program's text as machine code for one kind of GPU: from the cache, or by NVRTC. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "host/engine/cuda_cubin.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/engine/cache.h"
#include "host/engine/kernel_headers.h"
#include "host/support/escape.h"
#include "host/support/sha256.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* What the cubin is known by: text, kernels, GPU. Not NVRTC's version: any of them gives the same results, and what one has made serves
   where none is installed. A driver that cannot load what is found says so, and it is compiled again. */
static void key_of(struct apsis_arena *arena, const struct apsis_program_text *text, int major, int minor, uint8_t key[32])
{
    uint8_t kernels[32];
    char hex[65];
    apsis_kernel_headers_sha256(kernels);
    apsis_sha256_hex(kernels, hex);
    apsis_text_key(text, apsis_arena_printf(arena, "cubin sm_%d%d --fmad=false %s", major, minor, hex), key);
}

static enum apsis_status compile(struct apsis_arena *arena, const struct apsis_program_text *text, const struct apsis_engine_options *options, const char *headers,
                                 struct apsis_cuda_cubin *cubin, const char **why)
{
    struct apsis_nvrtc nvrtc;
    size_t count;
    enum apsis_status status = apsis_nvrtc_open(arena, &nvrtc, why);
    if (status != APSIS_OK) return status;
    const struct apsis_kernel_header *all = apsis_kernel_headers(&count);
    const char **texts = APSIS_NEW_ARRAY(arena, const char *, count + 1), **names = APSIS_NEW_ARRAY(arena, const char *, count + 1), *more[2] = {NULL, NULL};
    for (size_t i = 0; i < count; i++) texts[i] = all[i].text, names[i] = all[i].name;
    struct apsis_nvrtc_job job = {.text = text->text, .name = "apsis_tiles.cu", .headers = texts, .header_names = names, .header_count = count,
                                  .major = cubin->major, .minor = cubin->minor, .options = more, .cancel = options ? options->cancel_prepare : NULL};
    if (headers) {
        more[0] = apsis_arena_printf(arena, "-I%s", headers);
        more[1] = apsis_arena_printf(arena, "-I%s/cccl", headers); /* where nv/target is since 13.0 */
        job.option_count = 2;
    }
    double start = now();
    status = apsis_nvrtc_compile(arena, &nvrtc, &job, why);
    cubin->seconds = now() - start;
    cubin->log = job.log;
    if (status != APSIS_OK) return status;
    cubin->size = job.cubin_size;
    cubin->bytes = apsis_malloc(cubin->size);
    memcpy(cubin->bytes, job.cubin, cubin->size);
    return APSIS_OK;
}

static void close_cache(void *cache) { apsis_cache_close(cache); }

enum apsis_status apsis_cuda_cubin(struct apsis_arena *arena, const struct apsis_program_text *text, const struct apsis_engine_options *options, const char *headers,
                                   int major, int minor, int again, struct apsis_cuda_cubin *cubin, const char **why)
{
    uint8_t key[32];
    memset(cubin, 0, sizeof *cubin);
    cubin->log = "";
    cubin->major = major, cubin->minor = minor;
    key_of(arena, text, major, minor, key);
    struct apsis_cache *cache = apsis_cache_open();
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, close_cache, cache);
    enum apsis_status status = APSIS_OK;
    if (!again && apsis_cache_get(cache, key, ".cubin", &cubin->bytes, &cubin->size) == APSIS_OK) {
        cubin->cached = 1;
    } else if (options && options->only_cached) {
        *why = "no cubin of this model is in the cache";
        status = APSIS_INCOMPLETE;
    } else {
        status = compile(arena, text, options, headers, cubin, why);
        if (status == APSIS_OK) apsis_cache_put(cache, key, ".cubin", cubin->bytes, cubin->size, NULL);
    }
    apsis_escape_drop(&cleanup);
    apsis_cache_close(cache);
    return status;
}
