/* test_nvrtc.c - every header of the draw loop compiles as CUDA by NVRTC, where the CUDA Toolkit is installed; no GPU is needed. */
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

#define MOST 256
static char *names[MOST + 2], *texts[MOST + 2];
static int count, headers; /* all texts at hand; the first of them are the headers of kernels/ */

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
/* The interpreter's loops over a block of draws are no arithmetic of a draw: a GPU thread is one lane and has loops of its own. */
static int is_interpreters(int i)
{
    return strcmp(names[i], "kernels/count_loop.h") == 0 || (strncmp(names[i], "kernels/interpret_", 18) == 0 && strcmp(names[i], "kernels/interpret_step.h") != 0);
}
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
static char *compile(const char *source, const char *architecture)
{
    nvrtcProgram program;
    const char *options[] = {architecture, "--fmad=false", "-DAP_WIDTH=1"};
    assert_int_equal(nvrtcCreateProgram(&program, source, "kernels.cu", count, (const char *const *)texts, (const char *const *)names), NVRTC_SUCCESS);
    nvrtcResult result = nvrtcCompileProgram(program, 3, options);
    size_t size = 0;
    nvrtcGetProgramLogSize(program, &size);
    if (size > 1) {
        char *log = malloc(size);
        nvrtcGetProgramLog(program, log);
        printf("%s\n", log);
        free(log);
    }
    assert_int_equal(result, NVRTC_SUCCESS);
    assert_int_equal(nvrtcGetPTXSize(program, &size), NVRTC_SUCCESS);
    char *ptx = malloc(size);
    assert_int_equal(nvrtcGetPTX(program, ptx), NVRTC_SUCCESS);
    nvrtcDestroyProgram(&program);
    return ptx;
}

/* each header alone: it includes what it needs */
static void each_compiles(void **unused)
{
    (void)unused;
    for (int i = 0; i < headers; i++) {
        char source[1200];
        if (is_interpreters(i)) {
            printf("  %s: the interpreter's, not compiled\n", names[i]);
            continue;
        }
        snprintf(source, sizeof source, "#include \"%s\"\nextern \"C\" __global__ void empty(double *x) { x[0] = ap_set1(1.0); }\n", names[i]);
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
    char source[16384] = "";
    for (int i = 0; i < headers; i++) {
        if (is_interpreters(i)) continue;
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_compiles), cmocka_unit_test(all_compile)};
    return cmocka_run_group_tests(tests, collect, NULL);
}
#else
int main(void)
{
    puts("skipped: built without the CUDA Toolkit (nvrtc.h), nothing was compiled");
    return 77;
}
#endif
