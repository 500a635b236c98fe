/* failing_writes.c - to be preloaded: the Nth call of one of libc's writing functions fails, as on a full or broken disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * FAILING_CALL: "write", "fwrite", "fflush", "fsync", "fclose", "close", "rename", "block"; FAILING_AT: which call, from 1; FAILING_WITH: an errno;
 * FAILING_ABOUT: if set, only calls about files in whose name this stands; FAILING_MARK: a file that is made when it comes to that, and says
 * what the call was about. What goes to stderr, and closing what was
 * opened to be read, is neither counted nor failed. A failing write has written half of its bytes.
 * "block" is what a stream over a file that is written and read again (fdopen, O_RDWR) hands to the system when its buffer is full: the whole
 * block is lost, and where FAILING_ON is set so are all that follow.
 */
static int due(const char *call, int file, const char *path)
{
    static int counted;
    const char *wanted = getenv("FAILING_CALL"), *at = getenv("FAILING_AT"), *with = getenv("FAILING_WITH"), *mark = getenv("FAILING_MARK");
    if (!wanted || !at || !with || !mark || strcmp(wanted, call) || file == STDERR_FILENO) return 0;
    if (file >= 0 && !strcmp(call, "close") && (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY) return 0;
    const char *about = getenv("FAILING_ABOUT");
    char link[64], name[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (path) snprintf(name, sizeof name, "%s", path);
    ssize_t length = path ? (ssize_t)strlen(name) : readlink(link, name, sizeof name - 1);
    if (about && !strstr(name, about)) return 0;
    int now = __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
    if (now < atoi(at) || (now > atoi(at) && !getenv("FAILING_ON"))) return 0;
    int out = (int)syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out >= 0 && length > 0) syscall(SYS_write, out, name, (size_t)length);
    if (out >= 0) syscall(SYS_close, out);
    errno = atoi(with);
    return 1;
}

/* libc's own function of that name */
#define REAL(result, name, parameters)                                     \
    result(*real) parameters;                                              \
    *(void **)(void *)&real = dlsym(RTLD_NEXT, #name)

static void spoil(FILE *stream) { stream->_flags |= 0x20; } /* glibc's mark of an error: ferror() tells it */

ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(ssize_t, write, (int, const void *, size_t));
    if (!due("write", file, NULL)) return real(file, bytes, size);
    int fault = errno;
    if (size > 1) real(file, bytes, size / 2);
    errno = fault;
    return -1;
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    REAL(size_t, fwrite, (const void *, size_t, size_t, FILE *));
    if (!due("fwrite", fileno(stream), NULL)) return real(bytes, size, count, stream);
    int fault = errno;
    size_t half = real(bytes, size, count / 2, stream);
    spoil(stream);
    errno = fault;
    return half;
}

int fflush(FILE *stream)
{
    REAL(int, fflush, (FILE *));
    if (!stream || !due("fflush", fileno(stream), NULL)) return real(stream);
    spoil(stream);
    return EOF;
}

int fsync(int file)
{
    REAL(int, fsync, (int));
    return due("fsync", file, NULL) ? -1 : real(file);
}

int fclose(FILE *stream)
{
    REAL(int, fclose, (FILE *));
    int reads = (fcntl(fileno(stream), F_GETFL) & O_ACCMODE) == O_RDONLY, bad = !reads && due("fclose", fileno(stream), NULL), fault = errno;
    int done = real(stream);
    if (bad) errno = fault;
    return bad ? EOF : done;
}

int close(int file)
{
    REAL(int, close, (int));
    int bad = due("close", file, NULL), fault = errno;
    int done = real(file);
    if (bad) errno = fault;
    return bad ? -1 : done;
}

int rename(const char *from, const char *to)
{
    REAL(int, rename, (const char *, const char *));
    return due("rename", -1, from) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL(int, renameat, (int, const char *, int, const char *));
    return due("rename", -1, from) ? -1 : real(from_folder, from, to_folder, to);
}

/* ---------------------------------------------------------------- blocks: libc's own call of write() cannot be taken, so the stream is one of ours */
static ssize_t block_read(void *cookie, char *bytes, size_t size) { return read((int)(intptr_t)cookie, bytes, size); }

static ssize_t block_write(void *cookie, const char *bytes, size_t size)
{
    int file = (int)(intptr_t)cookie;
    return due("block", file, NULL) ? 0 : (ssize_t)syscall(SYS_write, file, bytes, size);
}

static int block_seek(void *cookie, off64_t *offset, int whence)
{
    off64_t at = lseek64((int)(intptr_t)cookie, *offset, whence);
    if (at < 0) return -1;
    *offset = at;
    return 0;
}

static int block_close(void *cookie) { return (int)syscall(SYS_close, (int)(intptr_t)cookie); }

FILE *fdopen(int file, const char *mode)
{
    REAL(FILE *, fdopen, (int, const char *));
    const char *wanted = getenv("FAILING_CALL");
    cookie_io_functions_t calls = {block_read, block_write, block_seek, block_close};
    if (!wanted || strcmp(wanted, "block") || (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDWR) return real(file, mode);
    char link[64], name[4096] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (readlink(link, name, sizeof name - 1) > 0 && strstr(name, ".part-")) return real(file, mode); /* the result's own file, which is synced by its number */
    FILE *stream = fopencookie((void *)(intptr_t)file, mode, calls);
    if (stream) setvbuf(stream, NULL, _IOFBF, 4096);
    return stream;
}
