# test_man.py - the manual page: nothing forgotten, no warning of mandoc or groff, readable as man shows it.
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import shutil
import subprocess

from cli_common import SRC, apsis, main

PAGE = apsis("man")
skipped = []


def tool(name):
    path = shutil.which(name)
    if not path:
        print(f"SKIPPED: {name} is not installed, the page was not read by it")
    return path


def seen(text):
    """As it stands on paper: one space between words, no hyphenation."""
    return re.sub(r"\s+", " ", text)


def shown():
    """The page in plain text, by the first formatter there is; else its source without the escapes."""
    for words in (["mandoc", "-T", "utf8"], ["groff", "-man", "-Tutf8", "-P-c"]):
        if shutil.which(words[0]):
            done = subprocess.run(words, input=PAGE.out, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
            assert done.returncode == 0, done.stderr
            return seen(re.sub(".\b|\x1b\\[[0-9;]*m", "", done.stdout).replace("\u2010", "-").replace("\u2212", "-"))
    text = re.sub(r"\\f[BIR]", "", PAGE.out)
    for escape, sign in ((r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\(ti", "~"), (r"\(ha", "^"), (r"\(ga", "`"), (r"\e", "\\")):
        text = text.replace(escape, sign)
    return seen(text)


def test_nothing_is_forgotten():
    page, front = shown(), apsis()
    commands = re.findall(r"^  apsis (\w+)  ", front.out.split("Commands\n")[1], re.M)
    assert len(commands) >= 12
    for command in commands:
        wide = apsis("help", command, width=160).out
        synopsis, summary = wide.split("\n")[:2]
        assert seen(synopsis) in page and seen(summary).strip() in page, command
        for option, words in re.findall(r"^  (--.{24}) (.*(?:\n {29}.*)*)", wide, re.M):
            assert seen(option).strip() in page, (command, option)
            assert seen(words) in page, (command, words)
        assert seen(re.search(r"Example\n  (.*)", wide)[1]) in page, command
    for name, meaning in re.findall(r"^  ([a-z]+-[a-z0-9-]+) +(.*)", apsis("help", "check", width=160).out, re.M):
        assert f"{name} {meaning}" in page, name
    for code, name in re.findall(r"(\d+) ([a-z ]+)", apsis("help", "run").out.split("Exit codes\n")[1]):
        assert f" {code} {name}" in page, code


def test_every_variable_is_told():
    """All that is read of the environment, by the sources."""
    page, names = shown(), set()
    for path in glob.glob(os.path.join(SRC, "host", "**", "*.c"), recursive=True):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        names |= set(re.findall(r'(?:getenv|number_of)\("(\w+)"', text))
        for list_ in re.findall(r"\*const variables\[\] = \{(.*?)\}", text):
            names |= set(re.findall(r'"(\w+)"', list_))
    assert {"APSIS_CACHE", "CC", "CUDA_HOME", "NO_COLOR"} <= names
    missing = [name for name in names if not re.search(rf"\b{name}\b", page)]
    assert not missing, f"read, and not in host/cli/cmd_man.c: {missing}"


def test_no_warnings():
    assert PAGE.code == 0 and PAGE.err == "" and PAGE.out.isascii()
    assert max(map(len, PAGE.out.split("\n"))) <= 160
    for words in (["mandoc", "-T", "lint", "-W", "all"], ["groff", "-man", "-ww", "-z"]):
        if tool(words[0]):
            done = subprocess.run(words, input=PAGE.out, capture_output=True, text=True)
            assert done.returncode == 0 and not done.stdout and not done.stderr, (words[0], done.stdout, done.stderr)


def test_widths():
    """As man shows it, on a narrow and on a wide terminal: nothing sticks out but what cannot be broken."""
    if not tool("groff"):
        return
    for width in (60, 80, 120):
        done = subprocess.run(["groff", "-man", "-Tascii", "-P-c", f"-rLL={width}n"], input=PAGE.out, capture_output=True, text=True)
        lines = [re.sub(".\b", "", line) for line in done.stdout.split("\n")]
        assert max(map(len, lines)) <= width + 12, max(lines, key=len)
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "WARNINGS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"):
            assert section in lines, section


def test_json():
    assert apsis("man", "--json").json == {"page": PAGE.out}
    assert apsis("man", "x").code == 2


main(globals())
