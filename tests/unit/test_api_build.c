/* test_api_build.c - models built by calls: the same digests as their texts, every call good and bad, messages word for word. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/api/build.h"
#include "host/language/data_file.h"
#include "host/support/sha256.h"
#include "tests/support/by_calls.h"

#define DRAWS 1500

static void same_text(const char *a, const char *b)
{
    if (strcmp(a, b)) fail_msg("---- got:\n%s\n---- wanted:\n%s\n----", a, b);
}

/* Digest of a run of the model under one scenario (NULL: none). */
static void digest_of(struct apsis_model *model, const char *scenario, char digest[65])
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_diagnostics list = {.arena = arena};
    struct apsis_overrides overrides = {&scenario, scenario ? 1 : 0, NULL, 0};
    struct apsis_plan_options options = {.inputs = 1, .signs = 1};
    struct apsis_engine_options how = {.threads = 1};
    struct apsis_measure_settings settings;
    struct apsis_result *result = NULL;
    void *run;
    const char *why = "";
    struct apsis_ir *ir = apsis_lower(arena, apsis_model_tree(model), &overrides, NULL, &list);
    struct apsis_plan *plan = ir && !list.errors ? apsis_plan_new(arena, ir, &options, &list) : NULL;
    if (!plan) {
        struct apsis_buffer out = {0};
        apsis_diagnostics_print(&list, &model->sources, "text", &out);
        fail_msg("%s", out.text);
    }
    apsis_measure_defaults(&settings);
    settings.draws = DRAWS;
    assert_int_equal(apsis_engine_interpreter.prepare(plan, &how, &run, &why), APSIS_OK);
    assert_int_equal(apsis_measure_run(arena, plan, &apsis_engine_interpreter, run, &settings, &result), APSIS_OK);
    memcpy(digest, result->digest, 65);
    apsis_engine_interpreter.free(run);
    apsis_arena_free(arena);
}

static struct apsis_model *small(void);
static const char small_text[] = "model small \"A small model\"\n"
                                 "period year 2026 to 2030\n"
                                 "growth ~ pert(0, 0.05, 0.2)  \"growth of sales [1/yr]\"  from \"annual report\"\n"
                                 "sales[t] = sales[t-1] * (1 + growth)\n"
                                 "sales[2025] = 10\n"
                                 "output value = npv(8%, sales, mid)  \"value of the firm [$M]\"  targets 50, 60.5\n"
                                 "\n"
                                 "scenario slump \"Sales halve\"\n"
                                 "  sales[2025] = 5\n";


/* A call that is refused: its status, and why, word for word. The model is a new one for each. */
#define REFUSED(call, status, why) \
    do { \
        struct apsis_model *m = small(); \
        assert_int_equal(call, status); \
        same_text(apsis_why(m), why); \
        assert_int_equal(apsis_model_status(m), status); \
        assert_int_equal(apsis_message_count(m), 1); \
        apsis_model_free(m); \
    } while (0)
#define USAGE(call, why) REFUSED(call, APSIS_USAGE, why)

/* Two models say the same: alone and under each scenario. */
static void same_model(struct apsis_model *a, struct apsis_model *b)
{
    char first[65], second[65];
    if (apsis_model_status(a)) fail_msg("%s", apsis_messages_text(a, "text"));
    if (apsis_model_status(b)) fail_msg("%s", apsis_messages_text(b, "text"));
    const struct apsis_ast *x = apsis_model_tree(a), *y = apsis_model_tree(b);
    assert_int_equal(x->scenario_count, y->scenario_count);
    for (size_t i = 0; i <= x->scenario_count; i++) {
        if (i) assert_string_equal(x->scenarios[i - 1].name, y->scenarios[i - 1].name);
        digest_of(a, i ? x->scenarios[i - 1].name : NULL, first);
        digest_of(b, i ? x->scenarios[i - 1].name : NULL, second);
        assert_string_equal(first, second);
    }
}

static void same_tree(struct apsis_model *a, struct apsis_model *b)
{
    struct apsis_buffer one = {0}, two = {0};
    apsis_ast_print(apsis_model_tree(a), &one);
    apsis_ast_print(apsis_model_tree(b), &two);
    same_text(one.text, two.text);
    apsis_buffer_free(&one);
    apsis_buffer_free(&two);
}

/* The text of a built model is the same model. */
static void same_as_its_text(struct apsis_model *model)
{
    char *text = apsis_model_text(model), *again;
    struct apsis_model *read = apsis_model_from_text("again.risk", text, strlen(text));
    for (size_t i = 0; i < model->sources.file_count; i++) /* files that calls gave */
        for (size_t k = 0; k < model->sources.files[i].column_count; k++)
            apsis_given_add(&read->sources, model->sources.files[i].name, model->sources.files[i].columns[k].name, model->sources.files[i].columns[k].values, model->sources.files[i].rows);
    char first[65], second[65];
    same_tree(model, read);
    digest_of(model, NULL, first);
    digest_of(read, NULL, second);
    assert_string_equal(first, second);
    if (apsis_check(model, NULL) || apsis_check(read, NULL)) fail_msg("%s\n%s", apsis_messages_text(model, "text"), apsis_messages_text(read, "text"));
    assert_int_equal(apsis_message_count(model), apsis_message_count(read)); /* warnings of lints */
    again = apsis_model_text(read);
    assert_string_equal(text, again);
    apsis_free(text);
    apsis_free(again);
    apsis_model_free(read);
}

