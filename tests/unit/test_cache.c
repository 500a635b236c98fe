/* test_cache.c - what is put is what comes back or nothing does, in any folder, among any number of processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/engine/cache.h"
#include "host/support/block.h"
#include "host/support/sha256.h"

static char root[] = "/tmp/apsis-test-XXXXXX";
static char folder[64]; /* a fresh one for each test */

static int fresh(void **state)
{
    static int number;
    (void)state;
    snprintf(folder, sizeof folder, "%s/%d", root, number++);
    setenv("APSIS_CACHE", folder, 1);
    unsetenv("APSIS_CACHE_LIMIT");
    return 0;
}
static int setup(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}
static int teardown(void **state)
{
    char command[80];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static void key_of(int number, uint8_t key[32]) { apsis_sha256(&number, sizeof number, key); }
static char *entry(int number, const char *suffix)
{
    static char path[192];
    uint8_t key[32];
    char hex[65];
    key_of(number, key);
    apsis_sha256_hex(key, hex);
    snprintf(path, sizeof path, "%s/%s%s", folder, hex, suffix);
    return path;
}
static enum apsis_status put(struct apsis_cache *cache, int number, size_t size)
{
    uint8_t key[32];
    unsigned char *data = apsis_malloc(size + 1);
    char why[APSIS_CACHE_WHY];
    key_of(number, key);
    for (size_t i = 0; i < size; i++) data[i] = (unsigned char)(i * 31 + (size_t)number);
    enum apsis_status status = apsis_cache_put(cache, key, ".so", data, size, why);
    assert_true((status == APSIS_OK) == (*why == 0));
    apsis_block_free(data);
    return status;
}
/* 1: there, and right */
static int has(struct apsis_cache *cache, int number, size_t size)
{
    uint8_t key[32];
    unsigned char *data;
    size_t got;
    key_of(number, key);
    if (apsis_cache_get(cache, key, ".so", &data, &got) != APSIS_OK) {
        assert_null(data);
        return 0;
    }
    assert_int_equal(got, size);
    for (size_t i = 0; i < size; i++) assert_int_equal(data[i], (unsigned char)(i * 31 + (size_t)number));
    apsis_block_free(data);
    return 1;
}
static int files(void)
{
    int count = 0;
    DIR *list = opendir(folder);
    for (struct dirent *item; list && (item = readdir(list));) count += strcmp(item->d_name, ".") && strcmp(item->d_name, "..");
    if (list) closedir(list);
    return count;
}
static void refused(const char *reason)
{
    struct apsis_cache *cache = apsis_cache_open();
    assert_non_null(cache);
    assert_null(apsis_cache_path(cache));
    assert_non_null(apsis_cache_why(cache));
    if (!strstr(apsis_cache_why(cache), reason)) fail_msg("%s, not %s", apsis_cache_why(cache), reason);
    assert_int_equal(put(cache, 1, 10), APSIS_FAILURE);
    assert_false(has(cache, 1, 10));
    size_t entries;
    uint64_t bytes, limit;
    apsis_cache_usage(cache, &entries, &bytes, &limit);
    assert_int_equal(entries, 0);
    apsis_cache_close(cache);
}

static void round_trip(void **state)
{
    (void)state;
    struct stat info;
    size_t entries;
    uint64_t bytes, limit;
    struct apsis_cache *cache = apsis_cache_open();
    assert_null(apsis_cache_why(cache));
    assert_string_equal(apsis_cache_path(cache), folder);
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_false(has(cache, 1, 0));
    const size_t sizes[] = {0, 1, 55, 4096, 3000000};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(put(cache, i, sizes[i]), APSIS_OK);
        assert_true(has(cache, i, sizes[i]));
    }
    assert_int_equal(stat(entry(1, ".so"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(put(cache, 1, 1), APSIS_OK); /* again is fine */
    assert_true(has(cache, 1, 1));
    assert_int_equal(files(), 5);
    apsis_cache_usage(cache, &entries, &bytes, &limit);
    assert_int_equal(entries, 5);
    assert_int_equal(bytes, 1 + 55 + 4096 + 3000000 + 5 * 64);
    assert_int_equal(limit, 256 << 20);
    uint8_t key[32];
    unsigned char *data;
    size_t size;
    key_of(1, key);
    assert_int_equal(apsis_cache_get(cache, key, ".cubin", &data, &size), APSIS_FAILURE); /* another kind */
    assert_int_equal(apsis_cache_put(cache, key, "/../x", (const unsigned char *)"x", 1, NULL), APSIS_FAILURE);
    assert_int_equal(apsis_cache_get(cache, key, "./x", &data, &size), APSIS_FAILURE);
    apsis_cache_close(cache);
    cache = apsis_cache_open(); /* and it lasts */
    assert_true(has(cache, 4, 3000000));
    apsis_cache_close(cache);
    apsis_cache_close(NULL);
}

/* Every byte counts, those of the head as well; what is damaged is gone afterwards. */
static void damage_is_found(void **state)
{
    (void)state;
    struct apsis_cache *cache = apsis_cache_open();
    for (long at = 0; at < 64 + 20; at++) {
        assert_int_equal(put(cache, 7, 20), APSIS_OK);
        FILE *file = fopen(entry(7, ".so"), "r+");
        fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 1 << at % 8, file);
        fclose(file);
        assert_false(has(cache, 7, 20));
        assert_int_equal(files(), 0);
    }
    for (long length = 0; length <= 64 + 21; length++) { /* cut short, or with more behind */
        if (length == 64 + 20) continue;
        assert_int_equal(put(cache, 7, 20), APSIS_OK);
        assert_int_equal(truncate(entry(7, ".so"), length), 0);
        assert_false(has(cache, 7, 20));
        assert_int_equal(files(), 0);
    }
    assert_int_equal(put(cache, 7, 20), APSIS_OK); /* under another's name */
    char from[192];
    strcpy(from, entry(7, ".so"));
    assert_int_equal(rename(from, entry(8, ".so")), 0);
    assert_false(has(cache, 8, 20));
    assert_int_equal(put(cache, 7, 20), APSIS_OK); /* by way of a link, or no file at all */
    assert_int_equal(symlink(entry(7, ".so"), strcat(strcpy(from, folder), "/link")), 0);
    assert_int_equal(rename(from, entry(8, ".so")), 0);
    assert_false(has(cache, 8, 20));
    assert_int_equal(mkfifo(entry(8, ".so"), 0600), 0);
    assert_false(has(cache, 8, 20));
    assert_int_equal(mkdir(entry(8, ".so"), 0700), 0);
    assert_false(has(cache, 8, 20));
    assert_int_equal(put(cache, 8, 20), APSIS_FAILURE); /* a folder stands there */
    assert_true(has(cache, 7, 20));
    assert_int_equal(files(), 2);
    apsis_cache_close(cache);
}

static void folders_that_do_not_serve(void **state)
{
    (void)state;
    char path[128], home[96];
    setenv("APSIS_CACHE", "", 1);
    refused("APSIS_CACHE is empty");
    setenv("APSIS_CACHE", "off", 1);
    refused("APSIS_CACHE is off");
    snprintf(path, sizeof path, "%s-file", folder);
    fclose(fopen(path, "w"));
    setenv("APSIS_CACHE", path, 1);
    refused("Not a directory");
    setenv("APSIS_CACHE", strcat(path, "/below"), 1);
    refused("cannot be made");
    setenv("APSIS_CACHE", "/proc/apsis", 1);
    refused("/proc/apsis: cannot be made");
    assert_int_equal(mkdir(folder, 0700), 0);
    setenv("APSIS_CACHE", folder, 1);
    for (int bit = 0020; bit; bit = bit == 0020 ? 0002 : 0) {
        assert_int_equal(chmod(folder, (mode_t)(0700 | bit)), 0);
        refused("others may write to it");
    }
    assert_int_equal(chmod(folder, 0755), 0);
    struct apsis_cache *cache = apsis_cache_open(); /* to read is not to write */
    assert_non_null(apsis_cache_path(cache));
    assert_int_equal(put(cache, 1, 5), APSIS_OK);
    if (geteuid() != 0) {
        assert_int_equal(chmod(folder, 0500), 0); /* read-only: what is there serves on */
        assert_int_equal(put(cache, 2, 5), APSIS_FAILURE);
        assert_int_equal(chmod(folder, 0700), 0);
    }
    assert_true(has(cache, 1, 5));
    apsis_cache_close(cache);
    snprintf(path, sizeof path, "%s-link", folder);
    assert_int_equal(symlink(folder, path), 0);
    setenv("APSIS_CACHE", path, 1);
    cache = apsis_cache_open();
    assert_true(has(cache, 1, 5)); /* one's own link to one's own folder */
    apsis_cache_close(cache);
    if (geteuid() == 0) {
        assert_int_equal(lchown(path, 12345, 12345), 0);
        refused("a link of another user");
        setenv("APSIS_CACHE", folder, 1);
        assert_int_equal(chown(folder, 12345, 12345), 0);
        refused("belongs to another user");
    } else {
        setenv("APSIS_CACHE", "/usr/lib", 1);
        refused("belongs to another user");
    }

    unsetenv("APSIS_CACHE");
    char *was = getenv("HOME") ? strdup(getenv("HOME")) : NULL, *base = getenv("XDG_CACHE_HOME") ? strdup(getenv("XDG_CACHE_HOME")) : NULL;
    unsetenv("HOME");
    unsetenv("XDG_CACHE_HOME");
    refused("HOME");
    setenv("XDG_CACHE_HOME", "relative", 1);
    refused("HOME");
    snprintf(home, sizeof home, "%s-home", folder);
    assert_int_equal(mkdir(home, 0700), 0);
    setenv("HOME", home, 1);
    cache = apsis_cache_open();
    snprintf(path, sizeof path, "%s/.cache/apsis", home);
    assert_string_equal(apsis_cache_path(cache), path);
    assert_int_equal(put(cache, 1, 5), APSIS_OK);
    apsis_cache_close(cache);
    snprintf(path, sizeof path, "%s/else", home);
    setenv("XDG_CACHE_HOME", path, 1);
    strcat(path, "/apsis");
    cache = apsis_cache_open();
    assert_string_equal(apsis_cache_path(cache), path);
    apsis_cache_close(cache);
    unsetenv("XDG_CACHE_HOME");
    if (geteuid() == 0) { /* another's HOME: nothing of this user's is left in it */
        snprintf(home, sizeof home, "%s-other", folder);
        assert_int_equal(mkdir(home, 0755), 0);
        assert_int_equal(chown(home, 12345, 12345), 0);
        setenv("HOME", home, 1);
        refused("belongs to another user");
        assert_int_equal(rmdir(home), 0);
    }
    if (was) setenv("HOME", was, 1);
    if (base) setenv("XDG_CACHE_HOME", base, 1);
    free(was);
    free(base);
}

static void used_at(int number, time_t when)
{
    const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
    assert_int_equal(utimensat(AT_FDCWD, entry(number, ".so"), times, 0), 0);
}

static void limit_removes_least_recently_used(void **state)
{
    (void)state;
    size_t entries;
    uint64_t bytes, limit;
    setenv("APSIS_CACHE_LIMIT", "5K", 1);
    struct apsis_cache *cache = apsis_cache_open();
    for (int i = 0; i < 4; i++) {
        assert_int_equal(put(cache, i, 1024 - 64), APSIS_OK);
        used_at(i, 1000000 + i);
    }
    char other[128];
    snprintf(other, sizeof other, "%s/notes.txt", folder); /* somebody else's file */
    FILE *file = fopen(other, "w");
    for (int i = 0; i < 9000; i++) fputc('x', file);
    fclose(file);
    assert_true(has(cache, 0, 1024 - 64)); /* used: now 1 is the oldest */
    assert_int_equal(put(cache, 4, 1024 - 64), APSIS_OK);
    apsis_cache_usage(cache, &entries, &bytes, &limit);
    assert_int_equal(entries, 5);
    assert_int_equal(bytes, 5120);
    assert_int_equal(limit, 5120);
    assert_int_equal(put(cache, 5, 100), APSIS_OK); /* one too many */
    const int there[] = {1, 0, 1, 1, 1};
    for (int i = 0; i < 5; i++) assert_int_equal(access(entry(i, ".so"), F_OK) == 0, there[i]);
    assert_true(has(cache, 5, 100));
    assert_int_equal(put(cache, 6, 3000), APSIS_OK); /* 2 and 3 go, then the oldest of 0, 4, 5 as they were used */
    assert_true(has(cache, 6, 3000));
    assert_int_not_equal(access(entry(2, ".so"), F_OK), 0);
    assert_int_not_equal(access(entry(3, ".so"), F_OK), 0);
    assert_int_equal(put(cache, 7, 5120), APSIS_FAILURE); /* never fits: nothing goes for it */
    assert_true(has(cache, 6, 3000));
    assert_int_equal(access(other, F_OK), 0);
    apsis_cache_close(cache);
    const struct {
        const char *text;
        uint64_t limit;
    } limits[] = {{"64M", 64 << 20}, {"123456", 123456}, {"1g", 1 << 30}, {"0", 0}, {"nonsense", 256 << 20}, {"12Q", 256 << 20}, {"64MB", 256 << 20},
                  {"-1", 256 << 20}, {"99999999999999999999999", 256 << 20}, {"17179869184G", 256 << 20}, {"", 256 << 20}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        setenv("APSIS_CACHE_LIMIT", limits[i].text, 1);
        cache = apsis_cache_open();
        apsis_cache_usage(cache, &entries, &bytes, &limit);
        assert_int_equal(limit, limits[i].limit);
        apsis_cache_close(cache);
    }
}

static void dead_writers_are_cleaned_up(void **state)
{
    (void)state;
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 1000}, {.tv_sec = time(NULL) - 1000}};
    char path[3][128];
    int file[3];
    struct apsis_cache *cache = apsis_cache_open();
    for (int i = 0; i < 3; i++) {
        snprintf(path[i], sizeof path[i], "%s/.part-12-%d", folder, i);
        file[i] = open(path[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(file[i] >= 0);
        if (i < 2) assert_int_equal(futimens(file[i], old), 0);
    }
    assert_int_equal(flock(file[1], LOCK_EX | LOCK_NB), 0); /* old, but its writer lives; the third is new */
    close(file[0]);
    assert_int_equal(put(cache, 1, 10), APSIS_OK);
    assert_int_not_equal(access(path[0], F_OK), 0);
    assert_int_equal(access(path[1], F_OK), 0);
    assert_int_equal(access(path[2], F_OK), 0);
    close(file[1]);
    assert_int_equal(put(cache, 1, 10), APSIS_OK);
    assert_int_not_equal(access(path[1], F_OK), 0);
    close(file[2]);
    apsis_cache_close(cache);
}

static void full_disk(void **state)
{
    (void)state;
    int code;
    struct apsis_cache *cache = apsis_cache_open();
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit most = {10000, 10000};
        if (setrlimit(RLIMIT_FSIZE, &most) != 0) _exit(77);
        int bad = put(cache, 1, 20000) != APSIS_FAILURE || put(cache, 2, 5000) != APSIS_OK; /* no signal ends it */
        _exit(bad);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code) && (WEXITSTATUS(code) == 0 || WEXITSTATUS(code) == 77));
    assert_false(has(cache, 1, 20000));
    assert_int_equal(files(), WEXITSTATUS(code) == 0);
    apsis_cache_close(cache);
    /* One that is really full, where this process may have its own view of the file systems. */
    assert_int_equal(mkdir(strcat(folder, "-small"), 0700), 0);
    setenv("APSIS_CACHE", folder, 1);
    child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) _exit(77);
        if (mount("none", folder, "tmpfs", 0, "size=64k,mode=700") != 0) _exit(77);
        cache = apsis_cache_open();
        _exit(put(cache, 1, 5000) != APSIS_OK || put(cache, 2, 200000) != APSIS_FAILURE || !has(cache, 1, 5000) || files() != 1);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code) && (WEXITSTATUS(code) == 0 || WEXITSTATUS(code) == 77));
    if (WEXITSTATUS(code) == 77) print_message("a full file system: not tried, mounting is not allowed here\n");
}

