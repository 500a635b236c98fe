/* lint_mismatch.c - values that are set equal, added, subtracted or compared though their stated units differ. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/lint_parts.h"

/* What stands beside what in one rule: the first unit that was met, and who has it. */
struct meeting {
    struct apsis_linting *l;
    const struct apsis_definition *definition;
    const struct apsis_symbol *whole;  /* what is defined, where it has a unit */
    const struct apsis_symbol *first;  /* the first term that has one */
    int told;
};

/* "GW/yr" without "/yr": a yearly flow is added to a stock, period by period, and that is right. */
static size_t without_time(const char *unit)
{
    static const char *const times[] = {"/yr", "/quarter", "/month", "/week", "/day", "/h", "/period", NULL};
    size_t length = strlen(unit);
    for (size_t i = 0; times[i]; i++) {
        size_t n = strlen(times[i]);
        if (length > n && !memcmp(unit + length - n, times[i], n)) return length - n;
    }
    return length;
}

static int same_unit(struct apsis_linting *l, const char *a, const char *b)
{
    if (!strcmp(a, b)) return 1;
    const char *x = apsis_lint_plain_unit(l, a), *y = apsis_lint_plain_unit(l, b);
    size_t n = without_time(x), m = without_time(y);
    if (x[0] == '%' && y[0] == '%') return 1; /* "% of sales" and "%" */
    return n == m && !memcmp(x, y, n);
}

static const char *text_of(struct apsis_linting *l, const struct apsis_expr *e)
{
    return apsis_arena_copy(l->arena, l->ast->sources->items[e->span.source].text + e->span.begin, e->span.end - e->span.begin);
}

/* Letters that scale a unit behind a currency sign, and before any other unit; 0: none. */
static double scale_of(const char *unit, int money, size_t *length)
{
    static const struct {
        const char *text;
        int money;
        double scale;
    } scales[] = {{"bn", 1, 1e9}, {"B", 1, 1e9}, {"b", 1, 1e9}, {"M", 1, 1e6}, {"m", 1, 1e6}, {"k", 1, 1e3}, {"K", 1, 1e3},
                  {"k", 0, 1e3}, {"M", 0, 1e6}, {"G", 0, 1e9}, {"T", 0, 1e12}};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        *length = strlen(scales[i].text);
        if (scales[i].money == money && !strncmp(unit, scales[i].text, *length) && (money || unit[*length])) return scales[i].scale;
    }
    *length = 0;
    return 1;
}

/* By what a number in unit a is multiplied to be one in unit b; 0 when that is not known. */
static double conversion(struct apsis_linting *l, const char *a, const char *b)
{
    static const struct {
        const char *unit;
        double months;
    } times[] = {{"yr", 12}, {"quarter", 3}, {"month", 1}};
    const char *x = apsis_lint_plain_unit(l, a), *y = apsis_lint_plain_unit(l, b);
    double from = 0, to = 0;
    size_t n, m;
    for (size_t i = 0; i < 3; i++) {
        if (!strcmp(x, times[i].unit)) from = times[i].months;
        if (!strcmp(y, times[i].unit)) to = times[i].months;
    }
    if (from && to) return from / to;
    size_t sign = strspn(x, "$\xe2\x82\xac\xc2\xa3\xa5");
    if (strncmp(x, y, sign)) return 0;
    from = scale_of(x + sign, sign > 0, &n);
    to = scale_of(y + sign, sign > 0, &m);
    x += sign + n;
    y += sign + m;
    n = without_time(x);
    return n == without_time(y) && !memcmp(x, y, n) ? from / to : 0;
}

/* A term whose unit is known; `joined` when it is added to others or compared with them. */
static void meet(struct meeting *m, const struct apsis_expr *e, const struct apsis_symbol *s, int joined)
{
    const char *unit = apsis_lint_unit(s);
    const struct apsis_symbol *other = m->whole ? m->whole : m->first;
    if (m->told) return;
    if (joined && !m->first) m->first = s;
    if (!other || other == s || same_unit(m->l, unit, apsis_lint_unit(other))) return;
    struct apsis_diagnostic *d;
    if (other == m->whole)
        d = apsis_lint_warn(m->l, e->span, m->definition->span, "%s is in %s, and %s in %s", s->name, unit, other->name, apsis_lint_unit(other));
    else d = apsis_lint_warn(m->l, e->span, m->definition->span, "%s is in %s, and stands beside %s in %s", s->name, unit, other->name, apsis_lint_unit(other));
    m->told = 1;
    if (!d) return;
    double factor = conversion(m->l, unit, apsis_lint_unit(other));
    const char *text = text_of(m->l, e);
    if (factor > 1) apsis_hint(m->l->list, d, "write %s * %s, or correct the unit in a label", apsis_lint_number(m->l, factor), text);
    else if (factor > 0 && factor < 1) apsis_hint(m->l->list, d, "write %s / %s, or correct the unit in a label", text, apsis_lint_number(m->l, 1 / factor));
    else apsis_hint(m->l->list, d, "convert one of them, or correct the unit in a label");
}

