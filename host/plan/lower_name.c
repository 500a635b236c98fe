/* lower_name.c - reading names: which member, which period, and whether there is a value. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

static uint32_t parameter_of(const struct apsis_frame *frame, const char *name)
{
    if (!frame) return APSIS_MAP_NONE;
    const struct apsis_definition *d = frame->function->definition;
    for (uint32_t i = 0; i < d->parameter_count; i++)
        if (!strcmp(d->parameters[i], name)) return i;
    return APSIS_MAP_NONE;
}

int apsis_is_parameter(const struct apsis_scope *scope, const char *name)
{
    return parameter_of(scope->frame, name) != APSIS_MAP_NONE;
}

void apsis_alias(struct apsis_scope *scope, const struct apsis_expr **e)
{
    while ((*e)->kind == APSIS_EXPR_NAME) {
        uint32_t at = parameter_of(scope->frame, (*e)->text);
        if (at == APSIS_MAP_NONE) return;
        *e = scope->frame->call->arguments[at].value;
        int whole = scope->time == APSIS_SCOPE_WHOLE;
        *scope = *scope->frame->caller;
        if (whole) scope->time = APSIS_SCOPE_WHOLE;
    }
}

/* ---------------------------------------------------------------- members */
static const struct apsis_members *bound(const struct apsis_scope *scope, uint32_t table)
{
    for (const struct apsis_members *m = scope->members; m; m = m->outer)
        if (m->table == table) return m;
    return NULL;
}

static int member_end(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_symbol *s, const struct apsis_expr *e, uint32_t *member)
{
    const struct apsis_table *table = &l->ast->tables[s->table];
    if (e->kind == APSIS_EXPR_ERROR) return 0;
    if (e->kind == APSIS_EXPR_NAME) {
        if (!strcmp(e->text, table->name)) {
            const struct apsis_members *m = bound(scope, s->table);
            if (m) {
                *member = m->member;
                return 1;
            }
            apsis_lower_error(l, e->span, "a slice ends at %s only inside a rule over %s", table->name, table->name);
            return 0;
        }
        *member = apsis_map_find(&l->names->members[s->table], e->text);
        if (*member != APSIS_MAP_NONE) return 1;
        if (s->timed && !strcmp(e->text, "t")) {
            apsis_hint(l->list, apsis_lower_error(l, e->span, "%s has a value for each %s too", s->name, table->name), "write %s[%s, t]", s->name, table->name);
            return 0;
        }
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, "%s is not a member of %s", e->text, table->name);
        const char *near = apsis_nearest_name(e->text, table->members, table->member_count);
        if (near) apsis_hint(l->list, d, "did you mean %s?", near);
        return 0;
    }
    apsis_hint(l->list, apsis_lower_error(l, e->span, "the first index of %s is a member of %s", s->name, table->name),
               s->timed ? "write %s[%s, ...]" : "write %s[%s]", s->name, table->name);
    return 0;
}

static int resolve_members(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_index *index, int reducing,
                           struct apsis_reference *r)
{
    const struct apsis_symbol *s = r->symbol;
    const struct apsis_table *table = &l->ast->tables[s->table];
    const struct apsis_members *m = bound(scope, s->table);
    r->members = 2;
    r->member_high = (uint32_t)table->member_count - 1;
    if (!index) {
        r->bare = 1;
        if (m && s->kind == APSIS_SYMBOL_COLUMN && !(reducing && m->weak)) {
            r->members = 1;
            r->member_low = r->member_high = m->member;
        }
        return 1;
    }
    if (!index->is_range) {
        if (index->low->kind == APSIS_EXPR_NAME && !strcmp(index->low->text, table->name)) {
            if (m && !(reducing && m->weak)) {
                r->members = 1;
                r->member_low = r->member_high = m->member;
            }
            return 1;
        }
        r->members = 1;
        if (!member_end(l, scope, s, index->low, &r->member_low)) return 0;
        r->member_high = r->member_low;
        return 1;
    }
    if (index->low && !member_end(l, scope, s, index->low, &r->member_low)) return 0;
    if (index->high && !member_end(l, scope, s, index->high, &r->member_high)) return 0;
    if (r->member_low > r->member_high) {
        apsis_lower_error(l, index->span, "%s stands after %s in %s: the slice is empty", table->members[r->member_low],
                          table->members[r->member_high], table->name);
        return 0;
    }
    return 1;
}

