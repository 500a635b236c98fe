/* lint_allow.c - findings that the author silences in a comment, with a reason that is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lint_parts.h"

/* The text of one comment behind its #, and where we are in it. */
struct reading {
    struct apsis_linting *l;
    const char *text;
    uint32_t source, at, end;
};

static void skip_blanks(struct reading *r)
{
    while (r->at < r->end && strchr(" \t\r", r->text[r->at])) r->at++;
}

/* Letters, digits and - from here on. */
static struct apsis_span read_word(struct reading *r)
{
    struct apsis_span span = {r->source, r->at, r->at};
    for (; r->at < r->end; r->at++) {
        char c = r->text[r->at];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) break;
    }
    span.end = r->at;
    return span;
}

static struct apsis_span here(const struct reading *r)
{
    return (struct apsis_span){r->source, r->at < r->end ? r->at : r->end - 1, r->end > r->at ? r->end : r->at};
}

static void suggest_lint(struct apsis_linting *l, struct apsis_diagnostic *d, const char *name)
{
    const char **names = APSIS_NEW_ARRAY(l->arena, const char *, apsis_lint_count), *all = NULL;
    size_t count = 0;
    for (size_t i = 0; i < apsis_lint_count; i++) {
        if (!apsis_lints[i].look) continue;
        names[count++] = apsis_lints[i].name;
        all = apsis_arena_printf(l->arena, "%s%s%s", all ? all : "", all ? ", " : "", apsis_lints[i].name);
    }
    const char *near = apsis_nearest_name(name, names, count);
    if (near) apsis_hint(l->list, d, "did you mean %s?", near);
    else apsis_hint(l->list, d, "there are %s", all);
}

/* allow name, name "reason": reads the names, then gives each the reason. */
static void read_allow(struct reading *r, struct apsis_allow_line line)
{
    struct apsis_linting *l = r->l;
    static const char *const form = "# apsis: allow unused-input \"kept for the next round\"";
    size_t first = l->ir->allow_count;
    skip_blanks(r);
    struct apsis_span word = read_word(r);
    if (word.end - word.begin != 5 || memcmp(r->text + word.begin, "allow", 5)) {
        if (word.end == word.begin) word = here(r);
        apsis_hint(l->list, apsis_error(l->list, word, "behind apsis: a comment says allow"), "%s", form);
        return;
    }
    do {
        skip_blanks(r);
        struct apsis_span span = read_word(r);
        if (span.end == span.begin) {
            apsis_hint(l->list, apsis_error(l->list, here(r), "expected the name of a lint behind allow"), "%s", form);
            l->ir->allow_count = first;
            return;
        }
        const char *name = apsis_arena_copy(l->arena, r->text + span.begin, span.end - span.begin);
        const struct apsis_lint *lint = apsis_lint_find(name);
        if (lint && !lint->look) {
            apsis_hint(l->list, apsis_error(l->list, span, "%s cannot be allowed", name), "delete the allow that silences nothing");
        } else if (!lint) {
            suggest_lint(l, apsis_error(l->list, span, "there is no lint %s", name), name);
        } else {
            struct apsis_allow *allow = APSIS_PUSH(l->ir->arena, l->ir->allows, l->ir->allow_count, l->ir->allow_capacity);
            *allow = (struct apsis_allow){.name = lint->name, .span = span};
        }
        skip_blanks(r);
    } while (r->at < r->end && r->text[r->at] == ',' && r->at++ < r->end);
    const char *close = r->at < r->end && r->text[r->at] == '"' ? memchr(r->text + r->at + 1, '"', r->end - r->at - 1) : NULL;
    uint32_t begin = r->at + 1, end = close ? (uint32_t)(close - r->text) : begin;
    while (begin < end && strchr(" \t", r->text[begin])) begin++;
    while (begin < end && strchr(" \t", r->text[end - 1])) end--;
    if (begin == end) {
        struct apsis_span span = {r->source, word.begin, r->at > word.end ? r->at : word.end};
        while (span.end > span.begin + 1 && strchr(" \t\r", r->text[span.end - 1])) span.end--;
        apsis_hint(l->list, apsis_error(l->list, span, "an allow gives its reason, in quotes"), "%s", form);
        l->ir->allow_count = first;
        return;
    }
    const char *reason = apsis_arena_copy(l->ir->arena, r->text + begin, end - begin);
    for (size_t i = first; i < l->ir->allow_count; i++) {
        l->ir->allows[i].reason = reason;
        *APSIS_PUSH(l->arena, l->allow_lines, l->allow_line_count, l->allow_line_capacity) = line;
    }
}

