/* cmd_completion.c - apsis completion: scripts for bash, zsh and fish, from the tables that --help is printed from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/cli/cli.h"

#define PLACES "P5 P25 P50 P75 P95 min max" /* what may stand behind OUTPUT: */

/* What a word of the line may be. Those that depend on model or machine are asked of `apsis complete`, each time. */
enum kind { SWITCH, FREE, WORDS, FILES, FOLDERS, MODEL, RECORD, COMMANDS, ASK, ASK_LIST, ASK_PLACE };
struct value {
    enum kind kind;
    const char *words; /* WORDS: with spaces between them; ASK: what to ask for */
};

/* "text|gcc|json" and "P,...|none" hold words to be typed as they stand: those without capital letters. */
static const char *words_of(struct apsis_arena *arena, const char *argument)
{
    const char *list = "";
    if (!strchr(argument, '|')) return NULL;
    while (*argument) {
        size_t length = strcspn(argument, "|");
        if (strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789-") >= length)
            list = apsis_arena_printf(arena, "%s%s%.*s", list, *list ? " " : "", (int)length, argument);
        argument += length + (argument[length] == '|');
    }
    return list;
}

static struct value value_of(struct apsis_arena *arena, const struct apsis_option_row *row)
{
    const char *argument = row->argument, *words;
    if (!argument) return (struct value){SWITCH, NULL};
    if (!strcmp(row->name, "scenario")) return (struct value){ASK, "scenarios"};
    if (!strcmp(row->name, "engine")) return (struct value){ASK, "engines"};
    if (!strcmp(argument, "ISA")) return (struct value){ASK, "cpus"};
    if (!strcmp(argument, "FILE")) return (struct value){FILES, NULL};
    if (!strcmp(argument, "DIR")) return (struct value){FOLDERS, NULL};
    if (!strncmp(argument, "'X ", 3)) return (struct value){ASK, "names"};
    if (!strcmp(argument, "OUTPUT,...")) return (struct value){ASK_LIST, "outputs"};
    if (!strncmp(argument, "OUTPUT:", 7)) return (struct value){ASK_PLACE, "outputs"};
    if (strstr(argument, "OUTPUT")) return (struct value){ASK, "outputs"};
    if ((words = words_of(arena, argument))) return (struct value){WORDS, words};
    return (struct value){FREE, NULL};
}

/* The one argument of a command. */
static struct value argument_of(const struct apsis_command *command)
{
    const char *argument = command->argument;
    if (!argument) return (struct value){FREE, NULL};
    if (!strcmp(argument, "MODEL")) return (struct value){MODEL, NULL};
    if (!strcmp(argument, "RECORD.json")) return (struct value){RECORD, NULL};
    if (!strcmp(argument, "SHELL")) return (struct value){WORDS, "bash zsh fish"};
    if (command->id == APSIS_COMMAND_FAMILIES) return (struct value){ASK, "families"};
    return (struct value){FILES, NULL};
}

/* In single quotes, with a backslash before each of `marked`. */
static void put_quoted(struct apsis_buffer *out, const char *text, const char *marked, const char *apostrophe)
{
    for (; *text; text++) {
        if (*text == '\'') {
            apsis_buffer_text(out, apostrophe);
            continue;
        }
        if (strchr(marked, *text)) apsis_buffer_text(out, "\\");
        apsis_buffer_add(out, text, 1);
    }
}

static int may_be_repeated(const struct apsis_option_row *row) { return strchr("Sxt", row->id) != NULL; }

/* ---------------------------------------------------------------- bash */
static const char bash_head[] =
    "# Completion of apsis %s for bash, written by: apsis completion bash\n"
    "# To have it in every new shell, where the package bash-completion is installed:\n"
    "#     mkdir -p ~/.local/share/bash-completion/completions\n"
    "#     apsis completion bash > ~/.local/share/bash-completion/completions/apsis\n"
    "# and where it is not, this line in ~/.bashrc:   source <(apsis completion bash)\n"
    "# SPDX-License-Identifier: Apache-2.0\n\n";
static const char bash_helpers[] =
    "_apsis_model() # the first word that names a model\n"
    "{\n"
    "    local word\n"
    "    for word in \"${COMP_WORDS[@]:2}\"; do\n"
    "        word=${word#[\\\"\\']} word=${word%[\\\"\\']} word=${word//\\\\/}\n"
    "        [[ $word == *.risk ]] || continue\n"
    "        REPLY=${word/#\\~\\//$HOME/}\n"
    "        return 0\n"
    "    done\n"
    "    REPLY=\n"
    "    return 1\n"
    "}\n\n"
    "_apsis_offer() # WORDS, with a tab and more behind each or not: those that begin with $cur. BEFORE and AFTER are put around them\n"
    "{\n"
    "    local word rest before=${2-} after=${3-}\n"
    "    while IFS=$'\\t' read -r word rest; do\n"
    "        [[ -n $word && $word == \"$cur\"* ]] && COMPREPLY+=(\"$before$word$after\")\n"
    "    done <<<\"$1\"\n"
    "}\n\n"
    "_apsis_ask() # KIND BEFORE AFTER\n"
    "{\n"
    "    local REPLY apsis=${COMP_WORDS[0]/#\\~\\//$HOME/}\n"
    "    type -P -- \"$apsis\" >/dev/null || apsis=apsis\n"
    "    _apsis_model\n"
    "    _apsis_offer \"$(\"$apsis\" complete \"$1\" \"$REPLY\" 2>/dev/null)\" \"${2-}\" \"${3-}\"\n"
    "}\n\n"
    "_apsis_files() # PATTERN: files that it fits, and folders\n"
    "{\n"
    "    local word cur=${COMP_WORDS[COMP_CWORD]}\n"
    "    [[ $cur == [=:] ]] && cur=\n"
    "    cur=${cur#[\\\"\\']} cur=${cur//\\\\/}\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    while IFS= read -r word; do\n"
    "        [[ -n $word ]] && COMPREPLY+=(\"$word\")\n"
    "    done <<<\"$([[ -n $1 ]] && compgen -f -X \"!$1\" -- \"$cur\")\n$([[ $1 == '*' ]] || compgen -d -- \"$cur\")\"\n"
    "}\n\n";

static void put_bash_value(struct apsis_buffer *out, struct value value)
{
    switch (value.kind) {
    case WORDS: {
        struct apsis_buffer words = {0};
        for (const char *c = value.words; *c; c++) apsis_buffer_text(&words, *c == ' ' ? "\\n" : (char[2]){*c, 0});
        apsis_buffer_printf(out, "_apsis_offer $'%s'", words.text ? words.text : "");
        apsis_buffer_free(&words);
        break;
    }
    case FILES: apsis_buffer_text(out, "_apsis_files '*'"); break;
    case FOLDERS: apsis_buffer_text(out, "_apsis_files ''"); break;
    case MODEL: apsis_buffer_text(out, "_apsis_files '*.risk'"); break;
    case RECORD: apsis_buffer_text(out, "_apsis_files '*.json'"); break;
    case ASK: apsis_buffer_printf(out, "_apsis_ask %s", value.words); break;
    case ASK_LIST: /* behind the last comma */
        apsis_buffer_printf(out, "before=${cur%%\"${cur##*,}\"} cur=${cur##*,}; compopt -o nospace 2>/dev/null; _apsis_ask %s \"$before\"", value.words);
        break;
    case ASK_PLACE: /* bash breaks words at a colon: only what stands behind it is replaced */
        apsis_buffer_text(out, "compopt -o nospace 2>/dev/null; if [[ $cur == *:* ]]; then before=${cur%:*}: cur=${cur##*:}; [[ $COMP_WORDBREAKS == *:* ]] && before=; "
                               "_apsis_offer $'");
        for (const char *c = PLACES; *c; c++) apsis_buffer_text(out, *c == ' ' ? "\\n" : (char[2]){*c, 0});
        apsis_buffer_printf(out, "' \"$before\"; else _apsis_ask %s '' :; fi", value.words);
        break;
    default: apsis_buffer_text(out, ":"); break;
    }
}

static void put_bash(struct apsis_arena *arena, struct apsis_buffer *out)
{
    apsis_buffer_printf(out, bash_head, apsis_version());
    apsis_buffer_text(out, bash_helpers);
    apsis_buffer_text(out, "_apsis()\n{\n"
                           "    # bash takes --scenario=x apart at the =, so the words are read from the line itself\n"
                           "    local line=${COMP_LINE:0:COMP_POINT} cur option options= before REPLY\n"
                           "    COMPREPLY=()\n"
                           "    cur=${line##*[[:space:]]}\n"
                           "    option=${line%\"$cur\"} option=${option%\"${option##*[![:space:]]}\"} option=${option##*[[:space:]]}\n"
                           "    [[ $cur == --*=* ]] && option=${cur%%=*} cur=${cur#*=}\n"
                           "    [[ $cur == [\\\"\\']* ]] && cur=${cur:1}\n"
                           "    if ((COMP_CWORD == 1)); then\n"
                           "        _apsis_offer $'");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) apsis_buffer_printf(out, "%s\\n", apsis_commands[c].name);
    apsis_buffer_text(out, "help\\n--help\\n--version'\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        apsis_buffer_printf(out, "    %s) options=$'", apsis_commands[c].name);
        for (size_t i = 0; i < apsis_option_row_count; i++)
            if (apsis_option_rows[i].commands & 1u << c) apsis_buffer_printf(out, "--%s\\n", apsis_option_rows[i].name);
        apsis_buffer_text(out, "' ;;\n");
    }
    apsis_buffer_text(out, "    help) [[ $COMP_CWORD == 2 ]] && _apsis_offer $'");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) apsis_buffer_printf(out, "%s%s", c ? "\\n" : "", apsis_commands[c].name);
    apsis_buffer_text(out, "'; return ;;\n    *) return ;;\n    esac\n    case $option in\n");
    const char *free_ones = NULL;
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        struct value value = value_of(arena, &apsis_option_rows[i]);
        if (value.kind == SWITCH || (i && !strcmp(apsis_option_rows[i].name, apsis_option_rows[i - 1].name))) continue;
        if (value.kind == FREE) {
            free_ones = apsis_arena_printf(arena, "%s%s--%s", free_ones ? free_ones : "", free_ones ? " | " : "", apsis_option_rows[i].name);
            continue;
        }
        apsis_buffer_printf(out, "    --%s) ", apsis_option_rows[i].name);
        put_bash_value(out, value);
        apsis_buffer_text(out, "; return ;;\n");
    }
    if (free_ones) apsis_buffer_printf(out, "    %s) return ;;\n", free_ones);
    apsis_buffer_text(out, "    esac\n    if [[ $cur == -* ]]; then\n        _apsis_offer \"$options\"\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        struct value value = argument_of(&apsis_commands[c]);
        if (value.kind == FREE) continue;
        apsis_buffer_printf(out, "    %s) ", apsis_commands[c].name);
        if (value.kind == MODEL) apsis_buffer_text(out, "if [[ -z $cur ]] && _apsis_model; then _apsis_offer \"$options\"; else ");
        put_bash_value(out, value);
        apsis_buffer_text(out, value.kind == MODEL ? "; fi ;;\n" : " ;;\n");
    }
    apsis_buffer_text(out, "    *) _apsis_offer \"$options\" ;;\n    esac\n}\ncomplete -F _apsis apsis\n");
}

