/* lex.c - the words of a model: one token at a time, with its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/language/lex.h"

#include <math.h>
#include <string.h>

#include "host/support/number.h"

#define TOKEN_WORDS(name, words) words,
static const char *const token_words[] = {APSIS_TOKENS(TOKEN_WORDS)};

const char *apsis_token_words(enum apsis_token_kind kind)
{
    return token_words[kind];
}

int apsis_token_is_keyword(enum apsis_token_kind kind)
{
    return kind >= APSIS_TOKEN_IF && kind <= APSIS_TOKEN_TO;
}

int apsis_token_begins_statement(enum apsis_token_kind kind)
{
    return kind == APSIS_TOKEN_OUTPUT || (kind >= APSIS_TOKEN_CORRELATE && kind <= APSIS_TOKEN_COLUMN);
}

void apsis_lex_start(struct apsis_lexer *lexer, struct apsis_arena *arena, const struct apsis_sources *sources, uint32_t source,
                     struct apsis_diagnostics *diagnostics)
{
    const struct apsis_source *text = &sources->items[source];
    *lexer = (struct apsis_lexer){.arena = arena, .diagnostics = diagnostics, .text = text->text, .source = source, .fresh = 1};
    lexer->length = text->length < UINT32_MAX - 8 ? (uint32_t)text->length : UINT32_MAX - 8;
    if (lexer->length >= 3 && memcmp(lexer->text, "\xef\xbb\xbf", 3) == 0) lexer->at = lexer->line_begin = 3; /* byte order mark */
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What could drive a terminal or break a report. */
static int is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static int is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

/* The byte `ahead` of the current one, 0 behind the end. */
static char peek(const struct apsis_lexer *lexer, uint32_t ahead)
{
    return ahead < lexer->length - lexer->at ? lexer->text[lexer->at + ahead] : 0;
}

/* Ends `token` at `end` as BAD, with a message and a hint (or NULL). */
static struct apsis_token bad(struct apsis_lexer *lexer, struct apsis_token token, uint32_t end, const char *message, const char *hint)
{
    token.kind = APSIS_TOKEN_BAD;
    token.span.end = lexer->at = end;
    if (lexer->diagnostics) {
        struct apsis_diagnostic *d = apsis_error(lexer->diagnostics, token.span, "%s", message);
        if (hint) apsis_hint(lexer->diagnostics, d, "%s", hint);
    }
    return token;
}

/* p2.5: a percentile may have digits behind a point, where it names a parameter. Its end, or `end` where none is. */
static uint32_t percentile_end(const struct apsis_lexer *lexer, uint32_t end)
{
    const char *text = lexer->text;
    uint32_t at = lexer->at + 1;
    if (text[lexer->at] != 'p' || at == end || end >= lexer->length || text[end] != '.') return end;
    while (at < end && is_digit(text[at])) at++;
    if (at < end) return end;
    for (at = end + 1; at < lexer->length && is_digit(text[at]);) at++;
    uint32_t last = at;
    while (at < lexer->length && (text[at] == ' ' || text[at] == '\t')) at++;
    return last > end + 1 && at < lexer->length && text[at] == ':' ? last : end;
}

static struct apsis_token lex_name(struct apsis_lexer *lexer, struct apsis_token token)
{
    const char *begin = lexer->text + lexer->at;
    uint32_t end = lexer->at + 1;
    while (end < lexer->length && is_name_part(lexer->text[end])) end++;
    end = percentile_end(lexer, end);
    size_t length = end - lexer->at;
    if (length > APSIS_NAME_LIMIT) return bad(lexer, token, end, "a name has at most 255 characters", NULL);
    token.kind = APSIS_TOKEN_NAME;
    for (int kind = APSIS_TOKEN_IF; kind <= APSIS_TOKEN_TO; kind++)
        if (token_words[kind][0] == *begin && strlen(token_words[kind]) == length && memcmp(token_words[kind], begin, length) == 0)
            token.kind = (enum apsis_token_kind)kind;
    token.span.end = lexer->at = end;
    return token;
}

/* Digits with single underscores between them. */
static uint32_t skip_digits(const struct apsis_lexer *lexer, uint32_t at)
{
    while (at < lexer->length) {
        if (is_digit(lexer->text[at])) at++;
        else if (lexer->text[at] == '_' && at + 1 < lexer->length && is_digit(lexer->text[at + 1])) at++;
        else break;
    }
    return at;
}

