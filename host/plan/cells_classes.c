/* cells_classes.c - finds which inputs, series and values of several graphs are the same, by refinement from the optimistic guess. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/cells_classes.h"

#include <stdlib.h>
#include <string.h>

#include "host/support/sha256.h"

/* ---------------------------------------------------------------- keys to numbers */
struct entry {
    uint64_t hash;
    size_t at, length; /* in the text */
    uint32_t number;
};
struct intern {
    struct entry *table;
    size_t size, count;
    struct apsis_buffer keys, key; /* all keys so far; the key in the making */
};

static void intern_free(struct intern *map)
{
    apsis_block_free(map->table);
    apsis_buffer_free(&map->keys);
    apsis_buffer_free(&map->key);
}
static void intern_clear(struct intern *map)
{
    if (map->size) memset(map->table, 0, map->size * sizeof *map->table);
    map->count = map->keys.length = 0;
}

static void put(struct intern *map, const void *bytes, size_t length)
{
    memcpy(apsis_buffer_room(&map->key, length + 8), bytes, length);
    map->key.length += length;
}
static void put_word(struct intern *map, uint64_t word) { put(map, &word, sizeof word); }
static void put_text(struct intern *map, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    put_word(map, text ? length : UINT64_MAX);
    if (length) put(map, text, length);
    while (map->key.length & 7) put(map, "", 1); /* keys are whole words */
}
static void put_numbers(struct intern *map, const double *numbers, size_t count)
{
    put_word(map, numbers ? count : UINT64_MAX);
    if (!numbers) return;
    if (count < 64) {
        put(map, numbers, count * sizeof *numbers);
        return;
    }
    uint8_t hash[32];
    apsis_sha256(numbers, count * sizeof *numbers, hash);
    put(map, hash, sizeof hash);
}

static uint64_t hash_of(const char *bytes, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    }
    return hash;
}

static void widen(struct intern *map)
{
    size_t size = map->size ? 2 * map->size : 1024;
    struct entry *table = apsis_calloc(size, sizeof *table);
    for (size_t i = 0; i < map->size; i++) {
        if (!map->table[i].number) continue;
        size_t at = map->table[i].hash & (size - 1);
        while (table[at].number) at = (at + 1) & (size - 1);
        table[at] = map->table[i];
    }
    apsis_block_free(map->table);
    map->table = table;
    map->size = size;
}

/* The number, from 1, of the key that was put together; the key is then empty again. */
static uint32_t number_of(struct intern *map)
{
    if (2 * map->count >= map->size) widen(map);
    uint64_t hash = hash_of(map->key.text, map->key.length);
    size_t at = hash & (map->size - 1);
    for (; map->table[at].number; at = (at + 1) & (map->size - 1)) {
        const struct entry *e = &map->table[at];
        if (e->hash == hash && e->length == map->key.length && !memcmp(map->keys.text + e->at, map->key.text, e->length)) {
            map->key.length = 0;
            return e->number;
        }
    }
    map->table[at] = (struct entry){hash, map->keys.length, map->key.length, (uint32_t)++map->count};
    memcpy(apsis_buffer_room(&map->keys, map->key.length), map->key.text, map->key.length);
    map->keys.length += map->key.length;
    map->key.length = 0;
    return map->table[at].number;
}

/* ---------------------------------------------------------------- what never changes while classes are refined */
static void put_distribution(struct intern *map, const struct apsis_distribution *d)
{
    put_word(map, d ? (uint64_t)(uintptr_t)d->family : 0);
    if (!d) return;
    put(map, d->p, sizeof d->p);
    put_word(map, d->count);
    put_word(map, (uint64_t)d->steps << 1 | (uint64_t)d->whole);
    size_t parts = !d->parts ? 0 : d->family->arguments == APSIS_ARGUMENTS_TRUNCATE ? 1 : d->count;
    put_numbers(map, d->x, d->count);
    put_numbers(map, d->w, d->count);
    put_numbers(map, d->tail, d->count);
    put_word(map, parts);
    for (size_t i = 0; i < parts; i++) put_distribution(map, d->parts[i]);
}

static void put_group(struct intern *map, const struct apsis_ir *ir, const struct apsis_group *g)
{
    put_word(map, g->count << 1 | (size_t)g->is_series);
    for (size_t i = 0; i < g->count; i++) put_word(map, ir->inputs[g->members[i]].stream);
    put_numbers(map, g->factor, g->count * g->count);
    put_numbers(map, g->target, g->count * g->count);
}

