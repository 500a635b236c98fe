"""test_digests.py - the digest matrix: compilers, instruction sets, threads, block sizes, memory budgets and partitions give the same bits,
and what is computed before the first draw (tables, folded constants, solved parameters, correlation factors) is the same text."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import platform
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import every_family  # noqa: E402
from apsis_command import COMMAND, model_path, run, run_json, scenarios  # noqa: E402
from other_builds import build  # noqa: E402

DRAWS = {"first": 20_000, "revenue_stack": 20_000, "portfolio": 3_000, "terrestrial_dc": 3_000, "orbital_compute": 10_000}


def statistics(result):
    """What is published, without what may differ: engine, seconds, passes."""
    return json.dumps({k: v for k, v in result.items() if k not in ("engine", "note", "seconds", "passes")}, sort_keys=True)


def other_compilers():
    """The command by clang, and with the code outside the draw loop built for other processors; by name, in reach of this machine."""
    others = {}
    if shutil.which("clang"):
        others["clang"] = build("other-compiler", "-DCMAKE_C_COMPILER=clang")
    if platform.machine() in ("x86_64", "AMD64"):
        others["x86-64, fma emulated"] = build("other-x86-64", "-DAPSIS_HOST_ARCH=x86-64")
        if "v4" in variants:
            others["x86-64-v4"] = build("other-x86-64-v4", "-DAPSIS_HOST_ARCH=x86-64-v4")
    return others


def compiled_ways():
    """How the compiled engine may be made and run: (environment, options)."""
    if not run_json("doctor")["engine_compiled"].startswith("compiled: ready"):
        return []
    ways = [({}, ["--threads", 1]), ({}, ["--threads", 3]), ({}, ["--block", 16]), ({}, ["--block", 64]), ({}, ["--memory", 20_000])]
    for compiler in ("gcc", "clang"):
        if shutil.which(compiler):
            ways += [({"CC": compiler}, ["--cpu", v]) for v in variants]
    return ways


features = run_json("doctor")["cpu"]["variants"]
variants = [v for v in ("plain", "v3", "v4", "armv8") if v in features]
assert "plain" in variants
others = other_compilers()
clang = others.get("clang")
print("variants:", variants, "other builds:", list(others))
compared = 0
with tempfile.TemporaryDirectory() as folder:
    every = every_family.write(folder)
    for path in [model_path(model) for model in DRAWS] + [every]:
        for what in ("--ir", "--plan"):
            wanted = run("show", path, what).stdout
            assert what == "--ir" or wanted.rstrip().splitlines()[-1].startswith("numbers sha256 ")
            for name, command in others.items():
                found = run("show", path, what, command=command).stdout
                assert found == wanted, (name, path, what, [pair for pair in zip(wanted.splitlines(), found.splitlines()) if pair[0] != pair[1]][:3])
                compared += 1
    wanted = statistics(run_json("run", every, "--draws", 3000))
    for command in [COMMAND, *others.values()]:
        for v in variants:
            assert statistics(run_json("run", every, "--draws", 3000, "--cpu", v, command=command)) == wanted, (command, v)
            compared += 1
print(f"{compared} texts and runs of what comes before the draw loop are the same")
compared = 0
for model, draws in DRAWS.items():
    for scenario in [None] + scenarios(model)[:1]:
        base = ["run", model_path(model), "--draws", draws, "--engine", "interpreter"] + (["--scenario", scenario] if scenario else [])
        reference = run_json(*base, "--threads", 1)
        wanted, digest = statistics(reference), reference["digest"]
        assert len(digest) == 64
        changes = [["--cpu", v] for v in variants] + [["--threads", n] for n in (2, 3)]
        changes += [["--block", b] for b in (16, 64, 512)] + [["--memory", m] for m in (20_000, 1_000_000)]
        for change in changes:
            small = change[0] == "--cpu" and change[1] == "plain"
            if small and scenario:
                continue
            other = run_json(*base, *change)
            assert statistics(other) == wanted, (model, scenario, change)
            compared += 1
        if clang:
            for v in variants:
                if v == "plain" and scenario:
                    continue
                other = run_json(*base, "--cpu", v, command=clang)
                assert statistics(other) == wanted, (model, scenario, "clang", v)
                compared += 1
        for name, command in others.items():
            if command != clang and not scenario:
                assert statistics(run_json(*base, command=command)) == wanted, (model, name)
                compared += 1
        for environment, change in compiled_ways():
            if scenario and ("CC" in environment or "--threads" in change):
                continue  # the same text with other numbers
            other = run_json(*base, "--engine", "compiled", *change, env=environment)
            assert other["engine"].startswith("compiled/"), other["engine"]
            assert statistics(other) == wanted, (model, scenario, "compiled", environment, change)
            compared += 1
    # partitions: parts of the run, computed singly, have the digests that the whole run recorded
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, "record.json")
        run("run", model_path(model), "--draws", draws, "--record", record)
        assert run_json("verify", record, "--tiles", 3)["verified"] is True
        compared += 1
        if compiled_ways():
            assert run_json("verify", record, "--tiles", 3, "--engine", "compiled")["verified"] is True
            compared += 1
print(f"{compared} runs have the same bits")