static void report_unknown(struct apsis_lowering *l, const struct apsis_expr *e)
{
    struct apsis_diagnostic *d;
    if (apsis_names_find(l->names, apsis_arena_printf(l->arena, "%s()", e->text))) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a function", e->text), "write %s(...)", e->text);
        return;
    }
    if (apsis_map_find(&l->names->tables, e->text) != APSIS_MAP_NONE) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a table, not a number", e->text), "it stands in brackets: x[%s]", e->text);
        return;
    }
    for (size_t i = 0; i < l->ast->table_count; i++) {
        if (apsis_map_find(&l->names->members[i], e->text) == APSIS_MAP_NONE) continue;
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a member of %s, not a number", e->text, l->ast->tables[i].name),
                   "it stands in brackets: x[%s]", e->text);
        return;
    }
    if (apsis_is_function(e->text)) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is not a name of the model", e->text), "there is a function: %s(...)", e->text);
        return;
    }
    d = apsis_lower_error(l, e->head, "%s is not a name of the model", e->text);
    apsis_suggest(l->names, d, e->text);
}

int apsis_resolve(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, int reducing, struct apsis_reference *r)
{
    const struct apsis_expr *name = e->kind == APSIS_EXPR_INDEX ? e->a : e;
    memset(r, 0, sizeof *r);
    r->span = e->span;
    r->symbol = apsis_names_find(l->names, name->text);
    if (!r->symbol) {
        report_unknown(l, name);
        return 0;
    }
    struct apsis_symbol *s = r->symbol;
    if (s->broken) return 0;
    size_t at = 0, wanted = (s->table != APSIS_NO_TABLE) + (s->timed != 0);
    if (e->index_count > wanted) {
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, wanted ? "%s takes one index" : "%s is a single number: it takes no index", s->name);
        if (wanted) apsis_hint(l->list, d, s->timed ? "write %s[t]" : "write %s[%s]", s->name, s->timed ? "" : l->ast->tables[s->table].name);
        return 0;
    }
    if (s->table != APSIS_NO_TABLE && e->index_count) { /* a parameter may stand for a member: f(s) = size[s], f(texas) */
        struct apsis_index index = e->indices[at++];
        struct apsis_scope where = *scope;
        if (index.low) apsis_alias(&where, (const struct apsis_expr **)&index.low);
        where = *scope;
        if (index.high) apsis_alias(&where, (const struct apsis_expr **)&index.high);
        if (!resolve_members(l, scope, &index, reducing, r)) return 0;
    } else if (s->table != APSIS_NO_TABLE) {
        if (!resolve_members(l, scope, NULL, reducing, r)) return 0;
    }
    if (s->timed) {
        r->time = 3;
        if (at < e->index_count) {
            r->when = &e->indices[at];
            r->time = r->when->is_range ? 2 : 1;
        }
    }
    return 1;
}

/* In an override its own name means the value so far, in the same period and over all of them; an earlier period is that of the rule
   itself, so that an override may be a recurrence of its own. */
struct apsis_cell *apsis_reference_cell(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_symbol *s, uint32_t member, int lagged)
{
    if (!scope->owner || scope->owner->symbol != s) return apsis_cell_of(l, s, member, s->top_layer);
    if (scope->layer > 0 && !lagged) return apsis_cell_of(l, s, member, scope->layer - 1);
    return apsis_cell_of(l, s, member, scope->owner->layer);
}

/* ---------------------------------------------------------------- periods */
struct terms {
    const struct apsis_expr *items[64];
    int signs[64];
    size_t count;
    int times; /* how often + t stands there */
};

static int flatten(const struct apsis_scope *scope, const struct apsis_expr *e, int sign, struct terms *terms)
{
    if (e->kind == APSIS_EXPR_BINARY && (e->op == APSIS_BINARY_ADD || e->op == APSIS_BINARY_SUB))
        return flatten(scope, e->a, sign, terms) && flatten(scope, e->b, e->op == APSIS_BINARY_ADD ? sign : -sign, terms);
    if (e->kind == APSIS_EXPR_NEGATE) return flatten(scope, e->a, -sign, terms);
    if (e->kind == APSIS_EXPR_NAME && !strcmp(e->text, "t") && !apsis_is_parameter(scope, "t") && sign > 0) {
        terms->times++;
        return 1;
    }
    if (terms->count == 64) return 0;
    terms->items[terms->count] = e;
    terms->signs[terms->count++] = sign;
    return 1;
}

void apsis_require_whole(struct apsis_lowering *l, apsis_node_id node, struct apsis_span span, const char *series, int lag)
{
    struct apsis_whole_check *check = APSIS_PUSH(l->arena, l->checks, l->check_count, l->check_capacity);
    *check = (struct apsis_whole_check){node, span, series, apsis_text_of(l, span), lag};
}

