/* cmd_doctor.c - apsis doctor: what this machine has that Apsis can use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"

enum apsis_status apsis_cmd_doctor(struct apsis_cli *cli)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text;
    enum apsis_status status = apsis_machine_text(&print, &text);
    return status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
}
