/* test_nvrtc.c - every header of the draw loop and every family compile as CUDA by NVRTC, where the CUDA Toolkit is installed; no GPU is needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#ifdef APSIS_HAVE_CUDA_TOOLKIT
#include <dirent.h>
#include <nvrtc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "host/engine/nvrtc.h"
#include "host/engine/program_text.h"
#include "host/plan/model.h"

#define MOST 256
static char *names[MOST + 2], *texts[MOST + 2];
static int count, headers; /* all texts at hand; the first of them are the headers of kernels/ */
static int logs;           /* how often the compiler had anything to say */

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    text[size] = 0;
    fclose(file);
    return text;
}
/* Not for a GPU: the interpreter's loops over a block of draws, and what the text of a program means in C. */
static int is_hosts(int i)
{
    return strcmp(names[i], "kernels/compiled.h") == 0 || (strncmp(names[i], "kernels/interpret_", 18) == 0 && strcmp(names[i], "kernels/interpret_step.h") != 0);
}
/* What the text of a program says before it includes kernels/device.h. */
static const char text_head[] = "#define AP_PERIODS 12\n#define AP_PERIODS_PER_YEAR 4\n#define AP_THREADS 256\n#define AP_NUMBER_COUNT 8\n#define AP_SHARE 1\n#define AP_INLINE_PARTS 1\n";
static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* every file of a folder that ends in suffix, from number `count` on, sorted by name */
static void gather(const char *folder_name, const char *suffix)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", APSIS_SOURCE_DIR, folder_name);
    DIR *folder = opendir(path);
    int first = count;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t n = strlen(entry->d_name), m = strlen(suffix);
        if (n <= m || strcmp(entry->d_name + n - m, suffix) != 0) continue;
        assert_true(count < MOST);
        snprintf(path, sizeof path, "%s/%s", folder_name, entry->d_name);
        names[count++] = strdup(path);
    }
    closedir(folder);
    qsort(names + first, (size_t)(count - first), sizeof *names, by_name);
    for (int i = first; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", APSIS_SOURCE_DIR, names[i]);
        texts[i] = read_whole(path);
    }
}

static int collect(void **unused)
{
    (void)unused;
    gather("kernels", ".h");
    headers = count;
    assert_true(headers >= 8);
    gather("distributions", ".h");
    int first = count;
    gather("distributions", ".c");
    /* the two lists that the build writes: the files of distributions/ that hold a family */
    char *kernels = calloc(MOST, 128), *entries = calloc(MOST, 128);
    for (int i = first; i < count; i++) {
        if (!strstr(texts[i], "\nAPSIS_FAMILY(")) continue;
        const char *base = strchr(names[i], '/') + 1;
        sprintf(kernels + strlen(kernels), "#include \"%.100s\"\n", names[i]);
        sprintf(entries + strlen(entries), "APSIS_FAMILY_ENTRY(%.*s)\n", (int)(strlen(base) - 2), base);
    }
    names[count] = "family_kernels.inc", texts[count++] = kernels;
    names[count] = "families.inc", texts[count++] = entries;
    return 0;
}

/* Compiles source with all headers at hand; the compiler's log is printed whole when it has anything to say. Returns the PTX. */
#define MOST_OPTIONS 8
static char *compile_with(const char *source, const char *const *more)
{
    nvrtcProgram program;
    const char *options[MOST_OPTIONS + 1] = {"-DAP_WIDTH=1"};
    int used = 1;
    for (; *more; more++) {
        assert_true(used < MOST_OPTIONS);
        options[used++] = *more;
    }
    assert_int_equal(nvrtcCreateProgram(&program, source, "kernels.cu", count, (const char *const *)texts, (const char *const *)names), NVRTC_SUCCESS);
    nvrtcResult result = nvrtcCompileProgram(program, used, options);
    size_t size = 0;
    nvrtcGetProgramLogSize(program, &size);
    if (size > 1) {
        char *log = malloc(size);
        nvrtcGetProgramLog(program, log);
        printf("%s\n", log);
        free(log);
        logs++;
    }
    assert_int_equal(result, NVRTC_SUCCESS);
    assert_int_equal(nvrtcGetPTXSize(program, &size), NVRTC_SUCCESS);
    char *ptx = malloc(size);
    assert_int_equal(nvrtcGetPTX(program, ptx), NVRTC_SUCCESS);
    nvrtcDestroyProgram(&program);
    return ptx;
}
static char *compile(const char *source, const char *architecture)
{
    return compile_with(source, (const char *const[]){architecture, "--fmad=false", NULL});
}

