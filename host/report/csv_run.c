/* csv_run.c - the numbers of a run as one table of comma-separated values: a row a number, for spreadsheets and data frames. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/report.h"
#include "host/support/number.h"

/* A row is a published number: an output, a member of it, a period of it. What a number does not have is an empty cell, never "nan".
   Columns that depend on what was asked for (percentiles, shortfalls) are those that any row has, in ascending order. */
struct table {
    const struct apsis_result *result;
    struct apsis_buffer *out;
    int begun; /* a cell of this row is written */
    struct apsis_percent *percentiles, *shortfalls;
    size_t percentile_count, shortfall_count, targets, categories;
    int has_irr;
};

static void next_cell(struct table *t)
{
    if (t->begun) apsis_buffer_text(t->out, ",");
    t->begun = 1;
}

static void end_row(struct table *t)
{
    apsis_buffer_text(t->out, "\n");
    t->begun = 0;
}

static void put_text(struct table *t, const char *text)
{
    next_cell(t);
    if (!text) return;
    apsis_text_csv(t->out, text);
}

static void put_number(struct table *t, double value)
{
    char number[APSIS_NUMBER_SIZE];
    next_cell(t);
    if (isfinite(value)) apsis_buffer_text(t->out, apsis_number_print(number, value));
}

static void put_count(struct table *t, uint64_t count)
{
    next_cell(t);
    apsis_buffer_printf(t->out, "%" PRIu64, count);
}

static void put_draw(struct table *t, uint64_t draw)
{
    if (draw == APSIS_NO_DRAW) next_cell(t);
    else put_count(t, draw);
}

/* ---------------------------------------------------------------- which columns there are */
static int same_percent(struct apsis_percent a, struct apsis_percent b) { return apsis_percent_value(a) == apsis_percent_value(b); }

static int by_percent(const void *a, const void *b)
{
    double x = apsis_percent_value(*(const struct apsis_percent *)a), y = apsis_percent_value(*(const struct apsis_percent *)b);
    return (x > y) - (x < y);
}

static void note(struct apsis_arena *arena, struct apsis_percent **list, size_t *count, size_t *capacity, struct apsis_percent percent)
{
    for (size_t i = 0; i < *count; i++)
        if (same_percent((*list)[i], percent)) return;
    *(struct apsis_percent *)(apsis_arena_push(arena, list, count, capacity, sizeof percent), &(*list)[*count - 1]) = percent;
}

static void find_columns(struct table *t, struct apsis_arena *arena)
{
    size_t percentile_room = 0, shortfall_room = 0;
    for (size_t i = 0; i < t->result->measure_count; i++) {
        const struct apsis_measure *m = &t->result->measures[i];
        for (size_t k = 0; k < m->percentile_count; k++) note(arena, &t->percentiles, &t->percentile_count, &percentile_room, m->percentiles[k].percent);
        for (size_t k = 0; k < m->shortfall_count; k++) note(arena, &t->shortfalls, &t->shortfall_count, &shortfall_room, m->shortfalls[k].percent);
        if (m->target_count > t->targets) t->targets = m->target_count;
        if (m->category_count > t->categories) t->categories = m->category_count;
        t->has_irr |= m->is_irr;
    }
    if (t->percentile_count) qsort(t->percentiles, t->percentile_count, sizeof *t->percentiles, by_percent);
    if (t->shortfall_count) qsort(t->shortfalls, t->shortfall_count, sizeof *t->shortfalls, by_percent);
}

static void put_head(struct table *t)
{
    static const char *const names[] = {"name", "output", "member", "period", "label", "unit", "section", "given", "draws", "given_draws", "valid", "invalid",
                                        "first_invalid", "mean", "mean_se", "sd", "sd_se", "skewness", "skewness_se", "kurtosis", "kurtosis_se", "min", "min_draw",
                                        "max", "max_draw"};
    char name[96];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put_text(t, names[i]);
    for (size_t i = 0; i < t->percentile_count; i++) {
        static const char *const ends[] = {"", "_low", "_high", "_draw"};
        for (size_t k = 0; k < 4; k++) {
            char percent[APSIS_NUMBER_SIZE];
            snprintf(name, sizeof name, "p%s%s", apsis_number_print(percent, apsis_percent_value(t->percentiles[i])), ends[k]);
            put_text(t, name);
        }
    }
    for (size_t i = 0; i < t->shortfall_count; i++)
        for (size_t k = 0; k < 4; k++) {
            char percent[APSIS_NUMBER_SIZE];
            snprintf(name, sizeof name, "shortfall_%s_%s%s", k < 2 ? "low" : "high", apsis_number_print(percent, apsis_percent_value(t->shortfalls[i])), k % 2 ? "_se" : "");
            put_text(t, name);
        }
    for (size_t i = 1; i <= t->targets; i++) {
        static const char *const ends[] = {"above", "probability", "low", "high"};
        for (size_t k = 0; k < 4; k++) {
            snprintf(name, sizeof name, "target_%zu_%s", i, ends[k]);
            put_text(t, name);
        }
    }
    for (size_t i = 1; i <= t->categories; i++) {
        snprintf(name, sizeof name, "category_%zu", i);
        put_text(t, name);
        snprintf(name, sizeof name, "share_%zu", i);
        put_text(t, name);
    }
    if (t->has_irr) put_text(t, "several_sign_changes");
    end_row(t);
}

