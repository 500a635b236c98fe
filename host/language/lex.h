/* lex.h - the words of a model: one token at a time, with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_LEX_H
#define APSIS_HOST_LEX_H
#include "host/language/diagnostic.h"
#include "host/language/source.h"

#define APSIS_NAME_LIMIT 255 /* bytes of a name */

/* Every token kind with its words in messages. Keywords stand together, from IF to TO. */
#define APSIS_TOKENS(X) \
    X(END, "the end of the text") X(NEWLINE, "the end of the line") X(SECTION, "a section title") \
    X(NUMBER, "a number") X(QUARTER, "a calendar label") X(NAME, "a name") X(STRING, "a text in quotes") \
    X(IF, "if") X(THEN, "then") X(ELSE, "else") X(AND, "and") X(OR, "or") X(NOT, "not") X(WHERE, "where") X(OUTPUT, "output") \
    X(GIVEN, "given") X(TARGETS, "targets") X(FROM, "from") X(CORRELATE, "correlate") X(SCENARIO, "scenario") X(MODEL, "model") \
    X(PERIOD, "period") X(CURRENCY, "currency") X(TABLE, "table") X(MEMBER, "member") X(COLUMN, "column") X(TO, "to") \
    X(ASSIGN, "=") X(TILDE, "~") X(LEFT_ROUND, "(") X(RIGHT_ROUND, ")") X(LEFT_SQUARE, "[") X(RIGHT_SQUARE, "]") \
    X(COMMA, ",") X(COLON, ":") X(RANGE, "..") X(PLUS, "+") X(MINUS, "-") X(STAR, "*") X(SLASH, "/") X(CARET, "^") \
    X(EQUAL, "==") X(UNEQUAL, "!=") X(LESS, "<") X(LESS_EQUAL, "<=") X(GREATER, ">") X(GREATER_EQUAL, ">=") \
    X(BAD, "something that is no part of the language") X(STOP, "nothing")

#define APSIS_TOKEN_ENUM(name, words) APSIS_TOKEN_##name,
enum apsis_token_kind { APSIS_TOKENS(APSIS_TOKEN_ENUM) APSIS_TOKEN_KINDS };
#undef APSIS_TOKEN_ENUM

struct apsis_token {
    enum apsis_token_kind kind;
    struct apsis_span span; /* SECTION: of the title; STRING: with its quotes */
    uint32_t line_begin;    /* first byte of its line */
    int first;              /* 1: the first token of its line */
    double number;          /* NUMBER */
};

/* A place in a text. A copy of it is a bookmark: reading on from the copy reads the same tokens again. */
struct apsis_lexer {
    struct apsis_arena *arena;
    struct apsis_diagnostics *diagnostics; /* NULL: read without reporting */
    const char *text;
    uint32_t source, length, at, line_begin;
    int depth; /* brackets open: a line end inside them is no token */
    int fresh; /* 1: no token on this line yet */
};

void apsis_lex_start(struct apsis_lexer *lexer, struct apsis_arena *arena, const struct apsis_sources *sources, uint32_t source,
                     struct apsis_diagnostics *diagnostics);

/* The next token; END for ever at the end. What is no token is reported here, once, and comes back as BAD. Lines without
   tokens leave no NEWLINE. */
struct apsis_token apsis_lex_next(struct apsis_lexer *lexer);

/* "then", "a number", "==": how messages speak of a kind of token. */
const char *apsis_token_words(enum apsis_token_kind kind);
int apsis_token_is_keyword(enum apsis_token_kind kind);
/* 1 for the keywords that begin a statement. */
int apsis_token_begins_statement(enum apsis_token_kind kind);

#endif
