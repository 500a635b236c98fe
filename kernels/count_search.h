/* count_search.h - binomial and Poisson draws whose parameters differ from draw to draw: exact inversion by search. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_COUNT_SEARCH_H
#define APSIS_KERNELS_COUNT_SEARCH_H
#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"

/*
 * The draw is the smallest k with F(k) >= u. Two ways, chosen lane by lane from the lane's own numbers alone:
 *
 *   near   mean at most AP_COUNT_NEAR_MEAN and u not next to 1: add masses from k = 0 upwards. The mass at 0 has a relative error
 *          of at most 60 ulp, each step adds two: F is within 1e-13.
 *   far    guess k by Cornish and Fisher, take the mass there in saddle-point form (Loader 2000), add masses away from the mode
 *          into the tail that u is nearer to until nothing changes, then walk to k. That tail is within a relative 1e-12; a walk
 *          that shrinks it sixteenfold starts again from where it came to.
 *
 * So k is exact unless u is closer to F(k) than that. The far way's cost grows as the standard deviation: parameters above
 * AP_COUNT_LIMIT are invalid draws. Masses underflow nowhere: the near way starts above 1e-60, the far way in the tail of u.
 * p above 1/2 is drawn as the failures, from the mirrored u, with "F(k) > u" for "F(k) >= u".
 */
#define AP_COUNT_NEAR_MEAN 40.0
#define AP_COUNT_NEAR_REST 0x1p-13
#define AP_COUNT_LIMIT 1e9

AP_FN ap_mask ap_select_mask(ap_mask m, ap_mask a, ap_mask b) { return ap_mor(ap_mand(m, a), ap_mand(ap_mnot(m), b)); }

/* ln k! - ((k + 1/2) ln k - k + ln(2 pi)/2), k = 1..15; by mpmath */
AP_CONST double ap_stirling_rest_table[16] = {
    0x0.0p+0, 0x1.4c071bcda0a5bp-4, 0x1.52a9b923ea649p-5, 0x1.c579a268d80b3p-6, 0x1.54a2662fd78a9p-6,
    0x1.10b4e513fcbedp-6, 0x1.c6b167bebdf36p-7, 0x1.85d4d612e4a86p-7, 0x1.552805e7b3076p-7, 0x1.2f4871b12ab64p-7,
    0x1.10f9d4c0743a7p-7, 0x1.f0593088014f8p-8, 0x1.c7018733aa9c6p-8, 0x1.a40514700f36cp-8, 0x1.86076c002d4a7p-8,
    0x1.6c08f6f194a10p-8};

AP_FN ap_f64 ap_stirling_rest(ap_f64 k) /* k whole, >= 1; the series' first term left out is below 1e-16 from 16 on */
{
    ap_mask few = ap_lt(k, ap_set1(16.0));
    ap_f64 x = ap_select(few, ap_set1(16.0), k), i = ap_set1(1.0) / x, s = i * i;
    ap_f64 y = ap_fma(s, ap_set1(0x1.b951e2b18ff23p-11), ap_set1(-0x1.3813813813814p-11)); /* 1/1188, -1/1680 */
    y = ap_fma(s, y, ap_set1(0x1.a01a01a01a01ap-11));  /* 1/1260 */
    y = ap_fma(s, y, ap_set1(-0x1.6c16c16c16c17p-9));  /* -1/360 */
    y = i * ap_fma(s, y, ap_set1(0x1.5555555555555p-4)); /* 1/12 */
    if (!ap_any(few)) return y;
    return ap_select(few, ap_gather(ap_stirling_rest_table, ap_i64_of_f64(ap_select(few, k, ap_set1(0.0)))), y);
}

/* k ln(k / m) + m - k for k > 0, given delta = k - m; without cancellation near k = m */
AP_FN ap_f64 ap_deviance(ap_f64 k, ap_f64 m, ap_f64 delta)
{
    ap_f64 v = delta / (k + m), s = v * v, y = ap_set1(1.0 / 21);
    for (int j = 19; j >= 3; j -= 2) y = ap_fma(y, s, ap_set1(1.0 / j)); /* |v| < 0.1: the rest is below 1e-20 */
    y = ap_fma(ap_set1(2.0) * k * v * s, y, delta * v);
    ap_mask near = ap_lt(ap_abs(v), ap_set1(0.1));
    if (ap_all(near)) return y;
    return ap_select(near, y, ap_fma(k, ap_log(k / m), ap_negate(delta)));
}

