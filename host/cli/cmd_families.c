/* cmd_families.c - apsis families: the distributions that can be drawn, and all about one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/report.h"

static const char *form_words(const struct apsis_family *family)
{
    switch (family->form) {
    case APSIS_FORM_CLOSED: case APSIS_FORM_SCORE: case APSIS_FORM_INVERSION: return "may be any expression: uncertain, or different in each period";
    default: return "must be constants";
    }
}

/* One line a way to write it. */
static void put_usage(const struct apsis_family *family, struct apsis_buffer *out)
{
    switch (family->arguments) {
    case APSIS_ARGUMENTS_POINTS: apsis_buffer_printf(out, "%s(value: probability so far, ...) or %s(\"file.csv\", column: \"values\", probability: \"so far\")", family->name, family->name); return;
    case APSIS_ARGUMENTS_WEIGHTS: apsis_buffer_printf(out, "%s(value: weight, ...), the weights summing to 1", family->name); return;
    case APSIS_ARGUMENTS_BINS: apsis_buffer_printf(out, "%s(edge, edge: share, edge: share, ...) or %s(\"file.csv\", column: \"edges\", share: \"shares\"), count: for share: where bins are counted", family->name, family->name); return;
    case APSIS_ARGUMENTS_FILE: apsis_buffer_printf(out, "%s(\"file.csv\", column: \"name\")", family->name); return;
    case APSIS_ARGUMENTS_TRUNCATE: apsis_buffer_printf(out, "%s(distribution, low, high)", family->name); return;
    case APSIS_ARGUMENTS_MIXTURE: apsis_buffer_printf(out, "%s(weight: distribution, weight: distribution, ...)", family->name); return;
    default: apsis_buffer_printf(out, "%s takes %s", family->name, family->takes ? family->takes : "its parameters in order"); return;
    }
}

/* The distribution of the example, made the way a model makes it; NULL where that cannot be (a data file). */
static const struct apsis_distribution *example(struct apsis_cli *cli, const struct apsis_family *family)
{
    if (!family->example || family->arguments == APSIS_ARGUMENTS_FILE) return NULL;
    const char *text = apsis_arena_printf(cli->arena, "x ~ %s\noutput y = x\n", family->example);
    struct apsis_cli inner = {.arena = cli->arena};
    enum apsis_status status = apsis_cli_read_text(&inner, "example", text, strlen(text));
    cli->model = inner.model; /* kept, and freed with the command: the distribution points into it */
    if (status || apsis_cli_errors(&inner) || apsis_cli_lower(&inner, 0)) return NULL;
    return inner.ir->input_count ? inner.ir->inputs[0].distribution : NULL;
}

static void put_picture(const struct apsis_distribution *d, const struct apsis_page *page, struct apsis_buffer *out)
{
    double low = apsis_distribution_quantile(d, 0.005, 0.995), high = apsis_distribution_quantile(d, 0.995, 0.005), values[56], support[2] = {-INFINITY, INFINITY};
    size_t count = 56;
    char left[APSIS_TEXT_SIZE], right[APSIS_TEXT_SIZE];
    if (!d->family->density || !isfinite(low) || !isfinite(high)) return;
    apsis_distribution_support(d, &support[0], &support[1]);
    int whole = d->whole || d->family->discrete;
    if (isfinite(support[0]) && support[0] > low - (high - low) / 10) low = support[0]; /* an end that is near is shown */
    if (isfinite(support[1]) && support[1] < high + (high - low) / 10) high = support[1];
    if (d->whole && high - low < 56) {
        size_t values_there = (size_t)(high - low) + 1, wide = 56 / values_there ? 56 / values_there : 1;
        count = values_there * wide;
        for (size_t i = 0; i < count; i++) values[i] = i % wide + 1 < wide || wide == 1 ? d->family->density(d, low + (double)(i / wide)) : 0;
    } else if (whole) {
        double before = 0;
        for (size_t i = 0; i < count; i++) {
            double lower, upper;
            apsis_distribution_tails(d, low + (high - low) * (double)(i + 1) / (double)count, &lower, &upper);
            values[i] = lower - before;
            before = lower;
        }
    } else {
        for (size_t i = 0; i < count; i++) { /* the mass of a column, where a density may be infinite */
            double lower[2], upper[2];
            apsis_distribution_tails(d, low + (high - low) * (double)i / (double)count, &lower[0], &upper[0]);
            apsis_distribution_tails(d, low + (high - low) * (double)(i + 1) / (double)count, &lower[1], &upper[1]);
            values[i] = lower[1] - lower[0];
        }
    }
    apsis_buffer_text(out, "\n");
    apsis_text_columns(out, page, values, count, 5, 2);
    apsis_text_number(left, low, apsis_text_decimals((high - low) / 100));
    apsis_text_number(right, high, apsis_text_decimals((high - low) / 100));
    if (d->whole) apsis_text_number(left, low, 0), apsis_text_number(right, high, 0);
    apsis_buffer_printf(out, "  %s", left);
    size_t used = strlen(left) + strlen(right);
    apsis_buffer_repeat(out, ' ', used < count ? count - used : 1);
    apsis_buffer_printf(out, "%s\n", right);
}

