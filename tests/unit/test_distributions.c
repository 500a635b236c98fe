/* test_distributions.c - every family of the registry: consistency, moments, spellings, messages, and the draws it gives.
   With the argument "sample" it is the driver of tests/oracle/test_distributions.py. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "host/plan/samplers.h"
#include "kernels/sampler.h"
#include "kernels/special/special.h"
#include "tests/support/distribution_text.h"

#define TOP (((ap_word)1 << 52) - 1)

static struct apsis_arena *arena;
static int open_arena(void **state) { return (void)state, arena = apsis_arena_new(), 0; }
static int close_arena(void **state) { return (void)state, apsis_arena_free(arena), 0; }

static uint64_t random_state = 88172645463325252u;
static ap_word random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state >> 12;
}
/* an m anywhere, or deep in a tail */
static ap_word random_m(void)
{
    ap_word m = random_bits(), kind = random_bits() % 4;
    if (kind < 2) m >>= random_bits() % 52;
    return kind % 2 ? m : m ^ TOP;
}

static const struct apsis_distribution *given(const char *text)
{
    const char *why;
    const struct apsis_distribution *d = distribution_of(arena, text, &why);
    if (!d) fail_msg("%s: %s", text, why);
    return d;
}
static double draw(const struct ap_sampler *sampler, ap_word m)
{
    ap_word all[16];
    double out[16];
    for (int i = 0; i < 16; i++) all[i] = m;
    ap_sample(sampler, all, NULL, out, 16);
    return out[0];
}
static double draw_score(const struct ap_sampler *sampler, double z)
{
    double all[16], out[16];
    for (int i = 0; i < 16; i++) all[i] = z;
    ap_sample_score(sampler, all, NULL, out, 16);
    return out[0];
}

/* beside the examples of the registry, what is awkward */
static const char *const awkward[] = {
    "beta(0.3, 40)", "beta(40, 0.3)", "beta(0.05, 0.05)", "beta(0.5, 0.5)", "beta(1, 1)", "beta(300, 2)", "beta(2, 3, min: -5, max: -1)",
    "gamma(0.05, 1)", "gamma(0.5, 2)", "gamma(1, 1)", "gamma(400, 1)", "student_t(1.5)", "student_t(1)", "student_t(40, 3, 2)",
    "lognormal(mu: 0, sigma: 3)", "pert(20, 20, 300)", "pert(20, 300, 300)", "pert(0, 1, 10, shape: 60)", "pert(-3, -1, 0)",
    "truncate(normal(0, 1), 10, inf)", "truncate(normal(0, 1), 30, 31)", "truncate(lognormal(p10: 1, p90: 20), 0, 3)",
    "truncate(pert(0, 2, 9), 1, 5)", "truncate(poisson(3), 2, 9)", "truncate(histogram(0, 5: 40%, 9: 60%), 1, 6)",
    "mixture(70%: normal(0, 1), 30%: normal(100, 1))", "mixture(70%: uniform(5, 6), 30%: uniform(8, 9))",
    "mixture(40%: discrete(0: 100%), 60%: lognormal(p10: 1, p90: 20))", "mixture(50%: poisson(3), 50%: binomial(5, 40%))",
    "mixture(50%: histogram(0, 1: 100%), 50%: discrete(0.5: 100%))",
    "binomial(200000, 1.5%)", "binomial(7, 70%)", "binomial(0, 50%)", "binomial(10, 0%)", "binomial(10, 100%)", "poisson(0)", "poisson(900)",
    "bernoulli(0%)", "bernoulli(100%)", "normal(3, 0)", "lognormal(mean: 2, sd: 0)", "uniform(2, 2)", "triangular(1, 1, 4)", "triangular(1, 4, 4)",
    "weibull(0.4, 3)", "gev(1, 2, -30%)", "gev(1, 2, 0%)", "gpd(0, 1, -40%)", "metalog(min: 0, p10: 20, p50: 35, p90: 70)",
    "metalog(p10: 20, p50: 35, p90: 70, max: 200)", "metalog(min: 0, p10: 20, p50: 35, p75: 48, p90: 63, max: 100)", "metalog(p5: 1, p25: 3, p50: 4, p75: 5, p95: 9)",
    "bearbull(-1000, 3, 7, 1200)", "bearbull(0, 1, 7, 12)", "geometric(100%)", "geometric(0.1%)", "randint(-5, -5)", "cumulative(0: 0%, 3: 0%, 4: 30%, 4: 60%, 7: 100%)",
    "beta(p10: 20%, p90: 60%)", "beta(p5: 1%, p95: 3%)", "beta(p10: 0.1%, p90: 99.9%)", "beta(p10: 20, p90: 60, min: 0, max: 100)",
    "inverse_gaussian(p10: 1, p90: 9)", "frechet(p10: 4, p90: 30)", "burr(p25: 1, p75: 3)", "kumaraswamy(p10: 5%, p90: 70%)",
    "inverse_gamma(0.7, 2)", "inverse_gaussian(1, 40)", "negative_binomial(2.5, 30%)", "hypergeometric(1000, 400, 300)", "empirical(3, 1, 1, 2.5)",
};