static struct apsis_token lex_number(struct apsis_lexer *lexer, struct apsis_token token)
{
    const char *text = lexer->text;
    uint32_t begin = lexer->at, at = skip_digits(lexer, begin), n = lexer->length;
    if (at - begin == 4 && at + 1 < n && text[at] == 'Q' && is_digit(text[at + 1])) { /* 2025Q4 */
        at += 2;
        while (at < n && is_name_part(text[at])) at++;
        if (at - begin != 6 || text[at - 1] < '1' || text[at - 1] > '4')
            return bad(lexer, token, at, "the quarters of a year are Q1 to Q4", NULL);
        token.kind = APSIS_TOKEN_QUARTER;
        token.span.end = lexer->at = at;
        return token;
    }
    if (at + 1 < n && text[at] == '.' && is_digit(text[at + 1])) at = skip_digits(lexer, at + 1);
    if (at < n && (text[at] == 'e' || text[at] == 'E')) {
        uint32_t power = at + 1;
        if (power < n && (text[power] == '+' || text[power] == '-')) power++;
        uint32_t end = power;
        while (end < n && is_digit(text[end])) end++;
        if (end > power) at = end;
    }
    if (at < n && (text[at] == '%' || text[at] == 'k' || text[at] == 'M')) at++;
    else if (at + 1 < n && text[at] == 'b' && text[at + 1] == 'n') at += 2;
    if (at < n && (is_name_part(text[at]) || text[at] == '%')) {
        while (at < n && (is_name_part(text[at]) || text[at] == '%')) at++;
        return bad(lexer, token, at, "letters cannot follow a number directly, but for %, k, M and bn",
                   "a unit belongs at the end of the label: \"cost of a site [$M]\"");
    }
    if (at < n && text[at] == '.' && !(at + 1 < n && text[at + 1] == '.'))
        return bad(lexer, token, at + 1, "a digit is missing behind the decimal point", NULL);
    token.kind = APSIS_TOKEN_NUMBER;
    token.span.end = lexer->at = at;
    if (!apsis_number_parse(text + begin, at - begin, &token.number)) return bad(lexer, token, at, "this is no number", NULL);
    if (isinf(token.number)) return bad(lexer, token, at, "this number is too large", "the largest is about 1.8e308");
    if (token.number == 0)
        for (uint32_t i = begin; i < at && text[i] != 'e' && text[i] != 'E'; i++)
            if (text[i] >= '1' && text[i] <= '9') return bad(lexer, token, at, "this number is too small to be told from 0", NULL);
    return token;
}

static struct apsis_token lex_string(struct apsis_lexer *lexer, struct apsis_token token)
{
    uint32_t at = lexer->at + 1, n = lexer->length, control = 0;
    const char *text = lexer->text;
    for (;; at++) {
        if (at >= n || text[at] == '\n' || (text[at] == '\r' && at + 1 < n && text[at + 1] == '\n'))
            return bad(lexer, token, at, "a string is not closed on its line", "end it with \"");
        if (text[at] == '"') break;
        if (is_control(text[at]) && !control) control = at;
    }
    if (control) {
        token.span.begin = control;
        token = bad(lexer, token, control + 1, "a control character stands in a text", "delete it");
        lexer->at = at + 1;
        return token;
    }
    token.kind = APSIS_TOKEN_STRING;
    token.span.end = lexer->at = at + 1;
    return token;
}

