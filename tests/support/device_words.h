/* device_words.h - the words of CUDA C as macros over the fibers of device_on_host.h; included by that only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DEVICE_WORDS_H
#define APSIS_DEVICE_WORDS_H
/* clang-format off */

/* ------------------------------------------------------------------ one value of any type that a register may have, as 64 bits */
#define ON_HOST_TYPES(X) X(double, f64) X(float, f32) X(int, i32) X(unsigned int, u32) X(long long, i64) X(unsigned long long, u64) X(long, i64l) X(unsigned long, u64l)
#define ON_HOST_DEFINE(type, name)                                                                                                           \
    ON_HOST_FN type on_host_shuffle_##name(int kind, unsigned mask, type value, unsigned source, unsigned width, int line)                   \
    {                                                                                                                                        \
        unsigned long long bits = 0;                                                                                                         \
        memcpy(&bits, &value, sizeof value);                                                                                                 \
        bits = on_host_warp(kind, mask, bits, source, width, line);                                                                          \
        memcpy(&value, &bits, sizeof value);                                                                                                 \
        return value;                                                                                                                        \
    }
ON_HOST_TYPES(ON_HOST_DEFINE)
#undef ON_HOST_DEFINE
#define ON_HOST_PICK(v, base) _Generic((v), double: base##f64, float: base##f32, int: base##i32, unsigned int: base##u32, long long: base##i64, \
    unsigned long long: base##u64, long: base##i64l, unsigned long: base##u64l)
#define ON_HOST_FIRST(a, ...) a
#define ON_HOST_SECOND(a, b, ...) b
#define ON_HOST_SHUFFLE_OF(kind, mask, v, ...) \
    ON_HOST_PICK(v, on_host_shuffle_)(kind, mask, v, (unsigned)(ON_HOST_FIRST(__VA_ARGS__, 0)), (unsigned)(ON_HOST_SECOND(__VA_ARGS__, 32, 0)), __LINE__)