static json_t *family_json(struct apsis_cli *cli, const struct apsis_family *family, int full)
{
    json_t *json = json_object(), *parameters = json_array();
    json_object_set_new(json, "name", json_string(family->name));
    json_object_set_new(json, "title", apsis_json_text(family->title));
    json_object_set_new(json, "reference", apsis_json_text(family->reference));
    json_object_set_new(json, "discrete", json_boolean(family->discrete));
    json_object_set_new(json, "parameters_rule", json_string(form_words(family)));
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && family->parameter_names[i]; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "name", json_string(family->parameter_names[i]));
        json_object_set_new(one, "doc", apsis_json_text(family->parameter_docs[i]));
        json_array_append_new(parameters, one);
    }
    json_object_set_new(json, "parameters", parameters);
    struct apsis_buffer text = {0};
    put_usage(family, &text);
    json_object_set_new(json, "written", json_string(text.text));
    apsis_buffer_free(&text);
    json_object_set_new(json, "example", apsis_json_text(family->example));
    const struct apsis_distribution *d = full ? example(cli, family) : NULL;
    if (d) {
        struct apsis_input_summary summary = apsis_input_summarise(d);
        json_t *of = json_object();
        json_object_set_new(of, "mean", apsis_json_double(summary.mean));
        json_object_set_new(of, "sd", apsis_json_double(summary.sd));
        json_object_set_new(of, "p5", apsis_json_double(summary.p5));
        json_object_set_new(of, "p50", apsis_json_double(summary.p50));
        json_object_set_new(of, "p95", apsis_json_double(summary.p95));
        json_object_set_new(json, "example_summary", of);
    }
    return json;
}

static void put_family(struct apsis_cli *cli, const struct apsis_family *family, struct apsis_buffer *out)
{
    const struct apsis_page *page = &cli->page;
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_buffer_text(out, family->name);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "  ");
    if (family->title) apsis_text_wrap(out, page, family->title, 4);
    apsis_buffer_printf(out, "\n\nHow it is written\n");
    apsis_buffer_text(out, "  ");
    struct apsis_buffer usage = {0};
    put_usage(family, &usage);
    apsis_text_wrap(out, page, usage.text, 4);
    apsis_buffer_text(out, "\n");
    apsis_buffer_free(&usage);
    if (family->parameter_names[0]) {
        apsis_buffer_text(out, "\nParameters\n");
        struct apsis_text_table table;
        apsis_text_table_start(&table, cli->arena, 2, "ll");
        for (size_t i = 0; i < APSIS_MAX_PARAMETERS && family->parameter_names[i]; i++) {
            apsis_text_cell(&table, family->parameter_names[i]);
            apsis_text_cell(&table, family->parameter_docs[i]);
        }
        apsis_text_table_print(&table, page, 2, 0, out);
        apsis_buffer_printf(out, "  They %s.\n", form_words(family));
    }
    const struct apsis_distribution *d = example(cli, family);
    if (family->example) apsis_buffer_printf(out, "\nExample: x ~ %s\n", family->example);
    if (d) {
        struct apsis_input_summary s = apsis_input_summarise(d);
        char text[5][APSIS_TEXT_SIZE];
        apsis_buffer_printf(out, "  mean %s, sd %s, P5 %s, P50 %s, P95 %s\n", apsis_text_number(text[0], s.mean, -1), apsis_text_number(text[1], s.sd, -1),
                            apsis_text_number(text[2], s.p5, -1), apsis_text_number(text[3], s.p50, -1), apsis_text_number(text[4], s.p95, -1));
        put_picture(d, page, out);
    }
    if (family->reference) {
        apsis_buffer_text(out, "\nReference: ");
        apsis_text_wrap(out, page, family->reference, 11);
        apsis_buffer_text(out, "\n");
    }
}

