/* test_compiler.c - emitted text is compiled, loaded and run; what goes wrong is said, bounded and cleaned up. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/engine/compiler.h"
#include "host/engine/cpu.h"
#include "host/engine/kernel_headers.h"
#include "host/support/block.h"

static char root[] = "/tmp/apsis-test-XXXXXX"; /* $TMPDIR of this test: must be empty between compilations */
static char scripts[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(root)) return -1;
    setenv("TMPDIR", root, 1);
    snprintf(scripts, sizeof scripts, "%s-scripts", root);
    return mkdir(scripts, 0700);
}
static int teardown(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", root, scripts);
    return system(command);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static void nothing_is_left(void)
{
    DIR *folder = opendir(root);
    int count = 0;
    assert_non_null(folder);
    while (readdir(folder)) count++;
    closedir(folder);
    assert_int_equal(count, 2); /* . and .. */
}
/* A compiler that answers --version as gcc does, and else runs `body`. */
static struct apsis_compiler *scripted(const char *body)
{
    static int number;
    char path[128], *why = NULL;
    snprintf(path, sizeof path, "%s/cc-%d", scripts, number++);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'gcc (A (nested) one 7) 12.3.4'; echo 'Free Software Foundation'; exit 0; fi\n%s\n", body);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    setenv("CC", path, 1);
    struct apsis_compiler *compiler = apsis_compiler_find(&why);
    unsetenv("CC");
    assert_null(why);
    assert_non_null(compiler);
    assert_string_equal(apsis_compiler_path(compiler), path);
    assert_string_equal(apsis_compiler_title(compiler), "gcc 12.3.4");
    return compiler;
}

static const char small[] =
    "#include \"kernels/dialect.h\"\n"
    "int width(void) { return AP_WIDTH; }\n"
    "void work(const double *a, const double *b, double *out) { ap_store(out, ap_fma(ap_load(a), ap_load(b), ap_floor(ap_load(b)))); }\n";

static void works_when_compiled(const struct apsis_compiler *compiler, const struct apsis_cpu *cpu)
{
    const double a[8] = {0x1.0000000000001p0, 3, -0.1, 1e300, 7, 0.3, -2, 1}, b[8] = {0x1.fffffffffffffp0, 0.1, 2.5, 1e-300, -0.5, 3.7, 1e15, -0.0};
    struct apsis_compile_options options = {.isa = cpu->name, .seconds_limit = 60, .optimise = 1};
    unsigned char *so;
    size_t size;
    char *log, *why;
    void *handle;
    double out[8];
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_OK);
    assert_non_null(strstr(log, "-ffp-contract=off"));
    assert_null(strstr(log, "warning"));
    nothing_is_left();
    apsis_block_free(log);
    if (cpu->present()) {
        assert_int_equal(apsis_load_object(so, size, &handle, &why), APSIS_OK);
        int (*width)(void) = (int (*)(void))dlsym(handle, "width");
        void (*work)(const double *, const double *, double *) = (void (*)(const double *, const double *, double *))dlsym(handle, "work");
        assert_non_null(width);
        assert_int_equal(width(), apsis_compiler_width(cpu->name));
        work(a, b, out);
        for (int i = 0; i < width(); i++) {
            double right = __builtin_fma(a[i], b[i], __builtin_floor(b[i]));
            assert_memory_equal(&out[i], &right, sizeof right);
        }
        dlclose(handle);
        nothing_is_left();
    }
    apsis_block_free(so);
}

static void runs_on_every_isa(void **state)
{
    (void)state;
    char *was = getenv("CC") ? strdup(getenv("CC")) : NULL;
    for (const char *const *name = (const char *const[]){"", "gcc", "clang", NULL}; *name; name++) {
        if (**name) setenv("CC", *name, 1);
        struct apsis_compiler *compiler = apsis_compiler_find(NULL);
        assert_non_null(compiler);
        for (const struct apsis_cpu *cpu = apsis_cpus(); cpu->name; cpu++) works_when_compiled(compiler, cpu);
        apsis_compiler_free(compiler);
    }
    unsetenv("CC");
    if (was) setenv("CC", was, 1);
    free(was);
}

