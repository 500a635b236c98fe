/* tally_block.h - the loops of the tally over the lanes of one block, on the dialect; included by tally.h only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_TALLY_BLOCK_H
#define APSIS_KERNELS_TALLY_BLOCK_H
#include "kernels/tally.h"

#if defined(__AVX2__) && AP_WIDTH >= 4
#include <immintrin.h>
#endif

/* lane numbers 0, 1, 2, ... */
AP_FN ap_u64 ap_tally_iota(void)
{
#if AP_WIDTH == 1
    return 0;
#else
    ap_u64 r;
    for (int i = 0; i < AP_WIDTH; i++) r[i] = (ap_word)i;
    return r;
#endif
}
/* one bit a lane */
AP_FN ap_u32 ap_tally_bits(ap_mask m) { return ap_mask_bits(m); }
/* counter + 1 in each lane where m */
AP_FN ap_u64 ap_tally_count(ap_u64 counter, ap_mask m)
{
#if AP_WIDTH == 1
    return counter + (ap_u64)(m != 0);
#elif AP_MASK_IS_BITS
    return (ap_u64)_mm512_mask_add_epi64((__m512i)counter, m, (__m512i)counter, _mm512_set1_epi64(1));
#else
    return counter - (ap_u64)m; /* a lane of a mask is -1 */
#endif
}
AP_FN ap_word ap_tally_total(ap_u64 x)
{
#if AP_WIDTH == 1
    return x;
#else
    ap_word r = 0;
    for (int i = 0; i < AP_WIDTH; i++) r += x[i];
    return r;
#endif
}

/* What the first loop over a block finds out. */
struct ap_tally_found {
    ap_word given, valid;
    double min, max;
};

/* Valid values go to `clean` (-0 as +0), all others become NaN there: every later comparison is false for them. */
AP_FN void ap_tally_clean(struct ap_tally_column *column, const struct ap_block *block, const double *values, const double *given, int cut,
                          double *clean, struct ap_tally_found *found)
{
    ap_u32 half = block->lanes / 2;
    int mix = (column->wanted & AP_TALLY_FINGERPRINT) != 0;
    ap_u64 count_given = ap_set1_u64(0), count_valid = ap_set1_u64(0), a_sum = ap_set1_u64(0), b_sum = ap_set1_u64(0);
    ap_u64 key1 = ap_set1_u64(column->key[1]);
    ap_f64 low = ap_infinity(), high = ap_negate(ap_infinity());
    for (ap_u32 h = 0; h < 2; h++) {
        ap_word first = block->first + (h ? AP_PAIRS : 0);
        ap_word left = block->draws > first ? block->draws - first : 0;
        ap_u64 place = ap_set1_u64(column->key[0] + first * AP_FINGERPRINT_DRAW) + ap_tally_iota() * AP_FINGERPRINT_DRAW;
        for (ap_u32 i = 0; i < half; i += AP_WIDTH) {
            ap_u32 at = h * half + i;
            ap_f64 x = ap_load(values + at) + ap_set1(0.0);
            ap_mask valid = ap_isfinite(x);
            ap_u64 pattern = ap_set1_u64(AP_NAN_BITS);
            ap_mask inside;
            if (given) {
                ap_f64 g = ap_load(given + at);
                inside = ap_mnot(ap_eq(g, ap_set1(0.0)));
                valid = ap_mand(valid, ap_mand(inside, ap_eq(g, g)));
                pattern = ap_select_u64(inside, pattern, ap_set1_u64(AP_NOT_GIVEN_BITS));
            } else {
                inside = ap_eq(ap_set1(0.0), ap_set1(0.0));
            }
            ap_mask here = inside;
            if (cut) {
                here = ap_lt_i64(ap_as_i64(ap_set1_u64(i) + ap_tally_iota()), ap_set1_i64((ap_sword)(left < AP_PAIRS ? left : AP_PAIRS)));
                inside = ap_mand(inside, here);
                valid = ap_mand(valid, here);
            }
            if (given || cut) count_given = ap_tally_count(count_given, inside);
            count_valid = ap_tally_count(count_valid, valid);
            ap_f64 kept = ap_select(valid, x, ap_nan());
            ap_store(clean + at, kept);
            low = ap_select(ap_lt(kept, low), kept, low);
            high = ap_select(ap_lt(high, kept), kept, high);
            if (mix) {
                ap_u64 a, b;
                ap_fingerprint_mix(ap_select_u64(valid, ap_bits(x), pattern), place, key1, &a, &b);
                if (cut) a = ap_select_u64(here, a, ap_set1_u64(0)), b = ap_select_u64(here, b, ap_set1_u64(0));
                a_sum = a_sum + a;
                b_sum = b_sum + b;
                place = place + ap_set1_u64(AP_WIDTH * AP_FINGERPRINT_DRAW);
            }
        }
    }
    found->valid = ap_tally_total(count_valid);
    found->given = given || cut ? ap_tally_total(count_given) : block->lanes;
    found->min = ap_lane(low, 0);
    found->max = ap_lane(high, 0);
    for (int i = 1; i < AP_WIDTH; i++) {
        double l = ap_lane(low, i), u = ap_lane(high, i);
        if (l < found->min) found->min = l;
        if (u > found->max) found->max = u;
    }
    column->fingerprint[0] += ap_tally_total(a_sum);
    column->fingerprint[1] += ap_tally_total(b_sum);
}

