"""test_armv8.py - the command cross-compiled for Armv8 and emulated gives the bits of this machine: tables, constants, draws, results."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import every_family  # noqa: E402
from apsis_command import SOURCE, model_path, run, run_json, scenarios  # noqa: E402
from other_builds import build  # noqa: E402

LIBRARIES = "/usr/lib/aarch64-linux-gnu"
DRAWS = {"first": 5000, "orbital_compute": 2000, "portfolio": 2000, "revenue_stack": 5000, "terrestrial_dc": 2000}
emulator = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
missing = [what for what, there in (("aarch64-linux-gnu-gcc", shutil.which("aarch64-linux-gnu-gcc")), ("qemu-aarch64", emulator),
                                    ("libjansson-dev:arm64", os.path.exists(LIBRARIES + "/pkgconfig/jansson.pc"))) if not there]
if missing or platform.machine() not in ("x86_64", "AMD64"):
    print("skipped: needs an x86-64 machine with", ", ".join(missing) or "nothing else")
    sys.exit(77)

command = build("armv8", "-DCMAKE_TOOLCHAIN_FILE=" + os.path.join(SOURCE, "tests", "support", "aarch64.cmake"),
                environment={"PKG_CONFIG_LIBDIR": LIBRARIES + "/pkgconfig"})


def emulated(*arguments):
    """What the Armv8 command prints. One thread: some emulators wait for ever in the OpenMP runtime's barriers."""
    words = [emulator, "-L", "/", "-E", "LD_LIBRARY_PATH=/usr/aarch64-linux-gnu/lib", "-E", "OMP_NUM_THREADS=1", command, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (words, done.returncode, done.stderr[-2000:])
    return done.stdout


def statistics(result):
    return {k: v for k, v in result.items() if k not in ("engine", "note", "seconds", "passes")}


compared = 0
with tempfile.TemporaryDirectory() as folder:
    for path, draws, changes in [(model_path(m), n, [[]] + [["--scenario", s] for s in scenarios(m)[:1]]) for m, n in DRAWS.items()] + [
            (every_family.write(folder), 2000, [[]])]:
        for what in ("--ir", "--plan"):
            assert emulated("show", path, what) == run("show", path, what).stdout, (path, what)
            compared += 1
        for change in changes:
            base = ["run", path, "--draws", draws, *change]
            wanted = statistics(run_json(*base))
            for cpu in ("armv8", "plain"):
                assert statistics(json.loads(emulated(*base, "--threads", 1, "--cpu", cpu, "--json"))) == wanted, (path, change, cpu)
                compared += 1
print(f"{compared} texts and runs are the same on Armv8")
