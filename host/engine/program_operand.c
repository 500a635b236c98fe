/* program_operand.c - how a program's text spells the places that instructions read and write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/engine/program_writer.h"

const struct ap_operand *apsis_write_operand(const struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k)
{
    return &w->arranged->operands[in->operand + k];
}

void apsis_write_variable(struct apsis_writer *w, uint32_t instruction, const char *name)
{
    char word[40];
    size_t n = 0;
    for (const char *c = name ? name : ""; *c && n + 1 < sizeof word; c++) {
        int letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        word[n++] = letter ? *c : '_';
    }
    word[n] = 0;
    apsis_buffer_printf(&w->out, "v%u%s%s", instruction, n ? "_" : "", word);
}

/* which row in the period: "t + 3", "(t + 1) & 3", "7" */
static void write_row(struct apsis_writer *w, const struct ap_operand *o)
{
    int32_t bias = (int32_t)o->bias;
    if (!o->mask || !w->in_loop) {
        apsis_buffer_printf(&w->out, "%u", o->mask ? o->bias & o->mask : o->bias);
        return;
    }
    char sum[40];
    if (bias) snprintf(sum, sizeof sum, "t %c %u", bias < 0 ? '-' : '+', bias < 0 ? (unsigned)-bias : (unsigned)bias);
    else strcpy(sum, "t");
    if (o->mask == UINT32_MAX) apsis_buffer_text(&w->out, sum);
    else apsis_buffer_printf(&w->out, "(%s) & %u", sum, o->mask);
}

/* C: the first slot; CUDA: the number of the seat, whose variable it is. */
static uint32_t place_of(const struct apsis_writer *w, const struct ap_operand *o)
{
    return apsis_write_is_cuda(w) ? o->slot : w->arranged->seats[o->slot].slot;
}

static int is_far(const struct apsis_writer *w, const struct ap_operand *o) { return w->far_row[o->slot] != APSIS_NEAR; }

void apsis_write_value(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k)
{
    const struct ap_operand *o = apsis_write_operand(w, in, k);
    if (!o->in_lanes) {
        if (!o->mask) {
            apsis_buffer_printf(&w->out, "AP_NUMBER(%u) /* %.9g */", o->slot, w->program->numbers[o->slot]);
        } else {
            apsis_buffer_printf(&w->out, "AP_NUMBER(%u + ", o->slot);
            write_row(w, o);
            apsis_buffer_text(&w->out, ")");
        }
        return;
    }
    const struct apsis_known *known = &w->known[o->slot];
    if (w->group && known->group == w->group && known->bias == o->bias && known->mask == o->mask) {
        apsis_write_variable(w, known->instruction, known->name);
        return;
    }
    if (w->arranged->seats[o->slot].slots == 1) {
        apsis_buffer_printf(&w->out, "AP_READ(%u)", place_of(w, o));
        return;
    }
    if (is_far(w, o)) apsis_buffer_printf(&w->out, "AP_READ_FAR(%u, ", w->far_row[o->slot]);
    else apsis_buffer_printf(&w->out, "AP_READ_ROW(%u, ", place_of(w, o));
    write_row(w, o);
    apsis_buffer_text(&w->out, ")");
}

void apsis_write_rows(struct apsis_writer *w, const struct ap_instruction *in, ap_u32 k)
{
    struct ap_operand o = *apsis_write_operand(w, in, k);
    int in_loop = w->in_loop;
    if (apsis_write_is_cuda(w) && o.in_lanes && w->arranged->seats[o.slot].slots == 1) { /* a horizon of one period: a whole series is one value */
        apsis_buffer_printf(&w->out, "AP_ONE_ROW(%u)", place_of(w, &o));
        return;
    }
    w->in_loop = in_loop && in->kind == AP_STEP_CONVOLVE && k == 1; /* the newest row; else the row of t = 0 or the first of all */
    if (!o.in_lanes) apsis_buffer_printf(&w->out, "AP_NUMBER_ROWS(%u, ", o.slot);
    else if (is_far(w, &o)) apsis_buffer_printf(&w->out, "AP_FAR_ROWS(%u, ", w->far_row[o.slot]);
    else apsis_buffer_printf(&w->out, "AP_ROWS(%u, ", place_of(w, &o));
    write_row(w, &o);
    apsis_buffer_text(&w->out, ")");
    w->in_loop = in_loop;
}

void apsis_write_put(struct apsis_writer *w, const struct ap_instruction *in)
{
    const struct ap_operand *o = apsis_write_operand(w, in, 0);
    if (w->arranged->seats[o->slot].slots == 1) {
        apsis_buffer_printf(&w->out, "AP_WRITE(%u, ", place_of(w, o));
        return;
    }
    if (is_far(w, o)) apsis_buffer_printf(&w->out, "AP_WRITE_FAR(%u, ", w->far_row[o->slot]);
    else apsis_buffer_printf(&w->out, "AP_WRITE_ROW(%u, ", place_of(w, o));
    write_row(w, o);
    apsis_buffer_text(&w->out, ", ");
}

uint32_t apsis_write_add_numbers(struct apsis_writer *w, const double *values, size_t count)
{
    uint32_t first = (uint32_t)w->number_count;
    for (size_t i = 0; i < count; i++) *APSIS_PUSH(w->arena, w->numbers, w->number_count, w->number_capacity) = values[i];
    return first;
}

int apsis_write_always(const struct apsis_writer *w, const struct ap_instruction *in)
{
    return !w->in_loop || in->last == UINT32_MAX || (in->first == 0 && in->last + 1 >= w->program->periods);
}
