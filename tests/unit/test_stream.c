/* test_stream.c - SHA-256 against FIPS 180-4, and stream numbers against the known draws of the counter picture. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/plan/stream.h"
#include "host/support/sha256.h"

static void hash_is(const char *text, const char *wanted)
{
    uint8_t digest[32];
    char hex[65];
    apsis_sha256(text, strlen(text), digest);
    apsis_sha256_hex(digest, hex);
    assert_string_equal(hex, wanted);
}

static void known_hashes(void **state)
{
    (void)state;
    hash_is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_in_pieces(void **state)
{
    (void)state;
    struct apsis_sha256 hash;
    uint8_t digest[32];
    char hex[65], block[977];
    memset(block, 'a', sizeof block);
    apsis_sha256_init(&hash);
    for (size_t left = 1000000, step = 1; left; left -= step, step = step % sizeof block + 1) {
        if (step > left) step = left;
        apsis_sha256_update(&hash, block, step);
    }
    apsis_sha256_final(&hash, digest);
    apsis_sha256_hex(digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Philox4x32-10 written out once more, from the paper of Salmon and others: the known draws then prove the stream's bytes. */
static double uniform(uint64_t stream, uint32_t seed, uint64_t draw, uint32_t period)
{
    uint64_t pair = draw >> 9 << 8 | (draw & 255);
    uint32_t c[4] = {(uint32_t)pair, (uint32_t)(pair >> 32 & 0xffff) | period << 16, (uint32_t)stream, (uint32_t)(stream >> 32)}, k[2] = {seed, 0};
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53 * c[0], b = (uint64_t)0xCD9E8D57 * c[2];
        uint32_t n[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k[0], (uint32_t)b, (uint32_t)(a >> 32) ^ c[3] ^ k[1], (uint32_t)a};
        memcpy(c, n, sizeof c);
        k[0] += 0x9E3779B9;
        k[1] += 0xBB67AE85;
    }
    uint64_t bits = draw >> 8 & 1 ? (uint64_t)c[3] << 32 | c[2] : (uint64_t)c[1] << 32 | c[0];
    return (double)(2 * (bits >> 12) + 1) * 0x1p-53;
}

static void known_draws(void **state)
{
    (void)state;
    assert_true(uniform(apsis_stream_of("payload", 0), 1, 0, 0) == 0x1.7e6817d186003p-1);
    assert_true(uniform(apsis_stream_of("payload", 0), 1, 256, 0) == 0x1.bbefa32b36832p-2);
    assert_true(uniform(apsis_stream_of("noise", 0), 1, 123456789, 7) == 0x1.ed9cb04740bbfp-1);
    assert_true(uniform(apsis_stream_of("weight[energy]", 0), 1, 5, 0) == 0x1.7965c7d954a31p-1);
    assert_true(uniform(apsis_stream_of("payload", 3), 1, 0, 0) == 0x1.90697fb23b6e4p-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_hashes), cmocka_unit_test(a_million_in_pieces), cmocka_unit_test(known_draws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