#define __shfl_sync(mask, v, ...) ON_HOST_SHUFFLE_OF(ON_HOST_SHUFFLE, mask, v, __VA_ARGS__)
#define __shfl_up_sync(mask, v, ...) ON_HOST_SHUFFLE_OF(ON_HOST_SHUFFLE_UP, mask, v, __VA_ARGS__)
#define __shfl_down_sync(mask, v, ...) ON_HOST_SHUFFLE_OF(ON_HOST_SHUFFLE_DOWN, mask, v, __VA_ARGS__)
#define __shfl_xor_sync(mask, v, ...) ON_HOST_SHUFFLE_OF(ON_HOST_SHUFFLE_XOR, mask, v, __VA_ARGS__)
#define __ballot_sync(mask, p) ((unsigned)on_host_warp(ON_HOST_BALLOT, mask, (p) != 0, 0, 32, __LINE__))
#define __any_sync(mask, p) ((int)on_host_warp(ON_HOST_ANY, mask, (p) != 0, 0, 32, __LINE__))
#define __all_sync(mask, p) ((int)on_host_warp(ON_HOST_ALL, mask, (p) != 0, 0, 32, __LINE__))
#define __match_any_sync(mask, v) ((unsigned)on_host_warp(ON_HOST_MATCH, mask, (unsigned long long)(v), 0, 32, __LINE__))
#define __syncwarp(...) ((void)on_host_warp(ON_HOST_SYNCWARP, ON_HOST_SECOND(0, ##__VA_ARGS__, 0xffffffffu, 0), 0, 0, 32, __LINE__))
#define __syncthreads() ((void)on_host_barrier(0, __LINE__))
#define __syncthreads_count(p) on_host_barrier((p) != 0, __LINE__)
#define __syncthreads_or(p) (on_host_barrier((p) != 0, __LINE__) != 0)
#define __syncthreads_and(p) (on_host_barrier((p) != 0, __LINE__) == (int)on_host.blocks.x)
#define __threadfence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define __threadfence_block() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define __threadfence_system() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* ------------------------------------------------------------------ atomics: for exactly the types that CUDA has */
#define ON_HOST_ATOMICS(type, name)                                                                                                          \
    ON_HOST_FN type on_host_add_##name(type *p, type v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }                               \
    ON_HOST_FN type on_host_sub_##name(type *p, type v) { return __atomic_fetch_sub(p, v, __ATOMIC_RELAXED); }                               \
    ON_HOST_FN type on_host_or_##name(type *p, type v) { return __atomic_fetch_or(p, v, __ATOMIC_RELAXED); }                                 \
    ON_HOST_FN type on_host_and_##name(type *p, type v) { return __atomic_fetch_and(p, v, __ATOMIC_RELAXED); }                               \
    ON_HOST_FN type on_host_xor_##name(type *p, type v) { return __atomic_fetch_xor(p, v, __ATOMIC_RELAXED); }                               \
    ON_HOST_FN type on_host_exch_##name(type *p, type v) { return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }                             \
    ON_HOST_FN type on_host_cas_##name(type *p, type old, type v)                                                                            \
    {                                                                                                                                        \
        __atomic_compare_exchange_n(p, &old, v, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                                                      \
        return old;                                                                                                                          \
    }                                                                                                                                        \
    ON_HOST_FN type on_host_min_##name(type *p, type v)                                                                                      \
    {                                                                                                                                        \
        type old = __atomic_load_n(p, __ATOMIC_RELAXED);                                                                                     \
        while (v < old && !__atomic_compare_exchange_n(p, &old, v, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}                                \
        return old;                                                                                                                          \
    }                                                                                                                                        \
    ON_HOST_FN type on_host_max_##name(type *p, type v)                                                                                      \
    {                                                                                                                                        \
        type old = __atomic_load_n(p, __ATOMIC_RELAXED);                                                                                     \
        while (v > old && !__atomic_compare_exchange_n(p, &old, v, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}                                \
        return old;                                                                                                                          \
    }
ON_HOST_ATOMICS(int, i32)
ON_HOST_ATOMICS(unsigned int, u32)
ON_HOST_ATOMICS(long long, i64)
ON_HOST_ATOMICS(unsigned long long, u64)
#undef ON_HOST_ATOMICS
ON_HOST_FN double on_host_add_f64(double *p, double v)
{
    unsigned long long old = __atomic_load_n((unsigned long long *)(void *)p, __ATOMIC_RELAXED), next;
    double was, now;
    do {
        memcpy(&was, &old, 8);
        now = was + v;
        memcpy(&next, &now, 8);
    } while (!__atomic_compare_exchange_n((unsigned long long *)(void *)p, &old, next, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return was;
}
#define atomicAdd(p, v) _Generic((p), int *: on_host_add_i32, unsigned int *: on_host_add_u32, unsigned long long *: on_host_add_u64, double *: on_host_add_f64)(p, v)
#define atomicSub(p, v) _Generic((p), int *: on_host_sub_i32, unsigned int *: on_host_sub_u32)(p, v)
#define ON_HOST_FULL(p, op) _Generic((p), int *: on_host_##op##_i32, unsigned int *: on_host_##op##_u32, long long *: on_host_##op##_i64, unsigned long long *: on_host_##op##_u64)
#define ON_HOST_LESS(p, op) _Generic((p), int *: on_host_##op##_i32, unsigned int *: on_host_##op##_u32, unsigned long long *: on_host_##op##_u64)
#define atomicMin(p, v) ON_HOST_FULL(p, min)(p, v)
#define atomicMax(p, v) ON_HOST_FULL(p, max)(p, v)
#define atomicOr(p, v) ON_HOST_LESS(p, or)(p, v)
#define atomicAnd(p, v) ON_HOST_LESS(p, and)(p, v)
#define atomicXor(p, v) ON_HOST_LESS(p, xor)(p, v)
#define atomicExch(p, v) ON_HOST_LESS(p, exch)(p, v)
#define atomicCAS(p, old, v) ON_HOST_LESS(p, cas)(p, old, v)

/* ------------------------------------------------------------------ arithmetic */
ON_HOST_FN long long on_host_bits(double x) { long long r; memcpy(&r, &x, 8); return r; }
ON_HOST_FN double on_host_double(long long x) { double r; memcpy(&r, &x, 8); return r; }
#define __double_as_longlong(x) on_host_bits(x)
#define __longlong_as_double(x) on_host_double(x)
#define __double2hiint(x) ((int)(on_host_bits(x) >> 32))
#define __double2loint(x) ((int)on_host_bits(x))
#define __hiloint2double(h, l) on_host_double((long long)((unsigned long long)(unsigned)(h) << 32 | (unsigned)(l)))
#define __fma_rn(a, b, c) __builtin_fma(a, b, c)
#define __dsqrt_rn(x) __builtin_sqrt(x)
#define __dadd_rn(a, b) ((double)(a) + (double)(b))
#define __dsub_rn(a, b) ((double)(a) - (double)(b))
#define __dmul_rn(a, b) ((double)(a) * (double)(b))
#define __ddiv_rn(a, b) ((double)(a) / (double)(b))
#define __ull2double_rn(x) ((double)(unsigned long long)(x))
#define __ll2double_rn(x) ((double)(long long)(x))
#define __uint2double_rn(x) ((double)(unsigned)(x))
#define __int2double_rn(x) ((double)(int)(x))
#define __umulhi(a, b) ((unsigned)((unsigned long long)(unsigned)(a) * (unsigned)(b) >> 32))
#define __umul64hi(a, b) ((unsigned long long)((unsigned __int128)(unsigned long long)(a) * (unsigned long long)(b) >> 64))
#define __mulhi(a, b) ((int)((long long)(int)(a) * (int)(b) >> 32))
#define __mul24(a, b) ((int)(a) * (int)(b))
#define __popc(x) __builtin_popcount((unsigned)(x))
#define __popcll(x) __builtin_popcountll((unsigned long long)(x))
#define __ffs(x) __builtin_ffs((int)(x))
#define __ffsll(x) __builtin_ffsll((long long)(x))
ON_HOST_FN int on_host_clz(unsigned x) { return x ? __builtin_clz(x) : 32; }
ON_HOST_FN int on_host_clzll(unsigned long long x) { return x ? __builtin_clzll(x) : 64; }
#define __clz(x) on_host_clz((unsigned)(x))
#define __clzll(x) on_host_clzll((unsigned long long)(x))
#define __funnelshift_l(low, high, s) ((unsigned)(((unsigned long long)(unsigned)(high) << 32 | (unsigned)(low)) << ((s) & 31) >> 32))
#define __funnelshift_r(low, high, s) ((unsigned)(((unsigned long long)(unsigned)(high) << 32 | (unsigned)(low)) >> ((s) & 31)))
#define __ldg(p) (*(p))
#define __ldcs(p) (*(p))
#define __ldcg(p) (*(p))
#define __stcs(p, v) ((void)(*(p) = (v)))
#define __stcg(p, v) ((void)(*(p) = (v)))
#define __nanosleep(t) ((void)(t))
#define __builtin_assume(x) ((void)sizeof(x))
#define __isGlobal(p) ((p) != 0)
#define __isShared(p) ((p) != 0)
#define __trap() on_host_refuse("__trap()")

/* ------------------------------------------------------------------ places and qualifiers; nothing of the system may be included after this */
#define threadIdx (on_host.current->index)
#define blockIdx (on_host.block)
#define blockDim (on_host.blocks)
#define gridDim (on_host.grid)
#define warpSize 32
#define __device__ __attribute__((unused))
#define __constant__
#define __host__
#define __shared__ static __attribute__((section("on_host_shared"), unused))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __global__ );
#define extern _Static_assert(1,
#pragma GCC diagnostic ignored "-Wunknown-pragmas" /* unroll */

#endif
