/* cmd_inputs.c - apsis inputs: how each uncertain input is understood. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"

enum apsis_status apsis_cmd_inputs(struct apsis_cli *cli)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text;
    enum apsis_status status = apsis_cli_open(cli, 0);
    if (status) return status;
    status = apsis_case_inputs_text(cli->c, &print, &text);
    return status ? apsis_cli_fail_call(cli, status) : apsis_cli_print(cli, text);
}
