/* program.h - what the interpreter runs: sections of steps over a block of draws, their operands and their numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_PROGRAM_H
#define APSIS_KERNELS_PROGRAM_H
#include "kernels/operations.h"
#include "kernels/tile.h"
#if !AP_CUDA
#include <stddef.h> /* size_t, which CUDA knows by itself */
#endif

/*
 * A program is a list of sections in order: straight ones (one value a draw) and loops over the periods t = 0, 1, 2, ....
 * Values over the lanes of a block live in the slots of a workspace, `lanes` doubles each. Values that no draw changes are
 * numbers. An operand is a row of slots or of numbers of which one is looked at in period t:
 *
 *   (t + bias) & mask      mask 0: a register or a constant; a power of two less 1: a ring; all ones: a history or a table
 *
 * so a fixed lag is a bias, and nothing is copied from period to period.
 */
struct ap_operand {
    ap_u32 slot;  /* first slot of the row (in_lanes) or first number */
    ap_u32 bias;
    ap_u32 mask;
    ap_u32 in_lanes;
};

/* The kinds of steps: every operation of kernels/operations.h, then these. */
enum ap_step_kind {
    AP_STEP_COPY = AP_OPERATION_COUNT, /* out = a */
    AP_STEP_DRAW,     /* out = a sampler's value, of the stream's u or (mode 1) of the score args[0]; then its parameters */
    AP_STEP_SCORE,    /* out = normal score of the stream's u */
    AP_STEP_MIX,      /* out = sum of weights[i] * args[i], left to right, its size cut at 8.2095 */
    AP_STEP_GATHER,   /* out = history at a whole number a draw; args: index, before, history */
    AP_STEP_CONVOLVE, /* out = sum over k of args[0][t-k] * args[1][k] */
    AP_STEP_SIGN_CHANGES, /* args: upfront, final, flows */
    AP_STEP_IRR,      /* args: upfront, final, low, high, flows */
    AP_STEP_SOLVE,    /* canonical parameter `index` from the arguments */
    AP_STEP_EMIT,     /* args: value, given: column index (+ t) is handed on */
    AP_STEP_KEEP,     /* numbers[index + t] = lane 0 of a: only in the program that no draw changes */
    AP_STEP_COUNT
};

/* The arguments of a distribution made into its canonical parameters, draw by draw. */
struct ap_solve {
    ap_u32 family;
    int spelling;
    const double *percents;
};

struct ap_instruction {
    ap_u32 kind;
    ap_u32 operand;      /* program->operands[operand] is where the result goes, the arguments follow */
    ap_u32 arg_count;
    ap_u32 first, last;  /* periods in which it runs */
    ap_u32 index;        /* column, number, component; for GATHER and IRR the slots of history before t = 0 */
    ap_u32 mode;         /* enum ap_gather_mode (kernels/history.h), timing of IRR and SIGN_CHANGES, 1: EMIT has a given, 1: DRAW from a score */
    ap_word stream;
    const void *data;    /* DRAW: struct ap_sampler (NULL: u itself); MIX: const double *weights; SOLVE: struct ap_solve */
    const char *name;    /* what it computes, for printers */
};

struct ap_section {
    ap_u32 first, count; /* instructions */
    ap_u32 is_loop;
};

struct ap_program {
    struct ap_section *sections;
    ap_u32 section_count;
    struct ap_instruction *instructions;
    ap_u32 instruction_count;
    struct ap_operand *operands;
    ap_u32 operand_count;
    double *numbers;     /* constants, tables of a number a period, results that no draw changes */
    ap_u32 number_count;
    ap_u32 slots;        /* of the workspace */
    ap_u32 periods, periods_per_year;
};

/* ------------------------------------------------------------------ a program made ready for one thread */

/* An operand with addresses. Every number is stored AP_SPLAT times, so that a vector load serves where a lane's would. */
#define AP_SPLAT 8
struct ap_arg {
    double *base;
    ap_u32 bias, mask;
    ap_u32 step;   /* doubles from one period's slot to the next */
    ap_u32 stride; /* 1: a value a lane; 0: one for all */
};

struct ap_frame;
struct ap_tally;
struct ap_tally_column;
struct ap_step;
typedef void ap_step_function(struct ap_frame *frame, const struct ap_step *step);

struct ap_step {
    ap_step_function *run;
    ap_u32 first, span; /* runs where t - first <= span */
    ap_u32 arg_count;
    const struct ap_arg *out; /* out[0] is the result, out[1 ..] the arguments */
    const struct ap_instruction *what;
};

/* A worker's state: what is the same for all steps of a block. */
struct ap_frame {
    const struct ap_program *program;
    const struct ap_step *steps;
    struct ap_block block;
    ap_u32 lanes, t;
    ap_word seed, pair;             /* pair of lane 0 */
    struct ap_tally_column *columns;/* NULL: stored */
    double *const *stored;
    size_t store_offset;            /* of the draw of lane 0 */
    double *kept;                   /* KEEP's numbers */
    double *slots;                  /* slot k: lanes doubles from slots + k * lanes on */
    double *scratch;                /* 8 slots: of lanes doubles */
    const volatile int *cancel;
};

/* What kernels/interpret.c gives for one instruction set. */
struct ap_loop {
    const char *name;
    unsigned width;
    ap_step_function *const *steps; /* by kind */
    void (*run)(struct ap_frame *frame); /* all sections, on one block; returns early on cancel */
    void (*tile)(struct ap_tally *worker, ap_word tile);
};

#if !AP_CUDA
extern const struct ap_loop apsis_loop_plain, apsis_loop_v3, apsis_loop_v4, apsis_loop_armv8;
#endif

#endif
