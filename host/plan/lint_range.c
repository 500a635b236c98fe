/* lint_range.c - values that their unit does not allow: a price, share or duration below zero, a share of more than the whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/plan/lint_parts.h"

/* What happens more rarely than this does not happen: normal(100, 10) is a fine price. */
#define RARE 1e-9

/* A rule that draws, and the symbol it belongs to. */
struct drawn {
    const struct apsis_symbol *symbol;
    const struct apsis_definition *definition;
};

/* The rule that draws an input. 0 when it is no line of the model, as a --set is. */
static int drawn_of(struct apsis_linting *l, const struct apsis_input *input, struct drawn *drawn)
{
    const struct apsis_symbol *s = apsis_names_find(l->names, input->base ? input->base : input->name);
    if (!s || s->kind != APSIS_SYMBOL_VALUE) return 0;
    for (size_t r = 0; r < s->rule_count; r++) {
        const struct apsis_definition *d = s->rules[r].definition;
        if (d->kind != APSIS_DEFINE_DRAW || d->span.source != input->span.source || d->span.begin != input->span.begin) continue;
        *drawn = (struct drawn){s, d};
        return 1;
    }
    return 0;
}

/* Members of one rule stand together, and the worst of them is told: the chance is the largest among them. */
static double worst(const struct apsis_ir *ir, size_t *at, double (*chance)(const struct apsis_input *), const struct apsis_input **which)
{
    const struct apsis_input *first = &ir->inputs[*at];
    double most = -1;
    for (; *at < ir->input_count && ir->inputs[*at].span.source == first->span.source && ir->inputs[*at].span.begin == first->span.begin; ++*at) {
        double c = chance(&ir->inputs[*at]);
        if (c > most) most = c, *which = &ir->inputs[*at];
    }
    return most;
}

/* P(X < 0), where the parameters are constants; how far a changing spread reaches is not known here. */
static double below_zero(const struct apsis_input *input)
{
    double lower = 0, upper = 1;
    if (input->distribution) apsis_distribution_tails(input->distribution, -1e-300, &lower, &upper);
    return lower;
}

static double above_one(const struct apsis_input *input)
{
    double lower = 1, upper = 0;
    if (input->distribution) apsis_distribution_tails(input->distribution, 1 + 1e-12, &lower, &upper);
    return upper;
}

static const char *called(struct apsis_linting *l, const struct apsis_symbol *s, unsigned says)
{
    const char *unit = apsis_lint_unit(s);
    if (says & APSIS_SAYS_PRICE) return apsis_arena_printf(l->arena, "money [%s]", unit);
    if (says & APSIS_SAYS_DURATION) return apsis_arena_printf(l->arena, "a duration [%s]", unit);
    return says & APSIS_SAYS_CHANCE ? "a chance" : "a share";
}

/* ---------------------------------------------------------------- below zero */
/* A share on the whole line: beta has the same mean and spread, where they are a share's. */
static void hint_share(struct apsis_linting *l, struct apsis_diagnostic *d, double mean, double sd)
{
    if (mean > 0 && mean < 1 && sd * sd < mean * (1 - mean))
        apsis_hint(l->list, d, "beta(mean: %s%%, sd: %s%%) stays between 0 and 100%% and has the same mean and spread", apsis_lint_number(l, 100 * mean),
                   apsis_lint_number(l, 100 * sd));
    else apsis_hint(l->list, d, "a share lies between 0 and 100%%: pert(5%%, 20%%, 60%%), or beta(mean: 20%%, sd: 10%%)");
}

static void hint_below_zero(struct apsis_linting *l, struct apsis_diagnostic *d, const struct apsis_input *input, unsigned says)
{
    double low, high, mean = apsis_distribution_mean(input->distribution), sd = apsis_distribution_sd(input->distribution);
    apsis_distribution_support(input->distribution, &low, &high);
    if (isfinite(low) || !(mean > 0) || !isfinite(mean) || !isfinite(sd))
        apsis_hint(l->list, d, "let it begin at 0 or above; if it may be negative, its label should say so (a change, a margin, ...)");
    else if (says & APSIS_SAYS_SHARE) hint_share(l, d, mean, sd);
    else apsis_hint(l->list, d, "lognormal(mean: %s, sd: %s) stays above 0 and has the same mean and spread", apsis_lint_number(l, mean), apsis_lint_number(l, sd));
}

