/* emit.c - writes the instructions of one phase: scalars of a stage, then a loop over the periods, and so on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/planner.h"
#include "host/plan/samplers.h"
#include "kernels/history.h"
#include "kernels/sampler.h"

static const uint32_t ALWAYS = UINT32_MAX;

/* ------------------------------------------------------------------ numbers and storages */

static uint32_t new_numbers(struct apsis_planner *p, size_t count)
{
    size_t first = p->number_count;
    for (size_t i = 0; i < count; i++) *APSIS_PUSH(p->arena, p->numbers, p->number_count, p->number_capacity) = ap_double_of(AP_NAN_BITS);
    return (uint32_t)first;
}

static struct ap_operand number_operand(uint32_t number, int varies)
{
    return (struct ap_operand){.slot = number, .mask = varies ? UINT32_MAX : 0};
}

static void keep(struct apsis_planner *p, apsis_node_id node, uint32_t number)
{
    *APSIS_PUSH(p->arena, p->kept, p->kept_count, p->kept_capacity) = (struct apsis_kept){node, number, 0};
}

/* A value that no draw changes, as a number or a row of one a period. */
static struct ap_operand fixed_operand(struct apsis_planner *p, apsis_node_id id)
{
    const struct apsis_node *n = &p->nodes[id];
    int varies = p->varies[id];
    if (n->kind == APSIS_NODE_PERIOD) {
        if (p->table_number[n->index] == APSIS_NONE) {
            uint32_t first = new_numbers(p, p->periods);
            for (uint32_t t = 0; t < p->periods; t++) p->numbers[first + t] = p->ir->period_tables[n->index][t];
            p->table_number[n->index] = first;
        }
        return number_operand(p->table_number[n->index], 1);
    }
    if (p->number[id] == APSIS_NONE) {
        p->number[id] = new_numbers(p, varies ? p->periods : 1);
        if (n->kind == APSIS_NODE_CONST) p->numbers[p->number[id]] = n->value;
        else keep(p, id, p->number[id]);
    }
    return number_operand(p->number[id], varies);
}

static uint32_t new_storage(struct apsis_planner *p, uint32_t slots, int carried, const char *name)
{
    struct apsis_storage *s = APSIS_PUSH(p->arena, p->code.storages, p->code.storage_count, p->code.storage_capacity);
    *s = (struct apsis_storage){.slots = slots, .carried = (uint8_t)carried, .name = name};
    return (uint32_t)(p->code.storage_count - 1);
}
static struct ap_operand in_storage(uint32_t storage, uint32_t bias, uint32_t mask)
{
    return (struct ap_operand){.slot = storage, .bias = bias, .mask = mask, .in_lanes = 1};
}
static struct ap_operand new_register(struct apsis_planner *p, const char *name) { return in_storage(new_storage(p, 1, 0, name), 0, 0); }

static struct ap_instruction *begin(struct apsis_planner *p, uint32_t kind, struct ap_operand out)
{
    struct ap_instruction *i = APSIS_PUSH(p->arena, p->code.instructions, p->code.instruction_count, p->code.instruction_capacity);
    i->kind = kind;
    i->operand = (ap_u32)p->code.operand_count;
    i->last = ALWAYS;
    *APSIS_PUSH(p->arena, p->code.operands, p->code.operand_count, p->code.operand_capacity) = out;
    return i;
}
static void argument(struct apsis_planner *p, struct ap_operand operand)
{
    *APSIS_PUSH(p->arena, p->code.operands, p->code.operand_count, p->code.operand_capacity) = operand;
    p->code.instructions[p->code.instruction_count - 1].arg_count++;
}
static struct ap_instruction *last_instruction(struct apsis_planner *p) { return &p->code.instructions[p->code.instruction_count - 1]; }

/* ------------------------------------------------------------------ where a value is found */

static const struct apsis_series *series_of(const struct apsis_planner *p, uint32_t k) { return &p->ir->series[k]; }