/* Four processes of two threads each put, get and evict the same keys: each get is right or absent. */
static void *hammer(void *argument)
{
    struct apsis_cache *cache = argument;
    for (int i = 0; i < 60; i++) {
        int number = i % 5;
        if (put(cache, number, 3000 + (size_t)number) != APSIS_OK) return argument;
        has(cache, number, 3000 + (size_t)number); /* asserts that it is right */
        has(cache, (number + 2) % 5, 3000 + (size_t)(number + 2) % 5);
    }
    return NULL;
}
static void processes_share_it(void **state)
{
    (void)state;
    pid_t children[4];
    setenv("APSIS_CACHE_LIMIT", "10000", 1);
    for (int i = 0; i < 4; i++) {
        if ((children[i] = fork())) continue;
        struct apsis_cache *cache = apsis_cache_open();
        pthread_t other;
        void *bad = cache;
        pthread_create(&other, NULL, hammer, cache);
        void *mine = hammer(cache);
        pthread_join(other, &bad);
        _exit(mine || bad);
    }
    for (int i = 0; i < 4; i++) {
        int code = -1;
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_true(WIFEXITED(code));
        assert_int_equal(WEXITSTATUS(code), 0);
    }
    assert_in_range(files(), 1, 3); /* no file half-written left */
    setenv("APSIS_CACHE_LIMIT", "100000", 1);
    struct apsis_cache *cache = apsis_cache_open();
    assert_int_equal(put(cache, 3, 3003), APSIS_OK);
    assert_true(has(cache, 3, 3003));
    apsis_cache_close(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(round_trip, fresh),
        cmocka_unit_test_setup(damage_is_found, fresh),
        cmocka_unit_test_setup(folders_that_do_not_serve, fresh),
        cmocka_unit_test_setup(limit_removes_least_recently_used, fresh),
        cmocka_unit_test_setup(dead_writers_are_cleaned_up, fresh),
        cmocka_unit_test_setup(full_disk, fresh),
        cmocka_unit_test_setup(processes_share_it, fresh),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
