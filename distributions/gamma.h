/* gamma.h - the standard gamma distribution, which gamma, chi_squared and inverse_gamma stretch or turn. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_GAMMA_H
#define APSIS_DISTRIBUTIONS_GAMMA_H
#include "distributions/family.h"

extern const struct apsis_family apsis_family_gamma;

/* Quantile of shape `shape`, scale 1, and its logarithm, which does not underflow where a small shape's quantile does. */
double apsis_gamma_standard_quantile(double shape, double lower, double upper);
double apsis_gamma_standard_log_quantile(double shape, double lower, double upper);
/* x = base + scale * G, G standard gamma; tables of the same shape are one */
void apsis_gamma_table(double shape, double scale, struct apsis_table_source *source);
/* shape and scale by two percentiles: NULL or why not */
const char *apsis_gamma_percents(const double *arguments, const double *percents, double *shape, double *scale);

#endif