/* The history of a fixed series, from t = -slots on. */
static struct ap_operand fixed_history(struct apsis_planner *p, uint32_t k, uint32_t *slots)
{
    const struct apsis_series *s = series_of(p, k);
    *slots = (uint32_t)s->history_count;
    if (p->series_number[k] == APSIS_NONE) {
        uint32_t first = new_numbers(p, *slots + p->periods);
        p->series_number[k] = first;
        for (uint32_t back = 1; back <= *slots; back++) {
            apsis_node_id node = p->alias[s->history[back - 1]];
            if (p->nodes[node].kind == APSIS_NODE_CONST) p->numbers[first + *slots - back] = p->nodes[node].value;
            else keep(p, node, first + *slots - back);
        }
        apsis_node_id now = p->alias[p->current[k]];
        if (!p->varies[now]) {
            for (uint32_t t = 0; t < p->periods; t++) {
                if (p->nodes[now].kind == APSIS_NODE_CONST) p->numbers[first + *slots + t] = p->nodes[now].value;
                else keep(p, now, first + *slots + t);
            }
        } else {
            keep(p, now, first + *slots);
        }
    }
    return number_operand(p->series_number[k], 1);
}

/* The whole series, row 0 at t = -slots. */
static struct ap_operand history_operand(struct apsis_planner *p, uint32_t k, uint32_t *slots)
{
    if (!apsis_active(p, apsis_item_series(p, k))) return fixed_history(p, k, slots);
    *slots = p->history_slots[k];
    return in_storage(p->history_storage[k], 0, UINT32_MAX);
}

static struct ap_operand value_of(struct apsis_planner *p, apsis_node_id id, uint32_t loop);

static struct ap_operand series_value(struct apsis_planner *p, uint32_t k, uint32_t lag, uint32_t loop)
{
    const struct apsis_room *room = &p->room[k];
    if (room->stamp != loop) return in_storage(p->history_storage[k], p->history_slots[k] - lag, UINT32_MAX);
    if (room->storage == APSIS_NONE) return value_of(p, series_of(p, k)->pieces[0].node, loop);
    return in_storage(room->storage, room->bias - (room->mask ? lag : 0), room->mask);
}

/* A chain of reads that are their nodes' values is as long as the model writes it: followed in a loop, not by recursion. */
static struct ap_operand value_of(struct apsis_planner *p, apsis_node_id id, uint32_t loop)
{
    for (;;) {
        id = p->alias[id];
        const struct apsis_node *n = &p->nodes[id];
        if (apsis_is_given(n) || !apsis_active(p, id)) return fixed_operand(p, id);
        if (n->kind != APSIS_NODE_READ) return p->value[id];
        const struct apsis_room *room = &p->room[n->index];
        if (room->stamp != loop || room->storage != APSIS_NONE || n->lag) return series_value(p, n->index, (uint32_t)n->lag, loop);
        id = series_of(p, n->index)->pieces[0].node;
    }
}

/* ------------------------------------------------------------------ one node */

/* The normal scores of a correlated group are found once a stage-0 block, or once a period, for all its members. */
static struct ap_operand score_of(struct apsis_planner *p, uint32_t input, uint32_t loop)
{
    uint32_t stamp = p->ir->inputs[input].is_series ? loop : ALWAYS;
    input = p->twin[input];
    if (p->score_stamp[input] == stamp) return p->score[input];
    p->score[input] = new_register(p, p->ir->inputs[input].name);
    p->score_stamp[input] = stamp;
    struct ap_instruction *i = begin(p, AP_STEP_SCORE, p->score[input]);
    i->stream = p->ir->inputs[input].stream;
    i->name = p->ir->inputs[input].name;
    return p->score[input];
}

/* The same row of weights over the same scores. */
static int same_mix(const struct apsis_planner *p, const struct apsis_mix *mix, const struct apsis_group *group, size_t position)
{
    if (mix->position != position || mix->group->is_series != group->is_series) return 0;
    for (size_t k = 0; k <= position; k++) {
        if (mix->group->factor[position * mix->group->count + k] != group->factor[position * group->count + k]) return 0;
        if (p->twin[mix->group->members[k]] != p->twin[group->members[k]]) return 0;
    }
    return 1;
}

