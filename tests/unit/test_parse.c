/* test_parse.c - exact trees, exact messages, limits, and the trees of the models. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "host/language/ast.h"
#include "tests/support/golden_texts.h"

struct run {
    struct apsis_arena *arena;
    struct apsis_sources sources;
    struct apsis_diagnostics list;
    struct apsis_buffer tree, errors;
    struct apsis_ast *ast;
};

static void start(struct run *r)
{
    memset(r, 0, sizeof *r);
    r->arena = r->sources.arena = r->list.arena = apsis_arena_new();
    apsis_buffer_text(&r->tree, "");
    apsis_buffer_text(&r->errors, "");
}

static void parse(struct run *r, const char *text, size_t length)
{
    start(r);
    r->ast = apsis_parse(r->arena, &r->sources, apsis_sources_add(&r->sources, "m.risk", text, length), &r->list);
    apsis_ast_print(r->ast, &r->tree);
    apsis_diagnostics_print(&r->list, &r->sources, "text", &r->errors);
}

static void done(struct run *r)
{
    apsis_buffer_free(&r->tree);
    apsis_buffer_free(&r->errors);
    apsis_arena_free(r->arena);
}

/* `text` parses without error and prints as `tree`, which parses to itself. */
static void gives(const char *text, const char *tree)
{
    struct run r;
    parse(&r, text, strlen(text));
    assert_string_equal(r.errors.text, "");
    assert_string_equal(r.tree.text, tree);
    done(&r);
    parse(&r, tree, strlen(tree));
    assert_string_equal(r.errors.text, "");
    assert_string_equal(r.tree.text, tree);
    done(&r);
}

static void value(const char *text, const char *tree)
{
    char statement[1024], expected[1024];
    snprintf(statement, sizeof statement, "x = %s", text);
    snprintf(expected, sizeof expected, "x = %s\n", tree);
    gives(statement, expected);
}

static void complains(const char *text, const char *errors)
{
    struct run r;
    parse(&r, text, strlen(text));
    assert_string_equal(r.errors.text, errors);
    done(&r);
}

/* The first error of `text`: its message alone. */
static void message(const char *text, const char *expected)
{
    struct run r;
    parse(&r, text, strlen(text));
    assert_true(r.list.count >= 1);
    assert_string_equal(r.list.items[0].message, expected);
    done(&r);
}

static void test_precedence(void **state)
{
    (void)state;
    value("1 + 2 * 3", "(1 + (2 * 3))");
    value("(1 + 2) * 3", "((1 + 2) * 3)");
    value("a - b - c", "((a - b) - c)");
    value("a / b / c * d", "(((a / b) / c) * d)");
    value("-2 ^ 2", "(-(2 ^ 2))");
    value("2 ^ -1", "(2 ^ (-1))");
    value("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))");
    value("2 ^ -3 ^ 2", "(2 ^ (-(3 ^ 2)))");
    value("(-2) ^ 2", "((-2) ^ 2)");
    value("--a", "(-(-a))");
    value("-a * b", "((-a) * b)");
    value("a * -b", "(a * (-b))");
    value("a and b or c and d", "((a and b) or (c and d))");
    value("not a and b", "((not a) and b)");
    value("a and not b or not not c", "((a and (not b)) or (not (not c)))");
    value("not a == b", "(not (a == b))");
    value("a + 1 < b * 2 and c != d", "(((a + 1) < (b * 2)) and (c != d))");
    value("a <= b", "(a <= b)");
    value("(a < b) == (c > d)", "((a < b) == (c > d))");
    value("if a then b else if c then d else e + 1", "(if a then b else (if c then d else (e + 1)))");
    value("2 * (if a then b else c)", "(2 * (if a then b else c))");
    value("if not a then \"no\" else \"yes\"", "(if (not a) then \"no\" else \"yes\")");
    value("45% + 3.5k - 2bn", "((0.45 + 3500) - 2000000000)");
}

