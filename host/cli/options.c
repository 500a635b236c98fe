/* options.c - the table of commands and options, and the reader that goes by it; help is printed from the same table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/support/number.h"

const struct apsis_command apsis_commands[APSIS_COMMANDS] = {
    {APSIS_COMMAND_NEW, "new", "apsis new FILE.risk", "write a commented model of 20 lines that runs", "apsis new venture.risk", "FILE.risk", apsis_cmd_new},
    {APSIS_COMMAND_RUN, "run", "apsis run MODEL [OPTION]...", "draw a model many times; report its outputs, with errors",
     "apsis run model.risk --draws 10M --scenario slow_permits --target 'ev > 2000'", "MODEL", apsis_cmd_run},
    {APSIS_COMMAND_CHECK, "check", "apsis check MODEL [OPTION]...", "say all that is wrong with a model; run nothing", "apsis check model.risk", "MODEL",
     apsis_cmd_check},
    {APSIS_COMMAND_INPUTS, "inputs", "apsis inputs MODEL [OPTION]...", "how each uncertain input is understood", "apsis inputs model.risk", "MODEL", apsis_cmd_inputs},
    {APSIS_COMMAND_REPLAY, "replay", "apsis replay MODEL --draw K | --at OUTPUT:P5", "one draw: every input, value, period and output",
     "apsis replay model.risk --at ev:P5", "MODEL", apsis_cmd_replay},
    {APSIS_COMMAND_DRAWS, "draws", "apsis draws MODEL --draws N --csv FILE | --npy FILE", "inputs and outputs of each draw, to a file",
     "apsis draws model.risk --draws 10k --csv - | head", "MODEL", apsis_cmd_draws},
    {APSIS_COMMAND_STRESS, "stress", "apsis stress MODEL [OPTION]...", "every scenario beside the base, on the same draws, the worst first",
     "apsis stress model.risk --of ev --band 'permit_delay in P75..P100'", "MODEL", apsis_cmd_stress},
    {APSIS_COMMAND_EXPLAIN, "explain", "apsis explain OLD NEW | MODEL --scenario NAME", "why a number has changed: a waterfall by assumption",
     "apsis explain old.risk new.risk --of ev", "OLD [NEW]", apsis_cmd_explain},
    {APSIS_COMMAND_VERIFY, "verify", "apsis verify RECORD.json [--tiles K]", "run a record again and compare every digest", "apsis verify record.json --tiles 8", "RECORD.json",
     apsis_cmd_verify},
    {APSIS_COMMAND_SHOW, "show", "apsis show MODEL --ast | --ir | --plan | --c | --cuda", "what the compiler makes of a model", "apsis show model.risk --plan", "MODEL", apsis_cmd_show},
    {APSIS_COMMAND_FAMILIES, "families", "apsis families [NAME]", "the distributions, or all about one", "apsis families pert", "[NAME]", apsis_cmd_families},
    {APSIS_COMMAND_DOCTOR, "doctor", "apsis doctor", "version, libraries, processor, GPU: what this machine has", "apsis doctor", NULL, apsis_cmd_doctor},
    {APSIS_COMMAND_COMPLETION, "completion", "apsis completion bash | zsh | fish", "a script by which the shell completes what is typed",
     "apsis completion bash > ~/.local/share/bash-completion/completions/apsis", "SHELL", apsis_cmd_completion},
    {APSIS_COMMAND_MAN, "man", "apsis man", "all of this as a manual page", "apsis man | man -l -", NULL, apsis_cmd_man},
};

const struct apsis_exit_code apsis_exit_codes[] = {
    {APSIS_OK, "ok", NULL},
    {APSIS_FAILURE, "failure", "a file, memory, a device; or more invalid draws than --max-invalid allows"},
    {APSIS_USAGE, "usage", "the words of the command are wrong"},
    {APSIS_MODEL_ERROR, "model error", "the model is wrong; messages name the places"},
    {APSIS_INCOMPLETE, "incomplete", "not finished; the same command again goes on"},
    {APSIS_INTERRUPTED, "interrupted", "stopped by Ctrl-C or a signal"},
};
const size_t apsis_exit_code_count = sizeof apsis_exit_codes / sizeof *apsis_exit_codes;

const char apsis_about[] = "Monte Carlo valuation of uncertain businesses";
const char apsis_allow_form[] = "# apsis: allow NAME \"reason\"";

#define ON(id) (1u << APSIS_COMMAND_##id)
#define EVERY ((1u << APSIS_COMMANDS) - 1)
#define MODELS (ON(RUN) | ON(CHECK) | ON(INPUTS) | ON(REPLAY) | ON(DRAWS) | ON(EXPLAIN) | ON(SHOW))
#define RUNS (ON(RUN) | ON(REPLAY) | ON(DRAWS) | ON(STRESS) | ON(EXPLAIN) | ON(VERIFY))

const struct apsis_option_row apsis_option_rows[] = {
    {'d', "draw", "K", ON(REPLAY), "the number of the draw to replay, from 0"},
    {'a', "at", "OUTPUT:P5", ON(REPLAY), "the draw that is a percentile of an output, or its OUTPUT:min or OUTPUT:max"},
    {'n', "draws", "N", ON(RUN), "how many draws: 250000, 1_000_000, 1e6, 10M (default 1,000,000)"},
    {'n', "draws", "N", ON(STRESS), "how many draws, the same in each cell (default 1,000,000)"},
    {'n', "draws", "N", ON(EXPLAIN), "how many draws of each mixture of the two models (default 100,000, beyond 64 mixtures 10,000; of two records, theirs)"},
    {'n', "draws", "N", ON(REPLAY), "draws over which --at looks for its percentile, as in apsis run (default 1,000,000)"},
    {'n', "draws", "N", ON(DRAWS), "how many draws to write: 250000, 1_000_000, 1e6, 10M"},
    {'s', "seed", "S", ON(RUN) | ON(STRESS) | ON(REPLAY) | ON(DRAWS) | ON(EXPLAIN), "the seed, 64 bits, decimal or 0x hexadecimal (default 1)"},
    {'S', "scenario", "NAME", ON(STRESS), "a cell: this scenario; without any, every scenario of the model is one"},
    {'x', "set", "'X = ...'", ON(STRESS), "a cell: the model with this override"},
    {'B', "band", "'X in P75..P100'", ON(STRESS), "a cell: an input confined to a band of its percentiles, what is correlated with it follows ('... alone': it does not); several are one cell, and one more with each --scenario"},
    {'C', "cell", "'A; X = ...'", ON(STRESS), "a cell of several parts: scenarios, overrides and bands, separated by ;"},
    {'G', "grid", "'X = 1, 2; Y = 3, 4'", ON(STRESS), "a cell for every combination of these values, printed as a table"},
    {'+', "more-is-worse", NULL, ON(STRESS), "the cell with the largest mean is the worst (default: the smallest)"},
    {'S', "scenario", "NAME", MODELS, "apply a scenario of the model; several stack from left to right"},
    {'x', "set", "'X = ...'", MODELS, "override a value, after the scenarios; may be given several times"},
    {'O', "of", "OUTPUT", ON(STRESS), "the output that cells are ordered by (default: the first that is a number)"},
    {'O', "of", "OUTPUT", ON(EXPLAIN), "the output to explain, such as ev or fleet[2030] (default: the first that both have)"},
    {'p', "percentiles", "P,...|none", ON(EXPLAIN), "the percentiles to explain, beside the mean (default 5,50,95)"},
    {'p', "percentiles", "P,...|none", ON(RUN) | ON(STRESS), "the percentiles to report, such as 5,50,95 or 99.9"},
    {'f', "shortfall", "P,...", ON(RUN) | ON(STRESS), "mean of the lowest and of the highest P % of draws (default 5)"},
    {'t', "target", "'OUTPUT > X'", ON(RUN) | ON(STRESS), "report how often an output exceeds X; may be given several times"},
    {'o', "only", "OUTPUT,...", ON(RUN) | ON(STRESS) | ON(DRAWS), "these outputs only; the others are not computed"},
    {'F', "from", "K", ON(DRAWS), "the first draw to write (default 0)"},
    {'c', "csv", "FILE", ON(RUN), "also write the numbers as one table of comma-separated values, a row a number; - is stdout, which then has nothing else"},
    {'c', "csv", "FILE", ON(EXPLAIN), "also write the figures as comma-separated values; - is stdout, and no table"},
    {'c', "csv", "FILE", ON(DRAWS), "write comma-separated values; - is stdout"},
    {'c', "csv", "FILE", ON(STRESS), "also write a table, a row for every statistic of each cell with its change; - is stdout"},
    {'y', "npy", "FILE", ON(DRAWS), "write a NumPy structured array; - is stdout"},
    {'k', "tiles", "K", ON(VERIFY), "check K parts of the record instead of all of it"},
    {'j', "threads", "K", RUNS, "threads to use (default: all); changes no result"},
    {'e', "engine", "NAME", ON(RUN) | ON(STRESS) | ON(VERIFY) | ON(EXPLAIN), "interpreter, compiled, cuda, or auto (default): the interpreter at once, then what is faster; changes no result"},
    {'e', "engine", "NAME", ON(REPLAY) | ON(DRAWS), "interpreter (default), compiled, cuda or auto; changes no result"},
    {'D', "device", "cuda:0,1", RUNS, "the GPUs to use, as apsis doctor numbers them, and nothing else; cuda alone: all of them"},
    {'I', "cuda-include", "DIR", RUNS, "where curand_philox4x32_x.h is (default: the usual places of the CUDA toolkit); none: random words by Apsis itself"},
    {'b', "block", "LANES", RUNS, "draws that are computed side by side, 16 to 512; changes no result"},
    {'M', "memory", "BYTES", ON(RUN) | ON(STRESS), "memory for percentiles (default 128 MiB); changes no result"},
    {'u', "cpu", "ISA", RUNS, "instruction set of interpreter and compiled: plain, v3, v4, armv8 (default: the best there is); changes no result"},
    {'m', "max-invalid", "SHARE", ON(RUN), "share of invalid draws that is still a success, such as 0.1% (default 0)"},
    {'r', "record", "FILE", ON(RUN), "also write a record that apsis verify can check"},
    {'H', "html", "FILE", ON(RUN) | ON(STRESS) | ON(EXPLAIN), "also write a report to hand on: one HTML file with charts, for screen and paper"},
    {'X', "xlsx", "FILE", ON(RUN), "also write an Excel workbook: tables, charts, assumptions and the run record"},
    {'A', "all-periods", NULL, ON(RUN), "every period of a series, however many"},
    {'A', "all-periods", NULL, ON(STRESS), "series outputs too, period by period, in --csv and --json"},
    {'1', "ast", NULL, ON(SHOW), "the syntax tree"},
    {'2', "ir", NULL, ON(SHOW), "the graph of values"},
    {'3', "plan", NULL, ON(SHOW), "the program that is run"},
    {'4', "c", NULL, ON(SHOW), "the C that the engine compiled gives to the compiler"},
    {'5', "cuda", NULL, ON(SHOW), "the CUDA that the engine cuda gives to NVRTC"},
    {'g', "format", "text|gcc|json", ON(CHECK), "form of the messages: text with the source line, gcc for editors, or json"},
    {'W', "watch", NULL, ON(RUN) | ON(CHECK), "again whenever the model, or a data file that it names, is saved; Ctrl-C ends"},
    {'w', "markdown", NULL, ON(FAMILIES), "the list as a table in Markdown"},
    {'J', "json", NULL, EVERY, "one JSON object on stdout, errors too"},
    {'h', "help", NULL, EVERY, "help on the command"},
};
const size_t apsis_option_row_count = sizeof apsis_option_rows / sizeof apsis_option_rows[0];

void apsis_options_front_page(struct apsis_buffer *out, const struct apsis_page *page)
{
    static const char *const examples[][2] = {{"apsis new venture.risk", "a small model to begin with"},
                                              {"apsis run venture.risk", "a million draws, and what comes out"},
                                              {"apsis replay venture.risk --at value:P5", "the very draw that is the 5th percentile"}};
    apsis_buffer_printf(out, "apsis %s: ", apsis_version());
    apsis_text_wrap(out, page, apsis_about, 2);
    apsis_buffer_text(out, "\n");
    apsis_text_heading(out, page, "Three examples");
    for (size_t i = 0; i < 3; i++) { /* the meaning beside the command, or below it */
        int below = strlen(examples[i][0]) > 30, indent = page->width < 76 ? 6 : 34;
        if (indent == 6 || below) apsis_buffer_printf(out, "  %s\n%*s", examples[i][0], indent, "");
        else apsis_buffer_printf(out, "  %-30s  ", examples[i][0]);
        apsis_text_wrap(out, page, examples[i][1], (size_t)indent);
        apsis_buffer_text(out, "\n");
    }
    apsis_text_heading(out, page, "Commands");
    for (size_t i = 0; i < APSIS_COMMANDS; i++) {
        apsis_buffer_printf(out, "  apsis %-10s  ", apsis_commands[i].name);
        apsis_text_wrap(out, page, apsis_commands[i].summary, 20);
        apsis_buffer_text(out, "\n");
    }
    apsis_buffer_text(out, "\n");
    apsis_text_wrap(out, page, "apsis COMMAND --help says more; a model may be - for stdin.", 0);
    apsis_buffer_text(out, "\n");
}