static struct ap_operand mixed_score(struct apsis_planner *p, const struct apsis_input *input, uint32_t loop)
{
    const struct apsis_group *group = &p->ir->groups[input->group];
    const double *row = group->factor + input->position * group->count;
    uint32_t stamp = input->is_series ? loop : ALWAYS, twin = p->twin[group->members[input->position]];
    for (const struct apsis_mix *mix = p->mixes[twin]; mix; mix = mix->next)
        if (mix->stamp == stamp && same_mix(p, mix, group, input->position)) return mix->at;
    double *weights = APSIS_NEW_ARRAY(p->arena, double, group->count);
    struct ap_operand *scores = APSIS_NEW_ARRAY(p->arena, struct ap_operand, group->count);
    size_t count = 0;
    for (size_t k = 0; k <= input->position; k++) {
        if (row[k] == 0) continue;
        weights[count] = row[k];
        scores[count++] = score_of(p, group->members[k], loop);
    }
    struct ap_operand out = new_register(p, input->name);
    struct ap_instruction *i = begin(p, AP_STEP_MIX, out);
    i->data = weights;
    i->name = input->name;
    for (size_t k = 0; k < count; k++) argument(p, scores[k]);
    struct apsis_mix *mix = APSIS_NEW(p->arena, struct apsis_mix);
    *mix = (struct apsis_mix){p->mixes[twin], group, input->position, stamp, out};
    p->mixes[twin] = mix;
    return out;
}

/* The normal score of an input, its group mixed in. */
static struct ap_operand input_score(struct apsis_planner *p, uint32_t input, uint32_t loop)
{
    return p->ir->inputs[input].group >= 0 ? mixed_score(p, &p->ir->inputs[input], loop) : score_of(p, input, loop);
}

static void emit_draw(struct apsis_planner *p, const struct apsis_node *n, struct ap_operand out, uint32_t loop)
{
    const struct apsis_input *input = &p->ir->inputs[n->index];
    struct ap_operand score = {0};
    int scored = input->group >= 0 || input->score;
    if (input->score) score = value_of(p, input->score, loop);
    else if (scored) score = mixed_score(p, input, loop);
    struct ap_operand parameters[APSIS_MAX_PARAMETERS];
    size_t count = input->distribution ? 0 : input->parameter_count;
    for (size_t k = 0; k < count; k++) parameters[k] = value_of(p, input->parameters[k], loop);
    struct ap_instruction *i = begin(p, AP_STEP_DRAW, out);
    i->stream = input->stream;
    i->mode = (ap_u32)scored;
    i->name = input->name;
    struct ap_sampler *sampler = p->samplers[n->index];
    i->data = sampler;
    if (scored) argument(p, score);
    for (size_t k = 0; k < count; k++) {
        argument(p, parameters[k]);
        if (sampler && parameters[k].in_lanes) sampler->varying |= 1u << k;
    }
}

