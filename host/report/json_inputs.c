/* json_inputs.c - the uncertain inputs of a model as JSON: what each means and where it comes from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "host/report/report.h"

struct apsis_input_summary apsis_input_summarise(const struct apsis_distribution *distribution)
{
    struct apsis_input_summary summary = {NAN, NAN, NAN, NAN, NAN};
    if (!distribution) return summary;
    summary.mean = apsis_distribution_mean(distribution);
    summary.sd = apsis_distribution_sd(distribution);
    summary.p5 = apsis_distribution_quantile(distribution, 0.05, 0.95);
    summary.p50 = apsis_distribution_quantile(distribution, 0.5, 0.5);
    summary.p95 = apsis_distribution_quantile(distribution, 0.95, 0.05);
    return summary;
}

static json_t *parameters(const struct apsis_input *input)
{
    json_t *json = json_object();
    if (!input->distribution) return json;
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && input->family->parameter_names[i]; i++)
        apsis_json_set(json, input->family->parameter_names[i], apsis_json_double(input->distribution->p[i]));
    return json;
}

static json_t *correlations(const struct apsis_ir *ir, const struct apsis_input *input)
{
    const struct apsis_group *group = &ir->groups[input->group];
    json_t *json = json_object();
    for (size_t i = 0; i < group->count; i++) {
        double target = group->target[input->position * group->count + i];
        const struct apsis_input *other = &ir->inputs[group->members[i]];
        if (i == input->position || target == 0) continue;
        json_t *pair = json_object();
        apsis_json_set(pair, "target", apsis_json_double(target));
        apsis_json_set(pair, "of_values", apsis_json_double(apsis_input_pair_correlation(input->distribution, other->distribution, target)));
        apsis_json_set(json, other->name, pair);
    }
    return json;
}

json_t *apsis_report_inputs_json(const struct apsis_ir *ir, int full)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *input = &ir->inputs[i];
        struct apsis_input_summary summary = apsis_input_summarise(input->distribution);
        json_t *json = json_object();
        apsis_json_set(json, "name", apsis_json_text(input->name));
        apsis_json_set(json, "label", apsis_json_text(input->label ? input->label : ""));
        apsis_json_set(json, "unit", apsis_json_text(input->unit));
        apsis_json_set(json, "source", apsis_json_text(input->source ? input->source : ""));
        apsis_json_set(json, "section", apsis_json_text(apsis_ir_section(ir, input->section)));
        apsis_json_set(json, "family", apsis_json_text(input->family ? input->family->name : ""));
        apsis_json_set(json, "parameters", parameters(input));
        apsis_json_set(json, "mean", apsis_json_double(summary.mean));
        apsis_json_set(json, "sd", apsis_json_double(summary.sd));
        apsis_json_set(json, "p5", apsis_json_double(summary.p5));
        apsis_json_set(json, "p50", apsis_json_double(summary.p50));
        apsis_json_set(json, "p95", apsis_json_double(summary.p95));
        if (full) {
            char stream[32];
            snprintf(stream, sizeof stream, "0x%016" PRIx64, input->stream);
            apsis_json_set(json, "text", apsis_json_text(input->text));
            apsis_json_set(json, "series", json_boolean(input->is_series));
            apsis_json_set(json, "stream", apsis_json_text(stream));
            apsis_json_set(json, "overridden", json_boolean(input->is_scenario_override));
            apsis_json_set(json, "group", input->group < 0 ? json_null() : json_integer(input->group));
            apsis_json_set(json, "correlated", input->group < 0 ? json_object() : correlations(ir, input));
        }
        apsis_json_append(list, json);
    }
    return list;
}
