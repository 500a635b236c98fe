/* test_lower.c - lowering: the graphs of the acceptance models give the traces; overrides, precedence, functions, folds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "host/plan/model.h"
#include "tests/support/golden_texts.h"
#include "tests/unit/ir_evaluate.h"

/* ---------------------------------------------------------------- helpers */
/* A file of the source tree, to be freed. */
static char *read_file(const char *path)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", APSIS_SOURCE_DIR, path);
    char *text = golden_read(whole);
    assert_non_null(text);
    return text;
}

struct world {
    struct apsis_model *model;
    struct apsis_ir *ir;
    struct evaluator v;
};

static struct world open_world(const char *text, const char *const *scenarios, size_t scenario_count, const char *sets)
{
    struct world w = {.model = apsis_model_parse("test.risk", text, strlen(text))};
    struct apsis_scenario set = {0};
    struct apsis_diagnostics *list = &w.model->diagnostics;
    if (sets && w.model->ast) {
        uint32_t source = apsis_sources_add(&w.model->sources, "--set", sets, strlen(sets));
        apsis_parse_overrides(w.model->arena, &w.model->sources, source, list, &set);
    }
    struct apsis_overrides overrides = {scenarios, scenario_count, &set, 1};
    struct apsis_lower_options options = {.keep_all = 1};
    if (w.model->status == APSIS_OK) w.ir = apsis_lower(w.model->arena, w.model->ast, &overrides, &options, list);
    if (!w.ir) {
        struct apsis_buffer out = {0};
        apsis_diagnostics_print(list, &w.model->sources, "text", &out);
        print_error("%s", out.text ? out.text : "no reason given\n");
        apsis_buffer_free(&out);
    }
    assert_non_null(w.ir);
    w.v = evaluator_new(w.ir);
    return w;
}

static void close_world(struct world *w)
{
    evaluator_free(&w->v);
    apsis_model_free(w->model);
}

static double at(struct world *w, const char *name, long t)
{
    int found;
    double value = evaluate_output(&w->v, name, t, &found);
    if (!found) print_error("no value %s\n", name);
    assert_true(found);
    return value;
}

/* A model of ten years with `body`, and what name[t] is then. */
static double value_of(const char *body, const char *sets, const char *name, long t)
{
    char text[4096];
    snprintf(text, sizeof text, "model test\nperiod year 2026 to 2035\ntable site size\n  a 1\n  b 2\n  c 4\n%s\n", body);
    struct world w = open_world(text, NULL, 0, sets);
    double value = at(&w, name, t);
    close_world(&w);
    return value;
}
#define assert_value(expected, body, sets, name, t) assert_float_equal(expected, value_of(body, sets, name, t), 1e-12)

/* ---------------------------------------------------------------- traces */
static int compared;

static void compare(struct world *w, const char *name, long t, const json_t *wanted)
{
    int found;
    double value = evaluate_output(&w->v, name, t, &found), number = json_number_value(wanted);
    if (!found) return;
    compared++;
    if (json_is_string(wanted)) {
        for (size_t i = 0; i < w->ir->output_count; i++) {
            const struct apsis_output *o = &w->ir->outputs[i];
            if (strcmp(o->name, name)) continue;
            assert_true(value >= 0 && value < (double)o->category_count);
            assert_string_equal(o->categories[(size_t)value], json_string_value(wanted));
        }
        return;
    }
    if (json_is_true(wanted)) number = 1;
    double size = fabs(number) > fabs(value) ? fabs(number) : fabs(value);
    if (fabs(value - number) > 1e-9 * size && fabs(value - number) > 1e-15) {
        print_error("%s at %ld: %.17g, and the trace has %.17g\n", name, t, value, number);
        fail();
    }
}

static int is_scalar_output(const struct apsis_ir *ir, const char *name)
{
    for (size_t i = 0; i < ir->output_count; i++)
        if (!strcmp(ir->outputs[i].name, name)) return ir->outputs[i].is_output && !ir->outputs[i].is_series;
    return 0;
}

