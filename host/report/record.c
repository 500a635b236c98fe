/* record.c - a run written down so that anyone can run it again and compare: model, settings, results, digests of its parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "host/report/report.h"

/* "99.9" exactly as it was asked for */
static json_t *percent_text(struct apsis_percent percent)
{
    char text[64];
    uint64_t unit = 1;
    for (unsigned i = 0; i < percent.scale; i++) unit *= 10;
    if (percent.scale) snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, percent.numerator / unit, (int)percent.scale, percent.numerator % unit);
    else snprintf(text, sizeof text, "%" PRIu64, percent.numerator);
    return json_string(text);
}

static json_t *percents(const struct apsis_percent *list, size_t count)
{
    if (!list) return json_null(); /* the defaults */
    json_t *json = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(json, percent_text(list[i]));
    return json;
}

static json_t *texts(const char *const *list, size_t count)
{
    json_t *json = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(json, json_string(list[i]));
    return json;
}

json_t *apsis_record_json(const struct apsis_record *record)
{
    const struct apsis_result *result = record->result;
    const struct apsis_ir *ir = result->ir;
    char seed[32];
    json_t *json = json_object(), *model = json_object(), *settings = json_object(), *targets = json_array(), *parts = json_array();
    json_object_set_new(json, "record_version", json_integer(1));
    json_object_set_new(json, "apsis", json_string(apsis_version()));
    json_object_set_new(model, "file", apsis_json_text(record->model_file));
    json_object_set_new(model, "sha256", apsis_json_text(record->report->model_sha256));
    json_object_set_new(model, "text", json_stringn(record->model_text, record->model_length));
    json_object_set_new(json, "model", model);
    json_object_set_new(json, "data", record->data ? record->data : json_array());
    json_object_set_new(json, "scenarios", texts(record->scenarios, record->scenario_count));
    json_object_set_new(json, "sets", texts(record->sets, record->set_count));
    snprintf(seed, sizeof seed, "0x%" PRIx64, result->seed);
    json_object_set_new(json, "seed", json_string(seed));
    json_object_set_new(json, "draws", apsis_json_u64(result->draws));
    json_object_set_new(json, "sampling", json_string("philox"));
    json_object_set_new(settings, "percentiles", record->settings->no_percentiles ? json_string("none")
                                                                                   : percents(record->settings->percentiles, record->settings->percentile_count));
    json_object_set_new(settings, "shortfalls", percents(record->settings->shortfalls, record->settings->shortfall_count));
    size_t only = 0;
    while (record->only && record->only[only]) only++;
    json_object_set_new(settings, "only", record->only ? texts(record->only, only) : json_null());
    for (size_t i = 0; i < ir->output_count; i++) { /* those of the model and those of --target */
        const struct apsis_output *output = &ir->outputs[i];
        for (size_t k = 0; k < output->target_count; k++) {
            json_t *item = json_object();
            json_object_set_new(item, "output", json_string(output->name));
            json_object_set_new(item, "above", apsis_json_double(output->targets[k]));
            json_array_append_new(targets, item);
        }
    }
    json_object_set_new(settings, "targets", targets);
    json_object_set_new(json, "settings", settings);
    json_object_set_new(json, "digest", json_string(result->digest));
    json_object_set_new(json, "part_tiles", apsis_json_u64(result->subtree_tiles));
    for (size_t i = 0; i < result->subtree_count; i++) json_array_append_new(parts, json_string(result->subtrees[i]));
    json_object_set_new(json, "parts", parts);
    json_object_set_new(json, "result", apsis_report_run_json(result, record->report));
    return json;
}
