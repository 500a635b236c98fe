/* html_stress.c - the report of a stress as one HTML page: which case hurts most, by how much, how sure that is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/report/html_stress.h"

#define MOST_CHARTED 41   /* rows of a chart */
#define MOST_LISTED 201   /* rows of the table of values */
#define MOST_ROWS 1500    /* of the other outputs in all: a page stays below 400 kB */

/* ---------------------------------------------------------------- what the parts ask */
const struct apsis_output *apsis_html_stress_output(const struct apsis_html_stress *s, size_t row) { return &s->report->list->cells[0].ir->outputs[s->stress->rows[row].output]; }

const struct apsis_measure *apsis_html_stress_measure(const struct apsis_html_stress *s, size_t cell, size_t row)
{
    return s->stress->cells[cell].measures ? s->stress->cells[cell].measures[row] : NULL;
}

const struct apsis_paired *apsis_html_stress_paired(const struct apsis_html_stress *s, size_t cell, size_t row)
{
    const struct apsis_paired *paired = cell && apsis_html_stress_measure(s, cell, row) && s->stress->cells[cell].paired ? &s->stress->cells[cell].paired[row] : NULL;
    return paired && paired->base ? paired : NULL;
}

struct apsis_quantity apsis_html_stress_quantity(const struct apsis_html_stress *s, size_t row)
{
    const struct apsis_result result = {.ir = s->report->list->cells[0].ir};
    const struct apsis_measure *base = apsis_html_stress_measure(s, 0, row);
    struct apsis_measure measure = base ? *base : (struct apsis_measure){.min = -INFINITY, .max = INFINITY};
    measure.output = s->stress->rows[row].output; /* a measure of a stress has its row there */
    return apsis_html_quantity(s->html, &result, &measure);
}

double apsis_html_percentile(const struct apsis_measure *measure, double percent)
{
    for (size_t i = 0; i < measure->percentile_count; i++)
        if (apsis_percent_value(measure->percentiles[i].percent) == percent) return measure->percentiles[i].value;
    return NAN;
}

static const struct apsis_scenario *scenario_of(const struct apsis_html_stress *s, size_t cell)
{
    const struct apsis_ast *ast = s->report->ast;
    for (size_t i = 0; cell && ast && i < ast->scenario_count; i++)
        if (!strcmp(ast->scenarios[i].name, s->stress->cells[cell].name)) return &ast->scenarios[i];
    return NULL;
}

const char *apsis_html_stress_name(const struct apsis_html_stress *s, size_t cell)
{
    const char *name = s->stress->cells[cell].name;
    if (!cell) return "base";
    if (!scenario_of(s, cell)) return name;
    char *copy = apsis_arena_copy(s->html->arena, name, strlen(name));
    for (char *at = copy; *at; at++)
        if (*at == '_') *at = ' ';
    return copy;
}

/* ---------------------------------------------------------------- the headline */
static int all_scenarios(const struct apsis_html_stress *s)
{
    for (size_t cell = 1; cell < s->stress->cell_count; cell++)
        if (!scenario_of(s, cell)) return 0;
    return 1;
}

static void put_strong(struct apsis_html *html, const char *text)
{
    apsis_html_raw(html, "<strong>");
    apsis_html_words(html, text);
    apsis_html_raw(html, "</strong>");
}

/* "takes $311B ± $2B off" */
static void put_effect(const struct apsis_html_stress *s, const struct apsis_paired *d, const struct apsis_quantity *quantity, const char *whole)
{
    struct apsis_html *html = s->html;
    double value = d->mean.value, half = apsis_html_half(value, d->mean.low, d->mean.high);
    apsis_html_raw(html, value < 0 ? "takes " : "adds ");
    put_strong(html, apsis_html_change_amount(html, value, half, quantity));
    apsis_html_raw(html, value < 0 ? " off " : " to ");
    apsis_html_words(html, whole);
    double share = value < 0 ? d->less : d->more;
    if (isfinite(share)) apsis_html_printf(html, ", and leaves a %s value in %s of futures", value < 0 ? "lower" : "higher", apsis_html_chance(html, share));
}