/* ---------------------------------------------------------------- zsh */
static const char zsh_head[] =
    "#compdef apsis\n"
    "# Completion of apsis %s for zsh, written by: apsis completion zsh\n"
    "# To have it in every new shell:\n"
    "#     mkdir -p ~/.zfunc && apsis completion zsh > ~/.zfunc/_apsis\n"
    "# with these lines in ~/.zshrc:   fpath=(~/.zfunc $fpath)   and   autoload -Uz compinit && compinit\n"
    "# SPDX-License-Identifier: Apache-2.0\n\n";
static const char zsh_helpers[] =
    "_apsis_ask() # KIND [OPTION OF COMPADD]...\n"
    "{\n"
    "    local word model= program=${${(Q)_apsis_program}/#\\~\\//$HOME/}\n"
    "    local -a lines\n"
    "    for word in ${(Q)words}; do\n"
    "        [[ $word == *.risk ]] && model=${word/#\\~\\//$HOME/} && break\n"
    "    done\n"
    "    whence -p -- $program >/dev/null || program=apsis\n"
    "    lines=(${(f)\"$(command $program complete $1 $model 2>/dev/null)\"})\n"
    "    lines=(${${lines//$'\\t'/:}%%:})\n"
    "    _describe -t $1 ${1%s} lines ${@:2}\n"
    "}\n\n"
    "_apsis_list() # names with commas between them\n"
    "{\n"
    "    compset -P '*,'\n"
    "    _apsis_ask $1 -qS ,\n"
    "}\n\n"
    "_apsis_place() # OUTPUT:P5\n"
    "{\n"
    "    if compset -P '*:'; then\n"
    "        local -a places=(" PLACES ")\n"
    "        _describe -t places percentile places\n"
    "    else\n"
    "        _apsis_ask $1 -S :\n"
    "    fi\n"
    "}\n\n";