static enum apsis_where constant_place(struct apsis_lowering *l, const struct apsis_expr *e, double value, long *out, enum apsis_where kind)
{
    if (isnan(value)) return APSIS_WHERE_WRONG;
    if (value != floor(value) || fabs(value) > 1e6) {
        const char *unit = apsis_time_unit(&l->names->time), *text = apsis_text_of(l, e->span);
        apsis_lower_error(l, e->span, "%s is not a whole number of %ss", text, unit);
        return APSIS_WHERE_WRONG;
    }
    *out = (long)value;
    return kind;
}

enum apsis_where apsis_locate(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, long *value, apsis_node_id *node)
{
    double number;
    if (e->kind == APSIS_EXPR_PERIOD) return apsis_period_of(l->names, e, value) ? APSIS_WHERE_CONST : APSIS_WHERE_WRONG;
    struct terms terms = {.count = 0};
    if (!flatten(scope, e, 1, &terms)) {
        apsis_lower_error(l, e->span, "this index has too many terms");
        return APSIS_WHERE_WRONG;
    }
    const struct apsis_expr *only = terms.count == 1 ? terms.items[0] : NULL;
    if (!terms.times && only && only->kind == APSIS_EXPR_NAME && (!strcmp(only->text, "year") || !strcmp(only->text, "date"))) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is no place in time: what is not a calendar label counts from t = 0", only->text), "write t");
        return APSIS_WHERE_WRONG;
    }
    if (terms.times != 1 || scope->time == APSIS_SCOPE_SCALAR) {
        *node = apsis_lower_number(l, scope, e);
        if (!*node) return APSIS_WHERE_WRONG;
        if (apsis_ir_is_const(l->ir, *node, &number)) return constant_place(l, e, number, value, APSIS_WHERE_CONST);
        return APSIS_WHERE_AT;
    }
    apsis_node_id lag = 0;
    int subtracted = 0; /* something uncertain is: t - life looks back, t + k looks ahead */
    for (size_t i = 0; i < terms.count; i++) {
        apsis_node_id term = apsis_lower_number(l, scope, terms.items[i]);
        if (!term) return APSIS_WHERE_WRONG;
        if (!apsis_ir_is_const(l->ir, term, NULL) && terms.signs[i] < 0) subtracted = 1;
        if (!lag) lag = terms.signs[i] < 0 ? term : apsis_ir_op(l->ir, AP_OP_NEGATE, term, 0, 0);
        else lag = apsis_ir_op(l->ir, terms.signs[i] < 0 ? AP_OP_ADD : AP_OP_SUB, lag, term, 0);
    }
    if (!terms.count) lag = apsis_ir_const(l->ir, 0);
    if (apsis_ir_is_const(l->ir, lag, &number)) {
        enum apsis_where where = constant_place(l, terms.count == 1 ? terms.items[0] : e, number, value, APSIS_WHERE_LAG);
        if (where == APSIS_WHERE_LAG && scope->time == APSIS_SCOPE_FIXED) {
            *value = scope->first - *value;
            return APSIS_WHERE_CONST;
        }
        return where;
    }
    if (subtracted && scope->time != APSIS_SCOPE_FIXED) {
        *node = lag;
        return APSIS_WHERE_PAST;
    }
    apsis_node_id now = scope->time == APSIS_SCOPE_FIXED ? apsis_ir_const(l->ir, (double)scope->first) : apsis_time_node(l);
    *node = apsis_ir_op(l->ir, AP_OP_SUB, now, lag, 0);
    return APSIS_WHERE_AT;
}

static const char *table_prefix(struct apsis_lowering *l, const struct apsis_symbol *s)
{
    return s->table == APSIS_NO_TABLE ? "" : apsis_arena_printf(l->arena, "%s, ", l->ast->tables[s->table].name);
}

/* "flown[t] looks back to 2025": once a name and period. */
static int check_past(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_cell *cell, long from, long to, struct apsis_span span)
{
    long missing;
    char label[16];
    struct apsis_symbol *s = cell->symbol;
    if (apsis_cell_has_past(l, cell, from, to, &missing)) return 1;
    apsis_time_label(&l->names->time, missing, label);
    const char *prefix = table_prefix(l, s), *who = scope->owner ? scope->owner->symbol->name : "this";
    const char *index = scope->owner && scope->owner->symbol->timed ? apsis_arena_printf(l->arena, "[%st]", table_prefix(l, scope->owner->symbol)) : "";
    if (scope->owner && scope->owner->symbol == s)
        apsis_lower_error(l, span, "%s%s looks back to %s, which has no value: add %s[%s%s] = …", who, index, label, s->name, prefix, label);
    else
        apsis_lower_error(l, span, "%s%s looks back to %s[%s%s], which has no value: add %s[%s%s] = …", who, index, s->name, prefix, label, s->name,
                          prefix, label);
    return 0;
}

