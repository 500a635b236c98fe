/* program_step.c - writes one instruction: a statement of a group, or a step over a block of draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "distributions/family.h"
#include "host/engine/program_writer.h"
#include "kernels/sampler.h"

/* The periods in which an instruction runs, as a condition on t (unsigned). */
static void write_condition(struct apsis_writer *w, const struct ap_instruction *in)
{
    if (apsis_write_always(w, in)) return;
    if (in->first == in->last) apsis_buffer_printf(&w->out, "if (t == %u) ", in->first);
    else if (in->first == 0) apsis_buffer_printf(&w->out, "if (t <= %u) ", in->last);
    else if (in->last + 1 >= w->program->periods) apsis_buffer_printf(&w->out, "if (t >= %u) ", in->first);
    else apsis_buffer_printf(&w->out, "if (t - %u <= %u) ", in->first, in->last - in->first);
}

/* Where a name of the model stands, for #line. */
static const struct apsis_span *span_of(const struct apsis_writer *w, const char *name)
{
    const struct apsis_ir *ir = w->plan->ir;
    for (size_t i = 0; i < ir->series_count; i++)
        if (ir->series[i].name == name) return &ir->series[i].span;
    for (size_t i = 0; i < ir->input_count; i++)
        if (ir->inputs[i].name == name) return &ir->inputs[i].span;
    for (size_t i = 0; i < ir->output_count; i++)
        if (ir->outputs[i].name == name) return &ir->outputs[i].span;
    return NULL;
}

static void write_line(struct apsis_writer *w, const char *name)
{
    const struct apsis_sources *sources = w->plan->ir->sources;
    const struct apsis_span *span = name && sources ? span_of(w, name) : NULL;
    if (!span || !span->end || span->source >= sources->count) return;
    uint32_t line = (uint32_t)apsis_source_place(&sources->items[span->source], span->begin).line;
    if (line == w->line) return;
    w->line = line;
    apsis_buffer_printf(&w->out, "#line %u \"", line);
    for (const char *c = sources->items[span->source].name; *c; c++) {
        if (*c == '"' || *c == '\\') apsis_buffer_text(&w->out, "\\");
        if ((unsigned char)*c >= ' ') apsis_buffer_add(&w->out, c, 1);
    }
    apsis_buffer_text(&w->out, "\"\n");
}

static const char *name_of(const struct apsis_writer *w, const struct ap_instruction *in)
{
    if (in->name) return in->name;
    return w->arranged->seats[apsis_write_operand(w, in, 0)->slot].name;
}

/* ------------------------------------------------------------------ plain operations */

void apsis_write_plain(struct apsis_writer *w, uint32_t instruction)
{
    const struct ap_instruction *in = &w->program->instructions[instruction];
    const struct ap_operand *o = apsis_write_operand(w, in, 0);
    const struct apsis_seat *seat = &w->arranged->seats[o->slot];
    struct apsis_known *known = &w->known[o->slot];
    const char *name = name_of(w, in);
    int whole = apsis_write_always(w, in), open = known->group == w->group && known->bias == o->bias && known->mask == o->mask;
    write_line(w, in->name);
    if (seat->local && !whole) { /* a value that several rules give, each in its periods: one variable */
        if (!open) {
            apsis_buffer_text(&w->out, "        ap_value ");
            apsis_write_variable(w, instruction, name);
            apsis_buffer_text(&w->out, " = ap_value_of(0.0);\n");
            *known = (struct apsis_known){w->group, instruction, o->bias, o->mask, name};
        }
        apsis_buffer_text(&w->out, "        ");
        write_condition(w, in);
        apsis_write_variable(w, known->instruction, known->name);
        apsis_buffer_text(&w->out, " = ");
        apsis_write_expression(w, in);
        apsis_buffer_text(&w->out, ";\n");
        return;
    }
    apsis_buffer_text(&w->out, "        ");
    if (!whole) { /* read back from its place, since another period's value may lie there */
        write_condition(w, in);
        apsis_write_put(w, in);
        apsis_write_expression(w, in);
        apsis_buffer_text(&w->out, ");\n");
        known->group = 0;
        return;
    }
    apsis_buffer_text(&w->out, w->steers[o->slot] ? "const ap_truth_value " : "const ap_value ");
    apsis_write_variable(w, instruction, name);
    apsis_buffer_text(&w->out, " = ");
    apsis_write_expression(w, in);
    apsis_buffer_text(&w->out, ";\n");
    *known = (struct apsis_known){w->group, instruction, o->bias, o->mask, name};
    if (seat->local) return;
    apsis_buffer_text(&w->out, "        ");
    apsis_write_put(w, in);
    apsis_write_variable(w, instruction, name);
    apsis_buffer_text(&w->out, ");\n");
}

