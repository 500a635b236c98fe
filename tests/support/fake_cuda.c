/* fake_cuda.c - a library with the CUDA driver's functions that runs kernels on the processor: what the CUDA engine is tested with. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cubin is what tests/support/fake_nvrtc.c makes: a shared object. Device memory is host memory, filled with garbage, the page behind
 * each allocation cannot be touched. From the environment, read by cuInit the first time and by fake_cuda_reset():
 *
 *   FAKE_CUDA_DEVICES=2                    GPUs (1)
 *   FAKE_CUDA_CAPABILITY=6.1,9.0           theirs, the last one's for all further ones (9.0)
 *   FAKE_CUDA_VERSION=12040                of the driver (13000)
 *   FAKE_CUDA_MEMORY=1000000               bytes of each GPU (1 GiB)
 *   FAKE_CUDA_FAIL=cuLaunchKernel:3:700@1,...   the third call of that function (on GPU 1 if given) returns 700; "3+" from then on.
 *                                          What breaks a context on a GPU breaks it here: every later call on it returns the same.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { MOST_DEVICES = 8, MOST_RULES = 8, MOST_GLOBALS = 64, PAGE = 4096, GRAIN = 256, SLACK = 0xa5 };
enum { OK, INVALID_VALUE, OUT_OF_MEMORY, NOT_INITIALIZED, NO_DEVICE = 100, INVALID_DEVICE, INVALID_IMAGE = 200, INVALID_CONTEXT, NO_BINARY = 209, NOT_FOUND = 500, NOT_READY = 600 };

struct block {
    char *start, *mapping;
    size_t bytes, mapped;
    struct block *next;
};
struct gpu {
    int number, major, minor, retained, broken;
    size_t total, used;
    struct block *blocks;
};
struct rule {
    char symbol[64];
    long nth, seen;
    int error, device, on;
};
struct module {
    void *library;
    struct gpu *gpu;
};
struct function {
    void (*run)(const void *, unsigned, unsigned);
    struct function *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct gpu gpus[MOST_DEVICES];
static int gpu_count, started, version;
static struct rule rules[MOST_RULES];
static int rule_count;
static long host_blocks, modules, streams, launches;
static struct function *functions;
static _Thread_local struct gpu *current;

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static void read_settings(void)
{
    const char *capability = setting("FAKE_CUDA_CAPABILITY", "9.0"), *fail = setting("FAKE_CUDA_FAIL", "");
    gpu_count = atoi(setting("FAKE_CUDA_DEVICES", "1"));
    version = atoi(setting("FAKE_CUDA_VERSION", "13000"));
    for (int i = 0; i < gpu_count && i < MOST_DEVICES; i++) {
        gpus[i].number = i;
        sscanf(capability, "%d.%d", &gpus[i].major, &gpus[i].minor);
        if (strchr(capability, ',')) capability = strchr(capability, ',') + 1;
        gpus[i].total = (size_t)strtoull(setting("FAKE_CUDA_MEMORY", "1073741824"), NULL, 10);
    }
    rule_count = 0;
    while (*fail && rule_count < MOST_RULES) {
        struct rule *rule = &rules[rule_count];
        char nth[16] = "";
        memset(rule, 0, sizeof *rule);
        rule->device = -1;
        if (sscanf(fail, "%63[^:]:%15[^:]:%d@%d", rule->symbol, nth, &rule->error, &rule->device) >= 3) rule_count++;
        rule->nth = atol(nth);
        rule->on = strchr(nth, '+') != NULL;
        fail += strcspn(fail, ",");
        fail += *fail == ',';
    }
    started = 1;
}

/* Forgets everything and reads the settings anew. What is still allocated is given back. */
EXPORT void fake_cuda_reset(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST_DEVICES; i++) {
        for (struct block *b = gpus[i].blocks, *next; b; b = next) {
            next = b->next;
            munmap(b->mapping, b->mapped);
            free(b);
        }
    }
    memset(gpus, 0, sizeof gpus);
    for (struct function *f = functions, *next; f; f = next) next = f->next, free(f);
    functions = NULL;
    host_blocks = modules = streams = launches = 0;
    current = NULL;
    read_settings();
    pthread_mutex_unlock(&lock);
}

/* Bytes, blocks, modules, streams, events and contexts that someone holds: 0 when nothing was left behind. */
EXPORT long fake_cuda_held(void)
{
    long held = host_blocks + modules + streams;
    for (int i = 0; i < MOST_DEVICES; i++) held += (long)gpus[i].used + gpus[i].retained;
    return held;
}

EXPORT long fake_cuda_launches(void) { return launches; }

static int breaks_context(int error) { return (error >= 700 && error != 701 && error != 704 && error != 705) || error == 214 || error == 46; }