/* All kernel headers and families are there and make sense to a compiler without the checkout. */
static void embedded_text_compiles(void **state)
{
    (void)state;
    static const char text[] = "#include \"kernels/program.h\"\n#include \"kernels/sampler.h\"\nint one(void) { return (int)(sizeof ap_family_kernels / sizeof *ap_family_kernels); }\n";
    size_t count, size;
    const struct apsis_kernel_header *headers = apsis_kernel_headers(&count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strlen(headers[i].text), headers[i].length);
        assert_ptr_equal(apsis_kernel_header_find(headers[i].name), &headers[i]);
        if (i) assert_true(strcmp(headers[i - 1].name, headers[i].name) < 0);
    }
    assert_null(apsis_kernel_header_find("kernels/none.h"));
    uint8_t first[32], second[32];
    apsis_kernel_headers_sha256(first);
    apsis_kernel_headers_sha256(second);
    assert_memory_equal(first, second, 32);
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 120, .optimise = 1};
    unsigned char *so;
    char *log, *why = NULL;
    void *handle;
    enum apsis_status status = apsis_compile(compiler, text, strlen(text), &options, &so, &size, &log);
    if (status != APSIS_OK) print_message("%s\n", log);
    assert_int_equal(status, APSIS_OK);
    assert_int_equal(apsis_load_object(so, size, &handle, &why), APSIS_OK);
    int (*one)(void) = (int (*)(void))dlsym(handle, "one");
    assert_true(one() > 20);
    dlclose(handle);
    apsis_block_free(so);
    apsis_block_free(log);
    apsis_compiler_free(compiler);
}

static void errors_are_told_whole_and_kept(void **state)
{
    (void)state;
    static const char text[] = "#include \"kernels/dialect.h\"\n#line 17 \"first.risk\"\nint wrong(void) { return no_such_thing; }\n";
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60};
    unsigned char *so;
    size_t size;
    char *log, folder[128], line[512];
    snprintf(folder, sizeof folder, "%s/kept", scripts);
    setenv("APSIS_KEEP_SOURCE", folder, 1);
    assert_int_equal(apsis_compile(compiler, text, strlen(text), &options, &so, &size, &log), APSIS_FAILURE);
    unsetenv("APSIS_KEEP_SOURCE");
    assert_null(so);
    assert_non_null(strstr(log, "first.risk:17"));
    assert_non_null(strstr(log, "no_such_thing"));
    nothing_is_left();
    DIR *kept = opendir(folder);
    int sources = 0, logs = 0;
    for (struct dirent *item; (item = readdir(kept));) {
        size_t length = strlen(item->d_name);
        char path[512], bytes[4096] = "";
        if (*item->d_name == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
        FILE *file = fopen(path, "r");
        assert_true(fread(bytes, 1, sizeof bytes - 1, file) > 0);
        fclose(file);
        if (!strcmp(item->d_name + length - 2, ".c")) assert_string_equal(bytes, text), sources++;
        else assert_string_equal(bytes, log), logs++;
    }
    closedir(kept);
    assert_int_equal(sources, 1);
    assert_int_equal(logs, 1);
    apsis_block_free(log);
    options.isa = "z80";
    assert_int_equal(apsis_compile(compiler, text, strlen(text), &options, &so, &size, &log), APSIS_USAGE);
    assert_non_null(strstr(log, "z80"));
    apsis_block_free(log);
    assert_int_equal(apsis_compiler_flags(compiler, &options, line, sizeof line), APSIS_USAGE);
    options.isa = "plain";
    assert_int_equal(apsis_compiler_flags(compiler, &options, line, 20), APSIS_USAGE);
    assert_int_equal(apsis_compiler_flags(compiler, &options, line, sizeof line), APSIS_OK);
    assert_non_null(strstr(line, "-DAP_WIDTH=1"));
    assert_non_null(strstr(line, "-O2"));
    apsis_compiler_free(compiler);
}

