/* test_api.c - the public interface as a program uses it: nothing of the library but include/apsis.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "include/apsis.h"

#define FIRST APSIS_SOURCE_DIR "/models/first.risk"
#define STACK APSIS_SOURCE_DIR "/models/revenue_stack.risk"
#define ORBITAL APSIS_SOURCE_DIR "/models/orbital_compute.risk"

static struct apsis_settings few(uint64_t draws)
{
    struct apsis_settings settings;
    apsis_settings_default(&settings);
    settings.draws = draws;
    settings.engine = "interpreter";
    return settings;
}

static void digest_of(const char *path, const struct apsis_settings *settings, char digest[65])
{
    struct apsis_model *model = apsis_model_open(path);
    struct apsis_result *result = NULL;
    assert_int_equal(apsis_run(model, settings, &result), APSIS_OK);
    strcpy(digest, apsis_result_info(result)->digest);
    apsis_model_free(model); /* a result keeps what it needs */
    assert_string_equal(apsis_result_info(result)->digest, digest);
    apsis_result_free(result);
}

/* What a run says, against the draws themselves. */
static void test_statistics_of_draws(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct apsis_settings settings = few(N);
    settings.targets = (const char *const[]){"value > 120"};
    settings.target_count = 1;
    settings.percentiles = "5, P50,99.9";
    struct apsis_model *model = apsis_model_open(FIRST);
    struct apsis_case *c = NULL;
    struct apsis_result *result = NULL;
    size_t columns = 0, at = 0;
    assert_int_equal(apsis_case_open(model, &settings, &c), APSIS_OK);
    assert_int_equal(apsis_case_run(c, &result), APSIS_OK);
    assert_int_equal(apsis_case_columns(c, &columns), APSIS_OK);
    double **values = calloc(columns, sizeof *values), *value = malloc(N * sizeof *value);
    while (strcmp(apsis_case_column(c, at)->name, "value")) at++;
    values[at] = value;
    assert_int_equal(apsis_case_draws(c, 0, N, values), APSIS_OK);
    const struct apsis_measure *measure = apsis_result_find(result, "value");
    double sum = 0, square = 0;
    size_t above = 0, below[3] = {0}, equal[3] = {0};
    for (size_t i = 0; i < N; i++) sum += value[i];
    for (size_t i = 0; i < N; i++) {
        square += (value[i] - sum / N) * (value[i] - sum / N);
        above += value[i] > 120;
        for (size_t p = 0; p < 3; p++) below[p] += value[i] < measure->percentiles[p].value, equal[p] += value[i] == measure->percentiles[p].value;
    }
    assert_true(fabs(measure->mean - sum / N) < 1e-9 * fabs(sum / N));
    assert_true(fabs(measure->sd - sqrt(square / (N - 1))) < 1e-9 * measure->sd);
    assert_int_equal(measure->percentile_count, 3);
    static const size_t ranks[3] = {250, 2500, 4995}; /* ceil(p N) */
    for (size_t p = 0; p < 3; p++) {
        assert_true(below[p] < ranks[p] && below[p] + equal[p] >= ranks[p]);
        assert_true(value[measure->percentiles[p].draw] == measure->percentiles[p].value);
    }
    assert_true(apsis_percent_value(measure->percentiles[2].percent) == 99.9);
    int seen = 0;
    for (size_t i = 0; i < measure->target_count; i++)
        if (measure->targets[i].above == 120) {
            seen = 1;
            assert_int_equal(measure->targets[i].count, above);
        }
    assert_true(seen);
    uint64_t draw;
    assert_int_equal(apsis_case_find_draw(c, "value:P5", &draw), APSIS_OK);
    assert_true(value[draw] == measure->percentiles[0].value);
    assert_int_equal(apsis_case_find_draw(c, "value:max", &draw), APSIS_OK);
    assert_true(draw == measure->max_draw && value[draw] == measure->max);
    assert_true(apsis_result_find(result, "fleet[2030]")->period == 4);
    assert_null(apsis_result_find(result, "fleet"));
    free(value);
    free(values);
    apsis_case_free(c);
    apsis_result_free(result);
    apsis_model_free(model);
}

