/* arrange.c - puts a program in the order in which fused code runs it, and finds which values never leave their group. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/arrange.h"

#include <stdlib.h>
#include <string.h>

#include "host/plan/planner.h"

/* Compilers take longer than linearly for long functions; a group is cut when it weighs more (an addition weighs 1). */
#define GROUP_WEIGHT 500u

int apsis_is_plain(uint32_t kind)
{
    return kind < AP_OPERATION_COUNT || kind == AP_STEP_COPY || kind == AP_STEP_MIX || kind == AP_STEP_GATHER;
}

static uint32_t weight_of(const struct ap_instruction *in)
{
    switch (in->kind) {
    case AP_OP_POW: case AP_OP_NORMAL_CDF: case AP_OP_NORMAL_QUANTILE: case AP_OP_TAN: return 25;
    case AP_OP_CONFINE: return 150;
    case AP_OP_EXP: case AP_OP_LOG: case AP_OP_LOG2: case AP_OP_LOG10: case AP_OP_SIN: case AP_OP_COS: case AP_OP_POW_FROM:
    case AP_OP_LOG_HIGH: case AP_OP_LOG_LOW: return 12;
    case AP_STEP_GATHER: return 8;
    case AP_STEP_MIX: return in->arg_count;
    default: return 1;
    }
}

static int hands_on(const struct ap_instruction *in) { return in->kind == AP_STEP_EMIT || in->kind == AP_STEP_KEEP; }

/* Reads more of a history than the period's row. */
static int reads_whole(const struct ap_instruction *in, ap_u32 k)
{
    switch (in->kind) {
    case AP_STEP_GATHER: return k == 3;
    case AP_STEP_CONVOLVE: return 1;
    case AP_STEP_SIGN_CHANGES: return k == 3;
    case AP_STEP_IRR: return k == 5;
    default: return 0;
    }
}

/* ------------------------------------------------------------------ order */

/* Level L of a section: first its block steps, then its plain operations. What something needs is found at a lower level, or at the
   same one where a plain operation needs a block step, or both are of one kind. By storage: the levels after its writers and readers. */
struct seen {
    uint32_t stamp;
    uint32_t bias, mask;            /* of the writers */
    int32_t block_write, plain_write, block_read, plain_read; /* -1: none yet */
};

static int32_t after(int32_t block, int32_t plain, int is_block)
{
    if (is_block && plain >= 0 && plain + 1 > block) return plain + 1;
    return block > plain ? block : plain;
}

struct ranked {
    struct ap_instruction in;
    int32_t level;
    uint32_t number, plain;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->level != y->level) return x->level < y->level ? -1 : 1;
    if (x->plain != y->plain) return x->plain < y->plain ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* The row that a write at (bias, mask) touches is not the one that this operand reads: a lag of a ring or history. */
static int elsewhere(const struct seen *s, const struct ap_operand *read)
{
    return s->mask && s->mask == read->mask && ((s->bias ^ read->bias) & s->mask);
}

static void order_section(struct apsis_code *code, const struct ap_section *section, struct seen *seen, uint32_t stamp, struct ranked *ranked)
{
    for (uint32_t i = 0; i < section->count; i++) {
        const struct ap_instruction *in = &code->instructions[section->first + i];
        const struct ap_operand *out = &code->operands[in->operand];
        int block = !apsis_is_plain(in->kind);
        int32_t level = 0, found;
        for (ap_u32 k = 1; k <= in->arg_count; k++) {
            if (!out[k].in_lanes) continue;
            struct seen *s = &seen[out[k].slot];
            if (s->stamp != stamp) continue;
            if (!reads_whole(in, k) && elsewhere(s, &out[k])) continue;
            found = after(s->block_write, s->plain_write, block);
            if (found > level) level = found;
        }
        if (!hands_on(in)) {
            const struct seen *s = &seen[out->slot];
            if (s->stamp == stamp) {
                found = after(s->block_write, s->plain_write, block);
                if (found > level) level = found;
                found = after(s->block_read, s->plain_read, block);
                if (found > level) level = found;
            }
        }
        ranked[i] = (struct ranked){*in, level, i, !block};
        for (ap_u32 k = 0; k <= in->arg_count; k++) {
            if (!out[k].in_lanes || (k == 0 && hands_on(in))) continue;
            struct seen *s = &seen[out[k].slot];
            if (s->stamp != stamp) *s = (struct seen){stamp, 0, 0, -1, -1, -1, -1};
            int32_t *mark = k ? (block ? &s->block_read : &s->plain_read) : (block ? &s->block_write : &s->plain_write);
            /* a lag's row is written in another period: no one waits for such a reader */
            if (k && out[k].mask && !reads_whole(in, k)) continue;
            if (!k) s->bias = out->bias, s->mask = out->mask;
            if (level > *mark) *mark = level;
        }
    }
    qsort(ranked, section->count, sizeof *ranked, by_rank);
    for (uint32_t i = 0; i < section->count; i++) code->instructions[section->first + i] = ranked[i].in;
}