static void put_zsh_value(struct apsis_buffer *out, struct value value)
{
    switch (value.kind) {
    case WORDS: apsis_buffer_printf(out, "(%s)", value.words); break;
    case FILES: apsis_buffer_text(out, "_files"); break;
    case FOLDERS: apsis_buffer_text(out, "_files -/"); break;
    case MODEL: apsis_buffer_text(out, "_files -g \"*.risk(-.)\""); break;
    case RECORD: apsis_buffer_text(out, "_files -g \"*.json(-.)\""); break;
    case ASK: apsis_buffer_printf(out, " _apsis_ask %s", value.words); break;
    case ASK_LIST: apsis_buffer_printf(out, " _apsis_list %s", value.words); break;
    case ASK_PLACE: apsis_buffer_printf(out, " _apsis_place %s", value.words); break;
    default: apsis_buffer_text(out, " "); break;
    }
}

static void put_zsh(struct apsis_arena *arena, struct apsis_buffer *out)
{
    static const char apostrophe[] = "'\\''";
    apsis_buffer_printf(out, zsh_head, apsis_version());
    apsis_buffer_text(out, zsh_helpers);
    apsis_buffer_text(out, "_apsis()\n{\n    local curcontext=$curcontext state line _apsis_program=$words[1]\n    local -A opt_args\n    local -a commands=(\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        apsis_buffer_printf(out, "        '%s:", apsis_commands[c].name);
        put_quoted(out, apsis_commands[c].summary, "", apostrophe);
        apsis_buffer_text(out, "'\n");
    }
    apsis_buffer_text(out, "    )\n    _arguments -C '(- *)--help[help]' '(- *)--version[version]' '1: :->command' '*:: :->argument' && return\n"
                           "    if [[ $state == command ]]; then\n        commands+=('help:help on a command')\n        _describe -t commands 'command of apsis' commands\n        return\n    fi\n"
                           "    case $words[1] in\n    help) ((CURRENT == 2)) && _describe -t commands 'command of apsis' commands ;;\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        const struct apsis_command *command = &apsis_commands[c];
        apsis_buffer_printf(out, "    %s) _arguments -S", command->name);
        for (size_t i = 0; i < apsis_option_row_count; i++) {
            const struct apsis_option_row *row = &apsis_option_rows[i];
            struct value value = value_of(arena, row);
            if (!(row->commands & 1u << c)) continue;
            apsis_buffer_printf(out, " \\\n        '%s--%s%s[", may_be_repeated(row) ? "*" : "", row->name, value.kind == SWITCH ? "" : "=");
            put_quoted(out, row->help, "[]\\:", apostrophe);
            apsis_buffer_text(out, "]");
            if (value.kind != SWITCH) {
                apsis_buffer_text(out, ":");
                put_quoted(out, row->argument, ":\\", apostrophe);
                apsis_buffer_text(out, ":");
                put_zsh_value(out, value);
            }
            apsis_buffer_text(out, "'");
        }
        if (command->argument) {
            apsis_buffer_printf(out, " \\\n        '1:%s:", command->argument);
            put_zsh_value(out, argument_of(command));
            apsis_buffer_text(out, "'");
        }
        apsis_buffer_text(out, " ;;\n");
    }
    apsis_buffer_text(out, "    esac\n}\n\n"
                           "if [[ $funcstack[1] == _apsis ]]; then _apsis \"$@\"; elif (($+functions[compdef])); then compdef _apsis apsis; fi\n");
}

