/* cmd_show.c - apsis show: the types that cross the stages of the compiler, as they print themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"

enum apsis_status apsis_cmd_show(struct apsis_cli *cli)
{
    struct apsis_buffer out = {0};
    enum apsis_status status;
    int what = cli->options.show;
    if (!what) return apsis_cli_fail(cli, APSIS_USAGE, "show what? --ast, --ir, --plan, --c or --cuda");
    if (what > '3') return apsis_cli_fail(cli, APSIS_FAILURE, "this version does not write its programs out yet");
    if (what == '1') {
        status = apsis_cli_read(cli);
        if (status || apsis_cli_errors(cli)) return apsis_cli_fail_model(cli, status);
        apsis_cli_warnings(cli);
        apsis_ast_print(cli->model->ast, &out);
    } else {
        struct apsis_plan *plan = NULL;
        struct apsis_plan_options options = {0};
        status = apsis_cli_load(cli, 0);
        if (status == APSIS_OK && what == '3') status = apsis_cli_plan(cli, &options, &plan);
        if (status) return status;
        apsis_cli_warnings(cli);
        if (what == '2') apsis_ir_print(cli->ir, &out);
        else apsis_plan_print(plan, &out);
    }
    if (cli->options.json) {
        json_t *json = json_object();
        json_object_set_new(json, what == '1' ? "ast" : what == '2' ? "ir" : "plan", json_string(out.text ? out.text : ""));
        status = apsis_cli_write_json(cli, json);
    } else {
        status = apsis_cli_write(cli, &out);
    }
    apsis_buffer_free(&out);
    return status;
}