static struct apsis_model *small(void)
{
    struct apsis_model *model = apsis_model_new("small", "A small model");
    assert_int_equal(apsis_period(model, "year 2026 to 2030"), APSIS_OK);
    assert_int_equal(apsis_input(model, "growth", apsis_pert(0, 0.05, 0.2)), APSIS_OK);
    assert_int_equal(apsis_label(model, "growth", "growth of sales [1/yr]", "annual report"), APSIS_OK);
    assert_int_equal(apsis_define(model, "sales[t]", "sales[t-1] * (1 + growth)"), APSIS_OK);
    assert_int_equal(apsis_define(model, "sales[2025]", "10"), APSIS_OK);
    assert_int_equal(apsis_output(model, "value", "npv(8%, sales, mid)"), APSIS_OK);
    assert_int_equal(apsis_target(model, "value", 50), APSIS_OK);
    assert_int_equal(apsis_target(model, "value", 60.5), APSIS_OK);
    assert_int_equal(apsis_label(model, "value", "value of the firm [$M]", NULL), APSIS_OK);
    assert_int_equal(apsis_scenario(model, "slump", "Sales halve"), APSIS_OK);
    assert_int_equal(apsis_override(model, "slump", "sales[2025]", "5"), APSIS_OK);
    return model;
}

static void test_text(void **state)
{
    (void)state;
    struct apsis_model *model = small(), *read = apsis_model_from_text("small.risk", small_text, sizeof small_text - 1);
    char *text = apsis_model_text(model);
    same_text(text, small_text);
    apsis_free(text);
    same_model(model, read);
    same_as_its_text(model);
    apsis_model_free(model);
    apsis_model_free(read);
}

