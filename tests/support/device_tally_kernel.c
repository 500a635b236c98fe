/* device_tally_kernel.c - a kernel that only reduces rows which are there already: for the test of the device's tally. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/device_tally.h"

/* rows as `stored` has them: row r of tile first_tile + i at values[(r * tile_count + i) * 1024] */
extern "C" __global__ void tally_rows(struct ap_launch launch)
{
    ap_u32 warps = blockDim.x >> 5;
    for (ap_u32 i = blockIdx.x; i < launch.tile_count; i += gridDim.x)
        for (ap_u32 r = threadIdx.x >> 5; r < launch.row_count; r += warps)
            ap_device_tally(launch.tally, launch.values + ((ap_word)r * launch.tile_count + i) * AP_TILE_DRAWS, r, launch.first_tile + i, launch.draws);
}
DEVICE_ON_HOST_KERNEL(tally_rows, struct ap_launch)
