/* test_family_search.c - what must hold for every family, at parameters that are searched for at random rather than picked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "distributions/family.h"
#include "host/support/arena.h"
#include "kernels/dialect.h"
#include "kernels/exponential.h"

#define SPELLING_FINDS 40   /* distributions looked at for each way to write a family */
#define SPELLING_TRIES 4000 /* parameters tried for them */
#define CHANCES 64

static uint64_t random_state;
static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}
static double random_share(void) { return (double)(random_bits() >> 11) * 0x1p-53 + 0x1p-54; }
static size_t random_below(size_t n) { return (size_t)(random_bits() % n); }

/* Numbers as parameters have them: shares, counts, scales from 0.001 to 5,000, either sign, and the special ones. */
static double random_number(void)
{
    static const double special[] = {0, 1, -1, 0.5, 2, 4, 100};
    double size = ap_exp(-7 + 15.5 * random_share());
    switch (random_below(8)) {
    case 0: case 1: return size;
    case 2: return -size;
    case 3: case 4: return random_share();
    case 5: return (double)random_below(60);
    case 6: return special[random_below(sizeof special / sizeof *special)];
    default: return 10 * random_share() - 5;
    }
}

static void sort(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && x[k] < x[k - 1]; k--) {
            double swap = x[k];
            x[k] = x[k - 1];
            x[k - 1] = swap;
        }
}

static int faults, told; /* told: of this family */
/* All families are looked at though one fails; the first faults of each are told. */
#define wrong(...) (faults++, told++ < 3 ? print_error(__VA_ARGS__), print_error("\n") : (void)0)

/* One distribution under test, with the words that say which it is. */
struct found {
    const struct apsis_distribution *d;
    char text[400];
};

static void describe(struct found *f, const char *name, const double *a, size_t n, const double *b)
{
    size_t used = (size_t)snprintf(f->text, sizeof f->text, "%s(", name);
    for (size_t i = 0; i < n && used + 60 < sizeof f->text; i++) {
        used += (size_t)snprintf(f->text + used, sizeof f->text - used, "%s%.17g", i ? ", " : "", a[i]);
        if (b) used += (size_t)snprintf(f->text + used, sizeof f->text - used, ": %.17g", b[i]);
    }
    snprintf(f->text + used, sizeof f->text - used, ")");
}

/* ---------------------------------------------------------------- what must hold */
static int is_finite(double x) { return x - x == 0; }

/* How far the chance may be off at x: a few steps of the double x, or of the end that it is counted from, besides the bound itself. */
static double slack(const struct apsis_distribution *d, double x, double small)
{
    double low, high, size = ap_abs(x), l[2], u[2];
    apsis_distribution_support(d, &low, &high);
    if (is_finite(low) && ap_abs(low) > size) size = ap_abs(low);
    if (is_finite(high) && ap_abs(high) > size) size = ap_abs(high);
    if (!strcmp(d->family->name, "gev") || !strcmp(d->family->name, "gpd")) { /* an end that is worked out: location - scale / shape */
        if (ap_abs(d->p[0]) > size) size = ap_abs(d->p[0]);
        if (ap_abs(d->p[1] / d->p[2]) > size && d->p[2] != 0) size = ap_abs(d->p[1] / d->p[2]);
    }
    apsis_distribution_tails(d, x - 0x1p-50 * size - 1e-300, &l[0], &u[0]);
    apsis_distribution_tails(d, x + 0x1p-50 * size + 1e-300, &l[1], &u[1]);
    double step = l[1] < 0.5 ? l[1] - l[0] : u[0] - u[1];
    double allowed = 1e-10 * small < 1e-12 ? 1e-10 * small : 1e-12;
    return allowed + 2 * step;
}

