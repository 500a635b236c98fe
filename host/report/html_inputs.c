/* html_inputs.c - the assumptions behind a result: each input with its unit, source and range; what is correlated with what. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

#define MOST_INTEGRALS 40 /* of pairs with a discrete input: 2 ms each */

/* 1: every number of the distribution is written in per cent, as in pert(20%, 45%, 90%), and so are its values */
static int is_in_percent(const struct apsis_input *input)
{
    const char *at = input->text ? strchr(input->text, '(') : NULL;
    int numbers = 0;
    if (!at || !input->distribution || input->distribution->family->discrete || input->distribution->whole) return 0;
    while (*at) {
        if ((*at >= '0' && *at <= '9') || *at == '.') {
            int name = (at[-1] >= 'a' && at[-1] <= 'z') || at[-1] == '_'; /* p10: */
            at += strspn(at, "0123456789._");
            if (*at != '%' && !name) return 0;
            numbers += !name;
        } else if (*at == '"') {
            return 0;
        } else {
            at++;
        }
    }
    return numbers > 0;
}

static void put_input(struct apsis_html *html, const struct apsis_ir *ir, const struct apsis_input *input, int units)
{
    char text[APSIS_TEXT_SIZE];
    struct apsis_input_summary summary = apsis_input_summarise(input->distribution);
    double values[3] = {summary.p5, summary.p50, summary.p95};
    int percent = is_in_percent(input);
    apsis_html_row(html);
    apsis_html_raw(html, "<th scope=\"row\">");
    const char *words, *unit = input->unit;
    apsis_html_label_parts(html->arena, input->label, ir->currency, &words, &unit);
    apsis_html_words(html, words ? words : input->name);
    if (words) apsis_html_element(html, "small", input->name);
    if (input->is_series) apsis_html_raw(html, "<small>a fresh draw each period</small>");
    apsis_html_raw(html, "</th>");
    if (units) apsis_html_cell_text(html, unit ? unit : "");
    apsis_html_raw(html, "<td class=\"x\"><code>");
    apsis_html_words(html, input->text ? input->text : input->family ? input->family->name : "");
    apsis_html_raw(html, "</code>");
    if (input->is_scenario_override) apsis_html_raw(html, "<small>by the scenario</small>");
    for (int k = 0; k < 3; k++) {
        apsis_html_cell(html, isnan(values[k]) ? "varies" : apsis_text_figures(text, percent ? 100 * values[k] : values[k], 4));
        if (percent) apsis_html_raw(html, "\u00a0%");
    }
    apsis_html_cell_text(html, input->source ? input->source : "");
}

void apsis_html_assumptions(struct apsis_html *html, const struct apsis_result *result)
{
    const struct apsis_ir *ir = result->ir;
    static const char *const all_heads[] = {"Input", "Unit", "Distribution", "P5", "P50", "P95", "Source"};
    const char *heads[7];
    const size_t *order = apsis_report_input_order(ir, html->arena);
    int varies = 0, units = 0; /* a column of units where there is one */
    if (ir->input_count == 0) {
        apsis_html_raw(html, "<p>The model has no uncertain input.</p>\n");
        return;
    }
    for (size_t i = 0; i < ir->input_count; i++) {
        const char *words, *unit = ir->inputs[i].unit;
        apsis_html_label_parts(html->arena, ir->inputs[i].label, ir->currency, &words, &unit);
        units |= unit != NULL;
    }
    for (size_t i = 0, used = 0; i < 7; i++)
        if (units || i != 1) heads[used++] = all_heads[i];
    apsis_html_table(html, "Every uncertain input, with the percentiles that its distribution implies.", 0, units ? "lllrrrl" : "llrrrl", heads);
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *input = &ir->inputs[order[i]];
        const char *title = apsis_ir_section(ir, input->section);
        if (i ? input->section != ir->inputs[order[i - 1]].section : title != NULL) apsis_html_table_group(html, units ? 7 : 6, title ? title : "Others");
        put_input(html, ir, input, units);
        varies |= !input->distribution;
    }
    apsis_html_table_end(html);
    if (varies) apsis_html_raw(html, "<p class=\"soft\">varies: the parameters of this distribution depend on other values of the draw.</p>\n");
}

void apsis_html_correlations(struct apsis_html *html, const struct apsis_result *result)
{
    const struct apsis_ir *ir = result->ir;
    static const char *const heads[] = {"Input", "With", "Asked", "Achieved", ""};
    int open = 0, integrals = 0;
    for (size_t g = 0; g < ir->group_count; g++) {
        const struct apsis_group *group = &ir->groups[g];
        for (size_t i = 0; i < group->count; i++)
            for (size_t k = i + 1; k < group->count; k++) {
                double target = group->target[i * group->count + k];
                const struct apsis_input *a = &ir->inputs[group->members[i]], *b = &ir->inputs[group->members[k]];
                if (target == 0) continue;
                if (!open++)
                    apsis_html_table(html, "Rank correlations: asked of the scores, and achieved by the values, which discrete inputs lower. Pairs that are not listed: 0.", 0,
                                     "llrrl", heads);
                int steps = (a->distribution && (a->distribution->family->discrete || a->distribution->whole)) || (b->distribution && (b->distribution->family->discrete || b->distribution->whole));
                int known = !steps || integrals++ < MOST_INTEGRALS;
                double got = known ? apsis_input_pair_correlation(a->distribution, b->distribution, target) : NAN;
                apsis_html_row(html);
                apsis_html_row_head(html, a->name);
                apsis_html_cell_text(html, b->name);
                apsis_html_cell(html, apsis_arena_printf(html->arena, "%+.4g %%", 100 * target));
                apsis_html_cell(html, !known ? "see apsis inputs" : isnan(got) ? "varies" : apsis_arena_printf(html->arena, "%+.4g %%", fabs(got - target) < 0.0005 ? 100 * target : 100 * got));
                apsis_html_cell_text(html, group->is_series ? "period by period" : "");
            }
    }
    if (open) apsis_html_table_end(html);
    else apsis_html_raw(html, "<p>None: all uncertain inputs are drawn independently of each other.</p>\n");
}