/* Any part of the draws is the same as in the whole. */
static void test_draws_in_parts(void **state)
{
    (void)state;
    struct apsis_settings settings = few(10);
    struct apsis_model *model = apsis_model_open(STACK);
    struct apsis_case *c = NULL;
    size_t columns;
    assert_int_equal(apsis_case_open(model, &settings, &c), APSIS_OK);
    assert_int_equal(apsis_case_columns(c, &columns), APSIS_OK);
    double *whole = malloc(columns * 5000 * sizeof *whole), *part = malloc(columns * 5000 * sizeof *part), **to = calloc(columns, sizeof *to);
    for (size_t i = 0; i < columns; i++) to[i] = whole + i * 5000;
    assert_int_equal(apsis_case_draws(c, 0, 5000, to), APSIS_OK);
    static const size_t cuts[][2] = {{0, 1}, {0, 1024}, {1023, 2}, {1000, 3000}, {2048, 2952}, {4999, 1}, {7, 0}};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        for (size_t i = 0; i < columns; i++) to[i] = part + i * 5000;
        assert_int_equal(apsis_case_draws(c, cuts[k][0], cuts[k][1], to), APSIS_OK);
        for (size_t i = 0; i < columns; i++) assert_memory_equal(part + i * 5000, whole + i * 5000 + cuts[k][0], cuts[k][1] * sizeof *part);
    }
    assert_int_equal(apsis_case_draws(c, (1ull << 49) - 5, 6, to), APSIS_USAGE);
    assert_non_null(strstr(apsis_why(model), "2^49"));
    free(whole);
    free(part);
    free(to);
    apsis_case_free(c);
    apsis_model_free(model);
}

static void test_case_tells_what_it_understood(void **state)
{
    (void)state;
    struct apsis_model *model = apsis_model_open(ORBITAL);
    struct apsis_settings settings = few(1000);
    struct apsis_case *c = NULL;
    assert_int_equal(apsis_case_open(model, &settings, &c), APSIS_OK);
    size_t veto = SIZE_MAX, delay = SIZE_MAX, sources = 0;
    for (size_t i = 0; i < apsis_case_input_count(c); i++) {
        const struct apsis_input_info *input = apsis_case_input(c, i);
        assert_non_null(input->name);
        sources += input->source && *input->source;
        if (!strcmp(input->name, "veto")) veto = i;
        if (!strcmp(input->name, "permit_delay")) delay = i;
    }
    assert_true(veto != SIZE_MAX && delay != SIZE_MAX && sources == 28);
    const struct apsis_distribution *d = apsis_case_distribution(c, delay);
    const struct apsis_input_info *info = apsis_case_input(c, delay);
    double lower, upper, asked, of_values;
    assert_true(apsis_distribution_quantile(d, 0.05, 0.95) == info->p5 && apsis_distribution_mean(d) == info->mean && apsis_distribution_sd(d) == info->sd);
    apsis_distribution_tails(d, info->p95, &lower, &upper);
    assert_true(fabs(upper - 0.05) < 1e-12 && fabs(lower - 0.95) < 1e-12);
    apsis_case_correlation(c, veto, delay, &asked, &of_values);
    assert_true(asked == 0.5 && of_values == 0.5); /* neither is discrete */
    apsis_case_correlation(c, veto, veto + 100000, &asked, &of_values);
    assert_true(asked == 0);
    assert_null(apsis_case_input(c, apsis_case_input_count(c)));
    assert_null(apsis_case_output(c, 100000));
    assert_int_equal(apsis_case_file_count(c), 0);
    const char *name, *words;
    size_t scenarios = 0;
    while (apsis_model_name_at(model, APSIS_NAMES_SCENARIOS, scenarios, &name, &words)) scenarios++;
    assert_int_equal(scenarios, 7);
    apsis_case_free(c);
    apsis_model_free(model);
}

