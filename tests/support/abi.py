"""abi.py - what a library offers: the functions a header declares, a library of nothing else, and whether a newer one may take an older's place."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess

# Structs that the library hands out by pointer only, one at a time, and those that begin with their size: they may grow at their end. All
# others are handed over by value, lie inside others or in rows, and stay as they are.
GROWING = {"message", "input_info", "output_info", "file_info", "column_info", "measure", "run_info", "verdict", "family_info", "settings", "print"}


MARK = r'__attribute__\(\(visibility\("default"\)\)\)\s*([^;(]*?(\w+)\s*\([^;]*\))\s*;'


def prototypes(header):
    """What a header marks as the interface, as the compiler sees it: declaration and name of each function."""
    text = subprocess.run(["cc", "-E", "-P", header], capture_output=True, text=True, check=True).stdout
    return re.findall(MARK, text.replace("\n", " "))


def declared(header):
    return {name for _, name in prototypes(header)}


def shown(library):
    """What a program can link against: functions and objects, without the names of versions."""
    text = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in text.splitlines()]
    return {name.split("@")[0] for _, kind, name in rows if kind != "A"}


def build(header, output):
    """A library that offers what the header says and does nothing: its types are the interface, and it is made in a second. That the real
    library's functions are of these types is what the compiler saw to."""
    source = output + ".c"
    with open(source, "w") as file:
        file.write('#include "apsis.h"\n' + "".join(f"{declaration} {{ __builtin_trap(); }}\n" for declaration, _ in prototypes(header)))
    done = subprocess.run(["cc", "-g", "-O0", "-w", "-fPIC", "-fvisibility=hidden", "-shared", "-I", os.path.dirname(header), source, "-o", output], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return output


def incompatible(old, new, old_include, new_include, growing=GROWING):
    """Why programs that were linked with `old` may not run with `new`; "" where they may. Functions may be added, enumerations may get more
    values, and the structs of `growing` more members behind the last; what the headers do not show may change."""
    done = subprocess.run(["abidiff", "--leaf-changes-only", "--no-added-syms", "--headers-dir1", old_include, "--headers-dir2", new_include, old, new],
                          capture_output=True, text=True)
    text = done.stdout
    if done.returncode == 0:
        return ""
    if done.returncode & 3:
        return f"abidiff: exit {done.returncode}\n{done.stderr}{text}"
    summary = re.findall(r"^Removed/Changed/Added \w+ summary: (\d+) Removed, (\d+) Changed", text, re.M)
    if done.returncode & 8 or any(row != ("0", "0") for row in summary) or len(summary) != 2:
        return text
    for block in re.split(r"\n(?=')", text.strip())[1:]:
        head, *lines = block.splitlines()
        name, size = re.match(r"'struct apsis_(\w+) at ", head), re.search(r"^  type size changed from (\d+) to \d+ \(in bits\)$", block, re.M)
        if not name or name[1] not in growing or not size:
            return text
        for line in lines[1:]:
            insertion = re.match(r"    '.*', at offset (\d+) \(in bits\)", line)
            if line.strip() and not re.match(r"  \d+ data member insertions?:$", line) and not (insertion and int(insertion[1]) >= int(size[1])):
                return text
    return ""
