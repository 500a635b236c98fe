/* ir.c - building the graph of values: equal nodes become one, constants are folded by the kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/ir.h"

#include <math.h>
#include <string.h>

#if AP_WIDTH != 1
#error "constants are folded one lane at a time"
#endif

double apsis_ir_compute(enum ap_operation op, double a, double b, double c, double d)
{
    switch (op) {
#define COMPUTE(name, arity, expression, meaning) \
    case AP_OP_##name:                            \
        (void)a, (void)b, (void)c, (void)d;       \
        return expression;
        AP_OPERATIONS(COMPUTE)
#undef COMPUTE
    default: return NAN;
    }
}

static const uint8_t arity[] = {
#define ARITY(name, arguments, expression, meaning) arguments,
    AP_OPERATIONS(ARITY)
#undef ARITY
};

struct apsis_ir *apsis_ir_new(struct apsis_arena *arena)
{
    struct apsis_ir *ir = APSIS_NEW(arena, struct apsis_ir);
    ir->arena = arena;
    ir->periods_per_year = 1;
    struct apsis_node *none = APSIS_PUSH(arena, ir->nodes, ir->node_count, ir->node_capacity);
    none->kind = APSIS_NODE_CONST;
    none->value = NAN;
    size_t varies = 0;
    *APSIS_PUSH(arena, ir->node_varies, varies, ir->node_varies_capacity) = 0;
    return ir;
}

const char *apsis_ir_section(const struct apsis_ir *ir, size_t section)
{
    return section < ir->section_count && *ir->sections[section] ? ir->sections[section] : NULL;
}

/* ---------------------------------------------------------------- equal nodes */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 29;
}

static uint64_t hash_of(const struct apsis_node *n)
{
    uint64_t h = mix(n->kind | (uint64_t)n->op << 8 | (uint64_t)n->arg_count << 16 | (uint64_t)n->timing << 24, (uint32_t)n->lag);
    h = mix(h, n->index | (uint64_t)n->other << 32);
    h = mix(h, n->args[0] | (uint64_t)n->args[1] << 32);
    h = mix(h, n->args[2] | (uint64_t)n->args[3] << 32);
    return mix(h, ap_word_of(n->value));
}

static int equal(const struct apsis_node *a, const struct apsis_node *b)
{
    return a->kind == b->kind && a->op == b->op && a->arg_count == b->arg_count && a->timing == b->timing && a->lag == b->lag &&
           a->index == b->index && a->other == b->other && !memcmp(a->args, b->args, sizeof a->args) &&
           ap_word_of(a->value) == ap_word_of(b->value);
}

static void place(uint64_t *table, size_t size, uint64_t hash, uint64_t id)
{
    size_t at = hash & (size - 1);
    while (table[at]) at = (at + 1) & (size - 1);
    table[at] = id;
}

static void widen(struct apsis_ir *ir)
{
    size_t size = ir->node_index_size ? ir->node_index_size * 2 : 256;
    uint64_t *table = APSIS_NEW_ARRAY(ir->arena, uint64_t, size);
    for (size_t i = 1; i < ir->node_count; i++) place(table, size, hash_of(&ir->nodes[i]), i);
    ir->node_index = table;
    ir->node_index_size = size;
}

static int varies(const struct apsis_ir *ir, const struct apsis_node *n)
{
    switch (n->kind) {
    case APSIS_NODE_CONST:
    case APSIS_NODE_SIGN_CHANGES:
    case APSIS_NODE_IRR: return 0;
    case APSIS_NODE_PERIOD:
    case APSIS_NODE_READ:
    case APSIS_NODE_PAST:
    case APSIS_NODE_CONVOLVE: return 1;
    case APSIS_NODE_DRAW: case APSIS_NODE_SCORE: return ir->inputs[n->index].is_series;
    default:
        for (int i = 0; i < n->arg_count; i++)
            if (ir->node_varies[n->args[i]]) return 1;
        return 0;
    }
}

apsis_node_id apsis_ir_node(struct apsis_ir *ir, struct apsis_node node)
{
    for (int i = 0; i < node.arg_count; i++)
        if (!node.args[i]) return 0;
    if (node.kind == APSIS_NODE_CONST && isnan(node.value)) node.value = ap_nan();
    if (ir->node_count * 2 >= ir->node_index_size) widen(ir);
    uint64_t hash = hash_of(&node);
    for (size_t at = hash & (ir->node_index_size - 1); ir->node_index[at]; at = (at + 1) & (ir->node_index_size - 1))
        if (equal(&ir->nodes[ir->node_index[at]], &node)) return (apsis_node_id)ir->node_index[at];
    size_t id = ir->node_count, count = id;
    uint8_t differs = (uint8_t)varies(ir, &node);
    *APSIS_PUSH(ir->arena, ir->nodes, ir->node_count, ir->node_capacity) = node;
    *APSIS_PUSH(ir->arena, ir->node_varies, count, ir->node_varies_capacity) = differs;
    place(ir->node_index, ir->node_index_size, hash, id);
    return (apsis_node_id)id;
}

/* ---------------------------------------------------------------- leaves */
apsis_node_id apsis_ir_const(struct apsis_ir *ir, double value)
{
    struct apsis_node node = {.kind = APSIS_NODE_CONST, .value = value};
    return apsis_ir_node(ir, node);
}

