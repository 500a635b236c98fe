/* ir.h - a checked model as a graph of values: what is computed, per draw and per period, before any order is chosen. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_IR_H
#define APSIS_HOST_IR_H
#include "distributions/family.h"
#include "host/language/ast.h"
#include "host/support/arena.h"
#include "host/support/buffer.h"
#include "kernels/operations.h"

/* Members are expanded: weight[layer] is one value a member, named "weight[energy]". What is left is scalars (one value a
   draw) and series (one value a draw and period t = 0 .. periods-1). */

/* A value: an index into ir->nodes. Node 0 is NaN and is never referred to: "none". Equal nodes are one node. */
typedef uint32_t apsis_node_id;

enum apsis_node_kind {
    APSIS_NODE_CONST,    /* value */
    APSIS_NODE_PERIOD,   /* table: a number a period that depends on t alone (t, year, month, given lists): ir->period_tables[index] */
    APSIS_NODE_OP,       /* op(args...), an operation of kernels/operations.h */
    APSIS_NODE_DRAW,     /* ir->inputs[index]: this draw's value (this period's, where the input is a series) */
    APSIS_NODE_READ,     /* series[index] at t - lag, lag a constant >= 0 */
    APSIS_NODE_PAST,     /* series[index] at t - args[0], args[0] a whole number a draw. Below history or in the future: NaN;
                            a lag of 0 where the series itself waits for this value is NaN too */
    APSIS_NODE_AT,       /* series[index] at the period args[0] counted from t = 0 (whole, may differ by draw; negative is history):
                            the series must be complete, so this belongs to a later pass. Outside horizon and history: NaN */
    APSIS_NODE_CONVOLVE, /* sum over k = 0..t, in this order by fma from 0, of series[index][t-k] * series[other][k]: both are
                            needed up to t only, and this t's values count */
    APSIS_NODE_SIGN_CHANGES, /* how often the flows series[index] change sign, zeros left out; args: upfront, final; timing; NaN where one is */
    APSIS_NODE_IRR,      /* rate of the flows series[index]; args: upfront, final, low, high; timing */
    APSIS_NODE_SOLVE,    /* component `index` of the canonical parameters that inputs[other]'s family computes from its spelling's
                            arguments (args) where these are not constant */
    APSIS_NODE_SCORE     /* the normal score of ir->inputs[index], its correlated group mixed in, before any band */
};

/* When a flow of period t falls, in periods: start t, mid t + 1/2, end t + 1. Final flows fall at `periods`. */
enum apsis_timing { APSIS_TIMING_START, APSIS_TIMING_MID, APSIS_TIMING_END };

struct apsis_node {
    uint8_t kind, op, arg_count, timing;
    int32_t lag;
    uint32_t index, other;
    apsis_node_id args[4];
    double value;
};

/* A rule that holds in periods first..last. The pieces of a series do not overlap, are in order, and cover 0..periods-1. */
struct apsis_piece {
    uint32_t first, last;
    apsis_node_id node;
};

struct apsis_series {
    const char *name; /* "fleet", "working[texas]"; helper series of the compiler start with '.' */
    struct apsis_piece *pieces;
    size_t piece_count;
    apsis_node_id *history; /* history[k-1] is the (scalar) value at t = -k */
    size_t history_count;
    apsis_node_id before;   /* the value at every earlier t, or 0 when there is none */
    struct apsis_span span;
};

struct apsis_input {
    const char *name;         /* "payload", "weight[energy]", "noise[smb]": also the text the stream is the hash of */
    const char *base, *member;/* "weight", "energy" (NULL) */
    uint64_t stream;          /* DESIGN section 5, replicate included */
    int is_series;
    const char *label, *unit, *source;
    size_t section;           /* ir->sections */
    const char *text;         /* the distribution as written */
    struct apsis_span span;
    const struct apsis_family *family;
    const struct apsis_distribution *distribution; /* constant parameters: everything about it; else NULL */
    apsis_node_id parameters[APSIS_MAX_PARAMETERS]; /* canonical parameters, where distribution is NULL (may be series values) */
    size_t parameter_count;
    int group;                /* correlated group, index into ir->groups, or -1 */
    size_t position;          /* in the group */
    int spelling;             /* SOLVE nodes: which of the family's spellings the arguments are, with the chances of p10 and the like */
    double percents[APSIS_MAX_PARAMETERS];
    apsis_node_id score;      /* 0: drawn from its own u or its group's score; else from this score (host/plan/bands.h) */
    int is_scenario_override; /* 1: a scenario replaced the distribution; 2: a scenario changed or fixed the value (node is the draw still) */
    apsis_node_id node;       /* the DRAW node; for `apsis inputs` and rank correlations */
};

/* Inputs that move together: z = factor * scores, lower triangular, row major, count*count; members ordered by name bytes.
   All members are scalars, or all are series (then correlated period by period, same factor). */
