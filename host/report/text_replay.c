/* text_replay.c - one draw on a terminal: its inputs, every named value, its series by period, its outputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"
#include "kernels/tile.h"

int apsis_report_not_given(double value)
{
    uint64_t bits, mark = AP_NOT_GIVEN_BITS;
    memcpy(&bits, &value, sizeof bits);
    return bits == mark;
}

struct group { /* the columns of one input or output: one, or one a period */
    const char *name, *label, *unit;
    const struct apsis_output *output; /* NULL: an input */
    const struct apsis_input *input;
    const double *values;
    int32_t first_period;
    size_t count, section;
    enum apsis_plan_column_kind kind;
};

static const char *value_text(const struct group *group, double value, int decimals, char text[APSIS_TEXT_SIZE])
{
    const struct apsis_output *output = group->output;
    if (apsis_report_not_given(value)) return "not given";
    if (isnan(value)) return "NaN";
    if (output && output->categories && value >= 0 && value < (double)output->category_count) return output->categories[(size_t)value];
    return apsis_text_number(text, value, decimals);
}

/* An input's place in its own distribution: "P37" */
static void put_place(const struct group *group, char text[APSIS_TEXT_SIZE])
{
    double lower, upper;
    text[0] = 0;
    if (!group->input || !group->input->distribution) return;
    apsis_distribution_tails(group->input->distribution, group->values[0], &lower, &upper);
    if (lower < 0.01) snprintf(text, APSIS_TEXT_SIZE, "P%.2g", 100 * lower);
    else if (upper < 0.01) snprintf(text, APSIS_TEXT_SIZE, "P%.4g", 100 * (1 - upper));
    else snprintf(text, APSIS_TEXT_SIZE, "P%.0f", 100 * lower);
}

/* 1: the numbers, or the series, of this kind stand in more than one section */
static int in_sections(const struct group *groups, size_t count, enum apsis_plan_column_kind kind, int series)
{
    const struct group *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (groups[i].kind != kind || (groups[i].first_period >= 0) != series) continue;
        if (!first) first = &groups[i];
        if (groups[i].section != first->section) return 1;
    }
    return 0;
}

static void put_scalars(const struct apsis_ir *ir, const struct group *groups, size_t count, enum apsis_plan_column_kind kind, const char *heading, struct apsis_arena *arena,
                        const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_text_table table;
    char text[APSIS_TEXT_SIZE], place[APSIS_TEXT_SIZE];
    int inputs = kind == APSIS_PLAN_INPUT, sections = in_sections(groups, count, kind, 0);
    const struct group *before = NULL;
    apsis_text_table_start(&table, arena, inputs ? 4 : 3, inputs ? "lrrl" : "lrl");
    for (size_t i = 0; i < count; i++) {
        const struct group *group = &groups[i];
        if (group->kind != kind || group->first_period >= 0) continue;
        if (sections && (!before || before->section != group->section)) apsis_text_table_section(&table, apsis_ir_section(ir, group->section));
        before = group;
        apsis_text_cell(&table, group->name);
        apsis_text_cell(&table, value_text(group, group->values[0], -1, text));
        if (inputs) {
            put_place(group, place);
            apsis_text_cell(&table, place);
        }
        apsis_text_cell(&table, apsis_arena_printf(arena, "%s%s%s%s%s", group->label ? group->label : "", group->label && group->unit ? " " : "",
                                                   group->unit ? "[" : "", group->unit ? group->unit : "", group->unit ? "]" : ""));
    }
    if (!table.count) return;
    apsis_text_heading(out, page, heading);
    apsis_text_table_print(&table, page, 2, 0, out);
}

