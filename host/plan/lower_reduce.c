/* lower_reduce.c - many numbers to one: sum, mean, lowest and highest, first and last, smallest and largest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

static const struct apsis_value nothing;

enum reducer { REDUCE_SUM, REDUCE_MEAN, REDUCE_LOWEST, REDUCE_HIGHEST };
static const char *const reducers[] = {"sum", "mean", "lowest", "highest"};

int apsis_is_reducer(const char *name)
{
    for (size_t i = 0; i < 4; i++)
        if (!strcmp(name, reducers[i])) return 1;
    return 0;
}

static enum apsis_fold fold_of(enum reducer r)
{
    return r == REDUCE_LOWEST ? APSIS_FOLD_LOWEST : r == REDUCE_HIGHEST ? APSIS_FOLD_HIGHEST : APSIS_FOLD_SUM;
}

static struct apsis_value finish(struct apsis_lowering *l, enum reducer r, apsis_node_id node, double count)
{
    if (r == REDUCE_MEAN) node = apsis_ir_op(l->ir, AP_OP_DIV, node, apsis_ir_const(l->ir, count), 0);
    return (struct apsis_value){node, NULL, 0};
}

/* ---------------------------------------------------------------- which index is free */
static int binds(const struct apsis_scope *scope, uint32_t table)
{
    for (const struct apsis_members *m = scope->members; m; m = m->outer)
        if (m->table == table && !m->weak) return 1;
    return 0;
}

const struct apsis_table *apsis_free_table(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, uint32_t *number)
{
    if (!e) return NULL;
    if (e->kind == APSIS_EXPR_NAME) {
        struct apsis_scope at = *scope;
        apsis_alias(&at, &e);
        if (e->kind != APSIS_EXPR_NAME) return apsis_free_table(l, &at, e, number);
        const struct apsis_symbol *s = apsis_names_find(l->names, e->text);
        if (!s || s->timed || s->table == APSIS_NO_TABLE || (s->kind == APSIS_SYMBOL_COLUMN && binds(scope, s->table))) return NULL;
        *number = s->table;
        return &l->ast->tables[s->table];
    }
    if (e->kind == APSIS_EXPR_INDEX && e->a->kind == APSIS_EXPR_NAME) {
        const struct apsis_expr *low = e->indices[0].low;
        if (e->indices[0].is_range || !low || low->kind != APSIS_EXPR_NAME) return NULL;
        uint32_t table = apsis_map_find(&l->names->tables, low->text);
        if (table == APSIS_MAP_NONE || binds(scope, table)) return NULL;
        *number = table;
        return &l->ast->tables[table];
    }
    if (e->kind == APSIS_EXPR_CALL && (apsis_is_reducer(e->text) || !strcmp(e->text, "smallest") || !strcmp(e->text, "largest"))) return NULL;
    const struct apsis_expr *parts[] = {e->a, e->b, e->c};
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i] || parts[i]->kind == APSIS_EXPR_NAME) continue;
        const struct apsis_table *table = apsis_free_table(l, scope, parts[i], number);
        if (table) return table;
    }
    for (size_t i = 0; i < e->argument_count; i++) {
        if (e->arguments[i].value->kind == APSIS_EXPR_NAME) continue;
        const struct apsis_table *table = apsis_free_table(l, scope, e->arguments[i].value, number);
        if (table) return table;
    }
    return NULL;
}

/* ---------------------------------------------------------------- over periods */
static apsis_node_id period_fold(struct apsis_lowering *l, enum reducer r, apsis_node_id node, long first, long last, apsis_node_id start, struct apsis_span span)
{
    return apsis_at_last(l, apsis_fold_series(l, fold_of(r), node, first, last, start, span));
}