static void emit_node(struct apsis_planner *p, apsis_node_id id, struct ap_operand out, uint32_t loop, uint32_t first, uint32_t last, const char *name)
{
    const struct apsis_node *n = &p->nodes[id];
    struct ap_operand args[6];
    uint32_t slots = 0;
    struct ap_instruction *i;
    for (int k = 0; k < n->arg_count; k++) args[k] = value_of(p, n->args[k], loop);
    switch (n->kind) {
    case APSIS_NODE_DRAW:
        emit_draw(p, n, out, loop);
        i = last_instruction(p);
        break;
    case APSIS_NODE_PAST: case APSIS_NODE_AT: {
        struct ap_operand history = history_operand(p, n->index, &slots);
        const struct apsis_series *s = series_of(p, n->index);
        struct ap_operand before = value_of(p, s->before ? s->before : p->nan_node, loop);
        i = begin(p, AP_STEP_GATHER, out);
        i->index = slots;
        i->mode = n->kind == APSIS_NODE_AT ? AP_GATHER_AT
                : p->component[id] == p->component[apsis_item_series(p, n->index)] ? AP_GATHER_PAST_CYCLE : AP_GATHER_PAST;
        argument(p, args[0]), argument(p, before), argument(p, history);
        break;
    }
    case APSIS_NODE_CONVOLVE: {
        struct ap_operand a = history_operand(p, n->index, &slots);
        a.bias += slots;
        struct ap_operand b = history_operand(p, n->other, &slots);
        b.bias += slots;
        i = begin(p, AP_STEP_CONVOLVE, out);
        argument(p, a), argument(p, b);
        break;
    }
    case APSIS_NODE_SIGN_CHANGES: {
        struct ap_operand flows = history_operand(p, n->index, &slots);
        flows.bias += slots;
        i = begin(p, AP_STEP_SIGN_CHANGES, out);
        i->mode = n->timing;
        argument(p, args[0]), argument(p, args[1]), argument(p, flows);
        break;
    }
    case APSIS_NODE_IRR: {
        struct ap_operand flows = history_operand(p, n->index, &slots);
        flows.bias += slots;
        i = begin(p, AP_STEP_IRR, out);
        i->mode = n->timing;
        for (int k = 0; k < 4; k++) argument(p, args[k]);
        argument(p, flows);
        break;
    }
    case APSIS_NODE_SOLVE: {
        const struct apsis_input *input = &p->ir->inputs[n->other];
        struct ap_solve *solve = APSIS_NEW(p->arena, struct ap_solve);
        *solve = (struct ap_solve){(ap_u32)apsis_family_number(input->family), input->spelling, input->percents};
        i = begin(p, AP_STEP_SOLVE, out);
        i->index = n->index;
        i->data = solve;
        i->name = input->name;
        for (int k = 0; k < n->arg_count; k++) argument(p, args[k]);
        break;
    }
    default:
        i = begin(p, n->op, out);
        for (int k = 0; k < n->arg_count; k++) argument(p, args[k]);
        break;
    }
    i = last_instruction(p);
    if (first > 0 || last + 1 < p->periods) i->first = first, i->last = last;
    if (name) i->name = name;
}

static struct ap_instruction *emit_copy(struct apsis_planner *p, struct ap_operand out, struct ap_operand from, const char *name)
{
    struct ap_instruction *i = begin(p, AP_STEP_COPY, out);
    i->name = name;
    argument(p, from);
    return last_instruction(p);
}

/* ------------------------------------------------------------------ stages and loops */

static void open_section(struct apsis_planner *p, int is_loop)
{
    struct ap_section *s = APSIS_PUSH(p->arena, p->code.sections, p->code.section_count, p->code.section_capacity);
    s->first = (ap_u32)p->code.instruction_count;
    s->is_loop = (ap_u32)is_loop;
}
static void close_section(struct apsis_planner *p)
{
    struct ap_section *s = &p->code.sections[p->code.section_count - 1];
    s->count = (ap_u32)p->code.instruction_count - s->first;
    if (!s->count) p->code.section_count--;
}

static void emit_output(struct apsis_planner *p, const struct apsis_emit *e, uint32_t loop)
{
    struct ap_operand value = value_of(p, e->node, loop), given = {0};
    if (e->has_given) given = value_of(p, e->given, loop);
    struct ap_instruction *i = begin(p, AP_STEP_EMIT, (struct ap_operand){0});
    i->index = e->column;
    i->mode = e->has_given;
    i->name = e->name;
    argument(p, value);
    if (e->has_given) argument(p, given);
}

static void emit_kept(struct apsis_planner *p, const struct apsis_kept *k, uint32_t loop)
{
    struct ap_operand value = value_of(p, k->node, loop);
    struct ap_instruction *i = begin(p, AP_STEP_KEEP, (struct ap_operand){0});
    i->index = k->number;
    argument(p, value);
}

