/* planner.h - what the stages of the planner share while they turn the graph of values into a program. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PLANNER_H
#define APSIS_HOST_PLANNER_H
#include "host/language/diagnostic.h"
#include "host/plan/plan.h"

/*
 * An item is a node or a series: node n is item n, series s is item node_count + s. Three rates: a value may be the same in all
 * draws (not random: computed once, by a program of its own, and read as a number), may differ by draw, and may vary over t.
 * The model is scheduled as  scalars of stage 0, loop 1, scalars of stage 1, loop 2, ...: `level` is a scalar's stage or the
 * first loop in which a varying value can be known.
 */
struct apsis_edge {
    uint32_t to;
    uint8_t past; /* a random lag: left out of the order inside a cycle */
};

enum apsis_phase { APSIS_PHASE_FIXED, APSIS_PHASE_RANDOM };

/* A number that the program of fixed values must find: node at `number` (varying: a row of `periods`). */
struct apsis_kept {
    apsis_node_id node;
    uint32_t number;
    uint32_t loop; /* where it can be had: a stage, or a loop if it varies */
};

/* Room in the workspace: a register (1 slot), a ring, a history. */
struct apsis_storage {
    uint32_t slots;
    uint32_t slot;        /* where it lies, once placed */
    uint32_t start, end;  /* places in the program: 2i where instruction i reads, 2i + 1 where it writes */
    uint32_t uses;
    uint8_t carried;      /* holds something from one period to the next */
    uint8_t placed;
    uint8_t local;        /* never leaves its group (host/plan/arrange.h): it needs no room */
    const char *name;
};

/* What a program is made of while it grows. */
struct apsis_code {
    struct ap_instruction *instructions;
    size_t instruction_count, instruction_capacity;
    struct ap_operand *operands;
    size_t operand_count, operand_capacity;
    struct ap_section *sections;
    size_t section_count, section_capacity;
    struct apsis_storage *storages;
    size_t storage_count, storage_capacity;
    uint32_t periods, periods_per_year;
};

/* How a series is kept in the loop in work. */
struct apsis_room {
    uint32_t stamp;       /* loop + 1 when it is worked out in that loop */
    uint32_t max_lag;     /* fixed lags read in this loop */
    uint32_t storage;     /* UINT32_MAX: none, it is its node's value */
    uint32_t bias, mask;
};

struct apsis_planner {
    struct apsis_arena *arena;
    const struct apsis_ir *ir;
    struct apsis_diagnostics *diagnostics;
    uint32_t periods;
    struct apsis_plan *plan;

    struct apsis_node *nodes; /* the graph's nodes and those the planner adds */
    size_t node_count, node_capacity;
    size_t series_count;
    apsis_node_id *alias;     /* the node that stands for a node */
    apsis_node_id *current;   /* by series: its READ at lag 0 */
    apsis_node_id nan_node;
    uint8_t *varies, *random; /* by item; a series always varies */

    struct apsis_edge *edges; /* same-period needs: edges[edge_start[item] .. edge_start[item + 1]) */
    uint32_t *edge_start;
    uint32_t *component;      /* of items that need each other in the same period */
    uint32_t *order;          /* items, what is needed first comes first */
    size_t item_count;

    /* of one phase */
    enum apsis_phase phase;
    uint8_t *needed;          /* by item */
    uint32_t *level;          /* by item */
    uint32_t *place;          /* by series: the loop it is worked out in */
    uint32_t loops;
    uint8_t *full;            /* by series: its history is kept (1); read with explicit history too (2) */
    uint32_t *lag_all;        /* by series: largest fixed lag in any loop */
    uint32_t *history_storage, *history_slots; /* by series: where, and the slots before t = 0 */
    struct apsis_room *room;  /* by series */
    uint32_t *need_stamp;     /* by item: loop + 1 where it is needed in the loop in work */
    uint32_t *hull_first, *hull_last; /* by node: periods in which the loop in work needs it */
    uint32_t *home;           /* by node: series that its result is written into, or UINT32_MAX */
    uint32_t *value_stamp;    /* by node: loop + 1 (0: scalars) when value[] holds */
    struct ap_operand *value; /* by node */
    uint32_t *twin;           /* by input: the first input of the same stream and kind, whose scores are its scores */
    uint32_t *score_stamp;    /* by input */
    struct ap_operand *score;
    struct apsis_mix {        /* a mixed score that was worked out */
        struct apsis_mix *next;
        const struct apsis_group *group;
        size_t position;
        uint32_t stamp;
        struct ap_operand at;
    } **mixes;                /* by input that is its own twin */
    uint32_t *number;         /* by node: slot of its number(s), UINT32_MAX */
    uint32_t *table_number;   /* by period table */
    uint32_t *series_number;  /* by series: fixed history */
    apsis_node_id **captures; /* by series: AT nodes at a constant period, see capture_count */
    size_t *capture_count;

    struct ap_sampler **samplers; /* by input, NULL where it is not drawn */
    double *numbers;
    size_t number_count, number_capacity;
    struct apsis_kept *kept;
    size_t kept_count, kept_capacity;
    struct apsis_code code;

    /* columns of outputs: outputs[i] is wanted from column `base` on */
    struct apsis_emit { apsis_node_id node, given; uint32_t column; uint8_t has_given, is_series, done; uint32_t loop; const char *name; } *emits;
    size_t emit_count, emit_capacity;
};

#define APSIS_NONE UINT32_MAX

static inline uint32_t apsis_item_series(const struct apsis_planner *p, uint32_t series) { return (uint32_t)p->node_count + series; }
/* Belongs to the program in work. */
static inline int apsis_active(const struct apsis_planner *p, uint32_t item) { return p->random[item] == (p->phase == APSIS_PHASE_RANDOM); }
static inline apsis_node_id apsis_resolve(const struct apsis_planner *p, apsis_node_id id) { return p->alias[id]; }
/* A node that no instruction is needed for. */
static inline int apsis_is_given(const struct apsis_node *n) { return n->kind == APSIS_NODE_CONST || n->kind == APSIS_NODE_PERIOD; }

/* graph.c: rates, same-period needs, order. 0 after a diagnostic. */
int apsis_plan_graph(struct apsis_planner *p);
/* schedule.c: what is needed, in which stage or loop, which histories. 0 after a diagnostic. */
int apsis_plan_schedule(struct apsis_planner *p);
/* Which items loop `loop` must work out, their hulls, the lags it reads; repeatable. */
void apsis_plan_loop(struct apsis_planner *p, uint32_t loop);
/* emit.c: the instructions of the phase in p->code. */
void apsis_plan_emit(struct apsis_planner *p);
/* registers.c: a copy, in `arena`, without what no wanted column needs (NULL: all are wanted) and without empty sections. */
struct apsis_code *apsis_code_needed(struct apsis_arena *arena, const struct apsis_code *whole, const unsigned char *wanted);
/* Gives each storage that is not local its slots and makes the program, without numbers. The operands become the program's. */
struct ap_program *apsis_code_lay_out(struct apsis_arena *arena, struct apsis_code *code);
/* Both. */
struct ap_program *apsis_plan_registers(struct apsis_arena *arena, const struct apsis_code *whole, const unsigned char *wanted);

#endif
