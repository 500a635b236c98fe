/* cuda_driver.h - the CUDA driver, loaded while the program runs: its functions as a table, its errors as text, its GPUs as a list. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CUDA_DRIVER_H
#define APSIS_HOST_CUDA_DRIVER_H
#include "host/support/arena.h"
#include "include/apsis.h"

/* Declared here, so that a machine without the CUDA Toolkit builds the same program. Handles are opaque pointers, devices are ints. */
typedef unsigned long long apsis_cuda_address; /* CUdeviceptr */

#define APSIS_CUDA_OLDEST_DRIVER 11020 /* 11.2: since then a cubin of any 11.x, 12.x, ... loads within its major version */
#define APSIS_CUDA_OLDEST_MAJOR 7      /* compute capability: __syncwarp, independent threads, fp64 as IEEE has it */

/* member, symbol of the library, parameters */
#define APSIS_CUDA_FUNCTIONS(X)                                                                                                      \
    X(init, "cuInit", (unsigned flags))                                                                                              \
    X(driver_version, "cuDriverGetVersion", (int *version))                                                                          \
    X(device_count, "cuDeviceGetCount", (int *count))                                                                                \
    X(device_get, "cuDeviceGet", (int *device, int ordinal))                                                                         \
    X(device_name, "cuDeviceGetName", (char *name, int length, int device))                                                          \
    X(device_attribute, "cuDeviceGetAttribute", (int *value, int attribute, int device))                                             \
    X(device_memory, "cuDeviceTotalMem_v2", (size_t *bytes, int device))                                                             \
    X(context_retain, "cuDevicePrimaryCtxRetain", (void **context, int device))                                                      \
    X(context_release, "cuDevicePrimaryCtxRelease_v2", (int device))                                                                 \
    X(context_set, "cuCtxSetCurrent", (void *context))                                                                               \
    X(memory_info, "cuMemGetInfo_v2", (size_t *free, size_t *total))                                                                 \
    X(memory_alloc, "cuMemAlloc_v2", (apsis_cuda_address *address, size_t bytes))                                                    \
    X(memory_free, "cuMemFree_v2", (apsis_cuda_address address))                                                                     \
    X(copy_in, "cuMemcpyHtoDAsync_v2", (apsis_cuda_address to, const void *from, size_t bytes, void *stream))                        \
    X(copy_out, "cuMemcpyDtoHAsync_v2", (void *to, apsis_cuda_address from, size_t bytes, void *stream))                             \
    X(fill_bytes, "cuMemsetD8Async", (apsis_cuda_address to, unsigned char value, size_t bytes, void *stream))                       \
    X(host_alloc, "cuMemHostAlloc", (void **memory, size_t bytes, unsigned flags))                                                   \
    X(host_address, "cuMemHostGetDevicePointer_v2", (apsis_cuda_address *address, void *memory, unsigned flags))                     \
    X(host_free, "cuMemFreeHost", (void *memory))                                                                                    \
    X(module_load, "cuModuleLoadData", (void **module, const void *image))                                                           \
    X(module_unload, "cuModuleUnload", (void *module))                                                                               \
    X(module_function, "cuModuleGetFunction", (void **function, void *module, const char *name))                                     \
    X(module_global, "cuModuleGetGlobal_v2", (apsis_cuda_address *address, size_t *bytes, void *module, const char *name))           \
    X(function_attribute, "cuFuncGetAttribute", (int *value, int attribute, void *function))                                         \
    X(occupancy, "cuOccupancyMaxActiveBlocksPerMultiprocessor", (int *blocks, void *function, int threads, size_t shared))           \
    X(stream_create, "cuStreamCreate", (void **stream, unsigned flags))                                                              \
    X(stream_destroy, "cuStreamDestroy_v2", (void *stream))                                                                          \
    X(stream_wait, "cuStreamSynchronize", (void *stream))                                                                            \
    X(event_create, "cuEventCreate", (void **event, unsigned flags))                                                                 \
    X(event_destroy, "cuEventDestroy_v2", (void *event))                                                                             \
    X(event_record, "cuEventRecord", (void *event, void *stream))                                                                    \
    X(event_query, "cuEventQuery", (void *event))                                                                                    \
    X(event_elapsed, "cuEventElapsedTime", (float *milliseconds, void *start, void *end))                                            \
    X(launch, "cuLaunchKernel",                                                                                                      \
      (void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,      \
       unsigned shared, void *stream, void **parameters, void **extra))                                                              \
    X(error_name, "cuGetErrorName", (int error, const char **text))                                                                  \
    X(error_text, "cuGetErrorString", (int error, const char **text))

