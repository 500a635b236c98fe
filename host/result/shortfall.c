/* shortfall.c - the mean of the worst (or best) share of all draws, with its standard error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/tallies.h"

/*
 * With v the order statistic of rank ceil(pN) counted from the tail's end, the tail of mass pN is every value strictly beyond
 * v and as many of v's own as are missing: mean = v + sum over values beyond v of (x - v) / (pN), the sum exact and rounded
 * once. Standard error (Manistre and Hancock 2005, "Variance of the CTE estimator"):
 * Var = (Var(X | tail) + (1 - p)(v - mean)^2) / (pN).
 */
void apsis_shortfall_finish(const struct apsis_reduced *column, struct apsis_percent percent, const struct apsis_sought *at,
                            struct apsis_measured_shortfall *shortfall)
{
    const double none = ap_double_of(AP_NAN_BITS);
    const struct apsis_tail *tail = &column->tails[at->tail];
    shortfall->percent = percent;
    shortfall->high_side = tail->high;
    shortfall->value = shortfall->se = none;
    if (!at->solved || !tail->solved) return;
    double denominator = (double)apsis_percent_denominator(percent), p = (double)percent.numerator / denominator;
    double mass = (double)((unsigned __int128)percent.numerator * column->valid) / denominator; /* pN */
    shortfall->value = at->value + tail->excess / mass;
    if (column->valid < 2) return;
    double edge = (at->value - column->centre) * column->inverse, mean = (shortfall->value - column->centre) * column->inverse;
    double own = mass - (double)tail->beyond;
    double variance = (tail->squares + (own > 0 ? own : 0) * (edge * edge)) / mass - mean * mean;
    if (variance < 0) variance = 0;
    double se = column->scale * ap_sqrt((variance + (1 - p) * ((edge - mean) * (edge - mean))) / mass);
    if (se - se == 0) shortfall->se = se;
}