/* What this call must answer before it does anything, 0: nothing is wrong. */
static int enter(const char *symbol, int needs_context)
{
    if (!started) return NOT_INITIALIZED;
    if (needs_context && !current) return INVALID_CONTEXT;
    if (needs_context && current->broken) return current->broken;
    for (int i = 0; i < rule_count; i++) {
        struct rule *rule = &rules[i];
        if (strcmp(rule->symbol, symbol) || (rule->device >= 0 && (!current || current->number != rule->device))) continue;
        rule->seen++;
        if (rule->seen != rule->nth && !(rule->on && rule->seen > rule->nth)) continue;
        if (current && breaks_context(rule->error)) current->broken = rule->error;
        return rule->error;
    }
    return OK;
}
#define ENTER(symbol, needs_context)                \
    pthread_mutex_lock(&lock);                      \
    int error = enter(symbol, needs_context);       \
    if (error) {                                    \
        pthread_mutex_unlock(&lock);                \
        return error;                               \
    }
static int leave(int error)
{
    pthread_mutex_unlock(&lock);
    return error;
}

EXPORT int cuInit(unsigned flags)
{
    pthread_mutex_lock(&lock);
    if (!started) read_settings();
    int error = flags ? INVALID_VALUE : enter("cuInit", 0);
    return leave(error ? error : gpu_count ? OK : NO_DEVICE);
}
EXPORT int cuDriverGetVersion(int *out)
{
    pthread_mutex_lock(&lock);
    if (!started) read_settings();
    *out = version;
    return leave(OK);
}
EXPORT int cuDeviceGetCount(int *count)
{
    ENTER("cuDeviceGetCount", 0)
    *count = gpu_count;
    return leave(OK);
}
EXPORT int cuDeviceGet(int *device, int ordinal)
{
    ENTER("cuDeviceGet", 0)
    *device = ordinal + 100; /* a handle is not its ordinal */
    return leave(ordinal >= 0 && ordinal < gpu_count ? OK : INVALID_DEVICE);
}
static struct gpu *of(int device) { return device >= 100 && device < 100 + gpu_count ? &gpus[device - 100] : NULL; }

EXPORT int cuDeviceGetName(char *name, int length, int device)
{
    ENTER("cuDeviceGetName", 0)
    snprintf(name, (size_t)length, "Fake GPU");
    return leave(of(device) ? OK : INVALID_DEVICE);
}
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    ENTER("cuDeviceGetAttribute", 0)
    struct gpu *gpu = of(device);
    if (!gpu) return leave(INVALID_DEVICE);
    *value = attribute == 16 ? 2 : attribute == 13 ? 1000000 : attribute == 75 ? gpu->major : attribute == 76 ? gpu->minor : 0;
    return leave(OK);
}
EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    ENTER("cuDeviceTotalMem_v2", 0)
    struct gpu *gpu = of(device);
    if (gpu) *bytes = gpu->total;
    return leave(gpu ? OK : INVALID_DEVICE);
}
EXPORT int cuDevicePrimaryCtxRetain(void **context, int device)
{
    ENTER("cuDevicePrimaryCtxRetain", 0)
    struct gpu *gpu = of(device);
    if (!gpu) return leave(INVALID_DEVICE);
    gpu->retained++;
    *context = gpu;
    return leave(OK);
}

static void give_back(struct gpu *gpu, struct block **place)
{
    struct block *block = *place;
    for (char *at = block->start + block->bytes; at < block->mapping + block->mapped - PAGE; at++)
        if (*(unsigned char *)at != SLACK) fprintf(stderr, "fake_cuda: something was written behind %zu bytes of device memory\n", block->bytes), abort();
    *place = block->next;
    gpu->used -= block->bytes;
    munmap(block->mapping, block->mapped);
    free(block);
}
EXPORT int cuDevicePrimaryCtxRelease_v2(int device)
{
    ENTER("cuDevicePrimaryCtxRelease_v2", 0)
    struct gpu *gpu = of(device);
    if (!gpu || !gpu->retained) return leave(INVALID_CONTEXT);
    if (--gpu->retained == 0) {
        if (gpu->broken) /* what a broken context held goes with it; a whole one should have been emptied */
            while (gpu->blocks) give_back(gpu, &gpu->blocks);
        gpu->broken = 0;
        if (current == gpu) current = NULL;
    }
    return leave(OK);
}
EXPORT int cuCtxSetCurrent(void *context)
{
    pthread_mutex_lock(&lock);
    current = context;
    return leave(current && !current->retained ? INVALID_CONTEXT : OK);
}

