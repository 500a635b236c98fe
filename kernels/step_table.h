/* step_table.h - pieces between knots, and steps: a guide by the leading bits of u, then a short search. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_STEP_TABLE_H
#define APSIS_KERNELS_STEP_TABLE_H
#include "kernels/dialect.h"
#include "kernels/normal.h"
#include "kernels/philox.h"

/* Piece k holds for draws m with last[k-1] < m <= last[k]; the last entry is 2^52 - 1, so every search ends.
   Its value is value[k], or, where there are slopes, value[k] + (v - origin[k]) * slope[k] with v = u in the lower half and 1 - u in
   the upper one: no piece with a slope lies in both halves. */
struct ap_steps {
    const ap_word *guide; /* guide[m >> shift]: the first piece that such an m can be in */
    const ap_word *last;
    const double *value, *origin, *slope; /* origin and slope NULL for steps */
    ap_u32 shift;       /* the guide has 1 << (52 - shift) entries */
    ap_u32 piece_count; /* for those who copy them elsewhere */
};

AP_FN ap_f64 ap_steps_at(const struct ap_steps *steps, ap_u64 m, ap_f64 lower, ap_f64 upper)
{
    ap_i64 k = ap_as_i64(ap_gather_u64(steps->guide, ap_as_i64(m >> (int)steps->shift)));
    for (;;) {
        ap_mask further = ap_lt_i64(ap_as_i64(ap_gather_u64(steps->last, k)), ap_as_i64(m));
        if (!ap_any(further)) break;
        k = ap_select_i64(further, k + ap_set1_i64(1), k);
    }
    ap_f64 x = ap_gather(steps->value, k);
    if (!steps->slope) return x;
    ap_mask top = ap_lt_i64(ap_set1_i64(0x0007ffffffffffffll), ap_as_i64(m));
    ap_f64 v = ap_select(top, upper, lower);
    return ap_fma(v - ap_gather(steps->origin, k), ap_gather(steps->slope, k), x);
}

AP_FN ap_f64 ap_sample_steps(const struct ap_steps *steps, ap_u64 m)
{
    return ap_steps_at(steps, m, ap_uniform_of(m), ap_uniform_upper_of(m));
}

/* From a normal score: the m of the grid that u falls on. A NaN score counts as 0. */
AP_FN ap_f64 ap_sample_steps_score(const struct ap_steps *steps, ap_f64 z)
{
    z = ap_select(ap_isnan(z), ap_set1(0.0), z);
    ap_f64 lower = ap_normal_cdf(z), upper = ap_normal_cdf(ap_negate(z));
    ap_mask top = ap_lt(ap_set1(0.0), z);
    ap_f64 whole = ap_floor(ap_select(top, upper, lower) * ap_set1(0x1p52)); /* up to 2^51 */
    whole = ap_select(ap_lt(whole, ap_set1(0x1p51)), whole, ap_set1(0x1p51 - 1));
    ap_u64 m = ap_as_u64(ap_i64_of_f64(whole));
    m = ap_select_u64(top, m ^ ap_set1_u64(0x000fffffffffffffull), m);
    return ap_steps_at(steps, m, lower, upper);
}

#endif
