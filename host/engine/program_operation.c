/* program_operation.c - writes what a plain operation computes, in the form that costs least with the same bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/program_writer.h"

static const char *const operation_names[] = {
#define OPERATION_NAME(name, arity, expression, meaning) #name,
    AP_OPERATIONS(OPERATION_NAME)
#undef OPERATION_NAME
};

static void write_mix(struct apsis_writer *w, const struct ap_instruction *in)
{
    uint32_t first = apsis_write_add_numbers(w, in->data, in->arg_count);
    apsis_buffer_text(&w->out, "ap_mix_cut(");
    for (ap_u32 k = 1; k < in->arg_count; k++) apsis_buffer_text(&w->out, "ap_do_ADD(");
    for (ap_u32 k = 0; k < in->arg_count; k++) {
        if (k) apsis_buffer_text(&w->out, ", ");
        apsis_buffer_printf(&w->out, "ap_do_MUL(AP_NUMBER(%u), ", first + k);
        apsis_write_value(w, in, 1 + k);
        apsis_buffer_text(&w->out, k ? "))" : ")");
    }
    apsis_buffer_text(&w->out, ")");
}

/* The value of a number that no run of this text has as NaN: what the text says of it is part of the text. */
static int is_known(const struct apsis_writer *w, const struct ap_operand *o)
{
    if (o->in_lanes) return 0;
    uint32_t first = o->slot, count = 1;
    if (o->mask) count = w->program->periods;
    for (uint32_t i = 0; i < count; i++) {
        size_t at = first + (o->mask ? (size_t)((i + o->bias) & o->mask) : 0);
        if (at < w->program->number_count && w->program->numbers[at] != w->program->numbers[at]) return 0;
    }
    return 1;
}

static int is_zero(const struct apsis_writer *w, const struct ap_operand *o) { return o->mask || w->program->numbers[o->slot] == 0; }

/* min, max and clamp against numbers need no care for NaN on that side. Where the number comes first and is a zero, the sign of
   a zero result would be another: these stay as they are. */
static int write_known(struct apsis_writer *w, const struct ap_instruction *in)
{
    const struct ap_operand *a = apsis_write_operand(w, in, 1), *b = a + 1;
    ap_u32 number;
    if (in->kind == AP_OP_CLAMP && is_known(w, a + 1) && is_known(w, a + 2)) {
        apsis_buffer_text(&w->out, "ap_do_CLAMP_KNOWN(");
        for (ap_u32 k = 1; k <= 3; k++) {
            if (k > 1) apsis_buffer_text(&w->out, ", ");
            apsis_write_value(w, in, k);
        }
        apsis_buffer_text(&w->out, ")");
        return 1;
    }
    if (in->kind != AP_OP_MIN && in->kind != AP_OP_MAX) return 0;
    if (is_known(w, b)) number = 2;
    else if (is_known(w, a) && !is_zero(w, a)) number = 1;
    else return 0;
    apsis_buffer_printf(&w->out, "ap_do_%s_KNOWN(", operation_names[in->kind]);
    apsis_write_value(w, in, 3 - number);
    apsis_buffer_text(&w->out, ", ");
    apsis_write_value(w, in, number);
    apsis_buffer_text(&w->out, ")");
    return 1;
}

/* Operations of many instructions are functions of their own. */
static int is_long(uint32_t kind)
{
    switch (kind) {
    case AP_OP_POW: case AP_OP_EXP: case AP_OP_LOG: case AP_OP_LOG2: case AP_OP_LOG10: case AP_OP_SIN: case AP_OP_COS: case AP_OP_TAN:
    case AP_OP_NORMAL_CDF: case AP_OP_NORMAL_QUANTILE: case AP_OP_LOG_HIGH: case AP_OP_LOG_LOW: case AP_OP_POW_FROM:
    case AP_OP_CONFINE: return 1;
    default: return 0;
    }
}

/* ------------------------------------------------------------------ truth values that only steer */

static int makes_truth(uint32_t kind)
{
    return kind == AP_OP_LT || kind == AP_OP_LE || kind == AP_OP_EQ || kind == AP_OP_NE || kind == AP_OP_AND || kind == AP_OP_OR || kind == AP_OP_NOT;
}
static int takes_truths(uint32_t kind) { return kind == AP_OP_AND || kind == AP_OP_OR || kind == AP_OP_NOT; }

/* A comparison that no one reads but conditions of its own group stays a pair of masks. AND, OR and NOT of such are such only if they
   steer themselves; else they are numbers, and so is what they read: found by going on until nothing changes. */
