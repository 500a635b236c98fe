/* lower_expr.c - expressions to nodes: numbers, operators, choices, and texts as numbers of a list. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

static const struct apsis_value nothing;

/* ---------------------------------------------------------------- texts */
size_t apsis_names_union(struct apsis_lowering *l, const char ***names, size_t count, const char *const *more, size_t more_count)
{
    const char **all = APSIS_NEW_ARRAY(l->arena, const char *, count + more_count + 1);
    if (count) memcpy(all, *names, count * sizeof *all);
    struct apsis_map known = {.arena = l->arena};
    for (size_t i = 0; i < count; i++) apsis_map_add(&known, all[i], 0);
    for (size_t i = 0; i < more_count; i++) {
        if (apsis_map_find(&known, more[i]) != APSIS_MAP_NONE) continue;
        apsis_map_add(&known, more[i], 0);
        all[count++] = more[i];
    }
    *names = all;
    return count;
}

static size_t place_of(const char *name, const char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, names[i])) return i;
    return 0;
}

static apsis_node_id renumber(struct apsis_lowering *l, apsis_node_id node, const double *map, size_t count, int depth)
{
    double value;
    if (!node) return 0;
    if (apsis_ir_is_const(l->ir, node, &value)) return value >= 0 && value < (double)count ? apsis_ir_const(l->ir, map[(size_t)value]) : node;
    struct apsis_node n = l->ir->nodes[node];
    if (n.kind == APSIS_NODE_OP && n.op == AP_OP_IF && depth < 256) {
        apsis_node_id yes = renumber(l, n.args[1], map, count, depth + 1), no = renumber(l, n.args[2], map, count, depth + 1);
        return apsis_ir_op(l->ir, AP_OP_IF, n.args[0], yes, no);
    }
    apsis_node_id result = apsis_ir_const(l->ir, map[count - 1]);
    for (size_t k = count - 1; k-- > 0;) {
        apsis_node_id here = apsis_ir_op(l->ir, AP_OP_EQ, node, apsis_ir_const(l->ir, (double)k), 0), number = apsis_ir_const(l->ir, map[k]);
        result = apsis_ir_op(l->ir, AP_OP_IF, here, number, result);
    }
    return result;
}

/* The same text counted by another list, which has all of its names. */
struct apsis_value apsis_unite(struct apsis_lowering *l, struct apsis_value value, const char **names, size_t count)
{
    int same = value.name_count <= count;
    double *map = APSIS_NEW_ARRAY(l->arena, double, value.name_count + 1);
    for (size_t i = 0; i < value.name_count; i++) {
        size_t at = place_of(value.names[i], names, count);
        map[i] = (double)at;
        same &= at == i;
    }
    apsis_node_id node = same || !value.name_count ? value.node : renumber(l, value.node, map, value.name_count, 0);
    return (struct apsis_value){node, names, count};
}

/* The names that an expression may give, in order of appearance; 0 for a number. Looks at the text alone. */
static void gather(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, const char ***names, size_t *count, int depth)
{
    if (!e || depth > 300) return;
    switch (e->kind) {
    case APSIS_EXPR_TEXT: *count = apsis_names_union(l, names, *count, &e->text, 1); break;
    case APSIS_EXPR_IF:
        for (; e->kind == APSIS_EXPR_IF; e = e->c) gather(l, scope, e->b, names, count, depth + 1);
        gather(l, scope, e, names, count, depth + 1);
        break;
    case APSIS_EXPR_INDEX:
    case APSIS_EXPR_NAME: {
        const struct apsis_expr *base = e->kind == APSIS_EXPR_INDEX ? e->a : e;
        struct apsis_scope at = *scope;
        apsis_alias(&at, &base);
        if (base->kind != APSIS_EXPR_NAME) {
            if (base != e && base->kind != APSIS_EXPR_CALL) gather(l, &at, base, names, count, depth + 1);
            break;
        }
        struct apsis_symbol *s = apsis_names_find(l->names, base->text);
        if (!s || s->kind != APSIS_SYMBOL_VALUE) break;
        apsis_symbol_names(l, s);
        if (s->name_count) *count = apsis_names_union(l, names, *count, s->names, s->name_count);
        break;
    }
    case APSIS_EXPR_CALL:
        if (!strcmp(e->text, "smallest") || !strcmp(e->text, "largest")) {
            for (size_t i = 0; i < e->argument_count; i++) {
                const struct apsis_argument *a = &e->arguments[i];
                if (a->key && a->key->text) *count = apsis_names_union(l, names, *count, &a->key->text, 1);
                uint32_t number;
                const struct apsis_table *table = a->key ? NULL : apsis_free_table(l, scope, a->value, &number);
                if (table) *count = apsis_names_union(l, names, *count, table->members, table->member_count);
            }
        } else {
            struct apsis_symbol *f = apsis_names_find(l->names, apsis_arena_printf(l->arena, "%s()", e->text));
            if (!f || f->definition->parameter_count != e->argument_count || !f->definition->value_count) break;
            struct apsis_frame frame = {.function = f, .call = e, .caller = scope, .outer = scope->frame};
            struct apsis_scope inner = *scope;
            inner.frame = &frame;
            gather(l, &inner, f->definition->values[0], names, count, depth + 20);
        }
        break;
    default: break;
    }
}