/* Arguments that cannot be meant: said at once, and it sticks. */
static void test_usage(void **state)
{
    (void)state;
    static const double some[] = {1, 2, NAN}, good[] = {1, 2, 3};
    static const char *const members[] = {"texas", "new york"};
    assert_int_equal(apsis_define(NULL, "x", "1"), APSIS_USAGE);
    USAGE(apsis_define(m, NULL, "1"), "apsis_define: the name is NULL");
    USAGE(apsis_define(m, "", "1"), "apsis_define: the name is empty");
    USAGE(apsis_define(m, "x", NULL), "apsis_define: x: the expression is NULL");
    USAGE(apsis_define(m, "2x", "1"), "apsis_define: \"2x\" is no name: letters, digits and _, not beginning with a digit, with brackets where it has an index: \"fleet[t]\"");
    USAGE(apsis_define(m, "x = 3 + y", "1"), "apsis_define: \"x = 3 + y\" is no name: letters, digits and _, not beginning with a digit, with brackets where it has an index: \"fleet[t]\"");
    USAGE(apsis_define(m, "x\ny", "1"), "apsis_define: \"x?y\" is no name: letters, digits and _, not beginning with a digit, with brackets where it has an index: \"fleet[t]\"");
    USAGE(apsis_define(m, "output", "1"), "apsis_define: \"output\": output is a word of the language and cannot be a name");
    USAGE(apsis_input(m, "f(x)", apsis_normal(0, 1)), "apsis_input: \"f(x)\": functions are made by apsis_define");
    USAGE(apsis_input(m, "launch_cadence", apsis_pert(20, 80, NAN)), "apsis_input: launch_cadence: pert takes 3 or 4 numbers, max is NaN");
    USAGE(apsis_input(m, "x", apsis_normal(-INFINITY, 1)), "apsis_input: x: normal takes 2 numbers, mean is -infinite");
    USAGE(apsis_input(m, "x", apsis_family("pert", 2, 1.0, 2.0)), "apsis_input: x: pert takes 3 or 4 numbers, 2 were given");
    USAGE(apsis_input(m, "x", apsis_family("normal", 7, 0., 1., 2., 3., 4., 5., 6.)), "apsis_input: x: normal with 7 numbers: at most 6");
    USAGE(apsis_input(m, "x", apsis_family("normal", -1)), "apsis_input: x: normal with -1 numbers: at most 6");
    USAGE(apsis_input(m, "x", apsis_family("no such", 1, 1.0)), "apsis_input: x: \"no such\" is no name: letters, digits and _, not beginning with a digit");
    USAGE(apsis_input(m, "x", apsis_family("gamme", 2, 1.0, INFINITY)), "apsis_input: x: gamme: number 2 is infinite");
    USAGE(apsis_input(m, "x", apsis_family("discrete", 2, 1.0, 2.0)), "apsis_input: x: discrete takes values with weights that sum to 100%, such as (4: 20%, 5: 45%, 6: 35%)");
    USAGE(apsis_input(m, "x", apsis_percentiles("lognormal", 10, 1, 100, 2)), "apsis_input: x: lognormal: a percentage lies above 0 and below 100, this is 100");
    USAGE(apsis_input(m, "x", apsis_percentiles("lognormal", 10, 1, 90, NAN)), "apsis_input: x: lognormal: value is NaN");
    USAGE(apsis_input(m, "x", apsis_mean_sd("lognormal", 10, NAN)), "apsis_input: x: lognormal: sd is NaN");
    USAGE(apsis_input(m, "x", apsis_written(NULL)), "apsis_input: x: the distribution is NULL");
    USAGE(apsis_input(m, "x", apsis_empirical(some, 3)), "apsis_input: x: empirical: values[2] is NaN");
    USAGE(apsis_input(m, "x", apsis_empirical(NULL, 3)), "apsis_input: x: empirical: values is NULL");
    USAGE(apsis_input(m, "x", apsis_empirical(good, 0)), "apsis_input: x: empirical: there are no values");
    USAGE(apsis_input(m, "x", apsis_discrete(good, NULL, 3)), "apsis_input: x: discrete: weights is NULL");
    USAGE(apsis_input(m, "x", apsis_cumulative(good, some, 3)), "apsis_input: x: cumulative: chances[2] is NaN");
    USAGE(apsis_override_input(m, "slump", "growth", apsis_pert(0, 1, -INFINITY)), "apsis_override_input: growth: pert takes 3 or 4 numbers, max is -infinite");
    USAGE(apsis_override(m, "slumb", "growth", "1"), "apsis_override: no scenario slumb was added: did you mean slump?");
    USAGE(apsis_override(m, "slump", "growth", NULL), "apsis_override: growth: the expression is NULL");
    USAGE(apsis_override(m, NULL, "growth", "1"), "apsis_override: the name is NULL");
    USAGE(apsis_label(m, "growht", "label", NULL), "apsis_label: no value growht was added: did you mean growth?");
    USAGE(apsis_label(m, "sales", "label", NULL), "apsis_label: no value sales was added: did you mean sales[t]?");
    USAGE(apsis_label(m, "growth", "a \"quoted\" word", NULL),
          "apsis_label: growth: the label \"a \"quoted\" word\" has in it a straight quote, which the language cannot hold inside a text: write \xe2\x80\x9c and \xe2\x80\x9d, or '");
    USAGE(apsis_label(m, "growth", NULL, "two\nlines"), "apsis_label: growth: the source \"two?lines\" has in it a line break: it is one line");
    USAGE(apsis_target(m, "growth", 1), "apsis_target: no output growth was added");
    USAGE(apsis_target(m, "valeu", 1), "apsis_target: no output valeu was added: did you mean value?");
    USAGE(apsis_target(m, "value", NAN), "apsis_target: value: the target is NaN");
    USAGE(apsis_given(m, "value", NULL), "apsis_given: value: the condition is NULL");
    USAGE(apsis_correlate(m, "growth", "x", 1.5), "apsis_correlate: growth, x: a rank correlation lies between -1 and 1, this is 1.5");
    USAGE(apsis_correlate(m, "growth", "x", NAN), "apsis_correlate: growth, x: a rank correlation lies between -1 and 1, this is nan");
    USAGE(apsis_correlate(m, "growth", NULL, 0.5), "apsis_correlate: the name is NULL");
    USAGE(apsis_section(m, " "), "apsis_section: the title is empty");
    USAGE(apsis_section(m, "a\nb"), "apsis_section: the title has a line break in it: it is one line");
    USAGE(apsis_currency(m, "\""), "apsis_currency: the currency \"\"\" has in it a straight quote, which the language cannot hold inside a text: write \xe2\x80\x9c and \xe2\x80\x9d, or '");
    USAGE(apsis_period(m, NULL), "apsis_period: the period is NULL");
    USAGE(apsis_add(m, NULL), "apsis_add: the text is NULL");
    USAGE(apsis_members(m, "site", members, 2), "apsis_members: site: \"new york\" is no name: letters, digits and _, not beginning with a digit");
    USAGE(apsis_members(m, "site", members, 0), "apsis_members: site: there are no members");
    USAGE(apsis_members(m, "site[t]", members, 1), "apsis_members: \"site[t]\": here stands a name without brackets");
    USAGE(apsis_scenario(m, "a b", NULL), "apsis_scenario: \"a b\" is no name: letters, digits and _, not beginning with a digit");
    USAGE(apsis_data(m, NULL, "a", good, 3), "apsis_data: the file is NULL");
    USAGE(apsis_data(m, "a.csv", NULL, good, 3), "apsis_data: a.csv: the column is NULL");
    USAGE(apsis_data(m, "a.csv", "a", some, 3), "apsis_data: a.csv, a: values[2] is NaN");
    USAGE(apsis_data(m, "a.csv", "a", NULL, 3), "apsis_data: a.csv, a: values is NULL");
    USAGE(apsis_data(m, "a.csv", "a", good, 0), "apsis_data: a.csv, a: there are no values");

    struct apsis_model *m = small();
    assert_int_equal(apsis_data(m, "a.csv", "a", good, 3), APSIS_OK);
    assert_int_equal(apsis_data(m, "a.csv", "a", good, 3), APSIS_USAGE);
    same_text(apsis_why(m), "apsis_data: a.csv has a column a already");
    assert_int_equal(apsis_data(m, "a.csv", "b", good, 2), APSIS_USAGE);
    same_text(apsis_why(m), "apsis_data: a.csv, b: 2 values, and its column a has 3: the columns of one file are equally long");
    assert_int_equal(apsis_define(m, "fine", "1"), APSIS_OK); /* the call went well, the model still has what went wrong */
    assert_int_equal(apsis_model_status(m), APSIS_USAGE);
    assert_int_equal(apsis_message_count(m), 2);
    assert_null(apsis_message_at(m, 0)->file);
    apsis_model_free(m);

    m = apsis_model_new("no name", NULL);
    assert_int_equal(apsis_model_status(m), APSIS_USAGE);
    same_text(apsis_message_at(m, 0)->text, "apsis_model_new: \"no name\" is no name: letters, digits and _, not beginning with a digit");
    apsis_model_free(m);
}

/* Texts that cannot be read: the place is in the argument, under the name of the call. All of them and what is said, in one golden file. */
static void mistaken(struct apsis_buffer *out, const char *call, struct apsis_model *m, enum apsis_status status)
{
    char *text = apsis_messages_text(m, "text");
    assert_int_equal(apsis_model_status(m), APSIS_MODEL_ERROR);
    apsis_buffer_printf(out, "# %s\n%s%s\n", call, status == APSIS_OK ? "(found when used)\n" : "", text);
    if (status) {
        assert_int_equal(status, APSIS_MODEL_ERROR);
        assert_true(strlen(apsis_why(m)) > 10 && strstr(text, apsis_message_at(m, 0)->text) && strstr(apsis_why(m), apsis_message_at(m, 0)->text));
    }
    apsis_free(text);
    apsis_model_free(m);
}
#define MISTAKE(call) m = small(), mistaken(&out, #call, m, call)

