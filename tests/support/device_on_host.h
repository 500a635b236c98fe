/* device_on_host.h - CUDA text compiled and run as C on the host: every thread of a block is a fiber of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DEVICE_ON_HOST_H
#define APSIS_DEVICE_ON_HOST_H
/*
 * How it is used. The text is what NVRTC gets, restricted to what is C as well as C++. It is compiled as
 *
 *   cc -std=gnu11 -O1 -march=x86-64-v3 -ffp-contract=off -fno-math-errno -D__CUDACC_RTC__ -I<root> -include tests/support/device_on_host.h
 *
 * so that kernels/dialect.h takes the CUDA side (AP_CUDA 1). `extern "C" __global__ void f(struct x launch)` is understood as it
 * stands; `extern` may be used for nothing else. A kernel that takes one struct by value becomes callable by
 *
 *   DEVICE_ON_HOST_KERNEL(apsis_tiles, struct ap_launch)
 *
 * at the end of the text, outside of functions. That defines, with default visibility, for dlsym or a prototype elsewhere,
 *
 *   void apsis_tiles_on_host(const void *launch, unsigned grid, unsigned block);    runs all blocks, returns when all threads ended
 *   const unsigned long apsis_tiles_on_host_bytes;                                  sizeof(struct ap_launch)
 *
 * Other kernels are launched from the same file by device_on_host_launch(void (*thread)(void *), void *, grid, block).
 *
 * What it does. Blocks run one after the other, launches from several host threads wait for each other (one lock in each file
 * that includes this). Threads of a block switch at barriers and warp operations only; odd blocks run their threads in falling
 * order, so that what a missing barrier leaves open shows. Stacks (the upper DEVICE_ON_HOST_POISON bytes) and __shared__ storage
 * are filled with garbage, NaNs as doubles, before each block.
 *
 * What it refuses, by a message on stderr and abort(): a barrier that not all threads of the block reach, or that they meet
 * at different lines; a warp operation whose mask names lanes that do not come, lacks the caller, or differs between lanes, or
 * that they meet at different lines; a shuffle that reads a lane outside the mask; threads that spin for each other hang.
 *
 * Not there: dynamic shared memory, __activemask, textures, several dimensions, calls of the device run time.
 */
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef DEVICE_ON_HOST_STACK
#define DEVICE_ON_HOST_STACK (1u << 20) /* bytes a thread, used or not; a page below each faults */
#endif
#ifndef DEVICE_ON_HOST_POISON
#define DEVICE_ON_HOST_POISON (16u << 10)
#endif
#define ON_HOST_MOST 1024u /* threads of a block */
#define ON_HOST_GUARD 4096u
#define ON_HOST_FN static __attribute__((unused))
#define ON_HOST_GARBAGE 0xfff7a5a5dead5a5aull

/* ------------------------------------------------------------------ fibers */
#if defined(__x86_64__)
struct on_host_place {
    void *stack;
};
void on_host_swap(void **save, void *to) __attribute__((visibility("hidden")));
__asm__(".text\n"
        ".type on_host_swap, @function\n"
        "on_host_swap:\n"
        "    pushq %rbp\n    pushq %rbx\n    pushq %r12\n    pushq %r13\n    pushq %r14\n    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n    popq %rbx\n    popq %rbp\n"
        "    ret\n"
        ".size on_host_swap, .-on_host_swap\n");
ON_HOST_FN void on_host_go(struct on_host_place *from, struct on_host_place *to)
{
    on_host_swap(&from->stack, to->stack);
    __asm__ volatile("" ::: "memory");
}
ON_HOST_FN void on_host_begin(struct on_host_place *place, char *top, void (*entry)(void))
{
    void **frame = (void **)(void *)(top - 64); /* six registers, the entry, and a return address that nobody returns to */
    memset(frame, 0, 64);
    frame[6] = (void *)entry;
    place->stack = frame;
}
#else
#include <ucontext.h>
struct on_host_place {
    ucontext_t context;
};
ON_HOST_FN void on_host_go(struct on_host_place *from, struct on_host_place *to)
{
    swapcontext(&from->context, &to->context);
}
ON_HOST_FN void on_host_begin(struct on_host_place *place, char *top, void (*entry)(void))
{
    getcontext(&place->context);
    place->context.uc_stack.ss_sp = top - DEVICE_ON_HOST_STACK;
    place->context.uc_stack.ss_size = DEVICE_ON_HOST_STACK;
    place->context.uc_link = NULL;
    makecontext(&place->context, entry, 0);
}
#endif

