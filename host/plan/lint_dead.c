/* lint_dead.c - what no output depends on: inputs that nothing uses or that lead nowhere, and definitions that could be deleted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lint_parts.h"

#define NAMES_TOLD 3

/* 1 when the lint at work should tell of a symbol that no output depends on: what another line's allow keeps is kept. */
static int is_dead(struct apsis_linting *l, uint32_t i)
{
    return !l->live[i] && !l->names->symbols[i].broken &&
           (!l->kept[i] || apsis_lint_allowed(l, l->lint, apsis_lint_statement(&l->names->symbols[i])));
}

void apsis_lint_unused_input(struct apsis_linting *l)
{
    for (uint32_t i = 0; l->output_count && i < l->names->symbol_count; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (!l->is_input[i] || l->user[i] != APSIS_MAP_NONE || !is_dead(l, i)) continue;
        struct apsis_diagnostic *d = apsis_lint_warn(l, s->span, apsis_lint_statement(s), "the input %s is not used", s->name);
        apsis_hint(l->list, d, l->is_correlated[i] ? "use it in a value that an output needs, or delete it and its correlations" : "use it in a value that an output needs, or delete it");
    }
}

void apsis_lint_input_without_effect(struct apsis_linting *l)
{
    for (uint32_t i = 0; l->output_count && i < l->names->symbol_count; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (!l->is_input[i] || l->user[i] == APSIS_MAP_NONE || !is_dead(l, i)) continue;
        struct apsis_diagnostic *d = apsis_lint_warn(l, s->span, apsis_lint_statement(s), "no output depends on the input %s", s->name);
        const struct apsis_symbol *user = &l->names->symbols[l->user[i]];
        if (user->kind == APSIS_SYMBOL_FUNCTION) apsis_hint(l->list, d, "the function %s uses it, and nothing that an output needs calls that", user->name);
        else apsis_hint(l->list, d, "%s uses it, and no output needs that: write output %s, or use it elsewhere", user->name, apsis_lint_form(l, user));
    }
}

/* ---------------------------------------------------------------- definitions */
/* Dead symbols in groups: a root, which nothing outside its own loop mentions, and what only roots lead to. One pass: a symbol
   belongs to the first root that reaches it. */
struct groups {
    struct apsis_linting *l;
    uint8_t *outside; /* mentioned from outside its loop */
    uint8_t *seen;
    uint32_t *stack;
};

static void find_roots(struct groups *g)
{
    struct apsis_linting *l = g->l;
    size_t n = l->names->symbol_count;
    uint8_t *loop = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1);
    for (uint32_t i = 0; i < n; i++)
        for (size_t k = l->starts[i]; k < l->starts[i + 1]; k++)
            if (l->names->loop[l->edges[k]] != l->names->loop[i]) loop[l->names->loop[l->edges[k]]] = 1;
    for (uint32_t i = 0; i < n; i++) g->outside[i] = loop[l->names->loop[i]];
}

/* ", a, b and 3 more": what the root alone leads to, inputs apart; NULL when there is nothing. */
static const char *others_of(struct groups *g, uint32_t root)
{
    struct apsis_linting *l = g->l;
    const char *text = NULL;
    size_t count = 0, told = 0;
    g->stack[count++] = root;
    g->seen[root] = 1;
    for (size_t done = 0; done < count; done++) {
        uint32_t v = g->stack[done];
        for (size_t k = l->starts[v]; k < l->starts[v + 1]; k++) {
            uint32_t w = l->edges[k];
            if (g->seen[w] || l->kept[w]) continue;
            g->seen[w] = 1;
            g->stack[count++] = w;
            if (l->is_input[w]) continue;
            if (told++ < NAMES_TOLD) text = apsis_arena_printf(l->arena, "%s%s%s", text ? text : "", text ? ", " : "", l->names->symbols[w].name);
        }
    }
    return told > NAMES_TOLD ? apsis_arena_printf(l->arena, "%s and %zu more", text, told - NAMES_TOLD) : text;
}

void apsis_lint_dead_definition(struct apsis_linting *l)
{
    size_t n = l->names->symbol_count;
    struct groups g = {.l = l, .outside = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1), .seen = APSIS_NEW_ARRAY(l->arena, uint8_t, n + 1),
                       .stack = APSIS_NEW_ARRAY(l->arena, uint32_t, n + 1)};
    if (!l->output_count) return;
    find_roots(&g);
    for (uint32_t i = 0; i < n; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (l->live[i] || g.outside[i] || g.seen[i] || !is_dead(l, i)) continue;
        const char *others = others_of(&g, i);
        if (l->is_input[i]) continue; /* told as an input */
        const char *kind = s->kind == APSIS_SYMBOL_FUNCTION ? "the function " : s->kind == APSIS_SYMBOL_COLUMN ? "the column " : "";
        struct apsis_diagnostic *d = apsis_lint_warn(l, s->span, apsis_lint_statement(s), "no output depends on %s%s", kind, s->name);
        const char *with = others ? apsis_arena_printf(l->arena, "delete it and what only it needs: %s", others) : "delete it";
        if (*kind) apsis_hint(l->list, d, "%s", with);
        else apsis_hint(l->list, d, "%s; or publish it: output %s", with, apsis_lint_form(l, s));
    }
}
