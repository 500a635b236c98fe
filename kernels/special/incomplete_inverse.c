/* incomplete_inverse.c - quantiles of gamma and beta: Halley's iteration on the logarithm of the smaller tail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/special/special_parts.h"
/*
 * In v = ln x (gamma) or v = ln(x / y) (beta) the logarithm of either tail is concave, nearly a line far out, and its first
 * two derivatives cost nothing beyond the tail itself: with h = slope / tail, (ln lower)' = h and (ln lower)'' = h (lambda - h),
 * lambda = a - x or a y - b x. A bracket in v, kept as the sum of the steps so far, bounds the search.
 */
#define ROUNDS 100

struct search { double at, low, high; };

/* The next step in v, from the tail reached and the tail wanted; *last says that the step makes the result exact. */
static double next_step(struct search *s, struct apsis_tails r, double lower, double upper, double lambda, int *last)
{
    int by_lower = lower <= upper;
    double want = by_lower ? lower : upper, have = by_lower ? r.lower : r.upper, step;
    int too_far = by_lower ? have > want : have < want; /* v is beyond the root */
    if (too_far) s->high = s->at;
    else s->low = s->at;
    double ratio = have / want;
    if (have > 0 && r.slope > 0 && ratio < 1e300) {
        double gap = ap_abs(ratio - 1) < 0.25 ? ap_log1p((have - want) / want) : ap_log(ratio);
        double h = by_lower ? r.slope / have : -r.slope / have, newton = -gap / h, bend = newton * (lambda - h) / 2;
        step = newton / (1 + apsis_larger(bend, -0.5));
        *last = ap_abs(gap) < 2e-5 && ap_abs(bend) < 2e-5;
    } else step = too_far ? -1e9 : 1e9;
    if (!(s->at + step > s->low && s->at + step < s->high) && !*last) {
        double low = s->low > -1e8 ? s->low : s->at - 4 - 2 * ap_abs(s->at), high = s->high < 1e8 ? s->high : s->at + 4 + 2 * ap_abs(s->at);
        step = (low + high) / 2 - s->at;
    }
    if (ap_abs(step) < 0x1p-54) *last = 1;
    return step;
}

double apsis_rough_score(double lower, double upper)
{
    double p = apsis_smaller(lower, upper); /* Abramowitz and Stegun 26.2.23 */
    double t = ap_sqrt(-2 * ap_log(p));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return lower <= upper ? -z : z;
}

static int bad_tails(double lower, double upper) { return !(lower >= 0 && upper >= 0 && lower <= 1 && upper <= 1 && lower + upper > 0.5); }

static double gamma_search(double a, double lower, double upper, double x)
{
    double scale = apsis_gamma_scale(a);
    struct search s = {0, -1e9, 1e9};
    for (int i = 0, last = 0; i < ROUNDS && !last; i++) {
        struct apsis_tails r = apsis_gamma_tails(a, apsis_dd_of(x), scale);
        double step = next_step(&s, r, lower, upper, a - x, &last);
        s.at += step;
        x = ap_abs(step) < 0.5 ? ap_fma(x, ap_expm1(step), x) : x * ap_exp(step);
        if (!(x > APSIS_TINY)) {
            if (s.low > -1e8 && !last) x = APSIS_TINY * 2;
            else return 0;
        }
        if (x > 1e300) x = 1e300;
    }
    return x;
}

double apsis_incomplete_gamma_inverse_from(double a, double lower, double upper, double guess)
{
    if (apsis_bad_shape(a) || bad_tails(lower, upper)) return ap_nan();
    if (lower == 0) return 0;
    if (upper == 0) return ap_infinity();
    if (!(guess > 1e-300 && guess < 1e300)) return apsis_incomplete_gamma_inverse(a, lower, upper);
    return gamma_search(a, lower, upper, guess);
}

double apsis_incomplete_gamma_inverse(double a, double lower, double upper)
{
    if (apsis_bad_shape(a) || bad_tails(lower, upper)) return ap_nan();
    if (lower == 0) return 0;
    if (upper == 0) return ap_infinity();
    double x = 0;
    if (a >= 0.5) { /* Wilson and Hilferty */
        double root = 1 - 1 / (9 * a) + apsis_rough_score(lower, upper) / (3 * ap_sqrt(a));
        if (root > 0.3 || (root > 0 && lower > upper)) x = a * root * root * root;
    }
    if (!(x > 0)) {
        double log_power = ap_log(lower) + apsis_lgamma(a + 1); /* P ~ x^a / Gamma(a + 1) */
        x = log_power / a;
        if (x < -706) return 0;
        x = ap_exp(apsis_smaller(x, 3));
        if (lower > upper && x > 0.1 * (1 + a)) { /* Q ~ x^(a-1) exp(-x) / Gamma(a) */
            double l = -ap_log(upper) - apsis_lgamma(a);
            if (l > 0.5) x = apsis_larger(l + (a - 1) * ap_log(l), 0.5 * l);
        }
    }
    return gamma_search(a, lower, upper, x);
}

