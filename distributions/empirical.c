/* empirical.c - a sample drawn from again: each of its values equally likely. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifdef APSIS_FAMILY_KERNELS
AP_FAMILY_TABULATED(empirical)
#else
#include "distributions/family.h"
#include "distributions/steps.h"

APSIS_FAMILY(empirical) = {
    .name = "empirical", .title = "each value of a data column equally likely", .reference = "Hyndman and Fan (1996), type 1",
    .form = APSIS_FORM_STEP, .discrete = 1,
    .arguments = APSIS_ARGUMENTS_FILE,
    .takes = "a CSV file and one of its columns, such as (\"returns.csv\", column: \"r\")",
    .check = apsis_steps_check, .tails = apsis_steps_tails, .quantile = apsis_steps_quantile, .density = apsis_steps_mass,
    .mean = apsis_steps_mean, .sd = apsis_steps_sd, .support = apsis_steps_support,
    .example = "empirical(\"returns.csv\", column: \"r\")",
};
#endif
