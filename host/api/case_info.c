/* case_info.c - what a case knows of its inputs and outputs, as data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/api/api.h"

static struct apsis_input_info describe_input(const struct apsis_ir *ir, const struct apsis_input *input)
{
    struct apsis_input_summary summary = apsis_input_summarise(input->distribution);
    struct apsis_input_info info = {
        .name = input->name, .label = input->label, .unit = input->unit, .source = input->source, .section = apsis_ir_section(ir, input->section),
        .family = input->family ? input->family->name : "", .text = input->text, .is_series = input->is_series,
        .mean = summary.mean, .sd = summary.sd, .p5 = summary.p5, .p50 = summary.p50, .p95 = summary.p95,
        .stream = input->stream, .group = input->group, .overridden = input->is_scenario_override,
    };
    if (input->distribution) {
        info.parameter_names = input->family->parameter_names;
        info.parameters = input->distribution->p;
        while (info.parameter_count < APSIS_MAX_PARAMETERS && input->family->parameter_names[info.parameter_count]) info.parameter_count++;
    }
    return info;
}

void apsis_case_describe(struct apsis_case *c)
{
    const struct apsis_ir *ir = c->ir;
    c->inputs = APSIS_NEW_ARRAY(c->arena, struct apsis_input_info, ir->input_count + 1);
    for (size_t i = 0; i < ir->input_count; i++) c->inputs[i] = describe_input(ir, &ir->inputs[i]);
    c->outputs = APSIS_NEW_ARRAY(c->arena, struct apsis_output_info, ir->output_count + 1);
    for (size_t i = 0; i < ir->output_count; i++) {
        const struct apsis_output *output = &ir->outputs[i];
        c->outputs[i] = (struct apsis_output_info){
            .name = output->name, .label = output->label, .unit = output->unit, .source = output->source, .section = apsis_ir_section(ir, output->section),
            .given = output->given_text, .is_series = output->is_series, .categories = output->categories, .category_count = output->category_count,
        };
        c->output_count += output->is_output != 0;
    }
}

size_t apsis_case_input_count(const struct apsis_case *c) { return c ? c->ir->input_count : 0; }
const struct apsis_input_info *apsis_case_input(const struct apsis_case *c, size_t number) { return number < apsis_case_input_count(c) ? &c->inputs[number] : NULL; }
size_t apsis_case_output_count(const struct apsis_case *c) { return c ? c->output_count : 0; }
const struct apsis_output_info *apsis_case_output(const struct apsis_case *c, size_t number) { return c && number < c->ir->output_count ? &c->outputs[number] : NULL; }

const struct apsis_distribution *apsis_case_distribution(const struct apsis_case *c, size_t input)
{
    return input < apsis_case_input_count(c) ? c->ir->inputs[input].distribution : NULL;
}

void apsis_case_correlation(const struct apsis_case *c, size_t a, size_t b, double *asked, double *of_values)
{
    *asked = *of_values = 0;
    if (a >= apsis_case_input_count(c) || b >= c->ir->input_count) return;
    const struct apsis_input *x = &c->ir->inputs[a], *y = &c->ir->inputs[b];
    if (x->group < 0 || x->group != y->group) return;
    const struct apsis_group *group = &c->ir->groups[x->group];
    *asked = group->target[x->position * group->count + y->position];
    *of_values = *asked == 0 ? 0 : apsis_input_pair_correlation(x->distribution, y->distribution, *asked);
}