static void no_compiler_is_said(void **state)
{
    (void)state;
    char *path = strdup(getenv("PATH")), *why = NULL, script[128];
    setenv("CC", "/nonexistent", 1);
    setenv("PATH", scripts, 1);
    assert_false(apsis_compiler_named());
    assert_null(apsis_compiler_find(&why));
    assert_non_null(strstr(why, "/nonexistent"));
    assert_non_null(strstr(why, "gcc: not in PATH"));
    apsis_block_free(why);
    setenv("PATH", "", 1);
    assert_null(apsis_compiler_find(&why));
    apsis_block_free(why);
    assert_null(apsis_compiler_find(NULL));
    setenv("CC", "gcc -O3", 1);
    assert_null(apsis_compiler_find(&why));
    assert_non_null(strstr(why, "no options"));
    apsis_block_free(why);
    const struct {
        const char *answer, *why;
    } wrong[] = {{"echo 'tcc version 0.9.27'", "neither gcc nor clang"},
                 {"echo 'clang version 9.0.1'", "too old"},
                 {"echo 'gcc (X) 8.4.0'; echo 'Copyright Free Software Foundation'", "too old"},
                 {"echo broken >&2; exit 3", "broken"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(script, sizeof script, "%s/wrong%zu", scripts, i);
        FILE *file = fopen(script, "w");
        fprintf(file, "#!/bin/sh\n%s\n", wrong[i].answer);
        fclose(file);
        chmod(script, 0700);
        setenv("CC", script, 1);
        assert_true(apsis_compiler_named());
        assert_null(apsis_compiler_find(&why));
        assert_non_null(strstr(why, wrong[i].why));
        apsis_block_free(why);
    }
    unsetenv("CC");
    setenv("PATH", path, 1);
    free(path);
}

static void *set_later(void *flag)
{
    usleep(300000);
    *(volatile int *)flag = 1;
    return NULL;
}

static void hanging_compiler_is_killed(void **state)
{
    (void)state;
    /* a child of its own that holds the output open, and one that ignores polite signals */
    struct apsis_compiler *compiler = scripted("trap '' TERM INT\nsleep 61 &\necho $! > ../child-of-test\nsleep 61");
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 0.3};
    unsigned char *so;
    size_t size;
    char *log;
    double begin = now();
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_FAILURE);
    assert_true(now() - begin >= 0.3 && now() - begin < 5);
    assert_non_null(strstr(log, "killed after 0.3 seconds"));
    apsis_block_free(log);
    char path[128];
    int child = 0;
    snprintf(path, sizeof path, "%s/child-of-test", root);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &child), 1);
    fclose(file);
    for (int i = 0; i < 200 && kill(child, 0) == 0; i++) { /* a zombie until its new parent looks: gone or dead */
        char state_line[256] = "", name[64];
        snprintf(name, sizeof name, "/proc/%d/stat", child);
        FILE *stat = fopen(name, "r");
        if (!stat) break;
        if (!fgets(state_line, sizeof state_line, stat)) state_line[0] = 0;
        fclose(stat);
        if (strstr(state_line, ") Z")) break;
        usleep(10000);
        assert_true(i < 199);
    }
    unlink(path);
    nothing_is_left();
    volatile int cancel = 0;
    pthread_t other;
    options.seconds_limit = 0;
    options.cancel = &cancel;
    begin = now();
    assert_int_equal(pthread_create(&other, NULL, set_later, (void *)&cancel), 0);
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_INTERRUPTED);
    assert_true(now() - begin < 5);
    pthread_join(other, NULL);
    apsis_block_free(log);
    unlink(path);
    nothing_is_left();
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, NULL), APSIS_INTERRUPTED); /* before it began */
    nothing_is_left();
    apsis_compiler_free(compiler);
}

static void odd_compilers(void **state)
{
    (void)state;
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60};
    unsigned char *so;
    size_t size;
    char *log;
    struct apsis_compiler *compiler = scripted("yes 0123456789abcdefghi | head -c 10000000\necho the end >&2\nexit 4");
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_FAILURE);
    assert_true(strlen(log) > 10000000);
    assert_non_null(strstr(log, "the end\n"));
    assert_non_null(strstr(log, "ended with code 4"));
    apsis_block_free(log);
    apsis_compiler_free(compiler);

    compiler = scripted("yes | head -c 30000000"); /* does not fail, and makes nothing */
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_FAILURE);
    assert_true(strlen(log) < 17 << 20);
    assert_non_null(strstr(log, "bytes more"));
    assert_non_null(strstr(log, "no shared object"));
    apsis_block_free(log);
    apsis_compiler_free(compiler);

    compiler = scripted("env; cat; kill -SEGV $$"); /* sees a small environment, reads nothing */
    setenv("CPATH", "/somewhere", 1);
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_FAILURE);
    unsetenv("CPATH");
    assert_non_null(strstr(log, "LC_ALL=C"));
    assert_null(strstr(log, "CPATH"));
    assert_non_null(strstr(log, "ended with signal 11"));
    apsis_block_free(log);
    apsis_compiler_free(compiler);

    compiler = scripted("sleep 61 & echo text > program.so"); /* ends and leaves someone who holds its output */
    double begin = now();
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_OK);
    assert_true(now() - begin < 5);
    assert_int_equal(size, 5);
    void *handle;
    char *why = NULL;
    assert_int_equal(apsis_load_object(so, size, &handle, &why), APSIS_FAILURE);
    assert_null(handle);
    assert_non_null(strstr(why, "not a shared object"));
    apsis_block_free(why);
    apsis_block_free(so);
    apsis_block_free(log);
    apsis_compiler_free(compiler);

    compiler = scripted("true");
    unlink(apsis_compiler_path(compiler)); /* gone since it was found */
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, &log), APSIS_FAILURE);
    assert_non_null(strstr(log, "cannot be run"));
    apsis_block_free(log);
    apsis_compiler_free(compiler);
    nothing_is_left();
}

