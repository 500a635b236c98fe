/* lower_output.c - what is published: outputs with members, conditions and targets; and, for replay, every named value. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lower.h"

struct wanted {
    const struct apsis_definition *definition;
    struct apsis_symbol *symbol;
    uint32_t member_low, member_high;
    int at_period; /* one period of a series */
    long period;
};

/* An IRR whose flows change sign more than once may be one of several: such draws are counted, where the IRR is valid. */
static void add_several_signs(struct apsis_ir *ir, size_t number)
{
    apsis_node_id irr = ir->outputs[number].node;
    if (!irr || ir->nodes[irr].kind != APSIS_NODE_IRR) return;
    const struct apsis_node *n = &ir->nodes[irr];
    struct apsis_node changes = {.kind = APSIS_NODE_SIGN_CHANGES, .arg_count = 2, .timing = n->timing, .index = n->index, .args = {n->args[0], n->args[1]}};
    apsis_node_id several = apsis_ir_op(ir, AP_OP_LT, apsis_ir_const(ir, 1), apsis_ir_node(ir, changes), 0);
    apsis_node_id valid = apsis_ir_op(ir, AP_OP_EQ, apsis_ir_op(ir, AP_OP_SUB, irr, irr, 0), apsis_ir_const(ir, 0), 0);
    ir->outputs[number].several_signs = apsis_ir_op(ir, AP_OP_AND, several, valid, 0);
}

static struct apsis_output *add(struct apsis_lowering *l, struct apsis_map *known, const struct wanted *w, uint32_t member)
{
    struct apsis_ir *ir = l->ir;
    struct apsis_symbol *s = w->symbol;
    struct apsis_cell *cell = apsis_cell_of(l, s, member, s->top_layer);
    const char *name = apsis_member_name(l->names, s, member);
    const struct apsis_definition *d = w->definition;
    if (w->at_period) {
        char label[16];
        apsis_time_label(&l->names->time, w->period, label);
        name = s->table == APSIS_NO_TABLE ? apsis_arena_printf(l->arena, "%s[%s]", s->name, label)
                                          : apsis_arena_printf(l->arena, "%.*s, %s]", (int)strlen(name) - 1, name, label);
    }
    if (apsis_map_find(known, name) != APSIS_MAP_NONE) {
        if (d) apsis_lower_error(l, d->name_span, "%s is an output twice", name);
        return NULL;
    }
    apsis_map_add(known, name, 0);
    struct apsis_output *o = APSIS_PUSH(l->arena, ir->outputs, ir->output_count, ir->output_capacity);
    const struct apsis_clauses *own = d ? &d->clauses : NULL, *all = s->clauses;
    o->name = name;
    o->base = s->name;
    o->member = s->table == APSIS_NO_TABLE ? NULL : l->ast->tables[s->table].members[member];
    o->label = own && own->label ? own->label : all ? all->label : NULL;
    o->unit = own && own->unit ? own->unit : all ? all->unit : NULL;
    o->source = own && own->source ? own->source : all ? all->source : NULL;
    o->section = d ? d->section : s->definition ? s->definition->section : 0;
    o->is_series = s->timed && !w->at_period;
    o->categories = s->name_count ? s->names : NULL;
    o->category_count = s->name_count;
    o->is_output = d != NULL;
    o->span = d ? d->span : s->span;
    if (w->at_period) {
        apsis_node_id node = w->period < 0 ? apsis_cell_past(l, cell, w->period, o->span)
                                           : apsis_at(l, apsis_cell_declare(l, cell), apsis_ir_const(ir, (double)w->period));
        ir->outputs[ir->output_count - 1].node = node;
    } else {
        o->node = s->timed ? apsis_ir_read(ir, apsis_cell_declare(l, cell), 0) : cell->node;
    }
    if (d) add_several_signs(ir, ir->output_count - 1);
    return &ir->outputs[ir->output_count - 1];
}

static void add_clauses(struct apsis_lowering *l, size_t number, const struct wanted *w, uint32_t member)
{
    const struct apsis_clauses *c = &w->definition->clauses;
    struct apsis_members members = {w->symbol->table, member, 0, NULL};
    struct apsis_scope scope = {.time = APSIS_SCOPE_SCALAR, .members = w->symbol->table == APSIS_NO_TABLE ? NULL : &members};
    for (size_t i = 0; i < c->target_count; i++) {
        apsis_node_id node = apsis_lower_number(l, &scope, c->targets[i]);
        double value;
        if (!node) continue;
        if (l->ir->outputs[number].categories) {
            apsis_lower_error(l, c->targets[i]->span, "%s gives names, and a target is a number: its shares are reported anyway", w->symbol->name);
            continue;
        }
        if (!apsis_ir_is_const(l->ir, node, &value)) {
            apsis_hint(l->list, apsis_lower_error(l, c->targets[i]->span, "a target is a constant, and %s changes", apsis_text_of(l, c->targets[i]->span)),
                       "make an output of the difference, with the target 0");
            continue;
        }
        struct apsis_output *o = &l->ir->outputs[number];
        if (!o->targets) o->targets = APSIS_NEW_ARRAY(l->arena, double, c->target_count);
        o->targets[o->target_count++] = value;
    }
    if (!c->given) return;
    if (l->ir->outputs[number].is_series) {
        scope.time = APSIS_SCOPE_PERIOD;
        scope.last = (long)l->ir->periods - 1;
    }
    apsis_node_id given = apsis_lower_number(l, &scope, c->given);
    l->ir->outputs[number].given = given;
    l->ir->outputs[number].given_text = apsis_text_of(l, c->given->span);
}

