/* grid.c - reads a grid of overrides and names its cells. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/grid.h"

#include <string.h>

struct reader {
    struct apsis_arena *arena;
    struct apsis_sources *sources;
    struct apsis_diagnostics *list;
    const char *text;
    size_t length;
    uint32_t source;
    struct apsis_grid *grid;
    size_t axis_capacity;
};

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
static void trim(const struct reader *r, size_t *begin, size_t *end)
{
    while (*begin < *end && is_space(r->text[*begin])) (*begin)++;
    while (*end > *begin && is_space(r->text[*end - 1])) (*end)--;
}
static struct apsis_span span(const struct reader *r, size_t begin, size_t end)
{
    return (struct apsis_span){r->source, (uint32_t)begin, (uint32_t)(end > begin ? end : begin + 1)};
}
static int wrong(struct reader *r, size_t begin, size_t end, const char *what)
{
    apsis_hint(r->list, apsis_error(r->list, span(r, begin, end), "%s", what), "a grid is written: launch_cap = 500, 1000, 2000; wacc = 8%%, 10%%, 12%%");
    return 0;
}

/* The first of `stops` outside brackets and texts. */
static size_t find(const struct reader *r, size_t at, size_t end, const char *stops)
{
    int depth = 0, quoted = 0;
    for (; at < end; at++) {
        char c = r->text[at];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '(' || c == '[') depth++;
        if ((c == ')' || c == ']') && depth) depth--;
        if (!depth && strchr(stops, c)) return at;
    }
    return end;
}

static int add_value(struct reader *r, struct apsis_grid_axis *axis, size_t *capacity, size_t *setting_capacity, size_t begin, size_t end)
{
    size_t errors = r->list->errors, count = axis->count;
    trim(r, &begin, &end);
    if (begin == end) return wrong(r, begin, end, "expected a value");
    const char *value = apsis_arena_copy(r->arena, r->text + begin, end - begin);
    for (size_t i = 0; i < axis->count; i++)
        if (!strcmp(axis->values[i], value)) {
            apsis_error(r->list, span(r, begin, end), "%s has the value %s twice", axis->name, value);
            return 0;
        }
    const char *line = apsis_arena_printf(r->arena, "%s = %s", axis->name, value);
    uint32_t source = apsis_sources_add(r->sources, r->sources->items[r->source].name, line, strlen(line));
    struct apsis_scenario setting = {.name = line};
    apsis_parse_overrides(r->arena, r->sources, source, r->list, &setting);
    if (r->list->errors > errors) return 0;
    if (setting.definition_count != 1) return wrong(r, begin, end, "expected one value");
    *APSIS_PUSH(r->arena, axis->values, axis->count, *capacity) = value;
    *APSIS_PUSH(r->arena, axis->settings, count, *setting_capacity) = setting;
    return 1;
}

static int read_axis(struct reader *r, size_t begin, size_t end)
{
    size_t sign = find(r, begin, end, "="), name = begin, name_end = sign, capacity = 0, setting_capacity = 0;
    if (sign == end) return wrong(r, begin, end, "expected a name, = and values");
    trim(r, &name, &name_end);
    if (name == name_end) return wrong(r, begin, sign + 1, "expected a name before =");
    struct apsis_grid_axis *axis = APSIS_PUSH(r->arena, r->grid->axes, r->grid->axis_count, r->axis_capacity);
    axis->name = apsis_arena_copy(r->arena, r->text + name, name_end - name);
    axis->span = span(r, name, name_end);
    for (size_t i = 0; i + 1 < r->grid->axis_count; i++)
        if (!strcmp(r->grid->axes[i].name, axis->name)) {
            apsis_hint(r->list, apsis_error(r->list, axis->span, "%s stands in this grid twice", axis->name), "give all its values in one list");
            return 0;
        }
    for (size_t at = sign + 1, to; at <= end; at = to + 1) {
        to = find(r, at, end, ",");
        if (!add_value(r, axis, &capacity, &setting_capacity, at, to)) return 0;
    }
    return 1;
}

struct apsis_grid *apsis_grid_parse(struct apsis_arena *arena, struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics)
{
    struct reader r = {.arena = arena, .sources = sources, .list = diagnostics, .text = sources->items[source].text, .length = sources->items[source].length,
                       .source = source, .grid = APSIS_NEW(arena, struct apsis_grid)};
    int good = 1;
    for (size_t begin = 0, end; begin <= r.length; begin = end + 1) {
        end = find(&r, begin, r.length, ";\n");
        size_t from = begin, to = end;
        trim(&r, &from, &to);
        if (from < to) good &= read_axis(&r, from, to);
    }
    if (!good) return NULL;
    if (!r.grid->axis_count) {
        wrong(&r, 0, r.length, "this grid is empty");
        return NULL;
    }
    double cells = 1;
    for (size_t i = 0; i < r.grid->axis_count; i++) cells *= (double)r.grid->axes[i].count;
    if (cells > APSIS_GRID_LIMIT) {
        apsis_hint(diagnostics, apsis_error(diagnostics, span(&r, 0, r.length), "this grid has %.0f cells; the most is %d", cells, APSIS_GRID_LIMIT),
                   "leave out values, or run parts of it one after the other");
        return NULL;
    }
    r.grid->cell_count = (size_t)cells;
    return r.grid;
}

/* Which value of axis i cell number `cell` has. */
static size_t place(const struct apsis_grid *grid, size_t cell, size_t axis)
{
    for (size_t i = grid->axis_count; --i > axis;) cell /= grid->axes[i].count;
    return cell % grid->axes[axis].count;
}

void apsis_grid_cell(const struct apsis_grid *grid, size_t cell, struct apsis_scenario *settings)
{
    for (size_t i = 0; i < grid->axis_count; i++) settings[i] = grid->axes[i].settings[place(grid, cell, i)];
}

const char *apsis_grid_name(struct apsis_arena *arena, const struct apsis_grid *grid, size_t cell)
{
    const char *name = "";
    for (size_t i = 0; i < grid->axis_count; i++)
        name = apsis_arena_printf(arena, "%s%s%s = %s", name, i ? ", " : "", grid->axes[i].name, grid->axes[i].values[place(grid, cell, i)]);
    return name;
}
