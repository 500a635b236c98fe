/* run_html.c - writes the report of a run as an HTML file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "host/cli/cli.h"
#include "host/report/html.h"

static void add_words(struct apsis_cli *cli, struct apsis_buffer *out, const char *option, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) apsis_buffer_printf(out, " --%s %s", option, apsis_cli_shell_word(cli->arena, texts[i]));
}

static void add_percents(struct apsis_buffer *out, const char *option, const struct apsis_percent *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0) apsis_buffer_printf(out, " --%s ", option);
        apsis_buffer_printf(out, "%s%.12g", i ? "," : "", apsis_percent_value(list[i]));
    }
}

/* "apsis run model.risk --draws 1000000": what gives this result again */
static void add_command(struct apsis_cli *cli, struct apsis_buffer *out)
{
    const struct apsis_options *options = &cli->options;
    apsis_buffer_printf(out, "apsis run %s --draws %" PRIu64, apsis_cli_shell_word(cli->arena, options->file ? options->file : "-"), options->draws);
    if (options->seed != 1) apsis_buffer_printf(out, " --seed 0x%" PRIx64, options->seed);
    add_words(cli, out, "scenario", options->scenarios, options->scenario_count);
    add_words(cli, out, "set", options->sets, options->set_count);
    add_words(cli, out, "target", options->target_texts, options->target_count);
    for (size_t i = 0; i < options->only_count; i++) apsis_buffer_printf(out, "%s%s", i ? "," : " --only ", apsis_cli_shell_word(cli->arena, options->only[i]));
    if (options->no_percentiles) apsis_buffer_text(out, " --percentiles none");
    else if (options->percentiles_given) add_percents(out, "percentiles", options->percentiles, options->percentile_count);
    if (options->shortfalls_given) add_percents(out, "shortfall", options->shortfalls, options->shortfall_count);
}

enum apsis_status apsis_cli_write_html(struct apsis_cli *cli, const struct apsis_result *result, const struct apsis_report *report)
{
    struct apsis_file file;
    struct apsis_buffer text = {0}, command = {0};
    struct apsis_report page = *report;
    enum apsis_status status = apsis_file_open(cli, cli->options.html, &file);
    if (status) return status;
    add_command(cli, &command);
    page.command = command.text;
    page.findings = cli->findings;
    apsis_html_run(&text, result, &page);
    int whole = fwrite(text.text, 1, text.length, file.stream) == text.length;
    apsis_buffer_free(&text);
    apsis_buffer_free(&command);
    status = apsis_file_close(cli, &file, whole);
    return status || whole ? status : APSIS_FAILURE;
}
