/* lower_check.c - what only the whole graph shows: loops within a period, and numbers that must be whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

/* ---------------------------------------------------------------- whole numbers */
static int whole_operation(const struct apsis_node *n, const uint8_t *whole)
{
    switch (n->op) {
    case AP_OP_FLOOR: case AP_OP_CEIL: case AP_OP_ROUND:
    case AP_OP_LT: case AP_OP_LE: case AP_OP_EQ: case AP_OP_NE: case AP_OP_AND: case AP_OP_OR: case AP_OP_NOT: return 1;
    case AP_OP_ADD: case AP_OP_SUB: case AP_OP_MUL: case AP_OP_MIN: case AP_OP_MAX: return whole[n->args[0]] && whole[n->args[1]];
    case AP_OP_NEGATE: case AP_OP_ABS: return whole[n->args[0]];
    case AP_OP_IF: return whole[n->args[1]] && whole[n->args[2]];
    case AP_OP_CLAMP: return whole[n->args[0]] && whole[n->args[1]] && whole[n->args[2]];
    default: return 0;
    }
}

/* Starts from "every series is whole" and takes back what turns out not to be, until nothing changes. */
uint8_t *apsis_whole_nodes(struct apsis_lowering *l)
{
    struct apsis_ir *ir = l->ir;
    uint8_t *whole = APSIS_NEW_ARRAY(l->arena, uint8_t, ir->node_count + 1), *series = APSIS_NEW_ARRAY(l->arena, uint8_t, ir->series_count + 1);
    memset(series, 1, ir->series_count);
    for (int changed = 1; changed;) {
        changed = 0;
        for (size_t i = 1; i < ir->node_count; i++) {
            const struct apsis_node *n = &ir->nodes[i];
            switch (n->kind) {
            case APSIS_NODE_CONST: whole[i] = n->value == floor(n->value) && isfinite(n->value); break;
            case APSIS_NODE_PERIOD:
                whole[i] = 1;
                for (uint32_t t = 0; t < ir->periods; t++) whole[i] &= ir->period_tables[n->index][t] == floor(ir->period_tables[n->index][t]);
                break;
            case APSIS_NODE_OP: whole[i] = (uint8_t)whole_operation(n, whole); break;
            case APSIS_NODE_DRAW: {
                const struct apsis_input *in = &ir->inputs[n->index];
                whole[i] = in->family->whole || (in->distribution && in->distribution->whole);
                break;
            }
            case APSIS_NODE_READ: case APSIS_NODE_PAST: case APSIS_NODE_AT: whole[i] = series[n->index]; break;
            case APSIS_NODE_CONVOLVE: whole[i] = series[n->index] && series[n->other]; break;
            default: whole[i] = 0;
            }
        }
        for (size_t k = 0; k < ir->series_count; k++) {
            const struct apsis_series *s = &ir->series[k];
            uint8_t is = series[k];
            for (size_t p = 0; is && p < s->piece_count; p++) is &= !s->pieces[p].node || whole[s->pieces[p].node];
            for (size_t p = 0; is && p < s->history_count; p++) {
                double value;
                is &= !s->history[p] || whole[s->history[p]] || (apsis_ir_is_const(ir, s->history[p], &value) && isnan(value));
            }
            if (is && s->before) is = whole[s->before];
            changed |= is != series[k];
            series[k] = is;
        }
    }
    return whole;
}

void apsis_lower_whole_checks(struct apsis_lowering *l)
{
    if (!l->check_count) return;
    const uint8_t *whole = apsis_whole_nodes(l);
    const char *unit = apsis_time_unit(&l->names->time);
    for (size_t i = 0; i < l->check_count; i++) {
        const struct apsis_whole_check *c = &l->checks[i];
        if (!c->node || whole[c->node]) continue;
        /* x[t - permit_delay]: the part behind the minus is what must be whole */
        const char *text = c->text, *open = strchr(text, '[');
        if (open && text[strlen(text) - 1] == ']') {
            const char *comma = strrchr(open, ',');
            text = comma ? comma + 1 : open + 1;
            while (*text == ' ') text++;
            text = apsis_arena_copy(l->arena, text, strlen(text) - 1);
        }
        const char *lag = text;
        if (lag[0] == 't' && (lag[1] == ' ' || lag[1] == '-')) {
            lag++;
            while (*lag == ' ') lag++;
            if (*lag == '-') {
                lag++;
                while (*lag == ' ') lag++;
            } else {
                lag = text;
            }
        }
        int plain = lag != text && !strpbrk(lag, "+-*/^( ");
        if (c->lag && plain) apsis_lower_error(l, c->span, "%s is not a whole number of %ss: write delay(%s, %s)[t], or round(%s)", lag, unit, c->series, lag, lag);
        else if (c->lag) apsis_lower_error(l, c->span, "%s[%s] does not fall on a %s: write delay(%s, ...)[t], or round the delay", c->series, text, unit, c->series);
        else apsis_lower_error(l, c->span, "%s is not a whole number of %ss: write %s[round(%s)]", text, unit, c->series, text);
    }
}