static void golden(const char *name, const struct apsis_buffer *out)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/api/%s", APSIS_SOURCE_DIR, name);
    if (getenv("APSIS_UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(out->text, 1, out->length, file);
        fclose(file);
    }
    struct apsis_model *read = apsis_model_open(path);
    assert_true(read->sources.count > 0);
    same_text(out->text, read->sources.items[0].text);
    apsis_model_free(read);
}

static void test_mistakes(void **state)
{
    (void)state;
    struct apsis_model *m;
    struct apsis_buffer out = {0};
    MISTAKE(apsis_define(m, "x", "1 + "));
    MISTAKE(apsis_define(m, "x[t, t, t]", "1"));
    MISTAKE(apsis_define(m, "x", "1\ny = 2"));
    MISTAKE(apsis_define(m, "x", "(1 +\n 2 3)"));
    MISTAKE(apsis_define(m, "x", "5 \"label\""));
    MISTAKE(apsis_define(m, "x", "5 from \"source\""));
    MISTAKE(apsis_define(m, "x", "caf\xe9"));
    MISTAKE(apsis_define(m, "x", "caf\xc3\xa9 + 1"));
    MISTAKE(apsis_define(m, "x", ""));
    MISTAKE(apsis_define(m, "x", "a = b"));
    MISTAKE(apsis_define(m, "f(a, b)", "a + (b"));
    MISTAKE(apsis_define(m, "x", "5, 6"));
    MISTAKE(apsis_output(m, "x", "1 given growth > 0"));
    MISTAKE(apsis_output(m, "x", "1 targets 5"));
    MISTAKE(apsis_override(m, "slump", "growth", "growth *"));
    MISTAKE(apsis_override(m, "slump", "growth", "2 \"label\""));
    MISTAKE(apsis_given(m, "value", "growth > "));
    MISTAKE(apsis_given(m, "value", "growth > 1 targets 5"));
    MISTAKE(apsis_period(m, "year 2026 to 2030"));
    MISTAKE(apsis_period(m, "years 2026 to 2030"));
    MISTAKE(apsis_add(m, "a = 1\nb == 2\n"));
    MISTAKE(apsis_add(m, "model other"));
    MISTAKE(apsis_input(m, "x", apsis_written("normal(0, 1")));
    MISTAKE(apsis_input(m, "x", apsis_written("normal(0, 1) \"label\"")));
    golden("mistakes.txt", &out);
    apsis_buffer_free(&out);
}

/* What is wrong with what the names mean. */
static void doubtful(struct apsis_buffer *out, const char *what, struct apsis_model *model)
{
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_diagnostics list = {.arena = arena};
    if (apsis_model_status(model)) fail_msg("%s: %s", what, apsis_why(model));
    apsis_model_check(apsis_model_tree(model), &list);
    apsis_buffer_printf(out, "# %s\n", what);
    apsis_diagnostics_print(&list, &model->sources, "text", out);
    apsis_buffer_text(out, "\n");
    apsis_arena_free(arena);
    apsis_model_free(model);
}

/* Mistakes that show only when all is put together: each place under the name of its own call. */
static void test_meanings(void **state)
{
    (void)state;
    static const double up[] = {1, 2, 3}, share[] = {0.2, 0.3, 0.6};
    struct apsis_buffer out = {0};
    struct apsis_model *m = small();
    apsis_define(m, "profit[t]", "sales[t] * margin");
    apsis_define(m, "margin[2026]", "1");
    apsis_define(m, "growth", "3");
    apsis_define(m, "sales[t]", "2");
    doubtful(&out, "names", m);
    m = small();
    apsis_override(m, "slump", "sale[2025]", "1");
    apsis_override(m, "slump", "growth", "growht / 2");
    apsis_override_input(m, "slump", "growth", apsis_pert(0, 2, 1));
    doubtful(&out, "overrides", m);
    m = small();
    apsis_given(m, "value", "growht > 0");
    apsis_label(m, "value", "changed [$M]", "a source");
    doubtful(&out, "clauses", m);
    m = small();
    apsis_input(m, "a", apsis_family("gamme", 2, 1.0, 2.0));
    apsis_input(m, "b", apsis_pert(20, 80, 30));
    apsis_input(m, "c", apsis_written("lognormal(p10: 5, p9: 6, p8: 7)"));
    apsis_input(m, "d", apsis_discrete(up, share, 3));
    apsis_input(m, "e", apsis_percentiles("uniformm", 10, 1, 90, 2));
    doubtful(&out, "families", m);
    m = small();
    apsis_data(m, "sample.csv", "a", up, 3);
    apsis_data(m, "sample.csv", "monthly", share, 3);
    apsis_input(m, "a", apsis_written("empirical(\"sample.csv\", column: \"montly\")"));
    apsis_input(m, "b", apsis_written("empirical(\"sample.csv\")"));
    apsis_input(m, "c", apsis_written("cumulative(\"sample.csv\", column: \"a\", probability: \"monthly\")"));
    apsis_input(m, "d", apsis_written("histogram(\"sample.csv\", column: \"a\", count: \"monthly\")"));
    apsis_input(m, "e", apsis_written("empirical(\"other.csv\", column: \"a\")"));
    doubtful(&out, "data", m);
    m = small();
    apsis_correlate(m, "growth", "sales", 0.5);
    apsis_correlate(m, "growth", "grwth", 0.5);
    doubtful(&out, "correlations", m);
    m = apsis_model_from_text("folder/base.risk", small_text, sizeof small_text - 1);
    apsis_define(m, "profit[t]", "sals[t]");
    apsis_given(m, "value", "nowhere");
    apsis_override(m, "slump", "growth", "2 * nowhere");
    doubtful(&out, "a file and calls", m);
    golden("meanings.txt", &out);
    apsis_buffer_free(&out);
}

