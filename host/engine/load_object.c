/* load_object.c - loads a shared object from memory, so that the bytes that were checked are the bytes that run. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/engine/command_run.h"
#include "host/engine/compiler.h"
#include "host/support/escape.h"
#include "host/support/sha256.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3: said where the machine makes such files not executable unless asked */
#endif

/* The loader believes what the program headers say: pages beyond the end of the file would be a bus error. */
static int is_whole(const unsigned char *so, size_t size)
{
    ElfW(Ehdr) head;
    if (size < sizeof head || memcmp(so, ELFMAG, SELFMAG) != 0) return 0;
    memcpy(&head, so, sizeof head);
    if (head.e_type != ET_DYN || head.e_phentsize != sizeof(ElfW(Phdr)) || head.e_phoff > size) return 0;
    if (head.e_phnum == 0 || head.e_phnum > (size - head.e_phoff) / sizeof(ElfW(Phdr))) return 0;
    for (size_t i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        memcpy(&part, so + head.e_phoff + i * sizeof part, sizeof part);
        if (part.p_type == PT_LOAD && (part.p_offset > size || part.p_filesz > size - part.p_offset)) return 0;
    }
    return 1;
}

static void *opened(const char *path, struct apsis_buffer *log)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle) return handle;
    const char *text = dlerror(); /* the calling thread's */
    apsis_buffer_printf(log, "%s%s", log->length ? "; " : "", text ? text : "dlopen failed");
    return NULL;
}

static void *from_memory(const unsigned char *so, size_t size, struct apsis_buffer *log)
{
    int file = memfd_create("apsis", MFD_CLOEXEC | MFD_EXEC);
    if (file < 0 && errno == EINVAL) file = memfd_create("apsis", MFD_CLOEXEC);
    if (file < 0) {
        apsis_buffer_printf(log, "memfd_create: %s", strerror(errno));
        return NULL;
    }
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, apsis_cleanup_descriptor, &file);
    void *handle = NULL;
    int good = 1;
    for (size_t done = 0; good && done < size;) {
        ssize_t n = write(file, so + done, size - done);
        if (n < 0 && errno != EINTR) good = 0;
        if (n > 0) done += (size_t)n;
    }
    if (good) {
        /* The loader takes a name that it has loaded before for the same object, and descriptors are used again: so the name says,
           in dots that mean nothing to the file system, which bytes it is about. */
        uint8_t digest[32];
        struct apsis_buffer path = {0};
        apsis_sha256(so, size, digest);
        apsis_buffer_text(&path, "/proc/self/fd");
        for (int i = 0; i < 128; i++) apsis_buffer_text(&path, digest[i / 8] >> i % 8 & 1 ? "/." : "//");
        apsis_buffer_printf(&path, "/%d", file);
        handle = opened(path.text, log);
        apsis_buffer_free(&path);
    } else {
        apsis_buffer_printf(log, "memory file: %s", strerror(errno));
    }
    apsis_escape_drop(&cleanup);
    close(file); /* what is mapped stays */
    return handle;
}

static void remove_folder(void *folder) { apsis_private_folder_remove(folder); }

static void *from_file(const unsigned char *so, size_t size, struct apsis_buffer *log)
{
    void *handle = NULL;
    char *folder = apsis_private_folder(log);
    if (!folder) return NULL;
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, remove_folder, folder);
    if (apsis_private_file(folder, "apsis.so", so, size)) {
        struct apsis_buffer path = {0};
        apsis_buffer_printf(&path, "%s/apsis.so", folder);
        handle = opened(path.text, log);
        apsis_buffer_free(&path);
    } else {
        apsis_buffer_printf(log, "%s%s: %s", log->length ? "; " : "", folder, strerror(errno));
    }
    apsis_escape_drop(&cleanup);
    apsis_private_folder_remove(folder);
    return handle;
}

enum apsis_status apsis_load_object(const unsigned char *so, size_t size, void **handle, char **why)
{
    struct apsis_buffer log = {0};
    *handle = NULL;
    if (why) *why = NULL;
    if (!is_whole(so, size)) {
        apsis_buffer_text(&log, "not a shared object, or cut short");
    } else {
        *handle = from_memory(so, size, &log);
        if (!*handle) *handle = from_file(so, size, &log); /* no memfd, no /proc */
    }
    if (why && !*handle) *why = log.text;
    else apsis_buffer_free(&log);
    return *handle ? APSIS_OK : APSIS_FAILURE;
}
