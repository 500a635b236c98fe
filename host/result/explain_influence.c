/* explain_influence.c - influence functions of means and percentiles, from a sample's own quantile function. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/explain_influence.h"

#include "kernels/normal.h"

/* Newton's steps from above: correctly rounded operations only. */
static double cube_root(double x)
{
    double y = x > 1 ? x : 1;
    for (int i = 0; i < 80; i++) y = (2 * y + x / (y * y)) / 3;
    return y;
}

/* Half the width, in probability, over which the slope of the quantile function at p is taken (Hall and Sheather 1988, for 95 %). */
static double bandwidth(double p, double n)
{
    double x = ap_normal_quantile(p), z = ap_normal_quantile(0.975);
    /* the density at x: 1 / (dx / dp), by a difference that is exact enough here */
    double step = (p < 0.5 ? p : 1 - p) * 0x1p-10, density = 2 * step / (ap_normal_quantile(p + step) - ap_normal_quantile(p - step));
    return cube_root(z * z * 1.5 * density * density / ((2 * x * x + 1) * n));
}

/* dq/dp of the sample at p; 0 where all around is one value. */
static double slope_at(const double *sorted, size_t count, double p)
{
    double n = (double)count, h = bandwidth(p, n), edge = p < 1 - p ? p : 1 - p;
    if (count < 2) return ap_nan();
    if (h > edge * 0.75) h = edge * 0.75;
    double low = ap_floor((p - h) * n), high = -ap_floor(-(p + h) * n);
    if (low < 0) low = 0;
    if (high > n - 1) high = n - 1;
    if (!(high > low)) return ap_nan();
    return (sorted[(size_t)high] - sorted[(size_t)low]) * n / (high - low);
}

void apsis_influences(const struct apsis_measure *measure, const double *sorted, size_t count, size_t draws, struct apsis_influence *list)
{
    double scale = count ? (double)draws / (double)count : ap_nan(), sum = 0;
    for (size_t i = 0; i < count; i++) sum += (sorted[i] - measure->mean) / (double)count;
    list[0] = (struct apsis_influence){.is_mean = 1, .centre = measure->mean, .slope = scale, .offset = -sum * scale};
    for (size_t k = 0; k < measure->percentile_count; k++) {
        double p = apsis_percent_value(measure->percentiles[k].percent) / 100, value = measure->percentiles[k].value, slope = slope_at(sorted, count, p);
        size_t at_or_below = 0, above = count; /* of the sample */
        while (at_or_below < above) {
            size_t middle = at_or_below + (above - at_or_below) / 2;
            if (sorted[middle] <= value) at_or_below = middle + 1;
            else above = middle;
        }
        double share = count ? (double)at_or_below / (double)count : 0;
        list[k + 1] = (struct apsis_influence){.is_mean = 0, .centre = value, .slope = -slope * scale, .offset = share * slope * scale};
    }
}
