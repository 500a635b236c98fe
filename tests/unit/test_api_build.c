/* test_api_build.c - models built by calls: the same digests as their texts, every call and what it writes. */
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
#include "tests/support/small_model.h"

#define DRAWS 1500

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_mixed), cmocka_unit_test(test_constructs), cmocka_unit_test(test_data), cmocka_unit_test(test_whole_way), cmocka_unit_test(test_threads), cmocka_unit_test(test_many), cmocka_unit_test(test_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
