/* test_curand.c - our Philox words against those of libcurand's host generator, where the CUDA Toolkit is installed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#ifdef APSIS_HAVE_CUDA_TOOLKIT
#include <curand.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "kernels/philox.h"

/* The host generator's order, measured: position p, block b = p / 4, subsequence = b mod 65536, counter = b / 65536, word = p mod 4;
   the subsequence is the upper half of the 128-bit counter and the seed is the key. */
static void compare(uint64_t seed, uint64_t offset, size_t n)
{
    curandGenerator_t generator;
    uint32_t *words = malloc(n * sizeof *words);
    assert_non_null(words);
    assert_int_equal(curandCreateGeneratorHost(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10), CURAND_STATUS_SUCCESS);
    assert_int_equal(curandSetPseudoRandomGeneratorSeed(generator, seed), CURAND_STATUS_SUCCESS);
    assert_int_equal(curandSetGeneratorOffset(generator, offset), CURAND_STATUS_SUCCESS);
    assert_int_equal(curandGenerate(generator, words, n), CURAND_STATUS_SUCCESS);
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t p = offset + i, b = p / 4, subsequence = b % 65536, counter = b / 65536;
        struct ap_philox4 r = ap_philox((uint32_t)seed, (uint32_t)(seed >> 32), (uint32_t)counter, counter >> 32, (uint32_t)subsequence, subsequence >> 32);
        ap_u64 ours[4] = {r.w0, r.w1, r.w2, r.w3};
        if (ours[p % 4] != words[i] && wrong++ < 5) printf("  seed %llu position %llu: %08x, cuRAND %08x\n", (unsigned long long)seed, (unsigned long long)p, (unsigned)ours[p % 4], words[i]);
    }
    curandDestroyGenerator(generator);
    free(words);
    assert_int_equal(wrong, 0);
}
static void words(void **unused)
{
    (void)unused;
    compare(1, 0, 4000000);
    compare(1, 262144, 1000000);
    compare(0x123456789abcdef0u, 4, 3000000);
    compare(42, (uint64_t)1 << 34, 1000000);
    compare(42, ((uint64_t)1 << 40) + 4, 1000000);
}
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    puts("skipped: built without the CUDA Toolkit (curand.h), nothing was compared");
    return 77;
}
#endif
