/* cuda_driver.c - the CUDA driver, loaded while the program runs: its functions as a table, its errors as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cuda_driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define DRIVER_NAME "libcuda.so.1"

const char *const apsis_cuda_symbols[APSIS_CUDA_CALLS] = {
#define SYMBOL(member, symbol, parameters) symbol,
    APSIS_CUDA_FUNCTIONS(SYMBOL)
#undef SYMBOL
};

const char *apsis_cuda_error(struct apsis_arena *arena, const struct apsis_cuda_driver *driver, int error)
{
    const char *name = NULL, *text = NULL;
    if (driver->error_name && driver->error_name(error, &name)) name = NULL;
    if (driver->error_text && driver->error_text(error, &text)) text = NULL;
    return apsis_arena_printf(arena, "%s (%d)%s%s", name ? name : "CUDA error", error, text ? ", " : "", text ? text : "");
}

/* Every function of the table, or the symbol that is not there. */
static const char *fill(struct apsis_cuda_driver *driver)
{
    const char *missing = NULL;
#define FILL(member, symbol, parameters)                                                                     \
    {                                                                                                        \
        void *address = dlsym(driver->library, symbol);                                                      \
        if (!address && !missing) missing = symbol;                                                          \
        memcpy(&driver->member, &address, sizeof address); /* C has no cast from data to functions */        \
    }
    APSIS_CUDA_FUNCTIONS(FILL)
#undef FILL
    return missing;
}

enum apsis_status apsis_cuda_driver_open(struct apsis_arena *arena, struct apsis_cuda_driver *driver, const char **why)
{
    const char *path = getenv("APSIS_CUDA_DRIVER");
    memset(driver, 0, sizeof *driver);
    driver->path = apsis_arena_printf(arena, "%s", path && *path ? path : DRIVER_NAME);
    driver->library = dlopen(driver->path, RTLD_NOW | RTLD_LOCAL);
    if (!driver->library) {
        *why = apsis_arena_printf(arena, "no NVIDIA driver: %s is not there; install the driver, or run with --engine auto", driver->path);
        return APSIS_FAILURE;
    }
    const char *missing = fill(driver);
    if (driver->driver_version && driver->driver_version(&driver->version)) driver->version = 0;
    int major = driver->version / 1000, minor = driver->version % 1000 / 10;
    if (missing || driver->version < APSIS_CUDA_OLDEST_DRIVER) {
        *why = apsis_arena_printf(arena, "the NVIDIA driver is too old: it serves CUDA %d.%d%s%s, and %d.%d is needed; install a newer driver, or run with --engine auto",
                                  major, minor, missing ? " and has no " : "", missing ? missing : "", APSIS_CUDA_OLDEST_DRIVER / 1000, APSIS_CUDA_OLDEST_DRIVER % 1000 / 10);
        return APSIS_FAILURE;
    }
    int error = driver->init(0);
    if (error && error != APSIS_CUDA_NO_DEVICE) {
        *why = apsis_arena_printf(arena, "the NVIDIA driver does not start: cuInit says %s; see whether nvidia-smi works, or run with --engine auto",
                                  apsis_cuda_error(arena, driver, error));
        return APSIS_FAILURE;
    }
    return APSIS_OK;
}