/* Where nobody may see the states of children, the files tell. */
static void ignored_children(void **state)
{
    (void)state;
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60, .optimise = 1};
    unsigned char *so;
    size_t size;
    signal(SIGCHLD, SIG_IGN);
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    assert_non_null(compiler);
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, NULL), APSIS_OK);
    apsis_block_free(so);
    assert_int_equal(apsis_compile(compiler, "int", 3, &options, &so, &size, NULL), APSIS_FAILURE);
    signal(SIGCHLD, SIG_DFL);
    apsis_compiler_free(compiler);
}

static void temporary_folder_is_missing(void **state)
{
    (void)state;
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60, .optimise = 1};
    unsigned char *so;
    size_t size;
    setenv("TMPDIR", "/nonexistent/folder", 1); /* /tmp serves */
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, NULL), APSIS_OK);
    setenv("TMPDIR", root, 1);
    apsis_block_free(so);
    apsis_compiler_free(compiler);
}

/* The loader knows objects by name: what it was given later under the same descriptor is another object. */
static void each_object_is_its_own(void **state)
{
    (void)state;
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60, .optimise = 1};
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    void *handles[3];
    for (int i = 0; i < 3; i++) {
        char text[64], *why;
        unsigned char *so;
        size_t size;
        snprintf(text, sizeof text, "int number(void) { return %d; }\n", i);
        assert_int_equal(apsis_compile(compiler, text, strlen(text), &options, &so, &size, NULL), APSIS_OK);
        assert_int_equal(apsis_load_object(so, size, &handles[i], &why), APSIS_OK);
        apsis_block_free(so);
    }
    for (int i = 0; i < 3; i++) assert_int_equal(((int (*)(void))dlsym(handles[i], "number"))(), i);
    for (int i = 0; i < 3; i++) dlclose(handles[i]);
    static const char needs[] = "int not_to_be_found(void);\nint number(void) { return not_to_be_found(); }\n";
    unsigned char *so;
    size_t size;
    char *why = NULL;
    assert_int_equal(apsis_compile(compiler, needs, strlen(needs), &options, &so, &size, NULL), APSIS_OK);
    assert_int_equal(apsis_load_object(so, size, &handles[0], &why), APSIS_FAILURE);
    assert_non_null(strstr(why, "not_to_be_found"));
    apsis_block_free(why);
    nothing_is_left();
    assert_int_equal(apsis_load_object(so, size / 2, &handles[0], &why), APSIS_FAILURE); /* cut short */
    apsis_block_free(why);
    apsis_block_free(so);
    apsis_compiler_free(compiler);
}

/* In a process that may not call memfd_create, a file serves. */
static void without_memory_files(void **state)
{
    (void)state;
    struct apsis_compile_options options = {.isa = "plain", .seconds_limit = 60, .optimise = 1};
    struct apsis_compiler *compiler = apsis_compiler_find(NULL);
    unsigned char *so;
    size_t size;
    int code;
    assert_int_equal(apsis_compile(compiler, small, strlen(small), &options, &so, &size, NULL), APSIS_OK);
    pid_t child = fork();
    if (child == 0) {
        struct sock_filter rules[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
        void *handle;
        char *why = NULL;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(77);
        if (apsis_load_object(so, size, &handle, &why) != APSIS_OK) _exit(1);
        _exit(((int (*)(void))dlsym(handle, "width"))() == 1 ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code));
    if (WEXITSTATUS(code) != 77) assert_int_equal(WEXITSTATUS(code), 0);
    nothing_is_left();
    apsis_block_free(so);
    apsis_compiler_free(compiler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_on_every_isa),        cmocka_unit_test(embedded_text_compiles), cmocka_unit_test(errors_are_told_whole_and_kept),
        cmocka_unit_test(no_compiler_is_said),      cmocka_unit_test(hanging_compiler_is_killed), cmocka_unit_test(odd_compilers),
        cmocka_unit_test(ignored_children),         cmocka_unit_test(temporary_folder_is_missing), cmocka_unit_test(each_object_is_its_own),
        cmocka_unit_test(without_memory_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
