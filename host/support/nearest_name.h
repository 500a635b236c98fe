/* nearest_name.h - what was meant by a name that is not there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_NEAREST_NAME_H
#define APSIS_HOST_NEAREST_NAME_H
#include <stddef.h>

/* The nearest of `count` names to `name` by edit distance (transpositions count one), or NULL when none is near. */
const char *apsis_nearest_name(const char *name, const char *const *names, size_t count);

#endif
