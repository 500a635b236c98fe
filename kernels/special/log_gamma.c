/* log_gamma.c - gamma, log-gamma, log-beta, digamma, and the double-double logarithm that the prefactors need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static double horner(const double *c, int n, double x)
{
    double r = c[n - 1];
    for (int i = n - 2; i >= 0; i--) r = ap_fma(r, x, c[i]);
    return r;
}

struct apsis_dd apsis_dd_log_ratio(struct apsis_dd above, struct apsis_dd below)
{
    /* above / below = 2^k m with m in [sqrt(1/2), sqrt 2]; ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172. The
       first term is kept whole; the rest is below 1/100 of it and needs no more than a double. Coefficients 1/(2j+1). */
    static const double odd[] = {1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25};
    ap_sword k = 0;
    if (above.hi < 0x1p-900) {
        above.hi *= 0x1p300, above.lo *= 0x1p300;
        k = -300;
    }
    double q = above.hi / below.hi;
    ap_sword e = (ap_sword)(ap_word_of(q) - 0x3fe6a09e667f3bcdull) >> 52;
    double power = ap_double_of((ap_word)(1023 + e) << 52);
    below.hi *= power, below.lo *= power;
    k += e;
    struct apsis_dd s = apsis_dd_divide(apsis_dd_add(above, apsis_dd_negate(below)), apsis_dd_add(above, below));
    double z = s.hi * s.hi, z2 = z * z, z4 = z2 * z2;
    double low = ap_fma(z2, ap_fma(odd[3], z, odd[2]), ap_fma(odd[1], z, odd[0]));
    double mid = ap_fma(z2, ap_fma(odd[7], z, odd[6]), ap_fma(odd[5], z, odd[4]));
    double top = ap_fma(z2, ap_fma(odd[11], z, odd[10]), ap_fma(odd[9], z, odd[8]));
    double rest = 2 * s.lo + 2 * s.hi * (z * ap_fma(z4, ap_fma(z4, top, mid), low));
    double whole = (double)k;
    struct apsis_dd r = apsis_dd_sum(whole * 0x1.62e42fefa3800p-1, 2 * s.hi); /* the first product is exact: ln 2 to 42 bits */
    return apsis_dd_sum(r.hi, r.lo + (rest + whole * 0x1.ef35793c76730p-45));
}

double apsis_dd_exp(struct apsis_dd d)
{
    double e = ap_exp(d.hi);
    return ap_fma(e, d.lo, e);
}

double apsis_rgamma1pm1(double t)
{
    /* Taylor coefficients of 1/Gamma(1+t), DLMF 5.7.1, from mpmath with 60 digits (tests/data/special_constants.py) */
    static const double c[] = {
        0x1.2788cfc6fb619p-1, -0x1.4fcf4026afa2ep-1, -0x1.5815e8fa27048p-5, 0x1.5512320b43fbep-3, -0x1.59af103c34092p-5, -0x1.3b4af28483e21p-7, 0x1.d919c527f60b2p-8,
        -0x1.317112ce3a2a8p-10, -0x1.c364fe6f1563dp-13, 0x1.0c8a78cd9f9d2p-13, -0x1.51ce8af47eabep-16, -0x1.4fad41fc34fbbp-20, 0x1.302509dbc0de3p-20, -0x1.b9986666c225dp-23,
        0x1.a44b7ba22d629p-28, 0x1.57bc3fc384334p-28, -0x1.44b4cedca388fp-30, 0x1.cae7675c18607p-34};
    return t * horner(c, COUNT(c), t);
}

double apsis_lgamma1p(double t) { return -ap_log1p(apsis_rgamma1pm1(t)); }

/* Gamma(x), 0 < x < 10 */
static double gamma_small(double x)
{
    if (x < 0.5) return 1 / ((1 + apsis_rgamma1pm1(x)) * x);
    double product = 1;
    while (x >= 1.5) {
        x -= 1; /* exact */
        product *= x;
    }
    return product / (1 + apsis_rgamma1pm1(x - 1));
}

