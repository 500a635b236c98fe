/* parse_expression.c - values: operators by precedence, calls, brackets, calendar labels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/parse.h"

static struct apsis_expr *new_expr(struct apsis_parser *p, enum apsis_expr_kind kind, struct apsis_span span)
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
    return new_expr(p, APSIS_EXPR_ERROR, p->failed ? p->stopped.span : p->token.span);
}

/* Enters one level of nesting; 0 when there are too many. Each apsis_parse_expr and each sign counts one. */
static int enter(struct apsis_parser *p)
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
static void set_height(struct apsis_parser *p, struct apsis_span span, int a, int b)
{
    p->height = (a > b ? a : b) + 1;
    if (p->height > APSIS_HEIGHT_LIMIT)
        apsis_hint(p->list, apsis_parser_fail(p, span, "this expression has more than %d steps", APSIS_HEIGHT_LIMIT),
                   "give a part of it a name of its own");
}

/* ---------------------------------------------------------------- calendar labels */
static int digits(const char *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (text[i] < '0' || text[i] > '9') return 0;
    return 1;
}

static int number_of(const char *text, uint32_t count)
{
    int value = 0;
    while (count--) value = value * 10 + (*text++ - '0');
    return value;
}

/* label: year | year Q digit | year - digit digit. A whole year is a label only where nothing else follows it: [2030], [2030..];
   [2030 - t] is arithmetic. */
struct apsis_expr *apsis_parse_label(struct apsis_parser *p, int bare_year_needs_end)
{
    struct apsis_span span = p->token.span;
    const char *text = p->lexer.text + span.begin;
    uint32_t left = p->lexer.length - span.begin;
    if (p->token.kind != APSIS_TOKEN_NUMBER && p->token.kind != APSIS_TOKEN_QUARTER) return NULL;
    if (p->token.kind == APSIS_TOKEN_NUMBER && (span.end - span.begin != 4 || !digits(text, 4))) return NULL;
    int year = number_of(text, 4), part = 0;
    enum apsis_calendar calendar = APSIS_CALENDAR_YEAR;
    if (p->token.kind == APSIS_TOKEN_QUARTER) {
        calendar = APSIS_CALENDAR_QUARTER;
        part = text[5] - '0';
    } else if (left > 5 && text[4] == '-' && digits(text + 5, 1)) {
        uint32_t length = 1;
        while (length < left - 5 && digits(text + 5 + length, 1)) length++;
        part = length == 2 ? number_of(text + 5, 2) : 0;
        span.end = span.begin + 5 + length;
        if (part < 1 || part > 12) {
            apsis_hint(p->list, apsis_parser_fail(p, span, length == 2 ? "a month is a number from 01 to 12" : "a month has two digits"),
                       "write 2026-07; to subtract put blanks around the -");
            return apsis_expr_error(p);
        }
        calendar = APSIS_CALENDAR_MONTH;
        p->lexer.at = span.end; /* the lexer has read the year only */
        p->token.span = span;
        p->token.kind = APSIS_TOKEN_QUARTER;
    } else {
        if (year < 1000) return NULL;
        if (bare_year_needs_end) {
            enum apsis_token_kind next = apsis_parser_peek(p).kind;
            if (next != APSIS_TOKEN_RIGHT_SQUARE && next != APSIS_TOKEN_COMMA && next != APSIS_TOKEN_RANGE) return NULL;
        }
    }
    apsis_parser_advance(p);
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_PERIOD, span);
    e->calendar = calendar;
    e->year = year;
    e->part = part;
    return e;
}

/* ---------------------------------------------------------------- brackets and calls */
static struct apsis_expr *index_end(struct apsis_parser *p)
{
    struct apsis_expr *label = apsis_parse_label(p, 1);
    return label ? label : apsis_parse_expr(p);
}

static int ends_index(enum apsis_token_kind kind)
{
    return kind == APSIS_TOKEN_RIGHT_SQUARE || kind == APSIS_TOKEN_COMMA;
}

