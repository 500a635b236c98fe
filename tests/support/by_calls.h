/* by_calls.h - a model that was read, said again by calls: statement by statement, from its syntax tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_BY_CALLS_H
#define APSIS_TESTS_BY_CALLS_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/build.h"
#include "host/language/lex.h"

struct by_calls {
    struct apsis_model *from, *to;
    const char *text;
    const char *scenario; /* NULL: not in one */
    size_t section;
    int calls, written;   /* how many were made; of them, distributions as text */
};

static char *by_calls_slice(struct by_calls *b, uint32_t begin, uint32_t end)
{
    while (end > begin && strchr(" \t\r\n", b->text[end - 1])) end--;
    while (begin < end && strchr(" \t\r\n", b->text[begin])) begin++;
    return apsis_arena_copy(b->from->arena, b->text + begin, end - begin);
}

static void by_calls_good(struct by_calls *b, enum apsis_status status)
{
    b->calls++;
    if (status) fail_msg("%s", apsis_why(b->to));
}

/* 1 and its value for 5, 20%, -5. */
static int by_calls_number(const struct apsis_expr *e, double *value)
{
    int negative = e->kind == APSIS_EXPR_NEGATE;
    if (negative) e = e->a;
    *value = negative ? -e->number : e->number;
    return e->kind == APSIS_EXPR_NUMBER;
}

/* A family with constant parameters as the functions of the interface make it; else as text. */
static struct apsis_uncertain by_calls_distribution(struct by_calls *b, const struct apsis_expr *e, const char *text)
{
    double v[6], key[6];
    int keyed = 0, percentiles = 0;
    if (e->kind == APSIS_EXPR_CALL && e->argument_count <= 6) {
        size_t n = 0;
        for (; n < e->argument_count; n++) {
            const struct apsis_argument *a = &e->arguments[n];
            if (!by_calls_number(a->value, &v[n]) || (a->key && a->key->kind != APSIS_EXPR_NAME)) break;
            if (!a->key) continue;
            keyed++;
            if (a->key->text[0] == 'p' && a->key->text[1] >= '0' && a->key->text[1] <= '9') key[percentiles++] = atof(a->key->text + 1);
        }
        if (n == e->argument_count) {
            if (!keyed && n == 1) return apsis_family(e->text, 1, v[0]);
            if (!keyed && n == 2) return apsis_family(e->text, 2, v[0], v[1]);
            if (!keyed && n == 3) return strcmp(e->text, "pert") ? apsis_family(e->text, 3, v[0], v[1], v[2]) : apsis_pert(v[0], v[1], v[2]);
            if (!keyed && n == 4) return apsis_family(e->text, 4, v[0], v[1], v[2], v[3]);
            if (percentiles == 2 && n == 2) return apsis_percentiles(e->text, key[0], v[0], key[1], v[1]);
            if (keyed == 2 && n == 2 && !strcmp(e->arguments[0].key->text, "mean") && !strcmp(e->arguments[1].key->text, "sd")) return apsis_mean_sd(e->text, v[0], v[1]);
        }
        if (!strcmp(e->text, "discrete") || !strcmp(e->text, "cumulative")) {
            double *x = APSIS_NEW_ARRAY(b->from->arena, double, e->argument_count), *w = APSIS_NEW_ARRAY(b->from->arena, double, e->argument_count);
            for (n = 0; n < e->argument_count; n++)
                if (!e->arguments[n].key || !by_calls_number(e->arguments[n].key, &x[n]) || !by_calls_number(e->arguments[n].value, &w[n])) break;
            if (n == e->argument_count) return *e->text == 'd' ? apsis_discrete(x, w, n) : apsis_cumulative(x, w, n);
        }
    }
    b->written++;
    return apsis_written(text);
}