static void gives_text(struct apsis_model *model, const char *wanted)
{
    char *text = apsis_model_text(model);
    if (apsis_model_status(model)) fail_msg("%s", apsis_why(model));
    same_text(text, wanted);
    apsis_free(text);
}

/* Calls add to what was read: clauses into its lines, overrides into its scenarios, and the model is the one that the new text says. */
static void test_mixed(void **state)
{
    (void)state;
    static const char base[] = "model m  # a comment\n"
                               "a ~ normal(0, 1)   # the input\n"
                               "b ~ uniform(1, 2)  \"old\"  from \"nobody\"\n"
                               "output c = max(a,\n             b)  targets 1, (2)  \"label\"  # over two lines\n"
                               "output d\n"
                               "d = a\n"
                               "scenario high \"A high one\"\n"
                               "  a = a + 1  # more\n"
                               "\n"
                               "scenario low  # head\n"
                               "output e, f  given a > 0\n"
                               "e = 1\n"
                               "f = b\n"
                               "scenario last\n"
                               "  b = 3";
    struct apsis_model *m = apsis_model_from_text("dir/m.risk", base, sizeof base - 1), *whole;
    struct apsis_model *before = apsis_model_from_text("m.risk", base, sizeof base - 1);
    gives_text(m, base);
    assert_int_equal(apsis_label(m, "a", "noise [1]", NULL), APSIS_OK);
    assert_int_equal(apsis_label(m, "b", "new [$]", NULL), APSIS_OK);
    const struct apsis_ast *kept = apsis_model_tree(m); /* stays as it is */
    assert_int_equal(apsis_label(m, "b", NULL, "somebody"), APSIS_OK);
    assert_int_equal(apsis_target(m, "c", 3), APSIS_OK);
    assert_int_equal(apsis_target(m, "c", 4), APSIS_OK);
    assert_int_equal(apsis_given(m, "c", "a < 2 # or so"), APSIS_OK);
    assert_int_equal(apsis_target(m, "d", -1e-3), APSIS_OK);
    assert_int_equal(apsis_override(m, "high", "b", "b + 1"), APSIS_OK);
    assert_int_equal(apsis_override_input(m, "high", "a", apsis_normal(0, 2)), APSIS_OK);
    assert_int_equal(apsis_override(m, "low", "a", "a - 1"), APSIS_OK);
    assert_int_equal(apsis_override(m, "last", "a", "a - 1"), APSIS_OK);
    assert_int_equal(apsis_add(m, "\n# said later\n   g = a + b\n  h = g\n"), APSIS_OK);
    assert_int_equal(apsis_output(m, "g", NULL), APSIS_OK);
    assert_int_equal(apsis_label(m, "h", "added", NULL), APSIS_OK);
    assert_int_equal(apsis_scenario(m, "own", NULL), APSIS_OK);
    assert_int_equal(apsis_override(m, "own", "a", "1"), APSIS_OK);
    assert_int_equal(apsis_add(m, "  i = 5"), APSIS_OK);
    assert_int_equal(apsis_output(m, "i", NULL), APSIS_OK);
    assert_string_equal(kept->definitions[1].clauses.label, "new");
    assert_string_equal(kept->definitions[1].clauses.source, "nobody");
    assert_int_equal(kept->scenarios[0].definition_count, 1);
    gives_text(m, "model m  # a comment\n"
                  "a ~ normal(0, 1)  \"noise [1]\"   # the input\n"
                  "b ~ uniform(1, 2)  \"new [$]\"  from \"somebody\"\n"
                  "output c = max(a,\n             b)  targets 1, (2), 3, 4  \"label\"  given a < 2  # over two lines\n"
                  "output d  targets -0.001\n"
                  "d = a\n"
                  "scenario high \"A high one\"\n"
                  "  a = a + 1  # more\n"
                  "  b = b + 1\n"
                  "  a ~ normal(0, 2)\n"
                  "\n"
                  "scenario low  # head\n"
                  "  a = a - 1\n"
                  "output e, f  given a > 0\n"
                  "e = 1\n"
                  "f = b\n"
                  "scenario last\n"
                  "  b = 3\n"
                  "  a = a - 1\n"
                  "\n# said later\n"
                  "g = a + b\n"
                  "  h = g  \"added\"\n"
                  "output g\n"
                  "\nscenario own\n"
                  "  a = 1\n"
                  "i = 5\n"
                  "output i\n");
    apsis_model_free(before);
    char *text = apsis_model_text(m);
    whole = apsis_model_from_text("whole.risk", text, strlen(text));
    same_tree(m, whole);
    apsis_free(text);
    assert_int_equal(apsis_target(m, "f", 1), APSIS_USAGE);
    same_text(apsis_why(m), "apsis_target: f stands on one line with other outputs: give it a line of its own");
    apsis_model_free(m);
    apsis_model_free(whole);

    m = apsis_model_from_text("m.risk", base, sizeof base - 1);
    assert_int_equal(apsis_label(m, "bb", "x", NULL), APSIS_USAGE);
    same_text(apsis_why(m), "apsis_label: no value bb was added: did you mean b?");
    assert_int_equal(apsis_override(m, "lost", "b", "1"), APSIS_USAGE);
    same_text(apsis_why(m), "apsis_override: no scenario lost was added: did you mean last?");
    assert_int_equal(apsis_given(m, "e", "a > 1"), APSIS_USAGE);
    apsis_model_free(m);

    m = apsis_model_from_text("m.risk", "a = = 1\n", 8); /* what was wrong before stays so, and is said once */
    assert_int_equal(apsis_message_count(m), 1);
    assert_int_equal(apsis_define(m, "b", "1"), APSIS_OK);
    assert_int_equal(apsis_define(m, "c", "1 +"), APSIS_MODEL_ERROR);
    assert_int_equal(apsis_message_count(m), 2);
    assert_int_equal(apsis_model_status(m), APSIS_MODEL_ERROR);
    char *broken = apsis_model_text(m);
    same_text(broken, "a = = 1\nb = 1\nc = 1 +\n");
    apsis_free(broken);
    apsis_model_free(m);
    m = apsis_model_open("/no/such/file.risk");
    assert_int_equal(apsis_model_status(m), APSIS_FAILURE);
    assert_int_equal(apsis_define(m, "b", "1"), APSIS_OK);
    assert_int_equal(apsis_model_status(m), APSIS_FAILURE);
    apsis_model_free(m);
    m = apsis_model_new(NULL, NULL);
    gives_text(m, "");
    assert_int_equal(apsis_output(m, "x", "1"), APSIS_OK);
    gives_text(m, "output x = 1\n");
    apsis_model_free(m);
}

