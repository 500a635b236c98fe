/* lower_correlate.c - the correlate block: who moves with whom, in groups, each with its factor. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/plan/correlate.h"
#include "host/plan/lower.h"

#define GROUP_LIMIT 2048

struct pair {
    uint32_t a, b;
    double value;
    struct apsis_span span;
};

struct operand {
    struct apsis_symbol *symbol;
    int each;              /* [site]: member by member */
    uint32_t member;
};

static int read_operand(struct apsis_lowering *l, const struct apsis_expr *e, struct operand *o)
{
    if (e->kind == APSIS_EXPR_ERROR) return 0;
    const struct apsis_expr *name = e->kind == APSIS_EXPR_INDEX ? e->a : e;
    if (name->kind != APSIS_EXPR_NAME) {
        apsis_lower_error(l, e->span, "here stands the name of an input");
        return 0;
    }
    memset(o, 0, sizeof *o);
    struct apsis_symbol *s = o->symbol = apsis_names_find(l->names, name->text);
    if (!s) {
        apsis_suggest(l->names, apsis_lower_error(l, name->span, "%s is not a name of the model", name->text), name->text);
        return 0;
    }
    if (s->broken) return 0;
    int drawn = 0;
    for (size_t i = 0; i < s->rule_count; i++) drawn |= s->rules[i].definition->kind == APSIS_DEFINE_DRAW;
    if (!drawn) {
        apsis_hint(l->list, apsis_lower_error(l, e->span, "%s is not an input", s->name), "only what is drawn by ~ can be correlated");
        return 0;
    }
    const char *table = s->table == APSIS_NO_TABLE ? NULL : l->ast->tables[s->table].name;
    size_t wanted = (table != NULL) + (s->timed != 0);
    if (e->index_count != wanted) {
        struct apsis_diagnostic *d = apsis_lower_error(l, e->span, "%s is drawn for each %s", s->name, table ? table : apsis_time_unit(&l->names->time));
        if (!wanted) return 0;
        if (table) apsis_hint(l->list, d, s->timed ? "write %s[%s, t]" : "write %s[%s]", s->name, table);
        else apsis_hint(l->list, d, "write %s[t]: then it holds in each %s", s->name, apsis_time_unit(&l->names->time));
        return 0;
    }
    size_t at = 0;
    if (table) {
        const struct apsis_index *index = &e->indices[at++];
        const char *text = index->low && index->low->kind == APSIS_EXPR_NAME ? index->low->text : "";
        if (!index->is_range && !strcmp(text, table)) o->each = 1;
        else {
            o->member = index->is_range ? APSIS_MAP_NONE : apsis_map_find(&l->names->members[s->table], text);
            if (o->member == APSIS_MAP_NONE) {
                const struct apsis_table *t = &l->ast->tables[s->table];
                struct apsis_diagnostic *d = apsis_lower_error(l, index->span, "here stands %s or one of its members", table);
                const char *near = apsis_nearest_name(text, t->members, t->member_count);
                if (near) apsis_hint(l->list, d, "did you mean %s?", near);
                return 0;
            }
        }
    }
    if (s->timed) {
        const struct apsis_index *index = &e->indices[at];
        if (index->is_range || index->low->kind != APSIS_EXPR_NAME || strcmp(index->low->text, "t")) {
            apsis_hint(l->list, apsis_lower_error(l, index->span, "a correlation of series holds in every %s", apsis_time_unit(&l->names->time)), "write [t]");
            return 0;
        }
    }
    return 1;
}

