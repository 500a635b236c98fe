/* text.h - what text reports are made of: the page, numbers for people, tables, little charts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_TEXT_H
#define APSIS_HOST_TEXT_H
#include <stddef.h>
#include <stdint.h>

#include "host/support/arena.h"
#include "host/support/buffer.h"
#include "include/apsis.h"

#define APSIS_TEXT_SIZE 64

/* Decimals that a value known to +- error deserves: the error with two digits where it begins with 1 or 2, else with one.
   -1 when the error says nothing (zero, NaN, infinite). */
int apsis_text_decimals(double error);
/* `decimals` decimals, commas between thousands from 10,000 on; decimals < 0: up to six significant digits, no trailing zeros.
   Very large and very small values as 1.23e+18; NaN and infinities as "-", "inf", "-inf". Returns `text`. */
char *apsis_text_number(char text[APSIS_TEXT_SIZE], double value, int decimals);
/* Up to `figures` significant digits, no trailing zeros. */
char *apsis_text_figures(char text[APSIS_TEXT_SIZE], double value, int figures);
/* 1,234,567 */
char *apsis_text_count(char text[APSIS_TEXT_SIZE], uint64_t count);
/* 12.3 %, with the decimals that +- error allows; error NaN: four significant digits */
char *apsis_text_share(char text[APSIS_TEXT_SIZE], double share, double error);

/* Columns a text takes in a terminal; control characters count none. */
size_t apsis_text_width(const char *text);
/* Adds a text from the model: control characters (which could steer the terminal) become '?'. */
void apsis_text_add(struct apsis_buffer *out, const char *text);
/* As above, cut to `width` columns (with a mark when cut) and filled with spaces to it; `right`: flush right. */
void apsis_text_pad(struct apsis_buffer *out, const struct apsis_page *page, const char *text, size_t width, int right);
/* Text broken at spaces to the page's width, from where the line stands; following lines indented.
   APSIS_TEXT_TIE is a space that no line is broken at. */
#define APSIS_TEXT_TIE "\x01"
void apsis_text_wrap(struct apsis_buffer *out, const struct apsis_page *page, const char *text, size_t indent);
/* Columns used in the line under way, escape sequences not counted. */
size_t apsis_text_column(const struct apsis_buffer *out);

enum apsis_tone { APSIS_PLAIN, APSIS_BOLD, APSIS_DIM };
void apsis_text_tone(struct apsis_buffer *out, const struct apsis_page *page, enum apsis_tone tone);
/* A heading: bold, with an empty line before it. */
void apsis_text_heading(struct apsis_buffer *out, const struct apsis_page *page, const char *text);

/* The title of a section of the model, as a line that nothing else looks like. */
void apsis_text_section(struct apsis_buffer *out, const struct apsis_page *page, const char *title, size_t indent);

/* "±" or "+-", "–" or "-", "·" or "-", "…" or "..." */
const char *apsis_text_plus_minus(const struct apsis_page *page);
const char *apsis_text_dash(const struct apsis_page *page);
const char *apsis_text_dot(const struct apsis_page *page);

/* A text as a field of comma-separated values: in quotes where a comma, a quote, a line end or a blank at its begin asks for them. */
void apsis_text_csv(struct apsis_buffer *out, const char *text);
/* "./my model.risk" as a shell wants it */
const char *apsis_text_shell_word(struct apsis_arena *arena, const char *word);

/* ---------------------------------------------------------------- tables */
struct apsis_text_title {
    size_t row; /* it stands before this one */
    const char *text;
};
/* A table is filled row by row. Column texts are copied. */
struct apsis_text_table {
    struct apsis_arena *arena;
    size_t columns, count, capacity;
    const char **cells;
    unsigned char right[32]; /* 1: column flush right */
    struct apsis_text_title *titles;
    size_t title_count, title_capacity;
    unsigned char dim_row_step; /* n > 0: every n-th row (n, 2n, ...; 1-based, without the head) is dim */
};
void apsis_text_table_start(struct apsis_text_table *table, struct apsis_arena *arena, size_t columns, const char *right);
void apsis_text_cell(struct apsis_text_table *table, const char *text);
/* What follows belongs to a section of this title; NULL: to none. */
void apsis_text_table_section(struct apsis_text_table *table, const char *title);
/* Prints with `indent` spaces; the first row is the head when `head`. The last column, when it is flush left, takes what is left of
   the page and is broken over lines, under its row where there is no room beside; other columns flush left that make the table too wide are
   cut, the widest first; columns of figures that still have no room follow below, beside the first column again. */
void apsis_text_table_print(const struct apsis_text_table *table, const struct apsis_page *page, size_t indent, int head, struct apsis_buffer *out);

/* ---------------------------------------------------------------- charts */
/* Bars of `count` bins over equal widths, `height` lines high, one column a bin, with `indent` spaces before. */
void apsis_text_columns(struct apsis_buffer *out, const struct apsis_page *page, const double *values, size_t count, size_t height, size_t indent);
/* One horizontal bar: share of `width` columns, filled to it. */
void apsis_text_bar(struct apsis_buffer *out, const struct apsis_page *page, double share, size_t width);

/* The histogram of a result, as many columns as fit: edges (count + 1, the end bins open, down to min and up to max), counts. */
struct apsis_text_bins {
    const double *edges;
    const uint64_t *counts;
    size_t count;
    double min, max;
};
/* What of it is worth a picture: bins first .. last, over low .. high; the shares of the draws that lie outside. */
struct apsis_text_range {
    size_t first, last;
    double low, high, below, above;
};
/* 1, with `edges` (count + 1) as they are drawn; 0 where there is nothing to draw. */
int apsis_text_bin_range(const struct apsis_text_bins *bins, double *edges, struct apsis_text_range *range);
void apsis_text_histogram(struct apsis_buffer *out, const struct apsis_page *page, const struct apsis_text_bins *bins, size_t indent);

#endif