static int is_one_of(const char *function, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(function, *names)) return 1;
    return 0;
}

static void terms(struct meeting *m, const struct apsis_expr *e, int joined);

/* What stands inside a product, a condition or a function has a unit of its own: only its parts are compared, with each other. */
static void apart(struct meeting *m, const struct apsis_expr *a, const struct apsis_expr *b)
{
    struct meeting inner = {.l = m->l, .definition = m->definition, .told = m->told};
    terms(&inner, a, b != NULL);
    terms(&inner, b, 1);
    m->told = inner.told;
}

static void call(struct meeting *m, const struct apsis_expr *e, int joined)
{
    static const char *const keep[] = {"min", "max", "clamp", "abs", "floor", "ceil", "round", "lowest", "highest", "mean", NULL};
    static const char *const choose[] = {"smallest", "largest", NULL};
    int own = apsis_map_find(&m->l->names->map, apsis_arena_printf(m->l->arena, "%s()", e->text)) != APSIS_MAP_NONE;
    int keeps = !own && is_one_of(e->text, keep), chooses = !own && is_one_of(e->text, choose);
    struct meeting choice = {.l = m->l, .definition = m->definition, .told = m->told};
    for (size_t i = 0; i < e->argument_count; i++) {
        const struct apsis_argument *a = &e->arguments[i];
        if (a->where) apart(m, a->where, NULL);
        if (chooses) terms(&choice, a->value, 1);
        else if (keeps && !a->key && !a->where) terms(m, a->value, joined || e->argument_count > 1);
        else apart(m, a->value, NULL);
    }
    m->told |= choice.told;
}

/* The terms of a sum, of min and max, of both branches of an if: these have one unit, that of the whole. */
static void terms(struct meeting *m, const struct apsis_expr *e, int joined)
{
    if (!e || m->told) return;
    const struct apsis_symbol *s = apsis_lint_named(m->l, e);
    if (s && s->kind != APSIS_SYMBOL_FUNCTION) {
        if (apsis_lint_unit(s)) meet(m, e, s, joined);
        return;
    }
    switch (e->kind) {
    case APSIS_EXPR_NEGATE: terms(m, e->a, joined); break;
    case APSIS_EXPR_NOT: apart(m, e->a, NULL); break;
    case APSIS_EXPR_BINARY:
        if (e->op == APSIS_BINARY_ADD || e->op == APSIS_BINARY_SUB) {
            terms(m, e->a, 1);
            terms(m, e->b, 1);
        } else if (e->op >= APSIS_BINARY_EQ && e->op <= APSIS_BINARY_GE) {
            apart(m, e->a, e->b);
        } else {
            apart(m, e->a, NULL);
            apart(m, e->b, NULL);
        }
        break;
    case APSIS_EXPR_IF:
        apart(m, e->a, NULL);
        terms(m, e->b, 1);
        terms(m, e->c, 1);
        break;
    case APSIS_EXPR_CALL: call(m, e, joined); break;
    default: break;
    }
}

/* output cost[t] "in all [$M]": the same value by another name must have its unit. */
static void output_line(struct apsis_linting *l, const struct apsis_definition *d)
{
    const struct apsis_symbol *s = apsis_names_find(l->names, d->name);
    const char *unit = s ? apsis_lint_unit(s) : NULL;
    if (d->kind != APSIS_DEFINE_OUTPUT || !unit || !d->clauses.unit || same_unit(l, unit, d->clauses.unit)) return;
    struct apsis_diagnostic *e = apsis_lint_warn(l, d->name_span, d->span, "%s is in %s where it is defined, and in %s as an output", d->name, unit, d->clauses.unit);
    apsis_hint(l->list, e, "publish a value that is converted, or correct the unit in a label");
}

void apsis_lint_unit_mismatch(struct apsis_linting *l)
{
    for (uint32_t i = 0; i < l->names->symbol_count; i++) {
        const struct apsis_symbol *s = &l->names->symbols[i];
        if (s->kind == APSIS_SYMBOL_FUNCTION || s->broken) continue;
        for (size_t r = 0; r < s->rule_count; r++) {
            const struct apsis_definition *d = s->rules[r].definition;
            struct meeting m = {.l = l, .definition = d, .whole = apsis_lint_unit(s) ? s : NULL};
            for (size_t v = 0; d->kind == APSIS_DEFINE_VALUE && v < d->value_count; v++) terms(&m, d->values[v], 0);
        }
    }
    for (size_t i = 0; i < l->ast->definition_count; i++) output_line(l, &l->ast->definitions[i]);
}