/* every example of the registry and everything awkward, one after the other; NULL at the end */
static const char *text_of(size_t i)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    if (i < count) return strcmp(families[i]->name, "empirical") ? families[i]->example : "empirical(3, 1, 1, 2.5)";
    return i - count < sizeof awkward / sizeof *awkward ? awkward[i - count] : NULL;
}

static void families_are_complete(void **state)
{
    (void)state;
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    assert_true(count >= 41);
    for (size_t i = 0; i < count; i++) {
        const struct apsis_family *f = families[i];
        assert_true(i == 0 || strcmp(families[i - 1]->name, f->name) < 0);
        assert_ptr_equal(apsis_family_find(f->name), f);
        assert_int_equal(apsis_family_number(f), i);
        assert_true(f->title && f->reference && f->takes && f->example && f->tails && f->quantile && f->density && f->support);
        for (size_t k = 0; k < APSIS_MAX_PARAMETERS; k++) assert_int_equal(!f->parameter_names[k], !f->parameter_docs[k]);
    }
    assert_null(apsis_family_find("nosuch"));
}

/* quantile and tails are inverse to each other, monotone, within the support */
static void quantiles_invert_tails(void **state)
{
    (void)state;
    const char *text;
    for (size_t i = 0; (text = text_of(i)); i++) {
        const struct apsis_distribution *d = given(text);
        double low, high, last = -ap_infinity();
        apsis_distribution_support(d, &low, &high);
        for (int k = 1; k < 400; k++) {
            double v = k < 100 ? ap_double_of((ap_word)(1023 - (101 - k) / 2) << 52) * 0.999 : 0, u = k < 100 ? v : (k - 99) / 301.0;
            double above = k < 100 ? 1 - v : 1 - u, lower, upper;
            if (k == 100) last = low; /* the second run, through the body, starts over */
            double x = apsis_distribution_quantile(d, u, above);
            if (!(x >= low && x <= high)) fail_msg("%s: %g at u = %g is outside [%g, %g]", text, x, u, low, high);
            if (!(x >= last - 1e-12 * ap_abs(x)) && u > 1e-3) fail_msg("%s: falls at u = %g", text, u);
            last = x;
            apsis_distribution_tails(d, x, &lower, &upper);
            /* P(X <= x) >= u at the next double, if not at this one, and just below x it is not */
            double slack = 1e-11 * u, below, rest, step = 1e-14 * (ap_abs(x) + 1e-290), next;
            apsis_distribution_tails(d, x + 0x1p-52 * ap_abs(x), &next, &rest);
            if (!(next >= u - slack - 1e-13)) fail_msg("%s: P(X <= %.17g) = %.17g, below u = %.17g", text, x, lower, u);
            apsis_distribution_tails(d, x - 100 * step, &below, &rest);
            if (!(below <= u + slack + 1e-11)) fail_msg("%s: P(X < %.17g) = %.17g, above u = %.17g", text, x, below, u);
            if (!(ap_abs(lower + upper - 1) < 1e-12)) fail_msg("%s: tails at %g sum to %.17g", text, x, lower + upper);
        }
    }
}