void apsis_symbol_names(struct apsis_lowering *l, struct apsis_symbol *s)
{
    if (s->names_state || s->kind != APSIS_SYMBOL_VALUE) return;
    s->names_state = 1;
    if (l->depth >= APSIS_DEPTH_LIMIT) return;
    l->depth++;
    struct apsis_scope scope = {.time = APSIS_SCOPE_SCALAR};
    for (size_t r = 0; r < s->rule_count; r++) {
        const struct apsis_definition *d = s->rules[r].definition;
        for (size_t v = 0; d->kind == APSIS_DEFINE_VALUE && v < d->value_count; v++) gather(l, &scope, d->values[v], &s->names, &s->name_count, 0);
    }
    l->depth--;
}

/* ---------------------------------------------------------------- numbers */
apsis_node_id apsis_time_node(struct apsis_lowering *l)
{
    double *values = APSIS_NEW_ARRAY(l->arena, double, l->ir->periods);
    for (uint32_t t = 0; t < l->ir->periods; t++) values[t] = t;
    return apsis_ir_period(l->ir, values);
}

int apsis_mentions_time(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    if (!e) return 0;
    if (e->kind == APSIS_EXPR_NAME) {
        struct apsis_scope at = *scope;
        const struct apsis_expr *meant = e;
        apsis_alias(&at, &meant);
        if (meant != e) return apsis_mentions_time(l, &at, meant);
        const struct apsis_symbol *s = apsis_names_find(l->names, e->text);
        return (apsis_is_reserved(e->text) && strcmp(e->text, "periods")) || (s && s->timed);
    }
    if (e->kind == APSIS_EXPR_CALL && apsis_is_series_function(e->text)) return 1;
    if (apsis_mentions_time(l, scope, e->a) || apsis_mentions_time(l, scope, e->b) || apsis_mentions_time(l, scope, e->c)) return 1;
    for (size_t i = 0; i < e->argument_count; i++)
        if (apsis_mentions_time(l, scope, e->arguments[i].value)) return 1;
    return 0;
}

static double calendar_value(const struct apsis_time *time, const char *word, long t)
{
    long per = (long)time->per_year, part = time->first_part - 1 + t;
    long year = time->first_year + part / per, rest = part % per;
    if (rest < 0) rest += per, year--;
    if (!strcmp(word, "t")) return (double)t;
    if (!strcmp(word, "year")) return (double)year;
    if (!strcmp(word, "date")) return (double)(year * per + rest) / (double)per;
    if (!strcmp(word, "month")) return (double)rest + 1;
    return time->calendar == APSIS_CALENDAR_MONTH ? (double)(rest / 3) + 1 : (double)rest + 1; /* quarter */
}

static apsis_node_id calendar(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    const struct apsis_time *time = &l->names->time;
    const char *word = e->text;
    if (!time->periods) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s needs periods, and the model has none", word), "add a line such as: period year 2026 to 2035");
        return 0;
    }
    if (!strcmp(word, "periods")) return apsis_ir_const(l->ir, time->periods);
    if (!strcmp(word, "month") && time->calendar != APSIS_CALENDAR_MONTH) {
        apsis_lower_error(l, e->span, "the model counts in %ss: there is no month", apsis_time_unit(time));
        return 0;
    }
    if (!strcmp(word, "quarter") && time->calendar == APSIS_CALENDAR_YEAR) {
        apsis_lower_error(l, e->span, "the model counts in years: there is no quarter");
        return 0;
    }
    if (scope->time == APSIS_SCOPE_SCALAR) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is known only inside a rule with [t]", word), "this value is one number for all %ss",
                   apsis_time_unit(time));
        return 0;
    }
    if (scope->time == APSIS_SCOPE_FIXED) return apsis_ir_const(l->ir, calendar_value(time, word, scope->first));
    double *values = APSIS_NEW_ARRAY(l->arena, double, time->periods);
    for (uint32_t t = 0; t < time->periods; t++) values[t] = calendar_value(time, word, t);
    return apsis_ir_period(l->ir, values);
}