/* The tree over one tile (DESIGN section 6): a leaf adds the two halves of a pair, then pair bits 3, 4, 5, 6, 7 (units), the
   group, and at the end of the tile pair bits 2, 1, 0. Levels of the tree are kept until their right-hand side comes. */
AP_FN void ap_tally_leaf(const double *clean, ap_u32 half, ap_f64 centre, ap_f64 inverse, ap_f64 sum[4])
{
    ap_f64 x0 = ap_load(clean), x1 = ap_load(clean + half);
    ap_f64 y0 = ap_select(ap_eq(x0, x0), (x0 - centre) * inverse, ap_set1(0.0));
    ap_f64 y1 = ap_select(ap_eq(x1, x1), (x1 - centre) * inverse, ap_set1(0.0));
    ap_f64 q0 = y0 * y0, q1 = y1 * y1;
    sum[0] = y0 + y1;
    sum[1] = q0 + q1;
    sum[2] = q0 * y0 + q1 * y1;
    sum[3] = q0 * q0 + q1 * q1;
}
AP_FN void ap_tally_moments(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    ap_u32 half = block->lanes / 2, units = block->lanes / AP_UNIT_LANES;
    ap_f64 centre = ap_set1(column->centre), inverse = ap_set1(column->inverse);
    ap_u32 step = units < 4 ? 1 : 4;
    for (ap_u32 u = 0; u < units; u += step) {
        for (ap_u32 lane = 0; lane < 8; lane += AP_WIDTH) {
            const double *at = clean + 8 * u + lane;
            ap_f64 s[4];
            ap_tally_leaf(at, half, centre, inverse, s);
            ap_u32 level = 0;
            if (step == 4) {
                ap_f64 t[4], r[4];
                ap_tally_leaf(at + 8, half, centre, inverse, t);
                for (int k = 0; k < 4; k++) s[k] = s[k] + t[k];
                ap_tally_leaf(at + 16, half, centre, inverse, r);
                ap_tally_leaf(at + 24, half, centre, inverse, t);
                for (int k = 0; k < 4; k++) s[k] = s[k] + (r[k] + t[k]);
                level = 2;
            }
            ap_u32 number = (block->unit + u) >> level;
            for (; number & 1; number >>= 1, level++)
                for (int k = 0; k < 4; k++) s[k] = ap_load(&column->tree[level][k][lane]) + s[k];
            for (int k = 0; k < 4; k++) ap_store(&column->tree[level][k][lane], s[k]);
        }
    }
}

/* Appends the lanes of `inside` to what the column keeps; where there is no room they are counted only. */
AP_FN void ap_tally_keep(struct ap_tally_column *column, struct ap_tally_window *windows, int count, ap_u32 bits, ap_f64 x, ap_word draw)
{
    ap_u32 kept = column->kept;
    if (!column->lost && kept + 8 > column->kept_room && !column->keep_more(column)) column->lost = 1;
    if (column->lost) {
        for (; bits; bits &= bits - 1) {
            double value = ap_lane(x, ap_lowest_bit(bits));
            for (int k = 0; k < count; k++) windows[k].inside += value >= windows[k].low && value < windows[k].high;
        }
        return;
    }
#if AP_WIDTH == 8 && defined(__AVX512F__)
    __m512i draws = _mm512_add_epi64(_mm512_set1_epi64((long long)draw), (__m512i)ap_tally_iota());
    _mm512_storeu_pd(column->kept_value + kept, _mm512_maskz_compress_pd((__mmask8)bits, (__m512d)x));
    _mm512_storeu_si512(column->kept_draw + kept, _mm512_maskz_compress_epi64((__mmask8)bits, draws));
    kept += (ap_u32)__builtin_popcount(bits);
#else
    for (; bits; bits &= bits - 1) {
        int lane = ap_lowest_bit(bits);
        column->kept_value[kept] = ap_lane(x, lane);
        column->kept_draw[kept++] = draw + (ap_word)lane;
    }
#endif
    column->kept = kept;
}