static void check_trace(const char *model_path, const char *trace, const char *sets)
{
    char path[256];
    char *readme = read_file("tests/traces/README.md"), *text = read_file(model_path);
    snprintf(path, sizeof path, "tests/traces/%s.json", trace);
    char *wanted_text = read_file(path), heading[128];
    snprintf(heading, sizeof heading, "## %s", trace);
    struct apsis_buffer whole = {0};
    apsis_buffer_text(&whole, text);
    char *scenario = strstr(readme, heading);
    assert_non_null(scenario);
    const char *names[1] = {NULL};
    size_t count = 0;
    char name[64] = "";
    if (!sets) {
        char *begin = strstr(scenario, "```\n") + 4, *end = strstr(begin, "```");
        *end = 0;
        apsis_buffer_text(&whole, "\n");
        apsis_buffer_text(&whole, begin);
        sscanf(begin, "scenario %63s", name);
        names[count++] = name;
    }
    struct world w = open_world(whole.text, names, count, sets);
    json_t *wanted = json_loads(wanted_text, 0, NULL);
    assert_non_null(wanted);
    static const char *const groups[] = {"outputs", "values", "series", "by_year"};
    compared = 0;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        const char *key;
        json_t *item, *one;
        json_object_foreach(json_object_get(wanted, groups[g]), key, item) {
            size_t t;
            if (!json_is_array(item) && !g && !is_scalar_output(w.ir, key)) continue; /* a total called as something else of ours */
            if (!json_is_array(item)) compare(&w, !strcmp(key, "delay_months") ? "delay" : key, 0, item);
            else json_array_foreach(item, t, one) compare(&w, key, (long)t, one);
        }
    }
    static const char *const series[] = {"flow", "online"};
    for (size_t g = 0; g < 2; g++) {
        size_t t;
        json_t *one;
        json_array_foreach(json_object_get(wanted, series[g]), t, one) compare(&w, series[g], (long)t, one);
    }
    print_message("%s: %d values\n", trace, compared);
    assert_true(compared > 8);
    json_decref(wanted);
    close_world(&w);
    apsis_buffer_free(&whole), free(readme), free(text), free(wanted_text);
}

static void traces_are_met(void **state)
{
    (void)state;
    check_trace("models/first.risk", "first_trace_mode", NULL);
    check_trace("models/orbital_compute.risk", "orbital_trace_mode", NULL);
    check_trace("models/orbital_compute.risk", "orbital_trace_bull", NULL);
    check_trace("models/orbital_compute.risk", "orbital_trace_bear", NULL);
    check_trace("models/terrestrial_dc.risk", "terrestrial_trace_mode", NULL);
    check_trace("models/terrestrial_dc.risk", "terrestrial_trace_late", NULL);
    check_trace("models/portfolio.risk", "portfolio_trace_mode", NULL);
    check_trace("models/portfolio.risk", "portfolio_trace_tight", NULL);
    check_trace("models/revenue_stack.risk", "stack_trace_mode",
                "total = 41.6\nweight[energy..orchestration] = 0.7, 6.6, 9.2, 20.1, 5.0\n"
                "margin[layer] = margin_mid\nfill_hybrid = 75%\nfill_full = 50%\nlease_out = 90%\n");
}

static void every_scenario_lowers(void **state)
{
    (void)state;
    static const char *const models[] = {"first", "orbital_compute", "terrestrial_dc", "portfolio", "revenue_stack"};
    for (size_t i = 0; i < 5; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, models[i]);
        struct apsis_model *m = apsis_model_read(path);
        assert_int_equal(m->status, APSIS_OK);
        assert_int_equal(apsis_model_check(m->ast, &m->diagnostics), APSIS_OK);
        assert_int_equal(m->diagnostics.count, 0);
        apsis_model_free(m);
    }
}

/* ---------------------------------------------------------------- the language, piece by piece */
static void numbers_and_operators(void **state)
{
    (void)state;
    assert_value(-4, "output y = -2 ^ 2", NULL, "y", 0);
    assert_value(512, "output y = 2 ^ 3 ^ 2", NULL, "y", 0);
    assert_value(3, "output y = if 1 == 1 and not 0 then 3 else 4", NULL, "y", 0);
    assert_value(1, "output y = 2 >= 2", NULL, "y", 0);
    assert_value(7, "output y = clamp(9, 2, 7)", NULL, "y", 0);
    assert_value(-3, "output y = round(-2.5)", NULL, "y", 0);
    assert_value(2, "f(x, y) = x / y\noutput y = f(f(8, 2), 2)", NULL, "y", 0);
    assert_value(9, "twice(x) = x + x\nfour(x) = twice(twice(x))\nbase = 2.25\noutput y = four(base)", NULL, "y", 0);
}

