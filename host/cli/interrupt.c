/* interrupt.c - Ctrl-C: the first asks the run to stop and print what it knows, the second ends the process. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"

volatile int apsis_interrupted;

static void on_signal(int number)
{
    (void)number;
    if (apsis_interrupted) _exit(APSIS_INTERRUPTED);
    apsis_interrupted = 1;
}

void apsis_interrupt_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
