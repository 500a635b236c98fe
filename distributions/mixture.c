/* mixture.c - one of several distributions, each with its chance. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(mixture)
#else
#include <stdlib.h>

#include "distributions/family.h"
#include "distributions/knots.h"
#include "distributions/steps.h"
#include "host/support/arena.h"

static int is_steps(const struct apsis_distribution *d) { return d->steps || (d->family->form == APSIS_FORM_STEP && d->x); }

static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    double below = 0, above = 0, l, u;
    for (size_t i = 0; i < d->count; i++) {
        d->parts[i]->family->tails(d->parts[i], x, &l, &u);
        below = ap_fma(d->w[i], l, below);
        above = ap_fma(d->w[i], u, above);
    }
    *lower = below, *upper = above;
}
static double density(const struct apsis_distribution *d, double x)
{
    double f = 0;
    for (size_t i = 0; i < d->count; i++) f = ap_fma(d->w[i], apsis_distribution_density(d->parts[i], x), f);
    return f;
}
/* of the parts that have one */
static double smooth_density(const struct apsis_distribution *d, double x)
{
    double f = 0;
    for (size_t i = 0; i < d->count; i++)
        if (!is_steps(d->parts[i]) && !apsis_distribution_is_constant(d->parts[i])) f = ap_fma(d->w[i], d->parts[i]->family->density(d->parts[i], x), f);
    return f;
}
/* F(x) >= lower, read in the smaller tail */
static int reached(const struct apsis_distribution *d, double x, double lower, double upper)
{
    double l, u;
    tails(d, x, &l, &u);
    return lower <= upper ? l >= lower : u <= upper;
}
static double quantile(const struct apsis_distribution *d, double lower, double upper)
{
    double low = ap_infinity(), high = -ap_infinity();
    for (size_t i = 0; i < d->count; i++) {
        double x = d->parts[i]->family->quantile(d->parts[i], lower, upper);
        if (x < low) low = x;
        if (x > high) high = x;
    }
    if (low == high) return low;
    /* narrow the bracket to between two steps of any part, or find the step that u falls on */
    for (size_t i = 0; i < d->count; i++) {
        const struct apsis_distribution *part = d->parts[i];
        if (!is_steps(part)) continue;
        size_t a = 0, b = part->count; /* the first step that is enough */
        while (a < b) {
            size_t middle = (a + b) / 2;
            if (part->x[middle] >= high || (part->x[middle] > low && reached(d, part->x[middle], lower, upper))) b = middle;
            else a = middle + 1;
        }
        if (b < part->count && part->x[b] < high && part->x[b] > low) high = part->x[b];
        if (b > 0 && part->x[b - 1] > low) low = part->x[b - 1];
    }
    if (reached(d, low, lower, upper)) return low;
    /* one part with a density: its own quantile, less the steps up to `low` */
    const struct apsis_distribution *only = NULL;
    double below = 0, above = 0, weight = 0;
    size_t smooth = 0;
    for (size_t i = 0; i < d->count; i++) {
        double l, u;
        if (is_steps(d->parts[i])) {
            apsis_steps_tails(d->parts[i], low, &l, &u);
            below = ap_fma(d->w[i], l, below);
            above = ap_fma(d->w[i], u, above);
        } else {
            only = d->parts[i], weight = d->w[i], smooth++;
        }
    }
    if (smooth == 1) {
        double l = (lower - below) / weight, u = (upper - above) / weight;
        if (!(l > 0)) return low;
        if (!(u > 0)) return high;
        double x = only->family->quantile(only, l, u);
        return x < low ? low : x > high ? high : x;
    }
    /* F(low) < u <= F(high): Newton's steps where they stay inside, else halves */
    double v = lower <= upper ? lower : upper, x = 0.5 * low + 0.5 * high;
    for (int i = 0; i < 2000; i++) {
        double l, u;
        tails(d, x, &l, &u);
        int enough = lower <= upper ? l >= lower : u <= upper;
        if (enough) high = x;
        else low = x;
        double step = (lower <= upper ? v - l : u - v) / smooth_density(d, x), next = x + step;
        if (ap_abs(step) <= 0x1p-53 * ap_abs(x)) return enough ? x : (next < high ? next : high);
        if (!(next > low && next < high) || i % 8 == 7) next = 0.5 * low + 0.5 * high;
        if (!(next > low && next < high)) return high;
        x = next;
    }
    return high;
}
static double mean(const struct apsis_distribution *d)
{
    double m = 0;
    for (size_t i = 0; i < d->count; i++) m = ap_fma(d->w[i], apsis_distribution_mean(d->parts[i]), m);
    return m;
}
static double sd(const struct apsis_distribution *d)
{
    double m = mean(d), v = 0;
    for (size_t i = 0; i < d->count; i++) {
        double offset = apsis_distribution_mean(d->parts[i]) - m, s = apsis_distribution_sd(d->parts[i]);
        v = ap_fma(d->w[i], ap_fma(offset, offset, s * s), v);
    }
    return ap_sqrt(v);
}
static void support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = ap_infinity(), *high = -ap_infinity();
    for (size_t i = 0; i < d->count; i++) {
        double a, b;
        d->parts[i]->family->support(d->parts[i], &a, &b);
        if (a < *low) *low = a;
        if (b > *high) *high = b;
    }
}

