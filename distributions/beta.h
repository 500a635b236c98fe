/* beta.h - the beta distribution on [low, high], which beta and pert share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_BETA_H
#define APSIS_DISTRIBUTIONS_BETA_H
#include "distributions/family.h"

extern const struct apsis_family apsis_family_beta;

struct apsis_beta {
    double a, b, low, high;
};
void apsis_beta_tails_at(const struct apsis_beta *beta, double x, double *lower, double *upper);
double apsis_beta_quantile_at(const struct apsis_beta *beta, double lower, double upper);
double apsis_beta_density_at(const struct apsis_beta *beta, double x);
double apsis_beta_sd_of(const struct apsis_beta *beta);
/* Tables with the same a and b are one, whatever the ends. */
void apsis_beta_table(const struct apsis_beta *beta, struct apsis_table_source *source);

#endif
