"""test_sanitized.py - the command under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer: models, wrong models, every report."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import every_family  # noqa: E402
from apsis_command import SOURCE, model_path, scenarios  # noqa: E402
from other_builds import build  # noqa: E402

MODELS = ["first", "orbital_compute", "portfolio", "revenue_stack", "terrestrial_dc"]
# a leak is as much a fault as a write past an end; a fault exits with 99, which the command itself never does
OPTIONS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1", "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1",
           "LSAN_OPTIONS": "exitcode=99"}
# clang's sanitized code is built in a fifth of the time of gcc's
command = build("sanitized", "-DAPSIS_SANITIZE=address,undefined", *(["-DCMAKE_C_COMPILER=clang"] if shutil.which("clang") else []))
runs, faults = 0, []


def sanitized(*arguments, expect=(0,)):
    global runs
    runs += 1
    environment = {**os.environ, **OPTIONS}
    if arguments[0] == "doctor":  # opens and closes vendors' libraries, which keep memory of their own
        environment["ASAN_OPTIONS"] += ":detect_leaks=0"
    done = subprocess.run([command, *map(str, arguments)], input="", capture_output=True, text=True, errors="replace", timeout=300, env=environment)
    words = " ".join(map(str, arguments))
    if "Sanitizer" in done.stderr or "runtime error:" in done.stderr or done.returncode not in expect:
        faults.append(f"apsis {words}: exit {done.returncode}\n{done.stderr[:4000]}")
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    every = every_family.write(folder)
    for model in MODELS:
        path, record = model_path(model), os.path.join(folder, model + ".json")
        variants = [[]] + [["--scenario", name] for name in scenarios(model)[:1]]
        for k, change in enumerate(variants):
            sanitized("run", path, "--draws", 3000, *change, "--threads", 2, "--html", os.path.join(folder, "report.html"), *(["--json"] if k else []))
            sanitized("inputs", path, *change)
            sanitized("replay", path, "--draw", 7, *change)
            sanitized("draws", path, "--draws", 40, "--csv", os.path.join(folder, "draws.csv"), *change)
            for what in ("--ast", "--ir", "--plan"):
                sanitized("show", path, what, *change)
        sanitized("check", path)
        sanitized("run", path, "--draws", 3000, "--cpu", "plain", "--block", 16, "--threads", 1, "--record", record)
        sanitized("verify", record, "--tiles", 2)
    for arguments in (["check", every], ["run", every, "--draws", 3000, "--json", "--html", os.devnull],
                      ["run", every, "--draws", 2, "--percentiles", "none", "--html", os.devnull], ["show", every, "--plan"], ["inputs", every, "--json"], ["replay", every, "--draw", 1],
                      ["families"], ["families", "--json"], ["families", "pert"], ["doctor"], ["doctor", "--json"], ["--help"], ["--version"], ["man"],
                      ["completion", "bash"], ["completion", "zsh"], ["completion", "fish"], ["complete", "cpus"], ["complete", "outputs", every]):
        sanitized(*arguments)
    sanitized("new", os.path.join(folder, "new.risk"), expect=(0, 2))
    sanitized("run", expect=(2,))
    sanitized("run", "--draws", "many", model_path("first"), expect=(2,))
    sanitized("check", os.path.join(folder, "missing.risk"), expect=(1,))
    wrong = sorted(glob.glob(os.path.join(SOURCE, "tests", "golden", "errors", "*.risk")))
    assert len(wrong) > 20
    for path in wrong:
        sanitized("check", path, expect=(0, 65)) # a few are warnings only
        sanitized("complete", "names", path)
print(f"{runs} runs under the sanitizers, {len(faults)} faults")
assert not faults, "\n".join(fault[:1500] for fault in faults[:20])