static double table_density(const struct apsis_table_source *source, int upper, double y)
{
    return density(source->distribution, source->base[upper] + y);
}
static void table(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    int smooth = 1;
    apsis_table_plain(d, source);
    for (size_t i = 0; i < d->count; i++) smooth &= !is_steps(d->parts[i]) && d->parts[i]->family->form != APSIS_FORM_KNOTTED && !apsis_distribution_is_constant(d->parts[i]);
    if (smooth) source->density = table_density;
}

APSIS_FAMILY(mixture) = {
    .name = "mixture", .title = "one of several distributions, each with its chance", .reference = "weighted sum of distribution functions",
    .form = APSIS_FORM_TABLE,
    .arguments = APSIS_ARGUMENTS_MIXTURE,
    .takes = "distributions with weights that sum to 100%, such as mixture(70%: normal(0, 1), 30%: pert(1, 2, 5))",
    .tails = tails, .quantile = quantile, .density = density, .mean = mean, .sd = sd, .support = support, .table = table,
    .example = "mixture(70%: normal(0, 1), 30%: pert(1, 2, 5))",
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}
/* All parts are steps or straight pieces: so is the mixture. A step is two points at the same value. */
static const struct apsis_distribution *merge_pieces(struct apsis_arena *arena, const struct apsis_distribution *d, const char **why)
{
    size_t n = 0, points = 0;
    for (size_t i = 0; i < d->count; i++) n += d->parts[i]->count;
    double *all = APSIS_NEW_ARRAY(arena, double, n), *x = APSIS_NEW_ARRAY(arena, double, 2 * n), *w = APSIS_NEW_ARRAY(arena, double, 2 * n);
    n = 0;
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < d->parts[i]->count; k++) all[n++] = d->parts[i]->x[k];
    qsort(all, n, sizeof *all, by_size);
    for (size_t i = 0; i < n; i++) {
        if (i && all[i] == all[i - 1]) continue;
        double lower, upper, jump = 0;
        tails(d, all[i], &lower, &upper);
        for (size_t k = 0; k < d->count; k++) {
            const struct apsis_distribution *part = d->parts[k];
            if (is_steps(part)) jump += d->w[k] * apsis_steps_mass(part, all[i]);
            else
                for (size_t j = 1; j < part->count; j++)
                    if (part->x[j] == all[i] && part->x[j - 1] == all[i]) jump += d->w[k] * (part->w[j] - part->w[j - 1]);
        }
        if (jump > 0 || points == 0) {
            double before = lower - jump;
            x[points] = all[i], w[points] = points == 0 || before < 0 ? 0 : before < w[points - 1] ? w[points - 1] : before;
            points++;
        }
        x[points] = all[i], w[points] = lower < w[points - 1] ? w[points - 1] : lower;
        points++;
    }
    w[points - 1] = 1;
    struct apsis_distribution *r = APSIS_NEW(arena, struct apsis_distribution);
    r->family = apsis_family_find("cumulative");
    *why = apsis_knots_set(arena, r, x, w, points);
    return *why ? NULL : r;
}

const struct apsis_distribution *apsis_distribution_mixture(struct apsis_arena *arena, const struct apsis_distribution *const *parts,
                                                            const double *weights, size_t count, const char **why)
{
    struct apsis_distribution *d = APSIS_NEW(arena, struct apsis_distribution);
    const struct apsis_distribution **kept = APSIS_NEW_ARRAY(arena, const struct apsis_distribution *, count + 1);
    double *w = APSIS_NEW_ARRAY(arena, double, count + 1), total = 0;
    size_t n = 0, steps = 0, pieces = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(weights[i] >= 0)) {
            *why = "a weight must not be negative";
            return NULL;
        }
        total += weights[i];
    }
    if (!(ap_abs(total - 1) <= 1e-9)) {
        *why = "the weights must sum to 100%";
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (weights[i] == 0) continue;
        kept[n] = parts[i];
        if (parts[i]->family->discrete && !(kept[n] = apsis_steps_of(arena, parts[i], why))) return NULL;
        steps += (size_t)is_steps(kept[n]);
        pieces += (size_t)(is_steps(kept[n]) || kept[n]->family->form == APSIS_FORM_KNOTTED);
        w[n++] = weights[i] / total;
    }
    if (n == 1) return kept[0];
    d->family = &apsis_family_mixture;
    d->parts = kept, d->w = w, d->count = n;
    if (steps == n) {
        size_t values = 0, k = 0;
        for (size_t i = 0; i < n; i++) values += kept[i]->count;
        double *x = APSIS_NEW_ARRAY(arena, double, values), *chance = APSIS_NEW_ARRAY(arena, double, values);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < kept[i]->count; j++, k++)
                x[k] = kept[i]->x[j], chance[k] = w[i] * apsis_steps_mass(kept[i], kept[i]->x[j]);
        struct apsis_distribution *r = APSIS_NEW(arena, struct apsis_distribution);
        r->family = apsis_family_find("discrete");
        r->steps = 1;
        apsis_steps_set(arena, r, x, chance, values);
        return r;
    }
    if (pieces == n) return merge_pieces(arena, d, why);
    return d;
}
#endif
