/* schedule.c - which values are needed, in which stage or loop over the periods each is worked out, and whose history is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/planner.h"

#define LATE UINT32_MAX

/* ------------------------------------------------------------------ what is needed at all */

struct worklist {
    uint32_t *items;
    size_t count;
};
static void want(struct apsis_planner *p, struct worklist *list, uint32_t item)
{
    if (item == 0 || p->needed[item] || !apsis_active(p, item)) return;
    p->needed[item] = 1;
    list->items[list->count++] = item;
}

static void find_needed(struct apsis_planner *p)
{
    struct worklist list = {APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count + 1), 0};
    memset(p->needed, 0, p->item_count);
    for (size_t i = 0; i < p->emit_count; i++) {
        want(p, &list, p->alias[p->emits[i].node]);
        if (p->emits[i].has_given) want(p, &list, p->alias[p->emits[i].given]);
    }
    if (p->phase == APSIS_PHASE_FIXED) {
        for (size_t i = 0; i < p->kept_count; i++) want(p, &list, p->alias[p->kept[i].node]);
    }
    while (list.count) {
        uint32_t item = list.items[--list.count];
        for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1]; e++) want(p, &list, p->edges[e].to);
        if (item >= p->node_count) {
            const struct apsis_series *s = &p->ir->series[item - p->node_count];
            for (size_t i = 0; i < s->history_count; i++) want(p, &list, p->alias[s->history[i]]);
            if (s->before) want(p, &list, p->alias[s->before]);
        } else {
            const struct apsis_node *n = &p->nodes[item];
            if (n->kind == APSIS_NODE_READ || apsis_node_needs_whole(n)) want(p, &list, apsis_item_series(p, n->index));
        }
    }
}

/* ------------------------------------------------------------------ the first stage or loop */

/* What an argument asks of its user: a loop sees the scalars of the stages before it. */
static uint32_t asks(const struct apsis_planner *p, uint32_t arg, int user_varies)
{
    if (!apsis_active(p, arg)) return 0;
    if (arg < p->node_count && apsis_is_given(&p->nodes[arg])) return 0;
    return p->level[arg] + (user_varies && !p->varies[arg]);
}

static uint32_t find_level(const struct apsis_planner *p, uint32_t item)
{
    int varies = p->varies[item];
    uint32_t level = varies ? 1 : 0, ask;
#define ASK(to, extra) ((ask = asks(p, (to), varies)) ? (void)(ask += (extra)) : (void)0, (void)(level = ask > level ? ask : level))
    for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1]; e++) ASK(p->edges[e].to, 0);
    if (item >= p->node_count) {
        const struct apsis_series *s = &p->ir->series[item - p->node_count];
        for (size_t i = 0; i < s->history_count; i++) ASK(p->alias[s->history[i]], 0);
        if (s->before) ASK(p->alias[s->before], 0);
    } else {
        const struct apsis_node *n = &p->nodes[item];
        if (n->kind == APSIS_NODE_READ) ASK(apsis_item_series(p, n->index), 0);
        if (apsis_node_needs_whole(n)) ASK(apsis_item_series(p, n->index), varies ? 1 : 0);
    }
#undef ASK
    return level;
}

static int find_levels(struct apsis_planner *p)
{
    memset(p->level, 0, p->item_count * sizeof *p->level);
    for (int again = 1; again;) {
        again = 0;
        for (const uint32_t *o = p->order; *o; o++) {
            if (!p->needed[*o]) continue;
            uint32_t level = find_level(p, *o);
            if (level <= p->level[*o]) continue;
            p->level[*o] = level;
            again = 1;
            if (level > p->series_count + 1) {
                const struct apsis_series *s = NULL;
                if (*o >= p->node_count) s = &p->ir->series[*o - p->node_count];
                for (const uint32_t *q = p->order; *q && !s; q++) {
                    if (*q >= p->node_count && p->level[*q] + 2 >= level) s = &p->ir->series[*q - p->node_count];
                }
                struct apsis_diagnostic *d = apsis_error(p->diagnostics, s ? s->span : (struct apsis_span){0},
                                                         "%s needs a result over all periods that needs %s itself",
                                                         s ? s->name : "a value", s ? s->name : "it");
                apsis_hint(p->diagnostics, d, "a whole-horizon result (first, last, lowest, npv, irr, an index that is not fixed) comes after the series it looks at");
                return 0;
            }
        }
    }
    return 1;
}

