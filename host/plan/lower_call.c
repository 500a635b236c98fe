/* lower_call.c - calls: functions of numbers, functions of the model, and what was meant by a wrong one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lower.h"

#define MOST_EXPANSIONS 262144

static const struct apsis_value nothing;

static const struct plain {
    const char *name;
    enum ap_operation operation;
    size_t count;
} plain[] = {{"abs", AP_OP_ABS, 1},     {"sqrt", AP_OP_SQRT, 1},   {"exp", AP_OP_EXP, 1},
             {"log", AP_OP_LOG, 1},     {"log2", AP_OP_LOG2, 1},   {"log10", AP_OP_LOG10, 1},
             {"sin", AP_OP_SIN, 1},     {"cos", AP_OP_COS, 1},     {"tan", AP_OP_TAN, 1},
             {"floor", AP_OP_FLOOR, 1}, {"ceil", AP_OP_CEIL, 1},   {"round", AP_OP_ROUND, 1},
             {"min", AP_OP_MIN, 0},     {"max", AP_OP_MAX, 0},     {"clamp", AP_OP_CLAMP, 3},
             {"normal_cdf", AP_OP_NORMAL_CDF, 1}, {"normal_quantile", AP_OP_NORMAL_QUANTILE, 1}};

static const char *const others[] = {"sum", "mean", "lowest", "highest", "first", "last", "npv", "irr",
                                     "delay", "convolve", "cumulative", "smallest", "largest"};

static const struct plain *find_plain(const char *name)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(plain[i].name, name)) return &plain[i];
    return NULL;
}

int apsis_is_function(const char *name)
{
    if (find_plain(name)) return 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(others[i], name)) return 1;
    return 0;
}

static struct apsis_value call_plain(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, const struct plain *f)
{
    apsis_node_id arguments[3] = {0}, folded = 0;
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        if (a->key || a->where || a->is_else) {
            apsis_lower_error(l, a->span, "%s takes plain numbers", f->name);
            return nothing;
        }
    }
    if (f->count ? e->argument_count != f->count : e->argument_count < 2) {
        struct apsis_diagnostic *d;
        if (f->count) d = apsis_lower_error(l, e->span, "%s takes %zu number%s, and here are %zu", f->name, f->count, f->count > 1 ? "s" : "", e->argument_count);
        else d = apsis_lower_error(l, e->span, "%s takes two or more numbers, and here is %s", f->name, e->argument_count ? "one" : "none");
        if (!f->count) apsis_hint(l->list, d, "for the %s of a series, or over an index, there is %s(x)", f->operation == AP_OP_MIN ? "lowest" : "highest", f->operation == AP_OP_MIN ? "lowest" : "highest");
        if (f->operation == AP_OP_LOG && e->argument_count == 2) apsis_hint(l->list, d, "to base b it is log(x) / log(b); there are log2 and log10");
        if (f->operation == AP_OP_ROUND && e->argument_count == 2) apsis_hint(l->list, d, "to two digits it is round(x * 100) / 100");
        if (f->operation == AP_OP_CLAMP) apsis_hint(l->list, d, "clamp(x, low, high)");
        return nothing;
    }
    int wrong = 0;
    for (size_t i = 0; i < e->argument_count; i++) {
        apsis_node_id node = apsis_lower_number(l, scope, e->arguments[i].value);
        wrong |= !node;
        if (f->count) arguments[i] = node;
        else folded = i ? apsis_ir_op(l->ir, f->operation, folded, node, 0) : node;
    }
    if (wrong) return nothing;
    return (struct apsis_value){f->count ? apsis_ir_op(l->ir, f->operation, arguments[0], arguments[1], arguments[2]) : folded, NULL, 0};
}

/* A function of the model is expanded in place; each argument is computed once. */
static struct apsis_value expand(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, const struct apsis_symbol *f)
{
    const struct apsis_definition *d = f->definition;
    for (const struct apsis_frame *frame = scope->frame; frame; frame = frame->outer)
        if (frame->function == f) {
            apsis_hint(l->list, apsis_lower_error(l, e->span, "%s uses itself", f->name), "a function cannot be recursive: use a series with [t-1]");
            return nothing;
        }
    for (size_t i = 0; i < e->argument_count; i++)
        if (e->arguments[i].key || e->arguments[i].where || e->arguments[i].is_else) {
            apsis_lower_error(l, e->arguments[i].span, "%s takes its values in order, without names", f->name);
            return nothing;
        }
    if (e->argument_count != d->parameter_count) {
        char *list = apsis_arena_printf(l->arena, "%s(", f->name);
        for (size_t i = 0; i < d->parameter_count; i++) list = apsis_arena_printf(l->arena, "%s%s%s", list, i ? ", " : "", d->parameters[i]);
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s takes %zu value%s, and here %s %zu", f->name, d->parameter_count,
                   d->parameter_count == 1 ? "" : "s", e->argument_count == 1 ? "is" : "are", e->argument_count), "it is %s)", list);
        return nothing;
    }
    if (!d->value_count) return nothing;
    if (l->expansions >= MOST_EXPANSIONS) {
        if (l->expansions++ == MOST_EXPANSIONS)
            apsis_hint(l->list, apsis_lower_error(l, e->span, "functions are expanded more than %d times", MOST_EXPANSIONS), "let a function use another once, not twice");
        return nothing;
    }
    l->expansions++;
    struct apsis_frame frame = {.function = f, .call = e, .caller = scope, .outer = scope->frame};
    frame.cached[0] = APSIS_NEW_ARRAY(l->arena, struct apsis_value, d->parameter_count + 1);
    frame.cached[1] = APSIS_NEW_ARRAY(l->arena, struct apsis_value, d->parameter_count + 1);
    frame.has = APSIS_NEW_ARRAY(l->arena, uint8_t, d->parameter_count + 1);
    struct apsis_scope inner = *scope;
    inner.frame = &frame;
    return apsis_lower_expr(l, &inner, d->values[0]);
}