/* The bound of the design: |u error| <= 1e-12, relative 1e-10 in both tails, or the double nearest to it; for scores as well. */
static void draws_keep_the_bound(void **state)
{
    (void)state;
    const char *text, *why;
    for (size_t i = 0; (text = text_of(i)); i++) {
        const struct apsis_distribution *d = given(text);
        struct ap_sampler by_u, by_score;
        if (apsis_sampler_build(arena, d, 0, &by_u, &why) || apsis_sampler_build(arena, d, 1, &by_score, &why)) fail_msg("%s: %s", text, why);
        for (int k = 0; k < 600; k++) {
            ap_word m = random_m();
            if (k == 0) m = 0;
            if (k == 1) m = TOP;
            double u = ap_uniform_of(m), above = ap_uniform_upper_of(m);
            for (int scores = 0; scores < 2; scores++) {
                double z = ap_normal_quantile_tails(u, above), lower, upper;
                if (scores) u = ap_normal_cdf(z), above = ap_normal_cdf(-z);
                double x = scores ? draw_score(&by_score, z) : draw(&by_u, m), exact = apsis_distribution_quantile(d, u, above);
                if (x == exact || ap_abs(x - exact) <= 4e-16 * ap_abs(exact)) continue;
                apsis_distribution_tails(d, x, &lower, &upper);
                double error = u < above ? ap_abs(lower - u) / u : ap_abs(upper - above) / above, small = u < above ? u : above;
                double before, after, none;
                /* what one step of the double, or of the end it is counted from, amounts to */
                double low, high, size = ap_abs(x);
                apsis_distribution_support(d, &low, &high);
                if (low - low == 0 && ap_abs(low) > size) size = ap_abs(low);
                if (high - high == 0 && ap_abs(high) > size) size = ap_abs(high);
                apsis_distribution_tails(d, x - 0x1p-52 * size, &before, &none);
                apsis_distribution_tails(d, x + 0x1p-52 * size, &after, &none);
                double allowed = 1e-10 * small < 1e-12 ? 1e-10 * small : 1e-12;
                if (error * small > allowed && error * small > 2 * (after - before) && by_u.form != AP_SAMPLER_STEPS)
                    fail_msg("%s: %s %.17g gives %.17g, exactly %.17g: u is off by %.3g, relatively %.3g", text, scores ? "z" : "u",
                             scores ? z : u, x, exact, error * small, error);
                if (by_u.form == AP_SAMPLER_STEPS && !by_u.steps.slope && x != exact && !scores)
                    fail_msg("%s: m %llu gives %g, not %g", text, (unsigned long long)m, x, exact);
            }
        }
    }
}

/* mean and sd against the integral of the quantile function */
static void moments_are_those_of_the_quantiles(void **state)
{
    (void)state;
    const char *text;
    for (size_t i = 0; (text = text_of(i)); i++) {
        const struct apsis_distribution *d = given(text);
        double mean = apsis_distribution_mean(d), sd = apsis_distribution_sd(d), sum = 0, squares = 0;
        if (!(ap_abs(mean) < 1e30 && sd < 1e30)) continue;
        double last = apsis_distribution_quantile(d, 0x1p-40, 1), tail = ap_abs(apsis_distribution_quantile(d, 1, 0x1p-40) - mean);
        if (tail * tail * 0x1p-40 > 1e-5 * sd * sd || (last - mean) * (last - mean) * 0x1p-40 > 1e-5 * sd * sd) continue; /* heavy tails */
        const int n = 20000;
        for (int k = 0; k < n; k++) { /* u = s^2 (3 - 2 s), which is dense at both ends */
            double s = (k + 0.5) / n, u = s * s * (3 - 2 * s), w = 6 * s * (1 - s) / n, r = 1 - s, above = r * r * (3 - 2 * r);
            double x = apsis_distribution_quantile(d, u, above) - mean;
            sum += w * x;
            squares += w * x * x;
        }
        if (!(ap_abs(sum) <= 2e-4 * sd + 1e-12 * ap_abs(mean))) fail_msg("%s: mean %.12g, by quantiles %.12g", text, mean, mean + sum);
        double other = ap_sqrt(squares);
        if (!(ap_abs(other - sd) <= 3e-3 * sd + 1e-9 * ap_abs(mean))) fail_msg("%s: sd %.12g, by quantiles %.12g", text, sd, other);
    }
}