static void test_messages_have_places(void **state)
{
    (void)state;
    static const char text[] = "x ~ pert(1, 2, 3)\noutput y = x + lenght\nlength = 3\n";
    struct apsis_model *model = apsis_model_from_text("mine.risk", text, strlen(text));
    struct apsis_result *result = (struct apsis_result *)1;
    assert_int_equal(apsis_model_status(model), APSIS_OK);
    assert_int_equal(apsis_run(model, NULL, &result), APSIS_MODEL_ERROR);
    assert_null(result);
    assert_string_equal(apsis_why(model), "mine.risk: 1 error");
    assert_int_equal(apsis_message_count(model), 1);
    const struct apsis_message *message = apsis_message_at(model, 0);
    assert_int_equal(message->severity, APSIS_ERROR);
    assert_string_equal(message->file, "mine.risk");
    assert_true(message->line == 2 && message->column == 16 && message->end_line == 2 && message->end_column == 22);
    assert_memory_equal(text + message->begin, "lenght", message->end - message->begin);
    assert_non_null(strstr(message->hint, "length"));
    assert_null(apsis_message_at(model, 1));
    assert_int_equal(apsis_run(model, NULL, &result), APSIS_MODEL_ERROR); /* said once, not twice */
    assert_int_equal(apsis_message_count(model), 1);
    char *gcc = apsis_messages_text(model, "gcc");
    assert_memory_equal(gcc, "mine.risk:2:16: error: ", 23);
    apsis_free(gcc);
    apsis_model_free(model);

    model = apsis_model_open("/nowhere/x.risk");
    assert_int_equal(apsis_model_status(model), APSIS_FAILURE);
    assert_int_equal(apsis_run(model, NULL, &result), APSIS_FAILURE);
    assert_string_equal(apsis_why(model), "cannot open /nowhere/x.risk: there is no such file");
    apsis_model_free(model);
}

static void test_settings_at_fault(void **state)
{
    (void)state;
    struct apsis_model *model = apsis_model_open(FIRST);
    struct apsis_result *result;
    struct {
        struct apsis_settings settings;
        const char *setting, *why;
        enum apsis_status status;
    } faults[] = {
        {few(0), "draws", "draws: at least 1 draw is needed", APSIS_USAGE},
        {few((1ull << 49) + 1), "draws", "draws: more than 2^49", APSIS_USAGE},
        {few(10), "percentiles", "percentiles 5,x: write percentages", APSIS_USAGE},
        {few(10), "only", "only: the model has no output valu: did you mean value?", APSIS_MODEL_ERROR},
        {few(10), "targets", "targets 'value': write it as", APSIS_USAGE},
        {few(10), "engine", "no engine fast", APSIS_USAGE},
        {few(10), "threads", "threads -1", APSIS_USAGE},
        {few(10), "block", "block 100", APSIS_USAGE},
        {few(10), NULL, "there is no scenario slow: the model has slow_permits, cheap_compute", APSIS_MODEL_ERROR},
    };
    faults[2].settings.percentiles = "5,x";
    faults[3].settings.only = (const char *const[]){"valu"}, faults[3].settings.only_count = 1;
    faults[4].settings.targets = (const char *const[]){"value"}, faults[4].settings.target_count = 1;
    faults[5].settings.engine = "fast";
    faults[6].settings.threads = -1;
    faults[7].settings.block = 100;
    faults[8].settings.scenarios = (const char *const[]){"slow"}, faults[8].settings.scenario_count = 1;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        assert_int_equal(apsis_run(model, &faults[i].settings, &result), faults[i].status);
        assert_null(result);
        if (faults[i].setting) assert_string_equal(apsis_why_setting(model), faults[i].setting);
        if (!strstr(apsis_why(model), faults[i].why)) fail_msg("%s", apsis_why(model));
    }
    struct apsis_settings good = few(100);
    assert_int_equal(apsis_run(model, &good, &result), APSIS_OK); /* none of it sticks */
    assert_string_equal(apsis_why(model), "");
    apsis_result_free(result);
    apsis_model_free(model);
}

/* A struct of an older header is shorter: what it does not know keeps its default. */
static void test_shorter_settings(void **state)
{
    (void)state;
    struct apsis_settings settings = few(2000);
    char whole[65], old[65];
    settings.seed = 7;
    settings.engine = NULL;
    digest_of(FIRST, &settings, whole);
    settings.percentiles = "none"; /* behind the end that is told */
    settings.size = offsetof(struct apsis_settings, percentiles);
    digest_of(FIRST, &settings, old);
    assert_string_equal(whole, old);
}