/* What other tools call it. */
static const struct {
    const char *name, *here;
} elsewhere[] = {{"ln", "write log(x), the natural logarithm"},
                 {"pow", "write x ^ y"},
                 {"power", "write x ^ y"},
                 {"if", "write if a then b else c"},
                 {"iif", "write if a then b else c"},
                 {"ifelse", "write if a then b else c"},
                 {"and", "write a and b"},
                 {"or", "write a or b"},
                 {"not", "write not a"},
                 {"average", "over a series or an index it is mean(x); of several values (a + b) / 2"},
                 {"avg", "over a series or an index it is mean(x); of several values (a + b) / 2"},
                 {"int", "write floor(x)"},
                 {"trunc", "write floor(x), or ceil(x) below 0"},
                 {"rounddown", "write floor(x)"},
                 {"roundup", "write ceil(x)"},
                 {"ceiling", "write ceil(x)"},
                 {"mod", "write x - y * floor(x / y)"},
                 {"sign", "write (x > 0) - (x < 0)"},
                 {"count", "a condition counts as 1: define late[t] = x[t] > 3, then sum(late)"},
                 {"sumif", "define part[t] = if x[t] > 3 then x[t] else 0, then sum(part)"},
                 {"countif", "a condition counts as 1: define late[t] = x[t] > 3, then sum(late)"},
                 {"cumsum", "write cumulative(x)[t]"},
                 {"argmax", "write largest(name: x, other: y)"},
                 {"argmin", "write smallest(name: x, other: y)"},
                 {"pv", "write npv(rate, flow, end)"},
                 {"xnpv", "write npv(rate, flow, end)"},
                 {"xirr", "write irr(flow, end, between: -50%, 100%)"},
                 {"rand", "an uncertain input is drawn by ~: x ~ uniform(0, 1)"},
                 {"random", "an uncertain input is drawn by ~: x ~ uniform(0, 1)"},
                 {"median", "over the draws every output gets its percentiles"},
                 {"percentile", "over the draws every output gets its percentiles"},
                 {"quantile", "over the draws every output gets its percentiles"},
                 {"stdev", "over the draws every output gets its standard deviation"},
                 {"std", "over the draws every output gets its standard deviation"},
                 {"sd", "over the draws every output gets its standard deviation"},
                 {"var", "over the draws every output gets its standard deviation"},
                 {"lag", "last period is x[t-1]"},
                 {"prev", "last period is x[t-1]"},
                 {"previous", "last period is x[t-1]"}};

static int same_but_for_case(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a >= 'A' && *a <= 'Z' ? *a + 32 : *a) != *b) return 0;
    return *a == *b;
}

static struct apsis_value unknown(struct apsis_lowering *l, const struct apsis_expr *e)
{
    const struct apsis_family *family = apsis_family_find(e->text);
    if (family) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a distribution, not a value", e->text),
                   "draw a name of its own: x ~ %s, and use that name here", family->example ? family->example : "...");
        return nothing;
    }
    if (!strcmp(e->text, "truncate") || !strcmp(e->text, "mixture") || !strcmp(e->text, "histogram") || !strcmp(e->text, "empirical")) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a distribution, not a value", e->text), "it stands behind ~");
        return nothing;
    }
    struct apsis_diagnostic *d = apsis_lower_error(l, e->head, "there is no function %s", e->text);
    if (apsis_names_find(l->names, e->text)) {
        apsis_hint(l->list, d, "%s is a value: an index stands in square brackets, and a product needs *", e->text);
        return nothing;
    }
    size_t count = 0, families;
    const struct apsis_family *const *list = apsis_families(&families);
    const char **all = APSIS_NEW_ARRAY(l->arena, const char *, l->names->symbol_count + families + 64);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) all[count++] = plain[i].name;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) all[count++] = others[i];
    for (size_t i = 0; i < l->names->symbol_count; i++)
        if (l->names->symbols[i].kind == APSIS_SYMBOL_FUNCTION) all[count++] = l->names->symbols[i].name;
    for (size_t i = 0; i < families; i++) all[count++] = list[i]->name;
    const char *near = NULL;
    for (size_t i = 0; i < count && !near; i++)
        if (same_but_for_case(e->text, all[i])) near = all[i];
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere && !near; i++) {
        if (!same_but_for_case(e->text, elsewhere[i].name)) continue;
        apsis_hint(l->list, d, "%s", elsewhere[i].here);
        return nothing;
    }
    if (!near) near = apsis_nearest_name(e->text, all, count);
    if (near) apsis_hint(l->list, d, "did you mean %s?", near);
    return nothing;
}

struct apsis_value apsis_lower_call(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    const struct apsis_symbol *f = apsis_names_find(l->names, apsis_arena_printf(l->arena, "%s()", e->text));
    if (f) return expand(l, scope, e, f);
    const struct plain *p = find_plain(e->text);
    if (p) return call_plain(l, scope, e, p);
    if (apsis_is_reducer(e->text)) return apsis_lower_reducer(l, scope, e);
    if (!strcmp(e->text, "first") || !strcmp(e->text, "last")) return apsis_lower_first_last(l, scope, e);
    if (!strcmp(e->text, "smallest") || !strcmp(e->text, "largest")) return apsis_lower_choice(l, scope, e);
    if (!strcmp(e->text, "npv") || !strcmp(e->text, "irr")) return apsis_lower_flow(l, scope, e);
    if (apsis_is_series_function(e->text)) return apsis_lower_series_call(l, scope, e, NULL);
    return unknown(l, e);
}
