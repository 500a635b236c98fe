# test_data_files.py - empirical, cumulative and histogram from CSV columns against NumPy's quantiles and SciPy's rv_histogram.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import stats

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import COMMAND, run_json  # noqa: E402

DRAWS = 200_000
# Nine tests of 200,000 draws; the level makes one false alarm in 100,000 runs of changed seeds (here they are fixed).
LEVEL = 1e-6


def close(a, b, what, bound=1e-12):
    assert abs(a - b) <= bound * max(1, abs(b)), (what, a, b)


def drawn(folder, path, names):
    text = subprocess.run([COMMAND, "draws", path, "--draws", str(DRAWS), "--csv", "-"], cwd=folder, capture_output=True, text=True, check=True).stdout
    rows = csv.DictReader(io.StringIO(text))
    found = [[float(row[name]) for name in names] for row in rows]
    return dict(zip(names, np.array(found).T))


rng = np.random.default_rng(20260724)
checks = 0
with tempfile.TemporaryDirectory() as folder:
    samples = {
        "few": rng.integers(-3, 4, 40) / 4,  # ties
        "many": rng.lognormal(1, 2, 70_001),  # past 65,536 values
        "one": np.array([7.25]),
        "wild": np.concatenate([rng.standard_cauchy(997), [1e-300, -1e300, 5e-324]]),
    }
    edges = {"bins": np.sort(rng.normal(0, 10, 41)), "wide": np.array([-1e6, 0.0, 1e-6, 1e6])}
    counts = {name: rng.integers(0, 50, len(x) - 1) for name, x in edges.items()}
    counts["bins"][7] = 0  # an empty bin
    curve = np.sort(rng.uniform(-5, 5, 30))
    chance = np.concatenate([[0], np.sort(rng.uniform(0, 1, 28)), [1]])

    def write(name, head, *columns):
        with open(os.path.join(folder, name), "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            writer.writerows(zip(*columns))

    lines = []
    for name, x in samples.items():
        write(f"{name}.csv", ["note", "v, all"], ['say "x", y'] * len(x), [repr(float(v)) for v in x])
        lines.append(f'{name} ~ empirical("{name}.csv", column: "v, all")')
    for name, x in edges.items():
        share = counts[name] / counts[name].sum()
        write(f"{name}.csv", ["n", "edge", "share"], [""] + list(counts[name]), [repr(float(v)) for v in x], [0.0] + [repr(float(s)) for s in share])
        lines += [f'{name}_n ~ histogram("{name}.csv", column: "edge", count: "n")', f'{name}_s ~ histogram("{name}.csv", column: "edge", share: "share")']
    write("curve.csv", ["v", "p"], [repr(float(v)) for v in curve], [f"{100 * p!r}%" for p in chance.tolist()])
    lines.append('curve ~ cumulative("curve.csv", column: "v", probability: "p")')
    path = os.path.join(folder, "m.risk")
    names = [line.split()[0] for line in lines]
    with open(path, "w") as file:
        file.write("\n".join(lines + ["output all = " + " + ".join(names)]) + "\n")
    told = {item["name"]: item for item in run_json("inputs", path)["inputs"]}
    draws = drawn(folder, path, names)

    for name, x in samples.items():
        item = told[name]
        for key, p in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
            assert item[key] == np.quantile(x, p, method="inverted_cdf"), (name, key)
        if name != "wild":
            close(item["mean"], x.mean(), name)
            close(item["sd"], x.std(), name)
        assert np.isin(draws[name], x).all(), name
        values, there = np.unique(x, return_counts=True)
        if 1 < len(values) < 2000:
            got = np.array([np.count_nonzero(draws[name] == v) for v in values])
            assert stats.chisquare(got, there / len(x) * DRAWS).pvalue > LEVEL, name
        checks += 6
    for name, x in edges.items():
        oracle = stats.rv_histogram((counts[name], x), density=False)
        for suffix in ("_n", "_s"):
            item = told[name + suffix]
            for key, p in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
                close(item[key], oracle.ppf(p), (name, key), 1e-9)
            close(item["mean"], oracle.mean(), name, 1e-9)
            close(item["sd"], oracle.std(), name, 1e-9)
            assert stats.kstest(draws[name + suffix], oracle.cdf).pvalue > LEVEL, name
            checks += 6
    for key, p in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        close(told["curve"][key], np.interp(p, chance, curve), key)
    middle, weight = (curve[1:] + curve[:-1]) / 2, np.diff(chance)
    mean = (middle * weight).sum()
    close(told["curve"]["mean"], mean, "curve")
    close(told["curve"]["sd"], np.sqrt((weight * ((middle - mean) ** 2 + np.diff(curve) ** 2 / 12)).sum()), "curve")
    assert stats.kstest(draws["curve"], lambda v: np.interp(v, curve, chance)).pvalue > LEVEL
    checks += 6
print(f"{checks} facts of columns agree")