/* A word and what it means, beside it or, in a narrow window, below it. */
static void put_pair(struct apsis_buffer *out, const struct apsis_page *page, const char *word, const char *meaning)
{
    int narrow = page->width < 64;
    if (narrow) apsis_buffer_printf(out, "  %s\n      ", word);
    else apsis_buffer_printf(out, "  %-26s ", word);
    apsis_text_wrap(out, page, meaning, narrow ? 6 : 29);
    apsis_buffer_text(out, "\n");
}

void apsis_options_help(const struct apsis_command *command, const struct apsis_page *page, struct apsis_buffer *out)
{
    apsis_buffer_printf(out, "%s\n  ", command->synopsis);
    apsis_text_wrap(out, page, command->summary, 2);
    apsis_buffer_text(out, "\n");
    apsis_text_heading(out, page, "Options");
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        const struct apsis_option_row *row = &apsis_option_rows[i];
        if (!(row->commands & 1u << command->id)) continue;
        char left[64];
        snprintf(left, sizeof left, "--%s %s", row->name, row->argument ? row->argument : "");
        put_pair(out, page, left, row->help);
    }
    if (command->id == APSIS_COMMAND_CHECK) {
        struct apsis_buffer title = {0};
        apsis_buffer_printf(&title, "Warnings, silenced by a comment: %s", apsis_allow_form);
        apsis_text_heading(out, page, title.text);
        apsis_buffer_free(&title);
        const char *name, *meaning;
        for (size_t i = 0; apsis_lint_at(i, &name, &meaning); i++) {
            put_pair(out, page, name, meaning);
        }
    }
    apsis_text_heading(out, page, "Example");
    apsis_buffer_printf(out, "  %s\n", command->example);
    apsis_text_heading(out, page, "Exit codes");
    struct apsis_buffer codes = {0};
    for (size_t i = 0; i < apsis_exit_code_count; i++) apsis_buffer_printf(&codes, "%s%d %s", i ? ", " : "", apsis_exit_codes[i].code, apsis_exit_codes[i].name);
    apsis_buffer_text(out, "  ");
    apsis_text_wrap(out, page, codes.text, 2);
    apsis_buffer_free(&codes);
    apsis_buffer_text(out, "\n");
}

