/* cells.c - merges the graphs of several cells into one, and adds the outputs of each cell and their differences to the base. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/cells.h"

#include <string.h>

#include "host/plan/cells_classes.h"

struct merging {
    struct apsis_arena *arena;
    const struct apsis_cell_version *cells;
    size_t count;
    const struct apsis_classes *classes;
    struct apsis_merged *merged;
    struct apsis_ir *ir;
    /* where a class went, by class: numbers in the merged graph */
    apsis_node_id *node;
    uint32_t *series, *input, *group; /* + 1 */
    uint32_t *score;                  /* an input that has this score, + 1 */
};

static const struct apsis_ir *graph(const struct merging *m, size_t cell) { return m->cells[cell].ir; }

static apsis_node_id node_of(const struct merging *m, size_t cell, apsis_node_id id) { return id ? m->node[m->classes->cells[cell].nodes[id]] : 0; }

static void copy_head(struct apsis_ir *to, const struct apsis_ir *from)
{
    to->sources = from->sources;
    to->name = from->name;
    to->title = from->title;
    to->currency = from->currency;
    to->scenario = from->scenario;
    to->sections = from->sections;
    to->section_count = from->section_count;
    to->calendar = from->calendar;
    to->first_year = from->first_year;
    to->first_part = from->first_part;
    to->periods = from->periods;
    to->periods_per_year = from->periods_per_year;
    to->data_files = from->data_files;
    to->data_file_count = to->data_file_capacity = from->data_file_count;
}

/* Inputs, groups and series of each class once; what refers to values is filled in by finish(). */
static void add_inputs(struct merging *m, size_t cell)
{
    const struct apsis_ir *from = graph(m, cell);
    const struct apsis_cell_classes *c = &m->classes->cells[cell];
    for (size_t i = 0; i < from->input_count; i++) {
        if (m->input[c->inputs[i]]) continue;
        *APSIS_PUSH(m->arena, m->ir->inputs, m->ir->input_count, m->ir->input_capacity) = from->inputs[i];
        m->input[c->inputs[i]] = (uint32_t)m->ir->input_count;
        if (!m->score[c->scores[i]]) m->score[c->scores[i]] = (uint32_t)m->ir->input_count;
        m->ir->inputs[m->ir->input_count - 1].node = 0;
    }
    for (size_t i = 0; i < from->group_count; i++) {
        if (m->group[c->groups[i]]) continue;
        struct apsis_group *group = APSIS_PUSH(m->arena, m->ir->groups, m->ir->group_count, m->ir->group_capacity);
        *group = from->groups[i];
        m->group[c->groups[i]] = (uint32_t)m->ir->group_count;
        group->members = APSIS_NEW_ARRAY(m->arena, uint32_t, group->count + 1);
        for (size_t k = 0; k < group->count; k++) group->members[k] = m->input[c->inputs[from->groups[i].members[k]]] - 1;
    }
    for (size_t i = 0; i < from->input_count; i++) {
        struct apsis_input *in = &m->ir->inputs[m->input[c->inputs[i]] - 1];
        if (!in->node) in->group = from->inputs[i].group < 0 ? -1 : (int)m->group[c->groups[from->inputs[i].group]] - 1;
    }
}

static void add_series(struct merging *m, size_t cell)
{
    const struct apsis_ir *from = graph(m, cell);
    const struct apsis_cell_classes *c = &m->classes->cells[cell];
    for (size_t i = 0; i < from->series_count; i++) {
        if (m->series[c->series[i]]) continue;
        *APSIS_PUSH(m->arena, m->ir->series, m->ir->series_count, m->ir->series_capacity) = (struct apsis_series){.name = from->series[i].name, .span = from->series[i].span};
        m->series[c->series[i]] = (uint32_t)m->ir->series_count;
    }
}

