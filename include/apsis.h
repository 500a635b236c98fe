/* apsis.h - the public C interface of Apsis. C11, needs nothing but the standard library. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_H
#define APSIS_H

#ifdef __cplusplus
extern "C" {
#endif

#define APSIS_VERSION_MAJOR 0
#define APSIS_VERSION_MINOR 1
#define APSIS_VERSION_PATCH 0
#define APSIS_VERSION_TEXT "0.1.0"

/* What every function of Apsis that can fail returns. The values are the exit codes of the command. */
enum apsis_status {
    APSIS_OK = 0,
    APSIS_FAILURE = 1,      /* the machine: memory, files, a device; the text says which */
    APSIS_USAGE = 2,        /* the caller: an argument out of range */
    APSIS_MODEL_ERROR = 65, /* the model's text: see the diagnostics */
    APSIS_INCOMPLETE = 75,  /* not finished; the same call again goes on */
    APSIS_INTERRUPTED = 130 /* stopped by request; what is known so far is valid */
};

/* The version of the library that is linked, as text: "0.1.0". Never NULL, never freed. */
const char *apsis_version(void);

#ifdef __cplusplus
}
#endif
#endif
