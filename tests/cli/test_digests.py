"""test_digests.py - the digest matrix: compilers, instruction sets, threads, block sizes, memory budgets and partitions give the same bits."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import BUILD, COMMAND, SOURCE, model_path, run, run_json, scenarios  # noqa: E402

DRAWS = {"first": 20_000, "revenue_stack": 20_000, "portfolio": 3_000, "terrestrial_dc": 3_000, "orbital_compute": 10_000}


def statistics(result):
    """What is published, without what may differ: engine, seconds, passes."""
    return json.dumps({k: v for k, v in result.items() if k not in ("engine", "seconds", "passes")}, sort_keys=True)


def other_compiler():
    """A build of the command with clang, or None where there is none."""
    if not shutil.which("clang"):
        return None
    build = os.path.join(BUILD, "other-compiler")
    log = os.path.join(BUILD, "other-compiler.log")
    with open(log, "w") as file:
        subprocess.run(["cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_COMPILER=clang",
                        "-DBUILD_TESTING=OFF", "-DAPSIS_WERROR=OFF"], check=True, stdout=file, stderr=file)
        subprocess.run(["cmake", "--build", build], check=True, stdout=file, stderr=file)
    return os.path.join(build, "apsis")


features = run_json("doctor")["cpu"]["variants"]
variants = [v for v in ("plain", "v3", "v4", "armv8") if v in features]
assert "plain" in variants
clang = other_compiler()
print("variants:", variants, "second compiler:", bool(clang))
compared = 0
for model, draws in DRAWS.items():
    for scenario in [None] + scenarios(model)[:1]:
        base = ["run", model_path(model), "--draws", draws] + (["--scenario", scenario] if scenario else [])
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
    # partitions: parts of the run, computed singly, have the digests that the whole run recorded
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, "record.json")
        run("run", model_path(model), "--draws", draws, "--record", record)
        assert run_json("verify", record, "--tiles", 3)["verified"] is True
        compared += 1
print(f"{compared} runs have the same bits")