/* ------------------------------------------------------------------ the loop a series is worked out in: as late as its users allow */

static int lower(uint32_t *what, uint32_t bound)
{
    if (*what <= bound) return 0;
    *what = bound;
    return 1;
}

static void pull(struct apsis_planner *p, uint32_t *late)
{
    size_t count = 0;
    while (p->order[count]) count++;
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = count; i-- > 0;) {
            uint32_t item = p->order[i], bound = late[item];
            if (!p->needed[item]) continue;
            const struct apsis_node *n = item < p->node_count ? &p->nodes[item] : NULL;
            if (n && !p->varies[item]) {
                if (apsis_node_needs_whole(n)) again |= lower(&late[apsis_item_series(p, n->index)], p->level[item]);
                continue;
            }
            if (bound == LATE) continue;
            for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1]; e++) {
                if (p->varies[p->edges[e].to]) again |= lower(&late[p->edges[e].to], bound);
            }
            if (n && n->kind == APSIS_NODE_READ) again |= lower(&late[apsis_item_series(p, n->index)], bound);
            if (n && n->kind == APSIS_NODE_AT) again |= lower(&late[apsis_item_series(p, n->index)], bound - 1);
        }
    }
}

/* The first loop in which an item can be had, now that the series have their places. */
static void find_ready(const struct apsis_planner *p, const uint32_t *late, uint32_t *ready)
{
    for (const uint32_t *o = p->order; *o; o++) {
        uint32_t item = *o, at = 1;
        if (!p->needed[item] || (item < p->node_count && apsis_is_given(&p->nodes[item]))) continue;
        if (!p->varies[item]) {
            ready[item] = p->level[item] + 1;
            continue;
        }
        for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1]; e++) {
            if (ready[p->edges[e].to] > at) at = ready[p->edges[e].to];
        }
        const struct apsis_node *n = item < p->node_count ? &p->nodes[item] : NULL;
        if (n && n->kind == APSIS_NODE_READ && late[apsis_item_series(p, n->index)] > at) at = late[apsis_item_series(p, n->index)];
        if (n && n->kind == APSIS_NODE_AT && late[apsis_item_series(p, n->index)] + 1 > at) at = late[apsis_item_series(p, n->index)] + 1;
        ready[item] = n ? at : late[item];
    }
}

static void find_places(struct apsis_planner *p)
{
    uint32_t *late = APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count);
    memset(late, 0xff, p->item_count * sizeof *late);
    pull(p, late);
    for (;;) {
        /* of the series that no result waits for, those that come last stay where they can first be worked out */
        uint32_t highest = 0;
        for (size_t k = 0; k < p->series_count; k++) {
            uint32_t item = apsis_item_series(p, (uint32_t)k);
            if (p->needed[item] && late[item] == LATE && p->level[item] > highest) highest = p->level[item];
        }
        if (!highest) break;
        for (size_t k = 0; k < p->series_count; k++) {
            uint32_t item = apsis_item_series(p, (uint32_t)k);
            if (p->needed[item] && late[item] == LATE && p->level[item] == highest) late[item] = highest;
        }
        pull(p, late);
    }
    uint32_t *ready = APSIS_NEW_ARRAY(p->arena, uint32_t, p->item_count);
    for (size_t i = 0; i < p->series_count; i++) { /* series that are not needed have no place */
        if (!p->needed[apsis_item_series(p, (uint32_t)i)]) late[apsis_item_series(p, (uint32_t)i)] = 0;
    }
    find_ready(p, late, ready);
    p->loops = 0;
    for (size_t k = 0; k < p->series_count; k++) {
        uint32_t item = apsis_item_series(p, (uint32_t)k);
        p->place[k] = p->needed[item] ? late[item] : 0;
        if (p->place[k] > p->loops) p->loops = p->place[k];
    }
    for (size_t i = 0; i < p->emit_count; i++) {
        struct apsis_emit *e = &p->emits[i];
        apsis_node_id node = p->alias[e->node], given = p->alias[e->given];
        if (e->is_series) {
            e->loop = ready[node] ? ready[node] : 1;
            if (e->has_given && ready[given] > e->loop) e->loop = ready[given];
            if (e->loop > p->loops) p->loops = e->loop;
        } else {
            uint32_t b = e->has_given ? asks(p, given, 0) : 0;
            e->loop = asks(p, node, 0);
            if (b > e->loop) e->loop = b;
        }
    }
    if (p->phase == APSIS_PHASE_FIXED) {
        for (size_t i = 0; i < p->kept_count; i++) {
            apsis_node_id node = p->alias[p->kept[i].node];
            p->kept[i].loop = p->varies[node] ? ready[node] ? ready[node] : 1 : asks(p, node, 0);
            if (p->varies[node] && p->kept[i].loop > p->loops) p->loops = p->kept[i].loop;
        }
    }
    for (uint32_t n = 1; n < p->node_count; n++) {
        if (p->needed[n] && !p->varies[n] && p->level[n] > p->loops) p->loops = p->level[n];
    }
}

