"""compare.py - Apsis against NumPy and against its own bounds, as ratios within one run; writes bench/results/cpu-<machine>.json."""
# SPDX-License-Identifier: Apache-2.0
#
#   python3 bench/compare.py [--build build] [--repeats 5] [--python PYTHON with numba and jax] [--only orbital,heavy,hand] [--write]
#
# Needs NumPy and SciPy; engines, Numba, JAX and C by hand are measured by peers_speed.py, which says what counts there. Answers are
# compared before anything is timed; every figure is a median over repeats that alternate between the two sides. Draws per second count
# the whole process: reading the model, tables, every output and statistic.
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

import peers_speed

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def apsis(build, *arguments):
    """(seconds of the whole process, parsed JSON)"""
    start = time.perf_counter()
    done = subprocess.run([os.path.join(build, "apsis"), *map(str, arguments), "--json"], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, json.loads(done.stdout)


def model(name):
    return os.path.join(ROOT, "models", name + ".risk")


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}


def check_answers(ours, theirs):
    """The two programs agree on ev: means within 5 standard errors, percentiles within the NumPy run's own noise."""
    ev = next(o for o in ours["outputs"] if o["name"] == "ev")
    error = (ev["mean_se"] ** 2 + theirs["ev"]["sd"] ** 2 / theirs["draws"]) ** 0.5
    assert abs(ev["mean"] - theirs["ev"]["mean"]) < 5 * error, (ev["mean"], theirs["ev"]["mean"], error)
    assert abs(ev["sd"] / theirs["ev"]["sd"] - 1) < 0.1
    for point, value in zip(ev["percentiles"], theirs["ev"]["percentiles"]):
        width = 5 * max(point["high"] - point["low"], 1e-9) / 3.92 * (int(ours["draws"]) / theirs["draws"]) ** 0.5
        assert abs(point["value"] - value) < 3 * width + 1e-9, (point, value, width)


def numpy_peer(draws):
    done = subprocess.run([sys.executable, os.path.join(HERE, "peers", "orbital_numpy.py"), "--draws", str(draws)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def engines(build, repeats):
    """Every model by the interpreter and compiled (already in the cache), in turn; the same digest, or nothing is timed."""
    found = {}
    for name, draws in (("first", 4_000_000), ("revenue_stack", 4_000_000), ("portfolio", 1_000_000), ("terrestrial_dc", 1_000_000), ("orbital_compute", 2_000_000)):
        rates = {"interpreter": [], "compiled": []}
        digests = {apsis(build, "run", model(name), "--draws", 20_000, "--engine", engine)[1]["digest"] for engine in rates}
        assert len(digests) == 1, (name, digests)
        for _ in range(repeats):
            for engine in rates:
                rates[engine].append(draws / apsis(build, "run", model(name), "--draws", draws, "--engine", engine)[0])
        found[name] = {engine: spread(values) for engine, values in rates.items()}
        found[name]["ratio"] = statistics.median(a / b for a, b in zip(rates["compiled"], rates["interpreter"]))
    return found


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return re.search(r"model name\s*: (.*)", file.read()).group(1)
    except (OSError, AttributeError):
        return platform.processor()


def main():
    parser = argparse.ArgumentParser()
    peers_speed.options(parser)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    out = {"machine": processor(), "cores": os.cpu_count(), "compiler": None, "measured": time.strftime("%Y-%m-%d")}
    out["compiler"] = subprocess.run([os.environ.get("CC", "cc"), "--version"], capture_output=True, text=True).stdout.splitlines()[0]

    # orbital_compute against NumPy: the same cores, statistics included on both sides
    ours, theirs = [], []
    numpy_peer(10_000)
    check_answers(apsis(args.build, "run", model("orbital_compute"), "--draws", 1_000_000)[1], numpy_peer(200_000))
    for _ in range(args.repeats):
        theirs.append(numpy_peer(200_000)["draws_per_second"])
        seconds, result = apsis(args.build, "run", model("orbital_compute"), "--draws", 1_000_000)
        ours.append(1_000_000 / seconds)
    out["engine"] = result["engine"]
    out["orbital_compute"] = {"apsis_draws_per_second": spread(ours), "numpy_draws_per_second": spread(theirs),
                              "ratio": statistics.median(a / b for a, b in zip(ours, theirs)), "wanted_ratio": 12}

    # what statistics cost on top of the model
    def cost(name, these, those, draws):
        a, b = [], []
        for _ in range(args.repeats):
            a.append(apsis(args.build, "run", model(name), "--draws", draws, *these)[0])
            b.append(apsis(args.build, "run", model(name), "--draws", draws, *those)[0])
        return {"ratio": statistics.median(x / y for x, y in zip(a, b)), "seconds": [statistics.median(a), statistics.median(b)]}

    scalars = "ev,core_ev,compute_ev,irr,peak_funding,first_positive_year,payback_year"
    out["scalar_statistics"] = dict(cost("orbital_compute", ["--only", scalars], ["--only", scalars, "--percentiles", "none"], 1_000_000), wanted_ratio=1.15)
    out["terrestrial_all_series"] = dict(cost("terrestrial_dc", [], ["--only", "npv,irr,delay"], 1_000_000), wanted_ratio=1.5)

    # from command to last byte
    for name, limit in (("revenue_stack", 60), ("orbital_compute", 150), ("first", None), ("terrestrial_dc", None), ("portfolio", None)):
        out.setdefault("ten_thousand_draws_ms", {})[name] = dict(
            spread([apsis(args.build, "run", model(name), "--draws", 10_000)[0] * 1e3 for _ in range(2 * args.repeats)]), wanted=limit)

    # draws per second and memory of every model
    for name in ("first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"):
        draws = 2_000_000 if name in ("first", "revenue_stack") else 500_000
        rates, peaks = [], []
        for _ in range(3):
            start = time.perf_counter()
            process = subprocess.Popen([os.path.join(args.build, "apsis"), "run", model(name), "--draws", str(draws), "--json"], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            assert status == 0
            rates.append(draws / (time.perf_counter() - start))
            peaks.append(usage.ru_maxrss / 1024)
        out.setdefault("models", {})[name] = {"draws_per_second": spread(rates), "peak_mib": max(peaks)}

    out["engines"] = engines(args.build, args.repeats)
    out["side_by_side"] = peers_speed.measure(args)

    primitives = os.path.join(args.build, "bench_primitives")
    if os.path.exists(primitives):
        out["primitives"] = subprocess.run([primitives], capture_output=True, text=True, check=True).stdout.splitlines()
    print(json.dumps(out, indent=1))
    if args.write:
        name = re.sub(r"[^a-z0-9]+", "-", out["machine"].lower()).strip("-")
        with open(os.path.join(HERE, "results", f"cpu-{name}-{out['cores']}.json"), "w") as file:
            json.dump(out, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
