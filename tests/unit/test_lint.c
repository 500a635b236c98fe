/* test_lint.c - what is probably not meant: every model of tests/golden/lint with its exact text, what is kept of an allow, and how
   long the lints take. APSIS_UPDATE_GOLDEN=1 writes the texts anew, to be read before they are committed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "host/plan/lint.h"
#include "host/plan/model.h"
#include "tests/support/golden_texts.h"

/* The graph of a model, linted; no model here has an error of another kind. */
static struct apsis_ir *lint(struct apsis_model *m)
{
    assert_int_equal(m->status, APSIS_OK);
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics);
    assert_non_null(ir);
    assert_int_equal(m->diagnostics.count, 0);
    apsis_lint(m->ast, ir, &m->diagnostics);
    return ir;
}

static struct apsis_model *parse(const char *text) { return apsis_model_parse("m.risk", text, strlen(text)); }

static size_t fired[64]; /* how often each lint spoke */

static void say(const char *name, struct apsis_buffer *out)
{
    struct apsis_model *m = apsis_model_read(name);
    lint(m);
    for (size_t k = 0; k < m->diagnostics.count; k++) {
        const struct apsis_diagnostic *d = &m->diagnostics.items[k];
        if (d->lint) fired[apsis_lint_find(d->lint) - apsis_lints]++;
        assert_non_null(d->hint); /* each says what to write instead */
    }
    apsis_diagnostics_print(&m->diagnostics, &m->sources, "text", out);
    if (!m->diagnostics.count) apsis_buffer_text(out, "nothing is found\n");
    apsis_model_free(m);
}

static void every_lint_has_its_text(void **state)
{
    (void)state;
    golden_folder(APSIS_SOURCE_DIR "/tests/golden/lint", 1, say);
    for (size_t i = 0; i < apsis_lint_count; i++)
        if (!fired[i]) fail_msg("no model shows %s", apsis_lints[i].name);
}

/* The acceptance models are as their authors want them; two of them have many inputs and no correlation, which is worth a note. */
static void models_are_quiet(void **state)
{
    (void)state;
    static const char *const models[] = {"first", "orbital_compute", "portfolio", "revenue_stack", "terrestrial_dc"};
    for (size_t i = 0; i < 5; i++) {
        char path[400];
        snprintf(path, sizeof path, APSIS_SOURCE_DIR "/models/%s.risk", models[i]);
        struct apsis_model *m = apsis_model_read(path);
        lint(m);
        int noted = i == 0 || i == 3;
        assert_int_equal(m->diagnostics.count, noted);
        if (noted) assert_string_equal(m->diagnostics.items[0].lint, "independent-inputs");
        assert_int_equal(apsis_diagnostics_count(&m->diagnostics, APSIS_NOTE), noted);
        assert_int_equal(apsis_lint_affecting(&m->diagnostics), 0);
        apsis_model_free(m);
    }
}

static void reasons_are_kept(void **state)
{
    (void)state;
    struct apsis_model *m = parse("\xef\xbb\xbf" "# apsis: allow expected-value \"behind a byte order mark\"\na ~ normal(5, 4)  \"price [$]\"   # apsis: allow unused-input, below-zero \"  a reason \"\r\n"
                                  "# apsis: allow dead-definition \"f\xc3\xbcr sp\xc3\xa4ter\"\noutput y = 1");
    struct apsis_ir *ir = lint(m);
    assert_int_equal(ir->allow_count, 4);
    static const char *const names[] = {"expected-value", "unused-input", "below-zero", "dead-definition"}, *const reasons[] = {"behind a byte order mark", "a reason", "a reason", "f\xc3\xbcr sp\xc3\xa4ter"};
    static const size_t silenced[] = {0, 1, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        const struct apsis_allow *allow = &ir->allows[i];
        assert_string_equal(allow->name, names[i]);
        assert_string_equal(allow->reason, reasons[i]);
        assert_int_equal(allow->silenced, silenced[i]);
        assert_int_equal(allow->span.end - allow->span.begin, strlen(names[i]));
        assert_memory_equal(m->sources.items[0].text + allow->span.begin, names[i], strlen(names[i]));
    }
    assert_int_equal(m->diagnostics.count, 2);
    assert_string_equal(m->diagnostics.items[0].lint, "unused-allow");
    assert_string_equal(m->diagnostics.items[1].lint, "unused-allow");
    apsis_lint(m->ast, ir, &m->diagnostics); /* a second look finds the same */
    assert_int_equal(ir->allow_count, 4);
    assert_int_equal(m->diagnostics.count, 4);
    apsis_model_free(m);
}