EXPORT int cuMemGetInfo_v2(size_t *free_bytes, size_t *total)
{
    ENTER("cuMemGetInfo_v2", 1)
    *free_bytes = current->total - current->used;
    *total = current->total;
    return leave(OK);
}
EXPORT int cuMemAlloc_v2(unsigned long long *address, size_t bytes)
{
    ENTER("cuMemAlloc_v2", 1)
    if (!bytes) return leave(INVALID_VALUE);
    if (bytes > current->total - current->used) return leave(OUT_OF_MEMORY);
    size_t pages = (bytes + PAGE - 1) / PAGE * PAGE, rounded = (bytes + GRAIN - 1) / GRAIN * GRAIN;
    struct block *block = calloc(1, sizeof *block);
    block->mapped = pages + PAGE;
    block->mapping = mmap(NULL, block->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!block || block->mapping == MAP_FAILED) abort();
    block->start = block->mapping + (pages - rounded);
    block->bytes = bytes;
    for (size_t i = 0; i + 8 <= bytes; i += 8) memcpy(block->start + i, &(uint64_t){0xfff7a5a5dead5a5aull}, 8);
    memset(block->start + bytes, SLACK, rounded - bytes);
    mprotect(block->mapping + pages, PAGE, PROT_NONE);
    block->next = current->blocks;
    current->blocks = block;
    current->used += bytes;
    *address = (unsigned long long)(uintptr_t)block->start;
    return leave(OK);
}
EXPORT int cuMemFree_v2(unsigned long long address)
{
    ENTER("cuMemFree_v2", 1)
    for (struct block **place = &current->blocks; *place; place = &(*place)->next)
        if ((uintptr_t)(*place)->start == address) {
            give_back(current, place);
            return leave(OK);
        }
    fprintf(stderr, "fake_cuda: freed what is not there\n");
    abort();
}
/* A variable of the module is no block of cuMemAlloc's: `inside` asks here too. */
static struct {
    unsigned long long address;
    size_t bytes;
} globals[MOST_GLOBALS];
static int global_count;

/* Device memory from `address` on, or NULL: not all of it belongs to one block of this GPU. */
static char *inside(unsigned long long address, size_t bytes)
{
    for (struct block *b = current->blocks; b; b = b->next)
        if (address >= (uintptr_t)b->start && address + bytes <= (uintptr_t)b->start + b->bytes) return b->start + (address - (uintptr_t)b->start);
    for (int i = 0; i < MOST_GLOBALS; i++)
        if (address >= globals[i].address && address + bytes <= globals[i].address + globals[i].bytes) return (char *)(uintptr_t)address;
    fprintf(stderr, "fake_cuda: a copy of %zu bytes leaves the memory it is made for\n", bytes);
    abort();
}
EXPORT int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *stream)
{
    (void)stream;
    ENTER("cuMemcpyHtoDAsync_v2", 1)
    memcpy(inside(to, bytes), from, bytes);
    return leave(OK);
}
EXPORT int cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *stream)
{
    (void)stream;
    ENTER("cuMemcpyDtoHAsync_v2", 1)
    memcpy(to, inside(from, bytes), bytes);
    return leave(OK);
}
EXPORT int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t bytes, void *stream)
{
    (void)stream;
    ENTER("cuMemsetD8Async", 1)
    memset(inside(to, bytes), value, bytes);
    return leave(OK);
}
EXPORT int cuMemHostAlloc(void **memory, size_t bytes, unsigned flags)
{
    (void)flags;
    ENTER("cuMemHostAlloc", 1)
    *memory = calloc(1, bytes);
    host_blocks++;
    return leave(OK);
}
EXPORT int cuMemHostGetDevicePointer_v2(unsigned long long *address, void *memory, unsigned flags)
{
    (void)flags;
    ENTER("cuMemHostGetDevicePointer_v2", 1)
    *address = (unsigned long long)(uintptr_t)memory;
    return leave(OK);
}
EXPORT int cuMemFreeHost(void *memory)
{
    pthread_mutex_lock(&lock);
    free(memory);
    host_blocks--;
    return leave(OK);
}

