/* device_tally.h - the tally on a GPU: one warp reduces one row of 1024 stored values of one tile, with the bits of tally_block.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_DEVICE_TALLY_H
#define APSIS_KERNELS_DEVICE_TALLY_H
#include "kernels/device_row.h"
#include "kernels/device_tails.h"

/*
 * A row is a column of the plan that is wanted; host/engine/cuda_tally.h makes these structs and reads what comes back. What has to be
 * the same for every order of tiles, warps and lanes is made so:
 *
 *   power sums        by the fixed tree over the tile, stored tile by tile: the host adds them exactly
 *   counts, bins      whole numbers, added by atomics
 *   fingerprints      sums modulo 2^64, added by atomics
 *   min, max          tile by tile with their places; a tile that cannot hold the run's is spared the search for the place
 *   tails             each tile's values as one 128-bit whole number, added by atomics to limbs of 32 bits that carry later
 *   kept values       appended to one buffer for all rows; the host sorts them
 *
 * What it costs: instructions of a lane for each value, counted in the machine code for sm_90 (nvcc 13.0, 92 registers, nothing spilled):
 *
 *   counts, min, max, fingerprint, four power sums    66, of them 12 in double precision      counts alone   20
 *   four windows of one kind                          36      two tails    19, and 78 for each round of values in them (a lane has about 4
 *   four targets or four categories                   21                       rounds where a tail is 5 % of the values)
 *   histogram                                         56, one atomic in shared memory each
 *
 * and 200 to 300 for each row and tile, a tenth of that a value. Rows are read once for each of these lines, from the second time on out of
 * the first-level cache.
 */

#if AP_CUDA
/* The lowest place below limit whose value is valid and in [low, high), or is low, or (invalid 1) is given and not valid; there is one. */
AP_FN ap_u32 ap_device_find(const double *values, ap_u32 limit, ap_u32 lane, int invalid, double low, double high)
{
    for (ap_u32 i = 0; i < AP_TILE_DRAWS; i += 32) {
        double x = values[i + lane];
        int valid = ap_device_valid(x);
        int hit = i + lane < limit && (invalid ? !valid && ap_word_of(x) != AP_NOT_GIVEN_BITS : valid && x >= low && (x < high || x == low));
        ap_u32 lanes = __ballot_sync(AP_ALL_LANES, hit);
        if (lanes) return i + (ap_u32)ap_lowest_bit(lanes);
    }
    return 0;
}

/* What a lane finds in its 32 values. */
struct ap_device_lane {
    ap_u32 counts; /* valid, and given << 16 */
    double low, negative; /* least value, least -value */
    ap_word a, b;  /* fingerprint */
};

/* Counts one value; 1 if it is valid. `place` is as in fingerprint.h. */
AP_FN int ap_device_look(struct ap_device_lane *found, double x, int here, ap_word place, ap_word key1)
{
    ap_word bits = ap_word_of(x), a, b;
    int valid = here && ap_device_valid(x), given = here && bits != AP_NOT_GIVEN_BITS;
    found->counts += (ap_u32)valid + (given ? 0x10000u : 0);
    ap_fingerprint_mix(valid ? bits : given ? AP_NAN_BITS : AP_NOT_GIVEN_BITS, place, key1, &a, &b);
    if (here) found->a += a, found->b += b;
    if (valid && x < found->low) found->low = x;
    if (valid && -x < found->negative) found->negative = -x;
    return valid;
}

/* The two halves of a pair. */
AP_FN void ap_device_leaf(struct ap_device_lane *found, const double *values, ap_u32 at, ap_u32 limit, ap_word place, ap_word key1, double centre, double inverse,
                          double sum[4])
{
    double x0 = values[at], x1 = values[at + AP_PAIRS];
    int v0 = ap_device_look(found, x0, at < limit, place, key1);
    int v1 = ap_device_look(found, x1, at + AP_PAIRS < limit, place + AP_PAIRS * AP_FINGERPRINT_DRAW, key1);
    double y0 = v0 ? (x0 - centre) * inverse : 0.0, y1 = v1 ? (x1 - centre) * inverse : 0.0, q0 = y0 * y0, q1 = y1 * y1;
    sum[0] = y0 + y1;
    sum[1] = q0 + q1;
    sum[2] = q0 * y0 + q1 * y1;
    sum[3] = q0 * q0 + q1 * q1;
}

/*
 * Everything that all values of a run go through: counts, min, max, fingerprint, the tree of tally_block.h. A lane has pair bits 0..2
 * (lane & 7), bit 7 (lane bit 3) and the group (lane bit 4), and goes through bits 3 .. 6 itself: quads of leaves, then two levels.
 * An addition of two doubles has the same bits whichever comes first, so lanes may swap sides.
 */
