/* changes.c - compares two versions of a model thing by thing, whatever their layout and order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/changes_tree.h"

struct finding {
    struct apsis_arena *arena;
    struct apsis_changes *changes;
    struct apsis_changes_tree *tree;
    struct apsis_diagnostics *list;
    size_t capacity;
};

/* ---------------------------------------------------------------- texts */
static const char *take_text(struct apsis_arena *arena, struct apsis_buffer *buffer)
{
    const char *text = apsis_arena_copy(arena, buffer->text ? buffer->text : "", buffer->length);
    buffer->length = 0;
    return text;
}

static const char *key_of(struct apsis_arena *arena, const struct apsis_definition *d)
{
    struct apsis_buffer out = {0};
    if (d->kind == APSIS_DEFINE_FUNCTION) apsis_buffer_printf(&out, "%s()", d->name); /* its parameters' names are its own matter */
    else apsis_definition_key(d, &out);
    const char *text = take_text(arena, &out);
    apsis_buffer_free(&out);
    return text;
}

static const char *print_expr(struct apsis_arena *arena, const struct apsis_expr *e)
{
    struct apsis_buffer out = {0};
    if (e) apsis_expr_print(e, &out);
    const char *text = take_text(arena, &out);
    apsis_buffer_free(&out);
    return text;
}

/* Bytes begin..end-1 of a text on one line, blanks as one. */
static const char *written(const struct finding *f, struct apsis_span first, struct apsis_span last)
{
    const struct apsis_source *source = &f->tree->sources.items[first.source];
    struct apsis_buffer out = {0};
    int blank = 0, comment = 0;
    for (size_t i = first.begin; i < last.end && i < source->length; i++) {
        char c = source->text[i];
        if (c == '\n') comment = 0;
        if (c == '#') comment = 1;
        if (comment || c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = 1;
            continue;
        }
        if (blank && out.length) apsis_buffer_text(&out, " ");
        blank = 0;
        apsis_buffer_add(&out, &c, 1);
    }
    const char *text = take_text(f->arena, &out);
    apsis_buffer_free(&out);
    return text;
}

static const char *definition_text(const struct finding *f, const struct apsis_definition *d)
{
    if (!d || !d->value_count) return NULL;
    return written(f, d->values[0]->span, d->values[d->value_count - 1]->span);
}

/* ---------------------------------------------------------------- slots */
static struct apsis_slot *find_slot(struct apsis_slots *slots, const char *key)
{
    for (size_t i = 0; i < slots->count; i++)
        if (!strcmp(slots->items[i].key, key)) return &slots->items[i];
    return NULL;
}

/* A new slot in front of number `at`. */
static struct apsis_slot *insert_slot(struct apsis_arena *arena, struct apsis_slots *slots, size_t at, const char *key)
{
    (void)APSIS_PUSH(arena, slots->items, slots->count, slots->capacity);
    memmove(slots->items + at + 1, slots->items + at, (slots->count - 1 - at) * sizeof *slots->items);
    slots->items[at] = (struct apsis_slot){.key = key, .change = APSIS_NO_CHANGE};
    return &slots->items[at];
}

struct keyed {
    const char *key;
    const void *thing;
};

/* The things of both sides, each once: in the order of the new ones, and what is only old behind what it stood behind. */
static void pair_slots(struct apsis_arena *arena, struct apsis_slots *slots, const struct keyed *old, size_t old_count, const struct keyed *new_ones, size_t new_count)
{
    struct apsis_map places = {.arena = arena};
    *slots = (struct apsis_slots){0};
    for (size_t i = 0; i < new_count; i++) {
        struct apsis_slot *slot = insert_slot(arena, slots, slots->count, new_ones[i].key);
        slot->new_one = new_ones[i].thing;
        if (apsis_map_find(&places, slot->key) == APSIS_MAP_NONE) apsis_map_add(&places, slot->key, (uint32_t)i);
    }
    size_t only = 0;
    struct keyed *left = APSIS_NEW_ARRAY(arena, struct keyed, old_count + 1);
    const char **behind = APSIS_NEW_ARRAY(arena, const char *, old_count + 1), *last = NULL;
    for (size_t i = 0; i < old_count; i++) {
        uint32_t place = apsis_map_find(&places, old[i].key);
        if (place != APSIS_MAP_NONE && !slots->items[place].old) {
            slots->items[place].old = old[i].thing;
        } else {
            behind[only] = last;
            left[only++] = old[i];
        }
        last = old[i].key;
    }
    for (size_t i = 0; i < only; i++) {
        struct apsis_slot *before = behind[i] ? find_slot(slots, behind[i]) : NULL;
        insert_slot(arena, slots, before ? (size_t)(before - slots->items) + 1 : 0, left[i].key)->old = left[i].thing;
    }
}