static void time_and_history(void **state)
{
    (void)state;
    assert_value(2030, "output y[t] = year", NULL, "y", 4);
    assert_value(10, "output y = periods", NULL, "y", 0);
    assert_value(32, "x[t] = 2 * x[t-1]\nx[2025] = 1\noutput x[t]", NULL, "x", 4);
    assert_value(0.7, "x[t] = 5\nx[2024..2025] = 0.3, 0.7\nx[..2023] = 0\noutput y[t] = x[t-1]", NULL, "y", 0);
    assert_value(0.3, "x[t] = 5\nx[2024..2025] = 0.3, 0.7\nx[..2023] = 0\noutput y[t] = x[t-2]", NULL, "y", 0);
    assert_value(0, "x[t] = 5\nx[2024..2025] = 0.3, 0.7\nx[..2023] = 0\noutput y[t] = x[t-9]", NULL, "y", 0);
    assert_value(8, "x[t] = x[t-1] * 2\nx[2026] = 1\noutput x[t]", NULL, "x", 3);
    assert_value(4, "x[2025] = x[2024] * 2\nx[2024] = 2\nx[t] = x[t-1]\noutput x[t]", NULL, "x", 0);
    assert_value(3, "x[t] = t\nx[..2025] = 0\nn = 2\noutput y[t] = x[t - n]", NULL, "y", 5);
    assert_value(2, "x[t] = t\nx[..2025] = 0\nn ~ discrete(3: 20%, 4: 80%)\noutput y[t] = x[t - n]", NULL, "y", 6);
    assert_value(8, "x[t] = t\noutput y[t] = x[t+1]", NULL, "y", 7);
    assert_value(8, "x[t] = t\nk = first(t where x >= 8, else 0)\noutput y = x[k]", NULL, "y", 0);
    assert_value(7, "x[2026..2030] = 1, 2, 3, 4, 5\nx[2031..] = 7\noutput x[t]", NULL, "x", 5);
    assert_value(3, "x[2026..2030] = 1, 2, 3, 4, 5\nx[2031..] = 7\noutput x[t]", NULL, "x", 2);
    assert_value(5, "x[0] = 5\nx[t] = x[t-1]\noutput y = x[2035]", NULL, "y", 0);
}

static void members(void **state)
{
    (void)state;
    assert_value(7, "output y = sum(size)", NULL, "y", 0);
    assert_value(6, "w[site] = size\noutput y = sum(w[b..c])", NULL, "y", 0);
    assert_value(3, "w[site] = size\noutput y[site] = sum(w[a..site])", NULL, "y[b]", 0);
    assert_value(6, "half(s) = size[s] / 2\noutput y = half(c) * 3", NULL, "y", 0);
    assert_value(10, "x[t] = t\nback(s, n) = s[t-n]\noutput y[t] = 2 * back(x, 1) + back(x, 3)\nx[..2025] = 0", NULL, "y", 5);
    assert_value(5, "w[site] = size\nw[b] = 5\noutput y = w[b]", NULL, "y", 0);
    assert_value(7, "x[site, t] = size\noutput y[t] = sum(x[site, t])", NULL, "y", 3);
    assert_value(20, "x[site, t] = size\noutput y[site] = sum(x[site])", NULL, "y[b]", 0);
    assert_value(8, "x[site, t] = size * t\noutput y[site] = mean(x[site, 2027..2029])", NULL, "y[c]", 0);
    assert_value(9, "x[site, t] = size\nx[a..b, 2028..2030] = 3\nx[b, 2029] = 9\noutput y = x[b, 2029]", NULL, "y", 0);
    assert_value(3, "x[site, t] = size\nx[a..b, 2028..2030] = 3\nx[b, 2029] = 9\noutput y = x[a, 2029]", NULL, "y", 0);
    assert_value(2, "w[site] = size\nv[site] = 2\noutput y = largest(w)", NULL, "y", 0);
    assert_value(2, "w[site] = size\noutput y = largest(w[site])", NULL, "y", 0);
    assert_value(14, "w[site] = size\nv[site] = 2\noutput y = sum(w[site] * v[site])", NULL, "y", 0);
    assert_value(3, "q[site, t] = if left[site, t] > 2 then 1 else 0\nleft[site, t] = size + t\noutput y[t] = sum(q[site, t])", NULL, "y", 2);
    assert_value(6, "take[site, t] = min(size, 6 - before[site, t])\nbefore[a, t] = 0\nbefore[b, t] = sum(take[a..a, t])\n"
                    "before[c, t] = sum(take[a..b, t])\noutput y[t] = sum(take[site, t])", NULL, "y", 1);
}