static void add_nodes(struct merging *m, size_t cell)
{
    const struct apsis_ir *from = graph(m, cell);
    const struct apsis_cell_classes *c = &m->classes->cells[cell];
    for (size_t i = 1; i < from->node_count; i++) {
        struct apsis_node n = from->nodes[i];
        if (m->node[c->nodes[i]]) continue;
        for (int k = 0; k < n.arg_count; k++) n.args[k] = node_of(m, cell, n.args[k]);
        switch (n.kind) {
        case APSIS_NODE_PERIOD: m->node[c->nodes[i]] = apsis_ir_period(m->ir, from->period_tables[n.index]); continue;
        case APSIS_NODE_DRAW: n.index = m->input[c->inputs[n.index]] - 1; break;
        case APSIS_NODE_SCORE: n.index = m->score[c->scores[n.index]] - 1; break;
        case APSIS_NODE_READ: case APSIS_NODE_PAST: case APSIS_NODE_AT: case APSIS_NODE_SIGN_CHANGES: case APSIS_NODE_IRR: n.index = m->series[c->series[n.index]] - 1; break;
        case APSIS_NODE_CONVOLVE: n.index = m->series[c->series[n.index]] - 1, n.other = m->series[c->series[n.other]] - 1; break;
        case APSIS_NODE_SOLVE: n.other = m->input[c->inputs[n.other]] - 1; break;
        default: break;
        }
        m->node[c->nodes[i]] = apsis_ir_node(m->ir, n);
    }
}

/* What refers to values, once all of them are there. */
static void finish(struct merging *m, size_t cell)
{
    const struct apsis_ir *from = graph(m, cell);
    const struct apsis_cell_classes *c = &m->classes->cells[cell];
    for (size_t i = 0; i < from->input_count; i++) {
        struct apsis_input *in = &m->ir->inputs[m->input[c->inputs[i]] - 1];
        if (in->node || !from->inputs[i].node) continue;
        in->node = node_of(m, cell, from->inputs[i].node);
        in->score = node_of(m, cell, from->inputs[i].score);
        for (size_t k = 0; k < in->parameter_count && !in->distribution; k++) in->parameters[k] = node_of(m, cell, from->inputs[i].parameters[k]);
    }
    for (size_t i = 0; i < from->series_count; i++) {
        struct apsis_series *to = &m->ir->series[m->series[c->series[i]] - 1];
        const struct apsis_series *s = &from->series[i];
        if (to->piece_count) continue;
        to->piece_count = s->piece_count;
        to->pieces = APSIS_NEW_ARRAY(m->arena, struct apsis_piece, s->piece_count + 1);
        for (size_t k = 0; k < s->piece_count; k++) to->pieces[k] = (struct apsis_piece){s->pieces[k].first, s->pieces[k].last, node_of(m, cell, s->pieces[k].node)};
        to->history_count = s->history_count;
        to->history = APSIS_NEW_ARRAY(m->arena, apsis_node_id, s->history_count + 1);
        for (size_t k = 0; k < s->history_count; k++) to->history[k] = node_of(m, cell, s->history[k]);
        to->before = node_of(m, cell, s->before);
    }
}

/* ---------------------------------------------------------------- outputs */
static int is_wanted(const struct apsis_merge_options *options, const struct apsis_output *o)
{
    if (!o->is_output || (o->is_series && !(options && options->series))) return 0;
    if (!options || !options->only) return 1;
    for (const char *const *name = options->only; *name; name++)
        if (!strcmp(*name, o->name) || (o->base && !strcmp(*name, o->base))) return 1;
    return 0;
}

static const struct apsis_output *find_output(const struct apsis_ir *ir, const struct apsis_output *like)
{
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *o = &ir->outputs[i];
        if (strcmp(o->name, like->name)) continue;
        if (!o->is_output || o->is_series != like->is_series || o->category_count != like->category_count) return NULL;
        for (size_t k = 0; k < o->category_count; k++)
            if (strcmp(o->categories[k], like->categories[k])) return NULL;
        return o;
    }
    return NULL;
}

static uint32_t add_output(struct merging *m, struct apsis_output output)
{
    *APSIS_PUSH(m->arena, m->ir->outputs, m->ir->output_count, m->ir->output_capacity) = output;
    return (uint32_t)m->ir->output_count - 1;
}

static int same_output(const struct apsis_output *a, const struct apsis_output *b)
{
    return a->node == b->node && a->given == b->given && a->several_signs == b->several_signs && a->target_count == b->target_count &&
           (!a->target_count || !memcmp(a->targets, b->targets, a->target_count * sizeof *a->targets));
}

