/* model.c - a model from its file to its syntax tree, and a check under all of its scenarios. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/model.h"

#include <omp.h>
#include <string.h>

#include "host/support/escape.h"

struct apsis_model *apsis_model_blank(void)
{
    struct apsis_model *model = apsis_calloc(1, sizeof *model);
    model->arena = apsis_arena_new();
    model->references = 1;
    model->sources.arena = model->arena;
    model->diagnostics.arena = model->arena;
    return model;
}

static struct apsis_model *parse(struct apsis_model *model)
{
    if (model->status == APSIS_OK) {
        model->ast = apsis_parse(model->arena, &model->sources, model->source, &model->diagnostics);
        if (model->diagnostics.errors) model->status = APSIS_MODEL_ERROR;
    }
    return model;
}

struct apsis_model *apsis_model_read(const char *path)
{
    struct apsis_model *model = apsis_model_blank();
    model->status = apsis_sources_read(&model->sources, path, &model->source, &model->diagnostics);
    return parse(model);
}

struct apsis_model *apsis_model_parse(const char *name, const char *text, size_t length)
{
    struct apsis_model *model = apsis_model_blank();
    model->source = apsis_sources_add(&model->sources, name, text, length);
    model->status = apsis_source_check(&model->sources, model->source, &model->diagnostics);
    return parse(model);
}

struct apsis_model *apsis_model_keep(struct apsis_model *model)
{
    model->references++;
    return model;
}

const char *apsis_model_name(const struct apsis_model *model)
{
    return model->source < model->sources.count ? model->sources.items[model->source].name : "the model";
}

void apsis_model_free(struct apsis_model *model)
{
    if (!model || --model->references) return;
    apsis_arena_free(model->arena);
    apsis_block_free(model);
}

/* Adds those of `from` that are not in `to` yet. */
static void merge(struct apsis_diagnostics *to, const struct apsis_diagnostics *from, const char *scenario)
{
    size_t known = to->count;
    for (size_t i = 0; i < from->count; i++) {
        const struct apsis_diagnostic *d = &from->items[i];
        int seen = 0;
        for (size_t k = 0; k < known && !seen; k++)
            seen = to->items[k].span.source == d->span.source && to->items[k].span.begin == d->span.begin &&
                   !strcmp(to->items[k].message, d->message);
        if (seen) continue;
        struct apsis_diagnostic *copy = d->severity == APSIS_ERROR ? apsis_error(to, d->span, "%s", d->message)
                                                                   : apsis_warning(to, d->span, "%s", d->message);
        if (d->hint) apsis_hint(to, copy, "%s", d->hint);
        else apsis_hint(to, copy, "under the scenario %s", scenario);
    }
}

/* The model under each of its scenarios: worker w of `workers` looks at scenarios w, w + workers, ... */
struct scenarios {
    const struct apsis_ast *ast;
    struct apsis_diagnostics *lists; /* of each scenario */
    struct apsis_arena **words;      /* of each worker: what its lists say */
    size_t workers;
};

static void check_some(void *context, size_t worker)
{
    struct scenarios *all = context;
    struct apsis_arena *arena = apsis_arena_new();
    all->words[worker] = apsis_arena_new();
    for (size_t i = worker; i < all->ast->scenario_count; i += all->workers) {
        struct apsis_overrides overrides = {&all->ast->scenarios[i].name, 1, NULL, 0};
        all->lists[i].arena = all->words[worker];
        apsis_lower(arena, all->ast, &overrides, NULL, &all->lists[i]);
        apsis_arena_clear(arena);
    }
    apsis_arena_free(arena);
}

enum apsis_status apsis_model_check_scenarios(const struct apsis_ast *ast, struct apsis_diagnostics *diagnostics)
{
    size_t most = (size_t)omp_get_max_threads(), workers = ast->scenario_count < most ? ast->scenario_count : most, before = diagnostics->errors;
    if (!workers) return APSIS_OK;
    struct scenarios all = {ast, apsis_calloc(ast->scenario_count, sizeof *all.lists), apsis_calloc(workers, sizeof *all.words), workers};
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(static, 1) num_threads((int)workers) if (workers > 1)
    for (size_t w = 0; w < workers; w++) apsis_escape_part(&parts, check_some, &all, w);
    apsis_parts_end(&parts);
    for (size_t i = 0; i < ast->scenario_count; i++) merge(diagnostics, &all.lists[i], ast->scenarios[i].name);
    for (size_t w = 0; w < workers; w++) apsis_arena_free(all.words[w]);
    apsis_block_free(all.words);
    apsis_block_free(all.lists);
    return diagnostics->errors > before ? APSIS_MODEL_ERROR : APSIS_OK;
}

enum apsis_status apsis_model_check(const struct apsis_ast *ast, struct apsis_diagnostics *diagnostics)
{
    struct apsis_arena *arena = apsis_arena_new();
    size_t before = diagnostics->errors;
    apsis_lower(arena, ast, NULL, NULL, diagnostics);
    apsis_arena_free(arena);
    if (diagnostics->errors > before) return APSIS_MODEL_ERROR; /* a broken model would say it all again under each scenario */
    return apsis_model_check_scenarios(ast, diagnostics);
}