int apsis_ir_is_const(const struct apsis_ir *ir, apsis_node_id id, double *value)
{
    if (!id || ir->nodes[id].kind != APSIS_NODE_CONST) return 0;
    if (value) *value = ir->nodes[id].value;
    return 1;
}

static uint64_t hash_of_table(const struct apsis_ir *ir, const double *values)
{
    uint64_t hash = 1;
    for (uint32_t t = 0; t < ir->periods; t++) hash = mix(hash, ap_word_of(values[t]));
    return hash;
}

apsis_node_id apsis_ir_period(struct apsis_ir *ir, const double *values)
{
    size_t same = 1;
    while (same < ir->periods && ap_word_of(values[same]) == ap_word_of(values[0])) same++;
    if (ir->periods && same == ir->periods) return apsis_ir_const(ir, values[0]);
    if (ir->period_table_count * 2 >= ir->table_index_size) {
        size_t size = ir->table_index_size ? ir->table_index_size * 2 : 64;
        uint32_t *table = APSIS_NEW_ARRAY(ir->arena, uint32_t, size);
        for (size_t i = 0; i < ir->period_table_count; i++) {
            size_t at = hash_of_table(ir, ir->period_tables[i]) & (size - 1);
            while (table[at]) at = (at + 1) & (size - 1);
            table[at] = (uint32_t)i + 1;
        }
        ir->table_index = table;
        ir->table_index_size = size;
    }
    struct apsis_node node = {.kind = APSIS_NODE_PERIOD};
    size_t at = hash_of_table(ir, values) & (ir->table_index_size - 1);
    for (; ir->table_index[at]; at = (at + 1) & (ir->table_index_size - 1))
        if (!memcmp(ir->period_tables[ir->table_index[at] - 1], values, ir->periods * sizeof *values)) {
            node.index = ir->table_index[at] - 1;
            return apsis_ir_node(ir, node);
        }
    double *copy = APSIS_NEW_ARRAY(ir->arena, double, ir->periods);
    memcpy(copy, values, ir->periods * sizeof *values);
    node.index = (uint32_t)ir->period_table_count;
    *APSIS_PUSH(ir->arena, ir->period_tables, ir->period_table_count, ir->period_table_capacity) = copy;
    ir->table_index[at] = node.index + 1;
    return apsis_ir_node(ir, node);
}

apsis_node_id apsis_ir_read(struct apsis_ir *ir, uint32_t series, int32_t lag)
{
    struct apsis_node node = {.kind = APSIS_NODE_READ, .index = series, .lag = lag};
    return apsis_ir_node(ir, node);
}

/* ---------------------------------------------------------------- operations */
static double value_at(const struct apsis_ir *ir, apsis_node_id id, uint32_t t)
{
    const struct apsis_node *n = &ir->nodes[id];
    return n->kind == APSIS_NODE_CONST ? n->value : ir->period_tables[n->index][t];
}

apsis_node_id apsis_ir_op(struct apsis_ir *ir, enum ap_operation op, apsis_node_id a, apsis_node_id b, apsis_node_id c)
{
    struct apsis_node node = {.kind = APSIS_NODE_OP, .op = (uint8_t)op, .arg_count = arity[op]};
    node.args[0] = a;
    if (node.arg_count > 1) node.args[1] = b;
    if (node.arg_count > 2) node.args[2] = c;
    int constant = 1, by_period = 1;
    for (int i = 0; i < node.arg_count; i++) {
        if (!node.args[i]) return 0;
        int kind = ir->nodes[node.args[i]].kind;
        constant &= kind == APSIS_NODE_CONST;
        by_period &= kind == APSIS_NODE_CONST || kind == APSIS_NODE_PERIOD;
    }
    double condition;
    if (op == AP_OP_IF && apsis_ir_is_const(ir, a, &condition) && !isnan(condition)) return condition != 0 ? b : c;
    if (constant) return apsis_ir_const(ir, apsis_ir_compute(op, ir->nodes[a].value, ir->nodes[node.args[1]].value, ir->nodes[node.args[2]].value, 0));
    if (!by_period) return apsis_ir_node(ir, node);
    double *values = APSIS_NEW_ARRAY(ir->arena, double, ir->periods);
    for (uint32_t t = 0; t < ir->periods; t++)
        values[t] = apsis_ir_compute(op, value_at(ir, a, t), node.arg_count > 1 ? value_at(ir, b, t) : 0, node.arg_count > 2 ? value_at(ir, c, t) : 0, 0);
    return apsis_ir_period(ir, values);
}

/* ---------------------------------------------------------------- labels */
const char *apsis_period_label(const struct apsis_ir *ir, long t, char text[16])
{
    long per = (long)ir->periods_per_year, part = (ir->first_part ? ir->first_part - 1 : 0) + t;
    long year = ir->first_year + part / per, rest = part % per;
    if (rest < 0) rest += per, year--;
    if (ir->calendar == APSIS_CALENDAR_QUARTER) snprintf(text, 16, "%ldQ%ld", year, rest + 1);
    else if (ir->calendar == APSIS_CALENDAR_MONTH) snprintf(text, 16, "%ld-%02ld", year, rest + 1);
    else snprintf(text, 16, "%ld", year);
    return text;
}
