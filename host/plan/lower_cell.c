/* lower_cell.c - one member of one name: which rule holds when, its value or series, its past, and the value so far. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

/* ---------------------------------------------------------------- finding */
/* The highest layer, up to `layer`, that has a rule for the name. */
static int layer_below(const struct apsis_symbol *s, int layer)
{
    int found = 0;
    for (size_t i = 0; i < s->rule_count; i++)
        if (s->rules[i].layer <= layer && s->rules[i].layer > found) found = s->rules[i].layer;
    return found;
}

struct apsis_cell *apsis_cell_of(struct apsis_lowering *l, struct apsis_symbol *s, uint32_t member, int layer)
{
    if (!s->cells) {
        size_t members = apsis_symbol_members(l->names, s);
        struct apsis_cell *cells = APSIS_NEW_ARRAY(l->arena, struct apsis_cell, members + 1);
        for (size_t i = 0; i < members; i++) {
            cells[i].symbol = s;
            cells[i].member = (uint32_t)i;
            cells[i].layer = s->top_layer;
            cells[i].top = &cells[i];
        }
        s->cells = cells;
    }
    struct apsis_cell *cell = (struct apsis_cell *)s->cells + member;
    while (cell->layer > layer) {
        if (!cell->below) {
            struct apsis_cell *below = APSIS_NEW(l->arena, struct apsis_cell);
            below->symbol = s;
            below->member = member;
            below->layer = layer_below(s, cell->layer - 1);
            below->top = cell->top;
            cell->below = below;
        }
        cell = cell->below;
    }
    return cell;
}

/* ---------------------------------------------------------------- precedence */
/* 1: a beats b, -1: b beats a, 0: equals. */
static int stronger(const struct apsis_rule *a, const struct apsis_rule *b)
{
    if (a->layer != b->layer) return a->layer > b->layer ? 1 : -1;
    int more = a->member_reach >= b->member_reach && a->time_reach >= b->time_reach;
    int less = a->member_reach <= b->member_reach && a->time_reach <= b->time_reach;
    return more == less ? 0 : more ? 1 : -1;
}

static void report_equals(struct apsis_lowering *l, struct apsis_cell *cell, const struct apsis_rule *a, const struct apsis_rule *b, long t)
{
    char label[16];
    const struct apsis_symbol *s = cell->symbol;
    const char *name = apsis_member_name(l->names, s, cell->member);
    struct apsis_span span = b->definition->span;
    span.end = b->definition->name_span.end;
    struct apsis_span other = a->definition->span;
    struct apsis_source source = apsis_source_shown(l->ast->sources, &other);
    size_t line = apsis_source_place(&source, other.begin).line;
    struct apsis_diagnostic *d;
    if (!s->timed) d = apsis_lower_error(l, span, "%s is given twice", name);
    else d = apsis_lower_error(l, span, "%s is given twice for %s", name, apsis_time_label(&l->names->time, t, label));
    if (other.source == span.source) apsis_hint(l->list, d, "the other rule is on line %zu, and neither is more exact than the other", line);
    else if (source.text == l->ast->sources->items[other.source].text)
        apsis_hint(l->list, d, "the other rule is on line %zu of %s, and neither is more exact than the other", line, source.name);
    else apsis_hint(l->list, d, "the other rule is %s, and neither is more exact than the other", source.name);
}

