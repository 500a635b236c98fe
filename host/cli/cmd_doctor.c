/* cmd_doctor.c - apsis doctor: what this machine has that Apsis can use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/cli/doctor.h"
#ifdef _OPENMP
#include <omp.h>
#endif

void apsis_doctor_found(struct apsis_findings *list, const char *key, const char *words, const char *text)
{
    if (list->count < APSIS_FINDINGS) list->items[list->count++] = (struct apsis_finding){key, words, text};
}
#define found apsis_doctor_found

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

static json_t *words(const char *text, const char *separators)
{
    json_t *list = json_array();
    while (*text) {
        size_t length = strcspn(text, separators);
        if (length) apsis_json_append(list, json_stringn(text, length));
        text += length + (text[length] != 0);
    }
    return list;
}

enum apsis_status apsis_cmd_doctor(struct apsis_cli *cli)
{
    struct apsis_findings list = {.count = 0};
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
    apsis_doctor_engines(cli, &list);
    apsis_doctor_cuda(cli, &list);
    if (cli->options.json) {
        json_t *json = json_object();
        for (size_t i = 0; i < list.count; i++)
            if (strncmp(list.items[i].key, "cpu", 3)) apsis_json_set(json, list.items[i].key, apsis_json_text(list.items[i].text));
        json_t *cpu = json_object();
        apsis_json_set(cpu, "name", apsis_json_text(cpu_name(cli)));
        apsis_json_set(cpu, "features", words(cpu_features(cli), " "));
        apsis_json_set(cpu, "variants", words(apsis_doctor_instruction_sets(cli), ", "));
        apsis_json_set(json, "cpu", cpu);
        apsis_json_set(json, "gpu_list", list.gpus ? list.gpus : json_array());
        return apsis_cli_write_json(cli, json);
    }
    json_decref(list.gpus);
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
