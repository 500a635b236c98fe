/* parse.c - from text to syntax tree: the statements of a model, the reading position, errors and how to go on after them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- reading position */
static void begin(struct apsis_parser *p, struct apsis_arena *arena, struct apsis_sources *sources, struct apsis_diagnostics *diagnostics)
{
    memset(p, 0, sizeof *p);
    p->arena = arena;
    p->list = diagnostics;
    p->ast = APSIS_NEW(arena, struct apsis_ast);
    p->ast->arena = arena;
    p->ast->sources = sources;
    *APSIS_PUSH(arena, p->ast->sections, p->ast->section_count, p->sections) = "";
}

/* Turns to a text. Nothing of what was read before it is near any more. */
static void read_source(struct apsis_parser *p, uint32_t source)
{
    p->previous = p->stopped = (struct apsis_token){0};
    p->failed = p->depth = p->height = 0;
    *APSIS_PUSH(p->arena, p->ast->texts, p->ast->text_count, p->texts) = source;
    apsis_lex_start(&p->lexer, p->arena, p->ast->sources, source, p->list);
    p->token = apsis_lex_next(&p->lexer);
}

void apsis_parser_start(struct apsis_parser *p, struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                        struct apsis_diagnostics *diagnostics)
{
    begin(p, arena, sources, diagnostics);
    read_source(p, source);
}

void apsis_parser_advance(struct apsis_parser *p)
{
    if (p->failed) return;
    p->previous = p->token;
    p->token = apsis_lex_next(&p->lexer);
}

int apsis_parser_accept(struct apsis_parser *p, enum apsis_token_kind kind)
{
    if (p->token.kind != kind) return 0;
    apsis_parser_advance(p);
    return 1;
}

struct apsis_token apsis_parser_peek(const struct apsis_parser *p)
{
    struct apsis_lexer ahead = p->lexer;
    ahead.diagnostics = NULL;
    return apsis_lex_next(&ahead);
}

const char *apsis_parser_text(struct apsis_parser *p, const struct apsis_token *token)
{
    uint32_t quote = token->kind == APSIS_TOKEN_STRING;
    return apsis_arena_copy(p->arena, p->lexer.text + token->span.begin + quote, token->span.end - token->span.begin - 2 * quote);
}

struct apsis_span apsis_span_from(struct apsis_span begin, const struct apsis_parser *p)
{
    if (p->previous.span.end > begin.end) begin.end = p->previous.span.end;
    return begin;
}

/* ---------------------------------------------------------------- errors */
struct apsis_diagnostic *apsis_parser_fail(struct apsis_parser *p, struct apsis_span span, const char *format, ...)
{
    if (p->failed) return NULL;
    struct apsis_diagnostic *d = NULL;
    if (p->token.kind != APSIS_TOKEN_BAD) { /* else the lexer has reported what is wrong */
        va_list list;
        char message[512];
        va_start(list, format);
        vsnprintf(message, sizeof message, format, list);
        va_end(list);
        d = apsis_error(p->list, span, "%s", message);
    }
    p->failed = 1;
    p->stopped = p->token;
    p->token.kind = APSIS_TOKEN_STOP;
    return d;
}

struct apsis_diagnostic *apsis_parser_expected(struct apsis_parser *p, const char *what)
{
    struct apsis_diagnostic *d = apsis_parser_fail(p, p->token.span, "expected %s, found %s", what, apsis_token_words(p->token.kind));
    if (p->stopped.kind == APSIS_TOKEN_ASSIGN) apsis_hint(p->list, d, "to compare two values write ==");
    return d;
}

static size_t column_of(const struct apsis_parser *p, const struct apsis_token *token)
{
    size_t column = 1;
    for (uint32_t i = token->line_begin; i < token->span.begin; i++) column += ((unsigned char)p->lexer.text[i] & 0xc0) != 0x80;
    return column;
}

/* 1 when a value could begin with `kind`: then an operator or a comma is missing before it. */
static int begins_value(enum apsis_token_kind kind)
{
    return kind == APSIS_TOKEN_NUMBER || kind == APSIS_TOKEN_NAME || kind == APSIS_TOKEN_STRING || kind == APSIS_TOKEN_QUARTER ||
           kind == APSIS_TOKEN_LEFT_ROUND;
}