/* Lays the rules over the timeline; `slots` periods, the first being t = -history. */
void apsis_cell_paint(struct apsis_lowering *l, struct apsis_cell *cell)
{
    if (cell->painted) return;
    cell->painted = 1;
    struct apsis_symbol *s = cell->symbol;
    size_t count;
    const uint32_t *list = apsis_symbol_rules(l->names, s, cell->member, &count);
    for (size_t i = 0; i < count; i++) {
        const struct apsis_rule *r = &s->rules[list[i]];
        if (r->layer > cell->layer) continue;
        if (r->low != APSIS_TIME_OPEN && -r->low > cell->history) cell->history = -r->low;
        if (r->low == APSIS_TIME_OPEN && -r->high - 1 > cell->history) cell->history = -r->high - 1;
    }
    size_t slots = (size_t)cell->history + (s->timed ? l->names->time.periods : 1);
    cell->winner = APSIS_NEW_ARRAY(l->arena, uint32_t, slots);
    cell->past = APSIS_NEW_ARRAY(l->arena, apsis_node_id, (size_t)cell->history + 1);
    cell->past_state = APSIS_NEW_ARRAY(l->arena, uint8_t, (size_t)cell->history + 1);
    uint32_t *rival = NULL; /* an equal of the winner, until a stronger rule comes */
    for (size_t i = 0; i < count; i++) {
        const struct apsis_rule *r = &s->rules[list[i]];
        if (r->layer > cell->layer) continue;
        uint32_t number = list[i] + 1;
        if (r->low == APSIS_TIME_OPEN) {
            int wins = cell->open ? stronger(r, &s->rules[cell->open - 1]) : 1;
            if (!wins) report_equals(l, cell, &s->rules[cell->open - 1], r, -cell->history - 1);
            if (wins > 0) cell->open = number;
        }
        long low = r->low == APSIS_TIME_OPEN ? -cell->history : r->low;
        for (long t = low; t <= r->high; t++) {
            size_t at = (size_t)(t + cell->history);
            int wins = cell->winner[at] ? stronger(r, &s->rules[cell->winner[at] - 1]) : 1;
            if (wins > 0) {
                cell->winner[at] = number;
                if (rival && rival[at] && stronger(r, &s->rules[rival[at] - 1]) > 0) rival[at] = 0;
            } else if (!wins) {
                if (!rival) rival = APSIS_NEW_ARRAY(l->arena, uint32_t, slots);
                rival[at] = number;
            }
        }
    }
    for (size_t at = 0; rival && at < slots; at++) {
        if (!rival[at]) continue;
        report_equals(l, cell, &s->rules[cell->winner[at] - 1], &s->rules[rival[at] - 1], (long)at - cell->history);
        break;
    }
}

/* ---------------------------------------------------------------- values */
uint32_t apsis_cell_declare(struct apsis_lowering *l, struct apsis_cell *cell)
{
    if (!cell->series) {
        const char *name = apsis_member_name(l->names, cell->symbol, cell->member);
        if (cell->top != cell) name = apsis_arena_printf(l->arena, ".%s so far %d", name, cell->layer);
        cell->series = apsis_series_new(l, name, cell->symbol->span) + 1;
        l->series_cells[cell->series - 1] = cell;
    }
    return cell->series - 1;
}

/* The value of a rule: over periods first..last, at one period of the past (time FIXED), or without time. */
static apsis_node_id rule_value(struct apsis_lowering *l, struct apsis_cell *cell, const struct apsis_rule *rule, enum apsis_scope_time time,
                                long first, long last)
{
    struct apsis_symbol *s = cell->symbol;
    const struct apsis_definition *d = rule->definition;
    struct apsis_members members = {s->table, cell->member, rule->member_reach == APSIS_REACH_CELL, NULL};
    struct apsis_scope scope = {cell, rule->layer, time, first, last, s->table == APSIS_NO_TABLE ? NULL : &members, NULL};
    if (d->kind == APSIS_DEFINE_DRAW) {
        if (time == APSIS_SCOPE_FIXED || (s->timed && time == APSIS_SCOPE_SCALAR)) {
            apsis_hint(l->list, apsis_lower_error(l, d->span, "a %s before the first cannot be drawn", apsis_time_unit(&l->names->time)),
                       "draw a name of its own, such as start ~ ..., and set %s to it", s->name);
            return 0;
        }
        for (struct apsis_drawn *known = cell->top->drawn; known; known = known->next)
            if (known->rule == rule) return known->node;
        apsis_node_id node = apsis_lower_draw(l, &scope, cell, rule);
        struct apsis_drawn *drawn = APSIS_NEW(l->arena, struct apsis_drawn);
        *drawn = (struct apsis_drawn){rule, node, cell->top->drawn};
        cell->top->drawn = drawn;
        return node;
    }
    const struct apsis_expr *e = d->values[0];
    if (d->value_count > 1) {
        int by_time = s->timed && (rule->high > rule->low || rule->low == APSIS_TIME_OPEN);
        e = d->values[by_time ? (size_t)(first - rule->low) : (size_t)(cell->member - rule->member_low)];
    }
    struct apsis_value value = apsis_lower_expr(l, &scope, e);
    if (value.node && s->name_count && !value.names) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is a name elsewhere, and a number here", s->name), "a value is one or the other");
        return 0;
    }
    if (s->name_count) value = apsis_unite(l, value, s->names, s->name_count);
    return value.node;
}

static void lower_column(struct apsis_lowering *l, struct apsis_cell *cell)
{
    const struct apsis_table *table = &l->ast->tables[cell->symbol->table];
    const struct apsis_expr *e = table->cells[cell->member * table->column_count + cell->symbol->column];
    struct apsis_scope scope = {.time = APSIS_SCOPE_SCALAR};
    cell->node = apsis_lower_number(l, &scope, e);
    if (cell->node && !apsis_ir_is_const(l->ir, cell->node, NULL)) {
        apsis_lower_error(l, e->span, "a table holds constants");
        cell->node = 0;
    }
}

