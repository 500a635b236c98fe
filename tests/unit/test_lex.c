/* test_lex.c - the words of a model and what is said about strangers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/language/lex.h"

struct scan {
    struct apsis_arena *arena;
    struct apsis_sources sources;
    struct apsis_diagnostics list;
    struct apsis_buffer out;
};

/* The kinds of all tokens of `text`, as the words of messages, joined by blanks; line ends as $. */
static const char *scan(struct scan *s, const char *text, size_t length)
{
    memset(s, 0, sizeof *s);
    s->arena = s->sources.arena = s->list.arena = apsis_arena_new();
    struct apsis_lexer lexer;
    apsis_lex_start(&lexer, s->arena, &s->sources, apsis_sources_add(&s->sources, "t", text, length), &s->list);
    apsis_buffer_text(&s->out, "");
    for (;;) {
        struct apsis_token token = apsis_lex_next(&lexer);
        if (token.kind == APSIS_TOKEN_END) break;
        const char *words = apsis_token_words(token.kind);
        if (token.kind == APSIS_TOKEN_NUMBER) words = "N";
        if (token.kind == APSIS_TOKEN_QUARTER) words = "Q";
        if (token.kind == APSIS_TOKEN_NAME) words = "name";
        if (token.kind == APSIS_TOKEN_STRING) words = "S";
        if (token.kind == APSIS_TOKEN_NEWLINE) words = "$";
        if (token.kind == APSIS_TOKEN_SECTION) words = "##";
        if (token.kind == APSIS_TOKEN_BAD) words = "BAD";
        apsis_buffer_printf(&s->out, "%s%s", s->out.length ? " " : "", words);
    }
    return s->out.text;
}

static void done(struct scan *s)
{
    apsis_buffer_free(&s->out);
    apsis_arena_free(s->arena);
}

static void gives(const char *text, const char *expected)
{
    struct scan s;
    assert_string_equal(scan(&s, text, strlen(text)), expected);
    done(&s);
}

/* One stranger: BAD, with this message and hint. */
static void refuses(const char *text, const char *message, const char *hint)
{
    struct scan s;
    scan(&s, text, strlen(text));
    assert_true(s.list.count >= 1);
    assert_string_equal(s.list.items[0].message, message);
    if (hint) assert_string_equal(s.list.items[0].hint, hint);
    else assert_null(s.list.items[0].hint);
    done(&s);
}

static void test_tokens(void **state)
{
    (void)state;
    gives("", "");
    gives("a", "name");
    gives("a = b == c != d <= e >= f < g > h", "name = name == name != name <= name >= name < name > name");
    gives("a~b+c-d*e/f^g", "name ~ name + name - name * name / name ^ name");
    gives("x[..2025]", "name [ .. N ]");
    gives("x[1..2]", "name [ N .. N ]");
    gives("x[t-3..t]", "name [ name - N .. name ]");
    gives("x[2025Q4..2026Q1]", "name [ Q .. Q ]");
    gives("if then else and or not where output given targets from", "if then else and or not where output given targets from");
    gives("correlate scenario model period currency table member column to",
          "correlate scenario model period currency table member column to");
    gives("If iff npv mid end start between upfront final p10 first", "name name name name name name name name name name name");
    gives("\"a # b\" # c", "S");
    gives("45% 3.5k 120M 2bn 2.5e-3 1_000", "N N N N N N");
    gives("1e5", "N");
    gives("_a1 A_b", "name name");
    gives("f(p2.5: 1, p97.5 : 4, p9..p10)", "name ( name : N , name : N , name .. name )");
}

static void test_lines(void **state)
{
    (void)state;
    gives("a\nb\n", "name $ name $");
    gives("a\r\nb", "name $ name");
    gives("\n\n \t\n# only this\n", "");
    gives("\xef\xbb\xbf" "a\n", "name $");
    gives("a(\n1,\n\n2)\nb", "name ( N , N ) $ name");
    gives("a[\r\n1]\r\n", "name [ N ] $");
    gives("## Title\na ## no title\n", "## $ name $");
    gives("# \xe2\x80\x9c not looked at \xff\n", "");
    gives("a\r", "name");
}

static void test_positions(void **state)
{
    (void)state;
    struct scan s;
    const char *text = "a = 1\n\tbc ~ \"d\"  ";
    scan(&s, text, strlen(text));
    struct apsis_lexer lexer;
    apsis_lex_start(&lexer, s.arena, &s.sources, 0, NULL);
    struct apsis_token token;
    for (int i = 0; i < 5; i++) token = apsis_lex_next(&lexer);
    assert_int_equal(token.span.begin, 7);
    assert_int_equal(token.span.end, 9);
    assert_int_equal(token.line_begin, 6);
    assert_int_equal(token.first, 1);
    token = apsis_lex_next(&lexer);
    assert_int_equal(token.first, 0);
    token = apsis_lex_next(&lexer);
    assert_int_equal(token.span.begin, 12);
    assert_int_equal(token.span.end, 15);
    done(&s);
}

