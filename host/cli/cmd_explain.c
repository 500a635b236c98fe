/* cmd_explain.c - `apsis explain`: a waterfall from an old answer to a new one, of two models, a model and a scenario, or two records. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/support/block.h"
#include "host/support/number.h"

/* One of the two: a model under the options, or what a record holds. */
struct side {
    struct apsis_record_handle *record;
    struct apsis_model *model, *own; /* own: to be freed */
    struct apsis_settings settings;
};

static int is_record(const char *path)
{
    size_t length = strlen(path);
    return length > 5 && !strcmp(path + length - 5, ".json");
}

/* The model that is at fault speaks. */
static enum apsis_status fail_call(struct apsis_cli *cli, const struct side *old, const struct side *new_one, enum apsis_status status)
{
    struct apsis_model *kept = cli->model;
    cli->model = *apsis_why(new_one->model) ? new_one->model : old->model;
    status = apsis_cli_fail_call(cli, status);
    cli->model = kept;
    return status;
}

static enum apsis_status open_side(struct apsis_cli *cli, const char *path, const struct apsis_settings *settings, struct side *side)
{
    side->settings = *settings;
    if (!is_record(path)) {
        side->model = side->own = apsis_model_open(path);
        return side->model ? APSIS_OK : apsis_cli_fail(cli, APSIS_FAILURE, "out of memory");
    }
    size_t length;
    char *text = apsis_cli_read_whole(cli, path, &length);
    if (!text) return APSIS_FAILURE;
    enum apsis_status status = apsis_record_open(text, length, path, settings, &side->record);
    apsis_block_free(text);
    const char *why = side->record ? apsis_record_why(side->record) : "out of memory";
    if (status && strncmp(why, path, strlen(path))) return apsis_cli_fail(cli, status, "%s: %s", path, why);
    if (status) return apsis_cli_fail(cli, status, "%s", why);
    side->model = apsis_record_model(side->record);
    side->settings = *apsis_record_settings(side->record);
    side->settings.percentiles = settings->percentiles;
    if (cli->options.draws_given) side->settings.draws = settings->draws;
    if (cli->options.seed_given) side->settings.seed = settings->seed;
    return APSIS_OK;
}

static void close_side(struct side *side)
{
    apsis_record_free(side->record);
    apsis_model_free(side->own);
}

static enum apsis_status tell(struct apsis_cli *cli, const struct apsis_explanation *explanation)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text = NULL;
    apsis_cli_note(cli, explanation->note);
    enum apsis_status status = apsis_explanation_text(explanation, &print, &text);
    return status ? apsis_cli_fail(cli, status, "out of memory") : apsis_cli_print(cli, text);
}

static void put_line(struct apsis_buffer *out, const struct apsis_explanation *x, const char *kind, const char *name, const struct apsis_explained *values)
{
    for (size_t k = 0; k < x->statistic_count; k++) {
        char number[APSIS_NUMBER_SIZE];
        apsis_buffer_printf(out, "%s,\"", kind);
        for (const char *at = name; *at; at++) apsis_buffer_printf(out, *at == '"' ? "\"\"" : "%c", *at);
        if (x->statistics[k].is_mean) apsis_buffer_text(out, "\",mean");
        else apsis_buffer_printf(out, "\",P%s", apsis_number_print(number, apsis_percent_value(x->statistics[k].percent)));
        const double list[3] = {values[k].value, values[k].low, values[k].high};
        for (int i = 0; i < 3; i++) apsis_buffer_printf(out, ",%s", list[i] - list[i] == 0 ? apsis_number_print(number, list[i]) : "");
        apsis_buffer_text(out, "\n");
    }
}

/* One line a part and statistic: what the table shows, to the last digit. */
static enum apsis_status write_csv(struct apsis_cli *cli, const struct apsis_explanation *x)
{
    struct apsis_buffer out = {0};
    apsis_buffer_text(&out, "row,name,statistic,value,low,high\n");
    put_line(&out, x, "before", x->old_name, x->before);
    for (size_t i = 0; i < x->part_count; i++) put_line(&out, x, "part", x->parts[i].name, x->parts[i].values);
    put_line(&out, x, "after", x->new_name, x->after);
    put_line(&out, x, "difference", x->of, x->difference);
    enum apsis_status status = apsis_file_write(cli, cli->options.csv, out.text);
    apsis_buffer_free(&out);
    return status;
}

static enum apsis_status write_html(struct apsis_cli *cli, const struct apsis_explanation *x)
{
    struct apsis_print print = apsis_cli_print_settings(cli);
    char *text = NULL;
    print.format = APSIS_FORMAT_HTML;
    enum apsis_status status = apsis_explanation_text(x, &print, &text);
    if (status) return apsis_cli_fail(cli, status, "out of memory");
    status = apsis_file_write(cli, cli->options.html, text);
    apsis_free(text);
    return status;
}

static enum apsis_status explain(struct apsis_cli *cli, struct side *old, struct side *new_one)
{
    const struct apsis_options *o = &cli->options;
    struct apsis_settings settings = apsis_cli_settings(cli), plain = settings;
    struct apsis_progress progress;
    const struct apsis_explanation *explanation = NULL;
    if (!o->draws_given) settings.draws = 0; /* chosen */
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    plain = settings;
    if (!o->second) plain.scenario_count = plain.set_count = 0; /* the model as it stands */
    enum apsis_status status = open_side(cli, o->file, &plain, old);
    if (status == APSIS_OK && o->second) status = open_side(cli, o->second, &settings, new_one);
    if (status) return status;
    if (!o->second) new_one->model = old->model, new_one->settings = settings;
    if (!old->record != !new_one->record) { /* a record says what was drawn, a model does not */
        struct side *model = old->record ? new_one : old, *record = old->record ? old : new_one;
        model->settings.draws = record->settings.draws;
        model->settings.seed = record->settings.seed;
    }
    apsis_progress_start(&progress, cli, "explaining");
    status = apsis_explain(old->model, &old->settings, new_one->model, &new_one->settings, o->of, &explanation);
    apsis_progress_end(&progress);
    if (status) status = fail_call(cli, old, new_one, status);
    if (explanation && o->html) status = write_html(cli, explanation);
    if (explanation && o->csv && !status) status = write_csv(cli, explanation);
    if (explanation && !status && !(o->csv && !strcmp(o->csv, "-"))) status = tell(cli, explanation);
    apsis_explanation_free(explanation);
    return status;
}

enum apsis_status apsis_cmd_explain(struct apsis_cli *cli)
{
    const struct apsis_options *o = &cli->options;
    struct side old = {0}, new_one = {0};
    if (!o->second && !o->scenario_count && !o->set_count)
        return apsis_cli_fail(cli, APSIS_USAGE, "explain what? give two models, or one and what to lay over it: --scenario NAME, --set 'X = ...'");
    if ((o->scenario_count || o->set_count) && (is_record(o->file) || (o->second && is_record(o->second))))
        return apsis_cli_fail(cli, APSIS_USAGE, "a record has its own scenarios and sets: give it without --scenario and --set");
    enum apsis_status status = explain(cli, &old, &new_one);
    close_side(&old);
    close_side(&new_one);
    return status;
}
