/* graph.c - the planner's view of the values: what stands for what, rates, needs in the same period, and an order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/planner.h"

static apsis_node_id add_node(struct apsis_planner *p, struct apsis_node node)
{
    struct apsis_node *place = APSIS_PUSH(p->arena, p->nodes, p->node_count, p->node_capacity);
    *place = node;
    return (apsis_node_id)(p->node_count - 1);
}

static apsis_node_id history_node(const struct apsis_planner *p, const struct apsis_series *s, long back)
{
    if (back >= 1 && (size_t)back <= s->history_count) return s->history[back - 1];
    return s->before ? s->before : p->nan_node;
}

/* What a node that looks at one fixed place stands for: a series that does not vary, a value in history, a piece that does not vary. */
static apsis_node_id stands_for(struct apsis_planner *p, apsis_node_id id)
{
    const struct apsis_node *n = &p->nodes[id];
    if (n->kind == APSIS_NODE_READ && n->lag == 0) {
        const struct apsis_series *s = &p->ir->series[n->index];
        if (s->piece_count == 1 && !p->varies[s->pieces[0].node]) return s->pieces[0].node;
    }
    if (n->kind == APSIS_NODE_AT && p->nodes[p->alias[n->args[0]]].kind == APSIS_NODE_CONST) {
        const struct apsis_series *s = &p->ir->series[n->index];
        double k = p->nodes[p->alias[n->args[0]]].value;
        if (!(k < (double)p->periods) || k != (double)(long)(k < -2e9 ? -2e9 : k)) return p->nan_node;
        if (k < 0) return history_node(p, s, (long)-k);
        for (size_t i = 0; i < s->piece_count; i++) {
            const struct apsis_piece *piece = &s->pieces[i];
            if (k >= piece->first && k <= piece->last && !p->varies[piece->node]) return piece->node;
        }
    }
    return id;
}

static int node_varies(const struct apsis_planner *p, apsis_node_id id)
{
    const struct apsis_node *n = &p->nodes[id];
    if (p->alias[id] != id) return p->varies[p->alias[id]];
    switch (n->kind) {
    case APSIS_NODE_PERIOD: case APSIS_NODE_PAST: case APSIS_NODE_CONVOLVE: return 1;
    case APSIS_NODE_READ:
        if (n->lag == 0) {
            const struct apsis_series *s = &p->ir->series[n->index];
            return s->piece_count != 1 || p->varies[s->pieces[0].node];
        }
        return 1;
    case APSIS_NODE_DRAW: case APSIS_NODE_SCORE: return p->ir->inputs[n->index].is_series;
    case APSIS_NODE_OP: case APSIS_NODE_SOLVE: case APSIS_NODE_AT:
        for (int i = 0; i < n->arg_count; i++) {
            if (p->varies[p->alias[n->args[i]]]) return 1;
        }
        return 0;
    default: return 0;
    }
}

/* Rates grow until nothing changes; then aliases follow from them. A cycle of lag-0 reads stays "not varying" and is found later. */
static void find_varying(struct apsis_planner *p)
{
    for (size_t i = 0; i < p->node_count; i++) p->alias[i] = (apsis_node_id)i;
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = 1; i < p->node_count; i++) {
            if (!p->varies[i] && node_varies(p, (apsis_node_id)i)) p->varies[i] = 1, again = 1;
        }
    }
    for (size_t i = 1; i < p->node_count; i++) {
        apsis_node_id to = (apsis_node_id)i;
        for (size_t steps = 0; steps <= p->series_count; steps++) {
            apsis_node_id next = stands_for(p, to);
            if (next == to) break;
            to = next;
        }
        p->alias[i] = to;
    }
    /* an AT whose index became constant through an alias was seen above, since alias[] of lower nodes is final by then */
    for (size_t i = 1; i < p->node_count; i++) {
        if (p->alias[i] != i) p->varies[i] = p->varies[p->alias[i]];
    }
}

static int node_random(const struct apsis_planner *p, apsis_node_id id)
{
    const struct apsis_node *n = &p->nodes[id];
    if (p->alias[id] != id) return p->random[p->alias[id]];
    if (n->kind == APSIS_NODE_DRAW || n->kind == APSIS_NODE_SCORE) return 1;
    if (n->kind >= APSIS_NODE_READ && n->kind <= APSIS_NODE_IRR && p->random[apsis_item_series(p, n->index)]) return 1;
    if (n->kind == APSIS_NODE_CONVOLVE && p->random[apsis_item_series(p, n->other)]) return 1;
    for (int i = 0; i < n->arg_count; i++) {
        if (p->random[p->alias[n->args[i]]]) return 1;
    }
    return 0;
}

static void find_random(struct apsis_planner *p)
{
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = 1; i < p->node_count; i++) {
            if (!p->random[i] && node_random(p, (apsis_node_id)i)) p->random[i] = 1, again = 1;
        }
        for (size_t k = 0; k < p->series_count; k++) {
            const struct apsis_series *s = &p->ir->series[k];
            int random = s->before && p->random[s->before];
            for (size_t i = 0; i < s->piece_count; i++) random |= p->random[s->pieces[i].node];
            for (size_t i = 0; i < s->history_count; i++) random |= p->random[s->history[i]];
            if (random && !p->random[apsis_item_series(p, (uint32_t)k)]) p->random[apsis_item_series(p, (uint32_t)k)] = 1, again = 1;
        }
    }
}

