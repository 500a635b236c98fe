/* compiler.c - the system's C compiler: found, and run on emitted text. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "host/engine/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/engine/command_run.h"
#include "host/engine/kernel_headers.h"
#include "host/support/arena.h"
#include "host/support/escape.h"
#include "host/support/sha256.h"

struct apsis_compiler {
    char *path;    /* absolute */
    char *version; /* all that --version prints */
    char title[64];
    int clang, major;
};

/* What the draw loop is built with for each instruction set (variants, in CMakeLists.txt): the same here. `features` is the same for compilers
   that do not know the levels of x86-64 by name yet: gcc before 11, clang before 12. */
static const struct {
    const char *isa;
    int width;
    const char *arch, *features;
} targets[] = {
    {"plain", 1, "", ""},
#if defined(__x86_64__)
    {"v3", 4, " -march=x86-64-v3", " -mavx2 -mfma -mbmi -mbmi2 -mlzcnt -mmovbe -mf16c"},
    {"v4", 8, " -march=x86-64-v4 -mprefer-vector-width=512",
     " -mavx2 -mfma -mbmi -mbmi2 -mlzcnt -mmovbe -mf16c -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mprefer-vector-width=512"},
#elif defined(__aarch64__)
    {"armv8", 2, " -march=armv8-a", " -march=armv8-a"},
#endif
};
#define TARGETS (sizeof targets / sizeof *targets)

static size_t target_of(const char *isa)
{
    size_t i = 0;
    while (i < TARGETS && (!isa || strcmp(targets[i].isa, isa))) i++;
    return i;
}

int apsis_compiler_width(const char *isa)
{
    size_t i = target_of(isa);
    return i < TARGETS ? targets[i].width : 0;
}

enum apsis_status apsis_compiler_flags(const struct apsis_compiler *compiler, const struct apsis_compile_options *options, char *line, size_t size)
{
    size_t i = target_of(options->isa);
    int levels = compiler->major >= (compiler->clang ? 12 : 11);
    if (i == TARGETS || options->optimise < 0 || options->optimise > 3) return APSIS_USAGE;
    /* gcc spends half its time on a large model following pointers back. Parameters come and go, hence only where it is known to be. */
    int brief = !compiler->clang && compiler->major >= 10 && compiler->major <= 15;
    /* One word after another, single blanks between: apsis_compile takes them apart again. */
    int length = snprintf(line, size, "-std=gnu11 -O%d -shared -fPIC -ffp-contract=off -fno-math-errno -fno-trapping-math -Wno-psabi -DAP_WIDTH=%d%s%s",
                          options->optimise ? options->optimise : 2, targets[i].width, levels ? targets[i].arch : targets[i].features,
                          brief ? " --param=sccvn-max-alias-queries-per-access=30" : "");
    return length > 0 && (size_t)length < size ? APSIS_OK : APSIS_USAGE;
}

/* ------------------------------------------------------------------ finding one */