static void check_quantiles(const struct found *f)
{
    const struct apsis_distribution *d = f->d;
    double low, high, chance[CHANCES], last = -ap_infinity();
    apsis_distribution_support(d, &low, &high);
    if (!(low <= high)) wrong("%s: support [%.17g, %.17g]", f->text, low, high);
    for (int k = 0; k < CHANCES; k++) { /* below 0: from above */
        double v = 0.5 * random_share();
        if (k % 2) v = v * ap_exp(-25 * random_share());
        chance[k] = k % 4 < 2 ? v : 1 - v;
    }
    sort(chance, CHANCES);
    for (int k = 0; k < CHANCES; k++) {
        double u = chance[k], above = 1 - u, lower, upper, again[2];
        double x = apsis_distribution_quantile(d, u, above);
        if (!is_finite(x) && u > 1e-9 && above > 1e-9 && ap_abs(x) < 1e300) wrong("%s: %g at u = %.17g", f->text, x, u);
        if (!is_finite(x)) continue; /* past the largest double: tails heavier than any */
        if (!(x >= low && x <= high)) wrong("%s: %.17g at u = %.17g is outside [%.17g, %.17g]", f->text, x, u, low, high);
        if (!(x >= last - 4e-13 * ap_abs(last))) wrong("%s: falls from %.17g to %.17g at u = %.17g", f->text, last, x, u);
        last = x;
        apsis_distribution_tails(d, x, &lower, &upper);
        if (!(lower >= 0 && upper >= 0 && ap_abs(lower + upper - 1) < 1e-12)) wrong("%s: tails at %.17g are %.17g and %.17g", f->text, x, lower, upper);
        double small = u < above ? u : above, bound = slack(d, x, small);
        /* P(X < x) <= u <= P(X <= x) */
        double short_of = u < above ? u - lower : upper - above;
        if (!(short_of <= bound)) wrong("%s: P(X <= %.17g) is %.17g, below u = %.17g by %.3g (allowed %.3g)", f->text, x, lower, u, short_of, bound);
        double before = x - 0x1p-49 * ap_abs(x) - (d->whole ? 0.5 : 1e-300);
        apsis_distribution_tails(d, before, &again[0], &again[1]);
        double past = u < above ? again[0] - u : above - again[1];
        if (!(past <= bound)) wrong("%s: P(X < %.17g) is above u = %.17g by %.3g (allowed %.3g)", f->text, x, u, past, bound);
        /* quantile(cdf(x)) = x: of whole numbers from the middle of the step, else the same chance */
        if (!(lower > 0 && upper > 0)) continue;
        if (d->whole) {
            double mass = d->family->density(d, x), half = 0.5 * mass, middle = lower < upper ? lower - half : upper + half;
            if (!(half > 1e-9 * middle)) continue; /* a step that rounding can pass over */
            double back = lower < upper ? apsis_distribution_quantile(d, middle, 1 - middle) : apsis_distribution_quantile(d, 1 - middle, middle);
            if (back != x) wrong("%s: quantile(cdf(%.17g)) is %.17g", f->text, x, back);
            continue;
        }
        double back = apsis_distribution_quantile(d, lower, upper), other[2];
        if (back == x) continue;
        apsis_distribution_tails(d, back, &other[0], &other[1]);
        double off = lower < upper ? ap_abs(other[0] - lower) : ap_abs(other[1] - upper);
        if (!(off <= slack(d, x, lower < upper ? lower : upper))) wrong("%s: quantile(cdf(%.17g)) is %.17g, its chance off by %.3g", f->text, x, back, off);
    }
}

static void check_density(const struct found *f)
{
    const struct apsis_distribution *d = f->d;
    double low, high, lower, upper;
    apsis_distribution_support(d, &low, &high);
    for (int k = 1; k < 12; k++) {
        double x = apsis_distribution_quantile(d, k / 12.0, 1 - k / 12.0), p = is_finite(x) ? apsis_distribution_density(d, x) : 0;
        if (!(p >= 0)) wrong("%s: density %g at %.17g", f->text, p, x);
        if (d->family->discrete && p > 1 + 1e-12) wrong("%s: mass %g at %.17g", f->text, p, x);
    }
    for (int side = 0; side < 2; side++) { /* nothing beyond the ends */
        double end = side ? high : low, beyond = side ? end + ap_abs(end) * 1e-3 + 1 : end - ap_abs(end) * 1e-3 - 1;
        if (!is_finite(end)) continue;
        apsis_distribution_tails(d, beyond, &lower, &upper);
        if (!(ap_abs(lower - side) <= 1e-15 && ap_abs(upper - !side) <= 1e-15)) wrong("%s: tails %g and %g beyond the end %.17g", f->text, lower, upper, end);
        if (apsis_distribution_density(d, beyond) != 0) wrong("%s: density %g beyond the end %.17g", f->text, apsis_distribution_density(d, beyond), end);
    }
}