/* Bounds that are known in the draw only: what lies outside them is passed over. */
static struct apsis_value masked(struct apsis_lowering *l, enum reducer r, apsis_node_id node, apsis_node_id low, apsis_node_id high, struct apsis_span span)
{
    struct apsis_ir *ir = l->ir;
    apsis_node_id t = apsis_time_node(l);
    long end = (long)ir->periods - 1;
    apsis_node_id begun = apsis_ir_op(ir, AP_OP_LE, low, t, 0), inside = apsis_ir_op(ir, AP_OP_AND, begun, apsis_ir_op(ir, AP_OP_LE, t, high, 0), 0);
    double neutral = r == REDUCE_LOWEST ? INFINITY : r == REDUCE_HIGHEST ? -INFINITY : 0;
    apsis_node_id sum = period_fold(l, r, apsis_ir_op(ir, AP_OP_IF, inside, node, apsis_ir_const(ir, neutral)), 0, end, 0, span);
    if (r == REDUCE_MEAN) sum = apsis_ir_op(ir, AP_OP_DIV, sum, period_fold(l, REDUCE_SUM, inside, 0, end, 0, span), 0);
    return (struct apsis_value){sum, NULL, 0};
}

static struct apsis_value over_range(struct apsis_lowering *l, const struct apsis_scope *scope, enum reducer reducer, const struct apsis_reference *r,
                                     uint32_t member, struct apsis_span span)
{
    long low = 0, high = (long)l->ir->periods - 1;
    apsis_node_id low_node = 0, high_node = 0;
    enum apsis_where from = APSIS_WHERE_CONST, to = APSIS_WHERE_CONST;
    if (r->when && r->when->low) from = apsis_locate(l, scope, r->when->low, &low, &low_node);
    if (r->when && r->when->high) to = apsis_locate(l, scope, r->when->high, &high, &high_node);
    if (from == APSIS_WHERE_WRONG || to == APSIS_WHERE_WRONG) return nothing;
    enum ap_operation operation = apsis_fold_operation(fold_of(reducer));
    if (from == APSIS_WHERE_LAG && to == APSIS_WHERE_LAG) { /* a moving window, oldest first */
        if (low < high) {
            apsis_lower_error(l, r->when->span, "the range ends before it begins");
            return nothing;
        }
        apsis_node_id node = 0;
        for (long lag = low; lag >= high; lag--) {
            apsis_node_id one = apsis_read_at(l, scope, r, member, APSIS_WHERE_LAG, lag, 0, span).node;
            if (!one) return nothing;
            node = node ? apsis_ir_op(l->ir, operation, node, one, 0) : one;
        }
        return finish(l, reducer, node, (double)(low - high + 1));
    }
    struct apsis_scope whole = *scope;
    whole.time = APSIS_SCOPE_WHOLE;
    whole.first = 0;
    whole.last = (long)l->ir->periods - 1;
    if (from == APSIS_WHERE_CONST && (to == APSIS_WHERE_CONST || to == APSIS_WHERE_LAG)) {
        char text[16], last[16];
        long end = (long)l->ir->periods - 1, final = to == APSIS_WHERE_CONST ? high : end;
        if (final > end || low > end) {
            apsis_lower_error(l, r->when->span, "%s is after the last %s, %s", apsis_time_label(&l->names->time, final > end ? final : low, text),
                              apsis_time_unit(&l->names->time), apsis_time_label(&l->names->time, end, last));
            return nothing;
        }
        if (low > final) {
            apsis_lower_error(l, r->when->span, "the range ends before it begins");
            return nothing;
        }
        apsis_node_id start = 0;
        for (long t = low; t < 0 && t <= final; t++) {
            apsis_node_id one = apsis_read_at(l, scope, r, member, APSIS_WHERE_CONST, t, 0, span).node;
            if (!one) return nothing;
            start = start ? apsis_ir_op(l->ir, operation, start, one, 0) : one;
        }
        apsis_node_id node = start;
        if (final >= 0) {
            apsis_node_id one = apsis_read_at(l, &whole, r, member, APSIS_WHERE_LAG, 0, 0, span).node;
            if (!one) return nothing;
            uint32_t series = apsis_fold_series(l, fold_of(reducer), one, low < 0 ? 0 : low, final, start, span);
            node = to == APSIS_WHERE_CONST ? apsis_at_last(l, series) : apsis_ir_read(l->ir, series, (int32_t)high);
        }
        if (to == APSIS_WHERE_CONST || reducer != REDUCE_MEAN) return finish(l, reducer, node, (double)(final - low + 1));
        apsis_node_id now = apsis_time_node(l), count = apsis_ir_op(l->ir, AP_OP_SUB, now, apsis_ir_const(l->ir, (double)(low + high - 1)), 0);
        return (struct apsis_value){apsis_ir_op(l->ir, AP_OP_DIV, node, count, 0), NULL, 0};
    }
    if (from == APSIS_WHERE_CONST) low_node = apsis_ir_const(l->ir, (double)low);
    if (to == APSIS_WHERE_CONST) high_node = apsis_ir_const(l->ir, (double)high);
    int scalar = low_node && high_node && !l->ir->node_varies[low_node] && !l->ir->node_varies[high_node];
    if (from == APSIS_WHERE_PAST || to == APSIS_WHERE_PAST || !scalar) {
        apsis_hint(l->list, apsis_lower_error(l, r->when->span, "a range from one uncertain period to another cannot move with t"),
                   "fixed lags such as [t-3..t] can; or sum a series that is 0 outside the range");
        return nothing;
    }
    apsis_require_whole(l, low_node, r->when->span, r->symbol->name, 0);
    apsis_require_whole(l, high_node, r->when->span, r->symbol->name, 0);
    apsis_node_id one = apsis_read_at(l, &whole, r, member, APSIS_WHERE_LAG, 0, 0, span).node;
    return one ? masked(l, reducer, one, low_node, high_node, span) : nothing;
}

