/* solve.h - finds the parameters that percentiles or moments ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_SOLVE_H
#define APSIS_DISTRIBUTIONS_SOLVE_H

/* The x in [low, high] where the rising or falling f crosses `target`, by bisection down to neighbouring doubles on a logarithmic scale
   (0 < low). NaN when f does not reach it between these ends. */
double apsis_solve_log(double (*f)(double x, const void *context), const void *context, double low, double high, double target);

/* The x in [low, high] where f, of opposite signs at the two ends, changes its sign: inverse quadratic steps, and bisection where they
   do not pay (Chandrupatla 1997). Infinite values are fine. NaN where the ends agree. */
double apsis_solve_root(double (*f)(double x, const void *context), const void *context, double low, double high);

#endif