void apsis_parser_close(struct apsis_parser *p, const struct apsis_token *open, enum apsis_token_kind kind)
{
    if (apsis_parser_accept(p, kind) || p->failed) return;
    const char *open_words = apsis_token_words(open->kind), *words = apsis_token_words(kind);
    struct apsis_diagnostic *d;
    if (begins_value(p->token.kind) && !p->token.first) {
        d = apsis_parser_fail(p, p->token.span, "%s cannot follow %s here", apsis_token_words(p->token.kind),
                              apsis_token_words(p->previous.kind));
        apsis_hint(p->list, d, "a comma, an operator or %s is missing between them", words);
        return;
    }
    if (p->token.first || p->token.kind == APSIS_TOKEN_END) { /* noticed only on a later line: the place to look at is the bracket */
        apsis_hint(p->list, apsis_parser_fail(p, open->span, "this %s is not closed", open_words),
                   "put %s where it ends, or a comma or an operator at the end of a line that goes on", words);
        return;
    }
    d = open->line_begin == p->token.line_begin
            ? apsis_parser_fail(p, p->token.span, "expected %s to close the %s in column %zu", words, open_words, column_of(p, open))
            : apsis_parser_fail(p, p->token.span, "expected %s to close the %s of an earlier line, in column %zu", words, open_words,
                                column_of(p, open));
    if (p->stopped.kind == APSIS_TOKEN_ASSIGN) apsis_hint(p->list, d, "to compare two values write ==; a named parameter is name: value");
}

/* After an error: skips to the next line that is not inside brackets. A bracket that was never closed would swallow the rest of
   the text, so a later line that begins as a statement does, or has = or ~ in it, is taken for the next statement. */
static void recover(struct apsis_parser *p)
{
    struct apsis_diagnostics *list = p->lexer.diagnostics;
    p->lexer.diagnostics = NULL;
    p->token = p->stopped;
    for (;;) {
        enum apsis_token_kind kind = p->token.kind;
        if (kind == APSIS_TOKEN_END) break;
        int later = p->token.line_begin > p->statement_begin;
        if (later && (kind == APSIS_TOKEN_ASSIGN || kind == APSIS_TOKEN_TILDE ||
                      (p->token.first && (kind == APSIS_TOKEN_SECTION || apsis_token_begins_statement(kind))))) {
            p->lexer.at = p->lexer.line_begin = p->token.line_begin;
            p->lexer.fresh = 1;
            p->lexer.depth = 0;
            break;
        }
        if (kind == APSIS_TOKEN_NEWLINE) break;
        p->token = apsis_lex_next(&p->lexer);
    }
    p->lexer.diagnostics = list;
    p->failed = 0;
    p->depth = 0;
    if (p->token.kind != APSIS_TOKEN_END) apsis_parser_advance(p);
}

void apsis_parser_end_statement(struct apsis_parser *p)
{
    if (!p->failed && p->token.kind != APSIS_TOKEN_NEWLINE && p->token.kind != APSIS_TOKEN_END) {
        struct apsis_diagnostic *d = apsis_parser_fail(p, p->token.span, "%s cannot follow %s here", apsis_token_words(p->token.kind),
                                                       apsis_token_words(p->previous.kind));
        if (p->stopped.kind == APSIS_TOKEN_ASSIGN) apsis_hint(p->list, d, "to compare two values write ==");
        else if (p->stopped.kind == APSIS_TOKEN_IF) apsis_hint(p->list, d, "a choice begins with its condition: if a then b else c");
        else if (begins_value(p->stopped.kind) && p->previous.kind != APSIS_TOKEN_STRING)
            apsis_hint(p->list, d, "an operator such as * is missing between them, or a line end");
    }
    if (p->failed) recover(p);
    else apsis_parser_advance(p);
}

/* ---------------------------------------------------------------- the head of a model */
static void twice(struct apsis_parser *p, struct apsis_span span, const char *what)
{
    apsis_hint(p->list, apsis_error(p->list, span, "a model has one %s line, and this is the second", what), "delete one of them");
}