static double stirling(double x) /* x >= 10: the remainder of DLMF 5.11.1 after nine terms is below 2e-17 */
{
    static const double c[] = {0x1.5555555555555p-4,  -0x1.6c16c16c16c17p-9, 0x1.a01a01a01a01ap-11, -0x1.3813813813814p-11, 0x1.b951e2b18ff23p-11,
                               -0x1.f6ab0d9993c7dp-10, 0x1.a41a41a41a41ap-8,  -0x1.e4286cb0f5398p-6,  0x1.6fe96381e0680p-3};
    double r = 1 / x;
    return r * horner(c, COUNT(c), r * r);
}

double apsis_scaled_gamma(double x)
{
    if (x >= 10) return ap_exp(stirling(x));
    if (x < 1e-290) return 1 / (APSIS_SQRT_TWO_PI * ap_sqrt(x));
    /* exp(x) x^(1/2 - x) */
    struct apsis_dd power = apsis_dd_scale(0.5 - x, apsis_dd_log_ratio(apsis_dd_of(x), apsis_dd_of(1)));
    return gamma_small(x) * apsis_dd_exp(apsis_dd_add(power, apsis_dd_of(x))) / APSIS_SQRT_TWO_PI;
}

double apsis_gamma_correction(double x)
{
    if (apsis_bad_positive(x)) return ap_nan();
    return x >= 10 ? stirling(x) : ap_log(apsis_scaled_gamma(x));
}

double apsis_lgamma(double x)
{
    if (apsis_bad_positive(x)) return x > 0 ? ap_infinity() : ap_nan();
    if (x < 0.5) return apsis_lgamma1p(x) - ap_log(x);
    if (x < 1.5) return apsis_lgamma1p(x - 1);
    if (x < 2.5) {
        double t = x - 2, r = apsis_rgamma1pm1(t);
        return ap_log1p((t - r) / (1 + r));
    }
    if (x < 10) return ap_log(gamma_small(x));
    return ap_fma(x - 0.5, ap_log(x) - 1, APSIS_HALF_LOG_TWO_PI - 0.5) + stirling(x);
}

double apsis_log_beta(double a, double b)
{
    if (apsis_bad_positive(a) || apsis_bad_positive(b)) return ap_nan();
    if (a > b) {
        double t = a;
        a = b, b = t;
    }
    if (a <= 0.5) return apsis_lgamma1p(a) - ap_log(a) + apsis_log_gamma_step(b, a);
    double n = a + b;
    double power = a * (ap_log1p(b / a)) + b * ap_log1p(a / b);
    double square = ap_log(n / (b * a)) / 2;
    if (n > 1e300 || b * a > 1e300) square = (ap_log1p(a / b) - ap_log(a)) / 2;
    return (square + APSIS_HALF_LOG_TWO_PI) + (apsis_gamma_correction(a) + apsis_gamma_correction(b) - apsis_gamma_correction(n)) - power;
}

double apsis_log_gamma_step(double b, double a)
{
    double sum = 0;
    for (; b < 10; b += 1) sum += ap_log1p(a / b); /* Gamma(b) / Gamma(b + a) = (1 + a/b) Gamma(b + 1) / Gamma(b + 1 + a) */
    double step = a / b;
    /* ln Gamma(b + a) - ln Gamma(b) = (b - 1/2) ln(1 + a/b) + a ln(b + a) - a + correction(b + a) - correction(b) */
    double main = ap_fma(b - 0.5, ap_log1p(step), a * (ap_log(b + a) - 1));
    return sum - (main + (stirling(b + a) - stirling(b)));
}

double apsis_digamma(double x)
{
    if (apsis_bad_positive(x)) return x > 0 ? ap_infinity() : ap_nan();
    /* near its zero x0 = 1.4616... the terms cancel: the absolute error stays below 1e-15 */
    double sum = 0;
    for (; x < 10; x += 1) sum -= 1 / x;
    static const double c[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160}; /* DLMF 5.11.2 */
    double r = 1 / (x * x);
    return sum + (ap_log(x) - 0.5 / x - r * horner(c, COUNT(c), r));
}
