/* machine_engines.c - each engine on this machine, and what it needs or why it cannot run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "host/api/machine.h"
#include "host/engine/automatic.h"
#include "host/engine/cache.h"
#include "host/engine/compiler.h"
#include "host/engine/cuda.h"
#include "host/engine/cuda_driver.h"

#define found(key, words, text) apsis_machine_found(m, key, words, text)

const char *apsis_machine_instruction_sets(struct apsis_arena *arena)
{
    const char *text = "", *name;
    for (size_t i = 0; apsis_cpu_at(i, &name); i++) text = apsis_arena_printf(arena, "%s%s%s", text, i ? ", " : "", name);
    return text;
}

static const char *bytes_text(struct apsis_arena *arena, uint64_t bytes)
{
    if (bytes >= 1ull << 30) return apsis_arena_printf(arena, "%.1f GiB", (double)bytes / 0x1p30);
    if (bytes >= 1ull << 20) return apsis_arena_printf(arena, "%.1f MiB", (double)bytes / 0x1p20);
    return apsis_arena_printf(arena, "%.0f KiB", (double)bytes / 0x1p10);
}

static void look_at_cache(struct apsis_machine *m)
{
    struct apsis_cache *cache = apsis_cache_open();
    const char *path = apsis_cache_path(cache), *why = apsis_cache_why(cache);
    if (path && !why) {
        size_t entries = 0;
        uint64_t bytes = 0, limit = 0;
        apsis_cache_usage(cache, &entries, &bytes, &limit);
        found("cache", "code cache", apsis_arena_printf(m->arena, "%s: %zu %s, %s of at most %s", path, entries, entries == 1 ? "entry" : "entries",
                                                              bytes_text(m->arena, bytes), bytes_text(m->arena, limit)));
    } else {
        found("cache", "code cache", apsis_arena_printf(m->arena, "none, code is compiled anew each time: %s", why ? why : "no folder for it"));
    }
    apsis_cache_close(cache);
}

void apsis_machine_engines(struct apsis_machine *m)
{
    found("engine_interpreter", "engine", apsis_arena_printf(m->arena, "interpreter: ready, instruction sets %s", apsis_machine_instruction_sets(m->arena)));
    char *why = NULL;
    struct apsis_compiler *compiler = apsis_compiler_find(&why);
    if (!compiler) found("engine_compiled", "engine", apsis_arena_printf(m->arena, "compiled: %s", why ? why : "no C compiler"));
    else found("engine_compiled", "engine", apsis_arena_printf(m->arena, "compiled: ready, by %s (%s)", apsis_compiler_title(compiler), apsis_compiler_path(compiler)));
    apsis_compiler_free(compiler);
    apsis_block_free(why);
    look_at_cache(m);
}

/* For programs: each GPU as an object, in m->gpus. No allocation but Jansson's while an object is in no list. */
static void list_gpus(struct apsis_machine *m)
{
    struct apsis_cuda_driver driver;
    struct apsis_cuda_device *devices = NULL;
    size_t count = 0;
    const char *why;
    m->gpus = json_array();
    if (apsis_cuda_driver_open(m->arena, &driver, &why) || apsis_cuda_devices(m->arena, &driver, &devices, &count, &why)) return;
    for (size_t i = 0; i < count; i++) {
        const struct apsis_cuda_device *d = &devices[i];
        char device[32], capability[32], memory[32];
        snprintf(device, sizeof device, "cuda:%d", d->ordinal);
        snprintf(capability, sizeof capability, "%d.%d", d->major, d->minor);
        snprintf(memory, sizeof memory, "%zu", d->memory);
        json_t *gpu = json_object();
        apsis_json_set(gpu, "device", apsis_json_text(device));
        apsis_json_set(gpu, "name", apsis_json_text(d->name));
        apsis_json_set(gpu, "compute_capability", apsis_json_text(capability));
        apsis_json_set(gpu, "multiprocessors", json_integer(d->processors));
        apsis_json_set(gpu, "memory_bytes", apsis_json_text(memory));
        apsis_json_append(m->gpus, gpu);
    }
}

void apsis_machine_cuda(struct apsis_machine *m)
{
    struct apsis_engine_options options = {0};
    struct apsis_cuda_description d = apsis_cuda_describe(m->arena, NULL);
    const char *cannot = apsis_engine_cuda.available(&options);
    found("cuda_driver", "CUDA driver", apsis_without_advice(m->arena, d.driver));
    found("gpus", "GPUs", apsis_without_advice(m->arena, d.devices));
    found("nvrtc", "NVRTC", apsis_without_advice(m->arena, d.nvrtc));
    found("cuda_random", "GPU random", d.headers_path ? apsis_arena_printf(m->arena, "curand_Philox4x32_10 of cuRAND, from %s", d.headers_path)
                                                            : apsis_arena_printf(m->arena, "Philox of Apsis, the same numbers: %s", d.headers));
    if (!cannot && !d.nvrtc_works) cannot = d.nvrtc;
    found("cuda_engine", "CUDA engine", cannot ? apsis_without_advice(m->arena, cannot) : "ready");
    if (d.device_count) list_gpus(m);
}