/* The value in a period known now: of history, or of the horizon once the series is complete. */
static apsis_node_id read_constant(struct apsis_lowering *l, const struct apsis_scope *scope, struct apsis_cell *cell, long t, struct apsis_span span)
{
    char text[16], last[16];
    long end = (long)l->names->time.periods - 1;
    if (t > end) {
        apsis_lower_error(l, span, "%s is after the last %s, %s", apsis_time_label(&l->names->time, t, text), apsis_time_unit(&l->names->time),
                          apsis_time_label(&l->names->time, end, last));
        return 0;
    }
    if (t < 0) return apsis_cell_past(l, cell, t, span);
    uint32_t series = apsis_cell_declare(l, cell);
    if (cell->state == APSIS_CELL_DONE) {
        const struct apsis_series *s = &l->ir->series[series];
        for (size_t i = 0; i < s->piece_count; i++) {
            if (t < s->pieces[i].first || t > s->pieces[i].last) continue;
            const struct apsis_node *n = &l->ir->nodes[s->pieces[i].node];
            if (n->kind == APSIS_NODE_CONST) return s->pieces[i].node;
            if (n->kind == APSIS_NODE_PERIOD) return apsis_ir_const(l->ir, l->ir->period_tables[n->index][t]);
        }
    }
    /* A rule for one period that reads an earlier one of a series it is entangled with: a plain lag. */
    if (scope->owner && scope->time == APSIS_SCOPE_PERIOD && scope->first == scope->last && t <= scope->first &&
        l->names->loop[scope->owner->symbol - l->names->symbols] == l->names->loop[cell->symbol - l->names->symbols])
        return apsis_ir_read(l->ir, series, (int32_t)(scope->first - t));
    return apsis_at(l, series, apsis_ir_const(l->ir, (double)t));
}

static struct apsis_value with_names(struct apsis_lowering *l, struct apsis_symbol *s, apsis_node_id node)
{
    apsis_symbol_names(l, s);
    return (struct apsis_value){node, s->name_count ? s->names : NULL, s->name_count};
}

struct apsis_value apsis_read_at(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_reference *r, uint32_t member,
                                 enum apsis_where where, long value, apsis_node_id node, struct apsis_span span)
{
    struct apsis_symbol *s = r->symbol;
    int lagged = where == APSIS_WHERE_PAST || (where == APSIS_WHERE_LAG && value > 0) ||
                 (where == APSIS_WHERE_CONST && scope->time == APSIS_SCOPE_FIXED && value < scope->first);
    struct apsis_cell *cell = apsis_reference_cell(l, scope, s, member, lagged);
    struct apsis_value none = {0};
    apsis_node_id result = 0;
    switch (where) {
    case APSIS_WHERE_WRONG: return none;
    case APSIS_WHERE_CONST: result = read_constant(l, scope, cell, value, span); break;
    case APSIS_WHERE_LAG: {
        uint32_t series = apsis_cell_declare(l, cell);
        if (value < 0) {
            apsis_node_id now = apsis_time_node(l), ahead = apsis_ir_op(l->ir, AP_OP_ADD, now, apsis_ir_const(l->ir, (double)-value), 0);
            result = apsis_at(l, series, ahead);
            break;
        }
        if (scope->first < value) {
            long from = scope->last < value ? scope->last - value : -1;
            if (!check_past(l, scope, cell, from, scope->first - value, span)) return none;
        }
        if (!value && cell->state == APSIS_CELL_DONE && l->ir->series[series].piece_count == 1) {
            apsis_node_id piece = l->ir->series[series].pieces[0].node;
            int kind = l->ir->nodes[piece].kind;
            if (piece && (kind == APSIS_NODE_CONST || kind == APSIS_NODE_PERIOD)) {
                result = piece;
                break;
            }
        }
        result = apsis_ir_read(l->ir, series, (int32_t)value);
        break;
    }
    case APSIS_WHERE_PAST: {
        apsis_cell_paint(l, cell);
        long missing = -cell->history - 1;
        if (!cell->open || !apsis_cell_has_past(l, cell, -1, -cell->history - 1, &missing)) {
            char label[16];
            apsis_lower_error(l, span, "%s may look back to any %s, and %s has no value before the first: add %s[%s..%s] = …", apsis_text_of(l, span),
                              apsis_time_unit(&l->names->time), s->name, s->name, table_prefix(l, s),
                              apsis_time_label(&l->names->time, cell->open ? missing : -cell->history - 1, label));
            return none;
        }
        struct apsis_node past = {.kind = APSIS_NODE_PAST, .arg_count = 1, .index = apsis_cell_declare(l, cell), .args = {node}};
        apsis_require_whole(l, node, span, s->name, 1);
        result = apsis_ir_node(l->ir, past);
        break;
    }
    case APSIS_WHERE_AT:
        apsis_require_whole(l, node, span, s->name, 0);
        result = apsis_at(l, apsis_cell_declare(l, cell), node);
        break;
    }
    return with_names(l, s, result);
}

