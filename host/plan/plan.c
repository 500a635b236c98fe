/* plan.c - makes a checked model ready to run: columns, samplers, the program of each phase. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "host/plan/bind.h"
#include "host/plan/planner.h"
#include "host/plan/samplers.h"
#include "host/support/floating.h"
#include "kernels/sampler.h"

#define MOST_COLUMNS (1u << 24)

static int wanted(const struct apsis_plan_options *options, const struct apsis_output *o)
{
    if (!options || !options->only) return 1;
    for (const char *const *name = options->only; *name; name++) {
        if (!strcmp(*name, o->name) || (o->base && !strcmp(*name, o->base))) return 1;
    }
    return 0;
}

static void add_columns(struct apsis_planner *p, size_t *capacity, enum apsis_plan_column_kind kind, uint32_t index, int is_series, apsis_node_id node,
                        apsis_node_id given, const char *name)
{
    struct apsis_plan *plan = p->plan;
    uint32_t base = (uint32_t)plan->column_count;
    for (uint32_t t = 0; t < (is_series ? p->periods : 1); t++) {
        struct apsis_plan_column *c = APSIS_PUSH(p->arena, plan->columns, plan->column_count, *capacity);
        *c = (struct apsis_plan_column){kind, index, is_series ? (int32_t)t : -1};
    }
    struct apsis_emit *e = APSIS_PUSH(p->arena, p->emits, p->emit_count, p->emit_capacity);
    *e = (struct apsis_emit){.node = node, .given = given, .column = base, .has_given = given != 0, .is_series = (uint8_t)is_series, .name = name};
}

static void find_columns(struct apsis_planner *p, const struct apsis_plan_options *options)
{
    const struct apsis_ir *ir = p->ir;
    size_t capacity = 0;
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *o = &ir->outputs[i];
        if (!wanted(options, o)) continue;
        add_columns(p, &capacity, o->is_output ? APSIS_PLAN_OUTPUT : APSIS_PLAN_VALUE, (uint32_t)i, o->is_series, o->node, o->given, o->name);
    }
    for (size_t i = 0; i < ir->input_count && options && options->inputs; i++) {
        const struct apsis_input *input = &ir->inputs[i];
        if (!input->node || (input->is_series && options->inputs < 2)) continue;
        add_columns(p, &capacity, APSIS_PLAN_INPUT, (uint32_t)i, input->is_series, input->node, 0, input->name);
    }
    for (size_t i = 0; i < ir->output_count && options && options->signs; i++) {
        const struct apsis_output *o = &ir->outputs[i];
        if (o->several_signs && wanted(options, o)) add_columns(p, &capacity, APSIS_PLAN_SIGNS, (uint32_t)i, 0, o->several_signs, o->given, o->name);
    }
}

/* A sampler for each input that is drawn; tables are built together. */
static int build_samplers(struct apsis_planner *p)
{
    const struct apsis_ir *ir = p->ir;
    p->samplers = APSIS_NEW_ARRAY(p->arena, struct ap_sampler *, ir->input_count + 1);
    struct apsis_sampler_request *requests = APSIS_NEW_ARRAY(p->arena, struct apsis_sampler_request, ir->input_count + 1);
    size_t *owner = APSIS_NEW_ARRAY(p->arena, size_t, ir->input_count + 1), count = 0;
    for (size_t i = 1; i < p->node_count; i++) {
        const struct apsis_node *n = &p->nodes[i];
        if (n->kind != APSIS_NODE_DRAW || !p->needed[i] || p->samplers[n->index]) continue;
        const struct apsis_input *input = &ir->inputs[n->index];
        if (!input->family && !input->distribution) continue; /* u itself: graphs made by hand */
        p->samplers[n->index] = APSIS_NEW(p->arena, struct ap_sampler);
        owner[count] = n->index;
        requests[count++] = (struct apsis_sampler_request){.distribution = input->distribution, .family = input->family,
                                                           .from_score = input->group >= 0 || input->score, .out = p->samplers[n->index]};
    }
    if (apsis_samplers_build(p->arena, requests, count) == APSIS_OK) return 1;
    for (size_t i = 0; i < count; i++) {
        const struct apsis_input *input = &ir->inputs[owner[i]];
        if (requests[i].why) apsis_error(p->diagnostics, input->span, "%s cannot be drawn: %s", input->name, requests[i].why);
    }
    return 0;
}

/* Inputs of one stream, drawn from different distributions by different cells (host/plan/cells.h), share their normal scores. */
static void find_twins(struct apsis_planner *p)
{
    const struct apsis_ir *ir = p->ir;
    size_t size = 16;
    while (size < 2 * ir->input_count) size *= 2;
    uint32_t *table = apsis_calloc(size, sizeof *table);
    p->twin = APSIS_NEW_ARRAY(p->arena, uint32_t, ir->input_count + 1);
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *in = &ir->inputs[i];
        size_t at = (size_t)(in->stream ^ in->stream >> 32) & (size - 1);
        while (table[at] && (ir->inputs[table[at] - 1].stream != in->stream || ir->inputs[table[at] - 1].is_series != in->is_series)) at = (at + 1) & (size - 1);
        if (!table[at]) table[at] = (uint32_t)i + 1;
        p->twin[i] = table[at] - 1;
    }
    apsis_block_free(table);
}