/* x^y with x known at a cheaper rate than y: the logarithm of x is found once. The bits are those of the power by construction. */
static int rate(const struct apsis_planner *p, apsis_node_id id)
{
    id = p->alias[id];
    return !p->random[id] ? 0 : p->varies[id] ? 2 : 1;
}
static void hoist_powers(struct apsis_planner *p)
{
    size_t count = p->node_count;
    apsis_node_id *high = APSIS_NEW_ARRAY(p->arena, apsis_node_id, count), *low = APSIS_NEW_ARRAY(p->arena, apsis_node_id, count);
    for (size_t i = 1; i < count; i++) {
        if (p->nodes[i].kind != APSIS_NODE_OP || p->nodes[i].op != AP_OP_POW) continue;
        apsis_node_id base = p->alias[p->nodes[i].args[0]], exponent = p->alias[p->nodes[i].args[1]];
        if (p->nodes[exponent].kind == APSIS_NODE_CONST && p->nodes[exponent].value == 2.0) {
            p->nodes[i].op = AP_OP_MUL; /* x^2 is x * x exactly */
            p->nodes[i].args[1] = base;
            continue;
        }
        if (rate(p, base) >= rate(p, (apsis_node_id)i)) continue;
        if (!high[base]) {
            high[base] = add_node(p, (struct apsis_node){.kind = APSIS_NODE_OP, .op = AP_OP_LOG_HIGH, .arg_count = 1, .args = {base}});
            low[base] = add_node(p, (struct apsis_node){.kind = APSIS_NODE_OP, .op = AP_OP_LOG_LOW, .arg_count = 1, .args = {base}});
        }
        struct apsis_node *n = &p->nodes[i];
        n->op = AP_OP_POW_FROM;
        n->arg_count = 4;
        n->args[0] = high[base], n->args[1] = low[base], n->args[2] = base, n->args[3] = exponent;
    }
}

/* Same-period needs of an item, in the order they are best worked out. Returns their number; edges may be NULL. */
static size_t list_edges(const struct apsis_planner *p, uint32_t item, struct apsis_edge *edges)
{
    size_t count = 0;
#define EDGE(target, is_past) (edges ? (void)(edges[count] = (struct apsis_edge){(target), (is_past)}) : (void)0, count++)
    if (item >= p->node_count) {
        const struct apsis_series *s = &p->ir->series[item - p->node_count];
        for (size_t i = 0; i < s->piece_count; i++) EDGE(p->alias[s->pieces[i].node], 0);
        return count;
    }
    const struct apsis_node *n = &p->nodes[item];
    for (int i = 0; i < n->arg_count; i++) EDGE(p->alias[n->args[i]], 0);
    if (n->kind == APSIS_NODE_DRAW) {
        const struct apsis_input *input = &p->ir->inputs[n->index];
        if (input->score) EDGE(p->alias[input->score], 0);
        if (!input->distribution) {
            for (size_t i = 0; i < input->parameter_count; i++) EDGE(p->alias[input->parameters[i]], 0);
        }
    }
    if (n->kind == APSIS_NODE_READ && n->lag == 0) EDGE(apsis_item_series(p, n->index), 0);
    if (n->kind == APSIS_NODE_PAST) EDGE(apsis_item_series(p, n->index), 1);
    if (n->kind == APSIS_NODE_CONVOLVE) EDGE(apsis_item_series(p, n->index), 0), EDGE(apsis_item_series(p, n->other), 0);
#undef EDGE
    return count;
}

/* Tarjan's strongly connected components, without recursion. */
static void find_components(struct apsis_planner *p)
{
    size_t n = p->item_count;
    uint32_t *index = APSIS_NEW_ARRAY(p->arena, uint32_t, n), *low = APSIS_NEW_ARRAY(p->arena, uint32_t, n);
    uint32_t *stack = APSIS_NEW_ARRAY(p->arena, uint32_t, n), *path = APSIS_NEW_ARRAY(p->arena, uint32_t, n);
    uint32_t *next = APSIS_NEW_ARRAY(p->arena, uint32_t, n);
    uint8_t *on_stack = APSIS_NEW_ARRAY(p->arena, uint8_t, n);
    size_t depth = 0, top = 0;
    uint32_t counter = 0, components = 0;
    for (size_t root = 1; root < n; root++) {
        if (index[root]) continue;
        path[depth++] = (uint32_t)root;
        while (depth) {
            uint32_t at = path[depth - 1];
            if (!index[at]) {
                index[at] = low[at] = ++counter;
                stack[top++] = at;
                on_stack[at] = 1;
                next[at] = p->edge_start[at];
            }
            if (next[at] < p->edge_start[at + 1]) {
                uint32_t to = p->edges[next[at]++].to;
                if (!index[to]) path[depth++] = to;
                else if (on_stack[to] && index[to] < low[at]) low[at] = index[to];
                continue;
            }
            if (low[at] == index[at]) {
                uint32_t member;
                do {
                    member = stack[--top];
                    on_stack[member] = 0;
                    p->component[member] = components;
                } while (member != at);
                components++;
            }
            depth--;
            if (depth && low[at] < low[path[depth - 1]]) low[path[depth - 1]] = low[at];
        }
    }
}

