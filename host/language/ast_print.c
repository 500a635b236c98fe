/* ast_print.c - the syntax tree as text: the model again in one canonical form, with all parentheses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/ast.h"
#include "host/support/number.h"

/* What is printed of a tree without errors is a model that parses to the same tree (tests hold this). */

static const char *const binary_signs[] = {
    [APSIS_BINARY_ADD] = "+",  [APSIS_BINARY_SUB] = "-", [APSIS_BINARY_MUL] = "*",  [APSIS_BINARY_DIV] = "/",  [APSIS_BINARY_POW] = "^",
    [APSIS_BINARY_EQ] = "==",  [APSIS_BINARY_NE] = "!=", [APSIS_BINARY_LT] = "<",   [APSIS_BINARY_LE] = "<=",  [APSIS_BINARY_GT] = ">",
    [APSIS_BINARY_GE] = ">=",  [APSIS_BINARY_AND] = "and", [APSIS_BINARY_OR] = "or"};

static void put_number(double value, struct apsis_buffer *out)
{
    char text[APSIS_NUMBER_SIZE];
    apsis_buffer_text(out, apsis_number_print(text, value));
}

static void put_label(const struct apsis_expr *e, struct apsis_buffer *out)
{
    if (e->calendar == APSIS_CALENDAR_QUARTER) apsis_buffer_printf(out, "%04dQ%d", e->year, e->part);
    else if (e->calendar == APSIS_CALENDAR_MONTH) apsis_buffer_printf(out, "%04d-%02d", e->year, e->part);
    else apsis_buffer_printf(out, "%04d", e->year);
}

/* A bare number in brackets would read as a year when it looks like one. */
static void put_index_end(const struct apsis_expr *e, struct apsis_buffer *out)
{
    int like_a_year = e->kind == APSIS_EXPR_NUMBER && e->number >= 1000 && e->number <= 9999;
    if (like_a_year) apsis_buffer_text(out, "(");
    apsis_expr_print(e, out);
    if (like_a_year) apsis_buffer_text(out, ")");
}

static void put_indices(const struct apsis_index *indices, size_t count, struct apsis_buffer *out)
{
    if (!count) return;
    apsis_buffer_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        if (i) apsis_buffer_text(out, ", ");
        if (indices[i].low) put_index_end(indices[i].low, out);
        if (indices[i].is_range) apsis_buffer_text(out, "..");
        if (indices[i].is_range && indices[i].high) put_index_end(indices[i].high, out);
    }
    apsis_buffer_text(out, "]");
}

static void put_key(const struct apsis_expr *key, struct apsis_buffer *out)
{
    if (key->kind == APSIS_EXPR_NEGATE) {
        apsis_buffer_text(out, "-");
        key = key->a;
    }
    apsis_expr_print(key, out);
    apsis_buffer_text(out, ": ");
}

static void put_call(const struct apsis_expr *e, struct apsis_buffer *out)
{
    apsis_buffer_text(out, e->text);
    apsis_buffer_text(out, "(");
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *argument = &e->arguments[i];
        if (i) apsis_buffer_text(out, ", ");
        if (argument->is_else) apsis_buffer_text(out, "else ");
        if (argument->key) put_key(argument->key, out);
        apsis_expr_print(argument->value, out);
        if (argument->where) {
            apsis_buffer_text(out, " where ");
            apsis_expr_print(argument->where, out);
        }
    }
    apsis_buffer_text(out, ")");
}

void apsis_expr_print(const struct apsis_expr *e, struct apsis_buffer *out)
{
    if (!e) {
        apsis_buffer_text(out, "<none>");
        return;
    }
    switch (e->kind) {
    case APSIS_EXPR_ERROR: apsis_buffer_text(out, "<error>"); break;
    case APSIS_EXPR_NUMBER: put_number(e->number, out); break;
    case APSIS_EXPR_TEXT: apsis_buffer_printf(out, "\"%s\"", e->text); break;
    case APSIS_EXPR_NAME: apsis_buffer_text(out, e->text); break;
    case APSIS_EXPR_NEGATE:
    case APSIS_EXPR_NOT:
        apsis_buffer_text(out, e->kind == APSIS_EXPR_NOT ? "(not " : "(-");
        apsis_expr_print(e->a, out);
        apsis_buffer_text(out, ")");
        break;
    case APSIS_EXPR_BINARY:
        apsis_buffer_text(out, "(");
        apsis_expr_print(e->a, out);
        apsis_buffer_printf(out, " %s ", binary_signs[e->op]);
        apsis_expr_print(e->b, out);
        apsis_buffer_text(out, ")");
        break;
    case APSIS_EXPR_IF:
        apsis_buffer_text(out, "(if ");
        apsis_expr_print(e->a, out);
        apsis_buffer_text(out, " then ");
        apsis_expr_print(e->b, out);
        apsis_buffer_text(out, " else ");
        apsis_expr_print(e->c, out);
        apsis_buffer_text(out, ")");
        break;
    case APSIS_EXPR_CALL: put_call(e, out); break;
    case APSIS_EXPR_INDEX:
        apsis_expr_print(e->a, out);
        put_indices(e->indices, e->index_count, out);
        break;
    case APSIS_EXPR_PERIOD: put_label(e, out); break;
    }
}

/* ---------------------------------------------------------------- statements */
static void put_list(struct apsis_expr *const *items, size_t count, struct apsis_buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i) apsis_buffer_text(out, ", ");
        apsis_expr_print(items[i], out);
    }
}

