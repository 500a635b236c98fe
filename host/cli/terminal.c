/* terminal.c - what is known of the screen that a report will be read on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/cli/cli.h"

static int locale_is_utf8(void)
{
    const char *locale = getenv("LC_ALL");
    if (!locale || !*locale) locale = getenv("LC_CTYPE");
    if (!locale || !*locale) locale = getenv("LANG");
    if (!locale) return 0;
    for (; *locale; locale++)
        if (!strncasecmp(locale, "utf-8", 5) || !strncasecmp(locale, "utf8", 4)) return 1;
    return 0;
}

struct apsis_page apsis_page_of(int descriptor)
{
    struct apsis_page page = {.width = 100};
    struct winsize size;
    const char *columns = getenv("COLUMNS"), *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    int terminal = isatty(descriptor), dumb = term && !strcmp(term, "dumb");
    if (columns && atoi(columns) > 0) page.width = atoi(columns);
    else if (terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) page.width = size.ws_col;
    else if (terminal) page.width = 80;
    if (page.width < 40) page.width = 40;
    if (page.width > 160) page.width = 160; /* longer lines are hard to read */
    page.utf8 = locale_is_utf8() && !dumb;
    page.colour = terminal && term && *term && !dumb && !(no_colour && *no_colour);
    return page;
}