/* x and x[t] have other keys and are one thing, where neither side has more of the name that the other lacks. */
static void pair_by_name(struct apsis_slots *slots)
{
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_definition *d = slots->items[i].new_one;
        size_t olds = 0, news = 0, match = 0;
        if (!d || slots->items[i].old) continue;
        for (size_t k = 0; k < slots->count; k++) {
            const struct apsis_definition *o = slots->items[k].old, *n = slots->items[k].new_one;
            if (o && !n && !strcmp(o->name, d->name)) olds++, match = k;
            if (n && !o && !strcmp(n->name, d->name)) news++;
        }
        if (olds != 1 || news != 1) continue;
        slots->items[i].old = slots->items[match].old;
        memmove(slots->items + match, slots->items + match + 1, (slots->count - match - 1) * sizeof *slots->items);
        slots->count--;
        i = 0;
    }
}

static struct keyed *keyed_definitions(struct apsis_arena *arena, const struct apsis_definition *list, size_t count, int overrides, size_t *found)
{
    struct keyed *keyed = APSIS_NEW_ARRAY(arena, struct keyed, count + 1);
    *found = 0;
    for (size_t i = 0; i < count; i++)
        if (overrides || list[i].kind != APSIS_DEFINE_OUTPUT) keyed[(*found)++] = (struct keyed){key_of(arena, &list[i]), &list[i]};
    return keyed;
}

static void pair_definitions(struct apsis_arena *arena, struct apsis_slots *slots, const struct apsis_definition *old, size_t old_count,
                             const struct apsis_definition *new_ones, size_t new_count)
{
    size_t olds, news;
    struct keyed *a = keyed_definitions(arena, old, old_count, 0, &olds), *b = keyed_definitions(arena, new_ones, new_count, 0, &news);
    pair_slots(arena, slots, a, olds, b, news);
    pair_by_name(slots);
}

/* ---------------------------------------------------------------- what differs */
static size_t add_change(struct finding *f, struct apsis_change change)
{
    struct apsis_changes *c = f->changes;
    *APSIS_PUSH(f->arena, c->items, c->count, f->capacity) = change;
    return c->count - 1;
}

static int same_text(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

static const char *rule_of(struct apsis_arena *arena, const struct apsis_definition *d)
{
    struct apsis_buffer out = {0};
    if (!d) return NULL;
    apsis_definition_rule(d, &out);
    const char *text = take_text(arena, &out);
    apsis_buffer_free(&out);
    return text;
}

/* What an override lies over: the model's own definition of the name. */
static const char *overridden(const struct finding *f, const struct apsis_definition *d)
{
    const struct apsis_definition *found = NULL;
    for (size_t i = 0; i < f->tree->definitions.count; i++) {
        const struct apsis_definition *o = f->tree->definitions.items[i].old;
        if (o && !strcmp(o->name, d->name) && (!found || same_text(key_of(f->arena, o), key_of(f->arena, d)))) found = o;
    }
    return definition_text(f, found);
}

static void differ_definitions(struct finding *f, struct apsis_slots *slots, const char *layer)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct apsis_slot *slot = &slots->items[i];
        const struct apsis_definition *o = slot->old, *n = slot->new_one, *any = n ? n : o;
        if (same_text(rule_of(f->arena, o), rule_of(f->arena, n))) continue;
        struct apsis_change change = {.kind = layer ? APSIS_CHANGE_OVERRIDE : APSIS_CHANGE_DEFINITION, .name = key_of(f->arena, any),
                                      .was = definition_text(f, o), .now = definition_text(f, n), .is_override = layer != NULL};
        if (layer && !o) change.was = overridden(f, any);
        if (layer && !n) change.now = overridden(f, any);
        change.added = !layer && !o;
        change.removed = !layer && !n;
        for (size_t k = 0; k < f->changes->count && layer; k++)
            if (!strcmp(f->changes->items[k].name, change.name)) {
                change.name = apsis_arena_printf(f->arena, "%s %s", change.name, layer);
                break;
            }
        slot->change = add_change(f, change);
    }
}

