/* test_check.c - what an investor is told about a mistake: every model of tests/golden/errors with its exact text.
   APSIS_UPDATE_GOLDEN=1 writes the texts anew, to be read before they are committed. */
/* SPDX-License-Identifier: Apache-2.0 */
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

#include "host/plan/model.h"

#define FOLDER APSIS_SOURCE_DIR "/tests/golden/errors"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = calloc(1, 1 << 16);
    size_t length = fread(text, 1, (1 << 16) - 1, file);
    text[length] = 0;
    fclose(file);
    return text;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* What `apsis check` says: errors of the parser, else those of the model and its scenarios. */
static void say(const char *name, struct apsis_buffer *out)
{
    struct apsis_model *m = apsis_model_read(name);
    if (m->status == APSIS_OK) apsis_model_check(m->ast, &m->diagnostics);
    apsis_diagnostics_print(&m->diagnostics, &m->sources, "text", out);
    apsis_model_free(m);
}

static void every_mistake_has_its_text(void **state)
{
    (void)state;
    char *names[512];
    size_t count = 0, wrong = 0;
    int update = getenv("APSIS_UPDATE_GOLDEN") != NULL;
    assert_int_equal(chdir(FOLDER), 0); /* so that texts name the file alone */
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) && count < 512;) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && !strcmp(entry->d_name + length - 5, ".risk")) names[count++] = strdup(entry->d_name);
    }
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    assert_true(count >= 60);
    for (size_t i = 0; i < count; i++) {
        struct apsis_buffer out = {0};
        char path[300];
        snprintf(path, sizeof path, "%.*s.txt", (int)strlen(names[i]) - 5, names[i]);
        say(names[i], &out);
        if (update) {
            FILE *file = fopen(path, "wb");
            assert_non_null(file);
            fputs(out.text ? out.text : "", file);
            fclose(file);
        }
        char *wanted = read_file(path);
        if (!out.text || !wanted || strcmp(wanted, out.text)) {
            print_error("%s says\n%sand not\n%s", names[i], out.text ? out.text : "nothing\n", wanted ? wanted : "(no text yet)\n");
            wrong++;
        }
        free(wanted);
        free(names[i]);
        apsis_buffer_free(&out);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_mistake_has_its_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
