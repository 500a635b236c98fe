"""test_portfolio_draws.py - fed with Apsis' own draws, an independent NumPy version gives every output of portfolio, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import csv
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import portfolio_numpy as oracle  # noqa: E402
from apsis_command import SOURCE, model_path, run  # noqa: E402

QUARTERS = [f"{2026 + t // 4}Q{t % 4 + 1}" for t in range(40)]
SCALARS = ["rack_price", "price_decline", "chip_start", "chip_growth", "hw_cost", "failure", "erosion", "wacc", "exit_multiple", "orbit_cost", "life"]
MEMBERS = ["size", "permit", "refused", "signed", "overrun", "rent"]

# the oracle itself against a trace
with open(os.path.join(SOURCE, "tests", "traces", "portfolio_trace_mode.json")) as file:
    data = json.load(file)
x = {name: np.array([float(data["inputs"][name])]) for name in SCALARS}
x.update({name: np.array([[float(data["inputs"][f"{name}[{site}]"]) for site in oracle.SITES]]) for name in MEMBERS})
out = oracle.simulate(x, {"price_noise": np.zeros((1, 40)), "chip_noise": np.zeros((1, 40)), "noise": np.zeros((1, 5, 40))})
for name in ("portfolio", "peak_funding", "open_2030", "chips_bind", "first_rack", "built"):
    assert abs(out[name][0] - data["outputs"][name]) <= 1e-9 * max(1, abs(data["outputs"][name])), (name, out[name], data["outputs"][name])
assert np.allclose(out["fleet"][0], data["series"]["fleet"], rtol=1e-9, atol=1e-12)
assert np.allclose(out["trailing"][0], data["series"]["trailing"], rtol=1e-9, atol=1e-12)

DRAWS = 1024
rows = csv.reader(run("draws", model_path("portfolio"), "--draws", DRAWS, "--csv", "-").stdout.splitlines())
header = next(rows)
columns = dict(zip(header, zip(*rows)))
number = lambda name: np.array([float(v) if v else np.nan for v in columns[name]])  # noqa: E731
x = {name: number(name) for name in SCALARS}
x.update({name: np.stack([number(f"{name}[{site}]") for site in oracle.SITES], axis=1) for name in MEMBERS})
z = {name: np.stack([number(f"{name}[{q}]") for q in QUARTERS], axis=1) for name in ("price_noise", "chip_noise")}
z["noise"] = np.stack([np.stack([number(f"noise[{site}, {q}]") for q in QUARTERS], axis=1) for site in oracle.SITES], axis=1)
out = oracle.simulate(x, z)
built = out["built"] >= 1
close = lambda a, b: np.allclose(a, b, rtol=1e-8, atol=1e-8)  # noqa: E731
for name in ("portfolio", "peak_funding", "open_2030", "chips_bind"):
    assert close(number(name), out[name]), name
assert close(number("first_rack")[built], out["first_rack"][built])
for i, site in enumerate(oracle.SITES):
    assert close(number(f"value[{site}]"), out["value"][:, i]), site
    assert close(np.stack([number(f"working[{site}, {q}]") for q in QUARTERS]), out["working"][:, :, i]), site
for name in ("fleet", "trailing"):
    assert close(np.stack([number(f"{name}[{q}]") for q in QUARTERS], axis=1), out[name]), name
best = np.array([oracle.SITES.index(v) if v else -1 for v in columns["best"]])
assert (best[built] == out["best"][built]).all() and (best[~built] == -1).all()
queue = np.stack([[("no orders", "sites", "chips").index(v) for v in columns[f"queue[{q}]"]] for q in QUARTERS], axis=1)
assert (queue == out["queue"]).all()
print(f"{DRAWS} draws agree, {int((~built).sum())} of them with no campus")