static void test_calls(void **state)
{
    (void)state;
    value("f()", "f()");
    value("lognormal(p10: 250, p90: 3_000)", "lognormal(p10: 250, p90: 3000)");
    value("discrete(4: 20%, -5: 80%)", "discrete(4: 0.2, -5: 0.8)");
    value("mixture(70%: normal(0, 1), 30%: pert(1, 2, 5))", "mixture(0.7: normal(0, 1), 0.3: pert(1, 2, 5))");
    value("histogram(0, 5: 40%, 9: 60%)", "histogram(0, 5: 0.4, 9: 0.6)");
    value("empirical(\"x.csv\", column: \"r\")", "empirical(\"x.csv\", column: \"r\")");
    value("first(t where hit and t > cod, else 9999)", "first(t where (hit and (t > cod)), else 9999)");
    value("2026 + first(t where fleet > 0, else periods) / 4", "(2026 + (first(t where (fleet > 0), else periods) / 4))");
    value("delay(x, d + 1)[t]", "delay(x, (d + 1))[t]");
    value("smallest(rockets: a[t], cash: b)", "smallest(rockets: a[t], cash: b)");
    value("irr(flow, end, between: -90%, 150%)", "irr(flow, end, between: (-0.9), 1.5)");
    value("max(1,\n  2, # why\n\n  3)", "max(1, 2, 3)");
}

static void test_indices(void **state)
{
    (void)state;
    value("x[t-1]", "x[(t - 1)]");
    value("x[2025]", "x[2025]");
    value("x[2025 - 1]", "x[(2025 - 1)]");
    value("x[2026-07]", "x[2026-07]");
    value("x[2026 - 07]", "x[(2026 - 7)]");
    value("x[2025Q4..2026Q1]", "x[2025Q4..2026Q1]");
    value("x[..2025]", "x[..2025]");
    value("x[2025..]", "x[2025..]");
    value("x[..]", "x[..]");
    value("x[t-3..t]", "x[(t - 3)..t]");
    value("x[memphis..site, t]", "x[memphis..site, t]");
    value("x[site, 2035Q1..2035Q4]", "x[site, 2035Q1..2035Q4]");
    value("x[168]", "x[168]");
    value("x[0999]", "x[999]");
    value("x[(2025)]", "x[(2025)]");
    value("x[1_000]", "x[(1000)]");
    value("x[y[2030]]", "x[y[2030]]");
    gives("pipeline[2026..2028] = 0.5, 0.5, 0.3\n", "pipeline[2026..2028] = 0.5, 0.5, 0.3\n");
    struct run r;
    parse(&r, "x[2026-07] = 1", 14);
    struct apsis_expr *label = r.ast->definitions[0].indices[0].low;
    assert_int_equal(label->kind, APSIS_EXPR_PERIOD);
    assert_int_equal(label->calendar, APSIS_CALENDAR_MONTH);
    assert_int_equal(label->year, 2026);
    assert_int_equal(label->part, 7);
    assert_int_equal(label->span.begin, 2);
    assert_int_equal(label->span.end, 9);
    assert_ptr_equal(label, r.ast->definitions[0].indices[0].high);
    assert_int_equal(r.ast->definitions[0].indices[0].is_range, 0);
    done(&r);
}

static void test_statements(void **state)
{
    (void)state;
    gives("model m \"Title\"\nperiod month 2026-07 to 2040-06\ncurrency \"$B\"\n", "model m \"Title\"\nperiod month 2026-07 to 2040-06\ncurrency \"$B\"\n");
    gives("period quarter 2026Q1 to 2035Q4", "period quarter 2026Q1 to 2035Q4\n");
    gives("period year 2026 to 2045\r\n", "period year 2026 to 2045\n");
    gives("annuity(q, n) = if q == 1 then n else (1 - q ^ n) / (1 - q)", "annuity(q, n) = (if (q == 1) then n else ((1 - (q ^ n)) / (1 - q)))\n");
    gives("x[t] ~ normal(0, 12%)", "x[t] ~ normal(0, 0.12)\n");
    gives("a = 1 from \"src\" \"label [unit]\"", "a = 1  \"label [unit]\"  from \"src\"\n");
    gives("output irr = irr(flow, end) given not refused \"per year\" targets 0, 10%",
          "output irr = irr(flow, end)  \"per year\"  given (not refused)  targets 0, 0.1\n");
    gives("output online[t], flow[t], spot \"all\"", "output online[t]  \"all\"\noutput flow[t]  \"all\"\noutput spot  \"all\"\n");
    gives("member layer: energy, chips", "member layer: energy, chips\n");
    gives("table t a b\n  one 1 -2%\n  two (1/3) 5\ncolumn b \"bees [kg]\" from \"hive\"\nx = 1\n",
          "table t a b\n  one 1 (-0.02)\n  two (1 / 3) 5\n  column b  \"bees [kg]\"  from \"hive\"\nx = 1\n");
    gives("correlate\na, b 50%\n  c[t], d[t] -40%\nx = 1", "x = 1\n\ncorrelate\n  a, b  0.5\n  c[t], d[t]  -0.4\n");
    gives("## One\na = 1\n##\nb = 2", "\n## One\na = 1\n\n##\nb = 2\n");
    gives("scenario s \"T\"\n  a = 1\n\n  # comment\n  b[t] ~ f(1)\nc = 3\n  d = 4",
          "c = 3\nd = 4\n\nscenario s \"T\"\n  a = 1\n  b[t] ~ f(1)\n"); /* an unindented line ends a scenario, for good */
}

