/* lint_independent.c - many inputs and no correlation: the extremes of the result are then rarer than they may be. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/lint_parts.h"

#define SEVERAL 5 /* uncertain values that outputs depend on; series and members count once */

void apsis_lint_independent_inputs(struct apsis_linting *l)
{
    const struct apsis_symbol *first = NULL, *second = NULL;
    size_t count = 0;
    if (l->ast->correlation_count) return;
    for (uint32_t i = 0; i < l->names->symbol_count; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (!l->is_input[i] || !l->live[i] || s->timed) continue; /* a noise that is new each period is meant to be one */
        count++;
        if (!first) first = s;
        else if (!second) second = s;
    }
    if (count < SEVERAL) return;
    struct apsis_span place = l->ast->name ? l->ast->name_span : first->span;
    struct apsis_diagnostic *d = apsis_lint_note(l, place, place, "the %zu inputs are all independent: no two of them are high or low together", count);
    apsis_hint(l->list, d, "where some are, say so: correlate, and lines such as  %s, %s 30%%", apsis_lint_form(l, first), apsis_lint_form(l, second));
}
