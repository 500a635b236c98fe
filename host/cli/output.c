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
#include "host/support/block.h"
#include "host/support/escape.h"

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

json_t *apsis_cli_messages_json(struct apsis_cli *cli)
{
    char *text = cli->model ? apsis_messages_text(cli->model, "json") : NULL;
    json_t *list = text ? json_loads(text, 0, NULL) : NULL;
    apsis_free(text);
    if (!list && cli->model) apsis_escape_later(); /* it was printed by us: only memory can be missing */
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
        apsis_json_set(json, "diagnostics", apsis_cli_messages_json(cli));
        if (apsis_cli_write_json(cli, json)) status = APSIS_FAILURE;
    } else {
        apsis_cli_messages(cli);
        fprintf(stderr, "apsis: %s\n", message.text ? message.text : "");
    }
    apsis_buffer_free(&message);
    return status;
}

void apsis_cli_messages(struct apsis_cli *cli)
{
    if (cli->options.json || cli->told || apsis_message_count(cli->model) == 0) return;
    char *text = apsis_messages_text(cli->model, "text");
    if (text) fputs(text, stderr);
    apsis_free(text);
    cli->told = 1;
}

void apsis_cli_note(struct apsis_cli *cli, const char *note)
{
    if (!note || cli->options.json) return;
    struct apsis_buffer text = {0};
    apsis_text_add(&text, note);
    fprintf(stderr, "apsis: note: %s\n", text.text ? text.text : "");
    apsis_buffer_free(&text);
}

enum apsis_status apsis_cli_fail_call(struct apsis_cli *cli, enum apsis_status status)
{
    static const char *const other[][2] = {{"targets", "target"}, {"shortfalls", "shortfall"}, {"scenarios", "scenario"}, {"sets", "set"}, {"cuda_include", "cuda-include"}};
    const char *why = apsis_why(cli->model), *setting = apsis_why_setting(cli->model), *option = setting;
    for (size_t i = 0; setting && i < sizeof other / sizeof *other; i++)
        if (!strcmp(setting, other[i][0])) option = other[i][1];
    if (apsis_message_count(cli->model) == 1 && strstr(why, apsis_message_at(cli->model, 0)->text)) cli->told = 1; /* about no place: it is the whole reason */
    if (setting && !strncmp(why, setting, strlen(setting))) return apsis_cli_fail(cli, status, "--%s%s", option, why + strlen(setting));
    return apsis_cli_fail(cli, status, "%s", *why ? why : apsis_status_text(status));
}

enum apsis_status apsis_cli_print(struct apsis_cli *cli, char *text)
{
    struct apsis_buffer out = {.text = text, .length = strlen(text)};
    enum apsis_status status = apsis_cli_write(cli, &out);
    apsis_free(text);
    return status;
}

struct apsis_print apsis_cli_print_settings(const struct apsis_cli *cli)
{
    struct apsis_print print;
    apsis_print_default(&print);
    print.format = cli->options.json ? APSIS_FORMAT_JSON : APSIS_FORMAT_TEXT;
    print.page = cli->page;
    print.all_periods = cli->options.all_periods;
    print.max_invalid = cli->options.max_invalid;
    return print;
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
        errno = 0;
        char *target = realpath(path, NULL); /* a link stays a link */
        if (!target && errno == ENOMEM) apsis_out_of_memory(0);
        file->path = apsis_arena_printf(cli->arena, "%s", target ? target : path);
        free(target);
        file->temporary = apsis_arena_printf(cli->arena, "%s.part-XXXXXX", file->path);
        int descriptor = mkstemp(file->temporary);
        if (descriptor >= 0) {
            mode_t mask = umask(0);
            umask(mask);
            if (fchmod(descriptor, 0666 & ~mask) != 0) errno = 0;
            file->stream = fdopen(descriptor, "w");
            if (!file->stream) {
                int fault = errno;
                close(descriptor);
                unlink(file->temporary);
                errno = fault;
            }
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
    if (cli->file && cli->file->temporary) unlink(cli->file->temporary);
    cli->file = NULL;
    cli->c = NULL; /* freed with all else */
    cli->model = NULL;
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

enum apsis_status apsis_file_write(struct apsis_cli *cli, const char *path, const char *text) { return apsis_file_write_bytes(cli, path, text, strlen(text)); }

enum apsis_status apsis_file_write_bytes(struct apsis_cli *cli, const char *path, const char *bytes, size_t length)
{
    struct apsis_file file;
    enum apsis_status status = apsis_file_open(cli, path, &file);
    if (status) return status;
    int whole = fwrite(bytes, 1, length, file.stream) == length;
    status = apsis_file_close(cli, &file, whole);
    return status || whole ? status : APSIS_FAILURE;
}

char *apsis_cli_read_whole(struct apsis_cli *cli, const char *path, size_t *length)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    size_t capacity = 1 << 16, got;
    char *text = file ? apsis_malloc(capacity) : NULL;
    *length = 0;
    while (file && (got = fread(text + *length, 1, capacity - *length, file)) > 0) {
        *length += got;
        if (*length == capacity) text = apsis_realloc(text, capacity *= 2);
    }
    int bad = !file || ferror(file), fault = errno;
    if (file && file != stdin) fclose(file);
    if (!bad) return text;
    apsis_block_free(text);
    apsis_cli_fail(cli, APSIS_FAILURE, "cannot read %s: %s", path, strerror(fault));
    return NULL;
}
