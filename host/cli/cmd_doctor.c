/* cmd_doctor.c - apsis doctor: what this machine has that Apsis can use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/cli/cli.h"
#ifdef _OPENMP
#include <omp.h>
#endif

struct finding {
    const char *key, *words, *text;
};

struct findings {
    struct finding items[32];
    size_t count;
};

static void found(struct findings *list, const char *key, const char *words, const char *text)
{
    list->items[list->count++] = (struct finding){key, words, text};
}

static const char *compiler(void)
{
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

static const char *cpu_features(struct apsis_cli *cli)
{
#if defined(__x86_64__)
    struct apsis_buffer text = {0};
    __builtin_cpu_init();
#define ASK(name) if (__builtin_cpu_supports(name)) apsis_buffer_printf(&text, "%s%s", text.length ? " " : "", name);
    ASK("sse4.2") ASK("avx") ASK("avx2") ASK("fma") ASK("bmi2") ASK("avx512f") ASK("avx512dq") ASK("avx512vl") ASK("avx512bw") ASK("avx512cd")
#undef ASK
    const char *copy = apsis_arena_copy(cli->arena, text.text ? text.text : "", text.length);
    apsis_buffer_free(&text);
    return copy;
#elif defined(__aarch64__)
    (void)cli;
    return "armv8 neon fma";
#else
    (void)cli;
    return "unknown";
#endif
}

static const char *cpu_name(struct apsis_cli *cli)
{
    char line[512];
    const char *name = NULL;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && !name && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (colon && !strncmp(line, "model name", 10)) name = apsis_arena_printf(cli->arena, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    }
    if (file) fclose(file);
    return name ? name : "unknown";
}

/* Those that --cpu may name here, the best last; it is the one that is taken. */
static const char *instruction_sets(struct apsis_cli *cli, const struct apsis_engine *engine)
{
    static const char *const all[] = {"plain", "armv8", "v3", "v4"};
    const char *text = "";
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct apsis_engine_options options = {.cpu = all[i]};
        if (engine->available && !engine->available(&options)) text = apsis_arena_printf(cli->arena, "%s%s%s", text, *text ? ", " : "", all[i]);
    }
    return text;
}

typedef int cu_call_int(int *);
typedef int cu_call_init(unsigned);
typedef int cu_call_device(int *, int);
typedef int cu_call_name(char *, int, int);

static void look_for_cuda(struct apsis_cli *cli, struct findings *list)
{
    void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!driver) {
        found(list, "cuda_driver", "CUDA driver", "not found (libcuda.so.1)");
        found(list, "gpus", "GPUs", "none");
    } else {
        cu_call_init *init = (cu_call_init *)dlsym(driver, "cuInit");
        cu_call_int *version = (cu_call_int *)dlsym(driver, "cuDriverGetVersion"), *count = (cu_call_int *)dlsym(driver, "cuDeviceGetCount");
        cu_call_device *device = (cu_call_device *)dlsym(driver, "cuDeviceGet");
        cu_call_name *name = (cu_call_name *)dlsym(driver, "cuDeviceGetName");
        int number = 0, devices = 0, failed = init ? init(0) : 999;
        if (version) version(&number);
        found(list, "cuda_driver", "CUDA driver", apsis_arena_printf(cli->arena, "found, CUDA %d.%d%s", number / 1000, number % 1000 / 10, failed ? ", but it does not start" : ""));
        struct apsis_buffer text = {0};
        if (!failed && count && count(&devices) == 0)
            for (int i = 0; i < devices; i++) {
                char words[128] = "";
                int handle;
                if (device && name && device(&handle, i) == 0 && name(words, sizeof words, handle) == 0) apsis_buffer_printf(&text, "%s%s", i ? ", " : "", words);
            }
        found(list, "gpus", "GPUs", text.length ? apsis_arena_copy(cli->arena, text.text, text.length) : "none");
        apsis_buffer_free(&text);
    }
    static const char *const names[] = {"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"};
    const char *nvrtc = "not found (libnvrtc.so)";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        int (*version)(int *, int *) = (int (*)(int *, int *))dlsym(library, "nvrtcVersion"), major = 0, minor = 0;
        if (version) version(&major, &minor);
        nvrtc = apsis_arena_printf(cli->arena, "found, %d.%d (%s)", major, minor, names[i]);
        dlclose(library);
        break;
    }
    found(list, "nvrtc", "NVRTC", nvrtc);
}

static json_t *words(const char *text, const char *separators)
{
    json_t *list = json_array();
    while (*text) {
        size_t length = strcspn(text, separators);
        if (length) json_array_append_new(list, json_stringn(text, length));
        text += length + (text[length] != 0);
    }
    return list;
}

enum apsis_status apsis_cmd_doctor(struct apsis_cli *cli)
{
    struct findings list = {.count = 0};
    struct utsname system;
    long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t families;
    apsis_families(&families);
    found(&list, "apsis", "apsis", apsis_version());
    found(&list, "compiler", "built by", compiler());
    found(&list, "jansson", "jansson", jansson_version_str());
#ifdef _OPENMP
    found(&list, "openmp", "OpenMP", apsis_arena_printf(cli->arena, "%d", _OPENMP));
#else
    found(&list, "openmp", "OpenMP", "none: one thread");
#endif
    found(&list, "families", "distributions", apsis_arena_printf(cli->arena, "%zu families", families));
    if (uname(&system) == 0) found(&list, "system", "system", apsis_arena_printf(cli->arena, "%s %s, %s", system.sysname, system.release, system.machine));
    found(&list, "cpu", "processor", cpu_name(cli));
    found(&list, "cpu_features", "features", cpu_features(cli));
    found(&list, "threads", "threads", apsis_arena_printf(cli->arena, "%ld", cores));
    found(&list, "memory", "memory", apsis_arena_printf(cli->arena, "%.1f GiB", (double)pages * (double)page / (1 << 30)));
    struct apsis_engine_options options = {0};
    for (const struct apsis_engine *const *engine = apsis_engines(); *engine; engine++) {
        const char *why = (*engine)->available ? (*engine)->available(&options) : NULL;
        found(&list, apsis_arena_printf(cli->arena, "engine_%s", (*engine)->name), "engine",
              why ? apsis_arena_printf(cli->arena, "%s: %s", (*engine)->name, why) : apsis_arena_printf(cli->arena, "%s: ready, instruction sets %s", (*engine)->name, instruction_sets(cli, *engine)));
    }
    look_for_cuda(cli, &list);
    found(&list, "cuda_engine", "CUDA engine", "not in this version: runs use the processor");
    if (cli->options.json) {
        json_t *json = json_object();
        for (size_t i = 0; i < list.count; i++)
            if (strncmp(list.items[i].key, "cpu", 3)) json_object_set_new(json, list.items[i].key, json_string(list.items[i].text));
        json_t *cpu = json_object();
        json_object_set_new(cpu, "name", json_string(cpu_name(cli)));
        json_object_set_new(cpu, "features", words(cpu_features(cli), " "));
        json_object_set_new(cpu, "variants", words(instruction_sets(cli, &apsis_engine_interpreter), ", "));
        json_object_set_new(json, "cpu", cpu);
        return apsis_cli_write_json(cli, json);
    }
    struct apsis_buffer out = {0};
    struct apsis_text_table table;
    apsis_text_table_start(&table, cli->arena, 2, "ll");
    for (size_t i = 0; i < list.count; i++) {
        apsis_text_cell(&table, list.items[i].words);
        apsis_text_cell(&table, list.items[i].text);
    }
    apsis_text_table_print(&table, &cli->page, 0, 0, &out);
    enum apsis_status status = apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return status;
}
