/* parse_block.c - statements of several lines: tables, members, correlations, scenarios. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/parse.h"

static int is_indented(const struct apsis_token *token)
{
    return token->first && token->span.begin > token->line_begin;
}

/* Begins a line inside a block. */
static void begin_line(struct apsis_parser *p)
{
    p->statement_begin = p->token.line_begin;
    p->depth = 0;
}

/* ---------------------------------------------------------------- tables */
/* A row is a name followed by a number; an indented line is one too unless it reads as a definition, so that a slip in a row is
   reported as such. */
static int is_row(const struct apsis_parser *p)
{
    if (p->token.kind != APSIS_TOKEN_NAME || !p->token.first) return 0;
    enum apsis_token_kind next = apsis_parser_peek(p).kind;
    if (next == APSIS_TOKEN_NUMBER || next == APSIS_TOKEN_MINUS) return 1;
    return is_indented(&p->token) && next != APSIS_TOKEN_ASSIGN && next != APSIS_TOKEN_TILDE && next != APSIS_TOKEN_LEFT_SQUARE;
}

/* row: member cell ...   A cell is a number, with a sign, or an expression in parentheses. */
static void parse_row(struct apsis_parser *p, struct apsis_table *table, size_t *capacity, size_t *span_capacity, size_t *cells,
                      size_t *cell_capacity)
{
    struct apsis_token name = p->token;
    size_t count = 0, span_count = table->member_count;
    *APSIS_PUSH(p->arena, table->members, table->member_count, *capacity) = apsis_parser_text(p, &name);
    *APSIS_PUSH(p->arena, table->member_spans, span_count, *span_capacity) = name.span;
    apsis_parser_advance(p);
    while (p->token.kind != APSIS_TOKEN_NEWLINE && p->token.kind != APSIS_TOKEN_END && !p->failed) {
        struct apsis_expr *cell = apsis_parse_cell(p);
        if (count++ < table->column_count) *APSIS_PUSH(p->arena, table->cells, *cells, *cell_capacity) = cell;
    }
    if (!p->failed && count != table->column_count) {
        struct apsis_diagnostic *d = apsis_error(p->list, apsis_span_from(name.span, p), "%s has %zu value%s, the table has %zu column%s",
                                                 table->members[table->member_count - 1], count, count == 1 ? "" : "s",
                                                 table->column_count, table->column_count == 1 ? "" : "s");
        if (count > table->column_count) apsis_hint(p->list, d, "a cell is one number; put a calculation in parentheses");
    }
    while (*cells < table->member_count * table->column_count)
        *APSIS_PUSH(p->arena, table->cells, *cells, *cell_capacity) = apsis_expr_error(p);
}

/* column line: column name clauses */
static void parse_column(struct apsis_parser *p, struct apsis_table *table)
{
    apsis_parser_advance(p);
    struct apsis_token name = p->token;
    struct apsis_clauses ignored = {0}, *clauses = NULL;
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
        apsis_parser_expected(p, "the name of a column");
        return;
    }
    const char *text = apsis_parser_text(p, &name);
    const char **names = APSIS_NEW_ARRAY(p->arena, const char *, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++) {
        names[i] = table->columns[i].name;
        if (!clauses && strcmp(names[i], text) == 0) clauses = &table->columns[i].clauses;
    }
    if (!clauses) {
        struct apsis_diagnostic *d = apsis_error(p->list, name.span, "the table %s has no column %s", table->name, text);
        const char *near = apsis_nearest_name(text, names, table->column_count);
        if (near) apsis_hint(p->list, d, "did you mean %s?", near);
    }
    apsis_parse_clauses(p, clauses ? clauses : &ignored, 0);
}

/* table: table name column ...   then rows and column lines */
void apsis_parse_table(struct apsis_parser *p)
{
    struct apsis_table table = {.section = p->ast->section_count - 1, .name = ""};
    size_t columns = 0, members = 0, spans = 0, cells = 0, cell_capacity = 0;
    struct apsis_token word = p->token;
    apsis_parser_advance(p);
    table.name_span = p->token.span;
    if (p->token.kind == APSIS_TOKEN_NAME) {
        table.name = apsis_parser_text(p, &p->token);
        apsis_parser_advance(p);
    } else {
        apsis_hint(p->list, apsis_parser_expected(p, "a name behind table"), "table site size cost");
    }
    while (p->token.kind == APSIS_TOKEN_NAME) {
        struct apsis_column *column = APSIS_PUSH(p->arena, table.columns, table.column_count, columns);
        column->name = apsis_parser_text(p, &p->token);
        column->span = p->token.span;
        apsis_parser_advance(p);
    }
    apsis_parser_end_statement(p);
    for (;;) {
        int row = is_row(p);
        if (!row && (p->token.kind != APSIS_TOKEN_COLUMN || !p->token.first)) break;
        begin_line(p);
        if (row) parse_row(p, &table, &members, &spans, &cells, &cell_capacity);
        else parse_column(p, &table);
        apsis_parser_end_statement(p);
    }
    if (!*table.name) return;
    if (!table.member_count)
        apsis_hint(p->list, apsis_error(p->list, apsis_span_from(word.span, p), "the table %s has no rows", table.name),
                   "a row is a member and its values, on an indented line");
    *APSIS_PUSH(p->arena, p->ast->tables, p->ast->table_count, p->tables) = table;
}

