/* html_figure.c - what all drawings of a report share: the frame with its names, texts, lines, axes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/report/html.h"

void apsis_html_figure(struct apsis_html *html, const struct apsis_html_figure *figure)
{
    unsigned id = ++html->figures;
    apsis_html_printf(html, "<figure aria-labelledby=\"f%u-t\"><figcaption>", id);
    apsis_html_words(html, figure->title);
    if (figure->note) apsis_html_element(html, "small", figure->note);
    apsis_html_printf(html, "</figcaption>\n<svg class=\"c\" role=\"img\" aria-labelledby=\"f%u-t f%u-d\" height=\"%.0f\" style=\"padding:%.0fpx %.0fpx %.0fpx %.0fpx\">", id, id,
                      figure->height + figure->top + figure->bottom, figure->top, figure->right, figure->bottom, figure->left);
    apsis_html_printf(html, "<title id=\"f%u-t\">", id);
    if (figure->subject) {
        apsis_html_text(html, apsis_html_capital(html, figure->subject));
        apsis_html_raw(html, ": ");
    }
    apsis_html_text(html, figure->title);
    apsis_html_printf(html, "</title><desc id=\"f%u-d\">", id);
    apsis_html_text(html, figure->description);
    apsis_html_raw(html, "</desc>\n");
    html->drawing = 1;
}

char *apsis_html_minus(char *text)
{
    if (text[0] == '-' && text[1] && strlen(text) + 3 <= APSIS_TEXT_SIZE) {
        memmove(text + 3, text + 1, strlen(text));
        memcpy(text, "\u2212", 3);
    }
    return text;
}

static void put_number(struct apsis_html *html, const char *name, double value, const char *unit)
{
    apsis_html_printf(html, " %s=\"", name);
    apsis_svg_number(html->out, value);
    apsis_html_printf(html, "%s\"", unit);
}

void apsis_html_label(struct apsis_html *html, double x, double dx, double y, char anchor, const char *class, const char *text)
{
    apsis_html_raw(html, "<text");
    if (class) apsis_html_printf(html, " class=\"%s\"", class);
    put_number(html, "x", x, "%");
    if (dx) put_number(html, "dx", dx, "");
    put_number(html, "y", y, "");
    if (anchor != 's') apsis_html_printf(html, " text-anchor=\"%s\"", anchor == 'm' ? "middle" : "end");
    apsis_html_raw(html, ">");
    apsis_html_text(html, text);
    apsis_html_raw(html, "</text>");
}

void apsis_html_line(struct apsis_html *html, const char *class, double x1, double y1, double x2, double y2)
{
    apsis_html_printf(html, "<line class=\"%s\"", class);
    put_number(html, "x1", x1, "%");
    put_number(html, "y1", y1, "");
    put_number(html, "x2", x2, "%");
    put_number(html, "y2", y2, "");
    apsis_html_raw(html, "/>");
}

/* ---------------------------------------------------------------- axes */
/* An axis is read by numbers and one unit: a sign of money stays with the number, per cent too. */
static char *tick_text(char text[APSIS_TEXT_SIZE], double value, int decimals, const char *unit)
{
    apsis_html_minus(apsis_text_number(text, value, decimals));
    if (unit && !strcmp(unit, "%") && strlen(text) + 3 < APSIS_TEXT_SIZE) strcat(text, " %");
    return text;
}

/* Whether every text of the ticks fits into a plot this wide. */
static int ticks_fit(const struct apsis_svg_ticks *ticks, double low, double high, double width, const char *unit)
{
    double last = -INFINITY;
    for (size_t i = 0; i < ticks->count; i++) {
        char text[APSIS_TEXT_SIZE];
        double value = ticks->first + (double)i * ticks->step, at = (value - low) / (high - low) * width;
        double half = apsis_svg_text_width(tick_text(text, value, ticks->decimals, unit), APSIS_SVG_FONT) / 2;
        if (at - half < last + 8) return 0;
        last = at + half;
    }
    return 1;
}

static void put_ticks_x(struct apsis_html *html, const struct apsis_svg_ticks *ticks, double low, double high, double y, const char *class, const char *unit)
{
    apsis_html_printf(html, "<g class=\"%s\">", class);
    for (size_t i = 0; i < ticks->count; i++) {
        char text[APSIS_TEXT_SIZE];
        double value = ticks->first + (double)i * ticks->step, x = 100 * (value - low) / (high - low);
        if (fabs(value) < ticks->step / 1e6) value = 0;
        apsis_html_line(html, "a", x, y, x, y + 4);
        apsis_html_label(html, x, 0, y + 17, 'm', "t", tick_text(text, value, ticks->decimals, unit));
    }
    apsis_html_raw(html, "</g>");
}

