/* incomplete_beta.c - the regularised incomplete beta functions, both tails, and the beta density. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/gauss_legendre.h"
#include "kernels/special/special_parts.h"

#define LARGE 1000.0 /* from this smaller parameter on a tail near the mode is integrated: up to here the sums are faster */

double apsis_beta_scale(double a, double b)
{
    double square = ap_sqrt(apsis_smaller(a, b)) * ap_sqrt(apsis_larger(a, b) / (a + b));
    return square / APSIS_SQRT_TWO_PI * apsis_scaled_gamma(a + b) / (apsis_scaled_gamma(a) * apsis_scaled_gamma(b));
}

static struct apsis_dd exponent(double a, double b, struct apsis_dd x, struct apsis_dd y) /* a ln(n x/a) + b ln(n y/b) <= 0, n = a + b */
{
    double unit = a + b < 1 ? 0x1p332 : 1; /* small n times small x stays a number */
    struct apsis_dd n = apsis_dd_sum(a * unit, b * unit);
    struct apsis_dd p = apsis_dd_scale(a, apsis_dd_log_ratio(apsis_dd_multiply(n, x), apsis_dd_of(a * unit)));
    struct apsis_dd q = apsis_dd_scale(b, apsis_dd_log_ratio(apsis_dd_multiply(n, y), apsis_dd_of(b * unit)));
    return apsis_dd_add(p, q);
}

double apsis_beta_prefactor(double a, double b, struct apsis_dd x, struct apsis_dd y, double scale) /* x^a y^b / B(a, b) */
{
    return scale * apsis_dd_exp(exponent(a, b, x, y));
}

/* Everything below is I_x(a, b) for x <= a / (a + b), the mode in ln(x / y), divided by the prefactor. */

/* 1/a (1 + (a+b) x/(a+1) + (a+b)(a+b+1) x^2/((a+1)(a+2)) + ...), DLMF 8.17.8: all terms positive */
static double series(double a, double b, double x)
{
    double n = a + b, term = 1, sum = 1;
    for (int k = 1; k < 5000 && term > sum * 0x1p-56; k++) {
        term *= (n + (k - 1)) * x / (a + k);
        sum += term;
    }
    return sum / a;
}

/* DiDonato and Morris's continued fraction (TOMS 18, eq. 9), by forward recurrence of its convergents */
static double fraction(double a, double b, double x, double lambda)
{
    double above0 = 0, above = 1, below0 = 1, below = a * (lambda + 1) / (a + 1);
    for (int k = 1; k < 2000; k++) {
        double two = a + 2 * k, ratio = x / (two - 1), steps = k * (b - k) * ratio;
        double c = (a + k - 1) * (a + b + k - 1) * ratio * steps;
        /* alpha_(k+1) = (a+k-1)(a+b+k-1) k (b-k) x^2 / (a+2k-1)^2 */
        double beta = k + steps + (a + k) * (lambda + 1 + k * (2 - x)) / (two + 1);
        double above1 = ap_fma(beta, above, c * above0), below1 = ap_fma(beta, below, c * below0);
        double cross = above1 * below - above * below1;
        int done = ap_abs(cross) <= 0x1p-55 * ap_abs(above1 * below);
        above0 = above, above = above1, below0 = below, below = below1;
        if (done) break;
        if (ap_abs(below) > 0x1p200) above0 *= 0x1p-200, above *= 0x1p-200, below0 *= 0x1p-200, below *= 0x1p-200;
    }
    return above / below;
}

#define TERMS 20
/* Taylor coefficients of x s + ln(y + x exp(-s)) from s^2 on. Its derivative is x - t, where t' = -t (1 - t), t(0) = x. */
static void bend_terms(double x, double y, int terms, double *c)
{
    double tau[TERMS + 2], skew = y - x;
    tau[1] = -x * y;
    for (int k = 1; k < terms; k++) {
        double sum = 0;
        for (int i = 1; 2 * i < k; i++) sum = ap_fma(tau[i], tau[k - i], sum);
        sum *= 2;
        if (k % 2 == 0) sum = ap_fma(tau[k / 2], tau[k / 2], sum);
        tau[k + 1] = (sum - skew * tau[k]) / (k + 1);
    }
    for (int k = 1; k <= terms; k++) c[k - 1] = -tau[k] / (k + 1);
}

/* With t / (1 - t) = exp(-s) x / y the tail is the integral over s >= 0 of exp(-g(s)), g(s) = lambda s + n (x s + ln(y + x exp(-s))),
   lambda = a y - b x: convex, g(0) = 0. Cut off where its parabola passes 40, and a tenth beyond, since a, b >= 1000 leave g at
   least 38 there; end < 0.45. */