/* What people paste or bring along from elsewhere, and what to type instead. */
static const struct {
    const char *text, *message, *hint;
} strangers[] = {
    {"\xe2\x80\x9c", "this is a typographic quote", "type a straight \""},
    {"\xe2\x80\x9d", "this is a typographic quote", "type a straight \""},
    {"\xe2\x80\x9e", "this is a typographic quote", "type a straight \""},
    {"\xc2\xab", "this is a typographic quote", "type a straight \""},
    {"\xc2\xbb", "this is a typographic quote", "type a straight \""},
    {"\xe2\x80\x98", "this is a typographic quote", "texts stand in straight double quotes: \""},
    {"\xe2\x80\x99", "this is a typographic quote", "texts stand in straight double quotes: \""},
    {"'", "texts stand in double quotes", "type \""},
    {"\xe2\x88\x92", "this is a typographic minus sign", "type -"},
    {"\xe2\x80\x93", "this is a dash, not a minus sign", "type - to subtract, or .. for a range"},
    {"\xe2\x80\x94", "this is a dash, not a minus sign", "type - to subtract, or .. for a range"},
    {"\xe2\x80\x90", "this is a hyphen, not a minus sign", "type -"},
    {"\xe2\x80\x91", "this is a hyphen, not a minus sign", "type -"},
    {"\xc3\x97", "this is a typographic multiplication sign", "type *"},
    {"\xc2\xb7", "this is a typographic multiplication sign", "type *"},
    {"\xe2\x8b\x85", "this is a typographic multiplication sign", "type *"},
    {"\xc3\xb7", "this is a typographic division sign", "type /"},
    {"\xe2\x89\xa4", "this is a typographic comparison", "type <="},
    {"\xe2\x89\xa5", "this is a typographic comparison", "type >="},
    {"\xe2\x89\xa0", "this is a typographic comparison", "type !="},
    {"\xe2\x80\xa6", "this is a typographic ellipsis", "a range is two points: .."},
    {"\xc2\xb2", "this is a raised 2", "type ^2"},
    {"\xc2\xb3", "this is a raised 3", "type ^3"},
    {"\xc2\xa0", "this is a non-breaking space", "type a plain space"},
    {"\xe2\x80\xaf", "this is a narrow non-breaking space", "type a plain space, and no space inside a number: 1_000"},
    {"\xe2\x80\x89", "this is a thin space", "type a plain space, and no space inside a number: 1_000"},
    {"\xe2\x80\x8b", "this is an invisible space", "delete it"},
    {"\xef\xbb\xbf", "this is a byte order mark in the middle of the text", "delete it"},
    {"**", "** is not used here", "write ^ for powers"},
    {"&&", "&& is not used here", "write and"},
    {"||", "|| is not used here", "write or"},
    {"<>", "<> is not used here", "write != for not equal"},
    {"=<", "=< is not used here", "write <="},
    {"=>", "=> is not used here", "write >="},
    {":=", ":= is not used here", "write ="},
    {"//", "// is not used here", "a comment begins with #"},
    {"/*", "/* is not used here", "a comment begins with #"},
    {"...", "... is not used here", "a range is two points: .."},
    {"!", "! is not used here", "write not, or != for not equal"},
    {"&", "& is not used here", "write and"},
    {"|", "| is not used here", "write or"},
    {";", "; is not used here", "a statement ends with its line"},
    {"{", "{ is not used here", "use ( and ), or [ and ] for an index"},
    {"}", "} is not used here", "use ( and ), or [ and ] for an index"},
    {"%", "% must stand directly behind a number", "write 45%; for a value in percent divide by 100"},
    {"$", "currency signs stand in labels only", "currency \"$B\" names the model's currency"},
    {"\xe2\x82\xac", "currency signs stand in labels only", "currency \"\xe2\x82\xac\" names the model's currency"},
    {"\xc2\xa3", "currency signs stand in labels only", "currency \"\xc2\xa3\" names the model's currency"},
};

static struct apsis_token lex_stranger(struct apsis_lexer *lexer, struct apsis_token token)
{
    const char *at = lexer->text + lexer->at;
    size_t left = lexer->length - lexer->at, length = 1;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        length = strlen(strangers[i].text);
        if (left >= length && memcmp(at, strangers[i].text, length) == 0)
            return bad(lexer, token, lexer->at + (uint32_t)length, strangers[i].message, strangers[i].hint);
    }
    if (*at == '.' && left > 1 && is_digit(at[1]))
        return bad(lexer, token, skip_digits(lexer, lexer->at + 1), "a number begins with a digit", "write 0 before the decimal point: 0.5");
    for (length = 1; length < left && length < 4 && ((unsigned char)at[length] & 0xc0) == 0x80;) length++;
    if (is_control(*at)) return bad(lexer, token, lexer->at + 1, "a control character stands here", "delete it");
    return bad(lexer, token, lexer->at + (uint32_t)length,
               (unsigned char)*at >= 0x80 ? "outside texts and comments only plain letters (a to z), digits and signs are known"
                                          : "this sign is not used in the language", NULL);
}