static void put_clauses(const struct apsis_clauses *c, struct apsis_buffer *out)
{
    if (c->label && c->unit) apsis_buffer_printf(out, "  \"%s%s[%s]\"", c->label, *c->label ? " " : "", c->unit);
    else if (c->label) apsis_buffer_printf(out, "  \"%s\"", c->label);
    if (c->source) apsis_buffer_printf(out, "  from \"%s\"", c->source);
    if (c->given) {
        apsis_buffer_text(out, "  given ");
        apsis_expr_print(c->given, out);
    }
    if (c->target_count) {
        apsis_buffer_text(out, "  targets ");
        put_list(c->targets, c->target_count, out);
    }
    apsis_buffer_text(out, "\n");
}

void apsis_definition_key(const struct apsis_definition *d, struct apsis_buffer *out)
{
    apsis_buffer_text(out, d->name);
    put_indices(d->indices, d->index_count, out);
    if (d->kind == APSIS_DEFINE_FUNCTION) {
        apsis_buffer_text(out, "(");
        for (size_t i = 0; i < d->parameter_count; i++) apsis_buffer_printf(out, "%s%s", i ? ", " : "", d->parameters[i]);
        apsis_buffer_text(out, ")");
    }
}

void apsis_definition_rule(const struct apsis_definition *d, struct apsis_buffer *out)
{
    apsis_definition_key(d, out);
    if (d->kind != APSIS_DEFINE_OUTPUT) apsis_buffer_text(out, d->kind == APSIS_DEFINE_DRAW ? " ~ " : " = ");
    put_list(d->values, d->value_count, out);
}

static void put_definition(const struct apsis_definition *d, struct apsis_buffer *out)
{
    if (d->is_output) apsis_buffer_text(out, "output ");
    apsis_definition_rule(d, out);
    put_clauses(&d->clauses, out);
}

static void put_table(const struct apsis_table *table, struct apsis_buffer *out)
{
    if (!table->column_count) {
        apsis_buffer_printf(out, "member %s: ", table->name);
        for (size_t i = 0; i < table->member_count; i++) apsis_buffer_printf(out, "%s%s", i ? ", " : "", table->members[i]);
        apsis_buffer_text(out, "\n");
        return;
    }
    apsis_buffer_printf(out, "table %s", table->name);
    for (size_t i = 0; i < table->column_count; i++) apsis_buffer_printf(out, " %s", table->columns[i].name);
    apsis_buffer_text(out, "\n");
    for (size_t i = 0; i < table->member_count; i++) {
        apsis_buffer_printf(out, "  %s", table->members[i]);
        for (size_t j = 0; j < table->column_count; j++) {
            apsis_buffer_text(out, " ");
            apsis_expr_print(table->cells[i * table->column_count + j], out);
        }
        apsis_buffer_text(out, "\n");
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct apsis_clauses *c = &table->columns[i].clauses;
        if (!c->label && !c->source) continue;
        apsis_buffer_printf(out, "  column %s", table->columns[i].name);
        put_clauses(c, out);
    }
}

static void put_correlation(const struct apsis_correlation *c, struct apsis_buffer *out)
{
    const struct apsis_expr *value = c->value;
    apsis_buffer_text(out, "  ");
    apsis_expr_print(c->a, out);
    apsis_buffer_text(out, ", ");
    apsis_expr_print(c->b, out);
    apsis_buffer_text(out, value->kind == APSIS_EXPR_NEGATE ? "  -" : "  ");
    apsis_expr_print(value->kind == APSIS_EXPR_NEGATE ? value->a : value, out);
    apsis_buffer_text(out, "\n");
}

static void put_head(const struct apsis_ast *ast, struct apsis_buffer *out)
{
    static const char *const calendars[] = {"", "year", "quarter", "month"};
    if (ast->name) {
        apsis_buffer_printf(out, "model %s", ast->name);
        if (ast->title) apsis_buffer_printf(out, " \"%s\"", ast->title);
        apsis_buffer_text(out, "\n");
    }
    if (ast->calendar) {
        apsis_buffer_printf(out, "period %s ", calendars[ast->calendar]);
        apsis_expr_print(ast->first_period, out);
        apsis_buffer_text(out, " to ");
        apsis_expr_print(ast->last_period, out);
        apsis_buffer_text(out, "\n");
    }
    if (ast->currency) apsis_buffer_printf(out, "currency \"%s\"\n", ast->currency);
}

void apsis_ast_print(const struct apsis_ast *ast, struct apsis_buffer *out)
{
    size_t table = 0, definition = 0;
    put_head(ast, out);
    for (size_t section = 0; section < ast->section_count; section++) { /* both lists are in the order of the text */
        if (section) apsis_buffer_printf(out, "\n##%s%s\n", *ast->sections[section] ? " " : "", ast->sections[section]);
        for (; table < ast->table_count && ast->tables[table].section == section; table++) put_table(&ast->tables[table], out);
        for (; definition < ast->definition_count && ast->definitions[definition].section == section; definition++)
            put_definition(&ast->definitions[definition], out);
    }
    if (ast->correlation_count) apsis_buffer_text(out, "\ncorrelate\n");
    for (size_t i = 0; i < ast->correlation_count; i++) put_correlation(&ast->correlations[i], out);
    for (size_t i = 0; i < ast->scenario_count; i++) {
        const struct apsis_scenario *s = &ast->scenarios[i];
        apsis_buffer_printf(out, "\nscenario %s", s->name);
        if (s->title) apsis_buffer_printf(out, " \"%s\"", s->title);
        apsis_buffer_text(out, "\n");
        for (size_t j = 0; j < s->definition_count; j++) {
            apsis_buffer_text(out, "  ");
            put_definition(&s->definitions[j], out);
        }
    }
}