/* ------------------------------------------------------------------ the block that runs */
enum on_host_kind {
    ON_HOST_SYNCWARP, ON_HOST_SHUFFLE, ON_HOST_SHUFFLE_UP, ON_HOST_SHUFFLE_DOWN, ON_HOST_SHUFFLE_XOR, ON_HOST_BALLOT, ON_HOST_ANY, ON_HOST_ALL,
    ON_HOST_MATCH
};
struct on_host_three {
    unsigned x, y, z;
};
struct on_host_thread {
    struct on_host_place place;
    struct on_host_three index;
    unsigned warp, lane;
    /* the warp operation at which it waits, and what it brings to it and gets from it */
    int kind, line;
    unsigned mask, width, source;
    unsigned long long value, result;
};
static struct on_host_state {
    struct on_host_place scheduler;
    struct on_host_thread *current;
    struct on_host_three block, blocks, grid; /* blockIdx, blockDim, gridDim */
    unsigned ready[32], waiting[32], ended[32], at_barrier[32]; /* by warp, one bit a lane */
    unsigned arrived;
    int barrier_line, votes, vote_result;
    void (*kernel)(void *);
    void *arguments;
    char *stacks;
    unsigned room; /* threads that have one */
    struct on_host_thread threads[ON_HOST_MOST];
} on_host __attribute__((unused));
static pthread_mutex_t on_host_lock __attribute__((unused)) = PTHREAD_MUTEX_INITIALIZER;
extern char on_host_shared_start[] __asm__("__start_on_host_shared") __attribute__((weak, visibility("hidden")));
extern char on_host_shared_stop[] __asm__("__stop_on_host_shared") __attribute__((weak, visibility("hidden")));

ON_HOST_FN const char *on_host_name(int kind)
{
    static const char *const names[] = {"__syncwarp", "__shfl_sync", "__shfl_up_sync", "__shfl_down_sync", "__shfl_xor_sync", "__ballot_sync", "__any_sync", "__all_sync",
                                        "__match_any_sync"};
    return names[kind];
}

__attribute__((noreturn, unused)) static void on_host_refuse(const char *what)
{
    fflush(NULL);
    fprintf(stderr, "device_on_host: %s (block %u of %u, %u threads)\n", what, on_host.block.x, on_host.grid.x, on_host.blocks.x);
    for (unsigned warp = 0; warp * 32 < on_host.blocks.x; warp++) {
        if (on_host.ended[warp]) fprintf(stderr, "  warp %2u: lanes %08x have ended\n", warp, on_host.ended[warp]);
        if (on_host.at_barrier[warp]) fprintf(stderr, "  warp %2u: lanes %08x wait at the barrier of line %d\n", warp, on_host.at_barrier[warp], on_host.barrier_line);
        if (on_host.ready[warp]) fprintf(stderr, "  warp %2u: lanes %08x may run\n", warp, on_host.ready[warp]);
        for (unsigned left = on_host.waiting[warp]; left;) {
            const struct on_host_thread *one = &on_host.threads[warp * 32 + (unsigned)__builtin_ctz(left)];
            unsigned same = 0;
            for (unsigned lane = 0; lane < 32; lane++) {
                const struct on_host_thread *other = &on_host.threads[warp * 32 + lane];
                if (left >> lane & 1 && other->kind == one->kind && other->line == one->line && other->mask == one->mask) same |= 1u << lane;
            }
            fprintf(stderr, "  warp %2u: lanes %08x wait in %s of line %d, mask %08x\n", warp, same, on_host_name(one->kind), one->line, one->mask);
            left &= ~same;
        }
    }
    if (on_host.current) fprintf(stderr, "  running: thread %u\n", on_host.current->index.x);
    abort();
}

/* ------------------------------------------------------------------ barriers and warp operations */
ON_HOST_FN void on_host_wait(struct on_host_thread *self)
{
    on_host_go(&self->place, &on_host.scheduler);
}

__attribute__((noinline, unused)) static int on_host_barrier(int vote, int line)
{
    struct on_host_thread *self = on_host.current;
    if (on_host.arrived == 0) on_host.barrier_line = line, on_host.votes = 0;
    if (on_host.barrier_line != line) {
        fprintf(stderr, "device_on_host: thread %u comes to the barrier of line %d\n", self->index.x, line);
        on_host_refuse("threads of a block meet at different barriers");
    }
    on_host.votes += vote != 0;
    on_host.at_barrier[self->warp] |= 1u << self->lane;
    if (++on_host.arrived < on_host.blocks.x) {
        on_host_wait(self);
    } else {
        for (unsigned warp = 0; warp * 32 < on_host.blocks.x; warp++) on_host.ready[warp] |= on_host.at_barrier[warp], on_host.at_barrier[warp] = 0;
        on_host.ready[self->warp] &= ~(1u << self->lane);
        on_host.arrived = 0;
        on_host.vote_result = on_host.votes;
    }
    __asm__ volatile("" ::: "memory");
    return on_host.vote_result;
}

