/* lint_graph.c - who mentions whom in a model and all its scenarios, and what the outputs depend on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/language/lex.h"
#include "host/plan/lint_parts.h"

/* A list of symbols that is being written. */
struct mentions {
    struct apsis_linting *l;
    const struct apsis_definition *function; /* whose parameters hide names, or NULL */
    uint32_t *items;
    size_t count, capacity;
};

static void mention(struct mentions *m, const char *name)
{
    uint32_t at = apsis_map_find(&m->l->names->map, name);
    if (at == APSIS_MAP_NONE) return;
    for (size_t i = 0; m->function && i < m->function->parameter_count; i++)
        if (!strcmp(m->function->parameters[i], name)) return;
    *APSIS_PUSH(m->l->arena, m->items, m->count, m->capacity) = at;
}

/* Every name in an expression. Trees are at most APSIS_HEIGHT_LIMIT high. The members in x[texas] are no mention of a value texas. */
static void walk(struct mentions *m, const struct apsis_expr *e)
{
    if (!e) return;
    if (e->kind == APSIS_EXPR_NAME) mention(m, e->text);
    if (e->kind == APSIS_EXPR_CALL) {
        char key[APSIS_NAME_LIMIT + 3];
        snprintf(key, sizeof key, "%s()", e->text);
        mention(m, key);
    }
    const struct apsis_symbol *base = e->kind == APSIS_EXPR_INDEX ? apsis_lint_named(m->l, e) : NULL;
    walk(m, e->a);
    walk(m, e->b);
    walk(m, e->c);
    for (size_t i = 0; i < e->argument_count; i++) {
        walk(m, e->arguments[i].value);
        walk(m, e->arguments[i].where);
    }
    for (size_t i = 0; i < e->index_count; i++) {
        const struct apsis_expr *ends[2] = {e->indices[i].low, e->indices[i].high != e->indices[i].low ? e->indices[i].high : NULL};
        for (int k = 0; k < 2; k++) {
            const struct apsis_expr *end = ends[k];
            if (end && end->kind == APSIS_EXPR_NAME && base && base->table != APSIS_NO_TABLE && i == 0 &&
                apsis_map_find(&m->l->names->members[base->table], end->text) != APSIS_MAP_NONE)
                continue;
            walk(m, end);
        }
    }
}

const struct apsis_symbol *apsis_lint_named(const struct apsis_linting *l, const struct apsis_expr *e)
{
    const struct apsis_expr *name = e && e->kind == APSIS_EXPR_INDEX ? e->a : e;
    return name && name->kind == APSIS_EXPR_NAME ? apsis_names_find(l->names, name->text) : NULL;
}

struct apsis_span apsis_lint_statement(const struct apsis_symbol *symbol)
{
    return symbol->definition ? symbol->definition->span : symbol->span;
}

const char *apsis_lint_form(struct apsis_linting *l, const struct apsis_symbol *s)
{
    const char *table = s->table == APSIS_NO_TABLE ? NULL : l->ast->tables[s->table].name;
    if (table) return apsis_arena_printf(l->arena, s->timed ? "%s[%s, t]" : "%s[%s]", s->name, table);
    return s->timed ? apsis_arena_printf(l->arena, "%s[t]", s->name) : s->name;
}

/* Marks all that is mentioned, directly or through others, by the `seeds`, and these themselves. */
static void reach(struct apsis_linting *l, uint8_t *mark, const uint32_t *seeds, size_t seed_count)
{
    uint32_t *stack = APSIS_NEW_ARRAY(l->arena, uint32_t, l->names->symbol_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < seed_count; i++)
        if (!mark[seeds[i]]) {
            mark[seeds[i]] = 1;
            stack[count++] = seeds[i];
            while (count) {
                uint32_t v = stack[--count];
                for (size_t k = l->starts[v]; k < l->starts[v + 1]; k++)
                    if (!mark[l->edges[k]]) {
                        mark[l->edges[k]] = 1;
                        stack[count++] = l->edges[k];
                    }
            }
        }
}

