/* lint.c - the table of lints, and how a finding is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/plan/lint_parts.h"

/* name, meaning, affects results, about the whole model, function. In the order they are looked at. */
const struct apsis_lint apsis_lints[] = {
    {"unused-input", "an input that nothing in the model uses", 1, 0, apsis_lint_unused_input},
    {"input-without-effect", "an input that no output depends on", 1, 0, apsis_lint_input_without_effect},
    {"dead-definition", "a value, function or column that no output depends on", 0, 0, apsis_lint_dead_definition},
    {"expected-value", "a chance times an impact used as a value, where a draw is probably meant", 1, 0, apsis_lint_expected_value},
    {"below-zero", "a price, share or duration that can be negative", 1, 0, apsis_lint_below_zero},
    {"above-100-percent", "a share that can be more than the whole", 1, 0, apsis_lint_above_100_percent},
    {"unit-mismatch", "values in different units are set equal, added or compared", 1, 0, apsis_lint_unit_mismatch},
    {"independent-inputs", "several inputs, and no correlation between any of them", 0, 1, apsis_lint_independent_inputs},
    {"unused-allow", "an allow that silences nothing", 0, 0, NULL},
};
const size_t apsis_lint_count = sizeof apsis_lints / sizeof *apsis_lints;

const struct apsis_lint *apsis_lint_find(const char *name)
{
    for (size_t i = 0; i < apsis_lint_count; i++)
        if (!strcmp(apsis_lints[i].name, name)) return &apsis_lints[i];
    return NULL;
}

/* ---------------------------------------------------------------- telling */
static struct apsis_diagnostic *tell(struct apsis_linting *l, int is_note, struct apsis_span place, struct apsis_span statement, const char *format, va_list list)
{
    struct apsis_allow *allow = apsis_lint_allowed(l, l->lint, statement);
    char message[1024];
    if (allow) {
        allow->silenced++;
        return NULL;
    }
    vsnprintf(message, sizeof message, format, list);
    struct apsis_diagnostic *d = is_note ? apsis_note(l->list, place, "%s", message) : apsis_warning(l->list, place, "%s", message);
    if (d) d->lint = l->lint->name;
    return d;
}

struct apsis_diagnostic *apsis_lint_warn(struct apsis_linting *l, struct apsis_span place, struct apsis_span statement, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct apsis_diagnostic *d = tell(l, 0, place, statement, format, list);
    va_end(list);
    return d;
}

struct apsis_diagnostic *apsis_lint_note(struct apsis_linting *l, struct apsis_span place, struct apsis_span statement, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct apsis_diagnostic *d = tell(l, 1, place, statement, format, list);
    va_end(list);
    return d;
}

size_t apsis_lint_affecting(const struct apsis_diagnostics *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct apsis_lint *lint = list->items[i].lint ? apsis_lint_find(list->items[i].lint) : NULL;
        count += lint && lint->affects_results;
    }
    return count;
}

/* ---------------------------------------------------------------- the whole */
void apsis_lint(const struct apsis_ast *ast, struct apsis_ir *ir, struct apsis_diagnostics *list)
{
    struct apsis_linting *l = &(struct apsis_linting){.arena = apsis_arena_new(), .ast = ast, .ir = ir, .list = list};
    struct apsis_diagnostics known = {.arena = l->arena}; /* said already, when the model was checked */
    struct apsis_layer *layers = APSIS_NEW_ARRAY(l->arena, struct apsis_layer, ast->scenario_count + 1);
    for (size_t i = 0; i < ast->scenario_count; i++)
        layers[i] = (struct apsis_layer){ast->scenarios[i].definitions, ast->scenarios[i].definition_count, ast->scenarios[i].name};
    l->names = apsis_names_new(l->arena, ast, layers, ast->scenario_count, &known);
    apsis_lint_read_allows(l);
    apsis_lint_graph(l);
    for (size_t i = 0; i < apsis_lint_count; i++) {
        l->lint = &apsis_lints[i];
        if (l->lint->look) l->lint->look(l);
    }
    l->lint = apsis_lint_find("unused-allow");
    apsis_lint_unused_allows(l);
    apsis_arena_free(l->arena);
}