static void test_labels(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"power [GW]", "power", "GW"}, {"a [b] c", "a [b] c", NULL}, {"[GW]", "", "GW"},
                                           {"  a  [ GW ]  ", "a", "GW"},  {"a ]", "a ]", NULL},        {"a [b [c]]", "a", "b [c]"},
                                           {"a []", "a []", NULL},        {"", "", NULL},              {"a [b] [c]", "a [b]", "c"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        struct run r;
        parse(&r, text, (size_t)snprintf(text, sizeof text, "x = 1 \"%s\"", cases[i][0]));
        const struct apsis_clauses *c = &r.ast->definitions[0].clauses;
        assert_string_equal(c->label, cases[i][1]);
        if (cases[i][2]) assert_string_equal(c->unit, cases[i][2]);
        else assert_null(c->unit);
        done(&r);
    }
}

static void test_spans(void **state)
{
    (void)state;
    struct run r;
    const char *text = "a = 1\nlonger[t] = (b + f(c)) * d[2030]  \"label\"  # end\n";
    parse(&r, text, strlen(text));
    const struct apsis_definition *d = &r.ast->definitions[1];
    const struct apsis_expr *e = d->values[0];
#define TEXT_OF(span, expected) \
    assert_int_equal((span).end - (span).begin, strlen(expected)); \
    assert_memory_equal(text + (span).begin, expected, strlen(expected))
    TEXT_OF(d->span, "longer[t] = (b + f(c)) * d[2030]  \"label\"");
    TEXT_OF(d->name_span, "longer");
    TEXT_OF(d->clauses.label_span, "\"label\"");
    TEXT_OF(e->span, "(b + f(c)) * d[2030]");
    TEXT_OF(e->head, "*");
    TEXT_OF(e->a->span, "(b + f(c))");
    TEXT_OF(e->a->b->span, "f(c)");
    TEXT_OF(e->a->b->head, "f");
    TEXT_OF(e->b->span, "d[2030]");
    TEXT_OF(e->b->head, "d");
    TEXT_OF(e->b->indices[0].span, "2030");
    done(&r);
}

static void test_messages(void **state)
{
    (void)state;
    complains("x = max(1, 2 y\n", "m.risk:1:14: error: a name cannot follow a number here\n    x = max(1, 2 y\n                 ^\n"
                                  "  hint: a comma, an operator or ) is missing between them\n");
    complains("x = (a + b]\n", "m.risk:1:11: error: expected ) to close the ( in column 5\n    x = (a + b]\n              ^\n");
    complains("x = 0 < a < b", "m.risk:1:11: error: comparisons cannot be chained\n    x = 0 < a < b\n              ^\n"
                               "  hint: write 0 < a and a < b\n");
    complains("outptu x", "m.risk:1:1: error: unknown keyword outptu\n    outptu x\n    ^~~~~~\n  hint: did you mean output?\n");
    complains("x == 3", "m.risk:1:3: error: expected =, found ==\n    x == 3\n      ^~\n"
                        "  hint: = gives a name its value; == compares two values inside one\n");
    complains("x = 1,000", "m.risk:1:5: error: x takes one value, and 2 are given\n    x = 1,000\n        ^~~~~\n"
                           "  hint: thousands are written without a comma: 1000 or 1_000\n");
    complains("x = if a = b then 1 else 2", "m.risk:1:10: error: expected then, found =\n    x = if a = b then 1 else 2\n             ^\n"
                                            "  hint: to compare two values write ==\n");
    complains("\tx =\t2 \xc3\x97 3", "m.risk:1:8: error: this is a typographic multiplication sign\n    \tx =\t2 \xc3\x97 3\n    \t   \t  ^\n"
                                     "  hint: type *\n");
    complains("x = \"\xc3\xa4\xe2\x82\xac\" 3", "m.risk:1:10: error: a number cannot follow a text in quotes here\n"
                                                "    x = \"\xc3\xa4\xe2\x82\xac\" 3\n             ^\n");
}