/* All series of one kind, side by side as far as the page goes, then the next ones below. */
static void put_series(const struct apsis_ir *ir, const struct group *groups, size_t count, enum apsis_plan_column_kind kind, const char *heading,
                       struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    int head = 0, sections = kind == APSIS_PLAN_OUTPUT && in_sections(groups, count, kind, 1);
    size_t section = SIZE_MAX;
    for (size_t i = 0; i < count;) {
        size_t wide = 2 + 7, used = 0, last = i, members[24];
        for (; last < count && used < 24; last++) {
            const struct group *group = &groups[last];
            char text[APSIS_TEXT_SIZE];
            if (group->kind != kind || group->first_period < 0) continue;
            if (sections && used && group->section != groups[members[0]].section) break;
            size_t need = apsis_text_width(group->name);
            for (size_t t = 0; t < group->count; t++) {
                size_t w = apsis_text_width(value_text(group, group->values[t], -1, text));
                if (w > need) need = w;
            }
            if (used && wide + 2 + need > (size_t)page->width) break;
            wide += 2 + need;
            members[used++] = last;
        }
        if (used) {
            struct apsis_text_table table;
            char right[26], text[APSIS_TEXT_SIZE], label[16];
            memset(right, 'r', sizeof right);
            right[0] = 'l';
            right[used + 1] = 0;
            apsis_text_table_start(&table, arena, used + 1, right);
            apsis_text_cell(&table, "");
            for (size_t k = 0; k < used; k++) apsis_text_cell(&table, groups[members[k]].name);
            for (uint32_t t = 0; t < ir->periods; t++) {
                apsis_text_cell(&table, apsis_period_label(ir, (long)t, label));
                for (size_t k = 0; k < used; k++) {
                    const struct group *group = &groups[members[k]];
                    apsis_text_cell(&table, t < group->count ? value_text(group, group->values[t], -1, text) : "");
                }
            }
            if (!head++) apsis_text_heading(out, page, heading);
            else apsis_buffer_text(out, "\n");
            const char *title = sections && groups[members[0]].section != section ? apsis_ir_section(ir, groups[members[0]].section) : NULL;
            section = groups[members[0]].section;
            if (title) apsis_text_section(out, page, title, 2);
            apsis_text_table_print(&table, page, 2, 1, out);
        }
        i = last;
    }
}

static size_t collect(const struct apsis_replay *replay, struct group *groups)
{
    const struct apsis_plan *plan = replay->plan;
    const struct apsis_ir *ir = plan->ir;
    size_t count = 0;
    for (size_t c = 0; c < plan->column_count;) {
        const struct apsis_plan_column *column = &plan->columns[c];
        struct group *group = &groups[count++];
        size_t n = 1;
        while (c + n < plan->column_count && column->period >= 0 && plan->columns[c + n].index == column->index && plan->columns[c + n].kind == column->kind) n++;
        *group = (struct group){.values = &replay->values[c], .count = n, .first_period = column->period, .kind = column->kind};
        if (column->kind == APSIS_PLAN_INPUT) {
            group->input = &ir->inputs[column->index];
            group->name = group->input->name;
            group->label = group->input->label;
            group->unit = group->input->unit;
            group->section = group->input->section;
        } else {
            group->output = &ir->outputs[column->index];
            group->name = group->output->name;
            group->label = group->output->label;
            group->unit = group->output->unit;
            group->section = group->output->section;
            group->kind = group->output->is_output ? APSIS_PLAN_OUTPUT : APSIS_PLAN_VALUE;
        }
        c += n;
    }
    return count;
}

static size_t group_section(const void *groups, size_t i) { return ((const struct group *)groups)[i].section; }