/* The input that draws a member: of the highest version that draws, whatever a later override made of it. */
static int input_of(struct apsis_lowering *l, const struct operand *o, uint32_t member, struct apsis_span span, uint32_t *input)
{
    struct apsis_symbol *s = o->symbol;
    long periods = s->timed ? (long)l->names->time.periods : 1;
    for (struct apsis_cell *cell = apsis_cell_of(l, s, member, s->top_layer);; cell = apsis_cell_of(l, s, member, cell->layer - 1)) {
        apsis_cell_paint(l, cell);
        const struct apsis_rule *found = NULL;
        for (long t = 0; t < periods; t++) {
            uint32_t number = cell->winner[cell->history + t];
            if (!number || s->rules[number - 1].definition->kind != APSIS_DEFINE_DRAW) continue;
            if (found && found != &s->rules[number - 1]) {
                apsis_lower_error(l, span, "%s is drawn by several rules: only what one rule draws can be correlated", s->name);
                return 0;
            }
            found = &s->rules[number - 1];
        }
        if (found) {
            apsis_cell_lower(l, cell);
            for (struct apsis_drawn *d = cell->top->drawn; d; d = d->next)
                if (d->rule == found && d->node) return *input = l->ir->nodes[d->node].index, 1;
            return 0;
        }
        if (!cell->layer) break;
    }
    apsis_lower_error(l, span, "%s is not drawn", apsis_member_name(l->names, s, member));
    return 0;
}

/* ---------------------------------------------------------------- errors */
static const char *percent(struct apsis_lowering *l, double value)
{
    double tenths = floor(value * 1000 + 0.5) / 10;
    return tenths == floor(tenths) ? apsis_arena_printf(l->arena, "%.0f%%", tenths) : apsis_arena_printf(l->arena, "%.1f%%", tenths);
}

/* The matrix up to row `bad` is impossible: the pair that is furthest from what the others allow, and its range. */
static void report_impossible(struct apsis_lowering *l, const struct apsis_group *g, const double *score, size_t bad, const struct pair *pairs, size_t pair_count)
{
    const struct apsis_ir *ir = l->ir;
    size_t n = bad + 1, k = n <= 64 ? n : 64;
    double *part = APSIS_NEW_ARRAY(l->arena, double, k * k);
    size_t offset = n - k; /* the failing row and what stands before it */
    for (size_t r = 0; r < k; r++)
        for (size_t c = 0; c < k; c++) part[r * k + c] = score[(r + offset) * g->count + c + offset];
    size_t worst_i = 0, worst_j = bad;
    double worst = INFINITY, low = 0, high = 0;
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1; j < k; j++) {
            double value = part[i * k + j], from, to;
            if (value == 0 || !apsis_correlate_range(part, k, i, j, &from, &to)) continue;
            double miss = value > to ? value - to : from - value;
            if (miss <= 0 || miss >= worst) continue;
            worst = miss;
            worst_i = i + offset;
            worst_j = j + offset;
            low = from;
            high = to;
        }
    if (!isfinite(worst)) { /* no single pair is at fault: the largest of the failing row */
        double most = -1;
        for (size_t i = 0; i < bad; i++)
            if (fabs(score[bad * g->count + i]) > most) most = fabs(score[bad * g->count + i]), worst_i = i;
        worst_j = bad;
    }
    uint32_t a = g->members[worst_i], b = g->members[worst_j];
    struct apsis_span span = {0, 0, 0};
    char *others = NULL;
    size_t listed = 0;
    const char *first = ir->inputs[a].name, *second = ir->inputs[b].name;
    for (size_t p = 0; p < pair_count; p++) {
        int has_a = pairs[p].a == a || pairs[p].b == a, has_b = pairs[p].a == b || pairs[p].b == b;
        if (has_a && has_b) {
            span = pairs[p].span;
            first = ir->inputs[pairs[p].a].name;
            second = ir->inputs[pairs[p].b].name;
        }
    }
    for (size_t p = 0; p < pair_count && listed < 4; p++) {
        int has_a = pairs[p].a == a || pairs[p].b == a, has_b = pairs[p].a == b || pairs[p].b == b;
        if (has_a == has_b) continue;
        uint32_t other = pairs[p].a == a || pairs[p].a == b ? pairs[p].b : pairs[p].a, end = has_a ? b : a;
        int closes = 0; /* a triangle: the other end is tied to the second of the pair too */
        for (size_t q = 0; q < pair_count; q++)
            closes |= (pairs[q].a == other && pairs[q].b == end) || (pairs[q].b == other && pairs[q].a == end);
        if (!closes) continue;
        others = apsis_arena_printf(l->arena, "%s%s%s–%s %s", others ? others : "", others ? ", " : "", ir->inputs[pairs[p].a].name,
                                    ir->inputs[pairs[p].b].name, percent(l, pairs[p].value));
        listed++;
    }
    double value = g->target[worst_i * g->count + worst_j];
    struct apsis_diagnostic *d = apsis_error(l->list, span, "the correlations cannot all hold: %s–%s %s with %s", first, second, percent(l, value),
                                             others ? others : "the others");
    if (isfinite(worst)) {
        double from = apsis_rank_correlation(low < -1 ? -1 : low), to = apsis_rank_correlation(high > 1 ? 1 : high);
        apsis_hint(l->list, d, "given the others, %s–%s can be from %s to %s", first, second, percent(l, ceil(from * 1000) / 1000), percent(l, floor(to * 1000) / 1000));
    } else {
        apsis_hint(l->list, d, "make these correlations weaker");
    }
}

