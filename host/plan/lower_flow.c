/* lower_flow.c - flows in time: npv and irr, delay, convolve and cumulative. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lower.h"

static const struct apsis_value nothing;

int apsis_is_series_function(const char *name)
{
    return !strcmp(name, "delay") || !strcmp(name, "convolve") || !strcmp(name, "cumulative");
}

/* An argument that is a series: a name, a member's series, or an expression of such, at this period. */
static apsis_node_id flow_node(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_scope whole = *scope;
    whole.time = APSIS_SCOPE_WHOLE;
    whole.first = 0;
    whole.last = (long)l->ir->periods - 1;
    return apsis_lower_number(l, &whole, e);
}

static apsis_node_id scalar(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, const char *what)
{
    apsis_node_id node = apsis_lower_number(l, scope, e);
    if (!node || !l->ir->node_varies[node]) return node;
    apsis_lower_error(l, e->span, "%s is one number for all %ss, and this one changes", what, apsis_time_unit(&l->names->time));
    return 0;
}

/* ---------------------------------------------------------------- npv and irr */
/* v^when as a series: v1^t, t + 1/2 or t + 1 periods, v1 being one period's factor; *final is that at the end of the horizon. */
static uint32_t discount(struct apsis_lowering *l, apsis_node_id rate, enum apsis_timing timing, apsis_node_id *final, struct apsis_span span)
{
    static const char *const names[] = {"start", "mid", "end"};
    struct apsis_ir *ir = l->ir;
    apsis_node_id one = apsis_ir_const(ir, 1), grown = apsis_ir_op(ir, AP_OP_ADD, one, rate, 0);
    apsis_node_id v1 = ir->periods_per_year == 1 ? apsis_ir_op(ir, AP_OP_DIV, one, grown, 0)
                                                 : apsis_ir_op(ir, AP_OP_POW, grown, apsis_ir_const(ir, -1.0 / ir->periods_per_year), 0);
    char *key = apsis_arena_printf(l->arena, "discount %u %s", v1, names[timing]);
    uint32_t series = apsis_map_find(&l->helpers, key);
    if (series == APSIS_MAP_NONE) {
        series = apsis_series_new(l, apsis_arena_printf(l->arena, ".discount %s %zu", names[timing], l->helpers.count + 1), span);
        apsis_map_add(&l->helpers, key, series);
        apsis_node_id next = apsis_ir_op(ir, AP_OP_MUL, apsis_ir_read(ir, series, 1), v1, 0);
        if (timing == APSIS_TIMING_START) { /* 1 at t = 0, to the bit */
            apsis_series_piece(l, series, 0, 0, one);
            if (ir->periods > 1) apsis_series_piece(l, series, 1, (long)ir->periods - 1, next);
        } else {
            apsis_series_start(l, series, timing == APSIS_TIMING_END ? one : apsis_ir_op(ir, AP_OP_DIV, one, apsis_ir_op(ir, AP_OP_SQRT, v1, 0, 0), 0));
            apsis_series_piece(l, series, 0, (long)ir->periods - 1, next);
        }
    }
    apsis_node_id last = apsis_at_last(l, series); /* v at periods - 1, - 1/2 or - 0 */
    if (timing == APSIS_TIMING_START) last = apsis_ir_op(ir, AP_OP_MUL, last, v1, 0);
    if (timing == APSIS_TIMING_MID) last = apsis_ir_op(ir, AP_OP_MUL, last, apsis_ir_op(ir, AP_OP_SQRT, v1, 0, 0), 0);
    *final = last;
    return series;
}

struct flow_arguments {
    const struct apsis_expr *plain[3];
    size_t plain_count;
    const struct apsis_expr *upfront, *final, *low, *high;
    int timed;
    enum apsis_timing timing;
};

static int timing_of(const struct apsis_expr *e, enum apsis_timing *timing)
{
    static const char *const words[] = {"start", "mid", "end"};
    for (int i = 0; e->kind == APSIS_EXPR_NAME && i < 3; i++) {
        if (strcmp(e->text, words[i])) continue;
        *timing = (enum apsis_timing)i;
        return 1;
    }
    return 0;
}

