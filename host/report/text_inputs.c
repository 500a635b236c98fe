/* text_inputs.c - the table of uncertain inputs: what each is understood to be, and where it comes from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"

/* pert(min 20, mode 80, max 300) */
static char *understood(const struct apsis_input *input, struct apsis_arena *arena)
{
    struct apsis_buffer text = {0};
    char number[APSIS_TEXT_SIZE];
    const struct apsis_distribution *d = input->distribution;
    if (!d || d->count || d->parts) return apsis_arena_printf(arena, "%s", input->text ? input->text : input->family ? input->family->name : "");
    apsis_buffer_printf(&text, "%s(", input->family->name);
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && input->family->parameter_names[i]; i++)
        apsis_buffer_printf(&text, "%s%s %s", i ? ", " : "", input->family->parameter_names[i], apsis_text_number(number, d->p[i], -1));
    apsis_buffer_text(&text, ")");
    char *copy = apsis_arena_copy(arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

static void put_input(const struct apsis_input *input, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_input_summary summary = apsis_input_summarise(input->distribution);
    char text[5][APSIS_TEXT_SIZE];
    const char *meaning = understood(input, arena);
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_text_add(out, input->name);
    if (input->is_series) apsis_buffer_text(out, input->member ? "" : "[t]");
    apsis_text_tone(out, page, APSIS_PLAIN);
    if (input->label || input->unit) {
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "%s%s%s%s%s", input->label ? input->label : "", input->label && input->unit ? " " : "",
                        input->unit ? "[" : "", input->unit ? input->unit : "", input->unit ? "]" : ""), 4);
    }
    apsis_buffer_text(out, "\n    ");
    apsis_text_wrap(out, page, meaning, 4);
    apsis_buffer_text(out, "\n");
    if (input->text && input->distribution && strcmp(input->text, meaning)) {
        apsis_buffer_text(out, "    ");
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "written: %s%s", input->text, input->is_scenario_override ? " (by the scenario)" : ""), 4);
        apsis_buffer_text(out, "\n");
    }
    apsis_buffer_text(out, "    ");
    if (input->distribution)
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "mean %s, sd %s, P5 %s, P50 %s, P95 %s", apsis_text_number(text[0], summary.mean, -1),
                        apsis_text_number(text[1], summary.sd, -1), apsis_text_number(text[2], summary.p5, -1), apsis_text_number(text[3], summary.p50, -1),
                        apsis_text_number(text[4], summary.p95, -1)), 4);
    else apsis_text_wrap(out, page, "its parameters differ from draw to draw", 4);
    apsis_buffer_text(out, "\n");
    if (input->source) {
        apsis_buffer_text(out, "    from ");
        apsis_text_wrap(out, page, input->source, 9);
        apsis_buffer_text(out, "\n");
    }
    apsis_text_tone(out, page, APSIS_DIM);
    char group[48] = "", words[128];
    if (input->group >= 0) snprintf(group, sizeof group, ", correlated group %d", input->group + 1);
    snprintf(words, sizeof words, "stream 0x%016" PRIx64 "%s%s", input->stream, input->is_series ? ", a fresh draw each period" : "", group);
    apsis_buffer_text(out, "    ");
    apsis_text_wrap(out, page, words, 4);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "\n");
}

static int begins_section(const struct apsis_ir *ir, const size_t *order, size_t i)
{
    return i ? ir->inputs[order[i]].section != ir->inputs[order[i - 1]].section : apsis_ir_section(ir, ir->inputs[order[0]].section) != NULL;
}

/* The next input in a table; where it begins a section, so does the table. */
static const struct apsis_input *next_input(const struct apsis_ir *ir, const size_t *order, size_t i, struct apsis_text_table *table)
{
    const struct apsis_input *input = &ir->inputs[order[i]];
    if (begins_section(ir, order, i)) apsis_text_table_section(table, apsis_ir_section(ir, input->section));
    return input;
}

static void put_table(const struct apsis_ir *ir, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_text_table table;
    char text[APSIS_TEXT_SIZE];
    apsis_text_table_start(&table, arena, 7, "llrrrrr");
    static const char *const heads[] = {"input", "family", "mean", "sd", "P5", "P50", "P95"};
    for (int i = 0; i < 7; i++) apsis_text_cell(&table, heads[i]);
    const size_t *order = apsis_report_input_order(ir, arena);
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *input = next_input(ir, order, i, &table);
        struct apsis_input_summary s = apsis_input_summarise(input->distribution);
        double values[5] = {s.mean, s.sd, s.p5, s.p50, s.p95};
        apsis_text_cell(&table, input->is_series && !input->member ? apsis_arena_printf(arena, "%s[t]", input->name) : input->name);
        apsis_text_cell(&table, input->family ? input->family->name : "");
        for (int k = 0; k < 5; k++) apsis_text_cell(&table, apsis_text_figures(text, values[k], 4)); /* plenty here */
    }
    apsis_text_table_print(&table, page, 0, 1, out);
}

