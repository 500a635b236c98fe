/* cmd_families.c - apsis families: the distributions that can be drawn, and all about one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"

static enum apsis_status no_family(struct apsis_cli *cli, const char *name)
{
    size_t count = apsis_family_count();
    const char **names = APSIS_NEW_ARRAY(cli->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct apsis_family_info info = {.size = sizeof info};
        apsis_family_at(i, &info);
        names[i] = info.name;
    }
    const char *near = apsis_nearest_name(name, names, count);
    if (near) return apsis_cli_fail(cli, APSIS_USAGE, "no distribution %s: did you mean %s?", name, near);
    return apsis_cli_fail(cli, APSIS_USAGE, "no distribution %s: apsis families lists them", name);
}

enum apsis_status apsis_cmd_families(struct apsis_cli *cli)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text;
    if (cli->options.markdown && !cli->options.file) print.format = APSIS_FORMAT_MARKDOWN;
    enum apsis_status status = apsis_families_text(cli->options.file, &print, &text);
    if (status == APSIS_USAGE) return no_family(cli, cli->options.file);
    return status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
}