/* A change that its interval does not tell from zero. */
static int is_clear(const struct apsis_paired *d) { return d && !d->same && isfinite(d->mean.value) && (d->mean.low > 0 || d->mean.high < 0); }

static void put_called(const struct apsis_html_stress *s, size_t cell)
{
    const char *title = s->report->list->titles[cell];
    put_strong(s->html, apsis_html_stress_name(s, cell));
    if (!title) return;
    apsis_html_raw(s->html, " (");
    apsis_html_words(s->html, title);
    apsis_html_raw(s->html, ")");
}

static void put_headline(const struct apsis_html_stress *s)
{
    struct apsis_html *html = s->html;
    const struct apsis_stress *stress = s->stress;
    size_t count = stress->cell_count - 1, worst = stress->order[0], best = stress->order[count - 1];
    const char *stories = all_scenarios(s) ? count == 1 ? "story" : "stories" : count == 1 ? "case" : "cases";
    struct apsis_quantity quantity = apsis_html_stress_quantity(s, stress->of);
    const struct apsis_measure *base = apsis_html_stress_measure(s, 0, stress->of);
    const struct apsis_paired *d = apsis_html_stress_paired(s, worst, stress->of), *other = apsis_html_stress_paired(s, best, stress->of);
    if (!base || base->valid == 0) {
        apsis_html_raw(html, "<p class=\"lead\">No draw of the base is valid: there is nothing to compare with.</p>\n");
        return;
    }
    int decimals = apsis_html_decimals(apsis_report_decimals(base), &quantity);
    const char *figures = apsis_html_amount(html, base->mean, &quantity), *exact = apsis_html_amount_to(html, base->mean, decimals, &quantity);
    const char *whole = apsis_arena_printf(html->arena, "the expected %s of %s", quantity.name, decimals >= 0 && strlen(exact) < strlen(figures) ? exact : figures);
    apsis_html_raw(html, "<p class=\"lead\">");
    int harm = is_clear(d) && (s->more_is_worse ? d->mean.value > 0 : d->mean.value < 0);
    if (harm) {
        if (count == 1) put_called(s, worst), apsis_html_raw(html, " ");
        else {
            apsis_html_printf(html, "The worst of the %s %s is ", apsis_html_count_words(html, count), stories);
            put_called(s, worst);
            apsis_html_raw(html, ": it ");
        }
        put_effect(s, d, &quantity, whole);
        apsis_html_raw(html, ".</p>\n");
    } else {
        apsis_html_printf(html, count == 1 ? "The one %s does no harm to " : "None of the %s %s does harm to ", count == 1 ? stories : apsis_html_count_words(html, count), stories);
        apsis_html_words(html, whole);
        apsis_html_raw(html, ".</p>\n");
    }
    if (count < 2 && harm) return;
    apsis_html_raw(html, "<ul class=\"say\">\n");
    for (size_t place = harm ? 2 : 1; harm && place <= count && place <= 3; place++) {
        const struct apsis_paired *next = apsis_html_stress_paired(s, stress->order[place - 1], stress->of);
        if (!is_clear(next) || (s->more_is_worse ? next->mean.value < 0 : next->mean.value > 0)) break;
        apsis_html_raw(html, place == 2 ? "<li>Next comes " : "<li>Then ");
        put_called(s, stress->order[place - 1]);
        apsis_html_raw(html, ": it ");
        put_effect(s, next, &quantity, "it");
        apsis_html_raw(html, ".</li>\n");
    }
    if (is_clear(other) && (s->more_is_worse ? other->mean.value < 0 : other->mean.value > 0)) {
        apsis_html_raw(html, count == 1 ? "<li>" : "<li>The best is ");
        put_called(s, best);
        apsis_html_raw(html, count == 1 ? " " : ": it ");
        put_effect(s, other, &quantity, "it");
        apsis_html_raw(html, ".</li>\n");
    }
    size_t unclear = 0, missing = 0;
    for (size_t place = 1; place <= count; place++) {
        const struct apsis_paired *one = apsis_html_stress_paired(s, stress->order[place - 1], stress->of);
        unclear += one && !is_clear(one);
        missing += !one;
    }
    if (unclear) apsis_html_printf(html, "<li>%s of them %s the mean in a way that these draws can tell from none.</li>\n", apsis_html_capital(html, apsis_html_count_words(html, unclear)), unclear == 1 ? "does not change" : "do not change");
    if (missing) apsis_html_printf(html, "<li>%s of them %s no such output.</li>\n", apsis_html_capital(html, apsis_html_count_words(html, missing)), missing == 1 ? "has" : "have");
    apsis_html_raw(html, "<li>A future is one draw of all uncertain inputs; every case meets the same ones, so that its change is its own work and not luck.</li>\n</ul>\n");
}

