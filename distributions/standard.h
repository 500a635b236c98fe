/* standard.h - the standard shapes that several families stretch: exponential, its mirror, and the logit. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_STANDARD_H
#define APSIS_DISTRIBUTIONS_STANDARD_H
#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"

/* -ln(1 - u) with u = lower, 1 - u = upper, from whichever is exact. Swapping the two gives -ln u. */
AP_FN ap_f64 ap_hazard(ap_f64 lower, ap_f64 upper)
{
    return ap_negate(ap_select(ap_lt(lower, upper), ap_log1p(ap_negate(lower)), ap_log(upper)));
}
AP_FN ap_f64 ap_logit(ap_f64 lower, ap_f64 upper) { return ap_log(lower / upper); }
/* (e^(shape y) - 1) / shape, and y at shape 0 */
AP_FN ap_f64 ap_box_cox(ap_f64 shape, ap_f64 y)
{
    ap_mask none = ap_eq(shape, ap_set1(0.0));
    ap_f64 some = ap_select(none, ap_set1(1.0), shape);
    return ap_select(none, y, ap_expm1(some * y) / some);
}
AP_FN ap_f64 ap_valid(ap_mask ok, ap_f64 x) { return ap_select(ok, x, ap_nan()); }
AP_FN ap_mask ap_positive(ap_f64 x) { return ap_lt(ap_set1(0.0), x); }
AP_FN ap_mask ap_not_negative(ap_f64 x) { return ap_le(ap_set1(0.0), x); }
/* How far beyond the end of a slope of length `run` to height 0 (or of `run` 0) the area q lies, of height 1 at that end: y - y^2 / (2 run) = q. */
AP_FN ap_f64 ap_down_slope(ap_f64 q, ap_f64 run)
{
    ap_f64 two = ap_set1(2.0), one = ap_set1(1.0), some = ap_select(ap_positive(run), run, one);
    ap_f64 rest = one - (two * q) / some;
    return (two * q) / (one + ap_sqrt(ap_select(ap_positive(rest), rest, ap_set1(0.0))));
}
/* location + scale y; without spread the location, even where y overflows */
AP_FN ap_f64 ap_spread(ap_f64 location, ap_f64 scale, ap_f64 y) { return ap_select(ap_eq(scale, ap_set1(0.0)), location, ap_fma(scale, y, location)); }
/* x, not past the end location - scale / shape by its own rounding: above where the shape is below 0, below where it is above */
AP_FN ap_f64 ap_within_end(ap_f64 location, ap_f64 scale, ap_f64 shape, ap_f64 x)
{
    ap_f64 zero = ap_set1(0.0), end = location - scale / ap_select(ap_eq(shape, zero), ap_set1(1.0), shape);
    x = ap_select(ap_mand(ap_lt(shape, zero), ap_lt(end, x)), end, x);
    return ap_select(ap_mand(ap_lt(zero, shape), ap_lt(x, end)), end, x);
}
/* Location and scale that put the standard quantiles low and high where two percentiles are asked for. */
AP_FN void ap_stretch(ap_f64 low, ap_f64 high, const ap_f64 *percentiles, ap_f64 *location_scale)
{
    location_scale[1] = (percentiles[1] - percentiles[0]) / (high - low);
    location_scale[0] = ap_fma(ap_negate(low), location_scale[1], percentiles[0]);
}

#endif
