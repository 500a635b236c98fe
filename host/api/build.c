/* build.c - statements that calls add to a model: parsed at once, kept in order, parsed anew when one of them changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/api/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/language/data_file.h"
#include "host/language/lex.h"

/* ---------------------------------------------------------------- beginning and ending a call */
static void link_part(struct apsis_built *built, struct apsis_part *part, struct apsis_part *scenario)
{
    struct apsis_part **first = scenario ? &scenario->overrides : &built->parts, **last = scenario ? &scenario->last_override : &built->last;
    if (*last) (*last)->next = part;
    else *first = part;
    *last = part;
}

enum apsis_status apsis_build_guard(struct apsis_model *model, enum apsis_status (*work)(void *arguments), void *arguments)
{
    enum apsis_status status = apsis_guard(model, work, arguments);
    if (status == APSIS_FAILURE && !model->status) model->status = status;
    return status;
}

struct apsis_built *apsis_build_begin(struct apsis_model *model)
{
    apsis_messages_begin(model);
    if (model->built) return model->built;
    struct apsis_built *built = APSIS_NEW(model->arena, struct apsis_built);
    built->values.arena = built->outputs.arena = built->scenarios.arena = model->arena;
    built->parser = apsis_parse_begin(model->arena, &model->sources, &model->diagnostics);
    if (model->source < model->sources.count) { /* what was read is the first part */
        struct apsis_part *part = APSIS_NEW(model->arena, struct apsis_part);
        part->text = part->original = model->source;
        if (!model->status) { /* no error is said twice */
            struct apsis_diagnostics known = {.arena = model->arena};
            apsis_parse_report(built->parser, &known);
            apsis_parse_text(built->parser, part->text);
            apsis_parse_report(built->parser, &model->diagnostics);
        }
        link_part(built, part, NULL);
    }
    return model->built = built;
}

enum apsis_status apsis_build_end(struct apsis_model *model)
{
    const struct apsis_diagnostics *list = &model->diagnostics;
    size_t before = model->told;
    int failed = list->errors > model->told_errors;
    model->told = list->count;
    model->told_errors = list->errors;
    model->messages = NULL;
    if (!failed) return APSIS_OK;
    if (!model->status) model->status = APSIS_MODEL_ERROR;
    for (size_t i = before; i < list->count; i++) {
        struct apsis_span span = list->items[i].span;
        if (list->items[i].severity != APSIS_ERROR || !span.end) continue;
        struct apsis_source source = apsis_source_shown(&model->sources, &span);
        struct apsis_place place = apsis_source_place(&source, span.begin);
        return apsis_fail(model, APSIS_MODEL_ERROR, NULL, "%s:%zu:%zu: %s", source.name, place.line, place.column, list->items[i].message);
    }
    return apsis_fail(model, APSIS_MODEL_ERROR, NULL, "this cannot be read");
}

enum apsis_status apsis_build_refuse(struct apsis_model *model, const char *format, ...)
{
    static const struct apsis_span nowhere;
    va_list list;
    va_start(list, format);
    char text[1024];
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    apsis_error(&model->diagnostics, nowhere, "%s", text);
    model->told = model->diagnostics.count;
    model->told_errors = model->diagnostics.errors;
    model->messages = NULL;
    if (!model->status) model->status = APSIS_USAGE;
    return apsis_fail(model, APSIS_USAGE, NULL, "%s", text);
}

/* ---------------------------------------------------------------- the tree */
static size_t scenario_number(const struct apsis_ast *ast, const char *name)
{
    size_t i = 0;
    while (i < ast->scenario_count && strcmp(ast->scenarios[i].name, name)) i++;
    return i;
}

static void parse_part(struct apsis_parser *parser, const struct apsis_ast *ast, const struct apsis_part *part)
{
    if (!part->scenario) {
        apsis_parse_text(parser, part->text);
        return;
    }
    size_t scenario = scenario_number(ast, part->scenario);
    if (scenario < ast->scenario_count) apsis_parse_override_text(parser, part->text, scenario);
}

static void refresh(struct apsis_model *model, struct apsis_part *part)
{
    if (!part->changed) return;
    if (part->kind == APSIS_PART_TEXT) {
        size_t length;
        const char *text = apsis_build_edited(model, part, 0, &length);
        part->text = apsis_sources_add(&model->sources, model->sources.items[part->original].name, text, length);
    } else {
        part->text = apsis_part_source(model, part);
    }
    part->changed = 0;
}