/* Edges of every symbol, and what distributions mention, which goes to `drawn`. */
static void collect(struct apsis_linting *l, struct mentions *drawn)
{
    struct apsis_names *names = l->names;
    struct mentions m = {.l = l};
    for (uint32_t i = 0; i < names->symbol_count; i++) {
        const struct apsis_symbol *s = &names->symbols[i];
        l->starts[i] = m.count;
        m.function = s->kind == APSIS_SYMBOL_FUNCTION ? s->definition : NULL;
        if (m.function && s->definition->value_count) walk(&m, s->definition->values[0]);
        m.function = NULL;
        if (s->kind == APSIS_SYMBOL_COLUMN) {
            const struct apsis_table *table = &l->ast->tables[s->table];
            for (size_t k = 0; k < table->member_count; k++) walk(&m, table->cells[k * table->column_count + s->column]);
        }
        for (size_t r = 0; r < s->rule_count; r++) {
            const struct apsis_definition *d = s->rules[r].definition;
            size_t before = m.count;
            for (size_t v = 0; v < d->value_count; v++) walk(&m, d->values[v]);
            if (d->kind != APSIS_DEFINE_DRAW) continue;
            if (!s->rules[r].layer) l->is_input[i] = 1;
            for (size_t k = before; k < m.count; k++) *APSIS_PUSH(l->arena, drawn->items, drawn->count, drawn->capacity) = m.items[k];
        }
        for (size_t k = l->starts[i]; k < m.count; k++)
            if (m.items[k] != i && l->user[m.items[k]] == APSIS_MAP_NONE) l->user[m.items[k]] = i;
    }
    l->starts[names->symbol_count] = m.count;
    l->edges = m.items;
    l->edge_count = m.count;
}

void apsis_lint_graph(struct apsis_linting *l)
{
    struct apsis_names *names = l->names;
    size_t n = names->symbol_count;
    struct mentions drawn = {.l = l}, outputs = {.l = l}, keep = {.l = l};
    l->starts = APSIS_NEW_ARRAY(l->arena, size_t, n + 1);
    l->user = APSIS_NEW_ARRAY(l->arena, uint32_t, n + 1);
    l->is_input = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    l->is_correlated = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    l->live = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    l->kept = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    l->feeds_draw = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    for (size_t i = 0; i < n; i++) l->user[i] = APSIS_MAP_NONE;
    collect(l, &drawn);
    reach(l, l->feeds_draw, drawn.items, drawn.count);
    for (size_t i = 0; i < l->ast->definition_count; i++) {
        const struct apsis_definition *d = &l->ast->definitions[i];
        if (!d->is_output) continue;
        l->output_count++;
        mention(&outputs, d->name);
        walk(&outputs, d->clauses.given);
        for (size_t k = 0; k < d->clauses.target_count; k++) walk(&outputs, d->clauses.targets[k]);
    }
    reach(l, l->live, outputs.items, outputs.count);
    for (size_t i = 0; i < l->ast->correlation_count; i++) {
        const struct apsis_symbol *pair[2] = {apsis_lint_named(l, l->ast->correlations[i].a), apsis_lint_named(l, l->ast->correlations[i].b)};
        for (int k = 0; k < 2; k++)
            if (pair[k]) l->is_correlated[pair[k] - names->symbols] = 1;
    }
    /* what the author keeps by an allow counts as needed, and so does what that needs */
    for (size_t i = 0; i < outputs.count; i++) *APSIS_PUSH(l->arena, keep.items, keep.count, keep.capacity) = outputs.items[i];
    static const char *const keepers[] = {"unused-input", "input-without-effect", "dead-definition"};
    for (uint32_t i = 0; i < n && l->allow_line_count; i++)
        for (int k = 0; k < 3 && !l->live[i]; k++)
            if (apsis_lint_allowed(l, apsis_lint_find(keepers[k]), apsis_lint_statement(&names->symbols[i])))
                *APSIS_PUSH(l->arena, keep.items, keep.count, keep.capacity) = i;
    reach(l, l->kept, keep.items, keep.count);
}
