/* check_map.c - texts to numbers: a hash table for names and members. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/check.h"

static uint64_t hash_of(const char *key)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (; *key; key++) hash = (hash ^ (unsigned char)*key) * 0x100000001b3ull;
    return hash ^ hash >> 31;
}

static size_t slot_of(const struct apsis_map *map, const char *key)
{
    size_t at = hash_of(key) & (map->size - 1);
    while (map->keys[at] && strcmp(map->keys[at], key)) at = (at + 1) & (map->size - 1);
    return at;
}

uint32_t apsis_map_find(const struct apsis_map *map, const char *key)
{
    if (!map->size) return APSIS_MAP_NONE;
    size_t at = slot_of(map, key);
    return map->keys[at] ? map->values[at] : APSIS_MAP_NONE;
}

void apsis_map_add(struct apsis_map *map, const char *key, uint32_t value)
{
    if (map->count * 2 >= map->size) {
        struct apsis_map wider = {.arena = map->arena, .size = map->size ? map->size * 2 : 16, .count = map->count};
        wider.keys = APSIS_NEW_ARRAY(map->arena, const char *, wider.size);
        wider.values = APSIS_NEW_ARRAY(map->arena, uint32_t, wider.size);
        for (size_t i = 0; i < map->size; i++) {
            if (!map->keys[i]) continue;
            size_t at = slot_of(&wider, map->keys[i]);
            wider.keys[at] = map->keys[i];
            wider.values[at] = map->values[i];
        }
        *map = wider;
    }
    size_t at = slot_of(map, key);
    if (!map->keys[at]) map->count++;
    map->keys[at] = key;
    map->values[at] = value;
}