static void differ_period(struct finding *f)
{
    const struct apsis_ast *o = f->tree->old, *n = f->tree->new_one;
    f->tree->period_change = APSIS_NO_CHANGE;
    if (o->calendar == n->calendar && !strcmp(print_expr(f->arena, o->first_period), print_expr(f->arena, n->first_period)) &&
        !strcmp(print_expr(f->arena, o->last_period), print_expr(f->arena, n->last_period)))
        return;
    struct apsis_change change = {.kind = APSIS_CHANGE_PERIOD, .name = "period", .added = !o->first_period, .removed = !n->first_period};
    if (o->first_period) change.was = apsis_arena_printf(f->arena, "%s to %s", print_expr(f->arena, o->first_period), print_expr(f->arena, o->last_period));
    if (n->first_period) change.now = apsis_arena_printf(f->arena, "%s to %s", print_expr(f->arena, n->first_period), print_expr(f->arena, n->last_period));
    f->tree->period_change = add_change(f, change);
}

/* ---------------------------------------------------------------- tables */
static const char *members_text(struct apsis_arena *arena, const struct apsis_table *table)
{
    const char *text = "";
    if (!table) return NULL;
    for (size_t i = 0; i < table->member_count; i++) text = apsis_arena_printf(arena, "%s%s%s", text, i ? ", " : "", table->members[i]);
    return text;
}

static const char *column_text(struct apsis_arena *arena, const struct apsis_table *table, const struct apsis_column *column)
{
    const char *text = "";
    if (!column) return NULL;
    size_t number = (size_t)(column - table->columns);
    for (size_t i = 0; i < table->member_count; i++)
        text = apsis_arena_printf(arena, "%s%s%s", text, i ? ", " : "", print_expr(arena, table->cells[i * table->column_count + number]));
    return text;
}

static void differ_columns(struct finding *f, const struct apsis_table *o, const struct apsis_table *n, struct apsis_slots *slots)
{
    struct keyed *a = APSIS_NEW_ARRAY(f->arena, struct keyed, o->column_count + 1), *b = APSIS_NEW_ARRAY(f->arena, struct keyed, n->column_count + 1);
    for (size_t i = 0; i < o->column_count; i++) a[i] = (struct keyed){o->columns[i].name, &o->columns[i]};
    for (size_t i = 0; i < n->column_count; i++) b[i] = (struct keyed){n->columns[i].name, &n->columns[i]};
    pair_slots(f->arena, slots, a, o->column_count, b, n->column_count);
    for (size_t i = 0; i < slots->count; i++) {
        struct apsis_slot *slot = &slots->items[i];
        const char *was = column_text(f->arena, o, slot->old), *now = column_text(f->arena, n, slot->new_one);
        if (same_text(was, now)) continue;
        slot->change = add_change(f, (struct apsis_change){.kind = APSIS_CHANGE_COLUMN, .name = apsis_arena_printf(f->arena, "%s[%s]", slot->key, n->name),
                                                           .was = was, .now = now, .added = !was, .removed = !now});
    }
}

static void differ_tables(struct finding *f)
{
    struct apsis_changes_tree *tree = f->tree;
    const struct apsis_ast *o = tree->old, *n = tree->new_one;
    struct keyed *a = APSIS_NEW_ARRAY(f->arena, struct keyed, o->table_count + 1), *b = APSIS_NEW_ARRAY(f->arena, struct keyed, n->table_count + 1);
    for (size_t i = 0; i < o->table_count; i++) a[i] = (struct keyed){o->tables[i].name, &o->tables[i]};
    for (size_t i = 0; i < n->table_count; i++) b[i] = (struct keyed){n->tables[i].name, &n->tables[i]};
    pair_slots(f->arena, &tree->tables, a, o->table_count, b, n->table_count);
    tree->columns = APSIS_NEW_ARRAY(f->arena, struct apsis_slots, tree->tables.count + 1);
    for (size_t i = 0; i < tree->tables.count; i++) {
        struct apsis_slot *slot = &tree->tables.items[i];
        const char *was = members_text(f->arena, slot->old), *now = members_text(f->arena, slot->new_one);
        if (same_text(was, now)) differ_columns(f, slot->old, slot->new_one, &tree->columns[i]);
        else slot->change = add_change(f, (struct apsis_change){.kind = APSIS_CHANGE_TABLE, .name = slot->key, .was = was, .now = now, .added = !was, .removed = !now});
    }
}