/* a, b and c need each other: the cells that wait for one another, from `cell` on. */
static void report_scalar_loop(struct apsis_lowering *l, struct apsis_cell *cell)
{
    struct apsis_cell *chain[8];
    size_t count = 0;
    for (struct apsis_cell *c = l->current; c && count < 8; c = c->waiting) {
        chain[count++] = c;
        if (c == cell) break;
    }
    char *text = apsis_arena_printf(l->arena, "%s", apsis_member_name(l->names, cell->symbol, cell->member));
    if (count == 1 || (count && chain[0] == cell)) {
        apsis_hint(l->list, apsis_lower_error(l, cell->symbol->span, "%s needs itself", text), "its own value cannot stand on the right of =");
        return;
    }
    for (size_t i = count - 1; i-- > 0;)
        text = apsis_arena_printf(l->arena, i ? "%s, %s" : "%s and %s", text, apsis_member_name(l->names, chain[i]->symbol, chain[i]->member));
    apsis_hint(l->list, apsis_lower_error(l, cell->symbol->span, "%s need each other", text), "one of them must not use the others");
}

static void lower_scalar(struct apsis_lowering *l, struct apsis_cell *cell)
{
    struct apsis_symbol *s = cell->symbol;
    apsis_cell_paint(l, cell);
    if (cell->winner[0]) cell->node = rule_value(l, cell, &s->rules[cell->winner[0] - 1], APSIS_SCOPE_SCALAR, 0, 0);
    else if (s->kind == APSIS_SYMBOL_COLUMN) lower_column(l, cell);
    else if (!cell->gap++) {
        apsis_hint(l->list, apsis_lower_error(l, s->span, "%s has no value", apsis_member_name(l->names, s, cell->member)),
                   "add %s = ..., or a rule for all: %s[%s] = ...", apsis_member_name(l->names, s, cell->member), s->name,
                   s->table == APSIS_NO_TABLE ? "" : l->ast->tables[s->table].name);
    }
    while (l->node_name_count <= cell->node) *APSIS_PUSH(l->arena, l->node_names, l->node_name_count, l->node_name_capacity) = NULL;
    if (!l->node_names[cell->node]) l->node_names[cell->node] = apsis_member_name(l->names, s, cell->member);
}

/* A list of constants over periods is one node. */
static apsis_node_id list_of_constants(struct apsis_lowering *l, struct apsis_cell *cell, const struct apsis_rule *rule, long first, long last)
{
    const struct apsis_definition *d = rule->definition;
    if (cell->symbol->name_count) return 0;
    for (long t = first; t <= last; t++) {
        const struct apsis_expr *e = d->values[t - rule->low];
        if (e->kind != APSIS_EXPR_NUMBER && !(e->kind == APSIS_EXPR_NEGATE && e->a->kind == APSIS_EXPR_NUMBER)) return 0;
    }
    double *values = APSIS_NEW_ARRAY(l->arena, double, l->names->time.periods);
    for (long t = first; t <= last; t++) {
        const struct apsis_expr *e = d->values[t - rule->low];
        values[t] = e->kind == APSIS_EXPR_NUMBER ? e->number : -e->a->number;
    }
    return apsis_ir_period(l->ir, values);
}

static void lower_pieces(struct apsis_lowering *l, struct apsis_cell *cell)
{
    struct apsis_symbol *s = cell->symbol;
    long periods = (long)l->names->time.periods;
    char label[16];
    uint32_t series = apsis_cell_declare(l, cell);
    for (long t = 0, end; t < periods; t = end) {
        uint32_t number = cell->winner[cell->history + t];
        for (end = t + 1; end < periods && cell->winner[cell->history + end] == number; end++) {}
        if (!number) {
            if (!cell->gap++)
                apsis_hint(l->list, apsis_lower_error(l, s->span, "%s has no value in %s", apsis_member_name(l->names, s, cell->member),
                           apsis_time_label(&l->names->time, t, label)), "add %s[%s%s%s] = ..., or a rule for all: %s[%s%st] = ...", s->name,
                           s->table == APSIS_NO_TABLE ? "" : l->ast->tables[s->table].name, s->table == APSIS_NO_TABLE ? "" : ", ", label, s->name,
                           s->table == APSIS_NO_TABLE ? "" : l->ast->tables[s->table].name, s->table == APSIS_NO_TABLE ? "" : ", ");
            continue;
        }
        const struct apsis_rule *rule = &s->rules[number - 1];
        const struct apsis_definition *d = rule->definition;
        if (d->value_count > 1 && rule->high > rule->low) {
            apsis_node_id list = list_of_constants(l, cell, rule, t, end - 1);
            if (list) apsis_series_piece(l, series, t, end - 1, list);
            for (long k = t; !list && k < end; k++) apsis_series_piece(l, series, k, k, rule_value(l, cell, rule, APSIS_SCOPE_PERIOD, k, k));
        } else {
            apsis_series_piece(l, series, t, end - 1, rule_value(l, cell, rule, APSIS_SCOPE_PERIOD, t, end - 1));
        }
    }
}

