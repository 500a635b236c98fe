/* input_pairs.c - what rank correlation the values of two correlated inputs have, when cutting scores into steps lowers it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/report.h"
#include "kernels/normal.h"
#include "kernels/trigonometry.h"

#define POINTS 512 /* quadrature points each way; three digits are printed */

/* The mid-rank that the value at u = (i + 1/2) / POINTS has, as a function of its score: equal values share the middle. */
static void mid_ranks(const struct apsis_distribution *d, double *ranks)
{
    double values[POINTS];
    for (int i = 0; i < POINTS; i++) values[i] = apsis_distribution_quantile(d, (i + 0.5) / POINTS, 1 - (i + 0.5) / POINTS);
    for (int i = 0; i < POINTS;) {
        int end = i + 1;
        while (end < POINTS && values[end] == values[i]) end++;
        for (int k = i; k < end; k++) ranks[k] = (i + end) / 2.0 / POINTS;
        i = end;
    }
}

static int is_discrete(const struct apsis_distribution *d) { return d->family->discrete || d->whole; }

double apsis_input_pair_correlation(const struct apsis_distribution *a, const struct apsis_distribution *b, double target)
{
    if (!a || !b) return NAN;
    if (!is_discrete(a) && !is_discrete(b)) return target;
    double rho = 2 * ap_sin(M_PI * target / 6), rest = rho * rho < 1 ? sqrt(1 - rho * rho) : 0, z[POINTS], ra[POINTS], rb[POINTS];
    mid_ranks(a, ra);
    mid_ranks(b, rb);
    double va = 0, vb = 0, cov = 0;
    for (int i = 0; i < POINTS; i++) {
        z[i] = ap_normal_quantile((i + 0.5) / POINTS);
        va += (ra[i] - 0.5) * (ra[i] - 0.5) / POINTS;
        vb += (rb[i] - 0.5) * (rb[i] - 0.5) / POINTS;
    }
    if (va == 0 || vb == 0) return NAN;
    for (int i = 0; i < POINTS; i++)
        for (int k = 0; k < POINTS; k++) {
            double u = ap_normal_cdf(rho * z[i] + rest * z[k]) * POINTS;
            int at = u >= POINTS ? POINTS - 1 : (int)u;
            cov += (ra[i] - 0.5) * (rb[at] - 0.5) / POINTS / POINTS;
        }
    return cov / sqrt(va * vb);
}