/* What is drawn: binomial with n and p <= 1/2, or Poisson (n not looked at). */
struct ap_count {
    ap_f64 n, p, odds;         /* odds = p / (1 - p) */
    ap_f64 mean, mean_low;     /* n p in two parts; the rate and 0 */
};

/* P(X = k), 0 <= k <= n whole */
AP_FN ap_f64 ap_count_mass(const struct ap_count *c, ap_f64 k, int poisson)
{
    ap_f64 one = ap_set1(1.0), delta = (k - c->mean) - c->mean_low, y, square;
    ap_mask none = ap_lt(k, one);
    ap_f64 some = ap_select(none, one, k);
    if (poisson) {
        y = ap_negate(ap_stirling_rest(some) + ap_deviance(some, c->mean, delta));
        square = ap_set1(1.0) / some;
        y = ap_select(none, ap_negate(c->mean), y);
        square = ap_select(none, ap_set1(0x1.921fb54442d18p+2), square); /* 2 pi: takes the factor below away */
    } else {
        ap_mask all = ap_le(c->n, k);
        ap_f64 left = ap_select(all, one, c->n - k), ends = ap_set1(0x1.921fb54442d18p+2);
        y = ap_stirling_rest(c->n) - (ap_stirling_rest(some) + ap_stirling_rest(left));
        y = y - (ap_deviance(some, c->mean, delta) + ap_deviance(left, c->n - c->mean, ap_negate(delta)));
        square = c->n / (some * left);
        y = ap_select(none, c->n * ap_log1p(ap_negate(c->p)), ap_select(all, c->n * ap_log(c->p), y));
        square = ap_select(ap_mor(none, all), ends, square);
    }
    return ap_exp(y) * ap_sqrt(square) * ap_set1(0x1.9884533d43651p-2); /* 1/sqrt(2 pi) */
}

/* a where `which`, which is the same for all lanes (a vector has no ?: in C) */
AP_FN ap_f64 ap_either(int which, ap_f64 a, ap_f64 b)
{
    if (which) return a;
    return b;
}

/* mass(k + 1) / mass(k) and mass(k - 1) / mass(k) */
AP_FN ap_f64 ap_count_up(const struct ap_count *c, ap_f64 k, int poisson)
{
    return ap_either(poisson, c->mean, (c->n - k) * c->odds) / (k + ap_set1(1.0));
}
AP_FN ap_f64 ap_count_down(const struct ap_count *c, ap_f64 k, int poisson)
{
    return k / ap_either(poisson, c->mean, (c->n - k + ap_set1(1.0)) * c->odds);
}

/* P(X = 0), where the mean is moderate */
AP_FN ap_f64 ap_count_none(const struct ap_count *c, int poisson)
{
    return ap_exp(ap_either(poisson, ap_negate(c->mean), c->n * ap_log1p(ap_negate(c->p))));
}

/* 1 / j: a GPU loads it, a division there takes as long as the rest of a step. The compiler rounds these as any division. */
#if AP_CUDA
#define AP_INVERSE_4(j) 1.0 / (j), 1.0 / ((j) + 1), 1.0 / ((j) + 2), 1.0 / ((j) + 3)
#define AP_INVERSE_16(j) AP_INVERSE_4(j), AP_INVERSE_4((j) + 4), AP_INVERSE_4((j) + 8), AP_INVERSE_4((j) + 12)
AP_CONST double ap_count_inverses[96] = {AP_INVERSE_16(1), AP_INVERSE_16(17), AP_INVERSE_16(33), AP_INVERSE_16(49), AP_INVERSE_16(65), AP_INVERSE_16(81)};
AP_FN ap_f64 ap_count_inverse(int j) { return j <= 96 ? ap_count_inverses[j - 1] : 1.0 / (double)j; }
#else
AP_FN ap_f64 ap_count_inverse(int j) { return ap_set1(1.0 / (double)j); }
#endif

/* From k = 0 upwards, in the lanes of `active`; the others give 0. Stops at the first k with F(k) >= target, or at n. */
AP_FN ap_f64 ap_count_near(const struct ap_count *c, ap_f64 target, ap_mask active, int poisson)
{
    ap_f64 k = ap_set1(0.0), one = ap_set1(1.0), left = c->n, sum;
    ap_f64 mass = ap_count_none(c, poisson);
    sum = mass;
    if (!poisson) active = ap_mand(active, ap_lt(k, c->n));
    active = ap_mand(active, ap_lt(sum, target));
    for (int j = 1; ap_any(active) && j < 1000; j++) {
        ap_f64 inverse = ap_count_inverse(j);
        mass = mass * ap_either(poisson, c->mean * inverse, left * c->odds * inverse);
        left = left - one;
        sum = sum + mass;
        k = k + ap_select(active, one, ap_set1(0.0));
        active = ap_mand(active, ap_lt(sum, target));
        if (!poisson) active = ap_mand(active, ap_lt(ap_set1(0.0), left));
    }
    return k;
}