static void test_more_messages(void **state)
{
    (void)state;
    message("x = 1 +\n", "expected a value, found the end of the line");
    message("x =", "expected a value, found the end of the text");
    message("x = f(a\ny = 2\n", "this ( is not closed");
    message("x = a 3", "a number cannot follow a name here");
    message("then = 3", "then is a word of the language and cannot begin a statement");
    message("output then = 3", "expected a name, found then");
    message("x = then", "expected a value, found the keyword then");
    message("x[]= 3", "expected an index, found ]");
    message("x[1,2,3] = 3", "a name has at most two indices: a category and a period");
    message("y = x[1][2]", "a second pair of brackets");
    message("y = (a + b)[t]", "only a name or a function takes an index");
    message("y = x[2026-13]", "a month is a number from 01 to 12");
    message("y = x[2026-7]", "a month has two digits");
    message("y = 2026Q1", "a calendar label stands in brackets only");
    message("x = 2 given a", "given belongs to an output");
    message("x = 2 targets 3", "targets belongs to an output");
    message("x = 2 \"a\" \"b\"", "a value has one label, and this is the second");
    message("x = 2 from y", "expected a source in quotes behind from, found a name");
    message("output a, b = 2", "outputs with values stand one on a line");
    message("x = 1 + if a then b else c", "if needs parentheses inside an operation");
    message("x = a == not b", "not needs parentheses inside an operation");
    message("x = if a then b", "expected else, found the end of the text");
    message("x = +3", "a value cannot begin with +: leave the sign out");
    message("period day 1 to 2", "expected year, quarter or month behind period");
    message("period year 2026Q1 to 2030", "expected a year such as 2026 here");
    message("period year 2030 to 2026", "the last period lies before the first");
    message("model a\nmodel b", "a model has one model line, and this is the second");
    message("column a \"b\"", "a column line stands directly under its table");
    message("table t a b\n r 1\n", "r has 1 value, the table has 2 columns");
    message("table t a b\n r 1 x\n", "expected a number, found a name");
    message("table t a\n r 1\n column b \"x\"\n", "the table t has no column b");
    message("table t a\nx = 1", "the table t has no rows");
    message("correlate\n a, b\n", "expected the rank correlation, found the end of the line");
    message("correlate\n a b 50%\n", "expected a comma and a second name, found a name");
    message("scenario\n", "expected a name behind scenario, found the end of the line");
    message("scenario s\n f(x) = 3", "a scenario or --set changes values: a function stays as it is");
    message("scenario s\n x = 3 given a", "given belongs to an output");
    message("output x: 3", "expected = or ~ behind x, found :");
    message("x = 1 if a else 2", "if cannot follow a number here");
    message("x = f(a + b: 3)", "before a colon stands a name or a number");
}

/* One error a statement, and every statement has its say. */
static void test_recovery(void **state)
{
    (void)state;
    const char *text = "a = (1 + 2\nb = 3\nc = = =\nd = f(1,\n  2))\ne = 5 6 7\noutput (\n## S\nf = 1\ng = [[[\n";
    struct run r;
    parse(&r, text, strlen(text));
    assert_int_equal(r.list.errors, 6);
    assert_string_equal(r.tree.text, "a = <error>\nb = 3\nc = <error>\nd = f(1, 2)\ne = 5\n\n## S\nf = 1\ng = <error>\n");
    done(&r);
}

static void test_formats(void **state)
{
    (void)state;
    struct run r;
    struct apsis_buffer out = {0};
    const char *text = "x = 3 4\ny = \"a\n";
    parse(&r, text, strlen(text));
    apsis_error(&r.list, (struct apsis_span){0, 0, 0}, "a file is missing");
    apsis_warning(&r.list, (struct apsis_span){0, 0, 1}, "x is not used");
    apsis_error(&r.list, (struct apsis_span){0, 6, 7}, "a number cannot follow a number here"); /* said already */
    apsis_diagnostics_print(&r.list, &r.sources, "gcc", &out);
    assert_string_equal(out.text, "error: a file is missing\nm.risk:1:1: warning: x is not used\n"
                                  "m.risk:1:7: error: a number cannot follow a number here\nm.risk:2:5: error: a string is not closed on its line\n");
    apsis_buffer_free(&out);
    r.list.count = 1;
    apsis_diagnostics_print(&r.list, &r.sources, "json", &out);
    assert_string_equal(out.text, "[\n  {\n    \"file\": \"m.risk\",\n    \"line\": 1,\n    \"column\": 7,\n    \"end_line\": 1,\n    \"end_column\": 8,\n"
                                  "    \"severity\": \"error\",\n    \"message\": \"a number cannot follow a number here\",\n"
                                  "    \"hint\": \"an operator such as * is missing between them, or a line end\",\n    \"lint\": null\n  }\n]\n");
    apsis_buffer_free(&out);
    done(&r);
}