/* ---------------------------------------------------------------- groups */
static uint32_t root_of(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x) x = parent[x] = parent[parent[x]];
    return x;
}

struct named {
    const char *name;
    uint32_t input, root;
};

static int by_root_and_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    if (a->root != b->root) return a->root < b->root ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void make_group(struct apsis_lowering *l, const struct named *members, size_t count, const struct pair *pairs, size_t pair_count)
{
    struct apsis_ir *ir = l->ir;
    if (count > GROUP_LIMIT) {
        apsis_error(l->list, pairs[0].span, "%zu inputs are correlated with each other in one group; the most is %d", count, GROUP_LIMIT);
        return;
    }
    struct apsis_group *g = APSIS_PUSH(l->arena, ir->groups, ir->group_count, ir->group_capacity);
    g->count = count;
    g->members = APSIS_NEW_ARRAY(l->arena, uint32_t, count);
    g->factor = APSIS_NEW_ARRAY(l->arena, double, count * count);
    g->target = APSIS_NEW_ARRAY(l->arena, double, count * count);
    g->is_series = ir->inputs[members[0].input].is_series;
    double *score = APSIS_NEW_ARRAY(l->arena, double, count * count);
    for (size_t i = 0; i < count; i++) {
        struct apsis_input *in = &ir->inputs[members[i].input];
        g->members[i] = members[i].input;
        in->group = (int)ir->group_count - 1;
        in->position = i;
        g->target[i * count + i] = score[i * count + i] = 1;
    }
    for (size_t p = 0; p < pair_count; p++) {
        const struct apsis_input *a = &ir->inputs[pairs[p].a], *b = &ir->inputs[pairs[p].b];
        if (a->group != (int)ir->group_count - 1 || b->group != a->group) continue;
        double value = apsis_score_correlation(pairs[p].value);
        g->target[a->position * count + b->position] = g->target[b->position * count + a->position] = pairs[p].value;
        score[a->position * count + b->position] = score[b->position * count + a->position] = value;
    }
    size_t good = apsis_correlate_factor(score, count, g->factor);
    if (good < count) report_impossible(l, g, score, good, pairs, pair_count);
}

static void add_pair(struct apsis_lowering *l, struct pair **pairs, size_t *count, size_t *capacity, struct apsis_map *known, struct pair pair)
{
    struct apsis_ir *ir = l->ir;
    const char *a = ir->inputs[pair.a].name, *b = ir->inputs[pair.b].name;
    if (pair.a == pair.b) {
        apsis_lower_error(l, pair.span, "%s is correlated with itself", a);
        return;
    }
    if (ir->inputs[pair.a].is_series != ir->inputs[pair.b].is_series) {
        apsis_hint(l->list, apsis_lower_error(l, pair.span, "%s is drawn once and %s each %s: they cannot be correlated", ir->inputs[pair.a].is_series ? b : a,
                   ir->inputs[pair.a].is_series ? a : b, apsis_time_unit(&l->names->time)), "correlate numbers with numbers, and series with series");
        return;
    }
    int swap = strcmp(a, b) > 0;
    char *key = apsis_arena_printf(l->arena, "%s %s", swap ? b : a, swap ? a : b);
    if (apsis_map_find(known, key) != APSIS_MAP_NONE) {
        apsis_lower_error(l, pair.span, "the correlation of %s and %s is given twice", a, b);
        return;
    }
    apsis_map_add(known, key, 0);
    if (pair.value != 0) *(apsis_arena_push(l->arena, pairs, count, capacity, sizeof **pairs), &(*pairs)[*count - 1]) = pair;
}