static double tail_integral(double n, double x, double y, double lambda)
{
    double end = 88 / (lambda + ap_sqrt(ap_fma(lambda, lambda, 80 * n * x * y))), sum = 0, c[TERMS];
    int terms = end < 0.05 ? 8 : end < 0.2 ? 12 : TERMS;
    bend_terms(x, y, terms, c);
    for (int i = 0; i < APSIS_LEGENDRE_NODES; i++) {
        double s = end * apsis_legendre_node[i], r = c[terms - 1];
        for (int k = terms - 2; k >= 0; k--) r = ap_fma(r, s, c[k]);
        sum = ap_fma(apsis_legendre_weight[i], ap_exp(-ap_fma(lambda, s, n * r * s * s)), sum);
    }
    return sum * end;
}

/* I_x(a, b) itself for small b and n y, where the upper tail is most of the whole:
   I_y(b, a) = y^b / (b B(a, b)) (1 + b sum (1-a)_k y^k / (k! (b+k))), DLMF 8.17.7 */
static double complement(double a, double b, double y)
{
    double sum = 0, term = 1;
    for (int k = 1; k < 200; k++) {
        term *= (k - a) * y / k;
        double part = term / (b + k);
        sum += part;
        if (ap_abs(part) <= 0x1p-57 * ap_abs(sum)) break;
    }
    double log = b * ap_log(y) - (apsis_lgamma1p(b) + apsis_log_gamma_step(a, b)), drop = ap_expm1(log);
    return -(drop + (1 + drop) * b * sum);
}

static double near_tail(double a, double b, double x, double y, double lambda, double prefactor)
{
    double n = a + b, least = apsis_smaller(a, b);
    if (b < 0.5 && y < 0.5 && n * y < 1.5) return complement(a, b, y);
    if (x <= 0.7 && (a < LARGE || n * x < 0.5 * a)) return prefactor * series(a, b, x);
    if (least >= LARGE) return prefactor * tail_integral(n, x, y, lambda);
    return prefactor * fraction(a, b, x, lambda);
}

/* the other tail, which for small a is small on both sides of the mode */
static double far_tail(double a, double b, double x, double near)
{
    return a < 0.3 && x < 0.5 && near > 0.5 ? complement(b, a, x) : 1 - near;
}

struct apsis_tails apsis_beta_tails(double a, double b, struct apsis_dd x, struct apsis_dd y, double scale)
{
    struct apsis_tails r;
    r.slope = apsis_beta_prefactor(a, b, x, y, scale);
    struct apsis_dd lambda = apsis_dd_add(apsis_dd_scale(a, y), apsis_dd_negate(apsis_dd_scale(b, x))); /* a y - b x */
    if (lambda.hi >= 0) {
        r.lower = near_tail(a, b, x.hi, y.hi, lambda.hi, r.slope);
        r.upper = far_tail(a, b, x.hi, r.lower);
    } else {
        r.upper = near_tail(b, a, y.hi, x.hi, -lambda.hi, r.slope);
        r.lower = far_tail(b, a, y.hi, r.upper);
    }
    r.lower = r.lower > 0 ? apsis_smaller(r.lower, 1) : 0;
    r.upper = r.upper > 0 ? apsis_smaller(r.upper, 1) : 0;
    return r;
}

/* The smaller of the two is exact; 1 minus it has more digits than a double. */
static void complete(double x, double y, struct apsis_dd *xx, struct apsis_dd *yy)
{
    if (x <= y) *xx = apsis_dd_of(x), *yy = apsis_dd_sum(1, -x);
    else *yy = apsis_dd_of(y), *xx = apsis_dd_sum(1, -y);
}

void apsis_incomplete_beta(double a, double b, double x, double y, double *lower, double *upper)
{
    *lower = *upper = ap_nan();
    if (apsis_bad_shape(a) || apsis_bad_shape(b) || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return;
    if (x == 0 || y == 0) {
        *lower = x == 0 ? 0 : 1, *upper = x == 0 ? 1 : 0;
        return;
    }
    struct apsis_dd xx, yy;
    complete(x, y, &xx, &yy);
    struct apsis_tails r = apsis_beta_tails(a, b, xx, yy, apsis_beta_scale(a, b));
    *lower = r.lower, *upper = r.upper;
}

static double edge_density(double shape, double other) /* where x (of this shape) is 0 */
{
    return shape < 1 ? ap_infinity() : shape == 1 ? other : 0;
}

double apsis_beta_density(double a, double b, double x, double y)
{
    if (apsis_bad_shape(a) || apsis_bad_shape(b) || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return ap_nan();
    if (x == 0) return edge_density(a, b);
    if (y == 0) return edge_density(b, a);
    struct apsis_dd xx, yy;
    complete(x, y, &xx, &yy);
    return apsis_beta_prefactor(a, b, xx, yy, apsis_beta_scale(a, b)) / x / y;
}

double apsis_beta_log_density(double a, double b, double x, double y)
{
    if (apsis_bad_shape(a) || apsis_bad_shape(b) || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return ap_nan();
    if (x == 0 || y == 0) return ap_log(apsis_beta_density(a, b, x, y));
    struct apsis_dd xx, yy;
    complete(x, y, &xx, &yy);
    struct apsis_dd d = exponent(a, b, xx, yy);
    return d.hi + (d.lo + (ap_log(apsis_beta_scale(a, b)) - ap_log(x) - ap_log(y)));
}