/* each two-parameter family through two percentiles and through mean and sd */
static void percentiles_and_moments_are_met(void **state)
{
    (void)state;
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    int percentile_families = 0, moment_families = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t s = 0; s < families[i]->spelling_count; s++) {
            const struct apsis_spelling *spelling = &families[i]->spellings[s];
            double chances[] = {0.1, 0.75}, lower, upper;
            const char *why = NULL;
            if (!strcmp(spelling->names[0], "p*")) {
                int share = !strcmp(families[i]->name, "beta") || !strcmp(families[i]->name, "kumaraswamy"), scaled = !strcmp(families[i]->name, "burr");
                double values[4] = {share ? 0.3 : scaled ? 0.8 : 3, share ? 0.45 : 4.5, spelling->defaults[2], spelling->defaults[3]};
                size_t slots = 2;
                while (spelling->names[slots]) slots++;
                const struct apsis_distribution *d = apsis_distribution_new(arena, families[i], (int)s, values, chances, slots, &why);
                if (!d) fail_msg("%s by percentiles: %s", families[i]->name, why);
                for (int k = 0; k < 2; k++) {
                    apsis_distribution_tails(d, values[k], &lower, &upper);
                    if (!(ap_abs(lower - chances[k]) < 1e-11)) fail_msg("%s: percentile %g is at %.15g", families[i]->name, chances[k], lower);
                    double x = apsis_distribution_quantile(d, chances[k], 1 - chances[k]);
                    if (!(ap_abs(x - values[k]) < 1e-11 * values[k])) fail_msg("%s: percentile %g is %.15g", families[i]->name, chances[k], x);
                }
                percentile_families++;
            } else if (!strcmp(spelling->names[0], "mean") && spelling->names[1] && !strcmp(spelling->names[1], "sd")) {
                int share = !strcmp(families[i]->name, "beta") || !strcmp(families[i]->name, "kumaraswamy"), scaled = !strcmp(families[i]->name, "burr");
                double values[4] = {share ? 0.3 : scaled ? 0.9 : 3, share ? 0.2 : 0.8, spelling->defaults[2], spelling->defaults[3]};
                size_t slots = 2;
                while (spelling->names[slots]) slots++;
                const struct apsis_distribution *d = apsis_distribution_new(arena, families[i], (int)s, values, chances, slots, &why);
                if (!d) fail_msg("%s by mean and sd: %s", families[i]->name, why);
                if (!(ap_abs(apsis_distribution_mean(d) - values[0]) < 1e-11 && ap_abs(apsis_distribution_sd(d) - values[1]) < 1e-10))
                    fail_msg("%s: mean %.15g and sd %.15g", families[i]->name, apsis_distribution_mean(d), apsis_distribution_sd(d));
                moment_families++;
            }
        }
    assert_true(percentile_families >= 16 && moment_families >= 15);
}

