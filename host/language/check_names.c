/* check_names.c - who is who: tables, members, columns, values, functions, and the shape of each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/check.h"
#include "host/language/check_parts.h"

#define PERIOD_LIMIT 65536

static void read_calendar(struct apsis_names *names)
{
    const struct apsis_ast *ast = names->ast;
    struct apsis_time *time = &names->time;
    time->per_year = 1;
    time->first_part = 1;
    if (ast->calendar == APSIS_CALENDAR_NONE || !ast->first_period || !ast->last_period) return;
    if (ast->first_period->kind != APSIS_EXPR_PERIOD || ast->last_period->kind != APSIS_EXPR_PERIOD) return;
    time->calendar = ast->calendar;
    time->per_year = ast->calendar == APSIS_CALENDAR_MONTH ? 12 : ast->calendar == APSIS_CALENDAR_QUARTER ? 4 : 1;
    time->first_year = ast->first_period->year;
    time->periods = 1;
    long last;
    if (!apsis_period_of(names, ast->first_period, &last) || !apsis_period_of(names, ast->last_period, &last)) return;
    time->first_part = ast->first_period->part ? ast->first_period->part : 1;
    apsis_period_of(names, ast->last_period, &last);
    if (last < 0) {
        apsis_error(names->list, ast->period_span, "the last period is before the first");
    } else if (last >= PERIOD_LIMIT) {
        apsis_error(names->list, ast->period_span, "a model has at most %d periods, and this one has %ld", PERIOD_LIMIT, last + 1);
    } else {
        time->periods = (uint32_t)last + 1;
    }
}

struct apsis_symbol *apsis_names_find(const struct apsis_names *names, const char *name)
{
    uint32_t at = apsis_map_find(&names->map, name);
    return at == APSIS_MAP_NONE ? NULL : &names->symbols[at];
}

static struct apsis_symbol *add_symbol(struct apsis_names *names, const char *key, const char *name, struct apsis_span span)
{
    apsis_map_add(&names->map, key, (uint32_t)names->symbol_count);
    struct apsis_symbol *s = APSIS_PUSH(names->arena, names->symbols, names->symbol_count, names->symbol_capacity);
    s->name = name;
    s->span = span;
    s->table = APSIS_NO_TABLE;
    return s;
}

/* ---------------------------------------------------------------- tables */
static void read_tables(struct apsis_names *names)
{
    const struct apsis_ast *ast = names->ast;
    names->members = APSIS_NEW_ARRAY(names->arena, struct apsis_map, ast->table_count + 1);
    for (uint32_t i = 0; i < ast->table_count; i++) {
        const struct apsis_table *table = &ast->tables[i];
        names->members[i].arena = names->arena;
        if (apsis_is_reserved(table->name)) apsis_error(names->list, table->name_span, "%s is a name of the language: choose another", table->name);
        if (apsis_map_find(&names->tables, table->name) != APSIS_MAP_NONE)
            apsis_error(names->list, table->name_span, "%s is declared twice", table->name);
        else apsis_map_add(&names->tables, table->name, i);
        if (!table->member_count) apsis_error(names->list, table->name_span, "%s has no members", table->name);
        for (uint32_t m = 0; m < table->member_count; m++) {
            if (apsis_map_find(&names->members[i], table->members[m]) != APSIS_MAP_NONE)
                apsis_error(names->list, table->member_spans[m], "%s has two members called %s", table->name, table->members[m]);
            else apsis_map_add(&names->members[i], table->members[m], m);
        }
    }
    for (uint32_t i = 0; i < ast->table_count; i++) {
        const struct apsis_table *table = &ast->tables[i];
        for (uint32_t c = 0; c < table->column_count; c++) {
            const struct apsis_column *column = &table->columns[c];
            if (apsis_names_find(names, column->name)) {
                apsis_error(names->list, column->span, "there are two columns called %s", column->name);
                continue;
            }
            if (apsis_map_find(&names->tables, column->name) != APSIS_MAP_NONE || apsis_is_reserved(column->name)) {
                apsis_error(names->list, column->span, "a column cannot be called %s", column->name);
                continue;
            }
            struct apsis_symbol *s = add_symbol(names, column->name, column->name, column->span);
            s->kind = APSIS_SYMBOL_COLUMN;
            s->table = i;
            s->column = c;
            s->clauses = &column->clauses;
        }
    }
}