static int stop_at_second(void *context, uint64_t done, uint64_t all, unsigned pass)
{
    (void)all, (void)pass;
    *(uint64_t *)context = done;
    return done >= 100000;
}

static void test_progress_may_stop(void **state)
{
    (void)state;
    struct apsis_settings settings = few(1ull << 40);
    uint64_t seen = 0;
    settings.progress = stop_at_second;
    settings.context = &seen;
    struct apsis_model *model = apsis_model_open(FIRST);
    struct apsis_result *result = NULL;
    assert_int_equal(apsis_run(model, &settings, &result), APSIS_INTERRUPTED);
    assert_non_null(result);
    const struct apsis_run_info *info = apsis_result_info(result);
    assert_true(info->partial && info->done >= 100000 && info->done == seen && !*info->digest);
    assert_true(isfinite(apsis_result_find(result, "value")->mean));
    char *record = NULL;
    assert_int_equal(apsis_result_record(result, &record), APSIS_USAGE);
    apsis_result_free(result);
    volatile int cancel = 1;
    settings.cancel = &cancel;
    assert_int_equal(apsis_run(model, &settings, &result), APSIS_INTERRUPTED);
    apsis_result_free(result);
    apsis_model_free(model);
}

struct work {
    const char *path;
    uint64_t seed;
    char digest[65];
};

static void *run_in_thread(void *context)
{
    struct work *work = context;
    struct apsis_settings settings = few(20000);
    settings.seed = work->seed;
    settings.threads = 1;
    digest_of(work->path, &settings, work->digest);
    return NULL;
}

/* Two models in two threads at once: no global state. */
static void test_two_threads(void **state)
{
    (void)state;
    struct work together[4] = {{FIRST, 1, ""}, {STACK, 2, ""}, {ORBITAL, 3, ""}, {FIRST, 4, ""}};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &together[i]), 0);
    for (size_t i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++) {
        struct work alone = {together[i].path, together[i].seed, ""};
        run_in_thread(&alone);
        assert_string_equal(alone.digest, together[i].digest);
    }
}

/* A caller that flushes denormals and rounds up: the same bits, and its mode is as it was. */
static void test_floating_point_mode(void **state)
{
    (void)state;
#ifdef __x86_64__
    struct apsis_settings settings = few(5000);
    char plain[65], flipped[65];
    digest_of(ORBITAL, &settings, plain);
    unsigned mode = _mm_getcsr(), odd = mode | 0x8040 | 0x4000; /* flush to zero, denormals are zero, round up */
    _mm_setcsr(odd);
    digest_of(ORBITAL, &settings, flipped);
    unsigned after = _mm_getcsr();
    _mm_setcsr(mode);
    assert_int_equal(after & ~0x3fu, odd & ~0x3fu); /* but for the flags of what happened */
    assert_string_equal(plain, flipped);
#else
    skip();
#endif
}

static void test_record_and_verify(void **state)
{
    (void)state;
    struct apsis_settings settings = few(30000);
    settings.scenarios = (const char *const[]){"slow_permits"}, settings.scenario_count = 1;
    settings.sets = (const char *const[]){"wacc = 9%"}, settings.set_count = 1;
    struct apsis_model *model = apsis_model_open(FIRST);
    struct apsis_result *result;
    struct apsis_verdict *verdict;
    char *record;
    assert_int_equal(apsis_run(model, &settings, &result), APSIS_OK);
    assert_int_equal(apsis_result_record(result, &record), APSIS_OK);
    assert_int_equal(apsis_verify(record, strlen(record), "r.json", 0, NULL, &verdict), APSIS_OK);
    assert_true(verdict->same && verdict->digest_same == 1 && verdict->draws == 30000);
    assert_string_equal(verdict->digest, apsis_result_info(result)->digest);
    apsis_verdict_free(verdict);
    assert_int_equal(apsis_verify(record, strlen(record), "r.json", 3, NULL, &verdict), APSIS_OK);
    assert_true(verdict->same && verdict->digest_same == -1 && verdict->parts_checked == 3);
    apsis_verdict_free(verdict);
    char *part = strstr(record, "\"parts\"");
    part = strchr(part, '[');
    part = strchr(part, '"') + 1;
    *part = *part == 'a' ? 'b' : 'a';
    assert_int_equal(apsis_verify(record, strlen(record), "r.json", 0, NULL, &verdict), APSIS_OK);
    assert_true(!verdict->same && verdict->differ_count == 1 && verdict->differ[0] == 0);
    apsis_verdict_free(verdict);
    assert_int_equal(apsis_verify("{}", 2, "r.json", 0, NULL, &verdict), APSIS_FAILURE);
    assert_string_equal(verdict->why, "r.json is no whole record: it has no record_version 1");
    apsis_verdict_free(verdict);
    apsis_free(record);
    apsis_result_free(result);
    apsis_model_free(model);
}

