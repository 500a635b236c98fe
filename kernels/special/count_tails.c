/* count_tails.c - binomial and Poisson probabilities and tails, exact intervals of a probability, ranks around a quantile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/exponential.h"
#include "kernels/special/special_parts.h"

static int bad_count(double n) { return !(n >= 0 && n < 0x1p53) || ap_floor(n) != n; }
static int bad_whole(double k) { return !(ap_abs(k) < 0x1p53) || ap_floor(k) != k; }

static double power(struct apsis_dd p, double n) /* p^n */
{
    return apsis_dd_exp(apsis_dd_scale(n, apsis_dd_log_ratio(p, apsis_dd_of(1))));
}

double apsis_binomial_pmf(double n, double p, double k)
{
    if (bad_count(n) || bad_whole(k) || !(p >= 0 && p <= 1)) return ap_nan();
    if (k < 0 || k > n) return 0;
    if (p == 0) return k == 0;
    if (p == 1) return k == n;
    struct apsis_dd x = apsis_dd_of(p), y = apsis_dd_sum(1, -p);
    if (k == 0) return power(y, n);
    if (k == n) return power(x, n);
    double rest = n - k; /* C(n, k) = n / (k (n - k) B(k, n - k)) */
    return apsis_beta_prefactor(k, rest, x, y, apsis_beta_scale(k, rest)) * (n / k / rest);
}

static void binomial_tails(double n, struct apsis_dd p, struct apsis_dd q, double k, double *lower, double *upper)
{
    if (k < 0 || p.hi == 1) {
        *lower = k >= n, *upper = k < n;
        return;
    }
    if (k >= n || p.hi == 0) {
        *lower = 1, *upper = 0;
        return;
    }
    struct apsis_tails r = apsis_beta_tails(k + 1, n - k, p, q, apsis_beta_scale(k + 1, n - k));
    *lower = r.upper, *upper = r.lower;
}

void apsis_binomial_tails(double n, double p, double k, double *lower, double *upper)
{
    *lower = *upper = ap_nan();
    if (bad_count(n) || bad_whole(k) || !(p >= 0 && p <= 1)) return;
    binomial_tails(n, apsis_dd_of(p), apsis_dd_sum(1, -p), k, lower, upper);
}

double apsis_poisson_pmf(double rate, double k)
{
    if (!(rate >= 0 && rate < ap_infinity()) || bad_whole(k)) return ap_nan();
    if (k < 0) return 0;
    if (rate == 0) return k == 0;
    if (k == 0) return ap_exp(-rate);
    return apsis_gamma_prefactor(k, apsis_dd_of(rate), apsis_gamma_scale(k)) / k;
}

void apsis_poisson_tails(double rate, double k, double *lower, double *upper)
{
    *lower = *upper = ap_nan();
    if (!(rate >= 0 && rate < ap_infinity()) || bad_whole(k)) return;
    if (k < 0) *lower = 0, *upper = 1;
    else apsis_incomplete_gamma(k + 1, rate, upper, lower);
}

void apsis_binomial_interval(double successes, double trials, double confidence, double *low, double *high)
{
    *low = *high = ap_nan();
    if (bad_count(trials) || bad_count(successes) || successes > trials || !(confidence > 0 && confidence < 1)) return;
    double tail = (1 - confidence) / 2, other, failures = trials - successes;
    *low = 0, *high = 1;
    if (successes > 0) apsis_incomplete_beta_inverse(successes, failures + 1, tail, 1 - tail, low, &other);
    if (failures > 0) apsis_incomplete_beta_inverse(successes + 1, failures, 1 - tail, tail, high, &other);
}

/* one side of apsis_quantile_ranks: how it asks for the probability that a rank is too far out */
struct rank_search { double n, tail; struct apsis_dd p, q; int upper; };

/* Low: P(X < rank) <= tail. High: P(X >= rank) <= tail. */
static int holds(const struct rank_search *s, double rank)
{
    double lower, upper;
    binomial_tails(s->n, s->p, s->q, rank - 1, &lower, &upper);
    return (s->upper ? upper : lower) <= s->tail;
}

static double search_rank(const struct rank_search *s, double start)
{
    /* inside holds, beyond does not; rank 0 (low) and n + 1 (high) always hold */
    double way = s->upper ? -1 : 1, edge = s->upper ? s->n + 1 : 0, wall = s->upper ? 0 : s->n + 1, inside, beyond, step = 1;
    start = apsis_larger(0, apsis_smaller(s->n + 1, ap_floor(start)));
    if (holds(s, start)) {
        inside = beyond = start;
        while (inside != wall) {
            beyond = way > 0 ? apsis_smaller(inside + step, wall) : apsis_larger(inside - step, wall);
            if (!holds(s, beyond)) break;
            inside = beyond;
            step *= 4;
        }
        if (inside == wall) return wall;
    } else {
        inside = beyond = start;
        while (beyond != edge) {
            inside = way > 0 ? apsis_larger(beyond - step, edge) : apsis_smaller(beyond + step, edge);
            if (inside == edge || holds(s, inside)) break;
            beyond = inside;
            step *= 4;
        }
    }
    while (ap_abs(beyond - inside) > 1) {
        double middle = ap_floor((inside + beyond) / 2);
        if (holds(s, middle)) inside = middle;
        else beyond = middle;
    }
    return inside;
}

static struct apsis_dd whole(uint64_t v)
{
    return apsis_dd_sum((double)(v >> 32) * 0x1p32, (double)(v & 0xffffffffu));
}

void apsis_quantile_ranks(uint64_t n, uint64_t numerator, uint64_t denominator, double confidence, uint64_t *low_rank, uint64_t *high_rank)
{
    *low_rank = 0, *high_rank = n + 1;
    if (n == 0 || n >= (uint64_t)1 << 52 || numerator == 0 || numerator >= denominator || !(confidence > 0 && confidence < 1)) return;
    struct rank_search s = {(double)n, (1 - confidence) / 2, apsis_dd_divide(whole(numerator), whole(denominator)),
                            apsis_dd_divide(whole(denominator - numerator), whole(denominator)), 0};
    double mean = s.n * s.p.hi, reach = -apsis_rough_score(s.tail, 1 - s.tail) * ap_sqrt(mean * s.q.hi);
    *low_rank = (uint64_t)search_rank(&s, mean - reach);
    s.upper = 1;
    *high_rank = (uint64_t)search_rank(&s, mean + reach + 1);
}