struct apsis_value apsis_read(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_reference *r, uint32_t member)
{
    struct apsis_value none = {0};
    struct apsis_symbol *s = r->symbol;
    if (!s->timed) {
        struct apsis_cell *cell = apsis_reference_cell(l, scope, s, member, 0);
        if (cell->state == APSIS_CELL_DONE) return with_names(l, s, cell->node);
        apsis_symbol_names(l, s);
        apsis_cell_lower(l, cell);
        return with_names(l, s, cell->state == APSIS_CELL_DONE ? cell->node : 0);
    }
    if (r->time == 2) {
        apsis_hint(l->list, apsis_lower_error(l, r->span, "several %ss of %s are not one number", apsis_time_unit(&l->names->time), s->name),
                   scope->time == APSIS_SCOPE_WHOLE ? "define a series that is 0 outside them, or take their sum, mean, lowest or highest" : "take their sum, mean, lowest or highest");
        return none;
    }
    if (r->time == 3) {
        const char *text = apsis_text_of(l, r->span);
        size_t length = strlen(text); /* "x[texas, " where it says x[texas], else "x[" or "x[site, " */
        const char *open = length && text[length - 1] == ']' ? apsis_arena_printf(l->arena, "%.*s, ", (int)length - 1, text)
                                                             : apsis_arena_printf(l->arena, "%s[%s", s->name, table_prefix(l, s));
        if (scope->time == APSIS_SCOPE_WHOLE) return apsis_read_at(l, scope, r, member, APSIS_WHERE_LAG, 0, 0, r->span);
        if (scope->time == APSIS_SCOPE_PERIOD)
            apsis_hint(l->list, apsis_lower_error(l, r->span, "%s has a value in each %s", text, apsis_time_unit(&l->names->time)),
                       "write %st] for this %s's", open, apsis_time_unit(&l->names->time));
        else {
            char last[16];
            apsis_hint(l->list, apsis_lower_error(l, r->span, "%s has a value in each %s, and one number is needed", text,
                       apsis_time_unit(&l->names->time)), "say which: %s%s], or sum, mean, lowest or highest of it", open,
                       apsis_time_label(&l->names->time, (long)l->names->time.periods - 1, last));
        }
        return none;
    }
    long value = 0;
    apsis_node_id node = 0;
    enum apsis_where where = apsis_locate(l, scope, r->when->low, &value, &node);
    return apsis_read_at(l, scope, r, member, where, value, node, r->span);
}

struct apsis_value apsis_lower_name(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_reference r;
    struct apsis_value none = {0};
    struct apsis_expr copy;
    struct apsis_scope at = *scope;
    if (e->kind == APSIS_EXPR_INDEX) { /* a parameter that stands for a name takes the index here */
        const struct apsis_expr *base = e->a;
        apsis_alias(&at, &base);
        if (base != e->a) {
            if (base->kind != APSIS_EXPR_NAME) {
                apsis_lower_error(l, e->span, "%s stands for a value here, which takes no index", e->a->text);
                return none;
            }
            copy = *e;
            copy.a = (struct apsis_expr *)base;
            e = &copy;
        }
    }
    if (!apsis_resolve(l, scope, e, 0, &r)) return none;
    if (r.members == 2) {
        const struct apsis_table *table = &l->ast->tables[r.symbol->table];
        int single = r.bare || (!e->indices[0].is_range);
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, "%s has a value for each %s, and one is needed", r.symbol->name, table->name);
        const struct apsis_members *m = bound(scope, r.symbol->table);
        if (single && m) apsis_hint(l->list, d, r.symbol->timed ? "write %s[%s, t]" : "write %s[%s]", r.symbol->name, table->name);
        else apsis_hint(l->list, d, "say which: %s[%s]; or take the sum, mean, lowest or highest", r.symbol->name, table->members[0]);
        return none;
    }
    return apsis_read(l, scope, &r, r.member_low);
}
