/* fake_nvrtc.c - a library with NVRTC's functions that makes a kernel into a shared object for tests/support/fake_cuda.c. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text and the headers given with it are written to a folder of their own and compiled by the C compiler with
 * tests/support/device_on_host.h in front; nothing else of the source tree can be found from there. From the environment:
 *
 *   FAKE_NVRTC_VERSION=11.0   13.0
 *   FAKE_NVRTC_FAIL=text      every compilation fails with this log
 *   FAKE_NVRTC_COUNT=file     a byte is added to this file by each compilation
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { OK, OUT_OF_MEMORY, PROGRAM_FAILED, INVALID_INPUT, INVALID_PROGRAM, INVALID_OPTION, COMPILATION };

struct program {
    char *text, **headers, **names;
    int header_count;
    char *log, *cubin;
    size_t cubin_size;
};

static void write_file(const char *folder, const char *name, const char *text, size_t length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text, 1, length, file) != length || fclose(file)) fprintf(stderr, "fake_nvrtc: cannot write %s\n", path), abort();
}

static char *read_file(const char *folder, const char *name, size_t *length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    *length = 0;
    if (!file) return calloc(1, 1);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, size + 1);
    *length = fread(text, 1, size, file);
    fclose(file);
    return text;
}

EXPORT int nvrtcVersion(int *major, int *minor)
{
    const char *version = getenv("FAKE_NVRTC_VERSION");
    return sscanf(version && *version ? version : "13.0", "%d.%d", major, minor) == 2 ? OK : INVALID_INPUT;
}
EXPORT const char *nvrtcGetErrorString(int error)
{
    static const char *const names[] = {"NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE", "NVRTC_ERROR_INVALID_INPUT",
                                        "NVRTC_ERROR_INVALID_PROGRAM", "NVRTC_ERROR_INVALID_OPTION", "NVRTC_ERROR_COMPILATION"};
    return error >= 0 && error <= COMPILATION ? names[error] : NULL;
}
EXPORT int nvrtcCreateProgram(struct program **out, const char *text, const char *name, int count, const char *const *headers, const char *const *names)
{
    (void)name;
    struct program *program = calloc(1, sizeof *program);
    program->text = strdup(text);
    program->headers = calloc((size_t)count + 1, sizeof(char *));
    program->names = calloc((size_t)count + 1, sizeof(char *));
    for (program->header_count = 0; program->header_count < count; program->header_count++) {
        program->headers[program->header_count] = strdup(headers[program->header_count]);
        program->names[program->header_count] = strdup(names[program->header_count]);
    }
    program->log = calloc(1, 1);
    *out = program;
    return OK;
}
EXPORT int nvrtcDestroyProgram(struct program **program)
{
    for (int i = 0; i < (*program)->header_count; i++) free((*program)->headers[i]), free((*program)->names[i]);
    free((*program)->headers), free((*program)->names), free((*program)->text), free((*program)->log), free((*program)->cubin);
    free(*program);
    *program = NULL;
    return OK;
}

static void copy_header(const char *folder, const char *name)
{
    size_t length;
    char *text = read_file(FAKE_NVRTC_ROOT, name, &length);
    write_file(folder, name, text, length);
    free(text);
}

/* The toolkit's header is C++; this says the same in C. */
static const char curand_header[] =
    "typedef struct { unsigned x, y, z, w; } uint4;\n"
    "typedef struct { unsigned x, y; } uint2;\n"
    "static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { uint4 r = {x, y, z, w}; return r; }\n"
    "static inline uint2 make_uint2(unsigned x, unsigned y) { uint2 r = {x, y}; return r; }\n"
    "static inline uint4 curand_Philox4x32_10(uint4 c, uint2 k)\n"
    "{\n"
    "    for (int i = 0; i < 10; i++) {\n"
    "        unsigned long long a = 0xD2511F53ull * c.x, b = 0xCD9E8D57ull * c.z;\n"
    "        c = make_uint4((unsigned)(b >> 32) ^ c.y ^ k.x, (unsigned)b, (unsigned)(a >> 32) ^ c.w ^ k.y, (unsigned)a);\n"
    "        k.x += 0x9E3779B9u, k.y += 0xBB67AE85u;\n"
    "    }\n"
    "    return c;\n"
    "}\n";

