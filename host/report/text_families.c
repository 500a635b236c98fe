/* text_families.c - the distributions that can be drawn, and all about one with a picture of its density: text, JSON, Markdown. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/plan/model.h"
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

/* "pert(min, mode, max, shape: 4)", "gamma(mean:, sd:)", "gamma(p10:, p90:)": what is after : may be left out */
static void put_spelling(const struct apsis_family *family, const struct apsis_spelling *spelling, struct apsis_buffer *out)
{
    int percents = 0;
    char number[APSIS_TEXT_SIZE];
    apsis_buffer_printf(out, "%s(", family->name);
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && spelling->names[i]; i++) {
        const char *name = spelling->names[i];
        int length = (int)strcspn(name, "?");
        if (i) apsis_buffer_text(out, ", ");
        if (name[length]) apsis_buffer_printf(out, "%.*s: %s", length, name, apsis_text_number(number, spelling->defaults[i], -1));
        else if (!strcmp(name, "p*")) apsis_buffer_text(out, percents++ ? "p90:" : "p10:");
        else apsis_buffer_printf(out, "%s%s", name, spelling->named_only ? ":" : "");
    }
    apsis_buffer_text(out, ")");
}

/* The value that an argument of a spelling has for this distribution, where it can be told. */
static int value_of(const struct apsis_distribution *d, const struct apsis_spelling *spelling, size_t i, int percents, double *value)
{
    const char *name = spelling->names[i];
    if (!strcmp(name, "p*")) *value = percents ? apsis_distribution_quantile(d, 0.9, 0.1) : apsis_distribution_quantile(d, 0.1, 0.9);
    else if (!spelling->solve) *value = d->p[i];
    else if (!strcmp(name, "mean")) *value = apsis_distribution_mean(d);
    else if (!strcmp(name, "sd")) *value = apsis_distribution_sd(d);
    else if (!strcmp(name, "median")) *value = apsis_distribution_quantile(d, 0.5, 0.5);
    else if (!strcmp(name, "rate")) *value = 1 / apsis_distribution_mean(d);
    else {
        size_t k = 0;
        while (k < APSIS_MAX_PARAMETERS && d->family->parameter_names[k] && strcmp(d->family->parameter_names[k], name)) k++;
        if (k == APSIS_MAX_PARAMETERS || !d->family->parameter_names[k]) return 0;
        *value = d->p[k];
    }
    return isfinite(*value);
}

/* The example's distribution in this spelling, to four digits: "gamma(p10: 1.595, p90: 11.67)"; nothing where its moments do not exist. */
static void put_spelled(const struct apsis_distribution *d, const struct apsis_spelling *spelling, struct apsis_buffer *out)
{
    struct apsis_buffer text = {0};
    int percents = 0;
    apsis_buffer_printf(&text, "%s(", d->family->name);
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && spelling->names[i]; i++) {
        const char *name = spelling->names[i];
        double value;
        char number[APSIS_TEXT_SIZE];
        if (name[strcspn(name, "?")]) {
            size_t k = 0, length = strlen(name) - 1;
            while (d->family->parameter_names[k] && (strlen(d->family->parameter_names[k]) != length || memcmp(d->family->parameter_names[k], name, length))) k++;
            if (d->family->parameter_names[k] && d->p[k] != spelling->defaults[i])
                apsis_buffer_printf(&text, ", %.*s: %s", (int)length, name, apsis_text_number(number, d->p[k], -1));
            continue;
        }
        if (!value_of(d, spelling, i, percents, &value)) {
            apsis_buffer_free(&text);
            return;
        }
        value += 0.0; /* no -0 */
        if (floor(value) != value) { /* four digits */
            double unit = pow(10, floor(log10(fabs(value))) - 3);
            value = unit < 1 ? round(value / unit) / round(1 / unit) : round(value / unit) * unit;
        }
        if (i) apsis_buffer_text(&text, ", ");
        if (!strcmp(name, "p*")) apsis_buffer_text(&text, percents++ ? "p90: " : "p10: ");
        else if (spelling->named_only) apsis_buffer_printf(&text, "%s: ", name);
        apsis_buffer_text(&text, apsis_text_number(number, value, -1));
    }
    apsis_buffer_text(&text, ")");
    apsis_buffer_text(out, text.text);
    apsis_buffer_free(&text);
}