/* All lanes of the mask are here: what each of them gets. */
ON_HOST_FN void on_host_meet(struct on_host_thread *self)
{
    struct on_host_thread *lanes = &on_host.threads[self->warp * 32];
    unsigned votes = 0;
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!(self->mask >> lane & 1)) continue;
        if (lanes[lane].kind != self->kind || lanes[lane].mask != self->mask || lanes[lane].line != self->line)
            on_host_refuse("lanes of a warp meet in different operations");
        votes |= (unsigned)(lanes[lane].value != 0) << lane;
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!(self->mask >> lane & 1)) continue;
        struct on_host_thread *one = &lanes[lane];
        unsigned first = lane & ~(one->width - 1), last = first + one->width - 1, from = lane;
        switch (self->kind) {
        case ON_HOST_SHUFFLE: from = first | (one->source & (one->width - 1)); break;
        case ON_HOST_SHUFFLE_UP: from = lane - first >= one->source ? lane - one->source : lane; break;
        case ON_HOST_SHUFFLE_DOWN: from = one->source <= last - lane ? lane + one->source : lane; break;
        case ON_HOST_SHUFFLE_XOR: from = (lane ^ one->source) <= last ? lane ^ one->source : lane; break;
        default: break;
        }
        if (!(self->mask >> from & 1)) on_host_refuse("a shuffle reads a lane outside of its mask");
        switch (self->kind) {
        case ON_HOST_BALLOT: one->result = votes; break;
        case ON_HOST_ANY: one->result = votes != 0; break;
        case ON_HOST_ALL: one->result = votes == self->mask; break;
        case ON_HOST_MATCH:
            one->result = 0;
            for (unsigned other = 0; other < 32; other++)
                one->result |= (unsigned long long)((self->mask >> other & 1) && lanes[other].value == one->value) << other;
            break;
        default: one->result = lanes[from].value; break;
        }
    }
    on_host.waiting[self->warp] &= ~self->mask;
    on_host.ready[self->warp] |= self->mask & ~(1u << self->lane);
}

__attribute__((noinline, unused)) static unsigned long long on_host_warp(int kind, unsigned mask, unsigned long long value, unsigned source, unsigned width, int line)
{
    struct on_host_thread *self = on_host.current;
    self->kind = kind, self->mask = mask, self->value = value, self->source = source, self->width = width, self->line = line;
    on_host.waiting[self->warp] |= 1u << self->lane;
    if (!(mask >> self->lane & 1)) on_host_refuse("a lane is not in the mask of its own warp operation");
    if (width == 0 || width > 32 || (width & (width - 1))) on_host_refuse("the width of a shuffle is no power of two up to 32");
    if (on_host.ended[self->warp] & mask) on_host_refuse("the mask of a warp operation names a lane that has ended");
    if ((on_host.waiting[self->warp] & mask) == mask) on_host_meet(self);
    else on_host_wait(self);
    __asm__ volatile("" ::: "memory");
    return self->result;
}

/* ------------------------------------------------------------------ launches */
ON_HOST_FN void on_host_entry(void)
{
    on_host.kernel(on_host.arguments);
    struct on_host_thread *self = on_host.current;
    on_host.ended[self->warp] |= 1u << self->lane;
    on_host_wait(self);
    on_host_refuse("a thread that ended ran on");
}

ON_HOST_FN void on_host_poison(char *from, size_t bytes)
{
    unsigned long long garbage = ON_HOST_GARBAGE;
    for (size_t i = 0; i < bytes; i++) from[i] = ((const char *)&garbage)[((uintptr_t)from + i) & 7];
}