struct apsis_group {
    uint32_t *members; /* input numbers */
    size_t count;
    double *factor;
    double *target;    /* rank correlations asked for, count*count */
    int is_series;
};

/* What is published, one a member: an output over an index is several of these. */
struct apsis_output {
    const char *name;             /* "rev[energy]" */
    const char *base, *member;    /* "rev", "energy" (NULL) */
    const char *label, *unit, *source;
    size_t section;               /* ir->sections */
    int is_series;
    apsis_node_id node;           /* scalar value, or a READ with lag 0 of the series */
    apsis_node_id given;          /* 0: all draws; a scalar, or for a series output also a series value */
    const char *given_text;
    apsis_node_id several_signs;  /* 0: the output is no IRR; else 1 where its flows change sign more than once, NaN where it is invalid */
    double *targets;              /* constants */
    size_t target_count;
    const char **categories;      /* NULL: a number; else value k means categories[k] */
    size_t category_count;
    int is_output;                /* 0: a named value that is kept for replay only */
    struct apsis_span span;
};

/* A file that the model names: its contents are part of the model. */
struct apsis_data_file {
    const char *path; /* as written in the model */
    uint8_t sha256[32];
};

/* A lint that the model's author allows, and why:  # apsis: allow unused-input "kept for the next round" */
struct apsis_allow {
    const char *name, *reason;
    struct apsis_span span; /* of the name in the comment */
    size_t silenced;        /* how many findings it silenced */
};

struct apsis_ir {
    struct apsis_arena *arena;
    const struct apsis_sources *sources; /* that spans look into; NULL for graphs made by hand */
    const char *name, *title, *currency, *scenario; /* scenario: names joined by " + ", or NULL */
    const char **sections;        /* titles; sections[0], "", is what stands before the first */
    size_t section_count;
    enum apsis_calendar calendar;
    int first_year, first_part;   /* the calendar's first period */
    uint32_t periods;             /* 0: a model without time */
    uint32_t periods_per_year;    /* 1, 4, 12; 1 without time */
    struct apsis_node *nodes;
    size_t node_count, node_capacity;
    double **period_tables;       /* [table][t] */
    size_t period_table_count, period_table_capacity;
    struct apsis_series *series;
    size_t series_count, series_capacity;
    struct apsis_input *inputs;
    size_t input_count, input_capacity;
    struct apsis_group *groups;
    size_t group_count, group_capacity;
    struct apsis_output *outputs; /* outputs first as declared; with keep_all then every other named value */
    size_t output_count, output_capacity;
    uint64_t *node_index;         /* hash table of nodes, see ir.c */
    size_t node_index_size;
    uint8_t *node_varies;         /* node by node: 1 where the value may differ by period */
    size_t node_varies_capacity;
    uint32_t *table_index;        /* hash table of period_tables, number + 1 */
    size_t table_index_size;
    struct apsis_data_file *data_files;
    size_t data_file_count, data_file_capacity;
    struct apsis_allow *allows;   /* in the order of the text; set by apsis_lint */
    size_t allow_count, allow_capacity;
};

/* 1: a node that looks at a whole series, which must be complete before it */
static inline int apsis_node_needs_whole(const struct apsis_node *n)
{
    return n->kind == APSIS_NODE_AT || n->kind == APSIS_NODE_IRR || n->kind == APSIS_NODE_SIGN_CHANGES;
}

/* An empty graph (node 0 is there). Only lowering makes one. */
struct apsis_ir *apsis_ir_new(struct apsis_arena *arena);
/* Equal tables are one; `values` is copied, ir->periods numbers. */
apsis_node_id apsis_ir_period(struct apsis_ir *ir, const double *values);
apsis_node_id apsis_ir_read(struct apsis_ir *ir, uint32_t series, int32_t lag);

/* "2031", "2026-07", "2035Q4": the label of period t (negative too). */
const char *apsis_period_label(const struct apsis_ir *ir, long t, char text[16]);

/* The title of a section, or NULL where there is none. */
const char *apsis_ir_section(const struct apsis_ir *ir, size_t section);

/* Building: equal nodes become one; operations on constants, and on numbers that depend on t alone, are computed here, by the very
   functions the engines use; an IF on a constant is the branch that it takes. An argument of 0 gives 0. */
apsis_node_id apsis_ir_const(struct apsis_ir *ir, double value);
apsis_node_id apsis_ir_op(struct apsis_ir *ir, enum ap_operation op, apsis_node_id a, apsis_node_id b, apsis_node_id c);
apsis_node_id apsis_ir_node(struct apsis_ir *ir, struct apsis_node node);
int apsis_ir_is_const(const struct apsis_ir *ir, apsis_node_id id, double *value);
/* One operation on numbers, the same bits as in a draw. */
double apsis_ir_compute(enum ap_operation op, double a, double b, double c, double d);

/* `apsis show --ir`: one line a node, names of series and inputs shown. */
void apsis_ir_print(const struct apsis_ir *ir, struct apsis_buffer *out);

#endif
