/* doctor_engines.c - apsis doctor: each engine, and what it needs or why it cannot run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/doctor.h"
#include "host/engine/automatic.h"
#include "host/engine/cache.h"
#include "host/engine/compiler.h"
#include "host/engine/cuda_driver.h"
#include "host/engine/nvrtc.h"

#define found apsis_doctor_found

const char *apsis_doctor_instruction_sets(struct apsis_cli *cli)
{
    static const char *const all[] = {"plain", "armv8", "v3", "v4"};
    const char *text = "";
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct apsis_engine_options options = {.cpu = all[i]};
        if (!apsis_engine_interpreter.available(&options)) text = apsis_arena_printf(cli->arena, "%s%s%s", text, *text ? ", " : "", all[i]);
    }
    return text;
}

static const char *bytes_text(struct apsis_cli *cli, uint64_t bytes)
{
    if (bytes >= 1ull << 30) return apsis_arena_printf(cli->arena, "%.1f GiB", (double)bytes / 0x1p30);
    if (bytes >= 1ull << 20) return apsis_arena_printf(cli->arena, "%.1f MiB", (double)bytes / 0x1p20);
    return apsis_arena_printf(cli->arena, "%.0f KiB", (double)bytes / 0x1p10);
}

static void look_at_cache(struct apsis_cli *cli, struct apsis_findings *list)
{
    struct apsis_cache *cache = apsis_cache_open();
    const char *path = apsis_cache_path(cache), *why = apsis_cache_why(cache);
    if (path && !why) {
        size_t entries = 0;
        uint64_t bytes = 0, limit = 0;
        apsis_cache_usage(cache, &entries, &bytes, &limit);
        found(list, "cache", "code cache", apsis_arena_printf(cli->arena, "%s: %zu %s, %s of at most %s", path, entries, entries == 1 ? "entry" : "entries",
                                                              bytes_text(cli, bytes), bytes_text(cli, limit)));
    } else {
        found(list, "cache", "code cache", apsis_arena_printf(cli->arena, "none, code is compiled anew each time: %s", why ? why : "no folder for it"));
    }
    apsis_cache_close(cache);
}

void apsis_doctor_engines(struct apsis_cli *cli, struct apsis_findings *list)
{
    struct apsis_engine_options options = {0};
    found(list, "engine_interpreter", "engine", apsis_arena_printf(cli->arena, "interpreter: ready, instruction sets %s", apsis_doctor_instruction_sets(cli)));
    char *why = NULL;
    struct apsis_compiler *compiler = apsis_compiler_find(&why);
    const struct apsis_engine *compiled = apsis_engine_find("compiled");
    const char *cannot = !compiled ? "not in this version" : compiled->available ? compiled->available(&options) : NULL;
    if (cannot) found(list, "engine_compiled", "engine", apsis_arena_printf(cli->arena, "compiled: %s", apsis_without_advice(cli->arena, cannot)));
    else if (!compiler) found(list, "engine_compiled", "engine", apsis_arena_printf(cli->arena, "compiled: %s", why ? why : "no C compiler"));
    else found(list, "engine_compiled", "engine", apsis_arena_printf(cli->arena, "compiled: ready, by %s (%s)", apsis_compiler_title(compiler), apsis_compiler_path(compiler)));
    apsis_compiler_free(compiler);
    free(why);
    look_at_cache(cli, list);
}

static void look_at_gpus(struct apsis_cli *cli, const struct apsis_cuda_driver *driver, struct apsis_findings *list)
{
    struct apsis_cuda_device *devices = NULL;
    size_t count = 0;
    const char *why = NULL;
    if (apsis_cuda_devices(cli->arena, driver, &devices, &count, &why)) {
        found(list, "gpus", "GPUs", apsis_without_advice(cli->arena, why));
        return;
    }
    if (!count) found(list, "gpus", "GPUs", "none");
    list->gpus = json_array();
    const char *all = "";
    for (size_t i = 0; i < count; i++) {
        const struct apsis_cuda_device *d = &devices[i];
        const char *one = apsis_arena_printf(cli->arena, "cuda:%d %s, compute capability %d.%d%s, %d multiprocessors, %s", d->ordinal, d->name, d->major, d->minor,
                                             d->major < APSIS_CUDA_OLDEST_MAJOR ? " (too old)" : "", d->processors, bytes_text(cli, d->memory));
        all = apsis_arena_printf(cli->arena, "%s%s%s", all, i ? "; " : "", one);
        json_array_append_new(list->gpus, json_pack("{s:s,s:s,s:s,s:i,s:o}", "device", apsis_arena_printf(cli->arena, "cuda:%d", d->ordinal), "name", d->name,
                                                    "compute_capability", apsis_arena_printf(cli->arena, "%d.%d", d->major, d->minor), "multiprocessors",
                                                    d->processors, "memory_bytes", json_string(apsis_arena_printf(cli->arena, "%zu", d->memory))));
    }
    if (count) found(list, "gpus", "GPUs", all);
}

void apsis_doctor_cuda(struct apsis_cli *cli, struct apsis_findings *list)
{
    struct apsis_engine_options options = {0};
    struct apsis_cuda_driver driver;
    struct apsis_nvrtc nvrtc;
    const char *why = NULL;
    if (apsis_cuda_driver_open(cli->arena, &driver, &why)) {
        found(list, "cuda_driver", "CUDA driver", apsis_without_advice(cli->arena, why));
        found(list, "gpus", "GPUs", "none");
    } else {
        found(list, "cuda_driver", "CUDA driver", apsis_arena_printf(cli->arena, "CUDA %d.%d (%s)", driver.version / 1000, driver.version % 1000 / 10, driver.path));
        look_at_gpus(cli, &driver, list);
    }
    if (apsis_nvrtc_open(cli->arena, &nvrtc, &why)) found(list, "nvrtc", "NVRTC", apsis_without_advice(cli->arena, why));
    else found(list, "nvrtc", "NVRTC", apsis_arena_printf(cli->arena, "%d.%d (%s)", nvrtc.major, nvrtc.minor, nvrtc.path));
    const char *headers = apsis_toolkit_headers(cli->arena, NULL, &why);
    found(list, "cuda_random", "GPU random", headers ? apsis_arena_printf(cli->arena, "curand_Philox4x32_10 of cuRAND, from %s", headers)
                                                     : apsis_arena_printf(cli->arena, "Philox of Apsis, the same numbers: %s", why));
    const struct apsis_engine *cuda = apsis_engine_find("cuda");
    const char *cannot = !cuda ? "not in this version: runs use the processor" : cuda->available ? cuda->available(&options) : NULL;
    found(list, "cuda_engine", "CUDA engine", cannot ? apsis_without_advice(cli->arena, cannot) : "ready");
}
