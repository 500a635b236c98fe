/* check_order.c - who names whom: an order of all names in which most of what a name needs comes before it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/check.h"

struct graph {
    struct apsis_names *names;
    uint32_t *edges;
    size_t count, capacity;
    size_t *starts;
};

static void add_name(struct graph *g, const char *name)
{
    uint32_t at = apsis_map_find(&g->names->map, name);
    if (at != APSIS_MAP_NONE) *APSIS_PUSH(g->names->arena, g->edges, g->count, g->capacity) = at;
}

/* Every name in an expression. Trees are at most APSIS_HEIGHT_LIMIT high. */
static void walk(struct graph *g, const struct apsis_expr *e)
{
    if (!e) return;
    if (e->kind == APSIS_EXPR_NAME) add_name(g, e->text);
    if (e->kind == APSIS_EXPR_CALL) add_name(g, apsis_arena_printf(g->names->arena, "%s()", e->text));
    walk(g, e->a);
    walk(g, e->b);
    walk(g, e->c);
    for (size_t i = 0; i < e->argument_count; i++) {
        walk(g, e->arguments[i].value);
        walk(g, e->arguments[i].where);
    }
    for (size_t i = 0; i < e->index_count; i++) {
        walk(g, e->indices[i].low);
        if (e->indices[i].high != e->indices[i].low) walk(g, e->indices[i].high);
    }
}

static void collect(struct graph *g)
{
    struct apsis_names *names = g->names;
    g->starts = APSIS_NEW_ARRAY(names->arena, size_t, names->symbol_count + 1);
    for (size_t i = 0; i < names->symbol_count; i++) {
        struct apsis_symbol *s = &names->symbols[i];
        g->starts[i] = g->count;
        if (s->kind == APSIS_SYMBOL_FUNCTION && s->definition->value_count) walk(g, s->definition->values[0]);
        for (size_t r = 0; r < s->rule_count; r++)
            for (size_t v = 0; v < s->rules[r].definition->value_count; v++) walk(g, s->rules[r].definition->values[v]);
    }
    g->starts[names->symbol_count] = g->count;
}

/* Tarjan's strongly connected components, with its own stack: a chain of names may be long. */
void apsis_names_order(struct apsis_names *names)
{
    struct graph g = {.names = names};
    collect(&g);
    size_t n = names->symbol_count, open_count = 0, path_count = 0, ordered = 0;
    uint32_t next = 1, loops = 0;
    uint32_t *number = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1), *low = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1);
    uint32_t *open = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1), *path = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1);
    size_t *at = APSIS_NEW_ARRAY(names->arena, size_t, n + 1);
    uint8_t *is_open = APSIS_NEW_ARRAY(names->arena, uint8_t, n + 1);
    names->order = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1);
    names->loop = APSIS_NEW_ARRAY(names->arena, uint32_t, n + 1);
    for (size_t root = 0; root < n; root++) {
        if (number[root]) continue;
        path[path_count++] = (uint32_t)root;
        while (path_count) {
            uint32_t v = path[path_count - 1];
            if (!number[v]) {
                number[v] = low[v] = next++;
                open[open_count++] = v;
                is_open[v] = 1;
                at[v] = g.starts[v];
            }
            int deeper = 0;
            while (at[v] < g.starts[v + 1]) {
                uint32_t w = g.edges[at[v]++];
                if (!number[w]) {
                    path[path_count++] = w;
                    deeper = 1;
                    break;
                }
                if (is_open[w] && number[w] < low[v]) low[v] = number[w];
            }
            if (deeper) continue;
            path_count--;
            if (path_count && low[v] < low[path[path_count - 1]]) low[path[path_count - 1]] = low[v];
            if (low[v] != number[v]) continue;
            uint32_t w;
            do {
                w = open[--open_count];
                is_open[w] = 0;
                names->loop[w] = loops;
                names->order[ordered++] = w;
            } while (w != v);
            loops++;
        }
    }
}
