/* floating.c - the processor's floating-point mode: saved, set to the one that results are defined in, restored. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/floating.h"

#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>

uint64_t apsis_floating_set(void)
{
    uint64_t mode = _mm_getcsr();
    _mm_setcsr(0x1f80); /* all traps masked, to nearest, no flush to zero, denormals kept */
    return mode;
}
void apsis_floating_restore(uint64_t mode) { _mm_setcsr((unsigned)mode); }

#elif defined(__aarch64__)

uint64_t apsis_floating_set(void)
{
    uint64_t mode, plain = 0;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(plain));
    return mode;
}
void apsis_floating_restore(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

#else
#include <fenv.h>

uint64_t apsis_floating_set(void)
{
    int mode = fegetround();
    fesetround(FE_TONEAREST);
    return (uint64_t)mode;
}
void apsis_floating_restore(uint64_t mode) { fesetround((int)mode); }
#endif