static void messages_name_the_range(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"pert(20, 80, 30)", "the middle must lie between the ends"},
        {"pert(1, 2)", "(min, mode, max) or (min, mode, max, shape: 4)"},
        {"normal(0, -1)", "sd must be 0 or more"},
        {"lognormal(1, 2)", "(mu:, sigma:), (mean:, sd:), (median:, sigma:) or two percentiles such as (p10:, p90:)"},
        {"lognormal(p10: 5, p90: 3)", "the lower percentile must not be above the higher one"},
        {"lognormal(p10: -5, p90: 3)", "the lower percentile must be above 0"},
        {"bernoulli(1.2)", "p must be from 0 to 1"},
        {"binomial(2.5, 10%)", "n must be a whole number from 0 to 1,000,000,000"},
        {"discrete(1: 50%, 2: 40%)", "the weights must sum to 100%"},
        {"discrete(1: 150%, 2: -50%)", "a weight must not be negative"},
        {"cumulative(0: 0%, 5: 40%, 9: 90%)", "the last point must have the cumulative chance 100%"},
        {"cumulative(0: 0%, 5: 40%, 4: 100%)", "the points must rise"},
        {"histogram(0, 5: 40%, 5: 60%)", "the edges must rise"},
        {"beta(mean: 0.3, sd: 0.6)", "sd must be above 0 and below sqrt((mean - min) * (max - mean))"},
        {"bearbull(0, 0.1, 11.9, 12)",
         "no bell fits: bear and bull lie too close to the ends (closer than a flat or straight curve between min and max would put them)"},
        {"metalog(p10: 20, p50: 21, p90: 70)",
         "no metalog goes through these percentiles: its curve would have to turn back (move the middle one, or give fewer)"},
        {"truncate(uniform(0, 1), 2, 3)", "next to nothing of the distribution lies between the ends"},
        {"mixture(70%: normal(0, 1), 20%: normal(1, 1))", "the weights must sum to 100%"},
        {"exponential(3)", "(rate:) or (mean:)"},
        {"beta(p10: 20%, p90: 120%)", "the percentiles must lie between min and max (0 and 1 unless given)"},
        {"beta(p10: 20, p90: 100, min: 0, max: 100)", "the percentiles must lie between min and max (0 and 1 unless given)"},
        {"beta(p10: 60%, p90: 20%)", "the lower percentile must be below the higher one"},
        {"beta(p10: 30%, p90: 30.0001%)", "these percentiles are too close together: a and b may be at most 1,000,000"},
        {"beta(p10: 1e-300, p90: 0.9999999999999999)",
         "these percentiles are too far apart or too near to min and max: a and b must be at least 0.01"},
        {"inverse_gaussian(p10: 1, p90: 200)",
         "no shape from 0.001 to 1,000,000 times the mean has percentiles with this ratio (p10 and p90: from 1.0026 to 168)"},
        {"inverse_gaussian(p10: 0, p90: 2)", "the lower percentile must be above 0"},
        {"frechet(p10: -1, p90: 2)", "the lower percentile must be above the location (0 unless given)"},
        {"frechet(p10: 3, p90: 2)", "the lower percentile must be below the higher one"},
        {"frechet(mean: 1, sd: 200)", "sd must be from 0.001 to 100 times the mean (less the location, 0 unless given)"},
        {"frechet(mean: 1, sd: 2, location: 3)", "mean must be above the location (0 unless given)"},
        {"burr(p10: 4, p90: 30)",
         "the higher percentile must be above scale * (lower percentile / scale)^r, r = ln(chance above the higher) / ln(chance above the lower), "
         "with k at 0.06 or more: give a scale: larger than this one (1 unless given)"},
        {"burr(p10: 0.0001, p90: 0.00010001)",
         "these percentiles are too close together so far below the scale (1 unless given): k may be at most 1e50; give a smaller scale:"},
        {"burr(mean: 3, sd: 1)", "mean must be above 0 and below 2 * scale (scale is 1 unless given): beyond it no sd is finite"},
        {"burr(mean: 1.5, sd: 0.86)",
         "sd must be above (mean - scale) * sqrt(mean / (2 * scale - mean)), where scale is 1 unless given: give a larger scale:"},
        {"burr(mean: 1.5, sd: 0.8661)", "sd must be larger: k would have to be below 0.06 (give a larger scale:, 1 unless given)"},
        {"burr(mean: 0.01, sd: 0.0001)", "sd must be larger: k would have to be above 1e50 (give a smaller scale:, 1 unless given)"},
        {"kumaraswamy(p10: 0%, p90: 20%)", "the percentiles must lie between min and max (0 and 1 unless given)"},
        {"kumaraswamy(p10: 0.001%, p90: 0.0010001%)", "these percentiles are too close together: b would have to be above 1e50"},
        {"kumaraswamy(mean: 30%, sd: 46%)", "sd must be above 0 and below sqrt((mean - min) * (max - mean))"},
        {"kumaraswamy(mean: 30%, sd: 45%)",
         "sd must be further below sqrt((mean - min) * (max - mean)): a must be at least 0.001 and b at least 0.01"},
        {"kumaraswamy(mean: 1%, sd: 0.01%)", "sd must be larger: a may be at most 1,000,000 and b at most 1e50"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why;
        if (distribution_of(arena, cases[i][0], &why)) fail_msg("%s is accepted", cases[i][0]);
        assert_string_equal(why, cases[i][1]);
    }
}

