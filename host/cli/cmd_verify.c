/* cmd_verify.c - apsis verify: runs a record again, all of it or some parts, and compares the digests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/report.h"

enum apsis_status apsis_cmd_verify(struct apsis_cli *cli)
{
    return apsis_cli_fail(cli, APSIS_FAILURE, "not yet");
}
