/* data_files.c - the data files that a model names, with their fingerprints: part of what a record must hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/api/api.h"
#include "host/language/data_file.h"
#include "host/support/escape.h"
#include "host/support/sha256.h"

struct walk {
    struct apsis_arena *arena;
    const char **names;
    size_t count, capacity;
};

static void add_file(struct walk *walk, const char *name)
{
    for (size_t i = 0; i < walk->count; i++)
        if (!strcmp(walk->names[i], name)) return;
    *APSIS_PUSH(walk->arena, walk->names, walk->count, walk->capacity) = apsis_arena_printf(walk->arena, "%s", name);
}

static int reads_file(const char *family) { return !strcmp(family, "empirical") || !strcmp(family, "cumulative") || !strcmp(family, "histogram"); }

/* The parser limits how deep expressions nest. */
static void visit(struct walk *walk, const struct apsis_expr *e)
{
    if (!e) return;
    if (e->kind == APSIS_EXPR_CALL && reads_file(e->text))
        for (size_t i = 0; i < e->argument_count; i++)
            if (!e->arguments[i].key && e->arguments[i].value->kind == APSIS_EXPR_TEXT) add_file(walk, e->arguments[i].value->text);
    visit(walk, e->a);
    visit(walk, e->b);
    visit(walk, e->c);
    for (size_t i = 0; i < e->argument_count; i++) visit(walk, e->arguments[i].value);
}

static void visit_definitions(struct walk *walk, const struct apsis_definition *definitions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < definitions[i].value_count; k++) visit(walk, definitions[i].values[k]);
}

/* Each once, as they are named. */
static size_t data_names(struct apsis_arena *arena, const struct apsis_ast *ast, const struct apsis_scenario *sets, size_t set_count, const char ***names)
{
    struct walk walk = {.arena = arena};
    visit_definitions(&walk, ast->definitions, ast->definition_count);
    for (size_t i = 0; i < ast->scenario_count; i++) visit_definitions(&walk, ast->scenarios[i].definitions, ast->scenarios[i].definition_count);
    for (size_t i = 0; sets && i < set_count; i++) visit_definitions(&walk, sets[i].definitions, sets[i].definition_count);
    *names = walk.names;
    return walk.count;
}

/* A path begins at the folder of the model. */
static const char *data_path(struct apsis_arena *arena, const char *model, const char *name)
{
    const char *slash = strrchr(model, '/');
    return slash ? apsis_arena_printf(arena, "%.*s%s", (int)(slash - model + 1), model, name) : name;
}

const char *apsis_file_sha256(struct apsis_arena *arena, const char *path)
{
    struct apsis_sha256 hash;
    uint8_t digest[32], block[65536];
    char *hex = apsis_arena_alloc(arena, 65);
    FILE *file = fopen(path, "rb");
    if (!file) return "";
    apsis_sha256_init(&hash);
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;) apsis_sha256_update(&hash, block, n);
    int bad = ferror(file);
    fclose(file);
    apsis_sha256_final(&hash, digest);
    if (!bad) apsis_sha256_hex(digest, hex);
    return hex;
}

const char *apsis_model_sha256(struct apsis_arena *arena, const struct apsis_model *model)
{
    char *text = apsis_model_text(model), *hex = apsis_arena_alloc(arena, 65);
    uint8_t hash[32];
    if (!text) apsis_out_of_memory(0);
    apsis_sha256(text, strlen(text), hash);
    apsis_sha256_hex(hash, hex);
    apsis_free(text);
    return hex;
}

static const char *given_sha256(struct apsis_arena *arena, struct apsis_given_file *file)
{
    char *hex = apsis_arena_alloc(arena, 65);
    apsis_sha256_hex(apsis_given_sha256(file), hex);
    return hex;
}

void apsis_case_files(struct apsis_case *c)
{
    const char **names;
    if (c->files_known) return;
    c->file_count = data_names(c->arena, c->ast, c->sets, c->settings.set_count, &names);
    c->files = APSIS_NEW_ARRAY(c->arena, struct apsis_file_info, c->file_count + 1);
    for (size_t i = 0; i < c->file_count; i++) {
        const char *path = data_path(c->arena, apsis_model_name(c->model), names[i]);
        struct apsis_given_file *given = apsis_given_find(&c->model->sources, names[i]);
        c->files[i] = (struct apsis_file_info){.name = names[i], .path = given ? "" : path, .sha256 = given ? given_sha256(c->arena, given) : apsis_file_sha256(c->arena, path)};
    }
    c->files_known = 1;
}

static enum apsis_status find_files(void *arguments)
{
    apsis_case_files(arguments);
    return APSIS_OK;
}

size_t apsis_case_file_count(const struct apsis_case *c)
{
    if (!c) return 0;
    if (!c->files_known) apsis_guard(c->model, find_files, (void *)c);
    return c->file_count;
}

const struct apsis_file_info *apsis_case_file(const struct apsis_case *c, size_t number) { return number < apsis_case_file_count(c) ? &c->files[number] : NULL; }

struct asking {
    struct apsis_model *model;
    const struct apsis_settings *settings;
    size_t number;
    const char *name, *path;
};

static enum apsis_status find_name(void *arguments)
{
    struct asking *asking = arguments;
    struct apsis_model *model = asking->model;
    struct apsis_settings settings;
    struct apsis_diagnostics ignored = {.arena = model->arena};
    const char **names;
    const struct apsis_ast *ast = apsis_model_tree(model);
    if (!ast) return APSIS_OK;
    apsis_settings_copy(model->arena, asking->settings, &settings);
    struct apsis_scenario *sets = APSIS_NEW_ARRAY(model->arena, struct apsis_scenario, settings.set_count + 1);
    for (size_t i = 0; i < settings.set_count; i++) {
        uint32_t source = apsis_sources_add(&model->sources, "--set", settings.sets[i], strlen(settings.sets[i]));
        if (apsis_source_check(&model->sources, source, &ignored) == APSIS_OK) apsis_parse_overrides(model->arena, &model->sources, source, &ignored, &sets[i]);
    }
    size_t count = data_names(model->arena, ast, sets, settings.set_count, &names);
    if (asking->number >= count) return APSIS_OK;
    asking->name = names[asking->number];
    asking->path = data_path(model->arena, apsis_model_name(model), asking->name);
    return APSIS_OK;
}

int apsis_model_file_at(struct apsis_model *model, const struct apsis_settings *settings, size_t number, const char **name, const char **path)
{
    struct asking asking = {.model = model, .settings = settings, .number = number};
    if (!model || apsis_guard(model, find_name, &asking) || !asking.name) return 0;
    *name = asking.name;
    *path = asking.path;
    return 1;
}