/* ---------------------------------------------------------------- the reducers */
static struct apsis_value over_reference(struct apsis_lowering *l, const struct apsis_scope *scope, enum reducer reducer, const struct apsis_expr *e,
                                         struct apsis_span span)
{
    struct apsis_reference r;
    const char *name = reducers[reducer];
    if (!apsis_resolve(l, scope, e, 1, &r)) return nothing;
    apsis_symbol_names(l, r.symbol);
    if (r.symbol->name_count) {
        apsis_lower_error(l, e->span, "%s is a name (%s, ...), not a number", r.symbol->name, r.symbol->names[0]);
        return nothing;
    }
    const char *table = r.symbol->table == APSIS_NO_TABLE ? "" : l->ast->tables[r.symbol->table].name;
    int whole = r.time == 3 && !(scope->time == APSIS_SCOPE_WHOLE && r.members == 2 && !r.bare);
    if (r.members == 2 && whole) {
        apsis_hint(l->list, apsis_lower_error(l, span, "%s has a value for each %s and each %s: %s over which?", r.symbol->name, table,
                   apsis_time_unit(&l->names->time), name), "over %s, inside a rule with [t]: %s(%s[%s, t]); over time, inside a rule over %s: %s(%s[%s])",
                   table, name, r.symbol->name, table, table, name, r.symbol->name, table);
        return nothing;
    }
    if (r.members == 2) {
        if (r.time == 2) {
            apsis_hint(l->list, apsis_lower_error(l, span, "%s runs over one index at a time", name), "give a series of its own to the sums over %s", table);
            return nothing;
        }
        apsis_node_id node = 0;
        for (uint32_t m = r.member_low; m <= r.member_high; m++) {
            apsis_node_id one = apsis_read(l, scope, &r, m).node;
            if (!one) return nothing;
            node = m > r.member_low ? apsis_ir_op(l->ir, apsis_fold_operation(fold_of(reducer)), node, one, 0) : one;
        }
        return finish(l, reducer, node, (double)(r.member_high - r.member_low + 1));
    }
    if (r.time == 2 || r.time == 3) return over_range(l, scope, reducer, &r, r.member_low, span);
    struct apsis_diagnostic *d = apsis_lower_error(l, span, "%s is one number here: there is nothing to take the %s of", apsis_text_of(l, e->span), name);
    if (r.members == 1 && r.symbol->table != APSIS_NO_TABLE) {
        const struct apsis_table *t = &l->ast->tables[r.symbol->table];
        apsis_hint(l->list, d, "over all of %s: %s(%s[%s..%s%s])", t->name, name, r.symbol->name, t->members[0], t->members[t->member_count - 1], r.time ? ", t" : "");
    } else if (r.time) {
        apsis_hint(l->list, d, "over all periods: %s(%s)", name, r.symbol->name);
    } else if (reducer >= REDUCE_LOWEST) {
        apsis_hint(l->list, d, "for the %s of several numbers there is %s", reducer == REDUCE_LOWEST ? "lowest" : "highest", reducer == REDUCE_LOWEST ? "min" : "max");
    }
    return nothing;
}

