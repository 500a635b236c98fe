/* html_record.c - how a result came about, so that anyone can get it again: model, seed, draws, digest, commands, data files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html.h"
#include "host/support/sha256.h"

void apsis_html_record_item(struct apsis_html *html, const char *name, const char *text, int code)
{
    if (!text || !*text) return;
    apsis_html_raw(html, "<dt>");
    apsis_html_text(html, name);
    apsis_html_raw(html, code ? "</dt><dd><code>" : "</dt><dd>");
    apsis_html_words(html, text);
    apsis_html_raw(html, code ? "</code></dd>\n" : "</dd>\n");
}

static void put_replay(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_measure *measure = apsis_html_first(result);
    if (!measure || !report->replay) return;
    const struct apsis_output *output = &result->ir->outputs[measure->output];
    apsis_html_raw(html, "<h3>Look at single draws</h3>\n<p>A percentile is one draw of the run. These commands show every input, period and output of it:</p>\n<pre><code>");
    for (size_t i = 0; i < measure->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &measure->percentiles[i];
        double percent = apsis_percent_value(p->percent);
        char text[APSIS_TEXT_SIZE];
        if (p->draw == APSIS_NO_DRAW || (percent != 5 && percent != 50 && percent != 95)) continue;
        apsis_html_text(html, report->replay);
        apsis_html_printf(html, " --draw %" PRIu64 "    # %s of ", p->draw, apsis_report_percent(text, p->percent));
        apsis_html_text(html, output->name);
        apsis_html_raw(html, "\n");
    }
    apsis_html_text(html, report->replay);
    apsis_html_printf(html, " --draw %" PRIu64 "    # the lowest\n", measure->min_draw);
    apsis_html_text(html, report->replay);
    apsis_html_printf(html, " --draw %" PRIu64 "    # the highest</code></pre>\n", measure->max_draw);
}

static void put_files(struct apsis_html *html, const struct apsis_ir *ir)
{
    static const char *const heads[] = {"File", "SHA-256"};
    if (ir->data_file_count == 0) return;
    apsis_html_raw(html, "<h3>Data files</h3>\n");
    apsis_html_table(html, "Data files that the model reads.", 1, "ll", heads);
    for (size_t i = 0; i < ir->data_file_count; i++) {
        char hex[65];
        apsis_sha256_hex(ir->data_files[i].sha256, hex);
        apsis_html_row(html);
        apsis_html_row_head(html, ir->data_files[i].path);
        apsis_html_raw(html, "<td class=\"x\"><code>");
        apsis_html_text(html, hex);
        apsis_html_raw(html, "</code>");
    }
    apsis_html_table_end(html);
}

void apsis_html_record(struct apsis_html *html, const struct apsis_result *result, const struct apsis_report *report)
{
    const struct apsis_ir *ir = result->ir;
    char text[APSIS_TEXT_SIZE];
    apsis_html_raw(html, "<p>A result is a function of the model, the seed and the number of draws alone: the same command gives the same digest on every machine and engine.</p>\n<dl class=\"record\">\n");
    apsis_html_record_item(html, "Model", report->model_file && !strcmp(report->model_file, "-") ? "standard input" : report->model_file, 1);
    apsis_html_record_item(html, "SHA-256 of the model", report->model_sha256, 1);
    apsis_html_record_item(html, "Scenario", ir->scenario, 0);
    snprintf(text, sizeof text, result->seed < 1000000 ? "%" PRIu64 : "0x%" PRIx64, result->seed);
    apsis_html_record_item(html, "Seed", text, 0);
    apsis_html_record_item(html, "Draws", apsis_text_count(text, result->partial ? result->done : result->draws), 0);
    apsis_html_record_item(html, "Digest", result->digest, 1);
    apsis_html_record_item(html, "Command", report->command, 1);
    apsis_html_record_item(html, "Apsis", apsis_version(), 0);
    snprintf(text, sizeof text, result->seconds < 10 ? " in %.2f s" : " in %.0f s", result->seconds);
    apsis_html_record_item(html, "Engine", result->engine ? apsis_arena_printf(html->arena, "%s%s", result->engine, text) : NULL, 0);
    apsis_html_record_item(html, "Note", result->note, 0);
    apsis_html_raw(html, "</dl>\n");
    put_replay(html, result, report);
    put_files(html, ir);
}