/* ---------------------------------------------------------------- fish */
static const char fish_head[] =
    "# Completion of apsis %s for fish, written by: apsis completion fish\n"
    "# To have it in every new shell:\n"
    "#     mkdir -p ~/.config/fish/completions\n"
    "#     apsis completion fish > ~/.config/fish/completions/apsis.fish\n"
    "# SPDX-License-Identifier: Apache-2.0\n\n";
static const char fish_helpers[] =
    "function __apsis_first -d 'the command of apsis comes next'\n"
    "    test (count (commandline -opc)) -eq 1\n"
    "end\n\n"
    "function __apsis_on -d 'the command of apsis is one of these'\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -gt 1; and contains -- $words[2] $argv\n"
    "end\n\n"
    "function __apsis_ask -d 'words of this kind, of the model on the line'\n"
    "    set -l words (string replace -r '^~/' \"$HOME/\" -- (commandline -op))\n"
    "    set -l program $words[1]\n"
    "    command -sq -- $program; or set program apsis\n"
    "    set -l models (string match -- '*.risk' $words[2..])\n"
    "    command $program complete $argv[1] $models[1] 2>/dev/null\n"
    "end\n\n"
    "function __apsis_places -d 'OUTPUT:P5'\n"
    "    for line in (__apsis_ask $argv[1])\n"
    "        set -l parts (string split \\t -- $line)\n"
    "        for place in " PLACES "\n"
    "            printf '%s:%s\\t%s\\n' $parts[1] $place $parts[2]\n"
    "        end\n"
    "    end\n"
    "end\n\n"
    "complete -c apsis -f\n";