static void find_fixed(struct apsis_arena *arena, struct apsis_cell_classes *c, const struct apsis_ir *ir, struct intern *tables, struct intern *groups,
                       struct intern *scores, struct intern *inputs, struct intern *series)
{
    c->nodes = APSIS_NEW_ARRAY(arena, uint32_t, ir->node_count + 1);
    c->series = APSIS_NEW_ARRAY(arena, uint32_t, ir->series_count + 1);
    c->inputs = APSIS_NEW_ARRAY(arena, uint32_t, ir->input_count + 1);
    c->scores = APSIS_NEW_ARRAY(arena, uint32_t, ir->input_count + 1);
    c->groups = APSIS_NEW_ARRAY(arena, uint32_t, ir->group_count + 1);
    c->tables = APSIS_NEW_ARRAY(arena, uint32_t, ir->period_table_count + 1);
    for (size_t i = 0; i < ir->period_table_count; i++) {
        put_word(tables, 0);
        put(tables, ir->period_tables[i], ir->periods * sizeof(double));
        c->tables[i] = number_of(tables);
    }
    for (size_t i = 0; i < ir->group_count; i++) {
        put_group(groups, ir, &ir->groups[i]);
        c->groups[i] = number_of(groups);
    }
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *in = &ir->inputs[i];
        uint64_t group = in->group < 0 ? 0 : (uint64_t)c->groups[in->group] << 32 | in->position;
        put_word(scores, in->stream);
        put_word(scores, (uint64_t)in->is_series);
        put_word(scores, group);
        c->scores[i] = number_of(scores);
        put_text(inputs, in->name);
        put_word(inputs, c->scores[i]);
        put_word(inputs, (uint64_t)(uintptr_t)in->family);
        put_distribution(inputs, in->distribution);
        put_word(inputs, in->distribution ? 0 : in->parameter_count << 8 | (uint64_t)in->spelling);
        put(inputs, in->percents, sizeof in->percents);
        put_word(inputs, in->score != 0);
        c->inputs[i] = number_of(inputs);
    }
    for (size_t i = 0; i < ir->series_count; i++) {
        const struct apsis_series *s = &ir->series[i];
        put_text(series, s->name[0] == '.' ? "." : s->name); /* helpers are numbered as they come, which an override may change */
        put_word(series, s->piece_count);
        for (size_t k = 0; k < s->piece_count; k++) put_word(series, (uint64_t)s->pieces[k].first << 32 | s->pieces[k].last);
        put_word(series, s->history_count << 1 | (s->before != 0));
        c->series[i] = number_of(series);
    }
}

/* ---------------------------------------------------------------- one round */
static void find_nodes(struct apsis_cell_classes *c, const struct apsis_ir *ir, struct intern *nodes)
{
    for (size_t i = 1; i < ir->node_count; i++) {
        const struct apsis_node *n = &ir->nodes[i];
        uint64_t index = n->index, other = n->other;
        switch (n->kind) {
        case APSIS_NODE_PERIOD: index = c->tables[index]; break;
        case APSIS_NODE_DRAW: index = c->inputs[index]; break;
        case APSIS_NODE_SCORE: index = c->scores[index]; break;
        case APSIS_NODE_READ: case APSIS_NODE_PAST: case APSIS_NODE_AT: case APSIS_NODE_SIGN_CHANGES: case APSIS_NODE_IRR: index = c->series[index]; break;
        case APSIS_NODE_CONVOLVE: index = c->series[index], other = c->series[other]; break;
        case APSIS_NODE_SOLVE: other = c->inputs[other]; break;
        default: break;
        }
        uint64_t *key = (uint64_t *)(void *)apsis_buffer_room(&nodes->key, 6 * sizeof *key);
        key[0] = n->kind | (uint64_t)n->op << 8 | (uint64_t)n->arg_count << 16 | (uint64_t)n->timing << 24 | (uint64_t)(uint32_t)n->lag << 32;
        key[1] = index;
        key[2] = other;
        key[3] = c->nodes[n->args[0]] | (uint64_t)c->nodes[n->args[1]] << 32;
        key[4] = c->nodes[n->args[2]] | (uint64_t)c->nodes[n->args[3]] << 32;
        key[5] = ap_word_of(n->value);
        nodes->key.length = 6 * sizeof *key;
        c->nodes[i] = number_of(nodes);
    }
}

static void refine_series(struct apsis_cell_classes *c, const struct apsis_ir *ir, struct intern *series)
{
    for (size_t i = 0; i < ir->series_count; i++) {
        const struct apsis_series *s = &ir->series[i];
        put_word(series, c->series[i]);
        for (size_t k = 0; k < s->piece_count; k++) put_word(series, c->nodes[s->pieces[k].node]);
        for (size_t k = 0; k < s->history_count; k++) put_word(series, c->nodes[s->history[k]]);
        put_word(series, c->nodes[s->before]);
        c->series[i] = number_of(series);
    }
}

static void refine_inputs(struct apsis_cell_classes *c, const struct apsis_ir *ir, struct intern *inputs)
{
    for (size_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *in = &ir->inputs[i];
        put_word(inputs, c->inputs[i]);
        put_word(inputs, c->nodes[in->score]);
        for (size_t k = 0; k < in->parameter_count && !in->distribution; k++) put_word(inputs, c->nodes[in->parameters[k]]);
        c->inputs[i] = number_of(inputs);
    }
}

struct apsis_classes *apsis_cells_classes(struct apsis_arena *arena, const struct apsis_cell_version *cells, size_t count)
{
    struct apsis_classes *classes = APSIS_NEW(arena, struct apsis_classes);
    struct intern tables = {0}, groups = {0}, scores = {0}, inputs = {0}, series = {0}, nodes = {0};
    classes->cells = APSIS_NEW_ARRAY(arena, struct apsis_cell_classes, count);
    for (size_t i = 0; i < count; i++) find_fixed(arena, &classes->cells[i], cells[i].ir, &tables, &groups, &scores, &inputs, &series);
    /* classes only ever split: where their number stays, so do they */
    size_t known;
    do {
        known = inputs.count + series.count;
        intern_clear(&nodes);
        intern_clear(&series);
        intern_clear(&inputs);
        for (size_t i = 0; i < count; i++) find_nodes(&classes->cells[i], cells[i].ir, &nodes);
        for (size_t i = 0; i < count; i++) refine_series(&classes->cells[i], cells[i].ir, &series);
        for (size_t i = 0; i < count; i++) refine_inputs(&classes->cells[i], cells[i].ir, &inputs);
    } while (known != inputs.count + series.count);
    classes->node_count = (uint32_t)nodes.count;
    classes->series_count = (uint32_t)series.count;
    classes->input_count = (uint32_t)inputs.count;
    classes->group_count = (uint32_t)groups.count;
    intern_free(&tables), intern_free(&groups), intern_free(&scores), intern_free(&inputs), intern_free(&series), intern_free(&nodes);
    return classes;
}
