/* histogram.c - bins with weights, every value within a bin equally likely. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(histogram)
#else
#include "distributions/family.h"
#include "distributions/knots.h"

APSIS_FAMILY(histogram) = {
    .name = "histogram", .title = "bins with weights, every value within a bin equally likely", .reference = "inverse of the bins' cumulative curve",
    .form = APSIS_FORM_KNOTTED,
    .arguments = APSIS_ARGUMENTS_BINS,
    .takes = "the lowest edge, then each upper edge with the weight of its bin, weights summing to 100%, such as (0, 5: 40%, 9: 60%)",
    .tails = apsis_knots_tails, .quantile = apsis_knots_quantile, .density = apsis_knots_density,
    .mean = apsis_knots_mean, .sd = apsis_knots_sd, .support = apsis_knots_support,
    .example = "histogram(0, 5: 40%, 9: 60%)",
};
#endif