/* index: e | lo..hi | ..hi | lo.. | .. */
static void parse_index(struct apsis_parser *p, struct apsis_index *index)
{
    index->span = p->token.span;
    if (ends_index(p->token.kind)) {
        apsis_hint(p->list, apsis_parser_expected(p, "an index"), "x[t] is this period, x[t-1] the last, x[2030] one of the calendar");
        return;
    }
    if (p->token.kind != APSIS_TOKEN_RANGE) index->low = index->high = index_end(p);
    if (apsis_parser_accept(p, APSIS_TOKEN_RANGE)) {
        index->is_range = 1;
        index->high = ends_index(p->token.kind) || p->failed ? NULL : index_end(p);
    }
    index->span = apsis_span_from(index->span, p);
}

void apsis_parse_indices(struct apsis_parser *p, struct apsis_index **indices, size_t *count)
{
    struct apsis_token open = p->token;
    int height = 0;
    apsis_parser_advance(p);
    *indices = APSIS_NEW_ARRAY(p->arena, struct apsis_index, 2);
    *count = 0;
    do {
        if (*count == 2) {
            apsis_parser_fail(p, p->token.span, "a name has at most two indices: a category and a period");
            return;
        }
        parse_index(p, &(*indices)[*count]);
        if (p->height > height) height = p->height;
        ++*count;
    } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    apsis_parser_close(p, &open, APSIS_TOKEN_RIGHT_SQUARE);
    p->height = height;
}

/* argument: value | key: value | value where condition | else value */
static void parse_argument(struct apsis_parser *p, struct apsis_argument *argument)
{
    argument->span = p->token.span;
    int height;
    if (apsis_parser_accept(p, APSIS_TOKEN_ELSE)) {
        argument->is_else = 1;
        argument->value = apsis_parse_expr(p);
        argument->span = apsis_span_from(argument->span, p);
        return;
    }
    if (apsis_token_is_keyword(p->token.kind) && apsis_parser_peek(p).kind == APSIS_TOKEN_COLON)
        p->token.kind = APSIS_TOKEN_NAME; /* a parameter may be called column */
    argument->value = apsis_parse_expr(p);
    height = p->height;
    if (p->token.kind == APSIS_TOKEN_COLON) {
        struct apsis_expr *key = argument->value;
        int fits = key->kind == APSIS_EXPR_NAME || key->kind == APSIS_EXPR_NUMBER || key->kind == APSIS_EXPR_TEXT ||
                   (key->kind == APSIS_EXPR_NEGATE && key->a->kind == APSIS_EXPR_NUMBER);
        if (!fits) {
            apsis_parser_fail(p, key->span, "before a colon stands a name or a number");
            return;
        }
        apsis_parser_advance(p);
        argument->key = key;
        argument->value = apsis_parse_expr(p);
        height = p->height;
    }
    if (apsis_parser_accept(p, APSIS_TOKEN_WHERE)) {
        argument->where = apsis_parse_expr(p);
        if (p->height > height) height = p->height;
    }
    argument->span = apsis_span_from(argument->span, p);
    p->height = height;
}

/* call: name ( argument, ... )   The name has been read, the next token is ( */
static struct apsis_expr *parse_call(struct apsis_parser *p, const struct apsis_token *name)
{
    struct apsis_token open = p->token;
    struct apsis_argument *arguments = NULL;
    size_t count = 0, capacity = 0;
    int height = 0;
    apsis_parser_advance(p);
    if (p->token.kind != APSIS_TOKEN_RIGHT_ROUND) {
        do {
            parse_argument(p, APSIS_PUSH(p->arena, arguments, count, capacity));
            if (p->height > height) height = p->height;
        } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    }
    apsis_parser_close(p, &open, APSIS_TOKEN_RIGHT_ROUND);
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_CALL, name->span);
    e->span = apsis_span_from(name->span, p);
    e->text = apsis_parser_text(p, name);
    e->arguments = arguments;
    e->argument_count = count;
    set_height(p, e->span, height, 0);
    return e;
}