static void folds(void **state)
{
    (void)state;
    assert_value(45, "x[t] = t\noutput y = sum(x)", NULL, "y", 0);
    assert_value(4.5, "x[t] = t\noutput y = mean(x)", NULL, "y", 0);
    assert_value(-9, "x[t] = -t\noutput y = lowest(x)", NULL, "y", 0);
    assert_value(9, "x[t] = t\noutput y = highest(x[2030..2035])", NULL, "y", 0);
    assert_value(12, "x[t] = t\noutput y = sum(x[2029..2031])", NULL, "y", 0);
    assert_value(9, "x[t] = t\nx[..2025] = 0\noutput y[t] = sum(x[t-2..t])", NULL, "y", 4);
    assert_value(1, "x[t] = t\nx[..2025] = 0\noutput y[t] = sum(x[t-2..t])", NULL, "y", 1);
    assert_value(10, "x[t] = t\noutput y[t] = sum(x[2026..t])", NULL, "y", 4);
    assert_value(2, "x[t] = t\noutput y[t] = mean(x[2026..t])", NULL, "y", 4);
    assert_value(15, "x[t] = t\na ~ discrete(4: 100%)\noutput y = sum(x[a..a + 2])", NULL, "y", 0);
    assert_value(90, "x[t] = t\nc[t] = 2\noutput y = sum(x * c)", NULL, "y", 0);
    assert_value(10, "c[t] = 1\noutput y = sum(c)", NULL, "y", 0);
    assert_value(6, "x[t] = t\noutput y[t] = cumulative(x)[t]", NULL, "y", 3);
    assert_value(3, "x[t] = t\noutput y[t] = cumulative(x)[t-1]", NULL, "y", 3);
    assert_value(0, "x[t] = t - 3\noutput y = highest(cumulative(x)) - 15", NULL, "y", 0);
    assert_value(2030, "x[t] = t\noutput y = first(year where x > 3, else 0)", NULL, "y", 0);
    assert_value(-1, "x[t] = t\noutput y = first(year where x > 30, else -1)", NULL, "y", 0);
    assert_value(3, "x[t] = t\noutput y = last(t where x < 4, else 99)", NULL, "y", 0);
    assert_value(2.5, "x[t] = t\nx[..2025] = 0\noutput y[t] = delay(x, 1.5)[t]", NULL, "y", 4);
    assert_value(3, "x[t] = t\nx[..2025] = 0\noutput y[t] = delay(x, 1)[t]", NULL, "y", 4);
    assert_value(1.5, "x[t] = t\nx[..2025] = 0\nd ~ normal(1.5, 0)\noutput y[t] = delay(x, d)[t-1]", NULL, "y", 4);
    assert_value(1 + 0.5 + 0.25, "add[t] = 1\nkeep[t] = 0.5 ^ t\noutput y[t] = convolve(add, keep)[t]", NULL, "y", 2);
    assert_value(0, "add[t] = 1\nkeep[t] = 0.5 ^ t\noutput y[t] = convolve(add, keep)[t-1]", NULL, "y", 0);
}

