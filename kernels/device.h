/* device.h - what the text of a program means on a GPU: one thread is one draw, a block of threads a tile after the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_H
#define APSIS_KERNELS_DEVICE_H
#include "kernels/device_draw.h"
#include "kernels/device_tally.h"
#include "kernels/launch.h"
#include "kernels/operations.h"
#include "kernels/program.h"

/*
 * The text defines AP_PERIODS, AP_PERIODS_PER_YEAR, AP_THREADS (of a block), AP_NUMBER_COUNT, AP_CURAND, AP_SHARE and
 * AP_INLINE_PARTS, includes this and calls what is below. What lives longer than a group is a field of struct ap_values, or a
 * row of struct ap_rows, which the text declares: apart, so that the compiler can keep the single values in registers; rows are indexed
 * by the period and lie in local memory. All 32 threads of a warp run
 * the body together, also those whose draw lies past the end: they exchange random words.
 */
#define AP_NUMBERS_IN_CONSTANT 7680 /* of the 64 KiB of constant memory that a kernel can have; launch.h says who fills it */
#if AP_NUMBER_COUNT <= AP_NUMBERS_IN_CONSTANT
#ifdef __cplusplus
extern "C" {
#endif
__constant__ double ap_constant_numbers[AP_NUMBER_COUNT + 1];
#ifdef __cplusplus
}
#endif
#define AP_NUMBERS(number) (ap_constant_numbers + (number))
#else
#define AP_NUMBERS(number) (v->thread.launch->numbers + (number))
#endif

struct ap_thread {
    const struct ap_launch *launch;
    ap_word seed, draw;
    double *values;   /* row 0 of this draw */
    ap_word row_step; /* doubles from a row to the next */
    double *far;
    ap_word far_step;
};

typedef ap_f64 ap_value;
AP_FN ap_value ap_value_of(double x) { return x; }
#define AP_VALUES_HEAD struct ap_thread thread;
#define AP_VALUE(seat) ap_f64 r##seat
#define AP_VALUE_ROWS(seat, rows) ap_f64 s##seat[rows]
#define AP_STATE struct ap_values *const v, struct ap_rows *const h
#define AP_STATE_NAMES v, h
#if AP_INLINE_PARTS
#define AP_PART AP_FN void
#else
#define AP_PART static __device__ __noinline__ void
#endif
#ifndef AP_CALLS
#define AP_CALLS 1 /* the long operations are called: compiled once, not once a use */
#endif
#if AP_CALLS
#define AP_LONG_FN static __device__ __noinline__
#else
#define AP_LONG_FN AP_FN
#endif
#define AP_LANES_BEGIN (void)t, (void)v, (void)h;
#define AP_LANES_END

#define AP_READ(seat) (v->r##seat)
#define AP_WRITE(seat, value) (v->r##seat = (value))
#define AP_READ_ROW(seat, row) (h->s##seat[row])
#define AP_WRITE_ROW(seat, row, value) (h->s##seat[row] = (value))
#define AP_FAR(first, row) v->thread.far[(ap_word)((first) + (row)) * v->thread.far_step]
#define AP_READ_FAR(first, row) (AP_FAR(first, row))
#define AP_WRITE_FAR(first, row, value) (AP_FAR(first, row) = (value))
#define AP_NUMBER(number) (*AP_NUMBERS(number))
#define AP_SAMPLER(number) (v->thread.launch->samplers[number])
/* the address of a row, doubles from one period to the next */
#define AP_ROWS(seat, row) &h->s##seat[row], 1
#define AP_ONE_ROW(seat) &v->r##seat, 1
#define AP_FAR_ROWS(first, row) &AP_FAR(first, row), (ap_sword)v->thread.far_step
#define AP_NUMBER_ROWS(number, row) AP_NUMBERS((number) + (row)), 1

#define AP_TAKE_1 ap_f64 a
#define AP_TAKE_2 AP_TAKE_1, ap_f64 b
#define AP_TAKE_3 AP_TAKE_2, ap_f64 c
#define AP_TAKE_4 AP_TAKE_3, ap_f64 d
#define AP_OPERATION_DO(name, arity, expression, meaning)                          \
    AP_FN ap_f64 ap_do_##name(AP_TAKE_##arity) { return expression; }              \
    AP_LONG_FN ap_f64 ap_call_##name(AP_TAKE_##arity) { return expression; }
AP_OPERATIONS(AP_OPERATION_DO)
#undef AP_OPERATION_DO
#define ap_do_MIN_KNOWN ap_min_known
#define ap_do_MAX_KNOWN ap_max_known
#define ap_do_CLAMP_KNOWN ap_clamp_known
#define ap_mix_cut ap_mix_limit
typedef struct ap_truths ap_truth_value;
#define ap_is_LT ap_truths_lt
#define ap_is_LE ap_truths_le
#define ap_is_EQ ap_truths_eq
#define ap_is_NE ap_truths_ne
#define ap_is_NUMBER ap_truths_number
#define ap_is_AND ap_truths_and
#define ap_is_OR ap_truths_or
#define ap_is_NOT ap_truths_not
#define ap_do_CHOOSE ap_choose