void apsis_lint_below_zero(struct apsis_linting *l)
{
    const struct apsis_input *input = NULL;
    for (size_t i = 0; i < l->ir->input_count;) {
        struct drawn drawn;
        double chance = worst(l->ir, &i, below_zero, &input);
        if (!(chance >= RARE) || !drawn_of(l, input, &drawn)) continue;
        unsigned says = apsis_lint_says(drawn.symbol);
        if (!(says & (APSIS_SAYS_PRICE | APSIS_SAYS_DURATION | APSIS_SAYS_SHARE)) || ((says & APSIS_SAYS_SIGNED) && !(says & APSIS_SAYS_CHANCE))) continue;
        struct apsis_diagnostic *d = apsis_lint_warn(l, drawn.definition->values[0]->span, drawn.definition->span, "%s is %s and falls below 0 in %s", input->name,
                                                     called(l, drawn.symbol, says), apsis_lint_often(l, chance));
        if (d) hint_below_zero(l, d, input, says);
    }
}

/* ---------------------------------------------------------------- above 100 % */
static int is_share(const struct apsis_symbol *s)
{
    unsigned says = apsis_lint_says(s);
    return (says & APSIS_SAYS_SHARE) && ((says & APSIS_SAYS_CHANCE) || !(says & APSIS_SAYS_SIGNED));
}

static void tell_number(struct apsis_linting *l, const struct apsis_symbol *s, const struct apsis_expr *e, struct apsis_span statement)
{
    if (!e || e->kind != APSIS_EXPR_NUMBER || !(e->number > 1 + 1e-12)) return;
    struct apsis_diagnostic *d = apsis_lint_warn(l, e->span, statement, "%s is %s and is %s%%, more than the whole", s->name, called(l, s, apsis_lint_says(s)),
                                                 apsis_lint_number(l, 100 * e->number));
    if (e->number <= 100 && e->span.end > e->span.begin && l->ast->sources->items[e->span.source].text[e->span.end - 1] != '%')
        apsis_hint(l->list, d, "a percentage is written with its sign: %s%%", apsis_lint_number(l, e->number));
    else apsis_hint(l->list, d, "a share is at most 100%%; if this is a ratio, its label should say so");
}

static void tell_numbers(struct apsis_linting *l, uint32_t i)
{
    const struct apsis_symbol *s = &l->names->symbols[i];
    if (s->kind == APSIS_SYMBOL_COLUMN) {
        const struct apsis_table *table = &l->ast->tables[s->table];
        for (size_t m = 0; m < table->member_count; m++) {
            const struct apsis_expr *cell = table->cells[m * table->column_count + s->column];
            tell_number(l, s, cell, cell->span);
        }
    }
    for (size_t r = 0; r < s->rule_count; r++) {
        const struct apsis_definition *d = s->rules[r].definition;
        for (size_t v = 0; d->kind == APSIS_DEFINE_VALUE && v < d->value_count; v++) tell_number(l, s, d->values[v], d->span);
    }
}

static void hint_above_one(struct apsis_linting *l, struct apsis_diagnostic *d, const struct apsis_input *input, double chance)
{
    double low, high, mean = apsis_distribution_mean(input->distribution), sd = apsis_distribution_sd(input->distribution);
    apsis_distribution_support(input->distribution, &low, &high);
    if (chance > 0.5) apsis_hint(l->list, d, "percentages are written with their sign: 45%%");
    else if (!isfinite(high) && isfinite(mean) && isfinite(sd)) hint_share(l, d, mean, sd);
    else apsis_hint(l->list, d, "let it end at 100%% or below; if this is a ratio, its label should say so");
}

void apsis_lint_above_100_percent(struct apsis_linting *l)
{
    const struct apsis_input *input = NULL;
    for (uint32_t i = 0; i < l->names->symbol_count; i++)
        if (l->names->symbols[i].kind != APSIS_SYMBOL_FUNCTION && is_share(&l->names->symbols[i])) tell_numbers(l, i);
    for (size_t i = 0; i < l->ir->input_count;) {
        struct drawn drawn;
        double chance = worst(l->ir, &i, above_one, &input);
        if (!(chance >= RARE) || !drawn_of(l, input, &drawn) || !is_share(drawn.symbol)) continue;
        struct apsis_diagnostic *d = apsis_lint_warn(l, drawn.definition->values[0]->span, drawn.definition->span, "%s is %s and is above 100%% in %s", input->name,
                                                     called(l, drawn.symbol, apsis_lint_says(drawn.symbol)), apsis_lint_often(l, chance));
        if (d) hint_above_one(l, d, input, chance);
    }
}