static void values_of_flows(void **state)
{
    (void)state;
    double end = 0, mid = 0, start = 0;
    for (int t = 0; t < 10; t++) end += pow(1.1, -(t + 1)), mid += pow(1.1, -(t + 0.5)), start += pow(1.1, -t);
    assert_value(end, "c[t] = 1\noutput npv = npv(10%, c, end)", NULL, "npv", 0);
    assert_value(mid, "c[t] = 1\noutput npv = npv(10%, c, mid)", NULL, "npv", 0);
    assert_value(start, "c[t] = 1\noutput npv = npv(10%, c, start)", NULL, "npv", 0);
    assert_value(end - 5 + 3 * pow(1.1, -10), "c[t] = 1\noutput v = npv(10%, c, end, upfront: -5, final: 3)", NULL, "v", 0);
    assert_value(mid - 5 + 3 * pow(1.1, -10), "c[t] = 1\noutput v = npv(10%, c, mid, upfront: -5, final: 3)", NULL, "v", 0);
    assert_value(start - 5 + 3 * pow(1.1, -10), "c[t] = 1\noutput v = npv(10%, c, start, upfront: -5, final: 3)", NULL, "v", 0);
    assert_value(2 * end, "c[t] = 1\nk[t] = 2\noutput v = npv(10%, c * k, end)", NULL, "v", 0);
    assert_float_equal(0.1, value_of("c[t] = 1\nv = npv(10%, c, end)\noutput r = irr(c, end, upfront: -v, between: -50%, 100%)", NULL, "r", 0), 1e-10);
    char text[] = "model m\nperiod month 2026-01 to 2026-12\nc[t] = 1\noutput v = npv(12%, c, end)\n";
    struct world w = open_world(text, NULL, 0, NULL);
    double monthly = 0;
    for (int t = 1; t <= 12; t++) monthly += pow(1.12, -t / 12.0);
    assert_float_equal(monthly, at(&w, "v", 0), 1e-12);
    close_world(&w);
}

static void names_as_values(void **state)
{
    (void)state;
    const char *body = "x[t] = t\nq[t] = if x[t] == 0 then \"none\" else smallest(a: x[t], b: 3)\nis_b[t] = q[t] == \"b\"\noutput y = sum(is_b)\noutput q[t]";
    assert_value(6, body, NULL, "y", 0);
    assert_value(0, body, NULL, "q", 0);
    assert_value(1, body, NULL, "q", 3);
    assert_value(2, body, NULL, "q", 4);
    assert_value(1, "a = largest(p: 1, q: 2)\nb = largest(q: 2, p: 1)\noutput y = a == b", NULL, "y", 0);
    assert_value(0, "output y = smallest(p: 2, q: 2)", NULL, "y", 0);
}

static void overrides_stack(void **state)
{
    (void)state;
    const char *body = "x = 3\ny = x + 1\nw[site] = size\ns[t] = s[t-1] * 2\ns[2025] = 1\noutput z = y\noutput s[t]\noutput w[site]";
    assert_value(7, body, "x = 2 * x", "z", 0);
    assert_value(14, body, "x = 2 * x\nx = x + 7", "z", 0);
    assert_value(12, body, "w[site] = 3 * w[site]", "w[c]", 0);
    assert_value(2, body, "w[a..b] = 3 * w[site]\nw[b] = w[b] - 4", "w[b]", 0);
    assert_value(4, body, "s[t] = 50% * s[t]", "s", 2);   /* of the model's series, not compounded */
    assert_value(27, body, "s[t] = 3 * s[t-1]", "s", 2);   /* a recurrence of its own */
    assert_value(6, body, "s[2028] = 6", "s", 2);
    assert_value(12, body, "s[2028] = 6", "s", 3);
    assert_value(1, body, "s[2028] = s[t] - 7", "s", 2);
    assert_value(9, body, "size[c] = 9", "w[c]", 0);
    char text[] = "model m\nx = 1\noutput y = x\nscenario a\n  x = 10 * x\nscenario b\n  x = x + 1\n";
    const char *ab[] = {"a", "b"}, *ba[] = {"b", "a"};
    struct world w = open_world(text, ab, 2, NULL);
    assert_float_equal(11, at(&w, "y", 0), 0);
    assert_string_equal(w.ir->scenario, "a + b");
    close_world(&w);
    w = open_world(text, ba, 2, NULL);
    assert_float_equal(20, at(&w, "y", 0), 0);
    close_world(&w);
}

static const struct apsis_input *input_named(const struct apsis_ir *ir, const char *name)
{
    for (size_t i = 0; i < ir->input_count; i++)
        if (!strcmp(ir->inputs[i].name, name)) return &ir->inputs[i];
    return NULL;
}