void apsis_write_find_steering(struct apsis_writer *w)
{
    const struct ap_program *program = w->program;
    w->steers = APSIS_NEW_ARRAY(w->arena, uint8_t, w->arranged->seat_count + 1);
    uint8_t *not = APSIS_NEW_ARRAY(w->arena, uint8_t, w->arranged->seat_count + 1);
    for (int again = 1; again;) {
        again = 0;
        for (ap_u32 s = 0; s < program->section_count; s++) {
            w->in_loop = program->sections[s].is_loop != 0;
            for (ap_u32 i = program->sections[s].first, end = i + program->sections[s].count; i < end; i++) {
                const struct ap_instruction *in = &program->instructions[i];
                const struct ap_operand *o = apsis_write_operand(w, in, 0);
                int truth = makes_truth(in->kind) && w->arranged->seats[o->slot].local && apsis_write_always(w, in) && !not[o->slot];
                if (apsis_is_plain(in->kind)) w->steers[o->slot] = (uint8_t)truth;
                for (ap_u32 k = 1; k <= in->arg_count; k++) {
                    int fine = (in->kind == AP_OP_IF && k == 1) || (takes_truths(in->kind) && truth);
                    if (!o[k].in_lanes || fine || not[o[k].slot]) continue;
                    not[o[k].slot] = 1;
                    again |= w->steers[o[k].slot];
                }
            }
        }
    }
}

static int steers(const struct apsis_writer *w, const struct ap_operand *o) { return o->in_lanes && w->steers[o->slot]; }

static void write_truth(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k)
{
    int number = !steers(w, apsis_write_operand(w, in, k));
    if (number) apsis_buffer_text(&w->out, "ap_is_NUMBER(");
    apsis_write_value(w, in, k);
    if (number) apsis_buffer_text(&w->out, ")");
}

/* What is made of truth values, or makes one, as masks. */
static int write_steering(struct apsis_writer *w, const struct ap_instruction *in)
{
    int made = w->steers[apsis_write_operand(w, in, 0)->slot];
    if (in->kind == AP_OP_IF && steers(w, apsis_write_operand(w, in, 1))) {
        apsis_buffer_text(&w->out, "ap_do_CHOOSE(");
        apsis_write_value(w, in, 1);
        for (ap_u32 k = 2; k <= 3; k++) {
            apsis_buffer_text(&w->out, ", ");
            apsis_write_value(w, in, k);
        }
    } else if (made) {
        apsis_buffer_printf(&w->out, "ap_is_%s(", operation_names[in->kind]);
        for (ap_u32 k = 1; k <= in->arg_count; k++) {
            if (k > 1) apsis_buffer_text(&w->out, ", ");
            if (takes_truths(in->kind)) write_truth(w, in, k);
            else apsis_write_value(w, in, k);
        }
    } else {
        return 0;
    }
    apsis_buffer_text(&w->out, ")");
    return 1;
}

static void write_operation(struct apsis_writer *w, const struct ap_instruction *in)
{
    if (write_steering(w, in) || write_known(w, in)) return;
    apsis_buffer_printf(&w->out, "ap_%s_%s(", is_long(in->kind) ? "call" : "do", operation_names[in->kind]);
    for (ap_u32 k = 1; k <= in->arg_count; k++) {
        if (k > 1) apsis_buffer_text(&w->out, ", ");
        apsis_write_value(w, in, k);
    }
    apsis_buffer_text(&w->out, ")");
}

void apsis_write_expression(struct apsis_writer *w, const struct ap_instruction *in)
{
    if (in->kind == AP_STEP_MIX) {
        write_mix(w, in);
    } else if (in->kind == AP_STEP_COPY) {
        apsis_write_value(w, in, 1);
    } else if (in->kind == AP_STEP_GATHER) {
        static const char *const modes[] = {"AP_GATHER_AT", "AP_GATHER_PAST", "AP_GATHER_PAST_CYCLE"};
        apsis_buffer_printf(&w->out, "AP_LOOK(%s, %u, t, ", modes[in->mode], in->index);
        apsis_write_value(w, in, 1);
        apsis_buffer_text(&w->out, ", ");
        apsis_write_value(w, in, 2);
        apsis_buffer_text(&w->out, ", ");
        apsis_write_rows(w, in, 3);
        apsis_buffer_text(&w->out, ")");
    } else {
        write_operation(w, in);
    }
}
