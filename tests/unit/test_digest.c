/* test_digest.c - the digest: every bit counts, parts are checked singly, the tree is as written, an interrupted run has none. */
/* SPDX-License-Identifier: Apache-2.0 */
#define AP_WIDTH 2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/fake_engine.h"

static struct apsis_result *run_once(struct apsis_arena *arena, struct fake_run *run, struct apsis_measure_settings *settings, enum apsis_status wanted)
{
    static const int shapes[] = {FAKE_UNIFORM, FAKE_DICE, FAKE_GIVEN, FAKE_INVALID};
    struct apsis_result *result;
    int *column_shapes;
    run->plan = fake_plan(arena, shapes, 4, 1, 0, &column_shapes);
    run->shapes = column_shapes;
    run->lanes = run->lanes ? run->lanes : 256;
    run->threads = 2;
    assert_int_equal(apsis_measure_run(arena, run->plan, &fake_engine, run, settings, &result), wanted);
    return result;
}

static void test_every_bit(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t draw;
        size_t column;
        unsigned bit;
    } flips[] = {{UINT64_MAX, 0, 0}, {0, 0, 0}, {0, 0, 63}, {0, 0, 52}, {3000, 0, 1}, {4999, 0, 0}, {4999, 1, 51}, {1023, 1, 63}, {1024, 0, 30}, {777, 0, 31}, {777, 0, 32}};
    char digests[12][65];
    for (size_t k = 0; k < sizeof flips / sizeof *flips; k++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct apsis_measure_settings settings;
        struct fake_run run = {.flip_draw = flips[k].draw, .flip_column = flips[k].column, .flip_bit = flips[k].bit};
        apsis_measure_defaults(&settings);
        settings.draws = 5000;
        struct apsis_result *result = run_once(arena, &run, &settings, APSIS_OK);
        memcpy(digests[k], result->digest, 65);
        for (size_t i = 0; i < k; i++) assert_string_not_equal(digests[i], digests[k]);
        apsis_arena_free(arena);
    }
}

/* Any single change of a value in any draw changes the first word of a fingerprint: the mix is one to one. */
static void test_one_to_one(void **unused)
{
    (void)unused;
    for (uint64_t trial = 0; trial < 20000; trial++) {
        uint64_t x = fake_hash(trial), place = fake_hash(trial + 1000000), out[2][2];
        for (unsigned bit = 0; bit < 64; bit++) {
            for (int k = 0; k < 2; k++) {
                ap_u64 a, b;
                ap_fingerprint_mix(ap_set1_u64(k ? x ^ 1ull << bit : x), ap_set1_u64(place), ap_set1_u64(99), &a, &b);
                out[k][0] = a[0], out[k][1] = b[0];
            }
            assert_true(out[0][0] != out[1][0]);
        }
    }
}

static void test_parts(void **unused)
{
    (void)unused;
    static const uint64_t sizes[] = {1, 1024, 1025, 100000, 1024 * 1024 + 1, 1500000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct apsis_measure_settings settings;
        struct fake_run run = {.flip_draw = UINT64_MAX, .lanes = 512};
        apsis_measure_defaults(&settings);
        settings.draws = sizes[s];
        settings.no_percentiles = settings.no_rank_correlation = 1;
        struct apsis_result *result = run_once(arena, &run, &settings, APSIS_OK);
        uint64_t tiles = (sizes[s] + 1023) / 1024;
        assert_true(result->subtree_count <= 1024);
        assert_true(result->subtree_count == (tiles + result->subtree_tiles - 1) / result->subtree_tiles);
        for (size_t part = 0; part < result->subtree_count; part += 1 + result->subtree_count / 3) {
            char text[65];
            run.lanes = 64;
            assert_int_equal(apsis_digest_part(&fake_engine, &run, run.plan, &settings, part, text), APSIS_OK);
            assert_string_equal(text, result->subtrees[part]);
        }
        char text[65];
        assert_int_equal(apsis_digest_part(&fake_engine, &run, run.plan, &settings, result->subtree_count - 1, text), APSIS_OK);
        assert_string_equal(text, result->subtrees[result->subtree_count - 1]);
        assert_int_equal(apsis_digest_part(&fake_engine, &run, run.plan, &settings, result->subtree_count, text), APSIS_USAGE);
        apsis_arena_free(arena);
    }
}