/* Every call, and what it writes. */
static void test_constructs(void **state)
{
    (void)state;
    static const double sample[] = {3, 1, 2.5, 1e-9, -4e300}, chance[] = {0, 0.4, 1}, edge[] = {0, 5, 9}, bins[] = {0, 40, 60};
    static const char *const layers[] = {"energy", "chips", "models"};
    struct apsis_model *m = apsis_model_new(NULL, "Every call");
    assert_int_equal(apsis_period(m, "quarter 2026Q1 to 2027Q4  # two years"), APSIS_OK);
    assert_int_equal(apsis_currency(m, "\xe2\x82\xac bn"), APSIS_OK);
    assert_int_equal(apsis_members(m, "layer", layers, 3), APSIS_OK);
    assert_int_equal(apsis_section(m, "Inputs # 1"), APSIS_OK);
    assert_int_equal(apsis_input(m, "weight[layer]", apsis_triangular(0, 0.5, 1)), APSIS_OK);
    assert_int_equal(apsis_label(m, "weight[ layer ]", "weight of a layer [1]", "a study, 2025"), APSIS_OK);
    assert_int_equal(apsis_input(m, "noise[t]", apsis_normal(0, 0.125)), APSIS_OK);
    assert_int_equal(apsis_input(m, "a", apsis_mean_sd("lognormal", 5, 2)), APSIS_OK);
    assert_int_equal(apsis_input(m, "b", apsis_percentiles("lognormal", 2.5, 1, 97.5, 1e6)), APSIS_OK);
    assert_int_equal(apsis_input(m, "c", apsis_written("truncate(normal(0, 1), 0,\n 5) # folded")), APSIS_OK);
    assert_int_equal(apsis_input(m, "d", apsis_empirical(sample, 5)), APSIS_OK);
    assert_int_equal(apsis_input(m, "e", apsis_discrete(edge, (const double[]){0.25, 0.25, 0.5}, 3)), APSIS_OK);
    assert_int_equal(apsis_input(m, "f", apsis_cumulative(edge, chance, 3)), APSIS_OK);
    assert_int_equal(apsis_data(m, "bins.csv", "edge", edge, 3), APSIS_OK);
    assert_int_equal(apsis_data(m, "bins.csv", "number, \xc3\xa4", bins, 3), APSIS_OK);
    assert_int_equal(apsis_input(m, "g", apsis_written("histogram(\"bins.csv\", column: \"edge\", count: \"number, \xc3\xa4\")")), APSIS_OK);
    assert_int_equal(apsis_input(m, "h", apsis_uniform(-1, 1)), APSIS_OK);
    assert_int_equal(apsis_input(m, "i", apsis_trapezoidal(0, 1, 2, 3)), APSIS_OK);
    assert_int_equal(apsis_input(m, "j", apsis_bearbull(0, 1, 2, 3)), APSIS_OK);
    assert_int_equal(apsis_input(m, "k", apsis_bernoulli(0.3)), APSIS_OK);
    assert_int_equal(apsis_input(m, "l", apsis_binomial(10, 0.1)), APSIS_OK);
    assert_int_equal(apsis_input(m, "n", apsis_poisson(3)), APSIS_OK);
    assert_int_equal(apsis_input(m, "o", apsis_randint(1, 6)), APSIS_OK);
    assert_int_equal(apsis_correlate(m, "a", "b", -0.3), APSIS_OK);
    assert_int_equal(apsis_correlate(m, "weight[energy]", "weight[chips]", 0.5), APSIS_OK);
    assert_int_equal(apsis_section(m, "Values"), APSIS_OK);
    assert_int_equal(apsis_define(m, "twice(x)", "2 * x"), APSIS_OK);
    assert_int_equal(apsis_define(m, "path[2025Q4]", "1"), APSIS_OK);
    assert_int_equal(apsis_define(m, "path[t]", "path[t-1] * exp(noise[t])"), APSIS_OK);
    assert_int_equal(apsis_define(m, "plan[..2026Q1]", "1"), APSIS_OK);
    assert_int_equal(apsis_define(m, "plan[2026Q2..2026Q4]", "2, 3, 4"), APSIS_OK);
    assert_int_equal(apsis_define(m, "plan[t]", "5"), APSIS_OK);
    assert_int_equal(apsis_output(m, "sum_of_all", "sum(weight) + a + twice(b) + c + d + e + f + g + h + i + j + k + l + n + o"), APSIS_OK);
    assert_int_equal(apsis_given(m, "sum_of_all", "a > 1"), APSIS_OK);
    assert_int_equal(apsis_target(m, "sum_of_all", 10), APSIS_OK);
    assert_int_equal(apsis_output(m, "path[t]", NULL), APSIS_OK);
    assert_int_equal(apsis_label(m, "path[t]", "price path", NULL), APSIS_OK);
    assert_int_equal(apsis_output(m, "which", "largest(first: a, second: b)"), APSIS_OK);
    assert_int_equal(apsis_output(m, "planned[t]", "plan[t] * path[t]"), APSIS_OK);
    assert_int_equal(apsis_scenario(m, "other", NULL), APSIS_OK);
    assert_int_equal(apsis_section(m, "After"), APSIS_OK);
    assert_int_equal(apsis_override(m, "other", "plan[2026Q2..2026Q4]", "7"), APSIS_OK);
    assert_int_equal(apsis_override(m, "other", "a", "2 * a"), APSIS_OK);
    assert_int_equal(apsis_override_input(m, "other", "d", apsis_empirical(edge, 3)), APSIS_OK);
    assert_int_equal(apsis_output(m, "late", "h"), APSIS_OK);
    gives_text(m, "model unnamed \"Every call\"\n"
                  "period quarter 2026Q1 to 2027Q4\n"
                  "currency \"\xe2\x82\xac bn\"\n"
                  "member layer: energy, chips, models\n"
                  "\n## Inputs # 1\n"
                  "weight[layer] ~ triangular(0, 0.5, 1)  \"weight of a layer [1]\"  from \"a study, 2025\"\n"
                  "noise[t] ~ normal(0, 0.125)\n"
                  "a ~ lognormal(mean: 5, sd: 2)\n"
                  "b ~ lognormal(p2.5: 1, p97.5: 1000000)\n"
                  "c ~ truncate(normal(0, 1), 0,\n 5)\n"
                  "d ~ empirical(\"d.data.csv\")\n"
                  "e ~ discrete(0: 0.25, 5: 0.25, 9: 0.5)\n"
                  "f ~ cumulative(0: 0, 5: 0.4, 9: 1)\n"
                  "g ~ histogram(\"bins.csv\", column: \"edge\", count: \"number, \xc3\xa4\")\n"
                  "h ~ uniform(-1, 1)\n"
                  "i ~ trapezoidal(0, 1, 2, 3)\n"
                  "j ~ bearbull(0, 1, 2, 3)\n"
                  "k ~ bernoulli(0.3)\n"
                  "l ~ binomial(10, 0.1)\n"
                  "n ~ poisson(3)\n"
                  "o ~ randint(1, 6)\n"
                  "correlate a, b -0.3\n"
                  "correlate weight[energy], weight[chips] 0.5\n"
                  "\n## Values\n"
                  "twice(x) = 2 * x\n"
                  "path[2025Q4] = 1\n"
                  "path[t] = path[t-1] * exp(noise[t])\n"
                  "plan[..2026Q1] = 1\n"
                  "plan[2026Q2..2026Q4] = 2, 3, 4\n"
                  "plan[t] = 5\n"
                  "output sum_of_all = sum(weight) + a + twice(b) + c + d + e + f + g + h + i + j + k + l + n + o  given a > 1  targets 10\n"
                  "output path[t]  \"price path\"\n"
                  "output which = largest(first: a, second: b)\n"
                  "output planned[t] = plan[t] * path[t]\n"
                  "\nscenario other\n"
                  "  plan[2026Q2..2026Q4] = 7\n"
                  "  a = 2 * a\n"
                  "  d ~ empirical(\"d_2.data.csv\")\n"
                  "\n## After\n"
                  "output late = h\n");
    same_as_its_text(m);
    apsis_model_free(m);
}