/* ---------------------------------------------------------------- correlations */
static struct keyed *keyed_correlations(struct apsis_arena *arena, const struct apsis_ast *ast)
{
    struct keyed *keyed = APSIS_NEW_ARRAY(arena, struct keyed, ast->correlation_count + 1);
    for (size_t i = 0; i < ast->correlation_count; i++) {
        const struct apsis_correlation *c = &ast->correlations[i];
        const char *a = print_expr(arena, c->a), *b = print_expr(arena, c->b);
        int swap = strcmp(a, b) > 0;
        keyed[i] = (struct keyed){apsis_arena_printf(arena, "%s, %s", swap ? b : a, swap ? a : b), c};
    }
    return keyed;
}

static void differ_correlations(struct finding *f)
{
    struct apsis_slots *slots = &f->tree->correlations;
    pair_slots(f->arena, slots, keyed_correlations(f->arena, f->tree->old), f->tree->old->correlation_count, keyed_correlations(f->arena, f->tree->new_one),
               f->tree->new_one->correlation_count);
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_correlation *o = slots->items[i].old, *n = slots->items[i].new_one;
        if (o && n && !strcmp(print_expr(f->arena, o->value), print_expr(f->arena, n->value))) continue;
        slots->items[i].change = add_change(f, (struct apsis_change){.kind = APSIS_CHANGE_CORRELATION, .name = apsis_arena_printf(f->arena, "correlation of %s", slots->items[i].key),
                                                                     .was = o ? written(f, o->value->span, o->value->span) : NULL,
                                                                     .now = n ? written(f, n->value->span, n->value->span) : NULL, .added = !o, .removed = !n});
    }
}

/* ---------------------------------------------------------------- overrides */
struct laid {
    const char *key, *where;
    const struct apsis_definition *lines;
    size_t count;
};

static struct laid *layers_of(struct finding *f, const struct apsis_changes_side *side, const struct apsis_ast *ast, size_t *count)
{
    size_t capacity = 0;
    struct laid *list = NULL;
    *count = 0;
    for (size_t i = 0; i < side->scenario_count; i++)
        for (size_t k = 0; k < ast->scenario_count; k++)
            if (!strcmp(ast->scenarios[k].name, side->scenarios[i]))
                *APSIS_PUSH(f->arena, list, *count, capacity) = (struct laid){apsis_arena_printf(f->arena, "scenario %s", side->scenarios[i]),
                    apsis_arena_printf(f->arena, "in %s", side->scenarios[i]), ast->scenarios[k].definitions, ast->scenarios[k].definition_count};
    for (size_t i = 0; i < side->set_count; i++) {
        struct apsis_scenario lines = {.name = "--set"};
        uint32_t source = apsis_sources_add(&f->tree->sources, "--set", side->sets[i], strlen(side->sets[i]));
        apsis_parse_overrides(f->arena, &f->tree->sources, source, f->list, &lines);
        for (size_t k = 0; k < lines.definition_count; k++) /* each line of a set is a layer by itself */
            *APSIS_PUSH(f->arena, list, *count, capacity) = (struct laid){apsis_arena_printf(f->arena, "set %s", key_of(f->arena, &lines.definitions[k])), "by --set", &lines.definitions[k], 1};
    }
    for (size_t i = 0; i < *count; i++) { /* the same one again is another */
        size_t before = 0;
        for (size_t k = 0; k < i; k++) before += !strncmp(list[k].key, list[i].key, strlen(list[i].key)) && (!list[k].key[strlen(list[i].key)] || list[k].key[strlen(list[i].key)] == '#');
        if (before) list[i].key = apsis_arena_printf(f->arena, "%s#%zu", list[i].key, before + 1);
    }
    return list;
}

static void add_layer(struct finding *f, size_t *capacity, const struct laid *old, const struct laid *new_one)
{
    static const struct laid none;
    const struct laid *o = old ? old : &none, *n = new_one ? new_one : &none, *any = new_one ? new_one : old;
    struct apsis_changes_layer *layer = APSIS_PUSH(f->arena, f->tree->layers, f->tree->layer_count, *capacity);
    *layer = (struct apsis_changes_layer){.key = any->key, .where = any->where};
    pair_definitions(f->arena, &layer->lines, o->lines, o->count, n->lines, n->count);
}

static size_t find_layer(const struct laid *list, size_t from, size_t count, const char *key)
{
    for (size_t i = from; i < count; i++)
        if (!strcmp(list[i].key, key)) return i;
    return count;
}

