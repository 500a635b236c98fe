/* elementary_lanes.c - the functions of kernels/ over arrays; compiled once for each number of lanes, with AP_WIDTH set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/elementary_lanes.h"
#include "kernels/exponential.h"
#include "kernels/hyperbolic.h"
#include "kernels/logarithm.h"
#include "kernels/normal.h"
#include "kernels/philox.h"
#include "kernels/power.h"
#include "kernels/trigonometry.h"

#define JOIN(a, b) a##b
#define NAMED(a, b) JOIN(a, b)

AP_FN ap_f64 lanes_pow_in_two_steps(ap_f64 x, ap_f64 y)
{
    ap_f64 high, low;
    ap_log_split(x, &high, &low);
    return ap_pow_from(high, low, x, y);
}
/* every comparison and mask operation as one number */
AP_FN ap_f64 lanes_truths(ap_f64 x, ap_f64 y)
{
    ap_f64 r = ap_truth(ap_lt(x, y));
    r = r + ap_set1(2.0) * ap_truth(ap_le(x, y));
    r = r + ap_set1(4.0) * ap_truth(ap_eq(x, y));
    r = r + ap_set1(8.0) * ap_truth(ap_mnot(ap_gt(x, y)));
    r = r + ap_set1(16.0) * ap_truth(ap_mand(ap_ge(x, y), ap_isfinite(x)));
    r = r + ap_set1(32.0) * ap_truth(ap_mor(ap_unordered(x, y), ap_lt(x, ap_set1(0.0))));
    r = r + ap_set1(64.0) * ap_truth(ap_lt_i64(ap_as_i64(ap_bits(x)), ap_as_i64(ap_bits(y))));
    r = r + ap_set1(128.0) * ap_truth(ap_eq_i64(ap_as_i64(ap_bits(x)), ap_as_i64(ap_bits(y))));
    return r;
}
/* conversions and integer selects; the bits of the result are the test's */
AP_FN ap_f64 lanes_integers(ap_f64 x, ap_f64 y)
{
    ap_f64 whole = ap_floor(ap_select(ap_lt(ap_abs(x), ap_set1(0x1p50)), x, ap_set1(12345.0)));
    ap_i64 i = ap_i64_of_f64(whole);
    ap_mask same = ap_eq(ap_f64_of_i51(i), whole);
    ap_u64 u = ap_bits(y) & ap_set1_u64(0x000fffffffffffffull);
    ap_u64 product = ap_mul32(ap_bits(x) >> 17, ap_bits(y));
    ap_u64 mixed = ap_xor3(product, u, ap_as_u64(ap_select_i64(ap_lt(x, y), i, ap_set1_i64(-7))));
    mixed = ap_select_u64(same, mixed, ap_set1_u64(0));
    return ap_f64_of_u52(mixed & ap_set1_u64(0x000fffffffffffffull));
}
AP_FN ap_f64 lanes_any_all(ap_f64 x, ap_f64 y)
{
    /* the same for every width: masks that are uniform over the lanes, and one that is not by an or with its complement */
    ap_mask yes = ap_mor(ap_lt(x, y), ap_mnot(ap_lt(x, y)));
    int sum = ap_any(yes) + 2 * ap_all(yes) + 4 * ap_any(ap_mnot(yes)) + 8 * ap_all(ap_mnot(yes));
    if (ap_mask_bits(yes) != (1u << AP_WIDTH) - 1) sum = -1;
    ap_mask less = ap_lt(x, y); /* each lane in its own place */
    for (int i = 0; i < AP_WIDTH; i++) if ((ap_mask_bits(less) >> i & 1u) != (ap_lane(x, i) < ap_lane(y, i))) sum = -2;
    if (ap_any(less) != (ap_mask_bits(less) != 0) || ap_all(less) != (ap_mask_bits(less) == (1u << AP_WIDTH) - 1)) sum = -3;
    return ap_set1((double)sum);
}
AP_FN ap_f64 lanes_table(ap_f64 x, ap_f64 y)
{
    ap_u64 i = ap_bits(x) >> 40;
    ap_f64 a = ap_table32(ap_pow_log_low, i);
    ap_f64 b = ap_gather(ap_pow_log_low, ap_as_i64(i & ap_set1_u64(31)));
    ap_u64 c = ap_gather_u64((const ap_word *)(const void *)ap_pow_log_low, ap_as_i64(i & ap_set1_u64(31)));
    return ap_select(ap_mand(ap_eq(a, b), ap_eq(a, ap_from_bits(c))), a, y);
}

void NAMED(elementary_lanes_, AP_WIDTH)(enum elementary_function function, const double *px, const double *py, double *out, size_t n)
{
    switch (function) {
#define X(name, expression) \
    case ELEMENTARY_##name: \
        for (size_t i = 0; i < n; i += AP_WIDTH) { \
            ap_f64 x = ap_load(px + i), y = ap_load(py + i); \
            (void)y; \
            ap_store(out + i, expression); \
        } \
        break;
        ELEMENTARY_FUNCTIONS(X)
#undef X
    case ELEMENTARY_COUNT: break;
    }
}

void NAMED(elementary_uniforms_, AP_WIDTH)(uint64_t first, uint64_t seed, uint64_t stream, uint32_t period, double *u0, double *u1, double *v0, size_t n)
{
    for (size_t i = 0; i < n; i += AP_WIDTH) {
        ap_u64 pair, m0, m1;
        for (int j = 0; j < AP_WIDTH; j++) ((ap_word *)&pair)[j] = first + i + (unsigned)j;
        ap_uniform_pair(pair, seed, stream, period, &m0, &m1);
        ap_store(u0 + i, ap_uniform_of(m0));
        ap_store(u1 + i, ap_uniform_of(m1));
        ap_store(v0 + i, ap_uniform_upper_of(m0));
    }
}

void NAMED(elementary_words_, AP_WIDTH)(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4])
{
    struct ap_philox4 r = ap_philox(key[0], key[1], ap_set1_u64(counter[0]), ap_set1_u64(counter[1]), ap_set1_u64(counter[2]), ap_set1_u64(counter[3]));
    ap_word lanes[AP_WIDTH];
    ap_u64 all[4] = {r.w0, r.w1, r.w2, r.w3};
    for (int i = 0; i < 4; i++) {
        ap_store((double *)(void *)lanes, ap_from_bits(all[i]));
        words[i] = (uint32_t)lanes[AP_WIDTH - 1];
        for (int j = 0; j < AP_WIDTH; j++) if (lanes[j] != words[i]) words[i] = 0xbadbadu; /* also where upper halves are left over */
    }
}
