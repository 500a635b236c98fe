/* html.h - what HTML reports are made of: the page, sections, tables, figures; and the parts of the report of a run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_HTML_H
#define APSIS_HOST_HTML_H
#include "host/report/report.h"
#include "host/report/svg.h"

/* A page of another kind (a stress test, an explanation) is one more file: apsis_html_begin, apsis_html_contents, sections of the parts below
   and of its own figures and tables, apsis_html_record, apsis_html_end; html_run.c shows how. */

/* One page under way. Everything written is a function of what is given: no clock, no machine, no locale. */
struct apsis_html {
    struct apsis_buffer *out;
    struct apsis_arena *arena; /* for texts while the page is written */
    unsigned figures;          /* how many there are: their ids */
    int drawing;               /* 1: an <svg> is open */
};

/* ---------------------------------------------------------------- html_page.c: the page */
/* Markup as it stands: only our own words. */
void apsis_html_raw(struct apsis_html *html, const char *markup);
/* printf of markup: only numbers and words of our own, never a text of the model. */
void apsis_html_printf(struct apsis_html *html, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
/* Any text, escaped. */
void apsis_html_text(struct apsis_html *html, const char *text);
/* A text of the model, escaped and set apart, so that its direction of writing leaves its neighbours alone. */
void apsis_html_words(struct apsis_html *html, const char *text);
/* <tag>text</tag>, escaped */
void apsis_html_element(struct apsis_html *html, const char *tag, const char *text);

/* Head, style, skip link, title; then main is open. `kicker` and `subtitle` are one line above and one below the title. */
void apsis_html_begin(struct apsis_html *html, const char *title, const char *kicker, const char *subtitle);
void apsis_html_end(struct apsis_html *html);
struct apsis_html_entry {
    const char *id, *title;
};
/* The contents: links to sections. */
void apsis_html_contents(struct apsis_html *html, const struct apsis_html_entry *entries, size_t count);
/* <section> with a heading of level 2. */
void apsis_html_section(struct apsis_html *html, const char *id, const char *title);
void apsis_html_section_end(struct apsis_html *html);

/* ---------------------------------------------------------------- tables: caption, head, rows, in a box of their own that scrolls */
/* `columns` says of each column: l text, r number; heads[i] are its titles. A hidden caption is for screen readers alone. */
void apsis_html_table(struct apsis_html *html, const char *caption, int hidden, const char *columns, const char *const *heads);
void apsis_html_row(struct apsis_html *html);
void apsis_html_row_head(struct apsis_html *html, const char *text); /* escaped; the first cell of a row */
void apsis_html_cell(struct apsis_html *html, const char *text);     /* escaped, a number */
void apsis_html_cell_text(struct apsis_html *html, const char *text); /* escaped, words */
void apsis_html_cell_unit(struct apsis_html *html, const char *text); /* the same for a word or two, never broken */
void apsis_html_table_group(struct apsis_html *html, size_t columns, const char *title); /* a row that heads those below */
void apsis_html_table_end(struct apsis_html *html);

/* ---------------------------------------------------------------- html_figure.c: title, drawing, and the data in a table below */
struct apsis_html_figure {
    const char *title;       /* what it shows, in a line */
    const char *subject;     /* NULL, or of what: for readers who do not see the heading above */
    const char *note;        /* NULL, or a line below the title */
    const char *description; /* what a reader who does not see it is told */
    double height;           /* pixels of the plot, without the paddings */
    double left, right, top, bottom; /* paddings, pixels: texts that stand beside the plot are drawn there */
};
/* Opens <figure> and its <svg>; draw into html->out. */
void apsis_html_figure(struct apsis_html *html, const struct apsis_html_figure *figure);
/* Ends the drawing, so that more can stand below it; apsis_html_figure_data does it too. */
void apsis_html_drawn(struct apsis_html *html);
/* Opens the table of its data, filled by the functions above. */
void apsis_html_figure_data(struct apsis_html *html, const char *caption, const char *columns, const char *const *heads);
void apsis_html_figure_end(struct apsis_html *html);
/* A text in a drawing: x in per cent moved by dx pixels, y in pixels; anchor s, m or e; class may be NULL. */
void apsis_html_label(struct apsis_html *html, double x, double dx, double y, char anchor, const char *class, const char *text);
void apsis_html_line(struct apsis_html *html, const char *class, double x1, double y1, double x2, double y2);
/* Horizontal axis from low to high at height y: line, ticks, texts. Ticks of wide plots are hidden in narrow ones. */
void apsis_html_axis_x(struct apsis_html *html, double low, double high, double y, const char *unit);
/* Vertical axis: grid lines and texts left of the plot; values low..high over 0..height. */
void apsis_html_axis_y(struct apsis_html *html, double low, double high, double height, const struct apsis_svg_ticks *ticks, const char *unit);
/* Horizontal axis of `count` periods from `first` on: texts under their points, or (`cells`) under columns of equal width. */
void apsis_html_axis_periods(struct apsis_html *html, const struct apsis_ir *ir, int32_t first, size_t count, int cells, double y);
/* The drawing's plot as a canvas of 1000 by 1000 that is stretched to it: for paths. Closed with </svg>. */
void apsis_html_canvas(struct apsis_html *html, double height);
/* A text cut to `width` pixels, with an ellipsis. */
const char *apsis_html_fit(struct apsis_html *html, const char *text, double width);
/* Pixels that the texts of a vertical axis take, for figure.left. */
double apsis_html_axis_room(const struct apsis_svg_ticks *ticks, const char *unit);
/* "-12.5" with a minus sign proper: in place, in a text of APSIS_TEXT_SIZE that is short enough */
char *apsis_html_minus(char *text);

extern const char apsis_html_style[]; /* html_style.c */

/* ---------------------------------------------------------------- html_words.c: how an output is spoken of */
struct apsis_quantity {
    const char *name;  /* "enterprise value", "net present value of a site, memphis": for readers */
    const char *unit;  /* "$B", "%", "": as the values are shown */
    double scale;      /* values are shown times this: 100 where a share or a rate is shown in per cent, else 1 */
};
/* A label taken apart: words (NULL: none) and unit (NULL: none). Models give units in brackets; where one does not, many a label ends with
   the model's currency or is nothing but a unit. */
void apsis_html_label_parts(struct apsis_arena *arena, const char *label, const char *currency, const char **words, const char **unit);
struct apsis_quantity apsis_html_quantity(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure);
/* "Enterprise value": the first letter large, where it is a plain letter */
const char *apsis_html_capital(struct apsis_html *html, const char *text);
/* "$497B", "−24.8 %", "12 months" */
const char *apsis_html_amount(struct apsis_html *html, double value, const struct apsis_quantity *quantity);
/* the same with that many decimals */
const char *apsis_html_amount_to(struct apsis_html *html, double value, int decimals, const struct apsis_quantity *quantity);
/* Decimals of a value of the result, for the value as it is shown. */
int apsis_html_decimals(int decimals, const struct apsis_quantity *quantity);
/* "21.0 %", "99.95 %": for sentences */
const char *apsis_html_chance(struct apsis_html *html, double probability);
/* "about 1 in 5", "about 96 in 100" */
const char *apsis_html_often(struct apsis_html *html, double probability);
/* The measure that a reader asks for first: the first number with a target, else the first number; NULL where there is none. */
const struct apsis_measure *apsis_html_first(const struct apsis_result *result);

/* ---------------------------------------------------------------- html_bars.c: one bar a line, from zero, with a text on either side */
struct apsis_html_bar {
    const char *name, *text;
    double value;
    const char *class;  /* bar, neg */
};
#define APSIS_HTML_BAR_ROW 24.0 /* pixels */
double apsis_html_bars_left(const struct apsis_html_bar *bars, size_t count);  /* paddings for the figure */
double apsis_html_bars_right(const struct apsis_html_bar *bars, size_t count);
void apsis_html_bars(struct apsis_html *html, const struct apsis_html_bar *bars, size_t count);

/* ---------------------------------------------------------------- html_spans.c: bars from one level to another, each below its name */
struct apsis_html_span {
    const char *name, *more, *text; /* `more`: NULL, or what is added to the name where there is room; `text`: its figure, at the right */
    const char *class;       /* bar, neg, i */
    double from, to;         /* not finite: no bar */
    double low, high;        /* of the interval around `to`; NaN: none */
    int joined;              /* 1: a line comes down to `from` from the row above */
};
#define APSIS_HTML_SPAN_ROW 42.0 /* pixels */
#define APSIS_HTML_SPAN_NARROW 290.0 /* pixels that names and figures may take in a narrow plot, and in a wide one */
#define APSIS_HTML_SPAN_WIDE 590.0
/* What an axis must reach for all of it to be seen. */
void apsis_html_spans_range(const struct apsis_html_span *spans, size_t count, double *low, double *high);
/* Padding on either side: half of the widest text of a horizontal axis. */
double apsis_html_spans_side(double low, double high, const char *unit);
void apsis_html_spans(struct apsis_html *html, const struct apsis_html_span *spans, size_t count, double low, double high);
/* The words of a row whose top is at y: the name on the left, the text on the right, never overlapping. */
void apsis_html_row_words(struct apsis_html *html, double y, const char *name, const char *more, const char *text);
void apsis_html_rect(struct apsis_html *html, const char *class, double x1, double x2, double y, double height); /* x in per cent */

/* ---------------------------------------------------------------- html_change.c: a difference and how sure it is, in words */
/* "+311 ±2.1", "−0.5 ±0.02" and with a unit "$311B ± $2B" (without sign): times the quantity's scale. The same decimals in both, and no less
   than `decimals` (-1: none asked for). An exact difference has no ±; none at all is "±0". */
const char *apsis_html_change(struct apsis_html *html, double value, double half, int decimals, const struct apsis_quantity *quantity);
const char *apsis_html_change_amount(struct apsis_html *html, double value, double half, const struct apsis_quantity *quantity);
/* Half of an interval: the longer side. */
double apsis_html_half(double value, double low, double high);
/* "seven"; from 13 on in digits */
const char *apsis_html_count_words(struct apsis_html *html, size_t count);
/* An item of a list of class record. `code`: as code. Nothing where there is no text. */
void apsis_html_record_item(struct apsis_html *html, const char *name, const char *text, int code);

/* ---------------------------------------------------------------- html_shape.c: what histogram and distribution function draw */
struct apsis_html_step {
    double from, to;  /* of the bar, in units of the result */
    double share;     /* of the valid draws */
    double height;    /* share of the draws in a bar of the common width */
    double before;    /* share of the draws in what is further left */
};
struct apsis_html_shape {
    int whole;           /* 1: bars stand for whole numbers */
    double low, high;    /* the range of values drawn */
    double below, above; /* shares of the draws outside of it */
    double wide;         /* the common width */
    struct apsis_html_step *bars;
    size_t count;
};
/* 0: there is nothing to draw */
int apsis_html_shape_find(struct apsis_html *html, const struct apsis_measure *measure, struct apsis_html_shape *shape);

/* ---------------------------------------------------------------- html_markers.c: percentiles marked on an axis of values */
#define APSIS_HTML_MARKERS 9
#define APSIS_HTML_MARKER_ROW 16.0 /* pixels */
struct apsis_html_markers {
    struct apsis_svg_flag flags[APSIS_HTML_MARKERS];
    const char *texts[APSIS_HTML_MARKERS]; /* "P5 21.6"; percentiles of one value are one marker, "P5–P50 2027" */
    double values[APSIS_HTML_MARKERS];     /* as shown */
    double shares[APSIS_HTML_MARKERS];     /* 0..1: the highest percentile of the marker */
    size_t count, rows;
};
/* The percentiles that the report shows, and lie in low..high (in units of the result), placed. */
void apsis_html_markers_find(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_report *report,
                             const struct apsis_quantity *quantity, double low, double high, struct apsis_html_markers *markers);
/* Line and text of marker i: the line ends at `y`; the texts stand above y = 0. */
void apsis_html_marker_draw(struct apsis_html *html, const struct apsis_html_markers *markers, size_t i, double y);
double apsis_html_markers_room(const struct apsis_html_markers *markers); /* pixels above the plot */

/* ---------------------------------------------------------------- parts of the report of a run, each in the file of its name */
void apsis_html_run(struct apsis_buffer *out, const struct apsis_result *result, const struct apsis_report *report); /* all of it */
void apsis_html_headline(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report);
void apsis_html_outputs(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report);
void apsis_html_histogram(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_report *report);
void apsis_html_drivers(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_quantity *quantity);
void apsis_html_shares(struct apsis_html *html, const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_quantity *quantity);
/* measures first .. first+count-1 of one series output: html_fan.c numbers, html_stack.c categories */
void apsis_html_fan(struct apsis_html *html, const struct apsis_result *result, size_t first, size_t count, const struct apsis_report *report);
void apsis_html_stack(struct apsis_html *html, const struct apsis_result *result, size_t first, size_t count);
void apsis_html_targets(struct apsis_html *html, const struct apsis_result *result);
int apsis_html_has_targets(const struct apsis_result *result);
void apsis_html_tails(struct apsis_html *html, const struct apsis_result *result);
void apsis_html_assumptions(struct apsis_html *html, const struct apsis_result *result);
void apsis_html_correlations(struct apsis_html *html, const struct apsis_result *result);
void apsis_html_precision(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report);
/* "The 5th percentile would move by about ±$2.4B": what ten times the draws would change, in words */
const char *apsis_html_more_draws(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity);
void apsis_html_warnings(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report);
void apsis_html_record(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report);
void apsis_html_cdf(struct apsis_html *html, const struct apsis_measure *measure, const struct apsis_quantity *quantity, const struct apsis_report *report);

#endif
