# test_completion.py - what bash, zsh and fish offer at a tab: each real shell is asked, with the script that `apsis completion` prints.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

from cli_common import APSIS, MODELS, apsis, main, scratch

SHELLS = {shell: shutil.which(shell) for shell in ("bash", "zsh", "fish")}
PLACES = {"P5", "P25", "P50", "P75", "P95", "min", "max"}
COMMANDS = re.findall(r"^  apsis (\w+)  ", apsis().out.split("Commands\n")[1], re.M)
FAMILIES = [family["name"] for family in apsis("families", "--json").json["families"]]
FOLDER = scratch(**{"my model__risk": open(os.path.join(MODELS, "first.risk"), encoding="utf-8").read(), "first__risk": open(os.path.join(MODELS, "first.risk"), encoding="utf-8").read(),
                    "broken__risk": "scenario before \"all is well\"\n  x = 1\noutput y = (\nscenario after\n  x = = 2\n", "notes__txt": "", "record__json": "{}"})
os.mkdir(os.path.join(FOLDER.name, "folder"))
ENVIRONMENT = {"PATH": os.path.dirname(os.path.abspath(APSIS)) + ":" + os.environ.get("PATH", ""), "HOME": FOLDER.name, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
for shell in SHELLS:
    with open(os.path.join(FOLDER.name, ".apsis." + shell), "w", encoding="utf-8") as file:
        file.write(apsis("completion", shell).out)
os.mkdir(os.path.join(FOLDER.name, ".zfunc"))
shutil.copy(os.path.join(FOLDER.name, ".apsis.zsh"), os.path.join(FOLDER.name, ".zfunc", "_apsis"))


def options(command):
    return set(re.findall(r"^  (--[\w-]+)", apsis(command, "--help").out, re.M))


# line, and what must be offered at its end: these words, no others
def cases():
    first = "first.risk"
    scenarios, outputs = {"slow_permits", "cheap_compute"}, {"value", "fleet"}
    yield "apsis r", {"run", "replay"}
    yield "apsis run --sc", {"--scenario"}
    yield f"apsis run {first} --scenario ", scenarios
    yield f"apsis run {first} --scenario s", {"slow_permits"}
    yield f"apsis check --scenario ch", set()  # no model on the line: nothing, and no error
    yield f"apsis inputs my\\ model.risk --scenario ", scenarios
    yield "apsis run broken.risk --scenario ", {"before", "after"}
    yield "apsis families p", {name for name in FAMILIES if name.startswith("p")}
    yield f"apsis run {first} --engine ", {"auto", "interpreter", "compiled", "cuda"}
    yield f"apsis check {first} --format ", {"text", "gcc", "json"}
    yield f"apsis run {first} --draws ", set()
    yield f"apsis draws {first} --only ", outputs
    yield "apsis completion ", {"bash", "zsh", "fish"}
    yield "apsis help d", {"draws", "doctor"}
    for command in COMMANDS:
        yield f"apsis {command} --", options(command)


def check(shell, ask):
    for line, wanted in cases():
        got = set(ask(line))
        assert got == wanted, f"{shell}: {line!r} offers {sorted(got)}, not {sorted(wanted)}"
    cpus = set(ask("apsis run first.risk --cpu "))
    assert "plain" in cpus and cpus <= {"plain", "v3", "v4", "armv8"}, cpus
    assert set(ask("apsis ")) >= set(COMMANDS) | {"help"}
    assert {"first.risk", "broken.risk"} <= {word.strip("'\"") for word in ask("apsis run ")}


# ---------------------------------------------------------------- bash: the function, as readline calls it
def bash_words(line):
    words = re.findall(r"[=:]|(?:\\.|[^\s=:])+", line)
    return words if not re.search(r"[^\\]\s$", line) and words else words + [""]


def ask_bash(line, program="apsis"):
    words = bash_words(line.replace("apsis", program, 1))
    script = 'source ~/.apsis.bash; COMP_LINE=$1; COMP_POINT=${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); set -u; _apsis apsis "" ""; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run([SHELLS["bash"], "--norc", "-c", script, "bash", line, *words], capture_output=True, text=True, cwd=FOLDER.name, env=ENVIRONMENT, timeout=30)
    assert done.returncode == 0 and not done.stderr, (line, done.stderr)
    return [word for word in done.stdout.split("\n") if word]


def test_bash():
    if not there("bash"):
        return
    check("bash", ask_bash)
    assert set(ask_bash("apsis run ")) == {"first.risk", "broken.risk", "my model.risk", "folder", ".zfunc"}
    assert set(ask_bash("apsis verify ")) == {"record.json", "folder", ".zfunc"}
    assert set(ask_bash("apsis run first.risk ")) == options("run")
    assert ask_bash("apsis run first.risk --scenario=sl") == ["slow_permits"]
    assert ask_bash("apsis run first.risk --only fleet,v") == ["fleet,value"]
    assert ask_bash("apsis replay first.risk --at va") == ["value:"]
    assert set(ask_bash("apsis replay first.risk --at value:")) == PLACES
    assert set(ask_bash("apsis replay first.risk --at=value:P9")) == {"P95"}
    assert ask_bash("apsis run first.risk --target 'va") == ["value"]
    assert "notes.txt" in ask_bash("apsis draws first.risk --csv no")
    assert set(ask_bash("apsis run first.risk --scenario ", program=APSIS)) == {"slow_permits", "cheap_compute"}  # by its path
    assert set(ask_bash("apsis run first.risk --scenario ", program="an_alias")) == {"slow_permits", "cheap_compute"}


# ---------------------------------------------------------------- fish: complete -C
def ask_fish(line):
    script = "source ~/.apsis.fish; complete -C $argv[1]"
    done = subprocess.run([SHELLS["fish"], "--no-config", "-c", script, line], capture_output=True, text=True, cwd=FOLDER.name, env=ENVIRONMENT, timeout=30)
    assert done.returncode == 0 and not done.stderr, (line, done.stderr)
    return [word.split("\t")[0] for word in done.stdout.split("\n") if word]


def test_fish():
    if not there("fish"):
        return
    check("fish", ask_fish)
    assert set(ask_fish("apsis run first.risk --scenario=sl")) == {"--scenario=slow_permits"}
    assert {"fleet,value"} <= set(ask_fish("apsis run first.risk --only fleet,v"))
    assert set(ask_fish("apsis replay first.risk --at value:")) == {"value:" + place for place in PLACES}
    assert ask_fish("apsis verify ")[0] == "record.json" and ask_fish("apsis run ")[:1] == ["broken.risk"]
    assert "notes.txt" in ask_fish("apsis draws first.risk --csv no")


# ---------------------------------------------------------------- a terminal, for the keys that a user presses
class Terminal:
    def __init__(self, words, setup):
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.chdir(FOLDER.name)
            os.execve(words[0], words, ENVIRONMENT | {"PS1": "ready> ", "COLUMNS": "300", "LINES": "100"})
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 300, 0, 0))
        self.type("PS1='ready> '\r" + setup + "echo is''_set\r", "is_set")

    def type(self, keys, until):
        """What the screen shows from these keys to the text `until`, without escape sequences."""
        os.write(self.screen, keys.encode())
        text, end = "", time.monotonic() + 20
        while until not in text:
            left = end - time.monotonic()
            assert left > 0, f"no {until!r} after {keys!r}:\n{text}"
            if select.select([self.screen], [], [], left)[0]:
                text += os.read(self.screen, 65536).decode(errors="replace")
                text = re.sub(r"\x1b(\[[0-9;?=]*[A-Za-z]|[=>])|\r|\x07", "", text)
        return text

    def end(self):
        os.close(self.screen)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)


