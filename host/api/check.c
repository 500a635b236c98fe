/* check.c - everything that is wrong with a model, and what a careful reader would doubt; nothing is run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/api/api.h"
#include "host/plan/lint.h"
#include "host/support/escape.h"

struct checking {
    struct apsis_model *model;
    const struct apsis_settings *settings;
};

static void close_case(void *c) { apsis_case_free(c); }

/* Without scenarios and sets: the model alone, then under each of its scenarios. Tables and correlations are built as for a run. */
static enum apsis_status check(void *arguments)
{
    struct checking *checking = arguments;
    struct apsis_model *model = checking->model;
    struct apsis_case *c = NULL;
    int plain = !checking->settings || (checking->settings->scenario_count == 0 && checking->settings->set_count == 0);
    apsis_messages_begin(model);
    model->check_inputs = model->check_outputs = 0;
    if (model->status || model->diagnostics.errors) return apsis_fail_model(model, model->status);
    enum apsis_status status = apsis_case_open(model, checking->settings, &c);
    if (status) return status;
    struct apsis_cleanup cleanup; /* the case holds the model */
    apsis_escape_defer(&cleanup, close_case, c);
    if (plain && apsis_model_check_scenarios(c->ast, &model->diagnostics)) {
        apsis_escape_drop(&cleanup);
        apsis_case_free(c);
        return apsis_fail_model(model, APSIS_MODEL_ERROR);
    }
    struct apsis_plan_options options = {0};
    if (!apsis_plan_new(c->arena, c->ir, &options, &model->diagnostics)) status = apsis_fail_model(model, APSIS_MODEL_ERROR);
    else apsis_lint(c->ast, c->ir, &model->diagnostics);
    if (status == APSIS_OK && model->diagnostics.errors) status = apsis_fail_model(model, APSIS_MODEL_ERROR);
    model->check_inputs = c->ir->input_count;
    model->check_outputs = c->ir->output_count;
    apsis_escape_drop(&cleanup);
    apsis_case_free(c);
    return status;
}

enum apsis_status apsis_check(struct apsis_model *model, const struct apsis_settings *settings)
{
    struct checking checking = {model, settings};
    return model ? apsis_guard(model, check, &checking) : APSIS_FAILURE;
}

void apsis_check_count(const struct apsis_model *model, struct apsis_check_counts *counts)
{
    struct apsis_check_counts all = {.size = counts->size};
    if (model) {
        const struct apsis_diagnostics *list = &model->diagnostics;
        all.errors = list->errors;
        all.warnings = apsis_diagnostics_count(list, APSIS_WARNING) + list->dropped;
        all.notes = apsis_diagnostics_count(list, APSIS_NOTE);
        all.inputs = model->check_inputs;
        all.outputs = model->check_outputs;
        all.scenarios = model->ast ? model->ast->scenario_count : 0;
    }
    memcpy(counts, &all, counts->size < sizeof all ? counts->size : sizeof all);
}

static enum apsis_status look(void *arguments)
{
    struct apsis_case *c = arguments;
    struct apsis_diagnostics *findings = APSIS_NEW(c->arena, struct apsis_diagnostics);
    findings->arena = c->arena;
    apsis_lint(c->ast, c->ir, findings);
    c->findings = findings;
    return APSIS_OK;
}

size_t apsis_case_doubts(struct apsis_case *c)
{
    if (!c) return 0;
    if (!c->findings) apsis_guard(c->model, look, c);
    return c->findings ? apsis_lint_affecting(c->findings) + c->findings->errors + c->findings->dropped : 0;
}

int apsis_lint_at(size_t number, const char **name, const char **meaning)
{
    if (number >= apsis_lint_count) return 0;
    *name = apsis_lints[number].name;
    *meaning = apsis_lints[number].meaning;
    return 1;
}
