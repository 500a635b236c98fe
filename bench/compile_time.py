"""compile_time.py - how long commands take before the first draw: medians, by the wall and of all processors, small models and huge ones.

    cmake --build build --target apsis bench_plan_time
    python3 bench/compile_time.py [--build build] [--rounds 21] [--json]

A machine that others use shows in the wall's time, hardly in that of the processors on one thread (OMP_NUM_THREADS=1), which is what
tests/oracle/test_compile_time.py holds to five times the goals."""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import large_model  # noqa: E402

GOALS = {"families": 20, "check": 20, "tables": 40, "large": 300}  # milliseconds
LARGE = {"large": (2000, 5000), "huge": (8000, 20000)}  # inputs, definitions
LARGEST_MODEL = os.path.join(ROOT, "models", "orbital_compute.risk")


def once(words, threads):
    """(wall, processors) of one process, milliseconds."""
    environment = dict(os.environ, **({"OMP_NUM_THREADS": str(threads)} if threads else {}))
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, env=environment)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1e3 * wall, 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def medians(words, rounds, threads=0):
    times = [once(words, threads) for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times)]


def write_large(folder):
    paths = {}
    for name, (inputs, definitions) in LARGE.items():
        paths[name] = os.path.join(folder, f"{name}.risk")
        with open(paths[name], "w") as file:
            file.write(large_model.text(inputs, definitions))
    return paths


def commands(apsis, large):
    return {"families": [apsis, "families"], "check": [apsis, "check", LARGEST_MODEL], **{name: [apsis, "check", path] for name, path in large.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    stages = os.path.join(options.build, "bench_plan_time")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        large = write_large(folder)
        for name, words in commands(os.path.join(options.build, "apsis"), large).items():
            wall, all_threads = medians(words, options.rounds)
            rows.append({"what": f"apsis {words[1]} {os.path.basename(words[-1]) if len(words) > 2 else ''}".strip(), "goal_ms": GOALS.get(name), "wall_ms": wall,
                         "processors_ms": all_threads, "one_thread_ms": medians(words, options.rounds, 1)[1]})
        for path in (LARGEST_MODEL, *large.values()) if os.path.exists(stages) else ():
            told = [json.loads(subprocess.run([stages, path, str(options.rounds), *threads], stdout=subprocess.PIPE, check=True).stdout) for threads in ([], ["1"])]
            for stage in ("parse", "check", "lower", "plan", "lint"):
                rows.append({"what": f"  {stage} {os.path.basename(path)}", "goal_ms": GOALS["tables"] if (stage, path) == ("plan", LARGEST_MODEL) else None,
                             "wall_ms": told[0][stage + "_ms"], "processors_ms": told[0][stage + "_cpu_ms"], "one_thread_ms": told[1][stage + "_cpu_ms"]})
    if options.json:
        print(json.dumps({"rounds": options.rounds, "rows": rows}, indent=1))
        return
    print(f"medians of {options.rounds}, milliseconds: by the wall, of all processors, of the processor on one thread")
    print(f"{'':44}{'goal':>8}{'wall':>10}{'all':>10}{'one':>10}")
    for row in rows:
        print(f"{row['what']:44}{row['goal_ms'] or '':>8}{row['wall_ms']:>10.1f}{row['processors_ms']:>10.1f}{row['one_thread_ms']:>10.1f}")
    if not os.path.exists(stages):
        print(f"no stages: build the target bench_plan_time in {options.build}")


if __name__ == "__main__":
    main()
