/* stress_cells.c - a model beside itself under other assumptions: cells read, run on the same draws, handed out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "host/api/api.h"
#include "host/plan/cell_list.h"
#include "host/report/json.h"
#include "host/report/stress_report.h"
#include "host/support/escape.h"

/* What a stress that was handed out owns. */
struct apsis_stress_handle {
    struct apsis_arena *arena;
    struct apsis_case *c; /* the base: keeps the model and its tree */
    struct apsis_cell_list *list;
    struct apsis_stress_info info;
    const char **rows;
    const char *command;  /* what gives this again */
    int more_is_worse;
};

void apsis_stress_cells_default(struct apsis_stress_cells *cells)
{
    if (cells) *cells = (struct apsis_stress_cells){.size = sizeof *cells, .scenarios = 1};
}

struct stressing {
    struct apsis_model *model;
    const struct apsis_settings *settings;
    struct apsis_stress_cells cells;
    struct apsis_stress *made;
};

/* Scenarios and sets of the settings lie under every cell. */
static struct apsis_cell_list *read_cells(struct stressing *s, const struct apsis_case *c)
{
    const struct apsis_settings *settings = &c->settings;
    size_t count = 0;
    const char **under = APSIS_NEW_ARRAY(c->arena, const char *, settings->scenario_count + settings->set_count + 1);
    for (size_t i = 0; i < settings->scenario_count; i++) under[count++] = settings->scenarios[i];
    for (size_t i = 0; i < settings->set_count; i++) under[count++] = settings->sets[i];
    struct apsis_cell_request request = {.under = under, .under_count = count, .scenarios = s->cells.scenarios, .cells = s->cells.cells,
                                         .cell_count = s->cells.cell_count, .grid = s->cells.grid};
    return apsis_cell_list_new(s->model, &request);
}

/* "apsis stress model.risk --draws 1000000 --cell 'wacc = 12%'"; NULL where the command has no words for it */
static const char *stress_words(struct apsis_arena *arena, const struct stressing *s, const struct apsis_case *c)
{
    const struct apsis_settings *settings = &c->settings;
    struct apsis_buffer out = {0};
    if (settings->scenario_count || settings->set_count || (s->cells.scenarios && (s->cells.cell_count || s->cells.grid))) return NULL;
    apsis_buffer_printf(&out, "apsis stress %s --draws %" PRIu64, apsis_text_shell_word(arena, apsis_model_name(c->model)), settings->draws);
    if (settings->seed != 1) apsis_buffer_printf(&out, " --seed 0x%" PRIx64, settings->seed);
    apsis_command_words(arena, &out, "cell", s->cells.cells, s->cells.cell_count);
    apsis_command_words(arena, &out, "grid", &s->cells.grid, s->cells.grid != NULL);
    apsis_command_words(arena, &out, "of", &s->cells.of, s->cells.of != NULL);
    if (s->cells.more_is_worse) apsis_buffer_text(&out, " --more-is-worse");
    apsis_command_words(arena, &out, "target", settings->targets, settings->target_count);
    for (size_t i = 0; i < settings->only_count; i++) apsis_buffer_printf(&out, "%s%s", i ? "," : " --only ", apsis_text_shell_word(arena, settings->only[i]));
    apsis_command_words(arena, &out, "percentiles", &settings->percentiles, settings->percentiles != NULL);
    apsis_command_words(arena, &out, "shortfall", &settings->shortfalls, settings->shortfalls != NULL);
    const char *copy = apsis_arena_copy(arena, out.text, out.length);
    apsis_buffer_free(&out);
    return copy;
}

static struct apsis_stress_handle *describe(struct apsis_arena *arena, struct apsis_case *c, struct apsis_cell_list *list, const struct apsis_stress *stress)
{
    struct apsis_stress_handle *handle = APSIS_NEW(arena, struct apsis_stress_handle);
    struct apsis_buffer name = {0};
    handle->arena = arena;
    handle->list = list;
    handle->rows = APSIS_NEW_ARRAY(arena, const char *, stress->row_count + 1);
    for (size_t i = 0; i < stress->row_count; i++) {
        name.length = 0;
        apsis_report_column_name(list->cells[0].ir, list->cells[0].ir->outputs[stress->rows[i].output].name, stress->rows[i].period, &name);
        handle->rows[i] = apsis_arena_copy(arena, name.text, name.length);
    }
    apsis_buffer_free(&name);
    handle->info = (struct apsis_stress_info){.seed = stress->seed, .draws = stress->draws, .partial = stress->partial,
                                              .engine = apsis_arena_printf(arena, "%s", stress->engine ? stress->engine : ""),
                                              .note = stress->note ? apsis_arena_printf(arena, "%s", stress->note) : NULL, .seconds = stress->seconds,
                                              .cell_count = stress->cell_count, .row_count = stress->row_count, .of = stress->of, .order = stress->order};
    handle->c = c;
    return handle;
}