/* ------------------------------------------------------------------ steps over a block */

static uint32_t sampler_number(struct apsis_writer *w, const struct ap_sampler *sampler)
{
    for (size_t i = w->sampler_count; i-- > 0;)
        if (w->samplers[i] == sampler) return (uint32_t)i;
    *APSIS_PUSH(w->arena, w->samplers, w->sampler_count, w->sampler_capacity) = sampler;
    return (uint32_t)w->sampler_count - 1;
}

static const char *family_name(ap_u32 number)
{
    size_t count;
    return apsis_families(&count)[number]->name;
}

/* arguments from operand `from` on, as the array that a family's function takes */
static void write_list(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 from)
{
    apsis_buffer_text(&w->out, "AP_LIST(");
    for (ap_u32 k = 0; k < AP_MAX_PARAMETERS; k++) {
        if (k) apsis_buffer_text(&w->out, ", ");
        if (from + k <= in->arg_count) apsis_write_value(w, in, from + k);
        else apsis_buffer_text(&w->out, "0.0");
    }
    apsis_buffer_text(&w->out, ")");
}

/* The random integer that a step draws from; CUDA: the partner's and its own come from shared calls, where there is a partner. */
static int draws_bits(const struct ap_instruction *in) { return in->kind == AP_STEP_SCORE || (in->kind == AP_STEP_DRAW && in->mode == 0); }

static void write_bits(struct apsis_writer *w, const struct ap_instruction *in, uint32_t instruction)
{
    if (w->partner && w->partner[instruction] != instruction) apsis_buffer_printf(&w->out, "m%u", instruction);
    else apsis_buffer_printf(&w->out, "AP_BITS(0x%016llxull)", (unsigned long long)in->stream);
}

/* Steps that draw in every period of a section, two by two. */
void apsis_write_pair_draws(struct apsis_writer *w)
{
    const struct ap_program *program = w->program;
    w->partner = APSIS_NEW_ARRAY(w->arena, uint32_t, program->instruction_count + 1);
    for (ap_u32 i = 0; i < program->instruction_count; i++) w->partner[i] = i;
    for (ap_u32 s = 0; s < program->section_count; s++) {
        const struct ap_section *section = &program->sections[s];
        uint32_t open = UINT32_MAX;
        w->in_loop = section->is_loop != 0;
        for (ap_u32 i = section->first; i < section->first + section->count; i++) {
            if (!draws_bits(&program->instructions[i]) || !apsis_write_always(w, &program->instructions[i])) continue;
            if (open == UINT32_MAX) {
                open = i;
            } else {
                w->partner[open] = i, w->partner[i] = open;
                open = UINT32_MAX;
            }
        }
    }
}

/* The value of a draw: of the stream's integer, or of the score that is the first argument. */
static void write_draw(struct apsis_writer *w, const struct ap_instruction *in, uint32_t instruction)
{
    const struct ap_sampler *sampler = in->data;
    int scored = in->mode != 0;
    uint32_t number = sampler ? sampler_number(w, sampler) : 0;
    if (!sampler) apsis_buffer_text(&w->out, "ap_uniform_of(");
    else apsis_buffer_printf(&w->out, "ap_%s_%s(", scored ? "score" : "draw", sampler->form == AP_SAMPLER_TABLE ? "table" : sampler->form == AP_SAMPLER_STEPS ? "steps" : family_name(sampler->family));
    if (scored) apsis_write_value(w, in, 1);
    else write_bits(w, in, instruction);
    if (sampler) apsis_buffer_text(&w->out, ", ");
    if (sampler && sampler->form != AP_SAMPLER_FAMILY) {
        apsis_buffer_printf(&w->out, "&AP_SAMPLER(%u)", number);
    } else if (sampler) {
        if (in->arg_count > (ap_u32)scored) write_list(w, in, 1 + (ap_u32)scored);
        else apsis_buffer_printf(&w->out, "AP_SAMPLER(%u).constant", number);
    }
    apsis_buffer_text(&w->out, ")");
}