/* The distribution of the example, made the way a model makes it; a data file is not there, so a small one is made up. It points into
   *model, which the caller frees. */
static const struct apsis_distribution *example(struct apsis_arena *arena, const struct apsis_family *family, struct apsis_model **model)
{
    static const double sample[] = {1, 2, 2, 3, 3, 3, 4, 4, 5}; /* as the words beside it say */
    const char *why;
    *model = NULL;
    if (!family->example) return NULL;
    if (family->arguments == APSIS_ARGUMENTS_FILE) return apsis_distribution_data(arena, family, sample, NULL, sizeof sample / sizeof *sample, &why);
    const char *text = apsis_arena_printf(arena, "x ~ %s\noutput y = x\n", family->example);
    *model = apsis_model_parse("example", text, strlen(text));
    if ((*model)->status) return NULL;
    const struct apsis_ir *ir = apsis_lower((*model)->arena, (*model)->ast, NULL, NULL, &(*model)->diagnostics);
    return ir && ir->input_count ? ir->inputs[0].distribution : NULL;
}

#define MOST_COLUMNS 72
#define WIDEST_BAR 7

/* P(from < X <= to), whichever tail that is small in. */
static double between(const struct apsis_distribution *d, double from, double to)
{
    double lower[2], upper[2];
    apsis_distribution_tails(d, from, &lower[0], &upper[0]);
    apsis_distribution_tails(d, to, &lower[1], &upper[1]);
    return lower[0] < 0.5 ? lower[1] - lower[0] : upper[0] - upper[1];
}

/* What is between the ends that are worth showing: 99 % of the values, less where the tails are so long that nothing could be seen. */
static int picture_ends(const struct apsis_distribution *d, double *low, double *high)
{
    double quarter[2] = {apsis_distribution_quantile(d, 0.25, 0.75), apsis_distribution_quantile(d, 0.75, 0.25)}, room = 5 * (quarter[1] - quarter[0]), support[2];
    *low = apsis_distribution_quantile(d, 0.005, 0.995);
    *high = apsis_distribution_quantile(d, 0.995, 0.005);
    apsis_distribution_support(d, &support[0], &support[1]);
    if (!isfinite(*low) || !isfinite(*high)) return 0;
    if (room > 0 && *low < quarter[0] - room) *low = quarter[0] - room;
    if (room > 0 && *high > quarter[1] + room) *high = quarter[1] + room;
    if (d->whole) *low = ceil(*low), *high = floor(*high);
    double wide = *high - *low;
    if (isfinite(support[0]) && support[0] > *low - wide / 10) *low = support[0]; /* an end that is near is shown */
    if (isfinite(support[1]) && support[1] < *high + wide / 10) *high = support[1];
    return *high > *low || d->whole;
}