enum apsis_status apsis_cuda_devices(struct apsis_arena *arena, const struct apsis_cuda_driver *driver, struct apsis_cuda_device **devices,
                                     size_t *count, const char **why)
{
    int all = 0, error = driver->device_count(&all);
    const char *asked = "cuDeviceGetCount";
    *count = 0;
    if (error == APSIS_CUDA_NO_DEVICE || error == 3 /* not initialised: cuInit found none */) error = 0, all = 0;
    *devices = APSIS_NEW_ARRAY(arena, struct apsis_cuda_device, (size_t)all + 1);
    for (int i = 0; i < all && !error; i++) {
        struct apsis_cuda_device *device = &(*devices)[i];
        char name[256] = "";
        device->ordinal = i;
        asked = "cuDeviceGet";
        if (!(error = driver->device_get(&device->handle, i))) asked = "cuDeviceGetName", error = driver->device_name(name, (int)sizeof name - 1, device->handle);
        if (!error) asked = "cuDeviceGetAttribute", error = driver->device_attribute(&device->major, APSIS_CUDA_MAJOR, device->handle);
        if (!error) error = driver->device_attribute(&device->minor, APSIS_CUDA_MINOR, device->handle);
        if (!error) error = driver->device_attribute(&device->processors, APSIS_CUDA_PROCESSORS, device->handle);
        if (!error) asked = "cuDeviceTotalMem", error = driver->device_memory(&device->memory, device->handle);
        device->name = apsis_arena_printf(arena, "%s", name);
        *count += !error;
    }
    if (!error) return APSIS_OK;
    *why = apsis_arena_printf(arena, "the NVIDIA driver does not say which GPUs there are: %s says %s", asked, apsis_cuda_error(arena, driver, error));
    return APSIS_FAILURE;
}

static int too_old(const struct apsis_cuda_device *device) { return device->major < APSIS_CUDA_OLDEST_MAJOR; }

static const char *say_too_old(struct apsis_arena *arena, const struct apsis_cuda_device *device)
{
    return apsis_arena_printf(arena, "%s (cuda:%d) has compute capability %d.%d, and %d.0 is needed; run with --engine auto", device->name, device->ordinal,
                              device->major, device->minor, APSIS_CUDA_OLDEST_MAJOR);
}

enum apsis_status apsis_cuda_choose(struct apsis_arena *arena, const char *which, const struct apsis_cuda_device *devices, size_t count,
                                    struct apsis_cuda_device **chosen, size_t *chosen_count, const char **why)
{
    *chosen = APSIS_NEW_ARRAY(arena, struct apsis_cuda_device, count + 1);
    *chosen_count = 0;
    if (!count) {
        *why = "the NVIDIA driver shows no GPU; see what nvidia-smi and CUDA_VISIBLE_DEVICES say, or run with --engine auto";
        return APSIS_FAILURE;
    }
    if (!which || !strcmp(which, "cuda") || !strcmp(which, "all")) {
        for (size_t i = 0; i < count; i++)
            if (!too_old(&devices[i])) (*chosen)[(*chosen_count)++] = devices[i];
        if (*chosen_count) return APSIS_OK;
        *why = say_too_old(arena, &devices[0]);
        return APSIS_FAILURE;
    }
    const char *at = !strncmp(which, "cuda:", 5) ? which + 5 : which;
    for (;;) {
        size_t length = strspn(at, "0123456789"), i = 0;
        if (!length || length > 4 || (at[length] && at[length] != ',')) {
            *why = apsis_arena_printf(arena, "'%s' names no GPU; write --device cuda:0 or cuda:0,1, or all for every GPU", which);
            return APSIS_USAGE;
        }
        int ordinal = atoi(at);
        while (i < count && devices[i].ordinal != ordinal) i++;
        if (i == count) {
            *why = apsis_arena_printf(arena, "there is no cuda:%d; this machine has cuda:0%s", ordinal,
                                      count > 1 ? apsis_arena_printf(arena, " to cuda:%zu", count - 1) : "");
            return APSIS_USAGE;
        }
        if (too_old(&devices[i])) {
            *why = say_too_old(arena, &devices[i]);
            return APSIS_FAILURE;
        }
        for (size_t k = 0; k < *chosen_count; k++)
            if ((*chosen)[k].ordinal == ordinal) {
                *why = apsis_arena_printf(arena, "'%s' names cuda:%d twice", which, ordinal);
                return APSIS_USAGE;
            }
        (*chosen)[(*chosen_count)++] = devices[i];
        if (!at[length]) return APSIS_OK;
        at += length + 1;
    }
}
