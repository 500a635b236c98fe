/* registers.c - drops what nothing uses, finds how long each storage lives, and lays all of them into the workspace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "host/plan/planner.h"

static int keeps_something(const struct ap_instruction *i) { return i->kind == AP_STEP_EMIT || i->kind == AP_STEP_KEEP; }

/* An instruction lives if it hands on a column that is wanted, or writes a storage that a living one reads. A recurrence that
   only feeds itself does not live. */
static void drop_unused(struct apsis_code *code, const unsigned char *wanted, uint32_t periods)
{
    uint8_t *alive = apsis_calloc(code->instruction_count + 1, 1), *in_loop = apsis_calloc(code->instruction_count + 1, 1);
    for (size_t s = 0; s < code->section_count; s++) {
        memset(in_loop + code->sections[s].first, code->sections[s].is_loop != 0, code->sections[s].count);
    }
    for (size_t i = 0; i < code->storage_count; i++) code->storages[i].uses = 0;
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = code->instruction_count; i-- > 0;) {
            const struct ap_instruction *in = &code->instructions[i];
            const struct ap_operand *out = &code->operands[in->operand];
            if (alive[i]) continue;
            if (!keeps_something(in)) {
                if (!code->storages[out->slot].uses) continue;
            } else if (in->kind == AP_STEP_EMIT && wanted) {
                int any = 0;
                for (uint32_t t = 0; t < (in_loop[i] ? periods : 1) && !any; t++) any = wanted[in->index + t] != 0;
                if (!any) continue;
            }
            alive[i] = 1;
            again = 1;
            for (ap_u32 k = 1; k <= in->arg_count; k++) {
                if (out[k].in_lanes) code->storages[out[k].slot].uses = 1;
            }
        }
    }
    size_t to = 0, from = 0;
    for (size_t s = 0; s < code->section_count; s++) {
        struct ap_section *section = &code->sections[s];
        size_t first = to;
        for (ap_u32 k = 0; k < section->count; k++, from++) {
            if (alive[from]) code->instructions[to++] = code->instructions[from];
        }
        section->first = (ap_u32)first;
        section->count = (ap_u32)(to - first);
    }
    code->instruction_count = to;
    apsis_block_free(alive);
    apsis_block_free(in_loop);
}

static void touch(struct apsis_storage *s, uint32_t at)
{
    if (s->start == UINT32_MAX || at < s->start) s->start = at;
    if (at > s->end) s->end = at;
}

static void find_lives(struct apsis_code *code)
{
    for (size_t i = 0; i < code->storage_count; i++) code->storages[i].start = UINT32_MAX, code->storages[i].end = 0;
    for (size_t i = 0; i < code->instruction_count; i++) {
        const struct ap_instruction *in = &code->instructions[i];
        const struct ap_operand *out = &code->operands[in->operand];
        for (ap_u32 k = 1; k <= in->arg_count; k++) {
            if (out[k].in_lanes) touch(&code->storages[out[k].slot], (uint32_t)(2 * i + 2));
        }
        if (!keeps_something(in)) touch(&code->storages[out->slot], (uint32_t)(2 * i + 3));
    }
    /* A value that lives across a loop's border, or from period to period, lives through all of the loop. A register in which
       a loop leaves something for later (a captured period) is one of these. */
    for (size_t s = 0; s < code->section_count; s++) {
        const struct ap_section *section = &code->sections[s];
        if (!section->is_loop || !section->count) continue;
        uint32_t first = 2 * section->first + 1, last = 2 * (section->first + section->count) + 2;
        for (size_t i = 0; i < code->storage_count; i++) {
            struct apsis_storage *storage = &code->storages[i];
            if (storage->start == UINT32_MAX || storage->end < first || storage->start > last) continue;
            if (storage->start > first && storage->end < last && !storage->carried) continue;
            if (storage->start > first) storage->start = first;
            if (storage->end < last) storage->end = last;
        }
    }
}

