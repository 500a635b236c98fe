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

double apsis_solve_root(double (*f)(double x, const void *context), const void *context, double low, double high)
{
    double a = high, b = low, c = high, at_a = f(a, context), at_b = f(b, context), at_c = at_a; /* b is the newest, a across from it */
    if (at_a == 0) return a;
    if (at_b == 0) return b;
    if (!(at_a < 0 ? at_b > 0 : at_a > 0 && at_b < 0)) return ap_nan();
    double step = 0.5;
    for (int i = 0; i < 200; i++) {
        double x = ap_fma(step, b - a, a), y = f(x, context);
        if (y == 0) return x;
        if ((y < 0) == (at_a < 0)) {
            c = a, at_c = at_a;
        } else {
            c = b, at_c = at_b;
            b = a, at_b = at_a;
        }
        a = x, at_a = y;
        double nearer = ap_abs(at_a) < ap_abs(at_b) ? a : b, least = ap_fma(0x1p-52, ap_abs(nearer), 0x1p-55) / ap_abs(b - a);
        if (!(least < 0.5)) return nearer;
        double xi = (a - b) / (c - b), phi = (at_a - at_b) / (at_c - at_b), rest = 1 - phi;
        step = 0.5;
        if (phi * phi < xi && rest * rest < 1 - xi)
            step = at_a / (at_b - at_a) * (at_c / (at_b - at_c)) + (c - a) / (b - a) * (at_a / (at_c - at_a)) * (at_b / (at_c - at_b));
        if (!(step > least)) step = least; /* no less than one double */
        if (step > 1 - least) step = 1 - least;
    }
    return ap_abs(at_a) < ap_abs(at_b) ? a : b;
}