#define FIRST_VALUE 256 /* what getopt_long returns for option 0; letters are below */

/* `text` is this one's argument; what is wrong with it, or NULL */
static const char *take(struct apsis_cli *cli, const struct apsis_option_row *row, const char *text)
{
    struct apsis_options *options = &cli->options;
    const char *why = NULL;
    uint64_t number;
    double value;
    switch (row->id) {
    case 'n':
        if (!apsis_parse_draws(text, &options->draws, &why)) return why;
        options->draws_given = 1;
        break;
    case 's':
        if (!apsis_parse_u64(text, &options->seed)) return "a seed is a whole number from 0 to 2^64 - 1, decimal or 0x hexadecimal";
        options->seed_given = 1;
        break;
    case 'S': options->scenarios[options->scenario_count++] = text; break;
    case 'x': options->sets[options->set_count++] = text; break;
    case 't': options->target_texts[options->target_count++] = text; break;
    case 'p': options->percentiles = text; break;
    case 'f': options->shortfalls = text; break;
    case 'O': options->of = text; break;
    case 'B': options->bands[options->band_count++] = text; break;
    case 'C': options->cells[options->cell_count++] = text; break;
    case 'G': options->grid = text; break;
    case '+': options->more_is_worse = 1; break;
    case 'o': {
        size_t capacity = options->only_count;
        const char *at = text;
        const char **list = options->only;
        while (*at) {
            int depth = 0;
            size_t length = 0;
            while (at[length] && (at[length] != ',' || depth > 0)) {
                depth += at[length] == '[' ? 1 : at[length] == ']' ? -1 : 0;
                length++;
            }
            const char *begin = at, *end = at + length;
            while (begin < end && *begin == ' ') begin++;
            while (end > begin && end[-1] == ' ') end--;
            if (end > begin) *APSIS_PUSH(cli->arena, list, options->only_count, capacity) = apsis_arena_copy(cli->arena, begin, (size_t)(end - begin));
            at += length + (at[length] == ',');
        }
        if (options->only_count == 0) return "write names of outputs, separated by commas";
        *APSIS_PUSH(cli->arena, list, options->only_count, capacity) = NULL;
        options->only_count--;
        options->only = list;
        break;
    }
    case 'd':
        if (!apsis_parse_u64(text, &options->draw) || options->draw >= 1ull << 49) return "a draw number is a whole number from 0, below 2^49";
        options->draw_given = 1;
        break;
    case 'F':
        if (!apsis_parse_u64(text, &options->from) || options->from >= 1ull << 49) return "a draw number is a whole number from 0, below 2^49";
        break;
    case 'a': options->at = text; break;
    case 'c': options->csv = text; break;
    case 'y': options->npy = text; break;
    case 'k':
        if (!apsis_parse_u64(text, &options->tiles) || options->tiles == 0) return "a number of parts, 1 or more";
        options->tiles_given = 1;
        break;
    case 'j':
        if (!apsis_parse_u64(text, &number) || number < 1 || number > 4096) return "write a number of threads from 1 to 4096";
        options->threads = (int)number;
        break;
    case 'b':
        if (!apsis_parse_u64(text, &number) || number < 16 || number > 512 || (number & (number - 1))) return "a power of two from 16 to 512";
        options->block = (unsigned)number;
        break;
    case 'M':
        if (!apsis_number_parse(text, strlen(text), &value) || !(value >= 1 && value < 1e18)) return "a number of bytes, such as 500M";
        options->memory = (size_t)value;
        break;
    case 'e': options->engine = text; break;
    case 'u': options->cpu = text; break;
    case 'm':
        if (!apsis_number_parse(text, strlen(text), &value) || !(value >= 0 && value <= 1)) return "write a share from 0 to 1, or a percentage such as 0.1%";
        options->max_invalid = value;
        break;
    case 'r': options->record = text; break;
    case 'H': options->html = text; break;
    case 'X': options->xlsx = text; break;
    case 'A': options->all_periods = 1; break;
    case 'D': options->device = text; break;
    case 'I': options->cuda_include = text; break;
    case '1': case '2': case '3': case '4': case '5':
        if (options->show && options->show != row->id) return "one of --ast, --ir, --plan, --c and --cuda at a time";
        options->show = row->id;
        break;
    case 'g':
        if (strcmp(text, "text") && strcmp(text, "gcc") && strcmp(text, "json")) return "write text, gcc or json";
        options->format = text;
        break;
    case 'W': options->watch = 1; break;
    case 'w': options->markdown = 1; break;
    case 'J': options->json = 1; break;
    }
    return NULL;
}

