/* measure.h - the parts of apsis_measure_run: columns set up, pilot, passes, and what is published in the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_MEASURE_H
#define APSIS_HOST_MEASURE_H
#include "host/result/digest.h"
#include "host/result/tallies.h"

struct apsis_measurement {
    struct apsis_arena *arena;
    const struct apsis_plan *plan;
    const struct apsis_engine *engine;
    void *run;
    const struct apsis_measure_settings *settings;
    struct apsis_result *result;
    struct apsis_reduced *columns;
    size_t count;          /* of columns with a measure; behind them stand sign_count that are only counted */
    size_t sign_count;
    struct apsis_measure **sign_measures; /* whose several_signs they are */
    struct apsis_tallies tallies;
    struct apsis_digest digest;
    double *expected;      /* by column: share of valid draws that its windows keep at the start of a pass */
    double *need;          /* by column: entries that it may keep at most, about */
    uint64_t tiles, done;  /* done: draws measured in the first pass */
    uint64_t pilot_draws;
    double width;
    unsigned pass;
};

/* columns.c */
void apsis_columns_init(struct apsis_measurement *m);
void apsis_columns_ranks(struct apsis_measurement *m);   /* once the valid draws are counted */
void apsis_columns_publish(struct apsis_measurement *m); /* into result->measures */
void apsis_columns_free(struct apsis_measurement *m);

/* pilot.c: draws the first tiles of the columns for which `which` is not 0; the first time centres and histograms are set too */
enum apsis_status apsis_pilot(struct apsis_measurement *m, const unsigned char *which, int first);

/* pass.c: one pass over all draws for the columns that still look for something, as many as the memory serves */
enum apsis_status apsis_pass(struct apsis_measurement *m);
int apsis_looks_for_something(const struct apsis_reduced *column); /* some order statistic of it is not known yet */

#endif