/* member: member name: name, ... */
void apsis_parse_members(struct apsis_parser *p)
{
    struct apsis_table table = {.section = p->ast->section_count - 1};
    size_t members = 0, spans = 0, span_count = 0;
    apsis_parser_advance(p);
    struct apsis_token name = p->token;
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) apsis_parser_expected(p, "a name behind member");
    if (p->failed) return;
    table.name = apsis_parser_text(p, &name);
    table.name_span = name.span;
    if (!apsis_parser_accept(p, APSIS_TOKEN_COLON))
        apsis_hint(p->list, apsis_parser_expected(p, "a colon"), "member %s: first, second", table.name);
    if (p->failed) return;
    do {
        struct apsis_token member = p->token;
        if (!apsis_parser_accept(p, APSIS_TOKEN_NAME)) {
            apsis_parser_expected(p, "the name of a member");
            break;
        }
        *APSIS_PUSH(p->arena, table.members, table.member_count, members) = apsis_parser_text(p, &member);
        *APSIS_PUSH(p->arena, table.member_spans, span_count, spans) = member.span;
    } while (apsis_parser_accept(p, APSIS_TOKEN_COMMA));
    if (table.member_count) *APSIS_PUSH(p->arena, p->ast->tables, p->ast->table_count, p->tables) = table;
}

/* ---------------------------------------------------------------- correlations */
/* 1 when the line reads  name [...] ,  as a correlation does. Looks at this line only. */
static int is_correlation(const struct apsis_parser *p)
{
    struct apsis_lexer ahead = p->lexer;
    int depth = 0;
    ahead.diagnostics = NULL;
    if (p->token.kind != APSIS_TOKEN_NAME) return 0;
    for (;;) {
        struct apsis_token token = apsis_lex_next(&ahead);
        if (token.kind == APSIS_TOKEN_END || token.line_begin != p->token.line_begin || token.kind == APSIS_TOKEN_NEWLINE) return 0;
        if (depth == 0 && token.kind == APSIS_TOKEN_COMMA) return 1;
        if (token.kind == APSIS_TOKEN_LEFT_SQUARE) depth++;
        else if (depth == 0) return 0;
        else if (token.kind == APSIS_TOKEN_RIGHT_SQUARE) depth--;
    }
}

/* correlation: reference , reference number */
static void parse_correlation(struct apsis_parser *p)
{
    struct apsis_correlation c = {.span = p->token.span};
    c.a = apsis_parse_reference(p);
    if (!apsis_parser_accept(p, APSIS_TOKEN_COMMA))
        apsis_hint(p->list, apsis_parser_expected(p, "a comma and a second name"), "a correlation is written: first, second 50%%");
    c.b = apsis_parse_reference(p);
    if (!p->failed && p->token.kind != APSIS_TOKEN_NUMBER && p->token.kind != APSIS_TOKEN_MINUS)
        apsis_hint(p->list, apsis_parser_expected(p, "the rank correlation"), "a correlation is written: first, second 50%%");
    c.value = apsis_parse_signed_number(p);
    c.span = apsis_span_from(c.span, p);
    if (!p->failed) *APSIS_PUSH(p->arena, p->ast->correlations, p->ast->correlation_count, p->correlations) = c;
}

/* correlate: correlate, then correlations, one a line. The block ends at the first line that is none; an indented line that
   begins with a name and is no definition either was meant as one. */
void apsis_parse_correlations(struct apsis_parser *p)
{
    apsis_parser_advance(p);
    if (p->token.kind == APSIS_TOKEN_NAME) parse_correlation(p);
    apsis_parser_end_statement(p);
    while (p->token.kind == APSIS_TOKEN_NAME && p->token.first) {
        enum apsis_token_kind next = apsis_parser_peek(p).kind;
        if (!is_correlation(p) && (!is_indented(&p->token) || next == APSIS_TOKEN_ASSIGN || next == APSIS_TOKEN_TILDE)) break;
        begin_line(p);
        parse_correlation(p);
        apsis_parser_end_statement(p);
    }
}

/* ---------------------------------------------------------------- scenarios */
/* scenario: scenario name "title", then its overrides.
   Where a scenario ends: its body is the indented lines below it that begin with a name. Blank lines and comments may stand between
   them. The first line that is not indented, or begins with a keyword or ##, belongs to the scenario no more. */
void apsis_parse_scenario(struct apsis_parser *p)
{
    struct apsis_scenario scenario = {.span = p->token.span};
    apsis_parser_advance(p);
    struct apsis_token name = p->token;
    if (!apsis_parser_accept(p, APSIS_TOKEN_NAME))
        apsis_hint(p->list, apsis_parser_expected(p, "a name behind scenario"), "scenario slow_permits \"Permits take twice as long\"");
    else scenario.name = apsis_parser_text(p, &name);
    name = p->token;
    if (apsis_parser_accept(p, APSIS_TOKEN_STRING)) scenario.title = apsis_parser_text(p, &name);
    scenario.span = apsis_span_from(scenario.span, p);
    apsis_parser_end_statement(p);
    while (p->token.kind == APSIS_TOKEN_NAME && is_indented(&p->token)) {
        begin_line(p);
        apsis_parse_definition(p, &scenario.definitions, &scenario.definition_count, &scenario.definition_capacity);
        apsis_parser_end_statement(p);
    }
    if (scenario.name) *APSIS_PUSH(p->arena, p->ast->scenarios, p->ast->scenario_count, p->scenarios) = scenario;
}
