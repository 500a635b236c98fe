/* build_text.c - the parts of a built model as texts: each for the parser, all of them for a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "host/api/build.h"

/* A statement with its clauses, as segments. */
static struct apsis_segment *segments_of(struct apsis_arena *arena, const struct apsis_part *part, size_t *count)
{
    struct apsis_segment *all = APSIS_NEW_ARRAY(arena, struct apsis_segment, part->segment_count + 2 * part->target_count + 8);
    size_t n = part->segment_count;
    memcpy(all, part->segments, n * sizeof *all);
    if (part->label.text) {
        all[n++] = (struct apsis_segment){.text = "  \""};
        all[n++] = part->label;
        all[n++] = (struct apsis_segment){.text = "\""};
    }
    if (part->source.text) {
        all[n++] = (struct apsis_segment){.text = "  from \""};
        all[n++] = part->source;
        all[n++] = (struct apsis_segment){.text = "\""};
    }
    if (part->given.text) {
        all[n++] = (struct apsis_segment){.text = "  given "};
        all[n++] = part->given;
    }
    for (size_t i = 0; i < part->target_count; i++) {
        all[n++] = (struct apsis_segment){.text = i ? ", " : "  targets "};
        all[n++] = part->targets[i];
    }
    *count = n;
    return all;
}

uint32_t apsis_part_source(struct apsis_model *model, const struct apsis_part *part)
{
    size_t count, length = 0, pieces = 0;
    struct apsis_segment *segments = segments_of(model->arena, part, &count);
    for (size_t i = 0; i < count; i++) length += strlen(segments[i].text);
    char *text = APSIS_NEW_ARRAY(model->arena, char, length + 1), *at = text;
    struct apsis_source_piece *piece = APSIS_NEW_ARRAY(model->arena, struct apsis_source_piece, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(segments[i].text);
        memcpy(at, segments[i].text, n);
        if (segments[i].call) piece[pieces++] = (struct apsis_source_piece){segments[i].call, (uint32_t)(at - text), (uint32_t)(at - text + (ptrdiff_t)n)};
        at += n;
    }
    uint32_t number = apsis_sources_add(&model->sources, pieces ? piece[0].name : "a call", text, length);
    model->sources.items[number].pieces = piece;
    model->sources.items[number].piece_count = pieces;
    return number;
}

/* ---------------------------------------------------------------- all of them */
static void end_line(struct apsis_buffer *out)
{
    if (out->length && out->text[out->length - 1] != '\n') apsis_buffer_text(out, "\n");
}

/* A text as it is; but its first statement begins its line, since an indented one would go on with the scenario before it. */
static void write_text(struct apsis_model *model, const struct apsis_part *part, struct apsis_buffer *out)
{
    size_t length;
    const char *at = apsis_build_edited(model, part, 1, &length), *end = at + length;
    if (part == model->built->parts) {
        apsis_buffer_add(out, at, length);
        return;
    }
    if (length >= 3 && !memcmp(at, "\xef\xbb\xbf", 3)) at += 3;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *next = newline ? newline + 1 : end, *word = at;
        while (word < next && strchr(" \t\r\n", *word)) word++;
        if (word < next && *word != '#') {
            apsis_buffer_add(out, word, (size_t)(end - word));
            return;
        }
        apsis_buffer_add(out, at, (size_t)(next - at));
        at = next;
    }
}

static void write_source(const struct apsis_model *model, const struct apsis_part *part, struct apsis_buffer *out)
{
    const struct apsis_source *source = &model->sources.items[part->text];
    apsis_buffer_add(out, source->text, source->length);
    apsis_buffer_text(out, "\n");
}

void apsis_model_write(const struct apsis_model *model, struct apsis_buffer *out)
{
    apsis_buffer_text(out, "");
    if (!model->built) {
        if (model->source < model->sources.count) apsis_buffer_add(out, model->sources.items[model->source].text, model->sources.items[model->source].length);
        return;
    }
    apsis_build_refresh((struct apsis_model *)model); /* its texts, not what it says */
    for (const struct apsis_part *part = model->built->parts; part; part = part->next) {
        end_line(out);
        if (part->kind == APSIS_PART_TEXT) {
            write_text((struct apsis_model *)model, part, out);
            continue;
        }
        if (out->length && (part->kind == APSIS_PART_SCENARIO || part->segments[0].text[0] == '#')) apsis_buffer_text(out, "\n");
        write_source(model, part, out);
        for (const struct apsis_part *over = part->overrides; over; over = over->next) {
            apsis_buffer_text(out, "  ");
            write_source(model, over, out);
        }
    }
}

struct writing {
    const struct apsis_model *model;
    char *text;
};

static enum apsis_status write_model(void *arguments)
{
    struct writing *writing = arguments;
    struct apsis_buffer out = {0};
    apsis_model_write(writing->model, &out);
    return apsis_hand_out(&out, &writing->text);
}

char *apsis_model_text(const struct apsis_model *model)
{
    struct writing writing = {.model = model};
    if (model) apsis_guard(NULL, write_model, &writing);
    return writing.text;
}
