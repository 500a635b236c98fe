/* error_function.c - erf, erfc and the scaled erfc, as incomplete gamma functions of x^2 kept to 106 bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/special/special_parts.h"

#define TWO_OVER_SQRT_PI 0x1.20dd750429b6dp+0
#define SQRT_PI 0x1.c5bf891b4ef6bp+0

static struct apsis_tails tails_of_square(double x)
{
    return apsis_gamma_tails(0.5, apsis_dd_product(x, x), apsis_gamma_scale(0.5));
}

double apsis_erf(double x)
{
    if (x != x) return x;
    double size = ap_abs(x);
    if (size < 1e-10) return x * TWO_OVER_SQRT_PI; /* the next term is x^2 / 3 of this one */
    if (size > 6) return ap_copysign(1, x);
    return ap_copysign(tails_of_square(x).lower, x);
}

double apsis_erfc(double x)
{
    if (x != x) return x;
    if (ap_abs(x) < 1e-10) return 1 - x * TWO_OVER_SQRT_PI;
    if (x > 27) return 0;
    if (x < -6) return 2;
    struct apsis_tails r = tails_of_square(x);
    return x > 0 ? r.upper : 1 + r.lower;
}

double apsis_erfcx(double x)
{
    if (!(x >= -26)) return ap_nan();
    if (x >= 1.25) {
        if (x > 1e8) return 1 / (x * SQRT_PI); /* the next term is 1 / (2 x^2) of this one */
        return x * apsis_gamma_upper_fraction(0.5, x * x) / SQRT_PI;
    }
    return apsis_erfc(x) * apsis_dd_exp(apsis_dd_product(x, x));
}
