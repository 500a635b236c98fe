/* cuda_pack.c - the numbers and samplers of a program text with all they point to, in one piece of memory for a card. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/engine/cuda_card.h"
#include "kernels/sampler.h"

#define ALIGNMENT 256u /* a row of a table must not lie across more lines than it has to */

/* An array of the host's; samplers that share one share it on the card. */
struct piece {
    const void *from;
    size_t bytes, offset;
};

struct apsis_cuda_pack {
    const struct apsis_program_text *text;
    struct piece *pieces;
    size_t count, capacity, bytes, samplers; /* samplers: where they lie */
};

static void add(struct apsis_cuda_pack *pack, const void *from, size_t bytes)
{
    if (!from || !bytes) return;
    for (size_t i = 0; i < pack->count; i++)
        if (pack->pieces[i].from == from) return;
    if (pack->count == pack->capacity) {
        pack->capacity = 2 * pack->capacity + 16;
        pack->pieces = apsis_realloc(pack->pieces, pack->capacity * sizeof *pack->pieces);
    }
    pack->pieces[pack->count++] = (struct piece){from, bytes, pack->bytes};
    pack->bytes += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

struct apsis_cuda_pack *apsis_cuda_pack_new(const struct apsis_program_text *text)
{
    struct apsis_cuda_pack *pack = apsis_calloc(1, sizeof *pack);
    pack->text = text;
    add(pack, text->numbers, text->number_count * sizeof *text->numbers);
    for (size_t i = 0; i < text->sampler_count; i++) {
        const struct ap_sampler *s = text->samplers[i];
        const struct ap_steps *steps = &s->steps;
        if (s->form == AP_SAMPLER_TABLE) {
            add(pack, s->table.rows, (size_t)s->table.row_count * 8 * sizeof(double));
            add(pack, s->table.index, (size_t)s->table.index_count * sizeof(ap_word));
        } else if (s->form == AP_SAMPLER_STEPS) {
            add(pack, steps->guide, ((size_t)1 << (52 - steps->shift)) * sizeof(ap_word));
            add(pack, steps->last, (size_t)steps->piece_count * sizeof(ap_word));
            add(pack, steps->value, (size_t)steps->piece_count * sizeof(double));
            if (!steps->slope) continue;
            add(pack, steps->origin, (size_t)steps->piece_count * sizeof(double));
            add(pack, steps->slope, (size_t)steps->piece_count * sizeof(double));
        }
    }
    pack->samplers = pack->bytes;
    pack->bytes += text->sampler_count * sizeof(struct ap_sampler);
    if (!pack->bytes) pack->bytes = ALIGNMENT; /* memory of no bytes cannot be asked for */
    return pack;
}

size_t apsis_cuda_pack_bytes(const struct apsis_cuda_pack *pack) { return pack->bytes; }

static uint64_t place(const struct apsis_cuda_pack *pack, uint64_t address, const void *from)
{
    for (size_t i = 0; from && i < pack->count; i++)
        if (pack->pieces[i].from == from) return address + pack->pieces[i].offset;
    return 0;
}
#define MOVE(member) (member) = (const void *)(uintptr_t)place(pack, address, (member))

void apsis_cuda_pack_write(const struct apsis_cuda_pack *pack, uint64_t address, unsigned char *room, uint64_t *numbers, uint64_t *samplers)
{
    memset(room, 0, pack->bytes);
    for (size_t i = 0; i < pack->count; i++) memcpy(room + pack->pieces[i].offset, pack->pieces[i].from, pack->pieces[i].bytes);
    for (size_t i = 0; i < pack->text->sampler_count; i++) {
        struct ap_sampler s = *pack->text->samplers[i];
        MOVE(s.table.rows);
        MOVE(s.table.index);
        MOVE(s.steps.guide);
        MOVE(s.steps.last);
        MOVE(s.steps.value);
        MOVE(s.steps.origin);
        MOVE(s.steps.slope);
        memcpy(room + pack->samplers + i * sizeof s, &s, sizeof s);
    }
    *numbers = place(pack, address, pack->text->numbers);
    *samplers = address + pack->samplers;
}

void apsis_cuda_pack_free(struct apsis_cuda_pack *pack)
{
    if (!pack) return;
    apsis_block_free(pack->pieces);
    apsis_block_free(pack);
}
