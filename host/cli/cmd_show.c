/* cmd_show.c - apsis show: the types that cross the stages of the compiler, as they print themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

enum apsis_status apsis_cmd_show(struct apsis_cli *cli)
{
    static const char *const names[] = {"ast", "ir", "plan", "c", "cuda"};
    char *text = NULL;
    int what = cli->options.show;
    if (!what) return apsis_cli_fail(cli, APSIS_USAGE, "show what? --ast, --ir, --plan, --c or --cuda");
    enum apsis_status status;
    if (what == '1') { /* also of a model that means nothing yet */
        cli->model = apsis_model_open(cli->options.file);
        status = apsis_model_show(cli->model, &text);
        if (status == APSIS_OK) apsis_cli_messages(cli);
    } else {
        status = apsis_cli_open(cli, 0);
        if (status) return status;
        status = apsis_case_show(cli->c, names[what - '1'], &text);
    }
    if (status) return apsis_cli_fail_call(cli, status);
    if (!cli->options.json) return apsis_cli_print(cli, text);
    json_t *json = json_object();
    apsis_json_set(json, names[what - '1'], apsis_json_text(text));
    apsis_free(text);
    return apsis_cli_write_json(cli, json);
}
