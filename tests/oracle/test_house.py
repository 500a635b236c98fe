"""test_house.py - the rules of the house: who may include whom, one idea a file, names and heads of files."""
# SPDX-License-Identifier: Apache-2.0
import collections
import os
import re

SOURCE = os.environ["APSIS_SRC"]
STAGES = ["support", "language", "plan", "engine", "result", "report", "api", "cli"]
# The command is written on include/apsis.h like any other program; beside it only on the layout of texts.
LAYOUT = {"host/report/text.h", "host/report/json.h"}
# The interface, the families' arena and what the build makes are free to all.
FREE = {"include/apsis.h", "generated/families.inc", "families.inc", "family_kernels.inc", "kernel_headers.inc"}


def files(*folders):
    for folder in folders:
        for path, _, names in os.walk(os.path.join(SOURCE, folder)):
            for name in names:
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(path, name), SOURCE)


def may_include(path, target):
    room, goal = path.split("/"), target.split("/")
    if target in FREE:
        return True
    if room[0] == "kernels":
        # the draw loop's one translation unit a processor takes in the families' kernels
        return goal[0] == "kernels" or (goal[0] == "distributions" and path == "kernels/interpret.c")
    if room[0] == "distributions":
        return goal[0] in ("kernels", "distributions") or target == "host/support/arena.h"
    if room[0] == "host":
        if room[1] == "cli":
            return target in LAYOUT or goal[:2] in (["host", "cli"], ["host", "support"])
        if goal[0] == "host":
            return goal[1] in STAGES and STAGES.index(goal[1]) <= STAGES.index(room[1])
        return goal[0] in ("kernels", "distributions")
    return False


# Memory and JSON values that run out are noticed in one place each (host/support/block.h, json_value.h). What libc or Jansson gave is freed by free().
BARE = re.compile(r"(?<![\w>.])(malloc|calloc|realloc|aligned_alloc|strdup|asprintf|free|json_object_set_new|json_array_append_new)\(")
MAY_BE_BARE = {"host/support/block.c": {"malloc", "calloc", "realloc", "aligned_alloc", "free"}, "host/support/arena.c": {"aligned_alloc", "free"},
               "host/support/json_value.c": {"malloc", "free", "json_object_set_new", "json_array_append_new"}, "host/engine/cache.c": {"realloc", "free"}, "host/api/guard.c": {"malloc", "free"},
               "host/language/diagnostic.c": {"free"}, "host/language/data_file.c": {"free"}, "host/cli/output.c": {"free"}, "host/cli/watch.c": {"free", "strdup"}}

mistakes, names, includes = [], collections.Counter(), 0
for path in files("kernels", "distributions", "host", "include"):
    with open(os.path.join(SOURCE, path)) as file:
        text = file.read()
    lines = text.split("\n")
    names[os.path.basename(path)] += 1
    if not re.match(r"/\* %s - .+\. \*/$" % re.escape(os.path.basename(path)), lines[0]):
        mistakes.append(f"{path}: the first line is not '/* {os.path.basename(path)} - one sentence. */'")
    if "SPDX-License-Identifier: Apache-2.0" not in lines[1]:
        mistakes.append(f"{path}: no licence in the second line")
    if len(lines) > 700:
        mistakes.append(f"{path}: {len(lines)} lines")
    code = re.sub(r'/\*.*?\*/|"(\\.|[^"\\\n])*"', "", text, flags=re.S)
    for call in sorted(set(BARE.findall(code)) - MAY_BE_BARE.get(path, set())) if path.endswith(".c") and not path.startswith("kernels") else ():
        mistakes.append(f"{path} calls {call}: memory is that of host/support/block.h or an arena, JSON is built by host/support/json_value.h")
    for target in re.findall(r'^#include "([^"]+)"', text, re.M):
        includes += 1
        if not may_include(path, target):
            mistakes.append(f"{path} includes {target}")
mistakes += [f"{count} files are called {name}" for name, count in names.items() if count > 1]
top = {"CMakeLists.txt", "README.md", "LICENSE", "kernels", "host", "include", "distributions", "tests", "bench", "models", "scripts", "CMakePresets.json", "build"}
mistakes += [f"{name} does not belong at the top" for name in os.listdir(SOURCE) if not name.startswith((".", "build")) and name not in top]
assert includes > 300 and len(names) > 80
assert not mistakes, "\n" + "\n".join(mistakes)
print(f"{len(names)} files, {includes} includes")