/* Chance that lies at single values: nothing to integrate there. */
static int has_jumps(const struct apsis_distribution *d)
{
    if (d->steps || d->family->discrete || apsis_distribution_is_constant(d)) return 1;
    for (size_t i = 1; !d->parts && d->family->form == APSIS_FORM_KNOTTED && i < d->count; i++)
        if (d->x[i] == d->x[i - 1]) return 1;
    for (size_t i = 0; d->parts && i < (d->count ? d->count : 1); i++)
        if (has_jumps(d->parts[i])) return 1;
    return 0;
}

#define MOST_EVALUATIONS 20000
static long evaluations; /* of one integral */
static double gauss(const struct apsis_distribution *d, double a, double b)
{
    static const double node[] = {0, 0.5384693101056831, 0.9061798459386640}, weight[] = {0.5688888888888889, 0.4786286704993665, 0.2369268850561891};
    double middle = 0.5 * a + 0.5 * b, half = 0.5 * (b - a), sum = weight[0] * apsis_distribution_density(d, middle);
    for (int k = 1; k < 3; k++) sum += weight[k] * (apsis_distribution_density(d, middle - half * node[k]) + apsis_distribution_density(d, middle + half * node[k]));
    evaluations += 5;
    return half * sum;
}
/* In halves until those agree with the whole: towards a kink or a jump of the density as well. */
static double integral(const struct apsis_distribution *d, double a, double b, double whole, double enough, int depth)
{
    double middle = 0.5 * a + 0.5 * b;
    if (!(a < middle && middle < b)) return whole;
    double left = gauss(d, a, middle), right = gauss(d, middle, b);
    if (ap_abs(left + right - whole) <= enough || depth == 0 || evaluations > MOST_EVALUATIONS) return left + right;
    return integral(d, a, middle, left, enough, depth - 1) + integral(d, middle, b, right, enough, depth - 1);
}

static size_t integrals_seen, integrals_left, sums_seen;

