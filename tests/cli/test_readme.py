"""test_readme.py - the output that the README shows is what the command prints; its model is models/first.risk."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import COMMAND, SOURCE  # noqa: E402

with open(os.path.join(SOURCE, "README.md")) as file:
    readme = file.read()


def comparable(line):
    """The line without the engine and the seconds of this machine."""
    return re.sub(r"seed 1 · \S+ · [\d.]+ m?s", "seed 1", line.rstrip())


shown = 0
for block in re.findall(r"```console\n(.*?)```", readme, re.S):
    first, *wanted = block.rstrip("\n").split("\n")
    words = shlex.split(first.removeprefix("$ "))
    assert words[0] == "build/apsis", first
    done = subprocess.run([COMMAND, *words[1:]], capture_output=True, text=True, cwd=SOURCE, timeout=100,
                          # without a compiler, so that a slow machine does not change engines on the way
                          env={**os.environ, "COLUMNS": "100", "LC_ALL": "C.UTF-8", "PATH": "/nonexistent"})
    printed = (done.stdout + done.stderr).rstrip("\n").split("\n")
    if wanted[-1] == "…":
        wanted.pop()
        printed = printed[:len(wanted)]
    for ours, theirs in zip(printed, wanted, strict=True):
        assert comparable(ours) == comparable(theirs), f"{first}\nprinted: {ours}\nREADME:  {theirs}"
        shown += 1
with open(os.path.join(SOURCE, "models", "first.risk")) as file:
    assert "```risk\n" + file.read().strip() + "\n```" in readme
with open(os.path.join(SOURCE, "models", "embed.c")) as file: # which tests/cli/test_host_code.py compiles and runs
    assert "```c\n" + file.read() + "```\n" in readme
assert shown > 20
print(f"{shown} lines of output are as the README shows them")
