/* nvrtc.c - CUDA's compiler, loaded while the program runs: text and headers in, a cubin for one kind of GPU and the log out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/engine/nvrtc.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/support/escape.h"

static const char *const names[] = {"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"};
static const char *const roots[] = {"/usr/local/cuda", "/opt/cuda"};
static const char *const variables[] = {"CUDA_HOME", "CUDA_PATH"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Where toolkits usually are, the user's own first; fewer than 8, NULL at the end. */
static void toolkit_roots(const char **list)
{
    size_t n = 0;
    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) list[n++] = value;
    }
    for (size_t i = 0; i < COUNT(roots); i++) list[n++] = roots[i];
    list[n] = NULL;
}

static void *find(struct apsis_arena *arena, const char **path)
{
    const char *given = getenv("APSIS_NVRTC"), *list[8];
    void *library = NULL;
    if (given && *given) {
        *path = apsis_arena_printf(arena, "%s", given);
        return dlopen(*path, RTLD_NOW | RTLD_LOCAL);
    }
    toolkit_roots(list);
    for (size_t r = 0; list[r] && !library && (list[r] != roots[0]); r++) /* what the user names comes before what the loader finds */
        for (size_t i = 0; i < COUNT(names) && !library; i++) library = dlopen(*path = apsis_arena_printf(arena, "%s/lib64/%s", list[r], names[i]), RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < COUNT(names) && !library; i++) library = dlopen(*path = names[i], RTLD_NOW | RTLD_LOCAL);
    for (size_t r = 0; list[r] && !library; r++)
        for (size_t i = 0; i < 2 * COUNT(names) && !library; i++)
            library = dlopen(*path = apsis_arena_printf(arena, "%s/%s/%s", list[r], i % 2 ? "lib" : "lib64", names[i / 2]), RTLD_NOW | RTLD_LOCAL);
    if (!library) *path = "libnvrtc.so";
    return library;
}

enum apsis_status apsis_nvrtc_open(struct apsis_arena *arena, struct apsis_nvrtc *nvrtc, const char **why)
{
    memset(nvrtc, 0, sizeof *nvrtc);
    nvrtc->library = find(arena, &nvrtc->path);
    if (!nvrtc->library) {
        *why = apsis_arena_printf(arena, "no NVRTC, CUDA's compiler: %s is not there; install the CUDA Toolkit or set CUDA_HOME to where it is, or run with --engine auto", nvrtc->path);
        return APSIS_FAILURE;
    }
    const char *missing = NULL;
    void *address;
#define FILL(member, symbol, parameters)                                                          \
    address = dlsym(nvrtc->library, symbol);                                                      \
    if (!address && !missing) missing = symbol;                                                   \
    memcpy(&nvrtc->member, &address, sizeof address);
    APSIS_NVRTC_FUNCTIONS(FILL)
#undef FILL
    address = dlsym(nvrtc->library, "nvrtcGetErrorString");
    memcpy(&nvrtc->error_text, &address, sizeof address);
    address = dlsym(nvrtc->library, "nvrtcSetFlowCallback");
    memcpy(&nvrtc->set_flow, &address, sizeof address);
    if (!nvrtc->version || nvrtc->version(&nvrtc->major, &nvrtc->minor)) nvrtc->major = nvrtc->minor = 0;
    int old = nvrtc->major < APSIS_NVRTC_OLDEST_MAJOR || (nvrtc->major == APSIS_NVRTC_OLDEST_MAJOR && nvrtc->minor < APSIS_NVRTC_OLDEST_MINOR);
    if (!missing && !old) return APSIS_OK;
    *why = apsis_arena_printf(arena, "%s is NVRTC %d.%d%s%s, too old: %d.%d is needed; install a newer CUDA Toolkit or set CUDA_HOME to it, or run with --engine auto",
                              nvrtc->path, nvrtc->major, nvrtc->minor, missing ? " and has no " : "", missing ? missing : "", APSIS_NVRTC_OLDEST_MAJOR, APSIS_NVRTC_OLDEST_MINOR);
    return APSIS_FAILURE;
}

static const char *error_text(const struct apsis_nvrtc *nvrtc, int error)
{
    const char *text = nvrtc->error_text ? nvrtc->error_text(error) : NULL;
    return text ? text : "an error without a name";
}

static int wants_end(void *payload, void *unused)
{
    (void)unused;
    return *(const volatile int *)payload != 0;
}