struct apsis_expr *apsis_parse_reference(struct apsis_parser *p)
{
    struct apsis_token name = p->token;
    struct apsis_expr *e;
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
        apsis_parser_expected(p, "a name");
        return apsis_expr_error(p);
    }
    if (p->token.kind == APSIS_TOKEN_LEFT_ROUND) {
        e = parse_call(p, &name);
    } else {
        e = new_expr(p, APSIS_EXPR_NAME, name.span);
        e->text = apsis_parser_text(p, &name);
    }
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE) {
        struct apsis_expr *base = e;
        int height = p->height;
        e = new_expr(p, APSIS_EXPR_INDEX, name.span);
        e->a = base;
        apsis_parse_indices(p, &e->indices, &e->index_count);
        e->span = apsis_span_from(name.span, p);
        set_height(p, e->span, height, p->height);
    }
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE)
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "a second pair of brackets"), "both indices stand in one pair: x[site, t]");
    return e;
}

/* ---------------------------------------------------------------- operators */
static struct apsis_expr *parse_unary(struct apsis_parser *p);

static struct apsis_expr *parse_number(struct apsis_parser *p)
{
    struct apsis_token token = p->token;
    apsis_parser_advance(p);
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_NUMBER, token.span);
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
        e = new_expr(p, APSIS_EXPR_TEXT, token.span);
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
    if (!enter(p)) return base;
    struct apsis_expr *exponent = parse_unary(p);
    p->depth--;
    int right = p->height;
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_BINARY, base->span);
    e->span = apsis_span_from(base->span, p);
    e->head = op;
    e->op = APSIS_BINARY_POW;
    e->a = base;
    e->b = exponent;
    set_height(p, e->span, height, right);
    return e;
}

/* unary: - unary | power */
static struct apsis_expr *parse_unary(struct apsis_parser *p)
{
    struct apsis_span sign = p->token.span;
    if (p->token.kind != APSIS_TOKEN_MINUS) return parse_power(p);
    if (!enter(p)) return apsis_expr_error(p);
    apsis_parser_advance(p);
    struct apsis_expr *a = parse_unary(p);
    int height = p->height;
    p->depth--;
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_NEGATE, sign);
    e->span = apsis_span_from(sign, p);
    e->a = a;
    set_height(p, e->span, height, 0);
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
    if (!enter(p)) return apsis_expr_error(p);
    apsis_parser_advance(p);
    struct apsis_expr *a = parse_binary(p, COMPARISON - 1);
    int height = p->height;
    p->depth--;
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_NOT, word);
    e->span = apsis_span_from(word, p);
    e->a = a;
    set_height(p, e->span, height, 0);
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
        struct apsis_expr *e = new_expr(p, APSIS_EXPR_BINARY, a->span);
        e->span = apsis_span_from(a->span, p);
        e->head = op;
        e->op = operators[row].op;
        e->a = a;
        e->b = b;
        set_height(p, e->span, left, right);
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
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_IF, word);
    e->a = apsis_parse_expr(p);
    int height = p->height;
    if (!apsis_parser_accept(p, APSIS_TOKEN_THEN)) apsis_parser_expected(p, "then");
    e->b = apsis_parse_expr(p);
    if (p->height > height) height = p->height;
    if (!apsis_parser_accept(p, APSIS_TOKEN_ELSE))
        apsis_hint(p->list, apsis_parser_expected(p, "else"), "every if needs an else: if a then b else c");
    e->c = apsis_parse_expr(p);
    e->span = apsis_span_from(word, p);
    set_height(p, e->span, height, p->height);
    return e;
}

struct apsis_expr *apsis_parse_expr(struct apsis_parser *p)
{
    if (p->failed || !enter(p)) return apsis_expr_error(p);
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
    struct apsis_expr *e = new_expr(p, APSIS_EXPR_NEGATE, sign);
    e->span = apsis_span_from(sign, p);
    e->a = number;
    return e;
}

struct apsis_expr *apsis_parse_cell(struct apsis_parser *p)
{
    return p->token.kind == APSIS_TOKEN_LEFT_ROUND ? parse_parentheses(p) : apsis_parse_signed_number(p);
}
