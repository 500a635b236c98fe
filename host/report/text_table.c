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

void apsis_text_table_print(const struct apsis_text_table *table, const struct apsis_page *page, size_t indent, int head, struct apsis_buffer *out)
{
    size_t columns = table->columns, rows = table->count / columns, wide[32] = {0}, total = indent;
    for (size_t i = 0; i < rows * columns; i++) {
        size_t width = apsis_text_width(table->cells[i]);
        if (width > wide[i % columns]) wide[i % columns] = width;
    }
    for (size_t c = 0; c < columns; c++) total += wide[c] + (c ? GAP : 0);
    size_t page_width = (size_t)page->width, last = columns - 1;
    int wrap_last = !table->right[last];
    if (total > page_width && wrap_last) {
        size_t least = wide[last] < 24 ? wide[last] : 24, over = total - page_width;
        size_t cut = wide[last] - least < over ? wide[last] - least : over;
        wide[last] -= cut;
        total -= cut;
    }
    while (total > page_width) { /* cut the widest column that is flush left: figures are never cut */
        size_t widest = columns;
        for (size_t c = 0; c < columns; c++)
            if (!table->right[c] && wide[c] > 10 && (widest == columns || wide[c] > wide[widest])) widest = c;
        if (widest == columns) break;
        wide[widest]--;
        total--;
    }
    size_t title = 0;
    for (size_t row = 0; row < rows; row++) {
        for (; title < table->title_count && table->titles[title].row <= row; title++) {
            if (row > (size_t)head) apsis_buffer_text(out, "\n");
            if (table->titles[title].text) apsis_text_section(out, page, table->titles[title].text, indent);
        }
        const char *const *cells = &table->cells[row * columns];
        int dim = (head && row == 0) || (table->dim_row_step && row >= (size_t)head && (row + 1 - (size_t)head) % table->dim_row_step == 0);
        if (dim) apsis_text_tone(out, page, APSIS_DIM);
        apsis_buffer_repeat(out, ' ', indent);
        for (size_t c = 0; c < columns; c++) {
            if (c) apsis_buffer_repeat(out, ' ', GAP);
            if (c == last && wrap_last) {
                const char *rest = cells[c];
                while (*rest) {
                    size_t bytes = first_line(rest, wide[c]);
                    struct apsis_buffer line = {0};
                    apsis_buffer_add(&line, rest, bytes);
                    apsis_text_add(out, line.text);
                    apsis_buffer_free(&line);
                    rest += bytes;
                    while (*rest == ' ') rest++;
                    if (*rest) {
                        apsis_buffer_text(out, "\n");
                        apsis_buffer_repeat(out, ' ', indent + total - indent - wide[c]);
                    }
                }
            } else {
                apsis_text_pad(out, page, cells[c], wide[c], table->right[c]);
            }
        }
        trim_right(out);
        if (dim) apsis_text_tone(out, page, APSIS_PLAIN);
        apsis_buffer_text(out, "\n");
    }
}
