/* ast.h - the syntax tree of a model: what was written, with places, before any name has a meaning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_AST_H
#define APSIS_HOST_AST_H
#include "host/language/diagnostic.h"
#include "host/language/source.h"

/* ---------------------------------------------------------------- expressions */
enum apsis_expr_kind {
    APSIS_EXPR_ERROR,   /* something was wrong here and has been reported: stay silent about it */
    APSIS_EXPR_NUMBER,  /* number */
    APSIS_EXPR_TEXT,    /* text: "no orders" */
    APSIS_EXPR_NAME,    /* text */
    APSIS_EXPR_NEGATE,  /* a */
    APSIS_EXPR_NOT,     /* a */
    APSIS_EXPR_BINARY,  /* op, a, b */
    APSIS_EXPR_IF,      /* if a then b else c */
    APSIS_EXPR_CALL,    /* text(args): functions, families, smallest(rockets: x, ...), first(what where condition, else value) */
    APSIS_EXPR_INDEX,   /* a[indices]: a is a NAME or a CALL, as in delay(x, d)[t] */
    APSIS_EXPR_PERIOD   /* a calendar label inside brackets: 2030, 2026-07, 2025Q4 */
};

enum apsis_binary_op {
    APSIS_BINARY_ADD, APSIS_BINARY_SUB, APSIS_BINARY_MUL, APSIS_BINARY_DIV, APSIS_BINARY_POW,
    APSIS_BINARY_EQ, APSIS_BINARY_NE, APSIS_BINARY_LT, APSIS_BINARY_LE, APSIS_BINARY_GT, APSIS_BINARY_GE,
    APSIS_BINARY_AND, APSIS_BINARY_OR
};

enum apsis_calendar { APSIS_CALENDAR_NONE, APSIS_CALENDAR_YEAR, APSIS_CALENDAR_QUARTER, APSIS_CALENDAR_MONTH };

struct apsis_expr;

/* One argument of a call:  value | key: value | value where condition | else value
   `else value` has is_else set; `key: value` has a key, a NAME (rockets:), a NUMBER (4:, 70%:), a TEXT or a negated NUMBER. */
struct apsis_argument {
    struct apsis_expr *key;   /* or NULL */
    struct apsis_expr *value;
    struct apsis_expr *where; /* or NULL */
    int is_else;
    struct apsis_span span;
};

/* One index in brackets:  e | lo..hi | ..hi | lo.. | ..   (low == high when not a range) */
struct apsis_index {
    struct apsis_expr *low, *high; /* NULL: open end */
    int is_range;
    struct apsis_span span;
};

struct apsis_expr {
    enum apsis_expr_kind kind;
    struct apsis_span span;
    struct apsis_span head; /* CALL, INDEX: the name alone; BINARY: the operator; else as span */
    double number;
    const char *text;
    enum apsis_binary_op op;
    struct apsis_expr *a, *b, *c;
    struct apsis_argument *arguments;
    size_t argument_count;
    struct apsis_index *indices; /* 1 or 2 */
    size_t index_count;
    enum apsis_calendar calendar; /* PERIOD: the form it was written in; a bare 2030 is YEAR */
    int year, part;               /* PERIOD: part is the quarter 1-4 or the month 1-12 (0 in a year) */
};

/* ---------------------------------------------------------------- statements */
/* What may follow a value, in any order. */
struct apsis_clauses {
    const char *label, *unit, *source; /* NULL where absent; the unit is the bracket at the end of the label, which is cut off */
    struct apsis_span label_span, source_span;
    struct apsis_expr *given;
    struct apsis_expr **targets;
    size_t target_count;
};

enum apsis_definition_kind {
    APSIS_DEFINE_VALUE,   /* name[indices] = values */
    APSIS_DEFINE_DRAW,    /* name[indices] ~ distribution */
    APSIS_DEFINE_FUNCTION,/* name(parameters) = value */
    APSIS_DEFINE_OUTPUT   /* output name[indices], ... without a value: one of these for each name */
};

