/* evaluate.h - one draw of a graph of values, straight from its meaning: no plan, no registers, no order, only recursion. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_EVALUATE_H
#define APSIS_TESTS_EVALUATE_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/plan/ir.h"
#include "kernels/normal.h"
#include "kernels/philox.h"

struct evaluation {
    const struct apsis_ir *ir;
    uint64_t seed, draw;
    double *value;       /* [node][t]; scalars at t = 0 */
    uint8_t *known;
    uint8_t *waits;      /* [node * series + s]: series s waits for this node in the same period */
};

static double evaluate_series(struct evaluation *e, uint32_t s, long t);

static uint32_t evaluate_rows(const struct apsis_ir *ir) { return ir->periods ? ir->periods : 1; }

/* ------------------------------------------------------------------ which PAST nodes stand in a cycle: plain reachability */

static void reach_node(const struct apsis_ir *ir, apsis_node_id id, uint8_t *seen_node, uint8_t *seen_series);
static void reach_series(const struct apsis_ir *ir, uint32_t s, uint8_t *seen_node, uint8_t *seen_series)
{
    if (seen_series[s]) return;
    seen_series[s] = 1;
    for (size_t i = 0; i < ir->series[s].piece_count; i++) reach_node(ir, ir->series[s].pieces[i].node, seen_node, seen_series);
}
static void reach_node(const struct apsis_ir *ir, apsis_node_id id, uint8_t *seen_node, uint8_t *seen_series)
{
    if (seen_node[id]) return;
    seen_node[id] = 1;
    const struct apsis_node *n = &ir->nodes[id];
    for (int i = 0; i < n->arg_count; i++) reach_node(ir, n->args[i], seen_node, seen_series);
    if (n->kind == APSIS_NODE_DRAW) {
        for (size_t i = 0; i < ir->inputs[n->index].parameter_count; i++) reach_node(ir, ir->inputs[n->index].parameters[i], seen_node, seen_series);
    }
    if ((n->kind == APSIS_NODE_READ && n->lag == 0) || n->kind == APSIS_NODE_PAST || n->kind == APSIS_NODE_CONVOLVE) reach_series(ir, n->index, seen_node, seen_series);
    if (n->kind == APSIS_NODE_CONVOLVE) reach_series(ir, n->other, seen_node, seen_series);
}

static void evaluate_begin(struct evaluation *e, const struct apsis_ir *ir, uint64_t seed)
{
    e->ir = ir;
    e->seed = seed;
    e->value = calloc(ir->node_count * evaluate_rows(ir), sizeof *e->value);
    e->known = calloc(ir->node_count * evaluate_rows(ir), 1);
    e->waits = calloc(ir->node_count * (ir->series_count + 1), 1);
    for (uint32_t s = 0; s < ir->series_count; s++) {
        uint8_t *nodes = calloc(ir->node_count, 1), *series = calloc(ir->series_count, 1);
        reach_series(ir, s, nodes, series);
        for (size_t i = 0; i < ir->node_count; i++) e->waits[i * ir->series_count + s] = nodes[i];
        free(nodes);
        free(series);
    }
}
static void evaluate_end(struct evaluation *e)
{
    free(e->value);
    free(e->known);
    free(e->waits);
}
static void evaluate_draw(struct evaluation *e, uint64_t draw)
{
    e->draw = draw;
    memset(e->known, 0, e->ir->node_count * evaluate_rows(e->ir));
}

/* ------------------------------------------------------------------ values */

static double evaluate_node(struct evaluation *e, apsis_node_id id, long t);

static double series_at(struct evaluation *e, uint32_t s, double at)
{
    const struct apsis_series *series = &e->ir->series[s];
    if (!(at == floor(at)) || at >= e->ir->periods) return NAN;
    if (at >= 0) return evaluate_series(e, s, (long)at);
    if (-at <= (double)series->history_count) return evaluate_node(e, series->history[(size_t)-at - 1], 0);
    return series->before ? evaluate_node(e, series->before, 0) : NAN;
}

static double evaluate_series(struct evaluation *e, uint32_t s, long t)
{
    const struct apsis_series *series = &e->ir->series[s];
    for (size_t i = 0; i < series->piece_count; i++) {
        if (t >= series->pieces[i].first && t <= series->pieces[i].last) return evaluate_node(e, series->pieces[i].node, t);
    }
    abort();
}

static double evaluate_input(struct evaluation *e, uint32_t number, long t)
{
    const struct apsis_ir *ir = e->ir;
    const struct apsis_input *input = &ir->inputs[number];
    uint32_t period = input->is_series ? (uint32_t)t : 0;
    uint64_t m = ap_draw_bits(e->draw, e->seed, input->stream, period) >> 12;
    double u = ap_uniform_of(m), p[APSIS_MAX_PARAMETERS] = {0};
    if (!input->family) return u;
    for (size_t i = 0; i < input->parameter_count; i++) p[i] = evaluate_node(e, input->parameters[i], t);
    if (!strcmp(input->family->name, "bernoulli")) return p[0] >= 0 && p[0] <= 1 ? ap_uniform_upper_of(m) < p[0] : NAN;
    double z = ap_normal_quantile_tails(u, ap_uniform_upper_of(m)); /* else: normal */
    if (input->group >= 0) {
        const struct apsis_group *g = &ir->groups[input->group];
        double sum = 0;
        int first = 1;
        for (size_t k = 0; k <= input->position; k++) {
            double w = g->factor[input->position * g->count + k];
            if (w == 0) continue;
            uint64_t other = ap_draw_bits(e->draw, e->seed, ir->inputs[g->members[k]].stream, period) >> 12;
            double product = w * ap_normal_quantile_tails(ap_uniform_of(other), ap_uniform_upper_of(other));
            sum = first ? product : sum + product;
            first = 0;
        }
        z = sum > 8.2095 ? 8.2095 : sum < -8.2095 ? -8.2095 : sum;
    }
    return p[1] >= 0 ? fma(p[1], z, p[0]) : NAN;
}

