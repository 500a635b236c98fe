/* ir_evaluate.h - a plain evaluator of a graph for one draw, by the meaning of each node: what lowering is tested against. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_IR_EVALUATE_H
#define APSIS_TESTS_IR_EVALUATE_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/plan/ir.h"

struct evaluator {
    const struct apsis_ir *ir;
    double *node, *series; /* [node][t], [series][t] */
    unsigned char *node_state, *series_state; /* 0 not yet, 1 under way (a loop), 2 done */
};

static double evaluate_node(struct evaluator *v, apsis_node_id id, long t);

static double evaluate_series(struct evaluator *v, uint32_t index, long t)
{
    const struct apsis_series *s = &v->ir->series[index];
    if (t >= (long)v->ir->periods) return NAN;
    if (t < 0) {
        apsis_node_id id = -t <= (long)s->history_count ? s->history[-t - 1] : s->before;
        return id ? evaluate_node(v, id, 0) : NAN;
    }
    size_t at = index * (size_t)v->ir->periods + (size_t)t;
    if (v->series_state[at] == 2) return v->series[at];
    if (v->series_state[at] == 1) return NAN;
    v->series_state[at] = 1;
    double value = NAN;
    for (size_t i = 0; i < s->piece_count; i++)
        if (t >= s->pieces[i].first && t <= s->pieces[i].last) value = evaluate_node(v, s->pieces[i].node, t);
    v->series_state[at] = 2;
    return v->series[at] = value;
}

/* A draw at its middle: what the traces leave open does not matter there, or has chance 0 or 1. */
static double evaluate_draw(struct evaluator *v, const struct apsis_input *in, long t)
{
    double p[APSIS_MAX_PARAMETERS] = {0};
    if (in->distribution) return apsis_distribution_quantile(in->distribution, 0.5, 0.5);
    for (size_t i = 0; i < in->parameter_count; i++) p[i] = evaluate_node(v, in->parameters[i], t);
    if (!strcmp(in->family->name, "bernoulli")) return p[0] > 0.5;
    if (!strcmp(in->family->name, "binomial")) return p[0] * p[1];
    return p[0];
}

static double present(struct evaluator *v, const struct apsis_node *n, double rate)
{
    double sum = evaluate_node(v, n->args[0], 0), per = v->ir->periods_per_year;
    double when = n->timing == APSIS_TIMING_START ? 0 : n->timing == APSIS_TIMING_MID ? 0.5 : 1;
    for (uint32_t t = 0; t < v->ir->periods; t++) sum += evaluate_series(v, n->index, t) * pow(1 + rate, -(t + when) / per);
    return sum + evaluate_node(v, n->args[1], 0) * pow(1 + rate, -(double)v->ir->periods / per);
}

static double compute(struct evaluator *v, apsis_node_id id, long t)
{
    const struct apsis_node *n = &v->ir->nodes[id];
    double a[4] = {0};
    if (n->kind == APSIS_NODE_OP && n->op == AP_OP_IF) { /* the branch not taken is not looked at */
        double condition = evaluate_node(v, n->args[0], t);
        return isnan(condition) ? NAN : evaluate_node(v, n->args[condition != 0 ? 1 : 2], t);
    }
    switch (n->kind) {
    case APSIS_NODE_CONST: return n->value;
    case APSIS_NODE_PERIOD: return v->ir->period_tables[n->index][t];
    case APSIS_NODE_OP:
        for (int i = 0; i < n->arg_count; i++) a[i] = evaluate_node(v, n->args[i], t);
        return apsis_ir_compute(n->op, a[0], a[1], a[2], a[3]);
    case APSIS_NODE_DRAW: return evaluate_draw(v, &v->ir->inputs[n->index], t);
    case APSIS_NODE_READ: return evaluate_series(v, n->index, t - n->lag);
    case APSIS_NODE_PAST:
    case APSIS_NODE_AT: {
        double where = evaluate_node(v, n->args[0], t);
        if (!(fabs(where) < 1e6) || where != floor(where)) return NAN;
        return evaluate_series(v, n->index, n->kind == APSIS_NODE_AT ? (long)where : where < 0 ? (long)v->ir->periods : t - (long)where);
    }
    case APSIS_NODE_CONVOLVE: {
        double sum = 0;
        for (long k = 0; k <= t; k++) sum = fma(evaluate_series(v, n->index, t - k), evaluate_series(v, n->other, k), sum);
        return sum;
    }
    case APSIS_NODE_IRR: {
        double low = evaluate_node(v, n->args[2], 0), high = evaluate_node(v, n->args[3], 0);
        if (present(v, n, low) <= 0) return low;
        if (present(v, n, high) >= 0) return high;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (present(v, n, middle) > 0) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
    default: return NAN;
    }
}

static double evaluate_node(struct evaluator *v, apsis_node_id id, long t)
{
    size_t at = id * (size_t)(v->ir->periods ? v->ir->periods : 1) + (size_t)(v->ir->node_varies[id] ? t : 0);
    if (v->node_state[at] == 2) return v->node[at];
    if (v->node_state[at] == 1) return NAN;
    v->node_state[at] = 1;
    double value = compute(v, id, t);
    v->node_state[at] = 2;
    return v->node[at] = value;
}

static struct evaluator evaluator_new(const struct apsis_ir *ir)
{
    size_t periods = ir->periods ? ir->periods : 1;
    struct evaluator v = {ir, calloc(ir->node_count * periods, sizeof(double)), calloc((ir->series_count + 1) * periods, sizeof(double)),
                          calloc(ir->node_count * periods, 1), calloc((ir->series_count + 1) * periods, 1)};
    return v;
}

static void evaluator_free(struct evaluator *v)
{
    free(v->node), free(v->series), free(v->node_state), free(v->series_state);
}

/* The value of an output by name, at t where it is a series; *found says whether there is one. */
static double evaluate_output(struct evaluator *v, const char *name, long t, int *found)
{
    *found = 0;
    for (size_t i = 0; i < v->ir->output_count; i++) {
        if (strcmp(v->ir->outputs[i].name, name)) continue;
        *found = 1;
        return evaluate_node(v, v->ir->outputs[i].node, t);
    }
    return NAN;
}

#endif
