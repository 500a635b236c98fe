/* check.h - the names of a model and the rules that give their values: what a tree means before anything is computed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CHECK_H
#define APSIS_HOST_CHECK_H
#include <limits.h>

#include "host/language/ast.h"

/* ---------------------------------------------------------------- texts to numbers */
struct apsis_map {
    struct apsis_arena *arena;
    const char **keys;
    uint32_t *values;
    size_t size, count;
};
#define APSIS_MAP_NONE UINT32_MAX
uint32_t apsis_map_find(const struct apsis_map *map, const char *key); /* APSIS_MAP_NONE when it is not there */
void apsis_map_add(struct apsis_map *map, const char *key, uint32_t value);

/* ---------------------------------------------------------------- the calendar */
struct apsis_time {
    enum apsis_calendar calendar;
    int first_year, first_part; /* part counts from 1; 1 in a yearly model */
    uint32_t periods, per_year;
};
/* t of a label that has the calendar's form. */
long apsis_time_index(const struct apsis_time *time, int year, int part);
const char *apsis_time_label(const struct apsis_time *time, long t, char text[16]);
const char *apsis_time_unit(const struct apsis_time *time); /* "year", "quarter", "month" */

/* ---------------------------------------------------------------- names */
#define APSIS_TIME_OPEN LONG_MIN
#define APSIS_NO_TABLE UINT32_MAX

/* How much of an index a rule names: the more, the stronger. */
enum apsis_reach { APSIS_REACH_ALL, APSIS_REACH_SLICE, APSIS_REACH_CELL };

struct apsis_rule {
    const struct apsis_definition *definition;
    int layer;                             /* 0: the model; then scenarios and sets in their order */
    enum apsis_reach member_reach, time_reach;
    uint32_t member_low, member_high;      /* 0, 0 without a category index */
    long low, high;                        /* periods; low may be APSIS_TIME_OPEN; 0, 0 without time */
};

enum apsis_symbol_kind { APSIS_SYMBOL_VALUE, APSIS_SYMBOL_COLUMN, APSIS_SYMBOL_FUNCTION };

struct apsis_symbol {
    enum apsis_symbol_kind kind;
    const char *name;
    struct apsis_span span;
    uint32_t table;                        /* its category index, or APSIS_NO_TABLE */
    uint32_t column;                       /* COLUMN */
    int timed;
    int broken;                            /* something about it was reported: stay silent */
    int top_layer;
    struct apsis_rule *rules;              /* VALUE; COLUMN: overrides only */
    size_t rule_count, rule_capacity;
    uint32_t *member_rules;                /* rules by member, see apsis_symbol_rules */
    size_t *member_starts;
    const struct apsis_definition *definition; /* FUNCTION, else the first one */
    const struct apsis_clauses *clauses;   /* label, unit and source: of the first definition that has any */
    /* text values: the names that its numbers stand for, found on demand */
    const char **names;
    size_t name_count, name_capacity;
    int names_state;
    void *cells;                           /* what lowering keeps */
};

struct apsis_names {
    struct apsis_arena *arena;
    const struct apsis_ast *ast;
    struct apsis_diagnostics *list;
    struct apsis_time time;
    struct apsis_map tables;               /* table names */
    struct apsis_map *members;             /* of each table */
    struct apsis_map map;                  /* symbols */
    struct apsis_symbol *symbols;
    size_t symbol_count, symbol_capacity;
    uint32_t *order;                       /* symbols, those they need first (as far as there is such an order) */
    uint32_t *loop;                        /* symbol by symbol: equal numbers need each other in some way */
    const char **all;                      /* every name, for suggestions */
    size_t all_count;
};

/* Layers of overrides: definitions of scenarios and sets, in order. */
struct apsis_layer {
    const struct apsis_definition *definitions;
    size_t count;
    const char *name; /* of the scenario, or NULL for a set */
};

/* Reads all names and rules of a model and its layers; mistakes go to the list, and what can be used is used. */
struct apsis_names *apsis_names_new(struct apsis_arena *arena, const struct apsis_ast *ast, const struct apsis_layer *layers,
                                    size_t layer_count, struct apsis_diagnostics *list);

struct apsis_symbol *apsis_names_find(const struct apsis_names *names, const char *name);
/* Sets order and loop from who names whom. */
void apsis_names_order(struct apsis_names *names);
/* The rules that reach one member (0 without a category index). */
const uint32_t *apsis_symbol_rules(struct apsis_names *names, struct apsis_symbol *symbol, uint32_t member, size_t *count);
size_t apsis_symbol_members(const struct apsis_names *names, const struct apsis_symbol *symbol); /* 1 without a category index */
/* "weight[energy]", "fleet": with the member's name where there is one. */
const char *apsis_member_name(const struct apsis_names *names, const struct apsis_symbol *symbol, uint32_t member);

/* t of a period in brackets; reports a label of the wrong form. 0 when it is wrong. */
int apsis_period_of(struct apsis_names *names, const struct apsis_expr *period, long *t);
/* "did you mean ...": sets the hint where a known name is near. */
void apsis_suggest(struct apsis_names *names, struct apsis_diagnostic *d, const char *name);
int apsis_is_reserved(const char *name); /* t year date month quarter periods */

#endif
