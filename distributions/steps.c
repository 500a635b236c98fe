/* steps.c - values with chances, in rising order: what discrete and empirical are, whatever they were written as. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "distributions/steps.h"

#include <stdlib.h>

#include "host/support/arena.h"

struct step {
    double x, w;
    size_t order;
};
static int by_value(const void *a, const void *b)
{
    const struct step *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order; /* so that sums do not depend on the sort */
}

void apsis_steps_set(struct apsis_arena *arena, struct apsis_distribution *d, const double *values, const double *weights, size_t count)
{
    struct step *s = apsis_malloc(count * sizeof *s);
    for (size_t i = 0; i < count; i++) s[i] = (struct step){values[i] + 0.0, weights ? weights[i] : 1, i};
    qsort(s, count, sizeof *s, by_value);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (s[i].w == 0) continue;
        if (n && s[n - 1].x == s[i].x) s[n - 1].w += s[i].w;
        else s[n++] = s[i];
    }
    double *x = APSIS_NEW_ARRAY(arena, double, n ? n : 1), *w = APSIS_NEW_ARRAY(arena, double, n ? n : 1);
    d->tail = APSIS_NEW_ARRAY(arena, double, n ? n : 1);
    double total = 0, sum = 0;
    for (size_t i = 0; i < n; i++) total += s[i].w;
    d->whole = 1;
    for (size_t i = 0; i < n; i++) {
        x[i] = s[i].x;
        sum += s[i].w;
        w[i] = i + 1 == n ? 1 : sum / total;
        if (ap_floor(x[i]) != x[i]) d->whole = 0;
    }
    sum = 0;
    for (size_t i = n; i-- > 0;) {
        d->tail[i] = sum / total;
        sum += s[i].w;
    }
    apsis_block_free(s);
    d->x = x, d->w = w, d->count = n;
}

const char *apsis_steps_check(const struct apsis_distribution *d) { return d->count ? NULL : "at least one value is needed"; }

/* the last step at or below x, or count */
static size_t at_or_below(const struct apsis_distribution *d, double x)
{
    size_t low = 0, high = d->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->x[middle] <= x) low = middle + 1;
        else high = middle;
    }
    return low ? low - 1 : d->count;
}
void apsis_steps_tails(const struct apsis_distribution *d, double x, double *lower, double *upper)
{
    size_t i = at_or_below(d, x);
    *lower = i == d->count ? 0 : d->w[i];
    *upper = i == d->count ? 1 : d->tail[i];
}
double apsis_steps_quantile(const struct apsis_distribution *d, double lower, double upper)
{
    size_t low = 0, high = d->count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lower <= upper ? d->w[middle] >= lower : d->tail[middle] <= upper) high = middle;
        else low = middle + 1;
    }
    return d->x[low];
}
double apsis_steps_mass(const struct apsis_distribution *d, double x)
{
    size_t i = at_or_below(d, x);
    if (i == d->count || d->x[i] != x) return 0;
    return i ? (d->w[i] <= 0.5 ? d->w[i] - d->w[i - 1] : d->tail[i - 1] - d->tail[i]) : d->w[0];
}
double apsis_steps_mean(const struct apsis_distribution *d)
{
    double m = 0;
    for (size_t i = 0; i < d->count; i++) m = ap_fma(d->x[i], apsis_steps_mass(d, d->x[i]), m);
    return m;
}
double apsis_steps_sd(const struct apsis_distribution *d)
{
    double m = apsis_steps_mean(d), v = 0;
    for (size_t i = 0; i < d->count; i++) v = ap_fma((d->x[i] - m) * (d->x[i] - m), apsis_steps_mass(d, d->x[i]), v);
    return ap_sqrt(v);
}
void apsis_steps_support(const struct apsis_distribution *d, double *low, double *high)
{
    *low = d->x[0], *high = d->x[d->count - 1];
}

const struct apsis_distribution *apsis_steps_of(struct apsis_arena *arena, const struct apsis_distribution *d, const char **why)
{
    if (d->steps || d->x) return d;
    double low = d->family->quantile(d, 0x1p-60, 1), high = d->family->quantile(d, 1, 0x1p-60);
    if (!(high - low < 1e6)) {
        *why = "it takes more than a million values";
        return NULL;
    }
    struct apsis_distribution *r = APSIS_NEW(arena, struct apsis_distribution);
    size_t n = (size_t)(high - low) + 1;
    double *x = APSIS_NEW_ARRAY(arena, double, n), *w = APSIS_NEW_ARRAY(arena, double, n);
    r->tail = APSIS_NEW_ARRAY(arena, double, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = low + (double)i;
        d->family->tails(d, x[i], &w[i], &r->tail[i]);
    }
    w[n - 1] = 1, r->tail[n - 1] = 0;
    r->family = apsis_family_find("discrete");
    r->x = x, r->w = w, r->count = n;
    r->steps = r->whole = 1;
    return r;
}

double apsis_steps_search(const struct apsis_distribution *d, double lower, double upper)
{
    double low, high, l, u, reach = d->family->sd(d) + 1;
    d->family->support(d, &low, &high);
    low -= 1; /* below it nothing is enough */
    double k = ap_floor(d->family->mean(d));
    for (;;) { /* a bracket */
        if (k >= high) break;
        d->family->tails(d, k, &l, &u);
        if (lower <= upper ? l >= lower : u <= upper) {
            high = k;
            break;
        }
        low = k;
        k += ap_floor(reach);
        reach *= 2;
    }
    while (high - low > 1) {
        double middle = ap_floor(0.5 * (low + high));
        d->family->tails(d, middle, &l, &u);
        if (lower <= upper ? l >= lower : u <= upper) high = middle;
        else low = middle;
    }
    return high;
}