/* The density integrates, and masses sum, to differences of the distribution function. */
static void check_mass(const struct found *f)
{
    const struct apsis_distribution *d = f->d;
    int jumps = has_jumps(d), listed = d->steps || (d->family->discrete && d->x);
    if (jumps && !d->family->discrete && !d->steps) return; /* density and single values mixed */
    for (int k = 0; k < 4; k++) {
        double v = 0.45 * random_share() * (k % 2 ? ap_exp(-25 * random_share()) : 1), wide = v * (d->whole ? 2 : 1.08), x[2], lower[2], upper[2]; /* a part of a tail */
        int top = k / 2;
        x[0] = top ? apsis_distribution_quantile(d, 1 - wide, wide) : apsis_distribution_quantile(d, v, 1 - v);
        x[1] = top ? apsis_distribution_quantile(d, 1 - v, v) : apsis_distribution_quantile(d, wide, 1 - wide);
        if (!is_finite(x[0]) || !is_finite(x[1]) || !(x[0] < x[1])) continue;
        if (!jumps && (ap_abs(x[0]) > 1e150 || ap_abs(x[1]) > 1e150)) continue; /* where the density's steps pass the range of doubles */
        if (!jumps && !(is_finite(apsis_distribution_density(d, x[0])) && is_finite(apsis_distribution_density(d, x[1])))) continue; /* at an end where it is infinite */
        for (int i = 0; i < 2; i++) apsis_distribution_tails(d, x[i], &lower[i], &upper[i]);
        double chance = top ? upper[0] - upper[1] : lower[1] - lower[0], sum = 0, allowed;
        if (jumps) {
            allowed = 1e-10 * chance + 1e-15 * (top ? upper[0] : lower[1]);
            if (listed)
                for (size_t i = 0; i < d->count; i++) sum += d->x[i] > x[0] && d->x[i] <= x[1] && (i == 0 || d->x[i] != d->x[i - 1]) ? apsis_distribution_density(d, d->x[i]) : 0;
            else if (x[1] - x[0] < 3000)
                for (double at = x[0] + 1; at <= x[1]; at++) sum += apsis_distribution_density(d, at);
            else continue;
            sums_seen++;
        } else {
            double from = x[0];
            enum { PIECES = 8 }; /* of equal chance */
            double ends[2] = {top ? upper[0] : lower[0], top ? upper[1] : lower[1]};
            evaluations = 0;
            allowed = 1e-9 * chance + slack(d, x[0], top ? upper[0] : lower[0]) + slack(d, x[1], top ? upper[1] : lower[1]);
            for (int i = 1; i <= PIECES; i++) {
                double v = ends[0] + (ends[1] - ends[0]) * i / PIECES, to = i == PIECES ? x[1] : top ? apsis_distribution_quantile(d, 1 - v, v) : apsis_distribution_quantile(d, v, 1 - v);
                if (!(to > from)) continue;
                if (to > x[1]) to = x[1];
                while (from < to) { /* no further than to the next knot: five points overlook a jump next to an end */
                    double next = to;
                    for (size_t j = 0; !d->parts && d->family->form == APSIS_FORM_KNOTTED && j < d->count; j++)
                        if (d->x[j] > from && d->x[j] < next) next = d->x[j];
                    sum += integral(d, from, next, gauss(d, from, next), 1e-12 * chance, 45);
                    from = next;
                }
            }
            if (evaluations > MOST_EVALUATIONS) {
                integrals_left++;
                continue;
            }
            integrals_seen++;
        }
        if (!(ap_abs(sum - chance) <= allowed))
            wrong("%s: the density from %.17g to %.17g comes to %.17g, the chance is %.17g (off by %.3g, allowed %.3g)", f->text, x[0], x[1], sum, chance, ap_abs(sum - chance), allowed);
    }
}

/* The support is where the quantile function ends: to rounding, and of whole numbers where the end has any chance. */
static void check_support(const struct found *f)
{
    double ends[2], near = f->d->family->discrete || f->d->steps ? 1e-300 : 0;
    if (apsis_distribution_is_constant(f->d)) return;
    apsis_distribution_support(f->d, &ends[0], &ends[1]);
    for (int side = 0; side < 2; side++) {
        if (near == 0 && !is_finite(ends[side])) { /* goes on and on */
            double out[2] = {f->d->parts ? 0x1p-60 : 0x1p-500, f->d->parts ? 0x1p-50 : 0x1p-60};
            for (int i = 0; i < 2; i++) out[i] = side ? -apsis_distribution_quantile(f->d, 1, out[i]) : apsis_distribution_quantile(f->d, out[i], 1);
            int goes_on = is_finite(out[1]) && ap_abs(out[1]) > 1e-300 && !f->d->parts; /* what is far out in a mixture may be its steps, and nothing that doubles can see beyond */
            if (goes_on ? !(out[0] < out[1]) : !(out[0] <= out[1])) wrong("%s: without an end, but %.17g and %.17g", f->text, out[0], out[1]);
            continue;
        }
        double size = ap_abs(ends[0]) < ap_infinity() && ap_abs(ends[0]) > ap_abs(ends[1]) ? ap_abs(ends[0]) : ap_abs(ends[1]);
        if (near > 0 && !(is_finite(ends[side]) && apsis_distribution_density(f->d, ends[side]) > 1e-290)) continue;
        double x = side ? apsis_distribution_quantile(f->d, 1, near) : apsis_distribution_quantile(f->d, near, 1);
        if (!(x == ends[side] || ap_abs(x - ends[side]) <= 0x1p-48 * size)) wrong("%s: the support %s at %.17g, the quantile function at %.17g", f->text, side ? "ends" : "begins", ends[side], x);
    }
}

