/* parse_statement.c - statements of one line: definitions, outputs, and the clauses behind a value. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/parse.h"

/* ---------------------------------------------------------------- clauses */
static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *trimmed(struct apsis_arena *arena, const char *begin, const char *end)
{
    while (begin < end && is_blank(*begin)) begin++;
    while (begin < end && is_blank(end[-1])) end--;
    return apsis_arena_copy(arena, begin, (size_t)(end - begin));
}

/* "power at full build [GW]" is the label "power at full build" and the unit "GW". Brackets may nest; one that does not match
   belongs to the label. */
static void split_label(struct apsis_arena *arena, const char *text, struct apsis_clauses *clauses)
{
    const char *end = text + strlen(text), *open = end;
    int depth = 0;
    while (end > text && is_blank(end[-1])) end--;
    if (end > text && end[-1] == ']')
        for (open = end; open > text;) {
            char c = *--open;
            if (c == ']') depth++;
            else if (c == '[' && --depth == 0) break;
        }
    clauses->label = trimmed(arena, text, end);
    if (open == end || depth > 0 || *open != '[') return;
    const char *unit = trimmed(arena, open + 1, end - 1);
    if (!*unit) return;
    clauses->unit = unit;
    clauses->label = trimmed(arena, text, open);
}

static void second_clause(struct apsis_parser *p, struct apsis_span span, const char *what)
{
    apsis_error(p->list, span, "a value has one %s, and this is the second", what);
}

/* targets: expression, ... */
static void parse_targets(struct apsis_parser *p, struct apsis_clauses *clauses)
{
    size_t capacity = 0;
    clauses->targets = NULL;
    clauses->target_count = 0;
    do {
        struct apsis_expr *target = apsis_parse_expr(p);
        *APSIS_PUSH(p->arena, clauses->targets, clauses->target_count, capacity) = target;
    } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    if (p->failed) clauses->target_count = 0;
}

void apsis_parse_clauses(struct apsis_parser *p, struct apsis_clauses *clauses, int is_output)
{
    for (;;) {
        struct apsis_token token = p->token;
        switch (token.kind) {
        case APSIS_TOKEN_STRING:
            if (clauses->label) second_clause(p, token.span, "label");
            split_label(p->arena, apsis_parser_text(p, &token), clauses);
            clauses->label_span = token.span;
            apsis_parser_advance(p);
            break;
        case APSIS_TOKEN_FROM:
            apsis_parser_advance(p);
            if (p->token.kind != APSIS_TOKEN_STRING) {
                apsis_hint(p->list, apsis_parser_expected(p, "a source in quotes behind from"), "from \"annual report 2025\"");
                return;
            }
            if (clauses->source) second_clause(p, p->token.span, "source");
            clauses->source = apsis_parser_text(p, &p->token);
            clauses->source_span = p->token.span;
            apsis_parser_advance(p);
            break;
        case APSIS_TOKEN_GIVEN:
        case APSIS_TOKEN_TARGETS: {
            struct apsis_clauses read = {0};
            apsis_parser_advance(p);
            if (token.kind == APSIS_TOKEN_GIVEN) read.given = apsis_parse_expr(p);
            else parse_targets(p, &read);
            if (!is_output) { /* dropped, so that nobody looks at it */
                apsis_hint(p->list, apsis_error(p->list, token.span, "%s belongs to an output", apsis_token_words(token.kind)),
                           "put output before the name");
            } else if (read.given) {
                if (clauses->given) second_clause(p, token.span, "condition");
                clauses->given = read.given;
            } else {
                if (clauses->targets) second_clause(p, token.span, "list of targets");
                clauses->targets = read.targets;
                clauses->target_count = read.target_count;
            }
            break;
        }
        default: return;
        }
    }
}

/* ---------------------------------------------------------------- definitions */
static void one_error_value(struct apsis_parser *p, struct apsis_definition *d)
{
    d->values = APSIS_NEW_ARRAY(p->arena, struct apsis_expr *, 1);
    d->values[0] = apsis_expr_error(p);
    d->value_count = 1;
}