void apsis_build_refresh(struct apsis_model *model)
{
    for (struct apsis_part *part = model->built->parts; part; part = part->next) refresh(model, part);
}

const struct apsis_ast *apsis_model_tree(struct apsis_model *model)
{
    struct apsis_built *built = model->built;
    if (!built || model->status) return model->ast;
    for (size_t i = 0; i < model->sources.file_count; i++) apsis_given_sha256(&model->sources.files[i]); /* before threads ask for it side by side */
    if (built->stale) { /* every text was parsed before, without errors */
        struct apsis_diagnostics known = {.arena = model->arena};
        built->parser = apsis_parse_begin(model->arena, &model->sources, &known);
        apsis_build_refresh(model);
        for (const struct apsis_part *part = built->parts; part; part = part->next) {
            parse_part(built->parser, NULL, part);
            for (const struct apsis_part *over = part->overrides; over; over = over->next)
                parse_part(built->parser, apsis_parse_tree(built->parser), over);
        }
        apsis_parse_report(built->parser, &model->diagnostics);
        built->stale = 0;
    }
    return model->ast = apsis_parse_tree(built->parser);
}

/* ---------------------------------------------------------------- adding */
/* Words of the language as an argument gives them: cut behind the last token, since a comment would swallow what follows. An argument is
   one line of a statement: *second is where the first token of a second one begins, or 0. */
static const char *trimmed(struct apsis_model *model, const char *text, uint32_t *second)
{
    struct apsis_lexer lexer = {.arena = model->arena, .text = text, .length = (uint32_t)strlen(text)};
    uint32_t end = 0;
    int ended = 0;
    *second = 0;
    for (struct apsis_token token; (token = apsis_lex_next(&lexer)).kind != APSIS_TOKEN_END;) {
        if (token.kind == APSIS_TOKEN_NEWLINE) {
            ended = 1;
            continue;
        }
        if (ended && !*second) *second = token.span.begin;
        end = token.span.end;
    }
    return apsis_arena_copy(model->arena, text, end);
}

static void one_line(struct apsis_model *model, uint32_t source, uint32_t second)
{
    struct apsis_span there = {source, second, second + 1};
    apsis_hint(&model->diagnostics, apsis_error(&model->diagnostics, there, "one line is expected, and this is the second"),
               "what goes on over several lines stands in brackets; apsis_add adds several statements");
}

/* What an argument must not say, since calls of their own say it and say it later. */
static void no_clauses(struct apsis_model *model, const struct apsis_definition *d)
{
    const struct apsis_clauses *c = &d->clauses;
    struct apsis_diagnostics *list = &model->diagnostics;
    if (c->label) apsis_error(list, c->label_span, "a label is given by a call of its own: apsis_label");
    else if (c->source) apsis_error(list, c->source_span, "a source is given by a call of its own: apsis_label");
    else if (c->given) apsis_error(list, c->given->span, "a condition is given by a call of its own: apsis_given");
    else if (c->target_count) apsis_error(list, c->targets[0]->span, "targets are given by calls of their own: apsis_target");
}

static const struct apsis_definition *last_definition(const struct apsis_ast *ast, const struct apsis_part *part)
{
    if (!part->scenario) return &ast->definitions[ast->definition_count - 1];
    const struct apsis_scenario *scenario = &ast->scenarios[scenario_number(ast, part->scenario)];
    return &scenario->definitions[scenario->definition_count - 1];
}

static void remember(struct apsis_model *model, struct apsis_map *map, const char *key, struct apsis_part *part)
{
    struct apsis_built *built = model->built;
    *APSIS_PUSH(model->arena, built->named, built->named_count, built->named_capacity) = part;
    apsis_map_add(map, key, (uint32_t)built->named_count - 1);
}