static void test_many_errors(void **state)
{
    (void)state;
    struct apsis_buffer text = {0};
    struct run r;
    for (int i = 0; i < 150; i++) apsis_buffer_text(&text, "x = 1 2\n");
    parse(&r, text.text, text.length);
    assert_int_equal(r.list.errors, 150);
    assert_int_equal(r.list.count, 100);
    const char *last = "and 50 more errors\n";
    assert_string_equal(r.errors.text + r.errors.length - strlen(last), last);
    done(&r);
    apsis_buffer_free(&text);
}

/* A long line is cut around the place, and the caret stays under it. */
static void test_long_line(void **state)
{
    (void)state;
    struct apsis_buffer text = {0};
    struct run r;
    apsis_buffer_text(&text, "x = 1");
    for (int i = 0; i < 300; i++) apsis_buffer_text(&text, " + 22");
    size_t place = text.length + 1;
    apsis_buffer_text(&text, " 7 + 4");
    for (int i = 0; i < 300; i++) apsis_buffer_text(&text, " + 33");
    parse(&r, text.text, text.length);
    char *line = strchr(r.errors.text, '\n') + 1, *caret = strchr(line, '\n') + 1;
    char head[64];
    snprintf(head, sizeof head, "m.risk:1:%zu: error: ", place + 1);
    assert_memory_equal(r.errors.text, head, strlen(head));
    assert_true(caret - line <= 4 + 3 + 120 + 3 + 1);
    assert_memory_equal(line, "    ...", 7);
    assert_memory_equal(caret - 4, "...\n", 4);
    assert_int_equal(line[strcspn(caret, "^")], '7');
    done(&r);
    apsis_buffer_free(&text);
}

static void test_nesting(void **state)
{
    (void)state;
    static const char *const opens[] = {"(", "f(", "x[", "-", "not ", "2^", "if 1 then 1 else "};
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        struct apsis_buffer text = {0};
        struct run r;
        apsis_buffer_text(&text, "a = ");
        for (int j = 0; j < 100000; j++) apsis_buffer_text(&text, opens[i]);
        apsis_buffer_text(&text, "\nb = 2\n");
        parse(&r, text.text, text.length);
        assert_int_equal(r.list.errors, 1);
        assert_string_equal(r.list.items[0].message, "this is nested deeper than 256 levels");
        assert_string_equal(r.tree.text, "a = <error>\nb = 2\n");
        done(&r);
        apsis_buffer_free(&text);
    }
    struct apsis_buffer text = {0};
    struct run r;
    apsis_buffer_text(&text, "a = ");
    apsis_buffer_repeat(&text, '(', 250);
    apsis_buffer_text(&text, "1");
    apsis_buffer_repeat(&text, ')', 250);
    parse(&r, text.text, text.length);
    assert_string_equal(r.tree.text, "a = 1\n");
    assert_int_equal(r.list.errors, 0);
    done(&r);
    apsis_buffer_free(&text);
    apsis_buffer_text(&text, "a = 1");
    for (int i = 0; i < 1000; i++) apsis_buffer_text(&text, " + 1");
    parse(&r, text.text, text.length);
    assert_int_equal(r.list.errors, 0);
    done(&r);
    for (int i = 0; i < 100000; i++) apsis_buffer_text(&text, " + 1");
    parse(&r, text.text, text.length);
    assert_int_equal(r.list.errors, 1);
    assert_string_equal(r.list.items[0].message, "this expression has more than 1024 steps");
    done(&r);
    apsis_buffer_free(&text);
}

