/* machine.c - what this machine has that Apsis can use: version, libraries, processor, engines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <jansson.h>

#include "host/api/api.h"
#include "host/api/machine.h"
#include "host/report/json.h"
#include "host/support/escape.h"
#ifdef _OPENMP
#include <omp.h>
#endif

void apsis_machine_found(struct apsis_machine *m, const char *key, const char *words, const char *text)
{
    if (m->count < APSIS_MACHINE_FACTS) m->items[m->count++] = (struct apsis_machine_fact){key, words, text};
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

static const char *cpu_features(struct apsis_arena *arena)
{
#if defined(__x86_64__)
    struct apsis_buffer text = {0};
    __builtin_cpu_init();
#define ASK(name) if (__builtin_cpu_supports(name)) apsis_buffer_printf(&text, "%s%s", text.length ? " " : "", name);
    ASK("sse4.2") ASK("avx") ASK("avx2") ASK("fma") ASK("bmi2") ASK("avx512f") ASK("avx512dq") ASK("avx512vl") ASK("avx512bw") ASK("avx512cd")
#undef ASK
    const char *copy = apsis_arena_copy(arena, text.text ? text.text : "", text.length);
    apsis_buffer_free(&text);
    return copy;
#elif defined(__aarch64__)
    (void)arena;
    return "armv8 neon fma";
#else
    (void)arena;
    return "unknown";
#endif
}

static const char *cpu_name(struct apsis_arena *arena)
{
    char line[512];
    const char *name = NULL;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && !name && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (colon && !strncmp(line, "model name", 10)) name = apsis_arena_printf(arena, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
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

static void look(struct apsis_machine *m)
{
    struct apsis_arena *arena = m->arena;
    struct utsname system;
    long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t families;
    apsis_families(&families);
    apsis_machine_found(m, "apsis", "apsis", apsis_version());
    apsis_machine_found(m, "compiler", "built by", compiler());
    apsis_machine_found(m, "jansson", "jansson", jansson_version_str());
#ifdef _OPENMP
    apsis_machine_found(m, "openmp", "OpenMP", apsis_arena_printf(arena, "%d", _OPENMP));
#else
    apsis_machine_found(m, "openmp", "OpenMP", "none: one thread");
#endif
    apsis_machine_found(m, "families", "distributions", apsis_arena_printf(arena, "%zu families", families));
    if (uname(&system) == 0)
        apsis_machine_found(m, "system", "system", apsis_arena_printf(arena, "%s %s, %s", system.sysname, system.release, system.machine));
    apsis_machine_found(m, "cpu", "processor", cpu_name(arena));
    apsis_machine_found(m, "cpu_features", "features", cpu_features(arena));
    apsis_machine_found(m, "threads", "threads", apsis_arena_printf(arena, "%ld", cores));
    apsis_machine_found(m, "memory", "memory", apsis_arena_printf(arena, "%.1f GiB", (double)pages * (double)page / (1 << 30)));
    apsis_machine_engines(m);
    apsis_machine_cuda(m);
}

static void put_json(struct apsis_machine *m, struct apsis_buffer *out)
{
    const char *name = cpu_name(m->arena), *features = cpu_features(m->arena), *sets = apsis_machine_instruction_sets(m->arena);
    json_t *json = json_object(), *cpu = json_object(); /* nothing from here to apsis_json_write jumps */
    for (size_t i = 0; i < m->count; i++)
        if (strncmp(m->items[i].key, "cpu", 3)) apsis_json_set(json, m->items[i].key, apsis_json_text(m->items[i].text));
    apsis_json_set(cpu, "name", apsis_json_text(name));
    apsis_json_set(cpu, "features", words(features, " "));
    apsis_json_set(cpu, "variants", words(sets, ", "));
    apsis_json_set(json, "cpu", cpu);
    apsis_json_set(json, "gpu_list", m->gpus ? json_incref(m->gpus) : json_array());
    apsis_json_write(json, out);
}

static void put_text(struct apsis_machine *m, const struct apsis_page *page, struct apsis_buffer *out)
{
    struct apsis_text_table table;
    apsis_text_table_start(&table, m->arena, 2, "ll");
    for (size_t i = 0; i < m->count; i++) {
        apsis_text_cell(&table, m->items[i].words);
        apsis_text_cell(&table, m->items[i].text);
    }
    apsis_text_table_print(&table, page, 0, 0, out);
}

struct asking {
    struct apsis_print print;
    char *text;
};

static void give_up_gpus(void *machine) { json_decref(((struct apsis_machine *)machine)->gpus); }

static enum apsis_status print_machine(void *arguments)
{
    struct asking *asking = arguments;
    struct apsis_machine machine = {.arena = apsis_arena_new()};
    struct apsis_buffer out = {0};
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, give_up_gpus, &machine);
    look(&machine);
    if (asking->print.format == APSIS_FORMAT_JSON) put_json(&machine, &out);
    else put_text(&machine, &asking->print.page, &out);
    apsis_escape_drop(&cleanup);
    json_decref(machine.gpus);
    apsis_arena_free(machine.arena);
    return apsis_hand_out(&out, &asking->text);
}

enum apsis_status apsis_machine_text(const struct apsis_print *print, char **text)
{
    struct asking asking = {0};
    if (!text) return APSIS_USAGE;
    apsis_print_copy(print, &asking.print);
    enum apsis_status status = apsis_guard(NULL, print_machine, &asking);
    *text = asking.text;
    return status;
}
