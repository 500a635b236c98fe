/* steps_build.c - steps and knots as the draw loop searches them: last draw of each piece, and a guide. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/plan/samplers.h"

#define TOP (((ap_word)1 << 52) - 1)
#define HALF (((ap_word)1 << 51) - 1) /* the last m of the lower half */

/* The largest m with u = (2m + 1) 2^-53 <= lower, exact in whichever tail is smaller; -1 where none is. */
static int64_t last_of(double lower, double upper)
{
    if (lower <= 0) return -1;
    if (upper <= 0) return (int64_t)TOP;
    if (lower <= upper) return (int64_t)ap_floor((lower * 0x1p53 - 1) * 0.5);
    double above = -ap_floor((1 - upper * 0x1p53) * 0.5); /* the mirror's smallest m with (2m + 1) 2^-53 >= upper, rounded up */
    return (int64_t)TOP - (above > 0 ? (int64_t)above : 0);
}

/* Pieces in the making. */
struct pieces {
    ap_word *last;
    double *value, *origin, *slope;
    size_t count;
};
static void add(struct pieces *p, int64_t last, double value, double origin, double slope)
{
    if (last < 0 || (p->count && (int64_t)p->last[p->count - 1] >= last)) return; /* no draw falls on it */
    p->last[p->count] = (ap_word)last;
    p->value[p->count] = value;
    if (p->slope) p->origin[p->count] = origin, p->slope[p->count] = slope;
    p->count++;
}

static void guide(struct apsis_arena *arena, struct pieces *p, struct ap_steps *out)
{
    unsigned bits = 4;
    while (bits < 20 && ((size_t)1 << bits) < 2 * p->count) bits++;
    p->last[p->count - 1] = TOP;
    ap_word *g = APSIS_NEW_ARRAY(arena, ap_word, (size_t)1 << bits);
    size_t k = 0;
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        while (p->last[k] < (ap_word)i << (52 - bits)) k++;
        g[i] = k;
    }
    *out = (struct ap_steps){g, p->last, p->value, p->origin, p->slope, 52 - bits, (ap_u32)p->count};
}

static void room(struct apsis_arena *arena, struct pieces *p, size_t count, int slopes)
{
    memset(p, 0, sizeof *p);
    p->last = APSIS_NEW_ARRAY(arena, ap_word, count);
    p->value = APSIS_NEW_ARRAY(arena, double, count);
    if (slopes) p->origin = APSIS_NEW_ARRAY(arena, double, count), p->slope = APSIS_NEW_ARRAY(arena, double, count);
}

const char *apsis_steps_build_constant(struct apsis_arena *arena, double value, struct ap_steps *out)
{
    struct pieces p;
    room(arena, &p, 1, 0);
    add(&p, (int64_t)TOP, value, 0, 0);
    guide(arena, &p, out);
    return NULL;
}

const char *apsis_steps_build(struct apsis_arena *arena, const struct apsis_distribution *d, struct ap_steps *out)
{
    struct pieces p;
    if (d->family->form != APSIS_FORM_KNOTTED) {
        room(arena, &p, d->count, 0);
        for (size_t i = 0; i < d->count; i++) add(&p, last_of(d->w[i], d->tail[i]), d->x[i], 0, 0);
        guide(arena, &p, out);
        return NULL;
    }
    room(arena, &p, 2 * d->count, 1);
    for (size_t i = 1; i < d->count; i++) {
        double width = d->x[i] - d->x[i - 1], mass = d->w[i] - d->w[i - 1], tail_mass = d->tail[i - 1] - d->tail[i];
        int64_t last = last_of(d->w[i], d->tail[i]), first = p.count ? (int64_t)p.last[p.count - 1] + 1 : 0;
        if (!(mass > 0)) continue;
        if (first <= (int64_t)HALF) add(&p, last < (int64_t)HALF ? last : (int64_t)HALF, d->x[i - 1], d->w[i - 1], width / mass);
        if (last > (int64_t)HALF) add(&p, last, d->x[i], d->tail[i], tail_mass > 0 ? -width / tail_mass : 0);
    }
    guide(arena, &p, out);
    return NULL;
}