/* ---------------------------------------------------------------- shapes */
enum form { FORM_TIME, FORM_TABLE, FORM_PERIOD, FORM_MEMBER, FORM_OTHER };

static enum form form_of(const struct apsis_names *names, const struct apsis_index *index)
{
    const struct apsis_expr *e = index->low ? index->low : index->high;
    if (!e) return FORM_OTHER;
    if (e->kind == APSIS_EXPR_ERROR) return FORM_OTHER;
    if (e->kind != APSIS_EXPR_NAME) return FORM_PERIOD; /* what is no label and no number is reported with the rule */
    if (!index->is_range && !strcmp(e->text, "t")) return FORM_TIME;
    if (!index->is_range && apsis_map_find(&names->tables, e->text) != APSIS_MAP_NONE) return FORM_TABLE;
    return FORM_MEMBER;
}

/* What the first index of a definition says about its name; members alone are looked up when no rule names the table. */
static void read_shape(struct apsis_names *names, struct apsis_symbol *s, const struct apsis_definition *d)
{
    for (size_t i = 0; i < d->index_count; i++) {
        enum form form = form_of(names, &d->indices[i]);
        if (form == FORM_TIME || form == FORM_PERIOD) s->timed = 1;
        if (form == FORM_TABLE) {
            uint32_t table = apsis_map_find(&names->tables, d->indices[i].low->text);
            if (s->table != APSIS_NO_TABLE && s->table != table && !s->broken) {
                apsis_hint(names->list, apsis_error(names->list, d->name_span, "%s is given over %s and over %s", s->name,
                           names->ast->tables[s->table].name, names->ast->tables[table].name), "a name has at most one category index, and time");
                s->broken = 1;
            }
            s->table = table;
        }
    }
    if (d->index_count == 2) s->timed = 1;
}

static void guess_table(struct apsis_names *names, struct apsis_symbol *s, const struct apsis_definition *d)
{
    if (s->table != APSIS_NO_TABLE || !d->index_count || form_of(names, &d->indices[0]) != FORM_MEMBER) return;
    const struct apsis_index *index = &d->indices[0];
    const struct apsis_expr *e = index->low ? index->low : index->high;
    uint32_t found = APSIS_NO_TABLE, count = 0;
    for (uint32_t i = 0; i < names->ast->table_count; i++) {
        if (apsis_map_find(&names->members[i], e->text) == APSIS_MAP_NONE) continue;
        found = i;
        count++;
    }
    if (count == 1) s->table = found;
    else if (count > 1) {
        apsis_hint(names->list, apsis_error(names->list, e->span, "%s is a member of several tables", e->text),
                   "add a rule for all: %s[%s] = ...", s->name, names->ast->tables[found].name);
        s->broken = 1;
    }
}

