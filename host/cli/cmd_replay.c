/* cmd_replay.c - apsis replay: one draw in full, by its number or as a percentile of an output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

/* "P5 of ev over 1,000,000 draws" */
static const char *words_of(struct apsis_cli *cli)
{
    const char *at = cli->options.at, *colon = strrchr(at, ':');
    char count[APSIS_TEXT_SIZE];
    return apsis_arena_printf(cli->arena, "%s of %.*s over %s draws", colon + 1, (int)(colon - at), at, apsis_text_count(count, cli->options.draws));
}

static enum apsis_status find_draw(struct apsis_cli *cli, const char **why)
{
    struct apsis_settings settings = apsis_cli_settings(cli);
    struct apsis_progress progress;
    struct apsis_case *c = NULL;
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    enum apsis_status status = apsis_case_open(cli->model, &settings, &c);
    apsis_progress_start(&progress, cli, "looking for the draw");
    if (status == APSIS_OK) status = apsis_case_find_draw(c, cli->options.at, &cli->options.draw);
    apsis_progress_end(&progress);
    apsis_case_free(c);
    if (status) return apsis_cli_fail_call(cli, status);
    *why = words_of(cli);
    return APSIS_OK;
}

enum apsis_status apsis_cmd_replay(struct apsis_cli *cli)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    const char *why = NULL;
    char *text;
    if (!cli->options.at == !cli->options.draw_given)
        return apsis_cli_fail(cli, APSIS_USAGE, cli->options.at ? "give either --draw or --at, not both" : "which draw? --draw K, or --at OUTPUT:P5");
    enum apsis_status status = apsis_cli_open(cli, 1);
    if (status == APSIS_OK && cli->options.at) status = find_draw(cli, &why);
    if (status) return status;
    status = apsis_case_replay_text(cli->c, cli->options.draw, why, &print, &text);
    return status ? apsis_cli_fail_call(cli, status) : apsis_cli_print(cli, text);
}