/* Counts below the windows of one round (few, so that they stay in registers) and keeps what lies inside. */
#if AP_WIDTH == 8
#define AP_TALLY_ROUND 5
#else
#define AP_TALLY_ROUND 3
#endif
AP_FN void ap_tally_round(struct ap_tally_column *column, const struct ap_block *block, const double *clean, struct ap_tally_window *windows, int count)
{
    ap_u32 half = block->lanes / 2;
    ap_f64 low[AP_TALLY_ROUND], high[AP_TALLY_ROUND];
    ap_u64 below[AP_TALLY_ROUND];
#pragma GCC unroll 8 /* into registers */
    for (int k = 0; k < count; k++) low[k] = ap_set1(windows[k].low), high[k] = ap_set1(windows[k].high), below[k] = ap_set1_u64(0);
    for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) {
        ap_f64 x = ap_load(clean + i);
        ap_mask inside = ap_lt(x, x);
#pragma GCC unroll 8
        for (int k = 0; k < count; k++) {
            ap_mask under = ap_lt(x, low[k]);
            below[k] = ap_tally_count(below[k], under);
            inside = inside ^ under ^ ap_lt(x, high[k]);
        }
        ap_u32 bits = ap_tally_bits(inside);
        if (bits) ap_tally_keep(column, windows, count, bits, x, block->first + (i < half ? i : i - half + AP_PAIRS));
    }
    for (int k = 0; k < count; k++) windows[k].below += ap_tally_total(below[k]);
}

/* A window whose values are only counted: one value that many draws share. */
AP_FN void ap_tally_counted(const struct ap_block *block, const double *clean, struct ap_tally_window *window)
{
    ap_f64 low = ap_set1(window->low), high = ap_set1(window->high);
    ap_u64 below = ap_set1_u64(0), below_high = below;
    for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) {
        ap_f64 x = ap_load(clean + i);
        below = ap_tally_count(below, ap_lt(x, low));
        below_high = ap_tally_count(below_high, ap_lt(x, high));
    }
    ap_word under = ap_tally_total(below), inside = ap_tally_total(below_high) - under;
    window->below += under;
    window->inside += inside;
    if (inside && block->first < window->first) {
        ap_u32 i = 0;
        while (!(clean[i] >= window->low && clean[i] < window->high)) i++;
        ap_word draw = ap_block_draw(block, i);
        if (draw < window->first) window->first = draw;
    }
}

AP_FN void ap_tally_windows(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    struct ap_tally_window *windows = column->windows;
    ap_u32 count = column->window_count;
    for (ap_u32 k = 0; k < count;) {
        if (windows[k].counted) {
            ap_tally_counted(block, clean, &windows[k++]);
            continue;
        }
        ap_u32 n = 1;
        while (n < AP_TALLY_ROUND && k + n < count && !windows[k + n].counted) n++;
        switch (n) { /* the number of windows is a constant in each call */
        case 1: ap_tally_round(column, block, clean, windows + k, 1); break;
        case 2: ap_tally_round(column, block, clean, windows + k, 2); break;
#if AP_TALLY_ROUND == 5
        case 3: ap_tally_round(column, block, clean, windows + k, 3); break;
        case 4: ap_tally_round(column, block, clean, windows + k, 4); break;
#endif
        default: ap_tally_round(column, block, clean, windows + k, AP_TALLY_ROUND); break;
        }
        k += n;
    }
}

/* Hands the values of the tails to the host, which adds them exactly. */
AP_FN void ap_tally_tails(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    if (column->tail_count + AP_TALLY_SLACK > column->tail_room) column->flush_tail(column);
    ap_f64 low = ap_set1(column->tail_low), high = ap_set1(column->tail_high);
    double *out = column->tail;
    ap_u32 n = column->tail_count;
    for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) {
        ap_f64 x = ap_load(clean + i);
        ap_u32 bits = ap_tally_bits(ap_mor(ap_lt(x, low), ap_le(high, x)));
#if AP_WIDTH == 8 && defined(__AVX512F__)
        _mm512_storeu_pd(out + n, _mm512_maskz_compress_pd((__mmask8)bits, (__m512d)x));
        n += (ap_u32)__builtin_popcount(bits);
#else
        for (; bits; bits &= bits - 1) out[n++] = ap_lane(x, ap_lowest_bit(bits));
#endif
    }
    column->tail_count = n;
}

AP_FN void ap_tally_targets(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    for (ap_u32 k = 0; k < column->target_count; k++) {
        ap_f64 target = ap_set1(column->targets[k]);
        ap_u64 above = ap_set1_u64(0);
        for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) above = ap_tally_count(above, ap_lt(target, ap_load(clean + i)));
        column->target_counts[k] += ap_tally_total(above);
    }
}

