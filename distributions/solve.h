/* solve.h - finds the parameters that percentiles or moments ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_SOLVE_H
#define APSIS_DISTRIBUTIONS_SOLVE_H

/* The x in [low, high] where the rising or falling f crosses `target`, by bisection down to neighbouring doubles on a logarithmic scale
   (0 < low). NaN when f does not reach it between these ends. */
double apsis_solve_log(double (*f)(double x, const void *context), const void *context, double low, double high, double target);

#endif