/* values: expression, ...   Several only where a range of periods or members takes them. */
static void parse_values(struct apsis_parser *p, struct apsis_definition *d)
{
    size_t capacity = 0;
    do {
        struct apsis_expr *value = apsis_parse_expr(p);
        *APSIS_PUSH(p->arena, d->values, d->value_count, capacity) = value;
    } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    if (p->failed || d->value_count == 1 || d->index_count) return;
    struct apsis_span span = apsis_span_from(d->values[0]->span, p);
    struct apsis_diagnostic *e = apsis_error(p->list, span, "%s takes one value, and %zu are given", d->name, d->value_count);
    struct apsis_span second = d->values[1]->span;
    if (second.end - second.begin == 3 && second.begin == d->values[0]->span.end + 1)
        apsis_hint(p->list, e, "thousands are written without a comma: 1000 or 1_000");
    else apsis_hint(p->list, e, "several values need a range in brackets: %s[2026..2028] = 1, 2, 3", d->name);
    one_error_value(p, d);
}

/* parameters: ( name, ... ) */
static void parse_parameters(struct apsis_parser *p, struct apsis_definition *d)
{
    struct apsis_token open = p->token;
    size_t capacity = 0, spans = 0, span_count = 0;
    apsis_parser_advance(p);
    if (p->token.kind != APSIS_TOKEN_RIGHT_ROUND) {
        do {
            struct apsis_token name = p->token;
            if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
                apsis_hint(p->list, apsis_parser_expected(p, "the name of a parameter"),
                           "a statement is name = value, or name(parameters) = value for a function");
                return;
            }
            *APSIS_PUSH(p->arena, d->parameters, d->parameter_count, capacity) = apsis_parser_text(p, &name);
            *APSIS_PUSH(p->arena, d->parameter_spans, span_count, spans) = name.span;
        } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    }
    apsis_parser_close(p, &open, APSIS_TOKEN_RIGHT_ROUND);
}

/* What stands behind the name is neither = nor ~ nor a bracket: perhaps the name was meant as a keyword. */
static void no_statement(struct apsis_parser *p, const struct apsis_definition *d)
{
    static const char *const starters[] = {"output", "correlate", "scenario", "model", "period", "currency", "table", "member", "column"};
    enum apsis_token_kind next = p->token.kind;
    if (next == APSIS_TOKEN_EQUAL) {
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "expected =, found =="),
                   "= gives a name its value; == compares two values inside one");
    } else if (!d->is_output && !d->index_count && (next == APSIS_TOKEN_NAME || next == APSIS_TOKEN_STRING)) {
        const char *near = apsis_nearest_name(d->name, starters, sizeof starters / sizeof *starters);
        struct apsis_diagnostic *e = apsis_parser_fail(p, d->name_span, "unknown keyword %s", d->name);
        if (near) apsis_hint(p->list, e, "did you mean %s?", near);
        else apsis_hint(p->list, e, "a statement is name = value or name ~ distribution");
    } else {
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "expected = or ~ behind %s, found %s", d->name, apsis_token_words(next)),
                   "a statement is name = value or name ~ distribution");
    }
}

/* Name and indices, up to what follows them. */
static void parse_head(struct apsis_parser *p, struct apsis_definition *d)
{
    struct apsis_token name = p->token;
    d->section = p->ast->section_count - 1;
    d->span = d->name_span = name.span;
    d->name = "";
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
        struct apsis_diagnostic *e = apsis_parser_expected(p, "a name");
        if (apsis_token_is_keyword(name.kind))
            apsis_hint(p->list, e, "%s is a word of the language and cannot be a name", apsis_token_words(name.kind));
        return;
    }
    d->name = apsis_parser_text(p, &name);
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE) apsis_parse_indices(p, &d->indices, &d->index_count);
    if (p->token.kind == APSIS_TOKEN_LEFT_SQUARE)
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "a second pair of brackets"), "both indices stand in one pair: x[site, t]");
}