def test_bash_keys():
    if not there("bash"):
        return
    screen = Terminal([SHELLS["bash"], "--norc", "--noprofile", "-i"], "bind 'set enable-bracketed-paste off'; source ~/.apsis.bash\r")
    try:
        screen.type("apsis ru\t", "apsis run ")
        screen.type("my\t", "my\\ model.risk ")
        screen.type("--sc\t", "--scenario ")
        screen.type("sl\t", "slow_permits ")
        screen.type("--scenario=ch\t", "cheap_compute ")
        screen.type("--target 'va\t", "'value' ")
        screen.type("\x15apsis replay first.risk --at va\t", "value:")
        screen.type("P9\t", "P95")
    finally:
        screen.end()


def ask_zsh(screen, line):
    """What is offered: the widget puts the words into a file, before any is inserted."""
    path = os.path.join(FOLDER.name, ".offered")
    if os.path.exists(path):
        os.remove(path)
    screen.type("\x15" + line + "\x18t", "asked")
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


# compadd as it is, and what it adds noted; then a key that asks for completions and says when that is done.
ZSH = """fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit -u -D
compadd() { local -a found; if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)* ]]; then builtin compadd "$@"; return; fi; builtin compadd -O found "$@"; print -rl -- $found >>~/.offered; builtin compadd "$@" }
ask() { : >~/.offered; zle complete-word; zle -I; print -r -- as''ked; BUFFER= }
zle -C complete-word complete-word _main_complete; zle -N ask; bindkey '^Xt' ask; setopt no_always_last_prompt; unsetopt list_ambiguous auto_menu
""".replace("\n", "\r")


