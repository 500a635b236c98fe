/* ir_print.c - what `apsis show --ir` prints: inputs, series, nodes and outputs, one a line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/ir.h"

#include <string.h>

#include "host/plan/table_hash.h"
#include "host/support/number.h"

static const char *const operation_names[] = {
#define NAME(name, arity, expression, meaning) #name,
    AP_OPERATIONS(NAME)
#undef NAME
};

static void operation(struct apsis_buffer *out, int op)
{
    for (const char *c = operation_names[op]; *c; c++) apsis_buffer_printf(out, "%c", *c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
}

static void number(struct apsis_buffer *out, double value)
{
    char text[APSIS_NUMBER_SIZE];
    apsis_buffer_text(out, apsis_number_print(text, value));
}

/* Constants as numbers, everything else by its number. */
static void reference(const struct apsis_ir *ir, struct apsis_buffer *out, apsis_node_id id)
{
    double value;
    if (apsis_ir_is_const(ir, id, &value)) number(out, value);
    else apsis_buffer_printf(out, "%%%u", id);
}

static void arguments(const struct apsis_ir *ir, struct apsis_buffer *out, const struct apsis_node *n)
{
    apsis_buffer_text(out, "(");
    for (int i = 0; i < n->arg_count; i++) {
        if (i) apsis_buffer_text(out, ", ");
        reference(ir, out, n->args[i]);
    }
    apsis_buffer_text(out, ")");
}

static void print_node(const struct apsis_ir *ir, struct apsis_buffer *out, apsis_node_id id)
{
    const struct apsis_node *n = &ir->nodes[id];
    if (n->kind == APSIS_NODE_CONST) return;
    apsis_buffer_printf(out, "  %%%u%s = ", id, ir->node_varies[id] ? "[t]" : "");
    switch (n->kind) {
    case APSIS_NODE_PERIOD: {
        const double *table = ir->period_tables[n->index];
        apsis_buffer_text(out, "by period");
        for (uint32_t t = 0; t < ir->periods && t < 4; t++) {
            apsis_buffer_text(out, t ? ", " : " ");
            number(out, table[t]);
        }
        if (ir->periods > 4) {
            apsis_buffer_text(out, ", ... ");
            number(out, table[ir->periods - 1]);
            apsis_hash_numbers(out, table, ir->periods);
        }
        break;
    }
    case APSIS_NODE_OP: operation(out, n->op), arguments(ir, out, n); break;
    case APSIS_NODE_DRAW: apsis_buffer_printf(out, "draw %s", ir->inputs[n->index].name); break;
    case APSIS_NODE_SCORE: apsis_buffer_printf(out, "score %s", ir->inputs[n->index].name); break;
    case APSIS_NODE_READ:
        apsis_buffer_printf(out, "%s[t", ir->series[n->index].name);
        if (n->lag) apsis_buffer_printf(out, "-%d", n->lag);
        apsis_buffer_text(out, "]");
        break;
    case APSIS_NODE_PAST: apsis_buffer_printf(out, "%s[t - ", ir->series[n->index].name), reference(ir, out, n->args[0]), apsis_buffer_text(out, "]"); break;
    case APSIS_NODE_AT: apsis_buffer_printf(out, "%s at ", ir->series[n->index].name), reference(ir, out, n->args[0]); break;
    case APSIS_NODE_CONVOLVE: apsis_buffer_printf(out, "convolve %s, %s", ir->series[n->index].name, ir->series[n->other].name); break;
    case APSIS_NODE_SIGN_CHANGES: apsis_buffer_printf(out, "sign changes %s", ir->series[n->index].name), arguments(ir, out, n); break;
    case APSIS_NODE_IRR: {
        static const char *const timing[] = {"start", "mid", "end"};
        apsis_buffer_printf(out, "irr %s %s", ir->series[n->index].name, timing[n->timing]), arguments(ir, out, n);
        break;
    }
    case APSIS_NODE_SOLVE: apsis_buffer_printf(out, "solve %s %u", ir->inputs[n->other].name, n->index), arguments(ir, out, n); break;
    default: break;
    }
    apsis_buffer_text(out, "\n");
}

