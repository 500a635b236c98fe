"""test_host_code.py - what a C programmer does with the built tree: apsis.h alone, models/embed.c, and its messages."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import COMMAND, SOURCE  # noqa: E402

BUILD = os.environ["APSIS_BIN"]
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic-errors", "-I" + os.path.join(SOURCE, "include")]
with open(os.path.join(BUILD, "CMakeCache.txt")) as file:
    cache = file.read()
sanitize = re.search(r"^APSIS_SANITIZE:\w+=(.+)$", cache, re.M)
CC = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.M)[1]


def run(*words, code=0, **options):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, **options)
    assert done.returncode == code, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def compile_against_tree(source, program):
    link = ["-L" + BUILD, "-lapsis", "-Wl,-rpath," + BUILD]
    if not os.path.exists(os.path.join(BUILD, "libapsis.so")):
        link += ["-ljansson", "-fopenmp", "-lm", "-ldl"]
    if sanitize:
        link.append("-fsanitize=" + sanitize[1])
    run(CC, "-std=c11", "-O1", *STRICT, source, *link, "-o", program)


with tempfile.TemporaryDirectory() as folder:
    alone = os.path.join(folder, "alone.c")
    with open(alone, "w") as file:
        file.write("#include <apsis.h>\n#include <apsis.h>\nstruct apsis_uncertain f(void);\nstruct apsis_uncertain f(void) { return apsis_pert(20, 80, 300); }\n")
    checked = []
    for compiler, language, standards in (("gcc", "c", ("c11", "c17")), ("clang", "c", ("c11",)), ("g++", "c++", ("c++11", "c++20")), ("clang++", "c++", ("c++17",))):
        for standard in standards if shutil.which(compiler) else ():
            run(compiler, "-x", language, "-std=" + standard, *STRICT, "-fsyntax-only", alone)
            checked.append(f"{compiler} {standard}")
    assert checked
    print("apsis.h alone: " + ", ".join(checked))

    embed, program = os.path.join(SOURCE, "models", "embed.c"), os.path.join(folder, "embed")
    with open(embed) as file:
        text = file.read()
    assert text.count("\n") <= 60
    compile_against_tree(embed, program)
    printed = run(program, "20000").stdout
    model = os.path.join(SOURCE, "models", "first.risk")
    for scenario in ("as written", "slow_permits", "cheap_compute"):
        extra = [] if scenario == "as written" else ["--scenario", scenario]
        digest = re.search(r"digest ([0-9a-f]{64})", run(COMMAND, "run", model, "--draws", "20000", *extra).stdout)[1]
        assert re.search(rf"^{scenario}: mean .*, digest {digest}$", printed, re.M), f"{scenario}: {digest} is not in\n{printed}"
    assert len(re.findall(r"^  P\d+ +-?[\d.]+  \[-?[\d.]+, -?[\d.]+\]$", printed, re.M)) == 27
    print("models/embed.c: three digests as of models/first.risk")

    # what its programmer reads after a slip: in an expression, in a name, in a number
    for old, new, wanted in (
        ("in_orbit[t] + on_ground[t])", "in_orbit[t] + on_ground[t]", 'apsis_define("built[t]"):1:4: error: this ( is not closed\n'),
        ("launch_cadence * min", "launch_cadense * min", 'apsis_define("in_orbit[t]"):1:1: error: launch_cadense is not a name of the model\n    launch_cadense * min(1, (t + 1) / 5) * 50 / 10_000\n'
         "    ^~~~~~~~~~~~~~\n  hint: did you mean launch_cadence?\n"),
        ("apsis_pert(0.9, 1.65, 2.8)", "apsis_pert(0.9, 1.65, 0.0 / 0.0)", "error: apsis_input: rack_revenue: pert takes 3 or 4 numbers, max is NaN\n"),
        ('apsis_label(m, "value"', 'apsis_label(m, "valeu"', "error: apsis_label: no value valeu was added: did you mean value?\n"),
    ):
        assert old in text
        with open(os.path.join(folder, "slip.c"), "w") as file:
            file.write(text.replace(old, new, 1))
        compile_against_tree(os.path.join(folder, "slip.c"), os.path.join(folder, "slip"))
        done = run(os.path.join(folder, "slip"), code=1)
        assert done.stderr.startswith(wanted) and not done.stdout, done.stderr
    print("four slips: four messages with their calls")
