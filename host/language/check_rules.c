/* check_rules.c - what each rule reaches: members and periods on the left of = and ~. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/language/check.h"
#include "host/language/check_parts.h"

size_t apsis_symbol_members(const struct apsis_names *names, const struct apsis_symbol *s)
{
    return s->table == APSIS_NO_TABLE ? 1 : names->ast->tables[s->table].member_count;
}

const char *apsis_member_name(const struct apsis_names *names, const struct apsis_symbol *s, uint32_t member)
{
    if (s->table == APSIS_NO_TABLE) return s->name;
    const char *text = names->ast->tables[s->table].members[member];
    size_t a = strlen(s->name), b = strlen(text);
    char *name = apsis_arena_alloc(names->arena, a + b + 3);
    memcpy(name, s->name, a);
    name[a] = '[';
    memcpy(name + a + 1, text, b);
    name[a + b + 1] = ']';
    return name;
}

static int member_of(struct apsis_names *names, const struct apsis_symbol *s, const struct apsis_expr *e, uint32_t *member)
{
    const struct apsis_table *table = &names->ast->tables[s->table];
    if (e->kind == APSIS_EXPR_ERROR) return 0;
    uint32_t found = e->kind == APSIS_EXPR_NAME ? apsis_map_find(&names->members[s->table], e->text) : APSIS_MAP_NONE;
    if (found != APSIS_MAP_NONE) {
        *member = found;
        return 1;
    }
    if (e->kind != APSIS_EXPR_NAME) {
        apsis_error(names->list, e->span, "here stands %s or one of its members", table->name);
        return 0;
    }
    struct apsis_diagnostic *d = apsis_error(names->list, e->span, "%s is not a member of %s", e->text, table->name);
    const char *near = apsis_nearest_name(e->text, table->members, table->member_count);
    if (near) apsis_hint(names->list, d, "did you mean %s?", near);
    return 0;
}

static int read_members(struct apsis_names *names, const struct apsis_symbol *s, const struct apsis_index *index, struct apsis_rule *rule)
{
    const struct apsis_table *table = &names->ast->tables[s->table];
    rule->member_high = table->member_count ? (uint32_t)table->member_count - 1 : 0;
    if (!index->is_range) {
        const struct apsis_expr *e = index->low;
        if (!e) return 0;
        if (e->kind == APSIS_EXPR_NAME && !strcmp(e->text, table->name)) return 1;
        if (!member_of(names, s, e, &rule->member_low)) return 0;
        rule->member_high = rule->member_low;
        rule->member_reach = APSIS_REACH_CELL;
        return 1;
    }
    if (index->low && !member_of(names, s, index->low, &rule->member_low)) return 0;
    if (index->high && !member_of(names, s, index->high, &rule->member_high)) return 0;
    if (rule->member_low > rule->member_high) {
        apsis_hint(names->list, apsis_error(names->list, index->span, "%s stands after %s in %s: the slice is empty",
                   table->members[rule->member_low], table->members[rule->member_high], table->name), "the order is that of the table");
        return 0;
    }
    rule->member_reach = APSIS_REACH_SLICE;
    return 1;
}

/* A period on the left: a label or a whole number from t = 0. */
static int period_on_left(struct apsis_names *names, const struct apsis_symbol *s, const struct apsis_expr *e, long *t)
{
    char first[16];
    if (e->kind == APSIS_EXPR_PERIOD) return apsis_period_of(names, e, t);
    if (e->kind == APSIS_EXPR_ERROR) return 0;
    int negative = e->kind == APSIS_EXPR_NEGATE && e->a->kind == APSIS_EXPR_NUMBER;
    if (negative || e->kind == APSIS_EXPR_NUMBER) {
        double value = negative ? -e->a->number : e->number;
        if (value == floor(value) && fabs(value) < 65536) {
            *t = (long)value;
            return 1;
        }
    }
    struct apsis_diagnostic *d = apsis_error(names->list, e->span, "the index on the left of a rule is t or a %s", apsis_time_unit(&names->time));
    apsis_hint(names->list, d, "for the value before the first %s write %s[%s] = ...", apsis_time_unit(&names->time), s->name,
               apsis_time_label(&names->time, -1, first));
    return 0;
}

static int read_periods(struct apsis_names *names, const struct apsis_symbol *s, const struct apsis_index *index, struct apsis_rule *rule)
{
    long end = (long)names->time.periods - 1;
    char text[16], last[16];
    rule->low = 0;
    rule->high = end;
    if (!index->is_range) {
        const struct apsis_expr *e = index->low;
        if (!e) return 0;
        if (e->kind == APSIS_EXPR_NAME && !strcmp(e->text, "t")) return 1;
        if (!period_on_left(names, s, e, &rule->low)) return 0;
        rule->high = rule->low;
        rule->time_reach = APSIS_REACH_CELL;
    } else {
        if (!index->low) rule->low = APSIS_TIME_OPEN;
        else if (!period_on_left(names, s, index->low, &rule->low)) return 0;
        if (index->high && !period_on_left(names, s, index->high, &rule->high)) return 0;
        rule->time_reach = APSIS_REACH_SLICE;
    }
    if (rule->high > end) {
        apsis_error(names->list, index->span, "%s is after the last %s, %s", apsis_time_label(&names->time, rule->high, text),
                    apsis_time_unit(&names->time), apsis_time_label(&names->time, end, last));
        return 0;
    }
    if (rule->low > rule->high) {
        apsis_error(names->list, index->span, "%s is after %s: the slice is empty", apsis_time_label(&names->time, rule->low, text),
                    apsis_time_label(&names->time, rule->high, last));
        return 0;
    }
    if (rule->low != APSIS_TIME_OPEN && rule->low < -65536) {
        apsis_hint(names->list, apsis_error(names->list, index->span, "%s is too far back", apsis_time_label(&names->time, rule->low, text)),
                   "to give all of the past write ..%s", apsis_time_label(&names->time, -1, last));
        return 0;
    }
    return 1;
}