/* ---------------------------------------------------------------- what the cases are */
static void put_overrides(const struct apsis_html_stress *s, const struct apsis_scenario *scenario)
{
    const struct apsis_sources *sources = s->report->ast->sources;
    for (size_t i = 0; i < scenario->definition_count; i++) {
        struct apsis_span span = scenario->definitions[i].span;
        const char *text = sources->items[span.source].text;
        apsis_html_raw(s->html, i ? "<br><code>" : "<code>");
        apsis_html_words(s->html, apsis_arena_copy(s->html->arena, text + span.begin, span.end - span.begin));
        apsis_html_raw(s->html, "</code>");
    }
}

static void put_cases(const struct apsis_html_stress *s, size_t places)
{
    static const char *const heads[] = {"Case", "What it lays over the base"};
    struct apsis_html *html = s->html;
    apsis_html_table(html, "The cases, the worst first, as they are written", 0, "ll", heads);
    for (size_t place = 1; place < places; place++) {
        size_t cell = apsis_stress_cell_at(s->stress, place);
        const struct apsis_scenario *scenario = scenario_of(s, cell);
        apsis_html_row(html);
        apsis_html_raw(html, "<th scope=\"row\">");
        apsis_html_words(html, scenario ? apsis_html_stress_name(s, cell) : apsis_arena_printf(html->arena, "case %zu", cell));
        if (s->report->list->titles[cell]) apsis_html_element(html, "small", s->report->list->titles[cell]);
        apsis_html_raw(html, "</th><td class=\"x\">");
        if (scenario) put_overrides(s, scenario);
        else apsis_html_element(html, "code", s->stress->cells[cell].name);
    }
    apsis_html_table_end(html);
}

/* ---------------------------------------------------------------- the page */
static void put_record(const struct apsis_html_stress *s)
{
    struct apsis_html *html = s->html;
    const struct apsis_stress *stress = s->stress;
    char text[APSIS_TEXT_SIZE];
    apsis_html_raw(html, "<p>Every figure here is a function of the model, the cases, the seed and the number of draws alone: the same command gives the same ones on every machine and engine.</p>\n<dl class=\"record\">\n");
    apsis_html_record_item(html, "Model", strcmp(s->report->model_file, "-") ? s->report->model_file : "standard input", 1);
    apsis_html_record_item(html, "SHA-256 of the model", s->report->model_sha256, 1);
    apsis_html_record_item(html, "Seed", apsis_arena_printf(html->arena, stress->seed < 1000000 ? "%" PRIu64 : "0x%" PRIx64, stress->seed), 0);
    apsis_html_record_item(html, "Draws of each case", apsis_text_count(text, stress->partial ? stress->done : stress->draws), 0);
    apsis_html_record_item(html, "Cases, with the base", apsis_text_count(text, stress->cell_count), 0);
    apsis_html_record_item(html, "Command", s->report->command, 1);
    apsis_html_record_item(html, "Apsis", apsis_version(), 0);
    snprintf(text, sizeof text, stress->seconds < 10 ? "%.2f s" : "%.0f s", stress->seconds);
    apsis_html_record_item(html, "Engine", apsis_arena_printf(html->arena, "%s in %s", s->report->engine, text), 0);
    apsis_html_record_item(html, "Note", s->report->note, 0);
    apsis_html_raw(html, "</dl>\n");
}

static void put_cut(struct apsis_html *html, size_t shown, size_t all)
{
    if (shown < all) apsis_html_printf(html, "<p class=\"soft\">The worst %zu of %zu; --csv and --json hold all.</p>\n", shown - 1, all - 1);
}