static void inputs_and_interventions(void **state)
{
    (void)state;
    char text[] = "model m\na ~ normal(1, 2)\nb ~ normal(0, 1)\nc ~ pert(1, 2, 3)\noutput y = a + b + c\ncorrelate\n  a, b 50%\n";
    struct world w = open_world(text, NULL, 0, NULL);
    assert_int_equal(w.ir->input_count, 3);
    assert_int_equal(w.ir->group_count, 1);
    close_world(&w);
    w = open_world(text, NULL, 0, "a = 5\nc = 2"); /* a still feeds b, c is gone */
    assert_int_equal(w.ir->input_count, 2);
    assert_int_equal(w.ir->group_count, 1);
    assert_int_equal(input_named(w.ir, "a")->is_scenario_override, 2);
    assert_int_equal(input_named(w.ir, "b")->is_scenario_override, 0);
    assert_float_equal(7, at(&w, "y", 0), 1e-12);
    close_world(&w);
    w = open_world(text, NULL, 0, "a ~ normal(4, 1)"); /* the same stream, the same partner */
    assert_int_equal(w.ir->input_count, 3);
    assert_int_equal(input_named(w.ir, "a")->is_scenario_override, 1);
    assert_int_equal(input_named(w.ir, "a")->group, input_named(w.ir, "b")->group);
    assert_true(input_named(w.ir, "a")->group >= 0);
    close_world(&w);
    w = open_world(text, NULL, 0, "a = 50% * a");
    assert_int_equal(w.ir->input_count, 3);
    assert_float_equal(0.5 + 0 + 2, at(&w, "y", 0), 0.02);
    close_world(&w);
}

static const struct apsis_output *output_named(const struct apsis_ir *ir, const char *name)
{
    for (size_t i = 0; i < ir->output_count; i++)
        if (!strcmp(ir->outputs[i].name, name)) return &ir->outputs[i];
    fail_msg("no output %s", name);
    return NULL;
}

static void outputs_carry_their_words(void **state)
{
    (void)state;
    char text[] = "model m \"A model\"\nperiod year 2026 to 2035\ncurrency \"$B\"\ntable site size\n  a 1\n  b 2\n\n## Money\n"
                  "ok ~ bernoulli(50%)\nx[t] = t  \"what it is [GW]\"  from \"a book\"\nw[site, t] = size * t\n"
                  "output y = x[2030] * 2  \"twice [MW]\" given ok targets 1, 2 * 3, 10%\noutput x[t], x[2035]\noutput w[b, t], w[a, 2027]\n";
    struct world w = open_world(text, NULL, 0, NULL);
    const struct apsis_output *y = output_named(w.ir, "y"), *x = output_named(w.ir, "x");
    assert_string_equal(y->label, "twice");
    assert_string_equal(y->unit, "MW");
    assert_string_equal(y->given_text, "ok");
    assert_int_equal(w.ir->nodes[y->given].kind, APSIS_NODE_DRAW);
    assert_int_equal(y->target_count, 3);
    assert_true(y->targets[0] == 1 && y->targets[1] == 6 && y->targets[2] == 0.1);
    assert_int_equal(y->section, 1);
    assert_string_equal(x->label, "what it is");
    assert_string_equal(x->source, "a book");
    assert_true(x->is_series && x->is_output && w.ir->nodes[x->node].kind == APSIS_NODE_READ);
    assert_float_equal(at(&w, "x[2035]", 0), 9, 0);
    assert_float_equal(at(&w, "w[b]", 3), 6, 0);
    assert_float_equal(at(&w, "w[a, 2027]", 0), 1, 0);
    assert_int_equal(output_named(w.ir, "w[a]")->is_output, 0); /* kept for replay */
    assert_string_equal(output_named(w.ir, "w[b]")->member, "b");
    close_world(&w);
}

/* A column of a CSV file: byte order mark, CRLF, quotes, blank lines, numbers as the language writes them. */
static void data_from_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/apsis_data_XXXXXX", path[64], model[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.csv", folder);
    snprintf(model, sizeof model, "%s/m.risk", folder);
    FILE *file = fopen(path, "wb");
    fputs("\xef\xbb\xbf\"name, or so\",r\r\n\"a \"\"b\"\"\", 5% \r\n\r\nc,\"-1.5\"\r\nd,2e3", file);
    fclose(file);
    const char *text = "model m\nx ~ empirical(\"r.csv\", column: \"r\")\noutput x\n";
    struct apsis_model *m = apsis_model_parse(model, text, strlen(text));
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics);
    assert_non_null(ir);
    const struct apsis_distribution *d = ir->inputs[0].distribution;
    assert_int_equal(d->count, 3);
    assert_float_equal(apsis_distribution_mean(d), (0.05 - 1.5 + 2000) / 3, 1e-10);
    assert_int_equal(ir->data_file_count, 1);
    assert_string_equal(ir->data_files[0].path, "r.csv");
    apsis_model_free(m);
    remove(path);
    remove(folder);
}

