/* csv_stress.c - a stress as one table: a row a cell, number and statistic, beside its difference to the base. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/stress_report.h"
#include "host/support/number.h"

/* Empty where there is no number. */
static void put_number(struct apsis_buffer *out, double value)
{
    char text[APSIS_NUMBER_SIZE];
    apsis_buffer_text(out, ",");
    if (!isfinite(value)) return;
    apsis_number_print(text, value);
    apsis_buffer_text(out, text);
}

struct place {
    const char *cell, *number;
    struct apsis_buffer *out;
};

static void put_row(const struct place *at, const char *statistic, double value, double low, double high, const struct apsis_paired_value *d)
{
    apsis_text_csv(at->out, at->cell);
    apsis_buffer_text(at->out, ",");
    apsis_text_csv(at->out, at->number);
    apsis_buffer_text(at->out, ",");
    apsis_text_csv(at->out, statistic);
    put_number(at->out, value);
    put_number(at->out, low);
    put_number(at->out, high);
    put_number(at->out, d ? d->value : NAN);
    put_number(at->out, d ? d->low : NAN);
    put_number(at->out, d ? d->high : NAN);
    apsis_buffer_text(at->out, "\n");
}

#define NORMAL_95 1.959963984540054 /* half the width of a 95 % interval, in standard errors */

static void put_measure(const struct place *at, const struct apsis_output *output, const struct apsis_measure *m, const struct apsis_paired *d)
{
    char text[APSIS_TEXT_SIZE], number[APSIS_NUMBER_SIZE];
    if (!output->categories) put_row(at, "mean", m->mean, m->mean - NORMAL_95 * m->mean_se, m->mean + NORMAL_95 * m->mean_se, d ? &d->mean : NULL);
    for (size_t i = 0; i < m->percentile_count; i++)
        put_row(at, apsis_report_percent(text, m->percentiles[i].percent), m->percentiles[i].value, m->percentiles[i].low, m->percentiles[i].high, d ? &d->percentiles[i] : NULL);
    for (size_t i = 0; i < m->shortfall_count; i++) {
        const struct apsis_measured_shortfall *s = &m->shortfalls[i];
        struct apsis_buffer name = {0};
        apsis_buffer_printf(&name, "mean of the %s %.12g %%", s->high_side ? "highest" : "lowest", apsis_percent_value(s->percent));
        put_row(at, name.text, s->value, s->value - NORMAL_95 * s->se, s->value + NORMAL_95 * s->se, d ? &d->shortfalls[i] : NULL);
        apsis_buffer_free(&name);
    }
    for (size_t i = 0; i < m->target_count; i++) {
        struct apsis_buffer name = {0};
        apsis_number_print(number, m->targets[i].above);
        apsis_buffer_printf(&name, "P(> %s)", number);
        put_row(at, name.text, m->targets[i].probability, m->targets[i].low, m->targets[i].high, d ? &d->targets[i] : NULL);
        apsis_buffer_free(&name);
    }
    for (size_t i = 0; output->categories && i < m->category_count && i < output->category_count; i++) {
        struct apsis_buffer name = {0};
        apsis_buffer_printf(&name, "share of %s", output->categories[i]);
        put_row(at, name.text, m->valid ? (double)m->category_counts[i] / (double)m->valid : NAN, NAN, NAN, d && d->categories ? &d->categories[i] : NULL);
        apsis_buffer_free(&name);
    }
}

void apsis_report_stress_csv(const struct apsis_stress_report *report, struct apsis_buffer *out)
{
    const struct apsis_stress *stress = report->stress;
    apsis_buffer_text(out, "cell,output,statistic,value,low,high,difference,difference_low,difference_high\n");
    for (size_t place = 0; place < stress->cell_count; place++) {
        size_t cell = apsis_stress_cell_at(stress, place);
        for (size_t row = 0; row < stress->row_count; row++) {
            const struct apsis_measure *m = stress->cells[cell].measures ? stress->cells[cell].measures[row] : NULL;
            const struct apsis_paired *d = cell && m && stress->cells[cell].paired && stress->cells[cell].paired[row].base ? &stress->cells[cell].paired[row] : NULL;
            struct place at = {stress->cells[cell].name, report->rows[row], out};
            if (m) put_measure(&at, &report->list->cells[0].ir->outputs[stress->rows[row].output], m, d);
        }
    }
}
