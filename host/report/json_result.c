/* json_result.c - a result as the JSON object that programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "host/report/report.h"

static json_t *extreme(double value, uint64_t draw)
{
    json_t *json = json_object();
    apsis_json_set(json, "value", apsis_json_double(value));
    apsis_json_set(json, "draw", apsis_json_draw(draw));
    return json;
}

static void set_lists(json_t *json, const struct apsis_measure *measure)
{
    json_t *percentiles = json_array(), *shortfalls = json_array(), *targets = json_array();
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &measure->percentiles[i];
        json_t *item = json_object();
        apsis_json_set(item, "p", apsis_json_double(apsis_percent_value(p->percent)));
        apsis_json_set(item, "value", apsis_json_double(p->value));
        apsis_json_set(item, "low", apsis_json_double(p->low));
        apsis_json_set(item, "high", apsis_json_double(p->high));
        apsis_json_set(item, "draw", apsis_json_draw(p->draw));
        apsis_json_append(percentiles, item);
    }
    for (size_t i = 0; i < measure->shortfall_count; i++) {
        const struct apsis_measured_shortfall *s = &measure->shortfalls[i];
        json_t *item = json_object();
        apsis_json_set(item, "p", apsis_json_double(apsis_percent_value(s->percent)));
        apsis_json_set(item, "side", apsis_json_text(s->high_side ? "high" : "low"));
        apsis_json_set(item, "value", apsis_json_double(s->value));
        apsis_json_set(item, "se", apsis_json_double(s->se));
        apsis_json_append(shortfalls, item);
    }
    for (size_t i = 0; i < measure->target_count; i++) {
        const struct apsis_measured_target *t = &measure->targets[i];
        json_t *item = json_object();
        apsis_json_set(item, "above", apsis_json_double(t->above));
        apsis_json_set(item, "probability", apsis_json_double(t->probability));
        apsis_json_set(item, "low", apsis_json_double(t->low));
        apsis_json_set(item, "high", apsis_json_double(t->high));
        apsis_json_append(targets, item);
    }
    apsis_json_set(json, "percentiles", percentiles);
    apsis_json_set(json, "shortfall", shortfalls);
    apsis_json_set(json, "targets", targets);
}

static json_t *histogram(const struct apsis_measure *measure)
{
    if (!measure->histogram_count) return json_null();
    json_t *json = json_object(), *edges = json_array(), *counts = json_array();
    for (size_t i = 0; i <= measure->histogram_count; i++) apsis_json_append(edges, apsis_json_double(measure->histogram_edges[i]));
    for (size_t i = 0; i < measure->histogram_count; i++) apsis_json_append(counts, apsis_json_u64(measure->histogram_counts[i]));
    apsis_json_set(json, "edges", edges);
    apsis_json_set(json, "counts", counts);
    return json;
}

static json_t *output_json(const struct apsis_result *result, const struct apsis_measure *measure)
{
    const struct apsis_ir *ir = result->ir;
    const struct apsis_output *output = &ir->outputs[measure->output];
    int category = output->categories != NULL;
    char label[16];
    json_t *json = json_object(), *invalid = json_object();
    apsis_json_set(json, "name", apsis_json_text(output->base ? output->base : output->name));
    apsis_json_set(json, "label", apsis_json_text(output->label ? output->label : ""));
    apsis_json_set(json, "unit", apsis_json_text(output->unit));
    apsis_json_set(json, "section", apsis_json_text(apsis_ir_section(ir, output->section)));
    apsis_json_set(json, "period", measure->period < 0 ? json_null() : apsis_json_text(apsis_period_label(ir, measure->period, label)));
    apsis_json_set(json, "member", apsis_json_text(output->member));
    apsis_json_set(json, "draws", apsis_json_u64(measure->draws));
    apsis_json_set(json, "given", apsis_json_text(output->given_text));
    apsis_json_set(json, "given_share", measure->draws ? json_real((double)measure->given / (double)measure->draws) : json_null());
    apsis_json_set(invalid, "count", apsis_json_u64(measure->invalid));
    apsis_json_set(invalid, "first_draw", apsis_json_draw(measure->first_invalid));
    apsis_json_set(json, "invalid", invalid);
    double nothing = NAN;
    apsis_json_set(json, "mean", apsis_json_double(category ? nothing : measure->mean));
    apsis_json_set(json, "mean_se", apsis_json_double(category ? nothing : measure->mean_se));
    apsis_json_set(json, "sd", apsis_json_double(category ? nothing : measure->sd));
    apsis_json_set(json, "skewness", apsis_json_double(category ? nothing : measure->skewness));
    apsis_json_set(json, "kurtosis", apsis_json_double(category ? nothing : measure->kurtosis));
    apsis_json_set(json, "sd_se", apsis_json_double(category ? nothing : measure->sd_se));
    apsis_json_set(json, "skewness_se", apsis_json_double(category ? nothing : measure->skewness_se));
    apsis_json_set(json, "kurtosis_se", apsis_json_double(category ? nothing : measure->kurtosis_se));
    apsis_json_set(json, "min", category ? json_null() : extreme(measure->min, measure->min_draw));
    apsis_json_set(json, "max", category ? json_null() : extreme(measure->max, measure->max_draw));
    set_lists(json, measure);
    apsis_json_set(json, "histogram", histogram(measure));
    if (category) {
        json_t *shares = json_object();
        for (size_t i = 0; i < measure->category_count && i < output->category_count; i++)
            apsis_json_set(shares, output->categories[i],
                                apsis_json_double(measure->valid ? (double)measure->category_counts[i] / (double)measure->valid : NAN));
        apsis_json_set(json, "shares", shares);
    } else {
        apsis_json_set(json, "shares", json_null());
    }
    apsis_json_set(json, "several_sign_changes", measure->is_irr ? apsis_json_u64(measure->several_signs) : json_null());
    if (measure->rank_correlation) {
        json_t *ranks = json_object();
        size_t at = 0;
        for (size_t i = 0; i < ir->input_count; i++)
            if (!ir->inputs[i].is_series) apsis_json_set(ranks, ir->inputs[i].name, apsis_json_double(measure->rank_correlation[at++]));
        apsis_json_set(json, "rank_correlation", ranks);
    } else {
        apsis_json_set(json, "rank_correlation", json_null());
    }
    return json;
}

json_t *apsis_report_run_json(const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_ir *ir = result->ir;
    char seed[32];
    json_t *json = json_object(), *model = json_object(), *outputs = json_array();
    apsis_json_set(json, "schema_version", json_integer(1));
    apsis_json_set(json, "apsis", apsis_json_text(apsis_version()));
    apsis_json_set(model, "name", apsis_json_text(ir->name ? ir->name : ""));
    apsis_json_set(model, "title", apsis_json_text(ir->title ? ir->title : ""));
    apsis_json_set(model, "sha256", apsis_json_text(report->model_sha256));
    apsis_json_set(json, "model", model);
    apsis_json_set(json, "scenario", apsis_json_text(ir->scenario));
    snprintf(seed, sizeof seed, "0x%" PRIx64, result->seed);
    apsis_json_set(json, "seed", apsis_json_text(seed));
    apsis_json_set(json, "draws", apsis_json_u64(result->partial ? result->done : result->draws));
    apsis_json_set(json, "sampling", apsis_json_text("philox"));
    apsis_json_set(json, "engine", apsis_json_text(result->engine));
    apsis_json_set(json, "note", apsis_json_text(result->note));
    apsis_json_set(json, "seconds", apsis_json_double(result->seconds));
    apsis_json_set(json, "passes", json_integer((json_int_t)result->passes));
    apsis_json_set(json, "digest", apsis_json_text(result->digest));
    if (result->partial) {
        apsis_json_set(json, "partial", json_true());
        apsis_json_set(json, "draws_wanted", apsis_json_u64(result->draws));
    }
    apsis_json_set(json, "inputs", apsis_report_inputs_json(ir, 0));
    for (size_t i = 0; i < result->measure_count; i++) apsis_json_append(outputs, output_json(result, &result->measures[i]));
    apsis_json_set(json, "outputs", outputs);
    return json;
}
