/* golden_texts.h - texts that a test compares with a file kept beside it; APSIS_UPDATE_GOLDEN=1 writes the file anew, to be read before
   it is committed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_GOLDEN_TEXTS_H
#define APSIS_TESTS_GOLDEN_TEXTS_H
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/support/buffer.h"

/* The whole file, to be freed; NULL where there is none. */
static inline char *golden_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct apsis_buffer text = {0};
    size_t length;
    char bytes[4096];
    if (!file) return NULL;
    while ((length = fread(bytes, 1, sizeof bytes, file)) > 0) apsis_buffer_add(&text, bytes, length);
    fclose(file);
    char *copy = calloc(1, text.length + 1);
    if (text.length) memcpy(copy, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

/* 1 where `text` is what the file `path` holds; else both are printed. */
static inline int golden_same(const char *path, const char *text)
{
    if (getenv("APSIS_UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
    }
    char *wanted = golden_read(path);
    int same = wanted && !strcmp(wanted, text);
    if (!same) print_error("%s: it is\n%sand not\n%s", path, text, wanted ? wanted : "(no text yet)\n");
    free(wanted);
    return same;
}

static inline int golden_by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Every model of a folder, in the order of names, from within it so that texts name the file alone: what say() writes about
   NAME.risk is NAME.txt. Fails where one differs or there are fewer than `least`. */
static inline void golden_folder(const char *folder, size_t least, void (*say)(const char *name, struct apsis_buffer *out))
{
    char *names[512];
    size_t count = 0, wrong = 0;
    assert_int_equal(chdir(folder), 0);
    DIR *list = opendir(".");
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list)) && count < 512;) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && !strcmp(entry->d_name + length - 5, ".risk")) names[count++] = strdup(entry->d_name);
    }
    closedir(list);
    qsort(names, count, sizeof *names, golden_by_name);
    assert_true(count >= least);
    for (size_t i = 0; i < count; i++) {
        struct apsis_buffer out = {0};
        char path[300];
        snprintf(path, sizeof path, "%.*s.txt", (int)strlen(names[i]) - 5, names[i]);
        say(names[i], &out);
        wrong += !out.text || !golden_same(path, out.text);
        free(names[i]);
        apsis_buffer_free(&out);
    }
    assert_int_equal(wrong, 0);
}

#endif
