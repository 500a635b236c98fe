/* elementary_widths.c - which of the compiled numbers of lanes this processor runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/elementary_lanes.h"

const struct elementary_width *elementary_widths(int *count)
{
    static struct elementary_width widths[] = {
        {1, elementary_lanes_1, elementary_uniforms_1, elementary_words_1, 1},
        {2, elementary_lanes_2, elementary_uniforms_2, elementary_words_2, 1},
        {4, elementary_lanes_4, elementary_uniforms_4, elementary_words_4, 1},
        {8, elementary_lanes_8, elementary_uniforms_8, elementary_words_8, 1},
    };
#if defined(__x86_64__)
    __builtin_cpu_init();
    widths[2].here = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    widths[3].here = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl");
#endif
    *count = 4;
    return widths;
}

const char *elementary_name(enum elementary_function function)
{
    static const char *const names[] = {
#define X(name, expression) #name,
        ELEMENTARY_FUNCTIONS(X)
#undef X
    };
    return names[function];
}
