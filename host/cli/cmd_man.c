/* cmd_man.c - apsis man: the manual page, from the tables that --help is printed from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"

#define PAGE_DATE "2026-11-21" /* of the last change to what stands here; man pages show it */
#define LINE_WIDTH 76          /* of the page's source */

struct pair {
    const char *name, *meaning;
};

/* Each variable that is read. A test looks for every getenv of the sources here. */
static const struct pair environment[] = {
    {"APSIS_CACHE", "folder that keeps compiled models, instead of ~/.cache/apsis; off: none is kept"},
    {"APSIS_CACHE_LIMIT", "size of that folder at most, such as 500M (default 256M); what was not used for longest goes first"},
    {"APSIS_KEEP_SOURCE", "folder to which the engine compiled writes its C, and what the compiler said of it"},
    {"APSIS_NVRTC", "NVRTC to load, a path, instead of libnvrtc.so from the usual places"},
    {"APSIS_CUDA_DRIVER", "NVIDIA driver's library to load, a path, instead of libcuda.so.1"},
    {"APSIS_CUDA_THREADS, APSIS_CUDA_BLOCKS, APSIS_CUDA_SHARE",
     "for measurements of the engine cuda: threads in a block, blocks on a multiprocessor, and 0 where threads are not to share random words; change no result"},
    {"APSIS_WATCH_POLL", "set to anything, --watch looks at its files several times a second instead of being told by the kernel"},
    {"CC", "C compiler that the engine compiled tries before cc, gcc and clang"},
    {"CUDA_HOME, CUDA_PATH", "where the CUDA Toolkit is: its NVRTC and its headers"},
    {"PATH, TMPDIR", "where the compiler is looked for, and where it and --xlsx work (default /tmp)"},
    {"SOURCE_DATE_EPOCH", "the date in a workbook of --xlsx, in seconds since 1970 (default: the first day of 2000, so that the same result gives the same file)"},
    {"HOME, XDG_CACHE_HOME", "the folder above apsis in which compiled models are kept is $XDG_CACHE_HOME, or else ~/.cache"},
    {"COLUMNS, TERM, NO_COLOR", "width of reports; whether the terminal shows colours; set to anything, none are used"},
    {"LC_ALL, LC_CTYPE, LANG", "whether reports may hold more than ASCII; they change no number"},
};

static const struct pair files[] = {
    {"*.risk", "a model"},
    {"~/.cache/apsis", "models that were compiled; may be deleted at any time"},
};

/* ---------------------------------------------------------------- roff */
/* `text` so that roff prints it as it stands. `literal`: to be typed, every hyphen is a minus; else those of options only. */
static void put_escaped(struct apsis_buffer *out, const char *text, size_t length, int literal)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i], before = i ? text[i - 1] : ' ';
        switch (c) {
        case '\\': apsis_buffer_text(out, "\\e"); break;
        case '\'': apsis_buffer_text(out, "\\(aq"); break;
        case '`': apsis_buffer_text(out, "\\(ga"); break;
        case '^': apsis_buffer_text(out, "\\(ha"); break;
        case '~': apsis_buffer_text(out, "\\(ti"); break;
        case '"': apsis_buffer_text(out, "\\(dq"); break;
        case '-': apsis_buffer_text(out, literal || strchr(" -('\"", before) ? "\\-" : "-"); break;
        default: apsis_buffer_add(out, &c, 1);
        }
    }
}

/* A text in short lines; none begins with what roff would take for a request. */
static void put_prose(struct apsis_buffer *out, const char *text)
{
    size_t column = 0;
    while (*text) {
        struct apsis_buffer word = {0};
        size_t length = strcspn(text, " ");
        put_escaped(&word, text, length, 0);
        if (column && column + 1 + word.length > LINE_WIDTH) {
            apsis_buffer_text(out, "\n");
            column = 0;
        }
        if (column) apsis_buffer_text(out, " ");
        else if (length && (*text == '.' || *text == '\'')) apsis_buffer_text(out, "\\&");
        if (word.length) apsis_buffer_add(out, word.text, word.length);
        column += word.length + 1;
        apsis_buffer_free(&word);
        text += length + (text[length] == ' ');
    }
    apsis_buffer_text(out, "\n");
}

static int is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* What is typed as it stands bold, what stands for something else (it has a capital letter) in italics. */
static void put_usage(struct apsis_buffer *out, const char *text)
{
    while (*text) {
        size_t length = 0;
        int capital = 0, letter = 0;
        for (; is_word(text[length]); length++) {
            char c = text[length];
            capital |= c >= 'A' && c <= 'Z';
            letter |= c != '.';
        }
        if (length && letter) apsis_buffer_text(out, capital ? "\\fI" : "\\fB");
        put_escaped(out, text, length ? length : 1, 1);
        if (length && letter) apsis_buffer_text(out, "\\fR");
        text += length ? length : 1;
    }
    apsis_buffer_text(out, "\n");
}

static void put_pair(struct apsis_buffer *out, const char *name, const char *meaning)
{
    apsis_buffer_text(out, ".TP\n\\fB");
    put_escaped(out, name, strlen(name), 1);
    apsis_buffer_text(out, "\\fR\n");
    put_prose(out, meaning);
}

/* ---------------------------------------------------------------- sections */
static void put_commands(struct apsis_buffer *out)
{
    apsis_buffer_text(out, ".SH COMMANDS\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        const struct apsis_command *command = &apsis_commands[c];
        struct apsis_buffer list = {0};
        apsis_buffer_text(out, ".TP\n");
        put_usage(out, command->synopsis);
        put_prose(out, command->summary);
        for (size_t i = 0; i < apsis_option_row_count; i++)
            if (apsis_option_rows[i].commands & 1u << c) apsis_buffer_printf(&list, "%s--%s", list.length ? ", " : "Options: ", apsis_option_rows[i].name);
        if (list.length) {
            apsis_buffer_text(out, ".br\n");
            put_prose(out, list.text);
        }
        apsis_buffer_free(&list);
    }
}

