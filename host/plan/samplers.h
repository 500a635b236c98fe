/* samplers.h - what the draw loop needs of each distribution: its form, its numbers, its table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SAMPLERS_H
#define APSIS_HOST_SAMPLERS_H
#include "distributions/family.h"
#include "host/support/arena.h"
#include "kernels/smooth_table.h"
#include "kernels/step_table.h"

struct ap_sampler;

/* One draw instruction's wish: a distribution with constant parameters, drawn from u or (a correlated input) from a normal score. */
struct apsis_sampler_request {
    const struct apsis_distribution *distribution; /* NULL: a family whose parameters come lane by lane */
    const struct apsis_family *family;             /* where distribution is NULL */
    int from_score;
    struct ap_sampler *out;   /* filled here; the caller sets `varying` of families with other than constant parameters */
    const char *why;          /* on failure, what is wrong with it; else NULL */
};

/* Fills every request's sampler; tables are built in parallel and shared by requests with the same standardised parameters.
   Everything built lies in the arena. APSIS_MODEL_ERROR if any failed. */
enum apsis_status apsis_samplers_build(struct apsis_arena *arena, struct apsis_sampler_request *requests, size_t count);

/* One sampler, nothing shared. */
enum apsis_status apsis_sampler_build(struct apsis_arena *arena, const struct apsis_distribution *d, int from_score,
                                      struct ap_sampler *out, const char **why);

/* Steps and knots (host/plan/steps_build.c). NULL or why not. */
const char *apsis_steps_build(struct apsis_arena *arena, const struct apsis_distribution *d, struct ap_steps *out);
const char *apsis_steps_build_constant(struct apsis_arena *arena, double value, struct ap_steps *out);

#endif