void apsis_report_replay_text(const struct apsis_replay *replay, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    const struct apsis_ir *ir = replay->plan->ir;
    struct group *found = APSIS_NEW_ARRAY(arena, struct group, replay->plan->column_count + 1);
    struct group *groups = APSIS_NEW_ARRAY(arena, struct group, replay->plan->column_count + 1);
    size_t count = collect(replay, found);
    const size_t *order = apsis_report_by_section(arena, count, group_section, found);
    for (size_t i = 0; i < count; i++) groups[i] = found[order[i]];
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_text_wrap(out, page, ir->title ? ir->title : ir->name ? ir->name : "model", 0);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_printf(out, "\ndraw %" PRIu64 ", seed %s%" PRIx64, replay->draw, replay->seed < 10 ? "" : "0x", replay->seed);
    if (ir->scenario) {
        apsis_buffer_text(out, ", scenario ");
        apsis_text_add(out, ir->scenario);
    }
    if (replay->why) {
        apsis_buffer_text(out, ": ");
        apsis_text_add(out, replay->why);
    }
    apsis_buffer_text(out, "\n");
    put_scalars(ir, groups, count, APSIS_PLAN_OUTPUT, "Outputs", arena, page, out);
    put_scalars(ir, groups, count, APSIS_PLAN_INPUT, "Inputs, and where in its own distribution each fell", arena, page, out);
    put_scalars(ir, groups, count, APSIS_PLAN_VALUE, "Values", arena, page, out);
    put_series(ir, groups, count, APSIS_PLAN_OUTPUT, "Outputs by period", arena, page, out);
    put_series(ir, groups, count, APSIS_PLAN_INPUT, "Inputs by period", arena, page, out);
    put_series(ir, groups, count, APSIS_PLAN_VALUE, "Values by period", arena, page, out);
}

/* ---------------------------------------------------------------- the same as JSON */
static json_t *one_value(const struct group *group, double value)
{
    const struct apsis_output *output = group->output;
    if (output && output->categories && value >= 0 && value < (double)output->category_count) return apsis_json_text(output->categories[(size_t)value]);
    return apsis_json_double(value);
}

json_t *apsis_report_replay_json(const struct apsis_replay *replay)
{
    const struct apsis_ir *ir = replay->plan->ir;
    struct apsis_arena *arena = apsis_arena_new();
    struct group *groups = APSIS_NEW_ARRAY(arena, struct group, replay->plan->column_count + 1);
    size_t count = collect(replay, groups);
    char seed[32], label[16];
    json_t *json = json_object(), *periods = json_array(), *lists[3] = {json_array(), json_array(), json_array()};
    apsis_json_set(json, "schema_version", json_integer(1));
    apsis_json_set(json, "model", apsis_json_text(ir->name ? ir->name : ""));
    apsis_json_set(json, "scenario", apsis_json_text(ir->scenario));
    snprintf(seed, sizeof seed, "0x%" PRIx64, replay->seed);
    apsis_json_set(json, "seed", apsis_json_text(seed));
    apsis_json_set(json, "draw", apsis_json_u64(replay->draw));
    apsis_json_set(json, "at", apsis_json_text(replay->why));
    for (uint32_t t = 0; t < ir->periods; t++) apsis_json_append(periods, apsis_json_text(apsis_period_label(ir, (long)t, label)));
    apsis_json_set(json, "periods", periods);
    for (size_t i = 0; i < count; i++) {
        const struct group *group = &groups[i];
        json_t *item = json_object();
        apsis_json_set(item, "name", apsis_json_text(group->name));
        apsis_json_set(item, "label", apsis_json_text(group->label ? group->label : ""));
        apsis_json_set(item, "unit", apsis_json_text(group->unit));
        apsis_json_set(item, "section", apsis_json_text(apsis_ir_section(ir, group->section)));
        if (group->first_period < 0) {
            apsis_json_set(item, "value", one_value(group, group->values[0]));
            if (group->output && group->output->given) apsis_json_set(item, "given", json_boolean(!apsis_report_not_given(group->values[0])));
        } else {
            json_t *values = json_array();
            for (size_t t = 0; t < group->count; t++) apsis_json_append(values, one_value(group, group->values[t]));
            apsis_json_set(item, "values", values);
        }
        apsis_json_append(lists[group->kind == APSIS_PLAN_INPUT ? 0 : group->kind == APSIS_PLAN_VALUE ? 1 : 2], item);
    }
    apsis_json_set(json, "inputs", lists[0]);
    apsis_json_set(json, "values", lists[1]);
    apsis_json_set(json, "outputs", lists[2]);
    apsis_arena_free(arena);
    return json;
}