struct apsis_value apsis_lower_reducer(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    enum reducer reducer = REDUCE_SUM;
    while (strcmp(reducers[reducer], e->text)) reducer++;
    if (e->argument_count != 1 || e->arguments[0].key || e->arguments[0].where || e->arguments[0].is_else) {
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, "%s takes one series, or one name with an index", e->text);
        if (e->argument_count > 1) apsis_hint(l->list, d, reducer == REDUCE_LOWEST ? "for the lowest of several numbers there is min(a, b)" : reducer == REDUCE_HIGHEST ? "for the highest of several numbers there is max(a, b)" : "add them: a + b");
        return nothing;
    }
    struct apsis_scope at = *scope;
    const struct apsis_expr *argument = e->arguments[0].value;
    apsis_alias(&at, &argument);
    if ((argument->kind == APSIS_EXPR_NAME && !apsis_is_reserved(argument->text)) ||
        (argument->kind == APSIS_EXPR_INDEX && argument->a->kind == APSIS_EXPR_NAME && !apsis_is_parameter(&at, argument->a->text)))
        return over_reference(l, &at, reducer, argument, e->span);
    uint32_t number;
    const struct apsis_table *table = apsis_free_table(l, &at, argument, &number);
    if (table) {
        apsis_node_id node = 0;
        for (uint32_t m = 0; m < table->member_count; m++) {
            struct apsis_members members = {number, m, 0, at.members};
            struct apsis_scope inner = at;
            inner.members = &members;
            apsis_node_id one = apsis_lower_number(l, &inner, argument);
            if (!one) return nothing;
            node = m ? apsis_ir_op(l->ir, apsis_fold_operation(fold_of(reducer)), node, one, 0) : one;
        }
        return finish(l, reducer, node, (double)table->member_count);
    }
    if (l->ir->periods) {
        at.time = APSIS_SCOPE_WHOLE;
        at.first = 0;
        at.last = (long)l->ir->periods - 1;
    }
    apsis_node_id node = apsis_lower_number(l, &at, argument);
    if (!node) return nothing;
    if (!l->ir->periods || !apsis_mentions_time(l, &at, argument)) {
        apsis_lower_error(l, e->span, "%s is one number here: there is nothing to take the %s of", apsis_text_of(l, argument->span), e->text);
        return nothing;
    }
    return finish(l, reducer, period_fold(l, reducer, node, 0, at.last, 0, e->span), (double)l->ir->periods);
}

/* ---------------------------------------------------------------- event times */
struct apsis_value apsis_lower_first_last(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_ir *ir = l->ir;
    int is_first = !strcmp(e->text, "first");
    if (e->argument_count != 2 || !e->arguments[0].where || !e->arguments[1].is_else || e->arguments[0].key) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s needs a condition and a value for when it never holds", e->text),
                   "%s(year where cash > 0, else 2050)", e->text);
        return nothing;
    }
    if (!ir->periods) {
        apsis_lower_error(l, e->span, "%s runs over periods, and the model has none", e->text);
        return nothing;
    }
    struct apsis_scope whole = *scope;
    whole.time = APSIS_SCOPE_WHOLE;
    whole.first = 0;
    whole.last = (long)ir->periods - 1;
    apsis_node_id what = apsis_lower_number(l, &whole, e->arguments[0].value);
    apsis_node_id condition = apsis_lower_number(l, &whole, e->arguments[0].where);
    apsis_node_id otherwise = apsis_lower_number(l, scope, e->arguments[1].value);
    if (!what || !condition || !otherwise) return nothing;
    if (ir->node_varies[otherwise]) {
        apsis_lower_error(l, e->arguments[1].span, "the value behind else is one number for all %ss", apsis_time_unit(&l->names->time));
        return nothing;
    }
    char *key = apsis_arena_printf(l->arena, "%s %u %u %u", e->text, what, condition, otherwise);
    uint32_t series = apsis_map_find(&l->helpers, key);
    if (series == APSIS_MAP_NONE) {
        size_t number = l->helpers.count + 1;
        series = apsis_series_new(l, apsis_arena_printf(l->arena, ".%s %zu", e->text, number), e->span);
        apsis_map_add(&l->helpers, key, series);
        apsis_series_start(l, series, otherwise);
        apsis_node_id before = apsis_ir_read(ir, series, 1), now = apsis_ir_op(ir, AP_OP_IF, condition, what, before);
        if (is_first) { /* once it held, the value stays; a condition that is no number makes the result none, and that stays too */
            uint32_t held = apsis_series_new(l, apsis_arena_printf(l->arena, ".held %zu", number), e->span);
            apsis_series_start(l, held, apsis_ir_const(ir, 0));
            apsis_node_id done = apsis_ir_read(ir, held, 1);
            apsis_node_id truth = apsis_ir_op(ir, AP_OP_NE, condition, apsis_ir_const(ir, 0), 0);
            apsis_series_piece(l, held, 0, whole.last, apsis_ir_op(ir, AP_OP_IF, done, apsis_ir_const(ir, 1), truth));
            now = apsis_ir_op(ir, AP_OP_IF, done, before, now);
        }
        apsis_series_piece(l, series, 0, whole.last, now);
    }
    return (struct apsis_value){apsis_at_last(l, series), NULL, 0};
}