/* each header alone: it includes what it needs */
static void each_compiles(void **unused)
{
    (void)unused;
    for (int i = 0; i < headers; i++) {
        char source[1200];
        if (is_hosts(i)) {
            printf("  %s: the host's, not compiled\n", names[i]);
            continue;
        }
        snprintf(source, sizeof source, "%s#include \"%s\"\nextern \"C\" __global__ void empty(double *x) { x[0] = ap_set1(1.0); }\n", text_head, names[i]);
        printf("  %s\n", names[i]);
        free(compile(source, "--gpu-architecture=compute_80"));
    }
}

/* all together, every function called, and what comes out calls nothing outside and fuses nothing that was not asked for */
static void all_compile(void **unused)
{
    (void)unused;
    static const char body[] =
        "extern \"C\" __global__ void every(const double *a, double *out, unsigned long long seed)\n"
        "{\n"
        "    double x = a[0], y = a[1], high, low;\n"
        "    ap_u64 m0, m1;\n"
        "    ap_log_split(x, &high, &low);\n"
        "    ap_uniform_pair(threadIdx.x, seed, 77, 3, &m0, &m1);\n"
        "    double r[] = {ap_exp(x), ap_expm1(x), ap_exp2(x), ap_log(x), ap_log1p(x), ap_log2(x), ap_log10(x), ap_pow(x, y), ap_pow_from(high, low, x, y),\n"
        "        ap_sin(x), ap_cos(x), ap_tan(x), ap_sinh(x), ap_tanh(x), ap_asinh(x), ap_erfc(x), ap_normal_cdf(x), ap_normal_quantile(x),\n"
        "        ap_normal_quantile_tails(x, y), ap_uniform_of(m0), ap_uniform_upper_of(m1), ap_floor(x), ap_sqrt(x), (double)ap_draw_bits(5, seed, 7, 0)};\n"
        "    for (int i = 0; i < (int)(sizeof r / sizeof *r); i++) out[i] = r[i];\n"
        "}\n"
        "extern \"C\" __global__ void unfused(const double *a, double *out) { out[0] = a[0] * a[1] + a[2]; }\n";
    char source[16384];
    strcpy(source, text_head);
    for (int i = 0; i < headers; i++) {
        if (is_hosts(i)) continue;
        strcat(source, "#include \"");
        strcat(source, names[i]);
        strcat(source, "\"\n");
    }
    strcat(source, body);
    char *ptx = compile(source, "--gpu-architecture=compute_80");
    assert_null(strstr(ptx, ".extern"));
    const char *unfused = strstr(ptx, ".entry unfused");
    assert_non_null(unfused);
    assert_null(strstr(unfused, "fma"));
    assert_non_null(strstr(unfused, "mul.rn.f64"));
    free(ptx);
}