/* Mean and sd against the quantile function, where what lies in the outermost 2^-40 does not matter to them. */
static void check_moments(const struct found *f)
{
    const struct apsis_distribution *d = f->d;
    double mean = apsis_distribution_mean(d), sd = apsis_distribution_sd(d), sum = 0, squares = 0, low, high;
    if (sd < 0) wrong("%s: sd %g", f->text, sd);
    apsis_distribution_support(d, &low, &high);
    if (mean == mean && !(mean >= low - 1e-12 * ap_abs(low) && mean <= high + 1e-12 * ap_abs(high))) wrong("%s: mean %.17g is outside [%.17g, %.17g]", f->text, mean, low, high);
    if (!(ap_abs(mean) < 1e30 && sd < 1e30)) return;
    double ends[2] = {apsis_distribution_quantile(d, 0x1p-40, 1 - 0x1p-40) - mean, apsis_distribution_quantile(d, 1 - 0x1p-40, 0x1p-40) - mean};
    for (int side = 0; side < 2; side++)
        if (!(ends[side] * ends[side] * 0x1p-40 <= 1e-6 * sd * sd)) return; /* heavy tails */
    double nearer[2] = {apsis_distribution_quantile(d, 0x1p-30, 1 - 0x1p-30) - mean, apsis_distribution_quantile(d, 1 - 0x1p-30, 0x1p-30) - mean};
    for (int side = 0; side < 2; side++)
        if (ap_abs(ends[side]) > 10 * ap_abs(nearer[side])) return; /* a power law of exponent 3 or less: much of the sd may lie further out */
    const int n = 3000;
    double largest = 0;
    for (int k = 0; k < n; k++) { /* u = s^3 (10 - 15 s + 6 s^2), which is dense at both ends */
        double s = (k + 0.5) / n, r = 1 - s, u = s * s * s * (10 - 15 * s + 6 * s * s), above = r * r * r * (10 - 15 * r + 6 * r * r), w = 30 * s * s * r * r / n;
        double x = apsis_distribution_quantile(d, u, above) - mean;
        sum += w * x;
        squares += w * x * x;
        if (w * x * x > largest) largest = w * x * x;
    }
    /* a jump within one of the n pieces is seen to a piece's weight */
    double share = largest / (sd * sd + 1e-300), rough = d->family->discrete || d->steps || d->parts || d->x ? 2 : 1;
    if (share > 0.02) return; /* a few pieces hold it all: too rough to say */
    if (!(ap_abs(sum) <= rough * 1e-3 * sd + 1e-12 * ap_abs(mean))) wrong("%s: mean %.17g, by quantiles %.17g, sd %g", f->text, mean, mean + sum, sd);
    if (!(ap_abs(ap_sqrt(squares) - sd) <= rough * 1e-2 * sd + 1e-9 * ap_abs(mean))) wrong("%s: sd %.17g, by quantiles %.17g", f->text, sd, ap_sqrt(squares));
}

static void check(const struct found *f)
{
    check_quantiles(f);
    check_density(f);
    check_moments(f);
    check_support(f);
    uint64_t kept = random_state; /* what else is looked at moves no parameters */
    check_mass(f);
    random_state = kept;
}

/* ---------------------------------------------------------------- what is searched */
/* A message completes "pert(20, 80, 30): ...": words, no full stop. */
static void check_message(const char *family, const char *why)
{
    if (!why || strlen(why) < 8 || why[strlen(why) - 1] == '.' || strchr(why, '\n')) wrong("%s: message %s", family, why ? why : "NULL");
}

static size_t slots_of(const struct apsis_spelling *s)
{
    size_t n = 0;
    while (n < APSIS_MAX_PARAMETERS && s->names[n]) n++;
    return n;
}