/* A depth-first order of all items from the series in declared order; random lags inside a component do not count. */
static int find_order(struct apsis_planner *p)
{
    size_t n = p->item_count, count = 0;
    uint32_t *path = APSIS_NEW_ARRAY(p->arena, uint32_t, n), *next = APSIS_NEW_ARRAY(p->arena, uint32_t, n);
    uint8_t *state = APSIS_NEW_ARRAY(p->arena, uint8_t, n); /* 1: on the path, 2: done */
    for (size_t start = 1; start < n; start++) {
        /* series first, then the nodes that no series needs */
        uint32_t root = (uint32_t)(start - 1 < p->series_count ? p->node_count + start - 1 : start - p->series_count);
        size_t depth = 0;
        if (state[root]) continue;
        path[depth++] = root;
        state[root] = 1;
        next[root] = p->edge_start[root];
        while (depth) {
            uint32_t at = path[depth - 1];
            if (next[at] == p->edge_start[at + 1]) {
                state[at] = 2;
                p->order[count++] = at;
                depth--;
                continue;
            }
            struct apsis_edge edge = p->edges[next[at]++];
            if (edge.past && p->component[edge.to] == p->component[at]) continue;
            if (state[edge.to] == 1) {
                uint32_t series = at;
                for (size_t i = 0; i < depth; i++) {
                    if (path[i] >= p->node_count) series = path[i];
                }
                const struct apsis_series *s = series >= p->node_count ? &p->ir->series[series - p->node_count] : NULL;
                struct apsis_diagnostic *d = apsis_error(p->diagnostics, s ? s->span : (struct apsis_span){0},
                                                         "%s needs its own value of the same period", s ? s->name : "a value");
                apsis_hint(p->diagnostics, d, "use [t-1] in one of the rules of this loop");
                return 0;
            }
            if (state[edge.to] == 2) continue;
            state[edge.to] = 1;
            next[edge.to] = p->edge_start[edge.to];
            path[depth++] = edge.to;
        }
    }
    p->order[count] = 0;
    return 1;
}

int apsis_plan_graph(struct apsis_planner *p)
{
    const struct apsis_ir *ir = p->ir;
    p->series_count = ir->series_count;
    for (size_t i = 0; i < ir->node_count; i++) add_node(p, ir->nodes[i]);
    if (p->node_count == 0) add_node(p, (struct apsis_node){.kind = APSIS_NODE_CONST});
    p->nan_node = add_node(p, (struct apsis_node){.kind = APSIS_NODE_CONST, .value = ap_double_of(AP_NAN_BITS)});
    p->current = APSIS_NEW_ARRAY(p->arena, apsis_node_id, p->series_count + 1);
    for (size_t i = 1; i < ir->node_count; i++) {
        if (ir->nodes[i].kind == APSIS_NODE_READ && ir->nodes[i].lag == 0) p->current[ir->nodes[i].index] = (apsis_node_id)i;
    }
    for (size_t i = 0; i < p->series_count; i++) {
        if (!p->current[i]) p->current[i] = add_node(p, (struct apsis_node){.kind = APSIS_NODE_READ, .index = (uint32_t)i});
    }
    /* room for what hoist_powers adds: item numbers of series must not move once they are used */
    size_t most = 3 * p->node_count + p->series_count + 4;
    p->alias = APSIS_NEW_ARRAY(p->arena, apsis_node_id, most);
    p->varies = APSIS_NEW_ARRAY(p->arena, uint8_t, most);
    p->random = APSIS_NEW_ARRAY(p->arena, uint8_t, most);
    find_varying(p);
    find_random(p);
    size_t before = p->node_count;
    hoist_powers(p);
    memset(p->random + before, 0, most - before);
    for (size_t i = before; i < p->node_count; i++) {
        p->alias[i] = (apsis_node_id)i;
        p->varies[i] = p->varies[p->alias[p->nodes[i].args[0]]];
    }
    find_random(p);
    for (size_t i = 0; i < p->series_count; i++) p->varies[apsis_item_series(p, (uint32_t)i)] = 1;

    p->item_count = p->node_count + p->series_count;
    p->edge_start = APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count + 1);
    size_t edges = 0;
    for (size_t i = 0; i < p->item_count; i++) {
        p->edge_start[i] = (uint32_t)edges;
        if (i) edges += list_edges(p, (uint32_t)i, NULL);
    }
    p->edge_start[p->item_count] = (uint32_t)edges;
    p->edges = APSIS_NEW_ARRAY(p->arena, struct apsis_edge, edges + 1);
    for (size_t i = 1; i < p->item_count; i++) list_edges(p, (uint32_t)i, p->edges + p->edge_start[i]);
    p->component = APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count);
    p->order = APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count + 1);
    find_components(p);
    return find_order(p);
}