/* The tree as digest.h defines it, by recursion. */
static void put(struct apsis_sha256 *hash, uint64_t word)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(word >> 8 * i);
    apsis_sha256_update(hash, bytes, 8);
}
static void tree(uint64_t first, uint64_t n, uint8_t out[32])
{
    struct apsis_sha256 hash;
    apsis_sha256_init(&hash);
    if (n == 1) {
        apsis_sha256_update(&hash, "\0", 1);
        put(&hash, first);
        put(&hash, first * 7);
        put(&hash, ~first);
    } else {
        uint8_t left[32], right[32];
        uint64_t k = 1;
        while (2 * k < n) k *= 2;
        tree(first, k, left);
        tree(first + k, n - k, right);
        apsis_sha256_update(&hash, "\1", 1);
        apsis_sha256_update(&hash, left, 32);
        apsis_sha256_update(&hash, right, 32);
    }
    apsis_sha256_final(&hash, out);
}
static void test_tree(void **unused)
{
    (void)unused;
    static const uint64_t sizes[] = {1, 2, 3, 5, 8, 1000, 1024, 1025, 2047, 2049, 5000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct apsis_digest digest;
        uint8_t root[32], wanted[32];
        apsis_digest_init(&digest, sizes[s], NULL);
        for (uint64_t i = 0; i < sizes[s]; i++) apsis_digest_tile(&digest, i, i * 7, ~i);
        apsis_digest_root(&digest, root);
        tree(0, sizes[s], wanted);
        assert_memory_equal(root, wanted, 32);
    }
}

/* What an interrupted run measured is what a run of so many draws measures. */
static void test_interrupted(void **unused)
{
    (void)unused;
    for (uint64_t jobs = 1; jobs < 6; jobs++) {
        struct apsis_arena *arena = apsis_arena_new();
        struct apsis_measure_settings settings;
        struct fake_run run = {.flip_draw = UINT64_MAX, .fail_after = jobs}, again = {.flip_draw = UINT64_MAX};
        apsis_measure_defaults(&settings);
        settings.draws = 700000;
        struct apsis_result *part = run_once(arena, &run, &settings, APSIS_INTERRUPTED), *whole;
        assert_int_equal(part->partial, 1);
        assert_string_equal(part->digest, "");
        if (jobs == 1) {
            assert_true(part->done == 0);
        } else {
            assert_true(part->done > 0 && part->done % 1024 == 0 && part->done < 700000);
            settings.draws = part->done;
            whole = run_once(arena, &again, &settings, APSIS_OK);
            for (size_t i = 0; i < whole->measure_count; i++) {
                const struct apsis_measure *a = &part->measures[i], *b = &whole->measures[i];
                assert_true(a->draws == b->draws && a->valid == b->valid && a->mean == b->mean && a->sd == b->sd && a->min_draw == b->min_draw);
                for (size_t k = 0; k < a->percentile_count; k++)
                    assert_true(a->percentiles[k].value == b->percentiles[k].value && a->percentiles[k].low == b->percentiles[k].low &&
                                a->percentiles[k].draw == b->percentiles[k].draw);
                assert_true(a->shortfalls[0].value == b->shortfalls[0].value && a->shortfalls[1].se == b->shortfalls[1].se);
            }
        }
        apsis_arena_free(arena);
    }
}

static void test_golden(void **unused)
{
    (void)unused;
    fake_check_golden();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_bit), cmocka_unit_test(test_one_to_one), cmocka_unit_test(test_parts),
                                       cmocka_unit_test(test_tree),      cmocka_unit_test(test_interrupted), cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
