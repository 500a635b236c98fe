/* doctor.h - what apsis doctor has found: lines for people, members for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DOCTOR_H
#define APSIS_HOST_DOCTOR_H
#include "host/cli/cli.h"

enum { APSIS_FINDINGS = 32 };
struct apsis_finding {
    const char *key, *words, *text; /* of the JSON member; of the line */
};
struct apsis_findings {
    struct apsis_finding items[APSIS_FINDINGS];
    size_t count;
    json_t *gpus; /* NULL, or a list of objects */
};
void apsis_doctor_found(struct apsis_findings *list, const char *key, const char *words, const char *text);

/* doctor_engines.c */
/* Those that --cpu may name here, the best last; it is the one that is taken: "plain, v3, v4". */
const char *apsis_doctor_instruction_sets(struct apsis_cli *cli);
void apsis_doctor_engines(struct apsis_cli *cli, struct apsis_findings *list);
void apsis_doctor_cuda(struct apsis_cli *cli, struct apsis_findings *list);

#endif
