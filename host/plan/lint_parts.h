/* lint_parts.h - what the lints share: who mentions whom, what a label says, how a finding is told or silenced. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_LINT_PARTS_H
#define APSIS_HOST_LINT_PARTS_H
#include "host/language/check.h"
#include "host/plan/lint.h"

/* The line that an allow speaks of, as bytes of its text. */
struct apsis_allow_line {
    uint32_t source, begin, end;
};

struct apsis_linting {
    struct apsis_arena *arena;      /* for as long as the lints run */
    const struct apsis_ast *ast;
    struct apsis_ir *ir;
    struct apsis_diagnostics *list;
    const struct apsis_lint *lint;  /* the one at work */
    struct apsis_names *names;      /* rules of the model and of all its scenarios */
    struct apsis_allow_line *allow_lines; /* of each of ir->allows; text by text, begins do not fall */
    size_t allow_line_count, allow_line_capacity;
    /* lint_graph.c; all by symbol */
    uint32_t *edges;                /* symbols that symbol i mentions: edges[starts[i]] .. edges[starts[i + 1] - 1] */
    size_t *starts;
    size_t edge_count, edge_capacity;
    uint32_t *user;                 /* one that mentions it, itself apart; or APSIS_MAP_NONE */
    uint8_t *is_input;              /* drawn somewhere in the model itself */
    uint8_t *is_correlated;
    uint8_t *live;                  /* an output depends on it, in the model or under a scenario */
    uint8_t *kept;                  /* live, or needed by what an allow keeps */
    uint8_t *feeds_draw;            /* a distribution's parameters depend on it */
    size_t output_count;
};

/* lint_allow.c */
void apsis_lint_read_allows(struct apsis_linting *l);
/* The first allow of `name` that stands on a line of the statement or the line before it, or NULL. */
struct apsis_allow *apsis_lint_allowed(struct apsis_linting *l, const struct apsis_lint *lint, struct apsis_span statement);
void apsis_lint_unused_allows(struct apsis_linting *l);

/* lint.c: tells a finding of the lint at work, or NULL when an allow silences it. */
struct apsis_diagnostic *apsis_lint_warn(struct apsis_linting *l, struct apsis_span place, struct apsis_span statement, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct apsis_diagnostic *apsis_lint_note(struct apsis_linting *l, struct apsis_span place, struct apsis_span statement, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* lint_graph.c */
void apsis_lint_graph(struct apsis_linting *l);
/* The statement of a symbol: where it is defined first. */
struct apsis_span apsis_lint_statement(const struct apsis_symbol *symbol);
/* Of an expression that is a name or a name with an index: its symbol, else NULL. */
const struct apsis_symbol *apsis_lint_named(const struct apsis_linting *l, const struct apsis_expr *e);
/* "fleet[t]", "size[site]": as an output line names it. */
const char *apsis_lint_form(struct apsis_linting *l, const struct apsis_symbol *symbol);

/* lint_words.c: what a name, its label and its unit say about its value */
enum {
    APSIS_SAYS_PRICE = 1,    /* money */
    APSIS_SAYS_SHARE = 2,    /* a part of a whole */
    APSIS_SAYS_DURATION = 4,
    APSIS_SAYS_CHANCE = 8,   /* a probability */
    APSIS_SAYS_SIGNED = 16   /* a change, a difference, a result: it may well be negative */
};
unsigned apsis_lint_says(const struct apsis_symbol *symbol);
const char *apsis_lint_unit(const struct apsis_symbol *symbol); /* or NULL */
/* 1 when the words of `text` are told to have one of `list` (NULL-terminated, lower case) among them. */
int apsis_lint_has_word(const char *text, const char *const *list);
/* A unit in one spelling: "launches per year" and "launch/yr" are the same. */
const char *apsis_lint_plain_unit(struct apsis_linting *l, const char *unit);
/* "12.5%"; "1 draw in 3,400,000" where it is rare: how often something happens. */
const char *apsis_lint_often(struct apsis_linting *l, double chance);
/* A number as it is written in a model, three digits. */
const char *apsis_lint_number(struct apsis_linting *l, double value);

/* The lints: lint_dead.c, lint_range.c, lint_chance.c, lint_mismatch.c, lint_independent.c */
void apsis_lint_dead_definition(struct apsis_linting *l);
void apsis_lint_unused_input(struct apsis_linting *l);
void apsis_lint_input_without_effect(struct apsis_linting *l);
void apsis_lint_below_zero(struct apsis_linting *l);
void apsis_lint_above_100_percent(struct apsis_linting *l);
void apsis_lint_expected_value(struct apsis_linting *l);
void apsis_lint_unit_mismatch(struct apsis_linting *l);
void apsis_lint_independent_inputs(struct apsis_linting *l);

#endif