static void test_texts(void **state)
{
    (void)state;
    struct apsis_settings settings = few(2000);
    struct apsis_model *model = apsis_model_open(FIRST);
    struct apsis_case *c;
    struct apsis_result *result;
    struct apsis_print print;
    char *text;
    assert_int_equal(apsis_case_open(model, &settings, &c), APSIS_OK);
    assert_int_equal(apsis_case_run(c, &result), APSIS_OK);
    apsis_print_default(&print);
    static const struct { enum apsis_format format; const char *holds; } forms[] = {
        {APSIS_FORMAT_TEXT, "enterprise value"}, {APSIS_FORMAT_JSON, "\"schema_version\": 1"}, {APSIS_FORMAT_HTML, "<!DOCTYPE html>"}, {APSIS_FORMAT_CSV, "name,output,member,period,"}};
    for (size_t i = 0; i < 3; i++) {
        print.format = forms[i].format;
        assert_int_equal(apsis_result_text(result, &print, &text), APSIS_OK);
        if (!strstr(text, forms[i].holds)) fail_msg("%.300s", text);
        apsis_free(text);
    }
    assert_int_equal(apsis_case_inputs_text(c, NULL, &text), APSIS_OK);
    assert_non_null(strstr(text, "launch_cadence"));
    apsis_free(text);
    assert_int_equal(apsis_case_replay_text(c, 17, NULL, NULL, &text), APSIS_OK);
    assert_non_null(strstr(text, "17"));
    apsis_free(text);
    static const char *const stages[] = {"ir", "plan", "c", "cuda"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(apsis_case_show(c, stages[i], &text), APSIS_OK);
        assert_non_null(strstr(text, "fleet"));
        apsis_free(text);
    }
    assert_int_equal(apsis_case_show(c, "soul", &text), APSIS_USAGE);
    assert_null(text);
    assert_int_equal(apsis_machine_text(NULL, &text), APSIS_OK);
    assert_non_null(strstr(text, apsis_version()));
    apsis_free(text);
    assert_int_equal(apsis_families_text("pert", NULL, &text), APSIS_OK);
    assert_non_null(strstr(text, "pert(min, mode, max"));
    apsis_free(text);
    assert_int_equal(apsis_families_text("prt", NULL, &text), APSIS_USAGE);
    apsis_case_free(c);
    apsis_result_free(result);
    apsis_model_free(model);
}

static void test_check(void **state)
{
    (void)state;
    static const char text[] = "a ~ normal(0, 1)\nunused ~ normal(0, 1)\noutput y = a\nscenario bad\n  nothing = 3\n";
    struct apsis_model *model = apsis_model_from_text("m", text, strlen(text));
    struct apsis_check_counts counts = {.size = sizeof counts};
    assert_int_equal(apsis_check(model, NULL), APSIS_MODEL_ERROR); /* of a scenario, which a plain run does not see */
    apsis_check_count(model, &counts);
    assert_int_equal(counts.errors, 1);
    struct apsis_result *result;
    struct apsis_settings settings = few(100);
    assert_int_equal(apsis_run(model, &settings, &result), APSIS_OK);
    apsis_result_free(result);
    apsis_model_free(model);
    model = apsis_model_from_text("m", text, (size_t)(strstr(text, "scenario") - text));
    assert_int_equal(apsis_check(model, NULL), APSIS_OK);
    apsis_check_count(model, &counts);
    assert_true(counts.errors == 0 && counts.warnings >= 1 && counts.inputs == 2 && counts.outputs == 1);
    int found = 0;
    for (size_t i = 0; i < apsis_message_count(model); i++) {
        const struct apsis_message *message = apsis_message_at(model, i);
        found |= message->lint && message->line == 2 && message->severity == APSIS_WARNING;
    }
    assert_true(found);
    apsis_model_free(model);
}