/* By a guess and the tail there; the lanes outside `active` must hold something harmless. */
AP_FN ap_f64 ap_count_far(const struct ap_count *c, ap_f64 target, ap_f64 rest, ap_mask active, int poisson)
{
    ap_f64 zero = ap_set1(0.0), one = ap_set1(1.0);
    ap_mask low = ap_le(target, rest);
    ap_f64 z = ap_normal_quantile_tails(target, rest), sd = ap_sqrt(ap_either(poisson, c->mean, c->mean * (one - c->p)));
    ap_f64 bend = ap_either(poisson, one, one - (c->p + c->p)) * (z * z - one) * ap_set1(1.0 / 6);
    ap_f64 k = ap_floor(ap_fma(sd, z, c->mean) + bend);
    k = ap_select(ap_lt(k, zero), zero, k);
    if (!poisson) k = ap_select(ap_lt(c->n, k), c->n, k);
    for (int round = 0; round < 1000 && ap_any(active); round++) {
        ap_f64 mass = ap_count_mass(c, k, poisson);
        ap_f64 j = ap_select(low, k, k + one), step = ap_select(low, ap_set1(-1.0), one);
        ap_f64 term = ap_select(active, ap_select(low, mass, mass * ap_count_up(c, k, poisson)), zero), tail = term;
        for (;;) { /* away from the mode */
            ap_f64 forward = ap_either(poisson, c->mean, (c->n - j) * c->odds);
            ap_f64 back = ap_either(poisson, c->mean, (c->n - j + one) * c->odds);
            term = term * (ap_select(low, j, forward) / ap_select(low, back, j + one));
            tail = tail + term;
            j = j + step;
            if (!ap_any(ap_lt(tail * ap_set1(0x1p-60), term))) break;
        }
        ap_f64 exact = tail * ap_set1(0x1p-4);
        ap_mask good = ap_select_mask(low, ap_le(target, tail), ap_le(tail, rest));
        ap_mask falling = ap_mand(active, good), rising = ap_mand(active, ap_mnot(good)), again = ap_lt(one, zero);
        while (ap_any(falling)) { /* while k - 1 would do too */
            ap_f64 next = ap_select(low, tail - mass, tail + mass);
            ap_mask vague = ap_mand(low, ap_lt(next, exact)), more = ap_lt(zero, k);
            ap_mask move = ap_mand(ap_mand(falling, more), ap_mor(vague, ap_select_mask(low, ap_le(target, next), ap_le(next, rest))));
            mass = ap_select(move, mass * ap_count_down(c, k, poisson), mass);
            k = ap_select(move, k - one, k);
            tail = ap_select(move, next, tail);
            again = ap_mor(again, ap_mand(move, vague));
            falling = ap_mand(move, ap_mnot(vague));
        }
        while (ap_any(rising)) { /* until k does */
            ap_f64 more = mass * ap_count_up(c, k, poisson), next = ap_select(low, tail + more, tail - more);
            ap_mask vague = ap_mand(ap_mnot(low), ap_lt(next, exact));
            mass = ap_select(rising, more, mass);
            k = ap_select(rising, k + one, k);
            tail = ap_select(rising, next, tail);
            ap_mask done = ap_select_mask(low, ap_le(target, next), ap_le(next, rest));
            if (!poisson) done = ap_mor(done, ap_le(c->n, k));
            again = ap_mor(again, ap_mand(rising, vague));
            rising = ap_mand(rising, ap_mnot(ap_mor(vague, done)));
        }
        active = again;
    }
    return k;
}

/* A draw before its search: smallest k with F(k) >= target; target + rest = 1, but for the last place of a strict one. */
struct ap_count_draw {
    struct ap_count c;
    ap_f64 target, rest;
    ap_mask valid, mirror; /* not valid: NaN comes out; mirror: failures are counted */
    ap_mask near, far;     /* ways; neither: k = 0 */
};

AP_FN void ap_count_ways(struct ap_count_draw *draw)
{
    ap_mask some = ap_mand(draw->valid, ap_lt(ap_set1(0.0), draw->c.mean));
    ap_mask near = ap_mand(ap_le(draw->c.mean, ap_set1(AP_COUNT_NEAR_MEAN)), ap_le(ap_set1(AP_COUNT_NEAR_REST), draw->rest));
    draw->far = ap_mand(some, ap_mnot(near));
    draw->near = ap_mand(some, near);
}