/* Large texts of several shapes take time in proportion to their size: seconds here would be hours if it were the square. */
static void test_large(void **state)
{
    (void)state;
    static const char *const lines[] = {"name_of_it[t] = max(a, b[t-1]) * 2.5%  \"label [u]\"  from \"s\"\n", "x = (\n", "x = f(a b\n", "correlate\n a[b, c 5%\n",
                                        "table t a b c\n  r 1 2\n", "scenario s\n  x = [\n", "\xe2\x80\x9c", "(", "x[", "\"", "a,", "a ", "1 ", "##\n", "#", "\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct apsis_buffer text = {0};
        struct run r;
        for (int j = 0; j < 100000; j++) apsis_buffer_text(&text, lines[i]);
        clock_t begin = clock();
        start(&r);
        apsis_parse(r.arena, &r.sources, apsis_sources_add(&r.sources, "m.risk", text.text, text.length), &r.list);
        apsis_diagnostics_print(&r.list, &r.sources, "text", &r.errors);
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        if (seconds > 5) fail_msg("100,000 times %s take %g s", lines[i], seconds);
        done(&r);
        apsis_buffer_free(&text);
    }
}

static void test_overrides(void **state)
{
    (void)state;
    struct run r;
    start(&r);
    struct apsis_scenario s = {.name = "set"};
    static const char *const sets[] = {"launch_cap = 50% * launch_cap", "x[2029..2031] = 1, 2, 3\ny ~ pert(1, 2, 3)"};
    for (int i = 0; i < 2; i++)
        apsis_parse_overrides(r.arena, &r.sources, apsis_sources_add(&r.sources, "--set", sets[i], strlen(sets[i])), &r.list, &s);
    assert_int_equal(r.list.errors, 0);
    assert_int_equal(s.definition_count, 3);
    assert_string_equal(s.definitions[0].name, "launch_cap");
    assert_string_equal(s.definitions[1].name, "x");
    assert_int_equal(s.definitions[1].value_count, 3);
    assert_int_equal(s.definitions[2].kind, APSIS_DEFINE_DRAW);
    assert_int_equal(s.definitions[2].span.source, 1);
    apsis_parse_overrides(r.arena, &r.sources, apsis_sources_add(&r.sources, "--set", "output x", 8), &r.list, &s);
    apsis_diagnostics_print(&r.list, &r.sources, "gcc", &r.errors);
    assert_string_equal(r.errors.text, "--set:1:1: error: an override cannot begin with output\n");
    done(&r);

    start(&r);
    struct apsis_expr *e = apsis_parse_expression(r.arena, &r.sources, apsis_sources_add(&r.sources, "--target", "ev > 2_000", 10), &r.list);
    apsis_expr_print(e, &r.tree);
    assert_string_equal(r.tree.text, "(ev > 2000)");
    assert_null(apsis_parse_expression(r.arena, &r.sources, apsis_sources_add(&r.sources, "--target", "ev > 2 3", 8), &r.list));
    assert_null(apsis_parse_expression(r.arena, &r.sources, apsis_sources_add(&r.sources, "--target", "", 0), &r.list));
    assert_int_equal(r.list.errors, 2);
    done(&r);
}

static void test_suggestions(void **state)
{
    (void)state;
    static const char *const names[] = {"price", "length", "Cash", "a", "growth_rate", "npv"};
#define NEAREST(name) apsis_nearest_name(name, names, sizeof names / sizeof *names)
    assert_string_equal(NEAREST("lenght"), "length");
    assert_string_equal(NEAREST("prise"), "price");
    assert_string_equal(NEAREST("pirce"), "price");
    assert_string_equal(NEAREST("cash"), "Cash");
    assert_string_equal(NEAREST("growthrate"), "growth_rate");
    assert_string_equal(NEAREST("A"), "a");
    assert_string_equal(NEAREST("nvp"), "npv");
    assert_null(NEAREST("b"));
    assert_null(NEAREST("volume"));
    assert_null(NEAREST(""));
    assert_null(apsis_nearest_name("x", NULL, 0));
}