static struct apsis_value name_value(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    if (apsis_is_parameter(scope, e->text)) {
        const struct apsis_expr *argument = e;
        struct apsis_scope at = *scope;
        uint32_t number = 0;
        while (strcmp(scope->frame->function->definition->parameters[number], e->text)) number++;
        const struct apsis_frame *frame = scope->frame;
        int whole = scope->time == APSIS_SCOPE_WHOLE;
        if (frame->has && frame->has[number] & (1 << whole)) return frame->cached[whole][number];
        argument = frame->call->arguments[number].value;
        at = *frame->caller;
        if (whole) {
            at.time = APSIS_SCOPE_WHOLE;
            at.first = scope->first;
            at.last = scope->last;
        }
        struct apsis_value value = apsis_lower_expr(l, &at, argument);
        if (frame->has) {
            frame->has[number] |= (uint8_t)(1 << whole);
            frame->cached[whole][number] = value;
        }
        return value;
    }
    if (apsis_is_reserved(e->text)) return (struct apsis_value){calendar(l, scope, e), NULL, 0};
    return apsis_lower_name(l, scope, e);
}

apsis_node_id apsis_lower_number(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_value value = apsis_lower_expr(l, scope, e);
    if (value.names && value.node) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "this is a name (%s%s%s%s), not a number", value.names[0], value.name_count > 1 ? ", " : "",
                   value.name_count > 1 ? value.names[1] : "", value.name_count > 2 ? ", ..." : ""), "compare it: ... == \"%s\"", value.names[0]);
        return 0;
    }
    return value.node;
}

/* a == b where one is a text */
static struct apsis_value compare_names(struct apsis_lowering *l, const struct apsis_expr *e, struct apsis_value a, struct apsis_value b)
{
    if (!a.node || !b.node) return nothing;
    if (!a.names || !b.names || (e->op != APSIS_BINARY_EQ && e->op != APSIS_BINARY_NE)) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "a name and a number cannot be compared"), "names are compared by == and with names");
        return nothing;
    }
    for (int side = 0; side < 2; side++) { /* a text that the other side never is */
        const struct apsis_expr *text = side ? e->b : e->a;
        struct apsis_value *other = side ? &a : &b;
        if (text->kind != APSIS_EXPR_TEXT || !other->name_count) continue;
        size_t at = place_of(text->text, other->names, other->name_count);
        if (!strcmp(other->names[at], text->text)) continue;
        struct apsis_diagnostic *d = apsis_lower_error(l, text->span, "the other side is never \"%s\"", text->text);
        const char *near = apsis_nearest_name(text->text, other->names, other->name_count);
        if (near) apsis_hint(l->list, d, "did you mean \"%s\"?", near);
        return nothing;
    }
    const char **names = a.names;
    size_t count = apsis_names_union(l, &names, a.name_count, b.names, b.name_count);
    a = apsis_unite(l, a, names, count);
    b = apsis_unite(l, b, names, count);
    return (struct apsis_value){apsis_ir_op(l->ir, e->op == APSIS_BINARY_EQ ? AP_OP_EQ : AP_OP_NE, a.node, b.node, 0), NULL, 0};
}

static struct apsis_value binary(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    static const enum ap_operation operations[] = {AP_OP_ADD, AP_OP_SUB, AP_OP_MUL, AP_OP_DIV, AP_OP_POW, AP_OP_EQ, AP_OP_NE,
                                                   AP_OP_LT, AP_OP_LE, AP_OP_LT, AP_OP_LE, AP_OP_AND, AP_OP_OR};
    int compares = e->op >= APSIS_BINARY_EQ && e->op <= APSIS_BINARY_GE;
    apsis_node_id a, b;
    if (compares) {
        struct apsis_value left = apsis_lower_expr(l, scope, e->a), right = apsis_lower_expr(l, scope, e->b);
        if (left.names || right.names) return compare_names(l, e, left, right);
        a = left.node;
        b = right.node;
    } else {
        a = apsis_lower_number(l, scope, e->a);
        b = apsis_lower_number(l, scope, e->b);
    }
    int swap = e->op == APSIS_BINARY_GT || e->op == APSIS_BINARY_GE;
    return (struct apsis_value){apsis_ir_op(l->ir, operations[e->op], swap ? b : a, swap ? a : b, 0), NULL, 0};
}

