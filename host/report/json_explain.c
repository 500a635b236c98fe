/* json_explain.c - an explanation as the JSON object that programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "host/report/json.h"
#include "host/report/waterfall.h"

static json_t *text_or_null(const char *text) { return text ? apsis_json_text(text) : json_null(); }

static json_t *values_json(const struct apsis_explanation *x, const struct apsis_explained *values)
{
    json_t *list = json_array();
    for (size_t k = 0; k < x->statistic_count; k++) {
        json_t *item = json_object();
        apsis_json_set(item, "statistic", apsis_json_text(x->statistics[k].is_mean ? "mean" : "percentile"));
        apsis_json_set(item, "p", x->statistics[k].is_mean ? json_null() : apsis_json_double(apsis_percent_value(x->statistics[k].percent)));
        apsis_json_set(item, "value", apsis_json_double(values[k].value));
        apsis_json_set(item, "low", apsis_json_double(values[k].low));
        apsis_json_set(item, "high", apsis_json_double(values[k].high));
        apsis_json_append(list, item);
    }
    return list;
}

static json_t *changes_json(const struct apsis_explained_change *changes, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_object();
        apsis_json_set(item, "name", apsis_json_text(changes[i].name));
        apsis_json_set(item, "was", text_or_null(changes[i].was));
        apsis_json_set(item, "now", text_or_null(changes[i].now));
        apsis_json_set(item, "label", text_or_null(changes[i].label));
        apsis_json_set(item, "added", json_boolean(changes[i].added));
        apsis_json_set(item, "removed", json_boolean(changes[i].removed));
        apsis_json_set(item, "override", json_boolean(changes[i].is_override));
        apsis_json_append(list, item);
    }
    return list;
}

json_t *apsis_report_explanation_json(const struct apsis_explanation *x)
{
    json_t *json = json_object(), *parts = json_array();
    char seed[32];
    snprintf(seed, sizeof seed, "0x%" PRIx64, x->seed);
    apsis_json_set(json, "schema_version", json_integer(1));
    apsis_json_set(json, "of", apsis_json_text(x->of));
    apsis_json_set(json, "label", text_or_null(x->label));
    apsis_json_set(json, "unit", text_or_null(x->unit));
    apsis_json_set(json, "old", apsis_json_text(x->old_name));
    apsis_json_set(json, "new", apsis_json_text(x->new_name));
    apsis_json_set(json, "seed", apsis_json_text(seed));
    apsis_json_set(json, "draws", apsis_json_u64(x->draws));
    apsis_json_set(json, "method", apsis_json_text(x->in_order ? "in order" : "shapley"));
    apsis_json_set(json, "cells", json_integer((json_int_t)x->cells));
    apsis_json_set(json, "before", values_json(x, x->before));
    for (size_t i = 0; i < x->part_count; i++) {
        json_t *part = json_object();
        apsis_json_set(part, "name", apsis_json_text(x->parts[i].name));
        apsis_json_set(part, "changes", changes_json(x->parts[i].changes, x->parts[i].change_count));
        apsis_json_set(part, "values", values_json(x, x->parts[i].values));
        apsis_json_append(parts, part);
    }
    apsis_json_set(json, "parts", parts);
    apsis_json_set(json, "after", values_json(x, x->after));
    apsis_json_set(json, "difference", values_json(x, x->difference));
    apsis_json_set(json, "idle", changes_json(x->idle, x->idle_count));
    apsis_json_set(json, "engine", text_or_null(x->engine));
    apsis_json_set(json, "note", text_or_null(x->note));
    apsis_json_set(json, "seconds", apsis_json_double(x->seconds));
    return json;
}