AP_FN ap_f64 ap_look(int mode, ap_u32 slots, ap_u32 t, ap_f64 k, ap_f64 before, const double *rows, ap_sword step)
{
    return ap_history_look(rows, step, 0, k, before, mode, t, slots, AP_PERIODS);
}
#define AP_LOOK(...) ap_look(__VA_ARGS__)
#define AP_CONVOLVE(...) ap_convolve(__VA_ARGS__)
AP_FN ap_f64 ap_convolve(ap_u32 t, const double *newest, ap_sword newest_step, const double *first, ap_sword first_step)
{
    return ap_convolve_one(newest, newest_step, first, first_step, t);
}
#define AP_SIGN_CHANGES(...) ap_sign_changes(__VA_ARGS__)
AP_FN ap_f64 ap_sign_changes(ap_u32 timing, ap_f64 upfront, ap_f64 final, const double *flows, ap_sword step)
{
    return ap_sign_changes_one(flows, (ap_word)step, AP_PERIODS, timing, upfront, final);
}
#define AP_IRR(...) ap_irr(__VA_ARGS__)
AP_LONG_FN ap_f64 ap_irr(ap_u32 timing, ap_f64 upfront, ap_f64 final, ap_f64 low, ap_f64 high, const double *flows, ap_sword step)
{
    return ap_irr_one(flows, (ap_word)step, AP_PERIODS, timing, AP_PERIODS_PER_YEAR, upfront, final, low, high);
}

/* The random integer of a stream in period t; two streams at once share their Philox calls with the thread 16 lanes away. */
#define AP_BITS(stream) ap_device_bits(v->thread.draw, v->thread.seed, stream, t)
#if AP_SHARE
#define AP_WORDS_TWO(one, two, stream_one, stream_two) \
    ap_word one, two;                                  \
    ap_device_bits_two(v->thread.draw, v->thread.seed, stream_one, t, stream_two, t, &one, &two)
#else
#define AP_WORDS_TWO(one, two, stream_one, stream_two) const ap_word one = AP_BITS(stream_one), two = AP_BITS(stream_two)
#endif

AP_FN void ap_emit(const struct ap_thread *thread, ap_u32 column, ap_f64 x, int has_given, ap_f64 given)
{
    ap_u32 row = thread->launch->row_of[column];
    if (row != AP_NO_ROW) thread->values[row * thread->row_step] = ap_stored_value(x, has_given, given);
}
#define AP_EMIT(column, value) ap_emit(&v->thread, column, value, 0, 0.0)
#define AP_EMIT_GIVEN(column, value, given) ap_emit(&v->thread, column, value, 1, given)

/* A step is what it says for one draw; its number is the interpreter's. */
#define AP_STEP(k, ...) __VA_ARGS__
#define AP_BODY AP_FN void ap_body(AP_STATE)
#define AP_LOOP(count) _Pragma("unroll 1") for (ap_u32 t = 0; t < (count); t++)

/* Thread i of the tile that this launch counts as number `number`. */
AP_FN void ap_thread_begin(struct ap_thread *thread, const struct ap_launch *launch, ap_u32 number, ap_u32 i)
{
    ap_word rows = launch->stored ? number : (ap_word)blockIdx.x * launch->row_count;
    thread->launch = launch;
    thread->seed = launch->seed;
    thread->draw = ap_device_draw(launch->first_tile + number, i);
    thread->values = launch->values + rows * AP_TILE_DRAWS + ap_device_place(i);
    thread->row_step = (launch->stored ? (ap_word)launch->tile_count : 1) * AP_TILE_DRAWS;
    thread->far = launch->far + ((ap_word)blockIdx.x * blockDim.x + threadIdx.x);
    thread->far_step = (ap_word)gridDim.x * blockDim.x;
}

/* All warps of the block, a row each; the tile's values are written. */
AP_FN void ap_reduce_tile(const struct ap_launch *launch, ap_word tile)
{
    const double *values = launch->values + (ap_word)blockIdx.x * launch->row_count * AP_TILE_DRAWS;
    for (ap_u32 row = threadIdx.x / 32; row < launch->row_count; row += AP_THREADS / 32) {
        ap_device_tally(launch->tally, values + (ap_word)row * AP_TILE_DRAWS, row, tile, launch->draws);
    }
}

#ifdef AP_BLOCKS
#define AP_BOUNDS __launch_bounds__(AP_THREADS, AP_BLOCKS)
#else
#define AP_BOUNDS __launch_bounds__(AP_THREADS)
#endif
#ifndef AP_GRID_CONSTANT
#if defined(__CUDACC_VER_MAJOR__) && __CUDACC_VER_MAJOR__ >= 12
#define AP_GRID_CONSTANT __grid_constant__ /* its address may be taken without a copy */
#else
#define AP_GRID_CONSTANT
#endif
#endif
#define AP_ENTRY                                                                                                        \
    extern "C" __global__ void AP_BOUNDS apsis_tiles(const AP_GRID_CONSTANT struct ap_launch launch) \
    {                                                                                                                   \
        __shared__ ap_u32 stop;                                                                                         \
        for (ap_u32 number = blockIdx.x; number < launch.tile_count; number += gridDim.x) {                             \
            if (threadIdx.x == 0) stop = launch.cancel ? *launch.cancel : 0;                                            \
            __syncthreads();                                                                                            \
            if (stop) return;                                                                                           \
            _Pragma("unroll 1") for (ap_u32 first = 0; first < AP_TILE_DRAWS; first += AP_THREADS) {                    \
                struct ap_values values;                                                                                \
                struct ap_rows rows;                                                                                    \
                ap_thread_begin(&values.thread, &launch, number, first + threadIdx.x);                                  \
                ap_body(&values, &rows);                                                                                \
            }                                                                                                           \
            __syncthreads();                                                                                            \
            if (!launch.stored) ap_reduce_tile(&launch, launch.first_tile + number);                                    \
            __syncthreads();                                                                                            \
        }                                                                                                               \
    }

#endif