static void order_sections(struct apsis_code *code)
{
    struct seen *seen = apsis_calloc(code->storage_count + 1, sizeof *seen);
    struct ranked *ranked = apsis_calloc(code->instruction_count + 1, sizeof *ranked);
    for (size_t s = 0; s < code->section_count; s++) order_section(code, &code->sections[s], seen, (uint32_t)s + 1, ranked);
    apsis_block_free(seen);
    apsis_block_free(ranked);
}

/* ------------------------------------------------------------------ groups */

static uint32_t *find_groups(struct apsis_arena *arena, const struct apsis_code *code, uint32_t *count)
{
    uint32_t *group = APSIS_NEW_ARRAY(arena, uint32_t, code->instruction_count + 1), last = 0;
    for (size_t s = 0; s < code->section_count; s++) {
        uint32_t weight = GROUP_WEIGHT + 1;
        for (uint32_t i = code->sections[s].first, end = i + code->sections[s].count; i < end; i++) {
            if (!apsis_is_plain(code->instructions[i].kind)) {
                weight = GROUP_WEIGHT + 1;
                continue;
            }
            weight += weight_of(&code->instructions[i]);
            if (weight > GROUP_WEIGHT) weight = weight_of(&code->instructions[i]), last++;
            group[i] = last;
        }
    }
    *count = last;
    return group;
}

/* What the instructions say of a storage. */
struct use {
    uint32_t group;          /* of all of them; 0: several, or a block step */
    uint32_t periods;        /* in which it is written */
    uint32_t first, last;    /* the first and last of these */
    uint8_t looked_at, not_local;
};

static void find_local(struct apsis_code *code, const uint32_t *group)
{
    struct use *uses = apsis_calloc(code->storage_count + 1, sizeof *uses);
    for (size_t i = 0; i < code->instruction_count; i++) {
        const struct ap_instruction *in = &code->instructions[i];
        const struct ap_operand *out = &code->operands[in->operand];
        uint32_t last = in->last < code->periods ? in->last : code->periods - 1, first = in->last < code->periods ? in->first : 0;
        for (ap_u32 n = 0; n <= in->arg_count; n++) {
            ap_u32 k = n < in->arg_count ? n + 1 : 0; /* arguments are read first */
            if (!out[k].in_lanes || (k == 0 && hands_on(in))) continue;
            struct use *use = &uses[out[k].slot];
            if (!use->looked_at) use->looked_at = 1, use->group = group[i], use->first = UINT32_MAX;
            if (use->group != group[i] || !group[i]) use->not_local = 1;
            if (k) { /* each period that reads it has written it before */
                if (use->first > first || use->last < last || use->periods < use->last - use->first + 1) use->not_local = 1;
            } else {
                use->periods += last - first + 1;
                if (first < use->first) use->first = first;
                if (last > use->last) use->last = last;
            }
        }
    }
    for (size_t i = 0; i < code->storage_count; i++) {
        struct apsis_storage *storage = &code->storages[i];
        storage->local = uses[i].looked_at && !uses[i].not_local && !storage->carried && storage->slots == 1;
    }
    apsis_block_free(uses);
}

struct apsis_arranged *apsis_plan_arrange(const struct apsis_plan *plan, const unsigned char *wanted, int reorder, struct apsis_arena *arena)
{
    struct apsis_arranged *arranged = APSIS_NEW(arena, struct apsis_arranged);
    struct apsis_code *code = apsis_code_needed(arena, plan->code, wanted);
    if (reorder) order_sections(code);
    uint32_t *group = find_groups(arena, code, &arranged->group_count);
    find_local(code, group);
    struct ap_operand *operands = APSIS_NEW_ARRAY(arena, struct ap_operand, code->operand_count + 1);
    if (code->operand_count) memcpy(operands, code->operands, code->operand_count * sizeof *operands);
    arranged->program = apsis_code_lay_out(arena, code);
    arranged->program->numbers = plan->program->numbers;
    arranged->program->number_count = plan->program->number_count;
    struct apsis_seat *seats = APSIS_NEW_ARRAY(arena, struct apsis_seat, code->storage_count + 1);
    for (size_t i = 0; i < code->storage_count; i++) {
        const struct apsis_storage *s = &code->storages[i];
        seats[i] = (struct apsis_seat){s->slots, s->slot, s->local, s->name};
    }
    arranged->operands = operands;
    arranged->seats = seats;
    arranged->seat_count = code->storage_count;
    arranged->group = group;
    return arranged;
}