/* model name "title" */
static void parse_model(struct apsis_parser *p)
{
    struct apsis_token word = p->token, name;
    apsis_parser_advance(p);
    name = p->token;
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
        apsis_hint(p->list, apsis_parser_expected(p, "a name behind model"), "model my_model \"Its title\"");
        return;
    }
    if (p->ast->name) twice(p, word.span, "model");
    p->ast->name = apsis_parser_text(p, &name);
    p->ast->name_span = name.span;
    name = p->token;
    if (apsis_parser_accept(p, APSIS_TOKEN_STRING)) p->ast->title = apsis_parser_text(p, &name);
}

/* currency "$B" */
static void parse_currency(struct apsis_parser *p)
{
    struct apsis_token word = p->token, text;
    apsis_parser_advance(p);
    text = p->token;
    if (!apsis_parser_accept(p, APSIS_TOKEN_STRING)) {
        apsis_parser_expected(p, "a text such as \"$B\" behind currency");
        return;
    }
    if (p->ast->currency) twice(p, word.span, "currency");
    p->ast->currency = apsis_parser_text(p, &text);
}

static struct apsis_expr *period_end(struct apsis_parser *p, enum apsis_calendar calendar)
{
    static const char *const forms[] = {"", "a year such as 2026", "a quarter such as 2026Q1", "a month such as 2026-07"};
    struct apsis_span begin = p->token.span;
    struct apsis_expr *label = apsis_parse_label(p, 0);
    if (!label) {
        apsis_parser_expected(p, forms[calendar]);
    } else if (label->kind == APSIS_EXPR_PERIOD && label->calendar != calendar) {
        apsis_parser_fail(p, apsis_span_from(begin, p), "expected %s here", forms[calendar]);
    }
    return p->failed ? NULL : label;
}

/* period year 2026 to 2045 */
static void parse_period(struct apsis_parser *p)
{
    struct apsis_token word = p->token, unit;
    apsis_parser_advance(p);
    unit = p->token;
    const char *name = unit.kind == APSIS_TOKEN_NAME ? apsis_parser_text(p, &unit) : "";
    enum apsis_calendar calendar = !strcmp(name, "year")      ? APSIS_CALENDAR_YEAR
                                   : !strcmp(name, "quarter") ? APSIS_CALENDAR_QUARTER
                                   : !strcmp(name, "month")   ? APSIS_CALENDAR_MONTH
                                                              : APSIS_CALENDAR_NONE;
    if (!calendar) {
        apsis_hint(p->list, apsis_parser_fail(p, unit.span, "expected year, quarter or month behind period"), "period year 2026 to 2045");
        return;
    }
    apsis_parser_advance(p);
    struct apsis_expr *first = period_end(p, calendar);
    if (!apsis_parser_accept(p, APSIS_TOKEN_TO)) apsis_parser_expected(p, "to");
    struct apsis_expr *last = period_end(p, calendar);
    if (p->failed) return;
    if (p->ast->calendar) twice(p, word.span, "period");
    p->ast->calendar = calendar;
    p->ast->first_period = first;
    p->ast->last_period = last;
    p->ast->period_span = apsis_span_from(word.span, p);
    if (last->year * 12 + last->part < first->year * 12 + first->part)
        apsis_error(p->list, last->span, "the last period lies before the first");
}

/* ---------------------------------------------------------------- statements */
static void parse_statement(struct apsis_parser *p)
{
    p->statement_begin = p->token.line_begin;
    p->depth = 0;
    switch (p->token.kind) {
    case APSIS_TOKEN_SECTION:
        *APSIS_PUSH(p->arena, p->ast->sections, p->ast->section_count, p->sections) = apsis_parser_text(p, &p->token);
        apsis_parser_advance(p);
        break;
    case APSIS_TOKEN_NEWLINE: break;
    case APSIS_TOKEN_MODEL: parse_model(p); break;
    case APSIS_TOKEN_PERIOD: parse_period(p); break;
    case APSIS_TOKEN_CURRENCY: parse_currency(p); break;
    case APSIS_TOKEN_TABLE: apsis_parse_table(p); return;
    case APSIS_TOKEN_MEMBER: apsis_parse_members(p); break;
    case APSIS_TOKEN_CORRELATE: apsis_parse_correlations(p); return;
    case APSIS_TOKEN_SCENARIO: apsis_parse_scenario(p); return;
    case APSIS_TOKEN_OUTPUT: apsis_parse_output(p); break;
    case APSIS_TOKEN_NAME:
        apsis_parse_definition(p, &p->ast->definitions, &p->ast->definition_count, &p->definitions);
        break;
    case APSIS_TOKEN_COLUMN:
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "a column line stands directly under its table"), "move it there");
        break;
    default:
        apsis_hint(p->list,
                   apsis_parser_fail(p, p->token.span,
                                     apsis_token_is_keyword(p->token.kind) ? "%s is a word of the language and cannot begin a statement"
                                                                           : "a statement cannot begin with %s",
                                     apsis_token_words(p->token.kind)),
                   "a statement is name = value, name ~ distribution, or begins with a keyword such as output");
    }
    apsis_parser_end_statement(p);
}