/* ---------------------------------------------------------------- rows */
static void put_lists(struct table *t, const struct apsis_measure *m, const struct apsis_output *output)
{
    for (size_t i = 0; i < t->percentile_count; i++) {
        const struct apsis_measured_percentile *p = NULL;
        for (size_t k = 0; k < m->percentile_count; k++)
            if (same_percent(m->percentiles[k].percent, t->percentiles[i])) p = &m->percentiles[k];
        put_number(t, p ? p->value : NAN);
        put_number(t, p ? p->low : NAN);
        put_number(t, p ? p->high : NAN);
        put_draw(t, p ? p->draw : APSIS_NO_DRAW);
    }
    for (size_t i = 0; i < t->shortfall_count; i++)
        for (int high = 0; high < 2; high++) {
            const struct apsis_measured_shortfall *s = NULL;
            for (size_t k = 0; k < m->shortfall_count; k++)
                if (m->shortfalls[k].high_side == high && same_percent(m->shortfalls[k].percent, t->shortfalls[i])) s = &m->shortfalls[k];
            put_number(t, s ? s->value : NAN);
            put_number(t, s ? s->se : NAN);
        }
    for (size_t i = 0; i < t->targets; i++) {
        const struct apsis_measured_target *target = i < m->target_count ? &m->targets[i] : NULL;
        put_number(t, target ? target->above : NAN);
        put_number(t, target ? target->probability : NAN);
        put_number(t, target ? target->low : NAN);
        put_number(t, target ? target->high : NAN);
    }
    for (size_t i = 0; i < t->categories; i++) {
        int there = i < m->category_count && i < output->category_count;
        put_text(t, there ? output->categories[i] : NULL);
        put_number(t, there && m->valid ? (double)m->category_counts[i] / (double)m->valid : NAN);
    }
}

static void put_row(struct table *t, const struct apsis_measure *m)
{
    const struct apsis_ir *ir = t->result->ir;
    const struct apsis_output *output = &ir->outputs[m->output];
    int number = output->categories == NULL;
    char label[16];
    struct apsis_buffer name = {0};
    apsis_report_column_name(ir, output->name, m->period, &name);
    put_text(t, name.text);
    apsis_buffer_free(&name);
    put_text(t, output->base ? output->base : output->name);
    put_text(t, output->member);
    put_text(t, m->period < 0 ? NULL : apsis_period_label(ir, m->period, label));
    put_text(t, output->label);
    put_text(t, output->unit);
    put_text(t, apsis_ir_section(ir, output->section));
    put_text(t, output->given_text);
    put_count(t, m->draws);
    put_count(t, m->given);
    put_count(t, m->valid);
    put_count(t, m->invalid);
    put_draw(t, m->first_invalid);
    const double moments[] = {m->mean, m->mean_se, m->sd, m->sd_se, m->skewness, m->skewness_se, m->kurtosis, m->kurtosis_se};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) put_number(t, number ? moments[i] : NAN);
    put_number(t, number ? m->min : NAN);
    put_draw(t, number ? m->min_draw : APSIS_NO_DRAW);
    put_number(t, number ? m->max : NAN);
    put_draw(t, number ? m->max_draw : APSIS_NO_DRAW);
    put_lists(t, m, output);
    if (t->has_irr) put_draw(t, m->is_irr ? m->several_signs : APSIS_NO_DRAW);
    end_row(t);
}

void apsis_report_run_csv(const struct apsis_result *result, struct apsis_arena *arena, struct apsis_buffer *out)
{
    struct table table = {.result = result, .out = out};
    find_columns(&table, arena);
    put_head(&table);
    for (size_t i = 0; i < result->measure_count; i++) put_row(&table, &result->measures[i]);
}
