/* lower.h - what the files of lowering share: cells (one member of one name), scopes, values. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_LOWER_H
#define APSIS_HOST_LOWER_H
#include "host/language/check.h"
#include "host/plan/model.h"

#define APSIS_DEPTH_LIMIT 2000 /* of lowering: expressions inside functions inside values that are needed on the way */

/* A number, or a text: then the number counts `names`. node 0: something was wrong and has been reported. */
struct apsis_value {
    apsis_node_id node;
    const char **names;
    size_t name_count;
};

enum apsis_cell_state { APSIS_CELL_NEW, APSIS_CELL_OPEN, APSIS_CELL_DONE };

/* A rule's draw, kept so that every piece and version that the rule gives is the same input. */
struct apsis_drawn {
    const struct apsis_rule *rule;
    apsis_node_id node;
    struct apsis_drawn *next;
};

/* One member of one name (or the name itself), as the rules of layers 0..layer give it. The top version is what the rest of the
   model reads; `below` is the value so far, for an override that uses it. */
struct apsis_cell {
    struct apsis_symbol *symbol;
    uint32_t member;
    int layer;
    enum apsis_cell_state state;
    apsis_node_id node;        /* scalar */
    uint32_t series;           /* number + 1 once declared */
    struct apsis_cell *below, *top;
    struct apsis_drawn *drawn; /* top only */
    /* painted: which rule holds when */
    int painted, gap;          /* gap: a period without value was reported */
    long history;              /* periods before t = 0 that are listed */
    uint32_t *winner;          /* [history + t]: number of a rule + 1 */
    uint32_t open;             /* the rule of everything earlier + 1 */
    apsis_node_id *past;       /* [k - 1]: lowered history, [history]: before; 0 where not lowered */
    uint8_t *past_state;
    struct apsis_cell *waiting; /* the cell whose lowering needed this one */
};

struct apsis_members {
    uint32_t table, member;
    int weak;                  /* the rule names this member itself: [site] outside of columns still means all */
    const struct apsis_members *outer;
};

enum apsis_scope_time {
    APSIS_SCOPE_SCALAR,        /* no t */
    APSIS_SCOPE_PERIOD,        /* a rule with [t], in force from first to last */
    APSIS_SCOPE_WHOLE,         /* inside a function over periods: x means x[t] */
    APSIS_SCOPE_FIXED          /* t is `first`, a period of history */
};

struct apsis_frame;
struct apsis_scope {
    struct apsis_cell *owner;  /* whose rule this is, or NULL */
    int layer;                 /* of that rule */
    enum apsis_scope_time time;
    long first, last;
    const struct apsis_members *members;
    const struct apsis_frame *frame;
};

/* A function that is being expanded. */
struct apsis_frame {
    const struct apsis_symbol *function;
    const struct apsis_expr *call;
    const struct apsis_scope *caller;
    const struct apsis_frame *outer; /* the expansion around this one, for recursion */
    struct apsis_value *cached[2];   /* [0]: as in the body, [1]: inside a function over periods */
    uint8_t *has;                    /* bit 0, bit 1 */
};

struct apsis_whole_check {
    apsis_node_id node;
    struct apsis_span span;
    const char *series, *text; /* text: of the lag, as written */
    int lag;
};

struct apsis_lowering {
    struct apsis_arena *arena;
    struct apsis_names *names;
    struct apsis_ir *ir;
    struct apsis_diagnostics *list;
    struct apsis_lower_options options;
    const struct apsis_ast *ast;
    int depth;
    uint32_t expansions;           /* of functions, which may double at each level */
    struct apsis_cell *current;
    struct apsis_map helpers;      /* helper series by what they compute */
    uint64_t *reported;            /* spans with an error */
    size_t reported_count, reported_size;
    struct apsis_whole_check *checks;
    size_t check_count, check_capacity;
    struct apsis_cell **series_cells; /* of each series of the IR, NULL for helpers */
    size_t series_cell_count, series_cell_capacity;
    const char **node_names;       /* of scalars, for messages */
    size_t node_name_count, node_name_capacity;
};