/* What was asked for is met: percentiles are percentiles of the result, mean and sd are its mean and sd. */
static void check_spelling(const struct found *f, const struct apsis_spelling *s, const double *a, const double *percents)
{
    const struct apsis_distribution *d = f->d;
    if (!s->solve) return;
    for (size_t k = 0; s->names[k] && !strcmp(s->names[k], "p*"); k++) {
        if (apsis_distribution_is_constant(d)) continue;
        double lower, upper, small = percents[k] < 0.5 ? percents[k] : 1 - percents[k];
        apsis_distribution_tails(d, a[k], &lower, &upper);
        if (!(ap_abs(lower - percents[k]) <= 1e-11 + slack(d, a[k], small))) wrong("%s: percentile %.17g is at %.17g, not at %.17g", f->text, a[k], lower, percents[k]);
    }
    if (strcmp(s->names[0], "mean") || !s->names[1] || strcmp(s->names[1], "sd")) return;
    double low, high, mean = apsis_distribution_mean(d), sd = apsis_distribution_sd(d), size = ap_abs(mean);
    apsis_distribution_support(d, &low, &high);
    if (is_finite(low) && ap_abs(low) > size) size = ap_abs(low);
    if (is_finite(high) && ap_abs(high) > size) size = ap_abs(high);
    if (!(ap_abs(mean - a[0]) <= 1e-10 * ap_abs(a[0]) + 1e-12 * (size + a[1]))) wrong("%s: the mean is %.17g, not %.17g", f->text, mean, a[0]);
    /* an sd that is small beside the ends is a difference of moments; one far above the mean hangs on the last place of a shape next to 2 */
    double lost = 0x1p-48 * (size * size / (a[1] * a[1]) + a[1] * a[1] / (mean * mean));
    if (!(ap_abs(sd - a[1]) <= (1e-10 + lost) * a[1]) && a[1] > 0) wrong("%s: the sd is %.17g, not %.17g", f->text, sd, a[1]);
}

/* A message says which parameter is wrong: by its name, or by what it is. */
static int names_it(const char *why, const char *name)
{
    static const char *const others[] = {"the middle", "the ends", "the four values", "the mean,", "min ", "max ", "population, marked and sample"};
    if (strstr(why, name)) return 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strstr(why, others[i])) return 1;
    return 0;
}

/* What the documentation of a parameter forbids is refused; NaN and infinities are. */
static void check_domain(struct apsis_arena *arena, const struct apsis_family *family, int spelling, const double *good, const double *percents, size_t n)
{
    static const double never[] = {0.0 / 0.0, 1 / 0.0, -1 / 0.0};
    const char *why = NULL;
    double values[APSIS_MAX_PARAMETERS];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof never / sizeof *never; k++) {
            memcpy(values, good, n * sizeof *values);
            values[i] = never[k];
            why = NULL;
            if (apsis_distribution_new(arena, family, spelling, values, percents, n, &why)) wrong("%s takes %g for %s", family->name, never[k], family->spellings[spelling].names[i]);
            check_message(family->name, why);
            char name[40];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(family->spellings[spelling].names[i], "?"), family->spellings[spelling].names[i]);
            if (why && !strstr(why, strcmp(name, "p*") ? name : "percentile")) wrong("%s: %g for %s: %s", family->name, never[k], name, why);
        }
    if (family->spellings[spelling].solve) return; /* arguments are not the parameters */
    for (size_t i = 0; i < n; i++) {
        const char *doc = family->parameter_docs[i];
        struct { const char *words; double value; } const forbidden[] = {
            {"above 0", 0}, {"above 0", -1}, {"0 or more", -1}, {"from 0 to", -1}, {"from 0 to 1", 1.5}, {"at most 1", 1.5}, {"from 0 to 1,000,000,000", 1e9 + 1},
            {"at most 1,000", 1000.5}, {"at most 1,000,000", 1000000.5}, {"whole", 0.5}, {"min or more", -1e6}, {"from min to max", -1e6}, {"from min to max", 1e6},
        };
        for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++) {
            const char *at = strstr(doc, forbidden[k].words);
            const char *after = at ? at + strlen(forbidden[k].words) : "x";
            if (*after && *after != ';' && strncmp(after, ", ", 2) && strncmp(after, " and ", 5) && strncmp(after, " number", 7)) continue; /* "above 0 heavy" */
            memcpy(values, good, n * sizeof *values);
            values[i] = forbidden[k].value;
            why = NULL;
            if (apsis_distribution_new(arena, family, spelling, values, percents, n, &why)) wrong("%s takes %s %g, documented as: %s", family->name, family->parameter_names[i], values[i], doc);
            check_message(family->name, why);
            if (why && !names_it(why, family->parameter_names[i])) wrong("%s: %s %g: %s", family->name, family->parameter_names[i], values[i], why);
        }
    }
}

