/* fuzz_parse.c - any bytes as a model: no crash, no hang, and what is printed of a sound tree parses to the same tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/language/ast.h"

struct run {
    struct apsis_arena *arena;
    struct apsis_sources sources;
    struct apsis_diagnostics list;
    struct apsis_buffer tree;
};

static struct apsis_ast *parse(struct run *run, const char *text, size_t length)
{
    memset(run, 0, sizeof *run);
    run->arena = run->sources.arena = run->list.arena = apsis_arena_new();
    uint32_t source = apsis_sources_add(&run->sources, "fuzz.risk", text, length);
    apsis_source_check(&run->sources, source, &(struct apsis_diagnostics){.arena = run->arena});
    struct apsis_ast *ast = apsis_parse(run->arena, &run->sources, source, &run->list);
    apsis_ast_print(ast, &run->tree);
    return ast;
}

static void done(struct run *run)
{
    apsis_buffer_free(&run->tree);
    apsis_arena_free(run->arena);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct run first, second;
    parse(&first, (const char *)data, size);
    static const char *const formats[] = {"text", "gcc", "json"};
    for (int i = 0; i < 3; i++) {
        struct apsis_buffer out = {0};
        apsis_diagnostics_print(&first.list, &first.sources, formats[i], &out);
        apsis_buffer_free(&out);
    }
    if (first.list.errors == 0 && first.tree.length) {
        parse(&second, first.tree.text, first.tree.length);
        if (second.list.errors || second.tree.length != first.tree.length || memcmp(second.tree.text, first.tree.text, first.tree.length)) {
            struct apsis_buffer out = {0};
            apsis_diagnostics_print(&second.list, &second.sources, "text", &out);
            fprintf(stderr, "the printed tree does not parse to itself:\n%s\n---\n%s\n%s", first.tree.text, second.tree.text ? second.tree.text : "",
                    out.text ? out.text : "");
            abort();
        }
        done(&second);
    }
    apsis_arena_free(first.arena == NULL ? NULL : first.arena);
    apsis_buffer_free(&first.tree);
    return 0;
}

#ifdef APSIS_FUZZ_MAIN /* replays files: fuzz_parse FILE..., and prints what is wrong with them and their trees */
int main(int count, char **paths)
{
    int failed = 0;
    for (int i = 1; i < count; i++) {
        struct run run = {0};
        run.arena = run.sources.arena = run.list.arena = apsis_arena_new();
        uint32_t source;
        if (apsis_sources_read(&run.sources, paths[i], &source, &run.list) == APSIS_OK) {
            apsis_ast_print(apsis_parse(run.arena, &run.sources, source, &run.list), &run.tree);
            LLVMFuzzerTestOneInput((const unsigned char *)run.sources.items[source].text, run.sources.items[source].length);
        }
        struct apsis_buffer out = {0};
        apsis_diagnostics_print(&run.list, &run.sources, "text", &out);
        if (out.text) fputs(out.text, stderr);
        if (run.tree.text) fputs(run.tree.text, stdout);
        failed |= run.list.errors > 0;
        apsis_buffer_free(&out);
        done(&run);
    }
    return failed;
}
#endif