static void test_strangers(void **state)
{
    (void)state;
    refuses("\xe2\x80\x9chi\xe2\x80\x9d", "this is a typographic quote", "type a straight \"");
    refuses("'hi'", "texts stand in double quotes", "type \"");
    refuses("a \xe2\x88\x92 b", "this is a typographic minus sign", "type -");
    refuses("a \xe2\x80\x93 b", "this is a dash, not a minus sign", "type - to subtract, or .. for a range");
    refuses("a \xc3\x97 b", "this is a typographic multiplication sign", "type *");
    refuses("a\xc2\xa0", "this is a non-breaking space", "type a plain space");
    refuses("a \xe2\x89\xa4 b", "this is a typographic comparison", "type <=");
    refuses("a ** 2", "** is not used here", "write ^ for powers");
    refuses("a && b", "&& is not used here", "write and");
    refuses("a || b", "|| is not used here", "write or");
    refuses("a <> b", "<> is not used here", "write != for not equal");
    refuses("a => b", "=> is not used here", "write >=");
    refuses("a := b", ":= is not used here", "write =");
    refuses("// a", "// is not used here", "a comment begins with #");
    refuses("!a", "! is not used here", "write not, or != for not equal");
    refuses("1...2", "... is not used here", "a range is two points: ..");
    refuses("a;", "; is not used here", "a statement ends with its line");
    refuses("p2.5", "a number begins with a digit", "write 0 before the decimal point: 0.5");
    refuses("pp2.5: 1", "a number begins with a digit", "write 0 before the decimal point: 0.5");
    refuses("5 %", "% must stand directly behind a number", "write 45%; for a value in percent divide by 100");
    refuses("$5", "currency signs stand in labels only", "currency \"$B\" names the model's currency");
    refuses(".5", "a number begins with a digit", "write 0 before the decimal point: 0.5");
    refuses("1.", "a digit is missing behind the decimal point", NULL);
    refuses("3kg", "letters cannot follow a number directly, but for %, k, M and bn",
            "a unit belongs at the end of the label: \"cost of a site [$M]\"");
    refuses("1e999", "this number is too large", "the largest is about 1.8e308");
    refuses("1e-999", "this number is too small to be told from 0", NULL);
    refuses("2026Q5", "the quarters of a year are Q1 to Q4", NULL);
    refuses("\"abc\nd", "a string is not closed on its line", "end it with \"");
    refuses("\"a\033[31m\"", "a control character stands in a text", "delete it");
    refuses("## a\033[31m", "a control character stands in a section title", "delete it");
    refuses("a\001", "a control character stands here", "delete it");
    refuses("h\xc3\xb6he", "outside texts and comments only plain letters (a to z), digits and signs are known", NULL);
    refuses("a @ b", "this sign is not used in the language", NULL);
}

static void test_zero_bytes(void **state)
{
    (void)state;
    struct scan s;
    assert_string_equal(scan(&s, "a\0b", 3), "name BAD name");
    done(&s);
    assert_string_equal(scan(&s, "\"\0\" 1", 5), "BAD N");
    done(&s);
}

static void test_long_names(void **state)
{
    (void)state;
    char text[10001];
    memset(text, 'x', 10000);
    text[10000] = 0;
    refuses(text, "a name has at most 255 characters", NULL);
    text[256] = 0;
    refuses(text, "a name has at most 255 characters", NULL);
    text[255] = 0;
    gives(text, "name");
}

/* Every kind has words, and only the keywords that begin statements say so. */
static void test_kinds(void **state)
{
    (void)state;
    int starters = 0;
    for (int kind = 0; kind < APSIS_TOKEN_KINDS; kind++) {
        assert_non_null(apsis_token_words((enum apsis_token_kind)kind));
        starters += apsis_token_begins_statement((enum apsis_token_kind)kind);
    }
    assert_int_equal(starters, 9); /* output correlate scenario model period currency table member column */
    assert_false(apsis_token_begins_statement(APSIS_TOKEN_FROM));
    assert_false(apsis_token_begins_statement(APSIS_TOKEN_TO));
    assert_true(apsis_token_begins_statement(APSIS_TOKEN_COLUMN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens), cmocka_unit_test(test_lines), cmocka_unit_test(test_positions), cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_zero_bytes), cmocka_unit_test(test_long_names), cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
