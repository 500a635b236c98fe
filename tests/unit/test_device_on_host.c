/* test_device_on_host.c - CUDA words run on the host mean what they mean on a GPU, and mistakes are refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* tests/support/device_words_kernel.c */
struct words_launch {
    unsigned long long *out;
    unsigned *counter, mode, unused;
};
void words_on_host(const void *launch, unsigned grid, unsigned block);
extern const unsigned long words_on_host_bytes;

enum { BLOCK = 96, GRID = 3 };
static unsigned long long out[GRID * 1024 * 64];
static unsigned counter;

static uint64_t bits(double x)
{
    uint64_t r;
    memcpy(&r, &x, 8);
    return r;
}

static void test_words(void **unused)
{
    (void)unused;
    assert_int_equal(words_on_host_bytes, sizeof(struct words_launch));
    struct words_launch launch = {out, &counter, 0, 0};
    counter = 0;
    words_on_host(&launch, GRID, BLOCK);
    assert_int_equal(counter, GRID * BLOCK);
    for (unsigned t = 0; t < GRID * BLOCK; t++) {
        const unsigned long long *o = out + 64 * t;
        unsigned b = t / BLOCK, i = t % BLOCK, warp = i / 32 * 32, lane = i % 32;
        assert_true(o[0] == bits(warp + 5 + 0.5));
        assert_true(o[1] == ((unsigned long long)(warp + lane / 8 * 8 + lane * 3 % 8) << 40) + 7);
        assert_true((int)o[2] == (int)(lane < 3 ? i : i - 3) - 100);
        assert_true(o[3] == (lane % 16 + 7 < 16 ? i + 7 : i));
        assert_true(o[4] == ((unsigned long long)(warp + (lane ^ 17)) << 40) + 7);
        assert_true(o[5] == ((lane ^ 12) / 8 <= lane / 8 ? warp + (lane ^ 12) : i));
        unsigned threes = 0, fives = 0;
        for (unsigned k = 0; k < 32; k++) {
            threes |= (unsigned)((warp + k) % 3 == 0) << k;
            fives |= (unsigned)((warp + k) / 5 == i / 5) << k;
        }
        assert_true(o[6] == threes && o[9] == fives);
        assert_true(o[7] == (warp == 32) && o[8] == (warp < 64));
        assert_true(o[10] == (lane & 1 ? warp + 31 : 0x55555400u));
        assert_true(o[11] == bits(-(lane == 31 ? i + 0.5 : i + 1.5)));
        assert_true(o[20] == BLOCK / 2 && o[21] == 1 && o[22] == 0);
        assert_true(o[23] == BLOCK * (BLOCK - 1) / 2 && o[24] == 500 && o[25] == (BLOCK - 1ull) << 33 && o[26] == bits(BLOCK / 2.0));
        assert_true(o[27] == (b << 20 | BLOCK << 8 | GRID) && o[28] == 0xffffffffu);
        unsigned h = i * 2654435761u;
        unsigned long long ffs = (unsigned long long)__builtin_ffs((int)h), clz = h ? (unsigned)__builtin_clz(h) : 32;
        assert_true(o[40] == ((unsigned)__builtin_popcount(h) | ffs << 8 | clz << 16 | 32ull << 24));
        assert_true(o[41] == (uint64_t)h * 0x12345678u >> 32);
        assert_true(o[42] == (uint64_t)((unsigned __int128)((uint64_t)h << 31) * 0x123456789abcdefull >> 64));
        assert_true(o[43] == ((h ? (unsigned)__builtin_clzll((uint64_t)h << 7) : 64u) | (uint64_t)__builtin_popcount(h) << 8));
        assert_true(o[44] == bits(0x1p-54) && o[45] == 0 && o[46] == bits(0x1.6a09e667f3bcdp+0));
        assert_true(o[47] == 0xc000000080000001ull);
        assert_true(o[48] == (bits(2.0) ^ (unsigned)__builtin_ctz(h | 64)));
        /* garbage before each block: NaNs */
        assert_true((o[60] & 0x7ff0000000000000ull) == 0x7ff0000000000000ull && (o[60] & 0xfffffffffffffull));
        assert_true((o[61] & 0x7ff0000000000000ull) == 0x7ff0000000000000ull && (o[61] & 0xfffffffffffffull));
    }
}

static void test_largest(void **unused)
{
    (void)unused;
    for (unsigned mode = 8; mode < 10; mode++)
        for (unsigned block = 1; block <= 1024; block = block * 2 + (block == 1 ? 30 : 0)) {
            struct words_launch launch = {out, &counter, mode, 0};
            words_on_host(&launch, 2, block);
            unsigned wrong[2] = {0, 0};
            for (unsigned t = 0; t < 2 * block; t++) wrong[t / block] += out[64 * t] != 1;
            assert_true((wrong[0] + wrong[1] != 0) == (mode == 8 && block > 1));
            if (mode == 8 && block > 1) assert_true(wrong[0] && wrong[1]);
        }
}

/* In a process of its own: it has to abort and to say why. */
static void refused(unsigned mode, const char *why, const char *where)
{
    char text[4096];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct words_launch launch = {out, &counter, mode, 0};
        dup2(ends[1], 2);
        alarm(20);
        words_on_host(&launch, 2, 64);
        _exit(0);
    }
    close(ends[1]);
    size_t size = 0;
    for (ssize_t n; (n = read(ends[0], text + size, sizeof text - 1 - size)) > 0;) size += (size_t)n;
    text[size] = 0;
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!strstr(text, why) || !strstr(text, where)) fprintf(stderr, "mode %u: %s\n", mode, text);
    assert_non_null(strstr(text, why));
    assert_non_null(strstr(text, where));
    assert_true(!(WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void test_refusals(void **unused)
{
    (void)unused;
    refused(1, "threads wait for threads that do not come", "warp  1: lanes 00000020 have ended");
    refused(2, "threads of a block meet at different barriers", "comes to the barrier");
    refused(3, "names a lane that has ended", "warp  0: lanes 00000200 have ended");
    refused(4, "a lane is not in the mask of its own warp operation", "__ballot_sync");
    refused(5, "a shuffle reads a lane outside of its mask", "mask aaaaaaaa");
    refused(6, "lanes of a warp meet in different operations", "mask fffffffd");
    refused(7, "lanes of a warp meet in different operations", "__syncwarp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_largest), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