static void new_arrays(struct apsis_planner *p)
{
    size_t items = p->item_count, nodes = p->node_count, series = p->series_count, inputs = p->ir->input_count;
    struct apsis_arena *a = p->arena;
    p->needed = APSIS_NEW_ARRAY(a, uint8_t, items + 1);
    p->level = APSIS_NEW_ARRAY(a, uint32_t, items + 1);
    p->place = APSIS_NEW_ARRAY(a, uint32_t, series + 1);
    p->full = APSIS_NEW_ARRAY(a, uint8_t, series + 1);
    p->lag_all = APSIS_NEW_ARRAY(a, uint32_t, series + 1);
    p->history_storage = APSIS_NEW_ARRAY(a, uint32_t, series + 1);
    p->history_slots = APSIS_NEW_ARRAY(a, uint32_t, series + 1);
    p->room = APSIS_NEW_ARRAY(a, struct apsis_room, series + 1);
    p->need_stamp = APSIS_NEW_ARRAY(a, uint32_t, items + 1);
    p->hull_first = APSIS_NEW_ARRAY(a, uint32_t, items + 1);
    p->hull_last = APSIS_NEW_ARRAY(a, uint32_t, items + 1);
    p->home = APSIS_NEW_ARRAY(a, uint32_t, nodes + 1);
    p->value_stamp = APSIS_NEW_ARRAY(a, uint32_t, nodes + 1);
    p->value = APSIS_NEW_ARRAY(a, struct ap_operand, nodes + 1);
    p->score_stamp = APSIS_NEW_ARRAY(a, uint32_t, inputs + 1);
    p->score = APSIS_NEW_ARRAY(a, struct ap_operand, inputs + 1);
    p->mixes = APSIS_NEW_ARRAY(a, struct apsis_mix *, inputs + 1);
    find_twins(p);
    p->number = APSIS_NEW_ARRAY(a, uint32_t, nodes + 1);
    p->table_number = APSIS_NEW_ARRAY(a, uint32_t, p->ir->period_table_count + 1);
    p->series_number = APSIS_NEW_ARRAY(a, uint32_t, series + 1);
    p->captures = APSIS_NEW_ARRAY(a, apsis_node_id *, series + 1);
    p->capture_count = APSIS_NEW_ARRAY(a, size_t, series + 1);
    memset(p->number, 0xff, (nodes + 1) * sizeof *p->number);
    memset(p->table_number, 0xff, (p->ir->period_table_count + 1) * sizeof *p->table_number);
    memset(p->series_number, 0xff, (series + 1) * sizeof *p->series_number);
}

/* What no draw changes is a program too: it runs here once, over a block of which lane 0 is kept. */
static void find_fixed(struct apsis_planner *p, struct ap_program *program)
{
    struct apsis_bound *bound = apsis_bind(program, &apsis_loop_plain, AP_UNIT_LANES);
    struct ap_frame *frame = apsis_bound_frame(bound);
    frame->kept = p->numbers;
    apsis_loop_plain.run(frame);
    apsis_bound_free(bound);
}

static struct apsis_plan *make_plan(struct apsis_arena *arena, const struct apsis_ir *ir, const struct apsis_plan_options *options,
                                    struct apsis_diagnostics *diagnostics)
{
    struct apsis_planner p = {.arena = arena, .ir = ir, .diagnostics = diagnostics, .periods = ir->periods};
    p.plan = APSIS_NEW(arena, struct apsis_plan);
    p.plan->arena = arena;
    p.plan->ir = ir;
    if (!apsis_plan_graph(&p)) return NULL;
    new_arrays(&p);
    find_columns(&p, options);
    if (p.plan->column_count > MOST_COLUMNS) {
        apsis_error(diagnostics, (struct apsis_span){0}, "the outputs have %zu numbers a draw; at most %u are possible", p.plan->column_count, MOST_COLUMNS);
        return NULL;
    }
    p.phase = APSIS_PHASE_RANDOM;
    if (!apsis_plan_schedule(&p) || !build_samplers(&p)) return NULL;
    apsis_plan_emit(&p);
    p.plan->code = APSIS_NEW(arena, struct apsis_code);
    *p.plan->code = p.code;
    struct ap_program *program = apsis_plan_registers(arena, &p.code, NULL);
    p.phase = APSIS_PHASE_FIXED;
    if (!apsis_plan_schedule(&p)) return NULL;
    apsis_plan_emit(&p);
    p.plan->fixed = apsis_plan_registers(arena, &p.code, NULL);
    p.plan->fixed->numbers = p.numbers;
    p.plan->fixed->number_count = (ap_u32)p.number_count;
    find_fixed(&p, p.plan->fixed);
    program->numbers = p.numbers;
    program->number_count = (ap_u32)p.number_count;
    p.plan->program = program;
    return p.plan;
}

struct apsis_plan *apsis_plan_new(struct apsis_arena *arena, const struct apsis_ir *ir, const struct apsis_plan_options *options,
                                  struct apsis_diagnostics *diagnostics)
{
    uint64_t mode = apsis_floating_set();
    struct apsis_plan *plan = make_plan(arena, ir, options, diagnostics);
    apsis_floating_restore(mode);
    return plan;
}
