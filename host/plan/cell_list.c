/* cell_list.c - reads the cells of a stress and lowers each of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/cell_list.h"

#include <string.h>

/* What lies over the model in one cell. */
struct layers {
    const char **scenarios;
    size_t scenario_count, scenario_capacity;
    struct apsis_scenario *sets;
    size_t set_count, set_capacity;
    struct apsis_band *bands;
    size_t band_count, band_capacity;
};

struct listing {
    struct apsis_model *model;
    struct apsis_cell_list *list;
    struct layers under;
    size_t capacity, title_capacity;
};

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* "x in P5..P10": its second word is `in`; a name may have spaces inside its brackets. */
static int is_band(const char *text, size_t length)
{
    size_t at = 0;
    int depth = 0;
    while (at < length && (depth || !is_space(text[at]))) depth += text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0, at++;
    while (at < length && is_space(text[at])) at++;
    return at + 2 <= length && !memcmp(text + at, "in", 2) && (at + 2 == length || is_space(text[at + 2]));
}

static int read_part(struct listing *l, struct layers *to, const char *text, size_t length)
{
    struct apsis_model *model = l->model;
    struct apsis_diagnostics *list = &model->diagnostics;
    size_t errors = list->errors;
    if (is_band(text, length)) {
        uint32_t source = apsis_sources_add(&model->sources, "--band", text, length);
        if (apsis_source_check(&model->sources, source, list)) return 0;
        return apsis_bands_parse(model->arena, &model->sources, source, list, &to->bands, &to->band_count, &to->band_capacity);
    }
    if (memchr(text, '=', length) || memchr(text, '~', length)) {
        uint32_t source = apsis_sources_add(&model->sources, "--set", text, length);
        if (apsis_source_check(&model->sources, source, list)) return 0;
        struct apsis_scenario lines = {.name = "--set"};
        apsis_parse_overrides(model->arena, &model->sources, source, list, &lines);
        *APSIS_PUSH(model->arena, to->sets, to->set_count, to->set_capacity) = lines;
        return list->errors == errors;
    }
    *APSIS_PUSH(model->arena, to->scenarios, to->scenario_count, to->scenario_capacity) = apsis_arena_copy(model->arena, text, length);
    return 1;
}

/* The parts of a cell; ; inside brackets and texts is none of ours, since no part has one there. */
static int read_parts(struct listing *l, struct layers *to, const char *text, const char *what)
{
    int any = 0, good = 1;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ";"), own = length;
        const char *part = at;
        while (own && (is_space(*part) || *part == '\n')) part++, own--;
        while (own && (is_space(part[own - 1]) || part[own - 1] == '\n')) own--;
        if (own) good &= read_part(l, to, part, own), any = 1;
        at += length;
        if (!*at) break;
    }
    if (any) return good;
    apsis_hint(&l->model->diagnostics, apsis_error(&l->model->diagnostics, (struct apsis_span){0}, "%s is empty", what),
               "a cell is the name of a scenario, an override (x = 12%%), a band (x in P75..P100), or several of these with ; between");
    return 0;
}

/* ---------------------------------------------------------------- lowering */
/* What is said of several cells is said once. */
static void tell(struct apsis_diagnostics *to, const struct apsis_diagnostics *from, const char *cell)
{
    size_t known = to->count;
    for (size_t i = 0; i < from->count; i++) {
        const struct apsis_diagnostic *d = &from->items[i];
        int seen = 0;
        for (size_t k = 0; k < known && !seen; k++)
            seen = to->items[k].span.source == d->span.source && to->items[k].span.begin == d->span.begin && !strcmp(to->items[k].message, d->message);
        if (seen || d->severity == APSIS_NOTE) continue;
        struct apsis_diagnostic *copy = d->severity == APSIS_ERROR ? apsis_error(to, d->span, "%s", d->message) : apsis_warning(to, d->span, "%s", d->message);
        if (d->hint) apsis_hint(to, copy, "%s", d->hint);
        else if (cell) apsis_hint(to, copy, "in the cell %s", cell);
    }
    if (from->errors && from->count == 0) to->errors += from->errors;
}

static const char *const *joined_names(struct apsis_arena *arena, const struct layers *a, const struct layers *b)
{
    const char **names = APSIS_NEW_ARRAY(arena, const char *, a->scenario_count + b->scenario_count + 1);
    for (size_t i = 0; i < a->scenario_count; i++) names[i] = a->scenarios[i];
    for (size_t i = 0; i < b->scenario_count; i++) names[a->scenario_count + i] = b->scenarios[i];
    return names;
}
static const struct apsis_scenario *joined_sets(struct apsis_arena *arena, const struct layers *a, const struct layers *b)
{
    struct apsis_scenario *sets = APSIS_NEW_ARRAY(arena, struct apsis_scenario, a->set_count + b->set_count + 1);
    for (size_t i = 0; i < a->set_count; i++) sets[i] = a->sets[i];
    for (size_t i = 0; i < b->set_count; i++) sets[a->set_count + i] = b->sets[i];
    return sets;
}

