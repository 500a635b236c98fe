/* build_names.c - what the arguments of building calls may be: names, texts in quotes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/api/build.h"
#include "host/language/lex.h"

const char *apsis_build_key(struct apsis_arena *arena, const char *name)
{
    char *key = apsis_arena_copy(arena, name, strlen(name)), *out = key;
    for (const char *c = name; *c; c++)
        if (*c != ' ' && *c != '\t') *out++ = *c;
    *out = 0;
    return key;
}

const char *apsis_build_call(struct apsis_model *model, const char *function, const char *name)
{
    return apsis_arena_printf(model->arena, "%s(\"%s\")", function, name);
}

/* As a message shows what somebody passed: one line, at most 60 bytes, cut where a character ends. */
static const char *shown(struct apsis_model *model, const char *text)
{
    size_t length = strlen(text), cut = length;
    if (length > 60)
        for (cut = 60; cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80;) cut--;
    char *copy = apsis_arena_printf(model->arena, "%.*s%s", (int)cut, text, cut < length ? "..." : "");
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127) *c = '?';
    return copy;
}

/* name, name [ ... ] or name ( ... ), and nothing behind it. */
static enum apsis_name_form form_of(struct apsis_model *model, const char *name, struct apsis_token *first)
{
    struct apsis_lexer lexer = {.arena = model->arena, .text = name, .length = (uint32_t)strlen(name), .fresh = 1};
    *first = apsis_lex_next(&lexer);
    if (first->kind != APSIS_TOKEN_NAME || strpbrk(name, "\r\n#")) return APSIS_NAME_NONE;
    struct apsis_token token = apsis_lex_next(&lexer);
    if (token.kind == APSIS_TOKEN_END) return APSIS_NAME_PLAIN;
    enum apsis_name_form form = token.kind == APSIS_TOKEN_LEFT_SQUARE ? APSIS_NAME_INDEXED : token.kind == APSIS_TOKEN_LEFT_ROUND ? APSIS_NAME_FUNCTION : APSIS_NAME_NONE;
    while (form && lexer.depth > 0) {
        token = apsis_lex_next(&lexer);
        if (token.kind == APSIS_TOKEN_END || token.kind == APSIS_TOKEN_BAD) return APSIS_NAME_NONE;
    }
    return apsis_lex_next(&lexer).kind == APSIS_TOKEN_END ? form : APSIS_NAME_NONE;
}

enum apsis_name_form apsis_build_name(struct apsis_model *model, const char *function, const char *name, unsigned forms)
{
    struct apsis_token first;
    if (!name || !name[strspn(name, " \t")]) {
        apsis_build_refuse(model, name ? "%s: the name is empty" : "%s: the name is NULL", function);
        return APSIS_NAME_NONE;
    }
    if (strlen(name) > 100000) {
        apsis_build_refuse(model, "%s: a name of %zu bytes", function, strlen(name));
        return APSIS_NAME_NONE;
    }
    enum apsis_name_form form = form_of(model, name, &first);
    if (form && (forms >> form & 1)) return form;
    if (apsis_token_is_keyword(first.kind)) apsis_build_refuse(model, "%s: \"%s\": %s is a word of the language and cannot be a name", function, shown(model, name), apsis_token_words(first.kind));
    else if (form == APSIS_NAME_INDEXED) apsis_build_refuse(model, "%s: \"%s\": here stands a name without brackets", function, shown(model, name));
    else if (form == APSIS_NAME_FUNCTION) apsis_build_refuse(model, "%s: \"%s\": functions are made by apsis_define", function, shown(model, name));
    else
        apsis_build_refuse(model, "%s: \"%s\" is no name: letters, digits and _, not beginning with a digit%s", function, shown(model, name),
                           forms >> APSIS_NAME_INDEXED & 1 ? ", with brackets where it has an index: \"fleet[t]\"" : "");
    return APSIS_NAME_NONE;
}

enum apsis_status apsis_build_quotable(struct apsis_model *model, const char *function, const char *name, const char *what, const char *text)
{
    const char *point = *name ? ": " : "";
    if (!text) return apsis_build_refuse(model, "%s%s%s: the %s is NULL", function, point, name, what);
    for (const char *c = text; *c; c++) {
        const char *wrong = *c == '"' ? "a straight quote, which the language cannot hold inside a text: write \xe2\x80\x9c and \xe2\x80\x9d, or '"
                            : *c == '\n' || *c == '\r' ? "a line break: it is one line"
                            : ((unsigned char)*c < 32 && *c != '\t') || *c == 127 ? "a control character"
                                                                : NULL;
        if (wrong) return apsis_build_refuse(model, "%s%s%s: the %s \"%s\" has in it %s", function, point, name, what, shown(model, text), wrong);
    }
    return APSIS_OK;
}
