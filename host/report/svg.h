/* svg.h - static drawings for reports: numbers and texts as SVG wants them, axes, labels that never overlap. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SVG_H
#define APSIS_HOST_SVG_H
#include <stddef.h>

#include "host/support/buffer.h"

/* Drawings are fluid: x runs in per cent of a plot whose width the page decides, y in pixels, and text keeps its size. What does not
   overlap in the narrowest plot does not overlap in any: labels keep their distance in pixels from a point given in per cent. */
#define APSIS_SVG_NARROWEST 216.0 /* pixels of the narrowest plot that a page makes: a phone's, or half of a printed page */
#define APSIS_SVG_FONT 12.0       /* pixels */

/* Text from a model or from us, as content or as a value in double quotes: & < > " ' written out, control characters and those that
   turn the direction of text replaced, what is no UTF-8 replaced. */
void apsis_svg_text(struct apsis_buffer *out, const char *text);
/* At most two decimals, no trailing zeros, whatever the locale; what is not finite is 0. */
void apsis_svg_number(struct apsis_buffer *out, double value);
/* No less than the pixels that the text takes at `size` in any common font without serifs. */
double apsis_svg_text_width(const char *text, double size);

/* Round values from low to high, at most `most` of them (at least 2 are allowed): first, first + step, ... */
struct apsis_svg_ticks {
    double first, step;
    size_t count;
    int decimals; /* that show every one of them */
};
struct apsis_svg_ticks apsis_svg_ticks(double low, double high, size_t most);

/* ---------------------------------------------------------------- labels (svg_labels.c) */
/* A flag at a point of a horizontal axis: a line goes up from the axis and carries a text to its right or to its left. */
struct apsis_svg_flag {
    double at;     /* 0..1 of the plot's width */
    double width;  /* of the text, pixels */
    int left, row; /* found by apsis_svg_place: the text is left of the line; rows count up from the axis */
};
#define APSIS_SVG_FLAG_GAP 4.0 /* pixels between line and text */
/* Gives each flag its side and row so that no two texts overlap in a plot of `width` pixels or more, and no text leaves it where that
   can be; as few lines as possible cross a text. Flags are in ascending order of `at`. Returns the number of rows. */
size_t apsis_svg_place(struct apsis_svg_flag *flags, size_t count, double width);
/* Where the text begins and ends in a plot of `width` pixels. */
void apsis_svg_flag_box(const struct apsis_svg_flag *flag, double width, double *begin, double *end);

/* Moves ascending positions as little as possible (in squares) so that they stand at least `gap` apart within low..high; where they do
   not fit they stand evenly. */
void apsis_svg_spread(double *positions, size_t count, double gap, double low, double high);

#endif
