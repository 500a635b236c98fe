/* cmd_stress.c - apsis stress: a model beside itself under other assumptions, on the same draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

/* What is laid over the model: each --scenario, --set and --cell is a cell; all --band together are one, and one more beside each scenario
   that was asked for by name. Where nothing is asked for, every scenario of the model is one. */
static const char **cells_of(struct apsis_cli *cli, size_t *count)
{
    const struct apsis_options *o = &cli->options;
    const char **cells = APSIS_NEW_ARRAY(cli->arena, const char *, 2 * o->scenario_count + o->set_count + o->cell_count + 2), *bands = "";
    *count = 0;
    for (size_t i = 0; i < o->band_count; i++) bands = apsis_arena_printf(cli->arena, "%s%s%s", bands, i ? "; " : "", o->bands[i]);
    for (size_t i = 0; i < o->scenario_count; i++) cells[(*count)++] = o->scenarios[i];
    for (size_t i = 0; i < o->set_count; i++) cells[(*count)++] = o->sets[i];
    for (size_t i = 0; i < o->cell_count; i++) cells[(*count)++] = o->cells[i];
    if (o->band_count) cells[(*count)++] = bands;
    for (size_t i = 0; o->band_count && i < o->scenario_count; i++) cells[(*count)++] = apsis_arena_printf(cli->arena, "%s; %s", o->scenarios[i], bands);
    return cells;
}

static enum apsis_status print(struct apsis_cli *cli, const struct apsis_stress *stress)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text;
    enum apsis_status status = APSIS_OK;
    if (cli->options.html && apsis_stress_info(stress)->partial) {
        fprintf(stderr, "apsis: interrupted: %s is not written\n", cli->options.html);
    } else if (cli->options.html) {
        print.format = APSIS_FORMAT_HTML;
        status = apsis_stress_text(stress, &print, &text);
        if (status) return apsis_cli_fail(cli, status, "out of memory");
        status = apsis_file_write(cli, cli->options.html, text);
        apsis_free(text);
        if (status) return status;
        print = apsis_cli_print_settings(cli);
    }
    if (cli->options.csv) {
        print.format = APSIS_FORMAT_CSV;
        status = apsis_stress_text(stress, &print, &text);
        if (status) return apsis_cli_fail(cli, status, "out of memory");
        status = apsis_file_write(cli, cli->options.csv, text);
        apsis_free(text);
        if (status || !strcmp(cli->options.csv, "-")) return status; /* stdout is taken */
        print = apsis_cli_print_settings(cli);
    }
    status = apsis_stress_text(stress, &print, &text);
    return status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
}

enum apsis_status apsis_cmd_stress(struct apsis_cli *cli)
{
    const struct apsis_options *o = &cli->options;
    struct apsis_settings settings = apsis_cli_settings(cli);
    struct apsis_stress_cells cells;
    struct apsis_progress progress;
    struct apsis_stress *stress = NULL;
    if (o->json && o->csv && !strcmp(o->csv, "-")) return apsis_cli_fail(cli, APSIS_USAGE, "--json and --csv - cannot both go to stdout: name a file");
    apsis_stress_cells_default(&cells);
    cells.cells = cells_of(cli, &cells.cell_count);
    cells.scenarios = !o->scenario_count && !o->band_count && !o->cell_count && !o->grid;
    cells.grid = o->grid;
    cells.of = o->of;
    cells.more_is_worse = o->more_is_worse;
    cells.series = o->all_periods;
    settings.scenario_count = settings.set_count = 0; /* they are cells, and lie under none */
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    cli->model = apsis_model_open(o->file);
    apsis_progress_start(&progress, cli, "stressing");
    enum apsis_status status = apsis_stress(cli->model, &settings, &cells, &stress);
    apsis_progress_end(&progress);
    if (!stress) return apsis_cli_fail_call(cli, status);
    apsis_cli_messages(cli);
    apsis_cli_note(cli, apsis_stress_info(stress)->note);
    enum apsis_status written = print(cli, stress);
    apsis_stress_free(stress);
    return written ? written : status;
}
