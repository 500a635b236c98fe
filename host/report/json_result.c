/* json_result.c - a result as the JSON object that programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "host/report/report.h"

json_t *apsis_json_u64(uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

json_t *apsis_json_double(double value) { return isfinite(value) ? json_real(value) : json_null(); }
json_t *apsis_json_text(const char *text) { return text ? json_string(text) : json_null(); }
json_t *apsis_json_draw(uint64_t draw) { return draw == APSIS_NO_DRAW ? json_null() : apsis_json_u64(draw); }

static json_t *extreme(double value, uint64_t draw)
{
    json_t *json = json_object();
    json_object_set_new(json, "value", apsis_json_double(value));
    json_object_set_new(json, "draw", apsis_json_draw(draw));
    return json;
}

static void set_lists(json_t *json, const struct apsis_measure *measure)
{
    json_t *percentiles = json_array(), *shortfalls = json_array(), *targets = json_array();
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &measure->percentiles[i];
        json_t *item = json_object();
        json_object_set_new(item, "p", apsis_json_double(apsis_percent_value(p->percent)));
        json_object_set_new(item, "value", apsis_json_double(p->value));
        json_object_set_new(item, "low", apsis_json_double(p->low));
        json_object_set_new(item, "high", apsis_json_double(p->high));
        json_object_set_new(item, "draw", apsis_json_draw(p->draw));
        json_array_append_new(percentiles, item);
    }
    for (size_t i = 0; i < measure->shortfall_count; i++) {
        const struct apsis_measured_shortfall *s = &measure->shortfalls[i];
        json_t *item = json_object();
        json_object_set_new(item, "p", apsis_json_double(apsis_percent_value(s->percent)));
        json_object_set_new(item, "side", json_string(s->high_side ? "high" : "low"));
        json_object_set_new(item, "value", apsis_json_double(s->value));
        json_object_set_new(item, "se", apsis_json_double(s->se));
        json_array_append_new(shortfalls, item);
    }
    for (size_t i = 0; i < measure->target_count; i++) {
        const struct apsis_measured_target *t = &measure->targets[i];
        json_t *item = json_object();
        json_object_set_new(item, "above", apsis_json_double(t->above));
        json_object_set_new(item, "probability", apsis_json_double(t->probability));
        json_object_set_new(item, "low", apsis_json_double(t->low));
        json_object_set_new(item, "high", apsis_json_double(t->high));
        json_array_append_new(targets, item);
    }
    json_object_set_new(json, "percentiles", percentiles);
    json_object_set_new(json, "shortfall", shortfalls);
    json_object_set_new(json, "targets", targets);
}

static json_t *histogram(const struct apsis_measure *measure)
{
    if (!measure->histogram_count) return json_null();
    json_t *json = json_object(), *edges = json_array(), *counts = json_array();
    for (size_t i = 0; i <= measure->histogram_count; i++) json_array_append_new(edges, apsis_json_double(measure->histogram_edges[i]));
    for (size_t i = 0; i < measure->histogram_count; i++) json_array_append_new(counts, apsis_json_u64(measure->histogram_counts[i]));
    json_object_set_new(json, "edges", edges);
    json_object_set_new(json, "counts", counts);
    return json;
}

static json_t *output_json(const struct apsis_result *result, const struct apsis_measure *measure)
{
    const struct apsis_ir *ir = result->ir;
    const struct apsis_output *output = &ir->outputs[measure->output];
    int category = output->categories != NULL;
    char label[16];
    json_t *json = json_object(), *invalid = json_object();
    json_object_set_new(json, "name", json_string(output->base ? output->base : output->name));
    json_object_set_new(json, "label", json_string(output->label ? output->label : ""));
    json_object_set_new(json, "unit", apsis_json_text(output->unit));
    json_object_set_new(json, "section", apsis_json_text(apsis_ir_section(ir, output->section)));
    json_object_set_new(json, "period", measure->period < 0 ? json_null() : json_string(apsis_period_label(ir, measure->period, label)));
    json_object_set_new(json, "member", apsis_json_text(output->member));
    json_object_set_new(json, "draws", apsis_json_u64(measure->draws));
    json_object_set_new(json, "given", apsis_json_text(output->given_text));
    json_object_set_new(json, "given_share", measure->draws ? json_real((double)measure->given / (double)measure->draws) : json_null());
    json_object_set_new(invalid, "count", apsis_json_u64(measure->invalid));
    json_object_set_new(invalid, "first_draw", apsis_json_draw(measure->first_invalid));
    json_object_set_new(json, "invalid", invalid);
    double nothing = NAN;
    json_object_set_new(json, "mean", apsis_json_double(category ? nothing : measure->mean));
    json_object_set_new(json, "mean_se", apsis_json_double(category ? nothing : measure->mean_se));
    json_object_set_new(json, "sd", apsis_json_double(category ? nothing : measure->sd));
    json_object_set_new(json, "skewness", apsis_json_double(category ? nothing : measure->skewness));
    json_object_set_new(json, "kurtosis", apsis_json_double(category ? nothing : measure->kurtosis));
    json_object_set_new(json, "sd_se", apsis_json_double(category ? nothing : measure->sd_se));
    json_object_set_new(json, "skewness_se", apsis_json_double(category ? nothing : measure->skewness_se));
    json_object_set_new(json, "kurtosis_se", apsis_json_double(category ? nothing : measure->kurtosis_se));
    json_object_set_new(json, "min", category ? json_null() : extreme(measure->min, measure->min_draw));
    json_object_set_new(json, "max", category ? json_null() : extreme(measure->max, measure->max_draw));
    set_lists(json, measure);
    json_object_set_new(json, "histogram", histogram(measure));
    if (category) {
        json_t *shares = json_object();
        for (size_t i = 0; i < measure->category_count && i < output->category_count; i++)
            json_object_set_new(shares, output->categories[i],
                                apsis_json_double(measure->valid ? (double)measure->category_counts[i] / (double)measure->valid : NAN));
        json_object_set_new(json, "shares", shares);
    } else {
        json_object_set_new(json, "shares", json_null());
    }
    json_object_set_new(json, "several_sign_changes", measure->is_irr ? apsis_json_u64(measure->several_signs) : json_null());
    if (measure->rank_correlation) {
        json_t *ranks = json_object();
        size_t at = 0;
        for (size_t i = 0; i < ir->input_count; i++)
            if (!ir->inputs[i].is_series) json_object_set_new(ranks, ir->inputs[i].name, apsis_json_double(measure->rank_correlation[at++]));
        json_object_set_new(json, "rank_correlation", ranks);
    } else {
        json_object_set_new(json, "rank_correlation", json_null());
    }
    return json;
}

json_t *apsis_report_run_json(const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_ir *ir = result->ir;
    char seed[32];
    json_t *json = json_object(), *model = json_object(), *outputs = json_array();
    json_object_set_new(json, "schema_version", json_integer(1));
    json_object_set_new(json, "apsis", json_string(apsis_version()));
    json_object_set_new(model, "name", json_string(ir->name ? ir->name : ""));
    json_object_set_new(model, "title", json_string(ir->title ? ir->title : ""));
    json_object_set_new(model, "sha256", apsis_json_text(report->model_sha256));
    json_object_set_new(json, "model", model);
    json_object_set_new(json, "scenario", apsis_json_text(ir->scenario));
    snprintf(seed, sizeof seed, "0x%" PRIx64, result->seed);
    json_object_set_new(json, "seed", json_string(seed));
    json_object_set_new(json, "draws", apsis_json_u64(result->partial ? result->done : result->draws));
    json_object_set_new(json, "sampling", json_string("philox"));
    json_object_set_new(json, "engine", apsis_json_text(result->engine));
    json_object_set_new(json, "note", apsis_json_text(result->note));
    json_object_set_new(json, "seconds", apsis_json_double(result->seconds));
    json_object_set_new(json, "passes", json_integer((json_int_t)result->passes));
    json_object_set_new(json, "digest", json_string(result->digest));
    if (result->partial) {
        json_object_set_new(json, "partial", json_true());
        json_object_set_new(json, "draws_wanted", apsis_json_u64(result->draws));
    }
    json_object_set_new(json, "inputs", apsis_report_inputs_json(ir, 0));
    for (size_t i = 0; i < result->measure_count; i++) json_array_append_new(outputs, output_json(result, &result->measures[i]));
    json_object_set_new(json, "outputs", outputs);
    return json;
}
