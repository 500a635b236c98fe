/* case.c - a model under scenarios and settings: overrides read, graph built, names of outputs looked up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"
#include "host/support/number.h"

/* ---------------------------------------------------------------- overrides */
static enum apsis_status read_sets(struct apsis_case *c)
{
    struct apsis_model *model = c->model;
    c->sets = APSIS_NEW_ARRAY(c->arena, struct apsis_scenario, c->settings.set_count + 1);
    for (size_t i = 0; i < c->settings.set_count; i++) {
        const char *text = c->settings.sets[i];
        uint32_t source = apsis_sources_add(&model->sources, "--set", text, strlen(text));
        if (apsis_source_check(&model->sources, source, &model->diagnostics)) return APSIS_MODEL_ERROR;
        c->sets[i].name = "--set";
        apsis_parse_overrides(model->arena, &model->sources, source, &model->diagnostics, &c->sets[i]);
    }
    return model->diagnostics.errors > model->told_errors ? APSIS_MODEL_ERROR : APSIS_OK;
}

/* ---------------------------------------------------------------- percentages */
static enum apsis_status read_percents(struct apsis_case *c, const char *setting, const char *text, struct apsis_percent **list, size_t *count)
{
    size_t capacity = 0;
    *list = NULL;
    *count = 0;
    for (const char *at = text;; ) {
        while (*at == ' ') at++;
        if ((*at == 'P' || *at == 'p') && at[1]) at++;
        size_t length = strcspn(at, ","), used = length;
        while (used && (at[used - 1] == ' ' || at[used - 1] == '%')) used--;
        struct apsis_percent percent;
        if (!apsis_percent_parse(at, used, &percent))
            return apsis_fail(c->model, APSIS_USAGE, setting, "%s %s: write percentages between 0 and 100, separated by commas, such as 5,50,95 or 99.9", setting, text);
        size_t place = *count; /* in order, so that tables read from left to right; each once */
        while (place > 0 && apsis_percent_value((*list)[place - 1]) > apsis_percent_value(percent)) place--;
        if (place == 0 || apsis_percent_value((*list)[place - 1]) != apsis_percent_value(percent)) {
            (void)APSIS_PUSH(c->arena, *list, *count, capacity);
            memmove(*list + place + 1, *list + place, (*count - 1 - place) * sizeof **list);
            (*list)[place] = percent;
        }
        if (*count > 1000) return apsis_fail(c->model, APSIS_USAGE, setting, "%s: more than 1,000 percentages", setting);
        if (!at[length]) return APSIS_OK;
        at += length + 1;
    }
}

/* ---------------------------------------------------------------- names of outputs */
static int is_named(const struct apsis_output *output, const char *name)
{
    return output->is_output && (!strcmp(output->name, name) || (output->base && !strcmp(output->base, name)));
}

static enum apsis_status no_output(struct apsis_case *c, const char *setting, const char *name)
{
    const struct apsis_ir *ir = c->ir;
    const char **names = APSIS_NEW_ARRAY(c->arena, const char *, 2 * ir->output_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *output = &ir->outputs[i];
        if (!output->is_output) continue;
        names[count++] = output->name;
        if (output->member && (count < 2 || strcmp(names[count - 2], output->base))) names[count++] = output->base;
    }
    const char *near = apsis_nearest_name(name, names, count), *text = "";
    if (near) return apsis_fail(c->model, APSIS_MODEL_ERROR, setting, "%s: the model has no output %s: did you mean %s?", setting, name, near);
    for (size_t i = 0; i < count && i < 20; i++) text = apsis_arena_printf(c->arena, "%s%s%s", text, i ? ", " : "", names[i]);
    return apsis_fail(c->model, APSIS_MODEL_ERROR, setting, "%s: the model has no output %s; it has %s%s", setting, name, count ? text : "none", count > 20 ? ", ..." : "");
}

static enum apsis_status take_only(struct apsis_case *c)
{
    size_t capacity = 0;
    for (size_t i = 0; i < c->settings.only_count; i++) {
        int found = 0;
        for (size_t k = 0; k < c->ir->output_count; k++) {
            int twice = 0;
            if (!is_named(&c->ir->outputs[k], c->settings.only[i])) continue;
            for (size_t m = 0; m < c->only_count; m++) twice |= !strcmp(c->only[m], c->ir->outputs[k].name);
            if (!twice) *APSIS_PUSH(c->arena, c->only, c->only_count, capacity) = c->ir->outputs[k].name;
            found = 1;
        }
        if (!found) return no_output(c, "only", c->settings.only[i]);
    }
    if (c->only) { /* NULL-terminated, as a plan wants it */
        *APSIS_PUSH(c->arena, c->only, c->only_count, capacity) = NULL;
        c->only_count--;
    }
    return APSIS_OK;
}

