/* run_html.c - writes the report of a run as an HTML file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"
#include "host/report/html.h"

enum apsis_status apsis_cli_write_html(struct apsis_cli *cli, const struct apsis_result *result, const struct apsis_report *report)
{
    struct apsis_file file;
    struct apsis_buffer text = {0};
    enum apsis_status status = apsis_file_open(cli, cli->options.html, &file);
    if (status) return status;
    apsis_html_run(&text, result, report);
    int whole = fwrite(text.text, 1, text.length, file.stream) == text.length;
    apsis_buffer_free(&text);
    status = apsis_file_close(cli, &file, whole);
    return status || whole ? status : APSIS_FAILURE;
}