static int sort_arguments(struct apsis_lowering *l, const struct apsis_expr *e, size_t wanted, struct flow_arguments *out)
{
    memset(out, 0, sizeof *out);
    const char *usage = wanted == 2 ? "npv(rate, flow, mid, upfront: ..., final: ...)" : "irr(flow, mid, upfront: ..., final: ..., between: -50%, 100%)";
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        const char *key = a->key ? a->key->text : NULL;
        if (a->where || a->is_else || (a->key && !key)) goto wrong;
        if (key && !strcmp(key, "upfront") && !out->upfront) out->upfront = a->value;
        else if (key && !strcmp(key, "final") && !out->final) out->final = a->value;
        else if (key && wanted == 1 && !strcmp(key, "between") && !out->low && i + 1 < e->argument_count && !e->arguments[i + 1].key) {
            out->low = a->value;
            out->high = e->arguments[++i].value;
        } else if (key) {
            goto wrong;
        } else if (out->plain_count == wanted && !out->timed && timing_of(a->value, &out->timing)) out->timed = 1;
        else if (out->plain_count < wanted) out->plain[out->plain_count++] = a->value;
        else goto wrong;
        continue;
    wrong:
        apsis_hint(l->list, apsis_lower_error(l, a->span, "%s does not take this", e->text), "%s", usage);
        return 0;
    }
    if (out->plain_count < wanted) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s needs %s", e->text, wanted == 2 ? "a rate and a series of flows" : "a series of flows"), "%s", usage);
        return 0;
    }
    if (!out->timed) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s needs to know when in a %s the flows fall", e->text, apsis_time_unit(&l->names->time)),
                   "say start, mid or end: %s", usage);
        return 0;
    }
    if (wanted == 1 && !out->low) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "irr needs the range in which the rate is sought"), "add between: -50%%, 100%%");
        return 0;
    }
    return 1;
}

struct apsis_value apsis_lower_flow(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e)
{
    struct apsis_ir *ir = l->ir;
    int is_npv = !strcmp(e->text, "npv");
    struct flow_arguments a;
    if (!ir->periods) {
        apsis_lower_error(l, e->span, "%s runs over periods, and the model has none", e->text);
        return nothing;
    }
    if (!sort_arguments(l, e, is_npv ? 2 : 1, &a)) return nothing;
    apsis_node_id zero = apsis_ir_const(ir, 0);
    apsis_node_id rate = is_npv ? scalar(l, scope, a.plain[0], "the rate") : zero;
    apsis_node_id flow = flow_node(l, scope, a.plain[is_npv]);
    apsis_node_id upfront = a.upfront ? scalar(l, scope, a.upfront, "the flow up front") : zero;
    apsis_node_id final = a.final ? scalar(l, scope, a.final, "the final flow") : zero;
    apsis_node_id low = a.low ? scalar(l, scope, a.low, "the lowest rate") : zero, high = a.high ? scalar(l, scope, a.high, "the highest rate") : zero;
    if (!rate || !flow || !upfront || !final || !low || !high) return nothing;
    if (!apsis_mentions_time(l, scope, a.plain[is_npv])) {
        apsis_hint(l->list, apsis_lower_error(l, a.plain[is_npv]->span, "%s discounts a series, and this is one number", e->text),
                   "a series is defined by name[t] = ...");
        return nothing;
    }
    if (!is_npv) {
        double least, most;
        if (apsis_ir_is_const(ir, low, &least) && apsis_ir_is_const(ir, high, &most) && !(least > -1 && least < most)) {
            apsis_lower_error(l, e->span, "irr is sought between two rates: the first below the second, and above -100%%");
            return nothing;
        }
        struct apsis_node node = {.kind = APSIS_NODE_IRR, .arg_count = 4, .timing = (uint8_t)a.timing, .index = apsis_series_of(l, flow, e->span),
                                  .args = {upfront, final, low, high}};
        return (struct apsis_value){apsis_ir_node(ir, node), NULL, 0};
    }
    apsis_node_id last;
    uint32_t factor = discount(l, rate, a.timing, &last, e->span);
    apsis_node_id present = apsis_ir_op(ir, AP_OP_MUL, flow, apsis_ir_read(ir, factor, 0), 0);
    apsis_node_id sum = apsis_at_last(l, apsis_fold_series(l, APSIS_FOLD_SUM, present, 0, (long)ir->periods - 1, 0, e->span));
    if (a.upfront) sum = apsis_ir_op(ir, AP_OP_ADD, upfront, sum, 0);
    if (a.final) sum = apsis_ir_op(ir, AP_OP_ADD, sum, apsis_ir_op(ir, AP_OP_MUL, final, last, 0), 0);
    return (struct apsis_value){sum, NULL, 0};
}

