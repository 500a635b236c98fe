/* incomplete_gamma.c - the regularised incomplete gamma functions, both tails, and the gamma density. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/gauss_legendre.h"
#include "kernels/special/special_parts.h"

#define LARGE 1000.0 /* from this parameter on a tail near the mode is integrated: up to here the sums are faster */

double apsis_gamma_scale(double a) { return ap_sqrt(a) / (APSIS_SQRT_TWO_PI * apsis_scaled_gamma(a)); }

static struct apsis_dd exponent(double a, struct apsis_dd x) /* a ln(x/a) + a - x <= 0 */
{
    struct apsis_dd log = apsis_dd_log_ratio(x, apsis_dd_of(a));
    return apsis_dd_add(apsis_dd_scale(a, log), apsis_dd_add(apsis_dd_of(a), apsis_dd_negate(x)));
}

double apsis_gamma_prefactor(double a, struct apsis_dd x, double scale) /* x^a exp(-x) / Gamma(a) */
{
    if (x.hi > 1e200) return 0;
    return scale * apsis_dd_exp(exponent(a, x));
}

/* P / prefactor for x <= a (or small x): 1/a (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...), DLMF 8.7.1 */
static double lower_series(double a, double x)
{
    double term = 1, sum = 1;
    for (int k = 1; k < 2000 && term > sum * 0x1p-56; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum / a;
}

/* Q / prefactor for x > a: Legendre's continued fraction, DLMF 8.9.2 contracted, by forward recurrence of its convergents */
double apsis_gamma_upper_fraction(double a, double x)
{
    double b = x + 1 - a, above0 = 0, above = 1, below0 = 1, below = b;
    for (int k = 1; k < 2000; k++) {
        double c = -k * (k - a);
        b += 2;
        double above1 = ap_fma(b, above, c * above0), below1 = ap_fma(b, below, c * below0);
        double cross = above1 * below - above * below1; /* the change of the quotient, times below * below1 */
        int done = ap_abs(cross) <= 0x1p-55 * ap_abs(above1 * below);
        above0 = above, above = above1, below0 = below, below = below1;
        if (done) break;
        if (ap_abs(below) > 0x1p200) above0 *= 0x1p-200, above *= 0x1p-200, below0 *= 0x1p-200, below *= 0x1p-200;
    }
    return above / below;
}

/* exp(v) - 1 - v for |v| < 1/3: 1/12!, 1/11!, ... */
static double bend(double v)
{
    double r = 0x1.1eed8eff8d898p-29;
    r = ap_fma(r, v, 0x1.ae64567f544e4p-26);
    r = ap_fma(r, v, 0x1.27e4fb7789f5cp-22);
    r = ap_fma(r, v, 0x1.71de3a556c734p-19);
    r = ap_fma(r, v, 0x1.a01a01a01a01ap-16);
    r = ap_fma(r, v, 0x1.a01a01a01a01ap-13);
    r = ap_fma(r, v, 0x1.6c16c16c16c17p-10);
    r = ap_fma(r, v, 0x1.1111111111111p-7);
    r = ap_fma(r, v, 0x1.5555555555555p-5);
    r = ap_fma(r, v, 0x1.5555555555555p-3);
    r = ap_fma(r, v, 0.5);
    return r * v * v;
}

/* The tail away from the mode, divided by the prefactor. With t = x exp(-+s) it is the integral over s >= 0 of exp(-g(s)),
   g(s) = lambda s + x (exp(-+s) - 1 +- s), lambda = |a - x|: convex, g(0) = 0. Cut off where its parabola passes 40, and a
   tenth beyond, since x >= 400 leaves g at least 38 there; end < 0.32. */
static double tail_integral(double x, double lambda, int upper)
{
    double sign = upper ? 1 : -1, end = 88 / (lambda + ap_sqrt(ap_fma(lambda, lambda, 80 * x))), sum = 0;
    for (int i = 0; i < APSIS_LEGENDRE_NODES; i++) {
        double s = end * apsis_legendre_node[i];
        sum = ap_fma(apsis_legendre_weight[i], ap_exp(-ap_fma(lambda, s, x * bend(sign * s))), sum);
    }
    return sum * end;
}

/* Q for small a and x, where 1 - P would cancel: P = x^a / Gamma(1+a) (1 + a sum (-x)^k / (k! (a+k))) */
static double upper_small(double a, double x)
{
    double sum = 0, term = 1;
    for (int k = 1; k < 60; k++) {
        term *= -x / k;
        double part = term / (a + k);
        sum += part;
        if (ap_abs(part) < 0x1p-56 * ap_abs(sum)) break;
    }
    double log = ap_fma(a, ap_log(x), -apsis_lgamma1p(a)), drop = ap_expm1(log);
    return -(drop + (1 + drop) * a * sum);
}

struct apsis_tails apsis_gamma_tails(double a, struct apsis_dd x, double scale)
{
    struct apsis_tails r;
    double v = x.hi;
    if (v > 1e200) return (struct apsis_tails){1, 0, 0};
    r.slope = apsis_gamma_prefactor(a, x, scale);
    double lambda = (a - v) - x.lo;
    if (v <= a || v < 1.5) {
        r.lower = r.slope * (a < LARGE || v < 0.4 * a ? lower_series(a, v) : tail_integral(v, lambda, 0));
        r.upper = a < 0.3 && r.lower > 0.5 ? upper_small(a, v) : 1 - r.lower;
    } else {
        r.upper = r.slope * (a < LARGE || v > 2 * a + 20 ? apsis_gamma_upper_fraction(a, v) : tail_integral(v, -lambda, 1));
        r.lower = 1 - r.upper;
    }
    r.lower = r.lower > 0 ? apsis_smaller(r.lower, 1) : 0;
    r.upper = r.upper > 0 ? apsis_smaller(r.upper, 1) : 0;
    return r;
}

void apsis_incomplete_gamma(double a, double x, double *lower, double *upper)
{
    *lower = *upper = ap_nan();
    if (apsis_bad_shape(a) || !(x >= 0)) return;
    if (x == 0) {
        *lower = 0, *upper = 1;
        return;
    }
    struct apsis_tails r = apsis_gamma_tails(a, apsis_dd_of(x), apsis_gamma_scale(a));
    *lower = r.lower, *upper = r.upper;
}

double apsis_gamma_density(double a, double x)
{
    if (apsis_bad_shape(a) || x != x) return ap_nan();
    if (x < 0) return 0;
    if (x == 0) return a < 1 ? ap_infinity() : a == 1 ? 1 : 0;
    return apsis_gamma_prefactor(a, apsis_dd_of(x), apsis_gamma_scale(a)) / x;
}

double apsis_gamma_log_density(double a, double x)
{
    if (apsis_bad_shape(a) || x != x) return ap_nan();
    if (x < 0) return -ap_infinity();
    if (x == 0) return a < 1 ? ap_infinity() : a == 1 ? 0 : -ap_infinity();
    if (x > 1e200) return -x;
    struct apsis_dd d = exponent(a, apsis_dd_of(x));
    return d.hi + (d.lo + ap_log(apsis_gamma_scale(a) / x));
}