static void print_inputs(const struct apsis_ir *ir, struct apsis_buffer *out)
{
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *in = &ir->inputs[i];
        apsis_buffer_printf(out, "input %s%s ~ %s", in->name, in->is_series ? "[t]" : "", in->family ? in->family->name : "?");
        apsis_buffer_text(out, "(");
        if (in->distribution) {
            for (size_t k = 0; in->family->parameter_names[k] && k < APSIS_MAX_PARAMETERS; k++) {
                if (k) apsis_buffer_text(out, ", ");
                number(out, in->distribution->p[k]);
            }
            if (in->distribution->count) {
                apsis_buffer_printf(out, "%zu values", in->distribution->count);
                apsis_hash_distribution(out, in->distribution);
            }
        } else {
            for (size_t k = 0; k < in->parameter_count; k++) {
                if (k) apsis_buffer_text(out, ", ");
                reference(ir, out, in->parameters[k]);
            }
        }
        apsis_buffer_printf(out, ") stream %016llx %%%u", (unsigned long long)in->stream, in->node);
        if (in->group >= 0) apsis_buffer_printf(out, " group %d place %zu", in->group, in->position);
        if (in->score) apsis_buffer_printf(out, " from score %%%u", in->score);
        if (in->is_scenario_override) apsis_buffer_text(out, in->is_scenario_override == 1 ? " replaced" : " overridden");
        apsis_buffer_text(out, "\n");
    }
    for (size_t g = 0; g < ir->group_count; g++) {
        const struct apsis_group *group = &ir->groups[g];
        apsis_buffer_printf(out, "group %zu%s\n", g, group->is_series ? "[t]" : "");
        for (size_t r = 0; r < group->count; r++) {
            apsis_buffer_printf(out, "  %s", ir->inputs[group->members[r]].name);
            for (size_t c = 0; c <= r; c++) apsis_buffer_text(out, " "), number(out, group->factor[r * group->count + c]);
            apsis_buffer_text(out, "\n");
        }
    }
}

static void print_series(const struct apsis_ir *ir, struct apsis_buffer *out)
{
    char from[16], to[16];
    for (size_t i = 0; i < ir->series_count; i++) {
        const struct apsis_series *s = &ir->series[i];
        apsis_buffer_printf(out, "series %s", s->name);
        for (size_t k = 0; k < s->piece_count; k++) {
            apsis_buffer_printf(out, " [%s..%s]: ", apsis_period_label(ir, s->pieces[k].first, from), apsis_period_label(ir, s->pieces[k].last, to));
            reference(ir, out, s->pieces[k].node);
        }
        for (size_t k = 0; k < s->history_count; k++) {
            if (!s->history[k]) continue;
            apsis_buffer_printf(out, " [%s]: ", apsis_period_label(ir, -(long)k - 1, from));
            reference(ir, out, s->history[k]);
        }
        if (s->before) {
            apsis_buffer_printf(out, " [..%s]: ", apsis_period_label(ir, -(long)s->history_count - 1, to));
            reference(ir, out, s->before);
        }
        apsis_buffer_text(out, "\n");
    }
}

static void print_outputs(const struct apsis_ir *ir, struct apsis_buffer *out)
{
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *o = &ir->outputs[i];
        apsis_buffer_printf(out, "%s %s%s = ", o->is_output ? "output" : "value", o->name, o->is_series ? "[t]" : "");
        reference(ir, out, o->node);
        if (o->given) apsis_buffer_text(out, " given "), reference(ir, out, o->given);
        for (size_t k = 0; k < o->target_count; k++) apsis_buffer_text(out, k ? ", " : " targets "), number(out, o->targets[k]);
        for (size_t k = 0; k < o->category_count; k++) apsis_buffer_printf(out, "%s%zu: %s", k ? ", " : " names ", k, o->categories[k]);
        apsis_buffer_text(out, "\n");
    }
}

void apsis_ir_print(const struct apsis_ir *ir, struct apsis_buffer *out)
{
    char from[16], to[16];
    apsis_buffer_printf(out, "model %s", ir->name ? ir->name : "-");
    if (ir->scenario) apsis_buffer_printf(out, " scenario %s", ir->scenario);
    if (ir->periods) apsis_buffer_printf(out, " periods %u, %s to %s", ir->periods, apsis_period_label(ir, 0, from), apsis_period_label(ir, (long)ir->periods - 1, to));
    apsis_buffer_text(out, "\n");
    print_inputs(ir, out);
    print_series(ir, out);
    print_outputs(ir, out);
    for (size_t i = 1; i < ir->node_count; i++) print_node(ir, out, (apsis_node_id)i);
}