/* ---------------------------------------------------------------- files */
static void reads(const char *path, enum apsis_status expected, const char *errors)
{
    struct run r;
    uint32_t source;
    start(&r);
    assert_int_equal(apsis_sources_read(&r.sources, path, &source, &r.list), expected);
    apsis_diagnostics_print(&r.list, &r.sources, "text", &r.errors);
    assert_string_equal(r.errors.text, errors);
    done(&r);
}

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *errors;
        size_t length;
    } cases[] = {{"", "error: test.risk is empty\n", 0},
                 {"\xef\xbb\xbf \n\t\r\n", "error: test.risk is empty\n", 7},
                 {"a\0b", "error: test.risk is not a text file: it has zero bytes in it\n  hint: a model is plain text; save it as UTF-8\n", 3},
                 {"a = 1\nb = \"h\xf6he\"\n", "test.risk:2:7: error: a character that is not valid UTF-8 (byte 0xf6)\n", 16},
                 {"a = 1 # \xe2\x80\xae\n", "test.risk:1:9: error: an invisible character that changes the direction of the text\n", 12},
                 {"a = 1\n", "", 6}};
    char folder[] = "apsis_test_XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FILE *file = fopen("test.risk", "wb");
        assert_non_null(file);
        fwrite(cases[i].bytes, 1, cases[i].length, file);
        fclose(file);
        struct run r;
        uint32_t source;
        start(&r);
        int status = apsis_sources_read(&r.sources, "test.risk", &source, &r.list);
        assert_int_equal(status, *cases[i].errors ? APSIS_MODEL_ERROR : APSIS_OK);
        apsis_diagnostics_print(&r.list, &r.sources, "text", &r.errors);
        assert_memory_equal(r.errors.text, cases[i].errors, strlen(cases[i].errors)); /* the line with the broken byte follows */
        done(&r);
    }
    FILE *file = fopen("test.risk", "wb"); /* one byte too many, as a hole */
    assert_non_null(file);
    fseek(file, (long)APSIS_SOURCE_LIMIT, SEEK_SET);
    fputc('x', file);
    fclose(file);
    reads("test.risk", APSIS_MODEL_ERROR, "error: test.risk is larger than 64 MB\n");
    reads(".", APSIS_FAILURE, "error: . is a folder\n  hint: name the .risk file in it\n");
    reads("none.risk", APSIS_FAILURE, "error: cannot open none.risk: there is no such file\n");
    unlink("test.risk");
    assert_int_equal(chdir(".."), 0);
    rmdir(folder);
}

/* Sequences that are no UTF-8, each behind a plain letter, and the widest ones that are. */
static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int valid;
    } cases[] = {{"\x80", 0},         {"\xc0\xaf", 0},          {"\xc1\xbf", 0},         {"\xc2", 0},         {"\xc2 ", 0},
                 {"\xe0\x9f\xbf", 0}, {"\xed\xa0\x80", 0},      {"\xed\xbf\xbf", 0},     {"\xe2\x80", 0},     {"\xf0\x8f\xbf\xbf", 0},
                 {"\xf4\x90\x80\x80", 0}, {"\xf5\x80\x80\x80", 0}, {"\xff", 0},            {"\xc2\x80", 1},     {"\xdf\xbf", 1},
                 {"\xe0\xa0\x80", 1}, {"\xed\x9f\xbf", 1},      {"\xee\x80\x80", 1},     {"\xf0\x90\x80\x80", 1}, {"\xf4\x8f\xbf\xbf", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[16];
        struct run r;
        start(&r);
        uint32_t source = apsis_sources_add(&r.sources, "m", text, (size_t)snprintf(text, sizeof text, "a%s", cases[i].bytes));
        assert_int_equal(apsis_source_check(&r.sources, source, &r.list), cases[i].valid ? APSIS_OK : APSIS_MODEL_ERROR);
        if (!cases[i].valid) assert_int_equal(r.list.items[0].span.begin, 1);
        done(&r);
    }
}

static void test_places(void **state)
{
    (void)state;
    struct apsis_source s = {.name = "m", .text = "ab\r\n\xc3\xa4x\n"};
    s.length = strlen(s.text);
    struct apsis_place p = apsis_source_place(&s, 6); /* the x */
    assert_int_equal(p.line, 2);
    assert_int_equal(p.column, 2);
    assert_int_equal(p.line_begin, 4);
    assert_int_equal(p.line_end, 7);
    p = apsis_source_place(&s, 1);
    assert_int_equal(p.line, 1);
    assert_int_equal(p.column, 2);
    assert_int_equal(p.line_end, 2);
    p = apsis_source_place(&s, 8);
    assert_int_equal(p.line, 3);
    assert_int_equal(p.column, 1);
}

/* The trees of the models, as they should be. APSIS_UPDATE_GOLDEN=1 in the environment writes them anew: look at the difference. */
static void test_golden(void **state)
{
    (void)state;
    static const char *const models[] = {"first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char path[512];
        uint32_t source;
        struct run r;
        start(&r);
        snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, models[i]);
        assert_int_equal(apsis_sources_read(&r.sources, path, &source, &r.list), APSIS_OK);
        apsis_ast_print(apsis_parse(r.arena, &r.sources, source, &r.list), &r.tree);
        assert_int_equal(r.list.count, 0);
        struct run again;
        parse(&again, r.tree.text, r.tree.length);
        assert_int_equal(again.list.count, 0);
        assert_string_equal(again.tree.text, r.tree.text);
        done(&again);
        snprintf(path, sizeof path, "%s/tests/golden/ast/%s.txt", APSIS_SOURCE_DIR, models[i]);
        assert_true(golden_same(path, r.tree.text));
        done(&r);
    }
}