/* "years [yr]; from: the utility's queue" */
static char *words_of(const struct apsis_input *input, struct apsis_arena *arena)
{
    return apsis_arena_printf(arena, "%s%s%s%s%s%s%s", input->label ? input->label : "", input->label && input->unit ? " " : "", input->unit ? "[" : "",
                              input->unit ? input->unit : "", input->unit ? "]" : "", input->source ? (input->label || input->unit ? "; from " : "from ") : "",
                              input->source ? input->source : "");
}

void apsis_report_inputs_brief(const struct apsis_ir *ir, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_text_table table;
    char text[APSIS_TEXT_SIZE];
    static const char *const heads[] = {"", "P5", "P50", "P95", ""};
    apsis_text_table_start(&table, arena, 5, "lrrrl");
    for (int i = 0; i < 5; i++) apsis_text_cell(&table, heads[i]);
    const size_t *order = apsis_report_input_order(ir, arena);
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *input = next_input(ir, order, i, &table);
        struct apsis_input_summary s = apsis_input_summarise(input->distribution);
        apsis_text_cell(&table, input->is_series && !input->member ? apsis_arena_printf(arena, "%s[t]", input->name) : input->name);
        apsis_text_cell(&table, apsis_text_figures(text, s.p5, 4));
        apsis_text_cell(&table, apsis_text_figures(text, s.p50, 4));
        apsis_text_cell(&table, apsis_text_figures(text, s.p95, 4));
        apsis_text_cell(&table, words_of(input, arena));
    }
    if (ir->input_count) {
        apsis_text_heading(out, page, "Inputs (apsis inputs says more)");
        apsis_text_table_print(&table, page, 2, 1, out);
    }
    apsis_arena_free(arena);
}

static void put_groups(const struct apsis_ir *ir, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    for (size_t g = 0; g < ir->group_count; g++) {
        const struct apsis_group *group = &ir->groups[g];
        apsis_text_heading(out, page, apsis_arena_printf(arena, "Correlated group %zu: rank correlations%s", g + 1, group->is_series ? ", period by period" : ""));
        struct apsis_text_table table;
        apsis_text_table_start(&table, arena, 4, "llrl");
        for (size_t i = 0; i < group->count; i++)
            for (size_t k = i + 1; k < group->count; k++) {
                double target = group->target[i * group->count + k];
                const struct apsis_input *a = &ir->inputs[group->members[i]], *b = &ir->inputs[group->members[k]];
                if (target == 0) continue;
                double got = apsis_input_pair_correlation(a->distribution, b->distribution, target);
                apsis_text_cell(&table, a->name);
                apsis_text_cell(&table, b->name);
                apsis_text_cell(&table, apsis_arena_printf(arena, "%+.4g %%", 100 * target));
                apsis_text_cell(&table, isnan(got) || fabs(got - target) < 0.0005 ? "" : apsis_arena_printf(arena, "of the scores; %+.1f %% of the values", 100 * got));
            }
        if (table.count) apsis_text_table_print(&table, page, 2, 0, out);
        apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_text(out, "  pairs that are not listed: 0\n");
        apsis_text_tone(out, page, APSIS_PLAIN);
    }
}

void apsis_report_inputs_text(const struct apsis_ir *ir, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    if (ir->input_count == 0) {
        apsis_buffer_text(out, "no uncertain inputs\n");
        return;
    }
    put_table(ir, arena, page, out);
    apsis_text_heading(out, page, "Each input");
    const size_t *order = apsis_report_input_order(ir, arena);
    for (size_t i = 0; i < ir->input_count; i++) {
        if (begins_section(ir, order, i)) {
            if (i) apsis_buffer_text(out, "\n");
            const char *title = apsis_ir_section(ir, ir->inputs[order[i]].section);
            if (title) apsis_text_section(out, page, title, 0);
        }
        put_input(&ir->inputs[order[i]], arena, page, out);
    }
    put_groups(ir, arena, page, out);
}