enum apsis_status apsis_build_add(struct apsis_model *model, struct apsis_part *part, struct apsis_part *scenario)
{
    struct apsis_built *built = model->built;
    struct apsis_diagnostics *list = &model->diagnostics;
    const char *key = part->name && !scenario ? apsis_build_key(model->arena, part->name) : NULL;
    int was_stale = built->stale, is_text = part->kind == APSIS_PART_TEXT;
    uint32_t second = 0, begin = 0;
    size_t errors = list->errors;
    struct apsis_map *map = part->kind == APSIS_PART_SCENARIO ? &built->scenarios : part->kind == APSIS_PART_OUTPUT ? &built->outputs : &built->values;
    if (key) apsis_map_add(map, key, APSIS_NO_PART);
    if (!is_text) {
        for (size_t i = 0; i < part->segment_count; i++) {
            uint32_t at = 0;
            if (part->segments[i].lexed) part->segments[i].text = trimmed(model, part->segments[i].text, &at);
            if (at && !second) second = begin + at;
            begin += (uint32_t)strlen(part->segments[i].text);
        }
        part->text = apsis_part_source(model, part);
    }
    if (apsis_source_check(&model->sources, part->text, list)) return apsis_build_end(model);
    if (second) {
        one_line(model, part->text, second);
        return apsis_build_end(model);
    }
    const struct apsis_ast *ast = apsis_parse_tree(built->parser);
    built->stale = 1; /* until the parser is through */
    parse_part(built->parser, ast, part);
    built->stale = was_stale;
    ast = apsis_parse_tree(built->parser);
    if (list->errors == errors && (part->kind == APSIS_PART_VALUE || part->kind == APSIS_PART_OUTPUT)) no_clauses(model, last_definition(ast, part));
    link_part(built, part, scenario);
    if (key) remember(model, map, key, part);
    return apsis_build_end(model);
}

/* ---------------------------------------------------------------- changing */
static struct apsis_part *found(const struct apsis_built *built, uint32_t number) { return number < APSIS_NO_PART ? built->named[number] : NULL; }

static void never_added(struct apsis_model *model, const char *function, const char *what, const char *name)
{
    struct apsis_built *built = model->built;
    const char **names = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < built->named_count; i++) {
        enum apsis_part_kind kind = built->named[i]->kind;
        if (*what == 's' ? kind == APSIS_PART_SCENARIO : *what == 'o' ? kind == APSIS_PART_OUTPUT : kind != APSIS_PART_SCENARIO)
            *APSIS_PUSH(model->arena, names, count, capacity) = built->named[i]->name;
    }
    apsis_build_names_read(model, *what, &names, &count, &capacity);
    const char *near = NULL;
    for (size_t i = 0, length = strlen(name); i < count && !near; i++) /* fleet for fleet[t] */
        if (!strncmp(names[i], name, length) && names[i][length] == '[') near = names[i];
    if (!near) near = apsis_nearest_name(name, names, count);
    apsis_build_refuse(model, "%s: no %s %s was added%s%s%s", function, what, name, near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

struct apsis_part *apsis_build_find(struct apsis_model *model, const char *function, const char *name, int output)
{
    struct apsis_built *built = model->built;
    const char *key = apsis_build_key(model->arena, name);
    uint32_t a = apsis_map_find(&built->outputs, key), b = output ? APSIS_MAP_NONE : apsis_map_find(&built->values, key);
    struct apsis_part *part = found(built, a), *other = found(built, b);
    int refused = 0;
    if (!part || (other && b > a)) part = other;
    if (part) return part;
    part = apsis_build_find_read(model, function, key, output, &refused);
    if (part) {
        remember(model, output || part->kind == APSIS_PART_OUTPUT ? &built->outputs : &built->values, key, part);
        return part;
    }
    if (refused) return NULL;
    if (a == APSIS_NO_PART || b == APSIS_NO_PART) apsis_fail(model, APSIS_USAGE, NULL, "%s: the call that should have added %s failed", function, name);
    else never_added(model, function, output ? "output" : "value", name);
    return NULL;
}

struct apsis_part *apsis_build_scenario(struct apsis_model *model, const char *function, const char *name)
{
    uint32_t number = apsis_map_find(&model->built->scenarios, name);
    struct apsis_part *part = found(model->built, number);
    if (!part) part = apsis_build_scenario_read(model, name);
    if (part) return part;
    if (number == APSIS_NO_PART) apsis_fail(model, APSIS_USAGE, NULL, "%s: the call that should have added the scenario %s failed", function, name);
    else never_added(model, function, "scenario", name);
    return NULL;
}

enum apsis_status apsis_build_clause(struct apsis_model *model, struct apsis_part *part)
{
    (part->owner ? part->owner : part)->changed = model->built->stale = 1;
    return apsis_build_end(model);
}

enum apsis_status apsis_build_expression(struct apsis_model *model, struct apsis_segment *expression)
{
    uint32_t second;
    expression->text = trimmed(model, expression->text, &second);
    uint32_t source = apsis_sources_add(&model->sources, expression->call, expression->text, strlen(expression->text));
    if (apsis_source_check(&model->sources, source, &model->diagnostics)) return apsis_build_end(model);
    if (second) one_line(model, source, second);
    else apsis_parse_expression(model->arena, &model->sources, source, &model->diagnostics);
    return apsis_build_end(model);
}
