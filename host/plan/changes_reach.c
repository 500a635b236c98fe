/* changes_reach.c - which changes can matter: names are followed from the output through the definitions of both models. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/changes_tree.h"

struct reaching {
    struct apsis_arena *arena;
    struct apsis_map known;
    const char **queue;
    size_t count, capacity;
};

static void add_name(struct reaching *r, const char *name)
{
    if (apsis_map_find(&r->known, name) != APSIS_MAP_NONE) return;
    apsis_map_add(&r->known, name, 0);
    *APSIS_PUSH(r->arena, r->queue, r->count, r->capacity) = name;
}

/* Every name that stands in an expression; its height is bounded by the parser. */
static void walk(struct reaching *r, const struct apsis_expr *e)
{
    if (!e) return;
    if (e->kind == APSIS_EXPR_NAME || e->kind == APSIS_EXPR_CALL) add_name(r, e->text);
    walk(r, e->a);
    walk(r, e->b);
    walk(r, e->c);
    for (size_t i = 0; i < e->argument_count; i++) {
        walk(r, e->arguments[i].key);
        walk(r, e->arguments[i].value);
        walk(r, e->arguments[i].where);
    }
    for (size_t i = 0; i < e->index_count; i++) {
        walk(r, e->indices[i].low);
        walk(r, e->indices[i].high);
    }
}

static void walk_definition(struct reaching *r, const struct apsis_definition *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->value_count; i++) walk(r, d->values[i]);
    for (size_t i = 0; i < d->index_count; i++) walk(r, d->indices[i].low), walk(r, d->indices[i].high);
}

static const char *name_of(const struct apsis_slot *slot)
{
    const struct apsis_definition *d = slot->new_one ? slot->new_one : slot->old;
    return d->name;
}

static void follow(struct reaching *r, const struct apsis_slots *slots, const char *name)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct apsis_slot *slot = &slots->items[i];
        if (strcmp(name_of(slot), name)) continue;
        slot->reaches = 1;
        walk_definition(r, slot->old);
        walk_definition(r, slot->new_one);
    }
}

static const char *correlated_name(const struct apsis_expr *e) { return e->kind == APSIS_EXPR_INDEX ? (e->a->text ? e->a->text : "") : e->text ? e->text : ""; }

/* An input's draws hang on the whole group that it is correlated with. */
static void follow_correlations(struct reaching *r, const struct apsis_slots *slots, const char *name)
{
    for (size_t i = 0; i < slots->count; i++) {
        struct apsis_slot *slot = &slots->items[i];
        const struct apsis_correlation *c = slot->new_one ? slot->new_one : slot->old;
        if (strcmp(correlated_name(c->a), name) && strcmp(correlated_name(c->b), name)) continue;
        slot->reaches = 1;
        walk(r, c->a);
        walk(r, c->b);
    }
}

static void mark(struct apsis_changes *changes, const struct apsis_slots *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        if (slots->items[i].change != APSIS_NO_CHANGE && slots->items[i].reaches) changes->items[slots->items[i].change].reaches = 1;
}

/* ---------------------------------------------------------------- which changes name each other */
struct named {
    const char *name;        /* NULL: it touches all (members, periods) */
    struct reaching mentions;
};

static void list_slots(struct named *list, const struct apsis_slots *slots)
{
    for (size_t i = 0; i < slots->count; i++) {
        const struct apsis_slot *slot = &slots->items[i];
        if (slot->change == APSIS_NO_CHANGE) continue;
        list[slot->change].name = name_of(slot);
        walk_definition(&list[slot->change].mentions, slot->old);
        walk_definition(&list[slot->change].mentions, slot->new_one);
    }
}

static int names(const struct named *a, const struct named *b)
{
    return !a->name || !b->name || !strcmp(a->name, b->name) || apsis_map_find(&a->mentions.known, b->name) != APSIS_MAP_NONE || apsis_map_find(&b->mentions.known, a->name) != APSIS_MAP_NONE;
}

static void find_touching(struct apsis_arena *arena, struct apsis_changes *changes)
{
    struct apsis_changes_tree *tree = changes->tree;
    size_t count = changes->count;
    struct named *list = APSIS_NEW_ARRAY(arena, struct named, count + 1);
    changes->touch = APSIS_NEW_ARRAY(arena, unsigned char, count * count + 1);
    for (size_t i = 0; i < count; i++) list[i].mentions = (struct reaching){.arena = arena, .known = {.arena = arena}};
    list_slots(list, &tree->definitions);
    for (size_t k = 0; k < tree->layer_count; k++) list_slots(list, &tree->layers[k].lines);
    for (size_t i = 0; i < tree->tables.count; i++)
        for (size_t k = 0; k < tree->columns[i].count; k++)
            if (tree->columns[i].items[k].change != APSIS_NO_CHANGE) list[tree->columns[i].items[k].change].name = tree->columns[i].items[k].key;
    for (size_t i = 0; i < tree->correlations.count; i++) {
        const struct apsis_slot *slot = &tree->correlations.items[i];
        const struct apsis_correlation *c = slot->new_one ? slot->new_one : slot->old;
        if (slot->change == APSIS_NO_CHANGE) continue;
        list[slot->change].name = "";
        walk(&list[slot->change].mentions, c->a);
        walk(&list[slot->change].mentions, c->b);
    }
    if (tree->given_change != APSIS_NO_CHANGE) {
        list[tree->given_change].name = "";
        walk(&list[tree->given_change].mentions, tree->old_given);
        walk(&list[tree->given_change].mentions, tree->new_given);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) changes->touch[i * count + k] = (unsigned char)names(&list[i], &list[k]);
}

void apsis_changes_reach(struct apsis_arena *arena, struct apsis_changes *changes)
{
    find_touching(arena, changes);
    struct apsis_changes_tree *tree = changes->tree;
    struct reaching r = {.arena = arena, .known = {.arena = arena}};
    add_name(&r, tree->of_base);
    walk(&r, tree->old_given);
    walk(&r, tree->new_given);
    for (size_t i = 0; i < r.count; i++) {
        const char *name = r.queue[i];
        follow(&r, &tree->definitions, name);
        for (size_t k = 0; k < tree->layer_count; k++) follow(&r, &tree->layers[k].lines, name);
        follow_correlations(&r, &tree->correlations, name);
    }
    for (size_t i = 0; i < tree->tables.count; i++) {
        tree->tables.items[i].reaches = 1; /* members shape whatever runs over them */
        for (size_t k = 0; k < tree->columns[i].count; k++) tree->columns[i].items[k].reaches = apsis_map_find(&r.known, tree->columns[i].items[k].key) != APSIS_MAP_NONE;
        mark(changes, &tree->columns[i]);
    }
    mark(changes, &tree->tables);
    mark(changes, &tree->definitions);
    mark(changes, &tree->correlations);
    for (size_t k = 0; k < tree->layer_count; k++) mark(changes, &tree->layers[k].lines);
    if (tree->period_change != APSIS_NO_CHANGE) changes->items[tree->period_change].reaches = 1;
    if (tree->given_change != APSIS_NO_CHANGE) changes->items[tree->given_change].reaches = 1;
}
