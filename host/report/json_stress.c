/* json_stress.c - a stress as JSON: each cell's statistics, and their differences to the base with intervals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "host/report/json.h"
#include "host/report/stress_report.h"

static json_t *difference(const struct apsis_paired_value *d)
{
    json_t *json = json_object();
    apsis_json_set(json, "value", apsis_json_double(d->value));
    apsis_json_set(json, "low", apsis_json_double(d->low));
    apsis_json_set(json, "high", apsis_json_double(d->high));
    return json;
}

static json_t *number_json(const struct apsis_stress_report *report, size_t cell, size_t row)
{
    const struct apsis_stress *stress = report->stress;
    const struct apsis_measure *m = stress->cells[cell].measures ? stress->cells[cell].measures[row] : NULL;
    const struct apsis_paired *paired = cell && m && stress->cells[cell].paired ? &stress->cells[cell].paired[row] : NULL;
    const struct apsis_output *output = &report->list->cells[0].ir->outputs[stress->rows[row].output];
    json_t *json = json_object(), *percentiles = json_array(), *shortfalls = json_array(), *targets = json_array();
    apsis_json_set(json, "name", apsis_json_text(report->rows[row]));
    if (paired && !paired->base) paired = NULL;
    if (!m) {
        apsis_json_set(json, "missing", json_true());
        json_decref(percentiles), json_decref(shortfalls), json_decref(targets);
        return json;
    }
    apsis_json_set(json, "draws", apsis_json_u64(m->draws));
    apsis_json_set(json, "valid", apsis_json_u64(m->valid));
    apsis_json_set(json, "mean", apsis_json_double(output->categories ? NAN : m->mean));
    apsis_json_set(json, "mean_se", apsis_json_double(output->categories ? NAN : m->mean_se));
    apsis_json_set(json, "sd", apsis_json_double(output->categories ? NAN : m->sd));
    if (paired) {
        apsis_json_set(json, "same", json_boolean(paired->same));
        apsis_json_set(json, "mean_difference", difference(&paired->mean));
        apsis_json_set(json, "higher_share", apsis_json_double(paired->more));
        apsis_json_set(json, "lower_share", apsis_json_double(paired->less));
    }
    for (size_t i = 0; i < m->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &m->percentiles[i];
        json_t *one = json_object();
        apsis_json_set(one, "p", apsis_json_double(apsis_percent_value(p->percent)));
        apsis_json_set(one, "value", apsis_json_double(p->value));
        apsis_json_set(one, "low", apsis_json_double(p->low));
        apsis_json_set(one, "high", apsis_json_double(p->high));
        apsis_json_set(one, "draw", apsis_json_draw(p->draw));
        if (paired) apsis_json_set(one, "difference", difference(&paired->percentiles[i]));
        apsis_json_append(percentiles, one);
    }
    for (size_t i = 0; i < m->shortfall_count; i++) {
        json_t *one = json_object();
        apsis_json_set(one, "p", apsis_json_double(apsis_percent_value(m->shortfalls[i].percent)));
        apsis_json_set(one, "side", apsis_json_text(m->shortfalls[i].high_side ? "high" : "low"));
        apsis_json_set(one, "value", apsis_json_double(m->shortfalls[i].value));
        apsis_json_set(one, "se", apsis_json_double(m->shortfalls[i].se));
        if (paired) apsis_json_set(one, "difference", difference(&paired->shortfalls[i]));
        apsis_json_append(shortfalls, one);
    }
    for (size_t i = 0; i < m->target_count; i++) {
        json_t *one = json_object();
        apsis_json_set(one, "above", apsis_json_double(m->targets[i].above));
        apsis_json_set(one, "probability", apsis_json_double(m->targets[i].probability));
        apsis_json_set(one, "low", apsis_json_double(m->targets[i].low));
        apsis_json_set(one, "high", apsis_json_double(m->targets[i].high));
        if (paired) apsis_json_set(one, "difference", difference(&paired->targets[i]));
        apsis_json_append(targets, one);
    }
    apsis_json_set(json, "percentiles", percentiles);
    apsis_json_set(json, "shortfall", shortfalls);
    apsis_json_set(json, "targets", targets);
    if (output->categories) {
        json_t *shares = json_object();
        for (size_t i = 0; i < m->category_count && i < output->category_count; i++) {
            json_t *one = json_object();
            apsis_json_set(one, "share", apsis_json_double(m->valid ? (double)m->category_counts[i] / (double)m->valid : NAN));
            if (paired && paired->categories) apsis_json_set(one, "difference", difference(&paired->categories[i]));
            apsis_json_set(shares, output->categories[i], one);
        }
        apsis_json_set(json, "shares", shares);
    }
    return json;
}

json_t *apsis_report_stress_json(const struct apsis_stress_report *report)
{
    const struct apsis_stress *stress = report->stress;
    json_t *json = json_object(), *cells = json_array();
    char seed[32];
    apsis_json_set(json, "schema_version", json_integer(1));
    apsis_json_set(json, "apsis", apsis_json_text(apsis_version()));
    apsis_json_set(json, "model", apsis_json_text(report->model_file));
    snprintf(seed, sizeof seed, "0x%" PRIx64, stress->seed);
    apsis_json_set(json, "seed", apsis_json_text(seed));
    apsis_json_set(json, "draws", apsis_json_u64(stress->draws));
    apsis_json_set(json, "partial", json_boolean(stress->partial));
    apsis_json_set(json, "engine", apsis_json_text(report->engine));
    apsis_json_set(json, "note", apsis_json_text(report->note));
    apsis_json_set(json, "seconds", apsis_json_double(stress->seconds));
    apsis_json_set(json, "of", apsis_json_text(report->rows[stress->of]));
    for (size_t place = 0; place < stress->cell_count; place++) { /* the worst first, behind the base */
        size_t cell = apsis_stress_cell_at(stress, place);
        json_t *one = json_object(), *outputs = json_array();
        apsis_json_set(one, "name", apsis_json_text(stress->cells[cell].name));
        apsis_json_set(one, "title", apsis_json_text(report->list->titles[cell]));
        for (size_t row = 0; row < stress->row_count; row++) apsis_json_append(outputs, number_json(report, cell, row));
        apsis_json_set(one, "outputs", outputs);
        apsis_json_append(cells, one);
    }
    apsis_json_set(json, "cells", cells);
    return json;
}
