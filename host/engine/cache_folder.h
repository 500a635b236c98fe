/* cache_folder.h - the folder of the cache: which one, made where it is missing, refused where it is not the user's alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CACHE_FOLDER_H
#define APSIS_HOST_CACHE_FOLDER_H
#include <stddef.h>

/* A descriptor of the folder, *path (to be freed); or -1 and a sentence in `why`. */
int apsis_cache_folder(char **path, char *why, size_t why_size);

#endif
