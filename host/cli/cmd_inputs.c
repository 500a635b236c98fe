/* cmd_inputs.c - apsis inputs: how each uncertain input is understood. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"
#include "host/report/report.h"

enum apsis_status apsis_cmd_inputs(struct apsis_cli *cli)
{
    enum apsis_status status = apsis_cli_load(cli, 0);
    if (status) return status;
    apsis_cli_warnings(cli);
    if (cli->options.json) {
        json_t *json = json_object();
        apsis_json_set(json, "schema_version", json_integer(1));
        apsis_json_set(json, "inputs", apsis_report_inputs_json(cli->ir, 1));
        return apsis_cli_write_json(cli, json);
    }
    struct apsis_buffer out = {0};
    apsis_report_inputs_text(cli->ir, cli->arena, &cli->page, &out);
    status = apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return status;
}
