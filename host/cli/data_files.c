/* data_files.c - the data files that a model names, with their fingerprints: part of what a record must hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"
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

size_t apsis_cli_data_names(struct apsis_cli *cli, const char ***names)
{
    struct walk walk = {.arena = cli->arena};
    const struct apsis_ast *ast = cli->model->ast;
    visit_definitions(&walk, ast->definitions, ast->definition_count);
    for (size_t i = 0; i < ast->scenario_count; i++) visit_definitions(&walk, ast->scenarios[i].definitions, ast->scenarios[i].definition_count);
    for (size_t i = 0; cli->sets && i < cli->options.set_count; i++) visit_definitions(&walk, cli->sets[i].definitions, cli->sets[i].definition_count);
    *names = walk.names;
    return walk.count;
}

const char *apsis_cli_data_path(struct apsis_cli *cli, const char *name)
{
    const char *model = cli->model->sources.items[cli->model->source].name, *slash = strrchr(model, '/');
    return slash ? apsis_arena_printf(cli->arena, "%.*s%s", (int)(slash - model + 1), model, name) : name;
}

json_t *apsis_cli_data_files(struct apsis_cli *cli)
{
    const char **names;
    size_t count = apsis_cli_data_names(cli, &names);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        struct apsis_sha256 hash;
        uint8_t digest[32], block[65536];
        char hex[65] = "";
        FILE *file = fopen(apsis_cli_data_path(cli, names[i]), "rb");
        if (file) {
            apsis_sha256_init(&hash);
            for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;) apsis_sha256_update(&hash, block, n);
            int bad = ferror(file);
            fclose(file);
            apsis_sha256_final(&hash, digest);
            if (!bad) apsis_sha256_hex(digest, hex);
        }
        json_t *item = json_object();
        apsis_json_set(item, "path", apsis_json_text(names[i]));
        apsis_json_set(item, "sha256", apsis_json_text(hex));
        apsis_json_append(list, item);
    }
    return list;
}
