/* special_parts.h - what the files of special/ share among themselves: scaled gamma, prefactors, evaluation with its slope. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SPECIAL_SPECIAL_PARTS_H
#define APSIS_KERNELS_SPECIAL_SPECIAL_PARTS_H
#include "kernels/special/double_double.h"
#include "kernels/special/special.h"

#define APSIS_SQRT_TWO_PI 0x1.40d931ff62706p+1
#define APSIS_HALF_LOG_TWO_PI 0x1.d67f1c864beb5p-1
#define APSIS_TINY 1e-307 /* what lies below is 0 */

/* Gamma*(x) = Gamma(x) exp(x) x^(1/2 - x) / sqrt(2 pi) = exp(correction), near 1 for large x and 1/sqrt(2 pi x) for small */
double apsis_scaled_gamma(double x);
/* 1/Gamma(1 + t) - 1 and ln Gamma(1 + t) for |t| <= 1/2, keeping their digits at 0 */
double apsis_rgamma1pm1(double t);
double apsis_lgamma1p(double t);
/* ln(Gamma(b) / Gamma(b + a)) for 0 < a <= 1, keeping its digits as a goes to 0 */
double apsis_log_gamma_step(double b, double a);

/* Both tails and x times the density (beta: x y times it): the slope of the lower tail in ln x (beta: in ln(x / y)). */
struct apsis_tails { double lower, upper, slope; };

/* sqrt(a / 2 pi) / Gamma*(a), the part of the prefactor that does not depend on x */
double apsis_gamma_scale(double a);
struct apsis_tails apsis_gamma_tails(double a, struct apsis_dd x, double scale);
double apsis_gamma_prefactor(double a, struct apsis_dd x, double scale);
double apsis_gamma_upper_fraction(double a, double x); /* Q / prefactor, x > a and x >= 1.5 */

/* sqrt(a b / (2 pi (a + b))) Gamma*(a + b) / (Gamma*(a) Gamma*(b)) */
double apsis_beta_scale(double a, double b);
struct apsis_tails apsis_beta_tails(double a, double b, struct apsis_dd x, struct apsis_dd y, double scale);
double apsis_beta_prefactor(double a, double b, struct apsis_dd x, struct apsis_dd y, double scale);

/* A rough normal score, |error| < 5e-4, where an iteration begins. */
double apsis_rough_score(double lower, double upper);

static inline int apsis_bad_positive(double x) { return !(x > 0 && x <= 0x1.fffffffffffffp+1023); }
/* a parameter within 1e-100 .. 1e60, where no intermediate result overflows */
static inline int apsis_bad_shape(double a) { return !(a >= 1e-100 && a <= 1e60); }
static inline double apsis_smaller(double a, double b) { return a < b ? a : b; }
static inline double apsis_larger(double a, double b) { return a > b ? a : b; }

#endif