static void write_solve(struct apsis_writer *w, const struct ap_instruction *in)
{
    const struct ap_solve *solve = in->data;
    double none[AP_MAX_PARAMETERS] = {0};
    uint32_t percents = apsis_write_add_numbers(w, solve->percents ? solve->percents : none, AP_MAX_PARAMETERS);
    apsis_buffer_printf(&w->out, "ap_solve_%s(%d, ", family_name(solve->family), solve->spelling);
    write_list(w, in, 1);
    apsis_buffer_printf(&w->out, ", AP_NUMBERS(%u), %u)", percents, in->index);
}

static void write_arguments(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 first, ap_u32 last)
{
    for (ap_u32 k = first; k <= last; k++) {
        apsis_write_value(w, in, k);
        apsis_buffer_text(&w->out, ", ");
    }
}

void apsis_write_block_step(struct apsis_writer *w, uint32_t instruction)
{
    const struct ap_instruction *in = &w->program->instructions[instruction];
    write_line(w, in->name);
    if (w->partner && w->partner[instruction] > instruction) {
        uint32_t other = w->partner[instruction];
        apsis_buffer_printf(&w->out, "        AP_WORDS_TWO(m%u, m%u, 0x%016llxull, 0x%016llxull);\n", instruction, other, (unsigned long long)in->stream,
                            (unsigned long long)w->program->instructions[other].stream);
    }
    apsis_buffer_text(&w->out, "        ");
    write_condition(w, in);
    apsis_buffer_printf(&w->out, "AP_STEP(%u, ", instruction);
    if (in->kind == AP_STEP_EMIT) {
        apsis_buffer_printf(&w->out, "AP_EMIT%s(%u%s, ", in->mode ? "_GIVEN" : "", in->index, w->in_loop ? " + t" : "");
        apsis_write_value(w, in, 1);
        if (in->mode) {
            apsis_buffer_text(&w->out, ", ");
            apsis_write_value(w, in, 2);
        }
        apsis_buffer_text(&w->out, "))");
    } else {
        apsis_write_put(w, in);
        switch (in->kind) {
        case AP_STEP_DRAW: write_draw(w, in, instruction); break;
        case AP_STEP_SCORE:
            apsis_buffer_text(&w->out, "ap_score_of(");
            write_bits(w, in, instruction);
            apsis_buffer_text(&w->out, ")");
            break;
        case AP_STEP_SOLVE: write_solve(w, in); break;
        case AP_STEP_CONVOLVE:
            apsis_buffer_text(&w->out, "AP_CONVOLVE(t, ");
            apsis_write_rows(w, in, 1);
            apsis_buffer_text(&w->out, ", ");
            apsis_write_rows(w, in, 2);
            apsis_buffer_text(&w->out, ")");
            break;
        case AP_STEP_SIGN_CHANGES:
            apsis_buffer_printf(&w->out, "AP_SIGN_CHANGES(%u, ", in->mode);
            write_arguments(w, in, 1, 2);
            apsis_write_rows(w, in, 3);
            apsis_buffer_text(&w->out, ")");
            break;
        case AP_STEP_IRR:
            apsis_buffer_printf(&w->out, "AP_IRR(%u, ", in->mode);
            write_arguments(w, in, 1, 4);
            apsis_write_rows(w, in, 5);
            apsis_buffer_text(&w->out, ")");
            break;
        default: apsis_buffer_text(&w->out, "0.0"); break;
        }
        apsis_buffer_text(&w->out, "))");
    }
    apsis_buffer_text(&w->out, ";");
    if (in->name) apsis_buffer_printf(&w->out, " /* %s */", in->name);
    apsis_buffer_text(&w->out, "\n");
}
