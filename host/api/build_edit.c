/* build_edit.c - calls that add to what was read: clauses behind its values, overrides below its scenarios. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "host/api/build.h"
#include "host/language/lex.h"

/* What a text says by itself, with its names. */
struct apsis_text {
    struct apsis_ast *ast;
    struct apsis_map values, outputs; /* a name without its blanks: number of the definition */
    struct apsis_part **edits;
    size_t edit_count, edit_capacity;
};

/* "fleet[t]" as it stands in the text, without blanks. */
static const char *key_of(struct apsis_model *model, const struct apsis_definition *d)
{
    const char *text = model->sources.items[d->span.source].text;
    uint32_t end = d->name_span.end;
    if (d->index_count) end = d->indices[d->index_count - 1].span.end + (uint32_t)strcspn(text + d->indices[d->index_count - 1].span.end, "]") + 1;
    if (d->parameter_count) end = d->parameter_spans[d->parameter_count - 1].end + (uint32_t)strcspn(text + d->parameter_spans[d->parameter_count - 1].end, ")") + 1;
    return apsis_build_key(model->arena, apsis_arena_copy(model->arena, text + d->name_span.begin, end - d->name_span.begin));
}

static struct apsis_text *text_of(struct apsis_model *model, struct apsis_part *part)
{
    struct apsis_diagnostics known = {.arena = model->arena};
    if (part->read) return part->read;
    struct apsis_text *text = APSIS_NEW(model->arena, struct apsis_text);
    text->values.arena = text->outputs.arena = model->arena;
    text->ast = apsis_parse(model->arena, &model->sources, part->original, &known);
    for (size_t i = 0; i < text->ast->definition_count; i++) {
        const struct apsis_definition *d = &text->ast->definitions[i];
        if (*d->name) apsis_map_add(d->is_output ? &text->outputs : &text->values, key_of(model, d), (uint32_t)i);
    }
    return part->read = text;
}

/* 1 when the statement is `output a, b, ...`, whose clauses belong to all of them. */
static int shares_line(struct apsis_model *model, const struct apsis_definition *d, const char *key)
{
    const char *text = model->sources.items[d->span.source].text, *before = text + d->name_span.begin, *behind = text + d->name_span.begin;
    if (d->kind != APSIS_DEFINE_OUTPUT) return 0;
    while (before > text && strchr(" \t", before[-1])) before--;
    for (; *key; behind++) key += *behind == *key;
    behind += strspn(behind, " \t");
    return (before > text && before[-1] == ',') || *behind == ',';
}

struct apsis_part *apsis_build_find_read(struct apsis_model *model, const char *function, const char *key, int output, int *refused)
{
    struct apsis_part *found = NULL;
    const struct apsis_definition *d = NULL;
    for (struct apsis_part *part = model->built->parts; part; part = part->next) {
        if (part->kind != APSIS_PART_TEXT) continue;
        struct apsis_text *text = text_of(model, part);
        uint32_t number = apsis_map_find(&text->outputs, key), other = output ? APSIS_MAP_NONE : apsis_map_find(&text->values, key);
        if (number == APSIS_MAP_NONE) number = other;
        if (number == APSIS_MAP_NONE) continue;
        found = part;
        d = &text->ast->definitions[number];
    }
    *refused = found && shares_line(model, d, key);
    if (!found) return NULL;
    if (*refused) {
        apsis_build_refuse(model, "%s: %s stands on one line with other outputs: give it a line of its own", function, key);
        return NULL;
    }
    struct apsis_part *edit = APSIS_NEW(model->arena, struct apsis_part);
    edit->kind = d->is_output ? APSIS_PART_OUTPUT : APSIS_PART_VALUE;
    edit->name = key;
    edit->definition = d;
    edit->owner = found;
    *APSIS_PUSH(model->arena, found->read->edits, found->read->edit_count, found->read->edit_capacity) = edit;
    return edit;
}

static const struct apsis_scenario *scenario_of(const struct apsis_ast *ast, const char *name)
{
    for (size_t i = 0; i < ast->scenario_count; i++)
        if (!strcmp(ast->scenarios[i].name, name)) return &ast->scenarios[i];
    return NULL;
}

struct apsis_part *apsis_build_scenario_read(struct apsis_model *model, const char *name)
{
    for (struct apsis_part *part = model->built->parts; part; part = part->next)
        if (part->kind == APSIS_PART_TEXT && scenario_of(text_of(model, part)->ast, name)) return part;
    return NULL;
}

static void add_keys(struct apsis_model *model, const struct apsis_map *map, const char ***names, size_t *count, size_t *capacity)
{
    for (size_t i = 0; i < map->size; i++)
        if (map->keys[i]) *APSIS_PUSH(model->arena, *names, *count, *capacity) = map->keys[i];
}

void apsis_build_names_read(struct apsis_model *model, char what, const char ***names, size_t *count, size_t *capacity)
{
    for (struct apsis_part *part = model->built->parts; part; part = part->next) {
        if (part->kind != APSIS_PART_TEXT) continue;
        const struct apsis_text *text = text_of(model, part);
        for (size_t i = 0; what == 's' && i < text->ast->scenario_count; i++) *APSIS_PUSH(model->arena, *names, *count, *capacity) = text->ast->scenarios[i].name;
        if (what != 's') add_keys(model, &text->outputs, names, count, capacity);
        if (what == 'v') add_keys(model, &text->values, names, count, capacity);
    }
}