/* output x, output x[t], output x[site, t], output x[2035], output x[texas] */
static int read_wanted(struct apsis_lowering *l, const struct apsis_definition *d, struct wanted *w)
{
    memset(w, 0, sizeof *w);
    w->definition = d;
    struct apsis_symbol *s = w->symbol = apsis_names_find(l->names, d->name);
    if (!s && apsis_is_reserved(d->name)) {
        if (d->kind == APSIS_DEFINE_OUTPUT) /* else the names have said so */
            apsis_hint(l->list, apsis_lower_error(l, d->name_span, "%s is a name of the language", d->name), "give it a name of the model: output when%s = %s",
                       strcmp(d->name, "periods") ? "[t]" : "", d->name);
        return 0;
    }
    if (!s) {
        struct apsis_diagnostic *e = apsis_lower_error(l, d->name_span, "%s is not a name of the model", d->name);
        apsis_suggest(l->names, e, d->name);
        return 0;
    }
    if (s->broken) return 0;
    w->member_high = (uint32_t)apsis_symbol_members(l->names, s) - 1;
    if (d->kind != APSIS_DEFINE_OUTPUT || !d->index_count) return 1;
    struct apsis_expr name = {.kind = APSIS_EXPR_NAME, .span = d->name_span, .head = d->name_span, .text = s->name};
    struct apsis_expr reference = {.kind = APSIS_EXPR_INDEX, .span = d->name_span, .head = d->name_span, .a = &name, .indices = d->indices, .index_count = d->index_count};
    struct apsis_reference r;
    struct apsis_scope scope = {.time = APSIS_SCOPE_SCALAR};
    if (!apsis_resolve(l, &scope, &reference, 0, &r)) return 0;
    if (s->table != APSIS_NO_TABLE) {
        w->member_low = r.member_low;
        w->member_high = r.member_high;
    }
    if (r.time == 2) {
        apsis_hint(l->list, apsis_lower_error(l, r.when->span, "an output is a whole series or one %s of it", apsis_time_unit(&l->names->time)), "write %s[t]", s->name);
        return 0;
    }
    if (r.time == 1 && !(r.when->low->kind == APSIS_EXPR_NAME && !strcmp(r.when->low->text, "t"))) {
        apsis_node_id node;
        if (apsis_locate(l, &scope, r.when->low, &w->period, &node) != APSIS_WHERE_CONST || w->period >= (long)l->ir->periods) {
            apsis_hint(l->list, apsis_lower_error(l, r.when->span, "an output is a whole series or one %s of it", apsis_time_unit(&l->names->time)),
                       "write %s[t], or give the value a name: output y = %s[...]", s->name, s->name);
            return 0;
        }
        w->at_period = 1;
    }
    return 1;
}

/* A value that is its draw is listed with the inputs. */
static int is_draw(struct apsis_lowering *l, const struct apsis_cell *cell)
{
    if (!cell->symbol->timed) return cell->node && l->ir->nodes[cell->node].kind == APSIS_NODE_DRAW && cell->drawn;
    if (!cell->series || l->ir->series[cell->series - 1].piece_count != 1) return 0;
    apsis_node_id node = l->ir->series[cell->series - 1].pieces[0].node;
    return node && l->ir->nodes[node].kind == APSIS_NODE_DRAW && cell->drawn;
}

void apsis_lower_outputs(struct apsis_lowering *l)
{
    struct apsis_map known = {.arena = l->arena};
    int any = 0;
    for (size_t i = 0; i < l->ast->definition_count; i++) {
        const struct apsis_definition *d = &l->ast->definitions[i];
        if (!d->is_output && d->kind != APSIS_DEFINE_OUTPUT) continue;
        struct wanted w;
        any = 1;
        if (!read_wanted(l, d, &w)) continue;
        for (uint32_t m = w.member_low; m <= w.member_high; m++) {
            if (!add(l, &known, &w, m)) break;
            add_clauses(l, l->ir->output_count - 1, &w, m);
        }
    }
    if (!any) {
        const char *last = NULL;
        for (size_t i = 0; i < l->ast->definition_count; i++)
            if (l->ast->definitions[i].kind == APSIS_DEFINE_VALUE) last = l->ast->definitions[i].name;
        struct apsis_span whole = {0, 0, 0};
        apsis_hint(l->list, apsis_error(l->list, whole, "the model has no output"), "write output before a result: output %s = ...", last ? last : "value");
    }
    if (!l->options.keep_all) return;
    for (size_t i = 0; i < l->names->symbol_count; i++) {
        struct apsis_symbol *s = &l->names->symbols[i];
        if (s->kind != APSIS_SYMBOL_VALUE || s->broken) continue;
        struct wanted w = {.symbol = s};
        for (uint32_t m = 0; m < apsis_symbol_members(l->names, s); m++) {
            if (is_draw(l, apsis_cell_of(l, s, m, s->top_layer))) continue;
            if (apsis_map_find(&known, apsis_member_name(l->names, s, m)) == APSIS_MAP_NONE) add(l, &known, &w, m);
        }
    }
}