/* What a model names, in its order, each once; a model of many names is as quick to ask as it is to read. */
static void test_names(void **state)
{
    (void)state;
    static const char small[] = "output y[t]\nx ~ normal(0, 1) \"an input\"\nf(a) = a\ny[t] = f(x) \"what comes out\"\ny[2025] = 1\nscenario s \"a story\"\n  x = 2\n";
    struct apsis_model *model = apsis_model_from_text("m", small, strlen(small));
    static const struct { enum apsis_name_kind kind; const char *name, *words; } all[] = {
        {APSIS_NAMES_OUTPUTS, "y", "what comes out"}, {APSIS_NAMES_VALUES, "x", "an input"}, {APSIS_NAMES_VALUES, "y", "what comes out"}, {APSIS_NAMES_SCENARIOS, "s", "a story"}};
    size_t next[3] = {0};
    const char *name, *words;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(apsis_model_name_at(model, all[i].kind, next[all[i].kind]++, &name, &words), 1);
        assert_string_equal(name, all[i].name);
        assert_string_equal(words, all[i].words);
    }
    for (int kind = 0; kind < 3; kind++) assert_int_equal(apsis_model_name_at(model, (enum apsis_name_kind)kind, next[kind], &name, &words), 0);
    apsis_model_free(model);
    enum { MANY = 20000 };
    char *text = malloc(MANY * 24), *at = text;
    for (int i = 0; i < MANY; i++) at += sprintf(at, "output v%d = %d\n", i, i);
    model = apsis_model_from_text("m", text, (size_t)(at - text));
    size_t count = 0;
    while (apsis_model_name_at(model, APSIS_NAMES_OUTPUTS, count, &name, &words)) count++; /* minutes, were each name looked for from the first on */
    assert_int_equal(count, MANY);
    apsis_model_free(model);
    free(text);
}

/* Nothing of it breaks on what a careless program hands in. */
static void test_null(void **state)
{
    (void)state;
    struct apsis_result *result;
    struct apsis_case *c;
    char *text;
    apsis_model_free(NULL);
    apsis_case_free(NULL);
    apsis_result_free(NULL);
    apsis_verdict_free(NULL);
    apsis_free(NULL);
    assert_int_equal(apsis_run(NULL, NULL, &result), APSIS_FAILURE);
    assert_int_equal(apsis_case_open(NULL, NULL, &c), APSIS_FAILURE);
    assert_int_equal(apsis_case_run(NULL, &result), APSIS_USAGE);
    assert_int_equal(apsis_result_text(NULL, NULL, &text), APSIS_USAGE);
    assert_int_equal(apsis_check(NULL, NULL), APSIS_FAILURE);
    assert_int_equal(apsis_message_count(NULL), 0);
    assert_null(apsis_result_find(NULL, "x"));
    assert_non_null(apsis_why(NULL));
    struct apsis_model *model = apsis_model_open(NULL);
    assert_int_not_equal(apsis_model_status(model), APSIS_OK);
    apsis_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_of_draws), cmocka_unit_test(test_draws_in_parts), cmocka_unit_test(test_case_tells_what_it_understood),
        cmocka_unit_test(test_messages_have_places), cmocka_unit_test(test_settings_at_fault), cmocka_unit_test(test_shorter_settings),
        cmocka_unit_test(test_progress_may_stop), cmocka_unit_test(test_two_threads), cmocka_unit_test(test_floating_point_mode),
        cmocka_unit_test(test_record_and_verify), cmocka_unit_test(test_texts), cmocka_unit_test(test_check), cmocka_unit_test(test_names), cmocka_unit_test(test_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