static uint32_t further(struct run *r, const char *name, const char *text) { return apsis_sources_add(&r->sources, name, text, strlen(text)); }

/* Several texts make one tree: sections go on, blocks end, what was handed out stays as it is, messages name the text, or a piece of it. */
static void test_several_texts(void **state)
{
    (void)state;
    struct run r;
    start(&r);
    struct apsis_parser *parser = apsis_parse_begin(r.arena, &r.sources, &r.list);
    apsis_parse_text(parser, further(&r, "one.risk", "model m\n## Market\na = 1\nscenario slow\n  a = 2"));
    struct apsis_ast *first = apsis_parse_tree(parser);
    apsis_parse_text(parser, further(&r, "two.risk", "  b = a\noutput c = (a +"));
    apsis_parse_override_text(parser, further(&r, "three.risk", "b = 3"), 0);
    struct apsis_ast *second = apsis_parse_tree(parser);
    apsis_parse_override_text(parser, further(&r, "four.risk", "b = 4"), 0);
    apsis_parse_text(parser, further(&r, "five.risk", "model n"));
    apsis_ast_print(first, &r.tree);
    assert_string_equal(r.tree.text, "model m\n\n## Market\na = 1\n\nscenario slow\n  a = 2\n");
    assert_int_equal(first->text_count, 1);
    assert_int_equal(second->text_count, 3);
    assert_int_equal(second->definition_count, 3);
    assert_int_equal(second->definitions[1].section, 1);
    assert_int_equal(second->scenarios[0].definition_count, 2);
    assert_int_equal(apsis_parse_tree(parser)->scenarios[0].definition_count, 3);
    apsis_diagnostics_print(&r.list, &r.sources, "text", &r.errors);
    assert_string_equal(r.errors.text, "two.risk:2:16: error: expected a value, found the end of the text\n    output c = (a +\n                   ^\n"
                                       "five.risk:1:1: error: a model has one model line, and this is the second\n    model n\n    ^~~~~\n  hint: delete one of them\n");
    done(&r);

    static const struct apsis_source_piece pieces[] = {{"define(x)", 0, 1}, {"define(x), value", 4, 11}};
    start(&r);
    parser = apsis_parse_begin(r.arena, &r.sources, &r.list);
    uint32_t source = further(&r, "whole", "x = \xc3\xa4 + ) ");
    r.sources.items[source].pieces = pieces;
    r.sources.items[source].piece_count = 2;
    apsis_parse_text(parser, source);
    apsis_diagnostics_print(&r.list, &r.sources, "gcc", &r.errors);
    assert_string_equal(r.errors.text, "define(x), value:1:1: error: outside texts and comments only plain letters (a to z), digits and signs are known\n");
    struct apsis_span name = {source, 0, 1}, sign = {source, 2, 3}, value = {source, 9, 10}, both = {source, 0, 10};
    assert_string_equal(apsis_source_shown(&r.sources, &name).name, "define(x)");
    assert_true(name.begin == 0 && name.end == 1);
    assert_string_equal(apsis_source_shown(&r.sources, &sign).name, "define(x)");
    assert_true(sign.begin == 1 && sign.end == 2);
    assert_int_equal(apsis_source_shown(&r.sources, &value).length, 7);
    assert_true(value.begin == 5 && value.end == 6);
    assert_int_equal(apsis_source_shown(&r.sources, &both).length, 1);
    assert_true(both.begin == 0 && both.end == 1);
    done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence), cmocka_unit_test(test_calls), cmocka_unit_test(test_indices), cmocka_unit_test(test_statements),
        cmocka_unit_test(test_labels), cmocka_unit_test(test_spans), cmocka_unit_test(test_messages), cmocka_unit_test(test_more_messages),
        cmocka_unit_test(test_recovery), cmocka_unit_test(test_formats), cmocka_unit_test(test_many_errors), cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_nesting), cmocka_unit_test(test_large), cmocka_unit_test(test_overrides), cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_files), cmocka_unit_test(test_utf8), cmocka_unit_test(test_places), cmocka_unit_test(test_golden),
        cmocka_unit_test(test_several_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