void apsis_lower_correlations(struct apsis_lowering *l)
{
    struct pair *pairs = NULL;
    size_t count = 0, capacity = 0;
    struct apsis_map known = {.arena = l->arena};
    for (size_t i = 0; i < l->ast->correlation_count; i++) {
        const struct apsis_correlation *c = &l->ast->correlations[i];
        struct operand a, b;
        struct apsis_scope scope = {.time = APSIS_SCOPE_SCALAR};
        double value;
        int good = read_operand(l, c->a, &a);
        good &= read_operand(l, c->b, &b);
        apsis_node_id node = apsis_lower_number(l, &scope, c->value);
        if (!node || !good) continue;
        if (!apsis_ir_is_const(l->ir, node, &value)) {
            apsis_lower_error(l, c->value->span, "a correlation is a constant");
            continue;
        }
        if (!(value >= -1 && value <= 1)) {
            apsis_lower_error(l, c->value->span, "a correlation lies between -100%% and 100%%");
            continue;
        }
        if (a.each != b.each || (a.each && a.symbol->table != b.symbol->table)) {
            apsis_hint(l->list, apsis_lower_error(l, c->span, "one side is over all members, the other is not"),
                       "member by member both have the same index: permit[site], overrun[site]");
            continue;
        }
        size_t members = a.each ? apsis_symbol_members(l->names, a.symbol) : 1;
        for (uint32_t m = 0; m < members; m++) {
            struct pair pair = {.value = value, .span = c->span};
            if (!input_of(l, &a, a.each ? m : a.member, c->a->span, &pair.a) || !input_of(l, &b, b.each ? m : b.member, c->b->span, &pair.b)) break;
            add_pair(l, &pairs, &count, &capacity, &known, pair);
        }
    }
    if (!count) return;
    size_t inputs = l->ir->input_count, named_count = 0;
    uint32_t *parent = APSIS_NEW_ARRAY(l->arena, uint32_t, inputs);
    uint8_t *used = APSIS_NEW_ARRAY(l->arena, uint8_t, inputs);
    struct named *named = APSIS_NEW_ARRAY(l->arena, struct named, inputs);
    for (uint32_t i = 0; i < inputs; i++) parent[i] = i;
    for (size_t p = 0; p < count; p++) {
        uint32_t a = root_of(parent, pairs[p].a), b = root_of(parent, pairs[p].b);
        used[pairs[p].a] = used[pairs[p].b] = 1;
        if (a != b) parent[a > b ? a : b] = a > b ? b : a;
    }
    for (uint32_t i = 0; i < inputs; i++)
        if (used[i]) named[named_count++] = (struct named){l->ir->inputs[i].name, i, root_of(parent, i)};
    qsort(named, named_count, sizeof *named, by_root_and_name);
    /* each group sees its own pairs only, so that many small groups stay cheap */
    struct pair *own = APSIS_NEW_ARRAY(l->arena, struct pair, count);
    uint32_t *start = APSIS_NEW_ARRAY(l->arena, uint32_t, inputs + 2);
    for (size_t p = 0; p < count; p++) start[root_of(parent, pairs[p].a) + 1]++;
    for (size_t i = 1; i <= inputs; i++) start[i] += start[i - 1];
    uint32_t *fill = APSIS_NEW_ARRAY(l->arena, uint32_t, inputs + 1);
    for (size_t p = 0; p < count; p++) {
        uint32_t root = root_of(parent, pairs[p].a);
        own[start[root] + fill[root]++] = pairs[p];
    }
    for (size_t i = 0, end; i < named_count; i = end) {
        for (end = i; end < named_count && named[end].root == named[i].root; end++) {}
        make_group(l, named + i, end - i, own + start[named[i].root], fill[named[i].root]);
    }
}