/* ---------------------------------------------------------------- delay, convolve, cumulative */
/* x[t - lag - back] of the series an argument names; the past is checked where a name stands there. */
static apsis_node_id past_of(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, apsis_node_id lag, struct apsis_span span)
{
    struct apsis_reference r;
    struct apsis_scope at = *scope;
    double number;
    apsis_alias(&at, &e);
    int named = e->kind == APSIS_EXPR_NAME && !apsis_is_reserved(e->text);
    named |= e->kind == APSIS_EXPR_INDEX && e->a->kind == APSIS_EXPR_NAME && e->index_count == 1;
    if (named) {
        if (!apsis_resolve(l, &at, e, 0, &r)) return 0;
        if (!r.symbol->timed || r.members == 2 || r.time != 3) {
            apsis_hint(l->list, apsis_lower_error(l, e->span, "delay works on a whole series, and this is not one"), "delay(x, d)[t]%s",
                       r.members == 2 ? ", with a member of x in brackets" : "");
            return 0;
        }
        if (apsis_ir_is_const(l->ir, lag, &number)) return apsis_read_at(l, scope, &r, r.member_low, APSIS_WHERE_LAG, (long)number, 0, span).node;
        return apsis_read_at(l, scope, &r, r.member_low, APSIS_WHERE_PAST, 0, lag, span).node;
    }
    apsis_hint(l->list, apsis_lower_error(l, e->span, "delay needs the name of a series, since it looks at its past"), "give this expression a name: x[t] = ...");
    return 0;
}

static apsis_node_id delayed(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, long back)
{
    struct apsis_ir *ir = l->ir;
    const struct apsis_expr *series = e->arguments[0].value;
    apsis_node_id d = apsis_lower_number(l, scope, e->arguments[1].value);
    if (!d) return 0;
    double number;
    if (apsis_ir_is_const(ir, d, &number) && !(number >= 0 && number < 65536)) {
        apsis_lower_error(l, e->arguments[1].span, "a delay is 0 or more %ss", apsis_time_unit(&l->names->time));
        return 0;
    }
    apsis_node_id one = apsis_ir_const(ir, 1), k = apsis_ir_op(ir, AP_OP_FLOOR, d, 0, 0), f = apsis_ir_op(ir, AP_OP_SUB, d, k, 0);
    apsis_node_id near_lag = back ? apsis_ir_op(ir, AP_OP_ADD, k, apsis_ir_const(ir, (double)back), 0) : k;
    apsis_node_id near = past_of(l, scope, series, near_lag, e->span);
    if (!near) return 0;
    if (apsis_ir_is_const(ir, f, &number) && number == 0) return near;
    apsis_node_id far = past_of(l, scope, series, apsis_ir_op(ir, AP_OP_ADD, near_lag, one, 0), e->span);
    apsis_node_id nearer = apsis_ir_op(ir, AP_OP_MUL, apsis_ir_op(ir, AP_OP_SUB, one, f, 0), near, 0);
    apsis_node_id mixed = apsis_ir_op(ir, AP_OP_ADD, nearer, apsis_ir_op(ir, AP_OP_MUL, f, far, 0), 0);
    /* a whole delay does not look at the earlier period, which may be no number */
    return apsis_ir_op(ir, AP_OP_IF, apsis_ir_op(ir, AP_OP_EQ, f, apsis_ir_const(ir, 0), 0), near, mixed);
}