AP_FN void ap_device_moments(const struct ap_device_row *row, const double *values, ap_u32 limit, ap_word first, ap_u32 lane, struct ap_device_lane *found,
                             double *total)
{
    double centre = row->centre, inverse = row->inverse, s[4], odd[4] = {0, 0, 0, 0}, left[4] = {0, 0, 0, 0};
    ap_word key1 = row->key[1];
    ap_u32 at = (lane >> 4) * AP_GROUP_DRAWS + (lane >> 3 & 1) * 128 + (lane & 7);
    ap_word place = row->key[0] + (first + at) * AP_FINGERPRINT_DRAW;
#pragma unroll 1
    for (ap_u32 quad = 0; quad < 4; quad++) {
        double t[4], r[4];
        ap_device_leaf(found, values, at, limit, place, key1, centre, inverse, s);
        ap_device_leaf(found, values, at + 8, limit, place + 8 * AP_FINGERPRINT_DRAW, key1, centre, inverse, t);
        for (int k = 0; k < 4; k++) s[k] = s[k] + t[k];
        ap_device_leaf(found, values, at + 16, limit, place + 16 * AP_FINGERPRINT_DRAW, key1, centre, inverse, r);
        ap_device_leaf(found, values, at + 24, limit, place + 24 * AP_FINGERPRINT_DRAW, key1, centre, inverse, t);
        for (int k = 0; k < 4; k++) s[k] = s[k] + (r[k] + t[k]);
        if (quad & 1)
            for (int k = 0; k < 4; k++) s[k] = odd[k] + s[k];
        if (quad == 3)
            for (int k = 0; k < 4; k++) s[k] = left[k] + s[k];
        for (int k = 0; k < 4; k++) {
            if (quad == 1) left[k] = s[k];
            odd[k] = s[k];
        }
        at += 32;
        place += 32 * AP_FINGERPRINT_DRAW;
    }
    /* pair bit 7, group, bits 2, 1, 0; lanes share the four sums: lane l ends with sum ((l >> 3) & 1) * 2 + (l >> 4) */
    int high = (lane & 8) != 0, second = (lane & 16) != 0;
    double a = high ? s[2] : s[0], b = high ? s[3] : s[1], send_a = high ? s[0] : s[2], send_b = high ? s[1] : s[3];
    a = a + __shfl_xor_sync(AP_ALL_LANES, send_a, 8);
    b = b + __shfl_xor_sync(AP_ALL_LANES, send_b, 8);
    double r = second ? b : a, send = second ? a : b;
    r = r + __shfl_xor_sync(AP_ALL_LANES, send, 16);
    for (ap_u32 d = 4; d; d >>= 1) r = r + __shfl_xor_sync(AP_ALL_LANES, r, d);
    *total = r;
}

/* a < b as numbers means order(a) > order(b); 0 for no finite number */
AP_FN ap_word ap_device_order(double x)
{
    ap_word bits = ap_word_of(x);
    return bits >> 63 ? bits : ~(bits | 0x8000000000000000ull);
}

