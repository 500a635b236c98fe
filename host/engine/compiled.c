/* compiled.c - the plan written out as vector C, built by the system's compiler, kept by content, and run like the interpreter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <omp.h>
#include <string.h>

#include "host/engine/blocks.h"
#include "host/engine/cache.h"
#include "host/engine/compiler.h"
#include "host/engine/kernel_headers.h"
#include "host/engine/program_text.h"
#include "host/support/buffer.h"
#include "host/support/escape.h"

/* Values pass a block's workspace between groups only, so larger blocks cost little and repay the steps that run over whole blocks. */
#define CACHE_BYTES ((size_t)256 << 10)
#define SECONDS_LIMIT 600.0

struct compiled {
    const struct apsis_plan *plan;
    struct apsis_arena *arena; /* of the text and its program: prepare may run beside another engine */
    struct apsis_blocks blocks;
    void *object;
    char *description;
};

static const char *available(const struct apsis_engine_options *options)
{
    const char *why = apsis_blocks_available(options);
    if (!why && !apsis_compiler_named()) why = "no C compiler: install gcc or clang, or name one in CC"; /* prepare() asks what it is */
    return why;
}

/* What the shared object is known by: the text, and all that turns it into code. */
static void name_object(const struct apsis_program_text *text, const char *version, const char *flags, uint8_t key[32])
{
    struct apsis_buffer rest = {0};
    uint8_t headers[32];
    apsis_kernel_headers_sha256(headers);
    apsis_buffer_printf(&rest, "%s\n%s\n", version, flags);
    for (int i = 0; i < 32; i++) apsis_buffer_printf(&rest, "%02x", headers[i]);
    apsis_text_key(text, rest.text, key);
    apsis_buffer_free(&rest);
}

static void close_cache(void *cache) { apsis_cache_close(cache); }

/* The first line of what a compiler said that tells what is wrong. */
static const char *first_error(struct apsis_arena *arena, const char *log)
{
    const char *error = strstr(log, "error"), *from = error ? error : log;
    while (from > log && from[-1] != '\n') from--;
    return apsis_arena_printf(arena, "%.*s", (int)strcspn(from, "\n"), *from ? from : "it said nothing");
}

static enum apsis_status build(struct compiled *engine, const struct apsis_program_text *text, const struct apsis_engine_options *options,
                               const char **why)
{
    struct apsis_arena *arena = engine->arena;
    char flags[1024], *reason = NULL, *log = NULL;
    unsigned char *object = NULL;
    size_t size = 0;
    uint8_t key[32];
    struct apsis_compiler *compiler = apsis_compiler_find(&reason);
    if (!compiler) {
        *why = apsis_arena_printf(arena, "no C compiler: %s", reason ? reason : "none was found");
        apsis_block_free(reason);
        return APSIS_FAILURE;
    }
    /* Not nice, also beside the interpreter: it takes the same time of a processor either way, and what it makes is worth having soon.
       (A niceness of 5 left it a quarter of one core where two threads interpret on two.) */
    struct apsis_compile_options settings = {.isa = engine->blocks.cpu->name, .seconds_limit = SECONDS_LIMIT, .cancel = options ? options->cancel_prepare : NULL};
    enum apsis_status status = apsis_compiler_flags(compiler, &settings, flags, sizeof flags);
    struct apsis_cache *cache = apsis_cache_open();
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, close_cache, cache);
    if (status == APSIS_OK) {
        name_object(text, apsis_compiler_version(compiler), flags, key);
        /* What the cache has is taken if it loads: it may be another machine's, with another C library. */
        int there = apsis_cache_get(cache, key, ".so", &object, &size) == APSIS_OK && apsis_load_object(object, size, &engine->object, NULL) == APSIS_OK;
        if (!there && options && options->only_cached) {
            *why = "it is not compiled yet";
            status = APSIS_INCOMPLETE;
        } else if (!there) {
            apsis_block_free(object);
            object = NULL;
            status = apsis_compile(compiler, text->text, text->length, &settings, &object, &size, &log);
            if (status == APSIS_OK) apsis_cache_put(cache, key, ".so", object, size, NULL);
            else if (status != APSIS_INTERRUPTED) *why = apsis_arena_printf(arena, "%s does not compile the model: %s", apsis_compiler_title(compiler), first_error(arena, log));
        }
    }
    if (status == APSIS_OK && !engine->object && apsis_load_object(object, size, &engine->object, &reason) != APSIS_OK) {
        *why = apsis_arena_printf(arena, "what was compiled cannot be loaded: %s", reason ? reason : "no reason given");
        status = APSIS_FAILURE;
    }
    if (status == APSIS_OK) {
        *(void **)(void *)&engine->blocks.body = dlsym(engine->object, "apsis_compiled_run");
        if (!engine->blocks.body) {
            *why = "what was compiled has no entry";
            status = APSIS_FAILURE;
        }
    }
    apsis_block_free(object);
    apsis_block_free(log);
    apsis_block_free(reason);
    apsis_escape_drop(&cleanup);
    apsis_cache_close(cache);
    apsis_compiler_free(compiler);
    return status;
}

