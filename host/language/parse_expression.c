/* parse_expression.c - values: operators by precedence, if, and limits of size and nesting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/parse.h"

struct apsis_expr *apsis_expr_new(struct apsis_parser *p, enum apsis_expr_kind kind, struct apsis_span span)
{
    if (++p->nodes == APSIS_NODE_LIMIT) {
        apsis_parser_fail(p, span, "the model is too large: it has more than %u parts", APSIS_NODE_LIMIT);
        p->lexer.at = p->lexer.length; /* one error, and nothing more is read */
        p->stopped.kind = APSIS_TOKEN_END;
    }
    struct apsis_expr *e = APSIS_NEW(p->arena, struct apsis_expr);
    e->kind = kind;
    e->span = e->head = span;
    p->height = 1;
    return e;
}

struct apsis_expr *apsis_expr_error(struct apsis_parser *p)
{
    return apsis_expr_new(p, APSIS_EXPR_ERROR, p->failed ? p->stopped.span : p->token.span);
}

/* Enters one level of nesting; 0 when there are too many. Each apsis_parse_expr and each sign counts one. */
int apsis_parser_enter(struct apsis_parser *p)
{
    if (p->depth >= APSIS_NESTING_LIMIT) {
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "this is nested deeper than %d levels", APSIS_NESTING_LIMIT),
                   "give a part of it a name of its own");
        return 0;
    }
    p->depth++;
    return 1;
}

/* Sets the height of the expression in hand: one above its highest part. */
void apsis_parser_height(struct apsis_parser *p, struct apsis_span span, int a, int b)
{
    p->height = (a > b ? a : b) + 1;
    if (p->height > APSIS_HEIGHT_LIMIT)
        apsis_hint(p->list, apsis_parser_fail(p, span, "this expression has more than %d steps", APSIS_HEIGHT_LIMIT),
                   "give a part of it a name of its own");
}

/* ---------------------------------------------------------------- operators */
static struct apsis_expr *parse_unary(struct apsis_parser *p);

static struct apsis_expr *parse_number(struct apsis_parser *p)
{
    struct apsis_token token = p->token;
    apsis_parser_advance(p);
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_NUMBER, token.span);
    e->number = token.number;
    return e;
}

/* ( expression ): the expression itself, its span widened by the parentheses */
static struct apsis_expr *parse_parentheses(struct apsis_parser *p)
{
    struct apsis_token open = p->token;
    apsis_parser_advance(p);
    struct apsis_expr *e = apsis_parse_expr(p);
    int height = p->height;
    apsis_parser_close(p, &open, APSIS_TOKEN_RIGHT_ROUND);
    e->span.begin = open.span.begin;
    e->span = apsis_span_from(e->span, p);
    p->height = height;
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE)
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "only a name or a function takes an index"),
                   "put the index behind each name, or give the part in parentheses a name of its own");
    return e;
}

static struct apsis_expr *parse_primary(struct apsis_parser *p)
{
    struct apsis_token token = p->token;
    struct apsis_expr *e;
    switch (token.kind) {
    case APSIS_TOKEN_NUMBER: return parse_number(p);
    case APSIS_TOKEN_NAME: return apsis_parse_reference(p);
    case APSIS_TOKEN_LEFT_ROUND: return parse_parentheses(p);
    case APSIS_TOKEN_STRING:
        apsis_parser_advance(p);
        e = apsis_expr_new(p, APSIS_EXPR_TEXT, token.span);
        e->text = apsis_parser_text(p, &token);
        return e;
    case APSIS_TOKEN_IF:
    case APSIS_TOKEN_NOT:
        apsis_hint(p->list, apsis_parser_fail(p, token.span, "%s needs parentheses inside an operation", apsis_token_words(token.kind)),
                   token.kind == APSIS_TOKEN_IF ? "write (if ... then ... else ...)" : "write (not ...)");
        break;
    case APSIS_TOKEN_PLUS: apsis_parser_fail(p, token.span, "a value cannot begin with +: leave the sign out"); break;
    case APSIS_TOKEN_QUARTER:
        apsis_hint(p->list, apsis_parser_fail(p, token.span, "a calendar label stands in brackets only"), "x[%.6s]",
                   p->lexer.text + token.span.begin);
        break;
    default: {
        const char *what = apsis_token_words(token.kind);
        struct apsis_diagnostic *d = apsis_token_is_keyword(token.kind)
                                         ? apsis_parser_fail(p, token.span, "expected a value, found the keyword %s", what)
                                         : apsis_parser_fail(p, token.span, "expected a value, found %s", what);
        if (apsis_token_is_keyword(token.kind)) apsis_hint(p->list, d, "%s is a word of the language and cannot be a name", what);
    }
    }
    return apsis_expr_error(p);
}

