/* test_api_refused.c - calls that build a model and are refused: arguments, texts, meanings, messages word for word. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/api/build.h"
#include "tests/support/golden_texts.h"
#include "tests/support/small_model.h"

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
    assert_true(golden_same(path, out->text));
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_usage), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_meanings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
