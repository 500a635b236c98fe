/* special.h - the special functions that tables, parameter solvers and exact intervals are made of; the same bits on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SPECIAL_SPECIAL_H
#define APSIS_KERNELS_SPECIAL_SPECIAL_H
/*
 * Only + - * / sqrt fma and the kernels' exp, expm1, log and log1p are used, so a result is a function of its arguments.
 * Every loop is bounded. A NaN argument, or one outside the stated domain, gives NaN. Results below 1e-307 may be 0.
 * Parameters a, b and nu lie in 1e-100 .. 1e60. Measured errors: see each group; relative, the largest against mpmath over
 * the 4,275 points of tests/data/special_points.txt, where a and b run from 0.001 to 1e8 and 1e7 and tails down to 1e-300.
 *
 * Sources: DLMF chapters 5, 7 and 8; DiDonato and Morris, TOMS 12 (1986) 377 and TOMS 18 (1992) 360 (continued fractions,
 * small-parameter forms); Loader, "Fast and accurate computation of binomial probabilities" (2000), whose saddle-point
 * form every prefactor here has: the exponent is made in double-double, so that a tail of 1e-300 keeps its digits.
 * Time on a 2020s x86-64 core: incomplete gamma 100 to 330 ns, beta 180 to 510 ns, an inverse from a good guess 60 ns more.
 * Parameters from 1000 on: the tail is prefactor * integral over s >= 0 of exp(-g(s)) with g convex, by Gauss and Legendre.
 */
#include <stdint.h>

/* Gamma and beta functions. Measured 5e-16 (lgamma, log_beta) and 8e-16 (digamma), relative to the larger of 1 and the value for the last two. */
double apsis_lgamma(double x);                       /* ln Gamma(x), x > 0; keeps its digits at the zeros 1 and 2 */
double apsis_gamma_correction(double x);             /* ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2), x > 0; absolute 1e-15 below 10 */
double apsis_log_beta(double a, double b);           /* ln B(a, b), a, b > 0; no difference of large log-gammas */
double apsis_digamma(double x);                      /* d/dx ln Gamma(x), x > 0 */

/* Error function. erfcx(x) = exp(x^2) erfc(x), for x >= -26. Measured 7e-16 for erf, 3e-15 for the others. */
double apsis_erf(double x);
double apsis_erfc(double x);
double apsis_erfcx(double x);

/* Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, each to its own relative error; a > 0, x >= 0. Measured 6e-15. */
void apsis_incomplete_gamma(double a, double x, double *lower, double *upper);
/* x with P(a, x) = lower and Q(a, x) = upper, lower + upper = 1; the smaller of the two is the one that is used.
   The guess of _from is any positive number: one within 1e-5 of x costs one evaluation. */
double apsis_incomplete_gamma_inverse(double a, double lower, double upper);
double apsis_incomplete_gamma_inverse_from(double a, double lower, double upper, double guess);
double apsis_gamma_density(double a, double x);      /* x^(a-1) exp(-x) / Gamma(a); infinite at x = 0 for a < 1 */
double apsis_gamma_log_density(double a, double x);

/* Regularised incomplete beta functions I_x(a, b) and 1 - I_x(a, b) = I_y(b, a); a, b > 0, x in [0, 1], y = 1 - x.
   The smaller of x and y is taken as exact, the other as its complement, which has more digits than a double.
   Measured 8e-15, and 3e-14 where a or b is below 0.1. */
void apsis_incomplete_beta(double a, double b, double x, double y, double *lower, double *upper);
/* x and y = 1 - x, each with its own digits, with I_x(a, b) = lower and I_y(b, a) = upper; as for gamma. */
void apsis_incomplete_beta_inverse(double a, double b, double lower, double upper, double *x, double *y);
void apsis_incomplete_beta_inverse_from(double a, double b, double lower, double upper, double guess_x, double guess_y, double *x, double *y);
double apsis_beta_density(double a, double b, double x, double y); /* x^(a-1) y^(b-1) / B(a, b) */
double apsis_beta_log_density(double a, double b, double x, double y);

/* Student's t with nu > 0 degrees of freedom (not whole ones only): P(T <= t), P(T > t), and t from both. Measured 2e-14. */
void apsis_student_t_tails(double nu, double t, double *lower, double *upper);
double apsis_student_t_quantile(double nu, double lower, double upper);

/* Binomial and Poisson. n and k whole, 0 <= n < 2^53, p in [0, 1], rate >= 0. Measured 6e-15. lower = P(X <= k), upper = P(X > k); k may be -1 or past n. */
double apsis_binomial_pmf(double n, double p, double k);
void apsis_binomial_tails(double n, double p, double k, double *lower, double *upper);
double apsis_poisson_pmf(double rate, double k);
void apsis_poisson_tails(double rate, double k, double *lower, double *upper);

/* Clopper and Pearson's exact interval for a probability; confidence in (0, 1), such as 0.95; 0 <= successes <= trials. */
void apsis_binomial_interval(double successes, double trials, double confidence, double *low, double *high);

/* Distribution-free interval [X_(low), X_(high)] of the p-quantile of n draws, p = numerator / denominator in (0, 1) and
   n < 2^52: the largest low with P(Binomial(n, p) < low) <= alpha/2 and the smallest high with P(Binomial(n, p) >= high) <= alpha/2,
   alpha = 1 - confidence. Rank 0 and rank n + 1 mean that the bound does not exist. */
void apsis_quantile_ranks(uint64_t n, uint64_t numerator, uint64_t denominator, double confidence, uint64_t *low_rank, uint64_t *high_rank);

#endif