/* power: primary [ ^ unary ]   so that -2^2 = -4, 2^-1 and 2^3^2 = 2^9 */
static struct apsis_expr *parse_power(struct apsis_parser *p)
{
    struct apsis_expr *base = parse_primary(p);
    if (p->token.kind != APSIS_TOKEN_CARET) return base;
    int height = p->height;
    struct apsis_span op = p->token.span;
    apsis_parser_advance(p);
    if (!apsis_parser_enter(p)) return base;
    struct apsis_expr *exponent = parse_unary(p);
    p->depth--;
    int right = p->height;
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_BINARY, base->span);
    e->span = apsis_span_from(base->span, p);
    e->head = op;
    e->op = APSIS_BINARY_POW;
    e->a = base;
    e->b = exponent;
    apsis_parser_height(p, e->span, height, right);
    return e;
}

/* unary: - unary | power */
static struct apsis_expr *parse_unary(struct apsis_parser *p)
{
    struct apsis_span sign = p->token.span;
    if (p->token.kind != APSIS_TOKEN_MINUS) return parse_power(p);
    if (!apsis_parser_enter(p)) return apsis_expr_error(p);
    apsis_parser_advance(p);
    struct apsis_expr *a = parse_unary(p);
    int height = p->height;
    p->depth--;
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_NEGATE, sign);
    e->span = apsis_span_from(sign, p);
    e->a = a;
    apsis_parser_height(p, e->span, height, 0);
    return e;
}

#define COMPARISON 4 /* not binds just below it */
static const struct {
    enum apsis_token_kind token;
    enum apsis_binary_op op;
    int precedence;
} operators[] = {
    {APSIS_TOKEN_OR, APSIS_BINARY_OR, 1},
    {APSIS_TOKEN_AND, APSIS_BINARY_AND, 2},
    {APSIS_TOKEN_EQUAL, APSIS_BINARY_EQ, COMPARISON},
    {APSIS_TOKEN_UNEQUAL, APSIS_BINARY_NE, COMPARISON},
    {APSIS_TOKEN_LESS, APSIS_BINARY_LT, COMPARISON},
    {APSIS_TOKEN_LESS_EQUAL, APSIS_BINARY_LE, COMPARISON},
    {APSIS_TOKEN_GREATER, APSIS_BINARY_GT, COMPARISON},
    {APSIS_TOKEN_GREATER_EQUAL, APSIS_BINARY_GE, COMPARISON},
    {APSIS_TOKEN_PLUS, APSIS_BINARY_ADD, 5},
    {APSIS_TOKEN_MINUS, APSIS_BINARY_SUB, 5},
    {APSIS_TOKEN_STAR, APSIS_BINARY_MUL, 6},
    {APSIS_TOKEN_SLASH, APSIS_BINARY_DIV, 6},
};

/* The row of `operators` for a token, or -1. */
static int operator_of(enum apsis_token_kind kind)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].token == kind) return (int)i;
    return -1;
}

static struct apsis_expr *parse_binary(struct apsis_parser *p, int lowest);

/* not: not not-or-comparison */
static struct apsis_expr *parse_not(struct apsis_parser *p)
{
    struct apsis_span word = p->token.span;
    if (!apsis_parser_enter(p)) return apsis_expr_error(p);
    apsis_parser_advance(p);
    struct apsis_expr *a = parse_binary(p, COMPARISON - 1);
    int height = p->height;
    p->depth--;
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_NOT, word);
    e->span = apsis_span_from(word, p);
    e->a = a;
    apsis_parser_height(p, e->span, height, 0);
    return e;
}