#define MOST_EXAMPLE ((size_t)34) /* columns */

/* The list that the language page holds. */
static void put_markdown(const struct apsis_family *const *families, size_t count, struct apsis_buffer *out)
{
    apsis_buffer_text(out, "| family | what it is | how it is written | its parameters | example |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        const struct apsis_family *family = families[i];
        int plain = family->arguments == APSIS_ARGUMENTS_PLAIN || family->arguments == APSIS_ARGUMENTS_PERCENTILES;
        apsis_buffer_printf(out, "| `%s` | %s | ", family->name, family->title ? family->title : "");
        if (plain && family->takes) apsis_buffer_text(out, family->takes);
        else put_usage(family, out);
        apsis_buffer_printf(out, " | %s | `%s` |\n", form_words(family), family->example ? family->example : "");
    }
}

enum apsis_status apsis_cmd_families(struct apsis_cli *cli)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    struct apsis_buffer out = {0};
    enum apsis_status status;
    if (cli->options.file) {
        const struct apsis_family *family = apsis_family_find(cli->options.file);
        if (!family) {
            const char **names = APSIS_NEW_ARRAY(cli->arena, const char *, count + 1);
            for (size_t i = 0; i < count; i++) names[i] = families[i]->name;
            const char *near = apsis_nearest_name(cli->options.file, names, count);
            if (near) return apsis_cli_fail(cli, APSIS_USAGE, "no distribution %s: did you mean %s?", cli->options.file, near);
            return apsis_cli_fail(cli, APSIS_USAGE, "no distribution %s: apsis families lists them", cli->options.file);
        }
        if (cli->options.json) return apsis_cli_write_json(cli, family_json(cli, family, 1));
        put_family(cli, family, &out);
    } else if (cli->options.markdown) {
        put_markdown(families, count, &out);
    } else if (cli->options.json) {
        json_t *json = json_object(), *list = json_array();
        for (size_t i = 0; i < count; i++) json_array_append_new(list, family_json(cli, families[i], 0));
        json_object_set_new(json, "families", list);
        return apsis_cli_write_json(cli, json);
    } else {
        struct apsis_text_table table;
        apsis_text_table_start(&table, cli->arena, 2, "ll");
        for (size_t i = 0; i < count; i++) { /* an example begins with the name; the longest are cut, so that what they mean has room */
            struct apsis_buffer example = {0};
            size_t wide = apsis_text_width(families[i]->example);
            apsis_text_pad(&example, &cli->page, families[i]->example, wide < MOST_EXAMPLE ? wide : MOST_EXAMPLE, 0);
            apsis_text_cell(&table, example.text);
            apsis_text_cell(&table, families[i]->title);
            apsis_buffer_free(&example);
        }
        apsis_text_table_print(&table, &cli->page, 0, 0, &out);
        apsis_buffer_text(&out, "\napsis families NAME says all about one.\n");
    }
    status = apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return status;
}