/* An option that this command does not have: says which command has it, or the nearest that this one has. */
static enum apsis_status no_option(struct apsis_cli *cli, const char *word)
{
    char name[64];
    size_t length = strcspn(word, "=");
    if (length >= sizeof name) length = sizeof name - 1;
    memcpy(name, word, length);
    name[length] = 0;
    const char *plain = name + strspn(name, "-"), *names[64];
    size_t count = 0;
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        const struct apsis_option_row *row = &apsis_option_rows[i];
        if (row->commands & 1u << cli->command->id) {
            names[count++] = row->name;
        } else if (!strcmp(row->name, plain)) {
            for (size_t c = 0; c < APSIS_COMMANDS; c++)
                if (row->commands & 1u << c)
                    return apsis_cli_fail(cli, APSIS_USAGE, "apsis %s has no option --%s; apsis %s has", cli->command->name, plain, apsis_commands[c].name);
        }
    }
    const char *near = apsis_nearest_name(plain, names, count);
    if (near) return apsis_cli_fail(cli, APSIS_USAGE, "apsis %s has no option %s: did you mean --%s?", cli->command->name, name, near);
    return apsis_cli_fail(cli, APSIS_USAGE, "apsis %s has no option %s: apsis %s --help lists them", cli->command->name, name, cli->command->name);
}