/* ------------------------------------------------------------------ every family: draws, scores, solves */
static const char every_family[] =
    "#define APSIS_FAMILY_KERNELS 1\n"
    "#include \"kernels/device_draw.h\"\n"
    "#include \"family_kernels.inc\"\n"
    "#define APSIS_FAMILY_ENTRY(name) extern \"C\" __global__ void every_##name(const double *a, double *out, unsigned long long m, int c) { \\\n"
    "    out[0] = ap_draw_##name(m, a); out[1] = ap_score_##name(a[7], a); out[2] = ap_solve_##name(c, a, a + 8, c); }\n"
    "#include \"families.inc\"\n"
    "extern \"C\" __global__ void data(const struct ap_sampler *s, double *out, unsigned long long seed)\n"
    "{\n"
    "    ap_word draw = ap_device_draw(blockIdx.x, threadIdx.x), m = ap_device_bits(draw, seed, 77, 3), a, b;\n"
    "    ap_device_bits_two(draw, seed, 78, 3, 79, 2, &a, &b);\n"
    "    double z = ap_mix_limit(ap_score_of(a)), *x = out + 64 * threadIdx.x;\n"
    "    x[0] = ap_draw_table(m, s), x[1] = ap_draw_steps(m, s), x[2] = ap_score_table(z, s), x[3] = ap_score_steps(z, s), x[4] = ap_uniform_of(b);\n"
    "    x[5] = ap_history_look(x, 1, 0, z, x[2], AP_GATHER_PAST, 3, 1, 8), x[6] = ap_convolve_one(x + 8, 1, x, 1, 8), x[7] = ap_sign_changes_one(x, 1, 40, 2, z, 1);\n"
    "    x[8] = ap_irr_one(x, 1, 40, 2, 12, z, x[2], -0.9, 10), x[9] = ap_draw_normal(m, AP_LIST(1, z, 0, 0, 0, 0));\n"
    "}\n";
static const char *curand_folder; /* NULL: not there */
static char curand_options[2][1100];

static size_t times(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text += strlen(word)) n++;
    return n;
}

/* For each kind of GPU that this NVRTC knows, by both Philox, put in place and called. */
static void families_compile(void **unused)
{
    (void)unused;
    static const int wanted[] = {75, 80, 90, 100};
    int known_count = 0, known[256], tried = 0, before = logs;
    assert_int_equal(nvrtcGetNumSupportedArchs(&known_count), NVRTC_SUCCESS);
    assert_true(known_count <= 256);
    assert_int_equal(nvrtcGetSupportedArchs(known), NVRTC_SUCCESS);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int there = 0;
        for (int k = 0; k < known_count; k++) there |= known[k] == wanted[i];
        if (!there) {
            printf("  compute capability %d: this NVRTC does not know it\n", wanted[i]);
            continue;
        }
        char architecture[64];
        snprintf(architecture, sizeof architecture, "--gpu-architecture=compute_%d", wanted[i]);
        for (int curand = 0; curand < (curand_folder ? 2 : 1); curand++) {
            const char *options[] = {architecture, "--fmad=false", i & 1 ? "-DAP_DEVICE_CALLS=1" : "-DAP_DEVICE_CALLS=0", curand ? "-DAP_CURAND=1" : "-DAP_CURAND=0",
                                     curand ? curand_options[0] : NULL, curand_options[1], NULL};
            char *ptx = compile_with(every_family, options);
            assert_null(strstr(ptx, ".extern"));
            assert_int_equal(times(ptx, ".entry"), times(texts[count - 1], "APSIS_FAMILY_ENTRY") + 1);
            free(ptx);
            tried++;
        }
    }
    assert_true(tried > 0);
    assert_int_equal(logs, before); /* no warnings */
    if (!curand_folder) puts("  cuRAND's header is not there: compiled without it only");
}

/*
 * Nothing is fused, approximated or left to a library. Every fma that the kernels ask for is taken out by making __fma_rn a function
 * that the compiler knows nothing about: no other fma may be left. An operation of PTX without a rounding (mul.f64) may be fused by
 * the assembler, one with .rn may not.
 */
