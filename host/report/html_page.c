/* html_page.c - one HTML page: head, sections, tables; safe whatever the texts of a model hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"

void apsis_html_raw(struct apsis_html *html, const char *markup) { apsis_buffer_text(html->out, markup); }
void apsis_html_text(struct apsis_html *html, const char *text) { apsis_svg_text(html->out, text); }

void apsis_html_printf(struct apsis_html *html, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    apsis_buffer_text(html->out, text);
}

static int is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80) return 0;
    return 1;
}

void apsis_html_words(struct apsis_html *html, const char *text)
{
    int plain = is_plain(text); /* nothing in it writes from right to left */
    if (!plain) apsis_html_raw(html, "<bdi>");
    apsis_html_text(html, text);
    if (!plain) apsis_html_raw(html, "</bdi>");
}

void apsis_html_element(struct apsis_html *html, const char *tag, const char *text)
{
    apsis_html_printf(html, "<%s>", tag);
    apsis_html_words(html, text);
    apsis_html_printf(html, "</%s>", tag);
}

void apsis_html_begin(struct apsis_html *html, const char *title, const char *kicker, const char *subtitle)
{
    apsis_html_raw(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"generator\" content=\"Apsis ");
    apsis_html_text(html, apsis_version());
    apsis_html_raw(html, "\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    apsis_html_text(html, title);
    apsis_html_raw(html, "</title>\n<style>");
    apsis_html_raw(html, apsis_html_style);
    apsis_html_raw(html, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<div class=\"page\">\n<header>\n<p class=\"kicker\">");
    apsis_html_words(html, kicker);
    apsis_html_raw(html, "</p>\n");
    apsis_html_element(html, "h1", title);
    if (subtitle) {
        apsis_html_raw(html, "\n<p class=\"meta\">");
        apsis_html_words(html, subtitle);
        apsis_html_raw(html, "</p>");
    }
    apsis_html_raw(html, "\n</header>\n");
}

void apsis_html_contents(struct apsis_html *html, const struct apsis_html_entry *entries, size_t count)
{
    apsis_html_raw(html, "<nav aria-label=\"Contents\"><ul>");
    for (size_t i = 0; i < count; i++) {
        apsis_html_printf(html, "<li><a href=\"#%s\">", entries[i].id);
        apsis_html_text(html, entries[i].title);
        apsis_html_raw(html, "</a></li>");
    }
    apsis_html_raw(html, "</ul></nav>\n<main id=\"main\">\n");
}

void apsis_html_end(struct apsis_html *html)
{
    apsis_html_raw(html, "</main>\n<footer>Written by Apsis ");
    apsis_html_text(html, apsis_version());
    apsis_html_raw(html, ". The page is complete in itself: it holds no script and loads nothing.</footer>\n</div>\n</body>\n</html>\n");
}

void apsis_html_section(struct apsis_html *html, const char *id, const char *title)
{
    apsis_html_printf(html, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">", id, id, id);
    apsis_html_text(html, title);
    apsis_html_raw(html, "</h2>\n");
}

void apsis_html_section_end(struct apsis_html *html) { apsis_html_raw(html, "</section>\n"); }

/* ---------------------------------------------------------------- tables */
static void put_table(struct apsis_html *html, const char *caption, int hidden, const char *columns, const char *const *heads)
{
    apsis_html_printf(html, "<table><caption%s>", hidden ? " class=\"hide\"" : "");
    apsis_html_words(html, caption);
    apsis_html_raw(html, "</caption><thead><tr>");
    for (size_t i = 0; columns[i]; i++) {
        apsis_html_printf(html, "<th scope=\"col\"%s>", columns[i] == 'l' ? " class=\"x\"" : "");
        apsis_html_words(html, heads[i]);
        apsis_html_raw(html, "</th>");
    }
    apsis_html_raw(html, "</tr></thead><tbody>");
}

void apsis_html_table(struct apsis_html *html, const char *caption, int hidden, const char *columns, const char *const *heads)
{
    apsis_html_raw(html, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
    apsis_html_text(html, caption);
    apsis_html_raw(html, "\">");
    put_table(html, caption, hidden, columns, heads);
}

void apsis_html_row(struct apsis_html *html) { apsis_html_raw(html, "\n<tr>"); }

void apsis_html_row_head(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<th scope=\"row\">");
    apsis_html_words(html, text);
    apsis_html_raw(html, "</th>");
}

void apsis_html_cell(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<td>");
    apsis_html_text(html, text);
}

void apsis_html_cell_text(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<td class=\"x\">");
    apsis_html_words(html, text);
}

void apsis_html_cell_unit(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<td class=\"u\">");
    apsis_html_words(html, text);
}

void apsis_html_table_group(struct apsis_html *html, size_t columns, const char *title)
{
    apsis_html_printf(html, "</tbody><tbody>\n<tr><th scope=\"rowgroup\" colspan=\"%zu\">", columns);
    apsis_html_words(html, title);
    apsis_html_raw(html, "</th></tr>");
}

void apsis_html_table_end(struct apsis_html *html) { apsis_html_raw(html, "</tbody></table></div>\n"); }

void apsis_html_drawn(struct apsis_html *html)
{
    if (html->drawing) apsis_html_raw(html, "</svg>\n");
    html->drawing = 0;
}

void apsis_html_figure_data(struct apsis_html *html, const char *caption, const char *columns, const char *const *heads)
{
    apsis_html_drawn(html);
    apsis_html_raw(html, "<details><summary>Data<span class=\"hide\"> of: ");
    apsis_html_words(html, caption);
    apsis_html_raw(html, "</span></summary>");
    apsis_html_table(html, caption, 1, columns, heads);
}

void apsis_html_figure_end(struct apsis_html *html) { apsis_html_raw(html, "</tbody></table></div></details></figure>\n"); }
