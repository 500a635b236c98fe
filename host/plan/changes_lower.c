/* changes_lower.c - a mixture of two versions of a model: a tree that takes each thing from the old or the new one, and its graph. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/changes_tree.h"

struct mixing {
    struct apsis_arena *arena;
    const struct apsis_changes_tree *tree;
    const unsigned char *made;
};

static int is_new(const struct mixing *m, size_t change) { return change == APSIS_NO_CHANGE || m->made[change]; }
static const void *chosen(const struct mixing *m, const struct apsis_slot *slot) { return is_new(m, slot->change) ? slot->new_one : slot->old; }

/* The lines that the output needs, as values: what is published is said once, at the end. */
static struct apsis_definition *take_definitions(const struct mixing *m, const struct apsis_slots *slots, size_t more, size_t *count)
{
    struct apsis_definition *list = APSIS_NEW_ARRAY(m->arena, struct apsis_definition, slots->count + more + 1);
    *count = 0;
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_definition *d = slots->items[i].reaches ? chosen(m, &slots->items[i]) : NULL;
        if (!d) continue;
        struct apsis_definition *copy = &list[(*count)++];
        *copy = *d;
        copy->section = 0;
        copy->is_output = 0;
        copy->clauses.given = NULL;
        copy->clauses.targets = NULL;
        copy->clauses.target_count = 0;
    }
    return list;
}

static struct apsis_table mixed_table(const struct mixing *m, const struct apsis_slot *slot, const struct apsis_slots *columns)
{
    const struct apsis_table *old = slot->old, *new_one = slot->new_one;
    struct apsis_table table = *new_one;
    table.columns = APSIS_NEW_ARRAY(m->arena, struct apsis_column, columns->count + 1);
    table.column_count = 0;
    const struct apsis_table **from = APSIS_NEW_ARRAY(m->arena, const struct apsis_table *, columns->count + 1);
    size_t *number = APSIS_NEW_ARRAY(m->arena, size_t, columns->count + 1);
    for (size_t i = 0; i < columns->count; i++) {
        const struct apsis_column *column = chosen(m, &columns->items[i]);
        if (!column) continue;
        from[table.column_count] = is_new(m, columns->items[i].change) ? new_one : old;
        number[table.column_count] = (size_t)(column - from[table.column_count]->columns);
        table.columns[table.column_count++] = *column;
    }
    table.cells = APSIS_NEW_ARRAY(m->arena, struct apsis_expr *, table.member_count * table.column_count + 1);
    for (size_t member = 0; member < table.member_count; member++)
        for (size_t c = 0; c < table.column_count; c++) table.cells[member * table.column_count + c] = from[c]->cells[member * from[c]->column_count + number[c]];
    return table;
}

static void take_tables(const struct mixing *m, struct apsis_ast *ast)
{
    const struct apsis_slots *slots = &m->tree->tables;
    ast->tables = APSIS_NEW_ARRAY(m->arena, struct apsis_table, slots->count + 1);
    ast->table_count = 0;
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_slot *slot = &slots->items[i];
        const struct apsis_table *table = chosen(m, slot);
        if (!table) continue;
        struct apsis_table *to = &ast->tables[ast->table_count++];
        *to = slot->change == APSIS_NO_CHANGE ? mixed_table(m, slot, &m->tree->columns[i]) : *table;
        to->section = 0;
    }
}

static void take_correlations(const struct mixing *m, struct apsis_ast *ast)
{
    const struct apsis_slots *slots = &m->tree->correlations;
    ast->correlations = APSIS_NEW_ARRAY(m->arena, struct apsis_correlation, slots->count + 1);
    ast->correlation_count = 0;
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_correlation *c = slots->items[i].reaches ? chosen(m, &slots->items[i]) : NULL;
        if (c) ast->correlations[ast->correlation_count++] = *c;
    }
}

/* Every layer becomes a scenario of its own, so that its lines lie over what is below it as they did. */
static const char **take_layers(const struct mixing *m, struct apsis_ast *ast)
{
    size_t count = m->tree->layer_count;
    const char **names = APSIS_NEW_ARRAY(m->arena, const char *, count + 1);
    ast->scenarios = APSIS_NEW_ARRAY(m->arena, struct apsis_scenario, count + 1);
    ast->scenario_count = count;
    for (size_t i = 0; i < count; i++) {
        struct apsis_scenario *s = &ast->scenarios[i];
        *s = (struct apsis_scenario){.name = apsis_arena_printf(m->arena, "%s %zu", m->tree->layers[i].key, i)};
        s->definitions = take_definitions(m, &m->tree->layers[i].lines, 0, &s->definition_count);
        names[i] = s->name;
    }
    return names;
}

static const struct apsis_ir *check_output(const struct apsis_changes_tree *tree, struct apsis_ir *ir, struct apsis_diagnostics *list)
{
    struct apsis_span none = {0, 0, 0};
    if (!ir) return NULL;
    if (ir->output_count == 1 && !ir->outputs[0].is_series && !ir->outputs[0].categories) return ir;
    struct apsis_diagnostic *d = apsis_error(list, none, "%s is no output that is one number a draw", tree->of);
    if (ir->output_count && ir->outputs[0].is_series) apsis_hint(list, d, "it is a series: choose a period, as in %s[%s]", tree->of, ir->calendar == APSIS_CALENDAR_YEAR ? "2030" : "...");
    else if (ir->output_count > 1) apsis_hint(list, d, "choose a member, as in %s", ir->outputs[0].name);
    return NULL;
}

struct apsis_ir *apsis_changes_lower(struct apsis_arena *arena, const struct apsis_changes *changes, const unsigned char *made,
                                     struct apsis_diagnostics *diagnostics)
{
    static const char *const sections[] = {""};
    const struct apsis_changes_tree *tree = changes->tree;
    struct mixing m = {arena, tree, made};
    struct apsis_ast *ast = APSIS_NEW(arena, struct apsis_ast);
    *ast = *(is_new(&m, tree->period_change) ? tree->new_one : tree->old);
    ast->arena = arena;
    ast->sections = APSIS_NEW_ARRAY(arena, const char *, 1);
    ast->sections[0] = sections[0];
    ast->section_count = 1;
    take_tables(&m, ast);
    take_correlations(&m, ast);
    ast->definitions = take_definitions(&m, &tree->definitions, 1, &ast->definition_count);
    struct apsis_definition *output = &ast->definitions[ast->definition_count++];
    *output = tree->output;
    output->clauses.given = (struct apsis_expr *)(is_new(&m, tree->given_change) ? tree->new_given : tree->old_given);
    struct apsis_overrides overrides = {.scenarios = take_layers(&m, ast), .scenario_count = tree->layer_count};
    struct apsis_ir *ir = apsis_lower(arena, ast, &overrides, NULL, diagnostics);
    return check_output(tree, ir, diagnostics) ? ir : NULL;
}