void apsis_html_axis_x(struct apsis_html *html, double low, double high, double y, const char *unit)
{
    struct apsis_svg_ticks narrow, wide;
    size_t most = 7;
    do narrow = apsis_svg_ticks(low, high, most); while (!ticks_fit(&narrow, low, high, APSIS_SVG_NARROWEST, unit) && --most > 1);
    most = 10;
    do wide = apsis_svg_ticks(low, high, most); while (!ticks_fit(&wide, low, high, 400, unit) && --most > 1);
    apsis_html_line(html, "a", 0, y, 100, y);
    if (narrow.count == wide.count) {
        put_ticks_x(html, &narrow, low, high, y, "tx", unit);
        return;
    }
    put_ticks_x(html, &narrow, low, high, y, "n", unit);
    put_ticks_x(html, &wide, low, high, y, "w", unit);
}

void apsis_html_axis_y(struct apsis_html *html, double low, double high, double height, const struct apsis_svg_ticks *ticks, const char *unit)
{
    for (size_t i = 0; i < ticks->count; i++) {
        char text[APSIS_TEXT_SIZE];
        double value = ticks->first + (double)i * ticks->step, y = height * (high - value) / (high - low);
        if (fabs(value) < ticks->step / 1e6) value = 0;
        apsis_html_line(html, value == 0 && low < 0 ? "a" : "g", 0, y, 100, y);
        apsis_html_label(html, 0, -8, y + 4, 'e', "t", tick_text(text, value, ticks->decimals, unit));
    }
}

/* ---------------------------------------------------------------- periods */
/* A label every so many periods, beginning at `start`; years alone where there are several of them. */
static void put_periods(struct apsis_html *html, const struct apsis_ir *ir, int32_t first, size_t count, int cells, double y, double width, const char *class)
{
    long per = ir->periods_per_year;
    int years = per > 1 && count > 2 * (size_t)per;
    size_t start = 0, step = years ? (size_t)per : 1;
    char label[16];
    while (years && (first + (long)start + (ir->first_part ? ir->first_part - 1 : 0)) % per != 0) start++;
    double text = apsis_svg_text_width(apsis_period_label(ir, first, label), APSIS_SVG_FONT) - (years ? (per > 4 ? 3 : 2) * 6.5 : 0) + 12;
    double each = width / (double)(cells || count < 2 ? count : count - 1);
    static const size_t factors[] = {1, 2, 3, 4, 5, 10, 15, 20, 25, 50, 100, 200, 500, 1000, 5000, 20000};
    size_t factor = 0;
    while (factor + 1 < sizeof factors / sizeof *factors && (double)(step * factors[factor]) * each < text) factor++;
    step *= factors[factor];
    apsis_html_printf(html, "<g class=\"%s\">", class);
    for (size_t t = start; t < count; t += step) {
        double x = cells ? 100 * ((double)t + 0.5) / (double)count : count > 1 ? 100 * (double)t / (double)(count - 1) : 50;
        apsis_period_label(ir, first + (long)t, label);
        if (years) label[strcspn(label, "Q-")] = 0;
        apsis_html_line(html, "a", x, y, x, y + 4);
        apsis_html_label(html, x, 0, y + 17, 'm', "t", label);
    }
    apsis_html_raw(html, "</g>");
}

void apsis_html_axis_periods(struct apsis_html *html, const struct apsis_ir *ir, int32_t first, size_t count, int cells, double y)
{
    apsis_html_line(html, "a", 0, y, 100, y);
    put_periods(html, ir, first, count, cells, y, APSIS_SVG_NARROWEST, "n");
    put_periods(html, ir, first, count, cells, y, 380, "w");
}

void apsis_html_canvas(struct apsis_html *html, double height)
{
    apsis_html_printf(html, "<svg x=\"0\" y=\"0\" width=\"100%%\" height=\"%.0f\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\">", height);
}

const char *apsis_html_fit(struct apsis_html *html, const char *text, double width)
{
    if (apsis_svg_text_width(text, APSIS_SVG_FONT) <= width) return text;
    char *copy = apsis_arena_printf(html->arena, "%s\u2026", text);
    for (size_t length = strlen(text); length > 1; length--) {
        if (((unsigned char)text[length] & 0xc0) == 0x80) continue; /* within a character */
        strcpy(copy + length, "\u2026");
        if (apsis_svg_text_width(copy, APSIS_SVG_FONT) <= width) break;
    }
    return copy;
}

double apsis_html_axis_room(const struct apsis_svg_ticks *ticks, const char *unit)
{
    double most = 0;
    for (size_t i = 0; i < ticks->count; i++) {
        char text[APSIS_TEXT_SIZE];
        double width = apsis_svg_text_width(tick_text(text, ticks->first + (double)i * ticks->step, ticks->decimals, unit), APSIS_SVG_FONT);
        if (width > most) most = width;
    }
    return most + 10;
}