enum apsis_status apsis_options_read(struct apsis_cli *cli, int argc, char **argv, int *done)
{
    struct apsis_options *options = &cli->options;
    *options = (struct apsis_options){.command = cli->command->id, .draws = 1000000, .seed = 1, .json = options->json};
    options->scenarios = APSIS_NEW_ARRAY(cli->arena, const char *, (size_t)argc);
    options->sets = APSIS_NEW_ARRAY(cli->arena, const char *, (size_t)argc);
    options->target_texts = APSIS_NEW_ARRAY(cli->arena, const char *, (size_t)argc);
    options->bands = APSIS_NEW_ARRAY(cli->arena, const char *, (size_t)argc);
    options->cells = APSIS_NEW_ARRAY(cli->arena, const char *, (size_t)argc);
    struct option list[64] = {{0}};
    size_t rows[64], count = 0;
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        const struct apsis_option_row *row = &apsis_option_rows[i];
        if (!(row->commands & 1u << cli->command->id)) continue;
        rows[count] = i;
        list[count] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL, FIRST_VALUE + (int)count}; /* values differ, so that a short form that fits two is seen */
        count++;
    }
    optind = 0; /* glibc: start afresh, options before or after the file */
    opterr = 0;
    for (;;) {
        int which, before = optind ? optind : 1;
        int got = getopt_long(argc, argv, ":h", list, NULL);
        if (got == -1) break;
        which = got - FIRST_VALUE;
        if (got == ':') {
            const char *word = argv[optind - 1];
            return apsis_cli_fail(cli, APSIS_USAGE, "%s needs a value: apsis %s --help", word, cli->command->name);
        }
        if (got == '?') {
            const char *word = argv[optind - 1] && argv[optind - 1][0] == '-' ? argv[optind - 1] : argv[before];
            size_t length = strcspn(word, "="), alike = 0;
            for (size_t i = 0; i < count; i++) {
                size_t whole = strlen(list[i].name);
                if (length > 2 && word[length] == '=' && whole == length - 2 && !strncmp(list[i].name, word + 2, whole) && !list[i].has_arg)
                    return apsis_cli_fail(cli, APSIS_USAGE, "--%s takes no value", list[i].name);
                alike += length > 2 && !strncmp(list[i].name, word + 2, length - 2);
            }
            if (alike > 1) return apsis_cli_fail(cli, APSIS_USAGE, "%s could be several options: write it out", word);
            return no_option(cli, word);
        }
        const struct apsis_option_row *row = got == 'h' ? NULL : &apsis_option_rows[rows[which]];
        if (!row || row->id == 'h') {
            struct apsis_buffer out = {0};
            apsis_options_help(cli->command, &cli->page, &out);
            enum apsis_status status = apsis_cli_write(cli, &out);
            apsis_buffer_free(&out);
            *done = 1;
            return status;
        }
        const char *why = take(cli, row, optarg);
        if (why && optarg) return apsis_cli_fail(cli, APSIS_USAGE, "--%s %s: %s", row->name, optarg, why);
        if (why) return apsis_cli_fail(cli, APSIS_USAGE, "%s", why);
    }
    int left = argc - optind;
    const char *wanted = cli->command->argument;
    int most = !wanted ? 0 : strchr(wanted, ' ') ? 2 : 1; /* "OLD [NEW]" */
    if (left > most && most == 2) return apsis_cli_fail(cli, APSIS_USAGE, "apsis %s takes two files, and %s is a third", cli->command->name, argv[optind + 2]);
    if (left > most) {
        const char *extra = argv[optind + most];
        return apsis_cli_fail(cli, APSIS_USAGE, wanted ? "apsis %s takes one %s, and %s is a second" : "apsis %s takes no argument%.0s, but got %s", cli->command->name,
                              wanted ? wanted : "", extra);
    }
    if (left >= 1) options->file = argv[optind];
    if (left == 2) options->second = argv[optind + 1];
    if (left == 0 && wanted && wanted[0] != '[') return apsis_cli_fail(cli, APSIS_USAGE, "which %s? %s", !strcmp(wanted, "SHELL") ? "shell" : "file", cli->command->synopsis);
    return APSIS_OK;
}