/* A column given by a call is the file that it would be: the same digest and fingerprint as that file. */
static void test_data(void **state)
{
    (void)state;
    static const double a[] = {1.5, -2, 1e-300, 12345678.25, 0.1}, b[] = {0, 1, 2, 3, 4};
    static const char csv[] = "plain,\"odd, \"\"name\"\"\"\n1.5,0\n-2,1\n1e-300,2\n12345678.25,3\n0.1,4\n";
    static const char text[] = "x ~ empirical(\"data.csv\", column: \"plain\")\noutput y = x\n";
    char folder[] = "/tmp/apsis-data-XXXXXX", path[64], model_path[64], digest[65], other[65], given_hash[65], file_hash[65];
    uint8_t hash[32];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/data.csv", folder);
    snprintf(model_path, sizeof model_path, "%s/m.risk", folder);
    FILE *file = fopen(path, "wb");
    fwrite(csv, 1, sizeof csv - 1, file);
    fclose(file);
    struct apsis_model *with_file = apsis_model_from_text(model_path, text, sizeof text - 1), *given = apsis_model_from_text("m.risk", text, sizeof text - 1);
    assert_int_equal(apsis_data(given, "data.csv", "plain", a, 5), APSIS_OK);
    apsis_given_add(&given->sources, "data.csv", "odd, \"name\"", b, 5); /* no text of the language can name it */
    digest_of(with_file, NULL, digest);
    digest_of(given, NULL, other);
    assert_string_equal(digest, other);
    apsis_sha256(csv, sizeof csv - 1, hash);
    apsis_sha256_hex(hash, file_hash);
    apsis_sha256_hex(apsis_given_sha256(apsis_given_find(&given->sources, "data.csv")), given_hash);
    assert_string_equal(given_hash, file_hash);
    struct apsis_model *direct = apsis_model_new(NULL, NULL);
    assert_int_equal(apsis_input(direct, "x", apsis_empirical(a, 5)), APSIS_OK);
    assert_int_equal(apsis_output(direct, "y", "x"), APSIS_OK);
    digest_of(direct, NULL, other);
    assert_string_equal(digest, other);
    apsis_model_free(with_file);
    apsis_model_free(given);
    apsis_model_free(direct);
    unlink(path);
    rmdir(folder);
}

