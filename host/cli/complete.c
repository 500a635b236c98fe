/* complete.c - apsis complete: the words that may stand at a place of the command line, for the shells' completion. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "host/cli/cli.h"
#include "host/cli/doctor.h"

#define LARGEST_MODEL (16 << 20) /* bytes: nobody waits for longer at a tab */

static void put(struct apsis_buffer *out, const char *word, const char *words)
{
    apsis_buffer_text(out, word);
    apsis_buffer_text(out, "\t");
    if (words) apsis_text_add(out, words);
    apsis_buffer_text(out, "\n");
}

/* A model as far as it can be read: one that is being written has mistakes. Standard input, pipes and devices are left alone. */
static const struct apsis_ast *model_at(struct apsis_cli *cli, const char *path)
{
    struct stat info;
    if (!path || stat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > LARGEST_MODEL) return NULL;
    cli->options.file = path;
    apsis_cli_read(cli);
    return cli->model->ast;
}

static void put_names(struct apsis_buffer *out, const struct apsis_ast *ast, int outputs)
{
    for (size_t i = 0; i < ast->definition_count; i++) {
        const struct apsis_definition *definition = &ast->definitions[i], *other = definition;
        if (outputs ? !definition->is_output : definition->kind == APSIS_DEFINE_FUNCTION || definition->kind == APSIS_DEFINE_OUTPUT) continue;
        size_t before = 0;
        while (before < i && strcmp(ast->definitions[before].name, definition->name)) before++;
        if (before < i && !(outputs && !ast->definitions[before].is_output)) continue; /* said already */
        for (size_t k = 0; k < ast->definition_count && !other->clauses.label; k++) /* the label may stand where it is defined */
            if (!strcmp(ast->definitions[k].name, definition->name)) other = &ast->definitions[k];
        put(out, definition->name, other->clauses.label);
    }
}

static void put_kind(struct apsis_cli *cli, const char *kind, const char *path, struct apsis_buffer *out)
{
    if (!strcmp(kind, "engines")) {
        for (size_t i = 0; apsis_cli_engine_names[i]; i++) put(out, apsis_cli_engine_names[i], NULL);
    } else if (!strcmp(kind, "cpus")) {
        for (const char *list = apsis_doctor_instruction_sets(cli); *list;) {
            size_t length = strcspn(list, ", ");
            put(out, apsis_arena_copy(cli->arena, list, length), NULL);
            list += length + strspn(list + length, ", ");
        }
    } else if (!strcmp(kind, "families")) {
        size_t count;
        const struct apsis_family *const *families = apsis_families(&count);
        for (size_t i = 0; i < count; i++) put(out, families[i]->name, families[i]->title);
    } else {
        const struct apsis_ast *ast = model_at(cli, path);
        if (!ast) return;
        if (!strcmp(kind, "scenarios"))
            for (size_t i = 0; i < ast->scenario_count; i++) put(out, ast->scenarios[i].name, ast->scenarios[i].title);
        else if (!strcmp(kind, "outputs")) put_names(out, ast, 1);
        else if (!strcmp(kind, "names")) put_names(out, ast, 0);
    }
}

enum apsis_status apsis_cli_complete(struct apsis_cli *cli, int argc, char **argv)
{
    struct apsis_buffer out = {0};
    if (argc > 0) put_kind(cli, argv[0], argc > 1 ? argv[1] : NULL, &out);
    enum apsis_status status = out.length ? apsis_cli_write(cli, &out) : APSIS_OK;
    apsis_buffer_free(&out);
    return status;
}