/* NaN where n is not whole from 0 to 1e9, or p not from 0 to 1 */
AP_FN void ap_binomial_set(struct ap_count_draw *draw, ap_f64 lower, ap_f64 upper, ap_f64 n, ap_f64 p)
{
    ap_f64 zero = ap_set1(0.0), one = ap_set1(1.0);
    struct ap_count *c = &draw->c;
    ap_mask valid = ap_mand(ap_mand(ap_le(zero, n), ap_le(n, ap_set1(AP_COUNT_LIMIT))), ap_eq(ap_floor(n), n));
    valid = ap_mand(valid, ap_mand(ap_le(zero, p), ap_le(p, one)));
    ap_mask mirror = ap_lt(ap_set1(0.5), p);
    c->n = ap_select(valid, n, zero);
    c->p = ap_select(valid, ap_select(mirror, one - p, p), zero);
    c->odds = c->p / (one - c->p);
    c->mean = c->n * c->p;
    c->mean_low = ap_fma(c->n, c->p, ap_negate(c->mean));
    /* mirrored, it is > for >=: next double up, and down: strictness as a number */
    ap_u64 strict = ap_select_u64(mirror, ap_set1_u64(1), ap_set1_u64(0));
    draw->target = ap_from_bits(ap_bits(ap_select(mirror, upper, lower)) + strict);
    draw->rest = ap_from_bits(ap_bits(ap_select(mirror, lower, upper)) - strict);
    draw->valid = valid;
    draw->mirror = mirror;
    ap_count_ways(draw);
}

/* NaN where the rate is not from 0 to 1e9 */
AP_FN void ap_poisson_set(struct ap_count_draw *draw, ap_f64 lower, ap_f64 upper, ap_f64 rate)
{
    struct ap_count *c = &draw->c;
    draw->valid = ap_mand(ap_le(ap_set1(0.0), rate), ap_le(rate, ap_set1(AP_COUNT_LIMIT)));
    c->n = c->p = c->odds = c->mean_low = ap_set1(0.0);
    c->mean = ap_select(draw->valid, rate, ap_set1(0.0));
    draw->target = lower;
    draw->rest = upper;
    draw->mirror = ap_lt(c->mean, ap_set1(0.0)); /* none */
    ap_count_ways(draw);
}

/* k in the lanes of `far`; the others give anything */
AP_FN ap_f64 ap_count_far_lanes(const struct ap_count_draw *draw, int poisson)
{
    ap_mask far = draw->far;
    struct ap_count d;
    d.n = ap_select(far, draw->c.n, ap_set1(16.0));
    d.p = ap_select(far, draw->c.p, ap_set1(0.5));
    d.odds = ap_select(far, draw->c.odds, ap_set1(1.0));
    d.mean = ap_select(far, draw->c.mean, ap_set1(8.0));
    d.mean_low = ap_select(far, draw->c.mean_low, ap_set1(0.0));
    ap_f64 half = ap_set1(0.5);
    return ap_count_far(&d, ap_select(far, draw->target, half), ap_select(far, draw->rest, half), far, poisson);
}

/* What comes out where k was found. */
AP_FN ap_f64 ap_count_result(const struct ap_count_draw *draw, ap_f64 k)
{
    return ap_select(draw->valid, ap_select(draw->mirror, draw->c.n - k, k), ap_nan());
}

AP_FN ap_f64 ap_count_search(const struct ap_count_draw *draw, int poisson)
{
    ap_f64 k = ap_set1(0.0);
    if (ap_any(draw->near)) k = ap_count_near(&draw->c, draw->target, draw->near, poisson);
    if (ap_any(draw->far)) k = ap_select(draw->far, ap_count_far_lanes(draw, poisson), k);
    return ap_count_result(draw, k);
}

AP_FN ap_f64 ap_binomial_search(ap_f64 lower, ap_f64 upper, ap_f64 n, ap_f64 p)
{
    struct ap_count_draw draw;
    ap_binomial_set(&draw, lower, upper, n, p);
    return ap_count_search(&draw, 0);
}

AP_FN ap_f64 ap_poisson_search(ap_f64 lower, ap_f64 upper, ap_f64 rate)
{
    struct ap_count_draw draw;
    ap_poisson_set(&draw, lower, upper, rate);
    return ap_count_search(&draw, 1);
}

#endif
