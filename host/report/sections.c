/* sections.c - the sections of a model in its reports: what stands in which, and their titles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/report.h"

size_t *apsis_report_by_section(struct apsis_arena *arena, size_t count, size_t (*section_of)(const void *context, size_t item), const void *context)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t section = section_of(context, i);
        if (section > most) most = section;
    }
    size_t *start = APSIS_NEW_ARRAY(arena, size_t, most + 2), *order = APSIS_NEW_ARRAY(arena, size_t, count + 1);
    for (size_t i = 0; i < count; i++) start[section_of(context, i) + 1]++;
    for (size_t s = 0; s <= most; s++) start[s + 1] += start[s];
    for (size_t i = 0; i < count; i++) order[start[section_of(context, i)]++] = i;
    return order;
}

static size_t input_section(const void *ir, size_t input) { return ((const struct apsis_ir *)ir)->inputs[input].section; }

size_t *apsis_report_input_order(const struct apsis_ir *ir, struct apsis_arena *arena)
{
    return apsis_report_by_section(arena, ir->input_count, input_section, ir);
}

int apsis_report_output_sections(const struct apsis_result *result)
{
    for (size_t i = 1; i < result->measure_count; i++)
        if (result->ir->outputs[result->measures[i].output].section != result->ir->outputs[result->measures[0].output].section) return 1;
    return 0;
}

void apsis_report_section_text(const struct apsis_ir *ir, size_t section, const struct apsis_page *page, struct apsis_buffer *out)
{
    const char *title = apsis_ir_section(ir, section);
    if (!title) return;
    apsis_buffer_text(out, "\n");
    apsis_text_section(out, page, title, 0);
}