static void define(struct apsis_names *names, const struct apsis_definition *d)
{
    if (d->kind == APSIS_DEFINE_OUTPUT) return;
    if (apsis_is_reserved(d->name)) {
        apsis_hint(names->list, apsis_error(names->list, d->name_span, "%s is a name of the language", d->name),
                   !strcmp(d->name, "t") ? "t counts the periods" : "choose another name");
        return;
    }
    if (d->kind == APSIS_DEFINE_FUNCTION) {
        char *key = apsis_arena_printf(names->arena, "%s()", d->name);
        if (apsis_names_find(names, key)) {
            apsis_error(names->list, d->name_span, "the function %s is given twice", d->name);
            return;
        }
        struct apsis_symbol *s = add_symbol(names, key, d->name, d->name_span);
        s->kind = APSIS_SYMBOL_FUNCTION;
        s->definition = d;
        for (size_t i = 0; i < d->parameter_count; i++)
            for (size_t k = 0; k < i; k++)
                if (!strcmp(d->parameters[i], d->parameters[k]))
                    apsis_error(names->list, d->parameter_spans[i], "%s has two parameters called %s", d->name, d->parameters[i]);
        return;
    }
    if (apsis_map_find(&names->tables, d->name) != APSIS_MAP_NONE) {
        apsis_error(names->list, d->name_span, "%s is the name of a table: choose another", d->name);
        return;
    }
    struct apsis_symbol *s = apsis_names_find(names, d->name);
    if (s && s->kind == APSIS_SYMBOL_COLUMN) {
        apsis_hint(names->list, apsis_error(names->list, d->name_span, "%s is a column of %s already", d->name, names->ast->tables[s->table].name),
                   "change the figure in the table, or in a scenario");
        return;
    }
    if (!s) {
        s = add_symbol(names, d->name, d->name, d->name_span);
        s->definition = d;
    }
    const struct apsis_clauses *c = &d->clauses;
    if (!s->clauses && (c->label || c->unit || c->source)) s->clauses = c;
    read_shape(names, s, d);
}

/* ---------------------------------------------------------------- suggestions */
void apsis_suggest(struct apsis_names *names, struct apsis_diagnostic *d, const char *name)
{
    if (!d) return;
    if (!names->all) {
        names->all = APSIS_NEW_ARRAY(names->arena, const char *, names->symbol_count + names->ast->table_count + 6);
        for (size_t i = 0; i < names->symbol_count; i++)
            if (names->symbols[i].kind != APSIS_SYMBOL_FUNCTION) names->all[names->all_count++] = names->symbols[i].name;
        static const char *const words[] = {"t", "year", "date", "month", "quarter", "periods"};
        if (names->time.periods)
            for (size_t i = 0; i < 6; i++) names->all[names->all_count++] = words[i];
    }
    const char *near = apsis_nearest_name(name, names->all, names->all_count);
    if (near) apsis_hint(names->list, d, "did you mean %s?", near);
}

struct apsis_names *apsis_names_new(struct apsis_arena *arena, const struct apsis_ast *ast, const struct apsis_layer *layers,
                                    size_t layer_count, struct apsis_diagnostics *list)
{
    struct apsis_names *names = APSIS_NEW(arena, struct apsis_names);
    names->arena = arena;
    names->ast = ast;
    names->list = list;
    names->map.arena = names->tables.arena = arena;
    read_calendar(names);
    read_tables(names);
    for (size_t i = 0; i < ast->definition_count; i++) define(names, &ast->definitions[i]);
    for (size_t i = 0; i < ast->definition_count; i++) {
        const struct apsis_definition *d = &ast->definitions[i];
        struct apsis_symbol *s = apsis_names_find(names, d->name);
        if (s && s->kind == APSIS_SYMBOL_VALUE && (d->kind == APSIS_DEFINE_VALUE || d->kind == APSIS_DEFINE_DRAW)) guess_table(names, s, d);
    }
    for (size_t i = 0; i < names->symbol_count; i++) {
        struct apsis_symbol *s = &names->symbols[i];
        if (s->timed && !names->time.periods && !s->broken) {
            apsis_hint(list, apsis_error(list, s->span, "%s[t] needs periods, and the model has none", s->name),
                       "add a line such as: period year 2026 to 2035");
            s->broken = 1;
        }
    }
    for (size_t i = 0; i < ast->definition_count; i++) apsis_add_rule(names, &ast->definitions[i], 0);
    for (size_t k = 0; k < layer_count; k++)
        for (size_t i = 0; i < layers[k].count; i++) apsis_add_rule(names, &layers[k].definitions[i], (int)k + 1);
    apsis_names_order(names);
    return names;
}