static struct apsis_token lex_sign(struct apsis_lexer *lexer, struct apsis_token token)
{
    char c = peek(lexer, 0), next = peek(lexer, 1);
    uint32_t length = 1;
    enum apsis_token_kind kind = APSIS_TOKEN_BAD;
    switch (c) {
    case '(': kind = APSIS_TOKEN_LEFT_ROUND; break;
    case ')': kind = APSIS_TOKEN_RIGHT_ROUND; break;
    case '[': kind = APSIS_TOKEN_LEFT_SQUARE; break;
    case ']': kind = APSIS_TOKEN_RIGHT_SQUARE; break;
    case ',': kind = APSIS_TOKEN_COMMA; break;
    case ':': if (next != '=') kind = APSIS_TOKEN_COLON; break;
    case '~': kind = APSIS_TOKEN_TILDE; break;
    case '+': kind = APSIS_TOKEN_PLUS; break;
    case '-': kind = APSIS_TOKEN_MINUS; break;
    case '*': if (next != '*') kind = APSIS_TOKEN_STAR; break;
    case '/': if (next != '/' && next != '*') kind = APSIS_TOKEN_SLASH; break;
    case '^': kind = APSIS_TOKEN_CARET; break;
    case '.': if (next == '.' && peek(lexer, 2) != '.') kind = APSIS_TOKEN_RANGE, length = 2; break;
    case '!': if (next == '=') kind = APSIS_TOKEN_UNEQUAL, length = 2; break;
    case '=':
        if (next == '=') kind = APSIS_TOKEN_EQUAL, length = 2;
        else if (next != '<' && next != '>') kind = APSIS_TOKEN_ASSIGN;
        break;
    case '<':
        if (next == '=') kind = APSIS_TOKEN_LESS_EQUAL, length = 2;
        else if (next != '>') kind = APSIS_TOKEN_LESS;
        break;
    case '>':
        kind = APSIS_TOKEN_GREATER;
        if (next == '=') kind = APSIS_TOKEN_GREATER_EQUAL, length = 2;
        break;
    default: break;
    }
    if (kind == APSIS_TOKEN_BAD) return lex_stranger(lexer, token);
    if (c == '(' || c == '[') lexer->depth++;
    if ((c == ')' || c == ']') && lexer->depth > 0) lexer->depth--;
    token.kind = kind;
    token.span.end = lexer->at += length;
    return token;
}

/* Stands at #: to the end of the line. A ## that begins a line is a section title. 1 when it was one. */
static int lex_comment(struct apsis_lexer *lexer, struct apsis_token *token)
{
    const char *text = lexer->text, *newline = memchr(text + lexer->at, '\n', lexer->length - lexer->at);
    uint32_t begin = lexer->at, end = newline ? (uint32_t)(newline - text) : lexer->length;
    int is_section = lexer->fresh && peek(lexer, 1) == '#';
    lexer->at = end;
    if (!is_section) return 0;
    while (begin < end && text[begin] == '#') begin++;
    while (begin < end && memchr(" \t\r", text[begin], 3)) begin++;
    while (begin < end && memchr(" \t\r", text[end - 1], 3)) end--;
    lexer->fresh = 0;
    token->kind = APSIS_TOKEN_SECTION;
    token->span.begin = begin;
    token->span.end = end;
    for (; begin < end; begin++)
        if (is_control(text[begin])) {
            token->span.begin = begin;
            *token = bad(lexer, *token, begin + 1, "a control character stands in a section title", "delete it");
            lexer->at = end;
            break;
        }
    return 1;
}

struct apsis_token apsis_lex_next(struct apsis_lexer *lexer)
{
    struct apsis_token token = {.span = {lexer->source, 0, 0}};
    for (;;) {
        char c = peek(lexer, 0);
        token.span.begin = token.span.end = lexer->at;
        token.line_begin = lexer->line_begin;
        token.first = lexer->fresh;
        if (lexer->at >= lexer->length) {
            token.kind = APSIS_TOKEN_END;
            return token;
        }
        if (c == ' ' || c == '\t' || (c == '\r' && (peek(lexer, 1) == '\n' || lexer->at + 1 == lexer->length))) {
            lexer->at++;
        } else if (c == '\n') {
            int empty = lexer->fresh;
            lexer->line_begin = ++lexer->at;
            lexer->fresh = 1;
            if (!empty && lexer->depth == 0) {
                token.kind = APSIS_TOKEN_NEWLINE;
                return token;
            }
        } else if (c == '#') {
            if (lex_comment(lexer, &token)) return token;
        } else {
            lexer->fresh = 0;
            if (is_name_start(c)) return lex_name(lexer, token);
            if (is_digit(c)) return lex_number(lexer, token);
            if (c == '"') return lex_string(lexer, token);
            return lex_sign(lexer, token);
        }
    }
}