/* Layers of both sides in one order that keeps each side's; where the two contradict each other, the old's one stands for itself. */
static void differ_layers(struct finding *f, const struct apsis_changes_side *old, const struct apsis_changes_side *new_side)
{
    size_t olds, news, at = 0, capacity = 0;
    struct laid *a = layers_of(f, old, f->tree->old, &olds), *b = layers_of(f, new_side, f->tree->new_one, &news);
    for (size_t i = 0; i < olds; i++) {
        size_t match = find_layer(b, at, news, a[i].key);
        if (match == news) {
            add_layer(f, &capacity, &a[i], NULL);
            continue;
        }
        for (; at < match; at++) add_layer(f, &capacity, NULL, &b[at]);
        add_layer(f, &capacity, &a[i], &b[at++]);
    }
    for (; at < news; at++) add_layer(f, &capacity, NULL, &b[at]);
    for (size_t i = 0; i < f->tree->layer_count; i++) differ_definitions(f, &f->tree->layers[i].lines, f->tree->layers[i].where);
}

/* ---------------------------------------------------------------- the output and its condition */
static const struct apsis_expr *given_of(const struct apsis_ast *ast, const char *base)
{
    for (size_t i = 0; i < ast->definition_count; i++) {
        const struct apsis_definition *d = &ast->definitions[i];
        if ((d->is_output || d->kind == APSIS_DEFINE_OUTPUT) && !strcmp(d->name, base) && d->clauses.given) return d->clauses.given;
    }
    return NULL;
}

static int read_output(struct finding *f, const char *of)
{
    struct apsis_changes_tree *tree = f->tree;
    const char *text = apsis_arena_printf(f->arena, "output %s\n", of);
    uint32_t source = apsis_sources_add(&tree->sources, "--of", text, strlen(text));
    struct apsis_ast *ast = apsis_parse(f->arena, &tree->sources, source, f->list);
    if (f->list->errors || ast->definition_count != 1) return 0;
    tree->output = ast->definitions[0];
    tree->output.section = 0;
    tree->of = apsis_arena_copy(f->arena, of, strlen(of));
    tree->of_base = tree->output.name;
    tree->old_given = given_of(tree->old, tree->of_base);
    tree->new_given = given_of(tree->new_one, tree->of_base);
    const char *was = print_expr(f->arena, tree->old_given), *now = print_expr(f->arena, tree->new_given);
    tree->given_change = APSIS_NO_CHANGE;
    if (strcmp(was, now))
        tree->given_change = add_change(f, (struct apsis_change){.kind = APSIS_CHANGE_CONDITION, .name = apsis_arena_printf(f->arena, "condition of %s", tree->of_base),
                                                                 .was = *was ? was : NULL, .now = *now ? now : NULL, .added = !*was, .removed = !*now});
    return 1;
}

static const struct apsis_ast *parse_again(struct finding *f, const struct apsis_ast *ast)
{
    struct apsis_parser *parser = apsis_parse_begin(f->arena, &f->tree->sources, f->list);
    for (size_t i = 0; i < ast->text_count; i++) {
        const struct apsis_source *from = &ast->sources->items[ast->texts[i]];
        apsis_parse_text(parser, apsis_sources_add(&f->tree->sources, from->name, from->text, from->length));
    }
    return apsis_parse_tree(parser);
}

struct apsis_changes *apsis_changes_find(struct apsis_arena *arena, const struct apsis_changes_side *old, const struct apsis_changes_side *new_side,
                                         const char *of, struct apsis_diagnostics *diagnostics)
{
    struct apsis_changes *changes = APSIS_NEW(arena, struct apsis_changes);
    struct apsis_changes_tree *tree = changes->tree = APSIS_NEW(arena, struct apsis_changes_tree);
    struct finding f = {.arena = arena, .changes = changes, .tree = tree, .list = diagnostics};
    tree->sources.arena = arena;
    tree->old = parse_again(&f, old->ast);
    tree->new_one = parse_again(&f, new_side->ast);
    differ_period(&f);
    differ_tables(&f);
    pair_definitions(arena, &tree->definitions, tree->old->definitions, tree->old->definition_count, tree->new_one->definitions, tree->new_one->definition_count);
    differ_definitions(&f, &tree->definitions, NULL);
    differ_correlations(&f);
    differ_layers(&f, old, new_side);
    if (!read_output(&f, of) || diagnostics->errors) return NULL;
    apsis_changes_reach(arena, changes);
    return changes;
}