/* "ev > 2000" taken apart; 0 when it is not that */
static int read_target(struct apsis_arena *arena, const char *text, const char **name, double *above)
{
    const char *sign = strchr(text, '>');
    if (!sign) return 0;
    const char *begin = text, *end = sign;
    while (begin < end && *begin == ' ') begin++;
    while (end > begin && end[-1] == ' ') end--;
    if (begin == end) return 0;
    const char *number = sign + 1, *stop = number + strlen(number);
    while (*number == ' ') number++;
    while (stop > number && stop[-1] == ' ') stop--;
    *name = apsis_arena_copy(arena, begin, (size_t)(end - begin));
    return apsis_number_parse(number, (size_t)(stop - number), above);
}

static enum apsis_status take_targets(struct apsis_case *c)
{
    for (size_t i = 0; i < c->settings.target_count; i++) {
        const char *name, *text = c->settings.targets[i];
        double above;
        int found = 0;
        if (!read_target(c->arena, text, &name, &above))
            return apsis_fail(c->model, APSIS_USAGE, "targets", "targets '%s': write it as 'output > number', such as 'ev > 2000' or 'irr > 8%%'", text);
        for (size_t k = 0; k < c->ir->output_count; k++) {
            struct apsis_output *output = &c->ir->outputs[k];
            int twice = 0;
            if (!is_named(output, name)) continue;
            if (output->categories) return apsis_fail(c->model, APSIS_USAGE, "targets", "targets '%s': %s is no number; its shares are reported anyway", text, name);
            found = 1;
            for (size_t m = 0; m < output->target_count; m++) twice |= output->targets[m] == above;
            if (twice) continue;
            double *targets = APSIS_NEW_ARRAY(c->arena, double, output->target_count + 1);
            if (output->target_count) memcpy(targets, output->targets, output->target_count * sizeof *targets);
            targets[output->target_count++] = above;
            output->targets = targets;
        }
        if (!found) return no_output(c, "targets", name);
    }
    return APSIS_OK;
}

/* ---------------------------------------------------------------- the case */
static enum apsis_status fill(struct apsis_case *c)
{
    struct apsis_model *model = c->model;
    const struct apsis_settings *s = &c->settings;
    enum apsis_status status = apsis_settings_check(model, s);
    c->no_percentiles = s->percentiles && !strcmp(s->percentiles, "none");
    if (status == APSIS_OK && s->percentiles && !c->no_percentiles) status = read_percents(c, "percentiles", s->percentiles, &c->percentiles, &c->percentile_count);
    if (status == APSIS_OK && s->shortfalls) status = read_percents(c, "shortfalls", s->shortfalls, &c->shortfalls, &c->shortfall_count);
    if (status) return status;
    apsis_messages_begin(model);
    if (model->status || model->diagnostics.errors) return apsis_fail_model(model, model->status);
    status = read_sets(c);
    if (status) return apsis_fail_model(model, status);
    struct apsis_overrides overrides = {(const char *const *)s->scenarios, s->scenario_count, c->sets, s->set_count};
    struct apsis_lower_options lower = {.keep_all = s->every_value};
    c->ast = apsis_model_tree(model);
    c->ir = apsis_lower(c->arena, c->ast, &overrides, &lower, &model->diagnostics);
    if (!c->ir || model->diagnostics.errors) return apsis_fail_model(model, APSIS_MODEL_ERROR);
    status = take_only(c);
    if (status == APSIS_OK) status = take_targets(c);
    if (status == APSIS_OK) apsis_case_describe(c);
    return status;
}

struct opening {
    struct apsis_model *model;
    const struct apsis_settings *settings;
    struct apsis_case *made;
};

static enum apsis_status open_case(void *arguments)
{
    struct opening *opening = arguments;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_case *c = APSIS_NEW(arena, struct apsis_case);
    c->arena = arena;
    c->references = 1;
    c->model = opening->model;
    apsis_settings_copy(arena, opening->settings, &c->settings);
    enum apsis_status status = fill(c);
    if (status) {
        apsis_arena_free(arena);
        return status;
    }
    apsis_model_keep(c->model);
    opening->made = c;
    return APSIS_OK;
}

enum apsis_status apsis_case_open(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_case **out)
{
    struct opening opening = {.model = model, .settings = settings};
    if (!out) return APSIS_USAGE;
    *out = NULL;
    if (!model) return APSIS_FAILURE;
    enum apsis_status status = apsis_guard(model, open_case, &opening);
    *out = opening.made;
    return status;
}

struct apsis_case *apsis_case_keep(struct apsis_case *c)
{
    c->references++;
    return c;
}

void apsis_case_free(struct apsis_case *c)
{
    if (!c || --c->references) return;
    struct apsis_model *model = c->model;
    apsis_ready_free(&c->draws);
    apsis_arena_free(c->arena); /* the case lies in it */
    apsis_model_free(model);
}