static int add_cell(struct listing *l, const struct layers *own, const char *name, const char *title)
{
    struct apsis_model *model = l->model;
    struct apsis_arena *arena = model->arena;
    struct apsis_overrides overrides = {joined_names(arena, &l->under, own), l->under.scenario_count + own->scenario_count,
                                        joined_sets(arena, &l->under, own), l->under.set_count + own->set_count};
    struct apsis_diagnostics list = {.arena = arena};
    for (size_t i = 0; i < l->list->count; i++)
        if (!strcmp(l->list->cells[i].name, name)) {
            apsis_error(&model->diagnostics, (struct apsis_span){0}, "the cell %s is asked for twice", name);
            return 0;
        }
    struct apsis_ir *ir = apsis_lower(arena, model->ast, &overrides, NULL, &list);
    int good = ir && !list.errors;
    if (good && l->under.band_count + own->band_count) {
        struct apsis_band *bands = APSIS_NEW_ARRAY(arena, struct apsis_band, l->under.band_count + own->band_count);
        for (size_t i = 0; i < l->under.band_count; i++) bands[i] = l->under.bands[i];
        for (size_t i = 0; i < own->band_count; i++) bands[l->under.band_count + i] = own->bands[i];
        good = apsis_bands_apply(ir, l->list->count ? l->list->cells[0].ir : NULL, bands, l->under.band_count + own->band_count, &list);
    }
    tell(&model->diagnostics, &list, l->list->count ? name : NULL);
    if (!good) return 0;
    size_t count = l->list->count;
    *APSIS_PUSH(arena, l->list->titles, count, l->title_capacity) = title;
    *APSIS_PUSH(arena, l->list->cells, l->list->count, l->capacity) = (struct apsis_cell_version){name, ir};
    return 1;
}

static const char *title_of(const struct apsis_model *model, const struct layers *layers)
{
    if (layers->scenario_count != 1 || layers->set_count || layers->band_count) return NULL;
    for (size_t i = 0; i < model->ast->scenario_count; i++)
        if (!strcmp(model->ast->scenarios[i].name, layers->scenarios[0])) return model->ast->scenarios[i].title;
    return NULL;
}

/* One line, single spaces: what the cell is called. */
static const char *name_of(struct apsis_arena *arena, const char *text)
{
    char *copy = apsis_arena_copy(arena, text, strlen(text)), *to = copy;
    for (const char *c = copy; *c; c++) {
        int space = is_space(*c) || *c == '\n';
        if (space && (to == copy || to[-1] == ' ')) continue;
        *to++ = space ? ' ' : *c;
    }
    while (to > copy && (to[-1] == ' ' || to[-1] == ';')) to--;
    *to = 0;
    return copy;
}

static int add_grid(struct listing *l, const char *text)
{
    struct apsis_model *model = l->model;
    uint32_t source = apsis_sources_add(&model->sources, "--grid", text, strlen(text));
    struct apsis_grid *grid = apsis_source_check(&model->sources, source, &model->diagnostics) ? NULL : apsis_grid_parse(model->arena, &model->sources, source, &model->diagnostics);
    if (!grid) return 0;
    l->list->grid = grid;
    l->list->grid_first = l->list->count;
    for (size_t i = 0; i < grid->cell_count; i++) {
        struct layers own = {.sets = APSIS_NEW_ARRAY(model->arena, struct apsis_scenario, grid->axis_count), .set_count = grid->axis_count};
        apsis_grid_cell(grid, i, own.sets);
        if (!add_cell(l, &own, apsis_grid_name(model->arena, grid, i), NULL)) return 0; /* the others would say the same */
    }
    return 1;
}

struct apsis_cell_list *apsis_cell_list_new(struct apsis_model *model, const struct apsis_cell_request *request)
{
    struct listing l = {.model = model, .list = APSIS_NEW(model->arena, struct apsis_cell_list)};
    struct layers nothing = {0};
    int good = 1;
    for (size_t i = 0; i < request->under_count; i++) good &= read_parts(&l, &l.under, request->under[i], "what lies under the cells");
    good = good && add_cell(&l, &nothing, "base", NULL);
    if (!good) return NULL; /* each cell would say it again */
    for (size_t i = 0; i < model->ast->scenario_count && request->scenarios; i++) {
        struct layers own = {.scenarios = &model->ast->scenarios[i].name, .scenario_count = 1};
        good &= add_cell(&l, &own, own.scenarios[0], title_of(model, &own));
    }
    for (size_t i = 0; i < request->cell_count; i++) {
        struct layers own = {0};
        if (!read_parts(&l, &own, request->cells[i], "this cell")) good = 0;
        else good &= add_cell(&l, &own, name_of(model->arena, request->cells[i]), title_of(model, &own));
    }
    if (request->grid) good &= add_grid(&l, request->grid);
    return good ? l.list : NULL;
}
