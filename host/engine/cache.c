/* cache.c - what compilers made, kept in a folder of the user's by the hash of what it was made from. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "host/engine/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/engine/cache_folder.h"
#include "host/support/arena.h"
#include "host/support/sha256.h"

#define DEFAULT_LIMIT ((uint64_t)256 << 20)
#define NAME_SIZE 96
#define PART ".part-"    /* how the names of files begin that are still being written */
#define PART_SECONDS 60  /* younger ones are left alone: their writer may not hold its lock yet */

/* What an entry begins with, as it lies in the file. */
struct head {
    char magic[16];
    uint64_t size;      /* of the data that follows, little-endian */
    uint8_t digest[32]; /* SHA-256 of key, suffix with its zero, data: an entry under another name is no entry */
    uint8_t reserved[8];
};
static const char magic[16] = "apsis cache 1\n";

struct apsis_cache {
    int folder; /* -1: none */
    char *path;
    uint64_t limit;
    char why[APSIS_CACHE_WHY];
};

static uint64_t limit_of(const char *text)
{
    if (!text || *text < '0' || *text > '9') return DEFAULT_LIMIT;
    uint64_t limit = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (limit > UINT64_MAX / 16) return DEFAULT_LIMIT;
        limit = limit * 10 + (uint64_t)(*text - '0');
    }
    int shift = *text == 'K' || *text == 'k' ? 10 : *text == 'M' || *text == 'm' ? 20 : *text == 'G' || *text == 'g' ? 30 : 0;
    if (text[shift ? 1 : 0] || limit > UINT64_MAX >> shift) return DEFAULT_LIMIT; /* not understood as a whole */
    return limit << shift;
}

static void sweep(struct apsis_cache *cache, uint64_t limit, size_t *entries, uint64_t *bytes);

struct apsis_cache *apsis_cache_open(void)
{
    struct apsis_cache *cache = apsis_calloc(1, sizeof *cache);
    cache->limit = limit_of(getenv("APSIS_CACHE_LIMIT"));
    cache->folder = apsis_cache_folder(&cache->path, cache->why, sizeof cache->why);
    return cache;
}

void apsis_cache_close(struct apsis_cache *cache)
{
    if (!cache) return;
    if (cache->folder >= 0) close(cache->folder);
    apsis_block_free(cache->path);
    apsis_block_free(cache);
}

const char *apsis_cache_path(const struct apsis_cache *cache) { return cache->path; }
const char *apsis_cache_why(const struct apsis_cache *cache) { return cache->path ? NULL : cache->why; }

/* 1 and the name of an entry; 0 where the suffix cannot be one. */
static int entry_name(const uint8_t key[32], const char *suffix, char name[NAME_SIZE])
{
    if (*suffix != '.' || strlen(suffix) > 16 || strspn(suffix + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(suffix) - 1) return 0;
    apsis_sha256_hex(key, name);
    strcpy(name + 64, suffix);
    return 1;
}

static int is_entry(const char *name)
{
    return strlen(name) < NAME_SIZE && strspn(name, "0123456789abcdef") == 64 && name[64] == '.';
}

static void make_head(struct head *head, const uint8_t key[32], const char *suffix, const unsigned char *data, size_t size)
{
    struct apsis_sha256 hash;
    uint8_t bytes[8];
    memset(head, 0, sizeof *head);
    memcpy(head->magic, magic, sizeof magic);
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)size >> 8 * i);
    memcpy(&head->size, bytes, 8);
    apsis_sha256_init(&hash);
    apsis_sha256_update(&hash, key, 32);
    apsis_sha256_update(&hash, suffix, strlen(suffix) + 1);
    apsis_sha256_update(&hash, data, size);
    apsis_sha256_final(&hash, head->digest);
}

/* 1: all of it; 0: end of file or a fault, errno 0 at the end of the file */
static int read_all(int file, void *to, size_t size)
{
    for (unsigned char *at = to; size;) {
        ssize_t n = read(file, at, size);
        if (n == 0) return errno = 0, 0;
        if (n < 0 && errno != EINTR) return 0;
        if (n > 0) at += n, size -= (size_t)n;
    }
    return 1;
}

static int write_all(int file, const void *from, size_t size)
{
    for (const unsigned char *at = from; size;) {
        ssize_t n = write(file, at, size);
        if (n < 0 && errno != EINTR) return 0;
        if (n > 0) at += n, size -= (size_t)n;
    }
    return 1;
}

enum apsis_status apsis_cache_get(struct apsis_cache *cache, const uint8_t key[32], const char *suffix, unsigned char **data, size_t *size)
{
    char name[NAME_SIZE];
    struct head head, right;
    struct stat info;
    int good = 0;
    *data = NULL, *size = 0;
    if (cache->folder < 0 || !entry_name(key, suffix, name)) return APSIS_FAILURE;
    int file = openat(cache->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); /* neither a link nor a pipe may stand here */
    if (file < 0) {
        if (errno == ELOOP) unlinkat(cache->folder, name, 0);
        return APSIS_FAILURE;
    }
    if (fstat(file, &info) != 0 || info.st_uid != geteuid() || !S_ISREG(info.st_mode)) goto out;
    if (info.st_size < (off_t)sizeof head) goto out;
    size_t length = (size_t)info.st_size - sizeof head;
    unsigned char *bytes = apsis_malloc_or_null(length + 1); /* no memory for it is no cache, not the end */
    if (!bytes || !read_all(file, &head, sizeof head) || !read_all(file, bytes, length)) {
        if (bytes && errno == 0) goto refuse;
        apsis_block_free(bytes);
        close(file); /* a fault of the machine: the entry may be sound */
        return APSIS_FAILURE;
    }
    make_head(&right, key, suffix, bytes, length);
    good = !memcmp(&head, &right, sizeof head);
refuse:
    if (good) *data = bytes, *size = length;
    else apsis_block_free(bytes);
out:
    if (good) futimens(file, NULL); /* used now */
    else unlinkat(cache->folder, name, 0);
    close(file);
    return good ? APSIS_OK : APSIS_FAILURE;
}