static double worth(struct evaluation *e, const struct apsis_node *n, double rate, double upfront, double final)
{
    long T = e->ir->periods;
    double v = e->ir->periods_per_year == 1 ? 1 / (1 + rate) : ap_pow(1 + rate, -1.0 / e->ir->periods_per_year);
    double shift = n->timing == APSIS_TIMING_START ? 1 : n->timing == APSIS_TIMING_MID ? sqrt(v) : v;
    double rest = n->timing == APSIS_TIMING_START ? v : n->timing == APSIS_TIMING_MID ? sqrt(v) : 1;
    double h = fma(final, rest, evaluate_series(e, n->index, T - 1));
    for (long t = T - 2; t >= 0; t--) h = fma(h, v, evaluate_series(e, n->index, t));
    return fma(shift, h, upfront);
}

static double evaluate_irr(struct evaluation *e, const struct apsis_node *n)
{
    double a[4];
    for (int k = 0; k < 4; k++) a[k] = evaluate_node(e, n->args[k], 0);
    double low = a[2], high = a[3], at_low = worth(e, n, low, a[0], a[1]), at_high = worth(e, n, high, a[0], a[1]);
    if (isnan(at_low) || isnan(at_high)) return NAN;
    if (at_low <= 0) return low;
    if (at_high >= 0) return high;
    for (int k = 0; k < 60; k++) {
        double middle = 0.5 * (low + high);
        if (worth(e, n, middle, a[0], a[1]) > 0) low = middle;
        else high = middle;
    }
    return 0.5 * (low + high);
}

static double compute_node(struct evaluation *e, apsis_node_id id, long t)
{
    const struct apsis_ir *ir = e->ir;
    const struct apsis_node *n = &ir->nodes[id];
    switch (n->kind) {
    case APSIS_NODE_CONST: return n->value;
    case APSIS_NODE_PERIOD: return ir->period_tables[n->index][t];
    case APSIS_NODE_DRAW: return evaluate_input(e, n->index, t);
    case APSIS_NODE_READ: return series_at(e, n->index, (double)(t - n->lag));
    case APSIS_NODE_AT: return series_at(e, n->index, evaluate_node(e, n->args[0], t));
    case APSIS_NODE_PAST: {
        double lag = evaluate_node(e, n->args[0], t);
        if (!(lag >= 0)) return NAN;
        if (lag == 0 && e->waits[id * ir->series_count + n->index]) return NAN;
        return series_at(e, n->index, (double)t - lag);
    }
    case APSIS_NODE_CONVOLVE: {
        double sum = 0;
        for (long k = 0; k <= t; k++) sum = fma(evaluate_series(e, n->index, t - k), evaluate_series(e, n->other, k), sum);
        return sum;
    }
    case APSIS_NODE_IRR: return evaluate_irr(e, n);
    case APSIS_NODE_SIGN_CHANGES: {
        double last = 0, changes = 0;
        long end = (long)ir->periods, from = n->timing == APSIS_TIMING_START ? 0 : -1, to = n->timing == APSIS_TIMING_END ? end - 1 : end;
        for (long k = from; k <= to; k++) {
            double x = k >= 0 && k < end ? evaluate_series(e, n->index, k) : 0; /* flows of one moment are one flow */
            if (k == from) x = k < 0 ? evaluate_node(e, n->args[0], 0) : evaluate_node(e, n->args[0], 0) + x;
            if (k == to) x = k == end ? evaluate_node(e, n->args[1], 0) : x + evaluate_node(e, n->args[1], 0);
            if (isnan(x)) return NAN;
            if (x == 0) continue;
            changes += last != 0 && (x > 0) != (last > 0);
            last = x;
        }
        return changes;
    }
    case APSIS_NODE_OP: {
        double a[4] = {0};
        for (int k = 0; k < n->arg_count; k++) a[k] = evaluate_node(e, n->args[k], t);
        return apsis_ir_compute((enum ap_operation)n->op, a[0], a[1], a[2], a[3]);
    }
    default: abort();
    }
}

static double evaluate_node(struct evaluation *e, apsis_node_id id, long t)
{
    size_t at = id * (size_t)evaluate_rows(e->ir) + (size_t)t;
    if (e->known[at] == 2) return e->value[at];
    if (e->known[at] == 1) abort(); /* a value that waits for itself: the test's graph is wrong */
    e->known[at] = 1;
    e->value[at] = compute_node(e, id, t);
    e->known[at] = 2;
    return e->value[at];
}

#endif
