/* text_table.c - aligned columns that fit the page. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/report/text.h"

#define GAP 2

void apsis_text_table_start(struct apsis_text_table *table, struct apsis_arena *arena, size_t columns, const char *right)
{
    *table = (struct apsis_text_table){.arena = arena, .columns = columns};
    for (size_t i = 0; i < columns && right[i]; i++) table->right[i] = right[i] == 'r';
}

void apsis_text_cell(struct apsis_text_table *table, const char *text)
{
    const char **cell = APSIS_PUSH(table->arena, table->cells, table->count, table->capacity);
    *cell = apsis_arena_copy(table->arena, text ? text : "", text ? strlen(text) : 0);
}

void apsis_text_table_section(struct apsis_text_table *table, const char *title)
{
    struct apsis_text_title *t = APSIS_PUSH(table->arena, table->titles, table->title_count, table->title_capacity);
    *t = (struct apsis_text_title){table->count / table->columns, title};
}

/* Bytes of `text` that make up its first line of at most `width` columns, broken at a space where there is one. */
static size_t first_line(const char *text, size_t width)
{
    size_t at = 0, last_space = 0;
    while (text[at]) {
        size_t next = at + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80) next++;
        char piece[1024];
        size_t length = next < sizeof piece ? next : sizeof piece - 1;
        memcpy(piece, text, length);
        piece[length] = 0;
        if (apsis_text_width(piece) > width) return last_space ? last_space : at ? at : next;
        if (text[at] == ' ') last_space = at;
        at = next;
    }
    return at;
}

static void trim_right(struct apsis_buffer *out)
{
    while (out->length && out->text[out->length - 1] == ' ') out->text[--out->length] = 0;
}

/* A text over as many lines as it takes, the first where the line stands, the others after `indent` spaces. */
static void put_broken(struct apsis_buffer *out, const char *rest, size_t width, size_t indent)
{
    while (*rest) {
        size_t bytes = first_line(rest, width);
        struct apsis_buffer line = {0};
        apsis_buffer_add(&line, rest, bytes);
        apsis_text_add(out, line.text);
        apsis_buffer_free(&line);
        rest += bytes;
        while (*rest == ' ') rest++;
        if (*rest) {
            apsis_buffer_text(out, "\n");
            apsis_buffer_repeat(out, ' ', indent);
        }
    }
}

/* How a table is laid on a page. */
struct layout {
    size_t indent, wide[32];
    int head;
    int wrap_last; /* the last column is flush left and broken over lines */
    int below;     /* ... on lines of its own under its row, as there is no room beside it */
};

/* Column 0, then columns first .. end - 1. */
static void put_panel(const struct apsis_text_table *table, const struct apsis_page *page, const struct layout *layout, size_t first, size_t end, struct apsis_buffer *out)
{
    size_t columns = table->columns, rows = table->count / columns, last = columns - 1, title = 0;
    for (size_t row = 0; row < rows; row++) {
        for (; title < table->title_count && table->titles[title].row <= row; title++) {
            if (row > (size_t)layout->head) apsis_buffer_text(out, "\n");
            if (table->titles[title].text) apsis_text_section(out, page, table->titles[title].text, layout->indent);
        }
        const char *const *cells = &table->cells[row * columns];
        int is_head = layout->head && row == 0;
        int dim = is_head || (table->dim_row_step && row >= (size_t)layout->head && (row + 1 - (size_t)layout->head) % table->dim_row_step == 0);
        size_t at = layout->indent;
        if (dim) apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_repeat(out, ' ', layout->indent);
        for (size_t c = 0; c < end; c = c ? c + 1 : first) {
            if (c) apsis_buffer_repeat(out, ' ', GAP), at += GAP;
            if (c == last && layout->wrap_last) put_broken(out, cells[c], layout->wide[c], at);
            else apsis_text_pad(out, page, cells[c], layout->wide[c], table->right[c]);
            at += layout->wide[c];
        }
        trim_right(out);
        if (layout->below && end == last && !is_head && *cells[last]) {
            size_t indent = layout->indent + 2 * GAP, width = (size_t)page->width > indent + 10 ? (size_t)page->width - indent : 10;
            apsis_buffer_text(out, "\n");
            apsis_buffer_repeat(out, ' ', indent);
            put_broken(out, cells[last], width, indent);
        }
        if (dim) apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
    }
}

void apsis_text_table_print(const struct apsis_text_table *table, const struct apsis_page *page, size_t indent, int head, struct apsis_buffer *out)
{
    size_t columns = table->columns, rows = table->count / columns, total = indent, last = columns - 1, page_width = (size_t)page->width;
    struct layout layout = {.indent = indent, .head = head, .wrap_last = !table->right[last]};
    size_t *wide = layout.wide;
    for (size_t i = 0; i < rows * columns; i++) {
        size_t width = apsis_text_width(table->cells[i]);
        if (width > wide[i % columns]) wide[i % columns] = width;
    }
    for (size_t c = 0; c < columns; c++) total += wide[c] + (c ? GAP : 0);
    if (total > page_width && layout.wrap_last) {
        size_t least = wide[last] < 24 ? wide[last] : 24, over = total - page_width;
        size_t cut = wide[last] - least < over ? wide[last] - least : over;
        wide[last] -= cut;
        total -= cut;
    }
    size_t room = 0; /* that cutting columns can give */
    for (size_t c = 0; c < columns; c++)
        if (!table->right[c] && !(c == last && layout.wrap_last) && wide[c] > 10) room += wide[c] - 10;
    if (total > page_width + room && layout.wrap_last && last > 0) {
        layout.below = 1;
        total -= wide[last] + GAP;
    }
    while (total > page_width) { /* cut the widest column that is flush left: figures are never cut */
        size_t widest = columns;
        for (size_t c = 0; c < columns; c++)
            if (!table->right[c] && !(c == last && layout.wrap_last) && wide[c] > 10 && (widest == columns || wide[c] > wide[widest])) widest = c;
        if (widest == columns) break;
        wide[widest]--;
        total--;
    }
    size_t end = layout.below ? last : columns, first = 1;
    do { /* what has no room beside the first column follows below, under the first column again */
        size_t used = indent + wide[0], next = first;
        while (next < end && (next == first || used + GAP + wide[next] <= page_width)) used += GAP + wide[next++];
        if (first > 1) apsis_buffer_text(out, "\n");
        put_panel(table, page, &layout, first, next, out);
        first = next;
    } while (first < end);
}