/* Values below and inside the windows, up to four of one kind at a time; keeps what is to be kept. */
AP_FN void ap_device_windows(const struct ap_device_tally *tally, const struct ap_device_row *row, ap_u32 number, const double *values, ap_u32 limit, ap_word first,
                             ap_u32 lane)
{
    ap_u32 keep = 0; /* bit i: value 32 i + lane is kept */
#pragma unroll 1
    for (ap_u32 w = 0, next; w < row->window_count; w = next) {
        double low[4], high[4];
        ap_u32 n[4] = {0, 0, 0, 0}, counted = row->windows[w].counted, keeping = !counted && row->keep;
        next = w;
        for (ap_u32 k = 0; k < 4; k++) {
            int there = next == w + k && next < row->window_count && row->windows[next].counted == counted;
            low[k] = there ? row->windows[next].low : ap_nan();
            high[k] = there ? row->windows[next].high : ap_nan();
            next += (ap_u32)there;
        }
        /* + 0x10000 for a value < high, + 1 too where it is < low: halves differ in the sum over windows that lie apart where it is in one */
#pragma unroll 4
        for (ap_u32 i = 0; i < 32; i++) {
            double x = ap_device_clean(values[32 * i + lane], 32 * i + lane < limit);
            ap_u32 all = 0;
            for (int k = 0; k < 4; k++) {
                ap_u32 one = x < high[k] ? 0x10000u : 0;
                one = x < low[k] ? 0x10001u : one;
                n[k] += one;
                all += one;
            }
            if (keeping && all >> 16 != (all & 0xffffu)) keep |= 1u << i;
        }
        ap_u32 both = ap_device_total4(n, lane), mine = w + (lane >> 3), below = both & 0xffffu, inside = (both >> 16) - below;
        ap_word *slot = row->counts + AP_DEVICE_WINDOWS + AP_DEVICE_WINDOW_WORDS * mine;
        int look = 0;
        if ((lane & 7) == 0 && mine < next) {
            if (below) ap_device_add(&slot[0], below);
            if (inside) ap_device_add(&slot[1], inside);
            look = counted && inside && ~first > *(const volatile ap_word *)&slot[2];
        }
        for (ap_u32 looks = counted ? __ballot_sync(AP_ALL_LANES, look) : 0; looks; looks &= looks - 1) {
            ap_u32 window = w + ((ap_u32)ap_lowest_bit(looks) >> 3);
            ap_u32 place = ap_device_find(values, limit, lane, 0, row->windows[window].low, row->windows[window].high);
            if (lane == 0) atomicMax(ap_device_global(&row->counts[AP_DEVICE_WINDOWS + AP_DEVICE_WINDOW_WORDS * window + 2]), ~(first + place));
        }
    }
    ap_u32 mine = (ap_u32)__popc((int)keep), upto = mine;
    for (ap_u32 d = 1; d < 32; d <<= 1) {
        ap_u32 other = __shfl_up_sync(AP_ALL_LANES, upto, d);
        if (lane >= d) upto += other;
    }
    ap_u32 all = __shfl_sync(AP_ALL_LANES, upto, 31);
    if (!all) return;
    ap_word at = 0;
    if (lane == 0) {
        at = atomicAdd(ap_device_global(tally->kept_count), (ap_word)all);
        if (at + all > tally->kept_room) atomicOr(ap_device_global(&row->counts[AP_DEVICE_LOST]), 1ull);
    }
    at = __shfl_sync(AP_ALL_LANES, at, 0) + (upto - mine);
    ap_u32 offset = (ap_u32)(first - tally->first_tile * AP_TILE_DRAWS) + lane;
    for (; keep && at < tally->kept_room; keep &= keep - 1, at++) {
        ap_u32 place = 32 * (ap_u32)ap_lowest_bit(keep);
        struct ap_device_kept *to = tally->kept + at;
        to->value = values[place + lane];
        to->place = offset + place;
        to->row = number;
    }
    __syncwarp();
}

/* How many valid values are above each target, or (equal 1) are 0, 1, 2, ...: four at a time. */
AP_FN void ap_device_compare(const double *values, ap_u32 limit, ap_u32 lane, int equal, const double *targets, ap_u32 count, ap_word *slots)
{
#pragma unroll 1
    for (ap_u32 t = 0; t < count; t += 4) {
        double with[4];
        ap_u32 n[4] = {0, 0, 0, 0};
        for (ap_u32 k = 0; k < 4; k++) with[k] = t + k >= count ? ap_nan() : equal ? (double)(int)(t + k) : targets[t + k];
#pragma unroll 4
        for (ap_u32 i = 0; i < 32; i++) {
            double x = ap_device_clean(values[32 * i + lane], 32 * i + lane < limit);
            for (int k = 0; k < 4; k++)
                if (equal ? x == with[k] : with[k] < x) n[k]++;
        }
        ap_u32 all = ap_device_total4(n, lane), mine = t + (lane >> 3);
        if ((lane & 7) == 0 && mine < count && all) ap_device_add(&slots[mine], all);
    }
}

/* The bin is guessed by a multiplication and made exact against the edges, as in tally_block.h. */
AP_FN void ap_device_histogram(const struct ap_device_row *row, const double *values, ap_u32 limit, ap_u32 lane, ap_word *slots)
{
    __shared__ ap_u32 shared_bins[AP_DEVICE_WARPS][AP_DEVICE_BINS];
    ap_u32 *bins = shared_bins[threadIdx.x >> 5];
    const double *edges = row->edges;
    int last = (int)row->bin_count - 1, small = row->bin_count <= AP_DEVICE_BINS;
    double start = edges[0], inverse = row->bin_inverse, top = (double)last;
    for (ap_u32 b = lane; b < AP_DEVICE_BINS; b += 32) bins[b] = 0;
    __syncwarp();
#pragma unroll 2
    for (ap_u32 i = 0; i < 32; i++) {
        double x = values[32 * i + lane], guess = (x - start) * inverse;
        if (32 * i + lane >= limit || !ap_device_valid(x)) continue;
        guess = guess < 0.0 ? 0.0 : top < guess ? top : guess;
        int k = guess == guess ? (int)ap_i64_of_f64(guess) : 0;
        k += k < last && x >= edges[k + 1];
        k -= k > 0 && x < edges[k];
        if (small) atomicAdd(&bins[k], 1u);
        else ap_device_add(&slots[k], 1);
    }
    __syncwarp();
    if (small)
        for (ap_u32 b = lane; b < row->bin_count; b += 32)
            if (bins[b]) ap_device_add(&slots[b], bins[b]);
    __syncwarp();
}

