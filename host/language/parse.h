/* parse.h - what the files of the parser share: the reading position, one error a statement, limits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PARSE_H
#define APSIS_HOST_PARSE_H
#include "host/language/ast.h"
#include "host/language/lex.h"

#define APSIS_NESTING_LIMIT 256      /* brackets, signs, powers and ifs inside each other */
#define APSIS_HEIGHT_LIMIT 1024      /* of a syntax tree: a + b + c + ... is one higher for each term */
#define APSIS_NODE_LIMIT (8u << 20)  /* expression nodes of a model, so that no text can ask for all memory */

struct apsis_parser {
    struct apsis_arena *arena;
    struct apsis_diagnostics *list;
    struct apsis_ast *ast;
    struct apsis_lexer lexer;
    struct apsis_token token;     /* the next one, not yet read */
    struct apsis_token previous;  /* the last one read */
    struct apsis_token stopped;   /* after an error: the token it was found at; `token` is STOP then, which fits nowhere */
    uint32_t statement_begin;     /* first byte of the statement's line */
    int failed;                   /* an error of this statement has been reported: the rest of it stays silent */
    int depth;                    /* nesting of what is being read */
    int height;                   /* of the expression read last */
    size_t nodes;
    size_t sections, tables, definitions, correlations, scenarios, texts; /* capacities of the tree's arrays */
    int handed_out;               /* 1: the tree was given away, and a further text begins with a copy of it */
};

/* parse.c: reading position and errors */
void apsis_parser_start(struct apsis_parser *p, struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                        struct apsis_diagnostics *diagnostics);
void apsis_parser_advance(struct apsis_parser *p);
int apsis_parser_accept(struct apsis_parser *p, enum apsis_token_kind kind);
/* The token after the next one, without reading. */
struct apsis_token apsis_parser_peek(const struct apsis_parser *p);
/* Reports an error once a statement, and stops: until recovery nothing more is read. */
struct apsis_diagnostic *apsis_parser_fail(struct apsis_parser *p, struct apsis_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(3)));
/* "expected `what`, found ..." at the next token. */
struct apsis_diagnostic *apsis_parser_expected(struct apsis_parser *p, const char *what);
/* Reads the bracket that closes `open`, or reports that it is missing. */
void apsis_parser_close(struct apsis_parser *p, const struct apsis_token *open, enum apsis_token_kind kind);
/* Ends the statement: reads the line end, or reports what stands there and skips to the next statement. */
void apsis_parser_end_statement(struct apsis_parser *p);
/* The text of a token, copied; of a string, without its quotes. */
const char *apsis_parser_text(struct apsis_parser *p, const struct apsis_token *token);
struct apsis_span apsis_span_from(struct apsis_span begin, const struct apsis_parser *p); /* from `begin` to what was read last */

/* parse_expression.c */
struct apsis_expr *apsis_parse_expr(struct apsis_parser *p);
struct apsis_expr *apsis_parse_signed_number(struct apsis_parser *p); /* 30%, -40% */
struct apsis_expr *apsis_parse_cell(struct apsis_parser *p);  /* 30%, -40%, (1 / 3) */
struct apsis_expr *apsis_expr_error(struct apsis_parser *p);
struct apsis_expr *apsis_expr_new(struct apsis_parser *p, enum apsis_expr_kind kind, struct apsis_span span);
/* Enters one level of nesting (left by p->depth--); 0 and an error when there are too many. */
int apsis_parser_enter(struct apsis_parser *p);
/* Sets p->height to one above the parts' heights a and b; an error when that is too high. */
void apsis_parser_height(struct apsis_parser *p, struct apsis_span span, int a, int b);

/* parse_reference.c */
struct apsis_expr *apsis_parse_reference(struct apsis_parser *p); /* a name, a call, with brackets: permit[site] */
/* [i], [i, j]; the next token is [ */
void apsis_parse_indices(struct apsis_parser *p, struct apsis_index **indices, size_t *count);
/* A calendar label, where one stands: 2030, 2025Q4, 2026-07. NULL where none does. */
struct apsis_expr *apsis_parse_label(struct apsis_parser *p, int bare_year_needs_end);

/* parse_statement.c: each reads one statement up to its line end, which is left to apsis_parser_end_statement */
void apsis_parse_clauses(struct apsis_parser *p, struct apsis_clauses *clauses, int is_output);
void apsis_parse_definition(struct apsis_parser *p, struct apsis_definition **definitions, size_t *count, size_t *capacity);
void apsis_parse_output(struct apsis_parser *p);

/* parse_block.c: statements of several lines, line ends included */
void apsis_parse_table(struct apsis_parser *p);
void apsis_parse_members(struct apsis_parser *p);
void apsis_parse_correlations(struct apsis_parser *p);
void apsis_parse_scenario(struct apsis_parser *p);

#endif