struct apsis_value apsis_lower_series_call(struct apsis_lowering *l, const struct apsis_scope *scope, const struct apsis_expr *e, const struct apsis_index *when)
{
    struct apsis_ir *ir = l->ir;
    if (!apsis_is_series_function(e->text)) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s gives one number, which takes no index", e->text), "only delay, convolve and cumulative give a series");
        return nothing;
    }
    size_t wanted = e->text[0] == 'c' && e->text[1] == 'u' ? 1 : 2;
    if (e->argument_count != wanted || e->arguments[0].key || e->arguments[wanted - 1].key || e->arguments[0].where) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s takes %s", e->text, wanted == 1 ? "one series" : e->text[0] == 'd' ? "a series and a delay" : "two series"),
                   wanted == 1 ? "cumulative(x)[t]" : e->text[0] == 'd' ? "delay(x, d)[t]" : "convolve(added, survival)[t]");
        return nothing;
    }
    if (!ir->periods) {
        apsis_lower_error(l, e->span, "%s runs over periods, and the model has none", e->text);
        return nothing;
    }
    enum apsis_where where = APSIS_WHERE_LAG;
    long value = 0;
    apsis_node_id place = 0;
    if (when) {
        if (when->is_range) {
            apsis_lower_error(l, when->span, "%s takes one period here", e->text);
            return nothing;
        }
        where = apsis_locate(l, scope, when->low, &value, &place);
    } else if (scope->time != APSIS_SCOPE_WHOLE) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s gives a series, and one number is needed", e->text), "write %s(...)[t]", e->text);
        return nothing;
    }
    if (where == APSIS_WHERE_WRONG) return nothing;
    if (where == APSIS_WHERE_PAST || (where == APSIS_WHERE_LAG && value < 0)) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s(...) takes [t], a fixed lag, or a period", e->text), "give it a name: x[t] = %s(...)[t]", e->text);
        return nothing;
    }
    if (e->text[0] == 'd' && where == APSIS_WHERE_LAG) return (struct apsis_value){delayed(l, scope, e, value), NULL, 0};
    uint32_t series;
    if (e->text[0] == 'd') {
        struct apsis_scope whole = *scope;
        whole.time = APSIS_SCOPE_WHOLE;
        whole.first = 0;
        whole.last = (long)ir->periods - 1;
        apsis_node_id node = delayed(l, &whole, e, 0);
        if (!node) return nothing;
        series = apsis_series_of(l, node, e->span);
    } else {
        apsis_node_id x = flow_node(l, scope, e->arguments[0].value), w = wanted == 2 ? flow_node(l, scope, e->arguments[1].value) : x;
        if (!x || !w) return nothing;
        apsis_node_id zero = apsis_ir_const(ir, 0);
        if (wanted == 1) {
            series = apsis_fold_series(l, APSIS_FOLD_SUM, x, 0, (long)ir->periods - 1, 0, e->span);
        } else {
            struct apsis_node node = {.kind = APSIS_NODE_CONVOLVE, .index = apsis_series_of(l, x, e->span), .other = apsis_series_of(l, w, e->span)};
            apsis_node_id sum = apsis_ir_node(ir, node);
            if (where == APSIS_WHERE_LAG && !value) return (struct apsis_value){sum, NULL, 0};
            series = apsis_series_of(l, sum, e->span);
            apsis_series_start(l, series, zero); /* before the first period nothing had been added */
        }
    }
    if (where == APSIS_WHERE_LAG) return (struct apsis_value){apsis_ir_read(ir, series, (int32_t)value), NULL, 0};
    if (where == APSIS_WHERE_CONST) {
        if (value >= (long)ir->periods || value < 0) {
            apsis_lower_error(l, when->span, "this is outside of the %ss of the model", apsis_time_unit(&l->names->time));
            return nothing;
        }
        place = apsis_ir_const(ir, (double)value);
    }
    return (struct apsis_value){apsis_at(l, series, place), NULL, 0};
}
