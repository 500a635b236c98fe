/* version.c - which Apsis this is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "include/apsis.h"

const char *apsis_version(void)
{
    return APSIS_VERSION_TEXT;
}
