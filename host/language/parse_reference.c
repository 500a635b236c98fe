/* parse_reference.c - names with what belongs to them: calls, brackets, calendar labels in brackets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/parse.h"

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
                       length == 4 ? "years from one to another are written 2026 to 2031 behind period, 2026..2031 in brackets"
                                   : "write 2026-07; to subtract put blanks around the -");
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
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_PERIOD, span);
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
    struct apsis_expr *e = apsis_expr_new(p, APSIS_EXPR_CALL, name->span);
    e->span = apsis_span_from(name->span, p);
    e->text = apsis_parser_text(p, name);
    e->arguments = arguments;
    e->argument_count = count;
    apsis_parser_height(p, e->span, height, 0);
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
        e = apsis_expr_new(p, APSIS_EXPR_NAME, name.span);
        e->text = apsis_parser_text(p, &name);
    }
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE) {
        struct apsis_expr *base = e;
        int height = p->height;
        e = apsis_expr_new(p, APSIS_EXPR_INDEX, name.span);
        e->a = base;
        apsis_parse_indices(p, &e->indices, &e->index_count);
        e->span = apsis_span_from(name.span, p);
        apsis_parser_height(p, e->span, height, p->height);
    }
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE)
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "a second pair of brackets"), "both indices stand in one pair: x[site, t]");
    return e;
}
