/* student.c - Student's t: both tails and the quantile, through the incomplete beta function of nu / (nu + t^2). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special_parts.h"

void apsis_student_t_tails(double nu, double t, double *lower, double *upper)
{
    *lower = *upper = ap_nan();
    if (apsis_bad_shape(nu) || t != t) return;
    double size = ap_abs(t), tail = 0.5, a = nu / 2;
    if (size > 1e140 || size > 1e70 * ap_sqrt(nu)) {
        /* x = nu / t^2 may be no double: I_x(a, 1/2) is x^a / (a B(a, 1/2)) there */
        double log_x = ap_log(nu) - 2 * ap_log(size);
        tail = ap_exp(a * log_x - ap_log(a) - apsis_log_beta(a, 0.5)) / 2;
    } else if (size * size > 1e-290) {
        struct apsis_dd square = apsis_dd_product(size, size), sum = apsis_dd_add(square, apsis_dd_of(nu));
        struct apsis_dd x = apsis_dd_divide(apsis_dd_of(nu), sum), y = apsis_dd_divide(square, sum);
        struct apsis_tails r = apsis_beta_tails(a, 0.5, x, y, apsis_beta_scale(a, 0.5));
        tail = r.lower / 2;
    }
    *lower = t < 0 ? tail : 1 - tail;
    *upper = t < 0 ? 1 - tail : tail;
}

double apsis_student_t_quantile(double nu, double lower, double upper)
{
    if (apsis_bad_shape(nu) || !(lower >= 0 && upper >= 0 && lower <= 1 && upper <= 1 && lower + upper > 0.5)) return ap_nan();
    double p = apsis_smaller(lower, upper), rest = ap_abs(upper - lower), a = nu / 2, size;
    if (p == 0) size = ap_infinity();
    else if (rest == 0) size = 0;
    else {
        /* far out I_x(a, 1/2) = x^a / (a B(a, 1/2)), where x may be no double */
        double log_x = a < 20 ? (ap_log(2 * p) + ap_log(a) + apsis_log_beta(a, 0.5)) / a : 0;
        if (log_x < -320) size = ap_exp((ap_log(nu) - log_x) / 2);
        else {
            double x, y;
            apsis_incomplete_beta_inverse(a, 0.5, 2 * p, rest, &x, &y);
            size = ap_sqrt(nu) * ap_sqrt(y / x);
        }
    }
    return lower < upper ? -size : size;
}