/* ---------------------------------------------------------------- smallest, largest */
struct apsis_value apsis_lower_choice(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    int largest = !strcmp(e->text, "largest");
    size_t count = e->argument_count;
    const char **names = NULL;
    apsis_node_id *values = NULL;
    uint32_t number;
    const struct apsis_table *table = count == 1 && !e->arguments[0].key ? apsis_free_table(l, scope, e->arguments[0].value, &number) : NULL;
    if (table) {
        names = table->members;
        count = table->member_count;
        values = APSIS_NEW_ARRAY(l->arena, apsis_node_id, count + 1);
        struct apsis_scope inner = *scope;
        const struct apsis_expr *argument = e->arguments[0].value;
        apsis_alias(&inner, &argument);
        struct apsis_reference r;
        int bare = argument->kind == APSIS_EXPR_NAME;
        if (bare && !apsis_resolve(l, &inner, argument, 1, &r)) return nothing;
        for (uint32_t m = 0; m < count; m++) {
            struct apsis_members members = {number, m, 0, scope->members};
            inner.members = &members;
            values[m] = bare ? apsis_read(l, &inner, &r, m).node : apsis_lower_number(l, &inner, argument);
            if (!values[m]) return nothing;
        }
    } else {
        if (!count) {
            apsis_hint(l->list, apsis_lower_error(l, e->span, "%s needs something to choose from", e->text), "%s(rockets: a, factory: b)", e->text);
            return nothing;
        }
        names = APSIS_NEW_ARRAY(l->arena, const char *, count);
        values = APSIS_NEW_ARRAY(l->arena, apsis_node_id, count);
        for (size_t i = 0; i < count; i++) {
            const struct apsis_argument *a = &e->arguments[i];
            if (!a->key || !a->key->text || a->where || a->is_else) {
                apsis_hint(l->list, apsis_lower_error(l, a->span, "%s gives a name, so each value needs one", e->text),
                           "such as %s(rockets: a, factory: b); for the %s number itself there is %s", e->text, e->text, largest ? "max" : "min");
                return nothing;
            }
            names[i] = a->key->text;
            for (size_t k = 0; k < i; k++)
                if (!strcmp(names[k], names[i])) {
                    apsis_lower_error(l, a->key->span, "%s stands here twice", names[i]);
                    return nothing;
                }
            values[i] = apsis_lower_number(l, scope, a->value);
            if (!values[i]) return nothing;
        }
    }
    apsis_node_id best = values[0], choice = apsis_ir_const(l->ir, 0);
    for (size_t i = 1; i < count; i++) { /* the first named wins a tie */
        apsis_node_id better = largest ? apsis_ir_op(l->ir, AP_OP_LT, best, values[i], 0) : apsis_ir_op(l->ir, AP_OP_LT, values[i], best, 0);
        choice = apsis_ir_op(l->ir, AP_OP_IF, better, apsis_ir_const(l->ir, (double)i), choice);
        best = apsis_ir_op(l->ir, largest ? AP_OP_MAX : AP_OP_MIN, best, values[i], 0);
    }
    return (struct apsis_value){choice, names, count};
}