static void no_operation_is_fused(void **unused)
{
    (void)unused;
    static const char *const never[] = {"fma.rn.f64", "fma.rz", "mad.f64", "mad.rn", " mul.f64", " add.f64", " sub.f64", "\tmul.f64", "\tadd.f64", "\tsub.f64", "approx", ".ftz", "div.full", "__nv_", "__internal", ".f32"};
    static char source[sizeof every_family + 512];
    snprintf(source, sizeof source, "extern \"C\" __device__ double opaque(double, double, double);\n#define __fma_rn opaque\n%s", every_family);
    char *ptx = compile_with(source, (const char *const[]){"--gpu-architecture=compute_90", "--fmad=false", "-DAP_DEVICE_CALLS=1", NULL});
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const char *at = strstr(ptx, never[i]);
        if (at) fail_msg("the PTX holds %s: ...%.120s", never[i], at);
    }
    assert_int_equal(times(ptx, ".extern"), 1); /* opaque itself */
    assert_true(times(ptx, "mul.rn.f64") > 100 && times(ptx, "div.rn.f64") > 20 && times(ptx, "sqrt.rn.f64") > 0);
    size_t asked = times(ptx, "call.uni (retval0), \n\topaque");
    free(ptx);
    /* the check can fail: fused where nobody says no */
    ptx = compile_with(source, (const char *const[]){"--gpu-architecture=compute_90", "--fmad=true", "-DAP_DEVICE_CALLS=1", NULL});
    assert_non_null(strstr(ptx, "fma.rn.f64"));
    free(ptx);
    ptx = compile_with(every_family, (const char *const[]){"--gpu-architecture=compute_90", "--fmad=false", "-DAP_DEVICE_CALLS=1", NULL});
    printf("  fma: %zu in the text, %zu calls where each is opaque\n", times(ptx, "fma.rn.f64"), asked);
    assert_true(times(ptx, "fma.rn.f64") > 100);
    free(ptx);
}

/* The text that the engine gives to NVRTC, of models that use a good deal of the language. */
static void models_compile(void **unused)
{
    (void)unused;
    static const char *const models[] = {"orbital_compute", "portfolio", "terrestrial_dc"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char path[2048];
        snprintf(path, sizeof path, "%s/models/%s.risk", APSIS_SOURCE_DIR, models[i]);
        struct apsis_model *model = apsis_model_read(path);
        assert_int_equal(model->status, APSIS_OK);
        struct apsis_ir *ir = apsis_lower(model->arena, model->ast, NULL, NULL, &model->diagnostics);
        assert_non_null(ir);
        struct apsis_plan_options wanted = {.inputs = 1, .signs = 1};
        struct apsis_plan *plan = apsis_plan_new(model->arena, ir, &wanted, &model->diagnostics);
        assert_non_null(plan);
        struct apsis_text_options how = {.dialect = APSIS_TEXT_CUDA, .threads = 128, .curand = curand_folder && i & 1};
        const struct apsis_program_text *text = apsis_program_text(model->arena, plan, NULL, &how);
        char *ptx = compile_with(text->text, (const char *const[]){"--gpu-architecture=compute_80", "--fmad=false", curand_folder ? curand_options[0] : "-DAP_NOTHING=1",
                                                                   curand_folder ? curand_options[1] : NULL, NULL});
        assert_null(strstr(ptx, ".extern"));
        assert_null(strstr(ptx, "\tmul.f64"));
        assert_null(strstr(ptx, "\tadd.f64"));
        assert_non_null(strstr(ptx, ".entry apsis_tiles"));
        printf("  %s: %zu bytes of PTX, %zu fma\n", models[i], strlen(ptx), times(ptx, "fma.rn.f64"));
        free(ptx);
        apsis_model_free(model);
    }
}

static void find_curand(void)
{
    struct apsis_arena *arena = apsis_arena_new();
    const char *why, *folder = apsis_toolkit_headers(arena, NULL, &why);
    if (folder) {
        snprintf(curand_options[0], sizeof *curand_options, "-I%s", folder);
        snprintf(curand_options[1], sizeof *curand_options, "-I%s/cccl", folder);
        curand_folder = curand_options[0];
    }
    apsis_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_compiles), cmocka_unit_test(all_compile), cmocka_unit_test(families_compile),
                                       cmocka_unit_test(no_operation_is_fused), cmocka_unit_test(models_compile)};
    find_curand();
    return cmocka_run_group_tests(tests, collect, NULL);
}
#else
int main(void)
{
    puts("skipped: built without the CUDA Toolkit (nvrtc.h), nothing was compiled");
    return 77;
}
#endif