/* ---------------------------------------------------------------- texts */
struct apsis_parser *apsis_parse_begin(struct apsis_arena *arena, struct apsis_sources *sources, struct apsis_diagnostics *diagnostics)
{
    struct apsis_parser *p = APSIS_NEW(arena, struct apsis_parser);
    begin(p, arena, sources, diagnostics);
    return p;
}

/* What was handed out stays as it is: arrays only grow behind what it counts, and a scenario, which grows too, is copied with the tree. */
static void own_tree(struct apsis_parser *p)
{
    if (!p->handed_out) return;
    struct apsis_ast *copy = APSIS_NEW(p->arena, struct apsis_ast);
    *copy = *p->ast;
    copy->scenarios = NULL;
    copy->scenario_count = p->scenarios = 0;
    for (size_t i = 0; i < p->ast->scenario_count; i++)
        *APSIS_PUSH(p->arena, copy->scenarios, copy->scenario_count, p->scenarios) = p->ast->scenarios[i];
    p->ast = copy;
    p->handed_out = 0;
}

void apsis_parse_text(struct apsis_parser *p, uint32_t source)
{
    own_tree(p);
    read_source(p, source);
    while (p->token.kind != APSIS_TOKEN_END) parse_statement(p);
}

/* overrides: name = value | name ~ distribution, one a line */
static void parse_overrides(struct apsis_parser *p, struct apsis_scenario *out)
{
    while (p->token.kind != APSIS_TOKEN_END) {
        p->statement_begin = p->token.line_begin;
        p->depth = 0;
        if (p->token.kind == APSIS_TOKEN_NAME) apsis_parse_definition(p, &out->definitions, &out->definition_count, &out->definition_capacity);
        else if (p->token.kind != APSIS_TOKEN_NEWLINE)
            apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "an override cannot begin with %s", apsis_token_words(p->token.kind)),
                       "it is written name = value or name ~ distribution");
        apsis_parser_end_statement(p);
    }
}

void apsis_parse_override_text(struct apsis_parser *p, uint32_t source, size_t scenario)
{
    own_tree(p);
    read_source(p, source);
    parse_overrides(p, &p->ast->scenarios[scenario]);
}

void apsis_parse_report(struct apsis_parser *p, struct apsis_diagnostics *diagnostics) { p->list = diagnostics; }

struct apsis_ast *apsis_parse_tree(struct apsis_parser *p)
{
    p->handed_out = 1;
    return p->ast;
}

struct apsis_ast *apsis_parse(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                              struct apsis_diagnostics *diagnostics)
{
    struct apsis_parser p;
    begin(&p, arena, sources, diagnostics);
    apsis_parse_text(&p, source);
    return p.ast;
}

void apsis_parse_overrides(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                           struct apsis_diagnostics *diagnostics, struct apsis_scenario *out)
{
    struct apsis_parser p;
    apsis_parser_start(&p, arena, sources, source, diagnostics);
    parse_overrides(&p, out);
}

struct apsis_expr *apsis_parse_expression(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source,
                                          struct apsis_diagnostics *diagnostics)
{
    struct apsis_parser p;
    apsis_parser_start(&p, arena, sources, source, diagnostics);
    p.lexer.depth++; /* line ends count for nothing here */
    struct apsis_expr *expr = apsis_parse_expr(&p);
    if (!p.failed && p.token.kind != APSIS_TOKEN_END)
        apsis_parser_fail(&p, p.token.span, "%s cannot follow %s here", apsis_token_words(p.token.kind),
                          apsis_token_words(p.previous.kind));
    return p.failed ? NULL : expr;
}
