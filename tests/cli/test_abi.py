# test_abi.py - the library shows the functions of apsis.h and nothing else, and what was linked with the last release still runs.
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import abi
from cli_common import SRC, main

BUILD = os.environ["APSIS_BIN"]
INCLUDE = os.path.join(SRC, "include")
HEADER = os.path.join(INCLUDE, "apsis.h")
LIBRARY = os.path.join(BUILD, "libapsis.so")
TOOLS = shutil.which("abidw") and shutil.which("abidiff")

TOY_HEADER = """
#include <stddef.h>
struct apsis_model;
struct apsis_measure { double mean; int x; };
struct apsis_settings { size_t size; int threads; };
struct apsis_uncertain { int count; };
enum apsis_status { APSIS_OK, APSIS_BAD = 3 };
__attribute__((visibility("default"))) const struct apsis_measure *apsis_at(struct apsis_model *m, const struct apsis_settings *s, struct apsis_uncertain u);
__attribute__((visibility("default"))) enum apsis_status apsis_status_of(int k);
"""
TOY = """
#include "apsis.h"
struct apsis_model { int inner; };
static struct apsis_measure now;
const struct apsis_measure *apsis_at(struct apsis_model *m, const struct apsis_settings *s, struct apsis_uncertain u) { return m->inner + s->threads + u.count ? 0 : &now; }
enum apsis_status apsis_status_of(int k) { return k ? APSIS_OK : APSIS_BAD; }
"""
# what is replaced, by what, and whether programs may go on; in both files
CHANGES = [
    ("", "", True),
    ("int inner;", "int inner; double more;", True),
    ("int x;", "int x; double more;", True),
    ("int threads;", "int threads; void *more; int less;", True),
    ("APSIS_BAD = 3", "APSIS_BAD = 3, APSIS_WORSE = 4", True),
    ("int threads;", "int threads; int more;", False),  # where padding was: the size does not tell
    ("int x;", "long x;", False),
    ("int x;", "char *x; void *more;", False),
    ("double mean;", "int before; double mean;", False),
    ("double mean; int x;", "int x; double mean;", False),
    ("int count;", "int count, more;", False),
    ("APSIS_BAD = 3", "APSIS_BAD = 4", False),
    ("apsis_status_of(int k)", "apsis_status_of(long k)", False),
    ("apsis_status_of(", "apsis_status_in(", False),
]


def toy(folder, name, old="", new=""):
    os.makedirs(os.path.join(folder, name))
    for file, text in (("apsis.h", TOY_HEADER), ("toy.c", TOY)):
        with open(os.path.join(folder, name, file), "w") as out:
            out.write(text.replace(old, new) if old else text)
    library = os.path.join(folder, name, "toy.so")
    subprocess.run(["cc", "-g", "-shared", "-fPIC", "-fvisibility=hidden", "toy.c", "-o", library], cwd=os.path.join(folder, name), check=True)
    return library


def test_judge():
    """What would break a program is found, and what is allowed passes."""
    if not TOOLS:
        return
    with tempfile.TemporaryDirectory() as folder:
        base = toy(folder, "base")
        for number, (old, new, may) in enumerate(CHANGES):
            library = toy(folder, str(number), old, new)
            why = abi.incompatible(base, library, os.path.dirname(base), os.path.dirname(library))
            assert (why == "") == may, f"{old} -> {new}: {why or 'not noticed'}"


def test_names():
    """The functions of the header, no more and no less."""
    if not os.path.exists(LIBRARY):
        print("no shared library here: its names are not looked at")
        return
    header, library = abi.declared(HEADER), abi.shown(LIBRARY)
    with open(HEADER) as file:
        assert len(header) == len(re.findall(r"^APSIS_API ", file.read(), re.M)) > 40, header
    assert not library - header, f"shown, and not in apsis.h: {sorted(library - header)}"
    assert not header - library, f"declared, and not in the library: {sorted(header - library)}"



def last_tag():
    done = subprocess.run(["git", "-C", SRC, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"], capture_output=True, text=True) if shutil.which("git") else None
    return done.stdout.strip() if done and done.returncode == 0 else None


def header_of(tag, folder):
    text = subprocess.run(["git", "-C", SRC, "show", tag + ":include/apsis.h"], capture_output=True, check=True).stdout
    with open(os.path.join(folder, "apsis.h"), "wb") as file:
        file.write(text)
    return os.path.join(folder, "apsis.h")


def major(header):
    with open(header) as file:
        return re.search(r"#define APSIS_VERSION_MAJOR (\d+)", file.read())[1]


def test_last_release():
    if not TOOLS:
        return
    with tempfile.TemporaryDirectory() as folder:
        now, tag = abi.build(HEADER, os.path.join(folder, "now.so")), last_tag()
        if not tag:
            text = subprocess.run(["abidw", "--headers-dir", INCLUDE, "--drop-private-types", now], capture_output=True, text=True, check=True).stdout
            described = set(re.findall(r"<function-decl name='(apsis_\w+)' mangled-name='\w+'[^>]*elf-symbol-id", text))
            assert described == abi.declared(HEADER), described ^ abi.declared(HEADER)
            print(f"no release is tagged (v0.1.0): nothing to compare with; abidw describes the {len(described)} functions of the interface and no other")
            return
        before = header_of(tag, folder)
        if major(before) != major(HEADER):
            print(f"{tag} has another SONAME: programs are linked anew")
            return
        why = abi.incompatible(abi.build(before, os.path.join(folder, "before.so")), now, folder, INCLUDE)
        assert not why, f"programs linked with {tag} break (a change on purpose needs another SONAME):\n{why}"
        print(f"programs linked with {tag} go on")


if not TOOLS:
    test_names()
    print("skipped: abidw and abidiff (abigail-tools) are not here, so types were not compared; the names are right")
    sys.exit(77)
main(globals())