/* "x[site, t]": how the name is written in a rule for all */
static const char *general_form(struct apsis_names *names, const struct apsis_symbol *s)
{
    const char *table = s->table == APSIS_NO_TABLE ? NULL : names->ast->tables[s->table].name;
    if (table) return apsis_arena_printf(names->arena, s->timed ? "%s[%s, t]" : "%s[%s]", s->name, table);
    return s->timed ? apsis_arena_printf(names->arena, "%s[t]", s->name) : s->name;
}

static struct apsis_symbol *target(struct apsis_names *names, const struct apsis_definition *d, int layer)
{
    struct apsis_symbol *s = apsis_names_find(names, d->name);
    if (s && (s->kind == APSIS_SYMBOL_VALUE || layer)) return s;
    if (!layer) return NULL; /* reported with the names */
    struct apsis_diagnostic *e = apsis_error(names->list, d->name_span, "%s is not a name of the model", d->name);
    if (apsis_map_find(&names->tables, d->name) != APSIS_MAP_NONE) apsis_hint(names->list, e, "%s is a table: its members stay as they are", d->name);
    else apsis_suggest(names, e, d->name);
    return NULL;
}

static int check_values(struct apsis_names *names, const struct apsis_symbol *s, const struct apsis_rule *rule)
{
    const struct apsis_definition *d = rule->definition;
    if (d->value_count <= 1) return 1;
    int by_time = s->timed && (rule->high > rule->low || rule->low == APSIS_TIME_OPEN);
    size_t wanted = by_time ? (size_t)(rule->high - rule->low + 1) : (size_t)(rule->member_high - rule->member_low + 1);
    if (by_time && rule->low == APSIS_TIME_OPEN) {
        apsis_error(names->list, d->span, "an open slice takes one value, not %zu", d->value_count);
        return 0;
    }
    if (wanted == d->value_count) return 1;
    apsis_error(names->list, d->span, "%s takes %zu values here, or one for all, and there are %zu", d->name, wanted, d->value_count);
    return 0;
}

void apsis_add_rule(struct apsis_names *names, const struct apsis_definition *d, int layer)
{
    if (d->kind == APSIS_DEFINE_OUTPUT && !layer) return;
    if (layer && (d->kind == APSIS_DEFINE_OUTPUT || d->kind == APSIS_DEFINE_FUNCTION || d->is_output)) {
        apsis_error(names->list, d->name_span, "a scenario changes values; it cannot have %s", d->kind == APSIS_DEFINE_FUNCTION ? "functions" : "outputs");
        return;
    }
    if (d->kind == APSIS_DEFINE_FUNCTION) return;
    struct apsis_symbol *s = target(names, d, layer);
    if (!s || s->broken) return;
    struct apsis_rule rule = {.definition = d, .layer = layer};
    size_t wanted = (s->table != APSIS_NO_TABLE) + (s->timed != 0);
    if (d->index_count != wanted) {
        const char *form = general_form(names, s);
        struct apsis_diagnostic *e;
        if (!wanted) e = apsis_error(names->list, d->name_span, "%s is a single number: it takes no index", d->name);
        else if (layer || d->index_count > wanted) e = apsis_error(names->list, d->name_span, "%s is %s in the model", d->name, form);
        else e = apsis_error(names->list, d->name_span, "%s is given both with and without an index", d->name);
        if (wanted) apsis_hint(names->list, e, "write %s %s ...", form, d->kind == APSIS_DEFINE_DRAW ? "~" : "=");
        if (!layer) s->broken = 1;
        return;
    }
    size_t at = 0;
    int good = 1;
    if (s->table != APSIS_NO_TABLE) good &= read_members(names, s, &d->indices[at++], &rule);
    if (s->timed) good &= read_periods(names, s, &d->indices[at], &rule);
    good = good && check_values(names, s, &rule);
    if (!good) {
        s->broken |= !layer;
        return;
    }
    *APSIS_PUSH(names->arena, s->rules, s->rule_count, s->rule_capacity) = rule;
    if (layer > s->top_layer) s->top_layer = layer;
}

const uint32_t *apsis_symbol_rules(struct apsis_names *names, struct apsis_symbol *s, uint32_t member, size_t *count)
{
    if (!s->member_starts) {
        size_t members = apsis_symbol_members(names, s);
        size_t *starts = APSIS_NEW_ARRAY(names->arena, size_t, members + 2);
        for (size_t r = 0; r < s->rule_count; r++)
            for (uint32_t m = s->rules[r].member_low; m <= s->rules[r].member_high; m++) starts[m + 2]++;
        for (size_t m = 2; m < members + 2; m++) starts[m] += starts[m - 1];
        s->member_rules = APSIS_NEW_ARRAY(names->arena, uint32_t, starts[members + 1] + 1);
        for (size_t r = 0; r < s->rule_count; r++)
            for (uint32_t m = s->rules[r].member_low; m <= s->rules[r].member_high; m++) s->member_rules[starts[m + 1]++] = (uint32_t)r;
        s->member_starts = starts;
    }
    *count = s->member_starts[member + 1] - s->member_starts[member];
    return s->member_rules + s->member_starts[member];
}
