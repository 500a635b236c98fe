/* program_text.c - writes a plan's program out as text: groups as functions, then the body that runs them period by period. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/program_text.h"

#include <string.h>

#include "distributions/family.h"
#include "host/engine/program_writer.h"
#include "host/support/sha256.h"
#include "kernels/sampler.h"

/* CUDA: what a thread keeps beside its registers lies in local memory as long as it is no more than this; then the longest
   histories go to scratch that the host hands over. */
#define LOCAL_BYTES ((size_t)24 << 10)
/* CUDA: a program that weighs more is not inlined into one function: compilers and registers both suffer. */
#define INLINE_INSTRUCTIONS 3000u

static void write_title(struct apsis_writer *w)
{
    const struct apsis_ir *ir = w->plan->ir;
    apsis_buffer_text(&w->out, "/* ");
    for (const char *c = ir->name ? ir->name : "a model"; *c; c++)
        if (*c >= ' ' && *c != '*') apsis_buffer_add(&w->out, c, 1); /* no end of the comment */
    apsis_buffer_printf(&w->out, ": %u instructions, %u periods; written by apsis, with the numbers of this run in comments */\n",
                        w->program->instruction_count, w->program->periods);
}

/* The files of the families whose functions are called. */
static void write_families(struct apsis_writer *w)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    uint8_t *used = APSIS_NEW_ARRAY(w->arena, uint8_t, count + 1);
    for (ap_u32 i = 0; i < w->program->instruction_count; i++) {
        const struct ap_instruction *in = &w->program->instructions[i];
        const struct ap_sampler *sampler = in->data;
        const struct ap_solve *solve = in->data;
        if (in->kind == AP_STEP_DRAW && sampler && sampler->form == AP_SAMPLER_FAMILY) used[sampler->family] = 1;
        if (in->kind == AP_STEP_SOLVE) used[solve->family] = 1;
    }
    for (size_t i = 0; i < count; i++)
        if (used[i]) apsis_buffer_printf(&w->out, "#include \"distributions/%s.c\"\n", families[i]->name);
}

static void write_head(struct apsis_writer *w)
{
    const struct ap_program *program = w->program;
    apsis_buffer_printf(&w->out, "#define AP_PERIODS %u\n#define AP_PERIODS_PER_YEAR %u\n", program->periods, program->periods_per_year);
    if (apsis_write_is_cuda(w)) {
        apsis_buffer_printf(&w->out, "#define AP_THREADS %u\n#define AP_NUMBER_COUNT %zu\n#define AP_CURAND %d\n#define AP_SHARE %d\n#define AP_INLINE_PARTS %d\n#define AP_DEVICE_CALLS 1\n",
                            w->options->threads, w->number_count, w->options->curand, !w->options->own_words,
                            program->instruction_count <= INLINE_INSTRUCTIONS);
        if (w->options->blocks) apsis_buffer_printf(&w->out, "#define AP_BLOCKS %u\n", w->options->blocks);
        apsis_buffer_text(&w->out, "#include \"kernels/device.h\"\n#define APSIS_FAMILY_KERNELS 1\n");
        write_families(w);
    } else {
        apsis_buffer_printf(&w->out, "#define AP_LANES %u\n#include \"kernels/compiled.h\"\n", w->options->lanes);
    }
}

/* CUDA: one variable a seat; histories past LOCAL_BYTES in scratch, the longest first. */
static void place_far(struct apsis_writer *w, struct apsis_program_text *text)
{
    const struct apsis_arranged *arranged = w->arranged;
    size_t bytes = 0;
    uint32_t longest = 0;
    for (size_t i = 0; i < arranged->seat_count; i++) {
        w->far_row[i] = APSIS_NEAR;
        if (arranged->seats[i].local || arranged->seats[i].slots < 2) continue;
        bytes += 8 * (size_t)arranged->seats[i].slots;
        if (arranged->seats[i].slots > longest) longest = arranged->seats[i].slots;
    }
    if (!apsis_write_is_cuda(w)) return;
    for (uint32_t least = longest; bytes > LOCAL_BYTES && least > 8; least = least - least / 4) {
        for (size_t i = 0; i < arranged->seat_count && bytes > LOCAL_BYTES; i++) {
            const struct apsis_seat *seat = &arranged->seats[i];
            if (seat->local || seat->slots < least || w->far_row[i] != APSIS_NEAR) continue;
            w->far_row[i] = (uint32_t)text->far_rows;
            text->far_rows += seat->slots;
            bytes -= 8 * (size_t)seat->slots;
        }
    }
    text->local_bytes = bytes;
}