static void put_fish_value(struct apsis_buffer *out, struct value value)
{
    switch (value.kind) {
    case SWITCH: break;
    case WORDS: apsis_buffer_printf(out, " -x -a '%s'", value.words); break;
    case FILES: apsis_buffer_text(out, " -r -F"); break;
    case FOLDERS: apsis_buffer_text(out, " -x -a '(__fish_complete_directories)'"); break;
    case MODEL: apsis_buffer_text(out, " -k -a '(__fish_complete_suffix .risk)'"); break;
    case RECORD: apsis_buffer_text(out, " -k -a '(__fish_complete_suffix .json)'"); break;
    case ASK: apsis_buffer_printf(out, " -x -k -a '(__apsis_ask %s)'", value.words); break;
    case ASK_LIST: apsis_buffer_printf(out, " -x -a '(__fish_complete_list , \"__apsis_ask %s\")'", value.words); break;
    case ASK_PLACE: apsis_buffer_printf(out, " -x -k -a '(__apsis_places %s)'", value.words); break;
    default: apsis_buffer_text(out, " -x"); break;
    }
}

static void put_fish(struct apsis_arena *arena, struct apsis_buffer *out)
{
    static const char apostrophe[] = "\\'";
    apsis_buffer_printf(out, fish_head, apsis_version());
    apsis_buffer_text(out, fish_helpers);
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        apsis_buffer_printf(out, "complete -c apsis -n __apsis_first -a %s -d '", apsis_commands[c].name);
        put_quoted(out, apsis_commands[c].summary, "\\", apostrophe);
        apsis_buffer_text(out, "'\n");
    }
    apsis_buffer_text(out, "complete -c apsis -n __apsis_first -a help -d 'help on a command'\ncomplete -c apsis -n __apsis_first -l help -d help\n"
                           "complete -c apsis -n __apsis_first -l version -d version\ncomplete -c apsis -n '__apsis_on help' -a '");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) apsis_buffer_printf(out, "%s%s", c ? " " : "", apsis_commands[c].name);
    apsis_buffer_text(out, "'\n");
    for (size_t c = 0; c < APSIS_COMMANDS; c++) {
        struct value value = argument_of(&apsis_commands[c]);
        if (value.kind == FREE) continue;
        apsis_buffer_printf(out, "complete -c apsis -n '__apsis_on %s'", apsis_commands[c].name);
        if (value.kind == FILES) apsis_buffer_text(out, " -F"); /* not -r: no option needs it */
        else if (value.kind == ASK) apsis_buffer_printf(out, " -k -a '(__apsis_ask %s)'", value.words);
        else if (value.kind == WORDS) apsis_buffer_printf(out, " -a '%s'", value.words);
        else put_fish_value(out, value);
        apsis_buffer_text(out, "\n");
    }
    for (size_t i = 0; i < apsis_option_row_count; i++) {
        const struct apsis_option_row *row = &apsis_option_rows[i];
        apsis_buffer_text(out, "complete -c apsis -n '__apsis_on");
        for (size_t c = 0; c < APSIS_COMMANDS; c++)
            if (row->commands & 1u << c) apsis_buffer_printf(out, " %s", apsis_commands[c].name);
        apsis_buffer_printf(out, "' -l %s", row->name);
        put_fish_value(out, value_of(arena, row));
        apsis_buffer_text(out, " -d '");
        put_quoted(out, row->help, "\\", apostrophe);
        apsis_buffer_text(out, "'\n");
    }
}

enum apsis_status apsis_cmd_completion(struct apsis_cli *cli)
{
    const char *shell = cli->options.file;
    struct apsis_buffer out = {0};
    if (!strcmp(shell, "bash")) put_bash(cli->arena, &out);
    else if (!strcmp(shell, "zsh")) put_zsh(cli->arena, &out);
    else if (!strcmp(shell, "fish")) put_fish(cli->arena, &out);
    else return apsis_cli_fail(cli, APSIS_USAGE, "no completion for %s: there are bash, zsh and fish", shell);
    enum apsis_status status = cli->options.json ? apsis_cli_write_json(cli, json_pack("{s:s,s:s}", "shell", shell, "script", out.text)) : apsis_cli_write(cli, &out);
    apsis_buffer_free(&out);
    return status;
}