EXPORT int cuModuleLoadData(void **out, const void *image)
{
    ENTER("cuModuleLoadData", 1)
    const Elf64_Ehdr *head = image;
    if (memcmp(head->e_ident, ELFMAG, SELFMAG)) return leave(INVALID_IMAGE);
    size_t bytes = head->e_shoff + (size_t)head->e_shnum * head->e_shentsize;
    char path[512]; /* a name of its own: the loader gives what it has by that name */
    snprintf(path, sizeof path, "%s/fake-cubin-XXXXXX", setting("TMPDIR", "/tmp"));
    int file = mkstemp(path);
    if (file < 0 || write(file, image, bytes) != (ssize_t)bytes) abort();
    struct module *module = calloc(1, sizeof *module);
    module->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    close(file);
    unlink(path);
    if (!module->library) {
        fprintf(stderr, "fake_cuda: %s\n", dlerror());
        free(module);
        return leave(INVALID_IMAGE);
    }
    const int *architecture = dlsym(module->library, "fake_cubin_architecture");
    if (!architecture || *architecture != current->major * 10 + current->minor) {
        dlclose(module->library);
        free(module);
        return leave(NO_BINARY);
    }
    module->gpu = current;
    modules++;
    *out = module;
    return leave(OK);
}
EXPORT int cuModuleUnload(void *module)
{
    pthread_mutex_lock(&lock);
    dlclose(((struct module *)module)->library);
    free(module);
    modules--;
    return leave(OK);
}
EXPORT int cuModuleGetFunction(void **out, void *module, const char *name)
{
    ENTER("cuModuleGetFunction", 1)
    char symbol[128];
    snprintf(symbol, sizeof symbol, "%s_on_host", name);
    void *run = dlsym(((struct module *)module)->library, symbol);
    if (!run) return leave(NOT_FOUND);
    struct function *function = calloc(1, sizeof *function);
    memcpy(&function->run, &run, sizeof run);
    function->next = functions;
    functions = function;
    *out = function;
    return leave(OK);
}
EXPORT int cuModuleGetGlobal_v2(unsigned long long *address, size_t *bytes, void *module, const char *name)
{
    ENTER("cuModuleGetGlobal_v2", 1)
    void *place = dlsym(((struct module *)module)->library, name);
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    if (!place || !dladdr1(place, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol) return leave(NOT_FOUND);
    *address = (unsigned long long)(uintptr_t)place;
    *bytes = symbol->st_size;
    globals[global_count % MOST_GLOBALS].address = *address, globals[global_count++ % MOST_GLOBALS].bytes = *bytes;
    return leave(OK);
}
EXPORT int cuFuncGetAttribute(int *value, int attribute, void *function)
{
    (void)function;
    ENTER("cuFuncGetAttribute", 1)
    *value = attribute == 4 ? 64 : 0;
    return leave(OK);
}
EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared)
{
    (void)function, (void)threads, (void)shared;
    ENTER("cuOccupancyMaxActiveBlocksPerMultiprocessor", 1)
    *blocks = 2;
    return leave(OK);
}
EXPORT int cuStreamCreate(void **stream, unsigned flags)
{
    (void)flags;
    ENTER("cuStreamCreate", 1)
    streams++;
    *stream = current;
    return leave(OK);
}
EXPORT int cuStreamDestroy_v2(void *stream)
{
    (void)stream;
    pthread_mutex_lock(&lock);
    streams--;
    return leave(OK);
}
EXPORT int cuStreamSynchronize(void *stream)
{
    (void)stream;
    ENTER("cuStreamSynchronize", 1)
    return leave(OK);
}
/* An event: how many launches there were when it was recorded, and whether it was asked for since. */
struct event {
    long at;
    int asked;
};
EXPORT int cuEventCreate(struct event **event, unsigned flags)
{
    (void)flags;
    ENTER("cuEventCreate", 1)
    *event = calloc(1, sizeof **event);
    streams++;
    return leave(OK);
}
EXPORT int cuEventDestroy_v2(struct event *event)
{
    pthread_mutex_lock(&lock);
    free(event);
    streams--;
    return leave(OK);
}
EXPORT int cuEventRecord(struct event *event, void *stream)
{
    (void)stream;
    ENTER("cuEventRecord", 1)
    *event = (struct event){launches, 0};
    return leave(OK);
}
EXPORT int cuEventQuery(struct event *event)
{
    ENTER("cuEventQuery", 1)
    return leave(event->asked++ ? OK : NOT_READY); /* so that callers have to ask again */
}
EXPORT int cuEventElapsedTime(float *milliseconds, struct event *start, struct event *end)
{
    ENTER("cuEventElapsedTime", 1)
    *milliseconds = (float)(end->at - start->at);
    return leave(OK);
}
EXPORT int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                          void *stream, void **parameters, void **extra)
{
    (void)stream;
    ENTER("cuLaunchKernel", 1)
    if (!grid_x || grid_y != 1 || grid_z != 1 || !block_x || block_x > 1024 || block_y != 1 || block_z != 1 || shared || extra) return leave(INVALID_VALUE);
    launches++;
    leave(OK);
    ((struct function *)function)->run(parameters[0], grid_x, block_x); /* it locks by itself, one launch of a module at a time */
    return OK;
}

static const struct {
    int code;
    const char *name, *text;
} errors[] = {{1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"}, {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
              {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}, {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
              {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}, {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
              {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}, {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
              {999, "CUDA_ERROR_UNKNOWN", "unknown error"}};
static int look(int error, const char **text, int name)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == error) {
            *text = name ? errors[i].name : errors[i].text;
            return OK;
        }
    *text = NULL;
    return INVALID_VALUE;
}
EXPORT int cuGetErrorName(int error, const char **text) { return look(error, text, 1); }
EXPORT int cuGetErrorString(int error, const char **text) { return look(error, text, 0); }
