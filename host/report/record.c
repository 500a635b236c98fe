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
    return apsis_json_text(text);
}

static json_t *percents(const struct apsis_percent *list, size_t count)
{
    if (!list) return json_null(); /* the defaults */
    json_t *json = json_array();
    for (size_t i = 0; i < count; i++) apsis_json_append(json, percent_text(list[i]));
    return json;
}

static json_t *texts(const char *const *list, size_t count)
{
    json_t *json = json_array();
    for (size_t i = 0; i < count; i++) apsis_json_append(json, apsis_json_text(list[i]));
    return json;
}

json_t *apsis_record_json(const struct apsis_record *record)
{
    const struct apsis_result *result = record->result;
    const struct apsis_ir *ir = result->ir;
    char seed[32];
    json_t *json = json_object(), *model = json_object(), *settings = json_object(), *targets = json_array(), *parts = json_array();
    apsis_json_set(json, "record_version", json_integer(1));
    apsis_json_set(json, "apsis", apsis_json_text(apsis_version()));
    apsis_json_set(model, "file", apsis_json_text(record->model_file));
    apsis_json_set(model, "sha256", apsis_json_text(record->report->model_sha256));
    apsis_json_set(model, "text", json_stringn(record->model_text, record->model_length));
    apsis_json_set(json, "model", model);
    apsis_json_set(json, "data", record->data ? record->data : json_array());
    apsis_json_set(json, "scenarios", texts(record->scenarios, record->scenario_count));
    apsis_json_set(json, "sets", texts(record->sets, record->set_count));
    snprintf(seed, sizeof seed, "0x%" PRIx64, result->seed);
    apsis_json_set(json, "seed", apsis_json_text(seed));
    apsis_json_set(json, "draws", apsis_json_u64(result->draws));
    apsis_json_set(json, "sampling", apsis_json_text("philox"));
    apsis_json_set(settings, "percentiles", record->settings->no_percentiles ? apsis_json_text("none")
                                                                                   : percents(record->settings->percentiles, record->settings->percentile_count));
    apsis_json_set(settings, "shortfalls", percents(record->settings->shortfalls, record->settings->shortfall_count));
    size_t only = 0;
    while (record->only && record->only[only]) only++;
    apsis_json_set(settings, "only", record->only ? texts(record->only, only) : json_null());
    for (size_t i = 0; i < ir->output_count; i++) { /* those of the model and those of --target */
        const struct apsis_output *output = &ir->outputs[i];
        for (size_t k = 0; k < output->target_count; k++) {
            json_t *item = json_object();
            apsis_json_set(item, "output", apsis_json_text(output->name));
            apsis_json_set(item, "above", apsis_json_double(output->targets[k]));
            apsis_json_append(targets, item);
        }
    }
    apsis_json_set(settings, "targets", targets);
    apsis_json_set(json, "settings", settings);
    apsis_json_set(json, "digest", apsis_json_text(result->digest));
    apsis_json_set(json, "part_tiles", apsis_json_u64(result->subtree_tiles));
    for (size_t i = 0; i < result->subtree_count; i++) apsis_json_append(parts, apsis_json_text(result->subtrees[i]));
    apsis_json_set(json, "parts", parts);
    apsis_json_set(json, "result", apsis_report_run_json(result, record->report));
    return json;
}