static size_t found_count, refused_count;

static void search_parameters(struct apsis_arena *arena, const struct apsis_family *family)
{
    for (size_t spelling = 0; spelling < family->spelling_count; spelling++) {
        const struct apsis_spelling *s = &family->spellings[spelling];
        size_t n = slots_of(s), finds = 0;
        for (int i = 0; i < SPELLING_TRIES && finds < SPELLING_FINDS; i++) {
            double a[APSIS_MAX_PARAMETERS] = {0}, percents[APSIS_MAX_PARAMETERS] = {0};
            const char *why = NULL;
            for (size_t k = 0; k < n; k++) {
                const char *name = s->names[k];
                a[k] = strchr(name, '?') && random_below(2) ? s->defaults[k] : random_number();
                if (!strcmp(name, "p*")) percents[k] = k ? 0.5 + 0.499 * random_share() : 0.001 + 0.499 * random_share();
            }
            if (random_below(2)) sort(a, n);
            if (random_below(4) == 0)
                for (size_t k = 0; k < n; k++) a[k] = (double)(long)a[k];
            struct found f = {.d = apsis_distribution_new(arena, family, (int)spelling, a, percents, n, &why)};
            if (!f.d) {
                check_message(family->name, why);
                refused_count++;
                continue;
            }
            describe(&f, family->name, a, n, NULL);
            check(&f);
            check_spelling(&f, s, a, percents);
            check_domain(arena, family, (int)spelling, a, percents, n);
            finds++;
        }
        if (finds < 5) wrong("%s, spelling %zu: %zu found", family->name, spelling, finds);
        found_count += finds;
    }
}

static void search_percentiles(struct apsis_arena *arena, const struct apsis_family *family)
{
    size_t finds = 0;
    for (int i = 0; i < SPELLING_TRIES && finds < SPELLING_FINDS; i++) {
        double x[8], w[8];
        const char *why = NULL;
        size_t n = 3 + random_below(4);
        for (size_t k = 0; k < n; k++) x[k] = random_number(), w[k] = 0.01 + 0.98 * random_share();
        sort(x, n);
        sort(w, n);
        if (random_below(3) == 0) w[0] = 0;
        if (random_below(3) == 0) w[n - 1] = 1;
        struct found f = {.d = apsis_distribution_new(arena, family, 0, x, w, n, &why)};
        if (!f.d) {
            check_message(family->name, why);
            refused_count++;
            continue;
        }
        describe(&f, family->name, w, n, x);
        check(&f);
        finds++;
    }
    if (finds < 5) wrong("%s: %zu found", family->name, finds);
    found_count += finds;
}

static const struct apsis_distribution *of_data(struct apsis_arena *arena, const struct apsis_family *family, double *x, double *w, size_t n, const char **why)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) x[k] = random_number(), w[k] = random_below(5) ? random_share() : 0;
    w[n - 1] += 0.01;
    switch (family->arguments) {
    case APSIS_ARGUMENTS_FILE: return apsis_distribution_data(arena, family, x, NULL, n, why);
    case APSIS_ARGUMENTS_POINTS:
        sort(x, n);
        sort(w, n);
        w[0] = 0, w[n - 1] = 1;
        break;
    default:
        if (family->arguments == APSIS_ARGUMENTS_BINS) sort(x, n), w[0] = 0;
        for (size_t k = 0; k < n; k++) sum += w[k];
        for (size_t k = 0; k < n; k++) w[k] /= sum;
    }
    return apsis_distribution_data(arena, family, x, w, n, why);
}

static void search_data(struct apsis_arena *arena, const struct apsis_family *family)
{
    size_t finds = 0;
    for (int i = 0; i < SPELLING_TRIES && finds < SPELLING_FINDS; i++) {
        double x[20], w[20];
        const char *why = NULL;
        size_t n = 2 + random_below(18);
        struct found f = {.d = of_data(arena, family, x, w, n, &why)};
        if (!f.d) {
            check_message(family->name, why);
            refused_count++;
            continue;
        }
        describe(&f, family->name, x, n, w);
        check(&f);
        finds++;
    }
    if (finds < 5) wrong("%s: %zu found", family->name, finds);
    found_count += finds;
}

