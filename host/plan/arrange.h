/* arrange.h - a plan's program in the order in which fused code runs it: random numbers first, then groups of plain operations. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_ARRANGE_H
#define APSIS_HOST_ARRANGE_H
#include "host/plan/plan.h"

/* Where values lie between groups. */
struct apsis_seat {
    uint32_t slots;   /* 1: one value a draw; more: a ring or a history */
    uint32_t slot;    /* first slot in the workspace of `program`; not for local ones */
    uint8_t local;    /* written and read within one group of one period only: it needs no place */
    const char *name; /* of the model, or NULL */
};

/* Plain operations are those that look at one lane alone (AP_OPERATIONS, COPY, MIX, GATHER); the others, from drawing to handing on
   columns, run over a whole block. Neighbouring plain operations form a group; in a section with `reorder`, block steps come as
   early as what they need, so that groups are few and long. The bits are the same in any order that needs allow. */
struct apsis_arranged {
    struct ap_program *program;        /* local operands have in_lanes == 2; its block steps can be bound and run one by one */
    const struct ap_operand *operands; /* like those of the program, with numbers of seats for slots */
    const struct apsis_seat *seats;
    size_t seat_count;
    const uint32_t *group;             /* by instruction: 0 for a block step, else the number of its group, from 1 */
    uint32_t group_count;
};

/* `wanted`: by column, NULL for all. Lies in `arena`. */
struct apsis_arranged *apsis_plan_arrange(const struct apsis_plan *plan, const unsigned char *wanted, int reorder, struct apsis_arena *arena);

/* 1 for the kinds that a group is made of. */
int apsis_is_plain(uint32_t kind);

#endif