static void by_calls_definition(struct by_calls *b, const struct apsis_definition *d)
{
    struct apsis_lexer lexer;
    struct apsis_token token;
    const struct apsis_clauses *c = &d->clauses;
    uint32_t body = 0, given = 0, end = 0, given_end = 0;
    enum apsis_token_kind sign = APSIS_TOKEN_END, clause = APSIS_TOKEN_END;
    if (!b->scenario && d->section != b->section) by_calls_good(b, apsis_section(b->to, apsis_model_tree(b->from)->sections[b->section = d->section]));
    apsis_lex_start(&lexer, b->from->arena, &b->from->sources, d->span.source, NULL);
    lexer.at = d->span.begin;
    uint32_t name_end = d->span.end;
    while ((token = apsis_lex_next(&lexer)).kind != APSIS_TOKEN_END && token.span.begin < d->span.end) {
        int is_label = c->label && token.span.begin == c->label_span.begin;
        if (is_label || token.kind == APSIS_TOKEN_FROM || token.kind == APSIS_TOKEN_GIVEN || token.kind == APSIS_TOKEN_TARGETS) {
            if (!end) end = token.span.begin;
            if (clause == APSIS_TOKEN_GIVEN) given_end = token.span.begin;
            clause = is_label ? APSIS_TOKEN_STRING : token.kind;
            if (clause == APSIS_TOKEN_GIVEN) given = token.span.end;
            if (name_end == d->span.end && !body) name_end = token.span.begin;
        } else if (d->kind == APSIS_DEFINE_OUTPUT && token.kind == APSIS_TOKEN_COMMA && lexer.depth == 0) { /* output a, b: each by its own call */
            if (name_end == d->span.end) name_end = token.span.begin;
        } else if (!body && lexer.depth == 0 && (token.kind == APSIS_TOKEN_ASSIGN || token.kind == APSIS_TOKEN_TILDE)) {
            sign = token.kind;
            name_end = token.span.begin;
            body = token.span.end;
        }
    }
    const char *name = by_calls_slice(b, d->span.begin, name_end), *text = body ? by_calls_slice(b, body, end ? end : d->span.end) : NULL;
    if (sign == APSIS_TOKEN_TILDE) {
        struct apsis_uncertain u = by_calls_distribution(b, d->values[0], text);
        by_calls_good(b, b->scenario ? apsis_override_input(b->to, b->scenario, name, u) : apsis_input(b->to, name, u));
    } else if (b->scenario) {
        by_calls_good(b, apsis_override(b->to, b->scenario, name, text));
    } else {
        by_calls_good(b, d->is_output ? apsis_output(b->to, name, text) : apsis_define(b->to, name, text));
    }
    if (b->scenario) return;
    if (c->label || c->source)
        by_calls_good(b, apsis_label(b->to, name, c->label ? by_calls_slice(b, c->label_span.begin + 1, c->label_span.end - 1) : NULL,
                                     c->source ? by_calls_slice(b, c->source_span.begin + 1, c->source_span.end - 1) : NULL));
    if (given) by_calls_good(b, apsis_given(b->to, name, by_calls_slice(b, given, given_end ? given_end : d->span.end)));
    for (size_t i = 0; i < c->target_count; i++) {
        double above;
        if (!by_calls_number(c->targets[i], &above)) fail_msg("a target of %s is no number", name);
        by_calls_good(b, apsis_target(b->to, name, above));
    }
}

/* The lines of a table: from its head to the line end behind its last member or column line. */
static void by_calls_table(struct by_calls *b, const struct apsis_table *table)
{
    if (!table->column_count) {
        by_calls_good(b, apsis_members(b->to, table->name, table->members, table->member_count));
        return;
    }
    uint32_t begin = table->name_span.begin, end = table->member_spans[table->member_count - 1].end;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct apsis_clauses *c = &table->columns[i].clauses;
        if (c->label && c->label_span.end > end) end = c->label_span.end;
        if (c->source && c->source_span.end > end) end = c->source_span.end;
    }
    while (begin > 0 && b->text[begin - 1] != '\n') begin--;
    end += (uint32_t)strcspn(b->text + end, "\n");
    by_calls_good(b, apsis_add(b->to, by_calls_slice(b, begin, end)));
}

/* A new model that says what `from`, read from one text, says. */
static struct apsis_model *by_calls(struct apsis_model *from, int *calls, int *written)
{
    const struct apsis_ast *ast = apsis_model_tree(from);
    struct by_calls b = {.from = from, .to = apsis_model_new(ast->name, ast->title), .text = from->sources.items[0].text};
    if (ast->calendar) by_calls_good(&b, apsis_period(b.to, by_calls_slice(&b, ast->period_span.begin + 6, ast->period_span.end)));
    if (ast->currency) by_calls_good(&b, apsis_currency(b.to, ast->currency));
    for (size_t i = 0; i < ast->table_count; i++) by_calls_table(&b, &ast->tables[i]);
    for (size_t i = 0; i < ast->definition_count; i++) by_calls_definition(&b, &ast->definitions[i]);
    for (size_t i = 0; i < ast->correlation_count; i++) {
        const struct apsis_correlation *c = &ast->correlations[i];
        double value;
        if (!by_calls_number(c->value, &value)) fail_msg("a correlation is no number");
        by_calls_good(&b, apsis_correlate(b.to, by_calls_slice(&b, c->a->span.begin, c->a->span.end), by_calls_slice(&b, c->b->span.begin, c->b->span.end), value));
    }
    for (size_t i = 0; i < ast->scenario_count; i++) {
        b.scenario = ast->scenarios[i].name;
        by_calls_good(&b, apsis_scenario(b.to, b.scenario, ast->scenarios[i].title));
        for (size_t k = 0; k < ast->scenarios[i].definition_count; k++) by_calls_definition(&b, &ast->scenarios[i].definitions[k]);
    }
    *calls = b.calls;
    *written = b.written;
    return b.to;
}

#endif