/* Some distribution of another family, for the operators. */
static const struct apsis_distribution *any(struct apsis_arena *arena)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    for (;;) {
        const struct apsis_family *family = families[random_below(count)];
        const struct apsis_distribution *d;
        const char *why = NULL;
        if (family->arguments == APSIS_ARGUMENTS_TRUNCATE || family->arguments == APSIS_ARGUMENTS_MIXTURE || family->arguments == APSIS_ARGUMENTS_PERCENTILES) continue;
        double a[20], w[20];
        if (family->arguments != APSIS_ARGUMENTS_PLAIN) {
            d = of_data(arena, family, a, w, 2 + random_below(6), &why);
        } else {
            int spelling = 0;
            size_t n = slots_of(&family->spellings[0]);
            for (size_t k = 0; k < n; k++) a[k] = 0.1 + 8 * random_share(), w[k] = k ? 0.9 : 0.1;
            sort(a, n);
            d = apsis_distribution_new(arena, family, spelling, a, w, n, &why);
        }
        if (d) return d;
    }
}

static void search_operators(struct apsis_arena *arena, const struct apsis_family *family)
{
    size_t finds = 0;
    for (int i = 0; i < SPELLING_TRIES && finds < 2 * SPELLING_FINDS; i++) {
        const char *why = NULL;
        struct found f = {0};
        const struct apsis_distribution *parts[3] = {any(arena), any(arena), any(arena)};
        double w[3] = {random_share(), 0, 0}, cut[2];
        if (family->arguments == APSIS_ARGUMENTS_TRUNCATE) {
            for (int k = 0; k < 2; k++) {
                double u = random_share();
                cut[k] = apsis_distribution_quantile(parts[0], u, 1 - u) + (random_below(4) ? 0 : random_number());
            }
            sort(cut, 2);
            if (random_below(4) == 0) cut[random_below(2)] = random_below(2) ? 1 / 0.0 : -1 / 0.0;
            f.d = apsis_distribution_truncate(arena, parts[0], cut[0], cut[1], &why);
            snprintf(f.text, sizeof f.text, "truncate(%s, %.17g, %.17g), find %zu", parts[0]->family->name, cut[0], cut[1], finds);
        } else {
            w[1] = (1 - w[0]) * random_share();
            w[2] = 1 - w[0] - w[1];
            f.d = apsis_distribution_mixture(arena, parts, w, 3, &why);
            snprintf(f.text, sizeof f.text, "mixture(%.17g: %s, %.17g: %s, %.17g: %s), find %zu", w[0], parts[0]->family->name, w[1], parts[1]->family->name, w[2], parts[2]->family->name,
                     finds);
        }
        if (!f.d) {
            check_message(family->name, why);
            refused_count++;
            continue;
        }
        check(&f);
        finds++;
    }
    if (finds < 5) wrong("%s: %zu found", family->name, finds);
    found_count += finds;
}

static void every_family_at_searched_parameters(void **state)
{
    (void)state;
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    for (size_t i = 0; i < count; i++) {
        struct apsis_arena *arena = apsis_arena_new();
        told = 0;
        random_state = 88172645463325252u + i; /* each family by itself: a new one moves no other */
        for (int k = 0; k < 20; k++) random_bits();
        switch (families[i]->arguments) {
        case APSIS_ARGUMENTS_PLAIN: search_parameters(arena, families[i]); break;
        case APSIS_ARGUMENTS_PERCENTILES: search_percentiles(arena, families[i]); break;
        case APSIS_ARGUMENTS_TRUNCATE: case APSIS_ARGUMENTS_MIXTURE: search_operators(arena, families[i]); break;
        default: search_data(arena, families[i]);
        }
        apsis_arena_free(arena);
    }
    print_message("%zu distributions looked at, %zu refused with reasons; %zu integrals of densities (%zu more took too many points), %zu sums of masses\n", found_count, refused_count, integrals_seen, integrals_left,
                  sums_seen);
    assert_true(integrals_seen > 3000 && integrals_left < integrals_seen / 50 && sums_seen > 300);
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_family_at_searched_parameters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