/* ---------------------------------------------------------------- the text with what was added */
/* Bytes begin..end-1 give way to `text`. */
struct change {
    uint32_t begin, end;
    size_t number; /* in the order they were made, for those at one place */
    const char *text;
};

struct changes {
    struct apsis_arena *arena;
    struct change *items;
    size_t count, capacity;
};

static void change(struct changes *changes, uint32_t begin, uint32_t end, const char *text)
{
    size_t number = changes->count;
    *APSIS_PUSH(changes->arena, changes->items, changes->count, changes->capacity) = (struct change){begin, end, number, text};
}

static int by_place(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    if (a->begin != b->begin) return a->begin < b->begin ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Where the list of targets of a statement ends. */
static uint32_t targets_end(struct apsis_model *model, const struct apsis_definition *d)
{
    struct apsis_lexer lexer;
    struct apsis_token token;
    uint32_t end = d->span.end, last = 0;
    int inside = 0;
    apsis_lex_start(&lexer, model->arena, &model->sources, d->span.source, NULL);
    lexer.at = d->span.begin;
    while ((token = apsis_lex_next(&lexer)).kind != APSIS_TOKEN_END && token.span.begin < d->span.end) {
        int clause = token.kind == APSIS_TOKEN_FROM || token.kind == APSIS_TOKEN_GIVEN || (d->clauses.label && token.span.begin == d->clauses.label_span.begin);
        if (inside && clause) return last;
        inside |= token.kind == APSIS_TOKEN_TARGETS;
        last = token.span.end;
    }
    return end;
}

static void change_clauses(struct apsis_model *model, struct changes *changes, const struct apsis_part *edit)
{
    const struct apsis_definition *d = edit->definition;
    const struct apsis_clauses *c = &d->clauses;
    struct apsis_arena *arena = model->arena;
    if (edit->label.text && c->label) change(changes, c->label_span.begin + 1, c->label_span.end - 1, edit->label.text);
    else if (edit->label.text) change(changes, d->span.end, d->span.end, apsis_arena_printf(arena, "  \"%s\"", edit->label.text));
    if (edit->source.text && c->source) change(changes, c->source_span.begin + 1, c->source_span.end - 1, edit->source.text);
    else if (edit->source.text) change(changes, d->span.end, d->span.end, apsis_arena_printf(arena, "  from \"%s\"", edit->source.text));
    if (edit->given.text) change(changes, d->span.end, d->span.end, apsis_arena_printf(arena, "  given %s", edit->given.text));
    uint32_t end = c->target_count ? targets_end(model, d) : d->span.end;
    for (size_t i = 0; i < edit->target_count; i++)
        change(changes, end, end, apsis_arena_printf(arena, "%s%s", i || c->target_count ? ", " : "  targets ", edit->targets[i].text));
}

static void change_scenarios(struct apsis_model *model, struct changes *changes, const struct apsis_part *part)
{
    const struct apsis_source *source = &model->sources.items[part->original];
    for (const struct apsis_part *over = part->overrides; over; over = over->next) {
        const struct apsis_scenario *s = scenario_of(part->read->ast, over->scenario);
        uint32_t end = s->definition_count ? s->definitions[s->definition_count - 1].span.end : s->span.end;
        const char *newline = memchr(source->text + end, '\n', source->length - end), *line = model->sources.items[over->text].text;
        end = newline ? (uint32_t)(newline - source->text) + 1 : (uint32_t)source->length;
        change(changes, end, end, apsis_arena_printf(model->arena, newline ? "  %s\n" : "\n  %s", line));
    }
}

/* Copies the text into `out` (NULL: only counts), and returns its length. */
static size_t apply(const struct apsis_source *source, const struct changes *changes, char *out)
{
    size_t length = 0, at = 0;
    for (size_t i = 0; i <= changes->count; i++) {
        const struct change *c = i < changes->count ? &changes->items[i] : &(struct change){(uint32_t)source->length, (uint32_t)source->length, 0, ""};
        size_t added = strlen(c->text);
        if (out) {
            memcpy(out + length, source->text + at, c->begin - at);
            memcpy(out + length + c->begin - at, c->text, added);
        }
        length += c->begin - at + added;
        at = c->end;
    }
    return length;
}

const char *apsis_build_edited(struct apsis_model *model, const struct apsis_part *part, int with_overrides, size_t *length)
{
    const struct apsis_source *source = &model->sources.items[part->original];
    struct changes changes = {.arena = model->arena};
    for (size_t i = 0; part->read && i < part->read->edit_count; i++) change_clauses(model, &changes, part->read->edits[i]);
    if (part->read && with_overrides) change_scenarios(model, &changes, part);
    if (changes.count) qsort(changes.items, changes.count, sizeof *changes.items, by_place);
    *length = apply(source, &changes, NULL);
    char *text = APSIS_NEW_ARRAY(model->arena, char, *length + 1);
    apply(source, &changes, text);
    return text;
}
