/* knots.c - straight pieces of a cumulative curve: what cumulative and histogram are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/knots.h"

#include "host/support/arena.h"

const char *apsis_knots_set(struct apsis_arena *arena, struct apsis_distribution *d, const double *x, const double *w, size_t count)
{
    int bins = d->family->arguments == APSIS_ARGUMENTS_BINS;
    if (count < 2) return bins ? "at least one bin is needed" : "at least two points are needed";
    for (size_t i = 1; i < count; i++) {
        if (bins ? !(x[i - 1] < x[i]) : !(x[i - 1] <= x[i])) return bins ? "the edges must rise" : "the points must rise";
        if (!bins && !(w[i - 1] <= w[i])) return "the cumulative chances must not fall";
    }
    if (!bins && w[0] != 0) return "the first point must have the cumulative chance 0%";
    if (!bins && w[count - 1] != 1) return "the last point must have the cumulative chance 100%";
    double *points = APSIS_NEW_ARRAY(arena, double, count), *lower = APSIS_NEW_ARRAY(arena, double, count), total = 0, sum = 0;
    d->tail = APSIS_NEW_ARRAY(arena, double, count);
    for (size_t i = 0; i < count; i++) points[i] = x[i];
    for (size_t i = 1; bins && i < count; i++) total += w[i];
    for (size_t i = 0; i < count; i++) {
        if (bins && i) sum += w[i];
        lower[i] = !bins ? w[i] : i == 0 ? 0 : i + 1 == count ? 1 : sum / total;
    }
    sum = 0;
    for (size_t i = count; i-- > 0;) {
        d->tail[i] = bins ? sum / total : 1 - w[i];
        if (bins) sum += w[i];
    }
    d->tail[0] = 1;
    d->x = points, d->w = lower, d->count = count;
    return NULL;
}

void apsis_knots_tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    size_t last = d->count - 1, low = 0, high = last;
    if (!(x >= d->x[0])) {
        *lower = 0, *upper = 1;
        return;
    }
    if (x >= d->x[last]) {
        *lower = 1, *upper = 0;
        return;
    }
    while (high - low > 1) { /* the last point at or below x */
        size_t middle = (low + high) / 2;
        if (d->x[middle] <= x) low = middle;
        else high = middle;
    }
    double width = d->x[low + 1] - d->x[low], share = (x - d->x[low]) / width;
    *lower = ap_fma(share, d->w[low + 1] - d->w[low], d->w[low]);
    *upper = ap_fma((d->x[low + 1] - x) / width, d->tail[low] - d->tail[low + 1], d->tail[low + 1]);
}
double apsis_knots_quantile(const struct apsis_distribution *d, double lower, double upper)
{
    size_t low = 0, high = d->count - 1;
    while (high - low > 1) { /* the first point whose cumulative chance reaches u ends the piece */
        size_t middle = (low + high) / 2;
        if (lower <= upper ? d->w[middle] >= lower : d->tail[middle] <= upper) high = middle;
        else low = middle;
    }
    double width = d->x[high] - d->x[low];
    if (lower <= upper) {
        double mass = d->w[high] - d->w[low];
        return mass > 0 && lower > d->w[low] ? ap_fma((lower - d->w[low]) / mass, width, d->x[low]) : d->x[low];
    }
    double mass = d->tail[low] - d->tail[high];
    return mass > 0 && upper > d->tail[high] ? ap_fma(-(upper - d->tail[high]) / mass, width, d->x[high]) : d->x[high];
}
double apsis_knots_density(const struct apsis_distribution *d, double x)
{
    for (size_t i = 1; i < d->count; i++)
        if (x < d->x[i]) return x < d->x[i - 1] ? 0 : (d->w[i] - d->w[i - 1]) / (d->x[i] - d->x[i - 1]);
    return 0;
}
double apsis_knots_mean(const struct apsis_distribution *d)
{
    double m = 0;
    for (size_t i = 1; i < d->count; i++) m = ap_fma(0.5 * (d->x[i] + d->x[i - 1]), d->w[i] - d->w[i - 1], m);
    return m;
}
double apsis_knots_sd(const struct apsis_distribution *d)
{
    double m = apsis_knots_mean(d), v = 0;
    for (size_t i = 1; i < d->count; i++) {
        double a = d->x[i - 1] - m, b = d->x[i] - m;
        v = ap_fma((a * a + a * b + b * b) / 3, d->w[i] - d->w[i - 1], v);
    }
    return ap_sqrt(v);
}
void apsis_knots_support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->x[0], *high = d->x[d->count - 1];
}
