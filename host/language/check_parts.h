/* check_parts.h - what the files of the checker share among themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CHECK_PARTS_H
#define APSIS_HOST_CHECK_PARTS_H
#include "host/language/check.h"

/* Adds a definition to the rules of its name. */
void apsis_add_rule(struct apsis_names *names, const struct apsis_definition *definition, int layer);

#endif
