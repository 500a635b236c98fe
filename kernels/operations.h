/* operations.h - the list of operations: name, number of arguments, what it computes, one line of meaning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_OPERATIONS_H
#define APSIS_KERNELS_OPERATIONS_H
#include "kernels/dialect.h"
#include "kernels/exponential.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"
#include "kernels/power.h"
#include "kernels/trigonometry.h"

/* A truth value is 1 or 0; NaN where an operand is NaN, so that what rests on an invalid number is invalid. */
AP_FN ap_f64 ap_truth_of(ap_mask truth, ap_mask invalid) { return ap_select(invalid, ap_nan(), ap_truth(truth)); }
AP_FN ap_f64 ap_op_lt(ap_f64 a, ap_f64 b) { return ap_truth_of(ap_lt(a, b), ap_unordered(a, b)); }
AP_FN ap_f64 ap_op_le(ap_f64 a, ap_f64 b) { return ap_truth_of(ap_le(a, b), ap_unordered(a, b)); }
AP_FN ap_f64 ap_op_eq(ap_f64 a, ap_f64 b) { return ap_truth_of(ap_eq(a, b), ap_unordered(a, b)); }
AP_FN ap_f64 ap_op_ne(ap_f64 a, ap_f64 b) { return ap_truth_of(ap_mnot(ap_eq(a, b)), ap_unordered(a, b)); }
AP_FN ap_mask ap_is_false(ap_f64 a) { return ap_eq(a, ap_set1(0.0)); }
AP_FN ap_f64 ap_op_and(ap_f64 a, ap_f64 b)
{
    return ap_truth_of(ap_mnot(ap_mor(ap_is_false(a), ap_is_false(b))), ap_unordered(a, b));
}
AP_FN ap_f64 ap_op_or(ap_f64 a, ap_f64 b)
{
    return ap_truth_of(ap_mnot(ap_mand(ap_is_false(a), ap_is_false(b))), ap_unordered(a, b));
}
AP_FN ap_f64 ap_op_not(ap_f64 a) { return ap_truth_of(ap_is_false(a), ap_isnan(a)); }
/* The branch that is not taken may hold anything, NaN too. */
AP_FN ap_f64 ap_op_if(ap_f64 condition, ap_f64 yes, ap_f64 no)
{
    return ap_select(ap_isnan(condition), ap_nan(), ap_select(ap_is_false(condition), no, yes));
}
AP_FN ap_f64 ap_op_min(ap_f64 a, ap_f64 b) { return ap_select(ap_unordered(a, b), ap_nan(), ap_select(ap_lt(b, a), b, a)); }
AP_FN ap_f64 ap_op_max(ap_f64 a, ap_f64 b) { return ap_select(ap_unordered(a, b), ap_nan(), ap_select(ap_lt(a, b), b, a)); }
AP_FN ap_f64 ap_op_clamp(ap_f64 x, ap_f64 low, ap_f64 high) { return ap_op_min(ap_op_max(x, low), high); }
/* ap_op_min(x, c) and ap_op_max(x, c) for a c that is not NaN: the same bits, one comparison less. */
AP_FN ap_f64 ap_min_known(ap_f64 x, ap_f64 c) { return ap_select(ap_lt(c, x), c, x); }
AP_FN ap_f64 ap_max_known(ap_f64 x, ap_f64 c) { return ap_select(ap_lt(x, c), c, x); }
AP_FN ap_f64 ap_clamp_known(ap_f64 x, ap_f64 low, ap_f64 high) { return ap_min_known(ap_max_known(x, low), high); }
AP_FN ap_f64 ap_op_ceil(ap_f64 x) { return ap_negate(ap_floor(ap_negate(x))); }
/* half away from zero */
AP_FN ap_f64 ap_op_round(ap_f64 x)
{
    ap_f64 size = ap_abs(x), down = ap_floor(size);
    ap_f64 near = down + ap_truth(ap_le(ap_set1(0.5), size - down)); /* size - down is exact */
    return ap_copysign(near, x);
}
/* The logarithm of a base that stays while the exponent moves: high and low part of what ap_pow_from needs. */
AP_FN ap_f64 ap_op_log_high(ap_f64 x)
{
    ap_f64 high, low;
    ap_log_split(x, &high, &low);
    return high;
}
AP_FN ap_f64 ap_op_log_low(ap_f64 x)
{
    ap_f64 high, low;
    ap_log_split(x, &high, &low);
    return low;
}

/* A truth value as masks, before it becomes a number: what comparisons that only steer other operations are in fused code. Where
   `invalid`, `truth` means nothing. ap_choose(ap_truths_lt(a, b), yes, no) has the bits of ap_op_if(ap_op_lt(a, b), yes, no). */
