/* cmd_run.c - apsis run: draws a model and reports its outputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

/* What can be asked for beside the report, and where it goes. */
static enum apsis_status write_text(struct apsis_cli *cli, const struct apsis_result *result, enum apsis_format format, const char *path)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text;
    print.format = format;
    enum apsis_status status = apsis_result_text(result, &print, &text);
    if (status) return apsis_cli_fail(cli, status, "out of memory");
    status = apsis_file_write(cli, path, text);
    apsis_free(text);
    return status;
}

static enum apsis_status write_record(struct apsis_cli *cli, const struct apsis_result *result)
{
    char *text;
    enum apsis_status status = apsis_result_record(result, &text);
    if (status) return apsis_cli_fail(cli, status, "out of memory");
    status = apsis_file_write(cli, cli->options.record, text);
    apsis_free(text);
    return status;
}

static enum apsis_status write_html(struct apsis_cli *cli, const struct apsis_result *result) { return write_text(cli, result, APSIS_FORMAT_HTML, cli->options.html); }
static enum apsis_status write_csv(struct apsis_cli *cli, const struct apsis_result *result) { return write_text(cli, result, APSIS_FORMAT_CSV, cli->options.csv); }

static enum apsis_status write_xlsx(struct apsis_cli *cli, const struct apsis_result *result)
{
    char *bytes;
    size_t length;
    const char *why;
    enum apsis_status status = apsis_result_xlsx(result, &bytes, &length, &why);
    if (status) return apsis_cli_fail(cli, status, "cannot write %s: %s", cli->options.xlsx, why);
    status = apsis_file_write_bytes(cli, cli->options.xlsx, bytes, length);
    apsis_free(bytes);
    return status;
}

/* 1: stdout is the table's, and nothing else is written there */
static int to_stdout(const struct apsis_cli *cli) { return cli->options.csv && !strcmp(cli->options.csv, "-"); }

/* The files that were asked for, then the result on stdout. */
static enum apsis_status report(struct apsis_cli *cli, const struct apsis_result *result)
{
    const struct apsis_run_info *info = apsis_result_info(result);
    struct apsis_print print = apsis_cli_print_settings(cli);
    enum apsis_status status = APSIS_OK, written = APSIS_OK;
    char *text;
    const struct {
        const char *path;
        enum apsis_status (*write)(struct apsis_cli *cli, const struct apsis_result *result);
    } files[] = {{cli->options.record, write_record}, {cli->options.html, write_html}, {cli->options.xlsx, write_xlsx}, {cli->options.csv, write_csv}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i].path && info->partial) fprintf(stderr, "apsis: interrupted: %s is not written\n", files[i].path);
        else if (files[i].path && !written) written = files[i].write(cli, result);
    }
    if (to_stdout(cli)) return written;
    if (written && cli->options.json) return written; /* the fault was the one object on stdout */
    status = apsis_result_text(result, &print, &text);
    status = status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
    return status ? status : written;
}

enum apsis_status apsis_cmd_run(struct apsis_cli *cli)
{
    struct apsis_settings settings = apsis_cli_settings(cli);
    struct apsis_progress progress;
    struct apsis_result *result = NULL;
    if (to_stdout(cli) && cli->options.json) return apsis_cli_fail(cli, APSIS_USAGE, "--csv - and --json would both write to stdout: give one of them a file, as in --csv numbers.csv");
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    cli->model = apsis_model_open(cli->options.file);
    enum apsis_status status = apsis_case_open(cli->model, &settings, &cli->c);
    if (status) return apsis_cli_fail_call(cli, status);
    apsis_cli_messages(cli);
    apsis_cli_doubts(cli);
    apsis_progress_start(&progress, cli, "running");
    status = apsis_case_run(cli->c, &result);
    apsis_progress_end(&progress);
    if (!result) return apsis_cli_fail_call(cli, status);
    const struct apsis_run_info *info = apsis_result_info(result);
    apsis_cli_note(cli, info->note);
    enum apsis_status written = report(cli, result);
    if (written) status = written;
    if (status == APSIS_OK && info->invalid_share > cli->options.max_invalid) {
        char share[APSIS_TEXT_SIZE], most[APSIS_TEXT_SIZE];
        fprintf(stderr, "apsis: warning: %s of the draws are invalid, more than --max-invalid %s\n", apsis_text_share(share, info->invalid_share, 0.0 / 0.0),
                apsis_text_share(most, cli->options.max_invalid, 0.0 / 0.0));
        status = APSIS_FAILURE;
    }
    apsis_result_free(result);
    return status;
}
