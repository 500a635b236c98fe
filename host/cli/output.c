/* output.c - how results and faults leave the command, so that a full disk or a closed pipe is never taken for success. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/report/json.h"

const char *apsis_cli_shell_word(struct apsis_arena *arena, const char *word)
{
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,+@%") == strlen(word)) return word;
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, "'");
    for (; *word; word++) {
        if (*word == '\'') apsis_buffer_text(&text, "'\\''");
        else apsis_buffer_add(&text, word, 1);
    }
    apsis_buffer_text(&text, "'");
    const char *copy = apsis_arena_copy(arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

enum apsis_status apsis_cli_write(struct apsis_cli *cli, const struct apsis_buffer *text)
{
    (void)cli;
    if (apsis_superseded) return APSIS_INTERRUPTED;
    if ((text->length == 0 || fwrite(text->text, 1, text->length, stdout) == text->length) && fflush(stdout) == 0) return APSIS_OK;
    if (errno != EPIPE) fprintf(stderr, "apsis: cannot write the result: %s\n", strerror(errno)); /* EPIPE: nobody reads any more */
    return APSIS_FAILURE;
}

enum apsis_status apsis_cli_write_json(struct apsis_cli *cli, json_t *json)
{
    struct apsis_buffer text = {0};
    apsis_json_write(json, &text);
    enum apsis_status status = apsis_cli_write(cli, &text);
    apsis_buffer_free(&text);
    return status;
}

json_t *apsis_cli_diagnostics_json(struct apsis_cli *cli)
{
    struct apsis_buffer text = {0};
    if (!cli->model) return json_array();
    apsis_diagnostics_print(&cli->model->diagnostics, &cli->model->sources, "json", &text);
    json_t *list = text.text ? json_loads(text.text, 0, NULL) : NULL;
    apsis_buffer_free(&text);
    return list ? list : json_array();
}

enum apsis_status apsis_cli_fail(struct apsis_cli *cli, enum apsis_status status, const char *format, ...)
{
    struct apsis_buffer message = {0};
    char plain[4096];
    if (apsis_superseded) return status;
    va_list list;
    va_start(list, format);
    vsnprintf(plain, sizeof plain, format, list);
    va_end(list);
    apsis_text_add(&message, plain);
    if (cli->options.json) {
        json_t *json = json_object();
        apsis_json_set(json, "error", apsis_json_text(message.text ? message.text : ""));
        apsis_json_set(json, "diagnostics", apsis_cli_diagnostics_json(cli));
        if (apsis_cli_write_json(cli, json)) status = APSIS_FAILURE;
    } else {
        apsis_cli_warnings(cli);
        fprintf(stderr, "apsis: %s\n", message.text ? message.text : "");
    }
    apsis_buffer_free(&message);
    return status;
}

void apsis_cli_warnings(struct apsis_cli *cli)
{
    if (cli->options.json || !cli->model || cli->model->diagnostics.count == 0) return;
    struct apsis_buffer text = {0};
    apsis_diagnostics_print(&cli->model->diagnostics, &cli->model->sources, "text", &text);
    if (text.text) fputs(text.text, stderr);
    apsis_buffer_free(&text);
    cli->model->diagnostics.count = cli->model->diagnostics.errors = 0; /* told once */
}

enum apsis_status apsis_cli_fail_model(struct apsis_cli *cli, enum apsis_status status)
{
    size_t errors = apsis_cli_errors(cli);
    if (status == APSIS_OK) status = APSIS_MODEL_ERROR;
    const char *file = cli->options.file ? cli->options.file : "the model";
    if (errors == 1) { /* about no place in the text: that is the whole message */
        const struct apsis_diagnostics *list = &cli->model->diagnostics;
        for (size_t i = 0; i < list->count; i++)
            if (list->items[i].severity == APSIS_ERROR && list->items[i].span.end == 0) {
                const char *message = list->items[i].message, *hint = list->items[i].hint;
                if (!cli->options.json) cli->model->diagnostics.count = cli->model->diagnostics.errors = 0;
                return apsis_cli_fail(cli, status, "%s%s%s", message, hint ? ": " : "", hint ? hint : "");
            }
    }
    if (errors == 1) return apsis_cli_fail(cli, status, "%s: 1 error", file);
    return apsis_cli_fail(cli, status, "%s: %zu errors", file, errors);
}

enum apsis_status apsis_file_open(struct apsis_cli *cli, const char *path, struct apsis_file *file)
{
    struct stat info;
    *file = (struct apsis_file){.path = apsis_arena_printf(cli->arena, "%s", path)};
    if (!strcmp(path, "-")) {
        file->stream = stdout;
        return APSIS_OK;
    }
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { /* /dev/null, a named pipe */
        file->stream = S_ISDIR(info.st_mode) ? NULL : fopen(path, "w");
        if (S_ISDIR(info.st_mode)) errno = EISDIR;
    } else {
        char *target = realpath(path, NULL); /* a link stays a link */
        file->path = apsis_arena_printf(cli->arena, "%s", target ? target : path);
        free(target);
        file->temporary = apsis_arena_printf(cli->arena, "%s.part-XXXXXX", file->path);
        int descriptor = mkstemp(file->temporary);
        if (descriptor >= 0) {
            mode_t mask = umask(0);
            umask(mask);
            if (fchmod(descriptor, 0666 & ~mask) != 0) errno = 0;
            file->stream = fdopen(descriptor, "w");
        }
    }
    if (file->stream) {
        cli->file = file;
        return APSIS_OK;
    }
    return apsis_cli_fail(cli, APSIS_FAILURE, "cannot write %s: %s", path, strerror(errno));
}

void apsis_cli_abandon(void *context)
{
    struct apsis_cli *cli = context;
    apsis_cli_engine_free(cli);
    if (cli->file && cli->file->temporary) unlink(cli->file->temporary);
    cli->file = NULL;
    cli->model = NULL; /* freed with all else */
}

enum apsis_status apsis_file_close(struct apsis_cli *cli, struct apsis_file *file, int keep)
{
    cli->file = NULL;
    int bad = fflush(file->stream) != 0 || ferror(file->stream), fault = errno;
    if (file->stream == stdout) {
        if (bad && fault != EPIPE) fprintf(stderr, "apsis: cannot write the result: %s\n", strerror(fault));
        return bad ? APSIS_FAILURE : APSIS_OK;
    }
    if (!bad && keep && file->temporary && fsync(fileno(file->stream)) != 0) bad = 1, fault = errno;
    if (fclose(file->stream) != 0 && !bad) bad = 1, fault = errno;
    if (file->temporary) {
        if (!bad && keep && rename(file->temporary, file->path) != 0) bad = 1, fault = errno;
        if (bad || !keep) unlink(file->temporary);
    }
    if (!bad) return APSIS_OK;
    return apsis_cli_fail(cli, APSIS_FAILURE, "cannot write %s: %s", file->path, strerror(fault));
}