static void discard(void *run)
{
    struct compiled *engine = run;
    if (!engine) return;
    if (engine->object) dlclose(engine->object);
    apsis_arena_free(engine->arena);
    apsis_block_free(engine);
}

unsigned apsis_compiled_lanes(const struct apsis_plan *plan, int threads)
{
    return apsis_blocks_lanes(plan->program, threads > 0 ? threads : omp_get_num_procs(), CACHE_BYTES);
}

static enum apsis_status prepare(const struct apsis_plan *plan, const struct apsis_engine_options *options, void **run, const char **why)
{
    struct apsis_blocks blocks;
    if (apsis_blocks_ask(options, &blocks, why) != APSIS_OK) return APSIS_USAGE;
    if (!blocks.lanes) blocks.lanes = apsis_compiled_lanes(plan, blocks.threads);
    struct compiled *engine = apsis_calloc(1, sizeof *engine);
    engine->plan = plan;
    engine->arena = apsis_arena_new();
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, discard, engine);
    struct apsis_text_options settings = {.dialect = APSIS_TEXT_C, .lanes = blocks.lanes};
    struct apsis_program_text *text = apsis_program_text(engine->arena, plan, NULL, &settings);
    engine->blocks = blocks;
    engine->blocks.program = text->program;
    engine->description = apsis_arena_printf(engine->arena, "compiled/%s", blocks.cpu->title);
    enum apsis_status status = APSIS_FAILURE;
    const char *reason = apsis_blocks_too_large(engine->arena, text->program, settings.lanes);
    if (!reason) status = build(engine, text, options, &reason);
    if (status != APSIS_OK) *why = reason ? apsis_arena_printf(plan->arena, "%s", reason) : NULL;
    apsis_escape_drop(&cleanup);
    if (status == APSIS_OK) *run = engine;
    else discard(engine);
    return status;
}

/* The compiled program does all columns. A job that wants few of them is faster interpreted without the rest. */
static enum apsis_status run(void *state, const struct apsis_job *job)
{
    const struct compiled *engine = state;
    struct apsis_arena *arena = apsis_arena_new();
    unsigned char *wanted = apsis_job_wanted(engine->plan, job, arena);
    struct apsis_blocks blocks = engine->blocks;
    if (wanted) {
        struct ap_program *few = apsis_plan_prune(engine->plan, wanted, arena);
        if (few->instruction_count < blocks.program->instruction_count / 2) blocks.program = few, blocks.body = blocks.cpu->loop->run;
    }
    enum apsis_status status = apsis_blocks_run(&blocks, job);
    apsis_arena_free(arena);
    return status;
}

static const char *describe(void *run) { return ((struct compiled *)run)->description; }

const struct apsis_engine apsis_engine_compiled = {"compiled", available, prepare, run, describe, NULL, discard};