/* "[run, draws]": which commands take it */
static void put_takers(struct apsis_buffer *out, unsigned commands)
{
    struct apsis_buffer list = {0};
    if (commands == (1u << APSIS_COMMANDS) - 1) apsis_buffer_text(&list, "every command");
    for (size_t c = 0; c < APSIS_COMMANDS && commands != (1u << APSIS_COMMANDS) - 1; c++)
        if (commands & 1u << c) apsis_buffer_printf(&list, "%s%s", list.length ? ", " : "", apsis_commands[c].name);
    apsis_buffer_printf(out, "[\\fI%s\\fR]\n", list.text);
    apsis_buffer_free(&list);
}

/* Rows of one name stand together, each with the commands that it is about. */
static void put_options(struct apsis_buffer *out)
{
    apsis_buffer_text(out, ".SH OPTIONS\nIn brackets stand the commands that take an option.\n");
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        const struct apsis_option_row *row = &apsis_option_rows[i];
        struct apsis_buffer usage = {0};
        if (i && !strcmp(row->name, row[-1].name)) {
            apsis_buffer_text(out, ".br\n");
        } else {
            apsis_buffer_printf(&usage, "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
            apsis_buffer_text(out, ".TP\n");
            put_usage(out, usage.text);
            apsis_buffer_free(&usage);
        }
        put_prose(out, row->help);
        put_takers(out, row->commands);
    }
}

static void put_examples(struct apsis_buffer *out)
{
    apsis_buffer_text(out, ".SH EXAMPLES\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        apsis_buffer_text(out, ".TP\n\\fB");
        put_escaped(out, apsis_commands[c].example, strlen(apsis_commands[c].example), 1);
        apsis_buffer_text(out, "\\fR\n");
        put_prose(out, apsis_commands[c].summary);
    }
}

static void put_page(struct apsis_buffer *out)
{
    apsis_buffer_printf(out, ".\\\" apsis.1 - printed by apsis man from its tables of commands and options.\n.\\\" SPDX-License-Identifier: Apache-2.0\n"
                             ".TH APSIS 1 " PAGE_DATE " \"Apsis %s\" \"User Commands\"\n.nh\n.ad l\n", apsis_version());
    apsis_buffer_text(out, ".SH NAME\napsis \\- ");
    put_prose(out, apsis_about);
    apsis_buffer_text(out, ".SH SYNOPSIS\n");
    put_usage(out, "apsis COMMAND [ARGUMENT] [OPTION]...");
    apsis_buffer_text(out, ".br\n");
    put_usage(out, "apsis help [COMMAND]");
    apsis_buffer_text(out, ".br\n");
    put_usage(out, "apsis --version");
    apsis_buffer_text(out, ".SH DESCRIPTION\n");
    put_prose(out, "A model is a text file that ends in .risk: uncertain inputs as distributions, how the business unfolds period by period, and what comes out. "
                   "Apsis draws it millions of times and reports percentiles, each with its error, what moves them, and the chance to pass targets. "
                   "The same model and seed give the same numbers to the last bit on every machine, and any draw can be replayed. "
                   "A model may be - for standard input. Results go to standard output, all else to standard error.");
    put_commands(out);
    put_options(out);
    apsis_buffer_text(out, ".SH WARNINGS\n");
    put_prose(out, "apsis check tells what is allowed and yet probably not meant. Where it is meant, a comment on the line itself or on a line of its own before it says so:");
    apsis_buffer_text(out, ".PP\n.RS\n\\fB");
    put_escaped(out, apsis_allow_form, strlen(apsis_allow_form), 1);
    apsis_buffer_text(out, "\\fR\n.RE\n");
    const char *name, *meaning;
    for (size_t i = 0; apsis_lint_at(i, &name, &meaning); i++) put_pair(out, name, meaning);
    apsis_buffer_text(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < apsis_exit_code_count; i++) {
        const struct apsis_exit_code *code = &apsis_exit_codes[i];
        struct apsis_buffer text = {0};
        apsis_buffer_printf(out, ".TP\n\\fB%d\\fR\n", code->code);
        apsis_buffer_printf(&text, "%s%s%s", code->name, code->meaning ? ": " : "", code->meaning ? code->meaning : "");
        put_prose(out, text.text);
        apsis_buffer_free(&text);
    }
    apsis_buffer_text(out, ".SH ENVIRONMENT\n");
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) put_pair(out, environment[i].name, environment[i].meaning);
    apsis_buffer_text(out, ".SH FILES\n");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) put_pair(out, files[i].name, files[i].meaning);
    put_examples(out);
    apsis_buffer_text(out, ".SH SEE ALSO\n");
    put_prose(out, "LANGUAGE.md is the reference of the language: beside the models of the source, and in share/apsis/models where Apsis is installed. "
                   "apsis families lists the distributions.");
}

enum apsis_status apsis_cmd_man(struct apsis_cli *cli)
{
    struct apsis_buffer out = {0};
    put_page(&out);
    enum apsis_status status = cli->options.json ? apsis_cli_write_json(cli, json_pack("{s:s}", "page", out.text)) : apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    if (status == APSIS_OK && isatty(STDOUT_FILENO)) apsis_cli_note(cli, "that was the source of the page; to read it: apsis man | man -l -");
    return status;
}