static int runs(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* From the current folder, since the compiler is started in another. Links stay: ccache goes by its name. */
static char *absolute(const char *folder, size_t length, const char *name)
{
    struct apsis_buffer path = {0};
    if (length == 0 || *folder != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return NULL;
        apsis_buffer_text(&path, here);
        apsis_buffer_text(&path, "/");
    }
    apsis_buffer_add(&path, folder, length);
    if (length) apsis_buffer_text(&path, "/");
    apsis_buffer_text(&path, name);
    if (runs(path.text)) return path.text;
    apsis_buffer_free(&path);
    return NULL;
}

static char *found(const char *name)
{
    const char *slash = strrchr(name, '/'), *path = getenv("PATH");
    if (slash == name) return absolute("/", 1, name + 1);
    if (slash) return absolute(name, (size_t)(slash - name), slash + 1);
    for (char *result; path && *path;) {
        size_t length = strcspn(path, ":");
        if ((result = absolute(path, length, name))) return result;
        path += length + (path[length] == ':');
    }
    return NULL;
}

/* "Debian clang version 14.0.6 ...", "gcc (Debian 12.2.0-14+deb12u1) 12.2.0 ...": the numbers, 0 where it is neither. */
static int understood(struct apsis_compiler *compiler)
{
    const char *at = strstr(compiler->version, "clang version ");
    compiler->clang = at != NULL;
    if (at) {
        at += strlen("clang version ");
    } else {
        int depth = 0;
        if (!strstr(compiler->version, "Free Software Foundation")) return 0;
        for (at = compiler->version; *at && *at != '\n'; at++) {
            depth += (*at == '(') - (*at == ')');
            if (depth == 0 && *at == ' ' && at[1] >= '0' && at[1] <= '9') break;
        }
        if (*at != ' ') return 0;
        at++;
    }
    compiler->major = atoi(at);
    snprintf(compiler->title, sizeof compiler->title, "%s %.*s", compiler->clang ? "clang" : "gcc", (int)strspn(at, "0123456789."), at);
    return compiler->major > 0;
}

/* The compiler of that name, or NULL and a reason added. */
static struct apsis_compiler *tried(const char *name, struct apsis_buffer *why)
{
    struct apsis_compiler *compiler = apsis_calloc(1, sizeof *compiler);
    struct apsis_buffer talk = {0};
    const char *lead = why->length ? "; " : "";
    compiler->path = found(name);
    if (!compiler->path) {
        apsis_buffer_printf(why, strchr(name, '/') || strchr(name, ' ') ? "%s%s: no program (a name or a path, no options)" : "%s%s: not in PATH", lead, name);
        goto bad;
    }
    const char *arguments[] = {compiler->path, "--version", NULL};
    struct apsis_command command = {.arguments = arguments, .folder = "/", .seconds_limit = 10};
    enum apsis_status status = apsis_command_run(&command, &talk);
    apsis_buffer_text(&talk, "");
    compiler->version = talk.text;
    if (status != APSIS_OK) apsis_buffer_printf(why, "%s%s --version: %.200s", lead, compiler->path, compiler->version);
    else if (!understood(compiler)) apsis_buffer_printf(why, "%s%s: neither gcc nor clang", lead, compiler->path);
    else if (compiler->major < (compiler->clang ? 11 : 9)) apsis_buffer_printf(why, "%s%s: %s is too old (gcc 9, clang 11)", lead, compiler->path, compiler->title);
    else return compiler;
    while (why->length && why->text[why->length - 1] == '\n') why->text[--why->length] = 0;
bad:
    apsis_compiler_free(compiler);
    return NULL;
}

/* Name number i of those that are tried, or NULL. */
static const char *name_of(size_t i)
{
    static const char *const names[] = {"cc", "gcc", "clang"};
    const char *name = i == 0 ? getenv("CC") : names[i - 1];
    return name && *name ? name : NULL;
}
#define NAMES 4

int apsis_compiler_named(void)
{
    char *path = NULL;
    for (size_t i = 0; i < NAMES && !path; i++)
        if (name_of(i)) path = found(name_of(i));
    int there = path != NULL;
    apsis_block_free(path);
    return there;
}

struct apsis_compiler *apsis_compiler_find(char **why)
{
    struct apsis_compiler *compiler = NULL;
    struct apsis_buffer reasons = {0};
    for (size_t i = 0; i < NAMES && !compiler; i++)
        if (name_of(i)) compiler = tried(name_of(i), &reasons);
    if (why) *why = compiler ? NULL : reasons.text;
    if (!why || compiler) apsis_buffer_free(&reasons);
    return compiler;
}

void apsis_compiler_free(struct apsis_compiler *compiler)
{
    if (!compiler) return;
    apsis_block_free(compiler->path);
    apsis_block_free(compiler->version);
    apsis_block_free(compiler);
}

const char *apsis_compiler_version(const struct apsis_compiler *compiler) { return compiler->version; }
const char *apsis_compiler_title(const struct apsis_compiler *compiler) { return compiler->title; }
const char *apsis_compiler_path(const struct apsis_compiler *compiler) { return compiler->path; }

/* ------------------------------------------------------------------ running it */

static int write_texts(const char *folder, const char *text, size_t length, struct apsis_buffer *log)
{
    size_t count;
    const struct apsis_kernel_header *headers = apsis_kernel_headers(&count);
    for (const char *const *name = (const char *const[]){"kernels", "distributions", NULL}; *name; name++) {
        struct apsis_buffer path = {0};
        apsis_buffer_printf(&path, "%s/%s", folder, *name);
        int made = mkdir(path.text, 0700);
        apsis_buffer_free(&path);
        if (made != 0) goto bad;
    }
    for (size_t i = 0; i < count; i++)
        if (!apsis_private_file(folder, headers[i].name, headers[i].text, headers[i].length)) goto bad;
    if (apsis_private_file(folder, "program.c", text, length)) return 1;
bad:
    apsis_buffer_printf(log, "%s: cannot write what is to be compiled: %s\n", folder, strerror(errno));
    return 0;
}

static int read_object(const char *folder, unsigned char **so, size_t *size, struct apsis_buffer *log)
{
    struct apsis_buffer path = {0};
    struct stat info;
    apsis_buffer_printf(&path, "%s/program.so", folder);
    int file = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), good = 0;
    apsis_buffer_free(&path);
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_descriptor, &file);
    if (file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        *size = (size_t)info.st_size;
        *so = apsis_malloc(*size);
        size_t done = 0;
        for (ssize_t n; done < *size; done += n > 0 ? (size_t)n : 0)
            if ((n = read(file, *so + done, *size - done)) == 0 || (n < 0 && errno != EINTR)) break;
        good = done == *size;
    }
    apsis_escape_drop(&cleanup);
    if (file >= 0) close(file);
    if (!good) {
        apsis_block_free(*so);
        *so = NULL, *size = 0;
        apsis_buffer_text(log, "the compiler left no shared object\n");
    }
    return good;
}

