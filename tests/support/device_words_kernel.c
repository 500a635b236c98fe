/* device_words_kernel.c - every word of CUDA that device_on_host.h knows, and every mistake that it refuses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/dialect.h"

struct words_launch {
    ap_word *out; /* 64 words a thread */
    ap_u32 *counter;
    ap_u32 mode, unused;
};

static __device__ __noinline__ void words_of_a_warp(ap_word *out)
{
    ap_u32 i = threadIdx.x, lane = i & 31, all = 0xffffffffu;
    double x = (double)i + 0.5;
    ap_word wide = ((ap_word)i << 40) + 7;
    out[0] = ap_word_of(__shfl_sync(all, x, 5));
    out[1] = __shfl_sync(all, wide, lane * 3, 8);
    out[2] = (ap_word)__shfl_up_sync(all, (int)i - 100, 3);
    out[3] = __shfl_down_sync(all, i, 7, 16);
    out[4] = __shfl_xor_sync(all, wide, 17);
    out[5] = __shfl_xor_sync(all, i, 12, 8);
    out[6] = __ballot_sync(all, i % 3 == 0);
    out[7] = (ap_word)__any_sync(all, i == 33);
    out[8] = (ap_word)__all_sync(all, i < 64);
    out[9] = __match_any_sync(all, i / 5);
    if (lane & 1) out[10] = __shfl_sync(0xaaaaaaaau, i, 31);
    else out[10] = __ballot_sync(0x55555555u, lane > 8);
    __syncwarp();
    out[11] = ap_word_of(__shfl_down_sync(all, -x, 1));
}

static __device__ __noinline__ void words_of_a_block(ap_word *out, ap_u32 *counter)
{
    __shared__ ap_u32 sum, least;
    __shared__ ap_word most;
    __shared__ double cell;
    ap_u32 i = threadIdx.x;
    if (i == 0) sum = 0, least = 1000, most = 0, cell = 0;
    __syncthreads();
    atomicAdd(&sum, i);
    atomicMin(&least, 500 + i);
    atomicMax(&most, (ap_word)i << 33);
    atomicAdd(&cell, 0.5);
    atomicAdd(counter, 1u);
    out[20] = (ap_word)__syncthreads_count(i & 1);
    out[21] = (ap_word)__syncthreads_or(i == 3);
    out[22] = (ap_word)__syncthreads_and(i == 3);
    out[23] = sum;
    out[24] = least;
    out[25] = most;
    out[26] = ap_word_of(cell);
    __syncthreads();
    ap_u32 old = sum;
    while (atomicCAS(&sum, old, old * 3 + 1) != old) old = sum;
    __syncthreads();
    out[27] = blockIdx.x << 20 | blockDim.x << 8 | gridDim.x;
    atomicOr(&least, 1u << (i & 31));
    __threadfence();
    __syncthreads();
    out[28] = least;
}

/* what a local variable holds before it is set */
static __device__ __noinline__ ap_word found_in(volatile double *place)
{
    ap_word found = ap_word_of(*place);
    *place = 1.0;
    return found;
}

static __device__ __noinline__ void words_of_a_thread(ap_word *out)
{
    ap_u32 i = threadIdx.x * 2654435761u;
    out[40] = (ap_word)__popc((int)i) | (ap_word)__ffs((int)i) << 8 | (ap_word)__clz((int)i) << 16 | (ap_word)__clz(0) << 24 | (ap_word)__ffs(0) << 32;
    out[41] = __umulhi(i, 0x12345678u);
    out[42] = __umul64hi((ap_word)i << 31, 0x123456789abcdefull);
    out[43] = (ap_word)__clzll((ap_sword)((ap_word)i << 7)) | (ap_word)__popcll((ap_word)i << 20) << 8;
    out[44] = ap_word_of(__fma_rn(0.1, 10.0, -1.0)); /* 2^-54: once rounded */
    out[45] = ap_word_of(__dmul_rn(0.1, 10.0) - 1.0);
    out[46] = ap_word_of(__dsqrt_rn(2.0));
    out[47] = (ap_word)(ap_u32)__double2hiint(-2.0) << 32 | __funnelshift_l(0x80000001u, 0x40000000u, 1);
    out[48] = ap_word_of(__hiloint2double(0x40000000, 0)) ^ (ap_word)ap_lowest_bit(i | 64);
}

extern "C" __global__ void __launch_bounds__(1024) words(struct words_launch launch)
{
    __shared__ double cells[1024];
    ap_u32 i = threadIdx.x;
    ap_word *out = launch.out + (ap_word)64 * (blockIdx.x * blockDim.x + i);
    volatile double local[4];
    switch (launch.mode) {
    case 0:
        out[60] = ap_word_of(cells[i]);
        out[61] = found_in(local + (i & 3));
        cells[i] = 1.0;
        words_of_a_warp(out);
        words_of_a_block(out, launch.counter);
        words_of_a_thread(out);
        break;
    case 1: /* a thread that leaves before the barrier */
        if (i == 37) return;
        __syncthreads();
        break;
    case 2: /* two barriers */
        if (i & 1) __syncthreads();
        else
            __syncthreads();
        break;
    case 3: /* a lane that does not come */
        if (i != 9) out[0] = __ballot_sync(0xffffffffu, 1);
        break;
    case 4: /* a mask without the caller */
        out[0] = __ballot_sync(0x1u, 1);
        break;
    case 5: /* reads a lane that is not there */
        if (i & 1) out[0] = __shfl_sync(0xaaaaaaaau, i, 4);
        break;
    case 6: /* different masks */
        out[0] = __shfl_sync(i & 1 ? 0xffffffffu : 0xfffffffdu, i, 4);
        break;
    case 7: /* different operations */
        if (i & 1) __syncwarp();
        else out[0] = __ballot_sync(0xffffffffu, 1);
        break;
    case 8: /* no barrier between writing and reading: wrong in some block, whatever the order of its threads */
        cells[i] = (double)i;
        out[0] = cells[blockDim.x - 1 - i] == (double)(blockDim.x - 1 - i);
        break;
    default: /* the same with one */
        cells[i] = (double)i;
        __syncthreads();
        out[0] = cells[blockDim.x - 1 - i] == (double)(blockDim.x - 1 - i);
        break;
    }
}
DEVICE_ON_HOST_KERNEL(words, struct words_launch)
