/* steps.h - values with chances, in rising order: what discrete and empirical are, whatever they were written as. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_STEPS_H
#define APSIS_DISTRIBUTIONS_STEPS_H
#include "distributions/family.h"

/* d->x: count values, strictly rising; d->w[i] = P(X <= x[i]), d->tail[i] = P(X > x[i]), each summed from its own end. */
const char *apsis_steps_check(const struct apsis_distribution *d);
void apsis_steps_tails(const struct apsis_distribution *d, double x, double *lower, double *upper);
double apsis_steps_quantile(const struct apsis_distribution *d, double lower, double upper);
double apsis_steps_mass(const struct apsis_distribution *d, double x);
double apsis_steps_mean(const struct apsis_distribution *d);
double apsis_steps_sd(const struct apsis_distribution *d);
void apsis_steps_support(const struct apsis_distribution *d, double *low, double *high);
/* Makes x, w and tail of values (any order, repeats allowed) and their weights (NULL: all the same), which need not sum to 1. */
void apsis_steps_set(struct apsis_arena *arena, struct apsis_distribution *d, const double *values, const double *weights, size_t count);
/* Smallest whole k with P(X <= k) >= lower, from the family's tails, mean and sd, for families without a quicker way. */
double apsis_steps_search(const struct apsis_distribution *d, double lower, double upper);
/* A discrete distribution as steps: itself where it is, else its whole numbers as far as their tails pass 2^-60. At most 1e6 of them. */
const struct apsis_distribution *apsis_steps_of(struct apsis_arena *arena, const struct apsis_distribution *d, const char **why);

#endif
