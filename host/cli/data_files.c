/* data_files.c - the data files that a model names, with their fingerprints: part of what a record must hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"
#include "host/support/sha256.h"

struct walk {
    struct apsis_cli *cli;
    json_t *list;
};

static void add_file(struct walk *walk, const char *name)
{
    const char *model = walk->cli->model->sources.items[walk->cli->model->source].name, *slash = strrchr(model, '/');
    const char *path = slash ? apsis_arena_printf(walk->cli->arena, "%.*s%s", (int)(slash - model + 1), model, name) : name;
    for (size_t i = 0; i < json_array_size(walk->list); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(walk->list, i), "path")), name)) return;
    struct apsis_sha256 hash;
    uint8_t digest[32], block[65536];
    char hex[65] = "";
    FILE *file = fopen(path, "rb");
    if (file) {
        apsis_sha256_init(&hash);
        for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;) apsis_sha256_update(&hash, block, n);
        int bad = ferror(file);
        fclose(file);
        apsis_sha256_final(&hash, digest);
        if (!bad) apsis_sha256_hex(digest, hex);
    }
    json_t *item = json_object();
    json_object_set_new(item, "path", json_string(name));
    json_object_set_new(item, "sha256", json_string(hex));
    json_array_append_new(walk->list, item);
}

/* The parser limits how deep expressions nest. */
static void visit(struct walk *walk, const struct apsis_expr *e)
{
    if (!e) return;
    if (e->kind == APSIS_EXPR_CALL && !strcmp(e->text, "empirical") && e->argument_count && e->arguments[0].value->kind == APSIS_EXPR_TEXT)
        add_file(walk, e->arguments[0].value->text);
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

json_t *apsis_cli_data_files(struct apsis_cli *cli)
{
    struct walk walk = {cli, json_array()};
    const struct apsis_ast *ast = cli->model->ast;
    visit_definitions(&walk, ast->definitions, ast->definition_count);
    for (size_t i = 0; i < ast->scenario_count; i++) visit_definitions(&walk, ast->scenarios[i].definitions, ast->scenarios[i].definition_count);
    for (size_t i = 0; i < cli->options.set_count; i++) visit_definitions(&walk, cli->sets[i].definitions, cli->sets[i].definition_count);
    return walk.list;
}