/* ---------------------------------------------------------------- the past */
int apsis_cell_has_past(struct apsis_lowering *l, struct apsis_cell *cell, long from, long to, long *missing)
{
    apsis_cell_paint(l, cell);
    for (long t = from; t >= to; t--) {
        if (t < -cell->history) {
            *missing = t;
            return cell->open != 0;
        }
        if (!cell->winner[t + cell->history]) {
            *missing = t;
            return 0;
        }
    }
    return 1;
}

apsis_node_id apsis_cell_past(struct apsis_lowering *l, struct apsis_cell *cell, long t, struct apsis_span span)
{
    struct apsis_symbol *s = cell->symbol;
    long missing;
    char label[16];
    if (s->broken) return 0;
    if (!apsis_cell_has_past(l, cell, t, t, &missing)) {
        apsis_time_label(&l->names->time, t, label);
        apsis_lower_error(l, span, "%s has no value in %s, before the first %s: add %s[%s%s%s] = …", s->name, label, apsis_time_unit(&l->names->time),
                          s->name, s->table == APSIS_NO_TABLE ? "" : l->ast->tables[s->table].name, s->table == APSIS_NO_TABLE ? "" : ", ", label);
        return 0;
    }
    size_t at = t < -cell->history ? (size_t)cell->history : (size_t)(-t - 1);
    uint32_t number = t < -cell->history ? cell->open : cell->winner[t + cell->history];
    if (cell->past_state[at] == APSIS_CELL_OPEN) {
        apsis_lower_error(l, s->span, "%s in %s needs itself", s->name, apsis_time_label(&l->names->time, t, label));
        return 0;
    }
    if (cell->past_state[at] == APSIS_CELL_NEW) {
        const struct apsis_rule *rule = &s->rules[number - 1];
        cell->past_state[at] = APSIS_CELL_OPEN;
        apsis_node_id node = at == (size_t)cell->history ? rule_value(l, cell, rule, APSIS_SCOPE_SCALAR, 0, 0)
                                                         : rule_value(l, cell, rule, APSIS_SCOPE_FIXED, t, t);
        cell->past[at] = node;
        cell->past_state[at] = APSIS_CELL_DONE;
    }
    return cell->past[at];
}

static void lower_past(struct apsis_lowering *l, struct apsis_cell *cell)
{
    uint32_t series = apsis_cell_declare(l, cell);
    struct apsis_span none = cell->symbol->span;
    apsis_node_id *history = APSIS_NEW_ARRAY(l->arena, apsis_node_id, (size_t)cell->history + 1), before = 0;
    for (long k = 1; k <= cell->history; k++)
        history[k - 1] = cell->winner[cell->history - k] ? apsis_cell_past(l, cell, -k, none) : apsis_ir_const(l->ir, NAN);
    if (cell->open) before = apsis_cell_past(l, cell, -cell->history - 1, none);
    l->ir->series[series].history = history;
    l->ir->series[series].history_count = (size_t)cell->history;
    l->ir->series[series].before = before;
}

void apsis_cell_lower(struct apsis_lowering *l, struct apsis_cell *cell)
{
    struct apsis_symbol *s = cell->symbol;
    if (cell->state == APSIS_CELL_DONE || s->broken) return;
    if (cell->state == APSIS_CELL_OPEN) {
        if (!s->timed) report_scalar_loop(l, cell);
        return;
    }
    if (l->depth >= APSIS_DEPTH_LIMIT) {
        if (s->table == APSIS_NO_TABLE && !s->timed)
            apsis_hint(l->list, apsis_lower_error(l, s->span, "%s and many others need each other", s->name), "one of them must not use the others");
        else
            apsis_lower_error(l, s->span, "%s rests on too long a chain of values that need each other in part", s->name);
        return;
    }
    cell->state = APSIS_CELL_OPEN;
    cell->waiting = l->current;
    l->current = cell;
    l->depth++;
    if (s->timed) {
        apsis_cell_paint(l, cell);
        apsis_cell_declare(l, cell);
        lower_past(l, cell);
        lower_pieces(l, cell);
    } else {
        lower_scalar(l, cell);
    }
    l->depth--;
    l->current = cell->waiting;
    cell->state = APSIS_CELL_DONE;
}