static const char *log_of(struct apsis_arena *arena, const struct apsis_nvrtc *nvrtc, void *program)
{
    size_t size = 0;
    if (nvrtc->log_size(program, &size) || size < 2) return "";
    char *log = apsis_arena_alloc(arena, size + 1);
    if (nvrtc->log(program, log)) return "";
    for (size = strlen(log); size && (log[size - 1] == '\n' || log[size - 1] == ' '); size--) log[size - 1] = 0;
    return log;
}

struct held {
    const struct apsis_nvrtc *nvrtc;
    void *program;
};

static void destroy(void *context)
{
    struct held *held = context;
    held->nvrtc->destroy(&held->program);
}

enum apsis_status apsis_nvrtc_compile(struct apsis_arena *arena, const struct apsis_nvrtc *nvrtc, struct apsis_nvrtc_job *job, const char **why)
{
    void *program = NULL;
    const char **options = APSIS_NEW_ARRAY(arena, const char *, job->option_count + 4);
    size_t count = 0;
    options[count++] = apsis_arena_printf(arena, "--gpu-architecture=sm_%d%d", job->major, job->minor);
    options[count++] = "--fmad=false";
    options[count++] = "--std=c++17";
    options[count++] = "-DAP_WIDTH=1";
    for (size_t i = 0; i < job->option_count; i++) options[count++] = job->options[i];
    job->log = "";
    job->cubin = NULL;
    job->cubin_size = 0;
    int error = nvrtc->create(&program, job->text, job->name, (int)job->header_count, job->headers, job->header_names);
    if (error) {
        *why = apsis_arena_printf(arena, "NVRTC does not take the kernel: %s", error_text(nvrtc, error));
        return APSIS_FAILURE;
    }
    struct held held = {nvrtc, program};
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, destroy, &held);
    if (job->cancel && nvrtc->set_flow) nvrtc->set_flow(program, wants_end, (void *)job->cancel);
    const char *asked = "compile it";
    error = nvrtc->compile(program, (int)count, options);
    job->log = log_of(arena, nvrtc, program);
    if (!error) {
        asked = "give the cubin";
        error = nvrtc->cubin_size(program, &job->cubin_size);
        if (!error && job->cubin_size) {
            job->cubin = apsis_arena_alloc(arena, job->cubin_size);
            error = nvrtc->cubin(program, job->cubin);
        }
    }
    apsis_escape_drop(&cleanup);
    destroy(&held);
    if (job->cancel && *job->cancel) return APSIS_INTERRUPTED;
    if (!error && job->cubin_size) return APSIS_OK;
    job->cubin = NULL;
    int unknown = strstr(job->log, "gpu-architecture") != NULL;
    *why = apsis_arena_printf(arena, "NVRTC %d.%d (%s) does not %s for sm_%d%d: %s%s%s%s", nvrtc->major, nvrtc->minor, nvrtc->path, asked, job->major, job->minor,
                              error ? error_text(nvrtc, error) : "it is empty",
                              unknown ? "; it does not know this GPU: install a newer CUDA Toolkit, or run with --engine auto" : "", *job->log ? "\n" : "", job->log);
    return APSIS_FAILURE;
}

static int holds(struct apsis_arena *arena, const char *folder)
{
    return access(apsis_arena_printf(arena, "%s/curand_philox4x32_x.h", folder), R_OK) == 0 &&
           (access(apsis_arena_printf(arena, "%s/nv/target", folder), R_OK) == 0 || access(apsis_arena_printf(arena, "%s/cccl/nv/target", folder), R_OK) == 0);
}

const char *apsis_toolkit_headers(struct apsis_arena *arena, const char *given, const char **why)
{
    const char *list[8];
    if (given && !strcmp(given, "none")) {
        *why = "not wanted";
        return NULL;
    }
    if (given) {
        const char *inside = apsis_arena_printf(arena, "%s/include", given);
        if (holds(arena, given)) return apsis_arena_printf(arena, "%s", given);
        if (holds(arena, inside)) return inside;
        *why = apsis_arena_printf(arena, "%s does not hold both curand_philox4x32_x.h and nv/target", given);
        return NULL;
    }
    toolkit_roots(list);
    for (size_t i = 0; list[i]; i++) {
        const char *folder = apsis_arena_printf(arena, "%s/include", list[i]);
        if (holds(arena, folder)) return folder;
    }
    if (holds(arena, "/usr/include")) return "/usr/include";
    *why = "no folder with both curand_philox4x32_x.h and nv/target; install the CUDA Toolkit's cuRAND and C++ core headers, set CUDA_HOME, or name it with --cuda-include";
    return NULL;
}