/* Through the interface alone: lints over several texts, an allow in one of them, a case that outlives a change, a failing call at the end. */
static void test_whole_way(void **state)
{
    (void)state;
    struct apsis_model *m = small();
    struct apsis_settings settings;
    struct apsis_result *result = NULL, *later = NULL;
    struct apsis_case *c = NULL;
    apsis_settings_default(&settings);
    settings.draws = DRAWS;
    settings.engine = "interpreter";
    assert_int_equal(apsis_input(m, "idle", apsis_normal(0, 1)), APSIS_OK);
    assert_int_equal(apsis_check(m, NULL), APSIS_OK);
    assert_int_equal(apsis_message_count(m), 1);
    assert_string_equal(apsis_message_at(m, 0)->file, "apsis_input(\"idle\")");
    assert_string_equal(apsis_message_at(m, 0)->lint, "unused-input");
    assert_int_equal(apsis_message_at(m, 0)->column, 1);
    assert_int_equal(apsis_case_open(m, &settings, &c), APSIS_OK);
    assert_int_equal(apsis_add(m, "spare ~ normal(0, 1)  # apsis: allow unused-input \"for the next round\""), APSIS_OK);
    assert_int_equal(apsis_override(m, "slump", "growth", "0"), APSIS_OK);
    assert_int_equal(apsis_check(m, NULL), APSIS_OK);
    assert_int_equal(apsis_message_count(m), 1); /* that of idle */
    assert_int_equal(apsis_case_run(c, &result), APSIS_OK);
    assert_int_equal(apsis_run(m, &settings, &later), APSIS_OK);
    assert_true(apsis_result_find(result, "value")->mean == apsis_result_find(later, "value")->mean); /* no output depends on what was added */
    assert_string_not_equal(apsis_result_info(result)->digest, apsis_result_info(later)->digest);     /* but there is an input more to correlate with */
    assert_true(fabs(apsis_result_find(result, "value")->targets[1].above - 60.5) < 1e-12);
    apsis_result_free(later);
    later = (struct apsis_result *)&settings;
    assert_int_equal(apsis_define(m, "x", "1 +"), APSIS_MODEL_ERROR);
    assert_int_equal(apsis_run(m, &settings, &later), APSIS_MODEL_ERROR);
    assert_null(later);
    assert_true(strlen(apsis_why(m)) > 0);
    assert_int_equal(apsis_message_count(m), 1);
    apsis_model_free(m); /* the case still holds it */
    assert_int_equal(apsis_case_input_count(c), 2);
    apsis_case_free(c);
    apsis_result_free(result);
}

/* Two models in two threads at once, again and again, with the digests of one alone. */
static void *build_and_run(void *digests)
{
    char (*digest)[65] = digests;
    for (int i = 0; i < 5; i++) {
        struct apsis_model *model = small();
        digest_of(model, i % 2 ? "slump" : NULL, digest[i]);
        apsis_model_free(model);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    static char alone[5][65], digests[3][5][65];
    pthread_t threads[3];
    build_and_run(alone);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, build_and_run, digests[i]), 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 3; i++) assert_memory_equal(digests[i], alone, sizeof alone);
}

/* Thousands of calls, in any order of labels, are cheap. */
static void test_many(void **state)
{
    (void)state;
    struct timespec begin, end;
    char name[64], text[128];
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    struct apsis_model *m = apsis_model_new("many", NULL);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "input_%d", i);
        assert_int_equal(apsis_input(m, name, apsis_normal(i, 1)), APSIS_OK);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "value_%d", i);
        snprintf(text, sizeof text, "input_%d * 2 + input_%d", i % 2000, (i + 77) % 2000);
        assert_int_equal(apsis_define(m, name, text), APSIS_OK);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "input_%d", (i * 1231) % 2000);
        assert_int_equal(apsis_label(m, name, "an input [1]", "somewhere"), APSIS_OK);
    }
    assert_int_equal(apsis_model_tree(m)->definition_count, 7000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    print_message("9,000 calls and the tree: %.0f ms\n", 1e3 * seconds);
    assert_true(seconds < 2);
    apsis_model_free(m);
}

/* Every acceptance model by calls: the digests of the file, alone and under each scenario, and of its own text. */
static void test_models(void **state)
{
    (void)state;
    static const char *const models[] = {"first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char path[1024];
        int calls, written;
        snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, models[i]);
        struct apsis_model *file = apsis_model_open(path), *built = by_calls(file, &calls, &written);
        print_message("%s: %d calls, %d distributions as text\n", models[i], calls, written);
        same_model(file, built);
        same_as_its_text(built);
        apsis_model_free(file);
        apsis_model_free(built);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_usage), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_meanings),
                                       cmocka_unit_test(test_mixed), cmocka_unit_test(test_constructs), cmocka_unit_test(test_data), cmocka_unit_test(test_whole_way), cmocka_unit_test(test_threads), cmocka_unit_test(test_many), cmocka_unit_test(test_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