struct ap_truths {
    ap_mask truth, invalid;
};
AP_FN struct ap_truths ap_truths_of(ap_mask truth, ap_mask invalid)
{
    struct ap_truths r;
    r.truth = truth, r.invalid = invalid;
    return r;
}
AP_FN struct ap_truths ap_truths_lt(ap_f64 a, ap_f64 b) { return ap_truths_of(ap_lt(a, b), ap_unordered(a, b)); }
AP_FN struct ap_truths ap_truths_le(ap_f64 a, ap_f64 b) { return ap_truths_of(ap_le(a, b), ap_unordered(a, b)); }
AP_FN struct ap_truths ap_truths_eq(ap_f64 a, ap_f64 b) { return ap_truths_of(ap_eq(a, b), ap_unordered(a, b)); }
AP_FN struct ap_truths ap_truths_ne(ap_f64 a, ap_f64 b) { return ap_truths_of(ap_mnot(ap_eq(a, b)), ap_unordered(a, b)); }
AP_FN struct ap_truths ap_truths_number(ap_f64 a) { return ap_truths_of(ap_mnot(ap_is_false(a)), ap_isnan(a)); }
AP_FN struct ap_truths ap_truths_and(struct ap_truths a, struct ap_truths b)
{
    return ap_truths_of(ap_mand(a.truth, b.truth), ap_mor(a.invalid, b.invalid));
}
AP_FN struct ap_truths ap_truths_or(struct ap_truths a, struct ap_truths b)
{
    return ap_truths_of(ap_mor(a.truth, b.truth), ap_mor(a.invalid, b.invalid));
}
AP_FN struct ap_truths ap_truths_not(struct ap_truths a) { return ap_truths_of(ap_mnot(a.truth), a.invalid); }
AP_FN ap_f64 ap_choose(struct ap_truths condition, ap_f64 yes, ap_f64 no)
{
    return ap_select(condition.invalid, ap_nan(), ap_select(condition.truth, yes, no));
}

/* X(name, arguments, expression in a b c d, meaning). The names are what the printers show in lower case.
   A new operation is one line here; every engine takes it from here. */
#define AP_OPERATIONS(X)                                                                   \
    X(ADD, 2, a + b, "sum")                                                                \
    X(SUB, 2, a - b, "difference")                                                         \
    X(MUL, 2, a * b, "product")                                                            \
    X(DIV, 2, a / b, "quotient")                                                           \
    X(POW, 2, ap_pow(a, b), "power")                                                       \
    X(NEGATE, 1, ap_negate(a), "minus a")                                                  \
    X(ABS, 1, ap_abs(a), "size")                                                           \
    X(SQRT, 1, ap_sqrt(a), "square root")                                                  \
    X(EXP, 1, ap_exp(a), "e to the a")                                                     \
    X(LOG, 1, ap_log(a), "natural logarithm")                                              \
    X(LOG2, 1, ap_log2(a), "logarithm to base 2")                                          \
    X(LOG10, 1, ap_log10(a), "logarithm to base 10")                                       \
    X(SIN, 1, ap_sin(a), "sine of radians")                                                \
    X(COS, 1, ap_cos(a), "cosine of radians")                                              \
    X(TAN, 1, ap_tan(a), "tangent of radians")                                             \
    X(FLOOR, 1, ap_floor(a), "largest whole number not above a")                           \
    X(CEIL, 1, ap_op_ceil(a), "smallest whole number not below a")                         \
    X(ROUND, 1, ap_op_round(a), "nearest whole number, half away from zero")               \
    X(MIN, 2, ap_op_min(a, b), "the smaller; NaN if either is")                            \
    X(MAX, 2, ap_op_max(a, b), "the larger; NaN if either is")                             \
    X(CLAMP, 3, ap_op_clamp(a, b, c), "a, not below b, then not above c")                  \
    X(LT, 2, ap_op_lt(a, b), "1 if a < b")                                                 \
    X(LE, 2, ap_op_le(a, b), "1 if a <= b")                                                \
    X(EQ, 2, ap_op_eq(a, b), "1 if a == b")                                                \
    X(NE, 2, ap_op_ne(a, b), "1 if a != b")                                                \
    X(AND, 2, ap_op_and(a, b), "1 if neither is 0")                                        \
    X(OR, 2, ap_op_or(a, b), "1 if one is not 0")                                          \
    X(NOT, 1, ap_op_not(a), "1 if a is 0")                                                 \
    X(IF, 3, ap_op_if(a, b, c), "b where a is not 0, else c")                              \
    X(NORMAL_CDF, 1, ap_normal_cdf(a), "chance that a standard normal is below a")         \
    X(NORMAL_QUANTILE, 1, ap_normal_quantile(a), "standard normal value with chance a below it") \
    X(LOG_HIGH, 1, ap_op_log_high(a), "leading part of the logarithm of a base")           \
    X(LOG_LOW, 1, ap_op_log_low(a), "the rest of that logarithm")                          \
    X(POW_FROM, 4, ap_pow_from(a, b, c, d), "c to the d, given both parts of the logarithm of c") \
    X(CONFINE, 3, ap_normal_confined(a, b, c), "normal score a, confined to scores from b to c")

enum ap_operation {
#define AP_OPERATION_NAME(name, arity, expression, meaning) AP_OP_##name,
    AP_OPERATIONS(AP_OPERATION_NAME)
#undef AP_OPERATION_NAME
    AP_OPERATION_COUNT
};

#endif