static void arguments_find_their_places(void **state)
{
    (void)state;
    int spelling;
    double percents[APSIS_MAX_ARGUMENTS];
    size_t order[APSIS_MAX_ARGUMENTS], slots;
    const char *why, *swapped[] = {"p90", "p2.5"}, *twice[] = {"p10", "p10"}, *mixed[] = {NULL, NULL, NULL, "shape"};
    assert_int_equal(apsis_family_match(apsis_family_find("lognormal"), swapped, 2, &spelling, percents, order, &slots, &why), APSIS_OK);
    assert_int_equal(spelling, 2);
    assert_true(percents[0] == 0.025 && percents[1] == 0.9 && order[0] == 1 && order[1] == 0 && slots == 2);
    assert_int_equal(apsis_family_match(apsis_family_find("lognormal"), twice, 2, &spelling, percents, order, &slots, &why), APSIS_MODEL_ERROR);
    assert_int_equal(apsis_family_match(apsis_family_find("pert"), mixed, 4, &spelling, percents, order, &slots, &why), APSIS_OK);
    assert_int_equal(apsis_family_match(apsis_family_find("pert"), NULL, 3, &spelling, percents, order, &slots, &why), APSIS_OK);
    assert_true(order[2] == 2 && order[3] == APSIS_ARGUMENT_DEFAULT && slots == 4);
}

/* the smallest k with F(k) >= u, against the special functions' tails */
static void counts_are_exact(void **state)
{
    (void)state;
    for (int i = 0; i < 40000; i++) {
        static const double sizes[] = {3, 8, 100, 2000, 47000, 200000};
        double n = ap_floor((double)(random_bits() % 1000) / 1000 * sizes[i % 6]), p = (double)(random_bits() % 100001) / 100000;
        if (i % 2) p = p * p * p * 0.1;
        ap_word m = random_m();
        double u = ap_uniform_of(m), above = ap_uniform_upper_of(m), lower, upper, before, rest;
        int poisson = i % 3 == 0;
        double k = poisson ? ap_poisson_search(u, above, n * p) : ap_binomial_search(u, above, n, p);
        if (poisson) apsis_poisson_tails(n * p, k, &lower, &upper), apsis_poisson_tails(n * p, k - 1, &before, &rest);
        else apsis_binomial_tails(n, p, k, &lower, &upper), apsis_binomial_tails(n, p, k - 1, &before, &rest);
        if (n * p == 0) {
            assert_true(k == 0);
            continue;
        }
        int reached = u <= above ? lower >= u * (1 - 1e-12) : upper <= above * (1 + 1e-12);
        int not_before = u <= above ? before < u * (1 + 1e-12) : rest > above * (1 - 1e-12);
        if (!reached || !not_before) fail_msg("%s(%g, %g) at u = %.17g: %g", poisson ? "poisson" : "binomial", n, p, u, k);
    }
    double bad[][2] = {{-1, 0.5}, {2.5, 0.5}, {3, -0.1}, {3, 1.1}, {2e9, 0.5}};
    for (size_t i = 0; i < 5; i++) assert_true(ap_binomial_search(0.3, 0.7, bad[i][0], bad[i][1]) != ap_binomial_search(0.3, 0.7, bad[i][0], bad[i][1]));
    assert_true(ap_binomial_search(0.3, 0.7, 0, 0.5) == 0 && ap_binomial_search(0.3, 0.7, 9, 1) == 9);
}