/* ------------------------------------------------------------------ histories, and what one loop works out */

/* What a series costs to work out again in a later loop, in additions; 1000: it must be kept. */
static uint32_t cost_again(const struct apsis_planner *p, uint32_t item, int depth)
{
    if (!apsis_active(p, item) || !p->varies[item]) return 0;
    if (depth > 12) return 1000;
    uint32_t cost = 0;
    if (item < p->node_count) {
        const struct apsis_node *n = &p->nodes[item];
        if (n->kind == APSIS_NODE_PERIOD || n->kind == APSIS_NODE_CONST) return 0;
        if (n->kind == APSIS_NODE_OP) {
            switch (n->op) {
            case AP_OP_POW: case AP_OP_EXP: case AP_OP_LOG: case AP_OP_LOG2: case AP_OP_LOG10: case AP_OP_SIN: case AP_OP_COS: case AP_OP_TAN:
            case AP_OP_NORMAL_CDF: case AP_OP_NORMAL_QUANTILE: case AP_OP_LOG_HIGH: case AP_OP_LOG_LOW: case AP_OP_POW_FROM:
            case AP_OP_CONFINE: return 1000;
            case AP_OP_DIV: case AP_OP_SQRT: cost = 4; break;
            default: cost = 1;
            }
        } else if (n->kind != APSIS_NODE_READ || n->lag) {
            return 1000;
        }
    }
    for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1] && cost < 1000; e++) cost += cost_again(p, p->edges[e].to, depth + 1);
    return cost;
}
#define CHEAP 10

static int is_local(struct apsis_planner *p, uint32_t series, uint32_t loop)
{
    if (p->place[series] == loop) return 1;
    if (p->full[series]) return 0;
    if (cost_again(p, apsis_item_series(p, series), 0) <= CHEAP) return 1;
    return 0;
}

static void widen(struct apsis_planner *p, uint32_t node, uint32_t loop, uint32_t first, uint32_t last)
{
    if (!apsis_active(p, node) || !p->varies[node]) return;
    if (node < p->node_count && apsis_is_given(&p->nodes[node])) return;
    if (p->need_stamp[node] != loop) {
        p->need_stamp[node] = loop;
        p->hull_first[node] = first, p->hull_last[node] = last;
        return;
    }
    if (first < p->hull_first[node]) p->hull_first[node] = first;
    if (last > p->hull_last[node]) p->hull_last[node] = last;
}

/* A read of a series at a fixed lag; returns 1 when this makes the series needed in this loop. */
static int read_series(struct apsis_planner *p, uint32_t series, uint32_t lag, uint32_t loop)
{
    uint32_t item = apsis_item_series(p, series);
    if (!apsis_active(p, item)) return 0;
    if (lag > p->lag_all[series]) p->lag_all[series] = lag;
    if (!is_local(p, series, loop)) {
        if (!p->full[series]) p->full[series] = 1;
        return 0;
    }
    struct apsis_room *room = &p->room[series];
    if (room->stamp != loop) *room = (struct apsis_room){.stamp = loop, .storage = APSIS_NONE};
    if (lag > room->max_lag) room->max_lag = lag;
    if (p->need_stamp[item] == loop) return 0;
    p->need_stamp[item] = loop;
    return 1;
}