enum apsis_cuda_error_code {
    APSIS_CUDA_OK = 0,
    APSIS_CUDA_INVALID_VALUE = 1,
    APSIS_CUDA_OUT_OF_MEMORY = 2,
    APSIS_CUDA_NO_DEVICE = 100,
    APSIS_CUDA_INVALID_IMAGE = 200,
    APSIS_CUDA_NO_BINARY = 209,
    APSIS_CUDA_NOT_FOUND = 500,
    APSIS_CUDA_NOT_READY = 600
};

enum apsis_cuda_attribute {
    APSIS_CUDA_PROCESSORS = 16, /* of a device: CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT */
    APSIS_CUDA_CLOCK_KHZ = 13,
    APSIS_CUDA_MAJOR = 75,
    APSIS_CUDA_MINOR = 76,
    APSIS_CUDA_SHARED_BYTES = 1, /* of a function: CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, static */
    APSIS_CUDA_LOCAL_BYTES = 3,  /* a thread's */
    APSIS_CUDA_REGISTERS = 4     /* a thread's */
};

/* apsis_cuda_symbols[APSIS_CUDA_CALL_launch] is "cuLaunchKernel". */
enum apsis_cuda_call {
#define APSIS_CUDA_CALL(member, symbol, parameters) APSIS_CUDA_CALL_##member,
    APSIS_CUDA_FUNCTIONS(APSIS_CUDA_CALL)
#undef APSIS_CUDA_CALL
    APSIS_CUDA_CALLS
};
extern const char *const apsis_cuda_symbols[APSIS_CUDA_CALLS];

struct apsis_cuda_driver {
    void *library; /* stays loaded: a driver does not like to go */
    const char *path;
    int version;   /* 12040 is CUDA 12.4 */
#define APSIS_CUDA_MEMBER(member, symbol, parameters) int (*member) parameters;
    APSIS_CUDA_FUNCTIONS(APSIS_CUDA_MEMBER)
#undef APSIS_CUDA_MEMBER
};

/* Loads and starts the driver: libcuda.so.1, or what the environment's APSIS_CUDA_DRIVER names. Texts lie in the arena.
   APSIS_FAILURE with *why: no driver, a driver too old, one that does not start. No GPU at all is no failure here. */
enum apsis_status apsis_cuda_driver_open(struct apsis_arena *arena, struct apsis_cuda_driver *driver, const char **why);

/* "CUDA_ERROR_OUT_OF_MEMORY (2), out of memory"; in the arena. */
const char *apsis_cuda_error(struct apsis_arena *arena, const struct apsis_cuda_driver *driver, int error);

struct apsis_cuda_device {
    int ordinal, handle; /* "cuda:0" is ordinal 0, as CUDA_VISIBLE_DEVICES leaves them */
    const char *name;    /* "NVIDIA H200" */
    int major, minor, processors;
    size_t memory;       /* bytes in all */
};

/* Every GPU that the driver shows. APSIS_FAILURE with *why when the driver will not say. */
enum apsis_status apsis_cuda_devices(struct apsis_arena *arena, const struct apsis_cuda_driver *driver, struct apsis_cuda_device **devices,
                                     size_t *count, const char **why);

/* Those of them that `which` names: NULL, "cuda" and "all" are all of compute capability 7.0 and up; "cuda:0,1" and "0,1" are those,
   in that order. APSIS_USAGE with *why when it is no such list or names one that is not there; APSIS_FAILURE when none can serve. */
enum apsis_status apsis_cuda_choose(struct apsis_arena *arena, const char *which, const struct apsis_cuda_device *devices, size_t count,
                                    struct apsis_cuda_device **chosen, size_t *chosen_count, const char **why);

#endif
