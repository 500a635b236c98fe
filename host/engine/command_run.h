/* command_run.h - another program, run with a time limit, its talk kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_COMMAND_RUN_H
#define APSIS_HOST_COMMAND_RUN_H
#include "host/support/buffer.h"
#include "include/apsis.h"

struct apsis_command {
    const char *const *arguments; /* NULL-ended; the first is the path of the program, absolute */
    const char *folder;           /* absolute: where it runs, and its TMPDIR */
    double seconds_limit;         /* it, and all it started, is killed after that; 0: none */
    const volatile int *cancel;   /* NULL, or looked at 50 times a second */
};

/* No shell, nothing to read, and of the environment PATH and HOME only. What it prints is added to `log` (beyond 16 MiB: counted).
   APSIS_OK: it ran and ended with code 0. APSIS_INTERRUPTED: by *cancel. APSIS_FAILURE: all else, with a last line in `log`. */
enum apsis_status apsis_command_run(const struct apsis_command *command, struct apsis_buffer *log);

/* A folder with mode 0700 below $TMPDIR or, where that does not serve, /tmp; to be freed; NULL and a sentence in `log`. */
char *apsis_private_folder(struct apsis_buffer *log);
/* With all that lies in it; also frees `folder`. NULL is fine. */
void apsis_private_folder_remove(char *folder);
/* A new file with mode 0600: 1, or 0 and errno. */
int apsis_private_file(const char *folder, const char *name, const void *bytes, size_t size);

#endif
