/* complete.c - apsis complete: the words that may stand at a place of the command line, for the shells' completion. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "host/cli/cli.h"

#define LARGEST_MODEL (16 << 20) /* bytes: nobody waits for longer at a tab */

static void put(struct apsis_buffer *out, const char *word, const char *words)
{
    apsis_buffer_text(out, word);
    apsis_buffer_text(out, "\t");
    if (words) apsis_text_add(out, words);
    apsis_buffer_text(out, "\n");
}

/* Of a model as far as it can be read: one that is being written has mistakes. Standard input, pipes and devices are left alone. */
static void put_names(const char *path, enum apsis_name_kind kind, struct apsis_buffer *out)
{
    struct stat info;
    const char *name, *words;
    if (!path || stat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > LARGEST_MODEL) return;
    struct apsis_model *model = apsis_model_open(path);
    for (size_t i = 0; apsis_model_name_at(model, kind, i, &name, &words); i++) put(out, name, words);
    apsis_model_free(model);
}

static void put_kind(const char *kind, const char *path, struct apsis_buffer *out)
{
    const char *name;
    struct apsis_family_info family = {.size = sizeof family};
    if (!strcmp(kind, "engines"))
        for (size_t i = 0; apsis_engine_at(i, &name); i++) put(out, name, NULL);
    else if (!strcmp(kind, "cpus"))
        for (size_t i = 0; apsis_cpu_at(i, &name); i++) put(out, name, NULL);
    else if (!strcmp(kind, "families"))
        for (size_t i = 0; apsis_family_at(i, &family); i++) put(out, family.name, family.title);
    else if (!strcmp(kind, "scenarios")) put_names(path, APSIS_NAMES_SCENARIOS, out);
    else if (!strcmp(kind, "outputs")) put_names(path, APSIS_NAMES_OUTPUTS, out);
    else if (!strcmp(kind, "names")) put_names(path, APSIS_NAMES_VALUES, out);
}

enum apsis_status apsis_cli_complete(struct apsis_cli *cli, int argc, char **argv)
{
    struct apsis_buffer out = {0};
    if (argc > 0) put_kind(argv[0], argc > 1 ? argv[1] : NULL, &out);
    enum apsis_status status = out.length ? apsis_cli_write(cli, &out) : APSIS_OK;
    apsis_buffer_free(&out);
    return status;
}