static int by_start(const void *a, const void *b)
{
    const struct apsis_storage *x = *(struct apsis_storage *const *)a, *y = *(struct apsis_storage *const *)b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* First fit: the lowest run of slots that are free from `start` on. Equal borders may share: a step reads before it writes. */
static uint32_t lay_out(struct apsis_code *code)
{
    struct apsis_storage **order = apsis_calloc(code->storage_count + 1, sizeof *order);
    size_t count = 0, total = 0;
    for (size_t i = 0; i < code->storage_count; i++) {
        if (code->storages[i].start == UINT32_MAX || code->storages[i].local) continue;
        order[count++] = &code->storages[i];
        total += code->storages[i].slots;
    }
    if (count) qsort(order, count, sizeof(*order), by_start);
    uint32_t *busy = apsis_calloc(total + 1, sizeof *busy), used = 0;
    for (size_t i = 0; i < count; i++) {
        struct apsis_storage *s = order[i];
        uint32_t run = 0, at = 0;
        for (;; at++) {
            run = at >= used || busy[at] <= s->start ? run + 1 : 0;
            if (run == s->slots) break;
        }
        s->slot = at + 1 - s->slots;
        s->placed = 1;
        for (uint32_t k = s->slot; k <= at; k++) busy[k] = s->end;
        if (at + 1 > used) used = at + 1;
    }
    apsis_block_free(busy);
    apsis_block_free(order);
    return used;
}

static void *copy_of(struct apsis_arena *arena, const void *from, size_t count, size_t size)
{
    void *to = apsis_arena_array(arena, size, count + 1);
    if (count) memcpy(to, from, count * size);
    return to;
}

struct apsis_code *apsis_code_needed(struct apsis_arena *arena, const struct apsis_code *whole, const unsigned char *wanted)
{
    struct apsis_code *code = APSIS_NEW(arena, struct apsis_code);
    *code = *whole;
    code->instructions = copy_of(arena, whole->instructions, whole->instruction_count, sizeof *whole->instructions);
    code->operands = copy_of(arena, whole->operands, whole->operand_count, sizeof *whole->operands);
    code->sections = copy_of(arena, whole->sections, whole->section_count, sizeof *whole->sections);
    code->storages = copy_of(arena, whole->storages, whole->storage_count, sizeof *whole->storages);
    drop_unused(code, wanted, whole->periods);
    size_t sections = 0;
    for (size_t s = 0; s < code->section_count; s++) {
        if (code->sections[s].count) code->sections[sections++] = code->sections[s];
    }
    code->section_count = sections;
    return code;
}

struct ap_program *apsis_code_lay_out(struct apsis_arena *arena, struct apsis_code *code)
{
    find_lives(code);
    struct ap_program *program = APSIS_NEW(arena, struct ap_program);
    program->slots = lay_out(code);
    for (size_t i = 0; i < code->instruction_count; i++) {
        struct ap_operand *out = &code->operands[code->instructions[i].operand];
        for (ap_u32 k = 0; k <= code->instructions[i].arg_count; k++) {
            if (!out[k].in_lanes) continue;
            if (code->storages[out[k].slot].local) {
                out[k].in_lanes = 2;
                continue;
            }
            out[k].slot = code->storages[out[k].slot].slot;
            if (!out[k].mask) out[k].slot += out[k].bias, out[k].bias = 0;
        }
    }
    program->sections = code->sections;
    program->section_count = (ap_u32)code->section_count;
    program->instructions = code->instructions;
    program->instruction_count = (ap_u32)code->instruction_count;
    program->operands = code->operands;
    program->operand_count = (ap_u32)code->operand_count;
    program->periods = code->periods;
    program->periods_per_year = code->periods_per_year;
    return program;
}

struct ap_program *apsis_plan_registers(struct apsis_arena *arena, const struct apsis_code *whole, const unsigned char *wanted)
{
    return apsis_code_lay_out(arena, apsis_code_needed(arena, whole, wanted));
}

struct ap_program *apsis_plan_prune(const struct apsis_plan *plan, const unsigned char *wanted, struct apsis_arena *arena)
{
    struct ap_program *program = apsis_plan_registers(arena, plan->code, wanted);
    program->numbers = plan->program->numbers;
    program->number_count = plan->program->number_count;
    return program;
}
