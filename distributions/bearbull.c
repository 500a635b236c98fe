/* bearbull.c - a truncated normal given by its ends and its points one sigma down (bear) and up (bull). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(bearbull)
#else
#include "distributions/family.h"
#include "host/support/arena.h"
#include "kernels/exponential.h"
#include "kernels/normal.h"

/*
 * p: min, bear, bull, max. The distribution is a normal cut off at min and max, its mean and sd such that
 * P(X <= bear) = 15.87 % and P(X <= bull) = 84.13 % hold for what is left. parts[0] is that truncated normal.
 */
#define BEAR 0x1.44ed0bb7cb20bp-3 /* the normal cdf at -1 */

static double bell(double z) { return 0x1.9884533d43651p-2 * ap_exp(-0.5 * z * z); }
/* chance between a < b, from the tail that both are in */
static double between(double a, double b) { return a > 0 ? ap_normal_cdf(-a) - ap_normal_cdf(-b) : ap_normal_cdf(b) - ap_normal_cdf(a); }

/* What is missing in the two conditions, as shares of the chance left between the ends, and how that moves with mean and ln sd. */
static void missing(const double *p, double mean, double sd, double *r, double *slopes)
{
    double z[4], f[4];
    for (int i = 0; i < 4; i++) {
        z[i] = (p[i] - mean) / sd;
        f[i] = bell(z[i]);
    }
    double total = between(z[0], z[3]), low = between(z[0], z[1]) / total, high = between(z[2], z[3]) / total;
    r[0] = low - BEAR;
    r[1] = high - BEAR;
    double total_mean = (f[0] - f[3]) / total, total_sd = (z[0] * f[0] - z[3] * f[3]) / total;
    slopes[0] = ((f[0] - f[1]) / total - low * total_mean) / sd;
    slopes[1] = (z[0] * f[0] - z[1] * f[1]) / total - low * total_sd;
    slopes[2] = ((f[2] - f[3]) / total - high * total_mean) / sd;
    slopes[3] = (z[2] * f[2] - z[3] * f[3]) / total - high * total_sd;
}

static const char *check(const struct apsis_distribution *d)
{
    const double *p = d->p;
    return p[0] < p[1] && p[1] < p[2] && p[2] < p[3] ? NULL : "min, bear, bull and max must rise";
}
static const char *prepare(struct apsis_arena *arena, struct apsis_distribution *d)
{
    const double *p = d->p;
    double mean = 0.5 * (p[1] + p[2]), sd = 0.5 * (p[2] - p[1]), r[2], s[4], best = 2;
    int done = 0;
    missing(p, mean, sd, r, s);
    best = ap_abs(r[0]) + ap_abs(r[1]);
    for (int i = 0; i < 200 && !done; i++) {
        double det = s[0] * s[3] - s[1] * s[2];
        double step_mean = (r[0] * s[3] - r[1] * s[1]) / det, step_sd = (s[0] * r[1] - s[2] * r[0]) / det, share = 1;
        if (step_sd > 1 || step_sd < -1) share = 1 / ap_abs(step_sd);
        int moved = 0;
        for (int k = 0; k < 40 && !moved; k++, share *= 0.5) {
            double m = mean - share * step_mean, w = sd * ap_exp(-share * step_sd), q[2], t[4];
            missing(p, m, w, q, t);
            double error = ap_abs(q[0]) + ap_abs(q[1]);
            if (error < best) {
                mean = m, sd = w, best = error, moved = 1;
                for (int j = 0; j < 2; j++) r[j] = q[j];
                for (int j = 0; j < 4; j++) s[j] = t[j];
            }
        }
        done = best < 1e-15 || !moved;
    }
    if (!(best < 1e-11) || !(sd < 1e3 * (p[3] - p[0])))
        return "no bell fits: bear and bull lie too close to the ends (closer than a flat or straight curve between min and max would put them)";
    d->p[4] = mean, d->p[5] = sd;
    const char *why = NULL;
    const struct apsis_distribution *normal = apsis_distribution_new(arena, apsis_family_find("normal"), 0, d->p + 4, NULL, 2, &why);
    const struct apsis_distribution **parts = APSIS_NEW_ARRAY(arena, const struct apsis_distribution *, 1);
    if (normal) parts[0] = apsis_distribution_truncate(arena, normal, p[0], p[3], &why);
    d->parts = parts;
    return why;
}
static void tails(const struct apsis_distribution *d, double x, double *lower, double *upper) { d->parts[0]->family->tails(d->parts[0], x, lower, upper); }
static double quantile(const struct apsis_distribution *d, double lower, double upper) { return d->parts[0]->family->quantile(d->parts[0], lower, upper); }
static double density(const struct apsis_distribution *d, double x) { return d->parts[0]->family->density(d->parts[0], x); }
static void support(const struct apsis_distribution *d, double *low, double *high) { *low = d->p[0], *high = d->p[3]; }
static void table(const struct apsis_distribution *d, struct apsis_table_source *source) { d->parts[0]->family->table(d->parts[0], source); }

APSIS_FAMILY(bearbull) = {
    .name = "bearbull", .title = "a bell between two ends, by its bear (15.87 %) and bull (84.13 %) points", .reference = "truncated normal; DLMF 7.17",
    .form = APSIS_FORM_TABLE,
    .parameter_names = {"min", "bear", "bull", "max"},
    .parameter_docs = {"smallest value", "one sigma down: 15.87 % lie below; above min", "one sigma up: 84.13 % lie below; above bear", "largest value, above bull"},
    .spellings = {{.names = {"min", "bear", "bull", "max"}}}, .spelling_count = 1,
    .takes = "(min, bear, bull, max)",
    .check = check, .prepare = prepare, .tails = tails, .quantile = quantile, .density = density, .support = support, .table = table,
    .example = "bearbull(0, 3, 7, 12)",
};
#endif
