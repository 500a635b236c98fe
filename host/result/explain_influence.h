/* explain_influence.h - how each of the first draws moves the statistics of a column; inside host/result only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_EXPLAIN_INFLUENCE_H
#define APSIS_HOST_EXPLAIN_INFLUENCE_H
#include "host/result/result.h"

/* Of one statistic: a draw that counts has the influence offset + (value - centre) * slope (the mean) or offset + (value <= centre ? slope : 0) (a
   percentile); one that does not count has none. NaN where the statistic has no error that is known. */
struct apsis_influence {
    int is_mean;
    double centre, slope, offset;
};

/* The influences of a measure's mean and percentiles, into list[0 .. percentile_count]. `sorted`: those of the first draws that are finite, in order;
   `draws`: the number of all of the first draws. */
void apsis_influences(const struct apsis_measure *measure, const double *sorted, size_t count, size_t draws, struct apsis_influence *list);

static inline double apsis_influence_of(const struct apsis_influence *influence, double value)
{
    if (!(value - value == 0)) return 0;
    if (influence->is_mean) return influence->offset + (value - influence->centre) * influence->slope;
    return influence->offset + (value <= influence->centre ? influence->slope : 0);
}

#endif