void apsis_html_stress(struct apsis_buffer *out, const struct apsis_stress_report *report)
{
    struct apsis_html html = {.out = out, .arena = apsis_arena_new()};
    struct apsis_html_stress s = {.html = &html, .report = report, .stress = report->stress, .more_is_worse = report->more_is_worse};
    const struct apsis_stress *stress = report->stress;
    const struct apsis_ir *ir = report->list->cells[0].ir;
    const struct apsis_grid *grid = report->list->grid && report->list->grid->cell_count > 1 ? report->list->grid : NULL;
    size_t all = stress->cell_count, charted = all < MOST_CHARTED ? all : MOST_CHARTED, listed = all < MOST_LISTED ? all : MOST_LISTED, brief, count = 0;
    int targets = 0, others = apsis_html_stress_has_others(&s);
    char draws[APSIS_TEXT_SIZE];
    for (size_t row = 0; row < stress->row_count; row++) {
        const struct apsis_measure *base = apsis_html_stress_measure(&s, 0, row);
        targets |= base && base->target_count && stress->rows[row].period < 0;
    }
    brief = MOST_ROWS / (stress->row_count ? stress->row_count : 1);
    brief = brief < 4 ? 4 : brief;
    brief = brief < all ? brief : all;
    struct apsis_html_entry entries[8];
    entries[count++] = (struct apsis_html_entry){"headline", "In short"};
    if (grid) entries[count++] = (struct apsis_html_entry){"grid", "The grid"};
    entries[count++] = (struct apsis_html_entry){"compared", "Side by side"};
    entries[count++] = (struct apsis_html_entry){"values", "Values and changes"};
    if (targets) entries[count++] = (struct apsis_html_entry){"targets", "Targets"};
    if (others) entries[count++] = (struct apsis_html_entry){"others", "Other outputs"};
    entries[count++] = (struct apsis_html_entry){"cases", "What each case is"};
    entries[count++] = (struct apsis_html_entry){"record", "Run record"};
    const char *file = strcmp(report->model_file, "-") ? report->model_file : NULL; /* - is standard input */
    apsis_html_begin(&html, ir->title ? ir->title : ir->name ? ir->name : file ? file : "A model", "Stress test",
                     apsis_arena_printf(html.arena, "%s%s%zu cases beside the base \u00b7 %s draws, the same in each \u00b7 seed\u00a0%" PRIu64, file ? file : "", file ? " \u00b7 " : "", all - 1,
                                        apsis_text_count(draws, stress->draws), stress->seed));
    apsis_html_contents(&html, entries, count);
    for (size_t i = 0; i < count; i++) {
        const char *id = entries[i].id;
        apsis_html_section(&html, id, entries[i].title);
        if (!strcmp(id, "headline")) put_headline(&s);
        if (!strcmp(id, "grid")) {
            apsis_html_stress_grid(&s, stress->of);
            for (size_t row = 0, shown = grid->cell_count; row < stress->row_count && shown <= MOST_ROWS; row++)
                if (row != stress->of && stress->rows[row].period < 0 && !apsis_html_stress_output(&s, row)->categories) apsis_html_stress_grid(&s, row), shown += grid->cell_count;
        }
        if (!strcmp(id, "compared")) {
            apsis_html_stress_ranges(&s, charted);
            apsis_html_stress_changes(&s, charted);
            put_cut(&html, charted, all);
        }
        if (!strcmp(id, "values")) apsis_html_stress_values(&s, listed), put_cut(&html, listed, all);
        if (!strcmp(id, "targets")) apsis_html_stress_targets(&s, brief), put_cut(&html, brief, all);
        if (!strcmp(id, "others")) apsis_html_stress_others(&s, brief), put_cut(&html, brief, all);
        if (!strcmp(id, "cases")) put_cases(&s, listed), put_cut(&html, listed, all);
        if (!strcmp(id, "record")) put_record(&s);
        apsis_html_section_end(&html);
    }
    apsis_html_end(&html);
    apsis_arena_free(html.arena);
}
