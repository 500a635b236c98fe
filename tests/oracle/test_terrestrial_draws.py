"""test_terrestrial_draws.py - fed with Apsis' own draws, an independent NumPy version gives every output of terrestrial_dc, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import terrestrial_numpy  # noqa: E402
from apsis_command import SOURCE, model_path, run  # noqa: E402

# the oracle itself against the traces
for trace in ("mode", "late"):
    with open(os.path.join(SOURCE, "tests", "traces", f"terrestrial_trace_{trace}.json")) as file:
        data = json.load(file)
    names = {"permit_months": "permit", "grid_months": "grid_wait", "bridge_months": "bridge_wait"}
    x = {names.get(k, k): np.array([float(v)]) for k, v in data["inputs"].items()}
    x["refused"] = np.zeros(1)
    out = terrestrial_numpy.simulate(x, np.zeros((1, 168)), np.zeros((1, 168)), spot_vol=0)
    assert np.allclose(out["flow"][0], data["flow"], rtol=1e-9, atol=1e-12)
    for name, theirs in (("npv", "npv"), ("irr", "irr"), ("delay", "delay_months")):
        assert abs(out[name][0] - data["outputs"][theirs]) < 1e-9 * max(1, abs(data["outputs"][theirs])), (trace, name)

DRAWS = 2048
with tempfile.TemporaryDirectory() as folder:
    table = os.path.join(folder, "draws.csv")
    run("draws", model_path("terrestrial_dc"), "--draws", DRAWS, "--csv", table)
    with open(table) as file:
        header = file.readline().strip().split(",")
    values = np.genfromtxt(table, delimiter=",", skip_header=1, missing_values="", filling_values=np.nan)
column = {name.strip('"'): values[:, i] for i, name in enumerate(header)}
months = [f"{2026 + (6 + t) // 12}-{(6 + t) % 12 + 1:02d}" for t in range(168)]
series = lambda name: np.stack([column[f"{name}[{month}]"] for month in months], axis=1)  # noqa: E731
x = {name: column[name] for name in ("permit", "refused", "grid_wait", "bridge_share", "bridge_wait", "time_overrun", "cost_overrun", "chip_slip",
                                     "price0", "price_decline", "default_rate", "hw_cost", "power_price", "exit_share", "wacc")}
out = terrestrial_numpy.simulate(x, series("noise"), series("hit"))
granted = x["refused"] == 0
assert np.allclose(column["npv"], out["npv"], rtol=1e-8, atol=1e-8)
for name in ("irr", "delay"):
    assert np.allclose(column[name][granted], out[name][granted], rtol=1e-7, atol=1e-7), name
    assert np.isnan(column[name][~granted]).all(), name
for name in ("online", "flow", "spot"):
    assert np.allclose(series(name), out[name], rtol=1e-8, atol=1e-9), name
print(f"{DRAWS} draws agree, {int((~granted).sum())} of them refused")
