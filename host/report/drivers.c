/* drivers.c - which inputs an output moves with most: what the text, the page and others show of its rank correlations. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/report/report.h"

#define NOISE 0.02 /* rank correlations of 65,536 draws have an error of 0.004 */

size_t apsis_report_drivers(const struct apsis_result *result, const struct apsis_measure *measure, struct apsis_driver *list, size_t most)
{
    const struct apsis_ir *ir = result->ir;
    size_t count = 0, at = 0;
    if (!measure->rank_correlation) return 0;
    for (size_t i = 0; i < ir->input_count; i++) {
        if (ir->inputs[i].is_series) continue;
        double rank = measure->rank_correlation[at++], size = fabs(rank);
        if (!(size >= NOISE)) continue;
        size_t place = count; /* the larger first; of equals the one that the model has first */
        while (place > 0 && size > fabs(list[place - 1].rank_correlation)) place--;
        if (place == most) continue;
        for (size_t k = count < most ? count++ : most - 1; k > place; k--) list[k] = list[k - 1];
        list[place] = (struct apsis_driver){i, rank};
    }
    return count;
}