/* `a` is a comparison and another one follows: 0 < a < b. Shows how to write it. */
static void chained_comparison(struct apsis_parser *p, const struct apsis_expr *a)
{
    struct apsis_span op = p->token.span;
    apsis_parser_advance(p);
    struct apsis_expr *third = parse_binary(p, COMPARISON + 1);
    const char *text = p->lexer.text;
    if (p->failed) return;
    uint32_t first = a->span.end - a->span.begin, middle = a->b->span.end - a->b->span.begin, last = third->span.end - third->span.begin;
    struct apsis_diagnostic *d = apsis_parser_fail(p, op, "comparisons cannot be chained");
    int one_line = !memchr(text + a->span.begin, '\n', third->span.end - a->span.begin);
    if (one_line && first < 60 && middle < 60 && last < 60)
        apsis_hint(p->list, d, "write %.*s and %.*s %.*s %.*s", (int)first, text + a->span.begin, (int)middle, text + a->b->span.begin,
                   (int)(op.end - op.begin), text + op.begin, (int)last, text + third->span.begin);
    else apsis_hint(p->list, d, "write two comparisons with and between them");
}

/* binary: operands joined by operators of precedence `lowest` and higher; left associative */
static struct apsis_expr *parse_binary(struct apsis_parser *p, int lowest)
{
    struct apsis_expr *a = p->token.kind == APSIS_TOKEN_NOT && lowest < COMPARISON ? parse_not(p) : parse_unary(p);
    for (int row; (row = operator_of(p->token.kind)) >= 0 && operators[row].precedence >= lowest;) {
        int left = p->height;
        struct apsis_span op = p->token.span;
        apsis_parser_advance(p);
        struct apsis_expr *b = parse_binary(p, operators[row].precedence + 1);
        int right = p->height;
        struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_BINARY, a->span);
        e->span = apsis_span_from(a->span, p);
        e->head = op;
        e->op = operators[row].op;
        e->a = a;
        e->b = b;
        apsis_parser_height(p, e->span, left, right);
        a = e;
        int next = operator_of(p->token.kind);
        if (operators[row].precedence == COMPARISON && next >= 0 && operators[next].precedence == COMPARISON) chained_comparison(p, a);
    }
    return a;
}

/* if: if expression then expression else expression */
static struct apsis_expr *parse_if(struct apsis_parser *p)
{
    struct apsis_span word = p->token.span;
    apsis_parser_advance(p);
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_IF, word);
    e->a = apsis_parse_expr(p);
    int height = p->height;
    if (!apsis_parser_accept(p, APSIS_TOKEN_THEN)) apsis_parser_expected(p, "then");
    e->b = apsis_parse_expr(p);
    if (p->height > height) height = p->height;
    if (!apsis_parser_accept(p, APSIS_TOKEN_ELSE))
        apsis_hint(p->list, apsis_parser_expected(p, "else"), "every if needs an else: if a then b else c");
    e->c = apsis_parse_expr(p);
    e->span = apsis_span_from(word, p);
    apsis_parser_height(p, e->span, height, p->height);
    return e;
}

struct apsis_expr *apsis_parse_expr(struct apsis_parser *p)
{
    if (p->failed || !apsis_parser_enter(p)) return apsis_expr_error(p);
    struct apsis_expr *e = p->token.kind == APSIS_TOKEN_IF ? parse_if(p) : parse_binary(p, 1);
    p->depth--;
    if (p->failed) e->kind = APSIS_EXPR_ERROR;
    return e;
}

struct apsis_expr *apsis_parse_signed_number(struct apsis_parser *p)
{
    struct apsis_span sign = p->token.span;
    int negative = apsis_parser_accept(p, APSIS_TOKEN_MINUS);
    if (p->token.kind != APSIS_TOKEN_NUMBER) {
        apsis_parser_expected(p, "a number");
        return apsis_expr_error(p);
    }
    struct apsis_expr *number = parse_number(p);
    if (!negative) return number;
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_NEGATE, sign);
    e->span = apsis_span_from(sign, p);
    e->a = number;
    return e;
}

struct apsis_expr *apsis_parse_cell(struct apsis_parser *p)
{
    return p->token.kind == APSIS_TOKEN_LEFT_ROUND ? parse_parentheses(p) : apsis_parse_signed_number(p);
}