static void put_picture(const struct apsis_distribution *d, const struct apsis_page *page, struct apsis_buffer *out)
{
    double low, high, values[MOST_COLUMNS];
    size_t room = (size_t)page->width < MOST_COLUMNS + 4 ? (size_t)page->width - 4 : MOST_COLUMNS, count = room;
    char left[APSIS_TEXT_SIZE], right[APSIS_TEXT_SIZE];
    if (!picture_ends(d, &low, &high)) return;
    if (d->whole && high - low < (double)room) { /* a bar for each value, with a gap where there is room for one */
        size_t there = (size_t)(high - low) + 1, wide = room / there < WIDEST_BAR ? room / there : WIDEST_BAR;
        count = there * wide;
        for (size_t i = 0; i < count; i++) {
            double value = low + (double)(i / wide);
            values[i] = i % wide + 1 < wide || wide == 1 ? between(d, value - 0.5, value + 0.5) : 0;
        }
        if (wide > 1) count--;
    } else {
        double step = (high - low) / (double)count;
        for (size_t i = 0; i < count; i++) /* the mass of a column, where a density may be infinite */
            values[i] = between(d, i == 0 ? low - step / 1024 : low + step * (double)i, i + 1 == count ? high : low + step * (double)(i + 1));
    }
    double highest = 0;
    for (size_t i = 0; i < count; i++) highest = values[i] > highest ? values[i] : highest;
    for (size_t i = 0; i < count; i++) values[i] = floor(values[i] / highest * 1e6 + 0.5); /* what is level looks level */
    apsis_buffer_text(out, "\n");
    apsis_text_columns(out, page, values, count, 6, 2);
    apsis_text_number(left, low, d->whole ? 0 : apsis_text_decimals((high - low) / 100));
    apsis_text_number(right, high, d->whole ? 0 : apsis_text_decimals((high - low) / 100));
    apsis_buffer_printf(out, "  %s", left);
    if (high > low) {
        size_t used = strlen(left) + strlen(right);
        apsis_buffer_repeat(out, ' ', used < count ? count - used : 1);
        apsis_buffer_text(out, right);
    }
    apsis_buffer_text(out, "\n");
}

/* "whole numbers from 0 to 20", "any number", "from 0" */
static void put_support(const struct apsis_distribution *d, struct apsis_buffer *out)
{
    double low, high;
    char text[2][APSIS_TEXT_SIZE];
    apsis_distribution_support(d, &low, &high);
    apsis_text_number(text[0], low, -1);
    apsis_text_number(text[1], high, -1);
    const char *what = d->whole ? "whole numbers" : d->family->discrete ? "single values" : "values";
    if (low == high) apsis_buffer_printf(out, "always %s", text[0]);
    else if (isfinite(low) && isfinite(high)) apsis_buffer_printf(out, "%s from %s to %s", what, text[0], text[1]);
    else if (isfinite(low)) apsis_buffer_printf(out, "%s from %s up", what, text[0]);
    else if (isfinite(high)) apsis_buffer_printf(out, "%s up to %s", what, text[1]);
    else apsis_buffer_printf(out, "any number");
}

static const char *moment(char text[APSIS_TEXT_SIZE], const char *name, double value)
{
    char number[APSIS_TEXT_SIZE];
    if (isnan(value)) snprintf(text, APSIS_TEXT_SIZE, "no %s", name);
    else if (isinf(value)) snprintf(text, APSIS_TEXT_SIZE, "%s infinite", name);
    else snprintf(text, APSIS_TEXT_SIZE, "%s %.50s", name, apsis_text_number(number, value, -1));
    return text;
}