/* Folding a constant and computing it in a draw give the same bits; bad parameters give NaN. */
static void solving_in_a_draw_is_solving_once(void **state)
{
    (void)state;
    size_t count, checked = 0;
    const struct apsis_family *const *families = apsis_families(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t s = 0; s < families[i]->spelling_count; s++) {
            const struct apsis_spelling *spelling = &families[i]->spellings[s];
            if (!spelling->dynamic || !spelling->solve) continue;
            double first[16], second[16], out[16], arguments[] = {3, 4.5}, percents[] = {0.2, 0.7}, canonical[APSIS_MAX_PARAMETERS] = {0};
            const double *pointers[] = {first, second};
            ap_u32 given_count = spelling->names[1] ? 2 : 1;
            for (int k = 0; k < 16; k++) first[k] = arguments[0], second[k] = arguments[1];
            assert_null(spelling->solve(arguments, percents, canonical));
            for (int c = 0; families[i]->parameter_names[c]; c++) {
                ap_sample_solve((ap_u32)i, (int)s, pointers, given_count, 3, percents, c, out, 16);
                if (ap_word_of(out[5]) != ap_word_of(canonical[c])) fail_msg("%s, spelling %zu, parameter %d", families[i]->name, s, c);
                checked++;
            }
        }
    assert_true(checked >= 20);
    struct ap_sampler normal;
    const char *why;
    assert_int_equal(apsis_sampler_build(arena, given("normal(0, 1)"), 0, &normal, &why), APSIS_OK);
    normal.constant[1] = -1;
    assert_true(draw(&normal, 77) != draw(&normal, 77));
}

/* requests with the same standardised parameters share one table, and threads change nothing */
static void tables_are_shared(void **state)
{
    (void)state;
    struct ap_sampler out[4];
    const char *texts[] = {"pert(0, 1, 4)", "pert(10, 12, 18)", "beta(2, 4)", "pert(0, 2, 4)"};
    struct apsis_sampler_request requests[4];
    for (int i = 0; i < 4; i++) requests[i] = (struct apsis_sampler_request){.distribution = given(texts[i]), .out = &out[i]};
    assert_int_equal(apsis_samplers_build(arena, requests, 4), APSIS_OK);
    assert_ptr_equal(out[0].table.rows, out[1].table.rows);
    assert_ptr_equal(out[0].table.rows, out[2].table.rows);
    assert_ptr_not_equal(out[0].table.rows, out[3].table.rows);
    struct ap_sampler alone;
    const char *why;
    assert_int_equal(apsis_sampler_build(arena, requests[3].distribution, 0, &alone, &why), APSIS_OK);
    assert_memory_equal(alone.table.rows, out[3].table.rows, 8 * AP_TABLE_SEGMENTS * sizeof(double));
}

/* The driver: a line "u|z, distribution, tab, numbers m in decimal" gives a line of the draws in hexadecimal; "q" instead of u asks for
   mean and sd, "p" for the parameters. Scores are those of m. */
static int serve(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        struct apsis_arena *own = apsis_arena_new();
        char *tab = strchr(line, '\t');
        const char *why = "no tab";
        if (tab) *tab++ = 0;
        const struct apsis_distribution *d = tab ? distribution_of(own, line + 2, &why) : NULL;
        struct ap_sampler sampler;
        if (d && line[0] == 'q') {
            printf("%a %a\n", apsis_distribution_mean(d), apsis_distribution_sd(d));
        } else if (d && line[0] == 'p') {
            for (int i = 0; d->family->parameter_names[i]; i++) printf("%a ", d->p[i]);
            printf("\n");
        } else if (d && apsis_sampler_build(own, d, line[0] == 'z', &sampler, &why) == APSIS_OK) {
            for (char *at = tab, *end; ; at = end) {
                ap_word m = strtoull(at, &end, 10);
                if (end == at) break;
                double z = ap_normal_quantile_tails(ap_uniform_of(m), ap_uniform_upper_of(m));
                printf("%a ", line[0] == 'z' ? draw_score(&sampler, z) : draw(&sampler, m));
            }
            printf("\n");
        } else {
            printf("error: %s\n", why);
        }
        apsis_arena_free(own);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "sample")) return serve();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_are_complete),
        cmocka_unit_test(quantiles_invert_tails),
        cmocka_unit_test(draws_keep_the_bound),
        cmocka_unit_test(moments_are_those_of_the_quantiles),
        cmocka_unit_test(percentiles_and_moments_are_met),
        cmocka_unit_test(messages_name_the_range),
        cmocka_unit_test(arguments_find_their_places),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(solving_in_a_draw_is_solving_once),
        cmocka_unit_test(tables_are_shared),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