/* ln(small / large) += step for small + large = 1 */
static void shift(double *small, double *large, double step)
{
    double e = ap_expm1(step), below = ap_fma(*small, e, 1);
    *small = (ap_abs(step) < 0.5 ? ap_fma(*small, e, *small) : *small * ap_exp(step)) / below;
    *large /= below;
}

static void beta_search(double a, double b, double lower, double upper, double gx, double gy, double *x, double *y)
{
    double scale = apsis_beta_scale(a, b);
    struct search s = {0, -1e9, 1e9};
    for (int i = 0, last = 0; i < ROUNDS && !last; i++) {
        struct apsis_dd xx = apsis_dd_of(gx), yy = apsis_dd_of(gy);
        if (gx <= gy) yy = apsis_dd_sum(1, -gx);
        else xx = apsis_dd_sum(1, -gy);
        struct apsis_tails r = apsis_beta_tails(a, b, xx, yy, scale);
        double step = next_step(&s, r, lower, upper, a * gy - b * gx, &last);
        step = apsis_smaller(apsis_larger(step, -709), 709);
        s.at += step;
        if (gx <= gy) shift(&gx, &gy, step); /* ln(x / y) += step */
        else shift(&gy, &gx, -step);
        if (!(gx > APSIS_TINY)) {
            gx = s.low > -1e8 && !last ? 2 * APSIS_TINY : 0;
            gy = 1;
        }
        if (!(gy > APSIS_TINY)) {
            gy = s.high < 1e8 && !last ? 2 * APSIS_TINY : 0;
            gx = 1;
        }
        if (gx == 0 || gy == 0) break;
    }
    if (gx <= gy) gy = 1 - gx; /* the other to the last bit */
    else gx = 1 - gy;
    *x = gx, *y = gy;
}

static int beta_edges(double a, double b, double lower, double upper, double *x, double *y)
{
    *x = *y = ap_nan();
    if (apsis_bad_shape(a) || apsis_bad_shape(b) || bad_tails(lower, upper)) return 1;
    if (lower != 0 && upper != 0) return 0;
    *x = lower == 0 ? 0 : 1, *y = 1 - *x;
    return 1;
}

void apsis_incomplete_beta_inverse_from(double a, double b, double lower, double upper, double guess_x, double guess_y, double *x, double *y)
{
    if (beta_edges(a, b, lower, upper, x, y)) return;
    if (!(guess_x > 1e-300 && guess_y > 1e-300 && ap_abs(guess_x + guess_y - 1) < 1e-3)) apsis_incomplete_beta_inverse(a, b, lower, upper, x, y);
    else beta_search(a, b, lower, upper, guess_x, guess_y, x, y);
}

void apsis_incomplete_beta_inverse(double a, double b, double lower, double upper, double *x, double *y)
{
    if (beta_edges(a, b, lower, upper, x, y)) return;
    double gx = a / (a + b), gy = b / (a + b);
    if (a >= 1 && b >= 1) { /* Abramowitz and Stegun 26.5.22 */
        double z = -apsis_rough_score(lower, upper), k = (z * z - 3) / 6, l = 1 / (2 * a - 1), m = 1 / (2 * b - 1), h = 2 / (l + m);
        double w = z * ap_sqrt(apsis_larger(h + k, 0.1 * h)) / h - (m - l) * (k + 5.0 / 6 - 2 / (3 * h));
        double e = ap_exp(apsis_smaller(apsis_larger(2 * w, -300), 300)), below = ap_fma(b, e, a);
        gx = a / below, gy = b * e / below;
    } else {
        double log_b = apsis_log_beta(a, b), from_low = (ap_log(lower) + ap_log(a) + log_b) / a, from_high = (ap_log(upper) + ap_log(b) + log_b) / b;
        if (from_low < -1 && from_low <= from_high) gx = ap_exp(apsis_larger(from_low, -690)), gy = 1 - gx;
        else if (from_high < -1) gy = ap_exp(apsis_larger(from_high, -690)), gx = 1 - gy;
    }
    beta_search(a, b, lower, upper, gx, gy, x, y);
}