AP_FN void ap_tally_categories(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    for (ap_u32 k = 0; k < column->category_count; k++) {
        ap_f64 category = ap_set1((double)k);
        ap_u64 same = ap_set1_u64(0);
        for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) same = ap_tally_count(same, ap_eq(category, ap_load(clean + i)));
        column->category_counts[k] += ap_tally_total(same);
    }
}

/* The bin is guessed by a multiplication and made exact against the published edges. */
AP_FN void ap_tally_histogram(struct ap_tally_column *column, const struct ap_block *block, const double *clean)
{
    const double *edges = column->edges;
    int last = (int)column->bin_count - 1;
    ap_f64 start = ap_set1(edges[0]), inverse = ap_set1(column->bin_inverse), top = ap_set1((double)last), zero = ap_set1(0.0);
    ap_i64 guess[AP_GROUP_DRAWS / AP_WIDTH];
    for (ap_u32 i = 0; i < block->lanes; i += AP_WIDTH) {
        ap_f64 x = ap_load(clean + i), k = (x - start) * inverse;
        k = ap_select(ap_lt(k, zero), zero, ap_select(ap_lt(top, k), top, k));
        guess[i / AP_WIDTH] = ap_i64_of_f64(ap_select(ap_eq(k, k), k, zero));
    }
    const ap_sword *bin = (const ap_sword *)(const void *)guess;
    for (ap_u32 i = 0; i < block->lanes; i++) {
        double x = clean[i];
        int k = (int)bin[i]; /* off by one at most */
        k += k < last && x >= edges[k + 1];
        k -= k > 0 && x < edges[k];
        column->bins[k] += x == x;
    }
}

AP_TALLY_FN void ap_tally_block(struct ap_tally_column *column, const struct ap_block *block, const double *values, const double *given)
{
    double clean[AP_GROUP_DRAWS] __attribute__((aligned(64)));
    struct ap_tally_found found;
    ap_u32 half = block->lanes / 2, wanted = column->wanted;
    if (!wanted) return;
    int cut = block->first + AP_PAIRS + half > block->draws;
    if (!given && !cut) ap_tally_clean(column, block, values, 0, 0, clean, &found);
    else ap_tally_clean(column, block, values, given, cut, clean, &found);
    column->given += found.given;
    column->valid += found.valid;
    if (found.valid < found.given && block->first < column->first_invalid) {
        for (ap_u32 i = 0; i < block->lanes; i++) {
            ap_word draw = ap_block_draw(block, i);
            if (clean[i] == clean[i] || draw >= block->draws || (given && given[i] == 0)) continue;
            if (draw < column->first_invalid) column->first_invalid = draw;
            break; /* lanes are in the order of their draws */
        }
    }
    if (wanted & AP_TALLY_MOMENTS) {
        if (found.valid && (found.min < column->min || (found.min == column->min && block->first < column->min_draw))) {
            ap_u32 i = 0;
            while (clean[i] != found.min) i++;
            ap_word draw = ap_block_draw(block, i);
            if (found.min < column->min || draw < column->min_draw) column->min_draw = draw;
            column->min = found.min;
        }
        if (found.valid && (found.max > column->max || (found.max == column->max && block->first < column->max_draw))) {
            ap_u32 i = 0;
            while (clean[i] != found.max) i++;
            ap_word draw = ap_block_draw(block, i);
            if (found.max > column->max || draw < column->max_draw) column->max_draw = draw;
            column->max = found.max;
        }
        ap_tally_moments(column, block, clean);
    }
    if (!found.valid) return;
    if (wanted & AP_TALLY_WINDOWS) {
        if (column->window_count) ap_tally_windows(column, block, clean);
        if (column->tail_room) ap_tally_tails(column, block, clean);
    }
    if (wanted & AP_TALLY_TARGETS) ap_tally_targets(column, block, clean);
    if (wanted & AP_TALLY_CATEGORIES) ap_tally_categories(column, block, clean);
    if (wanted & AP_TALLY_HISTOGRAM) ap_tally_histogram(column, block, clean);
}

AP_TALLY_FN void ap_tally_tile(struct ap_tally *worker, ap_word tile)
{
    for (ap_u32 c = 0; c < worker->column_count; c++) {
        struct ap_tally_column *column = &worker->columns[c];
        if (!(column->wanted & AP_TALLY_MOMENTS)) continue;
        for (int k = 0; k < 4; k++) {
            const double *p = column->tree[AP_TALLY_LEVELS - 1][k];
            double q0 = p[0] + p[4], q1 = p[1] + p[5], q2 = p[2] + p[6], q3 = p[3] + p[7];
            column->sum[k] = (q0 + q2) + (q1 + q3);
        }
    }
    worker->tile_done(worker, tile);
}

#endif