/* The compiler in the folder, its words in the file `log`. */
static int run(const char *folder, char **arguments)
{
    pid_t child = fork();
    if (child == 0) {
        int log = chdir(folder) ? -1 : open("log", O_CREAT | O_WRONLY | O_TRUNC, 0600);
        dup2(log, 1), dup2(log, 2);
        unsetenv("LD_PRELOAD");
        execvp(arguments[0], arguments);
        _exit(127);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0) {
    }
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

EXPORT int nvrtcCompileProgram(struct program *program, int option_count, const char *const *options)
{
    const char *fail = getenv("FAKE_NVRTC_FAIL"), *count = getenv("FAKE_NVRTC_COUNT"), *temporary = getenv("TMPDIR");
    int architecture = 0, contracts = 1, narguments = 0;
    char *arguments[64] = {FAKE_NVRTC_CC, "-std=gnu11", "-O1",
#if defined(__x86_64__)
                           "-march=x86-64-v3",
#endif
                           "-w", "-ffp-contract=off", "-fno-math-errno", "-fPIC", "-shared", "-D__CUDACC_RTC__", "-I.", "-include", "tests/support/device_on_host.h"};
    while (arguments[narguments]) narguments++;
    for (int i = 0; i < option_count && narguments < 56; i++) {
        if (!strncmp(options[i], "--gpu-architecture=sm_", 22)) architecture = atoi(options[i] + 22);
        else if (!strcmp(options[i], "--fmad=false")) contracts = 0;
        else if (!strncmp(options[i], "-D", 2) || !strncmp(options[i], "-I", 2)) arguments[narguments++] = (char *)options[i];
        else if (strncmp(options[i], "--", 2)) return INVALID_OPTION;
    }
    if (count && *count) {
        FILE *file = fopen(count, "ab");
        if (file) fputc('x', file), fclose(file);
    }
    free(program->log);
    if (architecture < 50 || architecture > 121 || contracts) {
        program->log = strdup("nvrtc: error: invalid value for --gpu-architecture (-arch)\n");
        return INVALID_OPTION;
    }
    if (fail && *fail) {
        program->log = strdup(fail);
        return COMPILATION;
    }
    char folder[4096], line[256];
    snprintf(folder, sizeof folder, "%s/fake-nvrtc-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) abort();
    for (int i = 0; i < program->header_count; i++) write_file(folder, program->names[i], program->headers[i], strlen(program->headers[i]));
    copy_header(folder, "tests/support/device_on_host.h");
    copy_header(folder, "tests/support/device_words.h");
    write_file(folder, "curand_philox4x32_x.h", curand_header, strlen(curand_header));
    snprintf(line, sizeof line,
             "\nDEVICE_ON_HOST_KERNEL(apsis_tiles, struct ap_launch)\n__attribute__((visibility(\"default\"))) const int fake_cubin_architecture = %d;\n", architecture);
    size_t length = strlen(program->text);
    char *text = calloc(1, length + strlen(line) + 1);
    memcpy(text, program->text, length);
    strcat(text, line);
    write_file(folder, "kernel.c", text, strlen(text));
    free(text);
    arguments[narguments++] = "kernel.c", arguments[narguments++] = "-o", arguments[narguments++] = "kernel.so", arguments[narguments++] = "-lm", arguments[narguments++] = "-lpthread";
    int good = run(folder, arguments);
    size_t log_length;
    program->log = read_file(folder, "log", &log_length);
    if (good) program->cubin = read_file(folder, "kernel.so", &program->cubin_size);
    if (good || !getenv("FAKE_NVRTC_KEEP")) {
        char *remove[] = {"rm", "-rf", folder, NULL};
        run(folder, remove); /* the folder goes away from under it */
    } else {
        fprintf(stderr, "fake_nvrtc: what does not compile is in %s\n", folder);
    }
    return good ? OK : COMPILATION;
}
EXPORT int nvrtcGetProgramLogSize(struct program *program, size_t *size)
{
    *size = strlen(program->log) + 1;
    return OK;
}
EXPORT int nvrtcGetProgramLog(struct program *program, char *log)
{
    strcpy(log, program->log);
    return OK;
}
EXPORT int nvrtcGetCUBINSize(struct program *program, size_t *size)
{
    *size = program->cubin_size;
    return OK;
}
EXPORT int nvrtcGetCUBIN(struct program *program, char *cubin)
{
    memcpy(cubin, program->cubin, program->cubin_size);
    return OK;
}
