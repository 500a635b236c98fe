/* solve.c - finds the parameters that percentiles or moments ask for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/solve.h"

#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"

double apsis_solve_log(double (*f)(double x, const void *context), const void *context, double low, double high, double target)
{
    double at_low = f(low, context) - target, at_high = f(high, context) - target;
    if (at_low == 0) return low;
    if (at_high == 0) return high;
    if (!(at_low < 0 ? at_high > 0 : at_low > 0 && at_high < 0)) return ap_nan();
    double a = ap_log(low), b = ap_log(high);
    for (int i = 0; i < 200; i++) {
        /* false position on one half of the steps, bisection on the other: quick on smooth functions, bounded on all */
        double middle = i & 1 ? 0.5 * (a + b) : a - at_low * ((b - a) / (at_high - at_low));
        if (!(middle > a && middle < b)) middle = 0.5 * (a + b);
        if (!(middle > a && middle < b)) break;
        double y = f(ap_exp(middle), context) - target;
        if (y == 0) return ap_exp(middle);
        if ((y < 0) == (at_low < 0)) a = middle, at_low = y;
        else b = middle, at_high = y;
        if (b - a <= 0x1p-51 * ap_abs(a)) break;
    }
    return ap_exp(ap_abs(at_low) < ap_abs(at_high) ? a : b);
}