/* What follows a head: = values, ~ distribution, and clauses. */
static void parse_body(struct apsis_parser *p, struct apsis_definition *d)
{
    if (apsis_parser_accept(p, APSIS_TOKEN_ASSIGN)) {
        parse_values(p, d);
    } else if (apsis_parser_accept(p, APSIS_TOKEN_TILDE)) {
        d->kind = APSIS_DEFINE_DRAW;
        d->values = APSIS_NEW_ARRAY(p->arena, struct apsis_expr *, 1);
        d->values[0] = apsis_parse_expr(p);
        d->value_count = 1;
    } else {
        no_statement(p, d);
    }
    apsis_parse_clauses(p, &d->clauses, d->is_output);
    d->span = apsis_span_from(d->span, p);
    if (p->failed) one_error_value(p, d); /* the name is known and its value is not: nothing more is said about it */
}

/* definition: name [indices] = values | name [indices] ~ distribution | name(parameters) = value, each with clauses */
void apsis_parse_definition(struct apsis_parser *p, struct apsis_definition **definitions, size_t *count, size_t *capacity)
{
    struct apsis_definition d = {0};
    parse_head(p, &d);
    if (p->token.kind == APSIS_TOKEN_LEFT_ROUND && !d.index_count) {
        d.kind = APSIS_DEFINE_FUNCTION;
        parse_parameters(p, &d);
        if (p->failed && !strcmp(d.name, "")) return;
        if (p->token.kind != APSIS_TOKEN_ASSIGN && !p->failed)
            apsis_parser_expected(p, "= behind the parameters of a function");
        if (definitions != &p->ast->definitions && !p->failed) {
            apsis_parser_fail(p, d.name_span, "a scenario or --set changes values: a function stays as it is");
            return;
        }
    }
    parse_body(p, &d);
    if (d.kind == APSIS_DEFINE_FUNCTION && p->failed && !d.parameter_count) return; /* pert(1, 2, 3) alone: no function */
    *APSIS_PUSH(p->arena, *definitions, *count, *capacity) = d;
}

/* 1 for what may follow the names of an output line without a value: a clause or its end. */
static int begins_clause(enum apsis_token_kind kind)
{
    return kind == APSIS_TOKEN_STRING || kind == APSIS_TOKEN_FROM || kind == APSIS_TOKEN_GIVEN || kind == APSIS_TOKEN_TARGETS ||
           kind == APSIS_TOKEN_NEWLINE || kind == APSIS_TOKEN_END;
}

/* output: output definition | output name [indices], ... clauses */
void apsis_parse_output(struct apsis_parser *p)
{
    struct apsis_ast *ast = p->ast;
    struct apsis_definition d = {.is_output = 1};
    apsis_parser_advance(p);
    parse_head(p, &d);
    if (p->token.kind == APSIS_TOKEN_ASSIGN || p->token.kind == APSIS_TOKEN_TILDE || p->token.kind == APSIS_TOKEN_EQUAL) {
        parse_body(p, &d);
        *APSIS_PUSH(p->arena, ast->definitions, ast->definition_count, p->definitions) = d;
        return;
    }
    if (!begins_clause(p->token.kind) && p->token.kind != APSIS_TOKEN_COMMA) no_statement(p, &d);
    size_t first = ast->definition_count;
    for (;;) {
        d.kind = APSIS_DEFINE_OUTPUT;
        if (p->failed) break;
        *APSIS_PUSH(p->arena, ast->definitions, ast->definition_count, p->definitions) = d;
        if (!apsis_parser_accept(p, APSIS_TOKEN_COMMA)) break;
        d = (struct apsis_definition){.is_output = 1};
        parse_head(p, &d);
    }
    if (p->token.kind == APSIS_TOKEN_ASSIGN || p->token.kind == APSIS_TOKEN_TILDE)
        apsis_hint(p->list, apsis_parser_fail(p, p->token.span, "outputs with values stand one on a line"),
                   "output %s = ..., and the others on lines of their own", ast->definitions[first].name);
    struct apsis_clauses clauses = {0};
    apsis_parse_clauses(p, &clauses, 1);
    for (size_t i = first; i < ast->definition_count; i++) {
        ast->definitions[i].clauses = clauses;
        ast->definitions[i].span = apsis_span_from(ast->definitions[i].span, p);
    }
}
