/* cache_folder.c - the folder of the cache: which one, made where it is missing, refused where it is not the user's alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/cache_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/support/block.h"
#include "host/support/buffer.h"

static char *joined(const char *folder, const char *rest)
{
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, folder);
    while (text.length > 1 && text.text[text.length - 1] == '/') text.text[--text.length] = 0;
    apsis_buffer_text(&text, rest);
    return text.text;
}

/* Makes what is missing of `path`, the last part included. `own_only`: only below folders that belong to the user, so that a command
   run as another user with this one's HOME leaves nothing there that locks the owner out. */
static int make_folders(char *path, int own_only)
{
    for (char *end = path + 1;; end++) {
        if (*end && *end != '/') continue;
        char kept = *end;
        struct stat info;
        *end = 0;
        int fault = 0;
        if (stat(path, &info) != 0) {
            char *slash = strrchr(path, '/');
            if (own_only && slash) {
                *slash = 0;
                if (stat(*path ? path : "/", &info) == 0 && info.st_uid != geteuid()) fault = EPERM;
                *slash = '/';
            }
            if (!fault && mkdir(path, 0700) != 0 && errno != EEXIST) fault = errno;
        }
        *end = kept;
        if (fault) return errno = fault, -1;
        if (!kept) return 0;
    }
}

int apsis_cache_folder(char **path, char *why, size_t why_size)
{
    const char *set = getenv("APSIS_CACHE"), *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat link, info;
    char *wanted;
    int folder = -1;
    *path = NULL;
    if (set && (!*set || !strcmp(set, "off"))) {
        snprintf(why, why_size, "APSIS_CACHE is %s", *set ? "off" : "empty");
        return -1;
    }
    if (set) wanted = joined(set, "");
    else if (base && *base == '/') wanted = joined(base, "/apsis"); /* a relative one is to be ignored, says its specification */
    else if (home && *home == '/') wanted = joined(home, "/.cache/apsis");
    else {
        snprintf(why, why_size, "neither APSIS_CACHE nor XDG_CACHE_HOME nor HOME names a folder");
        return -1;
    }
    if (make_folders(wanted, !set) != 0 || lstat(wanted, &link) != 0) {
        snprintf(why, why_size, "%s: cannot be made: %s", wanted, errno == EPERM ? "the folder above belongs to another user" : strerror(errno));
        goto out;
    }
    if (S_ISLNK(link.st_mode) && link.st_uid != geteuid() && link.st_uid != 0) {
        snprintf(why, why_size, "%s: a link of another user", wanted);
        goto out;
    }
    /* From here on it is the opened folder that counts, whatever its name comes to mean. */
    folder = open(wanted, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fstat(folder, &info) != 0) {
        snprintf(why, why_size, "%s: cannot be opened: %s", wanted, strerror(errno));
    } else if (info.st_uid != geteuid()) {
        snprintf(why, why_size, "%s: belongs to another user", wanted);
    } else if (info.st_mode & (S_IWGRP | S_IWOTH)) {
        snprintf(why, why_size, "%s: others may write to it (chmod go-w)", wanted);
    } else {
        *path = wanted;
        return folder;
    }
    if (folder >= 0) close(folder);
out:
    apsis_block_free(wanted);
    return -1;
}
