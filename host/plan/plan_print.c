/* plan_print.c - `apsis show --plan`: sections, instructions with names, where their operands lie, and what draws are made with: a whole fingerprint. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "host/plan/plan.h"
#include "host/plan/table_hash.h"
#include "host/support/number.h"
#include "kernels/sampler.h"

static const char *const names[AP_STEP_COUNT] = {
#define NAME(name, arity, expression, meaning) [AP_OP_##name] = #name,
    AP_OPERATIONS(NAME)
#undef NAME
    [AP_STEP_COPY] = "COPY", [AP_STEP_DRAW] = "DRAW", [AP_STEP_SCORE] = "SCORE", [AP_STEP_MIX] = "MIX", [AP_STEP_GATHER] = "GATHER",
    [AP_STEP_CONVOLVE] = "CONVOLVE", [AP_STEP_SIGN_CHANGES] = "SIGN_CHANGES", [AP_STEP_IRR] = "IRR",
    [AP_STEP_SOLVE] = "SOLVE", [AP_STEP_EMIT] = "EMIT", [AP_STEP_KEEP] = "KEEP",
};

static void print_number(struct apsis_buffer *out, double value)
{
    char text[APSIS_NUMBER_SIZE];
    apsis_buffer_text(out, apsis_number_print(text, value));
}

static void print_name(struct apsis_buffer *out, const char *name)
{
    for (; *name; name++) apsis_buffer_printf(out, "%c", *name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
}

/* r12: a register; s3[t-1]: a ring or history from slot 3; #5: a number; #5[t]: a row of them */
static void print_operand(struct apsis_buffer *out, const struct ap_program *program, const struct ap_operand *o)
{
    if (!o->mask) {
        if (o->in_lanes) apsis_buffer_printf(out, "r%u", o->slot);
        else print_number(out, program->numbers[o->slot]);
        return;
    }
    apsis_buffer_printf(out, "%s%u[t", o->in_lanes ? "s" : "#", o->slot);
    if (o->bias) apsis_buffer_printf(out, "%+d", (int)o->bias);
    if (o->mask != UINT32_MAX) apsis_buffer_printf(out, " & %u", o->mask);
    apsis_buffer_text(out, "]");
}

static void print_numbers(struct apsis_buffer *out, const char *title, const double *numbers, size_t count)
{
    apsis_buffer_printf(out, " %s", title);
    for (size_t k = 0; k < count; k++) apsis_buffer_text(out, k ? ", " : " "), print_number(out, numbers[k]);
}

static const char *family_name(ap_u32 number)
{
    size_t count;
    return apsis_families(&count)[number]->name;
}

/* What a draw is made with, every number in full or as a hash. */
static void print_sampler(struct apsis_buffer *out, const struct ap_sampler *sampler, int by_score)
{
    static const char *const transforms[] = {"", " exp", " logistic"};
    if (!sampler) return;
    if (sampler->form == AP_SAMPLER_TABLE) {
        apsis_buffer_printf(out, " table%s", transforms[sampler->table.transform]);
        apsis_hash_table(out, &sampler->table, by_score);
        print_numbers(out, "from", sampler->table.base, 2);
        print_numbers(out, "scale", &sampler->table.scale, 1);
    } else if (sampler->form == AP_SAMPLER_STEPS) {
        apsis_buffer_text(out, sampler->steps.slope ? " knots" : " steps");
        apsis_hash_steps(out, &sampler->steps);
    } else {
        apsis_buffer_printf(out, " %s", family_name(sampler->family));
        if (!sampler->varying) print_numbers(out, "of", sampler->constant, sampler->parameter_count);
    }
}

static void print_program(struct apsis_buffer *out, const struct ap_program *program)
{
    for (ap_u32 s = 0; s < program->section_count; s++) {
        const struct ap_section *section = &program->sections[s];
        if (section->is_loop) apsis_buffer_printf(out, "  for t = 0 .. %u\n", program->periods - 1);
        else apsis_buffer_text(out, "  once a draw\n");
        for (ap_u32 k = 0; k < section->count; k++) {
            const struct ap_instruction *i = &program->instructions[section->first + k];
            const struct ap_operand *operands = &program->operands[i->operand];
            apsis_buffer_text(out, "    ");
            if (i->kind != AP_STEP_EMIT && i->kind != AP_STEP_KEEP) {
                print_operand(out, program, operands);
                apsis_buffer_text(out, " = ");
            }
            print_name(out, names[i->kind]);
            for (ap_u32 a = 1; a <= i->arg_count; a++) {
                apsis_buffer_text(out, a > 1 ? ", " : " ");
                print_operand(out, program, &operands[a]);
            }
            if (i->kind == AP_STEP_EMIT) apsis_buffer_printf(out, " -> column %u%s", i->index, section->is_loop ? " + t" : "");
            if (i->kind == AP_STEP_KEEP) apsis_buffer_printf(out, " -> #%u%s", i->index, section->is_loop ? " + t" : "");
            if (i->kind == AP_STEP_DRAW || i->kind == AP_STEP_SCORE) apsis_buffer_printf(out, " stream %016" PRIx64, (uint64_t)i->stream);
            if (i->kind == AP_STEP_DRAW) print_sampler(out, i->data, i->mode == 1);
            if (i->kind == AP_STEP_MIX) print_numbers(out, "weights", i->data, i->arg_count);
            if (i->kind == AP_STEP_SOLVE) {
                const struct ap_solve *solve = i->data;
                apsis_buffer_printf(out, " %s spelling %d component %u", family_name(solve->family), solve->spelling, i->index);
                print_numbers(out, "chances", solve->percents, APSIS_MAX_PARAMETERS);
            }
            if (i->first > 0 || i->last != UINT32_MAX) apsis_buffer_printf(out, "  when t = %u .. %u", i->first, i->last);
            if (i->name) apsis_buffer_printf(out, "  # %s", i->name);
            apsis_buffer_text(out, "\n");
        }
    }
}

void apsis_plan_print(const struct apsis_plan *plan, struct apsis_buffer *out)
{
    const struct ap_program *program = plan->program;
    apsis_buffer_printf(out, "plan %s: %u instructions, %u slots a draw, %u numbers, %zu columns\n", plan->ir->name ? plan->ir->name : "",
                        program->instruction_count, program->slots, program->number_count, plan->column_count);
    if (plan->fixed->instruction_count) {
        apsis_buffer_text(out, "\nthe same in all draws\n");
        print_program(out, plan->fixed);
    }
    apsis_buffer_text(out, "\nfor each draw\n");
    print_program(out, program);
    apsis_buffer_printf(out, "\nnumbers");
    apsis_hash_numbers(out, program->numbers, program->number_count);
    apsis_buffer_text(out, "\n");
}
