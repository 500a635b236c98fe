/* knots.h - straight pieces of a cumulative curve: what cumulative and histogram are. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_KNOTS_H
#define APSIS_DISTRIBUTIONS_KNOTS_H
#include "distributions/family.h"

/* d->x: count points, rising; d->w[i] = P(X <= x[i]) and d->tail[i] = P(X > x[i]); both straight in between. Two equal x are a jump:
   a chance of that very value. */
const char *apsis_knots_set(struct apsis_arena *arena, struct apsis_distribution *d, const double *x, const double *w, size_t count);
void apsis_knots_tails(const struct apsis_distribution *d, double x, double *lower, double *upper);
double apsis_knots_quantile(const struct apsis_distribution *d, double lower, double upper);
double apsis_knots_density(const struct apsis_distribution *d, double x);
double apsis_knots_mean(const struct apsis_distribution *d);
double apsis_knots_sd(const struct apsis_distribution *d);
void apsis_knots_support(const struct apsis_distribution *d, double *low, double *high);

#endif