static struct apsis_value choose(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    /* else if ... else if ...: from the last branch back, so that a long chain is no deep recursion */
    size_t count = 0;
    for (const struct apsis_expr *at = e; at->kind == APSIS_EXPR_IF; at = at->c) count++;
    const struct apsis_expr **chain = APSIS_NEW_ARRAY(l->arena, const struct apsis_expr *, count);
    apsis_node_id *conditions = APSIS_NEW_ARRAY(l->arena, apsis_node_id, count);
    struct apsis_value *branches = APSIS_NEW_ARRAY(l->arena, struct apsis_value, count + 1);
    const char **names = NULL;
    size_t name_count = 0, texts = 0;
    const struct apsis_expr *at = e;
    for (size_t i = 0; i < count; i++, at = at->c) {
        chain[i] = at;
        conditions[i] = apsis_lower_number(l, scope, at->a);
        branches[i] = apsis_lower_expr(l, scope, at->b);
    }
    branches[count] = apsis_lower_expr(l, scope, at);
    for (size_t i = 0; i <= count; i++) {
        if (!branches[i].node) return nothing;
        texts += branches[i].names != NULL;
        if (branches[i].names) name_count = apsis_names_union(l, &names, name_count, branches[i].names, branches[i].name_count);
    }
    if (texts && texts <= count) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "one branch of this if is a name, another a number"), "all branches must be of one kind");
        return nothing;
    }
    apsis_node_id result = texts ? apsis_unite(l, branches[count], names, name_count).node : branches[count].node;
    for (size_t i = count; i-- > 0;) {
        apsis_node_id yes = texts ? apsis_unite(l, branches[i], names, name_count).node : branches[i].node;
        result = apsis_ir_op(l->ir, AP_OP_IF, conditions[i], yes, result);
    }
    return (struct apsis_value){result, names, name_count};
}

static struct apsis_value lower(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_value value = nothing;
    switch (e->kind) {
    case APSIS_EXPR_ERROR: return nothing;
    case APSIS_EXPR_NUMBER: value.node = apsis_ir_const(l->ir, e->number); return value;
    case APSIS_EXPR_TEXT:
        value.node = apsis_ir_const(l->ir, 0);
        value.names = APSIS_NEW_ARRAY(l->arena, const char *, 1);
        value.names[0] = e->text;
        value.name_count = 1;
        return value;
    case APSIS_EXPR_NAME: return name_value(l, scope, e);
    case APSIS_EXPR_NEGATE: value.node = apsis_ir_op(l->ir, AP_OP_NEGATE, apsis_lower_number(l, scope, e->a), 0, 0); return value;
    case APSIS_EXPR_NOT: value.node = apsis_ir_op(l->ir, AP_OP_NOT, apsis_lower_number(l, scope, e->a), 0, 0); return value;
    case APSIS_EXPR_BINARY: return binary(l, scope, e);
    case APSIS_EXPR_IF: return choose(l, scope, e);
    case APSIS_EXPR_CALL: return apsis_lower_call(l, scope, e);
    case APSIS_EXPR_INDEX:
        if (e->a->kind == APSIS_EXPR_CALL) return apsis_lower_series_call(l, scope, e->a, e->index_count == 1 ? &e->indices[0] : NULL);
        return apsis_lower_name(l, scope, e);
    case APSIS_EXPR_PERIOD:
        apsis_hint(l->list, apsis_lower_error(l, e->span, "a %s label is a place in time, not a number", apsis_time_unit(&l->names->time)),
                   "in brackets: x[...]; as a number use year, date or t");
        return nothing;
    }
    return nothing;
}

struct apsis_value apsis_lower_expr(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    if (!e) return nothing;
    if (l->depth >= APSIS_DEPTH_LIMIT) {
        apsis_lower_error(l, e->span, "this rests on too many values and functions inside each other");
        return nothing;
    }
    l->depth++;
    struct apsis_value value = lower(l, scope, e);
    l->depth--;
    return value;
}
