/* discrete.c - given values with given weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(discrete)
#else
#include "distributions/family.h"
#include "distributions/steps.h"

APSIS_FAMILY(discrete) = {
    .name = "discrete", .title = "given values with given weights", .reference = "the weights themselves",
    .form = APSIS_FORM_STEP, .discrete = 1,
    .arguments = APSIS_ARGUMENTS_WEIGHTS,
    .takes = "values with weights that sum to 100%, such as (4: 20%, 5: 45%, 6: 35%)",
    .check = apsis_steps_check, .tails = apsis_steps_tails, .quantile = apsis_steps_quantile, .density = apsis_steps_mass,
    .mean = apsis_steps_mean, .sd = apsis_steps_sd, .support = apsis_steps_support,
    .example = "discrete(4: 20%, 5: 45%, 6: 25%, 7: 10%)",
};
#endif
