/* progress.c - one line on stderr that says how far a long run is; only on a terminal, only after a second. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/cli/cli.h"

double apsis_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void apsis_progress_start(struct apsis_progress *progress, const struct apsis_cli *cli, const char *words)
{
    const char *term = getenv("TERM");
    *progress = (struct apsis_progress){.started = apsis_clock_seconds(), .words = words};
    progress->on = isatty(STDERR_FILENO) && !cli->options.json && !(term && !strcmp(term, "dumb"));
}

static void print_time(char text[32], double seconds)
{
    if (seconds < 90) snprintf(text, 32, "%.0f s", seconds);
    else if (seconds < 5400) snprintf(text, 32, "%.0f min", seconds / 60);
    else snprintf(text, 32, "%.1f h", seconds / 3600);
}

int apsis_progress_show(void *context, uint64_t done, uint64_t all, unsigned pass)
{
    struct apsis_progress *progress = context;
    double now = apsis_clock_seconds(), spent = now - progress->started;
    if (!progress->on || spent < 0.7 || now - progress->last < 0.1 || all == 0) return 0;
    progress->last = now;
    progress->shown = 1;
    double share = (double)done / (double)all;
    char left[32] = "", counted[APSIS_TEXT_SIZE];
    if (share > 0.005) print_time(left, spent * (1 - share) / share);
    fprintf(stderr, "\r%s %5.1f %%  %s draws%s%s", progress->words, 100 * share, apsis_text_count(counted, done), left[0] ? "  about " : "", left);
    if (left[0]) fprintf(stderr, " left");
    if (pass > 1) fprintf(stderr, "  pass %u", pass);
    fprintf(stderr, "\x1b[K");
    fflush(stderr);
    return 0;
}

void apsis_progress_end(struct apsis_progress *progress)
{
    if (progress->shown) fprintf(stderr, "\r\x1b[K");
    progress->shown = 0;
}
