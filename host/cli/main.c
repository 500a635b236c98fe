/* main.c - the command `apsis`: finds the command that was asked for and runs it. */
/* SPDX-License-Identifier: Apache-2.0 */
#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/support/escape.h"

static enum apsis_status print(struct apsis_cli *cli, struct apsis_buffer *out)
{
    enum apsis_status status = apsis_cli_write(cli, out);
    apsis_buffer_free(out);
    return status;
}

static enum apsis_status start(struct apsis_cli *cli, int argc, char **argv)
{
    struct apsis_buffer out = {0};
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word || !strcmp(word, "--help") || !strcmp(word, "-h") || (!strcmp(word, "help") && argc == 2)) {
        apsis_options_front_page(&out, &cli->page);
        return print(cli, &out);
    }
    if (!strcmp(word, "--version")) {
        apsis_buffer_printf(&out, "apsis %s\n", apsis_version());
        return print(cli, &out);
    }
    if (!strcmp(word, "complete")) return apsis_cli_complete(cli, argc - 2, argv + 2);
    int asks_help = !strcmp(word, "help");
    if (asks_help) word = argv[2];
    const char *names[APSIS_COMMANDS];
    for (size_t i = 0; i < APSIS_COMMANDS; i++) {
        names[i] = apsis_commands[i].name;
        if (!strcmp(word, names[i])) cli->command = &apsis_commands[i];
    }
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--json")) cli->options.json = 1; /* known before the first fault can be told */
    if (!cli->command) {
        size_t length = strlen(word);
        if (length > 5 && !strcmp(word + length - 5, ".risk"))
            return apsis_cli_fail(cli, APSIS_USAGE, "no command: did you mean apsis run %s?", word);
        if (word[0] == '-') return apsis_cli_fail(cli, APSIS_USAGE, "options follow the command: apsis COMMAND %s; apsis alone lists the commands", word);
        const char *near = apsis_nearest_name(word, names, APSIS_COMMANDS);
        if (near) return apsis_cli_fail(cli, APSIS_USAGE, "no command %s: did you mean %s?", word, near);
        return apsis_cli_fail(cli, APSIS_USAGE, "no command %s: apsis alone lists the commands", word);
    }
    if (asks_help) {
        apsis_options_help(cli->command, &cli->page, &out);
        return print(cli, &out);
    }
    int done = 0;
    enum apsis_status status = apsis_options_read(cli, argc - 1, argv + 1, &done);
    if (status || done) return status;
    return cli->options.watch ? apsis_cli_watch(cli) : cli->command->run(cli);
}

int main(int argc, char **argv)
{
#ifdef M_MMAP_THRESHOLD
    /* Thousands of arrays grow and shrink in turn: large ones go back to the system at once, else they pile up in the heap. */
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_ARENA_MAX, 1);
#endif
    struct apsis_cli cli = {.arena = apsis_arena_new()};
    cli.page = apsis_page_of(STDOUT_FILENO);
    cli.error_page = apsis_page_of(STDERR_FILENO);
    apsis_interrupt_install();
    struct apsis_escape escape;
    struct apsis_cleanup cleanup;
    volatile enum apsis_status status = APSIS_FAILURE;
    if (APSIS_ESCAPE_ENTER(&escape)) {
        apsis_escape_defer(&cleanup, apsis_cli_abandon, &cli);
        status = start(&cli, argc, argv);
        apsis_escape_drop(&cleanup);
        apsis_escape_leave(&escape);
    } else {
        status = APSIS_FAILURE;
        if (cli.options.json) puts("{\"error\": \"out of memory\", \"diagnostics\": []}");
        fprintf(stderr, "apsis: out of memory: %zu bytes more were needed; fewer outputs (--only), less --memory and fewer --threads take less\n", escape.wanted);
    }
    apsis_case_free(cli.c);
    apsis_model_free(cli.model);
    apsis_arena_free(cli.arena);
    return status;
}