void apsis_plan_loop(struct apsis_planner *p, uint32_t loop)
{
    uint32_t last = p->periods - 1;
    size_t count = 0;
    while (p->order[count]) count++;
    memset(p->need_stamp, 0, p->item_count * sizeof *p->need_stamp);
    for (size_t k = 0; k < p->series_count; k++) p->room[k].stamp = 0;
    for (size_t k = 0; k < p->series_count; k++) {
        if (p->place[k] == loop && p->needed[apsis_item_series(p, (uint32_t)k)]) read_series(p, (uint32_t)k, 0, loop);
    }
    for (size_t i = 0; i < p->emit_count; i++) {
        const struct apsis_emit *e = &p->emits[i];
        if (!e->is_series || e->loop != loop) continue;
        widen(p, p->alias[e->node], loop, 0, last);
        if (e->has_given) widen(p, p->alias[e->given], loop, 0, last);
    }
    if (p->phase == APSIS_PHASE_FIXED) {
        for (size_t i = 0; i < p->kept_count; i++) {
            apsis_node_id node = p->alias[p->kept[i].node];
            if (p->varies[node] && p->kept[i].loop == loop) widen(p, node, loop, 0, last);
        }
    }
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = count; i-- > 0;) {
            uint32_t item = p->order[i];
            if (p->need_stamp[item] != loop) continue;
            if (item >= p->node_count) {
                const struct apsis_series *s = &p->ir->series[item - p->node_count];
                for (size_t k = 0; k < s->piece_count; k++) widen(p, p->alias[s->pieces[k].node], loop, s->pieces[k].first, s->pieces[k].last);
                continue;
            }
            const struct apsis_node *n = &p->nodes[item];
            if (n->kind == APSIS_NODE_READ) {
                int fresh = read_series(p, n->index, (uint32_t)n->lag, loop);
                if (n->lag) again |= fresh;
                continue;
            }
            for (uint32_t e = p->edge_start[item]; e < p->edge_start[item + 1]; e++) {
                uint32_t to = p->edges[e].to;
                if (to < p->node_count) widen(p, to, loop, p->hull_first[item], p->hull_last[item]);
                /* histories: the series stands in its own loop */
            }
        }
    }
}

static void find_histories(struct apsis_planner *p)
{
    memset(p->full, 0, p->series_count);
    memset(p->lag_all, 0, p->series_count * sizeof *p->lag_all);
    for (size_t k = 0; k < p->series_count; k++) p->capture_count[k] = 0;
    for (uint32_t n = 1; n < p->node_count; n++) {
        if (!p->needed[n]) continue;
        const struct apsis_node *node = &p->nodes[n];
        if (node->kind == APSIS_NODE_PAST) p->full[node->index] = 2;
        if (node->kind == APSIS_NODE_AT) {
            if (p->nodes[p->alias[node->args[0]]].kind == APSIS_NODE_CONST) p->capture_count[node->index]++;
            else p->full[node->index] = 2;
        }
        if ((node->kind == APSIS_NODE_IRR || node->kind == APSIS_NODE_SIGN_CHANGES) && p->full[node->index] < 1) p->full[node->index] = 1;
        if (node->kind == APSIS_NODE_CONVOLVE) {
            if (p->full[node->index] < 1) p->full[node->index] = 1;
            if (p->full[node->other] < 1) p->full[node->other] = 1;
        }
    }
    for (size_t k = 0; k < p->series_count; k++) {
        p->captures[k] = APSIS_NEW_ARRAY(p->arena, apsis_node_id, p->capture_count[k] + 1);
        p->capture_count[k] = 0;
    }
    for (uint32_t n = 1; n < p->node_count; n++) {
        const struct apsis_node *node = &p->nodes[n];
        if (p->needed[n] && node->kind == APSIS_NODE_AT && p->nodes[p->alias[node->args[0]]].kind == APSIS_NODE_CONST) {
            p->captures[node->index][p->capture_count[node->index]++] = n;
        }
    }
    for (uint32_t loop = 1; loop <= p->loops; loop++) apsis_plan_loop(p, loop);
    for (size_t k = 0; k < p->series_count; k++) {
        p->history_slots[k] = p->lag_all[k];
        size_t given = p->ir->series[k].history_count;
        if (p->full[k] == 2 && given > p->history_slots[k]) p->history_slots[k] = (uint32_t)given;
        p->history_storage[k] = APSIS_NONE;
    }
}

int apsis_plan_schedule(struct apsis_planner *p)
{
    find_needed(p);
    if (!find_levels(p)) return 0;
    find_places(p);
    find_histories(p);
    return 1;
}
