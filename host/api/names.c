/* names.c - what a model names: scenarios, outputs, values, listed for those who choose among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/api/api.h"
#include "host/language/check.h"

/* Made once for each tree: a caller asks for one number after the other. */
struct apsis_names_list {
    const struct apsis_ast *of;
    const char **names, **words;
    size_t count;
};

struct asking {
    struct apsis_model *model;
    enum apsis_name_kind kind;
    const struct apsis_names_list *list;
};

static int is_listed(const struct apsis_definition *definition, enum apsis_name_kind kind)
{
    if (kind == APSIS_NAMES_OUTPUTS) return definition->is_output;
    return definition->kind != APSIS_DEFINE_FUNCTION && definition->kind != APSIS_DEFINE_OUTPUT;
}

static void list_definitions(struct apsis_arena *arena, const struct apsis_ast *ast, enum apsis_name_kind kind, struct apsis_names_list *list)
{
    struct apsis_map labelled = {.arena = arena}, said = {.arena = arena}; /* the first definition of a name that has a label; names in the list */
    for (size_t i = 0; i < ast->definition_count; i++) {
        const struct apsis_definition *definition = &ast->definitions[i];
        if (definition->clauses.label && apsis_map_find(&labelled, definition->name) == APSIS_MAP_NONE) apsis_map_add(&labelled, definition->name, (uint32_t)i);
    }
    for (size_t i = 0; i < ast->definition_count; i++) {
        const struct apsis_definition *definition = &ast->definitions[i];
        if (!is_listed(definition, kind) || apsis_map_find(&said, definition->name) != APSIS_MAP_NONE) continue;
        apsis_map_add(&said, definition->name, 0);
        uint32_t other = apsis_map_find(&labelled, definition->name); /* the label may stand where it is defined */
        list->names[list->count] = definition->name;
        list->words[list->count++] = definition->clauses.label ? definition->clauses.label : other != APSIS_MAP_NONE ? ast->definitions[other].clauses.label : NULL;
    }
}

static enum apsis_status make_list(void *arguments)
{
    struct asking *asking = arguments;
    struct apsis_model *model = asking->model;
    const struct apsis_ast *ast = apsis_model_tree(model);
    struct apsis_names_list **kept = &model->names[asking->kind];
    if (!ast) return APSIS_OK;
    if (!*kept || (*kept)->of != ast) {
        size_t most = asking->kind == APSIS_NAMES_SCENARIOS ? ast->scenario_count : ast->definition_count;
        struct apsis_names_list *list = APSIS_NEW(model->arena, struct apsis_names_list);
        list->of = ast;
        list->names = APSIS_NEW_ARRAY(model->arena, const char *, most + 1);
        list->words = APSIS_NEW_ARRAY(model->arena, const char *, most + 1);
        if (asking->kind != APSIS_NAMES_SCENARIOS) list_definitions(model->arena, ast, asking->kind, list);
        else
            for (; list->count < most; list->count++) list->names[list->count] = ast->scenarios[list->count].name, list->words[list->count] = ast->scenarios[list->count].title;
        *kept = list;
    }
    asking->list = *kept;
    return APSIS_OK;
}

int apsis_model_name_at(struct apsis_model *model, enum apsis_name_kind kind, size_t number, const char **name, const char **words)
{
    struct asking asking = {.model = model, .kind = kind};
    if (!model || (unsigned)kind > APSIS_NAMES_VALUES || apsis_guard(NULL, make_list, &asking) || !asking.list || number >= asking.list->count) return 0;
    *name = asking.list->names[number];
    *words = asking.list->words[number];
    return 1;
}