/* ---------------------------------------------------------------- loops */
/* The graph of what needs what: nodes first, then series. An edge is STRONG (this period's value), LAG (an earlier one), or
   COMPLETE (the whole series must be there). */
enum edge { EDGE_STRONG, EDGE_LAG, EDGE_COMPLETE };

struct walker {
    struct apsis_lowering *l;
    size_t nodes, total;
    const apsis_node_id **lists; /* of each series: what its pieces, history and before are */
    size_t *list_counts;
};

/* The k-th thing that v needs; 0 past the end. */
static int edge_of(const struct walker *w, size_t v, size_t k, size_t *to, enum edge *kind)
{
    const struct apsis_ir *ir = w->l->ir;
    if (v >= w->nodes) {
        const struct apsis_series *s = &ir->series[v - w->nodes];
        *kind = EDGE_STRONG;
        if (k < s->piece_count) return *to = s->pieces[k].node, 1;
        k -= s->piece_count;
        if (k < s->history_count) return *to = s->history[k], 1;
        if (k == s->history_count) return *to = s->before, 1;
        return 0;
    }
    const struct apsis_node *n = &ir->nodes[v];
    *kind = EDGE_STRONG;
    if (n->kind == APSIS_NODE_DRAW) {
        const struct apsis_input *in = &ir->inputs[n->index];
        if (k >= in->parameter_count) return 0;
        return *to = in->parameters[k], 1;
    }
    if (k < n->arg_count) return *to = n->args[k], 1;
    k -= n->arg_count;
    size_t series = w->nodes + n->index;
    switch (n->kind) {
    case APSIS_NODE_READ:
        *kind = n->lag ? EDGE_LAG : EDGE_STRONG;
        return *to = series, k == 0;
    case APSIS_NODE_PAST: *kind = EDGE_LAG; return *to = series, k == 0;
    case APSIS_NODE_AT:
    case APSIS_NODE_SIGN_CHANGES:
    case APSIS_NODE_IRR: *kind = EDGE_COMPLETE; return *to = series, k == 0;
    case APSIS_NODE_CONVOLVE: return *to = k ? w->nodes + n->other : series, k < 2;
    default: return 0;
    }
}

/* Strongly connected components over the edges up to `most` (STRONG: strong ones alone; COMPLETE: all). */
static uint32_t *components(struct walker *w, enum edge most)
{
    struct apsis_arena *arena = w->l->arena;
    size_t n = w->total, open_count = 0, path_count = 0;
    uint32_t next = 1, found = 0;
    uint32_t *number = APSIS_NEW_ARRAY(arena, uint32_t, n + 1), *low = APSIS_NEW_ARRAY(arena, uint32_t, n + 1), *of = APSIS_NEW_ARRAY(arena, uint32_t, n + 1);
    size_t *open = APSIS_NEW_ARRAY(arena, size_t, n + 1), *path = APSIS_NEW_ARRAY(arena, size_t, n + 1), *at = APSIS_NEW_ARRAY(arena, size_t, n + 1);
    uint8_t *is_open = APSIS_NEW_ARRAY(arena, uint8_t, n + 1);
    for (size_t root = 1; root < n; root++) {
        if (number[root]) continue;
        path[path_count++] = root;
        while (path_count) {
            size_t v = path[path_count - 1], to;
            enum edge kind;
            if (!number[v]) {
                number[v] = low[v] = next++;
                open[open_count++] = v;
                is_open[v] = 1;
            }
            int deeper = 0;
            while (edge_of(w, v, at[v], &to, &kind)) {
                at[v]++;
                if (!to || kind > most) continue;
                if (!number[to]) {
                    path[path_count++] = to;
                    deeper = 1;
                    break;
                }
                if (is_open[to] && number[to] < low[v]) low[v] = number[to];
            }
            if (deeper) continue;
            path_count--;
            if (path_count && low[v] < low[path[path_count - 1]]) low[path[path_count - 1]] = low[v];
            if (low[v] != number[v]) continue;
            size_t x;
            found++;
            do {
                x = open[--open_count];
                is_open[x] = 0;
                of[x] = found;
            } while (x != v);
        }
    }
    return of;
}

