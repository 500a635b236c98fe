/* cumulative.c - points of a cumulative curve, straight in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(cumulative)
#else
#include "distributions/family.h"
#include "distributions/knots.h"

APSIS_FAMILY(cumulative) = {
    .name = "cumulative", .title = "points of a cumulative curve, straight in between", .reference = "inverse of the given curve",
    .form = APSIS_FORM_KNOTTED,
    .arguments = APSIS_ARGUMENTS_POINTS,
    .takes = "values with rising cumulative chances from 0% to 100%, such as (0: 0%, 5: 40%, 9: 100%)",
    .tails = apsis_knots_tails, .quantile = apsis_knots_quantile, .density = apsis_knots_density,
    .mean = apsis_knots_mean, .sd = apsis_knots_sd, .support = apsis_knots_support,
    .example = "cumulative(0: 0%, 5: 40%, 9: 100%)",
};
#endif
