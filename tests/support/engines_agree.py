"""engines_agree.py - runs a model on several engines, also on a GPU that is a fake, and compares digests."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import time

from apsis_command import SOURCE, run_json


def fake_gpu(folder):
    """Builds the CUDA driver and the NVRTC that run kernels on the processor; the environment that makes `apsis` take them."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    support = os.path.join(SOURCE, "tests", "support")
    libraries = {name: os.path.join(folder, f"lib{name}.so") for name in ("fake_cuda", "fake_nvrtc")}
    for name, path in libraries.items():
        subprocess.run([compiler, "-std=gnu11", "-O1", "-fPIC", "-shared", f"-I{SOURCE}", f'-DFAKE_NVRTC_ROOT="{SOURCE}"', f'-DFAKE_NVRTC_CC="{compiler}"',
                        os.path.join(support, name + ".c"), "-o", path, "-ldl", "-lpthread"], check=True)
    return {"APSIS_CUDA_DRIVER": libraries["fake_cuda"], "APSIS_NVRTC": libraries["fake_nvrtc"]}


class Comparison:
    """Runs are compared two at a time; each case is (path, words of the run, words that name the engine, environment)."""

    def __init__(self, folder, draws):
        self.draws, self.begin, self.compared, self.different = draws, time.time(), 0, []
        self.cache = {"XDG_CACHE_HOME": os.path.join(folder, "cache")}  # none of the user's own
        os.environ.update(self.cache)
        self.known = {}

    def run(self, path, words, engine, environment=None):
        done = subprocess.run([os.path.join(os.environ["APSIS_BIN"], "apsis"), "run", path, "--draws", str(self.draws), "--max-invalid", "100%", *words, *engine, "--json"],
                              capture_output=True, text=True, timeout=600, env={**os.environ, **(environment or {})})
        if done.returncode:
            return {"digest": None, "engine": done.stderr[-2000:] or done.stdout[-2000:], "note": f"exit {done.returncode}"}
        return json.loads(done.stdout)

    def expected(self, path, words):
        key = (path, *words)
        if key not in self.known:
            self.known[key] = self.run(path, words, ["--engine", "interpreter"])["digest"]
        return self.known[key]

    def one(self, case):
        path, words, engine, environment = case
        wanted, found = self.expected(path, words), self.run(path, words, engine, environment)
        good = wanted and found["digest"] == wanted and str(found["engine"]).startswith(engine[1]) and not found.get("note")
        return None if good else (os.path.basename(path), *words, *engine, found["engine"], found.get("note"), str(wanted)[:16], str(found["digest"])[:16])

    def compare(self, what, cases):
        """Fails with every case that differs."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            different = [found for found in pool.map(self.one, cases) if found]
        assert not different, (what, len(different), different[:4])
        self.compared += len(cases)
        print(f"{what}: {len(cases)} runs have the interpreter's digest, {time.time() - self.begin:.0f} s so far")
        sys.stdout.flush()


def ready(engine):
    """What doctor says of an engine."""
    doctor = run_json("doctor")
    return ": ready" in doctor.get(f"engine_{engine}", "") or doctor.get(f"{engine}_engine", "").startswith("ready")