static void findings_are_named_in_json(void **state)
{
    (void)state;
    struct apsis_buffer out = {0};
    struct apsis_model *m = parse("a ~ normal(0, 1)\noutput y = 1\n");
    lint(m);
    apsis_diagnostics_print(&m->diagnostics, &m->sources, "json", &out);
    assert_string_equal(out.text, "[\n  {\n    \"file\": \"m.risk\",\n    \"line\": 1,\n    \"column\": 1,\n    \"end_line\": 1,\n    \"end_column\": 2,\n"
                                  "    \"severity\": \"warning\",\n    \"message\": \"the input a is not used\",\n"
                                  "    \"hint\": \"use it in a value that an output needs, or delete it\",\n    \"lint\": \"unused-input\"\n  }\n]\n");
    apsis_buffer_free(&out);
    apsis_diagnostics_print(&m->diagnostics, &m->sources, "gcc", &out);
    assert_string_equal(out.text, "m.risk:1:1: warning: the input a is not used [unused-input]\n");
    assert_int_equal(apsis_lint_affecting(&m->diagnostics), 1);
    apsis_buffer_free(&out);
    apsis_model_free(m);
}

/* The language page lists the lints as the table does. */
static void the_page_lists_them(void **state)
{
    (void)state;
    char *page = golden_read(APSIS_SOURCE_DIR "/models/LANGUAGE.md");
    assert_non_null(page);
    for (size_t i = 0; i < apsis_lint_count; i++) {
        char row[300];
        snprintf(row, sizeof row, "\n| `%s` | %s |\n", apsis_lints[i].name, apsis_lints[i].meaning);
        if (!strstr(page, row)) fail_msg("models/LANGUAGE.md lacks the row %s", row);
    }
    free(page);
}

/* ---------------------------------------------------------------- speed */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Many inputs and definitions, a part of them dead, in one long chain, with units that match and with allows. */
static double time_of(size_t inputs, size_t definitions, size_t *found)
{
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, "v0 = 1   \"start [$M]\"\ndead0 = 1\n");
    for (size_t i = 0; i < inputs; i++) {
        apsis_buffer_printf(&text, "in%zu ~ normal(50, 10)   \"price of part %zu [$M]\"   from \"a list\"\n", i, i);
        if (i % 4 == 1) apsis_buffer_printf(&text, "   # apsis: allow unused-input \"part %zu comes later\"\n", i);
    }
    for (size_t i = 1; i <= definitions; i++) {
        if (i % 5 == 0) apsis_buffer_printf(&text, "dead%zu = dead%zu + in%zu * 2\n", i, i - 5, 4 * i % inputs);
        else apsis_buffer_printf(&text, "v%zu = max(v%zu, in%zu)   \"step %zu [$M]\"\n", i, i - 1 - ((i - 1) % 5 == 0 && i > 1), i % 2 * 2 + 4 * (i % (inputs / 4)), i);
    }
    apsis_buffer_printf(&text, "output y = v%zu\n", definitions % 5 ? definitions : definitions - 1);
    struct apsis_model *m = apsis_model_parse("m.risk", text.text, text.length);
    apsis_buffer_free(&text);
    assert_int_equal(m->status, APSIS_OK);
    struct apsis_ir *ir = apsis_lower(m->arena, m->ast, NULL, NULL, &m->diagnostics);
    assert_non_null(ir);
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        m->diagnostics.count = 0;
        double start = seconds();
        apsis_lint(m->ast, ir, &m->diagnostics);
        double took = seconds() - start;
        if (took < best) best = took;
    }
    assert_int_equal(m->diagnostics.errors, 0);
    *found = m->diagnostics.count;
    apsis_model_free(m);
    return best;
}

static void time_grows_with_the_model_alone(void **state)
{
    (void)state;
    size_t found, more;
    double once = time_of(2000, 5000, &found), often = time_of(16000, 40000, &more);
    print_message("2,000 inputs and 5,000 definitions: %.1f ms, %zu findings; 8 times as many: %.1f ms, %zu findings\n", 1e3 * once, found, 1e3 * often, more);
    assert_true(found > 100);
    assert_true(once < 0.1);
    assert_true(often < 32 * once); /* 8 times, with room for caches; a quadratic pass would be 64 times */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lint_has_its_text),    cmocka_unit_test(models_are_quiet),
        cmocka_unit_test(reasons_are_kept),           cmocka_unit_test(findings_are_named_in_json),
        cmocka_unit_test(the_page_lists_them),
        cmocka_unit_test(time_grows_with_the_model_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