struct apsis_definition {
    enum apsis_definition_kind kind;
    struct apsis_span span;      /* from the name to the end of the last clause */
    struct apsis_span name_span; /* the name alone */
    const char *name;
    struct apsis_index *indices; /* 0, 1 or 2 */
    size_t index_count;
    const char **parameters;     /* FUNCTION */
    struct apsis_span *parameter_spans;
    size_t parameter_count;
    struct apsis_expr **values;  /* VALUE: one, or several for a slice (0.5, 0.5, 0.3); DRAW, FUNCTION: one */
    size_t value_count;
    int is_output;
    size_t section;              /* number of the section it stands in; 0 before the first */
    struct apsis_clauses clauses;
};

struct apsis_column {
    const char *name;
    struct apsis_span span;
    struct apsis_clauses clauses; /* from a `column name "label"` line under the table */
};

/* table site  size_low  size_high ...   or   member layer: energy, chips  (no columns) */
struct apsis_table {
    const char *name;
    struct apsis_span name_span;
    struct apsis_column *columns;
    size_t column_count;
    const char **members;
    struct apsis_span *member_spans;
    size_t member_count;
    struct apsis_expr **cells;    /* member_count * column_count, member by member; constant expressions, unary minus included */
    size_t section;
};

/* permit[site], overrun[site] 30% */
struct apsis_correlation {
    struct apsis_expr *a, *b, *value;
    struct apsis_span span;
};

struct apsis_scenario {
    const char *name, *title; /* title may be NULL */
    struct apsis_span span;
    struct apsis_definition *definitions;
    size_t definition_count, definition_capacity; /* the capacity is the parser's */
};

struct apsis_ast {
    struct apsis_arena *arena;
    struct apsis_sources *sources;
    const char *name, *title, *currency; /* NULL where absent */
    struct apsis_span name_span;
    enum apsis_calendar calendar;
    struct apsis_expr *first_period, *last_period; /* PERIOD, or NULL */
    struct apsis_span period_span;
    const char **sections; /* titles; sections[0] is "" */
    size_t section_count;
    struct apsis_table *tables;
    size_t table_count;
    struct apsis_definition *definitions;
    size_t definition_count;
    struct apsis_correlation *correlations;
    size_t correlation_count;
    struct apsis_scenario *scenarios;
    size_t scenario_count;
    uint32_t *texts; /* the sources that it was made of, in order */
    size_t text_count;
};

/* Several texts that make one model, one after the other: a section goes on over them, a block ends with its text. */
struct apsis_parser;
struct apsis_parser *apsis_parse_begin(struct apsis_arena *arena, struct apsis_sources *sources, struct apsis_diagnostics *diagnostics);
void apsis_parse_text(struct apsis_parser *parser, uint32_t source);
/* A text of overrides, one a line, that belongs to scenario number `scenario` of the tree. */
void apsis_parse_override_text(struct apsis_parser *parser, uint32_t source, size_t scenario);
/* Where errors of further texts go. */
void apsis_parse_report(struct apsis_parser *parser, struct apsis_diagnostics *diagnostics);
/* The tree of the texts so far. It does not change when further texts are parsed. */
struct apsis_ast *apsis_parse_tree(struct apsis_parser *parser);

/* Parses source number `source`. Always returns a tree (of what could be read); errors are in the list. */
struct apsis_ast *apsis_parse(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics);

/* Parses one override as written behind --set ("launch_cap = 50% * launch_cap"), or several, one a line: appended to `out`. */
void apsis_parse_overrides(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics,
                           struct apsis_scenario *out);

/* Parses one expression alone (for --target, --given). NULL after an error. */
struct apsis_expr *apsis_parse_expression(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                                          struct apsis_diagnostics *diagnostics);

/* What `apsis show --ast` prints: one line a statement, expressions with all parentheses. */
void apsis_ast_print(const struct apsis_ast *ast, struct apsis_buffer *out);
void apsis_expr_print(const struct apsis_expr *expr, struct apsis_buffer *out);
/* "fleet[t]", "annuity(q, n)"; and with what is behind it, but no clauses: "fleet[t] = (a + b)". */
void apsis_definition_key(const struct apsis_definition *definition, struct apsis_buffer *out);
void apsis_definition_rule(const struct apsis_definition *definition, struct apsis_buffer *out);

#endif
