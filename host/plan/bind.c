/* bind.c - a program with addresses: one workspace and one list of steps for each thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/bind.h"

#include <stdint.h>

#include "host/support/arena.h"

#define SCRATCH_SLOTS 8

struct apsis_bound {
    struct ap_frame frame;
    struct ap_step *steps;
    struct ap_arg *args;
    void *memory;
};

size_t apsis_bound_size(const struct ap_program *program, unsigned lanes)
{
    return ((size_t)program->slots + SCRATCH_SLOTS) * lanes * sizeof(double);
}

struct apsis_bound *apsis_bind(const struct ap_program *program, const struct ap_loop *loop, unsigned lanes)
{
    struct apsis_bound *bound = apsis_calloc(1, sizeof *bound);
    size_t numbers = (size_t)program->number_count * AP_SPLAT;
    bound->memory = apsis_calloc(1, apsis_bound_size(program, lanes) + numbers * sizeof(double) + 64);
    double *number = (double *)(((uintptr_t)bound->memory + 63) & ~(uintptr_t)63);
    double *slots = number + numbers, *scratch = slots + (size_t)program->slots * lanes;
    for (size_t i = 0; i < numbers; i++) number[i] = program->numbers[i / AP_SPLAT];

    bound->args = apsis_calloc(program->operand_count + 1, sizeof *bound->args);
    for (ap_u32 i = 0; i < program->operand_count; i++) {
        const struct ap_operand *from = &program->operands[i];
        struct ap_arg *to = &bound->args[i];
        to->bias = from->bias;
        to->mask = from->mask;
        to->step = from->in_lanes ? lanes : AP_SPLAT;
        to->stride = from->in_lanes != 0;
        to->base = (from->in_lanes ? slots : number) + (size_t)from->slot * to->step;
    }
    bound->steps = apsis_calloc(program->instruction_count + 1, sizeof *bound->steps);
    for (ap_u32 i = 0; i < program->instruction_count; i++) {
        const struct ap_instruction *from = &program->instructions[i];
        bound->steps[i] = (struct ap_step){.run = loop->steps[from->kind], .first = from->first, .span = from->last - from->first,
                                           .arg_count = from->arg_count, .out = &bound->args[from->operand], .what = from};
    }
    struct ap_frame *frame = &bound->frame;
    frame->program = program;
    frame->steps = bound->steps;
    frame->lanes = lanes;
    frame->block.lanes = lanes;
    frame->slots = slots;
    frame->scratch = scratch;
    return bound;
}

struct ap_frame *apsis_bound_frame(struct apsis_bound *bound) { return &bound->frame; }

void apsis_bound_free(struct apsis_bound *bound)
{
    if (!bound) return;
    apsis_block_free(bound->steps);
    apsis_block_free(bound->args);
    apsis_block_free(bound->memory);
    apsis_block_free(bound);
}