static void add_difference(struct merging *m, size_t cell, const struct apsis_output *base, struct apsis_cell_output *to)
{
    struct apsis_output output = m->ir->outputs[to->output], difference = output;
    difference.name = apsis_arena_printf(m->arena, "%s @ %s - base", base->name, m->cells[cell].name);
    difference.base = NULL;
    difference.node = apsis_ir_op(m->ir, AP_OP_SUB, output.node, base->node, 0);
    if (base->given && output.given && base->given != output.given) difference.given = apsis_ir_op(m->ir, AP_OP_AND, base->given, output.given, 0);
    else if (base->given) difference.given = base->given;
    difference.several_signs = 0;
    difference.targets = APSIS_NEW_ARRAY(m->arena, double, 2); /* chances to be more, and not to be less */
    difference.targets[1] = -0x1p-1074;
    difference.target_count = 2;
    to->difference = add_output(m, difference);
}

static void add_outputs(struct merging *m, const struct apsis_merge_options *options)
{
    const struct apsis_ir *base = graph(m, 0);
    struct apsis_merged *merged = m->merged;
    merged->base_outputs = APSIS_NEW_ARRAY(m->arena, uint32_t, base->output_count + 1);
    for (size_t i = 0; i < base->output_count; i++)
        if (is_wanted(options, &base->outputs[i])) merged->base_outputs[merged->output_count++] = (uint32_t)i;
    merged->outputs = APSIS_NEW_ARRAY(m->arena, struct apsis_cell_output, merged->cell_count * merged->output_count + 1);
    for (size_t cell = 0; cell < m->count; cell++) {
        for (size_t o = 0; o < merged->output_count; o++) {
            struct apsis_cell_output *to = &merged->outputs[cell * merged->output_count + o];
            const struct apsis_output *like = &base->outputs[merged->base_outputs[o]], *from = cell ? find_output(graph(m, cell), like) : like;
            *to = (struct apsis_cell_output){APSIS_NO_OUTPUT, APSIS_NO_OUTPUT};
            if (!from) continue;
            struct apsis_output output = *from;
            output.node = node_of(m, cell, from->node);
            output.given = node_of(m, cell, from->given);
            output.several_signs = node_of(m, cell, from->several_signs);
            output.targets = like->targets, output.target_count = like->target_count; /* all cells are held against the same ones */
            for (size_t before = 0; before < cell && to->output == APSIS_NO_OUTPUT; before++) {
                struct apsis_cell_output other = apsis_merged_output(merged, before, o);
                if (other.output != APSIS_NO_OUTPUT && same_output(&m->ir->outputs[other.output], &output)) *to = other;
            }
            if (to->output != APSIS_NO_OUTPUT) continue;
            if (cell) output.name = apsis_arena_printf(m->arena, "%s @ %s", like->name, m->cells[cell].name), output.base = NULL;
            to->output = add_output(m, output);
            struct apsis_output first = m->ir->outputs[merged->outputs[o].output];
            first.name = like->name;
            if (cell && options && options->differences > (output.is_series != 0) && !output.category_count) add_difference(m, cell, &first, to);
        }
    }
}

struct apsis_merged *apsis_cells_merge(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count, const struct apsis_merge_options *options)
{
    struct apsis_merged *merged = APSIS_NEW(arena, struct apsis_merged);
    struct merging m = {.arena = arena, .cells = cells, .count = count, .merged = merged, .ir = apsis_ir_new(arena)};
    merged->ir = m.ir;
    merged->cell_count = count;
    copy_head(m.ir, cells[0].ir);
    m.classes = apsis_cells_classes(arena, cells, count);
    m.node = APSIS_NEW_ARRAY(arena, apsis_node_id, m.classes->node_count + 1);
    m.series = APSIS_NEW_ARRAY(arena, uint32_t, m.classes->series_count + 1);
    m.input = APSIS_NEW_ARRAY(arena, uint32_t, m.classes->input_count + 1);
    m.group = APSIS_NEW_ARRAY(arena, uint32_t, m.classes->group_count + 1);
    size_t inputs = 0;
    for (size_t i = 0; i < count; i++) inputs += cells[i].ir->input_count;
    m.score = APSIS_NEW_ARRAY(arena, uint32_t, inputs + 1);
    for (size_t i = 0; i < count; i++) add_inputs(&m, i);
    for (size_t i = 0; i < count; i++) add_series(&m, i);
    for (size_t i = 0; i < count; i++) add_nodes(&m, i), merged->values_apart += cells[i].ir->node_count;
    for (size_t i = 0; i < count; i++) finish(&m, i);
    merged->values_merged = m.ir->node_count;
    add_outputs(&m, options);
    return merged;
}