static enum apsis_status run_cells(struct stressing *s, struct apsis_case *c, struct apsis_arena *arena)
{
    struct apsis_stress_settings settings;
    struct apsis_ready_choice choice;
    struct apsis_stress *stress = NULL;
    const char *why = NULL;
    apsis_stress_defaults(&settings);
    apsis_measure_settings_of(c, &settings.measure);
    settings.series = s->cells.series;
    settings.only = c->only;
    settings.of = s->cells.of;
    settings.more_is_worse = s->cells.more_is_worse;
    struct apsis_cell_list *list = read_cells(s, c);
    if (!list) return apsis_fail_model(s->model, APSIS_MODEL_ERROR);
    if (list->count < 2) return apsis_fail(s->model, APSIS_USAGE, NULL, "nothing to compare: the model has no scenario, and no cell and no grid is given");
    enum apsis_status status = apsis_ready_choose(c, "auto", &choice);
    if (status) return status;
    settings.engine = choice.options;
    status = apsis_stress_run(arena, list->cells, list->count, choice.engine, &settings, &s->model->diagnostics, &stress, &why);
    if (status == APSIS_MODEL_ERROR) return apsis_fail_model(s->model, status);
    if (status == APSIS_INTERRUPTED) apsis_fail(s->model, status, NULL, stress ? "interrupted" : "interrupted before the first results");
    else if (status) apsis_fail(s->model, status, status == APSIS_USAGE ? "of" : NULL, "%s%s", status == APSIS_USAGE ? "of: " : "", why ? why : "the stress failed");
    if (!stress || (status && status != APSIS_INTERRUPTED)) return status;
    stress->handle = describe(arena, c, list, stress);
    stress->handle->command = stress_words(arena, s, c);
    stress->handle->more_is_worse = s->cells.more_is_worse;
    s->made = stress;
    return status;
}

static void close_case(void *c) { apsis_case_free(c); }

static enum apsis_status run_stress(void *arguments)
{
    struct stressing *s = arguments;
    struct apsis_case *c = NULL;
    enum apsis_status status = apsis_case_open(s->model, s->settings, &c);
    if (status) return status;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, close_case, c); /* the case holds the model */
    status = run_cells(s, c, arena);
    apsis_escape_drop(&cleanup);
    if (s->made) return status;
    apsis_arena_free(arena);
    apsis_case_free(c);
    return status;
}

enum apsis_status apsis_stress(struct apsis_model *model, const struct apsis_settings *settings, const struct apsis_stress_cells *cells, struct apsis_stress **out)
{
    struct stressing s = {.model = model, .settings = settings};
    if (!out) return APSIS_USAGE;
    *out = NULL;
    if (!model) return APSIS_FAILURE;
    apsis_stress_cells_default(&s.cells);
    if (cells) memcpy(&s.cells, cells, cells->size < sizeof s.cells ? cells->size : sizeof s.cells);
    enum apsis_status status = apsis_guard(model, run_stress, &s);
    *out = s.made;
    return status;
}

void apsis_stress_free(struct apsis_stress *stress)
{
    if (!stress) return;
    struct apsis_case *c = stress->handle->c;
    apsis_arena_free(stress->handle->arena); /* the stress lies in it */
    apsis_case_free(c);
}

const struct apsis_stress_info *apsis_stress_info(const struct apsis_stress *stress) { return &stress->handle->info; }

const char *apsis_stress_cell(const struct apsis_stress *stress, size_t cell, const char **title)
{
    if (!stress || cell >= stress->cell_count) return NULL;
    if (title) *title = stress->handle->list->titles[cell];
    return stress->cells[cell].name;
}

const char *apsis_stress_row(const struct apsis_stress *stress, size_t row) { return stress && row < stress->row_count ? stress->handle->rows[row] : NULL; }

const struct apsis_measure *apsis_stress_measure(const struct apsis_stress *stress, size_t cell, size_t row)
{
    if (!stress || cell >= stress->cell_count || row >= stress->row_count || !stress->cells[cell].measures) return NULL;
    return stress->cells[cell].measures[row];
}

const struct apsis_paired *apsis_stress_paired(const struct apsis_stress *stress, size_t cell, size_t row)
{
    if (!apsis_stress_measure(stress, cell, row) || !stress->cells[cell].paired) return NULL;
    const struct apsis_paired *paired = &stress->cells[cell].paired[row];
    return paired->base && paired->cell ? paired : NULL;
}

struct printing {
    const struct apsis_stress *stress;
    struct apsis_print print;
    char *text;
};

static enum apsis_status print_stress(void *arguments)
{
    struct printing *p = arguments;
    const struct apsis_stress_handle *handle = p->stress->handle;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_buffer out = {0};
    struct apsis_stress_report report = {.stress = p->stress, .list = handle->list, .rows = handle->rows, .model_file = apsis_model_name(handle->c->model),
                                         .engine = handle->info.engine, .note = handle->info.note, .command = handle->command, .ast = handle->c->ast,
                                         .more_is_worse = handle->more_is_worse};
    if (p->print.format == APSIS_FORMAT_JSON) apsis_json_write(apsis_report_stress_json(&report), &out);
    else if (p->print.format == APSIS_FORMAT_HTML) report.model_sha256 = apsis_model_sha256(arena, handle->c->model), apsis_html_stress(&out, &report);
    else if (p->print.format == APSIS_FORMAT_CSV) apsis_report_stress_csv(&report, &out);
    else apsis_report_stress_text(&report, arena, &p->print.page, &out);
    apsis_arena_free(arena);
    return apsis_hand_out(&out, &p->text);
}

enum apsis_status apsis_stress_text(const struct apsis_stress *stress, const struct apsis_print *print, char **text)
{
    struct printing p = {.stress = stress};
    if (!text) return APSIS_USAGE;
    *text = NULL;
    if (!stress) return APSIS_USAGE;
    apsis_print_copy(print, &p.print);
    enum apsis_status status = apsis_guard(NULL, print_stress, &p);
    *text = p.text;
    return status;
}
