/* program_writer.h - what the files that write a program's text share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PROGRAM_WRITER_H
#define APSIS_HOST_PROGRAM_WRITER_H
#include "host/engine/program_text.h"
#include "host/plan/arrange.h"
#include "host/support/buffer.h"

/* What stands for a seat's value in the group in work. */
struct apsis_known {
    uint32_t group;      /* stamp */
    uint32_t instruction;/* its local variable is v<instruction> */
    uint32_t bias, mask; /* the row that the variable holds */
    const char *name;
};

struct apsis_writer {
    struct apsis_arena *arena;
    const struct apsis_plan *plan;
    const struct apsis_text_options *options;
    const struct apsis_arranged *arranged;
    const struct ap_program *program;
    struct apsis_buffer out;
    struct apsis_known *known;      /* by seat */
    uint32_t *far_row;              /* by seat: first row in scratch, or APSIS_NEAR */
    uint8_t *steers;                /* by seat: 1 for a truth value that is only looked at as one */
    uint32_t *partner;              /* CUDA, by instruction: the draw that it shares Philox calls with, or itself */
    uint32_t group;                 /* in work; 0: a block step */
    int in_loop;
    uint32_t line;                  /* the last #line, 0: none */
    double *numbers;
    size_t number_count, number_capacity;
    const struct ap_sampler **samplers;
    size_t sampler_count, sampler_capacity;
};
#define APSIS_NEAR UINT32_MAX

static inline int apsis_write_is_cuda(const struct apsis_writer *w) { return w->options->dialect == APSIS_TEXT_CUDA; }

/* program_operand.c: the spelling of places. `in` is the instruction, k its operand (0: the result). */
const struct ap_operand *apsis_write_operand(const struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k);
void apsis_write_value(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k);  /* the value of an argument */
void apsis_write_rows(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k);   /* address, step, lanes of a history */
void apsis_write_put(struct apsis_writer *w, const struct ap_instruction *in);              /* AP_WRITE(5, or AP_WRITE_ROW(57, t + 1, */
void apsis_write_variable(struct apsis_writer *w, uint32_t instruction, const char *name);  /* v12_flights */
uint32_t apsis_write_add_numbers(struct apsis_writer *w, const double *values, size_t count);

int apsis_write_always(const struct apsis_writer *w, const struct ap_instruction *in);      /* in every period of its section */

/* program_operation.c: the expression of a plain operation */
void apsis_write_find_steering(struct apsis_writer *w);
void apsis_write_expression(struct apsis_writer *w, const struct ap_instruction *in);

/* program_step.c: one instruction */
void apsis_write_pair_draws(struct apsis_writer *w);
void apsis_write_plain(struct apsis_writer *w, uint32_t instruction);
void apsis_write_block_step(struct apsis_writer *w, uint32_t instruction);

#endif
