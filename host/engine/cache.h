/* cache.h - what compilers made, kept in a folder of the user's by the hash of what it was made from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CACHE_H
#define APSIS_HOST_CACHE_H
#include <stddef.h>
#include <stdint.h>

#include "include/apsis.h"

/*
 * The folder: APSIS_CACHE where that is set (empty or "off": no cache), else $XDG_CACHE_HOME/apsis, else $HOME/.cache/apsis.
 * It is made with mode 0700. Code is loaded from it, so it serves only if it belongs to the user and nobody else may write to it.
 * An entry is <64 hexadecimal digits of the key><suffix>: a head with length and SHA-256, then the data. It appears whole or not at
 * all; one that was cut short or altered is removed and counts as absent. Above APSIS_CACHE_LIMIT ("64M", bytes; 256M where it is
 * not set) the entries that were not used for longest go.
 *
 * Nothing here ends a run: without a cache, code is compiled anew. Any number of threads and processes may use one folder at once.
 */
struct apsis_cache;

#define APSIS_CACHE_WHY 256

/* Never NULL; apsis_cache_close(NULL) is fine. */
struct apsis_cache *apsis_cache_open(void);
void apsis_cache_close(struct apsis_cache *cache);
/* The folder, or NULL where there is no cache. */
const char *apsis_cache_path(const struct apsis_cache *cache);
/* NULL, or why there is no cache: "APSIS_CACHE is off", "/home/ann/.cache/apsis: others may write to it". */
const char *apsis_cache_why(const struct apsis_cache *cache);

/* APSIS_OK, *data (the caller's, to be freed) and *size; or APSIS_FAILURE: absent (or no cache), compile it. `suffix` is ".so", ".cubin". */
enum apsis_status apsis_cache_get(struct apsis_cache *cache, const uint8_t key[32], const char *suffix, unsigned char **data, size_t *size);
/* Keeps a copy, then removes what is too old. APSIS_FAILURE and a sentence in `why` (APSIS_CACHE_WHY bytes, or NULL) where it could
   not; nobody needs to look at it. `data` stays the caller's. */
enum apsis_status apsis_cache_put(struct apsis_cache *cache, const uint8_t key[32], const char *suffix, const unsigned char *data, size_t size,
                                  char *why);

/* Entries, their bytes, and the limit: for apsis doctor. */
void apsis_cache_usage(struct apsis_cache *cache, size_t *entries, uint64_t *bytes, uint64_t *limit);

#endif