ON_HOST_FN void on_host_run_block(void)
{
    unsigned threads = on_host.blocks.x, warps = (threads + 31) / 32;
    int falling = (int)(on_host.block.x & 1);
    if (on_host_shared_start) on_host_poison(on_host_shared_start, (size_t)(on_host_shared_stop - on_host_shared_start));
    for (unsigned i = 0; i < threads; i++) {
        struct on_host_thread *thread = &on_host.threads[i];
        char *top = on_host.stacks + (size_t)(i + 1) * (DEVICE_ON_HOST_STACK + ON_HOST_GUARD);
        unsigned long long *words = (unsigned long long *)(void *)(top - DEVICE_ON_HOST_POISON);
        for (size_t k = 0; k < DEVICE_ON_HOST_POISON / 8; k++) words[k] = ON_HOST_GARBAGE;
        memset(thread, 0, sizeof *thread);
        thread->index.x = i;
        thread->warp = i / 32, thread->lane = i % 32;
        on_host_begin(&thread->place, top, on_host_entry);
    }
    for (unsigned warp = 0; warp < warps; warp++) {
        on_host.ready[warp] = threads - warp * 32 >= 32 ? 0xffffffffu : (1u << (threads - warp * 32)) - 1;
        on_host.waiting[warp] = on_host.at_barrier[warp] = 0;
        on_host.ended[warp] = ~on_host.ready[warp];
    }
    on_host.arrived = 0;
    for (int any = 1; any;) {
        any = 0;
        for (unsigned w = 0; w < warps; w++) {
            unsigned warp = falling ? warps - 1 - w : w;
            while (on_host.ready[warp]) {
                unsigned lane = (unsigned)(falling ? 31 - __builtin_clz(on_host.ready[warp]) : __builtin_ctz(on_host.ready[warp]));
                on_host.ready[warp] &= ~(1u << lane);
                on_host.current = &on_host.threads[warp * 32 + lane];
                on_host_go(&on_host.scheduler, &on_host.current->place);
                on_host.current = NULL;
                any = 1;
            }
        }
    }
    for (unsigned warp = 0; warp < warps; warp++)
        if (on_host.ended[warp] != 0xffffffffu) on_host_refuse("threads wait for threads that do not come");
}

/* Runs thread(arguments) once in every thread of `grid` blocks of `block` threads. */
ON_HOST_FN void device_on_host_launch(void (*thread)(void *), void *arguments, unsigned grid, unsigned block)
{
    size_t one = DEVICE_ON_HOST_STACK + ON_HOST_GUARD;
    pthread_mutex_lock(&on_host_lock);
    __asm__ volatile("" : : "r"(&on_host) : "memory"); /* other fibers change it behind this one's back */
    on_host.current = NULL;
    on_host.blocks = (struct on_host_three){block, 1, 1};
    on_host.grid = (struct on_host_three){grid, 1, 1};
    if (block == 0 || block > ON_HOST_MOST || grid == 0) on_host_refuse("a launch without threads, or with more than 1024 in a block");
    on_host.kernel = thread;
    on_host.arguments = arguments;
    if (block > on_host.room) { /* kept for the next launch */
        if (on_host.room) munmap(on_host.stacks, one * on_host.room);
        on_host.stacks = mmap(NULL, one * block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (on_host.stacks == MAP_FAILED) on_host_refuse("no memory for the stacks of a block");
        on_host.room = block;
        for (unsigned i = 0; i < block; i++) mprotect(on_host.stacks + i * one, ON_HOST_GUARD, PROT_NONE);
    }
    for (unsigned b = 0; b < grid; b++) {
        on_host.block = (struct on_host_three){b, 0, 0};
        on_host_run_block();
    }
    pthread_mutex_unlock(&on_host_lock);
}

/* A module that is unloaded gives its stacks back: their guards are two thousand mappings, and a process may have few. */
__attribute__((destructor, unused)) static void on_host_forget(void)
{
    if (on_host.room) munmap(on_host.stacks, on_host.room * (DEVICE_ON_HOST_STACK + (size_t)ON_HOST_GUARD));
    on_host.room = 0;
}

#define DEVICE_ON_HOST_KERNEL(kernel, type)                                                                                                  \
    static void kernel##_on_host_thread(void *arguments) { kernel(*(type *)arguments); }                                                     \
    __attribute__((visibility("default"))) void kernel##_on_host(const void *arguments, unsigned grid, unsigned block);                      \
    __attribute__((visibility("default"))) void kernel##_on_host(const void *arguments, unsigned grid, unsigned block)                       \
    {                                                                                                                                        \
        type copy = *(const type *)arguments;                                                                                                \
        device_on_host_launch(kernel##_on_host_thread, &copy, grid, block);                                                                  \
    }                                                                                                                                        \
    __attribute__((visibility("default"))) const unsigned long kernel##_on_host_bytes = sizeof(type);

#include "tests/support/device_words.h"

#endif
