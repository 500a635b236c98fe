/* lint_chance.c - "8% chance of losing 500" written as 8% * 500: the mean is right, and the spread, which is the risk, is gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lint_parts.h"

#define FACTORS 64 /* of a product that are looked at */

/* One rule whose value is searched. */
struct search {
    struct apsis_linting *l;
    const struct apsis_symbol *symbol; /* what the rule defines */
    const struct apsis_definition *definition;
    int expects;                       /* its label speaks of a chance or of an expected loss */
    int told;
};

/* From 0 to 1 and not drawn as an event: what a probability can be. */
static int can_be_chance(const struct apsis_symbol *s)
{
    if (s->kind == APSIS_SYMBOL_COLUMN) return 1;
    if (s->kind != APSIS_SYMBOL_VALUE || !s->rule_count) return 0;
    const struct apsis_definition *d = s->rules[0].definition;
    const struct apsis_expr *e = d->value_count ? d->values[0] : NULL;
    if (!e) return 0;
    if (d->kind == APSIS_DEFINE_VALUE) return e->kind == APSIS_EXPR_NUMBER && e->number > 0 && e->number < 1;
    if (e->kind != APSIS_EXPR_CALL) return 0;
    const struct apsis_family *family = apsis_family_find(e->text);
    return family && !family->discrete;
}

static const struct apsis_symbol *chance_of(const struct search *s, const struct apsis_expr *e)
{
    const struct apsis_symbol *symbol = apsis_lint_named(s->l, e);
    if (!symbol || !(apsis_lint_says(symbol) & APSIS_SAYS_CHANCE) || !can_be_chance(symbol)) return NULL;
    return s->l->feeds_draw[symbol - s->l->names->symbols] ? NULL : symbol;
}

/* p, 1 - p, 0.3, p * q: a chance times these is a chance again. */
static int is_chance_like(const struct search *s, const struct apsis_expr *e)
{
    const struct apsis_symbol *symbol = apsis_lint_named(s->l, e);
    if (symbol) return (apsis_lint_says(symbol) & APSIS_SAYS_CHANCE) != 0;
    if (e->kind == APSIS_EXPR_NUMBER) return e->number <= 1;
    if (e->kind != APSIS_EXPR_BINARY) return 0;
    if (e->op == APSIS_BINARY_SUB) return e->a->kind == APSIS_EXPR_NUMBER && e->a->number == 1;
    return (e->op == APSIS_BINARY_MUL && is_chance_like(s, e->a) && is_chance_like(s, e->b)) || (e->op == APSIS_BINARY_POW && is_chance_like(s, e->a));
}

static int is_percentage(const struct search *s, const struct apsis_expr *e)
{
    if (e->kind != APSIS_EXPR_NUMBER || !(e->number > 0 && e->number < 1)) return 0;
    return s->l->ast->sources->items[e->span.source].text[e->span.end - 1] == '%';
}

/* hit, hit[t], hit[site]: how the event would be drawn */
static const char *event_form(const struct search *s)
{
    const struct apsis_symbol hit = {.name = "hit", .table = s->symbol->table, .timed = s->symbol->timed};
    return apsis_lint_form(s->l, &hit);
}

static const char *text_of(const struct search *s, const struct apsis_expr *e)
{
    uint32_t length = e->span.end - e->span.begin;
    return length > 60 ? "..." : apsis_arena_copy(s->l->arena, s->l->ast->sources->items[e->span.source].text + e->span.begin, length);
}

/* The factors of a product, from left to right: a * b * (c * d). */
static size_t factors_of(const struct apsis_expr *e, const struct apsis_expr **list, size_t count)
{
    if (e->kind == APSIS_EXPR_BINARY && e->op == APSIS_BINARY_MUL) return factors_of(e->b, list, factors_of(e->a, list, count));
    if (count < FACTORS) list[count++] = e;
    return count;
}

static void look_at(struct search *s, const struct apsis_expr *product)
{
    const struct apsis_expr *factors[FACTORS], *chance = NULL;
    const struct apsis_symbol *named = NULL;
    size_t count = factors_of(product, factors, 0), impacts = 0;
    for (size_t i = 0; i < count; i++) impacts += !is_chance_like(s, factors[i]);
    for (size_t i = 0; i < count && impacts && !chance; i++)
        if ((named = chance_of(s, factors[i])) || (s->expects && is_percentage(s, factors[i]))) chance = factors[i];
    if (!chance) return;
    const char *words = named ? apsis_arena_printf(s->l->arena, "the chance %s", named->name) : apsis_arena_printf(s->l->arena, "a chance of %s", text_of(s, chance));
    struct apsis_diagnostic *d = apsis_lint_warn(s->l, product->span, s->definition->span, "%s times an impact is the expected value in every draw, never the impact itself", words);
    apsis_hint(s->l->list, d, "draw the event: %s ~ bernoulli(%s), and write %s in place of %s", event_form(s), text_of(s, chance), event_form(s), text_of(s, chance));
    s->told = 1;
}

static void walk(struct search *s, const struct apsis_expr *e, int inside)
{
    if (!e || s->told) return;
    int product = e->kind == APSIS_EXPR_BINARY && e->op == APSIS_BINARY_MUL;
    if (product && !inside) look_at(s, e);
    walk(s, e->a, product);
    walk(s, e->b, product);
    walk(s, e->c, 0);
    for (size_t i = 0; i < e->argument_count; i++) walk(s, e->arguments[i].value, 0);
}

/* "expected loss": an average is meant, or at least said. "chance of a fine": the value is a chance, so its product may be too. */
static int expects(const struct apsis_symbol *symbol)
{
    static const char *const expected[] = {"expected", "weighted", NULL}, *const chances[] = {"chance", "probability", "likelihood", NULL};
    static const char *const impacts[] = {"loss", "losses", "cost", "costs", "fine", "fines", "penalty", "penalties", "damage", "damages", "payout",
                                          "claim", "claims", "lawsuit", "impact", "risk", "value", "gain", NULL};
    const char *label = symbol->clauses ? symbol->clauses->label : NULL;
    int hoped = apsis_lint_has_word(label, expected) || apsis_lint_has_word(symbol->name, expected);
    int impact = apsis_lint_has_word(label, impacts) || apsis_lint_has_word(symbol->name, impacts);
    int chance = apsis_lint_has_word(label, chances) && label && strncmp(label, "chance", 6) && strncmp(label, "probability", 11) && strncmp(label, "likelihood", 10);
    return (hoped && impact) || chance;
}

void apsis_lint_expected_value(struct apsis_linting *l)
{
    for (uint32_t i = 0; i < l->names->symbol_count; i++) {
        const struct apsis_symbol *symbol = &l->names->symbols[i];
        if (symbol->kind != APSIS_SYMBOL_VALUE || symbol->broken) continue;
        for (size_t r = 0; r < symbol->rule_count; r++) {
            const struct apsis_definition *d = symbol->rules[r].definition;
            struct search s = {.l = l, .symbol = symbol, .definition = d, .expects = expects(symbol)};
            for (size_t v = 0; d->kind == APSIS_DEFINE_VALUE && v < d->value_count; v++) walk(&s, d->values[v], 0);
        }
    }
}