/* Text and log where APSIS_KEEP_SOURCE says, under a name that the text gives; nothing more is said where that cannot be. */
static void keep(const char *text, size_t length, const char *isa, const struct apsis_buffer *log)
{
    const char *folder = getenv("APSIS_KEEP_SOURCE");
    uint8_t digest[32];
    char name[65];
    if (!folder || !*folder) return;
    mkdir(folder, 0777);
    apsis_sha256(text, length, digest);
    apsis_sha256_hex(digest, name);
    for (int i = 0; i < 2; i++) {
        struct apsis_buffer path = {0};
        apsis_buffer_printf(&path, "%s/apsis-%.16s-%s.%s", folder, name, isa, i ? "log" : "c");
        FILE *file = fopen(path.text, "we");
        if (file) {
            fwrite(i ? log->text : text, 1, i ? log->length : length, file);
            fclose(file);
        }
        apsis_buffer_free(&path);
    }
}

static void remove_folder(void *folder) { apsis_private_folder_remove(folder); }

enum apsis_status apsis_compile(const struct apsis_compiler *compiler, const char *text, size_t length,
                                const struct apsis_compile_options *options, unsigned char **so, size_t *size, char **log)
{
    char flags[512];
    const char *arguments[64];
    size_t count = 0;
    struct apsis_buffer talk = {0};
    *so = NULL, *size = 0;
    apsis_buffer_text(&talk, "");
    char *folder = NULL;
    enum apsis_status status = apsis_compiler_flags(compiler, options, flags, sizeof flags);
    if (status != APSIS_OK) {
        apsis_buffer_printf(&talk, "no instruction set %s here\n", options->isa ? options->isa : "without a name");
        goto out;
    }
    status = APSIS_FAILURE;
    folder = apsis_private_folder(&talk);
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, remove_folder, folder);
    if (!folder || !write_texts(folder, text, length, &talk)) goto keep;
    /* Relative names, so that messages do not depend on the folder's. */
    apsis_buffer_printf(&talk, "%s %s -I. -o program.so program.c -lm\n", compiler->path, flags);
    arguments[count++] = compiler->path;
    for (char *rest = flags, *word; (word = strsep(&rest, " "));) arguments[count++] = word;
    for (const char *const *word = (const char *const[]){"-I.", "-o", "program.so", "program.c", "-lm", NULL}; *word; word++) arguments[count++] = *word;
    arguments[count] = NULL;
    struct apsis_command command = {.arguments = arguments, .folder = folder, .seconds_limit = options->seconds_limit, .cancel = options->cancel};
    status = apsis_command_run(&command, &talk);
    if (status == APSIS_OK && !read_object(folder, so, size, &talk)) status = APSIS_FAILURE;
keep:
    apsis_escape_drop(&cleanup);
    keep(text, length, options->isa, &talk);
out:
    apsis_private_folder_remove(folder);
    for (size_t i = 0; i < talk.length; i++)
        if (!talk.text[i]) talk.text[i] = ' '; /* it goes out as a string */
    if (log) *log = talk.text;
    else apsis_buffer_free(&talk);
    return status;
}