static void emit_stage(struct apsis_planner *p, uint32_t stage)
{
    for (const uint32_t *o = p->order; *o; o++) {
        uint32_t id = *o;
        if (id >= p->node_count || !p->needed[id] || p->varies[id] || p->alias[id] != id || p->level[id] != stage) continue;
        const struct apsis_node *n = &p->nodes[id];
        if (apsis_is_given(n) || n->kind == APSIS_NODE_READ) continue;
        if (n->kind == APSIS_NODE_AT && p->nodes[p->alias[n->args[0]]].kind == APSIS_NODE_CONST && p->value_stamp[id] == ALWAYS) continue;
        p->value_stamp[id] = ALWAYS;
        if (n->kind == APSIS_NODE_SCORE) {
            p->value[id] = input_score(p, n->index, 0);
            continue;
        }
        p->value[id] = new_register(p, NULL);
        emit_node(p, id, p->value[id], 0, 0, p->periods - 1, NULL);
    }
    for (size_t i = 0; i < p->emit_count && p->phase == APSIS_PHASE_RANDOM; i++) {
        if (!p->emits[i].is_series && p->emits[i].loop == stage) emit_output(p, &p->emits[i], 0);
    }
    for (size_t i = 0; i < p->kept_count && p->phase == APSIS_PHASE_FIXED; i++) {
        if (!p->varies[p->alias[p->kept[i].node]] && p->kept[i].loop == stage) emit_kept(p, &p->kept[i], 0);
    }
}

static struct ap_operand history_value(struct apsis_planner *p, const struct apsis_series *s, uint32_t back)
{
    apsis_node_id node = back <= s->history_count ? s->history[back - 1] : s->before ? s->before : p->nan_node;
    return value_of(p, node, 0);
}

/* Room for each series of this loop, with what lies before t = 0 put in place; stands before the loop. */
static void make_rooms(struct apsis_planner *p, uint32_t loop)
{
    for (uint32_t k = 0; k < p->series_count; k++) {
        struct apsis_room *room = &p->room[k];
        if (room->stamp != loop) continue;
        const struct apsis_series *s = series_of(p, k);
        uint32_t before = 0;
        room->storage = APSIS_NONE;
        if (p->place[k] == loop && p->full[k]) {
            before = p->history_slots[k];
            room->storage = p->history_storage[k] = new_storage(p, before + p->periods, 1, s->name);
            room->bias = before;
            room->mask = UINT32_MAX;
        } else if (room->max_lag) {
            uint32_t slots = 1;
            while (slots < room->max_lag + 1) slots *= 2;
            before = room->max_lag;
            room->storage = new_storage(p, slots, 1, s->name);
            room->bias = 0;
            room->mask = slots - 1;
        } else if (s->piece_count != 1) {
            room->storage = new_storage(p, 1, 0, s->name);
            room->bias = room->mask = 0;
        }
        for (uint32_t back = 1; back <= before; back++) {
            emit_copy(p, in_storage(room->storage, room->bias - back, room->mask), history_value(p, s, back), s->name);
        }
    }
}

/* A result is written straight into its series where no other period wants the same node. */
static void find_homes(struct apsis_planner *p, uint32_t loop)
{
    memset(p->home, 0xff, p->node_count * sizeof *p->home);
    for (uint32_t k = 0; k < p->series_count; k++) {
        if (p->room[k].stamp != loop || p->room[k].storage == APSIS_NONE) continue;
        const struct apsis_series *s = series_of(p, k);
        for (size_t i = 0; i < s->piece_count; i++) {
            apsis_node_id node = p->alias[s->pieces[i].node];
            if (p->need_stamp[node] != loop || apsis_is_given(&p->nodes[node]) || p->nodes[node].kind == APSIS_NODE_READ || p->nodes[node].kind == APSIS_NODE_SCORE) continue;
            if (!p->varies[node] || p->home[node] != APSIS_NONE) continue;
            if (p->hull_first[node] >= s->pieces[i].first && p->hull_last[node] <= s->pieces[i].last) p->home[node] = k;
        }
    }
}

static void emit_series(struct apsis_planner *p, uint32_t k, uint32_t loop)
{
    const struct apsis_series *s = series_of(p, k);
    struct ap_operand now = series_value(p, k, 0, loop);
    for (size_t i = 0; i < s->piece_count && p->room[k].storage != APSIS_NONE; i++) {
        apsis_node_id node = p->alias[s->pieces[i].node];
        if (p->need_stamp[node] == loop && p->home[node] == k) continue;
        struct ap_instruction *c = emit_copy(p, now, value_of(p, node, loop), s->name);
        if (s->piece_count > 1) c->first = s->pieces[i].first, c->last = s->pieces[i].last;
    }
    if (p->place[k] != loop) return;
    for (size_t i = 0; i < p->capture_count[k]; i++) {
        apsis_node_id at = p->captures[k][i];
        uint32_t period = (uint32_t)p->nodes[p->alias[p->nodes[at].args[0]]].value;
        if (p->full[k]) {
            p->value[at] = in_storage(p->room[k].storage, p->history_slots[k] + period, 0);
        } else {
            p->value[at] = new_register(p, s->name);
            struct ap_instruction *c = emit_copy(p, p->value[at], now, s->name);
            c->first = c->last = period;
        }
        p->value_stamp[at] = ALWAYS;
    }
}