/* The # of a line's comment, or `end`. A text in quotes does not go over a line's end. */
static uint32_t find_comment(const char *text, uint32_t begin, uint32_t end)
{
    int quoted = 0;
    for (; begin < end; begin++) {
        if (text[begin] == '"') quoted = !quoted;
        else if (text[begin] == '#' && !quoted) break;
    }
    return begin;
}

static int is_blank(const char *text, uint32_t begin, uint32_t end)
{
    while (begin < end && strchr(" \t\r", text[begin])) begin++;
    return begin == end;
}

/* An allow on a line of its own speaks of the next line that has more than a comment on it. */
static void read_text(struct apsis_linting *l, uint32_t source)
{
    const struct apsis_source *s = &l->ast->sources->items[source];
    uint32_t length = s->length < UINT32_MAX ? (uint32_t)s->length : UINT32_MAX - 1;
    size_t waiting = l->allow_line_count; /* allows from here on have no line yet */
    uint32_t begin = length >= 3 && !memcmp(s->text, "\xef\xbb\xbf", 3) ? 3 : 0; /* a byte order mark */
    for (uint32_t end; begin < length; begin = end + 1) {
        const char *newline = memchr(s->text + begin, '\n', length - begin);
        end = newline ? (uint32_t)(newline - s->text) : length;
        uint32_t mark = find_comment(s->text, begin, end);
        int alone = is_blank(s->text, begin, mark);
        struct apsis_allow_line line = {source, begin, end};
        struct reading r = {l, s->text, source, mark, end};
        if (!alone)
            for (; waiting < l->allow_line_count; waiting++) l->allow_lines[waiting] = line;
        if (mark == end || (alone && mark + 1 < end && s->text[mark + 1] == '#')) continue; /* no comment, or a section title */
        r.at++;
        skip_blanks(&r);
        if (r.end - r.at < 6 || memcmp(r.text + r.at, "apsis:", 6)) continue;
        r.at += 6;
        read_allow(&r, line);
        if (!alone) waiting = l->allow_line_count;
    }
}

void apsis_lint_read_allows(struct apsis_linting *l)
{
    l->ir->allows = NULL;
    l->ir->allow_count = l->ir->allow_capacity = 0;
    for (size_t i = 0; i < l->ast->text_count; i++) read_text(l, l->ast->texts[i]);
}

struct apsis_allow *apsis_lint_allowed(struct apsis_linting *l, const struct apsis_lint *lint, struct apsis_span statement)
{
    size_t low = 0, high = l->allow_line_count;
    if (lint->whole_model) {
        for (size_t i = 0; i < high; i++)
            if (l->ir->allows[i].name == lint->name) return &l->ir->allows[i];
        return NULL;
    }
    while (low < high && l->allow_lines[low].source != statement.source) low++; /* those of its own text */
    while (high > low && l->allow_lines[high - 1].source != statement.source) high--;
    size_t end = high;
    while (low < high) { /* the first whose line ends behind the statement's begin */
        size_t middle = low + (high - low) / 2;
        if (l->allow_lines[middle].end >= statement.begin) high = middle;
        else low = middle + 1;
    }
    for (; low < end && l->allow_lines[low].begin < statement.end; low++)
        if (l->ir->allows[low].name == lint->name) return &l->ir->allows[low];
    return NULL;
}

void apsis_lint_unused_allows(struct apsis_linting *l)
{
    for (size_t i = 0; i < l->ir->allow_count; i++) {
        const struct apsis_allow *allow = &l->ir->allows[i];
        if (allow->silenced) continue;
        struct apsis_diagnostic *d = apsis_note(l->list, allow->span, "this allow silences nothing: %s finds nothing here", allow->name);
        if (d) d->lint = l->lint->name;
        apsis_hint(l->list, d, "delete it, or put it on the line it is about, or the line before");
    }
}