static enum apsis_status refuse(char *why, const char *what, int fault)
{
    if (why) snprintf(why, APSIS_CACHE_WHY, "%s%s%s", what, fault ? ": " : "", fault ? strerror(fault) : "");
    return APSIS_FAILURE;
}

enum apsis_status apsis_cache_put(struct apsis_cache *cache, const uint8_t key[32], const char *suffix, const unsigned char *data, size_t size,
                                  char *why)
{
    char name[NAME_SIZE], part[NAME_SIZE];
    struct head head;
    struct rlimit most;
    int fault = 0, file = -1;
    if (why) *why = 0;
    if (cache->folder < 0) return refuse(why, cache->why, 0);
    if (!entry_name(key, suffix, name)) return refuse(why, "not the suffix of an entry", 0);
    if (size > cache->limit || sizeof head > cache->limit - size) return refuse(why, "larger than APSIS_CACHE_LIMIT", 0);
    /* beyond this limit write() would raise a signal that ends the process */
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && size + sizeof head > most.rlim_cur)
        return refuse(why, "larger than files may be here", 0);
    for (int attempt = 0; file < 0 && attempt < 4; attempt++) {
        uint64_t random = 0;
        if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            random = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)(uintptr_t)&random;
        }
        snprintf(part, sizeof part, PART "%ld-%016llx", (long)getpid(), (unsigned long long)random);
        file = openat(cache->folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0 && errno != EEXIST) break;
    }
    if (file < 0) return refuse(why, "cannot write to the cache", errno);
    flock(file, LOCK_EX | LOCK_NB); /* held while this process lives: see sweep */
    make_head(&head, key, suffix, data, size);
    if (!write_all(file, &head, sizeof head) || !write_all(file, data, size) || fsync(file) != 0) fault = errno ? errno : EIO;
    if (!fault && renameat(cache->folder, part, cache->folder, name) != 0) fault = errno;
    if (fault) unlinkat(cache->folder, part, 0);
    if (close(file) != 0 && !fault) {
        fault = errno;
        unlinkat(cache->folder, name, 0);
    }
    sweep(cache, cache->limit, NULL, NULL);
    return fault ? refuse(why, "cannot write to the cache", fault) : APSIS_OK;
}

struct found {
    char name[NAME_SIZE];
    struct timespec used;
    uint64_t bytes;
};

static int oldest_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec) return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec) return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Whoever writes a file holds its lock; one that can be locked, and is not brand new, was left behind. Where there are no locks: after a day. */
static void remove_if_dead(int folder, const char *name, const struct stat *info, time_t now)
{
    if (now - info->st_mtime < PART_SECONDS) return;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return;
    if (flock(file, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && now - info->st_mtime > 86400)) unlinkat(folder, name, 0);
    close(file);
}

/* Counts the entries and removes the least recently used ones until `limit` holds. Other files in the folder are not looked at. */
static void sweep(struct apsis_cache *cache, uint64_t limit, size_t *entries, uint64_t *bytes)
{
    struct found *list = NULL;
    size_t count = 0, capacity = 0;
    uint64_t total = 0;
    time_t now = time(NULL);
    int own = openat(cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own < 0 ? NULL : fdopendir(own);
    if (!folder && own >= 0) close(own);
    for (struct dirent *item; folder && (item = readdir(folder));) {
        struct stat info;
        int part = !strncmp(item->d_name, PART, strlen(PART));
        if (!part && !is_entry(item->d_name)) continue;
        if (fstatat(cache->folder, item->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
        if (part) {
            remove_if_dead(cache->folder, item->d_name, &info, now);
            continue;
        }
        if (count == capacity) {
            struct found *more = realloc(list, (capacity = capacity ? 2 * capacity : 64) * sizeof *list);
            if (!more) break;
            list = more;
        }
        strcpy(list[count].name, item->d_name);
        list[count].used = info.st_mtim;
        total += list[count++].bytes = (uint64_t)info.st_size;
    }
    if (entries) *entries = count;
    if (bytes) *bytes = total;
    if (total > limit) {
        qsort(list, count, sizeof *list, oldest_first);
        for (size_t i = 0; i < count && total > limit; total -= list[i++].bytes) unlinkat(cache->folder, list[i].name, 0);
    }
    free(list);
    if (folder) closedir(folder);
}

void apsis_cache_usage(struct apsis_cache *cache, size_t *entries, uint64_t *bytes, uint64_t *limit)
{
    *entries = 0, *bytes = 0, *limit = cache->limit;
    if (cache->folder >= 0) sweep(cache, UINT64_MAX, entries, bytes);
}