/* All 32 lanes of a warp, for one row of one tile: values[place], place as in launch.h; draws from `draws` on are left out. */
AP_FN void ap_device_tally(const struct ap_device_tally *tally, const double *values, ap_u32 number, ap_word tile, ap_word draws)
{
    const struct ap_device_row *row = tally->rows + number;
    ap_u32 lane = threadIdx.x & 31, wanted = row->wanted;
    ap_word first = tile * AP_TILE_DRAWS, index = tile - tally->first_tile;
    ap_u32 limit = draws >= first + AP_TILE_DRAWS ? AP_TILE_DRAWS : draws > first ? (ap_u32)(draws - first) : 0;
    struct ap_device_lane found = {0, ap_infinity(), ap_infinity(), 0, 0};
    ap_u32 places = AP_DEVICE_NO_PLACE << 16 | AP_DEVICE_NO_PLACE, counts;
    if (wanted & (AP_TALLY_MOMENTS | AP_TALLY_FINGERPRINT)) {
        double sum;
        ap_device_moments(row, values, limit, first, lane, &found, &sum);
        if (wanted & AP_TALLY_FINGERPRINT) {
            ap_word mixed = ap_device_total2(found.a, found.b, lane);
            if ((lane & 15) == 0) ap_device_add(&tally->fingerprints[2 * index + (lane >> 4)], mixed);
        }
        if (wanted & AP_TALLY_MOMENTS) {
            double *to = tally->moments + row->moment_row * tally->tiles * AP_DEVICE_MOMENTS + index;
            double least = ap_device_least2(found.low, found.negative, lane);
            if ((lane & 7) == 0) to[((lane >> 3 & 1) * 2 + (lane >> 4)) * tally->tiles] = sum;
            int look = 0;
            if ((lane & 15) == 0) {
                to[(4 + (lane >> 4)) * tally->tiles] = lane ? -least : least;
                if (ap_device_valid(least)) { /* can it be the least of the run? */
                    ap_word *best = &row->counts[AP_DEVICE_LEAST + (lane >> 4)], mine = ap_device_order(least);
                    look = mine >= *(const volatile ap_word *)best && atomicMax(ap_device_global(best), mine) <= mine;
                }
            }
            ap_u32 looks = __ballot_sync(AP_ALL_LANES, look);
            double low = __shfl_sync(AP_ALL_LANES, least, 0), high = -__shfl_sync(AP_ALL_LANES, least, 16);
            if (looks & 1) places = (places & 0xffff0000u) | ap_device_find(values, limit, lane, 0, low, low);
            if (looks >> 16) places = (places & 0xffffu) | ap_device_find(values, limit, lane, 0, high, high) << 16;
        }
    } else {
#pragma unroll 4
        for (ap_u32 i = 0; i < 32; i++) {
            double x = values[32 * i + lane];
            if (32 * i + lane < limit) found.counts += (ap_device_valid(x) ? 1u : 0u) + (ap_word_of(x) != AP_NOT_GIVEN_BITS ? 0x10000u : 0u);
        }
    }
    counts = found.counts;
    for (ap_u32 d = 16; d; d >>= 1) counts += __shfl_xor_sync(AP_ALL_LANES, counts, d);
    ap_u32 valid = counts & 0xffffu, given = counts >> 16;
    if (lane == 0) tally->counts[number * tally->tiles + index] = (ap_word)places << 32 | valid << 16 | given;
    if (valid < given) {
        ap_word *slot = &row->counts[AP_DEVICE_INVALID];
        int look = lane == 0 && ~first > *(const volatile ap_word *)slot;
        if (__ballot_sync(AP_ALL_LANES, look)) {
            ap_u32 place = ap_device_find(values, limit, lane, 1, 0.0, 0.0);
            if (lane == 0) atomicMax(ap_device_global(slot), ~(first + place));
        }
    }
    if (!valid) return;
    ap_word *slots = row->counts + AP_DEVICE_WINDOWS + AP_DEVICE_WINDOW_WORDS * row->window_count;
    if (wanted & AP_TALLY_WINDOWS) {
        if (row->window_count) ap_device_windows(tally, row, number, values, limit, first, lane);
        ap_device_tails(row, values, limit, lane);
    }
    if (wanted & AP_TALLY_TARGETS) ap_device_compare(values, limit, lane, 0, row->targets, row->target_count, slots);
    slots += row->target_count;
    if (wanted & AP_TALLY_CATEGORIES) ap_device_compare(values, limit, lane, 1, row->targets, row->category_count, slots);
    slots += row->category_count;
    if (wanted & AP_TALLY_HISTOGRAM) ap_device_histogram(row, values, limit, lane, slots);
}
#endif

#endif
