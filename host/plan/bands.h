/* bands.h - an input confined to a band of its own percentiles, with what is correlated with it following or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_BANDS_H
#define APSIS_HOST_BANDS_H
#include "host/plan/ir.h"

/*
 * `permit_delay in P75..P100`: with z the input's normal score in a draw, u = Phi(z), it is drawn from
 * z' = Phi^-1(lo + (hi - lo) u) instead: the same draw, at the same place of the narrower distribution. What is correlated with it moves by
 * its conditional distribution given that score, from the same draws: with S the correlations of the scores, each other score becomes
 * z_j + S_jk (z'_k - z_k), which is exact, since z_j - S_jk z_k does not depend on z_k. `... alone` leaves the others as drawn.
 *
 * Several bands in different groups are independent. In one group they are applied one after the other, in the order given: the first
 * confines its input by that input's own distribution; each later one confines its input to the band of that input's own percentiles by the
 * conditional distribution that the former bands left it, and the rest follows both. (So each of the first bands keeps its own
 * distribution within its band; drawing until all bands are met would shift it towards what makes the later ones likely.) A band
 * `alone` is no condition for the others, nor for later bands.
 *
 * A band on a series holds in every period. Of a discrete input the score is confined: P50..P75 of a coin may hold one side only.
 * P0..P100 changes nothing, to the last bit.
 */
struct apsis_band {
    const char *name;     /* "permit_delay", "weight[energy]", "weight" (each member), "noise" or "noise[t]" (every period) */
    double low, low_upper;   /* 0.75, 0.25: the end and 1 less it, each rounded once */
    double high, high_upper;
    int alone;
    struct apsis_span span, name_span;
    const char *text;     /* as written */
};

/* Reads bands as written behind --band: "permit_delay in P75..P100", "x in P0..P10 alone", several separated by ; or a line end.
   Appends to *bands. Mistakes go to the list with their places; 0 when there are any. */
int apsis_bands_parse(struct apsis_arena *arena, const struct apsis_sources *sources, uint32_t source, struct apsis_diagnostics *diagnostics,
                      struct apsis_band **bands, size_t *count, size_t *capacity);

/* Lays bands over a graph that was lowered and not yet planned, in their order. Unknown inputs, inputs that an override fixed, inputs with two
   bands, and inputs that former bands leave no room are errors; 0 when there are any. `plain`: NULL, or the model with fewer overrides, so that an
   input that only exists there is called fixed. */
int apsis_bands_apply(struct apsis_ir *ir, const struct apsis_ir *plain, const struct apsis_band *bands, size_t count, struct apsis_diagnostics *diagnostics);

#endif
