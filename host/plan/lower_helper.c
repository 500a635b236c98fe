/* lower_helper.c - series that the compiler makes: running sums, lowest so far, values of expressions; shared where equal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/lower.h"

uint32_t apsis_series_new(struct apsis_lowering *l, const char *name, struct apsis_span span)
{
    struct apsis_ir *ir = l->ir;
    struct apsis_series *s = APSIS_PUSH(l->arena, ir->series, ir->series_count, ir->series_capacity);
    s->name = name;
    s->span = span;
    *APSIS_PUSH(l->arena, l->series_cells, l->series_cell_count, l->series_cell_capacity) = NULL;
    return (uint32_t)ir->series_count - 1;
}

void apsis_series_piece(struct apsis_lowering *l, uint32_t series, long first, long last, apsis_node_id node)
{
    struct apsis_series *s = &l->ir->series[series];
    if (s->piece_count && s->pieces[s->piece_count - 1].node == node && s->pieces[s->piece_count - 1].last + 1 == first) {
        s->pieces[s->piece_count - 1].last = (uint32_t)last;
        return;
    }
    if ((s->piece_count & (s->piece_count - 1)) == 0) { /* room for the next power of two */
        struct apsis_piece *wider = APSIS_NEW_ARRAY(l->arena, struct apsis_piece, s->piece_count ? s->piece_count * 2 : 1);
        if (s->piece_count) memcpy(wider, s->pieces, s->piece_count * sizeof *wider);
        s->pieces = wider;
    }
    s->pieces[s->piece_count++] = (struct apsis_piece){(uint32_t)first, (uint32_t)last, node};
}

void apsis_series_start(struct apsis_lowering *l, uint32_t series, apsis_node_id value)
{
    l->ir->series[series].before = value;
}

apsis_node_id apsis_at(struct apsis_lowering *l, uint32_t series, apsis_node_id when)
{
    struct apsis_node node = {.kind = APSIS_NODE_AT, .arg_count = 1, .index = series, .args = {when}};
    return apsis_ir_node(l->ir, node);
}

apsis_node_id apsis_at_last(struct apsis_lowering *l, uint32_t series)
{
    return apsis_at(l, series, apsis_ir_const(l->ir, (double)l->ir->periods - 1));
}

/* A helper by what it computes: *is_new says whether it must be filled in. */
static uint32_t helper(struct apsis_lowering *l, const char *key, const char *name, struct apsis_span span, int *is_new)
{
    uint32_t known = apsis_map_find(&l->helpers, key);
    *is_new = known == APSIS_MAP_NONE;
    if (!*is_new) return known;
    uint32_t series = apsis_series_new(l, apsis_arena_printf(l->arena, ".%s %zu", name, l->helpers.count + 1), span);
    apsis_map_add(&l->helpers, key, series);
    return series;
}

uint32_t apsis_series_of(struct apsis_lowering *l, apsis_node_id node, struct apsis_span span)
{
    if (node && l->ir->nodes[node].kind == APSIS_NODE_READ && !l->ir->nodes[node].lag) return l->ir->nodes[node].index;
    int is_new;
    uint32_t s = helper(l, apsis_arena_printf(l->arena, "value %u", node), "value", span, &is_new);
    if (is_new) apsis_series_piece(l, s, 0, (long)l->ir->periods - 1, node);
    return s;
}

enum ap_operation apsis_fold_operation(enum apsis_fold fold)
{
    return fold == APSIS_FOLD_SUM ? AP_OP_ADD : fold == APSIS_FOLD_LOWEST ? AP_OP_MIN : AP_OP_MAX;
}

uint32_t apsis_fold_series(struct apsis_lowering *l, enum apsis_fold fold, apsis_node_id node, long first, long last, apsis_node_id start,
                           struct apsis_span span)
{
    static const char *const names[] = {"sum", "lowest", "highest"};
    long end = (long)l->ir->periods - 1;
    int is_new;
    if (!start) start = apsis_ir_const(l->ir, fold == APSIS_FOLD_SUM ? 0 : fold == APSIS_FOLD_LOWEST ? INFINITY : -INFINITY);
    uint32_t s = helper(l, apsis_arena_printf(l->arena, "%s %u %ld %ld %u", names[fold], node, first, last, start), names[fold], span, &is_new);
    if (!is_new) return s;
    apsis_series_start(l, s, start);
    apsis_node_id previous = apsis_ir_read(l->ir, s, 1);
    if (first > 0) apsis_series_piece(l, s, 0, first - 1, start);
    apsis_series_piece(l, s, first, last, apsis_ir_op(l->ir, apsis_fold_operation(fold), previous, node, 0));
    if (last < end) apsis_series_piece(l, s, last + 1, end, previous);
    return s;
}
