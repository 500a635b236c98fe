/* changes_join.c - joins changes that cannot be told apart, because one without the other is no model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/changes.h"

struct joining {
    const struct apsis_changes *changes;
    struct apsis_arena *scratch;
    size_t *part;        /* by change: number of its part, SIZE_MAX where it reaches nothing */
    size_t count;        /* of parts */
    unsigned char *made;
};

static void mix(struct joining *j, const unsigned char *chosen)
{
    for (size_t i = 0; i < j->changes->count; i++) j->made[i] = j->part[i] != SIZE_MAX && chosen[j->part[i]];
}

static int is_model(struct joining *j, const unsigned char *chosen)
{
    struct apsis_diagnostics list = {.arena = j->scratch};
    mix(j, chosen);
    int good = apsis_changes_lower(j->scratch, j->changes, j->made, &list) != NULL;
    apsis_arena_clear(j->scratch);
    return good;
}

static void join(struct joining *j, size_t into, size_t from)
{
    if (from < into) {
        size_t other = from;
        from = into;
        into = other;
    }
    for (size_t i = 0; i < j->changes->count; i++) {
        if (j->part[i] == SIZE_MAX) continue;
        if (j->part[i] == from) j->part[i] = into;
        else if (j->part[i] > from) j->part[i]--;
    }
    j->count--;
}

static int touches(const struct joining *j, size_t a, size_t b)
{
    size_t count = j->changes->count;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count && j->part[i] == a; k++)
            if (j->part[k] == b && j->changes->touch[i * count + k]) return 1;
    return 0;
}

/* Adds to `chosen` all parts that touch one in it; 0 when there is none. */
static int spread(const struct joining *j, unsigned char *chosen)
{
    size_t count = j->count, added = 0;
    unsigned char more[count];
    memset(more, 0, count);
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < count && !chosen[k] && !more[k]; i++) more[k] = chosen[i] && touches(j, i, k);
    for (size_t k = 0; k < count; k++)
        if (more[k]) chosen[k] = 1, added++;
    return added > 0;
}

/*
 * `chosen` is no model. Parts are taken out of it as long as it stays none: what is left is a smallest one of that kind. Then those that
 * name it, or are named by it, are put in, and those around them, until it is a model; and taken out again as long as it stays one. What is
 * left is one part. At least two parts are joined, since the old and the new model are models.
 */
static void join_failing(struct joining *j, const unsigned char *chosen)
{
    size_t count = j->count;
    unsigned char least[count], whole[count], less[count];
    memcpy(least, chosen, count);
    for (size_t k = 0; k < count; k++) {
        if (!least[k]) continue;
        least[k] = 0;
        if (is_model(j, least)) least[k] = 1;
    }
    memcpy(whole, least, count);
    while (!is_model(j, whole))
        if (!spread(j, whole)) memset(whole, 1, count);
    for (size_t k = 0; k < count; k++) {
        if (least[k] || !whole[k]) continue;
        memcpy(less, whole, count);
        less[k] = 0;
        if (!is_model(j, less)) /* perhaps with what hangs on it */
            for (size_t i = 0; i < count; i++)
                if (less[i] && !least[i] && touches(j, i, k)) less[i] = 0;
        if (is_model(j, less)) memcpy(whole, less, count);
    }
    size_t first = count;
    for (size_t k = count; k-- > 0;) { /* from the end, so that numbers below stay */
        if (!whole[k]) continue;
        if (first < count) join(j, k, first);
        first = k;
    }
}

/* Tries each two that touch; 1 when something was joined. */
static int try_pairs(struct joining *j)
{
    size_t count = j->count;
    unsigned char chosen[count + 1];
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count; b++) {
            if (!touches(j, a, b)) continue;
            memset(chosen, 0, count);
            chosen[a] = chosen[b] = 1;
            if (is_model(j, chosen)) continue;
            join_failing(j, chosen);
            return 1;
        }
    }
    return 0;
}

/* Tries each part alone, and all without it; 1 when something was joined. */
static int try_all(struct joining *j)
{
    size_t count = j->count;
    unsigned char chosen[count + 1];
    for (size_t k = 0; k < count; k++) {
        for (int without = 0; without < 2; without++) {
            memset(chosen, without, count);
            chosen[k] = !without;
            if (is_model(j, chosen)) continue;
            join_failing(j, chosen);
            return 1;
        }
    }
    return 0;
}

/* Every mixture that an explanation needs: all of them, or one after the other. */
static int try_needed(struct joining *j)
{
    size_t count = j->count;
    unsigned char chosen[count + 1];
    size_t cells = count <= APSIS_EXPLAIN_EXACT ? (size_t)1 << count : count + 1;
    for (size_t cell = 0; cell < cells; cell++) {
        for (size_t k = 0; k < count; k++) chosen[k] = count <= APSIS_EXPLAIN_EXACT ? cell >> k & 1 : k < cell;
        if (is_model(j, chosen)) continue;
        join_failing(j, chosen);
        return 1;
    }
    return 0;
}

void apsis_parts_made(const struct apsis_changes *changes, const struct apsis_parts_list *parts, const unsigned char *chosen, unsigned char *made)
{
    memset(made, 0, changes->count);
    for (size_t k = 0; k < parts->count; k++)
        for (size_t i = 0; i < parts->items[k].count; i++) made[parts->items[k].changes[i]] = chosen[k];
}

struct apsis_parts_list *apsis_changes_join(struct apsis_arena *arena, const struct apsis_changes *changes, int every, struct apsis_diagnostics *diagnostics)
{
    struct joining j = {.changes = changes, .scratch = apsis_arena_new()};
    struct apsis_parts_list *list = APSIS_NEW(arena, struct apsis_parts_list);
    j.part = APSIS_NEW_ARRAY(arena, size_t, changes->count + 1);
    j.made = APSIS_NEW_ARRAY(arena, unsigned char, changes->count + 1);
    for (size_t i = 0; i < changes->count; i++) j.part[i] = changes->items[i].reaches ? j.count++ : SIZE_MAX;
    for (int all = 0; all < 2; all++) { /* either model by itself: else joining would not end */
        unsigned char *chosen = APSIS_NEW_ARRAY(arena, unsigned char, j.count + 1);
        memset(chosen, all, j.count);
        mix(&j, chosen);
        int good = apsis_changes_lower(j.scratch, changes, j.made, diagnostics) != NULL;
        apsis_arena_clear(j.scratch);
        if (!good) {
            apsis_arena_free(j.scratch);
            return NULL;
        }
    }
    while (j.count > 1 && try_all(&j)) continue;
    while (j.count > 1 && try_pairs(&j)) continue;
    while (j.count > 1 && every && try_needed(&j)) continue;
    apsis_arena_free(j.scratch);
    list->items = APSIS_NEW_ARRAY(arena, struct apsis_part, j.count + 1);
    list->count = j.count;
    for (size_t k = 0; k < j.count; k++) {
        list->items[k].changes = APSIS_NEW_ARRAY(arena, size_t, changes->count + 1);
        for (size_t i = 0; i < changes->count; i++)
            if (j.part[i] == k) list->items[k].changes[list->items[k].count++] = i;
    }
    return list;
}