static int ready(const struct apsis_planner *p, apsis_node_id id, const uint8_t *done)
{
    id = p->alias[id];
    return !apsis_active(p, id) || !p->varies[id] || apsis_is_given(&p->nodes[id]) || done[id] ||
           (p->nodes[id].kind == APSIS_NODE_READ && p->nodes[id].lag);
}

static void emit_loop(struct apsis_planner *p, uint32_t loop)
{
    apsis_plan_loop(p, loop);
    open_section(p, 0);
    make_rooms(p, loop);
    close_section(p);
    find_homes(p, loop);
    open_section(p, 1);
    uint8_t *done = APSIS_NEW_ARRAY(p->arena, uint8_t, p->item_count);
    /* what can be handed on as soon as an item is there: looked at again only when something was worked out that emits wait for */
    uint8_t *waited = APSIS_NEW_ARRAY(p->arena, uint8_t, p->item_count);
    for (size_t i = 0; i < p->emit_count; i++) {
        waited[p->alias[p->emits[i].node]] = 1;
        if (p->emits[i].has_given) waited[p->alias[p->emits[i].given]] = 1;
        p->emits[i].done = 0;
    }
    int look = 1;
    for (const uint32_t *o = p->order;; o++) {
        if (look && p->phase == APSIS_PHASE_RANDOM) {
            for (size_t i = 0; i < p->emit_count; i++) {
                struct apsis_emit *e = &p->emits[i];
                if (!e->is_series || e->loop != loop || e->done) continue;
                if (!ready(p, e->node, done) || (e->has_given && !ready(p, e->given, done))) continue;
                emit_output(p, e, loop);
                e->done = 1;
            }
            look = 0;
        }
        uint32_t item = *o;
        if (!item) break;
        if (p->need_stamp[item] != loop) continue;
        done[item] = 1;
        if (waited[item]) look = 1;
        if (item >= p->node_count) {
            emit_series(p, item - (uint32_t)p->node_count, loop);
            continue;
        }
        const struct apsis_node *n = &p->nodes[item];
        if (n->kind == APSIS_NODE_READ) continue;
        if (n->kind == APSIS_NODE_SCORE) { /* shared by all that mix the same scores: never a series' own */
            p->value[item] = input_score(p, n->index, loop);
            p->value_stamp[item] = loop;
            continue;
        }
        uint32_t home = p->home[item];
        p->value[item] = home != APSIS_NONE ? series_value(p, home, 0, loop) : new_register(p, NULL);
        p->value_stamp[item] = loop;
        emit_node(p, item, p->value[item], loop, p->hull_first[item], p->hull_last[item], home != APSIS_NONE ? series_of(p, home)->name : NULL);
    }
    for (size_t i = 0; i < p->kept_count && p->phase == APSIS_PHASE_FIXED; i++) {
        if (p->varies[p->alias[p->kept[i].node]] && p->kept[i].loop == loop) emit_kept(p, &p->kept[i], loop);
    }
    close_section(p);
}

void apsis_plan_emit(struct apsis_planner *p)
{
    memset(&p->code, 0, sizeof p->code);
    p->code.periods = p->periods;
    p->code.periods_per_year = p->ir->periods_per_year;
    memset(p->value_stamp, 0, p->node_count * sizeof *p->value_stamp);
    for (size_t i = 0; i < p->ir->input_count; i++) p->score_stamp[i] = 0, p->mixes[i] = NULL;
    for (uint32_t stage = 0; stage <= p->loops; stage++) {
        if (stage) emit_loop(p, stage);
        open_section(p, 0);
        emit_stage(p, stage);
        close_section(p);
    }
}
