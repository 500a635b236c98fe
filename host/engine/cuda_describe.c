/* cuda_describe.c - what a machine has of CUDA, in words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cuda.h"
#include "host/engine/cuda_driver.h"
#include "host/engine/nvrtc.h"

struct apsis_cuda_description apsis_cuda_describe(struct apsis_arena *arena, const char *include)
{
    struct apsis_cuda_description d = {.devices = "none"};
    struct apsis_cuda_driver driver;
    struct apsis_nvrtc nvrtc;
    struct apsis_cuda_device *devices;
    const char *why = NULL;
    if (apsis_cuda_driver_open(arena, &driver, &why) == APSIS_OK) {
        d.driver_works = 1;
        d.driver = apsis_arena_printf(arena, "CUDA %d.%d (%s)", driver.version / 1000, driver.version % 1000 / 10, driver.path);
        if (apsis_cuda_devices(arena, &driver, &devices, &d.device_count, &why) != APSIS_OK) {
            d.devices = why;
            d.device_count = 0;
        }
        for (size_t i = 0; i < d.device_count; i++) {
            const struct apsis_cuda_device *device = &devices[i];
            d.devices = apsis_arena_printf(arena, "%s%s%s (cuda:%d, compute capability %d.%d, %d processors, %.1f GiB)", i ? d.devices : "", i ? ", " : "", device->name,
                                           device->ordinal, device->major, device->minor, device->processors, (double)device->memory / (1 << 30));
        }
    } else {
        d.driver = why;
    }
    d.nvrtc_works = apsis_nvrtc_open(arena, &nvrtc, &why) == APSIS_OK;
    d.nvrtc = d.nvrtc_works ? apsis_arena_printf(arena, "%d.%d (%s)", nvrtc.major, nvrtc.minor, nvrtc.path) : why;
    d.headers_path = apsis_toolkit_headers(arena, include, &why);
    d.headers = d.headers_path ? d.headers_path : why;
    return d;
}