def test_zsh():
    if not there("zsh"):
        return
    screen = Terminal([SHELLS["zsh"], "-f", "-i"], ZSH)
    try:
        check("zsh", lambda line: {word for word in ask_zsh(screen, line) if word})
        assert {"slow_permits"} == set(filter(None, ask_zsh(screen, "apsis run first.risk --scenario=sl")))
        assert "value" in ask_zsh(screen, "apsis run first.risk --only fleet,v")
        assert set(filter(None, ask_zsh(screen, "apsis replay first.risk --at value:"))) == PLACES
        assert "record.json" in ask_zsh(screen, "apsis verify ")
    finally:
        screen.end()
    screen = Terminal([SHELLS["zsh"], "-f", "-i"], "autoload -Uz compinit; compinit -u -D; source ~/.apsis.zsh\r")  # the other way to have it
    try:
        screen.type("apsis ru\t", "apsis run ")
        screen.type("my\t", "my\\ model.risk ")
        screen.type("--sc\t", "--scenario")
        screen.type(" sl\t", "slow_permits ")
    finally:
        screen.end()


# ---------------------------------------------------------------- the command itself
def test_words():
    assert apsis("complete").out == apsis("complete", "scenarios").out == apsis("complete", "nonsense", "first.risk").out == ""
    for path in ("/dev/zero", "/nowhere/x.risk", ".", "-", os.path.join(FOLDER.name, "notes.txt")):
        done = apsis("complete", "scenarios", path)
        assert done.code == 0 and done.out == done.err == "", path
    assert apsis("complete", "scenarios", "first.risk").out == "slow_permits\tPermits take twice as long\ncheap_compute\tA rack earns a third less\n"
    portfolio, half = open(os.path.join(MODELS, "portfolio.risk"), encoding="utf-8").read(), os.path.join(FOLDER.name, "half.risk")
    for end in range(200, len(portfolio), len(portfolio) // 40):  # as it is while it is being written
        with open(half, "w", encoding="utf-8") as file:
            file.write(portfolio[:end])
        done = apsis("complete", "names", half)
        assert done.code == 0 and not done.err and re.fullmatch(r"(\w+\t[^\t\n]*\n)*", done.out), (end, done.out, done.err)
    os.remove(half)
    begin = time.monotonic()
    apsis("complete", "outputs", "orbital_compute.risk")
    assert time.monotonic() - begin < 1
    wrong = apsis("completion", "tcsh")
    assert wrong.code == 2 and "bash, zsh and fish" in wrong.err
    assert apsis("completion").code == 2 and "which shell?" in apsis("completion").err
    for shell in SHELLS:
        script = apsis("completion", shell)
        assert script.code == 0 and script.out.isascii() and f"written by: apsis completion {shell}" in script.out
        assert apsis("completion", shell, "--json").json == {"shell": shell, "script": script.out}


skipped = []


def there(shell):
    if not SHELLS[shell] and shell not in skipped:
        skipped.append(shell)
        print(f"SKIPPED: {shell} is not installed, its completion was not tried")
    return SHELLS[shell]


main(globals())