/* lower.c */
struct apsis_diagnostic *apsis_lower_error(struct apsis_lowering *l, struct apsis_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *apsis_text_of(struct apsis_lowering *l, struct apsis_span span); /* as written, blanks made one */

/* lower_cell.c */
struct apsis_cell *apsis_cell_of(struct apsis_lowering *l, struct apsis_symbol *symbol, uint32_t member, int layer);
void apsis_cell_paint(struct apsis_lowering *l, struct apsis_cell *cell);
uint32_t apsis_cell_declare(struct apsis_lowering *l, struct apsis_cell *cell); /* the number of its series */
void apsis_cell_lower(struct apsis_lowering *l, struct apsis_cell *cell);
apsis_node_id apsis_cell_past(struct apsis_lowering *l, struct apsis_cell *cell, long t, struct apsis_span span);
/* 1 when every period from `from` on back to `to` (both below 0) has a value. */
int apsis_cell_has_past(struct apsis_lowering *l, struct apsis_cell *cell, long from, long to, long *missing);

/* lower_name.c */
struct apsis_reference {
    struct apsis_symbol *symbol;
    struct apsis_span span;
    int members;             /* 0: no category index, 1: one, 2: several */
    int bare;                /* without index for the members */
    uint32_t member_low, member_high;
    int time;                /* 0: no time, 1: one index, 2: a range, 3: not given */
    const struct apsis_index *when;
};
int apsis_resolve(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, int reducing, struct apsis_reference *r);
struct apsis_cell *apsis_reference_cell(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_symbol *symbol, uint32_t member, int lagged);
struct apsis_value apsis_read(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_reference *r, uint32_t member);
struct apsis_value apsis_lower_name(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
/* A parameter that stands for a name is that name: replaces e and the scope it is meant in. */
void apsis_alias(struct apsis_scope *scope, const struct apsis_expr **e);
/* Where a period index points: at t - lag (constant), or at a constant period, or somewhere known in the draw only. */
enum apsis_where { APSIS_WHERE_WRONG, APSIS_WHERE_LAG, APSIS_WHERE_CONST, APSIS_WHERE_PAST, APSIS_WHERE_AT };
enum apsis_where apsis_locate(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, long *value, apsis_node_id *node);
struct apsis_value apsis_read_at(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_reference *r, uint32_t member,
                                 enum apsis_where where, long value, apsis_node_id node, struct apsis_span span);
void apsis_require_whole(struct apsis_lowering *l, apsis_node_id node, struct apsis_span span, const char *series, int lag);
int apsis_is_parameter(const struct apsis_scope *scope, const char *name);

/* lower_expr.c */
struct apsis_value apsis_lower_expr(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
apsis_node_id apsis_lower_number(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
struct apsis_value apsis_unite(struct apsis_lowering *l, struct apsis_value value, const char **names, size_t count);
size_t apsis_names_union(struct apsis_lowering *l, const char ***names, size_t count, const char *const *more, size_t more_count);
apsis_node_id apsis_time_node(struct apsis_lowering *l);
/* 1 when an expression, meant over periods, has a series or t in it: even a series that is the same number throughout. */
int apsis_mentions_time(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
void apsis_symbol_names(struct apsis_lowering *l, struct apsis_symbol *symbol);

/* lower_call.c */
struct apsis_value apsis_lower_call(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
int apsis_is_function(const char *name);

/* lower_reduce.c */
int apsis_is_reducer(const char *name);
struct apsis_value apsis_lower_reducer(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
struct apsis_value apsis_lower_first_last(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
struct apsis_value apsis_lower_choice(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
/* The members that an argument runs over: each read by itself. 0 when it is not such an argument. */
const struct apsis_table *apsis_free_table(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, uint32_t *number);

/* lower_flow.c: npv, irr, delay, convolve, cumulative */
struct apsis_value apsis_lower_flow(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e);
struct apsis_value apsis_lower_series_call(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *call,
                                           const struct apsis_index *when);
int apsis_is_series_function(const char *name);

/* lower_helper.c: series of the compiler, shared where they compute the same */
uint32_t apsis_series_new(struct apsis_lowering *l, const char *name, struct apsis_span span);
void apsis_series_piece(struct apsis_lowering *l, uint32_t series, long first, long last, apsis_node_id node);
void apsis_series_start(struct apsis_lowering *l, uint32_t series, apsis_node_id value); /* at t = -1 and ever before */
uint32_t apsis_series_of(struct apsis_lowering *l, apsis_node_id node, struct apsis_span span); /* a series that is this node */
apsis_node_id apsis_at(struct apsis_lowering *l, uint32_t series, apsis_node_id when);
apsis_node_id apsis_at_last(struct apsis_lowering *l, uint32_t series);
enum apsis_fold { APSIS_FOLD_SUM, APSIS_FOLD_LOWEST, APSIS_FOLD_HIGHEST };
/* The fold of node over the periods first..last so far, from `start` (0: the fold's own). */
uint32_t apsis_fold_series(struct apsis_lowering *l, enum apsis_fold fold, apsis_node_id node, long first, long last, apsis_node_id start,
                           struct apsis_span span);
enum ap_operation apsis_fold_operation(enum apsis_fold fold);

/* lower_draw.c */
apsis_node_id apsis_lower_draw(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_cell *cell, const struct apsis_rule *rule);

/* correlate.c, lower_check.c, lower_output.c */
void apsis_lower_correlations(struct apsis_lowering *l);
void apsis_lower_loops(struct apsis_lowering *l);
void apsis_lower_whole_checks(struct apsis_lowering *l);
void apsis_lower_outputs(struct apsis_lowering *l);
/* 1 when the node takes whole numbers only. */
uint8_t *apsis_whole_nodes(struct apsis_lowering *l);

#endif
