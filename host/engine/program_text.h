/* program_text.h - a plan's program written out as text that the C compiler and NVRTC understand; and what the text needs at run time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_PROGRAM_TEXT_H
#define APSIS_HOST_PROGRAM_TEXT_H
#include "host/plan/plan.h"
#include "include/apsis.h"

struct ap_sampler;

enum apsis_text_dialect {
    APSIS_TEXT_C,   /* begins with #include "kernels/compiled.h"; defines void apsis_compiled_run(struct ap_frame *) */
    APSIS_TEXT_CUDA /* begins with #include "kernels/device.h"; defines the kernel apsis_tiles(struct ap_launch) */
};

struct apsis_text_options {
    enum apsis_text_dialect dialect;
    unsigned lanes;          /* C: lanes of a block, a power of two from 16 to 512 */
    unsigned threads;        /* CUDA: threads of a block, a multiple of 32 up to 1024 */
    unsigned blocks;         /* CUDA: blocks that a multiprocessor should hold at once, which bounds the registers; 0: as the compiler likes */
    int own_words;           /* CUDA: 1: each thread works out all its random words, 0: two threads share Philox calls */
    int curand;              /* CUDA: 1: random words by curand_Philox4x32_10 of the toolkit, 0: by kernels/philox.h */
};

/* Numbers are data, not text: a model run with other parameters is the same text, and its compiled form serves again. What stands
   in comments does not count: compilers, and the caches of what they made, see the text without them (apsis_text_key). */
struct apsis_program_text {
    const struct ap_program *program; /* what the text does; C: bound to frames as for the interpreter (host/plan/bind.h) */
    const char *text;
    size_t length;
    const double *numbers;   /* launch.numbers: those of the program, then those of weights and percentages */
    size_t number_count;
    const struct ap_sampler *const *samplers; /* launch.samplers, by the number that the text uses */
    size_t sampler_count;
    size_t far_rows;         /* CUDA: rows of launch.far for each thread of the grid */
    size_t local_bytes;      /* CUDA: about what a thread keeps in local memory */
};

/* Columns c with wanted[c] == 0 are left out (NULL: none is). Everything lies in `arena`; the plan is only read. Never fails: what
   is too large for one function is split. */
struct apsis_program_text *apsis_program_text(struct apsis_arena *arena, const struct apsis_plan *plan, const unsigned char *wanted,
                                              const struct apsis_text_options *options);

/* SHA-256 over the text without comments and #line, then `rest` (compiler, flags, versions): the name of what is compiled from it. */
void apsis_text_key(const struct apsis_program_text *text, const char *rest, uint8_t key[32]);

#endif