static void write_seats(struct apsis_writer *w)
{
    uint8_t *used = APSIS_NEW_ARRAY(w->arena, uint8_t, w->arranged->seat_count + 1);
    for (ap_u32 i = 0; i < w->program->instruction_count; i++) {
        const struct ap_instruction *in = &w->program->instructions[i];
        for (ap_u32 k = 0; k <= in->arg_count; k++) {
            const struct ap_operand *o = apsis_write_operand(w, in, k);
            if (o->in_lanes) used[o->slot] = 1;
        }
    }
    for (int rows = 0; rows < 2; rows++) {
        apsis_buffer_text(&w->out, rows ? "struct ap_rows {\n    char none;\n" : "struct ap_values {\n    AP_VALUES_HEAD\n");
        for (size_t i = 0; i < w->arranged->seat_count; i++) {
            const struct apsis_seat *seat = &w->arranged->seats[i];
            if (seat->local || !used[i] || w->far_row[i] != APSIS_NEAR || (seat->slots > 1) != rows) continue;
            if (rows) apsis_buffer_printf(&w->out, "    AP_VALUE_ROWS(%zu, %u);", i, seat->slots);
            else apsis_buffer_printf(&w->out, "    AP_VALUE(%zu);", i);
            if (seat->name) apsis_buffer_printf(&w->out, " /* %s */", seat->name);
            apsis_buffer_text(&w->out, "\n");
        }
        apsis_buffer_text(&w->out, "};\n");
    }
}

static void write_parts(struct apsis_writer *w)
{
    for (ap_u32 s = 0; s < w->program->section_count; s++) {
        const struct ap_section *section = &w->program->sections[s];
        w->in_loop = section->is_loop != 0;
        for (ap_u32 i = section->first, end = i + section->count; i < end;) {
            uint32_t group = w->arranged->group[i];
            if (!group) {
                i++;
                continue;
            }
            w->group = group;
            apsis_buffer_printf(&w->out, "\nAP_PART ap_part_%u(AP_STATE, ap_u32 t)\n{\n    AP_LANES_BEGIN\n", group);
            for (; i < end && w->arranged->group[i] == group; i++) apsis_write_plain(w, i);
            apsis_buffer_text(&w->out, "    AP_LANES_END\n}\n");
        }
    }
    w->group = 0;
}

static void write_body(struct apsis_writer *w)
{
    apsis_buffer_text(&w->out, "\nAP_BODY\n{\n");
    for (ap_u32 s = 0; s < w->program->section_count; s++) {
        const struct ap_section *section = &w->program->sections[s];
        uint32_t group = 0;
        w->in_loop = section->is_loop != 0;
        apsis_buffer_printf(&w->out, "    AP_LOOP(%s) {\n", section->is_loop ? "AP_PERIODS" : "1");
        for (ap_u32 i = section->first; i < section->first + section->count; i++) {
            if (!w->arranged->group[i]) {
                apsis_write_block_step(w, i);
            } else if (w->arranged->group[i] != group) {
                group = w->arranged->group[i];
                apsis_buffer_printf(&w->out, "        ap_part_%u(AP_STATE_NAMES, t);\n", group);
            }
        }
        apsis_buffer_text(&w->out, "    }\n");
    }
    apsis_buffer_text(&w->out, "}\n");
    apsis_buffer_text(&w->out, "AP_ENTRY\n");
}

struct apsis_program_text *apsis_program_text(struct apsis_arena *arena, const struct apsis_plan *plan, const unsigned char *wanted,
                                              const struct apsis_text_options *options)
{
    struct apsis_program_text *text = APSIS_NEW(arena, struct apsis_program_text);
    struct apsis_arranged *arranged = apsis_plan_arrange(plan, wanted, options->dialect == APSIS_TEXT_C, arena);
    struct apsis_writer w = {.arena = arena, .plan = plan, .options = options, .arranged = arranged, .program = arranged->program};
    w.known = APSIS_NEW_ARRAY(arena, struct apsis_known, arranged->seat_count + 1);
    w.far_row = APSIS_NEW_ARRAY(arena, uint32_t, arranged->seat_count + 1);
    apsis_write_add_numbers(&w, arranged->program->numbers, arranged->program->number_count);
    place_far(&w, text);
    apsis_write_find_steering(&w);
    if (apsis_write_is_cuda(&w)) apsis_write_pair_draws(&w);
    if (apsis_write_is_cuda(&w)) write_seats(&w);
    write_parts(&w);
    write_body(&w);
    struct apsis_buffer body = w.out; /* the head says how many numbers it came to use */
    w.out = (struct apsis_buffer){0};
    write_title(&w);
    write_head(&w);
    apsis_buffer_add(&w.out, body.text, body.length);
    apsis_buffer_free(&body);
    text->text = apsis_arena_copy(arena, w.out.text, w.out.length);
    text->length = w.out.length;
    apsis_buffer_free(&w.out);
    text->program = arranged->program;
    arranged->program->numbers = w.numbers;
    arranged->program->number_count = (ap_u32)w.number_count;
    text->numbers = w.numbers;
    text->number_count = w.number_count;
    text->samplers = w.samplers;
    text->sampler_count = w.sampler_count;
    return text;
}

void apsis_text_key(const struct apsis_program_text *text, const char *rest, uint8_t key[32])
{
    struct apsis_buffer bare = {0};
    for (const char *c = text->text; *c;) {
        if (c[0] == '/' && c[1] == '*') {
            const char *end = strstr(c, "*/");
            c = end ? end + 2 : c + strlen(c);
        } else if (!strncmp(c, "#line ", 6)) {
            c += strcspn(c, "\n");
        } else {
            size_t plain = 1;
            while (c[plain] && c[plain] != '/' && c[plain] != '#') plain++;
            apsis_buffer_add(&bare, c, plain);
            c += plain;
        }
    }
    apsis_buffer_printf(&bare, "\n%s", rest);
    apsis_sha256(bare.text, bare.length, key);
    apsis_buffer_free(&bare);
}