static json_t *family_json(struct apsis_arena *arena, const struct apsis_family *family, int full)
{
    json_t *json = json_object(), *parameters = json_array();
    apsis_json_set(json, "name", apsis_json_text(family->name));
    apsis_json_set(json, "title", apsis_json_text(family->title));
    apsis_json_set(json, "reference", apsis_json_text(family->reference));
    apsis_json_set(json, "discrete", json_boolean(family->discrete));
    apsis_json_set(json, "parameters_rule", apsis_json_text(form_words(family)));
    for (size_t i = 0; i < APSIS_MAX_PARAMETERS && family->parameter_names[i]; i++) {
        json_t *one = json_object();
        apsis_json_set(one, "name", apsis_json_text(family->parameter_names[i]));
        apsis_json_set(one, "doc", apsis_json_text(family->parameter_docs[i]));
        apsis_json_append(parameters, one);
    }
    apsis_json_set(json, "parameters", parameters);
    struct apsis_buffer text = {0};
    put_usage(family, &text);
    apsis_json_set(json, "written", apsis_json_text(text.text));
    apsis_buffer_free(&text);
    json_t *spellings = json_array();
    for (size_t i = 0; i < family->spelling_count; i++) {
        text = (struct apsis_buffer){0};
        put_spelling(family, &family->spellings[i], &text);
        apsis_json_append(spellings, apsis_json_text(text.text));
        apsis_buffer_free(&text);
    }
    apsis_json_set(json, "spellings", spellings);
    apsis_json_set(json, "example", apsis_json_text(family->example));
    struct apsis_model *model = NULL;
    const struct apsis_distribution *d = full ? example(arena, family, &model) : NULL;
    if (d) {
        struct apsis_input_summary summary = apsis_input_summarise(d);
        json_t *of = json_object();
        apsis_json_set(of, "mean", apsis_json_double(summary.mean));
        apsis_json_set(of, "sd", apsis_json_double(summary.sd));
        apsis_json_set(of, "p5", apsis_json_double(summary.p5));
        apsis_json_set(of, "p50", apsis_json_double(summary.p50));
        apsis_json_set(of, "p95", apsis_json_double(summary.p95));
        double low, high;
        apsis_distribution_support(d, &low, &high);
        apsis_json_set(of, "lowest", apsis_json_double(low));
        apsis_json_set(of, "highest", apsis_json_double(high));
        apsis_json_set(json, "example_summary", of);
    }
    apsis_model_free(model);
    return json;
}

/* Every way to write it, with the example in each where there is more than one: beside it, or below where there is no room. */
static void put_spellings(const struct apsis_family *family, const struct apsis_distribution *d, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_buffer usage[APSIS_MAX_SPELLINGS] = {{0}}, spelled[APSIS_MAX_SPELLINGS] = {{0}};
    size_t wide = 0, wide_spelled = 0;
    for (size_t i = 0; i < family->spelling_count || i == 0; i++) {
        if (family->spelling_count) put_spelling(family, &family->spellings[i], &usage[i]);
        else put_usage(family, &usage[i]);
        if (d && family->spelling_count > 1) put_spelled(d, &family->spellings[i], &spelled[i]);
        size_t w = apsis_text_width(usage[i].text), s = spelled[i].text ? apsis_text_width(spelled[i].text) : 0;
        wide = w > wide ? w : wide;
        wide_spelled = s > wide_spelled ? s : wide_spelled;
    }
    int beside = 2 + wide + 2 + wide_spelled <= (size_t)page->width;
    for (size_t i = 0; i < family->spelling_count || i == 0; i++) {
        apsis_buffer_text(out, "  ");
        if (!spelled[i].text) {
            apsis_text_wrap(out, page, usage[i].text, 4);
        } else if (beside) {
            apsis_text_pad(out, page, usage[i].text, wide + 2, 0);
            apsis_buffer_text(out, spelled[i].text);
        } else {
            apsis_text_wrap(out, page, usage[i].text, 4);
            apsis_buffer_text(out, "\n    ");
            apsis_text_wrap(out, page, spelled[i].text, 6);
        }
        apsis_buffer_text(out, "\n");
        apsis_buffer_free(&usage[i]);
        apsis_buffer_free(&spelled[i]);
    }
}