/* The printed graph; APSIS_UPDATE_GOLDEN=1 writes it anew. */
static void printed_graphs(void **state)
{
    (void)state;
    static const char *const models[] = {"first", "revenue_stack"};
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, models[i]);
        struct apsis_model *m = apsis_model_read(path);
        struct apsis_ir *ir = apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics);
        assert_non_null(ir);
        struct apsis_buffer out = {0};
        apsis_ir_print(ir, &out);
        snprintf(path, sizeof path, "%s/tests/golden/ir/%s.txt", APSIS_SOURCE_DIR, models[i]);
        assert_true(golden_same(path, out.text));
        apsis_buffer_free(&out);
        apsis_model_free(m);
    }
}

/* Reordering the lines of a model changes neither streams, nor groups, nor values. */
static void order_does_not_matter(void **state)
{
    (void)state;
    struct world v = open_world("model m\na ~ normal(0, 1)\nb ~ normal(0, 1)\nc ~ normal(0, 1)\noutput y = a + b * c\ncorrelate\n  a, b 50%\n  b, c 30%\n", NULL, 0, NULL);
    struct world w = open_world("model m\noutput y = a + b * c\nc ~ normal(0, 1)\nb ~ normal(0, 1)\na ~ normal(0, 1)\ncorrelate\n  c, b 30%\n  b, a 50%\n", NULL, 0, NULL);
    for (int i = 0; i < 3; i++) {
        const char *name = (const char *[]){"a", "b", "c"}[i];
        assert_true(input_named(v.ir, name)->stream == input_named(w.ir, name)->stream);
        assert_int_equal(input_named(v.ir, name)->position, input_named(w.ir, name)->position);
        assert_int_equal(input_named(v.ir, name)->position, i);
    }
    assert_memory_equal(v.ir->groups[0].factor, w.ir->groups[0].factor, 9 * sizeof(double));
    close_world(&v);
    close_world(&w);
}

/* A long chain of values, in either order, and many inputs: no deep recursion, and near-linear. */
static void long_models(void **state)
{
    (void)state;
    size_t count = 100000, length = 0;
    char *text = malloc(count * 64 + 100);
    for (int backwards = 0; backwards < 2; backwards++) {
        length = (size_t)sprintf(text, "model m\nx0 ~ normal(0, 1)\n");
        for (size_t i = 1; i <= count; i++) {
            size_t k = backwards ? count + 1 - i : i;
            length += (size_t)sprintf(text + length, "x%zu = x%zu + 1\n", k, k - 1);
        }
        length += (size_t)sprintf(text + length, "output y = x%zu\n", count);
        struct apsis_model *m = apsis_model_parse("long", text, length);
        assert_non_null(apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics));
        apsis_model_free(m);
    }
    length = (size_t)sprintf(text, "model m\nperiod year 2026 to 2030\n");
    for (size_t i = 0; i < count; i++) length += (size_t)sprintf(text + length, i % 2 ? "x%zu[t] = x%zu[t]\n" : "x%zu[t] ~ normal(%zu, 1)\n", i, i ? i - 1 : 7);
    length += (size_t)sprintf(text + length, "output y = sum(x%zu)\n", count - 1);
    struct apsis_model *m = apsis_model_parse("many", text, length);
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics);
    assert_non_null(ir);
    assert_int_equal(ir->input_count, count / 2);
    apsis_model_free(m);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_are_met),    cmocka_unit_test(every_scenario_lowers),    cmocka_unit_test(numbers_and_operators),
        cmocka_unit_test(time_and_history),  cmocka_unit_test(members),                  cmocka_unit_test(folds),
        cmocka_unit_test(values_of_flows),   cmocka_unit_test(names_as_values),          cmocka_unit_test(overrides_stack),
        cmocka_unit_test(inputs_and_interventions), cmocka_unit_test(order_does_not_matter), cmocka_unit_test(long_models),
        cmocka_unit_test(outputs_carry_their_words), cmocka_unit_test(data_from_files), cmocka_unit_test(printed_graphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