/* A shortest way from `from` back to itself inside its component: the names on it, as "a, b and c". */
static const char *loop_names(struct walker *w, const uint32_t *of, size_t from, size_t first, enum edge most)
{
    struct apsis_lowering *l = w->l;
    size_t *queue = APSIS_NEW_ARRAY(l->arena, size_t, w->total + 1), *parent = APSIS_NEW_ARRAY(l->arena, size_t, w->total + 1);
    size_t head = 0, tail = 0, last = 0;
    queue[tail++] = first;
    parent[first] = from;
    if (first == from) last = from;
    while (head < tail && !last) {
        size_t v = queue[head++], to;
        enum edge kind;
        for (size_t k = 0; edge_of(w, v, k, &to, &kind); k++) {
            if (!to || kind > most || of[to] != of[from]) continue;
            if (to == from) {
                last = v;
                break;
            }
            if (parent[to]) continue;
            parent[to] = v;
            queue[tail++] = to;
        }
    }
    const char *names[12], *own = NULL;
    size_t count = 0, more = 0;
    for (size_t v = last, steps = 0; v && steps <= w->total; v = v == from ? 0 : parent[v], steps++) {
        const char *name = NULL;
        if (v >= w->nodes) {
            const struct apsis_cell *cell = l->series_cells[v - w->nodes];
            if (cell) name = cell->symbol->name;
        } else if (v < l->node_name_count && l->node_names[v]) {
            name = l->node_names[v];
        }
        for (size_t i = 0; name && i < count; i++)
            if (!strcmp(names[i], name)) name = NULL;
        if (name && count < 12) names[count++] = name;
        else if (name) more++;
        if (name) own = name;
    }
    if (more) return apsis_arena_printf(l->arena, "%s and %zu others need each other", own, count + more - 1);
    if (!count) return NULL;
    /* names run against the direction of need: turn them, so that each needs the next */
    char *text = apsis_arena_printf(l->arena, "%s", names[count - 1]);
    for (size_t i = count - 1; i-- > 0;) text = apsis_arena_printf(l->arena, i ? "%s, %s" : "%s and %s", text, names[i]);
    return count == 1 ? apsis_arena_printf(l->arena, "%s needs itself", text) : apsis_arena_printf(l->arena, "%s need each other", text);
}

static struct apsis_span place_of(struct walker *w, const uint32_t *of, uint32_t component)
{
    struct apsis_span span = {0, 0, 0};
    for (size_t k = 0; k < w->l->ir->series_count; k++) {
        if (of[w->nodes + k] != component || !w->l->series_cells[k]) continue;
        struct apsis_span here = w->l->series_cells[k]->symbol->span;
        if (!span.end || here.begin < span.begin) span = here;
    }
    if (span.end) return span;
    for (size_t k = 0; k < w->l->ir->series_count; k++)
        if (of[w->nodes + k] == component) return w->l->ir->series[k].span;
    return span;
}

void apsis_lower_loops(struct apsis_lowering *l)
{
    struct apsis_ir *ir = l->ir;
    struct walker w = {.l = l, .nodes = ir->node_count, .total = ir->node_count + ir->series_count};
    if (!ir->series_count) return;
    const uint32_t *strong = components(&w, EDGE_STRONG);
    const char *unit = apsis_time_unit(&l->names->time);
    uint8_t *told = APSIS_NEW_ARRAY(l->arena, uint8_t, w.total + 2), *silent = APSIS_NEW_ARRAY(l->arena, uint8_t, w.total + 2);
    for (size_t i = 0; i < ir->series_count; i++) { /* every loop within a period passes through a series */
        size_t v = w.nodes + i, to;
        enum edge kind;
        for (size_t k = 0; edge_of(&w, v, k, &to, &kind); k++) {
            if (!to || strong[to] != strong[v]) continue;
            if (told[strong[v]]++) break;
            /* begin with what is written first */
            for (size_t other = 0; other < ir->series_count; other++)
                if (strong[w.nodes + other] == strong[v] && l->series_cells[other] && ir->series[other].span.begin < ir->series[v - w.nodes].span.begin) v = w.nodes + other;
            for (k = 0; edge_of(&w, v, k, &to, &kind) && (!to || strong[to] != strong[v]);) k++;
            const char *names = loop_names(&w, strong, v, to, EDGE_STRONG);
            struct apsis_span span = place_of(&w, strong, strong[v]);
            apsis_lower_error(l, span, "%s in the same %s: use [t-1] in one of them", names ? names : "these values need each other", unit);
            break;
        }
    }
    for (size_t v = w.nodes; v < w.total; v++) silent[v] = told[strong[v]];
    const uint32_t *all = components(&w, EDGE_COMPLETE);
    memset(told, 0, w.total + 2);
    for (size_t v = w.nodes; v < w.total; v++)
        if (silent[v]) told[all[v]] = 1; /* said already */
    for (size_t v = 1; v < w.nodes; v++) {
        const struct apsis_node *n = &ir->nodes[v];
        if (!apsis_node_needs_whole(n)) continue;
        size_t series = w.nodes + n->index;
        if (all[series] != all[v] || told[all[v]]++) continue;
        const char *names = loop_names(&w, all, v, series, EDGE_COMPLETE);
        struct apsis_span span = place_of(&w, all, all[v]);
        apsis_hint(l->list, apsis_lower_error(l, span, "%s over all %ss", names ? names : "these values need each other", unit),
                   "one of them needs the whole series of another, or a certain %s of it, which needs it in turn", unit);
    }
}