static void put_family(struct apsis_arena *arena, const struct apsis_family *family, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_model *model;
    apsis_text_tone(out, page, APSIS_BOLD);
    apsis_buffer_text(out, family->name);
    apsis_text_tone(out, page, APSIS_PLAIN);
    apsis_buffer_text(out, "  ");
    if (family->title) apsis_text_wrap(out, page, family->title, 4);
    const struct apsis_distribution *d = example(arena, family, &model);
    apsis_buffer_text(out, "\n\n");
    apsis_text_wrap(out, page, family->spelling_count > 1 ? "How it is written, and the example below in each way, to four digits" : "How it is written", 2);
    apsis_buffer_text(out, "\n");
    put_spellings(family, d, page, out);
    for (size_t i = 0, told = 0; i < family->spelling_count && !told; i++)
        for (size_t k = 0; k < APSIS_MAX_PARAMETERS && family->spellings[i].names[k] && !told; k++)
            if (!strcmp(family->spellings[i].names[k], "p*")) {
                apsis_buffer_text(out, "  ");
                apsis_text_wrap(out, page, "Any two percentiles will do: p5, p25, p99.9.", 2);
                apsis_buffer_text(out, "\n");
                told = 1;
            }
    if (family->parameter_names[0]) {
        apsis_buffer_text(out, "\nParameters\n");
        struct apsis_text_table table;
        apsis_text_table_start(&table, arena, 2, "ll");
        for (size_t i = 0; i < APSIS_MAX_PARAMETERS && family->parameter_names[i]; i++) {
            apsis_text_cell(&table, family->parameter_names[i]);
            apsis_text_cell(&table, family->parameter_docs[i]);
        }
        apsis_text_table_print(&table, page, 2, 0, out);
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "They %s.", form_words(family)), 2);
        apsis_buffer_text(out, "\n");
    }
    if (family->example) {
        apsis_buffer_text(out, "\nExample: ");
        apsis_text_wrap(out, page, apsis_arena_printf(arena, "x ~ %s%s", family->example, family->arguments == APSIS_ARGUMENTS_FILE ? ", where r holds 1, 2, 2, 3, 3, 3, 4, 4, 5" : ""), 9);
        apsis_buffer_text(out, "\n");
    }
    if (d) {
        struct apsis_input_summary s = apsis_input_summarise(d);
        char text[5][APSIS_TEXT_SIZE];
        struct apsis_buffer facts = {0};
        put_support(d, &facts);
        apsis_buffer_printf(&facts, "; %s, %s, P5 %s, P50 %s, P95 %s", moment(text[0], "mean", s.mean), moment(text[1], "sd", s.sd),
                            apsis_text_number(text[2], s.p5, -1), apsis_text_number(text[3], s.p50, -1), apsis_text_number(text[4], s.p95, -1));
        apsis_buffer_text(out, "  ");
        apsis_text_wrap(out, page, facts.text, 2);
        apsis_buffer_text(out, "\n");
        apsis_buffer_free(&facts);
        put_picture(d, page, out);
    }
    if (family->reference) {
        apsis_buffer_text(out, "\nReference: ");
        apsis_text_wrap(out, page, family->reference, 11);
        apsis_buffer_text(out, "\n");
    }
    apsis_model_free(model);
}

#define MOST_EXAMPLE ((size_t)34) /* columns */

void apsis_report_families_markdown(struct apsis_buffer *out)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
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

void apsis_report_family_text(const struct apsis_family *family, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    put_family(arena, family, page, out);
}

json_t *apsis_report_family_json(const struct apsis_family *family, struct apsis_arena *arena) { return family_json(arena, family, 1); }

json_t *apsis_report_families_json(struct apsis_arena *arena)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    json_t *json = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) apsis_json_append(list, family_json(arena, families[i], 0));
    apsis_json_set(json, "families", list);
    return json;
}

void apsis_report_families_text(struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_text_table table;
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    apsis_text_table_start(&table, arena, 2, "ll");
    for (size_t i = 0; i < count; i++) { /* an example begins with the name; the longest are cut, so that what they mean has room */
        struct apsis_buffer example = {0};
        size_t wide = apsis_text_width(families[i]->example);
        apsis_text_pad(&example, page, families[i]->example, wide < MOST_EXAMPLE ? wide : MOST_EXAMPLE, 0);
        apsis_text_cell(&table, example.text);
        apsis_text_cell(&table, families[i]->title);
        apsis_buffer_free(&example);
    }
    apsis_text_table_print(&table, page, 0, 0, out);
    apsis_buffer_text(out, "\napsis families NAME says all about one.\n");
}
